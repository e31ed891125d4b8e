/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later */
/*
 * The one place that says which release this is: module, client and library
 * all take it from here.
 */
#ifndef PTSCOPE_VERSION
#define PTSCOPE_VERSION "0.1.0"
#endif
