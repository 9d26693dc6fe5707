/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What the BPF programs look at first, kept by the module in their memory: may
 * somebody or something have a label?  Never "no" for who has one; "yes" costs
 * a call and is no claim.  Pointers are hashed, never followed: their low halves,
 * which the verifier lets be numbers.
 */
#ifndef _SHINRAI_QUICK_H
#define _SHINRAI_QUICK_H

#define SHINRAI_QUICK_SUBJECTS 12 /* bits of the table's index */
#define SHINRAI_QUICK_OBJECTS 13

/*
 * In an inode's i_opflags: its labels were looked for.  Whatever makes an inode
 * clears them, and nothing costs less to read; the kernel's begin at the other
 * end.  Set with i_lock held, as those are.
 */
#define SHINRAI_IOP_PROBED 0x8000

struct shinrai_quick {
	__u32 probing; /* each inode is to be looked at when it is opened */
	__u32 grants; /* some program may do without labels */
	__u8 subject[1 << SHINRAI_QUICK_SUBJECTS];
	__u8 object[1 << SHINRAI_QUICK_OBJECTS];
};

static __always_inline __u32 shinrai_quick_hash(__u32 low, __u32 bits)
{
	return low * 0x9e3779b1U >> (32 - bits);
}

#endif
