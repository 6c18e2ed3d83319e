/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Grants (R18.1, docs/protocol/grants.md). A grant opens the seal's private key by a secret that only its client has; it is given along the seal's own
 * flow, counted in the journal, and worth nothing without the client's signature over that very order.
 *
 * In the record: GrantEntry after GrantEntry ::= SEQUENCE { grant OCTET, wrappedKey OCTET, clientSecret OCTET, flowDigest OCTET(32), custodian IA5 }; one
 * that was revoked is gone. It is of use only under the flow and the custodian by which it was given: whoever decides about the seal now has to have said
 * yes to it (R16.1, R19.1). Given once more, it has the yes of those, the same secret and the same counters.
 */
#include "daemons/key/keyroom.h"

#include "codec/der.h"
#include "codec/text.h"

#include <stdio.h>
#include <string.h>

#define GRANTS_MAX 64                     /* of one seal */

struct entry {
    struct jy_slice all, grant_der, wrapped, cipher, flow_digest;
    char custodian[JY_ID_SIZE];
    struct jy_grant grant;
};

static jy_err
next_entry(struct jy_der *der, struct entry *out)
{
    struct jy_der inner;
    struct jy_der_item item;
    jy_err rc;

    if ((rc = jy_der_get(der, DER_SEQUENCE, &item)) != JY_OK)
        return rc;
    out->all = item.tlv;
    jy_der_open(&inner, item.value);
    if ((rc = jy_der_octets(&inner, &out->grant_der)) != JY_OK || (rc = jy_der_octets(&inner, &out->wrapped)) != JY_OK ||
        (rc = jy_der_octets(&inner, &out->cipher)) != JY_OK || (rc = jy_der_octets(&inner, &out->flow_digest)) != JY_OK ||
        (rc = jy_der_text(&inner, DER_IA5, out->custodian, sizeof(out->custodian))) != JY_OK || (rc = jy_der_close(&inner)) != JY_OK)
        return rc;
    return jy_grant_parse(out->grant_der, &out->grant, NULL);
}

/* *found: false without one of this id. count: how many there are. */
static jy_err
find_entry(const struct jy_key_record *seal, const char *grant_id, struct entry *out, bool *found, size_t *count)
{
    struct jy_der der;
    struct entry e;
    jy_err rc = JY_OK;

    *found = false;
    *count = 0;
    jy_der_open(&der, jy_buf_slice(&seal->grants));
    for (; rc == JY_OK && !jy_der_at_end(&der); ++*count)
        if ((rc = next_entry(&der, &e)) == JY_OK && strcmp(e.grant.grant_id, grant_id) == 0) {
            *out = e;
            *found = true;
        }
    return rc;
}

/* The list without the entries of this id and those whose time is over. */
static jy_err
drop_entries(struct jy_key_record *seal, const char *grant_id, jy_time now)
{
    struct jy_buf kept = { 0 };
    struct jy_der der;
    struct entry e;
    jy_err rc = JY_OK;

    jy_der_open(&der, jy_buf_slice(&seal->grants));
    while (rc == JY_OK && !jy_der_at_end(&der))
        if ((rc = next_entry(&der, &e)) == JY_OK && strcmp(e.grant.grant_id, grant_id) != 0 && now < e.grant.valid_to)
            rc = jy_buf_add(&kept, e.all);
    jy_buf_wipe(&seal->grants);
    seal->grants = kept;
    return rc;
}

static bool
is_revoked(const struct jy_key_room *room, const char *grant_id)
{
    const struct jy_order_row *row = jy_vault_order_row(&room->vault, grant_id);

    return row != NULL && row->abandoned;
}

/* Whether those who decide now are those who gave it. */
static jy_err
stands_as_given(const struct jy_key_record *seal, const struct entry *e, bool *stands)
{
    uint8_t digest[JY_SM3_SIZE];
    jy_err rc = jy_sm3(jy_buf_slice(&seal->flow), digest);

    *stands = rc == JY_OK && jy_slice_equal(e->flow_digest, JY_SLICE(digest, sizeof(digest))) && strcmp(e->custodian, seal->custodian) == 0;
    return rc;
}

/* The wrapping key: vault secret and grant secret, neither alone. */
static jy_err
wrapping_key(const struct jy_key_room *room, const char *grant_id, const uint8_t secret[JY_GRANT_SECRET_SIZE], uint8_t out[32])
{
    struct { uint8_t vault[32], secret[JY_GRANT_SECRET_SIZE]; } both;
    char use[JY_ID_SIZE + 24];
    jy_err rc;

    memcpy(both.vault, room->vault.secret, sizeof(both.vault));
    memcpy(both.secret, secret, sizeof(both.secret));
    snprintf(use, sizeof(use), "jinyin grant 1 %s", grant_id);
    rc = jy_hkdf_sm3(JY_SLICE(&both, sizeof(both)), JY_EMPTY, use, out, 32);
    jy_wipe(&both, sizeof(both));
    return rc;
}

jy_err
jy_key_grant_rule(const struct jy_key_room *room, const struct jy_key_record *seal, const struct jy_grant *grant, struct jy_key_rule *out,
                  struct jy_fault *fault)
{
    struct jy_flow_use use = { grant->categories[0], grant->amount_each_fen, grant->digest_only };
    jy_err rc = jy_key_rule_for(room, seal, &use, out, fault);
    const struct jy_flow_path *path;

    for (uint32_t i = 1; rc == JY_OK && i < grant->category_count; i++) {
        use.category = grant->categories[i];
        if ((rc = jy_flow_path_for(out->flow, &use, room->now, &path, fault)) == JY_OK && path != out->path)
            rc = jy_fail(fault, JY_E_NO_PATH, "Grant.categories", i, "take different paths of the flow: one grant for each");
    }
    return rc;
}

/* -- giving -- */

static jy_err
put_entry(struct jy_key_record *seal, struct jy_slice grant_der, struct jy_slice wrapped, struct jy_slice cipher)
{
    struct jy_buf body = { 0 };
    uint8_t digest[JY_SM3_SIZE];
    jy_err rc;

    if ((rc = jy_sm3(jy_buf_slice(&seal->flow), digest)) == JY_OK && (rc = jy_der_put(&body, DER_OCTET_STRING, grant_der)) == JY_OK &&
        (rc = jy_der_put(&body, DER_OCTET_STRING, wrapped)) == JY_OK && (rc = jy_der_put(&body, DER_OCTET_STRING, cipher)) == JY_OK &&
        (rc = jy_der_put(&body, DER_OCTET_STRING, JY_SLICE(digest, sizeof(digest)))) == JY_OK &&
        (rc = jy_der_put_text(&body, DER_IA5, seal->custodian)) == JY_OK)
        rc = jy_der_put(&seal->grants, DER_SEQUENCE, jy_buf_slice(&body));
    jy_buf_wipe(&body);
    return rc;
}

static jy_err
draw(const struct jy_key_room *room, struct jy_key_record *seal, const struct jy_grant *grant, struct jy_slice grant_der, const struct jy_sm2 *key,
     struct jy_buf *cipher)
{
    uint8_t secret[JY_GRANT_SECRET_SIZE], wrapping[32] = { 0 }, d[32] = { 0 };
    struct jy_buf wrapped = { 0 };
    struct jy_sm2 *client = NULL;
    jy_err rc;

    if ((rc = jy_sm2_from_point(grant->client_point, &client)) == JY_OK && (rc = jy_random(secret, sizeof(secret))) == JY_OK &&
        (rc = jy_sm2_encrypt(client, JY_SLICE(secret, sizeof(secret)), cipher)) == JY_OK &&
        (rc = wrapping_key(room, grant->grant_id, secret, wrapping)) == JY_OK && (rc = jy_sm2_private(key, d)) == JY_OK &&
        (rc = jy_wrap(wrapping, grant->grant_id, JY_SLICE(d, sizeof(d)), &wrapped)) == JY_OK)
        rc = put_entry(seal, grant_der, jy_buf_slice(&wrapped), jy_buf_slice(cipher));
    jy_wipe(secret, sizeof(secret));
    jy_wipe(wrapping, sizeof(wrapping));
    jy_wipe(d, sizeof(d));
    jy_sm2_free(client);
    jy_buf_wipe(&wrapped);
    return rc;
}

/* The same secret, wrapped as before, under the flow and custodian of now. */
static jy_err
confirm(struct jy_key_record *seal, const struct entry *given, jy_time now, struct jy_buf *cipher)
{
    struct jy_buf grant_der = { 0 }, wrapped = { 0 };
    jy_err rc;

    if ((rc = jy_buf_add(&grant_der, given->grant_der)) == JY_OK && (rc = jy_buf_add(&wrapped, given->wrapped)) == JY_OK &&
        (rc = jy_buf_add(cipher, given->cipher)) == JY_OK && (rc = drop_entries(seal, given->grant.grant_id, now)) == JY_OK)
        rc = put_entry(seal, jy_buf_slice(&grant_der), jy_buf_slice(&wrapped), jy_buf_slice(cipher));
    jy_buf_free(&grant_der);
    jy_buf_wipe(&wrapped);
    return rc;
}

/* given: what is to be confirmed; NULL: it is new. */
static jy_err
enter(struct jy_key_room *room, const struct jy_msg_KEY_GRANT *ask, const struct jy_grant *grant, const struct entry *given, struct jy_key_record *record,
      const struct jy_sm2 *key, struct jy_buf *cipher)
{
    jy_err rc;

    if (given != NULL)
        return confirm(record, given, room->now, cipher);
    rc = drop_entries(record, "", room->now);
    return rc != JY_OK ? rc : draw(room, record, grant, ask->grant, key, cipher);
}

static jy_err
give(struct jy_key_room *room, const struct jy_msg_KEY_GRANT *ask, const struct jy_grant *grant, const struct entry *given, struct jy_key_record *record,
     struct jy_buf *cipher, struct jy_fault *fault)
{
    uint8_t digest[JY_SM3_SIZE], mark[JY_SM3_SIZE];
    const struct jy_key_subject subject = { grant->grant_id, digest, 0, grant->valid_to };
    char object[JY_ORDER_OBJECT_SIZE];
    struct jy_key_rule rule = { 0 };
    struct jy_secret secret = { 0 };
    struct jy_seal *seal = NULL;
    struct jy_sm2 *key = NULL;
    jy_err rc;

    if (room->now >= grant->valid_to)
        return jy_fail(fault, JY_E_GRANT, "Grant.validTo", 0, "is past");
    if ((rc = jy_sm3(ask->grant, digest)) == JY_OK && (rc = jy_stamp_order_object(ask->grant, object)) == JY_OK &&
        (rc = jy_key_live_seal(room, record, &seal, fault)) == JY_OK && (rc = jy_key_grant_rule(room, record, grant, &rule, fault)) == JY_OK &&
        (rc = jy_key_chain_check(room, &rule, &subject, ask->approvals, fault)) == JY_OK &&
        (rc = jy_pin_open_secret(room, ask->sealed_pin, "grant", object, &secret, mark, fault)) == JY_OK &&
        (rc = jy_pin_refuse_used(room, mark, fault)) == JY_OK && (rc = jy_pin_unlock(room, record, secret.pin, &key, fault)) == JY_OK &&
        (rc = enter(room, ask, grant, given, record, key, cipher)) == JY_OK)
        rc = jy_vault_save(&room->vault, record, given != NULL ? "confirm" : "grant", mark, room->now, fault);
    jy_sm2_free(key);
    jy_wipe(&secret, sizeof(secret));
    jy_seal_free(seal);
    jy_key_rule_free(&rule);
    return rc;
}

/* Grant whole → not revoked → given already, by those who decide now → seal live → chain of approvals as of an order → secret → custodian's PIN. */
jy_err
jy_key_grant(struct jy_key_room *room, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct jy_msg_KEY_GRANT *ask = &request->u.KEY_GRANT;
    struct jy_key_record record = { 0 };
    struct jy_grant grant;
    struct entry e;
    size_t count;
    bool found, stands = false;
    jy_err rc;

    if ((rc = jy_grant_parse(ask->grant, &grant, fault)) != JY_OK)
        return rc;
    if (!jy_id_is_valid(grant.grant_id))
        return jy_fail(fault, JY_E_ARGUMENT, "Grant.grantId", 0, "not an id: letters, digits, '-' and '_'");
    if (is_revoked(room, grant.grant_id))
        return jy_fail(fault, JY_E_GRANT, "Grant.grantId", 0, "it was revoked");
    if ((rc = jy_key_load(room, grant.seal_key_id, JY_KEY_SEAL, "Grant.sealKeyId", &record, fault)) != JY_OK ||
        (rc = find_entry(&record, grant.grant_id, &e, &found, &count)) != JY_OK || (found && (rc = stands_as_given(&record, &e, &stands)) != JY_OK))
        goto out;
    if (found && !jy_slice_equal(e.grant_der, ask->grant))
        rc = jy_fail(fault, JY_E_CONFLICT, "Grant.grantId", 0, "another grant was given under this id");
    else if (stands)
        rc = jy_buf_add(&reply->bytes, e.cipher);
    else if (!found && count >= GRANTS_MAX)
        rc = jy_fail(fault, JY_E_LIMIT, "grants", 0, "the seal has %d already", GRANTS_MAX);
    else
        rc = give(room, ask, &grant, found ? &e : NULL, &record, &reply->bytes, fault);
out:
    if (rc == JY_OK)
        reply->u.KEY_GRANTED.client_secret = jy_buf_slice(&reply->bytes);
    jy_record_free(&record);
    return rc;
}

/* -- ending: needs nobody's PIN; a revoked id is revoked for good -- */

jy_err
jy_key_revoke_grant(struct jy_key_room *room, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct jy_msg_KEY_REVOKE_GRANT *ask = &request->u.KEY_REVOKE_GRANT;
    struct jy_entry entry = { .kind = JY_ENTRY_ABANDON, .time = room->now };
    struct jy_key_record record = { 0 };
    struct entry e;
    size_t count;
    bool found;
    jy_err rc;

    (void)reply;
    if (!jy_id_is_valid(ask->grant_id))
        return jy_fail(fault, JY_E_ARGUMENT, "grant_id", 0, "not an id: letters, digits, '-' and '_'");
    if ((rc = jy_key_load(room, ask->seal_key_id, JY_KEY_SEAL, "seal_key_id", &record, fault)) != JY_OK)
        goto out;
    snprintf(entry.id, sizeof(entry.id), "%s", ask->grant_id);
    if (!is_revoked(room, ask->grant_id) && (rc = jy_vault_commit(&room->vault, &entry, true, fault)) != JY_OK)
        goto out;
    if ((rc = find_entry(&record, ask->grant_id, &e, &found, &count)) == JY_OK && found &&
        (rc = drop_entries(&record, ask->grant_id, room->now)) == JY_OK)
        rc = jy_vault_save(&room->vault, &record, "revoke", NULL, room->now, fault);
out:
    jy_record_free(&record);
    return rc;
}

/* -- using -- */

/* On disk before anything is signed; an order counts once, however often it is asked for. */
static jy_err
count_use(struct jy_key_room *room, const struct jy_key_order *o, const char *grant_id, struct jy_fault *fault)
{
    struct jy_entry entry = { .kind = JY_ENTRY_USE, .time = room->now };
    uint64_t amount = o->order.amount_fen < 0 ? 0 : (uint64_t)o->order.amount_fen;
    uint8_t bytes[8];

    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(amount >> (8 * (7 - i)));
    snprintf(entry.id, sizeof(entry.id), "%s", grant_id);
    snprintf(entry.detail, sizeof(entry.detail), "%s", o->order.order_id);
    entry.head = JY_SLICE(bytes, sizeof(bytes));
    return jy_vault_commit(&room->vault, &entry, true, fault);
}

static jy_err
check_client(const struct jy_grant *grant, const struct jy_msg_KEY_STAMP_GRANTED *ask, struct jy_fault *fault)
{
    struct jy_sm2 *client = NULL;
    jy_err rc = jy_sm2_from_point(grant->client_point, &client);

    if (rc == JY_OK && jy_sm2_verify(client, ask->order, ask->signature, NULL) != JY_OK)
        rc = jy_fail(fault, JY_E_GRANT, "signature", 0, "is not the client's over this order (R18.1)");
    jy_sm2_free(client);
    return rc;
}

jy_err
jy_key_grant_use(struct jy_key_room *room, const struct jy_key_order *o, const struct jy_msg_KEY_STAMP_GRANTED *ask, struct jy_sm2 **out,
                 struct jy_fault *fault)
{
    uint8_t grant_secret[JY_GRANT_SECRET_SIZE] = { 0 }, wrapping[32] = { 0 }, mark[JY_SM3_SIZE];
    const struct jy_order_row *order_row = jy_vault_order_row(&room->vault, o->order.order_id);
    const struct jy_grant_row *row;
    char object[JY_ORDER_OBJECT_SIZE];
    struct jy_secret secret = { 0 };
    struct entry e;
    bool found, stands, counted = order_row != NULL && strcmp(order_row->used_by, ask->grant_id) == 0;
    size_t count;
    jy_err rc;

    *out = NULL;
    if (!jy_id_is_valid(ask->grant_id) || is_revoked(room, ask->grant_id))
        return jy_fail(fault, JY_E_GRANT, "grant_id", 0, "is not in force (R18.1)");
    if ((rc = find_entry(&o->record, ask->grant_id, &e, &found, &count)) != JY_OK)
        return rc;
    if (!found || (order_row != NULL && order_row->used_by[0] != '\0' && !counted))
        return jy_fail(fault, JY_E_GRANT, "grant_id", 0, found ? "the order was begun under another grant (R18.1)" : "is not in force (R18.1)");
    if ((rc = stands_as_given(&o->record, &e, &stands)) != JY_OK)
        return rc;
    if (!stands)
        return jy_fail(fault, JY_E_GRANT, "grant_id", 0, "the seal's flow or custodian changed since it was given: it must be given once more (R16.1, R19.1)");
    row = jy_vault_grant_row(&room->vault, ask->grant_id);
    /* An order that a crash left counted and unsigned has paid already. */
    if ((rc = jy_grant_covers(&e.grant, &o->order, row == NULL || counted ? 0 : row->count, row == NULL || counted ? 0 : row->amount_fen, room->now,
                              fault)) != JY_OK ||
        (rc = check_client(&e.grant, ask, fault)) != JY_OK || (rc = jy_stamp_order_object(ask->order, object)) != JY_OK ||
        (rc = jy_pin_open_secret(room, ask->sealed_secret, "use", object, &secret, mark, fault)) != JY_OK)
        goto out;
    if (strlen(secret.pin) != 2 * sizeof(grant_secret) || jy_hex_parse(jy_slice_text(secret.pin), grant_secret, sizeof(grant_secret)) != JY_OK) {
        rc = jy_fail(fault, JY_E_SECRET_UNREADABLE, "sealed", 0, "the grant secret is 64 hex digits");
        goto out;
    }
    if ((rc = wrapping_key(room, ask->grant_id, grant_secret, wrapping)) != JY_OK ||
        (rc = jy_pin_unwrap(wrapping, ask->grant_id, e.wrapped, &o->record, out)) != JY_OK)
        rc = rc == JY_E_SIGNATURE ? jy_fail(fault, JY_E_GRANT, "sealed", 0, "is not the secret of this grant") : rc;
    else if (!counted)
        rc = count_use(room, o, ask->grant_id, fault);
    if (rc != JY_OK) {
        jy_sm2_free(*out);
        *out = NULL;
    }
out:
    jy_wipe(grant_secret, sizeof(grant_secret));
    jy_wipe(wrapping, sizeof(wrapping));
    jy_wipe(&secret, sizeof(secret));
    return rc;
}
