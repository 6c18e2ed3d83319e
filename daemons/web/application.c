/* SPDX-License-Identifier: Apache-2.0 */
/* Applications: facts → checklist (R9) → materials → submission with the physical seal looked up (R8.1) → acceptance by a maker (R13.2). */
#include "daemons/web/route.h"
#include "codec/text.h"

#include <stdio.h>
#include <string.h>

static const struct column application_columns[] = {
    { "application_id", COL_TEXT }, { "organization_id", COL_TEXT }, { "organization_name", COL_TEXT }, { "uscc", COL_TEXT }, { "district", COL_TEXT },
    { "agent_id", COL_TEXT }, { "seal_kind", COL_TEXT }, { "seal_name", COL_TEXT }, { "physical_seal_code", COL_TEXT }, { "has_superior", COL_BOOL },
    { "by_agent", COL_BOOL }, { "foreign_script", COL_BOOL }, { "agent_id_number_wrapped", COL_BASE64 }, { "agent_phone_wrapped", COL_BASE64 },
    { "state", COL_TEXT }, { "maker_id", COL_TEXT }, { "seal_id", COL_TEXT }, { "reason", COL_TEXT }, { "created", COL_TIME }, { "updated", COL_TIME },
    { NULL, COL_TEXT },
};
static const struct column list_columns[] = {
    { "seq", COL_INT }, { "application_id", COL_TEXT }, { "organization_id", COL_TEXT }, { "organization_name", COL_TEXT }, { "seal_kind", COL_TEXT },
    { "seal_name", COL_TEXT }, { "physical_seal_code", COL_TEXT }, { "state", COL_TEXT }, { "maker_id", COL_TEXT }, { "seal_id", COL_TEXT },
    { "created", COL_TIME }, { "updated", COL_TIME }, { NULL, COL_TEXT },
};
static const struct column material_columns[] = { { "code", COL_TEXT }, { "digest", COL_HEX }, { "original_seen_by", COL_TEXT }, { NULL, COL_TEXT } };

static jy_err
find_application(struct exchange *x, json_t **out, struct jy_fault *fault)
{
    return find_row(x, SQL_APPLICATION_BY_ID, BINDS(B_TEXT("application_id", x->id), SCOPE_ANYWHERE(x)), application_columns, out, fault);
}

static struct application_facts
facts_of(const json_t *application)
{
    return (struct application_facts){
        .type = application_type_by_code("issue"),
        .kind = seal_kind_by_code(member(application, "seal_kind")),
        .has_superior = json_is_true(json_object_get(application, "has_superior")),
        .by_agent = json_is_true(json_object_get(application, "by_agent")),
        .foreign_script = json_is_true(json_object_get(application, "foreign_script")),
    };
}

static const json_t *
material_with(const json_t *materials, const char *code)
{
    size_t i;
    json_t *m;

    json_array_foreach((json_t *)(uintptr_t)materials, i, m)
        if (strcmp(member(m, "code"), code) == 0)
            return m;
    return NULL;
}

/* Every rule that asks for something, against the facts and what was uploaded; materials may be NULL. */
static json_t *
checklist(const struct application_facts *facts, const json_t *materials)
{
    json_t *list = json_array();
    size_t count;
    const struct material_rule *rules = material_rules(&count);

    for (size_t i = 0; i < count; i++) {
        const json_t *m = material_with(materials, rules[i].code);
        if (material_required(&rules[i], facts))
            json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:b, s:b, s:b, s:b}", "code", rules[i].code, "zh", rules[i].zh, "en", rules[i].en,
                                                  "clause", rules[i].clause, "required", 1, "uploaded", m != NULL, "original_needed",
                                                  rules[i].original_seen, "original_seen", json_is_string(json_object_get(m, "original_seen_by"))));
    }
    return list;
}

/* -- create and look -- */

struct application_insert { struct exchange *x; char id[WEB_ID_SIZE]; struct jy_buf id_number, phone; };

static jy_err
insert_application(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct application_insert *a = arg;
    struct exchange *x = a->x;

    return rows_run(tx, SQL_APPLICATION_INSERT,
                    BINDS(B_TEXT("application_id", a->id), B_TEXT("organization_id", x->actor.organization_id), B_TEXT("agent_id", x->actor.person_id),
                          B_TEXT("seal_kind", in_text(x, "seal_kind")), B_TEXT("seal_name", in_text(x, "seal_name")),
                          B_TEXT("physical_seal_code", in_text(x, "physical_seal_code")), B_INT("has_superior", in_bool(x, "has_superior")),
                          B_INT("by_agent", in_bool(x, "by_agent")), B_INT("foreign_script", in_bool(x, "foreign_script")),
                          B_BLOB("agent_id_number_wrapped", jy_buf_slice(&a->id_number)), B_BLOB("agent_phone_wrapped", jy_buf_slice(&a->phone)),
                          B_TEXT("state", "DRAFT"), B_INT("now", x->now)), NULL, fault);
}

jy_err
application_create(struct exchange *x, struct jy_fault *fault)
{
    struct application_insert a = { .x = x };
    struct application_facts facts = facts_of(x->input);
    int digits = (int)jy_room_config_int(x->web->room, "seal_code_pattern_digits");
    jy_err rc;

    if (!seal_code_is_valid(in_text(x, "physical_seal_code"), digits))
        return jy_fail(fault, JY_E_BAD_FIELD, "physical_seal_code", 0, "a seal code has %d digits", digits);
    if ((rc = fresh_id(a.id)) != JY_OK || (rc = personal_wrap(x->web, a.id, "agent_id_number", in_text(x, "agent_id_number"), &a.id_number)) != JY_OK ||
        (rc = personal_wrap(x->web, a.id, "agent_phone", in_text(x, "agent_phone"), &a.phone)) != JY_OK ||
        (rc = answer_json(x, 201, json_pack("{s:s, s:s, s:o}", "application_id", a.id, "state", "DRAFT", "checklist", checklist(&facts, NULL)))) != JY_OK)
        goto out;
    PUT(x->object, a.id);
    rc = commit(x, insert_application, &a, fault);
out:
    jy_buf_free(&a.id_number);
    jy_buf_free(&a.phone);
    return rc;
}

jy_err
application_list(struct exchange *x, struct jy_fault *fault)
{
    struct page page;
    json_t *rows = NULL;
    jy_err rc;

    if ((rc = page_read(x, &page, fault)) == JY_OK &&
        (rc = find_rows(x, SQL_APPLICATION_LIST, BINDS(B_INT("before", page.before), B_INT("limit", page.limit), SCOPE_ANYWHERE(x)), list_columns, &rows,
                        fault)) == JY_OK)
        rc = answer_page(x, &page, rows);
    return rc;
}

/* A wrapped column is shown masked under its plain name (R25.1). */
static jy_err
show_masked(const struct exchange *x, json_t *application, const char *column, const char *wrapped)
{
    struct jy_buf text = { 0 };
    char masked[64];
    jy_err rc = personal_unwrap(x->web, x->id, column, member(application, wrapped), &text);

    if (rc == JY_OK && (rc = jy_buf_byte(&text, 0)) == JY_OK) {
        personal_mask((const char *)text.p, masked, sizeof(masked));
        json_object_set_new(application, column, json_string(masked));
        json_object_del(application, wrapped);
    }
    jy_buf_wipe(&text);
    return rc;
}

jy_err
application_show(struct exchange *x, struct jy_fault *fault)
{
    json_t *application = NULL, *materials = NULL;
    struct application_facts facts;
    jy_err rc;

    if ((rc = find_application(x, &application, fault)) == JY_OK &&
        (rc = find_rows(x, SQL_MATERIAL_LIST, BINDS(B_TEXT("application_id", x->id)), material_columns, &materials, fault)) == JY_OK &&
        (rc = show_masked(x, application, "agent_id_number", "agent_id_number_wrapped")) == JY_OK &&
        (rc = show_masked(x, application, "agent_phone", "agent_phone_wrapped")) == JY_OK) {
        facts = facts_of(application);
        json_object_set_new(application, "checklist", checklist(&facts, materials));
        rc = answer_json(x, 200, json_incref(application));
    }
    json_decref(materials);
    json_decref(application);
    return rc;
}

/* -- materials -- */

static jy_err
write_material(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct exchange *x = arg;

    return rows_run(tx, SQL_MATERIAL_PUT, BINDS(B_TEXT("application_id", x->id), B_TEXT("code", x->code),
                                                B_BLOB("digest", JY_SLICE(x->upload_digest, JY_SM3_SIZE)), B_INT("size", (int64_t)x->upload_size),
                                                B_INT("now", x->now)), NULL, fault);
}

jy_err
material_put(struct exchange *x, struct jy_fault *fault)
{
    char digest[2 * JY_SM3_SIZE + 1];
    struct application_facts facts;
    json_t *application = NULL;
    jy_err rc;

    if (x->upload_size == 0)
        return jy_fail(fault, JY_E_EMPTY_FILE, x->code, 0, "nothing was sent");
    if ((rc = find_application(x, &application, fault)) != JY_OK)
        return rc;
    facts = facts_of(application);
    if (material_of(&facts, x->code) == NULL)
        rc = jy_fail(fault, JY_E_NOT_FOUND, "code", 0, "%s is not a material of this application", x->code);
    else if (strcmp(member(application, "state"), "DRAFT") != 0 && strcmp(member(application, "state"), "CORRECTION") != 0)
        rc = jy_fail(fault, JY_E_BAD_STATE, "state", 0, "materials are brought to a draft or a correction, not in state %s", member(application, "state"));
    else {
        jy_hex(JY_SLICE(x->upload_digest, JY_SM3_SIZE), digest);
        if ((rc = blob_keep(x->web, x->upload, x->upload_digest, fault)) == JY_OK &&
            (rc = answer_json(x, 201, json_pack("{s:s, s:I}", "digest", digest, "size", (json_int_t)x->upload_size))) == JY_OK)
            rc = commit(x, write_material, x, fault);
    }
    json_decref(application);
    return rc;
}

/* -- moves -- */

struct application_move {
    struct exchange *x;
    const char *from, *to, *maker_id, *reason;
    bool statutory;                        /* R14.1 is asked in the same transaction */
    const json_t *seen;                    /* codes whose originals were seen */
    const char *organization_id;
};

static const struct column living_columns[] = { { "living", COL_INT }, { NULL, COL_TEXT } };

static jy_err
move_application(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct application_move *m = arg;
    int64_t living;
    json_t *row = NULL, *code;
    size_t i;
    jy_err rc;

    if (m->statutory) {
        if ((rc = rows_first(tx, SQL_SEAL_LIVING_STATUTORY, BINDS(B_TEXT("organization_id", m->organization_id)), living_columns, &row, fault)) != JY_OK)
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
    return move_row(tx, SQL_APPLICATION_SET_STATE,
                          BINDS(B_TEXT("to", m->to), B_TEXT("maker_id", m->maker_id), B_TEXT("seal_id", NULL), B_TEXT("reason", m->reason),
                                B_INT("now", m->x->now), B_TEXT("application_id", m->x->id), B_TEXT("from", m->from)), fault);
}

static jy_err
move(struct application_move *m, const json_t *application, const char *event, struct jy_fault *fault)
{
    jy_err rc;

    m->from = member(application, "state");
    if ((rc = state_after(application_moves, m->from, event, &m->to, fault)) != JY_OK ||
        (rc = answer_json(m->x, 200, json_pack("{s:s}", "state", m->to))) != JY_OK)
        return rc;
    return commit(m->x, move_application, m, fault);
}

/* R9: every required material is there; the fault names the first that is not. */
static jy_err
materials_complete(const json_t *application, const json_t *materials, struct jy_fault *fault)
{
    struct application_facts facts = facts_of(application);
    size_t count;
    const struct material_rule *rules = material_rules(&count);

    for (size_t i = 0; i < count; i++)
        if (material_required(&rules[i], &facts) && material_with(materials, rules[i].code) == NULL)
            return jy_fail(fault, JY_E_MATERIAL_MISSING, rules[i].code, 0, "%s %s (%s)", rules[i].zh, rules[i].en, rules[i].clause);
    return JY_OK;
}

jy_err
application_submit(struct exchange *x, struct jy_fault *fault)
{
    struct jy_msg_LINK_PHYSICAL_SEAL ask = { { 0 } };
    struct application_move m = { .x = x };
    json_t *application = NULL, *materials = NULL;
    struct physical_seal_facts facts;
    struct jy_frame found = { 0 };
    const char *to;
    jy_err rc;

    if ((rc = find_application(x, &application, fault)) != JY_OK ||
        (rc = state_after(application_moves, member(application, "state"), "submit", &to, fault)) != JY_OK ||
        (rc = find_rows(x, SQL_MATERIAL_LIST, BINDS(B_TEXT("application_id", x->id)), material_columns, &materials, fault)) != JY_OK ||
        (rc = materials_complete(application, materials, fault)) != JY_OK)
        goto out;
    PUT(ask.seal_code, member(application, "physical_seal_code"));
    if ((rc = ask_link(x->web, JY_MSG_LINK_PHYSICAL_SEAL, &ask, &found, fault)) != JY_OK)
        goto out;
    facts = (struct physical_seal_facts){
        found.u.LINK_PHYSICAL_SEAL_FOUND.found != 0, found.u.LINK_PHYSICAL_SEAL_FOUND.uscc, found.u.LINK_PHYSICAL_SEAL_FOUND.name,
        found.u.LINK_PHYSICAL_SEAL_FOUND.kind, found.u.LINK_PHYSICAL_SEAL_FOUND.state,
        (int)found.u.LINK_PHYSICAL_SEAL_FOUND.width_mm, (int)found.u.LINK_PHYSICAL_SEAL_FOUND.height_mm,
    };
    if ((rc = physical_seal_fits(&facts, member(application, "uscc"), member(application, "seal_kind"), member(application, "seal_name"), fault)) !=
        JY_OK)
        goto out;
    m.statutory = seal_kind_by_code(member(application, "seal_kind"))->one_per_organization;
    m.organization_id = member(application, "organization_id");
    rc = move(&m, application, "submit", fault);
out:
    jy_frame_free(&found);
    json_decref(materials);
    json_decref(application);
    return rc;
}

static jy_err
simple_move(struct exchange *x, const char *event, struct jy_fault *fault)
{
    struct application_move m = { .x = x, .reason = in_text(x, "reason"), .maker_id = x->scope.maker };
    json_t *application = NULL;
    jy_err rc;

    if ((rc = find_application(x, &application, fault)) == JY_OK)
        rc = move(&m, application, event, fault);
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

static const struct column licence_columns[] = { { "state", COL_TEXT }, { "valid_from", COL_INT }, { "valid_to", COL_INT }, { NULL, COL_TEXT } };

/* R13.2: the maker has seen the original of every required material that has one; R7.1: and its licence is valid. */
jy_err
application_accept(struct exchange *x, struct jy_fault *fault)
{
    struct application_move m = { .x = x, .maker_id = x->actor.maker_id, .seen = json_object_get(x->input, "originals_seen") };
    json_t *application = NULL, *licence = NULL;
    struct application_facts facts;
    size_t count;
    const struct material_rule *rules = material_rules(&count);
    jy_err rc;

    if ((rc = find_row(x, SQL_MAKER_BY_ID, BINDS(B_TEXT("maker_id", x->actor.maker_id), SCOPE_CITY(x), SCOPE_MAKER(x)), licence_columns, &licence,
                       fault)) != JY_OK ||
        (rc = maker_may_make(member(licence, "state"), json_integer_value(json_object_get(licence, "valid_from")),
                             json_integer_value(json_object_get(licence, "valid_to")), x->now, fault)) != JY_OK ||
        (rc = find_application(x, &application, fault)) != JY_OK)
        goto out;
    facts = facts_of(application);
    for (size_t i = 0; i < count; i++)
        if (material_required(&rules[i], &facts) && rules[i].original_seen && !holds(m.seen, rules[i].code)) {
            rc = jy_fail(fault, JY_E_ORIGINAL_NOT_SEEN, rules[i].code, 0, "%s (%s)", rules[i].zh, rules[i].clause);
            goto out;
        }
    rc = move(&m, application, "accept", fault);
out:
    json_decref(licence);
    json_decref(application);
    return rc;
}
