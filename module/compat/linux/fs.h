/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PTSCOPE_COMPAT_LINUX_FS_H
#define PTSCOPE_COMPAT_LINUX_FS_H

#include_next <linux/fs.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
static inline const struct path *file_user_path(const struct file *file)
{
	return &file->f_path;
}
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
/* What /proc/PID/maps showed before: of a stacked file system, the file below. */
static inline const struct inode *file_user_inode(const struct file *file)
{
	return file_inode(file);
}
#endif

#endif /* PTSCOPE_COMPAT_LINUX_FS_H */
