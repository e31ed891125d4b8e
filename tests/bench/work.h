/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WORK_H
#define WORK_H

#include <stddef.h>

void work(char *start, size_t size, unsigned int milliseconds);

#endif /* WORK_H */
