/* SPDX-License-Identifier: Apache-2.0 */
/* One approver's signature over one order, grant or flow (R16.1). */
#include "daemons/key/keyroom.h"

#include "codec/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is approved, and how it is decided about. */
struct subject {
    char id[JY_ID_SIZE];
    uint8_t digest[JY_SM3_SIZE];
    struct jy_key_rule rule;               /* of a flow: none, its authority alone decides */
    char authority[JY_ID_SIZE];            /* of a flow */
};

typedef jy_err opener(struct jy_key_room *room, struct jy_slice der, struct subject *s, struct jy_fault *fault);

static jy_err
open_order(struct jy_key_room *room, struct jy_slice der, struct subject *s, struct jy_fault *fault)
{
    struct jy_key_order order = { 0 };
    struct jy_flow_use use;
    jy_err rc;

    if ((rc = jy_key_order_open(der, &order, fault)) == JY_OK)
        snprintf(s->id, sizeof(s->id), "%s", order.order.order_id);
    use = jy_key_use_of(&order.order);
    if (rc == JY_OK && (rc = jy_key_order_check(room, &order, fault)) == JY_OK)
        rc = jy_key_rule_for(room, &order.record, &use, &s->rule, fault);
    jy_key_order_free(&order);
    return rc;
}

static jy_err
open_grant(struct jy_key_room *room, struct jy_slice der, struct subject *s, struct jy_fault *fault)
{
    struct jy_key_record record = { 0 };
    struct jy_seal *seal = NULL;
    struct jy_grant grant;
    jy_err rc;

    if ((rc = jy_grant_parse(der, &grant, fault)) == JY_OK && !jy_id_is_valid(grant.grant_id))
        rc = jy_fail(fault, JY_E_ARGUMENT, "Grant.grantId", 0, "not an id: letters, digits, '-' and '_'");
    if (rc == JY_OK && (rc = jy_key_load(room, grant.seal_key_id, JY_KEY_SEAL, "Grant.sealKeyId", &record, fault)) == JY_OK &&
        (rc = jy_key_live_seal(room, &record, &seal, fault)) == JY_OK && (rc = jy_key_grant_rule(room, &record, &grant, &s->rule, fault)) == JY_OK)
        snprintf(s->id, sizeof(s->id), "%s", grant.grant_id);
    jy_seal_free(seal);
    jy_record_free(&record);
    return rc;
}

static jy_err
open_flow(struct jy_key_room *room, struct jy_slice der, struct subject *s, struct jy_fault *fault)
{
    struct jy_key_record record = { 0 };
    struct jy_flow *flow = NULL, *present = NULL;
    jy_err rc;

    if ((rc = jy_flow_parse(der, &flow, fault)) == JY_OK &&
        (rc = jy_key_load(room, flow->seal_key_id, JY_KEY_SEAL, "Flow.sealKeyId", &record, fault)) == JY_OK && record.flow.len != 0)
        rc = jy_flow_parse(jy_buf_slice(&record.flow), &present, fault);
    if (rc == JY_OK) {
        snprintf(s->authority, sizeof(s->authority), "%s",
                 present != NULL && present->authority[0] != '\0' ? present->authority : flow->authority);
        jy_hex(JY_SLICE(s->digest, sizeof(s->digest)), s->id);
        memcpy(s->rule.flow_digest, s->digest, sizeof(s->digest));
    }
    free(flow);
    free(present);
    jy_record_free(&record);
    return rc;
}

static jy_err
open_subject(struct jy_key_room *room, const struct jy_msg_KEY_APPROVE *ask, struct subject *s, struct jy_fault *fault)
{
    static const struct { const char *kind; opener *open; } kinds[] = { { "order", open_order }, { "grant", open_grant }, { "flow", open_flow } };
    jy_err rc;

    if ((rc = jy_sm3(ask->subject, s->digest)) != JY_OK)
        return rc;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(ask->kind, kinds[i].kind) == 0)
            return kinds[i].open(room, ask->subject, s, fault);
    return jy_fail(fault, JY_E_ARGUMENT, "kind", 0, "must be: order, grant or flow");
}

/* Whether this person's turn it is; fills a. */
static jy_err
check_turn(const struct jy_key_room *room, const struct subject *s, struct jy_key_chain *chain, struct jy_approval *a, struct jy_fault *fault)
{
    const struct jy_key_rule *rule = &s->rule;
    const struct jy_order_row *row = jy_vault_order_row(&room->vault, s->id);
    const char *place;
    uint32_t next;

    if (row != NULL && row->stamped_at != 0)
        return jy_fail(fault, JY_E_ORDER_SPENT, "StampOrder.orderId", 0, "the order was carried out under other approvals");
    if (rule->flow == NULL)
        return a->step == 0 && s->authority[0] != '\0' && strcmp(s->authority, a->approver_key_id) == 0
                   ? JY_OK
                   : jy_fail(fault, JY_E_FORBIDDEN, "approver_key_id", 0, "is not the authority of this flow (R16.2)");
    if (a->step >= rule->path->step_count)
        return jy_fail(fault, JY_E_FORBIDDEN, "step", 0, "the path has %u steps (R16.1)", (unsigned)rule->path->step_count);
    place = jy_flow_in_place_of(rule->flow, &rule->path->steps[a->step], a->approver_key_id, a->time, chain->list, chain->count, a->step);
    if (place == NULL)
        return jy_fail(fault, JY_E_FORBIDDEN, "approver_key_id", 0, "approves nothing in step %u of this seal's flow (R16.1)", (unsigned)a->step + 1);
    snprintf(a->in_place_of, sizeof(a->in_place_of), "%s", place);
    if (chain->count == JY_FLOW_APPROVALS_MAX)
        return jy_fail(fault, JY_E_LIMIT, "approvals", 0, "more than %d", JY_FLOW_APPROVALS_MAX);
    chain->list[chain->count] = *a;
    return jy_flow_judge(rule->flow, rule->path, chain->list, chain->count + 1, rule->custodian_key_id, &next, NULL, fault);
}

static jy_err
sign(struct jy_key_room *room, const struct subject *s, struct jy_approval *a, const struct jy_sm2 *key, struct jy_buf *out, struct jy_fault *fault)
{
    struct jy_entry entry = { .kind = JY_ENTRY_APPROVE, .time = room->now };
    jy_err rc;

    if ((rc = jy_approval_make(a, key, out)) != JY_OK || (rc = jy_approval_check(a, s->digest, key, fault)) != JY_OK)
        return rc;
    snprintf(entry.id, sizeof(entry.id), "%s", s->id);
    snprintf(entry.detail, sizeof(entry.detail), "%s", a->approver_key_id);
    memcpy(entry.digest, s->digest, sizeof(entry.digest));
    entry.head = jy_buf_slice(out);
    return jy_vault_commit(&room->vault, &entry, true, fault);
}

/* The last approval of this approver and step, NULL: none. It is signed over what it says, so it is written again to the bit. */
static const struct jy_approval *
approved_before(const struct jy_key_chain *chain, const struct jy_msg_KEY_APPROVE *ask)
{
    for (size_t i = chain->count; i > 0; i--)
        if (chain->list[i - 1].step == ask->step && strcmp(chain->list[i - 1].approver_key_id, ask->approver_key_id) == 0)
            return &chain->list[i - 1];
    return NULL;
}

/* What was acknowledged stays: an approval that was made is given again, also when the order or its seal came to an end since. */
static jy_err
answer_again(const struct jy_key_room *room, const struct subject *s, const struct jy_msg_KEY_APPROVE *ask, struct jy_buf *out)
{
    const struct jy_approval *made;
    struct jy_key_chain chain;

    if (s->id[0] == '\0' || jy_key_chain_read(room, s->id, s->digest, NULL, &chain, NULL) != JY_OK || (made = approved_before(&chain, ask)) == NULL)
        return JY_E_NOT_FOUND;
    return jy_approval_write(made, out);
}

/* Subject whole, its seal as for a stamp → abandoned → approved already → this person's turn → certificate → secret → PIN. */
jy_err
jy_key_approve(struct jy_key_room *room, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct jy_msg_KEY_APPROVE *ask = &request->u.KEY_APPROVE;
    struct jy_approval a = { .step = ask->step, .time = room->now };
    const struct jy_approval *made;
    struct jy_key_record approver = { 0 };
    struct subject s = { .id = "" };
    struct jy_key_chain chain;
    const struct jy_order_row *row;
    struct jy_secret secret = { 0 };
    struct jy_cert *cert = NULL;
    struct jy_sm2 *key = NULL;
    uint8_t mark[JY_SM3_SIZE];
    char object[JY_APPROVAL_OBJECT_SIZE];
    jy_err rc;

    if ((rc = open_subject(room, ask, &s, fault)) != JY_OK || (rc = jy_approval_object(ask->subject, ask->step, object)) != JY_OK) {
        if (answer_again(room, &s, ask, &reply->bytes) == JY_OK)
            rc = JY_OK;
        goto out;
    }
    row = jy_vault_order_row(&room->vault, s.id);
    if (row != NULL && row->abandoned) {
        rc = jy_fail(fault, JY_E_ORDER_SPENT, "id", 0, "it was abandoned or revoked");
        goto out;
    }
    memcpy(a.subject_digest, s.digest, sizeof(a.subject_digest));
    memcpy(a.flow_digest, s.rule.flow_digest, sizeof(a.flow_digest));
    snprintf(a.approver_key_id, sizeof(a.approver_key_id), "%s", ask->approver_key_id);
    if ((rc = jy_key_chain_read(room, s.id, s.digest, s.rule.flow_digest, &chain, fault)) != JY_OK)
        goto out;
    if ((made = approved_before(&chain, ask)) != NULL) {
        rc = jy_approval_write(made, &reply->bytes);
        goto out;
    }
    if ((rc = check_turn(room, &s, &chain, &a, fault)) == JY_OK &&
        (rc = jy_key_load(room, ask->approver_key_id, JY_KEY_APPROVER, "approver_key_id", &approver, fault)) == JY_OK &&
        (rc = jy_key_certificate(room, &approver, &cert, fault)) == JY_OK &&
        (rc = jy_pin_open_secret(room, ask->sealed_pin, "approve", object, &secret, mark, fault)) == JY_OK &&
        (rc = jy_pin_unlock(room, &approver, secret.pin, &key, fault)) == JY_OK)
        rc = sign(room, &s, &a, key, &reply->bytes, fault);
out:
    if (rc == JY_OK)
        reply->u.KEY_APPROVED.approval = jy_buf_slice(&reply->bytes);
    jy_sm2_free(key);
    jy_wipe(&secret, sizeof(secret));
    jy_cert_free(cert);
    jy_record_free(&approver);
    jy_key_rule_free(&s.rule);
    return rc;
}
