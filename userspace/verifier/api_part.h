/* SPDX-License-Identifier: MIT */
/*
 * The parts of the REST API: api.c finds who asks for what in its table of routes,
 * and calls one of these, which answers now or once the store has worked.  All of
 * it is called by the loop's thread, unless said otherwise.
 */
#ifndef VERIFIER_API_PART_H
#define VERIFIER_API_PART_H

#include <event2/buffer.h>
#include <event2/keyvalq_struct.h>

#include "api.h"
#include "ca.h"

#define BODY_MAX 8192 /* of requests that change a device */
#define EVIDENCE_SHOWN 100 /* facts at once */
#define LOG_ENTRIES_MAX 1000 /* that are asked for at once */
#define NUMBER_MAX (1ull << 53) /* that every JSON reader takes as it is */

/* Lives until the handler returns. */
struct request {
	struct evhttp_request *req; /* answered once, now or later */
	struct fleet *fleet;
	struct device *dev; /* that the path names; NULL: it names none */
	struct conn *conn;
	enum role role;
	u32 may; /* classes of fields that may be read, view.h */
	struct device *self; /* DEVICE: who asks */
	const struct evkeyvalq *args; /* those of the route, each once */
};

/* A request whose answer waits for the store. */
struct errand {
	struct job job;
	struct evhttp_request *req;
	TAILQ_ENTRY(errand) link; /* where it reads */
	bool runs; /* it reads, and that is not handed on */
	struct fleet *fleet; /* where it reads, and: */
	u8 key[32]; /* conn_key() of who asks */
	struct device_record r; /* that is new */
	s64 id; /* of the device; 0: a new one */
	u32 may; /* as in the request, once it is read for one */
	u64 number[3]; /* arguments of the query */
	struct shinrai_log_head head;
	json_t *answer; /* what the store gave, for the answer */
	int (*read)(struct job *j, struct store *s); /* makes @answer */
	struct ca *ca; /* that signs it, for ca_release(); NULL */
	struct evbuffer
		*body; /* of the answer, or a part of it; NULL: none yet */
	char *news; /* what the log says once it is kept */
	const char *wrong; /* with the request, as the store found; NULL */
};

/* api_errand.c */
struct errand *errand_of(struct job *j);
struct errand *errand_new(struct evhttp_request *req,
			  int (*keep)(struct job *j, struct store *s),
			  void (*done)(struct job *j, struct fleet *f));
void errand_free(struct errand *e);
void errand_write(const struct request *r, struct errand *e, const char *fmt,
		  ...) __attribute__((format(printf, 3, 4)));
void errand_read(const struct request *r, struct errand *e);
void errand_failed(const struct errand *e);
void errand_answer(struct job *j, struct fleet *f);

/* api_errand.c: answers */
void answer_ok(struct evhttp_request *req, json_t *json);
void answer_bad(struct evhttp_request *req, const char *detail);
const char *request_person(const struct request *r);
const char *request_arg(const struct request *r, const char *name);
json_t *request_object(const struct request *r, size_t max);
bool request_number(const struct request *r, const char *name, u64 max,
		    u64 *out);

/* api_fleet.c */
json_t *api_standing(const struct device_standing *st, u32 may);
json_t *api_device(const struct device *d, u32 may);
int api_changes_read(struct store *s, s64 id, unsigned int most, u32 may,
		     json_t *list);
void api_status(const struct request *r);
void api_list(const struct request *r);
void api_show(const struct request *r);
void api_changes(const struct request *r);

/* api_policy.c */
void api_policies(const struct request *r);

/* api_boot.c */
void api_boot(const struct request *r);

/* api_evidence.c */
void evidence_errand(const struct request *r, const char *record, bool needs,
		     void (*done)(struct job *j, struct fleet *f));
void api_evidence(const struct request *r);

/* api_history.c */
int history_keep(struct job *j, struct store *s);
bool history_hours(const struct request *r, u64 *hours);
void api_history(const struct request *r);

/* api_log.c */
void api_log_head(const struct request *r);
void api_log_entries(const struct request *r);
void api_log_inclusion(const struct request *r);
void api_log_consistency(const struct request *r);

/* api_doc.c */
void api_doc(const struct request *r);

/* api_metrics.c */
void api_metrics(const struct request *r);

/* api_sign.c */
void api_keys(const struct request *r);
void api_ear(const struct request *r);

/* api_enrol.c */
void api_enrol(const struct request *r);
void api_withdraw(const struct request *r);

/* api_place.c */
void api_place(const struct request *r);

/* api_client.c */
struct device *api_claimed(const struct fleet *f, struct conn *conn);
bool api_client(struct fleet *f, struct evhttp_request *req, struct conn *conn,
		struct device **self);

/* api_tpm.c */
void api_tpm_begin(const struct request *r);
void api_tpm_answer(const struct request *r);
void api_crl(const struct request *r);

/* session.c */
void api_session_begin(const struct request *r);
void api_session_answer(const struct request *r);

/* page.c */
bool page_from_elsewhere(struct evhttp_request *req);
void page_problem(struct evhttp_request *req, int status, const char *title,
		  const char *detail);
void page_style(const struct request *r);
void page_icon(const struct request *r);

/* page_NAME.c */
void page_fleet(const struct request *r);
void page_device(const struct request *r);
void page_record(const struct request *r);
void page_evidence(const struct request *r);
void page_violations(const struct request *r);

#endif
