/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers at the edges of their range. */
#include "sm2_rows.h"

/* One number of a kind at the place of r or s. */
static BIGNUM *
edge(int kind, const BIGNUM *natural, const char **name)
{
    static const char *const names[] = { "0", "1", "2", "n-2", "n-1", "n", "n+1", "p-1", "p", "p+1", "2^256-1", "(n-1)/2", "natural", "n-natural",
                                         "natural+n", "-natural", "-1", "2^256" };
    BIGNUM *out = BN_new();
    bool good = out != NULL;

    *name = names[kind];
    if (kind <= 2)
        good = good && BN_set_word(out, (BN_ULONG)kind);
    else if (kind <= 6)
        good = good && BN_copy(out, plain.n) && (kind == 6 ? BN_add_word(out, 1) : BN_sub_word(out, (BN_ULONG)(5 - kind)));
    else if (kind <= 9)
        good = good && BN_copy(out, plain.p) && (kind == 9 ? BN_add_word(out, 1) : BN_sub_word(out, (BN_ULONG)(8 - kind)));
    else if (kind == 10 || kind == 17)
        good = good && BN_set_bit(out, 256) && BN_sub_word(out, kind == 10);
    else if (kind == 11)
        good = good && BN_rshift1(out, plain.n);
    else if (kind == 16)
        good = good && BN_one(out);
    else if (kind == 13)
        good = good && BN_sub(out, plain.n, natural);
    else if (kind == 14)
        good = good && BN_add(out, plain.n, natural);
    else
        good = good && BN_copy(out, natural);
    if (kind == 15 || kind == 16)
        BN_set_negative(out, 1);
    DO(good);
    return out;
}

static void
edge_row(const BIGNUM *r, const BIGNUM *s, const char *r_name, const char *s_name)
{
    bool natural = BN_cmp(r, sm2_base.r) == 0 && BN_cmp(s, sm2_base.s) == 0, fits = BN_num_bits(r) <= 256 && BN_num_bits(s) <= 256;

    for (int raw = 0; raw < 2; raw++) {
        struct sm2_vector *one;
        if (raw && (!fits || BN_is_negative(r) || BN_is_negative(s)))
            continue;
        one = sm2_row("edge values", natural ? SM2_ACCEPT : SM2_REJECT, "r = %s, s = %s, %s", r_name, s_name, raw ? "raw" : "DER");
        if (raw)
            sm2_put_raw(&one->signature, r, s);
        else
            sm2_put_pair(&one->signature, r, s, 0, 0);
        if (fits)
            sm2_reads(one, r, s);
        if (raw && natural) {
            one->encoding = JY_SM2_RAW64;
            one->differs = RAW_IS_READ;
        }
    }
}

void
sm2_values(void)
{
    static const int corners[] = { 0, 1, 4, 5, 8, 10 };
    const char *r_name, *s_name;

    for (int kind = 0; kind < 18; kind++) {
        BIGNUM *r = edge(kind, sm2_base.r, &r_name), *s = edge(kind, sm2_base.s, &s_name);
        edge_row(r, sm2_base.s, r_name, "natural");
        if (kind != 12) {
            edge_row(sm2_base.r, s, "natural", s_name);
            edge_row(r, s, r_name, s_name);
        }
        BN_free(r);
        BN_free(s);
    }
    for (size_t i = 0; i < 36; i++) {
        BIGNUM *r = edge(corners[i / 6], sm2_base.r, &r_name), *s = edge(corners[i % 6], sm2_base.s, &s_name);
        if (i / 6 != i % 6)
            edge_row(r, s, r_name, s_name);
        BN_free(r);
        BN_free(s);
    }
    for (BN_ULONG i = 1; i <= 8; i++) {                  /* r + s = n: t = 0 */
        BIGNUM *r = BN_new(), *s = BN_dup(plain.n);
        DO(r != NULL && s != NULL && BN_set_word(r, i * 1234567) && BN_sub(s, plain.n, r));
        edge_row(r, s, "x", "n-x");
        BN_free(r);
        BN_free(s);
    }
    {
        BIGNUM *r = edge(13, sm2_base.s, &r_name), *s = edge(13, sm2_base.r, &s_name);
        edge_row(sm2_base.s, sm2_base.r, "s", "r");
        edge_row(r, sm2_base.s, "n-s", "s");
        edge_row(sm2_base.r, s, "r", "n-r");
        edge_row(r, s, "n-s", "n-r");
        BN_free(r);
        BN_free(s);
    }
}
