/* SPDX-License-Identifier: Apache-2.0 */
/* cp, pkiConf, rp and error: what of a CA's answer is believed. */
#include "cmp/cmp.h"

#include <string.h>

/* What it says instead of yes. */
static jy_err
tell(const struct jy_status *status, const char *where, struct jy_fault *fault)
{
    jy_err rc = status->status == JY_STATUS_REJECTION && jy_status_is_about_request(status) ? JY_E_COUNTERPART_REFUSED : JY_E_COUNTERPART_DOWN;

    return jy_fail(fault, rc, where, 0, "%s, %s: %.200s", status->status == JY_STATUS_WAITING ? "it has not decided yet"
                   : status->status == JY_STATUS_REJECTION ? "it rejects" : "an unknown status", jy_status_failure(status), status->text);
}

/* ErrorMsgContent: PKIStatusInfo, errorCode and errorDetails. */
static jy_err
read_error(struct jy_slice content, struct jy_status *out)
{
    char details[JY_STATUS_TEXT_MAX];
    struct jy_der der, body;
    struct jy_der_item item;
    jy_err rc;

    jy_der_open(&der, content);
    if ((rc = jy_der_enter(&der, DER_SEQUENCE, &body)) != JY_OK || (rc = jy_der_close(&der)) != JY_OK || (rc = jy_status_read(&body, out)) != JY_OK)
        return rc;
    if (jy_der_peek(&body) == DER_INTEGER && (rc = jy_der_next(&body, &item)) != JY_OK)
        return rc;
    if (jy_der_peek(&body) == DER_SEQUENCE) {
        if ((rc = jy_der_next(&body, &item)) != JY_OK)
            return rc;
        jy_status_free_text(item.value, details);
        if (out->text[0] == '\0')
            memcpy(out->text, details, sizeof(details));
    }
    return jy_der_close(&body);
}

static jy_err
malformed(jy_err rc, const char *where, struct jy_fault *fault)
{
    return jy_fail(fault, rc, where, 0, "%s", rc == JY_E_TRAILING ? "has more behind it" : "is malformed");
}

/* Whose answer it is, and to what; then whether it is the kind of answer that was waited for. Inner contents are for the caller. */
static jy_err
open_answer(const struct jy_cmp_access *access, const struct jy_cmp_question *question, struct jy_slice answer, unsigned body, struct jy_cmp_message *out,
            struct jy_fault *fault)
{
    struct jy_status status = { .status = JY_STATUS_REJECTION };
    jy_err rc;

    if ((rc = jy_cmp_access_check(access, fault)) != JY_OK || (rc = jy_cmp_message_read(answer, out, fault)) != JY_OK)
        return rc;
    if (!out->is_protected && out->body == CMP_ERROR)
        return read_error(out->content, &status) != JY_OK ? malformed(JY_E_FORMAT, "PKIBody.error", fault)
            : jy_fail(fault, JY_E_COUNTERPART_DOWN, "PKIBody.error", 0, "says without protection, so nobody need have meant it: %s: %.160s",
                      jy_status_failure(&status), status.text);
    if ((rc = jy_cmp_protection_check(out, access->secret, fault)) != JY_OK)
        return rc;
    if (!jy_slice_equal(out->transaction, JY_SLICE(question->transaction, sizeof(question->transaction))))
        return jy_fail(fault, JY_E_SIGNATURE, "PKIHeader.transactionID", 0, "is that of another transaction");
    if (!jy_slice_equal(out->recip_nonce, JY_SLICE(question->nonce, sizeof(question->nonce))))
        return jy_fail(fault, JY_E_SIGNATURE, "PKIHeader.recipNonce", 0, "is not the nonce of this question");
    if (out->body == CMP_ERROR)
        return (rc = read_error(out->content, &status)) != JY_OK ? malformed(rc, "PKIBody.error", fault) : tell(&status, "PKIBody.error", fault);
    return out->body == body ? JY_OK : jy_fail(fault, JY_E_FORMAT, "PKIBody", 0, "has number %u, not %u", out->body, body);
}

/* -- cp -- */

static jy_err
read_key_pair(struct jy_der *response, struct jy_slice *certificate, struct jy_fault *fault)
{
    struct jy_der pair, choice;
    struct jy_der_item item;
    jy_err rc;

    if (jy_der_peek(response) != DER_SEQUENCE)
        return jy_fail(fault, JY_E_FORMAT, "certifiedKeyPair", 0, "is missing");
    if ((rc = jy_der_enter(response, DER_SEQUENCE, &pair)) != JY_OK)
        return malformed(rc, "certifiedKeyPair", fault);
    if (jy_der_peek(&pair) != DER_CONTEXT_0)
        return jy_fail(fault, JY_E_FORMAT, "certOrEncCert", 0, "is no certificate in clear");
    if ((rc = jy_der_enter(&pair, DER_CONTEXT_0, &choice)) != JY_OK || (rc = jy_der_get(&choice, DER_SEQUENCE, &item)) != JY_OK ||
        (rc = jy_der_close(&choice)) != JY_OK)
        return malformed(rc, "certOrEncCert", fault);
    *certificate = item.tlv;
    if (jy_der_peek(&pair) == DER_CONTEXT_0)
        return jy_fail(fault, JY_E_FORMAT, "certifiedKeyPair.privateKey", 0, "was not asked for: keys are made here");
    if (jy_der_peek(&pair) == DER_CONTEXT_1 && (rc = jy_der_next(&pair, &item)) != JY_OK)            /* publicationInfo */
        return malformed(rc, "certifiedKeyPair", fault);
    return (rc = jy_der_close(&pair)) == JY_OK ? rc : malformed(rc, "certifiedKeyPair", fault);
}

/* CertResponse */
static jy_err
read_response(struct jy_der *list, struct jy_cmp_issued *out, struct jy_fault *fault)
{
    struct jy_status status;
    struct jy_der response;
    struct jy_der_item item;
    jy_err rc;

    if ((rc = jy_der_enter(list, DER_SEQUENCE, &response)) != JY_OK)
        return malformed(rc, "CertRepMessage.response", fault);
    if ((rc = jy_der_i64(&response, &out->number)) != JY_OK)
        return malformed(rc, "certReqId", fault);
    if (out->number != -1 && out->number != 0)
        return jy_fail(fault, JY_E_FORMAT, "certReqId", 0, "is that of another request");
    if ((rc = jy_status_read(&response, &status)) != JY_OK)
        return malformed(rc, "CertResponse.status", fault);
    if (status.status != JY_STATUS_ACCEPTED && status.status != JY_STATUS_GRANTED_WITH_MODS)
        return tell(&status, "CertResponse.status", fault);
    if ((rc = read_key_pair(&response, &out->certificate, fault)) != JY_OK)
        return rc;
    if (jy_der_peek(&response) == DER_OCTET_STRING && (rc = jy_der_next(&response, &item)) != JY_OK)   /* rspInfo */
        return malformed(rc, "rspInfo", fault);
    if ((rc = jy_der_close(&response)) != JY_OK)
        return malformed(rc, "CertResponse", fault);
    return (rc = jy_der_close(list)) == JY_OK ? rc : jy_fail(fault, rc, "CertRepMessage.response", 0, "has more than one certificate");
}

jy_err
jy_cmp_read_certificate(const struct jy_cmp_access *access, const struct jy_cmp_question *question, struct jy_slice answer, struct jy_cmp_issued *out,
                        struct jy_fault *fault)
{
    struct jy_cmp_issued issued = { .number = 0 };
    struct jy_cmp_message message;
    struct jy_der der, body, list;
    struct jy_der_item item;
    jy_err rc;

    *out = (struct jy_cmp_issued){ .number = 0 };
    if ((rc = open_answer(access, question, answer, CMP_CP, &message, fault)) != JY_OK)
        return rc;
    jy_der_open(&der, message.content);
    if ((rc = jy_der_enter(&der, DER_SEQUENCE, &body)) != JY_OK || (rc = jy_der_close(&der)) != JY_OK ||
        (jy_der_peek(&body) == DER_CONTEXT_1 && (rc = jy_der_next(&body, &item)) != JY_OK) ||            /* caPubs */
        (rc = jy_der_enter(&body, DER_SEQUENCE, &list)) != JY_OK || (rc = jy_der_close(&body)) != JY_OK)
        return malformed(rc, "CertRepMessage", fault);
    if ((rc = read_response(&list, &issued, fault)) != JY_OK)
        return rc;
    issued.confirmed = message.implicit_confirm;
    if (!issued.confirmed && message.nonce.len == 0)
        return jy_fail(fault, JY_E_FORMAT, "PKIHeader.senderNonce", 0, "is missing: a confirmation must repeat it");
    if (message.nonce.len > 0)
        memcpy(issued.nonce, message.nonce.p, message.nonce.len);
    issued.nonce_len = message.nonce.len;
    *out = issued;
    return JY_OK;
}

jy_err
jy_cmp_read_confirmed(const struct jy_cmp_access *access, const struct jy_cmp_question *question, struct jy_slice answer, struct jy_fault *fault)
{
    struct jy_cmp_message message;
    struct jy_der der;
    struct jy_der_item item;
    jy_err rc;

    if ((rc = open_answer(access, question, answer, CMP_PKI_CONF, &message, fault)) != JY_OK)
        return rc;
    jy_der_open(&der, message.content);
    if ((rc = jy_der_get(&der, DER_NULL, &item)) != JY_OK || (rc = item.value.len == 0 ? JY_OK : JY_E_FORMAT) != JY_OK || (rc = jy_der_close(&der)) != JY_OK)
        return malformed(rc, "PKIConfirmContent", fault);
    return JY_OK;
}

/* -- rp -- */

/* revCerts, when it is there: one CertId, of the certificate that was asked about. */
static jy_err
check_revoked(struct jy_der *body, const struct jy_cmp_access *access, const struct jy_cmp_question *question, struct jy_fault *fault)
{
    struct jy_der tagged, list, id, name;
    struct jy_der_item issuer, serial;
    jy_err rc;

    if (jy_der_peek(body) != DER_CONTEXT_0)
        return JY_OK;
    if ((rc = jy_der_enter(body, DER_CONTEXT_0, &tagged)) != JY_OK || (rc = jy_der_enter(&tagged, DER_SEQUENCE, &list)) != JY_OK ||
        (rc = jy_der_close(&tagged)) != JY_OK || (rc = jy_der_enter(&list, DER_SEQUENCE, &id)) != JY_OK || (rc = jy_der_close(&list)) != JY_OK ||
        (rc = jy_der_enter(&id, 0xA4, &name)) != JY_OK || (rc = jy_der_get(&name, DER_SEQUENCE, &issuer)) != JY_OK || (rc = jy_der_close(&name)) != JY_OK ||
        (rc = jy_der_get(&id, DER_INTEGER, &serial)) != JY_OK || (rc = jy_der_close(&id)) != JY_OK)
        return malformed(rc, "RevRepContent.revCerts", fault);
    while (serial.value.len > 1 && serial.value.p[0] == 0)
        serial.value.p++, serial.value.len--;
    return jy_slice_equal(issuer.tlv, access->ca) && jy_slice_equal(serial.value, JY_SLICE(question->serial, question->serial_len)) ? JY_OK
        : jy_fail(fault, JY_E_FORMAT, "RevRepContent.revCerts", 0, "names another certificate");
}

jy_err
jy_cmp_read_revoked(const struct jy_cmp_access *access, const struct jy_cmp_question *question, struct jy_slice answer, struct jy_fault *fault)
{
    struct jy_cmp_message message;
    struct jy_status status;
    struct jy_der der, body, list;
    struct jy_der_item item;
    jy_err rc;

    if ((rc = open_answer(access, question, answer, CMP_RP, &message, fault)) != JY_OK)
        return rc;
    jy_der_open(&der, message.content);
    if ((rc = jy_der_enter(&der, DER_SEQUENCE, &body)) != JY_OK || (rc = jy_der_close(&der)) != JY_OK ||
        (rc = jy_der_enter(&body, DER_SEQUENCE, &list)) != JY_OK || (rc = jy_status_read(&list, &status)) != JY_OK || (rc = jy_der_close(&list)) != JY_OK)
        return malformed(rc, "RevRepContent", fault);
    if ((rc = check_revoked(&body, access, question, fault)) != JY_OK)
        return rc;
    if ((jy_der_peek(&body) == DER_CONTEXT_1 && (rc = jy_der_next(&body, &item)) != JY_OK) || (rc = jy_der_close(&body)) != JY_OK)       /* crls */
        return malformed(rc, "RevRepContent", fault);
    if (status.status == JY_STATUS_ACCEPTED || status.status == JY_STATUS_GRANTED_WITH_MODS || status.status == JY_STATUS_REVOKED)
        return JY_OK;
    return status.status == JY_STATUS_REJECTION && jy_status_fails_by(&status, JY_FAILURE_CERT_REVOKED) ? JY_OK : tell(&status, "RevRepContent.status", fault);
}
