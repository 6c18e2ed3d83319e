/* SPDX-License-Identifier: Apache-2.0 */
/* What poppler's pdftotext says of a PDF's words, line by line. It is not trusted to be well-formed: only the two tags looked for are read. */
#include <jinyin/text.h>

#include <codec/text.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The next line without its end; false at the end. */
static bool
next_line(struct jy_slice *rest, struct jy_slice *line)
{
    const uint8_t *end;

    if (rest->len == 0)
        return false;
    end = memchr(rest->p, '\n', rest->len);
    *line = JY_SLICE(rest->p, end == NULL ? rest->len : (size_t)(end - rest->p));
    *rest = JY_SLICE(rest->p + line->len + (end != NULL), rest->len - line->len - (end != NULL));
    while (line->len > 0 && (line->p[0] == ' ' || line->p[0] == '\t'))
        *line = JY_SLICE(line->p + 1, line->len - 1);
    return true;
}

static bool
begins(struct jy_slice line, const char *text)
{
    return line.len >= strlen(text) && memcmp(line.p, text, strlen(text)) == 0;
}

/* name="number" in the tag that the line begins with. */
static bool
attribute(struct jy_slice line, const char *name, double *out)
{
    const uint8_t *close = memchr(line.p, '>', line.len);
    char key[24], value[40], *end;
    size_t at, len = 0;

    if (close == NULL)
        return false;
    line.len = (size_t)(close - line.p);
    snprintf(key, sizeof(key), " %s=\"", name);
    if ((at = jy_slice_find(line, jy_slice_text(key))) == SIZE_MAX)
        return false;
    for (at += strlen(key); at < line.len && line.p[at] != '"' && len < sizeof(value) - 1; at++)
        value[len++] = (char)line.p[at];
    value[len] = '\0';
    *out = strtod(value, &end);
    return end != value && *end == '\0' && isfinite(*out) && fabs(*out) < 1e7;
}

/* One character of XML text: itself, or one of the five names. */
static size_t
next_character(struct jy_slice text, uint32_t *code)
{
    static const struct { const char *name; uint32_t code; } names[] = {
        { "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' }, { "&quot;", '"' }, { "&apos;", '\'' } };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (begins(text, names[i].name)) {
            *code = names[i].code;
            return strlen(names[i].name);
        }
    return jy_utf8_next(text, code);
}

/* Half as wide as a Chinese one. */
static double
weight(uint32_t code)
{
    return code < 0x1100 ? 0.5 : 1;
}

static bool
next_of(struct jy_slice *text, uint32_t *code)
{
    size_t len = next_character(*text, code);

    *text = JY_SLICE(text->p + len, text->len - len);
    return len > 0;
}

#define DOWN_MIN 2                       /* characters of a word that runs downwards: two narrow letters beside each other are taller than wide, too */
#define DOWN 1.5

/* A word's box among its characters: along the line, or downwards when it is taller than wide. */
static jy_err
add_word(struct jy_text *out, struct jy_slice text, struct jy_box word, struct jy_fault *fault)
{
    double total = 0, done = 0;
    uint32_t code;
    jy_err rc = JY_OK;

    for (struct jy_slice t = text; next_of(&t, &code);)
        total += weight(code);
    for (struct jy_slice t = text; rc == JY_OK && next_of(&t, &code);) {
        double from = done / total, share = weight(code) / total;
        struct jy_box box = word;

        if (total >= DOWN_MIN && word.height_mm > DOWN * word.width_mm) {
            box.y_mm += from * word.height_mm;
            box.height_mm *= share;
        } else {
            box.x_mm += from * word.width_mm;
            box.width_mm *= share;
        }
        rc = jy_text_add(out, code, box, fault);
        done += weight(code);
    }
    return rc;
}

/*
 * Millimetres of a unit. The width and height that are told are those before /Rotate, the words' boxes those after it; both know no UserUnit.
 * A page of other proportions than ours is not the page that we mean.
 */
static double
scale_of(struct jy_page page, double width, double height)
{
    static const double slack = 0.002;
    double x, y;

    if (!(width > 0 && height > 0))
        return 0;
    x = page.width_mm / width;
    y = page.height_mm / height;
    if (fabs(x - y) > slack * x) {
        x = page.width_mm / height;
        y = page.height_mm / width;
    }
    return fabs(x - y) > slack * x ? 0 : x;
}

jy_err
jy_bbox_next(struct jy_bbox *bbox, struct jy_page size, struct jy_text *out, struct jy_fault *fault)
{
    struct jy_slice line;
    double width, height, k = 0, b[4];
    bool inside = false;
    jy_err rc = JY_OK;

    out->count = 0;
    while (rc == JY_OK && next_line(&bbox->rest, &line)) {
        if (!inside && begins(line, "<page")) {
            if (!(size.width_mm > 0 && size.height_mm > 0))
                return jy_fail(fault, JY_E_PAGE_RANGE, "pdftotext", 0, "more pages than the document has");
            inside = true;
            bbox->page++;
            if (!attribute(line, "width", &width) || !attribute(line, "height", &height) || (k = scale_of(size, width, height)) <= 0)
                return jy_fail(fault, JY_E_FORMAT, "pdftotext", 0, "page %d has another size than in the document", bbox->page);
        } else if (inside && begins(line, "</page>")) {
            return JY_OK;
        } else if (inside && begins(line, "<word")) {
            const uint8_t *open = memchr(line.p, '>', line.len);
            size_t end;

            if (line.len > JY_TEXT_WORD_MAX)
                return jy_fail(fault, JY_E_LIMIT, "pdftotext", 0, "a word of %zu bytes", line.len);
            if (open == NULL || !attribute(line, "xMin", &b[0]) || !attribute(line, "yMin", &b[1]) || !attribute(line, "xMax", &b[2]) ||
                !attribute(line, "yMax", &b[3]) || b[2] < b[0] || b[3] < b[1])
                return jy_fail(fault, JY_E_FORMAT, "pdftotext", 0, "a word without a box on page %d", bbox->page);
            line = JY_SLICE(open + 1, line.len - (size_t)(open + 1 - line.p));
            if ((end = jy_slice_rfind(line, jy_slice_text("</word>"))) != SIZE_MAX)
                line.len = end;
            rc = add_word(out, line, (struct jy_box){ b[0] * k, b[1] * k, (b[2] - b[0]) * k, (b[3] - b[1]) * k }, fault);
        }
    }
    if (rc != JY_OK)
        return rc;
    return inside ? jy_fail(fault, JY_E_FORMAT, "pdftotext", 0, "page %d does not end", bbox->page) : JY_E_NOT_FOUND;
}

jy_err
jy_bbox_page(struct jy_bbox *bbox, const struct jy_document *doc, struct jy_text *out, struct jy_fault *fault)
{
    return jy_bbox_next(bbox, bbox->page < 0 ? (struct jy_page){ 0, 0 } : jy_document_page(doc, (size_t)bbox->page), out, fault);
}

jy_err
jy_page_text(struct jy_document *doc, struct jy_slice words, int page, struct jy_text *out, struct jy_fault *fault)
{
    struct jy_bbox bbox = { .rest = words, .page = page - 1 };
    jy_err rc;

    if (jy_document_format(doc) != JY_FORMAT_PDF)
        return jy_document_text(doc, page, out, fault);
    if (page < 1 || (size_t)page > jy_document_page_count(doc))
        return jy_fail(fault, JY_E_PAGE_RANGE, "page", 0, "%d of %zu", page, jy_document_page_count(doc));
    rc = jy_bbox_page(&bbox, doc, out, fault);
    return rc == JY_E_NOT_FOUND ? jy_fail(fault, JY_E_DAMAGED, "pdftotext", 0, "page %d is missing in its answer", page) : rc;
}
