/* SPDX-License-Identifier: Apache-2.0 */
/* The signature lists of a package (GB/T 33190 clause 18): references and their digests, the files of a signature, its places. */
#include <ofd/package.h>

#include <codec/text.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define STAMP_SHARE_MAX 0.5           /* of a page, by one stamp */
#define STAMP_SEEN_MIN 4.0            /* mm², of all its pieces */

/* The algorithm of a CheckMethod as it is met (seal-formats 4), and whether SM3 is named in another way than usual; OFD_ALGORITHMS when it is unknown. */
static enum ofd_algorithm
algorithm_of(const char *method, bool *odd)
{
    static const struct { const char *met; enum ofd_algorithm algorithm; } table[] = {
        { "SM3", OFD_SM3 }, { "1.2.156.10197.1.401", OFD_SM3 }, { "1.2.156.10197.1.401.1", OFD_SM3 }, { "1.2.156.10197.1.401.2", OFD_SM3 },
        { "MD5", OFD_MD5 }, { "1.2.840.113549.2.5", OFD_MD5 }, { "SHA1", OFD_SHA1 }, { "1.3.14.3.2.26", OFD_SHA1 },
        { "SHA256", OFD_SHA256 }, { "2.16.840.1.101.3.4.2.1", OFD_SHA256 },
    };
    char plain[64];
    size_t len = 0;

    *odd = false;
    if (method == NULL || method[0] == '\0')
        return OFD_MD5;   /* the schema's default */
    *odd = strcasecmp(method, "SM3") != 0 && strcmp(method, "1.2.156.10197.1.401") != 0;
    if (strncmp(method, "urn:oid:", 8) == 0)
        method += 8;
    for (; *method != '\0' && len < sizeof plain - 1; method++)
        if (strchr(" -_\t", *method) == NULL)
            plain[len++] = (char)toupper((unsigned char)*method);
    plain[len] = '\0';
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (strcmp(plain, table[i].met) == 0)
            return table[i].algorithm;
    return OFD_ALGORITHMS;
}

jy_err
ofd_note(struct jy_signature *sig, enum jy_check_id check, size_t *failed, const char *where, uint64_t offset, const char *text)
{
    return ++*failed <= OFD_FINDINGS_MAX ? jy_findings_add(&sig->findings, check, false, where, offset, "%s", text) : JY_OK;
}

jy_err
ofd_note_end(struct jy_signature *sig, enum jy_check_id check, size_t failed, const char *text)
{
    if (failed == 0)
        return jy_findings_add(&sig->findings, check, true, sig->path, 0, "%s", text);
    if (failed > OFD_FINDINGS_MAX)
        return jy_findings_add(&sig->findings, check, false, sig->path, 0, "and %zu more", failed - OFD_FINDINGS_MAX);
    return JY_OK;
}

jy_err
ofd_note_deviation(struct jy_signature *sig, enum jy_deviation deviation, const char *where)
{
    const struct jy_deviation_info *info = jy_deviation_info(deviation);

    sig->deviations |= (jy_deviations)1 << deviation;
    return jy_findings_add(&sig->findings, JY_CHECK_DEVIATION, false, where, 0, "%s: %s [%s]", info->name, info->en, info->clause);
}

/* Is want SM3(Z, file)? Asked only when it is not SM3(file). */
static jy_err
matches_with_z(struct ofd *ofd, struct ofd_extra *extra, size_t entry, struct jy_slice want, bool *matches, struct jy_fault *fault)
{
    uint8_t got[JY_SM3_SIZE];
    jy_err err;

    *matches = false;
    if (!extra->asked_z && (err = jy_value_signer_z(jy_buf_slice(&extra->value), extra->z, &extra->has_z)) != JY_OK)
        return err;
    extra->asked_z = true;
    if (!extra->has_z)
        return JY_OK;
    err = ofd_sm3_with_z(ofd, entry, extra->z, got, fault);
    *matches = err == JY_OK && jy_slice_equal(want, JY_SLICE(got, sizeof got));
    return err == JY_E_LIMIT ? JY_OK : err;
}

/* One Reference: NULL when the file is what it was, else what is wrong. */
static jy_err
check_reference(struct ofd *ofd, const struct jy_xml *reference, enum ofd_algorithm algorithm, const char *folder, struct ofd_extra *extra,
                const char **wrong, bool *with_z, struct jy_fault *fault)
{
    static const char *const once[] = { "CheckValue", NULL };
    const char *value = jy_xml_child_text(reference, "CheckValue");
    size_t at = ofd_locate(ofd, folder, jy_xml_attr(reference, "FileRef"), NULL), len = 0;
    struct jy_buf want = { 0 };
    uint8_t got[OFD_DIGEST_SIZE];
    jy_err err = ofd_single(reference, once, "Reference", fault);

    *wrong = at == SIZE_MAX ? "protected file is missing" : value == NULL ? "no CheckValue" : NULL;
    if (err == JY_OK && *wrong == NULL) {
        err = ofd_digest(ofd, at, algorithm, got, &len, fault);
        extra->covered[at] = true;
        extra->locks = extra->locks || at == ofd->list_file;
    }
    if (err == JY_OK && *wrong == NULL) {
        jy_err decoded = jy_base64_decode(jy_slice_text(value), &want);
        if (decoded == JY_E_NOMEM)
            err = decoded;                               /* our trouble, not the document's */
        else if (decoded != JY_OK || !jy_slice_equal(jy_buf_slice(&want), JY_SLICE(got, len)))
            *wrong = "digest differs";
    }
    if (err == JY_OK && *wrong != NULL && want.len == JY_SM3_SIZE && algorithm == OFD_SM3) {
        err = matches_with_z(ofd, extra, at, jy_buf_slice(&want), with_z, fault);
        if (*with_z)
            *wrong = NULL;
    }
    jy_buf_free(&want);
    return err;
}

static jy_err
check_references(struct ofd *ofd, const struct jy_xml *refs, const char *folder, struct jy_signature *sig, struct ofd_extra *extra,
                 struct jy_fault *fault)
{
    bool odd;
    enum ofd_algorithm algorithm = algorithm_of(jy_xml_attr(refs, "CheckMethod"), &odd);
    size_t failed = 0, seen = 0, with_z = 0;
    char text[40];
    jy_err err = JY_OK;

    if (algorithm == OFD_ALGORITHMS || refs == NULL)
        return jy_findings_add(&sig->findings, JY_CHECK_DOC_MODIFIED, false, sig->path, 0, "no references, or unknown CheckMethod");
    if (algorithm != OFD_SM3)
        err = jy_findings_add(&sig->findings, JY_CHECK_WEAK_DIGEST, false, sig->path, 0, "%s",
                              algorithm == OFD_MD5 ? "MD5" : algorithm == OFD_SHA1 ? "SHA1" : "SHA256");
    else if (odd)
        err = ofd_note_deviation(sig, JY_DEVIATION_CHECK_METHOD, sig->path);
    for (const struct jy_xml *r = jy_xml_child(refs, "Reference"); err == JY_OK && r != NULL; r = jy_xml_next(r)) {
        const char *loc = jy_xml_attr(r, "FileRef"), *wrong;
        bool has_z = false;

        seen++;
        err = check_reference(ofd, r, algorithm, folder, extra, &wrong, &has_z, fault);
        with_z += has_z;
        if (err == JY_OK && wrong != NULL)
            err = ofd_note(sig, JY_CHECK_DOC_MODIFIED, &failed, loc == NULL ? sig->path : loc, 0, wrong);
    }
    if (err == JY_OK && seen == 0)
        err = ofd_note(sig, JY_CHECK_DOC_MODIFIED, &failed, sig->path, 0, "no file is protected");
    if (err == JY_OK && with_z > 0)
        err = ofd_note_deviation(sig, JY_DEVIATION_REFERENCE_WITH_Z, sig->path);
    snprintf(text, sizeof text, "%zu files", seen);
    return err == JY_OK ? ofd_note_end(sig, JY_CHECK_DOC_MODIFIED, failed, text) : err;
}

/* One StampAnnot: NULL when it lies on a page, else what is wrong. */
static const char *
read_place(const struct ofd *ofd, const struct jy_xml *annot, size_t body, struct jy_signature *sig)
{
    const char *ref = jy_xml_attr(annot, "PageRef");
    struct jy_stamp_place *place;
    struct jy_box seen;
    const char *box = jy_xml_attr(annot, "Boundary"), *clip = jy_xml_attr(annot, "Clip");
    double b[4], c[4];
    bool twice = false, clipped;
    size_t page = ref == NULL ? SIZE_MAX : ofd_page_by_id(ofd, body, ref, &twice);

    if (page == SIZE_MAX)
        return "PageRef names no page";
    if (!ofd_box(box, b))
        return "no Boundary";
    clipped = ofd_box(clip, c);
    place = &sig->places[sig->place_count++];
    *place = (struct jy_stamp_place){ (int)page + 1, b[0], b[1], b[2], b[3], { 0, 0, 0, 0 } };
    if (clipped)
        place->clip = (struct jy_box){ c[0], c[1], c[2], c[3] };
    seen = jy_place_visible(place);
    if (twice)
        return "two pages have the ID that PageRef names";
    if (clip != NULL && !clipped)
        return "a Clip that cannot be read: how much of the stamp is shown depends on the program";
    /* 0x10 is sixteen for some programs, and nothing or an error for others. */
    if (strpbrk(box, "xXpP") != NULL || (clip != NULL && strpbrk(clip, "xXpP") != NULL))
        return "numbers that not every program reads";
    if (seen.x_mm >= ofd->pages[page].size.width_mm || seen.y_mm >= ofd->pages[page].size.height_mm || seen.x_mm + seen.width_mm <= 0 ||
        seen.y_mm + seen.height_mm <= 0)
        return "off the page";
    return NULL;
}

/* What is seen of all its places, and where it leaves something of the page to be seen. */
static jy_err
check_shares(const struct ofd *ofd, struct jy_signature *sig, size_t *failed)
{
    double seen = 0;
    jy_err err = JY_OK;

    for (size_t i = 0; err == JY_OK && i < sig->place_count; i++) {
        const struct jy_page *page = &ofd->pages[sig->places[i].page - 1].size;
        double share = ofd_share(ofd, &sig->places[i]);

        seen += share * page->width_mm * page->height_mm;
        if (share > STAMP_SHARE_MAX)
            err = ofd_note(sig, JY_CHECK_PLACEMENT, failed, sig->path, 0, "the stamp covers most of the page");
    }
    if (err == JY_OK && *failed == 0 && sig->place_count > 0 && seen < STAMP_SEEN_MIN)
        err = ofd_note(sig, JY_CHECK_PLACEMENT, failed, sig->path, 0, "too little of the stamp is shown to be seen");
    return err;
}

static jy_err
read_places(struct ofd *ofd, const struct jy_xml *info, size_t body, struct jy_signature *sig)
{
    size_t count = 0, failed = 0;
    jy_err err = JY_OK;

    for (const struct jy_xml *a = jy_xml_child(info, "StampAnnot"); a != NULL; a = jy_xml_next(a))
        count++;
    sig->places = calloc(count + 1, sizeof *sig->places);
    if (sig->places == NULL)
        return JY_E_NOMEM;
    for (const struct jy_xml *a = jy_xml_child(info, "StampAnnot"); err == JY_OK && a != NULL; a = jy_xml_next(a)) {
        const char *wrong = read_place(ofd, a, body, sig);

        if (wrong != NULL)
            err = ofd_note(sig, JY_CHECK_PLACEMENT, &failed, sig->path, 0, wrong);
    }
    if (err == JY_OK)
        err = check_shares(ofd, sig, &failed);
    if (err == JY_OK && failed == 0 && sig->kind == JY_SIGNATURE_PLAIN && count > 0)
        err = ofd_note(sig, JY_CHECK_PLACEMENT, &failed, sig->path, 0, "a signature without a seal has places on pages");
    if (err == JY_OK && failed == 0 && sig->kind == JY_SIGNATURE_SEAL && count == 0)
        err = ofd_note(sig, JY_CHECK_PLACEMENT, &failed, sig->path, 0, "the seal is shown nowhere");
    return err == JY_OK && failed > OFD_FINDINGS_MAX ? ofd_note_end(sig, JY_CHECK_PLACEMENT, failed, "") : err;
}

/* Some products write the text of the value (seal-formats 4): "M" begins the base64 of every SEQUENCE and no DER value. 64 bytes are r and s. */
static jy_err
read_base64_value(struct jy_signature *sig, struct ofd_extra *extra)
{
    struct jy_buf der = { 0 };
    jy_err err;

    if (extra->value.len <= 64 || extra->value.p[0] != 'M')
        return JY_OK;
    err = jy_base64_decode(jy_buf_slice(&extra->value), &der);
    if (err == JY_OK) {
        jy_buf_free(&extra->value);
        extra->value = der;
        return ofd_note_deviation(sig, JY_DEVIATION_VALUE_BASE64, sig->path);
    }
    jy_buf_free(&der);
    return err == JY_E_NOMEM ? err : JY_OK;
}

/* A file of a signature, and where other readers look for it. */
static jy_err
locate_file(struct ofd *ofd, const char *folder, const char *loc, size_t *out, struct jy_fault *fault)
{
    char path[OFD_PATH];

    *out = ofd_locate(ofd, folder, loc, path);
    if (*out != SIZE_MAX && ofd_keep_near(ofd, folder, folder, loc, path, true) != JY_OK)
        return jy_fail(fault, JY_E_NOMEM, NULL, 0, "no memory");
    return JY_OK;
}

/* The signature's value and seal. Each file is held once, however many signatures name it. */
static jy_err
read_files(struct ofd *ofd, const struct jy_xml *root, const struct jy_xml *info, const char *folder, size_t i, struct jy_fault *fault)
{
    struct jy_signature *sig = &ofd->signatures[i];
    struct ofd_extra *extra = &ofd->extras[i];
    const struct jy_xml *node = jy_xml_child(info, "Seal");
    const char *value, *seal, *picture;
    size_t other;
    jy_err err = ofd_location(jy_xml_child(root, "SignedValue"), sig->path, &value, fault);

    if (err == JY_OK)
        err = ofd_location(jy_xml_child(node, "BaseLoc"), sig->path, &seal, fault);
    if (err == JY_OK)
        err = ofd_location(jy_xml_child(node, "ImageLoc"), sig->path, &picture, fault);
    if (err == JY_OK)
        err = locate_file(ofd, folder, value, &extra->value_file, fault);
    if (err == JY_OK)
        err = locate_file(ofd, folder, seal, &extra->seal_file, fault);
    /* GM/T 0099: a picture to be drawn in place of the one in the seal. */
    if (err == JY_OK)
        err = locate_file(ofd, folder, picture, &other, fault);
    if (err != JY_OK)
        return err;
    if (other != SIZE_MAX)
        ofd->reached[other] = ofd->reached[other] == 0 ? (uint16_t)(1 + extra->body) : ofd->reached[other];
    for (other = 0; other < i && (ofd->extras[other].value_file == SIZE_MAX || ofd->extras[other].value_file != extra->value_file); other++)
        ;
    if (other < i)
        err = jy_findings_add(&sig->findings, JY_CHECK_DOC_MODIFIED, false, sig->path, 0, "its value is that of another signature");
    else if (extra->value_file != SIZE_MAX)
        err = jy_zip_read(ofd->zip, extra->value_file, JY_SES_MAX, &extra->value, fault);
    if (err == JY_OK)
        err = read_base64_value(sig, extra);
    for (other = 0; other < i && (ofd->extras[other].seal_file == SIZE_MAX || ofd->extras[other].seal_file != extra->seal_file); other++)
        ;
    sig->seal_file = other < i ? ofd->signatures[other].seal_file : JY_EMPTY;
    if (err == JY_OK && other == i && extra->seal_file != SIZE_MAX) {
        err = jy_zip_read(ofd->zip, extra->seal_file, JY_SEAL_MAX, &extra->seal, fault);
        sig->seal_file = jy_buf_slice(&extra->seal);
    }
    /* GM/T 0099-2020 7.2.2: Sign has no seal. Programs that draw what stands there would show anybody's seal as this signer's. */
    if (err == JY_OK && sig->kind == JY_SIGNATURE_PLAIN && node != NULL)
        err = jy_findings_add(&sig->findings, JY_CHECK_SEAL_MISMATCH, false, sig->path, 0, "a signature without a seal names one");
    else if (err == JY_OK && seal != NULL && sig->seal_file.len == 0)
        err = jy_findings_add(&sig->findings, JY_CHECK_SEAL_MISMATCH, false, sig->path, 0, "the seal's file is missing or empty");
    sig->value = jy_buf_slice(&extra->value);
    return err;
}

jy_err
ofd_digest_with_z(void *impl, size_t index, const uint8_t z[JY_SM3_SIZE], uint8_t out[JY_SM3_SIZE], struct jy_fault *fault)
{
    struct ofd *ofd = impl;

    if (index >= ofd->signature_count || ofd->extras[index].file == SIZE_MAX)
        return jy_fail(fault, JY_E_ARGUMENT, "signature", 0, "Signature.xml is missing");
    return ofd_sm3_with_z(ofd, ofd->extras[index].file, z, out, fault);
}

/* SignatureDateTime has no fixed form (seal-formats §4): its first eight digits are the day, in all that is met. */
static jy_time
read_day(const char *text)
{
    int digits[8];
    size_t count = 0;
    jy_time day;
    int year, month, number, hour, minute, second;

    for (; text != NULL && *text != '\0' && count < 8; text++)
        if (*text >= '0' && *text <= '9')
            digits[count++] = *text - '0';
    if (count < 8)
        return 0;
    year = digits[0] * 1000 + digits[1] * 100 + digits[2] * 10 + digits[3];
    day = jy_time_from_civil(year, digits[4] * 10 + digits[5], digits[6] * 10 + digits[7], 0, 0, 0);
    jy_time_civil(day, &year, &month, &number, &hour, &minute, &second);
    return month == digits[4] * 10 + digits[5] && number == digits[6] * 10 + digits[7] ? day : 0;
}

static jy_err
read_signature(struct ofd *ofd, const struct jy_xml *node, size_t body, size_t i, struct jy_fault *fault)
{
    static const char *const once[] = { "SignedInfo", "SignedValue", NULL }, *const info_once[] = { "References", "Seal", NULL };
    struct jy_signature *sig = &ofd->signatures[i];
    struct ofd_extra *extra = &ofd->extras[i];
    struct jy_xml_doc *doc = NULL;
    const struct jy_xml *info;
    const char *id = jy_xml_attr(node, "ID"), *type = jy_xml_attr(node, "Type");
    char path[OFD_PATH] = "", folder[OFD_PATH];
    jy_err err;

    snprintf(sig->id, sizeof sig->id, "%s", id == NULL ? "" : id);
    sig->kind = type != NULL && strcmp(type, "Sign") == 0 ? JY_SIGNATURE_PLAIN : JY_SIGNATURE_SEAL;
    extra->body = body;
    extra->value_file = extra->seal_file = SIZE_MAX;
    extra->covered = calloc(jy_zip_count(ofd->zip) + 1, sizeof *extra->covered);
    if (extra->covered == NULL)
        return jy_fail(fault, JY_E_NOMEM, NULL, 0, "no memory");
    ofd_folder(ofd->list_path, folder);
    extra->file = ofd_locate(ofd, folder, jy_xml_attr(node, "BaseLoc"), path);
    snprintf(sig->path, sizeof sig->path, "/%.254s", path);
    if (extra->file != SIZE_MAX && ofd_keep_near(ofd, folder, folder, jy_xml_attr(node, "BaseLoc"), path, true) != JY_OK)
        return jy_fail(fault, JY_E_NOMEM, NULL, 0, "no memory");
    if (extra->file == SIZE_MAX)
        return jy_findings_add(&sig->findings, JY_CHECK_DOC_MODIFIED, false, sig->path, 0, "Signature.xml is missing");
    for (size_t k = 0; k < i; k++)
        if (ofd->extras[k].file == extra->file)
            return jy_findings_add(&sig->findings, JY_CHECK_DOC_MODIFIED, false, sig->path, 0, "the list names one Signature.xml twice");
    err = ofd_parse(ofd, extra->file, NULL, &doc, fault);
    if (err == JY_OK)
        err = ofd_sm3(ofd, extra->file, sig->digest, fault);
    ofd_folder(path, folder);
    info = err == JY_OK ? jy_xml_child(jy_xml_root(doc), "SignedInfo") : NULL;
    if (err == JY_OK)
        err = ofd_single(jy_xml_root(doc), once, sig->path, fault);
    if (err == JY_OK)
        err = ofd_single(info, info_once, sig->path, fault);
    if (err == JY_OK)
        err = read_files(ofd, jy_xml_root(doc), info, folder, i, fault);
    if (err == JY_OK)
        err = check_references(ofd, jy_xml_child(info, "References"), folder, sig, extra, fault);
    if (err == JY_OK)
        err = read_places(ofd, info, body, sig);
    sig->stated = err == JY_OK ? read_day(jy_xml_child_text(info, "SignatureDateTime")) : 0;
    jy_xml_free(doc);
    return err;
}

/* Signatures that only those readers find who look for them anywhere, or do not mind case. */
static bool
has_stray(const struct jy_xml *node, bool top)
{
    for (; node != NULL; node = node->next)
        if ((strcasecmp(node->name, "Signature") == 0 && !(top && strcmp(node->name, "Signature") == 0)) || has_stray(node->child, false))
            return true;
    return false;
}

/* The signatures that one DocBody lists, behind those that are read already. */
static jy_err
read_list(struct ofd *ofd, size_t body, struct jy_fault *fault)
{
    struct jy_xml_doc *doc = NULL;
    size_t first = ofd->signature_count, n = first;
    struct jy_signature *signatures;
    struct ofd_extra *extras;
    const struct jy_xml *node;
    jy_err err;

    if (ofd->list_path[0] == '\0')
        return JY_OK;
    if (ofd->list_file == SIZE_MAX)
        return jy_fail(fault, JY_E_FORMAT, ofd->list_path, 0, "OFD.xml names a signature list that is not in the package");
    for (size_t k = 0; k < body; k++)
        if (ofd->body[k].list_file == ofd->list_file)
            return jy_fail(fault, JY_E_AMBIGUOUS, ofd->list_path, 0, "two documents have one signature list");
    err = ofd_parse(ofd, ofd->list_file, NULL, &doc, fault);
    if (err != JY_OK)
        return err;
    if (has_stray(jy_xml_root(doc)->child, true)) {
        err = jy_fail(fault, JY_E_AMBIGUOUS, ofd->list_path, 0, "a Signature inside another element, or not spelled so");
        goto out;
    }
    for (node = jy_xml_child(jy_xml_root(doc), "Signature"); node != NULL; node = jy_xml_next(node))
        n++;
    if (n > JY_OFD_SIGNATURES_MAX) {
        err = jy_fail(fault, JY_E_LIMIT, ofd->list_path, 0, "%zu signatures", n);
        goto out;
    }
    if ((signatures = reallocarray(ofd->signatures, n + 1, sizeof *signatures)) != NULL)
        ofd->signatures = signatures;
    if ((extras = reallocarray(ofd->extras, n + 1, sizeof *extras)) != NULL)
        ofd->extras = extras;
    if (signatures == NULL || extras == NULL) {
        err = jy_fail(fault, JY_E_NOMEM, NULL, 0, "no memory");
        goto out;
    }
    memset(signatures + first, 0, (n + 1 - first) * sizeof *signatures);
    memset(extras + first, 0, (n + 1 - first) * sizeof *extras);
    ofd->signature_count = n;
    node = jy_xml_child(jy_xml_root(doc), "Signature");
    for (size_t i = first; err == JY_OK && i < n; i++, node = jy_xml_next(node))
        err = read_signature(ofd, node, body, i, fault);
out:
    jy_xml_free(doc);
    return err;
}

static jy_err
note_shown(struct ofd *ofd, struct jy_fault *fault)
{
    struct jy_fault why = { 0 };
    jy_err answer = ofd->signature_count == 0 ? JY_OK : ofd_check_active(ofd, &why);

    return container_note_shown(ofd->signatures, ofd->signature_count, answer, &why, fault);
}

jy_err
ofd_signatures(void *impl, const struct jy_signature **out, size_t *count, struct jy_fault *fault)
{
    struct ofd *ofd = impl;
    jy_err err = JY_OK;

    if (!ofd->signatures_read) {
        if (ofd->signatures != NULL)
            return jy_fail(fault, JY_E_FORMAT, ofd->list_path, 0, "the signatures could not be read before");
        for (size_t body = 0; err == JY_OK && body < ofd->bodies; body++) {
            ofd_enter_body(ofd, body);
            err = read_list(ofd, body, fault);
        }
        ofd_enter_body(ofd, 0);
        if (err == JY_OK)
            err = ofd_coverage(ofd, fault);
        if (err == JY_OK)
            err = ofd_overlay(ofd, fault);
        if (err == JY_OK)
            err = note_shown(ofd, fault);
        ofd->signatures_read = err == JY_OK;
    }
    if (err != JY_OK)
        return err;
    *out = ofd->signatures;
    *count = ofd->signature_count;
    return JY_OK;
}
