/* SPDX-License-Identifier: Apache-2.0 */
/* Dispatch by format, and the checks of a stamp's place that both formats share. */
#include <container/document.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PDF_HEADER_WINDOW 1024u
#define ZIP_END_WINDOW (22u + 65535u)  /* end of central directory and its comment */
#define OFF_PAGE_SLACK_MM 0.01 /* rounding of the caller */
#define CLIP_MIN_MM 0.1        /* a thinner strip shows nothing */

struct jy_document {
    const struct jy_document_ops *ops;
    void *impl;
    struct jy_slice file;
    bool fits_earlier;                   /* container_check_earlier has found nothing */
};

static const struct jy_document_ops *
ops_for(enum jy_format format)
{
    switch (format) {
    case JY_FORMAT_OFD: return &jy_ofd_ops;
    case JY_FORMAT_PDF: return &jy_pdf_ops;
    case JY_FORMAT_UNKNOWN: break;
    }
    return NULL;
}

enum jy_format
jy_format_detect(struct jy_slice file)
{
    struct jy_slice head = { file.p, file.len < PDF_HEADER_WINDOW ? file.len : PDF_HEADER_WINDOW };
    struct jy_slice tail = file;

    /* A package may hold a PDF among its first bytes, and it is a package all the same; whether it is both, jy_document_open asks. */
    if (jy_slice_find(head, JY_SLICE("%PDF-", 5)) != SIZE_MAX && memcmp(head.p, "PK\x03\x04", 4) != 0)
        return JY_FORMAT_PDF;
    if (jy_slice_find(head, JY_SLICE("PK\x03\x04", 4)) == SIZE_MAX)
        return JY_FORMAT_UNKNOWN;
    /* The name stands in the central directory at the end, and in a local header when the file is cut off. */
    if (tail.len > (4u << 20))
        tail = JY_SLICE(file.p + (file.len - (4u << 20)), 4u << 20);
    if (jy_slice_rfind(tail, JY_SLICE("OFD.xml", 7)) != SIZE_MAX || jy_slice_find(head, JY_SLICE("OFD.xml", 7)) != SIZE_MAX)
        return JY_FORMAT_OFD;
    return JY_FORMAT_UNKNOWN;
}

/* Would a PDF reader open the file, and a ZIP reader too? Each would show its own document. */
static bool
is_both(struct jy_slice file)
{
    struct jy_slice head = { file.p, file.len < PDF_HEADER_WINDOW ? file.len : PDF_HEADER_WINDOW };
    struct jy_slice tail = { file.p + file.len - head.len, head.len };
    size_t near = file.len < ZIP_END_WINDOW ? file.len : ZIP_END_WINDOW, end = jy_slice_rfind(JY_SLICE(file.p + file.len - near, near), JY_SLICE("PK\5\6", 4));

    if (end != SIZE_MAX)
        end += file.len - near;
    return jy_slice_find(head, JY_SLICE("%PDF-", 5)) != SIZE_MAX && jy_slice_find(tail, JY_SLICE("startxref", 9)) != SIZE_MAX && end != SIZE_MAX &&
           file.len - end >= 22 && file.len - end - 22 == (size_t)(file.p[end + 20] | file.p[end + 21] << 8);
}

jy_err
jy_document_open(struct jy_slice file, struct jy_document **out, struct jy_fault *fault)
{
    const struct jy_document_ops *ops;
    struct jy_document *doc;
    jy_err err;

    *out = NULL;
    if (file.len == 0)
        return jy_fail(fault, JY_E_EMPTY_FILE, NULL, 0, "no bytes");
    ops = ops_for(jy_format_detect(file));
    if (ops == NULL)
        return jy_fail(fault, JY_E_UNKNOWN_FORMAT, NULL, 0, "neither an OFD package nor a PDF header was found");
    if (is_both(file))
        return jy_fail(fault, JY_E_AMBIGUOUS, NULL, 0, "the file is a PDF and a package at once");
    doc = calloc(1, sizeof *doc);
    if (doc == NULL)
        return jy_fail(fault, JY_E_NOMEM, NULL, 0, "no memory");
    doc->ops = ops;
    doc->file = file;
    err = ops->open(file, &doc->impl, fault);
    if (err != JY_OK) {
        free(doc);
        return err;
    }
    *out = doc;
    return JY_OK;
}

void
jy_document_free(struct jy_document *doc)
{
    if (doc == NULL)
        return;
    doc->ops->free(doc->impl);
    free(doc);
}

enum jy_format
jy_document_format(const struct jy_document *doc)
{
    return doc->ops->format;
}

size_t
jy_document_page_count(const struct jy_document *doc)
{
    return doc->ops->page_count(doc->impl);
}

struct jy_page
jy_document_page(const struct jy_document *doc, size_t index)
{
    if (index >= doc->ops->page_count(doc->impl))
        return (struct jy_page){ 0, 0 };
    return doc->ops->page(doc->impl, index);
}

jy_err
jy_document_signatures(struct jy_document *doc, const struct jy_signature **out, size_t *count, struct jy_fault *fault)
{
    *out = NULL;
    *count = 0;
    return doc->ops->signatures(doc->impl, out, count, fault);
}

jy_err
jy_document_digest(struct jy_document *doc, uint8_t out[JY_SM3_SIZE])
{
    return doc->ops->digest != NULL && doc->ops->digest(doc->impl, out) ? JY_OK : jy_sm3(doc->file, out);
}

jy_err
jy_document_digest_with_z(struct jy_document *doc, size_t index, const uint8_t z[JY_SM3_SIZE], uint8_t out[JY_SM3_SIZE], struct jy_fault *fault)
{
    return doc->ops->digest_with_z(doc->impl, index, z, out, fault);
}

bool
jy_document_copy_of(struct jy_document *doc, char out[2 * JY_SM3_SIZE + 1])
{
    out[0] = '\0';
    return doc->ops->copy_of != NULL && (jy_copy_mark_in(doc->file, out) || doc->ops->copy_of(doc->impl, out));
}

jy_err
jy_document_may_stamp(struct jy_document *doc, jy_time now, struct jy_fault *fault)
{
    jy_err err = doc->ops->may_stamp(doc->impl, now, fault);

    if (err == JY_OK && !doc->fits_earlier) {
        err = container_check_earlier(doc, fault);
        doc->fits_earlier = err == JY_OK;
    }
    return err;
}

jy_err
jy_document_inspect(struct jy_document *doc, json_t *out, json_t *signatures, struct jy_fault *fault)
{
    return doc->ops->inspect(doc->impl, out, signatures, fault);
}

struct jy_box
jy_place_visible(const struct jy_stamp_place *place)
{
    const struct jy_box *c = &place->clip;

    if (c->width_mm == 0 && c->height_mm == 0)
        return (struct jy_box){ place->x_mm, place->y_mm, place->width_mm, place->height_mm };
    return (struct jy_box){ place->x_mm + c->x_mm, place->y_mm + c->y_mm, c->width_mm, c->height_mm };
}

/* None at all, or within the picture (GB/T 33190 18.2: the clip's coordinates are the picture's). */
static bool
clip_is_good(const struct jy_stamp_place *place)
{
    const struct jy_box *c = &place->clip;

    if (c->x_mm == 0 && c->y_mm == 0 && c->width_mm == 0 && c->height_mm == 0)
        return true;
    return isfinite(c->x_mm) && isfinite(c->y_mm) && c->x_mm >= 0 && c->y_mm >= 0 && c->width_mm >= CLIP_MIN_MM && c->height_mm >= CLIP_MIN_MM &&
           c->x_mm + c->width_mm <= place->width_mm + OFF_PAGE_SLACK_MM && c->y_mm + c->height_mm <= place->height_mm + OFF_PAGE_SLACK_MM;
}

jy_err
jy_document_text(struct jy_document *doc, int page, struct jy_text *out, struct jy_fault *fault)
{
    out->count = 0;
    if (page < 1 || (size_t)page > jy_document_page_count(doc))
        return jy_fail(fault, JY_E_PAGE_RANGE, "page", 0, "page %d of %zu", page, jy_document_page_count(doc));
    if (doc->ops->text == NULL)
        return jy_fail(fault, JY_E_UNSUPPORTED, "text", 0, "the text of this format is read by another program");
    return doc->ops->text(doc->impl, (size_t)page - 1, out, fault);
}

static jy_err
check_place(const struct jy_document *doc, const struct jy_stamp_place *place, struct jy_fault *fault)
{
    struct jy_box seen = jy_place_visible(place);
    struct jy_page page;

    if (place->page < 1 || (size_t)place->page > jy_document_page_count(doc))
        return jy_fail(fault, JY_E_PAGE_RANGE, "page", 0, "page %d of %zu", place->page, jy_document_page_count(doc));
    if (!isfinite(place->x_mm) || !isfinite(place->y_mm) || !(place->width_mm >= 1 && place->width_mm <= JY_STAMP_SIDE_MAX) ||
        !(place->height_mm >= 1 && place->height_mm <= JY_STAMP_SIDE_MAX))
        return jy_fail(fault, JY_E_ARGUMENT, "place", 0, "the size of a stamp is 1 to 1000 mm and its position a number");
    if (!clip_is_good(place))
        return jy_fail(fault, JY_E_ARGUMENT, "clip", 0, "the part that shows is %.1f mm or more each way, and within the picture", CLIP_MIN_MM);
    page = jy_document_page(doc, (size_t)place->page - 1);
    if (seen.x_mm < -OFF_PAGE_SLACK_MM || seen.y_mm < -OFF_PAGE_SLACK_MM || seen.x_mm + seen.width_mm > page.width_mm + OFF_PAGE_SLACK_MM ||
        seen.y_mm + seen.height_mm > page.height_mm + OFF_PAGE_SLACK_MM)
        return jy_fail(fault, JY_E_OFF_PAGE, "place", 0, "%.2f %.2f + %.2f × %.2f mm on page %d of %.2f × %.2f mm", seen.x_mm, seen.y_mm,
                       seen.width_mm, seen.height_mm, place->page, page.width_mm, page.height_mm);
    return JY_OK;
}

/* An empty seal and no place: a plain signature. */
static jy_err
prepare(struct jy_document *doc, struct jy_slice seal_der, const struct jy_stamp_place *places, size_t count, jy_time now, bool closing,
        struct jy_prepared *out, struct jy_fault *fault)
{
    jy_err err = jy_document_may_stamp(doc, now, fault);

    if (err == JY_OK)
        err = doc->ops->prepare(doc->impl, seal_der, places, count, now, closing, out, fault);
    if (err != JY_OK)
        jy_prepared_free(out);
    return err;
}

static jy_err
prepare_stamp(struct jy_document *doc, struct jy_slice seal_der, const struct jy_stamp_place *places, size_t count, jy_time now, bool closing,
              struct jy_prepared *out, struct jy_fault *fault)
{
    jy_err err;

    memset(out, 0, sizeof *out);
    if (count == 0 || count > JY_STAMP_PLACES_MAX || seal_der.len == 0 || seal_der.len > JY_SEAL_MAX)
        return jy_fail(fault, JY_E_ARGUMENT, "place", 0, "%zu places, seal of %zu bytes", count, seal_der.len);
    for (size_t i = 0; i < count; i++) {
        err = check_place(doc, &places[i], fault);
        if (err != JY_OK)
            return err;
    }
    return prepare(doc, seal_der, places, count, now, closing, out, fault);
}

jy_err
jy_document_prepare(struct jy_document *doc, struct jy_slice seal_der, const struct jy_stamp_place *places, size_t count, jy_time now,
                    struct jy_prepared *out, struct jy_fault *fault)
{
    return prepare_stamp(doc, seal_der, places, count, now, false, out, fault);
}

jy_err
jy_document_prepare_closing(struct jy_document *doc, struct jy_slice seal_der, const struct jy_stamp_place *places, size_t count, jy_time now,
                            struct jy_prepared *out, struct jy_fault *fault)
{
    return prepare_stamp(doc, seal_der, places, count, now, true, out, fault);
}

jy_err
jy_document_prepare_plain(struct jy_document *doc, bool closing, jy_time now, struct jy_prepared *out, struct jy_fault *fault)
{
    memset(out, 0, sizeof *out);
    return prepare(doc, JY_EMPTY, NULL, 0, now, closing, out, fault);
}

void
jy_prepared_free(struct jy_prepared *prepared)
{
    if (prepared == NULL)
        return;
    jy_pieces_free(&prepared->file);
    memset(prepared, 0, sizeof *prepared);
}

jy_err
jy_document_finish(struct jy_slice prepared_file, const char *slot, struct jy_slice ses_der, struct jy_pieces *out,
                   struct jy_fault *fault)
{
    const struct jy_document_ops *ops = ops_for(jy_format_detect(prepared_file));
    jy_err err;

    memset(out, 0, sizeof *out);
    if (ops == NULL)
        return jy_fail(fault, JY_E_UNKNOWN_FORMAT, NULL, 0, "not a prepared document");
    if (slot == NULL || ses_der.len == 0 || ses_der.len > JY_SES_MAX)
        return jy_fail(fault, JY_E_ARGUMENT, "value", 0, "signature value of %zu bytes", ses_der.len);
    err = ops->finish(prepared_file, slot, ses_der, out, fault);
    if (err != JY_OK)
        jy_pieces_free(out);
    return err;
}

jy_err
jy_document_validation_data(struct jy_document *doc, struct jy_validation_data *out, struct jy_fault *fault)
{
    memset(out, 0, sizeof *out);
    return doc->ops->validation_data == NULL ? JY_OK : doc->ops->validation_data(doc->impl, out, fault);
}

jy_err
jy_document_prepare_archive(struct jy_document *doc, const struct jy_validation_data *data, struct jy_prepared *out, struct jy_fault *fault)
{
    jy_err err;

    memset(out, 0, sizeof *out);
    if (doc->ops->prepare_archive == NULL)
        return jy_fail(fault, JY_E_UNSUPPORTED, NULL, 0, "only a PDF has a place for evidence and a document time stamp");
    err = doc->ops->prepare_archive(doc->impl, data, out, fault);
    if (err != JY_OK)
        jy_prepared_free(out);
    return err;
}

jy_err
jy_document_finish_archive(struct jy_slice prepared_file, const char *slot, struct jy_slice token, struct jy_pieces *out, struct jy_fault *fault)
{
    const struct jy_document_ops *ops = ops_for(jy_format_detect(prepared_file));
    jy_err err;

    memset(out, 0, sizeof *out);
    if (ops == NULL || ops->finish_archive == NULL)
        return jy_fail(fault, JY_E_UNKNOWN_FORMAT, NULL, 0, "not a prepared document");
    if (slot == NULL || token.len == 0)
        return jy_fail(fault, JY_E_ARGUMENT, "token", 0, "no token");
    err = ops->finish_archive(prepared_file, slot, token, out, fault);
    if (err != JY_OK)
        jy_pieces_free(out);
    return err;
}
