/* SPDX-License-Identifier: Apache-2.0 */
/* jinyin/cms.h: SignedData (GB/T 35275, GM/T 0010, RFC 5652) with SM2 and SM3: read in every form that is met, written in form B. */
#ifndef JINYIN_CMS_H
#define JINYIN_CMS_H

#include <jinyin/cert.h>
#include <jinyin/deviation.h>

/** What the signature value is taken over. */
enum jy_cms_form {
    JY_CMS_OVER_CONTENT,              /* form A: no attributes, eContent enclosed: SM2 over eContent */
    JY_CMS_OVER_ATTRIBUTES,           /* form B: SM2 over the signed attributes */
    JY_CMS_OVER_DOCUMENT,             /* detached, no attributes: SM2 over the document's bytes */
    JY_CMS_BARE                       /* form C: no SignedData at all, SEQUENCE{r, s} or 64 bytes over the document's bytes */
};

struct jy_cms;                        /* opaque; begins in jy_cms_parse, ends in jy_cms_free */
/**
 * Parse one ContentInfo with a SignedData of exactly one signer, under the identifiers of GB/T 35275 or PKCS #7, or a bare SM2 value
 * (form C). Structure only, any algorithms. der is copied, 1..JY_CMS_MAX bytes; indefinite and non-minimal lengths and constructed
 * strings are normalised first (CMS_BER). Bytes behind the structure are never looked at (CMS_TRAILING).
 * Errors: JY_E_FORMAT (fault->where names the field, ->offset the byte), JY_E_LIMIT, JY_E_NOMEM. *out is NULL on error.
 */
JY_CHECK jy_err jy_cms_parse(struct jy_slice der, struct jy_cms **out, struct jy_fault *fault);
void jy_cms_free(struct jy_cms *cms);
/* All borrowed, valid until jy_cms_free. */
enum jy_cms_form jy_cms_form(const struct jy_cms *cms);
jy_deviations jy_cms_deviations(const struct jy_cms *cms);                 /* complete only after jy_cms_verify */
struct jy_slice jy_cms_der(const struct jy_cms *cms);                 /* one TLV, without trailing bytes; normalised when CMS_BER */
struct jy_slice jy_cms_content_type(const struct jy_cms *cms);        /* eContentType, DER contents octets (lib/codec/oid.h) */
/** eContent; false when detached. */
bool jy_cms_content(const struct jy_cms *cms, struct jy_slice *out);
jy_time jy_cms_signing_time(const struct jy_cms *cms);                /* attribute signingTime, UTC seconds: claimed; 0 = none */
struct jy_slice jy_cms_signature(const struct jy_cms *cms);           /* SignerInfo.signature: what a signature time stamp is over */
/** A signingCertificate or signingCertificateV2 attribute is there (jy_cms_verify checks it). */
bool jy_cms_names_certificate(const struct jy_cms *cms);
size_t jy_cms_cert_count(const struct jy_cms *cms);
const struct jy_cert *jy_cms_cert(const struct jy_cms *cms, size_t n);
size_t jy_cms_crl_count(const struct jy_cms *cms);
struct jy_slice jy_cms_crl(const struct jy_cms *cms, size_t n);       /* DER, not checked */
size_t jy_cms_ocsp_count(const struct jy_cms *cms);
struct jy_slice jy_cms_ocsp(const struct jy_cms *cms, size_t n);      /* DER OCSPResponse, not checked */
size_t jy_cms_time_stamp_count(const struct jy_cms *cms);
struct jy_slice jy_cms_time_stamp(const struct jy_cms *cms, size_t n);/* unsigned attribute signature-time-stamp: one token each */
/** The enclosed certificate that the SignerInfo names, after jy_cms_verify the one that the signature fits; NULL when there is none. */
const struct jy_cert *jy_cms_signer(const struct jy_cms *cms);
/**
 * A certificate from elsewhere as the signer's: copied. Errors: JY_E_CERTIFICATE when the SignerInfo names another (a bare value names
 * nobody: any fits).
 */
JY_CHECK jy_err jy_cms_offer(struct jy_cms *cms, const struct jy_cert *cert);

/** SM2 with SM3: else jy_cms_verify says JY_E_UNSUPPORTED, or JY_E_DOCUMENT_CHANGED when messageDigest alone shows another subject. */
bool jy_cms_is_supported(const struct jy_cms *cms);
/** What should be signed. */
struct jy_cms_subject {
    const uint8_t *digest;            /* SM3 of the document's bytes, JY_SM3_SIZE bytes */
    const struct jy_slice *parts;     /* those bytes, in order: only needed for JY_CMS_OVER_DOCUMENT and JY_CMS_BARE, else may be NULL */
    size_t part_count;
};
/**
 * Does the signer's signature value bind the subject? Chains, usage and time are not looked at. subject NULL: the enclosed content
 * is the subject. Adds the deviations met.
 * Errors: JY_E_ARGUMENT (neither a subject nor a content), JY_E_UNSUPPORTED (not SM2 with SM3; parts missing), JY_E_CERTIFICATE (no
 * signer's certificate, one without an SM2 key, or signingCertificate(V2) names another), JY_E_FORMAT (an attribute missing),
 * JY_E_SIGNATURE (the value does not fit what it signs), JY_E_DOCUMENT_CHANGED (it does, but what it signs is another subject; or the
 * algorithm is unsupported, but messageDigest is not the subject's).
 */
JY_CHECK jy_err jy_cms_verify(struct jy_cms *cms, const struct jy_cms_subject *subject, struct jy_fault *fault);

/** What jy_cms_make writes: form B (contentType, messageDigest, signingTime, signingCertificateV2), SM2 with SM3. All borrowed. */
struct jy_cms_fields {
    const uint8_t *digest;            /* SM3 of the content, JY_SM3_SIZE bytes; NULL: taken of content */
    struct jy_slice content;          /* embedded as eContent; empty = detached (then digest is required) */
    struct jy_slice content_type;     /* eContentType, DER contents octets; empty = data under the identifiers chosen by pkcs7 */
    bool pkcs7;                       /* identifiers 1.2.840.113549.1.7.* (RFC 3161 tokens, readers that know no other) instead of GB/T 35275 */
    jy_time signing_time;             /* UTC seconds, 0 = no such attribute */
    const struct jy_cert *signer;
    const struct jy_cert *const *certs;   /* further certificates to enclose (its CAs); may be NULL */
    size_t cert_count;
    bool without_certs;               /* enclose none at all (a time stamp whose request has no certReq) */
    const struct jy_slice *crls;      /* DER CRLs to enclose; may be NULL */
    size_t crl_count;
};
/**
 * Build, sign and verify a SignedData. key must be the signer's. out gets DER.
 * Errors: JY_E_ARGUMENT names the field; JY_E_CERTIFICATE key and certificate do not belong together; JY_E_CRYPTO.
 */
JY_CHECK jy_err jy_cms_make(const struct jy_cms_fields *fields, const struct jy_sm2 *key, struct jy_buf *out, struct jy_fault *fault);
/**
 * The same SignedData with a token (DER ContentInfo, jinyin/timestamp.h) as a further unsigned attribute signature-time-stamp; what is
 * signed stays byte for byte. The token is not checked here. Errors: JY_E_FORMAT (not DER SignedData), JY_E_LIMIT.
 */
JY_CHECK jy_err jy_cms_add_time_stamp(struct jy_slice der, struct jy_slice token, struct jy_buf *out, struct jy_fault *fault);

#endif
