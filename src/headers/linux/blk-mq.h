/* SPDX-License-Identifier: Apache-2.0 */
#include <linux/blkdev.h>

static inline unsigned int req_op(const struct request *rq) { return rq->cmd_flags & 0xff; }
#define rq_data_dir(rq) (op_is_write(req_op(rq)) ? 1 : 0)
static inline sector_t blk_rq_pos(const struct request *rq) { return rq->__sector; }
static inline unsigned int blk_rq_bytes(const struct request *rq) { return rq->__data_len; }
static inline unsigned int blk_rq_sectors(const struct request *rq) { return rq->__data_len >> 9; }
