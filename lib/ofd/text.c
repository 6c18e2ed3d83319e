/* SPDX-License-Identifier: Apache-2.0 */
/* The text of an OFD page (GB/T 33190 clause 11): TextCode by TextCode, where each character stands. */
#include <ofd/package.h>

#include <jinyin/text.h>

#include <codec/text.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DELTA_MAX 1e5                  /* mm */
#define ASCENT 0.88                    /* of the size: no font is opened, and CJK fonts agree on it closely */

struct reading {
    struct ofd *ofd;
    struct jy_text *out;
    struct jy_fault *fault;
};

/* ST_Array of DeltaX and DeltaY: numbers by blanks; "g 3 2.5" says 2.5 three times; the last one goes on for ever, as readers have it. */
struct deltas {
    const char *at;
    unsigned long repeat;
    double value;
    bool any, over;                      /* over: the list has ended, and its last distance goes on */
};

static double
number_of(const char *text, double otherwise)
{
    char *end;
    double v = text == NULL ? otherwise : strtod(text, &end);

    return text != NULL && (end == text || !isfinite(v)) ? otherwise : v;
}

/* The next distance; false when there is none. */
static bool
next_delta(struct deltas *d, double *out)
{
    char *end;

    if (d->repeat > 0) {
        d->repeat--;
    } else if (d->at != NULL) {
        double v;

        d->at += strspn(d->at, " \t\r\n,");
        if (*d->at == 'g') {
            d->repeat = strtoul(d->at + 1, &end, 10);
            d->repeat = end == d->at + 1 || d->repeat == 0 || d->repeat > JY_GLYPHS_MAX ? 0 : d->repeat - 1;
            d->at = end;
        }
        v = strtod(d->at, &end);
        if (end == d->at || !isfinite(v)) {
            d->at = NULL;
            d->repeat = 0;
            d->over = true;
        } else {
            d->value = fabs(v) > DELTA_MAX ? 0 : v;
            d->at = end;
            d->any = true;
        }
    }
    *out = d->value;
    return d->any;
}

static bool
is_wide(uint32_t code)
{
    return code >= 0x1100 && !(code >= 0x2000 && code <= 0x206F);
}

struct object {
    double ctm[6], boundary[4], size, scale;
    double reading[2], turn[2];          /* cosine and sine of ReadDirection, CharDirection */
    double x, y;                         /* of the TextCode; one without them stands where the one before began */
};

/* What a character takes of the page: its box about its origin, turned by CharDirection and the CTM, moved to the Boundary. */
static struct jy_box
box_of(const struct object *o, double x, double y, double width)
{
    const double top = -ASCENT * o->size, bottom = (1 - ASCENT) * o->size;
    const double corners[4][2] = { { 0, top }, { width, top }, { 0, bottom }, { width, bottom } };
    double low[2] = { INFINITY, INFINITY }, high[2] = { -INFINITY, -INFINITY };

    for (int i = 0; i < 4; i++) {
        const double across = x + o->turn[0] * corners[i][0] - o->turn[1] * corners[i][1], down = y + o->turn[1] * corners[i][0] + o->turn[0] * corners[i][1];
        const double at[2] = { o->boundary[0] + o->ctm[0] * across + o->ctm[2] * down + o->ctm[4],
                               o->boundary[1] + o->ctm[1] * across + o->ctm[3] * down + o->ctm[5] };
        for (int k = 0; k < 2; k++) {
            low[k] = fmin(low[k], at[k]);
            high[k] = fmax(high[k], at[k]);
        }
    }
    return (struct jy_box){ low[0], low[1], high[0] - low[0], high[1] - low[1] };
}

static jy_err
read_code(struct reading *r, const struct jy_xml *code, struct object *o)
{
    struct deltas dx = { .at = jy_xml_attr(code, "DeltaX") }, dy = { .at = jy_xml_attr(code, "DeltaY") };
    const bool stepped = (dx.at != NULL && dx.at[0] != '\0') || (dy.at != NULL && dy.at[0] != '\0');
    const char *text = code->text;
    size_t lead = code->lead, left = strlen(text);
    double x, y;
    jy_err err = JY_OK;

    o->x = number_of(jy_xml_attr(code, "X"), o->x);
    o->y = number_of(jy_xml_attr(code, "Y"), o->y);
    x = o->x;
    y = o->y;
    while (err == JY_OK && left > 0) {
        uint32_t c = ' ';
        size_t len = lead > 0 ? 0 : jy_utf8_next(JY_SLICE(text, left), &c);
        double own, step_x = 0, step_y = 0;
        struct jy_box box;

        if (lead > 0)
            lead--;
        else if (len == 0)
            return jy_fail(r->fault, JY_E_FORMAT, "TextCode", 0, "not UTF-8");
        own = (is_wide(c) ? 1.0 : 0.5) * o->size * o->scale;
        (void)next_delta(&dx, &step_x);
        (void)next_delta(&dy, &step_y);
        if (!stepped) {
            step_x = o->reading[0] * own;
            step_y = o->reading[1] * own;
        }
        box = box_of(o, x, y, step_x > own / 100 && step_x < own && !dx.over && o->turn[0] > 0.5 ? step_x : own);
        if (isfinite(box.x_mm + box.y_mm + box.width_mm + box.height_mm))
            err = jy_text_add(r->out, c, box, r->fault);
        x += step_x;
        y += step_y;
        text += len;
        left -= len;
    }
    return err;
}

static void
direction(const char *degrees, double out[2])
{
    double angle = number_of(degrees, 0) * M_PI / 180;

    out[0] = cos(angle);
    out[1] = sin(angle);
}

static jy_err
read_object(struct reading *r, const struct jy_xml *node)
{
    struct object o = { .ctm = { 1, 0, 0, 1, 0, 0 } };
    const char *ctm = jy_xml_attr(node, "CTM");
    double m[6];
    jy_err err = JY_OK;

    if (!ofd_box(jy_xml_attr(node, "Boundary"), o.boundary))
        return JY_OK;                                        /* shown by no reader */
    if (ofd_numbers(ctm, m, 6))
        memcpy(o.ctm, m, sizeof(m));
    o.size = number_of(jy_xml_attr(node, "Size"), 0);
    o.scale = number_of(jy_xml_attr(node, "HScale"), 1);
    direction(jy_xml_attr(node, "ReadDirection"), o.reading);
    direction(jy_xml_attr(node, "CharDirection"), o.turn);
    for (const struct jy_xml *code = jy_xml_child(node, "TextCode"); err == JY_OK && code != NULL; code = jy_xml_next(code))
        err = read_code(r, code, &o);
    return err;
}

/* Layers and page blocks hold objects; XML nesting is limited, and so is this. */
static jy_err
read_block(struct reading *r, const struct jy_xml *block)
{
    jy_err err = JY_OK;

    for (const struct jy_xml *node = block->child; err == JY_OK && node != NULL; node = node->next) {
        if (ofd_is_false(jy_xml_attr(node, "Visible")))
            continue;
        if (strcmp(node->name, "TextObject") == 0)
            err = read_object(r, node);
        else if (strcmp(node->name, "Layer") == 0 || strcmp(node->name, "PageBlock") == 0)
            err = read_block(r, node);
    }
    return err;
}

static jy_err
read_part(struct reading *r, size_t file, bool with_templates)
{
    const struct jy_xml *common = jy_xml_child(jy_xml_root(r->ofd->document), "CommonData"), *content;
    struct jy_xml_doc *doc = NULL;
    char folder[OFD_PATH];
    unsigned templates = 0;
    jy_err err = ofd_parse(r->ofd, file, NULL, &doc, r->fault);

    if (err != JY_OK)
        return err;
    ofd_folder(r->ofd->doc_path, folder);
    for (const struct jy_xml *t = with_templates ? jy_xml_child(jy_xml_root(doc), "Template") : NULL; err == JY_OK && t != NULL; t = jy_xml_next(t)) {
        const struct jy_xml *page = jy_xml_child(common, "TemplatePage");
        const char *id = jy_xml_attr(t, "TemplateID");
        size_t at;

        while (page != NULL && (id == NULL || jy_xml_attr(page, "ID") == NULL || strcmp(jy_xml_attr(page, "ID"), id) != 0))
            page = jy_xml_next(page);
        at = page == NULL ? SIZE_MAX : ofd_locate(r->ofd, folder, jy_xml_attr(page, "BaseLoc"), NULL);
        if (++templates > JY_OFD_TEMPLATES_MAX)
            err = jy_fail(r->fault, JY_E_LIMIT, jy_zip_entry(r->ofd->zip, file)->name, 0, "more than %d templates on one page", JY_OFD_TEMPLATES_MAX);
        else if (at != SIZE_MAX)                             /* one that is missing shows nothing */
            err = read_part(r, at, false);
    }
    content = jy_xml_child(jy_xml_root(doc), "Content");
    if (err == JY_OK && content != NULL)
        err = read_block(r, content);
    jy_xml_free(doc);
    return err;
}

jy_err
ofd_text(void *impl, size_t index, struct jy_text *out, struct jy_fault *fault)
{
    struct ofd *ofd = impl;
    struct reading r = { ofd, out, fault };
    jy_err err;

    ofd_enter_body(ofd, ofd->pages[index].body);
    err = read_part(&r, ofd->pages[index].file, true);
    ofd_enter_body(ofd, 0);
    return err;
}
