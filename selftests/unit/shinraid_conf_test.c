// SPDX-License-Identifier: MIT
/* Configuration: defaults, every kind of value, drop-ins, places of errors. */
/* links: userspace/shinraid/conf.c userspace/daemon/url.c userspace/daemon/conf_file.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../userspace/shinraid/conf.h"
#include "../../userspace/daemon/url.h"
#include "conf_folder.h"

static void test_defaults(void **state)
{
	struct conf c;
	char err[256];

	(void)state;
	put(path, "");
	put(drop_in, "");
	assert_int_equal(conf_load(&c, path, err, sizeof(err)), 0);
	assert_string_equal(c.listen, "0.0.0.0");
	assert_int_equal(c.port, 8417);
	assert_string_equal(c.tcti, "device:/dev/tpmrm0");
	assert_string_equal(c.user, "shinrai");
	assert_string_equal(c.report_url, "");
	assert_string_equal(c.report_name, "");
	assert_string_equal(c.verifier_url, "");
	assert_string_equal(c.verifier_name, "");
	assert_int_equal(c.nclients, 0);
	assert_int_equal(c.pcrs.count, 1);
	assert_int_equal(c.pcrs.bank[0].alg, 0x0b);
	assert_int_equal(c.pcrs.bank[0].mask, 0x77ff);
	assert_int_equal(c.limits.server.connections, 2048);
	assert_int_equal(c.limits.quote_interval_ms, 100);
	conf_free(&c);
}

static void test_values(void **state)
{
	struct conf c;
	char err[256];

	(void)state;
	put(path, "listen = \"::1\"; port = 0; ak_generation = 7;\n"
		  "pcrs = { sha384 = [ 0, 23 ]; sha256 = [ 12 ]; };\n"
		  "allow_clients = [ \"00112233445566778899aabbccddeeff"
		  "00112233445566778899aabbccddeeff\" ];\n"
		  "limits = { write_s = 3; challenges = 9; };\n");
	put(drop_in, "port = 65535; limits = { write_s = 4; };\n");
	assert_int_equal(conf_load(&c, path, err, sizeof(err)), 0);
	assert_string_equal(c.listen, "::1");
	assert_int_equal(c.port, 65535);
	assert_int_equal(c.ak_generation, 7);
	assert_int_equal(c.pcrs.count, 2);
	assert_int_equal(c.pcrs.bank[0].alg, 0x0c);
	assert_int_equal(c.pcrs.bank[0].mask, 0x800001);
	assert_int_equal(c.pcrs.bank[1].mask, 0x1000);
	assert_int_equal(c.nclients, 1);
	assert_int_equal(c.clients[0].key[31], 0xff);
	assert_int_equal(c.limits.server.write_s, 4);
	assert_int_equal(c.limits.challenges, 9);
	assert_int_equal(c.limits.server.idle_s, 20);
	conf_free(&c);
}

static void test_refused(void **state)
{
	static const struct {
		const char *text;
		const char *place; /* in the message */
	} t[] = {
		{ "\nlistn = \"\";", "a.conf:2: unknown key listn" },
		{ "port = -1;", "a.conf:1: port is a number" },
		{ "port = 1L;", "a.conf:1: port is a number" },
		{ "port = true;", "a.conf:1: port is a number" },
		{ "tls_key = [ \"a\" ];", "a.conf:1: tls_key is a text" },
		{ "\nlisten = \"foo\";", "a.conf:2: listen is neither an" },
		{ "listen = \"\";", "a.conf:1: listen is neither an" },
		{ "tcti = \"\";", "a.conf:1: tcti is not empty" },
		{ "tls_ca = \"\";", "a.conf:1: tls_ca is not empty" },
		{ "log_device = \"\";", "a.conf:1: log_device is not" },
		{ "spool = \"x/y\";", "a.conf:1: spool is a path that" },
		{ "spool = \"\";", "a.conf:1: spool is a path that" },
		{ "report_url = \"https://example.org:1/\";",
		  "a.conf:1: report_url is https://ADDRESS:PORT/PATH" },
		{ "verifier_url = \"https://192.0.2.7:1/x\";",
		  "a.conf:1: verifier_url is https://ADDRESS:PORT/" },
		{ "report_name = \"192.0.2.7\";",
		  "a.conf:1: report_name is a DNS name" },
		{ "verifier_name = \"a b\";",
		  "a.conf:1: verifier_name is a DNS name" },
		{ "limits = { connections = 65473; };",
		  "a.conf:1: connections is a number from 1 to 65472" },
		{ "allow_clients = [ \"00112233445566778899AABBCCDDEEFF"
		  "00112233445566778899aabbccddeeff\" ];",
		  "a.conf:1: allow_clients: entry 1" },
		{ "limits = {\n\n idle_s = 0; };", "a.conf:3: idle_s is" },
		{ "pcrs = [ 1 ];", "a.conf:1: pcrs is a group" },
		{ "pcrs = { sha1 = [ 1.5 ]; };", "a.conf:1: pcrs: sha1" },
		{ "allow_clients = [ 1 ];", "a.conf:1: allow_clients: entry" },
		{ "port = 1; port = 2;", "a.conf:1: duplicate setting name" },
		{ "x", "a.conf:1: syntax error" },
	};
	struct conf c;
	char err[256];
	size_t i;

	(void)state;
	put(drop_in, "");
	for (i = 0; i < ARRAY_SIZE(t); i++) {
		put(path, t[i].text);
		assert_int_equal(conf_load(&c, path, err, sizeof(err)),
				 -EINVAL);
		if (!strstr(err, t[i].place))
			fail_msg("%s: %s", t[i].text, err);
		conf_free(&c);
	}
	assert_int_equal(conf_load(&c, "/nowhere", err, sizeof(err)), -EIO);
	conf_free(&c);
}

static void test_url(void **state)
{
	static const struct {
		const char *text;
		const char *host; /* NULL: refused */
		u16 port;
		const char *path;
	} t[] = {
		{ "https://192.0.2.7:8418/v1/reports", "192.0.2.7", 8418,
		  "/v1/reports" },
		{ "https://[2001:db8::1]:1/", "2001:db8::1", 1, "/" },
		{ "https://1.2.3.4:65535/a?b=%20&c", "1.2.3.4", 65535,
		  "/a?b=%20&c" },
		{ "http://1.2.3.4:1/", NULL, 0, NULL },
		{ "https://1.2.3.4/", NULL, 0, NULL },
		{ "https://1.2.3.4:0/", NULL, 0, NULL },
		{ "https://1.2.3.4:65536/", NULL, 0, NULL },
		{ "https://1.2.3.4:00000001/", NULL, 0, NULL },
		{ "https://1.2.3.4:+1/", NULL, 0, NULL },
		{ "https://1.2.3.4:1", NULL, 0, NULL },
		{ "https://1.2.3.4:1x/", NULL, 0, NULL },
		{ "https://1.2.3:1/", NULL, 0, NULL },
		{ "https://2001:db8::1:1/", NULL, 0, NULL },
		{ "https://[1.2.3.4]:1/", NULL, 0, NULL },
		{ "https://[::1:1/", NULL, 0, NULL },
		{ "https://[::1]/", NULL, 0, NULL },
		{ "https://device:1/", NULL, 0, NULL },
		{ "https://a@1.2.3.4:1/", NULL, 0, NULL },
		{ "https://1.2.3.4:1/a b", NULL, 0, NULL },
		{ "https://1.2.3.4:1/a\r\nX: y", NULL, 0, NULL },
		{ "https://1.2.3.4:1/a#b", NULL, 0, NULL },
		{ "https://", NULL, 0, NULL },
	};
	struct url u;
	size_t i;
	int ret;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(t); i++) {
		ret = url_parse(t[i].text, &u);
		if (ret != (t[i].host ? 0 : -EINVAL))
			fail_msg("%s: %d", t[i].text, ret);
		if (ret)
			continue;
		assert_string_equal(u.host, t[i].host);
		assert_string_equal(u.path, t[i].path);
		assert_int_equal(u.port, t[i].port);
		assert_int_equal(u.v6, !!strchr(t[i].host, ':'));
	}
}

static void test_name(void **state)
{
	static const char l63[] = "a23456789a123456789a123456789a123456789a1234"
				  "56789a123456789a123";
	static const struct {
		const char *text;
		bool good;
	} t[] = {
		{ "", true },
		{ "a", true },
		{ "press.example", true },
		{ "Press-1_b.EXAMPLE", true },
		{ "7", true },
		{ "xn--bcher-kva.example", true },
		{ l63, true },
		{ ".", false },
		{ ".example", false },
		{ "press.example.", false },
		{ "press..example", false },
		{ "192.0.2.7", false },
		{ "2001:db8::1", false },
		{ "*.example", false },
		{ "press.example:1", false },
		{ "press example", false },
		{ "b\u00fccher.example", false },
		{ "press.example\n", false },
	};
	char name[256];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(t); i++) {
		if (!url_name_fault(t[i].text) != t[i].good)
			fail_msg("\"%s\"", t[i].text);
	}
	assert_int_equal(strlen(l63), 63);
	snprintf(name, sizeof(name), "%sa", l63);
	assert_non_null(url_name_fault(name));
	/* 3 * 64 + 61 */
	snprintf(name, sizeof(name), "%s.%s.%s.%.61s", l63, l63, l63, l63);
	assert_null(url_name_fault(name));
	snprintf(name, sizeof(name), "%s.%s.%s.%.62s", l63, l63, l63, l63);
	assert_non_null(url_name_fault(name));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults), cmocka_unit_test(test_values),
		cmocka_unit_test(test_refused),	 cmocka_unit_test(test_url),
		cmocka_unit_test(test_name),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
