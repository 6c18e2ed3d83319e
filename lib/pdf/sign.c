/* SPDX-License-Identifier: Apache-2.0 */
/* One stamp = one incremental update (ISO 32000 7.5.6): the original bytes stay, objects are appended, an xref of the same kind follows. */
#include "pdf/update.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONTENTS_MIN 32768            /* hex digits */
#define FIELD_NAME 48
#define SEAL_FILTER "/Filter /GM.PKILite /SubFilter /GM.sm2seal"
#define PLAIN_FILTER "/Filter /Adobe.PPKLite /SubFilter /adbe.pkcs7.detached"

/* Catalog and AcroForm with the new field. */
static void
add_to_form(struct pdf_update *u, int field_id)
{
    static const char *const not_form[] = { "/AcroForm", NULL };
    qpdf_data q = u->pdf->q;
    qpdf_oh root = qpdf_get_root(q), form = qpdf_oh_get_key(q, root, "/AcroForm");
    bool has_form = qpdf_oh_is_dictionary(q, form), own_object = has_form && qpdf_oh_is_indirect(q, form);
    int id = own_object ? qpdf_oh_get_object_id(q, form) : u->next_id++;

    pdf_begin_object(u, id, own_object ? qpdf_oh_get_generation(q, form) : 0);
    pdf_add(u, "<<\n");
    pdf_add_form_entries(u, form, field_id);
    pdf_add(u, ">>\nendobj\n");
    if (own_object)
        return;
    pdf_begin_version(u, root);
    pdf_add(u, "<<\n");
    pdf_copy_entries(u, root, not_form);
    PDF_ADD(u, "/AcroForm %d 0 R\n>>\nendobj\n", id);
}

static void
add_to_page(struct pdf_update *u, size_t index, const int *annots, const struct jy_stamp_place *places, size_t count)
{
    static const char *const not_annots[] = { "/Annots", NULL };
    qpdf_data q = u->pdf->q;
    qpdf_oh page = qpdf_get_page_n(q, index);

    pdf_begin_version(u, page);
    pdf_add(u, "<<\n");
    pdf_copy_entries(u, page, not_annots);
    pdf_add(u, "/Annots [ ");
    pdf_copy_items(u, qpdf_oh_get_key(q, page, "/Annots"));
    for (size_t i = 0; i < count; i++)
        if ((size_t)places[i].page == index + 1)
            PDF_ADD(u, "%d 0 R ", annots[i]);
    pdf_add(u, "]\n>>\nendobj\n");
}

/* Jinyin and the object's number, with more digits while another field of the form has that name. */
static void
name_field(const struct pdf_update *u, int field_id, char out[FIELD_NAME])
{
    qpdf_data q = u->pdf->q;
    qpdf_oh fields = qpdf_oh_get_key(q, qpdf_oh_get_key(q, qpdf_get_root(q), "/AcroForm"), "/Fields");
    int count = qpdf_oh_is_array(q, fields) ? qpdf_oh_get_array_n_items(q, fields) : 0, more = 0;

    snprintf(out, FIELD_NAME, "Jinyin%d", field_id);
    for (int i = 0; i < count; i++) {
        qpdf_oh field = qpdf_oh_get_array_item(q, fields, i), name;

        if (!qpdf_oh_is_dictionary(q, field) || !qpdf_oh_is_string(q, name = qpdf_oh_get_key(q, field, "/T")) ||
            strcmp(qpdf_oh_get_utf8_value(q, name), out) != 0)
            continue;
        snprintf(out, FIELD_NAME, "Jinyin%d-%d", field_id, ++more);
        i = -1;                                              /* each round takes a name away, and count is finite */
    }
}

/* The first place carries the field (PDF 2.0: one widget a field); the others are Stamp annotations that bear its name and their number. */
static void
add_annotation(struct pdf_update *u, int id, const char *name, size_t number, int value_id, int form_id, const struct jy_stamp_place *place, bool closing)
{
    qpdf_data q = u->pdf->q;
    qpdf_oh page = qpdf_get_page_n(q, (size_t)place->page - 1);
    double rect[4];

    pdf_rect_of(&u->pdf->pages[place->page - 1], place, rect);
    pdf_begin_object(u, id, 0);
    PDF_ADD(u, "<< /Type /Annot /Subtype %s /Rect [%.4f %.4f %.4f %.4f] /F 132 /P %d %d R /AP << /N %d 0 R >>", number == 0 ? "/Widget" : "/Stamp",
            rect[0], rect[1], rect[2], rect[3], qpdf_oh_get_object_id(q, page), qpdf_oh_get_generation(q, page), form_id);
    if (number == 0)
        PDF_ADD(u, " /FT /Sig /T (%s) /V %d 0 R", name, value_id);
    else
        PDF_ADD(u, " /NM (%s.%zu)", name, number);
    if (number == 0 && closing)                              /* ISO 32000-2 12.7.5.5: no change at all from now on */
        pdf_add(u, " /Lock << /Type /SigFieldLock /Action /All /P 1 >>");
    pdf_add(u, " >>\nendobj\n");
}

/* One form for all places that look the same. */
struct shape {
    double picture[2], unit;
    struct jy_box seen;                                      /* from the picture's top-left */
    int rotate, id;
};

static int
form_for(struct pdf_update *u, struct shape *shapes, size_t *count, int image_id, const struct jy_stamp_place *place)
{
    const struct pdf_page *page = &u->pdf->pages[place->page - 1];
    struct shape s = { .rotate = page->rotate };

    s.picture[0] = place->width_mm;
    s.picture[1] = place->height_mm;
    s.unit = page->unit;
    s.seen = place->clip;
    for (size_t i = 0; i < *count; i++)
        if (s.picture[0] == shapes[i].picture[0] && s.picture[1] == shapes[i].picture[1] && s.unit == shapes[i].unit && s.rotate == shapes[i].rotate &&
            memcmp(&s.seen, &shapes[i].seen, sizeof(s.seen)) == 0)
            return shapes[i].id;
    s.id = u->next_id++;
    shapes[(*count)++] = s;
    pdf_add_form(u, s.id, image_id, page, place);
    return s.id;
}

/* Field, stamps, their forms, the form's new version and those of the pages. */
static jy_err
add_places(struct pdf_update *u, const struct jy_stamp_place *places, size_t count, int value_id, int image_id, bool closing)
{
    struct shape *shapes = calloc(count, sizeof(*shapes));
    int *annots = calloc(count, sizeof(*annots));
    bool *done = calloc(u->pdf->page_count, sizeof(*done));
    char name[FIELD_NAME];
    size_t shape_count = 0;

    if (shapes == NULL || annots == NULL || done == NULL)
        u->rc = JY_E_NOMEM;
    for (size_t i = 0; u->rc == JY_OK && i < count; i++) {
        int form_id = form_for(u, shapes, &shape_count, image_id, &places[i]);

        annots[i] = u->next_id++;
        if (i == 0)
            name_field(u, annots[0], name);
        add_annotation(u, annots[i], name, i, value_id, form_id, &places[i], closing);
    }
    if (u->rc == JY_OK)
        add_to_form(u, annots[0]);
    for (size_t i = 0; u->rc == JY_OK && i < count; i++) {
        size_t index = (size_t)places[i].page - 1;

        if (!done[index])
            add_to_page(u, index, annots, places, count);
        done[index] = true;
    }
    free(shapes);
    free(annots);
    free(done);
    return u->rc;
}

/* A field that shows nothing: ISO 32000-2 12.7.5.5 wants a widget all the same, of no size. */
static jy_err
add_invisible(struct pdf_update *u, int value_id, bool closing)
{
    const struct jy_stamp_place first = { .page = 1 };
    qpdf_oh page = qpdf_get_page_n(u->pdf->q, 0);
    int id = u->next_id++;
    char name[FIELD_NAME];

    name_field(u, id, name);
    pdf_begin_object(u, id, 0);
    PDF_ADD(u, "<< /Type /Annot /Subtype /Widget /Rect [0 0 0 0] /F 132 /P %d %d R /FT /Sig /T (%s) /V %d 0 R", qpdf_oh_get_object_id(u->pdf->q, page),
            qpdf_oh_get_generation(u->pdf->q, page), name, value_id);
    if (closing)
        pdf_add(u, " /Lock << /Type /SigFieldLock /Action /All /P 1 >>");
    pdf_add(u, " >>\nendobj\n");
    add_to_form(u, id);
    add_to_page(u, 0, &id, &first, 1);
    return u->rc;
}

/* The signature dictionary with room for range and value. */
static void
add_value(struct pdf_update *u, int id, const char *filter, size_t hex, bool closing, struct pdf_slot *slot)
{
    qpdf_oh root = qpdf_get_root(u->pdf->q);

    pdf_begin_object(u, id, 0);
    PDF_ADD(u, "<< /Type /Sig %s", filter);
    pdf_add_slot(u, hex, slot);
    if (closing)                                             /* ISO 32000-2 12.8.2.4; the field's Lock says the same to who fills forms */
        PDF_ADD(u, " /Reference [ << /Type /SigRef /TransformMethod /FieldMDP /Data %d %d R "
                   "/TransformParams << /Type /TransformParams /V /1.2 /Action /All >> >> ]",
                qpdf_oh_get_object_id(u->pdf->q, root), qpdf_oh_get_generation(u->pdf->q, root));
    pdf_add(u, " >>\nendobj\n");
}

/* The pages that get an annotation: what is seen of them is the same for all readers where a stamp shows, and their list of annotations is one. */
static jy_err
check_pages(const struct pdf *pdf, const struct jy_stamp_place *places, size_t count, struct jy_fault *fault)
{
    for (size_t i = 0; i < count || i == 0; i++) {
        size_t index = count == 0 ? 0 : (size_t)places[i].page - 1;
        qpdf_oh page = qpdf_get_page_n(pdf->q, index), annots = qpdf_oh_get_key(pdf->q, page, "/Annots");
        const char *doubt = count == 0 ? NULL : pdf_page_doubt(pdf->q, page);

        if (doubt != NULL)
            return jy_fail(fault, JY_E_AMBIGUOUS, "PDF page", 0, "page %zu has %s", index + 1, doubt);
        if (!qpdf_oh_is_array(pdf->q, annots) && !qpdf_oh_is_null(pdf->q, annots))
            return jy_fail(fault, JY_E_DAMAGED, "PDF Annots", 0, "page %zu has one that is no array", index + 1);
    }
    qpdf_oh_release_all(pdf->q);
    return JY_OK;
}

jy_err
pdf_prepare(void *impl, struct jy_slice seal_der, const struct jy_stamp_place *places, size_t count, jy_time now, bool closing,
            struct jy_prepared *out, struct jy_fault *fault)
{
    const struct pdf *pdf = impl;
    struct pdf_update u;
    struct jy_seal *seal = NULL;
    size_t hex = 2 * (seal_der.len + 16384) > CONTENTS_MIN ? 2 * (seal_der.len + 16384) : CONTENTS_MIN;
    struct pdf_slot slot;
    bool plain = seal_der.len == 0;
    int value_id, image_id;
    jy_err rc;

    (void)now;                                               /* the time stands in the value, where it is signed */
    /* ISO 32000-2 12.8.2.2: P 2 permits a signature with its widget, and no annotation. */
    for (size_t i = 0; count > 1 && i < pdf->signature_count; i++)
        if (pdf->details[i].permission == 1 || pdf->details[i].permission == 2)
            return jy_fail(fault, JY_E_LOCKED, pdf->signatures[i].id, 0, "the certification (DocMDP P %d) permits a stamp at one place, %zu are asked for",
                           pdf->details[i].permission, count);
    if ((rc = check_pages(impl, places, count, fault)) != JY_OK || (rc = pdf_update_begin(&u, impl, fault)) != JY_OK ||
        (!plain && (rc = jy_seal_parse(seal_der, &seal, fault)) != JY_OK))
        return rc;
    value_id = u.next_id++;
    image_id = plain ? 0 : u.next_id++;
    pdf_add(&u, "\n");
    add_value(&u, value_id, plain ? PLAIN_FILTER : SEAL_FILTER, hex, closing, &slot);
    if ((rc = u.rc) != JY_OK || (plain && (rc = add_invisible(&u, value_id, closing)) != JY_OK) ||
        (!plain && ((rc = pdf_add_picture(&u, seal, image_id, fault)) != JY_OK ||
                    (rc = add_places(&u, places, count, value_id, image_id, closing)) != JY_OK)))
        goto out;
    pdf_add_xref(&u);
    if ((rc = pdf_close_slot(&u, &slot, out)) == JY_OK && plain)
        out->property_info[0] = '\0';                        /* a SignedData has no propertyInfo */
out:
    pdf_update_free(&u);
    jy_seal_free(seal);
    return rc == JY_OK || (fault != NULL && fault->err == rc) ? rc : jy_fail(fault, rc, "PDF", 0, "the update cannot be written");
}

/* The dictionary that add_value wrote says what its value will be. */
static bool
is_prepared_for_seal(struct jy_slice prepared, size_t contents_at)
{
    size_t from = contents_at > 200 ? contents_at - 200 : 0, at;
    struct jy_slice before = JY_SLICE(prepared.p + from, contents_at - from);

    if ((at = jy_slice_rfind(before, jy_slice_text("<< /Type /Sig "))) == SIZE_MAX)
        return true;
    return jy_slice_find(JY_SLICE(before.p + at, before.len - at), jy_slice_text(SEAL_FILTER)) != SIZE_MAX;
}

jy_err
pdf_finish(struct jy_slice prepared, const char *slot, struct jy_slice value_der, struct jy_pieces *out, struct jy_fault *fault)
{
    size_t at;
    uint8_t digest[JY_SM3_SIZE];
    jy_err rc;

    if ((rc = pdf_slot_digest(prepared, slot, &at, digest, fault)) == JY_OK &&
        (rc = jy_value_binds(value_der, is_prepared_for_seal(prepared, at) ? JY_VALUE_SES : JY_VALUE_SIGNED_DATA, digest, fault)) == JY_OK)
        rc = pdf_fill_slot(prepared, slot, value_der, out, fault);
    return rc;
}
