// SPDX-License-Identifier: MIT
/* Queues between the event loop and the threads that work for it. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "stage.h"

/* Invariant: @waiting, @length, @ended are read and written with @lock held. */
struct stage {
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct task_list waiting;
	unsigned int length; /* of @waiting */
	bool ended;
	unsigned int batch;
	void (*run)(struct task_list *tasks, void *arg);
	void *arg;
	unsigned int threads;
	pthread_t thread[];
};

static void take(struct stage *s, struct task_list *tasks)
{
	unsigned int n;
	struct task *t;

	STAILQ_INIT(tasks);
	pthread_mutex_lock(&s->lock);
	while (STAILQ_EMPTY(&s->waiting) && !s->ended)
		pthread_cond_wait(&s->more, &s->lock);
	for (n = 0; n < s->batch && (t = STAILQ_FIRST(&s->waiting)); n++) {
		STAILQ_REMOVE_HEAD(&s->waiting, link);
		s->length--;
		STAILQ_INSERT_TAIL(tasks, t, link);
	}
	pthread_mutex_unlock(&s->lock);
}

static void *work(void *arg)
{
	struct stage *s = arg;
	struct task_list tasks;

	for (;;) {
		take(s, &tasks);
		if (STAILQ_EMPTY(&tasks))
			return NULL;
		s->run(&tasks, s->arg);
	}
}

/**
 * stage_new() - start threads that work
 * @threads: how many
 * @batch: tasks that one takes at once, at most
 * @run: called by them with what was taken, which belongs to it then
 * @arg: for @run
 *
 * Signals are the loop's: the threads block all of them.
 *
 * Return: for stage_free(); NULL when memory or threads lack.
 */
struct stage *stage_new(unsigned int threads, unsigned int batch,
			void (*run)(struct task_list *tasks, void *arg),
			void *arg)
{
	struct stage *s = calloc(1, sizeof(*s) + threads * sizeof(pthread_t));
	sigset_t all, old;

	if (!s)
		return NULL;
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->more, NULL);
	STAILQ_INIT(&s->waiting);
	s->batch = batch;
	s->run = run;
	s->arg = arg;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	while (s->threads < threads &&
	       !pthread_create(&s->thread[s->threads], NULL, work, s))
		s->threads++;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (s->threads == threads)
		return s;
	stage_free(s);
	return NULL;
}

/**
 * stage_put() - have a task done
 * @s: the stage; NULL: the process ends, and nobody does it any more
 * @t: belongs to it then
 *
 * Context: any thread.
 */
void stage_put(struct stage *s, struct task *t)
{
	if (!s)
		return;
	pthread_mutex_lock(&s->lock);
	STAILQ_INSERT_TAIL(&s->waiting, t, link);
	s->length++;
	pthread_cond_signal(&s->more);
	pthread_mutex_unlock(&s->lock);
}

/**
 * stage_waiting() - how long is its queue?
 * @s: the stage
 *
 * Context: any thread.
 *
 * Return: tasks that no thread has taken.
 */
unsigned int stage_waiting(struct stage *s)
{
	unsigned int n;

	pthread_mutex_lock(&s->lock);
	n = s->length;
	pthread_mutex_unlock(&s->lock);
	return n;
}

/**
 * stage_free() - end it
 * @s: the stage; NULL is none
 *
 * Waits until all that was put there is done.  Nobody may put more meanwhile.
 */
void stage_free(struct stage *s)
{
	unsigned int i;

	if (!s)
		return;
	pthread_mutex_lock(&s->lock);
	s->ended = true;
	pthread_cond_broadcast(&s->more);
	pthread_mutex_unlock(&s->lock);
	for (i = 0; i < s->threads; i++)
		pthread_join(s->thread[i], NULL);
	pthread_cond_destroy(&s->more);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

/* Invariant: @tasks is read and written with @lock held. */
struct mailbox {
	pthread_mutex_t lock;
	struct task_list tasks;
	int fd; /* eventfd: there are tasks */
	struct event *event;
	void (*take)(struct task *t, void *arg);
	void *arg;
};

static void deliver(struct mailbox *m)
{
	struct task_list tasks;
	struct task *t;

	STAILQ_INIT(&tasks);
	pthread_mutex_lock(&m->lock);
	STAILQ_CONCAT(&tasks, &m->tasks);
	pthread_mutex_unlock(&m->lock);
	while ((t = STAILQ_FIRST(&tasks))) {
		STAILQ_REMOVE_HEAD(&tasks, link);
		m->take(t, m->arg);
	}
}

static void on_mail(evutil_socket_t fd, short what, void *mailbox)
{
	eventfd_t n;

	(void)what;
	eventfd_read(fd, &n);
	deliver(mailbox);
}

/**
 * mailbox_new() - where the loop gets tasks back
 * @base: the loop
 * @take: called by it with each, which belongs to it then
 * @arg: for @take
 *
 * Return: for mailbox_free(); NULL when memory or descriptors lack.
 */
struct mailbox *mailbox_new(struct event_base *base,
			    void (*take)(struct task *t, void *arg), void *arg)
{
	struct mailbox *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	pthread_mutex_init(&m->lock, NULL);
	STAILQ_INIT(&m->tasks);
	m->take = take;
	m->arg = arg;
	m->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (m->fd >= 0)
		m->event = event_new(base, m->fd, EV_READ | EV_PERSIST, on_mail,
				     m);
	if (m->event && !event_add(m->event, NULL))
		return m;
	mailbox_free(m);
	return NULL;
}

/**
 * mailbox_put() - give tasks back to the loop
 * @m: the mailbox
 * @tasks: is emptied
 *
 * Context: any thread.
 */
void mailbox_put(struct mailbox *m, struct task_list *tasks)
{
	pthread_mutex_lock(&m->lock);
	STAILQ_CONCAT(&m->tasks, tasks);
	pthread_mutex_unlock(&m->lock);
	/* Full means that it is told already. */
	eventfd_write(m->fd, 1);
}

/**
 * mailbox_free() - release it
 * @m: the mailbox, what is in it is taken before; NULL is none
 *
 * Context: the loop's thread; nobody puts anything there any more.
 */
void mailbox_free(struct mailbox *m)
{
	if (!m)
		return;
	deliver(m);
	if (m->event)
		event_free(m->event);
	if (m->fd >= 0)
		close(m->fd);
	pthread_mutex_destroy(&m->lock);
	free(m);
}
