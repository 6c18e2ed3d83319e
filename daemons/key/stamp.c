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
 *    7  the seal's flow is within its dates and has a path for category and amount;
 *       of an order by digest only: a path that takes such orders                       R16.1, R16.2, R18.1
 *    8  the approvals were made here, for these very bytes, under this flow, within the
 *       order's life, and make the complete chain of that path                           R16.1, R19.1
 *    9  the secret is for stamping this order, to the byte                               R16.1
 *   10  the custodian's PIN, not overdue                                                 R19.2, N3
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

/* Sign, read it back as a stranger would, journal with fsync. */
static jy_err
sign(struct jy_key_room *room, const struct jy_key_order *o, const struct jy_sm2 *key, struct jy_buf *value, struct jy_fault *fault)
{
    jy_err rc;

    if ((rc = jy_ses_make(o->seal, room->now, o->order.data_hash, o->order.property_info, key, o->cert, value, fault)) == JY_OK &&
        (rc = check_value(room, o, jy_buf_slice(value), fault)) == JY_OK)
        rc = journal_value(room, o, jy_buf_slice(value), fault);
    return rc;
}

/* *done: it was carried out before, and this is the value. */
static jy_err
done_before(struct jy_key_room *room, const struct jy_key_order *o, struct jy_frame *reply, bool *done, struct jy_fault *fault)
{
    const struct jy_order_row *row = jy_vault_order_row(&room->vault, o->order.order_id);
    uint8_t digest[JY_SM3_SIZE];
    jy_err rc;

    *done = false;
    if (row == NULL || row->stamped_at == 0)
        return row != NULL && row->abandoned ? jy_fail(fault, JY_E_ORDER_SPENT, "StampOrder.orderId", 0, "the order was abandoned") : JY_OK;
    if ((rc = value_from(room, row->stamped_at, &reply->bytes, &reply->u.KEY_STAMPED.time, digest, fault)) == JY_OK &&
        memcmp(digest, o->digest, sizeof(digest)) != 0)
        rc = jy_fail(fault, JY_E_ORDER_SPENT, "StampOrder.orderId", 0, "another content was carried out under this id");
    *done = rc == JY_OK;
    return rc;
}

jy_err
jy_key_stamp(struct jy_key_room *room, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct jy_msg_KEY_STAMP *ask = &request->u.KEY_STAMP;
    struct jy_key_order o = { 0 };
    struct jy_key_subject subject;
    struct jy_key_rule rule = { 0 };
    struct jy_secret secret = { 0 };
    struct jy_sm2 *key = NULL;
    uint8_t mark[JY_SM3_SIZE];
    char object[JY_ORDER_OBJECT_SIZE];
    struct jy_flow_use use;
    bool done;
    jy_err rc;

    reply->u.KEY_STAMPED.time = room->now;
    if ((rc = jy_key_order_open(ask->order, &o, fault)) != JY_OK ||                                     /* 1 */
        (rc = done_before(room, &o, reply, &done, fault)) != JY_OK || done ||                           /* 2, 3 */
        (rc = jy_key_order_check(room, &o, fault)) != JY_OK)                                            /* 4, 5, 6 */
        goto out;
    use = jy_key_use_of(&o.order);
    if ((rc = jy_key_rule_for(room, &o.record, &use, &rule, fault)) != JY_OK)                           /* 7 */
        goto out;
    subject = (struct jy_key_subject){ o.order.order_id, o.digest, o.order.created, o.order.expires };
    if ((rc = jy_key_chain_check(room, &rule, &subject, ask->approvals, fault)) == JY_OK &&             /* 8 */
        (rc = jy_stamp_order_object(ask->order, object)) == JY_OK &&
        (rc = jy_pin_open_secret(room, ask->sealed_pin, "stamp", object, &secret, mark, fault)) == JY_OK && /* 9 */
        (rc = jy_pin_unlock(room, &o.record, secret.pin, &key, fault)) == JY_OK)                        /* 10 */
        rc = sign(room, &o, key, &reply->bytes, fault);
out:
    reply->u.KEY_STAMPED.value = jy_buf_slice(&reply->bytes);
    jy_sm2_free(key);
    jy_wipe(&secret, sizeof(secret));
    jy_key_rule_free(&rule);
    jy_key_order_free(&o);
    return rc;
}

/* The same with a grant in the place of approvals and PIN (grant.c). */
jy_err
jy_key_stamp_granted(struct jy_key_room *room, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct jy_msg_KEY_STAMP_GRANTED *ask = &request->u.KEY_STAMP_GRANTED;
    struct jy_key_order o = { 0 };
    struct jy_sm2 *key = NULL;
    bool done;
    jy_err rc;

    reply->u.KEY_STAMPED.time = room->now;
    if ((rc = jy_key_order_open(ask->order, &o, fault)) == JY_OK && (rc = done_before(room, &o, reply, &done, fault)) == JY_OK && !done &&
        (rc = jy_key_order_check(room, &o, fault)) == JY_OK && (rc = jy_key_grant_use(room, &o, ask, &key, fault)) == JY_OK)
        rc = sign(room, &o, key, &reply->bytes, fault);
    reply->u.KEY_STAMPED.value = jy_buf_slice(&reply->bytes);
    jy_sm2_free(key);
    jy_key_order_free(&o);
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
