/* SPDX-License-Identifier: Apache-2.0 */
/* What the documents of a package reach: every part that one part can name (GB/T 33190 Annex A), from OFD.xml on, and the pages on the way. */
#include <ofd/package.h>

#include <crypto/known.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Kinds of parts by what stands in them. */
enum part { FILE_, BODY, VERSION, DOCUMENT, PAGE, RESOURCES, ANNOTATIONS, ANNOTATION, ATTACHMENTS, TAGS, EXTENSIONS };

/* Where a part names another one: in an element, wherever it stands (not every reader minds), in its attribute or its text. */
static const struct link {
    enum part in;
    const char *element, *attribute;
    enum part to;
} links[] = {
    { BODY, "Cover", NULL, FILE_ },
    { BODY, "DocRoot", NULL, DOCUMENT },
    { BODY, "Version", "BaseLoc", VERSION },
    { VERSION, "File", NULL, FILE_ },
    { VERSION, "DocRoot", NULL, DOCUMENT },
    { DOCUMENT, "PublicRes", NULL, RESOURCES },
    { DOCUMENT, "DocumentRes", NULL, RESOURCES },
    { DOCUMENT, "TemplatePage", "BaseLoc", PAGE },
    { DOCUMENT, "Page", "BaseLoc", PAGE },
    { DOCUMENT, "Annotations", NULL, ANNOTATIONS },
    { DOCUMENT, "CustomTags", NULL, TAGS },
    { DOCUMENT, "Attachments", NULL, ATTACHMENTS },
    { DOCUMENT, "Extensions", NULL, EXTENSIONS },
    { PAGE, "PageRes", NULL, RESOURCES },
    { RESOURCES, "FontFile", NULL, FILE_ },
    { RESOURCES, "MediaFile", NULL, FILE_ },
    { RESOURCES, "ColorSpace", "Profile", FILE_ },
    { ANNOTATIONS, "FileLoc", NULL, ANNOTATION },
    { ATTACHMENTS, "FileLoc", NULL, FILE_ },
    { TAGS, "FileLoc", NULL, FILE_ },
    { TAGS, "SchemaLoc", NULL, FILE_ },
    { EXTENSIONS, "ExtendData", NULL, FILE_ },
};

#define ACTIONS 2                     /* names before those of the links */

jy_err
ofd_parse_naming(struct ofd *ofd, size_t entry, struct jy_slice bytes, const char *skip, struct jy_xml_doc **out, struct jy_fault *fault)
{
    const char *names[ACTIONS + sizeof(links) / sizeof(links[0])] = { "Actions", "Action" }, *where = jy_zip_entry(ofd->zip, entry)->name;
    struct jy_xml_watch watch = { .names = names, .count = ACTIONS };
    jy_err err;

    for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
        if (links[i].in == DOCUMENT || links[i].in == PAGE)
            names[watch.count++] = links[i].element;
    jy_xml_watch(ofd->reader, &watch);
    err = jy_xml_parse(ofd->reader, bytes, where, skip, out, fault);
    if (err == JY_OK && watch.left_out >> ACTIONS != 0) {
        jy_xml_free(*out);
        err = jy_xml_parse(ofd->reader, bytes, where, NULL, out, fault);
    }
    jy_xml_watch(ofd->reader, NULL);
    ofd->acts[entry] = ofd->acts[entry] || (watch.seen & ((1u << ACTIONS) - 1)) != 0;
    return err;
}

struct walk {
    struct ofd *ofd;
    size_t body;
    uint16_t *seen;                   /* by entry: as what it was walked for this DocBody, a bit by kind */
    size_t *page_of;                  /* by entry: 1 + the first page that it is, or 0 */
    size_t links_met;
    const char *beside;               /* folder of the part that is walked */
    struct jy_buf ids;                /* uint64_t each: what names it (1 a template, 2 a resource) in the upper half, ST_ID in the lower */
    struct jy_fault *fault;
};

static jy_err follow(struct walk *w, enum part kind, const char *folder, const char *loc);

/* A resource outside cannot be protected: http://…, file:…, ../../…; what is merely missing shows nothing. */
static bool
is_outside(const char *folder, const char *loc)
{
    char path[OFD_PATH];
    size_t scheme = strcspn(loc, ":/\\");

    return (loc[scheme] == ':' && scheme > 0) || strncmp(loc, "//", 2) == 0 || ofd_resolve(folder, loc, path, NULL) == JY_E_HOSTILE;
}

static void
mark(struct walk *w, size_t entry)
{
    uint16_t *by = &w->ofd->reached[entry], mine = (uint16_t)(1 + w->body);

    *by = *by == 0 || *by == mine ? mine : OFD_SHOWN_BY_SEVERAL;
}

/* ST_ID (GB/T 33190 7.3) of what content refers to by it. */
static jy_err
keep_id(struct walk *w, enum part kind, const struct jy_xml *node)
{
    static const char *const resources[] = { "Font", "MultiMedia", "ColorSpace", "DrawParam", "CompositeGraphicUnit", "VectorG" };
    const char *id = kind == DOCUMENT || kind == RESOURCES ? jy_xml_attr(node, "ID") : NULL;
    uint64_t named = kind == DOCUMENT && strcmp(node->name, "TemplatePage") == 0;
    char *end;

    for (size_t i = 0; kind == RESOURCES && id != NULL && i < sizeof(resources) / sizeof(resources[0]); i++)
        if (strcmp(node->name, resources[i]) == 0)
            named = 2;
    if (id == NULL || named == 0)
        return JY_OK;
    named = named << 32 | (strtoul(id, &end, 10) & UINT32_MAX);
    if (end == id || *end != '\0')
        return JY_OK;
    return jy_buf_add(&w->ids, JY_SLICE(&named, sizeof(named)));
}

static int
by_number(const void *a, const void *b)
{
    uint64_t x, y;

    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    return (x > y) - (x < y);
}

static void
find_twice(struct walk *w)
{
    size_t count = w->ids.len / sizeof(uint64_t);

    if (count > 1)
        qsort(w->ids.p, count, sizeof(uint64_t), by_number);
    for (size_t i = 1; i < count; i++)
        if (by_number(w->ids.p + (i - 1) * sizeof(uint64_t), w->ids.p + i * sizeof(uint64_t)) == 0) {
            uint64_t id;

            memcpy(&id, w->ids.p + i * sizeof(id), sizeof(id));
            snprintf(w->ofd->twice, sizeof(w->ofd->twice), "ID %lu", (unsigned long)(id & UINT32_MAX));
        }
    w->ids.len = 0;
}

/* Is folder i of the list one that stands before it as well? */
static bool
is_repeated(const char *const *folders, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (strcmp(folders[k], folders[i]) == 0)
            return true;
    return false;
}

/* An element or attribute that the standard does not have there may be one that some program knows. */
static void
mention(struct walk *w, const char *folder, const char *value)
{
    const char *const folders[] = { folder, w->beside, "" };
    char path[OFD_PATH];

    for (size_t i = 0; value[0] != '\0' && strpbrk(value, "./") != NULL && i < sizeof(folders) / sizeof(folders[0]); i++) {
        size_t entry = !is_repeated(folders, i) && ofd_resolve(folders[i], value, path, NULL) == JY_OK ? ofd_find(w->ofd, path) : SIZE_MAX;

        if (entry != SIZE_MAX)
            w->ofd->mentioned[entry] = true;
    }
}

static jy_err walk_tree(struct walk *w, enum part kind, const struct jy_xml *node, const char *folder);

static jy_err
walk_node(struct walk *w, enum part kind, const struct jy_xml *node, const char *folder)
{
    const char *followed = NULL;
    jy_err err = keep_id(w, kind, node);

    if (err != JY_OK)
        return jy_fail(w->fault, err, NULL, 0, "no memory");
    for (size_t i = 0; err == JY_OK && i < sizeof(links) / sizeof(links[0]); i++) {
        const struct link *l = &links[i];
        const char *loc = NULL;

        if (l->in != kind || strcmp(l->element, node->name) != 0)
            continue;
        w->links_met++;
        if (l->attribute != NULL)
            loc = jy_xml_attr(node, l->attribute);
        else
            err = ofd_location(node, "ST_Loc", &loc, w->fault);
        if (err == JY_OK && loc != NULL && loc[0] != '\0') {
            followed = loc;
            err = follow(w, l->to, folder, loc);
        }
    }
    /* Pages name nothing beside their resources, and those that were met before are not here. What was followed is shown, wherever it may lead. */
    if (kind != PAGE) {
        for (const struct jy_xml_attr *a = node->attrs; a != NULL; a = a->next)
            if (a->value != followed)
                mention(w, folder, a->value);
        if (node->text != followed)
            mention(w, folder, node->text);
    }
    return err == JY_OK ? walk_tree(w, kind, node->child, folder) : err;
}

static jy_err
walk_tree(struct walk *w, enum part kind, const struct jy_xml *node, const char *folder)
{
    jy_err err = JY_OK;

    for (; err == JY_OK && node != NULL; node = node->next)
        err = walk_node(w, kind, node, folder);
    return err;
}

/* The tree of a part that is read already. */
static jy_err
walk_part(struct walk *w, enum part kind, const struct jy_xml *root, const char *path)
{
    char beside[OFD_PATH], folder[OFD_PATH], inner[OFD_PATH];
    const char *outer = w->beside;
    jy_err err = JY_OK;

    ofd_folder(path, beside);
    ofd_folder(path, folder);
    w->beside = beside;
    if (kind == RESOURCES && jy_xml_attr(root, "BaseLoc") != NULL) {
        err = ofd_resolve(folder, jy_xml_attr(root, "BaseLoc"), inner, w->fault);
        if (err == JY_OK)
            snprintf(folder, sizeof(folder), "%.254s%s", inner, inner[0] != '\0' && inner[strlen(inner) - 1] != '/' ? "/" : "");
    }
    if (err == JY_OK)
        err = walk_tree(w, kind, root, folder);
    w->beside = outer;
    return err;
}

/* What a page says of itself, and that it names no other part and has no action: what is remembered of its bytes. */
struct plain_page {
    double box[4];                    /* mm; its own physical box, when it has one */
    uint8_t has_box, doubt;           /* enum ofd_doubt of its area */
};
_Static_assert(sizeof(struct plain_page) <= JY_FACT_SIZE, "a plain page is a fact");

/* A page of a document or a template, without its content. A page that was met before and names nothing is not parsed again. */
static jy_err
read_page_part(struct walk *w, size_t entry, const char *path, struct plain_page *page)
{
    static const char *const once[] = { "Content", NULL };
    const uint8_t *sm3 = w->ofd->digests[OFD_SM3].value[entry];
    uint8_t fact[JY_FACT_SIZE] = { 0 };
    struct jy_buf bytes = { 0 };
    struct jy_xml_doc *part = NULL;
    size_t before = w->links_met;
    jy_err err = ofd_read(w->ofd, entry, &bytes, w->fault);

    *page = (struct plain_page){ .has_box = false };
    if (err == JY_OK && jy_fact_known(sm3, fact)) {
        memcpy(page, fact, sizeof(*page));
    } else if (err == JY_OK) {
        err = ofd_parse_naming(w->ofd, entry, jy_buf_slice(&bytes), "Content", &part, w->fault);
        if (err == JY_OK)
            err = ofd_single(jy_xml_root(part), once, path, w->fault);
        page->has_box = err == JY_OK && ofd_box(jy_xml_child_text(jy_xml_child(jy_xml_root(part), "Area"), "PhysicalBox"), page->box);
        page->doubt = err == JY_OK ? (uint8_t)ofd_area_doubt(jy_xml_child(jy_xml_root(part), "Area")) : OFD_CLEAR;
        if (err == JY_OK)
            err = walk_part(w, PAGE, jy_xml_root(part), path);
        memcpy(fact, page, sizeof(*page));
        if (err == JY_OK && w->links_met == before && !w->ofd->acts[entry])
            jy_fact_remember(sm3, fact);
    }
    jy_xml_free(part);
    jy_buf_free(&bytes);
    return err;
}

/* Parts that name others are read; those of pages without their content. */
static jy_err
read_part(struct walk *w, enum part kind, size_t entry, const char *path)
{
    struct jy_buf bytes = { 0 };
    struct jy_xml_doc *doc = NULL;
    struct plain_page page;
    jy_err err;

    if (kind == PAGE)
        return read_page_part(w, entry, path, &page);
    err = ofd_read(w->ofd, entry, &bytes, w->fault);
    if (err == JY_OK)
        err = ofd_parse_naming(w->ofd, entry, jy_buf_slice(&bytes), kind == DOCUMENT ? "Outlines" : NULL, &doc, w->fault);
    if (err == JY_OK)
        err = walk_part(w, kind, jy_xml_root(doc), path);
    jy_xml_free(doc);
    jy_buf_free(&bytes);
    return err;
}

/* Readers count a location from different folders: from BaseLoc or without it, from the document, from the root, some with a leading slash as well. What
 * stands where any of them looks is shown by somebody. */
static void
mark_others(struct walk *w, const char *loc, size_t entry)
{
    char document[OFD_PATH], path[OFD_PATH];
    const char *const folders[] = { w->beside, document, "" }, *bare = loc + strspn(loc, "/\\");

    ofd_folder(w->ofd->doc_path, document);
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        for (const char *l = loc; l != NULL; l = l == loc && bare != loc ? bare : NULL) {
            size_t other = !is_repeated(folders, i) && ofd_resolve(folders[i], l, path, NULL) == JY_OK ? ofd_find(w->ofd, path) : SIZE_MAX;

            if (other != SIZE_MAX && other != entry)
                mark(w, other);
        }
    }
}

static jy_err
follow(struct walk *w, enum part kind, const char *folder, const char *loc)
{
    char path[OFD_PATH];
    size_t entry = ofd_locate(w->ofd, folder, loc, path);
    jy_err err = ofd_keep_near(w->ofd, folder, w->beside, loc, entry == SIZE_MAX ? NULL : path, false);

    if (err != JY_OK)
        return jy_fail(w->fault, err, NULL, 0, "no memory");
    mark_others(w, loc, entry);
    if (entry == SIZE_MAX) {
        if (is_outside(folder, loc) && w->ofd->outside == NULL && (w->ofd->outside = strdup(loc)) == NULL)
            return jy_fail(w->fault, JY_E_NOMEM, NULL, 0, "no memory");
        return JY_OK;
    }
    mark(w, entry);
    if ((w->seen[entry] & 1u << kind) != 0)
        return JY_OK;
    w->seen[entry] |= (uint16_t)(1u << kind);
    if (kind == DOCUMENT && strcmp(path, w->ofd->body[w->body].doc_path) != 0)
        w->ofd->versions = true;
    /* Annotations name no parts and are read when the document is stamped: some of their links may act. */
    w->ofd->acts[entry] = w->ofd->acts[entry] || kind == ANNOTATION;
    return kind == FILE_ || kind == ANNOTATION ? JY_OK : read_part(w, kind, entry, path);
}

/* A page's size, and what it names. */
static jy_err
read_page(struct walk *w, const struct jy_xml *node, const char *folder, const struct plain_page *common, struct ofd_page *page)
{
    struct plain_page own;
    char path[OFD_PATH];
    const char *id = jy_xml_attr(node, "ID");
    jy_err err;

    page->body = w->body;
    page->file = ofd_locate(w->ofd, folder, jy_xml_attr(node, "BaseLoc"), path);
    if (snprintf(page->id, sizeof(page->id), "%s", id == NULL ? "" : id) >= (int)sizeof(page->id))
        page->doubt = OFD_ID_LENGTH;
    if (page->file == SIZE_MAX)
        return jy_fail(w->fault, JY_E_FORMAT, w->ofd->doc_path, 0, "the file of page %s is missing", page->id);
    mark(w, page->file);
    if (w->page_of[page->file] != 0) {
        page->size = w->ofd->pages[w->page_of[page->file] - 1].size;
        page->doubt = page->doubt == OFD_CLEAR ? w->ofd->pages[w->page_of[page->file] - 1].doubt : page->doubt;
        return JY_OK;
    }
    w->page_of[page->file] = 1 + w->ofd->page_count;
    w->seen[page->file] |= 1u << PAGE;
    err = read_page_part(w, page->file, path, &own);
    if (err != JY_OK)
        return err;
    if (!own.has_box && !common->has_box)
        return jy_fail(w->fault, JY_E_FORMAT, path, 0, "page without a size");
    if (page->doubt == OFD_CLEAR)
        page->doubt = own.doubt != OFD_CLEAR || own.has_box ? own.doubt : common->doubt;
    if (!own.has_box)
        memcpy(own.box, common->box, sizeof(own.box));
    if (!(own.box[2] > 0 && own.box[2] < 100000) || !(own.box[3] > 0 && own.box[3] < 100000))
        return jy_fail(w->fault, JY_E_FORMAT, path, 0, "page size");
    page->size = (struct jy_page){ own.box[2], own.box[3] };
    return JY_OK;
}

static jy_err
read_pages(struct walk *w)
{
    struct ofd *ofd = w->ofd;
    struct ofd_body *body = &ofd->body[w->body];
    const struct jy_xml *doc = jy_xml_root(body->document), *pages = jy_xml_child(doc, "Pages"), *node;
    struct ofd_page *list;
    const struct jy_xml *area = jy_xml_child(jy_xml_child(doc, "CommonData"), "PageArea");
    struct plain_page common = { .doubt = (uint8_t)ofd_area_doubt(area) };
    char folder[OFD_PATH];
    jy_err err = JY_OK;

    common.has_box = ofd_box(jy_xml_child_text(area, "PhysicalBox"), common.box);
    body->first_page = ofd->page_count;
    for (node = jy_xml_child(pages, "Page"); node != NULL; node = jy_xml_next(node))
        body->page_count++;
    if (body->page_count == 0 || body->page_count > JY_OFD_PAGES_MAX - ofd->page_count)
        return jy_fail(w->fault, body->page_count == 0 ? JY_E_FORMAT : JY_E_LIMIT, body->doc_path, 0, "%zu pages", body->page_count);
    list = reallocarray(ofd->pages, ofd->page_count + body->page_count, sizeof(*list));
    if (list == NULL)
        return jy_fail(w->fault, JY_E_NOMEM, NULL, 0, "no memory");
    ofd->pages = list;
    ofd_folder(body->doc_path, folder);
    for (node = jy_xml_child(pages, "Page"); err == JY_OK && node != NULL; node = jy_xml_next(node)) {
        memset(&list[ofd->page_count], 0, sizeof(*list));
        err = read_page(w, node, folder, &common, &list[ofd->page_count]);
        ofd->page_count += err == JY_OK;
    }
    return err;
}

static int
by_id(const void *a, const void *b, void *ctx)
{
    const struct ofd_page *list = ctx, *x = &list[*(const size_t *)a], *y = &list[*(const size_t *)b];
    int order = x->body != y->body ? (x->body < y->body ? -1 : 1) : strcmp(x->id, y->id);

    return order != 0 ? order : x < y ? -1 : x > y;
}

size_t
ofd_page_by_id(const struct ofd *ofd, size_t body, const char *id, bool *twice)
{
    size_t low = 0, high = ofd->page_count;

    *twice = false;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        const struct ofd_page *page = &ofd->pages[ofd->pages_by_id[mid]];

        if (page->body < body || (page->body == body && strcmp(page->id, id) < 0))
            low = mid + 1;
        else
            high = mid;
    }
    if (low == ofd->page_count || ofd->pages[ofd->pages_by_id[low]].body != body || strcmp(ofd->pages[ofd->pages_by_id[low]].id, id) != 0)
        return SIZE_MAX;
    *twice = low + 1 < ofd->page_count && ofd->pages[ofd->pages_by_id[low + 1]].body == body && strcmp(ofd->pages[ofd->pages_by_id[low + 1]].id, id) == 0;
    return ofd->pages_by_id[low];
}

/* One DocBody: its pages, what its document names, and what stands beside it in OFD.xml. */
static jy_err
walk_body(struct walk *w, const struct jy_xml *node, size_t root)
{
    const struct ofd_body *body = &w->ofd->body[w->body];
    jy_err err;

    ofd_enter_body(w->ofd, w->body);
    mark(w, root);
    mark(w, body->file);
    w->seen[body->file] |= 1u << DOCUMENT;
    err = read_pages(w);
    if (err == JY_OK)
        err = walk_part(w, DOCUMENT, jy_xml_root(body->document), body->doc_path);
    if (err == JY_OK)
        err = walk_tree(w, BODY, node->child, "");
    /* A DocBody or DocRoot where none belongs: for some readers the document. */
    for (const struct jy_xml *stray = w->body == 0 ? node->parent->child : NULL; err == JY_OK && stray != NULL; stray = stray->next)
        if (strcmp(stray->name, "DocBody") != 0)
            err = walk_node(w, BODY, stray, "");
    return err;
}

jy_err
ofd_reach(struct ofd *ofd, struct jy_fault *fault)
{
    struct walk w = { .ofd = ofd, .fault = fault, .beside = "" };
    const struct jy_xml *node = jy_xml_child(jy_xml_root(ofd->root), "DocBody");
    size_t root = jy_zip_find(ofd->zip, "OFD.xml", false), entries = jy_zip_count(ofd->zip) + 1;
    jy_err err = JY_OK;

    for (; err == JY_OK && w.body < ofd->bodies; w.body++, node = jy_xml_next(node)) {
        w.seen = calloc(entries, sizeof(*w.seen));
        w.page_of = calloc(entries, sizeof(*w.page_of));
        if (w.seen == NULL || w.page_of == NULL)
            err = jy_fail(fault, JY_E_NOMEM, NULL, 0, "no memory");
        else
            err = walk_body(&w, node, root);
        find_twice(&w);
        free(w.seen);
        free(w.page_of);
    }
    jy_buf_free(&w.ids);
    if (err == JY_OK && (ofd->pages_by_id = reallocarray(NULL, ofd->page_count, sizeof(*ofd->pages_by_id))) == NULL)
        err = jy_fail(fault, JY_E_NOMEM, NULL, 0, "no memory");
    for (size_t i = 0; err == JY_OK && i < ofd->page_count; i++)
        ofd->pages_by_id[i] = i;
    if (err == JY_OK)
        qsort_r(ofd->pages_by_id, ofd->page_count, sizeof(*ofd->pages_by_id), by_id, ofd->pages);
    return err;
}
