/* SPDX-License-Identifier: Apache-2.0 */
static inline int atomic_read(const atomic_t *v) { return v->counter; }
static inline s64 atomic64_read(const atomic64_t *v) { return v->counter; }
#define atomic_long_read(v) ((long)(v)->counter)
static inline unsigned int refcount_read(const refcount_t *r) { return r->refs.counter; }
