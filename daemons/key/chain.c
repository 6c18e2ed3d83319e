/* SPDX-License-Identifier: Apache-2.0 */
/* Chains of approvals: which were made here, and whether they are what the seal's flow demands (R16.1, R19.1). */
#include "daemons/key/keyroom.h"

#include "codec/der.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

jy_err
jy_key_rule_for(const struct jy_key_room *room, const struct jy_key_record *seal, const struct jy_flow_use *use, struct jy_key_rule *out,
                struct jy_fault *fault)
{
    jy_err rc;

    *out = (struct jy_key_rule){ 0 };
    if (seal->flow.len == 0)
        return jy_fail(fault, JY_E_NO_PATH, seal->key_id, 0, "no flow was set for it (R16.1)");
    if ((rc = jy_flow_parse(jy_buf_slice(&seal->flow), &out->flow, fault)) != JY_OK ||
        (rc = jy_sm3(jy_buf_slice(&seal->flow), out->flow_digest)) != JY_OK)
        return rc;
    if (seal->custodian[0] != '\0')
        snprintf(out->custodian_key_id, sizeof(out->custodian_key_id), "approver-%s", seal->custodian);
    return jy_flow_path_for(out->flow, use, room->now, &out->path, fault);
}

void
jy_key_rule_free(struct jy_key_rule *rule)
{
    free(rule->flow);
    *rule = (struct jy_key_rule){ 0 };
}

/* -- what was made here -- */

jy_err
jy_key_chain_read(const struct jy_key_room *room, const char *id, const uint8_t digest[JY_SM3_SIZE], const uint8_t flow_digest[JY_SM3_SIZE],
                  struct jy_key_chain *out, struct jy_fault *fault)
{
    const struct jy_order_row *row = jy_vault_order_row(&room->vault, id);
    struct jy_buf bytes = { 0 };
    struct jy_entry entry;
    struct jy_approval a;
    jy_err rc = JY_OK;

    out->count = 0;
    /* From the last to the first: filled from the end, then moved to the front. */
    for (size_t at = row == NULL ? 0 : row->last_approval; rc == JY_OK && at != 0; at = room->vault.approvals[at - 1].before) {
        if ((rc = jy_journal_read(&room->vault.journal, room->vault.approvals[at - 1].offset, &bytes, &entry, fault)) != JY_OK)
            break;
        if (memcmp(entry.digest, digest, sizeof(entry.digest)) != 0)
            rc = jy_fail(fault, JY_E_ORDER_SPENT, "id", 0, "another content was approved under this id");
        else if ((rc = jy_approval_parse(entry.head, &a, fault)) == JY_OK &&
                 (flow_digest == NULL || memcmp(a.flow_digest, flow_digest, sizeof(a.flow_digest)) == 0)) {
            if (out->count == JY_FLOW_APPROVALS_MAX)
                rc = jy_fail(fault, JY_E_LIMIT, "approvals", 0, "more than %d", JY_FLOW_APPROVALS_MAX);
            else
                out->list[JY_FLOW_APPROVALS_MAX - ++out->count] = a;
        }
    }
    memmove(out->list, out->list + (JY_FLOW_APPROVALS_MAX - out->count), out->count * sizeof(out->list[0]));
    jy_buf_free(&bytes);
    return rc;
}

/* An approval that is not in the journal was signed by a key that got out. */
static jy_err
was_made_here(const struct jy_key_room *room, const char *id, struct jy_slice der, struct jy_fault *fault)
{
    const struct jy_order_row *row = jy_vault_order_row(&room->vault, id);
    struct jy_buf bytes = { 0 };
    struct jy_entry entry;
    bool found = false;
    jy_err rc = JY_OK;

    for (size_t at = row == NULL ? 0 : row->last_approval; rc == JY_OK && !found && at != 0; at = room->vault.approvals[at - 1].before)
        if ((rc = jy_journal_read(&room->vault.journal, room->vault.approvals[at - 1].offset, &bytes, &entry, fault)) == JY_OK)
            found = jy_slice_equal(entry.head, der);
    jy_buf_free(&bytes);
    return rc != JY_OK || found ? rc : jy_fail(fault, JY_E_NO_APPROVAL, "Approval", 0, "was not made here");
}

jy_err
jy_key_approval_check(struct jy_key_room *room, const struct jy_key_subject *subject, struct jy_slice der, struct jy_approval *a,
                      struct jy_fault *fault)
{
    struct jy_key_record approver = { 0 };
    struct jy_cert *cert = NULL;
    jy_err rc;

    if (jy_approval_parse(der, a, fault) != JY_OK)
        return jy_fail(fault, JY_E_NO_APPROVAL, "Approval", 0, "cannot be read");
    if (a->time < subject->from || a->time > subject->until || a->time > room->now)
        return jy_fail(fault, JY_E_NO_APPROVAL, "Approval.time", 0, "is not within the life of what was approved");
    /* The kinds keep approver and seal apart: an approver key is never a seal key. */
    rc = jy_key_load(room, a->approver_key_id, JY_KEY_APPROVER, "Approval.approverKeyId", &approver, fault);
    if (rc == JY_E_NOT_FOUND || rc == JY_E_ARGUMENT)
        rc = jy_fail(fault, JY_E_NO_APPROVAL, "Approval.approverKeyId", 0, "is no approver");
    if (rc == JY_OK && (rc = jy_key_certificate(room, &approver, &cert, fault)) == JY_OK &&
        (rc = jy_approval_check(a, subject->digest, jy_cert_key(cert), fault)) == JY_OK)
        rc = was_made_here(room, subject->id, der, fault);
    jy_cert_free(cert);
    jy_record_free(&approver);
    return rc;
}

jy_err
jy_key_chain_check(struct jy_key_room *room, const struct jy_key_rule *rule, const struct jy_key_subject *subject, struct jy_slice approvals,
                   struct jy_fault *fault)
{
    struct jy_key_chain chain = { .count = 0 };
    struct jy_der all, list;
    struct jy_der_item item;
    uint32_t next;
    jy_err rc;

    jy_der_open(&all, approvals);
    if (jy_der_enter(&all, DER_SEQUENCE, &list) != JY_OK || jy_der_close(&all) != JY_OK)
        return jy_fail(fault, JY_E_NO_APPROVAL, "approvals", 0, "not a SEQUENCE OF Approval");
    while (!jy_der_at_end(&list)) {
        struct jy_approval *a = &chain.list[chain.count];
        if (chain.count == JY_FLOW_APPROVALS_MAX)
            return jy_fail(fault, JY_E_NO_APPROVAL, "approvals", 0, "more than %d", JY_FLOW_APPROVALS_MAX);
        if (jy_der_next(&list, &item) != JY_OK)
            return jy_fail(fault, JY_E_NO_APPROVAL, "approvals", jy_der_offset(&list), "cannot be read");
        if ((rc = jy_key_approval_check(room, subject, item.tlv, a, fault)) != JY_OK)
            return rc;
        if (memcmp(a->flow_digest, rule->flow_digest, sizeof(a->flow_digest)) != 0)
            return jy_fail(fault, JY_E_NO_APPROVAL, "Approval.flowDigest", 0, "another flow is in force now (R16.1)");
        chain.count++;
    }
    if ((rc = jy_flow_judge(rule->flow, rule->path, chain.list, chain.count, rule->custodian_key_id, &next, NULL, fault)) != JY_OK)
        return rc;
    return next == rule->path->step_count
               ? JY_OK
               : jy_fail(fault, JY_E_NO_APPROVAL, "approvals", 0, "step %u of %u (%s) is not complete (R16.1)", (unsigned)next + 1,
                         (unsigned)rule->path->step_count, rule->path->steps[next].name);
}
