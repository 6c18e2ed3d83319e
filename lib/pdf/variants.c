/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a document shows in more than one way: by one program and another, on the screen and on paper, with a layer on and off. Whoever approved saw
 * one of them; the stamp would stand on all (ISO 32000-2 8.11, 12.5, 12.7).
 */
#include "pdf/pdf.h"
#include "pdf/said.h"

#include <string.h>

enum { PASSWORD = 1 << 13, PUSH_BUTTON = 1 << 16 };                    /* of fields (12.7.5.2, 12.7.5.3) */

struct search {
    const struct pdf *pdf;
    qpdf_data q;
    bool drawn_anew;                  /* NeedAppearances, now or when it was signed */
    size_t met, budget;               /* annotations; bytes of appearances that may still be unpacked */
    jy_err rc;
    struct jy_fault *fault;
};

static bool
is_true(qpdf_data q, qpdf_oh oh)
{
    return qpdf_oh_is_bool(q, oh) && qpdf_oh_get_bool_value(q, oh);
}

static long long
flags_of(qpdf_data q, qpdf_oh oh)
{
    long long flags;

    return qpdf_oh_get_value_as_longlong(q, oh, &flags) ? flags : 0;
}

/* What programs make of an annotation's appearance (12.5.5, 12.5.6). */
enum drawing { BY_APPEARANCE, FIELD, ICON, BARE };

/* A note, a file and a sound show as an icon, what is in them when it is opened; a link has a border at most, and a note's window stands beside the page. */
static enum drawing
drawing_of(qpdf_data q, qpdf_oh annot)
{
    static const struct { const char *subtype; enum drawing drawing; } kinds[] = { { "/Widget", FIELD }, { "/Text", ICON }, { "/FileAttachment", ICON },
                                                                                   { "/Sound", ICON }, { "/Link", BARE }, { "/Popup", BARE } };
    qpdf_oh subtype = qpdf_oh_get_key(q, annot, "/Subtype");
    const char *name = qpdf_oh_is_name(q, subtype) ? qpdf_oh_get_name(q, subtype) : "";

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(name, kinds[i].subtype) == 0)
            return kinds[i].drawing;
    return BY_APPEARANCE;
}

static bool
has_room(qpdf_data q, qpdf_oh annot)
{
    double rect[4];

    return pdf_read_box(q, qpdf_oh_get_key(q, annot, "/Rect"), rect) && rect[2] > rect[0] && rect[3] > rect[1];
}

static bool
is_field_of(qpdf_data q, qpdf_oh field, const char *type)
{
    return qpdf_oh_is_name_and_equals(q, pdf_inherited(q, field, "/FT"), type);
}

/* A stream, or one for each state. */
static bool
is_appearance(qpdf_data q, qpdf_oh normal)
{
    return qpdf_oh_is_stream(q, normal) || qpdf_oh_is_dictionary(q, normal);
}

/* Has a field something that a program would draw for it? */
static bool
has_value(qpdf_data q, qpdf_oh field)
{
    qpdf_oh value = pdf_inherited(q, field, "/V"), caption = qpdf_oh_get_key_if_dict(q, qpdf_oh_get_key(q, field, "/MK"), "/CA");

    if (is_field_of(q, field, "/Btn") && (flags_of(q, pdf_inherited(q, field, "/Ff")) & PUSH_BUTTON) != 0)
        value = caption;
    else if (is_field_of(q, field, "/Btn") && qpdf_oh_has_key(q, field, "/AS"))
        value = qpdf_oh_get_key(q, field, "/AS");
    if (qpdf_oh_is_string(q, value))
        return qpdf_oh_get_string_value(q, value)[0] != '\0';
    return !qpdf_oh_is_null(q, value) && !qpdf_oh_is_name_and_equals(q, value, "/Off");
}

/* Of a text field that shows as its appearance. */
static enum pdf_saying
saying_of(struct search *s, qpdf_oh field, qpdf_oh appearance)
{
    qpdf_data q = s->q;
    qpdf_oh value = pdf_inherited(q, field, "/V");

    if (!is_field_of(q, field, "/Tx") || !qpdf_oh_is_stream(q, appearance) || (flags_of(q, pdf_inherited(q, field, "/Ff")) & PASSWORD) != 0 ||
        (!qpdf_oh_is_null(q, value) && !qpdf_oh_is_string(q, value)))
        return PDF_NOT_PLAIN;
    return pdf_says(q, appearance, qpdf_oh_is_string(q, value) ? qpdf_oh_get_utf8_value(q, value) : "", &s->budget, &s->rc);
}

/* Most programs draw the value of a text field when it is clicked, some at once; with NeedAppearances many do, in font, size and colour of the field. */
static const char *
field_variant(struct search *s, qpdf_oh field, qpdf_oh appearance)
{
    qpdf_data q = s->q;
    enum pdf_saying saying;

    if (!is_appearance(q, appearance))
        return has_value(q, field) ? "is a field with a value and without an appearance: each program draws it in its own way, or not at all" : NULL;
    if (is_field_of(q, field, "/Btn") && !(s->drawn_anew && has_value(q, field)))
        return NULL;
    saying = saying_of(s, field, appearance);
    if (s->drawn_anew && (saying == PDF_NOT_PLAIN || has_value(q, field)))
        return "is a field that some programs draw anew from its value (NeedAppearances), others by its appearance";
    if (saying == PDF_SAYS_OTHERWISE)
        return "is a field whose appearance says something else than its value";
    return NULL;
}

/* NULL when all programs show the same of it, at all times. */
static const char *
annotation_variant(struct search *s, qpdf_oh annot, bool on_turned_page)
{
    qpdf_data q = s->q;
    enum drawing drawing = drawing_of(q, annot);
    const char *variant = NULL;
    bool is_signature;
    qpdf_oh ap, normal;
    long long flags;

    if (drawing == BARE && !qpdf_oh_has_key(q, annot, "/AP"))            /* a document may have thousands of links */
        return NULL;
    flags = flags_of(q, qpdf_oh_get_key(q, annot, "/F"));
    ap = qpdf_oh_get_key(q, annot, "/AP");
    normal = qpdf_oh_get_key_if_dict(q, ap, "/N");
    is_signature = drawing == FIELD && is_field_of(q, annot, "/Sig");
    if ((flags & PDF_HIDDEN) != 0 || !has_room(q, annot) || (is_signature && !is_appearance(q, normal)))
        return NULL;
    if ((flags & PDF_TOGGLE_NO_VIEW) != 0)
        return "comes and goes under the mouse";
    if ((flags & PDF_NO_VIEW) != 0)
        return (flags & PDF_PRINT) != 0 ? "is printed and not displayed" : NULL;
    /* Icons are meant to. */
    if ((flags & PDF_NO_ZOOM) != 0 && drawing != ICON)
        return "has the same size at every magnification: it covers another part of the page at each";
    if ((flags & PDF_NO_ROTATE) != 0 && drawing != ICON && on_turned_page)
        return "stays upright on a page that is turned, where some programs turn it";
    if (drawing == FIELD && !is_signature)
        variant = field_variant(s, annot, normal);
    else if (drawing == BY_APPEARANCE && !is_appearance(q, normal))
        variant = "has no appearance: each program draws it in its own way, or not at all";
    else if (drawing == BARE && is_appearance(q, normal))
        variant = "has an appearance, which some programs draw and others do not";
    /* A button that is pressed may look so. */
    if (variant == NULL && drawing != ICON && !(drawing == FIELD && is_field_of(q, annot, "/Btn")) &&
        (!qpdf_oh_is_null(q, qpdf_oh_get_key_if_dict(q, ap, "/R")) || !qpdf_oh_is_null(q, qpdf_oh_get_key_if_dict(q, ap, "/D"))))
        variant = "shows something else under the mouse";
    return variant;
}

static jy_err
refuse_annotation(void *arg, size_t page, qpdf_oh annot)
{
    struct search *s = arg;
    const char *variant;

    if (++s->met > JY_PDF_ANNOTATIONS_MAX)
        return jy_fail(s->fault, JY_E_LIMIT, "PDF Annots", 0, "more than %d annotations", JY_PDF_ANNOTATIONS_MAX);
    if (!qpdf_oh_is_dictionary(s->q, annot) || ((variant = annotation_variant(s, annot, s->pdf->pages[page].rotate != 0)) == NULL && s->rc == JY_OK))
        return JY_OK;
    if (s->rc != JY_OK)
        return jy_fail(s->fault, s->rc, "PDF annotation", 0, "its appearance is more than there is memory for, or than the %d bytes for all",
                       JY_PDF_APPEARANCES_MAX);
    return jy_fail(s->fault, JY_E_SHOWN_VARIOUSLY, "PDF annotation", 0, "page %zu: object %d %s", page + 1, qpdf_oh_get_object_id(s->q, annot), variant);
}

/* 8.11.4.4: states that a program may give a layer by itself. */
static const char *
usage_variant(qpdf_data q, qpdf_oh usage)
{
    static const struct { const char *category, *state, *what; } states[] = { { "/View", "/ViewState", "that is not displayed" },
                                                                              { "/Print", "/PrintState", "that is not printed" },
                                                                              { "/Export", "/ExportState", "that is not exported" } };
    static const char *const by_reader[] = { "/Zoom", "/Language", "/User" };

    for (size_t i = 0; i < 3; i++)
        if (qpdf_oh_is_name_and_equals(q, qpdf_oh_get_key_if_dict(q, qpdf_oh_get_key_if_dict(q, usage, states[i].category), states[i].state), "/OFF"))
            return states[i].what;
    for (size_t i = 0; i < 3; i++)
        if (!qpdf_oh_is_null(q, qpdf_oh_get_key_if_dict(q, usage, by_reader[i])))
            return "that shows at some magnifications, in some languages or to some persons";
    return NULL;
}

static int
items(qpdf_data q, qpdf_oh array)
{
    return qpdf_oh_is_array(q, array) ? qpdf_oh_get_array_n_items(q, array) : 0;
}

/* Layers that do not all show at all times. */
static jy_err
refuse_layers(qpdf_data q, qpdf_oh properties, struct jy_fault *fault)
{
    qpdf_oh initial = qpdf_oh_get_key_if_dict(q, properties, "/D"), base = qpdf_oh_get_key_if_dict(q, initial, "/BaseState");
    qpdf_oh off = qpdf_oh_get_key_if_dict(q, initial, "/OFF"), all = qpdf_oh_get_key_if_dict(q, properties, "/OCGs");

    if (items(q, off) > JY_PDF_LAYERS_MAX || items(q, all) > JY_PDF_LAYERS_MAX)
        return jy_fail(fault, JY_E_LIMIT, "PDF OCProperties", 0, "more than %d layers", JY_PDF_LAYERS_MAX);
    if (!qpdf_oh_is_null(q, base) && !qpdf_oh_is_name_and_equals(q, base, "/ON"))
        return jy_fail(fault, JY_E_SHOWN_VARIOUSLY, "PDF OCProperties", 0, "layers that are off at first (BaseState)");
    for (int i = 0; i < items(q, off); i++) {
        qpdf_oh layer = qpdf_oh_get_array_item(q, off, i);

        if (qpdf_oh_is_dictionary(q, layer))
            return jy_fail(fault, JY_E_SHOWN_VARIOUSLY, "PDF OCProperties", 0, "object %d is a layer that is off", qpdf_oh_get_object_id(q, layer));
    }
    for (int i = 0; i < items(q, all); i++) {
        qpdf_oh layer = qpdf_oh_get_array_item(q, all, i);
        const char *variant = usage_variant(q, qpdf_oh_get_key_if_dict(q, layer, "/Usage"));

        if (variant != NULL)
            return jy_fail(fault, JY_E_SHOWN_VARIOUSLY, "PDF OCProperties", 0, "object %d is a layer %s", qpdf_oh_get_object_id(q, layer), variant);
    }
    return JY_OK;
}

/* 12.2: a program that heeds these shows or prints another part of each page than others do. */
static jy_err
refuse_areas(qpdf_data q, qpdf_oh preferences, struct jy_fault *fault)
{
    static const char *const areas[] = { "/ViewArea", "/ViewClip", "/PrintArea", "/PrintClip" };

    for (size_t i = 0; i < sizeof(areas) / sizeof(areas[0]); i++) {
        qpdf_oh box = qpdf_oh_get_key_if_dict(q, preferences, areas[i]);

        if (!qpdf_oh_is_null(q, box) && !qpdf_oh_is_name_and_equals(q, box, "/CropBox"))
            return jy_fail(fault, JY_E_SHOWN_VARIOUSLY, "PDF ViewerPreferences", 0, "%s is not the CropBox", areas[i] + 1);
    }
    return JY_OK;
}

jy_err
pdf_refuse_variants(const struct pdf *pdf, bool drawn_anew_before, struct jy_fault *fault)
{
    qpdf_data q = pdf->q;
    qpdf_oh root = qpdf_get_root(q);
    qpdf_oh drawn_anew = qpdf_oh_get_key_if_dict(q, qpdf_oh_get_key(q, root, "/AcroForm"), "/NeedAppearances");
    struct search s = { .pdf = pdf, .q = q, .drawn_anew = drawn_anew_before || is_true(q, drawn_anew), .budget = JY_PDF_APPEARANCES_MAX, .fault = fault };
    char why[160];
    jy_err rc;

    if (qpdf_oh_has_key(q, root, "/Collection"))
        return jy_fail(fault, JY_E_SHOWN_VARIOUSLY, "PDF Collection", 0, "a portfolio: some programs show a file of it in place of the pages");
    if ((rc = refuse_layers(q, qpdf_oh_get_key(q, root, "/OCProperties"), fault)) == JY_OK &&
        (rc = refuse_areas(q, qpdf_oh_get_key(q, root, "/ViewerPreferences"), fault)) == JY_OK)
        rc = pdf_each_annotation(pdf, refuse_annotation, &s);
    if (rc == JY_OK && qpdf_has_error(q)) {
        rc = pdf_error(q, why);
        jy_fail(fault, rc, "PDF", 0, "%s", why);
    }
    qpdf_oh_release_all(q);
    return rc;
}
