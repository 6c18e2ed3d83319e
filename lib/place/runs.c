/* SPDX-License-Identifier: Apache-2.0 */
/* Characters of a page as runs that are read in one go, in the order in which the page draws them. */
#include "place/place.h"

#include "codec/text.h"

#include <jansson.h>

#include <math.h>
#include <stdlib.h>

#define GAP_END 1.0                   /* in heights of a character: a run ends before it */
#define GAP_WORD 0.2                  /* … a blank beside a half-width character */
#define SAME_LINE 0.5                 /* the share of two heights that makes one line */

static bool
is_narrow(uint32_t code)
{
    return code < 0x1100;
}

/* Free space between two characters in heights of one; false when b is not on a's line, or not after it. */
static bool
gap_of(const struct jy_box *a, const struct jy_box *b, double *gap)
{
    double both = fmin(a->y_mm + a->height_mm, b->y_mm + b->height_mm) - fmax(a->y_mm, b->y_mm), size = fmax(a->height_mm, b->height_mm);

    if (!(size > 0) || both < SAME_LINE * fmin(a->height_mm, b->height_mm))
        return false;
    *gap = (b->x_mm - a->x_mm - a->width_mm) / size;
    return b->x_mm >= a->x_mm && *gap <= GAP_END;
}

static struct jy_box
around(const struct jy_box *a, const struct jy_box *b)
{
    double x = fmin(a->x_mm, b->x_mm), y = fmin(a->y_mm, b->y_mm);

    return (struct jy_box){ x, y, fmax(a->x_mm + a->width_mm, b->x_mm + b->width_mm) - x, fmax(a->y_mm + a->height_mm, b->y_mm + b->height_mm) - y };
}

jy_err
jy_run_next(const struct jy_text *text, size_t *at, struct jy_run *out)
{
    const struct jy_glyph *last = NULL;
    bool blank = false;
    jy_err rc = JY_OK;

    out->text.len = 0;
    while (*at < text->count && place_is_blank(text->list[*at].code))
        (*at)++;
    for (; rc == JY_OK && *at < text->count; (*at)++) {
        const struct jy_glyph *here = &text->list[*at];
        double gap = 0;

        if (place_is_blank(here->code)) {
            blank = true;
            continue;
        }
        if (last != NULL && !gap_of(&last->box, &here->box, &gap))
            break;
        if (last != NULL && (blank || (gap >= GAP_WORD && (is_narrow(last->code) || is_narrow(here->code)))))
            rc = jy_buf_byte(&out->text, ' ');
        if (rc == JY_OK)
            rc = jy_utf8_add(&out->text, here->code);
        out->box = last == NULL ? here->box : around(&out->box, &here->box);
        last = here;
        blank = false;
    }
    return rc != JY_OK ? rc : last == NULL ? JY_E_NOT_FOUND : JY_OK;
}

/* Micrometres are enough, and short. */
static double
rounded(double mm)
{
    return round(mm * 1000) / 1000;
}

jy_err
jy_runs_json(const struct jy_text *text, struct jy_buf *out, struct jy_fault *fault)
{
    struct jy_run run = { 0 };
    json_t *list = json_array();
    size_t at = 0;
    char *dumped = NULL;
    jy_err rc;

    while ((rc = jy_run_next(text, &at, &run)) == JY_OK)
        if (json_array_append_new(list, json_pack("{s:s%, s:f, s:f, s:f, s:f}", "text", (const char *)run.text.p, run.text.len, "x_mm", rounded(run.box.x_mm),
                                                  "y_mm", rounded(run.box.y_mm), "width_mm", rounded(run.box.width_mm), "height_mm",
                                                  rounded(run.box.height_mm))) != 0) {
            rc = JY_E_NOMEM;
            break;
        }
    if (rc == JY_E_NOT_FOUND)
        rc = (dumped = json_dumps(list, JSON_COMPACT | JSON_REAL_PRECISION(9))) == NULL ? JY_E_NOMEM : jy_buf_text(out, dumped);
    free(dumped);
    json_decref(list);
    jy_buf_free(&run.text);
    return rc == JY_OK ? JY_OK : jy_fail(fault, rc, "text", 0, "no memory");
}
