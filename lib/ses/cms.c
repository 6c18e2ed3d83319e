/* SPDX-License-Identifier: Apache-2.0 */
/* GB/T 35275 SignedData as real files carry it: form A (the digest is the content) and form B (signed attributes); seal-formats §3.7. */
#include <jinyin/seal.h>

#include "codec/oid.h"
#include "codec/text.h"
#include "ses/read.h"

#include <string.h>

/* GB/T 35275 names the signature by .301.1 as well: no identifier that is read is a deviation. */
static const struct jy_read_rows rows = { .raw64 = JY_DEV(SIG_RAW64), .non_minimal = JY_DEV(SIG_NON_MINIMAL) };

struct signed_data {
    struct jy_slice content;          /* eContent, empty when detached */
    struct jy_slice certs;            /* contents of [0] */
    struct jy_slice issuer_and_serial; /* contents */
    struct jy_slice attributes;       /* TLV with tag A0, empty when absent */
    struct jy_slice algorithm, signature;
};

static jy_err
parse_content(struct jy_der *body, struct signed_data *out)
{
    struct jy_der encap, wrapped;
    struct jy_der_item inner;
    struct jy_slice type;
    jy_err rc;

    if ((rc = jy_der_enter(body, DER_SEQUENCE, &encap)) != JY_OK || (rc = jy_der_oid(&encap, &type)) != JY_OK || jy_der_at_end(&encap))
        return rc;
    if ((rc = jy_der_enter(&encap, DER_CONTEXT_0, &wrapped)) != JY_OK || (rc = jy_der_next(&wrapped, &inner)) != JY_OK)
        return rc;
    out->content = inner.value;
    return inner.tag == DER_OCTET_STRING ? jy_der_close(&encap) : JY_E_FORMAT;
}

static jy_err
parse_signer_info(struct jy_der *body, struct signed_data *out)
{
    struct jy_der infos, info, algorithm;
    struct jy_der_item issuer, digest, item;
    uint32_t version;
    jy_err rc;

    if ((rc = jy_der_enter(body, DER_SET, &infos)) != JY_OK || (rc = jy_der_enter(&infos, DER_SEQUENCE, &info)) != JY_OK ||
        (rc = jy_der_close(&infos)) != JY_OK ||                                       /* exactly one signer */
        (rc = jy_der_u32(&info, &version)) != JY_OK || (rc = jy_der_get(&info, DER_SEQUENCE, &issuer)) != JY_OK ||
        (rc = jy_der_get(&info, DER_SEQUENCE, &digest)) != JY_OK)
        return rc;
    out->issuer_and_serial = issuer.value;
    if (jy_der_peek(&info) == DER_CONTEXT_0) {
        if ((rc = jy_der_next(&info, &item)) != JY_OK)
            return rc;
        out->attributes = item.tlv;
    }
    if ((rc = jy_der_enter(&info, DER_SEQUENCE, &algorithm)) != JY_OK || (rc = jy_der_oid(&algorithm, &out->algorithm)) != JY_OK ||
        (rc = jy_der_octets(&info, &out->signature)) != JY_OK)
        return rc;
    return jy_der_at_end(&info) ? JY_OK : jy_der_get(&info, DER_CONTEXT_1, &item);    /* unsigned attributes: not judged */
}

static jy_err
parse(struct jy_slice der, struct signed_data *out, jy_deviations *deviations)
{
    struct jy_der all, info, wrapped, body;
    struct jy_der_item item;
    struct jy_slice type;
    uint32_t version;
    jy_err rc;

    jy_der_open(&all, der);
    if ((rc = jy_der_enter(&all, DER_SEQUENCE, &info)) != JY_OK || (rc = jy_der_oid(&info, &type)) != JY_OK)
        return rc;
    if (!jy_slice_equal(type, OID_GM_SIGNED_DATA) && !jy_slice_equal(type, OID_PKCS7_SIGNED_DATA))
        return JY_E_FORMAT;
    if (!jy_der_at_end(&all))
        *deviations |= JY_DEV(CMS_TRAILING);
    if ((rc = jy_der_enter(&info, DER_CONTEXT_0, &wrapped)) != JY_OK || (rc = jy_der_enter(&wrapped, DER_SEQUENCE, &body)) != JY_OK ||
        (rc = jy_der_u32(&body, &version)) != JY_OK || (rc = jy_der_get(&body, DER_SET, &item)) != JY_OK ||
        (rc = parse_content(&body, out)) != JY_OK)
        return rc;
    if (jy_der_peek(&body) == DER_CONTEXT_0) {
        if ((rc = jy_der_next(&body, &item)) != JY_OK)
            return rc;
        out->certs = item.value;
    }
    if (jy_der_peek(&body) == DER_CONTEXT_1 && (rc = jy_der_next(&body, &item)) != JY_OK)
        return rc;
    if ((rc = parse_signer_info(&body, out)) != JY_OK)
        return rc;
    return jy_der_close(&body);
}

/* issuer and serial of a certificate, as IssuerAndSerialNumber has them: issuer TLV then serial TLV. */
static bool
is_named_by(const struct jy_cert *cert, struct jy_slice issuer_and_serial)
{
    struct jy_der all, body, tbs, wanted;
    struct jy_der_item item, serial, issuer, want_issuer, want_serial;

    jy_der_open(&all, jy_cert_der(cert));
    jy_der_open(&wanted, issuer_and_serial);
    if (jy_der_enter(&all, DER_SEQUENCE, &body) != JY_OK || jy_der_enter(&body, DER_SEQUENCE, &tbs) != JY_OK)
        return false;
    if (jy_der_peek(&tbs) == DER_CONTEXT_0 && jy_der_next(&tbs, &item) != JY_OK)
        return false;
    return jy_der_get(&tbs, DER_INTEGER, &serial) == JY_OK && jy_der_get(&tbs, DER_SEQUENCE, &item) == JY_OK &&
        jy_der_get(&tbs, DER_SEQUENCE, &issuer) == JY_OK && jy_der_next(&wanted, &want_issuer) == JY_OK &&
        jy_der_next(&wanted, &want_serial) == JY_OK && jy_slice_equal(issuer.tlv, want_issuer.tlv) &&
        jy_slice_equal(serial.tlv, want_serial.tlv);
}

static struct jy_cert *
find_signer(const struct signed_data *data)
{
    struct jy_der list;
    struct jy_der_item item;

    jy_der_open(&list, data->certs);
    while (!jy_der_at_end(&list) && jy_der_get(&list, DER_SEQUENCE, &item) == JY_OK) {
        struct jy_cert *cert;
        if (jy_cert_parse(item.tlv, &cert, NULL) != JY_OK)
            continue;
        if (is_named_by(cert, data->issuer_and_serial))
            return cert;
        jy_cert_free(cert);
    }
    return NULL;
}

/* Is messageDigest the digest? signingTime is told. */
static jy_err
check_attributes(struct jy_slice attributes, const uint8_t digest[JY_SM3_SIZE], jy_time *signing_time, bool *same, struct jy_fault *fault)
{
    struct jy_der all, list;
    bool found = false, exact;
    jy_err rc;

    jy_der_open(&all, attributes);
    if ((rc = jy_der_enter(&all, DER_CONTEXT_0, &list)) != JY_OK)
        return rc;
    while (!jy_der_at_end(&list)) {
        struct jy_der attribute, values;
        struct jy_slice type, value;
        if ((rc = jy_der_enter(&list, DER_SEQUENCE, &attribute)) != JY_OK || (rc = jy_der_oid(&attribute, &type)) != JY_OK ||
            (rc = jy_der_enter(&attribute, DER_SET, &values)) != JY_OK)
            return jy_fail(fault, JY_E_FORMAT, "signedAttrs", 0, "not an attribute");
        if (jy_slice_equal(type, OID_MESSAGE_DIGEST)) {
            if (found || (rc = jy_der_octets(&values, &value)) != JY_OK)
                return jy_fail(fault, JY_E_FORMAT, "messageDigest", 0, "twice, or not an OCTET STRING");
            *same = jy_slice_equal(value, JY_SLICE(digest, JY_SM3_SIZE));
            found = true;
        } else if (jy_slice_equal(type, OID_SIGNING_TIME) && jy_der_time(&values, signing_time, &exact) != JY_OK) {
            return jy_fail(fault, JY_E_FORMAT, "signingTime", 0, "not a time");
        }
    }
    return found ? JY_OK : jy_fail(fault, JY_E_FORMAT, "messageDigest", 0, "is missing");
}

jy_err
jy_cms_check(struct jy_slice der, const uint8_t digest[JY_SM3_SIZE], struct jy_cms_result *result, struct jy_fault *fault)
{
    struct signed_data data = { 0 };
    struct jy_buf message = { 0 }, decoded = { 0 };
    bool same = false;
    jy_err rc;

    *result = (struct jy_cms_result){ 0 };
    if (der.len == 0 || der.len > JY_SES_MAX || parse(der, &data, &result->deviations) != JY_OK)
        return jy_fail(fault, JY_E_FORMAT, "GB/T 35275 SignedData", 0, "not a SignedData with one signer");
    if (!jy_is_sm2_signature(data.algorithm))
        return jy_fail(fault, JY_E_UNSUPPORTED, "SignedData", 0, "not SM2 with SM3");
    if (data.attributes.len > 0) {                                                    /* form B */
        if ((rc = check_attributes(data.attributes, digest, &result->signing_time, &same, fault)) != JY_OK ||
            (rc = jy_buf_add(&message, data.attributes)) != JY_OK)
            goto out;
        message.p[0] = DER_SET;                                                       /* signed as SET OF, written as [0] */
    } else if (data.content.len > 0) {                                                /* form A */
        same = jy_slice_equal(data.content, JY_SLICE(digest, JY_SM3_SIZE)) ||
            (jy_base64_decode(data.content, &decoded) == JY_OK && jy_slice_equal(jy_buf_slice(&decoded), JY_SLICE(digest, JY_SM3_SIZE)));
        if ((rc = jy_buf_add(&message, data.content)) != JY_OK)
            goto out;
    } else {
        rc = jy_fail(fault, JY_E_UNSUPPORTED, "SignedData", 0, "detached without signed attributes");
        goto out;
    }
    if ((result->signer = find_signer(&data)) == NULL) {
        rc = jy_fail(fault, JY_E_FORMAT, "certificates", 0, "the signer's certificate is not among them");
        goto out;
    }
    rc = jy_check_signed(result->signer, data.algorithm, jy_buf_slice(&message), data.signature, &rows, &result->deviations, fault);
    if (rc == JY_OK && !same)
        rc = jy_fail(fault, JY_E_DOCUMENT_CHANGED, data.attributes.len > 0 ? "messageDigest" : "eContent", 0, "is not the document's digest");
out:
    jy_buf_free(&message);
    jy_buf_free(&decoded);
    return rc;
}
