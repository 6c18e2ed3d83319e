/* SPDX-License-Identifier: Apache-2.0 */
#include "daemons/key/record.h"

#include "codec/der.h"

#include <string.h>

static const char *const kind_names[] = { NULL, "maker", "seal", "approver", "made" };
#define KINDS (sizeof(kind_names) / sizeof(kind_names[0]))

enum jy_key_kind
jy_key_kind_by_name(const char *name)
{
    for (size_t i = 1; i < JY_KEY_MADE; i++)
        if (strcmp(name, kind_names[i]) == 0)
            return (enum jy_key_kind)i;
    return (enum jy_key_kind)0;
}

const char *
jy_key_kind_name(enum jy_key_kind kind)
{
    return kind >= 1 && kind < KINDS ? kind_names[kind] : "key";
}

static jy_err
put_hand_over(const struct jy_hand_over *h, struct jy_buf *out)
{
    struct jy_buf body = { 0 };
    jy_err rc;

    if ((rc = jy_der_put_text(&body, DER_IA5, h->person)) == JY_OK &&
        (rc = jy_der_put(&body, DER_OCTET_STRING, JY_SLICE(h->salt, sizeof(h->salt)))) == JY_OK &&
        (rc = jy_der_put(&body, DER_OCTET_STRING, jy_buf_slice(&h->wrapped_key))) == JY_OK &&
        (rc = jy_der_put(&body, DER_OCTET_STRING, JY_SLICE(h->mark, sizeof(h->mark)))) == JY_OK &&
        (rc = jy_der_put_i64(&body, h->expires)) == JY_OK)
        rc = jy_der_put(out, DER_SEQUENCE, jy_buf_slice(&body));
    jy_buf_wipe(&body);
    return rc;
}

jy_err
jy_record_encode(const struct jy_key_record *r, struct jy_buf *out)
{
    struct jy_buf body = { 0 };
    jy_err rc;

    if ((rc = jy_der_put_i64(&body, 3)) == JY_OK && (rc = jy_der_put_text(&body, DER_IA5, r->key_id)) == JY_OK &&
        (rc = jy_der_put_i64(&body, r->kind)) == JY_OK && (rc = jy_der_put_i64(&body, r->state)) == JY_OK &&
        (rc = jy_der_put_text(&body, DER_UTF8, r->common_name)) == JY_OK &&
        (rc = jy_der_put_text(&body, DER_UTF8, r->organization)) == JY_OK &&
        (rc = jy_der_put_text(&body, DER_UTF8, r->organization_code)) == JY_OK &&
        (rc = jy_der_put(&body, DER_OCTET_STRING, JY_SLICE(r->point, sizeof(r->point)))) == JY_OK &&
        (rc = jy_der_put(&body, DER_OCTET_STRING, JY_SLICE(r->salt, sizeof(r->salt)))) == JY_OK &&
        (rc = jy_der_put(&body, DER_OCTET_STRING, jy_buf_slice(&r->wrapped_key))) == JY_OK &&
        (rc = jy_der_put_text(&body, DER_IA5, r->activation_code)) == JY_OK &&
        (rc = jy_der_put(&body, DER_OCTET_STRING, JY_SLICE(r->pin_mark, sizeof(r->pin_mark)))) == JY_OK &&
        (rc = jy_der_put(&body, DER_OCTET_STRING, jy_buf_slice(&r->csr))) == JY_OK &&
        (rc = jy_der_put(&body, DER_OCTET_STRING, jy_buf_slice(&r->certificate))) == JY_OK &&
        (rc = jy_der_put(&body, DER_OCTET_STRING, jy_buf_slice(&r->seal))) == JY_OK &&
        (rc = jy_der_put_text(&body, DER_IA5, r->custodian)) == JY_OK &&
        (rc = jy_der_put(&body, DER_OCTET_STRING, jy_buf_slice(&r->flow))) == JY_OK &&
        (rc = jy_der_put(&body, DER_OCTET_STRING, jy_buf_slice(&r->grants))) == JY_OK && (rc = jy_der_put_i64(&body, r->pin_set)) == JY_OK &&
        (rc = jy_der_put(&body, DER_OCTET_STRING, jy_buf_slice(&r->pins_before))) == JY_OK &&
        (rc = put_hand_over(&r->hand_over, &body)) == JY_OK && (rc = jy_der_put(&body, DER_OCTET_STRING, jy_buf_slice(&r->holds))) == JY_OK &&
        (rc = jy_der_put_i64(&body, r->slot)) == JY_OK)
        rc = jy_der_put(out, DER_SEQUENCE, jy_buf_slice(&body));
    jy_buf_wipe(&body);
    return rc;
}

static jy_err
get_fixed(struct jy_der *der, uint8_t *out, size_t size)
{
    struct jy_slice value;
    jy_err rc = jy_der_octets(der, &value);

    if (rc == JY_OK && value.len != size)
        rc = JY_E_FORMAT;
    if (rc == JY_OK)
        memcpy(out, value.p, size);
    return rc;
}

static jy_err
get_bytes(struct jy_der *der, struct jy_buf *out)
{
    struct jy_slice value;
    jy_err rc = jy_der_octets(der, &value);

    return rc == JY_OK ? jy_buf_add(out, value) : rc;
}

static jy_err
get_hand_over(struct jy_der *der, struct jy_hand_over *h)
{
    struct jy_der body;
    jy_err rc;

    if ((rc = jy_der_enter(der, DER_SEQUENCE, &body)) != JY_OK || (rc = jy_der_text(&body, DER_IA5, h->person, sizeof(h->person))) != JY_OK ||
        (rc = get_fixed(&body, h->salt, sizeof(h->salt))) != JY_OK || (rc = get_bytes(&body, &h->wrapped_key)) != JY_OK ||
        (rc = get_fixed(&body, h->mark, sizeof(h->mark))) != JY_OK || (rc = jy_der_i64(&body, &h->expires)) != JY_OK)
        return rc;
    return jy_der_close(&body);
}

jy_err
jy_record_parse(struct jy_slice der, struct jy_key_record *r)
{
    struct jy_der all, body;
    uint32_t version, kind, state;
    jy_err rc;

    memset(r, 0, sizeof(*r));
    jy_der_open(&all, der);
    if ((rc = jy_der_enter(&all, DER_SEQUENCE, &body)) != JY_OK || (rc = jy_der_u32(&body, &version)) != JY_OK ||
        (rc = jy_der_text(&body, DER_IA5, r->key_id, sizeof(r->key_id))) != JY_OK || (rc = jy_der_u32(&body, &kind)) != JY_OK ||
        (rc = jy_der_u32(&body, &state)) != JY_OK || (rc = jy_der_text(&body, DER_UTF8, r->common_name, sizeof(r->common_name))) != JY_OK ||
        (rc = jy_der_text(&body, DER_UTF8, r->organization, sizeof(r->organization))) != JY_OK ||
        (rc = jy_der_text(&body, DER_UTF8, r->organization_code, sizeof(r->organization_code))) != JY_OK ||
        (rc = get_fixed(&body, r->point, sizeof(r->point))) != JY_OK || (rc = get_fixed(&body, r->salt, sizeof(r->salt))) != JY_OK ||
        (rc = get_bytes(&body, &r->wrapped_key)) != JY_OK ||
        (rc = jy_der_text(&body, DER_IA5, r->activation_code, sizeof(r->activation_code))) != JY_OK ||
        (rc = get_fixed(&body, r->pin_mark, sizeof(r->pin_mark))) != JY_OK || (rc = get_bytes(&body, &r->csr)) != JY_OK ||
        (rc = get_bytes(&body, &r->certificate)) != JY_OK || (rc = get_bytes(&body, &r->seal)) != JY_OK ||
        (rc = jy_der_text(&body, DER_IA5, r->custodian, sizeof(r->custodian))) != JY_OK || (rc = get_bytes(&body, &r->flow)) != JY_OK ||
        (rc = get_bytes(&body, &r->grants)) != JY_OK || (rc = jy_der_i64(&body, &r->pin_set)) != JY_OK ||
        (rc = get_bytes(&body, &r->pins_before)) != JY_OK || (rc = get_hand_over(&body, &r->hand_over)) != JY_OK ||
        (version == 3 && ((rc = get_bytes(&body, &r->holds)) != JY_OK || (rc = jy_der_u32(&body, &r->slot)) != JY_OK)) ||
        (rc = jy_der_close(&body)) != JY_OK || (rc = jy_der_close(&all)) != JY_OK)
        return rc;
    if (version < 2 || version > 3 || kind < JY_KEY_MAKER || kind > JY_KEY_MADE || state < JY_KEY_USABLE || state > JY_KEY_CANCELLED)
        return JY_E_UNSUPPORTED;
    r->kind = (enum jy_key_kind)kind;
    r->state = (enum jy_key_state)state;
    return JY_OK;
}

void
jy_record_drop_hand_over(struct jy_key_record *record)
{
    jy_buf_wipe(&record->hand_over.wrapped_key);
    memset(&record->hand_over, 0, sizeof(record->hand_over));
}

void
jy_record_free(struct jy_key_record *record)
{
    jy_record_drop_hand_over(record);
    jy_buf_wipe(&record->grants);
    jy_buf_wipe(&record->pins_before);
    jy_buf_free(&record->flow);
    jy_buf_free(&record->holds);
    jy_buf_wipe(&record->wrapped_key);
    jy_buf_free(&record->csr);
    jy_buf_free(&record->certificate);
    jy_buf_free(&record->seal);
    jy_wipe(record, sizeof(*record));
}
