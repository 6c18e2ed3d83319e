/* SPDX-License-Identifier: Apache-2.0 */
/* What jy_cms_make writes is read back as it was meant, in each choice; and a time stamp is added without touching what is signed. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <foreign_cert.h>
#include <codec/der.h>
#include <codec/oid.h>
#include <jinyin/cms.h>

#include <stdlib.h>
#include <string.h>

#define NOW 1780000000
#define MUST(call) assert_int_equal(call, JY_OK)

static struct jy_sm2 *root_key, *key;
static struct jy_cert *root, *cert;
static const struct jy_slice text = { (const uint8_t *)"the document", 12 };
static uint8_t digest[JY_SM3_SIZE];

static int
set_up(void **state)
{
    struct jy_issue what = { .common_name = "root", .not_before = NOW - 60, .not_after = NOW + 60, .ca = true, .path_length = -1, .serial = { [15] = 1 } };

    (void)state;
    MUST(jy_sm2_generate(&root_key));
    MUST(jy_sm2_generate(&key));
    what.issuer_key = what.subject_key = root_key;
    MUST(jy_cert_issue(&what, &root, NULL));
    what.issuer = root;
    what.subject_key = key;
    what.common_name = "signer";
    what.ca = false;
    what.serial[15] = 2;
    MUST(jy_cert_issue(&what, &cert, NULL));
    MUST(jy_sm3(text, digest));
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    jy_cert_free(root);
    jy_cert_free(cert);
    jy_sm2_free(root_key);
    jy_sm2_free(key);
    return 0;
}

static void
cms__what_is_written_is_read_back_and_fits(void **state)
{
    const struct jy_cert *chain[] = { root };
    struct jy_buf crl = { 0 };
    const struct { const char *what; struct jy_cms_fields fields; struct jy_slice type; bool content, own_cert; size_t certs, crls; } rows[] = {
        { "detached", { .digest = digest, .signing_time = NOW }, OID_GM_DATA, false, true, 1, 0 },
        { "embedded", { .content = text, .signing_time = NOW }, OID_GM_DATA, true, true, 1, 0 },
        { "embedded, digest given", { .content = text, .digest = digest }, OID_GM_DATA, true, true, 1, 0 },
        { "PKCS #7", { .digest = digest, .pkcs7 = true }, OID_PKCS7_DATA, false, true, 1, 0 },
        { "other content", { .content = text, .content_type = OID_TST_INFO, .pkcs7 = true }, OID_TST_INFO, true, true, 1, 0 },
        { "with its chain", { .digest = digest, .certs = chain, .cert_count = 1 }, OID_GM_DATA, false, true, 2, 0 },
        { "without certificates", { .digest = digest, .without_certs = true }, OID_GM_DATA, false, false, 0, 0 },
        { "with a list", { .digest = digest, .crl_count = 1 }, OID_GM_DATA, false, true, 1, 1 },
    };
    const struct jy_cms_subject subject = { .digest = digest };
    struct jy_slice list;

    (void)state;
    MUST(jy_crl_issue(root_key, root, NULL, 0, NOW, NOW + 60, 1, &crl, NULL));
    list = jy_buf_slice(&crl);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct jy_cms_fields fields = rows[i].fields;
        struct jy_buf der = { 0 };
        struct jy_slice content;
        struct jy_cms *cms;
        fields.signer = cert;
        fields.crls = &list;
        MUST(jy_cms_make(&fields, key, &der, NULL));
        MUST(jy_cms_parse(jy_buf_slice(&der), &cms, NULL));
        if ((jy_cms_signer(cms) != NULL) != rows[i].own_cert || jy_cms_cert_count(cms) != rows[i].certs || jy_cms_crl_count(cms) != rows[i].crls)
            fail_msg("%s: other certificates or lists", rows[i].what);
        if (jy_cms_signer(cms) == NULL) {
            assert_int_equal(jy_cms_verify(cms, &subject, NULL), JY_E_CERTIFICATE);
            assert_int_equal(jy_cms_offer(cms, root), JY_E_CERTIFICATE);
            MUST(jy_cms_offer(cms, cert));
        }
        MUST(jy_cms_verify(cms, &subject, NULL));
        assert_int_equal(jy_cms_deviations(cms), 0);
        assert_int_equal(jy_cms_form(cms), JY_CMS_OVER_ATTRIBUTES);
        assert_true(jy_slice_equal(jy_cms_content_type(cms), rows[i].type));
        assert_int_equal(jy_cms_content(cms, &content), rows[i].content);
        assert_true(!rows[i].content || jy_slice_equal(content, text));
        assert_int_equal(jy_cms_signing_time(cms), rows[i].fields.signing_time);
        assert_true(jy_cms_names_certificate(cms));
        jy_cms_free(cms);
        jy_buf_free(&der);
    }
    jy_buf_free(&crl);
}

static void
cms__wrong_fields_make_nothing_and_are_named(void **state)
{
    struct jy_cert *foreign = foreign_cert("foreign", NOW);
    const uint8_t other[JY_SM3_SIZE] = { 1 };
    const struct { struct jy_cms_fields fields; const struct jy_sm2 *with; jy_err err; const char *where; } rows[] = {
        { { .signer = cert }, key, JY_E_ARGUMENT, "digest" },
        { { .signer = cert, .content = text, .digest = other }, key, JY_E_ARGUMENT, "digest" },
        { { .signer = cert, .digest = digest }, root_key, JY_E_CERTIFICATE, "signer" },
        { { .signer = foreign, .digest = digest }, key, JY_E_CERTIFICATE, "signer" },
        { { .signer = cert, .digest = digest, .cert_count = JY_CMS_CERTS_MAX }, key, JY_E_ARGUMENT, "certs" },
        { { .signer = cert, .digest = digest, .crl_count = JY_CMS_CERTS_MAX + 1 }, key, JY_E_ARGUMENT, "crls" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct jy_buf der = { 0 };
        struct jy_fault fault = { 0 };
        assert_int_equal(jy_cms_make(&rows[i].fields, rows[i].with, &der, &fault), rows[i].err);
        assert_string_equal(fault.where, rows[i].where);
        assert_int_equal(der.len, 0);
    }
    jy_cert_free(foreign);
}

static void
cms__what_could_not_be_read_back_is_not_written(void **state)
{
    uint8_t *many = calloc(1, JY_CMS_MAX);
    struct jy_cms_fields fields = { .signer = cert, .content = JY_SLICE(many, JY_CMS_MAX) };
    struct jy_fault fault = { 0 };
    struct jy_buf der = { 0 };

    (void)state;
    assert_non_null(many);
    assert_int_equal(jy_cms_make(&fields, key, &der, &fault), JY_E_ARGUMENT);
    assert_string_equal(fault.where, "content");
    assert_int_equal(der.len, 0);
    free(many);
}

/* The signer's certificate given once more is enclosed once; a time that UTCTime cannot say is a GeneralizedTime (RFC 5652 11.3). */
static void
cms__a_certificate_given_twice_and_times_before_1950_and_after_2049(void **state)
{
    const struct jy_cert *const again[] = { cert };
    static const jy_time times[] = { INT64_C(-1000000000), NOW, INT64_C(2600000000) };
    struct jy_cms *cms;

    (void)state;
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        struct jy_cms_fields fields = { .digest = digest, .signer = cert, .signing_time = times[i], .certs = again, .cert_count = 1 };
        struct jy_buf der = { 0 };
        MUST(jy_cms_make(&fields, key, &der, NULL));
        MUST(jy_cms_parse(jy_buf_slice(&der), &cms, NULL));
        assert_int_equal(jy_cms_cert_count(cms), 1);
        assert_int_equal(jy_cms_signing_time(cms), times[i]);
        assert_int_equal(jy_cms_deviations(cms), 0);
        jy_cms_free(cms);
        jy_buf_free(&der);
    }
}

static void
cms__a_time_stamp_is_added_and_nothing_that_is_signed_changes(void **state)
{
    const struct jy_cms_fields fields = { .digest = digest, .signer = cert, .signing_time = NOW };
    const struct jy_cms_subject subject = { .digest = digest };
    const struct jy_slice token = JY_SLICE("\x30\x03\x02\x01\x07", 5);
    struct jy_buf der = { 0 }, next = { 0 };
    struct jy_slice signature;
    struct jy_cms *cms, *stamped;

    (void)state;
    MUST(jy_cms_make(&fields, key, &der, NULL));
    MUST(jy_cms_parse(jy_buf_slice(&der), &cms, NULL));
    signature = jy_cms_signature(cms);
    for (size_t n = 1; n <= JY_CMS_STAMPS_MAX; n++) {
        MUST(jy_cms_add_time_stamp(jy_buf_slice(&der), token, &next, NULL));
        MUST(jy_cms_parse(jy_buf_slice(&next), &stamped, NULL));
        assert_int_equal(jy_cms_time_stamp_count(stamped), n);
        assert_true(jy_slice_equal(jy_cms_time_stamp(stamped, n - 1), token));
        assert_true(jy_slice_equal(jy_cms_signature(stamped), signature));
        MUST(jy_cms_verify(stamped, &subject, NULL));
        assert_int_equal(jy_cms_deviations(stamped), 0);
        jy_cms_free(stamped);
        jy_buf_free(&der);
        der = next;
        next = (struct jy_buf){ 0 };
    }
    assert_int_equal(jy_cms_add_time_stamp(jy_buf_slice(&der), token, &next, NULL), JY_E_LIMIT);
    assert_int_equal(jy_cms_add_time_stamp(signature, token, &next, NULL), JY_E_FORMAT);
    assert_int_equal(jy_cms_add_time_stamp(jy_cms_der(cms), JY_EMPTY, &next, NULL), JY_E_FORMAT);
    assert_int_equal(next.len, 0);
    jy_cms_free(cms);
    jy_buf_free(&der);
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(cms__what_is_written_is_read_back_and_fits),
                                        cmocka_unit_test(cms__wrong_fields_make_nothing_and_are_named),
                                        cmocka_unit_test(cms__what_could_not_be_read_back_is_not_written),
        cmocka_unit_test(cms__a_certificate_given_twice_and_times_before_1950_and_after_2049),
        cmocka_unit_test(cms__a_time_stamp_is_added_and_nothing_that_is_signed_changes) };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
