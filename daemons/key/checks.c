/* SPDX-License-Identifier: Apache-2.0 */
#include "daemons/key/keyroom.h"

#include <string.h>

jy_err
jy_key_load(struct jy_key_room *room, const char *key_id, enum jy_key_kind kind, const char *field, struct jy_key_record *out,
            struct jy_fault *fault)
{
    jy_err rc;

    *out = (struct jy_key_record){ 0 };
    if (!jy_id_is_valid(key_id))
        return jy_fail(fault, JY_E_ARGUMENT, field, 0, "not an id: letters, digits, '-' and '_'");
    if ((rc = jy_vault_load(&room->vault, key_id, out, fault)) != JY_OK)
        return rc;
    return out->kind == kind || (kind == 0 && out->kind != JY_KEY_MADE) ? JY_OK
                                          : jy_fail(fault, JY_E_NOT_FOUND, field, 0, "%s is a %s key, not a %s key", key_id,
                                                    jy_key_kind_name(out->kind), kind == 0 ? "kept" : jy_key_kind_name(kind));
}

jy_err
jy_key_certificate(const struct jy_key_room *room, const struct jy_key_record *record, struct jy_cert **out, struct jy_fault *fault)
{
    jy_err rc;

    *out = NULL;
    if (record->certificate.len == 0)
        return jy_fail(fault, JY_E_CERT_PERIOD, record->key_id, 0, "no certificate is bound");
    if ((rc = jy_cert_parse(jy_buf_slice(&record->certificate), out, fault)) != JY_OK)
        return rc;
    if (room->now < jy_cert_not_before(*out))
        return jy_fail(fault, JY_E_CERT_PERIOD, record->key_id, 0, "its certificate is not yet valid");
    if (room->now > jy_cert_not_after(*out))
        return jy_fail(fault, JY_E_CERT_PERIOD, record->key_id, 0, "its certificate has expired");
    return JY_OK;
}

jy_err
jy_key_seal_is_live(const struct jy_key_record *record, struct jy_fault *fault)
{
    const struct { bool good; const char *text; } rows[] = {
        { record->state != JY_KEY_CANCELLED, "it is cancelled (R21.1)" },
        { record->state != JY_KEY_FROZEN, "it is frozen by its own organization (R21.2)" },
        { record->holds.len == 0, "the supervisor holds it (R21.2)" },
        { record->seal.len != 0, "it has not been made" },
        { record->activation_code[0] == '\0', "it has not been handed over: its activation code still stands (R19.2)" },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (!rows[i].good)
            return jy_fail(fault, JY_E_SEAL_NOT_LIVE, record->key_id, 0, "%s", rows[i].text);
    return JY_OK;
}

jy_err
jy_key_live_seal(const struct jy_key_room *room, const struct jy_key_record *record, struct jy_seal **seal, struct jy_fault *fault)
{
    jy_err rc;

    *seal = NULL;
    if ((rc = jy_key_seal_is_live(record, fault)) != JY_OK || (rc = jy_seal_parse(jy_buf_slice(&record->seal), seal, fault)) != JY_OK)
        return rc;
    if (room->now < jy_seal_valid_start(*seal) || room->now > jy_seal_valid_end(*seal))
        return jy_fail(fault, JY_E_SEAL_DATES, record->key_id, 0, "the seal is not within its validity (R13.3)");
    return JY_OK;
}

/* -- orders -- */

jy_err
jy_key_order_open(struct jy_slice der, struct jy_key_order *out, struct jy_fault *fault)
{
    jy_err rc;

    *out = (struct jy_key_order){ 0 };
    if ((rc = jy_stamp_order_parse(der, &out->order, fault)) != JY_OK || (rc = jy_sm3(der, out->digest)) != JY_OK)
        return rc;
    if (!jy_id_is_valid(out->order.order_id))
        return jy_fail(fault, JY_E_ARGUMENT, "StampOrder.orderId", 0, "not an id: letters, digits, '-' and '_'");
    return JY_OK;
}

/* propertyInfo is an IA5String in what is signed (GB/T 38540-2020 7.1). */
static bool
is_printable(const char *text)
{
    for (; *text != '\0'; text++)
        if (*text < 0x20 || *text > 0x7E)
            return false;
    return true;
}

jy_err
jy_key_order_check(struct jy_key_room *room, struct jy_key_order *o, struct jy_fault *fault)
{
    const struct jy_stamp_order *order = &o->order;
    jy_err rc;

    /* The order itself. */
    if (order->created > room->now || order->created > order->expires)
        return jy_fail(fault, JY_E_ARGUMENT, "StampOrder.created", 0, "lies in the future, or after its expiry");
    if (order->expires < room->now)
        return jy_fail(fault, JY_E_ORDER_EXPIRED, "StampOrder.expires", 0, "by the key room's own clock");
    if (!is_printable(order->property_info))
        return jy_fail(fault, JY_E_ARGUMENT, "StampOrder.propertyInfo", 0, "must be printable ASCII");
    /* Its seal: known, the one that was meant, alive. */
    if ((rc = jy_key_load(room, order->seal_key_id, JY_KEY_SEAL, "StampOrder.sealKeyId", &o->record, fault)) != JY_OK ||
        (rc = jy_key_live_seal(room, &o->record, &o->seal, fault)) != JY_OK)
        return rc;
    if (strcmp(order->es_id, jy_seal_id(o->seal)) != 0)
        return jy_fail(fault, JY_E_ARGUMENT, "StampOrder.esId", 0, "is not the seal of key %s", order->seal_key_id);
    return jy_key_certificate(room, &o->record, &o->cert, fault);
}

struct jy_flow_use
jy_key_use_of(const struct jy_stamp_order *order)
{
    return (struct jy_flow_use){ order->category, order->amount_fen, order->digest_only };
}

void
jy_key_order_free(struct jy_key_order *order)
{
    jy_cert_free(order->cert);
    jy_seal_free(order->seal);
    jy_record_free(&order->record);
    jy_stamp_order_free(&order->order);
    *order = (struct jy_key_order){ 0 };
}
