// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A connection to the module, and the requests over it.
 */
#include <errno.h>
#include <poll.h>
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
 * @sock: the socket; NULL if not connected
 * @family: number of the generic netlink family
 * @buf: the datagram that @dec is in; from malloc()
 * @kept: an earlier datagram that contains the reply; from malloc(), or NULL
 * @dec: position in @buf
 * @dumping: a dump has begun and has not ended
 * @spent: the socket may be busy with a request that was given up
 * @fresh: the first message of the dump has not been received
 * @cache: requests look up the page cache
 * @detail: details of a census
 * @pidfd: the process that PTSCOPE_PIDFD means; -1 for none
 * @check_pidfd: the request that was sent names that process
 * @hidden: something was left out of the last reply
 * @has_info: @info is valid
 * @info: geometry, version and access rights
 * @message: the message whose elements are being returned
 * @run_detail: details of the dump of runs
 * @proc: the process that was returned last
 * @vma: the VMA that was returned last
 * @run: the run that was returned last
 * @path: the path that was returned last
 * @nodes: nodes of the census that was returned last
 * @pid: process of the dump of paths
 * @address: addresses that have not been requested
 * @addresses: how many
 * @tap: observes datagrams
 * @tap_arg: for @tap
 * @text: why the last call failed
 */
struct ptscope {
	struct nl_sock *sock;
	int family;
	unsigned char *buf;
	unsigned char *kept;
	struct decoder dec;
	bool dumping;
	bool spent;
	bool fresh;
	bool cache;
	uint32_t detail;
	int pidfd;
	bool check_pidfd;
	bool hidden;
	bool has_info;
	struct ptscope_info info;
	struct message message;
	uint32_t run_detail;
	struct ptscope_proc proc;
	struct ptscope_vma vma;
	struct ptscope_run run;
	struct path_parts path;
	struct nodes nodes;
	pid_t pid;
	const uint64_t *address;
	size_t addresses;
	void (*tap)(void *arg, const void *data, size_t len);
	void *tap_arg;
	char text[256];
};

/* Room for a request without its list, and for each element of the list. */
#define REQUEST_SIZE 1024
#define ELEMENT_SIZE (NLA_HDRLEN + sizeof(uint64_t))

__attribute__((format(printf, 3, 4)))
static int fail(struct ptscope *ps, int error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(ps->text, sizeof(ps->text), format, args);
	va_end(args);
	return error;
}

/* libnl has error numbers of its own; these are the common ones. */
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
	struct ptscope *ps = calloc(1, sizeof(*ps));

	if (ps)
		ps->pidfd = -1;
	return ps;
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
	return ps->text;
}

PUBLIC bool ptscope_interrupted(const struct ptscope *ps)
{
	return ps->dec.interrupted;
}

PUBLIC void ptscope_set_cache(struct ptscope *ps, bool on)
{
	ps->cache = on;
}

PUBLIC void ptscope_set_detail(struct ptscope *ps, uint32_t detail)
{
	ps->detail = detail & (PTSCOPE_DETAIL_NODE | PTSCOPE_DETAIL_FOLIO);
}

PUBLIC void ptscope_set_pidfd(struct ptscope *ps, int pidfd)
{
	ps->pidfd = pidfd;
}

PUBLIC const struct ptscope_info *ptscope_info(const struct ptscope *ps)
{
	return ps->has_info ? &ps->info : NULL;
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

/* Begin a request. A dump that has not ended is dropped. */
static int begin(struct ptscope *ps, int command, int flags, size_t elements,
		 struct nl_msg **out)
{
	struct nl_msg *msg;
	int err;

	/* The kernel accepts one dump at a time on a socket. */
	if (ps->dumping || ps->spent || !ps->sock) {
		err = ptscope_connect(ps);
		if (err)
			return err;
	}

	msg = nlmsg_alloc_size(REQUEST_SIZE + elements * ELEMENT_SIZE);
	if (!msg)
		return fail(ps, -ENOMEM, "out of memory");
	if (!genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, ps->family, 0, flags, command,
			 PTSCOPE_FAMILY_VERSION)) {
		nlmsg_free(msg);
		return fail(ps, -ENOMEM, "out of memory");
	}
	ps->check_pidfd = false;
	*out = msg;
	return 0;
}

static int fail_request(struct ptscope *ps, struct nl_msg *request)
{
	nlmsg_free(request);
	return fail(ps, -ENOMEM, "out of memory");
}

/* Find the process ID of a pidfd in this PID namespace; 0 if there is none. */
static pid_t pid_of_pidfd(int pidfd)
{
	char name[64], line[128];
	FILE *file;
	int pid = 0;

	snprintf(name, sizeof(name), "/proc/self/fdinfo/%d", pidfd);
	file = fopen(name, "re");
	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "Pid: %d", &pid) == 1)
			break;
	fclose(file);
	/* It is -1 once the process has been reaped. */
	return pid > 0 ? pid : 0;
}

/*
 * Begin a dump about a process. No function that takes a pidfd is exported to modules,
 * so the request has a process ID. The ID cannot have been reused as long as the pidfd
 * reports that the process has not exited: see verify_pidfd().
 */
static int begin_target(struct ptscope *ps, int command, pid_t pid, size_t elements,
			struct nl_msg **request)
{
	const bool by_pidfd = pid == PTSCOPE_PIDFD && ps->pidfd >= 0;
	int err;

	if (by_pidfd) {
		pid = pid_of_pidfd(ps->pidfd);
		if (!pid)
			return fail(ps, -ESRCH, "the process of the pidfd has exited");
	}
	err = begin(ps, command, NLM_F_DUMP, elements, request);
	if (err)
		return err;
	ps->check_pidfd = by_pidfd;
	if (nla_put_u32(*request, PTSCOPE_A_TARGET_PID, pid) ||
	    (ps->cache && nla_put_flag(*request, PTSCOPE_A_TARGET_CACHE)))
		return fail_request(ps, *request);
	return 0;
}

/* The identity of the target was read before this. */
static bool verify_pidfd(const struct ptscope *ps)
{
	struct pollfd fd = { .fd = ps->pidfd, .events = POLLIN };

	return !ps->check_pidfd || !poll(&fd, 1, 0);
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
	ps->message.rest.len = 0;
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
	if (from.nl_pid)	/* not from the kernel */
		len = 0;
	if (len && ps->tap)
		ps->tap(ps->tap_arg, ps->buf, len);
	decoder_feed(&ps->dec, ps->buf, len);
	return 0;
}

static int fail_protocol(struct ptscope *ps)
{
	return fail(ps, -EBADMSG, "malformed netlink reply");
}

/* Every reply begins with geometry, version and access rights; they may be the end. */
static int decode_first(struct ptscope *ps, const struct nlmsghdr *msg)
{
	if (decode_message(msg, &ps->message) || !ps->message.has_info)
		return fail_protocol(ps);
	ps->info = ps->message.info;
	ps->has_info = true;
	ps->hidden = ps->message.hidden;
	ps->message.rest.len = 0;
	if (!verify_pidfd(ps))
		return fail(ps, -ESRCH, "the process of the pidfd has exited");
	return 0;
}

static int fail_kernel(struct ptscope *ps)
{
	int error = ps->dec.error;

	if (ps->dec.text[0])
		return fail(ps, error, "%s", ps->dec.text);
	if (error == -EOPNOTSUPP)
		return fail(ps, error,
			    "the module does not support this request; it is older than this client");
	return fail(ps, error, "%s", strerror(-error));
}

/* Get the next message of a reply: 1, 0 at its end, or a negative errno. */
static int next_message(struct ptscope *ps, const struct nlmsghdr **msg)
{
	int err;

	for (;;) {
		switch (decoder_next(&ps->dec, msg)) {
		case REPLY_MESSAGE:
			if (!ps->dumping)
				return 1;
			if (!ps->fresh)
				return 1;
			ps->fresh = false;
			err = decode_first(ps, *msg);
			if (err) {
				ps->spent = true;
				ps->dumping = false;
				return err;
			}
			break;
		case REPLY_DONE:
		case REPLY_ACK:
			ps->dumping = false;
			return 0;
		case REPLY_ERROR:
			err = fail_kernel(ps);
			/*
			 * If netlink had no memory for the first message, it reports
			 * that and keeps the dump.
			 */
			ps->spent = ps->dumping && (err == -ENOBUFS || err == -ENOMEM);
			ps->dumping = false;
			return err;
		case REPLY_OVERRUN:
			return fail(ps, -ENOBUFS, "the kernel dropped a part of the reply");
		case REPLY_BROKEN:
			return fail_protocol(ps);
		case REPLY_NONE:
			err = receive(ps);
			if (err)
				return err;
		}
	}
}

/* Send a request whose reply is one message. */
static int ask(struct ptscope *ps, struct nl_msg *request, const struct nlmsghdr **msg)
{
	int err = post(ps, request);

	if (err)
		return err;
	err = next_message(ps, msg);
	if (!err)
		return fail(ps, -EBADMSG, "the kernel sent no reply");
	return err < 0 ? err : 0;
}

/* Get the number of the family. */
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
		return fail_protocol(ps);
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

	/* For the kernel's texts. The socket works without them. */
	setsockopt(nl_socket_get_fd(ps->sock), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));

	/* A reply or an error is sent in any case. */
	nl_socket_disable_auto_ack(ps->sock);

	/* Otherwise libnl calls recvmsg() twice, to get the size of a datagram first. */
	err = nl_socket_set_msg_buf_size(ps->sock, REPLY_SIZE);
	return err < 0 ? fail_libnl(ps, err, "cannot set the size of replies") : 0;
}

PUBLIC int ptscope_connect(struct ptscope *ps)
{
	void (*tap)(void *arg, const void *data, size_t len) = ps->tap;
	int err;

	disconnect(ps);
	err = connect_socket(ps);
	/* libnl's genl_ctrl_resolve() returns the same error whatever goes wrong. */
	ps->tap = NULL;
	if (!err)
		err = resolve(ps);
	ps->tap = tap;
	if (err)
		disconnect(ps);
	return err;
}

PUBLIC int ptscope_get_info(struct ptscope *ps, const struct ptscope_info **info)
{
	const struct nlmsghdr *msg;
	struct nl_msg *request;
	int err;

	err = begin(ps, PTSCOPE_CMD_INFO_GET, 0, 0, &request);
	if (err)
		return err;
	err = ask(ps, request, &msg);
	if (err)
		return err;
	*info = &ps->info;
	return decode_first(ps, msg);
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
 * next request, although the end of the dump is in another datagram.
 */
static int ask_dump(struct ptscope *ps, struct nl_msg *request, const struct nlmsghdr **msg)
{
	const struct nlmsghdr *rest;
	int err = post_dump(ps, request);

	if (err)
		return err;
	err = next_message(ps, msg);
	if (!err)
		return fail(ps, -EBADMSG, "the kernel sent no reply");
	while (err > 0) {
		if (!ps->kept) {
			ps->kept = ps->buf;
			ps->buf = NULL;
		}
		err = next_message(ps, &rest);
	}
	return err;
}

static bool put_detail(const struct ptscope *ps, struct nl_msg *request)
{
	return !ps->detail || !nla_put_u32(request, PTSCOPE_A_TARGET_DETAIL, ps->detail);
}

PUBLIC int ptscope_get_proc(struct ptscope *ps, pid_t pid, const struct ptscope_proc **proc)
{
	const struct nlmsghdr *msg;
	struct nl_msg *request;
	int err;

	err = begin_target(ps, PTSCOPE_CMD_PROC_GET, pid, 0, &request);
	if (err)
		return err;
	if (!put_detail(ps, request))
		return fail_request(ps, request);
	err = ask_dump(ps, request, &msg);
	if (err)
		return err;
	*proc = &ps->proc;
	return decode_proc(msg, &ps->proc, &ps->nodes) ? fail_protocol(ps) : 0;
}

PUBLIC int ptscope_dump_procs(struct ptscope *ps, const pid_t *pids, size_t count)
{
	struct nl_msg *request;
	size_t i;
	int err;

	if (pids && !count)
		return fail(ps, -EINVAL, "the list of processes is empty");
	err = begin(ps, PTSCOPE_CMD_PROC_GET, NLM_F_DUMP, count, &request);
	if (err)
		return err;
	for (i = 0; i < count; i++)
		if (nla_put_u32(request, PTSCOPE_A_TARGET_PID, pids[i]))
			return fail_request(ps, request);
	if (!put_detail(ps, request) ||
	    (ps->cache && nla_put_flag(request, PTSCOPE_A_TARGET_CACHE)))
		return fail_request(ps, request);
	return post_dump(ps, request);
}

PUBLIC int ptscope_next_proc(struct ptscope *ps, const struct ptscope_proc **proc)
{
	const struct nlmsghdr *msg;
	int err = next_of_dump(ps, &msg);

	if (err <= 0)
		return err;
	*proc = &ps->proc;
	return decode_proc(msg, &ps->proc, &ps->nodes) ? fail_protocol(ps) : 1;
}

/* Begin a dump of a range. */
static int begin_range(struct ptscope *ps, int command, pid_t pid, uint64_t start, uint64_t end,
		       struct nl_msg **request)
{
	int err = begin_target(ps, command, pid, 0, request);

	if (err)
		return err;
	if ((start && nla_put_u64(*request, PTSCOPE_A_TARGET_START, start)) ||
	    (end && nla_put_u64(*request, PTSCOPE_A_TARGET_END, end)))
		return fail_request(ps, *request);
	return 0;
}

/* Get the next message of a dump whose messages have several elements. */
static int next_elements(struct ptscope *ps)
{
	const struct nlmsghdr *msg;
	int err = next_of_dump(ps, &msg);

	ps->message.rest.len = 0;
	if (err <= 0)
		return err;
	return decode_message(msg, &ps->message) || !ps->message.pid ? fail_protocol(ps) : 1;
}

PUBLIC int ptscope_dump_vmas(struct ptscope *ps, pid_t pid, uint64_t start, uint64_t end)
{
	struct nl_msg *request;
	int err;

	err = begin_range(ps, PTSCOPE_CMD_VMA_GET, pid, start, end, &request);
	if (err)
		return err;
	if (!put_detail(ps, request))
		return fail_request(ps, request);
	return post_dump(ps, request);
}

PUBLIC int ptscope_next_vma(struct ptscope *ps, const struct ptscope_vma **vma)
{
	int err;

	*vma = &ps->vma;
	while (!(err = next_vma(&ps->message, &ps->vma, &ps->nodes))) {
		err = next_elements(ps);
		if (err <= 0)
			return err;
	}
	return err < 0 ? fail_protocol(ps) : 1;
}

/* Attributes of 0 are left out: that is what their absence means. */
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

PUBLIC int ptscope_dump_runs(struct ptscope *ps, pid_t pid, uint64_t start, uint64_t end,
			     const struct ptscope_filter *filter)
{
	struct nl_msg *request;
	int err;

	/* The first version of the struct; a longer one asks for what this does not know. */
	if (filter && filter->size != sizeof(*filter))
		return fail(ps, -EINVAL, "the size of the filter is %zu, not %zu",
			    filter->size, sizeof(*filter));
	err = begin_range(ps, PTSCOPE_CMD_RUN_GET, pid, start, end, &request);
	if (err)
		return err;
	if (filter && !put_filter(request, filter))
		return fail_request(ps, request);
	ps->run_detail = filter ? filter->detail : 0;
	return post_dump(ps, request);
}

PUBLIC int ptscope_next_run(struct ptscope *ps, const struct ptscope_run **run)
{
	int err;

	*run = &ps->run;
	while (!next_run(&ps->message, ps->run_detail, &ps->run)) {
		err = next_elements(ps);
		if (err <= 0)
			return err;
		if (decode_runs(&ps->message))
			return fail_protocol(ps);
	}
	return 1;
}

/* Request the paths to as many addresses as fit. */
static int request_paths(struct ptscope *ps)
{
	struct nl_msg *request;
	size_t i, count = ps->addresses;
	int err;

	if (count > PTSCOPE_PATHS_PER_REQUEST)
		count = PTSCOPE_PATHS_PER_REQUEST;
	err = begin_target(ps, PTSCOPE_CMD_WALK_GET, ps->pid, count, &request);
	if (err)
		return err;
	for (i = 0; i < count; i++)
		if (nla_put_u64(request, PTSCOPE_A_TARGET_ADDRESS, ps->address[i]))
			return fail_request(ps, request);
	ps->address += count;
	ps->addresses -= count;
	return post_dump(ps, request);
}

PUBLIC int ptscope_dump_paths(struct ptscope *ps, pid_t pid, const uint64_t *address,
			      size_t count)
{
	ps->pid = pid;
	ps->address = address;
	ps->addresses = count;
	return request_paths(ps);
}

PUBLIC int ptscope_next_path(struct ptscope *ps, const struct ptscope_path **path)
{
	int err;

	*path = &ps->path.path;
	while (!(err = next_path(&ps->message, &ps->path))) {
		err = next_elements(ps);
		if (!err && ps->addresses) {
			err = request_paths(ps);
			if (!err)
				continue;
		}
		if (err <= 0)
			return err;
	}
	return err < 0 ? fail_protocol(ps) : 1;
}

PUBLIC int ptscope_get_path(struct ptscope *ps, pid_t pid, uint64_t address,
			    const struct ptscope_path **path)
{
	const struct nlmsghdr *msg;
	struct nl_msg *request;
	int err;

	err = begin_target(ps, PTSCOPE_CMD_WALK_GET, pid, 1, &request);
	if (err)
		return err;
	if (nla_put_u64(request, PTSCOPE_A_TARGET_ADDRESS, address))
		return fail_request(ps, request);
	err = ask_dump(ps, request, &msg);
	if (err)
		return err;
	*path = &ps->path.path;
	if (decode_message(msg, &ps->message) || !ps->message.pid ||
	    next_path(&ps->message, &ps->path) != 1)
		return fail_protocol(ps);
	return 0;
}
