// SPDX-License-Identifier: MIT
/* Names of record types, events, fields and values: PROTOCOL.md 2. */
#include <string.h>

#include <shinrai/flow.h>
#include <shinrai/record.h>

#include "names.h"

const struct name names_record[] = {
	{ SHINRAI_RECORD_START, "START" },
	{ SHINRAI_RECORD_ARM, "ARM" },
	{ SHINRAI_RECORD_EVENTS, "EVENTS" },
	{ SHINRAI_RECORD_CHECKPOINT, "CHECKPOINT" },
	{ 0, NULL },
};

const struct name names_event[] = {
	{ SHINRAI_EVENT_START, "START" },
	{ SHINRAI_EVENT_ARM, "ARM" },
	{ SHINRAI_EVENT_CODE, "CODE" },
	{ SHINRAI_EVENT_RUNNING, "RUNNING" },
	{ SHINRAI_EVENT_ANON_EXEC, "ANON_EXEC" },
	{ SHINRAI_EVENT_VIOLATION, "VIOLATION" },
	{ SHINRAI_EVENT_STATE, "STATE" },
	{ SHINRAI_EVENT_OVERFLOW, "OVERFLOW" },
	{ SHINRAI_EVENT_UNMEASURED, "UNMEASURED" },
	{ SHINRAI_EVENT_CHECKPOINT, "CHECKPOINT" },
	{ SHINRAI_EVENT_MODULE, "MODULE" },
	{ SHINRAI_EVENT_OWNER, "OWNER" },
	{ SHINRAI_EVENT_POLICY, "POLICY" },
	{ SHINRAI_EVENT_LABEL, "LABEL" },
	{ SHINRAI_EVENT_FLOW, "FLOW" },
	{ 0, NULL },
};

const struct name names_fault[] = {
	{ SHINRAI_FAULT_CONTENT_TYPE, "not a Shinrai record" },
	{ SHINRAI_FAULT_SYNTAX, "malformed content" },
	{ SHINRAI_FAULT_VERSION, "unknown format version" },
	{ SHINRAI_FAULT_RECNUM, "two record numbers" },
	{ SHINRAI_FAULT_PCR, "two PCRs" },
	{ SHINRAI_FAULT_COUNT, "events missing or too many" },
	{ SHINRAI_FAULT_ROOT, "events are not those that were extended" },
	{ 0, NULL },
};

static const struct name kinds[] = {
	{ SHINRAI_KIND_EXEC, "exec" },
	{ SHINRAI_KIND_SCRIPT, "script" },
	{ SHINRAI_KIND_MMAP, "mmap" },
	{ SHINRAI_KIND_MODULE, "module" },
	{ SHINRAI_KIND_FIRMWARE, "firmware" },
	{ SHINRAI_KIND_KEXEC, "kexec" },
	{ SHINRAI_KIND_KERNEL_READ, "kernel-read" },
	{ 0, NULL },
};

static const struct name code_flags[] = {
	{ SHINRAI_CODE_UNCACHED, "uncached" },
	{ SHINRAI_CODE_OVERLAY, "overlay" },
	{ SHINRAI_CODE_BUFFER, "buffer" },
	{ SHINRAI_CODE_PATH_CUT, "path-cut" },
	{ SHINRAI_CODE_LATE, "late" },
	{ SHINRAI_CODE_MPROTECT, "mprotect" },
	{ SHINRAI_CODE_REFUSED, "refused" },
	{ 0, NULL },
};

static const struct name reasons[] = {
	{ SHINRAI_REASON_OPEN_WRITERS, "open-writers" },
	{ SHINRAI_REASON_TOMTOU, "tomtou" },
	{ SHINRAI_REASON_CHANGED, "changed" },
	{ SHINRAI_REASON_BPF_PROGRAM, "bpf-program" },
	{ SHINRAI_REASON_DEGRADED_TIMEOUT, "degraded-timeout" },
	{ SHINRAI_REASON_DEGRADED_TPM, "degraded-tpm" },
	{ SHINRAI_REASON_DEGRADED_MEMORY, "degraded-memory" },
	{ SHINRAI_REASON_MODE, "mode" },
	{ SHINRAI_REASON_SHUTDOWN, "shutdown" },
	{ SHINRAI_REASON_PCR_MOVED, "pcr-moved" },
	{ SHINRAI_REASON_SUSPEND, "suspend" },
	{ SHINRAI_REASON_RESUME, "resume" },
	{ SHINRAI_REASON_LABELS_LIVE, "labels-live" },
	{ SHINRAI_REASON_LOG_FULL, "log-full" },
	{ SHINRAI_REASON_USER_RATE, "user-rate" },
	{ SHINRAI_LABEL_APPLIED, "applied" },
	{ SHINRAI_LABEL_GRANTED, "granted" },
	{ SHINRAI_LABEL_LOST, "lost" },
	{ 0, NULL },
};

static const struct name modes[] = {
	{ SHINRAI_MODE_OBSERVE, "observe" },
	{ SHINRAI_MODE_ENFORCE, "enforce" },
	{ 0, NULL },
};

static const struct name extends[] = {
	{ SHINRAI_EXTEND_SYNC, "sync" },
	{ SHINRAI_EXTEND_BATCH, "batch" },
	{ 0, NULL },
};

static const struct name operations[] = {
	{ SHINRAI_OWNER_ADMIT, "admit" },
	{ SHINRAI_OWNER_REVOKE, "revoke" },
	{ 0, NULL },
};

#define NAME(value, name, ...) { value, name },
static const struct name actions[] = { SHINRAI_ACTION_NAMES(NAME){ 0, NULL } };
static const struct name answers[] = { SHINRAI_VERDICT_NAMES(NAME){ 0, NULL } };
static const struct name sinks[] = { SHINRAI_SINK_NAMES(NAME){ 0, NULL } };
#undef NAME

static const struct field_name fields[] = {
	{ SHINRAI_FIELD_KIND, "kind", NAME_ENUM, 1, kinds },
	{ SHINRAI_FIELD_DIGEST, "digest", NAME_BYTES, 32, NULL },
	{ SHINRAI_FIELD_SIZE, "size", NAME_UINT, 8, NULL },
	{ SHINRAI_FIELD_FLAGS, "flags", NAME_BITS, 4, code_flags },
	{ SHINRAI_FIELD_REASON, "reason", NAME_ENUM, 4, reasons },
	{ SHINRAI_FIELD_COUNT, "count", NAME_UINT, 8, NULL },
	{ SHINRAI_FIELD_ERRNO, "errno", NAME_ERRNO, 4, NULL },
	{ SHINRAI_FIELD_FSMAGIC, "fsmagic", NAME_UINT, 4, NULL },
	{ SHINRAI_FIELD_VERITY, "verity", NAME_VERITY, 0, NULL },
	{ SHINRAI_FIELD_ABI, "abi", NAME_UINT, 4, NULL },
	{ SHINRAI_FIELD_KERNEL, "kernel", NAME_TEXT, 0, NULL },
	{ SHINRAI_FIELD_MODULE_ID, "module_id", NAME_BYTES, 0, NULL },
	{ SHINRAI_FIELD_BANKS, "banks", NAME_BANKS, 0, NULL },
	{ SHINRAI_FIELD_PCRS, "pcrs", NAME_PCRS, 2, NULL },
	{ SHINRAI_FIELD_PCR_VALUES, "pcr_values", NAME_PCR_VALUES, 0, NULL },
	{ SHINRAI_FIELD_LOADED_AT, "loaded_at", NAME_UINT, 8, NULL },
	{ SHINRAI_FIELD_USER_TASKS, "user_tasks", NAME_UINT, 4, NULL },
	{ SHINRAI_FIELD_ANCHORS, "anchors", NAME_DIGESTS, 0, NULL },
	{ SHINRAI_FIELD_PARAMS, "params", NAME_TEXT, 0, NULL },
	{ SHINRAI_FIELD_TEST, "test", NAME_UINT, 4, NULL },
	{ SHINRAI_FIELD_PROGRAMS, "programs", NAME_PROGRAMS, 0, NULL },
	{ SHINRAI_FIELD_LINKS, "links", NAME_UINT, 4, NULL },
	{ SHINRAI_FIELD_POLICIES, "policies", NAME_DIGESTS, 0, NULL },
	{ SHINRAI_FIELD_RUNNING, "running", NAME_UINT, 4, NULL },
	{ SHINRAI_FIELD_MODE, "mode", NAME_ENUM, 1, modes },
	{ SHINRAI_FIELD_EXTEND, "extend", NAME_ENUM, 1, extends },
	{ SHINRAI_FIELD_WINDOW, "window", NAME_WINDOW, 8, NULL },
	{ SHINRAI_FIELD_RECORDS, "records", NAME_UINT, 8, NULL },
	{ SHINRAI_FIELD_LOG_ROOT, "log_root", NAME_BYTES, 32, NULL },
	{ SHINRAI_FIELD_OWNER, "owner", NAME_BYTES, 32, NULL },
	{ SHINRAI_FIELD_GENERATION, "generation", NAME_UINT, 8, NULL },
	{ SHINRAI_FIELD_NAMESPACE, "namespace", NAME_TEXT, 0, NULL },
	{ SHINRAI_FIELD_OPERATION, "operation", NAME_ENUM, 1, operations },
	{ SHINRAI_FIELD_LABELS, "labels", NAME_LABELS, 0, NULL },
	{ SHINRAI_FIELD_ACTION, "action", NAME_ENUM, 1, actions },
	{ SHINRAI_FIELD_VERDICT, "verdict", NAME_ENUM, 1, answers },
	{ SHINRAI_FIELD_RULE, "rule", NAME_UINT, 4, NULL },
	{ SHINRAI_FIELD_BYTES, "bytes", NAME_UINT, 8, NULL },
	{ SHINRAI_FIELD_WALL_TIME, "wall_time", NAME_TIME, 8, NULL },
	{ SHINRAI_FIELD_PROGRAM, "program", NAME_BYTES, 32, NULL },
	{ SHINRAI_FIELD_SINK_KIND, "sink_kind", NAME_ENUM, 1, sinks },
	{ SHINRAI_FIELD_REFUSED, "refused", NAME_BOOL, 1, NULL },
	{ SHINRAI_FIELD_PATH, "path", NAME_TEXT, 0, NULL },
	{ SHINRAI_FIELD_UID, "uid", NAME_UID, 8, NULL },
	{ SHINRAI_FIELD_EXE, "exe", NAME_TEXT, 0, NULL },
	{ SHINRAI_FIELD_CGROUP, "cgroup", NAME_UINT, 8, NULL },
	{ SHINRAI_FIELD_NAME, "name", NAME_TEXT, 0, NULL },
	{ SHINRAI_FIELD_SINK, "sink", NAME_SINK, 0, NULL },
};

/* Return: the name of @value in @list, NULL when it has none. */
const char *name_find(const struct name *list, uint32_t value)
{
	for (; list->name; list++) {
		if (list->value == value)
			return list->name;
	}
	return NULL;
}

/* Return: the table's row, NULL for an unknown field. */
const struct field_name *field_find(uint8_t id)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		if (fields[i].id == id)
			return &fields[i];
	}
	return NULL;
}

/* Return: the row whose name are these @len bytes, or NULL. */
const struct field_name *field_by_name(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		if (strlen(fields[i].name) == len &&
		    !memcmp(fields[i].name, name, len))
			return &fields[i];
	}
	return NULL;
}
