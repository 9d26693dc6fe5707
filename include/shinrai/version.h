/* SPDX-License-Identifier: MIT */
/* Version of the module and of all programs. */
#ifndef _SHINRAI_VERSION_H
#define _SHINRAI_VERSION_H

#define SHINRAI_VERSION "0.1.0"

#endif
