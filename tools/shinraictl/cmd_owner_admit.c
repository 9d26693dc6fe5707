// SPDX-License-Identifier: MIT
/* owner admit, owner revoke: what the administrator signs. */
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <shinrai/cms.h>

#include "kernel/pure.h"
#include "load.h"
#include "policy.h"

struct order {
	struct ctl *ctl;
	const char *cert; /* the owner's; NULL: no need of one */
	const char *name;
	const char *out; /* files' names begin so; NULL: load it */
	struct policy_signer admin;
	uint64_t generation; /* 0: what is newer than all */
	u32 operation;
	int fd; /* of the device; -1: not opened */
	struct load_owners known;
	u8 owner[SHINRAI_DIGEST_SIZE];
};

/* Not twice the same, however fast administrators are. */
static u64 newer(const struct order *o)
{
	struct timespec now;
	u64 generation;
	u32 i;

	clock_gettime(CLOCK_REALTIME, &now);
	generation = (u64)now.tv_sec * 1000 + (u64)now.tv_nsec / 1000000;
	for (i = 0; i < o->known.n; i++) {
		if (o->known.v[i].admitted >= generation)
			generation = o->known.v[i].admitted + 1;
	}
	return generation;
}

/* The device tells who is there, and is where the order goes. */
static int ask_device(struct order *o)
{
	o->fd = load_open(o->ctl, !o->out);
	if (o->fd < 0)
		return EXIT_ERROR;
	return load_owners(o->ctl, o->fd, &o->known);
}

static int set_name(const struct order *o, struct shinrai_admission *a)
{
	const size_t len = strlen(o->name);

	if (len < sizeof(a->name))
		memcpy(a->name, o->name, len);
	if (shinrai_namespace_valid(a->name))
		return 0;
	return ctl_usage(o->ctl,
			 "namespace '%s': 1 to 63 of a-z, 0-9, '.', '_', '-'",
			 o->name);
}

static int unusable(const struct order *o)
{
	return ctl_error(
		o->ctl, "key",
		"the kernel verifies RSA of 2048, 3072 or 4096 bits",
		"%s: the owner's key is one that the kernel cannot use",
		o->cert);
}

/* Appends the certificate, and takes the owner from it. */
static int add_cert(struct order *o, struct ctl_buf *data, bool whole)
{
	X509 *cert = policy_read_cert(o->ctl, o->cert);
	EVP_PKEY *key;
	u8 *der = NULL;
	int ret, len;

	if (!cert)
		return EXIT_ERROR;
	key = X509_get0_pubkey(cert);
	ret = key ? shinrai_cms_usable(key) : -ENOTSUP;
	if (!ret)
		ret = shinrai_cms_owner(cert, o->owner);
	len = ret || !whole ? 0 : i2d_X509(cert, &der);
	X509_free(cert);
	if (ret)
		return unusable(o);
	if (len < 0 || len > SHINRAI_MAX_CERTIFICATE)
		ret = ctl_error(o->ctl, "size", NULL,
				"%s: a certificate of at most %d bytes is"
				" wanted",
				o->cert, SHINRAI_MAX_CERTIFICATE);
	else if (ctl_buf_add(data, der, (size_t)len))
		ret = ctl_error(o->ctl, "memory", NULL, "out of memory");
	OPENSSL_free(der);
	return ret;
}

/* @data: out, struct shinrai_admission and the certificate. */
static int make(struct order *o, struct ctl_buf *data)
{
	struct shinrai_admission a = {
		.magic = SHINRAI_ADMISSION_MAGIC,
		.version = 1,
		.operation = o->operation,
	};
	int ret = set_name(o, &a);

	if (!ret && ctl_buf_add(data, &a, sizeof(a)))
		ret = ctl_error(o->ctl, "memory", NULL, "out of memory");
	if (!ret && o->cert)
		ret = add_cert(o, data, o->operation == SHINRAI_OWNER_ADMIT);
	if (ret)
		return ret;
	a.generation = o->generation ?: newer(o);
	memcpy(a.owner, o->owner, sizeof(a.owner));
	a.cert_len = (u32)(data->len - sizeof(a));
	memcpy(data->data, &a, sizeof(a));
	return 0;
}

static int tell(const struct order *o, const struct load_item *item)
{
	char hex[2 * SHINRAI_DIGEST_SIZE + 1];

	shinrai_hex_encode(o->owner, sizeof(o->owner), hex);
	if (o->ctl->json)
		return ctl_json_out(
			o->ctl, stdout,
			json_pack("{s:s, s:s, s:s, s:I, s:b}", "operation",
				  o->operation == SHINRAI_OWNER_ADMIT ?
					  "admit" :
					  "revoke",
				  "namespace", o->name, "owner", hex,
				  "generation", (json_int_t)item->generation,
				  "loaded", !o->out));
	load_print(item);
	printf("owner %s\n", hex);
	return ctl_flush_stdout(o->ctl);
}

static int write_files(const struct order *o, const struct load_item *item)
{
	CTL_FREE char *path = NULL;
	CTL_FREE char *sig = NULL;
	int ret;

	if (asprintf(&path, "%s.admission", o->out) < 0 ||
	    asprintf(&sig, "%s.sig", path) < 0)
		return ctl_error(o->ctl, "memory", NULL, "out of memory");
	ret = policy_write(o->ctl, path, item->data.data, item->data.len);
	if (!ret)
		ret = policy_write(o->ctl, sig, item->signature.data,
				   item->signature.len);
	return ret;
}

static int carry_out(struct order *o)
{
	CTL_LOAD item = { .kind = SHINRAI_LOAD_ADMISSION };
	struct shinrai_admission a;
	struct load_why why;
	int ret = make(o, &item.data);

	if (!ret)
		ret = policy_signature(o->ctl, &o->admin, item.data.data,
				       item.data.len, &item.signature.data,
				       &item.signature.len);
	if (ret)
		return ret;
	memcpy(&a, item.data.data, sizeof(a));
	item.generation = a.generation;
	memcpy(item.name, a.name, sizeof(item.name));
	if (o->out)
		ret = write_files(o, &item);
	else if (load_send(o->fd, &item, &why))
		ret = load_failed(o->ctl, o->name, &why);
	return ret ? ret : tell(o, &item);
}

static int finish(struct order *o, int ret)
{
	load_owners_free(&o->known);
	if (o->fd >= 0)
		close(o->fd);
	return ret;
}

/* Return: CTL_GO_ON, or the exit status. */
static int options(struct order *o, int argc, char **argv)
{
	struct ctl_opt opts[] = {
		{ "cert", CTL_TEXT, &o->cert, "FILE", "the owner's certificate",
		  0 },
		{ "namespace", CTL_TEXT, &o->name, "NAME",
		  "what his policies are called", 0 },
		{ "admin-cert", CTL_TEXT, &o->admin.cert, "FILE",
		  "the anchor's certificate", 0 },
		{ "admin-key", CTL_TEXT, &o->admin.key, "FILE",
		  "its private key", 0 },
		{ "generation", CTL_NUMBER, &o->generation, "N",
		  "above all before; default: the time in ms", 0 },
		{ "out", CTL_TEXT, &o->out, "PREFIX",
		  "do not load it, write PREFIX.admission{,.sig}", 0 },
		{ 0 },
	};

	return ctl_options(o->ctl, opts, argc, argv);
}

static int need_admin(const struct order *o)
{
	if (o->admin.cert && o->admin.key)
		return 0;
	return ctl_usage(o->ctl, "%s: --admin-cert and --admin-key are needed",
			 o->ctl->verb->name);
}

int cmd_owner_admit(struct ctl *ctl, int argc, char **argv)
{
	struct order o = { .ctl = ctl,
			   .fd = -1,
			   .operation = SHINRAI_OWNER_ADMIT };
	int ret = options(&o, argc, argv);

	if (ret != CTL_GO_ON)
		return ret;
	if (!o.cert || !o.name)
		return ctl_usage(ctl, "owner admit: --cert and --namespace are"
				      " needed");
	ret = need_admin(&o);
	if (!ret && !o.out)
		ret = ask_device(&o);
	return finish(&o, ret ? ret : carry_out(&o));
}

/* @who: a namespace, or the hash of a key; those who are revoked are no more. */
static int look_up(struct order *o, const char *who)
{
	char hex[2 * SHINRAI_DIGEST_SIZE + 1];
	const struct shinrai_owner *v;
	u32 i;
	int ret = ask_device(o);

	for (i = 0; !ret && i < o->known.n; i++) {
		v = &o->known.v[i];
		shinrai_hex_encode(v->owner, sizeof(v->owner), hex);
		if (v->flags & SHINRAI_OWNER_IS_REVOKED ||
		    (strcmp(who, (const char *)v->name) && strcmp(who, hex)))
			continue;
		o->name = (const char *)v->name;
		memcpy(o->owner, v->owner, sizeof(o->owner));
		return 0;
	}
	return ret ? ret :
		     ctl_error(o->ctl, "no-owner", "shinraictl owner list",
			       "nobody is admitted as %s", who);
}

int cmd_owner_revoke(struct ctl *ctl, int argc, char **argv)
{
	struct order o = { .ctl = ctl,
			   .fd = -1,
			   .operation = SHINRAI_OWNER_REVOKE };
	int ret = options(&o, argc, argv);

	if (ret != CTL_GO_ON)
		return ret;
	if (!o.cert != !o.name || !o.cert == !ctl->operands.n)
		return ctl_usage(ctl, "owner revoke: NAMESPACE|OWNER, or --cert"
				      " and --namespace, are needed");
	ret = need_admin(&o);
	if (!ret && ctl->operands.n)
		ret = look_up(&o, ctl->operands.v[0]);
	else if (!ret && !o.out)
		ret = ask_device(&o);
	return finish(&o, ret ? ret : carry_out(&o));
}
