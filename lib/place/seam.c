/* SPDX-License-Identifier: Apache-2.0 */
/* Seam stamps (骑缝章, seal-formats 3.5): which strip of the picture lies on which page. */
#include "place/place.h"

#include <math.h>

#define TICKS 10000.0                 /* a millimetre in tenths of a micrometre, the four decimals that OFD and PDF are written with */
#define SLACK_MM 0.01

static double
on_tick(double mm)
{
    return round(mm * TICKS) / TICKS;
}

/* How many pages share one picture: as the user allows and as strips of the least width fit. */
static size_t
group_limit(const struct jy_seam *seam, double across)
{
    double least = seam->strip_min_mm > 0 ? seam->strip_min_mm : JY_SEAM_STRIP_DEFAULT_MM;
    double fit = floor(across / least + 1e-9);
    size_t limit = seam->group_max > 0 ? seam->group_max : JY_SEAM_GROUP_DEFAULT;

    return fit < (double)limit ? (size_t)fit : limit;
}

/* Strip `index` of `strips` on one page. across: the picture's size that is cut. */
static jy_err
add_strip(const struct jy_seam *seam, const struct jy_page *size, int page, size_t index, size_t strips, struct jy_places *out,
          struct jy_fault *fault)
{
    bool upright = seam->edge == JY_EDGE_RIGHT || seam->edge == JY_EDGE_LEFT, near = seam->edge == JY_EDGE_LEFT || seam->edge == JY_EDGE_TOP;
    double across = on_tick(upright ? seam->width_mm : seam->height_mm), length = upright ? seam->height_mm : seam->width_mm;
    double page_across = upright ? size->width_mm : size->height_mm, page_along = upright ? size->height_mm : size->width_mm;
    size_t strip = near ? strips - 1 - index : index;
    double from = on_tick(across * (double)strip / (double)strips), to = on_tick(across * (double)(strip + 1) / (double)strips);
    double begin = near ? seam->margin_mm - from : page_across - seam->margin_mm - to;
    double along = seam->centred ? (page_along - length) / 2 : seam->along_mm;
    struct jy_stamp_place place = { .page = page, .width_mm = seam->width_mm, .height_mm = seam->height_mm };

    if (along < -SLACK_MM || along + length > page_along + SLACK_MM || seam->margin_mm < 0 || seam->margin_mm + (to - from) > page_across + SLACK_MM)
        return jy_fail(fault, JY_E_SEAM, "seam", 0, "the strip of %.2f × %.2f mm at %.2f mm lies off page %d of %.2f × %.2f mm", upright ? to - from : length,
                       upright ? length : to - from, along, page, size->width_mm, size->height_mm);
    if (upright) {
        place.x_mm = on_tick(begin);
        place.y_mm = on_tick(along);
        place.width_mm = across;
        place.clip = (struct jy_box){ from, 0, to - from, seam->height_mm };
    } else {
        place.x_mm = on_tick(along);
        place.y_mm = on_tick(begin);
        place.height_mm = across;
        place.clip = (struct jy_box){ 0, from, seam->width_mm, to - from };
    }
    return places_add(out, &place, fault);
}

jy_err
jy_place_seam(const struct jy_page *sizes, size_t page_count, const struct jy_page_list *pages, const struct jy_seam *seam,
              struct jy_places *out, struct jy_fault *fault)
{
    double across = seam->edge == JY_EDGE_RIGHT || seam->edge == JY_EDGE_LEFT ? seam->width_mm : seam->height_mm;
    size_t before = out->count, groups, limit, at = 0;
    jy_err rc = places_check_pages(pages, page_count, fault);

    if (rc != JY_OK)
        return rc;
    if (!(seam->width_mm >= 1 && seam->width_mm <= 1000 && seam->height_mm >= 1 && seam->height_mm <= 1000) || !isfinite(seam->along_mm) ||
        !isfinite(seam->margin_mm) || !isfinite(seam->strip_min_mm) || seam->strip_min_mm < 0)
        return jy_fail(fault, JY_E_ARGUMENT, "seam", 0, "the size of a stamp is 1 to 1000 mm, and its distances are numbers");
    if (pages->count < 2)
        return jy_fail(fault, JY_E_SEAM, "seam", 0, "a seam joins two pages or more, and one page is named");
    limit = group_limit(seam, across);
    if (limit < 2)
        return jy_fail(fault, JY_E_SEAM, "seam", 0, "two strips of %.2f mm do not fit into a picture of %.2f mm; allow narrower strips (min) or larger groups",
                       seam->strip_min_mm > 0 ? seam->strip_min_mm : JY_SEAM_STRIP_DEFAULT_MM, across);
    groups = (pages->count + limit - 1) / limit;
    if (pages->count / groups < 2)
        return jy_fail(fault, JY_E_SEAM, "seam", 0, "%zu pages in groups of at most %zu would leave one page alone; allow groups of %zu or more",
                       pages->count, limit, limit + 1);
    for (size_t g = 0; rc == JY_OK && g < groups; g++) {
        size_t strips = pages->count / groups + (g < pages->count % groups ? 1 : 0);

        for (size_t i = 0; rc == JY_OK && i < strips; i++, at++)
            rc = add_strip(seam, &sizes[pages->list[at] - 1], pages->list[at], i, strips, out, fault);
    }
    if (rc != JY_OK)
        out->count = before;
    return rc;
}
