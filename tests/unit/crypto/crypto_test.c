/* SPDX-License-Identifier: Apache-2.0 */
/* R27.1: SM2, SM3, SM4 and the derivations against the vectors of the standards. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include <jinyin/cert.h>
#include <jinyin/totp.h>
#include "codec/text.h"

#define DAY 86400
static const jy_time now = 1780000000;               /* 2026-05-28 */

static void
bytes_of(const char *hex, uint8_t *out, size_t len)
{
    assert_int_equal(jy_hex_parse(jy_slice_text(hex), out, len), JY_OK);
}

/* GB/T 32905 Annex A, and two more (seal-formats §7). */
static void
sm3__standard_vectors(void **state)
{
    uint8_t digest[32];
    char hex[65], million[1000];
    struct jy_sm3_ctx *ctx;

    (void)state;
    assert_int_equal(jy_sm3(jy_slice_text("abc"), digest), JY_OK);
    jy_hex(JY_SLICE(digest, 32), hex);
    assert_string_equal(hex, "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
    assert_int_equal(jy_sm3(JY_EMPTY, digest), JY_OK);
    jy_hex(JY_SLICE(digest, 32), hex);
    assert_string_equal(hex, "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b");
    memset(million, 'a', sizeof(million));
    assert_int_equal(jy_sm3_new(&ctx), JY_OK);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(jy_sm3_update(ctx, JY_SLICE(million, sizeof(million))), JY_OK);
    assert_int_equal(jy_sm3_finish(ctx, digest), JY_OK);
    jy_sm3_free(ctx);
    jy_hex(JY_SLICE(digest, 32), hex);
    assert_string_equal(hex, "c8aaf89429554029e231941a2acc0ad61ff2a5acd8fadd25847a3a732b3b02c3");
}

static void
hmac_sm3__wycheproof_vector(void **state)
{
    uint8_t key[32], mac[32];
    char hex[65];

    (void)state;
    bytes_of("1e225cafb90339bba1b24076d4206c3e79c355805d851682bc818baa4f5a7779", key, 32);
    assert_int_equal(jy_hmac_sm3(JY_SLICE(key, 32), JY_EMPTY, mac), JY_OK);
    jy_hex(JY_SLICE(mac, 32), hex);
    assert_string_equal(hex, "f9938b1b2515117f25dcd636c9a6a0e7f00bccaf5347e0e0df435cfca736cfc1");
}

/* GB/T 32918.5-2017 Annex A: right id, right form; everything beside it fails. */
static void
sm2__annex_a_signature(void **state)
{
    uint8_t d[32], rs[65], der[72], altered[65];
    enum jy_sm2_encoding encoding;
    struct jy_sm2 *key;
    struct jy_slice message = jy_slice_text("message digest");

    (void)state;
    bytes_of("3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8", d, 32);
    bytes_of("f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3", rs, 32);
    bytes_of("b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa", rs + 32, 32);
    bytes_of("3046022100f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
             "022100b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa", der, 72);
    assert_int_equal(jy_sm2_from_private(d, &key), JY_OK);
    assert_int_equal(jy_sm2_verify(key, message, JY_SLICE(der, 72), &encoding), JY_OK);
    assert_int_equal(encoding, JY_SM2_DER);
    assert_int_equal(jy_sm2_verify(key, message, JY_SLICE(rs, 64), &encoding), JY_OK);
    assert_int_equal(encoding, JY_SM2_RAW64);
    for (size_t i = 0; i < 64; i++) {
        memcpy(altered, rs, 64);
        altered[i] ^= 1;
        assert_int_equal(jy_sm2_verify(key, message, JY_SLICE(altered, 64), NULL), JY_E_SIGNATURE);
    }
    memset(altered, 0, 64);
    assert_int_equal(jy_sm2_verify(key, message, JY_SLICE(altered, 64), NULL), JY_E_SIGNATURE);
    rs[64] = 0;
    assert_int_equal(jy_sm2_verify(key, message, JY_SLICE(rs, 65), NULL), JY_E_FORMAT);
    assert_int_equal(jy_sm2_verify(key, jy_slice_text("message digesT"), JY_SLICE(der, 72), NULL), JY_E_SIGNATURE);
    jy_sm2_free(key);
}

/* GB/T 32918.5-2017 Annex C. */
static void
sm2__annex_c_decryption(void **state)
{
    uint8_t d[32], cipher[126];
    struct jy_buf plain = { 0 };
    struct jy_sm2 *key;

    (void)state;
    bytes_of("3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8", d, 32);
    bytes_of("307c022004EBFC718E8D1798620432268E77FEB6415E2EDE0E073C0F4F640ECD2E149A73022100E858F9D81E5430A57B36DAAB8F950A3C64E6EE6A63094D"
             "99283AFF767E124DF0042059983C18F809E262923C53AEC295D30383B54E39D609D160AFCB1908D0BD8766041321886CA989CA9C7D58087307CA93092D651EFA",
             cipher, sizeof(cipher));
    assert_int_equal(jy_sm2_from_private(d, &key), JY_OK);
    assert_int_equal(jy_sm2_decrypt(key, JY_SLICE(cipher, sizeof(cipher)), &plain), JY_OK);
    assert_true(jy_slice_is(jy_buf_slice(&plain), "encryption standard"));
    cipher[100] ^= 1;
    assert_int_not_equal(jy_sm2_decrypt(key, JY_SLICE(cipher, sizeof(cipher)), &plain), JY_OK);
    jy_buf_free(&plain);
    jy_sm2_free(key);
}

static void
sm2__keys_round_trip_and_refuse_rubbish(void **state)
{
    struct jy_sm2 *a, *b, *c;
    struct jy_buf pem = { 0 };
    uint8_t d[32], point[JY_SM2_POINT_SIZE];

    (void)state;
    assert_int_equal(jy_sm2_generate(&a), JY_OK);
    assert_int_equal(jy_sm2_to_pem(a, &pem), JY_OK);
    assert_int_equal(jy_sm2_from_pem(jy_buf_slice(&pem), &b, NULL), JY_OK);
    assert_true(jy_sm2_same_public(a, b));
    assert_int_equal(jy_sm2_private(b, d), JY_OK);
    assert_int_equal(jy_sm2_from_private(d, &c), JY_OK);
    assert_true(jy_sm2_same_public(a, c));
    jy_sm2_free(c);
    assert_int_equal(jy_sm2_point(a, point), JY_OK);
    point[40] ^= 1;                                      /* not on the curve */
    assert_int_not_equal(jy_sm2_from_point(point, &c), JY_OK);
    memset(d, 0, sizeof(d));
    assert_int_equal(jy_sm2_from_private(d, &c), JY_E_ARGUMENT);
    memset(d, 0xFF, sizeof(d));
    assert_int_equal(jy_sm2_from_private(d, &c), JY_E_ARGUMENT);
    assert_int_equal(jy_sm2_from_pem(jy_slice_text("rubbish"), &c, NULL), JY_E_FORMAT);
    jy_buf_wipe(&pem);
    jy_sm2_free(a);
    jy_sm2_free(b);
}

static void
wrap__every_changed_byte_and_other_context_is_refused(void **state)
{
    uint8_t secret[32] = { 1, 2, 3 };
    struct jy_buf wrapped = { 0 }, plain = { 0 };

    (void)state;
    assert_int_equal(jy_wrap(secret, "person/1/name", jy_slice_text("secret name"), &wrapped), JY_OK);
    assert_int_equal(jy_unwrap(secret, "person/1/name", jy_buf_slice(&wrapped), &plain), JY_OK);
    assert_true(jy_slice_is(jy_buf_slice(&plain), "secret name"));
    assert_int_equal(jy_unwrap(secret, "person/2/name", jy_buf_slice(&wrapped), &plain), JY_E_SIGNATURE);
    for (size_t i = 0; i < wrapped.len; i++) {
        wrapped.p[i] ^= 0x40;
        assert_int_equal(jy_unwrap(secret, "person/1/name", jy_buf_slice(&wrapped), &plain), JY_E_SIGNATURE);
        wrapped.p[i] ^= 0x40;
    }
    for (size_t i = 0; i < wrapped.len; i++)
        assert_int_equal(jy_unwrap(secret, "person/1/name", JY_SLICE(wrapped.p, i), &plain), JY_E_SIGNATURE);
    jy_buf_free(&wrapped);
    jy_buf_free(&plain);
}

/* -- chains -- */

struct pki {
    struct jy_sm2 *root_key, *middle_key, *leaf_key, *other_key;
    struct jy_cert *root, *middle, *leaf;
};

static struct jy_cert *
issue(struct jy_sm2 *key, const struct jy_cert *issuer, struct jy_sm2 *subject, const char *name, bool ca, int path_length, uint8_t serial)
{
    struct jy_issue what = { .issuer_key = key, .issuer = issuer, .subject_key = subject, .common_name = name, .organization = "测试",
                             .ou_mark = ca && issuer == NULL ? "NOT FOR PRODUCTION" : NULL, .not_before = now - 100 * DAY,
                             .not_after = now + 100 * DAY, .ca = ca, .path_length = path_length };
    struct jy_cert *cert;

    what.serial[15] = serial;
    assert_int_equal(jy_cert_issue(&what, &cert, NULL), JY_OK);
    return cert;
}

static int
set_up(void **state)
{
    struct pki *p = calloc(1, sizeof(*p));

    assert_int_equal(jy_sm2_generate(&p->root_key), JY_OK);
    assert_int_equal(jy_sm2_generate(&p->middle_key), JY_OK);
    assert_int_equal(jy_sm2_generate(&p->leaf_key), JY_OK);
    assert_int_equal(jy_sm2_generate(&p->other_key), JY_OK);
    p->root = issue(p->root_key, NULL, p->root_key, "root", true, 1, 1);
    p->middle = issue(p->root_key, p->root, p->middle_key, "middle", true, 0, 2);
    p->leaf = issue(p->middle_key, p->middle, p->leaf_key, "leaf", false, -1, 3);
    *state = p;
    return 0;
}

static int
tear_down(void **state)
{
    struct pki *p = *state;

    jy_cert_free(p->root);
    jy_cert_free(p->middle);
    jy_cert_free(p->leaf);
    jy_sm2_free(p->root_key);
    jy_sm2_free(p->middle_key);
    jy_sm2_free(p->leaf_key);
    jy_sm2_free(p->other_key);
    free(p);
    return 0;
}

static void
trust_cert(struct jy_trust *trust, const struct jy_cert *cert)
{
    struct jy_buf pem = { 0 };

    assert_int_equal(jy_cert_to_pem(cert, &pem), JY_OK);
    assert_int_equal(jy_trust_add_pem(trust, jy_buf_slice(&pem), NULL), JY_OK);
    jy_buf_free(&pem);
}

static void
trust_crl(struct jy_trust *trust, const struct jy_sm2 *key, const struct jy_cert *issuer, const char *serial, jy_time at, jy_time next)
{
    struct jy_revoked revoked = { serial, at, 1 };
    struct jy_buf der = { 0 }, pem = { 0 };

    assert_int_equal(jy_crl_issue(key, issuer, &revoked, serial == NULL ? 0 : 1, now - DAY, next, 7, &der, NULL), JY_OK);
    assert_int_equal(jy_crl_to_pem(jy_buf_slice(&der), &pem), JY_OK);
    assert_int_equal(jy_trust_add_pem(trust, jy_buf_slice(&pem), NULL), JY_OK);
    jy_buf_free(&der);
    jy_buf_free(&pem);
}

static enum jy_chain_status
status_of(const struct jy_trust *trust, const struct jy_cert *cert, jy_time at)
{
    struct jy_chain_result result;

    assert_int_equal(jy_chain_check(trust, cert, NULL, 0, at, &result), JY_OK);
    return result.status;
}

/* Three levels: the user id must be set on every certificate, not only the leaf (crypto.md §3). */
static void
chain__three_levels_with_revocation(void **state)
{
    struct pki *p = *state;
    struct jy_trust *trust;
    struct jy_chain_result result;

    assert_int_equal(jy_trust_new(&trust), JY_OK);
    assert_int_equal(status_of(trust, p->leaf, now), JY_CHAIN_UNTRUSTED);
    trust_cert(trust, p->root);
    assert_int_equal(status_of(trust, p->leaf, now), JY_CHAIN_UNTRUSTED);
    trust_cert(trust, p->middle);
    assert_int_equal(status_of(trust, p->leaf, now), JY_CHAIN_REVOCATION_UNKNOWN);
    trust_crl(trust, p->root_key, p->root, NULL, 0, now + DAY);
    assert_int_equal(status_of(trust, p->leaf, now), JY_CHAIN_REVOCATION_UNKNOWN);
    trust_crl(trust, p->other_key, p->middle, NULL, 0, now + DAY);               /* forged: another key */
    assert_int_equal(status_of(trust, p->leaf, now), JY_CHAIN_REVOCATION_UNKNOWN);
    trust_crl(trust, p->middle_key, p->middle, NULL, 0, now - 1);                /* out of date */
    assert_int_equal(status_of(trust, p->leaf, now), JY_CHAIN_REVOCATION_UNKNOWN);
    trust_crl(trust, p->middle_key, p->middle, NULL, 0, now + DAY);
    assert_int_equal(jy_chain_check(trust, p->leaf, NULL, 0, now, &result), JY_OK);
    assert_int_equal(result.status, JY_CHAIN_OK);
    assert_true(result.test_only);
    assert_int_equal(status_of(trust, p->leaf, now + 101 * DAY), JY_CHAIN_EXPIRED);
    assert_int_equal(status_of(trust, p->leaf, now - 101 * DAY), JY_CHAIN_NOT_YET_VALID);
    jy_trust_free(trust);
}

static void
chain__revoked_before_and_after(void **state)
{
    struct pki *p = *state;
    struct jy_trust *trust;

    assert_int_equal(jy_trust_new(&trust), JY_OK);
    trust_cert(trust, p->root);
    trust_cert(trust, p->middle);
    trust_crl(trust, p->root_key, p->root, NULL, 0, now + DAY);
    trust_crl(trust, p->middle_key, p->middle, jy_cert_serial(p->leaf), now - 10 * DAY, now + DAY);
    assert_int_equal(status_of(trust, p->leaf, now), JY_CHAIN_REVOKED);
    assert_int_equal(status_of(trust, p->leaf, now - 20 * DAY), JY_CHAIN_REVOKED_LATER);
    trust_crl(trust, p->root_key, p->root, jy_cert_serial(p->middle), now - 30 * DAY, now + DAY);
    assert_int_equal(status_of(trust, p->leaf, now - 20 * DAY), JY_CHAIN_REVOKED);   /* the CA in the middle */
    jy_trust_free(trust);
}

static void
chain__path_length_ca_flag_and_wrong_key(void **state)
{
    struct pki *p = *state;
    struct jy_cert *below = issue(p->middle_key, p->middle, p->other_key, "below", true, -1, 4);
    struct jy_cert *deep = issue(p->other_key, below, p->leaf_key, "deep", false, -1, 5);
    struct jy_cert *by_leaf = issue(p->leaf_key, p->leaf, p->other_key, "by leaf", false, -1, 6);
    struct jy_cert *forged = issue(p->other_key, p->middle, p->leaf_key, "forged", false, -1, 7);
    struct jy_trust *trust;

    assert_int_equal(jy_trust_new(&trust), JY_OK);
    trust_cert(trust, p->root);
    trust_cert(trust, p->middle);
    trust_cert(trust, below);
    trust_cert(trust, p->leaf);
    assert_int_equal(status_of(trust, deep, now), JY_CHAIN_BAD);
    assert_int_equal(status_of(trust, by_leaf, now), JY_CHAIN_BAD);
    assert_int_equal(status_of(trust, forged, now), JY_CHAIN_BAD);
    jy_cert_free(below);
    jy_cert_free(deep);
    jy_cert_free(by_leaf);
    jy_cert_free(forged);
    jy_trust_free(trust);
}

static void
csr__round_trip_and_possession(void **state)
{
    struct pki *p = *state;
    struct jy_buf der = { 0 };
    struct jy_csr *csr;
    struct jy_issue what = { .issuer_key = p->middle_key, .issuer = p->middle, .not_before = now, .not_after = now + DAY, .path_length = -1,
                             .ou_mark = "NOT FOR PRODUCTION", .organization_code = "91120000MA00000000" };
    struct jy_cert *cert;

    assert_int_equal(jy_csr_new(p->leaf_key, "1201000000001", "天津某某有限公司", "91120000MA00000000", &der, NULL), JY_OK);
    assert_int_equal(jy_csr_parse(jy_buf_slice(&der), &csr, NULL), JY_OK);
    assert_string_equal(jy_csr_common_name(csr), "1201000000001");
    what.csr = csr;
    what.serial[0] = 9;
    assert_int_equal(jy_cert_issue(&what, &cert, NULL), JY_OK);
    assert_string_equal(jy_cert_organization(cert), "天津某某有限公司");
    assert_true(jy_sm2_same_public(jy_cert_key(cert), p->leaf_key));
    assert_true(jy_cert_is_test(cert) && jy_cert_may_sign(cert) && !jy_cert_is_ca(cert));
    jy_cert_free(cert);
    jy_csr_free(csr);
    der.p[der.len - 5] ^= 1;
    assert_int_not_equal(jy_csr_parse(jy_buf_slice(&der), &csr, NULL), JY_OK);
    jy_buf_free(&der);
}

/* RFC 6238 appendix B, SHA-1 rows, last six of the eight digits. */
static void
totp__vectors_of_rfc_6238(void **state)
{
    static const struct { jy_time at; const char *code; } rows[] = {
        { 59, "287082" }, { 1111111109, "081804" }, { 1111111111, "050471" }, { 1234567890, "005924" }, { 2000000000, "279037" }, { 20000000000, "353130" },
    };
    const uint8_t *secret = (const uint8_t *)"12345678901234567890";
    char code[JY_TOTP_DIGITS + 1];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(jy_totp_code(secret, jy_totp_step(rows[i].at), code), JY_OK);
        assert_string_equal(code, rows[i].code);
    }
}

static void
totp__one_step_either_side_and_no_step_twice(void **state)
{
    const uint8_t *secret = (const uint8_t *)"12345678901234567890";
    char code[JY_TOTP_DIGITS + 1];
    int64_t step;

    (void)state;
    for (int64_t s = 95; s <= 105; s++) {
        assert_int_equal(jy_totp_code(secret, s, code), JY_OK);
        assert_int_equal(jy_totp_check(secret, code, 100 * JY_TOTP_STEP + 7, 0, &step), JY_OK);
        assert_int_equal(step, s >= 99 && s <= 101 ? s : -1);
        assert_int_equal(jy_totp_check(secret, code, 100 * JY_TOTP_STEP + 7, 100, &step), JY_OK);
        assert_int_equal(step, s == 101 ? 101 : -1);
    }
    assert_int_equal(jy_totp_check(secret, "", 59, 0, &step), JY_OK);
    assert_int_equal(step, -1);
    assert_int_equal(jy_totp_check(secret, "2870820", 59, 0, &step), JY_OK);
    assert_int_equal(step, -1);
}

/* Computed by Python's hmac over hashlib's sm3, block by block. */
static void
pbkdf2_sm3__a_value_computed_elsewhere(void **state)
{
    static const char right[] = "33ef80ce4a208d7eaefed922a447bc25cb193e950978ebc57e33badf4dabb4e7";
    struct jy_slice salt = jy_slice_text("0123456789abcdef");
    uint8_t out[32];
    char hex[65];

    (void)state;
    assert_int_equal(jy_pbkdf2_sm3(jy_slice_text("password"), salt, 10000, out, sizeof(out)), JY_OK);
    jy_hex(JY_SLICE(out, sizeof(out)), hex);
    assert_string_equal(hex, right);
    assert_int_equal(jy_pbkdf2_sm3(jy_slice_text("password"), salt, 9999, out, sizeof(out)), JY_E_ARGUMENT);
    assert_int_equal(jy_pbkdf2_sm3(jy_slice_text("password"), JY_SLICE("short", 5), 10000, out, sizeof(out)), JY_E_ARGUMENT);
}

/* RFC 4648 10, without the padding. */
static void
base32__vectors_of_rfc_4648_and_rubbish(void **state)
{
    static const char *const rows[][2] = { { "", "" }, { "f", "MY" }, { "fo", "MZXQ" }, { "foo", "MZXW6" }, { "foob", "MZXW6YQ" },
                                           { "fooba", "MZXW6YTB" }, { "foobar", "MZXW6YTBOI" } };
    static const char *const rubbish[] = { "M", "MZ=", "MZ======", "M1", "MZX", "mz xw", "MZ8", "MZ" };

    (void)state;
    for (size_t i = 0; i < 7; i++) {
        struct jy_buf text = { 0 }, back = { 0 };
        assert_int_equal(jy_base32_encode(jy_slice_text(rows[i][0]), &text), JY_OK);
        assert_true(text.len == strlen(rows[i][1]) && (text.len == 0 || memcmp(text.p, rows[i][1], text.len) == 0));
        assert_int_equal(jy_base32_decode(jy_buf_slice(&text), &back), JY_OK);
        assert_true(back.len == strlen(rows[i][0]) && (back.len == 0 || memcmp(back.p, rows[i][0], back.len) == 0));
        jy_buf_free(&text);
        jy_buf_free(&back);
    }
    for (size_t i = 0; i < sizeof(rubbish) / sizeof(rubbish[0]); i++) {
        struct jy_buf back = { 0 };
        assert_int_equal(jy_base32_decode(jy_slice_text(rubbish[i]), &back), JY_E_FORMAT);
        jy_buf_free(&back);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sm3__standard_vectors),
        cmocka_unit_test(hmac_sm3__wycheproof_vector),
        cmocka_unit_test(totp__vectors_of_rfc_6238),
        cmocka_unit_test(totp__one_step_either_side_and_no_step_twice),
        cmocka_unit_test(pbkdf2_sm3__a_value_computed_elsewhere),
        cmocka_unit_test(base32__vectors_of_rfc_4648_and_rubbish),
        cmocka_unit_test(sm2__annex_a_signature),
        cmocka_unit_test(sm2__annex_c_decryption),
        cmocka_unit_test(sm2__keys_round_trip_and_refuse_rubbish),
        cmocka_unit_test(wrap__every_changed_byte_and_other_context_is_refused),
        cmocka_unit_test_setup_teardown(chain__three_levels_with_revocation, set_up, tear_down),
        cmocka_unit_test_setup_teardown(chain__revoked_before_and_after, set_up, tear_down),
        cmocka_unit_test_setup_teardown(chain__path_length_ca_flag_and_wrong_key, set_up, tear_down),
        cmocka_unit_test_setup_teardown(csr__round_trip_and_possession, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
