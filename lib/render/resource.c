/* SPDX-License-Identifier: Apache-2.0 */
/* Resource parts (GB/T 33190 7.9): fonts, colour spaces, draw parameters, media, composite units by id. */
#include "render/render.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RESOURCES_MAX 20000u                 /* of one scope */

static jy_err
add(struct scope *scope, enum res_kind kind, const struct jy_xml *node, char (*folder)[OFD_PATH])
{
    const char *id = jy_xml_attr(node, "ID");

    if (id == NULL || scope->count >= RESOURCES_MAX)
        return JY_OK;
    if (scope->count == scope->cap) {
        size_t cap = scope->cap == 0 ? 32 : scope->cap * 2;
        struct res *list = realloc(scope->list, cap * sizeof(*list));
        if (list == NULL)
            return JY_E_NOMEM;
        scope->list = list;
        scope->cap = cap;
    }
    scope->list[scope->count++] = (struct res){ .id = (uint32_t)strtoul(id, NULL, 10), .kind = kind, .node = node, .folder = folder,
                                                  .order = scope->count };
    return JY_OK;
}

/* Of two with one id the first that was read is meant. */
static int
by_kind_and_id(const void *a, const void *b)
{
    const struct res *x = a, *y = b;

    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    if (x->id != y->id)
        return x->id < y->id ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

jy_err
scope_read(struct jy_render *r, struct scope *scope, const char *folder, const char *loc, struct jy_fault *fault)
{
    static const struct { const char *list, *item; enum res_kind kind; } kinds[] = {
        { "Fonts", "Font", RES_FONT }, { "ColorSpaces", "ColorSpace", RES_COLOUR }, { "DrawParams", "DrawParam", RES_DRAW },
        { "MultiMedias", "MultiMedia", RES_MEDIA }, { "CompositeGraphicUnits", "CompositeGraphicUnit", RES_UNIT },
    };
    struct part *part = calloc(1, sizeof(*part));
    char path[OFD_PATH];
    size_t at = ofd_locate(r->ofd, folder, loc, path);
    const char *base;
    jy_err rc;

    if (part == NULL)
        return jy_fail(fault, JY_E_NOMEM, NULL, 0, "no memory");
    if (at == SIZE_MAX) {
        note(r, loc, "资源文件缺失 resource part is missing");
        free(part);
        return JY_OK;
    }
    if (!hold(r, jy_zip_entry(r->ofd->zip, at)->size * TREE_PRICE)) {
        note(r, path, "资源文件超出限额 the resource parts are beyond the limit");
        free(part);
        return JY_OK;
    }
    if ((rc = ofd_parse(r->ofd, at, NULL, &part->doc, fault)) != JY_OK) {
        note(r, path, "资源文件无法读取 resource part cannot be read: %s", jy_err_code(rc));
        free(part);
        return rc == JY_E_NOMEM ? rc : JY_OK;
    }
    part->next = scope->parts;
    scope->parts = part;
    ofd_folder(path, part->folder);
    base = jy_xml_attr(jy_xml_root(part->doc), "BaseLoc");
    if (base != NULL && ofd_resolve(part->folder, base, path, NULL) == JY_OK)
        snprintf(part->folder, OFD_PATH, "%.254s%s", path, path[0] != '\0' && path[strlen(path) - 1] != '/' ? "/" : "");
    for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
        for (const struct jy_xml *list = jy_xml_child(jy_xml_root(part->doc), kinds[k].list); list != NULL; list = jy_xml_next(list))
            for (const struct jy_xml *item = jy_xml_child(list, kinds[k].item); item != NULL; item = jy_xml_next(item))
                if (add(scope, kinds[k].kind, item, &part->folder) != JY_OK)
                    return jy_fail(fault, JY_E_NOMEM, NULL, 0, "no memory");
    if (scope->count > 0)
        qsort(scope->list, scope->count, sizeof(*scope->list), by_kind_and_id);
    return JY_OK;
}

void
scope_free(struct scope *scope)
{
    for (size_t i = 0; i < scope->count; i++) {
        font_free(scope->list[i].font);
        if (scope->list[i].image != NULL)
            cairo_surface_destroy(scope->list[i].image);
    }
    free(scope->list);
    while (scope->parts != NULL) {
        struct part *next = scope->parts->next;
        jy_xml_free(scope->parts->doc);
        free(scope->parts);
        scope->parts = next;
    }
    *scope = (struct scope){ 0 };
}

struct res *
scope_find(struct scope *scope, enum res_kind kind, const char *id)
{
    struct res key = { .kind = kind };

    if (id == NULL)
        return NULL;
    key.id = (uint32_t)strtoul(id, NULL, 10);
    for (; scope != NULL; scope = scope->outer) {
        size_t low = 0, high = scope->count;
        while (low < high) {                                 /* the first that is not before the key */
            size_t middle = (low + high) / 2;
            if (by_kind_and_id(&scope->list[middle], &key) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        if (low < scope->count && scope->list[low].kind == kind && scope->list[low].id == key.id)
            return &scope->list[low];
    }
    return NULL;
}
