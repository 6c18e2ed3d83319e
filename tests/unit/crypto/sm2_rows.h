/* SPDX-License-Identifier: Apache-2.0 */
/* sm2_rows.h: what the categories of vectors are made with; for sm2_*.c only. */
#ifndef JY_TEST_SM2_ROWS_H
#define JY_TEST_SM2_ROWS_H

#include "sm2_vectors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DO(call)          \
    do {                  \
        if (!(call))      \
            abort();      \
    } while (0)
#define MUST(call) DO((call) == JY_OK)
#define DEFAULT_ID (const uint8_t *)JY_SM2_ID, sizeof(JY_SM2_ID) - 1
#define RAW_IS_READ "files of real products carry r and s as 64 raw bytes (seal-formats 1.4): read, and named as a deviation"
#define LONG_IS_READ "files of real products carry integers with zeros too many (seal-formats 1.4): read, and named as a deviation"
#define UNCOMPRESSED "GB/T 35276 writes a public key as 04, X, Y: nothing else is a key here"

/* Who signs, what, and the one signature that most rows are made from: both its numbers have the top bit set. */
extern struct sm2_base {
    struct sm2_vectors *out;
    BIGNUM *d, *other_d, *r, *s;
    struct plain_point p, other;
    uint8_t message[32];
} sm2_base;

/* A row about the message and the key of sm2_base, whose signature is still empty. */
struct sm2_vector *sm2_row(const char *category, enum sm2_expect expect, const char *fmt, ...) JY_PRINTF(3, 4);
/* What the rule reads in the row's signature. */
void sm2_reads(struct sm2_vector *one, const BIGNUM *r, const BIGNUM *s);
void sm2_key_bytes(const struct plain_point *p, uint8_t out[JY_SM2_POINT_SIZE]);
/* SEQUENCE{r, s} with so many zero bytes more in front of each; a negative number in two's complement. */
void sm2_put_pair(struct jy_buf *out, const BIGNUM *r, const BIGNUM *s, size_t r_zeros, size_t s_zeros);
void sm2_put_raw(struct jy_buf *out, const BIGNUM *r, const BIGNUM *s);
/* A signature over e whose k comes from the seed: the same in every run. */
void sm2_sign_e(const BIGNUM *d, const uint8_t e[32], const char *seed, BIGNUM *r, BIGNUM *s);
/* The row's message, signed with d over the key's Z under an id; r and s are what the row reads. */
void sm2_sign_row(struct sm2_vector *one, const BIGNUM *d, const struct plain_point *key, const uint8_t *id, size_t id_len);

void sm2_encodings(void);
void sm2_values(void);
void sm2_keys_and_messages(void);

#endif
