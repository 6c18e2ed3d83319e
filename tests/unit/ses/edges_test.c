/* SPDX-License-Identifier: Apache-2.0 */
/* The edges of what is read and written: times as text, string types, numbers, lists, forms of a value, and every field of a seal that is made. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "forge.h"
#include "../foreign_cert.h"

#include <codec/text.h>
#include <jinyin/cms.h>
#include <ses/read.h>

#define TLV(bytes) JY_SLICE(bytes, sizeof(bytes) - 1)

/* seal-formats §1.3: what stands in timeInfo of version 1. */
static void
time_text__is_read_in_every_form_that_is_met_and_in_no_other(void **state)
{
    static const struct { struct jy_slice text; jy_time time; } rows[] = {
        { { (const uint8_t *)"2026-05-28T20:26:40Z", 20 }, 1780000000 }, { { (const uint8_t *)"2026-05-28 20:26:40.5Z", 22 }, 1780000000 },
        { { (const uint8_t *)"20260528202640Z", 15 }, 1780000000 }, { { (const uint8_t *)"20260529042640", 14 }, 1780000000 },
        { { (const uint8_t *)"2026-05-29 04:26:40", 19 }, 1780000000 }, { { (const uint8_t *)"2026-05-29T04:26:40+08:00", 25 }, 1780000000 },
        { { (const uint8_t *)"2026-05-29T04:26:40+0800", 24 }, 1780000000 }, { { (const uint8_t *)"2026-05-28T14:26:40-0600", 24 }, 1780000000 },
        { { (const uint8_t *)"\x18\x0f" "20260528202640Z", 17 }, 1780000000 }, { { (const uint8_t *)"\x17\x0d" "260528202640Z", 15 }, 1780000000 },
    };
    static const char *const wrong[] = {
        "", "\x18", "\x18\x0f", "\x18\x0f" "yesterday at noon", "\x17\x0d" "yesterday at noon", "20260528", "2026-05-28 20:26:40 and some more text",
        "1969-05-28 20:26:40", "2026-00-28 20:26:40", "2026-13-28 20:26:40", "2026-05-00 20:26:40", "2026-05-32 20:26:40", "2026-05-28 -1:26:40",
        "2026-05-28 24:26:40", "2026-05-28 20:-1:40", "2026-05-28 20:60:40", "2026-05-28 20:26:-1", "2026-05-28 20:26:61", "-999-05-28 20:26:40",
        "2026--5-28 20:26:40", "2026-05--1 20:26:40", "2026-05-28 20:26:40*08:00", "2026-05-28 20:26:40+15:00", "2026-05-28 20:26:40+-1:00",
        "2026-05-28 20:26:40+08:60", "2026-05-28 20:26:40+08:-1", "2026-05-28 20:26:40+08:00x", "2026-05-28 20:26:40+08", "2026-05-28 20:26:40 Z",
        "2026-05-28x20:26:40Z", "2026052820264xZ",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (jy_read_time_text(rows[i].text) != rows[i].time)
            fail_msg("row %zu: %lld", i, (long long)jy_read_time_text(rows[i].text));
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        if (jy_read_time_text(jy_slice_text(wrong[i])) != 0)
            fail_msg("'%s' is read as %lld", wrong[i], (long long)jy_read_time_text(jy_slice_text(wrong[i])));
}

/* CertDigestObj { type, value } with a type of this tag; the digest is that of the signer. */
static struct jy_buf
digest_list(uint8_t tag, const char *type, const struct jy_cert *cert)
{
    struct jy_buf entry = { 0 }, list = { 0 }, out = { 0 };
    uint8_t digest[JY_SM3_SIZE];

    MUST(jy_sm3(jy_cert_der(cert), digest));
    MUST(jy_der_put_text(&entry, tag, type));
    MUST(jy_der_put(&entry, DER_OCTET_STRING, JY_SLICE(digest, sizeof(digest))));
    forge_close(&list, DER_SEQUENCE, &entry);
    forge_close(&out, DER_SEQUENCE, &list);
    return out;
}

static void
seal__strings_numbers_and_lists_at_their_edges(void **state)
{
    static uint8_t long_name[511], longer_name[512];
    struct jy_buf utf8 = digest_list(DER_UTF8, "SM3", pki.signer), ia5 = digest_list(DER_IA5, "urn:oid:1.2.156.10197.1.401", pki.signer),
                  octets = digest_list(DER_OCTET_STRING, "SM3", pki.signer), sha = digest_list(DER_PRINTABLE, "SHA256", pki.signer);
    const struct { const char *what; struct forge_seal recipe; jy_err err; jy_deviations deviations; bool listed; } rows[] = {
        { "T61String", { .name_tag = 0x14, .name = TLV("name") }, JY_OK, JY_DEV(STRING_TYPE), true },
        { "VisibleString", { .name_tag = 0x1A, .name = TLV("name") }, JY_OK, JY_DEV(STRING_TYPE), true },
        { "IA5String", { .name_tag = DER_IA5, .name = TLV("name") }, JY_OK, JY_DEV(STRING_TYPE), true },
        { "BMPString", { .name_tag = 0x1E, .name = TLV("\0n") }, JY_E_FORMAT, 0, false },
        { "the longest name", { .name = JY_SLICE(long_name, sizeof(long_name)) }, JY_OK, 0, true },
        { "a name too long", { .name = JY_SLICE(longer_name, sizeof(longer_name)) }, JY_E_FORMAT, 0, false },
        { "type 2147483647", { .type = INT32_MAX }, JY_OK, 0, true }, { "type 2147483648", { .type = INT64_C(2147483648) }, JY_E_FORMAT, 0, false },
        { "type -1", { .type = -1 }, JY_E_FORMAT, 0, false },
        { "certListType 4294967295", { .list_type = UINT32_MAX }, JY_OK, JY_DEV(CERT_LIST_TYPE), true },
        { "v1 that says 5", { .v1 = true, .version = 5 }, JY_OK, JY_DEV(SEAL_VERSION), true },
        { "a digest's name in UTF-8", { .list_type = 2, .list = jy_buf_slice(&utf8) }, JY_OK, 0, true },
        { "a digest's name as a URN", { .list_type = 2, .list = jy_buf_slice(&ia5) }, JY_OK, 0, true },
        { "a digest's name in octets", { .list_type = 2, .list = jy_buf_slice(&octets) }, JY_E_FORMAT, 0, false },
        { "another digest", { .list_type = 2, .list = jy_buf_slice(&sha) }, JY_OK, 0, false },
        { "a critical extension after one that is not", { .extensions = TLV("\x30\x1c\x30\x0c\x06\x03\x2a\x03\x04\x01\x01\xff\x04\x02\x05\x00"
          "\x30\x0c\x06\x03\x2a\x03\x04\x01\x01\x00\x04\x02\x05\x00") }, JY_E_UNSUPPORTED, 0, true },
    };

    (void)state;
    memset(long_name, 'n', sizeof(long_name));
    memset(longer_name, 'n', sizeof(longer_name));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct jy_buf der = forge_seal(&rows[i].recipe);
        struct jy_seal *seal = NULL;
        jy_err rc = jy_seal_parse(jy_buf_slice(&der), &seal, NULL);
        if (rc == JY_OK)
            rc = jy_seal_check_signature(seal, NULL);
        if (rc != rows[i].err || (rc == JY_OK && jy_seal_deviations(seal) != rows[i].deviations))
            fail_msg("%s: %s", rows[i].what, jy_err_code(rc));
        if (seal != NULL)
            assert_int_equal(jy_seal_has_signer(seal, pki.signer), rows[i].listed);
        if (seal != NULL && !rows[i].recipe.v1)
            assert_int_equal(jy_seal_cert_list_type(seal), rows[i].recipe.list_type > INT32_MAX ? INT32_MAX : rows[i].recipe.list_type == 2 ? 2 : 1);
        jy_seal_free(seal);
        jy_buf_free(&der);
    }
    jy_buf_free(&utf8);
    jy_buf_free(&ia5);
    jy_buf_free(&octets);
    jy_buf_free(&sha);
}

/* A certificate without an SM2 key is in a list of digests when its digest is, and never by a digest with Z. */
static void
list__a_certificate_of_another_key_is_found_by_its_digest_alone(void **state)
{
    struct jy_cert *foreign = foreign_cert("foreign", pki.now);
    struct jy_buf list, other = digest_list(DER_PRINTABLE, "SM3", pki.signer), der;
    struct jy_seal *seal;

    (void)state;
    assert_null(jy_cert_key(foreign));
    list = digest_list(DER_PRINTABLE, "SM3", foreign);
    for (int i = 0; i < 2; i++) {
        der = forge_seal(&(struct forge_seal){ .list_type = 2, .list = jy_buf_slice(i == 0 ? &list : &other) });
        MUST(jy_seal_parse(jy_buf_slice(&der), &seal, NULL));
        assert_int_equal(jy_seal_has_signer(seal, foreign), i == 0);
        jy_seal_free(seal);
        jy_buf_free(&der);
    }
    jy_buf_free(&list);
    jy_buf_free(&other);
    jy_cert_free(foreign);
}

static jy_err
no_stamper(void *ctx, struct jy_slice signature, struct jy_buf *token, struct jy_fault *fault)
{
    (void)ctx;
    (void)signature;
    (void)token;
    return jy_fail(fault, JY_E_UNAVAILABLE, "time stamp authority", 0, "not today");
}

static void
seal_make__every_field_has_its_bounds(void **state)
{
    static char long_text[202];
    static uint8_t picture[JY_SEAL_MADE_PICTURE_MAX + 1];
    struct jy_issue what = { .issuer_key = pki.ca_key, .issuer = pki.ca, .subject_key = pki.signer_key, .common_name = "encryption", .not_before = pki.now - 1,
                             .not_after = pki.now + 1, .path_length = -1, .key_usage = "critical,keyEncipherment", .serial = { [15] = 77 } };
    const struct jy_seal_fields good = { "JINYIN", "1201010000001", 1, "name", pki.signer, pki.now, jy_cert_not_before(pki.signer),
                                         jy_cert_not_after(pki.signer), "PNG", TLV("picture"), 40, 40, 0, 0, NULL, NULL };
    struct jy_seal_fields rows[24];
    static const char *const fields[] = { "vendor", "vendor", "vendor", "vendor", "id", "name", "name", "type", "validity", "picture type", "picture type",
                                          "picture", "picture", "size", "size", "size", "size", "signer", "signer", "version", "certificate list",
                                          "certificate list", "time stamp" };
    struct jy_cert *encryption;
    struct jy_buf out = { 0 };
    struct jy_fault fault;
    size_t n = 0;

    (void)state;
    MUST(jy_cert_issue(&what, &encryption, NULL));
    memset(long_text, 'x', sizeof(long_text) - 1);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        rows[i] = good;
    rows[n++].vendor = "";
    rows[n++].vendor = "a\x1f";
    rows[n++].vendor = "a\x7f";
    rows[n++].vendor = long_text;
    rows[n++].id = long_text;
    rows[n++].name = "";
    rows[n++].name = long_text;
    rows[n++].type = -1;
    rows[n++].valid_end = good.valid_start;
    rows[n++].picture_type = "";
    rows[n++].picture_type = "JPEG 2000";
    rows[n++].picture = JY_EMPTY;
    rows[n++].picture = JY_SLICE(picture, sizeof(picture));
    rows[n++].width_mm = 0;
    rows[n++].width_mm = JY_SEAL_MADE_SIDE_MAX + 1;
    rows[n++].height_mm = 0;
    rows[n++].height_mm = JY_SEAL_MADE_SIDE_MAX + 1;
    rows[n++].signer = NULL;
    rows[n++].signer = encryption;
    rows[n++].version = 3;
    rows[n++].cert_list_type = -1;
    rows[n++].cert_list_type = 3;
    rows[n++].time_stamper = no_stamper;
    assert_int_equal(n, sizeof(fields) / sizeof(fields[0]));
    for (size_t i = 0; i < n; i++)
        if (jy_seal_make(&rows[i], pki.maker_key, pki.maker, &out, &fault) != JY_E_ARGUMENT || strcmp(fault.where, fields[i]) != 0 || out.len != 0)
            fail_msg("row %zu: %s", i, fault.where);
    assert_int_equal(jy_seal_make(&good, pki.signer_key, pki.maker, &out, &fault), JY_E_ARGUMENT);
    assert_string_equal(fault.where, "maker");
    MUST(jy_seal_make(&good, pki.maker_key, pki.maker, &out, NULL));
    jy_buf_free(&out);
    jy_cert_free(encryption);
}

/* Written are signatures of versions 4 and 5 alone, and only such take a time stamp, and only one. */
static void
ses_make__older_layouts_are_read_and_not_written(void **state)
{
    struct jy_buf v1 = forge_seal(&(struct forge_seal){ .v1 = true });
    const struct { const char *what; struct forge_seal recipe; } seals[] = {
        { "v1", { .v1 = true } }, { "C0119", { .time_tag = DER_UTC_TIME } }, { "v4 that says 3", { .version = 3 } } };
    const struct { const char *what; struct forge_ses recipe; const char *token; } values[] = {
        { "no token", { 0 }, "" }, { "a second token", { .time_stamp = TLV("\xa0\x05\x03\x03\x00\x30\x00") }, "t" },
        { "v1", { .v1 = true, .version = 1, .seal = jy_buf_slice(&v1) }, "t" }, { "bytes after it", { .trailing = TLV("\0") }, "t" },
        { "the seal of v1 in v4", { .version = 1, .seal = jy_buf_slice(&v1) }, "t" } };
    static const uint8_t hash[JY_SM3_SIZE];
    struct jy_buf out = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof(seals) / sizeof(seals[0]); i++) {
        struct jy_buf der = forge_seal(&seals[i].recipe);
        struct jy_seal *seal;
        MUST(jy_seal_parse(jy_buf_slice(&der), &seal, NULL));
        if (jy_ses_make(seal, pki.now, hash, "/x", pki.signer_key, pki.signer, &out, NULL) != JY_E_UNSUPPORTED || out.len != 0)
            fail_msg("%s", seals[i].what);
        jy_seal_free(seal);
        jy_buf_free(&der);
    }
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        struct jy_buf der = forge_ses(&values[i].recipe);
        if (jy_ses_add_time_stamp(jy_buf_slice(&der), jy_slice_text(values[i].token), &out, NULL) != JY_E_ARGUMENT || out.len != 0)
            fail_msg("%s", values[i].what);
        jy_buf_free(&der);
    }
    assert_int_equal(jy_ses_add_time_stamp(TLV("\x30\x00"), TLV("t"), &out, NULL), JY_E_FORMAT);
    jy_buf_free(&v1);
}

static void
ses__a_version_beyond_its_bounds_is_malformed(void **state)
{
    struct jy_buf der = forge_ses(&(struct forge_ses){ .version = INT64_C(2147483648) });
    struct jy_ses *ses;

    (void)state;
    assert_int_equal(jy_ses_parse(jy_buf_slice(&der), &ses, NULL), JY_E_FORMAT);
    jy_buf_free(&der);
}

static bool
has_z(struct jy_slice value, uint8_t z[JY_SM3_SIZE])
{
    bool has;

    MUST(jy_value_signer_z(value, z, &has));
    return has;
}

/* Z of the signer, for digests that were taken with it: of a value that has a signer with a key, and of no other. */
static void
value_signer_z__needs_a_signer_with_a_key(void **state)
{
    struct jy_cms_fields fields = { .content = TLV("content"), .signer = pki.signer }, without = fields;
    struct jy_cert *foreign = foreign_cert("foreign", pki.now);
    struct jy_buf ses = forge_ses(&(struct forge_ses){ 0 }), broken = forge_ses(&(struct forge_ses){ .version = 9 }),
                  no_cert = forge_ses(&(struct forge_ses){ .sign.cert_der = TLV("\x30\x00") }), foreign_signer, cms = { 0 }, no_signer = { 0 };
    uint8_t z[JY_SM3_SIZE], want[JY_SM3_SIZE];

    (void)state;
    without.without_certs = true;
    foreign_signer = forge_ses(&(struct forge_ses){ .sign.cert = foreign });
    MUST(jy_cms_make(&fields, pki.signer_key, &cms, NULL));
    MUST(jy_cms_make(&without, pki.signer_key, &no_signer, NULL));
    MUST(jy_sm2_z(pki.signer_key, want));
    assert_true(has_z(jy_buf_slice(&ses), z));
    assert_memory_equal(z, want, sizeof(z));
    memset(z, 0, sizeof(z));
    assert_true(has_z(jy_buf_slice(&cms), z));
    assert_memory_equal(z, want, sizeof(z));
    assert_false(has_z(jy_buf_slice(&broken), z));
    assert_false(has_z(jy_buf_slice(&no_cert), z));
    assert_false(has_z(jy_buf_slice(&foreign_signer), z));
    assert_false(has_z(jy_buf_slice(&no_signer), z));
    assert_false(has_z(TLV("\x30\x0c\x06\x0a\x2a\x81\x1c\xcf\x55\x06\x01\x04\x02\x02"), z));
    assert_false(has_z(TLV("\x30\x06\x02\x01\x01\x02\x01\x01"), z));
    assert_int_equal(jy_value_form(TLV("\x30\x06\x02\x01\x01\x04\x01\x01")), JY_VALUE_OTHER);
    assert_int_equal(jy_value_form(TLV("\x30\x09\x02\x01\x01\x02\x01\x01\x02\x01\x01")), JY_VALUE_OTHER);
    jy_buf_free(&ses);
    jy_buf_free(&broken);
    jy_buf_free(&no_cert);
    jy_buf_free(&foreign_signer);
    jy_buf_free(&cms);
    jy_buf_free(&no_signer);
    jy_cert_free(foreign);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_text__is_read_in_every_form_that_is_met_and_in_no_other),
        cmocka_unit_test(seal__strings_numbers_and_lists_at_their_edges),
        cmocka_unit_test(list__a_certificate_of_another_key_is_found_by_its_digest_alone),
        cmocka_unit_test(seal_make__every_field_has_its_bounds),
        cmocka_unit_test(ses_make__older_layouts_are_read_and_not_written),
        cmocka_unit_test(ses__a_version_beyond_its_bounds_is_malformed),
        cmocka_unit_test(value_signer_z__needs_a_signer_with_a_key),
    };

    return cmocka_run_group_tests(tests, pki_set_up, pki_tear_down);
}
