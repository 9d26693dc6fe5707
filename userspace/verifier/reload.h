/* SPDX-License-Identifier: MIT */
/* Policies that change while the verifier runs. */
#ifndef VERIFIER_RELOAD_H
#define VERIFIER_RELOAD_H

struct fleet;

int reload_start(struct fleet *f);
void reload_policies(struct fleet *f);
void reload_stop(struct fleet *f);

#endif
