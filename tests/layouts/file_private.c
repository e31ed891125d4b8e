// SPDX-License-Identifier: GPL-2.0-only
/*
 * A private mapping of a file that lies on an ordinary file system: the C
 * library's own. What is written becomes anonymous memory, page by page; what
 * is read may bring its neighbours with it, so all of that is read.
 */
#include <sys/mman.h>
#include "file.h"
#include "layout.h"

int main(void)
{
	const size_t part = 256 * KIB;
	char *start;

	layout_begin();
	start = map_library(4 * part, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	layout_write(start, part, page_size);
	layout_write(start + part, part, 2 * page_size);
	layout_read(start + 2 * part, part, page_size);
	layout_expect(start, part, "res=%zu dirty=%zu write=%zu", part, part, part);
	layout_expect(start + part, part, "res=%zu write=%zu disk=%zu",
		     part / 2, part / 2, part / 2);
	layout_expect(start + 2 * part, part, "res=%zu dirty=0 write=0", part);
	layout_expect(start + 3 * part, part, "disk=%zu", part);

	start = map_library(part, PROT_READ, MAP_PRIVATE);
	layout_expect(start, part, "disk=%zu vmas=1", part);
	layout_wait();
}
