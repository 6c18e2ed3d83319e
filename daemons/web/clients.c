/* SPDX-License-Identifier: Apache-2.0 */
/* The life of an application's credentials (R18.1–18.3): made by whoever answers for it, shown once, renewed with overlap, suspended, revoked. */
#include "codec/text.h"
#include "daemons/web/client.h"
#include "daemons/web/route.h"

#include <stdlib.h>
#include <string.h>

static const struct column client_columns[] = {
    { "client_id", COL_TEXT }, { "name", COL_TEXT }, { "tier", COL_TEXT }, { "organization_id", COL_TEXT }, { "maker_id", COL_TEXT },
    { "responsible_id", COL_TEXT }, { "algorithm", COL_TEXT }, { "scopes", COL_JSON }, { "per_minute", COL_INT }, { "per_day", COL_INT },
    { "state", COL_TEXT }, { "reason", COL_TEXT }, { "by_police", COL_BOOL }, { "public_key", COL_BASE64 }, { "old_until", COL_TIME }, { "created", COL_TIME },
    { "rotated", COL_INT }, { NULL, COL_TEXT },
};
static const struct column list_columns[] = {
    { "seq", COL_INT }, { "client_id", COL_TEXT }, { "name", COL_TEXT }, { "tier", COL_TEXT }, { "organization_id", COL_TEXT }, { "maker_id", COL_TEXT },
    { "responsible_id", COL_TEXT }, { "algorithm", COL_TEXT }, { "scopes", COL_JSON }, { "per_minute", COL_INT }, { "per_day", COL_INT },
    { "state", COL_TEXT }, { "created", COL_TIME }, { NULL, COL_TEXT },
};
static const struct column kind_columns[] = { { "kind", COL_TEXT }, { NULL, COL_TEXT } };

/* A client's own: of the organization or the maker of whoever asks; the municipal police see all of them (R4.1). */
#define CLIENT_SCOPE(x) SCOPE_CITY(x), SCOPE_ORGANIZATION(x), SCOPE_MAKER(x)

static jy_err
find_client(struct exchange *x, json_t **out, struct jy_fault *fault)
{
    return find_row(x, SQL_CLIENT_BY_ID, BINDS(B_TEXT("client_id", x->id), CLIENT_SCOPE(x)), client_columns, out, fault);
}

jy_err
client_list(struct exchange *x, struct jy_fault *fault)
{
    struct page page;
    json_t *rows = NULL;
    jy_err rc;

    if ((rc = page_read(x, &page, fault)) == JY_OK &&
        (rc = find_rows(x, SQL_CLIENT_LIST, BINDS(B_INT("before", page.before), B_INT("limit", page.limit), CLIENT_SCOPE(x)), list_columns, &rows,
                        fault)) == JY_OK)
        rc = answer_page(x, &page, rows);
    return rc;
}

jy_err
client_show(struct exchange *x, struct jy_fault *fault)
{
    json_t *client = NULL;
    jy_err rc = find_client(x, &client, fault);

    if (rc != JY_OK)
        return rc;
    json_object_del(client, "rotated");
    return answer_json(x, 200, client);
}

/* -- credentials -- */

struct credentials {
    struct exchange *x;
    char client_id[WEB_ID_SIZE], secret[2 * CLIENT_SECRET_SIZE + 1];
    struct jy_buf wrapped, point;          /* point empty for hmac-sm3 */
    const struct client_tier *tier;
    char *scopes;
    int64_t per_minute, per_day;
    const json_t *client;                  /* when rotated */
};

static void
credentials_end(struct credentials *c)
{
    jy_wipe(c->secret, sizeof(c->secret));
    jy_buf_free(&c->wrapped);
    jy_buf_free(&c->point);
    free(c->scopes);
}

/* A fresh secret, wrapped; and the public key of the body, which sm2 needs and hmac-sm3 may not have. */
static jy_err
credentials_make(struct credentials *c, const char *algorithm, struct jy_fault *fault)
{
    const char *key = in_text(c->x, "public_key");
    uint8_t secret[CLIENT_SECRET_SIZE];
    struct jy_sm2 *check = NULL;
    jy_err rc;

    if ((key != NULL) != (strcmp(algorithm, "sm2") == 0))
        return jy_fail(fault, JY_E_BAD_FIELD, "public_key", 0, key == NULL ? "is missing: algorithm sm2 needs it" : "is for algorithm sm2 only");
    if (key != NULL) {
        if (jy_base64_decode(jy_slice_text(key), &c->point) != JY_OK || c->point.len != JY_SM2_POINT_SIZE || jy_sm2_from_point(c->point.p, &check) != JY_OK)
            return jy_fail(fault, JY_E_BAD_FIELD, "public_key", 0, "must be base64 of a point of the SM2 curve, 04 X Y");
        jy_sm2_free(check);
    }
    if ((rc = jy_random(secret, sizeof(secret))) == JY_OK) {
        jy_hex(JY_SLICE(secret, sizeof(secret)), c->secret);
        rc = personal_wrap(c->x->web, c->client_id, "client_secret", c->secret, &c->wrapped);
    }
    jy_wipe(secret, sizeof(secret));
    return rc;
}

/* Whose it is decides the tier, and the tier what it may be granted. */
static jy_err
read_grants(struct credentials *c, struct jy_fault *fault)
{
    struct exchange *x = c->x;
    const json_t *scopes = json_object_get(x->input, "scopes"), *scope;
    json_t *organization = NULL;
    size_t i;
    jy_err rc = JY_OK;

    if (x->actor.maker_id[0] != '\0')
        c->tier = client_tier_of(NULL);
    else if ((rc = find_row(x, SQL_ORGANIZATION_BY_ID, BINDS(B_TEXT("organization_id", x->actor.organization_id)), kind_columns, &organization,
                            fault)) == JY_OK)
        c->tier = client_tier_of(member(organization, "kind"));
    json_decref(organization);
    if (rc != JY_OK)
        return rc;
    json_array_foreach((json_t *)(uintptr_t)scopes, i, scope) {
        const struct client_scope *known = client_scope_by_code(json_string_value(scope));
        if (known == NULL || (known->tiers & c->tier->tier) == 0)
            return jy_fail(fault, JY_E_BAD_FIELD, "scopes", 0, "%s is not for the tier %s (%s)", json_string_value(scope), c->tier->code, c->tier->source);
    }
    c->per_minute = json_object_get(x->input, "per_minute") == NULL ? c->tier->per_minute : in_int(x, "per_minute");
    c->per_day = json_object_get(x->input, "per_day") == NULL ? c->tier->per_day : in_int(x, "per_day");
    if (c->per_minute > c->tier->per_minute)
        return jy_fail(fault, JY_E_BAD_FIELD, "per_minute", 0, "at most %lld for the tier %s", (long long)c->tier->per_minute, c->tier->code);
    if (c->per_day > c->tier->per_day)
        return jy_fail(fault, JY_E_BAD_FIELD, "per_day", 0, "at most %lld for the tier %s", (long long)c->tier->per_day, c->tier->code);
    c->scopes = json_dumps(scopes, JSON_COMPACT);
    return c->scopes == NULL ? JY_E_NOMEM : JY_OK;
}

static jy_err
insert_client(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct credentials *c = arg;
    const struct actor *a = &c->x->actor;
    bool makers = c->tier->tier == TIER_MAKER;

    return rows_run(tx, SQL_CLIENT_INSERT,
                    BINDS(B_TEXT("client_id", c->client_id), B_TEXT("name", in_text(c->x, "name")), B_TEXT("tier", c->tier->code),
                          B_TEXT("organization_id", makers ? NULL : a->organization_id), B_TEXT("maker_id", makers ? a->maker_id : NULL),
                          B_TEXT("responsible_id", a->person_id), B_TEXT("algorithm", in_text(c->x, "algorithm")), B_TEXT("scopes", c->scopes),
                          B_INT("per_minute", c->per_minute), B_INT("per_day", c->per_day), B_BLOB("secret_wrapped", jy_buf_slice(&c->wrapped)),
                          B_BLOB("public_key", jy_buf_slice(&c->point)), B_INT("now", c->x->now)), NULL, fault);
}

jy_err
client_create(struct exchange *x, struct jy_fault *fault)
{
    struct credentials c = { .x = x };
    jy_err rc;

    if ((rc = read_grants(&c, fault)) == JY_OK && (rc = fresh_id(c.client_id)) == JY_OK &&
        (rc = credentials_make(&c, in_text(x, "algorithm"), fault)) == JY_OK &&
        (rc = answer_json(x, 201, json_pack("{s:s, s:s, s:s, s:O, s:I, s:I}", "client_id", c.client_id, "secret", c.secret, "tier", c.tier->code, "scopes",
                                            json_object_get(x->input, "scopes"), "per_minute", (json_int_t)c.per_minute, "per_day",
                                            (json_int_t)c.per_day))) == JY_OK) {
        PUT(x->object, c.client_id);
        rc = commit(x, insert_client, &c, fault);
    }
    credentials_end(&c);
    return rc;
}

static jy_err
rotate(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct credentials *c = arg;
    struct exchange *x = c->x;

    return move_row(tx, SQL_CLIENT_ROTATE,
                    BINDS(B_INT("old_until", x->now + 3600 * in_int(x, "overlap_hours")), B_BLOB("secret_wrapped", jy_buf_slice(&c->wrapped)),
                          B_BLOB("public_key", jy_buf_slice(&c->point)), B_INT("now", x->now), B_TEXT("person_id", x->actor.person_id),
                          B_TEXT("client_id", x->id), B_TEXT("state", member(c->client, "state")),
                          B_INT("rotated", json_integer_value(json_object_get(c->client, "rotated")))), fault);
}

/* New credentials; the old ones go on for overlap_hours (0: they end now). Who renews answers for it from now on. */
jy_err
client_rotate(struct exchange *x, struct jy_fault *fault)
{
    struct credentials c = { .x = x };
    json_t *client = NULL;
    char until[21];
    jy_err rc;

    if ((rc = find_client(x, &client, fault)) != JY_OK)
        return rc;
    c.client = client;
    PUT(c.client_id, member(client, "client_id"));
    jy_time_rfc3339(x->now + 3600 * in_int(x, "overlap_hours"), until);
    if (strcmp(member(client, "state"), "REVOKED") == 0)
        rc = jy_fail(fault, JY_E_BAD_STATE, "state", 0, "it is revoked");
    else if ((rc = credentials_make(&c, member(client, "algorithm"), fault)) == JY_OK &&
             (rc = answer_json(x, 200, json_pack("{s:s, s:s}", "secret", c.secret, "old_until", until))) == JY_OK)
        rc = commit(x, rotate, &c, fault);
    credentials_end(&c);
    json_decref(client);
    return rc;
}

/* -- states -- */

struct client_change { struct exchange *x; const char *from, *to; };

static jy_err
move_client(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct client_change *m = arg;

    return move_row(tx, SQL_CLIENT_MOVE, BINDS(B_TEXT("to", m->to), B_TEXT("reason", in_text(m->x, "reason")),
                                               B_INT("by_police", (m->x->actor.roles & ROLE_POLICE) != 0), B_TEXT("client_id", m->x->id),
                                               B_TEXT("from", m->from)), fault);
}

static jy_err
change_state(struct exchange *x, const char *event, struct jy_fault *fault)
{
    struct client_change m = { .x = x };
    json_t *client = NULL;
    jy_err rc;

    if ((rc = find_client(x, &client, fault)) != JY_OK)
        return rc;
    m.from = member(client, "state");
    if ((x->actor.roles & ROLE_POLICE) == 0 && json_is_true(json_object_get(client, "by_police")) && strcmp(event, "resume") == 0)
        rc = jy_fail(fault, JY_E_FORBIDDEN, "state", 0, "the police suspended it");
    else if ((rc = state_after(client_moves, m.from, event, &m.to, fault)) == JY_OK && (rc = answer_json(x, 200, json_pack("{s:s}", "state", m.to))) == JY_OK)
        rc = commit(x, move_client, &m, fault);
    json_decref(client);
    return rc;
}

jy_err
client_suspend(struct exchange *x, struct jy_fault *fault)
{
    return change_state(x, "suspend", fault);
}

jy_err
client_resume(struct exchange *x, struct jy_fault *fault)
{
    return change_state(x, "resume", fault);
}

jy_err
client_revoke(struct exchange *x, struct jy_fault *fault)
{
    return change_state(x, "revoke", fault);
}
