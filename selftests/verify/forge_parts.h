/* SPDX-License-Identifier: MIT */
/*
 * How the parts of a forgery fit together.  Each plans what is to be, which
 * may then be bent, and builds its items and PCRs from that.
 */
#ifndef SHINRAI_FORGE_PARTS_H
#define SHINRAI_FORGE_PARTS_H

#include "forge.h"

/* forge.c */
void forge_extend(u8 pcr[32], const u8 digest[32]);
void forge_build_machine(struct forge *f);
void forge_raw(u8 *p, size_t *n, const void *data, size_t len);

/* forge_log.c */
void forge_checkpoints(struct forge *f);

/* forge_boot.c */
void forge_plan_boot(struct forge *f);
void forge_build_boot(struct forge *f);
char *forge_make_reference(const struct forge *f);

/* forge_ima.c */
void forge_plan_ima(struct forge *f);
void forge_build_ima(struct forge *f);

/* forge_quote.c */
void forge_build_ak(struct forge *f);

/* forge_session.c */
void forge_build_session(struct forge *f);

#endif
