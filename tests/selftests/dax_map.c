// SPDX-License-Identifier: GPL-2.0-only
/*
 * Maps files by PMD leaves where possible.
 *
 *	dax_map WRITTEN READ BYTES
 *
 * Writes one byte per PMD entry of the first BYTES of the file WRITTEN, and reads one of
 * the file READ. Prints its PID and both addresses, and exits when standard input ends.
 */
#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <signal.h>
#include <unistd.h>

#define HUGE (2ul << 20)

/* At a multiple of the PMD size, with nothing beside it. */
static volatile char *map(const char *name)
{
	const int fd = open(name, O_RDWR | O_CLOEXEC);
	struct stat stat;
	uintptr_t at;
	char *p;

	if (fd < 0 || fstat(fd, &stat))
		err(1, "%s", name);
	p = mmap(NULL, stat.st_size + 2 * HUGE, PROT_NONE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		err(1, "mmap");
	at = ((uintptr_t)p + HUGE) & -HUGE;
	p = mmap((void *)at, stat.st_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
	if (p == MAP_FAILED)
		err(1, "%s", name);
	close(fd);
	return p;
}

int main(int argc, char **argv)
{
	volatile char *written, *read_only;
	unsigned long size, i;

	if (argc != 4)
		errx(2, "usage: dax_map WRITTEN READ BYTES");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	written = map(argv[1]);
	read_only = map(argv[2]);
	size = strtoul(argv[3], NULL, 0);
	for (i = 0; i < size; i += HUGE) {
		written[i] = 1;
		(void)read_only[i];
	}
	printf("%d 0x%lx 0x%lx\n", (int)getpid(), (unsigned long)written,
	       (unsigned long)read_only);
	fflush(stdout);
	while (getchar() != EOF)
		;
	return 0;
}
