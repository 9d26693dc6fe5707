// SPDX-License-Identifier: MIT
/* Ways to send whole packets and frames, past the sockets that number them. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <linux/if_xdp.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "net.h"

#define LOCAL_EXPERIMENT 0x88b5 /* IEEE 802, local experimental EtherType 1 */
#define FRAME 2048
#define FRAMES 8
#define UMEM (FRAME * FRAMES)

struct udp_packet {
	struct iphdr ip;
	struct udphdr udp;
	char data[TOKEN];
} __attribute__((packed));

struct frame {
	struct ether_header eth;
	char data[TOKEN];
} __attribute__((packed));

static uint16_t sum(const void *data, size_t len)
{
	const uint16_t *p = data;
	uint32_t s = 0;

	for (; len > 1; len -= 2)
		s += *p++;
	s = (s >> 16) + (s & 0xffff);
	return ~(s + (s >> 16));
}

static struct udp_packet udp_packet(const char *from, const char *token)
{
	struct udp_packet p = {
		.ip = { .version = 4,
			.ihl = 5,
			.ttl = 9,
			.protocol = IPPROTO_UDP,
			.tot_len = htons(sizeof(p)),
			.saddr = world_in(from, 0).sin_addr.s_addr,
			.daddr = world_in(WORLD, 0).sin_addr.s_addr },
		.udp = { .uh_sport = htons(PORT),
			 .uh_dport = htons(PORT),
			 .uh_ulen = htons(sizeof(p.udp) + TOKEN) },
	};

	p.ip.check = sum(&p.ip, sizeof(p.ip));
	memcpy(p.data, token, TOKEN);
	return p;
}

static struct frame frame(const char *token)
{
	struct frame f = { .eth = { .ether_dhost = WORLD_MAC,
				    .ether_type = htons(LOCAL_EXPERIMENT) } };

	memcpy(f.data, token, TOKEN);
	return f;
}

static int open_raw(void)
{
	return need(socket(AF_INET, SOCK_RAW, 253 /* experiments */), "socket");
}

static void by_raw(int fd, const char *token)
{
	struct sockaddr_in in = world_in(WORLD, 0);

	need(sendto(fd, token, TOKEN, 0, (struct sockaddr *)&in, sizeof(in)),
	     "sendto");
}

static int open_hdrincl(void)
{
	return need(socket(AF_INET, SOCK_RAW, IPPROTO_RAW), "socket");
}

static void by_hdrincl(int fd, const char *token)
{
	struct sockaddr_in in = world_in(WORLD, 0);
	struct udp_packet p = udp_packet(HERE, token);

	need(sendto(fd, &p, sizeof(p), 0, (struct sockaddr *)&in, sizeof(in)),
	     "sendto");
}

static int open_packet(void)
{
	struct sockaddr_ll ll = { .sll_family = AF_PACKET,
				  .sll_ifindex = if_nametoindex(NEAR) };
	int fd = need(socket(AF_PACKET, SOCK_RAW, 0), "socket");

	need(bind(fd, (struct sockaddr *)&ll, sizeof(ll)), "bind");
	return fd;
}

static void by_packet(int fd, const char *token)
{
	struct frame f = frame(token);

	need(send(fd, &f, sizeof(f), 0), "send");
}

/* A frame in memory that is shared with the kernel; send() only starts it. */
static void by_packet_ring(int fd, const char *token)
{
	struct tpacket_req req = { .tp_block_size = 4096,
				   .tp_block_nr = 1,
				   .tp_frame_size = FRAME,
				   .tp_frame_nr = 2 };
	int version = TPACKET_V2;
	struct frame f = frame(token);
	struct tpacket2_hdr *slot;

	need(setsockopt(fd, SOL_PACKET, PACKET_VERSION, &version,
			sizeof(version)),
	     "PACKET_VERSION");
	need(setsockopt(fd, SOL_PACKET, PACKET_TX_RING, &req, sizeof(req)),
	     "PACKET_TX_RING");
	slot = need_map(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
			     0),
			"mmap");
	memcpy((char *)slot + TPACKET2_HDRLEN - sizeof(struct sockaddr_ll), &f,
	       sizeof(f));
	slot->tp_len = sizeof(f);
	slot->tp_status = TP_STATUS_SEND_REQUEST;
	need(send(fd, NULL, 0, 0), "send");
}

static void set_ring(int fd, int option, int entries)
{
	need(setsockopt(fd, SOL_XDP, option, &entries, sizeof(entries)),
	     "XDP ring");
}

static int open_xdp(void)
{
	return need(socket(AF_XDP, SOCK_RAW, 0), "socket");
}

/* Memory of ours is the packet buffer; one descriptor sends the first frame. */
static void by_xdp(int fd, const char *token)
{
	struct xdp_umem_reg reg = { .len = UMEM, .chunk_size = FRAME };
	struct sockaddr_xdp xdp = { .sxdp_family = AF_XDP,
				    .sxdp_flags = XDP_COPY,
				    .sxdp_ifindex = if_nametoindex(NEAR) };
	struct xdp_mmap_offsets off;
	socklen_t len = sizeof(off);
	struct frame f = frame(token);
	char *umem, *ring;

	umem = need_map(mmap(NULL, UMEM, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
			"umem");
	reg.addr = (uintptr_t)umem;
	need(setsockopt(fd, SOL_XDP, XDP_UMEM_REG, &reg, sizeof(reg)), "umem");
	set_ring(fd, XDP_UMEM_FILL_RING, FRAMES);
	set_ring(fd, XDP_UMEM_COMPLETION_RING, FRAMES);
	set_ring(fd, XDP_TX_RING, FRAMES);
	need(getsockopt(fd, SOL_XDP, XDP_MMAP_OFFSETS, &off, &len), "offsets");
	ring = need_map(
		mmap(NULL, off.tx.desc + FRAMES * sizeof(struct xdp_desc),
		     PROT_READ | PROT_WRITE, MAP_SHARED, fd, XDP_PGOFF_TX_RING),
		"tx ring");
	need(bind(fd, (struct sockaddr *)&xdp, sizeof(xdp)), "bind");
	memcpy(umem, &f, sizeof(f));
	((struct xdp_desc *)(ring + off.tx.desc))->len = sizeof(f);
	__atomic_store_n((uint32_t *)(ring + off.tx.producer), 1,
			 __ATOMIC_RELEASE);
	need(sendto(fd, NULL, 0, MSG_DONTWAIT, NULL, 0), "sendto");
}

/* An interface whose other end is this process: packets go in, and on. */
static int open_tun(void)
{
	struct ifreq ifr = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd = open_at("/dev/net/tun", O_RDWR);
	int s = need(socket(AF_INET, SOCK_DGRAM, 0), "socket");

	need(ioctl(fd, TUNSETIFF, &ifr), "TUNSETIFF");
	ifr.ifr_flags = IFF_UP;
	need(ioctl(s, SIOCSIFFLAGS, &ifr), "SIOCSIFFLAGS");
	close(s);
	return fd;
}

static void by_tun(int fd, const char *token)
{
	struct udp_packet p = udp_packet("10.98.0.1", token);

	put(fd, &p, sizeof(p));
}

const struct transport raw_transports[] = {
	{ "raw", open_raw, by_raw },
	{ "hdrincl", open_hdrincl, by_hdrincl },
	{ "packet", open_packet, by_packet },
	{ "packet-ring", open_packet, by_packet_ring },
	{ "xdp", open_xdp, by_xdp },
	{ "tun", open_tun, by_tun },
	{ NULL, NULL, NULL },
};
