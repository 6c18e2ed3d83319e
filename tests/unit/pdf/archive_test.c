/* SPDX-License-Identifier: Apache-2.0 */
/* Archiving: evidence and a document time stamp behind the signatures of a PDF, which stay what they were. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "objects.h"

#include <jinyin/timestamp.h>

static struct jy_sm2 *tsa_key;
static struct jy_cert *tsa;
static struct jy_buf crl, stamped;

static int
set_up(void **state)
{
    struct jy_buf plain;

    (void)state;
    pki_begin();
    MUST(jy_sm2_generate(&tsa_key));
    struct jy_issue what = { .issuer_key = pki.ca_key, .issuer = pki.ca, .subject_key = tsa_key, .common_name = "TSA", .not_before = pki.now - 86400,
                             .not_after = pki.now + 86400, .path_length = -1, .extended_key_usage = "critical,timeStamping" };
    what.serial[15] = 9;
    MUST(jy_cert_issue(&what, &tsa, NULL));
    MUST(jy_crl_issue(pki.ca_key, pki.ca, NULL, 0, pki.now - 60, pki.now + 86400, 1, &crl, NULL));
    plain = load_file(JY_DATA "/contract.pdf");
    MUST(pki_stamp(jy_buf_slice(&plain), pki.now, &stamped, NULL));
    jy_buf_free(&plain);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    jy_sm2_free(tsa_key);
    jy_cert_free(tsa);
    jy_buf_free(&crl);
    jy_buf_free(&stamped);
    pki_end();
    return 0;
}

static bool without_cert;             /* the next token encloses no certificate */

static void
token_over(const uint8_t digest[JY_SM3_SIZE], struct jy_buf *token)
{
    struct jy_timestamp_request request;
    struct jy_timestamp_fields fields = { .request = &request, .tsa = tsa, .policy = "1.2.3", .serial = { 1 }, .time = pki.now };

    MUST(jy_timestamp_ask(digest, &request));
    request.cert_req = !without_cert;
    MUST(jy_timestamp_make(&fields, tsa_key, token, NULL));
}

/* Archive with these certificates and the list; flip: the token stamps another digest. */
static jy_err
archive(struct jy_slice file, const struct jy_slice *certs, size_t count, bool flip, struct jy_buf *out)
{
    const struct jy_slice crls[] = { jy_buf_slice(&crl), jy_buf_slice(&crl) };
    const struct jy_validation_data data = { .certs = certs, .cert_count = count, .crls = crls, .crl_count = 2 };
    struct jy_prepared prepared = { 0 };
    struct jy_document *doc = NULL;
    struct jy_pieces pieces = { 0 };
    struct jy_buf middle = { 0 }, token = { 0 };
    struct jy_fault fault = { 0 };
    jy_err rc;

    if ((rc = jy_document_open(file, &doc, &fault)) == JY_OK && (rc = jy_document_prepare_archive(doc, &data, &prepared, &fault)) == JY_OK) {
        prepared.data_hash[0] ^= flip;
        token_over(prepared.data_hash, &token);
        MUST(jy_pieces_join(&prepared.file, &middle));
        if ((rc = jy_document_finish_archive(jy_buf_slice(&middle), prepared.slot, jy_buf_slice(&token), &pieces, &fault)) == JY_OK)
            MUST(jy_pieces_join(&pieces, out));
    }
    jy_pieces_free(&pieces);
    jy_prepared_free(&prepared);
    jy_document_free(doc);
    jy_buf_free(&middle);
    jy_buf_free(&token);
    return rc;
}

static void
archive__keeps_the_bytes_and_the_signatures(void **state)
{
    const struct jy_slice certs[] = { jy_cert_der(pki.ca), jy_cert_der(pki.signer), jy_cert_der(pki.ca) };
    const struct jy_signature *list;
    struct jy_document *doc;
    struct jy_timestamp_result result;
    struct jy_validation_data data;
    struct jy_buf out = { 0 };
    size_t count;

    (void)state;
    MUST(archive(jy_buf_slice(&stamped), certs, 3, false, &out));
    assert_true(out.len > stamped.len && memcmp(out.p, stamped.p, stamped.len) == 0);
    MUST(jy_document_open(jy_buf_slice(&out), &doc, NULL));
    MUST(jy_document_signatures(doc, &list, &count, NULL));
    assert_int_equal(count, 2);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < list[i].findings.count; k++)
            if (!list[i].findings.list[k].passed)
                fail_msg("%s: %s", list[i].id, list[i].findings.list[k].detail);
    assert_int_equal(list[0].kind, JY_SIGNATURE_SEAL);
    assert_int_equal(list[1].kind, JY_SIGNATURE_TIME_STAMP);
    MUST(jy_timestamp_check(list[1].value, list[1].digest, pki.trust, NULL, 0, pki.now, &result, NULL));
    assert_int_equal(result.status, JY_TS_GOOD);
    assert_int_equal(result.time, pki.now);
    jy_timestamp_result_free(&result);
    MUST(jy_document_validation_data(doc, &data, NULL));
    assert_int_equal(data.cert_count, 2);                            /* what is given twice is written once */
    assert_int_equal(data.crl_count, 1);
    assert_int_equal(data.ocsp_count, 0);
    assert_true(jy_slice_equal(data.certs[0], jy_cert_der(pki.ca)) && jy_slice_equal(data.certs[1], jy_cert_der(pki.signer)));
    assert_true(jy_slice_equal(data.crls[0], jy_buf_slice(&crl)));
    jy_document_free(doc);
    jy_buf_free(&out);
}

static void
archive__again_adds_only_what_is_new(void **state)
{
    const struct jy_slice certs[] = { jy_cert_der(pki.ca), jy_cert_der(pki.maker) };
    const struct jy_signature *list;
    struct jy_validation_data data;
    struct jy_document *doc;
    struct jy_buf once = { 0 }, twice = { 0 };
    size_t count;

    (void)state;
    MUST(archive(jy_buf_slice(&stamped), certs, 1, false, &once));
    MUST(archive(jy_buf_slice(&once), certs, 2, false, &twice));
    MUST(jy_document_open(jy_buf_slice(&twice), &doc, NULL));
    MUST(jy_document_signatures(doc, &list, &count, NULL));
    assert_int_equal(count, 3);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < list[i].findings.count; k++)
            if (!list[i].findings.list[k].passed)
                fail_msg("%s: %s", list[i].id, list[i].findings.list[k].detail);
    MUST(jy_document_validation_data(doc, &data, NULL));
    assert_int_equal(data.cert_count, 2);
    assert_int_equal(data.crl_count, 1);
    jy_document_free(doc);
    jy_buf_free(&once);
    jy_buf_free(&twice);
}

/* The verdict on a file, and the check whose failure the text must tell; NULL: any. */
static enum jy_verdict
verdict_on(struct jy_slice file, const struct jy_trust *trust, const struct jy_evidence *evidence, jy_time now, const char *tells)
{
    struct jy_report *report;
    struct jy_buf text = { 0 };
    enum jy_verdict verdict;

    MUST(jy_verify(file, trust, evidence, NULL, now, &report, NULL));
    MUST(jy_report_text(report, &text));
    MUST(jy_buf_byte(&text, 0));
    if (tells != NULL && strstr((char *)text.p, tells) == NULL)
        fail_msg("%s is not told: %s", tells, (char *)text.p);
    verdict = jy_report_verdict(report);
    jy_report_free(report);
    jy_buf_free(&text);
    return verdict;
}

/* A document time stamp proves the time of what lies before it only, and only by an authority that is trusted; else the claims stand. */
static void
archive__proves_the_time_of_what_it_covers(void **state)
{
    const struct jy_slice certs[] = { jy_cert_der(pki.ca), jy_slice_text("no certificate") };
    const struct jy_evidence links = { .certs = { &certs[0], 1 } };
    struct jy_buf archived = { 0 }, later = { 0 }, broken = { 0 }, nameless = { 0 };
    size_t at;

    (void)state;
    MUST(archive(jy_buf_slice(&stamped), certs, 2, false, &archived));
    assert_int_equal(verdict_on(jy_buf_slice(&archived), pki.trust, NULL, pki.now + 60, "document time stamp"), JY_VALID);
    assert_int_equal(verdict_on(jy_buf_slice(&archived), pki.trust, &links, pki.now + 60, "document time stamp"), JY_VALID);
    assert_int_equal(verdict_on(jy_buf_slice(&archived), NULL, NULL, pki.now + 60, "TS_TRUST"), JY_INDETERMINATE);
    MUST(pki_stamp(jy_buf_slice(&archived), pki.now, &later, NULL));
    assert_int_equal(verdict_on(jy_buf_slice(&later), pki.trust, NULL, pki.now + 60, "TIME_CLAIMED"), JY_VALID_WITH_WARNING);
    MUST(jy_buf_add(&broken, jy_buf_slice(&archived)));
    at = jy_slice_rfind(jy_buf_slice(&broken), jy_slice_text("/Contents <3")) + 11;
    without_cert = true;
    MUST(archive(jy_buf_slice(&stamped), NULL, 0, false, &nameless));
    without_cert = false;
    assert_int_equal(verdict_on(jy_buf_slice(&nameless), pki.trust, NULL, pki.now + 60, "TS_NO_CERTIFICATE"), JY_INDETERMINATE);
    jy_buf_free(&nameless);
    memcpy(broken.p + at + 8, "05", 2);                              /* the token: NULL for the type of its content */
    assert_int_equal(verdict_on(jy_buf_slice(&broken), pki.trust, NULL, pki.now + 60, "TS_FORMAT"), JY_INVALID);
    jy_buf_free(&archived);
    jy_buf_free(&later);
    jy_buf_free(&broken);
}

static void
archive__refuses_what_it_must(void **state)
{
    struct jy_buf plain = load_file(JY_DATA "/contract.pdf"), out = { 0 }, changed = { 0 };

    (void)state;
    assert_int_equal(archive(jy_buf_slice(&plain), NULL, 0, false, &out), JY_E_NOT_FOUND);
    assert_int_equal(archive(jy_buf_slice(&stamped), NULL, 0, true, &out), JY_E_DOCUMENT_CHANGED);
    MUST(jy_buf_add(&changed, jy_buf_slice(&stamped)));
    MUST(jy_buf_text(&changed, "and more\n"));
    assert_int_equal(archive(jy_buf_slice(&changed), NULL, 0, false, &out), JY_E_EARLIER_INVALID);
    assert_int_equal(out.len, 0);
    jy_buf_free(&plain);
    jy_buf_free(&changed);
}

/* What the lists are written over may be a font of the page. */
static void
archive__a_store_with_something_else_in_it_gets_none(void **state)
{
    static const struct { const char *dss; jy_err err; } rows[] = {
        { "<< >>", JY_OK }, { "<< /Certs [] >>", JY_OK }, { "[]", JY_E_DAMAGED }, { "<< /Certs << /Type /Font >> >>", JY_E_DAMAGED }, { "<< /OCSPs (x) >>", JY_E_DAMAGED },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char root[128];
        const char *const objects[] = { root, PAGES, A4, CONTENT };
        struct jy_buf plain, signed_once = { 0 }, out = { 0 };

        snprintf(root, sizeof(root), "<< /Type /Catalog /Pages 2 0 R /DSS %s >>", rows[i].dss);
        plain = pdf_of(objects, 4, "", NULL);
        MUST(pki_stamp(jy_buf_slice(&plain), pki.now, &signed_once, NULL));
        assert_int_equal(archive(jy_buf_slice(&signed_once), NULL, 0, false, &out), rows[i].err);
        jy_buf_free(&plain);
        jy_buf_free(&signed_once);
        jy_buf_free(&out);
    }
}

/* A stamp that closes the document: no further one, but evidence and time stamps (ISO 32000-2 12.8.2.2). */
static void
archive__is_permitted_where_no_stamp_is(void **state)
{
    struct jy_stamp_place place = { .page = 1, .x_mm = 1, .y_mm = 1, .width_mm = 8, .height_mm = 8 };
    struct jy_buf plain = load_file(JY_DATA "/contract.pdf"), middle = { 0 }, value = { 0 }, closed = { 0 }, out = { 0 };
    struct jy_prepared prepared = { 0 };
    struct jy_pieces pieces = { 0 };
    const struct jy_signature *list;
    struct jy_document *doc;
    size_t count;

    (void)state;
    MUST(jy_document_open(jy_buf_slice(&plain), &doc, NULL));
    MUST(jy_document_prepare_closing(doc, jy_buf_slice(&pki.seal_der), &place, 1, pki.now, &prepared, NULL));
    MUST(jy_pieces_join(&prepared.file, &middle));
    MUST(jy_ses_make(pki.seal, pki.now, prepared.data_hash, prepared.property_info, pki.signer_key, pki.signer, &value, NULL));
    MUST(jy_document_finish(jy_buf_slice(&middle), prepared.slot, jy_buf_slice(&value), &pieces, NULL));
    MUST(jy_pieces_join(&pieces, &closed));
    jy_pieces_free(&pieces);
    jy_prepared_free(&prepared);
    jy_document_free(doc);
    assert_int_equal(pki_stamp(jy_buf_slice(&closed), pki.now, &out, NULL), JY_E_LOCKED);
    MUST(archive(jy_buf_slice(&closed), NULL, 0, false, &out));
    MUST(jy_document_open(jy_buf_slice(&out), &doc, NULL));
    MUST(jy_document_signatures(doc, &list, &count, NULL));
    assert_int_equal(count, 2);
    for (size_t k = 0; k < list[0].findings.count; k++)
        if (!list[0].findings.list[k].passed)
            fail_msg("%s", list[0].findings.list[k].detail);
    jy_document_free(doc);
    jy_buf_free(&plain);
    jy_buf_free(&middle);
    jy_buf_free(&value);
    jy_buf_free(&closed);
    jy_buf_free(&out);
}

/* The list of revoked certificates is in the document only: what was unknown is known, and the time is proven. */
static void
archive__carries_the_evidence_of_its_own_verdict(void **state)
{
    const struct jy_slice certs[] = { jy_cert_der(pki.ca) };
    struct jy_trust *trust;
    struct jy_report *report;
    struct jy_buf out = { 0 };

    (void)state;
    MUST(jy_trust_new(&trust));
    MUST(jy_trust_add_pem(trust, jy_cert_der(pki.ca), NULL));
    MUST(jy_verify(jy_buf_slice(&stamped), trust, NULL, NULL, pki.now, &report, NULL));
    assert_int_equal(jy_report_verdict(report), JY_INDETERMINATE);
    jy_report_free(report);
    MUST(archive(jy_buf_slice(&stamped), certs, 1, false, &out));
    MUST(jy_verify(jy_buf_slice(&out), trust, NULL, NULL, pki.now, &report, NULL));
    assert_true(jy_report_verdict(report) <= JY_VALID_WITH_WARNING);
    assert_int_equal(jy_report_signature_count(report), 2);
    jy_report_free(report);
    jy_trust_free(trust);
    jy_buf_free(&out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(archive__keeps_the_bytes_and_the_signatures),
        cmocka_unit_test(archive__again_adds_only_what_is_new),
        cmocka_unit_test(archive__proves_the_time_of_what_it_covers),
        cmocka_unit_test(archive__refuses_what_it_must),
        cmocka_unit_test(archive__a_store_with_something_else_in_it_gets_none),
        cmocka_unit_test(archive__is_permitted_where_no_stamp_is),
        cmocka_unit_test(archive__carries_the_evidence_of_its_own_verdict),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
