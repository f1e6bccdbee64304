/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of the kernel; walks need a bound of their own to be accepted by the verifier. */
#define list_entry(ptr, type, member) container_of(ptr, type, member)
#define list_first_entry(head, type, member) list_entry((head)->next, type, member)
#define list_last_entry(head, type, member) list_entry((head)->prev, type, member)
#define list_next_entry(pos, member) list_entry((pos)->member.next, typeof(*(pos)), member)
#define list_prev_entry(pos, member) list_entry((pos)->member.prev, typeof(*(pos)), member)
#define list_for_each_entry(pos, head, member) \
	for ((pos) = list_first_entry(head, typeof(*(pos)), member); &(pos)->member != (head); \
	     (pos) = list_next_entry(pos, member))
#define hlist_entry(ptr, type, member) container_of(ptr, type, member)
#define hlist_entry_safe(ptr, type, member) \
	({ typeof(ptr) __entry = (ptr); __entry ? hlist_entry(__entry, type, member) : NULL; })
#define hlist_for_each_entry(pos, head, member) \
	for ((pos) = hlist_entry_safe((head)->first, typeof(*(pos)), member); (pos); \
	     (pos) = hlist_entry_safe((pos)->member.next, typeof(*(pos)), member))
#define rb_entry(ptr, type, member) container_of(ptr, type, member)
static inline int list_empty(const struct list_head *head) { return head->next == head; }
