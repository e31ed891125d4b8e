// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A connection to the kernel side, and the questions that can be put over it.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include "internal.h"
#include "../../module/version.h"

/**
 * struct ptscope - a connection
 * @sock: the socket; NULL when not connected
 * @family: number that the kernel gave to our family
 * @buf: the datagram that @dec is in; from malloc()
 * @kept: an earlier one that the answer is in; from malloc(), or NULL
 * @dec: where in it we are
 * @dumping: a dump has begun and has not come to its end
 * @spent: the socket may be busy with what we have given up
 * @vmas: the message whose VMAs are being handed out
 * @vma: the VMA that was handed out last
 * @runs: the message whose runs are being handed out
 * @detail: what was asked about runs
 * @cache: questions have the page cache looked into
 * @fresh: the first message of the dump has not come yet
 * @hidden: some part of the last answer was hidden
 * @tap: who watches the datagrams
 * @tap_arg: for @tap
 * @message: what went wrong
 */
struct ptscope {
	struct nl_sock *sock;
	int family;
	unsigned char *buf;
	unsigned char *kept;
	struct decoder dec;
	bool dumping;
	bool spent;
	struct vmas vmas;
	struct ptscope_vma vma;
	struct runs runs;
	uint32_t detail;
	bool cache;
	bool fresh;
	bool hidden;
	void (*tap)(void *arg, const void *data, size_t len);
	void *tap_arg;
	char message[256];
};

__attribute__((format(printf, 3, 4)))
static int fail(struct ptscope *ps, int error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(ps->message, sizeof(ps->message), format, args);
	va_end(args);
	return error;
}

/* libnl has errors of its own; the errno behind the common ones. */
static int fail_libnl(struct ptscope *ps, int nlerr, const char *doing)
{
	static const struct {
		int libnl;
		int error;
	} map[] = {
		{ NLE_NOMEM, -ENOMEM }, { NLE_PERM, -EPERM }, { NLE_NOACCESS, -EACCES },
		{ NLE_AGAIN, -EAGAIN }, { NLE_INTR, -EINTR }, { NLE_MSG_TRUNC, -EMSGSIZE },
		{ NLE_BAD_SOCK, -EBADF }, { NLE_AF_NOSUPPORT, -EAFNOSUPPORT },
		{ NLE_DUMP_INTR, -EINTR },
	};
	int error = -EIO;
	size_t i;

	for (i = 0; i < sizeof(map) / sizeof(map[0]); i++)
		if (map[i].libnl == abs(nlerr))
			error = map[i].error;
	return fail(ps, error, "%s: %s", doing, nl_geterror(nlerr));
}

PUBLIC struct ptscope *ptscope_new(void)
{
	return calloc(1, sizeof(struct ptscope));
}

static void disconnect(struct ptscope *ps)
{
	free(ps->buf);
	ps->buf = NULL;
	free(ps->kept);
	ps->kept = NULL;
	if (ps->sock)
		nl_socket_free(ps->sock);
	ps->sock = NULL;
	ps->dumping = false;
	ps->spent = false;
	decoder_start(&ps->dec, 0);
}

PUBLIC void ptscope_free(struct ptscope *ps)
{
	if (!ps)
		return;
	disconnect(ps);
	free(ps);
}

PUBLIC const char *ptscope_message(const struct ptscope *ps)
{
	return ps->message;
}

PUBLIC bool ptscope_interrupted(const struct ptscope *ps)
{
	return ps->dec.interrupted;
}

PUBLIC void ptscope_set_cache(struct ptscope *ps, bool on)
{
	ps->cache = on;
}

PUBLIC bool ptscope_hidden(const struct ptscope *ps)
{
	return ps->hidden;
}

PUBLIC void ptscope_set_tap(struct ptscope *ps,
			    void (*tap)(void *arg, const void *data, size_t len), void *arg)
{
	ps->tap = tap;
	ps->tap_arg = arg;
}

PUBLIC const char *ptscope_version(void)
{
	return PTSCOPE_VERSION;
}

/* Begin a request. Whatever the socket was still busy with is given up. */
static int begin(struct ptscope *ps, int command, int flags, struct nl_msg **out)
{
	struct nl_msg *msg;
	int err;

	/* The kernel refuses a second question while a dump is on. */
	if (ps->dumping || ps->spent || !ps->sock) {
		err = ptscope_connect(ps);
		if (err)
			return err;
	}

	msg = nlmsg_alloc();
	if (!msg)
		return fail(ps, -ENOMEM, "out of memory");
	if (!genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, ps->family, 0, flags, command,
			 PTSCOPE_FAMILY_VERSION)) {
		nlmsg_free(msg);
		return fail(ps, -ENOMEM, "out of memory");
	}
	*out = msg;
	return 0;
}

/* What goes with all requests about processes. */
static bool put_common(const struct ptscope *ps, struct nl_msg *request)
{
	return !ps->cache || !nla_put_flag(request, PTSCOPE_A_TARGET_CACHE);
}

/* Name the process that a request is about. */
static bool put_target(const struct ptscope *ps, struct nl_msg *request, pid_t pid)
{
	return !nla_put_u32(request, PTSCOPE_A_TARGET_PID, pid) && put_common(ps, request);
}

/* Send a request and free it. */
static int post(struct ptscope *ps, struct nl_msg *msg)
{
	int err;

	nl_complete_msg(ps->sock, msg);
	free(ps->kept);
	ps->kept = NULL;
	ps->fresh = true;
	ps->hidden = false;
	memset(&ps->vmas, 0, sizeof(ps->vmas));
	memset(&ps->runs, 0, sizeof(ps->runs));
	decoder_start(&ps->dec, nlmsg_hdr(msg)->nlmsg_seq);
	err = nl_send(ps->sock, msg);
	nlmsg_free(msg);
	return err < 0 ? fail_libnl(ps, err, "cannot send the request") : 0;
}

static int receive(struct ptscope *ps)
{
	struct sockaddr_nl from;
	int len;

	free(ps->buf);
	ps->buf = NULL;
	len = nl_recv(ps->sock, &from, &ps->buf, NULL);
	if (len < 0)
		return fail_libnl(ps, len, "cannot read the reply");
	if (!len)
		return fail(ps, -EIO, "the kernel closed the connection");
	if (from.nl_pid)	/* not from the kernel, so not an answer */
		len = 0;
	if (len && ps->tap)
		ps->tap(ps->tap_arg, ps->buf, len);
	decoder_feed(&ps->dec, ps->buf, len);
	return 0;
}

static int fail_kernel(struct ptscope *ps)
{
	int error = ps->dec.error;

	if (ps->dec.words[0])
		return fail(ps, error, "%s", ps->dec.words);
	if (error == -EOPNOTSUPP)
		return fail(ps, error,
			    "the module does not know this question; it is older than this client");
	return fail(ps, error, "%s", strerror(-error));
}

/* Get the next message of an answer: 1, 0 at its end, or a negative errno. */
static int next_message(struct ptscope *ps, const struct nlmsghdr **msg)
{
	int err;

	for (;;) {
		switch (decoder_next(&ps->dec, msg)) {
		case REPLY_MESSAGE:
			if (!ps->dumping)
				return 1;
			/* A dump's first message names the target and what is hidden. */
			if (!ps->fresh)
				return 1;
			ps->fresh = false;
			ps->hidden = is_hidden(*msg);
			break;
		case REPLY_DONE:
		case REPLY_ACK:
			ps->dumping = false;
			return 0;
		case REPLY_ERROR:
			err = fail_kernel(ps);
			/*
			 * Where netlink found no room for a dump's first message, it
			 * says so, and still has the dump.
			 */
			ps->spent = ps->dumping && (err == -ENOBUFS || err == -ENOMEM);
			ps->dumping = false;
			return err;
		case REPLY_OVERRUN:
			return fail(ps, -ENOBUFS, "the kernel dropped a part of the reply");
		case REPLY_BROKEN:
			return fail(ps, -EBADMSG, "the reply is no netlink message");
		case REPLY_NONE:
			err = receive(ps);
			if (err)
				return err;
		}
	}
}

static int fail_wire(struct ptscope *ps)
{
	return fail(ps, -EBADMSG, "the reply breaks the rules of the wire");
}

/* Send a request that has one message for an answer. */
static int ask(struct ptscope *ps, struct nl_msg *request, const struct nlmsghdr **msg)
{
	int err = post(ps, request);

	if (err)
		return err;
	err = next_message(ps, msg);
	if (!err)
		return fail(ps, -EBADMSG, "the kernel sent no answer");
	return err < 0 ? err : 0;
}

/* Ask the kernel for the number of our family. */
static int resolve(struct ptscope *ps)
{
	struct nl_msg *request = nlmsg_alloc();
	const struct nlmsghdr *msg;
	const struct nlattr *id;
	int err;

	if (!request || !genlmsg_put(request, NL_AUTO_PORT, NL_AUTO_SEQ, GENL_ID_CTRL, 0, 0,
				     CTRL_CMD_GETFAMILY, 1) ||
	    nla_put_string(request, CTRL_ATTR_FAMILY_NAME, PTSCOPE_FAMILY_NAME)) {
		nlmsg_free(request);
		return fail(ps, -ENOMEM, "out of memory");
	}
	err = ask(ps, request, &msg);
	if (err == -ENOENT)
		return fail(ps, -EPROTONOSUPPORT, "the ptscope module is not loaded");
	if (err)
		return err;
	id = nlmsg_find_attr((struct nlmsghdr *)msg, GENL_HDRLEN, CTRL_ATTR_FAMILY_ID);
	if (!id || nla_len(id) < (int)sizeof(uint16_t))
		return fail_wire(ps);
	ps->family = nla_get_u16(id);
	return 0;
}

static int connect_socket(struct ptscope *ps)
{
	int on = 1;
	int err;

	ps->sock = nl_socket_alloc();
	if (!ps->sock)
		return fail(ps, -ENOMEM, "out of memory");
	err = genl_connect(ps->sock);
	if (err < 0)
		return fail_libnl(ps, err, "cannot open a netlink socket");

	/*
	 * Words of the kernel come only to those who ask. The socket works
	 * without them, so a kernel that has none is no reason to stop.
	 */
	setsockopt(nl_socket_get_fd(ps->sock), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));

	/* An answer is answer enough, and an error comes unasked. */
	nl_socket_disable_auto_ack(ps->sock);

	/*
	 * With a buffer of a known size libnl reads each datagram at one go;
	 * else it would look at its length first.
	 */
	err = nl_socket_set_msg_buf_size(ps->sock, REPLY_SIZE);
	return err < 0 ? fail_libnl(ps, err, "cannot set the size of replies") : 0;
}

PUBLIC int ptscope_connect(struct ptscope *ps)
{
	void (*tap)(void *arg, const void *data, size_t len) = ps->tap;
	int err;

	disconnect(ps);
	err = connect_socket(ps);
	/*
	 * Not by libnl's genl_ctrl_resolve(), which has one error for all that can
	 * go wrong. What it takes is nobody's answer.
	 */
	ps->tap = NULL;
	if (!err)
		err = resolve(ps);
	ps->tap = tap;
	if (err)
		disconnect(ps);
	return err;
}

PUBLIC int ptscope_get_info(struct ptscope *ps, struct ptscope_info *info)
{
	const struct nlmsghdr *msg;
	struct nl_msg *request;
	int err;

	err = begin(ps, PTSCOPE_CMD_INFO_GET, 0, &request);
	if (err)
		return err;
	err = ask(ps, request, &msg);
	if (err)
		return err;
	return decode_info(msg, info) ? fail_wire(ps) : 0;
}

/* Send the request for a dump. */
static int post_dump(struct ptscope *ps, struct nl_msg *request)
{
	int err = post(ps, request);

	ps->dumping = !err;
	return err;
}

/* Get the next message of a dump: 1, 0 at its end, or a negative errno. */
static int next_of_dump(struct ptscope *ps, const struct nlmsghdr **msg)
{
	return ps->dumping ? next_message(ps, msg) : 0;
}

/*
 * Send the request for a dump of one message, and get that. It is valid until the
 * next request, although the end of the dump comes in another datagram.
 */
static int ask_dump(struct ptscope *ps, struct nl_msg *request, const struct nlmsghdr **msg)
{
	const struct nlmsghdr *rest;
	int err = post_dump(ps, request);

	if (err)
		return err;
	err = next_message(ps, msg);
	if (!err)
		return fail(ps, -EBADMSG, "the kernel sent no answer");
	while (err > 0) {
		if (!ps->kept) {
			ps->kept = ps->buf;
			ps->buf = NULL;
		}
		err = next_message(ps, &rest);
	}
	return err;
}

PUBLIC int ptscope_get_proc(struct ptscope *ps, pid_t pid, struct ptscope_proc *proc)
{
	const struct nlmsghdr *msg;
	struct nl_msg *request;
	int err;

	err = begin(ps, PTSCOPE_CMD_PROC_GET, NLM_F_DUMP, &request);
	if (err)
		return err;
	if (!put_target(ps, request, pid)) {
		nlmsg_free(request);
		return fail(ps, -ENOMEM, "out of memory");
	}
	err = ask_dump(ps, request, &msg);
	if (err)
		return err;
	return decode_proc(msg, proc) ? fail_wire(ps) : 0;
}

PUBLIC int ptscope_dump_procs(struct ptscope *ps)
{
	struct nl_msg *request;
	int err;

	err = begin(ps, PTSCOPE_CMD_PROC_GET, NLM_F_DUMP, &request);
	if (err)
		return err;
	if (!put_common(ps, request)) {
		nlmsg_free(request);
		return fail(ps, -ENOMEM, "out of memory");
	}
	return post_dump(ps, request);
}

PUBLIC int ptscope_next_proc(struct ptscope *ps, struct ptscope_proc *proc)
{
	const struct nlmsghdr *msg;
	int err = next_of_dump(ps, &msg);

	if (err <= 0)
		return err;
	return decode_proc(msg, proc) ? fail_wire(ps) : 1;
}

/* Begin a dump of a range. */
static int begin_range(struct ptscope *ps, int command, pid_t pid, uint64_t start, uint64_t end,
		       struct nl_msg **request)
{
	int err = begin(ps, command, NLM_F_DUMP, request);

	if (err)
		return err;
	if (!put_target(ps, *request, pid) ||
	    (start && nla_put_u64(*request, PTSCOPE_A_TARGET_START, start)) ||
	    (end && nla_put_u64(*request, PTSCOPE_A_TARGET_END, end))) {
		nlmsg_free(*request);
		return fail(ps, -ENOMEM, "out of memory");
	}
	return 0;
}

PUBLIC int ptscope_dump_vmas(struct ptscope *ps, pid_t pid, uint64_t start, uint64_t end)
{
	struct nl_msg *request;
	int err;

	err = begin_range(ps, PTSCOPE_CMD_VMA_GET, pid, start, end, &request);
	if (err)
		return err;
	if (nla_put_flag(request, PTSCOPE_A_TARGET_BRIEF)) {
		nlmsg_free(request);
		return fail(ps, -ENOMEM, "out of memory");
	}
	return post_dump(ps, request);
}

PUBLIC int ptscope_next_vma(struct ptscope *ps, const struct ptscope_vma **vma)
{
	const struct nlmsghdr *msg;
	int err;

	while (!(err = vmas_next(&ps->vmas, &ps->vma))) {
		err = next_of_dump(ps, &msg);
		if (err <= 0) {
			memset(&ps->vmas, 0, sizeof(ps->vmas));
			return err;
		}
		if (decode_vmas(msg, &ps->vmas))
			return fail_wire(ps);
	}
	if (err < 0) {
		memset(&ps->vmas, 0, sizeof(ps->vmas));
		return fail_wire(ps);
	}
	*vma = &ps->vma;
	return 1;
}

/* What is zero is not said: that is what its absence means. */
static bool put_filter(struct nl_msg *request, const struct ptscope_filter *filter)
{
	const struct {
		int type;
		uint32_t value;
	} parts[] = {
		{ PTSCOPE_A_TARGET_STATES, filter->states },
		{ PTSCOPE_A_TARGET_CATEGORY_MASK, filter->mask },
		{ PTSCOPE_A_TARGET_CATEGORY_INVERTED, filter->inverted },
		{ PTSCOPE_A_TARGET_CATEGORY_ANYOF, filter->anyof },
		{ PTSCOPE_A_TARGET_DETAIL, filter->detail },
	};
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (parts[i].value && nla_put_u32(request, parts[i].type, parts[i].value))
			return false;
	return true;
}

static int dump_runs(struct ptscope *ps, pid_t pid, uint64_t start, uint64_t end,
		     const struct ptscope_filter *filter, bool brief)
{
	struct nl_msg *request;
	int err;

	err = begin_range(ps, PTSCOPE_CMD_RUN_GET, pid, start, end, &request);
	if (err)
		return err;
	if ((filter && !put_filter(request, filter)) ||
	    (brief && nla_put_flag(request, PTSCOPE_A_TARGET_BRIEF))) {
		nlmsg_free(request);
		return fail(ps, -ENOMEM, "out of memory");
	}
	ps->detail = filter ? filter->detail : 0;
	return post_dump(ps, request);
}

PUBLIC int ptscope_dump_runs(struct ptscope *ps, pid_t pid, uint64_t start, uint64_t end,
			     const struct ptscope_filter *filter)
{
	return dump_runs(ps, pid, start, end, filter, false);
}

PUBLIC int ptscope_dump_series(struct ptscope *ps, pid_t pid, uint64_t start, uint64_t end,
			       const struct ptscope_filter *filter)
{
	return dump_runs(ps, pid, start, end, filter, true);
}

/* Read on in a dump of runs: 1, 0 at its end, or a negative errno. */
static int next_runs(struct ptscope *ps)
{
	const struct nlmsghdr *msg;
	int err = next_of_dump(ps, &msg);

	if (err <= 0) {
		memset(&ps->runs, 0, sizeof(ps->runs));
		return err;
	}
	return decode_runs(msg, &ps->runs) ? fail_wire(ps) : 1;
}

PUBLIC int ptscope_next_run(struct ptscope *ps, struct ptscope_run *run)
{
	int err;

	while (!runs_next(&ps->runs, ps->detail, run)) {
		err = next_runs(ps);
		if (err <= 0)
			return err;
	}
	return 1;
}

PUBLIC int ptscope_next_runs(struct ptscope *ps, const struct ptscope_packed_run **runs,
			     size_t *count)
{
	int err;

	while (!(*count = runs_rest(&ps->runs, runs))) {
		err = next_runs(ps);
		if (err <= 0)
			return err;
	}
	return 1;
}

PUBLIC int ptscope_next_series(struct ptscope *ps, struct ptscope_series *series)
{
	int err;

	while (!series_next(&ps->runs, series)) {
		err = next_runs(ps);
		if (err <= 0)
			return err;
	}
	return 1;
}

PUBLIC int ptscope_get_path(struct ptscope *ps, pid_t pid, uint64_t address,
			     struct ptscope_path *path)
{
	const struct nlmsghdr *msg;
	struct nl_msg *request;
	int err;

	err = begin(ps, PTSCOPE_CMD_WALK_GET, NLM_F_DUMP, &request);
	if (err)
		return err;
	if (!put_target(ps, request, pid) ||
	    nla_put_u64(request, PTSCOPE_A_TARGET_ADDRESS, address)) {
		nlmsg_free(request);
		return fail(ps, -ENOMEM, "out of memory");
	}
	err = ask_dump(ps, request, &msg);
	if (err)
		return err;
	return decode_path(msg, path) ? fail_wire(ps) : 0;
}
