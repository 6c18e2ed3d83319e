/* SPDX-License-Identifier: Apache-2.0 */
/* diff_inside.h: one comparison, as diff.c (catalog, pages, what is left over), diff_evidence.c (the DSS) and diff_fields.c
 * (fields, widgets, appearances) share it. */
#ifndef JY_PDF_DIFF_INSIDE_H
#define JY_PDF_DIFF_INSIDE_H

#include "pdf/diff.h"

struct pdf_diff {
    qpdf_data a, b;                   /* the earlier and the later revision */
    struct pdf_change *changes;
    size_t count;
    const struct pdf_refs *refs;
    struct pdf_step *step;
    jy_err rc;
};
/** Names of a dictionary's keys, in one block; free list. NULL on no memory. */
struct pdf_keys {
    char **list;
    size_t count;
};
struct pdf_keys pdf_keys_of(struct pdf_diff *d, qpdf_data q, qpdf_oh dict);
void pdf_keys_free(struct pdf_keys *keys);
/** May key of this object change from x to y? Notes what it permits. */
typedef bool (*pdf_key_rule)(struct pdf_diff *d, const char *key, qpdf_oh x, qpdf_oh y, void *arg);
/** Every key that differs is put to the rule; the first that it does not permit is told as a change of object id. */
void pdf_diff_keys(struct pdf_diff *d, int id, const char *what, qpdf_oh x, qpdf_oh y, pdf_key_rule rule, void *arg);
/** Not permitted: the first reason is kept. */
void pdf_diff_refuse(struct pdf_diff *d, int id, const char *fmt, ...) JY_PRINTF(3, 4);
bool pdf_diff_same(struct pdf_diff *d, qpdf_oh x, qpdf_oh y);
struct pdf_change *pdf_change_of(struct pdf_diff *d, int id);
/** Marks the new objects that are used from here. */
void pdf_diff_reach(struct pdf_diff *d, qpdf_oh oh);
bool pdf_key_in(const char *key, const char *const *list);

/** Items of y that are not in x: fields of the form, or (page not null) annotations of a page. */
void pdf_diff_fields(struct pdf_diff *d, int id, qpdf_oh x, qpdf_oh y);
void pdf_diff_annots(struct pdf_diff *d, int id, qpdf_oh x, qpdf_oh y, qpdf_oh page);
/** The DSS of the catalog, from x (or nothing) to y; id is the object that it stands in. */
void pdf_diff_evidence(struct pdf_diff *d, int id, qpdf_oh x, qpdf_oh y);
/** Is id a dictionary or array of the DSS and of nothing else, and may it change as it does? Its streams are never changed, only added. */
bool pdf_diff_of_evidence(struct pdf_diff *d, int id, qpdf_oh x, qpdf_oh y);
/** A field or widget of the earlier revision that is another now. */
void pdf_diff_field(struct pdf_diff *d, int id, qpdf_oh x, qpdf_oh y);
/** Is it a field or the widget of one? */
bool pdf_is_field(qpdf_data q, qpdf_oh oh);
/** An appearance stream, written anew under its number, of a field that was filled in and of nothing else. */
bool pdf_is_filled_appearance(struct pdf_diff *d, int id, qpdf_oh x, qpdf_oh y);

#endif
