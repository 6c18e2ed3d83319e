/* SPDX-License-Identifier: Apache-2.0 */
/* jinyin/crypto.h: SM2, SM3, SM4 and derivations, over OpenSSL (R27.1). The SM2 user id is 1234567812345678 everywhere. */
#ifndef JINYIN_CRYPTO_H
#define JINYIN_CRYPTO_H

#include <jinyin/base.h>

#define JY_SM3_SIZE 32
#define JY_SM2_ID "1234567812345678"   /* GM/T 0009 default user id */
#define JY_SM2_SIGNATURE_MAX 72        /* DER SEQUENCE{r, s} */
#define JY_SM2_POINT_SIZE 65           /* 04 ‖ X ‖ Y */

/** Random bytes from the operating system's generator. Errors: JY_E_CRYPTO. */
JY_CHECK jy_err jy_random(void *out, size_t len);

/** SM3 (GB/T 32905) of one slice. */
JY_CHECK jy_err jy_sm3(struct jy_slice data, uint8_t out[JY_SM3_SIZE]);
/** Incremental SM3; begins in _new, ends in _free. _finish may be called once. */
struct jy_sm3_ctx;
JY_CHECK jy_err jy_sm3_new(struct jy_sm3_ctx **out);
JY_CHECK jy_err jy_sm3_update(struct jy_sm3_ctx *ctx, struct jy_slice data);
JY_CHECK jy_err jy_sm3_finish(struct jy_sm3_ctx *ctx, uint8_t out[JY_SM3_SIZE]);
/** Another digest that has seen the same bytes so far and goes its own way from here; ends in jy_sm3_free. */
JY_CHECK jy_err jy_sm3_copy(const struct jy_sm3_ctx *ctx, struct jy_sm3_ctx **out);
void jy_sm3_free(struct jy_sm3_ctx *ctx);
JY_CHECK jy_err jy_hmac_sm3(struct jy_slice key, struct jy_slice data, uint8_t out[JY_SM3_SIZE]);
/** HKDF-SM3 (RFC 5869 with SM3): out_len ≤ 255·32. */
JY_CHECK jy_err jy_hkdf_sm3(struct jy_slice secret, struct jy_slice salt, const char *info, uint8_t *out, size_t out_len);
/** Argon2id t=3, m=64 MiB, p=1: stretches a PIN or a password. salt ≥ 16 bytes. */
JY_CHECK jy_err jy_argon2id(struct jy_slice secret, struct jy_slice salt, uint8_t *out, size_t out_len);
/** PBKDF2 (GB/T 41389, RFC 8018) with HMAC-SM3: where only SM algorithms are allowed. salt ≥ 16 bytes, rounds ≥ 10,000. */
JY_CHECK jy_err jy_pbkdf2_sm3(struct jy_slice secret, struct jy_slice salt, int rounds, uint8_t *out, size_t out_len);

/**
 * Authenticated wrapping: SM4-CTR then HMAC-SM3 over everything before the tag, keys by HKDF-SM3 from a 32-byte secret.
 * context is bound into the tag and must be the same on both sides (purpose and object id), not stored.
 * jy_unwrap checks the tag, in constant time, before it decrypts. Errors: JY_E_SIGNATURE wrong key, context or bytes.
 */
JY_CHECK jy_err jy_wrap(const uint8_t secret[32], const char *context, struct jy_slice plain, struct jy_buf *out);
JY_CHECK jy_err jy_unwrap(const uint8_t secret[32], const char *context, struct jy_slice wrapped, struct jy_buf *out);

/** An SM2 key, public or private. Ends in jy_sm2_free (which wipes). Thread: share freely after creation. */
struct jy_sm2;
JY_CHECK jy_err jy_sm2_generate(struct jy_sm2 **out);
/** From 32 bytes d in 1..n-2; the public point is derived. */
JY_CHECK jy_err jy_sm2_from_private(const uint8_t d[32], struct jy_sm2 **out);
/** From 04‖X‖Y; refuses a point that is not on the curve. */
JY_CHECK jy_err jy_sm2_from_point(const uint8_t point[JY_SM2_POINT_SIZE], struct jy_sm2 **out);
/** From a PEM private key (PKCS#8 or SEC1, not encrypted). Errors: JY_E_FORMAT, JY_E_UNSUPPORTED when not SM2. */
JY_CHECK jy_err jy_sm2_from_pem(struct jy_slice pem, struct jy_sm2 **out, struct jy_fault *fault);
/** PKCS#8 PEM of a private key; caller wipes. */
JY_CHECK jy_err jy_sm2_to_pem(const struct jy_sm2 *key, struct jy_buf *out);
JY_CHECK jy_err jy_sm2_point(const struct jy_sm2 *key, uint8_t out[JY_SM2_POINT_SIZE]);
JY_CHECK jy_err jy_sm2_private(const struct jy_sm2 *key, uint8_t out[32]);
/** Signs e in a place of its own, such as a device: 64 bytes r‖s. Its errors are those of jy_sm2_sign. */
typedef jy_err jy_sm2_signer(void *self, const uint8_t e[JY_SM3_SIZE], uint8_t rs[64]);
/**
 * A key whose private part lies elsewhere (R12.1): it signs by `sign`, whose values are checked before anybody gets them; jy_sm2_private, jy_sm2_to_pem and
 * jy_sm2_decrypt refuse it. self is ended by `end`, also after an error. Errors: those of jy_sm2_from_point.
 */
JY_CHECK jy_err jy_sm2_elsewhere(const uint8_t point[JY_SM2_POINT_SIZE], jy_sm2_signer *sign, void *self, void (*end)(void *self), struct jy_sm2 **out);
/** The self of such a key, NULL of any other. */
void *jy_sm2_self(const struct jy_sm2 *key);
bool jy_sm2_same_public(const struct jy_sm2 *a, const struct jy_sm2 *b);
void jy_sm2_free(struct jy_sm2 *key);

/** SM2-with-SM3 over message (Z is added inside). sig gets DER SEQUENCE{INTEGER r, INTEGER s}. */
JY_CHECK jy_err jy_sm2_sign(const struct jy_sm2 *key, struct jy_slice message, uint8_t sig[JY_SM2_SIGNATURE_MAX], size_t *sig_len);
enum jy_sm2_encoding { JY_SM2_DER, JY_SM2_RAW64, JY_SM2_DER_NON_MINIMAL };
/**
 * Verify. Reads DER (minimal or not) or exactly 64 raw bytes r‖s (seal-formats §1.4) and says which it met.
 * Errors: JY_E_SIGNATURE when it does not fit; JY_E_FORMAT when sig is neither form. encoding may be NULL.
 */
JY_CHECK jy_err jy_sm2_verify(const struct jy_sm2 *key, struct jy_slice message, struct jy_slice sig, enum jy_sm2_encoding *encoding);
/** Forgets what was found before of signatures, certificates, seals and parts (a cache of proofs; it changes no result). Tests and figures need it. */
void jy_known_forget(void);
/** As jy_sm2_verify of a message in parts, in order: a document is not copied to be checked. */
JY_CHECK jy_err jy_sm2_verify_parts(const struct jy_sm2 *key, const struct jy_slice *parts, size_t count, struct jy_slice sig,
                                    enum jy_sm2_encoding *encoding);
/** Z = SM3(ENTL ‖ ID ‖ a ‖ b ‖ G ‖ P) of a key (GB/T 32918.2 5.5): what goes before a message that is signed. */
JY_CHECK jy_err jy_sm2_z(const struct jy_sm2 *key, uint8_t out[JY_SM3_SIZE]);
/** SM2 public-key encryption, SM2Cipher DER (GM/T 0009), plain 1..1024 bytes. */
JY_CHECK jy_err jy_sm2_encrypt(const struct jy_sm2 *key, struct jy_slice plain, struct jy_buf *out);
JY_CHECK jy_err jy_sm2_decrypt(const struct jy_sm2 *key, struct jy_slice cipher, struct jy_buf *out);

#endif
