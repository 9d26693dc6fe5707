/* SPDX-License-Identifier: MIT */
/* What each process gives up before it touches anything from outside. */
#ifndef SHINRAID_SANDBOX_H
#define SHINRAID_SANDBOX_H

#include "conf.h"

enum sandbox { SANDBOX_PARENT, SANDBOX_TPM, SANDBOX_NET };

int sandbox_find_user(const struct conf *conf, char *err, size_t errlen);
int sandbox_own_spool(const struct conf *conf);
void sandbox_enter(const struct conf *conf, enum sandbox which);

#endif
