// SPDX-License-Identifier: GPL-2.0-only
/*
 * A System V shared memory segment.
 */
#include <errno.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include "layout.h"

int main(void)
{
	const size_t part = 256 * KIB;
	char *start, *again;
	int id;

	layout_begin();
	id = shmget(IPC_PRIVATE, 2 * part, IPC_CREAT | 0600);
	if (id < 0)
		layout_fail("shmget: %s", strerror(errno));
	start = shmat(id, NULL, 0);
	again = shmat(id, NULL, SHM_RDONLY);
	/* It goes away with the last who is attached. */
	shmctl(id, IPC_RMID, NULL);
	if (start == (void *)-1 || again == (void *)-1)
		layout_fail("shmat: %s", strerror(errno));
	layout_write(start, part, page_size);
	layout_expect(start, 2 * part, "res=%zu write=%zu lazy=%zu vmas=1", part, part, part);
	/* Another mapping of the same pages has an entry for none of them. */
	layout_expect(again, 2 * part, "lazy=%zu vmas=1", 2 * part);
	layout_wait();
}
