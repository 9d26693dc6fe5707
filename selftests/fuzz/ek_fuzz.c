// SPDX-License-Identifier: MIT
/*
 * Certificates of endorsement keys, and files of CAs; the first byte chooses.
 * Nothing may pass: no certificate is of this key.
 */
#include <stdlib.h>

#include <shinrai/ak_cert.h>

#include "../../userspace/lib/ek_lib.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

/* An EK of template L-2: a point of P-256, SEC 2 2.4.2. */
static const u8 public[] = {
	0x00, 0x23, 0x00, 0x0b, 0x00, 0x03, 0x00, 0xb2, 0x00, 0x00, 0x00, 0x06,
	0x00, 0x80, 0x00, 0x43, 0x00, 0x10, 0x00, 0x03, 0x00, 0x10, 0x00, 0x20,
	0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5,
	0x63, 0xa4, 0x40, 0xf2, 0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0,
	0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96, 0x00, 0x20, 0x4f, 0xe3,
	0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f,
	0x9e, 0x16, 0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6,
	0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5,
};

static void fuzz_cert(const u8 *data, size_t len)
{
	struct shinrai_ek_trust *t = shinrai_ek_trust_new();
	enum shinrai_assurance level;
	struct shinrai_ek ek = { 0 };
	char err[256] = "", name[64];
	size_t used = 0;
	X509 *x = shinrai_ek_cert_parse(data, len, &used);

	/* No CA: nothing may pass. */
	if (x && t && !shinrai_ak_cert_check(t, x, 0, &level, err, sizeof(err)))
		abort();
	shinrai_ek_trust_free(t);
	if (!x)
		return;
	*err = '\0';
	if (!used || used > len)
		abort();
	if (shinrai_ek_cert_profile(x, &ek, err, sizeof(err)) && !*err)
		abort();
	shinrai_ek_maker_level(ek.manufacturer);
	shinrai_ek_name_text(X509_get_subject_name(x), name, sizeof(name));
	GENERAL_NAMES_free(shinrai_ek_cert_names(x));
	X509_free(x);
}

static void fuzz_check(const u8 *data, size_t len, const u8 *cert,
		       size_t cert_len)
{
	struct shinrai_ek_trust *t = shinrai_ek_trust_new();
	const struct shinrai_bytes certs[2] = { { cert, cert_len },
						{ data, len } };
	struct shinrai_public pub;
	const struct shinrai_ek_input in = { certs, 2, &pub, true, 0 };
	struct shinrai_ek ek;
	char err[256];

	if (!t || shinrai_public_parse(public, sizeof(public), &pub))
		abort();
	shinrai_ek_trust_add(t, data, len, SHINRAI_ASSURANCE_HARDWARE);
	shinrai_ek_trust_add(t, data, len, SHINRAI_ASSURANCE_NONE);
	shinrai_ek_check(t, &in, &ek, err, sizeof(err));
	shinrai_ek_trust_free(t);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	size_t at;

	if (len < 2)
		return 0;
	at = data[1] * 8u < len - 2 ? data[1] * 8u : len - 2;
	if (data[0] & 1)
		fuzz_check(data + 2, at, data + 2 + at, len - 2 - at);
	else
		fuzz_cert(data + 1, len - 1);
	return 0;
}
