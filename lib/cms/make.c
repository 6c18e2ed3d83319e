/* SPDX-License-Identifier: Apache-2.0 */
/* SignedData written: form B of seal-formats §3.7, DER. */
#include "cms/cms.h"

#include "codec/oid.h"

#include <stdlib.h>
#include <string.h>

#define ATTRIBUTE_COUNT 4

/* SEQUENCE { type, SET { value } }; value is emptied. */
static jy_err
put_attribute(struct jy_buf *out, struct jy_slice type, struct jy_buf *value)
{
    struct jy_buf body = { 0 };
    jy_err rc;

    if ((rc = jy_der_put_oid(&body, type)) == JY_OK && (rc = jy_der_wrap(&body, DER_SET, value)) == JY_OK)
        rc = jy_der_wrap(out, DER_SEQUENCE, &body);
    jy_buf_free(&body);
    return rc;
}

static int
compare(const void *a, const void *b)
{
    struct jy_slice x = jy_buf_slice(a), y = jy_buf_slice(b);
    size_t common = x.len < y.len ? x.len : y.len;
    int order = common == 0 ? 0 : memcmp(x.p, y.p, common);

    return order != 0 ? order : (x.len > y.len) - (x.len < y.len);
}

/* RFC 5652 11.3: UTCTime from 1950 to 2049, GeneralizedTime after. */
static jy_err
put_time(struct jy_buf *out, jy_time t)
{
    struct jy_buf generalized = { 0 };
    int year, month, day, hour, minute, second;
    jy_err rc;

    jy_time_civil(t, &year, &month, &day, &hour, &minute, &second);
    if ((rc = jy_der_put_generalized_time(&generalized, t)) == JY_OK)
        rc = year >= 1950 && year < 2050 ? jy_der_put(out, DER_UTC_TIME, JY_SLICE(generalized.p + 4, generalized.len - 4))
                                         : jy_buf_add(out, jy_buf_slice(&generalized));
    jy_buf_free(&generalized);
    return rc;
}

/* Contents of the SET of signed attributes, sorted. */
static jy_err
put_attributes(const struct jy_cms_fields *fields, struct jy_slice type, const uint8_t digest[JY_SM3_SIZE], struct jy_buf *out)
{
    struct jy_buf list[ATTRIBUTE_COUNT] = { { 0 } }, value = { 0 };
    jy_err rc;

    if ((rc = jy_der_put_oid(&value, type)) != JY_OK || (rc = put_attribute(&list[0], OID_CONTENT_TYPE, &value)) != JY_OK ||
        (rc = jy_der_put(&value, DER_OCTET_STRING, JY_SLICE(digest, JY_SM3_SIZE))) != JY_OK ||
        (rc = put_attribute(&list[1], OID_MESSAGE_DIGEST, &value)) != JY_OK ||
        (rc = jy_cms_put_signing_cert_v2(&value, fields->signer)) != JY_OK ||
        (rc = put_attribute(&list[2], OID_SIGNING_CERT_V2, &value)) != JY_OK)
        goto out;
    if (fields->signing_time != 0 &&
        ((rc = put_time(&value, fields->signing_time)) != JY_OK || (rc = put_attribute(&list[3], OID_SIGNING_TIME, &value)) != JY_OK))
        goto out;
    qsort(list, ATTRIBUTE_COUNT, sizeof(list[0]), compare);
    for (size_t i = 0; rc == JY_OK && i < ATTRIBUTE_COUNT; i++)
        rc = jy_buf_add(out, jy_buf_slice(&list[i]));
out:
    for (size_t i = 0; i < ATTRIBUTE_COUNT; i++)
        jy_buf_free(&list[i]);
    jy_buf_free(&value);
    return rc;
}

static jy_err
put_signer_info(const struct jy_cms_fields *fields, struct jy_slice attributes, const struct jy_sm2 *key, struct jy_buf *out)
{
    struct jy_buf body = { 0 }, part = { 0 };
    uint8_t sig[JY_SM2_SIGNATURE_MAX];
    size_t sig_len;
    jy_err rc;

    if ((rc = jy_der_put(&part, DER_SET, attributes)) != JY_OK || (rc = jy_sm2_sign(key, jy_buf_slice(&part), sig, &sig_len)) != JY_OK)
        goto out;
    part.len = 0;
    if ((rc = jy_der_put_i64(&body, 1)) != JY_OK || (rc = jy_buf_add(&part, jy_cert_issuer_der(fields->signer))) != JY_OK ||
        (rc = jy_buf_add(&part, jy_cert_serial_der(fields->signer))) != JY_OK || (rc = jy_der_wrap(&body, DER_SEQUENCE, &part)) != JY_OK ||
        (rc = jy_der_put_algorithm(&body, OID_SM3)) != JY_OK || (rc = jy_der_put(&body, DER_CONTEXT_0, attributes)) != JY_OK ||
        (rc = jy_der_put_algorithm(&body, fields->pkcs7 ? OID_SM2_WITH_SM3 : OID_SM2_SIGN)) != JY_OK ||
        (rc = jy_der_put(&body, DER_OCTET_STRING, JY_SLICE(sig, sig_len))) != JY_OK)
        goto out;
    if ((rc = jy_der_wrap(&part, DER_SEQUENCE, &body)) == JY_OK)
        rc = jy_der_wrap(out, DER_SET, &part);
out:
    jy_buf_free(&body);
    jy_buf_free(&part);
    return rc;
}

/* certificates [0] and crls [1], sorted as DER wants the SETs; nothing when there are none. */
static jy_err
put_set(struct jy_buf *out, uint8_t tag, const struct jy_slice *items, size_t count)
{
    struct jy_buf *list = calloc(count + 1, sizeof(*list)), body = { 0 };
    size_t made = 0;
    jy_err rc = list == NULL ? JY_E_NOMEM : JY_OK;

    for (size_t i = 0; rc == JY_OK && i < count; i++)
        rc = jy_buf_add(&list[made++], items[i]);
    if (rc == JY_OK && made > 0) {
        qsort(list, made, sizeof(list[0]), compare);
        for (size_t i = 0; rc == JY_OK && i < made; i++)
            if (i == 0 || compare(&list[i - 1], &list[i]) != 0)
                rc = jy_buf_add(&body, jy_buf_slice(&list[i]));
        if (rc == JY_OK)
            rc = jy_der_wrap(out, tag, &body);
    }
    for (size_t i = 0; i < made; i++)
        jy_buf_free(&list[i]);
    free(list);
    jy_buf_free(&body);
    return rc;
}

static jy_err
put_certs(const struct jy_cms_fields *fields, struct jy_buf *out)
{
    struct jy_slice certs[JY_CMS_CERTS_MAX];
    size_t count = 0;

    if (fields->without_certs)
        return JY_OK;
    certs[count++] = jy_cert_der(fields->signer);
    for (size_t i = 0; i < fields->cert_count; i++)
        certs[count++] = jy_cert_der(fields->certs[i]);
    return put_set(out, DER_CONTEXT_0, certs, count);
}

static jy_err
put_signed_data(const struct jy_cms_fields *fields, struct jy_slice type, const uint8_t digest[JY_SM3_SIZE], const struct jy_sm2 *key,
                struct jy_buf *out)
{
    bool data = jy_slice_equal(type, OID_GM_DATA) || jy_slice_equal(type, OID_PKCS7_DATA);
    struct jy_buf body = { 0 }, part = { 0 }, inner = { 0 }, attributes = { 0 };
    jy_err rc;

    if ((rc = jy_der_put_i64(&body, data || !fields->pkcs7 ? 1 : 3)) != JY_OK || (rc = jy_der_put_algorithm(&part, OID_SM3)) != JY_OK ||
        (rc = jy_der_wrap(&body, DER_SET, &part)) != JY_OK || (rc = jy_der_put_oid(&part, type)) != JY_OK)
        goto out;
    if (fields->content.len > 0 && ((rc = jy_der_put(&inner, DER_OCTET_STRING, fields->content)) != JY_OK ||
                                    (rc = jy_der_wrap(&part, DER_CONTEXT_0, &inner)) != JY_OK))
        goto out;
    if ((rc = jy_der_wrap(&body, DER_SEQUENCE, &part)) != JY_OK || (rc = put_certs(fields, &body)) != JY_OK ||
        (rc = put_set(&body, DER_CONTEXT_1, fields->crls, fields->crl_count)) != JY_OK ||
        (rc = put_attributes(fields, type, digest, &attributes)) != JY_OK ||
        (rc = put_signer_info(fields, jy_buf_slice(&attributes), key, &body)) != JY_OK ||
        (rc = jy_der_wrap(&part, DER_SEQUENCE, &body)) != JY_OK ||
        (rc = jy_der_put_oid(&body, fields->pkcs7 ? OID_PKCS7_SIGNED_DATA : OID_GM_SIGNED_DATA)) != JY_OK ||
        (rc = jy_der_wrap(&body, DER_CONTEXT_0, &part)) != JY_OK)
        goto out;
    rc = jy_der_wrap(out, DER_SEQUENCE, &body);
out:
    jy_buf_free(&body);
    jy_buf_free(&part);
    jy_buf_free(&inner);
    jy_buf_free(&attributes);
    return rc;
}

/* What was just made, read and verified as anybody would. */
static jy_err
verify_own(const struct jy_cms_fields *fields, const uint8_t digest[JY_SM3_SIZE], struct jy_slice der, struct jy_fault *fault)
{
    const struct jy_cms_subject subject = { .digest = digest };
    struct jy_cms *cms;
    jy_err rc;

    if ((rc = jy_cms_parse(der, &cms, fault)) != JY_OK)
        return rc;
    if ((jy_cms_signer(cms) != NULL || (rc = jy_cms_offer(cms, fields->signer)) == JY_OK) &&
        (rc = jy_cms_verify(cms, &subject, fault)) == JY_OK && jy_cms_deviations(cms) != 0)
        rc = JY_E_INTERNAL;
    jy_cms_free(cms);
    return rc;
}

jy_err
jy_cms_make(const struct jy_cms_fields *fields, const struct jy_sm2 *key, struct jy_buf *out, struct jy_fault *fault)
{
    struct jy_slice type = fields->content_type.len > 0 ? fields->content_type : fields->pkcs7 ? OID_PKCS7_DATA : OID_GM_DATA;
    struct jy_buf made = { 0 };
    uint8_t digest[JY_SM3_SIZE];
    jy_err rc;

    if (fields->digest == NULL && fields->content.len == 0)
        return jy_fail(fault, JY_E_ARGUMENT, "digest", 0, "detached content needs its digest");
    if (fields->cert_count >= JY_CMS_CERTS_MAX || fields->crl_count > JY_CMS_CERTS_MAX)
        return jy_fail(fault, JY_E_ARGUMENT, fields->cert_count >= JY_CMS_CERTS_MAX ? "certs" : "crls", 0, "more than %d", JY_CMS_CERTS_MAX);
    if (jy_cert_key(fields->signer) == NULL || !jy_sm2_same_public(jy_cert_key(fields->signer), key) ||
        jy_cert_serial_der(fields->signer).len == 0)
        return jy_fail(fault, JY_E_CERTIFICATE, "signer", 0, "the key is not the one of the signer's certificate");
    if (fields->content.len > 0) {
        if ((rc = jy_sm3(fields->content, digest)) != JY_OK)
            return rc;
        if (fields->digest != NULL && memcmp(digest, fields->digest, JY_SM3_SIZE) != 0)
            return jy_fail(fault, JY_E_ARGUMENT, "digest", 0, "is not the content's");
    } else {
        memcpy(digest, fields->digest, JY_SM3_SIZE);
    }
    if ((rc = put_signed_data(fields, type, digest, key, &made)) == JY_OK && made.len > JY_CMS_MAX)
        rc = jy_fail(fault, JY_E_ARGUMENT, "content", 0, "the SignedData would be longer than %d bytes", JY_CMS_MAX);
    if (rc == JY_OK && (rc = verify_own(fields, digest, jy_buf_slice(&made), fault)) == JY_OK)
        rc = jy_buf_add(out, jy_buf_slice(&made));
    jy_buf_free(&made);
    return rc;
}

/* ---- a time stamp added afterwards ---- */

/* The items of SignerInfo but the unsigned attributes, copied as they are, then those with the token. */
static jy_err
put_stamped_signer(struct jy_der *info, struct jy_slice token, struct jy_buf *out)
{
    struct jy_buf attributes = { 0 }, value = { 0 };
    struct jy_der_item item;
    jy_err rc = JY_OK;

    while (rc == JY_OK && !jy_der_at_end(info)) {
        if ((rc = jy_der_next(info, &item)) == JY_OK)
            rc = item.tag == DER_CONTEXT_1 ? jy_buf_add(&attributes, item.value) : jy_buf_add(out, item.tlv);
    }
    if (rc == JY_OK && (rc = jy_buf_add(&value, token)) == JY_OK && (rc = put_attribute(&attributes, OID_SIGNATURE_STAMP, &value)) == JY_OK)
        rc = jy_der_wrap(out, DER_CONTEXT_1, &attributes);
    jy_buf_free(&attributes);
    jy_buf_free(&value);
    return rc;
}

static jy_err
put_stamped(struct jy_slice der, struct jy_slice token, struct jy_buf *out)
{
    struct jy_buf content = { 0 }, part = { 0 }, signer = { 0 };
    struct jy_der all, info, wrapped, body, infos, one;
    struct jy_der_item item, type;
    jy_err rc;

    jy_der_open(&all, der);
    if ((rc = jy_der_enter(&all, DER_SEQUENCE, &info)) != JY_OK || (rc = jy_der_get(&info, DER_OID, &type)) != JY_OK ||
        (rc = jy_der_enter(&info, DER_CONTEXT_0, &wrapped)) != JY_OK || (rc = jy_der_enter(&wrapped, DER_SEQUENCE, &body)) != JY_OK)
        goto out;
    for (struct jy_der look = body; !jy_der_at_end(&look);) {                        /* everything but the last: signerInfos */
        if ((rc = jy_der_next(&look, &item)) != JY_OK)
            goto out;
        if (jy_der_at_end(&look))
            break;
        if ((rc = jy_buf_add(&content, item.tlv)) != JY_OK || (rc = jy_der_next(&body, &item)) != JY_OK)
            goto out;
    }
    if ((rc = jy_der_enter(&body, DER_SET, &infos)) != JY_OK || (rc = jy_der_enter(&infos, DER_SEQUENCE, &one)) != JY_OK ||
        (rc = put_stamped_signer(&one, token, &signer)) != JY_OK || (rc = jy_der_wrap(&part, DER_SEQUENCE, &signer)) != JY_OK ||
        (rc = jy_der_wrap(&content, DER_SET, &part)) != JY_OK || (rc = jy_der_wrap(&part, DER_SEQUENCE, &content)) != JY_OK ||
        (rc = jy_buf_add(&content, type.tlv)) != JY_OK || (rc = jy_der_wrap(&content, DER_CONTEXT_0, &part)) != JY_OK)
        goto out;
    rc = jy_der_wrap(out, DER_SEQUENCE, &content);
out:
    jy_buf_free(&content);
    jy_buf_free(&part);
    jy_buf_free(&signer);
    return rc;
}

jy_err
jy_cms_add_time_stamp(struct jy_slice der, struct jy_slice token, struct jy_buf *out, struct jy_fault *fault)
{
    struct jy_cms *cms, *again = NULL;
    struct jy_buf made = { 0 };
    jy_err rc;

    if ((rc = jy_cms_parse(der, &cms, fault)) != JY_OK)
        return rc;
    if (cms->form == JY_CMS_BARE || (cms->deviations & JY_DEV(CMS_BER)) != 0)
        rc = jy_fail(fault, JY_E_FORMAT, "SignedData", 0, "only a DER SignedData takes a further attribute");
    else if (cms->time_stamp_count == JY_CMS_STAMPS_MAX)
        rc = jy_fail(fault, JY_E_LIMIT, "signature-time-stamp", 0, "more than %d tokens", JY_CMS_STAMPS_MAX);
    else if ((rc = put_stamped(jy_cms_der(cms), token, &made)) == JY_OK && (rc = jy_cms_parse(jy_buf_slice(&made), &again, fault)) == JY_OK)
        rc = again->time_stamp_count == cms->time_stamp_count + 1 ? jy_buf_add(out, jy_buf_slice(&made))
            : jy_fail(fault, JY_E_FORMAT, "token", 0, "not one DER value");
    jy_buf_free(&made);
    jy_cms_free(cms);
    jy_cms_free(again);
    return rc;
}
