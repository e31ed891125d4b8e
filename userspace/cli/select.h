/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which processes are meant: PID operands, and what --name, --cgroup and --user
 * select.
 */
#ifndef CLI_SELECT_H
#define CLI_SELECT_H

#include "cli.h"

/**
 * struct selection - processes
 * @pid: their IDs: operands in their order, then the others, from the lowest up
 * @named: of each, whether it was an operand
 * @count: how many
 * @failed: an operand was no PID, which has been reported
 */
struct selection {
	pid_t *pid;
	bool *named;
	size_t count;
	bool failed;
};

/* Is there an option that selects processes? */
bool has_selection(const struct options *opts);

/* False, with a message, if nothing is left to do. */
bool select_processes(const struct verb *verb, const struct options *opts,
		      struct selection *selection);
void selection_free(struct selection *selection);

#endif /* CLI_SELECT_H */
