// SPDX-License-Identifier: GPL-2.0-only
/* Turns of the machine's life: modules about to run, reboot, suspend, mode. */
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/reboot.h>
#include <linux/suspend.h>

#include "core.h"
#include "label.h"

static DEFINE_MUTEX(mode_lock);

/* Return: why it must not run when that is enforced. */
static int unmeasured(const struct module *mod)
{
	const bool refused = shinrai_enforcing();
	struct shinrai_path name = {
		.text = (char *)mod->name,
		.len = (u16)strlen(mod->name),
	};
	struct shinrai_who who;
	u64 seq;

	shinrai_who_get(&who, GFP_KERNEL);
	shinrai_oddity_unmeasured(SHINRAI_KIND_MODULE,
				  refused ? SHINRAI_CODE_REFUSED : 0, ENODATA,
				  (uintptr_t)mod, &name, &who, GFP_KERNEL,
				  &seq);
	shinrai_who_put(&who);
	shinrai_log_wait(seq, SHINRAI_WAIT_MS);
	return -ENODATA;
}

/*
 * Where a module's bytes are measured nothing may sleep; here it may, and the
 * module has not run yet.  What was let through by now includes it.
 */
static int wait_module(const struct module *mod)
{
	if (shinrai_measure_passed())
		return shinrai_log_wait(shinrai_measure_kernel_seq(),
					SHINRAI_WAIT_MS);
	/* It was on its way when the hooks were attached. */
	return unmeasured(mod);
}

static int module_coming(struct notifier_block *nb, unsigned long state,
			 void *data)
{
	const struct module *mod = data;
	int ret;

	if (state != MODULE_STATE_COMING || shinrai_phase() == SHINRAI_LOADED)
		return NOTIFY_DONE;
	if (shinrai_phase() == SHINRAI_ARMING) {
		if (!shinrai_measure_passed())
			shinrai_running_module(mod->name);
		return NOTIFY_OK;
	}
	ret = wait_module(mod);
	if (ret == -EINTR)
		return notifier_from_errno(ret);
	if (ret && shinrai_enforcing())
		return notifier_from_errno(-EACCES);
	return NOTIFY_OK;
}

static int say(enum shinrai_reason reason)
{
	u64 seq;
	int ret = shinrai_log_state(reason, 0, &seq);

	return ret ? ret : shinrai_log_wait(seq, SHINRAI_WAIT_MS);
}

static int rebooting(struct notifier_block *nb, unsigned long action,
		     void *data)
{
	shinrai_flowlog_flush(); /* nothing is counted in vain */
	say(SHINRAI_REASON_SHUTDOWN);
	return NOTIFY_DONE;
}

static int suspending(struct notifier_block *nb, unsigned long action,
		      void *data)
{
	switch (action) {
	case PM_HIBERNATION_PREPARE:
	case PM_SUSPEND_PREPARE:
		shinrai_flowlog_flush();
		say(SHINRAI_REASON_SUSPEND);
		shinrai_log_asleep(true);
		break;
	case PM_POST_HIBERNATION:
	case PM_POST_SUSPEND:
		/* All that was left behind comes before it. */
		say(SHINRAI_REASON_RESUME);
		shinrai_log_asleep(false);
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block module_nb = { .notifier_call = module_coming };

static struct notifier_block reboot_nb = {
	.notifier_call = rebooting,
	.priority = INT_MAX, /* while everything else still works */
};

static struct notifier_block pm_nb = { .notifier_call = suspending };

/**
 * shinrai_set_enforcing() - from observe to enforce, for good
 *
 * The change is in its PCR before it takes effect.
 *
 * Context: may sleep, can be killed.
 * Return: 0; -EPERM before arm; -EIO when degraded; -ENOMEM; -ETIMEDOUT;
 * -EINTR.
 */
int shinrai_set_enforcing(void)
{
	int ret;

	if (shinrai_phase() != SHINRAI_ARMED)
		return -EPERM;
	if (shinrai_degraded())
		return -EIO;
	ret = mutex_lock_killable(&mode_lock);
	if (ret)
		return ret;
	if (!shinrai_enforcing())
		ret = say(SHINRAI_REASON_MODE);
	if (!ret)
		WRITE_ONCE(shinrai.mode, SHINRAI_MODE_ENFORCE);
	mutex_unlock(&mode_lock);
	return ret;
}

/**
 * shinrai_notify_init() - listen
 *
 * Return: 0; what registering says.
 */
int shinrai_notify_init(void)
{
	int ret;

	ret = register_module_notifier(&module_nb);
	if (ret)
		return ret;
	ret = register_reboot_notifier(&reboot_nb);
	if (ret)
		goto modules;
	ret = register_pm_notifier(&pm_nb);
	if (ret)
		goto reboot;
	return 0;
reboot:
	unregister_reboot_notifier(&reboot_nb);
modules:
	unregister_module_notifier(&module_nb);
	return ret;
}

/**
 * shinrai_notify_exit() - listen no more
 */
void shinrai_notify_exit(void)
{
	unregister_pm_notifier(&pm_nb);
	unregister_reboot_notifier(&reboot_nb);
	unregister_module_notifier(&module_nb);
}
