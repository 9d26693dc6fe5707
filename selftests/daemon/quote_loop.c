// SPDX-License-Identifier: MIT
/* Quotes in a row through the daemon's TPM code; says how its memory grew. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../userspace/shinraid/tpm.h"

/* Resident pages. */
static long resident(void)
{
	long total, pages = -1;
	FILE *f = fopen("/proc/self/statm", "r");

	if (f && fscanf(f, "%ld %ld", &total, &pages) != 2)
		pages = -1;
	if (f)
		fclose(f);
	return pages;
}

/* usage: quote_loop TCTI COUNT; prints "QUOTES KIB-GROWN" */
int main(int argc, char **argv)
{
	static struct msg_quoted out;
	u8 qualifying[32] = { 0 };
	long i, count, before = 0;
	struct tpm t;
	TSS2_RC rc;

	if (argc != 3)
		return 2;
	count = atol(argv[2]);
	rc = tpm_connect(&t, argv[1]);
	if (!rc) {
		t.selection.count = 1;
		t.selection.bank[0].alg = SHINRAI_ALG_SHA256;
		t.selection.bank[0].mask = 0x77ff;
		rc = tpm_prepare(&t, 0);
	}
	for (i = 0; i < count && !rc; i++) {
		memcpy(qualifying, &i, sizeof(i));
		rc = tpm_quote(&t, qualifying, &out);
		if (i == count / 10)
			before = resident();
	}
	if (rc) {
		fprintf(stderr, "quote %ld: %s\n", i, tpm_error(rc));
		return 1;
	}
	printf("%ld %ld\n", i,
	       (resident() - before) * (sysconf(_SC_PAGESIZE) / 1024));
	fflush(stdout);
	if (getchar() == EOF) /* until the TPM was looked at from outside */
		tpm_close(&t);
	return 0;
}
