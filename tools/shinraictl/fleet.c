// SPDX-License-Identifier: MIT
/* Asks a verifier, and tells why when that fails. */
#include <signal.h>
#include <stdarg.h>
#include <string.h>

#include <openssl/evp.h>

#include "fleet.h"

#define TIMEOUT_MS 30000

/* What is the same each time need not be typed. */
static void take_environment(struct fleet *f)
{
	if (!f->verifier)
		f->verifier = getenv("SHINRAI_VERIFIER");
	if (!f->req.cert)
		f->req.cert = getenv("SHINRAI_CERT");
	if (!f->req.key)
		f->req.key = getenv("SHINRAI_KEY");
	if (!f->req.ca)
		f->req.ca = getenv("SHINRAI_CA");
}

static int prepare(struct ctl *ctl, struct fleet *f)
{
	const char *why;

	take_environment(f);
	if (!f->verifier || !f->req.cert || !f->req.key || !f->req.ca)
		return ctl_usage(ctl,
				 "%s: --verifier, --cert, --key and --ca are "
				 "needed, or SHINRAI_VERIFIER, SHINRAI_CERT, "
				 "SHINRAI_KEY and SHINRAI_CA",
				 ctl->verb->name);
	free(f->own); /* of a question before */
	f->own = NULL;
	why = shinrai_client_url(f->verifier, &f->req, &f->own);
	if (why)
		return ctl_usage(ctl, "%s: %s", f->verifier, why);
	f->req.timeout_ms = TIMEOUT_MS;
	signal(SIGPIPE, SIG_IGN);
	return 0;
}

static int refused(struct ctl *ctl, const struct fleet *f, unsigned int status,
		   const json_t *j)
{
	const char *detail = json_string_value(json_object_get(j, "detail"));

	return ctl_error(ctl, "refused",
			 status == 403 ? "its configuration lists people" :
			 status == 503 ? "see its log" :
					 NULL,
			 "%s answered %u: %s", f->req.host, status,
			 detail ? detail : "no reason given");
}

/* What to do: the library takes whom it asks for a shinraid. */
static const char *hint(const struct shinrai_client_answer *ans)
{
	static const char *const there[] = { "connect", "tls",	"send",
					     "receive", "http", "timeout" };
	size_t i;

	for (i = 0; i < sizeof(there) / sizeof(there[0]); i++) {
		if (!strcmp(ans->step, there[i]))
			return "is shinrai-verifier running there, and listing "
			       "your certificate?";
	}
	return ans->next;
}

/**
 * fleet_ask() - one request, one answer
 * @ctl: the verb
 * @f: with its options
 * @method: GET, POST, DELETE
 * @path: of what
 * @body: or NULL
 * @answer: out, for json_decref()
 *
 * Return: 0; exit status, told already.
 */
int fleet_ask(struct ctl *ctl, struct fleet *f, const char *method,
	      const char *path, const json_t *body, json_t **answer)
{
	struct shinrai_client_answer ans;
	CTL_FREE char *text = NULL;
	int ret = prepare(ctl, f);

	if (ret)
		return ret;
	if (body) {
		text = json_dumps(body, JSON_COMPACT);
		if (!text)
			return ctl_error(ctl, "memory", NULL, "out of memory");
	}
	f->req.method = method;
	f->req.path = path;
	f->req.json = text;
	if (shinrai_client_ask(&f->req, &ans))
		return ctl_error(ctl, ans.step, hint(&ans), "%s", ans.why);
	EVP_PKEY_free(ans.key);
	*answer = json_loadb((const char *)ans.body, ans.len,
			     JSON_REJECT_DUPLICATES, NULL);
	free(ans.body);
	if (ans.status / 100 == 2 && json_is_object(*answer))
		return 0;
	ret = refused(ctl, f, ans.status, *answer);
	json_decref(*answer);
	*answer = NULL;
	return ret;
}

/**
 * fleet_is_name() - can it be the name of a device or a group?
 * @name: what was given
 *
 * Return: whether it can, and so be part of a path.
 */
bool fleet_is_name(const char *name)
{
	const size_t len = strlen(name);

	return len && len <= 63 &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-") == len;
}

/**
 * fleet_path() - of the device that the operand names
 * @ctl: the verb
 * @rest: behind its name
 * @path: out, @size bytes
 * @size: 128 at least
 *
 * Return: 0; exit status, told already.
 */
int fleet_path(struct ctl *ctl, const char *rest, char *path, size_t size)
{
	const char *name = ctl->operands.n ? ctl->operands.v[0] : NULL;

	if (!name)
		return ctl_usage(ctl, "%s: needs the name of a device",
				 ctl->verb->name);
	if (!fleet_is_name(name))
		return ctl_usage(ctl, "%s: %s is no name of a device",
				 ctl->verb->name, name);
	snprintf(path, size, "/v1/devices/%s%s", name, rest);
	return 0;
}

/**
 * fleet_free() - release what it holds
 * @f: may be empty
 */
void fleet_free(struct fleet *f)
{
	free(f->own);
}

/**
 * fleet_text() - a text that the verifier gave
 * @j: an object
 * @key: of its member
 *
 * Return: the text; "(redacted)" where it is not for us to read; "-" for none.
 */
const char *fleet_text(const json_t *j, const char *key)
{
	const json_t *v = json_object_get(j, key);
	const char *s = json_string_value(v);

	return s ? s : json_object_get(v, "redacted") ? "(redacted)" : "-";
}

/**
 * fleet_line() - print a line of what the verifier said
 * @fmt: without the line feed
 *
 * Whatever was said, it is one line, and nothing in it steers a terminal.
 */
void fleet_line(const char *fmt, ...)
{
	CTL_FREE char *text = NULL;
	CTL_FREE char *safe = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0) {
		text = NULL;
		return;
	}
	safe = ctl_inert(text);
	puts(safe);
}
