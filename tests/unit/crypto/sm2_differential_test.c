/* SPDX-License-Identifier: Apache-2.0 */
/* SM2, SM3 and SM4 as the library answers, against OpenSSL and against plain_sm.h, over vectors made by code. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "sm2_vectors.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
set_up(void **state)
{
    (void)state;
    plain_begin();
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    plain_end();
    return 0;
}

/* -- three answers to one vector -- */

static enum sm2_expect
ask_ours(const struct sm2_vector *v, enum jy_sm2_encoding *encoding)
{
    struct jy_sm2 *key = NULL;
    jy_err rc;

    if (v->key_len != JY_SM2_POINT_SIZE || jy_sm2_from_point(v->key, &key) != JY_OK)
        return SM2_REFUSE_KEY;
    rc = jy_sm2_verify(key, jy_buf_slice(&v->message), jy_buf_slice(&v->signature), encoding);
    jy_sm2_free(key);
    if (rc != JY_OK && rc != JY_E_SIGNATURE && rc != JY_E_FORMAT)
        fail_msg("%s: %s: %s", v->category, v->what, jy_err_code(rc));
    return rc == JY_OK ? SM2_ACCEPT : SM2_REJECT;
}

static EVP_PKEY *
openssl_key(const struct sm2_vector *v)
{
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "SM2", NULL);
    OSSL_PARAM *params;
    EVP_PKEY *key = NULL;

    assert_true(build != NULL && ctx != NULL && OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "SM2", 0) == 1 &&
                OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, v->key, v->key_len) == 1);
    assert_non_null(params = OSSL_PARAM_BLD_to_param(build));
    assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
    if (EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
        key = NULL;
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    EVP_PKEY_CTX_free(ctx);
    return key;
}

static enum sm2_expect
ask_openssl(const struct sm2_vector *v, struct jy_slice id)
{
    EVP_PKEY *key = openssl_key(v);
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    EVP_PKEY_CTX *ctx;
    enum sm2_expect answer = SM2_REJECT;

    if (key == NULL) {
        EVP_MD_CTX_free(md);
        return SM2_REFUSE_KEY;
    }
    assert_non_null(ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL));
    assert_int_equal(EVP_PKEY_CTX_set1_id(ctx, id.len == 0 ? (const uint8_t *)"" : id.p, (int)id.len), 1);
    EVP_MD_CTX_set_pkey_ctx(md, ctx);
    assert_int_equal(EVP_DigestVerifyInit_ex(md, NULL, "SM3", NULL, NULL, key, NULL), 1);
    if (EVP_DigestVerify(md, v->signature.p, v->signature.len, v->message.p, v->message.len) == 1)
        answer = SM2_ACCEPT;
    EVP_MD_CTX_free(md);
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(key);
    return answer;
}

static enum sm2_expect
ask_plain(const struct sm2_vector *v, struct jy_slice id)
{
    struct plain_point p = plain_point_new();
    enum sm2_expect answer = SM2_REFUSE_KEY;
    uint8_t e[32];

    if (v->key_len == JY_SM2_POINT_SIZE && v->key[0] == 4) {
        p.infinity = false;
        assert_true(BN_bin2bn(v->key + 1, 32, p.x) != NULL && BN_bin2bn(v->key + 33, 32, p.y) != NULL);
        if (plain_on_curve(&p)) {
            plain_e(&p, id.p, id.len, v->message.p, v->message.len, e);
            answer = v->r != NULL && plain_verify(&p, e, v->r, v->s) ? SM2_ACCEPT : SM2_REJECT;
        }
    }
    plain_point_free(&p);
    return answer;
}

/* A refused key and a refused signature come to the same. */
static bool
differ(enum sm2_expect a, enum sm2_expect b)
{
    return (a == SM2_ACCEPT) != (b == SM2_ACCEPT);
}

static void
sm2__every_vector_is_answered_by_its_rule(void **state)
{
    static const char *const names[] = { "accept", "reject", "refuse the key" };
    const struct jy_slice default_id = jy_slice_text(JY_SM2_ID);
    size_t accepted = 0, differing = 0, in_category = 0, wrong = 0;
    struct sm2_vectors vectors;

    (void)state;
    sm2_vectors_make(&vectors);
    for (size_t i = 0; i < vectors.count; i++) {
        const struct sm2_vector *v = &vectors.list[i];
        enum jy_sm2_encoding encoding = JY_SM2_DER;
        enum sm2_expect ours = ask_ours(v, &encoding), openssl = ask_openssl(v, default_id), plain_one = ask_plain(v, default_id);
        bool good = ours == v->expect && plain_one == v->expect && differ(ours, openssl) == (v->differs != NULL) &&
            (ours != SM2_ACCEPT || encoding == v->encoding);
        /* Under the id that it was signed with it must be a signature: else the row proves nothing. */
        good = good && (!v->has_id || (ask_openssl(v, jy_buf_slice(&v->id)) == SM2_ACCEPT && ask_plain(v, jy_buf_slice(&v->id)) == SM2_ACCEPT));
        if (!good) {
            print_error("%s: %s: expected %s, ours %s, OpenSSL %s, plain %s, encoding %d\n", v->category, v->what, names[v->expect], names[ours],
                        names[openssl], names[plain_one], encoding);
            wrong++;
        }
        accepted += ours == SM2_ACCEPT;
        differing += v->differs != NULL;
        in_category++;
        if (i + 1 == vectors.count || strcmp(vectors.list[i + 1].category, v->category) != 0) {
            printf("  %-20s %4zu vectors\n", v->category, in_category);
            in_category = 0;
        }
    }
    printf("SM2 vectors: %zu, accepted %zu, rejected %zu; OpenSSL answers %zu otherwise, each for a stated reason; wrong %zu\n", vectors.count,
           accepted, vectors.count - accepted, differing, wrong);
    assert_true(vectors.count >= 300);
    assert_int_equal(wrong, 0);
    sm2_vectors_free(&vectors);
}

/* Two vectors may not be one: else the count says more than there is. */
static void
sm2__no_vector_is_there_twice(void **state)
{
    struct sm2_vectors vectors;
    size_t same = 0;

    (void)state;
    sm2_vectors_make(&vectors);
    for (size_t i = 0; i < vectors.count; i++)
        for (size_t k = 0; k < i; k++) {
            const struct sm2_vector *a = &vectors.list[i], *b = &vectors.list[k];
            if (jy_slice_equal(jy_buf_slice(&a->signature), jy_buf_slice(&b->signature)) && a->key_len == b->key_len &&
                memcmp(a->key, b->key, sizeof(a->key)) == 0 && jy_slice_equal(jy_buf_slice(&a->message), jy_buf_slice(&b->message))) {
                printf("  the same: %s: %s = %s: %s\n", a->category, a->what, b->category, b->what);
                same++;
            }
        }
    printf("SM2 vectors that repeat another: %zu of %zu\n", same, vectors.count);
    assert_true(vectors.count - same >= 300);
    sm2_vectors_free(&vectors);
}

/* What we sign, the other two take; what OpenSSL signs, we and the plain one take. */
static void
sm2__signatures_are_taken_both_ways(void **state)
{
    (void)state;
    for (int i = 0; i < 40; i++) {
        struct sm2_vector v = { .category = "both ways", .key_len = JY_SM2_POINT_SIZE };
        uint8_t sig[JY_SM2_SIGNATURE_MAX], rs[2][32] = { { 0 } }, z[JY_SM3_SIZE], plain_one[JY_SM3_SIZE];
        struct plain_point p = plain_point_new();
        struct jy_sm2 *key;
        size_t len, at = 2;
        assert_int_equal(jy_sm2_generate(&key), JY_OK);
        assert_int_equal(jy_sm2_point(key, v.key), JY_OK);
        for (int k = 0; k < i * 11; k++)
            assert_int_equal(jy_buf_byte(&v.message, (uint8_t)(k ^ i)), JY_OK);
        assert_int_equal(jy_sm2_sign(key, jy_buf_slice(&v.message), sig, &len), JY_OK);
        assert_int_equal(jy_buf_add(&v.signature, JY_SLICE(sig, len)), JY_OK);
        for (int n = 0; n < 2; n++) {
            size_t size = sig[at + 1], skip = size > 32 ? size - 32 : 0;
            memcpy(rs[n] + 32 - (size - skip), sig + at + 2 + skip, size - skip);
            at += 2 + size;
        }
        v.r = BN_bin2bn(rs[0], 32, NULL);
        v.s = BN_bin2bn(rs[1], 32, NULL);
        assert_int_equal(ask_openssl(&v, jy_slice_text(JY_SM2_ID)), SM2_ACCEPT);
        assert_int_equal(ask_plain(&v, jy_slice_text(JY_SM2_ID)), SM2_ACCEPT);
        p.infinity = false;
        assert_true(BN_bin2bn(v.key + 1, 32, p.x) != NULL && BN_bin2bn(v.key + 33, 32, p.y) != NULL);
        plain_z(&p, (const uint8_t *)JY_SM2_ID, strlen(JY_SM2_ID), plain_one);
        assert_int_equal(jy_sm2_z(key, z), JY_OK);
        assert_memory_equal(z, plain_one, sizeof(z));
        plain_point_free(&p);
        jy_buf_free(&v.message);
        jy_buf_free(&v.signature);
        BN_free(v.r);
        BN_free(v.s);
        jy_sm2_free(key);
    }
}

/* -- SM3 and SM4 -- */

static void
sm3__all_lengths_to_300_whole_and_in_parts(void **state)
{
    uint8_t data[300], ours[32], parts[32], openssl[32], plain_one[32];

    (void)state;
    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)(i * 31 + 7);
    for (size_t len = 0; len <= sizeof(data); len++) {
        struct jy_sm3_ctx *ctx;
        assert_int_equal(jy_sm3(JY_SLICE(data, len), ours), JY_OK);
        assert_int_equal(jy_sm3_new(&ctx), JY_OK);
        for (size_t at = 0, step = 1; at < len; at += step, step = step % 67 + 3)
            assert_int_equal(jy_sm3_update(ctx, JY_SLICE(data + at, len - at < step ? len - at : step)), JY_OK);
        assert_int_equal(jy_sm3_finish(ctx, parts), JY_OK);
        jy_sm3_free(ctx);
        assert_int_equal(EVP_Digest(data, len, openssl, NULL, EVP_sm3(), NULL), 1);
        plain_sm3(data, len, plain_one);
        assert_memory_equal(ours, parts, 32);
        assert_memory_equal(ours, openssl, 32);
        assert_memory_equal(ours, plain_one, 32);
        assert_int_equal(jy_hmac_sm3(JY_SLICE(data, len), JY_SLICE(data, 300 - len), ours), JY_OK);
        plain_hmac_sm3(data, len, data, 300 - len, plain_one);
        assert_memory_equal(ours, plain_one, 32);
    }
    printf("SM3 and HMAC-SM3: 301 lengths, three implementations\n");
}

/* HKDF (RFC 5869) with the plain HMAC, two blocks. */
static void
plain_hkdf(const uint8_t secret[32], const uint8_t salt[16], const char *info, uint8_t out[64])
{
    uint8_t prk[32], block[32 + 64 + 1];
    size_t len = strlen(info);

    plain_hmac_sm3(salt, 16, secret, 32, prk);
    memcpy(block, info, len);
    block[len] = 1;
    plain_hmac_sm3(prk, 32, block, len + 1, out);
    memcpy(block, out, 32);
    memcpy(block + 32, info, len);
    block[32 + len] = 2;
    plain_hmac_sm3(prk, 32, block, 32 + len + 1, out + 32);
}

/* What jy_wrap writes is opened by the plain implementations alone: SM4 in counter mode under derived keys. */
static void
sm4__wrapped_bytes_open_with_the_plain_cipher(void **state)
{
    static const uint8_t standard[16] = { 0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF, 0xFE, 0xDC, 0xBA, 0x98, 0x76, 0x54, 0x32, 0x10 };
    static const uint8_t expected[16] = { 0x68, 0x1E, 0xDF, 0x34, 0xD2, 0x06, 0x96, 0x5E, 0x86, 0xB3, 0xE9, 0x4F, 0x53, 0x6E, 0x42, 0x46 };
    uint8_t block[16], secret[32] = { 9, 8, 7 }, data[300], opened[300], keys[64];

    (void)state;
    plain_sm4(standard, standard, block);                /* GB/T 32907 Annex A */
    assert_memory_equal(block, expected, 16);
    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)(i * 13);
    for (size_t len = 0; len <= sizeof(data); len++) {
        struct jy_buf wrapped = { 0 };
        assert_int_equal(jy_wrap(secret, "differential", JY_SLICE(data, len), &wrapped), JY_OK);
        assert_int_equal(wrapped.len, 16 + 16 + len + 32);
        plain_hkdf(secret, wrapped.p, "differential", keys);
        plain_sm4_ctr(keys, wrapped.p + 16, wrapped.p + 32, len, opened);
        assert_memory_equal(opened, data, len);
        jy_buf_free(&wrapped);
    }
    printf("SM4 in counter mode: 301 lengths, two implementations\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sm2__every_vector_is_answered_by_its_rule),
        cmocka_unit_test(sm2__no_vector_is_there_twice),
        cmocka_unit_test(sm2__signatures_are_taken_both_ways),
        cmocka_unit_test(sm3__all_lengths_to_300_whole_and_in_parts),
        cmocka_unit_test(sm4__wrapped_bytes_open_with_the_plain_cipher),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
