/* SPDX-License-Identifier: MIT */
/*
 * Several verifiers on one database: each asks only the devices that it has a lease
 * of, and knows the others from the database.  A verifier whose database is a file
 * is alone, and has all.
 */
#ifndef VERIFIER_LEASE_H
#define VERIFIER_LEASE_H

#include "fleet.h"

int lease_start(struct fleet *f);
bool lease_is_ours(const struct device *d);
s64 lease_bound(const struct device *d, s64 ms);
bool lease_leads(const struct fleet *f);
bool lease_claim(struct device *d);
void lease_apply(struct device *d, struct device_record *r);
void lease_end(struct fleet *f);
void lease_free(struct fleet *f);

#endif
