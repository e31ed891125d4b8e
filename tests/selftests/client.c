// SPDX-License-Identifier: GPL-2.0-only
#include "client.h"
#include "ktap.h"

struct ptscope *client(struct ptscope_info *info)
{
	struct ptscope *ps = ptscope_new();
	const struct ptscope_info *reply;

	if (!ps || ptscope_connect(ps) || (info && ptscope_get_info(ps, &reply)))
		ktap_bail("%s", ps ? ptscope_message(ps) : "out of memory");
	if (info)
		*info = *reply;
	return ps;
}
