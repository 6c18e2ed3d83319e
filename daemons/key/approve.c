/* SPDX-License-Identifier: Apache-2.0 */
/* The approver's signature over one order (R16.1). */
#include "daemons/key/keyroom.h"

#include <stdio.h>
#include <string.h>

/*
 * What became of this order before. An order id stands for one content only: what was approved under it once, or carried out, is never
 * approved with other bytes. *found: the same approver approved the same bytes, and out is that approval.
 */
static jy_err
approved_before(const struct jy_key_room *room, const struct jy_key_order *order, const char *approver_key_id, struct jy_buf *out,
                bool *found, struct jy_fault *fault)
{
    const struct jy_order_row *row = jy_vault_order_row(&room->vault, order->order.order_id);
    struct jy_buf bytes = { 0 };
    struct jy_entry entry;
    jy_err rc = JY_OK;

    *found = false;
    if (row != NULL && row->abandoned)
        return jy_fail(fault, JY_E_ORDER_SPENT, "StampOrder.orderId", 0, "the order was abandoned");
    if (row == NULL || row->approved_at == 0)
        return JY_OK;
    if ((rc = jy_journal_read(&room->vault.journal, row->approved_at, &bytes, &entry, fault)) != JY_OK)
        goto out;
    *found = strcmp(entry.detail, approver_key_id) == 0;
    if (memcmp(entry.digest, order->digest, sizeof(entry.digest)) != 0)
        rc = jy_fail(fault, JY_E_ORDER_SPENT, "StampOrder.orderId", 0, "another content was approved under this id");
    else if (*found)
        rc = jy_buf_add(out, entry.head);
    else if (row->stamped_at != 0)
        rc = jy_fail(fault, JY_E_ORDER_SPENT, "StampOrder.orderId", 0, "the order was carried out under another approval");
out:
    jy_buf_free(&bytes);
    return rc;
}

static jy_err
sign(struct jy_key_room *room, const struct jy_key_order *order, struct jy_slice order_der, const char *approver_key_id,
     const struct jy_sm2 *key, struct jy_buf *out, struct jy_fault *fault)
{
    struct jy_entry entry = { .kind = JY_ENTRY_APPROVE, .time = room->now };
    jy_err rc;

    if ((rc = jy_approval_make(order_der, approver_key_id, room->now, key, out)) != JY_OK ||
        (rc = jy_approval_check(jy_buf_slice(out), order_der, key, fault)) != JY_OK)
        return rc;
    snprintf(entry.id, sizeof(entry.id), "%s", order->order.order_id);
    snprintf(entry.detail, sizeof(entry.detail), "%s", approver_key_id);
    memcpy(entry.digest, order->digest, sizeof(entry.digest));
    entry.head = jy_buf_slice(out);
    return jy_vault_commit(&room->vault, &entry, true, fault);
}

/* Order → approved already → order and seal as for a stamp (checks.c) → the seal's approver → certificate → secret → PIN. */
jy_err
jy_key_approve(struct jy_key_room *room, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct jy_msg_KEY_APPROVE *ask = &request->u.KEY_APPROVE;
    struct jy_key_order order = { 0 };
    struct jy_key_record approver = { 0 };
    struct jy_cert *cert = NULL;
    struct jy_secret secret = { 0 };
    struct jy_sm2 *key = NULL;
    uint8_t mark[JY_SM3_SIZE];
    char object[JY_ORDER_OBJECT_SIZE];
    bool found;
    jy_err rc;

    if ((rc = jy_key_order_open(ask->order, &order, fault)) != JY_OK || (rc = jy_stamp_order_object(ask->order, object)) != JY_OK ||
        (rc = approved_before(room, &order, ask->approver_key_id, &reply->bytes, &found, fault)) != JY_OK || found ||
        (rc = jy_key_order_check(room, &order, fault)) != JY_OK)
        goto out;
    if (order.record.approver_key_id[0] == '\0' || strcmp(order.record.approver_key_id, ask->approver_key_id) != 0) {
        rc = jy_fail(fault, JY_E_FORBIDDEN, "approver_key_id", 0, "is not the approver of seal %s (R16.1)", order.record.key_id);
        goto out;
    }
    if ((rc = jy_key_load(room, ask->approver_key_id, JY_KEY_APPROVER, "approver_key_id", &approver, fault)) == JY_OK &&
        (rc = jy_key_certificate(room, &approver, &cert, fault)) == JY_OK &&
        (rc = jy_pin_open_secret(room, ask->sealed_pin, "approve", object, &secret, mark, fault)) == JY_OK &&
        (rc = jy_pin_unlock(room, &approver, secret.pin, &key, fault)) == JY_OK)
        rc = sign(room, &order, ask->order, ask->approver_key_id, key, &reply->bytes, fault);
out:
    if (rc == JY_OK)
        reply->u.KEY_APPROVED.approval = jy_buf_slice(&reply->bytes);
    jy_sm2_free(key);
    jy_wipe(&secret, sizeof(secret));
    jy_cert_free(cert);
    jy_record_free(&approver);
    jy_key_order_free(&order);
    return rc;
}
