/* SPDX-License-Identifier: Apache-2.0 */
/* Verification by anybody (R18.3): doc judges; this room adds what the register knows: its makers (R7.1), the seals' history and
 * the stamps' times (N5). */
#include "codec/text.h"
#include "daemons/web/evidence.h"
#include "daemons/web/route.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct evidence { const json_t *signatures; json_t *status, *stamps; jy_time now; struct evidence_found found; };

static const struct column history_columns[] = { { "since", COL_TIME }, { "state", COL_TEXT }, { NULL, COL_TEXT } };
static const struct column stamped_columns[] = { { "stamped", COL_TIME }, { NULL, COL_TEXT } };

/* SM3 of the SESeal that the register knows by this code, in hex: any maker can write the code into a seal of his own. "" when there is none. */
static jy_err
registered_seal(struct db_tx *tx, const char *es_id, char out[2 * JY_SM3_SIZE + 1], struct jy_fault *fault)
{
    static const struct column columns[] = { { "seal", COL_BASE64 }, { NULL, COL_TEXT } };
    uint8_t digest[JY_SM3_SIZE];
    struct jy_buf der = { 0 };
    json_t *row = NULL;
    jy_err rc = rows_first(tx, SQL_SEAL_DER_BY_ES_ID, BINDS(B_TEXT("es_id", es_id)), columns, &row, fault);

    out[0] = '\0';
    if (rc == JY_OK && row != NULL && (rc = jy_base64_decode(jy_slice_text(member(row, "seal")), &der)) == JY_OK && der.len > 0 &&
        (rc = jy_sm3(jy_buf_slice(&der), digest)) == JY_OK)
        jy_hex(JY_SLICE(digest, sizeof(digest)), out);
    json_decref(row);
    jy_buf_free(&der);
    return rc;
}

static jy_err
add_history(struct db_tx *tx, struct evidence *e, const char *es_id, struct jy_fault *fault)
{
    char digest[2 * JY_SM3_SIZE + 1] = "";
    json_t *rows = NULL, *row;
    size_t i;
    jy_err rc = rows_read(tx, SQL_SEAL_HISTORY_BY_ES_ID, BINDS(B_TEXT("es_id", es_id)), history_columns, &rows, fault);

    if (rc == JY_OK && json_array_size(rows) > 0)
        rc = registered_seal(tx, es_id, digest, fault);
    json_array_foreach(rows, i, row) {
        if (rc != JY_OK)
            break;
        json_object_set_new(row, "seal_id", json_string(es_id));
        if (digest[0] != '\0')
            json_object_set_new(row, "seal_digest", json_string(digest));
        json_array_append(e->status, row);
    }
    json_decref(rows);
    return rc;
}

static jy_err
add_stamp(struct db_tx *tx, struct evidence *e, const char *digest_hex, struct jy_fault *fault)
{
    uint8_t digest[JY_SM3_SIZE];
    json_t *row = NULL;
    jy_err rc;

    if (jy_hex_parse(jy_slice_text(digest_hex), digest, sizeof(digest)) != JY_OK)
        return JY_OK;
    rc = rows_first(tx, SQL_STAMP_BY_VALUE, BINDS(B_BLOB("value_digest", JY_SLICE(digest, sizeof(digest)))), stamped_columns, &row, fault);
    if (row != NULL)
        json_array_append_new(e->stamps, json_pack("{s:s, s:O}", "digest", digest_hex, "recorded", json_object_get(row, "stamped")));
    json_decref(row);
    return rc;
}

/* Of each seal once, of each signature: what the register says. Whether a row concerns the signature is doc's judgement, by digest. */
static jy_err
collect(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct evidence *e = arg;
    json_t *signature, *seen = json_object();
    size_t i;
    jy_err rc = seen == NULL ? JY_E_NOMEM : JY_OK;

    json_array_foreach((json_t *)(uintptr_t)e->signatures, i, signature) {
        const char *es_id = member(signature, "seal_id");
        if (rc == JY_OK && es_id[0] != '\0' && json_object_get(seen, es_id) == NULL) {
            json_object_set_new(seen, es_id, json_true());
            rc = add_history(tx, e, es_id, fault);
        }
        if (rc == JY_OK)
            rc = add_stamp(tx, e, member(signature, "value_digest"), fault);
    }
    if (rc == JY_OK)
        rc = evidence_collect(tx, seen, e->now, &e->found, fault);
    json_decref(seen);
    return rc;
}

/* What the verdict could not rest on is told beside it; the report itself says what follows for each signature. */
static jy_err
tell_evidence(struct exchange *x, const struct evidence_found *found)
{
    char text[80];

    snprintf(text, sizeof(text), "lists=%zu; stale=%d; left-out=%d", json_array_size(found->crls), found->stale, found->left_out);
    if (found->stale > 0 || found->left_out > 0)
        jy_log("warning", "evidence_stale", "%s", text);
    return jy_http_set_header(x->request, "Jinyin-Evidence", text);
}

jy_err
document_evidence(struct exchange *x, const json_t *signatures, char **own, char **text, struct jy_fault *fault)
{
    struct evidence e = { .signatures = signatures, .status = json_array(), .stamps = json_array(), .now = x->now };
    json_t *all = NULL;
    jy_err rc = e.status == NULL || e.stamps == NULL ? JY_E_NOMEM : db_read(x->web->db, collect, &e, fault);

    if (rc == JY_OK && ((all = json_pack("{s:O, s:O, s:O, s:O}", "status", e.status, "stamps", e.stamps, "crls", e.found.crls, "ocsp", e.found.ocsp)) == NULL ||
                        (*text = json_dumps(all, JSON_COMPACT)) == NULL))
        rc = JY_E_NOMEM;
    if (rc == JY_OK && own != NULL) {
        json_t *known = json_pack("{s:O, s:O}", "status", e.status, "stamps", e.stamps);
        rc = known == NULL || (*own = json_dumps(known, JSON_COMPACT)) == NULL ? JY_E_NOMEM : JY_OK;
        json_decref(known);
    }
    if (rc == JY_OK)
        rc = tell_evidence(x, &e.found);
    json_decref(all);
    json_decref(e.found.crls);
    json_decref(e.found.ocsp);
    json_decref(e.status);
    json_decref(e.stamps);
    return rc;
}

/* What is no document may still be a picture that says of which document it is a copy (R17.1): doc answers that. */
static jy_err
signatures_of(struct web *web, int document, jy_time now, struct inspection *seen, struct jy_fault *fault)
{
    jy_err rc = inspect(web, document, now, seen, fault);

    if (rc != JY_E_UNKNOWN_FORMAT)
        return rc;
    seen->signatures = json_array();
    return seen->signatures == NULL ? JY_E_NOMEM : JY_OK;
}

jy_err
verification_report(struct exchange *x, int document, const char *form, struct jy_buf *out, struct jy_fault *fault)
{
    struct jy_msg_DOC_VERIFY ask = { .document = -1, .now = x->now };
    struct inspection seen = { { 0 } };
    struct jy_frame reply = { 0 };
    struct jy_buf pem = { 0 }, makers = { 0 };
    char *evidence = NULL;
    jy_err rc;

    PUT(ask.form, form);
    if ((rc = signatures_of(x->web, document, x->now, &seen, fault)) != JY_OK ||
        (rc = document_evidence(x, seen.signatures, NULL, &evidence, fault)) != JY_OK ||
        (rc = trust_makers_pem(x->web, seen.signatures, &makers, fault)) != JY_OK || (rc = blob_reader(document, &ask.document, fault)) != JY_OK)
        goto out;
    /* Without trust data the verdict is indeterminate, not an error. */
    if (trust_pem(x->web, false, &pem, fault) != JY_OK)
        jy_log("warning", "no_trust_data", "%s", fault->text);
    *fault = (struct jy_fault){ 0 };
    ask.trust = jy_buf_slice(&pem);
    ask.makers = jy_buf_slice(&makers);
    ask.evidence = jy_slice_text(evidence);
    if ((rc = ask_doc(x->web, JY_MSG_DOC_VERIFY, &ask, NULL, &reply, fault)) == JY_OK && (rc = jy_buf_add(out, reply.u.DOC_VERIFIED.report)) == JY_OK)
        jy_log("info", "verified", "%s", reply.u.DOC_VERIFIED.verdict);
out:
    jy_frame_free(&reply);
    inspection_end(&seen);
    jy_buf_free(&pem);
    jy_buf_free(&makers);
    free(evidence);
    if (ask.document >= 0)
        close(ask.document);
    return rc;
}

jy_err
document_verify(struct exchange *x, struct jy_fault *fault)
{
    const char *form = jy_http_query(x->request, "form");

    if (form != NULL && strcmp(form, "json") != 0 && strcmp(form, "text") != 0)
        return jy_fail(fault, JY_E_BAD_FIELD, "form", 0, "json or text");
    if (x->upload_size == 0)
        return jy_fail(fault, JY_E_EMPTY_FILE, "body", 0, "nothing was sent");
    x->type = form != NULL && strcmp(form, "text") == 0 ? "text/plain; charset=utf-8" : "application/json";
    return verification_report(x, x->upload, form == NULL ? "json" : form, &x->bytes, fault);
}

jy_err
trust_show(struct exchange *x, struct jy_fault *fault)
{
    x->type = "application/x-pem-file";
    return trust_pem(x->web, false, &x->bytes, fault);
}
