/* SPDX-License-Identifier: Apache-2.0 */
/* p10cr, certConf and rr: what is asked of a CA, RFC 9483 4.1.4 and 4.2. */
#include "cmp/cmp.h"

#include "codec/oid.h"
#include "codec/text.h"

#include <string.h>

/* The same question has the same transactionID, also after a crash. */
static jy_err
begin(const struct jy_cmp_access *access, const char *what, const char *id, struct jy_cmp_question *question, struct jy_fault *fault)
{
    struct jy_buf text = { 0 };
    uint8_t digest[JY_SM3_SIZE];
    jy_err rc;

    *question = (struct jy_cmp_question){ .serial_len = 0 };
    if ((rc = jy_cmp_access_check(access, fault)) != JY_OK)
        return rc;
    if (id[0] == '\0')
        return jy_fail(fault, JY_E_ARGUMENT, what, 0, "its id is empty");
    if ((rc = jy_buf_fmt(&text, "jinyin CMP %s %s", what, id)) == JY_OK && (rc = jy_sm3(jy_buf_slice(&text), digest)) == JY_OK) {
        memcpy(question->transaction, digest, sizeof(question->transaction));
        rc = jy_random(question->nonce, sizeof(question->nonce));
    }
    jy_buf_free(&text);
    return rc == JY_OK ? rc : jy_fail(fault, rc, "transactionID", 0, "cannot be made");
}

/* The sender of a message under a shared secret is known by its reference alone: CN of that text (RFC 9483 3.1). */
static jy_err
put_sender(struct jy_buf *out, struct jy_slice reference)
{
    struct jy_buf attribute = { 0 }, set = { 0 };
    jy_err rc;

    if ((rc = jy_der_put_oid(&attribute, OID_COMMON_NAME)) == JY_OK && (rc = jy_der_put(&attribute, DER_UTF8, reference)) == JY_OK &&
        (rc = jy_der_wrap(&set, DER_SEQUENCE, &attribute)) == JY_OK && (rc = jy_der_wrap(&attribute, DER_SET, &set)) == JY_OK)
        rc = jy_der_wrap(out, DER_SEQUENCE, &attribute);
    jy_buf_free(&attribute);
    jy_buf_free(&set);
    return rc;
}

static jy_err
send(const struct jy_cmp_access *access, const struct jy_cmp_question *question, struct jy_cmp_header *header, unsigned body, struct jy_slice content,
     struct jy_buf *out, struct jy_fault *fault)
{
    const struct jy_cmp_pbm pbm = { .owf = OID_SM3, .mac = OID_SM3 };
    struct jy_buf sender = { 0 };
    jy_err rc = put_sender(&sender, access->reference);

    header->sender = jy_buf_slice(&sender);
    header->recipient = access->ca;
    header->key_id = access->reference;
    header->transaction = JY_SLICE(question->transaction, sizeof(question->transaction));
    header->nonce = JY_SLICE(question->nonce, sizeof(question->nonce));
    if (rc == JY_OK)
        rc = jy_cmp_message_write(access, header, body, content, &pbm, out);
    jy_buf_free(&sender);
    return rc == JY_OK ? rc : jy_fail(fault, rc, "PKIMessage", 0, "cannot be written");
}

jy_err
jy_cmp_ask_certificate(const struct jy_cmp_access *access, const char *request_id, const char *profile, struct jy_slice csr, jy_time now,
                       struct jy_cmp_question *question, struct jy_buf *out, struct jy_fault *fault)
{
    struct jy_cmp_header header = { .now = now, .implicit_confirm = true, .profile = profile };
    jy_err rc = begin(access, "certificate", request_id, question, fault);

    if (rc != JY_OK)
        return rc;
    if (profile[0] == '\0' || strlen(profile) >= JY_CMP_PROFILE_SIZE)
        return jy_fail(fault, JY_E_ARGUMENT, "profile", 0, "1 to %d bytes", JY_CMP_PROFILE_SIZE - 1);
    if (csr.len == 0 || csr.len > JY_CERT_MAX)
        return jy_fail(fault, JY_E_LIMIT, "csr", 0, "1 to %d bytes", JY_CERT_MAX);
    return send(access, question, &header, CMP_P10CR, csr, out, fault);
}

jy_err
jy_cmp_confirm(const struct jy_cmp_access *access, struct jy_cmp_question *question, const struct jy_cmp_issued *issued, jy_time now, struct jy_buf *out,
               struct jy_fault *fault)
{
    struct jy_cmp_header header = { .now = now, .recip_nonce = JY_SLICE(issued->nonce, issued->nonce_len) };
    struct jy_buf body = { 0 }, list = { 0 };
    uint8_t digest[JY_SM3_SIZE];
    jy_err rc;

    /* certHash is by the digest of the certificate's own signature (RFC 4210 5.3.18): SM2 with SM3. */
    if ((rc = jy_random(question->nonce, sizeof(question->nonce))) == JY_OK && (rc = jy_sm3(issued->certificate, digest)) == JY_OK &&
        (rc = jy_der_put(&body, DER_OCTET_STRING, JY_SLICE(digest, sizeof(digest)))) == JY_OK && (rc = jy_der_put_i64(&body, issued->number)) == JY_OK &&
        (rc = jy_status_put(&body, JY_STATUS_ACCEPTED, -1, "")) == JY_OK && (rc = jy_der_wrap(&list, DER_SEQUENCE, &body)) == JY_OK &&
        (rc = jy_der_wrap(&body, DER_SEQUENCE, &list)) == JY_OK)
        rc = send(access, question, &header, CMP_CERT_CONF, jy_buf_slice(&body), out, fault);
    else
        jy_fail(fault, rc, "certConf", 0, "cannot be written");
    jy_buf_free(&body);
    jy_buf_free(&list);
    return rc;
}

/* -- revocation -- */

static jy_err
read_serial(const char *hex, struct jy_cmp_question *question, struct jy_fault *fault)
{
    size_t len = strlen(hex);

    if (len == 0 || len % 2 != 0 || len / 2 > JY_CMP_SERIAL_SIZE || jy_hex_parse(jy_slice_text(hex), question->serial, len / 2) != JY_OK)
        return jy_fail(fault, JY_E_ARGUMENT, "serial", 0, "1 to %d bytes in hexadecimal", JY_CMP_SERIAL_SIZE);
    question->serial_len = len / 2;
    return JY_OK;
}

/* Extension; value is emptied. */
static jy_err
put_extension(struct jy_buf *out, struct jy_slice oid, struct jy_buf *value)
{
    struct jy_buf body = { 0 };
    jy_err rc;

    if ((rc = jy_der_put_oid(&body, oid)) == JY_OK && (rc = jy_der_wrap(&body, DER_OCTET_STRING, value)) == JY_OK)
        rc = jy_der_wrap(out, DER_SEQUENCE, &body);
    jy_buf_free(&body);
    return rc;
}

/* RevReqContent: one RevDetails, CertTemplate (RFC 4211: implicit tags, but a Name is a CHOICE) and crlEntryDetails. */
static jy_err
put_revocation(const struct jy_cmp_access *access, const struct jy_cmp_question *question, const struct jy_cmp_revocation *what, struct jy_buf *out)
{
    const uint8_t reason = (uint8_t)what->reason;
    struct jy_buf part = { 0 }, details = { 0 }, value = { 0 };
    jy_err rc;

    if ((rc = jy_der_put_unsigned(&part, 0x81, JY_SLICE(question->serial, question->serial_len))) == JY_OK &&
        (rc = jy_der_put(&part, 0xA3, access->ca)) == JY_OK && (rc = jy_der_wrap(&details, DER_SEQUENCE, &part)) == JY_OK &&
        (rc = jy_der_put(&value, CMP_ENUMERATED, JY_SLICE(&reason, 1))) == JY_OK &&
        (rc = put_extension(&part, OID_CRL_REASON, &value)) == JY_OK && (rc = jy_der_put_generalized_time(&value, what->at)) == JY_OK &&
        (rc = put_extension(&part, OID_INVALIDITY_DATE, &value)) == JY_OK && (rc = jy_der_wrap(&details, DER_SEQUENCE, &part)) == JY_OK &&
        (rc = jy_der_wrap(&part, DER_SEQUENCE, &details)) == JY_OK)
        rc = jy_der_wrap(out, DER_SEQUENCE, &part);
    jy_buf_free(&part);
    jy_buf_free(&details);
    jy_buf_free(&value);
    return rc;
}

jy_err
jy_cmp_ask_revocation(const struct jy_cmp_access *access, const struct jy_cmp_revocation *what, jy_time now, struct jy_cmp_question *question,
                      struct jy_buf *out, struct jy_fault *fault)
{
    struct jy_cmp_header header = { .now = now };
    struct jy_buf body = { 0 };
    jy_err rc;

    if ((rc = begin(access, "revocation", what->event_id, question, fault)) != JY_OK || (rc = read_serial(what->serial, question, fault)) != JY_OK)
        return rc;
    if (what->reason < 0 || what->reason > 10)
        return jy_fail(fault, JY_E_ARGUMENT, "reason", 0, "a CRLReason of RFC 5280");
    if ((rc = put_revocation(access, question, what, &body)) == JY_OK)
        rc = send(access, question, &header, CMP_RR, jy_buf_slice(&body), out, fault);
    else
        jy_fail(fault, rc, "rr", 0, "cannot be written");
    jy_buf_free(&body);
    return rc;
}
