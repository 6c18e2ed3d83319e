/* SPDX-License-Identifier: Apache-2.0 */
/* Where the signatures show their stamps: widgets and, as we write them, Stamp annotations that bear the field's name. Back into millimetres. */
#include "pdf/shown.h"
#include "pdf/update.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FORM_MAX 4096                  /* packed bytes of a form that may be one of ours */
#define SAME_MM 0.01

/* What shows of a stamp, in mm from the displayed page's top-left corner: pdf_rect_of the other way. */
static struct jy_box
box_of(const struct pdf_page *p, const double r[4])
{
    double k = MM_PER_POINT * p->unit, w = r[2] - r[0], h = r[3] - r[1];

    switch (p->rotate) {
    case 90: return (struct jy_box){ (r[1] - p->y0) * k, (r[0] - p->x0) * k, h * k, w * k };
    case 180: return (struct jy_box){ (p->x1 - r[2]) * k, (r[1] - p->y0) * k, w * k, h * k };
    case 270: return (struct jy_box){ (p->y1 - r[3]) * k, (p->x1 - r[2]) * k, h * k, w * k };
    default: return (struct jy_box){ (r[0] - p->x0) * k, (p->y1 - r[3]) * k, w * k, h * k };
    }
}

/* The picture's size where the form is one of pdf_add_form: its whole content is that one drawing. */
static bool
picture_size(qpdf_data q, qpdf_oh form, double out[2])
{
    unsigned char *bytes = NULL;
    char text[128] = "", why[160];
    size_t len = 0;
    long long packed = 0;
    QPDF_BOOL filtered;
    int end = 0;

    if (!qpdf_oh_is_stream(q, form) || !qpdf_oh_get_value_as_longlong(q, qpdf_oh_get_key(q, qpdf_oh_get_dict(q, form), "/Length"), &packed) ||
        packed > FORM_MAX)
        return false;
    if (qpdf_oh_get_stream_data(q, form, qpdf_dl_generalized, &filtered, &bytes, &len) != QPDF_SUCCESS) {
        free(bytes);                                     /* with a warning there are some */
        (void)pdf_error(q, why);
        return false;
    }
    if (filtered && len > 0 && len < sizeof(text))       /* nothing decoded is NULL */
        memcpy(text, bytes, len);
    free(bytes);
    return sscanf(text, "q /GS0 gs %lf 0 0 %lf 0 0 cm /Im0 Do Q%n", &out[0], &out[1], &end) == 2 && end > 0 && text[end] == '\0' &&
           isfinite(out[0]) && isfinite(out[1]) && out[0] > 0 && out[1] > 0;
}

/* The place of an annotation; a clip when its form draws a picture that is larger than what shows (seal-formats 3.5). */
static struct jy_stamp_place
place_of(const struct pdf *pdf, size_t page, qpdf_oh annot, const double rect[4])
{
    const struct pdf_page *p = &pdf->pages[page];
    qpdf_data q = pdf->q;
    qpdf_oh form = qpdf_oh_get_key(q, annot, "/AP");
    struct jy_box seen = box_of(p, rect);
    struct jy_stamp_place place = { (int)page + 1, seen.x_mm, seen.y_mm, seen.width_mm, seen.height_mm, { 0, 0, 0, 0 } };
    double size[2], b[4], k = MM_PER_POINT * p->unit;
    struct jy_box clip;

    form = qpdf_oh_is_dictionary(q, form) ? qpdf_oh_get_key(q, form, "/N") : form;
    if (!picture_size(q, form, size) || !pdf_read_box(q, qpdf_oh_get_key(q, qpdf_oh_get_dict(q, form), "/BBox"), b))
        return place;
    clip = (struct jy_box){ b[0] * k, (size[1] - b[3]) * k, (b[2] - b[0]) * k, (b[3] - b[1]) * k };
    if (fabs(clip.width_mm - seen.width_mm) > SAME_MM || fabs(clip.height_mm - seen.height_mm) > SAME_MM || clip.x_mm < -SAME_MM || clip.y_mm < -SAME_MM ||
        clip.x_mm + clip.width_mm > size[0] * k + SAME_MM || clip.y_mm + clip.height_mm > size[1] * k + SAME_MM ||
        (fabs(clip.width_mm - size[0] * k) < SAME_MM && fabs(clip.height_mm - size[1] * k) < SAME_MM))
        return place;
    return (struct jy_stamp_place){ (int)page + 1, seen.x_mm - clip.x_mm, seen.y_mm - clip.y_mm, size[0] * k, size[1] * k, clip };
}

/*
 * Does a further impression stand in the increment that brought the signature? Names can be foretold: one that lay in the document before would be
 * taken for the signer's work, and so would one that a later hand adds.
 */
static bool
is_of_increment(const struct pdf *pdf, const struct pdf_signature *s, int id)
{
    const struct pdf_entry *e = id > 0 ? pdf_xref_find(&pdf->xref, 0, (uint32_t)id) : NULL;
    size_t before = 0;

    if (s->end == 0)
        return true;                                         /* its range is told to be wrong */
    for (size_t i = 0; i < pdf->xref.count; i++)
        if (pdf->xref.sections[i].at < s->begin && pdf->xref.sections[i].at > before)
            before = pdf->xref.sections[i].at;
    return e != NULL && e->type == PDF_IN_USE && e->where > before && e->where < s->end;
}

size_t
pdf_signature_shown(const struct pdf *pdf, qpdf_oh widget)
{
    qpdf_data q = pdf->q;
    qpdf_oh value = qpdf_oh_get_key(q, widget, "/V"), parent = qpdf_oh_get_key(q, widget, "/Parent");
    int id = qpdf_oh_get_object_id(q, widget), value_id = qpdf_oh_get_object_id(q, value), above = 0;

    for (size_t i = 0; id != 0 && i < pdf->signature_count; i++)
        if (pdf->details[i].field_id == id)
            return i;
    if (value_id == 0 && qpdf_oh_is_null(q, value) && qpdf_oh_is_dictionary(q, parent))
        above = qpdf_oh_get_object_id(q, parent);
    for (size_t i = 0; i < pdf->signature_count; i++)
        if ((value_id != 0 && pdf->details[i].value_id == value_id) || (above != 0 && pdf->details[i].field_id == above))
            return i;
    return SIZE_MAX;
}

/* The signature that an annotation of a page shows, or SIZE_MAX. */
static size_t
signature_of(const struct pdf *pdf, qpdf_oh annot)
{
    qpdf_data q = pdf->q;
    qpdf_oh subtype = qpdf_oh_get_key(q, annot, "/Subtype"), name = qpdf_oh_get_key(q, annot, "/NM");
    int id = qpdf_oh_get_object_id(q, annot);

    if (!qpdf_oh_is_name(q, subtype) || strcmp(qpdf_oh_get_name(q, subtype), "/Stamp") != 0)
        return pdf_signature_shown(pdf, annot);
    if (!qpdf_oh_is_string(q, name))
        return SIZE_MAX;
    for (size_t i = 0; i < pdf->signature_count; i++) {
        const char *text = qpdf_oh_get_utf8_value(q, name);
        size_t len = strlen(pdf->signatures[i].id);

        if (len > 0 && strncmp(text, pdf->signatures[i].id, len) == 0 && text[len] == '.' && strspn(text + len + 1, "0123456789") == strlen(text + len + 1) &&
            is_of_increment(pdf, &pdf->details[i], id))
            return i;
    }
    return SIZE_MAX;
}

static jy_err
add_place(struct jy_signature *s, const struct jy_stamp_place *place)
{
    /* Powers of two: grown whenever one is reached. */
    if ((s->place_count & (s->place_count - 1)) == 0) {
        struct jy_stamp_place *list = realloc(s->places, (s->place_count == 0 ? 1 : s->place_count * 2) * sizeof(*list));

        if (list == NULL)
            return JY_E_NOMEM;
        s->places = list;
    }
    s->places[s->place_count++] = *place;
    return JY_OK;
}

struct reading {
    struct pdf *pdf;
    struct pdf_shown shown;
};

static jy_err
read_annot(void *arg, size_t page, qpdf_oh annot)
{
    struct reading *r = arg;
    struct pdf *pdf = r->pdf;
    struct jy_stamp_place place;
    struct jy_signature *s;
    struct jy_box seen;
    struct jy_page size;
    double rect[4];
    size_t i;
    jy_err rc;

    if (!qpdf_oh_is_dictionary(pdf->q, annot) || (i = signature_of(pdf, annot)) == SIZE_MAX || pdf->signatures[i].place_count >= JY_STAMP_PLACES_MAX ||
        !pdf_read_box(pdf->q, qpdf_oh_get_key(pdf->q, annot, "/Rect"), rect) || rect[2] - rect[0] <= 0 || rect[3] - rect[1] <= 0)
        return JY_OK;                                        /* a signature without a stamp has an empty Rect */
    s = &pdf->signatures[i];
    place = place_of(pdf, page, annot, rect);
    if ((rc = add_place(s, &place)) != JY_OK || (rc = pdf_check_shown(pdf, i, annot, page, &r->shown)) != JY_OK)
        return rc;
    seen = jy_place_visible(&place);
    size = pdf_page_size(&pdf->pages[page]);
    if (seen.x_mm >= size.width_mm || seen.y_mm >= size.height_mm || seen.x_mm + seen.width_mm <= 0 || seen.y_mm + seen.height_mm <= 0)
        return jy_findings_add(&s->findings, JY_CHECK_PLACEMENT, false, s->id, 0, "off page %zu", page + 1);
    return JY_OK;
}

jy_err
pdf_read_places(struct pdf *pdf)
{
    struct reading r = { .pdf = pdf };
    jy_err rc = pdf->signature_count == 0 ? JY_OK : pdf_each_annotation(pdf, read_annot, &r);

    while (qpdf_more_warnings(pdf->q))                       /* a form that does not unpack is no picture of ours, and nothing worse */
        (void)qpdf_next_warning(pdf->q);
    pdf_shown_free(&r.shown);
    return rc;
}
