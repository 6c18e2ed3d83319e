/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stands between the library and EVP_PKEY_verify (ld --wrap), where a fuzz target spends its time. For one key and one r, s at most one e fits
 * (GB/T 32918.2 7.1: R = e + x1 mod n, and x1 follows from the key, r and s): it is found once, then every message is compared with it. Nothing is
 * weaker for it: the answer is the same for every input, and each 256th time OpenSSL is asked too; should the two differ, the run ends.
 */
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ROWS 4096u
#define POINT 65
#define E 32
#define SIGNATURE_MAX 72              /* DER of r and s of 32 bytes each */

int __real_EVP_PKEY_verify(EVP_PKEY_CTX *ctx, const unsigned char *sig, size_t sig_len, const unsigned char *e, size_t e_len);
int __wrap_EVP_PKEY_verify(EVP_PKEY_CTX *ctx, const unsigned char *sig, size_t sig_len, const unsigned char *e, size_t e_len);

struct row {
    uint8_t key[POINT + SIGNATURE_MAX];   /* point, then DER of r and s */
    size_t len;
    int count;                        /* of e: the numbers of 32 bytes that are one modulo n */
    uint8_t e[2][E];
};
static struct row rows[ROWS];

static uint32_t
hash(const uint8_t *p, size_t len)
{
    uint32_t h = 2166136261u;

    for (size_t i = 0; i < len; i++)
        h = (h ^ p[i]) * 16777619u;
    return h;
}

/* e = r - x1, (x1, y1) = sG + (r + s)P; none when r, s or their sum are out of range. */
static void
solve(struct row *row)
{
    static EC_GROUP *group;
    static BN_CTX *ctx;
    const unsigned char *der = row->key + POINT;
    ECDSA_SIG *pair;
    EC_POINT *p, *sum;
    BIGNUM *t = BN_new(), *x = BN_new(), *e = BN_new();

    if (group == NULL && ((group = EC_GROUP_new_by_curve_name(NID_sm2)) == NULL || (ctx = BN_CTX_new()) == NULL))
        abort();
    pair = d2i_ECDSA_SIG(NULL, &der, (long)(row->len - POINT));
    p = EC_POINT_new(group);
    sum = EC_POINT_new(group);
    row->count = 0;
    if (pair != NULL && p != NULL && sum != NULL && t != NULL && x != NULL && e != NULL && EC_POINT_oct2point(group, p, row->key, POINT, ctx) == 1) {
        const BIGNUM *n = EC_GROUP_get0_order(group), *r = ECDSA_SIG_get0_r(pair), *s = ECDSA_SIG_get0_s(pair);
        if (!BN_is_zero(r) && !BN_is_negative(r) && BN_cmp(r, n) < 0 && !BN_is_zero(s) && !BN_is_negative(s) && BN_cmp(s, n) < 0 &&
            BN_mod_add(t, r, s, n, ctx) == 1 && !BN_is_zero(t) && EC_POINT_mul(group, sum, s, p, t, ctx) == 1 && !EC_POINT_is_at_infinity(group, sum) &&
            EC_POINT_get_affine_coordinates(group, sum, x, NULL, ctx) == 1 && BN_mod_sub(e, r, x, n, ctx) == 1)
            for (; BN_num_bytes(e) <= E; row->count++)
                if (BN_bn2binpad(e, row->e[row->count], E) != E || BN_add(e, e, n) != 1)
                    abort();
    }
    ECDSA_SIG_free(pair);
    EC_POINT_free(p);
    EC_POINT_free(sum);
    BN_free(t);
    BN_free(x);
    BN_free(e);
}

int
__wrap_EVP_PKEY_verify(EVP_PKEY_CTX *ctx, const unsigned char *sig, size_t sig_len, const unsigned char *e, size_t e_len)
{
    static unsigned asked;
    struct row wanted = { .len = POINT + sig_len }, *row;
    size_t point_len = 0;
    bool fits = false;

    if (e_len != E || sig_len > SIGNATURE_MAX ||
        EVP_PKEY_get_octet_string_param(EVP_PKEY_CTX_get0_pkey(ctx), OSSL_PKEY_PARAM_PUB_KEY, wanted.key, POINT, &point_len) != 1 || point_len != POINT)
        return __real_EVP_PKEY_verify(ctx, sig, sig_len, e, e_len);
    memcpy(wanted.key + POINT, sig, sig_len);
    row = &rows[hash(wanted.key, wanted.len) % ROWS];
    if (row->len != wanted.len || memcmp(row->key, wanted.key, wanted.len) != 0) {
        *row = wanted;
        solve(row);
    }
    for (int i = 0; i < row->count; i++)
        fits = fits || memcmp(row->e[i], e, E) == 0;
    if (asked++ % 256 == 0 && (__real_EVP_PKEY_verify(ctx, sig, sig_len, e, e_len) == 1) != fits)
        abort();
    return fits;
}
