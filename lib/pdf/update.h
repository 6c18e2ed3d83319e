/* SPDX-License-Identifier: Apache-2.0 */
/* update.h: an incremental update in the making (ISO 32000 7.5.6): the original bytes stay, objects are appended, an xref of the same kind follows. */
#ifndef JY_PDF_UPDATE_H
#define JY_PDF_UPDATE_H

#include "pdf/pdf.h"

struct pdf_written {
    int id, generation;
    size_t offset;                    /* from the header */
};
/** The first error stays in rc and makes the rest do nothing. */
struct pdf_update {
    struct pdf *pdf;
    struct jy_buf bytes;              /* what is appended */
    struct pdf_written *objects;
    size_t count, cap;
    int next_id;
    jy_err rc;
};

/**
 * Begin: next_id is a number that the file neither gives nor mentions. A reference to an object that is not there is null (7.3.10), and must not
 * come to life as a part of the update. Errors: JY_E_DAMAGED (Size), JY_E_LIMIT, those of reading the objects.
 */
JY_CHECK jy_err pdf_update_begin(struct pdf_update *u, struct pdf *pdf, struct jy_fault *fault);
void pdf_add(struct pdf_update *u, const char *text);
#define PDF_ADD(u, ...)                                       \
    do {                                                      \
        if ((u)->rc == JY_OK)                                 \
            (u)->rc = jy_buf_fmt(&(u)->bytes, __VA_ARGS__);   \
    } while (0)
void pdf_begin_object(struct pdf_update *u, int id, int generation);
/** The same for an object that stands in the file: its new version. */
void pdf_begin_version(struct pdf_update *u, qpdf_oh object);
/** All entries of a dictionary but the ones named (ends with NULL), as they are; references stay references. */
void pdf_copy_entries(struct pdf_update *u, qpdf_oh dict, const char *const *but);
/** All items of an array; nothing when it is none. */
void pdf_copy_items(struct pdf_update *u, qpdf_oh array);
/** A stream of these entries, deflated here. */
void pdf_add_stream(struct pdf_update *u, int id, const char *entries, struct jy_slice plain);
/** The cross-reference section of all objects begun, trailer and end. */
void pdf_add_xref(struct pdf_update *u);
void pdf_update_free(struct pdf_update *u);
/** Where the value of a signature will stand; offsets in the update. */
struct pdf_slot {
    size_t range_at, contents_at, contents_len;
};
/** Entries ByteRange and Contents of a signature dictionary, with room for a value of hex digits. */
void pdf_add_slot(struct pdf_update *u, size_t hex, struct pdf_slot *slot);
/** The update is complete: name the range, take the digest, hand over the file and the name of the slot. */
JY_CHECK jy_err pdf_close_slot(struct pdf_update *u, const struct pdf_slot *slot, struct jy_prepared *out);
/** The digest that the value of a still empty slot must carry; *at gets where the slot begins. Errors: JY_E_ARGUMENT (no such slot, or filled). */
JY_CHECK jy_err pdf_slot_digest(struct jy_slice prepared, const char *slot, size_t *at, uint8_t out[JY_SM3_SIZE], struct jy_fault *fault);
/** The file with this value in its slot; borrows prepared. Errors: JY_E_ARGUMENT, JY_E_LIMIT (does not fit). */
JY_CHECK jy_err pdf_fill_slot(struct jy_slice prepared, const char *slot, struct jy_slice value, struct jy_pieces *out, struct jy_fault *fault);
/** The entries of the form without its << >>: as they are, with one more field, without NeedAppearances. form may be null. */
void pdf_add_form_entries(struct pdf_update *u, qpdf_oh form, int field_id);
/** What shows of a stamp as a Rect: lower-left, upper-right (x, y). */
void pdf_rect_of(const struct pdf_page *page, const struct jy_stamp_place *place, double out[4]);
/** The form that draws what shows of the picture, upright on the page as displayed. */
void pdf_add_form(struct pdf_update *u, int form_id, int image_id, const struct pdf_page *page, const struct jy_stamp_place *place);
/** The seal's picture as an image and, where it is not opaque, its mask. Errors: those of jy_picture_pdf. */
JY_CHECK jy_err pdf_add_picture(struct pdf_update *u, const struct jy_seal *seal, int image_id, struct jy_fault *fault);

#endif
