// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/shinrai: the log by read, poll and ioctl.
 *
 * Each opener has a position of its own.  read() returns whole records; what
 * changes anything needs a descriptor that is open for writing.
 */
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "core.h"
#include "label.h"
#include "policy.h"

#define FLUSH_MS 10000

struct reader {
	struct mutex lock; /* one read of this opener at a time */
	u64 next;
};

static int dev_open(struct inode *inode, struct file *file)
{
	struct reader *r = kzalloc(sizeof(*r), GFP_KERNEL);

	if (!r)
		return -ENOMEM;
	mutex_init(&r->lock);
	file->private_data = r;
	return nonseekable_open(inode, file);
}

static int dev_release(struct inode *inode, struct file *file)
{
	kfree(file->private_data);
	return 0;
}

/* Return: the record at the position or, past trimmed ones, the next. */
static struct shinrai_rec *next_record(struct reader *r)
{
	struct shinrai_rec *rec;
	u64 first;

	lockdep_assert_held(&r->lock);
	for (;;) {
		if (r->next >= shinrai_store_records())
			return NULL;
		rec = shinrai_store_get(r->next);
		if (rec)
			return rec;
		first = shinrai_store_first();
		r->next = max(r->next + 1, first);
	}
}

/* Return: bytes copied; 0 when there is no record; -EMSGSIZE; -EFAULT. */
static ssize_t copy_records(struct reader *r, char __user *buf, size_t count)
{
	struct shinrai_rec *rec;
	size_t done = 0;
	ssize_t ret = 0;

	while (!ret) {
		rec = next_record(r);
		if (!rec)
			break;
		if (rec->len > count - done)
			ret = -EMSGSIZE;
		else if (copy_to_user(buf + done, rec->data, rec->len))
			ret = -EFAULT;
		else
			done += rec->len;
		shinrai_store_put(rec);
		if (!ret)
			r->next++;
	}
	return done ? (ssize_t)done : ret;
}

static ssize_t dev_read(struct file *file, char __user *buf, size_t count,
			loff_t *pos)
{
	struct reader *r = file->private_data;
	ssize_t ret;

	if (mutex_lock_interruptible(&r->lock))
		return -ERESTARTSYS;
	for (;;) {
		ret = copy_records(r, buf, count);
		if (ret || !count)
			break;
		ret = -EAGAIN;
		if (file->f_flags & O_NONBLOCK)
			break;
		ret = wait_event_interruptible(*shinrai_log_readers(),
					       r->next <
						       shinrai_store_records());
		if (ret)
			break;
	}
	mutex_unlock(&r->lock);
	return ret;
}

static __poll_t dev_poll(struct file *file, poll_table *wait)
{
	struct reader *r = file->private_data;

	poll_wait(file, shinrai_log_readers(), wait);
	if (READ_ONCE(r->next) < shinrai_store_records())
		return EPOLLIN | EPOLLRDNORM;
	return 0;
}

static long do_info(void __user *arg)
{
	struct shinrai_info info = {
		.abi = SHINRAI_ABI_VERSION,
		.first = shinrai_store_first(),
		.records = shinrai_store_records(),
		.bytes = shinrai_store_bytes(),
		.pcr_code = shinrai.pcr[SHINRAI_PCR_CODE],
		.pcr_flow = shinrai.pcr[SHINRAI_PCR_FLOW],
		.mode = READ_ONCE(shinrai.mode),
		.extend = READ_ONCE(shinrai.extend),
	};

	if (shinrai_phase() == SHINRAI_ARMED)
		info.state |= SHINRAI_STATE_ARMED;
	if (shinrai_degraded())
		info.state |= SHINRAI_STATE_DEGRADED;
	if (test_bit(SHINRAI_FLAG_OVERFLOWED, &shinrai.flags))
		info.state |= SHINRAI_STATE_OVERFLOWED;
	memcpy(info.boot_id, shinrai.boot_id, sizeof(info.boot_id));
	return copy_to_user(arg, &info, sizeof(info)) ? -EFAULT : 0;
}

static long do_flush(void __user *arg)
{
	struct shinrai_flush *f;
	long ret;

	f = memdup_user(arg, sizeof(*f));
	if (IS_ERR(f))
		return PTR_ERR(f);
	ret = -EINVAL;
	if (f->flags)
		goto out;
	ret = shinrai_log_flush(FLUSH_MS);
	if (ret)
		goto out;
	memset(f, 0, sizeof(*f));
	shinrai_pcr_snapshot(f->code, f->flow, &f->nbanks, &f->records);
	if (copy_to_user(arg, f, sizeof(*f)))
		ret = -EFAULT;
out:
	kfree(f);
	return ret;
}

static long do_seek(struct reader *r, void __user *arg)
{
	struct shinrai_seek s;

	if (copy_from_user(&s, arg, sizeof(s)))
		return -EFAULT;
	if (s.flags || s.reserved)
		return -EINVAL;
	if (mutex_lock_interruptible(&r->lock))
		return -ERESTARTSYS;
	WRITE_ONCE(r->next, s.record);
	mutex_unlock(&r->lock);
	return 0;
}

static long do_trim(void __user *arg)
{
	struct shinrai_trim t;

	if (copy_from_user(&t, arg, sizeof(t)))
		return -EFAULT;
	if (t.flags || t.reserved)
		return -EINVAL;
	return shinrai_log_trim(t.record);
}

static long dev_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	void __user *ptr = (void __user *)arg;

	switch (cmd) {
	case SHINRAI_IOC_INFO:
		return do_info(ptr);
	case SHINRAI_IOC_SEEK:
		return do_seek(file->private_data, ptr);
	case SHINRAI_IOC_LABEL:
		return shinrai_label_dev_file(ptr, file->f_mode & FMODE_WRITE);
	case SHINRAI_IOC_PROCESS:
		return shinrai_label_dev_process(ptr);
	case SHINRAI_IOC_OWNERS:
		return shinrai_owner_list(ptr);
	case SHINRAI_IOC_POLICY:
		return shinrai_policy_get(ptr);
	}
	if (!(file->f_mode & FMODE_WRITE))
		return -EPERM;
	switch (cmd) {
	case SHINRAI_IOC_FLUSH:
		return do_flush(ptr);
	case SHINRAI_IOC_CHECKPOINT:
		return shinrai_log_checkpoint();
	case SHINRAI_IOC_TRIM:
		return do_trim(ptr);
	case SHINRAI_IOC_LOAD:
		return shinrai_load(ptr);
	}
	return -ENOTTY;
}

static const struct file_operations dev_fops = {
	.owner = THIS_MODULE,
	.open = dev_open,
	.release = dev_release,
	.read = dev_read,
	.poll = dev_poll,
	.unlocked_ioctl = dev_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice dev = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "shinrai",
	.fops = &dev_fops,
	.mode = 0600,
};

/**
 * shinrai_cdev_init() - offer /dev/shinrai
 *
 * Return: 0; what misc_register() says.
 */
int shinrai_cdev_init(void)
{
	return misc_register(&dev);
}

/**
 * shinrai_cdev_exit() - take it away; nobody has it open
 */
void shinrai_cdev_exit(void)
{
	misc_deregister(&dev);
}
