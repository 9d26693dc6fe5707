/* SPDX-License-Identifier: MIT */
/*
 * Every reason of a verdict: SHINRAI_REASON(name, code, step, verdict at best,
 * text, what to do next).  Included with that macro defined, several times.
 */
#ifdef SHINRAI_REASON
#define BAD SHINRAI_UNTRUSTED
#define OPEN SHINRAI_UNKNOWN
#define ON(s) SHINRAI_STEP_##s
#define ATTACK "treat the machine as attacked; ask again to rule out a fault"
#define DAEMON "look at shinraid's version and log on the machine"
#define REBOOT "find the cause, then reboot the machine"

/* The collection and its items. */
SHINRAI_REASON(EVIDENCE_SYNTAX, "evidence-syntax", ON(QUOTE), BAD,
	       "evidence is malformed", DAEMON)
SHINRAI_REASON(EVIDENCE_SIZE, "evidence-size", ON(QUOTE), BAD,
	       "evidence or one of its items is over the limit", DAEMON)
SHINRAI_REASON(ITEM_MISSING, "item-missing", ON(QUOTE), BAD,
	       "evidence lacks an item that it must have", DAEMON)
SHINRAI_REASON(AK_SYNTAX, "ak-syntax", ON(QUOTE), BAD,
	       "public area of the key is malformed", DAEMON)
SHINRAI_REASON(CHALLENGE_SYNTAX, "challenge-syntax", ON(QUOTE), BAD,
	       "challenge item is malformed", DAEMON)
SHINRAI_REASON(CHALLENGE_VERSION, "challenge-version", ON(FRESH), OPEN,
	       "challenge item is of a version not known here",
	       "update shinrai-verify")
/* The quote: in the order of shinrai_quote_fault. */
SHINRAI_REASON(ATTEST_MAGIC, "attest-magic", ON(QUOTE), BAD,
	       "attestation was not made by a TPM", ATTACK)
SHINRAI_REASON(ATTEST_TYPE, "attest-type", ON(QUOTE), BAD,
	       "attestation is not a quote", ATTACK)
SHINRAI_REASON(ATTEST_SYNTAX, "attest-syntax", ON(QUOTE), BAD,
	       "attestation is malformed", ATTACK)
SHINRAI_REASON(SIGNATURE_SYNTAX, "signature-syntax", ON(QUOTE), BAD,
	       "signature is malformed", ATTACK)
SHINRAI_REASON(SIGNATURE_SCHEME, "signature-scheme", ON(QUOTE), BAD,
	       "signature scheme or hash is not accepted", DAEMON)
SHINRAI_REASON(SIGNATURE_HASH, "signature-hash", ON(QUOTE), BAD,
	       "signature is over SHA-1", DAEMON)
SHINRAI_REASON(KEY_TYPE, "key-type", ON(QUOTE), BAD,
	       "key and signature are of different types", ATTACK)
SHINRAI_REASON(KEY_WEAK, "key-weak", ON(QUOTE), BAD,
	       "curve or size of the key is not accepted", DAEMON)
SHINRAI_REASON(KEY_INVALID, "key-invalid", ON(QUOTE), BAD,
	       "public area holds no valid key", ATTACK)
SHINRAI_REASON(KEY_UNFIT, "key-unfit", ON(QUOTE), BAD,
	       "key is no attestation key: it could sign what the TPM did not "
	       "make, or leave it",
	       ATTACK)
SHINRAI_REASON(SIGNATURE, "signature", ON(QUOTE), BAD,
	       "signature does not verify", ATTACK)
SHINRAI_REASON(QUALIFYING_PATH, "challenge-path", ON(FRESH), BAD,
	       "path of the challenge does not fit its tree", ATTACK)
SHINRAI_REASON(CHALLENGE_ABSENT, "challenge-absent", ON(FRESH), BAD,
	       "challenge is not in this quote, which may be older than it",
	       ATTACK)
SHINRAI_REASON(SELECTION, "selection", ON(QUOTE), BAD,
	       "other PCRs were quoted than the challenge names", ATTACK)
SHINRAI_REASON(BANK, "bank", ON(QUOTE), BAD, "PCRs of another bank were quoted",
	       "set the bank in shinraid's configuration")
SHINRAI_REASON(PCR_RESETTABLE, "pcr-resettable", ON(QUOTE), BAD,
	       "a PCR was quoted that software can reset",
	       "set the PCRs in shinraid's configuration")
SHINRAI_REASON(PCR_REQUIRED, "pcr-required", ON(QUOTE), BAD,
	       "a PCR that must be quoted is not",
	       "set the PCRs in shinraid's configuration")
SHINRAI_REASON(PCR_DIGEST, "pcr-digest", ON(QUOTE), BAD,
	       "neither the logs nor the stated PCR values lead to the quoted "
	       "digest",
	       ATTACK)
SHINRAI_REASON(PCRS_SYNTAX, "pcrs-syntax", ON(QUOTE), BAD,
	       "list of PCR values is malformed", DAEMON)
SHINRAI_REASON(PCRS_CONTRADICT, "pcrs-contradict", ON(QUOTE), BAD,
	       "stated PCR values are not those that were quoted", ATTACK)
/* Whose key, whose session, when. */
SHINRAI_REASON(AK_OTHER, "ak-other", ON(QUOTE), BAD,
	       "key is not the one that was pinned",
	       "if the TPM or ak_generation was changed on purpose, pin again")
SHINRAI_REASON(AK_UNPINNED, "ak-unpinned", ON(QUOTE), OPEN,
	       "key is known from this evidence only; software could hold it",
	       "pin it: --ak FILE, or --learn-ak --ak FILE the first time")
SHINRAI_REASON(SESSION_MISSING, "session-missing", ON(FRESH), OPEN,
	       "saved without its session: freshness cannot be told",
	       "save evidence with shinrai-verify live --save")
/*
 * About a file and whoever had it, not about the machine: its quote may be
 * genuine and its log what it says, so freshness is open and not refuted.
 */
SHINRAI_REASON(SESSION_SYNTAX, "session-syntax", ON(FRESH), OPEN,
	       "saved session is malformed",
	       "save evidence with shinrai-verify live --save")
SHINRAI_REASON(SESSION_UNSIGNED, "session-unsigned", ON(FRESH), OPEN,
	       "saved session bears no signature; it may be invented",
	       "save evidence with shinrai-verify live --save")
SHINRAI_REASON(SESSION_UNPROVEN, "session-unproven", ON(FRESH), OPEN,
	       "nobody vouches for the saved session; it may be invented",
	       "name the verifier that saved it: --verifier-cert FILE")
SHINRAI_REASON(SESSION_VERIFIER, "session-verifier", ON(FRESH), OPEN,
	       "another verifier saved this than the one that is named",
	       "give the certificate of the one that did, if its word counts")
SHINRAI_REASON(SESSION_SIGNATURE, "session-signature", ON(FRESH), OPEN,
	       "saved session, or the quote in it, is not what its verifier "
	       "signed",
	       "find out who altered the file; challenge the machine itself")
SHINRAI_REASON(NONCE, "nonce", ON(FRESH), BAD, "evidence answers another nonce",
	       ATTACK)
SHINRAI_REASON(EXPORTER, "exporter", ON(FRESH), BAD,
	       "evidence was made for another TLS connection", ATTACK)
SHINRAI_REASON(VERIFIER_KEY, "verifier-key", ON(FRESH), BAD,
	       "evidence was made for another verifier", ATTACK)
SHINRAI_REASON(CLOCK_BACK, "clock-back", ON(FRESH), BAD,
	       "TPM clock is behind the last seen value", ATTACK)
SHINRAI_REASON(RESET_BACK, "reset-back", ON(FRESH), BAD,
	       "TPM reset or restart count has fallen",
	       "if the TPM was cleared on purpose, remove the state file, or "
	       "withdraw the device and enrol it anew")
SHINRAI_REASON(BOOT_ID_REUSED, "boot-id-reused", ON(FRESH), BAD,
	       "TPM was reset, yet the log is of the boot before", ATTACK)
SHINRAI_REASON(BOOT_ID_CHANGED, "boot-id-changed", ON(FRESH), BAD,
	       "another boot id without a reset of the TPM: kexec, or the "
	       "module was loaded anew",
	       REBOOT)
SHINRAI_REASON(LOG_ROLLBACK, "log-rollback", ON(LOG), BAD,
	       "quote covers fewer records than were seen before", ATTACK)
/* The log as such. */
SHINRAI_REASON(LOG_SYNTAX, "log-syntax", ON(LOG), BAD, "log is malformed",
	       ATTACK)
SHINRAI_REASON(LOG_FIRST, "log-first", ON(LOG), BAD,
	       "log begins neither at record 0 nor where it was asked to",
	       DAEMON)
SHINRAI_REASON(LOG_GAP, "log-gap", ON(LOG), BAD,
	       "records are missing or out of order", ATTACK)
SHINRAI_REASON(LOG_REPEAT, "log-repeat", ON(LOG), BAD,
	       "a record number occurs again", ATTACK)
SHINRAI_REASON(LOG_BOOT_ID, "log-boot-id", ON(LOG), BAD,
	       "record is of another boot", ATTACK)
SHINRAI_REASON(QUOTE_BOOT_ID, "quote-boot-id", ON(LOG), BAD,
	       "quote names another boot than the log", ATTACK)
SHINRAI_REASON(LOG_FOREIGN, "log-foreign", ON(LOG), BAD,
	       "foreign record in the log", ATTACK)
SHINRAI_REASON(QUOTE_NOT_IN_LOG, "quote-not-in-log", ON(LOG), BAD,
	       "log never reaches the quoted PCR values: records are missing, "
	       "forged, or somebody else extended the PCR",
	       ATTACK)
SHINRAI_REASON(RECORD_SYNTAX, "record-syntax", ON(LOG), BAD,
	       "record is malformed", ATTACK)
SHINRAI_REASON(RECORD_VERSION, "record-version", ON(LOG), OPEN,
	       "record is of a format version not known here",
	       "update shinrai-verify")
SHINRAI_REASON(RECORD_NUMBER, "record-number", ON(LOG), BAD,
	       "record was renumbered", ATTACK)
SHINRAI_REASON(RECORD_PCR, "record-pcr", ON(LOG), BAD,
	       "record was moved to another PCR", ATTACK)
SHINRAI_REASON(RECORD_COUNT, "record-count", ON(LOG), BAD,
	       "events of a record are missing or added", ATTACK)
SHINRAI_REASON(RECORD_ROOT, "record-root", ON(LOG), BAD,
	       "events of a record are not those that were extended", ATTACK)
SHINRAI_REASON(RECORD_DIGEST, "record-digest", ON(LOG), BAD,
	       "digest of a record is not that of its header", ATTACK)
SHINRAI_REASON(RECORD_CAPPED, "record-capped", ON(LOG), BAD,
	       "digest of a capped bank is not all ones", ATTACK)
SHINRAI_REASON(RECORD_BANKS, "record-banks", ON(LOG), BAD,
	       "record has other banks than START names", ATTACK)
SHINRAI_REASON(BANK_UNKNOWN, "bank-unknown", ON(LOG), OPEN,
	       "hash of a bank cannot be computed here",
	       "update shinrai-verify")
SHINRAI_REASON(BANK_CAPPED, "bank-capped", ON(LOG), BAD,
	       "quoted bank is capped: every record extends it alike",
	       "quote a bank whose hash the kernel has")
SHINRAI_REASON(PCR_RANGE, "pcr-range", ON(LOG), BAD,
	       "record names a PCR that does not exist", ATTACK)
SHINRAI_REASON(PCR_OTHER, "pcr-other", ON(LOG), BAD,
	       "record is in a PCR that START does not name", ATTACK)
SHINRAI_REASON(RECORD_TYPE, "record-type", ON(LOG), OPEN,
	       "record type is not known here", "update shinrai-verify")
SHINRAI_REASON(EVENT_TYPE, "event-type", ON(LOG), OPEN,
	       "event type is not known here", "update shinrai-verify")
SHINRAI_REASON(EVENT_FIELDS, "event-fields", ON(LOG), BAD,
	       "event lacks a field that it must have", ATTACK)
SHINRAI_REASON(EVENT_VALUES, "event-values", ON(LOG), OPEN,
	       "event has a value that is not known here",
	       "update shinrai-verify")
SHINRAI_REASON(EVENT_PCR, "event-pcr", ON(LOG), BAD,
	       "event in the PCR of other events", ATTACK)
SHINRAI_REASON(EVENT_PLACE, "event-place", ON(LOG), BAD,
	       "event in a record of another type", ATTACK)
SHINRAI_REASON(CHECKPOINT, "checkpoint", ON(LOG), BAD,
	       "checkpoint disagrees with the records before it", ATTACK)
SHINRAI_REASON(OVERFLOW, "overflow", ON(LOG), BAD,
	       "events were not recorded for lack of room", REBOOT)
SHINRAI_REASON(DEGRADED, "degraded", ON(LOG), BAD,
	       "measurement failed; nothing after that counts in this boot",
	       REBOOT)
SHINRAI_REASON(PCR_MOVED, "pcr-moved", ON(LOG), BAD,
	       "somebody else extended our PCR", REBOOT)
SHINRAI_REASON(STATE_OTHER, "state-unknown", ON(LOG), OPEN,
	       "change of state that is not known here",
	       "update shinrai-verify")
/* START and ARM. */
SHINRAI_REASON(START_MISSING, "start-missing", ON(START), BAD,
	       "log does not begin with START", ATTACK)
SHINRAI_REASON(START_AGAIN, "start-again", ON(START), BAD,
	       "START that is not the first record", ATTACK)
SHINRAI_REASON(START_FIELDS, "start-fields", ON(START), BAD,
	       "START lacks valid banks, PCRs or PCR values", ATTACK)
SHINRAI_REASON(START_ABI, "start-abi", ON(START), OPEN,
	       "module has an interface version not known here",
	       "update shinrai-verify")
SHINRAI_REASON(START_NONZERO, "start-nonzero", ON(START), OPEN,
	       "our PCRs were in use before the module was loaded",
	       "load the module in the initramfs; leave its PCRs to it")
SHINRAI_REASON(START_PCRS, "start-pcrs", ON(START), BAD,
	       "log is in other PCRs than is expected of this machine",
	       "if the module was told to use them, name them: --pcr-code N, "
	       "--pcr-flow N")
SHINRAI_REASON(MODULE_UNKNOWN, "module-unknown", ON(START), OPEN,
	       "module that wrote the log is not in the references",
	       "after a wanted update, add it: shinraictl reference make "
	       "--module")
SHINRAI_REASON(TEST_FLAGS, "test-flags", ON(START), BAD,
	       "module was loaded with test flags",
	       "load the module without test flags")
SHINRAI_REASON(ARM_MISSING, "arm-missing", ON(ARM), BAD,
	       "module is not armed: nothing is measured",
	       "run shinraictl arm, best in the initramfs")
SHINRAI_REASON(ARM_PLACE, "arm-place", ON(ARM), BAD,
	       "ARM is not the record after START", ATTACK)
SHINRAI_REASON(ARM_AGAIN, "arm-again", ON(ARM), BAD, "second ARM", ATTACK)
SHINRAI_REASON(ARM_FIELDS, "arm-fields", ON(ARM), BAD,
	       "ARM lacks its programs, links or count of running code", ATTACK)
SHINRAI_REASON(PROGRAMS_UNKNOWN, "programs-unknown", ON(ARM), OPEN,
	       "programs that were armed are not those that the references "
	       "name with this module",
	       "after a wanted update, add it: shinraictl reference make "
	       "--module")
SHINRAI_REASON(RUNNING_COUNT, "running-count", ON(RUNNING), OPEN,
	       "running code that ARM counted is not all in the log yet",
	       "ask again")
SHINRAI_REASON(MODULE_EARLY, "module-early", ON(RUNNING), OPEN,
	       "kernel modules were loaded before arming, by an unproven "
	       "initramfs",
	       "give boot references: --reference FILE")
/* Code. */
SHINRAI_REASON(DIGESTS_MISSING, "digests-missing", ON(CODE), OPEN,
	       "no list of known digests was given",
	       "make one with shinraictl digests make, give it with --digests")
SHINRAI_REASON(CODE_UNKNOWN, "code-unknown", ON(CODE), BAD,
	       "code that nobody vouched for",
	       "find out what it is; if it is wanted, add it to the digest "
	       "list")
SHINRAI_REASON(CODE_DENIED, "code-denied", ON(CODE), BAD,
	       "code that a list denies",
	       "find out how it came there; remove it, and reboot")
SHINRAI_REASON(CODE_NOT_KERNEL, "code-not-kernel", ON(CODE), BAD,
	       "kernel code that is known only as user code",
	       "find out who loaded it")
SHINRAI_REASON(CODE_NOT_USER, "code-not-user", ON(CODE), BAD,
	       "user code that is known only as kernel code",
	       "find out who ran it")
SHINRAI_REASON(CODE_FLAGS, "code-flags", ON(CODE), OPEN,
	       "code event has flags not known here", "update shinrai-verify")
SHINRAI_REASON(ANON_EXEC, "anon-exec", ON(CODE), OPEN,
	       "memory without a file was made executable",
	       "if a JIT compiler is expected here, use --allow-anon-exec")
SHINRAI_REASON(VIOLATION, "violation", ON(CODE), BAD,
	       "file was written while it was measured or in use",
	       "find out who wrote it; reboot")
SHINRAI_REASON(BPF_PROGRAM, "bpf-program", ON(CODE), BAD,
	       "BPF program that can overrule the measuring hooks was loaded",
	       "find out who loaded it; enforce mode refuses such programs")
SHINRAI_REASON(UNMEASURED, "unmeasured", ON(CODE), BAD,
	       "code was used although it could not be measured", REBOOT)
/* Data handling: owners, their policies, and what became of their data. */
SHINRAI_REASON(OWNER_GENERATION, "owner-generation", ON(DATA), BAD,
	       "admission is not newer than those before it", ATTACK)
SHINRAI_REASON(OWNER_ORDER, "owner-order", ON(DATA), BAD,
	       "admission or revocation does not follow from those before it",
	       ATTACK)
SHINRAI_REASON(POLICY_OWNER, "policy-owner", ON(DATA), BAD,
	       "policy of an owner who was not admitted", ATTACK)
SHINRAI_REASON(POLICY_NAMESPACE, "policy-namespace", ON(DATA), BAD,
	       "policy in another namespace than its owner's", ATTACK)
SHINRAI_REASON(POLICY_GENERATION, "policy-generation", ON(DATA), BAD,
	       "policy is not newer than its owner's last one", ATTACK)
SHINRAI_REASON(FLOW_POLICY, "flow-policy", ON(DATA), BAD,
	       "flow was decided by a policy that was not in force", ATTACK)
SHINRAI_REASON(FLOW_UNDECIDED, "flow-undecided", ON(DATA), BAD,
	       "flow was decided by none of the policies in force", ATTACK)
SHINRAI_REASON(DATA_LEFT, "data-left", ON(DATA), BAD,
	       "data left against its owner's policy",
	       "tell the owner; enforce mode refuses it")
SHINRAI_REASON(POLICY_ABSENT, "policy-absent", ON(DATA), BAD,
	       "policy that must be in force is not",
	       "load it: shinraictl policy load")
SHINRAI_REASON(POLICY_OBSERVED, "policy-observed", ON(DATA), BAD,
	       "policy that must be enforced is only observed",
	       "run shinraictl mode enforce")
SHINRAI_REASON(POLICY_OTHER, "policy-other", ON(CODE), OPEN,
	       "records before these were judged by other lists, references or "
	       "options",
	       "ask the machine again, for the whole log: shinrai-verify live")
/* The boot. */
SHINRAI_REASON(FIRMWARE_MISSING, "firmware-missing", ON(FIRMWARE), OPEN,
	       "there is no firmware log", "enable measured boot (UEFI, TPM)")
SHINRAI_REASON(FIRMWARE_BANK, "firmware-bank", ON(FIRMWARE), OPEN,
	       "firmware log has no digests of the bank that was quoted",
	       "have the firmware give a crypto-agile log, with SHA-256")
SHINRAI_REASON(FIRMWARE_SYNTAX, "firmware-syntax", ON(FIRMWARE), BAD,
	       "firmware log is malformed", ATTACK)
SHINRAI_REASON(FIRMWARE_EVENT, "firmware-event", ON(FIRMWARE), OPEN,
	       "event of the firmware log says what was not extended",
	       "compare it with tpm2_eventlog; some firmware errs here")
SHINRAI_REASON(FIRMWARE_SEPARATOR, "firmware-separator", ON(FIRMWARE), BAD,
	       "firmware log lacks a separator, or it reports an error", ATTACK)
SHINRAI_REASON(FIRMWARE_REPLAY, "firmware-replay", ON(FIRMWARE), BAD,
	       "firmware log does not lead to the quoted PCRs", ATTACK)
SHINRAI_REASON(REFERENCES_MISSING, "references-missing", ON(FIRMWARE), OPEN,
	       "no boot references were given",
	       "give them with --reference FILE")
SHINRAI_REASON(FIRMWARE_UNKNOWN, "firmware-unknown", ON(FIRMWARE), OPEN,
	       "firmware is not in the references",
	       "after a wanted update, add its PCR values")
SHINRAI_REASON(KERNEL_MISSING, "kernel-missing", ON(KERNEL), OPEN,
	       "firmware measured no boot loader or kernel",
	       "boot the kernel as an EFI application")
SHINRAI_REASON(KERNEL_UNKNOWN, "kernel-unknown", ON(KERNEL), OPEN,
	       "boot loader or kernel is not in the references",
	       "after a wanted update, add its Authenticode digest")
SHINRAI_REASON(BOOT_EVENT, "boot-event", ON(KERNEL), OPEN,
	       "boot loader measured something not understood here",
	       "boot through the kernel's EFI stub")
SHINRAI_REASON(INITRAMFS_MISSING, "initramfs-missing", ON(INITRAMFS), OPEN,
	       "no initramfs was measured",
	       "boot through the kernel's EFI stub")
SHINRAI_REASON(INITRAMFS_UNKNOWN, "initramfs-unknown", ON(INITRAMFS), OPEN,
	       "initramfs is not in the references",
	       "after a wanted update, add its digest")
SHINRAI_REASON(INITRAMFS_ARMS, "initramfs-arms", ON(INITRAMFS), OPEN,
	       "initramfs does not arm the module",
	       "put the module into the initramfs")
SHINRAI_REASON(CMDLINE_MISSING, "cmdline-missing", ON(CMDLINE), OPEN,
	       "no kernel command line was measured",
	       "boot through the kernel's EFI stub, 6.1 or later")
SHINRAI_REASON(CMDLINE_UNKNOWN, "cmdline-unknown", ON(CMDLINE), OPEN,
	       "kernel command line is not in the references",
	       "if it is wanted, add it")
/* IMA, beside our own log. */
SHINRAI_REASON(IMA_SYNTAX, "ima-syntax", ON(IMA), BAD, "IMA log is malformed",
	       ATTACK)
SHINRAI_REASON(IMA_ENTRY, "ima-entry", ON(IMA), BAD,
	       "entry of the IMA log is not what was extended", ATTACK)
SHINRAI_REASON(IMA_TEMPLATE, "ima-template", ON(IMA), OPEN,
	       "IMA template is not known here", "update shinrai-verify")
SHINRAI_REASON(IMA_REPLAY, "ima-replay", ON(IMA), BAD,
	       "IMA log does not lead to the quoted PCR", ATTACK)
SHINRAI_REASON(IMA_MISSING, "ima-missing", ON(IMA), OPEN,
	       "there is no IMA log that the quote covers, though files of it "
	       "are held against a Keylime policy or a deny list",
	       "have IMA measure (boot with ima_policy=tcb, or load a policy), "
	       "and shinraid send its list")
SHINRAI_REASON(IMA_PCR, "ima-pcr", ON(IMA), OPEN,
	       "entry of the IMA log is in a PCR other than 10",
	       "leave pcr= out of the IMA policy")
SHINRAI_REASON(
	IMA_HASH, "ima-hash", ON(IMA), OPEN,
	"entry of the IMA log has no SHA-256 of its file, which is what "
	"deny lists name",
	"have IMA measure by SHA-256: boot with ima_hash=sha256, and sign "
	"files with it")
SHINRAI_REASON(IMA_UNKNOWN, "ima-unknown", ON(IMA), BAD,
	       "entry of the IMA log that nobody vouched for",
	       "find out what it is; if it is wanted, add it to the policy")
SHINRAI_REASON(IMA_DENIED, "ima-denied", ON(IMA), BAD,
	       "file of the IMA log that a list denies",
	       "find out how it came there; remove it, and reboot")
SHINRAI_REASON(
	IMA_VIOLATION, "ima-violation", ON(IMA), BAD,
	"file was written while IMA measured it or it was in use",
	"find out who wrote it; reboot. If it is harmless, leave its path "
	"out of the IMA policy, or see shinrai-digests(5)")

/* Only when the appraisal itself has a hole: nothing missing is trusted. */
SHINRAI_REASON(STEP_UNPROVEN, "step-unproven", ON(CODE), OPEN,
	       "a step of the ladder was not proven", "report this as a bug")

#undef BAD
#undef OPEN
#undef ON
#undef ATTACK
#undef DAEMON
#undef REBOOT
#endif
