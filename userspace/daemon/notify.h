/* SPDX-License-Identifier: MIT */
/* Readiness protocol of systemd, see sd_notify(3). */
#ifndef SHINRAI_NOTIFY_H
#define SHINRAI_NOTIFY_H

int notify_open(void);
void notify_send(const char *state);

#endif
