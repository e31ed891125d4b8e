// SPDX-License-Identifier: GPL-2.0-only
/*
 * A fuzzer for the module's netlink requests.
 *
 *	requests SECONDS SEED [FILE]
 *
 * A request is generated from an input, a string of bytes that selects the command, the
 * flags, the message length, the attributes with their values, and how much of the reply
 * is read. The payload of an attribute may have any length, and its header may be wrong.
 * New inputs are mutations of others. On a kernel with KCOV an input is kept if it reaches
 * an edge that none before has reached.
 *
 * FILE has initial inputs, one line of hexadecimal digits each. Inputs that are kept are
 * printed as "# input: ...".
 *
 * A reply must consist of complete messages and attributes, and an error must be one that
 * the module or netlink returns. The rig checks the kernel log.
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

#define INPUT_SIZE 192		/* bytes of the longest input */
#define INPUTS 8192
#define EDGES (1 << 18)		/* hash table of edges between basic blocks */
#define KCOV_SIZE (1 << 16)	/* entries of the KCOV buffer */
#define MESSAGE 4096
#define WORKERS 16

struct input {
	unsigned int length;
	uint8_t byte[INPUT_SIZE];
};

/* Shared by all workers. */
static struct {
	unsigned int inputs;	/* complete ones */
	unsigned int allocated;
	struct input input[INPUTS];
	uint8_t edge[EDGES];
	unsigned long edges;
	unsigned long requests;
	unsigned long messages;
	unsigned long ended;	/* replies read to the end */
	unsigned long left;	/* replies not read to the end */
	unsigned long faults;
	unsigned long errors[200];	/* by errno */
} *shared;

/* Processes to send requests for. */
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

/* Input to request. */

/* Position in an input. Beyond its end it reads 0. */
struct reader {
	const struct input *input;
	unsigned int at;
};

static uint8_t next(struct reader *reader)
{
	return reader->at < reader->input->length ? reader->input->byte[reader->at++] : 0;
}

static uint64_t next_number(struct reader *reader, unsigned int bytes)
{
	uint64_t number = 0;

	while (bytes--)
		number = number << 8 | next(reader);
	return number;
}

/* An interesting number, or any. */
static uint64_t value(struct reader *reader)
{
	const uint64_t top = 1ull << 47;

	switch (next(reader) % 24) {
	case 0: return target;
	case 1: return getpid();
	case 2: return zombie;
	case 3: return 1;
	case 4: return 2;	/* kthreadd */
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
	unsigned int length;	/* bytes to send, whatever nlmsg_len is */
	unsigned int reads;	/* most datagrams of the reply to read */
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

	while (reader->at < reader->input->length) {
		const unsigned int start = request->length;
		const uint8_t type = next(reader);
		const uint8_t form = next(reader);
		struct nlattr *attr;
		uint64_t number;
		unsigned int length;
		void *payload;

		/* End of a nested attribute. */
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
		case 0:	/* valid for a number of 32 bits */
		case 1:	/* valid for a number of 64 bits */
			length = form & 1 ? 8 : 4;
			break;
		case 2:	/* valid for a flag */
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
		/* Except for an attribute that is not padded. */
		if (!(form & 0x80))
			put(request, NLA_ALIGN(request->length) - request->length);
	}
}

static void build_request(struct request *request, const struct input *input, uint32_t seq)
{
	static const uint16_t flags[] = {
		NLM_F_DUMP, 0, NLM_F_ACK, NLM_F_ROOT, NLM_F_MATCH, NLM_F_DUMP | NLM_F_ACK,
		NLM_F_ECHO, NLM_F_DUMP | NLM_F_ATOMIC,
	};
	struct reader reader = { .input = input };
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

/* Replies. */

static void report_fault(const char *what, const struct input *input, int number)
{
	unsigned int i;

	add(&shared->faults, 1);
	printf("# fault: %s (%d); input: ", what, number);
	for (i = 0; i < input->length; i++)
		printf("%02x", input->byte[i]);
	printf("\n");
	fflush(stdout);
}

/* True for an error that the module or netlink returns. */
static bool is_expected(int err)
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

static void check_attributes(const struct nlmsghdr *msg, const struct input *input)
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
		report_fault("a truncated attribute", input, left);
}

/*
 * Netlink takes the bytes after nlmsg_len for another message, to any family: then there
 * are two replies.
 */
static bool is_whole(const struct request *request)
{
	return request->header.nlmsg_len >= request->length;
}

/* Checks a datagram; returns true if the reply ends with it. */
static bool check_datagram(const uint8_t *data, int length, const struct request *request,
			   const struct input *input)
{
	const bool whole = is_whole(request);
	const struct nlmsghdr *msg = (const void *)data;
	bool ends = false;
	int err;

	for (; NLMSG_OK(msg, (unsigned int)length); msg = NLMSG_NEXT(msg, length)) {
		add(&shared->messages, 1);
		if (msg->nlmsg_type == NLMSG_ERROR || msg->nlmsg_type == NLMSG_DONE) {
			err = *(const int *)NLMSG_DATA(msg);
			if (whole && !is_expected(err))
				report_fault(strerror(-err), input, err);
			if (err <= 0 && err > -200)
				add(&shared->errors[-err], 1);
			ends = true;
		} else if (msg->nlmsg_type == family) {
			check_attributes(msg, input);
			ends = ends || !(msg->nlmsg_flags & NLM_F_MULTI);
		} else if (whole) {
			report_fault("a message of another type", input, msg->nlmsg_type);
		}
	}
	if (length > 0)
		report_fault("a truncated message", input, length);
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
 * Sends a request and reads the reply. Netlink handles a request in the thread that sends
 * it, and continues a dump in the thread that reads it: if there is no datagram after
 * send(), none will arrive.
 */
static void try_request(int *fd, const struct input *input, uint32_t seq)
{
	static uint8_t reply[64 * 1024];
	struct request request;
	unsigned int reads = 0;
	bool ends = false;
	ssize_t length;

	build_request(&request, input, seq);
	add(&shared->requests, 1);
	length = send(*fd, request.byte, request.length, 0);
	if (length >= 0 && request.again)
		send(*fd, request.byte, request.length, 0);
	while (!ends && reads++ < request.reads) {
		length = recv(*fd, reply, request.small ? 100 : sizeof(reply), MSG_DONTWAIT);
		if (length <= 0)
			break;
		ends = request.small ? false : check_datagram(reply, length, &request, input);
	}
	add(ends ? &shared->ended : &shared->left, 1);
	/* Discard the rest, so that it is not taken for the next reply. */
	if (!ends || request.again || !is_whole(&request)) {
		close(*fd);
		*fd = open_socket();
	}
}

static void start_kcov(void)
{
	int fd = open(KCOV, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return;
	if (ioctl(fd, KCOV_INIT_TRACE, KCOV_SIZE))
		die("KCOV_INIT_TRACE");
	kcov = mmap(NULL, KCOV_SIZE * sizeof(*kcov), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (kcov == MAP_FAILED)
		die("mmap of KCOV");
	if (ioctl(fd, KCOV_ENABLE, KCOV_TRACE_PC))
		die("KCOV_ENABLE");
}

static bool has_new_edge(void)
{
	const uint64_t places = __atomic_load_n(&kcov[0], __ATOMIC_RELAXED);
	bool found = false;
	uint64_t before = 0, i;

	for (i = 1; i <= places; i++) {
		const uint32_t edge = ((kcov[i] * 0x9e3779b97f4a7c15u) >> 40 ^ before) % EDGES;

		before = ((kcov[i] * 0x9e3779b97f4a7c15u) >> 40) >> 1;
		if (shared->edge[edge])
			continue;
		if (!__atomic_exchange_n(&shared->edge[edge], 1, __ATOMIC_RELAXED)) {
			add(&shared->edges, 1);
			found = true;
		}
	}
	return found;
}

static void keep(const struct input *input)
{
	unsigned int place = __atomic_fetch_add(&shared->allocated, 1, __ATOMIC_RELAXED);

	if (place >= INPUTS)
		return;
	shared->input[place] = *input;
	/* Earlier slots may be incomplete. An empty input does no harm. */
	__atomic_add_fetch(&shared->inputs, 1, __ATOMIC_RELEASE);
}

/* Mutation. */

static const struct input *any_input(void)
{
	const unsigned int count = __atomic_load_n(&shared->inputs, __ATOMIC_ACQUIRE);

	return count ? &shared->input[below(count)] : NULL;
}

static void mutate(struct input *input)
{
	const struct input *other;
	unsigned int at, length;

	if (!input->length) {
		input->byte[input->length++] = below(256);
		return;
	}
	at = below(input->length);
	switch (below(6)) {
	case 0:
		input->byte[at] ^= 1 << below(8);
		break;
	case 1:
		input->byte[at] = below(256);
		break;
	case 2:	/* insert a byte */
		if (input->length == INPUT_SIZE)
			break;
		memmove(&input->byte[at + 1], &input->byte[at], input->length - at);
		input->byte[at] = below(256);
		input->length++;
		break;
	case 3:	/* delete bytes */
		length = 1 + below(4);
		if (at + length > input->length)
			length = input->length - at;
		memmove(&input->byte[at], &input->byte[at + length],
			input->length - at - length);
		input->length -= length;
		break;
	case 4:	/* repeat bytes at the end */
		length = 1 + below(8);
		if (at + length > input->length)
			length = input->length - at;
		if (input->length + length > INPUT_SIZE)
			break;
		memcpy(&input->byte[input->length], &input->byte[at], length);
		input->length += length;
		break;
	default:	/* splice with another input */
		other = any_input();
		if (!other || at >= other->length)
			break;
		memcpy(&input->byte[at], &other->byte[at], other->length - at);
		input->length = other->length;
	}
}

static void make_input(struct input *input)
{
	const struct input *from = any_input();
	unsigned int mutations = 1 + below(4);

	if (!from || !below(50)) {
		input->length = 4 + below(24);
		for (mutations = 0; mutations < input->length; mutations++)
			input->byte[mutations] = below(256);
		return;
	}
	*input = *from;
	while (mutations--)
		mutate(input);
}

static void run_worker(time_t ends, uint64_t seed, unsigned int initial)
{
	struct input input;
	int fd = open_socket();
	unsigned long i;

	state = seed;
	start_kcov();
	for (i = 0; i < initial || time(NULL) < ends; i++) {
		if (i < initial)
			input = shared->input[i];
		else
			make_input(&input);
		if (kcov)
			__atomic_store_n(&kcov[0], 0, __ATOMIC_RELAXED);
		try_request(&fd, &input, i + 1);
		/* Without KCOV only the initial inputs are mutated. */
		if (kcov && has_new_edge() && i >= initial)
			keep(&input);
	}
	exit(0);
}

/* Pages in different states, and holes. */
static void start_targets(void)
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

static void read_inputs(const char *path)
{
	FILE *file = fopen(path, "r");
	char line[2 * INPUT_SIZE + 2];
	unsigned int byte;

	if (!file)
		die(path);
	while (fgets(line, sizeof(line), file) && shared->inputs < INPUTS / 2) {
		struct input input = {};

		while (input.length < INPUT_SIZE &&
		       sscanf(&line[2 * input.length], "%2x", &byte) == 1)
			input.byte[input.length++] = byte;
		if (input.length)
			keep(&input);
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
	unsigned int initial, i, j, n;
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
	start_targets();
	if (argc > 3)
		read_inputs(argv[3]);
	initial = shared->inputs;
	fflush(stdout);
	for (n = 0; n < workers && n < WORKERS; n++) {
		worker[n] = fork();
		if (worker[n] < 0)
			die("fork");
		if (!worker[n])
			run_worker(time(NULL) + seconds, seed * WORKERS + n + 1, initial);
	}
	/* Not the zombie, which must stay one. */
	for (i = 0; i < n; i++)
		if (waitpid(worker[i], &status, 0) != worker[i] || status)
			good = false;
	kill(target, SIGKILL);

	printf("%s 1 - random requests\n",
	       good && !shared->faults && shared->ended ?
	       "ok" : "not ok");
	printf("# requests: %lu, messages %lu, replies complete %lu, incomplete %lu, faults %lu\n",
	       shared->requests, shared->messages, shared->ended, shared->left, shared->faults);
	printf("# requests: by errno:");
	for (i = 0; i < sizeof(shared->errors) / sizeof(*shared->errors); i++)
		if (shared->errors[i])
			printf(" %s %lu", i ? strerrorname_np(i) : "0", shared->errors[i]);
	printf("\n# requests: edges %lu, inputs initial %u, kept %u\n",
	       shared->edges, initial, shared->inputs - initial);
	for (i = initial; i < shared->inputs; i++) {
		printf("# input: ");
		for (j = 0; j < shared->input[i].length; j++)
			printf("%02x", shared->input[i].byte[j]);
		printf("\n");
	}
	return good && !shared->faults ? 0 : 1;
}
