/* SPDX-License-Identifier: Apache-2.0 */
/* Images (GB/T 33190 clause 10): the unit square by the object's CTM; and pictures as cairo surfaces and back. */
#include "render/render.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void
put_pixel(uint8_t *at, uint32_t pixel)
{
    memcpy(at, &pixel, sizeof(pixel));
}

cairo_surface_t *
surface_over(struct jy_picture *picture)
{
    size_t count = (size_t)picture->width * picture->height;
    uint8_t *p = picture->rgba;

    for (size_t i = 0; i < count; i++, p += 4) {
        uint32_t a = p[3], r = p[0], g = p[1], b = p[2];
        if (a != 255)
            r = (r * a + 127) / 255, g = (g * a + 127) / 255, b = (b * a + 127) / 255;
        put_pixel(p, a << 24 | r << 16 | g << 8 | b);
    }
    return cairo_image_surface_create_for_data(picture->rgba, CAIRO_FORMAT_ARGB32, (int)picture->width, (int)picture->height, (int)picture->width * 4);
}

cairo_surface_t *
surface_of(struct jy_picture *picture)
{
    static const cairo_user_data_key_t key;
    cairo_surface_t *surface = surface_over(picture);

    if (cairo_surface_set_user_data(surface, &key, picture->rgba, free) != CAIRO_STATUS_SUCCESS) {
        cairo_surface_destroy(surface);
        jy_picture_free(picture);
        return NULL;
    }
    *picture = (struct jy_picture){ 0 };
    return surface;
}

static uint8_t
straight(uint32_t v, uint32_t a)
{
    v = a == 0 ? 0 : (v * 255 + a / 2) / a;
    return (uint8_t)(v > 255 ? 255 : v);
}

void
surface_leave(cairo_surface_t *surface, struct jy_picture *picture)
{
    size_t count = (size_t)picture->width * picture->height;
    uint8_t *p = picture->rgba;

    cairo_surface_flush(surface);
    for (size_t i = 0; i < count; i++, p += 4) {
        uint32_t pixel, a;
        memcpy(&pixel, p, sizeof(pixel));
        a = pixel >> 24;
        p[0] = (uint8_t)(pixel >> 16);
        p[1] = (uint8_t)(pixel >> 8);
        p[2] = (uint8_t)pixel;
        p[3] = (uint8_t)a;
        for (int c = 0; a != 255 && c < 3; c++)
            p[c] = straight(p[c], a);
    }
}

/* Grey of an image mask becomes alpha: black hides, white shows (GB/T 33190 table 43: a mask is a binary picture). */
static void
apply_mask(struct jy_picture *picture, const struct jy_picture *mask)
{
    for (uint32_t y = 0; y < picture->height; y++)
        for (uint32_t x = 0; x < picture->width; x++) {
            const uint8_t *m = mask->rgba + ((size_t)(y * (uint64_t)mask->height / picture->height) * mask->width +
                                             (size_t)(x * (uint64_t)mask->width / picture->width)) * 4;
            uint8_t *p = picture->rgba + ((size_t)y * picture->width + x) * 4;
            p[3] = (uint8_t)(p[3] * m[0] / 255);
        }
}

jy_err
read_picture(struct jy_render *r, struct jy_slice bytes, const char *type, struct jy_picture *out, struct jy_fault *fault)
{
    struct jy_picture_budget all = { JY_RENDER_MEMORY_MAX - *r->memory, *r->work / DECODE_PRICE }, left = all;
    jy_err rc = jy_picture_read_within(bytes, type, &left, out, fault);

    if (all.steps > left.steps)
        (void)spend(r, (all.steps - left.steps) * DECODE_PRICE);
    if (rc == JY_OK)
        *r->memory += (uint64_t)out->width * out->height * 4;
    return rc;
}

static bool
decode(struct draw *d, const struct res *res, struct jy_picture *out)
{
    uint64_t packed;
    struct jy_buf bytes = { 0 };
    struct jy_fault fault = { 0 };
    const char *file = jy_xml_child_text(res->node, "MediaFile");
    size_t at = ofd_locate(d->r->ofd, *res->folder, file, NULL);
    jy_err rc;

    if (at == SIZE_MAX) {
        note(d->r, file == NULL ? "MultiMedia" : file, "图像文件缺失 image file is missing");
        return false;
    }
    packed = jy_zip_entry(d->r->ofd->zip, at)->size;         /* held beside its pixels, until it is read */
    if (!hold(d->r, packed)) {
        note(d->r, file, "本页图像超出限额 the images of this page are beyond the limit: %llu bytes", (unsigned long long)packed);
        return false;
    }
    rc = jy_zip_read(d->r->ofd->zip, at, JY_PICTURE_MAX, &bytes, &fault);
    if (rc == JY_OK)
        rc = read_picture(d->r, jy_buf_slice(&bytes), NULL, out, &fault);
    jy_buf_free(&bytes);
    *d->r->memory -= packed;
    if (rc == JY_E_LIMIT)
        note(d->r, file, "本页图像超出限额 the images of this page are beyond the limit: %.80s", fault.text);
    else if (rc != JY_OK)
        note(d->r, file, "图像无法显示 image cannot be drawn: %.80s", fault.text);
    return rc == JY_OK;
}

static cairo_surface_t *
image_of(struct draw *d, const struct jy_xml *node, const char *attribute)
{
    struct res *res = scope_find(d->scope, RES_MEDIA, jy_xml_attr(node, attribute)), *mask;
    struct jy_picture picture = { 0 }, mask_picture = { 0 };
    const char *mask_id = jy_xml_attr(node, "ImageMask");
    cairo_surface_t *surface;

    if (res == NULL) {
        note(d->r, "ImageObject", "图像资源缺失 image resource is missing");
        return NULL;
    }
    if (res->failed)
        return NULL;
    if (res->image != NULL && mask_id == NULL)
        return cairo_surface_reference(res->image);
    if (!decode(d, res, &picture)) {
        res->failed = true;
        return NULL;
    }
    mask = scope_find(d->scope, RES_MEDIA, mask_id);
    if (mask != NULL && decode(d, mask, &mask_picture))
        apply_mask(&picture, &mask_picture);
    *d->r->memory -= (uint64_t)mask_picture.width * mask_picture.height * 4;
    jy_picture_free(&mask_picture);
    surface = surface_of(&picture);
    if (surface != NULL && mask_id == NULL)
        res->image = cairo_surface_reference(surface);
    return surface;
}

void
draw_mark(struct draw *d, const double box[4])
{
    cairo_t *cr = d->cr;

    cairo_save(cr);
    cairo_rectangle(cr, box[0], box[1], box[2], box[3]);
    cairo_set_source_rgba(cr, 0.85, 0.85, 0.85, 0.5);
    cairo_fill_preserve(cr);
    cairo_set_source_rgb(cr, 0.6, 0, 0);
    cairo_set_line_width(cr, 0.25);
    cairo_stroke(cr);
    cairo_move_to(cr, box[0], box[1]);
    cairo_line_to(cr, box[0] + box[2], box[1] + box[3]);
    cairo_move_to(cr, box[0] + box[2], box[1]);
    cairo_line_to(cr, box[0], box[1] + box[3]);
    cairo_stroke(cr);
    cairo_restore(cr);
}

/* Called with the object's CTM in force when it has one, else with the Boundary's corner as the origin. */
bool
draw_image(struct draw *d, const struct jy_xml *node, const double box[4], double alpha)
{
    cairo_surface_t *surface = image_of(d, node, "ResourceID");
    cairo_t *cr = d->cr;
    cairo_matrix_t m;

    if (surface == NULL && jy_xml_attr(node, "Substitution") != NULL)     /* another picture of the same (GB/T 33190 table 43); the note stays */
        surface = image_of(d, node, "Substitution");
    if (surface == NULL)
        return false;
    cairo_save(cr);
    if (!matrix_of(node, "CTM", &m))
        cairo_scale(cr, box[2], box[3]);
    cairo_rectangle(cr, 0, 0, 1, 1);
    /* Scaling down looks at every pixel of the picture. */
    if (paint_price(d, 0) && spend(d->r, (uint64_t)cairo_image_surface_get_width(surface) * (uint64_t)cairo_image_surface_get_height(surface))) {
        cairo_clip(cr);
        cairo_scale(cr, 1.0 / cairo_image_surface_get_width(surface), 1.0 / cairo_image_surface_get_height(surface));
        cairo_set_source_surface(cr, surface, 0, 0);
        cairo_pattern_set_extend(cairo_get_source(cr), CAIRO_EXTEND_PAD);
        cairo_pattern_set_filter(cairo_get_source(cr), CAIRO_FILTER_GOOD);
        cairo_paint_with_alpha(cr, alpha * d->alpha);
    }
    cairo_restore(cr);
    cairo_surface_destroy(surface);
    return true;
}
