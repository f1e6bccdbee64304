/* SPDX-License-Identifier: Apache-2.0 */
#include <linux/bio.h>
#include <linux/fs.h>

#define DISK_NAME_LEN 32
#define BDEVNAME_SIZE 32
#define SECTOR_SHIFT 9
#define SECTOR_SIZE 512
#define DISK_MAX_PARTS 256
static inline dev_t disk_devt(struct gendisk *disk)
{
	return MKDEV(disk->major, disk->first_minor);
}
