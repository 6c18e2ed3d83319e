/* SPDX-License-Identifier: Apache-2.0 */
/* A seal's custody: handed over with both sides' word (R19.1); locked keys (R19.2). The key room decides; here it is recorded. */
#include "daemons/web/route.h"
#include "daemons/web/seal.h"

#include <string.h>

static const struct column custody_columns[] = {
    { "from_person_id", COL_TEXT }, { "to_person_id", COL_TEXT }, { "begun", COL_TIME }, { "expires", COL_TIME }, { "confirmed", COL_TIME },
    { NULL, COL_TEXT },
};

struct hand_over { struct exchange *x; jy_time expires; };

static jy_err
write_hand_over(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct hand_over *h = arg;

    return rows_run(tx, SQL_CUSTODY_INSERT,
                    BINDS(B_TEXT("seal_id", h->x->id), B_TEXT("from_person_id", h->x->actor.person_id), B_TEXT("to_person_id", in_text(h->x, "person_id")),
                          B_INT("now", h->x->now), B_INT("expires", h->expires), B_TEXT("confirmed", NULL)), NULL, fault);
}

jy_err
seal_hand_over(struct exchange *x, struct jy_fault *fault)
{
    struct jy_msg_KEY_HAND_OVER ask = { { 0 } };
    struct hand_over h = { .x = x };
    json_t *seal = NULL, *person = NULL;
    struct jy_frame reply = { 0 };
    struct jy_buf sealed = { 0 };
    char expires[21];
    jy_err rc;

    if ((rc = seal_find(x, &seal, fault)) != JY_OK || (rc = seal_must_be_custodian(x, seal, fault)) != JY_OK ||
        (rc = organization_member(x, member(seal, "organization_id"), in_text(x, "person_id"), ROLE_CUSTODIAN, "person_id", &person, fault)) != JY_OK ||
        (rc = in_sealed(x, "sealed", &sealed, fault)) != JY_OK)
        goto out;
    PUT(ask.seal_key_id, x->id);
    PUT(ask.person_id, in_text(x, "person_id"));
    ask.sealed_pins = jy_buf_slice(&sealed);
    if ((rc = ask_key(x->web, JY_MSG_KEY_HAND_OVER, &ask, &reply, fault)) != JY_OK)
        goto out;
    h.expires = reply.u.KEY_HAND_OVER_BEGUN.expires;
    jy_time_rfc3339(h.expires, expires);
    if ((rc = answer_json(x, 200, json_pack("{s:s}", "expires", expires))) == JY_OK)
        rc = commit(x, write_hand_over, &h, fault);
out:
    jy_frame_free(&reply);
    jy_buf_free(&sealed);
    json_decref(person);
    json_decref(seal);
    return rc;
}

static jy_err
write_take_over(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct exchange *x = arg;
    jy_err rc = move_row(tx, SQL_CUSTODY_CONFIRM, BINDS(B_INT("now", x->now), B_TEXT("seal_id", x->id), B_TEXT("person_id", x->actor.person_id)), fault);

    if (rc == JY_OK)
        rc = move_row(tx, SQL_CUSTODY_TAKE, BINDS(B_TEXT("person_id", x->actor.person_id), B_TEXT("seal_id", x->id)), fault);
    return rc != JY_OK ? rc : pin_was_set(tx, x, x->id, fault);
}

jy_err
seal_take_over(struct exchange *x, struct jy_fault *fault)
{
    struct jy_msg_KEY_TAKE_OVER ask = { { 0 } };
    struct jy_frame reply = { 0 };
    struct jy_buf sealed = { 0 };
    json_t *seal = NULL;
    jy_err rc;

    if ((rc = seal_find(x, &seal, fault)) == JY_OK && (rc = in_sealed(x, "sealed", &sealed, fault)) == JY_OK) {
        PUT(ask.seal_key_id, x->id);
        PUT(ask.person_id, x->actor.person_id);
        ask.sealed_pins = jy_buf_slice(&sealed);
        if ((rc = ask_key(x->web, JY_MSG_KEY_TAKE_OVER, &ask, &reply, fault)) == JY_OK && (rc = answer_json(x, 200, json_object())) == JY_OK)
            rc = commit(x, write_take_over, x, fault);
    }
    jy_frame_free(&reply);
    jy_buf_free(&sealed);
    json_decref(seal);
    return rc;
}

jy_err
custody_list(struct exchange *x, struct jy_fault *fault)
{
    json_t *seal = NULL, *rows = NULL;
    jy_err rc;

    if ((rc = seal_find(x, &seal, fault)) == JY_OK &&
        (rc = find_rows(x, SQL_CUSTODY_LIST, BINDS(B_TEXT("seal_id", x->id)), custody_columns, &rows, fault)) == JY_OK)
        rc = answer_json(x, 200, json_pack("{s:O}", "items", rows));
    json_decref(rows);
    json_decref(seal);
    return rc;
}

/* Who agrees is whose key's PIN is sealed: an approver's, or for maker's staff the maker's. */
jy_err
key_unlock(struct exchange *x, struct jy_fault *fault)
{
    struct jy_msg_KEY_UNLOCK ask = { { 0 } };
    struct jy_frame reply = { 0 };
    struct jy_buf sealed = { 0 };
    jy_err rc;

    /* N7: the maker's key lies in another node's key room, and no word of it is taken here; too many wrong PINs then mean a new seal. */
    if (x->web->node != JY_NODE_WHOLE && (x->actor.roles & ROLE_MAKER_STAFF) != 0)
        return jy_fail(fault, JY_E_UNSUPPORTED, "by_key_id", 0, "with making apart a maker cannot unlock a key: the seal is issued anew (R20.1)");
    PUT(ask.key_id, x->id);
    if ((x->actor.roles & ROLE_MAKER_STAFF) != 0)
        key_id_of("maker", x->actor.maker_id, ask.by_key_id);
    else
        key_id_of("approver", x->actor.person_id, ask.by_key_id);
    if ((rc = in_sealed(x, "sealed", &sealed, fault)) == JY_OK) {
        ask.sealed_pin = jy_buf_slice(&sealed);
        if ((rc = ask_key(x->web, JY_MSG_KEY_UNLOCK, &ask, &reply, fault)) == JY_OK &&
            (rc = answer_json(x, 200, json_pack("{s:b}", "unlocked", reply.u.KEY_UNLOCK_NOTED.unlocked != 0))) == JY_OK)
            rc = commit(x, NULL, NULL, fault);
    }
    jy_frame_free(&reply);
    jy_buf_free(&sealed);
    return rc;
}
