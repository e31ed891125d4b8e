/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CLI_TOUCH_H
#define CLI_TOUCH_H

#include "cli.h"

/*
 * What would happen if the process read, or wrote to, the address now. @cache: the
 * page cache was looked into.
 */
const char *touch_read(const struct ptscope_path *path, bool cache);
const char *touch_write(const struct ptscope_path *path, bool cache);

#endif /* CLI_TOUCH_H */
