/* SPDX-License-Identifier: Apache-2.0 */
/* Grants to business systems (R18.1, docs/protocol/grants.md): kept and shown here; given, counted and obeyed in the key room. */
#include "codec/text.h"
#include "daemons/web/order.h"
#include "daemons/web/route.h"
#include "daemons/web/seal.h"
#include "ipc/grant.h"

#include <stdlib.h>
#include <string.h>

static const struct column grant_columns[] = {
    { "grant_id", COL_TEXT }, { "organization_id", COL_TEXT }, { "seal_id", COL_TEXT }, { "client", COL_TEXT }, { "grant_der", COL_BASE64 },
    { "state", COL_TEXT }, { "written_by", COL_TEXT }, { "client_secret", COL_BASE64 }, { "created", COL_TIME }, { "granted", COL_TIME },
    { "revoked", COL_TIME }, { "reason", COL_TEXT }, { "custodian_id", COL_TEXT }, { "in_force", COL_BOOL },
    { NULL, COL_TEXT },
};
static const struct column list_columns[] = {
    { "seq", COL_INT }, { "grant_id", COL_TEXT }, { "seal_id", COL_TEXT }, { "client", COL_TEXT }, { "state", COL_TEXT }, { "created", COL_TIME },
    { "granted", COL_TIME }, { "revoked", COL_TIME }, { "in_force", COL_BOOL }, { NULL, COL_TEXT },
};

/* A grant of the store: its row, its bytes, what they say. */
struct kept { struct exchange *x; json_t *row; struct jy_buf der; struct jy_grant grant; struct jy_slice bytes; const char *flow_digest; };

static jy_err
kept_open(struct exchange *x, struct kept *k, struct jy_fault *fault)
{
    jy_err rc;

    *k = (struct kept){ .x = x };
    if ((rc = find_row(x, SQL_GRANT_BY_ID, BINDS(B_TEXT("grant_id", x->id), SCOPE_CITY(x), SCOPE_ORGANIZATION(x), SCOPE_DISTRICT(x)), grant_columns, &k->row,
                       fault)) == JY_OK && (rc = jy_base64_decode(jy_slice_text(member(k->row, "grant_der")), &k->der)) == JY_OK)
        rc = jy_grant_parse(jy_buf_slice(&k->der), &k->grant, fault);
    return rc;
}

static void
kept_end(struct kept *k)
{
    json_decref(k->row);
    jy_buf_free(&k->der);
}

/* The chain that the grant needs is that of an order of its first category and largest amount; key sees to it that all its categories take one path. */
static struct use_case
use_of_grant(const struct kept *k)
{
    return (struct use_case){ k->grant.grant_id, k->grant.seal_key_id, member(k->row, "custodian_id"),
                              { k->grant.categories[0], k->grant.amount_each_fen, k->grant.digest_only }, k->x->now };
}

/* Asked for and not given yet; or given by another custodian or under another flow than the seal has now: then it is decided about once more. */
static bool
waits(const struct kept *k)
{
    const char *state = member(k->row, "state");

    return strcmp(state, "REQUESTED") == 0 || (strcmp(state, "GRANTED") == 0 && !json_is_true(json_object_get(k->row, "in_force")));
}

static jy_err
must_wait(const struct kept *k, struct jy_fault *fault)
{
    return waits(k) ? JY_OK : jy_fail(fault, JY_E_BAD_STATE, "state", 0, "the grant is %s", member(k->row, "state"));
}

jy_err
grant_must_be_in_force(const struct exchange *x, const char *grant_id, struct jy_fault *fault)
{
    json_t *row = NULL;
    jy_err rc = find_row(x, SQL_GRANT_BY_ID, BINDS(B_TEXT("grant_id", grant_id), SCOPE_CITY(x), SCOPE_ORGANIZATION(x), SCOPE_DISTRICT(x)), grant_columns, &row,
                         fault);

    /* What is not known here, not given or revoked, the key room refuses in its own words. */
    if (rc == JY_E_NOT_FOUND)
        rc = JY_OK;
    else if (rc == JY_OK && strcmp(member(row, "state"), "GRANTED") == 0 && !json_is_true(json_object_get(row, "in_force")))
        rc = jy_fail(fault, JY_E_GRANT, "grant_id", 0, "the seal's flow or custodian changed since: its custodian must give it once more (R16.1, R19.1)");
    json_decref(row);
    return rc;
}

/* -- written -- */

static jy_err
insert_grant(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct kept *k = arg;
    jy_err rc = rows_run(tx, SQL_GRANT_INSERT,
                         BINDS(B_TEXT("grant_id", k->grant.grant_id), B_TEXT("organization_id", k->x->actor.organization_id), B_TEXT("seal_id", k->x->id),
                               B_TEXT("client", k->grant.client), B_BLOB("grant_der", jy_buf_slice(&k->der)), B_TEXT("written_by", k->x->actor.person_id),
                               B_INT("now", k->x->now)), NULL, fault);

    return rc == JY_E_CONFLICT ? jy_fail(fault, rc, "grant", 0, "its grantId is taken") : rc;
}

jy_err
grant_create(struct exchange *x, struct jy_fault *fault)
{
    struct kept k = { .x = x };
    json_t *seal = NULL;
    jy_err rc;

    if ((rc = seal_find(x, &seal, fault)) != JY_OK || (rc = seal_must_be_custodian(x, seal, fault)) != JY_OK ||
        (rc = in_sealed(x, "grant", &k.der, fault)) != JY_OK || (rc = jy_grant_parse(jy_buf_slice(&k.der), &k.grant, fault)) != JY_OK)
        goto out;
    if ((rc = check_id(k.grant.grant_id, "grant", fault)) != JY_OK || strlen(k.grant.grant_id) != 32 || strcmp(k.grant.seal_key_id, x->id) != 0) {
        rc = jy_fail(fault, JY_E_BAD_FIELD, "grant", 0, "grantId must be 32 hex digits, sealKeyId this seal's");
        goto out;
    }
    for (uint32_t i = 0; rc == JY_OK && i < k.grant.category_count; i++)
        if ((rc = check_category(k.grant.categories[i], "grant", fault)) == JY_OK && document_category_by_code(k.grant.categories[i])->excluded)
            rc = jy_fail(fault, JY_E_EXCLUDED_BY_LAW, "grant", 0, "%s", k.grant.categories[i]);
    if (rc == JY_OK && (rc = answer_json(x, 201, json_pack("{s:s, s:s}", "grant_id", k.grant.grant_id, "state", "REQUESTED"))) == JY_OK) {
        PUT(x->object, k.grant.grant_id);
        rc = commit(x, insert_grant, &k, fault);
    }
out:
    kept_end(&k);
    json_decref(seal);
    return rc;
}

/* -- shown -- */

jy_err
grant_list(struct exchange *x, struct jy_fault *fault)
{
    struct page page;
    json_t *rows = NULL;
    jy_err rc;

    if ((rc = page_read(x, &page, fault)) == JY_OK &&
        (rc = find_rows(x, SQL_GRANT_LIST, BINDS(B_TEXT("seal_id", x->id), B_INT("before", page.before), B_INT("limit", page.limit), SCOPE_CITY(x),
                                                 SCOPE_ORGANIZATION(x), SCOPE_DISTRICT(x)), list_columns, &rows, fault)) == JY_OK)
        rc = answer_page(x, &page, rows);
    return rc;
}

jy_err
grant_show(struct exchange *x, struct jy_fault *fault)
{
    struct progress p = { 0 };
    struct use_case use;
    struct kept k;
    jy_err rc;

    if ((rc = kept_open(x, &k, fault)) == JY_OK) {
        use = use_of_grant(&k);
        if (waits(&k) && progress_find(x, &use, &p, fault) == JY_OK)
            json_object_set_new(k.row, "step", p.next < p.path->step_count ? json_integer(p.next) : json_null());
        json_object_set_new(k.row, "digest_only", json_boolean(k.grant.digest_only));
        if (k.grant.digest_only)
            json_object_set_new(k.row, "notice", json_string(CONTENT_NOT_SEEN));
        rc = answer_json(x, 200, json_incref(k.row));
    }
    progress_end(&p);
    kept_end(&k);
    return rc;
}

/* -- approved and given -- */

static jy_err
write_approval(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct kept *k = arg;

    return approval_keep(tx, k->x, "grant", k->grant.grant_id, k->bytes, fault);
}

jy_err
grant_approve(struct exchange *x, struct jy_fault *fault)
{
    struct jy_frame reply = { 0 };
    struct kept k;
    jy_err rc;

    if ((rc = kept_open(x, &k, fault)) == JY_OK && (rc = must_wait(&k, fault)) == JY_OK &&
        (rc = ask_approval(x, "grant", jy_buf_slice(&k.der), &reply, fault)) == JY_OK && (rc = answer_json(x, 200, json_object())) == JY_OK) {
        k.bytes = reply.u.KEY_APPROVED.approval;
        rc = commit(x, write_approval, &k, fault);
    }
    jy_frame_free(&reply);
    kept_end(&k);
    return rc;
}

static jy_err
write_given(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct kept *k = arg;
    uint8_t digest[JY_SM3_SIZE];
    jy_err rc = jy_hex_parse(jy_slice_text(k->flow_digest), digest, sizeof(digest));

    return rc != JY_OK ? rc : move_row(tx, SQL_GRANT_GIVE, BINDS(B_BLOB("client_secret", k->bytes), B_INT("now", k->x->now),
                                                                 B_TEXT("person_id", k->x->actor.person_id),
                                                                 B_BLOB("flow_digest", JY_SLICE(digest, sizeof(digest))),
                                                                 B_TEXT("grant_id", k->grant.grant_id)), fault);
}

jy_err
grant_give(struct exchange *x, struct jy_fault *fault)
{
    struct jy_msg_KEY_GRANT ask = { { 0 } };
    struct jy_frame reply = { 0 };
    struct jy_buf sealed = { 0 };
    struct progress p = { 0 };
    struct use_case use;
    struct kept k;
    jy_err rc;

    if ((rc = kept_open(x, &k, fault)) != JY_OK || (rc = seal_must_be_custodian(x, k.row, fault)) != JY_OK || (rc = must_wait(&k, fault)) != JY_OK ||
        (rc = in_sealed(x, "sealed", &sealed, fault)) != JY_OK)
        goto out;
    use = use_of_grant(&k);
    if ((rc = progress_find(x, &use, &p, fault)) != JY_OK)
        goto out;
    ask.grant = jy_buf_slice(&k.der);
    ask.approvals = jy_buf_slice(&p.sequence);
    ask.sealed_pin = jy_buf_slice(&sealed);
    if ((rc = ask_key(x->web, JY_MSG_KEY_GRANT, &ask, &reply, fault)) == JY_OK) {
        k.bytes = reply.u.KEY_GRANTED.client_secret;
        k.flow_digest = member(p.row, "digest");
        if ((rc = answer_json(x, 200, json_pack("{s:s, s:o}", "state", "GRANTED", "client_secret", json_base64(k.bytes)))) == JY_OK)
            rc = commit(x, write_given, &k, fault);
    }
out:
    progress_end(&p);
    jy_frame_free(&reply);
    jy_buf_free(&sealed);
    kept_end(&k);
    return rc;
}

/* -- ended: key first, so that no stamp can come after -- */

static jy_err
write_revoked(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct kept *k = arg;

    return move_row(tx, SQL_GRANT_REVOKE, BINDS(B_INT("now", k->x->now), B_TEXT("reason", in_text(k->x, "reason")), B_TEXT("grant_id", k->grant.grant_id)),
                    fault);
}

jy_err
grant_revoke(struct exchange *x, struct jy_fault *fault)
{
    struct jy_msg_KEY_REVOKE_GRANT ask = { { 0 } };
    struct jy_frame reply = { 0 };
    struct kept k;
    jy_err rc;

    if ((rc = kept_open(x, &k, fault)) == JY_OK && ((x->actor.roles & ROLE_POLICE) != 0 || (rc = seal_must_be_custodian(x, k.row, fault)) == JY_OK)) {
        PUT(ask.seal_key_id, k.grant.seal_key_id);
        PUT(ask.grant_id, k.grant.grant_id);
        if ((rc = ask_key(x->web, JY_MSG_KEY_REVOKE_GRANT, &ask, &reply, fault)) == JY_OK &&
            (rc = answer_json(x, 200, json_pack("{s:s}", "state", "REVOKED"))) == JY_OK)
            rc = commit(x, write_revoked, &k, fault);
    }
    jy_frame_free(&reply);
    kept_end(&k);
    return rc;
}
