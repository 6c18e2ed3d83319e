/* SPDX-License-Identifier: Apache-2.0 */
/* What every category needs, and the list of them. */
#include "sm2_rows.h"

#include <stdarg.h>

struct sm2_base sm2_base;

/* -- rows -- */

void
sm2_key_bytes(const struct plain_point *p, uint8_t out[JY_SM2_POINT_SIZE])
{
    out[0] = 4;
    DO(BN_bn2binpad(p->x, out + 1, 32) == 32 && BN_bn2binpad(p->y, out + 33, 32) == 32);
}

struct sm2_vector *
sm2_row(const char *category, enum sm2_expect expect, const char *fmt, ...)
{
    struct sm2_vectors *v = sm2_base.out;
    struct sm2_vector *one;
    va_list ap;

    if (v->count == v->cap) {
        v->cap = v->cap == 0 ? 256 : v->cap * 2;
        DO(v->list = reallocarray(v->list, v->cap, sizeof(*v->list)));
    }
    one = &v->list[v->count++];
    memset(one, 0, sizeof(*one));
    one->category = category;
    one->expect = expect;
    va_start(ap, fmt);
    vsnprintf(one->what, sizeof(one->what), fmt, ap);
    va_end(ap);
    sm2_key_bytes(&sm2_base.p, one->key);
    one->key_len = sizeof(one->key);
    MUST(jy_buf_add(&one->message, JY_SLICE(sm2_base.message, sizeof(sm2_base.message))));
    return one;
}

void
sm2_reads(struct sm2_vector *one, const BIGNUM *r, const BIGNUM *s)
{
    DO((one->r = BN_dup(r)) != NULL && (one->s = BN_dup(s)) != NULL);
}

/* -- encodings -- */

static void
put_head(struct jy_buf *out, uint8_t tag, size_t len)
{
    DO(len < 256);
    MUST(jy_buf_byte(out, tag));
    if (len >= 128)
        MUST(jy_buf_byte(out, 0x81));
    MUST(jy_buf_byte(out, (uint8_t)len));
}

/* Contents of an INTEGER: minimal, with `zeros` more in front; a negative number in two's complement. */
static void
put_number(struct jy_buf *out, uint8_t tag, const BIGNUM *n, size_t zeros)
{
    uint8_t bytes[40] = { 0 };
    size_t len = (size_t)BN_num_bytes(n), from;

    DO(len < 36 && BN_bn2binpad(n, bytes, 40) == 40);
    from = 40 - len;
    if (len == 0 || (bytes[from] & 0x80) != 0)
        from--;
    if (BN_is_negative(n)) {
        unsigned carry = 1;
        for (size_t i = 40; i-- > from;) {
            carry += (uint8_t)~bytes[i];
            bytes[i] = (uint8_t)carry;
            carry >>= 8;
        }
    }
    put_head(out, tag, 40 - from + zeros);
    for (size_t i = 0; i < zeros; i++)
        MUST(jy_buf_byte(out, 0));
    MUST(jy_buf_add(out, JY_SLICE(bytes + from, 40 - from)));
}

void
sm2_put_pair(struct jy_buf *out, const BIGNUM *r, const BIGNUM *s, size_t r_zeros, size_t s_zeros)
{
    struct jy_buf body = { 0 };

    put_number(&body, 0x02, r, r_zeros);
    put_number(&body, 0x02, s, s_zeros);
    put_head(out, 0x30, body.len);
    MUST(jy_buf_add(out, jy_buf_slice(&body)));
    jy_buf_free(&body);
}

void
sm2_put_raw(struct jy_buf *out, const BIGNUM *r, const BIGNUM *s)
{
    uint8_t bytes[64];

    DO(BN_bn2binpad(r, bytes, 32) == 32 && BN_bn2binpad(s, bytes + 32, 32) == 32);
    MUST(jy_buf_add(out, JY_SLICE(bytes, sizeof(bytes))));
}

void
sm2_sign_e(const BIGNUM *d, const uint8_t e[32], const char *seed, BIGNUM *r, BIGNUM *s)
{
    uint8_t bytes[32];
    BIGNUM *k = BN_new();

    DO(k != NULL);
    plain_sm3((const uint8_t *)seed, strlen(seed), bytes);
    do {
        plain_sm3(bytes, 32, bytes);
        DO(BN_bin2bn(bytes, 32, k) && BN_nnmod(k, k, plain.n, plain.ctx));
    } while (BN_is_zero(k) || !plain_sign(d, k, e, r, s));
    BN_free(k);
}

void
sm2_sign_row(struct sm2_vector *one, const BIGNUM *d, const struct plain_point *key, const uint8_t *id, size_t id_len)
{
    BIGNUM *r = BN_new(), *s = BN_new();
    uint8_t e[32];

    DO(r != NULL && s != NULL);
    plain_e(key, id, id_len, one->message.p, one->message.len, e);
    sm2_sign_e(d, e, one->what, r, s);
    sm2_put_pair(&one->signature, r, s, 0, 0);
    sm2_reads(one, r, s);
    BN_free(r);
    BN_free(s);
}

/* -- all -- */

static void
choose_base(void)
{
    uint8_t e[32];
    char seed[16];

    DO(BN_hex2bn(&sm2_base.d, "3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8"));
    DO(BN_hex2bn(&sm2_base.other_d, "1649AB77A00637BD5E2EFE283FBF353534AA7F7CB89463F208DDBC2920BB0DA0"));
    sm2_base.p = plain_point_new();
    sm2_base.other = plain_point_new();
    plain_mul(&sm2_base.p, sm2_base.d, &plain.g);
    plain_mul(&sm2_base.other, sm2_base.other_d, &plain.g);
    plain_sm3((const uint8_t *)"message", 7, sm2_base.message);
    DO((sm2_base.r = BN_new()) != NULL && (sm2_base.s = BN_new()) != NULL);
    plain_e(&sm2_base.p, DEFAULT_ID, sm2_base.message, sizeof(sm2_base.message), e);
    for (int i = 0;; i++) {
        snprintf(seed, sizeof(seed), "base %d", i);
        sm2_sign_e(sm2_base.d, e, seed, sm2_base.r, sm2_base.s);
        if (BN_num_bits(sm2_base.r) == 256 && BN_num_bits(sm2_base.s) == 256)
            return;
    }
}

void
sm2_vectors_make(struct sm2_vectors *out)
{
    memset(out, 0, sizeof(*out));
    memset(&sm2_base, 0, sizeof(sm2_base));
    sm2_base.out = out;
    choose_base();
    sm2_encodings();
    sm2_values();
    sm2_keys_and_messages();
    BN_free(sm2_base.d);
    BN_free(sm2_base.other_d);
    BN_free(sm2_base.r);
    BN_free(sm2_base.s);
    plain_point_free(&sm2_base.p);
    plain_point_free(&sm2_base.other);
}

void
sm2_vectors_free(struct sm2_vectors *vectors)
{
    for (size_t i = 0; i < vectors->count; i++) {
        struct sm2_vector *one = &vectors->list[i];
        jy_buf_free(&one->message);
        jy_buf_free(&one->signature);
        jy_buf_free(&one->id);
        BN_free(one->r);
        BN_free(one->s);
    }
    free(vectors->list);
}
