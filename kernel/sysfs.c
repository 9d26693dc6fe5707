// SPDX-License-Identifier: GPL-2.0-only
/* /sys/kernel/shinrai: one value in each file. */
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/sysfs.h>

#include "core.h"
#include "policy.h"

#define FLUSH_MS 10000

static struct kobject *dir;

#define SHOW(name, fmt, ...)                                            \
	static ssize_t name##_show(struct kobject *k,                   \
				   struct kobj_attribute *a, char *buf) \
	{                                                               \
		return sysfs_emit(buf, fmt "\n", __VA_ARGS__);          \
	}
#define RO(name, fmt, ...)                         \
	SHOW(name, fmt, __VA_ARGS__)               \
	static struct kobj_attribute name##_attr = \
		__ATTR(name, 0444, name##_show, NULL)

static const char *state_text(void)
{
	switch (shinrai_phase()) {
	case SHINRAI_LOADED:
		return "loaded";
	case SHINRAI_ARMING:
		return "arming";
	default:
		return "armed";
	}
}

static ssize_t state_show(struct kobject *k, struct kobj_attribute *a,
			  char *buf)
{
	bool full = test_bit(SHINRAI_FLAG_OVERFLOWED, &shinrai.flags);

	return sysfs_emit(buf, "%s%s%s\n", state_text(),
			  shinrai_degraded() ? " degraded" : "",
			  full ? " overflowed" : "");
}

static struct kobj_attribute state_attr = __ATTR(state, 0444, state_show, NULL);

SHOW(mode, "%s", shinrai_enforcing() ? "enforce" : "observe")

static ssize_t mode_store(struct kobject *k, struct kobj_attribute *a,
			  const char *buf, size_t len)
{
	int ret;

	if (sysfs_streq(buf, "enforce"))
		ret = shinrai_set_enforcing();
	else if (sysfs_streq(buf, "observe"))
		ret = shinrai_enforcing() ? -EPERM : 0;
	else
		ret = -EINVAL;
	return ret ? ret : (ssize_t)len;
}

static struct kobj_attribute mode_attr =
	__ATTR(mode, 0644, mode_show, mode_store);

SHOW(arm, "%d", shinrai_phase() == SHINRAI_ARMED)

static ssize_t arm_store(struct kobject *k, struct kobj_attribute *a,
			 const char *buf, size_t len)
{
	int ret = sysfs_streq(buf, "1") ? shinrai_arm() : -EINVAL;

	return ret ? ret : (ssize_t)len;
}

static struct kobj_attribute arm_attr = __ATTR(arm, 0644, arm_show, arm_store);

static bool batched(void)
{
	return READ_ONCE(shinrai.extend) == SHINRAI_EXTEND_BATCH;
}

SHOW(extend, "%s", batched() ? "batch" : "sync")

/* What ARM says about it holds for the whole boot. */
static ssize_t extend_store(struct kobject *k, struct kobj_attribute *a,
			    const char *buf, size_t len)
{
	enum shinrai_extend extend;
	unsigned long flags;
	int ret = -EBUSY;

	if (sysfs_streq(buf, "sync"))
		extend = SHINRAI_EXTEND_SYNC;
	else if (sysfs_streq(buf, "batch"))
		extend = SHINRAI_EXTEND_BATCH;
	else
		return -EINVAL;
	flags = shinrai_log_lock();
	if (shinrai.phase == SHINRAI_LOADED) {
		WRITE_ONCE(shinrai.extend, extend);
		ret = 0;
	}
	shinrai_log_unlock(flags);
	return ret ? ret : (ssize_t)len;
}

static struct kobj_attribute extend_attr =
	__ATTR(extend, 0644, extend_show, extend_store);

static ssize_t flush_store(struct kobject *k, struct kobj_attribute *a,
			   const char *buf, size_t len)
{
	int ret = sysfs_streq(buf, "1") ? shinrai_log_flush(FLUSH_MS) : -EINVAL;

	return ret ? ret : (ssize_t)len;
}

static struct kobj_attribute flush_attr =
	__ATTR(flush, 0200, NULL, flush_store);

static struct shinrai_stat stat(void)
{
	struct shinrai_stat s;

	shinrai_log_stat(&s);
	return s;
}

RO(pcr_code, "%u", shinrai.pcr[SHINRAI_PCR_CODE]);
RO(pcr_flow, "%u", shinrai.pcr[SHINRAI_PCR_FLOW]);
RO(records, "%llu", shinrai_store_records());
RO(bytes, "%llu", shinrai_store_bytes());
RO(pending, "%u", stat().pending);
RO(events, "%llu", stat().events);
RO(violations, "%llu", stat().violations);
RO(owners, "%u", shinrai_owner_count());
RO(policies, "%u", shinrai_policy_count());
RO(version, "%s", SHINRAI_VERSION);
RO(abi, "%u", SHINRAI_ABI_VERSION);
RO(boot_id, "%*phN", (int)sizeof(shinrai.boot_id), shinrai.boot_id);

static struct attribute *attrs[] = {
	&mode_attr.attr,    &state_attr.attr,	   &arm_attr.attr,
	&extend_attr.attr,  &pcr_code_attr.attr,   &pcr_flow_attr.attr,
	&records_attr.attr, &bytes_attr.attr,	   &pending_attr.attr,
	&events_attr.attr,  &violations_attr.attr, &flush_attr.attr,
	&owners_attr.attr,  &policies_attr.attr,   &version_attr.attr,
	&abi_attr.attr,	    &boot_id_attr.attr,	   NULL,
};

static const struct attribute_group group = { .attrs = attrs };

/**
 * shinrai_sysfs_init() - offer /sys/kernel/shinrai
 *
 * Return: 0; -ENOMEM; what sysfs says.
 */
int shinrai_sysfs_init(void)
{
	int ret;

	dir = kobject_create_and_add("shinrai", kernel_kobj);
	if (!dir)
		return -ENOMEM;
	ret = sysfs_create_group(dir, &group);
	if (ret)
		kobject_put(dir);
	return ret;
}

/**
 * shinrai_sysfs_exit() - take it away
 */
void shinrai_sysfs_exit(void)
{
	sysfs_remove_group(dir, &group);
	kobject_put(dir);
}
