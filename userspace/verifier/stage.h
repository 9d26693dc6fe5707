/* SPDX-License-Identifier: MIT */
/*
 * Work that is not for the event loop: a queue with threads behind it, and the way
 * back to the loop.  A task is in one place at a time, and belongs to it.
 */
#ifndef VERIFIER_STAGE_H
#define VERIFIER_STAGE_H

#include <event2/event.h>
#include <sys/queue.h>

struct task {
	STAILQ_ENTRY(task) link;
};
STAILQ_HEAD(task_list, task);

struct stage;
struct stage *stage_new(unsigned int threads, unsigned int batch,
			void (*run)(struct task_list *tasks, void *arg),
			void *arg);
void stage_put(struct stage *s, struct task *t);
unsigned int stage_waiting(struct stage *s);
void stage_free(struct stage *s);

struct mailbox;
struct mailbox *mailbox_new(struct event_base *base,
			    void (*take)(struct task *t, void *arg), void *arg);
void mailbox_put(struct mailbox *m, struct task_list *tasks);
void mailbox_free(struct mailbox *m);

#endif
