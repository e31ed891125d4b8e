// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Decodes datagrams. Nothing here uses a socket, so that recorded and damaged
 * datagrams can be tested.
 */
#include <errno.h>
#include <string.h>

#include <linux/genetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "internal.h"

/* The kernel's text is an attribute behind the error. */
static void read_text(struct decoder *dec, const struct nlmsghdr *msg, size_t skip)
{
	const struct nlattr *text;
	int len = nlmsg_datalen(msg) - NLMSG_ALIGN(skip);

	dec->text[0] = '\0';
	if (!(msg->nlmsg_flags & NLM_F_ACK_TLVS) || len <= 0)
		return;

	text = nla_find((const struct nlattr *)((const char *)nlmsg_data(msg) + NLMSG_ALIGN(skip)),
			len, NLMSGERR_ATTR_MSG);
	if (text)
		nla_strlcpy(dec->text, text, sizeof(dec->text));
}

static enum reply read_error(struct decoder *dec, const struct nlmsghdr *msg)
{
	const struct nlmsgerr *err = nlmsg_data(msg);
	size_t skip = sizeof(*err);

	if (nlmsg_datalen(msg) < (int)sizeof(*err))
		return REPLY_BROKEN;
	if (!err->error)
		return REPLY_ACK;

	/* The request precedes the text, unless it was cut off. */
	if (!(msg->nlmsg_flags & NLM_F_CAPPED)) {
		if (err->msg.nlmsg_len < NLMSG_HDRLEN ||
		    err->msg.nlmsg_len > msg->nlmsg_len)
			return REPLY_BROKEN;
		skip += err->msg.nlmsg_len - NLMSG_HDRLEN;
	}
	dec->error = err->error;
	read_text(dec, msg, skip);
	return REPLY_ERROR;
}

/* The end of a dump contains an errno, which libnl ignores. */
static enum reply read_done(struct decoder *dec, const struct nlmsghdr *msg)
{
	int error;

	if (nlmsg_datalen(msg) < (int)sizeof(error))
		return REPLY_DONE;
	memcpy(&error, nlmsg_data(msg), sizeof(error));
	if (error >= 0)
		return REPLY_DONE;
	dec->error = error;
	read_text(dec, msg, sizeof(error));
	return REPLY_ERROR;
}

void decoder_start(struct decoder *dec, uint32_t seq)
{
	memset(dec, 0, sizeof(*dec));
	dec->seq = seq;
}

void decoder_feed(struct decoder *dec, const void *data, size_t len)
{
	dec->next = data;
	dec->left = len;
}

enum reply decoder_next(struct decoder *dec, const struct nlmsghdr **out)
{
	while (dec->left > 0) {
		const struct nlmsghdr *msg = dec->next;

		if (!nlmsg_ok(msg, dec->left)) {
			dec->left = 0;
			return REPLY_BROKEN;
		}
		dec->next = nlmsg_next((struct nlmsghdr *)msg, &dec->left);

		if (msg->nlmsg_seq != dec->seq)
			continue;
		if (msg->nlmsg_flags & NLM_F_DUMP_INTR)
			dec->interrupted = true;

		switch (msg->nlmsg_type) {
		case NLMSG_NOOP:
			continue;
		case NLMSG_ERROR:
			return read_error(dec, msg);
		case NLMSG_DONE:
			return read_done(dec, msg);
		case NLMSG_OVERRUN:
			return REPLY_OVERRUN;
		}
		if (nlmsg_datalen(msg) < (int)GENL_HDRLEN)
			return REPLY_BROKEN;
		*out = msg;
		return REPLY_MESSAGE;
	}
	return REPLY_NONE;
}

/* How the value of an attribute is decoded. */
enum kind {
	KIND_UNKNOWN,	/* of a newer module: skipped */
	KIND_U32,	/* four bytes, to a uint32_t */
	KIND_UINT,	/* four or eight bytes, to a uint64_t */
	KIND_FLAG,	/* its presence, to a bool */
	KIND_TEXT,	/* copied to an array of char */
	KIND_STRING,	/* to a pointer into the message */
	KIND_BYTES,	/* to a struct bytes */
	KIND_NEST,	/* by a function */
};

/**
 * struct field - where the value of an attribute goes
 * @kind: enum kind
 * @offset: offset of the member
 * @size: size of the member
 * @nest: for KIND_NEST; gets the nested attributes and the member
 */
struct field {
	unsigned short kind;
	unsigned short offset;
	unsigned int size;
	bool (*nest)(const struct nlattr *head, int len, void *member);
};

#define FIELD(structure, member, how) \
	{ .kind = (how), .offset = offsetof(structure, member), \
	  .size = sizeof(((structure *)0)->member) }
#define NEST(structure, member, function) \
	{ .kind = KIND_NEST, .offset = offsetof(structure, member), .nest = (function) }
#define NEST_WHOLE(function) { .kind = KIND_NEST, .nest = (function) }

static bool get_u32(const struct nlattr *attr, uint32_t *value)
{
	if (nla_len(attr) != sizeof(*value))
		return false;
	memcpy(value, nla_data(attr), sizeof(*value));
	return true;
}

static bool get_uint(const struct nlattr *attr, uint64_t *value)
{
	uint32_t narrow;

	if (nla_len(attr) == sizeof(*value)) {
		memcpy(value, nla_data(attr), sizeof(*value));
		return true;
	}
	if (!get_u32(attr, &narrow))
		return false;
	*value = narrow;
	return true;
}

static bool get_string(const struct nlattr *attr, const char **string)
{
	const char *bytes = nla_data(attr);
	int len = nla_len(attr);

	if (len < 1 || bytes[len - 1])
		return false;
	*string = bytes;
	return true;
}

static bool get_text(const struct nlattr *attr, char *to, size_t size)
{
	const char *string;
	size_t len;

	if (!get_string(attr, &string))
		return false;
	len = strnlen(string, size - 1);
	memcpy(to, string, len);
	to[len] = '\0';
	return true;
}

static bool decode_field(const struct nlattr *attr, const struct field *field, void *member)
{
	switch (field->kind) {
	case KIND_U32:
		return get_u32(attr, member);
	case KIND_UINT:
		return get_uint(attr, member);
	case KIND_FLAG:
		*(bool *)member = true;
		return true;
	case KIND_TEXT:
		return get_text(attr, member, field->size);
	case KIND_STRING:
		return get_string(attr, member);
	case KIND_BYTES:
		*(struct bytes *)member = (struct bytes){ nla_data(attr), nla_len(attr) };
		return true;
	case KIND_NEST:
		return field->nest(nla_data(attr), nla_len(attr), member);
	default:
		return true;
	}
}

/* Fill @to by a table whose indices are the types of attributes. */
static bool decode_fields(const struct nlattr *head, int len, const struct field *fields, int count,
			  void *to)
{
	const struct nlattr *attr;
	int rem;

	nla_for_each_attr(attr, head, len, rem) {
		const int type = nla_type(attr);

		if (type < count &&
		    !decode_field(attr, &fields[type], (char *)to + fields[type].offset))
			return false;
	}
	/* Bytes that are no attribute are left over. */
	return !rem;
}

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

/* The geometry of a level, or its tables: elements of an array by level. */
struct leveled {
	uint32_t level;
	union {
		struct ptscope_geometry geometry;
		struct ptscope_tables tables;
	};
};

static bool decode_level(const struct nlattr *head, int len, const struct field *fields, int count,
			 struct leveled *leveled)
{
	memset(leveled, 0, sizeof(*leveled));
	leveled->level = PTSCOPE_LEVELS;
	return decode_fields(head, len, fields, count, leveled) &&
	       leveled->level < PTSCOPE_LEVELS;
}

static bool decode_geometry(const struct nlattr *head, int len, void *member)
{
	static const struct field fields[] = {
		[PTSCOPE_A_GEOMETRY_LEVEL] = FIELD(struct leveled, level, KIND_U32),
		[PTSCOPE_A_GEOMETRY_FOLDED] = FIELD(struct leveled, geometry.folded, KIND_FLAG),
		[PTSCOPE_A_GEOMETRY_SHIFT] = FIELD(struct leveled, geometry.shift, KIND_U32),
		[PTSCOPE_A_GEOMETRY_ENTRIES] = FIELD(struct leveled, geometry.entries, KIND_U32),
		[PTSCOPE_A_GEOMETRY_LEAF_SIZE] =
			FIELD(struct leveled, geometry.leaf_size, KIND_UINT),
		[PTSCOPE_A_GEOMETRY_CONT_SIZE] =
			FIELD(struct leveled, geometry.cont_size, KIND_UINT),
	};
	struct ptscope_geometry *level = member;
	struct leveled leveled;

	if (!decode_level(head, len, fields, COUNT(fields), &leveled))
		return false;
	level[leveled.level] = leveled.geometry;
	return true;
}

static bool decode_info(const struct nlattr *head, int len, void *member)
{
	static const struct field fields[] = {
		[PTSCOPE_A_INFO_MODULE_VERSION] =
			FIELD(struct ptscope_info, module_version, KIND_TEXT),
		[PTSCOPE_A_INFO_PAGE_SIZE] = FIELD(struct ptscope_info, page_size, KIND_U32),
		[PTSCOPE_A_INFO_VA_BITS] = FIELD(struct ptscope_info, va_bits, KIND_U32),
		[PTSCOPE_A_INFO_LEVELS] = FIELD(struct ptscope_info, levels, KIND_U32),
		[PTSCOPE_A_INFO_LEVEL] = NEST(struct ptscope_info, level, decode_geometry),
		[PTSCOPE_A_INFO_ACCESS] = FIELD(struct ptscope_info, access, KIND_U32),
	};
	struct message *message = member;

	message->has_info = true;
	memset(&message->info, 0, sizeof(message->info));
	return decode_fields(head, len, fields, COUNT(fields), &message->info) &&
	       message->info.page_size;
}

int decode_message(const struct nlmsghdr *msg, struct message *message)
{
	static const struct field fields[] = {
		[PTSCOPE_A_TARGET_PID] = FIELD(struct message, pid, KIND_U32),
		[PTSCOPE_A_TARGET_START_TIME] = FIELD(struct message, start_time, KIND_UINT),
		[PTSCOPE_A_TARGET_COMM] = FIELD(struct message, comm, KIND_TEXT),
		[PTSCOPE_A_TARGET_HIDDEN] = FIELD(struct message, hidden, KIND_FLAG),
		[PTSCOPE_A_TARGET_INFO] = NEST_WHOLE(decode_info),
	};
	const struct nlattr *head = nlmsg_attrdata(msg, GENL_HDRLEN);
	const int len = nlmsg_attrlen(msg, GENL_HDRLEN);

	memset(message, 0, sizeof(*message));
	if (!decode_fields(head, len, fields, COUNT(fields), message))
		return -EBADMSG;
	message->rest = (struct bytes){ (const unsigned char *)head, len };
	return 0;
}

/* All attributes of a census are counters. */
static bool decode_counters(const struct nlattr *head, int len, void *member)
{
	struct ptscope_census *census = member;
	const struct nlattr *attr;
	int rem;

	nla_for_each_attr(attr, head, len, rem) {
		const int type = nla_type(attr);

		if (type < PTSCOPE_COUNTERS && !get_uint(attr, &census->counter[type]))
			return false;
	}
	return !rem;
}

static bool decode_table(const struct nlattr *head, int len, void *member)
{
	static const struct field fields[] = {
		[PTSCOPE_A_TABLE_LEVEL] = FIELD(struct leveled, level, KIND_U32),
		[PTSCOPE_A_TABLE_PAGES] = FIELD(struct leveled, tables.pages, KIND_UINT),
		[PTSCOPE_A_TABLE_USED] = FIELD(struct leveled, tables.used, KIND_UINT),
		[PTSCOPE_A_TABLE_EMPTY] = FIELD(struct leveled, tables.empty, KIND_UINT),
	};
	struct ptscope_census *census = member;
	struct leveled leveled;

	if (!decode_level(head, len, fields, COUNT(fields), &leveled))
		return false;
	census->table[leveled.level] = leveled.tables;
	return true;
}

static bool decode_node(const struct nlattr *head, int len, void *member)
{
	struct node {
		uint32_t id;
		uint64_t size;
	} node = { .id = MAX_NODES };
	static const struct field fields[] = {
		[PTSCOPE_A_NODE_ID] = FIELD(struct node, id, KIND_U32),
		[PTSCOPE_A_NODE_SIZE] = FIELD(struct node, size, KIND_UINT),
	};
	struct ptscope_census *census = member;
	uint64_t *size = (uint64_t *)census->node;

	if (!decode_fields(head, len, fields, COUNT(fields), &node) || node.id >= MAX_NODES)
		return false;
	for (; census->nodes <= node.id; census->nodes++)
		size[census->nodes] = 0;
	size[node.id] = node.size;
	return true;
}

int decode_proc(const struct nlmsghdr *msg, struct ptscope_proc *proc, struct nodes *nodes)
{
	static const struct field fields[] = {
		[PTSCOPE_A_TARGET_PID] = FIELD(struct ptscope_proc, pid, KIND_U32),
		[PTSCOPE_A_TARGET_START_TIME] = FIELD(struct ptscope_proc, start_time, KIND_UINT),
		[PTSCOPE_A_TARGET_COMM] = FIELD(struct ptscope_proc, comm, KIND_TEXT),
		[PTSCOPE_A_TARGET_ERROR] = FIELD(struct ptscope_proc, error, KIND_U32),
		[PTSCOPE_A_TARGET_CENSUS] = NEST(struct ptscope_proc, census, decode_counters),
		[PTSCOPE_A_TARGET_TABLE] = NEST(struct ptscope_proc, census, decode_table),
		[PTSCOPE_A_TARGET_NODE] = NEST(struct ptscope_proc, census, decode_node),
	};

	memset(proc, 0, sizeof(*proc));
	proc->census.node = nodes->size;
	proc->changed = msg->nlmsg_flags & NLM_F_DUMP_INTR;
	if (!decode_fields(nlmsg_attrdata(msg, GENL_HDRLEN), nlmsg_attrlen(msg, GENL_HDRLEN),
			   fields, COUNT(fields), proc) || proc->pid <= 0 || proc->error < 0)
		return -EBADMSG;
	proc->error = -proc->error;
	return 0;
}

static bool decode_vma(const struct nlattr *head, int len, void *member)
{
	static const struct field fields[] = {
		[PTSCOPE_A_VMA_START] = FIELD(struct ptscope_vma, start, KIND_UINT),
		[PTSCOPE_A_VMA_END] = FIELD(struct ptscope_vma, end, KIND_UINT),
		[PTSCOPE_A_VMA_FLAGS] = FIELD(struct ptscope_vma, flags, KIND_UINT),
		[PTSCOPE_A_VMA_OFFSET] = FIELD(struct ptscope_vma, offset, KIND_UINT),
		[PTSCOPE_A_VMA_DEV_MAJOR] = FIELD(struct ptscope_vma, dev_major, KIND_U32),
		[PTSCOPE_A_VMA_DEV_MINOR] = FIELD(struct ptscope_vma, dev_minor, KIND_U32),
		[PTSCOPE_A_VMA_INODE] = FIELD(struct ptscope_vma, inode, KIND_UINT),
		[PTSCOPE_A_VMA_NAME] = FIELD(struct ptscope_vma, name, KIND_STRING),
		[PTSCOPE_A_VMA_CENSUS] = NEST(struct ptscope_vma, census, decode_counters),
		[PTSCOPE_A_VMA_TABLE] = NEST(struct ptscope_vma, census, decode_table),
		[PTSCOPE_A_VMA_NODE] = NEST(struct ptscope_vma, census, decode_node),
	};
	const struct ptscope_vma *vma = member;

	return decode_fields(head, len, fields, COUNT(fields), member) && vma->start < vma->end;
}

/* Take the next attribute of a type from a message. NULL if there is none. */
static const struct nlattr *take_attr(struct message *message, int type)
{
	const struct nlattr *attr, *next;
	int rem;

	nla_for_each_attr(attr, (const struct nlattr *)message->rest.data, message->rest.len,
			  rem) {
		if (nla_type(attr) != type)
			continue;
		next = nla_next(attr, &rem);
		message->rest = (struct bytes){ (const unsigned char *)next, rem > 0 ? rem : 0 };
		return attr;
	}
	message->rest.len = 0;
	return NULL;
}

int next_vma(struct message *message, struct ptscope_vma *vma, struct nodes *nodes)
{
	const struct nlattr *attr = take_attr(message, PTSCOPE_A_TARGET_VMA);

	if (!attr)
		return 0;
	memset(vma, 0, sizeof(*vma));
	vma->pid = message->pid;
	vma->start_time = message->start_time;
	vma->name = "";
	vma->census.node = nodes->size;
	return decode_vma(nla_data(attr), nla_len(attr), vma) ? 1 : -EBADMSG;
}

#define RUN_SIZE (PTSCOPE_RUN_WORDS * sizeof(uint64_t))

/* @frames: the second word is valid; @hidden: most bits of the folio are not. */
static void decode_run(const void *words, bool frames, bool hidden, struct ptscope_run *run)
{
	uint64_t word[PTSCOPE_RUN_WORDS];

	/* Attributes are aligned to four bytes. */
	memcpy(word, words, sizeof(word));
	*run = (struct ptscope_run){
		.start = word[0],
		.pages = word[2],
		.state = word[2] >> PTSCOPE_RUN_STATE_SHIFT & 0xf,
		.level = word[2] >> PTSCOPE_RUN_LEVEL_SHIFT & 0xf,
		.flags = word[2] >> PTSCOPE_RUN_FLAGS_SHIFT,
		.pkey = word[3] >> PTSCOPE_EXTRA_PKEY_SHIFT & 0xf,
		.memory_type = word[3] >> PTSCOPE_EXTRA_MEMORY_SHIFT & 0x3f,
	};
	if (word[3] >> PTSCOPE_EXTRA_KNOWN_SHIFT & 1) {
		run->has_extra = true;
		run->has_order = !hidden;
		run->node = word[3] & 0xffff;
		run->order = word[3] >> PTSCOPE_EXTRA_ORDER_SHIFT & 0xff;
		run->folio = word[3] >> PTSCOPE_EXTRA_FOLIO_SHIFT & 0xffffff;
	}
	if (!frames)
		return;

	switch (run->state) {
	case PTSCOPE_STATE_SWAP:
		run->has_slot = true;
		run->swap_type = word[1] >> PTSCOPE_SWAP_TYPE_SHIFT;
		run->swap_offset = word[1] & ((1ull << PTSCOPE_SWAP_TYPE_SHIFT) - 1);
		break;
	case PTSCOPE_STATE_RES:
	case PTSCOPE_STATE_MIGRATION:
	case PTSCOPE_STATE_HWPOISON:
	case PTSCOPE_STATE_DEVICE_PRIVATE:
	case PTSCOPE_STATE_DEVICE_EXCLUSIVE:
		run->has_frame = true;
		run->frame = word[1];
		break;
	}
}

int decode_runs(struct message *message)
{
	const struct nlattr *attr = take_attr(message, PTSCOPE_A_TARGET_RUNS);

	if (!attr)
		return 0;
	if (nla_len(attr) % RUN_SIZE)
		return -EBADMSG;
	message->rest = (struct bytes){ nla_data(attr), nla_len(attr) };
	return 0;
}

int next_run(struct message *message, uint32_t detail, struct ptscope_run *run)
{
	if (!message->rest.len)
		return 0;
	decode_run(message->rest.data, detail & PTSCOPE_DETAIL_FRAME && !message->hidden,
		   message->hidden, run);
	message->rest.data += RUN_SIZE;
	message->rest.len -= RUN_SIZE;
	return 1;
}

static bool decode_path_vma(const struct nlattr *head, int len, void *member)
{
	struct path_parts *parts = member;

	parts->path.vma = &parts->vma;
	return decode_vma(head, len, &parts->vma);
}

static bool decode_path_entry(const struct nlattr *head, int len, void *member)
{
	static const struct field fields[] = {
		[PTSCOPE_A_PATH_ENTRY_LEVEL] = FIELD(struct ptscope_path_entry, level, KIND_U32),
		[PTSCOPE_A_PATH_ENTRY_TABLE] = FIELD(struct ptscope_path_entry, table, KIND_UINT),
		[PTSCOPE_A_PATH_ENTRY_INDEX] = FIELD(struct ptscope_path_entry, index, KIND_U32),
		[PTSCOPE_A_PATH_ENTRY_VALUE] = FIELD(struct ptscope_path_entry, value, KIND_UINT),
	};
	struct path_parts *parts = member;
	struct ptscope_path_entry *entry;

	if (parts->path.entries == PTSCOPE_LEVELS)
		return false;
	entry = &parts->entry[parts->path.entries++];
	entry->has_table = nla_find(head, len, PTSCOPE_A_PATH_ENTRY_TABLE);
	return decode_fields(head, len, fields, COUNT(fields), entry) &&
	       entry->level < PTSCOPE_LEVELS;
}

int next_path(struct message *message, struct path_parts *parts)
{
	static const struct field fields[] = {
		[PTSCOPE_A_PATH_ADDRESS] = FIELD(struct path_parts, path.address, KIND_UINT),
		[PTSCOPE_A_PATH_VMA] = NEST_WHOLE(decode_path_vma),
		[PTSCOPE_A_PATH_ENTRY] = NEST_WHOLE(decode_path_entry),
	};
	const struct nlattr *attr = take_attr(message, PTSCOPE_A_TARGET_PATH), *run;

	if (!attr)
		return 0;
	memset(parts, 0, sizeof(*parts));
	parts->path.pid = message->pid;
	parts->path.start_time = message->start_time;
	parts->path.entry = parts->entry;
	parts->vma.pid = message->pid;
	parts->vma.start_time = message->start_time;
	parts->vma.name = "";
	if (!decode_fields(nla_data(attr), nla_len(attr), fields, COUNT(fields), parts))
		return -EBADMSG;
	if (!parts->path.vma)
		return 1;
	run = nla_find(nla_data(attr), nla_len(attr), PTSCOPE_A_PATH_RUN);
	if (!run || nla_len(run) != RUN_SIZE)
		return -EBADMSG;
	decode_run(nla_data(run), !message->hidden, message->hidden, &parts->run);
	parts->path.run = &parts->run;
	return 1;
}
