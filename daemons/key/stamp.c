/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The only way to a stamp. It is signed over what is rebuilt here from the approved order and the room's own copy of the seal;
 * nobody hands it a digest. The checks, in this order; what is refused before the last one costs no PIN try and tells nothing about a PIN:
 *
 *    1  the order is whole: no leftover byte, no over-long text                          StampOrder
 *    2  carried out already → the same value, if it is the same order to the byte         never a second one
 *    3  not abandoned                                                                    KEY_SETTLE
 *    4  not expired and not from the future, by the room's own clock
 *    5  the seal is known, live, the one that the order names                            R19.2, R21.1, R21.2
 *    6  seal and certificate within their dates                                          R13.3
 *    7  the approval was made here, by the seal's present approver, for these very
 *       bytes, within the order's life; its signature is that approver's                 R16.1
 *    8  the secret is for stamping this order, to the byte                               R16.1
 *    9  the custodian's PIN                                                              R19.2, N3
 *
 * Then: sign, read it back as a stranger would, journal with fsync, answer.
 */
#include "daemons/key/keyroom.h"

#include <stdio.h>
#include <string.h>

/* -- what the journal keeps of a value: all but the seal in its middle, which the record has -- */

static jy_err
value_from(struct jy_key_room *room, uint64_t offset, struct jy_buf *out, jy_time *time, uint8_t order_digest[JY_SM3_SIZE],
           struct jy_fault *fault)
{
    struct jy_key_record record = { 0 };
    struct jy_buf bytes = { 0 };
    struct jy_entry entry;
    jy_err rc;

    if ((rc = jy_journal_read(&room->vault.journal, offset, &bytes, &entry, fault)) == JY_OK &&
        (rc = jy_key_load(room, entry.detail, JY_KEY_SEAL, "seal_key_id", &record, fault)) == JY_OK &&
        (rc = jy_buf_add(out, entry.head)) == JY_OK && (rc = jy_buf_add(out, jy_buf_slice(&record.seal))) == JY_OK &&
        (rc = jy_buf_add(out, entry.tail)) == JY_OK) {
        *time = entry.time;
        memcpy(order_digest, entry.digest, JY_SM3_SIZE);
    }
    jy_record_free(&record);
    jy_buf_free(&bytes);
    return rc;
}

static jy_err
journal_value(struct jy_key_room *room, const struct jy_key_order *o, struct jy_slice value, struct jy_fault *fault)
{
    struct jy_entry entry = { .kind = JY_ENTRY_STAMP, .time = room->now };
    struct jy_slice seal = jy_seal_der(o->seal);
    size_t at = jy_slice_find(value, seal);

    if (at == SIZE_MAX)
        return jy_fail(fault, JY_E_INTERNAL, "SES_Signature", 0, "does not hold the seal");
    snprintf(entry.id, sizeof(entry.id), "%s", o->order.order_id);
    snprintf(entry.detail, sizeof(entry.detail), "%s", o->record.key_id);
    memcpy(entry.digest, o->digest, sizeof(entry.digest));
    entry.head = JY_SLICE(value.p, at);
    entry.tail = JY_SLICE(value.p + at + seal.len, value.len - at - seal.len);
    return jy_vault_commit(&room->vault, &entry, true, fault);
}

/* -- the stamp -- */

static jy_err
check_approval(struct jy_key_room *room, const struct jy_key_order *o, struct jy_slice approval_der, struct jy_slice order_der,
               struct jy_fault *fault)
{
    const struct jy_order_row *row = jy_vault_order_row(&room->vault, o->order.order_id);
    struct jy_approval approval;
    struct jy_key_record approver = { 0 };
    struct jy_cert *cert = NULL;
    struct jy_buf bytes = { 0 };
    struct jy_entry entry;
    jy_err rc;

    if (jy_approval_parse(approval_der, &approval, fault) != JY_OK)
        return jy_fail(fault, JY_E_NO_APPROVAL, "Approval", 0, "cannot be read");
    if (o->record.approver_key_id[0] == '\0' || strcmp(approval.approver_key_id, o->record.approver_key_id) != 0)
        return jy_fail(fault, JY_E_NO_APPROVAL, "Approval.approverKeyId", 0, "is not the seal's approver (R16.1)");
    if (approval.time < o->order.created || approval.time > o->order.expires || approval.time > room->now)
        return jy_fail(fault, JY_E_NO_APPROVAL, "Approval.time", 0, "is not within the order's life");
    /* The kinds keep approver and seal apart: an approver key is never a seal key. */
    if ((rc = jy_key_load(room, approval.approver_key_id, JY_KEY_APPROVER, "Approval.approverKeyId", &approver, fault)) != JY_OK ||
        (rc = jy_key_certificate(room, &approver, &cert, fault)) != JY_OK ||
        (rc = jy_approval_check(approval_der, order_der, jy_cert_key(cert), fault)) != JY_OK)
        goto out;
    /* Approvals are made here only: one that is not in the journal was signed by a key that got out. */
    if (row == NULL || row->approved_at == 0)
        rc = jy_fail(fault, JY_E_NO_APPROVAL, "Approval", 0, "was not made here");
    else if ((rc = jy_journal_read(&room->vault.journal, row->approved_at, &bytes, &entry, fault)) == JY_OK &&
             !jy_slice_equal(entry.head, approval_der))
        rc = jy_fail(fault, JY_E_NO_APPROVAL, "Approval", 0, "was not made here");
out:
    jy_buf_free(&bytes);
    jy_cert_free(cert);
    jy_record_free(&approver);
    return rc;
}

/* A stranger's reading of what was signed, field by field. */
static jy_err
check_value(const struct jy_key_room *room, const struct jy_key_order *o, struct jy_slice value, struct jy_fault *fault)
{
    struct jy_ses *ses = NULL;
    jy_err rc;

    if ((rc = jy_ses_parse(value, &ses, fault)) == JY_OK && (rc = jy_ses_check_signature(ses, fault)) == JY_OK &&
        (rc = jy_seal_check_signature(jy_ses_seal(ses), fault)) == JY_OK &&
        (jy_ses_deviations(ses) != 0 || jy_ses_time(ses) != room->now || strcmp(jy_ses_property_info(ses), o->order.property_info) != 0 ||
         !jy_slice_equal(jy_ses_data_hash(ses), JY_SLICE(o->order.data_hash, JY_SM3_SIZE)) ||
         !jy_slice_equal(jy_seal_der(jy_ses_seal(ses)), jy_seal_der(o->seal)) || jy_ses_signer(ses) == NULL ||
         !jy_slice_equal(jy_cert_der(jy_ses_signer(ses)), jy_cert_der(o->cert))))
        rc = jy_fail(fault, JY_E_INTERNAL, "SES_Signature", 0, "what was signed is not what was approved");
    jy_ses_free(ses);
    return rc;
}

static jy_err
stamp(struct jy_key_room *room, struct jy_key_order *o, const struct jy_msg_KEY_STAMP *ask, struct jy_buf *value, struct jy_fault *fault)
{
    struct jy_secret secret = { 0 };
    struct jy_sm2 *key = NULL;
    uint8_t mark[JY_SM3_SIZE];
    char object[JY_ORDER_OBJECT_SIZE];
    jy_err rc;

    if ((rc = jy_stamp_order_object(ask->order, object)) != JY_OK ||
        (rc = jy_key_order_check(room, o, fault)) != JY_OK ||                                           /* 4, 5, 6 */
        (rc = check_approval(room, o, ask->approval, ask->order, fault)) != JY_OK ||                    /* 7 */
        (rc = jy_pin_open_secret(room, ask->sealed_pin, "stamp", object, &secret, mark, fault)) != JY_OK || /* 8 */
        (rc = jy_pin_unlock(room, &o->record, secret.pin, &key, fault)) != JY_OK ||                     /* 9 */
        (rc = jy_ses_make(o->seal, room->now, o->order.data_hash, o->order.property_info, key, o->cert, value, fault)) != JY_OK ||
        (rc = check_value(room, o, jy_buf_slice(value), fault)) != JY_OK)
        goto out;
    rc = journal_value(room, o, jy_buf_slice(value), fault);
out:
    jy_sm2_free(key);
    jy_wipe(&secret, sizeof(secret));
    return rc;
}

jy_err
jy_key_stamp(struct jy_key_room *room, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct jy_msg_KEY_STAMP *ask = &request->u.KEY_STAMP;
    struct jy_msg_KEY_STAMPED *answer = &reply->u.KEY_STAMPED;
    const struct jy_order_row *row;
    struct jy_key_order order = { 0 };
    uint8_t digest[JY_SM3_SIZE];
    jy_err rc;

    if ((rc = jy_key_order_open(ask->order, &order, fault)) != JY_OK)                                   /* 1 */
        goto out;
    row = jy_vault_order_row(&room->vault, order.order.order_id);
    answer->time = room->now;
    if (row != NULL && row->stamped_at != 0) {                                                          /* 2 */
        if ((rc = value_from(room, row->stamped_at, &reply->bytes, &answer->time, digest, fault)) == JY_OK &&
            memcmp(digest, order.digest, sizeof(digest)) != 0)
            rc = jy_fail(fault, JY_E_ORDER_SPENT, "StampOrder.orderId", 0, "another content was carried out under this id");
    } else if (row != NULL && row->abandoned)                                                           /* 3 */
        rc = jy_fail(fault, JY_E_ORDER_SPENT, "StampOrder.orderId", 0, "the order was abandoned");
    else
        rc = stamp(room, &order, ask, &reply->bytes, fault);
    answer->value = jy_buf_slice(&reply->bytes);
out:
    jy_key_order_free(&order);
    return rc;
}

/* -- after a crash of the other side -- */

/* Whoever asks learns what web knew anyway; an order that is abandoned here is stamped never. */
jy_err
jy_key_settle(struct jy_key_room *room, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct jy_msg_KEY_SETTLE *ask = &request->u.KEY_SETTLE;
    struct jy_msg_KEY_SETTLED *answer = &reply->u.KEY_SETTLED;
    struct jy_entry entry = { .kind = JY_ENTRY_ABANDON, .time = room->now };
    const struct jy_order_row *row;
    uint8_t digest[JY_SM3_SIZE];
    jy_err rc = JY_OK;

    if (!jy_id_is_valid(ask->order_id) || ask->abandon > 1)
        return jy_fail(fault, JY_E_ARGUMENT, jy_id_is_valid(ask->order_id) ? "abandon" : "order_id", 0, "must be: an order id; 0 or 1");
    row = jy_vault_order_row(&room->vault, ask->order_id);
    if (row != NULL && row->stamped_at != 0) {
        answer->found = 1;
        rc = value_from(room, row->stamped_at, &reply->bytes, &answer->time, digest, fault);
        answer->value = jy_buf_slice(&reply->bytes);
    } else if (ask->abandon == 1 && (row == NULL || !row->abandoned)) {
        snprintf(entry.id, sizeof(entry.id), "%s", ask->order_id);
        rc = jy_vault_commit(&room->vault, &entry, true, fault);
    }
    return rc;
}
