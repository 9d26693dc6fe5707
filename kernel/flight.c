// SPDX-License-Identifier: GPL-2.0-only
/* One task at a time measures an inode; the others wait for it. */
#include <linux/hash.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "core.h"

#define FLIGHT_BITS 6

static DEFINE_SPINLOCK(flights_lock);
static struct hlist_head flights[1 << FLIGHT_BITS];
static DECLARE_WAIT_QUEUE_HEAD(flights_wait);

static struct hlist_head *bucket_of(const struct inode *inode)
{
	return &flights[hash_ptr(inode, FLIGHT_BITS)];
}

static struct shinrai_flight *find(const struct inode *inode)
{
	struct shinrai_flight *f;

	lockdep_assert_held(&flights_lock);
	hlist_for_each_entry(f, bucket_of(inode), node) {
		if (f->inode == inode)
			return f;
	}
	return NULL;
}

/**
 * shinrai_flight_lead() - try to be the one who measures an inode
 * @f: the caller's; until shinrai_flight_land() when it leads
 * @inode: caller holds a reference
 *
 * Context: any but interrupts.
 * Return: 0 when @f now leads; 1 when another one does; -EDEADLK when that one
 * is the current task, by a program on a hook that our own reading runs into.
 */
int shinrai_flight_lead(struct shinrai_flight *f, const struct inode *inode)
{
	const struct shinrai_flight *other;
	int ret = 0;

	spin_lock(&flights_lock);
	other = find(inode);
	if (!other) {
		f->inode = inode;
		f->owner = current;
		hlist_add_head(&f->node, bucket_of(inode));
	} else {
		ret = other->owner == current ? -EDEADLK : 1;
	}
	spin_unlock(&flights_lock);
	return ret;
}

/**
 * shinrai_flight_land() - the inode is measured; whoever waits may look
 * @f: that leads
 */
void shinrai_flight_land(struct shinrai_flight *f)
{
	spin_lock(&flights_lock);
	hlist_del(&f->node);
	spin_unlock(&flights_lock);
	wake_up_all(&flights_wait);
}

static bool is_over(const struct inode *inode)
{
	bool over;

	spin_lock(&flights_lock);
	over = !find(inode);
	spin_unlock(&flights_lock);
	return over;
}

/**
 * shinrai_flight_wait() - wait until nobody measures an inode
 * @inode: caller holds a reference
 *
 * Context: may sleep, can be killed.
 * Return: 0; -EINTR; -ETIMEDOUT after SHINRAI_WAIT_MS: nobody has to wait for
 * a task that is given no time to run.
 */
int shinrai_flight_wait(const struct inode *inode)
{
	long left;

	might_sleep();
	left = wait_event_killable_timeout(flights_wait, is_over(inode),
					   msecs_to_jiffies(SHINRAI_WAIT_MS));
	if (left < 0)
		return -EINTR;
	return left ? 0 : -ETIMEDOUT;
}
