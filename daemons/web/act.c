/* SPDX-License-Identifier: Apache-2.0 */
#include "daemons/web/act.h"
#include "daemons/web/account.h"
#include "daemons/web/route.h"

#include <stdio.h>
#include <string.h>

/* What an act does to the account: `to` when it is confirmed, `refused` when not. A state NULL stays. */
static const struct act_kind {
    const char *code;
    bool gives_password, clears_factor;
    const char *from, *to, *refused;
    bool is_proposed;                      /* by POST /people/{id}/acts; otherwise it comes with another request */
} kinds[] = {
    { "create_administrator",  true,  false, "PENDING",  "ACTIVE",   "DISABLED", false },
    { "reset_password",        true,  false, NULL,       NULL,       NULL,       true },
    { "reset_second_factor",   false, true,  NULL,       NULL,       NULL,       true },
    { "disable_administrator", false, false, "ACTIVE",   "DISABLED", NULL,       true },
    { "enable_account",        true,  true,  "DISABLED", "ACTIVE",   NULL,       true },
};

static const struct act_kind *
kind_by_code(const char *code)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(kinds[i].code, code) == 0)
            return &kinds[i];
    return NULL;
}

jy_err
act_prepare(const struct exchange *x, struct act *act, const char *kind, const char *person_id, const char *reason)
{
    const struct act_kind *row = kind_by_code(kind);
    char fresh[32];
    jy_err rc;

    if (row == NULL)
        return JY_E_BAD_FIELD;
    act->kind = row->code;
    act->person_id = person_id;
    act->reason = reason;
    if ((rc = fresh_id(act->id)) != JY_OK || !row->gives_password)
        return rc;
    if ((rc = password_fresh(fresh)) == JY_OK) {
        snprintf(act->half, sizeof(act->half), "%.12s", fresh);
        rc = personal_wrap(x->web, act->id, "password_half", act->half, &act->half_wrapped);
    }
    jy_wipe(fresh, sizeof(fresh));
    return rc;
}

jy_err
act_write(struct db_tx *tx, const struct exchange *x, struct act *act, struct jy_fault *fault)
{
    jy_err rc = rows_run(tx, SQL_ACT_INSERT, BINDS(B_TEXT("act_id", act->id), B_TEXT("kind", act->kind), B_TEXT("person_id", act->person_id),
                                                   B_TEXT("reason", act->reason), B_BLOB("half_wrapped", jy_buf_slice(&act->half_wrapped)),
                                                   B_TEXT("proposer_id", x->actor.person_id), B_INT("now", x->now)), NULL, fault);

    jy_buf_free(&act->half_wrapped);
    return rc == JY_E_CONFLICT ? jy_fail(fault, rc, "person", 0, "an act about this person waits for its confirmation") : rc;
}

/* -- propose -- */

struct proposal { struct exchange *x; struct act act; };

static jy_err
write_proposal(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct proposal *p = arg;

    return act_write(tx, p->x, &p->act, fault);
}

static jy_err
find_person(const struct exchange *x, const char *person_id, json_t **out, struct jy_fault *fault)
{
    jy_err rc = find_row(x, SQL_PERSON_BY_ID, BINDS(B_TEXT("person_id", person_id)), account_columns, out, fault);

    return rc != JY_OK ? rc : account_check(x->web, *out, fault);
}

jy_err
act_propose(struct exchange *x, struct jy_fault *fault)
{
    const struct act_kind *kind = kind_by_code(in_text(x, "kind"));
    struct proposal p = { .x = x };
    json_t *person = NULL;
    jy_err rc;

    if (kind == NULL || !kind->is_proposed)
        return jy_fail(fault, JY_E_BAD_FIELD, "kind", 0, "reset_password, reset_second_factor, disable_administrator or enable_account");
    if (strcmp(x->id, x->actor.person_id) == 0)
        return jy_fail(fault, JY_E_TWO_PERSONS, "id", 0, "not about yourself");
    if ((rc = find_person(x, x->id, &person, fault)) != JY_OK)
        goto out;
    if (kind->from != NULL && strcmp(member(person, "state"), kind->from) != 0) {
        rc = jy_fail(fault, JY_E_BAD_STATE, "state", 0, "the account is %s", member(person, "state"));
        goto out;
    }
    if ((rc = act_prepare(x, &p.act, kind->code, x->id, in_text(x, "reason"))) != JY_OK)
        goto out;
    PUT(x->object, x->id);
    x->detail = json_pack("{s:s, s:s, s:s}", "act", p.act.id, "kind", kind->code, "reason", in_text(x, "reason"));
    if ((rc = answer_json(x, 201, json_pack("{s:s, s:s}", "act_id", p.act.id, "state", "PROPOSED"))) == JY_OK) {
        if (kind->gives_password)
            json_object_set_new(x->answer, "password_first_half", json_string(p.act.half));
        rc = commit(x, write_proposal, &p, fault);
    }
out:
    jy_wipe(p.act.half, sizeof(p.act.half));
    jy_buf_free(&p.act.half_wrapped);
    json_decref(person);
    return rc;
}

/* -- list -- */

static const struct column act_columns[] = {
    { "act_id", COL_TEXT }, { "kind", COL_TEXT }, { "person_id", COL_TEXT }, { "login", COL_TEXT }, { "reason", COL_TEXT }, { "half_wrapped", COL_BASE64 },
    { "state", COL_TEXT }, { "proposer_id", COL_TEXT }, { NULL, COL_TEXT },
};
static const struct column list_columns[] = {
    { "seq", COL_INT }, { "act_id", COL_TEXT }, { "kind", COL_TEXT }, { "person_id", COL_TEXT }, { "login", COL_TEXT }, { "reason", COL_TEXT },
    { "state", COL_TEXT }, { "proposer_id", COL_TEXT }, { "decider_id", COL_TEXT }, { "created", COL_TIME }, { "decided", COL_TIME }, { NULL, COL_TEXT },
};

jy_err
act_list(struct exchange *x, struct jy_fault *fault)
{
    struct page page;
    json_t *rows = NULL;
    jy_err rc;

    if ((rc = page_read(x, &page, fault)) == JY_OK &&
        (rc = find_rows(x, SQL_ACT_LIST, BINDS(B_INT("before", page.before), B_INT("limit", page.limit)), list_columns, &rows, fault)) == JY_OK)
        rc = answer_page(x, &page, rows);
    return rc;
}

/* -- decide -- */

struct decision { struct exchange *x; const struct act_kind *kind; const char *person_id, *to; struct password password; };

static jy_err
set_state(struct db_tx *tx, const struct decision *d, const char *to, struct jy_fault *fault)
{
    return to == NULL ? JY_OK : account_amend(tx, d->x->web, d->person_id, SQL_PERSON_SET_STATE,
                                              BINDS(B_TEXT("to", to), B_TEXT("person_id", d->person_id), B_TEXT("from", d->kind->from)), fault);
}

static jy_err
carry_out(struct db_tx *tx, const struct decision *d, struct jy_fault *fault)
{
    const struct web *web = d->x->web;
    const char *id = d->person_id;
    jy_err rc = set_state(tx, d, d->kind->to, fault);

    if (rc == JY_OK && d->kind->gives_password)
        rc = account_amend(tx, web, id, SQL_PERSON_SET_PASSWORD,
                           BINDS(B_TEXT("password_kind", d->password.kind), B_BLOB("password_salt", JY_SLICE(d->password.salt, PASSWORD_SALT)),
                                 B_BLOB("password_hash", JY_SLICE(d->password.hash, PASSWORD_HASH)), B_INT("now", d->x->now), B_INT("issued", 1),
                                 B_TEXT("person_id", id)), fault);
    if (rc == JY_OK && d->kind->clears_factor &&
        (rc = account_amend(tx, web, id, SQL_PERSON_SET_SECOND_FACTOR, BINDS(B_INT("second_factor", 0), B_TEXT("person_id", id)), fault)) == JY_OK &&
        (rc = rows_run(tx, SQL_FACTOR_DELETE_ALL, BINDS(B_TEXT("person_id", id)), NULL, fault)) == JY_OK)
        rc = rows_run(tx, SQL_RECOVERY_DELETE_ALL, BINDS(B_TEXT("person_id", id)), NULL, fault);
    return rc != JY_OK ? rc : rows_run(tx, SQL_SESSION_DELETE_OF_PERSON, BINDS(B_TEXT("person_id", id)), NULL, fault);
}

static jy_err
write_decision(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    const struct decision *d = arg;
    jy_err rc = move_row(tx, SQL_ACT_DECIDE, BINDS(B_TEXT("to", d->to), B_TEXT("decider_id", d->x->actor.person_id), B_INT("now", d->x->now),
                                                   B_TEXT("act_id", d->x->id)), fault);

    if (rc == JY_OK)
        rc = strcmp(d->to, "CONFIRMED") == 0 ? carry_out(tx, d, fault) : set_state(tx, d, d->kind->refused, fault);
    return rc;
}

/* The whole password, its second half shown to the one who confirms. */
static jy_err
second_half(struct exchange *x, const json_t *act, struct decision *d, json_t *answer)
{
    struct jy_buf first = { 0 };
    char fresh[32] = "", whole[64] = "";
    jy_err rc;

    if ((rc = personal_unwrap(x->web, x->id, "password_half", member(act, "half_wrapped"), &first)) == JY_OK && (rc = password_fresh(fresh)) == JY_OK) {
        fresh[12] = '\0';
        snprintf(whole, sizeof(whole), "%.*s%s", (int)first.len, (const char *)first.p, fresh);
        rc = password_make(x->web, whole, &d->password);
        json_object_set_new(answer, "password_second_half", json_string(fresh));
    }
    jy_wipe(fresh, sizeof(fresh));
    jy_wipe(whole, sizeof(whole));
    jy_buf_wipe(&first);
    return rc;
}

static jy_err
decide(struct exchange *x, const char *to, struct jy_fault *fault)
{
    struct decision d = { .x = x, .to = to };
    bool confirms = strcmp(to, "CONFIRMED") == 0;
    json_t *act = NULL, *answer = NULL;
    jy_err rc;

    if ((rc = find_row(x, SQL_ACT_BY_ID, BINDS(B_TEXT("act_id", x->id)), act_columns, &act, fault)) != JY_OK)
        return rc;
    d.person_id = member(act, "person_id");
    PUT(x->object, d.person_id);
    x->detail = json_pack("{s:s, s:s, s:s}", "act", x->id, "kind", member(act, "kind"), "to", to);
    if (strcmp(member(act, "state"), "PROPOSED") != 0)
        rc = jy_fail(fault, JY_E_BAD_STATE, "state", 0, "the act is %s", member(act, "state"));
    else if (strcmp(d.person_id, x->actor.person_id) == 0 || strcmp(member(act, "proposer_id"), x->actor.person_id) == 0)
        rc = jy_fail(fault, JY_E_TWO_PERSONS, "id", 0, "%s", x->id);
    else if ((d.kind = kind_by_code(member(act, "kind"))) == NULL)
        rc = JY_E_INTERNAL;
    if (rc == JY_OK && (answer = json_pack("{s:s}", "state", to)) == NULL)
        rc = JY_E_NOMEM;
    if (rc == JY_OK && confirms && d.kind->gives_password)
        rc = second_half(x, act, &d, answer);
    if (rc == JY_OK && (rc = answer_json(x, 200, json_incref(answer))) == JY_OK)
        rc = commit(x, write_decision, &d, fault);
    jy_wipe(&d.password, sizeof(d.password));
    json_decref(answer);
    json_decref(act);
    return rc;
}

jy_err
act_confirm(struct exchange *x, struct jy_fault *fault)
{
    return decide(x, "CONFIRMED", fault);
}

jy_err
act_refuse(struct exchange *x, struct jy_fault *fault)
{
    return decide(x, "REFUSED", fault);
}
