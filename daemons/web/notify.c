/* SPDX-License-Identifier: Apache-2.0 */
#include "daemons/web/notify.h"

#include "base/kill_point.h"
#include "codec/text.h"
#include "daemons/web/route.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RENEWALS_SINCE_SECONDS (32 * 86400)

static struct { bool sms, mail; char to[512]; int64_t pin_age; } ways;                /* set once, before the threads */

jy_err
notify_configure(const char *sms_url, const char *smtp_url, const char *mail_to, int64_t pin_max_days, int64_t pin_remind_days, struct jy_fault *fault)
{
    if (pin_remind_days < 0 || pin_remind_days >= pin_max_days)
        return jy_fail(fault, JY_E_BAD_FIELD, "pin_remind_days", 0, "from 0 to below pin_max_days, %lld", (long long)pin_max_days);
    ways.pin_age = pin_remind_days == 0 ? 0 : (pin_max_days - pin_remind_days) * 86400;
    ways.sms = sms_url[0] != '\0';
    ways.mail = smtp_url[0] != '\0';
    if (strlen(mail_to) >= sizeof(ways.to) || strpbrk(mail_to, "\r\n<>,;\"") != NULL)
        return jy_fail(fault, JY_E_BAD_FIELD, "notify_mail_to", 0, "addresses separated by blanks, at most 511 bytes");
    if (ways.mail && mail_to[strspn(mail_to, " ")] == '\0')
        return jy_fail(fault, JY_E_BAD_FIELD, "notify_mail_to", 0, "must be set when smtp_url is");
    memcpy(ways.to, mail_to, strlen(mail_to) + 1);
    return JY_OK;
}

/* -- the matters -- */

enum { TO_PERSON = 1, TO_OPERATORS = 2 };
static const struct matter {
    const char *kind;
    enum sql_name find;
    unsigned ways;                          /* beside the list in the service */
    const char *en, *zh;
} matters[] = {
    { "renewal_due", SQL_NOTIFY_RENEWALS, TO_PERSON, "An electronic seal in your keeping ends soon; have it renewed (R20.2).",
      "您保管的电子印章即将到期，请办理续期（第二十条）。" },
    { "approval_waiting", SQL_NOTIFY_APPROVALS, TO_PERSON, "A stamping order waits for your approval (R16.1).", "有用章申请等待您审批（第十六条）。" },
    { "pin_ageing", SQL_NOTIFY_PINS, TO_PERSON, "A PIN in your keeping grows old and must soon be changed; until then the key does nothing else (R19.2).",
      "您保管的口令即将超过规定期限，请及时更换，逾期未换的密钥不能使用（第十九条）。" },
    { "event_dead", SQL_NOTIFY_DEAD, TO_OPERATORS, "An event could not be delivered to a counterpart; look at it and resend it (R5.2).",
      "有事件未能送达外部系统，请查看并重发（第五条）。" },
    { "registers_differ", SQL_NOTIFY_DIFFERENCES, TO_OPERATORS, "Our register differs from a counterpart's, or could not be compared (R5.2).",
      "与外部系统对账存在差异，或未能对账（第五条）。" },
};
#define MATTERS (sizeof(matters) / sizeof(matters[0]))

const char *
notify_text(const char *kind, bool zh)
{
    for (size_t i = 0; i < MATTERS; i++)
        if (strcmp(matters[i].kind, kind) == 0)
            return zh ? matters[i].zh : matters[i].en;
    return NULL;
}

/* -- finding and putting down -- */

struct telling { const struct matter *matter; const json_t *row; jy_time now; };

static jy_err
put_message(struct db_tx *tx, const struct telling *t, const char *destination, json_t *body, struct jy_fault *fault)
{
    char event_id[WEB_ID_SIZE];
    jy_err rc = fresh_id(event_id);

    if (rc != JY_OK) {
        json_decref(body);
        return rc;
    }
    return outbox_put_stream(tx, event_id, destination, event_id, "", t->now, body, fault);
}

/* The operators are told once of a matter, not once for each police officer: the first row brings the mail. */
static jy_err
put_down(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    const struct telling *t = arg;
    const char *kind = t->matter->kind, *person_id = member(t->row, "person_id"), *object = member(t->row, "object");
    char id[WEB_ID_SIZE];
    int64_t changes = 0;
    jy_err rc;

    JY_KILL_KIND(kind);
    if ((rc = fresh_id(id)) != JY_OK ||
        (rc = rows_run(tx, SQL_NOTIFICATION_INSERT, BINDS(B_TEXT("notification_id", id), B_TEXT("person_id", person_id), B_TEXT("kind", kind),
                                                          B_TEXT("object", object),
                                                          B_INT("number", json_integer_value(json_object_get(t->row, "number"))), B_INT("now", t->now)),
                       &changes, fault)) != JY_OK || changes == 0)
        return rc;
    JY_KILL_POINT(notification_written);
    if (ways.sms && (t->matter->ways & TO_PERSON) != 0)
        rc = put_message(tx, t, "sms", json_pack("{s:s, s:s, s:s}", "person_id", person_id, "kind", kind, "object", object), fault);
    if (rc == JY_OK && ways.mail && (t->matter->ways & TO_OPERATORS) != 0) {
        char mail_id[WEB_ID_SIZE], name[128];
        uint8_t digest[JY_SM3_SIZE];
        snprintf(name, sizeof(name), "%.32s/%.64s", kind, object);
        if ((rc = jy_sm3(jy_slice_text(name), digest)) != JY_OK)
            return rc;
        jy_hex(JY_SLICE(digest, sizeof(mail_id) / 2), mail_id);              /* the same id for every row of one matter */
        rc = outbox_put_stream(tx, mail_id, "mail", mail_id, "", t->now, json_pack("{s:s, s:s}", "kind", kind, "object", object), fault);
        if (rc == JY_E_CONFLICT)                          /* another recipient's row brought it */
            rc = JY_OK;
    }
    return rc;
}

struct candidates { const struct matter *matter; jy_time now; json_t *rows; };

static jy_err
find(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    static const struct column columns[] = { { "person_id", COL_TEXT }, { "object", COL_TEXT }, { "number", COL_INT }, { NULL, COL_TEXT } };
    struct candidates *c = arg;
    /* Every question's parameters; each takes its own. */
    const struct { enum sql_name name; struct bind binds[3]; } questions[] = {
        { SQL_NOTIFY_RENEWALS, { B_INT("since", c->now - RENEWALS_SINCE_SECONDS), { .param = NULL } } },
        { SQL_NOTIFY_APPROVALS, { B_INT("approver", ROLE_APPROVER), { .param = NULL } } },
        { SQL_NOTIFY_PINS, { B_INT("before", ways.pin_age == 0 ? -1 : c->now - ways.pin_age), { .param = NULL } } },
        { SQL_NOTIFY_DEAD, { B_INT("administrator", ROLE_SYSTEM_ADMINISTRATOR), B_INT("police", ROLE_POLICE), { .param = NULL } } },
        { SQL_NOTIFY_DIFFERENCES, { B_INT("police", ROLE_POLICE), { .param = NULL } } },
    };

    for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
        if (questions[i].name == c->matter->find)
            return rows_read(tx, c->matter->find, questions[i].binds, columns, &c->rows, fault);
    return jy_fail(fault, JY_E_INTERNAL, c->matter->kind, 0, "nobody knows what its question takes");
}

void
notify_work(struct web *web)
{
    for (size_t m = 0; m < MATTERS; m++) {
        struct candidates c = { &matters[m], jy_now(), NULL };
        struct jy_fault fault = { 0 };
        json_t *row;
        size_t i;
        jy_err rc = db_read(web->db, find, &c, &fault);

        json_array_foreach(c.rows, i, row) {
            struct telling t = { c.matter, row, c.now };
            if (rc == JY_OK)
                rc = db_write(web->db, put_down, &t, &fault);
        }
        if (rc != JY_OK)
            jy_log("error", "notify", "%s %s", jy_err_code(rc), fault.text);
        json_decref(c.rows);
    }
}

/* -- sending -- */

struct phone { const char *person_id; json_t *row; };

static jy_err
read_phone(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    static const struct column columns[] = { { "person_id", COL_TEXT }, { "phone_wrapped", COL_BASE64 }, { NULL, COL_TEXT } };
    struct phone *p = arg;

    return rows_first(tx, SQL_NOTIFY_PHONE, BINDS(B_TEXT("person_id", p->person_id)), columns, &p->row, fault);
}

jy_err
notify_send_sms(struct web *web, const struct outbox_item *item, char receipt[OUTBOX_RECEIPT_SIZE], struct jy_fault *fault)
{
    struct jy_msg_LINK_SMS send = { { 0 } };
    struct phone phone = { 0 };
    struct jy_buf number = { 0 };
    struct jy_frame reply = { 0 };
    json_t *body = NULL;
    const char *zh;
    jy_err rc;

    if ((rc = jy_json_parse(jy_slice_text(item->body), &body, fault)) != JY_OK)
        return rc;
    zh = notify_text(member(body, "kind"), true);
    phone.person_id = member(body, "person_id");
    if (zh == NULL)
        rc = jy_fail(fault, JY_E_BAD_FIELD, "kind", 0, "no such matter");
    else if ((rc = db_read(web->db, read_phone, &phone, fault)) == JY_OK && phone.row == NULL)
        rc = jy_fail(fault, JY_E_NOT_FOUND, "person_id", 0, "nobody to be told");
    if (rc == JY_OK && (rc = personal_unwrap(web, phone.person_id, "phone", member(phone.row, "phone_wrapped"), &number)) == JY_OK) {
        if (number.len < 5 || number.len >= sizeof(send.phone))
            rc = jy_fail(fault, JY_E_BAD_FIELD, "phone", 0, "no phone number is known");
        else {
            memcpy(send.phone, number.p, number.len);
            PUT(send.event_id, item->event_id);
            snprintf(send.text, sizeof(send.text), "【津印】%s", zh);
            if ((rc = ask_link(web, JY_MSG_LINK_SMS, &send, &reply, fault)) == JY_OK)
                put(receipt, OUTBOX_RECEIPT_SIZE, reply.u.LINK_DELIVERED.receipt);
        }
    }
    jy_wipe(send.phone, sizeof(send.phone));
    jy_buf_wipe(&number);
    jy_frame_free(&reply);
    json_decref(phone.row);
    json_decref(body);
    return rc;
}

jy_err
notify_send_mail(struct web *web, const struct outbox_item *item, char receipt[OUTBOX_RECEIPT_SIZE], struct jy_fault *fault)
{
    struct jy_msg_LINK_MAIL send = { { 0 } };
    struct jy_frame reply = { 0 };
    json_t *body = NULL;
    const char *zh, *en;
    jy_err rc;

    if ((rc = jy_json_parse(jy_slice_text(item->body), &body, fault)) != JY_OK)
        return rc;
    zh = notify_text(member(body, "kind"), true);
    en = notify_text(member(body, "kind"), false);
    if (zh == NULL || en == NULL)
        rc = jy_fail(fault, JY_E_BAD_FIELD, "kind", 0, "no such matter");
    else {
        PUT(send.event_id, item->event_id);
        PUT(send.to, ways.to);
        snprintf(send.subject, sizeof(send.subject), "津印 Jinyin: %.64s", member(body, "kind"));
        snprintf(send.text, sizeof(send.text), "%s\n%s\n\n%.64s\n", zh, en, member(body, "object"));
        if ((rc = ask_link(web, JY_MSG_LINK_MAIL, &send, &reply, fault)) == JY_OK)
            put(receipt, OUTBOX_RECEIPT_SIZE, reply.u.LINK_DELIVERED.receipt);
    }
    jy_frame_free(&reply);
    json_decref(body);
    return rc;
}

/* -- a person's own list -- */

jy_err
notification_list(struct exchange *x, struct jy_fault *fault)
{
    static const struct column columns[] = {
        { "seq", COL_INT }, { "notification_id", COL_TEXT }, { "kind", COL_TEXT }, { "object", COL_TEXT }, { "number", COL_INT }, { "created", COL_TIME },
        { "read_at", COL_TIME }, { NULL, COL_TEXT },
    };
    const char *unread = jy_http_query(x->request, "unread");
    struct page page;
    json_t *rows = NULL, *row;
    size_t i;
    jy_err rc;

    if (unread != NULL && strcmp(unread, "true") != 0 && strcmp(unread, "false") != 0)
        return jy_fail(fault, JY_E_BAD_FIELD, "unread", 0, "true or false");
    if ((rc = page_read(x, &page, fault)) != JY_OK ||
        (rc = find_rows(x, SQL_NOTIFICATION_LIST, BINDS(B_TEXT("person_id", x->actor.person_id), B_INT("before", page.before),
                                                        B_INT("unread", unread != NULL && strcmp(unread, "true") == 0), B_INT("limit", page.limit)),
                        columns, &rows, fault)) != JY_OK)
        return rc;
    json_array_foreach(rows, i, row) {
        const char *zh = notify_text(member(row, "kind"), true), *en = notify_text(member(row, "kind"), false);
        json_object_set_new(row, "text", json_string(en == NULL ? "" : en));
        json_object_set_new(row, "text_zh", json_string(zh == NULL ? "" : zh));
    }
    return answer_page(x, &page, rows);
}

static jy_err
mark_read(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    const struct exchange *x = arg;

    return rows_run(tx, SQL_NOTIFICATION_READ, BINDS(B_INT("now", x->now), B_TEXT("notification_id", x->id), B_TEXT("person_id", x->actor.person_id)), NULL,
                    fault);
}

/* Read twice is read. */
jy_err
notification_read(struct exchange *x, struct jy_fault *fault)
{
    static const struct column columns[] = { { "notification_id", COL_TEXT }, { "read_at", COL_TIME }, { NULL, COL_TEXT } };
    json_t *row = NULL;
    jy_err rc = find_row(x, SQL_NOTIFICATION_OF, BINDS(B_TEXT("notification_id", x->id), B_TEXT("person_id", x->actor.person_id)), columns, &row, fault);

    json_decref(row);
    if (rc != JY_OK || (rc = answer_json(x, 200, json_pack("{s:b}", "read", 1))) != JY_OK)
        return rc;
    return commit(x, mark_read, x, fault);
}
