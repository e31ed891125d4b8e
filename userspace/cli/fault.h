/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CLI_FAULT_H
#define CLI_FAULT_H

#include "cli.h"

/*
 * Effect of a read from, or a write to, the address by the process. @cache: the
 * page cache was looked up.
 */
const char *touch_read(const struct ptscope_path *path, bool cache);
const char *touch_write(const struct ptscope_path *path, bool cache);

#endif /* CLI_FAULT_H */
