/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jinyin/seal.h>

static const jy_time now = 1780000000;
static struct jy_sm2 *maker_key, *signer_key, *other_key;
static struct jy_cert *maker, *signer, *other;
static struct jy_buf seal_der, value;
static struct jy_seal *seal;
static const uint8_t data_hash[JY_SM3_SIZE] = { 7, 7, 7 };

static struct jy_cert *
issue(struct jy_sm2 *key, const char *name, uint8_t serial)
{
    struct jy_issue what = { .issuer_key = key, .subject_key = key, .common_name = name, .not_before = now - 86400, .not_after = now + 86400,
                             .path_length = -1 };
    struct jy_cert *cert;

    what.serial[15] = serial;
    assert_int_equal(jy_cert_issue(&what, &cert, NULL), JY_OK);
    return cert;
}

static struct jy_seal_fields
fields_of(void)
{
    return (struct jy_seal_fields){ "JINYIN", "1201010000001", 1, "天津某某有限公司", signer, now, now - 86400, now + 86400, "PNG",
                                    JY_SLICE("picture bytes", 13), 40, 40 };
}

static int
set_up(void **state)
{
    struct jy_seal_fields fields;

    (void)state;
    assert_int_equal(jy_sm2_generate(&maker_key), JY_OK);
    assert_int_equal(jy_sm2_generate(&signer_key), JY_OK);
    assert_int_equal(jy_sm2_generate(&other_key), JY_OK);
    maker = issue(maker_key, "maker", 1);
    signer = issue(signer_key, "1201010000001", 2);
    other = issue(other_key, "other", 3);
    fields = fields_of();
    assert_int_equal(jy_seal_make(&fields, maker_key, maker, &seal_der, NULL), JY_OK);
    assert_int_equal(jy_seal_parse(jy_buf_slice(&seal_der), &seal, NULL), JY_OK);
    assert_int_equal(jy_ses_make(seal, now, data_hash, "/Doc_0/Signs/Sign_0/Signature.xml", signer_key, signer, &value, NULL), JY_OK);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    jy_seal_free(seal);
    jy_buf_free(&seal_der);
    jy_buf_free(&value);
    jy_cert_free(maker);
    jy_cert_free(signer);
    jy_cert_free(other);
    jy_sm2_free(maker_key);
    jy_sm2_free(signer_key);
    jy_sm2_free(other_key);
    return 0;
}

/* GB/T 38540-2020 6.1: what is written is read back, without a deviation. */
static void
seal_make__reads_back_to_the_letter(void **state)
{
    (void)state;
    assert_int_equal(jy_seal_version(seal), 4);
    assert_string_equal(jy_seal_vendor(seal), "JINYIN");
    assert_string_equal(jy_seal_id(seal), "1201010000001");
    assert_string_equal(jy_seal_name(seal), "天津某某有限公司");
    assert_int_equal(jy_seal_type(seal), 1);
    assert_true(jy_seal_created(seal) == now && jy_seal_valid_start(seal) == now - 86400 && jy_seal_valid_end(seal) == now + 86400);
    assert_string_equal(jy_seal_picture_type(seal), "PNG");
    assert_true(jy_slice_is(jy_seal_picture(seal), "picture bytes"));
    assert_true(jy_seal_width_mm(seal) == 40 && jy_seal_height_mm(seal) == 40);
    assert_int_equal(jy_seal_check_signature(seal, NULL), JY_OK);
    assert_int_equal(jy_seal_deviations(seal), 0);
    assert_true(jy_seal_has_signer(seal, signer));
    assert_false(jy_seal_has_signer(seal, other));
}

static void
seal_make__names_the_field_that_is_wrong(void **state)
{
    struct jy_seal_fields fields;
    struct jy_buf out = { 0 };
    struct jy_fault fault;

    (void)state;
#define REFUSED(change, field)                                                                     \
    fields = fields_of();                                                                          \
    change;                                                                                        \
    assert_int_equal(jy_seal_make(&fields, maker_key, maker, &out, &fault), JY_E_ARGUMENT);        \
    assert_string_equal(fault.where, field)
    REFUSED(fields.vendor = "", "vendor");
    REFUSED(fields.id = "津", "id");
    REFUSED(fields.name = "", "name");
    REFUSED(fields.valid_end = fields.valid_start, "validity");
    REFUSED(fields.picture = JY_EMPTY, "picture");
    REFUSED(fields.width_mm = 0, "size");
    REFUSED(fields.height_mm = 201, "size");
    fields = fields_of();
    assert_int_equal(jy_seal_make(&fields, other_key, maker, &out, &fault), JY_E_ARGUMENT);
    assert_int_equal(out.len, 0);
}

static void
ses_make__reads_back_and_refuses_a_signer_not_in_the_seal(void **state)
{
    struct jy_buf out = { 0 };
    struct jy_ses *ses;

    (void)state;
    assert_int_equal(jy_ses_parse(jy_buf_slice(&value), &ses, NULL), JY_OK);
    assert_true(jy_ses_time(ses) == now && jy_ses_version(ses) == 4);
    assert_true(jy_slice_equal(jy_ses_data_hash(ses), JY_SLICE(data_hash, sizeof(data_hash))));
    assert_string_equal(jy_ses_property_info(ses), "/Doc_0/Signs/Sign_0/Signature.xml");
    assert_true(jy_slice_equal(jy_seal_der(jy_ses_seal(ses)), jy_buf_slice(&seal_der)));
    assert_int_equal(jy_ses_check_signature(ses, NULL), JY_OK);
    assert_int_equal(jy_seal_check_signature(jy_ses_seal(ses), NULL), JY_OK);
    assert_int_equal(jy_ses_deviations(ses), 0);
    jy_ses_free(ses);
    assert_int_equal(jy_ses_make(seal, now, data_hash, "/x", other_key, other, &out, NULL), JY_E_SIGNER_NOT_IN_SEAL);
    assert_int_equal(jy_ses_make(seal, now, data_hash, "/x", other_key, signer, &out, NULL), JY_E_CERTIFICATE);
}

/*
 * Every byte of TBS_Sign is signed; cert, algorithm and signature are not (seal-formats §1.1) but nothing else then fits. What remains
 * are encodings around the signature, such as the unused bits of its BIT STRING: they are let through only as a named deviation.
 */
static void
ses_parse__no_changed_byte_verifies_unnoticed(void **state)
{
    size_t step = getenv("JINYIN_FULL") == NULL ? 7 : 1;

    (void)state;
    for (size_t i = 0; i < value.len; i += step) {
        struct jy_ses *ses;
        bool good;
        value.p[i] ^= 0x01;
        if (jy_ses_parse(jy_buf_slice(&value), &ses, NULL) == JY_OK) {
            good = jy_ses_signer(ses) != NULL && jy_seal_has_signer(jy_ses_seal(ses), jy_ses_signer(ses)) &&
                jy_ses_check_signature(ses, NULL) == JY_OK && jy_seal_check_signature(jy_ses_seal(ses), NULL) == JY_OK &&
                jy_ses_deviations(ses) == 0 && jy_seal_deviations(jy_ses_seal(ses)) == 0;
            assert_false(good);
            jy_ses_free(ses);
        }
        value.p[i] ^= 0x01;
    }
}

static void
ses_parse__every_truncation_is_refused(void **state)
{
    struct jy_seal *s;
    struct jy_ses *ses;

    (void)state;
    for (size_t i = 0; i < value.len; i++)
        assert_int_not_equal(jy_ses_parse(JY_SLICE(value.p, i), &ses, NULL), JY_OK);
    for (size_t i = 0; i < seal_der.len; i++)
        assert_int_not_equal(jy_seal_parse(JY_SLICE(seal_der.p, i), &s, NULL), JY_OK);
}

/* A seal that cannot be read has a picture that can be shown; what is cut off before its end has none. */
static void
seal_picture_alone__is_found_by_its_place(void **state)
{
    const struct jy_slice version = JY_SLICE("\x16\2ES\2\1", 6), bytes = JY_SLICE("picture bytes", 13);
    size_t at = jy_slice_find(jy_buf_slice(&seal_der), version) + version.len, end = jy_slice_find(jy_buf_slice(&seal_der), bytes) + bytes.len;
    uint8_t before = seal_der.p[at];
    char type[JY_SEAL_PICTURE_TYPE];
    struct jy_slice picture;
    struct jy_seal *s;

    (void)state;
    seal_der.p[at] = 127;
    assert_int_equal(jy_seal_parse(jy_buf_slice(&seal_der), &s, NULL), JY_E_FORMAT);
    assert_int_equal(jy_seal_picture_alone(jy_buf_slice(&seal_der), type, &picture), JY_OK);
    assert_true(jy_slice_equal(picture, bytes));
    assert_string_equal(type, "PNG");
    for (size_t i = 0; i < end; i++)
        assert_int_equal(jy_seal_picture_alone(JY_SLICE(seal_der.p, i), type, &picture), JY_E_FORMAT);
    seal_der.p[at] = before;
}

/* Seals that others made (seal-formats §7): versions 1, 4 and 5, DER and raw signatures. */
static void
seal_parse__seals_of_other_makers(void **state)
{
    static const struct { const char *file; int version; jy_deviations deviations; } rows[] = {
        { "seals/ofdrw/UserV1.esl", 1, 0 }, { "seals/ofdrw/UserV4.esl", 4, 0 }, { "seals/ofdrw/UserV5.esl", 5, 0 },
        { "seals/ofdrw/UserV5_ts.esl", 5, 0 },
        { "seals/made-here/seal_v1.esl", 1, 0 }, { "seals/made-here/seal_v4.esl", 4, 0 }, { "seals/made-here/seal_v5.esl", 5, 0 },
        { "seals/AnnXF+esl-demo/Seal.esl", 4, JY_DEV(SEAL_SIG_RAW64) },
    };
    static uint8_t bytes[1 << 20];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct jy_seal *s;
        char path[1024];
        size_t len;
        FILE *f;
        snprintf(path, sizeof(path), "%s/%s", getenv("JINYIN_CORPUS") == NULL ? JY_CORPUS : getenv("JINYIN_CORPUS"), rows[i].file);
        if ((f = fopen(path, "rb")) == NULL) {
            if (i == 0)
                skip();
            fail_msg("%s is missing", path);
        }
        len = fread(bytes, 1, sizeof(bytes), f);
        fclose(f);
        assert_int_equal(jy_seal_parse(JY_SLICE(bytes, len), &s, NULL), JY_OK);
        assert_int_equal(jy_seal_version(s), rows[i].version);
        assert_int_equal(jy_seal_check_signature(s, NULL), JY_OK);
        assert_int_equal(jy_seal_deviations(s), rows[i].deviations);
        assert_int_equal(jy_seal_time_stamp(s).len, strstr(rows[i].file, "_ts.") != NULL ? 3 : 0);   /* a dummy: no time stamp, and no crash */
        jy_seal_free(s);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seal_make__reads_back_to_the_letter),
        cmocka_unit_test(seal_make__names_the_field_that_is_wrong),
        cmocka_unit_test(ses_make__reads_back_and_refuses_a_signer_not_in_the_seal),
        cmocka_unit_test(ses_parse__no_changed_byte_verifies_unnoticed),
        cmocka_unit_test(ses_parse__every_truncation_is_refused),
        cmocka_unit_test(seal_picture_alone__is_found_by_its_place),
        cmocka_unit_test(seal_parse__seals_of_other_makers),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
