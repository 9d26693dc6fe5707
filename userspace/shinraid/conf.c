// SPDX-License-Identifier: MIT
/* shinraid's keys: shinraid.conf(5). */
#include <stdlib.h>

#include <shinrai/bank.h>

#include "../daemon/conf_file.h"
#include "../daemon/url.h"
#include "conf.h"

#define AT(m) offsetof(struct conf, m)
#define TEXT(n, check, def)                                     \
	{                                                       \
		.name = #n, .kind = CONF_TEXT, .offset = AT(n), \
		.fault = (check), .text = (def)                 \
	}
#define NUMBER(n, at, lo, hi, def)                                 \
	{                                                          \
		.name = #n, .kind = CONF_NUMBER, .offset = AT(at), \
		.min = (lo), .max = (hi), .number = (def)          \
	}
#define LIMIT(n, lo, hi, def) NUMBER(n, limits.n, lo, hi, def)
#define SERVER(n, lo, hi, def) NUMBER(n, limits.server.n, lo, hi, def)

static const struct conf_key limit_keys[] = {
	/* With what else is open, LimitNOFILE of shinraid.service. */
	SERVER(connections, 1, CONF_CONNECTIONS, 2048),
	SERVER(connections_per_client, 1, 65536, 2048),
	LIMIT(challenges, 1, 65536, 4096),
	SERVER(handshake_s, 1, 3600, 5),
	SERVER(idle_s, 1, 3600, 20),
	SERVER(request_s, 1, 3600, 10),
	SERVER(write_s, 1, 3600, 30),
	LIMIT(quote_s, 1, 3600, 30),
	LIMIT(quote_interval_ms, 0, 60000, 100),
	LIMIT(spool_boots, 0, 100000, 16),
	LIMIT(spool_mib, 0, 1 << 20, 1024),
	LIMIT(checkpoint_kib, 0, 1 << 30, 8192),
	{ 0 },
};

static int read_clients(const struct conf_file *f, const config_setting_t *s)
{
	int i, n = config_setting_length(s);
	struct conf_client *list;
	struct conf *conf = f->conf;

	if (!config_setting_is_array(s) || n > CONF_CLIENTS)
		return conf_bad(f, s,
				"allow_clients is an array of at most %d "
				"texts: [ \"...\", ... ]",
				CONF_CLIENTS);
	list = calloc((size_t)n + 1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		if (conf_hash(config_setting_get_string_elem(s, i),
			      list[i].key)) {
			free(list);
			return conf_bad(
				f, s,
				"allow_clients: entry %d is not the "
				"SHA-256 of a public key in 64 lower-case "
				"hex digits",
				i + 1);
		}
	}
	free(conf->clients);
	conf->clients = list;
	conf->nclients = (size_t)n;
	return 0;
}

static int set_bank(const struct conf_file *f, const config_setting_t *s,
		    struct shinrai_selection *sel)
{
	const char *name = config_setting_name(s);
	u16 alg = shinrai_bank_by_name(name, strlen(name));
	int i, pcr, n = config_setting_length(s);
	u32 mask = 0;

	if (!alg)
		return conf_bad(f, s,
				"pcrs: unknown bank %s (sha1, sha256, sha384, "
				"sha512, ...)",
				name);
	if (!config_setting_is_array(s) || !n || sel->count == CONF_BANKS)
		return conf_bad(f, s,
				"pcrs: each of at most %d banks is an array of "
				"PCR numbers",
				CONF_BANKS);
	for (i = 0; i < n; i++) {
		const config_setting_t *e =
			config_setting_get_elem(s, (unsigned int)i);

		pcr = config_setting_get_int(e);
		if (config_setting_type(e) != CONFIG_TYPE_INT || pcr < 0 ||
		    pcr >= CONF_PCRS || mask >> pcr & 1)
			return conf_bad(f, s,
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

static int read_pcrs(const struct conf_file *f, const config_setting_t *s)
{
	struct shinrai_selection sel = { 0 };
	struct conf *conf = f->conf;
	int i, ret;

	if (!config_setting_is_group(s) || !config_setting_length(s))
		return conf_bad(f, s,
				"pcrs is a group: "
				"pcrs = { sha256 = [ 0, 1, ... ]; }");
	for (i = 0; i < config_setting_length(s); i++) {
		ret = set_bank(f, config_setting_get_elem(s, (unsigned int)i),
			       &sel);
		if (ret)
			return ret;
	}
	conf->pcrs = sel;
	return 0;
}

static const char *is_url(const char *text)
{
	struct url url;

	if (!*text || !url_parse(text, &url))
		return NULL;
	return "is https://ADDRESS:PORT/PATH; names are not looked up";
}

static const char *is_verifier(const char *text)
{
	struct url url;

	if (!*text || (!url_parse(text, &url) && !strcmp(url.path, "/")))
		return NULL;
	return "is https://ADDRESS:PORT/; names are not looked up";
}

static const struct conf_key keys[] = {
	TEXT(listen, conf_address, "0.0.0.0"),
	NUMBER(port, port, 0, 65535, 8417),
	TEXT(tls_cert, conf_some, "/etc/shinrai/tls/cert.pem"),
	TEXT(tls_key, conf_some, "/etc/shinrai/tls/key.pem"),
	TEXT(tls_ca, conf_some, "/etc/shinrai/tls/ca.pem"),
	{ .name = "allow_clients", .kind = CONF_OTHER, .read = read_clients },
	TEXT(tcti, conf_some, "device:/dev/tpmrm0"),
	NUMBER(ak_generation, ak_generation, 0, INT_MAX, 0),
	{ .name = "pcrs", .kind = CONF_OTHER, .read = read_pcrs },
	TEXT(log_device, conf_some, "/dev/shinrai"),
	TEXT(ima_log, NULL,
	     "/sys/kernel/security/ima/binary_runtime_measurements"),
	TEXT(firmware_log, NULL,
	     "/sys/kernel/security/tpm0/binary_bios_measurements"),
	TEXT(spool, conf_absolute, "/var/lib/shinrai"),
	TEXT(user, NULL, "shinrai"),
	TEXT(report_url, is_url, ""),
	TEXT(report_name, url_name_fault, ""),
	TEXT(verifier_url, is_verifier, ""),
	TEXT(verifier_name, url_name_fault, ""),
	{ .name = "limits",
	  .kind = CONF_GROUP,
	  .group = limit_keys,
	  .shape = "connections = 100;" },
	{ 0 },
};

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
	struct conf_file f = { .conf = conf,
			       .keys = keys,
			       .page = "shinraid.conf(5)",
			       .err = err,
			       .errlen = errlen };

	memset(conf, 0, sizeof(*conf));
	conf->pcrs.count = 1;
	conf->pcrs.bank[0].alg = SHINRAI_ALG_SHA256;
	conf->pcrs.bank[0].size = CONF_PCRS / 8;
	conf->pcrs.bank[0].mask = 0x77ff; /* 0-10, 12, 13, 14 */
	return conf_file_load(&f, path);
}

/**
 * conf_free() - release what conf_load() allocated
 * @conf: may be partly filled
 */
void conf_free(struct conf *conf)
{
	conf_file_free(conf, keys);
	free(conf->clients);
	memset(conf, 0, sizeof(*conf));
}
