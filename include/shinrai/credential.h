/* SPDX-License-Identifier: MIT */
/*
 * A secret that only the TPM with an EK gives away, and only while it holds a key
 * of a certain name: TPM 2.0 Library, Part 1, 24 and Part 3, 12.6 (MakeCredential).
 */
#ifndef _SHINRAI_CREDENTIAL_H
#define _SHINRAI_CREDENTIAL_H

#include "tpm2.h"

#define SHINRAI_CREDENTIAL_SECRET 32 /* bytes at most: of the EK's nameAlg */

struct shinrai_credential {
	u8 blob[2 + 2 + 32 + 2 + SHINRAI_CREDENTIAL_SECRET]; /* TPM2B_ID_OBJECT */
	size_t blob_len;
	u8 seed[2 + 256]; /* TPM2B_ENCRYPTED_SECRET */
	size_t seed_len;
};

/*
 * TPM2_MakeCredential for an EK of template L-1 or L-2, shinrai_ek_fault().
 * @name: of the key that is to be proven, shinrai_public_name()
 * @secret: what comes out of TPM2_ActivateCredential; 1 to 32 bytes
 * Return: 0; -EINVAL another length; -ENOTSUP another EK; -EBADMSG it is no
 * valid key; -ENOMEM.
 */
int shinrai_credential_make(const struct shinrai_public *ek, const u8 *name,
			    size_t name_len, const u8 *secret,
			    size_t secret_len, struct shinrai_credential *out);

#endif
