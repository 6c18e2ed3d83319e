/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The register of use as a document to be printed and kept (R19.1): oldest first, times as the clock on the wall has them, people by masked names
 * (R25.1) beside the beginning of their id; drawn in page, signed by the service (service_certificate.c).
 */
#include "codec/text.h"
#include "core/rules.h"
#include "daemons/web/account.h"
#include "daemons/web/register.h"
#include "daemons/web/route.h"
#include "daemons/web/service_certificate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PURPOSE "use-register"
#define CHINA_SECONDS (8 * 3600)           /* UTC+8, no summer time */

/* -- values -- */

/* "2026-01-31", line feed or blank, "17:00:00". */
static void
wall_time(jy_time at, char between, char out[21])
{
    jy_time_rfc3339(at + CHINA_SECONDS, out);
    out[10] = between;
    out[19] = '\0';
}

struct registering {
    struct exchange *x;
    struct use_register *r;
    json_t *people;                        /* person_id → what is written of the person */
};

/* Who is no person of the service's (an application's order) stands there by his id alone. */
static jy_err
describe_person(struct registering *g, const char *person_id, const char **out, struct jy_fault *fault)
{
    json_t *row = NULL, *name = NULL;
    char text[320];
    jy_err rc = JY_OK;

    if (person_id[0] == '\0') {
        *out = "";
        return JY_OK;
    }
    if (json_object_get(g->people, person_id) == NULL) {
        rc = find_row(g->x, SQL_PERSON_BY_ID, BINDS(B_TEXT("person_id", person_id)), account_columns, &row, fault);
        if (rc == JY_OK && (rc = account_check(g->x->web, row, fault)) == JY_OK)
            rc = account_masked_name(g->x->web, row, &name);
        if (rc == JY_E_NOT_FOUND)
            rc = JY_OK;
        snprintf(text, sizeof(text), "%s%s%.8s", name == NULL ? "" : json_string_value(name), name == NULL ? "" : " ", person_id);
        if (rc == JY_OK && json_object_set_new(g->people, person_id, json_string(text)) != 0)
            rc = JY_E_NOMEM;
        json_decref(row);
        json_decref(name);
    }
    *out = member(g->people, person_id);
    return rc;
}

static const char *
state_word(const char *state)
{
    static const struct { const char *state, *zh; } words[] = {
        { "REQUESTED", "待审批" }, { "APPROVED", "已审批" }, { "INTENT", "用印中" }, { "DONE", "已用印" }, { "REFUSED", "已拒绝" },
        { "EXPIRED", "已过期" }, { "FAILED", "未用印" },
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(words[i].state, state) == 0)
            return words[i].zh;
    return state;
}

/* -- the table -- */

/* Of the member that its column names; those of two members know the second. */
typedef jy_err cell_writer(struct registering *g, const json_t *row, const char *name, struct jy_buf *out, struct jy_fault *fault);

static jy_err
write_text(struct registering *g, const json_t *row, const char *name, struct jy_buf *out, struct jy_fault *fault)
{
    (void)g, (void)fault;
    return jy_buf_text(out, member(row, name));
}

static jy_err
write_int(struct registering *g, const json_t *row, const char *name, struct jy_buf *out, struct jy_fault *fault)
{
    (void)g, (void)fault;
    return jy_buf_fmt(out, "%lld", (long long)member_int(row, name, 0));
}

static jy_err
write_yuan(struct registering *g, const json_t *row, const char *name, struct jy_buf *out, struct jy_fault *fault)
{
    int64_t fen = member_int(row, name, -1);

    (void)g, (void)fault;
    return fen < 0 ? JY_OK : jy_buf_fmt(out, "%lld.%02d", (long long)(fen / 100), (int)(fen % 100));
}

static jy_err
write_time(struct registering *g, const json_t *row, const char *name, struct jy_buf *out, struct jy_fault *fault)
{
    char time[21];
    jy_time at;

    (void)g, (void)fault;
    if (jy_time_parse_rfc3339(member(row, name), &at) != JY_OK)
        return JY_OK;
    wall_time(at, '\n', time);
    return jy_buf_fmt(out, "%s%s", out->len == 0 ? "" : "\n", time);
}

static jy_err
write_person(struct registering *g, const json_t *row, const char *name, struct jy_buf *out, struct jy_fault *fault)
{
    const char *who;
    jy_err rc = describe_person(g, member(row, name), &who, fault);

    return rc != JY_OK ? rc : jy_buf_text(out, who);
}

static jy_err
write_category(struct registering *g, const json_t *row, const char *name, struct jy_buf *out, struct jy_fault *fault)
{
    const struct document_category *category = document_category_by_code(member(row, name));

    (void)g, (void)fault;
    return jy_buf_text(out, category == NULL ? member(row, name) : category->zh);
}

static jy_err
write_digests(struct registering *g, const json_t *row, const char *name, struct jy_buf *out, struct jy_fault *fault)
{
    const char *result = member(row, "result_digest");

    (void)g, (void)fault;
    return jy_buf_fmt(out, "%s%s%s%s", member(row, name), json_is_true(json_object_get(row, "digest_only")) ? "\n仅凭摘要" : "",
                      result[0] == '\0' ? "" : "\n→ ", result);
}

static jy_err
write_approver(struct registering *g, const json_t *row, const char *name, struct jy_buf *out, struct jy_fault *fault)
{
    jy_err rc = write_person(g, row, name, out, fault);

    return rc != JY_OK ? rc : write_time(g, row, "approved", out, fault);
}

/* By a custodian's own hand, or by a business system under a grant (R18.1). */
static jy_err
write_custodian(struct registering *g, const json_t *row, const char *name, struct jy_buf *out, struct jy_fault *fault)
{
    const char *grant = member(row, "grant_id");
    jy_err rc = write_person(g, row, name, out, fault);

    if (rc == JY_OK && grant[0] != '\0')
        rc = jy_buf_fmt(out, "%s授权 %.8s", out->len == 0 ? "" : "\n", grant);
    return rc != JY_OK ? rc : write_time(g, row, "stamped", out, fault);
}

static jy_err
write_state(struct registering *g, const json_t *row, const char *name, struct jy_buf *out, struct jy_fault *fault)
{
    const char *reason = member(row, "reason");

    (void)g, (void)fault;
    return jy_buf_fmt(out, "%s%s%s", state_word(member(row, name)), reason[0] == '\0' ? "" : "\n", reason);
}

static const struct { const char *zh, *en; int width_mm; const char *kind, *name; cell_writer *write; } columns[] = {
    { "序号", "No.", 13, "number", "seq", write_int },
    { "申请时间", "Asked", 21, "text", "created", write_time },
    { "申请人", "Asked by", 22, "text", "requester_id", write_person },
    { "文件类别", "Category", 18, "text", "category", write_category },
    { "用途", "Purpose", 36, "text", "purpose", write_text },
    { "业务编号", "Reference", 22, "text", "reference", write_text },
    { "金额（元）", "Amount (CNY)", 20, "number", "amount_fen", write_yuan },
    { "份数", "Copies", 11, "number", "copies", write_int },
    { "文件摘要 → 签章后", "SM3 of the document → stamped", 46, "code", "document_digest", write_digests },
    { "审批", "Approved", 23, "text", "approver_id", write_approver },
    { "用印", "Stamped", 23, "text", "custodian_id", write_custodian },
    { "状态", "State", 18, "text", "state", write_state },
};
#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

static json_t *
headings(void)
{
    json_t *list = json_array();

    for (size_t i = 0; i < COLUMNS; i++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:i, s:s}", "zh", columns[i].zh, "en", columns[i].en, "width_mm", columns[i].width_mm, "kind",
                                              columns[i].kind));
    return list;
}

/* *out is the caller's. */
static jy_err
write_rows(struct registering *g, json_t **out, struct jy_fault *fault)
{
    json_t *rows = json_array();
    struct jy_buf text = { 0 };
    jy_err rc = JY_OK;

    for (size_t i = json_array_size(g->r->rows); rc == JY_OK && i-- > 0;) {
        json_t *cells = json_array();
        for (size_t c = 0; rc == JY_OK && c < COLUMNS; c++) {
            text.len = 0;
            if ((rc = columns[c].write(g, json_array_get(g->r->rows, i), columns[c].name, &text, fault)) == JY_OK &&
                json_array_append_new(cells, json_stringn((const char *)text.p, text.len)) != 0)
                rc = JY_E_NOMEM;
        }
        if (json_array_append_new(rows, cells) != 0)
            rc = JY_E_NOMEM;
    }
    jy_buf_free(&text);
    *out = rows;
    return rc;
}

static json_t *
facts(const struct registering *g)
{
    const json_t *seal = g->r->seal;
    char from[32] = "自始 from the beginning", to[21], period[64], count[24], seal_name[1024], organization[1024];

    if (g->r->from > 0)
        wall_time(g->r->from, ' ', from);
    wall_time(g->r->to > g->x->now ? g->x->now : g->r->to, ' ', to);
    snprintf(period, sizeof(period), "%s — %s", from, to);
    snprintf(count, sizeof(count), "%zu", json_array_size(g->r->rows));
    snprintf(seal_name, sizeof(seal_name), "%s（%s）", member(seal, "name"), member(seal, "es_id"));
    snprintf(organization, sizeof(organization), "%s（%s）", member(seal, "organization_name"), member(seal, "uscc"));
    return json_pack("[{s:s, s:s, s:s}, {s:s, s:s, s:s}, {s:s, s:s, s:s}, {s:s, s:s, s:s}]", "zh", "单位", "en", "Organization", "value", organization,
                     "zh", "印章", "en", "Seal", "value", seal_name, "zh", "期间（北京时间）", "en", "Period (UTC+8)", "value", period,
                     "zh", "记录数", "en", "Entries", "value", count);
}

static jy_err
write_table(struct registering *g, int file, struct jy_fault *fault)
{
    const char *service = jy_room_config_text(g->x->web->room, "service_name");
    char made[21], foot[320];
    json_t *rows = NULL, *table = NULL;
    jy_err rc;

    jy_time_rfc3339(g->x->now, made);
    snprintf(foot, sizeof(foot), "由“%s”签名 · signed by the service; the file verifies, a print does not", service);
    if ((rc = write_rows(g, &rows, fault)) == JY_OK &&
        ((table = json_pack("{s:{s:s, s:s}, s:s, s:s, s:o, s:o, s:O}", "title", "zh", "用章登记簿", "en", "Register of use", "made", made, "foot", foot, "facts",
                            facts(g), "columns", headings(), "rows", rows)) == NULL))
        rc = JY_E_NOMEM;
    if (rc == JY_OK && (json_dumpfd(table, file, JSON_COMPACT) != 0 || lseek(file, 0, SEEK_SET) != 0))
        rc = jy_fail(fault, JY_E_IO, "blobs", 0, "the table cannot be written");
    json_decref(rows);
    json_decref(table);
    return rc;
}

/* *drawn is the caller's to close. */
static jy_err
draw_table(struct registering *g, int *drawn, struct jy_fault *fault)
{
    struct jy_msg_PAGE_TABLE ask = { .table = -1, .output = -1 };
    struct jy_frame reply = { 0 };
    int file = -1;
    jy_err rc;

    if ((rc = blob_new(g->x->web, &file, fault)) == JY_OK && (rc = write_table(g, file, fault)) == JY_OK &&
        (rc = blob_reader(file, &ask.table, fault)) == JY_OK)
        rc = ask_page(g->x->web, JY_MSG_PAGE_TABLE, &ask, &ask.output, &reply, fault);
    *drawn = ask.output;
    jy_frame_free(&reply);
    if (file >= 0)
        close(file);
    if (ask.table >= 0)
        close(ask.table);
    return rc;
}

jy_err
use_register_pdf(struct exchange *x, struct jy_fault *fault)
{
    struct use_register r;
    struct registering g = { .x = x, .r = &r, .people = json_object() };
    uint8_t digest[JY_SM3_SIZE];
    char hex[2 * JY_SM3_SIZE + 1];
    int drawn = -1;
    jy_err rc;

    PUT(x->object, x->id);
    if ((rc = use_register_read(x, &r, fault)) == JY_OK && (rc = draw_table(&g, &drawn, fault)) == JY_OK &&
        (rc = service_sign_pdf(x, PURPOSE, drawn, &x->file, digest, &x->file_size, fault)) == JY_OK) {
        x->type = "application/pdf";
        jy_hex(JY_SLICE(digest, sizeof(digest)), hex);
        /* Which register was given out (R28.1). */
        if (lseek(x->file, 0, SEEK_SET) != 0)
            rc = JY_E_IO;
        else if ((x->detail = json_pack("{s:s, s:I}", "sm3", hex, "entries", (json_int_t)json_array_size(r.rows))) == NULL)
            rc = JY_E_NOMEM;
    }
    if (drawn >= 0)
        close(drawn);
    json_decref(g.people);
    use_register_end(&r);
    return rc;
}
