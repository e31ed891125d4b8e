// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command's arguments as a fuzzer makes them up: a line for each, the first
 * of them being the verb.
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "fuzz.h"

#define WORDS 32

/* What the verbs do with what is left, before anybody is asked anything. */
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
	/* 0 has GNU's getopt begin anew. */
	optind = 0;
	if (verb && options_parse(&opts, verb, count, words, &status))
		parse_operands(&opts);
	free(text);
	return 0;
}
