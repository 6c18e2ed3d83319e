/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <fcntl.h>
#include <jansson.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemons/doc/doc.h"
#include "tests/unit/memory_file.h"
#include "tests/unit/verify/pki.h"

#include <jinyin/cms.h>

static const struct doc doc = { .document_max_bytes = 4 << 20, .timeout_seconds = 60 };

static int
memory_copy(const char *path)
{
    struct jy_buf file = load_file(path);
    int fd = memory_file(jy_buf_slice(&file));

    jy_buf_free(&file);
    return fd;
}

static jy_err
handle(struct jy_frame *request, enum jy_message_type type, struct jy_frame *reply, struct jy_fault *fault)
{
    request->type = type;
    return doc_handle(&doc, request, reply, fault);
}

static jy_err
inspect(int document, struct jy_frame *reply, struct jy_fault *fault)
{
    struct jy_frame request = { .u.DOC_INSPECT = { .document = document, .now = pki.now } };

    return handle(&request, JY_MSG_DOC_INSPECT, reply, fault);
}

static jy_err
prepare_wish(int document, int output, const char *wish, struct jy_frame *reply, struct jy_fault *fault)
{
    struct jy_frame request = { .u.DOC_PREPARE = { .document = document, .output = output, .words = memory_file(JY_EMPTY),
                                                   .seal = jy_buf_slice(&pki.seal_der), .wish = jy_slice_text(wish), .now = pki.now } };
    jy_err rc = handle(&request, JY_MSG_DOC_PREPARE, reply, fault);

    close(request.u.DOC_PREPARE.words);
    return rc;
}

static jy_err
prepare(int document, int output, uint32_t page, int64_t x_um, int64_t width_um, struct jy_frame *reply, struct jy_fault *fault)
{
    char wish[256];

    snprintf(wish, sizeof(wish), "{\"width_mm\":%f,\"height_mm\":40.0,\"places\":[{\"pages\":\"%u\",\"x_mm\":%f,\"y_mm\":20.0}]}",
             (double)width_um / 1000, (unsigned)page, (double)x_um / 1000);
    return prepare_wish(document, output, wish, reply, fault);
}

static jy_err
verify(int document, struct jy_slice trust, struct jy_slice makers, const char *evidence, struct jy_frame *reply, struct jy_fault *fault)
{
    struct jy_frame request = { .u.DOC_VERIFY = { .document = document, .trust = trust, .makers = makers,
                                                  .evidence = jy_slice_text(evidence), .form = "json", .now = pki.now } };

    return handle(&request, JY_MSG_DOC_VERIFY, reply, fault);
}

static struct jy_buf
trust_pem(void)
{
    struct jy_buf crl = { 0 }, pem = { 0 };

    MUST(jy_crl_issue(pki.ca_key, pki.ca, NULL, 0, pki.now - 60, pki.now + 86400, 1, &crl, NULL));
    MUST(jy_cert_to_pem(pki.ca, &pem));
    MUST(jy_crl_to_pem(jy_buf_slice(&crl), &pem));
    jy_buf_free(&crl);
    return pem;
}

/* One document from upload to verdict, each format; the same steps as one stamping of the service. */
static void
stamping__from_inspection_to_a_verdict(void **state)
{
    static const struct { const char *path, *format; } files[] = { { JY_DATA "/contract.ofd", "OFD" }, { JY_DATA "/contract.pdf", "PDF" } };
    struct jy_buf pem = trust_pem(), makers = { 0 };

    (void)state;
    MUST(jy_cert_to_pem(pki.maker, &makers));
    for (size_t i = 0; i < 2; i++) {
        int document = memory_copy(files[i].path), prepared = memory_file(JY_EMPTY), stamped = memory_file(JY_EMPTY);
        struct jy_frame reply, request = { 0 };
        struct jy_buf value = { 0 };
        uint8_t digest[JY_SM3_SIZE];
        char hex[65];
        json_t *json, *list, *one;

        assert_int_equal(inspect(document, &reply, NULL), JY_OK);
        assert_int_equal(reply.type, JY_MSG_DOC_INSPECTED);
        assert_string_equal(reply.u.DOC_INSPECTED.format, files[i].format);
        assert_string_equal(reply.u.DOC_INSPECTED.refusal, "");
        assert_true(jy_slice_is(reply.u.DOC_INSPECTED.json, "{\"pages\":[[210.0,297.0]],\"signatures\":[]}"));
        jy_frame_free(&reply);

        assert_int_equal(prepare(document, prepared, 1, 20000, 40000, &reply, NULL), JY_OK);
        assert_int_equal(reply.u.DOC_PREPARED.data_hash.len, JY_SM3_SIZE);
        MUST(jy_ses_make(pki.seal, pki.now, reply.u.DOC_PREPARED.data_hash.p, reply.u.DOC_PREPARED.property_info, pki.signer_key,
                         pki.signer, &value, NULL));
        request.u.DOC_FINISH.prepared = prepared;
        request.u.DOC_FINISH.output = stamped;
        strcpy(request.u.DOC_FINISH.slot, reply.u.DOC_PREPARED.slot);
        request.u.DOC_FINISH.value = jy_buf_slice(&value);
        jy_frame_free(&reply);
        assert_int_equal(handle(&request, JY_MSG_DOC_FINISH, &reply, NULL), JY_OK);
        assert_int_equal(reply.type, JY_MSG_DOC_FINISHED);

        assert_int_equal(inspect(stamped, &reply, NULL), JY_OK);
        assert_non_null(json = json_loadb((const char *)reply.u.DOC_INSPECTED.json.p, reply.u.DOC_INSPECTED.json.len, 0, NULL));
        list = json_object_get(json, "signatures");
        assert_int_equal(json_array_size(list), 1);
        one = json_array_get(list, 0);
        assert_int_equal(json_object_size(one), 6);
        assert_string_equal(json_string_value(json_object_get(one, "kind")), "seal");
        assert_string_equal(json_string_value(json_object_get(one, "seal_id")), "1201010000001");
        MUST(jy_sm3(jy_buf_slice(&value), digest));
        for (size_t k = 0; k < JY_SM3_SIZE; k++)
            snprintf(hex + 2 * k, 3, "%02x", digest[k]);
        assert_string_equal(json_string_value(json_object_get(one, "value_digest")), hex);
        json_decref(json);
        jy_frame_free(&reply);

        assert_int_equal(verify(stamped, jy_buf_slice(&pem), jy_buf_slice(&makers), "{\"status\":[],\"stamps\":[]}", &reply, NULL), JY_OK);
        assert_string_equal(reply.u.DOC_VERIFIED.verdict, "valid_with_warning");
        assert_true(jy_slice_find(reply.u.DOC_VERIFIED.report, jy_slice_text("1201010000001")) != SIZE_MAX);
        jy_frame_free(&reply);
        assert_int_equal(verify(stamped, jy_buf_slice(&pem), JY_EMPTY, "", &reply, NULL), JY_OK);
        assert_string_equal(reply.u.DOC_VERIFIED.verdict, "indeterminate");     /* its maker is no maker that anybody named */
        jy_frame_free(&reply);
        assert_int_equal(verify(stamped, JY_EMPTY, jy_buf_slice(&makers), "", &reply, NULL), JY_OK);
        assert_string_equal(reply.u.DOC_VERIFIED.verdict, "indeterminate");     /* without trust never valid */
        jy_frame_free(&reply);
        jy_buf_free(&value);
        close(document);
        close(prepared);
        close(stamped);
    }
    jy_buf_free(&makers);
    jy_buf_free(&pem);
}

/* R16.1: a value for other bytes does not get into the document. */
static void
R16_1__a_value_for_another_document_is_refused(void **state)
{
    int document = memory_copy(JY_DATA "/contract.ofd"), prepared = memory_file(JY_EMPTY), output = memory_file(JY_EMPTY);
    struct jy_frame reply, request = { 0 };
    struct jy_buf value = { 0 };
    uint8_t other[JY_SM3_SIZE] = { 1 };

    (void)state;
    assert_int_equal(prepare(document, prepared, 1, 20000, 40000, &reply, NULL), JY_OK);
    MUST(jy_ses_make(pki.seal, pki.now, other, reply.u.DOC_PREPARED.property_info, pki.signer_key, pki.signer, &value, NULL));
    request.u.DOC_FINISH.prepared = prepared;
    request.u.DOC_FINISH.output = output;
    strcpy(request.u.DOC_FINISH.slot, reply.u.DOC_PREPARED.slot);
    request.u.DOC_FINISH.value = jy_buf_slice(&value);
    jy_frame_free(&reply);
    assert_int_equal(handle(&request, JY_MSG_DOC_FINISH, &reply, NULL), JY_E_DOCUMENT_CHANGED);
    assert_int_equal(lseek(output, 0, SEEK_END), 0);
    jy_buf_free(&value);
    close(document);
    close(prepared);
    close(output);
}

static jy_err
finish(int prepared, int output, const char *slot, struct jy_slice value)
{
    struct jy_frame reply, request = { .u.DOC_FINISH = { .prepared = prepared, .output = output, .value = value } };
    jy_err rc;

    strcpy(request.u.DOC_FINISH.slot, slot);
    rc = handle(&request, JY_MSG_DOC_FINISH, &reply, NULL);
    jy_frame_free(&reply);
    return rc;
}

static jy_err
prepare_sign(int document, int output, struct jy_frame *reply)
{
    struct jy_frame request = { .u.DOC_SIGN_PREPARE = { .document = document, .output = output, .now = pki.now } };

    return handle(&request, JY_MSG_DOC_SIGN_PREPARE, reply, NULL);
}

static void
signed_data(const uint8_t *digest, struct jy_buf *out)
{
    const struct jy_cms_fields fields = { .digest = digest, .signing_time = pki.now, .signer = pki.signer };

    MUST(jy_cms_make(&fields, pki.signer_key, out, NULL));
}

static void
expect(struct jy_slice file, struct jy_slice pem, struct jy_slice makers, const char *verdict, const char *says)
{
    struct jy_frame reply;
    int fd = memory_file(file);

    assert_int_equal(verify(fd, pem, makers, "", &reply, NULL), JY_OK);
    if (strcmp(reply.u.DOC_VERIFIED.verdict, verdict) != 0 || jy_slice_find(reply.u.DOC_VERIFIED.report, jy_slice_text(says)) == SIZE_MAX)
        fail_msg("not %s with %s: %.*s", verdict, says, (int)reply.u.DOC_VERIFIED.report.len, (const char *)reply.u.DOC_VERIFIED.report.p);
    jy_frame_free(&reply);
    close(fd);
}

/* R19.1: what is exported is signed without a seal; beside earlier stamps, which stay what they were. Every covered byte counts. */
static void
R19_1__a_signature_without_a_seal_holds_its_document(void **state)
{
    struct jy_buf files[3] = { load_file(JY_DATA "/contract.pdf"), load_file(JY_DATA "/contract.ofd") }, pem = trust_pem(), makers = { 0 };

    (void)state;
    MUST(jy_cert_to_pem(pki.maker, &makers));
    MUST(pki_stamp(jy_buf_slice(&files[0]), pki.now, &files[2], NULL));
    for (size_t i = 0; i < 3; i++) {
        int document = memory_file(jy_buf_slice(&files[i])), prepared = memory_file(JY_EMPTY), output = memory_file(JY_EMPTY);
        struct jy_buf value = { 0 }, other = { 0 }, signed_file = { 0 };
        uint8_t digest[JY_SM3_SIZE];
        struct jy_frame reply;
        off_t size;

        assert_int_equal(prepare_sign(document, prepared, &reply), JY_OK);
        assert_int_equal(reply.type, JY_MSG_DOC_SIGN_PREPARED);
        assert_int_equal(reply.u.DOC_SIGN_PREPARED.data_hash.len, JY_SM3_SIZE);
        memcpy(digest, reply.u.DOC_SIGN_PREPARED.data_hash.p, sizeof(digest));
        signed_data(digest, &value);
        digest[0] ^= 1;
        signed_data(digest, &other);
        assert_int_equal(finish(prepared, output, reply.u.DOC_SIGN_PREPARED.slot, jy_buf_slice(&other)), JY_E_DOCUMENT_CHANGED);
        value.p[value.len - 1] ^= 1;                         /* of the signature itself */
        assert_int_equal(finish(prepared, output, reply.u.DOC_SIGN_PREPARED.slot, jy_buf_slice(&value)), JY_E_SIGNATURE);
        value.p[value.len - 1] ^= 1;
        assert_int_equal(lseek(output, 0, SEEK_END), 0);
        assert_int_equal(finish(prepared, output, reply.u.DOC_SIGN_PREPARED.slot, jy_buf_slice(&value)), JY_OK);
        jy_frame_free(&reply);

        size = lseek(output, 0, SEEK_END);
        MUST(jy_buf_reserve(&signed_file, (size_t)size));
        assert_int_equal(pread(output, signed_file.p, (size_t)size, 0), size);
        signed_file.len = (size_t)size;
        expect(jy_buf_slice(&signed_file), jy_buf_slice(&pem), jy_buf_slice(&makers), "valid_with_warning", i == 2 ? "1201010000001" : "plain");
        if (i != 1) {                                        /* a byte of a ZIP may be padding that nobody reads */
            signed_file.p[100] ^= 1;
            expect(jy_buf_slice(&signed_file), jy_buf_slice(&pem), jy_buf_slice(&makers), "invalid", "messageDigest");
        }
        jy_buf_free(&value);
        jy_buf_free(&other);
        jy_buf_free(&signed_file);
        jy_buf_free(&files[i]);
        close(document);
        close(prepared);
        close(output);
    }
    jy_buf_free(&makers);
    jy_buf_free(&pem);
}

static void
refusals__say_their_reason(void **state)
{
    static const struct { uint32_t page; int64_t x_um, width_um; jy_err err; } places[] = {
        { 0, 20000, 40000, JY_E_PAGE_RANGE }, { 2, 20000, 40000, JY_E_PAGE_RANGE }, { UINT32_MAX, 20000, 40000, JY_E_PAGE_RANGE },
        { 1, 200000, 40000, JY_E_OFF_PAGE }, { 1, INT64_MAX, 40000, JY_E_OFF_PAGE }, { 1, INT64_MIN, 40000, JY_E_OFF_PAGE },
        { 1, 20000, 0, JY_E_ARGUMENT }, { 1, 20000, -40000, JY_E_ARGUMENT },
    };
    int document = memory_copy(JY_DATA "/contract.pdf"), output = memory_file(JY_EMPTY), empty = memory_file(JY_EMPTY);
    int text = memory_file(jy_slice_text("text")), big = memory_file(JY_EMPTY), ends[2];
    const struct jy_slice no_pem = jy_slice_text("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n");
    struct jy_frame reply, other = { .type = JY_MSG_KEY_HELLO };
    struct jy_fault fault;

    (void)state;
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        assert_int_equal(prepare(document, output, places[i].page, places[i].x_um, places[i].width_um, &reply, NULL), places[i].err);
    assert_int_equal(lseek(output, 0, SEEK_END), 0);
    assert_int_equal(inspect(empty, &reply, NULL), JY_E_EMPTY_FILE);
    assert_int_equal(inspect(text, &reply, NULL), JY_E_UNKNOWN_FORMAT);
    assert_int_equal(ftruncate(big, doc.document_max_bytes + DOC_STAMP_GROWTH + 1), 0);
    assert_int_equal(inspect(big, &reply, &fault), JY_E_LIMIT);
    assert_int_equal(prepare(big, output, 1, 20000, 40000, &reply, NULL), JY_E_LIMIT);
    assert_int_equal(verify(big, JY_EMPTY, JY_EMPTY, "", &reply, NULL), JY_E_LIMIT);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(inspect(ends[0], &reply, &fault), JY_E_IO);                 /* a descriptor that is no file */
    assert_int_equal(verify(document, JY_EMPTY, no_pem, "", &reply, NULL), JY_E_FORMAT);
    assert_int_equal(verify(document, no_pem, JY_EMPTY, "", &reply, NULL), JY_E_FORMAT);
    assert_int_not_equal(verify(document, JY_EMPTY, JY_EMPTY, "{\"status\":", &reply, NULL), JY_OK);
    assert_int_equal(prepare(document, ends[0], 1, 20000, 40000, &reply, NULL), JY_E_IO);
    assert_int_equal(doc_handle(&doc, &other, &reply, NULL), JY_E_UNSUPPORTED);
    close(document);
    close(output);
    close(empty);
    close(text);
    close(big);
    close(ends[0]);
    close(ends[1]);
}

/* Whoever asked may have gone while the document was read: no reason to pki_tear_down. */
static void
answer__to_a_peer_that_has_gone_is_dropped(void **state)
{
    struct jy_frame request = { .type = JY_MSG_DOC_INSPECT,
                                .u.DOC_INSPECT = { .document = memory_copy(JY_DATA "/contract.pdf"), .now = pki.now } };
    int pair[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    close(pair[1]);
    doc_answer((void *)(uintptr_t)&doc, pair[0], &request);
    close(pair[0]);
    close(request.u.DOC_INSPECT.document);
}

static int
begin(void **state)
{
    (void)state;
    pki_begin();
    doc_warm_up();
    return 0;
}

/* R15.1: the text that keywords are looked for in, page by page. */
static void
text__of_a_page_is_told_in_runs(void **state)
{
    static const char bbox[] = "<page width=\"595.28\" height=\"841.89\">\n<word xMin=\"10\" yMin=\"20\" xMax=\"40\" yMax=\"30\">甲&amp;b</word>\n</page>\n";
    static const struct { const char *file, *words; uint32_t page; jy_err want; const char *text; } rows[] = {
        { JY_DATA "/contract.ofd", "", 1, JY_OK, "{\"text\":\"电子印章使用示范合同\",\"x_mm\":25.0" },
        { JY_DATA "/contract.pdf", bbox, 1, JY_OK, "[{\"text\":\"甲&b\",\"x_mm\":3.528" },
        { JY_DATA "/contract.ofd", "", 2, JY_E_PAGE_RANGE, NULL }, { JY_DATA "/contract.ofd", "", 0, JY_E_PAGE_RANGE, NULL },
        { JY_DATA "/contract.pdf", bbox, 2, JY_E_PAGE_RANGE, NULL }, { JY_DATA "/contract.pdf", "", 1, JY_E_DAMAGED, NULL },
        { JY_DATA "/contract.pdf", "<page width=\"10\" height=\"841\">\n", 1, JY_E_FORMAT, NULL },
        { JY_DATA "/README.md", "", 1, JY_E_UNKNOWN_FORMAT, NULL },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct jy_frame request = { .u.DOC_TEXT = { .document = memory_copy(rows[i].file), .words = memory_file(jy_slice_text(rows[i].words)),
                                                    .page = rows[i].page } };
        struct jy_frame reply = { 0 };
        struct jy_fault fault = { 0 };

        assert_int_equal(handle(&request, JY_MSG_DOC_TEXT, &reply, &fault), rows[i].want);
        if (rows[i].text != NULL)
            assert_true(jy_slice_find(reply.u.DOC_TEXT_IS.runs, jy_slice_text(rows[i].text)) != SIZE_MAX);
        jy_frame_free(&reply);
        close(request.u.DOC_TEXT.document);
        close(request.u.DOC_TEXT.words);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stamping__from_inspection_to_a_verdict),
        cmocka_unit_test(R16_1__a_value_for_another_document_is_refused),
        cmocka_unit_test(R19_1__a_signature_without_a_seal_holds_its_document),
        cmocka_unit_test(refusals__say_their_reason),
        cmocka_unit_test(text__of_a_page_is_told_in_runs),
        cmocka_unit_test(answer__to_a_peer_that_has_gone_is_dropped),
    };
    return cmocka_run_group_tests(tests, begin, pki_tear_down);
}
