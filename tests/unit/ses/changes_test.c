/* SPDX-License-Identifier: Apache-2.0 */
/* Seals and signature values of every layout with each element changed in every way: refused with its place, or they mean what they meant. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "forge.h"

#include "../der_changes.h"

#define TLV(bytes) { (const uint8_t *)(bytes), sizeof(bytes) - 1 }
#define EXTENSIONS "\x30\x0e\x30\x0c\x06\x03\x2a\x03\x04\x01\x01\x00\x04\x02\x05\x00"

static const struct jy_slice picture = TLV("a picture");
static const jy_err errors[] = { JY_E_FORMAT, JY_E_LIMIT, JY_E_SIGNATURE, JY_E_CERTIFICATE, JY_E_UNSUPPORTED, JY_E_SIGNER_NOT_IN_SEAL, JY_OK };
static struct jy_buf digests, one;    /* SES_CertList of digests, and one certificate in its place */

static int
set_up(void **state)
{
    struct jy_buf entry = { 0 }, list = { 0 };
    uint8_t digest[JY_SM3_SIZE];

    (void)state;
    pki_begin();
    MUST(jy_sm3(jy_cert_der(pki.signer), digest));
    MUST(jy_der_put_text(&entry, DER_PRINTABLE, "SM3"));
    MUST(jy_der_put(&entry, DER_OCTET_STRING, JY_SLICE(digest, sizeof(digest))));
    forge_close(&list, DER_SEQUENCE, &entry);
    forge_close(&digests, DER_SEQUENCE, &list);
    MUST(jy_der_put(&one, DER_OCTET_STRING, jy_cert_der(pki.signer)));
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    jy_buf_free(&digests);
    jy_buf_free(&one);
    pki_end();
    return 0;
}

/* What the maker has signed; the time stamp beside it is judged elsewhere. */
static jy_err
tell_seal(struct jy_seal *seal, struct jy_buf *facts, struct jy_fault *fault)
{
    jy_err rc = jy_seal_check_signature(seal, fault);

    if (rc == JY_OK)
        MUST(jy_buf_fmt(facts, "seal %s %s %s %d %d×%d %s %zu %lld %lld %lld signer %d maker %d;", jy_seal_vendor(seal), jy_seal_id(seal), jy_seal_name(seal),
                        jy_seal_type(seal), jy_seal_width_mm(seal), jy_seal_height_mm(seal), jy_seal_picture_type(seal), jy_seal_picture(seal).len,
                        (long long)jy_seal_created(seal), (long long)jy_seal_valid_start(seal), (long long)jy_seal_valid_end(seal),
                        jy_seal_has_signer(seal, pki.signer), jy_seal_has_signer(seal, pki.maker)));
    return rc;
}

static jy_err
judge_seal(struct jy_slice der, struct jy_buf *facts, struct jy_fault *fault)
{
    struct jy_seal *seal;
    jy_err rc = jy_seal_parse(der, &seal, fault);

    if (rc != JY_OK)
        return rc;
    rc = tell_seal(seal, facts, fault);
    jy_seal_free(seal);
    return rc;
}

static jy_err
judge_ses(struct jy_slice der, struct jy_buf *facts, struct jy_fault *fault)
{
    struct jy_ses *ses;
    jy_err rc = jy_ses_parse(der, &ses, fault);

    if (rc != JY_OK)
        return rc;
    if ((rc = jy_ses_check_signature(ses, fault)) == JY_OK && !jy_seal_has_signer(jy_ses_seal(ses), jy_ses_signer(ses)))
        rc = jy_fail(fault, JY_E_SIGNER_NOT_IN_SEAL, "cert", 0, "what is outside TBS_Sign is bound by the seal's list alone");
    if (rc == JY_OK && (rc = tell_seal(jy_ses_seal(ses), facts, fault)) == JY_OK) {
        MUST(jy_buf_fmt(facts, "%lld %s", (long long)jy_ses_time(ses), jy_ses_property_info(ses)));
        MUST(jy_buf_add(facts, jy_ses_data_hash(ses)));
        MUST(jy_buf_add(facts, jy_cert_serial_der(jy_ses_signer(ses))));
    }
    jy_ses_free(ses);
    return rc;
}

static void
seal__changed_in_any_element_is_refused_or_means_the_same(void **state)
{
    const struct { const char *what; struct forge_seal recipe; } rows[] = {
        { "v4", { .picture = picture } },
        { "v5", { .picture = picture, .version = 5, .time_stamp = TLV("\xa0\x06\x03\x04\x00\x01\x02\x00"), .extensions = TLV(EXTENSIONS) } },
        { "v5, time stamp without its tag", { .picture = picture, .version = 5, .time_stamp = TLV("\x03\x04\x00\x01\x02\x00") } },
        { "v1", { .picture = picture, .v1 = true, .extensions = TLV("\xa0\x10" EXTENSIONS) } },
        { "v1, extensions IMPLICIT", { .picture = picture, .v1 = true, .extensions = TLV("\xa0\x0e\x30\x0c\x06\x03\x2a\x03\x04\x01\x01\x00\x04\x02\x05\x00") } },
        { "digests", { .picture = picture, .list_type = 2, .list = jy_buf_slice(&digests) } },
        { "one certificate for a list", { .picture = picture, .list = jy_buf_slice(&one) } },
        { "C0119", { .picture = picture, .time_tag = DER_UTC_TIME } },
        { "a length in the header", { .picture = picture, .header_extra = true, .no_picture_size = true } },
    };
    size_t wrong = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct jy_buf der = forge_seal(&rows[i].recipe);
        wrong += der_try_changes(rows[i].what, jy_buf_slice(&der), false, judge_seal, errors, true);
        jy_buf_free(&der);
    }
    assert_int_equal(wrong, 0);
}

static void
ses__changed_in_any_element_is_refused_or_means_the_same(void **state)
{
    struct jy_buf v4 = forge_seal(&(struct forge_seal){ .picture = picture }),
                  v1 = forge_seal(&(struct forge_seal){ .picture = picture, .v1 = true }),
                  v5 = forge_seal(&(struct forge_seal){ .version = 5 });
    const struct { const char *what; struct forge_ses recipe; } rows[] = {
        { "v4", { .seal = jy_buf_slice(&v4), .time_stamp = TLV("\xa0\x05\x03\x03\x00\x30\x00") } },
        { "v5", { .version = 5, .seal = jy_buf_slice(&v5), .extensions = TLV("\xa0\x10" EXTENSIONS) } },
        { "v1", { .v1 = true, .version = 1, .seal = jy_buf_slice(&v1) } },
    };
    size_t wrong = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct jy_buf der = forge_ses(&rows[i].recipe);
        wrong += der_try_changes(rows[i].what, jy_buf_slice(&der), false, judge_ses, errors, true);
        jy_buf_free(&der);
    }
    jy_buf_free(&v4);
    jy_buf_free(&v1);
    jy_buf_free(&v5);
    assert_int_equal(wrong, 0);
}

/* Found by its place alone, the picture is the one that a seal which can be read has; else it is refused, or lies within what was handed over. */
static void
seal_picture_alone__changed_in_any_element_is_the_seals_own_or_refused(void **state)
{
    const struct forge_seal recipes[] = { { .picture = picture }, { .picture = picture, .v1 = true, .extensions = TLV("\xa0\x10" EXTENSIONS) } };
    struct jy_buf changed = { 0 };
    size_t same = 0, shown = 0, refused = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(recipes) / sizeof(recipes[0]); i++) {
        struct jy_buf der = forge_seal(&recipes[i]);
        for (int c = 0; c < DER_CHANGE__COUNT; c++)
            for (size_t n = 0; der_changed(jy_buf_slice(&der), false, n, (enum der_change)c, &changed); n++) {
                struct jy_slice found = { 0 };
                char type[JY_SEAL_PICTURE_TYPE] = "";
                struct jy_seal *seal;
                jy_err rc = jy_seal_picture_alone(jy_buf_slice(&changed), type, &found);
                if (jy_seal_parse(jy_buf_slice(&changed), &seal, NULL) == JY_OK) {
                    assert_int_equal(rc, JY_OK);
                    assert_true(jy_slice_equal(found, jy_seal_picture(seal)));
                    assert_string_equal(type, jy_seal_picture_type(seal));
                    jy_seal_free(seal);
                    same++;
                } else if (rc == JY_OK) {
                    assert_true(found.p >= changed.p && found.len <= changed.len - (size_t)(found.p - changed.p));
                    shown++;
                } else {
                    assert_int_equal(rc, JY_E_FORMAT);
                    refused++;
                }
            }
        jy_buf_free(&der);
    }
    jy_buf_free(&changed);
    assert_true(same > 20 && shown > 20 && refused > 20);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seal__changed_in_any_element_is_refused_or_means_the_same),
        cmocka_unit_test(ses__changed_in_any_element_is_refused_or_means_the_same),
        cmocka_unit_test(seal_picture_alone__changed_in_any_element_is_the_seals_own_or_refused),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
