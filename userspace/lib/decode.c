// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * From bytes to structs. Nothing here touches a socket, so that it can be
 * tried on recorded datagrams, and on broken ones.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <linux/genetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "internal.h"

/* What the kernel has to say hangs behind an error as attributes. */
static void read_words(struct decoder *dec, const struct nlmsghdr *msg, size_t skip)
{
	const struct nlattr *words;
	int len = nlmsg_datalen(msg) - NLMSG_ALIGN(skip);

	dec->words[0] = '\0';
	if (!(msg->nlmsg_flags & NLM_F_ACK_TLVS) || len <= 0)
		return;

	words = nla_find((const struct nlattr *)((const char *)nlmsg_data(msg) + NLMSG_ALIGN(skip)),
			 len, NLMSGERR_ATTR_MSG);
	if (words)
		nla_strlcpy(dec->words, words, sizeof(dec->words));
}

static enum reply read_error(struct decoder *dec, const struct nlmsghdr *msg)
{
	const struct nlmsgerr *err = nlmsg_data(msg);
	size_t skip = sizeof(*err);

	if (nlmsg_datalen(msg) < (int)sizeof(*err))
		return REPLY_BROKEN;
	if (!err->error)
		return REPLY_ACK;

	/* The request is quoted before the words, unless it was cut off. */
	if (!(msg->nlmsg_flags & NLM_F_CAPPED)) {
		if (err->msg.nlmsg_len < NLMSG_HDRLEN ||
		    err->msg.nlmsg_len > msg->nlmsg_len)
			return REPLY_BROKEN;
		skip += err->msg.nlmsg_len - NLMSG_HDRLEN;
	}
	dec->error = err->error;
	read_words(dec, msg, skip);
	return REPLY_ERROR;
}

/* A dump's end bears an errno of its own, which libnl does not look at. */
static enum reply read_done(struct decoder *dec, const struct nlmsghdr *msg)
{
	int error;

	if (nlmsg_datalen(msg) < (int)sizeof(error))
		return REPLY_DONE;
	memcpy(&error, nlmsg_data(msg), sizeof(error));
	if (error >= 0)
		return REPLY_DONE;
	dec->error = error;
	read_words(dec, msg, sizeof(error));
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

/* How an attribute's value is read, and what it becomes. */
enum kind {
	KIND_UNKNOWN,	/* newer than we are: skipped */
	KIND_U32,	/* four bytes, to a uint32_t */
	KIND_UINT,	/* four bytes or eight, to a uint64_t */
	KIND_FLAG,	/* by being there, to a bool */
	KIND_TEXT,	/* copied into an array of char */
	KIND_STRING,	/* to a pointer into the message */
	KIND_BYTES,	/* to a struct bytes */
	KIND_NEST,	/* by a function of its own */
};

/**
 * struct field - where an attribute goes
 * @kind: how its value is read, as in enum kind
 * @offset: of the member in the struct that is being filled
 * @room: size of that member
 * @nest: for KIND_NEST; gets the attributes within, and the member
 */
struct field {
	unsigned short kind;
	unsigned short offset;
	unsigned int room;
	bool (*nest)(const struct nlattr *head, int len, void *member);
};

#define FIELD(structure, member, how) \
	{ .kind = (how), .offset = offsetof(structure, member), \
	  .room = sizeof(((structure *)0)->member) }
#define NEST(structure, member, function) \
	{ .kind = KIND_NEST, .offset = offsetof(structure, member), .nest = (function) }
#define NEST_WHOLE(function) { .kind = KIND_NEST, .nest = (function) }

/*
 * libnl has these as functions. A message of a dump is made of little else than
 * small attributes, so that here they are worth being inlined.
 */
static inline const void *attr_data(const struct nlattr *attr)
{
	return (const char *)attr + NLA_HDRLEN;
}

static inline int attr_len(const struct nlattr *attr)
{
	return attr->nla_len - NLA_HDRLEN;
}

static inline bool attr_ok(const struct nlattr *attr, int rem)
{
	return rem >= (int)sizeof(*attr) && attr->nla_len >= sizeof(*attr) &&
	       attr->nla_len <= rem;
}

static inline const struct nlattr *attr_next(const struct nlattr *attr, int *rem)
{
	int len = NLA_ALIGN(attr->nla_len);

	*rem -= len;
	return (const struct nlattr *)((const char *)attr + len);
}

static inline int attr_type(const struct nlattr *attr)
{
	return attr->nla_type & NLA_TYPE_MASK;
}

#define for_each_attr(attr, head, len, rem) \
	for (attr = (head), rem = (len); attr_ok(attr, rem); attr = attr_next(attr, &(rem)))

static inline bool get_u32(const struct nlattr *attr, uint32_t *value)
{
	if (attr_len(attr) != sizeof(*value))
		return false;
	memcpy(value, attr_data(attr), sizeof(*value));
	return true;
}

static inline bool get_uint(const struct nlattr *attr, uint64_t *value)
{
	uint32_t narrow;

	if (attr_len(attr) == sizeof(*value)) {
		memcpy(value, attr_data(attr), sizeof(*value));
		return true;
	}
	if (!get_u32(attr, &narrow))
		return false;
	*value = narrow;
	return true;
}

static bool get_string(const struct nlattr *attr, const char **string)
{
	const char *bytes = attr_data(attr);
	int len = attr_len(attr);

	if (len < 1 || bytes[len - 1])
		return false;
	*string = bytes;
	return true;
}

/* Those kinds that a message has few of. */
static bool decode_other(const struct nlattr *attr, const struct field *field, void *member)
{
	const char *string;
	size_t len;

	switch (field->kind) {
	case KIND_UNKNOWN:
		return true;
	case KIND_FLAG:
		*(bool *)member = true;
		return true;
	case KIND_TEXT:
		if (!get_string(attr, &string))
			return false;
		len = strnlen(string, field->room - 1);
		memcpy(member, string, len);
		((char *)member)[len] = '\0';
		return true;
	case KIND_STRING:
		return get_string(attr, member);
	case KIND_BYTES:
		*(struct bytes *)member = (struct bytes){ attr_data(attr), attr_len(attr) };
		return true;
	default:
		return false;
	}
}

/* Fill @to from attributes, by a table that their types are indices of. */
static bool decode_fields(const struct nlattr *head, int len, const struct field *fields, int count,
			  void *to)
{
	const struct nlattr *attr;
	int rem;

	for_each_attr(attr, head, len, rem) {
		const int type = attr_type(attr);
		const struct field *field;
		void *member;

		if (type >= count)
			continue;
		field = &fields[type];
		member = (char *)to + field->offset;
		/* Numbers and nests, mostly. */
		if (field->kind == KIND_UINT) {
			if (!get_uint(attr, member))
				return false;
		} else if (field->kind == KIND_U32) {
			if (!get_u32(attr, member))
				return false;
		} else if (field->kind == KIND_NEST) {
			if (!field->nest(attr_data(attr), attr_len(attr), member))
				return false;
		} else if (!decode_other(attr, field, member)) {
			return false;
		}
	}
	/* What is left over is no attribute. */
	return !rem;
}

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

/* A level and its geometry, or its tables: both end up at their level's place. */
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

static bool decode_table(const struct nlattr *head, int len, void *member)
{
	static const struct field fields[] = {
		[PTSCOPE_A_TABLE_LEVEL] = FIELD(struct leveled, level, KIND_U32),
		[PTSCOPE_A_TABLE_PAGES] = FIELD(struct leveled, tables.pages, KIND_UINT),
		[PTSCOPE_A_TABLE_USED] = FIELD(struct leveled, tables.used, KIND_UINT),
		[PTSCOPE_A_TABLE_EMPTY] = FIELD(struct leveled, tables.empty, KIND_UINT),
	};
	struct ptscope_tables *table = member;
	struct leveled leveled;

	if (!decode_level(head, len, fields, COUNT(fields), &leveled))
		return false;
	table[leveled.level] = leveled.tables;
	return true;
}

/*
 * Where in a struct ptscope_census its attributes belong, plus one. All of them
 * are counters, and there are many.
 */
#define COUNTER(attribute, field) \
	[PTSCOPE_A_CENSUS_##attribute] = offsetof(struct ptscope_census, field) + 1
static const unsigned short places[] = {
	COUNTER(SIZE, size), COUNTER(RES, res), COUNTER(PTE, pte), COUNTER(CONT, cont),
	COUNTER(PMD, pmd), COUNTER(PUD, pud), COUNTER(LAZY, lazy), COUNTER(CACHED, cached),
	COUNTER(DISK, disk), COUNTER(SWAP, swap), COUNTER(SPECIAL, special),
	COUNTER(ZERO, zero), COUNTER(ZERO_HUGE, zero_huge), COUNTER(YOUNG, young),
	COUNTER(DIRTY, dirty), COUNTER(SOFT_DIRTY, soft_dirty), COUNTER(WRITE, write),
	COUNTER(PROTNONE, protnone), COUNTER(THP, thp), COUNTER(HUGETLB, hugetlb),
	COUNTER(MIGRATION, migration), COUNTER(HWPOISON, hwpoison), COUNTER(DEVICE, device),
	COUNTER(UFFD_WP, uffd_wp), COUNTER(GUARD, guard), COUNTER(POISON, poison),
	COUNTER(BAD, bad),
};

#undef COUNTER

static inline uint64_t *counter(struct ptscope_census *census, int place)
{
	return (uint64_t *)((char *)census + place - 1);
}

static bool decode_census(const struct nlattr *head, int len, void *member)
{
	const struct nlattr *attr;
	int rem;

	for_each_attr(attr, head, len, rem) {
		const int type = attr_type(attr);

		if (type < COUNT(places) && places[type] &&
		    !get_uint(attr, counter(member, places[type])))
			return false;
	}
	return !rem;
}

/* Of a VMA's own attributes, those of the struct that has its census too. */
static bool decode_area(const struct nlattr *head, int len, void *member)
{
	static const struct field fields[] = {
		[PTSCOPE_A_VMA_START] = FIELD(struct ptscope_vma, start, KIND_UINT),
		[PTSCOPE_A_VMA_END] = FIELD(struct ptscope_vma, end, KIND_UINT),
		[PTSCOPE_A_VMA_FLAGS] = FIELD(struct ptscope_vma, flags, KIND_U32),
		[PTSCOPE_A_VMA_OFFSET] = FIELD(struct ptscope_vma, offset, KIND_UINT),
		[PTSCOPE_A_VMA_DEV_MAJOR] = FIELD(struct ptscope_vma, dev_major, KIND_U32),
		[PTSCOPE_A_VMA_DEV_MINOR] = FIELD(struct ptscope_vma, dev_minor, KIND_U32),
		[PTSCOPE_A_VMA_INODE] = FIELD(struct ptscope_vma, inode, KIND_UINT),
		[PTSCOPE_A_VMA_NAME] = FIELD(struct ptscope_vma, name, KIND_STRING),
	};

	return decode_fields(head, len, fields, COUNT(fields), member);
}

static bool decode_message(const struct nlmsghdr *msg, const struct field *fields, int count,
			   void *to)
{
	return decode_fields(nlmsg_attrdata(msg, GENL_HDRLEN), nlmsg_attrlen(msg, GENL_HDRLEN),
			     fields, count, to);
}

int decode_info(const struct nlmsghdr *msg, struct ptscope_info *info)
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

	memset(info, 0, sizeof(*info));
	if (!decode_message(msg, fields, COUNT(fields), info) || !info->page_size)
		return -EBADMSG;
	return 0;
}

int decode_proc(const struct nlmsghdr *msg, struct ptscope_proc *proc)
{
	static const struct field fields[] = {
		[PTSCOPE_A_TARGET_PID] = FIELD(struct ptscope_proc, pid, KIND_U32),
		[PTSCOPE_A_TARGET_START_TIME] = FIELD(struct ptscope_proc, start_time, KIND_UINT),
		[PTSCOPE_A_TARGET_COMM] = FIELD(struct ptscope_proc, comm, KIND_TEXT),
		[PTSCOPE_A_TARGET_CENSUS] = NEST(struct ptscope_proc, census, decode_census),
		[PTSCOPE_A_TARGET_TABLE] = NEST(struct ptscope_proc, census.table, decode_table),
	};

	memset(proc, 0, sizeof(*proc));
	proc->changed = msg->nlmsg_flags & NLM_F_DUMP_INTR;
	if (!decode_message(msg, fields, COUNT(fields), proc) || proc->pid <= 0)
		return -EBADMSG;
	return 0;
}

int decode_vmas(const struct nlmsghdr *msg, struct vmas *vmas)
{
	static const struct field fields[] = {
		[PTSCOPE_A_TARGET_PID] = FIELD(struct vmas, pid, KIND_U32),
		[PTSCOPE_A_TARGET_START_TIME] = FIELD(struct vmas, start_time, KIND_UINT),
		[PTSCOPE_A_TARGET_LINES] = FIELD(struct vmas, lines, KIND_BYTES),
	};

	memset(vmas, 0, sizeof(*vmas));
	if (!decode_message(msg, fields, COUNT(fields), vmas) || !vmas->pid)
		return -EBADMSG;
	return 0;
}

/* The words of a line are not aligned. */
static inline bool get_word(struct bytes *line, uint64_t *word)
{
	if (line->len < sizeof(*word))
		return false;
	memcpy(word, line->data, sizeof(*word));
	line->data += sizeof(*word);
	line->len -= sizeof(*word);
	return true;
}

#define LINE_TABLES 32
#define LINE_TABLE_BITS 4

/* What a bit of a line's mask stands for; nothing, if it is newer than we are. */
static uint64_t *line_counter(struct ptscope_census *census, unsigned int bit)
{
	struct ptscope_tables *tables;

	if (bit < LINE_TABLES)
		return bit < COUNT(places) && places[bit] ? counter(census, places[bit]) : NULL;
	bit -= LINE_TABLES;
	if (bit / LINE_TABLE_BITS >= PTSCOPE_LEVELS)
		return NULL;
	tables = &census->table[bit / LINE_TABLE_BITS];
	switch (bit % LINE_TABLE_BITS) {
	case 0:
		return &tables->pages;
	case 1:
		return &tables->used;
	case 2:
		return &tables->empty;
	default:
		return NULL;
	}
}

static bool read_file(struct bytes *line, struct ptscope_vma *vma)
{
	uint64_t device;

	if (!get_word(line, &vma->offset) || !get_word(line, &device) ||
	    !get_word(line, &vma->inode))
		return false;
	vma->dev_major = device >> 32;
	vma->dev_minor = device;
	return true;
}

static bool read_counters(struct bytes *line, uint64_t mask, struct ptscope_vma *vma)
{
	uint64_t word, *value;

	for (; mask; mask &= mask - 1) {
		if (!get_word(line, &word))
			return false;
		value = line_counter(&vma->census, __builtin_ctzll(mask));
		if (value)
			*value = word;
	}
	return true;
}

/* It stays in the message. */
static bool read_name(struct bytes *line, size_t len, struct ptscope_vma *vma)
{
	const size_t room = (len + 7) & ~(size_t)7;

	vma->name = "";
	if (!len)
		return true;
	if (room > line->len || line->data[len - 1])
		return false;
	vma->name = (const char *)line->data;
	line->data += room;
	line->len -= room;
	return true;
}

int vmas_next(struct vmas *vmas, struct ptscope_vma *vma)
{
	struct bytes line = vmas->lines;
	uint64_t flags, mask;

	if (vmas->at == line.len)
		return 0;
	line.data += vmas->at;
	line.len -= vmas->at;
	memset(vma, 0, sizeof(*vma));
	vma->pid = vmas->pid;
	vma->start_time = vmas->start_time;
	if (!get_word(&line, &vma->start) || !get_word(&line, &vma->end) ||
	    !get_word(&line, &flags) || !get_word(&line, &mask) ||
	    (mask & 1 && !read_file(&line, vma)) || !read_counters(&line, mask & ~1ull, vma) ||
	    !read_name(&line, flags >> 32, vma) || vma->start >= vma->end)
		return -EBADMSG;
	vma->flags = flags;
	vmas->at = vmas->lines.len - line.len;
	return 1;
}

static void decode_run(const struct ptscope_packed_run *packed, bool frames,
		       struct ptscope_run *run)
{
	const uint64_t value = packed->value;
	const uint32_t flags = packed->what >> PTSCOPE_RUN_FLAGS_SHIFT;

	run->start = packed->start;
	run->pages = ptscope_packed_pages(packed);
	run->state = ptscope_packed_state(packed);
	run->level = packed->what >> PTSCOPE_RUN_LEVEL_SHIFT & 0x7;
	run->flags = flags & 0xffff;
	run->pkey = flags >> PTSCOPE_FLAG_PKEY_SHIFT & 0xf;
	run->memory_type = flags >> PTSCOPE_FLAG_MEMORY_SHIFT & 0xf;
	run->has_frame = false;
	run->frame = 0;
	run->has_slot = false;
	run->swap_type = 0;
	run->swap_offset = 0;
	run->has_extra = false;
	run->node = 0;
	run->order = 0;
	run->folio = 0;
	if (!frames)
		return;

	switch (run->state) {
	case PTSCOPE_STATE_SWAP:
		run->has_slot = true;
		run->swap_type = value >> PTSCOPE_SWAP_TYPE_SHIFT;
		run->swap_offset = value & ((1ull << PTSCOPE_SWAP_TYPE_SHIFT) - 1);
		break;
	case PTSCOPE_STATE_RES:
	case PTSCOPE_STATE_MIGRATION:
	case PTSCOPE_STATE_HWPOISON:
	case PTSCOPE_STATE_DEVICE_PRIVATE:
	case PTSCOPE_STATE_DEVICE_EXCLUSIVE:
		run->has_frame = true;
		run->frame = value;
		break;
	}
}

static void decode_extra(uint64_t extra, bool hidden, struct ptscope_run *run)
{
	run->has_extra = run->state == PTSCOPE_STATE_RES && extra;
	run->has_order = run->has_extra && !hidden;
	run->node = extra & 0xffff;
	run->order = extra >> 16 & 0xff;
	run->folio = extra >> 24;
}

#define RUN_SIZE (PTSCOPE_RUN_WORDS * sizeof(uint64_t))
_Static_assert(sizeof(struct ptscope_packed_run) == RUN_SIZE, "a run is not as on the wire");

bool is_hidden(const struct nlmsghdr *msg)
{
	const struct nlattr *attr;
	int rem;

	for_each_attr(attr, nlmsg_attrdata(msg, GENL_HDRLEN), nlmsg_attrlen(msg, GENL_HDRLEN), rem)
		if (attr_type(attr) == PTSCOPE_A_TARGET_HIDDEN)
			return true;
	return false;
}

/* A series: two words, then half a word for each run, or a word for a large one. */
static bool read_series(const struct bytes *bytes, size_t *at, struct ptscope_series *series)
{
	const unsigned char *data = bytes->data + *at;
	size_t left = bytes->len - *at;
	uint64_t start, what, pages;
	uint32_t count;

	if (left < sizeof(start) + sizeof(what) + sizeof(uint32_t))
		return false;
	memcpy(&start, data, sizeof(start));
	memcpy(&what, data + sizeof(start), sizeof(what));
	data += sizeof(start) + sizeof(what);
	left -= sizeof(start) + sizeof(what);
	count = what;
	if (count > left / sizeof(uint32_t) || (!count && left < sizeof(pages)))
		return false;

	series->start = start;
	series->what = what - count;
	series->run = (const uint32_t *)data;
	if (count) {
		series->pages = ptscope_series_pages(*series->run++);
		series->count = count - 1;
		data += count * sizeof(uint32_t);
	} else {
		memcpy(&pages, data, sizeof(pages));
		if (pages > UINT32_MAX)
			return false;
		series->pages = pages;
		series->count = 0;
		data += sizeof(pages);
	}
	*at = data - bytes->data;
	return true;
}

int decode_runs(const struct nlmsghdr *msg, struct runs *runs)
{
	static const struct field fields[] = {
		[PTSCOPE_A_TARGET_PID] = FIELD(struct runs, pid, KIND_U32),
		[PTSCOPE_A_TARGET_START_TIME] = FIELD(struct runs, start_time, KIND_UINT),
		[PTSCOPE_A_TARGET_RUNS] = FIELD(struct runs, words, KIND_BYTES),
		[PTSCOPE_A_TARGET_EXTRAS] = FIELD(struct runs, extras, KIND_BYTES),
		[PTSCOPE_A_TARGET_SERIES] = FIELD(struct runs, brief, KIND_BYTES),
	};
	struct ptscope_series series;
	size_t at = 0;

	memset(runs, 0, sizeof(*runs));
	if (!decode_message(msg, fields, COUNT(fields), runs) || !runs->pid ||
	    runs->words.len % RUN_SIZE)
		return -EBADMSG;
	runs->hidden = is_hidden(msg);
	runs->page_size = sysconf(_SC_PAGESIZE);
	/* Once here is enough. */
	while (at < runs->brief.len)
		if (!read_series(&runs->brief, &at, &series))
			return -EBADMSG;
	if (runs->extras.len &&
	    runs->extras.len / sizeof(uint64_t) != runs->words.len / RUN_SIZE)
		return -EBADMSG;
	return 0;
}

bool series_next(struct runs *runs, struct ptscope_series *series)
{
	if (runs->open) {
		*series = runs->series;
		runs->open = false;
		return true;
	}
	return runs->at < runs->brief.len && read_series(&runs->brief, &runs->at, series);
}

/* Take the first run of what series_next() has; the rest stays. */
static bool next_of_series(struct runs *runs, struct ptscope_run *run)
{
	struct ptscope_packed_run packed = { 0 };
	struct ptscope_series series;

	if (!series_next(runs, &series))
		return false;
	packed.start = series.start;
	packed.what = series.what | series.pages;
	decode_run(&packed, false, run);
	if (!series.count)
		return true;

	series.start += (series.pages + (uint64_t)ptscope_series_gap(*series.run)) *
			runs->page_size;
	series.pages = ptscope_series_pages(*series.run++);
	series.count--;
	runs->series = series;
	runs->open = true;
	return true;
}

bool runs_next(struct runs *runs, uint32_t detail, struct ptscope_run *run)
{
	uint64_t extra;

	if (runs->brief.len)
		return next_of_series(runs, run);
	if (runs->next * RUN_SIZE >= runs->words.len)
		return false;
	decode_run((const struct ptscope_packed_run *)runs->words.data + runs->next,
		   detail & PTSCOPE_DETAIL_FRAME && !runs->hidden, run);
	if (runs->extras.len) {
		memcpy(&extra, runs->extras.data + runs->next * sizeof(extra), sizeof(extra));
		decode_extra(extra, runs->hidden, run);
	}
	runs->next++;
	return true;
}

size_t runs_rest(struct runs *runs, const struct ptscope_packed_run **packed)
{
	size_t rest = runs->words.len / RUN_SIZE - runs->next;

	*packed = (const struct ptscope_packed_run *)runs->words.data + runs->next;
	runs->next += rest;
	return rest;
}

static bool decode_step(const struct nlattr *head, int len, void *member)
{
	static const struct field fields[] = {
		[PTSCOPE_A_PATH_ENTRY_LEVEL] = FIELD(struct ptscope_path_entry, level, KIND_U32),
		[PTSCOPE_A_PATH_ENTRY_TABLE] = FIELD(struct ptscope_path_entry, table, KIND_UINT),
		[PTSCOPE_A_PATH_ENTRY_INDEX] = FIELD(struct ptscope_path_entry, index, KIND_U32),
		[PTSCOPE_A_PATH_ENTRY_VALUE] = FIELD(struct ptscope_path_entry, value, KIND_UINT),
	};
	struct ptscope_path *path = member;
	struct ptscope_path_entry *step;

	if (path->entries == PTSCOPE_LEVELS)
		return false;
	step = &path->entry[path->entries++];
	step->has_table = nla_find(head, len, PTSCOPE_A_PATH_ENTRY_TABLE);
	return decode_fields(head, len, fields, COUNT(fields), step) &&
	       step->level < PTSCOPE_LEVELS;
}

static bool decode_path_vma(const struct nlattr *head, int len, void *member)
{
	struct ptscope_path *path = member;

	path->mapped = true;
	return decode_area(head, len, &path->vma);
}

/* What the last part of a path is made of. */
struct way {
	struct bytes run;
	uint64_t extra;
};

static bool decode_way(const struct nlattr *head, int len, void *member)
{
	static const struct field outer[] = {
		[PTSCOPE_A_PATH_ADDRESS] = FIELD(struct ptscope_path, address, KIND_UINT),
		[PTSCOPE_A_PATH_VMA] = NEST_WHOLE(decode_path_vma),
		[PTSCOPE_A_PATH_ENTRY] = NEST_WHOLE(decode_step),
	};
	static const struct field last[] = {
		[PTSCOPE_A_PATH_RUN] = FIELD(struct way, run, KIND_BYTES),
		[PTSCOPE_A_PATH_EXTRA] = FIELD(struct way, extra, KIND_UINT),
	};
	struct ptscope_path *path = member;
	struct way way = { 0 };

	if (!decode_fields(head, len, outer, COUNT(outer), path) ||
	    !decode_fields(head, len, last, COUNT(last), &way))
		return false;
	if (!path->mapped)
		return true;
	if (way.run.len != RUN_SIZE)
		return false;
	/* Hidden frames come as 0, and are taken back by whoever knows. */
	decode_run((const struct ptscope_packed_run *)way.run.data, true, &path->run);
	if (way.extra)
		decode_extra(way.extra, false, &path->run);
	return true;
}

int decode_path(const struct nlmsghdr *msg, struct ptscope_path *path)
{
	static const struct field fields[] = {
		[PTSCOPE_A_TARGET_PID] = FIELD(struct ptscope_path, pid, KIND_U32),
		[PTSCOPE_A_TARGET_START_TIME] =
			FIELD(struct ptscope_path, start_time, KIND_UINT),
		[PTSCOPE_A_TARGET_PATH] = NEST_WHOLE(decode_way),
	};

	memset(path, 0, sizeof(*path));
	path->vma.name = "";
	if (!decode_message(msg, fields, COUNT(fields), path) || path->pid <= 0)
		return -EBADMSG;
	if (is_hidden(msg)) {
		path->run.has_frame = false;
		path->run.has_slot = false;
		path->run.has_order = false;
	}
	path->vma.pid = path->pid;
	path->vma.start_time = path->start_time;
	return 0;
}
