// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * From bytes to structs. Nothing here touches a socket, so that it can be
 * tried on recorded datagrams, and on broken ones.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

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

static bool get_u32(const struct nlattr *attr, uint32_t *value)
{
	if (nla_len(attr) != sizeof(*value))
		return false;
	memcpy(value, nla_data(attr), sizeof(*value));
	return true;
}

/* An integer that takes four bytes if it fits into them. */
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

static bool copy_string(const struct nlattr *attr, char *to, size_t room)
{
	const char *string;

	if (!get_string(attr, &string))
		return false;
	snprintf(to, room, "%s", string);
	return true;
}

static bool decode_geometry(struct nlattr *nest, struct ptscope_info *info)
{
	struct ptscope_geometry geo = { 0 };
	uint32_t level = PTSCOPE_LEVELS;
	struct nlattr *attr;
	bool ok = true;
	int rem;

	nla_for_each_nested(attr, nest, rem) {
		switch (nla_type(attr)) {
		case PTSCOPE_A_GEOMETRY_LEVEL:
			ok &= get_u32(attr, &level);
			break;
		case PTSCOPE_A_GEOMETRY_FOLDED:
			geo.folded = true;
			break;
		case PTSCOPE_A_GEOMETRY_SHIFT:
			ok &= get_u32(attr, &geo.shift);
			break;
		case PTSCOPE_A_GEOMETRY_ENTRIES:
			ok &= get_u32(attr, &geo.entries);
			break;
		case PTSCOPE_A_GEOMETRY_LEAF_SIZE:
			ok &= get_uint(attr, &geo.leaf_size);
			break;
		case PTSCOPE_A_GEOMETRY_CONT_SIZE:
			ok &= get_uint(attr, &geo.cont_size);
			break;
		}
	}
	if (!ok || level >= PTSCOPE_LEVELS)
		return false;
	info->level[level] = geo;
	return true;
}

int decode_info(const struct nlmsghdr *msg, struct ptscope_info *info)
{
	struct nlattr *attr;
	bool ok = true;
	int rem;

	memset(info, 0, sizeof(*info));
	nlmsg_for_each_attr(attr, (struct nlmsghdr *)msg, GENL_HDRLEN, rem) {
		switch (nla_type(attr)) {
		case PTSCOPE_A_INFO_MODULE_VERSION:
			ok &= copy_string(attr, info->module_version,
					  sizeof(info->module_version));
			break;
		case PTSCOPE_A_INFO_PAGE_SIZE:
			ok &= get_u32(attr, &info->page_size);
			break;
		case PTSCOPE_A_INFO_VA_BITS:
			ok &= get_u32(attr, &info->va_bits);
			break;
		case PTSCOPE_A_INFO_LEVELS:
			ok &= get_u32(attr, &info->levels);
			break;
		case PTSCOPE_A_INFO_LEVEL:
			ok &= decode_geometry(attr, info);
			break;
		case PTSCOPE_A_INFO_SIGHT:
			ok &= get_u32(attr, &info->sight);
			break;
		}
	}
	return ok && !rem && info->page_size ? 0 : -EBADMSG;
}

static bool decode_census(struct nlattr *nest, struct ptscope_census *census)
{
#define COUNTER(attribute, field) \
	[PTSCOPE_A_CENSUS_##attribute] = offsetof(struct ptscope_census, field) + 1
	/* Plus one, so that 0 stands for an attribute that is not known here. */
	static const size_t field[PTSCOPE_A_CENSUS_MAX + 1] = {
		COUNTER(SIZE, size), COUNTER(RES, res), COUNTER(PTE, pte),
		COUNTER(CONT, cont), COUNTER(PMD, pmd), COUNTER(PUD, pud),
		COUNTER(LAZY, lazy), COUNTER(CACHED, cached), COUNTER(DISK, disk),
		COUNTER(SWAP, swap), COUNTER(SPECIAL, special), COUNTER(ZERO, zero),
		COUNTER(ZERO_HUGE, zero_huge), COUNTER(YOUNG, young),
		COUNTER(DIRTY, dirty), COUNTER(SOFT_DIRTY, soft_dirty),
		COUNTER(WRITE, write), COUNTER(PROTNONE, protnone), COUNTER(THP, thp),
		COUNTER(HUGETLB, hugetlb), COUNTER(MIGRATION, migration),
		COUNTER(HWPOISON, hwpoison), COUNTER(DEVICE, device),
		COUNTER(UFFD_WP, uffd_wp), COUNTER(GUARD, guard),
		COUNTER(POISON, poison), COUNTER(BAD, bad),
	};
#undef COUNTER
	struct nlattr *attr;
	int rem;

	nla_for_each_nested(attr, nest, rem) {
		int type = nla_type(attr);

		if (type > PTSCOPE_A_CENSUS_MAX || !field[type])
			continue;
		if (!get_uint(attr, (uint64_t *)((char *)census + field[type] - 1)))
			return false;
	}
	return true;
}

static bool decode_table(struct nlattr *nest, struct ptscope_census *census)
{
	struct ptscope_tables tables = { 0 };
	uint32_t level = PTSCOPE_LEVELS;
	struct nlattr *attr;
	bool ok = true;
	int rem;

	nla_for_each_nested(attr, nest, rem) {
		switch (nla_type(attr)) {
		case PTSCOPE_A_TABLE_LEVEL:
			ok &= get_u32(attr, &level);
			break;
		case PTSCOPE_A_TABLE_PAGES:
			ok &= get_uint(attr, &tables.pages);
			break;
		case PTSCOPE_A_TABLE_USED:
			ok &= get_uint(attr, &tables.used);
			break;
		case PTSCOPE_A_TABLE_EMPTY:
			ok &= get_uint(attr, &tables.empty);
			break;
		}
	}
	if (!ok || level >= PTSCOPE_LEVELS)
		return false;
	census->table[level] = tables;
	return true;
}

int decode_proc(const struct nlmsghdr *msg, struct ptscope_proc *proc)
{
	struct nlattr *attr;
	uint32_t pid = 0;
	bool ok = true;
	int rem;

	memset(proc, 0, sizeof(*proc));
	nlmsg_for_each_attr(attr, (struct nlmsghdr *)msg, GENL_HDRLEN, rem) {
		switch (nla_type(attr)) {
		case PTSCOPE_A_TARGET_PID:
			ok &= get_u32(attr, &pid);
			break;
		case PTSCOPE_A_TARGET_START_TIME:
			ok &= get_uint(attr, &proc->start_time);
			break;
		case PTSCOPE_A_TARGET_COMM:
			ok &= copy_string(attr, proc->comm, sizeof(proc->comm));
			break;
		case PTSCOPE_A_TARGET_CENSUS:
			ok &= decode_census(attr, &proc->census);
			break;
		case PTSCOPE_A_TARGET_TABLE:
			ok &= decode_table(attr, &proc->census);
			break;
		}
	}
	proc->pid = pid;
	return ok && !rem && pid ? 0 : -EBADMSG;
}

static bool decode_area(struct nlattr *nest, struct ptscope_vma *vma)
{
	struct nlattr *attr;
	bool ok = true;
	int rem;

	nla_for_each_nested(attr, nest, rem) {
		switch (nla_type(attr)) {
		case PTSCOPE_A_VMA_START:
			ok &= get_uint(attr, &vma->start);
			break;
		case PTSCOPE_A_VMA_END:
			ok &= get_uint(attr, &vma->end);
			break;
		case PTSCOPE_A_VMA_FLAGS:
			ok &= get_u32(attr, &vma->flags);
			break;
		case PTSCOPE_A_VMA_OFFSET:
			ok &= get_uint(attr, &vma->offset);
			break;
		case PTSCOPE_A_VMA_DEV_MAJOR:
			ok &= get_u32(attr, &vma->dev_major);
			break;
		case PTSCOPE_A_VMA_DEV_MINOR:
			ok &= get_u32(attr, &vma->dev_minor);
			break;
		case PTSCOPE_A_VMA_INODE:
			ok &= get_uint(attr, &vma->inode);
			break;
		case PTSCOPE_A_VMA_NAME:
			ok &= get_string(attr, &vma->name);
			break;
		}
	}
	return ok && vma->start < vma->end;
}

int decode_vma(const struct nlmsghdr *msg, struct ptscope_vma *vma)
{
	struct nlattr *attr;
	uint32_t pid = 0;
	bool ok = true, area = false;
	int rem;

	memset(vma, 0, sizeof(*vma));
	vma->name = "";
	nlmsg_for_each_attr(attr, (struct nlmsghdr *)msg, GENL_HDRLEN, rem) {
		switch (nla_type(attr)) {
		case PTSCOPE_A_TARGET_PID:
			ok &= get_u32(attr, &pid);
			break;
		case PTSCOPE_A_TARGET_START_TIME:
			ok &= get_uint(attr, &vma->start_time);
			break;
		case PTSCOPE_A_TARGET_VMA:
			ok &= decode_area(attr, vma);
			area = true;
			break;
		case PTSCOPE_A_TARGET_CENSUS:
			ok &= decode_census(attr, &vma->census);
			break;
		case PTSCOPE_A_TARGET_TABLE:
			ok &= decode_table(attr, &vma->census);
			break;
		}
	}
	vma->pid = pid;
	return ok && !rem && pid && area ? 0 : -EBADMSG;
}
