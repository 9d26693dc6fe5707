// SPDX-License-Identifier: MIT
/* flush: extend what is pending, print records and the PCR values they make. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <shinrai/bank.h>

#include "logread.h"

struct pcr {
	const char *name;
	unsigned int index;
	const struct shinrai_bank *banks;
};

static void bank_texts(const struct shinrai_bank *b, char *alg, size_t cap,
		       char *hex)
{
	const char *name = shinrai_bank_name(b->alg);
	size_t size = b->size;

	if (size > SHINRAI_MAX_BANK_SIZE)
		size = SHINRAI_MAX_BANK_SIZE;
	if (name)
		snprintf(alg, cap, "%s", name);
	else
		snprintf(alg, cap, "alg-%#x", b->alg);
	shinrai_hex_encode(b->value, size, hex);
}

static json_t *pcr_json(const struct pcr *pcr, unsigned int n)
{
	char alg[16], hex[2 * SHINRAI_MAX_BANK_SIZE + 1];
	json_t *banks = json_object();
	unsigned int i;

	for (i = 0; i < n; i++) {
		bank_texts(&pcr->banks[i], alg, sizeof(alg), hex);
		json_object_set_new(banks, alg,
				    pcr->banks[i].capped ?
					    json_string("capped") :
					    json_string(hex));
	}
	return json_pack("{s:i, s:o}", "pcr", pcr->index, "banks", banks);
}

static void pcr_print(const struct pcr *pcr, unsigned int n)
{
	char alg[16], hex[2 * SHINRAI_MAX_BANK_SIZE + 1];
	unsigned int i;

	for (i = 0; i < n; i++) {
		bank_texts(&pcr->banks[i], alg, sizeof(alg), hex);
		printf("PCR %-3u %-5s %-9s %s\n", pcr->index, pcr->name, alg,
		       pcr->banks[i].capped ? "capped" : hex);
	}
}

static int flush(struct ctl *ctl, int fd)
{
	CTL_FREE struct shinrai_flush *out = ctl_alloc(sizeof(*out));
	struct pcr code = { "code", 0, out->code };
	struct pcr flow = { "flow", 0, out->flow };
	struct shinrai_info info;

	if (ioctl(fd, SHINRAI_IOC_INFO, &info))
		return logread_device_error(ctl, "ask", errno);
	if (ioctl(fd, SHINRAI_IOC_FLUSH, out))
		return logread_device_error(ctl, "flush", errno);
	if (out->nbanks > SHINRAI_MAX_BANKS)
		return ctl_error(ctl, "abi", "install matching versions",
				 "%s: %u banks", SHINRAI_DEVICE, out->nbanks);
	code.index = info.pcr_code;
	flow.index = info.pcr_flow;
	if (ctl->json)
		return ctl_json_out(ctl, stdout,
				    json_pack("{s:I, s:o, s:o}", "records",
					      (json_int_t)out->records, "code",
					      pcr_json(&code, out->nbanks),
					      "flow",
					      pcr_json(&flow, out->nbanks)));
	printf("records %llu\n", (unsigned long long)out->records);
	pcr_print(&code, out->nbanks);
	pcr_print(&flow, out->nbanks);
	return EXIT_OK;
}

int cmd_flush(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_opt opts[] = { { 0 } };
	int ret = ctl_options(ctl, opts, argc, argv), fd;

	if (ret != CTL_GO_ON)
		return ret;
	/* Open for writing: a flush makes the TPM work. */
	fd = open(SHINRAI_DEVICE, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return logread_device_error(ctl, "open", errno);
	ret = flush(ctl, fd);
	close(fd);
	return ret ? ret : ctl_flush_stdout(ctl);
}
