// SPDX-License-Identifier: MIT
/* links: tools/shinraictl/cmd_fleet.c tools/shinraictl/cmd_fleet_group.c tools/shinraictl/cmd_fleet_learn.c tools/shinraictl/cmd_fleet_policy.c tools/shinraictl/cmd_fleet_watch.c tools/shinraictl/fleet.c tools/shinraictl/reference.c tools/shinraictl/opt.c tools/shinraictl/report.c tools/shinraictl/text.c tools/shinraictl/file.c */
/* shinraictl fleet: whatever a verifier answers, what is told of it is inert. */
#include <stdlib.h>

#include <shinrai/client.h>
#include <shinrai/utf8.h>

#include "tools/shinraictl/ctl.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

#define VERBS 11

static const struct {
	const char *name;
	unsigned int operands;
	bool json; /* what it writes is JSON in any case */
	int (*run)(struct ctl *ctl, int argc, char **argv);
	const char *args[6];
} verbs[VERBS] = {
	{ "fleet list", 0, false, cmd_fleet_list, { NULL } },
	{ "fleet show", 1, false, cmd_fleet_show, { "press" } },
	{ "fleet changes", 1, false, cmd_fleet_changes, { "press" } },
	{ "fleet group", 2, false, cmd_fleet_group, { "press", "lab" } },
	{ "fleet policy", 0, false, cmd_fleet_policy, { NULL } },
	{ "fleet learn", 1, true, cmd_fleet_learn, { "press" } },
	{ "fleet learn",
	  1,
	  true,
	  cmd_fleet_learn,
	  { "press", "--arms", "--cmdline", "quiet" } },
	{ "fleet enrol",
	  1,
	  false,
	  cmd_fleet_enrol,
	  { "press", "--url", "https://127.0.0.1:1/" } },
	{ "fleet watch", 0, false, cmd_fleet_watch, { "--once" } },
	{ "fleet watch",
	  0,
	  false,
	  cmd_fleet_watch,
	  { "--once", "--from", "1" } },
	{ "fleet withdraw", 1, false, cmd_fleet_withdraw, { "press" } },
};

/* What is not answered yet: each a byte, half of the status, a body, and NUL. */
static const u8 *left;
static size_t nleft;

/* Instead of the library's: there is no verifier. */
int shinrai_client_ask(const struct shinrai_client_request *req,
		       struct shinrai_client_answer *ans)
{
	const u8 *end;

	memset(ans, 0, sizeof(*ans));
	if (!req->method || *req->path != '/')
		abort();
	if (!nleft) {
		ans->step = "connect";
		strcpy(ans->why, "nobody is there");
		return -EIO;
	}
	end = memchr(left, 0, nleft);
	ans->status = 2u * *left;
	ans->len = end ? (size_t)(end - left) : nleft;
	ans->len -= ans->len > 0;
	ans->body = malloc(ans->len + 1);
	if (!ans->body)
		abort();
	memcpy(ans->body, left + 1, ans->len);
	nleft -= end ? (size_t)(end - left) + 1 : nleft;
	left = end ? end + 1 : NULL;
	return 0;
}

static void check(const char *text, size_t len, bool json)
{
	size_t i, n;
	u32 code;

	for (i = 0; i < len; i += n) {
		n = shinrai_utf8_next(text + i, len - i, &code);
		if (!n || code == 0x1b ||
		    (code != '\n' && !json && !shinrai_utf8_visible(code)))
			abort();
	}
}

static void run(unsigned int verb, bool json)
{
	const struct ctl_verb v = { verbs[verb].name, "", verbs[verb].operands,
				    "", NULL };
	struct ctl ctl = { .verb = &v, .json = json };
	char *argv[ARRAY_SIZE(verbs[verb].args)];
	int argc;

	for (argc = 0; verbs[verb].args[argc]; argc++)
		argv[argc] = (char *)(uintptr_t)verbs[verb].args[argc];
	verbs[verb].run(&ctl, argc, argv);
	free(ctl.operands.v);
}

static void set_up(void)
{
	setenv("SHINRAI_VERIFIER", "https://127.0.0.1:8418", 1);
	setenv("SHINRAI_CERT", "cert.pem", 1);
	setenv("SHINRAI_KEY", "key.pem", 1);
	setenv("SHINRAI_CA", "ca.pem", 1);
}

/* @data: the verb, 1 for --json, and the answers */
int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	FILE *const out = stdout, *const err = stderr;
	char *said = NULL, *wrong = NULL;
	size_t nsaid, nwrong;
	bool json;

	if (len < 2)
		return 0;
	set_up();
	left = data + 2;
	nleft = len - 2;
	json = data[1] & 1;
	stdout = open_memstream(&said, &nsaid);
	stderr = open_memstream(&wrong, &nwrong);
	if (!stdout || !stderr)
		abort();
	run(data[0] % VERBS, json);
	fclose(stdout);
	fclose(stderr);
	stdout = out;
	stderr = err;
	check(said, nsaid, json || verbs[data[0] % VERBS].json);
	check(wrong, nwrong, false);
	free(said);
	free(wrong);
	return 0;
}
