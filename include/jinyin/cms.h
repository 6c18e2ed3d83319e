/* SPDX-License-Identifier: Apache-2.0 */
/* jinyin/cms.h: SignedData (GB/T 35275, GM/T 0010, RFC 5652) with SM2 and SM3: read in every form that is met, written in form B. */
#ifndef JINYIN_CMS_H
#define JINYIN_CMS_H

#include <jinyin/cert.h>

#define JY_CMS_MAX (4u << 20)         /* bytes of one SignedData */
#define JY_CMS_CERTS_MAX 64           /* certificates; also CRLs, also OCSP responses */
#define JY_CMS_STAMPS_MAX 8           /* signature-time-stamp values of one SignerInfo */

/**
 * What a writer did against the letter while the binding holds (seal-formats §3.7, §4): reported, never hidden.
 * X(NAME, stable code, English, Chinese); bit n is row n.
 */
#define JY_CMS_DEVIATIONS(X) \
    X(RAW64, "cms_signature_raw", "the signature value is 64 raw bytes instead of DER", "签名值为64字节原始格式而非DER") \
    X(NON_MINIMAL, "cms_signature_non_minimal", "r or s is not a minimal INTEGER", "签名值r或s不是最短INTEGER编码") \
    X(TRAILING, "cms_trailing_bytes", "bytes follow the outer SEQUENCE", "外层SEQUENCE之后有多余字节") \
    X(BER, "cms_ber", "BER lengths or constructed strings instead of DER", "采用BER而非DER编码") \
    X(VERSION, "cms_version", "a version number that does not fit the content", "版本号与内容不符") \
    X(DIGEST_LIST, "cms_digest_list", "digestAlgorithms does not list the signer's digest algorithm", "digestAlgorithms未列出签名者的杂凑算法") \
    X(DIGEST_ID, "cms_digest_id", "SM3 is named by another identifier than 1.2.156.10197.1.401", "SM3未使用标识1.2.156.10197.1.401") \
    X(SIGNATURE_ID, "cms_signature_id", "SM2 is named by a mistaken identifier", "SM2签名算法标识有误") \
    X(CONTENT_TYPE, "cms_content_type", "the contentType attribute is missing or is not the eContentType", "contentType属性缺失或与eContentType不一致") \
    X(ATTRIBUTE_ORDER, "cms_attribute_order", "the signed attributes are not sorted as DER demands", "签名属性未按DER排序") \
    X(TIME_FORM, "cms_time_form", "signingTime does not have the form that DER demands", "signingTime不符合DER时间格式") \
    X(DIGEST_AS_CONTENT, "cms_digest_as_content", "the content is the document's digest, not the document", "eContent为原文杂凑值而非原文") \
    X(BASE64, "cms_base64", "the content is the base64 text of the document's digest", "eContent为原文杂凑值的Base64文本") \
    X(DIGEST_OF_OTHER, "cms_digest_of_other", "messageDigest is the document's digest, not that of the content", "messageDigest为原文杂凑值而非eContent的杂凑值") \
    X(NO_CONTENT_INFO, "cms_bare_signature", "a bare SM2 value without SignedData and certificate", "仅有SM2签名值，无SignedData及证书") \
    X(CERTIFICATE_UNREADABLE, "cms_certificate_unreadable", "one of the enclosed certificates cannot be read", "所含证书中有无法读取的证书")

enum jy_cms_deviation {
#define JY_CMS_INDEX(name, code, en, zh) JY_CMS_INDEX_##name,
    JY_CMS_DEVIATIONS(JY_CMS_INDEX) JY_CMS_DEVIATION_COUNT,
#undef JY_CMS_INDEX
#define JY_CMS_BIT(name, code, en, zh) JY_CMS_##name = 1u << JY_CMS_INDEX_##name,
    JY_CMS_DEVIATIONS(JY_CMS_BIT)
#undef JY_CMS_BIT
};
struct jy_cms_deviation_text {
    const char *code, *en, *zh;
};
/** Row n of the table, n < JY_CMS_DEVIATION_COUNT. */
const struct jy_cms_deviation_text *jy_cms_deviation_at(size_t n);

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
 * strings are normalised first (JY_CMS_BER). Bytes behind the structure are never looked at (JY_CMS_TRAILING).
 * Errors: JY_E_FORMAT (fault->where names the field, ->offset the byte), JY_E_LIMIT, JY_E_NOMEM. *out is NULL on error.
 */
JY_CHECK jy_err jy_cms_parse(struct jy_slice der, struct jy_cms **out, struct jy_fault *fault);
void jy_cms_free(struct jy_cms *cms);
/* All borrowed, valid until jy_cms_free. */
enum jy_cms_form jy_cms_form(const struct jy_cms *cms);
unsigned jy_cms_deviations(const struct jy_cms *cms);                 /* complete only after jy_cms_verify */
struct jy_slice jy_cms_der(const struct jy_cms *cms);                 /* one TLV, without trailing bytes; normalised when JY_CMS_BER */
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

/** What should be signed. */
struct jy_cms_subject {
    const uint8_t *digest;            /* SM3 of the document's bytes, JY_SM3_SIZE bytes */
    const struct jy_slice *parts;     /* those bytes, in order: only needed for JY_CMS_OVER_DOCUMENT and JY_CMS_BARE, else may be NULL */
    size_t part_count;
};
/**
 * Does the signer's signature value bind the subject? Chains, usage and time are not looked at. subject NULL: the enclosed content
 * is the subject. Adds the deviations met.
 * Errors: JY_E_UNSUPPORTED (not SM2 with SM3; parts missing), JY_E_CERTIFICATE (no signer's certificate, one without an SM2 key, or
 * signingCertificate(V2) names another), JY_E_FORMAT (an attribute missing), JY_E_SIGNATURE (the value does not fit what it signs),
 * JY_E_DOCUMENT_CHANGED (it does, but what it signs is another subject).
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
