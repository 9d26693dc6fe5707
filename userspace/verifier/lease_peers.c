// SPDX-License-Identifier: MIT
/*
 * Which of the verifiers are dead.
 *
 * Why nothing is asked by two: a verifier asks for LEASE_MS (lease.c), less than
 * PEER_DEAD_MS, after it began to count.  We saw its count after that, and wait for
 * PEER_DEAD_MS from there.
 */
#include <stdlib.h>

#include "lease_peers.h"

struct look {
	struct lease_peers *p;
	s64 now;
};

static struct lease_peer *find(struct lease_peers *p, s64 id)
{
	struct lease_peer *all;
	size_t i;

	for (i = 0; i < p->n; i++) {
		if (p->peer[i].id == id)
			return &p->peer[i];
	}
	all = reallocarray(p->peer, p->n + 1, sizeof(*all));
	if (!all)
		return NULL;
	p->peer = all;
	all[p->n] = (struct lease_peer){ .id = id, .beat = -1 };
	return &all[p->n++];
}

static int see(void *arg, s64 id, s64 beat)
{
	struct look *l = arg;
	struct lease_peer *peer = find(l->p, id);

	if (!peer)
		return -ENOMEM;
	peer->there = true;
	if (peer->beat != beat)
		peer->since = l->now;
	peer->beat = beat;
	return 0;
}

static void forget_gone(struct lease_peers *p)
{
	size_t i, kept = 0;

	for (i = 0; i < p->n; i++) {
		if (p->peer[i].there)
			p->peer[kept++] = p->peer[i];
	}
	p->n = kept;
}

/**
 * lease_peers_look() - see who lives, and bury who does not
 * @p: what was seen before
 * @s: the store, between store_begin() and store_commit()
 * @self: id of this verifier
 * @now: ms, monotonic, since store_begin()
 *
 * Who did not look for long cannot tell, as when the database was gone: then all of
 * them have their time again.
 *
 * Return: 0; -errno.
 */
int lease_peers_look(struct lease_peers *p, struct store *s, s64 self, s64 now)
{
	struct look l = { p, now };
	size_t i;
	int ret;

	if (now - p->looked >= PEER_DEAD_MS)
		p->n = 0;
	for (i = 0; i < p->n; i++)
		p->peer[i].there = false;
	ret = store_lease_peers(s, self, see, &l);
	if (ret)
		return ret;
	p->looked = now;
	forget_gone(p);
	for (i = 0; i < p->n && !ret; i++) {
		if (now - p->peer[i].since >= PEER_DEAD_MS)
			ret = store_lease_end(s, p->peer[i].id);
	}
	return ret;
}

/**
 * lease_peers_free() - forget them
 * @p: may be empty
 */
void lease_peers_free(struct lease_peers *p)
{
	free(p->peer);
	memset(p, 0, sizeof(*p));
}
