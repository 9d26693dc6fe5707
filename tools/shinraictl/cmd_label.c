// SPDX-License-Identifier: MIT
/* label add, apply, show: which owner's label a file or a process has. */
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <shinrai/policy_text.h>
#include <shinrai/violation.h>

#include "label.h"
#include "logread.h"
#include "violations.h"

struct job {
	struct ctl *ctl;
	int fd; /* of the device */
	struct shinrai_label_id id;
	uint64_t labelled;
};

static const char *hint(int err)
{
	switch (err) {
	case EBUSY:
		return "arm the module first: shinraictl arm";
	case EOPNOTSUPP:
		return "its filesystem keeps no labels";
	case EINVAL:
		return "labels are for regular files and directories";
	case ENOSPC:
		return "64 labels are live, or the filesystem is full";
	case EIO:
		return "the module is degraded: see shinraictl status";
	}
	return NULL;
}

static int ask(struct ctl *ctl, int device, const char *path,
	       struct shinrai_label_file *l)
{
	CTL_FREE char *shown = ctl_escape(path, strlen(path), false);
	int err = 0;

	/* Looking is not reading: the caller stays without labels. */
	l->fd = open(path, O_PATH | O_CLOEXEC);
	if (l->fd < 0 || ioctl(device, SHINRAI_IOC_LABEL, l))
		err = errno;
	if (l->fd >= 0)
		close(l->fd);
	if (!err)
		return 0;
	return ctl_error(ctl, "label", hint(err), "cannot %s %s: %s",
			 l->flags ? "label" : "look at", shown, strerror(err));
}

static int label_file(struct job *job, const char *path)
{
	struct shinrai_label_file l = { .flags = SHINRAI_LABEL_ADD,
					.add = job->id };
	int ret = ask(job->ctl, job->fd, path, &l);

	job->labelled += !ret;
	return ret;
}

static void set_id(struct job *job, const struct shinrai_policy *p, u32 label)
{
	memcpy(job->id.owner, p->head->owner, sizeof(job->id.owner));
	memcpy(job->id.uuid, p->label[label].uuid, sizeof(job->id.uuid));
}

/* @full: NAMESPACE/LABEL, cut in two.  Return: 0; the exit status, told. */
static int find_label(struct job *job, char *full)
{
	CTL_LABELS policy = { 0 };
	char *name = strchr(full, '/');
	u32 i;
	int ret;

	if (!name)
		return ctl_usage(job->ctl, "'%s' is not NAMESPACE/LABEL", full);
	*name++ = '\0';
	ret = label_policy_read(job->ctl, job->fd, full, &policy);
	if (ret)
		return ret;
	for (i = 0; i < policy.p.head->labels; i++) {
		if (strcmp(policy.p.string + policy.p.label[i].name, name))
			continue;
		set_id(job, &policy.p, i);
		return 0;
	}
	return ctl_error(job->ctl, "no-label", "shinraictl policy show",
			 "the policy of '%s' has no label '%s'", full, name);
}

static int tell(struct job *job)
{
	if (job->ctl->json)
		return ctl_json_out(job->ctl, stdout,
				    json_pack("{s:I}", "labelled",
					      (json_int_t)job->labelled));
	printf("%llu labelled\n", (unsigned long long)job->labelled);
	return ctl_flush_stdout(job->ctl);
}

int cmd_label_add(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_opt opts[] = { { 0 } };
	struct job job = { .ctl = ctl };
	int ret = ctl_options(ctl, opts, argc, argv);
	size_t i;

	if (ret != CTL_GO_ON)
		return ret;
	if (ctl->operands.n < 2)
		return ctl_usage(ctl, "which LABEL, and which FILE?");
	job.fd = load_open(ctl, true);
	if (job.fd < 0)
		return EXIT_ERROR;
	ret = find_label(&job, ctl->operands.v[0]);
	for (i = 1; !ret && i < ctl->operands.n; i++)
		ret = label_file(&job, ctl->operands.v[i]);
	close(job.fd);
	return ret ? ret : tell(&job);
}

/* The folder that everything a pattern matches is in. */
static char *root_of(const char *pattern)
{
	size_t n = strcspn(pattern, "*?\\");

	if (!pattern[n])
		return strdup(pattern);
	while (n > 1 && pattern[n - 1] != '/')
		n--;
	return strndup(pattern, n > 1 ? n - 1 : 1);
}

static int apply_pattern(struct job *job, const char *pattern)
{
	CTL_FREE char *root = root_of(pattern);
	char *roots[] = { root, NULL };
	FTSENT *e;
	int ret = 0;
	FTS *fts;

	fts = root ? fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL) : NULL;
	if (!fts)
		return ctl_error(job->ctl, "walk", NULL, "cannot walk %s: %s",
				 pattern, strerror(errno));
	while (!ret && (e = fts_read(fts))) {
		if ((e->fts_info == FTS_F || e->fts_info == FTS_D) &&
		    shinrai_policy_glob(pattern, e->fts_path,
					strlen(e->fts_path)))
			ret = label_file(job, e->fts_path);
	}
	fts_close(fts);
	return ret;
}

int cmd_label_apply(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_opt opts[] = { { 0 } };
	struct job job = { .ctl = ctl };
	CTL_LABELS policy = { 0 };
	int ret = ctl_options(ctl, opts, argc, argv);
	u32 i;

	if (ret != CTL_GO_ON)
		return ret;
	if (!ctl->operands.n)
		return ctl_usage(ctl, "whose labels? NAMESPACE");
	job.fd = load_open(ctl, true);
	if (job.fd < 0)
		return EXIT_ERROR;
	ret = label_policy_read(ctl, job.fd, ctl->operands.v[0], &policy);
	for (i = 0; !ret && i < policy.p.head->patterns; i++) {
		set_id(&job, &policy.p, policy.p.pattern[i].label);
		ret = apply_pattern(&job,
				    policy.p.string + policy.p.pattern[i].text);
	}
	close(job.fd);
	return ret ? ret : tell(&job);
}

static const char *space_of(const struct shinrai_names *names,
			    const struct shinrai_label_id *id)
{
	unsigned int i;

	for (i = 0; i < names->nspaces; i++) {
		if (!memcmp(names->space[i].owner, id->owner,
			    sizeof(id->owner)))
			return names->space[i].name;
	}
	return "?";
}

static const char *label_of(const struct shinrai_names *names,
			    const struct shinrai_label_id *id)
{
	size_t i;

	for (i = 0; i < names->nlabels; i++) {
		if (!memcmp(&names->label[i].id, id, sizeof(*id)))
			return names->label[i].name;
	}
	return NULL;
}

static json_t *label_json(const struct shinrai_names *names,
			  const struct shinrai_label_id *id)
{
	char owner[2 * sizeof(id->owner) + 1], uuid[2 * sizeof(id->uuid) + 1];
	const char *name = label_of(names, id);

	shinrai_hex_encode(id->owner, sizeof(id->owner), owner);
	shinrai_hex_encode(id->uuid, sizeof(id->uuid), uuid);
	return json_pack("{s:o, s:s, s:s}", "name",
			 json_sprintf("%s/%s", space_of(names, id),
				      name ? name : uuid),
			 "owner", owner, "uuid", uuid);
}

static json_t *names_of(const struct shinrai_label_id *ids, u32 count,
			const struct shinrai_names *names)
{
	json_t *list = json_array();
	u32 i;

	for (i = 0; i < count && i < SHINRAI_MAX_LABELS; i++)
		json_array_append_new(list, label_json(names, &ids[i]));
	return list;
}

static int show(struct ctl *ctl, int fd, const char *what, bool process,
		const struct shinrai_names *names, json_t *all)
{
	struct shinrai_process p = { .pid = atoi(what) };
	struct shinrai_label_file l = { 0 };
	int ret = 0;

	if (!process)
		ret = ask(ctl, fd, what, &l);
	else if (ioctl(fd, SHINRAI_IOC_PROCESS, &p))
		ret = ctl_error(ctl, "process", NULL,
				"cannot look at process %s: %s", what,
				strerror(errno));
	if (!ret)
		json_object_set_new(all, what,
				    process ?
					    names_of(p.labels, p.count, names) :
					    names_of(l.labels, l.count, names));
	return ret;
}

static int print_shown(struct ctl *ctl, json_t *all)
{
	const char *what;
	json_t *list, *v;
	size_t i;

	if (ctl->json)
		return ctl_json_out(ctl, stdout, json_incref(all));
	json_object_foreach(all, what, list) {
		CTL_FREE char *shown = ctl_escape(what, strlen(what), false);

		printf("%s:", shown);
		json_array_foreach(list, i, v)
			printf(" %s",
			       json_string_value(json_object_get(v, "name")));
		puts(json_array_size(list) ? "" : " no label");
	}
	return ctl_flush_stdout(ctl);
}

int cmd_label_show(struct ctl *ctl, int argc, char **argv)
{
	bool process = false;
	struct ctl_opt opts[] = {
		{ "process", CTL_FLAG, &process, NULL,
		  "the operands are process ids", 0 },
		{ 0 },
	};
	struct shinrai_names *names;
	CTL_JSON all = json_object();
	int ret = ctl_options(ctl, opts, argc, argv), fd;
	size_t i;

	if (ret != CTL_GO_ON)
		return ret;
	if (!ctl->operands.n)
		return ctl_usage(ctl, "of which FILE?");
	fd = load_open(ctl, false);
	if (fd < 0)
		return EXIT_ERROR;
	names = ctl_alloc(sizeof(*names));
	memset(names, 0, sizeof(*names));
	violations_ask_module(fd, names);
	ret = 0;
	for (i = 0; !ret && i < ctl->operands.n; i++)
		ret = show(ctl, fd, ctl->operands.v[i], process, names, all);
	close(fd);
	shinrai_names_free(names);
	free(names);
	return ret ? ret : print_shown(ctl, all);
}
