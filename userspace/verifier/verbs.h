/* SPDX-License-Identifier: MIT */
/* What shinrai-verifier does instead of serving: new-key, backup, restore. */
#ifndef VERIFIER_VERBS_H
#define VERIFIER_VERBS_H

#include "conf.h"

bool verb_known(char *const *words);
int verb_run(const struct conf *conf, char *const *words);

#endif
