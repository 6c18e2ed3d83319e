/* SPDX-License-Identifier: Apache-2.0 */
/* Between millimetres of the displayed page and a PDF's user space, and the form that draws a stamp. */
#include "pdf/update.h"

#include <jinyin/picture.h>

#include <stdio.h>

/* Where a displayed box lies in user space (mm from the displayed page's top-left corner, y down). */
void
pdf_rect_of(const struct pdf_page *p, const struct jy_stamp_place *place, double out[4])
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

/*
 * The form turns against the page, so that the stamp stands upright as displayed. Its BBox is what shows of the picture. It is multiplied
 * onto the page (ISO 32000-2 11.3.5): many seals have a white ground, and the text under a stamp must stay readable.
 */
void
pdf_add_form(struct pdf_update *u, int form_id, int image_id, const struct pdf_page *p, const struct jy_stamp_place *place)
{
    static const char *const turns[] = { "1 0 0 1 0 0", "0 1 -1 0 0 0", "-1 0 0 -1 0 0", "0 -1 1 0 0 0" };
    double k = 1 / (MM_PER_POINT * p->unit), w = place->width_mm * k, h = place->height_mm * k;
    const struct jy_box seen = jy_place_visible(place);
    double left = (seen.x_mm - place->x_mm) * k, bottom = h - (seen.y_mm - place->y_mm + seen.height_mm) * k;
    char entries[384], content[96];

    snprintf(entries, sizeof(entries), "/Type /XObject /Subtype /Form /BBox [%.4f %.4f %.4f %.4f] /Matrix [%s] "
             "/Resources << /ExtGState << /GS0 << /BM /Multiply >> >> /XObject << /Im0 %d 0 R >> >>",
             left, bottom, left + seen.width_mm * k, bottom + seen.height_mm * k, turns[p->rotate / 90], image_id);
    snprintf(content, sizeof(content), "q /GS0 gs %.4f 0 0 %.4f 0 0 cm /Im0 Do Q", w, h);
    pdf_add_stream(u, form_id, entries, jy_slice_text(content));
}

static void
add_image(struct pdf_update *u, int id, const char *entries, int mask_id, struct jy_slice data)
{
    pdf_begin_object(u, id, 0);
    PDF_ADD(u, "<< %s ", entries);
    if (mask_id != 0)
        PDF_ADD(u, "/SMask %d 0 R ", mask_id);
    PDF_ADD(u, "/Length %zu >>\nstream\n", data.len);
    if (u->rc == JY_OK)
        u->rc = jy_buf_add(&u->bytes, data);
    pdf_add(u, "\nendstream\nendobj\n");
}

jy_err
pdf_add_picture(struct pdf_update *u, const struct jy_seal *seal, int image_id, struct jy_fault *fault)
{
    struct jy_picture_pdf picture;
    int mask_id = 0;
    jy_err rc = jy_picture_pdf(jy_seal_picture(seal), jy_seal_picture_type(seal), jy_seal_width_mm(seal), jy_seal_height_mm(seal), &picture, fault);

    if (rc != JY_OK)
        return rc;
    if (picture.has_mask) {
        mask_id = u->next_id++;
        add_image(u, mask_id, picture.mask_entries, 0, jy_buf_slice(&picture.mask));
    }
    add_image(u, image_id, picture.image_entries, mask_id, jy_buf_slice(&picture.image));
    jy_picture_pdf_free(&picture);
    return u->rc;
}
