/* SPDX-License-Identifier: MIT */
/* What the policy verbs share: a policy from text or blob, and accesses. */
#ifndef SHINRAICTL_POLICY_H
#define SHINRAICTL_POLICY_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <shinrai/policy_text.h>

#include "ctl.h"

struct policy_file {
	struct ctl *ctl;
	const char *path;
	struct ctl_buf file; /* as it was read */
	bool text; /* it was compiled */
	u8 *compiled;
	const u8 *blob;
	size_t len;
	struct shinrai_policy p;
	char *name; /* its namespace, escaped */
	struct shinrai_policy_notes notes;
};

#define CTL_POLICY __attribute__((cleanup(policy_free))) struct policy_file

/* policy_file.c */
int policy_read(struct policy_file *f, struct ctl *ctl, const char *path,
		const u8 *owner);
int policy_take_blob(struct policy_file *f, struct ctl *ctl, const char *name);
void policy_free(struct policy_file *f);
json_t *policy_summary_json(const struct policy_file *f);
json_t *policy_text_json(const char *text);

/* policy_notes.c */
void policy_print_notes(const struct policy_file *f);
json_t *policy_notes_json(const struct policy_file *f);
int policy_refused(struct policy_file *f);

/* policy_cert.c */
struct policy_signer {
	const char *cert; /* paths */
	const char *key;
};

X509 *policy_read_cert(struct ctl *ctl, const char *path);
int policy_signature(struct ctl *ctl, const struct policy_signer *s,
		     const void *data, size_t len, u8 **sig, size_t *sig_len);
int policy_owner_option(struct ctl *ctl, const char *value,
			u8 owner[SHINRAI_DIGEST_SIZE]);

/* cmd_policy_compile.c */
int policy_write(struct ctl *ctl, const char *path, const void *data,
		 size_t len);

/* cmd_policy_show.c */
int policy_show(struct ctl *ctl, const struct policy_file *f);
json_t *policy_items_json(const struct shinrai_policy_list *list);
const char *policy_item_name(u8 kind);

/* policy_access.c: an access, as the command line describes it. */
struct policy_access {
	struct ctl *ctl;
	const char *labels, *action, *program, *to, *media, *filesystem, *local,
		*family;
	const char *cgroup, *at;
	uint64_t user, bytes;
	struct shinrai_access a;
	u8 sha256[SHINRAI_DIGEST_SIZE];
};

int policy_access_parse(struct policy_access *x, struct ctl *ctl);
void policy_access_print(FILE *f, const struct shinrai_access *a);
int policy_labels(struct ctl *ctl, const struct shinrai_policy *p,
		  const char *names, u64 *labels);

#endif
