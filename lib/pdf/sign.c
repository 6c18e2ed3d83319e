/* SPDX-License-Identifier: Apache-2.0 */
/* One stamp = one incremental update (ISO 32000 7.5.6): the original bytes stay, objects are appended, an xref of the same kind follows. */
#include "pdf/pdf.h"

#include "codec/text.h"

#include <jinyin/picture.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define CONTENTS_MIN 32768            /* hex digits */
#define RANGE_WIDTH 36                /* room for three numbers of ByteRange */

struct update {
    struct pdf *pdf;
    struct jy_buf bytes;              /* what is appended */
    struct { int id, generation; size_t offset; } objects[512];   /* offsets from the header */
    size_t count;
    int next_id;
    jy_err rc;
};

static void
add(struct update *u, const char *text)
{
    if (u->rc == JY_OK)
        u->rc = jy_buf_text(&u->bytes, text);
}

#define ADD(u, ...)                                           \
    do {                                                      \
        if ((u)->rc == JY_OK)                                 \
            (u)->rc = jy_buf_fmt(&(u)->bytes, __VA_ARGS__);   \
    } while (0)

static void
begin_object(struct update *u, int id, int generation)
{
    if (u->count == sizeof(u->objects) / sizeof(u->objects[0])) {
        u->rc = JY_E_LIMIT;
        return;
    }
    u->objects[u->count].id = id;
    u->objects[u->count].generation = generation;
    u->objects[u->count++].offset = u->pdf->file.len + u->bytes.len - u->pdf->header;
    ADD(u, "%d %d obj\n", id, generation);
}

/* All entries of a dictionary but the ones named, as they are; references stay references. */
static void
copy_entries(struct update *u, qpdf_oh dict, const char *const *but)
{
    qpdf_data q = u->pdf->q;
    char *keys[1024];
    size_t count = 0;

    for (qpdf_oh_begin_dict_key_iter(q, dict); qpdf_oh_dict_more_keys(q) && count < 1024;)
        keys[count++] = strdup(qpdf_oh_dict_next_key(q));
    for (size_t i = 0; i < count; i++) {
        bool left_out = keys[i] == NULL;
        for (const char *const *b = but; !left_out && *b != NULL; b++)
            left_out = strcmp(*b, keys[i]) == 0;
        if (!left_out) {
            qpdf_oh name = qpdf_oh_new_name(q, keys[i]);
            char *key = pdf_text(q, name), *value = pdf_text(q, qpdf_oh_get_key(q, dict, keys[i]));
            ADD(u, "%s %s\n", key, value);
            free(key);
            free(value);
        }
        free(keys[i]);
    }
    if (count == 1024)
        u->rc = JY_E_LIMIT;
}

static void
copy_items(struct update *u, qpdf_oh array)
{
    qpdf_data q = u->pdf->q;

    for (int i = 0; qpdf_oh_is_array(q, array) && i < qpdf_oh_get_array_n_items(q, array); i++) {
        char *item = pdf_text(q, qpdf_oh_get_array_item(q, array, i));
        ADD(u, "%s ", item);
        free(item);
    }
}

static void
add_stream(struct update *u, int id, const char *entries, struct jy_slice plain)
{
    uLongf len = compressBound(plain.len);
    uint8_t *packed = malloc(len);

    begin_object(u, id, 0);
    if (packed == NULL || compress2(packed, &len, plain.p, plain.len, 4) != Z_OK)
        u->rc = JY_E_NOMEM;
    ADD(u, "<< %s /Filter /FlateDecode /Length %lu >>\nstream\n", entries, (unsigned long)len);
    if (u->rc == JY_OK)
        u->rc = jy_buf_add(&u->bytes, JY_SLICE(packed, len));
    add(u, "\nendstream\nendobj\n");
    free(packed);
}

static void
add_packed(struct update *u, int id, const char *entries, int mask_id, struct jy_slice data)
{
    begin_object(u, id, 0);
    ADD(u, "<< %s ", entries);
    if (mask_id != 0)
        ADD(u, "/SMask %d 0 R ", mask_id);
    ADD(u, "/Length %zu >>\nstream\n", data.len);
    if (u->rc == JY_OK)
        u->rc = jy_buf_add(&u->bytes, data);
    add(u, "\nendstream\nendobj\n");
}

/* The seal's picture as an image and, where it is not opaque, its mask. */
static jy_err
add_picture(struct update *u, const struct jy_seal *seal, int image_id, struct jy_fault *fault)
{
    struct jy_picture_pdf picture;
    int mask_id = 0;
    jy_err rc = jy_picture_pdf(jy_seal_picture(seal), jy_seal_picture_type(seal), jy_seal_width_mm(seal), jy_seal_height_mm(seal), &picture, fault);

    if (rc != JY_OK)
        return rc;
    if (picture.has_mask) {
        mask_id = u->next_id++;
        add_packed(u, mask_id, picture.mask_entries, 0, jy_buf_slice(&picture.mask));
    }
    add_packed(u, image_id, picture.image_entries, mask_id, jy_buf_slice(&picture.image));
    jy_picture_pdf_free(&picture);
    return u->rc;
}

/* Where a displayed box lies in user space (mm from the displayed page's top-left corner, y down). */
static void
rect_of(const struct pdf_page *p, const struct jy_stamp_place *place, double out[4])
{
    const struct jy_box seen = jy_place_visible(place);
    double k = 1 / (MM_PER_POINT * p->unit), x = seen.x_mm * k, y = seen.y_mm * k, w = seen.width_mm * k, h = seen.height_mm * k;

    switch (p->rotate) {
    case 90:
        out[0] = p->x0 + y, out[1] = p->y0 + x, out[2] = out[0] + h, out[3] = out[1] + w;
        break;
    case 180:
        out[0] = p->x1 - x - w, out[1] = p->y0 + y, out[2] = out[0] + w, out[3] = out[1] + h;
        break;
    case 270:
        out[0] = p->x1 - y - h, out[1] = p->y1 - x - w, out[2] = out[0] + h, out[3] = out[1] + w;
        break;
    default:
        out[0] = p->x0 + x, out[1] = p->y1 - y - h, out[2] = out[0] + w, out[3] = out[1] + h;
    }
}

/* The form turns against the page, so that the stamp stands upright as displayed. Its BBox is what shows of the picture. */
static void
add_form(struct update *u, int form_id, int image_id, const struct pdf_page *p, const struct jy_stamp_place *place)
{
    static const char *const turns[] = { "1 0 0 1 0 0", "0 1 -1 0 0 0", "-1 0 0 -1 0 0", "0 -1 1 0 0 0" };
    double k = 1 / (MM_PER_POINT * p->unit), w = place->width_mm * k, h = place->height_mm * k;
    const struct jy_box seen = jy_place_visible(place);
    double left = (seen.x_mm - place->x_mm) * k, bottom = h - (seen.y_mm - place->y_mm + seen.height_mm) * k;
    char entries[256], content[96];

    snprintf(entries, sizeof(entries), "/Type /XObject /Subtype /Form /BBox [%.4f %.4f %.4f %.4f] /Matrix [%s] /Resources << /XObject << /Im0 %d 0 R >> >>",
             left, bottom, left + seen.width_mm * k, bottom + seen.height_mm * k, turns[p->rotate / 90], image_id);
    snprintf(content, sizeof(content), "q %.4f 0 0 %.4f 0 0 cm /Im0 Do Q", w, h);
    add_stream(u, form_id, entries, jy_slice_text(content));
}

/* Catalog and AcroForm with the new field. */
static void
add_to_form(struct update *u, int field_id)
{
    static const char *const not_these[] = { "/Fields", "/SigFlags", "/NeedAppearances", NULL };
    static const char *const not_form[] = { "/AcroForm", NULL };
    qpdf_data q = u->pdf->q;
    qpdf_oh root = qpdf_get_root(q), form = qpdf_oh_get_key(q, root, "/AcroForm");
    bool has_form = qpdf_oh_is_dictionary(q, form), own_object = has_form && qpdf_oh_is_indirect(q, form);
    int id = own_object ? qpdf_oh_get_object_id(q, form) : u->next_id++;

    begin_object(u, id, own_object ? qpdf_oh_get_generation(q, form) : 0);
    add(u, "<<\n");
    if (has_form)
        copy_entries(u, form, not_these);
    add(u, "/Fields [ ");
    if (has_form)
        copy_items(u, qpdf_oh_get_key(q, form, "/Fields"));
    ADD(u, "%d 0 R ]\n/SigFlags 3\n>>\nendobj\n", field_id);
    if (own_object)
        return;
    begin_object(u, qpdf_oh_get_object_id(q, root), qpdf_oh_get_generation(q, root));
    add(u, "<<\n");
    copy_entries(u, root, not_form);
    ADD(u, "/AcroForm %d 0 R\n>>\nendobj\n", id);
}

static void
add_to_page(struct update *u, size_t index, const int *annots, const struct jy_stamp_place *places, size_t count)
{
    static const char *const not_annots[] = { "/Annots", NULL };
    qpdf_data q = u->pdf->q;
    qpdf_oh page = qpdf_get_page_n(q, index);

    begin_object(u, qpdf_oh_get_object_id(q, page), qpdf_oh_get_generation(q, page));
    add(u, "<<\n");
    copy_entries(u, page, not_annots);
    add(u, "/Annots [ ");
    copy_items(u, qpdf_oh_get_key(q, page, "/Annots"));
    for (size_t i = 0; i < count; i++)
        if ((size_t)places[i].page == index + 1)
            ADD(u, "%d 0 R ", annots[i]);
    add(u, "]\n>>\nendobj\n");
}

static int
by_id(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static void
add_trailer_entries(struct update *u)
{
    static const char *const kept[] = { "/Root", "/Info", "/ID" };
    qpdf_data q = u->pdf->q;
    qpdf_oh trailer = qpdf_get_trailer(q);

    for (size_t i = 0; i < 3; i++)
        if (qpdf_oh_has_key(q, trailer, kept[i])) {
            char *value = pdf_text(q, qpdf_oh_get_key(q, trailer, kept[i]));
            ADD(u, "%s %s\n", kept[i], value);
            free(value);
        }
    ADD(u, "/Prev %zu\n", u->pdf->startxref);
}

static void
add_xref(struct update *u)
{
    size_t at;

    if (u->pdf->xref_is_stream) {
        begin_object(u, u->next_id, 0);                      /* lists itself */
        u->next_id++;
        at = u->objects[u->count - 1].offset;
        qsort(u->objects, u->count, sizeof(u->objects[0]), by_id);
        ADD(u, "<< /Type /XRef /Size %d /W [1 8 2] /Index [", u->next_id);
        for (size_t i = 0; i < u->count; i++)
            ADD(u, " %d 1", u->objects[i].id);
        add(u, " ]\n");
        add_trailer_entries(u);
        ADD(u, "/Length %zu >>\nstream\n", u->count * 11);
        for (size_t i = 0; i < u->count && u->rc == JY_OK; i++) {
            uint8_t row[11] = { 1 };
            for (int k = 0; k < 8; k++)
                row[1 + k] = (uint8_t)((uint64_t)u->objects[i].offset >> (8 * (7 - k)));
            row[9] = (uint8_t)(u->objects[i].generation >> 8);
            row[10] = (uint8_t)u->objects[i].generation;
            u->rc = jy_buf_add(&u->bytes, JY_SLICE(row, sizeof(row)));
        }
        add(u, "\nendstream\nendobj\n");
    } else {
        at = u->pdf->file.len + u->bytes.len - u->pdf->header;
        qsort(u->objects, u->count, sizeof(u->objects[0]), by_id);
        add(u, "xref\n");
        for (size_t i = 0; i < u->count; i++)
            ADD(u, "%d 1\n%010zu %05d n \n", u->objects[i].id, u->objects[i].offset, u->objects[i].generation);
        ADD(u, "trailer\n<<\n/Size %d\n", u->next_id);
        add_trailer_entries(u);
        add(u, ">>\n");
    }
    ADD(u, "startxref\n%zu\n%%%%EOF\n", at);
}

/* Name the range and take the digest over it. */
static jy_err
name_range(struct update *u, size_t range_at, size_t contents_at, size_t contents_len, struct jy_prepared *out)
{
    size_t a = u->pdf->file.len + contents_at, b = a + contents_len, end = u->pdf->file.len + u->bytes.len;
    struct jy_sm3_ctx *sm3 = NULL;
    char numbers[RANGE_WIDTH + 1];
    jy_err rc;

    snprintf(numbers, sizeof(numbers), "%zu %zu %zu", a, b, end - b);
    memcpy(u->bytes.p + range_at, numbers, strlen(numbers));
    snprintf(out->property_info, sizeof(out->property_info), "/ByteRange [0 %s]", numbers);
    snprintf(out->slot, sizeof(out->slot), "contents:%zu:%zu", a, contents_len);
    if ((rc = jy_sm3_new(&sm3)) == JY_OK && (rc = jy_sm3_update(sm3, u->pdf->file)) == JY_OK &&
        (rc = jy_sm3_update(sm3, JY_SLICE(u->bytes.p, contents_at))) == JY_OK &&
        (rc = jy_sm3_update(sm3, JY_SLICE(u->bytes.p + contents_at + contents_len, u->bytes.len - contents_at - contents_len))) == JY_OK)
        rc = jy_sm3_finish(sm3, out->data_hash);
    jy_sm3_free(sm3);
    return rc;
}

/* A name that no field has: Jinyin and the object number. */
static void
add_signature_field(struct update *u, int field_id, int value_id, int form_id, const struct pdf_page *page, const struct jy_stamp_place *place)
{
    qpdf_data q = u->pdf->q;
    qpdf_oh object = qpdf_get_page_n(q, (size_t)place->page - 1);
    double rect[4];

    rect_of(page, place, rect);
    begin_object(u, field_id, 0);
    ADD(u, "<< /Type /Annot /Subtype %s /Rect [%.4f %.4f %.4f %.4f] /F 132 /P %d %d R /AP << /N %d 0 R >>", value_id != 0 ? "/Widget" : "/Stamp",
        rect[0], rect[1], rect[2], rect[3], qpdf_oh_get_object_id(q, object), qpdf_oh_get_generation(q, object), form_id);
    if (value_id != 0)
        ADD(u, " /FT /Sig /T (Jinyin%d) /V %d 0 R", field_id, value_id);
    add(u, " >>\nendobj\n");
}

jy_err
pdf_prepare(void *impl, struct jy_slice seal_der, const struct jy_stamp_place *places, size_t count, jy_time now, struct jy_prepared *out,
            struct jy_fault *fault)
{
    struct update u = { .pdf = impl };
    struct jy_seal *seal = NULL;
    long long size = 0;
    size_t hex, range_at, contents_at;
    int value_id, image_id, annots[JY_PDF_PLACES_MAX];
    jy_err rc;

    (void)now;                                               /* the time stands in SES_Signature, where it is signed */
    if (count > JY_PDF_PLACES_MAX)
        return jy_fail(fault, JY_E_LIMIT, "places", 0, "%zu, %d are allowed", count, JY_PDF_PLACES_MAX);
    if ((rc = jy_seal_parse(seal_der, &seal, fault)) != JY_OK)
        return rc;
    qpdf_oh_get_value_as_longlong(u.pdf->q, qpdf_oh_get_key(u.pdf->q, qpdf_get_trailer(u.pdf->q), "/Size"), &size);
    if (size < 1 || size > JY_PDF_NUMBER_MAX) {
        rc = jy_fail(fault, JY_E_DAMAGED, "PDF /Size", 0, "%lld", size);
        goto out;
    }
    u.next_id = (int)size;
    value_id = u.next_id++;
    image_id = u.next_id++;
    add(&u, "\n");
    begin_object(&u, value_id, 0);
    hex = 2 * (seal_der.len + 16384) > CONTENTS_MIN ? 2 * (seal_der.len + 16384) : CONTENTS_MIN;
    add(&u, "<< /Type /Sig /Filter /GM.PKILite /SubFilter /GM.sm2seal /ByteRange [0 ");
    range_at = u.bytes.len;
    ADD(&u, "%*s] /Contents ", RANGE_WIDTH, "");
    contents_at = u.bytes.len;
    if (u.rc == JY_OK && (u.rc = jy_buf_reserve(&u.bytes, hex + 2)) == JY_OK) {
        u.bytes.p[contents_at] = '<';
        memset(u.bytes.p + contents_at + 1, '0', hex);
        u.bytes.p[contents_at + hex + 1] = '>';
        u.bytes.len += hex + 2;
    }
    add(&u, " >>\nendobj\n");
    if ((rc = u.rc) != JY_OK || (rc = add_picture(&u, seal, image_id, fault)) != JY_OK)
        goto out;
    for (size_t i = 0; i < count; i++) {                     /* one widget a field (PDF 2.0): the others are stamps */
        const struct pdf_page *page = &u.pdf->pages[places[i].page - 1];
        int form_id = u.next_id++;
        annots[i] = u.next_id++;
        add_form(&u, form_id, image_id, page, &places[i]);
        add_signature_field(&u, annots[i], i == 0 ? value_id : 0, form_id, page, &places[i]);
    }
    add_to_form(&u, annots[0]);
    for (size_t i = 0; i < count; i++) {
        bool done = false;
        for (size_t k = 0; k < i; k++)
            done = done || places[k].page == places[i].page;
        if (!done)
            add_to_page(&u, (size_t)places[i].page - 1, annots, places, count);
    }
    add_xref(&u);
    if ((rc = u.rc) != JY_OK || (rc = name_range(&u, range_at, contents_at, hex + 2, out)) != JY_OK ||
        (rc = jy_pieces_borrow(&out->file, u.pdf->file)) != JY_OK)
        goto out;
    rc = jy_pieces_take(&out->file, &u.bytes);
out:
    jy_buf_free(&u.bytes);
    jy_seal_free(seal);
    return rc == JY_OK || (fault != NULL && fault->err == rc) ? rc : jy_fail(fault, rc, "PDF", 0, "the update cannot be written");
}

jy_err
pdf_digest(struct jy_slice file, size_t a, size_t b, size_t end, uint8_t out[JY_SM3_SIZE])
{
    struct jy_sm3_ctx *sm3 = NULL;
    jy_err rc;

    if ((rc = jy_sm3_new(&sm3)) == JY_OK && (rc = jy_sm3_update(sm3, JY_SLICE(file.p, a))) == JY_OK &&
        (rc = jy_sm3_update(sm3, JY_SLICE(file.p + b, end - b))) == JY_OK)
        rc = jy_sm3_finish(sm3, out);
    jy_sm3_free(sm3);
    return rc;
}

jy_err
pdf_finish(struct jy_slice prepared, const char *slot, struct jy_slice ses_der, struct jy_pieces *out, struct jy_fault *fault)
{
    struct jy_ses *ses = NULL;
    struct jy_buf hex = { 0 };
    uint8_t digest[JY_SM3_SIZE];
    size_t at, len;
    int n = 0;
    jy_err rc;

    if (sscanf(slot, "contents:%zu:%zu%n", &at, &len, &n) != 2 || slot[n] != '\0' || len < 4 || at >= prepared.len || len > prepared.len - at ||
        prepared.p[at] != '<' || prepared.p[at + len - 1] != '>')
        return jy_fail(fault, JY_E_ARGUMENT, "slot", 0, "is not a place for a signature in this file");
    for (size_t i = at + 1; i < at + len - 1; i++)
        if (prepared.p[i] != '0')
            return jy_fail(fault, JY_E_ARGUMENT, "slot", i, "is filled already");
    if (ses_der.len * 2 > len - 2)
        return jy_fail(fault, JY_E_LIMIT, "slot", 0, "%zu bytes do not fit into %zu", ses_der.len, (len - 2) / 2);
    if ((rc = pdf_digest(prepared, at, at + len, prepared.len, digest)) != JY_OK || (rc = jy_ses_parse(ses_der, &ses, fault)) != JY_OK)
        return rc;
    if (!jy_slice_equal(jy_ses_data_hash(ses), JY_SLICE(digest, sizeof(digest)))) {
        rc = jy_fail(fault, JY_E_DOCUMENT_CHANGED, "dataHash", 0, "the signature is for another document");
        goto out;
    }
    if ((rc = jy_buf_reserve(&hex, len - 1)) != JY_OK)
        goto out;
    jy_hex(ses_der, (char *)hex.p);
    memset(hex.p + ses_der.len * 2, '0', len - 2 - ses_der.len * 2);
    hex.len = len - 2;
    if ((rc = jy_pieces_borrow(out, JY_SLICE(prepared.p, at + 1))) == JY_OK && (rc = jy_pieces_take(out, &hex)) == JY_OK)
        rc = jy_pieces_borrow(out, JY_SLICE(prepared.p + at + len - 1, prepared.len - at - len + 1));
out:
    jy_buf_free(&hex);
    jy_ses_free(ses);
    return rc;
}
