// SPDX-License-Identifier: MIT
/* Names and texts of verdicts, steps and reasons. */
#include <shinrai/appraise.h>

static const struct shinrai_reason_info infos[SHINRAI_WHYS] = {
#define SHINRAI_REASON(name, code, step, verdict, text, next) \
	[SHINRAI_WHY_##name] = { code, step, verdict, text, next },
#include <shinrai/reasons.h>
};

static const char *const steps[SHINRAI_STEPS] = {
	[SHINRAI_STEP_ROOT] = "root of trust",
	[SHINRAI_STEP_QUOTE] = "TPM quote",
	[SHINRAI_STEP_FRESH] = "freshness",
	[SHINRAI_STEP_FIRMWARE] = "firmware",
	[SHINRAI_STEP_KERNEL] = "boot loader, kernel",
	[SHINRAI_STEP_INITRAMFS] = "initramfs",
	[SHINRAI_STEP_CMDLINE] = "command line",
	[SHINRAI_STEP_LOG] = "measurement log",
	[SHINRAI_STEP_START] = "module START",
	[SHINRAI_STEP_ARM] = "module ARM",
	[SHINRAI_STEP_RUNNING] = "running at arm",
	[SHINRAI_STEP_CODE] = "code",
	[SHINRAI_STEP_DATA] = "data",
	[SHINRAI_STEP_IMA] = "IMA log",
};

/**
 * shinrai_reason_info() - what a reason is about
 * @code: below SHINRAI_WHYS
 *
 * Return: static.
 */
const struct shinrai_reason_info *
shinrai_reason_info(enum shinrai_reason_code code)
{
	return &infos[code];
}

/**
 * shinrai_reason_by_code() - the reason with this stable name
 * @code: such as "log-gap"
 *
 * Return: enum shinrai_reason_code; -ENOENT.
 */
int shinrai_reason_by_code(const char *code)
{
	int i;

	for (i = 0; i < SHINRAI_WHYS; i++) {
		if (!strcmp(infos[i].code, code))
			return i;
	}
	return -ENOENT;
}

/**
 * shinrai_step_name() - words for a step of the ladder
 * @step: below SHINRAI_STEPS
 *
 * Return: static.
 */
const char *shinrai_step_name(enum shinrai_step step)
{
	return steps[step];
}

/**
 * shinrai_verdict_name() - "trusted", "untrusted" or "unknown"
 * @verdict: the verdict
 *
 * Return: static.
 */
const char *shinrai_verdict_name(enum shinrai_verdict verdict)
{
	return verdict == SHINRAI_TRUSTED ? "trusted" :
	       verdict == SHINRAI_UNKNOWN ? "unknown" :
					    "untrusted";
}
