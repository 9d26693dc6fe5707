// SPDX-License-Identifier: MIT
/* reference make: what a known good boot looks like, PROTOCOL.md 8.2. */
#include <errno.h>
#include <string.h>

#include <shinrai/bank.h>
#include <shinrai/bootlog.h>
#include <shinrai/hash.h>
#include <shinrai/reference.h>

#include "reference.h"

#define MAX_KERNEL ((size_t)256 << 20)
#define MAX_INITRD ((size_t)2 << 30)
#define MAX_BOOTLOG ((size_t)16 << 20)
#define MAX_MODULE ((size_t)64 << 20)

struct reference {
	struct ctl *ctl;
	const char *kernel, *initrd, *cmdline, *firmware, *pcrs, *module, *out;
	bool arms;
	u32 mask; /* of @pcrs */
};

static int read_input(struct reference *r, const char *path, size_t limit,
		      struct ctl_buf *b)
{
	int ret = ctl_read_file(path, limit, b);

	if (!ret && b->len)
		return 0;
	return ctl_error(r->ctl, "io", NULL, "cannot read %s: %s", path,
			 ret ? strerror(-ret) : "it is empty");
}

static json_t *name_json(const char *path)
{
	const char *base = strrchr(path, '/');
	CTL_FREE char *name = NULL;

	base = base ? base + 1 : path;
	name = ctl_escape(base, strlen(base), false);
	return json_string(name);
}

static int add_kernel(struct reference *r, json_t *to)
{
	char hex[2 * 32 + 1];
	CTL_BUF file = { 0 };
	u8 sha256[32];
	int ret = read_input(r, r->kernel, MAX_KERNEL, &file);

	if (ret)
		return ret;
	ret = shinrai_authenticode(SHINRAI_ALG_SHA256, file.data, file.len,
				   sha256);
	if (ret)
		return ctl_error(r->ctl, "format",
				 "a bzImage with an EFI stub is wanted",
				 "%s: not a PE image that firmware can measure",
				 r->kernel);
	shinrai_hex_encode(sha256, sizeof(sha256), hex);
	json_object_set_new(to, "kernel",
			    json_pack("[{s:s, s:o}]", "sha256", hex, "name",
				      name_json(r->kernel)));
	return 0;
}

static int add_initrd(struct reference *r, json_t *to)
{
	char hex[2 * 32 + 1];
	CTL_BUF file = { 0 };
	struct shinrai_sha256 c;
	u8 sha256[32];
	int ret = read_input(r, r->initrd, MAX_INITRD, &file);

	if (ret)
		return ret;
	shinrai_sha256_init(&c);
	shinrai_sha256_update(&c, file.data, file.len);
	shinrai_sha256_final(&c, sha256);
	shinrai_hex_encode(sha256, sizeof(sha256), hex);
	json_object_set_new(to, "initramfs",
			    json_pack("[{s:s, s:b, s:o}]", "sha256", hex,
				      "arms", r->arms, "name",
				      name_json(r->initrd)));
	return 0;
}

/* Return: 0; EXIT_ERROR, told. */
static int replay(struct reference *r, const struct ctl_buf *file,
		  struct shinrai_bootlog *log)
{
	struct shinrai_bootlog_event e;
	int ret = shinrai_bootlog_init(log, file->data, file->len);

	if (!ret)
		while ((ret = shinrai_bootlog_next(log, &e)) > 0)
			;
	if (ret)
		return ctl_error(r->ctl, "format", NULL, "%s: %s at byte %zu",
				 r->firmware,
				 shinrai_bootlog_error_text(log->error),
				 shinrai_bootlog_offset(log));
	if (log->faults)
		ctl_note(r->ctl,
			 "%s: not quite in order, see shinrai-verify"
			 " replay bootlog",
			 r->firmware);
	return 0;
}

static int add_firmware(struct reference *r, json_t *to)
{
	CTL_FREE struct shinrai_bootlog *log = ctl_alloc(sizeof(*log));
	char hex[2 * 32 + 1], number[16];
	CTL_JSON pcrs = json_object();
	CTL_BUF file = { 0 };
	const u8 *value;
	unsigned int i;
	int ret;

	if (!r->firmware)
		return 0;
	ret = read_input(r, r->firmware, MAX_BOOTLOG, &file);
	if (!ret)
		ret = replay(r, &file, log);
	if (ret)
		return ret;
	for (i = 0; i < SHINRAI_PCR_COUNT; i++) {
		if (!(r->mask >> i & 1))
			continue;
		value = shinrai_replay_get(&log->replay, SHINRAI_ALG_SHA256,
					   (u8)i);
		if (!value)
			return ctl_error(r->ctl, "format", NULL,
					 "%s: it has no SHA-256 digests",
					 r->firmware);
		snprintf(number, sizeof(number), "%u", i);
		shinrai_hex_encode(value, 32, hex);
		json_object_set_new(pcrs, number, json_string(hex));
	}
	json_object_set_new(to, "firmware",
			    json_pack("[{s:O, s:s, s:o}]", "pcrs", pcrs, "bank",
				      "sha256", "name",
				      name_json(r->firmware)));
	return 0;
}

static int add_module(struct reference *r, json_t *to)
{
	struct shinrai_ref_module m;
	char hex[2 * 32 + 1];
	CTL_BUF file = { 0 };
	int ret;

	if (!r->module)
		return 0;
	ret = read_input(r, r->module, MAX_MODULE, &file);
	if (ret)
		return ret;
	ret = shinrai_module_read(file.data, file.len, &m);
	if (ret == -ENODATA)
		return ctl_error(r->ctl, "format",
				 "give the module that the initramfs loads",
				 "%s: not shinrai.ko, or of a version that does"
				 " not name its programs",
				 r->module);
	if (ret)
		return ctl_error(r->ctl, "format",
				 "if it is compressed, unpack it first",
				 "%s: not a kernel module of 64 bits",
				 r->module);
	shinrai_hex_encode(m.programs, sizeof(m.programs), hex);
	json_object_set_new(to, "module",
			    json_pack("[{s:s, s:s, s:o}]", "srcversion",
				      m.srcversion, "programs", hex, "name",
				      name_json(r->module)));
	return 0;
}

static int check(struct reference *r)
{
	if (!r->kernel || !r->initrd || !r->cmdline)
		return ctl_usage(r->ctl, "reference make: --kernel, --initrd"
					 " and --cmdline are needed");
	return reference_pcrs(r->ctl, r->pcrs, SHINRAI_PCR_COUNT, &r->mask);
}

static int write_out(struct reference *r, const json_t *json)
{
	int ret = reference_write(r->ctl, r->out, json);

	if (!ret && r->ctl->json && strcmp(r->out, "-"))
		return ctl_json_out(r->ctl, stdout,
				    json_pack("{s:s, s:b}", "file", r->out,
					      "arms", r->arms));
	return ret;
}

static int run(struct reference *r)
{
	CTL_JSON json = json_pack("{s:s}", "format", "shinrai-boot-v1");
	int ret = check(r);

	if (!ret)
		ret = add_kernel(r, json);
	if (!ret)
		ret = add_initrd(r, json);
	if (ret)
		return ret;
	json_object_set_new(json, "cmdline",
			    json_pack("[{s:o}]", "text",
				      json_string(r->cmdline)));
	if (!json_object_get(json, "cmdline"))
		return ctl_error(r->ctl, "format", NULL,
				 "--cmdline: it is not UTF-8");
	ret = add_firmware(r, json);
	if (!ret)
		ret = add_module(r, json);
	return ret ? ret : write_out(r, json);
}

int cmd_reference_make(struct ctl *ctl, int argc, char **argv)
{
	struct reference r = { .ctl = ctl, .pcrs = FIRMWARE_PCRS, .out = "-" };
	struct ctl_opt opts[] = {
		{ "kernel", CTL_TEXT, &r.kernel, "FILE", "the kernel's image",
		  0 },
		{ "initrd", CTL_TEXT, &r.initrd, "FILE", "the initramfs", 0 },
		{ "arms", CTL_FLAG, &r.arms, NULL,
		  "the initramfs arms the module before all else", 0 },
		{ "cmdline", CTL_TEXT, &r.cmdline, "TEXT",
		  "the kernel's command line", 0 },
		{ "firmware-log", CTL_TEXT, &r.firmware, "FILE",
		  "binary_bios_measurements of a good boot", 0 },
		{ "firmware-pcrs", CTL_TEXT, &r.pcrs, "LIST",
		  "PCRs taken from it; default " FIRMWARE_PCRS, 0 },
		{ "module", CTL_TEXT, &r.module, "FILE",
		  "shinrai.ko, as the initramfs loads it", 0 },
		{ "out", CTL_TEXT, &r.out, "FILE", "default: -", 0 },
		{ 0 },
	};
	int ret = ctl_options(ctl, opts, argc, argv);

	if (ret != CTL_GO_ON)
		return ret;
	ret = run(&r);
	return ret ? ret : ctl_flush_stdout(ctl);
}
