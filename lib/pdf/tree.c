/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Do all readers show the same pages in the same order, turned and cropped alike? Some walk the tree from its root, some go up from a page by Parent,
 * some leap over subtrees by Count (ISO 32000-2 7.7.3). A stamp is placed on a page by its number, and on what is seen of it.
 */
#include "pdf/pdf.h"

#include <math.h>

#define TREE_DEPTH_MAX 60              /* less than pdf_inherited climbs */
#define REACH_MAX 1e6                  /* user units: beyond, single precision is coarser than a tenth of a point */
#define UNIT_MAX 1000.0                /* beyond, the four decimals that are written are coarser than 0.02 mm */
#define BEYOND_SLACK 0.5               /* user units: boxes that were rounded apart */

struct walk {
    qpdf_data q;
    size_t pages;
    struct jy_fault *fault;
};

static jy_err
walk_node(struct walk *w, qpdf_oh node, int depth)
{
    qpdf_data q = w->q;
    qpdf_oh kids = qpdf_oh_get_key(q, node, "/Kids");
    int id = qpdf_oh_get_object_id(q, node), n = qpdf_oh_is_array(q, kids) ? qpdf_oh_get_array_n_items(q, kids) : 0;
    size_t before = w->pages;
    long long count;
    jy_err rc = JY_OK;

    if (depth > TREE_DEPTH_MAX)
        return jy_fail(w->fault, JY_E_LIMIT, "PDF page tree", 0, "deeper than %d nodes", TREE_DEPTH_MAX);
    for (int i = 0; rc == JY_OK && i < n; i++) {
        qpdf_oh kid = qpdf_oh_get_array_item(q, kids, i), parent = qpdf_oh_get_key_if_dict(q, kid, "/Parent");

        if (!qpdf_oh_is_dictionary(q, parent) || id == 0 || qpdf_oh_get_object_id(q, parent) != id)
            return jy_fail(w->fault, JY_E_AMBIGUOUS, "PDF page tree", 0, "object %d stands below object %d and does not name it as its Parent",
                           qpdf_oh_get_object_id(q, kid), id);
        if (qpdf_oh_has_key(q, kid, "/Kids"))
            rc = walk_node(w, kid, depth + 1);
        else
            w->pages++;
        qpdf_oh_release(q, parent);
        qpdf_oh_release(q, kid);
    }
    if (rc == JY_OK && (!qpdf_oh_get_value_as_longlong(q, qpdf_oh_get_key(q, node, "/Count"), &count) || count != (long long)(w->pages - before)))
        rc = jy_fail(w->fault, JY_E_AMBIGUOUS, "PDF page tree", 0, "Count of object %d is not the %zu pages below it", id, w->pages - before);
    qpdf_oh_release(q, kids);
    return rc;
}

jy_err
pdf_refuse_tree(const struct pdf *pdf, struct jy_fault *fault)
{
    qpdf_data q = pdf->q;
    struct walk w = { .q = q, .fault = fault };
    jy_err rc = walk_node(&w, qpdf_oh_get_key(q, qpdf_get_root(q), "/Pages"), 1);     /* qpdf has refused a root with a Parent */

    if (rc == JY_OK && w.pages != pdf->page_count)
        rc = jy_fail(fault, JY_E_AMBIGUOUS, "PDF page tree", 0, "%zu pages, and %zu by another way", w.pages, pdf->page_count);
    qpdf_oh_release_all(q);
    return rc;
}

/* Does the crop box reach so far that a reader takes the media box's whole side, and another their common part? */
static bool
reaches_beyond(const double media[4], const double crop[4])
{
    for (int i = 0; i < 2; i++) {
        double side = media[i + 2] - media[i], both = fmin(media[i + 2], crop[i + 2]) - fmax(media[i], crop[i]);

        if (both <= 0 || (crop[i + 2] - crop[i] > side && both < side - BEYOND_SLACK))
            return true;
    }
    return false;
}

const char *
pdf_page_doubt(qpdf_data q, qpdf_oh page)
{
    qpdf_oh rotate = pdf_inherited(q, page, "/Rotate"), crop = pdf_inherited(q, page, "/CropBox"), unit = qpdf_oh_get_key(q, page, "/UserUnit");
    double media[4], cut[4], per_unit = 1;
    long long turn = 0;

    if (!pdf_read_box(q, pdf_inherited(q, page, "/MediaBox"), media))
        return "no MediaBox";
    for (int i = 0; i < 4; i++)
        if (fabs(media[i]) > REACH_MAX)
            return "a MediaBox too far from the origin";
    if (!qpdf_oh_is_null(q, crop)) {
        if (!pdf_read_box(q, crop, cut))
            return "a CropBox that is none";
        if (cut[2] > cut[0] && cut[3] > cut[1] && reaches_beyond(media, cut))
            return "a CropBox that reaches beyond the MediaBox";
    }
    if (!qpdf_oh_is_null(q, rotate) && (!qpdf_oh_get_value_as_longlong(q, rotate, &turn) || turn % 90 != 0))
        return "a Rotate that is no multiple of 90";
    if (!qpdf_oh_is_null(q, unit) && (!qpdf_oh_get_value_as_number(q, unit, &per_unit) || !(per_unit > 0 && per_unit <= UNIT_MAX)))
        return "a UserUnit out of range";
    return NULL;
}
