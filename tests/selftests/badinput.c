// SPDX-License-Identifier: GPL-2.0-only
/*
 * Malformed requests and misbehaving clients, by hand-made generic netlink messages that
 * libptscope would never send. A rejected request must have the right errno and an extack
 * message, and the module must handle the next valid request.
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
/* VMAs of this process: a dump of it takes many replies. */
#define VMAS 4000
#define CLIENTS 64
#define NOBODY 65534

#define UNUSED_TYPE 60
/* PID_MAX_LIMIT of 64-bit kernels. */
#define PID_LIMIT 4194304
/* A multiple of every page size up to 64 KiB. */
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

struct reply {
	int error;		/* negative errno, or 0 */
	bool ended;		/* an ACK or a DONE arrived */
	bool truncated;
	bool malformed;		/* bytes that belong to no message or attribute */
	unsigned int messages;
	char text[256];
};

static struct nl_sock *resolver;
static int family;
static uint32_t seq = 1000;
static char buffer[BIG];

static struct nl_sock *open_socket(void)
{
	struct timeval timeout = { .tv_sec = 20 };
	struct nl_sock *sock = nl_socket_alloc();
	int one = 1, fd;

	if (!sock || genl_connect(sock))
		ktap_bail("cannot open a socket");
	/* The rejection of a second dump is queued behind the replies of the first. */
	nl_socket_set_buffer_size(sock, 4 * BIG, 0);
	fd = nl_socket_get_fd(sock);
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one));
	/* A request without a reply is a failed check. */
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	return sock;
}

static void init_request(struct request *request, int cmd, int flags)
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

static void send_request(struct nl_sock *sock, const struct request *request)
{
	if (send(nl_socket_get_fd(sock), request, request->nlh.nlmsg_len, 0) < 0)
		ktap_bail("send: %s", strerror(errno));
}

/* Reads the extack message from the attributes after an errno. */
static void read_text(const struct nlmsghdr *nlh, const char *tlvs, struct reply *reply)
{
	const char *end = (const char *)nlh + nlh->nlmsg_len;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	while (tlvs + NLA_HDRLEN <= end) {
		const struct nlattr *attr = (const struct nlattr *)tlvs;

		if (attr->nla_len < NLA_HDRLEN || tlvs + attr->nla_len > end)
			return;
		if ((attr->nla_type & NLA_TYPE_MASK) == NLMSGERR_ATTR_MSG)
			snprintf(reply->text, sizeof(reply->text), "%.*s",
				 attr->nla_len - NLA_HDRLEN, tlvs + NLA_HDRLEN);
		tlvs += NLA_ALIGN(attr->nla_len);
	}
}

/*
 * True if a message ends with a complete attribute. Only the first message of a dump of all
 * processes has no attribute.
 */
static bool is_whole(const struct nlmsghdr *nlh, bool first)
{
	const struct nlattr *attr = (const void *)((const char *)NLMSG_DATA(nlh) + GENL_HDRLEN);
	int rest = (int)nlh->nlmsg_len - NLMSG_LENGTH(GENL_HDRLEN);

	for (; nla_ok(attr, rest); attr = nla_next(attr, &rest))
		;
	return (first || nlh->nlmsg_len > NLMSG_LENGTH(GENL_HDRLEN)) && rest <= 0;
}

/* Receives one datagram; returns false if there is none. */
static bool receive(struct nl_sock *sock, size_t size, struct reply *reply)
{
	ssize_t got = recv(nl_socket_get_fd(sock), buffer, size, MSG_TRUNC);
	struct nlmsghdr *nlh = (struct nlmsghdr *)buffer;
	int rest = got;

	if (got <= 0)
		return false;
	if ((size_t)got > size) {
		reply->truncated = true;
		rest = size;
	}
	for (; NLMSG_OK(nlh, (unsigned int)rest); nlh = NLMSG_NEXT(nlh, rest)) {
		if (nlh->nlmsg_type == NLMSG_ERROR) {
			const struct nlmsgerr *err = NLMSG_DATA(nlh);
			const char *tlvs = (const char *)(err + 1);

			if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
				tlvs += NLMSG_ALIGN(err->msg.nlmsg_len) - sizeof(err->msg);
			reply->error = err->error;
			reply->ended = true;
			read_text(nlh, tlvs, reply);
		} else if (nlh->nlmsg_type == NLMSG_DONE) {
			const int *err = NLMSG_DATA(nlh);

			reply->error = *err;
			reply->ended = true;
			read_text(nlh, (const char *)(err + 1), reply);
		} else {
			reply->malformed |= !is_whole(nlh, !reply->messages);
			reply->messages++;
		}
	}
	if (!reply->truncated && rest > 0)
		reply->malformed = true;
	return true;
}

static void receive_all(struct nl_sock *sock, size_t size, struct reply *reply)
{
	memset(reply, 0, sizeof(*reply));
	while (!reply->ended && receive(sock, size, reply))
		;
}

static void exchange(const struct request *request, struct reply *reply)
{
	struct nl_sock *sock = open_socket();

	send_request(sock, request);
	receive_all(sock, BIG, reply);
	nl_socket_free(sock);
}

/* Sends a valid request. */
static bool module_works(void)
{
	struct request request;
	struct reply reply;

	init_request(&request, PTSCOPE_CMD_INFO_GET, 0);
	exchange(&request, &reply);
	if (reply.ended && !reply.error && reply.messages == 1)
		return true;
	ktap_note("INFO_GET after it: error %d, %u messages%s", reply.error, reply.messages,
		  reply.ended ? "" : ", no ACK");
	return false;
}

static void check_reply(const char *what, const struct reply *reply, int error, bool text)
{
	bool good = reply->ended && reply->error == error && (!text || reply->text[0]) &&
		    !reply->malformed;

	if (reply->malformed)
		ktap_note("a reply is malformed");
	if (!good)
		ktap_note("expected %s%s, got %s%s%s%s", error ? strerror(-error) : "success",
			  text ? " with a message" : "",
			  !reply->ended ? "no reply" :
			  reply->error ? strerror(-reply->error) : "success",
			  reply->text[0] ? " \"" : " without a message", reply->text,
			  reply->text[0] ? "\"" : "");
	good &= module_works();
	ktap_check(good, "%s%s%s%s", what, reply->text[0] ? " (" : "", reply->text,
		   reply->text[0] ? ")" : "");
}

#define PID(value)	{ PTSCOPE_A_TARGET_PID, 4, value }
#define START(value)	{ PTSCOPE_A_TARGET_START, 8, value }
#define END(value)	{ PTSCOPE_A_TARGET_END, 8, value }
/* Replaced by the PID of this process. */
#define SELF		0xfeed
/* Replaced by the address of the last page. */
#define LAST_PAGE	0xfeedbead
#define ME		PID(SELF)

/**
 * struct example - a request of some command
 * @what: description
 * @error: negative errno of the reply, or 0
 * @attr: attributes of the request
 */
struct example {
	const char *what;
	int error;
	struct attr attr[MAX_ATTRS];
};

static const struct example common[] = {
	{ "no PID", -EINVAL, {} },
	{ "PID of 0 bytes", -EINVAL, { { PTSCOPE_A_TARGET_PID, 0, 0 } } },
	{ "PID of two bytes", -EINVAL, { { PTSCOPE_A_TARGET_PID, 2, 1 } } },
	{ "PID of eight bytes", -EINVAL, { { PTSCOPE_A_TARGET_PID, 8, 1 } } },
	{ "PID 0", -ERANGE, { PID(0) } },
	{ "PID -1", -ERANGE, { PID(0xffffffff) } },
	{ "PID of 2^31", -ERANGE, { PID(0x80000000) } },
	{ "PID of 2^31-1", -ERANGE, { PID(0x7fffffff) } },
	{ "PID_MAX_LIMIT + 1", -ERANGE, { PID(PID_LIMIT + 1) } },
	{ "PID_MAX_LIMIT, which no process has", -ESRCH, { PID(PID_LIMIT) } },
	{ "unknown attribute", -EINVAL, { ME, { UNUSED_TYPE, 4, 1 } } },
	{ "unknown attribute of 0 bytes", -EINVAL, { ME, { UNUSED_TYPE, 0, 0 } } },
	{ "attribute of type 0", -EINVAL, { ME, { 0, 4, 1 } } },
	{ "the largest type", -EINVAL, { ME, { NLA_TYPE_MASK, 4, 1 } } },
	{ "reply attribute: comm", -EINVAL, { ME, { PTSCOPE_A_TARGET_COMM, 4, 0 } } },
	{ "reply attribute: census", -EINVAL,
	  { ME, { PTSCOPE_A_TARGET_CENSUS | NLA_F_NESTED, 0, 0 } } },
	{ "PID with NLA_F_NESTED", -EINVAL,
	  { { PTSCOPE_A_TARGET_PID | NLA_F_NESTED, 4, 1 } } },
}, ranged[] = {
	{ "start twice", -EINVAL, { ME, START(0), START(0) } },
	{ "end twice", -EINVAL, { ME, END(ALIGNED_TOP), END(ALIGNED_TOP) } },
	{ "start of four bytes", -EINVAL, { ME, { PTSCOPE_A_TARGET_START, 4, 0 } } },
	{ "start of sixteen bytes", -EINVAL, { ME, { PTSCOPE_A_TARGET_START, 16, 0 } } },
	{ "end of 0 bytes", -EINVAL, { ME, { PTSCOPE_A_TARGET_END, 0, 0 } } },
	{ "end of seven bytes", -EINVAL, { ME, { PTSCOPE_A_TARGET_END, 7, 0 } } },
	{ "start unaligned", -EINVAL, { ME, START(1) } },
	{ "end unaligned", -EINVAL, { ME, END(0x1001) } },
	{ "start is ~0", -EINVAL, { ME, START(~0ull) } },
	{ "end is ~0", -EINVAL, { ME, END(~0ull) } },
	{ "start is the last page", -EINVAL, { ME, START(LAST_PAGE) } },
	{ "start equals end", -EINVAL, { ME, START(0x10000), END(0x10000) } },
	{ "start above end", -EINVAL, { ME, START(0x20000), END(0x10000) } },
	{ "end is 0", -EINVAL, { ME, END(0) } },
	{ "a range without a PID", -EINVAL, { START(0x10000), END(0x20000) } },
	{ "start with NLA_F_NESTED", -EINVAL,
	  { ME, { PTSCOPE_A_TARGET_START | NLA_F_NESTED, 8, 0 } } },
	/* Valid requests. */
	{ "a range of non-canonical addresses", 0, { ME, START(1ull << 63), END(ALIGNED_TOP) } },
	{ "the first page", 0, { ME, START(0), END(0x10000) } },
	{ "all addresses", 0, { ME, START(0), END(ALIGNED_TOP) } },
	{ "attributes in another order", 0, { END(ALIGNED_TOP), START(0), ME } },
};

/* PROC_GET without a PID is a dump of all processes. */
static const struct example everybody = { "no PID", 0, {} };

/* Requests about one process, and PROC_GET with its list of them. */
static const struct example one_process[] = {
	{ "PID twice", -EINVAL, { ME, ME } },
	{ "two PIDs", -EINVAL, { PID(1), ME } },
}, processes[] = {
	{ "PID twice", 0, { ME, ME } },
	{ "two PIDs, of which one is too large", 0, { PID(PID_LIMIT + 1), ME } },
	{ "a list with a PID of two bytes", -EINVAL, { ME, { PTSCOPE_A_TARGET_PID, 2, 1 } } },
	{ "unknown detail", -EINVAL, { ME, { PTSCOPE_A_TARGET_DETAIL, 4, 1u << 5 } } },
};

static const struct example filtered[] = {
	{ "an empty state mask", -EINVAL, { ME, { PTSCOPE_A_TARGET_STATES, 4, 0 } } },
	{ "an unknown state", -EINVAL, { ME, { PTSCOPE_A_TARGET_STATES, 4, 1u << 13 } } },
	{ "states twice", -EINVAL,
	  { ME, { PTSCOPE_A_TARGET_STATES, 4, 1 }, { PTSCOPE_A_TARGET_STATES, 4, 1 } } },
	{ "states of eight bytes", -EINVAL, { ME, { PTSCOPE_A_TARGET_STATES, 8, 1 } } },
	{ "an unknown flag", -EINVAL,
	  { ME, { PTSCOPE_A_TARGET_CATEGORY_MASK, 4, 1u << 16 } } },
	{ "an unknown flag, inverted", -EINVAL,
	  { ME, { PTSCOPE_A_TARGET_CATEGORY_INVERTED, 4, 1u << 31 } } },
	{ "an unknown flag among others", -EINVAL,
	  { ME, { PTSCOPE_A_TARGET_CATEGORY_ANYOF, 4, ~0u } } },
	{ "an unknown detail", -EINVAL, { ME, { PTSCOPE_A_TARGET_DETAIL, 4, 1u << 5 } } },
	{ "detail of 0 bytes", -EINVAL, { ME, { PTSCOPE_A_TARGET_DETAIL, 0, 0 } } },
	{ "an address", -EINVAL, { ME, { PTSCOPE_A_TARGET_ADDRESS, 8, 0 } } },
	{ "reply attribute: runs", -EINVAL, { ME, { PTSCOPE_A_TARGET_RUNS, 8, 0 } } },
	/* Valid requests. */
	{ "a state that no page has", 0,
	  { ME, { PTSCOPE_A_TARGET_STATES, 4, 1u << PTSCOPE_STATE_BAD } } },
	{ "all details", 0, { ME, { PTSCOPE_A_TARGET_DETAIL, 4, 0x1f } } },
	{ "flags that exclude each other", 0,
	  { ME, { PTSCOPE_A_TARGET_CATEGORY_MASK, 4, 0xffff } } },
	{ "no flag and no detail", 0,
	  { ME, { PTSCOPE_A_TARGET_CATEGORY_ANYOF, 4, 0 },
	    { PTSCOPE_A_TARGET_DETAIL, 4, 0 } } },
}, walked[] = {
	{ "no address", -EINVAL, { ME } },
	{ "an address of four bytes", -EINVAL, { ME, { PTSCOPE_A_TARGET_ADDRESS, 4, 0 } } },
	{ "an address of 0 bytes", -EINVAL, { ME, { PTSCOPE_A_TARGET_ADDRESS, 0, 0 } } },
	{ "an address without a PID", -EINVAL, { { PTSCOPE_A_TARGET_ADDRESS, 8, 0 } } },
	{ "a range", -EINVAL, { ME, { PTSCOPE_A_TARGET_ADDRESS, 8, 0 }, START(0) } },
	{ "a filter", -EINVAL,
	  { ME, { PTSCOPE_A_TARGET_ADDRESS, 8, 0 }, { PTSCOPE_A_TARGET_DETAIL, 4, 1 } } },
	/* Valid: nothing is mapped there. */
	{ "address 0", 0, { ME, { PTSCOPE_A_TARGET_ADDRESS, 8, 0 } } },
	{ "the last address", 0, { ME, { PTSCOPE_A_TARGET_ADDRESS, 8, ~0ull } } },
	{ "a non-canonical address", 0,
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

	/* The list ends with type 0 and length 0; type 0 with a payload is a test case. */
	for (i = 0; i < MAX_ATTRS && (attr[i].type || attr[i].length); i++)
		put(request, attr[i].type, attr[i].length, value_of(&attr[i]));
}

/*
 * Sends an example as a request of @command. A rejection must have an extack message.
 */
static void check_example(int command, int flags, const char *name, const struct example *example)
{
	struct request request;
	struct reply reply;
	char text[128];

	init_request(&request, command, flags);
	put_attrs(&request, example->attr);
	exchange(&request, &reply);
	snprintf(text, sizeof(text), "%s: %s", name, example->what);
	check_reply(text, &reply, example->error, example->error);
}

static void test_attributes(void)
{
	struct request request;
	struct reply reply;
	char what[128];
	size_t i;

	check_example(PTSCOPE_CMD_PROC_GET, NLM_F_DUMP, "PROC_GET", &everybody);
	for (i = 0; i < sizeof(common) / sizeof(common[0]); i++) {
		if (common[i].attr[0].type)
			check_example(PTSCOPE_CMD_PROC_GET, NLM_F_DUMP, "PROC_GET", &common[i]);
		check_example(PTSCOPE_CMD_VMA_GET, NLM_F_DUMP, "VMA_GET", &common[i]);
		check_example(PTSCOPE_CMD_RUN_GET, NLM_F_DUMP, "RUN_GET", &common[i]);

		init_request(&request, PTSCOPE_CMD_WALK_GET, NLM_F_DUMP);
		put(&request, PTSCOPE_A_TARGET_ADDRESS, 8, 0);
		put_attrs(&request, common[i].attr);
		exchange(&request, &reply);
		snprintf(what, sizeof(what), "WALK_GET: %s", common[i].what);
		check_reply(what, &reply, common[i].error, true);
	}
	for (i = 0; i < sizeof(ranged) / sizeof(ranged[0]); i++) {
		check_example(PTSCOPE_CMD_VMA_GET, NLM_F_DUMP, "VMA_GET", &ranged[i]);
		check_example(PTSCOPE_CMD_RUN_GET, NLM_F_DUMP, "RUN_GET", &ranged[i]);
	}
	for (i = 0; i < sizeof(one_process) / sizeof(one_process[0]); i++) {
		check_example(PTSCOPE_CMD_VMA_GET, NLM_F_DUMP, "VMA_GET", &one_process[i]);
		check_example(PTSCOPE_CMD_RUN_GET, NLM_F_DUMP, "RUN_GET", &one_process[i]);
	}
	for (i = 0; i < sizeof(processes) / sizeof(processes[0]); i++)
		check_example(PTSCOPE_CMD_PROC_GET, NLM_F_DUMP, "PROC_GET", &processes[i]);
	for (i = 0; i < sizeof(filtered) / sizeof(filtered[0]); i++)
		check_example(PTSCOPE_CMD_RUN_GET, NLM_F_DUMP, "RUN_GET", &filtered[i]);
	for (i = 0; i < sizeof(walked) / sizeof(walked[0]); i++)
		check_example(PTSCOPE_CMD_WALK_GET, NLM_F_DUMP, "WALK_GET", &walked[i]);
	init_request(&request, PTSCOPE_CMD_PROC_GET, NLM_F_DUMP);
	put(&request, PTSCOPE_A_TARGET_PID, 4, getpid());
	put(&request, PTSCOPE_A_TARGET_START, 8, 0);
	exchange(&request, &reply);
	check_reply("PROC_GET: a range", &reply, -EINVAL, true);

	init_request(&request, PTSCOPE_CMD_PROC_GET, NLM_F_DUMP);
	put(&request, PTSCOPE_A_TARGET_PID, 4, getpid());
	exchange(&request, &reply);
	check_reply("PROC_GET: valid", &reply, 0, false);
}

/* Attributes whose length is invalid. */
static void test_shapes(void)
{
	struct request request;
	struct reply reply;

	init_request(&request, PTSCOPE_CMD_PROC_GET, NLM_F_DUMP);
	put(&request, PTSCOPE_A_TARGET_PID, 4, getpid());
	request.nlh.nlmsg_len += 3;
	exchange(&request, &reply);
	check_reply("PROC_GET: three trailing bytes", &reply, -EINVAL, true);

	init_request(&request, PTSCOPE_CMD_PROC_GET, NLM_F_DUMP);
	put(&request, PTSCOPE_A_TARGET_PID, 4, getpid());
	((struct nlattr *)request.attrs)->nla_len = 64;
	exchange(&request, &reply);
	check_reply("PROC_GET: an attribute longer than its message", &reply, -EINVAL, true);

	init_request(&request, PTSCOPE_CMD_PROC_GET, NLM_F_DUMP);
	put(&request, PTSCOPE_A_TARGET_PID, 4, getpid());
	((struct nlattr *)request.attrs)->nla_len = 2;
	exchange(&request, &reply);
	check_reply("PROC_GET: an attribute shorter than its header", &reply, -EINVAL, true);

	init_request(&request, PTSCOPE_CMD_VMA_GET, NLM_F_DUMP);
	put(&request, PTSCOPE_A_TARGET_PID, 4, getpid());
	((struct nlattr *)request.attrs)->nla_len = 0xffff;
	exchange(&request, &reply);
	check_reply("VMA_GET: an attribute longer than its message", &reply, -EINVAL, true);

	/* Generic netlink itself rejects the following, without an extack message. */
	init_request(&request, PTSCOPE_CMD_INFO_GET, 0);
	request.nlh.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN) - 2;
	exchange(&request, &reply);
	check_reply("half a generic netlink header", &reply, -EINVAL, false);
}

static void test_commands(void)
{
	static const int unknown[] = { 0, 100, 255 };
	static const int versions[] = { 0, 2, 255 };
	struct request request;
	struct reply reply;
	char what[128];
	size_t i;

	for (i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		init_request(&request, unknown[i], 0);
		exchange(&request, &reply);
		snprintf(what, sizeof(what), "command %d", unknown[i]);
		check_reply(what, &reply, -EOPNOTSUPP, false);

		init_request(&request, unknown[i], NLM_F_DUMP);
		exchange(&request, &reply);
		snprintf(what, sizeof(what), "command %d with NLM_F_DUMP", unknown[i]);
		check_reply(what, &reply, -EOPNOTSUPP, false);
	}

	init_request(&request, PTSCOPE_CMD_INFO_GET, NLM_F_DUMP);
	exchange(&request, &reply);
	check_reply("INFO_GET with NLM_F_DUMP", &reply, -EOPNOTSUPP, false);

	init_request(&request, PTSCOPE_CMD_VMA_GET, 0);
	put(&request, PTSCOPE_A_TARGET_PID, 4, getpid());
	exchange(&request, &reply);
	check_reply("VMA_GET without NLM_F_DUMP", &reply, -EOPNOTSUPP, false);

	/* NLM_F_DUMP is two bits. One of them alone is invalid. */
	init_request(&request, PTSCOPE_CMD_VMA_GET, NLM_F_ROOT);
	put(&request, PTSCOPE_A_TARGET_PID, 4, getpid());
	exchange(&request, &reply);
	check_reply("VMA_GET with NLM_F_ROOT alone", &reply, -EINVAL, true);

	init_request(&request, PTSCOPE_CMD_INFO_GET, NLM_F_ATOMIC);
	exchange(&request, &reply);
	check_reply("INFO_GET with NLM_F_ATOMIC", &reply, -EINVAL, true);

	init_request(&request, PTSCOPE_CMD_INFO_GET, 0);
	request.genl.reserved = 1;
	exchange(&request, &reply);
	check_reply("INFO_GET with the reserved field set", &reply, -EINVAL, true);

	/* Generic netlink ignores the version, and the module has only one. */
	for (i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		init_request(&request, PTSCOPE_CMD_INFO_GET, 0);
		request.genl.version = versions[i];
		exchange(&request, &reply);
		snprintf(what, sizeof(what), "version %d", versions[i]);
		check_reply(what, &reply, 0, false);
	}

	/* A command without a policy: only some kernels reject attributes. */
	init_request(&request, PTSCOPE_CMD_INFO_GET, 0);
	put(&request, PTSCOPE_A_TARGET_PID, 4, getpid());
	exchange(&request, &reply);
	check_reply("INFO_GET with an attribute", &reply,
		    reply.error == -EINVAL ? -EINVAL : 0, reply.error);
}

/* Makes a dump of this process too large for a few replies. */
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

static void request_dump(struct nl_sock *sock)
{
	struct request request;

	init_request(&request, PTSCOPE_CMD_VMA_GET, NLM_F_DUMP);
	put(&request, PTSCOPE_A_TARGET_PID, 4, getpid());
	send_request(sock, &request);
}

static void test_bad_clients(void)
{
	struct nl_sock *sock, *many[CLIENTS];
	long users = module_users();
	struct reply reply, busy;
	int i;

	sock = open_socket();
	request_dump(sock);
	ktap_check(module_works(), "a client does not read its dump");
	nl_socket_free(sock);
	ktap_check(module_works() && module_users() == users,
		   "a client closes the socket of an unread dump");

	sock = open_socket();
	request_dump(sock);
	memset(&reply, 0, sizeof(reply));
	receive(sock, BIG, &reply);
	receive(sock, BIG, &reply);
	ktap_check(reply.messages && !reply.ended, "two replies are not the whole dump");
	nl_socket_free(sock);
	ktap_check(module_works() && module_users() == users,
		   "a client closes its socket in the middle of a dump");

	for (i = 0; i < CLIENTS; i++) {
		many[i] = open_socket();
		request_dump(many[i]);
	}
	ktap_check(module_works(), "%d clients do not read their dumps", CLIENTS);
	for (i = 0; i < CLIENTS; i++)
		nl_socket_free(many[i]);
	ktap_check(module_works() && module_users() == users, "they close their sockets");

	/* The rejection arrives between the replies of the first dump. */
	sock = open_socket();
	request_dump(sock);
	request_dump(sock);
	memset(&busy, 0, sizeof(busy));
	while (!busy.ended && receive(sock, BIG, &busy))
		;
	check_reply("a second dump on a busy socket", &busy, -EBUSY, false);
	receive_all(sock, BIG, &reply);
	ktap_check(reply.ended && !reply.error && busy.messages + reply.messages > 2,
		   "a second dump on a busy socket: the first one is complete");
	nl_socket_free(sock);

	sock = open_socket();
	request_dump(sock);
	receive_all(sock, 512, &reply);
	ktap_check(reply.ended && reply.truncated && module_works(),
		   "a buffer that is too small");
	ktap_check(recv(nl_socket_get_fd(sock), buffer, BIG, MSG_DONTWAIT) < 0,
		   "a buffer that is too small: nothing follows the end");
	request_dump(sock);
	receive_all(sock, BIG, &reply);
	ktap_check(reply.ended && !reply.error && !reply.truncated && reply.messages > 2,
		   "a large buffer on the same socket");
	nl_socket_free(sock);

	/* A buffer smaller than the largest reply. */
	sock = open_socket();
	request_dump(sock);
	receive_all(sock, 4096, &reply);
	ktap_check(reply.ended, "a buffer of 4 KiB: the dump ends");
	nl_socket_free(sock);
	ktap_check(module_users() == users, "the module has no user left");
}

/*
 * Buffers of different sizes: the kernel allocates replies of the size that the client
 * receives with. Each message must be complete.
 */
static void test_replies(int command, unsigned int type, uint64_t value, const char *name)
{
	static const size_t sizes[] = { 1024, 4096, 8192, 16384, 32768, BIG };
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct nl_sock *sock = open_socket();
		struct request request;
		struct reply reply;
		bool ended;

		init_request(&request, command, NLM_F_DUMP);
		put(&request, PTSCOPE_A_TARGET_PID, 4, getpid());
		if (type)
			put(&request, type, value ? 4 : 0, value);
		memset(&reply, 0, sizeof(reply));
		send_request(sock, &request);
		receive_all(sock, sizes[i], &reply);
		ended = reply.ended && !reply.error;
		if (!reply.truncated) {
			ktap_check(ended && !reply.malformed && reply.messages,
				   "%s into %zu bytes: %u complete messages", name,
				   sizes[i], reply.messages);
		} else {
			ktap_check(ended, "%s into %zu bytes: truncated, but it ends", name,
				   sizes[i]);
		}
		nl_socket_free(sock);
	}
}

/*
 * Root sends by a socket that a user opened, as a setuid program does whose output is
 * redirected to one: the message names no receiver. permissions.c tests messages that do.
 */
static void test_foreign_socket(void)
{
	struct request request;
	struct nl_sock *sock;
	struct reply reply;

	if (geteuid()) {
		ktap_skip("not run by root", "root uses a user's socket");
		return;
	}
	if (seteuid(NOBODY))
		ktap_bail("seteuid: %s", strerror(errno));
	sock = open_socket();
	if (seteuid(0))
		ktap_bail("seteuid: %s", strerror(errno));

	init_request(&request, PTSCOPE_CMD_PROC_GET, NLM_F_DUMP);
	put(&request, PTSCOPE_A_TARGET_PID, 4, getppid());
	send_request(sock, &request);
	receive_all(sock, BIG, &reply);
	check_reply("root uses a user's socket", &reply, -EPERM, true);

	init_request(&request, PTSCOPE_CMD_VMA_GET, NLM_F_DUMP);
	put(&request, PTSCOPE_A_TARGET_PID, 4, getppid());
	send_request(sock, &request);
	receive_all(sock, BIG, &reply);
	check_reply("root uses a user's socket: VMA_GET", &reply, -EPERM, true);

	/* The opener of the socket may have chosen the request. */
	init_request(&request, PTSCOPE_CMD_PROC_GET, NLM_F_DUMP);
	put(&request, PTSCOPE_A_TARGET_PID, 4, getpid());
	send_request(sock, &request);
	receive_all(sock, BIG, &reply);
	check_reply("root uses a user's socket: itself", &reply, -EPERM, true);
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
	test_foreign_socket();
	grow_vmas();
	test_bad_clients();
	test_replies(PTSCOPE_CMD_VMA_GET, 0, 0, "VMAs");
	test_replies(PTSCOPE_CMD_RUN_GET, 0, 0, "runs");
	test_replies(PTSCOPE_CMD_RUN_GET, PTSCOPE_A_TARGET_DETAIL, PTSCOPE_DETAIL_FOLIO,
		     "runs with folios");
	return ktap_end();
}
