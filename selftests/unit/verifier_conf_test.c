// SPDX-License-Identifier: MIT
/* The verifier's configuration: defaults, lists of groups, places of errors. */
/* links: userspace/verifier/store_url.c userspace/verifier/conf.c userspace/verifier/conf_enrol.c userspace/verifier/conf_groups.c userspace/verifier/conf_roles.c userspace/daemon/conf_file.c userspace/daemon/url.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <shinrai/sealed.h>
#include <stdio.h>

#include "../../userspace/verifier/conf.h"
#include "conf_folder.h"

#define KEY "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define OTHER "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100"

static void test_defaults(void **state)
{
	struct conf c;
	char err[256];

	(void)state;
	put(path, "");
	put(drop_in, "");
	assert_int_equal(conf_load(&c, path, err, sizeof(err)), 0);
	assert_int_equal(c.port, 8418);
	assert_int_equal(c.period_s, 30);
	assert_int_equal(c.missed, 3);
	assert_int_equal(c.npolicies, 0);
	assert_int_equal(c.npeople, 0);
	assert_int_equal(c.limits.idle_s, 30);
	conf_free(&c);
}

static void test_values(void **state)
{
	static const u8 other[32] = { 1 };
	struct conf c;
	char err[256];

	(void)state;
	put(path, "period_s = 7; limits = { write_s = 3; };\n"
		  "policies = ( { name = \"a\"; digests = [ \"/x\", \"/y\" ];"
		  " reference = \"/z\"; reference_keys = [ \"/k\" ];"
		  " reference_signers = [ \"/s\" ];"
		  " require = [ \"" KEY "\" ]; allow_anon_exec = true; } );\n"
		  "people = ( { name = \"ada\"; key = \"" KEY "\";"
		  " role = \"admin\"; } );\n");
	put(drop_in,
	    "policies = ( { name = \"b\"; pcr_code = 15; } );\n"
	    "people = ( { name = \"ada\"; key = \"" OTHER "\"; } );\n");
	assert_int_equal(conf_load(&c, path, err, sizeof(err)), 0);
	assert_int_equal(c.period_s, 7);
	assert_int_equal(c.limits.write_s, 3);
	assert_int_equal(c.limits.idle_s, 30);
	assert_int_equal(c.npolicies, 2);
	assert_string_equal(c.policy[0].reference[1], "/y");
	assert_string_equal(c.policy[0].reference[2], "/z");
	assert_null(c.policy[0].reference[3]);
	assert_string_equal(c.policy[0].reference_keys[0], "/k");
	assert_string_equal(c.policy[0].reference_signers[0], "/s");
	assert_null(c.policy[1].reference_signers[0]);
	assert_null(c.policy[1].reference[0]);
	assert_int_equal(c.policy[0].nrequired, 1);
	assert_int_equal(c.policy[0].require[0][31], 0xff);
	assert_int_equal(c.policy[0].pcr_code, 12);
	assert_true(c.policy[0].allow_anon_exec);
	assert_string_equal(c.policy[1].name, "b");
	assert_int_equal(c.policy[1].pcr_code, 15);
	assert_false(c.policy[1].allow_anon_exec);
	assert_int_equal(conf_person(&c, c.person[0].key)->role, ROLE_ADMIN);
	assert_int_equal(conf_person(&c, c.person[1].key)->role, ROLE_READER);
	assert_null(conf_person(&c, other));
	conf_free(&c);
}

static void test_enrolment(void **state)
{
	struct conf c;
	char err[256];

	(void)state;
	put(path, "enrolment = { ca_cert = \"/a\"; policy = \"p\"; ek = (\n"
		  "{ file = \"/r\"; level = \"firmware\"; },\n"
		  "{ file = \"/i\"; } ); reserved = ( \"hub\" ); };\n");
	put(drop_in, "enrolment = { tls_days = 7; ek = ( { file = \"/x\";"
		     " level = \"hardware\"; } );"
		     " reserved = ( \"*.hub\" ); };\n"
		     "policies = ( { name = \"p\"; } );\n"
		     "people = ( { name = \"eve\"; role = \"enroller\";"
		     " key = \"" KEY "\"; } );\n");
	if (conf_load(&c, path, err, sizeof(err)))
		fail_msg("%s", err);
	assert_string_equal(c.enrol.ca_cert, "/a");
	assert_string_equal(c.enrol.policy.name, "p");
	assert_int_equal(c.enrol.tls_days, 7);
	assert_int_equal(c.enrol.ak_days, 365);
	assert_int_equal(c.enrol.challenge_s, 60);
	assert_false(c.enrol.allow_software);
	assert_int_equal(c.enrol.nreserved, 2);
	assert_string_equal(c.enrol.reserved[0], "hub");
	assert_string_equal(c.enrol.reserved[1], "*.hub");
	assert_int_equal(c.enrol.nek, 3);
	assert_string_equal(c.enrol.ek[0].file, "/r");
	assert_int_equal(c.enrol.ek[0].level, SHINRAI_ASSURANCE_FIRMWARE);
	assert_int_equal(c.enrol.ek[1].level, SHINRAI_ASSURANCE_NONE);
	assert_int_equal(c.enrol.ek[2].level, SHINRAI_ASSURANCE_HARDWARE);
	assert_int_equal(conf_person(&c, c.person[0].key)->role, ROLE_ENROLLER);
	conf_free(&c);
}

static void test_groups(void **state)
{
	struct conf c;
	char err[256];

	(void)state;
	put(path, "groups = ( { name = \"line-4\"; policy = \"b\"; } );\n"
		  "enrolment = { group = \"bench\"; };\n"
		  "people = ( { name = \"eve\"; role = \"enroller\";"
		  " key = \"" KEY "\"; group = \"line-4\"; } );\n");
	/* What one refers to may come later. */
	put(drop_in, "policies = ( { name = \"b\"; } );\n"
		     "groups = ( { name = \"bench\"; } );\n");
	if (conf_load(&c, path, err, sizeof(err)))
		fail_msg("%s", err);
	assert_int_equal(c.ngroups, 2);
	assert_string_equal(c.group[0].name, "bench");
	assert_null(c.group[0].policy.name);
	assert_string_equal(c.group[1].name, "line-4");
	assert_string_equal(c.group[1].policy.name, "b");
	assert_string_equal(c.enrol.group.name, "bench");
	assert_string_equal(c.person[0].group.name, "line-4");
	assert_ptr_equal(conf_group_of(&c, "bench"), &c.group[0]);
	assert_int_equal(conf_group_count(&c), 3);
	assert_int_equal(conf_group_index(&c, "line-4"), 1);
	assert_int_equal(conf_group_index(&c, "default"), 2);
	assert_string_equal(conf_group_name(&c, 2), "default");
	assert_int_equal(conf_group_index(&c, "line-5"), 3);
	assert_null(conf_group_of(&c, "default"));
	assert_true(conf_has_group(&c, "default"));
	assert_false(conf_has_group(&c, "line-5"));
	conf_free(&c);
}

/* Who may read what, by a role that is in a later file. */
static void test_roles(void **state)
{
	static const struct {
		const char *role;
		enum role does;
		u32 may;
	} t[] = {
		{ "auditor", ROLE_READER, 1 << SHINRAI_FIELDS_PATHS },
		{ "operator", ROLE_ADMIN, 0 },
		{ "curious", ROLE_READER, SHINRAI_FIELDS_ALL },
		{ "whole", ROLE_READER, SHINRAI_FIELDS_ALL },
		{ "reader", ROLE_READER, 1 << SHINRAI_FIELDS_USERS },
		{ "admin", ROLE_ADMIN, SHINRAI_FIELDS_ALL },
		{ "enroller", ROLE_ENROLLER, 0 },
	};
	char err[256], text[256];
	struct conf c;
	size_t i;

	(void)state;
	put(drop_in,
	    "roles = ( { name = \"auditor\"; reads = [ \"paths\" ]; },\n"
	    "{ name = \"operator\"; like = \"admin\"; reads = [ ]; },\n"
	    "{ name = \"curious\"; reads = [ \"paths\", \"users\","
	    " \"destinations\", \"digests\", \"labels\" ]; },\n"
	    "{ name = \"whole\"; }, { name = \"reader\";"
	    " reads = [ \"users\" ]; } );\n");
	for (i = 0; i < ARRAY_SIZE(t); i++) {
		snprintf(text, sizeof(text),
			 "people = ( { name = \"a\"; key = \"" KEY "\";"
			 " role = \"%s\"; } );",
			 t[i].role);
		put(path, text);
		assert_int_equal(conf_load(&c, path, err, sizeof(err)), 0);
		assert_int_equal(c.person[0].role, t[i].does);
		if (c.person[0].may != t[i].may)
			fail_msg("%s: %#x", t[i].role, c.person[0].may);
		conf_free(&c);
	}
}

static const struct {
	const char *text;
	const char *place; /* in the message */
} refused[] = {
	{ "\nperiod_s = 0;", "a.conf:2: period_s is a number from 1" },
	{ "database = \"fleet.db\";", "a.conf:1: database is a path" },
	{ "database = \"postgresql://[/x\";", "a.conf:1: database is no URL" },
	{ "database = \"postgresql://a:b@h/x\";",
	  "a.conf:1: database has no password in it" },
	{ "database = \"postgresql://h/x?password=b\";",
	  "a.conf:1: database has no password in it" },
	{ "\npolicy = ();", "a.conf:2: unknown key policy (see shinrai-"
			    "verifier.conf(5))" },
	{ "policies = { };", "a.conf:1: policies is a list" },
	{ "policies = ( 1 );", "a.conf:1: here is a group" },
	{ "policies = (\n{ } );", "a.conf:2: a policy has a name" },
	{ "policies = ( { name = \"A\"; } );", "a.conf:1: name is 1 to 63 of" },
	{ "policies = ( { name = \"a\"; },\n { name = \"a\"; } );",
	  "a.conf:2: policy a is there twice" },
	{ "policies = ( { name = \"a\"; digests = [ \"x\" ]; } );",
	  "a.conf:1: digests: entry 1 is a path" },
	{ "policies = ( { name = \"a\"; digests = 7; } );",
	  "a.conf:1: digests is an array" },
	{ "policies = ( { name = \"a\"; reference = \"x\"; } );",
	  "a.conf:1: reference: entry 1 is a path" },
	{ "policies = ( { name = \"a\"; require = [ \"00\" ]; } );",
	  "a.conf:1: require: entry 1 is not" },
	{ "policies = ( { name = \"a\"; pcr_flow = 12; } );",
	  "a.conf:1: policy a: pcr_code and pcr_flow differ" },
	{ "policies = ( { name = \"a\";\npcr_code = 7; pcr_flow = 10; } );",
	  "a.conf:1: policy a: pcr_code: 7 is no PCR of ours: 0 to 10, 14, 16 "
	  "and 23 are others' or can be reset" },
	{ "policies = ( { name = \"a\"; pcr_flow = 16; } );",
	  "a.conf:1: policy a: pcr_flow: 16 is no PCR of ours" },
	{ "policies = ( { name = \"a\"; allow_anon_exec = 1; } );",
	  "a.conf:1: allow_anon_exec is true or false" },
	{ "policies = ( { name = \"a\"; colour = 1; } );",
	  "a.conf:1: unknown key colour" },
	{ "people = ( { name = \"a\"; } );",
	  "a.conf:1: a person has a name and a key" },
	{ "people = ( { key = \"" KEY "\"; } );",
	  "a.conf:1: a person has a name and a key" },
	{ "people = ( { name = \"a\"; key = \"00\"; } );",
	  "a.conf:1: key is the SHA-256" },
	{ "people = ( { name = \"a\"; role = \"A b\"; } );",
	  "a.conf:1: role is 1 to 63 of" },
	{ "people = (\n{ name = \"a\"; key = \"" KEY "\";"
	  " role = \"root\"; } );",
	  "a.conf:2: person a: there is no role \"root\"" },
	{ "people = ( { name = \"ada\"; key = \"" KEY "\"; },\n"
	  "{ name = \"zed\"; key = \"" KEY "\"; } );",
	  "a.conf:2: person zed: its key is ada's" },
	{ "people = ( { name = \"ada\"; key = \"" KEY "\"; },\n"
	  "{ name = \"ada\"; key = \"" KEY "\"; role = \"admin\"; } );",
	  "a.conf:2: person ada: its key is ada's" },
	{ "webhooks = (\n{ name = \"a\"; secret = \"/s\"; role = \"x\";"
	  " url = \"https://127.0.0.1:1/\"; } );",
	  "a.conf:2: webhook a: there is no role \"x\"" },
	{ "webhooks = (\n{ name = \"a\"; secret = \"/s\";"
	  " tls_name = \"127.0.0.1\"; url = \"https://127.0.0.1:1/\"; } );",
	  "a.conf:2: tls_name is a DNS name" },
	{ "roles = ( { reads = [ \"paths\" ]; } );",
	  "a.conf:1: a role has a name" },
	{ "roles = ( { name = \"a\"; like = \"enroller\"; } );",
	  "a.conf:1: like is \"reader\" or \"admin\"" },
	{ "roles = ( { name = \"enroller\"; } );",
	  "a.conf:1: role enroller is built in" },
	{ "roles = ( { name = \"reader\"; like = \"admin\"; } );",
	  "a.conf:1: role reader is built in" },
	{ "roles = ( { name = \"a\"; },\n { name = \"a\"; } );",
	  "a.conf:2: role a is there twice" },
	{ "roles = ( { name = \"a\"; reads = [ \"text\" ]; } );",
	  "a.conf:1: reads: entry 1 is none of paths" },
	{ "roles = ( { name = \"a\"; reads = [ \"paths\", \"x\" ]; } );",
	  "a.conf:1: reads: entry 2 is none of paths" },
	{ "roles = ( { name = \"a\"; reads = \"paths\"; } );",
	  "a.conf:1: reads is an array" },
	{ "groups = { };", "a.conf:1: groups is a list" },
	{ "groups = (\n{ } );", "a.conf:2: a group has a name" },
	{ "groups = ( { name = \"A\"; } );", "a.conf:1: name is 1 to 63 of" },
	{ "groups = ( { name = \"a\"; },\n { name = \"a\"; } );",
	  "a.conf:2: group a is there twice" },
	{ "groups = ( { name = \"a\";\n policy = \"p\"; } );",
	  "a.conf:2: group a: there is no policy p in policies" },
	{ "groups = ( { name = \"a\"; policy = \"\"; } );",
	  "a.conf:1: policy is 1 to 63 of" },
	{ "groups = ( { name = \"a\"; policy = 1; } );",
	  "a.conf:1: policy is 1 to 63 of" },
	{ "\nenrolment = { group = \"a\"; };",
	  "a.conf:2: enrolment: there is no group a in groups" },
	{ "enrolment = {\npolicy = \"plx\"; };",
	  "a.conf:2: enrolment: there is no policy plx in policies" },
	{ "people = ( { name = \"eve\"; role = \"enroller\";"
	  " key = \"" KEY "\";\ngroup = \"a\"; } );",
	  "a.conf:2: eve: there is no group a in groups" },
	{ "people = ( { name = \"ada\"; role = \"admin\";"
	  " key = \"" KEY "\"; group = \"default\"; } );",
	  "a.conf:1: ada: only an enroller has a group" },
	{ "enrolment = { ek = ( { level = \"hardware\"; } ); };",
	  "a.conf:1: ek: each one has a file" },
	{ "enrolment = { ek = ( { file = \"/x\"; level = \"gold\"; }"
	  " ); };",
	  "a.conf:1: level is \"hardware\"" },
	{ "enrolment = { ek = ( { file = \"x\"; } ); };",
	  "a.conf:1: file is a path" },
	{ "enrolment = { ca_key = \"x\"; };", "a.conf:1: ca_key is a path" },
	{ "enrolment = { allow_software = 1; };",
	  "a.conf:1: allow_software is true or false" },
};

static void test_refused(void **state)
{
	struct conf c;
	char err[256];
	size_t i;

	(void)state;
	put(drop_in, "");
	for (i = 0; i < ARRAY_SIZE(refused); i++) {
		put(path, refused[i].text);
		assert_int_equal(conf_load(&c, path, err, sizeof(err)),
				 -EINVAL);
		if (!strstr(err, refused[i].place))
			fail_msg("%s: %s", refused[i].text, err);
		conf_free(&c);
	}
}

static void is_refused(const char *place)
{
	struct conf c;
	char err[256];

	assert_int_equal(conf_load(&c, path, err, sizeof(err)), -EIO);
	if (!strstr(err, place))
		fail_msg("%s: %s", place, err);
	conf_free(&c);
}

/* What cannot be read may restrict who may ask: only a folder that is not there is none. */
static void test_unreadable(void **state)
{
	struct conf c;
	char err[256];

	(void)state;
	put(path, "");
	unlink(drop_in);
	assert_int_equal(mkdir(drop_in, 0700), 0);
	is_refused("a.conf.d/1.conf: not a regular file");
	rmdir(drop_in);
	assert_int_equal(symlink("nowhere", drop_in), 0);
	is_refused("a.conf.d/1.conf: No such file");
	unlink(drop_in);
	rmdir(folder);
	put(folder, "");
	is_refused("cannot list ");
	is_refused("a.conf.d: Not a directory (");
	unlink(folder);
	assert_int_equal(symlink(folder, folder), 0);
	is_refused("a.conf.d: Too many levels of symbolic links (");
	unlink(folder);
	assert_int_equal(conf_load(&c, path, err, sizeof(err)), 0);
	conf_free(&c);
	assert_int_equal(mkdir(folder, 0700), 0);
}

/* The name of a file is no pattern, and other files are not for us. */
static void test_drop_ins(void **state)
{
	static const char *const names[] = {
		"a[1].conf",	      "a[1].conf.d",
		"a[1].conf.d/2.conf", "a[1].conf.d/10.conf",
		"a[1].conf.d/.conf",  "a[1].conf.d/9.conf~"
	};
	char at[ARRAY_SIZE(names)][64], err[256];
	struct conf c;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(names); i++)
		snprintf(at[i], sizeof(at[i]), "%s/%s", dir, names[i]);
	put(at[0], "period_s = 7;");
	assert_int_equal(mkdir(at[1], 0700), 0);
	put(at[2], "period_s = 2;");
	put(at[3], "period_s = 10; missed = 9;");
	put(at[4], "nonsense");
	put(at[5], "nonsense");
	if (conf_load(&c, at[0], err, sizeof(err)))
		fail_msg("%s", err);
	assert_int_equal(c.period_s, 2);
	assert_int_equal(c.missed, 9);
	conf_free(&c);
	for (i = ARRAY_SIZE(names); i--;)
		assert_int_equal(remove(at[i]), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_enrolment),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_roles),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_drop_ins),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
