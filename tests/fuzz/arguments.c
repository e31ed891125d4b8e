// SPDX-License-Identifier: GPL-2.0-only
/* Parses the command's arguments, one per line of the input; the first is the verb. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "fuzz.h"

#define WORDS 32

/* What the verbs parse before they send a request. */
static void parse_operands(const struct options *opts)
{
	uint64_t address;
	char *rest;
	pid_t pid;
	int i;

	for (i = 0; i < opts->noperands; i++) {
		parse_pid(opts->operands[i], &pid);
		parse_address(opts->operands[i], &rest, &address);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *words[WORDS + 1], *rest = text, *word;
	const struct verb *verb;
	struct options opts;
	int count = 0, status;

	if (!text)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	while (count < WORDS && (word = strsep(&rest, "\n")))
		words[count++] = word;
	words[count] = NULL;
	verb = find_verb(words[0]);
	/* GNU getopt starts over at 0. */
	optind = 0;
	if (verb && options_parse(&opts, verb, count, words, &status))
		parse_operands(&opts);
	free(text);
	return 0;
}
