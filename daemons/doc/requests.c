/* SPDX-License-Identifier: Apache-2.0 */
/* The requests of doc. Documents are mapped, results are written in pieces: memory does not grow with the file. */
#include "daemons/doc/doc.h"

#include <jinyin/cms.h>
#include <jinyin/timestamp.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define TEXT_MAX (2u << 20)            /* of DOC_TEXT_IS.runs */
#define CLOCK_SLACK_SECONDS 5          /* the authority's clock may be a little ahead */

static jy_err
map(int fd, const struct doc *doc, struct jy_slice *out, struct jy_fault *fault)
{
    /* A stamped document is larger than the largest upload and is looked at like any other. */
    const int64_t max = doc->document_max_bytes + DOC_STAMP_GROWTH;
    off_t size = lseek(fd, 0, SEEK_END);
    void *p;

    *out = JY_EMPTY;
    if (size < 0)
        return jy_fail(fault, JY_E_IO, "document", 0, "%s", strerror(errno));
    if (size > max)
        return jy_fail(fault, JY_E_LIMIT, "document", 0, "%lld bytes, at most %lld are taken", (long long)size, (long long)max);
    if (size == 0)
        return JY_OK;
    if ((p = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, fd, 0)) == MAP_FAILED)
        return jy_fail(fault, JY_E_IO, "document", 0, "%s", strerror(errno));
    *out = JY_SLICE(p, (size_t)size);
    return JY_OK;
}

static void
unmap(struct jy_slice file)
{
    if (file.len > 0)
        munmap((void *)(uintptr_t)file.p, file.len);
}

/* A reason of the document's is an answer about it; one of ours (memory, cryptography) is not. */
static bool
is_ours(jy_err rc)
{
    return rc == JY_E_NOMEM || rc == JY_E_CRYPTO || rc == JY_E_IO || rc == JY_E_INTERNAL;
}

static jy_err
inspect(const struct doc *doc, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct jy_msg_DOC_INSPECT *ask = &request->u.DOC_INSPECT;
    struct jy_msg_DOC_INSPECTED *answer = &reply->u.DOC_INSPECTED;
    struct jy_document *document = NULL;
    struct jy_slice file;
    jy_err rc, refusal;

    if ((rc = map(ask->document, doc, &file, fault)) != JY_OK ||
        (rc = jy_document_open(file, &document, fault)) != JY_OK ||
        (rc = doc_describe(document, &reply->bytes, fault)) != JY_OK)
        goto out;
    refusal = jy_document_may_stamp(document, ask->now, fault);
    if (is_ours(refusal)) {
        rc = refusal;
        goto out;
    }
    strcpy(answer->format, jy_document_format(document) == JY_FORMAT_OFD ? "OFD" : "PDF");
    snprintf(answer->refusal, sizeof(answer->refusal), "%s", refusal == JY_OK ? "" : jy_err_code(refusal));
    answer->json = jy_buf_slice(&reply->bytes);
out:
    jy_document_free(document);
    unmap(file);
    return rc;
}

static jy_err
prepare(const struct doc *doc, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct jy_msg_DOC_PREPARE *ask = &request->u.DOC_PREPARE;
    struct jy_msg_DOC_PREPARED *answer = &reply->u.DOC_PREPARED;
    struct jy_places places = { 0 };
    struct jy_buf list = { 0 };
    struct jy_document *document = NULL;
    struct jy_prepared prepared = { 0 };
    struct jy_slice file, words = JY_EMPTY;
    jy_err rc;

    if ((rc = map(ask->document, doc, &file, fault)) != JY_OK || (rc = map(ask->words, doc, &words, fault)) != JY_OK ||
        (rc = jy_document_open(file, &document, fault)) != JY_OK ||
        (rc = doc_places(document, ask->wish, words, &places, fault)) != JY_OK || (rc = doc_places_encode(&places, &list, fault)) != JY_OK ||
        (rc = jy_document_prepare(document, ask->seal, places.list, places.count, ask->now, &prepared, fault)) != JY_OK ||
        (rc = jy_pieces_write(&prepared.file, ask->output, fault)) != JY_OK ||
        (rc = jy_buf_add(&reply->bytes, JY_SLICE(prepared.data_hash, JY_SM3_SIZE))) != JY_OK ||
        (rc = jy_buf_add(&reply->bytes, jy_buf_slice(&list))) != JY_OK)
        goto out;
    answer->data_hash = JY_SLICE(reply->bytes.p, JY_SM3_SIZE);
    answer->places = JY_SLICE(reply->bytes.p + JY_SM3_SIZE, reply->bytes.len - JY_SM3_SIZE);
    memcpy(answer->property_info, prepared.property_info, sizeof(answer->property_info));
    memcpy(answer->slot, prepared.slot, sizeof(answer->slot));
out:
    jy_buf_free(&list);
    jy_places_free(&places);
    jy_prepared_free(&prepared);
    jy_document_free(document);
    unmap(words);
    unmap(file);
    return rc;
}

static jy_err
prepare_sign(const struct doc *doc, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct jy_msg_DOC_SIGN_PREPARE *ask = &request->u.DOC_SIGN_PREPARE;
    struct jy_msg_DOC_SIGN_PREPARED *answer = &reply->u.DOC_SIGN_PREPARED;
    struct jy_document *document = NULL;
    struct jy_prepared prepared = { 0 };
    struct jy_slice file;
    jy_err rc;

    if ((rc = map(ask->document, doc, &file, fault)) != JY_OK || (rc = jy_document_open(file, &document, fault)) != JY_OK ||
        (rc = jy_document_prepare_plain(document, false, ask->now, &prepared, fault)) != JY_OK ||
        (rc = jy_pieces_write(&prepared.file, ask->output, fault)) != JY_OK ||
        (rc = jy_buf_add(&reply->bytes, JY_SLICE(prepared.data_hash, JY_SM3_SIZE))) != JY_OK)
        goto out;
    answer->data_hash = jy_buf_slice(&reply->bytes);
    memcpy(answer->slot, prepared.slot, sizeof(answer->slot));
out:
    jy_prepared_free(&prepared);
    jy_document_free(document);
    unmap(file);
    return rc;
}

static jy_err
finish(const struct doc *doc, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct jy_msg_DOC_FINISH *ask = &request->u.DOC_FINISH;
    struct jy_pieces finished = { 0 };
    struct jy_slice file;
    jy_err rc;

    (void)reply;
    if ((rc = map(ask->prepared, doc, &file, fault)) == JY_OK &&
        (rc = jy_document_finish(file, ask->slot, ask->value, &finished, fault)) == JY_OK)
        rc = jy_pieces_write(&finished, ask->output, fault);
    jy_pieces_free(&finished);
    unmap(file);
    return rc;
}

/* What a time stamp of a stamp, or of a signature without a seal, is over. */
static jy_err
digest_signature(struct jy_slice value, uint8_t out[JY_SM3_SIZE], struct jy_fault *fault)
{
    struct jy_ses *ses = NULL;
    struct jy_cms *cms = NULL;
    jy_err rc;

    if (jy_value_form(value) == JY_VALUE_SES)
        rc = (rc = jy_ses_parse(value, &ses, fault)) != JY_OK ? rc : jy_sm3(jy_ses_signature(ses), out);
    else
        rc = (rc = jy_cms_parse(value, &cms, fault)) != JY_OK ? rc : jy_sm3(jy_cms_signature(cms), out);
    jy_ses_free(ses);
    jy_cms_free(cms);
    return rc;
}

static jy_err
imprint(const struct doc *doc, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    uint8_t digest[JY_SM3_SIZE];
    jy_err rc;

    (void)doc;
    if ((rc = digest_signature(request->u.DOC_IMPRINT.value, digest, fault)) == JY_OK)
        rc = jy_buf_add(&reply->bytes, JY_SLICE(digest, sizeof(digest)));
    reply->u.DOC_IMPRINT_IS.digest = jy_buf_slice(&reply->bytes);
    return rc;
}

/* A time stamp that does not prove what it should is the authority's failure, not the document's. */
static jy_err
time_stamp(const struct doc *doc, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct jy_msg_DOC_TIME_STAMP *ask = &request->u.DOC_TIME_STAMP;
    struct jy_timestamp_result result = { 0 };
    struct jy_trust *trust = NULL;
    uint8_t digest[JY_SM3_SIZE];
    jy_err rc;

    (void)doc;
    if ((rc = digest_signature(ask->value, digest, fault)) != JY_OK || (rc = jy_trust_new(&trust)) != JY_OK ||
        (rc = jy_trust_add_pem(trust, ask->trust, fault)) != JY_OK ||
        (rc = jy_timestamp_check(ask->token, digest, trust, NULL, 0, ask->now + CLOCK_SLACK_SECONDS, &result, fault)) != JY_OK)
        goto out;
    if (result.status != JY_TS_GOOD)
        rc = jy_fail(fault, JY_E_COUNTERPART_DOWN, "time_stamp", 0, "%s %s", jy_timestamp_status_text(result.status)->en, result.text);
    else
        rc = (jy_value_form(ask->value) == JY_VALUE_SES ? jy_ses_add_time_stamp : jy_cms_add_time_stamp)(ask->value, ask->token, &reply->bytes, fault);
    reply->u.DOC_TIME_STAMPED.value = jy_buf_slice(&reply->bytes);
out:
    jy_timestamp_result_free(&result);
    jy_trust_free(trust);
    return rc;
}

/* Who is on no list makes no seals; without anchors nothing is certain. */
static jy_err
open_trust(struct jy_slice anchors, struct jy_slice makers, struct jy_trust **out, struct jy_fault *fault)
{
    jy_err rc = jy_trust_new(out);

    if (rc == JY_OK && anchors.len > 0)
        rc = jy_trust_add_pem(*out, anchors, fault);
    if (rc == JY_OK && (rc = jy_trust_restrict_makers(*out)) == JY_OK && makers.len > 0)
        rc = jy_trust_add_makers_pem(*out, makers, fault);
    return rc;
}

static jy_err
verify(const struct doc *doc, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct jy_msg_DOC_VERIFY *ask = &request->u.DOC_VERIFY;
    struct jy_msg_DOC_VERIFIED *answer = &reply->u.DOC_VERIFIED;
    struct jy_trust *trust = NULL;
    struct jy_evidence *evidence = NULL;
    struct jy_report *report = NULL;
    bool text = strcmp(ask->form, "text") == 0;
    struct jy_slice file;
    jy_err rc;

    if (!text && strcmp(ask->form, "json") != 0)
        return jy_fail(fault, JY_E_ARGUMENT, "form", 0, "json or text, not \"%s\"", ask->form);
    if ((rc = map(ask->document, doc, &file, fault)) != JY_OK ||
        (rc = open_trust(ask->trust, ask->makers, &trust, fault)) != JY_OK ||
        (ask->evidence.len > 0 && (rc = jy_evidence_parse(ask->evidence, true, &evidence, fault)) != JY_OK) ||
        (rc = jy_verify(file, trust, evidence, NULL, ask->now, &report, fault)) != JY_OK ||
        (rc = (text ? jy_report_text : jy_report_json)(report, &reply->bytes)) != JY_OK)
        goto out;
    snprintf(answer->verdict, sizeof(answer->verdict), "%s", jy_verdict_name(jy_report_verdict(report)));
    answer->report = jy_buf_slice(&reply->bytes);
out:
    jy_report_free(report);
    jy_evidence_free(evidence);
    jy_trust_free(trust);
    unmap(file);
    return rc;
}

#define ARCHIVE_YEARS 100              /* after which no certificate of today is alive */

/*
 * R24.1: what the evidence proves now, and what the kept evidence alone will prove when every certificate has ended. The register's word stays
 * beside it: the package carries that as an entry of its own, which this room did not write.
 */
static jy_err
archive(const struct doc *doc, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct jy_msg_DOC_ARCHIVE *ask = &request->u.DOC_ARCHIVE;
    struct jy_msg_DOC_ARCHIVED *answer = &reply->u.DOC_ARCHIVED;
    struct jy_trust *trust = NULL;
    struct jy_evidence *evidence = NULL, *kept = NULL;
    struct jy_report *report = NULL, *later = NULL;
    struct jy_buf bundle = { 0 };
    struct jy_slice file;
    size_t report_len;
    jy_err rc;

    if ((rc = map(ask->document, doc, &file, fault)) != JY_OK || (rc = open_trust(ask->trust, ask->makers, &trust, fault)) != JY_OK ||
        (rc = jy_evidence_parse(ask->evidence, true, &evidence, fault)) != JY_OK ||
        (rc = jy_verify_keep(file, trust, evidence, NULL, ask->now, &report, &bundle, fault)) != JY_OK ||
        (rc = jy_evidence_parse(jy_buf_slice(&bundle), true, &kept, fault)) != JY_OK ||
        (rc = jy_verify(file, trust, kept, NULL, ask->now + (jy_time)ARCHIVE_YEARS * 366 * 86400, &later, fault)) != JY_OK ||
        (rc = jy_report_json(report, &reply->bytes)) != JY_OK)
        goto out;
    report_len = reply->bytes.len;
    if ((rc = jy_buf_add(&reply->bytes, jy_buf_slice(&bundle))) != JY_OK)
        goto out;
    snprintf(answer->verdict, sizeof(answer->verdict), "%s", jy_verdict_name(jy_report_verdict(report)));
    snprintf(answer->later, sizeof(answer->later), "%s", jy_verdict_name(jy_report_verdict(later)));
    answer->report = JY_SLICE(reply->bytes.p, report_len);
    answer->evidence = JY_SLICE(reply->bytes.p + report_len, reply->bytes.len - report_len);
out:
    jy_buf_free(&bundle);
    jy_report_free(later);
    jy_report_free(report);
    jy_evidence_free(kept);
    jy_evidence_free(evidence);
    jy_trust_free(trust);
    unmap(file);
    return rc;
}

static jy_err
text(const struct doc *doc, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct jy_msg_DOC_TEXT *ask = &request->u.DOC_TEXT;
    struct jy_document *document = NULL;
    struct jy_text read = { 0 };
    struct jy_slice file, words = JY_EMPTY;
    jy_err rc;

    if ((rc = map(ask->document, doc, &file, fault)) != JY_OK || (rc = map(ask->words, doc, &words, fault)) != JY_OK ||
        (rc = jy_document_open(file, &document, fault)) != JY_OK ||
        (rc = jy_page_text(document, words, (int)ask->page, &read, fault)) != JY_OK || (rc = jy_runs_json(&read, &reply->bytes, fault)) != JY_OK)
        goto out;
    if (reply->bytes.len > TEXT_MAX)
        rc = jy_fail(fault, JY_E_LIMIT, "text", 0, "%zu bytes on page %u, %u are told", reply->bytes.len, ask->page, TEXT_MAX);
    reply->u.DOC_TEXT_IS.runs = jy_buf_slice(&reply->bytes);
out:
    jy_text_free(&read);
    jy_document_free(document);
    unmap(words);
    unmap(file);
    return rc;
}

static const struct {
    enum jy_message_type type;
    jy_err (*handle)(const struct doc *doc, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault);
} requests[] = {
    { JY_MSG_DOC_INSPECT, inspect },
    { JY_MSG_DOC_PREPARE, prepare },
    { JY_MSG_DOC_SIGN_PREPARE, prepare_sign },
    { JY_MSG_DOC_FINISH, finish },
    { JY_MSG_DOC_IMPRINT, imprint },
    { JY_MSG_DOC_TIME_STAMP, time_stamp },
    { JY_MSG_DOC_VERIFY, verify },
    { JY_MSG_DOC_ARCHIVE, archive },
    { JY_MSG_DOC_TEXT, text },
};

jy_err
doc_handle(const struct doc *doc, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    jy_err rc;

    memset(reply, 0, sizeof(*reply));
    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
        if (requests[i].type == request->type) {
            reply->type = jy_message_info(request->type)->reply;
            if ((rc = requests[i].handle(doc, request, reply, fault)) != JY_OK)
                jy_frame_free(reply);
            return rc;
        }
    return jy_fail(fault, JY_E_UNSUPPORTED, jy_message_info(request->type)->name, 0, "doc has no answer to it");
}
