// SPDX-License-Identifier: MIT
/*
 * JWS by ES256: what the openssl command signed is taken, what it should not have
 * signed is refused.  The key is for this test alone.
 */
#include "testdata.h"

#include <stdio.h>

#include <shinrai/jws.h>

#define X "Cb4ZMFb1aJnbsdpvPauuSNiHWlTwz_vexfrIrP4pljI"
#define Y "sQbUO5NTiCO2Rfk6hrqQLzX3hkZSvH5vcmIq9fZhIgc"
#define KID "yT9iW0Hwa4FZ0V4sqQI5QPV0jaHQ62Eg4e843MUbrA8"

static const char pem[] =
	"-----BEGIN EC PRIVATE KEY-----\n"
	"MHcCAQEEII12jedEwq48EENJ7WjyUV55ShSxrErwMJlWlAyigNIqoAoGCCqGSM49\n"
	"AwEHoUQDQgAECb4ZMFb1aJnbsdpvPauuSNiHWlTwz/vexfrIrP4pljKxBtQ7k1OI\n"
	"I7ZF+TqGupAvNfeGRlK8fm9yYir19mEiBw==\n"
	"-----END EC PRIVATE KEY-----\n";
static json_t *keys;

static int setup(void **state)
{
	(void)state;
	keys = json_pack("{s:[{s:s, s:s}, {s:s, s:s, s:s, s:s, s:s}]}", "keys",
			 "kty", "RSA", "kid", "x", "kty", "EC", "crv", "P-256",
			 "kid", KID, "x", X, "y", Y);
	return !keys;
}

static int teardown(void **state)
{
	(void)state;
	json_decref(keys);
	return 0;
}

/* Made by: openssl dgst -sha256 -sign, its DER taken apart by Python. */
static const struct {
	const char *jws;
	int ret;
	const char *why;
} table[] = {
	{ "eyJhbGciOiJFUzI1NiIsImtpZCI6InlUOWlXMEh3YTRGWjBWNHNxUUk1UVBW"
	  "MGphSFE2MkVnNGU4NDNNVWJyQTgiLCJ0eXAiOiJ0ZXN0K2p3dCJ9.eyJzaXp"
	  "lIjo3fQ.Mc2k0uO1Io1zXXARVzzU8P7RaP0wWErCT7aPijn4VNTJkDDs71xR"
	  "v7_GJ2kAmDcHW2sV3LpDj1USF3NposO2dg",
	  0, "made by the openssl command" },
	{ "eyJhbGciOiJFUzI1NiIsImtpZCI6InlUOWlXMEh3YTRGWjBWNHNxUUk1UVBW"
	  "MGphSFE2MkVnNGU4NDNNVWJyQTgiLCJ0eXAiOiJKV1QifQ.eyJzaXplIjo3f"
	  "Q.gDRUlAcd4CivunW-HcC60d3uDyFzSOYXSkC4wMo8ObWZivwupeG1APongZ"
	  "UZz-Ds8-RsN8XrOG5FeC9yfyoVtQ",
	  -EBADMSG, "signed as something else" },
	{ "eyJhbGciOiJub25lIiwia2lkIjoieVQ5aVcwSHdhNEZaMFY0c3FRSTVRUFYw"
	  "amFIUTYyRWc0ZTg0M01VYnJBOCIsInR5cCI6InRlc3Qrand0In0.eyJzaXpl"
	  "Ijo3fQ.Q9hKy0_Y4_0OaA76Mss2B_6f72JO_Xa01AxB3NCZdUDz1p-m0rgDR"
	  "uE9hNvdGxnF_a2cIeEKTyL41JiPUlSC-Q",
	  -EBADMSG, "another algorithm" },
	{ "eyJhbGciOiJIUzI1NiIsImtpZCI6InlUOWlXMEh3YTRGWjBWNHNxUUk1UVBW"
	  "MGphSFE2MkVnNGU4NDNNVWJyQTgiLCJ0eXAiOiJ0ZXN0K2p3dCJ9.eyJzaXp"
	  "lIjo3fQ.cVC8aF9EaBlczN1Vizo4xb20SmP0FOt4rjF-fz14oDQrbUvIbOzE"
	  "VGq2KZabtjNPFdoSISsZ3aHFzE9LSSQ2NA",
	  -EBADMSG, "one with the public key as secret" },
	{ "eyJhbGciOiJFUzI1NiIsInR5cCI6InRlc3Qrand0In0.eyJzaXplIjo3fQ.f"
	  "ZiFoJYjSGhpxElJGseqD9LjYyV0BSyk2ezxp0NlbtSaTUY4o4fTaD5kndWpU"
	  "CSfXxubMUpy4QvUznG-7knkOw",
	  -ENOENT, "no key named" },
	{ "eyJhbGciOiJFUzI1NiIsImtpZCI6InlUOWlXMEh3YTRGWjBWNHNxUUk1UVBW"
	  "MGphSFE2MkVnNGU4NDNNVWJyQUEiLCJ0eXAiOiJ0ZXN0K2p3dCJ9.eyJzaXp"
	  "lIjo3fQ.rhzu8FnXVZNJRggAIxkGtRZvUjwZaUQci7lNGrehR-bJXdIavpiS"
	  "kUULNQCZfqwBV5YLqRZThof-4KXR_WVmRQ",
	  -ENOENT, "a key that is not known" },
	{ "eyJhbGciOiJFUzI1NiIsImtpZCI6InlUOWlXMEh3YTRGWjBWNHNxUUk1UVBW"
	  "MGphSFE2MkVnNGU4NDNNVWJyQTgiLCJ0eXAiOiJ0ZXN0K2p3dCIsImNyaXQi"
	  "OlsiZXhwIl19.eyJzaXplIjo3fQ.-WY4Yx-jmYaFN50C-dIe0oWXM7NGuJnt"
	  "236j1wWDhBqWe5wdo0UDd0Iy_3Say165eRBmqc4MvK3edZF8UzgUcg",
	  -EBADMSG, "what must be understood is not" },
	{ "eyJhbGciOiJFUzI1NiIsImFsZyI6IkVTMjU2Iiwia2lkIjoieVQ5aVcwSHdh"
	  "NEZaMFY0c3FRSTVRUFYwamFIUTYyRWc0ZTg0M01VYnJBOCIsInR5cCI6InRl"
	  "c3Qrand0In0.eyJzaXplIjo3fQ.9_Ip8YIEwRuaCr3vlj6EsNF6hpTQm7frI"
	  "R5YPN3fYtfDpVr99yUlIgTKRzM54pwgY68YIn0PVXGHC5XCVRalFQ",
	  -EBADMSG, "a member twice" },
	{ "eyJhbGciOiJFUzI1NiIsImtpZCI6InlUOWlXMEh3YTRGWjBWNHNxUUk1UVBW"
	  "MGphSFE2MkVnNGU4NDNNVWJyQTgiLCJ0eXAiOiJ0ZXN0K2p3dCJ9.Wzdd.Yk"
	  "Bx6k4Djdpjiyus29-1UNtZR55qCCo-eRqmAu2aUHtjtLeCCK9CqqkW9aba4A"
	  "soUiPHfhOug_o5oRLIRApFPA",
	  -EBADMSG, "signed, but no object" },
	{ "eyJhbGciOiJFUzI1NiIsImtpZCI6InlUOWlXMEh3YTRGWjBWNHNxUUk1UVBW"
	  "MGphSFE2MkVnNGU4NDNNVWJyQTgiLCJ0eXAiOiJ0ZXN0K2p3dCJ9.eyJzaXp"
	  "lIjo3LCJzaXplIjo4fQ.laC_Ed9wvxgNC_2uJcvbvk_4MeY9ukGOqqo2nhXk"
	  "Z_OdJZv8zOe-Dtd_4_H5_O8giSU_Yc7DgZDS58UsmkxFZg",
	  -EBADMSG, "signed, but ambiguous" },
	{ "", -EBADMSG, "nothing" },
	{ "e30.e30", -EBADMSG, "two parts" },
	{ "e30.e30.e30.e30", -EBADMSG, "four parts" },
	{ "e30.e30.e30=", -EBADMSG, "not base64url" },
	{ "e.e.e", -EBADMSG, "not base64url of anything" },
	{ "..", -EBADMSG, "empty parts" },
};

static void test_check(void **state)
{
	json_t *j;
	size_t i;
	int ret;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		ret = shinrai_jws_check(table[i].jws, keys, "test+jwt", &j);
		if (ret != table[i].ret)
			fail_msg("%s: %d, not %d", table[i].why, ret,
				 table[i].ret);
		if (!ret) {
			assert_int_equal(testdata_uint(j, "size"), 7);
			json_decref(j);
		}
	}
}

/* Every bit counts. */
static void test_changed(void **state)
{
	char *text = strdup(table[0].jws);
	size_t i, len = strlen(text);
	json_t *j;

	(void)state;
	/* The last letter has bits that nothing is in. */
	for (i = 0; i < len - 1; i++) {
		text[i] ^= text[i] == '.' || text[i] == 'A' ? 2 : 1;
		if (!shinrai_jws_check(text, keys, "test+jwt", &j))
			fail_msg("taken with letter %zu changed", i);
		text[i] = table[0].jws[i];
	}
	free(text);
}

static void test_sign(void **state)
{
	json_t *payload = json_pack("{s:i}", "size", 9), *jwk, *set, *j;
	char kid[SHINRAI_KID_SIZE], *jws;
	EVP_PKEY *key;

	(void)state;
	assert_int_equal(shinrai_jws_key("", 0, &key), -EBADMSG);
	assert_int_equal(shinrai_jws_key(pem, strlen(pem), &key), 0);
	assert_int_equal(shinrai_jws_kid(key, kid), 0);
	assert_string_equal(kid, KID);
	jwk = shinrai_jws_public(key);
	assert_string_equal(json_string_value(json_object_get(jwk, "x")), X);
	assert_string_equal(json_string_value(json_object_get(jwk, "y")), Y);
	assert_null(json_object_get(jwk, "d"));
	set = json_pack("{s:[o]}", "keys", jwk);
	assert_int_equal(shinrai_jws_sign(key, "test+jwt", payload, &jws), 0);
	assert_int_equal(shinrai_jws_check(jws, set, "test+jwt", &j), 0);
	assert_true(json_equal(payload, j));
	json_decref(j);
	assert_int_equal(shinrai_jws_check(jws, set, "JWT", &j), -EBADMSG);
	json_decref(set);
	json_decref(payload);
	free(jws);
	EVP_PKEY_free(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_changed),
		cmocka_unit_test(test_sign),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
