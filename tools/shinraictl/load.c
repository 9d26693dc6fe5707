// SPDX-License-Identifier: MIT
/* Signed files to the kernel, and what its answers mean. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "kernel/pure.h"
#include "load.h"
#include "logread.h"

#define BOTH 0 /* kinds */

/* include/uapi/shinrai.h has the list. */
static const struct {
	int err;
	u32 kind; /* BOTH, or of this kind only */
	struct load_why why;
} answers[] = {
	{ ENOKEY,
	  BOTH,
	  { "no-anchor", "the module was loaded without an anchor",
	    "insmod shinrai.ko anchor=/etc/shinrai/admin.der" } },
	{ EBUSY, BOTH, { "not-armed", "not armed yet", "shinraictl arm" } },
	{ EIO,
	  BOTH,
	  { "degraded", "the state is degraded",
	    "reboot; see shinraictl status" } },
	{ ETIMEDOUT,
	  BOTH,
	  { "degraded", "the TPM did not answer, the state is degraded now",
	    "reboot; see shinraictl status" } },
	{ ENOSPC,
	  BOTH,
	  { "log-full", "the log is full",
	    "let shinraid spool it, or raise log_max" } },
	{ EKEYREJECTED,
	  SHINRAI_LOAD_ADMISSION,
	  { "signature", "the anchor's key did not sign it, or not so",
	    "shinraictl owner admit signs as the kernel wants it" } },
	{ EKEYREJECTED,
	  SHINRAI_LOAD_POLICY,
	  { "signature", "its owner's key did not sign it, or not so",
	    "shinraictl policy sign signs as the kernel wants it" } },
	{ EBADMSG,
	  BOTH,
	  { "format", "malformed, although it is signed", NULL } },
	{ EPROTONOSUPPORT,
	  BOTH,
	  { "abi", "of a version that the module does not know",
	    "install matching versions" } },
	{ E2BIG, BOTH, { "size", "beyond a limit of the kernel", NULL } },
	{ ESTALE,
	  SHINRAI_LOAD_ADMISSION,
	  { "generation", "not newer than the last admission or revocation",
	    "shinraictl owner list; sign it again" } },
	{ ESTALE,
	  SHINRAI_LOAD_POLICY,
	  { "generation", "not newer than this owner's last policy",
	    "raise its generation, sign it again" } },
	{ ENOENT,
	  BOTH,
	  { "no-owner", "its owner was never admitted",
	    "shinraictl owner admit" } },
	{ EKEYREVOKED,
	  BOTH,
	  { "revoked", "its owner is revoked", "shinraictl owner list" } },
	{ EACCES,
	  BOTH,
	  { "namespace", "its owner was admitted for another namespace",
	    "shinraictl owner list" } },
	{ EEXIST,
	  BOTH,
	  { "exists", "the key or the namespace is admitted already",
	    "shinraictl owner list" } },
	{ EILSEQ,
	  BOTH,
	  { "certificate", "its certificate is none, or not the owner's",
	    NULL } },
	{ ENOPKG,
	  BOTH,
	  { "key", "the owner's key is one that the kernel cannot use",
	    "RSA of 2048, 3072 or 4096 bits" } },
	{ EUSERS,
	  BOTH,
	  { "owners", "too many owners were admitted in this boot", NULL } },
	{ EPERM, BOTH, { "permission", "not permitted", "are you root?" } },
};

static int because(struct load_why *why, const char *code, const char *text)
{
	*why = (struct load_why){ code, text, NULL };
	return EXIT_ERROR;
}

static int answered(struct load_why *why, u32 kind, int err)
{
	size_t i;

	for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		if (answers[i].err != err)
			continue;
		if (answers[i].kind && answers[i].kind != kind)
			continue;
		*why = answers[i].why;
		return EXIT_ERROR;
	}
	return because(why, "device", strerror(err));
}

/* Return: a descriptor of the device; -1, told. */
int load_open(struct ctl *ctl, bool writing)
{
	int fd =
		open(SHINRAI_DEVICE, (writing ? O_RDWR : O_RDONLY) | O_CLOEXEC);

	if (fd < 0)
		logread_device_error(ctl, "open", errno);
	return fd;
}

static int parse_admission(struct load_item *item)
{
	struct shinrai_admission a;

	if (shinrai_admission_parse(item->data.data, item->data.len, &a))
		return -EBADMSG;
	item->generation = a.generation;
	memcpy(item->name, a.name, sizeof(item->name));
	return 0;
}

static int parse_policy(struct load_item *item)
{
	struct shinrai_policy p;
	int ret = shinrai_policy_check(&p, item->data.data, item->data.len);

	if (ret)
		return ret;
	item->generation = p.head->generation;
	memcpy(item->name, p.head->name, sizeof(item->name));
	return 0;
}

static int read_both(struct load_item *item, const char *signature,
		     size_t limit, struct load_why *why)
{
	CTL_FREE char *beside = NULL;
	int ret = ctl_read_file(item->path, limit, &item->data);

	if (ret)
		return because(why, "io", strerror(-ret));
	if (!signature && asprintf(&beside, "%s.sig", item->path) < 0) {
		beside = NULL;
		return because(why, "memory", strerror(ENOMEM));
	}
	ret = ctl_read_file(signature ?: beside, SHINRAI_MAX_SIGNATURE,
			    &item->signature);
	if (!ret)
		return 0;
	because(why, "signature",
		ret == -ENOENT ? "its signature is not there" :
				 "its signature cannot be read");
	why->hint = "FILE.sig, or what --signature says";
	return EXIT_ERROR;
}

/*
 * @signature: its file; NULL: @path and ".sig"
 * @item: out, for load_free() in either case
 * @why: out, on error, for load_failed()
 * Return: 0; EXIT_ERROR.
 */
int load_read(u32 kind, const char *path, const char *signature,
	      struct load_item *item, struct load_why *why)
{
	const bool policy = kind == SHINRAI_LOAD_POLICY;
	int ret;

	memset(item, 0, sizeof(*item));
	item->kind = kind;
	item->path = strdup(path);
	if (!item->path)
		return because(why, "memory", strerror(ENOMEM));
	ret = read_both(item, signature,
			policy ? SHINRAI_POLICY_MAX :
				 sizeof(struct shinrai_admission) +
					 SHINRAI_MAX_CERTIFICATE,
			why);
	if (ret)
		return ret;
	ret = policy ? parse_policy(item) : parse_admission(item);
	if (ret)
		return because(why, "format",
			       policy ? "it is not a compiled policy" :
					"it is not an admission");
	return 0;
}

/* @why: out, on error, for load_failed().  Return: 0; EXIT_ERROR. */
int load_send(int fd, const struct load_item *item, struct load_why *why)
{
	const struct shinrai_load req = {
		.data = (uintptr_t)item->data.data,
		.signature = (uintptr_t)item->signature.data,
		.data_len = (u32)item->data.len,
		.signature_len = (u32)item->signature.len,
		.kind = item->kind,
	};

	if (!ioctl(fd, SHINRAI_IOC_LOAD, &req))
		return 0;
	return answered(why, item->kind, errno);
}

/* Return: EXIT_ERROR, told. */
int load_failed(struct ctl *ctl, const char *path, const struct load_why *why)
{
	return ctl_error(ctl, why->code, why->hint, "cannot load %s: %s", path,
			 why->text);
}

/* Safe on what was only zeroed. */
void load_free(struct load_item *item)
{
	free(item->path);
	ctl_buf_free(&item->data);
	ctl_buf_free(&item->signature);
}

static const char *what(const struct load_item *item)
{
	struct shinrai_admission a;

	if (item->kind == SHINRAI_LOAD_POLICY)
		return "policy";
	memcpy(&a, item->data.data, sizeof(a));
	return a.operation == SHINRAI_OWNER_ADMIT ? "admission" : "revocation";
}

/* What is in force now.  Return: a new reference. */
json_t *load_json(const struct load_item *item)
{
	CTL_FREE char *path = ctl_escape(item->path, strlen(item->path), false);

	return json_pack("{s:s, s:s, s:s, s:I}", "file", path, "kind",
			 what(item), "namespace", item->name, "generation",
			 (json_int_t)item->generation);
}

/* The same as a line. */
void load_print(const struct load_item *item)
{
	printf("%s: %s, generation %llu\n", item->name, what(item),
	       (unsigned long long)item->generation);
}

/*
 * @out: out, for load_owners_free()
 * Return: 0; EXIT_ERROR, told.
 */
int load_owners(struct ctl *ctl, int fd, struct load_owners *out)
{
	struct shinrai_owners req = { .count = SHINRAI_MAX_OWNERS };

	out->v = ctl_alloc(SHINRAI_MAX_OWNERS * sizeof(*out->v));
	req.list = (uintptr_t)out->v;
	if (ioctl(fd, SHINRAI_IOC_OWNERS, &req))
		return logread_device_error(ctl, "ask", errno);
	out->n = req.count < SHINRAI_MAX_OWNERS ? req.count :
						  SHINRAI_MAX_OWNERS;
	return 0;
}

/* Safe on what was only zeroed. */
void load_owners_free(struct load_owners *o)
{
	free(o->v);
}
