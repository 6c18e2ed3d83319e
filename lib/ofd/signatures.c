/* SPDX-License-Identifier: Apache-2.0 */
/* The signature list (GB/T 33190 clause 18): digests, coverage, places. */
#include <ofd/package.h>

#include <codec/text.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>


/* OpenSSL's name of a CheckMethod as it is met (seal-formats 4), or NULL. */
static const char *
digest_name(const char *method)
{
    static const struct { const char *met, *name; } table[] = {
        { "SM3", "SM3" }, { "1.2.156.10197.1.401", "SM3" }, { "1.2.156.10197.1.401.1", "SM3" }, { "1.2.156.10197.1.401.2", "SM3" },
        { "MD5", "MD5" }, { "1.2.840.113549.2.5", "MD5" }, { "SHA1", "SHA1" }, { "1.3.14.3.2.26", "SHA1" },
        { "SHA256", "SHA256" }, { "2.16.840.1.101.3.4.2.1", "SHA256" },
    };
    char plain[64];
    size_t len = 0;

    if (method == NULL || method[0] == '\0')
        return "MD5";   /* the schema's default */
    if (strncmp(method, "urn:oid:", 8) == 0)
        method += 8;
    for (; *method != '\0' && len < sizeof plain - 1; method++)
        if (strchr(" -_\t", *method) == NULL)
            plain[len++] = (char)toupper((unsigned char)*method);
    plain[len] = '\0';
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (strcmp(plain, table[i].met) == 0)
            return table[i].name;
    return NULL;
}

static jy_err
check_references(struct ofd *ofd, const struct jy_xml *refs, const char *folder, struct jy_signature *sig, struct ofd_extra *extra,
                 struct jy_fault *fault)
{
    const char *name = digest_name(jy_xml_attr(refs, "CheckMethod"));
    struct jy_buf want = { 0 };
    size_t bad = 0, seen = 0;
    jy_err err = JY_OK;

    if (name == NULL || refs == NULL)
        return jy_findings_add(&sig->findings, JY_CHECK_DOC_MODIFIED, false, sig->path, 0, "no references, or unknown CheckMethod");
    if (strcmp(name, "MD5") == 0 || strcmp(name, "SHA1") == 0 || strcmp(name, "SHA256") == 0)
        err = jy_findings_add(&sig->findings, JY_CHECK_WEAK_DIGEST, false, sig->path, 0, "%s", name);
    for (const struct jy_xml *r = jy_xml_child(refs, "Reference"); err == JY_OK && r != NULL; r = jy_xml_next(r)) {
        const char *loc = jy_xml_attr(r, "FileRef"), *value = jy_xml_child_text(r, "CheckValue");
        uint8_t got[64];
        size_t at = ofd_locate(ofd, folder, loc, NULL), len = 0;

        seen++;
        if (at == SIZE_MAX || value == NULL) {
            bad++;
            err = jy_findings_add(&sig->findings, JY_CHECK_DOC_MODIFIED, false, loc == NULL ? sig->path : loc, 0,
                                  at == SIZE_MAX ? "protected file is missing" : "no CheckValue");
            continue;
        }
        err = ofd_digest(ofd, at, name, got, &len, fault);
        if (err != JY_OK)
            break;
        want.len = 0;
        extra->covered[at] = true;
        extra->locks = extra->locks || at == ofd->list_file;
        if (jy_base64_decode(jy_slice_text(value), &want) != JY_OK || !jy_slice_equal(jy_buf_slice(&want), JY_SLICE(got, len))) {
            bad++;
            err = jy_findings_add(&sig->findings, JY_CHECK_DOC_MODIFIED, false, loc, 0, "digest differs");
        }
    }
    jy_buf_free(&want);
    if (err == JY_OK && seen == 0)
        return jy_findings_add(&sig->findings, JY_CHECK_DOC_MODIFIED, false, sig->path, 0, "no file is protected");
    if (err == JY_OK && bad == 0)
        err = jy_findings_add(&sig->findings, JY_CHECK_DOC_MODIFIED, true, sig->path, 0, "%zu files", seen);
    return err;
}

static jy_err
read_places(struct ofd *ofd, const struct jy_xml *info, struct jy_signature *sig)
{
    size_t count = 0;
    jy_err err = JY_OK;

    for (const struct jy_xml *a = jy_xml_child(info, "StampAnnot"); a != NULL; a = jy_xml_next(a))
        count++;
    sig->places = calloc(count + 1, sizeof *sig->places);
    if (sig->places == NULL)
        return JY_E_NOMEM;
    for (const struct jy_xml *a = jy_xml_child(info, "StampAnnot"); err == JY_OK && a != NULL; a = jy_xml_next(a)) {
        const char *ref = jy_xml_attr(a, "PageRef");
        struct jy_stamp_place *place;
        struct jy_box seen;
        size_t page = 0;
        double b[4], c[4];

        while (page < ofd->page_count && (ref == NULL || strcmp(ofd->pages[page].id, ref) != 0))
            page++;
        if (page == ofd->page_count || !ofd_box(jy_xml_attr(a, "Boundary"), b)) {
            err = jy_findings_add(&sig->findings, JY_CHECK_PLACEMENT, false, sig->path, 0, "PageRef %s", ref == NULL ? "missing" : ref);
            continue;
        }
        place = &sig->places[sig->place_count++];
        *place = (struct jy_stamp_place){ (int)page + 1, b[0], b[1], b[2], b[3], { 0, 0, 0, 0 } };
        if (ofd_box(jy_xml_attr(a, "Clip"), c))
            place->clip = (struct jy_box){ c[0], c[1], c[2], c[3] };
        seen = jy_place_visible(place);
        if (seen.x_mm >= ofd->pages[page].size.width_mm || seen.y_mm >= ofd->pages[page].size.height_mm || seen.x_mm + seen.width_mm <= 0 ||
            seen.y_mm + seen.height_mm <= 0)
            err = jy_findings_add(&sig->findings, JY_CHECK_PLACEMENT, false, sig->path, 0, "off page %zu", page + 1);
    }
    return err;
}

static jy_err
read_signature(struct ofd *ofd, const struct jy_xml *node, const char *list_folder, size_t i, struct jy_fault *fault)
{
    struct jy_signature *sig = &ofd->signatures[i];
    struct ofd_extra *extra = &ofd->extras[i];
    struct jy_xml_doc *doc = NULL;
    const struct jy_xml *info;
    const char *id = jy_xml_attr(node, "ID"), *type = jy_xml_attr(node, "Type"), *value, *seal;
    char path[OFD_PATH] = "", folder[OFD_PATH];
    uint8_t digest[JY_SM3_SIZE];
    jy_err err;

    snprintf(sig->id, sizeof sig->id, "%s", id == NULL ? "" : id);
    sig->kind = type != NULL && strcmp(type, "Sign") == 0 ? JY_SIGNATURE_PLAIN : JY_SIGNATURE_SEAL;
    extra->value_file = extra->seal_file = SIZE_MAX;
    extra->covered = calloc(jy_zip_count(ofd->zip) + 1, sizeof *extra->covered);
    if (extra->covered == NULL)
        return jy_fail(fault, JY_E_NOMEM, NULL, 0, "no memory");
    extra->file = ofd_locate(ofd, list_folder, jy_xml_attr(node, "BaseLoc"), path);
    snprintf(sig->path, sizeof sig->path, "/%.254s", path);
    if (extra->file == SIZE_MAX)
        return jy_findings_add(&sig->findings, JY_CHECK_DOC_MODIFIED, false, sig->path, 0, "Signature.xml is missing");
    err = ofd_parse(ofd, extra->file, NULL, &doc, fault);
    if (err == JY_OK)
        err = ofd_sm3(ofd, extra->file, digest, fault);
    if (err != JY_OK) {
        jy_xml_free(doc);
        return err;
    }
    memcpy(sig->digest, digest, JY_SM3_SIZE);
    ofd_folder(path, folder);
    info = jy_xml_child(jy_xml_root(doc), "SignedInfo");
    value = jy_xml_child_text(jy_xml_root(doc), "SignedValue");
    seal = jy_xml_child_text(jy_xml_child(info, "Seal"), "BaseLoc");
    extra->value_file = ofd_locate(ofd, folder, value, NULL);
    extra->seal_file = ofd_locate(ofd, folder, seal, NULL);
    if (extra->value_file != SIZE_MAX)
        err = jy_zip_read(ofd->zip, extra->value_file, JY_SES_MAX, &extra->value, fault);
    if (err == JY_OK && extra->seal_file != SIZE_MAX)
        err = jy_zip_read(ofd->zip, extra->seal_file, JY_SEAL_MAX, &extra->seal, fault);
    if (err == JY_OK && seal != NULL && extra->seal.len == 0)
        err = jy_findings_add(&sig->findings, JY_CHECK_SEAL_MISMATCH, false, sig->path, 0, "the seal's file is missing or empty");
    sig->value = jy_buf_slice(&extra->value);
    sig->seal_file = jy_buf_slice(&extra->seal);
    if (err == JY_OK)
        err = check_references(ofd, jy_xml_child(info, "References"), folder, sig, extra, fault);
    if (err == JY_OK)
        err = read_places(ofd, info, sig);
    jy_xml_free(doc);
    return err;
}

/* Uncovered entries, without the list, the signature's own files and those of later signatures. */
static jy_err
check_coverage(struct ofd *ofd, size_t k)
{
    struct jy_signature *sig = &ofd->signatures[k];
    size_t missing = 0, extra_files = 0;
    jy_err err = JY_OK;

    for (size_t i = 0; err == JY_OK && i < jy_zip_count(ofd->zip); i++) {
        const struct jy_zip_entry *e = jy_zip_entry(ofd->zip, i);
        bool expected = e->directory || ofd->extras[k].covered[i] || i == ofd->list_file;

        for (size_t j = k; j < ofd->signature_count && !expected; j++)
            expected = i == ofd->extras[j].file || i == ofd->extras[j].value_file || (j > k && i == ofd->extras[j].seal_file);
        if (expected)
            continue;
        /* Several vendors leave OFD.xml out; with one DocBody it can only lead to parts that are checked themselves. */
        if (ofd->reached[i] && (ofd->bodies > 1 || strcmp(e->name, "OFD.xml") != 0)) {
            missing++;
            err = jy_findings_add(&sig->findings, JY_CHECK_COVERAGE, false, e->name, e->start, "shown but not protected");
        } else {
            extra_files++;
            err = jy_findings_add(&sig->findings, JY_CHECK_COVERAGE_EXTRA, false, e->name, e->start, "not protected");
        }
    }
    if (err == JY_OK && jy_zip_prefix(ofd->zip) > 0)
        err = jy_findings_add(&sig->findings, JY_CHECK_DEVIATION, false, "zip", 0, "%zu bytes before the package", jy_zip_prefix(ofd->zip));
    if (err == JY_OK && missing == 0)
        err = jy_findings_add(&sig->findings, JY_CHECK_COVERAGE, true, sig->path, 0, NULL);
    if (err == JY_OK && extra_files == 0)
        err = jy_findings_add(&sig->findings, JY_CHECK_COVERAGE_EXTRA, true, sig->path, 0, NULL);
    return err;
}

jy_err
ofd_signatures(void *impl, const struct jy_signature **out, size_t *count, struct jy_fault *fault)
{
    struct ofd *ofd = impl;
    struct jy_xml_doc *doc = NULL;
    const struct jy_xml *node;
    char folder[OFD_PATH];
    size_t n = 0;
    jy_err err = JY_OK;

    if (ofd->signatures_read || ofd->list_path[0] == '\0')
        goto done;
    if (ofd->signatures != NULL)
        return jy_fail(fault, JY_E_FORMAT, ofd->list_path, 0, "the signatures could not be read before");
    if (ofd->list_file == SIZE_MAX)
        return jy_fail(fault, JY_E_FORMAT, ofd->list_path, 0, "OFD.xml names a signature list that is not in the package");
    err = ofd_parse(ofd, ofd->list_file, NULL, &doc, fault);
    if (err != JY_OK)
        return err;
    for (node = jy_xml_child(jy_xml_root(doc), "Signature"); node != NULL; node = jy_xml_next(node))
        n++;
    ofd->signatures = calloc(n + 1, sizeof *ofd->signatures);
    ofd->extras = calloc(n + 1, sizeof *ofd->extras);
    if (n > JY_OFD_SIGNATURES_MAX || ofd->signatures == NULL || ofd->extras == NULL) {
        err = jy_fail(fault, n > JY_OFD_SIGNATURES_MAX ? JY_E_LIMIT : JY_E_NOMEM, ofd->list_path, 0, "%zu signatures", n);
        goto out;
    }
    ofd_folder(ofd->list_path, folder);
    ofd->signature_count = n;
    node = jy_xml_child(jy_xml_root(doc), "Signature");
    for (size_t i = 0; err == JY_OK && i < n; i++, node = jy_xml_next(node))
        err = read_signature(ofd, node, folder, i, fault);
    for (size_t i = 0; err == JY_OK && i < n; i++)
        err = check_coverage(ofd, i);
    ofd->signatures_read = err == JY_OK;
out:
    jy_xml_free(doc);
    if (err != JY_OK)
        return err;
done:
    *out = ofd->signatures;
    *count = ofd->signature_count;
    return JY_OK;
}
