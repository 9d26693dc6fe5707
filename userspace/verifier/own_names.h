/* SPDX-License-Identifier: MIT */
/* Names in this verifier's certificate, which no device may have. */
#ifndef VERIFIER_OWN_NAMES_H
#define VERIFIER_OWN_NAMES_H

#include "fleet.h"

int own_names_keep(struct fleet *f);
void own_names_renew(struct fleet *f);

#endif
