// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests that nobody should send, and clients that nobody should be. Speaks
 * generic netlink by hand, so that what libptscope would never do is done too.
 * A refusal must bear the right errno and say in words what is wrong; and
 * whatever happened, the next honest question must be answered.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/ptscope.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include "ktap.h"

#ifndef NLM_F_ACK_TLVS
#define NLM_F_ACK_TLVS 0x200
#endif

#define BIG 65536
#define MAX_ATTRS 4
/* VMAs of this process, so that a dump of it takes many replies. */
#define VMAS 4000
#define CROWD 64
#define NOBODY 65534

#define UNUSED_TYPE 60
/* The limit of 64-bit kernels. */
#define PID_LIMIT 4194304
/* A multiple of the page size, whichever that is: none is above 64 KiB. */
#define ALIGNED_TOP (~0ull << 16)

struct attr {
	unsigned int type;
	unsigned int length;
	uint64_t value;
};

struct request {
	struct nlmsghdr nlh;
	struct genlmsghdr genl;
	char attrs[512];
};

struct answer {
	int error;		/* negative errno, or 0 */
	bool ended;		/* there was an end: an ACK or a DONE */
	bool truncated;
	bool malformed;		/* bytes that belong to no message, or to no attribute */
	unsigned int messages;
	char text[256];
};

static struct nl_sock *resolver;
static int family;
static uint32_t seq = 1000;
static char buffer[BIG];

static struct nl_sock *open_socket(void)
{
	struct timeval patience = { .tv_sec = 20 };
	struct nl_sock *sock = nl_socket_alloc();
	int one = 1, fd;

	if (!sock || genl_connect(sock))
		ktap_bail("cannot open a socket");
	/* Room for a refusal behind the replies of a dump. */
	nl_socket_set_buffer_size(sock, 4 * BIG, 0);
	fd = nl_socket_get_fd(sock);
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one));
	/* A kernel that does not answer at all is a result, too. */
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return sock;
}

static void begin(struct request *request, int cmd, int flags)
{
	memset(request, 0, sizeof(*request));
	request->nlh.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN);
	request->nlh.nlmsg_type = family;
	request->nlh.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	request->nlh.nlmsg_seq = ++seq;
	request->genl.cmd = cmd;
	request->genl.version = PTSCOPE_FAMILY_VERSION;
}

static void put(struct request *request, unsigned int type, unsigned int length, uint64_t value)
{
	struct nlattr *attr = (struct nlattr *)((char *)request + request->nlh.nlmsg_len);

	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + length;
	memcpy((char *)attr + NLA_HDRLEN, &value, length < sizeof(value) ? length : sizeof(value));
	request->nlh.nlmsg_len += NLA_ALIGN(attr->nla_len);
}

static void post(struct nl_sock *sock, const struct request *request)
{
	if (send(nl_socket_get_fd(sock), request, request->nlh.nlmsg_len, 0) < 0)
		ktap_bail("send: %s", strerror(errno));
}

/* The words in the attributes behind an errno. */
static void read_text(const struct nlmsghdr *nlh, const char *tlvs, struct answer *answer)
{
	const char *end = (const char *)nlh + nlh->nlmsg_len;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	while (tlvs + NLA_HDRLEN <= end) {
		const struct nlattr *attr = (const struct nlattr *)tlvs;

		if (attr->nla_len < NLA_HDRLEN || tlvs + attr->nla_len > end)
			return;
		if ((attr->nla_type & NLA_TYPE_MASK) == NLMSGERR_ATTR_MSG)
			snprintf(answer->text, sizeof(answer->text), "%.*s",
				 attr->nla_len - NLA_HDRLEN, tlvs + NLA_HDRLEN);
		tlvs += NLA_ALIGN(attr->nla_len);
	}
}

/*
 * A message that was given up must have been taken back as a whole. The first one of
 * a dump of all processes has nothing to say.
 */
static bool is_whole(const struct nlmsghdr *nlh, bool first)
{
	const struct nlattr *attr = (const void *)((const char *)NLMSG_DATA(nlh) + GENL_HDRLEN);
	int rest = (int)nlh->nlmsg_len - NLMSG_LENGTH(GENL_HDRLEN);

	for (; nla_ok(attr, rest); attr = nla_next(attr, &rest))
		;
	return (first || nlh->nlmsg_len > NLMSG_LENGTH(GENL_HDRLEN)) && rest <= 0;
}

/* Takes one datagram; false if there was none. */
static bool take(struct nl_sock *sock, size_t room, struct answer *answer)
{
	ssize_t got = recv(nl_socket_get_fd(sock), buffer, room, MSG_TRUNC);
	struct nlmsghdr *nlh = (struct nlmsghdr *)buffer;
	int rest = got;

	if (got <= 0)
		return false;
	if ((size_t)got > room) {
		answer->truncated = true;
		rest = room;
	}
	for (; NLMSG_OK(nlh, (unsigned int)rest); nlh = NLMSG_NEXT(nlh, rest)) {
		if (nlh->nlmsg_type == NLMSG_ERROR) {
			const struct nlmsgerr *err = NLMSG_DATA(nlh);
			const char *tlvs = (const char *)(err + 1);

			if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
				tlvs += NLMSG_ALIGN(err->msg.nlmsg_len) - sizeof(err->msg);
			answer->error = err->error;
			answer->ended = true;
			read_text(nlh, tlvs, answer);
		} else if (nlh->nlmsg_type == NLMSG_DONE) {
			const int *err = NLMSG_DATA(nlh);

			answer->error = *err;
			answer->ended = true;
			read_text(nlh, (const char *)(err + 1), answer);
		} else {
			answer->malformed |= !is_whole(nlh, !answer->messages);
			answer->messages++;
		}
	}
	if (!answer->truncated && rest > 0)
		answer->malformed = true;
	return true;
}

static void take_all(struct nl_sock *sock, size_t room, struct answer *answer)
{
	memset(answer, 0, sizeof(*answer));
	while (!answer->ended && take(sock, room, answer))
		;
}

static void exchange(const struct request *request, struct answer *answer)
{
	struct nl_sock *sock = open_socket();

	post(sock, request);
	take_all(sock, BIG, answer);
	nl_socket_free(sock);
}

/* An honest question. */
static bool still_answers(void)
{
	struct request request;
	struct answer answer;

	begin(&request, PTSCOPE_CMD_INFO_GET, 0);
	exchange(&request, &answer);
	if (answer.ended && !answer.error && answer.messages == 1)
		return true;
	ktap_note("afterwards INFO_GET: error %d, %u messages%s", answer.error, answer.messages,
		  answer.ended ? "" : ", no end");
	return false;
}

static void check_answer(const char *what, const struct answer *answer, int error, bool words)
{
	bool good = answer->ended && answer->error == error && (!words || answer->text[0]) &&
		    !answer->malformed;

	if (answer->malformed)
		ktap_note("a reply is malformed");
	if (!good)
		ktap_note("expected %s%s, got %s%s%s%s", error ? strerror(-error) : "success",
			  words ? " in words" : "",
			  !answer->ended ? "no answer" :
			  answer->error ? strerror(-answer->error) : "success",
			  answer->text[0] ? " \"" : " without words", answer->text,
			  answer->text[0] ? "\"" : "");
	good &= still_answers();
	ktap_check(good, "%s%s%s%s", what, answer->text[0] ? " (" : "", answer->text,
		   answer->text[0] ? ")" : "");
}

#define PID(value)	{ PTSCOPE_A_TARGET_PID, 4, value }
#define START(value)	{ PTSCOPE_A_TARGET_START, 8, value }
#define END(value)	{ PTSCOPE_A_TARGET_END, 8, value }
/* Stands for this process, whose pid no table can know. */
#define SELF		0xfeed
/* … and the same of its page size. */
#define LAST_PAGE	0xfeedbead
#define ME		PID(SELF)

/* Attributes; 0 stands for the kernel's own error where it has no words. */
/**
 * struct example - a request of some kind
 * @what: what there is about it
 * @error: negative errno of the refusal, or 0
 * @attr: its attributes
 */
struct example {
	const char *what;
	int error;
	struct attr attr[MAX_ATTRS];
};

static const struct example common[] = {
	{ "no pid", -EINVAL, {} },
	{ "pid twice", -EINVAL, { ME, ME } },
	{ "pid twice, once wrong", -EINVAL, { PID(1), ME } },
	{ "pid of no bytes", -EINVAL, { { PTSCOPE_A_TARGET_PID, 0, 0 } } },
	{ "pid of two bytes", -EINVAL, { { PTSCOPE_A_TARGET_PID, 2, 1 } } },
	{ "pid of eight bytes", -EINVAL, { { PTSCOPE_A_TARGET_PID, 8, 1 } } },
	{ "pid 0", -ERANGE, { PID(0) } },
	{ "pid -1", -ERANGE, { PID(0xffffffff) } },
	{ "pid of 2^31", -ERANGE, { PID(0x80000000) } },
	{ "pid of 2^31-1", -ERANGE, { PID(0x7fffffff) } },
	{ "the first pid above the limit", -ERANGE, { PID(PID_LIMIT + 1) } },
	{ "a pid that no process can have", -ESRCH, { PID(PID_LIMIT) } },
	{ "unknown attribute", -EINVAL, { ME, { UNUSED_TYPE, 4, 1 } } },
	{ "unknown attribute of no bytes", -EINVAL, { ME, { UNUSED_TYPE, 0, 0 } } },
	{ "attribute of type 0", -EINVAL, { ME, { 0, 4, 1 } } },
	{ "the largest type", -EINVAL, { ME, { NLA_TYPE_MASK, 4, 1 } } },
	{ "an attribute of replies: comm", -EINVAL, { ME, { PTSCOPE_A_TARGET_COMM, 4, 0 } } },
	{ "an attribute of replies: census", -EINVAL,
	  { ME, { PTSCOPE_A_TARGET_CENSUS | NLA_F_NESTED, 0, 0 } } },
	{ "a pid said to be nested", -EINVAL,
	  { { PTSCOPE_A_TARGET_PID | NLA_F_NESTED, 4, 1 } } },
}, ranged[] = {
	{ "start twice", -EINVAL, { ME, START(0), START(0) } },
	{ "end twice", -EINVAL, { ME, END(ALIGNED_TOP), END(ALIGNED_TOP) } },
	{ "start of four bytes", -EINVAL, { ME, { PTSCOPE_A_TARGET_START, 4, 0 } } },
	{ "start of sixteen bytes", -EINVAL, { ME, { PTSCOPE_A_TARGET_START, 16, 0 } } },
	{ "end of no bytes", -EINVAL, { ME, { PTSCOPE_A_TARGET_END, 0, 0 } } },
	{ "end of seven bytes", -EINVAL, { ME, { PTSCOPE_A_TARGET_END, 7, 0 } } },
	{ "start unaligned", -EINVAL, { ME, START(1) } },
	{ "end unaligned", -EINVAL, { ME, END(0x1001) } },
	{ "start is ~0", -EINVAL, { ME, START(~0ull) } },
	{ "end is ~0", -EINVAL, { ME, END(~0ull) } },
	{ "start is the last page", -EINVAL, { ME, START(LAST_PAGE) } },
	{ "start is end", -EINVAL, { ME, START(0x10000), END(0x10000) } },
	{ "start above end", -EINVAL, { ME, START(0x20000), END(0x10000) } },
	{ "end is 0", -EINVAL, { ME, END(0) } },
	{ "a range and no pid", -EINVAL, { START(0x10000), END(0x20000) } },
	{ "start said to be nested", -EINVAL,
	  { ME, { PTSCOPE_A_TARGET_START | NLA_F_NESTED, 8, 0 } } },
	/* These are odd, but in order. */
	{ "a range where nothing can be", 0, { ME, START(1ull << 63), END(ALIGNED_TOP) } },
	{ "a range of the first page", 0, { ME, START(0), END(0x10000) } },
	{ "the whole range", 0, { ME, START(0), END(ALIGNED_TOP) } },
	{ "attributes in another order", 0, { END(ALIGNED_TOP), START(0), ME } },
}, briefly[] = {
	{ "brief twice", -EINVAL,
	  { ME, { PTSCOPE_A_TARGET_BRIEF, 0, 0 }, { PTSCOPE_A_TARGET_BRIEF, 0, 0 } } },
	{ "brief with four bytes", -ERANGE, { ME, { PTSCOPE_A_TARGET_BRIEF, 4, 1 } } },
	{ "an attribute of replies: lines", -EINVAL, { ME, { PTSCOPE_A_TARGET_LINES, 8, 0 } } },
	{ "in brief", 0, { ME, { PTSCOPE_A_TARGET_BRIEF, 0, 0 } } },
	{ "a range in brief", 0, { ME, START(0), { PTSCOPE_A_TARGET_BRIEF, 0, 0 } } },
};

/* Where others need a process, this one is about all of them. */
static const struct example everybody = { "no pid", 0, {} };

static const struct example filtered[] = {
	{ "no state at all", -EINVAL, { ME, { PTSCOPE_A_TARGET_STATES, 4, 0 } } },
	{ "a state that is none", -EINVAL, { ME, { PTSCOPE_A_TARGET_STATES, 4, 1u << 13 } } },
	{ "states twice", -EINVAL,
	  { ME, { PTSCOPE_A_TARGET_STATES, 4, 1 }, { PTSCOPE_A_TARGET_STATES, 4, 1 } } },
	{ "states of eight bytes", -EINVAL, { ME, { PTSCOPE_A_TARGET_STATES, 8, 1 } } },
	{ "a flag that is none", -EINVAL,
	  { ME, { PTSCOPE_A_TARGET_CATEGORY_MASK, 4, 1u << 16 } } },
	{ "a flag that is none, inverted", -EINVAL,
	  { ME, { PTSCOPE_A_TARGET_CATEGORY_INVERTED, 4, 1u << 31 } } },
	{ "a flag that is none, among others", -EINVAL,
	  { ME, { PTSCOPE_A_TARGET_CATEGORY_ANYOF, 4, ~0u } } },
	{ "a detail that is none", -EINVAL, { ME, { PTSCOPE_A_TARGET_DETAIL, 4, 1u << 5 } } },
	{ "detail of no bytes", -EINVAL, { ME, { PTSCOPE_A_TARGET_DETAIL, 0, 0 } } },
	{ "an address", -EINVAL, { ME, { PTSCOPE_A_TARGET_ADDRESS, 8, 0 } } },
	{ "frames in brief", -EINVAL,
	  { ME, { PTSCOPE_A_TARGET_DETAIL, 4, PTSCOPE_DETAIL_FRAME },
	    { PTSCOPE_A_TARGET_BRIEF, 0, 0 } } },
	{ "brief with four bytes", -ERANGE, { ME, { PTSCOPE_A_TARGET_BRIEF, 4, 1 } } },
	{ "an attribute of replies: series", -EINVAL, { ME, { PTSCOPE_A_TARGET_SERIES, 8, 0 } } },
	{ "an attribute of replies: runs", -EINVAL, { ME, { PTSCOPE_A_TARGET_RUNS, 8, 0 } } },
	/* These are in order. */
	{ "a state that no page has", 0,
	  { ME, { PTSCOPE_A_TARGET_STATES, 4, 1u << PTSCOPE_STATE_BAD } } },
	{ "all details", 0, { ME, { PTSCOPE_A_TARGET_DETAIL, 4, 0x1f } } },
	{ "in brief", 0, { ME, { PTSCOPE_A_TARGET_BRIEF, 0, 0 } } },
	{ "flags that exclude each other", 0,
	  { ME, { PTSCOPE_A_TARGET_CATEGORY_MASK, 4, 0xffff } } },
	{ "no flag and no detail", 0,
	  { ME, { PTSCOPE_A_TARGET_CATEGORY_ANYOF, 4, 0 },
	    { PTSCOPE_A_TARGET_DETAIL, 4, 0 } } },
}, walked[] = {
	{ "no address", -EINVAL, { ME } },
	{ "an address of four bytes", -EINVAL, { ME, { PTSCOPE_A_TARGET_ADDRESS, 4, 0 } } },
	{ "an address of no bytes", -EINVAL, { ME, { PTSCOPE_A_TARGET_ADDRESS, 0, 0 } } },
	{ "an address and no pid", -EINVAL, { { PTSCOPE_A_TARGET_ADDRESS, 8, 0 } } },
	{ "a range", -EINVAL, { ME, { PTSCOPE_A_TARGET_ADDRESS, 8, 0 }, START(0) } },
	{ "a filter", -EINVAL,
	  { ME, { PTSCOPE_A_TARGET_ADDRESS, 8, 0 }, { PTSCOPE_A_TARGET_DETAIL, 4, 1 } } },
	/* Nothing is mapped there, which is an answer. */
	{ "address 0", 0, { ME, { PTSCOPE_A_TARGET_ADDRESS, 8, 0 } } },
	{ "the last address of all", 0, { ME, { PTSCOPE_A_TARGET_ADDRESS, 8, ~0ull } } },
	{ "an address that is not canonical", 0,
	  { ME, { PTSCOPE_A_TARGET_ADDRESS, 8, 1ull << 62 } } },
	{ "a kernel address", 0, { ME, { PTSCOPE_A_TARGET_ADDRESS, 8, ~0ull << 36 } } },
	{ "the same address twice", 0,
	  { ME, { PTSCOPE_A_TARGET_ADDRESS, 8, 0 }, { PTSCOPE_A_TARGET_ADDRESS, 8, 0 } } },
};

static uint64_t value_of(const struct attr *attr)
{
	switch (attr->value) {
	case SELF:
		return getpid();
	case LAST_PAGE:
		return -(uint64_t)sysconf(_SC_PAGESIZE);
	default:
		return attr->value;
	}
}

static void put_attrs(struct request *request, const struct attr *attr)
{
	int i;

	/* Type 0 within the list is meant; at its end it ends it. */
	for (i = 0; i < MAX_ATTRS && (attr[i].type || attr[i].length); i++)
		put(request, attr[i].type, attr[i].length, value_of(&attr[i]));
}

/* Asks for @command as the example does; a refusal has to have words. */
static void check_example(int command, int flags, const char *name, const struct example *example)
{
	struct request request;
	struct answer answer;
	char text[128];

	begin(&request, command, flags);
	put_attrs(&request, example->attr);
	exchange(&request, &answer);
	snprintf(text, sizeof(text), "%s: %s", name, example->what);
	check_answer(text, &answer, example->error, example->error);
}

static void test_attributes(void)
{
	struct request request;
	struct answer answer;
	char what[128];
	size_t i;

	check_example(PTSCOPE_CMD_PROC_GET, NLM_F_DUMP, "PROC_GET", &everybody);
	for (i = 0; i < sizeof(common) / sizeof(common[0]); i++) {
		if (common[i].attr[0].type)
			check_example(PTSCOPE_CMD_PROC_GET, NLM_F_DUMP, "PROC_GET", &common[i]);
		check_example(PTSCOPE_CMD_VMA_GET, NLM_F_DUMP, "VMA_GET", &common[i]);
		check_example(PTSCOPE_CMD_RUN_GET, NLM_F_DUMP, "RUN_GET", &common[i]);

		begin(&request, PTSCOPE_CMD_WALK_GET, NLM_F_DUMP);
		put(&request, PTSCOPE_A_TARGET_ADDRESS, 8, 0);
		put_attrs(&request, common[i].attr);
		exchange(&request, &answer);
		snprintf(what, sizeof(what), "WALK_GET: %s", common[i].what);
		check_answer(what, &answer, common[i].error, true);
	}
	for (i = 0; i < sizeof(ranged) / sizeof(ranged[0]); i++) {
		check_example(PTSCOPE_CMD_VMA_GET, NLM_F_DUMP, "VMA_GET", &ranged[i]);
		check_example(PTSCOPE_CMD_RUN_GET, NLM_F_DUMP, "RUN_GET", &ranged[i]);
	}
	for (i = 0; i < sizeof(briefly) / sizeof(briefly[0]); i++)
		check_example(PTSCOPE_CMD_VMA_GET, NLM_F_DUMP, "VMA_GET", &briefly[i]);
	for (i = 0; i < sizeof(filtered) / sizeof(filtered[0]); i++)
		check_example(PTSCOPE_CMD_RUN_GET, NLM_F_DUMP, "RUN_GET", &filtered[i]);
	for (i = 0; i < sizeof(walked) / sizeof(walked[0]); i++)
		check_example(PTSCOPE_CMD_WALK_GET, NLM_F_DUMP, "WALK_GET", &walked[i]);
	for (i = 16; i <= 17; i++) {
		size_t j;

		begin(&request, PTSCOPE_CMD_WALK_GET, NLM_F_DUMP);
		put(&request, PTSCOPE_A_TARGET_PID, 4, getpid());
		for (j = 0; j < i; j++)
			put(&request, PTSCOPE_A_TARGET_ADDRESS, 8, j << 16);
		exchange(&request, &answer);
		snprintf(what, sizeof(what), "WALK_GET: %zu addresses", i);
		check_answer(what, &answer, i > 16 ? -E2BIG : 0, i > 16);
	}

	begin(&request, PTSCOPE_CMD_PROC_GET, NLM_F_DUMP);
	put(&request, PTSCOPE_A_TARGET_PID, 4, getpid());
	put(&request, PTSCOPE_A_TARGET_START, 8, 0);
	exchange(&request, &answer);
	check_answer("PROC_GET: a range", &answer, -EINVAL, true);

	begin(&request, PTSCOPE_CMD_PROC_GET, NLM_F_DUMP);
	put(&request, PTSCOPE_A_TARGET_PID, 4, getpid());
	exchange(&request, &answer);
	check_answer("PROC_GET: as it should be", &answer, 0, false);
}

/* Messages whose attributes do not even have a shape. */
static void test_shapes(void)
{
	struct request request;
	struct answer answer;

	begin(&request, PTSCOPE_CMD_PROC_GET, NLM_F_DUMP);
	put(&request, PTSCOPE_A_TARGET_PID, 4, getpid());
	request.nlh.nlmsg_len += 3;
	exchange(&request, &answer);
	check_answer("PROC_GET: three bytes too many", &answer, -EINVAL, true);

	begin(&request, PTSCOPE_CMD_PROC_GET, NLM_F_DUMP);
	put(&request, PTSCOPE_A_TARGET_PID, 4, getpid());
	((struct nlattr *)request.attrs)->nla_len = 64;
	exchange(&request, &answer);
	check_answer("PROC_GET: an attribute longer than its message", &answer, -EINVAL, true);

	begin(&request, PTSCOPE_CMD_PROC_GET, NLM_F_DUMP);
	put(&request, PTSCOPE_A_TARGET_PID, 4, getpid());
	((struct nlattr *)request.attrs)->nla_len = 2;
	exchange(&request, &answer);
	check_answer("PROC_GET: an attribute shorter than its head", &answer, -EINVAL, true);

	begin(&request, PTSCOPE_CMD_VMA_GET, NLM_F_DUMP);
	put(&request, PTSCOPE_A_TARGET_PID, 4, getpid());
	((struct nlattr *)request.attrs)->nla_len = 0xffff;
	exchange(&request, &answer);
	check_answer("VMA_GET: an attribute longer than its message", &answer, -EINVAL, true);

	/* From here on generic netlink refuses, which has no words for it. */
	begin(&request, PTSCOPE_CMD_INFO_GET, 0);
	request.nlh.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN) - 2;
	exchange(&request, &answer);
	check_answer("half a generic netlink header", &answer, -EINVAL, false);
}

static void test_commands(void)
{
	static const int unknown[] = { 0, 100, 255 };
	static const int versions[] = { 0, 2, 255 };
	struct request request;
	struct answer answer;
	char what[128];
	size_t i;

	for (i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		begin(&request, unknown[i], 0);
		exchange(&request, &answer);
		snprintf(what, sizeof(what), "command %d", unknown[i]);
		check_answer(what, &answer, -EOPNOTSUPP, false);

		begin(&request, unknown[i], NLM_F_DUMP);
		exchange(&request, &answer);
		snprintf(what, sizeof(what), "command %d as a dump", unknown[i]);
		check_answer(what, &answer, -EOPNOTSUPP, false);
	}

	begin(&request, PTSCOPE_CMD_INFO_GET, NLM_F_DUMP);
	exchange(&request, &answer);
	check_answer("INFO_GET as a dump", &answer, -EOPNOTSUPP, false);

	begin(&request, PTSCOPE_CMD_VMA_GET, 0);
	put(&request, PTSCOPE_A_TARGET_PID, 4, getpid());
	exchange(&request, &answer);
	check_answer("VMA_GET not as a dump", &answer, -EOPNOTSUPP, false);

	/* Half of the two bits that make a dump are no dump, but no request either. */
	begin(&request, PTSCOPE_CMD_VMA_GET, NLM_F_ROOT);
	put(&request, PTSCOPE_A_TARGET_PID, 4, getpid());
	exchange(&request, &answer);
	check_answer("VMA_GET with half a dump flag", &answer, -EINVAL, true);

	begin(&request, PTSCOPE_CMD_INFO_GET, NLM_F_ATOMIC);
	exchange(&request, &answer);
	check_answer("INFO_GET with a flag that means nothing", &answer, -EINVAL, true);

	begin(&request, PTSCOPE_CMD_INFO_GET, 0);
	request.genl.reserved = 1;
	exchange(&request, &answer);
	check_answer("INFO_GET with a reserved field", &answer, -EINVAL, true);

	/* Generic netlink hands the version on, and ptscope has but one. */
	for (i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		begin(&request, PTSCOPE_CMD_INFO_GET, 0);
		request.genl.version = versions[i];
		exchange(&request, &answer);
		snprintf(what, sizeof(what), "version %d", versions[i]);
		check_answer(what, &answer, 0, false);
	}

	/* A command without attributes: some kernels look at what is there, some do not. */
	begin(&request, PTSCOPE_CMD_INFO_GET, 0);
	put(&request, PTSCOPE_A_TARGET_PID, 4, getpid());
	exchange(&request, &answer);
	check_answer("INFO_GET with an attribute", &answer,
		     answer.error == -EINVAL ? -EINVAL : 0, answer.error);
}

/* So many VMAs that a dump of this process does not fit into a few replies. */
static void grow_vmas(void)
{
	size_t page = sysconf(_SC_PAGESIZE), i;
	char *start = mmap(NULL, VMAS * page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (start == MAP_FAILED)
		ktap_bail("mmap: %s", strerror(errno));
	for (i = 1; i < VMAS; i += 2)
		if (mprotect(start + i * page, page, PROT_READ | PROT_WRITE))
			ktap_bail("mprotect: %s", strerror(errno));
}

static long module_users(void)
{
	FILE *file = fopen("/sys/module/ptscope/refcnt", "re");
	long users = -1;

	if (file) {
		if (fscanf(file, "%ld", &users) != 1)
			users = -1;
		fclose(file);
	}
	return users;
}

static void ask_for_dump(struct nl_sock *sock)
{
	struct request request;

	begin(&request, PTSCOPE_CMD_VMA_GET, NLM_F_DUMP);
	put(&request, PTSCOPE_A_TARGET_PID, 4, getpid());
	post(sock, &request);
}

static void test_bad_clients(void)
{
	struct nl_sock *sock, *crowd[CROWD];
	long users = module_users();
	struct answer answer, busy;
	int i;

	sock = open_socket();
	ask_for_dump(sock);
	ktap_check(still_answers(), "a client that does not read its dump");
	nl_socket_free(sock);
	ktap_check(still_answers() && module_users() == users, "… and goes away");

	sock = open_socket();
	ask_for_dump(sock);
	memset(&answer, 0, sizeof(answer));
	take(sock, BIG, &answer);
	take(sock, BIG, &answer);
	ktap_check(answer.messages && !answer.ended, "a dump takes more than two replies");
	nl_socket_free(sock);
	ktap_check(still_answers() && module_users() == users,
		   "a client that goes away in the middle of a dump");

	for (i = 0; i < CROWD; i++) {
		crowd[i] = open_socket();
		ask_for_dump(crowd[i]);
	}
	ktap_check(still_answers(), "%d clients that do not read their dumps", CROWD);
	for (i = 0; i < CROWD; i++)
		nl_socket_free(crowd[i]);
	ktap_check(still_answers() && module_users() == users, "… and go away");

	/* The refusal comes between the replies of the dump that goes on. */
	sock = open_socket();
	ask_for_dump(sock);
	ask_for_dump(sock);
	memset(&busy, 0, sizeof(busy));
	while (!busy.ended && take(sock, BIG, &busy))
		;
	check_answer("a second dump on a busy socket", &busy, -EBUSY, false);
	take_all(sock, BIG, &answer);
	ktap_check(answer.ended && !answer.error && busy.messages + answer.messages > VMAS,
		   "… and the first one comes to its end");
	nl_socket_free(sock);

	sock = open_socket();
	ask_for_dump(sock);
	take_all(sock, 512, &answer);
	ktap_check(answer.ended && answer.truncated && still_answers(),
		   "a client whose buffer is too small");
	ktap_check(recv(nl_socket_get_fd(sock), buffer, BIG, MSG_DONTWAIT) < 0,
		   "… and nothing comes after the end");
	ask_for_dump(sock);
	take_all(sock, BIG, &answer);
	ktap_check(answer.ended && !answer.error && !answer.truncated && answer.messages > VMAS,
		   "… and with a large buffer all is well");
	nl_socket_free(sock);

	/* Read in the way of those who do not know of large replies. */
	sock = open_socket();
	ask_for_dump(sock);
	take_all(sock, 4096, &answer);
	ktap_check(answer.ended, "a client with a buffer of one page comes to an end");
	nl_socket_free(sock);
	ktap_check(module_users() == users, "nobody holds the module any more");
}

/*
 * Replies as small and as large as the kernel makes them: its buffers follow what a
 * client has room for. Every message has to be whole.
 */
static void test_replies(int command, unsigned int type, uint64_t value, const char *name)
{
	static const size_t rooms[] = { 1024, 4096, 8192, 16384, 32768, BIG };
	size_t i;

	for (i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++) {
		struct nl_sock *sock = open_socket();
		struct request request;
		struct answer answer;

		begin(&request, command, NLM_F_DUMP);
		put(&request, PTSCOPE_A_TARGET_PID, 4, getpid());
		if (type)
			put(&request, type, value ? 4 : 0, value);
		memset(&answer, 0, sizeof(answer));
		post(sock, &request);
		take_all(sock, rooms[i], &answer);
		if (!answer.truncated) {
			ktap_check(answer.ended && !answer.error && !answer.malformed &&
				   answer.messages,
				   "%s into %zu bytes: %u messages, each of them whole", name,
				   rooms[i], answer.messages);
		} else {
			ktap_check(answer.ended && !answer.error,
				   "%s into %zu bytes: what is cut off comes to its end", name,
				   rooms[i]);
		}
		nl_socket_free(sock);
	}
}

/*
 * A socket whose opener may not look, in the hands of root: as when somebody
 * makes it the output of a program that runs with more powers, so that the
 * message names no receiver. One that does is tried in moments.c.
 */
static void test_borrowed_socket(void)
{
	struct request request;
	struct nl_sock *sock;
	struct answer answer;

	if (geteuid()) {
		ktap_skip("not run by root", "root writes to a socket that nobody opened");
		return;
	}
	if (seteuid(NOBODY))
		ktap_bail("seteuid: %s", strerror(errno));
	sock = open_socket();
	if (seteuid(0))
		ktap_bail("seteuid: %s", strerror(errno));

	begin(&request, PTSCOPE_CMD_PROC_GET, NLM_F_DUMP);
	put(&request, PTSCOPE_A_TARGET_PID, 4, getppid());
	post(sock, &request);
	take_all(sock, BIG, &answer);
	check_answer("root writes to a socket that nobody opened", &answer, -EPERM, true);

	begin(&request, PTSCOPE_CMD_VMA_GET, NLM_F_DUMP);
	put(&request, PTSCOPE_A_TARGET_PID, 4, getppid());
	post(sock, &request);
	take_all(sock, BIG, &answer);
	check_answer("… and asks for VMAs", &answer, -EPERM, true);

	/* It could as well be somebody else's idea to look at root's memory. */
	begin(&request, PTSCOPE_CMD_PROC_GET, NLM_F_DUMP);
	put(&request, PTSCOPE_A_TARGET_PID, 4, getpid());
	post(sock, &request);
	take_all(sock, BIG, &answer);
	check_answer("… and asks about itself", &answer, -EPERM, true);
	nl_socket_free(sock);
}

int main(void)
{
	ktap_begin();
	resolver = open_socket();
	family = genl_ctrl_resolve(resolver, PTSCOPE_FAMILY_NAME);
	if (family < 0)
		ktap_bail("the module is not loaded");
	nl_socket_free(resolver);

	test_attributes();
	test_shapes();
	test_commands();
	test_borrowed_socket();
	grow_vmas();
	test_bad_clients();
	test_replies(PTSCOPE_CMD_VMA_GET, 0, 0, "VMAs");
	test_replies(PTSCOPE_CMD_VMA_GET, PTSCOPE_A_TARGET_BRIEF, 0, "VMAs in brief");
	test_replies(PTSCOPE_CMD_RUN_GET, 0, 0, "runs");
	test_replies(PTSCOPE_CMD_RUN_GET, PTSCOPE_A_TARGET_DETAIL, PTSCOPE_DETAIL_FOLIO,
		     "runs with folios");
	test_replies(PTSCOPE_CMD_RUN_GET, PTSCOPE_A_TARGET_BRIEF, 0, "runs in brief");
	return ktap_end();
}
