/* SPDX-License-Identifier: Apache-2.0 */
/* Graphic units (GB/T 33190 8.5): boundary, CTM, clips, and what is drawn within them. */
#include "render/render.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define OBJECT_PRICE 500
#define DASHES_MAX 1e6
#define MARK_WIDTH 20                        /* mm: of the mark for an object without a Boundary */
#define MARK_HEIGHT 5
#define THINNEST 0.6                         /* device pixels: a hair line that is still seen */

static double
scale_of(cairo_t *cr)
{
    cairo_matrix_t m;
    double det;

    cairo_get_matrix(cr, &m);
    det = sqrt(fabs(m.xx * m.yy - m.xy * m.yx));
    return det > 1e-9 ? det : 1e-9;
}

static void
rule_of(cairo_t *cr, const struct jy_xml *path)
{
    const char *rule = jy_xml_attr(path, "Rule");

    cairo_set_fill_rule(cr, rule != NULL && strcasecmp(rule, "Even-Odd") == 0 ? CAIRO_FILL_RULE_EVEN_ODD : CAIRO_FILL_RULE_WINDING);
}

/* One Clip is the union of its areas; several Clips are met (GB/T 33190 8.4). */
static void
apply_clip(struct draw *d, const struct jy_xml *clip)
{
    cairo_t *cr = d->cr;

    cairo_new_path(cr);
    cairo_set_fill_rule(cr, CAIRO_FILL_RULE_WINDING);
    for (const struct jy_xml *area = jy_xml_child(clip, "Area"); area != NULL; area = jy_xml_next(area)) {
        const struct jy_xml *path = jy_xml_child(area, "Path"), *text = jy_xml_child(area, "Text"), *shape = path != NULL ? path : text;
        cairo_matrix_t before, m;
        double box[4] = { 0 };

        cairo_get_matrix(cr, &before);
        if (matrix_of(area, "CTM", &m))
            cairo_transform(cr, &m);
        if (numbers_of(jy_xml_attr(shape, "Boundary"), box, 4) == 4)
            cairo_translate(cr, box[0], box[1]);
        if (matrix_of(shape, "CTM", &m))
            cairo_transform(cr, &m);
        if (path != NULL) {
            const char *data = jy_xml_child_text(path, "AbbreviatedData");
            rule_of(cr, path);
            if (data != NULL && !path_data(d, data))
                note(d->r, "Clip", "裁剪路径有误 the clip path makes no sense");
        } else if (text != NULL) {
            text_path(d, text);
        }
        cairo_set_matrix(cr, &before);
    }
    (void)paint_price(d, 0);                                 /* everything within goes through its mask */
    cairo_clip(cr);
}

static void
apply_clips(struct draw *d, const struct jy_xml *node, bool transformed)
{
    const struct jy_xml *clips = jy_xml_child(node, "Clips");

    if (clips == NULL || true_of(clips, "TransFlag", true) != transformed)
        return;
    for (const struct jy_xml *clip = jy_xml_child(clips, "Clip"); clip != NULL; clip = jy_xml_next(clip))
        apply_clip(d, clip);
}

void
set_dashes(struct draw *d, const double *dash, int count, double offset)
{
    cairo_path_t *path;
    double sum = 0, length = 0, x = 0, y = 0, limit;

    for (int i = 0; i < count; i++)
        sum += dash[i];
    cairo_set_dash(d->cr, NULL, 0, 0);
    if (count == 0 || sum * scale_of(d->cr) <= 0.25 * count)
        return;
    path = cairo_copy_path(d->cr);
    for (int i = 0; i < path->num_data; i += path->data[i].header.length)
        for (int k = 1; k < path->data[i].header.length; k++) {
            const cairo_path_data_t *p = &path->data[i + k];
            if (path->data[i].header.type != CAIRO_PATH_MOVE_TO)
                length += hypot(p->point.x - x, p->point.y - y);
            x = p->point.x, y = p->point.y;
        }
    cairo_path_destroy(path);
    limit = length / sum * count;
    if (limit < DASHES_MAX && spend(d->r, (uint64_t)limit * 50))
        cairo_set_dash(d->cr, dash, count, offset);
}

static void
draw_path(struct draw *d, const struct jy_xml *node, const struct style *style, double alpha)
{
    cairo_t *cr = d->cr;

    cairo_new_path(cr);
    if (!path_data(d, jy_xml_child_text(node, "AbbreviatedData")))
        note(d->r, "PathObject", "路径数据有误 path data make no sense");
    if (!paint_price(d, style->line_width * fmax(style->miter, 1))) {
        cairo_new_path(cr);
        return;
    }
    if (true_of(node, "Fill", false) && style->fill != NULL && paint_set(d, style->fill, alpha)) {
        rule_of(cr, node);
        cairo_fill_preserve(cr);
    }
    if (true_of(node, "Stroke", true) && paint_set(d, style->stroke, alpha)) {
        cairo_set_line_width(cr, fmax(style->line_width, THINNEST / scale_of(cr)));
        cairo_set_line_cap(cr, style->cap);
        cairo_set_line_join(cr, style->join);
        cairo_set_miter_limit(cr, style->miter < 1 ? 1 : style->miter);
        set_dashes(d, style->dash, style->dashes, style->dash_offset);
        cairo_stroke_preserve(cr);
        cairo_set_dash(cr, NULL, 0, 0);
    }
    cairo_new_path(cr);
}

static void
draw_composite(struct draw *d, const struct jy_xml *node, double alpha)
{
    struct res *unit = scope_find(d->scope, RES_UNIT, jy_xml_attr(node, "ResourceID"));
    struct draw inner = *d;
    double width, height;

    if (unit == NULL) {
        note(d->r, "CompositeObject", "矢量资源缺失 composite resource is missing");
        return;
    }
    width = number_of(unit->node, "Width", 0);
    height = number_of(unit->node, "Height", 0);
    if (width > 0 && height > 0) {
        cairo_rectangle(d->cr, 0, 0, width, height);
        cairo_clip(d->cr);
    }
    inner.alpha *= alpha;
    draw_objects(&inner, jy_xml_child(unit->node, "Content"), jy_xml_attr(node, "DrawParam"));
}

static void
draw_object(struct draw *d, const struct jy_xml *node, const char *draw_param)
{
    enum { TEXT, PATH, IMAGE, COMPOSITE } kind;
    struct style style;
    cairo_matrix_t m;
    double box[4] = { 0 }, alpha = number_of(node, "Alpha", 255) / 255, grow;
    bool has_box, drawn = true;

    if (strcmp(node->name, "TextObject") == 0)
        kind = TEXT;
    else if (strcmp(node->name, "PathObject") == 0)
        kind = PATH;
    else if (strcmp(node->name, "ImageObject") == 0)
        kind = IMAGE;
    else if (strcmp(node->name, "CompositeObject") == 0)
        kind = COMPOSITE;
    else
        return;
    if (!true_of(node, "Visible", true) || !spend(d->r, OBJECT_PRICE))
        return;
    alpha = alpha < 0 ? 0 : alpha > 1 ? 1 : alpha;
    style_of(d, draw_param, &style);
    style_add(d, node, &style);
    has_box = numbers_of(jy_xml_attr(node, "Boundary"), box, 4) == 4;
    for (int i = 0; i < 2; i++)
        if (box[i + 2] < 0)
            box[i] += box[i + 2], box[i + 2] = -box[i + 2];
    cairo_save(d->cr);
    cairo_translate(d->cr, box[0], box[1]);
    if (has_box && kind != TEXT) {                           /* text often stands out of its box by a stroke; readers let it */
        grow = kind != PATH ? 0 : fmax(style.line_width / 2, THINNEST / scale_of(d->cr));
        cairo_rectangle(d->cr, -grow, -grow, box[2] + 2 * grow, box[3] + 2 * grow);
        cairo_clip(d->cr);
    }
    apply_clips(d, node, false);
    if (matrix_of(node, "CTM", &m))
        cairo_transform(d->cr, &m);
    else if (jy_xml_attr(node, "CTM") != NULL)
        note(d->r, node->name, "变换矩阵有误 a CTM makes no sense");
    apply_clips(d, node, true);
    if (kind == TEXT)
        drawn = draw_text(d, node, &style, alpha);
    else if (kind == PATH)
        draw_path(d, node, &style, alpha);
    else if (kind == IMAGE)
        drawn = draw_image(d, node, box, alpha);
    else
        draw_composite(d, node, alpha);
    if (!drawn && !has_box)                                  /* where it would begin */
        draw_mark(d, (const double[4]){ 0, 0, MARK_WIDTH, MARK_HEIGHT });
    cairo_restore(d->cr);
    if (!drawn && has_box)
        draw_mark(d, box);
    else if (kind == IMAGE && jy_xml_child(node, "Border") != NULL)
        draw_border(d, jy_xml_child(node, "Border"), box, alpha);
}

void
draw_objects(struct draw *d, const struct jy_xml *parent, const char *draw_param)
{
    struct draw inner = *d;

    if (parent == NULL)
        return;
    if (++inner.depth > JY_RENDER_DEPTH_MAX) {
        note(d->r, parent->name, "嵌套过深 nested too deep");
        return;
    }
    for (const struct jy_xml *node = parent->child; node != NULL && *d->r->work > 0; node = node->next) {
        if (strcmp(node->name, "PageBlock") == 0)
            draw_objects(&inner, node, draw_param);
        else
            draw_object(&inner, node, draw_param);
    }
}
