/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Holds on a seal (R21.2, R4.1): its own organization's, lifted by the custodian's PIN, and the supervisors', each lifted by officers whom it names. A
 * seal is FROZEN as long as any stands. The key room is told first, both ways: it stops before this register says so, and what it still holds goes on
 * stopping whatever is written here. Outside, only changes of the effective state are told.
 */
#include "codec/text.h"
#include "daemons/web/route.h"
#include "daemons/web/seal.h"

#include <stdio.h>
#include <string.h>

#define OFFICERS_MAX 32                    /* the key room names no more */
#define WHO_SIZE 256

static const struct column standing_columns[] = {
    { "hold_id", COL_TEXT }, { "owner", COL_TEXT }, { "placed", COL_TIME }, { "needed", COL_INT }, { "officers", COL_TEXT }, { NULL, COL_TEXT },
};
static const struct column list_columns[] = {
    { "hold_id", COL_TEXT }, { "owner", COL_TEXT }, { "state", COL_TEXT }, { "placed_by", COL_TEXT }, { "reason", COL_TEXT }, { "placed", COL_TIME },
    { "needed", COL_INT }, { "officers", COL_TEXT }, { "lifted_by", COL_TEXT }, { "lifted_reason", COL_TEXT }, { "lifted", COL_TIME }, { NULL, COL_TEXT },
};
static const struct column agreement_columns[] = {
    { "hold_id", COL_TEXT }, { "person_id", COL_TEXT }, { "reason", COL_TEXT }, { "agreed", COL_TIME }, { NULL, COL_TEXT },
};
static const struct column hold_columns[] = {
    { "hold_id", COL_TEXT }, { "seal_id", COL_TEXT }, { "owner", COL_TEXT }, { "state", COL_TEXT }, { "needed", COL_INT }, { "officers", COL_TEXT },
    { "es_id", COL_TEXT }, { "district", COL_TEXT }, { "seal_state", COL_TEXT }, { NULL, COL_TEXT },
};
static const struct column person_columns[] = { { "person_id", COL_TEXT }, { NULL, COL_TEXT } };
static const struct column number_columns[] = { { "placed", COL_INT }, { NULL, COL_TEXT } };
static const struct column state_columns[] = { { "state", COL_TEXT }, { NULL, COL_TEXT } };

/* -- looking -- */

/* "approver-A approver-B" as a list of person ids. */
static json_t *
people_of(const char *officers)
{
    json_t *people = json_array();
    char person[WEB_ID_SIZE];

    while (*(officers += strspn(officers, " ")) != '\0') {
        size_t len = strcspn(officers, " ");
        if (len > strlen("approver-") && len - strlen("approver-") < sizeof(person)) {
            snprintf(person, sizeof(person), "%.*s", (int)(len - strlen("approver-")), officers + strlen("approver-"));
            json_array_append_new(people, json_string(person));
        }
        officers += len;
    }
    return people;
}

jy_err
holds_show(const struct exchange *x, json_t *seal, struct jy_fault *fault)
{
    json_t *holds = NULL, *agreements = NULL, *hold, *agreement;
    size_t i, k;
    jy_err rc;

    if ((rc = find_rows(x, SQL_HOLD_LIST, BINDS(B_TEXT("seal_id", member(seal, "seal_id"))), list_columns, &holds, fault)) == JY_OK &&
        (rc = find_rows(x, SQL_HOLD_AGREEMENTS, BINDS(B_TEXT("seal_id", member(seal, "seal_id"))), agreement_columns, &agreements, fault)) == JY_OK) {
        json_array_foreach(holds, i, hold) {
            json_t *agreed = json_array();
            json_array_foreach(agreements, k, agreement)
                if (strcmp(member(agreement, "hold_id"), member(hold, "hold_id")) == 0)
                    json_array_append_new(agreed, json_pack("{s:s, s:s, s:s}", "person_id", member(agreement, "person_id"), "reason",
                                                            member(agreement, "reason"), "agreed", member(agreement, "agreed")));
            json_object_set_new(hold, "may_lift", people_of(member(hold, "officers")));
            json_object_set_new(hold, "agreements", agreed);
            json_object_del(hold, "officers");
        }
        if (json_object_set(seal, "holds", holds) != 0)
            rc = JY_E_NOMEM;
    }
    json_decref(agreements);
    json_decref(holds);
    return rc;
}

static jy_err
standing(const struct exchange *x, const char *seal_id, json_t **out, struct jy_fault *fault)
{
    return find_rows(x, SQL_HOLD_STANDING, BINDS(B_TEXT("seal_id", seal_id)), standing_columns, out, fault);
}

static const json_t *
standing_of(const json_t *holds, const char *owner)
{
    const json_t *hold;
    size_t i;

    json_array_foreach(holds, i, hold)
        if (strcmp(member(hold, "owner"), owner) == 0)
            return hold;
    return NULL;
}

/* "the municipal police since 2026-01-01T00:00:00Z (the municipal officers whom it names lift it together)" for each. */
static void
say_who(const json_t *holds, char *out, size_t size)
{
    const json_t *hold;
    size_t i, at = 0;

    out[0] = '\0';
    json_array_foreach(holds, i, hold) {
        const struct hold_owner *owner = hold_owner_by_code(member(hold, "owner"));
        if (owner != NULL && at < size)
            at += (size_t)snprintf(out + at, size - at, "%s%s since %s (%s)", at == 0 ? "" : "; ", owner->en, member(hold, "placed"), owner->lifted_en);
    }
}

jy_err
seal_not_live(const struct exchange *x, const char *seal_id, const char *state, struct jy_fault *fault)
{
    json_t *holds = NULL;
    char who[WHO_SIZE];
    jy_err rc;

    if (strcmp(state, "FROZEN") != 0)
        return jy_fail(fault, JY_E_SEAL_NOT_LIVE, "seal_id", 0, "its state is %s", state);
    if ((rc = standing(x, seal_id, &holds, fault)) == JY_OK) {
        say_who(holds, who, sizeof(who));
        rc = jy_fail(fault, JY_E_SEAL_NOT_LIVE, "seal_id", 0, "its state is FROZEN, held by %s", who);
    }
    json_decref(holds);
    return rc;
}

static jy_err
say_held(const json_t *holds, struct jy_fault *fault)
{
    char who[WHO_SIZE];

    say_who(holds, who, sizeof(who));
    return jy_fail(fault, JY_E_SEAL_HELD, "hold", 0, "%s", who);
}

/* -- what holds make of the seal's state, in the transaction that changes one of them -- */

struct hold_change {
    struct exchange *x;
    const char *seal_id, *es_id, *district;
    const char *hold_id, *owner, *reason, *officers;
    int64_t needed;
    int missing;                           /* of a lifting: how many more must agree */
    jy_time at;
};

/* *state: the effective one after; *holds: what stands after. Both are the caller's to free. */
static jy_err
settle(struct db_tx *tx, struct hold_change *c, json_t **state, json_t **holds, struct jy_fault *fault)
{
    struct seal_change change = { .seal_id = c->seal_id, .es_id = c->es_id, .district = c->district, .actor_id = c->x->actor.person_id, .reason = c->reason,
                                  .at = c->at };
    jy_err rc;

    if ((rc = rows_first(tx, SQL_SEAL_STATE_NOW, BINDS(B_TEXT("seal_id", c->seal_id)), state_columns, state, fault)) != JY_OK ||
        (rc = rows_read(tx, SQL_HOLD_STANDING, BINDS(B_TEXT("seal_id", c->seal_id)), standing_columns, holds, fault)) != JY_OK)
        return rc;
    change.from = member(*state, "state");
    if ((change.event = seal_event_of_holds(change.from, json_array_size(*holds))) == NULL)
        return JY_OK;
    if ((rc = seal_change(tx, &change, fault)) == JY_OK && json_object_set_new(*state, "state", json_string(change.to)) != 0)
        rc = JY_E_NOMEM;
    return rc;
}

static json_t *
owners_of(const json_t *holds)
{
    json_t *owners = json_array();
    const json_t *hold;
    size_t i;

    json_array_foreach(holds, i, hold)
        json_array_append(owners, json_object_get(hold, "owner"));
    return owners;
}

/* -- placing -- */

static jy_err
write_hold(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct hold_change *c = arg;
    json_t *state = NULL, *holds = NULL;
    jy_err rc;

    c->at = jy_now();
    rc = rows_run(tx, SQL_HOLD_INSERT,
                  BINDS(B_TEXT("hold_id", c->hold_id), B_TEXT("seal_id", c->seal_id), B_TEXT("owner", c->owner), B_TEXT("person_id", c->x->actor.person_id),
                        B_TEXT("reason", c->reason), B_INT("now", c->at), B_INT("needed", c->needed), B_TEXT("officers", c->officers)), NULL, fault);
    if (rc == JY_OK && (rc = settle(tx, c, &state, &holds, fault)) == JY_OK && !seal_may_be_held(member(state, "state")))
        rc = jy_fail(fault, JY_E_BAD_STATE, "state", 0, "the seal is %s now", member(state, "state"));
    if (rc == JY_OK)
        rc = answer_json(c->x, 200, json_pack("{s:s, s:s, s:s, s:o, s:I, s:o}", "state", member(state, "state"), "hold_id", c->hold_id, "owner", c->owner,
                                              "held_by", owners_of(holds), "needed", (json_int_t)c->needed, "may_lift", people_of(c->officers)));
    json_decref(holds);
    json_decref(state);
    return rc;
}

/* The same id for as long as it was not recorded: a hold that only the key room has, after a crash, is taken up by the next one who places it. */
static jy_err
hold_id_of(const struct exchange *x, const char *seal_id, const char *owner, char out[WEB_ID_SIZE], struct jy_fault *fault)
{
    uint8_t digest[JY_SM3_SIZE];
    json_t *row = NULL;
    char name[192];
    jy_err rc = find_row(x, SQL_HOLD_NUMBER, BINDS(B_TEXT("seal_id", seal_id), B_TEXT("owner", owner)), number_columns, &row, fault);

    if (rc == JY_OK) {
        snprintf(name, sizeof(name), "jinyin hold %s %s %lld", seal_id, owner, (long long)member_int(row, "placed", 0));
        if ((rc = jy_sm3(jy_slice_text(name), digest)) == JY_OK)
            jy_hex(JY_SLICE(digest, (WEB_ID_SIZE - 1) / 2), out);
    }
    json_decref(row);
    return rc;
}

/* Who may lift it: officers with a key of their own, of the seal's district or the city; for a hold of the city, of the city. */
static jy_err
find_officers(struct exchange *x, const struct hold_change *c, char *out, size_t size, struct jy_fault *fault)
{
    json_t *rows = NULL, *row;
    size_t i, at = 0;
    jy_err rc = find_rows(x, SQL_HOLD_OFFICERS,
                          BINDS(B_INT("police", ROLE_POLICE), B_INT("city", strcmp(c->owner, "city_police") == 0), B_TEXT("district", c->district),
                                B_TEXT("person_id", x->actor.person_id), B_INT("limit", OFFICERS_MAX)), person_columns, &rows, fault);

    out[0] = '\0';
    json_array_foreach(rows, i, row) {
        char key_id[65];
        key_id_of("approver", member(row, "person_id"), key_id);
        if (at + strlen(key_id) + 2 < size)
            at += (size_t)snprintf(out + at, size - at, "%s%s", at == 0 ? "" : " ", key_id);
    }
    json_decref(rows);
    return rc;
}

static jy_err
place_in_key(struct exchange *x, struct hold_change *c, struct jy_frame *reply, struct jy_fault *fault)
{
    struct jy_msg_KEY_HOLD ask = { { 0 } };
    jy_err rc;

    if (!hold_owner_by_code(c->owner)->supervisor) {
        c->needed = 1;
        c->officers = "";
        return seal_key_state(x->web, c->seal_id, "frozen", JY_EMPTY, fault);
    }
    PUT(ask.seal_key_id, c->seal_id);
    PUT(ask.hold_id, c->hold_id);
    if ((rc = find_officers(x, c, ask.officers, sizeof(ask.officers), fault)) == JY_OK &&
        (rc = ask_key(x->web, JY_MSG_KEY_HOLD, &ask, reply, fault)) == JY_OK) {
        c->needed = reply->u.KEY_HELD.needed;
        c->officers = reply->u.KEY_HELD.officers;
    }
    return rc;
}

jy_err
seal_freeze(struct exchange *x, struct jy_fault *fault)
{
    struct hold_change c = { .x = x, .reason = in_text(x, "reason") };
    json_t *seal = NULL, *holds = NULL;
    struct jy_frame reply = { 0 };
    char hold_id[WEB_ID_SIZE];
    jy_err rc;

    if ((rc = seal_find(x, &seal, fault)) != JY_OK ||
        ((x->actor.roles & ROLE_POLICE) == 0 && (rc = seal_must_be_custodian(x, seal, fault)) != JY_OK) ||
        (rc = standing(x, x->id, &holds, fault)) != JY_OK)
        goto out;
    c.owner = (x->actor.roles & ROLE_POLICE) == 0 ? "organization" : x->actor.district[0] != '\0' ? "district_police" : "city_police";
    c.seal_id = member(seal, "seal_id");
    c.es_id = member(seal, "es_id");
    c.district = member(seal, "district");
    if (!seal_may_be_held(member(seal, "state")))
        rc = jy_fail(fault, JY_E_BAD_STATE, "state", 0, "\"freeze\" is not possible in state %s", member(seal, "state"));
    else if (standing_of(holds, c.owner) != NULL)
        rc = jy_fail(fault, JY_E_BAD_STATE, "hold", 0, "%s held it already, since %s", hold_owner_by_code(c.owner)->en,
                     member(standing_of(holds, c.owner), "placed"));
    if (rc == JY_OK && (rc = hold_id_of(x, c.seal_id, c.owner, hold_id, fault)) == JY_OK) {
        c.hold_id = hold_id;
        if ((rc = place_in_key(x, &c, &reply, fault)) == JY_OK)
            rc = commit(x, write_hold, &c, fault);
    }
out:
    jy_frame_free(&reply);
    json_decref(holds);
    json_decref(seal);
    return rc;
}

/* -- lifting the own one -- */

static jy_err
write_lift(struct db_tx *tx, struct hold_change *c, struct jy_fault *fault)
{
    return move_row(tx, SQL_HOLD_LIFT, BINDS(B_TEXT("person_id", c->x->actor.person_id), B_TEXT("reason", c->reason), B_INT("now", c->at),
                                             B_TEXT("hold_id", c->hold_id)), fault);
}

static jy_err
write_own_lift(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct hold_change *c = arg;
    json_t *state = NULL, *holds = NULL;
    jy_err rc;

    c->at = jy_now();
    if ((rc = write_lift(tx, c, fault)) == JY_OK && (rc = settle(tx, c, &state, &holds, fault)) == JY_OK)
        rc = answer_json(c->x, 200, json_pack("{s:s, s:o}", "state", member(state, "state"), "held_by", owners_of(holds)));
    json_decref(holds);
    json_decref(state);
    return rc;
}

jy_err
seal_unfreeze(struct exchange *x, struct jy_fault *fault)
{
    struct hold_change c = { .x = x };
    json_t *seal = NULL, *holds = NULL;
    struct jy_buf sealed = { 0 };
    const json_t *own;
    const char *to;
    jy_err rc;

    if ((rc = seal_find(x, &seal, fault)) != JY_OK || (rc = seal_must_be_custodian(x, seal, fault)) != JY_OK ||
        (rc = state_after(seal_moves, member(seal, "state"), "unfreeze", &to, fault)) != JY_OK || (rc = standing(x, x->id, &holds, fault)) != JY_OK)
        goto out;
    if ((own = standing_of(holds, "organization")) == NULL) {
        rc = say_held(holds, fault);
        goto out;
    }
    c.seal_id = member(seal, "seal_id");
    c.es_id = member(seal, "es_id");
    c.district = member(seal, "district");
    c.hold_id = member(own, "hold_id");
    if ((rc = in_sealed(x, "sealed", &sealed, fault)) == JY_OK && (rc = seal_key_state(x->web, x->id, "live", jy_buf_slice(&sealed), fault)) == JY_OK)
        rc = commit(x, write_own_lift, &c, fault);
out:
    jy_buf_free(&sealed);
    json_decref(holds);
    json_decref(seal);
    return rc;
}

/* -- lifting a supervisor's: by officers whom it names, each with his own PIN -- */

static jy_err
write_agreement(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct hold_change *c = arg;
    json_t *state = NULL, *holds = NULL;
    jy_err rc;

    c->at = jy_now();
    if ((rc = rows_run(tx, SQL_HOLD_AGREE, BINDS(B_TEXT("hold_id", c->hold_id), B_TEXT("person_id", c->x->actor.person_id), B_TEXT("reason", c->reason),
                                                 B_INT("now", c->at)), NULL, fault)) == JY_OK &&
        (c->missing > 0 || (rc = write_lift(tx, c, fault)) == JY_OK) && (rc = settle(tx, c, &state, &holds, fault)) == JY_OK)
        rc = answer_json(c->x, 200, json_pack("{s:s, s:i, s:s, s:o}", "state", c->missing > 0 ? "STANDING" : "LIFTED", "missing", c->missing, "seal_state",
                                              member(state, "state"), "held_by", owners_of(holds)));
    json_decref(holds);
    json_decref(state);
    return rc;
}

jy_err
hold_lift(struct exchange *x, struct jy_fault *fault)
{
    struct hold_change c = { .x = x, .hold_id = x->id, .reason = in_text(x, "reason") };
    struct jy_msg_KEY_LIFT ask = { { 0 } };
    struct jy_frame reply = { 0 };
    struct jy_buf sealed = { 0 };
    json_t *hold = NULL;
    const char *to;
    jy_err rc;

    if ((rc = find_row(x, SQL_HOLD_BY_ID, BINDS(B_TEXT("hold_id", x->id), SCOPE_CITY(x), SCOPE_DISTRICT(x)), hold_columns, &hold, fault)) != JY_OK)
        goto out;
    c.seal_id = member(hold, "seal_id");
    c.es_id = member(hold, "es_id");
    c.district = member(hold, "district");
    PUT(x->object, c.seal_id);
    x->detail = json_pack("{s:s, s:s, s:s}", "hold", x->id, "owner", member(hold, "owner"), "reason", c.reason);
    if (!hold_owner_by_code(member(hold, "owner"))->supervisor)
        rc = jy_fail(fault, JY_E_FORBIDDEN, "hold", 0, "%s holds it: %s (R21.2)", hold_owner_by_code(member(hold, "owner"))->en,
                     hold_owner_by_code(member(hold, "owner"))->lifted_en);
    else
        rc = state_after(hold_moves, member(hold, "state"), "lift", &to, fault);
    if (rc != JY_OK || (rc = in_sealed(x, "sealed", &sealed, fault)) != JY_OK)
        goto out;
    PUT(ask.seal_key_id, c.seal_id);
    PUT(ask.hold_id, x->id);
    key_id_of("approver", x->actor.person_id, ask.by_key_id);
    ask.sealed_pin = jy_buf_slice(&sealed);
    if ((rc = ask_key(x->web, JY_MSG_KEY_LIFT, &ask, &reply, fault)) == JY_OK) {
        c.missing = (int)reply.u.KEY_LIFT_NOTED.missing;
        rc = commit(x, write_agreement, &c, fault);
    }
out:
    jy_frame_free(&reply);
    jy_buf_free(&sealed);
    json_decref(hold);
    return rc;
}

/* -- a suspended seal that is resumed (N1) -- */

static bool
any_supervisor(const json_t *holds)
{
    return json_array_size(holds) > (standing_of(holds, "organization") == NULL ? 0 : 1);
}

jy_err
holds_permit_resumption(const struct exchange *x, const char *seal_id, struct jy_fault *fault)
{
    json_t *holds = NULL;
    jy_err rc = standing(x, seal_id, &holds, fault);

    if (rc == JY_OK && any_supervisor(holds))
        rc = say_held(holds, fault);
    json_decref(holds);
    return rc;
}

jy_err
holds_end_by_resumption(struct db_tx *tx, struct exchange *x, const char *seal_id, jy_time at, struct jy_fault *fault)
{
    struct hold_change c = { .x = x, .reason = "resumed", .at = at };
    json_t *holds = NULL;
    const json_t *own;
    jy_err rc = rows_read(tx, SQL_HOLD_STANDING, BINDS(B_TEXT("seal_id", seal_id)), standing_columns, &holds, fault);

    if (rc == JY_OK && any_supervisor(holds))
        rc = say_held(holds, fault);
    else if (rc == JY_OK && (own = standing_of(holds, "organization")) != NULL) {
        c.hold_id = member(own, "hold_id");
        rc = write_lift(tx, &c, fault);
    }
    json_decref(holds);
    return rc;
}
