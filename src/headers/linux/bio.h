/* SPDX-License-Identifier: Apache-2.0 */
#include <linux/blk_types.h>

#define bio_dev(bio) ((bio)->bi_bdev->bd_dev)
#define bio_sectors(bio) ((bio)->bi_iter.bi_size >> 9)
#define bio_data_dir(bio) (op_is_write(bio_op(bio)) ? 1 : 0)
