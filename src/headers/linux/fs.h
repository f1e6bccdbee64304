/* SPDX-License-Identifier: Apache-2.0 */
/* Open flags come with fcntl.h, file types with stat.h. */
#include <linux/dcache.h>
#include <linux/fcntl.h>
#include <linux/kdev_t.h>
#include <linux/limits.h>
#include <linux/list.h>
#include <linux/stat.h>
#include <linux/uio.h>

#define READ 0
#define WRITE 1
#define FMODE_READ 0x1
#define FMODE_WRITE 0x2
#define FMODE_LSEEK 0x4
#define FMODE_PREAD 0x8
#define FMODE_PWRITE 0x10
#define FMODE_EXEC 0x20
#define FMODE_NONOTIFY 0x4000000
#define FMODE_CREATED 0x100000
#define FMODE_OPENED 0x80000

static inline struct inode *file_inode(const struct file *f) { return f->f_inode; }
static inline struct dentry *file_dentry(const struct file *f) { return f->f_path.dentry; }
