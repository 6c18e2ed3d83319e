/* SPDX-License-Identifier: Apache-2.0 */
/* jinyin/seal.h: the electronic seal (SESeal) and the stamp's signature value (SES_Signature) as values. */
#ifndef JINYIN_SEAL_H
#define JINYIN_SEAL_H

#include <jinyin/cert.h>
#include <jinyin/deviation.h>

/** fault->where of a malformed structure: which of the two it is. */
#define JY_WHERE_SEAL "GB/T 38540-2020 SESeal"
#define JY_WHERE_SES "GB/T 38540-2020 SES_Signature"

/** Which structure it is, told from its shape (seal-formats §1.6). */
enum jy_seal_layout {
    JY_SEAL_V1,                      /* GM/T 0031-2014 */
    JY_SEAL_V4,                      /* GB/T 38540-2020 */
    JY_SEAL_V5,                      /* GM/T 0031-2025 */
    JY_SEAL_C0119                    /* superseded government layout: as v4, with UTCTime */
};

struct jy_seal;   /* opaque; begins in jy_seal_parse(), ends in jy_seal_free() */
/**
 * Parse one DER SESeal, v1 (GM/T 0031-2014), v4 (GB/T 38540-2020) or v5 (GM/T 0031-2025). Structure only.
 * Source: GB/T 38540-2020 6.1 SESeal. Input is copied; 1..JY_SEAL_MAX bytes. Original bytes are kept and hashed, never re-encoded.
 * Errors: JY_E_FORMAT (fault->offset = where the bad item begins, fault->where = JY_WHERE_SEAL), JY_E_LIMIT, JY_E_NOMEM. *out is NULL on error.
 */
JY_CHECK jy_err jy_seal_parse(struct jy_slice der, struct jy_seal **out, struct jy_fault *fault);
void jy_seal_free(struct jy_seal *seal);
#define JY_SEAL_PICTURE_TYPE 33       /* bytes of a type, its NUL counted */
/**
 * The picture of a SESeal that jy_seal_parse refuses, by its place alone: to show what other programs show, never to judge by.
 * der: as for jy_seal_parse. *picture is borrowed from der; type as written. Errors: JY_E_FORMAT nothing like a picture is at its place.
 */
JY_CHECK jy_err jy_seal_picture_alone(struct jy_slice der, char type[JY_SEAL_PICTURE_TYPE], struct jy_slice *picture);
/* Borrowed, valid until jy_seal_free. Text is NUL-terminated UTF-8. */
struct jy_slice jy_seal_der(const struct jy_seal *seal);        /* exactly one TLV, without trailing bytes */
enum jy_seal_layout jy_seal_layout(const struct jy_seal *seal);
int jy_seal_version(const struct jy_seal *seal);                /* header.version as written: 1, 2, 3 … of JY_SEAL_V1, 4, 5 */
const char *jy_seal_vendor(const struct jy_seal *seal);         /* Vid */
const char *jy_seal_id(const struct jy_seal *seal);             /* esID */
const char *jy_seal_name(const struct jy_seal *seal);
int jy_seal_type(const struct jy_seal *seal);
jy_time jy_seal_created(const struct jy_seal *seal);
jy_time jy_seal_valid_start(const struct jy_seal *seal);
jy_time jy_seal_valid_end(const struct jy_seal *seal);
const char *jy_seal_picture_type(const struct jy_seal *seal);   /* as written */
struct jy_slice jy_seal_picture(const struct jy_seal *seal);
int jy_seal_width_mm(const struct jy_seal *seal);
int jy_seal_height_mm(const struct jy_seal *seal);
int jy_seal_cert_list_type(const struct jy_seal *seal);         /* certListType as written: 1 certificates, 2 digests */
struct jy_slice jy_seal_cert_list(const struct jy_seal *seal);  /* the entries of SES_CertList, TLV after TLV */
const struct jy_cert *jy_seal_maker(const struct jy_seal *seal);/* NULL when the certificate cannot be parsed */
struct jy_slice jy_seal_algorithm(const struct jy_seal *seal);  /* of the maker's signature: contents octets of the OID */
struct jy_slice jy_seal_signature(const struct jy_seal *seal);  /* payload r,s, as it stands: what a time stamp is over */
struct jy_slice jy_seal_time_stamp(const struct jy_seal *seal); /* over the maker's signature value; empty when none */
jy_deviations jy_seal_deviations(const struct jy_seal *seal);
/**
 * Maker's signature over the bytes that its version signs: v4, v5 eSealInfo; v1 SEQUENCE{eSealInfo, cert, signatureAlgorithm} (seal-formats §1.1, §1.3).
 * Errors: JY_E_SIGNATURE, JY_E_UNSUPPORTED (RSA; an unknown critical extension), JY_E_CERTIFICATE. Adds deviations.
 */
JY_CHECK jy_err jy_seal_check_signature(struct jy_seal *seal, struct jy_fault *fault);
/**
 * Is this certificate in the seal's list? Type 1 compares bytes, type 2 SM3 over the certificate, then over Z and the certificate;
 * an entry of the other kind matches nothing.
 */
bool jy_seal_has_signer(const struct jy_seal *seal, const struct jy_cert *cert);
/** The same for a verdict, where what could not be looked up must not read as "not listed". Errors: JY_E_NOMEM, JY_E_CRYPTO. */
JY_CHECK jy_err jy_seal_lists(const struct jy_seal *seal, const struct jy_cert *cert, bool *listed);

/**
 * Asks for a time stamp: appends to token the DER TimeStampToken (GB/T 20520) over these bytes, a signature value as it stands in its
 * BIT STRING. What it fails with is passed on.
 */
typedef jy_err (*jy_time_stamper)(void *ctx, struct jy_slice signature, struct jy_buf *token, struct jy_fault *fault);

/** Everything a seal says; borrowed by jy_seal_make. */
struct jy_seal_fields {
    const char *vendor;              /* Vid, IA5, 1..32 */
    const char *id;                  /* esID, IA5, 1..64 */
    int type;
    const char *name;                /* UTF-8, 1..200 bytes */
    const struct jy_cert *signer;    /* the one entry of certList */
    jy_time created, valid_start, valid_end;
    const char *picture_type;        /* "PNG" … */
    struct jy_slice picture;         /* 1..512 KiB */
    int width_mm, height_mm;         /* 1..200 */
    int version;                     /* 4 (also 0): GB/T 38540-2020; 5: GM/T 0031-2025 */
    int cert_list_type;              /* 1 (also 0): the certificate; 2: its SM3 */
    jy_time_stamper time_stamper;    /* version 5 only: stamps the maker's signature; NULL = no time stamp */
    void *time_stamper_ctx;
};
/** Build and sign a SESeal; verifies what it signed. out gets DER. Errors: JY_E_ARGUMENT names the field, those of the time stamper. */
JY_CHECK jy_err jy_seal_make(const struct jy_seal_fields *fields, const struct jy_sm2 *maker_key, const struct jy_cert *maker,
                             struct jy_buf *out, struct jy_fault *fault);

struct jy_ses;    /* SES_Signature */
/**
 * Parse one SES_Signature (v1, v4, v5; C0119 best effort with LAYOUT_C0119). Same rules as jy_seal_parse; fault->where is
 * JY_WHERE_SEAL when it is the embedded seal that is malformed, else JY_WHERE_SES; the offset counts from the start of der in both cases.
 */
JY_CHECK jy_err jy_ses_parse(struct jy_slice der, struct jy_ses **out, struct jy_fault *fault);
void jy_ses_free(struct jy_ses *ses);
struct jy_seal *jy_ses_seal(struct jy_ses *ses);                      /* embedded eseal; owned by ses */
int jy_ses_version(const struct jy_ses *ses);
jy_time jy_ses_time(const struct jy_ses *ses);                        /* timeInfo: claimed; 0 when it cannot be read */
struct jy_slice jy_ses_data_hash(const struct jy_ses *ses);
const char *jy_ses_property_info(const struct jy_ses *ses);
const struct jy_cert *jy_ses_signer(const struct jy_ses *ses);        /* NULL when it cannot be parsed */
struct jy_slice jy_ses_algorithm(const struct jy_ses *ses);           /* contents octets of the OID */
struct jy_slice jy_ses_signature(const struct jy_ses *ses);           /* payload r,s, as it stands: what a time stamp is over */
struct jy_slice jy_ses_time_stamp(const struct jy_ses *ses);          /* empty when none */
jy_deviations jy_ses_deviations(const struct jy_ses *ses);
/** Signer's signature over TBS_Sign, and how the seal's list names the signer. Errors as jy_seal_check_signature. Adds deviations. */
JY_CHECK jy_err jy_ses_check_signature(struct jy_ses *ses, struct jy_fault *fault);

/**
 * TBS_Sign of the seal's version (GB/T 38540-2020 7.1, GM/T 0031-2025), built from its parts; then signed and verified. out gets DER SES_Signature.
 * Errors: JY_E_UNSUPPORTED (the seal is neither v4 nor v5), JY_E_CERTIFICATE, JY_E_SIGNER_NOT_IN_SEAL.
 */
JY_CHECK jy_err jy_ses_make(const struct jy_seal *seal, jy_time when, const uint8_t data_hash[JY_SM3_SIZE], const char *property_info,
                            const struct jy_sm2 *signer_key, const struct jy_cert *signer, struct jy_buf *out, struct jy_fault *fault);
/**
 * The same SES_Signature with a time stamp: DER TimeStampToken over jy_ses_signature(), which is not signed itself (GB/T 38540-2020 7.1).
 * Errors: JY_E_FORMAT, JY_E_LIMIT, JY_E_ARGUMENT (it has one already, is v1 or C0119, or token is empty).
 */
JY_CHECK jy_err jy_ses_add_time_stamp(struct jy_slice ses_der, struct jy_slice token, struct jy_buf *out, struct jy_fault *fault);

/** What a signature value is, told from its bytes alone (seal-formats §1.6); names in a container are not trusted. */
enum jy_value_form {
    JY_VALUE_OTHER,
    JY_VALUE_SES,                    /* SES_Signature */
    JY_VALUE_SIGNED_DATA,            /* CMS ContentInfo: jinyin/cms.h */
    JY_VALUE_BARE                    /* SEQUENCE{r, s} or 64 raw bytes: jinyin/cms.h form C */
};
enum jy_value_form jy_value_form(struct jy_slice value);
/**
 * Is the value of this form, JY_VALUE_SES or JY_VALUE_SIGNED_DATA, and for the document with this SM3 digest (JY_SM3_SIZE bytes)? SES_Signature: dataHash
 * says so. SignedData: its signature binds it. What goes into a prepared document is asked this first.
 * Errors: JY_E_FORMAT (another form, malformed), JY_E_DOCUMENT_CHANGED, and those of jy_cms_verify.
 */
JY_CHECK jy_err jy_value_binds(struct jy_slice value, enum jy_value_form form, const uint8_t *digest, struct jy_fault *fault);
/**
 * Does a value that stands in a document name this digest (JY_SM3_SIZE bytes) of it? parts: the document's bytes, where they are at hand, for SignedData by
 * other digests. Whether the signature fits is not asked, and of what names no digest that is known nothing is said.
 * Errors: JY_E_DOCUMENT_CHANGED (it names another), JY_E_FORMAT (malformed), JY_E_LIMIT, JY_E_NOMEM, JY_E_CRYPTO.
 */
JY_CHECK jy_err jy_value_names(struct jy_slice value, const uint8_t *digest, const struct jy_slice *parts, size_t part_count, struct jy_fault *fault);
/** Z of the value's signer (SES_Signature or SignedData), for digests taken as SM3(Z, data) (seal-formats §4). *has is false when it holds no
 * certificate with an SM2 key. Errors: JY_E_NOMEM, JY_E_CRYPTO. */
JY_CHECK jy_err jy_value_signer_z(struct jy_slice value, uint8_t z[JY_SM3_SIZE], bool *has);
/** GB/T 35275 SignedData (Type="Sign", PDF CMS). Verifies forms A and B of seal-formats §3.7 over an original digest or original bytes. */
struct jy_cms_result {
    struct jy_cert *signer;       /* caller frees; NULL when absent */
    jy_time signing_time;         /* 0 when absent */
    jy_deviations deviations;
};
/**
 * digest = SM3 over the protected bytes. Errors: JY_E_FORMAT, JY_E_UNSUPPORTED, JY_E_SIGNATURE (the value does not fit what it signs),
 * JY_E_DOCUMENT_CHANGED (it does, but what it signs is another digest; the result is filled).
 */
JY_CHECK jy_err jy_cms_check(struct jy_slice der, const uint8_t digest[JY_SM3_SIZE], struct jy_cms_result *result, struct jy_fault *fault);

#endif
