/* SPDX-License-Identifier: Apache-2.0 */
/* SES_Signature: read, and checked (R13.1; GB/T 38540-2020 7.1, GM/T 0031-2014 6.2, GM/T 0031-2025). */
#include <jinyin/seal.h>
#include <jinyin/timestamp.h>

#include "crypto/evp.h"
#include "ses/list.h"
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
    bool critical;                    /* an extension says that whoever does not know it cannot judge */
    jy_deviations deviations;
};

static const struct jy_read_rows rows = { .time_form = JY_DEV(SIGN_TIME_FORM), .time_type = JY_DEV(SIGN_TIME_TYPE),
                                          .unused_bits = JY_DEV(SIG_UNUSED_BITS), .octets = JY_DEV(SIG_OCTETS),
                                          .untagged = JY_DEV(SIG_TIME_STAMP_UNTAGGED), .raw64 = JY_DEV(SIG_RAW64),
                                          .non_minimal = JY_DEV(SIG_NON_MINIMAL), .algorithm_id = JY_DEV(SIG_ALGORITHM_ID) };
static const struct jy_read_rows hash_rows = { .unused_bits = JY_DEV(HASH_UNUSED_BITS), .octets = JY_DEV(HASH_OCTETS) };

static jy_err
parse_signer(struct jy_der *der, struct jy_ses *ses)
{
    struct jy_slice cert;
    jy_err rc;

    if ((rc = jy_der_octets(der, &cert)) != JY_OK)                                                /* cert OCTET STRING */
        return rc;
    if (jy_cert_parse(cert, &ses->signer, NULL) == JY_E_NOMEM)                                    /* else NULL: it cannot be read */
        return JY_E_NOMEM;
    return jy_der_oid(der, &ses->algorithm);                                                      /* signatureAlgID OID */
}

/* GM/T 0031-2014 6.2 allows a time stamp here: what it stamps cannot be this value, so that its time is a claim like any other. */
static jy_err
read_time_token(struct jy_slice payload, struct jy_ses *ses)
{
    jy_err rc = jy_timestamp_stated(payload, &ses->time, NULL);

    if (rc == JY_E_NOMEM)
        return rc;
    ses->deviations |= rc == JY_OK ? JY_DEV(SIGN_TIME_TOKEN) : JY_DEV(SIGN_TIME_UNREADABLE);
    return JY_OK;
}

/* timeInfo: GeneralizedTime since v4; before, a BIT STRING that holds text or a time. */
static jy_err
parse_time(struct jy_der *tbs, struct jy_ses *ses)
{
    static const struct jy_read_rows none = { 0 };
    struct jy_slice payload;
    jy_err rc;

    if (jy_der_peek(tbs) != DER_BIT_STRING) {
        if ((rc = jy_read_time(tbs, DER_GENERALIZED_TIME, &rows, &ses->time, &ses->deviations)) == JY_OK && ses->is_v1)
            ses->deviations |= rows.time_type;
        return rc;
    }
    if ((rc = jy_read_bits(tbs, &none, &payload, &ses->deviations)) != JY_OK)
        return rc;
    if ((ses->time = jy_read_time_text(payload)) == 0 && (rc = read_time_token(payload, ses)) != JY_OK)
        return rc;
    if (!ses->is_v1)
        ses->deviations |= rows.time_type;
    return JY_OK;
}

static jy_err
parse_tbs(struct jy_der *body, struct jy_ses *ses, struct jy_fault *seal_fault)
{
    struct jy_der_item whole, eseal;
    struct jy_der tbs, look = *body;
    uint32_t version;
    enum jy_tagging tagging;
    jy_err rc;

    if ((rc = jy_der_get(&look, DER_SEQUENCE, &whole)) != JY_OK)
        return rc;
    ses->to_sign = whole.tlv;
    if ((rc = jy_der_enter(body, DER_SEQUENCE, &tbs)) != JY_OK ||                                 /* toSign TBS_Sign */
        (rc = jy_der_u32(&tbs, &version)) != JY_OK ||                                             /* version INTEGER */
        (rc = jy_der_get(&tbs, DER_SEQUENCE, &eseal)) != JY_OK)                                   /* eseal SESeal */
        return rc;
    if (version > INT32_MAX)
        return JY_E_FORMAT;
    if ((rc = jy_seal_parse(eseal.tlv, &ses->seal, seal_fault)) != JY_OK) {
        seal_fault->offset += (uint64_t)(eseal.tlv.p - ses->der.p);
        return rc;
    }
    ses->version = (int)version;
    if ((rc = parse_time(&tbs, ses)) != JY_OK ||                                                  /* timeInfo */
        (rc = jy_read_bits(&tbs, &hash_rows, &ses->data_hash, &ses->deviations)) != JY_OK ||      /* dataHash BIT STRING */
        (rc = jy_read_text(&tbs, DER_IA5, ses->property_info, sizeof(ses->property_info), &ses->deviations)) != JY_OK)
        return rc;
    if (ses->is_v1) {
        rc = parse_signer(&tbs, ses);
    } else if (!jy_der_at_end(&tbs) && (rc = jy_read_extensions(&tbs, &tagging, &ses->critical)) == JY_OK && tagging != JY_EXPLICIT) {
        ses->deviations |= JY_DEV(SIG_EXTENSIONS_UNTAGGED);                                       /* extDatas [0] EXPLICIT */
    }
    return rc != JY_OK ? rc : jy_der_close(&tbs);
}

/* Two elements around a seal of v1 are v1, around another one C0119; else four, or five with a time stamp (seal-formats §1.6). */
static jy_err
parse_body(struct jy_der *body, size_t elements, struct jy_ses *ses, struct jy_fault *seal_fault)
{
    jy_err rc;

    if (elements != 2 && elements != 4 && elements != 5)
        return JY_E_FORMAT;
    ses->is_v1 = elements == 2;
    if ((rc = parse_tbs(body, ses, seal_fault)) != JY_OK || (!ses->is_v1 && (rc = parse_signer(body, ses)) != JY_OK) ||
        (rc = jy_read_bits(body, &rows, &ses->signature, &ses->deviations)) != JY_OK ||           /* signature BIT STRING */
        (elements == 5 && (rc = jy_read_time_stamp(body, &rows, &ses->time_stamp, &ses->deviations)) != JY_OK))
        return rc;
    if (ses->is_v1 && jy_seal_layout(ses->seal) != JY_SEAL_V1)
        ses->deviations |= JY_DEV(LAYOUT_C0119);
    if (ses->is_v1 && ses->version != jy_seal_version(ses->seal))
        ses->deviations |= JY_DEV(SIG_VERSION);
    return jy_der_close(body);
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
        ses->deviations |= JY_DEV(SIG_TRAILING);
    if ((rc = jy_buf_add(&ses->der, item.tlv)) != JY_OK)
        goto out;
    jy_der_open(&all, jy_buf_slice(&ses->der));
    jy_der_watch(&all, &touched);
    if ((rc = jy_der_enter(&all, DER_SEQUENCE, &body)) != JY_OK)
        goto out;
    for (count_from = body; !jy_der_at_end(&count_from) && jy_der_next(&count_from, &item) == JY_OK;)
        elements++;
    rc = parse_body(&body, elements, ses, &seal_fault);
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
jy_ses_algorithm(const struct jy_ses *ses)
{
    return ses->algorithm;
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

jy_deviations
jy_ses_deviations(const struct jy_ses *ses)
{
    return ses->deviations;
}

jy_err
jy_ses_check_signature(struct jy_ses *ses, struct jy_fault *fault)
{
    bool listed;
    jy_err rc = jy_check_signed(ses->signer, ses->algorithm, ses->to_sign, ses->signature, &rows, &ses->deviations, fault);

    /* Files of one product sign the digest as if it were e (seal-formats §4): named, never accepted. */
    if (rc == JY_E_SIGNATURE && ses->data_hash.len == JY_SM3_SIZE && jy_sm2_verify_digest(jy_cert_key(ses->signer), ses->data_hash.p, ses->signature) == JY_OK)
        return jy_fail(fault, rc, "signature", 0, "fits dataHash itself, not TBS_Sign: it does not bind the seal");
    if (rc == JY_OK && (rc = jy_seal_match(ses->seal, ses->signer, &ses->deviations, &listed)) != JY_OK)
        return jy_fail(fault, rc, "certList", 0, "could not be looked up");
    if (rc == JY_OK && ses->critical)
        rc = jy_fail(fault, JY_E_UNSUPPORTED, "extDatas", 0, "a critical extension that this software does not know");
    return rc;
}
