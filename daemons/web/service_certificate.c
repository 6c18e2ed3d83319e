/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents that the service signs in its own name (R19.1). The key is the key room's; its certificate is asked of the CA when it is first needed,
 * and anew in its last month. The request is kept before the CA sees it: asked again after a crash, it gives the same certificate.
 */
#include "daemons/web/service_certificate.h"

#include "base/kill_point.h"
#include "codec/text.h"
#include "daemons/web/statement.h"
#include "daemons/web/time_stamp.h"

#include <string.h>
#include <unistd.h>

#define RENEW_SECONDS (30 * 86400)

static const struct column valid_columns[] = { { "certificate", COL_BASE64 }, { NULL, COL_TEXT } };
static const struct column asked_columns[] = { { "request_id", COL_TEXT }, { "csr", COL_BASE64 }, { NULL, COL_TEXT } };

struct signing {
    struct exchange *x;
    const char *purpose;
    struct jy_buf point, csr, certificate;
    char request_id[WEB_ID_SIZE + 8];
    jy_time valid_to;
};

static void
signing_end(struct signing *s)
{
    jy_buf_free(&s->point);
    jy_buf_free(&s->csr);
    jy_buf_free(&s->certificate);
}

/* -- the certificate -- */

static jy_err
find_key(struct signing *s, struct jy_fault *fault)
{
    json_t *point = NULL, *none = NULL;
    jy_err rc = statement_sign(s->x->web, s->purpose, "", &point, &none, fault);

    if (rc == JY_OK)
        rc = jy_base64_decode(jy_slice_text(json_string_value(point)), &s->point);
    json_decref(point);
    json_decref(none);
    return rc;
}

/* Of this key, and valid at a time. Errors: JY_E_NOT_FOUND. */
static jy_err
find_certificate(struct signing *s, jy_time at, struct jy_fault *fault)
{
    json_t *row = NULL;
    jy_err rc = find_row(s->x, SQL_SERVICE_CERTIFICATE_VALID, BINDS(B_TEXT("purpose", s->purpose), B_BLOB("point", jy_buf_slice(&s->point)),
                                                                    B_INT("at", at)), valid_columns, &row, fault);

    if (rc == JY_OK)
        rc = jy_base64_decode(jy_slice_text(member(row, "certificate")), &s->certificate);
    json_decref(row);
    return rc;
}

static jy_err
insert_request(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct signing *s = arg;

    return rows_run(tx, SQL_SERVICE_CERTIFICATE_ASK, BINDS(B_TEXT("purpose", s->purpose), B_BLOB("point", jy_buf_slice(&s->point)),
                                                           B_TEXT("request_id", s->request_id), B_BLOB("csr", jy_buf_slice(&s->csr)),
                                                           B_INT("now", s->x->now)), NULL, fault);
}

static jy_err
new_request(struct signing *s, struct jy_fault *fault)
{
    struct jy_msg_KEY_CERTIFICATE_REQUEST ask = { { 0 } };
    struct jy_frame reply = { 0 };
    jy_err rc;

    PUT(ask.purpose, s->purpose);
    PUT(ask.common_name, jy_room_config_text(s->x->web->room, "service_name"));
    memcpy(s->request_id, "service-", 8);
    if ((rc = fresh_id(s->request_id + 8)) == JY_OK && (rc = ask_key(s->x->web, JY_MSG_KEY_CERTIFICATE_REQUEST, &ask, &reply, fault)) == JY_OK &&
        (rc = jy_buf_add(&s->csr, reply.u.KEY_CERTIFICATE_REQUESTED.csr)) == JY_OK)
        rc = db_write(s->x->web->db, insert_request, s, fault);
    jy_frame_free(&reply);
    return rc;
}

/* The open request of this key. Errors: JY_E_NOT_FOUND. */
static jy_err
find_request(struct signing *s, struct jy_fault *fault)
{
    json_t *row = NULL;
    jy_err rc = find_row(s->x, SQL_SERVICE_CERTIFICATE_ASKED, BINDS(B_TEXT("purpose", s->purpose), B_BLOB("point", jy_buf_slice(&s->point))), asked_columns,
                         &row, fault);

    if (rc == JY_OK) {
        PUT(s->request_id, member(row, "request_id"));
        jy_buf_free(&s->csr);
        rc = jy_base64_decode(jy_slice_text(member(row, "csr")), &s->csr);
    }
    json_decref(row);
    return rc;
}

static jy_err
keep_certificate(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct signing *s = arg;
    int64_t changes;
    jy_err rc = rows_run(tx, SQL_SERVICE_CERTIFICATE_OBTAIN, BINDS(B_BLOB("certificate", jy_buf_slice(&s->certificate)), B_INT("valid_to", s->valid_to),
                                                                   B_INT("now", s->x->now), B_TEXT("request_id", s->request_id)), &changes, fault);

    /* 0: another request of somebody's at the same time kept it, and the CA gave both the same. */
    return rc != JY_OK || changes == 0 ? rc : audit_append(tx, s->x->now, "service_certified", NULL, s->purpose, s->request_id, "ok", JY_EMPTY, fault);
}

/* What the CA gives is for this key, for signing, and leads to an anchor. */
static jy_err
take_certificate(struct signing *s, struct jy_slice der, struct jy_fault *fault)
{
    uint8_t point[JY_SM2_POINT_SIZE];
    struct jy_cert *certificate = NULL;
    jy_err rc;

    if ((rc = jy_cert_parse(der, &certificate, fault)) != JY_OK || (rc = certificate_check_chain(s->x->web, certificate, s->x->now, fault)) != JY_OK)
        goto out;
    if (jy_cert_key(certificate) == NULL || jy_sm2_point(jy_cert_key(certificate), point) != JY_OK ||
        !jy_slice_equal(JY_SLICE(point, sizeof(point)), jy_buf_slice(&s->point)) || !jy_cert_may_sign(certificate))
        rc = jy_fail(fault, JY_E_CERT_PERIOD, "certificate", 0, "the CA's certificate is not for this key or not for signing");
    s->valid_to = jy_cert_not_after(certificate);
    if (rc == JY_OK && (rc = jy_buf_add(&s->certificate, der)) == JY_OK)
        rc = db_write(s->x->web->db, keep_certificate, s, fault);
out:
    jy_cert_free(certificate);
    return rc;
}

static jy_err
obtain_certificate(struct signing *s, struct jy_fault *fault)
{
    struct jy_msg_LINK_ISSUE_CERTIFICATE issue = { { 0 } };
    struct jy_frame issued = { 0 };
    jy_err rc = find_request(s, fault);

    if (rc == JY_E_NOT_FOUND && (rc = new_request(s, fault)) == JY_OK)
        rc = find_request(s, fault);                     /* who came at the same time may have been first */
    if (rc != JY_OK)
        return rc;
    JY_KILL_POINT(certificate_requested);
    PUT(issue.request_id, s->request_id);
    PUT(issue.profile, "service");
    issue.csr = jy_buf_slice(&s->csr);
    if ((rc = ask_counterpart(s->x->web, JY_MSG_LINK_ISSUE_CERTIFICATE, &issue, &issued, fault)) == JY_OK) {
        JY_KILL_POINT(certificate_issued);
        rc = take_certificate(s, issued.u.LINK_CERTIFICATE.certificate, fault);
    }
    jy_frame_free(&issued);
    return rc;
}

static jy_err
certify(struct signing *s, struct jy_fault *fault)
{
    struct jy_fault of_ca = { 0 };
    jy_err rc;

    if ((rc = find_key(s, fault)) != JY_OK || (rc = find_certificate(s, s->x->now + RENEW_SECONDS, fault)) != JY_E_NOT_FOUND)
        return rc;
    if ((rc = obtain_certificate(s, &of_ca)) == JY_OK) {
        JY_KILL_POINT(certificate_kept);
        return JY_OK;
    }
    if (find_certificate(s, s->x->now, fault) != JY_OK)
        return jy_fail(fault, rc, of_ca.where, 0, "%s", of_ca.text);
    jy_log("warning", "service_certificate_old", "%s: %s %s", s->purpose, of_ca.where, of_ca.text);
    return JY_OK;
}

/* -- the signature -- */

static jy_err
sign_digest(struct signing *s, struct jy_slice digest, struct jy_frame *reply, struct jy_fault *fault)
{
    struct jy_msg_KEY_SIGN_DOCUMENT ask = { .certificate = jy_buf_slice(&s->certificate), .digest = digest };

    PUT(ask.purpose, s->purpose);
    return ask_key(s->x->web, JY_MSG_KEY_SIGN_DOCUMENT, &ask, reply, fault);
}

jy_err
service_sign_pdf(struct exchange *x, const char *purpose, int document, int *signed_fd, uint8_t digest[JY_SM3_SIZE], uint64_t *size,
                 struct jy_fault *fault)
{
    struct signing s = { .x = x, .purpose = purpose };
    struct jy_msg_DOC_SIGN_PREPARE prepare = { .document = -1, .output = -1, .now = x->now };
    struct jy_msg_DOC_FINISH finish = { .prepared = -1, .output = -1 };
    struct jy_frame prepared = { 0 }, value = { 0 }, finished = { 0 };
    struct jy_buf stamped = { 0 };
    jy_err rc;

    if ((rc = certify(&s, fault)) != JY_OK || (rc = blob_reader(document, &prepare.document, fault)) != JY_OK ||
        (rc = ask_doc(x->web, JY_MSG_DOC_SIGN_PREPARE, &prepare, &prepare.output, &prepared, fault)) != JY_OK ||
        (rc = sign_digest(&s, prepared.u.DOC_SIGN_PREPARED.data_hash, &value, fault)) != JY_OK ||
        (rc = time_stamp_add(x->web, value.u.KEY_DOCUMENT_SIGNED.value, &stamped, fault)) != JY_OK ||
        (rc = blob_reader(prepare.output, &finish.prepared, fault)) != JY_OK)
        goto out;
    JY_KILL_POINT(document_signed);
    PUT(finish.slot, prepared.u.DOC_SIGN_PREPARED.slot);
    finish.value = stamped.len > 0 ? jy_buf_slice(&stamped) : value.u.KEY_DOCUMENT_SIGNED.value;
    if ((rc = ask_doc(x->web, JY_MSG_DOC_FINISH, &finish, &finish.output, &finished, fault)) == JY_OK)
        rc = blob_take(x->web, finish.output, signed_fd, digest, size, fault);
out:
    jy_buf_free(&stamped);
    jy_frame_free(&prepared);
    jy_frame_free(&value);
    jy_frame_free(&finished);
    for (size_t i = 0; i < 4; i++) {
        int fd = ((const int[]){ prepare.document, prepare.output, finish.prepared, finish.output })[i];
        if (fd >= 0)
            close(fd);
    }
    signing_end(&s);
    return rc;
}
