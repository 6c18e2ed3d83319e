/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plain_sm.h: SM2, SM3 and SM4 once more, written from the standards and in nothing but loops and BIGNUM arithmetic: slow, not constant in
 * time, and sharing no code with the library or with OpenSSL's implementations. What two of three agree on is judged by the third.
 */
#ifndef JY_TEST_PLAIN_SM_H
#define JY_TEST_PLAIN_SM_H

#include <openssl/bn.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** GB/T 32905. */
void plain_sm3(const uint8_t *data, size_t len, uint8_t out[32]);
/** RFC 2104 with SM3. */
void plain_hmac_sm3(const uint8_t *key, size_t key_len, const uint8_t *data, size_t len, uint8_t out[32]);
/** GB/T 32907, one block. */
void plain_sm4(const uint8_t key[16], const uint8_t in[16], uint8_t out[16]);
/** The whole counter is one big-endian number. */
void plain_sm4_ctr(const uint8_t key[16], const uint8_t iv[16], const uint8_t *in, size_t len, uint8_t *out);

/** An affine point of the SM2 curve. */
struct plain_point {
    BIGNUM *x, *y;
    bool infinity;
};
/** Curve and scratch; plain_begin before all, plain_end after. */
extern struct plain_curve {
    BN_CTX *ctx;
    BIGNUM *p, *a, *b, *n;
    struct plain_point g;
} plain;
void plain_begin(void);
void plain_end(void);
struct plain_point plain_point_new(void);
void plain_point_free(struct plain_point *point);
void plain_copy(struct plain_point *to, const struct plain_point *from);
void plain_add(struct plain_point *out, const struct plain_point *a, const struct plain_point *b);
void plain_mul(struct plain_point *out, const BIGNUM *k, const struct plain_point *a);
bool plain_on_curve(const struct plain_point *a);

/** Z = SM3(ENTL ‖ ID ‖ a ‖ b ‖ G ‖ P) (GB/T 32918.2 5.5). */
void plain_z(const struct plain_point *key, const uint8_t *id, size_t id_len, uint8_t out[32]);
/** e = SM3(Z ‖ M). */
void plain_e(const struct plain_point *key, const uint8_t *id, size_t id_len, const uint8_t *message, size_t len, uint8_t e[32]);
/** GB/T 32918.2 6.1 with a given k; false when this k gives r = 0, r + k = n or s = 0. */
bool plain_sign(const BIGNUM *d, const BIGNUM *k, const uint8_t e[32], BIGNUM *r, BIGNUM *s);
/** GB/T 32918.2 7.1. */
bool plain_verify(const struct plain_point *key, const uint8_t e[32], const BIGNUM *r, const BIGNUM *s);

#endif
