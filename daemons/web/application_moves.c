/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happens to an application: submitted with the physical seal looked up (R8.1), accepted by a maker who saw the originals (R13.2), refused,
 * sent back (补正), withdrawn, carried out. What ends with a new seal is carried out by making it: making.c.
 */
#include "codec/text.h"
#include "daemons/web/application.h"
#include "daemons/web/route.h"
#include "daemons/web/seal.h"

#include <stdio.h>
#include <string.h>

/* -- the one way to move an application -- */

/* How long a state may last, by configuration key; a state that is not here is an end. */
static const struct { const char *state, *days; } deadlines[] = {
    { "DRAFT", "application_draft_days" }, { "CORRECTION", "application_correction_days" }, { "SUBMITTED", "application_answer_days" },
    { "ACCEPTED", "application_making_days" },
};

jy_time
application_deadline(const struct web *web, const char *state, jy_time now)
{
    for (size_t i = 0; i < sizeof(deadlines) / sizeof(deadlines[0]); i++)
        if (strcmp(deadlines[i].state, state) == 0)
            return now + 86400 * jy_room_config_int(web->room, deadlines[i].days);
    return 0;
}

struct application_change
application_change_of(const struct exchange *x, const json_t *application, const char *event)
{
    return (struct application_change){ .web = x->web, .application_id = x->id, .from = member(application, "state"), .event = event,
                                        .actor_id = x->actor.person_id, .maker_id = x->scope.maker, .at = x->now };
}

jy_err
application_change(struct db_tx *tx, struct application_change *c, struct jy_fault *fault)
{
    jy_err rc;

    if ((rc = state_after(application_moves, c->from, c->event, &c->to, fault)) != JY_OK ||
        (rc = move_row(tx, SQL_APPLICATION_SET_STATE,
                       BINDS(B_TEXT("to", c->to), B_TEXT("maker_id", c->maker_id), B_TEXT("accepted_by", c->accepted_by), B_TEXT("seal_id", c->seal_id),
                             B_TEXT("reason", c->reason), B_INT("deadline", application_deadline(c->web, c->to, c->at)), B_INT("now", c->at),
                             B_TEXT("application_id", c->application_id), B_TEXT("from", c->from)), fault)) != JY_OK)
        return rc;
    return rows_run(tx, SQL_APPLICATION_EVENT_INSERT,
                    BINDS(B_TEXT("application_id", c->application_id), B_INT("now", c->at), B_TEXT("event", c->event), B_TEXT("state", c->to),
                          B_TEXT("actor_id", c->actor_id), B_TEXT("reason", c->reason)), NULL, fault);
}

/* -- what must hold at submission and once more when it is carried out -- */

static const struct column present_columns[] = {
    { "seal_id", COL_TEXT }, { "es_id", COL_TEXT }, { "seal_code", COL_TEXT }, { "organization_id", COL_TEXT }, { "district", COL_TEXT },
    { "kind", COL_TEXT }, { "name", COL_TEXT }, { "state", COL_TEXT }, { "valid_to", COL_INT }, { "certificate_serial", COL_TEXT },
    { "impression_digest", COL_HEX }, { "custodian_id", COL_TEXT }, { NULL, COL_TEXT },
};

jy_err
application_present_seal(struct exchange *x, const json_t *application, json_t **out, struct jy_fault *fault)
{
    const struct application_type *type = application_type_by_code(member(application, "type"));
    const char *to;
    jy_err rc;

    *out = NULL;
    if (type->seal_event == NULL)
        return JY_OK;
    if ((rc = find_row(x, SQL_SEAL_OF_APPLICATION, BINDS(B_TEXT("application_id", x->id)), present_columns, out, fault)) == JY_OK &&
        (rc = state_after(seal_moves, member(*out, "state"), type->seal_event, &to, fault)) == JY_OK && type->bit == TYPE_RENEWAL)
        rc = renewal_is_due(json_integer_value(json_object_get(*out, "valid_to")), x->now, fault);
    return rc;
}

jy_err
application_physical_seal(struct exchange *x, const json_t *application, const json_t *present, struct jy_frame *found, uint8_t digest[JY_SM3_SIZE],
                          struct jy_fault *fault)
{
    struct jy_msg_LINK_PHYSICAL_SEAL ask = { { 0 } };
    const struct jy_msg_LINK_PHYSICAL_SEAL_FOUND *p = &found->u.LINK_PHYSICAL_SEAL_FOUND;
    struct physical_seal_facts facts;
    char hex[2 * JY_SM3_SIZE + 1];
    jy_err rc;

    PUT(ask.seal_code, member(application, "physical_seal_code"));
    if ((rc = ask_counterpart(x->web, JY_MSG_LINK_PHYSICAL_SEAL, &ask, found, fault)) != JY_OK)
        return rc;
    facts = (struct physical_seal_facts){ p->found != 0, p->uscc, p->name, p->kind, p->state, (int)p->width_mm, (int)p->height_mm };
    if ((rc = physical_seal_fits(&facts, member(application, "uscc"), member(application, "seal_kind"), member(application, "seal_name"), fault)) !=
        JY_OK || (rc = jy_sm3(p->picture, digest)) != JY_OK)
        return rc;
    jy_hex(JY_SLICE(digest, JY_SM3_SIZE), hex);
    if (strcmp(member(application, "type"), "renewal") == 0 && strcmp(hex, member(present, "impression_digest")) != 0)
        return jy_fail(fault, JY_E_PICTURE_CHANGED, "physical_seal_code", 0, "the present seal's picture is %.16s…, the impression's now %.16s…",
                       member(present, "impression_digest"), hex);
    return JY_OK;
}

static const struct column licence_columns[] = { { "state", COL_TEXT }, { "valid_from", COL_INT }, { "valid_to", COL_INT }, { NULL, COL_TEXT } };

jy_err
maker_is_licensed(struct exchange *x, struct jy_fault *fault)
{
    json_t *licence = NULL;
    jy_err rc = find_row(x, SQL_MAKER_BY_ID, BINDS(B_TEXT("maker_id", x->actor.maker_id), SCOPE_CITY(x), SCOPE_MAKER(x)), licence_columns, &licence, fault);

    if (rc == JY_OK)
        rc = maker_may_make(member(licence, "state"), json_integer_value(json_object_get(licence, "valid_from")),
                            json_integer_value(json_object_get(licence, "valid_to")), x->now, fault);
    json_decref(licence);
    return rc;
}

/* -- submitted, accepted, refused, sent back, withdrawn -- */

struct application_move {
    struct application_change change;
    struct exchange *x;
    bool statutory;                        /* R14.1 is asked in the same transaction */
    const char *organization_id, *present_seal_id;
    const json_t *seen;                    /* codes whose originals were seen */
};

static const struct column living_columns[] = { { "living", COL_INT }, { NULL, COL_TEXT } };

static jy_err
move_application(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct application_move *m = arg;
    json_t *row = NULL, *code;
    int64_t living;
    size_t i;
    jy_err rc;

    if (m->statutory) {
        if ((rc = rows_first(tx, SQL_SEAL_LIVING_STATUTORY, BINDS(B_TEXT("organization_id", m->organization_id),
                                                                  B_TEXT("present_seal_id", m->present_seal_id)), living_columns, &row, fault)) != JY_OK)
            return rc;
        living = json_integer_value(json_object_get(row, "living"));
        json_decref(row);
        if (living > 0)
            return jy_fail(fault, JY_E_SECOND_STATUTORY_SEAL, "seal_kind", 0, "the present one must be cancelled first (R14.1)");
    }
    json_array_foreach((json_t *)(uintptr_t)m->seen, i, code)
        if ((rc = rows_run(tx, SQL_MATERIAL_SEEN, BINDS(B_TEXT("person_id", m->x->actor.person_id), B_TEXT("application_id", m->x->id),
                                                        B_TEXT("code", json_string_value(code))), NULL, fault)) != JY_OK)
            return rc;
    return application_change(tx, &m->change, fault);
}

static jy_err
move(struct application_move *m, struct jy_fault *fault)
{
    jy_err rc;

    if ((rc = state_after(application_moves, m->change.from, m->change.event, &m->change.to, fault)) != JY_OK ||
        (rc = answer_json(m->x, 200, json_pack("{s:s}", "state", m->change.to))) != JY_OK)
        return rc;
    return commit(m->x, move_application, m, fault);
}

/* R9, R10, R20–R23: every material is there; the fault names the first that is not. */
static jy_err
materials_complete(const json_t *application, const json_t *materials, struct jy_fault *fault)
{
    struct application_facts facts = application_facts_of(application);
    size_t count;
    const struct material_rule *rules = material_rules(&count);

    for (size_t i = 0; i < count; i++)
        if (material_required(&rules[i], &facts) && material_with(materials, rules[i].code) == NULL)
            return jy_fail(fault, JY_E_MATERIAL_MISSING, rules[i].code, 0, "%s %s (%s)", rules[i].zh, rules[i].en, rules[i].clause);
    return JY_OK;
}

/*
 * R8.1: physical seal first; where the national rule of 2025 is followed instead (configuration), one that is not registered yet may follow. What is
 * registered must fit all the same, and making (making.c) fetches the impression in any case: no picture, no seal (R11.2).
 */
static bool
may_precede_physical_seal(const struct exchange *x, const struct application_facts *facts)
{
    return !jy_room_config_bool(x->web->room, "physical_seal_first") && (facts->type->bit & (TYPE_ISSUE | TYPE_REISSUE)) != 0;
}

jy_err
application_submit(struct exchange *x, struct jy_fault *fault)
{
    json_t *application = NULL, *materials = NULL, *present = NULL;
    struct application_move m = { .x = x };
    struct jy_frame found = { 0 };
    struct application_facts facts;
    uint8_t digest[JY_SM3_SIZE];
    const char *to;
    jy_err rc;

    if ((rc = application_find(x, &application, fault)) != JY_OK ||
        (rc = state_after(application_moves, member(application, "state"), "submit", &to, fault)) != JY_OK ||
        (rc = application_materials(x, &materials, fault)) != JY_OK || (rc = materials_complete(application, materials, fault)) != JY_OK ||
        (rc = application_present_seal(x, application, &present, fault)) != JY_OK)
        goto out;
    facts = application_facts_of(application);
    if (facts.type->makes && (rc = application_physical_seal(x, application, present, &found, digest, fault)) != JY_OK &&
        !(rc == JY_E_PHYSICAL_SEAL_UNKNOWN && may_precede_physical_seal(x, &facts)))
        goto out;
    m.change = application_change_of(x, application, "submit");
    m.statutory = facts.type->makes && facts.kind->one_per_organization;
    m.organization_id = member(application, "organization_id");
    m.present_seal_id = json_string_value(json_object_get(application, "present_seal_id"));
    rc = move(&m, fault);
out:
    jy_frame_free(&found);
    json_decref(present);
    json_decref(materials);
    json_decref(application);
    return rc;
}

static jy_err
simple_move(struct exchange *x, const char *event, struct jy_fault *fault)
{
    struct application_move m = { .x = x };
    json_t *application = NULL;
    jy_err rc;

    if ((rc = application_find(x, &application, fault)) == JY_OK) {
        m.change = application_change_of(x, application, event);
        m.change.reason = in_text(x, "reason");
        rc = move(&m, fault);
    }
    json_decref(application);
    return rc;
}

jy_err
application_withdraw(struct exchange *x, struct jy_fault *fault)
{
    return simple_move(x, "withdraw", fault);
}

jy_err
application_refuse(struct exchange *x, struct jy_fault *fault)
{
    return simple_move(x, "refuse", fault);
}

jy_err
application_correct(struct exchange *x, struct jy_fault *fault)
{
    return simple_move(x, "correct", fault);
}

static bool
holds(const json_t *list, const char *text)
{
    size_t i;
    json_t *item;

    json_array_foreach((json_t *)(uintptr_t)list, i, item)
        if (strcmp(json_string_value(item), text) == 0)
            return true;
    return false;
}

/* R13.2: the maker has seen the original of every material that has one; R7.1: and its licence is valid. */
jy_err
application_accept(struct exchange *x, struct jy_fault *fault)
{
    struct application_move m = { .x = x, .seen = json_object_get(x->input, "originals_seen") };
    json_t *application = NULL, *present = NULL;
    struct application_facts facts;
    size_t count;
    const struct material_rule *rules = material_rules(&count);
    jy_err rc;

    if ((rc = maker_is_licensed(x, fault)) != JY_OK || (rc = application_find(x, &application, fault)) != JY_OK ||
        (rc = application_present_seal(x, application, &present, fault)) != JY_OK)
        goto out;
    facts = application_facts_of(application);
    for (size_t i = 0; i < count; i++)
        if (material_required(&rules[i], &facts) && rules[i].original_seen && !holds(m.seen, rules[i].code)) {
            rc = jy_fail(fault, JY_E_ORIGINAL_NOT_SEEN, rules[i].code, 0, "%s (%s)", rules[i].zh, rules[i].clause);
            goto out;
        }
    m.change = application_change_of(x, application, "accept");
    m.change.accepted_by = x->actor.person_id;
    rc = move(&m, fault);
out:
    json_decref(present);
    json_decref(application);
    return rc;
}

/* -- carried out without a new seal: cancellation (R21–R23), suspension and resumption (N1), each filed like the making -- */

struct carrying_out {
    struct application_change application;
    struct seal_change seal;
    const struct cancel_reason *reason;    /* of a cancellation */
    const char *serial;
    struct exchange *x;
};

static jy_err
record_carried_out(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct carrying_out *c = arg;
    jy_err rc;

    if ((rc = application_change(tx, &c->application, fault)) != JY_OK || (rc = seal_change(tx, &c->seal, fault)) != JY_OK ||
        (strcmp(c->seal.event, "resume") == 0 && (rc = holds_end_by_resumption(tx, c->x, c->seal.seal_id, c->seal.at, fault)) != JY_OK) ||
        (c->reason != NULL && (rc = seal_revoke(tx, c->seal.seal_id, c->serial, c->reason->crl_reason, c->seal.at, fault)) != JY_OK))
        return rc;
    return answer_json(c->x, 200, json_pack("{s:s, s:s, s:s}", "state", c->application.to, "seal_state", c->seal.to, "filing_number",
                                            c->seal.filing_number));
}

/* Which type is carried out how: the key room is told first, so that no stamp can come after. */
static jy_err
carry_out(struct exchange *x, const json_t *application, const json_t *seal, const char *key_state, struct jy_slice sealed, struct jy_fault *fault)
{
    const char *description = member(application, "description"), *to;
    const struct application_type *type = application_type_by_code(member(application, "type"));
    struct carrying_out c = { .x = x, .application = application_change_of(x, application, "carry_out"), .serial = member(seal, "certificate_serial") };
    char text[512];
    json_t *facts = NULL;
    jy_err rc;

    if ((rc = state_after(application_moves, c.application.from, "carry_out", &to, fault)) != JY_OK)
        return rc;
    if (type->bit == TYPE_CANCELLATION)
        c.reason = cancel_reason_by_code(member(application, "cancel_reason"));
    snprintf(text, sizeof(text), "%s%s%s", c.reason == NULL ? "" : c.reason->code, c.reason == NULL || description[0] == '\0' ? "" : ": ", description);
    c.seal = seal_change_of(x, seal, type->seal_event, text);
    c.seal.facts = facts = json_pack("{s:s}", "application_id", x->id);
    if (facts == NULL)
        return JY_E_NOMEM;
    if ((rc = seal_key_state(x->web, member(seal, "seal_id"), key_state, sealed, fault)) == JY_OK)
        rc = commit(x, record_carried_out, &c, fault);
    json_decref(facts);
    return rc;
}

static jy_err
must_be_of_type(const json_t *application, unsigned types, const char *what, struct jy_fault *fault)
{
    const struct application_type *type = application_type_by_code(member(application, "type"));

    return (type->bit & types) != 0 ? JY_OK : jy_fail(fault, JY_E_BAD_STATE, "type", 0, "%s is %s", type->code, what);
}

/* By the maker, R21.1 and N1. */
jy_err
application_carry_out(struct exchange *x, struct jy_fault *fault)
{
    json_t *application = NULL, *present = NULL;
    jy_err rc;

    if ((rc = maker_is_licensed(x, fault)) == JY_OK && (rc = application_find(x, &application, fault)) == JY_OK &&
        (rc = must_be_of_type(application, TYPE_CANCELLATION | TYPE_SUSPENSION, "carried out by making a seal, or by the custodian", fault)) == JY_OK &&
        (rc = application_present_seal(x, application, &present, fault)) == JY_OK)
        rc = carry_out(x, application, present, strcmp(member(application, "type"), "cancellation") == 0 ? "cancelled" : "frozen", JY_EMPTY, fault);
    json_decref(present);
    json_decref(application);
    return rc;
}

/* N1, N3: what the maker accepted, the custodian's PIN carries out: nobody else can bring a seal back. */
jy_err
application_resume(struct exchange *x, struct jy_fault *fault)
{
    json_t *application = NULL, *present = NULL;
    struct jy_buf sealed = { 0 };
    jy_err rc;

    if ((rc = application_find(x, &application, fault)) == JY_OK &&
        (rc = must_be_of_type(application, TYPE_RESUMPTION, "not carried out by the custodian", fault)) == JY_OK &&
        (rc = application_present_seal(x, application, &present, fault)) == JY_OK &&
        (rc = seal_must_be_custodian(x, present, fault)) == JY_OK && (rc = holds_permit_resumption(x, member(present, "seal_id"), fault)) == JY_OK &&
        (rc = in_sealed(x, "sealed", &sealed, fault)) == JY_OK)
        rc = carry_out(x, application, present, "live", jy_buf_slice(&sealed), fault);
    jy_buf_free(&sealed);
    json_decref(present);
    json_decref(application);
    return rc;
}
