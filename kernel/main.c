// SPDX-License-Identifier: GPL-2.0-only
/* Loading and unloading: parameters, START, and the ladder of the parts. */
#define pr_fmt(fmt) "shinrai: " fmt

#include <linux/moduleparam.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/utsname.h>

#include "compat.h"
#include "core.h"
#include "policy.h"

/* A TPM that has just been started may take its time. */
#define START_WAIT_MS 30000
#define LOG_MIN (1UL << 20)

struct shinrai_core shinrai;

static uint pcr_code = SHINRAI_DEFAULT_PCR_CODE;
module_param(pcr_code, uint, 0444);
MODULE_PARM_DESC(pcr_code, "PCR of code and policy events");
static uint pcr_flow = SHINRAI_DEFAULT_PCR_FLOW;
module_param(pcr_flow, uint, 0444);
MODULE_PARM_DESC(pcr_flow, "PCR of flow and violation events");
static char *extend = "sync";
module_param(extend, charp, 0444);
MODULE_PARM_DESC(extend, "sync, or batch: up to 100 ms or 256 events late");
static ulong log_max = 64UL << 20;
module_param(log_max, ulong, 0444);
MODULE_PARM_DESC(log_max, "bytes of log held in memory");
static uint rate = 500;
module_param(rate, uint, 0444);
MODULE_PARM_DESC(rate, "new events a second that a user may cause");
static uint burst = 4096;
module_param(burst, uint, 0444);
MODULE_PARM_DESC(burst, "and how many at once");
static uint patience = 120;
module_param(patience, uint, 0444);
MODULE_PARM_DESC(patience, "seconds to measure what is running at arm");
static char *anchor;
module_param(anchor, charp, 0444);
MODULE_PARM_DESC(anchor, "the administrator's certificate, DER: admits owners");
static uint test;
module_param(test, uint, 0444);
MODULE_PARM_DESC(test, "1: allow any PCR; shows in the evidence");

static int check_parameters(void)
{
	if (pcr_code == pcr_flow || pcr_code > 23 || pcr_flow > 23 ||
	    (!test && shinrai_own_pcrs_refused(pcr_code, pcr_flow))) {
		pr_err("PCRs %u and %u are refused: not 0-10, 14, 16, 23, nor twice the same\n",
		       pcr_code, pcr_flow);
		return -EINVAL;
	}
	if (!rate || !burst || log_max < LOG_MIN || test > 1 ||
	    rate > NSEC_PER_SEC || burst > 1 << 20 || !patience ||
	    patience > 3600) {
		pr_err("rate, burst, log_max, patience or test is out of range\n");
		return -EINVAL;
	}
	if (sysfs_streq(extend, "batch")) {
		shinrai.extend = SHINRAI_EXTEND_BATCH;
	} else if (!sysfs_streq(extend, "sync")) {
		pr_err("extend=%s is neither sync nor batch\n", extend);
		return -EINVAL;
	}
	shinrai.pcr[SHINRAI_PCR_CODE] = pcr_code;
	shinrai.pcr[SHINRAI_PCR_FLOW] = pcr_flow;
	shinrai.log_max = log_max;
	shinrai.rate = rate;
	shinrai.burst = burst;
	shinrai.patience = patience;
	shinrai.test = test;
	get_random_bytes(shinrai.boot_id, sizeof(shinrai.boot_id));
	return 0;
}

struct start {
	char kernel[2 * __NEW_UTS_LEN + 2];
	char params[192 + SHINRAI_ANCHOR_PATH];
	u8 banks[4 * SHINRAI_MAX_BANKS];
	u8 pcrs[SHINRAI_PCRS];
	u8 values[SHINRAI_PCR_VALUES_SIZE];
};

static void start_fields(struct shinrai_draft *d, struct start *s)
{
	const char *module_id = THIS_MODULE->srcversion ?: "";
	const u8 *digest = shinrai_anchor_digest();
	int kernel, params;

	kernel = scnprintf(s->kernel, sizeof(s->kernel), "%s %s",
			   init_uts_ns.name.release, init_uts_ns.name.version);
	params = scnprintf(
		s->params, sizeof(s->params),
		"pcr_code=%u pcr_flow=%u extend=%s log_max=%lu rate=%u burst=%u patience=%u test=%u%s%s",
		pcr_code, pcr_flow, shinrai.extend ? "batch" : "sync", log_max,
		rate, burst, patience, test, digest ? " anchor=" : "",
		digest ? anchor : "");
	s->pcrs[0] = (u8)pcr_code;
	s->pcrs[1] = (u8)pcr_flow;
	shinrai_draft_uint(d, SHINRAI_FIELD_ABI, SHINRAI_ABI_VERSION, 4);
	shinrai_draft_bytes(d, SHINRAI_FIELD_KERNEL, s->kernel, kernel);
	shinrai_draft_bytes(d, SHINRAI_FIELD_MODULE_ID, module_id,
			    strlen(module_id));
	shinrai_draft_bytes(d, SHINRAI_FIELD_BANKS, s->banks,
			    shinrai_pcr_banks(s->banks, sizeof(s->banks)));
	shinrai_draft_bytes(d, SHINRAI_FIELD_PCRS, s->pcrs, sizeof(s->pcrs));
	shinrai_draft_bytes(d, SHINRAI_FIELD_PCR_VALUES, s->values,
			    shinrai_pcr_values(s->values, sizeof(s->values)));
	shinrai_draft_uint(d, SHINRAI_FIELD_LOADED_AT, ktime_get_boottime_ns(),
			   8);
	shinrai_draft_uint(d, SHINRAI_FIELD_USER_TASKS, shinrai_running_tasks(),
			   4);
	shinrai_draft_bytes(d, SHINRAI_FIELD_ANCHORS, digest,
			    digest ? SHINRAI_DIGEST_SIZE : 0);
	shinrai_draft_bytes(d, SHINRAI_FIELD_PARAMS, s->params, params);
	if (test)
		shinrai_draft_uint(d, SHINRAI_FIELD_TEST, test, 4);
}

static int write_start(void)
{
	struct shinrai_pending *p = NULL;
	struct shinrai_draft *d;
	struct start *s;
	u64 seq;
	int ret;

	s = kzalloc(sizeof(*s), GFP_KERNEL);
	d = shinrai_draft_new(SHINRAI_EVENT_START, GFP_KERNEL);
	if (s && d) {
		start_fields(d, s);
		p = shinrai_draft_pack(d, SHINRAI_PCR_CODE, GFP_KERNEL);
	}
	kfree(d);
	kfree(s);
	if (!p)
		return -ENOMEM;
	p->record = SHINRAI_RECORD_START;
	ret = shinrai_log_push(p, &seq);
	if (!ret)
		ret = shinrai_log_wait(seq, START_WAIT_MS);
	if (ret)
		pr_err("cannot extend START into PCR %u: %d\n", pcr_code, ret);
	return ret;
}

static int __init shinrai_init(void)
{
	int ret;

	ret = check_parameters();
	if (ret)
		return ret;
	shinrai_mark_init();
	ret = shinrai_anchor_init(anchor);
	if (ret)
		return ret;
	ret = shinrai_pcr_init();
	if (ret)
		goto anchor;
	ret = shinrai_hash_init();
	if (ret)
		goto pcr;
	ret = shinrai_content_init();
	if (ret)
		goto hash;
	shinrai_oddity_init();
	ret = shinrai_user_init();
	if (ret)
		goto content;
	ret = shinrai_log_init();
	if (ret)
		goto user;
	ret = write_start();
	if (ret)
		goto log;
	ret = shinrai_kfuncs_init();
	if (ret)
		goto log;
	ret = shinrai_notify_init();
	if (ret)
		goto log;
	ret = shinrai_sysfs_init();
	if (ret)
		goto notify;
	/* Last: who has the device open keeps the module. */
	ret = shinrai_cdev_init();
	if (ret)
		goto sysfs;
	return 0;
sysfs:
	shinrai_sysfs_exit();
notify:
	shinrai_notify_exit();
log:
	shinrai_log_exit();
user:
	shinrai_user_exit();
content:
	shinrai_content_exit();
hash:
	shinrai_hash_exit();
pcr:
	shinrai_pcr_exit();
anchor:
	shinrai_anchor_exit();
	return ret;
}

/* Never reached once armed: the module then holds itself. */
static void __exit shinrai_exit(void)
{
	shinrai_cdev_exit();
	shinrai_sysfs_exit();
	shinrai_arm_exit();
	shinrai_notify_exit();
	shinrai_log_exit();
	shinrai_user_exit();
	shinrai_content_exit();
	shinrai_hash_exit();
	shinrai_pcr_exit();
	shinrai_anchor_exit();
	rcu_barrier();
}

module_init(shinrai_init);
module_exit(shinrai_exit);

MODULE_DESCRIPTION("Measures code into the TPM before it runs");
MODULE_AUTHOR("The Shinrai project");
MODULE_VERSION(SHINRAI_VERSION);
MODULE_LICENSE("GPL");
MODULE_SOFTDEP("pre: sha256-ssse3 sha512-ssse3 sha512_generic");
