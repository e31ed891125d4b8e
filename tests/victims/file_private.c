// SPDX-License-Identifier: GPL-2.0-only
/*
 * A private mapping of a file that lies on an ordinary file system: the C
 * library's own. What is written becomes anonymous memory, page by page; what
 * is read may bring its neighbours with it, so all of that is read.
 */
#include <sys/mman.h>
#include "file.h"
#include "victim.h"

int main(void)
{
	const size_t part = 256 * KIB;
	char *start;

	victim_begin();
	start = map_library(4 * part, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	victim_write(start, part, page_size);
	victim_write(start + part, part, 2 * page_size);
	victim_read(start + 2 * part, part, page_size);
	victim_claim(start, part, "res=%zu dirty=%zu write=%zu", part, part, part);
	victim_claim(start + part, part, "res=%zu write=%zu disk=%zu",
		     part / 2, part / 2, part / 2);
	victim_claim(start + 2 * part, part, "res=%zu dirty=0 write=0", part);
	victim_claim(start + 3 * part, part, "disk=%zu", part);

	start = map_library(part, PROT_READ, MAP_PRIVATE);
	victim_claim(start, part, "disk=%zu vmas=1", part);
	victim_wait();
}
