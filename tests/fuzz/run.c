// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs a fuzz target on files, without libFuzzer.
 *
 *	NAME FILE...
 *
 * The address and undefined-behaviour sanitizers end the program when they detect an error.
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
		/* After a crash, the last name printed is the input. */
		fprintf(stderr, "%s\n", argv[i]);
		LLVMFuzzerTestOneInput(data, size);
	}
	printf("%d inputs\n", argc - 1);
	return 0;
}
