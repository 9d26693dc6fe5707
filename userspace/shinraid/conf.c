// SPDX-License-Identifier: MIT
/* Configuration files: a table of keys, filled by libconfig. */
#include <arpa/inet.h>
#include <glob.h>
#include <libconfig.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <shinrai/bank.h>
#include <shinrai/hex.h>

#include "conf.h"
#include "url.h"

struct target {
	struct conf *conf;
	const char *file;
	char *err;
	size_t errlen;
};

enum kind { TEXT, NUMBER, PCRS, CLIENTS, LIMITS };

/* What a text must be, min of its key. */
enum text { ANY, SOME, ADDRESS, ABSOLUTE, URL };

struct key {
	const char *name;
	enum kind kind;
	size_t offset;
	int min, max; /* NUMBER; TEXT: min is an enum text */
	const char *fallback; /* TEXT */
	int number; /* NUMBER */
};

#define AT(m) offsetof(struct conf, m)
#define LIMIT(n, lo, hi, def)                                       \
	{                                                           \
		.name = #n, .kind = NUMBER, .offset = AT(limits.n), \
		.min = (lo), .max = (hi), .number = (def)           \
	}

static const struct key keys[] = {
	{ "listen", TEXT, AT(listen), ADDRESS, 0, "0.0.0.0", 0 },
	{ "port", NUMBER, AT(port), 0, 65535, NULL, 8417 },
	{ "tls_cert", TEXT, AT(tls_cert), SOME, 0, "/etc/shinrai/tls/cert.pem",
	  0 },
	{ "tls_key", TEXT, AT(tls_key), SOME, 0, "/etc/shinrai/tls/key.pem",
	  0 },
	{ "tls_ca", TEXT, AT(tls_ca), SOME, 0, "/etc/shinrai/tls/ca.pem", 0 },
	{ "allow_clients", CLIENTS, 0, 0, 0, NULL, 0 },
	{ "tcti", TEXT, AT(tcti), SOME, 0, "device:/dev/tpmrm0", 0 },
	{ "ak_generation", NUMBER, AT(ak_generation), 0, INT_MAX, NULL, 0 },
	{ "pcrs", PCRS, 0, 0, 0, NULL, 0 },
	{ "log_device", TEXT, AT(log_device), SOME, 0, "/dev/shinrai", 0 },
	{ "ima_log", TEXT, AT(ima_log), ANY, 0,
	  "/sys/kernel/security/ima/binary_runtime_measurements", 0 },
	{ "firmware_log", TEXT, AT(firmware_log), ANY, 0,
	  "/sys/kernel/security/tpm0/binary_bios_measurements", 0 },
	{ "spool", TEXT, AT(spool), ABSOLUTE, 0, "/var/lib/shinrai", 0 },
	{ "user", TEXT, AT(user), ANY, 0, "shinrai", 0 },
	{ "report_url", TEXT, AT(report_url), URL, 0, "", 0 },
	{ "report_name", TEXT, AT(report_name), ANY, 0, "", 0 },
	{ "limits", LIMITS, 0, 0, 0, NULL, 0 },
};

static const struct key limit_keys[] = {
	/* With what else is open, LimitNOFILE of shinraid.service. */
	LIMIT(connections, 1, CONF_CONNECTIONS, 2048),
	LIMIT(connections_per_client, 1, 65536, 2048),
	LIMIT(challenges, 1, 65536, 4096),
	LIMIT(handshake_s, 1, 3600, 5),
	LIMIT(idle_s, 1, 3600, 10),
	LIMIT(request_s, 1, 3600, 10),
	LIMIT(write_s, 1, 3600, 30),
	LIMIT(quote_s, 1, 3600, 30),
	LIMIT(quote_interval_ms, 0, 60000, 100),
	LIMIT(spool_boots, 0, 100000, 16),
	LIMIT(spool_mib, 0, 1 << 20, 1024),
	LIMIT(checkpoint_kib, 0, 1 << 30, 8192),
};

static int bad(const struct target *t, const config_setting_t *s,
	       const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static int bad(const struct target *t, const config_setting_t *s,
	       const char *fmt, ...)
{
	va_list ap;
	int n;

	n = snprintf(t->err, t->errlen, "%s:%d: ", t->file,
		     (int)config_setting_source_line(s));
	if (n < 0 || (size_t)n >= t->errlen)
		return -EINVAL;
	va_start(ap, fmt);
	vsnprintf(t->err + n, t->errlen - (size_t)n, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

static int set_text(char **dst, const char *value)
{
	char *s = strdup(value);

	if (!s)
		return -ENOMEM;
	free(*dst);
	*dst = s;
	return 0;
}

static int read_hash(const char *text, u8 out[32])
{
	if (!text || strlen(text) != 64 ||
	    strspn(text, "0123456789abcdef") != 64)
		return -EINVAL;
	return shinrai_hex_decode(text, 64, out);
}

static int set_clients(const struct target *t, const config_setting_t *s)
{
	int i, n = config_setting_length(s);
	struct conf_client *list;

	if (!config_setting_is_array(s) || n > CONF_CLIENTS)
		return bad(t, s,
			   "allow_clients is an array of at most %d "
			   "texts: [ \"...\", ... ]",
			   CONF_CLIENTS);
	list = calloc((size_t)n + 1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		if (read_hash(config_setting_get_string_elem(s, i),
			      list[i].key)) {
			free(list);
			return bad(t, s,
				   "allow_clients: entry %d is not the "
				   "SHA-256 of a public key in 64 lower-case "
				   "hex digits",
				   i + 1);
		}
	}
	free(t->conf->clients);
	t->conf->clients = list;
	t->conf->nclients = (size_t)n;
	return 0;
}

static int set_bank(const struct target *t, const config_setting_t *s,
		    struct shinrai_selection *sel)
{
	const char *name = config_setting_name(s);
	u16 alg = shinrai_bank_by_name(name, strlen(name));
	int i, pcr, n = config_setting_length(s);
	u32 mask = 0;

	if (!alg)
		return bad(t, s,
			   "pcrs: unknown bank %s (sha1, sha256, sha384, "
			   "sha512, ...)",
			   name);
	if (!config_setting_is_array(s) || !n || sel->count == CONF_BANKS)
		return bad(t, s,
			   "pcrs: each of at most %d banks is an array of "
			   "PCR numbers",
			   CONF_BANKS);
	for (i = 0; i < n; i++) {
		const config_setting_t *e =
			config_setting_get_elem(s, (unsigned int)i);

		pcr = config_setting_get_int(e);
		if (config_setting_type(e) != CONFIG_TYPE_INT || pcr < 0 ||
		    pcr >= CONF_PCRS || mask >> pcr & 1)
			return bad(t, s,
				   "pcrs: %s holds PCRs 0 to %d, each "
				   "once",
				   name, CONF_PCRS - 1);
		mask |= 1u << pcr;
	}
	sel->bank[sel->count].alg = alg;
	sel->bank[sel->count].size = CONF_PCRS / 8;
	sel->bank[sel->count++].mask = mask;
	return 0;
}

static int set_pcrs(const struct target *t, const config_setting_t *s)
{
	struct shinrai_selection sel = { 0 };
	int i, ret;

	if (!config_setting_is_group(s) || !config_setting_length(s))
		return bad(t, s,
			   "pcrs is a group: "
			   "pcrs = { sha256 = [ 0, 1, ... ]; }");
	for (i = 0; i < config_setting_length(s); i++) {
		ret = set_bank(t, config_setting_get_elem(s, (unsigned int)i),
			       &sel);
		if (ret)
			return ret;
	}
	t->conf->pcrs = sel;
	return 0;
}

static const char *text_fault(enum text what, const char *text)
{
	u8 a[sizeof(struct in6_addr)];
	struct url url;

	switch (what) {
	case ANY:
		return NULL;
	case ADDRESS:
		if (inet_pton(AF_INET, text, a) == 1 ||
		    inet_pton(AF_INET6, text, a) == 1)
			return NULL;
		return "is neither an IPv4 nor an IPv6 address";
	case ABSOLUTE:
		return *text == '/' ? NULL : "is a path that begins with /";
	case URL:
		if (!*text || !url_parse(text, &url))
			return NULL;
		return "is https://ADDRESS:PORT/PATH; names are not looked up";
	case SOME:
		break;
	}
	return *text ? NULL : "is not empty";
}

static int set_group(const struct target *t, const config_setting_t *group,
		     const struct key *table, size_t count);

static int set_key(const struct target *t, const config_setting_t *s,
		   const struct key *k)
{
	void *dst = (char *)t->conf + k->offset;
	const char *why;
	int v;

	switch (k->kind) {
	case TEXT:
		if (config_setting_type(s) != CONFIG_TYPE_STRING)
			return bad(t, s, "%s is a text in quotes", k->name);
		why = text_fault((enum text)k->min,
				 config_setting_get_string(s));
		if (why)
			return bad(t, s, "%s %s", k->name, why);
		return set_text(dst, config_setting_get_string(s));
	case NUMBER:
		v = config_setting_get_int(s);
		if (config_setting_type(s) != CONFIG_TYPE_INT || v < k->min ||
		    v > k->max)
			return bad(t, s, "%s is a number from %d to %d",
				   k->name, k->min, k->max);
		memcpy(dst, &v, sizeof(v));
		return 0;
	case PCRS:
		return set_pcrs(t, s);
	case CLIENTS:
		return set_clients(t, s);
	case LIMITS:
		if (!config_setting_is_group(s))
			return bad(t, s,
				   "limits is a group: "
				   "limits = { connections = 100; }");
		return set_group(t, s, limit_keys, ARRAY_SIZE(limit_keys));
	}
	return -EINVAL;
}

static int set_group(const struct target *t, const config_setting_t *group,
		     const struct key *table, size_t count)
{
	int i, ret;
	size_t k;

	for (i = 0; i < config_setting_length(group); i++) {
		const config_setting_t *s =
			config_setting_get_elem(group, (unsigned int)i);

		for (k = 0; k < count; k++) {
			if (!strcmp(table[k].name, config_setting_name(s)))
				break;
		}
		if (k == count)
			return bad(t, s,
				   "unknown key %s (see "
				   "shinraid.conf(5))",
				   config_setting_name(s));
		ret = set_key(t, s, &table[k]);
		if (ret)
			return ret;
	}
	return 0;
}

static int set_defaults(struct conf *conf, const struct key *table,
			size_t count)
{
	size_t i;
	int ret;

	for (i = 0; i < count; i++) {
		void *dst = (char *)conf + table[i].offset;

		if (table[i].kind == NUMBER)
			memcpy(dst, &table[i].number, sizeof(int));
		if (table[i].kind != TEXT)
			continue;
		ret = set_text(dst, table[i].fallback);
		if (ret)
			return ret;
	}
	return 0;
}

static int load_file(struct conf *conf, const char *path, char *err,
		     size_t errlen)
{
	struct target t = { conf, path, err, errlen };
	config_t cfg;
	int ret = 0;

	config_init(&cfg);
	if (config_read_file(&cfg, path) == CONFIG_TRUE) {
		ret = set_group(&t, config_root_setting(&cfg), keys,
				ARRAY_SIZE(keys));
	} else if (config_error_type(&cfg) == CONFIG_ERR_FILE_IO) {
		snprintf(err, errlen,
			 "cannot read %s: %s (see shinraid.conf(5) "
			 "for what belongs there)",
			 path, strerror(errno));
		ret = -EIO;
	} else {
		snprintf(err, errlen, "%s:%d: %s", path,
			 config_error_line(&cfg), config_error_text(&cfg));
		ret = -EINVAL;
	}
	config_destroy(&cfg);
	return ret;
}

static int load_drop_ins(struct conf *conf, const char *path, char *err,
			 size_t errlen)
{
	char *pattern;
	glob_t found;
	size_t i;
	int ret;

	if (asprintf(&pattern, "%s.d/*.conf", path) < 0)
		return -ENOMEM;
	ret = glob(pattern, 0, NULL, &found);
	free(pattern);
	if (ret == GLOB_NOMATCH)
		return 0;
	if (ret) {
		snprintf(err, errlen, "cannot list %s.d", path);
		return -EIO;
	}
	for (i = 0; i < found.gl_pathc && !ret; i++)
		ret = load_file(conf, found.gl_pathv[i], err, errlen);
	globfree(&found);
	return ret;
}

/**
 * conf_load() - read a file and its drop-ins, @path.d/\*.conf in their order
 * @conf: out; to be released with conf_free() in every case
 * @path: the main file
 * @err: out on error: what is wrong, with file and line
 * @errlen: its room
 *
 * Return: 0; -EINVAL for wrong content; -EIO; -ENOMEM.
 */
int conf_load(struct conf *conf, const char *path, char *err, size_t errlen)
{
	int ret;

	memset(conf, 0, sizeof(*conf));
	snprintf(err, errlen, "out of memory");
	conf->pcrs.count = 1;
	conf->pcrs.bank[0].alg = SHINRAI_ALG_SHA256;
	conf->pcrs.bank[0].size = CONF_PCRS / 8;
	conf->pcrs.bank[0].mask = 0x77ff; /* 0-10, 12, 13, 14 */
	ret = set_defaults(conf, keys, ARRAY_SIZE(keys));
	if (!ret)
		ret = set_defaults(conf, limit_keys, ARRAY_SIZE(limit_keys));
	if (!ret)
		ret = load_file(conf, path, err, errlen);
	if (!ret)
		ret = load_drop_ins(conf, path, err, errlen);
	return ret;
}

/**
 * conf_free() - release what conf_load() allocated
 * @conf: may be partly filled
 */
void conf_free(struct conf *conf)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		if (keys[i].kind == TEXT)
			free(*(char **)((char *)conf + keys[i].offset));
	}
	free(conf->clients);
	memset(conf, 0, sizeof(*conf));
}
