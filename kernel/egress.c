// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets of labelled sockets are held against the rules as they leave: of what
 * was queued before, of sockets that were connected before, of ways into a
 * socket that call no hook.  Sends are judged where somebody can be told; here
 * a packet is only dropped.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "label.h"

/* Ports are at the same place in all that has them. */
static u16 port_at(const struct sk_buff *skb, int at, u8 proto)
{
	__be16 ports[2];

	switch (proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
		break;
	default:
		return 0;
	}
	return skb_copy_bits(skb, at, ports, sizeof(ports)) ? 0 :
							      ntohs(ports[1]);
}

static bool sink_v4(struct shinrai_access *a, const struct sk_buff *skb)
{
	const struct iphdr *ip = ip_hdr(skb);

	a->family = 4;
	a->proto = ip->protocol;
	memcpy(a->addr, &ip->daddr, sizeof(ip->daddr));
	if (!(ip->frag_off & htons(IP_OFFSET)))
		a->port = port_at(skb, skb_network_offset(skb) + ip->ihl * 4,
				  a->proto);
	return true;
}

static bool sink_v6(struct shinrai_access *a, const struct sk_buff *skb)
{
	const struct ipv6hdr *ip = ipv6_hdr(skb);
	u8 next = ip->nexthdr;
	__be16 frag = 0;
	int at;

	at = ipv6_skip_exthdr(skb, skb_network_offset(skb) + sizeof(*ip), &next,
			      &frag);
	a->family = 6;
	a->proto = next;
	memcpy(a->addr, &ip->daddr, sizeof(a->addr));
	if (at >= 0 && !(frag & htons(IP6_OFFSET)))
		a->port = port_at(skb, at, next);
	return true;
}

static unsigned int leave(struct sk_buff *skb, bool v6)
{
	struct shinrai_flow f = {
		.access.action = SHINRAI_ACTION_SEND,
		.access.sink_kind = SHINRAI_SINK_INET,
	};
	struct sock *sk = skb_to_full_sk(skb);

	if (!sk)
		return NF_ACCEPT;
	f.labels = shinrai_object_labels(sk);
	if (!f.labels)
		return NF_ACCEPT;
	if (v6)
		sink_v6(&f.access, skb);
	else
		sink_v4(&f.access, skb);
	f.access.bytes = skb->len;
	f.packet = sk;
	return shinrai_flow_packet(&f) ? NF_DROP : NF_ACCEPT;
}

static unsigned int leave_v4(void *priv, struct sk_buff *skb,
			     const struct nf_hook_state *state)
{
	return leave(skb, false);
}

static unsigned int leave_v6(void *priv, struct sk_buff *skb,
			     const struct nf_hook_state *state)
{
	return leave(skb, true);
}

static const struct nf_hook_ops hooks[] = {
	{
		.hook = leave_v4,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_LOCAL_OUT,
		.priority = NF_IP_PRI_FIRST,
	},
	{
		.hook = leave_v6,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_LOCAL_OUT,
		.priority = NF_IP6_PRI_FIRST,
	},
};

static int __net_init net_begin(struct net *net)
{
	return nf_register_net_hooks(net, hooks, ARRAY_SIZE(hooks));
}

static void __net_exit net_end(struct net *net)
{
	nf_unregister_net_hooks(net, hooks, ARRAY_SIZE(hooks));
}

static struct pernet_operations nets = {
	.init = net_begin,
	.exit = net_end,
};

/**
 * shinrai_egress_start() - look at packets, in every network namespace
 *
 * Context: may sleep.
 * Return: 0; -ENOMEM.
 */
int shinrai_egress_start(void)
{
	return register_pernet_subsys(&nets);
}

/**
 * shinrai_egress_stop() - look no more
 *
 * Context: may sleep.
 */
void shinrai_egress_stop(void)
{
	unregister_pernet_subsys(&nets);
}
