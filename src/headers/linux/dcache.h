/* SPDX-License-Identifier: Apache-2.0 */
#if __btf_has_field(struct dentry, d_shortname)
#define DNAME_INLINE_LEN sizeof(((struct dentry *)0)->d_shortname.string)
#elif __btf_has_field(struct dentry, d_iname)
#define DNAME_INLINE_LEN sizeof(((struct dentry *)0)->d_iname)
#else
#define DNAME_INLINE_LEN 32
#endif
#define DCACHE_ENTRY_TYPE (7 << 19)
static inline struct inode *d_inode(const struct dentry *d) { return d->d_inode; }
static inline struct inode *d_backing_inode(const struct dentry *d) { return d->d_inode; }
static inline bool d_is_dir(const struct dentry *d)
{
	return d->d_inode && (d->d_inode->i_mode & 0170000) == 0040000;
}
static inline bool d_is_reg(const struct dentry *d)
{
	return d->d_inode && (d->d_inode->i_mode & 0170000) == 0100000;
}
