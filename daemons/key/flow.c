/* SPDX-License-Identifier: Apache-2.0 */
/* How a seal's use is decided: set by the custodian, with the consent of its authority (R16.1, R16.2, R19.1). */
#include "daemons/key/keyroom.h"

#include "codec/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An approver key of the seal's organization, alive. */
static jy_err
check_person(struct jy_key_room *room, const struct jy_key_record *seal, const struct jy_flow *flow, const char *key_id, const char *field,
             struct jy_fault *fault)
{
    char custodian[JY_ID_SIZE + 9];
    struct jy_key_record record = { 0 };
    struct jy_cert *cert = NULL;
    jy_err rc;

    snprintf(custodian, sizeof(custodian), "approver-%s", seal->custodian);
    if ((rc = jy_key_load(room, key_id, JY_KEY_APPROVER, field, &record, fault)) == JY_OK &&
        (rc = jy_key_certificate(room, &record, &cert, fault)) == JY_OK) {
        if (strcmp(record.organization_code, seal->organization_code) != 0)
            rc = jy_fail(fault, JY_E_FORBIDDEN, field, 0, "%s is of another organization", key_id);
        else if (strcmp(key_id, custodian) == 0 && (!flow->custodian_may_approve || strcmp(field, "Flow.authority") == 0))
            rc = jy_fail(fault, JY_E_FORBIDDEN, field, 0, "the custodian cannot approve his own stampings (R19.1)");
    }
    jy_cert_free(cert);
    jy_record_free(&record);
    return rc;
}

static jy_err
check_people(struct jy_key_room *room, const struct jy_key_record *seal, const struct jy_flow *flow, struct jy_fault *fault)
{
    jy_err rc = JY_OK;

    for (uint32_t p = 0; p < flow->path_count; p++)
        for (uint32_t s = 0; s < flow->paths[p].step_count; s++)
            for (uint32_t i = 0; rc == JY_OK && i < flow->paths[p].steps[s].approver_count; i++)
                rc = check_person(room, seal, flow, flow->paths[p].steps[s].approvers[i], "Flow.approvers", fault);
    for (uint32_t d = 0; rc == JY_OK && d < flow->deputy_count; d++)
        rc = check_person(room, seal, flow, flow->deputies[d].deputy, "Flow.deputies", fault);
    if (rc == JY_OK && flow->authority[0] != '\0')
        rc = check_person(room, seal, flow, flow->authority, "Flow.authority", fault);
    return rc;
}

/* Whose consent a new flow needs: the present authority's, for a first one that of the one it names. "" nobody's. */
static jy_err
authority_of(const struct jy_key_record *seal, const struct jy_flow *flow, char out[JY_ID_SIZE], struct jy_fault *fault)
{
    struct jy_flow *present = NULL;
    jy_err rc = JY_OK;

    snprintf(out, JY_ID_SIZE, "%s", flow->authority);
    if (seal->flow.len == 0)
        return JY_OK;
    if ((rc = jy_flow_parse(jy_buf_slice(&seal->flow), &present, fault)) != JY_OK)
        return rc;
    if (flow->number <= present->number)
        rc = jy_fail(fault, JY_E_CONFLICT, "Flow.number", 0, "must be above %lld, that of the flow in force", (long long)present->number);
    if (present->authority[0] != '\0')
        snprintf(out, JY_ID_SIZE, "%s", present->authority);
    free(present);
    return rc;
}

static jy_err
check_consent(struct jy_key_room *room, const char *authority, struct jy_slice flow, struct jy_slice consent, struct jy_fault *fault)
{
    uint8_t digest[JY_SM3_SIZE];
    char id[JY_ID_SIZE];
    struct jy_approval a;
    jy_err rc;

    if (authority[0] == '\0')
        return JY_OK;
    if ((rc = jy_sm3(flow, digest)) != JY_OK)
        return rc;
    jy_hex(JY_SLICE(digest, sizeof(digest)), id);              /* 64 characters: the id that a flow is approved under */
    const struct jy_key_subject subject = { id, digest, 0, room->now };
    if ((rc = jy_key_approval_check(room, &subject, consent, &a, fault)) == JY_OK && strcmp(a.approver_key_id, authority) != 0)
        rc = jy_fail(fault, JY_E_NO_APPROVAL, "consent", 0, "is not the authority's, %s (R16.2)", authority);
    return rc;
}

/* Seal known → in force already → flow whole, newer, for this seal → its people → the authority's consent → secret → custodian's PIN. */
jy_err
jy_key_set_flow(struct jy_key_room *room, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct jy_msg_KEY_SET_FLOW *ask = &request->u.KEY_SET_FLOW;
    struct jy_key_record record = { 0 };
    struct jy_secret secret = { 0 };
    struct jy_flow *flow = NULL;
    struct jy_sm2 *key = NULL;
    uint8_t mark[JY_SM3_SIZE];
    char object[JY_ORDER_OBJECT_SIZE], authority[JY_ID_SIZE];
    jy_err rc;

    (void)reply;
    if ((rc = jy_key_load(room, ask->seal_key_id, JY_KEY_SEAL, "seal_key_id", &record, fault)) != JY_OK ||
        jy_slice_equal(jy_buf_slice(&record.flow), ask->flow))
        goto out;
    if (record.state == JY_KEY_CANCELLED) {
        rc = jy_fail(fault, JY_E_BAD_STATE, "seal_key_id", 0, "%s is cancelled (R21.1)", record.key_id);
        goto out;
    }
    if ((rc = jy_flow_parse(ask->flow, &flow, fault)) != JY_OK)
        goto out;
    if (strcmp(flow->seal_key_id, record.key_id) != 0) {
        rc = jy_fail(fault, JY_E_ARGUMENT, "Flow.sealKeyId", 0, "is another seal's");
        goto out;
    }
    if ((rc = authority_of(&record, flow, authority, fault)) != JY_OK || (rc = check_people(room, &record, flow, fault)) != JY_OK ||
        (rc = check_consent(room, authority, ask->flow, ask->consent, fault)) != JY_OK || (rc = jy_stamp_order_object(ask->flow, object)) != JY_OK ||
        (rc = jy_pin_open_secret(room, ask->sealed_pin, "flow", object, &secret, mark, fault)) != JY_OK ||
        (rc = jy_pin_refuse_used(room, mark, fault)) != JY_OK || (rc = jy_pin_unlock(room, &record, secret.pin, &key, fault)) != JY_OK)
        goto out;
    jy_buf_free(&record.flow);
    if ((rc = jy_buf_add(&record.flow, ask->flow)) == JY_OK)
        rc = jy_vault_save(&room->vault, &record, "flow", mark, room->now, fault);
out:
    jy_sm2_free(key);
    jy_wipe(&secret, sizeof(secret));
    free(flow);
    jy_record_free(&record);
    return rc;
}
