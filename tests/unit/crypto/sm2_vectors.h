/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sm2_vectors.h: SM2 signatures that must be taken and that must not, in the manner of Wycheproof, made by code: the same ones in every run.
 * Each row carries the rule of its category as its expectation, and where OpenSSL is known to answer otherwise, why we do not follow.
 */
#ifndef JY_TEST_SM2_VECTORS_H
#define JY_TEST_SM2_VECTORS_H

#include <jinyin/crypto.h>

#include "plain_sm.h"

enum sm2_expect { SM2_ACCEPT, SM2_REJECT, SM2_REFUSE_KEY };

struct sm2_vector {
    const char *category;
    char what[80];
    uint8_t key[JY_SM2_POINT_SIZE];
    size_t key_len;
    struct jy_buf message, signature;
    struct jy_buf id;                 /* under which it was signed, when has_id: OpenSSL must take it so */
    bool has_id;
    enum sm2_expect expect;
    enum jy_sm2_encoding encoding;    /* when it is accepted */
    BIGNUM *r, *s;                    /* what the rule reads in the signature; NULL: it is no signature */
    const char *differs;              /* OpenSSL, under the same id, answers otherwise: why */
};
struct sm2_vectors {
    struct sm2_vector *list;
    size_t count, cap;
};
/** plain_begin() must have been called. */
void sm2_vectors_make(struct sm2_vectors *out);
void sm2_vectors_free(struct sm2_vectors *vectors);

#endif
