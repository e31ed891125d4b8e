// SPDX-License-Identifier: GPL-2.0-only
#include "client.h"
#include "ktap.h"

struct ptscope *client(struct ptscope_info *info)
{
	struct ptscope *ps = ptscope_new();

	if (!ps || ptscope_connect(ps) || (info && ptscope_get_info(ps, info)))
		ktap_bail("%s", ps ? ptscope_message(ps) : "out of memory");
	return ps;
}
