// SPDX-License-Identifier: GPL-2.0-only
/*
 * Selection of processes by their name, cgroup and user in /proc.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "select.h"

#define CGROUPS "/sys/fs/cgroup"
/* TASK_COMM_LEN without the terminating NUL. */
#define COMM_LENGTH 15

bool has_selection(const struct options *opts)
{
	return opts->comm || opts->cgroup || opts->user;
}

static bool add(struct selection *selection, pid_t pid, bool named)
{
	const size_t count = selection->count;
	bool *flags;
	pid_t *pids;

	/* The capacity is a power of two and at least 16. */
	if (!count || (count >= 16 && !(count & (count - 1)))) {
		size_t capacity = count ? 2 * count : 16;

		pids = reallocarray(selection->pid, capacity, sizeof(*pids));
		if (!pids)
			goto no_memory;
		selection->pid = pids;
		flags = reallocarray(selection->named, capacity, sizeof(*flags));
		if (!flags)
			goto no_memory;
		selection->named = flags;
	}
	selection->pid[count] = pid;
	selection->named[count] = named;
	selection->count++;
	return true;

no_memory:
	print_error("out of memory");
	return false;
}

void selection_free(struct selection *selection)
{
	free(selection->pid);
	free(selection->named);
	memset(selection, 0, sizeof(*selection));
}

/* False after reporting that there is no such user. */
static bool find_user(const char *name, uid_t *uid)
{
	const struct passwd *entry = getpwnam(name);
	unsigned long number;
	char *rest;

	if (entry) {
		*uid = entry->pw_uid;
		return true;
	}
	errno = 0;
	number = strtoul(name, &rest, 10);
	*uid = number;
	if (isdigit((unsigned char)*name) && !*rest && !errno && *uid == number)
		return true;
	print_error("--user: no such user: '%s'", name);
	return false;
}

/* Compare the effective user of a process, as ps -u does. */
static bool is_of_user(pid_t pid, uid_t uid)
{
	char path[64], line[256];
	unsigned int real, effective;
	bool is = false;
	FILE *status;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	status = fopen(path, "re");
	if (!status)
		return false;
	while (fgets(line, sizeof(line), status)) {
		if (sscanf(line, "Uid: %u %u", &real, &effective) == 2) {
			is = effective == uid;
			break;
		}
	}
	fclose(status);
	return is;
}

static bool has_name(pid_t pid, const char *name)
{
	char path[64], comm[64] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	/* A name may contain a newline, so that fgets() is not enough. */
	comm[fread(comm, 1, sizeof(comm) - 1, file)] = '\0';
	fclose(file);
	if (*comm)
		comm[strlen(comm) - 1] = '\0';
	return strlen(name) > COMM_LENGTH ? !strncmp(comm, name, COMM_LENGTH) &&
					    strlen(comm) == COMM_LENGTH : !strcmp(comm, name);
}

/* True if the process is in this cgroup v2 or in a descendant. */
static bool is_in_cgroup(pid_t pid, const char *cgroup)
{
	char path[64], line[4096];
	const size_t len = strlen(cgroup);
	bool is = false;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/cgroup", (int)pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	while (fgets(line, sizeof(line), file)) {
		if (strncmp(line, "0::", 3))
			continue;
		line[strcspn(line, "\n")] = '\0';
		is = !len || (!strncmp(line + 3, cgroup, len) &&
			      (!line[3 + len] || line[3 + len] == '/'));
	}
	fclose(file);
	return is;
}

/*
 * Convert a path to the format of /proc/PID/cgroup, without a trailing slash. @path is a
 * directory in cgroupfs, or relative to the root of cgroupfs. NULL after reporting that
 * there is no such cgroup.
 */
static char *find_cgroup(const char *path)
{
	char *whole, *own;
	size_t len;

	if (!strncmp(path, CGROUPS, strlen(CGROUPS)))
		path += strlen(CGROUPS);
	if (asprintf(&whole, CGROUPS "/%s/cgroup.procs", path) < 0) {
		print_error("out of memory");
		return NULL;
	}
	if (access(whole, F_OK)) {
		print_error("--cgroup: no such cgroup: '%s'", path);
		free(whole);
		return NULL;
	}
	free(whole);
	while (*path == '/')
		path++;
	if (asprintf(&own, "/%s", path) < 0) {
		print_error("out of memory");
		return NULL;
	}
	for (len = strlen(own); len && own[len - 1] == '/'; len--)
		own[len - 1] = '\0';
	return own;
}

static bool is_named(const struct selection *selection, pid_t pid)
{
	size_t i;

	for (i = 0; i < selection->count; i++)
		if (selection->named[i] && selection->pid[i] == pid)
			return true;
	return false;
}

static int compare_pids(const void *a, const void *b)
{
	const pid_t one = *(const pid_t *)a, other = *(const pid_t *)b;

	return (one > other) - (one < other);
}

/* Add every process that matches all options, except this one. */
static bool scan_proc(struct selection *selection, const struct options *opts, uid_t uid,
		      const char *cgroup)
{
	const size_t named = selection->count;
	const struct dirent *entry;
	DIR *proc = opendir("/proc");
	bool good = true;

	if (!proc) {
		print_error("/proc: %s", strerror(errno));
		return false;
	}
	while (good && (entry = readdir(proc))) {
		pid_t pid = atoi(entry->d_name);

		if (pid <= 0 || pid == getpid() || is_named(selection, pid) ||
		    (opts->comm && !has_name(pid, opts->comm)) ||
		    (opts->user && !is_of_user(pid, uid)) ||
		    (cgroup && !is_in_cgroup(pid, cgroup)))
			continue;
		good = add(selection, pid, false);
	}
	closedir(proc);
	if (selection->count > named)
		qsort(selection->pid + named, selection->count - named, sizeof(pid_t),
		      compare_pids);
	return good;
}

static bool add_operands(const struct verb *verb, const struct options *opts,
			 struct selection *selection)
{
	int i;

	for (i = 0; i < opts->noperands; i++) {
		pid_t pid;

		if (!parse_pid(opts->operands[i], &pid)) {
			report_bad_pid(verb, opts->operands[i]);
			selection->failed = true;
		} else if (!add(selection, pid, true)) {
			return false;
		}
	}
	return true;
}

bool select_processes(const struct verb *verb, const struct options *opts,
		      struct selection *selection)
{
	char *cgroup = NULL;
	uid_t uid = 0;
	bool good;

	memset(selection, 0, sizeof(*selection));
	if (!opts->noperands && !has_selection(opts)) {
		print_error("%s: no PID given", verb->name);
		print_usage_hint(verb);
		return false;
	}
	if (!add_operands(verb, opts, selection))
		goto fail;
	if (has_selection(opts)) {
		if (opts->user && !find_user(opts->user, &uid))
			goto fail;
		if (opts->cgroup) {
			cgroup = find_cgroup(opts->cgroup);
			if (!cgroup)
				goto fail;
		}
		good = scan_proc(selection, opts, uid, cgroup);
		free(cgroup);
		if (!good)
			goto fail;
		if (!selection->count && !selection->failed)
			print_error("no process matches");
	}
	if (selection->count)
		return true;
fail:
	selection_free(selection);
	return false;
}
