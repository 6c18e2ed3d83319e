/* SPDX-License-Identifier: Apache-2.0 */
/* The allow-list for fields, their widgets and what they show: signing, further impressions of a seal, values filled in. */
#include "pdf/diff_inside.h"
#include "pdf/shown.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PARENTS_MAX 32
#define KIDS_MAX 2000
#define COVERED_SHARE 0.25            /* of a page: a stamp covers a few percent, what hides a page covers most of it */

static bool
is_new_object(struct pdf_diff *d, qpdf_oh oh)
{
    struct pdf_change *c = qpdf_oh_is_indirect(d->b, oh) ? pdf_change_of(d, qpdf_oh_get_object_id(d->b, oh)) : NULL;

    return c != NULL && c->is_new;
}

static bool
is_signature_field(qpdf_data q, qpdf_oh oh)
{
    return qpdf_oh_is_name_and_equals(q, pdf_inherited(q, oh, "/FT"), "/Sig");
}

bool
pdf_is_field(qpdf_data q, qpdf_oh oh)
{
    qpdf_oh subtype = qpdf_oh_get_key(q, oh, "/Subtype");

    if (!qpdf_oh_is_null(q, subtype) && !qpdf_oh_is_name_and_equals(q, subtype, "/Widget"))
        return false;                                        /* a note, say, that calls itself a field */
    return qpdf_oh_is_name(q, pdf_inherited(q, oh, "/FT")) || (qpdf_oh_has_key(q, oh, "/T") && qpdf_oh_is_array(q, qpdf_oh_get_key(q, oh, "/Kids")));
}

/* -- what later appearances cover -- */

static void
cover(struct pdf_diff *d, qpdf_oh annot, qpdf_oh page)
{
    qpdf_data q = d->b;
    struct pdf_step *step = d->step;
    double rect[4], width, height;
    long long flags = 0;
    struct pdf_page shown;
    int id = qpdf_oh_get_object_id(q, page);
    size_t i = 0;

    if (!qpdf_oh_get_value_as_longlong(q, qpdf_oh_get_key(q, annot, "/F"), &flags))
        flags = 0;
    if (pdf_is_unseen(flags) || !qpdf_oh_has_key(q, annot, "/AP") || !pdf_read_box(q, qpdf_oh_get_key(q, annot, "/Rect"), rect) ||
        !pdf_read_page(q, page, &shown))
        return;
    /* Only what lies on the page covers it. */
    width = (rect[2] < shown.x1 ? rect[2] : shown.x1) - (rect[0] > shown.x0 ? rect[0] : shown.x0);
    height = (rect[3] < shown.y1 ? rect[3] : shown.y1) - (rect[1] > shown.y0 ? rect[1] : shown.y0);
    if (width <= 0 || height <= 0)
        return;
    for (; i < step->covered_count && step->covered[i].page != id; i++)
        ;
    if (i == step->covered_count) {
        void *list = reallocarray(step->covered, i + 1, sizeof(*step->covered));
        if (list == NULL) {
            d->rc = JY_E_NOMEM;
            return;
        }
        step->covered = list;
        step->covered[step->covered_count++] = (struct pdf_covered){ id, 0 };
    }
    step->covered[i].share += width * height / ((shown.x1 - shown.x0) * (shown.y1 - shown.y0));
    if (step->covered[i].share > COVERED_SHARE && step->overlay[0] == '\0')
        snprintf(step->overlay, sizeof(step->overlay), "object %d: later appearances cover %.0f %% of a page", qpdf_oh_get_object_id(q, annot),
                 step->covered[i].share * 100);
}

/* A widget is drawn where pages list it, whatever its own P says. Too many that refer to it: anywhere. */
static void
cover_where_listed(struct pdf_diff *d, int id, qpdf_oh widget)
{
    const struct pdf_referred *by = pdf_refs_of(d->refs, (uint32_t)id);
    qpdf_data q = d->b;
    int pages = qpdf_get_num_pages(q);

    for (int p = 0; d->rc == JY_OK && by != NULL && p < pages; p++) {
        qpdf_oh page = qpdf_get_page_n(q, (size_t)p), annots = qpdf_oh_get_key(q, page, "/Annots");
        uint32_t list = (uint32_t)qpdf_oh_get_object_id(q, qpdf_oh_is_indirect(q, annots) ? annots : page);
        bool is_listed = by->count > PDF_REFERRERS_MAX;

        for (size_t i = 0; !is_listed && i < by->count; i++)
            is_listed = by->by[i] == list;
        if (is_listed)
            cover(d, widget, page);
    }
}

/* -- new fields and widgets -- */

static const char *const widget_keys[] = { "/Type", "/Subtype", "/FT", "/T", "/TU", "/TM", "/V", "/Rect", "/P", "/F", "/Ff", "/AP", "/MK", "/BS", "/Border",
                                           "/DA", "/Q", "/Parent", "/Lock", "/SV", "/M", "/NM", "/H", "/AS", "/StructParent", "/Kids", NULL };
static const char *const impression_keys[] = { "/Type", "/Subtype", "/Rect", "/P", "/F", "/AP", "/M", "/NM", NULL };

static bool
only_keys(struct pdf_diff *d, qpdf_oh dict, const char *const *allowed, char unknown[64])
{
    struct pdf_keys keys = pdf_keys_of(d, d->b, dict);
    bool good = d->rc == JY_OK;

    for (size_t i = 0; good && i < keys.count; i++)
        if (!pdf_key_in(keys.list[i], allowed)) {
            snprintf(unknown, 64, "%s", keys.list[i]);
            good = false;
        }
    pdf_keys_free(&keys);
    return good;
}

/* The one form that is shown: no second state that a pointer or a click brings up. */
static bool
has_plain_appearance(struct pdf_diff *d, qpdf_oh dict)
{
    static const char *const only_n[] = { "/N", NULL };
    qpdf_oh ap = qpdf_oh_get_key(d->b, dict, "/AP");
    char unknown[64];

    return qpdf_oh_is_dictionary(d->b, ap) && only_keys(d, ap, only_n, unknown) && qpdf_oh_is_stream(d->b, qpdf_oh_get_key(d->b, ap, "/N"));
}

/* Something that a reader may draw, on some area of the page. */
static bool
is_seen(struct pdf_diff *d, qpdf_oh widget)
{
    double r[4];
    bool draws = qpdf_oh_has_key(d->b, widget, "/AP") || qpdf_oh_has_key(d->b, widget, "/MK") || qpdf_oh_has_key(d->b, widget, "/BS");

    return draws && !(pdf_read_box(d->b, qpdf_oh_get_key(d->b, widget, "/Rect"), r) && (r[2] - r[0] == 0 || r[3] - r[1] == 0));
}

/* Is it the field of the signature that ends this revision, and so covered by it? */
static bool
is_closed(struct pdf_diff *d, qpdf_oh field)
{
    qpdf_oh value = qpdf_oh_get_key(d->b, field, "/V");
    const struct pdf_signature *closer = d->step->closer;

    if (closer == NULL || !qpdf_oh_is_dictionary(d->b, value))
        return false;
    return qpdf_oh_is_indirect(d->b, value) ? closer->value_id == qpdf_oh_get_object_id(d->b, value)
                                            : closer->value_id == 0 && closer->field_id == qpdf_oh_get_object_id(d->b, field);
}

static void
check_new_field(struct pdf_diff *d, int id, qpdf_oh field)
{
    char unknown[64] = "";
    qpdf_oh kids = qpdf_oh_get_key(d->b, field, "/Kids");
    int count = qpdf_oh_is_array(d->b, kids) ? qpdf_oh_get_array_n_items(d->b, kids) : 0;
    bool has_value = !qpdf_oh_is_null(d->b, qpdf_oh_get_key(d->b, field, "/V"));

    if (!is_new_object(d, field)) {
        pdf_diff_refuse(d, id, "an object of the signed revision became a field");
    } else if (!is_signature_field(d->b, field) || count > KIDS_MAX) {
        pdf_diff_refuse(d, id, "a field that is no signature was added");
    } else if (!only_keys(d, field, widget_keys, unknown)) {
        pdf_diff_refuse(d, id, "the new signature field has %s", unknown);
    } else if (has_value && !is_closed(d, field)) {
        pdf_diff_refuse(d, id, "a signature field was added that its own signature does not cover");
    } else if (qpdf_oh_has_key(d->b, field, "/AP") && !has_plain_appearance(d, field)) {
        pdf_diff_refuse(d, id, "the appearance of the new signature field is not one form");
    } else if (!has_value && is_seen(d, field)) {
        pdf_diff_refuse(d, id, "a signature field that nobody signed shows something");
    } else {
        d->step->signatures += has_value && !d->step->closer->is_time_stamp;
        for (int i = 0; i < count; i++) {
            qpdf_oh kid = qpdf_oh_get_array_item(d->b, kids, i);
            if (!is_new_object(d, kid) || !only_keys(d, kid, widget_keys, unknown) || qpdf_oh_has_key(d->b, kid, "/Kids") || qpdf_oh_has_key(d->b, kid, "/T") ||
                (is_seen(d, kid) && (!has_value || !has_plain_appearance(d, kid))))
                pdf_diff_refuse(d, id, "a widget of the new signature field is not permitted: %s", unknown);
        }
    }
}

/* -- further impressions of the seal that signs -- */

/* Every XObject of the form is one of the XObjects of the signature's own appearance; how they are painted (ExtGState) is written the same in both. */
static bool
same_pictures(struct pdf_diff *d, qpdf_oh form, qpdf_oh own)
{
    static const char *const kinds[] = { "/XObject", "/ExtGState", NULL };
    qpdf_data q = d->b;
    qpdf_oh resources = qpdf_oh_get_key(q, qpdf_oh_get_dict(q, form), "/Resources"), theirs = qpdf_oh_get_key(q, qpdf_oh_get_dict(q, own), "/Resources");
    struct pdf_keys pictures = { 0 }, others = { 0 };
    char *states[2] = { NULL }, unknown[64];
    bool good = false;

    if (!qpdf_oh_is_dictionary(q, resources) || !qpdf_oh_is_dictionary(q, theirs) || !only_keys(d, resources, kinds, unknown))
        return false;
    states[0] = pdf_text(q, qpdf_oh_get_key(q, resources, "/ExtGState"));
    states[1] = pdf_text(q, qpdf_oh_get_key(q, theirs, "/ExtGState"));
    if (states[0] == NULL || states[1] == NULL)
        d->rc = JY_E_NOMEM;
    else
        good = !qpdf_oh_has_key(q, resources, "/ExtGState") || strcmp(states[0], states[1]) == 0;
    pictures = pdf_keys_of(d, q, qpdf_oh_get_key(q, resources, "/XObject"));
    others = pdf_keys_of(d, q, qpdf_oh_get_key(q, theirs, "/XObject"));
    for (size_t i = 0; good && i < pictures.count; i++) {
        int id = qpdf_oh_get_object_id(q, qpdf_oh_get_key(q, qpdf_oh_get_key(q, resources, "/XObject"), pictures.list[i]));
        bool found = false;
        for (size_t k = 0; id > 0 && k < others.count; k++)
            found = found || qpdf_oh_get_object_id(q, qpdf_oh_get_key(q, qpdf_oh_get_key(q, theirs, "/XObject"), others.list[k])) == id;
        good = found;
    }
    pdf_keys_free(&pictures);
    pdf_keys_free(&others);
    free(states[0]);
    free(states[1]);
    return good;
}

/* A Stamp annotation that shows the very picture of the signature that ends the revision: the seal at its other places. */
static void
check_impression(struct pdf_diff *d, int id, qpdf_oh annot)
{
    const struct pdf_signature *closer = d->step->closer;
    qpdf_oh form, own;
    char unknown[64] = "";

    if (closer == NULL || closer->field_id == 0 || !is_new_object(d, annot) || !only_keys(d, annot, impression_keys, unknown) ||
        !has_plain_appearance(d, annot)) {
        pdf_diff_refuse(d, id, "an annotation was added that is no impression of the signing seal %s", unknown);
        return;
    }
    form = qpdf_oh_get_key(d->b, qpdf_oh_get_key(d->b, annot, "/AP"), "/N");
    own = qpdf_oh_get_key(d->b, qpdf_oh_get_key(d->b, qpdf_get_object_by_id(d->b, closer->field_id, 0), "/AP"), "/N");
    if (!qpdf_oh_is_stream(d->b, own) || !same_pictures(d, form, own) || !pdf_draws_only_pictures(d->b, form, &d->rc))
        pdf_diff_refuse(d, id, "an annotation was added that shows something else than the signing seal");
    else
        d->step->impressions++;
}

static void
check_new_annot(struct pdf_diff *d, int id, qpdf_oh annot, qpdf_oh page)
{
    qpdf_oh field = annot;
    char unknown[64];

    if (!qpdf_oh_is_dictionary(d->b, annot)) {
        pdf_diff_refuse(d, id, "an annotation that is no dictionary was added");
        return;
    }
    if (qpdf_oh_is_name_and_equals(d->b, qpdf_oh_get_key(d->b, annot, "/Subtype"), "/Stamp")) {
        check_impression(d, id, annot);
    } else if (qpdf_oh_is_name_and_equals(d->b, qpdf_oh_get_key(d->b, annot, "/Subtype"), "/Widget") && is_signature_field(d->b, annot)) {
        if (!qpdf_oh_has_key(d->b, annot, "/FT") && qpdf_oh_has_key(d->b, annot, "/Parent"))
            field = qpdf_oh_get_key(d->b, annot, "/Parent");
        /* The field itself is judged where the form lists it: a widget of no listed field is not reached from there. */
        if (!is_new_object(d, annot) || !is_new_object(d, field) || (is_seen(d, annot) && !is_closed(d, field)))
            pdf_diff_refuse(d, id, "a signature widget was put on the page that no signature covers");
        else if (qpdf_oh_has_key(d->b, annot, "/AP") && !has_plain_appearance(d, annot))
            pdf_diff_refuse(d, id, "the appearance of the new signature widget is not one form");
        else if (!only_keys(d, annot, widget_keys, unknown))
            pdf_diff_refuse(d, id, "the new signature widget has %s", unknown);
        else                                             /* a time stamp that shows nothing is evidence; one that does is a signature like others */
            d->step->signatures += is_seen(d, annot) && d->step->closer->is_time_stamp;
    } else {
        pdf_diff_refuse(d, id, "an annotation was added");
        return;
    }
    cover(d, annot, page);
}

/* y has every item of x in the same order; what is more is put to the check. */
static void
diff_items(struct pdf_diff *d, int id, qpdf_oh x, qpdf_oh y, bool annots, qpdf_oh page)
{
    int n = qpdf_oh_is_array(d->a, x) ? qpdf_oh_get_array_n_items(d->a, x) : 0, m = qpdf_oh_is_array(d->b, y) ? qpdf_oh_get_array_n_items(d->b, y) : 0, i = 0;

    if (m < n)
        pdf_diff_refuse(d, id, annots ? "an annotation was removed" : "a field was removed");
    for (int k = 0; k < m && d->rc == JY_OK && !d->step->is_changed; k++) {
        qpdf_oh item = qpdf_oh_get_array_item(d->b, y, k);
        if (i < n && pdf_diff_same(d, qpdf_oh_get_array_item(d->a, x, i), item))
            i++;
        else if (annots)
            check_new_annot(d, qpdf_oh_is_indirect(d->b, item) ? qpdf_oh_get_object_id(d->b, item) : id, item, page);
        else
            check_new_field(d, qpdf_oh_is_indirect(d->b, item) ? qpdf_oh_get_object_id(d->b, item) : id, item);
    }
    if (i < n)
        pdf_diff_refuse(d, id, annots ? "an annotation was removed" : "a field was removed");
    pdf_diff_reach(d, y);
}

void
pdf_diff_fields(struct pdf_diff *d, int id, qpdf_oh x, qpdf_oh y)
{
    diff_items(d, id, x, y, false, y);
}

void
pdf_diff_annots(struct pdf_diff *d, int id, qpdf_oh x, qpdf_oh y, qpdf_oh page)
{
    diff_items(d, id, x, y, true, page);
}

/* -- fields of the earlier revision -- */

static void
full_name(qpdf_data q, qpdf_oh field, char *out, size_t size)
{
    const char *parts[PARENTS_MAX];
    char *texts[PARENTS_MAX];
    size_t n = 0, len = 0;

    for (size_t i = 0; i < PARENTS_MAX && qpdf_oh_is_dictionary(q, field); i++) {
        if (qpdf_oh_has_key(q, field, "/T") && (texts[n] = strdup(qpdf_oh_get_utf8_value(q, qpdf_oh_get_key(q, field, "/T")))) != NULL) {
            parts[n] = texts[n];
            n++;
        }
        field = qpdf_oh_get_key(q, field, "/Parent");
    }
    out[0] = '\0';
    for (size_t i = n; i-- > 0;) {
        int w = snprintf(out + len, size - len, "%s%s", len > 0 ? "." : "", parts[i]);
        len = w < 0 || len + (size_t)w >= size ? size - 1 : len + (size_t)w;
    }
    for (size_t i = 0; i < n; i++)
        free(texts[i]);
}

static void
note_filled(struct pdf_diff *d, qpdf_oh field)
{
    struct pdf_step *step = d->step;
    char name[256], **list;

    full_name(d->a, field, name, sizeof(name));
    for (size_t i = 0; i < step->filled_count; i++)
        if (strcmp(step->filled[i], name) == 0)
            return;
    if (step->filled_count == PDF_FILLED_MAX) {
        pdf_diff_refuse(d, qpdf_oh_get_object_id(d->a, field), "more than %d fields were filled in", PDF_FILLED_MAX);
        return;
    }
    if ((list = realloc(step->filled, (step->filled_count + 1) * sizeof(*list))) == NULL || ((step->filled = list)[step->filled_count] = strdup(name)) == NULL)
        d->rc = JY_E_NOMEM;
    else
        step->filled_count++;
}

/* Did the form that the widget shows change: another object, or the same number written anew? */
static bool
appearance_changed(struct pdf_diff *d, qpdf_oh x, qpdf_oh y)
{
    qpdf_oh u = qpdf_oh_get_key(d->a, x, "/AP"), v = qpdf_oh_get_key(d->b, y, "/AP"), n;

    if (!pdf_diff_same(d, u, v))
        return true;
    if (!qpdf_oh_is_dictionary(d->b, v))
        return false;
    n = qpdf_oh_get_key(d->b, v, "/N");
    return qpdf_oh_is_indirect(d->b, n) && pdf_change_of(d, qpdf_oh_get_object_id(d->b, n)) != NULL;
}

struct fill {
    bool is_button, value_changed;
};

static bool
fill_rule(struct pdf_diff *d, const char *key, qpdf_oh x, qpdf_oh y, void *arg)
{
    const struct fill *fill = arg;

    (void)x;
    if (strcmp(key, "/V") == 0 || strcmp(key, "/I") == 0 || strcmp(key, "/M") == 0 || strcmp(key, "/RV") == 0) {
        pdf_diff_reach(d, y);
        return true;
    }
    if (strcmp(key, "/AS") == 0)
        return fill->is_button && qpdf_oh_is_name(d->b, y);
    /* What it shows changes with its value only (shadow attacks: replace); a button has all its states from the beginning. */
    if (strcmp(key, "/AP") == 0 && !fill->is_button && fill->value_changed && qpdf_oh_is_dictionary(d->b, y)) {
        static const char *const only_n[] = { "/N", NULL };
        char unknown[64];
        pdf_diff_reach(d, y);
        return only_keys(d, y, only_n, unknown) && qpdf_oh_is_stream(d->b, qpdf_oh_get_key(d->b, y, "/N"));
    }
    return false;
}

static void
diff_filled(struct pdf_diff *d, int id, qpdf_oh x, qpdf_oh y)
{
    qpdf_oh kids = qpdf_oh_get_key(d->b, y, "/Kids");
    struct fill fill = { qpdf_oh_is_name_and_equals(d->a, pdf_inherited(d->a, x, "/FT"), "/Btn"),
                         !pdf_diff_same(d, pdf_inherited(d->a, x, "/V"), pdf_inherited(d->b, y, "/V")) };
    int count = qpdf_oh_is_array(d->b, kids) ? qpdf_oh_get_array_n_items(d->b, kids) : 0;

    pdf_diff_keys(d, id, "field", x, y, fill_rule, &fill);
    note_filled(d, x);
    if (fill.is_button || !fill.value_changed)
        return;
    /* A value that is another than what is shown: the reader decides what to show. */
    if (qpdf_oh_has_key(d->a, x, "/AP") && !appearance_changed(d, x, y))
        pdf_diff_refuse(d, id, "the value of the field was changed and its appearance was not");
    for (int i = 0; i < count && i < KIDS_MAX; i++) {
        qpdf_oh kid = qpdf_oh_get_array_item(d->b, kids, i), old = qpdf_oh_get_array_item(d->a, qpdf_oh_get_key(d->a, x, "/Kids"), i);
        if (qpdf_oh_is_dictionary(d->b, kid) && !qpdf_oh_has_key(d->b, kid, "/T") && qpdf_oh_has_key(d->b, kid, "/AP") && !appearance_changed(d, old, kid))
            pdf_diff_refuse(d, id, "the value of the field was changed and the appearance of a widget was not");
    }
}

static bool
signing_rule(struct pdf_diff *d, const char *key, qpdf_oh x, qpdf_oh y, void *arg)
{
    static const char *const keys[] = { "/V", "/M", "/MK", NULL };

    pdf_diff_reach(d, y);
    if (strcmp(key, "/AP") == 0)
        return has_plain_appearance(d, *(qpdf_oh *)arg);
    if (strcmp(key, "/F") == 0)
        return qpdf_oh_is_integer(d->b, y);
    /* Of a layer P is its policy, of a font Subtype its kind: what comes to a field is a field's. */
    if (strcmp(key, "/P") == 0)
        return (qpdf_oh_is_null(d->a, x) || qpdf_oh_is_dictionary(d->a, x)) && (qpdf_oh_is_null(d->b, y) || qpdf_oh_is_dictionary(d->b, y));
    if (strcmp(key, "/Type") == 0)
        return qpdf_oh_is_null(d->a, x) && qpdf_oh_is_name_and_equals(d->b, y, "/Annot");
    if (strcmp(key, "/Subtype") == 0)
        return qpdf_oh_is_null(d->a, x) && qpdf_oh_is_name_and_equals(d->b, y, "/Widget");
    return pdf_key_in(key, keys);
}

static bool
kids_rule(struct pdf_diff *d, const char *key, qpdf_oh x, qpdf_oh y, void *arg)
{
    if (strcmp(key, "/Kids") != 0)
        return false;
    pdf_diff_fields(d, *(int *)arg, x, y);
    return true;
}

void
pdf_diff_field(struct pdf_diff *d, int id, qpdf_oh x, qpdf_oh y)
{
    if (!qpdf_oh_is_name(d->a, pdf_inherited(d->a, x, "/FT"))) {          /* a node of the tree of fields */
        pdf_diff_keys(d, id, "field", x, y, kids_rule, &id);
    } else if (!is_signature_field(d->a, x)) {
        diff_filled(d, id, x, y);
    } else if (!qpdf_oh_is_null(d->a, qpdf_oh_get_key(d->a, x, "/V"))) {
        pdf_diff_refuse(d, id, "the field of an earlier signature was changed");
    } else if (!is_closed(d, y) && qpdf_oh_is_array(d->a, qpdf_oh_get_key(d->a, x, "/Kids")) && !qpdf_oh_has_key(d->a, x, "/Subtype")) {
        pdf_diff_keys(d, id, "field", x, y, kids_rule, &id);          /* what its kids inherit; each of them is a signature of its own */
    } else if (!is_closed(d, y)) {
        pdf_diff_refuse(d, id, "a signature field was changed and not signed");
    } else {
        pdf_diff_keys(d, id, "signature field", x, y, signing_rule, &y);
        d->step->signatures += !d->step->closer->is_time_stamp || is_seen(d, y);
        cover_where_listed(d, id, y);
    }
}

bool
pdf_is_filled_appearance(struct pdf_diff *d, int id, qpdf_oh x, qpdf_oh y)
{
    static const char *const frame[] = { "/BBox", "/Matrix", "/Subtype" };
    const struct pdf_referred *by = pdf_refs_of(d->refs, (uint32_t)id);
    qpdf_oh field, later;

    if (by == NULL || by->count != 1 || by->places != PDF_IN_APPEARANCE)
        return false;
    field = qpdf_get_object_by_id(d->a, (int)by->by[0], 0);
    later = qpdf_get_object_by_id(d->b, (int)by->by[0], 0);
    for (size_t i = 0; i < 3; i++)
        if (!pdf_diff_same(d, qpdf_oh_get_key(d->a, qpdf_oh_get_dict(d->a, x), frame[i]), qpdf_oh_get_key(d->b, qpdf_oh_get_dict(d->b, y), frame[i])))
            return false;
    pdf_diff_reach(d, qpdf_oh_get_dict(d->b, y));
    return qpdf_oh_is_dictionary(d->a, field) && qpdf_oh_is_dictionary(d->b, later) && pdf_is_field(d->a, field) && !is_signature_field(d->a, field) &&
        !qpdf_oh_is_name_and_equals(d->a, pdf_inherited(d->a, field, "/FT"), "/Btn") && qpdf_oh_is_name(d->a, pdf_inherited(d->a, field, "/FT")) &&
        qpdf_oh_get_object_id(d->a, qpdf_oh_get_key(d->a, qpdf_oh_get_key(d->a, field, "/AP"), "/N")) == id &&
        !pdf_diff_same(d, pdf_inherited(d->a, field, "/V"), pdf_inherited(d->b, later, "/V"));
}
