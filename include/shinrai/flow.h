/* SPDX-License-Identifier: MIT */
/*
 * Events of data handling, PROTOCOL.md 2.9: taken apart strictly, named, and
 * told in plain words.
 */
#ifndef _SHINRAI_FLOW_H
#define _SHINRAI_FLOW_H

#include <jansson.h>

#include "record.h"
#include "tpm2.h"

/* Names of the contract's values: for JSON and for people. */
#define SHINRAI_ACTION_NAMES(X)                                           \
	X(SHINRAI_ACTION_READ, "read", "read", "read")                    \
	X(SHINRAI_ACTION_WRITE, "write", "store", "stored")               \
	X(SHINRAI_ACTION_SEND, "send", "send", "sent")                    \
	X(SHINRAI_ACTION_EXPORT, "export", "export", "exported")          \
	X(SHINRAI_ACTION_DERIVE, "derive", "derive from", "derived from") \
	X(SHINRAI_ACTION_DELETE, "delete", "delete", "deleted")           \
	X(SHINRAI_ACTION_TRACE, "trace", "trace a holder of",             \
	  "traced a holder of")

#define SHINRAI_VERDICT_NAMES(X)          \
	X(SHINRAI_VERDICT_ALLOW, "allow") \
	X(SHINRAI_VERDICT_AUDIT, "audit") \
	X(SHINRAI_VERDICT_DENY, "deny")

#define SHINRAI_SINK_NAMES(X)                    \
	X(SHINRAI_SINK_NONE, "none")             \
	X(SHINRAI_SINK_INET, "inet")             \
	X(SHINRAI_SINK_MEDIA, "media")           \
	X(SHINRAI_SINK_FILESYSTEM, "filesystem") \
	X(SHINRAI_SINK_LOCAL, "local")           \
	X(SHINRAI_SINK_OTHER, "other")

/* What an event must or may have. */
struct shinrai_field_rule {
	u8 id;
	u8 size; /* bytes; 0: any number but none */
	bool must; /* withheld is there */
};

/* SINK's value; @text points into the event. */
struct shinrai_sink_view {
	struct shinrai_sink s;
	struct shinrai_bytes text;
};

/* A FLOW event; pointers are into it, NULL where it says nothing. */
struct shinrai_flow {
	u64 count;
	u64 bytes;
	u64 wall_ns; /* since 1970, of the first */
	const u8 *owner; /* whose policy decided; NULL: none is loaded */
	u64 generation; /* of that policy; 0 without */
	const struct shinrai_label_id *label;
	unsigned int nlabels;
	u8 action; /* enum shinrai_action */
	u8 verdict; /* enum shinrai_verdict_code */
	u8 sink_kind; /* enum shinrai_sink_kind */
	bool refused; /* it did not happen */
	u32 rule; /* line of the policy; 0: no rule */
	const u8 *program; /* SHA-256 */
	struct shinrai_bytes path;
	struct shinrai_bytes exe;
	bool have_uid; /* it was not withheld */
	u32 uid;
	u32 login; /* U32_MAX: nobody logged in */
	bool have_cgroup;
	u64 cgroup;
	bool have_sink; /* it was not withheld */
	struct shinrai_sink_view sink;
};

int shinrai_fields_check(const struct shinrai_event *ev,
			 const struct shinrai_field_rule *rules, size_t n,
			 u8 *id);
int shinrai_labels_parse(const struct shinrai_event *ev,
			 const struct shinrai_label_id **label,
			 unsigned int *n);
int shinrai_sink_parse(const void *data, size_t len,
		       struct shinrai_sink_view *sink);
int shinrai_flow_parse(const struct shinrai_event *ev, struct shinrai_flow *f,
		       u8 *id);

const char *shinrai_action_name(u8 action);
const char *shinrai_answer_name(u8 verdict);
const char *shinrai_sink_name(u8 kind);
json_t *shinrai_sink_json(const struct shinrai_sink_view *sink);

/* Who is behind a digest or a UUID; either may be NULL or return NULL. */
struct shinrai_flow_names {
	const void *ctx;
	const char *(*space)(const void *ctx,
			     const u8 owner[SHINRAI_DIGEST_SIZE]);
	const char *(*label)(const void *ctx,
			     const struct shinrai_label_id *id);
};

#define SHINRAI_FLOW_WORDS 1024
void shinrai_flow_words(const struct shinrai_flow *f,
			const struct shinrai_flow_names *names,
			char text[SHINRAI_FLOW_WORDS]);
#define SHINRAI_LABEL_WORDS (2 * SHINRAI_MAX_NAMESPACE + 40)
void shinrai_label_words(const struct shinrai_label_id *id,
			 const struct shinrai_flow_names *names,
			 char text[SHINRAI_LABEL_WORDS]);
#define SHINRAI_SINK_WORDS 600
void shinrai_sink_words(const struct shinrai_sink_view *sink,
			char text[SHINRAI_SINK_WORDS]);

#define SHINRAI_TIME_NS 40
void shinrai_time_ns_format(u64 ns, char text[SHINRAI_TIME_NS]);
#define SHINRAI_UUID_TEXT 37
void shinrai_uuid_format(const u8 uuid[SHINRAI_UUID_SIZE],
			 char text[SHINRAI_UUID_TEXT]);

#endif
