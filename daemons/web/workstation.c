/* SPDX-License-Identifier: Apache-2.0 */
/* R13.4: the machines on a maker's premises: asked for by the maker, confirmed by the police, needed for making. */
#include "codec/text.h"
#include "daemons/web/making.h"
#include "daemons/web/route.h"

#include <string.h>

#define TOKEN_BYTES 32
#define TOKEN_DIGITS (2 * TOKEN_BYTES)

static const struct column list_columns[] = {
    { "seq", COL_INT }, { "workstation_id", COL_TEXT }, { "maker_id", COL_TEXT }, { "name", COL_TEXT }, { "place", COL_TEXT }, { "state", COL_TEXT },
    { "asked_by", COL_TEXT }, { "decided_by", COL_TEXT }, { "reason", COL_TEXT }, { "created", COL_TIME }, { NULL, COL_TEXT },
};
static const struct column workstation_columns[] = { { "workstation_id", COL_TEXT }, { "maker_id", COL_TEXT }, { "state", COL_TEXT }, { NULL, COL_TEXT } };

struct workstation { struct exchange *x; char id[WEB_ID_SIZE]; uint8_t digest[JY_SM3_SIZE]; };

static jy_err
insert_workstation(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct workstation *w = arg;
    struct exchange *x = w->x;

    return rows_run(tx, SQL_WORKSTATION_INSERT,
                    BINDS(B_TEXT("workstation_id", w->id), B_TEXT("maker_id", x->id), B_TEXT("name", in_text(x, "name")),
                          B_TEXT("place", in_text(x, "place")), B_BLOB("token_digest", JY_SLICE(w->digest, JY_SM3_SIZE)), B_TEXT("state", "PENDING"),
                          B_TEXT("person_id", x->actor.person_id), B_INT("now", x->now)), NULL, fault);
}

/* By the maker's staff, on the machine itself: the token is shown once and stays there. */
jy_err
workstation_create(struct exchange *x, struct jy_fault *fault)
{
    struct workstation w = { .x = x };
    uint8_t token[TOKEN_BYTES];
    char digits[TOKEN_DIGITS + 1];
    jy_err rc;

    if (strcmp(x->id, x->actor.maker_id) != 0)
        return jy_fail(fault, JY_E_NOT_FOUND, "id", 0, "%s", x->id);
    if ((rc = fresh_id(w.id)) == JY_OK && (rc = jy_random(token, sizeof(token))) == JY_OK) {
        jy_hex(JY_SLICE(token, sizeof(token)), digits);
        if ((rc = jy_sm3(JY_SLICE((const uint8_t *)digits, TOKEN_DIGITS), w.digest)) == JY_OK &&
            (rc = answer_json(x, 201, json_pack("{s:s, s:s, s:s}", "workstation_id", w.id, "state", "PENDING", "token", digits))) == JY_OK) {
            PUT(x->object, w.id);
            rc = commit(x, insert_workstation, &w, fault);
        }
    }
    jy_wipe(token, sizeof(token));
    jy_wipe(digits, sizeof(digits));
    return rc;
}

jy_err
workstation_list(struct exchange *x, struct jy_fault *fault)
{
    struct page page;
    json_t *rows = NULL;
    jy_err rc;

    if ((rc = page_read(x, &page, fault)) == JY_OK &&
        (rc = find_rows(x, SQL_WORKSTATION_LIST, BINDS(B_TEXT("maker_id", x->id), B_INT("before", page.before), B_INT("limit", page.limit), SCOPE_CITY(x),
                                                       SCOPE_DISTRICT(x), SCOPE_MAKER(x)), list_columns, &rows, fault)) == JY_OK)
        rc = answer_page(x, &page, rows);
    return rc;
}

struct workstation_move { struct exchange *x; const char *from, *to; };

static jy_err
move_workstation(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    const struct workstation_move *m = arg;

    return move_row(tx, SQL_WORKSTATION_SET_STATE, BINDS(B_TEXT("to", m->to), B_TEXT("person_id", m->x->actor.person_id),
                                                         B_TEXT("reason", in_text(m->x, "reason")), B_TEXT("workstation_id", m->x->id),
                                                         B_TEXT("from", m->from)), fault);
}

static jy_err
workstation_event(struct exchange *x, const char *event, struct jy_fault *fault)
{
    struct workstation_move move = { .x = x };
    json_t *row = NULL;
    jy_err rc;

    if ((rc = find_row(x, SQL_WORKSTATION_BY_ID, BINDS(B_TEXT("workstation_id", x->id), SCOPE_CITY(x), SCOPE_DISTRICT(x), SCOPE_MAKER(x)),
                       workstation_columns, &row, fault)) != JY_OK)
        return rc;
    move.from = member(row, "state");
    if ((rc = state_after(workstation_moves, move.from, event, &move.to, fault)) == JY_OK &&
        (rc = answer_json(x, 200, json_pack("{s:s}", "state", move.to))) == JY_OK)
        rc = commit(x, move_workstation, &move, fault);
    json_decref(row);
    return rc;
}

jy_err
workstation_confirm(struct exchange *x, struct jy_fault *fault)
{
    return workstation_event(x, "confirm", fault);
}

jy_err
workstation_revoke(struct exchange *x, struct jy_fault *fault)
{
    return workstation_event(x, "revoke", fault);
}

jy_err
made_at(struct exchange *x, char workstation_id[WEB_ID_SIZE], struct jy_fault *fault)
{
    const char *token = jy_http_header(x->request, "X-Workstation");
    uint8_t digest[JY_SM3_SIZE];
    json_t *row = NULL;
    jy_err rc;

    workstation_id[0] = '\0';
    if (token == NULL)
        return jy_room_config_bool(x->web->room, "making_workstation") ?
            jy_fail(fault, JY_E_WORKSTATION, "X-Workstation", 0, "the request does not say from which workstation it comes (R13.4)") : JY_OK;
    if (strlen(token) != TOKEN_DIGITS || (rc = jy_sm3(jy_slice_text(token), digest)) != JY_OK)
        return jy_fail(fault, JY_E_WORKSTATION, "X-Workstation", 0, "is no workstation's token");
    rc = find_row(x, SQL_WORKSTATION_BY_TOKEN, BINDS(B_BLOB("token_digest", JY_SLICE(digest, sizeof(digest)))), workstation_columns, &row, fault);
    if (rc == JY_E_NOT_FOUND || (rc == JY_OK && strcmp(member(row, "maker_id"), x->actor.maker_id) != 0))
        rc = jy_fail(fault, JY_E_WORKSTATION, "X-Workstation", 0, "is no workstation of this maker (R13.4)");
    else if (rc == JY_OK && strcmp(member(row, "state"), "REGISTERED") != 0)
        rc = jy_fail(fault, JY_E_WORKSTATION, "X-Workstation", 0, "this workstation is %s (R13.4)", member(row, "state"));
    else if (rc == JY_OK)
        put(workstation_id, WEB_ID_SIZE, member(row, "workstation_id"));
    json_decref(row);
    return rc;
}
