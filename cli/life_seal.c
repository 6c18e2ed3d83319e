/* SPDX-License-Identifier: Apache-2.0 */
/* Applications and what becomes of them: keys, making, handing over, ends. */
#include "cli/life_inside.h"

#include "codec/text.h"
#include "core/rules.h"
#include "ipc/flow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* about: what the secret is sealed to: the key's id, or, for activating a seal, that and the custodian's. */
jy_err
life_change_pin(struct life *life, const struct life_person *who, const char *key_id, const char *about, const char *old_pin, const char *new_pin,
           struct jy_fault *fault)
{
    char sealed[2048], path[256];
    jy_err rc;

    if ((rc = life_seal_pin(life, "change-pin", about, old_pin, new_pin, sealed, sizeof(sealed), fault)) != JY_OK)
        return rc;
    snprintf(path, sizeof(path), "/api/v1/keys/%s/pin", key_id);
    return life_ask(life, who, "PUT", path, json_pack("{s:s}", "sealed", sealed), NULL, NULL, fault);
}

jy_err
life_maker_key(struct life *life, struct jy_fault *fault)
{
    json_t *answer = NULL;
    char path[256];
    jy_err rc;

    if (life->maker_pin[0] != '\0')
        return JY_OK;
    snprintf(path, sizeof(path), "/api/v1/makers/%s/key", life->maker_id);
    if ((rc = life_ask(life, &life->maker, "POST", path, json_object(), NULL, &answer, fault)) != JY_OK)
        return rc;
    life_copy(life->maker_key_id, sizeof(life->maker_key_id), life_member(answer, "maker_key_id"));
    if ((rc = life_fresh_pin(life->maker_pin)) == JY_OK &&
        (rc = life_change_pin(life, &life->maker, life->maker_key_id, life->maker_key_id, life_member(answer, "activation_code"), life->maker_pin,
                              fault)) == JY_OK &&
        (rc = life_remember(life, "maker_key_id", life->maker_key_id, fault)) == JY_OK)
        rc = life_remember(life, "maker_pin", life->maker_pin, fault);
    json_decref(answer);
    return rc;
}

jy_err
life_approver_key(struct life *life, struct jy_fault *fault)
{
    json_t *answer = NULL, *me = NULL;
    char path[256], name[128];
    jy_err rc;

    if (life->approver_pin[0] != '\0')
        return JY_OK;
    if ((rc = life_get(life, &life->approver, "/api/v1/session", &me, fault)) != JY_OK)
        return rc;
    snprintf(path, sizeof(path), "/api/v1/people/%s/key", life_member(me, "person_id"));
    if ((rc = life_ask(life, &life->approver, "POST", path, json_object(), NULL, &answer, fault)) != JY_OK)
        goto out;
    life_copy(life->approver.approver_key_id, sizeof(life->approver.approver_key_id), life_member(answer, "approver_key_id"));
    if ((rc = life_fresh_pin(life->approver_pin)) != JY_OK ||
        (rc = life_change_pin(life, &life->approver, life->approver.approver_key_id, life->approver.approver_key_id, life_member(answer, "activation_code"),
                         life->approver_pin, fault)) != JY_OK)
        goto out;
    snprintf(name, sizeof(name), "%s_key_id", life->approver.login);
    if ((rc = life_remember(life, name, life->approver.approver_key_id, fault)) != JY_OK)
        goto out;
    snprintf(name, sizeof(name), "%s_pin", life->approver.login);
    rc = life_remember(life, name, life->approver_pin, fault);
out:
    json_decref(me);
    json_decref(answer);
    return rc;
}

jy_err
life_choose_kind(struct life *life, const char *kind, struct jy_fault *fault)
{
    const struct seal_kind *row = seal_kind_by_code(kind);
    json_t *answer = NULL, *seal;
    size_t i;
    jy_err rc = row == NULL ? jy_fail(fault, JY_E_NOT_FOUND, "kind", 0, "no kind of seal is called so") :
        life_ask_simulator(life, "/seals", NULL, &answer, fault);

    if (rc != JY_OK)
        return rc;
    rc = jy_fail(fault, JY_E_NOT_FOUND, kind, 0, "%s has no physical seal of this kind in use", life->organization_name);
    json_array_foreach(json_object_get(answer, "seals"), i, seal)
        if (strcmp(life_member(seal, "uscc"), life->uscc) == 0 && strcmp(life_member(seal, "kind"), kind) == 0 &&
            strcmp(life_member(seal, "state"), "in_use") == 0) {
            life_copy(life->seal_kind, sizeof(life->seal_kind), kind);
            life_copy(life->seal_name, sizeof(life->seal_name), life_member(seal, "name"));
            life_copy(life->seal_code, sizeof(life->seal_code), life_member(seal, "seal_code"));
            life->position = (row->kept & SEAL_POSITION) != 0;
            life->seal_id[0] = life->next_seal_id[0] = '\0';
            rc = JY_OK;
            break;
        }
    json_decref(answer);
    return rc;
}

/* R16.2: a position seal is for its holder, here the custodian, and for what its scope names. */
static jy_err
add_holder(struct life *life, json_t *body, struct jy_fault *fault)
{
    json_t *me = NULL;
    jy_err rc = life_get(life, &life->custodian, "/api/v1/session", &me, fault);

    if (rc == JY_OK && (json_object_set_new(body, "holder_id", json_string(life_member(me, "person_id"))) != 0 ||
                        json_object_set_new(body, "scope_categories", json_pack("[s]", "agreement")) != 0))
        rc = JY_E_NOMEM;
    json_decref(me);
    return rc;
}

/* What every application says, and the facts of those that its type needs. */
static json_t *
facts_of(const struct life *life, const struct application_type *type, const char *reason)
{
    json_t *body = json_pack("{s:b, s:s, s:s}", "by_agent", 1, "agent_id_number", "11010519491231002X", "agent_phone", "13800000000");

    if (type->seal_event != NULL)
        json_object_set_new(body, "type", json_string(type->code));
    else
        json_object_set_new(body, "seal_kind", json_string(life->seal_kind));
    if ((type->bit & (TYPE_ISSUE | TYPE_REISSUE)) != 0) {
        json_object_set_new(body, "seal_name", json_string(life->seal_name));
        json_object_set_new(body, "physical_seal_code", json_string(life->seal_code));
        json_object_set_new(body, "has_superior", json_false());
        json_object_set_new(body, "foreign_script", json_false());
    }
    if (type->bit == TYPE_CANCELLATION)
        json_object_set_new(body, "reason", json_string(reason));
    if (!type->makes)
        json_object_set_new(body, "description", json_string("demonstration"));
    return body;
}

jy_err
life_apply(struct life *life, const char *type, const char *reason, struct life_application *out, struct jy_fault *fault)
{
    const struct application_type *row = application_type_by_code(type);
    json_t *answer = NULL, *body;
    char path[256];
    jy_err rc = JY_OK;

    *out = (struct life_application){ 0 };
    if (row == NULL)
        return jy_fail(fault, JY_E_NOT_FOUND, "type", 0, "no application is called %s", type);
    body = facts_of(life, row, reason);
    if (row->seal_event == NULL && life->position)
        rc = add_holder(life, body, fault);
    if (row->seal_event == NULL)
        snprintf(path, sizeof(path), "/api/v1/applications");
    else
        snprintf(path, sizeof(path), "/api/v1/seals/%s/applications", life->seal_id);
    if (rc != JY_OK)
        json_decref(body);
    else if ((rc = life_ask(life, &life->agent, "POST", path, body, NULL, &answer, fault)) == JY_OK) {
        life_copy(out->type, sizeof(out->type), type);
        life_copy(out->id, sizeof(out->id), life_member(answer, "application_id"));
        out->checklist = json_incref(json_object_get(answer, "checklist"));
    }
    json_decref(answer);
    return rc;
}

void
life_application_free(struct life_application *application)
{
    json_decref(application->checklist);
    *application = (struct life_application){ 0 };
}

size_t
life_materials_needed(const struct life_application *application)
{
    size_t i, needed = 0;
    json_t *item;

    json_array_foreach(application->checklist, i, item)
        needed += json_is_true(json_object_get(item, "required"));
    return needed;
}

jy_err
life_upload_materials(struct life *life, const struct life_application *application, struct jy_fault *fault)
{
    json_t *item;
    size_t i;
    jy_err rc;

    json_array_foreach(application->checklist, i, item) {
        char path[256], text[256];
        if (!json_is_true(json_object_get(item, "required")))
            continue;
        snprintf(path, sizeof(path), "/api/v1/applications/%s/materials/%s", application->id, life_member(item, "code"));
        snprintf(text, sizeof(text), "demonstration material: %s\n", life_member(item, "zh"));
        if ((rc = life_call(life, &life->agent, "PUT", path, NULL, jy_slice_text(text), NULL, NULL, NULL, fault)) != JY_OK)
            return rc;
    }
    return JY_OK;
}

static jy_err
application_step(struct life *life, const struct life_person *who, const struct life_application *application, const char *step, json_t *body,
                 json_t **answer, struct jy_fault *fault)
{
    char path[256];

    snprintf(path, sizeof(path), "/api/v1/applications/%s/%s", application->id, step);
    return life_ask(life, who, "POST", path, body, NULL, answer, fault);
}

jy_err
life_submit(struct life *life, const struct life_application *application, struct jy_fault *fault)
{
    return application_step(life, &life->agent, application, "submit", json_object(), NULL, fault);
}

jy_err
life_accept(struct life *life, const struct life_application *application, struct jy_fault *fault)
{
    json_t *seen = json_array(), *item;
    size_t i;

    json_array_foreach(application->checklist, i, item)
        if (json_is_true(json_object_get(item, "required")))
            json_array_append_new(seen, json_string(life_member(item, "code")));
    return application_step(life, &life->maker, application, "accept", json_pack("{s:o}", "originals_seen", seen), NULL, fault);
}

static jy_err
make(struct life *life, const struct life_application *application, json_t **answer, struct jy_fault *fault)
{
    char sealed[2048];
    jy_err rc;

    if (life->next_seal_id[0] == '\0' && (rc = life_fresh_id(life->next_seal_id)) != JY_OK)
        return rc;
    if ((rc = life_seal_pin(life, "make", life->next_seal_id, life->maker_pin, NULL, sealed, sizeof(sealed), fault)) != JY_OK ||
        (rc = application_step(life, &life->maker, application, "seal", json_pack("{s:s, s:s}", "seal_id", life->next_seal_id, "sealed", sealed), answer,
                               fault)) != JY_OK)
        return rc;
    life_copy(life->seal_id, sizeof(life->seal_id), life->next_seal_id);
    life_copy(life->seal_pin, sizeof(life->seal_pin), life_member(*answer, "activation_code"));
    life->next_seal_id[0] = '\0';
    return JY_OK;
}

jy_err
life_perform(struct life *life, const struct life_application *application, json_t **answer, struct jy_fault *fault)
{
    const struct application_type *type = application_type_by_code(application->type);
    char sealed[2048];
    jy_err rc;

    if (type->makes)
        return make(life, application, answer, fault);
    if (type->bit != TYPE_RESUMPTION)
        return application_step(life, &life->maker, application, "carry-out", json_object(), answer, fault);
    rc = life_seal_pin(life, "unfreeze", life->seal_id, life->seal_pin, NULL, sealed, sizeof(sealed), fault);
    return rc != JY_OK ? rc : application_step(life, &life->custodian, application, "resume", json_pack("{s:s}", "sealed", sealed), answer, fault);
}

/* The simplest flow: one approver for everything, a year long (R16.1). */
static jy_err
set_flow(struct life *life, struct jy_fault *fault)
{
    struct jy_flow *flow = calloc(1, sizeof(*flow));
    struct jy_buf der = { 0 }, text = { 0 };
    char sealed[2048], path[256], object[JY_ORDER_OBJECT_SIZE];
    jy_err rc = flow == NULL ? JY_E_NOMEM : JY_OK;

    if (rc != JY_OK)
        goto out;
    life_copy(flow->seal_key_id, sizeof(flow->seal_key_id), life->seal_id);
    flow->number = 1;
    flow->valid_from = jy_now() - 60;
    flow->valid_to = jy_now() + 365 * 86400;
    flow->path_count = flow->paths[0].step_count = flow->paths[0].steps[0].needed = flow->paths[0].steps[0].approver_count = 1;
    flow->paths[0].amount_max_fen = -1;
    life_copy(flow->paths[0].steps[0].name, sizeof(flow->paths[0].steps[0].name), "审批");
    life_copy(flow->paths[0].steps[0].approvers[0], sizeof(flow->paths[0].steps[0].approvers[0]), life->approver.approver_key_id);
    if ((rc = jy_flow_encode(flow, &der)) != JY_OK || (rc = jy_base64_encode(jy_buf_slice(&der), &text)) != JY_OK ||
        (rc = jy_stamp_order_object(jy_buf_slice(&der), object)) != JY_OK ||
        (rc = life_seal_pin(life, "flow", object, life->seal_pin, NULL, sealed, sizeof(sealed), fault)) != JY_OK)
        goto out;
    snprintf(path, sizeof(path), "/api/v1/seals/%s/flow", life->seal_id);
    rc = life_ask(life, &life->custodian, "PUT", path, json_pack("{s:s%, s:s}", "flow", text.p, text.len, "sealed", sealed), NULL, NULL, fault);
out:
    free(flow);
    jy_buf_free(&der);
    jy_buf_free(&text);
    return rc;
}

/* The agent may ask for stamps of every kind of document. */
static jy_err
permit_agent(struct life *life, struct jy_fault *fault)
{
    json_t *me = NULL;
    char path[256];
    jy_err rc;

    if ((rc = life_get(life, &life->agent, "/api/v1/session", &me, fault)) != JY_OK)
        return rc;
    snprintf(path, sizeof(path), "/api/v1/seals/%s/permissions", life->seal_id);
    rc = life_ask(life, &life->custodian, "POST", path, json_pack("{s:s, s:[s]}", "person_id", life_member(me, "person_id"), "categories", "*"), NULL, NULL,
                  fault);
    json_decref(me);
    return rc;
}

/* A position seal and a renewed one have theirs already. */
static jy_err
name_custodian(struct life *life, const char *person_id, struct jy_fault *fault)
{
    char path[256];
    json_t *seal = NULL;
    jy_err rc;

    snprintf(path, sizeof(path), "/api/v1/seals/%s", life->seal_id);
    if ((rc = life_get(life, &life->agent, path, &seal, fault)) == JY_OK && life_member(seal, "custodian_id")[0] == '\0') {
        snprintf(path, sizeof(path), "/api/v1/seals/%s/custodian", life->seal_id);
        rc = life_ask(life, &life->agent, "POST", path, json_pack("{s:s}", "person_id", person_id), NULL, NULL, fault);
    }
    json_decref(seal);
    return rc;
}

jy_err
life_hand_over(struct life *life, struct jy_fault *fault)
{
    char object[161], own[65];
    json_t *me = NULL;
    jy_err rc;

    if ((rc = life_get(life, &life->custodian, "/api/v1/session", &me, fault)) != JY_OK)
        return rc;
    snprintf(object, sizeof(object), "%s/%s", life->seal_id, life_member(me, "person_id"));
    rc = name_custodian(life, life_member(me, "person_id"), fault);
    json_decref(me);
    if (rc != JY_OK || (rc = life_fresh_pin(own)) != JY_OK ||
        (rc = life_change_pin(life, &life->custodian, life->seal_id, object, life->seal_pin, own, fault)) != JY_OK)
        return rc;
    life_copy(life->seal_pin, sizeof(life->seal_pin), own);
    return (rc = set_flow(life, fault)) == JY_OK ? permit_agent(life, fault) : rc;
}

static jy_err
seal_step(struct life *life, const struct life_person *who, const char *step, json_t *body, struct jy_fault *fault)
{
    char path[256];

    snprintf(path, sizeof(path), "/api/v1/seals/%s/%s", life->seal_id, step);
    return life_ask(life, who, "POST", path, body, NULL, NULL, fault);
}

jy_err
life_freeze(struct life *life, const char *reason, struct jy_fault *fault)
{
    return seal_step(life, &life->custodian, "freeze", json_pack("{s:s}", "reason", reason), fault);
}

jy_err
life_unfreeze(struct life *life, struct jy_fault *fault)
{
    char sealed[2048];
    jy_err rc = life_seal_pin(life, "unfreeze", life->seal_id, life->seal_pin, NULL, sealed, sizeof(sealed), fault);

    return rc != JY_OK ? rc : seal_step(life, &life->custodian, "unfreeze", json_pack("{s:s}", "sealed", sealed), fault);
}

jy_err
life_cancel(struct life *life, const char *reason, struct jy_fault *fault)
{
    struct life_application application;
    json_t *answer = NULL;
    jy_err rc;

    if ((rc = life_apply(life, "cancellation", reason, &application, fault)) == JY_OK &&
        (rc = life_upload_materials(life, &application, fault)) == JY_OK && (rc = life_submit(life, &application, fault)) == JY_OK &&
        (rc = life_accept(life, &application, fault)) == JY_OK)
        rc = life_perform(life, &application, &answer, fault);
    json_decref(answer);
    life_application_free(&application);
    return rc;
}

jy_err
life_status(struct life *life, jy_time at, char state[33], struct jy_fault *fault)
{
    char path[256], when[21];
    json_t *answer = NULL;
    jy_err rc;

    jy_time_rfc3339(at, when);
    snprintf(path, sizeof(path), "/api/v1/seals/%s/status?at=%s", life->seal_id, when);
    if ((rc = life_get(life, NULL, path, &answer, fault)) == JY_OK)
        snprintf(state, 33, "%s", life_member(answer, "state"));
    json_decref(answer);
    return rc;
}
