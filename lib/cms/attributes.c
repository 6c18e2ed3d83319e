/* SPDX-License-Identifier: Apache-2.0 */
/* The attributes of a SignerInfo, RFC 5652 11, RFC 5035. */
#include "cms/cms.h"

#include "codec/oid.h"

#include <string.h>

/* One Attribute: its type and a cursor over its values. */
static jy_err
read_attribute(struct jy_der *list, struct jy_slice *type, struct jy_slice *tlv, struct jy_der *values)
{
    struct jy_der attribute, look = *list;
    struct jy_der_item item;
    jy_err rc;

    if ((rc = jy_der_get(&look, DER_SEQUENCE, &item)) != JY_OK || (rc = jy_der_enter(list, DER_SEQUENCE, &attribute)) != JY_OK ||
        (rc = jy_der_oid(&attribute, type)) != JY_OK || (rc = jy_der_enter(&attribute, DER_SET, values)) != JY_OK ||
        (rc = jy_der_close(&attribute)) != JY_OK)
        return rc;
    *tlv = item.tlv;
    return JY_OK;
}

/* DER order of a SET OF: ascending as octet strings, a shorter one as if padded with zeros (X.690 11.6). */
static bool
in_order(struct jy_slice a, struct jy_slice b)
{
    size_t common = a.len < b.len ? a.len : b.len;
    int order = common == 0 ? 0 : memcmp(a.p, b.p, common);

    return order != 0 ? order < 0 : a.len <= b.len;
}

/* The one value of an attribute that must not be there twice. Empties *rest of the set. */
static jy_err
only_value(struct jy_der *values, struct jy_der_item *out, const struct jy_slice *already, const char *name, struct jy_fault *fault)
{
    if (already->p != NULL)
        return jy_fail(fault, JY_E_FORMAT, name, 0, "the attribute is there twice");
    if (jy_der_next(values, out) != JY_OK || jy_der_close(values) != JY_OK)
        return jy_fail(fault, JY_E_FORMAT, name, 0, "the attribute has not exactly one value");
    return JY_OK;
}

/* Adobe RevocationInfoArchival: [0] CRLs, [1] OCSP responses. What is malformed is simply no evidence. */
static void
read_archived_revocation(struct jy_cms *cms, struct jy_der *values)
{
    struct jy_der body, tagged, list;
    struct jy_der_item item;

    if (jy_der_enter(values, DER_SEQUENCE, &body) != JY_OK)
        return;
    while (!jy_der_at_end(&body)) {
        int tag = jy_der_peek(&body);
        if (tag != DER_CONTEXT_0 && tag != DER_CONTEXT_1) {
            if (jy_der_next(&body, &item) != JY_OK)
                return;
            continue;
        }
        if (jy_der_enter(&body, (uint8_t)tag, &tagged) != JY_OK || jy_der_enter(&tagged, DER_SEQUENCE, &list) != JY_OK)
            return;
        while (!jy_der_at_end(&list) && jy_der_get(&list, DER_SEQUENCE, &item) == JY_OK) {
            if (tag == DER_CONTEXT_0)
                jy_cms_keep(cms->crls, &cms->crl_count, item.tlv);
            else
                jy_cms_keep(cms->ocsps, &cms->ocsp_count, item.tlv);
        }
    }
}

static jy_err
read_signing_time(struct jy_cms *cms, struct jy_der *values, bool *seen, struct jy_fault *fault)
{
    bool exact;

    if (*seen)
        return jy_fail(fault, JY_E_FORMAT, "signingTime", 0, "the attribute is there twice");
    *seen = true;
    if (jy_der_time(values, &cms->signing_time, &exact) != JY_OK || jy_der_close(values) != JY_OK)
        return jy_fail(fault, JY_E_FORMAT, "signingTime", 0, "not one time");
    if (!exact)
        cms->deviations |= JY_DEV(CMS_TIME_FORM);
    return JY_OK;
}

jy_err
jy_cms_read_signed_attributes(struct jy_cms *cms, struct jy_der *list, struct jy_fault *fault)
{
    struct jy_slice last = JY_EMPTY, type, tlv;
    struct jy_der_item item;
    struct jy_der values;
    bool timed = false;
    size_t count = 0;
    jy_err rc = JY_OK;

    for (; rc == JY_OK && !jy_der_at_end(list); last = tlv) {
        if (count++ == JY_CMS_ATTRIBUTES_MAX)
            return jy_fail(fault, JY_E_LIMIT, "signedAttrs", 0, "more than %d attributes", JY_CMS_ATTRIBUTES_MAX);
        if (read_attribute(list, &type, &tlv, &values) != JY_OK)
            return jy_fail(fault, JY_E_FORMAT, "signedAttrs", 0, "not an attribute");
        if (!in_order(last, tlv))
            cms->deviations |= JY_DEV(CMS_ATTRIBUTE_ORDER);
        if (jy_slice_equal(type, OID_CONTENT_TYPE)) {
            if ((rc = only_value(&values, &item, &cms->attribute_type, "contentType", fault)) == JY_OK)
                cms->attribute_type = item.value;
            if (rc == JY_OK && item.tag != DER_OID)
                rc = jy_fail(fault, JY_E_FORMAT, "contentType", 0, "not an OBJECT IDENTIFIER");
        } else if (jy_slice_equal(type, OID_MESSAGE_DIGEST)) {
            if ((rc = only_value(&values, &item, &cms->message_digest, "messageDigest", fault)) == JY_OK)
                cms->message_digest = item.value;
            if (rc == JY_OK && item.tag != DER_OCTET_STRING)
                rc = jy_fail(fault, JY_E_FORMAT, "messageDigest", 0, "not an OCTET STRING");
        } else if (jy_slice_equal(type, OID_SIGNING_TIME)) {
            rc = read_signing_time(cms, &values, &timed, fault);
        } else if (jy_slice_equal(type, OID_SIGNING_CERT)) {
            if ((rc = only_value(&values, &item, &cms->signing_cert, "signingCertificate", fault)) == JY_OK)
                cms->signing_cert = item.tlv;
        } else if (jy_slice_equal(type, OID_SIGNING_CERT_V2)) {
            if ((rc = only_value(&values, &item, &cms->signing_cert_v2, "signingCertificateV2", fault)) == JY_OK)
                cms->signing_cert_v2 = item.tlv;
        } else if (jy_slice_equal(type, OID_ADOBE_REVOCATION)) {
            read_archived_revocation(cms, &values);
        }
    }
    return rc;
}

jy_err
jy_cms_read_unsigned_attributes(struct jy_cms *cms, struct jy_der *list, struct jy_fault *fault)
{
    struct jy_slice type, tlv;
    struct jy_der_item item;
    struct jy_der values;
    size_t count = 0;

    while (!jy_der_at_end(list)) {
        if (count++ == JY_CMS_ATTRIBUTES_MAX)
            return jy_fail(fault, JY_E_LIMIT, "unsignedAttrs", 0, "more than %d attributes", JY_CMS_ATTRIBUTES_MAX);
        if (read_attribute(list, &type, &tlv, &values) != JY_OK)
            return jy_fail(fault, JY_E_FORMAT, "unsignedAttrs", 0, "not an attribute");
        while (jy_slice_equal(type, OID_SIGNATURE_STAMP) && !jy_der_at_end(&values)) {
            if (cms->time_stamp_count == JY_CMS_STAMPS_MAX)
                return jy_fail(fault, JY_E_LIMIT, "signature-time-stamp", 0, "more than %d tokens", JY_CMS_STAMPS_MAX);
            if (jy_der_get(&values, DER_SEQUENCE, &item) != JY_OK)
                return jy_fail(fault, JY_E_FORMAT, "signature-time-stamp", 0, "not a token");
            cms->time_stamps[cms->time_stamp_count++] = item.tlv;
        }
    }
    return JY_OK;
}
