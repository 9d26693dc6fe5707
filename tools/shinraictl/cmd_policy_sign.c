// SPDX-License-Identifier: MIT
/* policy sign: a detached signature over a blob that the kernel can verify. */
#include <string.h>

#include "policy.h"

static int check_owner(struct ctl *ctl, const struct policy_file *f,
		       const char *cert)
{
	char is[2 * SHINRAI_DIGEST_SIZE + 1], wants[sizeof(is)];
	u8 owner[SHINRAI_DIGEST_SIZE];
	int ret = policy_owner_option(ctl, cert, owner);

	if (ret)
		return ret;
	if (!memcmp(owner, f->p.head->owner, sizeof(owner)))
		return 0;
	shinrai_hex_encode(owner, sizeof(owner), is);
	shinrai_hex_encode(f->p.head->owner, sizeof(owner), wants);
	return ctl_error(ctl, "owner",
			 "compile it with --owner and this certificate",
			 "%s is the policy of %s, but %s is of %s", f->path,
			 wants, cert, is);
}

static int run(struct ctl *ctl, const struct policy_signer *s,
	       struct policy_file *f, const char *out)
{
	int ret = policy_read(f, ctl, ctl->operands.v[0], NULL);
	CTL_FREE u8 *sig = NULL;
	size_t len;

	if (ret)
		return ret;
	if (f->text)
		return ctl_error(ctl, "format",
				 "compile it first: shinraictl policy compile",
				 "%s: a text, which the kernel cannot read",
				 f->path);
	ret = check_owner(ctl, f, s->cert);
	if (!ret)
		ret = policy_signature(ctl, s, f->blob, f->len, &sig, &len);
	return ret ? ret : policy_write(ctl, out, sig, len);
}

int cmd_policy_sign(struct ctl *ctl, int argc, char **argv)
{
	struct policy_signer s = { 0 };
	const char *out = NULL;
	struct ctl_opt opts[] = {
		{ "cert", CTL_TEXT, &s.cert, "FILE", "the owner's certificate",
		  0 },
		{ "key", CTL_TEXT, &s.key, "FILE",
		  "its private key, RSA of 2048 bits or more", 0 },
		{ "out", CTL_TEXT, &out, "FILE", "where the signature goes",
		  0 },
		{ 0 },
	};
	CTL_POLICY f = { 0 };
	json_t *v;
	int ret = ctl_options(ctl, opts, argc, argv);

	if (ret != CTL_GO_ON)
		return ret;
	if (!ctl->operands.n)
		return ctl_usage(ctl, "policy sign: which BLOB?");
	if (!s.cert || !s.key || !out)
		return ctl_usage(ctl, "policy sign: --cert, --key and --out"
				      " are needed");
	ret = run(ctl, &s, &f, out);
	if (ret || !ctl->json || !strcmp(out, "-"))
		return ret ? ret : ctl_flush_stdout(ctl);
	v = policy_summary_json(&f);
	json_object_set_new(v, "signature", policy_text_json(out));
	return ctl_json_out(ctl, stdout, v);
}
