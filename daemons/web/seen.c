/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pages that an approver saw (R16.1). He states them by their digests; the service knows its own pictures. The statement is kept with the
 * approval in web's record and in the audit chain, not signed by key: key cannot know what stood on a screen.
 */
#include "daemons/web/pages.h"

#include "codec/text.h"
#include "ipc/order.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct column seq_columns[] = { { "seq", COL_INT }, { NULL, COL_TEXT } };
static const struct column seen_columns[] = { { "step", COL_INT }, { "person_id", COL_TEXT }, { "pages_seen", COL_JSON }, { NULL, COL_TEXT } };
static const struct column document_columns[] = { { "digest", COL_HEX }, { "pages", COL_JSON }, { NULL, COL_TEXT } };

struct checking { struct exchange *x; struct jy_slice document; size_t pages; bool *seen; struct jy_fault *fault; };

static jy_err
check_one(const struct checking *c, size_t i, const json_t *item, const json_t *list)
{
    int64_t page = member_int(item, "page", 0), ppm = member_int(item, "ppm", 0);
    uint8_t digest[JY_SM3_SIZE];
    json_t *row = NULL;
    jy_err rc;

    if (page > (int64_t)c->pages)
        return jy_fail(c->fault, JY_E_BAD_FIELD, "pages_seen", i, "item %zu: page %lld of %zu", i + 1, (long long)page, c->pages);
    for (size_t k = 0; k < i; k++)
        if (json_equal(json_array_get(list, k), item))
            return jy_fail(c->fault, JY_E_BAD_FIELD, "pages_seen", i, "item %zu stands there twice", i + 1);
    if (jy_hex_parse(jy_slice_text(member(item, "sm3")), digest, sizeof(digest)) != JY_OK)
        return jy_fail(c->fault, JY_E_BAD_FIELD, "pages_seen", i, "item %zu: sm3 must be 64 hex digits", i + 1);
    rc = find_row(c->x, SQL_PAGE_PICTURE_KNOWN, BINDS(B_BLOB("document_digest", c->document), B_INT("page", page), B_INT("ppm", ppm),
                                                      B_BLOB("picture_digest", JY_SLICE(digest, sizeof(digest)))), seq_columns, &row, c->fault);
    json_decref(row);
    if (rc == JY_E_NOT_FOUND)
        return jy_fail(c->fault, JY_E_BAD_FIELD, "pages_seen", i, "item %zu is no picture that this service drew of page %lld of this document", i + 1,
                       (long long)page);
    c->seen[page - 1] = true;
    return rc;
}

static jy_err
check_all_seen(const struct checking *c)
{
    if (c->x->web->sees_all_pages && c->pages == 0)
        return jy_fail(c->fault, JY_E_BAD_FIELD, "pages_seen", 0, "here an approver sees every page first (R16.1), and this document is not here");
    for (size_t page = 0; c->x->web->sees_all_pages && page < c->pages; page++)
        if (!c->seen[page])
            return jy_fail(c->fault, JY_E_BAD_FIELD, "pages_seen", 0, "page %zu is missing: here an approver sees every page first (R16.1)", page + 1);
    return JY_OK;
}

jy_err
seen_check(struct exchange *x, const json_t *order, char **out, struct jy_fault *fault)
{
    const json_t *list = json_object_get(x->input, "pages_seen"), *item;
    struct checking c = { .x = x, .fault = fault };
    uint8_t digest[JY_SM3_SIZE];
    json_t *document = NULL;
    size_t i;
    jy_err rc;

    *out = NULL;
    if (list == NULL && !x->web->sees_all_pages)
        return JY_OK;
    if ((rc = find_row(x, SQL_DOCUMENT_BY_ID, BINDS(B_TEXT("document_id", member(order, "document_id")), SCOPE_ORGANIZATION(x)), document_columns, &document,
                       fault)) != JY_OK || (rc = jy_hex_parse(jy_slice_text(member(document, "digest")), digest, sizeof(digest))) != JY_OK)
        goto out;
    c.document = JY_SLICE(digest, sizeof(digest));
    c.pages = json_array_size(json_object_get(document, "pages"));
    if ((c.seen = calloc(c.pages + 1, sizeof(*c.seen))) == NULL)
        rc = JY_E_NOMEM;
    json_array_foreach((json_t *)(uintptr_t)list, i, item) {
        if (rc == JY_OK)
            rc = check_one(&c, i, item, list);
    }
    if (rc == JY_OK && (rc = check_all_seen(&c)) == JY_OK && json_array_size(list) > 0 && (*out = json_dumps(list, JSON_COMPACT)) == NULL)
        rc = JY_E_NOMEM;
out:
    free(c.seen);
    json_decref(document);
    return rc;
}

/* A line for each page: step, person, page, scale, digest. */
static jy_err
digest_of(const json_t *rows, uint8_t out[JY_SM3_SIZE])
{
    struct jy_buf text = { 0 };
    const json_t *row, *item;
    size_t i, k;
    jy_err rc = JY_OK;

    json_array_foreach((json_t *)(uintptr_t)rows, i, row) {
        json_array_foreach(json_object_get(row, "pages_seen"), k, item) {
            if (rc == JY_OK)
                rc = jy_buf_fmt(&text, "%lld %s %lld %lld %s\n", (long long)member_int(row, "step", 0), member(row, "person_id"),
                                (long long)member_int(item, "page", 0), (long long)member_int(item, "ppm", 0), member(item, "sm3"));
        }
    }
    if (rc == JY_OK)
        rc = jy_sm3(jy_buf_slice(&text), out);
    jy_buf_free(&text);
    return rc;
}

jy_err
seen_keep(struct db_tx *tx, struct exchange *x, struct jy_slice approval, const char *pages, struct jy_fault *fault)
{
    struct jy_approval a;
    uint8_t digest[JY_SM3_SIZE];
    char hex[2 * JY_SM3_SIZE + 1];
    json_t *rows = NULL;
    jy_err rc;

    if (pages == NULL)
        return JY_OK;
    if ((rc = jy_approval_parse(approval, &a, fault)) == JY_OK &&
        (rc = rows_run(tx, SQL_APPROVAL_PAGES_SEEN, BINDS(B_TEXT("pages_seen", pages), B_TEXT("subject_id", x->id), B_INT("step", a.step),
                                                          B_TEXT("person_id", x->actor.person_id),
                                                          B_BLOB("flow_digest", JY_SLICE(a.flow_digest, JY_SM3_SIZE))), NULL, fault)) == JY_OK &&
        (rc = rows_read(tx, SQL_APPROVALS_SEEN, BINDS(B_TEXT("subject_id", x->id)), seen_columns, &rows, fault)) == JY_OK &&
        (rc = digest_of(rows, digest)) == JY_OK) {
        jy_hex(JY_SLICE(digest, sizeof(digest)), hex);
        json_decref(x->detail);
        x->detail = json_pack("{s:s}", "pages_seen_digest", hex);
        rc = rows_run(tx, SQL_ORDER_PAGES_SEEN, BINDS(B_BLOB("digest", JY_SLICE(digest, sizeof(digest))), B_TEXT("order_id", x->id)), NULL, fault);
    }
    json_decref(rows);
    return rc;
}
