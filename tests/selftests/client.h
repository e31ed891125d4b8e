/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CLIENT_H
#define CLIENT_H

#include <ptscope.h>

/*
 * A connection to the module, or the end of the test. If @info is not NULL, it is
 * filled in.
 */
struct ptscope *client(struct ptscope_info *info);

#endif /* CLIENT_H */
