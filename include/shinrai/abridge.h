/* SPDX-License-Identifier: MIT */
/*
 * A log without the events that a reader has no business with, PROTOCOL.md
 * 2.10: it replays to the same PCRs, and what is left in it is proven.
 */
#ifndef _SHINRAI_ABRIDGE_H
#define _SHINRAI_ABRIDGE_H

#include "record.h"

#define SHINRAI_TLV_LEAF 3 /* leaf of an event that was left out */

int shinrai_abridge(const void *log, size_t len, u64 since, size_t max,
		    u8 **out, size_t *out_len);
bool shinrai_abridge_violation(const struct shinrai_event *ev);
bool shinrai_abridge_keeps(const struct shinrai_event *ev, bool wanted);

int shinrai_shown_next(struct shinrai_rd *events, struct shinrai_event *ev);
enum shinrai_fault shinrai_abridged_check(const struct shinrai_record *rec,
					  struct shinrai_header *h);

#endif
