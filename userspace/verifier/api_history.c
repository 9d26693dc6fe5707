// SPDX-License-Identifier: MIT
/* API: how many devices were in each state. */
#include "api_part.h"
#include "history.h"

#define HOURS 24

/**
 * history_keep() - the keep() of an errand that wants the history as its answer
 * @j: job of the errand, whose first number is hours
 * @s: the store
 *
 * Return: 0; -errno.
 */
int history_keep(struct job *j, struct store *s)
{
	struct errand *e = errand_of(j);
	struct history h;
	int ret = history_read(s, fleet_now(), (unsigned int)e->number[0], &h);

	if (ret)
		return ret;
	e->answer = history_json(&h);
	return e->answer ? 0 : -ENOMEM;
}

/**
 * history_hours() - over how long?
 * @r: the request; is answered when that is wrong
 * @hours: out
 *
 * Return: whether it can be told.
 */
bool history_hours(const struct request *r, u64 *hours)
{
	*hours = HOURS;
	if (request_number(r, "hours", HISTORY_HOURS_MAX, hours) && *hours)
		return true;
	page_problem(r->req, 400, "Bad Request",
		     "hours is a number from 1 to 720");
	return false;
}

/**
 * api_history() - how many devices were in each state
 * @r: the request
 */
void api_history(const struct request *r)
{
	struct errand *e;
	u64 hours;

	if (!history_hours(r, &hours))
		return;
	e = errand_new(r->req, history_keep, errand_answer);
	if (!e)
		return;
	e->number[0] = hours;
	errand_read(r, e);
}
