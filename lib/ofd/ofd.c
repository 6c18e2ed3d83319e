/* SPDX-License-Identifier: Apache-2.0 */
/* Opening an OFD (GB/T 33190): locations, document, pages, and what the document reaches. */
#include <ofd/package.h>

#include <codec/text.h>
#include <iconv.h>
#include <openssl/evp.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
ofd_folder(const char *path, char out[OFD_PATH])
{
    const char *slash = strrchr(path, '/');
    size_t len = slash == NULL ? 0 : (size_t)(slash - path) + 1;

    memcpy(out, path, len);
    out[len] = '\0';
}

jy_err
ofd_resolve(const char *folder, const char *loc, char out[OFD_PATH], struct jy_fault *fault)
{
    size_t len = 0;

    if (strlen(folder) + strlen(loc) + 2 > OFD_PATH)
        return jy_fail(fault, JY_E_LIMIT, "ST_Loc", 0, "location is too long");
    if (loc[0] != '/' && loc[0] != '\\') {
        len = strlen(folder);
        memcpy(out, folder, len);
    }
    while (*loc != '\0') {
        size_t part = strcspn(loc, "/\\");

        if (part == 2 && memcmp(loc, "..", 2) == 0) {
            if (len == 0)
                return jy_fail(fault, JY_E_HOSTILE, "ST_Loc", 0, "location leaves the package");
            for (len--; len > 0 && out[len - 1] != '/'; len--)
                ;
        } else if (part > 0 && !(part == 1 && loc[0] == '.')) {
            memcpy(out + len, loc, part);
            len += part;
            if (loc[part] != '\0')
                out[len++] = '/';
        }
        loc += part + (loc[part] != '\0');
    }
    out[len] = '\0';
    return JY_OK;
}

static bool
convert(const char *to, const char *from, const char *text, char *out, size_t size)
{
    iconv_t cd = iconv_open(to, from);
    char *in = (char *)(uintptr_t)text, *o = out;
    size_t in_left = strlen(text), out_left = size - 1;
    bool good;

    if (cd == (iconv_t)-1)
        return false;
    good = iconv(cd, &in, &in_left, &o, &out_left) != (size_t)-1;
    *o = '\0';
    iconv_close(cd);
    return good;
}

jy_err
ofd_name_utf8(const char *name, char out[OFD_PATH * 2])
{
    if (strlen(name) < OFD_PATH * 2 && jy_utf8_is_valid(jy_slice_text(name))) {
        snprintf(out, OFD_PATH * 2, "%s", name);
        return JY_OK;
    }
    return convert("UTF-8", "GB18030", name, out, OFD_PATH * 2) ? JY_OK : JY_E_UNSUPPORTED;
}

size_t
ofd_find(const struct ofd *ofd, const char *path)
{
    char gb[OFD_PATH * 2];
    size_t at = jy_zip_find(ofd->zip, path, false);

    if (at == SIZE_MAX && convert("GB18030", "UTF-8", path, gb, sizeof gb))
        at = jy_zip_find(ofd->zip, gb, false);
    return at;
}

size_t
ofd_locate(const struct ofd *ofd, const char *folder, const char *loc, char *path)
{
    char tried[OFD_PATH], root[OFD_PATH];
    size_t at;

    if (loc == NULL || loc[0] == '\0' || ofd_resolve(folder, loc, tried, NULL) != JY_OK)
        return SIZE_MAX;
    if (path != NULL)
        memcpy(path, tried, OFD_PATH);
    at = ofd_find(ofd, tried);
    if (at != SIZE_MAX)
        return at;
    ofd_folder(ofd->doc_path, root);
    if (ofd_resolve(root, loc, tried, NULL) == JY_OK)
        at = ofd_find(ofd, tried);
    if (at == SIZE_MAX && ofd_resolve(folder, loc, tried, NULL) == JY_OK)
        at = jy_zip_find(ofd->zip, tried, true);
    if (at != SIZE_MAX && path != NULL)
        snprintf(path, OFD_PATH, "%s", tried);
    return at;
}

jy_err
ofd_parse(struct ofd *ofd, size_t entry, const char *skip, struct jy_xml_doc **out, struct jy_fault *fault)
{
    struct jy_buf bytes = { 0 };
    jy_err err;

    *out = NULL;
    err = jy_zip_read(ofd->zip, entry, JY_XML_MAX, &bytes, fault);
    /* Stamping and verifying both need the digest of every part: it is taken while the part is unpacked, once. */
    if (err == JY_OK && !ofd->sm3_known[entry]) {
        err = jy_sm3(jy_buf_slice(&bytes), ofd->sm3[entry]);
        ofd->sm3_known[entry] = err == JY_OK;
    }
    if (err == JY_OK)
        err = jy_xml_parse(ofd->reader, jy_buf_slice(&bytes), jy_zip_entry(ofd->zip, entry)->name, skip, out, fault);
    jy_buf_free(&bytes);
    return err;
}

bool
ofd_numbers(const char *text, double *out, size_t count)
{
    char *end;

    if (text == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        out[i] = strtod(text, &end);
        if (end == text || !isfinite(out[i]))
            return false;
        text = end;
    }
    return true;
}

bool
ofd_box(const char *text, double out[4])
{
    return ofd_numbers(text, out, 4);
}

static jy_err
sink_sm3(void *ctx, struct jy_slice chunk)
{
    return jy_sm3_update(ctx, chunk);
}

jy_err
ofd_sm3(struct ofd *ofd, size_t entry, uint8_t out[JY_SM3_SIZE], struct jy_fault *fault)
{
    struct jy_sm3_ctx *ctx = NULL;
    jy_err err = JY_OK;

    if (!ofd->sm3_known[entry]) {
        err = jy_sm3_new(&ctx);
        if (err == JY_OK)
            err = jy_zip_stream(ofd->zip, entry, sink_sm3, ctx, fault);
        if (err == JY_OK)
            err = jy_sm3_finish(ctx, ofd->sm3[entry]);
        jy_sm3_free(ctx);
        ofd->sm3_known[entry] = err == JY_OK;
    }
    if (err == JY_OK)
        memcpy(out, ofd->sm3[entry], JY_SM3_SIZE);
    return err;
}

static jy_err
sink_digest(void *ctx, struct jy_slice chunk)
{
    return EVP_DigestUpdate(ctx, chunk.p, chunk.len) == 1 ? JY_OK : JY_E_CRYPTO;
}

jy_err
ofd_digest(struct ofd *ofd, size_t entry, const char *algorithm, uint8_t out[64], size_t *len, struct jy_fault *fault)
{
    EVP_MD_CTX *ctx;
    const EVP_MD *md;
    unsigned size = 0;
    jy_err err;

    if (strcmp(algorithm, "SM3") == 0) {
        *len = JY_SM3_SIZE;
        return ofd_sm3(ofd, entry, out, fault);
    }
    md = EVP_get_digestbyname(algorithm);
    ctx = EVP_MD_CTX_new();
    if (ctx == NULL || md == NULL || EVP_DigestInit_ex(ctx, md, NULL) != 1) {
        EVP_MD_CTX_free(ctx);
        return jy_fail(fault, JY_E_CRYPTO, algorithm, 0, "digest not available");
    }
    err = jy_zip_stream(ofd->zip, entry, sink_digest, ctx, fault);
    if (err == JY_OK && EVP_DigestFinal_ex(ctx, out, &size) != 1)
        err = jy_fail(fault, JY_E_CRYPTO, algorithm, 0, "digest failed");
    EVP_MD_CTX_free(ctx);
    *len = size;
    return err;
}

static void
ofd_free(void *impl)
{
    struct ofd *ofd = impl;

    if (ofd == NULL)
        return;
    for (size_t i = 0; i < ofd->signature_count; i++) {
        jy_buf_free(&ofd->extras[i].value);
        jy_buf_free(&ofd->extras[i].seal);
        free(ofd->extras[i].covered);
        free(ofd->signatures[i].places);
        jy_findings_free(&ofd->signatures[i].findings);
    }
    free(ofd->signatures);
    free(ofd->extras);
    free(ofd->pages);
    free(ofd->reached);
    free(ofd->sm3);
    free(ofd->sm3_known);
    jy_xml_free(ofd->root);
    jy_xml_free(ofd->document);
    jy_xml_reader_free(ofd->reader);
    jy_zip_free(ofd->zip);
    free(ofd);
}

/* Marks the files that a resource part or an annotation list names. */
static jy_err
reach_part(struct ofd *ofd, const char *folder, const char *loc, bool resources, struct jy_fault *fault)
{
    char path[OFD_PATH], base[OFD_PATH];
    struct jy_xml_doc *doc = NULL;
    const struct jy_xml *root, *node;
    size_t at = ofd_locate(ofd, folder, loc, path);
    jy_err err;

    if (at == SIZE_MAX || ofd->reached[at])
        return JY_OK;
    ofd->reached[at] = true;
    err = ofd_parse(ofd, at, NULL, &doc, fault);
    if (err != JY_OK)
        return err;
    root = jy_xml_root(doc);
    ofd_folder(path, base);
    if (resources && jy_xml_attr(root, "BaseLoc") != NULL) {
        char inner[OFD_PATH];

        err = ofd_resolve(base, jy_xml_attr(root, "BaseLoc"), inner, fault);
        if (err == JY_OK)
            snprintf(base, sizeof base, "%.254s%s", inner, inner[0] != '\0' && inner[strlen(inner) - 1] != '/' ? "/" : "");
    }
    if (resources)
        for (node = jy_xml_child(jy_xml_child(root, "MultiMedias"), "MultiMedia"); err == JY_OK && node != NULL; node = jy_xml_next(node)) {
            at = ofd_locate(ofd, base, jy_xml_child_text(node, "MediaFile"), NULL);
            if (at != SIZE_MAX)
                ofd->reached[at] = true;
        }
    else
        for (node = jy_xml_child(root, "Page"); err == JY_OK && node != NULL; node = jy_xml_next(node)) {
            at = ofd_locate(ofd, base, jy_xml_child_text(node, "FileLoc"), NULL);
            if (at != SIZE_MAX)
                ofd->reached[at] = true;
        }
    jy_xml_free(doc);
    return err;
}

static jy_err
read_pages(struct ofd *ofd, struct jy_fault *fault)
{
    const struct jy_xml *doc = jy_xml_root(ofd->document), *common = jy_xml_child(doc, "CommonData"), *node;
    double box[4], page_box[4];
    char folder[OFD_PATH];
    bool has_box = ofd_box(jy_xml_child_text(jy_xml_child(common, "PageArea"), "PhysicalBox"), box);
    jy_err err = JY_OK;

    ofd_folder(ofd->doc_path, folder);
    for (node = jy_xml_child(jy_xml_child(doc, "Pages"), "Page"); node != NULL; node = jy_xml_next(node))
        ofd->page_count++;
    if (ofd->page_count == 0 || ofd->page_count > JY_OFD_PAGES_MAX)
        return jy_fail(fault, ofd->page_count == 0 ? JY_E_FORMAT : JY_E_LIMIT, ofd->doc_path, 0, "%zu pages", ofd->page_count);
    ofd->pages = calloc(ofd->page_count, sizeof *ofd->pages);
    if (ofd->pages == NULL)
        return jy_fail(fault, JY_E_NOMEM, NULL, 0, "no memory");
    node = jy_xml_child(jy_xml_child(doc, "Pages"), "Page");
    for (size_t i = 0; err == JY_OK && node != NULL; i++, node = jy_xml_next(node)) {
        struct jy_xml_doc *part = NULL;
        char path[OFD_PATH], base[OFD_PATH];
        size_t at = ofd_locate(ofd, folder, jy_xml_attr(node, "BaseLoc"), path);
        const char *id = jy_xml_attr(node, "ID"), *text = NULL;
        const struct jy_xml *res;

        snprintf(ofd->pages[i].id, sizeof ofd->pages[i].id, "%s", id == NULL ? "" : id);
        if (at == SIZE_MAX)
            return jy_fail(fault, JY_E_FORMAT, ofd->doc_path, 0, "the file of page %zu is missing", i + 1);
        ofd->reached[at] = true;
        ofd->pages[i].file = at;
        err = ofd_parse(ofd, at, "Content", &part, fault);
        if (err != JY_OK)
            return err;
        text = jy_xml_child_text(jy_xml_child(jy_xml_root(part), "Area"), "PhysicalBox");
        ofd_folder(path, base);
        for (res = jy_xml_child(jy_xml_root(part), "PageRes"); err == JY_OK && res != NULL; res = jy_xml_next(res))
            err = reach_part(ofd, base, res->text, true, fault);
        if (err == JY_OK && !ofd_box(text, page_box)) {
            if (!has_box)
                err = jy_fail(fault, JY_E_FORMAT, path, 0, "page without a size");
            else
                memcpy(page_box, box, sizeof box);
        }
        if (err == JY_OK && (!(page_box[2] > 0 && page_box[2] < 100000) || !(page_box[3] > 0 && page_box[3] < 100000)))
            err = jy_fail(fault, JY_E_FORMAT, path, 0, "page size");
        jy_xml_free(part);
        if (err == JY_OK)
            ofd->pages[i].size = (struct jy_page){ page_box[2], page_box[3] };
    }
    for (node = common == NULL ? NULL : common->child; err == JY_OK && node != NULL; node = node->next) {
        if (strcmp(node->name, "PublicRes") == 0 || strcmp(node->name, "DocumentRes") == 0) {
            err = reach_part(ofd, folder, node->text, true, fault);
        } else if (strcmp(node->name, "TemplatePage") == 0) {
            size_t at = ofd_locate(ofd, folder, jy_xml_attr(node, "BaseLoc"), NULL);

            if (at != SIZE_MAX)
                ofd->reached[at] = true;
        }
    }
    if (err == JY_OK && jy_xml_child_text(doc, "Annotations") != NULL)
        err = reach_part(ofd, folder, jy_xml_child_text(doc, "Annotations"), false, fault);
    return err;
}

static jy_err
ofd_open(struct jy_slice file, void **impl, struct jy_fault *fault)
{
    struct ofd *ofd = calloc(1, sizeof *ofd);
    const struct jy_xml *body, *node;
    const char *list;
    size_t at, n;
    jy_err err;

    *impl = NULL;
    if (ofd == NULL)
        return jy_fail(fault, JY_E_NOMEM, NULL, 0, "no memory");
    ofd->list_file = SIZE_MAX;
    err = jy_zip_open(file, &ofd->zip, fault);
    if (err != JY_OK)
        goto out;
    n = jy_zip_count(ofd->zip) + 1;
    ofd->reached = calloc(n, sizeof *ofd->reached);
    ofd->sm3 = calloc(n, sizeof *ofd->sm3);
    ofd->sm3_known = calloc(n, sizeof *ofd->sm3_known);
    if (ofd->reached == NULL || ofd->sm3 == NULL || ofd->sm3_known == NULL || jy_xml_reader_new(&ofd->reader) != JY_OK) {
        err = jy_fail(fault, JY_E_NOMEM, NULL, 0, "no memory");
        goto out;
    }
    if (jy_zip_find(ofd->zip, "Encryptions.xml", true) != SIZE_MAX) {
        err = jy_fail(fault, JY_E_ENCRYPTED, "Encryptions.xml", 0, "package encrypted by GM/T 0099");
        goto out;
    }
    at = jy_zip_find(ofd->zip, "OFD.xml", false);
    if (at == SIZE_MAX) {
        err = jy_fail(fault, JY_E_FORMAT, "OFD.xml", 0, "missing");
        goto out;
    }
    ofd->reached[at] = true;
    err = ofd_parse(ofd, at, NULL, &ofd->root, fault);
    if (err != JY_OK)
        goto out;
    body = jy_xml_child(jy_xml_root(ofd->root), "DocBody");
    for (node = body; node != NULL; node = jy_xml_next(node))
        ofd->bodies++;
    if (body == NULL || jy_xml_child_text(body, "DocRoot") == NULL) {
        err = jy_fail(fault, JY_E_FORMAT, "OFD.xml", 0, "no DocBody with a DocRoot");
        goto out;
    }
    at = ofd_locate(ofd, "", jy_xml_child_text(body, "DocRoot"), ofd->doc_path);
    if (at == SIZE_MAX) {
        err = jy_fail(fault, JY_E_FORMAT, "OFD.xml", 0, "DocRoot names a missing file");
        goto out;
    }
    ofd->reached[at] = true;
    err = ofd_parse(ofd, at, "Outlines", &ofd->document, fault);
    if (err != JY_OK)
        goto out;
    list = jy_xml_child_text(body, "Signatures");
    if (list != NULL && list[0] != '\0') {
        err = ofd_resolve("", list, ofd->list_path, fault);
        if (err != JY_OK)
            goto out;
        ofd->list_file = ofd_locate(ofd, "", list, ofd->list_path);
    }
    err = read_pages(ofd, fault);
out:
    if (err != JY_OK) {
        ofd_free(ofd);
        return err;
    }
    *impl = ofd;
    return JY_OK;
}

static size_t
ofd_page_count(const void *impl)
{
    return ((const struct ofd *)impl)->page_count;
}

static struct jy_page
ofd_page(const void *impl, size_t index)
{
    return ((const struct ofd *)impl)->pages[index].size;
}

const struct jy_document_ops jy_ofd_ops = { .format = JY_FORMAT_OFD, .open = ofd_open, .free = ofd_free,
                                            .page_count = ofd_page_count, .page = ofd_page, .signatures = ofd_signatures,
                                            .may_stamp = ofd_may_stamp, .prepare = ofd_prepare, .finish = ofd_finish, .text = ofd_text };
