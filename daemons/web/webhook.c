/* SPDX-License-Identifier: Apache-2.0 */
/* Events on their way to an organization's own system: put into the outbox with the change, signed when they are sent. */
#include "daemons/web/webhook.h"

#include "codec/text.h"

#include <stdio.h>
#include <string.h>

#define SECRET_SIZE 32

/* -- what happened -- */

static bool
wants(const json_t *hook, const char *group)
{
    const json_t *events = json_object_get(hook, "events"), *event;
    size_t i;

    json_array_foreach((json_t *)(uintptr_t)events, i, event)
        if (strcmp(json_string_value(event), group) == 0)
            return true;
    return false;
}

jy_err
webhook_tell(struct db_tx *tx, const char *group, const char *event, const char *seal_id, jy_time at, json_t *facts, struct jy_fault *fault)
{
    static const struct column columns[] = { { "webhook_id", COL_TEXT }, { "events", COL_JSON }, { NULL, COL_TEXT } };
    char id[WEB_ID_SIZE], event_id[WEB_ID_SIZE], name[80], when[21];
    json_t *hooks = NULL, *hook, *body;
    size_t i;
    jy_err rc = facts == NULL ? JY_E_NOMEM : fresh_id(id);

    snprintf(name, sizeof(name), "%s.%s", group, event);
    jy_time_rfc3339(at, when);
    if (rc == JY_OK)
        rc = rows_read(tx, SQL_WEBHOOK_ABOUT_SEAL, BINDS(B_TEXT("seal_id", seal_id), B_INT("about_use", strcmp(group, "stamp") == 0)), columns, &hooks, fault);
    json_array_foreach(hooks, i, hook) {
        if (rc != JY_OK || !wants(hook, group))
            continue;
        if ((rc = fresh_id(event_id)) != JY_OK ||
            (rc = rows_run(tx, SQL_WEBHOOK_DELIVERY_INSERT, BINDS(B_TEXT("event_id", event_id), B_TEXT("webhook_id", member(hook, "webhook_id")),
                                                                  B_TEXT("id", id), B_TEXT("event", name), B_INT("now", at)), NULL, fault)) != JY_OK)
            break;
        body = json_pack("{s:s, s:s, s:s, s:s}", "id", id, "event", name, "at", when, "seal_id", seal_id);
        if (body != NULL && json_object_update(body, facts) != 0) {
            json_decref(body);
            body = NULL;
        }
        /* Each on its own: what one receiver will not take holds up nothing; `at` says the order. */
        rc = outbox_put_stream(tx, event_id, "webhook", event_id, seal_id, at, body, fault);
    }
    json_decref(hooks);
    json_decref(facts);
    return rc;
}

/* -- sending -- */

jy_err
webhook_text(const char *id, const char *time, const char *digest, struct jy_buf *out)
{
    return jy_buf_fmt(out, "jinyin-webhook-1\n%s\n%s\n%s\n", id, time, digest);
}

bool
webhook_url_is_good(const char *url, bool development)
{
    const char *host;
    size_t name, rest;

    for (const char *c = url; *c != '\0'; c++)
        if ((unsigned char)*c <= 0x20 || (unsigned char)*c >= 0x7F || strchr("@#\\\"<>", *c) != NULL)
            return false;
    if (development && strncmp(url, "http://127.0.0.1:", 17) == 0)
        host = url + 7;
    else if (strncmp(url, "https://", 8) == 0)
        host = url + 8;
    else
        return false;
    name = strspn(host, "abcdefghijklmnopqrstuvwxyz0123456789.-");
    rest = host[name] == ':' ? 1 + strspn(host + name + 1, "0123456789") : 0;
    if (name == 0 || rest == 1 || rest > 6 || (host[name + rest] != '\0' && host[name + rest] != '/' && host[name + rest] != '?'))
        return false;
    /* A name with a dot in it, not an address: what a certificate is checked against. */
    return host == url + 7 || (memchr(host, '.', name) != NULL && strspn(host, "0123456789.") < name && host[0] != '.' && host[0] != '-');
}

struct question { const char *event_id; json_t *row; };

static jy_err
read_hook(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    static const struct column columns[] = {
        { "webhook_id", COL_TEXT }, { "url", COL_TEXT }, { "secret_wrapped", COL_BASE64 }, { "state", COL_TEXT }, { "id", COL_TEXT }, { NULL, COL_TEXT },
    };
    struct question *q = arg;

    return rows_first(tx, SQL_WEBHOOK_OF_EVENT, BINDS(B_TEXT("event_id", q->event_id)), columns, &q->row, fault);
}

static jy_err
sign(struct web *web, const json_t *hook, struct jy_msg_LINK_WEBHOOK *ask, struct jy_fault *fault)
{
    struct jy_buf hex = { 0 }, text = { 0 }, signature = { 0 };
    uint8_t secret[SECRET_SIZE], digest[JY_SM3_SIZE], mac[JY_SM3_SIZE];
    char digest_hex[2 * JY_SM3_SIZE + 1];
    jy_err rc;

    if ((rc = personal_unwrap(web, member(hook, "webhook_id"), "webhook_secret", member(hook, "secret_wrapped"), &hex)) != JY_OK ||
        (rc = jy_hex_parse(jy_buf_slice(&hex), secret, sizeof(secret))) != JY_OK || (rc = jy_sm3(ask->body, digest)) != JY_OK)
        goto out;
    jy_hex(JY_SLICE(digest, sizeof(digest)), digest_hex);
    if ((rc = webhook_text(ask->id, ask->time, digest_hex, &text)) == JY_OK &&
        (rc = jy_hmac_sm3(JY_SLICE(secret, sizeof(secret)), jy_buf_slice(&text), mac)) == JY_OK &&
        (rc = jy_base64_encode(JY_SLICE(mac, sizeof(mac)), &signature)) == JY_OK && (rc = jy_buf_byte(&signature, 0)) == JY_OK)
        PUT(ask->signature, (const char *)signature.p);
out:
    jy_wipe(secret, sizeof(secret));
    jy_buf_wipe(&hex);
    jy_buf_free(&text);
    jy_buf_free(&signature);
    return rc == JY_OK ? rc : jy_fail(fault, rc, "secret", 0, "the event cannot be signed");
}

/* Whatever is wrong with one receiver is about this event, never about all receivers: only our own rooms' absence delays the rest. */
jy_err
webhook_send(struct web *web, const struct outbox_item *item, char receipt[OUTBOX_RECEIPT_SIZE], struct jy_fault *fault)
{
    struct jy_msg_LINK_WEBHOOK ask = { .body = jy_slice_text(item->body) };
    struct question q = { item->event_id, NULL };
    struct jy_frame reply = { 0 };
    jy_err rc;

    if ((rc = db_read(web->db, read_hook, &q, fault)) != JY_OK)
        return rc;
    if (q.row == NULL || strcmp(member(q.row, "state"), "ACTIVE") != 0) {
        put(receipt, OUTBOX_RECEIPT_SIZE, "ended");        /* nobody wants it any more: no letter that a person must look at */
        json_decref(q.row);
        return JY_OK;
    }
    PUT(ask.url, member(q.row, "url"));
    PUT(ask.id, member(q.row, "id"));
    jy_time_rfc3339(jy_now(), ask.time);
    if ((rc = sign(web, q.row, &ask, fault)) == JY_OK && (rc = ask_link(web, JY_MSG_LINK_WEBHOOK, &ask, &reply, fault)) == JY_OK)
        snprintf(receipt, OUTBOX_RECEIPT_SIZE, "HTTP %u", (unsigned)reply.u.LINK_WEBHOOK_TAKEN.status);
    else if (rc == JY_E_COUNTERPART_DOWN)
        rc = JY_E_COUNTERPART_REFUSED;
    jy_frame_free(&reply);
    json_decref(q.row);
    return rc;
}
