// SPDX-License-Identifier: GPL-2.0-only
/* Where data goes: the other side of a socket, a medium, a filesystem. */
#include <linux/blkdev.h>
#include <linux/in.h>
#include <linux/magic.h>
#include <linux/net.h>
#include <linux/netlink.h>
#include <linux/usb.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/sock.h>

#include "label.h"

static void set_v4(struct shinrai_access *a, __be32 addr, __be16 port)
{
	a->family = 4;
	memset(a->addr, 0, sizeof(a->addr));
	memcpy(a->addr, &addr, sizeof(addr));
	a->port = ntohs(port);
}

static void set_v6(struct shinrai_access *a, const struct in6_addr *addr,
		   __be16 port)
{
	if (ipv6_addr_v4mapped(addr)) {
		set_v4(a, addr->s6_addr32[3], port);
		return;
	}
	a->family = 6;
	memcpy(a->addr, addr, sizeof(a->addr));
	a->port = ntohs(port);
}

/* Return: false when the address says nothing. */
static bool set_named(struct shinrai_access *a, const struct sockaddr *to,
		      int len)
{
	const struct sockaddr_in6 *v6 = (const void *)to;
	const struct sockaddr_in *v4 = (const void *)to;

	if (len >= (int)sizeof(*v4) && to->sa_family == AF_INET) {
		set_v4(a, v4->sin_addr.s_addr, v4->sin_port);
		return true;
	}
	if (len >= SIN6_LEN_RFC2133 && to->sa_family == AF_INET6) {
		set_v6(a, &v6->sin6_addr, v6->sin6_port);
		return true;
	}
	return false;
}

static void set_peer(struct shinrai_access *a, const struct sock *sk)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6 && !ipv6_addr_any(&sk->sk_v6_daddr)) {
		set_v6(a, &sk->sk_v6_daddr, sk->sk_dport);
		return;
	}
#endif
	set_v4(a, sk->sk_daddr, sk->sk_dport);
}

/* Who listens at port 0 is the kernel: see shinrai_access_netlink(). */
static bool to_kernel(const struct sock *sk, const struct sockaddr_nl *to,
		      int len)
{
	struct sockaddr_nl peer = {};

	if (to)
		return len < (int)sizeof(*to) ||
		       (!to->nl_pid && !to->nl_groups);
	return sk->sk_socket &&
	       kernel_getpeername(sk->sk_socket, (struct sockaddr *)&peer) >=
		       0 &&
	       !peer.nl_pid && !peer.nl_groups;
}

/**
 * shinrai_sink_socket() - where a socket's data goes
 * @a: out: the sink
 * @sk: the socket, not of AF_UNIX
 * @to: where to, or NULL: to whom it is connected
 * @to_len: bytes of @to
 *
 * Context: any.
 * Return: false when it goes nowhere: to the kernel itself, or a connection is
 * given up.
 */
bool shinrai_sink_socket(struct shinrai_access *a, const struct sock *sk,
			 const struct sockaddr *to, int to_len)
{
	switch (sk->sk_family) {
	case AF_INET:
	case AF_INET6:
		a->sink_kind = SHINRAI_SINK_INET;
		a->proto = (u8)sk->sk_protocol;
		if (sk->sk_protocol == IPPROTO_MPTCP)
			a->proto = IPPROTO_TCP;
		if (!to || !set_named(a, to, to_len)) {
			if (to && to_len >= 2 && to->sa_family == AF_UNSPEC &&
			    sk->sk_family == AF_INET6)
				return false;
			set_peer(a, sk);
		}
		return true;
	case AF_NETLINK:
		if (to_kernel(sk, (const void *)to, to_len))
			return false;
		break;
	}
	a->sink_kind = SHINRAI_SINK_OTHER;
	a->proto = (u8)sk->sk_family;
	return true;
}

/* USB's word for a stick, when it is one. */
static void set_usb(struct shinrai_access *a, struct device *dev, bool *usb)
{
	const struct usb_device *u;

	for (; dev; dev = dev->parent) {
		if (!dev->type || !dev->type->name ||
		    strcmp(dev->type->name, "usb_device"))
			continue;
		u = to_usb_device(dev);
		a->vendor = le16_to_cpu(u->descriptor.idVendor);
		a->product = le16_to_cpu(u->descriptor.idProduct);
		a->text = u->serial;
		a->text_len = u->serial ? strlen(u->serial) : 0;
		*usb = true;
		return;
	}
}

static bool set_disk(struct shinrai_access *a, struct gendisk *disk)
{
	bool usb = false;

	a->sink_kind = SHINRAI_SINK_MEDIA;
	set_usb(a, disk_to_dev(disk), &usb);
	/* A loop device's data is in some other file. */
	return usb || disk->flags & GENHD_FL_REMOVABLE ||
	       !strncmp(disk->disk_name, "loop", 4);
}

/**
 * shinrai_sink_device() - a block device that is written raw
 * @a: out: the sink; its text stays the device's
 * @inode: of the device, as its file's mapping has it
 *
 * Context: the device is open.
 */
void shinrai_sink_device(struct shinrai_access *a, struct inode *inode)
{
	set_disk(a, I_BDEV(inode)->bd_disk);
}

/**
 * shinrai_sink_media() - is a filesystem on something that can be carried away?
 * @a: out: the sink, when it is; its text stays the device's
 * @sb: mounted
 *
 * Context: any.
 * Return: true when it is.
 */
bool shinrai_sink_media(struct shinrai_access *a, const struct super_block *sb)
{
	return sb->s_bdev && set_disk(a, sb->s_bdev->bd_disk);
}

/**
 * shinrai_sink_remote() - is a filesystem's content somewhere else?
 * @sb: mounted
 *
 * Context: any.
 * Return: true unless it is known to be here.
 */
bool shinrai_sink_remote(const struct super_block *sb)
{
	if (sb->s_type->fs_flags & FS_REQUIRES_DEV ||
	    sb->s_flags & SB_KERNMOUNT)
		return false;
	switch (sb->s_magic) {
	case TMPFS_MAGIC:
	case RAMFS_MAGIC:
	case OVERLAYFS_SUPER_MAGIC: /* asks again, for what is below */
	case HUGETLBFS_MAGIC:
	case SYSFS_MAGIC:
	case CGROUP_SUPER_MAGIC:
	case CGROUP2_SUPER_MAGIC:
		return false;
	}
	return true;
}
