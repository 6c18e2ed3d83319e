/* SPDX-License-Identifier: Apache-2.0 */
/* PKIMessage from its bytes, RFC 4210 5.1. */
#include "cmp/cmp.h"

#include "codec/oid.h"

#include <string.h>

#define PVNO 2                        /* cmp2000; an answer has the number of its request (RFC 4210 7) */

struct reader {
    struct jy_der header;
    const char *field;                /* that is read: for the fault */
};

/* An OCTET STRING under an explicit tag, when it is there. */
static jy_err
read_octets(struct reader *r, uint8_t tag, const char *field, struct jy_slice *out)
{
    struct jy_der inner;
    jy_err rc;

    r->field = field;
    if (jy_der_peek(&r->header) != tag)
        return JY_OK;
    if ((rc = jy_der_enter(&r->header, tag, &inner)) != JY_OK || (rc = jy_der_octets(&inner, out)) != JY_OK || (rc = jy_der_close(&inner)) != JY_OK)
        return rc;
    return out->len > JY_CMP_ID_MAX ? JY_E_LIMIT : out->len == 0 ? JY_E_FORMAT : JY_OK;
}

static jy_err
read_profile(struct jy_der *info, struct jy_cmp_message *out)
{
    struct jy_der list;
    jy_err rc;

    if (out->profile[0] != '\0')
        return JY_E_FORMAT;
    if ((rc = jy_der_enter(info, DER_SEQUENCE, &list)) != JY_OK || (rc = jy_der_text(&list, DER_UTF8, out->profile, sizeof(out->profile))) != JY_OK)
        return rc;
    return jy_der_close(&list);
}

/* SEQUENCE OF InfoTypeAndValue; what is not known is not looked at. */
static jy_err
read_general_info(struct jy_der *tagged, struct jy_cmp_message *out)
{
    struct jy_der list, info;
    struct jy_slice oid;
    struct jy_der_item item;
    jy_err rc;

    if ((rc = jy_der_enter(tagged, DER_SEQUENCE, &list)) != JY_OK)
        return rc;
    while (!jy_der_at_end(&list)) {
        if ((rc = jy_der_enter(&list, DER_SEQUENCE, &info)) != JY_OK || (rc = jy_der_oid(&info, &oid)) != JY_OK)
            return rc;
        if (jy_slice_equal(oid, OID_CERT_PROFILE))
            rc = read_profile(&info, out);
        else if (jy_slice_equal(oid, OID_IMPLICIT_CONFIRM)) {
            rc = jy_der_get(&info, DER_NULL, &item);
            out->implicit_confirm = true;
        } else if (!jy_der_at_end(&info))
            rc = jy_der_next(&info, &item);
        if (rc != JY_OK || (rc = jy_der_close(&info)) != JY_OK)
            return rc;
    }
    return jy_der_close(tagged);
}

/* sender or recipient: any GeneralName, which proves nothing and is not looked at. */
static jy_err
read_name(struct reader *r, const char *field)
{
    struct jy_der_item item;
    jy_err rc;

    r->field = field;
    if ((rc = jy_der_next(&r->header, &item)) != JY_OK)
        return rc;
    return (item.tag & 0xC0) == 0x80 ? JY_OK : JY_E_FORMAT;
}

static jy_err
read_time(struct reader *r)
{
    struct jy_der inner;
    jy_time time;
    bool exact;
    jy_err rc;

    r->field = "messageTime";
    if (jy_der_peek(&r->header) != 0xA0)
        return JY_OK;
    if ((rc = jy_der_enter(&r->header, 0xA0, &inner)) != JY_OK)
        return rc;
    if (jy_der_peek(&inner) != DER_GENERALIZED_TIME)
        return JY_E_FORMAT;
    return (rc = jy_der_time(&inner, &time, &exact)) != JY_OK ? rc : jy_der_close(&inner);
}

static jy_err
read_header(struct reader *r, struct jy_cmp_message *out, bool *algorithm)
{
    struct jy_slice recipient_key = JY_EMPTY;
    struct jy_der inner;
    struct jy_der_item item;
    uint32_t pvno;
    jy_err rc;

    r->field = "pvno";
    if ((rc = jy_der_u32(&r->header, &pvno)) != JY_OK)
        return rc;
    if (pvno != PVNO)
        return JY_E_UNSUPPORTED;
    if ((rc = read_name(r, "sender")) != JY_OK || (rc = read_name(r, "recipient")) != JY_OK || (rc = read_time(r)) != JY_OK)
        return rc;
    r->field = "protectionAlg";
    if ((*algorithm = jy_der_peek(&r->header) == 0xA1) &&
        ((rc = jy_der_enter(&r->header, 0xA1, &inner)) != JY_OK || (rc = jy_cmp_pbm_read(&inner, &out->pbm)) != JY_OK || (rc = jy_der_close(&inner)) != JY_OK))
        return rc;
    if ((rc = read_octets(r, 0xA2, "senderKID", &out->key_id)) != JY_OK || (rc = read_octets(r, 0xA3, "recipKID", &recipient_key)) != JY_OK ||
        (rc = read_octets(r, 0xA4, "transactionID", &out->transaction)) != JY_OK || (rc = read_octets(r, 0xA5, "senderNonce", &out->nonce)) != JY_OK ||
        (rc = read_octets(r, 0xA6, "recipNonce", &out->recip_nonce)) != JY_OK)
        return rc;
    r->field = "freeText";
    if (jy_der_peek(&r->header) == 0xA7 && (rc = jy_der_next(&r->header, &item)) != JY_OK)
        return rc;
    r->field = "generalInfo";
    if (jy_der_peek(&r->header) == 0xA8 &&
        ((rc = jy_der_enter(&r->header, 0xA8, &inner)) != JY_OK || (rc = read_general_info(&inner, out)) != JY_OK))
        return rc;
    r->field = "PKIHeader";
    return jy_der_close(&r->header);
}

static jy_err
read_protection(struct reader *r, struct jy_der *message, struct jy_cmp_message *out)
{
    struct jy_der inner;
    uint8_t unused;
    jy_err rc;

    r->field = "protection";
    if (jy_der_peek(message) != DER_CONTEXT_0)
        return JY_OK;
    if ((rc = jy_der_enter(message, DER_CONTEXT_0, &inner)) != JY_OK || (rc = jy_der_bits(&inner, &out->mac, &unused)) != JY_OK ||
        (rc = jy_der_close(&inner)) != JY_OK)
        return rc;
    out->is_protected = true;
    return unused == 0 ? JY_OK : JY_E_FORMAT;
}

static jy_err
read_message(struct reader *r, struct jy_der *all, struct jy_cmp_message *out)
{
    struct jy_der message, again;
    struct jy_der_item header, body;
    bool algorithm = false;
    jy_err rc;

    r->field = "PKIMessage";
    if ((rc = jy_der_enter(all, DER_SEQUENCE, &message)) != JY_OK || (rc = jy_der_close(all)) != JY_OK)
        return rc;
    again = message;
    if ((rc = jy_der_get(&message, DER_SEQUENCE, &header)) != JY_OK || (rc = jy_der_enter(&again, DER_SEQUENCE, &r->header)) != JY_OK ||
        (rc = read_header(r, out, &algorithm)) != JY_OK)
        return rc;
    r->field = "PKIBody";
    if ((rc = jy_der_next(&message, &body)) != JY_OK)
        return rc;
    if ((body.tag & 0xE0) != 0xA0 || (body.tag & 0x1F) >= CMP_BODIES)
        return JY_E_FORMAT;
    out->body = body.tag & 0x1Fu;
    out->content = body.value;
    out->covered = JY_SLICE(header.tlv.p, header.tlv.len + body.tlv.len);
    if ((rc = read_protection(r, &message, out)) != JY_OK)
        return rc;
    if (out->is_protected && !algorithm)
        return JY_E_FORMAT;
    r->field = "extraCerts";
    if (jy_der_peek(&message) == DER_CONTEXT_1 && (rc = jy_der_next(&message, &body)) != JY_OK)
        return rc;
    r->field = "PKIMessage";
    return jy_der_close(&message);
}

jy_err
jy_cmp_message_read(struct jy_slice der, struct jy_cmp_message *out, struct jy_fault *fault)
{
    struct reader r = { .field = "PKIMessage" };
    struct jy_der all;
    const uint8_t *touched;
    jy_err rc;

    *out = (struct jy_cmp_message){ .is_protected = false };
    if (der.len == 0 || der.len > JY_CMP_MAX)
        return jy_fail(fault, JY_E_LIMIT, "PKIMessage", 0, "%zu bytes, 1 to %d are allowed", der.len, JY_CMP_MAX);
    jy_der_open(&all, der);
    jy_der_watch(&all, &touched);
    if ((rc = read_message(&r, &all, out)) == JY_OK)
        return JY_OK;
    *out = (struct jy_cmp_message){ .is_protected = false };
    return jy_fail(fault, rc, r.field, (uint64_t)(touched - der.p), "%s", rc == JY_E_UNSUPPORTED ? "is of a kind that is not spoken here"
                   : rc == JY_E_LIMIT ? "is longer or deeper than allowed" : rc == JY_E_TRAILING ? "has more behind it" : "is malformed");
}
