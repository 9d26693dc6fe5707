// SPDX-License-Identifier: MIT
/* The saved session: its text, and signatures with each kind of key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <shinrai/evidence.h>
#include <shinrai/session.h>

static void test_session(void **state)
{
	struct shinrai_session s = { .nonce_len = 32, .time = 1700000000 };
	struct shinrai_session back;
	char text[SHINRAI_SESSION_TEXT];
	int n;

	(void)state;
	memset(s.nonce, 0xfb, 32);
	memset(s.peer, 0xee, 32);
	n = shinrai_session_format(&s, text);
	assert_true(n > 0);
	assert_non_null(strstr(text, "2023-11-14T22:13:20Z"));
	assert_int_equal(shinrai_session_parse(text, (size_t)n, &back), 0);
	assert_memory_equal(&s, &back, sizeof(s));
	assert_int_equal(shinrai_session_parse(text, (size_t)n - 1, &back),
			 -EBADMSG);
	s.nonce_len = 15;
	assert_int_equal(shinrai_session_format(&s, text), -EINVAL);
}

/* A certificate is no more than its key here. */
static X509 *certificate(EVP_PKEY *key)
{
	X509 *cert = X509_new();

	assert_non_null(cert);
	assert_int_equal(X509_set_pubkey(cert, key), 1);
	return cert;
}

static void try_key(const char *name, EVP_PKEY *key)
{
	u8 session[] = "{}", attest[] = "quote", *sig;
	X509 *cert = certificate(key), *other;
	struct shinrai_evidence ev = { 0 };
	struct shinrai_item *item = ev.item;
	EVP_PKEY *stranger = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	size_t len;

	item[SHINRAI_ITEM_SESSION] = (struct shinrai_item){ session, 2 };
	item[SHINRAI_ITEM_ATTEST] = (struct shinrai_item){ attest, 5 };
	if (shinrai_session_sign(&ev, key, &sig, &len))
		fail_msg("%s does not sign", name);
	item[SHINRAI_ITEM_SESSION_SIGNATURE] =
		(struct shinrai_item){ sig, len };
	if (shinrai_session_verify(&ev, cert))
		fail_msg("%s does not verify", name);
	session[0] ^= 1;
	assert_int_equal(shinrai_session_verify(&ev, cert), -EKEYREJECTED);
	session[0] ^= 1;
	attest[0] ^= 1;
	assert_int_equal(shinrai_session_verify(&ev, cert), -EKEYREJECTED);
	attest[0] ^= 1;
	/* The border between the two is signed, too. */
	item[SHINRAI_ITEM_SESSION].len = 1;
	assert_int_equal(shinrai_session_verify(&ev, cert), -EKEYREJECTED);
	item[SHINRAI_ITEM_SESSION].len = 2;
	item[SHINRAI_ITEM_SESSION_SIGNATURE].len = 0;
	assert_int_equal(shinrai_session_verify(&ev, cert), -EKEYREJECTED);
	item[SHINRAI_ITEM_SESSION_SIGNATURE].len = len;
	other = certificate(stranger);
	assert_int_equal(shinrai_session_verify(&ev, other), -EKEYREJECTED);
	assert_int_equal(shinrai_session_verify(&ev, cert), 0);
	X509_free(other);
	X509_free(cert);
	EVP_PKEY_free(stranger);
	free(sig);
}

static void test_signatures(void **state)
{
	static const struct {
		const char *type, *group;
	} table[] = {
		{ "EC", "P-256" },   { "EC", "P-384" }, { "RSA", NULL },
		{ "ED25519", NULL }, { "ED448", NULL },
	};
	EVP_PKEY *key;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		if (table[i].group)
			key = EVP_PKEY_Q_keygen(NULL, NULL, table[i].type,
						table[i].group);
		else
			key = EVP_PKEY_Q_keygen(NULL, NULL, table[i].type,
						(size_t)2048);
		assert_non_null(key);
		try_key(table[i].type, key);
		EVP_PKEY_free(key);
	}
}

/* A key that cannot sign is refused, not used. */
static void test_no_signer(void **state)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
	struct shinrai_evidence ev = { 0 };
	X509 *cert = certificate(key), *none = X509_new();
	size_t len;
	u8 *sig;

	(void)state;
	assert_int_equal(shinrai_session_sign(&ev, key, &sig, &len), -ENOTSUP);
	assert_null(sig);
	assert_int_equal(shinrai_session_verify(&ev, cert), -EKEYREJECTED);
	assert_int_equal(shinrai_session_verify(&ev, none), -EKEYREJECTED);
	X509_free(none);
	X509_free(cert);
	EVP_PKEY_free(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_session),
		cmocka_unit_test(test_signatures),
		cmocka_unit_test(test_no_signer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
