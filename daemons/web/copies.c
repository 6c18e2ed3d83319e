/* SPDX-License-Identifier: Apache-2.0 */
/* Copies (R17.1): made for those who may read the document, and what anybody who holds one can learn by its code. */
#include "daemons/web/pages.h"
#include "daemons/web/route.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct column copy_columns[] = { { "code", COL_TEXT }, { "link", COL_TEXT }, { "made", COL_TIME }, { NULL, COL_TEXT } };
static const struct column source_columns[] = {
    { "code", COL_TEXT }, { "made", COL_TIME }, { "digest", COL_HEX }, { "format", COL_TEXT }, { "pages", COL_JSON }, { NULL, COL_TEXT },
};

struct making { struct exchange *x; char code[WEB_ID_SIZE], link[400]; };

static jy_err
insert_copy(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct making *m = arg;

    return rows_run(tx, SQL_COPY_INSERT, BINDS(B_TEXT("code", m->code), B_TEXT("document_id", m->x->id), B_TEXT("person_id", m->x->actor.person_id),
                                               B_TEXT("link", m->link), B_INT("now", m->x->now)), NULL, fault);
}

jy_err
copy_create(struct exchange *x, struct jy_fault *fault)
{
    struct making m = { .x = x };
    json_t *document = NULL;
    char made[21];
    jy_err rc;

    if ((rc = document_find_kept(x, &document, fault)) != JY_OK || (rc = fresh_id(m.code)) != JY_OK)
        goto out;
    if (x->web->public_url[0] != '\0')
        snprintf(m.link, sizeof(m.link), "%s/?copy=%s", x->web->public_url, m.code);
    else
        snprintf(m.link, sizeof(m.link), "jinyin-copy-of:sm3:%s code:%s", member(document, "digest"), m.code);
    jy_time_rfc3339(x->now, made);
    if ((rc = answer_json(x, 201, json_pack("{s:s, s:s, s:s, s:s}", "code", m.code, "link", m.link, "source_digest", member(document, "digest"), "made",
                                            made))) == JY_OK)
        rc = commit(x, insert_copy, &m, fault);
out:
    json_decref(document);
    return rc;
}

static jy_err
draw_copy(struct exchange *x, const json_t *document, const json_t *copy, struct jy_fault *fault)
{
    struct jy_msg_PAGE_COPY ask = { .document = -1, .output = -1 };
    char *sizes = json_dumps(json_object_get(document, "pages"), JSON_COMPACT);
    uint8_t digest[JY_SM3_SIZE];
    struct jy_frame reply = { 0 };
    uint64_t size;
    jy_err rc;

    PUT(ask.format, member(document, "format"));
    PUT(ask.source, member(document, "digest"));
    PUT(ask.code, member(copy, "code"));
    PUT(ask.link, member(copy, "link"));
    if ((rc = sizes == NULL ? JY_E_NOMEM : jy_time_parse_rfc3339(member(copy, "made"), &ask.made)) != JY_OK ||
        (rc = blob_open(x->web, member(document, "digest"), &ask.document, &size, fault)) != JY_OK)
        goto out;
    ask.sizes = jy_slice_text(sizes);
    if ((rc = ask_page(x->web, JY_MSG_PAGE_COPY, &ask, &ask.output, &reply, fault)) == JY_OK &&
        (rc = blob_take(x->web, ask.output, &x->file, digest, &x->file_size, fault)) == JY_OK)
        rc = lseek(x->file, 0, SEEK_SET) == 0 ? JY_OK : JY_E_IO;
    x->type = "application/pdf";
out:
    jy_frame_free(&reply);
    free(sizes);
    if (ask.document >= 0)
        close(ask.document);
    if (ask.output >= 0)
        close(ask.output);
    return rc;
}

jy_err
copy_content(struct exchange *x, struct jy_fault *fault)
{
    json_t *document = NULL, *copy = NULL;
    jy_err rc;

    if ((rc = document_find_kept(x, &document, fault)) == JY_OK &&
        (rc = find_row(x, SQL_COPY_OF_DOCUMENT, BINDS(B_TEXT("code", x->code), B_TEXT("document_id", x->id)), copy_columns, &copy, fault)) == JY_OK)
        rc = draw_copy(x, document, copy, fault);
    json_decref(document);
    json_decref(copy);
    return rc;
}

/* The source is verified now: what the copy cannot show, its original can. */
jy_err
copy_show(struct exchange *x, struct jy_fault *fault)
{
    struct jy_buf text = { 0 };
    json_t *source = NULL, *report = NULL;
    uint64_t size;
    int file = -1;
    jy_err rc;

    if ((rc = find_row(x, SQL_COPY_BY_CODE, BINDS(B_TEXT("code", x->code)), source_columns, &source, fault)) == JY_OK &&
        (rc = blob_open(x->web, member(source, "digest"), &file, &size, fault)) == JY_OK &&
        (rc = verification_report(x, file, "json", &text, fault)) == JY_OK && (rc = jy_json_parse(jy_buf_slice(&text), &report, fault)) == JY_OK)
        rc = answer_json(x, 200, json_pack("{s:s, s:s, s:s, s:s, s:I, s:O}", "code", x->code, "made", member(source, "made"), "source_digest",
                                           member(source, "digest"), "format", member(source, "format"), "pages",
                                           (json_int_t)json_array_size(json_object_get(source, "pages")), "report", report));
    json_decref(source);
    json_decref(report);
    jy_buf_free(&text);
    if (file >= 0)
        close(file);
    return rc;
}
