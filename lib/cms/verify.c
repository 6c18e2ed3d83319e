/* SPDX-License-Identifier: Apache-2.0 */
/* Does the signer's value bind the subject? seal-formats §3.7, §5.1; RFC 5652 5.4, 5.6. */
#include "cms/cms.h"

#include "codec/oid.h"
#include "codec/text.h"
#include "crypto/digest.h"

#include <string.h>

/* Is the enclosed content the subject: its bytes, its digest, or the base64 text of that? */
static jy_err
is_content_subject(struct jy_cms *cms, struct jy_slice digest, bool *same)
{
    struct jy_buf decoded = { 0 };
    uint8_t of_content[JY_SM3_SIZE];
    jy_err rc;

    if ((rc = jy_sm3(cms->content, of_content)) != JY_OK)
        return rc;
    *same = jy_slice_equal(JY_SLICE(of_content, JY_SM3_SIZE), digest);
    if (!*same && jy_slice_equal(cms->content, digest)) {
        cms->deviations |= JY_DEV(CMS_DIGEST_AS_CONTENT);
        *same = true;
    } else if (!*same && cms->content.len <= 64) {
        if ((rc = jy_base64_decode(cms->content, &decoded)) == JY_OK && jy_slice_equal(jy_buf_slice(&decoded), digest)) {
            cms->deviations |= JY_DEV(CMS_DIGEST_AS_CONTENT) | JY_DEV(CMS_BASE64);
            *same = true;
        }
        jy_buf_free(&decoded);
    }
    return rc == JY_E_NOMEM ? rc : JY_OK;
}

/* messageDigest against the content, or against the subject when there is no content. */
static jy_err
check_message_digest(struct jy_cms *cms, const struct jy_cms_subject *subject, bool *same)
{
    struct jy_slice digest = subject == NULL ? JY_EMPTY : JY_SLICE(subject->digest, JY_SM3_SIZE);
    uint8_t of_content[JY_SM3_SIZE];
    bool content_same = false;
    jy_err rc;

    if (!cms->has_content) {
        *same = jy_slice_equal(cms->message_digest, digest);
        return JY_OK;
    }
    if ((rc = jy_sm3(cms->content, of_content)) != JY_OK || (subject != NULL && (rc = is_content_subject(cms, digest, &content_same)) != JY_OK))
        return rc;
    *same = jy_slice_equal(cms->message_digest, JY_SLICE(of_content, JY_SM3_SIZE));
    if (subject == NULL)
        return JY_OK;
    if (!*same && content_same && jy_slice_equal(cms->message_digest, digest)) {
        cms->deviations |= JY_DEV(CMS_DIGEST_OF_OTHER);       /* the digest enclosed, and taken once instead of twice */
        *same = true;
    }
    *same = *same && content_same;
    return JY_OK;
}

/* GB/T 35275 and PKCS #7 data are one thing under two names. */
static bool
is_data(struct jy_slice oid)
{
    return jy_slice_equal(oid, OID_GM_DATA) || jy_slice_equal(oid, OID_PKCS7_DATA);
}

static jy_err
check_attributes(struct jy_cms *cms, const struct jy_cms_subject *subject, bool *same, struct jy_fault *fault)
{
    if (cms->message_digest.p == NULL)
        return jy_fail(fault, JY_E_FORMAT, "messageDigest", 0, "is missing (RFC 5652 11.2)");
    if (!jy_slice_equal(cms->attribute_type, cms->content_type)) {
        if (cms->attribute_type.p != NULL && !(is_data(cms->attribute_type) && is_data(cms->content_type)))
            return jy_fail(fault, JY_E_FORMAT, "contentType", 0, "is not the type of the content (RFC 5652 11.1)");
        cms->deviations |= JY_DEV(CMS_CONTENT_TYPE);
    }
    if (subject == NULL && !cms->has_content)
        return jy_fail(fault, JY_E_ARGUMENT, "subject", 0, "the content is detached: say what was signed");
    return check_message_digest(cms, subject, same);
}

/* The signature value with one certificate's key over these parts. */
static jy_err
check_value(struct jy_cms *cms, const struct jy_cert *cert, const struct jy_slice *parts, size_t count)
{
    enum jy_sm2_encoding encoding;
    jy_err rc;

    if (jy_cert_key(cert) == NULL)
        return JY_E_CERTIFICATE;
    if ((rc = jy_sm2_verify_parts(jy_cert_key(cert), parts, count, cms->signature, &encoding)) != JY_OK)
        return rc == JY_E_FORMAT ? JY_E_SIGNATURE : rc;
    if (encoding == JY_SM2_RAW64)
        cms->deviations |= JY_DEV(CMS_RAW64);
    if (encoding == JY_SM2_DER_NON_MINIMAL)
        cms->deviations |= JY_DEV(CMS_NON_MINIMAL);
    return JY_OK;
}

/* The first certificate that the SignerInfo names and that the value fits: a namesake put beside it hides nothing. */
static jy_err
find_signer(struct jy_cms *cms, const struct jy_slice *parts, size_t count, struct jy_fault *fault)
{
    jy_err rc = JY_E_CERTIFICATE, one;

    if (cms->signer == NULL)
        return jy_fail(fault, JY_E_CERTIFICATE, "certificates", 0, "the signer's certificate is not among them");
    for (size_t i = 0; i <= cms->cert_count; i++) {
        const struct jy_cert *cert = i == 0 ? cms->offered : cms->certs[i - 1];
        if (cert == NULL || !jy_cms_is_named(cms, cert))
            continue;
        if ((one = check_value(cms, cert, parts, count)) == JY_OK) {
            cms->signer = cert;
            return jy_cms_check_signing_cert(cms, cert, fault);
        }
        if (one != JY_E_CERTIFICATE)
            rc = one;
    }
    if (rc == JY_E_CERTIFICATE)
        return jy_fail(fault, rc, "certificates", 0, "the signer's certificate has no SM2 key");
    return jy_fail(fault, rc, "SignerInfo.signature", 0, rc == JY_E_SIGNATURE ? "does not fit what it signs" : "could not be checked");
}

bool
jy_cms_is_supported(const struct jy_cms *cms)
{
    return cms->form == JY_CMS_BARE ||
        (jy_oid_is_sm2_with_sm3(cms->algorithm) && (jy_slice_equal(cms->digest_algorithm, OID_SM3) || jy_slice_equal(cms->digest_algorithm, OID_SM3_UNKEYED) ||
                                                    jy_slice_equal(cms->digest_algorithm, OID_SM2_WITH_SM3)));
}

/* A value that we cannot check may still say that the document is another: its messageDigest, of a digest that we know. */
static jy_err
check_foreign(const struct jy_cms *cms, const struct jy_cms_subject *subject, struct jy_fault *fault)
{
    uint8_t digest[JY_DIGEST_MAX];
    size_t len;
    jy_err rc;

    if (cms->form != JY_CMS_OVER_ATTRIBUTES || cms->has_content || cms->message_digest.p == NULL || subject == NULL || subject->part_count == 0)
        return JY_OK;
    if ((rc = jy_digest_parts(cms->digest_algorithm, subject->parts, subject->part_count, digest, &len)) != JY_OK)
        return rc == JY_E_UNSUPPORTED ? JY_OK : rc;
    return jy_slice_equal(cms->message_digest, JY_SLICE(digest, len))
        ? JY_OK : jy_fail(fault, JY_E_DOCUMENT_CHANGED, "messageDigest", 0, "is not the digest of what should be signed; the value itself is not SM2 with SM3");
}

jy_err
jy_cms_verify(struct jy_cms *cms, const struct jy_cms_subject *subject, struct jy_fault *fault)
{
    struct jy_buf attributes = { 0 };
    struct jy_slice message;
    bool same = false;
    jy_err rc;

    if (!jy_cms_is_supported(cms)) {
        if ((rc = check_foreign(cms, subject, fault)) != JY_OK)
            return rc;
        return jy_oid_is_sm2_with_sm3(cms->algorithm) ? jy_fail(fault, JY_E_UNSUPPORTED, "SignerInfo.digestAlgorithm", 0, "not SM3")
                                                      : jy_fail(fault, JY_E_UNSUPPORTED, "SignerInfo.signatureAlgorithm", 0, "not SM2 with SM3");
    }
    switch (cms->form) {
    case JY_CMS_OVER_ATTRIBUTES:
        if ((rc = check_attributes(cms, subject, &same, fault)) != JY_OK || (rc = jy_buf_add(&attributes, cms->signed_attributes)) != JY_OK)
            break;
        attributes.p[0] = DER_SET;                       /* signed as SET OF, written as [0] (RFC 5652 5.4) */
        message = jy_buf_slice(&attributes);
        rc = find_signer(cms, &message, 1, fault);
        break;
    case JY_CMS_OVER_CONTENT:
        same = subject == NULL;
        if (subject != NULL && (rc = is_content_subject(cms, JY_SLICE(subject->digest, JY_SM3_SIZE), &same)) != JY_OK)
            break;
        rc = find_signer(cms, &cms->content, 1, fault);
        break;
    case JY_CMS_OVER_DOCUMENT:
    case JY_CMS_BARE:
    default:
        if (subject == NULL || subject->part_count == 0)
            return jy_fail(fault, JY_E_UNSUPPORTED, "SignedData", 0, "signed without attributes: only to be checked with the document's bytes");
        same = true;                                     /* the value binds the bytes themselves */
        rc = find_signer(cms, subject->parts, subject->part_count, fault);
        break;
    }
    if (rc == JY_OK && !same)
        rc = jy_fail(fault, JY_E_DOCUMENT_CHANGED, cms->form == JY_CMS_OVER_ATTRIBUTES ? "messageDigest" : "eContent", 0,
                     "is not the digest of what should be signed");
    jy_buf_free(&attributes);
    return rc;
}
