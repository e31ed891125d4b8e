/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Selection of processes: PID operands and the options --name, --cgroup and --user.
 */
#ifndef CLI_SELECT_H
#define CLI_SELECT_H

#include "cli.h"

/**
 * struct selection - the selected processes
 * @pid: process IDs: operands in their order, then the others in ascending order
 * @named: for each process, whether it was an operand
 * @count: number of processes
 * @failed: an operand was not a PID; it has been reported
 */
struct selection {
	pid_t *pid;
	bool *named;
	size_t count;
	bool failed;
};

/* True if an option selects processes. */
bool has_selection(const struct options *opts);

/* False after reporting an error if no process is selected. */
bool select_processes(const struct verb *verb, const struct options *opts,
		      struct selection *selection);
void selection_free(struct selection *selection);

#endif /* CLI_SELECT_H */
