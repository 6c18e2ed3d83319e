/* SPDX-License-Identifier: Apache-2.0 */
/* See what you sign: the pages of a document as pictures (R15.1), with who drew them and what could not be drawn. */
#include "daemons/web/pages.h"
#include "daemons/web/route.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PAGES_AT_ONCE 20
#define SECONDS_AT_ONCE 20                     /* what is not drawn by then is asked for with the next request */

/* Three scales and no other: few pictures of a page, and each can be named again. */
static const int64_t scales[] = { 2, 4, 8 };

static jy_err
read_number(const struct exchange *x, const char *name, int64_t absent, int64_t max, int64_t *out, struct jy_fault *fault)
{
    const char *text = jy_http_query(x->request, name);
    char *end;

    *out = absent;
    if (text == NULL)
        return JY_OK;
    *out = strtoll(text, &end, 10);
    if (end == text || *end != '\0' || *out < 1 || *out > max)
        return jy_fail(fault, JY_E_BAD_FIELD, name, 0, "must be a whole number from 1 to %lld", (long long)max);
    return JY_OK;
}

static jy_err
read_scale(const struct exchange *x, int64_t *out, struct jy_fault *fault)
{
    jy_err rc = read_number(x, "ppm", 4, 8, out, fault);

    for (size_t i = 0; rc == JY_OK && i < sizeof(scales) / sizeof(scales[0]); i++)
        if (scales[i] == *out)
            return JY_OK;
    return rc != JY_OK ? rc : jy_fail(fault, JY_E_BAD_FIELD, "ppm", 0, "must be 2, 4 or 8 pixels a millimetre");
}

/* A refusal of the document's is said beside its page; one of ours ends the request. */
static bool
is_ours(jy_err rc)
{
    return rc == JY_E_NOMEM || rc == JY_E_IO || rc == JY_E_INTERNAL || rc == JY_E_CRYPTO || rc == JY_E_UNAVAILABLE;
}

static jy_err
describe(struct exchange *x, const json_t *document, int64_t page, int64_t ppm, json_t *list, struct jy_fault *fault)
{
    struct page_picture p;
    struct jy_fault reason = { 0 };
    jy_err rc = page_picture(x->web, document, page, ppm, x->now, &p, &reason);
    json_t *one;

    if (rc != JY_OK && is_ours(rc)) {
        *fault = reason;
        page_picture_end(&p);
        return rc;
    }
    if (rc == JY_OK)
        one = json_pack("{s:I, s:f, s:f, s:i, s:i, s:s, s:s, s:O, s:n}", "page", (json_int_t)page, "width_mm", p.width_mm, "height_mm", p.height_mm,
                        "width_px", (int)p.width, "height_px", (int)p.height, "sm3", p.digest, "renderer", p.renderer, "notes", p.notes, "refusal");
    else
        one = json_pack("{s:I, s:f, s:f, s:i, s:i, s:n, s:n, s:[{s:s, s:s}], s:s}", "page", (json_int_t)page, "width_mm", p.width_mm, "height_mm",
                        p.height_mm, "width_px", (int)p.width, "height_px", (int)p.height, "sm3", "renderer", "notes", "where", reason.where, "text",
                        reason.text, "refusal", jy_err_code(rc));
    page_picture_end(&p);
    return json_array_append_new(list, one) == 0 ? JY_OK : JY_E_NOMEM;
}

jy_err
document_pages(struct exchange *x, struct jy_fault *fault)
{
    json_t *document = NULL, *list = json_array();
    int64_t ppm, page, limit, count;
    jy_time begun = jy_now();
    jy_err rc;

    if ((rc = read_scale(x, &ppm, fault)) != JY_OK || (rc = read_number(x, "page", 1, INT32_MAX, &page, fault)) != JY_OK ||
        (rc = read_number(x, "limit", PAGES_AT_ONCE, 1000, &limit, fault)) != JY_OK || (rc = document_find_kept(x, &document, fault)) != JY_OK)
        goto out;
    count = (int64_t)json_array_size(json_object_get(document, "pages"));
    limit = limit > PAGES_AT_ONCE ? PAGES_AT_ONCE : limit;
    if (page > count) {
        rc = jy_fail(fault, JY_E_PAGE_RANGE, "page", 0, "%lld of %lld", (long long)page, (long long)count);
        goto out;
    }
    for (; rc == JY_OK && page <= count && limit > 0 && jy_now() < begun + SECONDS_AT_ONCE; page++, limit--)
        rc = describe(x, document, page, ppm, list, fault);
    if (rc == JY_OK)
        rc = answer_json(x, 200, json_pack("{s:s, s:s, s:s, s:I, s:I, s:O, s:o}", "document_id", x->id, "digest", member(document, "digest"), "format",
                                           member(document, "format"), "count", (json_int_t)count, "ppm", (json_int_t)ppm, "items", list, "next",
                                           page > count ? json_null() : json_integer(page)));
out:
    json_decref(list);
    json_decref(document);
    return rc;
}

/* The document's own verification, its stamps framed and numbered as in the report. */
static jy_err
draw_marked(struct exchange *x, const json_t *document, int64_t page, int64_t ppm, struct page_picture *out, struct jy_fault *fault)
{
    struct jy_buf report = { 0 };
    uint64_t size;
    int file = -1;
    jy_err rc;

    if ((rc = blob_open(x->web, member(document, "digest"), &file, &size, fault)) == JY_OK &&
        (rc = verification_report(x, file, "json", &report, fault)) == JY_OK)
        rc = page_picture_marked(x->web, document, page, ppm, jy_buf_slice(&report), out, fault);
    jy_buf_free(&report);
    if (file >= 0)
        close(file);
    return rc;
}

jy_err
document_page(struct exchange *x, struct jy_fault *fault)
{
    const char *known = jy_http_header(x->request, "If-None-Match"), *marks = jy_http_query(x->request, "marks");
    struct page_picture p = { .file = -1 };
    json_t *document = NULL;
    char etag[80], *end;
    int64_t ppm, page = strtoll(x->code, &end, 10);
    jy_err rc;

    if (*end != '\0' || page < 1)
        return jy_fail(fault, JY_E_NOT_FOUND, "page", 0, "a number from 1");
    if (marks != NULL && strcmp(marks, "signatures") != 0)
        return jy_fail(fault, JY_E_BAD_FIELD, "marks", 0, "signatures, or nothing");
    if ((rc = read_scale(x, &ppm, fault)) != JY_OK || (rc = document_find_kept(x, &document, fault)) != JY_OK ||
        (rc = marks != NULL ? draw_marked(x, document, page, ppm, &p, fault) : page_picture(x->web, document, page, ppm, x->now, &p, fault)) != JY_OK)
        goto out;
    snprintf(etag, sizeof(etag), "\"%s\"", p.digest);
    x->type = "image/png";
    if ((rc = jy_http_set_header(x->request, "ETag", etag)) != JY_OK ||
        (rc = jy_http_set_header(x->request, "Cache-Control", "private, no-cache")) != JY_OK)
        goto out;
    if (known != NULL && strcmp(known, etag) == 0)
        x->status = 304;
    else if ((rc = lseek(p.file, 0, SEEK_SET) == 0 ? JY_OK : JY_E_IO) == JY_OK) {
        x->file = p.file;
        x->file_size = p.size;
        p.file = -1;
    }
out:
    page_picture_end(&p);
    json_decref(document);
    return rc;
}
