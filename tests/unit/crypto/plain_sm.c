/* SPDX-License-Identifier: Apache-2.0 */
#include "plain_sm.h"

#include <stdlib.h>
#include <string.h>

struct plain_curve plain;

/* -- SM3 -- */

static uint32_t
turn(uint32_t x, unsigned n)
{
    n %= 32;
    return n == 0 ? x : x << n | x >> (32 - n);
}

static void
sm3_block(uint32_t v[8], const uint8_t block[64])
{
    uint32_t w[68], s[8];

    for (int j = 0; j < 16; j++)
        w[j] = (uint32_t)block[4 * j] << 24 | (uint32_t)block[4 * j + 1] << 16 | (uint32_t)block[4 * j + 2] << 8 | block[4 * j + 3];
    for (int j = 16; j < 68; j++) {
        uint32_t x = w[j - 16] ^ w[j - 9] ^ turn(w[j - 3], 15);
        w[j] = x ^ turn(x, 15) ^ turn(x, 23) ^ turn(w[j - 13], 7) ^ w[j - 6];
    }
    memcpy(s, v, sizeof(s));
    for (unsigned j = 0; j < 64; j++) {
        uint32_t a12 = turn(s[0], 12), ss1 = turn(a12 + s[4] + turn(j < 16 ? 0x79CC4519u : 0x7A879D8Au, j), 7), ss2 = ss1 ^ a12;
        uint32_t ff = j < 16 ? s[0] ^ s[1] ^ s[2] : (s[0] & s[1]) | (s[0] & s[2]) | (s[1] & s[2]);
        uint32_t gg = j < 16 ? s[4] ^ s[5] ^ s[6] : (s[4] & s[5]) | (~s[4] & s[6]);
        uint32_t tt1 = ff + s[3] + ss2 + (w[j] ^ w[j + 4]), tt2 = gg + s[7] + ss1 + w[j];
        s[3] = s[2];
        s[2] = turn(s[1], 9);
        s[1] = s[0];
        s[0] = tt1;
        s[7] = s[6];
        s[6] = turn(s[5], 19);
        s[5] = s[4];
        s[4] = tt2 ^ turn(tt2, 9) ^ turn(tt2, 17);
    }
    for (int i = 0; i < 8; i++)
        v[i] ^= s[i];
}

void
plain_sm3(const uint8_t *data, size_t len, uint8_t out[32])
{
    uint32_t v[8] = { 0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E };
    uint8_t last[128] = { 0 };
    size_t rest = len % 64, end = rest < 56 ? 64 : 128;

    for (size_t at = 0; at + 64 <= len; at += 64)
        sm3_block(v, data + at);
    if (rest > 0)
        memcpy(last, data + (len - rest), rest);
    last[rest] = 0x80;
    for (size_t i = 0; i < 8; i++)
        last[end - 1 - i] = (uint8_t)((uint64_t)len * 8 >> (8 * i));
    for (size_t at = 0; at < end; at += 64)
        sm3_block(v, last + at);
    for (size_t i = 0; i < 32; i++)
        out[i] = (uint8_t)(v[i / 4] >> (24 - 8 * (i % 4)));
}

void
plain_hmac_sm3(const uint8_t *key, size_t key_len, const uint8_t *data, size_t len, uint8_t out[32])
{
    uint8_t pad[64] = { 0 }, inner[32], outer[96], *all = malloc(64 + len);

    if (all == NULL)
        abort();
    if (key_len > 64)
        plain_sm3(key, key_len, pad);
    else if (key_len > 0)
        memcpy(pad, key, key_len);
    for (int i = 0; i < 64; i++) {
        all[i] = pad[i] ^ 0x36;
        outer[i] = pad[i] ^ 0x5C;
    }
    if (len > 0)
        memcpy(all + 64, data, len);
    plain_sm3(all, 64 + len, inner);
    memcpy(outer + 64, inner, 32);
    plain_sm3(outer, 96, out);
    free(all);
}

/* -- SM4 -- */

static const uint8_t sbox[256] = {
    0xd6, 0x90, 0xe9, 0xfe, 0xcc, 0xe1, 0x3d, 0xb7, 0x16, 0xb6, 0x14, 0xc2, 0x28, 0xfb, 0x2c, 0x05, 0x2b, 0x67, 0x9a, 0x76, 0x2a, 0xbe,
    0x04, 0xc3, 0xaa, 0x44, 0x13, 0x26, 0x49, 0x86, 0x06, 0x99, 0x9c, 0x42, 0x50, 0xf4, 0x91, 0xef, 0x98, 0x7a, 0x33, 0x54, 0x0b, 0x43,
    0xed, 0xcf, 0xac, 0x62, 0xe4, 0xb3, 0x1c, 0xa9, 0xc9, 0x08, 0xe8, 0x95, 0x80, 0xdf, 0x94, 0xfa, 0x75, 0x8f, 0x3f, 0xa6, 0x47, 0x07,
    0xa7, 0xfc, 0xf3, 0x73, 0x17, 0xba, 0x83, 0x59, 0x3c, 0x19, 0xe6, 0x85, 0x4f, 0xa8, 0x68, 0x6b, 0x81, 0xb2, 0x71, 0x64, 0xda, 0x8b,
    0xf8, 0xeb, 0x0f, 0x4b, 0x70, 0x56, 0x9d, 0x35, 0x1e, 0x24, 0x0e, 0x5e, 0x63, 0x58, 0xd1, 0xa2, 0x25, 0x22, 0x7c, 0x3b, 0x01, 0x21,
    0x78, 0x87, 0xd4, 0x00, 0x46, 0x57, 0x9f, 0xd3, 0x27, 0x52, 0x4c, 0x36, 0x02, 0xe7, 0xa0, 0xc4, 0xc8, 0x9e, 0xea, 0xbf, 0x8a, 0xd2,
    0x40, 0xc7, 0x38, 0xb5, 0xa3, 0xf7, 0xf2, 0xce, 0xf9, 0x61, 0x15, 0xa1, 0xe0, 0xae, 0x5d, 0xa4, 0x9b, 0x34, 0x1a, 0x55, 0xad, 0x93,
    0x32, 0x30, 0xf5, 0x8c, 0xb1, 0xe3, 0x1d, 0xf6, 0xe2, 0x2e, 0x82, 0x66, 0xca, 0x60, 0xc0, 0x29, 0x23, 0xab, 0x0d, 0x53, 0x4e, 0x6f,
    0xd5, 0xdb, 0x37, 0x45, 0xde, 0xfd, 0x8e, 0x2f, 0x03, 0xff, 0x6a, 0x72, 0x6d, 0x6c, 0x5b, 0x51, 0x8d, 0x1b, 0xaf, 0x92, 0xbb, 0xdd,
    0xbc, 0x7f, 0x11, 0xd9, 0x5c, 0x41, 0x1f, 0x10, 0x5a, 0xd8, 0x0a, 0xc1, 0x31, 0x88, 0xa5, 0xcd, 0x7b, 0xbd, 0x2d, 0x74, 0xd0, 0x12,
    0xb8, 0xe5, 0xb4, 0xb0, 0x89, 0x69, 0x97, 0x4a, 0x0c, 0x96, 0x77, 0x7e, 0x65, 0xb9, 0xf1, 0x09, 0xc5, 0x6e, 0xc6, 0x84, 0x18, 0xf0,
    0x7d, 0xec, 0x3a, 0xdc, 0x4d, 0x20, 0x79, 0xee, 0x5f, 0x3e, 0xd7, 0xcb, 0x39, 0x48,
};

static uint32_t
substitute(uint32_t x)
{
    return (uint32_t)sbox[x >> 24] << 24 | (uint32_t)sbox[x >> 16 & 255] << 16 | (uint32_t)sbox[x >> 8 & 255] << 8 | sbox[x & 255];
}

void
plain_sm4(const uint8_t key[16], const uint8_t in[16], uint8_t out[16])
{
    static const uint32_t fk[4] = { 0xA3B1BAC6, 0x56AA3350, 0x677D9197, 0xB27022DC };
    uint32_t k[36], x[36];

    for (int i = 0; i < 4; i++) {
        k[i] = ((uint32_t)key[4 * i] << 24 | (uint32_t)key[4 * i + 1] << 16 | (uint32_t)key[4 * i + 2] << 8 | key[4 * i + 3]) ^ fk[i];
        x[i] = (uint32_t)in[4 * i] << 24 | (uint32_t)in[4 * i + 1] << 16 | (uint32_t)in[4 * i + 2] << 8 | in[4 * i + 3];
    }
    for (uint32_t i = 0; i < 32; i++) {
        uint32_t ck = 0, b;
        for (uint32_t j = 0; j < 4; j++)
            ck = ck << 8 | (((4 * i + j) * 7) & 255);
        b = substitute(k[i + 1] ^ k[i + 2] ^ k[i + 3] ^ ck);
        k[i + 4] = k[i] ^ b ^ turn(b, 13) ^ turn(b, 23);
        b = substitute(x[i + 1] ^ x[i + 2] ^ x[i + 3] ^ k[i + 4]);
        x[i + 4] = x[i] ^ b ^ turn(b, 2) ^ turn(b, 10) ^ turn(b, 18) ^ turn(b, 24);
    }
    for (int i = 0; i < 16; i++)
        out[i] = (uint8_t)(x[35 - i / 4] >> (24 - 8 * (i % 4)));
}

void
plain_sm4_ctr(const uint8_t key[16], const uint8_t iv[16], const uint8_t *in, size_t len, uint8_t *out)
{
    uint8_t counter[16], stream[16];

    memcpy(counter, iv, 16);
    for (size_t i = 0; i < len; i++) {
        if (i % 16 == 0) {
            plain_sm4(key, counter, stream);
            for (int k = 15; k >= 0 && ++counter[k] == 0; k--)
                ;
        }
        out[i] = in[i] ^ stream[i % 16];
    }
}

/* -- SM2 -- */

#define DO(call)          \
    do {                  \
        if (!(call))      \
            abort();      \
    } while (0)

void
plain_begin(void)
{
    DO(plain.ctx = BN_CTX_new());
    DO(BN_hex2bn(&plain.p, "FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF"));
    DO(BN_hex2bn(&plain.a, "FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFC"));
    DO(BN_hex2bn(&plain.b, "28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93"));
    DO(BN_hex2bn(&plain.n, "FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123"));
    DO(BN_hex2bn(&plain.g.x, "32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7"));
    DO(BN_hex2bn(&plain.g.y, "BC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0"));
}

void
plain_end(void)
{
    BN_free(plain.p);
    BN_free(plain.a);
    BN_free(plain.b);
    BN_free(plain.n);
    plain_point_free(&plain.g);
    BN_CTX_free(plain.ctx);
}

struct plain_point
plain_point_new(void)
{
    struct plain_point point = { BN_new(), BN_new(), true };

    DO(point.x != NULL && point.y != NULL);
    return point;
}

void
plain_point_free(struct plain_point *point)
{
    BN_free(point->x);
    BN_free(point->y);
}

void
plain_copy(struct plain_point *to, const struct plain_point *from)
{
    to->infinity = from->infinity;
    DO(BN_copy(to->x, from->x) && BN_copy(to->y, from->y));
}

void
plain_add(struct plain_point *out, const struct plain_point *a, const struct plain_point *b)
{
    BIGNUM *slope = BN_new(), *below = BN_new(), *x = BN_new(), *y = BN_new();

    DO(slope != NULL && below != NULL && x != NULL && y != NULL);
    if (a->infinity || b->infinity) {
        plain_copy(out, a->infinity ? b : a);
    } else if (BN_cmp(a->x, b->x) == 0 && (BN_cmp(a->y, b->y) != 0 || BN_is_zero(a->y))) {
        out->infinity = true;                            /* P + (−P) */
    } else {
        if (BN_cmp(a->x, b->x) == 0) {                   /* the tangent: (3x² + a) / 2y */
            DO(BN_mod_sqr(slope, a->x, plain.p, plain.ctx) && BN_mul_word(slope, 3) && BN_mod_add(slope, slope, plain.a, plain.p, plain.ctx));
            DO(BN_mod_lshift1(below, a->y, plain.p, plain.ctx));
        } else {
            DO(BN_mod_sub(slope, b->y, a->y, plain.p, plain.ctx) && BN_mod_sub(below, b->x, a->x, plain.p, plain.ctx));
        }
        DO(BN_mod_inverse(below, below, plain.p, plain.ctx) && BN_mod_mul(slope, slope, below, plain.p, plain.ctx));
        DO(BN_mod_sqr(x, slope, plain.p, plain.ctx) && BN_mod_sub(x, x, a->x, plain.p, plain.ctx) && BN_mod_sub(x, x, b->x, plain.p, plain.ctx));
        DO(BN_mod_sub(y, a->x, x, plain.p, plain.ctx) && BN_mod_mul(y, y, slope, plain.p, plain.ctx) && BN_mod_sub(y, y, a->y, plain.p, plain.ctx));
        DO(BN_copy(out->x, x) && BN_copy(out->y, y));
        out->infinity = false;
    }
    BN_free(slope);
    BN_free(below);
    BN_free(x);
    BN_free(y);
}

void
plain_mul(struct plain_point *out, const BIGNUM *k, const struct plain_point *a)
{
    struct plain_point sum = plain_point_new();

    for (int i = BN_num_bits(k) - 1; i >= 0; i--) {
        plain_add(&sum, &sum, &sum);
        if (BN_is_bit_set(k, i))
            plain_add(&sum, &sum, a);
    }
    plain_copy(out, &sum);
    plain_point_free(&sum);
}

bool
plain_on_curve(const struct plain_point *a)
{
    BIGNUM *left = BN_new(), *right = BN_new();
    bool good;

    DO(left != NULL && right != NULL);
    DO(BN_mod_sqr(left, a->y, plain.p, plain.ctx) && BN_mod_sqr(right, a->x, plain.p, plain.ctx) &&
       BN_mod_add(right, right, plain.a, plain.p, plain.ctx) && BN_mod_mul(right, right, a->x, plain.p, plain.ctx) &&
       BN_mod_add(right, right, plain.b, plain.p, plain.ctx));
    good = !a->infinity && BN_cmp(a->x, plain.p) < 0 && BN_cmp(a->y, plain.p) < 0 && BN_cmp(left, right) == 0;
    BN_free(left);
    BN_free(right);
    return good;
}

void
plain_z(const struct plain_point *key, const uint8_t *id, size_t id_len, uint8_t out[32])
{
    const BIGNUM *numbers[] = { plain.a, plain.b, plain.g.x, plain.g.y, key->x, key->y };
    uint8_t *all = malloc(2 + id_len + 6 * 32);

    DO(all != NULL);
    all[0] = (uint8_t)(id_len * 8 >> 8);
    all[1] = (uint8_t)(id_len * 8);
    if (id_len > 0)
        memcpy(all + 2, id, id_len);
    for (size_t i = 0; i < 6; i++)
        DO(BN_bn2binpad(numbers[i], all + 2 + id_len + 32 * i, 32) == 32);
    plain_sm3(all, 2 + id_len + 6 * 32, out);
    free(all);
}

void
plain_e(const struct plain_point *key, const uint8_t *id, size_t id_len, const uint8_t *message, size_t len, uint8_t e[32])
{
    uint8_t *all = malloc(32 + len);

    DO(all != NULL);
    plain_z(key, id, id_len, all);
    if (len > 0)
        memcpy(all + 32, message, len);
    plain_sm3(all, 32 + len, e);
    free(all);
}

bool
plain_sign(const BIGNUM *d, const BIGNUM *k, const uint8_t e[32], BIGNUM *r, BIGNUM *s)
{
    struct plain_point at = plain_point_new();
    BIGNUM *x = BN_bin2bn(e, 32, NULL), *y = BN_new();
    bool good;

    DO(x != NULL && y != NULL);
    plain_mul(&at, k, &plain.g);
    DO(BN_mod_add(r, x, at.x, plain.n, plain.ctx) && BN_mod_add(x, r, k, plain.n, plain.ctx));
    good = !BN_is_zero(r) && !BN_is_zero(x);
    DO(BN_copy(x, d) && BN_add_word(x, 1) && BN_mod_inverse(x, x, plain.n, plain.ctx) && BN_mod_mul(y, r, d, plain.n, plain.ctx) &&
       BN_mod_sub(y, k, y, plain.n, plain.ctx) && BN_mod_mul(s, x, y, plain.n, plain.ctx));
    good = good && !BN_is_zero(s);
    plain_point_free(&at);
    BN_free(x);
    BN_free(y);
    return good;
}

bool
plain_verify(const struct plain_point *key, const uint8_t e[32], const BIGNUM *r, const BIGNUM *s)
{
    struct plain_point sum = plain_point_new(), both = plain_point_new();
    BIGNUM *t = BN_new();
    bool good = plain_on_curve(key) && !BN_is_negative(r) && !BN_is_zero(r) && BN_cmp(r, plain.n) < 0 && !BN_is_negative(s) && !BN_is_zero(s) &&
        BN_cmp(s, plain.n) < 0;

    DO(t != NULL && BN_mod_add(t, r, s, plain.n, plain.ctx));
    good = good && !BN_is_zero(t);
    if (good) {
        plain_add(&both, &plain.g, key);                 /* sG + tP, both at once */
        for (int i = 255; i >= 0; i--) {
            bool in_s = BN_is_bit_set(s, i), in_t = BN_is_bit_set(t, i);
            plain_add(&sum, &sum, &sum);
            if (in_s || in_t)
                plain_add(&sum, &sum, in_s && in_t ? &both : in_s ? &plain.g : key);
        }
        DO(BN_bin2bn(e, 32, t) && BN_mod_add(t, t, sum.x, plain.n, plain.ctx));
        good = !sum.infinity && BN_cmp(t, r) == 0;
    }
    plain_point_free(&sum);
    plain_point_free(&both);
    BN_free(t);
    return good;
}
