/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TARGET_H
#define TARGET_H

#include <sys/types.h>

/*
 * Forks a process for requests. It calls @setup, which exits on an error, and then sleeps
 * until it is killed or the test ends. Returns when @setup has returned; ends the test if
 * the process has exited.
 */
pid_t target_start(void (*setup)(void *arg), void *arg);

/* Kills and reaps it. */
void target_stop(pid_t pid);

#endif /* TARGET_H */
