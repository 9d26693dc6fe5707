// SPDX-License-Identifier: MIT
/*
 * proof: what the signed head of a verifier's log says, that an entry is in it, and
 * that it only grew since another head.  Exit: 0 valid; 3 refused or malformed.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <shinrai/appraise.h>
#include <shinrai/hex.h>
#include <shinrai/proof.h>
#include <shinrai/sealed.h>

#include "verify.h"

#define MAX_ANSWER (8u << 20) /* bytes of a file */

enum { KEYS, HEAD, INCLUSION, OLD, CONSISTENCY, FILES };

static const char *const option_names[FILES] = {
	"keys", "head", "inclusion", "old", "consistency",
};

struct proof {
	struct verify *v;
	const char *path[FILES];
	json_t *file[FILES]; /* NULL: not given */
	json_t *entry; /* as its disclosures fill it in; NULL: none */
	struct shinrai_log_head head, old;
	const char *refused; /* why; NULL: it is not */
	const char *what; /* file that is refused */
};

/* A head may be the answer of the API, or its JWS alone. */
static json_t *parse(int which, const u8 *data, size_t len)
{
	json_t *j = json_loadb((const char *)data, len, JSON_REJECT_DUPLICATES,
			       NULL);

	if (json_is_object(j))
		return j;
	json_decref(j);
	if (which != HEAD && which != OLD)
		return NULL;
	while (len && strchr("\r\n", data[len - 1]))
		len--;
	return json_pack("{s:s%}", "head", (const char *)data, len);
}

/* Return: 0; VERIFY_FAILURE, told already. */
static int load(struct proof *p)
{
	u8 *data;
	size_t len;
	int i;

	for (i = 0; i < FILES; i++) {
		if (!p->path[i])
			continue;
		if (verify_read(p->v, p->path[i], MAX_ANSWER, &data, &len))
			return VERIFY_FAILURE;
		p->file[i] = parse(i, data, len);
		free(data);
		if (p->file[i] || p->refused)
			continue;
		p->refused = "malformed";
		p->what = p->path[i];
	}
	return 0;
}

static const char *why(int ret)
{
	switch (ret) {
	case -EBADMSG:
		return "malformed";
	case -ENOENT:
		return "signed by a key that is not in --keys";
	case -ESTALE:
		return "a proof for another size of the log";
	case -EXDEV:
		return "heads of two different logs";
	case -ERANGE:
		return "the log has shrunk: it was rewritten, or the heads are "
		       "in the wrong order";
	case -ENODATA:
		return "the log has grown, and --consistency is not there";
	}
	return NULL;
}

/* Return: whether all is well so far. */
static bool judge(struct proof *p, int which, int ret, const char *wrong)
{
	if (!ret)
		return true;
	p->refused = why(ret) ?: wrong;
	p->what = p->path[which];
	return false;
}

static int check_head(struct proof *p, int which, struct shinrai_log_head *h)
{
	const char *jws =
		json_string_value(json_object_get(p->file[which], "head"));

	return jws ? shinrai_log_head_check(jws, p->file[KEYS], h) : -EBADMSG;
}

/* What was disclosed of the entry, which is in the log. */
static int fill_in(struct proof *p)
{
	const json_t *file = p->file[INCLUSION];

	p->entry = json_loads(json_string_value(json_object_get(file, "entry")),
			      JSON_REJECT_DUPLICATES, NULL);
	if (!p->entry)
		return json_object_get(file, "disclosures") ? -EBADMSG : 0;
	return shinrai_unseal(p->entry, json_object_get(file, "disclosures"));
}

/* Return: 0, or -ENOMEM; what was found is in @p. */
static int check(struct proof *p)
{
	int ret;

	if (p->refused)
		return 0;
	ret = check_head(p, HEAD, &p->head);
	if (ret == -ENOMEM || !judge(p, HEAD, ret, "not signed by this key"))
		return ret == -ENOMEM ? ret : 0;
	if (p->file[INCLUSION] &&
	    !judge(p, INCLUSION,
		   shinrai_log_includes(&p->head, p->file[INCLUSION]),
		   "the log does not have this entry there"))
		return 0;
	if (p->file[INCLUSION] &&
	    !judge(p, INCLUSION, fill_in(p),
		   "what is disclosed is not what the entry was made with"))
		return 0;
	if (!p->file[OLD])
		return 0;
	ret = check_head(p, OLD, &p->old);
	if (ret == -ENOMEM || !judge(p, OLD, ret, "not signed by this key"))
		return ret == -ENOMEM ? ret : 0;
	judge(p, p->path[CONSISTENCY] ? CONSISTENCY : OLD,
	      shinrai_log_grew(&p->old, &p->head, p->file[CONSISTENCY]),
	      "the log does not begin with the older one: it was rewritten, or "
	      "the proof is wrong");
	return 0;
}

static json_t *head_json(const struct shinrai_log_head *h)
{
	char time[24];

	shinrai_time_format(h->time, time);
	return json_pack("{s:s, s:I, s:s, s:o}", "log", h->log, "size",
			 (json_int_t)h->size, "time", time, "root",
			 verify_json_hex(h->root, sizeof(h->root)));
}

static int tell_json(struct proof *p, int status)
{
	json_t *out =
		json_pack("{s:s}", "result", p->refused ? "refused" : "valid");

	if (p->refused) {
		json_object_set_new(out, "reason", json_string(p->refused));
		json_object_set_new(out, "file", json_string(p->what));
		return verify_json(p->v, out, status);
	}
	json_object_set_new(out, "head", head_json(&p->head));
	if (p->file[INCLUSION]) {
		json_object_set(out, "index",
				json_object_get(p->file[INCLUSION], "index"));
		json_object_set(out, "entry",
				json_object_get(p->file[INCLUSION], "entry"));
		if (p->entry)
			json_object_set(out, "read", p->entry);
	}
	if (p->file[OLD])
		json_object_set_new(out, "old", head_json(&p->old));
	return verify_json(p->v, out, status);
}

static void print_head(const char *name, const struct shinrai_log_head *h)
{
	char hex[2 * SHINRAI_TREE_HASH + 1], time[24];

	shinrai_time_format(h->time, time);
	printf("%-8s log %s, %" PRIu64 " entries, %s\n%-8s root %s\n", name,
	       h->log, h->size, time, "",
	       shinrai_hex_encode(h->root, sizeof(h->root), hex));
}

static int tell(struct proof *p, int status)
{
	const json_t *entry;
	SHINRAI_FREE char *text = NULL, *read = NULL;

	if (p->refused) {
		printf("refused: %s: %s\n", p->what, p->refused);
		return verify_finish(p->v, status);
	}
	print_head("head", &p->head);
	entry = json_object_get(p->file[INCLUSION], "entry");
	if (entry) {
		read = p->entry ? json_dumps(p->entry,
					     JSON_COMPACT | JSON_SORT_KEYS) :
				  strdup(json_string_value(entry));
		text = verify_escape(read ?: "", read ? strlen(read) : 0);
		printf("has      entry %" JSON_INTEGER_FORMAT ": %s\n",
		       json_integer_value(
			       json_object_get(p->file[INCLUSION], "index")),
		       text);
	}
	if (p->file[OLD])
		print_head("grew of", &p->old);
	puts("valid");
	return verify_finish(p->v, status);
}

static int run(struct proof *p)
{
	int status = load(p), ret;

	if (status)
		return status;
	ret = check(p);
	if (ret)
		return verify_error(p->v, "memory", NULL, "out of memory");
	status = p->refused ? VERIFY_BAD : VERIFY_GOOD;
	return p->v->json ? tell_json(p, status) : tell(p, status);
}

int verb_proof(struct verify *v, int argc, char **argv)
{
	struct option options[FILES + 3] = {
		[FILES] = { "json", no_argument, NULL, 'j' },
		[FILES + 1] = { "help", no_argument, NULL, 'h' },
	};
	struct proof p = { .v = v };
	int opt, status, i;

	for (i = 0; i < FILES; i++)
		options[i] = (struct option){ option_names[i],
					      required_argument, NULL, i };
	opterr = 0;
	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (opt == 'h')
			return verify_help(v);
		if (opt >= 0 && opt < FILES)
			p.path[opt] = optarg;
		else if (opt != 'j')
			return verify_usage(v,
					    "unknown or incomplete option: %s",
					    argv[optind - 1]);
	}
	if (optind != argc)
		return verify_usage(v, "unexpected operand: %s", argv[optind]);
	if (!p.path[KEYS] || !p.path[HEAD])
		return verify_usage(v, "--keys and --head are needed");
	if (p.path[CONSISTENCY] && !p.path[OLD])
		return verify_usage(v, "--consistency goes with --old");
	status = run(&p);
	json_decref(p.entry);
	for (i = 0; i < FILES; i++)
		json_decref(p.file[i]);
	return status;
}
