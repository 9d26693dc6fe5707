// SPDX-License-Identifier: MIT
/*
 * Stands in for a machine's boot and module in the folder it is given: log,
 * firmware, known.txt, boot.json, and extends, for tpm2_pcrextend.
 * usage: make_log FOLDER good|rogue
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/ec.h>
#include <openssl/sha.h>

#include "forge.h"

static void put(const char *name, const void *data, size_t len)
{
	FILE *f = fopen(name, "w");

	if (!f || fwrite(data, 1, len, f) != len || fclose(f))
		exit(1);
}

static void put_extend(FILE *f, u32 pcr, const u8 digest[32])
{
	unsigned int i;

	fprintf(f, "%u:sha256=", pcr);
	for (i = 0; i < 32; i++)
		fprintf(f, "%02x", digest[i]);
	fputc('\n', f);
}

static void put_extends(const struct forge *f)
{
	struct shinrai_rd log;
	struct shinrai_record r;
	FILE *out = fopen("extends", "w");
	unsigned int i;
	u8 digest[32];

	if (!out)
		exit(1);
	for (i = 0; i < f->nboot; i++)
		put_extend(out, f->boot[i].pcr, f->boot[i].digest);
	shinrai_rd_init(&log, f->item[SHINRAI_ITEM_LOG],
			f->len[SHINRAI_ITEM_LOG]);
	while (shinrai_record_next(&log, &r) > 0) {
		SHA256(r.content, SHINRAI_HEADER_TLV, digest);
		put_extend(out, r.index, digest);
	}
	if (fclose(out))
		exit(1);
}

int main(int argc, char **argv)
{
	struct forge *f = malloc(sizeof(*f));
	EVP_PKEY *key = EVP_EC_gen("P-256");

	if (argc != 3 || !f || !key || chdir(argv[1]))
		return 2;
	forge_init(f, key);
	/* The last record is the rogue one. */
	if (strcmp(argv[2], "rogue"))
		f->nrec--;
	f->quoted = f->nrec;
	forge_build(f);
	put("log", f->item[SHINRAI_ITEM_LOG], f->len[SHINRAI_ITEM_LOG]);
	put("firmware", f->item[SHINRAI_ITEM_FIRMWARE],
	    f->len[SHINRAI_ITEM_FIRMWARE]);
	put("known.txt", f->digests, strlen(f->digests));
	put("boot.json", f->reference, strlen(f->reference));
	put_extends(f);
	EVP_PKEY_free(key);
	free(f);
	return 0;
}
