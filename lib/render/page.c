/* SPDX-License-Identifier: Apache-2.0 */
/* A page (GB/T 33190 7.7): its box, templates and layers in their order, annotations (clause 15). */
#include "render/render.h"

#include <stdlib.h>
#include <string.h>

#define TEMPLATES_MAX 64

static bool
is(const char *text, const char *what)
{
    return text != NULL && strcasecmp(text, what) == 0;
}

static void
draw_layers(struct draw *d, const struct jy_xml *page)
{
    static const char *const types[] = { "Background", "Body", "Foreground" };
    const struct jy_xml *content = jy_xml_child(page, "Content");

    for (int pass = 0; pass < 3; pass++)
        for (const struct jy_xml *layer = jy_xml_child(content, "Layer"); layer != NULL; layer = jy_xml_next(layer)) {
            const char *type = jy_xml_attr(layer, "Type");
            int belongs = is(type, types[0]) ? 0 : is(type, types[2]) ? 2 : 1;
            if (belongs == pass && true_of(layer, "Visible", true))
                draw_objects(d, layer, jy_xml_attr(layer, "DrawParam"));
        }
}

/* Resources of a page or template, then its layers. */
static jy_err
draw_part(struct draw *d, const struct jy_xml *page, const char *path, struct jy_fault *fault)
{
    struct scope scope = { .outer = &d->r->scope };
    struct draw inner = *d;
    char folder[OFD_PATH];
    jy_err rc = JY_OK;

    ofd_folder(path, folder);
    for (const struct jy_xml *res = jy_xml_child(page, "PageRes"); rc == JY_OK && res != NULL; res = jy_xml_next(res))
        rc = scope_read(d->r, &scope, folder, res->text, fault);
    inner.scope = &scope;
    if (rc == JY_OK)
        draw_layers(&inner, page);
    scope_free(&scope);
    return rc;
}

static const struct jy_xml *
common_data(const struct jy_render *r)
{
    return jy_xml_child(jy_xml_root(r->ofd->document), "CommonData");
}

static jy_err
draw_template(struct draw *d, const struct jy_xml *use, bool above, struct jy_fault *fault)
{
    const char *id = jy_xml_attr(use, "TemplateID"), *order = jy_xml_attr(use, "ZOrder");
    const struct jy_xml *template = jy_xml_child(common_data(d->r), "TemplatePage");
    char folder[OFD_PATH], path[OFD_PATH];
    struct jy_xml_doc *doc = NULL;
    size_t at;
    jy_err rc;

    while (template != NULL && (id == NULL || jy_xml_attr(template, "ID") == NULL || strcmp(jy_xml_attr(template, "ID"), id) != 0))
        template = jy_xml_next(template);
    if (template == NULL) {
        note(d->r, id == NULL ? "Template" : id, "模板页缺失 template page is missing");
        return JY_OK;
    }
    if (order == NULL)
        order = jy_xml_attr(template, "ZOrder");
    if (is(order, "Foreground") != above)
        return JY_OK;
    ofd_folder(d->r->ofd->doc_path, folder);
    at = ofd_locate(d->r->ofd, folder, jy_xml_attr(template, "BaseLoc"), path);
    if (at == SIZE_MAX || !hold(d->r, jy_zip_entry(d->r->ofd->zip, at)->size * TREE_PRICE) ||
        (rc = ofd_parse(d->r->ofd, at, NULL, &doc, fault)) != JY_OK) {
        note(d->r, id, "模板页无法读取 template page cannot be read");
        return JY_OK;
    }
    rc = draw_part(d, jy_xml_root(doc), path, fault);
    jy_xml_free(doc);
    return rc;
}

static void
draw_annotation(struct draw *d, const struct jy_xml *annot)
{
    const struct jy_xml *look = jy_xml_child(annot, "Appearance");
    double box[4] = { 0 };

    if (look == NULL || !true_of(annot, "Visible", true))
        return;
    numbers_of(jy_xml_attr(look, "Boundary"), box, 4);
    cairo_save(d->cr);
    cairo_translate(d->cr, box[0], box[1]);
    draw_objects(d, look, NULL);
    cairo_restore(d->cr);
}

static void
draw_annotations(struct draw *d, const char *page_id)
{
    struct ofd *ofd = d->r->ofd;
    struct jy_xml_doc *list = NULL, *part = NULL;
    char folder[OFD_PATH], path[OFD_PATH];
    const char *loc = jy_xml_child_text(jy_xml_root(ofd->document), "Annotations");
    size_t at;

    ofd_folder(ofd->doc_path, folder);
    if (loc == NULL || (at = ofd_locate(ofd, folder, loc, path)) == SIZE_MAX || ofd_parse(ofd, at, NULL, &list, NULL) != JY_OK)
        return;
    ofd_folder(path, folder);
    for (const struct jy_xml *page = jy_xml_child(jy_xml_root(list), "Page"); page != NULL; page = jy_xml_next(page)) {
        const char *id = jy_xml_attr(page, "PageID");
        if (id == NULL || strcmp(id, page_id) != 0)
            continue;
        at = ofd_locate(ofd, folder, jy_xml_child_text(page, "FileLoc"), NULL);
        if (at == SIZE_MAX || ofd_parse(ofd, at, NULL, &part, NULL) != JY_OK) {
            note(d->r, "Annotations", "注释无法读取 annotations cannot be read");
            continue;
        }
        for (const struct jy_xml *annot = jy_xml_child(jy_xml_root(part), "Annot"); annot != NULL; annot = jy_xml_next(annot))
            draw_annotation(d, annot);
        jy_xml_free(part);
        part = NULL;
    }
    jy_xml_free(list);
}

static const struct jy_xml *
page_entry(const struct jy_render *r, size_t page)
{
    const struct jy_xml *entry = jy_xml_child(jy_xml_child(jy_xml_root(r->ofd->document), "Pages"), "Page");

    while (page-- > 1 && entry != NULL)
        entry = jy_xml_next(entry);
    return entry;
}

jy_err
draw_page(struct jy_render *r, size_t page, cairo_t *cr, struct jy_fault *fault)
{
    struct draw d = { .r = r, .cr = cr, .scope = &r->scope, .alpha = 1 };
    const struct jy_xml *entry = page_entry(r, page), *root, *use;
    struct jy_xml_doc *doc = NULL;
    char folder[OFD_PATH], path[OFD_PATH];
    cairo_matrix_t space;
    double box[4] = { 0 };
    size_t at;
    int uses = 0;
    jy_err rc;

    ofd_folder(r->ofd->doc_path, folder);
    at = ofd_locate(r->ofd, folder, jy_xml_attr(entry, "BaseLoc"), path);
    if (at == SIZE_MAX)
        return jy_fail(fault, JY_E_PAGE_RANGE, r->ofd->doc_path, 0, "page %zu has no part", page);
    if (!hold(r, jy_zip_entry(r->ofd->zip, at)->size * TREE_PRICE))
        return jy_fail(fault, JY_E_LIMIT, path, 0, "the page needs more memory than one may take");
    if ((rc = ofd_parse(r->ofd, at, NULL, &doc, fault)) != JY_OK)
        return rc;
    root = jy_xml_root(doc);
    if (!ofd_box(jy_xml_child_text(jy_xml_child(root, "Area"), "PhysicalBox"), box))
        (void)ofd_box(jy_xml_child_text(jy_xml_child(common_data(r), "PageArea"), "PhysicalBox"), box);
    cairo_save(cr);
    cairo_translate(cr, -box[0], -box[1]);
    cairo_get_matrix(cr, &space);
    d.page = &space;
    for (use = jy_xml_child(root, "Template"); rc == JY_OK && use != NULL && uses++ < TEMPLATES_MAX; use = jy_xml_next(use))
        rc = draw_template(&d, use, false, fault);
    if (rc == JY_OK)
        rc = draw_part(&d, root, path, fault);
    uses = 0;
    for (use = jy_xml_child(root, "Template"); rc == JY_OK && use != NULL && uses++ < TEMPLATES_MAX; use = jy_xml_next(use))
        rc = draw_template(&d, use, true, fault);
    if (rc == JY_OK && jy_xml_attr(entry, "ID") != NULL)
        draw_annotations(&d, jy_xml_attr(entry, "ID"));
    if (rc == JY_OK && r->level == 0)
        draw_stamps(&d, page);
    cairo_restore(cr);
    jy_xml_free(doc);
    if (rc == JY_OK && cairo_status(cr) != CAIRO_STATUS_SUCCESS)
        rc = jy_fail(fault, cairo_status(cr) == CAIRO_STATUS_NO_MEMORY ? JY_E_NOMEM : JY_E_FORMAT, path, 0, "%s",
                     cairo_status_to_string(cairo_status(cr)));
    return rc;
}
