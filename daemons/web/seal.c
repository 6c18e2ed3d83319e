/* SPDX-License-Identifier: Apache-2.0 */
/* A seal after it was made: looked at, handed over (R19.1), cancelled (R21.1), status at any time (N5). */
#include "codec/text.h"
#include "daemons/web/route.h"
#include "daemons/web/seal.h"

#include <stdio.h>
#include <string.h>

static const struct column seal_columns[] = {
    { "seal_id", COL_TEXT }, { "es_id", COL_TEXT }, { "seal_code", COL_TEXT }, { "organization_id", COL_TEXT }, { "organization_name", COL_TEXT },
    { "uscc", COL_TEXT }, { "district", COL_TEXT }, { "maker_id", COL_TEXT }, { "kind", COL_TEXT }, { "name", COL_TEXT }, { "state", COL_TEXT },
    { "valid_from", COL_TIME }, { "valid_to", COL_TIME }, { "width_mm", COL_INT }, { "height_mm", COL_INT }, { "seal", COL_BASE64 },
    { "certificate", COL_BASE64 }, { "certificate_serial", COL_TEXT }, { "impression_digest", COL_HEX }, { "custodian_id", COL_TEXT },
    { "holder_id", COL_TEXT }, { "scope_categories", COL_TEXT }, { "scope_amount_max_fen", COL_INT },
    { "scope_valid_to", COL_INT }, { "replaces_seal_id", COL_TEXT }, { "maker_person_id", COL_TEXT },
    { "maker_workstation_id", COL_TEXT }, { "created", COL_TIME }, { NULL, COL_TEXT },
};
static const struct column list_columns[] = {
    { "seq", COL_INT }, { "seal_id", COL_TEXT }, { "es_id", COL_TEXT }, { "organization_id", COL_TEXT }, { "organization_name", COL_TEXT },
    { "maker_id", COL_TEXT }, { "kind", COL_TEXT }, { "name", COL_TEXT }, { "state", COL_TEXT }, { "valid_from", COL_TIME }, { "valid_to", COL_TIME },
    { "custodian_id", COL_TEXT }, { "created", COL_TIME }, { NULL, COL_TEXT },
};
static const struct column history_columns[] = {
    { "since", COL_TIME }, { "event", COL_TEXT }, { "state", COL_TEXT }, { "actor_id", COL_TEXT }, { "reason", COL_TEXT }, { NULL, COL_TEXT },
};
static const struct column person_columns[] = {
    { "person_id", COL_TEXT }, { "roles", COL_INT }, { "organization_id", COL_TEXT }, { NULL, COL_TEXT },
};

jy_err
seal_find(struct exchange *x, json_t **out, struct jy_fault *fault)
{
    return find_row(x, SQL_SEAL_BY_ID, BINDS(B_TEXT("seal_id", x->id), SCOPE_ANYWHERE(x)), seal_columns, out, fault);
}

/* -- looking -- */

jy_err
seal_list(struct exchange *x, struct jy_fault *fault)
{
    struct page page;
    json_t *rows = NULL;
    jy_err rc;

    if ((rc = page_read(x, &page, fault)) == JY_OK &&
        (rc = find_rows(x, SQL_SEAL_LIST, BINDS(B_INT("before", page.before), B_INT("limit", page.limit), SCOPE_ANYWHERE(x)), list_columns, &rows,
                        fault)) == JY_OK)
        rc = answer_page(x, &page, rows);
    return rc;
}

jy_err
seal_show(struct exchange *x, struct jy_fault *fault)
{
    json_t *seal = NULL, *history = NULL;
    jy_err rc;

    if ((rc = seal_find(x, &seal, fault)) == JY_OK &&
        (rc = find_rows(x, SQL_SEAL_HISTORY, BINDS(B_TEXT("seal_id", x->id)), history_columns, &history, fault)) == JY_OK) {
        json_object_set(seal, "history", history);
        if ((rc = holds_show(x, seal, fault)) == JY_OK && (rc = scope_show(seal)) == JY_OK)
            rc = answer_json(x, 200, json_incref(seal));
    }
    json_decref(history);
    json_decref(seal);
    return rc;
}

static const struct column public_columns[] = { { "seal_id", COL_TEXT }, { "es_id", COL_TEXT }, { "state", COL_TEXT }, { NULL, COL_TEXT } };
static const struct column status_columns[] = { { "state", COL_TEXT }, { "since", COL_TIME }, { NULL, COL_TEXT } };

jy_err
seal_status(struct exchange *x, struct jy_fault *fault)
{
    const char *text = jy_http_query(x->request, "at");
    json_t *seal = NULL, *status = NULL;
    jy_time at = x->now;
    char when[21];
    jy_err rc;

    if (text != NULL && jy_time_parse_rfc3339(text, &at) != JY_OK)
        return jy_fail(fault, JY_E_BAD_FIELD, "at", 0, "must be a time such as 2026-01-31T09:00:00Z");
    if (at > x->now)
        return jy_fail(fault, JY_E_BAD_FIELD, "at", 0, "lies in the future");
    if ((rc = find_row(x, SQL_SEAL_PUBLIC_ID, BINDS(B_TEXT("id", x->id)), public_columns, &seal, fault)) != JY_OK)
        return rc;
    jy_time_rfc3339(at, when);
    rc = find_row(x, SQL_SEAL_STATUS_AT, BINDS(B_TEXT("seal_id", member(seal, "seal_id")), B_INT("at", at)), status_columns, &status, fault);
    if (rc == JY_OK && strcmp(member(seal, "state"), "VOID") == 0)        /* N8: from the beginning */
        json_object_set_new(status, "state", json_string("VOID"));
    if (rc == JY_OK || rc == JY_E_NOT_FOUND)              /* before it was made it had no state */
        rc = answer_json(x, 200, json_pack("{s:s, s:s, s:s, s:s, s:s?}", "seal_id", member(seal, "seal_id"), "es_id", member(seal, "es_id"), "at", when,
                                           "state", status == NULL ? "NOT_MADE" : member(status, "state"), "since",
                                           status == NULL ? NULL : member(status, "since")));
    json_decref(status);
    json_decref(seal);
    return rc;
}

/* -- handing over -- */

static jy_err
write_person(struct exchange *x, struct db_tx *tx, enum sql_name name, const char *person_id, struct jy_fault *fault)
{
    return move_row(tx, name, BINDS(B_TEXT("person_id", person_id), B_TEXT("seal_id", x->id)), fault);
}

static jy_err
write_custodian(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct exchange *x = arg;

    return write_person(x, tx, SQL_SEAL_SET_CUSTODIAN, in_text(x, "person_id"), fault);
}

jy_err
organization_member(struct exchange *x, const char *organization_id, const char *person_id, enum role role, const char *field, json_t **out,
                    struct jy_fault *fault)
{
    jy_err rc = find_row(x, SQL_PERSON_BY_ID, BINDS(B_TEXT("person_id", person_id)), person_columns, out, fault);

    if (rc == JY_E_NOT_FOUND || (rc == JY_OK && (strcmp(member(*out, "organization_id"), organization_id) != 0 ||
                                                 ((unsigned)json_integer_value(json_object_get(*out, "roles")) & role) == 0)))
        rc = jy_fail(fault, JY_E_BAD_FIELD, field, 0, "is no %s of this organization", role_code(role));
    return rc;
}

jy_err
seal_custodian(struct exchange *x, struct jy_fault *fault)
{
    json_t *seal = NULL, *person = NULL;
    jy_err rc;

    if ((rc = seal_find(x, &seal, fault)) == JY_OK &&
        (rc = organization_member(x, member(seal, "organization_id"), in_text(x, "person_id"), ROLE_CUSTODIAN, "person_id", &person, fault)) == JY_OK) {
        if (member(seal, "holder_id")[0] != '\0')
            rc = jy_fail(fault, JY_E_BAD_STATE, "holder_id", 0, "a position seal is kept by its holder (R16.2)");
        else if (strcmp(member(seal, "state"), "FILED") != 0)
            rc = jy_fail(fault, JY_E_BAD_STATE, "state", 0, "a custodian is named before the hand-over, not in state %s", member(seal, "state"));
        else if ((rc = answer_json(x, 200, json_object())) == JY_OK)
            rc = commit(x, write_custodian, x, fault);
    }
    json_decref(person);
    json_decref(seal);
    return rc;
}

jy_err
seal_must_be_custodian(const struct exchange *x, const json_t *seal, struct jy_fault *fault)
{
    return strcmp(member(seal, "custodian_id"), x->actor.person_id) == 0 ? JY_OK :
        jy_fail(fault, JY_E_FORBIDDEN, "custodian", 0, "you are not this seal's custodian (R19.1)");
}

/* -- the PIN of a key: a seal's makes it ACTIVE at the first change (R19.2) -- */

jy_err
pin_was_set(struct db_tx *tx, const struct exchange *x, const char *key_id, struct jy_fault *fault)
{
    return rows_run(tx, SQL_KEY_PIN_SET, BINDS(B_TEXT("key_id", key_id), B_TEXT("person_id", x->actor.person_id), B_INT("now", x->now)), NULL, fault);
}

/* change NULL: of a key in use. R19.1: who activates a seal is its first custodian; the key room has it from his own machine. */
struct pin_change { struct exchange *x; struct seal_change *change; };

static jy_err
record_pin(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    const struct pin_change *p = arg;
    const struct seal_change *change = p->change;
    jy_err rc = pin_was_set(tx, p->x, p->x->id, fault);

    if (rc != JY_OK || change == NULL || (rc = seal_change(tx, p->change, fault)) != JY_OK)
        return rc;
    return rows_run(tx, SQL_CUSTODY_INSERT,
                    BINDS(B_TEXT("seal_id", change->seal_id), B_TEXT("from_person_id", NULL), B_TEXT("to_person_id", change->actor_id),
                          B_INT("now", change->at), B_INT("expires", change->at), B_INT("confirmed", change->at)), NULL, fault);
}

struct seal_change
seal_change_of(const struct exchange *x, const json_t *seal, const char *event, const char *reason)
{
    return (struct seal_change){ .seal_id = member(seal, "seal_id"), .es_id = member(seal, "es_id"), .district = member(seal, "district"),
                                 .from = member(seal, "state"), .event = event, .actor_id = x->actor.person_id, .reason = reason };
}

static jy_err
may_change_pin(struct exchange *x, json_t **seal, struct jy_fault *fault)
{
    char own[65];
    jy_err rc;

    if ((x->actor.roles & ROLE_MAKER_STAFF) != 0) {
        key_id_of("maker", x->actor.maker_id, own);
        if (strcmp(own, x->id) == 0)
            return JY_OK;
    }
    if ((x->actor.roles & (ROLE_APPROVER | ROLE_POLICE)) != 0) {
        key_id_of("approver", x->actor.person_id, own);
        if (strcmp(own, x->id) == 0)
            return JY_OK;
    }
    if ((rc = seal_find(x, seal, fault)) == JY_OK)
        rc = seal_must_be_custodian(x, *seal, fault);
    return rc;
}

/* N7: the one request that makers' and seals' keys share goes where the key is. */
static jy_err
key_is_here(const struct exchange *x, struct jy_fault *fault)
{
    enum jy_node node = strncmp(x->id, "maker-", 6) == 0 ? JY_NODE_MAKING : JY_NODE_STAMPING;

    return x->web->node == JY_NODE_WHOLE || x->web->node == node ? JY_OK :
        jy_fail(fault, JY_E_NOT_THIS_NODE, "id", 0, "this is the %s node; this key is on the %s node", jy_node_name(x->web->node), jy_node_name(node));
}

jy_err
key_change_pin(struct exchange *x, struct jy_fault *fault)
{
    struct jy_msg_KEY_CHANGE_PIN ask = { { 0 } };
    struct pin_change p = { .x = x };
    struct seal_change change;
    struct jy_frame reply = { 0 };
    struct jy_buf sealed = { 0 };
    json_t *seal = NULL;
    jy_err rc;

    if ((rc = key_is_here(x, fault)) != JY_OK || (rc = may_change_pin(x, &seal, fault)) != JY_OK || (rc = in_sealed(x, "sealed", &sealed, fault)) != JY_OK)
        goto out;
    PUT(ask.key_id, x->id);
    if (seal != NULL && strcmp(member(seal, "state"), "FILED") == 0)
        PUT(ask.person_id, x->actor.person_id);
    ask.sealed_pins = jy_buf_slice(&sealed);
    if ((rc = ask_key(x->web, JY_MSG_KEY_CHANGE_PIN, &ask, &reply, fault)) != JY_OK)
        goto out;
    x->status = 204;
    if (seal != NULL && strcmp(member(seal, "state"), "FILED") == 0) {
        change = seal_change_of(x, seal, "activate", NULL);
        p.change = &change;
    }
    rc = commit(x, record_pin, &p, fault);
out:
    jy_frame_free(&reply);
    jy_buf_free(&sealed);
    json_decref(seal);
    return rc;
}

/* -- ending: the key room first, so that no stamp can come after -- */

jy_err
seal_key_state(struct web *web, const char *seal_id, const char *state, struct jy_slice sealed, struct jy_fault *fault)
{
    struct jy_msg_KEY_SEAL_STATE ask = { { 0 } };
    struct jy_frame reply = { 0 };
    jy_err rc;

    PUT(ask.seal_key_id, seal_id);
    PUT(ask.state, state);
    ask.sealed_pin = sealed;
    if ((rc = ask_key(web, JY_MSG_KEY_SEAL_STATE, &ask, &reply, fault)) == JY_OK)
        jy_frame_free(&reply);
    return rc;
}

struct cancellation { struct seal_change change; const char *serial; int crl_reason; };

jy_err
seal_revoke(struct db_tx *tx, const char *seal_id, const char *serial, int crl_reason, jy_time at, struct jy_fault *fault)
{
    char event_id[WEB_ID_SIZE], when[21];
    jy_err rc = fresh_id(event_id);

    jy_time_rfc3339(at, when);
    return rc != JY_OK ? rc : outbox_put(tx, event_id, "ca", seal_id, at,
                                         json_pack("{s:s, s:i, s:s}", "serial", serial, "reason", crl_reason, "at", when), fault);
}

static jy_err
record_cancellation(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct cancellation *c = arg;
    jy_err rc = seal_change(tx, &c->change, fault);

    return rc != JY_OK ? rc : seal_revoke(tx, c->change.seal_id, c->serial, c->crl_reason, c->change.at, fault);
}

jy_err
seal_cancel(struct exchange *x, struct jy_fault *fault)
{
    const struct cancel_reason *reason = cancel_reason_by_code(in_text(x, "reason"));
    const char *description = in_text(x, "description"), *to;
    char text[512];
    struct cancellation c;
    json_t *seal = NULL;
    jy_err rc;

    snprintf(text, sizeof(text), "%s%s%s", reason->code, description == NULL ? "" : ": ", description == NULL ? "" : description);
    if ((rc = seal_find(x, &seal, fault)) != JY_OK || (rc = state_after(seal_moves, member(seal, "state"), "cancel", &to, fault)) != JY_OK ||
        (rc = seal_key_state(x->web, x->id, "cancelled", JY_EMPTY, fault)) != JY_OK || (rc = answer_json(x, 200, json_pack("{s:s}", "state", to))) != JY_OK)
        goto out;
    c = (struct cancellation){ seal_change_of(x, seal, "cancel", text), member(seal, "certificate_serial"), reason->crl_reason };
    rc = commit(x, record_cancellation, &c, fault);
out:
    json_decref(seal);
    return rc;
}
