/* SPDX-License-Identifier: Apache-2.0 */
/* Keys, ids, messages: what is signed, by whom, under which name. */
#include "sm2_rows.h"

#include <openssl/evp.h>

static void
messages(void)
{
    static const size_t sizes[] = { 0, 1, 2, 31, 32, 33, 54, 55, 56, 63, 64, 65, 119, 120, 127, 128, 1000, 100000 };

    for (size_t i = 0; i < 2 * sizeof(sizes) / sizeof(sizes[0]); i++) {
        bool other = i % 2 == 1;
        size_t size = sizes[i / 2];
        struct sm2_vector *one = sm2_row("messages", SM2_ACCEPT, "%zu bytes, key %c", size, other ? 'B' : 'A');
        one->message.len = 0;
        for (size_t k = 0; k < size; k++)
            MUST(jy_buf_byte(&one->message, (uint8_t)(k * 7 + i)));
        if (other)
            sm2_key_bytes(&sm2_base.other, one->key);
        sm2_sign_row(one, other ? sm2_base.other_d : sm2_base.d, other ? &sm2_base.other : &sm2_base.p, DEFAULT_ID);
    }
}

/* -- keys -- */

static void
point_row(const char *what, enum sm2_expect expect, const uint8_t *key, size_t len, const char *differs)
{
    struct sm2_vector *one = sm2_row("points", expect, "%s", what);

    memset(one->key, 0, sizeof(one->key));
    memcpy(one->key, key, len);
    one->key_len = len;
    one->differs = differs;
    sm2_put_pair(&one->signature, sm2_base.r, sm2_base.s, 0, 0);
    sm2_reads(one, sm2_base.r, sm2_base.s);
}

/* The point with the smallest x above `from`: small coordinates can be written a second time, p more. */
static void
small_point(BN_ULONG from, struct plain_point *out)
{
    BIGNUM *root = BN_new(), *v = BN_new();

    DO(root != NULL && v != NULL && BN_set_word(out->x, from));
    out->infinity = false;
    do {
        DO(BN_add_word(out->x, 1) && BN_mod_sqr(v, out->x, plain.p, plain.ctx) && BN_mod_add(v, v, plain.a, plain.p, plain.ctx) &&
           BN_mod_mul(v, v, out->x, plain.p, plain.ctx) && BN_mod_add(v, v, plain.b, plain.p, plain.ctx));
    } while (BN_kronecker(v, plain.p, plain.ctx) != 1 || !BN_mod_sqrt(root, v, plain.p, plain.ctx));
    DO(BN_copy(out->y, root));
    BN_free(root);
    BN_free(v);
}

static void
points(void)
{
    uint8_t good[JY_SM2_POINT_SIZE], k[JY_SM2_POINT_SIZE];
    struct plain_point p = plain_point_new();
    BIGNUM *d = BN_new();

    DO(d != NULL);
    sm2_key_bytes(&sm2_base.p, good);
    point_row("the signer's", SM2_ACCEPT, good, 65, NULL);
    for (size_t at = 1; at < 65; at += 9) {              /* off the curve */
        char what[32];
        snprintf(what, sizeof(what), "byte %zu changed", at);
        memcpy(k, good, 65);
        k[at] ^= 1;
        point_row(what, SM2_REFUSE_KEY, k, 65, NULL);
    }
    for (unsigned head = 0; head <= 8; head++) {
        char what[32];
        if (head == 4)
            continue;
        memcpy(k, good, 65);
        k[0] = (uint8_t)head;
        snprintf(what, sizeof(what), "begins with %02x", head);
        /* 06 and 07 are hybrid: the one that fits the parity of y is a point to OpenSSL */
        point_row(what, SM2_REFUSE_KEY, k, 65, head == (6u | (good[64] & 1u)) ? UNCOMPRESSED : NULL);
    }
    memcpy(k, good, 65);
    k[0] = 2 | (good[64] & 1);
    point_row("compressed", SM2_REFUSE_KEY, k, 33, UNCOMPRESSED);
    k[0] ^= 1;
    point_row("compressed, the other y", SM2_REFUSE_KEY, k, 33, NULL);
    point_row("cut short", SM2_REFUSE_KEY, good, 64, NULL);
    memset(k, 0, 65);
    point_row("infinity", SM2_REFUSE_KEY, k, 1, NULL);
    point_row("65 zero bytes", SM2_REFUSE_KEY, k, 65, NULL);
    k[0] = 4;
    point_row("(0, 0)", SM2_REFUSE_KEY, k, 65, NULL);
    memset(k + 1, 0xFF, 64);
    point_row("(2^256-1, 2^256-1)", SM2_REFUSE_KEY, k, 65, NULL);
    DO(BN_bn2binpad(plain.p, k + 1, 32) == 32);
    point_row("x = p", SM2_REFUSE_KEY, k, 65, NULL);
    memcpy(k, good, 65);
    DO(BN_bn2binpad(plain.p, k + 33, 32) == 32);
    point_row("y = p", SM2_REFUSE_KEY, k, 65, NULL);
    for (BN_ULONG from = 0; from < 3; from++) {
        small_point(from * 100, &p);
        sm2_key_bytes(&p, k);
        point_row("a small x", SM2_REJECT, k, 65, NULL);
        DO(BN_copy(d, p.x) && BN_add(d, d, plain.p) && BN_bn2binpad(d, k + 1, 32) == 32);
        point_row("the same x, p more", SM2_REFUSE_KEY, k, 65, NULL);
    }
    DO(BN_sub(p.y, plain.p, sm2_base.p.y) && BN_copy(p.x, sm2_base.p.x));
    sm2_key_bytes(&p, k);
    point_row("the negative", SM2_REJECT, k, 65, NULL);
    sm2_key_bytes(&sm2_base.other, k);
    point_row("another's", SM2_REJECT, k, 65, NULL);
    DO(BN_copy(d, plain.n) && BN_sub_word(d, 1));        /* no private key may be n-1, but -G is a point */
    plain_mul(&p, d, &plain.g);
    sm2_key_bytes(&p, k);
    point_row("-G", SM2_REJECT, k, 65, NULL);
    for (int i = 0; i < 4; i++) {                        /* keys at the ends of their range sign as any other */
        static const char *const names[] = { "key 1", "key 2", "key 3", "key n-2" };
        struct sm2_vector *one = sm2_row("points", SM2_ACCEPT, "%s", names[i]);
        DO(i < 3 ? BN_set_word(d, (BN_ULONG)i + 1) : BN_copy(d, plain.n) != NULL && BN_sub_word(d, 2));
        plain_mul(&p, d, &plain.g);
        sm2_key_bytes(&p, one->key);
        sm2_sign_row(one, d, &p, DEFAULT_ID);
    }
    plain_point_free(&p);
    BN_free(d);
}

/* -- ids and messages -- */

static void
ids(void)
{
    static const char *const list[] = { "", "1", "123456781234567", "1234567812345679", "12345678123456781", "8765432187654321", "0123456701234567",
                                        "ALICE123@YAHOO.COM", "1234567812345678\n", " 1234567812345678", "津印", "12345678123456781234567812345678" };

    for (size_t i = 0; i < sizeof(list) / sizeof(list[0]) + 5; i++) {
        struct sm2_vector *one = sm2_row("ids", SM2_REJECT, "id %zu", i);
        one->has_id = true;
        if (i < sizeof(list) / sizeof(list[0])) {
            snprintf(one->what, sizeof(one->what), "signed under \"%.50s\"", list[i]);
            MUST(jy_buf_text(&one->id, list[i]));
        } else if (i == sizeof(list) / sizeof(list[0])) {
            snprintf(one->what, sizeof(one->what), "signed under an id with a zero byte");
            MUST(jy_buf_add(&one->id, JY_SLICE("1234567\0" "12345678", 16)));
        } else {
            static const size_t sizes[] = { 17, 255, 256, 8190 };     /* the last is OpenSSL's own limit */
            size_t size = sizes[i - sizeof(list) / sizeof(list[0]) - 1];
            snprintf(one->what, sizeof(one->what), "signed under %zu bytes", size);
            for (size_t k = 0; k < size; k++)
                MUST(jy_buf_byte(&one->id, (uint8_t)i));
        }
        sm2_sign_row(one, sm2_base.d, &sm2_base.p, one->id.p, one->id.len);
    }
    {
        struct sm2_vector *one = sm2_row("ids", SM2_ACCEPT, "signed under the id of GM/T 0009");
        one->has_id = true;
        MUST(jy_buf_text(&one->id, JY_SM2_ID));
        sm2_sign_row(one, sm2_base.d, &sm2_base.p, one->id.p, one->id.len);
    }
}

/* What is signed is not what is asked about. */
static void
other_things(void)
{
    static const char *const what[] = {
        "signed with the key of another", "Z of another's key", "no Z: e = SM3(M)", "e = M", "e = SM3(SM3(M))", "M is the digest of what was signed",
        "the digest of M was signed", "e with SHA-256", "M and a byte more", "M without its last byte", "empty M", "M in hexadecimal", "Z before M",
        "e in reverse", "ECDSA with the same key", "e = 0", "e = n", "e + n", "Z and M exchanged" };

    for (size_t i = 0; i < sizeof(what) / sizeof(what[0]); i++) {
        struct sm2_vector *one = sm2_row("other things signed", SM2_REJECT, "%s", what[i]);
        BIGNUM *r = BN_new(), *s = BN_new(), *k = BN_new();
        const BIGNUM *d = i == 0 ? sm2_base.other_d : sm2_base.d;
        uint8_t e[32], z[32], both[64], swap;
        struct plain_point p = plain_point_new();
        DO(r != NULL && s != NULL && k != NULL);
        plain_z(&sm2_base.p, DEFAULT_ID, z);
        plain_e(i == 1 ? &sm2_base.other : &sm2_base.p, DEFAULT_ID, sm2_base.message, sizeof(sm2_base.message), e);
        memcpy(both, sm2_base.message, 32);
        memcpy(both + 32, z, 32);
        switch (i) {
        case 2: plain_sm3(sm2_base.message, 32, e); break;
        case 3: memcpy(e, sm2_base.message, 32); break;
        case 4: plain_sm3(sm2_base.message, 32, e); plain_sm3(e, 32, e); break;
        case 5: plain_sm3(sm2_base.message, 32, one->message.p); break;
        case 6: plain_sm3(sm2_base.message, 32, z); plain_e(&sm2_base.p, DEFAULT_ID, z, 32, e); break;
        case 7:
            memcpy(both, z, 32);
            memcpy(both + 32, sm2_base.message, 32);
            DO(EVP_Digest(both, 64, e, NULL, EVP_sha256(), NULL));
            break;
        case 8: MUST(jy_buf_byte(&one->message, 0)); break;
        case 9: one->message.len--; break;
        case 10: one->message.len = 0; break;
        case 11:
            one->message.len = 0;
            for (size_t n = 0; n < 32; n++)
                MUST(jy_buf_fmt(&one->message, "%02x", sm2_base.message[n]));
            break;
        case 12:
            one->message.len = 0;
            MUST(jy_buf_add(&one->message, JY_SLICE(z, 32)));
            MUST(jy_buf_add(&one->message, JY_SLICE(sm2_base.message, 32)));
            break;
        case 13:
            for (int n = 0; n < 16; n++) {
                swap = e[n];
                e[n] = e[31 - n];
                e[31 - n] = swap;
            }
            break;
        case 15: memset(e, 0, 32); break;
        case 16: DO(BN_bn2binpad(plain.n, e, 32) == 32); break;
        case 17: DO(BN_bin2bn(e, 32, k) && BN_sub(k, plain.n, k) && BN_bn2binpad(k, e, 32) == 32); break;
        case 18: plain_sm3(both, 64, e); break;
        default: break;
        }
        if (i == 14) {                                   /* r = x1, s = (e + r d) / k */
            DO(BN_set_word(k, 424242));
            plain_mul(&p, k, &plain.g);
            DO(BN_nnmod(r, p.x, plain.n, plain.ctx) && BN_mod_mul(s, r, d, plain.n, plain.ctx) && BN_mod_inverse(k, k, plain.n, plain.ctx));
            DO(BN_bin2bn(e, 32, p.x) && BN_mod_add(s, s, p.x, plain.n, plain.ctx) && BN_mod_mul(s, s, k, plain.n, plain.ctx));
        } else {
            sm2_sign_e(d, e, what[i], r, s);
        }
        sm2_put_pair(&one->signature, r, s, 0, 0);
        sm2_reads(one, r, s);
        plain_point_free(&p);
        BN_free(r);
        BN_free(s);
        BN_free(k);
    }
}

void
sm2_keys_and_messages(void)
{
    messages();
    points();
    ids();
    other_things();
}
