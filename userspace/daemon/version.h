/* SPDX-License-Identifier: MIT */
/* Version of the daemons, in --version, /v1/status and the machine item. */
#ifndef SHINRAI_VERSION_H
#define SHINRAI_VERSION_H

#define SHINRAI_VERSION "0.1.0"

#endif
