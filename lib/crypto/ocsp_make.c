/* SPDX-License-Identifier: Apache-2.0 */
/* OCSP requests, and what a responder does with them (RFC 6960 4.1, 4.2). */
#include <jinyin/ocsp.h>

#include "codec/der.h"
#include "codec/oid.h"
#include "codec/text.h"
#include "crypto/digest.h"
#include "crypto/x509.h"

#include <string.h>

#define REQUEST_MAX 16384
#define DER_ENUMERATED 0x0A

/* ---- asking ---- */

static jy_err
put_digest(struct jy_buf *out, struct jy_slice algorithm, struct jy_slice data)
{
    uint8_t digest[JY_DIGEST_MAX];
    size_t len;
    jy_err rc = jy_digest(algorithm, data, digest, &len);

    return rc == JY_OK ? jy_der_put(out, DER_OCTET_STRING, JY_SLICE(digest, len)) : rc;
}

static jy_err
put_cert_id(struct jy_buf *out, const struct jy_cert *cert, const struct jy_cert *issuer, struct jy_slice algorithm)
{
    struct jy_buf body = { 0 };
    jy_err rc;

    if ((rc = jy_der_put_algorithm(&body, algorithm)) == JY_OK && (rc = put_digest(&body, algorithm, issuer->subject_der)) == JY_OK &&
        (rc = put_digest(&body, algorithm, issuer->key_bits)) == JY_OK && (rc = jy_buf_add(&body, cert->serial_der)) == JY_OK)
        rc = jy_der_wrap(out, DER_SEQUENCE, &body);
    jy_buf_free(&body);
    return rc;
}

/* SEQUENCE of one extension: the nonce, whose extnValue has these contents. */
static jy_err
put_nonce(struct jy_buf *out, struct jy_slice contents)
{
    struct jy_buf extension = { 0 }, list = { 0 };
    jy_err rc;

    if ((rc = jy_der_put_oid(&extension, OID_OCSP_NONCE)) == JY_OK && (rc = jy_der_put(&extension, DER_OCTET_STRING, contents)) == JY_OK &&
        (rc = jy_der_wrap(&list, DER_SEQUENCE, &extension)) == JY_OK)
        rc = jy_der_wrap(out, DER_SEQUENCE, &list);
    jy_buf_free(&extension);
    jy_buf_free(&list);
    return rc;
}

jy_err
jy_ocsp_request(const struct jy_cert *cert, const struct jy_cert *issuer, bool sha1, struct jy_slice nonce, struct jy_buf *out,
                struct jy_fault *fault)
{
    struct jy_buf a = { 0 }, b = { 0 }, tagged = { 0 };
    jy_err rc;

    if (nonce.len > JY_OCSP_NONCE_MAX)
        return jy_fail(fault, JY_E_ARGUMENT, "nonce", 0, "more than %d bytes", JY_OCSP_NONCE_MAX);
    if (!jy_x509_names_issuer(cert, issuer))
        return jy_fail(fault, JY_E_ARGUMENT, "issuer", 0, "is not the one that the certificate names");
    if ((rc = put_cert_id(&a, cert, issuer, sha1 ? OID_SHA1 : OID_SM3)) != JY_OK || (rc = jy_der_wrap(&b, DER_SEQUENCE, &a)) != JY_OK ||
        (rc = jy_der_wrap(&a, DER_SEQUENCE, &b)) != JY_OK)                            /* requestList of one Request */
        goto out;
    if (nonce.len > 0 && ((rc = jy_der_put(&b, DER_OCTET_STRING, nonce)) != JY_OK || (rc = put_nonce(&tagged, jy_buf_slice(&b))) != JY_OK ||
                          (rc = jy_der_put(&a, 0xA2, jy_buf_slice(&tagged))) != JY_OK))
        goto out;
    b.len = 0;
    if ((rc = jy_der_wrap(&b, DER_SEQUENCE, &a)) == JY_OK)
        rc = jy_der_wrap(out, DER_SEQUENCE, &b);
out:
    jy_buf_free(&a);
    jy_buf_free(&b);
    jy_buf_free(&tagged);
    return rc;
}

/* ---- answering ---- */

static jy_err
read_extensions(struct jy_der *body, uint8_t tag, struct jy_slice *nonce)
{
    struct jy_der tagged, list, extension;
    jy_err rc;

    if ((rc = jy_der_enter(body, tag, &tagged)) != JY_OK || (rc = jy_der_enter(&tagged, DER_SEQUENCE, &list)) != JY_OK)
        return rc;
    while (!jy_der_at_end(&list)) {
        struct jy_der_item item;
        struct jy_slice oid, value;
        bool critical = false;
        if ((rc = jy_der_enter(&list, DER_SEQUENCE, &extension)) != JY_OK || (rc = jy_der_oid(&extension, &oid)) != JY_OK)
            return rc;
        if (jy_der_peek(&extension) == DER_BOOLEAN) {
            if ((rc = jy_der_next(&extension, &item)) != JY_OK)
                return rc;
            critical = true;
        }
        if ((rc = jy_der_octets(&extension, &value)) != JY_OK || (rc = jy_der_close(&extension)) != JY_OK)
            return rc;
        if (nonce != NULL && jy_slice_equal(oid, OID_OCSP_NONCE))
            *nonce = value;
        else if (critical)
            return JY_E_UNSUPPORTED;
    }
    return JY_OK;
}

static jy_err
read_question(struct jy_der *list, struct jy_ocsp_question *out)
{
    struct jy_der request, id;
    struct jy_der_item whole, item;
    struct jy_slice number;
    jy_err rc;

    if ((rc = jy_der_enter(list, DER_SEQUENCE, &request)) != JY_OK)
        return rc;
    id = request;
    if ((rc = jy_der_get(&request, DER_SEQUENCE, &whole)) != JY_OK)
        return rc;
    out->cert_id = whole.tlv;
    if ((rc = jy_der_enter(&id, DER_SEQUENCE, &id)) != JY_OK || (rc = jy_der_get(&id, DER_SEQUENCE, &item)) != JY_OK ||
        (rc = jy_der_get(&id, DER_OCTET_STRING, &item)) != JY_OK || (rc = jy_der_get(&id, DER_OCTET_STRING, &item)) != JY_OK ||
        (rc = jy_der_get(&id, DER_INTEGER, &item)) != JY_OK)
        return rc;
    for (number = item.value; number.len > 1 && number.p[0] == 0; number.p++, number.len--)
        ;
    if (number.len == 0 || number.len * 2 >= sizeof(out->serial))
        return JY_E_FORMAT;
    jy_hex(number, out->serial);
    for (char *c = out->serial; *c != '\0'; c++)
        *c = *c >= 'a' && *c <= 'f' ? (char)(*c - 'a' + 'A') : *c;
    return jy_der_at_end(&request) ? JY_OK : read_extensions(&request, DER_CONTEXT_0, NULL);
}

static jy_err
read_request(struct jy_slice der, struct jy_ocsp_questions *out)
{
    struct jy_der all, body, tbs, list;
    struct jy_der_item item;
    jy_err rc;

    jy_der_open(&all, der);
    if ((rc = jy_der_enter(&all, DER_SEQUENCE, &body)) != JY_OK || (rc = jy_der_close(&all)) != JY_OK ||
        (rc = jy_der_enter(&body, DER_SEQUENCE, &tbs)) != JY_OK)
        return rc;
    if ((jy_der_peek(&tbs) == DER_CONTEXT_0 && (rc = jy_der_next(&tbs, &item)) != JY_OK) ||           /* version */
        (jy_der_peek(&tbs) == DER_CONTEXT_1 && (rc = jy_der_next(&tbs, &item)) != JY_OK) ||           /* requestorName */
        (rc = jy_der_enter(&tbs, DER_SEQUENCE, &list)) != JY_OK)
        return rc;
    while (!jy_der_at_end(&list)) {
        if (out->count == JY_OCSP_SINGLES_MAX)
            return JY_E_LIMIT;
        if ((rc = read_question(&list, &out->list[out->count++])) != JY_OK)
            return rc;
    }
    if (!jy_der_at_end(&tbs) && (rc = read_extensions(&tbs, 0xA2, &out->nonce)) != JY_OK)
        return rc;
    return out->count == 0 ? JY_E_FORMAT : jy_der_close(&tbs);
}

jy_err
jy_ocsp_request_read(struct jy_slice der, struct jy_ocsp_questions *out, struct jy_fault *fault)
{
    jy_err rc;

    memset(out, 0, sizeof(*out));
    if (der.len == 0 || der.len > REQUEST_MAX)
        return jy_fail(fault, JY_E_LIMIT, "OCSPRequest", 0, "%zu bytes, 1 to %d are allowed", der.len, REQUEST_MAX);
    if ((rc = read_request(der, out)) != JY_OK)
        return jy_fail(fault, rc == JY_E_TRAILING ? JY_E_FORMAT : rc, "OCSPRequest", 0, "malformed, too much asked, or a critical extension");
    return JY_OK;
}

static jy_err
put_time(struct jy_buf *out, uint8_t tag, jy_time t)
{
    struct jy_buf body = { 0 };
    jy_err rc;

    if ((rc = jy_der_put_generalized_time(&body, t)) == JY_OK)
        rc = jy_der_wrap(out, tag, &body);
    jy_buf_free(&body);
    return rc;
}

static jy_err
put_status(struct jy_buf *out, const struct jy_ocsp_answer *answer)
{
    struct jy_buf body = { 0 }, reason = { 0 };
    uint8_t number = (uint8_t)answer->reason;
    jy_err rc;

    if (answer->status != JY_OCSP_REVOKED)
        return jy_der_put(out, answer->status == JY_OCSP_GOOD ? 0x80 : 0x82, JY_EMPTY);
    if ((rc = jy_der_put_generalized_time(&body, answer->revoked_at)) == JY_OK && answer->reason >= 0 &&
        (rc = jy_der_put(&reason, DER_ENUMERATED, JY_SLICE(&number, 1))) == JY_OK)
        rc = jy_der_wrap(&body, DER_CONTEXT_0, &reason);
    if (rc == JY_OK)
        rc = jy_der_wrap(out, 0xA1, &body);
    jy_buf_free(&body);
    jy_buf_free(&reason);
    return rc;
}

static jy_err
put_archive_cutoff(struct jy_buf *out, jy_time t)
{
    struct jy_buf a = { 0 }, b = { 0 };
    jy_err rc;

    if ((rc = jy_der_put_oid(&a, OID_OCSP_ARCHIVE_CUTOFF)) == JY_OK && (rc = put_time(&a, DER_OCTET_STRING, t)) == JY_OK &&
        (rc = jy_der_wrap(&b, DER_SEQUENCE, &a)) == JY_OK && (rc = jy_der_wrap(&a, DER_SEQUENCE, &b)) == JY_OK)
        rc = jy_der_wrap(out, DER_CONTEXT_1, &a);
    jy_buf_free(&a);
    jy_buf_free(&b);
    return rc;
}

static jy_err
put_single(struct jy_buf *out, const struct jy_ocsp_question *question, const struct jy_ocsp_answer *answer)
{
    struct jy_buf body = { 0 };
    jy_err rc;

    if ((rc = jy_buf_add(&body, question->cert_id)) == JY_OK && (rc = put_status(&body, answer)) == JY_OK &&
        (rc = jy_der_put_generalized_time(&body, answer->this_update)) == JY_OK &&
        (answer->next_update == 0 || (rc = put_time(&body, DER_CONTEXT_0, answer->next_update)) == JY_OK) &&
        (answer->archive_cutoff == 0 || (rc = put_archive_cutoff(&body, answer->archive_cutoff)) == JY_OK))
        rc = jy_der_wrap(out, DER_SEQUENCE, &body);
    jy_buf_free(&body);
    return rc;
}

/* ResponseData: responderID byKey, which is a SHA-1 whatever else is used (RFC 6960 4.2.1). */
static jy_err
put_data(struct jy_buf *out, const struct jy_ocsp_questions *questions, const struct jy_ocsp_answer *answers, const struct jy_cert *responder,
         jy_time produced_at)
{
    struct jy_buf body = { 0 }, part = { 0 };
    jy_err rc;

    if ((rc = put_digest(&part, OID_SHA1, responder->key_bits)) != JY_OK || (rc = jy_der_wrap(&body, 0xA2, &part)) != JY_OK ||
        (rc = jy_der_put_generalized_time(&body, produced_at)) != JY_OK)
        goto out;
    for (size_t i = 0; i < questions->count; i++)
        if ((rc = put_single(&part, &questions->list[i], &answers[i])) != JY_OK)
            goto out;
    if ((rc = jy_der_wrap(&body, DER_SEQUENCE, &part)) != JY_OK)
        goto out;
    if (questions->nonce.len > 0 &&
        ((rc = put_nonce(&part, questions->nonce)) != JY_OK || (rc = jy_der_wrap(&body, DER_CONTEXT_1, &part)) != JY_OK))
        goto out;
    rc = jy_der_wrap(out, DER_SEQUENCE, &body);
out:
    jy_buf_free(&body);
    jy_buf_free(&part);
    return rc;
}

static jy_err
put_response(struct jy_buf *out, uint8_t status, struct jy_slice basic)
{
    struct jy_buf body = { 0 }, part = { 0 }, inner = { 0 };
    jy_err rc;

    if ((rc = jy_der_put(&body, DER_ENUMERATED, JY_SLICE(&status, 1))) == JY_OK && basic.len > 0 &&
        (rc = jy_der_put_oid(&part, OID_OCSP_BASIC)) == JY_OK && (rc = jy_der_put(&part, DER_OCTET_STRING, basic)) == JY_OK &&
        (rc = jy_der_wrap(&inner, DER_SEQUENCE, &part)) == JY_OK)
        rc = jy_der_wrap(&body, DER_CONTEXT_0, &inner);
    if (rc == JY_OK)
        rc = jy_der_wrap(out, DER_SEQUENCE, &body);
    jy_buf_free(&body);
    jy_buf_free(&part);
    jy_buf_free(&inner);
    return rc;
}

jy_err
jy_ocsp_respond(const struct jy_ocsp_questions *questions, const struct jy_ocsp_answer *answers, const struct jy_sm2 *key,
                const struct jy_cert *responder, jy_time produced_at, struct jy_buf *out, struct jy_fault *fault)
{
    struct jy_buf body = { 0 }, part = { 0 }, basic = { 0 };
    uint8_t sig[JY_SM2_SIGNATURE_MAX];
    size_t sig_len;
    jy_err rc;

    if (jy_cert_key(responder) == NULL || !jy_sm2_same_public(jy_cert_key(responder), key))
        return jy_fail(fault, JY_E_CERTIFICATE, "responder", 0, "the key is not the one of its certificate");
    if ((rc = put_data(&body, questions, answers, responder, produced_at)) != JY_OK ||
        (rc = jy_sm2_sign(key, jy_buf_slice(&body), sig, &sig_len)) != JY_OK || (rc = jy_der_put_algorithm(&body, OID_SM2_WITH_SM3)) != JY_OK ||
        (rc = jy_der_put_bits(&body, JY_SLICE(sig, sig_len))) != JY_OK ||
        (rc = jy_der_put(&part, DER_SEQUENCE, jy_cert_der(responder))) != JY_OK || (rc = jy_der_wrap(&body, DER_CONTEXT_0, &part)) != JY_OK ||
        (rc = jy_der_wrap(&basic, DER_SEQUENCE, &body)) != JY_OK)
        goto out;
    rc = put_response(out, 0, jy_buf_slice(&basic));
out:
    jy_buf_free(&body);
    jy_buf_free(&part);
    jy_buf_free(&basic);
    return rc;
}

jy_err
jy_ocsp_refuse(enum jy_ocsp_error error, struct jy_buf *out)
{
    return put_response(out, (uint8_t)error, JY_EMPTY);
}
