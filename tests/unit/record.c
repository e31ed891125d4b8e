// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records the datagrams of replies for decode.c.
 *
 *	record FILE (info | proc PID | vmas PID | procs PID |
 *	             runs PID | walk PID ADDR | paths PID ADDR)
 *
 * A recording is the sequence number of the request, then the length and the bytes of each
 * datagram; numbers are 32 bits in native byte order. Run it in the rig:
 * scripts/vm -- build/tests/unit/record ...
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/netlink.h>

#include "ptscope.h"

static FILE *out;

static void put(const void *data, size_t len)
{
	if (fwrite(data, len, 1, out) != 1) {
		perror("record");
		exit(1);
	}
}

static void tap(void *arg, const void *data, size_t len)
{
	const struct nlmsghdr *msg = data;
	uint32_t length = len;
	bool *begun = arg;

	if (!*begun)
		put(&msg->nlmsg_seq, sizeof(msg->nlmsg_seq));
	*begun = true;
	put(&length, sizeof(length));
	put(data, len);
}

static int run(struct ptscope *ps, const char *what, pid_t pid, uint64_t address)
{
	const struct ptscope_filter filter = {
		.size = sizeof(filter),
		.detail = PTSCOPE_DETAIL_FRAME | PTSCOPE_DETAIL_NODE | PTSCOPE_DETAIL_FOLIO,
	};
	const struct ptscope_vma *vma;
	const struct ptscope_path *path;
	const struct ptscope_proc *proc;
	const struct ptscope_info *info;
	const struct ptscope_run *run;
	int err;

	if (!strcmp(what, "info"))
		return ptscope_get_info(ps, &info);
	if (!strcmp(what, "proc"))
		return ptscope_get_proc(ps, pid, &proc);
	if (!strcmp(what, "walk"))
		return ptscope_get_path(ps, pid, address, &path);
	if (!strcmp(what, "runs")) {
		err = ptscope_dump_runs(ps, pid, 0, 0, &filter);
		while (!err && (err = ptscope_next_run(ps, &run)) > 0)
			err = 0;
		return err;
	}
	if (!strcmp(what, "procs")) {
		const pid_t pids[] = { pid, 2, 4194304 };

		err = ptscope_dump_procs(ps, pids, 3);
		while (!err && (err = ptscope_next_proc(ps, &proc)) > 0)
			err = 0;
		return err;
	}
	if (!strcmp(what, "paths")) {
		const uint64_t addresses[] = { address, 0, ~0ull };

		err = ptscope_dump_paths(ps, pid, addresses, 3);
		while (!err && (err = ptscope_next_path(ps, &path)) > 0)
			err = 0;
		return err;
	}
	ptscope_set_detail(ps, PTSCOPE_DETAIL_NODE | PTSCOPE_DETAIL_FOLIO);
	err = ptscope_dump_vmas(ps, pid, 0, 0);
	while (!err && (err = ptscope_next_vma(ps, &vma)) > 0)
		err = 0;
	return err;
}

int main(int argc, char **argv)
{
	struct ptscope *ps = ptscope_new();
	bool begun = false;

	if (argc < 3 || !ps)
		return 2;
	out = fopen(argv[1], "wb");
	if (!out || ptscope_connect(ps)) {
		perror(argv[1]);
		return 1;
	}
	ptscope_set_tap(ps, tap, &begun);
	/* Errors are recorded, too. */
	if (run(ps, argv[2], argc > 3 ? atoi(argv[3]) : 0,
		argc > 4 ? strtoull(argv[4], NULL, 16) : 0))
		fprintf(stderr, "record: %s\n", ptscope_message(ps));
	ptscope_free(ps);
	return fclose(out) ? 1 : 0;
}
