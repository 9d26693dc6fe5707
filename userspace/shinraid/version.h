/* SPDX-License-Identifier: MIT */
/* Version of the daemon, in --version, /v1/status and the machine item. */
#ifndef SHINRAID_VERSION_H
#define SHINRAID_VERSION_H

#define SHINRAI_VERSION "0.1.0"

#endif
