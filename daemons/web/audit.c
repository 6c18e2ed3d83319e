/* SPDX-License-Identifier: Apache-2.0 */
/* The audit record as the audit administrator sees it: list, CSV, check of the chain. And the counting of refusals that are too many. */
#include "daemons/web/audit.h"
#include "codec/text.h"
#include "daemons/web/route.h"
#include "store/audit_chain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT_MAX 10000
#define CHUNK 1000
#define REFUSALS_A_MINUTE 120

static const struct column audit_columns[] = {
    { "seq", COL_INT }, { "at", COL_INT }, { "event", COL_TEXT }, { "actor_id", COL_TEXT }, { "source", COL_TEXT }, { "object", COL_TEXT },
    { "outcome", COL_TEXT }, { "request_digest", COL_HEX }, { "seen_digest", COL_HEX }, { "detail", COL_TEXT }, { "hash", COL_HEX }, { NULL, COL_TEXT },
};

/* -- refusals of nobody in particular: the first of a minute one by one, the rest as a number, so that no stranger can fill the disk -- */

bool
audit_refusal_is_listed(struct web *web, jy_time now)
{
    struct refusal_budget *b = &web->refusals;
    bool listed;

    pthread_mutex_lock(&b->lock);
    if (b->minute != now / 60) {
        b->minute = now / 60;
        b->listed = 0;
    }
    if ((listed = b->listed < REFUSALS_A_MINUTE))
        b->listed++;
    else
        b->counted++;
    pthread_mutex_unlock(&b->lock);
    return listed;
}

struct counted { jy_time now; int64_t count; };

static jy_err
write_counted(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    const struct counted *c = arg;
    char detail[48];

    snprintf(detail, sizeof(detail), "{\"count\":%lld}", (long long)c->count);
    return audit_record(tx, &(struct audit_row){ .at = c->now, .event = "refusals_counted", .source = "local", .object = "", .outcome = "unauthenticated",
                                                 .detail = detail }, fault);
}

void
audit_counted_refusals(struct web *web)
{
    struct counted counted = { .now = jy_now() };
    struct jy_fault fault = { 0 };

    pthread_mutex_lock(&web->refusals.lock);
    counted.count = web->refusals.counted;
    web->refusals.counted = 0;
    pthread_mutex_unlock(&web->refusals.lock);
    if (counted.count == 0 || db_write(web->db, write_counted, &counted, &fault) == JY_OK)
        return;
    jy_log("error", "audit_failed", "refusals_counted %s", fault.text);
    pthread_mutex_lock(&web->refusals.lock);
    web->refusals.counted += counted.count;
    pthread_mutex_unlock(&web->refusals.lock);
}

/* -- filters -- */

struct filter { struct page page; jy_time since, until; const char *actor, *event, *object, *outcome, *source; };

static jy_err
read_text(const struct exchange *x, const char *name, const char **out, struct jy_fault *fault)
{
    *out = jy_http_query(x->request, name);
    return *out == NULL || ((*out)[0] != '\0' && strlen(*out) <= 64 && jy_utf8_is_valid(jy_slice_text(*out))) ?
        JY_OK : jy_fail(fault, JY_E_BAD_FIELD, name, 0, "must have 1 to 64 bytes");
}

static jy_err
read_time(const struct exchange *x, const char *name, jy_time absent, jy_time *out, struct jy_fault *fault)
{
    const char *text = jy_http_query(x->request, name);

    *out = absent;
    return text == NULL || jy_time_parse_rfc3339(text, out) == JY_OK ? JY_OK :
        jy_fail(fault, JY_E_BAD_FIELD, name, 0, "must be a time such as 2026-01-31T09:00:00Z");
}

static jy_err
read_filter(struct exchange *x, struct filter *f, struct jy_fault *fault)
{
    const struct { const char *name, **out; } texts[] = {
        { "actor", &f->actor }, { "event", &f->event }, { "object", &f->object }, { "outcome", &f->outcome }, { "source", &f->source },
    };
    jy_err rc;

    if ((rc = page_read(x, &f->page, fault)) != JY_OK || (rc = read_time(x, "since", 0, &f->since, fault)) != JY_OK ||
        (rc = read_time(x, "until", INT64_MAX, &f->until, fault)) != JY_OK)
        return rc;
    x->detail = json_object();                             /* what was looked for */
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]) && rc == JY_OK; i++)
        if ((rc = read_text(x, texts[i].name, texts[i].out, fault)) == JY_OK && *texts[i].out != NULL)
            json_object_set_new(x->detail, texts[i].name, json_string(*texts[i].out));
    return rc;
}

#define COMMON(f) B_INT("before", (f)->page.before), B_INT("limit", (f)->page.limit), B_INT("since", (f)->since), B_INT("until", (f)->until), \
    B_TEXT("event", (f)->event), B_TEXT("outcome", (f)->outcome), B_TEXT("source", (f)->source)

/* By actor and by object there are indexes, so each has its own question. */
static jy_err
find(const struct exchange *x, const struct filter *f, json_t **out, struct jy_fault *fault)
{
    if (f->actor != NULL)
        return find_rows(x, SQL_AUDIT_LIST_OF_ACTOR, BINDS(COMMON(f), B_TEXT("actor", f->actor), B_TEXT("object", f->object)), audit_columns, out, fault);
    if (f->object != NULL)
        return find_rows(x, SQL_AUDIT_LIST_OF_OBJECT, BINDS(COMMON(f), B_TEXT("object", f->object)), audit_columns, out, fault);
    return find_rows(x, SQL_AUDIT_LIST, BINDS(COMMON(f)), audit_columns, out, fault);
}

static void
show_times(json_t *rows)
{
    char text[21];
    json_t *row;
    size_t i;

    json_array_foreach(rows, i, row) {
        jy_time_rfc3339(json_integer_value(json_object_get(row, "at")), text);
        json_object_set_new(row, "at", json_string(text));
    }
}

jy_err
audit_list(struct exchange *x, struct jy_fault *fault)
{
    struct filter filter = { 0 };
    json_t *rows = NULL;
    jy_err rc;

    if ((rc = read_filter(x, &filter, fault)) != JY_OK || (rc = find(x, &filter, &rows, fault)) != JY_OK)
        return rc;
    show_times(rows);
    return answer_page(x, &filter.page, rows);
}

/* -- CSV (RFC 4180) -- */

/* A cell is never a formula: what begins like one gets an apostrophe, which spreadsheets show and do not run. */
static jy_err
add_cell(struct jy_buf *out, const json_t *value, bool last)
{
    const char *text = json_string_value(value);
    jy_err rc;

    if (json_is_integer(value))
        return jy_buf_fmt(out, "%lld%s", (long long)json_integer_value(value), last ? "\r\n" : ",");
    text = text == NULL ? "" : text;
    if ((rc = jy_buf_text(out, text[0] != '\0' && strchr("=+-@\t", text[0]) != NULL ? "\"'" : "\"")) != JY_OK)
        return rc;
    for (; *text != '\0' && rc == JY_OK; text++)
        rc = jy_buf_add(out, *text == '"' ? JY_SLICE("\"\"", 2) : JY_SLICE(text, 1));
    return rc != JY_OK ? rc : jy_buf_text(out, last ? "\"\r\n" : "\",");
}

jy_err
audit_export(struct exchange *x, struct jy_fault *fault)
{
    struct filter filter = { 0 };
    json_t *rows = NULL, *row;
    size_t i;
    jy_err rc;

    if ((rc = read_filter(x, &filter, fault)) != JY_OK)
        return rc;
    if (jy_http_query(x->request, "limit") == NULL)
        filter.page.limit = EXPORT_MAX;
    if ((rc = find(x, &filter, &rows, fault)) != JY_OK)
        return rc;
    show_times(rows);
    for (const struct column *c = audit_columns; c->name != NULL && rc == JY_OK; c++)
        rc = jy_buf_fmt(&x->bytes, "%s%s", c->name, c[1].name == NULL ? "\r\n" : ",");
    json_array_foreach(rows, i, row)
        for (const struct column *c = audit_columns; c->name != NULL && rc == JY_OK; c++)
            rc = add_cell(&x->bytes, json_object_get(row, c->name), c[1].name == NULL);
    x->type = "text/csv; charset=utf-8";
    json_object_set_new(x->detail, "rows", json_integer((json_int_t)json_array_size(rows)));
    json_decref(rows);
    return rc;
}

/* -- the chain -- */

struct chunk { int64_t after; json_t *rows; };

static jy_err
read_chunk(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct chunk *c = arg;

    return rows_read(tx, SQL_AUDIT_AFTER, BINDS(B_INT("after", c->after), B_INT("limit", CHUNK)), audit_columns, &c->rows, fault);
}

static const struct column hash_columns[] = { { "hash", COL_HEX }, { NULL, COL_TEXT } };

static jy_err
read_start(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct audit_check *check = arg;
    json_t *row = NULL;
    jy_err rc = rows_first(tx, SQL_AUDIT_HASH_OF, BINDS(B_INT("seq", check->after)), hash_columns, &row, fault);

    if (rc == JY_OK && row == NULL)
        rc = jy_fail(fault, JY_E_NOT_FOUND, "after", 0, "%lld", (long long)check->after);
    if (rc == JY_OK)
        rc = jy_hex_parse(jy_slice_text(member(row, "hash")), check->hash, sizeof(check->hash));
    json_decref(row);
    return rc;
}

/* A row as the chain knows it. */
static void
as_written(json_t *row)
{
    static const char *const names[][2] = { { "actor", "actor_id" }, { "request", "request_digest" }, { "seen", "seen_digest" } };

    for (size_t i = 0; i < 3; i++) {
        json_t *value = json_object_get(row, names[i][1]);
        if (i > 0 && json_is_null(value))
            json_object_set_new(row, names[i][0], json_string(""));
        else
            json_object_set(row, names[i][0], value);
    }
}

jy_err
audit_check(struct db *db, struct audit_check *check, struct jy_fault *fault)
{
    char hex[2 * JY_SM3_SIZE + 1];
    jy_err rc = JY_OK;

    memset(check->hash, 0, sizeof(check->hash));
    check->last = check->after;
    if (check->after != 0 && (rc = db_read(db, read_start, check, fault)) != JY_OK)
        return rc;
    while (rc == JY_OK && check->broken == 0 && !check->whole && check->checked < AUDIT_CHECK_MAX) {
        struct chunk chunk = { .after = check->last };
        json_t *row;
        size_t i;
        if ((rc = db_read(db, read_chunk, &chunk, fault)) != JY_OK)
            break;
        json_array_foreach(chunk.rows, i, row) {
            int64_t seq = json_integer_value(json_object_get(row, "seq"));
            as_written(row);
            if ((rc = audit_chain(check->hash, row)) != JY_OK)
                break;
            jy_hex(JY_SLICE(check->hash, JY_SM3_SIZE), hex);
            if (strcmp(hex, member(row, "hash")) != 0) {
                check->broken = seq;
                break;
            }
            check->checked++;
            check->last = seq;
        }
        check->whole = json_array_size(chunk.rows) < CHUNK && check->broken == 0;
        json_decref(chunk.rows);
    }
    return rc;
}

jy_err
audit_check_show(struct exchange *x, struct jy_fault *fault)
{
    const char *after = jy_http_query(x->request, "after");
    struct audit_check check = { 0 };
    char hex[2 * JY_SM3_SIZE + 1], *end = NULL;
    jy_err rc;

    if (after != NULL && ((check.after = strtoll(after, &end, 10)) < 1 || *end != '\0'))
        return jy_fail(fault, JY_E_BAD_FIELD, "after", 0, "must be a whole number from 1");
    if ((rc = audit_check(x->web->db, &check, fault)) != JY_OK)
        return rc;
    jy_hex(JY_SLICE(check.hash, JY_SM3_SIZE), hex);
    if (check.broken != 0)
        jy_log("error", "audit_broken", "row %lld", (long long)check.broken);
    return answer_json(x, 200, json_pack("{s:b, s:b, s:I, s:I, s:s, s:o}", "intact", check.broken == 0, "whole", check.whole, "checked",
                                         (json_int_t)check.checked, "last", (json_int_t)check.last, "hash", hex, "broken",
                                         check.broken == 0 ? json_null() : json_integer(check.broken)));
}
