/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures without a seal (GM/T 0099-2020 7.2.2): written as GB/T 35275 SignedData, judged, and as the last one that locks the document. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "pki.h"

#include <codec/der.h>
#include <codec/oid.h>
#include <codec/zip.h>
#include <jinyin/cms.h>
#include <jinyin/ocsp.h>
#include <jinyin/timestamp.h>

static const char *const documents[] = { JY_DATA "/contract.ofd", JY_DATA "/contract.pdf" };

static struct jy_buf crl_der, other_info;     /* lists, and what else stands among them, for the next value */

/* The value that a prepared document wants, by the signer. */
static struct jy_buf
value_for(const struct jy_prepared *prepared)
{
    const struct jy_slice info = jy_buf_slice(&other_info);
    struct jy_cms_fields fields = { .digest = prepared->data_hash, .signing_time = pki.now, .signer = pki.signer, .crls = &info,
                                    .crl_count = other_info.len > 0 };
    struct jy_buf value = { 0 };

    MUST(jy_cms_make(&fields, pki.signer_key, &value, NULL));
    return value;
}

/* The same with a list, no time of its own, and a time stamp over the value. */
static struct jy_buf
stamped_value_for(const struct jy_prepared *prepared, const struct jy_cert *tsa, const struct jy_sm2 *tsa_key)
{
    const struct jy_slice crl = { crl_der.p, crl_der.len };
    struct jy_cms_fields fields = { .digest = prepared->data_hash, .signer = pki.signer, .crls = &crl, .crl_count = 1 };
    struct jy_timestamp_request request = { .cert_req = true };
    struct jy_timestamp_fields stamp = { .request = &request, .tsa = tsa, .policy = "1.2.3", .time = pki.now, .serial = { 1 } };
    struct jy_buf bare = { 0 }, token = { 0 }, value = { 0 };
    struct jy_cms *cms;

    MUST(jy_cms_make(&fields, pki.signer_key, &bare, NULL));
    MUST(jy_cms_parse(jy_buf_slice(&bare), &cms, NULL));
    MUST(jy_sm3(jy_cms_signature(cms), request.digest));
    MUST(jy_timestamp_make(&stamp, tsa_key, &token, NULL));
    MUST(jy_cms_add_time_stamp(jy_buf_slice(&bare), jy_buf_slice(&token), &value, NULL));
    jy_cms_free(cms);
    jy_buf_free(&bare);
    jy_buf_free(&token);
    return value;
}

static const struct jy_cert *authority;           /* stamps the next plain signature; NULL: none does */
static const struct jy_sm2 *authority_key;

static jy_err
sign_plain(struct jy_slice file, bool closing, struct jy_buf *out)
{
    struct jy_document *doc = NULL;
    struct jy_prepared prepared = { 0 };
    struct jy_buf middle = { 0 }, value = { 0 };
    struct jy_pieces pieces = { 0 };
    struct jy_fault fault = { 0 };
    jy_err rc;

    if ((rc = jy_document_open(file, &doc, &fault)) == JY_OK && (rc = jy_document_prepare_plain(doc, closing, pki.now, &prepared, &fault)) == JY_OK) {
        value = authority == NULL ? value_for(&prepared) : stamped_value_for(&prepared, authority, authority_key);
        assert_string_equal(prepared.property_info, "");
        MUST(jy_pieces_join(&prepared.file, &middle));
        if ((rc = jy_document_finish(jy_buf_slice(&middle), prepared.slot, jy_buf_slice(&value), &pieces, &fault)) == JY_OK)
            rc = jy_pieces_join(&pieces, out);
    }
    jy_pieces_free(&pieces);
    jy_prepared_free(&prepared);
    jy_document_free(doc);
    jy_buf_free(&middle);
    jy_buf_free(&value);
    return rc;
}

static void
expect(struct jy_slice file, enum jy_verdict verdict, size_t count)
{
    struct jy_report *report;
    struct jy_buf text = { 0 };

    MUST(jy_verify(file, pki.trust, NULL, NULL, pki.now, &report, NULL));
    MUST(jy_report_text(report, &text));
    MUST(jy_buf_byte(&text, 0));
    if (jy_report_verdict(report) != verdict || jy_report_signature_count(report) != count)
        fail_msg("%s\n%s", jy_verdict_name(jy_report_verdict(report)), (char *)text.p);
    jy_buf_free(&text);
    jy_report_free(report);
}

static jy_err
may_stamp(struct jy_slice file)
{
    struct jy_document *doc;
    jy_err rc;

    MUST(jy_document_open(file, &doc, NULL));
    rc = jy_document_may_stamp(doc, pki.now, NULL);
    jy_document_free(doc);
    return rc;
}

static void
plain__is_written_judged_and_leaves_the_document_open(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct jy_buf file = load_file(documents[i]), once = { 0 }, twice = { 0 }, stamped = { 0 };
        MUST(sign_plain(jy_buf_slice(&file), false, &once));
        expect(jy_buf_slice(&once), JY_VALID_WITH_WARNING, 1);
        assert_int_equal(may_stamp(jy_buf_slice(&once)), JY_OK);
        MUST(sign_plain(jy_buf_slice(&once), false, &twice));
        expect(jy_buf_slice(&twice), JY_VALID_WITH_WARNING, 2);
        MUST(pki_stamp(jy_buf_slice(&twice), pki.now, &stamped, NULL));
        expect(jy_buf_slice(&stamped), JY_VALID_WITH_WARNING, 3);
        jy_buf_free(&file);
        jy_buf_free(&once);
        jy_buf_free(&twice);
        jy_buf_free(&stamped);
    }
}

/* seal-formats §3.3: a seal, then a plain signature over everything, the list of signatures included. */
/* A time stamp over the value proves the time of a signature that states none (seal-formats §6.5); certificates beside the document are links. */
static void
plain__a_time_stamp_over_the_value_settles_the_time(void **state)
{
    struct jy_issue what = { .issuer_key = pki.ca_key, .issuer = pki.ca, .common_name = "TSA", .not_before = pki.now - 86400,
                             .not_after = pki.now + 86400, .path_length = -1, .key_usage = "critical,digitalSignature",
                             .extended_key_usage = "critical,timeStamping", .serial = { [15] = 9 } };
    struct jy_buf file = load_file(documents[0]), out = { 0 }, text = { 0 };
    const struct jy_slice link = jy_cert_der(pki.ca);
    const struct jy_evidence links = { .certs = { &link, 1 } };
    struct jy_report *report;
    struct jy_sm2 *key;
    struct jy_cert *tsa;

    (void)state;
    MUST(jy_sm2_generate(&key));
    what.subject_key = key;
    MUST(jy_cert_issue(&what, &tsa, NULL));
    MUST(jy_crl_issue(pki.ca_key, pki.ca, NULL, 0, pki.now - 60, pki.now + 86400, 1, &crl_der, NULL));
    authority = tsa;
    authority_key = key;
    MUST(sign_plain(jy_buf_slice(&file), false, &out));
    authority = NULL;
    MUST(jy_verify(jy_buf_slice(&out), pki.trust, &links, NULL, pki.now + 60, &report, NULL));
    MUST(jy_report_json(report, &text));
    MUST(jy_buf_byte(&text, 0));
    if (jy_report_verdict(report) != JY_VALID_WITH_WARNING)
        fail_msg("%s", (char *)text.p);
    assert_non_null(strstr((char *)text.p, "\"known_by\": \"time_stamp\""));
    jy_report_free(report);
    MUST(jy_verify(jy_buf_slice(&out), NULL, NULL, NULL, pki.now + 60, &report, NULL));
    assert_int_equal(jy_report_verdict(report), JY_INDETERMINATE);
    jy_report_free(report);
    jy_buf_free(&crl_der);
    jy_buf_free(&file);
    jy_buf_free(&out);
    jy_buf_free(&text);
    jy_cert_free(tsa);
    jy_sm2_free(key);
}

/* RFC 5940: [1] { id-ri-ocsp-response, OCSPResponse } by the CA itself on this certificate. */
static void
enclose_answer_on(const struct jy_cert *cert)
{
    struct jy_ocsp_answer answer = { .status = JY_OCSP_GOOD, .reason = -1, .this_update = pki.now - 60, .next_update = pki.now + 86400 };
    struct jy_ocsp_questions *questions = calloc(1, sizeof(*questions));
    struct jy_buf request = { 0 }, response = { 0 }, inner = { 0 };

    assert_non_null(questions);
    MUST(jy_ocsp_request(cert, pki.ca, false, JY_EMPTY, &request, NULL));
    MUST(jy_ocsp_request_read(jy_buf_slice(&request), questions, NULL));
    MUST(jy_ocsp_respond(questions, &answer, pki.ca_key, pki.ca, pki.now - 60, &response, NULL));
    MUST(jy_der_put_oid(&inner, OID_RI_OCSP));
    MUST(jy_buf_add(&inner, jy_buf_slice(&response)));
    jy_buf_free(&other_info);
    MUST(jy_der_wrap(&other_info, DER_CONTEXT_1, &inner));
    free(questions);
    jy_buf_free(&request);
    jy_buf_free(&response);
    jy_buf_free(&inner);
}

static void
plain__an_answer_in_the_value_tells_of_its_signer_and_of_nobody_else(void **state)
{
    struct jy_buf file = load_file(documents[0]), pem = { 0 };
    struct jy_trust *bare;

    (void)state;
    MUST(jy_cert_to_pem(pki.ca, &pem));
    MUST(jy_trust_new(&bare));
    MUST(jy_trust_add_pem(bare, jy_buf_slice(&pem), NULL));
    for (int i = 0; i < 2; i++) {
        struct jy_buf out = { 0 };
        struct jy_report *report;
        enclose_answer_on(i == 0 ? pki.signer : pki.maker);
        MUST(sign_plain(jy_buf_slice(&file), false, &out));
        MUST(jy_verify(jy_buf_slice(&out), bare, NULL, NULL, pki.now, &report, NULL));
        assert_int_equal(jy_report_verdict(report), i == 0 ? JY_VALID_WITH_WARNING : JY_INDETERMINATE);
        jy_report_free(report);
        jy_buf_free(&out);
    }
    jy_buf_free(&other_info);
    jy_trust_free(bare);
    jy_buf_free(&pem);
    jy_buf_free(&file);
}

static void
plain__the_closing_one_locks_what_was_stamped(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct jy_buf file = load_file(documents[i]), stamped = { 0 }, locked = { 0 }, more = { 0 };
        MUST(pki_stamp(jy_buf_slice(&file), pki.now, &stamped, NULL));
        MUST(sign_plain(jy_buf_slice(&stamped), true, &locked));
        expect(jy_buf_slice(&locked), JY_VALID_WITH_WARNING, 2);
        assert_int_equal(may_stamp(jy_buf_slice(&locked)), JY_E_LOCKED);
        assert_int_equal(sign_plain(jy_buf_slice(&locked), false, &more), JY_E_LOCKED);
        assert_int_equal(pki_stamp(jy_buf_slice(&locked), pki.now, &more, NULL), JY_E_LOCKED);
        jy_buf_free(&file);
        jy_buf_free(&stamped);
        jy_buf_free(&locked);
        jy_buf_free(&more);
    }
}

/* Whoever adds to the list in spite of the lock breaks the signature that locks. */
static void
plain__a_list_changed_after_the_lock_is_invalid(void **state)
{
    struct jy_buf file = load_file(documents[0]), locked = { 0 }, list = { 0 }, changed = { 0 };
    struct jy_zip_new entry = { "Doc_0/Signs/Signatures.xml", JY_EMPTY };
    struct jy_pieces pieces = { 0 };
    struct jy_zip *zip;

    (void)state;
    MUST(sign_plain(jy_buf_slice(&file), true, &locked));
    MUST(jy_zip_open(jy_buf_slice(&locked), &zip, NULL));
    MUST(jy_zip_read(zip, jy_zip_find(zip, entry.name, false), 1 << 20, &list, NULL));
    MUST(jy_buf_text(&list, "\n"));
    entry.bytes = jy_buf_slice(&list);
    MUST(jy_zip_rewrite(zip, &entry, 1, 0, 0, &pieces, NULL));
    MUST(jy_pieces_join(&pieces, &changed));
    expect(jy_buf_slice(&locked), JY_VALID_WITH_WARNING, 1);
    expect(jy_buf_slice(&changed), JY_INVALID, 1);
    jy_pieces_free(&pieces);
    jy_zip_free(zip);
    jy_buf_free(&file);
    jy_buf_free(&locked);
    jy_buf_free(&list);
    jy_buf_free(&changed);
}

/* What was prepared for a plain signature takes no stamp's value, nor the value of another document; and the other way round. */
static void
finish__takes_only_the_value_that_was_prepared_for(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct jy_buf file = load_file(documents[i]), middle = { 0 }, ses = { 0 }, cms, other;
        struct jy_stamp_place place = { .page = 1, .x_mm = 1, .y_mm = 1, .width_mm = 8, .height_mm = 8 };
        struct jy_prepared plain = { 0 }, stamp = { 0 };
        struct jy_pieces out = { 0 };
        struct jy_document *doc;
        MUST(jy_document_open(jy_buf_slice(&file), &doc, NULL));
        MUST(jy_document_prepare_plain(doc, false, pki.now, &plain, NULL));
        MUST(jy_document_prepare(doc, jy_buf_slice(&pki.seal_der), &place, 1, pki.now, &stamp, NULL));
        MUST(jy_ses_make(pki.seal, pki.now, plain.data_hash, "", pki.signer_key, pki.signer, &ses, NULL));
        cms = value_for(&stamp);
        other = value_for(&stamp);
        MUST(jy_pieces_join(&plain.file, &middle));
        assert_int_equal(jy_document_finish(jy_buf_slice(&middle), plain.slot, jy_buf_slice(&ses), &out, NULL), JY_E_FORMAT);
        assert_int_equal(jy_document_finish(jy_buf_slice(&middle), plain.slot, jy_buf_slice(&other), &out, NULL), JY_E_DOCUMENT_CHANGED);
        middle.len = 0;
        MUST(jy_pieces_join(&stamp.file, &middle));
        assert_int_equal(jy_document_finish(jy_buf_slice(&middle), stamp.slot, jy_buf_slice(&cms), &out, NULL), JY_E_FORMAT);
        jy_prepared_free(&plain);
        jy_prepared_free(&stamp);
        jy_document_free(doc);
        jy_buf_free(&file);
        jy_buf_free(&middle);
        jy_buf_free(&ses);
        jy_buf_free(&cms);
        jy_buf_free(&other);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain__is_written_judged_and_leaves_the_document_open),
        cmocka_unit_test(plain__a_time_stamp_over_the_value_settles_the_time),
        cmocka_unit_test(plain__an_answer_in_the_value_tells_of_its_signer_and_of_nobody_else),
        cmocka_unit_test(plain__the_closing_one_locks_what_was_stamped),
        cmocka_unit_test(plain__a_list_changed_after_the_lock_is_invalid),
        cmocka_unit_test(finish__takes_only_the_value_that_was_prepared_for),
    };
    return cmocka_run_group_tests(tests, pki_set_up, pki_tear_down);
}
