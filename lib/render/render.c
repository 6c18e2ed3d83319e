/* SPDX-License-Identifier: Apache-2.0 */
#include "render/render.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
note(struct jy_render *r, const char *where, const char *fmt, ...)
{
    struct jy_render_note n = { 0 };
    va_list ap;

    snprintf(n.where, sizeof(n.where), "%s", where == NULL ? "" : where);
    va_start(ap, fmt);
    vsnprintf(n.text, sizeof(n.text), fmt, ap);
    va_end(ap);
    for (size_t i = 0; i < r->note_count; i++)
        if (strcmp(r->notes[i].where, n.where) == 0 && strcmp(r->notes[i].text, n.text) == 0)
            return;
    if (r->note_count == JY_RENDER_NOTES_MAX - 1)
        n = (struct jy_render_note){ "", "更多提示未列出 there are more" };
    if (r->note_count < JY_RENDER_NOTES_MAX)
        r->notes[r->note_count++] = n;
}

bool
spend(struct jy_render *r, uint64_t units)
{
    if (*r->work == 0)
        return false;
    if (*r->work <= units) {
        *r->work = 0;
        note(r, "page", "页面过于复杂，未绘完 the page is beyond the limit of work; the rest is not drawn");
        return false;
    }
    *r->work -= units;
    return true;
}

bool
hold(struct jy_render *r, uint64_t bytes)
{
    if (bytes > JY_RENDER_MEMORY_MAX - *r->memory)
        return false;
    *r->memory += bytes;
    return true;
}

static jy_err
read_document(struct jy_render *r, struct jy_fault *fault)
{
    const struct jy_xml *common = jy_xml_child(jy_xml_root(r->ofd->document), "CommonData");
    char folder[OFD_PATH];
    jy_err rc = JY_OK;

    ofd_folder(r->ofd->doc_path, folder);
    r->default_space = jy_xml_child_text(common, "DefaultCS");
    for (const struct jy_xml *node = common == NULL ? NULL : common->child; rc == JY_OK && node != NULL; node = node->next)
        if (strcmp(node->name, "PublicRes") == 0 || strcmp(node->name, "DocumentRes") == 0)
            rc = scope_read(r, &r->scope, folder, node->text, fault);
    r->kept_notes = r->note_count;
    r->kept_memory = *r->memory;
    return rc;
}

jy_err
render_open_level(struct jy_slice file, struct jy_fonts *fonts, int level, struct jy_render **out, struct jy_fault *fault)
{
    struct jy_render *r = calloc(1, sizeof(*r));
    void *impl = NULL;
    jy_err rc;

    *out = NULL;
    if (r == NULL)
        return jy_fail(fault, JY_E_NOMEM, NULL, 0, "no memory");
    r->fonts = fonts;
    r->no_font = (struct font){ .face = fonts->faces[FONT_SONG][0], .stand_in = fonts->faces[FONT_SONG][0] };
    r->level = level;
    r->work = &r->own_work;
    r->memory = &r->own_memory;
    if (jy_format_detect(file) != JY_FORMAT_OFD)
        rc = jy_fail(fault, JY_E_UNSUPPORTED, "render", 0, "not an OFD");
    else if ((rc = jy_ofd_ops.open(file, &impl, fault)) == JY_OK)
        r->ofd = impl;
    if (rc == JY_OK)
        rc = read_document(r, fault);
    if (rc != JY_OK) {
        jy_render_free(r);
        return rc;
    }
    *out = r;
    return JY_OK;
}

jy_err
jy_render_open(struct jy_slice file, struct jy_fonts *fonts, struct jy_render **out, struct jy_fault *fault)
{
    return render_open_level(file, fonts, 0, out, fault);
}

void
jy_render_free(struct jy_render *r)
{
    if (r == NULL)
        return;
    scope_free(&r->scope);
    if (r->ofd != NULL)
        jy_ofd_ops.free(r->ofd);
    free(r);
}

size_t
jy_render_page_count(const struct jy_render *r)
{
    return r->ofd->page_count;
}

const struct jy_render_note *
jy_render_notes(const struct jy_render *r, size_t *count)
{
    *count = r->note_count;
    return r->notes;
}

void
begin_page(struct jy_render *r)
{
    bool many = r->kept_memory > JY_RENDER_MEMORY_MAX / 3;

    for (size_t i = 0; i < r->scope.count; i++) {
        struct res *res = &r->scope.list[i];
        if (res->image != NULL)
            cairo_surface_destroy(res->image);
        res->image = NULL;
        res->failed = false;
        if (many && res->font != NULL) {
            r->kept_memory -= res->font->bytes.len;
            font_free(res->font);
            res->font = NULL;
        }
    }
    r->note_count = r->kept_notes;
    r->own_memory = r->kept_memory;
    r->own_work = JY_RENDER_WORK_MAX;
}

static jy_err
draw_to_picture(struct jy_render *r, size_t page, double scale_x, double scale_y, bool white, struct jy_picture *out, struct jy_fault *fault)
{
    cairo_surface_t *surface = surface_over(out);
    cairo_t *cr = cairo_create(surface);
    jy_err rc;

    if (white) {
        cairo_set_source_rgb(cr, 1, 1, 1);
        cairo_paint(cr);
    }
    cairo_scale(cr, scale_x, scale_y);
    begin_page(r);
    if (!hold(r, (uint64_t)out->width * out->height * 4))
        rc = jy_fail(fault, JY_E_LIMIT, "page", 0, "%u × %u pixels", out->width, out->height);
    else
        rc = draw_page(r, page, cr, fault);
    cairo_destroy(cr);
    if (rc == JY_OK && cairo_surface_status(surface) != CAIRO_STATUS_SUCCESS)
        rc = jy_fail(fault, JY_E_NOMEM, "page", 0, "no memory");
    surface_leave(surface, out);
    cairo_surface_destroy(surface);
    return rc;
}

jy_err
jy_render_page(struct jy_render *r, size_t page, double px_per_mm, struct jy_picture *out, struct jy_fault *fault)
{
    struct jy_page size;
    double width, height;
    jy_err rc;

    *out = (struct jy_picture){ 0 };
    if (page < 1 || page > r->ofd->page_count)
        return jy_fail(fault, JY_E_PAGE_RANGE, "page", 0, "%zu of %zu", page, r->ofd->page_count);
    if (!(px_per_mm >= 0.1 && px_per_mm <= 100))
        return jy_fail(fault, JY_E_ARGUMENT, "px_per_mm", 0, "%g; 0.1 to 100", px_per_mm);
    size = r->ofd->pages[page - 1].size;
    width = fmax(1, round(size.width_mm * px_per_mm));
    height = fmax(1, round(size.height_mm * px_per_mm));
    if (!(width <= JY_PICTURE_SIDE_MAX && height <= JY_PICTURE_SIDE_MAX))
        return jy_fail(fault, JY_E_LIMIT, "page", 0, "%g × %g mm", size.width_mm, size.height_mm);
    if ((rc = jy_picture_new((uint32_t)width, (uint32_t)height, out, fault)) != JY_OK)
        return rc;
    rc = draw_to_picture(r, page, px_per_mm, px_per_mm, true, out, fault);
    if (rc != JY_OK)
        jy_picture_free(out);
    out->opaque = true;
    return rc;
}

static jy_err
draw_svg(struct jy_fonts *fonts, struct jy_slice bytes, struct jy_picture *into, struct jy_fault *fault)
{
    cairo_surface_t *surface = surface_over(into);
    cairo_t *cr = cairo_create(surface);
    jy_err rc = svg_draw(bytes, fonts, cr, into->width, into->height, fault);

    cairo_destroy(cr);
    if (rc == JY_OK && cairo_surface_status(surface) != CAIRO_STATUS_SUCCESS)
        rc = jy_fail(fault, JY_E_NOMEM, "SVG", 0, "no memory");
    surface_leave(surface, into);
    cairo_surface_destroy(surface);
    return rc;
}

jy_err
jy_render_drawer(void *fonts, enum jy_picture_type type, struct jy_slice bytes, struct jy_picture *into, struct jy_fault *fault)
{
    struct jy_render *r = NULL;
    struct jy_page size;
    jy_err rc;

    if (type == JY_PICTURE_SVG)
        return draw_svg(fonts, bytes, into, fault);
    if (type != JY_PICTURE_OFD)
        return jy_fail(fault, JY_E_UNSUPPORTED, "picture", 0, "%s is no vector picture", jy_picture_type_name(type));
    if ((rc = render_open_level(bytes, fonts, 1, &r, fault)) != JY_OK)
        return rc;
    size = r->ofd->pages[0].size;
    rc = draw_to_picture(r, 1, into->width / size.width_mm, into->height / size.height_mm, false, into, fault);
    /* A seal is drawn as it is or not at all; only the fonts may be others. */
    for (size_t i = 0; rc == JY_OK && i < r->note_count; i++)
        if (strstr(r->notes[i].text, "not embedded") == NULL)
            rc = jy_fail(fault, JY_E_UNSUPPORTED, r->notes[i].where, 0, "%s", r->notes[i].text);
    jy_render_free(r);
    return rc;
}
