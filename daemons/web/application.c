/* SPDX-License-Identifier: Apache-2.0 */
/* Applications: facts → checklist (R9, R10, R20–R23) → materials; about no seal (issue) or about one that exists. What happens then: application_moves.c. */
#include "daemons/web/application.h"
#include "daemons/web/route.h"
#include "daemons/web/seal.h"
#include "codec/text.h"

#include <stdio.h>
#include <string.h>

static const struct column application_columns[] = {
    { "application_id", COL_TEXT }, { "organization_id", COL_TEXT }, { "organization_name", COL_TEXT }, { "uscc", COL_TEXT }, { "district", COL_TEXT },
    { "agent_id", COL_TEXT }, { "type", COL_TEXT }, { "present_seal_id", COL_TEXT }, { "seal_kind", COL_TEXT }, { "seal_name", COL_TEXT },
    { "physical_seal_code", COL_TEXT }, { "has_superior", COL_BOOL }, { "by_agent", COL_BOOL }, { "foreign_script", COL_BOOL },
    { "cancel_reason", COL_TEXT }, { "description", COL_TEXT }, { "holder_id", COL_TEXT }, { "scope_categories", COL_TEXT },
    { "scope_amount_max_fen", COL_INT }, { "scope_valid_to", COL_INT }, { "agent_id_number_wrapped", COL_BASE64 },
    { "agent_phone_wrapped", COL_BASE64 }, { "state", COL_TEXT }, { "maker_id", COL_TEXT }, { "accepted_by", COL_TEXT }, { "seal_id", COL_TEXT },
    { "reason", COL_TEXT }, { "deadline", COL_INT }, { "created", COL_TIME }, { "updated", COL_TIME }, { NULL, COL_TEXT },
};
static const struct column list_columns[] = {
    { "seq", COL_INT }, { "application_id", COL_TEXT }, { "organization_id", COL_TEXT }, { "organization_name", COL_TEXT }, { "type", COL_TEXT },
    { "present_seal_id", COL_TEXT }, { "seal_kind", COL_TEXT }, { "seal_name", COL_TEXT }, { "physical_seal_code", COL_TEXT }, { "state", COL_TEXT },
    { "maker_id", COL_TEXT }, { "seal_id", COL_TEXT }, { "created", COL_TIME }, { "updated", COL_TIME }, { NULL, COL_TEXT },
};
static const struct column material_columns[] = { { "code", COL_TEXT }, { "digest", COL_HEX }, { "original_seen_by", COL_TEXT }, { NULL, COL_TEXT } };
static const struct column history_columns[] = {
    { "at", COL_TIME }, { "event", COL_TEXT }, { "state", COL_TEXT }, { "actor_id", COL_TEXT }, { "reason", COL_TEXT }, { NULL, COL_TEXT },
};

jy_err
application_find(struct exchange *x, json_t **out, struct jy_fault *fault)
{
    return find_row(x, SQL_APPLICATION_BY_ID, BINDS(B_TEXT("application_id", x->id), SCOPE_ANYWHERE(x)), application_columns, out, fault);
}

jy_err
application_materials(struct exchange *x, json_t **out, struct jy_fault *fault)
{
    return find_rows(x, SQL_MATERIAL_LIST, BINDS(B_TEXT("application_id", x->id)), material_columns, out, fault);
}

struct application_facts
application_facts_of(const json_t *application)
{
    return (struct application_facts){
        .type = application_type_by_code(member(application, "type")),
        .kind = seal_kind_by_code(member(application, "seal_kind")),
        .cancel_reason = json_string_value(json_object_get(application, "cancel_reason")),
        .has_superior = json_is_true(json_object_get(application, "has_superior")),
        .by_agent = json_is_true(json_object_get(application, "by_agent")),
        .foreign_script = json_is_true(json_object_get(application, "foreign_script")),
    };
}

const json_t *
material_with(const json_t *materials, const char *code)
{
    size_t i;
    json_t *m;

    json_array_foreach((json_t *)(uintptr_t)materials, i, m)
        if (strcmp(member(m, "code"), code) == 0)
            return m;
    return NULL;
}

json_t *
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

/* -- create -- */

/* What a new application says; pointers into the request or the present seal. */
struct draft {
    struct exchange *x;
    char id[WEB_ID_SIZE], scope_categories[512];
    const struct application_type *type;
    const struct seal_kind *kind;
    const char *present_seal_id, *seal_name, *physical_seal_code, *cancel_reason, *holder_id;
    struct position_scope scope;
    struct jy_buf id_number, phone;
};

static jy_err
insert_application(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct draft *d = arg;
    struct exchange *x = d->x;

    return rows_run(tx, SQL_APPLICATION_INSERT,
                    BINDS(B_TEXT("application_id", d->id), B_TEXT("organization_id", x->actor.organization_id), B_TEXT("agent_id", x->actor.person_id),
                          B_TEXT("type", d->type->code), B_TEXT("present_seal_id", d->present_seal_id), B_TEXT("seal_kind", d->kind->code),
                          B_TEXT("seal_name", d->seal_name), B_TEXT("physical_seal_code", d->physical_seal_code),
                          B_INT("has_superior", in_bool(x, "has_superior")), B_INT("by_agent", in_bool(x, "by_agent")),
                          B_INT("foreign_script", in_bool(x, "foreign_script")), B_TEXT("cancel_reason", d->cancel_reason),
                          B_TEXT("description", in_text(x, "description")), B_TEXT("holder_id", d->holder_id),
                          B_TEXT("scope_categories", d->holder_id == NULL ? NULL : d->scope.categories),
                          B_INT("scope_amount_max_fen", d->scope.amount_max_fen), B_INT("scope_valid_to", d->scope.valid_to),
                          B_BLOB("agent_id_number_wrapped", jy_buf_slice(&d->id_number)), B_BLOB("agent_phone_wrapped", jy_buf_slice(&d->phone)),
                          B_TEXT("state", "DRAFT"), B_INT("deadline", application_deadline(x->web, "DRAFT", x->now)), B_INT("now", x->now)), NULL, fault);
}

static jy_err
check_seal_code(const struct exchange *x, const char *code, struct jy_fault *fault)
{
    int digits = (int)jy_room_config_int(x->web->room, "seal_code_pattern_digits");

    return seal_code_is_valid(code, digits) ? JY_OK : jy_fail(fault, JY_E_BAD_FIELD, "physical_seal_code", 0, "a seal code has %d digits", digits);
}

static jy_err
create(struct draft *d, struct jy_fault *fault)
{
    struct exchange *x = d->x;
    struct application_facts facts = { d->type, d->kind, d->cancel_reason, in_bool(x, "has_superior"), in_bool(x, "by_agent"),
                                       in_bool(x, "foreign_script") };
    jy_err rc;

    if ((rc = fresh_id(d->id)) == JY_OK && (rc = personal_wrap(x->web, d->id, "agent_id_number", in_text(x, "agent_id_number"), &d->id_number)) == JY_OK &&
        (rc = personal_wrap(x->web, d->id, "agent_phone", in_text(x, "agent_phone"), &d->phone)) == JY_OK &&
        (rc = answer_json(x, 201, json_pack("{s:s, s:s, s:s, s:o}", "application_id", d->id, "type", d->type->code, "state", "DRAFT", "checklist",
                                            checklist(&facts, NULL)))) == JY_OK) {
        PUT(x->object, d->id);
        rc = commit(x, insert_application, d, fault);
    }
    jy_buf_free(&d->id_number);
    jy_buf_free(&d->phone);
    return rc;
}

/* R16.2: a position seal has a holder, a person of the organization, and a scope; an official seal has neither. */
static jy_err
read_holder(struct draft *d, struct jy_fault *fault)
{
    static const char *const fields[] = { "holder_id", "scope_categories", "scope_amount_max_fen", "scope_valid_to" };
    struct exchange *x = d->x;
    const char *to = in_text(x, "scope_valid_to");
    json_t *person = NULL, *category;
    size_t i, at = 0;
    jy_err rc;

    for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        bool there = json_object_get(x->input, fields[i]) != NULL;
        if (d->kind->kept == SEAL_OFFICIAL && there)
            return jy_fail(fault, JY_E_BAD_FIELD, fields[i], 0, "only a position seal has it (R16.2)");
        if (d->kind->kept != SEAL_OFFICIAL && !there && i < 2)
            return jy_fail(fault, JY_E_BAD_FIELD, fields[i], 0, "is missing: a position seal has a holder and a scope (R16.2)");
    }
    if (d->kind->kept == SEAL_OFFICIAL)
        return JY_OK;
    json_array_foreach(json_object_get(x->input, "scope_categories"), i, category) {
        if (document_category_by_code(json_string_value(category)) == NULL)
            return jy_fail(fault, JY_E_BAD_FIELD, fields[1], 0, "holds something that is not a document category (R15.1)");
        at += (size_t)snprintf(d->scope_categories + at, sizeof(d->scope_categories) - at, "%s%s", at == 0 ? "" : " ", json_string_value(category));
    }
    d->holder_id = in_text(x, "holder_id");
    d->scope.categories = d->scope_categories;
    if (json_object_get(x->input, "scope_amount_max_fen") != NULL)
        d->scope.amount_max_fen = in_int(x, "scope_amount_max_fen");
    if (to != NULL && (jy_time_parse_rfc3339(to, &d->scope.valid_to) != JY_OK || d->scope.valid_to <= x->now))
        return jy_fail(fault, JY_E_BAD_FIELD, "scope_valid_to", 0, "must lie in the future");
    if ((rc = position_scope_check(&d->scope, fault)) == JY_OK)
        rc = organization_member(x, x->actor.organization_id, d->holder_id, ROLE_CUSTODIAN, "holder_id", &person, fault);
    json_decref(person);
    return rc;
}

jy_err
application_create(struct exchange *x, struct jy_fault *fault)
{
    struct draft d = { .x = x, .type = application_type_by_code("issue"), .kind = seal_kind_by_code(in_text(x, "seal_kind")),
                       .seal_name = in_text(x, "seal_name"), .physical_seal_code = in_text(x, "physical_seal_code"), .scope.amount_max_fen = -1 };
    jy_err rc;

    if ((rc = check_seal_code(x, d.physical_seal_code, fault)) != JY_OK || (rc = read_holder(&d, fault)) != JY_OK)
        return rc;
    return create(&d, fault);
}

/* Which optional fields an application about a seal needs, and which it may have. */
static const struct { const char *name; unsigned needed, allowed; } seal_application_fields[] = {
    { "physical_seal_code", TYPE_REISSUE, TYPE_REISSUE },
    { "seal_name", TYPE_REISSUE, TYPE_REISSUE },
    { "has_superior", TYPE_REISSUE, TYPE_REISSUE },
    { "foreign_script", TYPE_REISSUE, TYPE_REISSUE },
    { "reason", TYPE_CANCELLATION, TYPE_CANCELLATION },                                     /* R21.1, N2 */
    { "description", TYPE_SUSPENSION | TYPE_RESUMPTION, TYPE_REISSUE | TYPE_CANCELLATION | TYPE_SUSPENSION | TYPE_RESUMPTION },
};

static jy_err
check_fields_of_type(const struct exchange *x, const struct application_type *type, struct jy_fault *fault)
{
    for (size_t i = 0; i < sizeof(seal_application_fields) / sizeof(seal_application_fields[0]); i++) {
        const char *name = seal_application_fields[i].name;
        bool there = json_object_get(x->input, name) != NULL;
        if (!there && (seal_application_fields[i].needed & type->bit) != 0)
            return strcmp(name, "reason") == 0 ? jy_fail(fault, JY_E_REASON_REQUIRED, name, 0, "is missing (R21.1)") :
                jy_fail(fault, JY_E_BAD_FIELD, name, 0, "is missing for %s (%s)", type->code, type->source);
        if (there && (seal_application_fields[i].allowed & type->bit) == 0)
            return jy_fail(fault, JY_E_BAD_FIELD, name, 0, "is not for %s", type->code);
    }
    return JY_OK;
}

/* R20.1, R20.2, R21.1, N1: about the seal {id}, whose state must allow it already now. */
jy_err
seal_application_create(struct exchange *x, struct jy_fault *fault)
{
    struct draft d = { .x = x, .type = application_type_by_code(in_text(x, "type")), .scope.amount_max_fen = -1 };
    json_t *seal = NULL;
    jy_time valid_to;
    const char *to;
    jy_err rc;

    if ((rc = check_fields_of_type(x, d.type, fault)) != JY_OK || (rc = seal_find(x, &seal, fault)) != JY_OK ||
        (rc = state_after(seal_moves, member(seal, "state"), d.type->seal_event, &to, fault)) != JY_OK)
        goto out;
    if (d.type->bit == TYPE_RENEWAL && ((rc = jy_time_parse_rfc3339(member(seal, "valid_to"), &valid_to)) != JY_OK ||
                                        (rc = renewal_is_due(valid_to, x->now, fault)) != JY_OK))
        goto out;
    if (d.type->bit == TYPE_REISSUE && (rc = check_seal_code(x, in_text(x, "physical_seal_code"), fault)) != JY_OK)
        goto out;
    d.kind = seal_kind_by_code(member(seal, "kind"));
    d.present_seal_id = x->id;
    d.seal_name = d.type->bit == TYPE_REISSUE ? in_text(x, "seal_name") : member(seal, "name");
    d.physical_seal_code = d.type->bit == TYPE_REISSUE ? in_text(x, "physical_seal_code") : member(seal, "seal_code");
    d.cancel_reason = in_text(x, "reason");
    d.holder_id = json_string_value(json_object_get(seal, "holder_id"));
    d.scope = (struct position_scope){ member(seal, "scope_categories"), json_integer_value(json_object_get(seal, "scope_amount_max_fen")),
                                       json_integer_value(json_object_get(seal, "scope_valid_to")) };
    rc = create(&d, fault);
out:
    json_decref(seal);
    return rc;
}

/* -- look -- */

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
    json_t *application = NULL, *materials = NULL, *history = NULL;
    struct application_facts facts;
    char when[21];
    jy_time deadline;
    jy_err rc;

    if ((rc = application_find(x, &application, fault)) == JY_OK && (rc = application_materials(x, &materials, fault)) == JY_OK &&
        (rc = find_rows(x, SQL_APPLICATION_HISTORY, BINDS(B_TEXT("application_id", x->id)), history_columns, &history, fault)) == JY_OK &&
        (rc = show_masked(x, application, "agent_id_number", "agent_id_number_wrapped")) == JY_OK &&
        (rc = show_masked(x, application, "agent_phone", "agent_phone_wrapped")) == JY_OK && (rc = scope_show(application)) == JY_OK) {
        facts = application_facts_of(application);
        deadline = json_integer_value(json_object_get(application, "deadline"));
        jy_time_rfc3339(deadline, when);
        json_object_set_new(application, "deadline", deadline == 0 ? json_null() : json_string(when));
        json_object_set_new(application, "checklist", checklist(&facts, materials));
        json_object_set(application, "history", history);
        rc = answer_json(x, 200, json_incref(application));
    }
    json_decref(history);
    json_decref(materials);
    json_decref(application);
    return rc;
}

/* -- change: a draft or a correction -- */

static jy_err
must_be_open(const json_t *application, struct jy_fault *fault)
{
    const char *state = member(application, "state");

    return strcmp(state, "DRAFT") == 0 || strcmp(state, "CORRECTION") == 0 ? JY_OK :
        jy_fail(fault, JY_E_BAD_STATE, "state", 0, "a draft or a correction is changed, not an application in state %s", state);
}

struct update { struct exchange *x; const char *from; struct jy_buf id_number, phone; };

static int
flag_or_keep(const struct exchange *x, const char *name)
{
    return json_object_get(x->input, name) == NULL ? -1 : in_bool(x, name);
}

static jy_err
write_update(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct update *u = arg;
    struct exchange *x = u->x;

    return move_row(tx, SQL_APPLICATION_UPDATE,
                    BINDS(B_TEXT("seal_name", in_text(x, "seal_name")), B_TEXT("physical_seal_code", in_text(x, "physical_seal_code")),
                          B_TEXT("description", in_text(x, "description")), B_INT("has_superior", flag_or_keep(x, "has_superior")),
                          B_INT("by_agent", flag_or_keep(x, "by_agent")), B_INT("foreign_script", flag_or_keep(x, "foreign_script")),
                          B_BLOB("agent_id_number_wrapped", jy_buf_slice(&u->id_number)), B_BLOB("agent_phone_wrapped", jy_buf_slice(&u->phone)),
                          B_INT("now", x->now), B_TEXT("application_id", x->id), B_TEXT("from", u->from)), fault);
}

/* The facts after the change: what is in the request counts before what stands in the row. */
static jy_err
facts_after(struct exchange *x, json_t *application, struct jy_fault *fault)
{
    static const char *const of_an_issue[] = { "seal_name", "physical_seal_code", "has_superior", "foreign_script" };
    const struct application_type *type = application_type_by_code(member(application, "type"));

    for (size_t i = 0; i < sizeof(of_an_issue) / sizeof(of_an_issue[0]); i++)
        if (json_object_get(x->input, of_an_issue[i]) != NULL && (type->bit & (TYPE_ISSUE | TYPE_REISSUE)) == 0)
            return jy_fail(fault, JY_E_BAD_FIELD, of_an_issue[i], 0, "is not for %s", type->code);
    return json_object_update(application, x->input) == 0 ? JY_OK : JY_E_NOMEM;
}

jy_err
application_change_facts(struct exchange *x, struct jy_fault *fault)
{
    const char *id_number = in_text(x, "agent_id_number"), *phone = in_text(x, "agent_phone"), *code = in_text(x, "physical_seal_code");
    struct update u = { .x = x };
    json_t *application = NULL, *materials = NULL;
    struct application_facts facts;
    jy_err rc;

    if ((rc = application_find(x, &application, fault)) != JY_OK || (rc = must_be_open(application, fault)) != JY_OK ||
        (code != NULL && (rc = check_seal_code(x, code, fault)) != JY_OK) || (rc = application_materials(x, &materials, fault)) != JY_OK ||
        (rc = facts_after(x, application, fault)) != JY_OK ||
        (id_number != NULL && (rc = personal_wrap(x->web, x->id, "agent_id_number", id_number, &u.id_number)) != JY_OK) ||
        (phone != NULL && (rc = personal_wrap(x->web, x->id, "agent_phone", phone, &u.phone)) != JY_OK))
        goto out;
    u.from = member(application, "state");
    facts = application_facts_of(application);
    if ((rc = answer_json(x, 200, json_pack("{s:s, s:o}", "state", u.from, "checklist", checklist(&facts, materials)))) == JY_OK)
        rc = commit(x, write_update, &u, fault);
out:
    jy_buf_free(&u.id_number);
    jy_buf_free(&u.phone);
    json_decref(materials);
    json_decref(application);
    return rc;
}

/* -- materials -- */

struct material_write { struct exchange *x; const char *from; };

static jy_err
write_material(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    const struct material_write *w = arg;
    struct exchange *x = w->x;
    /* Nothing is exchanged under an application that was submitted meanwhile. */
    jy_err rc = move_row(tx, SQL_APPLICATION_TOUCH, BINDS(B_INT("now", x->now), B_TEXT("application_id", x->id), B_TEXT("from", w->from)), fault);

    return rc != JY_OK ? rc : rows_run(tx, SQL_MATERIAL_PUT, BINDS(B_TEXT("application_id", x->id), B_TEXT("code", x->code),
                                                                   B_BLOB("digest", JY_SLICE(x->upload_digest, JY_SM3_SIZE)),
                                                                   B_INT("size", (int64_t)x->upload_size), B_INT("now", x->now)), NULL, fault);
}

jy_err
material_put(struct exchange *x, struct jy_fault *fault)
{
    char digest[2 * JY_SM3_SIZE + 1];
    struct material_write write = { .x = x };
    struct application_facts facts;
    json_t *application = NULL;
    jy_err rc;

    if (x->upload_size == 0)
        return jy_fail(fault, JY_E_EMPTY_FILE, x->code, 0, "nothing was sent");
    if ((rc = application_find(x, &application, fault)) != JY_OK)
        return rc;
    facts = application_facts_of(application);
    if (material_of(&facts, x->code) == NULL)
        rc = jy_fail(fault, JY_E_NOT_FOUND, "code", 0, "%s is not a material of this application", x->code);
    else if ((rc = must_be_open(application, fault)) == JY_OK) {
        write.from = member(application, "state");
        jy_hex(JY_SLICE(x->upload_digest, JY_SM3_SIZE), digest);
        if ((rc = blob_keep(x->web, x->upload, x->upload_digest, fault)) == JY_OK &&
            (rc = answer_json(x, 201, json_pack("{s:s, s:I}", "digest", digest, "size", (json_int_t)x->upload_size))) == JY_OK)
            rc = commit(x, write_material, &write, fault);
    }
    json_decref(application);
    return rc;
}
