// SPDX-License-Identifier: MIT
/* One flow as a sentence, for those who have to act on it. */
#include <stdarg.h>
#include <stdio.h>

#include <shinrai/flow.h>
#include <shinrai/hex.h>

#include "appraise_ctx.h"

#define NAME(value, name, now, past) [value] = { now, past },
static const char *const verbs[][2] = { SHINRAI_ACTION_NAMES(NAME) };
#undef NAME

/* Grows up to SHINRAI_FLOW_WORDS, then is cut. */
struct words {
	char *text;
	size_t len;
};

static void __attribute__((format(printf, 2, 3)))
say(struct words *w, const char *fmt, ...)
{
	size_t left = SHINRAI_FLOW_WORDS - w->len;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(w->text + w->len, left, fmt, ap);
	va_end(ap);
	if (n > 0)
		w->len += (size_t)n < left ? (size_t)n : left - 1;
}

/* A namespace, or the begin of the owner's key digest. */
static const char *space_of(const u8 owner[SHINRAI_DIGEST_SIZE],
			    const struct shinrai_flow_names *names,
			    char text[16])
{
	const char *name = NULL;

	if (names && names->space)
		name = names->space(names->ctx, owner);
	if (name && *name)
		return name;
	shinrai_hex_encode(owner, 6, text);
	return text;
}

/**
 * shinrai_label_words() - "acme/drawings", or digits where no name is known
 * @id: the label
 * @names: NULL when none is known
 * @text: out, printable when the names are
 */
void shinrai_label_words(const struct shinrai_label_id *id,
			 const struct shinrai_flow_names *names,
			 char text[SHINRAI_LABEL_WORDS])
{
	char uuid[SHINRAI_UUID_TEXT], owner[16];
	const char *label = NULL;

	shinrai_uuid_format(id->uuid, uuid);
	if (names && names->label)
		label = names->label(names->ctx, id);
	snprintf(text, SHINRAI_LABEL_WORDS, "%.63s/%.63s",
		 space_of(id->owner, names, owner), label ? label : uuid);
}

static void say_who(struct words *w, const struct shinrai_flow *f)
{
	char safe[APPRAISE_TEXT], hex[65];

	if (f->exe.p)
		say(w, "program %.300s",
		    shinrai_appraise_printable(f->exe.p, f->exe.len, safe));
	else
		say(w, "a program");
	if (f->program)
		say(w, " (sha256 %s)",
		    shinrai_hex_encode(f->program, SHINRAI_DIGEST_SIZE, hex));
	if (!f->have_uid)
		return;
	say(w, " of user %u", f->uid);
	if (f->login != U32_MAX && f->login != f->uid)
		say(w, " (logged in as %u)", f->login);
}

static void say_what(struct words *w, const struct shinrai_flow *f,
		     const struct shinrai_flow_names *names)
{
	char text[SHINRAI_LABEL_WORDS], safe[APPRAISE_TEXT];
	unsigned int i;

	say(w, f->refused ? " tried to %s" : " %s",
	    verbs[f->action][!f->refused]);
	for (i = 0; i < f->nlabels; i++) {
		shinrai_label_words(&f->label[i], names, text);
		say(w, "%s%s",
		    !i		       ? " " :
		    i + 1 < f->nlabels ? ", " :
					 " and ",
		    text);
		/* The rest would crowd out what else there is to say. */
		if (i == 3 && f->nlabels > 4) {
			say(w, " and %u more", f->nlabels - 4);
			break;
		}
	}
	if (f->path.p)
		say(w, " (%.200s)",
		    shinrai_appraise_printable(f->path.p, f->path.len, safe));
}

static void say_where(struct words *w, const struct shinrai_flow *f)
{
	char text[SHINRAI_SINK_WORDS];

	if (f->sink_kind == SHINRAI_SINK_NONE)
		return;
	if (!f->have_sink) {
		say(w, " to somewhere withheld (%s)",
		    shinrai_sink_name(f->sink_kind));
		return;
	}
	shinrai_sink_words(&f->sink, text);
	say(w, " to %.200s", text);
}

static void say_why(struct words *w, const struct shinrai_flow *f,
		    const struct shinrai_flow_names *names)
{
	static const char *const how[] = {
		[SHINRAI_VERDICT_ALLOW] = "allowed by",
		[SHINRAI_VERDICT_AUDIT] = "audited by",
		[SHINRAI_VERDICT_DENY] = "against",
	};
	char owner[16];

	const char *by = f->refused ? "refused by" : how[f->verdict];

	if (!f->owner) {
		say(w, ": %s default, no policy of its owner is in force", by);
		return;
	}
	say(w, ": %s %.63s policy generation %llu, ", by,
	    space_of(f->owner, names, owner),
	    (unsigned long long)f->generation);
	if (f->rule)
		say(w, "line %u", f->rule);
	else
		say(w, "default of the label");
}

/**
 * shinrai_flow_words() - who did what with which data, and what came of it
 * @f: from shinrai_flow_parse()
 * @names: NULL when none is known
 * @text: out, printable when the names are; cut when it is too long
 */
void shinrai_flow_words(const struct shinrai_flow *f,
			const struct shinrai_flow_names *names,
			char text[SHINRAI_FLOW_WORDS])
{
	struct words w = { text, 0 };

	say_who(&w, f);
	say_what(&w, f, names);
	say_where(&w, f);
	if (f->count > 1)
		say(&w, ", %llu times", (unsigned long long)f->count);
	if (f->bytes)
		say(&w, ", %llu bytes", (unsigned long long)f->bytes);
	say_why(&w, f, names);
}
