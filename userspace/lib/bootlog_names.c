// SPDX-License-Identifier: MIT
/* Names and texts of firmware event logs. */
#include <shinrai/bootlog.h>

#define TYPE(name)                    \
	{                             \
		SHINRAI_##name, #name \
	}
static const struct {
	u32 type;
	const char *name;
} types[] = {
	TYPE(EV_PREBOOT_CERT),
	TYPE(EV_POST_CODE),
	TYPE(EV_NO_ACTION),
	TYPE(EV_SEPARATOR),
	TYPE(EV_ACTION),
	TYPE(EV_EVENT_TAG),
	TYPE(EV_S_CRTM_CONTENTS),
	TYPE(EV_S_CRTM_VERSION),
	TYPE(EV_CPU_MICROCODE),
	TYPE(EV_PLATFORM_CONFIG_FLAGS),
	TYPE(EV_TABLE_OF_DEVICES),
	TYPE(EV_COMPACT_HASH),
	TYPE(EV_IPL),
	TYPE(EV_IPL_PARTITION_DATA),
	TYPE(EV_NONHOST_CODE),
	TYPE(EV_NONHOST_CONFIG),
	TYPE(EV_NONHOST_INFO),
	TYPE(EV_OMIT_BOOT_DEVICE_EVENTS),
	TYPE(EV_POST_CODE2),
	TYPE(EV_EFI_VARIABLE_DRIVER_CONFIG),
	TYPE(EV_EFI_VARIABLE_BOOT),
	TYPE(EV_EFI_BOOT_SERVICES_APPLICATION),
	TYPE(EV_EFI_BOOT_SERVICES_DRIVER),
	TYPE(EV_EFI_RUNTIME_SERVICES_DRIVER),
	TYPE(EV_EFI_GPT_EVENT),
	TYPE(EV_EFI_ACTION),
	TYPE(EV_EFI_PLATFORM_FIRMWARE_BLOB),
	TYPE(EV_EFI_HANDOFF_TABLES),
	TYPE(EV_EFI_PLATFORM_FIRMWARE_BLOB2),
	TYPE(EV_EFI_HANDOFF_TABLES2),
	TYPE(EV_EFI_VARIABLE_BOOT2),
	TYPE(EV_EFI_GPT_EVENT2),
	TYPE(EV_EFI_HCRTM_EVENT),
	TYPE(EV_EFI_VARIABLE_AUTHORITY),
	TYPE(EV_EFI_SPDM_FIRMWARE_BLOB),
	TYPE(EV_EFI_SPDM_FIRMWARE_CONFIG),
};

struct text {
	const char *code;
	const char *text;
};

#define FAULT(name, code, text) [SHINRAI_BOOTLOG_##name] = { code, text }
static const struct text faults[SHINRAI_BOOTLOG_FAULTS] = {
	FAULT(DATA, "data", "event data does not hash to its digest"),
	FAULT(BANKS, "banks", "a bank is missing or occurs twice"),
	FAULT(PCR_RANGE, "pcr-range", "there is no such PCR"),
	FAULT(NO_ACTION, "no-action",
	      "EV_NO_ACTION carries a digest or is misplaced"),
	FAULT(LOCALITY, "locality", "StartupLocality is invalid or too late"),
	FAULT(SEPARATOR, "separator",
	      "separator reports an error or another value"),
};

static const struct text errors[] = {
	FAULT(OK, "ok", "log is well-formed"),
	FAULT(EMPTY, "empty", "log is empty"),
	FAULT(TRUNCATED, "truncated", "log ends inside an event"),
	FAULT(SPEC_ID, "spec-id", "Spec ID event is malformed"),
	FAULT(ALGORITHM, "algorithm",
	      "event has a digest the Spec ID does not name"),
	FAULT(HEADER, "header", "log does not begin with an event"),
};

const char *shinrai_bootlog_type_name(u32 type)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		if (types[i].type == type)
			return types[i].name;
	}
	return "unknown";
}

const char *shinrai_bootlog_fault_code(unsigned int fault)
{
	return fault < ARRAY_SIZE(faults) ? faults[fault].code : "unknown";
}

const char *shinrai_bootlog_fault_text(unsigned int fault)
{
	return fault < ARRAY_SIZE(faults) ? faults[fault].text :
					    "unknown fault";
}

const char *shinrai_bootlog_error_code(enum shinrai_bootlog_error error)
{
	return (size_t)error < ARRAY_SIZE(errors) ? errors[error].code :
						    "unknown";
}

const char *shinrai_bootlog_error_text(enum shinrai_bootlog_error error)
{
	return (size_t)error < ARRAY_SIZE(errors) ? errors[error].text :
						    "unknown error";
}
