// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stands in for the fuzzer: what it once found is tried again.
 *
 *	NAME FILE...
 *
 * Built with the address and undefined-behaviour sanitizers, which end the
 * program where something is wrong.
 */
#include <stdio.h>

#include "fuzz.h"

#define ROOM (1 << 20)

int main(int argc, char **argv)
{
	static uint8_t data[ROOM];
	int i;

	for (i = 1; i < argc; i++) {
		FILE *file = fopen(argv[i], "rb");
		size_t size;

		if (!file) {
			perror(argv[i]);
			return 1;
		}
		size = fread(data, 1, sizeof(data), file);
		fclose(file);
		/* If this is the last that is heard, it was this one. */
		fprintf(stderr, "%s\n", argv[i]);
		LLVMFuzzerTestOneInput(data, size);
	}
	printf("%d inputs\n", argc - 1);
	return 0;
}
