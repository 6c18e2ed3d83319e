/* SPDX-License-Identifier: Apache-2.0 */
/* The CA's side: p10cr, certConf and rr understood, cp, pkiConf, rp and error written. For jinyin-sim and for tests. */
#include "cmp/cmp.h"

#include "codec/oid.h"
#include "codec/text.h"

#include <stdio.h>
#include <string.h>

/* -- understood -- */

static jy_err
read_confirmation(struct jy_der *der, struct jy_cmp_request *out)
{
    struct jy_status status = { .status = JY_STATUS_ACCEPTED };
    struct jy_der list, body;
    int64_t number;
    jy_err rc;

    if ((rc = jy_der_enter(der, DER_SEQUENCE, &list)) != JY_OK || (rc = jy_der_enter(&list, DER_SEQUENCE, &body)) != JY_OK ||
        (rc = jy_der_close(&list)) != JY_OK || (rc = jy_der_octets(&body, &out->hash)) != JY_OK || (rc = jy_der_i64(&body, &number)) != JY_OK)
        return rc;
    if (jy_der_peek(&body) == DER_SEQUENCE && (rc = jy_status_read(&body, &status)) != JY_OK)
        return rc;
    out->accepted = status.status == JY_STATUS_ACCEPTED;
    return jy_der_close(&body);
}

/* CertTemplate: serialNumber and issuer; what else describes the certificate is not needed. */
static jy_err
read_template(struct jy_der *template, struct jy_cmp_request *out)
{
    struct jy_der inner;
    struct jy_der_item item;
    jy_err rc;

    while (!jy_der_at_end(template)) {
        if (jy_der_peek(template) == 0xA3) {
            if ((rc = jy_der_enter(template, 0xA3, &inner)) != JY_OK || (rc = jy_der_get(&inner, DER_SEQUENCE, &item)) != JY_OK ||
                (rc = jy_der_close(&inner)) != JY_OK)
                return rc;
            out->issuer = item.tlv;
            continue;
        }
        if ((rc = jy_der_next(template, &item)) != JY_OK)
            return rc;
        if (item.tag != 0x81)
            continue;
        while (item.value.len > 1 && item.value.p[0] == 0)
            item.value.p++, item.value.len--;
        if (item.value.len == 0 || item.value.len > JY_CMP_SERIAL_SIZE)
            return JY_E_FORMAT;
        for (size_t i = 0; i < item.value.len; i++)
            snprintf(out->serial + 2 * i, 3, "%02X", item.value.p[i]);
    }
    return out->issuer.len > 0 && out->serial[0] != '\0' ? JY_OK : JY_E_FORMAT;
}

static jy_err
read_extension(struct jy_der *list, struct jy_cmp_request *out)
{
    struct jy_der body, value;
    struct jy_der_item item;
    struct jy_slice oid, bytes;
    bool critical = false, exact;
    jy_err rc;

    if ((rc = jy_der_enter(list, DER_SEQUENCE, &body)) != JY_OK || (rc = jy_der_oid(&body, &oid)) != JY_OK)
        return rc;
    if (jy_der_peek(&body) == DER_BOOLEAN) {
        if ((rc = jy_der_next(&body, &item)) != JY_OK)
            return rc;
        critical = item.value.len == 1 && item.value.p[0] != 0;
    }
    if ((rc = jy_der_octets(&body, &bytes)) != JY_OK || (rc = jy_der_close(&body)) != JY_OK)
        return rc;
    jy_der_open(&value, bytes);
    if (jy_slice_equal(oid, OID_CRL_REASON)) {
        if ((rc = jy_der_get(&value, CMP_ENUMERATED, &item)) != JY_OK || (rc = item.value.len == 1 ? JY_OK : JY_E_FORMAT) != JY_OK)
            return rc;
        out->reason = item.value.p[0];
        return jy_der_close(&value);
    }
    if (jy_slice_equal(oid, OID_INVALIDITY_DATE))
        return (rc = jy_der_time(&value, &out->invalid_since, &exact)) != JY_OK ? rc : jy_der_close(&value);
    return critical ? JY_E_UNSUPPORTED : JY_OK;
}

static jy_err
read_revocation(struct jy_der *der, struct jy_cmp_request *out)
{
    struct jy_der list, body, template, extensions;
    jy_err rc;

    if ((rc = jy_der_enter(der, DER_SEQUENCE, &list)) != JY_OK || (rc = jy_der_enter(&list, DER_SEQUENCE, &body)) != JY_OK ||
        (rc = jy_der_close(&list)) != JY_OK || (rc = jy_der_enter(&body, DER_SEQUENCE, &template)) != JY_OK || (rc = read_template(&template, out)) != JY_OK)
        return rc;
    if (jy_der_at_end(&body))
        return JY_OK;
    if ((rc = jy_der_enter(&body, DER_SEQUENCE, &extensions)) != JY_OK || (rc = jy_der_close(&body)) != JY_OK)
        return rc;
    while (rc == JY_OK && !jy_der_at_end(&extensions))
        rc = read_extension(&extensions, out);
    return rc;
}

static jy_err
read_content(const struct jy_cmp_message *message, struct jy_cmp_request *out)
{
    struct jy_der der;
    struct jy_der_item item;
    jy_err rc;

    jy_der_open(&der, message->content);
    switch (message->body) {
    case CMP_P10CR:
        out->kind = JY_CMP_CERTIFICATE;
        out->implicit_confirm = message->implicit_confirm;
        memcpy(out->profile, message->profile, sizeof(out->profile));
        if ((rc = jy_der_get(&der, DER_SEQUENCE, &item)) == JY_OK)
            out->csr = item.tlv;
        break;
    case CMP_CERT_CONF:
        out->kind = JY_CMP_CONFIRMATION;
        rc = read_confirmation(&der, out);
        break;
    case CMP_RR:
        out->kind = JY_CMP_REVOCATION;
        rc = read_revocation(&der, out);
        break;
    default:
        return JY_E_UNSUPPORTED;
    }
    return rc == JY_OK ? jy_der_close(&der) : rc;
}

jy_err
jy_cmp_request_read(const struct jy_cmp_access *access, struct jy_slice der, struct jy_cmp_request *out, struct jy_fault *fault)
{
    struct jy_cmp_message message;
    jy_err rc;

    *out = (struct jy_cmp_request){ .reason = 0 };
    if ((rc = jy_cmp_access_check(access, fault)) != JY_OK || (rc = jy_cmp_message_read(der, &message, fault)) != JY_OK)
        return rc;
    out->transaction = message.transaction;
    out->nonce = message.nonce;
    out->recip_nonce = message.recip_nonce;
    if (!jy_slice_equal(message.key_id, access->reference))
        return jy_fail(fault, JY_E_SIGNATURE, "PKIHeader.senderKID", 0, "is nobody known here");
    if ((rc = jy_cmp_protection_check(&message, access->secret, fault)) != JY_OK)
        return rc;
    if (message.transaction.len == 0 || message.nonce.len == 0)
        return jy_fail(fault, JY_E_FORMAT, "PKIHeader", 0, "lacks transactionID or senderNonce");
    out->owf = message.pbm.owf;
    out->mac = message.pbm.mac;
    return (rc = read_content(&message, out)) == JY_OK ? rc
        : jy_fail(fault, rc, "PKIBody", 0, "%s", rc == JY_E_UNSUPPORTED ? "not p10cr, certConf or rr" : "is malformed");
}

/* -- answered -- */

/* CertRepMessage with one CertResponse. */
static jy_err
put_certificate(const struct jy_cmp_answer *what, struct jy_buf *out)
{
    struct jy_buf response = { 0 }, part = { 0 }, choice = { 0 };
    jy_err rc;

    if ((rc = jy_der_put_i64(&response, -1)) == JY_OK && (rc = jy_status_put(&response, what->status, what->failure, what->text)) == JY_OK &&
        what->status == JY_STATUS_ACCEPTED && (rc = jy_buf_add(&choice, what->certificate)) == JY_OK &&
        (rc = jy_der_wrap(&part, DER_CONTEXT_0, &choice)) == JY_OK)
        rc = jy_der_wrap(&response, DER_SEQUENCE, &part);
    if (rc == JY_OK && (rc = jy_der_wrap(&part, DER_SEQUENCE, &response)) == JY_OK && (rc = jy_der_wrap(&choice, DER_SEQUENCE, &part)) == JY_OK)
        rc = jy_der_wrap(out, DER_SEQUENCE, &choice);
    jy_buf_free(&response);
    jy_buf_free(&part);
    jy_buf_free(&choice);
    return rc;
}

/* RevRepContent with one status and the certificate that it is about. */
static jy_err
put_revoked(const struct jy_cmp_answer *what, struct jy_buf *out)
{
    struct jy_buf body = { 0 }, part = { 0 }, id = { 0 };
    uint8_t serial[JY_CMP_SERIAL_SIZE];
    size_t len = strlen(what->to->serial) / 2;
    jy_err rc;

    if ((rc = jy_status_put(&part, what->status, what->failure, what->text)) == JY_OK && (rc = jy_der_wrap(&body, DER_SEQUENCE, &part)) == JY_OK &&
        (rc = jy_hex_parse(jy_slice_text(what->to->serial), serial, len)) == JY_OK && (rc = jy_der_put(&part, 0xA4, what->to->issuer)) == JY_OK &&
        (rc = jy_der_put_unsigned(&part, DER_INTEGER, JY_SLICE(serial, len))) == JY_OK && (rc = jy_der_wrap(&id, DER_SEQUENCE, &part)) == JY_OK &&
        (rc = jy_der_wrap(&part, DER_SEQUENCE, &id)) == JY_OK && (rc = jy_der_wrap(&body, DER_CONTEXT_0, &part)) == JY_OK)
        rc = jy_der_wrap(out, DER_SEQUENCE, &body);
    jy_buf_free(&body);
    jy_buf_free(&part);
    jy_buf_free(&id);
    return rc;
}

static jy_err
put_error(unsigned status, int failure, const char *text, struct jy_buf *out)
{
    struct jy_buf body = { 0 };
    jy_err rc;

    if ((rc = jy_status_put(&body, status, failure, text)) == JY_OK)
        rc = jy_der_wrap(out, DER_SEQUENCE, &body);
    jy_buf_free(&body);
    return rc;
}

jy_err
jy_cmp_answer_write(const struct jy_cmp_access *access, const struct jy_cmp_answer *what, struct jy_buf *out, struct jy_fault *fault)
{
    const struct jy_cmp_request *to = what->to;
    const struct jy_cmp_pbm pbm = { .owf = to->owf, .mac = to->mac };
    const struct jy_cmp_header header = {
        .sender = access->ca, .key_id = access->reference, .transaction = to->transaction, .nonce = JY_SLICE(what->nonce, sizeof(what->nonce)),
        .recip_nonce = to->nonce, .now = what->now,
        .implicit_confirm = to->kind == JY_CMP_CERTIFICATE && what->status == JY_STATUS_ACCEPTED && to->implicit_confirm && !what->wait_for_confirmation };
    struct jy_buf content = { 0 };
    unsigned body = CMP_ERROR;
    jy_err rc;

    if (to->kind == JY_CMP_CERTIFICATE) {
        body = CMP_CP;
        rc = put_certificate(what, &content);
    } else if (to->kind == JY_CMP_REVOCATION) {
        body = CMP_RP;
        rc = put_revoked(what, &content);
    } else if (what->status == JY_STATUS_ACCEPTED) {
        body = CMP_PKI_CONF;
        rc = jy_der_put(&content, DER_NULL, JY_EMPTY);
    } else
        rc = put_error(what->status, what->failure, what->text, &content);
    if (rc == JY_OK)
        rc = jy_cmp_message_write(access, &header, body, jy_buf_slice(&content), &pbm, out);
    jy_buf_free(&content);
    return rc == JY_OK ? rc : jy_fail(fault, rc, "PKIMessage", 0, "cannot be written");
}

jy_err
jy_cmp_error_write(struct jy_slice ca, const struct jy_cmp_request *to, jy_time now, int failure, const char *text, struct jy_buf *out)
{
    const struct jy_cmp_header header = { .sender = ca, .transaction = to->transaction, .recip_nonce = to->nonce, .now = now };
    struct jy_buf content = { 0 };
    jy_err rc = put_error(JY_STATUS_REJECTION, failure, text, &content);

    if (rc == JY_OK)
        rc = jy_cmp_message_write(NULL, &header, CMP_ERROR, jy_buf_slice(&content), NULL, out);
    jy_buf_free(&content);
    return rc;
}
