/* SPDX-License-Identifier: Apache-2.0 */
#include <jinyin/seal.h>

#include "codec/oid.h"
#include "ses/read.h"

#include <stdlib.h>
#include <string.h>

struct jy_ses {
    struct jy_buf der;
    struct jy_slice to_sign;          /* TLV of TBS_Sign: what the signer signs */
    struct jy_seal *seal;
    bool is_v1;
    int version;
    jy_time time;
    char property_info[1025];
    struct jy_slice data_hash, algorithm, signature, time_stamp;
    struct jy_cert *signer;
    unsigned deviations;
};

static jy_err
parse_signer(struct jy_der *der, struct jy_ses *ses)
{
    struct jy_slice cert;
    jy_err rc;

    if ((rc = jy_der_octets(der, &cert)) != JY_OK)                                                /* cert OCTET STRING */
        return rc;
    if (jy_cert_parse(cert, &ses->signer, NULL) != JY_OK)
        ses->signer = NULL;
    return jy_der_oid(der, &ses->algorithm);                                                      /* signatureAlgID OID */
}

static jy_err
parse_tbs(struct jy_der *body, struct jy_ses *ses, struct jy_fault *seal_fault)
{
    struct jy_der_item whole, eseal, rest;
    struct jy_der tbs, look = *body;
    struct jy_slice time_bits;
    uint32_t version;
    jy_err rc;

    if ((rc = jy_der_get(&look, DER_SEQUENCE, &whole)) != JY_OK)
        return rc;
    ses->to_sign = whole.tlv;
    if ((rc = jy_der_enter(body, DER_SEQUENCE, &tbs)) != JY_OK ||                                 /* toSign TBS_Sign */
        (rc = jy_der_u32(&tbs, &version)) != JY_OK ||                                             /* version INTEGER */
        (rc = jy_der_get(&tbs, DER_SEQUENCE, &eseal)) != JY_OK)                                   /* eseal SESeal */
        return rc;
    if ((rc = jy_seal_parse(eseal.tlv, &ses->seal, seal_fault)) != JY_OK) {
        seal_fault->offset += (uint64_t)(eseal.tlv.p - ses->der.p);
        return rc;
    }
    ses->version = (int)version;
    if (jy_der_peek(&tbs) == DER_BIT_STRING) {                                                    /* timeInfo, v1 and C0119 */
        if ((rc = jy_read_bits(&tbs, &time_bits, &ses->deviations)) != JY_OK)
            return rc;
        if ((ses->time = jy_read_time_text(time_bits)) == 0 || !ses->is_v1)
            ses->deviations |= JY_DEV_TIME_FORM;
    } else if ((rc = jy_read_time(&tbs, &ses->time, &ses->deviations)) != JY_OK) {                /* timeInfo GeneralizedTime */
        return rc;
    }
    if ((rc = jy_read_bits(&tbs, &ses->data_hash, &ses->deviations)) != JY_OK ||                  /* dataHash BIT STRING */
        (rc = jy_read_text(&tbs, DER_IA5, ses->property_info, sizeof(ses->property_info), &ses->deviations)) != JY_OK)
        return rc;
    if (ses->is_v1)
        rc = parse_signer(&tbs, ses);
    else if (!jy_der_at_end(&tbs)) {                                                              /* extDatas [0] */
        if (jy_der_peek(&tbs) != DER_CONTEXT_0)
            ses->deviations |= JY_DEV_UNTAGGED;
        rc = jy_der_next(&tbs, &rest);
    }
    return rc != JY_OK ? rc : jy_der_close(&tbs);
}

static jy_err
parse_time_stamp(struct jy_der *body, struct jy_ses *ses)
{
    struct jy_der inner;
    jy_err rc;

    if (jy_der_peek(body) != DER_CONTEXT_0) {
        ses->deviations |= JY_DEV_UNTAGGED;
        return jy_read_bits(body, &ses->time_stamp, &ses->deviations);
    }
    if ((rc = jy_der_enter(body, DER_CONTEXT_0, &inner)) != JY_OK || (rc = jy_read_bits(&inner, &ses->time_stamp, &ses->deviations)) != JY_OK)
        return rc;
    return jy_der_close(&inner);
}

jy_err
jy_ses_parse(struct jy_slice der, struct jy_ses **out, struct jy_fault *fault)
{
    struct jy_der all, body = { 0 }, count_from;
    struct jy_der_item item;
    struct jy_ses *ses = NULL;
    struct jy_fault seal_fault = { 0 };
    const uint8_t *touched = NULL;
    size_t elements = 0;
    jy_err rc;

    *out = NULL;
    if (der.len == 0 || der.len > JY_SES_MAX)
        return jy_fail(fault, JY_E_LIMIT, JY_WHERE_SES, 0, "%zu bytes", der.len);
    if ((ses = calloc(1, sizeof(*ses))) == NULL)
        return jy_fail(fault, JY_E_NOMEM, "SES_Signature", 0, "signature");
    jy_der_open(&all, der);
    if ((rc = jy_der_get(&all, DER_SEQUENCE, &item)) != JY_OK)
        goto out;
    if (!jy_der_at_end(&all))
        ses->deviations |= JY_DEV_TRAILING;
    if ((rc = jy_buf_add(&ses->der, item.tlv)) != JY_OK)
        goto out;
    jy_der_open(&all, jy_buf_slice(&ses->der));
    jy_der_watch(&all, &touched);
    if ((rc = jy_der_enter(&all, DER_SEQUENCE, &body)) != JY_OK)
        goto out;
    for (count_from = body; !jy_der_at_end(&count_from) && jy_der_next(&count_from, &item) == JY_OK;)
        elements++;
    ses->is_v1 = elements == 2;
    if (elements != 2 && elements != 4 && elements != 5)
        rc = JY_E_FORMAT;
    else if ((rc = parse_tbs(&body, ses, &seal_fault)) == JY_OK && (ses->is_v1 || (rc = parse_signer(&body, ses)) == JY_OK) &&
             (rc = jy_read_bits(&body, &ses->signature, &ses->deviations)) == JY_OK && elements == 5)
        rc = parse_time_stamp(&body, ses);
    if (rc == JY_OK)
        rc = jy_der_close(&body);
    if (rc == JY_OK && !ses->is_v1 && ses->version != jy_seal_version(ses->seal))
        rc = JY_E_FORMAT;
out:
    if (rc != JY_OK) {
        rc = rc == JY_E_NOMEM ? rc : JY_E_FORMAT;
        if (seal_fault.err != JY_OK)
            jy_fail(fault, rc, JY_WHERE_SEAL, seal_fault.offset, "%s", seal_fault.text);
        else if (ses->seal != NULL && !ses->is_v1 && ses->version != jy_seal_version(ses->seal))
            jy_fail(fault, rc, JY_WHERE_SES, 0, "version is %d, the seal's is %d", ses->version, jy_seal_version(ses->seal));
        else
            jy_fail(fault, rc, JY_WHERE_SES, touched == NULL ? 0 : (uint64_t)(touched - ses->der.p), "bad field");
        jy_ses_free(ses);
        return rc;
    }
    *out = ses;
    return JY_OK;
}

void
jy_ses_free(struct jy_ses *ses)
{
    if (ses == NULL)
        return;
    jy_seal_free(ses->seal);
    jy_cert_free(ses->signer);
    jy_buf_free(&ses->der);
    free(ses);
}

struct jy_seal *
jy_ses_seal(struct jy_ses *ses)
{
    return ses->seal;
}

int
jy_ses_version(const struct jy_ses *ses)
{
    return ses->version;
}

jy_time
jy_ses_time(const struct jy_ses *ses)
{
    return ses->time;
}

struct jy_slice
jy_ses_data_hash(const struct jy_ses *ses)
{
    return ses->data_hash;
}

const char *
jy_ses_property_info(const struct jy_ses *ses)
{
    return ses->property_info;
}

const struct jy_cert *
jy_ses_signer(const struct jy_ses *ses)
{
    return ses->signer;
}

struct jy_slice
jy_ses_signature(const struct jy_ses *ses)
{
    return ses->signature;
}

struct jy_slice
jy_ses_time_stamp(const struct jy_ses *ses)
{
    return ses->time_stamp;
}

unsigned
jy_ses_deviations(const struct jy_ses *ses)
{
    return ses->deviations;
}

jy_err
jy_ses_check_signature(struct jy_ses *ses, struct jy_fault *fault)
{
    return jy_check_signed(ses->signer, ses->algorithm, ses->to_sign, ses->signature, JY_DEV_SIG_RAW64, &ses->deviations, fault);
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
