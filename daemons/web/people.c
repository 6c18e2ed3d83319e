/* SPDX-License-Identifier: Apache-2.0 */
/* Organizations, makers and their licences (R7.1), people, and the keys of makers and approvers. */
#include "daemons/web/route.h"

#include <stdio.h>
#include <string.h>

/* -- organizations -- */

struct creation { struct exchange *x; char id[WEB_ID_SIZE]; };

static jy_err
insert_organization(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct creation *c = arg;
    struct exchange *x = c->x;
    jy_err rc = rows_run(tx, SQL_ORGANIZATION_INSERT,
                         BINDS(B_TEXT("organization_id", c->id), B_TEXT("uscc", in_text(x, "uscc")), B_TEXT("name", in_text(x, "name")),
                               B_TEXT("kind", in_text(x, "kind")), B_TEXT("district", in_text(x, "district")), B_INT("now", x->now)), NULL, fault);

    return rc == JY_E_CONFLICT ? jy_fail(fault, rc, "uscc", 0, "an organization with this code exists") : rc;
}

jy_err
organization_create(struct exchange *x, struct jy_fault *fault)
{
    struct creation c = { .x = x };
    jy_err rc;

    if ((rc = fresh_id(c.id)) != JY_OK || (rc = answer_json(x, 201, json_pack("{s:s}", "organization_id", c.id))) != JY_OK)
        return rc;
    PUT(x->object, c.id);
    return commit(x, insert_organization, &c, fault);
}

/* -- makers -- */

static const struct column maker_columns[] = {
    { "maker_id", COL_TEXT }, { "name", COL_TEXT }, { "uscc", COL_TEXT }, { "state", COL_TEXT }, { NULL, COL_TEXT },
};

static jy_err
insert_maker(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct creation *c = arg;
    struct exchange *x = c->x;
    jy_time from = 0, to = 0;
    jy_err rc;

    if ((rc = jy_time_parse_rfc3339(in_text(x, "valid_from"), &from)) != JY_OK || (rc = jy_time_parse_rfc3339(in_text(x, "valid_to"), &to)) != JY_OK)
        return rc;
    if (to <= from)
        return jy_fail(fault, JY_E_BAD_FIELD, "valid_to", 0, "must be after valid_from");
    rc = rows_run(tx, SQL_MAKER_INSERT,
                  BINDS(B_TEXT("maker_id", c->id), B_TEXT("licence_number", in_text(x, "licence_number")), B_TEXT("name", in_text(x, "name")),
                        B_TEXT("uscc", in_text(x, "uscc")), B_INT("valid_from", from), B_INT("valid_to", to), B_TEXT("state", "LICENSED"),
                        B_INT("now", x->now)), NULL, fault);
    return rc == JY_E_CONFLICT ? jy_fail(fault, rc, "licence_number", 0, "a maker with this licence exists") : rc;
}

jy_err
maker_create(struct exchange *x, struct jy_fault *fault)
{
    struct creation c = { .x = x };
    char key_id[65];
    jy_err rc;

    if (!x->scope.city)
        return jy_fail(fault, JY_E_FORBIDDEN, "maker", 0, "the municipal police license makers (R4.1)");
    if ((rc = fresh_id(c.id)) != JY_OK)
        return rc;
    key_id_of("maker", c.id, key_id);
    if ((rc = answer_json(x, 201, json_pack("{s:s, s:s}", "maker_id", c.id, "maker_key_id", key_id))) != JY_OK)
        return rc;
    PUT(x->object, c.id);
    return commit(x, insert_maker, &c, fault);
}

struct maker_move { struct exchange *x; const char *from, *to; };

static jy_err
move_maker(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct maker_move *m = arg;

    return move_row(tx, SQL_MAKER_SET_STATE, BINDS(B_TEXT("to", m->to), B_TEXT("maker_id", m->x->id), B_TEXT("from", m->from)), fault);
}

static jy_err
find_maker(struct exchange *x, json_t **out, struct jy_fault *fault)
{
    return find_row(x, SQL_MAKER_BY_ID, BINDS(B_TEXT("maker_id", x->id), SCOPE_CITY(x), SCOPE_MAKER(x)), maker_columns, out, fault);
}

static jy_err
maker_event(struct exchange *x, const char *event, struct jy_fault *fault)
{
    struct maker_move move = { .x = x };
    json_t *maker = NULL;
    jy_err rc;

    if ((rc = find_maker(x, &maker, fault)) != JY_OK)
        return rc;
    move.from = member(maker, "state");
    if ((rc = state_after(maker_moves, move.from, event, &move.to, fault)) == JY_OK &&
        (rc = answer_json(x, 200, json_pack("{s:s}", "state", move.to))) == JY_OK)
        rc = commit(x, move_maker, &move, fault);
    json_decref(maker);
    return rc;
}

jy_err
maker_suspend(struct exchange *x, struct jy_fault *fault)
{
    return maker_event(x, "suspend", fault);
}

jy_err
maker_resume(struct exchange *x, struct jy_fault *fault)
{
    return maker_event(x, "resume", fault);
}

jy_err
maker_revoke(struct exchange *x, struct jy_fault *fault)
{
    return maker_event(x, "revoke", fault);
}

struct certificate_write { enum sql_name name; const char *param, *id; struct jy_slice certificate; };

static jy_err
write_certificate(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct certificate_write *w = arg;

    return rows_run(tx, w->name, BINDS(B_BLOB("certificate", w->certificate), B_TEXT(w->param, w->id)), NULL, fault);
}

/* Key pair, certificate, and the code that its holder replaces by a PIN of his own (R11.1, R19.2). */
static jy_err
enrol_and_answer(struct exchange *x, struct enrolment *e, const char *key_member, struct certificate_write *w, struct jy_fault *fault)
{
    jy_err rc;

    if ((rc = enrol(x->web, e, x->now, fault)) == JY_OK) {
        w->certificate = jy_cert_der(e->certificate);
        if ((rc = answer_json(x, 201, json_pack("{s:s, s:s, s:o}", key_member, e->key_id, "activation_code", e->activation_code, "certificate",
                                                json_base64(w->certificate)))) == JY_OK)
            rc = commit(x, write_certificate, w, fault);
    }
    enrolment_end(e);
    return rc;
}

jy_err
maker_enrol(struct exchange *x, struct jy_fault *fault)
{
    struct certificate_write write = { .name = SQL_MAKER_SET_CERTIFICATE, .param = "maker_id", .id = x->id };
    struct enrolment e = { .kind = "maker" };
    json_t *maker = NULL;
    char key_id[65];
    jy_err rc;

    if ((rc = find_maker(x, &maker, fault)) != JY_OK)
        return rc;
    key_id_of("maker", x->id, key_id);
    e.key_id = key_id;
    e.common_name = e.organization = member(maker, "name");
    e.organization_code = member(maker, "uscc");
    rc = enrol_and_answer(x, &e, "maker_key_id", &write, fault);
    json_decref(maker);
    return rc;
}

/* -- people -- */

/* Who a person can be: one of these groups, with what it must belong to. No account joins two of them. */
static const struct person_group {
    unsigned roles;
    bool needs_organization, needs_maker, may_have_district;
    const char *name;
} groups[] = {
    { ROLE_ADMINISTRATOR, false, false, false, "administrator stands alone" },
    { ROLE_POLICE, false, false, true, "police stands alone, with a district or none for the whole city" },
    { ROLE_MAKER_STAFF, false, true, false, "maker_staff needs a maker_id (R13.4)" },
    { ROLE_AGENT | ROLE_CUSTODIAN | ROLE_APPROVER, true, false, false, "agent, custodian and approver need an organization_id" },
};

static jy_err
read_roles(const struct exchange *x, unsigned *roles, struct jy_fault *fault)
{
    json_t *item;
    size_t i;

    *roles = 0;
    json_array_foreach(json_object_get(x->input, "roles"), i, item) {
        enum role role = role_by_code(json_string_value(item));
        if (role == ROLE_NONE)
            return jy_fail(fault, JY_E_BAD_FIELD, "roles", 0, "there is no role %.40s", json_string_value(item));
        *roles |= role;
    }
    for (size_t g = 0; g < sizeof(groups) / sizeof(groups[0]); g++)
        if ((*roles & ~groups[g].roles) == 0) {
            if ((in_text(x, "organization_id") != NULL) != groups[g].needs_organization ||
                (in_text(x, "maker_id") != NULL) != groups[g].needs_maker || (in_text(x, "district") != NULL && !groups[g].may_have_district))
                return jy_fail(fault, JY_E_BAD_FIELD, "roles", 0, "%s", groups[g].name);
            return JY_OK;
        }
    return jy_fail(fault, JY_E_BAD_FIELD, "roles", 0, "these roles cannot be held together");
}

struct person_insert {
    struct exchange *x;
    char id[WEB_ID_SIZE];
    unsigned roles;
    struct jy_buf name, id_number, phone;
    uint8_t index[JY_SM3_SIZE], salt[PASSWORD_SALT], hash[PASSWORD_HASH];
};

static jy_err
insert_person(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct person_insert *p = arg;
    struct exchange *x = p->x;
    jy_err rc = rows_run(tx, SQL_PERSON_INSERT,
                         BINDS(B_TEXT("person_id", p->id), B_TEXT("login", in_text(x, "login")), B_BLOB("name_wrapped", jy_buf_slice(&p->name)),
                               B_BLOB("id_number_wrapped", jy_buf_slice(&p->id_number)), B_BLOB("id_number_index", JY_SLICE(p->index, sizeof(p->index))),
                               B_BLOB("phone_wrapped", jy_buf_slice(&p->phone)), B_INT("roles", p->roles),
                               B_TEXT("organization_id", in_text(x, "organization_id")), B_TEXT("maker_id", in_text(x, "maker_id")),
                               B_TEXT("district", in_text(x, "district")), B_BLOB("password_salt", JY_SLICE(p->salt, sizeof(p->salt))),
                               B_BLOB("password_hash", JY_SLICE(p->hash, sizeof(p->hash))), B_INT("now", x->now)), NULL, fault);

    return rc == JY_E_CONFLICT ? jy_fail(fault, rc, "login", 0, "the login is taken, or the organization or maker does not exist") : rc;
}

jy_err
person_create(struct exchange *x, struct jy_fault *fault)
{
    struct person_insert p = { .x = x };
    char password[32] = "";
    jy_err rc;

    if ((rc = read_roles(x, &p.roles, fault)) != JY_OK || (rc = fresh_id(p.id)) != JY_OK || (rc = password_fresh(password)) != JY_OK ||
        (rc = jy_random(p.salt, sizeof(p.salt))) != JY_OK || (rc = password_hash(x->web, password, p.salt, p.hash)) != JY_OK ||
        (rc = personal_wrap(x->web, p.id, "name", in_text(x, "name"), &p.name)) != JY_OK ||
        (rc = personal_wrap(x->web, p.id, "id_number", in_text(x, "id_number"), &p.id_number)) != JY_OK ||
        (rc = personal_wrap(x->web, p.id, "phone", in_text(x, "phone"), &p.phone)) != JY_OK ||
        (rc = personal_index(x->web, "id_number", in_text(x, "id_number"), p.index)) != JY_OK ||
        (rc = answer_json(x, 201, json_pack("{s:s, s:s}", "person_id", p.id, "password", password))) != JY_OK)
        goto out;
    PUT(x->object, p.id);
    rc = commit(x, insert_person, &p, fault);
out:
    jy_wipe(password, sizeof(password));
    jy_wipe(p.hash, sizeof(p.hash));
    jy_buf_free(&p.name);
    jy_buf_free(&p.id_number);
    jy_buf_free(&p.phone);
    return rc;
}

static const struct column organization_columns[] = { { "name", COL_TEXT }, { "uscc", COL_TEXT }, { NULL, COL_TEXT } };

jy_err
person_enrol(struct exchange *x, struct jy_fault *fault)
{
    struct certificate_write write = { .name = SQL_PERSON_SET_APPROVER_CERTIFICATE, .param = "person_id", .id = x->id };
    struct enrolment e = { .kind = "approver" };
    json_t *organization = NULL;
    char key_id[65];
    jy_err rc;

    if (strcmp(x->id, x->actor.person_id) != 0)
        return jy_fail(fault, JY_E_NOT_FOUND, "id", 0, "a person makes only his own key");
    if ((rc = find_row(x, SQL_ORGANIZATION_BY_ID, BINDS(B_TEXT("organization_id", x->actor.organization_id)), organization_columns, &organization,
                       fault)) != JY_OK)
        return rc;
    key_id_of("approver", x->id, key_id);
    e.key_id = e.common_name = key_id;                     /* the person's name is not put into a certificate (R25.1) */
    e.organization = member(organization, "name");
    e.organization_code = member(organization, "uscc");
    rc = enrol_and_answer(x, &e, "approver_key_id", &write, fault);
    json_decref(organization);
    return rc;
}
