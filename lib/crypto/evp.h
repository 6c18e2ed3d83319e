/* SPDX-License-Identifier: Apache-2.0 */
/* evp.h: the OpenSSL object inside a jy_sm2; for lib/crypto only. */
#ifndef JY_EVP_H
#define JY_EVP_H

#include <jinyin/crypto.h>
#include <openssl/evp.h>

/** Borrowed. */
EVP_PKEY *jy_sm2_pkey(const struct jy_sm2 *key);
/** Takes pkey over, also on error. JY_E_UNSUPPORTED when it is not on the SM2 curve. */
JY_CHECK jy_err jy_sm2_take_pkey(EVP_PKEY *pkey, bool is_private, struct jy_sm2 **out);
/**
 * Does the signature fit e itself? Not a signature by GB/T 32918.2, which takes e = SM3(Z ‖ M): only to say what a file that fails did instead.
 * Errors: JY_E_SIGNATURE, JY_E_FORMAT, JY_E_CRYPTO.
 */
JY_CHECK jy_err jy_sm2_verify_digest(const struct jy_sm2 *key, const uint8_t e[JY_SM3_SIZE], struct jy_slice sig);

#endif
