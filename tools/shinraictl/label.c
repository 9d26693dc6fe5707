// SPDX-License-Identifier: MIT
/* Labels: the policy in force that names them. */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

#include "label.h"
#include "logread.h"

static const struct shinrai_owner *find(const struct load_owners *owners,
					const char *name)
{
	u32 i;

	for (i = 0; i < owners->n; i++) {
		if (owners->v[i].generation &&
		    !strcmp((const char *)owners->v[i].name, name))
			return &owners->v[i];
	}
	return NULL;
}

/*
 * @name: the namespace of the policy's owner
 * @out: out, for label_policy_free()
 * Return: 0; EXIT_ERROR, told.
 */
int label_policy_read(struct ctl *ctl, int fd, const char *name,
		      struct label_policy *out)
{
	struct shinrai_policy_get get = { .data_len = SHINRAI_POLICY_MAX };
	const struct shinrai_owner *o;
	CTL_OWNERS owners = { 0 };
	int ret;

	ret = load_owners(ctl, fd, &owners);
	if (ret)
		return ret;
	o = find(&owners, name);
	if (!o)
		return ctl_error(ctl, "no-policy", "shinraictl owner list",
				 "no policy of '%s' is in force", name);
	out->blob = ctl_alloc(SHINRAI_POLICY_MAX);
	get.data = (uintptr_t)out->blob;
	memcpy(get.owner, o->owner, sizeof(get.owner));
	if (ioctl(fd, SHINRAI_IOC_POLICY, &get))
		return logread_device_error(ctl, "ask", errno);
	if (get.data_len > SHINRAI_POLICY_MAX ||
	    shinrai_policy_check(&out->p, out->blob, get.data_len))
		return ctl_error(ctl, "bad-policy", NULL,
				 "the module gave a policy of '%s' that this"
				 " program does not understand",
				 name);
	return 0;
}

/* Safe on what was only zeroed. */
void label_policy_free(struct label_policy *l)
{
	free(l->blob);
	memset(l, 0, sizeof(*l));
}
