/* SPDX-License-Identifier: MIT */
/*
 * The other verifiers on this database: which of them are dead?  Each one counts on
 * while it is alive; whose count stood still for PEER_DEAD_MS by our own clock, which
 * nobody sets, is dead.  No clock of another machine, nor the wall's, has a say.
 */
#ifndef VERIFIER_LEASE_PEERS_H
#define VERIFIER_LEASE_PEERS_H

#include "store.h"

#define PEER_DEAD_MS 6000

struct lease_peer {
	s64 id, beat;
	s64 since; /* ms, monotonic: it stands at @beat at least since then */
	bool there;
};

/* All 0: none is known yet. */
struct lease_peers {
	struct lease_peer *peer;
	size_t n;
	s64 looked; /* ms, monotonic: the last time that we did */
};

int lease_peers_look(struct lease_peers *p, struct store *s, s64 self, s64 now);
void lease_peers_free(struct lease_peers *p);

#endif
