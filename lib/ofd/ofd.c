/* SPDX-License-Identifier: Apache-2.0 */
/* Opening an OFD (GB/T 33190): locations, digests, and the documents of the package. */
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

static bool
is_ascii(const char *text)
{
    while (*text != '\0' && (unsigned char)*text < 0x80)
        text++;
    return *text == '\0';
}

size_t
ofd_find(const struct ofd *ofd, const char *path)
{
    char gb[OFD_PATH * 2];
    size_t at = jy_zip_find(ofd->zip, path, false);

    if (at == SIZE_MAX && !is_ascii(path) && convert("GB18030", "UTF-8", path, gb, sizeof gb))
        at = jy_zip_find(ofd->zip, gb, false);
    return at;
}

size_t
ofd_locate(struct ofd *ofd, const char *folder, const char *loc, char *path)
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
    if (at == SIZE_MAX)
        return at;
    ofd->guessed = jy_zip_entry(ofd->zip, at)->name;
    if (path != NULL)
        snprintf(path, OFD_PATH, "%s", tried);
    return at;
}

jy_err
ofd_read(struct ofd *ofd, size_t entry, struct jy_buf *out, struct jy_fault *fault)
{
    jy_err err = jy_zip_read(ofd->zip, entry, JY_XML_MAX, out, fault);

    /* Stamping and verifying both need the digest of every part: it is taken while the part is unpacked, once. */
    if (err == JY_OK && !ofd->digests[OFD_SM3].known[entry]) {
        err = jy_sm3(jy_buf_slice(out), ofd->digests[OFD_SM3].value[entry]);
        ofd->digests[OFD_SM3].known[entry] = err == JY_OK;
    }
    return err;
}

jy_err
ofd_parse(struct ofd *ofd, size_t entry, const char *skip, struct jy_xml_doc **out, struct jy_fault *fault)
{
    struct jy_buf bytes = { 0 };
    jy_err err = ofd_read(ofd, entry, &bytes, fault);

    *out = NULL;
    if (err == JY_OK)
        err = jy_xml_parse(ofd->reader, jy_buf_slice(&bytes), jy_zip_entry(ofd->zip, entry)->name, skip, out, fault);
    jy_buf_free(&bytes);
    return err;
}

bool
ofd_is_false(const char *text)
{
    return text != NULL && (strcmp(text, "false") == 0 || strcmp(text, "0") == 0);
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

static jy_err
sink_digest(void *ctx, struct jy_slice chunk)
{
    return EVP_DigestUpdate(ctx, chunk.p, chunk.len) == 1 ? JY_OK : JY_E_CRYPTO;
}

static bool
new_digests(struct ofd *ofd, enum ofd_algorithm algorithm)
{
    struct ofd_digests *d = &ofd->digests[algorithm];
    size_t n = jy_zip_count(ofd->zip) + 1;

    if (d->known == NULL)
        d->known = calloc(n, sizeof *d->known);
    if (d->value == NULL)
        d->value = calloc(n, sizeof *d->value);
    return d->known != NULL && d->value != NULL;
}

/* before: what is digested before the entry. */
static jy_err
stream_sm3(struct ofd *ofd, size_t entry, struct jy_slice before, uint8_t *out, struct jy_fault *fault)
{
    struct jy_sm3_ctx *ctx = NULL;
    jy_err err = jy_sm3_new(&ctx);

    if (err == JY_OK)
        err = jy_sm3_update(ctx, before);
    if (err == JY_OK)
        err = jy_zip_stream(ofd->zip, entry, sink_sm3, ctx, fault);
    if (err == JY_OK)
        err = jy_sm3_finish(ctx, out);
    jy_sm3_free(ctx);
    return err;
}

jy_err
ofd_sm3_with_z(struct ofd *ofd, size_t entry, const uint8_t z[JY_SM3_SIZE], uint8_t out[JY_SM3_SIZE], struct jy_fault *fault)
{
    const struct jy_zip_entry *e = jy_zip_entry(ofd->zip, entry);
    struct ofd_digests *d = &ofd->digests[OFD_SM3_WITH_Z];
    jy_err err;

    if (!new_digests(ofd, OFD_SM3_WITH_Z))
        return jy_fail(fault, JY_E_NOMEM, NULL, 0, "no memory");
    if (memcmp(ofd->z, z, JY_SM3_SIZE) != 0) {            /* another signer */
        memset(d->known, 0, jy_zip_count(ofd->zip) * sizeof *d->known);
        memcpy(ofd->z, z, JY_SM3_SIZE);
    }
    if (!d->known[entry]) {
        if (e->size > ofd->z_budget)
            return jy_fail(fault, JY_E_LIMIT, e->name, e->start, "digested too often");
        ofd->z_budget -= e->size;
        if ((err = stream_sm3(ofd, entry, JY_SLICE(z, JY_SM3_SIZE), d->value[entry], fault)) != JY_OK)
            return err;
        d->known[entry] = true;
    }
    memcpy(out, d->value[entry], JY_SM3_SIZE);
    return JY_OK;
}

static jy_err
stream_evp(struct ofd *ofd, size_t entry, const EVP_MD *md, uint8_t *out, struct jy_fault *fault)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    jy_err err = JY_E_CRYPTO;

    if (ctx == NULL || EVP_DigestInit_ex(ctx, md, NULL) != 1) {
        err = jy_fail(fault, JY_E_CRYPTO, EVP_MD_get0_name(md), 0, "digest not available");
    } else {
        err = jy_zip_stream(ofd->zip, entry, sink_digest, ctx, fault);
        if (err == JY_OK && EVP_DigestFinal_ex(ctx, out, NULL) != 1)
            err = jy_fail(fault, JY_E_CRYPTO, EVP_MD_get0_name(md), 0, "digest failed");
    }
    EVP_MD_CTX_free(ctx);
    return err;
}

jy_err
ofd_digest(struct ofd *ofd, size_t entry, enum ofd_algorithm algorithm, uint8_t out[OFD_DIGEST_SIZE], size_t *len, struct jy_fault *fault)
{
    const EVP_MD *md = algorithm == OFD_SHA256 ? EVP_sha256() : algorithm == OFD_SHA1 ? EVP_sha1() : algorithm == OFD_MD5 ? EVP_md5() : NULL;
    struct ofd_digests *d = &ofd->digests[algorithm];
    jy_err err = JY_OK;

    if (!new_digests(ofd, algorithm))
        return jy_fail(fault, JY_E_NOMEM, NULL, 0, "no memory");
    if (!d->known[entry]) {
        err = md == NULL ? stream_sm3(ofd, entry, JY_EMPTY, d->value[entry], fault) : stream_evp(ofd, entry, md, d->value[entry], fault);
        d->known[entry] = err == JY_OK;
    }
    *len = md == NULL ? JY_SM3_SIZE : (size_t)EVP_MD_get_size(md);
    if (err == JY_OK)
        memcpy(out, d->value[entry], OFD_DIGEST_SIZE);
    return err;
}

jy_err
ofd_sm3(struct ofd *ofd, size_t entry, uint8_t out[JY_SM3_SIZE], struct jy_fault *fault)
{
    size_t len;

    return ofd_digest(ofd, entry, OFD_SM3, out, &len, fault);
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
    free(ofd->pages_by_id);
    free(ofd->reached);
    free(ofd->outside);
    jy_buf_free(&ofd->near);
    free(ofd->acts);
    free(ofd->mentioned);
    for (int i = 0; i < OFD_ALGORITHMS; i++) {
        free(ofd->digests[i].value);
        free(ofd->digests[i].known);
    }
    jy_xml_free(ofd->root);
    for (size_t i = 0; ofd->body != NULL && i < ofd->bodies; i++)
        jy_xml_free(ofd->body[i].document);
    free(ofd->body);
    jy_xml_reader_free(ofd->reader);
    jy_zip_free(ofd->zip);
    free(ofd);
}

void
ofd_enter_body(struct ofd *ofd, size_t body)
{
    const struct ofd_body *b = &ofd->body[body];

    memcpy(ofd->doc_path, b->doc_path, sizeof(ofd->doc_path));
    memcpy(ofd->list_path, b->list_path, sizeof(ofd->list_path));
    ofd->list_file = b->list_file;
    ofd->document = b->document;
}

jy_err
ofd_single(const struct jy_xml *parent, const char *const *names, const char *where, struct jy_fault *fault)
{
    for (; *names != NULL; names++) {
        const struct jy_xml *node = jy_xml_child(parent, *names);

        if (node != NULL && jy_xml_next(node) != NULL)
            return jy_fail(fault, JY_E_AMBIGUOUS, where, 0, "two elements %s", *names);
    }
    return JY_OK;
}

jy_err
ofd_location(const struct jy_xml *node, const char *where, const char **out, struct jy_fault *fault)
{
    *out = node == NULL ? NULL : node->text;
    if (node != NULL && node->broken)
        return jy_fail(fault, JY_E_AMBIGUOUS, where, 0, "the location in %.40s is in pieces: some readers take the first one", node->name);
    return JY_OK;
}

/* DocBody number i: its document's tree, and where its signatures are. */
static jy_err
read_body(struct ofd *ofd, size_t i, const struct jy_xml *node, struct jy_fault *fault)
{
    static const char *const once[] = { "DocInfo", "DocRoot", "Versions", "Signatures", NULL };
    static const char *const document_once[] = { "CommonData", "Pages", "Permissions", "Annotations", "CustomTags", "Attachments", "Extensions", NULL };
    struct ofd_body *body = &ofd->body[i];
    const char *list, *root;
    char beside[OFD_PATH];
    struct jy_buf bytes = { 0 };
    jy_err err = ofd_single(node, once, "OFD.xml", fault);

    body->list_file = SIZE_MAX;
    if (err == JY_OK)
        err = ofd_location(jy_xml_child(node, "Signatures"), "OFD.xml", &list, fault);
    if (err == JY_OK)
        err = ofd_location(jy_xml_child(node, "DocRoot"), "OFD.xml", &root, fault);
    if (err != JY_OK)
        return err;
    if (root == NULL)
        return jy_fail(fault, JY_E_FORMAT, "OFD.xml", 0, "DocBody without a DocRoot");
    body->file = ofd_locate(ofd, "", root, body->doc_path);
    if (body->file == SIZE_MAX)
        return jy_fail(fault, JY_E_FORMAT, "OFD.xml", 0, "DocRoot names a missing file");
    err = ofd_read(ofd, body->file, &bytes, fault);
    if (err == JY_OK)
        err = ofd_parse_naming(ofd, body->file, jy_buf_slice(&bytes), "Outlines", &body->document, fault);
    jy_buf_free(&bytes);
    if (err == JY_OK && strcmp(jy_xml_root(body->document)->name, OFD_DOCUMENT) != 0)
        err = jy_fail(fault, JY_E_FORMAT, body->doc_path, 0, "the root element is no %s", OFD_DOCUMENT);
    if (err == JY_OK)
        err = ofd_single(jy_xml_root(body->document), document_once, body->doc_path, fault);
    if (err == JY_OK && list != NULL && list[0] != '\0') {
        err = ofd_resolve("", list, body->list_path, fault);
        if (err == JY_OK)
            body->list_file = ofd_locate(ofd, "", list, body->list_path);
        ofd_folder(body->doc_path, beside);
        if (err == JY_OK && body->list_file != SIZE_MAX)
            err = ofd_keep_near(ofd, "", beside, list, body->list_path, true);
    }
    return err;
}

static jy_err
ofd_open(struct jy_slice file, void **impl, struct jy_fault *fault)
{
    struct ofd *ofd = calloc(1, sizeof *ofd);
    const struct jy_xml *node;
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
    for (size_t i = 0; i + 1 < n; i++)
        ofd->z_budget += 2 * jy_zip_entry(ofd->zip, i)->size;
    ofd->reached = calloc(n, sizeof *ofd->reached);
    ofd->acts = calloc(n, sizeof *ofd->acts);
    ofd->mentioned = calloc(n, sizeof *ofd->mentioned);
    if (ofd->reached == NULL || ofd->acts == NULL || ofd->mentioned == NULL || !new_digests(ofd, OFD_SM3) || jy_xml_reader_new(&ofd->reader) != JY_OK) {
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
    err = ofd_parse(ofd, at, NULL, &ofd->root, fault);
    if (err != JY_OK)
        goto out;
    for (node = jy_xml_child(jy_xml_root(ofd->root), "DocBody"); node != NULL; node = jy_xml_next(node))
        ofd->bodies++;
    if (ofd->bodies == 0 || ofd->bodies > JY_OFD_BODIES_MAX) {
        err = jy_fail(fault, ofd->bodies == 0 ? JY_E_FORMAT : JY_E_LIMIT, "OFD.xml", 0, "%zu DocBody", ofd->bodies);
        goto out;
    }
    ofd->body = calloc(ofd->bodies, sizeof *ofd->body);
    if (ofd->body == NULL) {
        err = jy_fail(fault, JY_E_NOMEM, NULL, 0, "no memory");
        goto out;
    }
    node = jy_xml_child(jy_xml_root(ofd->root), "DocBody");
    for (size_t i = 0; err == JY_OK && i < ofd->bodies; i++, node = jy_xml_next(node))
        err = read_body(ofd, i, node, fault);
    if (err == JY_OK)
        err = ofd_reach(ofd, fault);
    if (err == JY_OK)
        ofd_enter_body(ofd, 0);
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
                                            .may_stamp = ofd_may_stamp, .prepare = ofd_prepare, .finish = ofd_finish,
                                            .inspect = ofd_inspect, .text = ofd_text, .digest_with_z = ofd_digest_with_z };
