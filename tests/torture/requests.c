// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests that nobody would write, a great many of them: whatever a socket takes
 * the module has to bear.
 *
 *	requests SECONDS SEED [FILE]
 *
 * A request is made from a recipe, a string of bytes that a small language gives a
 * meaning to: which command, which flags, what the message says of its own length,
 * which attributes with which values, how much of the answer is read. What follows
 * each attribute's header may be of any length and its header may lie. Recipes are
 * made from others by changing a few bytes; on a kernel with KCOV those are kept
 * that lead to code, or through it on a way, that none before has led to.
 *
 * FILE has recipes to begin with, a line of hexadecimal digits each. Recipes that
 * are kept beyond those are printed as "# recipe: ...".
 *
 * The answer has to be made of whole messages and attributes, and an error has to
 * be one that the module has reason to give. What the kernel says, the rig looks at.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <linux/genetlink.h>
#include <linux/kcov.h>
#include <linux/netlink.h>
#include <linux/ptscope.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include "../random.h"

#define KCOV "/sys/kernel/debug/kcov"

#define RECIPE 192		/* bytes of the longest recipe */
#define RECIPES 8192
#define WAYS (1 << 18)		/* ways from one place in the code to the next, hashed */
#define PLACES (1 << 16)	/* places of the code that KCOV can note at a time */
#define MESSAGE 4096
#define WORKERS 16

struct recipe {
	unsigned int length;
	uint8_t byte[RECIPE];
};

/* What all workers share. */
static struct {
	unsigned int recipes;	/* complete ones */
	unsigned int begun;
	struct recipe recipe[RECIPES];
	uint8_t way[WAYS];
	unsigned long ways;
	unsigned long requests;
	unsigned long messages;
	unsigned long ended;	/* answers that came to their end */
	unsigned long left;	/* and those that were not read so far */
	unsigned long faults;
	unsigned long errors[200];	/* by errno */
} *shared;

/* Those that can be asked about. */
static pid_t target, zombie;
static uintptr_t area;
static size_t area_size;
static int family;

static uint64_t state;
static uint64_t *kcov;

static uint64_t below(uint64_t limit)
{
	return random_below(&state, limit);
}

static void add(unsigned long *count, unsigned long more)
{
	__atomic_add_fetch(count, more, __ATOMIC_RELAXED);
}

static void die(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(1);
}

/*
 * From a recipe to a request.
 */

/* The rest of a recipe. An end that is read beyond is all zero. */
struct reader {
	const struct recipe *recipe;
	unsigned int at;
};

static uint8_t next(struct reader *reader)
{
	return reader->at < reader->recipe->length ? reader->recipe->byte[reader->at++] : 0;
}

static uint64_t next_number(struct reader *reader, unsigned int bytes)
{
	uint64_t number = 0;

	while (bytes--)
		number = number << 8 | next(reader);
	return number;
}

/* A number that is worth a try, or any. */
static uint64_t value(struct reader *reader)
{
	const uint64_t top = 1ull << 47;

	switch (next(reader) % 24) {
	case 0: return target;
	case 1: return getpid();
	case 2: return zombie;
	case 3: return 1;
	case 4: return 2;	/* the kernel's threads are its children */
	case 5: return 0;
	case 6: return area;
	case 7: return area + area_size;
	case 8: return area + next_number(reader, 2) * 4096;
	case 9: return area + next(reader);
	case 10: return top - next(reader) * 4096;
	case 11: return (1ull << 56) - next(reader) * 4096;
	case 12: return UINT64_MAX - next(reader);
	case 13: return UINT64_MAX << (next(reader) % 64);
	case 14: return 1ull << (next(reader) % 64);
	case 15: return (1ull << (next(reader) % 64)) - 1;
	case 16: return INT32_MAX;
	case 17: return (uint32_t)INT32_MIN;
	case 18: return target + (int8_t)next(reader);
	case 19: return next(reader) * 4096ull;
	case 20: return next(reader);
	case 21: return next_number(reader, 2);
	case 22: return next_number(reader, 4);
	default: return next_number(reader, 8);
	}
}

struct request {
	union {
		struct nlmsghdr header;
		uint8_t byte[MESSAGE];
	};
	unsigned int length;	/* of what is sent, whatever the message says */
	unsigned int reads;	/* datagrams of the answer to read at most */
	bool small;		/* into a buffer that is too small */
	bool again;		/* send it twice before reading */
};

static void *put(struct request *request, unsigned int length)
{
	void *at = request->byte + request->length;

	if (request->length + length > MESSAGE - 64)
		return NULL;
	memset(at, 0, length);
	request->length += length;
	return at;
}

static void put_attributes(struct request *request, struct reader *reader, int depth)
{
	static const uint8_t lengths[] = { 4, 8, 0, 1, 2, 3, 5, 7, 9, 16 };

	while (reader->at < reader->recipe->length) {
		const unsigned int start = request->length;
		const uint8_t type = next(reader);
		const uint8_t form = next(reader);
		struct nlattr *attr;
		uint64_t number;
		unsigned int length;
		void *payload;

		/* The end of a nest. */
		if (type == 0xff && depth)
			break;
		attr = put(request, NLA_HDRLEN);
		if (!attr)
			return;
		attr->nla_type = type & 0x1f;
		if (type & 0x20)
			attr->nla_type |= NLA_F_NESTED;
		if (type & 0x40)
			attr->nla_type |= NLA_F_NET_BYTEORDER;
		if (type & 0x80)
			attr->nla_type |= next(reader) << 8;
		switch (form & 7) {
		case 0:	/* as it should be, where it is a number of 32 bits */
		case 1:	/* or of 64 */
			length = form & 1 ? 8 : 4;
			break;
		case 2:	/* as a flag should be */
			length = 0;
			break;
		case 3:
			length = lengths[next(reader) % sizeof(lengths)];
			break;
		case 4:
			length = next_number(reader, 2) % 2048;
			break;
		default:
			length = form & 1 ? 8 : 4;
		}
		if ((form & 7) == 7 && depth < 12) {
			put_attributes(request, reader, depth + 1);
		} else {
			payload = put(request, length);
			if (!payload)
				return;
			number = length ? value(reader) : 0;
			memcpy(payload, &number, length < 8 ? length : 8);
		}
		attr->nla_len = request->length - start;
		switch (form >> 3 & 15) {
		case 1:
			attr->nla_len--;
			break;
		case 2:
			attr->nla_len++;
			break;
		case 3:
			attr->nla_len = next(reader);
			break;
		case 4:
			attr->nla_len = 0xffff - next(reader);
			break;
		}
		/* Unless it is one that ends where it should not. */
		if (!(form & 0x80))
			put(request, NLA_ALIGN(request->length) - request->length);
	}
}

static void cook(struct request *request, const struct recipe *recipe, uint32_t seq)
{
	static const uint16_t flags[] = {
		NLM_F_DUMP, 0, NLM_F_ACK, NLM_F_ROOT, NLM_F_MATCH, NLM_F_DUMP | NLM_F_ACK,
		NLM_F_ECHO, NLM_F_DUMP | NLM_F_ATOMIC,
	};
	struct reader reader = { .recipe = recipe };
	struct genlmsghdr *genl;
	uint8_t command, flag, length, how;

	request->length = 0;
	command = next(&reader);
	flag = next(&reader);
	length = next(&reader);
	how = next(&reader);
	put(request, NLMSG_HDRLEN);
	genl = put(request, GENL_HDRLEN);
	genl->cmd = command < 224 ? command % 8 : command;
	genl->version = flag & 0x80 ? next(&reader) : PTSCOPE_FAMILY_VERSION;
	genl->reserved = flag & 0x40 ? next(&reader) : 0;
	put_attributes(request, &reader, 0);

	request->header.nlmsg_type = family;
	request->header.nlmsg_flags = flags[flag % 8] | (flag & 0x20 ? 0 : NLM_F_REQUEST);
	if (flag & 0x10)
		request->header.nlmsg_flags ^= next(&reader) << 8;
	request->header.nlmsg_seq = seq;
	request->header.nlmsg_len = request->length;
	switch (length & 31) {
	case 1:
		request->header.nlmsg_len--;
		break;
	case 2:
		request->header.nlmsg_len++;
		break;
	case 3:
		request->header.nlmsg_len = length >> 3;
		break;
	case 4:
		request->header.nlmsg_len = UINT32_MAX - (length >> 3);
		break;
	case 5:
		request->length -= request->length > 24u + (length >> 5) ? length >> 5 : 0;
		break;
	}
	request->small = (how & 0x0f) == 1;
	request->again = (how & 0x0f) == 2;
	request->reads = (how & 0xf0) ? how >> 4 : UINT32_MAX;
	if ((how & 0xf0) == 0xf0)
		request->reads = 0;
}

/*
 * The answer.
 */

static void fault(const char *what, const struct recipe *recipe, int number)
{
	unsigned int i;

	add(&shared->faults, 1);
	printf("# fault: %s (%d); the recipe: ", what, number);
	for (i = 0; i < recipe->length; i++)
		printf("%02x", recipe->byte[i]);
	printf("\n");
	fflush(stdout);
}

/* An error that the module, or netlink before it, has reason to give. */
static bool is_reasonable(int err)
{
	switch (err) {
	case 0:
	case -EINVAL:
	case -ERANGE:
	case -E2BIG:
	case -EOPNOTSUPP:
	case -ESRCH:
	case -EPERM:
	case -EACCES:
	case -EMSGSIZE:
	case -EBUSY:
	case -ENOMEM:
	case -EFAULT:
		return true;
	}
	return false;
}

static void check_attributes(const struct nlmsghdr *msg, const struct recipe *recipe)
{
	int left = msg->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN;
	const uint8_t *at = (const uint8_t *)msg + NLMSG_HDRLEN + GENL_HDRLEN;

	while (left >= NLA_HDRLEN) {
		const struct nlattr *attr = (const void *)at;

		if (attr->nla_len < NLA_HDRLEN || attr->nla_len > left)
			break;
		at += NLA_ALIGN(attr->nla_len);
		left -= NLA_ALIGN(attr->nla_len);
	}
	if (left > 0)
		fault("an attribute that is none", recipe, left);
}

/*
 * What is behind the end that a message says it has is taken for another one, for
 * whatever family stands there: then there are two answers, one of anybody's.
 */
static bool is_whole(const struct request *request)
{
	return request->header.nlmsg_len >= request->length;
}

/* Take a datagram in: true if the answer ends with it. */
static bool take(const uint8_t *data, int length, const struct request *request,
		 const struct recipe *recipe)
{
	const bool whole = is_whole(request);
	const struct nlmsghdr *msg = (const void *)data;
	bool ends = false;
	int err;

	for (; NLMSG_OK(msg, (unsigned int)length); msg = NLMSG_NEXT(msg, length)) {
		add(&shared->messages, 1);
		if (msg->nlmsg_type == NLMSG_ERROR || msg->nlmsg_type == NLMSG_DONE) {
			err = *(const int *)NLMSG_DATA(msg);
			if (whole && !is_reasonable(err))
				fault(strerror(-err), recipe, err);
			if (err <= 0 && err > -200)
				add(&shared->errors[-err], 1);
			ends = true;
		} else if (msg->nlmsg_type == family) {
			check_attributes(msg, recipe);
			ends = ends || !(msg->nlmsg_flags & NLM_F_MULTI);
		} else if (whole) {
			fault("a message of another kind", recipe, msg->nlmsg_type);
		}
	}
	if (length > 0)
		fault("a message that is none", recipe, length);
	return ends;
}

static int open_socket(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	int on = 1;

	if (fd < 0)
		die("socket");
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	return fd;
}

/*
 * Send and read what comes of it. Netlink does all of its work in this thread, so
 * that what is not there when the request has been sent will not come, and a dump
 * goes on only by being read.
 */
static void try_request(int *fd, const struct recipe *recipe, uint32_t seq)
{
	static uint8_t answer[64 * 1024];
	struct request request;
	unsigned int reads = 0;
	bool ends = false;
	ssize_t length;

	cook(&request, recipe, seq);
	add(&shared->requests, 1);
	length = send(*fd, request.byte, request.length, 0);
	if (length >= 0 && request.again)
		send(*fd, request.byte, request.length, 0);
	while (!ends && reads++ < request.reads) {
		length = recv(*fd, answer, request.small ? 100 : sizeof(answer), MSG_DONTWAIT);
		if (length <= 0)
			break;
		ends = request.small ? false : take(answer, length, &request, recipe);
	}
	add(ends ? &shared->ended : &shared->left, 1);
	/* The rest is of no interest, and must not be taken for the next answer. */
	if (!ends || request.again || !is_whole(&request)) {
		close(*fd);
		*fd = open_socket();
	}
}

/*
 * Coverage.
 */

static void begin_kcov(void)
{
	int fd = open(KCOV, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return;
	if (ioctl(fd, KCOV_INIT_TRACE, PLACES))
		die("KCOV_INIT_TRACE");
	kcov = mmap(NULL, PLACES * sizeof(*kcov), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (kcov == MAP_FAILED)
		die("mmap of KCOV");
	if (ioctl(fd, KCOV_ENABLE, KCOV_TRACE_PC))
		die("KCOV_ENABLE");
}

static bool is_news(void)
{
	const uint64_t places = __atomic_load_n(&kcov[0], __ATOMIC_RELAXED);
	bool news = false;
	uint64_t before = 0, i;

	for (i = 1; i <= places; i++) {
		const uint32_t way = ((kcov[i] * 0x9e3779b97f4a7c15u) >> 40 ^ before) % WAYS;

		before = ((kcov[i] * 0x9e3779b97f4a7c15u) >> 40) >> 1;
		if (shared->way[way])
			continue;
		if (!__atomic_exchange_n(&shared->way[way], 1, __ATOMIC_RELAXED)) {
			add(&shared->ways, 1);
			news = true;
		}
	}
	return news;
}

static void keep(const struct recipe *recipe)
{
	unsigned int place = __atomic_fetch_add(&shared->begun, 1, __ATOMIC_RELAXED);

	if (place >= RECIPES)
		return;
	shared->recipe[place] = *recipe;
	/* Those before it may be in the making still: an empty one does no harm. */
	__atomic_add_fetch(&shared->recipes, 1, __ATOMIC_RELEASE);
}

/*
 * From recipes to another.
 */

static const struct recipe *any_recipe(void)
{
	const unsigned int count = __atomic_load_n(&shared->recipes, __ATOMIC_ACQUIRE);

	return count ? &shared->recipe[below(count)] : NULL;
}

static void change(struct recipe *recipe)
{
	const struct recipe *other;
	unsigned int at, length;

	if (!recipe->length) {
		recipe->byte[recipe->length++] = below(256);
		return;
	}
	at = below(recipe->length);
	switch (below(6)) {
	case 0:
		recipe->byte[at] ^= 1 << below(8);
		break;
	case 1:
		recipe->byte[at] = below(256);
		break;
	case 2:	/* one more */
		if (recipe->length == RECIPE)
			break;
		memmove(&recipe->byte[at + 1], &recipe->byte[at], recipe->length - at);
		recipe->byte[at] = below(256);
		recipe->length++;
		break;
	case 3:	/* some fewer */
		length = 1 + below(4);
		if (at + length > recipe->length)
			length = recipe->length - at;
		memmove(&recipe->byte[at], &recipe->byte[at + length],
			recipe->length - at - length);
		recipe->length -= length;
		break;
	case 4:	/* some of its own once more, at the end */
		length = 1 + below(8);
		if (at + length > recipe->length)
			length = recipe->length - at;
		if (recipe->length + length > RECIPE)
			break;
		memcpy(&recipe->byte[recipe->length], &recipe->byte[at], length);
		recipe->length += length;
		break;
	default:	/* on with the rest of another */
		other = any_recipe();
		if (!other || at >= other->length)
			break;
		memcpy(&recipe->byte[at], &other->byte[at], other->length - at);
		recipe->length = other->length;
	}
}

static void make_up(struct recipe *recipe)
{
	const struct recipe *from = any_recipe();
	unsigned int changes = 1 + below(4);

	if (!from || !below(50)) {
		recipe->length = 4 + below(24);
		for (changes = 0; changes < recipe->length; changes++)
			recipe->byte[changes] = below(256);
		return;
	}
	*recipe = *from;
	while (changes--)
		change(recipe);
}

static void work(time_t ends, uint64_t seed, unsigned int given)
{
	struct recipe recipe;
	int fd = open_socket();
	unsigned long i;

	state = seed;
	begin_kcov();
	for (i = 0; i < given || time(NULL) < ends; i++) {
		if (i < given)
			recipe = shared->recipe[i];
		else
			make_up(&recipe);
		if (kcov)
			__atomic_store_n(&kcov[0], 0, __ATOMIC_RELAXED);
		try_request(&fd, &recipe, i + 1);
		/* Without KCOV, what to go on from is what was given. */
		if (kcov && is_news() && i >= given)
			keep(&recipe);
	}
	exit(0);
}

/*
 * Those who are asked about.
 */

/* Pages of this and that kind, and holes. */
static void begin_target(void)
{
	int fd = open("/proc/self/exe", O_RDONLY);
	size_t i;
	char *at;

	area_size = 64 << 20;
	at = mmap(NULL, area_size, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (at == MAP_FAILED)
		die("mmap");
	area = (uintptr_t)at;
	target = fork();
	if (target < 0)
		die("fork");
	if (!target) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		madvise(at + (32 << 20), 16 << 20, MADV_HUGEPAGE);
		memset(at + (32 << 20), 1, 8 << 20);
		for (i = 0; i < (16 << 20); i += 3 * 4096)
			at[i] = 1;
		for (i = 0; i < 200; i++)
			mprotect(at + (16 << 20) + i * 8192, 4096, PROT_READ);
		mmap(at + (60 << 20), 1 << 20, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0);
		madvise(at, 4 << 20, MADV_PAGEOUT);
		for (;;)
			pause();
	}
	close(fd);
	zombie = fork();
	if (!zombie)
		_exit(0);
	usleep(300000);
}

static void read_recipes(const char *path)
{
	FILE *file = fopen(path, "r");
	char line[2 * RECIPE + 2];
	unsigned int byte;

	if (!file)
		die(path);
	while (fgets(line, sizeof(line), file) && shared->recipes < RECIPES / 2) {
		struct recipe recipe = {};

		while (recipe.length < RECIPE &&
		       sscanf(&line[2 * recipe.length], "%2x", &byte) == 1)
			recipe.byte[recipe.length++] = byte;
		if (recipe.length)
			keep(&recipe);
	}
	fclose(file);
}

static void find_family(void)
{
	struct nl_sock *sock = nl_socket_alloc();

	if (!sock || genl_connect(sock))
		die("genl_connect");
	family = genl_ctrl_resolve(sock, PTSCOPE_FAMILY_NAME);
	if (family < 0)
		die("ptscope");
	nl_socket_free(sock);
}

int main(int argc, char **argv)
{
	const unsigned int seconds = argc > 1 ? strtoul(argv[1], NULL, 0) : 0;
	const uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	const long workers = sysconf(_SC_NPROCESSORS_ONLN);
	pid_t worker[WORKERS];
	unsigned int given, i, j, n;
	bool good = true;
	int status;

	if (!seconds || argc > 4) {
		fprintf(stderr, "usage: requests SECONDS SEED [FILE]\n");
		return 2;
	}
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (shared == MAP_FAILED)
		die("mmap");
	find_family();
	begin_target();
	if (argc > 3)
		read_recipes(argv[3]);
	given = shared->recipes;
	fflush(stdout);
	for (n = 0; n < workers && n < WORKERS; n++) {
		worker[n] = fork();
		if (worker[n] < 0)
			die("fork");
		if (!worker[n])
			work(time(NULL) + seconds, seed * WORKERS + n + 1, given);
	}
	/* Not any child: the zombie is to stay one. */
	for (i = 0; i < n; i++)
		if (waitpid(worker[i], &status, 0) != worker[i] || status)
			good = false;
	kill(target, SIGKILL);

	printf("%s 1 - requests that nobody would write are borne\n",
	       good && !shared->faults && shared->ended ?
	       "ok" : "not ok");
	printf("# requests: %lu, messages in answer %lu, answers read to the end %lu, not so far %lu, faults %lu\n",
	       shared->requests, shared->messages, shared->ended, shared->left, shared->faults);
	printf("# requests: ends by errno:");
	for (i = 0; i < sizeof(shared->errors) / sizeof(*shared->errors); i++)
		if (shared->errors[i])
			printf(" %s %lu", i ? strerrorname_np(i) : "0", shared->errors[i]);
	printf("\n# requests: ways through the module %lu, recipes given %u, kept %u\n",
	       shared->ways, given, shared->recipes - given);
	for (i = given; i < shared->recipes; i++) {
		printf("# recipe: ");
		for (j = 0; j < shared->recipe[i].length; j++)
			printf("%02x", shared->recipe[i].byte[j]);
		printf("\n");
	}
	return good && !shared->faults ? 0 : 1;
}
