/* SPDX-License-Identifier: Apache-2.0 */
/* Seals and signature values as they are written: GB/T 38540-2020, and GM/T 0031-2025 behind a switch. */
#include <jinyin/seal.h>

#include "codec/der.h"
#include "codec/oid.h"
#include "ses/list.h"

#include <string.h>

static bool
is_ia5(const char *text, size_t max)
{
    size_t len = strlen(text);

    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] < 0x20 || (unsigned char)text[i] > 0x7E)
            return false;
    return len >= 1 && len <= max;
}

static jy_err
check_fields(const struct jy_seal_fields *f, const struct jy_sm2 *maker_key, const struct jy_cert *maker, struct jy_fault *fault)
{
    const struct { bool good; const char *field, *rule; } rows[] = {
        { is_ia5(f->vendor, 32), "vendor", "1 to 32 ASCII characters" },
        { is_ia5(f->id, 64), "id", "1 to 64 ASCII characters" },
        { strlen(f->name) >= 1 && strlen(f->name) <= 200, "name", "1 to 200 bytes" },
        { f->type >= 0, "type", "not negative" },
        { f->valid_start < f->valid_end, "validity", "the end is after the start" },
        { is_ia5(f->picture_type, 8), "picture type", "1 to 8 ASCII characters" },
        { f->picture.len >= 1 && f->picture.len <= JY_SEAL_MADE_PICTURE_MAX, "picture", "1 byte to 512 KiB" },
        { f->width_mm >= 1 && f->width_mm <= JY_SEAL_MADE_SIDE_MAX && f->height_mm >= 1 && f->height_mm <= JY_SEAL_MADE_SIDE_MAX, "size", "1 to 200 mm" },
        { f->signer != NULL && jy_cert_may_sign(f->signer), "signer", "a certificate for signing" },
        { f->version == 0 || f->version == 4 || f->version == 5, "version", "4 or 5" },
        { f->cert_list_type >= 0 && f->cert_list_type <= 2, "certificate list", "1 or 2" },
        { f->time_stamper == NULL || f->version == 5, "time stamp", "in version 5 only" },
        { jy_sm2_same_public(jy_cert_key(maker), maker_key), "maker", "the certificate of the maker's key" },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (!rows[i].good)
            return jy_fail(fault, JY_E_ARGUMENT, rows[i].field, 0, "must be: %s", rows[i].rule);
    return JY_OK;
}

/* timeStamp [0] EXPLICIT BIT STRING */
static jy_err
put_time_stamp(struct jy_buf *out, struct jy_slice token)
{
    struct jy_buf bits = { 0 };
    jy_err rc;

    if ((rc = jy_der_put_bits(&bits, token)) == JY_OK)
        rc = jy_der_put(out, DER_CONTEXT_0, jy_buf_slice(&bits));
    jy_buf_free(&bits);
    return rc;
}

#define SIGNATURE_ROOM 512u             /* bytes: of what a SES_Signature has beside the seal and the certificate, and more than it takes */

/* The whole TLV of SES_SealInfo: what the maker signs. */
static jy_err
put_info(const struct jy_seal_fields *f, struct jy_buf *out)
{
    struct jy_buf part = { 0 }, list = { 0 }, info = { 0 };
    uint32_t list_type = f->cert_list_type == 0 ? JY_LIST_CERTIFICATES : (uint32_t)f->cert_list_type;
    jy_err rc;

    if ((rc = jy_der_put_text(&part, DER_IA5, "ES")) != JY_OK ||                                              /* header: ID */
        (rc = jy_der_put_i64(&part, f->version == 0 ? 4 : f->version)) != JY_OK ||                            /* version */
        (rc = jy_der_put_text(&part, DER_IA5, f->vendor)) != JY_OK ||                                         /* Vid */
        (rc = jy_der_wrap(&info, DER_SEQUENCE, &part)) != JY_OK ||
        (rc = jy_der_put_text(&info, DER_IA5, f->id)) != JY_OK ||                                             /* esID */
        (rc = jy_der_put_i64(&part, f->type)) != JY_OK ||                                                     /* property: type */
        (rc = jy_der_put_text(&part, DER_UTF8, f->name)) != JY_OK ||                                          /* name */
        (rc = jy_der_put_i64(&part, list_type)) != JY_OK ||                                                   /* certListType */
        (rc = jy_list_put(&list, list_type, f->signer)) != JY_OK ||                                           /* certList */
        (rc = jy_der_wrap(&part, DER_SEQUENCE, &list)) != JY_OK ||
        (rc = jy_der_put_generalized_time(&part, f->created)) != JY_OK ||                                     /* createDate */
        (rc = jy_der_put_generalized_time(&part, f->valid_start)) != JY_OK ||                                 /* validStart */
        (rc = jy_der_put_generalized_time(&part, f->valid_end)) != JY_OK ||                                   /* validEnd */
        (rc = jy_der_wrap(&info, DER_SEQUENCE, &part)) != JY_OK ||
        (rc = jy_der_put_text(&part, DER_IA5, f->picture_type)) != JY_OK ||                                   /* picture: type */
        (rc = jy_der_put(&part, DER_OCTET_STRING, f->picture)) != JY_OK ||                                    /* data */
        (rc = jy_der_put_i64(&part, f->width_mm)) != JY_OK || (rc = jy_der_put_i64(&part, f->height_mm)) != JY_OK ||
        (rc = jy_der_wrap(&info, DER_SEQUENCE, &part)) != JY_OK)
        goto out;
    rc = jy_der_put(out, DER_SEQUENCE, jy_buf_slice(&info));
out:
    jy_buf_free(&part);
    jy_buf_free(&list);
    jy_buf_free(&info);
    return rc;
}

/* Sign, and look at the result as a verifier would before anybody else does. */
static jy_err
sign_and_check(const struct jy_sm2 *key, const struct jy_cert *cert, struct jy_slice message, uint8_t signature[JY_SM2_SIGNATURE_MAX], size_t *len)
{
    jy_err rc = jy_sm2_sign(key, message, signature, len);

    return rc != JY_OK ? rc : jy_sm2_verify(jy_cert_key(cert), message, JY_SLICE(signature, *len), NULL);
}

jy_err
jy_seal_make(const struct jy_seal_fields *f, const struct jy_sm2 *maker_key, const struct jy_cert *maker, struct jy_buf *out,
             struct jy_fault *fault)
{
    struct jy_buf seal = { 0 }, token = { 0 };
    uint8_t signature[JY_SM2_SIGNATURE_MAX];
    size_t signature_len;
    jy_err rc;

    if ((rc = check_fields(f, maker_key, maker, fault)) != JY_OK)
        return rc;
    if ((rc = put_info(f, &seal)) != JY_OK ||                                                     /* eSealInfo   SES_SealInfo */
        (rc = sign_and_check(maker_key, maker, jy_buf_slice(&seal), signature, &signature_len)) != JY_OK ||
        (rc = jy_der_put(&seal, DER_OCTET_STRING, jy_cert_der(maker))) != JY_OK ||                /* cert        OCTET STRING */
        (rc = jy_der_put_oid(&seal, OID_SM2_WITH_SM3)) != JY_OK ||                                /* signAlgID   OID */
        (rc = jy_der_put_bits(&seal, JY_SLICE(signature, signature_len))) != JY_OK) {             /* signedValue BIT STRING */
        jy_fail(fault, rc, "SESeal", 0, "cannot be made");
        goto out;
    }
    if (f->time_stamper != NULL &&
        ((rc = f->time_stamper(f->time_stamper_ctx, JY_SLICE(signature, signature_len), &token, fault)) != JY_OK ||
         (rc = put_time_stamp(&seal, jy_buf_slice(&token))) != JY_OK))                            /* timeStamp   [0] BIT STRING */
        goto out;
    rc = jy_der_put(out, DER_SEQUENCE, jy_buf_slice(&seal));
out:
    jy_buf_free(&seal);
    jy_buf_free(&token);
    return rc;
}

jy_err
jy_ses_make(const struct jy_seal *seal, jy_time when, const uint8_t data_hash[JY_SM3_SIZE], const char *property_info,
            const struct jy_sm2 *signer_key, const struct jy_cert *signer, struct jy_buf *out, struct jy_fault *fault)
{
    struct jy_buf tbs = { 0 }, body = { 0 };
    uint8_t signature[JY_SM2_SIGNATURE_MAX];
    size_t signature_len;
    bool listed;
    jy_err rc;

    if ((jy_seal_layout(seal) != JY_SEAL_V4 && jy_seal_layout(seal) != JY_SEAL_V5) || (jy_seal_deviations(seal) & JY_DEV(SEAL_VERSION)) != 0)
        return jy_fail(fault, JY_E_UNSUPPORTED, "eseal", 0, "version %d; 4 and 5 are written", jy_seal_version(seal));
    if (!jy_sm2_same_public(signer_key, jy_cert_key(signer)))
        return jy_fail(fault, JY_E_CERTIFICATE, "cert", 0, "is not the certificate of the signing key");
    if ((rc = jy_seal_lists(seal, signer, &listed)) != JY_OK)
        return jy_fail(fault, rc, "certList", 0, "could not be looked up");
    if (!listed)
        return jy_fail(fault, JY_E_SIGNER_NOT_IN_SEAL, "cert", 0, "%s", jy_cert_subject(signer));
    /* A seal holds a picture: it is copied thrice, and no more often. */
    if ((rc = jy_buf_reserve(&tbs, jy_seal_der(seal).len + SIGNATURE_ROOM)) != JY_OK ||
        (rc = jy_buf_reserve(&body, jy_seal_der(seal).len + SIGNATURE_ROOM + jy_cert_der(signer).len)) != JY_OK ||
        (rc = jy_der_put_i64(&tbs, jy_seal_version(seal))) != JY_OK ||                            /* version      INTEGER */
        (rc = jy_buf_add(&tbs, jy_seal_der(seal))) != JY_OK ||                                    /* eseal        SESeal, as it is */
        (rc = jy_der_put_generalized_time(&tbs, when)) != JY_OK ||                                /* timeInfo     GeneralizedTime */
        (rc = jy_der_put_bits(&tbs, JY_SLICE(data_hash, JY_SM3_SIZE))) != JY_OK ||                /* dataHash     BIT STRING */
        (rc = jy_der_put_text(&tbs, DER_IA5, property_info)) != JY_OK ||                          /* propertyInfo IA5String */
        (rc = jy_der_put(&body, DER_SEQUENCE, jy_buf_slice(&tbs))) != JY_OK ||
        (rc = sign_and_check(signer_key, signer, jy_buf_slice(&body), signature, &signature_len)) != JY_OK ||
        (rc = jy_der_put(&body, DER_OCTET_STRING, jy_cert_der(signer))) != JY_OK ||               /* cert         OCTET STRING */
        (rc = jy_der_put_oid(&body, OID_SM2_WITH_SM3)) != JY_OK ||                                /* signatureAlgID */
        (rc = jy_der_put_bits(&body, JY_SLICE(signature, signature_len))) != JY_OK ||             /* signature    BIT STRING */
        (rc = jy_der_put(out, DER_SEQUENCE, jy_buf_slice(&body))) != JY_OK)
        jy_fail(fault, rc, "SES_Signature", 0, "cannot be made");
    jy_buf_free(&tbs);
    jy_buf_free(&body);
    return rc;
}

jy_err
jy_ses_add_time_stamp(struct jy_slice ses_der, struct jy_slice token, struct jy_buf *out, struct jy_fault *fault)
{
    struct jy_buf body = { 0 };
    struct jy_der_item outer;
    struct jy_ses *ses = NULL;
    struct jy_der der;
    jy_err rc;

    if ((rc = jy_ses_parse(ses_der, &ses, fault)) != JY_OK)
        return rc;
    jy_der_open(&der, ses_der);
    if (token.len == 0 || jy_ses_time_stamp(ses).len > 0 || jy_ses_version(ses) < 4 ||
        (jy_ses_deviations(ses) & (JY_DEV(LAYOUT_C0119) | JY_DEV(SIG_TRAILING))) != 0)
        rc = jy_fail(fault, JY_E_ARGUMENT, "timeStamp", 0, "goes only into a v4 or v5 signature without one");
    else if ((rc = jy_der_get(&der, DER_SEQUENCE, &outer)) == JY_OK && (rc = jy_buf_add(&body, outer.value)) == JY_OK &&
             (rc = put_time_stamp(&body, token)) == JY_OK)
        rc = jy_der_put(out, DER_SEQUENCE, jy_buf_slice(&body));
    jy_ses_free(ses);
    jy_buf_free(&body);
    return rc;
}
