/* SPDX-License-Identifier: Apache-2.0 */
/* OCSP responses (RFC 6960) read from their own bytes and judged: OpenSSL cannot check SM2 ones. */
#include "crypto/ocsp.h"

#include "codec/der.h"
#include "codec/oid.h"
#include "crypto/digest.h"
#include "crypto/known.h"
#include "crypto/x509.h"

#include <string.h>

#define WHERE "RFC 6960 OCSPResponse"
#define DER_ENUMERATED 0x0A
#define GOOD 0x80
#define REVOKED 0xA1
#define UNKNOWN 0x82
#define OCSP_CERTS_MAX 4              /* certificates of a response that are looked at */

struct basic {
    struct jy_slice tbs, signature;
    struct jy_slice algorithm;        /* OID */
    struct jy_slice certs;            /* contents of the SEQUENCE of certificates */
    struct jy_slice singles;          /* contents of responses */
    struct jy_slice nonce;            /* contents of the extension's OCTET STRING; empty = none */
    jy_time produced_at;
};

/* CertID, RFC 6960 4.1.1. */
struct cert_id {
    struct jy_slice algorithm, name_hash, key_hash, serial;   /* serial: TLV */
};

static jy_err
read_cert_id(struct jy_der *body, struct cert_id *out)
{
    struct jy_der id, algorithm;
    struct jy_der_item item;
    jy_err rc;

    if ((rc = jy_der_enter(body, DER_SEQUENCE, &id)) != JY_OK || (rc = jy_der_enter(&id, DER_SEQUENCE, &algorithm)) != JY_OK ||
        (rc = jy_der_oid(&algorithm, &out->algorithm)) != JY_OK || (rc = jy_der_octets(&id, &out->name_hash)) != JY_OK ||
        (rc = jy_der_octets(&id, &out->key_hash)) != JY_OK || (rc = jy_der_get(&id, DER_INTEGER, &item)) != JY_OK)
        return rc;
    out->serial = item.tlv;
    return jy_der_close(&id);
}

static bool
is_digest_of(struct jy_slice algorithm, struct jy_slice data, struct jy_slice told)
{
    uint8_t digest[JY_DIGEST_MAX];
    size_t len;

    return jy_digest(algorithm, data, digest, &len) == JY_OK && jy_slice_equal(told, JY_SLICE(digest, len));
}

static bool
is_issuer_meant(const struct cert_id *id, const struct jy_cert *issuer)
{
    return issuer->key_bits.len > 0 && is_digest_of(id->algorithm, issuer->subject_der, id->name_hash) &&
        is_digest_of(id->algorithm, issuer->key_bits, id->key_hash);
}

/* Extensions: the nonce is told, a critical one that we do not know refuses the whole. archiveCutoff is the only one of a single that counts. */
static jy_err
read_extensions(struct jy_der *tagged, struct jy_slice *nonce, jy_time *archive_cutoff)
{
    struct jy_der list;
    jy_err rc;

    if ((rc = jy_der_enter(tagged, DER_SEQUENCE, &list)) != JY_OK)
        return rc;
    while (!jy_der_at_end(&list)) {
        struct jy_der extension, value_der;
        struct jy_der_item item;
        struct jy_slice oid, value;
        bool critical = false, exact;
        if ((rc = jy_der_enter(&list, DER_SEQUENCE, &extension)) != JY_OK || (rc = jy_der_oid(&extension, &oid)) != JY_OK)
            return rc;
        if (jy_der_peek(&extension) == DER_BOOLEAN) {
            if ((rc = jy_der_next(&extension, &item)) != JY_OK)
                return rc;
            critical = item.value.len != 1 || item.value.p[0] != 0;
        }
        if ((rc = jy_der_octets(&extension, &value)) != JY_OK || (rc = jy_der_close(&extension)) != JY_OK)
            return rc;
        jy_der_open(&value_der, value);
        if (nonce != NULL && jy_slice_equal(oid, OID_OCSP_NONCE))
            *nonce = value;
        else if (archive_cutoff != NULL && jy_slice_equal(oid, OID_OCSP_ARCHIVE_CUTOFF) && jy_der_time(&value_der, archive_cutoff, &exact) == JY_OK)
            continue;
        else if (critical)
            return JY_E_UNSUPPORTED;
    }
    return jy_der_close(tagged);
}

/* ResponseData, RFC 6960 4.2.1. */
static jy_err
read_data(struct jy_slice tbs, struct basic *out)
{
    struct jy_der all, body, tagged;
    struct jy_der_item item;
    bool exact;
    uint32_t version;
    jy_err rc;

    jy_der_open(&all, tbs);
    if ((rc = jy_der_enter(&all, DER_SEQUENCE, &body)) != JY_OK)
        return rc;
    if (jy_der_peek(&body) == DER_CONTEXT_0 &&
        ((rc = jy_der_enter(&body, DER_CONTEXT_0, &tagged)) != JY_OK || (rc = jy_der_u32(&tagged, &version)) != JY_OK))
        return rc;
    if (jy_der_peek(&body) != DER_CONTEXT_1 && jy_der_peek(&body) != 0xA2)            /* responderID: the signature says who it is */
        return JY_E_FORMAT;
    if ((rc = jy_der_next(&body, &item)) != JY_OK || (rc = jy_der_time(&body, &out->produced_at, &exact)) != JY_OK ||
        (rc = jy_der_get(&body, DER_SEQUENCE, &item)) != JY_OK)
        return rc;
    out->singles = item.value;
    if (jy_der_at_end(&body))
        return JY_OK;
    if ((rc = jy_der_enter(&body, DER_CONTEXT_1, &tagged)) != JY_OK || (rc = read_extensions(&tagged, &out->nonce, NULL)) != JY_OK)
        return rc;
    return jy_der_close(&body);
}

static jy_err
read_basic(struct jy_slice der, struct basic *out)
{
    struct jy_der all, body, algorithm, tagged;
    struct jy_der_item tbs, item;
    uint8_t unused;
    jy_err rc;

    jy_der_open(&all, der);
    if ((rc = jy_der_enter(&all, DER_SEQUENCE, &body)) != JY_OK || (rc = jy_der_close(&all)) != JY_OK ||
        (rc = jy_der_get(&body, DER_SEQUENCE, &tbs)) != JY_OK || (rc = jy_der_enter(&body, DER_SEQUENCE, &algorithm)) != JY_OK ||
        (rc = jy_der_oid(&algorithm, &out->algorithm)) != JY_OK || (rc = jy_der_bits(&body, &out->signature, &unused)) != JY_OK)
        return rc;
    if (unused != 0)
        return JY_E_FORMAT;
    out->tbs = tbs.tlv;
    if (!jy_der_at_end(&body)) {
        if ((rc = jy_der_enter(&body, DER_CONTEXT_0, &tagged)) != JY_OK || (rc = jy_der_get(&tagged, DER_SEQUENCE, &item)) != JY_OK ||
            (rc = jy_der_close(&body)) != JY_OK)
            return rc;
        out->certs = item.value;
    }
    return read_data(out->tbs, out);
}

/* OCSPResponse { responseStatus, [0] { id-pkix-ocsp-basic, OCTET STRING } }. */
static jy_err
read_response(struct jy_slice der, struct basic *out, struct jy_fault *fault)
{
    static const char *const errors[] = { NULL, "malformedRequest", "internalError", "tryLater", NULL, "sigRequired", "unauthorized" };
    struct jy_der all, body, tagged, bytes;
    struct jy_der_item status;
    struct jy_slice type, basic;
    jy_err rc;

    *out = (struct basic){ 0 };
    if (der.len == 0 || der.len > JY_OCSP_MAX)
        return jy_fail(fault, JY_E_LIMIT, WHERE, 0, "%zu bytes, 1 to %d are allowed", der.len, JY_OCSP_MAX);
    jy_der_open(&all, der);
    if (jy_der_enter(&all, DER_SEQUENCE, &body) != JY_OK || jy_der_close(&all) != JY_OK || jy_der_get(&body, DER_ENUMERATED, &status) != JY_OK ||
        status.value.len != 1)
        return jy_fail(fault, JY_E_FORMAT, WHERE, 0, "not an OCSPResponse");
    if (status.value.p[0] != 0)
        return jy_fail(fault, JY_E_NOT_FOUND, WHERE, 0, "the responder answers with error %u %s", status.value.p[0],
                       status.value.p[0] < 7 && errors[status.value.p[0]] != NULL ? errors[status.value.p[0]] : "");
    if ((rc = jy_der_enter(&body, DER_CONTEXT_0, &tagged)) != JY_OK || (rc = jy_der_enter(&tagged, DER_SEQUENCE, &bytes)) != JY_OK ||
        (rc = jy_der_oid(&bytes, &type)) != JY_OK || (rc = jy_der_octets(&bytes, &basic)) != JY_OK || (rc = jy_der_close(&body)) != JY_OK)
        return jy_fail(fault, JY_E_FORMAT, WHERE, 0, "no response in it");
    if (!jy_slice_equal(type, OID_OCSP_BASIC))
        return jy_fail(fault, JY_E_UNSUPPORTED, WHERE, 0, "not a basic response");
    if ((rc = read_basic(basic, out)) != JY_OK)
        return jy_fail(fault, rc == JY_E_UNSUPPORTED ? rc : JY_E_FORMAT, "BasicOCSPResponse", (uint64_t)(basic.p - der.p), "%s",
                       rc == JY_E_UNSUPPORTED ? "an unknown critical extension" : "malformed");
    return JY_OK;
}

/* certStatus, RFC 6960 4.2.1. */
static jy_err
read_status(struct jy_der *body, struct jy_ocsp_answer *out)
{
    struct jy_der revoked, tagged;
    struct jy_der_item item;
    bool exact;
    jy_err rc;

    out->reason = -1;
    switch (jy_der_peek(body)) {
    case GOOD:
    case UNKNOWN:
        out->status = jy_der_peek(body) == GOOD ? JY_OCSP_GOOD : JY_OCSP_UNKNOWN;
        return jy_der_next(body, &item);
    case REVOKED:
        out->status = JY_OCSP_REVOKED;
        if ((rc = jy_der_enter(body, REVOKED, &revoked)) != JY_OK || (rc = jy_der_time(&revoked, &out->revoked_at, &exact)) != JY_OK)
            return rc;
        if (out->revoked_at <= 0)
            out->revoked_at = 1;                         /* 0 would read as "not revoked" */
        if (jy_der_at_end(&revoked))
            return JY_OK;
        if ((rc = jy_der_enter(&revoked, DER_CONTEXT_0, &tagged)) != JY_OK || (rc = jy_der_get(&tagged, DER_ENUMERATED, &item)) != JY_OK ||
            item.value.len != 1)
            return JY_E_FORMAT;
        out->reason = item.value.p[0];
        return JY_OK;
    default:
        return JY_E_FORMAT;
    }
}

static jy_err
read_single(struct jy_der *list, struct cert_id *id, struct jy_ocsp_answer *out)
{
    struct jy_der single, tagged;
    bool exact;
    jy_err rc;

    if ((rc = jy_der_enter(list, DER_SEQUENCE, &single)) != JY_OK || (rc = read_cert_id(&single, id)) != JY_OK ||
        (rc = read_status(&single, out)) != JY_OK || (rc = jy_der_time(&single, &out->this_update, &exact)) != JY_OK)
        return rc;
    if (jy_der_peek(&single) == DER_CONTEXT_0 && ((rc = jy_der_enter(&single, DER_CONTEXT_0, &tagged)) != JY_OK ||
                                                  (rc = jy_der_time(&tagged, &out->next_update, &exact)) != JY_OK))
        return rc;
    if (jy_der_peek(&single) == DER_CONTEXT_1 && ((rc = jy_der_enter(&single, DER_CONTEXT_1, &tagged)) != JY_OK ||
                                                  (rc = read_extensions(&tagged, NULL, &out->archive_cutoff)) != JY_OK))
        return rc;
    return jy_der_close(&single);
}

/* What the response says of cert; of several statements about it the worst counts. */
static jy_err
find_single(const struct basic *basic, const struct jy_cert *cert, const struct jy_cert *issuer, struct jy_ocsp_answer *out)
{
    struct jy_der list;
    bool found = false;
    size_t count = 0;
    jy_err rc;

    jy_der_open(&list, basic->singles);
    while (!jy_der_at_end(&list)) {
        struct jy_ocsp_answer one = { .produced_at = basic->produced_at };
        struct cert_id id;
        if (count++ == JY_OCSP_SINGLES_MAX)
            return JY_E_LIMIT;
        if ((rc = read_single(&list, &id, &one)) != JY_OK)
            return rc;
        if (!jy_slice_equal(id.serial, cert->serial_der) || !is_issuer_meant(&id, issuer))
            continue;
        if (!found || (out->status != JY_OCSP_REVOKED && one.status != JY_OCSP_GOOD))
            *out = one;
        found = true;
    }
    return found ? JY_OK : JY_E_NOT_FOUND;
}

static jy_err
is_signed_by(const struct basic *basic, const struct jy_cert *cert, bool *signed_)
{
    *signed_ = false;
    return cert->key == NULL ? JY_OK : jy_sm2_fits(cert->key, basic->tbs, basic->signature, false, signed_);
}

/* A certificate of the response whose key signed it: may it? */
static jy_err
check_responder(const struct basic *basic, const struct jy_cert *cert, const struct jy_cert *issuer, struct jy_fault *fault)
{
    const char *why;
    bool issued;
    jy_err rc;

    if ((rc = jy_x509_is_issued_by(cert, issuer, &issued)) != JY_OK)
        return rc;
    if (!issued)
        return jy_fail(fault, JY_E_CERTIFICATE, WHERE, 0, "the responder's certificate is not from the issuer itself");
    if (!jy_cert_serves(cert, JY_PURPOSE_OCSP, &why) || (why = jy_cert_defect(cert)) != NULL)
        return jy_fail(fault, JY_E_CERTIFICATE, WHERE, 0, "the responder's certificate: %s", why);
    if (basic->produced_at < cert->not_before || basic->produced_at > cert->not_after)
        return jy_fail(fault, JY_E_CERTIFICATE, WHERE, 0, "the responder's certificate was not valid at producedAt");
    return JY_OK;
}

/* The issuer itself, or a certificate in the response that the issuer signed for this. */
static jy_err
find_signer(const struct basic *basic, const struct jy_cert *issuer, struct jy_cert **responder, struct jy_fault *fault)
{
    struct jy_der list;
    struct jy_der_item item;
    size_t count = 0;
    bool found = false;
    jy_err rc;

    if ((rc = is_signed_by(basic, issuer, &found)) != JY_OK || found)
        return rc;
    jy_der_open(&list, basic->certs);
    while (!jy_der_at_end(&list) && count++ < OCSP_CERTS_MAX && jy_der_get(&list, DER_SEQUENCE, &item) == JY_OK) {
        struct jy_cert *cert;
        if ((rc = jy_cert_parse(item.tlv, &cert, NULL)) == JY_E_NOMEM)
            return rc;
        if (rc != JY_OK)
            continue;
        if ((rc = is_signed_by(basic, cert, &found)) == JY_OK && found && (rc = check_responder(basic, cert, issuer, fault)) == JY_OK) {
            *responder = cert;
            return JY_OK;
        }
        jy_cert_free(cert);
        if (rc != JY_OK)
            return rc;
    }
    return jy_fail(fault, JY_E_SIGNATURE, WHERE, 0, "neither the issuer nor a responder whose certificate is in it signed it");
}

/* Responders put the nonce into the extension as an OCTET STRING (RFC 8954), older ones bare. */
static bool
is_nonce(struct jy_slice extension, struct jy_slice asked)
{
    struct jy_der der;
    struct jy_slice inner;

    jy_der_open(&der, extension);
    return jy_slice_equal(extension, asked) || (jy_der_octets(&der, &inner) == JY_OK && jy_der_at_end(&der) && jy_slice_equal(inner, asked));
}

jy_err
jy_ocsp_is_readable(struct jy_slice response, struct jy_fault *fault)
{
    struct basic basic;

    return read_response(response, &basic, fault);
}

jy_err
jy_ocsp_judge(struct jy_slice response, const struct jy_cert *cert, const struct jy_cert *issuer, struct jy_slice nonce,
              struct jy_ocsp_answer *out, struct jy_cert **responder, struct jy_fault *fault)
{
    struct basic basic;
    jy_err rc;

    *out = (struct jy_ocsp_answer){ .status = JY_OCSP_UNKNOWN, .reason = -1 };
    *responder = NULL;
    if ((rc = read_response(response, &basic, fault)) != JY_OK)
        return rc;
    if ((rc = find_single(&basic, cert, issuer, out)) != JY_OK)
        rc = jy_fail(fault, rc == JY_E_TRAILING ? JY_E_FORMAT : rc, "SingleResponse", 0, "%s",
                     rc == JY_E_NOT_FOUND ? "it speaks of other certificates" : rc == JY_E_UNSUPPORTED ? "an unknown critical extension"
                         : "malformed, or too many");
    else if (!jy_oid_is_sm2_with_sm3(basic.algorithm))
        rc = jy_fail(fault, JY_E_UNSUPPORTED, WHERE, 0, "not signed by SM2 with SM3");
    else if (nonce.len > 0 && !is_nonce(basic.nonce, nonce))
        rc = jy_fail(fault, JY_E_SIGNATURE, "nonce", 0, basic.nonce.len == 0 ? "is missing" : "is not the one asked with");
    else if (out->this_update > basic.produced_at + 300 || (out->next_update != 0 && out->next_update < out->this_update))
        rc = jy_fail(fault, JY_E_FORMAT, "SingleResponse", 0, "its times contradict each other");
    else
        rc = find_signer(&basic, issuer, responder, fault);
    if (rc != JY_OK)
        *out = (struct jy_ocsp_answer){ .status = JY_OCSP_UNKNOWN, .reason = -1 };
    return rc;
}

jy_err
jy_ocsp_check(struct jy_slice response, const struct jy_cert *cert, const struct jy_cert *issuer, struct jy_slice nonce,
              struct jy_ocsp_answer *out, struct jy_fault *fault)
{
    struct jy_cert *responder;
    jy_err rc = jy_ocsp_judge(response, cert, issuer, nonce, out, &responder, fault);

    jy_cert_free(responder);
    return rc;
}

bool
jy_ocsp_is_about(const struct jy_ocsp_question *question, const struct jy_cert *issuer)
{
    struct jy_der all;
    struct cert_id id;

    jy_der_open(&all, question->cert_id);
    return read_cert_id(&all, &id) == JY_OK && is_issuer_meant(&id, issuer);
}
