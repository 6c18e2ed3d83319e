/* SPDX-License-Identifier: Apache-2.0 */
/* A request of an application (R18.1–18.3): whose it is, that it is fresh, that its quota lasts, what it was granted; and the answer signed back. */
#include "daemons/web/client.h"

#include "base/kill_point.h"
#include "codec/text.h"
#include "daemons/web/account.h"
#include "daemons/web/route.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NONCE_MIN 16
#define SAFE "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
#define HEX "0123456789abcdef"

static const struct column client_columns[] = {
    { "client_id", COL_TEXT }, { "state", COL_TEXT }, { "algorithm", COL_TEXT }, { "scopes", COL_JSON }, { "per_minute", COL_INT },
    { "per_day", COL_INT }, { "secret_wrapped", COL_BASE64 }, { "public_key", COL_BASE64 }, { "old_secret_wrapped", COL_BASE64 },
    { "old_public_key", COL_BASE64 }, { "old_until", COL_INT }, { "tier", COL_TEXT }, { "organization_id", COL_TEXT }, { "maker_id", COL_TEXT },
    { "responsible_id", COL_TEXT }, { NULL, COL_TEXT },
};

/* -- the head -- */

/* A header of min to max of these characters. */
static jy_err
read_header(const struct exchange *x, const char *name, size_t min, size_t max, const char *allowed, const char **out, struct jy_fault *fault)
{
    const char *text = jy_http_header(x->request, name);
    size_t length = text == NULL ? 0 : strlen(text);

    if (length < min || length > max || strspn(text, allowed) != length)
        return jy_fail(fault, JY_E_CLIENT_SIGNATURE, name, 0, "is missing or not of its form");
    *out = text;
    return JY_OK;
}

struct signed_head {
    const char *client_id, *time, *nonce, *digest;
    struct jy_buf text, signature;
};

static jy_err
read_head(struct exchange *x, struct signed_head *out, struct jy_fault *fault)
{
    const char *target = jy_http_target(x->request), *query = strchr(target, '?'), *signature, *key = jy_http_header(x->request, "Idempotency-Key");
    struct client_request request = { .method = jy_http_method(x->request), .path = jy_http_path(x->request), .query = query == NULL ? "" : query + 1,
                                      .idempotency_key = key == NULL ? "" : key };
    jy_time time;
    jy_err rc;

    if ((rc = read_header(x, "Jinyin-Client", 32, 32, HEX, &out->client_id, fault)) != JY_OK ||
        (rc = read_header(x, "Jinyin-Time", 20, 20, "0123456789-:TZ", &out->time, fault)) != JY_OK ||
        (rc = read_header(x, "Jinyin-Nonce", NONCE_MIN, 64, SAFE, &out->nonce, fault)) != JY_OK ||
        (rc = read_header(x, "Jinyin-Digest", 64, 64, HEX, &out->digest, fault)) != JY_OK ||
        (rc = read_header(x, "Jinyin-Signature", 1, 128, SAFE "+/=", &signature, fault)) != JY_OK)
        return rc;
    if (jy_time_parse_rfc3339(out->time, &time) != JY_OK)
        return jy_fail(fault, JY_E_CLIENT_TIME, "Jinyin-Time", 0, "must be a time such as 2026-01-31T09:00:00Z");
    if (time < x->now - CLIENT_TIME_SECONDS || time > x->now + CLIENT_TIME_SECONDS)
        return jy_fail(fault, JY_E_CLIENT_TIME, "Jinyin-Time", 0, "%lld seconds from the service's clock", (long long)(time - x->now));
    if (jy_base64_decode(jy_slice_text(signature), &out->signature) != JY_OK)
        return jy_fail(fault, JY_E_CLIENT_SIGNATURE, "Jinyin-Signature", 0, "must be base64");
    request.time = out->time;
    request.nonce = out->nonce;
    request.digest = out->digest;
    return client_request_text(&request, &out->text);
}

/* -- whose -- */

static jy_err
unwrap_secret(const struct exchange *x, const json_t *client, const char *name, struct jy_buf *out)
{
    jy_err rc = personal_unwrap(x->web, member(client, "client_id"), "client_secret", member(client, name), out);

    return rc != JY_OK || out->len == 2 * CLIENT_SECRET_SIZE ? rc : JY_E_INTERNAL;
}

/* With the pair of this name, in force now or before the last rotation. The secret that fitted signs the answer. */
static jy_err
fits(struct exchange *x, const json_t *client, const char *secret_name, const char *key_name, const struct signed_head *head)
{
    struct jy_buf hex = { 0 }, point = { 0 };
    bool sm2 = strcmp(member(client, "algorithm"), "sm2") == 0;
    jy_err rc;

    if ((rc = unwrap_secret(x, client, secret_name, &hex)) != JY_OK ||
        (rc = jy_hex_parse(jy_buf_slice(&hex), x->client.secret, CLIENT_SECRET_SIZE)) != JY_OK ||
        (sm2 && (rc = jy_base64_decode(jy_slice_text(member(client, key_name)), &point)) != JY_OK))
        goto out;
    rc = sm2 && point.len != JY_SM2_POINT_SIZE ? JY_E_INTERNAL :
        client_signature_fits(jy_buf_slice(&head->text), JY_SLICE(x->client.secret, CLIENT_SECRET_SIZE), sm2 ? point.p : NULL,
                              jy_buf_slice(&head->signature));
out:
    jy_buf_wipe(&hex);
    jy_buf_free(&point);
    return rc;
}

static jy_err
identify(struct exchange *x, const struct signed_head *head, json_t **client, struct jy_fault *fault)
{
    jy_err rc = find_row(x, SQL_CLIENT_FOR_REQUEST, BINDS(B_TEXT("client_id", head->client_id)), client_columns, client, fault);

    *fault = (struct jy_fault){ 0 };
    if (rc == JY_E_NOT_FOUND)                              /* the same words as for a wrong signature */
        return jy_fail(fault, JY_E_CLIENT_SIGNATURE, "Jinyin-Signature", 0, "does not fit");
    if (rc != JY_OK)
        return rc;
    if ((rc = fits(x, *client, "secret_wrapped", "public_key", head)) == JY_E_CLIENT_SIGNATURE &&
        x->now < json_integer_value(json_object_get(*client, "old_until")))
        rc = fits(x, *client, "old_secret_wrapped", "old_public_key", head);
    if (rc == JY_E_CLIENT_SIGNATURE)
        return jy_fail(fault, rc, "Jinyin-Signature", 0, "does not fit");
    if (rc == JY_OK) {
        PUT(x->client.id, head->client_id);
        PUT(x->client.nonce, head->nonce);
        PUT(x->client.digest, head->digest);
    }
    return rc;
}

/* -- once, and not too often -- */

struct admission { struct exchange *x; int64_t per_minute, per_day, count, retry_after; };

static const struct column used_columns[] = { { "used", COL_INT }, { NULL, COL_TEXT } };
#define DAY 86400

static jy_err
count_in(struct db_tx *tx, struct admission *a, const char *limit, int64_t seconds, int64_t most, struct jy_fault *fault)
{
    int64_t begun = a->x->now - a->x->now % seconds;
    json_t *row = NULL;
    jy_err rc = rows_run(tx, SQL_CLIENT_USE, BINDS(B_TEXT("client_id", a->x->client.id), B_INT("span", seconds), B_INT("begun", begun),
                                                   B_INT("count", a->count)), NULL, fault);

    if (rc == JY_OK)
        rc = rows_first(tx, SQL_CLIENT_USED, BINDS(B_TEXT("client_id", a->x->client.id), B_INT("span", seconds), B_INT("begun", begun)), used_columns,
                        &row, fault);
    if (rc == JY_OK && json_integer_value(json_object_get(row, "used")) > most) {
        a->retry_after = begun + seconds - a->x->now;
        rc = jy_fail(fault, JY_E_QUOTA, limit, 0, "at most %lld requests", (long long)most);
    }
    json_decref(row);
    return rc;
}

static jy_err
count_use(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct admission *a = arg;
    jy_err rc = count_in(tx, a, "per_minute", 60, a->per_minute, fault);

    return rc != JY_OK ? rc : count_in(tx, a, "per_day", DAY, a->per_day, fault);
}

/* A request over its quota leaves its nonce unused: nothing was carried out, and it may be sent again as it is. */
static jy_err
take_nonce(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct admission *a = arg;
    const struct exchange *x = a->x;
    jy_err rc = rows_run(tx, SQL_CLIENT_NONCE, BINDS(B_TEXT("client_id", x->client.id), B_TEXT("nonce", x->client.nonce), B_INT("now", x->now)), NULL,
                         fault);

    if (rc == JY_E_CONFLICT)
        return jy_fail(fault, JY_E_CLIENT_NONCE, "Jinyin-Nonce", 0, "was used before");
    return rc != JY_OK ? rc : count_use(tx, a, fault);
}

static jy_err
admit_within_quota(struct exchange *x, db_fn *fn, int64_t count, struct jy_fault *fault)
{
    struct admission a = { x, x->client.per_minute, x->client.per_day, count, 0 };
    char seconds[24];
    jy_err rc = db_write(x->web->db, fn, &a, fault);

    if (rc == JY_E_QUOTA) {
        snprintf(seconds, sizeof(seconds), "%lld", (long long)a.retry_after);
        (void)!jy_http_set_header(x->request, "Retry-After", seconds);
    }
    return rc;
}

jy_err
client_charge(struct exchange *x, int64_t more, struct jy_fault *fault)
{
    return x->client.id[0] == '\0' || more <= 0 ? JY_OK : admit_within_quota(x, count_use, more, fault);
}

static jy_err
is_granted(const struct exchange *x, const json_t *client, struct jy_fault *fault)
{
    const struct client_right *right = client_right_of(x->route);
    const json_t *scopes = json_object_get(client, "scopes"), *scope;
    bool granted = false;
    size_t i;

    if (right == NULL)
        return jy_fail(fault, JY_E_CLIENT_SCOPE, "path", 0, "no application may ask this");
    json_array_foreach((json_t *)(uintptr_t)scopes, i, scope)
        granted = granted || strcmp(json_string_value(scope), right->scope) == 0;
    if (!granted)
        return jy_fail(fault, JY_E_CLIENT_SCOPE, "scopes", 0, "needs the scope %s", right->scope);
    if (right->needs_person && x->actor.person_id[0] == '\0')
        return jy_fail(fault, JY_E_CLIENT_SCOPE, "Authorization", 0, "a person does this: send the session too");
    return JY_OK;
}

/* Alone it acts for its owner, as far as the person who answers for it reaches now; with a session it is that person's instrument, at home only. */
static jy_err
become_actor(struct exchange *x, const json_t *client, struct jy_fault *fault)
{
    struct actor *a = &x->actor;
    const char *organization = member(client, "organization_id"), *maker = member(client, "maker_id");
    json_t *person = NULL;
    jy_err rc;

    if (a->person_id[0] != '\0')
        return strcmp(a->organization_id, organization) == 0 && strcmp(a->maker_id, maker) == 0 ? JY_OK :
            jy_fail(fault, JY_E_CLIENT_SCOPE, "Authorization", 0, "the session is of another organization");
    x->client.alone = true;
    PUT(a->person_id, member(client, "responsible_id"));
    PUT(a->organization_id, organization);
    PUT(a->maker_id, maker);
    if ((rc = find_row(x, SQL_PERSON_BY_ID, BINDS(B_TEXT("person_id", a->person_id)), account_columns, &person, fault)) == JY_OK &&
        (rc = account_check(x->web, person, fault)) == JY_OK && strcmp(member(person, "state"), "ACTIVE") == 0)
        a->roles = account_roles(person) & (organization[0] != '\0' ? ROLE_AGENT : ROLE_MAKER_STAFF);
    json_decref(person);
    if (rc != JY_OK)
        return rc;
    return a->roles != 0 ? JY_OK : jy_fail(fault, JY_E_CLIENT_STATE, "responsible_id", 0, "whoever answers for it has not this office any more; renew it");
}

jy_err
client_admit(struct exchange *x, struct jy_fault *fault)
{
    struct signed_head head = { 0 };
    json_t *client = NULL;
    jy_err rc;

    if (jy_http_header(x->request, "Jinyin-Client") == NULL)
        return JY_OK;
    if ((rc = read_head(x, &head, fault)) != JY_OK || (rc = identify(x, &head, &client, fault)) != JY_OK)
        goto out;
    if (strcmp(member(client, "state"), "ACTIVE") != 0) {
        rc = jy_fail(fault, JY_E_CLIENT_STATE, "state", 0, "%s", member(client, "state"));
        goto out;
    }
    x->client.per_minute = json_integer_value(json_object_get(client, "per_minute"));
    x->client.per_day = json_integer_value(json_object_get(client, "per_day"));
    JY_KILL_KIND(x->route->audit);
    rc = admit_within_quota(x, take_nonce, 1, fault);
    JY_KILL_POINT(client_admitted);
    if (rc == JY_OK && (rc = is_granted(x, client, fault)) == JY_OK)
        rc = become_actor(x, client, fault);
out:
    json_decref(client);
    jy_buf_free(&head.text);
    jy_buf_free(&head.signature);
    return rc;
}

jy_err
client_body_fits(const struct exchange *x, const uint8_t digest[JY_SM3_SIZE], struct jy_fault *fault)
{
    char hex[2 * JY_SM3_SIZE + 1];

    jy_hex(JY_SLICE(digest, JY_SM3_SIZE), hex);
    return x->client.id[0] == '\0' || strcmp(hex, x->client.digest) == 0 ? JY_OK : jy_fail(fault, JY_E_CLIENT_DIGEST, "Jinyin-Digest", 0, "not of this body");
}

/* -- the answer -- */

jy_err
client_sign_answer(struct exchange *x, int status, struct jy_slice body, int fd, uint64_t size)
{
    char time[21], hex[2 * JY_SM3_SIZE + 1];
    uint8_t digest[JY_SM3_SIZE], mac[JY_SM3_SIZE];
    struct jy_buf text = { 0 }, signature = { 0 };
    jy_err rc;

    if (x == NULL || x->client.id[0] == '\0')
        return JY_OK;
    if ((rc = fd >= 0 ? blob_digest(fd, size, digest) : jy_sm3(body, digest)) != JY_OK)
        return rc;
    jy_hex(JY_SLICE(digest, sizeof(digest)), hex);
    jy_time_rfc3339(x->now, time);
    if ((rc = client_answer_text(status, x->client.nonce, time, hex, &text)) == JY_OK &&
        (rc = jy_hmac_sm3(JY_SLICE(x->client.secret, CLIENT_SECRET_SIZE), jy_buf_slice(&text), mac)) == JY_OK &&
        (rc = jy_base64_encode(JY_SLICE(mac, sizeof(mac)), &signature)) == JY_OK && (rc = jy_buf_byte(&signature, 0)) == JY_OK &&
        (rc = jy_http_set_header(x->request, "Jinyin-Time", time)) == JY_OK && (rc = jy_http_set_header(x->request, "Jinyin-Digest", hex)) == JY_OK)
        rc = jy_http_set_header(x->request, "Jinyin-Signature", (const char *)signature.p);
    jy_buf_free(&text);
    jy_buf_free(&signature);
    return rc;
}

jy_err
client_forget(struct db_tx *tx, jy_time now, struct jy_fault *fault)
{
    jy_err rc = rows_run(tx, SQL_CLIENT_NONCE_FORGET, BINDS(B_INT("before", now - CLIENT_NONCE_SECONDS)), NULL, fault);

    return rc != JY_OK ? rc : rows_run(tx, SQL_CLIENT_USE_FORGET, BINDS(B_INT("before", now - 2 * DAY)), NULL, fault);
}
