// SPDX-License-Identifier: MIT
/* shinraictl: the verb table; without a verb it is "status". */
#include <string.h>

#include <shinrai/version.h>

#include "ctl.h"

static const struct ctl_verb verbs[] = {
	{ "status", "", 0, "what is loaded, armed and recorded", cmd_status },
	{ "arm", "", 0, "attach every hook, or none", cmd_arm },
	{ "mode", "[observe|enforce]", 1, "print or change the mode",
	  cmd_mode },
	{ "flush", "", 0, "extend what is pending, print the PCR values",
	  cmd_flush },
	{ "log show", "[FILE]", 1, "print records and events", cmd_log_show },
	{ "log follow", "[FILE]", 1, "print them as they come",
	  cmd_log_follow },
	{ "log export", "FILE", 1, "write the log, with fields withheld",
	  cmd_log_export },
	{ "violations list", "[FILE]", 1, "what policies denied",
	  cmd_violations_list },
	{ "violations show", "RECORD [FILE]", 2, "all that a record says of it",
	  cmd_violations_show },
	{ "violations follow", "[FILE]", 1, "print them as they come",
	  cmd_violations_follow },
	{ "digests make", "", 1, "list the digests of known code",
	  cmd_digests_make },
	{ "reference make", "", 0, "write the references of a known boot",
	  cmd_reference_make },
	{ "reference sign", "FILE...", 1000, "vouch for reference values",
	  cmd_reference_sign },
	{ "label add", "NAMESPACE/LABEL FILE...", 1000, "label files",
	  cmd_label_add },
	{ "label apply", "NAMESPACE", 1, "label the files that a policy names",
	  cmd_label_apply },
	{ "label show", "FILE...", 1000, "print the labels of files",
	  cmd_label_show },
	{ "owner admit", "", 0, "let somebody have policies here",
	  cmd_owner_admit },
	{ "owner revoke", "[NAMESPACE|OWNER]", 1, "and no more",
	  cmd_owner_revoke },
	{ "owner load", "FILE...", 1000, "load what was signed elsewhere",
	  cmd_owner_load },
	{ "owner list", "", 0, "print who is admitted, and his policy",
	  cmd_owner_list },
	{ "policy check", "FILE", 1, "is a text a policy?", cmd_policy_check },
	{ "policy compile", "FILE", 1, "make the blob that its owner signs",
	  cmd_policy_compile },
	{ "policy sign", "BLOB", 1, "sign it for the kernel", cmd_policy_sign },
	{ "policy load", "[BLOB]", 1, "put a signed policy in force",
	  cmd_policy_load },
	{ "policy show", "FILE", 1, "print what a policy says",
	  cmd_policy_show },
	{ "policy diff", "OLD NEW", 2, "print what it says otherwise",
	  cmd_policy_diff },
	{ "policy explain", "FILE", 1, "print which rule decides, and why",
	  cmd_policy_explain },
	{ "policy whatif", "", 0, "judge a log by other policies",
	  cmd_policy_whatif },
	{ "setup", "[DEVICE]", 1, "enrol this device by its TPM", cmd_setup },
	{ "fleet list", "", 0, "print how a verifier's devices stand",
	  cmd_fleet_list },
	{ "fleet show", "DEVICE", 1, "print all that is known of one",
	  cmd_fleet_show },
	{ "fleet changes", "DEVICE", 1, "print how it stood before",
	  cmd_fleet_changes },
	{ "fleet watch", "", 0, "print what becomes of them, as it happens",
	  cmd_fleet_watch },
	{ "fleet policy", "", 0, "print what devices are held against",
	  cmd_fleet_policy },
	{ "fleet learn", "DEVICE", 1, "write what it booted as references",
	  cmd_fleet_learn },
	{ "fleet enrol", "DEVICE", 1, "have a verifier judge it",
	  cmd_fleet_enrol },
	{ "fleet group", "DEVICE GROUP", 2, "put it into another group",
	  cmd_fleet_group },
	{ "fleet withdraw", "DEVICE", 1, "and no more", cmd_fleet_withdraw },
};

static void print_help(FILE *f)
{
	size_t i;

	fputs("usage: shinraictl [VERB] [OPTION]...\n\n", f);
	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		fprintf(f, "  %-20s%s\n", verbs[i].name, verbs[i].summary);
	fputs("\nWithout a verb: status.  Every verb takes --json and --help.\n"
	      "\"-\" is standard input or output.  Exit status: 0 done,"
	      " 1 failure, 2 usage.\n"
	      "Manual: shinraictl(8), shinrai(7), shinrai-policy(5),"
	      " shinrai-digests(5).\n",
	      f);
}

/* Return: words of argv that name the verb, 0 when it is another one. */
static int verb_words(const struct ctl_verb *verb, int argc, char **argv)
{
	const char *space = strchr(verb->name, ' ');
	size_t len;

	if (!space)
		return argc > 0 && !strcmp(argv[0], verb->name);
	len = (size_t)(space - verb->name);
	if (argc < 2 || strncmp(argv[0], verb->name, len) || argv[0][len])
		return 0;
	return strcmp(argv[1], space + 1) ? 0 : 2;
}

/* Of a family of verbs it says which there are. */
static int no_such_verb(struct ctl *ctl, int argc, char **argv)
{
	const size_t len = strlen(argv[0]);
	char list[256] = "";
	size_t i, n = 0;

	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		const char *name = verbs[i].name;

		if (!strncmp(name, argv[0], len) && name[len] == ' ' &&
		    n < sizeof(list))
			n += (size_t)snprintf(list + n, sizeof(list) - n,
					      "%s%s", n ? ", " : "",
					      name + len + 1);
	}
	if (!n)
		return ctl_usage(ctl, "unknown verb '%s'", argv[0]);
	if (argc < 2 || argv[1][0] == '-')
		return ctl_usage(ctl, "%s what? %s", argv[0], list);
	return ctl_usage(ctl, "unknown verb '%s %s', but %s", argv[0], argv[1],
			 list);
}

static bool wants_json(int argc, char **argv)
{
	int i;

	for (i = 0; i < argc && strcmp(argv[i], "--"); i++) {
		if (!strcmp(argv[i], "--json"))
			return true;
	}
	return false;
}

static int run(struct ctl *ctl, const struct ctl_verb *verb, int argc,
	       char **argv)
{
	int ret;

	ctl->verb = verb;
	ret = verb->run(ctl, argc, argv);
	free(ctl->operands.v);
	return ret;
}

int main(int argc, char **argv)
{
	struct ctl ctl = { 0 };
	size_t i;
	int n;

	argc--;
	argv++;
	/* Known before the options are read: their errors honour it too. */
	ctl.json = wants_json(argc, argv);
	if (argc && !strcmp(argv[0], "--help")) {
		print_help(stdout);
		return ctl_flush_stdout(&ctl);
	}
	if (argc && !strcmp(argv[0], "--version")) {
		puts("shinraictl " SHINRAI_VERSION);
		return ctl_flush_stdout(&ctl);
	}
	if (!argc || (argv[0][0] == '-' && argv[0][1] == '-'))
		return run(&ctl, &verbs[0], argc, argv);
	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		n = verb_words(&verbs[i], argc, argv);
		if (!n)
			continue;
		return run(&ctl, &verbs[i], argc - n, argv + n);
	}
	return no_such_verb(&ctl, argc, argv);
}
