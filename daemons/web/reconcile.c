/* SPDX-License-Identifier: Apache-2.0 */
#include "daemons/web/reconcile.h"

#include "base/kill_point.h"
#include "codec/text.h"
#include "daemons/web/platform.h"
#include "daemons/web/route.h"

#include <string.h>

#define PAGE_ROWS 500
#define PAGES_MAX 20000                /* ten million rows */
#define DAY_SECONDS 86400

/* -- when -- */

jy_err
reconcile_time(const char *text, int *minutes, struct jy_fault *fault)
{
    static const char form[] = "00:00";

    for (size_t i = 0; i < sizeof(form); i++)
        if (form[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
            return jy_fail(fault, JY_E_BAD_FIELD, "reconcile_at", 0, "must be HH:MM, UTC");
    *minutes = ((text[0] - '0') * 10 + text[1] - '0') * 60 + (text[3] - '0') * 10 + text[4] - '0';
    if (*minutes >= 24 * 60 || text[3] > '5')
        return jy_fail(fault, JY_E_BAD_FIELD, "reconcile_at", 0, "must be HH:MM, UTC");
    return JY_OK;
}

int64_t
reconcile_day(jy_time now, int minutes)
{
    jy_time shifted = now - (jy_time)minutes * 60;

    return shifted / DAY_SECONDS - (shifted % DAY_SECONDS < 0 ? 1 : 0);
}

/* -- one run -- */

struct run;

/* A counterpart: its pages, one after the other, and what is compared in the end. */
struct side {
    const char *name;
    bool (*is_connected)(void);             /* NULL = always */
    jy_err (*fetch)(struct run *r, struct jy_frame *reply, struct jy_slice *rows, struct jy_fault *fault);
    enum sql_name compare[4];
    size_t comparisons;
};

struct run {
    struct web *web;
    const char *run_id;
    const struct side *side;
    char after[65];                         /* where the next page begins: an esID, or a number */
    uint32_t pages;
    jy_time now;
    const json_t *page;                     /* rows to be kept */
    jy_err failed;
    const struct jy_fault *why;
};

#define RUN(r) B_TEXT("run_id", (r)->run_id)

static jy_err
begin(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct run *r = arg;
    jy_err rc = rows_run(tx, SQL_RECONCILIATION_FORGET_SEEN, BINDS(RUN(r)), NULL, fault);

    return rc != JY_OK ? rc : move_row(tx, SQL_RECONCILIATION_BEGIN, BINDS(B_INT("now", r->now), RUN(r)), fault);
}

static jy_err
keep_page(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct run *r = arg;
    json_t *row;
    size_t i;

    json_array_foreach((json_t *)(uintptr_t)r->page, i, row) {
        const char *digest = member(row, "impression_digest");
        uint8_t bytes[JY_SM3_SIZE];
        bool has_digest = digest[0] != '\0' && jy_hex_parse(jy_slice_text(digest), bytes, sizeof(bytes)) == JY_OK;
        jy_err rc = rows_run(tx, SQL_RECONCILIATION_SAW, BINDS(RUN(r), B_TEXT("es_id", member(row, "es_id")), B_TEXT("state", member(row, "state")),
                                                               B_BLOB("impression_digest", has_digest ? JY_SLICE(bytes, sizeof(bytes)) : JY_EMPTY)),
                             NULL, fault);
        if (rc != JY_OK)
            return rc;
    }
    return JY_OK;
}

static jy_err
fetch_register(struct run *r, struct jy_frame *reply, struct jy_slice *rows, struct jy_fault *fault)
{
    struct jy_msg_LINK_REGISTER ask = { .limit = PAGE_ROWS };
    jy_err rc;

    PUT(ask.after, r->after);
    rc = ask_link(r->web, JY_MSG_LINK_REGISTER, &ask, reply, fault);
    *rows = reply->u.LINK_REGISTER_PAGE.rows;
    return rc;
}

static jy_err
fetch_revoked(struct run *r, struct jy_frame *reply, struct jy_slice *rows, struct jy_fault *fault)
{
    struct jy_msg_LINK_PLATFORM_REVOKED ask = { .page = r->pages + 1, .limit = PAGE_ROWS };
    jy_err rc = ask_link(r->web, JY_MSG_LINK_PLATFORM_REVOKED, &ask, reply, fault);

    *rows = reply->u.LINK_PLATFORM_REVOKED_PAGE.rows;
    return rc;
}

static const struct side sides[] = {
    { "engraving", NULL, fetch_register,
      { SQL_RECONCILIATION_MISSING_THERE, SQL_RECONCILIATION_MISSING_HERE, SQL_RECONCILIATION_STATE_DIFFERS, SQL_RECONCILIATION_PICTURE_DIFFERS }, 4 },
    { "platform", platform_is_connected, fetch_revoked,
      { SQL_RECONCILIATION_NOT_REVOKED_THERE, SQL_RECONCILIATION_MISSING_HERE, SQL_RECONCILIATION_REVOKED_THERE, 0 }, 3 },
};

/* The row of a counterpart that is connected, or NULL. */
static const struct side *
find_side(const char *name)
{
    for (size_t i = 0; i < sizeof(sides) / sizeof(sides[0]); i++)
        if (strcmp(sides[i].name, name) == 0)
            return sides[i].is_connected == NULL || sides[i].is_connected() ? &sides[i] : NULL;
    return NULL;
}

static jy_err
fetch_page(struct run *r, uint32_t *count, struct jy_fault *fault)
{
    struct jy_frame reply = { 0 };
    struct jy_slice text;
    json_t *rows = NULL;
    jy_err rc;

    if (r->pages == PAGES_MAX)
        return jy_fail(fault, JY_E_LIMIT, r->side->name, 0, "more than %d pages of %d rows", PAGES_MAX, PAGE_ROWS);
    if ((rc = r->side->fetch(r, &reply, &text, fault)) == JY_OK && (rc = jy_json_parse(text, &rows, fault)) == JY_OK) {
        JY_KILL_POINT(reconcile_fetched);
        r->page = rows;
        r->pages++;
        *count = (uint32_t)json_array_size(rows);
        if (*count > 0)
            PUT(r->after, member(json_array_get(rows, *count - 1), "es_id"));
        rc = db_write(r->web->db, keep_page, r, fault);
    }
    json_decref(rows);
    jy_frame_free(&reply);
    return rc;
}

static const struct column count_columns[] = {
    { "ours", COL_INT }, { "theirs", COL_INT }, { "differences", COL_INT }, { "in_flight", COL_INT }, { NULL, COL_TEXT },
};

#define COUNT_OF(row, name) B_INT(name, json_integer_value(json_object_get(row, name)))

static jy_err
finish(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct run *r = arg;
    json_t *counts = NULL;
    jy_err rc = JY_OK;

    for (size_t i = 0; rc == JY_OK && i < r->side->comparisons; i++)
        rc = rows_run(tx, r->side->compare[i], BINDS(RUN(r)), NULL, fault);
    JY_KILL_KIND(r->side->name);
    JY_KILL_POINT(reconcile_compared);
    if (rc == JY_OK && (rc = rows_first(tx, SQL_RECONCILIATION_COUNTS, BINDS(RUN(r)), count_columns, &counts, fault)) == JY_OK &&
        (rc = move_row(tx, SQL_RECONCILIATION_DONE, BINDS(B_INT("now", r->now), COUNT_OF(counts, "ours"), COUNT_OF(counts, "theirs"),
                                                          COUNT_OF(counts, "differences"), COUNT_OF(counts, "in_flight"), RUN(r)), fault)) == JY_OK &&
        (rc = rows_run(tx, SQL_RECONCILIATION_FORGET_SEEN, BINDS(RUN(r)), NULL, fault)) == JY_OK)
        rc = audit_append(tx, r->now, "register_reconciled", NULL, "reconciling", r->run_id,
                          json_integer_value(json_object_get(counts, "differences")) == 0 ? "ok" : "differences", JY_EMPTY, fault);
    json_decref(counts);
    return rc;
}

static jy_err
give_up(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct run *r = arg;
    const char *code = jy_err_code(r->failed);
    jy_err rc = move_row(tx, SQL_RECONCILIATION_FAILED, BINDS(B_INT("now", r->now), B_TEXT("problem", code), B_TEXT("detail", r->why->text), RUN(r)), fault);

    if (rc == JY_OK)
        rc = rows_run(tx, SQL_RECONCILIATION_FORGET_SEEN, BINDS(RUN(r)), NULL, fault);
    return rc != JY_OK ? rc : audit_append(tx, r->now, "register_reconciled", NULL, "reconciling", r->run_id, code, JY_EMPTY, fault);
}

/* The whole register of the other side page by page, then the comparison in one transaction on one snapshot of ours. */
static void
carry_out(struct web *web, const char *run_id, const char *counterpart)
{
    struct run r = { .web = web, .run_id = run_id, .side = find_side(counterpart), .now = jy_now() };
    struct jy_fault fault = { 0 };
    uint32_t count = PAGE_ROWS;
    jy_err rc = db_write(web->db, begin, &r, &fault);

    JY_KILL_KIND(counterpart);
    if (rc == JY_OK && r.side == NULL)
        rc = jy_fail(&fault, JY_E_COUNTERPART_DOWN, "counterpart", 0, "%s is not connected any more", counterpart);

    while (rc == JY_OK && count == PAGE_ROWS) {
        if (jy_room_stopping(web->room))
            return;                                      /* RUNNING: the next start begins it anew */
        rc = fetch_page(&r, &count, &fault);
    }
    r.now = jy_now();
    if (rc == JY_OK && (rc = db_write(web->db, finish, &r, &fault)) == JY_OK)
        return;
    jy_log("warning", "not_reconciled", "%s %s: %s %s", run_id, counterpart, jy_err_code(rc), fault.text);
    r.failed = rc;
    r.why = &fault;
    if ((rc = db_write(web->db, give_up, &r, &(struct jy_fault){ 0 })) != JY_OK)
        jy_log("error", "not_reconciled", "%s", jy_err_code(rc));
}

/* -- asked for by the clock -- */

struct nightly { int64_t day; jy_time now; };

static jy_err
ask_nightly(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct nightly *n = arg;
    char run_id[WEB_ID_SIZE];
    jy_err rc = JY_OK;

    for (size_t i = 0; rc == JY_OK && i < sizeof(sides) / sizeof(sides[0]); i++)
        if (find_side(sides[i].name) != NULL && (rc = fresh_id(run_id)) == JY_OK)
            rc = rows_run(tx, SQL_RECONCILIATION_NIGHTLY, BINDS(B_TEXT("run_id", run_id), B_TEXT("counterpart", sides[i].name), B_INT("day", n->day),
                                                                B_INT("now", n->now)), NULL, fault);
    return rc;
}

struct next { json_t *row; };

static jy_err
read_next(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    static const struct column columns[] = { { "run_id", COL_TEXT }, { "counterpart", COL_TEXT }, { NULL, COL_TEXT } };

    return rows_first(tx, SQL_RECONCILIATION_NEXT, NULL, columns, &((struct next *)arg)->row, fault);
}

void
reconcile_work(struct web *web)
{
    struct nightly n = { .now = jy_now() };
    struct next next = { NULL };
    struct jy_fault fault = { 0 };
    jy_err rc = JY_OK;

    n.day = reconcile_day(n.now, web->reconcile_minutes);
    if (n.day != web->reconciled_day && (rc = db_write(web->db, ask_nightly, &n, &fault)) == JY_OK)
        web->reconciled_day = n.day;
    if (rc == JY_OK && (rc = db_read(web->db, read_next, &next, &fault)) == JY_OK && next.row != NULL)
        carry_out(web, member(next.row, "run_id"), member(next.row, "counterpart"));
    if (rc != JY_OK)
        jy_log("error", "reconciling", "%s %s", jy_err_code(rc), fault.text);
    json_decref(next.row);
}

/* -- asked for and looked at by a person -- */

#define RUN_COLUMNS                                                                                                                            \
    { "run_id", COL_TEXT }, { "counterpart", COL_TEXT }, { "cause", COL_TEXT }, { "requested", COL_TIME }, { "requested_by", COL_TEXT },       \
    { "state", COL_TEXT }, { "started", COL_TIME }, { "finished", COL_TIME }, { "ours", COL_INT }, { "theirs", COL_INT },                      \
    { "in_flight", COL_INT }, { "differences", COL_INT }, { "problem", COL_TEXT }, { "detail", COL_TEXT }
static const struct column list_columns[] = { { "seq", COL_INT }, RUN_COLUMNS, { NULL, COL_TEXT } };
static const struct column run_columns[] = { RUN_COLUMNS, { NULL, COL_TEXT } };
static const struct column difference_columns[] = {
    { "seq", COL_INT }, { "es_id", COL_TEXT }, { "kind", COL_TEXT }, { "ours", COL_TEXT }, { "theirs", COL_TEXT }, { "district", COL_TEXT },
    { NULL, COL_TEXT },
};

jy_err
reconciliation_list(struct exchange *x, struct jy_fault *fault)
{
    struct page page;
    json_t *rows = NULL;
    jy_err rc;

    if ((rc = page_read(x, &page, fault)) != JY_OK ||
        (rc = find_rows(x, SQL_RECONCILIATION_LIST, BINDS(B_INT("before", page.before), B_INT("limit", page.limit)), list_columns, &rows, fault)) != JY_OK)
        return rc;
    return answer_page(x, &page, rows);
}

jy_err
reconciliation_show(struct exchange *x, struct jy_fault *fault)
{
    json_t *run = NULL;
    jy_err rc = find_row(x, SQL_RECONCILIATION_BY_ID, BINDS(B_TEXT("run_id", x->id)), run_columns, &run, fault);

    return rc != JY_OK ? rc : answer_json(x, 200, run);
}

jy_err
reconciliation_differences(struct exchange *x, struct jy_fault *fault)
{
    struct page page;
    json_t *rows = NULL;
    jy_err rc;

    if ((rc = page_read(x, &page, fault)) != JY_OK ||
        (rc = find_rows(x, SQL_RECONCILIATION_DIFFERENCE_LIST, BINDS(B_TEXT("run_id", x->id), B_INT("before", page.before), B_INT("limit", page.limit),
                                                                     B_INT("scope_city", x->scope.city),
                                                                     SCOPE_DISTRICT(x)), difference_columns, &rows, fault)) != JY_OK)
        return rc;
    return answer_page(x, &page, rows);
}

struct request { struct exchange *x; char run_id[WEB_ID_SIZE]; };

/* day stays NULL: as many as are asked for. */
static jy_err
request_run(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct request *r = arg;
    struct db_row *row = db_begin(tx, SQL_RECONCILIATION_REQUEST);

    db_bind_text(row, "run_id", r->run_id);
    db_bind_text(row, "counterpart", in_text(r->x, "counterpart"));
    db_bind_text(row, "cause", "asked");
    db_bind_null(row, "day");
    db_bind_int(row, "now", r->x->now);
    db_bind_text(row, "person_id", r->x->actor.person_id);
    return db_run(row, NULL, fault);
}

jy_err
reconciliation_create(struct exchange *x, struct jy_fault *fault)
{
    struct request r = { .x = x };
    jy_err rc;

    if (find_side(in_text(x, "counterpart")) == NULL)
        return jy_fail(fault, JY_E_BAD_FIELD, "counterpart", 0, "engraving, or platform when it is connected");
    if ((rc = fresh_id(r.run_id)) != JY_OK || (rc = answer_json(x, 202, json_pack("{s:s, s:s}", "run_id", r.run_id, "state", "REQUESTED"))) != JY_OK)
        return rc;
    PUT(x->object, r.run_id);
    return commit(x, request_run, &r, fault);
}
