// SPDX-License-Identifier: GPL-2.0-only
/* When must pending events become a record, and which share one?  Pure. */
#include "pure.h"

/* START, ARM and CHECKPOINT stand alone; ARM takes its RUNNING events along. */
static u32 events_max(u8 record)
{
	switch (record) {
	case SHINRAI_RECORD_ARM:
		return SHINRAI_MAX_EVENTS;
	case SHINRAI_RECORD_EVENTS:
		return SHINRAI_BATCH_EVENTS;
	default:
		return 1;
	}
}

/**
 * shinrai_batch_wait() - how long may the pending events wait?
 * @b: the queue
 *
 * Return: nanoseconds, 0 for now, SHINRAI_BATCH_NEVER for an empty queue.
 */
u64 shinrai_batch_wait(const struct shinrai_batch *b)
{
	u64 age;

	if (!b->pending)
		return SHINRAI_BATCH_NEVER;
	if (b->urgent || b->pending >= SHINRAI_BATCH_EVENTS)
		return 0;
	/* A clock that stepped back must not hold events for ever. */
	if (b->now_ns < b->oldest_ns)
		return 0;
	age = b->now_ns - b->oldest_ns;
	return age >= SHINRAI_BATCH_HOLD_NS ? 0 : SHINRAI_BATCH_HOLD_NS - age;
}

/**
 * shinrai_batch_joins() - may one more event join the record being built?
 * @record: enum shinrai_record_type
 * @events: events in it
 * @bytes: bytes of the whole record so far
 * @more: bytes of the event
 *
 * Return: true when it may.
 */
bool shinrai_batch_joins(u8 record, u32 events, u64 bytes, u64 more)
{
	if (events >= events_max(record))
		return false;
	return bytes <= SHINRAI_MAX_RECORD &&
	       more <= SHINRAI_MAX_RECORD - bytes;
}
