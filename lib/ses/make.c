/* SPDX-License-Identifier: Apache-2.0 */
/* Seals and signature values as they are written: GB/T 38540-2020, and GM/T 0031-2025 behind a switch. */
#include <jinyin/seal.h>

#include "codec/der.h"
#include "codec/oid.h"

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
        { jy_sm2_same_public(jy_cert_key(maker), maker_key), "maker", "the certificate of the maker's key" },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (!rows[i].good)
            return jy_fail(fault, JY_E_ARGUMENT, rows[i].field, 0, "must be: %s", rows[i].rule);
    return JY_OK;
}

/* Wrap what was collected in inner as one TLV of out, and empty inner. */
static jy_err
close_as(struct jy_buf *out, uint8_t tag, struct jy_buf *inner)
{
    jy_err rc = jy_der_put(out, tag, jy_buf_slice(inner));

    inner->len = 0;
    return rc;
}

jy_err
jy_seal_make(const struct jy_seal_fields *f, const struct jy_sm2 *maker_key, const struct jy_cert *maker, struct jy_buf *out,
             struct jy_fault *fault)
{
    struct jy_buf part = { 0 }, list = { 0 }, info = { 0 }, info_tlv = { 0 }, seal = { 0 };
    uint8_t signature[JY_SM2_SIGNATURE_MAX];
    size_t signature_len;
    jy_err rc;

    if ((rc = check_fields(f, maker_key, maker, fault)) != JY_OK)
        return rc;
    if ((rc = jy_der_put_text(&part, DER_IA5, "ES")) != JY_OK || (rc = jy_der_put_i64(&part, 4)) != JY_OK ||      /* SES_Header */
        (rc = jy_der_put_text(&part, DER_IA5, f->vendor)) != JY_OK || (rc = close_as(&info, DER_SEQUENCE, &part)) != JY_OK ||
        (rc = jy_der_put_text(&info, DER_IA5, f->id)) != JY_OK ||                                                 /* esID */
        (rc = jy_der_put_i64(&part, f->type)) != JY_OK || (rc = jy_der_put_text(&part, DER_UTF8, f->name)) != JY_OK || /* property */
        (rc = jy_der_put_i64(&part, 1)) != JY_OK || (rc = jy_der_put(&list, DER_OCTET_STRING, jy_cert_der(f->signer))) != JY_OK ||
        (rc = close_as(&part, DER_SEQUENCE, &list)) != JY_OK || (rc = jy_der_put_generalized_time(&part, f->created)) != JY_OK ||
        (rc = jy_der_put_generalized_time(&part, f->valid_start)) != JY_OK ||
        (rc = jy_der_put_generalized_time(&part, f->valid_end)) != JY_OK || (rc = close_as(&info, DER_SEQUENCE, &part)) != JY_OK ||
        (rc = jy_der_put_text(&part, DER_IA5, f->picture_type)) != JY_OK ||                                       /* picture */
        (rc = jy_der_put(&part, DER_OCTET_STRING, f->picture)) != JY_OK || (rc = jy_der_put_i64(&part, f->width_mm)) != JY_OK ||
        (rc = jy_der_put_i64(&part, f->height_mm)) != JY_OK || (rc = close_as(&info, DER_SEQUENCE, &part)) != JY_OK ||
        (rc = jy_der_put(&info_tlv, DER_SEQUENCE, jy_buf_slice(&info))) != JY_OK ||
        (rc = jy_sm2_sign(maker_key, jy_buf_slice(&info_tlv), signature, &signature_len)) != JY_OK ||
        (rc = jy_sm2_verify(jy_cert_key(maker), jy_buf_slice(&info_tlv), JY_SLICE(signature, signature_len), NULL)) != JY_OK ||
        (rc = jy_buf_add(&seal, jy_buf_slice(&info_tlv))) != JY_OK || (rc = jy_der_put(&seal, DER_OCTET_STRING, jy_cert_der(maker))) != JY_OK ||
        (rc = jy_der_put_oid(&seal, OID_SM2_WITH_SM3)) != JY_OK || (rc = jy_der_put_bits(&seal, JY_SLICE(signature, signature_len))) != JY_OK ||
        (rc = jy_der_put(out, DER_SEQUENCE, jy_buf_slice(&seal))) != JY_OK)
        jy_fail(fault, rc, "SESeal", 0, "cannot be made");
    jy_buf_free(&part);
    jy_buf_free(&list);
    jy_buf_free(&info);
    jy_buf_free(&info_tlv);
    jy_buf_free(&seal);
    return rc;
}

jy_err
jy_ses_make(const struct jy_seal *seal, jy_time when, const uint8_t data_hash[JY_SM3_SIZE], const char *property_info,
            const struct jy_sm2 *signer_key, const struct jy_cert *signer, struct jy_buf *out, struct jy_fault *fault)
{
    struct jy_buf tbs = { 0 }, body = { 0 };
    uint8_t signature[JY_SM2_SIGNATURE_MAX];
    size_t signature_len;
    jy_err rc;

    if (jy_seal_version(seal) != 4)
        return jy_fail(fault, JY_E_UNSUPPORTED, "eseal", 0, "version %d; 4 is written", jy_seal_version(seal));
    if (!jy_sm2_same_public(signer_key, jy_cert_key(signer)))
        return jy_fail(fault, JY_E_CERTIFICATE, "cert", 0, "is not the certificate of the signing key");
    if (!jy_seal_has_signer(seal, signer))
        return jy_fail(fault, JY_E_SIGNER_NOT_IN_SEAL, "cert", 0, "%s", jy_cert_subject(signer));
    if ((rc = jy_der_put_i64(&tbs, 4)) != JY_OK ||                                                /* version      INTEGER */
        (rc = jy_buf_add(&tbs, jy_seal_der(seal))) != JY_OK ||                                    /* eseal        SESeal, as it is */
        (rc = jy_der_put_generalized_time(&tbs, when)) != JY_OK ||                                /* timeInfo     GeneralizedTime */
        (rc = jy_der_put_bits(&tbs, JY_SLICE(data_hash, JY_SM3_SIZE))) != JY_OK ||                /* dataHash     BIT STRING */
        (rc = jy_der_put_text(&tbs, DER_IA5, property_info)) != JY_OK ||                          /* propertyInfo IA5String */
        (rc = jy_der_put(&body, DER_SEQUENCE, jy_buf_slice(&tbs))) != JY_OK ||
        (rc = jy_sm2_sign(signer_key, jy_buf_slice(&body), signature, &signature_len)) != JY_OK ||
        (rc = jy_sm2_verify(jy_cert_key(signer), jy_buf_slice(&body), JY_SLICE(signature, signature_len), NULL)) != JY_OK ||
        (rc = jy_der_put(&body, DER_OCTET_STRING, jy_cert_der(signer))) != JY_OK ||               /* cert         OCTET STRING */
        (rc = jy_der_put_oid(&body, OID_SM2_WITH_SM3)) != JY_OK ||                                /* signatureAlgID */
        (rc = jy_der_put_bits(&body, JY_SLICE(signature, signature_len))) != JY_OK ||             /* signature    BIT STRING */
        (rc = jy_der_put(out, DER_SEQUENCE, jy_buf_slice(&body))) != JY_OK)
        jy_fail(fault, rc, "SES_Signature", 0, "cannot be made");
    jy_buf_free(&tbs);
    jy_buf_free(&body);
    return rc;
}
