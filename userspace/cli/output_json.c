// SPDX-License-Identifier: GPL-2.0-only
/*
 * JSON output with yajl, row by row: an object with an array of rows, which has the
 * name of the verb, and an array of totals if the verb has totals.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yajl/yajl_gen.h>

#include "utf8.h"
#include "writer.h"

struct json {
	const struct shape *shape;
	yajl_gen gen;
	bool in_totals;
	char key[OPTIONS_COLUMNS][32];
};

/*
 * Write the buffer of yajl and a newline, which is white space between two tokens. Each
 * row is on its own line.
 */
static void end_line(yajl_gen gen)
{
	const unsigned char *text;
	size_t len;

	yajl_gen_get_buf(gen, &text, &len);
	fwrite_unlocked(text, 1, len, stdout);
	putc_unlocked('\n', stdout);
	yajl_gen_clear(gen);
}

static void put_string(yajl_gen gen, const char *text, size_t len)
{
	yajl_gen_string(gen, (const unsigned char *)text, len);
}

static void open_array(struct json *json, const char *name)
{
	put_string(json->gen, name, strlen(name));
	yajl_gen_array_open(json->gen);
	end_line(json->gen);
}

static void *json_open(const struct shape *shape)
{
	struct json *json = calloc(1, sizeof(*json));
	int i;

	if (!json)
		return NULL;
	json->shape = shape;
	json->gen = yajl_gen_alloc(NULL);
	if (!json->gen) {
		free(json);
		return NULL;
	}
	for (i = 0; i < shape->count; i++)
		column_key(json->key[i], sizeof(json->key[i]), shape->columns[i]);
	yajl_gen_map_open(json->gen);
	open_array(json, shape->name);
	return json;
}

/* JSON is UTF-8; names are bytes and may be invalid UTF-8. */
static bool put_name(yajl_gen gen, const char *text)
{
	char *escaped;

	if (text_is_plain(text)) {
		put_string(gen, text, strlen(text));
		return true;
	}
	escaped = utf8_escape(text);
	if (!escaped)
		return false;
	put_string(gen, escaped, strlen(escaped));
	free(escaped);
	return true;
}

static void put_list(yajl_gen gen, const char *list)
{
	yajl_gen_array_open(gen);
	while (*list) {
		size_t len = strcspn(list, ",");

		put_string(gen, list, len);
		list += len + (list[len] == ',');
	}
	yajl_gen_array_close(gen);
}

static bool put_cell(yajl_gen gen, const struct column *column, const char *text)
{
	if (!text) {
		yajl_gen_null(gen);
		return true;
	}
	switch (column->kind) {
	case CELL_TEXT:
		return put_name(gen, text);
	case CELL_LIST:
		put_list(gen, text);
		break;
	case CELL_ADDRESS:
		put_string(gen, text, strlen(text));
		break;
	case CELL_BOOL:
		yajl_gen_bool(gen, *text == 'y');
		break;
	default:
		yajl_gen_number(gen, text, strlen(text));
	}
	return true;
}

static bool json_row(void *state, const struct record *record)
{
	struct json *json = state;
	int i;

	if (record->total && !json->in_totals) {
		json->in_totals = true;
		yajl_gen_array_close(json->gen);
		open_array(json, "total");
	}
	yajl_gen_map_open(json->gen);
	for (i = 0; i < json->shape->count; i++) {
		put_string(json->gen, json->key[i], strlen(json->key[i]));
		if (!put_cell(json->gen, json->shape->columns[i], record->value[i].text))
			return false;
	}
	yajl_gen_map_close(json->gen);
	end_line(json->gen);
	return !ferror_unlocked(stdout);
}

static bool json_close(void *state)
{
	struct json *json = state;

	yajl_gen_array_close(json->gen);
	if (json->shape->totals && !json->in_totals) {
		open_array(json, "total");
		yajl_gen_array_close(json->gen);
	}
	yajl_gen_map_close(json->gen);
	end_line(json->gen);
	yajl_gen_free(json->gen);
	free(json);
	return !ferror(stdout);
}

const struct writer json_writer = {
	.open = json_open,
	.row = json_row,
	.close = json_close,
};
