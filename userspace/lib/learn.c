// SPDX-License-Identifier: MIT
/* What a boot measured, for references to be learned from it. */
#include <stdio.h>
#include <stdlib.h>

#include <shinrai/hex.h>
#include <shinrai/learn.h>
#include <shinrai/util.h>

#define PCRS 10 /* of firmware, boot loaders and the EFI stub */
#define LOADER_PCR 4
#define STUB_PCR 9

static int add_digest(json_t *list, const struct shinrai_bootlog_event *e)
{
	const u8 *digest = shinrai_bootlog_digest(e, SHINRAI_ALG_SHA256);
	char hex[2 * 32 + 1];

	if (!digest)
		return -ENOTSUP;
	if (json_array_size(list) == SHINRAI_MAX_LEARNED)
		return -E2BIG;
	return json_array_append_new(
		       list, json_pack("{s:s, s:i}", "sha256",
				       shinrai_hex_encode(digest, 32, hex),
				       "event", (int)e->index)) ?
		       -ENOMEM :
		       0;
}

static int take_event(const struct shinrai_bootlog_event *e, json_t *out)
{
	struct shinrai_bootlog_tag tag;
	const char *list = NULL;

	if (e->pcr == LOADER_PCR &&
	    (e->type == SHINRAI_EV_EFI_BOOT_SERVICES_APPLICATION ||
	     e->type == SHINRAI_EV_EFI_BOOT_SERVICES_DRIVER ||
	     e->type == SHINRAI_EV_EFI_RUNTIME_SERVICES_DRIVER))
		list = "kernel";
	else if (e->pcr == STUB_PCR && !shinrai_bootlog_tag(e, &tag))
		list = tag.id == SHINRAI_TAG_LINUX_INITRD  ? "initramfs" :
		       tag.id == SHINRAI_TAG_LINUX_OPTIONS ? "cmdline" :
							     NULL;
	return list ? add_digest(json_object_get(out, list), e) : 0;
}

static int add_pcrs(const struct shinrai_replay *r, json_t *pcrs)
{
	char hex[2 * 32 + 1], number[8];
	const u8 *value;
	unsigned int i;

	for (i = 0; i < PCRS; i++) {
		value = shinrai_replay_get(r, SHINRAI_ALG_SHA256, (u8)i);
		if (!value)
			return -ENOTSUP;
		snprintf(number, sizeof(number), "%u", i);
		if (json_object_set_new(
			    pcrs, number,
			    json_string(shinrai_hex_encode(value, 32, hex))))
			return -ENOMEM;
	}
	return 0;
}

int shinrai_learn_boot(const void *log, size_t len, json_t **out)
{
	SHINRAI_FREE struct shinrai_bootlog *b = malloc(sizeof(*b));
	struct shinrai_bootlog_event e;
	json_t *j = json_pack("{s:s, s:{}, s:[], s:[], s:[]}", "bank", "sha256",
			      "pcrs", "kernel", "initramfs", "cmdline");
	int ret = b && j ? shinrai_bootlog_init(b, log, len) : -ENOMEM;

	while (!ret && (ret = shinrai_bootlog_next(b, &e)) > 0)
		ret = take_event(&e, j);
	if (ret == -ENODATA)
		ret = -EBADMSG;
	if (!ret)
		ret = add_pcrs(&b->replay, json_object_get(j, "pcrs"));
	if (ret) {
		json_decref(j);
		return ret;
	}
	*out = j;
	return 0;
}
