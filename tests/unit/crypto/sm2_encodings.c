/* SPDX-License-Identifier: Apache-2.0 */
/* The same numbers written in every way. */
#include "sm2_rows.h"

static bool
starts_low(const BIGNUM *n)
{
    return BN_num_bits(n) <= 255;
}

/* Signatures whose numbers are of every shape: top bit clear or set, a zero byte in front; each in DER and raw. */
static void
shapes(void)
{
    static const char *const names[] = { "both high", "r low", "s low", "both low", "r of 31 bytes", "s of 31 bytes" };
    struct plain_point at = plain_point_new();
    BIGNUM *k = BN_new(), *r = BN_new(), *s = BN_new();
    bool found[6] = { false };
    size_t left = 6;
    uint8_t e[32];

    DO(k != NULL && r != NULL && s != NULL && BN_set_word(k, 1000));
    plain_e(&sm2_base.p, DEFAULT_ID, sm2_base.message, sizeof(sm2_base.message), e);
    while (left > 0) {
        size_t shape;
        DO(BN_add_word(k, 1) && plain_sign(sm2_base.d, k, e, r, s));
        shape = BN_num_bits(r) <= 248 ? 4 : BN_num_bits(s) <= 248 ? 5 : (starts_low(r) ? 1u : 0u) + (starts_low(s) ? 2u : 0u);
        if (found[shape])
            continue;
        found[shape] = true;
        left--;
        for (int raw = 0; raw < 2; raw++) {
            struct sm2_vector *one = sm2_row("shapes", SM2_ACCEPT, "%s, %s", names[shape], raw ? "raw" : "DER");
            sm2_reads(one, r, s);
            if (raw) {
                sm2_put_raw(&one->signature, r, s);
                one->encoding = JY_SM2_RAW64;
                one->differs = RAW_IS_READ;
            } else {
                sm2_put_pair(&one->signature, r, s, 0, 0);
            }
        }
    }
    plain_point_free(&at);
    BN_free(k);
    BN_free(r);
    BN_free(s);
}

static void
zeros_in_front(void)
{
    static const size_t counts[][2] = { { 1, 0 }, { 0, 1 }, { 1, 1 }, { 2, 0 }, { 0, 2 }, { 3, 5 }, { 10, 0 }, { 0, 20 }, { 40, 40 } };

    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        struct sm2_vector *one = sm2_row("zeros in front", SM2_ACCEPT, "%zu before r, %zu before s", counts[i][0], counts[i][1]);
        sm2_put_pair(&one->signature, sm2_base.r, sm2_base.s, counts[i][0], counts[i][1]);
        sm2_reads(one, sm2_base.r, sm2_base.s);
        one->encoding = JY_SM2_DER_NON_MINIMAL;
        one->differs = LONG_IS_READ;
    }
}

/* Everything that is not the one DER encoding: at = where the whole signature, 72 bytes, is changed. */
static void
not_der(void)
{
    /* 0: 30 46 02 21 00 r(32) 02 21 00 s(32): 3 is the length of r, 37 the tag of s, 38 its length */
    static const struct { const char *what; size_t at, drop; const char *put; size_t put_len; } changes[] = {
        { "length of the SEQUENCE in two bytes", 1, 1, "\x81\x46", 2 },
        { "length of the SEQUENCE in three bytes", 1, 1, "\x82\x00\x46", 3 },
        { "length of the SEQUENCE in five bytes", 1, 1, "\x84\x00\x00\x00\x46", 5 },
        { "length of the SEQUENCE too long by one", 1, 1, "\x47", 1 },
        { "length of the SEQUENCE too short by one", 1, 1, "\x45", 1 },
        { "length of the SEQUENCE is zero", 1, 1, "\x00", 1 },
        { "length of the SEQUENCE of 4 GiB", 1, 1, "\x84\xff\xff\xff\xff", 5 },
        { "length of the SEQUENCE of 9 bytes", 1, 1, "\x89\x01\x00\x00\x00\x00\x00\x00\x00\x46", 10 },
        { "length of the SEQUENCE reserved", 1, 1, "\xff\x46", 2 },
        { "length of r in two bytes", 1, 3, "\x47\x02\x81\x21", 4 },
        { "length of s in two bytes", 38, 1, "\x81\x21", 2 },
        { "length of r one more", 3, 1, "\x22", 1 },
        { "length of r one less", 3, 1, "\x20", 1 },
        { "length of s one more", 38, 1, "\x22", 1 },
        { "length of s one less", 38, 1, "\x20", 1 },
        { "SET instead of SEQUENCE", 0, 1, "\x31", 1 },
        { "primitive SEQUENCE", 0, 1, "\x10", 1 },
        { "[0] instead of SEQUENCE", 0, 1, "\xa0", 1 },
        { "OCTET STRING instead of SEQUENCE", 0, 1, "\x04", 1 },
        { "high tag number", 0, 1, "\x3f\x10", 2 },
        { "r is an OCTET STRING", 2, 1, "\x04", 1 },
        { "r is a BIT STRING", 2, 1, "\x03", 1 },
        { "r is ENUMERATED", 2, 1, "\x0a", 1 },
        { "r is constructed", 2, 1, "\x22", 1 },
        { "r is [2]", 2, 1, "\x82", 1 },
        { "s is an OCTET STRING", 37, 1, "\x04", 1 },
        { "s is NULL", 37, 35, "\x05\x00", 2 },
        { "r is empty", 1, 36, "\x25\x02\x00", 3 },
        { "s is empty", 37, 35, "\x02\x00", 2 },
        { "r without its zero: negative", 1, 4, "\x45\x02\x20", 3 },
        { "s without its zero: negative", 1, 1, "\x45", 1 },
        { "r of 33 bytes, 2^256 more", 4, 1, "\x01", 1 },
        { "s of 33 bytes, 2^256 more", 39, 1, "\x01", 1 },
        { "r with FF in front", 4, 1, "\xff", 1 },
        { "s with FF in front", 39, 1, "\xff", 1 },
        { "a zero byte before", 0, 0, "\x00", 1 },
        { "end of contents after", 72, 0, "\x00\x00", 2 },
        { "a byte after", 72, 0, "\x30", 1 },
        { "NULL inside, after s", 1, 1, "\x48", 1 },
        { "another INTEGER inside", 1, 1, "\x49", 1 },
        { "in a SEQUENCE", 0, 0, "\x30\x48", 2 },
        { "in an OCTET STRING", 0, 0, "\x04\x48", 2 },
        { "in a BIT STRING", 0, 0, "\x03\x49\x00", 3 },
        { "indefinite length", 1, 1, "\x80", 1 },
        { "nothing inside", 1, 71, "\x00", 1 },
        { "only r", 1, 71, "\x23\x02\x21", 3 },
    };
    struct jy_buf whole = { 0 };

    sm2_put_pair(&whole, sm2_base.r, sm2_base.s, 0, 0);
    DO(whole.len == 72);
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        struct sm2_vector *one = sm2_row("not DER", SM2_REJECT, "%s", changes[i].what);
        struct jy_buf *sig = &one->signature;
        MUST(jy_buf_add(sig, JY_SLICE(whole.p, changes[i].at)));
        MUST(jy_buf_add(sig, JY_SLICE(changes[i].put, changes[i].put_len)));
        MUST(jy_buf_add(sig, JY_SLICE(whole.p + changes[i].at + changes[i].drop, whole.len - changes[i].at - changes[i].drop)));
        if (strcmp(changes[i].what, "s without its zero: negative") == 0) {
            memmove(sig->p + 39, sig->p + 40, sig->len - 40);
            sig->len--;
            sig->p[38] = 0x20;
        } else if (strcmp(changes[i].what, "NULL inside, after s") == 0) {
            MUST(jy_buf_add(sig, JY_SLICE("\x05\x00", 2)));
        } else if (strcmp(changes[i].what, "another INTEGER inside") == 0) {
            MUST(jy_buf_add(sig, JY_SLICE("\x02\x01\x01", 3)));
        } else if (strcmp(changes[i].what, "indefinite length") == 0) {
            MUST(jy_buf_add(sig, JY_SLICE("\x00\x00", 2)));
        } else if (strcmp(changes[i].what, "only r") == 0) {
            MUST(jy_buf_add(sig, JY_SLICE(whole.p + 4, 33)));
        }
        if (sig->len == 64)                              /* then its length makes it r and s */
            sm2_reads(one, BN_bin2bn(sig->p, 32, NULL), BN_bin2bn(sig->p + 32, 32, NULL));
    }
    for (size_t len = 0; len < whole.len; len++) {
        struct sm2_vector *one = sm2_row("cut short", SM2_REJECT, "after %zu bytes", len);
        MUST(jy_buf_add(&one->signature, JY_SLICE(whole.p, len)));
    }
    for (size_t at = 0; at < whole.len; at++) {
        struct sm2_vector *one = sm2_row("a changed byte", SM2_REJECT, "byte %zu", at);
        MUST(jy_buf_add(&one->signature, jy_buf_slice(&whole)));
        one->signature.p[at] ^= (uint8_t)(1u << at % 8);
    }
    jy_buf_free(&whole);
}

static void
raw_forms(void)
{
    static const struct { const char *what; int form; enum sm2_expect expect; } forms[] = {
        { "64 bytes", 0, SM2_ACCEPT }, { "63 bytes", 1, SM2_REJECT }, { "65 bytes, zero after", 2, SM2_REJECT }, { "65 bytes, zero before", 3, SM2_REJECT },
        { "128 bytes, as devices store them", 4, SM2_REJECT }, { "halves exchanged", 5, SM2_REJECT }, { "little-endian", 6, SM2_REJECT },
        { "all zero", 7, SM2_REJECT }, { "all one", 8, SM2_REJECT }, { "hexadecimal text", 9, SM2_REJECT }, { "in an OCTET STRING", 10, SM2_REJECT },
        { "64 bytes that begin as a SEQUENCE", 11, SM2_REJECT },
    };

    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        struct sm2_vector *one = sm2_row("raw", forms[i].expect, "%s", forms[i].what);
        struct jy_buf *sig = &one->signature, raw = { 0 };
        sm2_put_raw(&raw, sm2_base.r, sm2_base.s);
        switch (forms[i].form) {
        case 1: raw.len = 63; break;
        case 2: MUST(jy_buf_byte(&raw, 0)); break;
        case 3: MUST(jy_buf_byte(sig, 0)); break;
        case 4:
            for (size_t half = 0; half < 64; half += 32) {
                for (int k = 0; k < 32; k++)
                    MUST(jy_buf_byte(sig, 0));
                MUST(jy_buf_add(sig, JY_SLICE(raw.p + half, 32)));
            }
            raw.len = 0;
            break;
        case 5:
            MUST(jy_buf_add(sig, JY_SLICE(raw.p + 32, 32)));
            raw.len = 32;
            break;
        case 6:
            for (size_t k = 64; k-- > 0;)
                MUST(jy_buf_byte(sig, raw.p[k]));
            raw.len = 0;
            break;
        case 7: memset(raw.p, 0, 64); break;
        case 8: memset(raw.p, 0xFF, 64); break;
        case 9:
            for (size_t k = 0; k < 64; k++)
                MUST(jy_buf_fmt(sig, "%02x", raw.p[k]));
            raw.len = 0;
            break;
        case 10: MUST(jy_buf_add(sig, JY_SLICE("\x04\x40", 2))); break;
        case 11: memcpy(raw.p, "\x30\x3e\x02\x1d", 4); break;
        default: break;
        }
        MUST(jy_buf_add(sig, jy_buf_slice(&raw)));
        jy_buf_free(&raw);
        if (forms[i].expect == SM2_ACCEPT) {
            one->encoding = JY_SM2_RAW64;
            one->differs = RAW_IS_READ;
        }
        if (sig->len == 64) {
            one->r = BN_bin2bn(sig->p, 32, NULL);
            one->s = BN_bin2bn(sig->p + 32, 32, NULL);
        }
    }
}

void
sm2_encodings(void)
{
    shapes();
    zeros_in_front();
    not_der();
    raw_forms();
}
