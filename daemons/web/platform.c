/* SPDX-License-Identifier: Apache-2.0 */
#include "daemons/web/platform.h"

#include "codec/text.h"
#include "daemons/web/route.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BEIJING_SECONDS (8 * 3600)
#define TIME_SIZE 32

static struct { bool connected; char system_id[65]; } platform;      /* set once, before the threads */

jy_err
platform_configure(const char *url, const char *system_id, struct jy_fault *fault)
{
    size_t len = strlen(system_id);

    if (url[0] == '\0')
        return JY_OK;
    if (len < 1 || len >= sizeof(platform.system_id) || strpbrk(system_id, "|\r\n\t ") != NULL)
        return jy_fail(fault, JY_E_BAD_FIELD, "platform_system_id", 0, "must have 1 to 64 characters without blanks and pipes when platform_url is set");
    memcpy(platform.system_id, system_id, len + 1);
    platform.connected = true;
    return JY_OK;
}

bool
platform_is_connected(void)
{
    return platform.connected;
}

/* -- which change is which task; a change without a row is none of the platform's -- */

enum { PUBLISH = 207, EXTEND = 108, DEACTIVATE = 209 };
/* invalidType: 0 吊销, 1 撤销, 2 挂失 */
static const struct { const char *event; int task, invalid_type; } tasks[] = {
    { "file", PUBLISH, 0 },      { "unfreeze", PUBLISH, 0 },    { "resume", PUBLISH, 0 },     { "extend", EXTEND, 0 },
    { "freeze", DEACTIVATE, 2 }, { "suspend", DEACTIVATE, 2 },  { "cancel", DEACTIVATE, 1 },  { "void", DEACTIVATE, 0 },
    { "replace", DEACTIVATE, 1 }, { "renew", DEACTIVATE, 1 },     /* R20: the new seal is published with its own code */
};
/* The fields of each task in the order in which they are joined and signed. */
static const char *const publish_fields[] = {
    "provincePubSysId", "sealCode", "sealName", "useUnitCode", "sealZone", "validStartTime", "validEndTime", "parentSealCode", "createTime", "creater",
    "legalType", "certStartTime", "certEndTime", "signCert", "requestParam", NULL,
};
static const char *const extend_fields[] = { "sealCode", "sealName", "validEndTime", "signCert", "requestParam", NULL };
static const char *const deactivate_fields[] = {
    "sealCode", "sealName", "cancelReason", "cancelDescribe", "applyDate", "invalidType", "invalidEffectTime", "requestParam", NULL,
};

static const char *const *
fields_of(int64_t task)
{
    return task == PUBLISH ? publish_fields : task == EXTEND ? extend_fields : task == DEACTIVATE ? deactivate_fields : NULL;
}

static void
platform_time(jy_time t, char out[TIME_SIZE])
{
    int year, month, day, hour, minute, second;

    jy_time_civil(t + BEIJING_SECONDS, &year, &month, &day, &hour, &minute, &second);
    snprintf(out, TIME_SIZE, "%04d-%02d-%02d %02d:%02d:%02d", year % 10000, month % 100, day % 100, hour % 100, minute % 100, second % 100);
}

/* -- putting in -- */

static const struct column seal_columns[] = {
    { "es_id", COL_TEXT }, { "name", COL_TEXT }, { "uscc", COL_TEXT }, { "district", COL_TEXT }, { "kind", COL_TEXT }, { "maker_id", COL_TEXT },
    { "valid_from", COL_INT }, { "valid_to", COL_INT }, { "created", COL_INT }, { "certificate", COL_BASE64 }, { NULL, COL_TEXT },
};

static json_t *
time_of(const json_t *seal, const char *column)
{
    char text[TIME_SIZE];

    platform_time(json_integer_value(json_object_get(seal, column)), text);
    return json_string(text);
}

/* Every field that any task has; each task says its own. R13.3: the seal's dates are the certificate's. */
static json_t *
facts_of(const json_t *seal, const struct seal_change *c, const char *event_id, int invalid_type)
{
    const struct seal_kind *kind = seal_kind_by_code(member(seal, "kind"));
    const char *reason = c->reason == NULL ? c->event : c->reason;
    char at[TIME_SIZE], code[65] = "", type[16], invalid[2] = { (char)('0' + invalid_type), '\0' };
    size_t code_len = strcspn(reason, ":");

    platform_time(c->at, at);
    snprintf(code, sizeof(code), "%.*s", code_len > 64 ? 64 : (int)code_len, reason);
    snprintf(type, sizeof(type), "%d", kind == NULL ? 99 : kind->national_type);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:s, s:o, s:s, s:s, s:o, s:o, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "provincePubSysId",
                     platform.system_id, "sealCode", member(seal, "es_id"), "sealName", member(seal, "name"), "useUnitCode", member(seal, "uscc"), "sealZone",
                     member(seal, "district"), "validStartTime", time_of(seal, "valid_from"), "validEndTime", time_of(seal, "valid_to"), "parentSealCode",
                     "", "createTime", time_of(seal, "created"), "creater", member(seal, "maker_id"), "legalType", type, "certStartTime",
                     time_of(seal, "valid_from"), "certEndTime", time_of(seal, "valid_to"), "signCert", member(seal, "certificate"), "requestParam",
                     event_id, "cancelReason", code, "cancelDescribe", reason, "applyDate", at, "invalidType", invalid, "invalidEffectTime", at);
}

static json_t *
body_of(const json_t *facts, int task)
{
    json_t *data = json_object();

    for (const char *const *field = fields_of(task); *field != NULL; field++)
        if (json_object_set(data, *field, json_object_get(facts, *field)) != 0) {
            json_decref(data);
            return NULL;
        }
    return json_pack("{s:i, s:o}", "task", task, "data", data);
}

jy_err
platform_tell(struct db_tx *tx, const struct seal_change *change, struct jy_fault *fault)
{
    char event_id[WEB_ID_SIZE];
    json_t *seal = NULL, *facts = NULL;
    size_t row = 0, count = sizeof(tasks) / sizeof(tasks[0]);
    jy_err rc;

    while (row < count && strcmp(tasks[row].event, change->event) != 0)
        row++;
    if (!platform.connected || row == count)
        return JY_OK;
    if ((rc = fresh_id(event_id)) != JY_OK ||
        (rc = rows_first(tx, SQL_SEAL_BY_ID, BINDS(B_TEXT("seal_id", change->seal_id), B_INT("scope_city", 1), B_TEXT("scope_organization", NULL),
                                                   B_TEXT("scope_maker", NULL), B_TEXT("scope_district", NULL)), seal_columns, &seal, fault)) != JY_OK)
        return rc;
    if (seal == NULL)
        rc = jy_fail(fault, JY_E_INTERNAL, "seal_id", 0, "the seal of this change is not there");
    else if ((facts = facts_of(seal, change, event_id, tasks[row].invalid_type)) == NULL)
        rc = JY_E_NOMEM;
    else
        rc = outbox_put(tx, event_id, "platform", change->seal_id, change->at, body_of(facts, tasks[row].task), fault);
    json_decref(facts);
    json_decref(seal);
    return rc;
}

/* -- delivering -- */

/* The service's signature over a text, base64. */
static jy_err
sign(struct web *web, struct jy_slice text, struct jy_buf *base64, struct jy_fault *fault)
{
    struct jy_msg_KEY_STATEMENT ask = { .purpose = "platform", .text = text };
    struct jy_frame reply = { 0 };
    jy_err rc = ask_key(web, JY_MSG_KEY_STATEMENT, &ask, &reply, fault);

    if (rc == JY_OK)
        rc = jy_base64_encode(reply.u.KEY_STATEMENT_SIGNED.signature, base64);
    jy_frame_free(&reply);
    return rc;
}

/* Pipes join: a field that holds one would say something else on the other side. */
static jy_err
join(const json_t *data, const char *const *fields, struct jy_buf *out, struct jy_fault *fault)
{
    jy_err rc = JY_OK;

    for (size_t i = 0; rc == JY_OK && fields[i] != NULL; i++) {
        const char *value = member(data, fields[i]);
        if (strchr(value, '|') != NULL)
            return jy_fail(fault, JY_E_BAD_FIELD, fields[i], 0, "holds a pipe, which the platform's wire cannot carry");
        rc = jy_buf_fmt(out, "%s%s", i == 0 ? "" : "|", value);
    }
    return rc;
}

/* {taskCode, taskData, taskSignature}; taskData is a text, so that what is signed is what is sent. */
static jy_err
make_task(struct web *web, const json_t *body, struct jy_buf *out, struct jy_fault *fault)
{
    int64_t task = json_integer_value(json_object_get(body, "task"));
    const char *const *fields = fields_of(task);
    struct jy_buf joined = { 0 }, signature = { 0 }, task_signature = { 0 };
    json_t *data = json_copy(json_object_get(body, "data")), *whole = NULL;
    char *text = NULL, *whole_text = NULL;
    jy_err rc;

    if (data == NULL || fields == NULL)
        rc = jy_fail(fault, JY_E_BAD_FIELD, "task", 0, "not a task of the platform");
    else if ((rc = join(data, fields, &joined, fault)) == JY_OK && (rc = sign(web, jy_buf_slice(&joined), &signature, fault)) == JY_OK) {
        json_object_set_new(data, "signature", json_stringn((const char *)signature.p, signature.len));
        if ((text = json_dumps(data, JSON_COMPACT | JSON_SORT_KEYS)) == NULL)
            rc = JY_E_NOMEM;
        else if ((rc = sign(web, jy_slice_text(text), &task_signature, fault)) == JY_OK) {
            whole = json_pack("{s:o, s:s, s:s#}", "taskCode", json_sprintf("%lld", (long long)task), "taskData", text, "taskSignature",
                              (const char *)task_signature.p, (int)task_signature.len);
            rc = whole == NULL || (whole_text = json_dumps(whole, JSON_COMPACT | JSON_SORT_KEYS)) == NULL ? JY_E_NOMEM : jy_buf_text(out, whole_text);
        }
    }
    free(text);
    free(whole_text);
    json_decref(whole);
    json_decref(data);
    jy_buf_free(&joined);
    jy_buf_free(&signature);
    jy_buf_free(&task_signature);
    return rc;
}

static jy_err
send_message(struct web *web, const struct outbox_item *item, const char *random_b, const struct jy_buf *task, char *receipt, struct jy_fault *fault)
{
    struct jy_msg_LINK_PLATFORM_SEND send = { { 0 } };
    struct jy_buf message = { 0 }, signature = { 0 };
    struct jy_frame reply = { 0 };
    jy_err rc;

    PUT(send.request_id, item->event_id);
    PUT(send.random_b, random_b);
    if ((rc = jy_buf_fmt(&message, "%s||%s||", platform.system_id, random_b)) == JY_OK && (rc = jy_buf_add(&message, jy_buf_slice(task))) == JY_OK &&
        (rc = sign(web, jy_buf_slice(&message), &signature, fault)) == JY_OK && (rc = jy_buf_text(&message, "||")) == JY_OK &&
        (rc = jy_buf_add(&message, jy_buf_slice(&signature))) == JY_OK) {
        send.message = jy_buf_slice(&message);
        if ((rc = ask_link(web, JY_MSG_LINK_PLATFORM_SEND, &send, &reply, fault)) == JY_OK)
            put(receipt, OUTBOX_RECEIPT_SIZE, reply.u.LINK_PLATFORM_TAKEN.receipt);
    }
    jy_frame_free(&reply);
    jy_buf_free(&signature);
    jy_buf_free(&message);
    return rc;
}

jy_err
platform_send(struct web *web, const struct outbox_item *item, char receipt[OUTBOX_RECEIPT_SIZE], struct jy_fault *fault)
{
    struct jy_frame hello = { 0 };
    struct jy_buf task = { 0 };
    json_t *body = NULL;
    jy_err rc;

    if ((rc = jy_json_parse(jy_slice_text(item->body), &body, fault)) == JY_OK && (rc = make_task(web, body, &task, fault)) == JY_OK &&
        (rc = ask_link(web, JY_MSG_LINK_PLATFORM_HELLO, &(struct jy_msg_LINK_PLATFORM_HELLO){ { 0 } }, &hello, fault)) == JY_OK)
        rc = send_message(web, item, hello.u.LINK_PLATFORM_CHALLENGE.random_b, &task, receipt, fault);
    jy_frame_free(&hello);
    jy_buf_free(&task);
    json_decref(body);
    return rc;
}

/* -- asking: what the platform says of a seal at a time -- */

static const struct column asked_columns[] = { { "es_id", COL_TEXT }, { "name", COL_TEXT }, { NULL, COL_TEXT } };

jy_err
platform_status_show(struct exchange *x, struct jy_fault *fault)
{
    const char *text = jy_http_query(x->request, "at");
    struct jy_msg_LINK_PLATFORM_STATUS ask = { .at = x->now };
    struct jy_frame reply = { 0 };
    json_t *seal = NULL;
    char when[21];
    jy_err rc;

    if (text != NULL && jy_time_parse_rfc3339(text, &ask.at) != JY_OK)
        return jy_fail(fault, JY_E_BAD_FIELD, "at", 0, "must be a time such as 2026-01-31T09:00:00Z");
    if (!platform.connected)
        return jy_fail(fault, JY_E_COUNTERPART_DOWN, "platform_url", 0, "the national platform is not connected");
    if ((rc = find_row(x, SQL_SEAL_BY_ID, BINDS(B_TEXT("seal_id", x->id), SCOPE_ANYWHERE(x)), asked_columns, &seal, fault)) != JY_OK)
        return rc;
    PUT(ask.seal_code, member(seal, "es_id"));
    PUT(ask.seal_name, member(seal, "name"));
    jy_time_rfc3339(ask.at, when);
    if ((rc = ask_link(x->web, JY_MSG_LINK_PLATFORM_STATUS, &ask, &reply, fault)) == JY_OK)
        rc = answer_json(x, 200, json_pack("{s:s, s:s, s:s}", "es_id", ask.seal_code, "at", when, "status",
                                           reply.u.LINK_PLATFORM_STATUS_IS.status == 0 ? "valid" : "invalid"));
    jy_frame_free(&reply);
    json_decref(seal);
    return rc;
}
