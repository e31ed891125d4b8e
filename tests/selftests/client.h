/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CLIENT_H
#define CLIENT_H

#include <ptscope.h>

/* Connects to the module, or ends the test. Fills in @info unless it is NULL. */
struct ptscope *client(struct ptscope_info *info);

#endif /* CLIENT_H */
