// SPDX-License-Identifier: MIT
/* setup: have a verifier enrol this device by its TPM, once and again. */
#include <string.h>

#include <shinrai/session.h>

#include "fleet.h"
#include "setup.h"

#define FOLDER "/etc/shinrai/tls"
#define TCTI "device:/dev/tpmrm0"

struct setup {
	struct fleet f;
	const char *name;
	const char *url, *policy, *group, *tls_name, *tcti, *folder, *ek;
	uint64_t generation;
	struct ctl_list ek_cert;
	bool renew;
	/* for renewal: our certificate is what we show */
	char own_name[64];
	char *own_cert, *own_key, *own_url, *own_ca;
	struct setup_tpm t;
	EVP_PKEY *key;
	char *csr;
};

static void setup_free(struct setup *s)
{
	setup_tpm_close(&s->t);
	fleet_free(&s->f);
	EVP_PKEY_free(s->key);
	free(s->csr);
	free(s->own_cert);
	free(s->own_key);
	free(s->own_url);
	free(s->own_ca);
	free(s->ek_cert.v);
}

static json_t *text(const u8 *data, size_t len)
{
	CTL_FREE char *b64 = ctl_alloc(4 * (len + 2) / 3 + 1);

	shinrai_base64url_encode(data, len, b64);
	return json_string(b64);
}

static json_t *request(const struct setup *s)
{
	json_t *certs = json_array();
	size_t i;

	for (i = 0; i < s->t.ncerts; i++)
		json_array_append_new(certs,
				      text(s->t.cert[i], s->t.cert_len[i]));
	return json_pack("{s:s, s:s*, s:s*, s:s*, s:s*, s:o, s:o, s:o, s:s}",
			 "name", s->name, "url", s->url, "policy", s->policy,
			 "group", s->group, "tls_name", s->tls_name, "ek",
			 text(s->t.ek_public, s->t.ek_len), "ek_certificates",
			 certs, "ak", text(s->t.ak_public, s->t.ak_len), "csr",
			 s->csr);
}

static int answer_challenge(struct ctl *ctl, struct setup *s,
			    const json_t *challenge, json_t **answer)
{
	const char *id = json_string_value(json_object_get(challenge, "id"));
	CTL_JSON body = NULL;
	u8 secret[32];
	size_t len;
	int ret;

	if (!id)
		return ctl_error(ctl, "protocol", "is it shinrai-verifier?",
				 "the verifier's challenge cannot be read");
	ret = setup_tpm_activate(ctl, &s->t, challenge, secret, &len);
	if (ret)
		return ret;
	body = json_pack("{s:s, s:o}", "id", id, "secret", text(secret, len));
	explicit_bzero(secret, sizeof(secret));
	if (!body)
		return ctl_error(ctl, "memory", NULL, "out of memory");
	return fleet_ask(ctl, &s->f, "POST", "/v1/enrolments/answer", body,
			 answer);
}

static int enrol(struct ctl *ctl, struct setup *s, json_t **answer)
{
	CTL_JSON challenge = NULL;
	CTL_JSON body = NULL;
	int ret = setup_tpm_open(ctl, &s->t, s->tcti ?: TCTI,
				 (u32)s->generation, s->ek, &s->ek_cert);

	if (!ret && s->renew)
		ret = setup_same_ak(ctl, s->folder, &s->t);
	if (!ret)
		ret = setup_key(ctl, &s->key, &s->csr);
	if (ret)
		return ret;
	body = request(s);
	if (!body)
		return ctl_usage(ctl, "%s: options are UTF-8", ctl->verb->name);
	ret = fleet_ask(ctl, &s->f, "POST", "/v1/enrolments", body, &challenge);
	if (!ret)
		ret = answer_challenge(ctl, s, challenge, answer);
	if (!ret)
		ret = setup_write(ctl, s->folder, s->key, &s->t, *answer,
				  s->f.verifier, s->f.req.ca);
	return ret;
}

static int tell(struct ctl *ctl, const char *name, const char *assurance,
		bool done, const char *until)
{
	if (ctl->json)
		return ctl_json_out(ctl, stdout,
				    json_pack("{s:s, s:b, s:s, s:s}", "name",
					      name, "enrolled", done,
					      "assurance", assurance, "until",
					      until));
	if (done)
		fleet_line("%s: enrolled by its TPM (%s); certificate until "
			   "%s; a shinraid that runs shows it after SIGHUP",
			   name, assurance, until);
	else
		fleet_line("%s: certificate until %s; nothing to renew yet",
			   name, until);
	return ctl_flush_stdout(ctl);
}

/* Return: CTL_GO_ON; 0: nothing is to be done; exit status, told already. */
static int renewal(struct ctl *ctl, struct setup *s)
{
	char until[24];
	int ret = setup_finish(ctl, s->folder);

	if (ret)
		return ret;
	if (!setup_is_due(s->folder, s->own_name, until))
		return tell(ctl, s->own_name, "unchanged", false, until);
	if (!*s->own_name)
		return ctl_error(ctl, "io", "enrol first, without --renew",
				 "there is no certificate in %s", s->folder);
	s->name = s->own_name;
	s->f.req.cert = s->own_cert = setup_file(s->folder, "cert.pem");
	s->f.req.key = s->own_key = setup_file(s->folder, "key.pem");
	s->own_ca = setup_file(s->folder, "verifier-ca.pem");
	if (!s->f.req.ca)
		s->f.req.ca = s->own_ca;
	if (s->f.verifier)
		return CTL_GO_ON;
	ret = setup_verifier(ctl, s->folder, &s->own_url);
	s->f.verifier = s->own_url;
	return ret ? ret : CTL_GO_ON;
}

static int check(struct ctl *ctl, struct setup *s)
{
	s->folder = s->folder ?: FOLDER;
	s->name = ctl->operands.n ? ctl->operands.v[0] : NULL;
	if (s->ek && strcmp(s->ek, "rsa") && strcmp(s->ek, "ecc"))
		return ctl_usage(ctl, "--ek: rsa or ecc, not %s", s->ek);
	if (s->ek_cert.n && !s->ek)
		return ctl_usage(ctl, "--ek-cert: of which key? --ek rsa|ecc");
	if (s->generation > INT_MAX)
		return ctl_usage(ctl, "--ak-generation: too large");
	if (s->renew && s->name)
		return ctl_usage(ctl, "--renew: the name is in the "
				      "certificate");
	if (s->renew)
		return renewal(ctl, s);
	if (!s->name)
		return ctl_usage(ctl, "%s: needs the DEVICE's name",
				 ctl->verb->name);
	return setup_finish(ctl, s->folder) ?: CTL_GO_ON;
}

int cmd_setup(struct ctl *ctl, int argc, char **argv)
{
	struct setup s __attribute__((cleanup(setup_free))) = { 0 };
	struct ctl_opt opts[] = {
		FLEET_OPTIONS(s.f),
		{ "url", CTL_TEXT, &s.url, "URL",
		  "https://ADDRESS:PORT/ of its shinraid, if it can be asked",
		  false },
		{ "policy", CTL_TEXT, &s.policy, "NAME",
		  "what it is held against; admins say that", false },
		{ "group", CTL_TEXT, &s.group, "GROUP",
		  "that it belongs to; admins say that", false },
		{ "tls-name", CTL_TEXT, &s.tls_name, "NAME",
		  "in the certificate of its shinraid, if not ours", false },
		{ "out", CTL_TEXT, &s.folder, "FOLDER",
		  "for keys and certificates; else " FOLDER, false },
		{ "tcti", CTL_TEXT, &s.tcti, "TCTI", "the TPM; else " TCTI,
		  false },
		{ "ak-generation", CTL_NUMBER, &s.generation, "N",
		  "as in shinraid.conf", false },
		{ "ek", CTL_TEXT, &s.ek, "rsa|ecc", "which EK", false },
		{ "ek-cert", CTL_LIST, &s.ek_cert, "FILE...",
		  "its certificate and of CAs, DER; else those in the TPM",
		  false },
		{ "renew", CTL_FLAG, &s.renew, NULL,
		  "only when a third of the time is left", false },
		{ 0 }
	};
	CTL_JSON answer = NULL;
	const json_t *device;
	char name[64], until[24];
	int ret;

	s.t.ek = ESYS_TR_NONE;
	ret = ctl_options(ctl, opts, argc, argv);
	if (ret == CTL_GO_ON)
		ret = check(ctl, &s);
	if (ret == CTL_GO_ON)
		ret = enrol(ctl, &s, &answer);
	if (ret || !answer)
		return ret;
	setup_is_due(s.folder, name, until);
	device = json_object_get(answer, "device");
	return tell(ctl, s.name,
		    json_string_value(json_object_get(device, "assurance")) ?:
			    "none",
		    true, until);
}
