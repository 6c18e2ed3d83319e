/* SPDX-License-Identifier: Apache-2.0 */
/* Organizations, makers and their licences (R7.1), people, and the keys of makers and approvers. */
#include "daemons/web/account.h"
#include "daemons/web/act.h"
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
    char district[7] = "";                     /* R4.1: characters 3 to 8 of a USCC are where it was registered */
    jy_time from = 0, to = 0;
    jy_err rc;

    memcpy(district, in_text(x, "uscc") + 2, 6);
    if (district_name(district) == NULL)
        district[0] = '\0';
    if ((rc = jy_time_parse_rfc3339(in_text(x, "valid_from"), &from)) != JY_OK || (rc = jy_time_parse_rfc3339(in_text(x, "valid_to"), &to)) != JY_OK)
        return rc;
    if (to <= from)
        return jy_fail(fault, JY_E_BAD_FIELD, "valid_to", 0, "must be after valid_from");
    rc = rows_run(tx, SQL_MAKER_INSERT,
                  BINDS(B_TEXT("maker_id", c->id), B_TEXT("licence_number", in_text(x, "licence_number")), B_TEXT("name", in_text(x, "name")),
                        B_TEXT("uscc", in_text(x, "uscc")), B_TEXT("district", district), B_INT("valid_from", from), B_INT("valid_to", to),
                        B_TEXT("state", "LICENSED"), B_INT("now", x->now)), NULL, fault);
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

struct certificate_write {
    jy_err (*write)(struct db_tx *tx, void *arg, struct jy_fault *fault);
    enum sql_name name;
    const char *param, *id;
    struct jy_slice certificate;
    jy_time now;
};

static jy_err
write_certificate(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct certificate_write *w = arg;

    return rows_run(tx, w->name, BINDS(B_BLOB("certificate", w->certificate), B_TEXT(w->param, w->id)), NULL, fault);
}

/* What a maker made seals with once stays known (R7.1). */
static jy_err
write_maker_certificate(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    const struct certificate_write *w = arg;
    uint8_t digest[JY_SM3_SIZE];
    jy_err rc;

    if ((rc = write_certificate(tx, arg, fault)) != JY_OK || (rc = jy_sm3(w->certificate, digest)) != JY_OK)
        return rc;
    return rows_run(tx, SQL_MAKER_CERTIFICATE_KEEP, BINDS(B_TEXT("maker_id", w->id), B_BLOB("certificate", w->certificate),
                                                          B_BLOB("digest", JY_SLICE(digest, sizeof(digest))), B_INT("now", w->now)), NULL, fault);
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
            rc = commit(x, w->write, w, fault);
    }
    enrolment_end(e);
    return rc;
}

jy_err
maker_enrol(struct exchange *x, struct jy_fault *fault)
{
    struct certificate_write write = { .write = write_maker_certificate, .now = x->now, .name = SQL_MAKER_SET_CERTIFICATE, .param = "maker_id", .id = x->id };
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
    return roles_fit(*roles, in_text(x, "organization_id") != NULL, in_text(x, "maker_id") != NULL, in_text(x, "district") != NULL, fault);
}

struct person_insert { struct exchange *x; struct person_new person; struct act *act; };

static jy_err
insert_person(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct person_insert *p = arg;
    jy_err rc = person_new_write(tx, p->x->web, &p->person, p->x->now, fault);

    return rc != JY_OK || p->act == NULL ? rc : act_write(tx, p->x, p->act, fault);
}

/* An administrator is proposed: the account lives, and gets the second half of its password, when a security administrator has confirmed (R27.2). */
static jy_err
propose_administrator(struct exchange *x, struct person_insert *p, struct act *act, struct jy_fault *fault)
{
    struct password *none = &p->person.password;
    jy_err rc;

    /* No password has this hash: there is none before the confirmation. */
    p->person.state = "PENDING";
    none->kind = x->web->policy.password_kind;
    if ((rc = jy_random(none->salt, sizeof(none->salt))) != JY_OK || (rc = jy_random(none->hash, sizeof(none->hash))) != JY_OK ||
        (rc = person_new_prepare(x->web, &p->person)) != JY_OK || (rc = act_prepare(x, act, "create_administrator", p->person.id, "a new account")) != JY_OK)
        return rc;
    PUT(x->object, p->person.id);
    p->act = act;
    if ((rc = answer_json(x, 201, json_pack("{s:s, s:s, s:s, s:s}", "person_id", p->person.id, "state", p->person.state, "act_id", act->id,
                                            "password_first_half", act->half))) == JY_OK)
        rc = commit(x, insert_person, p, fault);
    return rc;
}

jy_err
person_create(struct exchange *x, struct jy_fault *fault)
{
    struct person_insert p = { .x = x, .person = { .login = in_text(x, "login"), .name = in_text(x, "name"), .id_number = in_text(x, "id_number"),
                               .phone = in_text(x, "phone"), .organization_id = in_text(x, "organization_id"), .maker_id = in_text(x, "maker_id"),
                               .district = in_text(x, "district"), .state = "ACTIVE" } };
    struct act act = { { 0 } };
    char password[32] = "";
    jy_err rc;

    if ((rc = read_roles(x, &p.person.roles, fault)) != JY_OK)
        return rc;
    x->detail = json_pack("{s:i}", "roles", (int)p.person.roles);
    if ((p.person.roles & ADMINISTRATORS) != 0)
        rc = propose_administrator(x, &p, &act, fault);
    else if ((rc = password_fresh(password)) == JY_OK && (rc = password_make(x->web, password, &p.person.password)) == JY_OK &&
             (rc = person_new_prepare(x->web, &p.person)) == JY_OK &&
             (rc = answer_json(x, 201, json_pack("{s:s, s:s}", "person_id", p.person.id, "password", password))) == JY_OK) {
        PUT(x->object, p.person.id);
        rc = commit(x, insert_person, &p, fault);
    }
    jy_wipe(password, sizeof(password));
    jy_wipe(&act, sizeof(act));
    person_new_end(&p.person);
    return rc;
}

static const struct column organization_columns[] = { { "name", COL_TEXT }, { "uscc", COL_TEXT }, { NULL, COL_TEXT } };

/* R21.2: officers lift holds by keys of their own; what stands in the certificate is their authority, not a code of an organization. */
static json_t *
police_as_organization(const char *district)
{
    char name[128], code[32];

    snprintf(name, sizeof(name), "%s公安机关", district[0] == '\0' ? "天津市" : district_name(district));
    snprintf(code, sizeof(code), "police-%.6s", district[0] == '\0' ? "120000" : district);
    return json_pack("{s:s, s:s}", "name", name, "uscc", code);
}

jy_err
person_enrol(struct exchange *x, struct jy_fault *fault)
{
    struct certificate_write write = { .write = write_certificate, .name = SQL_PERSON_SET_APPROVER_CERTIFICATE, .param = "person_id", .id = x->id };
    struct enrolment e = { .kind = "approver" };
    json_t *organization = NULL;
    char key_id[65];
    jy_err rc;

    if (strcmp(x->id, x->actor.person_id) != 0)
        return jy_fail(fault, JY_E_NOT_FOUND, "id", 0, "a person makes only his own key");
    if ((x->actor.roles & ROLE_POLICE) != 0)
        organization = police_as_organization(x->actor.district);
    else if ((rc = find_row(x, SQL_ORGANIZATION_BY_ID, BINDS(B_TEXT("organization_id", x->actor.organization_id)), organization_columns, &organization,
                            fault)) != JY_OK)
        return rc;
    if (organization == NULL)
        return JY_E_NOMEM;
    key_id_of("approver", x->id, key_id);
    e.key_id = e.common_name = key_id;                     /* the person's name is not put into a certificate (R25.1) */
    e.organization = member(organization, "name");
    e.organization_code = member(organization, "uscc");
    rc = enrol_and_answer(x, &e, "approver_key_id", &write, fault);
    json_decref(organization);
    return rc;
}
