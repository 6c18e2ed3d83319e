/* SPDX-License-Identifier: Apache-2.0 */
/* The register of use 用章登记簿 of one seal (R19.1): a page of it, or a table for spreadsheets. */
#include "daemons/web/register.h"
#include "daemons/web/route.h"

#include <stdio.h>
#include <string.h>

static const struct column register_columns[] = {
    { "seq", COL_INT }, { "order_id", COL_TEXT }, { "created", COL_TIME }, { "es_id", COL_TEXT }, { "seal_name", COL_TEXT }, { "requester_id", COL_TEXT },
    { "category", COL_TEXT }, { "purpose", COL_TEXT }, { "reference", COL_TEXT }, { "amount_fen", COL_INT }, { "copies", COL_INT }, { "places", COL_JSON },
    { "document_digest", COL_HEX }, { "digest_only", COL_BOOL }, { "approver_id", COL_TEXT }, { "approved", COL_TIME }, { "custodian_id", COL_TEXT }, { "grant_id", COL_TEXT },
    { "state", COL_TEXT }, { "reason", COL_TEXT }, { "stamped", COL_TIME }, { "result_digest", COL_HEX }, { NULL, COL_TEXT },
};

static const struct { const char *member, *heading; } csv_columns[] = {
    { "seq", "序号 No." }, { "order_id", "用章申请 order" }, { "created", "申请时间 asked" }, { "es_id", "印章编码 seal" }, { "seal_name", "印章名称 name" },
    { "requester_id", "申请人 asked by" }, { "category", "文件类别 category" }, { "purpose", "用途 purpose" }, { "reference", "业务编号 reference" },
    { "amount_fen", "金额（分） amount (fen)" }, { "copies", "份数 copies" }, { "document_digest", "文件摘要 document (SM3)" }, { "digest_only", "仅凭摘要 by digest only" },
    { "approver_id", "最后审批人 last approver" }, { "approved", "审批时间 approved" }, { "custodian_id", "用印人 stamped by" }, { "grant_id", "授权 grant" },
    { "state", "状态 state" }, { "reason", "原因 reason" }, { "stamped", "用印时间 stamped" }, { "result_digest", "签章文件摘要 result (SM3)" },
};

/* A spreadsheet runs what begins with = + - @, tab or carriage return as a formula: such text gets an apostrophe before it. */
static jy_err
csv_text(struct jy_buf *out, const char *text)
{
    jy_err rc = jy_buf_text(out, text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL ? "\"'" : "\"");

    for (; rc == JY_OK && *text != '\0'; text++)
        if ((rc = jy_buf_byte(out, (uint8_t)*text)) == JY_OK && *text == '"')
            rc = jy_buf_byte(out, '"');
    return rc == JY_OK ? jy_buf_text(out, "\"") : rc;
}

static jy_err
csv_value(struct jy_buf *out, const json_t *value)
{
    if (json_is_integer(value))
        return jy_buf_fmt(out, "%lld", (long long)json_integer_value(value));
    if (json_is_boolean(value))
        return csv_text(out, json_is_true(value) ? "是 yes" : "否 no");
    return json_is_string(value) ? csv_text(out, json_string_value(value)) : JY_OK;
}

static jy_err
write_csv(const json_t *rows, struct jy_buf *out)
{
    const size_t columns = sizeof(csv_columns) / sizeof(csv_columns[0]);
    const json_t *row;
    jy_err rc = jy_buf_text(out, "\xEF\xBB\xBF");           /* spreadsheets take it for UTF-8 only with this mark */
    size_t r;

    for (size_t i = 0; rc == JY_OK && i < columns; i++)
        if ((rc = csv_text(out, csv_columns[i].heading)) == JY_OK)
            rc = jy_buf_text(out, i + 1 < columns ? "," : "\r\n");
    json_array_foreach((json_t *)(uintptr_t)rows, r, row)
        for (size_t i = 0; rc == JY_OK && i < columns; i++)
            if ((rc = csv_value(out, json_object_get(row, csv_columns[i].member))) == JY_OK)
                rc = jy_buf_text(out, i + 1 < columns ? "," : "\r\n");
    return rc;
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
read_register(struct exchange *x, const struct page *page, struct use_register *out, struct jy_fault *fault)
{
    jy_err rc;

    if ((rc = read_time(x, "from", 0, &out->from, fault)) == JY_OK && (rc = read_time(x, "to", x->now + 1, &out->to, fault)) == JY_OK &&
        (rc = seal_find(x, &out->seal, fault)) == JY_OK)
        rc = find_rows(x, SQL_USE_REGISTER, BINDS(B_TEXT("seal_id", x->id), SCOPE_ORGANIZATION(x), B_INT("before", page->before), B_INT("from", out->from),
                                                  B_INT("to", out->to), B_INT("limit", page->limit)), register_columns, &out->rows, fault);
    return rc;
}

jy_err
use_register_read(struct exchange *x, struct use_register *out, struct jy_fault *fault)
{
    const struct page page = { .limit = REGISTER_ROWS_MAX + 1 };
    jy_err rc;

    *out = (struct use_register){ 0 };
    rc = read_register(x, &page, out, fault);
    return rc != JY_OK || json_array_size(out->rows) <= REGISTER_ROWS_MAX ? rc :
        jy_fail(fault, JY_E_LIMIT, "from", 0, "more than %d entries: take the register in parts, by from and to", REGISTER_ROWS_MAX);
}

void
use_register_end(struct use_register *r)
{
    json_decref(r->rows);
    json_decref(r->seal);
}

jy_err
use_register(struct exchange *x, struct jy_fault *fault)
{
    struct use_register r = { 0 };
    struct page page;
    jy_err rc;

    if ((rc = page_read(x, &page, fault)) == JY_OK && (rc = read_register(x, &page, &r, fault)) == JY_OK)
        rc = answer_page(x, &page, json_incref(r.rows));
    use_register_end(&r);
    return rc;
}

jy_err
use_register_export(struct exchange *x, struct jy_fault *fault)
{
    struct use_register r;
    jy_err rc;

    if ((rc = use_register_read(x, &r, fault)) == JY_OK && (rc = write_csv(r.rows, &x->bytes)) == JY_OK)
        x->type = "text/csv; charset=utf-8";
    use_register_end(&r);
    return rc;
}
