// SPDX-License-Identifier: MIT
/* shinrai-verify: the verb table. */
#include <string.h>

#include <shinrai/version.h>

#include "judge.h"
#include "verify.h"

static const struct verify_verb verbs[] = {
	{ "live",
	  "https://HOST:PORT --cert FILE --key FILE --ca FILE [OPTION]...",
	  "challenge a machine and appraise its answer",
	  "  --cert FILE      our certificate, PEM\n"
	  "  --key FILE       its key, PEM\n"
	  "  --ca FILE        who issued the machine's certificate, PEM\n"
	  "  --name NAME      name in it, when not HOST\n"
	  "  --pin HEX        SHA-256 of it\n"
	  "  --timeout SECONDS  of a challenge and its answer (30)\n"
	  "  --full           the whole log, whatever --state remembers\n"
	  "  --violations     ask for a violation report instead\n"
	  "  --since N        with those of record N and later ones\n"
	  "  --learn-ak       write --ak on first use; the verdict says so\n" JUDGE_HELP,
	  verb_live },
	{ "check", "EVIDENCE [OPTION]...", "appraise saved evidence",
	  "  --verifier-cert FILE  who saved it, PEM; else when is unknown\n" JUDGE_HELP,
	  verb_check },
	{ "report", "FILE [OPTION]...",
	  "list the violations that a report or saved evidence proves",
	  "  --verifier-cert FILE  who saved it, PEM\n" JUDGE_HELP,
	  verb_report },
	{ "replay", "cel|ima|bootlog FILE [--big-endian]",
	  "replay a log: PCR values of each bank, every wrong entry",
	  "  --big-endian     IMA list of a big-endian machine\n",
	  verb_replay },
	{ "quote", "--attest FILE --signature FILE --key PEM [OPTION]...",
	  "check one TPM quote and print its fields",
	  "  --attest FILE    TPMS_ATTEST\n"
	  "  --signature FILE TPMT_SIGNATURE\n"
	  "  --key PEM        public key or certificate\n"
	  "  --nonce HEX      qualifying data that must be in it\n"
	  "  --pcrs FILE      PCR values (PROTOCOL.md 2.5, or tpm2_quote's)\n"
	  "  --no-resettable  refuse PCRs that software can reset (16, 23)\n",
	  verb_quote },
	{ "proof", "--keys FILE --head FILE [OPTION]...",
	  "check what the log of a verifier proves",
	  "  --keys FILE      its /.well-known/jwks.json\n"
	  "  --head FILE      its /v1/log\n"
	  "  --inclusion FILE its /v1/log/proof/inclusion: an entry is in it\n"
	  "  --old FILE       an earlier --head, whose log this one continues\n"
	  "  --consistency FILE  its /v1/log/proof/consistency, from that on\n",
	  verb_proof },
};

static const char exit_text[] =
	"Exit status: 0 trusted (proven, valid, consistent), 3 untrusted"
	" (refuted,\nrefused, wrong, malformed), 4 cannot tell, 1 failure, 2"
	" usage.  \"-\" is"
	" standard input.\n";

static int print_help(struct verify *v)
{
	size_t i;

	puts("usage: shinrai-verify VERB [OPTION]...\n");
	for (i = 0; i < ARRAY_SIZE(verbs); i++)
		printf("  %-8s %s\n", verbs[i].name, verbs[i].summary);
	printf("\nEvery verb takes --json and --help.\n%s", exit_text);
	return verify_finish(v, VERIFY_GOOD);
}

int verify_help(struct verify *v)
{
	printf("usage: shinrai-verify %s %s\n\n%s", v->verb->name,
	       v->verb->synopsis, v->verb->options);
	printf("  --json           print JSON, errors too\n%s", exit_text);
	return verify_finish(v, VERIFY_GOOD);
}

static bool wants_json(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc && strcmp(argv[i], "--"); i++) {
		if (!strcmp(argv[i], "--json"))
			return true;
	}
	return false;
}

int main(int argc, char **argv)
{
	/* Errors in the options honour --json too. */
	struct verify v = { .json = wants_json(argc, argv) };
	size_t i;

	if (argc < 2)
		return verify_usage(&v, "no verb given");
	if (!strcmp(argv[1], "--help"))
		return print_help(&v);
	if (!strcmp(argv[1], "--version")) {
		puts("shinrai-verify " SHINRAI_VERSION);
		return verify_finish(&v, VERIFY_GOOD);
	}
	for (i = 0; i < ARRAY_SIZE(verbs); i++) {
		if (strcmp(argv[1], verbs[i].name))
			continue;
		v.verb = &verbs[i];
		return verbs[i].run(&v, argc - 1, argv + 1);
	}
	return verify_usage(&v, "no such verb: %s", argv[1]);
}
