/* SPDX-License-Identifier: Apache-2.0 */
/* What the signatures show: each StampAnnot's piece of the seal's picture, multiplied onto the page so that text under it stays readable. */
#include "render/render.h"

#include <stdio.h>
#include <string.h>

#define STAMPS_MAX 2000                      /* looked at for one page */

static void
draw_package(struct draw *d, struct jy_slice bytes, double width, double height, const char *where)
{
    struct jy_render *inner = NULL;
    uint64_t held = *d->r->memory;
    struct jy_page size;
    jy_err rc;

    if (d->r->level > 0 || render_open_level(bytes, d->r->fonts, 1, &inner, NULL) != JY_OK) {
        note(d->r, where, "印章图像无法读取 the seal's picture cannot be read");
        draw_mark(d, (const double[4]){ 0, 0, width, height });
        return;
    }
    if (!hold(d->r, inner->own_memory)) {
        note(d->r, where, "印章图像超出限额 the seal's picture is beyond the limit");
        jy_render_free(inner);
        return;
    }
    inner->work = d->r->work;
    inner->memory = d->r->memory;
    size = inner->ofd->pages[0].size;
    cairo_save(d->cr);
    cairo_scale(d->cr, width / size.width_mm, height / size.height_mm);
    rc = draw_page(inner, 1, d->cr, NULL);
    cairo_restore(d->cr);
    if (rc != JY_OK)
        note(d->r, where, "印章图像无法读取 the seal's picture cannot be read");
    *d->r->memory = held;
    jy_render_free(inner);
}

void
draw_seal(struct draw *d, struct jy_slice bytes, const char *named_type, double width, double height, const char *where)
{
    enum jy_picture_type type = jy_picture_detect(bytes);
    struct jy_picture picture = { 0 };
    struct jy_fault fault = { 0 };
    cairo_surface_t *surface = NULL;
    uint64_t held = *d->r->memory;

    if (type == JY_PICTURE_OFD) {
        size_t junk = jy_slice_find(bytes, JY_SLICE("PK\3\4", 4));
        draw_package(d, JY_SLICE(bytes.p + junk, bytes.len - junk), width, height, where);
        return;
    }
    if (type == JY_PICTURE_SVG) {
        if (svg_draw(bytes, d->r->fonts, d->cr, width, height, &fault) == JY_OK)
            return;
    } else if (read_picture(d->r, bytes, named_type, &picture, &fault) == JY_OK) {
        surface = surface_of(&picture);
    }
    if (surface == NULL) {
        note(d->r, where, "印章图像无法显示 the seal's picture cannot be drawn: %.80s", fault.text);
        draw_mark(d, (const double[4]){ 0, 0, width, height });
        return;
    }
    cairo_save(d->cr);
    cairo_rectangle(d->cr, 0, 0, width, height);
    cairo_clip(d->cr);
    cairo_scale(d->cr, width / cairo_image_surface_get_width(surface), height / cairo_image_surface_get_height(surface));
    cairo_set_source_surface(d->cr, surface, 0, 0);
    cairo_pattern_set_extend(cairo_get_source(d->cr), CAIRO_EXTEND_PAD);
    cairo_paint(d->cr);
    cairo_restore(d->cr);
    cairo_surface_destroy(surface);
    *d->r->memory = held;
}

/* What a signature shows: the picture of its seal, which ses or own holds, or bytes when the seal itself cannot be read. */
struct shown {
    struct jy_slice picture;
    char type[JY_SEAL_PICTURE_TYPE];
    struct jy_ses *ses;
    struct jy_seal *own;
    struct jy_buf bytes;
    bool readable;
};

static void
show_seal(struct shown *shown, const struct jy_seal *seal)
{
    shown->picture = jy_seal_picture(seal);
    snprintf(shown->type, sizeof(shown->type), "%s", jy_seal_picture_type(seal));
    shown->readable = true;
}

static void
draw_piece(struct draw *d, const struct jy_xml *annot, const struct shown *shown, const char *where)
{
    double box[4], clip[4];
    cairo_t *cr = d->cr;

    if (numbers_of(jy_xml_attr(annot, "Boundary"), box, 4) != 4 || !(box[2] > 0 && box[3] > 0))
        return;
    cairo_save(cr);
    cairo_translate(cr, box[0], box[1]);
    if (numbers_of(jy_xml_attr(annot, "Clip"), clip, 4) == 4)
        cairo_rectangle(cr, clip[0], clip[1], clip[2], clip[3]);
    else
        cairo_rectangle(cr, 0, 0, box[2], box[3]);
    if (!paint_price(d, 0)) {
        cairo_new_path(cr);
        cairo_restore(cr);
        return;
    }
    cairo_clip(cr);
    cairo_push_group(cr);
    draw_seal(d, shown->picture, shown->type, box[2], box[3], where);
    cairo_pop_group_to_source(cr);
    cairo_set_operator(cr, CAIRO_OPERATOR_MULTIPLY);
    cairo_paint(cr);
    cairo_restore(cr);
}

/*
 * The seal of a signature: the one within the value (what was signed is what is shown), or Seal.esl. Either may be junk; of a seal that cannot be
 * read the picture is shown all the same, as other programs do, and told. False: there is nothing to show.
 */
static bool
read_shown(struct draw *d, const struct jy_xml *root, const char *folder, struct shown *shown)
{
    const char *seal_loc = jy_xml_child_text(jy_xml_child(jy_xml_child(root, "SignedInfo"), "Seal"), "BaseLoc");
    size_t seal_at = ofd_locate(d->r->ofd, folder, seal_loc, NULL);
    size_t value_at = ofd_locate(d->r->ofd, folder, jy_xml_child_text(root, "SignedValue"), NULL);
    struct jy_buf value = { 0 };

    if (value_at != SIZE_MAX && jy_zip_read(d->r->ofd->zip, value_at, JY_SES_MAX, &value, NULL) == JY_OK &&
        jy_ses_parse(jy_buf_slice(&value), &shown->ses, NULL) == JY_OK && jy_ses_seal(shown->ses) != NULL)
        show_seal(shown, jy_ses_seal(shown->ses));
    jy_buf_free(&value);
    if (shown->readable || seal_at == SIZE_MAX || jy_zip_read(d->r->ofd->zip, seal_at, JY_SEAL_MAX, &shown->bytes, NULL) != JY_OK)
        return shown->readable;
    if (jy_seal_parse(jy_buf_slice(&shown->bytes), &shown->own, NULL) == JY_OK)
        show_seal(shown, shown->own);
    return shown->readable || jy_seal_picture_alone(jy_buf_slice(&shown->bytes), shown->type, &shown->picture) == JY_OK;
}

static bool
is_here(const struct jy_xml *annot, const char *page_id)
{
    const char *ref = jy_xml_attr(annot, "PageRef");

    return ref != NULL && strcmp(ref, page_id) == 0;
}

static void
draw_signature(struct draw *d, const char *folder, const char *loc, const char *page_id, int *left)
{
    struct jy_xml_doc *doc = NULL;
    const struct jy_xml *info, *annot;
    struct shown shown = { 0 };
    char path[OFD_PATH], here[OFD_PATH];
    size_t at = ofd_locate(d->r->ofd, folder, loc, path);

    if (at == SIZE_MAX || ofd_parse(d->r->ofd, at, NULL, &doc, NULL) != JY_OK) {
        note(d->r, loc == NULL ? "Signature" : loc, "签名文件无法读取 signature cannot be read");
        return;
    }
    ofd_folder(path, here);
    info = jy_xml_child(jy_xml_root(doc), "SignedInfo");
    annot = jy_xml_child(info, "StampAnnot");
    while (annot != NULL && !is_here(annot, page_id))
        annot = jy_xml_next(annot);
    if (annot != NULL) {
        bool found = read_shown(d, jy_xml_root(doc), here, &shown);
        if (!shown.readable)
            note(d->r, path, found ? "印章数据有误，仅显示其图像 the seal cannot be read; only its picture is shown" : "印章无法读取 the seal cannot be read");
        for (; annot != NULL && (*left)-- > 0; annot = jy_xml_next(annot)) {
            double box[4];
            if (!is_here(annot, page_id))
                continue;
            if (found)
                draw_piece(d, annot, &shown, path);
            else if (numbers_of(jy_xml_attr(annot, "Boundary"), box, 4) == 4)
                draw_mark(d, box);
        }
    }
    jy_ses_free(shown.ses);
    jy_seal_free(shown.own);
    jy_buf_free(&shown.bytes);
    jy_xml_free(doc);
}

void
draw_stamps(struct draw *d, size_t page)
{
    struct ofd *ofd = d->r->ofd;
    struct jy_xml_doc *list = NULL;
    char folder[OFD_PATH];
    int left = STAMPS_MAX;

    if (ofd->list_file == SIZE_MAX)
        return;
    if (ofd_parse(ofd, ofd->list_file, NULL, &list, NULL) != JY_OK) {
        note(d->r, ofd->list_path, "签名列表无法读取 the list of signatures cannot be read");
        return;
    }
    ofd_folder(ofd->list_path, folder);
    for (const struct jy_xml *node = jy_xml_child(jy_xml_root(list), "Signature"); node != NULL && left-- > 0; node = jy_xml_next(node))
        draw_signature(d, folder, jy_xml_attr(node, "BaseLoc"), ofd->pages[page - 1].id, &left);
    jy_xml_free(list);
}
