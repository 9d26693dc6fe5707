// SPDX-License-Identifier: MIT
/* fleet learn: boot references of a device that a verifier judges now. */
#include <string.h>

#include <shinrai/bank.h>
#include <shinrai/reference.h>

#include "fleet.h"
#include "reference.h"

#define FIRMWARE_PCR_COUNT 8 /* PFP: those of the firmware */

struct learn {
	struct ctl *ctl;
	const char *pcrs, *cmdline, *out;
	bool arms, firmware_only;
	u32 mask; /* of @pcrs */
	const json_t *boot; /* as the verifier says */
	char name[160]; /* of each entry, which verdicts tell */
};

static const char *said(const struct learn *l, const char *key)
{
	return json_string_value(json_object_get(l->boot, key));
}

static int not_said(struct learn *l, const char *what)
{
	return ctl_error(l->ctl, "answer", "is it of this version?",
			 "the verifier's answer has no %s", what);
}

/* Where it is from; not part of what is compared. */
static json_t *learned(const struct learn *l, const char *verifier)
{
	static const char *const keys[] = { "device", "policy",	 "state",
					    "judged", "boot_id", "since",
					    "ak",     "ek",	 "assurance" };
	json_t *j = json_pack("{s:s}", "verifier", verifier);
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (said(l, keys[i]))
			json_object_set(j, keys[i],
					json_object_get(l->boot, keys[i]));
	}
	return j;
}

static int add_firmware(struct learn *l, json_t *to)
{
	json_t *all = json_object_get(l->boot, "pcrs"), *value;
	CTL_JSON pcrs = json_object();
	char number[8];
	unsigned int i;

	for (i = 0; i < FIRMWARE_PCR_COUNT; i++) {
		if (!(l->mask >> i & 1))
			continue;
		snprintf(number, sizeof(number), "%u", i);
		value = json_object_get(all, number);
		if (!value)
			return not_said(l, "PCR values");
		json_object_set(pcrs, number, value);
	}
	json_object_set_new(to, "firmware",
			    json_pack("[{s:O, s:s, s:s}]", "pcrs", pcrs, "bank",
				      said(l, "bank"), "name", l->name));
	return 0;
}

static int add_files(struct learn *l, json_t *to, const char *list)
{
	const json_t *all = json_object_get(l->boot, list), *j;
	json_t *files = json_array(), *file;
	size_t i;

	json_object_set_new(to, list, files);
	if (!json_is_array(all))
		return not_said(l, list);
	json_array_foreach(all, i, j) {
		file = json_pack("{s:O, s:s}", "sha256",
				 json_object_get(j, "sha256"), "name", l->name);
		if (!file)
			return not_said(l, list);
		if (!strcmp(list, "initramfs"))
			json_object_set_new(file, "arms", json_true());
		json_array_append_new(files, file);
	}
	return 0;
}

/* A digest is all that was measured: whoever knows the text says it. */
static int add_cmdline(struct learn *l, json_t *to)
{
	const json_t *all = json_object_get(l->boot, "cmdline"), *j;
	char hex[2 * 32 + 1];
	const char *one, *last = "none";
	u8 digest[32];
	size_t i;

	if (shinrai_cmdline_digest(SHINRAI_ALG_SHA256, l->cmdline, digest))
		return ctl_error(l->ctl, "format", NULL,
				 "--cmdline: it is not UTF-8");
	shinrai_hex_encode(digest, sizeof(digest), hex);
	json_array_foreach(all, i, j) {
		one = json_string_value(json_object_get(j, "sha256"));
		if (one && !strcmp(one, hex)) {
			json_object_set_new(to, "cmdline",
					    json_pack("[{s:s}]", "text",
						      l->cmdline));
			return 0;
		}
		last = one ?: last;
	}
	return ctl_error(l->ctl, "cmdline",
			 "give it as the boot loader hands it over: "
			 "/proc/cmdline, or what the loader adds to it",
			 "%s was not booted with this command line, whose "
			 "SHA-256 is %s; measured was %s",
			 said(l, "device"), hex, last);
}

static int add_boot(struct learn *l, json_t *to)
{
	int ret = add_files(l, to, "kernel");

	if (!ret && l->arms)
		ret = add_files(l, to, "initramfs");
	else if (!ret)
		ctl_note(l->ctl, "the initramfs is left out: whether it arms "
				 "the module nobody can learn; if you know "
				 "that, say --arms");
	if (!ret && l->cmdline)
		ret = add_cmdline(l, to);
	else if (!ret)
		ctl_note(l->ctl,
			 "the command line is left out: only its digest "
			 "was measured; say --cmdline TEXT");
	return ret;
}

static int make(struct learn *l, const char *verifier)
{
	CTL_JSON json = json_pack("{s:s}", "format", "shinrai-boot-v1");
	int ret;

	if (!said(l, "device") || !said(l, "since") || !said(l, "bank"))
		return not_said(l, "device, time or bank");
	snprintf(l->name, sizeof(l->name), "learned from %s, %s",
		 said(l, "device"), said(l, "since"));
	json_object_set_new(json, "learned", learned(l, verifier));
	ret = add_firmware(l, json);
	if (!ret && !l->firmware_only)
		ret = add_boot(l, json);
	return ret ? ret : reference_write(l->ctl, l->out, json);
}

static int check(struct learn *l)
{
	if (l->firmware_only && (l->arms || l->cmdline))
		return ctl_usage(l->ctl,
				 "%s: --firmware-only goes with "
				 "neither --arms nor --cmdline",
				 l->ctl->verb->name);
	return reference_pcrs(l->ctl, l->pcrs, FIRMWARE_PCR_COUNT, &l->mask);
}

int cmd_fleet_learn(struct ctl *ctl, int argc, char **argv)
{
	struct learn l = { .ctl = ctl, .pcrs = FIRMWARE_PCRS, .out = "-" };
	CTL_FLEET f = { 0 };
	struct ctl_opt opts[] = {
		FLEET_OPTIONS(f),
		{ "firmware-pcrs", CTL_TEXT, &l.pcrs, "LIST",
		  "of 0 to 7; default " FIRMWARE_PCRS, false },
		{ "firmware-only", CTL_FLAG, &l.firmware_only, NULL,
		  "neither kernel, initramfs nor command line", false },
		{ "arms", CTL_FLAG, &l.arms, NULL,
		  "the initramfs arms the module before all else", false },
		{ "cmdline", CTL_TEXT, &l.cmdline, "TEXT",
		  "the kernel's command line", false },
		{ "out", CTL_TEXT, &l.out, "FILE", "default: -", false },
		{ 0 }
	};
	CTL_JSON boot = NULL;
	char path[128];
	int ret = ctl_options(ctl, opts, argc, argv);

	if (ret != CTL_GO_ON)
		return ret;
	ret = fleet_path(ctl, "/boot", path, sizeof(path));
	if (!ret)
		ret = check(&l);
	if (!ret)
		ret = fleet_ask(ctl, &f, "GET", path, NULL, &boot);
	if (ret)
		return ret;
	l.boot = boot;
	ret = make(&l, f.verifier);
	if (ret)
		return ret;
	if (ctl->json && strcmp(l.out, "-"))
		return ctl_json_out(ctl, stdout,
				    json_pack("{s:s, s:s}", "file", l.out,
					      "device", said(&l, "device")));
	return ctl_flush_stdout(ctl);
}
