/* SPDX-License-Identifier: Apache-2.0 */
/* digest.h: the digests that identifiers in other people's structures may name: SM3, SHA-1, SHA-2. */
#ifndef JY_DIGEST_H
#define JY_DIGEST_H

#include <jinyin/crypto.h>

#define JY_DIGEST_MAX 64

/** Is a digest of this identifier (DER contents octets) known, and is it not broken? SHA-1 is known only. */
bool jy_digest_is_strong(struct jy_slice oid);
/** Digest data by the algorithm of oid. Errors: JY_E_UNSUPPORTED, JY_E_CRYPTO. */
JY_CHECK jy_err jy_digest(struct jy_slice oid, struct jy_slice data, uint8_t out[JY_DIGEST_MAX], size_t *len);

/** The same over bytes that stand apart. */
JY_CHECK jy_err jy_digest_parts(struct jy_slice oid, const struct jy_slice *parts, size_t count, uint8_t out[JY_DIGEST_MAX], size_t *len);

/** The same, and the digest of that digest, `rounds` digests in all (at least 1). */
JY_CHECK jy_err jy_digest_rounds(struct jy_slice oid, const struct jy_slice *parts, size_t count, unsigned rounds, uint8_t out[JY_DIGEST_MAX], size_t *len);
/** HMAC (RFC 2104) with the digest of oid. Errors: JY_E_UNSUPPORTED, JY_E_ARGUMENT a key of more than 2 GiB, JY_E_CRYPTO. */
JY_CHECK jy_err jy_hmac(struct jy_slice oid, struct jy_slice key, struct jy_slice data, uint8_t out[JY_DIGEST_MAX], size_t *len);

#endif
