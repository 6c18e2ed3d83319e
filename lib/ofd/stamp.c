/* SPDX-License-Identifier: Apache-2.0 */
/* Stamping an OFD in two steps (seal-formats 3.2 to 3.4): everything but the value, then the value. */
#include <ofd/package.h>

#include <codec/text.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define NAMESPACE "http://www.ofdspec.org/2016"

/* A tag found in XML text by its local name: its bytes, prefix, and whether it is </…> or <…/>. */
struct tag {
    size_t start, end;
    size_t prefix_len;              /* with the colon */
    bool closing, empty;
};

static bool
find_tag(struct jy_slice s, const char *local, bool closing, size_t from, struct tag *out)
{
    size_t len = strlen(local);

    for (size_t i = from; i < s.len; i++) {
        size_t j, name, end;
        uint8_t quote = 0;
        const char *close;

        if (s.p[i] != '<')
            continue;
        close = s.len - i >= 4 && memcmp(s.p + i, "<!--", 4) == 0           ? "-->"
                : s.len - i >= 9 && memcmp(s.p + i, "<![CDATA[", 9) == 0 ? "]]>"
                : s.len - i >= 2 && s.p[i + 1] == '?'                      ? "?>"
                                                                           : NULL;
        if (close != NULL) {
            size_t at = jy_slice_find(JY_SLICE(s.p + i, s.len - i), jy_slice_text(close));

            if (at == SIZE_MAX)
                return false;
            i += at;
            continue;
        }
        for (end = i; end < s.len && (quote != 0 || s.p[end] != '>'); end++) {
            if (quote != 0)
                quote = s.p[end] == quote ? 0 : quote;
            else if (s.p[end] == '"' || s.p[end] == '\'')
                quote = s.p[end];
        }
        if (end == s.len)
            return false;
        out->closing = s.p[i + 1] == '/';
        name = i + 1 + (out->closing ? 1u : 0u);
        out->start = i;
        out->end = end + 1;
        out->empty = s.p[end - 1] == '/';
        out->prefix_len = 0;
        for (j = name; j < end && !isspace(s.p[j]) && s.p[j] != '/'; j++)
            if (s.p[j] == ':')
                out->prefix_len = j - name + 1;
        if (out->closing == closing && j - name - out->prefix_len == len && memcmp(s.p + name + out->prefix_len, local, len) == 0)
            return true;
        i = end;
    }
    return false;
}

static void
tag_prefix(struct jy_slice s, const struct tag *tag, char out[64])
{
    size_t len = tag->prefix_len < 63 ? tag->prefix_len : 0;

    memcpy(out, s.p + tag->start + 1 + (tag->closing ? 1 : 0), len);
    out[len] = '\0';
}

/* Copies s with [from, to) replaced by text. */
static jy_err
splice(struct jy_slice s, size_t from, size_t to, const char *text, struct jy_buf *out)
{
    jy_err err = jy_buf_add(out, JY_SLICE(s.p, from));

    if (err == JY_OK)
        err = jy_buf_text(out, text);
    if (err == JY_OK)
        err = jy_buf_add(out, JY_SLICE(s.p + to, s.len - to));
    return err;
}

/* OFD.xml with the Signatures entry of DocBody number `body`; all other bytes stay. */
static jy_err
name_list(struct jy_slice s, size_t body, const char *list_path, struct jy_buf *out, struct jy_fault *fault)
{
    struct tag t, list, close = { 0 };
    char prefix[64], text[OFD_PATH * 2 + 256];

    for (size_t i = 0; i <= body; i++)
        if (!find_tag(s, "DocBody", false, close.end, &t) || !find_tag(s, "DocBody", true, t.end, &close))
            return jy_fail(fault, JY_E_FORMAT, "OFD.xml", 0, "DocBody without an end");
    if (find_tag(s, "Signatures", false, t.end, &list) && list.start < close.start) {
        t = list;
        if (!list.empty && !find_tag(s, "Signatures", true, list.end, &list))
            return jy_fail(fault, JY_E_FORMAT, "OFD.xml", t.start, "Signatures without an end");
    } else {
        t = close;
        list.end = t.start;                              /* nothing to replace */
    }
    tag_prefix(s, &t, prefix);
    snprintf(text, sizeof text, "<%sSignatures>/%s</%sSignatures>", prefix, list_path, prefix);
    return splice(s, t.start, list.end, text, out);
}

/* Signatures.xml with one more entry. */
static jy_err
extend_list(struct jy_slice s, const char *id, const char *type, const char *max_id, const char *path, struct jy_buf *out, struct jy_fault *fault)
{
    struct jy_buf half = { 0 };
    struct tag t, close;
    char prefix[64], text[OFD_PATH * 2 + 256];
    jy_err err;

    if (find_tag(s, "MaxSignId", false, 0, &t) && !t.empty && find_tag(s, "MaxSignId", true, t.end, &close))
        err = splice(s, t.end, close.start, max_id, &half);
    else
        err = jy_buf_add(&half, s);
    if (err != JY_OK)
        goto out;
    s = jy_buf_slice(&half);
    if (find_tag(s, "Signatures", true, 0, &t)) {
        tag_prefix(s, &t, prefix);
        snprintf(text, sizeof text, "<%sSignature ID=\"%s\" Type=\"%s\" BaseLoc=\"/%s\"/>", prefix, id, type, path);
        err = splice(s, t.start, t.start, text, out);
    } else if (find_tag(s, "Signatures", false, 0, &t) && t.empty) {
        tag_prefix(s, &t, prefix);
        snprintf(text, sizeof text, "><%sSignature ID=\"%s\" Type=\"%s\" BaseLoc=\"/%s\"/></%sSignatures>", prefix, id, type, path, prefix);
        err = splice(s, t.end - 2, t.end, text, out);
    } else {
        err = jy_fail(fault, JY_E_FORMAT, "Signatures.xml", 0, "list without an end");
    }
out:
    jy_buf_free(&half);
    return err;
}

static unsigned long
id_number(const char *id)
{
    size_t at = id == NULL ? 0 : strlen(id);
    unsigned long n;

    while (at > 0 && isdigit((unsigned char)id[at - 1]))
        at--;
    n = id == NULL ? 0 : strtoul(id + at, NULL, 10);
    return n < 1000000000ul ? n : 0;
}

/* Highest number of any ID so far: signatures, their annotations, MaxSignId. */
static jy_err
highest_id(struct ofd *ofd, unsigned long *out, struct jy_fault *fault)
{
    struct jy_xml_doc *doc = NULL;
    jy_err err;

    *out = 0;
    if (ofd->list_file == SIZE_MAX)
        return JY_OK;
    err = ofd_parse(ofd, ofd->list_file, NULL, &doc, fault);
    if (err != JY_OK)
        return err;
    for (const struct jy_xml *n = jy_xml_root(doc)->child; n != NULL; n = n->next) {
        unsigned long v = strcmp(n->name, "MaxSignId") == 0 ? id_number(n->text) : id_number(jy_xml_attr(n, "ID"));

        *out = v > *out ? v : *out;
    }
    jy_xml_free(doc);
    for (size_t i = 0; err == JY_OK && i < ofd->signature_count; i++) {
        if (ofd->extras[i].file == SIZE_MAX)
            continue;
        err = ofd_parse(ofd, ofd->extras[i].file, NULL, &doc, fault);
        if (err != JY_OK)
            return err;
        for (const struct jy_xml *a = jy_xml_child(jy_xml_child(jy_xml_root(doc), "SignedInfo"), "StampAnnot"); a != NULL; a = jy_xml_next(a)) {
            unsigned long v = id_number(jy_xml_attr(a, "ID"));

            *out = v > *out ? v : *out;
        }
        jy_xml_free(doc);
    }
    return JY_OK;
}

static bool
folder_used(const struct ofd *ofd, const char *folder)
{
    for (size_t i = 0; i < jy_zip_count(ofd->zip); i++)
        if (strncasecmp(jy_zip_entry(ofd->zip, i)->name, folder, strlen(folder)) == 0)
            return true;
    return false;
}

static jy_err
add_escaped(struct jy_buf *out, const char *text)
{
    jy_err err = JY_OK;

    while (err == JY_OK && *text != '\0') {
        size_t plain = strcspn(text, "&<>\"");

        err = jy_buf_add(out, JY_SLICE(text, plain));
        text += plain;
        if (err == JY_OK && *text != '\0') {
            err = jy_buf_text(out, *text == '&' ? "&amp;" : *text == '<' ? "&lt;" : *text == '>' ? "&gt;" : "&quot;");
            text++;
        }
    }
    return err;
}

static jy_err
add_reference(struct jy_buf *out, const char *path, const uint8_t digest[JY_SM3_SIZE])
{
    jy_err err = jy_buf_text(out, "<ofd:Reference FileRef=\"/");

    if (err == JY_OK)
        err = add_escaped(out, path);
    if (err == JY_OK)
        err = jy_buf_text(out, "\"><ofd:CheckValue>");
    if (err == JY_OK)
        err = jy_base64_encode(JY_SLICE(digest, JY_SM3_SIZE), out);
    if (err == JY_OK)
        err = jy_buf_text(out, "</ofd:CheckValue></ofd:Reference>");
    return err;
}

static void
number(double v, char out[32])
{
    size_t len = (size_t)snprintf(out, 32, "%.4f", v);

    while (len > 0 && out[len - 1] == '0')
        out[--len] = '\0';
    if (len > 0 && out[len - 1] == '.')
        out[--len] = '\0';
}

/* An ST_Box as an attribute's value. */
static jy_err
add_box(struct jy_buf *out, const char *name, double x, double y, double w, double h)
{
    char n[4][32];

    number(x, n[0]);
    number(y, n[1]);
    number(w, n[2]);
    number(h, n[3]);
    return jy_buf_fmt(out, " %s=\"%s %s %s %s\"", name, n[0], n[1], n[2], n[3]);
}

/* GB/T 33190 18.2: Boundary is the whole picture's box, Clip what shows of it, seen from that box (seal-formats 3.5). */
static jy_err
add_annotation(struct jy_buf *out, unsigned long id, const char *page, const struct jy_stamp_place *place)
{
    const struct jy_box *clip = &place->clip;
    jy_err err = jy_buf_fmt(out, "<ofd:StampAnnot ID=\"s%03lu\" PageRef=\"", id);

    if (err == JY_OK)
        err = add_escaped(out, page);
    if (err == JY_OK)
        err = jy_buf_byte(out, '"');
    if (err == JY_OK)
        err = add_box(out, "Boundary", place->x_mm, place->y_mm, place->width_mm, place->height_mm);
    if (err == JY_OK && clip->width_mm > 0)
        err = add_box(out, "Clip", clip->x_mm, clip->y_mm, clip->width_mm, clip->height_mm);
    return err == JY_OK ? jy_buf_text(out, "/>") : err;
}

/* The list of any document of the package: each stays open for further signatures. */
static bool
is_list(const struct ofd *ofd, size_t entry)
{
    for (size_t i = 0; i < ofd->bodies; i++)
        if (ofd->body[i].list_file == entry)
            return true;
    return false;
}

/* OFD.xml must name the list before the first signature (seal-formats 3.4): where one protects OFD.xml already, it is too late. */
static jy_err
check_root(const struct ofd *ofd, struct jy_fault *fault)
{
    size_t root = jy_zip_find(ofd->zip, "OFD.xml", false);

    for (size_t i = 0; i < ofd->signature_count; i++)
        if (ofd->extras[i].covered[root])
            return jy_fail(fault, JY_E_LOCKED, ofd->signatures[i].path, 0,
                           "the signature of another document of the package protects OFD.xml, which names no signature list for this one");
    return JY_OK;
}

/* One stamp is one signature, and that belongs to one document; a signature without places names none. */
static jy_err
enter_body(struct ofd *ofd, const struct jy_stamp_place *places, size_t count, size_t *body, struct jy_fault *fault)
{
    if (count == 0 && ofd->bodies > 1)
        return jy_fail(fault, JY_E_UNSUPPORTED, "place", 0, "a signature without a stamp, on a package of %zu documents", ofd->bodies);
    *body = count == 0 ? 0 : ofd->pages[places[0].page - 1].body;
    for (size_t i = 1; i < count; i++)
        if (ofd->pages[places[i].page - 1].body != *body)
            return jy_fail(fault, JY_E_ARGUMENT, "place", 0, "pages %d and %d belong to two documents of the package: stamp one after the other",
                           places[0].page, places[i].page);
    ofd_enter_body(ofd, *body);
    return ofd_check_pages(ofd, *body, places, count, fault);
}

struct plan {
    char folder[OFD_PATH], list[OFD_PATH], signature[OFD_PATH], seal[OFD_PATH];
    unsigned long id;                  /* the signature's; annotations follow */
    struct jy_buf root, list_xml, xml; /* OFD.xml when it changes, Signatures.xml, Signature.xml */
};

static jy_err
write_signature(struct ofd *ofd, struct plan *plan, struct jy_slice seal_der, const struct jy_stamp_place *places, size_t count,
                jy_time now, bool closing, struct jy_fault *fault)
{
    struct jy_buf *x = &plan->xml;
    char when[21], name[OFD_PATH * 2];
    uint8_t digest[JY_SM3_SIZE];
    size_t root = jy_zip_find(ofd->zip, "OFD.xml", false);
    jy_err err;

    jy_time_rfc3339(now, when);
    err = jy_buf_fmt(x,
                     "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ofd:Signature xmlns:ofd=\"" NAMESPACE "\"><ofd:SignedInfo>"
                     "<ofd:Provider ProviderName=\"Jinyin\" Version=\"" JY_VERSION "\"/>"
                     "<ofd:SignatureMethod>1.2.156.10197.1.501</ofd:SignatureMethod>"
                     "<ofd:SignatureDateTime>%s</ofd:SignatureDateTime><ofd:References CheckMethod=\"1.2.156.10197.1.401\">", when);
    for (size_t i = 0; err == JY_OK && i < jy_zip_count(ofd->zip); i++) {
        const struct jy_zip_entry *e = jy_zip_entry(ofd->zip, i);

        if (e->directory || is_list(ofd, i))
            continue;
        if (i == root && plan->root.len > 0)
            err = jy_sm3(jy_buf_slice(&plan->root), digest);
        else
            err = ofd_sm3(ofd, i, digest, fault);
        if (err == JY_OK && ofd_name_utf8(e->name, name) != JY_OK)
            err = jy_fail(fault, JY_E_UNSUPPORTED, "zip entry name", e->start, "name is neither UTF-8 nor GB 18030");
        if (err == JY_OK)
            err = add_reference(x, name, digest);
    }
    if (err == JY_OK && seal_der.len > 0)
        err = jy_sm3(seal_der, digest);
    if (err == JY_OK && seal_der.len > 0)
        err = add_reference(x, plan->seal, digest);
    if (err == JY_OK && closing)                             /* seal-formats 3.3: who protects the list closes the document */
        err = jy_sm3(jy_buf_slice(&plan->list_xml), digest);
    if (err == JY_OK && closing)
        err = add_reference(x, plan->list, digest);
    if (err == JY_OK)
        err = jy_buf_text(x, "</ofd:References>");
    for (size_t i = 0; err == JY_OK && i < count; i++)
        err = add_annotation(x, plan->id + 1 + i, ofd->pages[places[i].page - 1].id, &places[i]);
    if (err == JY_OK && seal_der.len > 0)
        err = jy_buf_text(x, "<ofd:Seal><ofd:BaseLoc>/");
    if (err == JY_OK && seal_der.len > 0)
        err = add_escaped(x, plan->seal);
    if (err == JY_OK && seal_der.len > 0)
        err = jy_buf_text(x, "</ofd:BaseLoc></ofd:Seal>");
    if (err == JY_OK)
        err = jy_buf_text(x, "</ofd:SignedInfo><ofd:SignedValue>/");
    if (err == JY_OK)
        err = add_escaped(x, plan->folder);
    if (err == JY_OK)
        err = jy_buf_text(x, "SignedValue.dat</ofd:SignedValue></ofd:Signature>");
    return err;
}

#define FOLDERS_MAX 5000u               /* that a document may lead to before it is refused */

/* Paths in the folder that nothing in the document leads to: a location of what is missing must not come to life with the signature's files. */
static bool
take_folder(struct ofd *ofd, struct plan *plan)
{
    char value[OFD_PATH];

    snprintf(plan->signature, sizeof plan->signature, "%.230sSignature.xml", plan->folder);
    snprintf(plan->seal, sizeof plan->seal, "%.230sSeal.esl", plan->folder);
    snprintf(value, sizeof value, "%.230sSignedValue.dat", plan->folder);
    return !folder_used(ofd, plan->folder) && !ofd_is_near(ofd, plan->signature) && !ofd_is_near(ofd, plan->seal) && !ofd_is_near(ofd, value);
}

static jy_err
choose_paths(struct ofd *ofd, struct plan *plan, struct jy_fault *fault)
{
    char base[OFD_PATH];

    if (ofd->list_path[0] != '\0') {
        snprintf(plan->list, sizeof plan->list, "%s", ofd->list_path);
    } else {
        ofd_folder(ofd->doc_path, base);
        snprintf(plan->list, sizeof plan->list, "%.200sSigns/Signatures.xml", base);
    }
    ofd_folder(ofd->list_path[0] != '\0' ? ofd->list_path : plan->list, base);
    if (strlen(base) > 200 || strpbrk(plan->list, "<>&\"") != NULL)
        return jy_fail(fault, JY_E_UNSUPPORTED, plan->list, 0, "location of the signature list");
    if (strlen(base) < 6 || strcmp(base + strlen(base) - 6, "Signs/") != 0)
        strcat(base, "Signs/");
    ofd->near_comparisons = 0;                               /* the coverage has been judged */
    if (ofd->list_path[0] == '\0' && ofd_is_near(ofd, plan->list))
        return jy_fail(fault, JY_E_AMBIGUOUS, plan->list, 0, "the document names as a part of its own what will be the signature list");
    for (unsigned n = 0; n < FOLDERS_MAX; n++) {
        snprintf(plan->folder, sizeof plan->folder, "%.210sSign_%u/", base, n);
        if (take_folder(ofd, plan))
            return JY_OK;
    }
    return jy_fail(fault, JY_E_AMBIGUOUS, base, 0, "the document names every folder that a signature could stand in");
}

/* What was put into the text is where a reader looks for it: an element of the same name may stand elsewhere. */
static jy_err
read_back(struct ofd *ofd, const struct plan *plan, size_t body, const char *id, struct jy_fault *fault)
{
    struct jy_xml_doc *doc = NULL;
    const struct jy_xml *node;
    const char *text = NULL;
    jy_err err = JY_OK;

    if (plan->root.len > 0 && (err = jy_xml_parse(ofd->reader, jy_buf_slice(&plan->root), "OFD.xml", NULL, &doc, fault)) == JY_OK) {
        node = jy_xml_child(jy_xml_root(doc), "DocBody");
        for (size_t i = 0; i < body; i++)
            node = jy_xml_next(node);
        text = jy_xml_child_text(node, "Signatures");
        if (text == NULL || text[0] != '/' || strcmp(text + 1, plan->list) != 0)
            err = jy_fail(fault, JY_E_AMBIGUOUS, "OFD.xml", 0, "an element Signatures stands where none belongs");
        jy_xml_free(doc);
    }
    if (err != JY_OK || (err = jy_xml_parse(ofd->reader, jy_buf_slice(&plan->list_xml), plan->list, NULL, &doc, fault)) != JY_OK)
        return err;
    for (node = jy_xml_child(jy_xml_root(doc), "Signature"), text = NULL; node != NULL; node = jy_xml_next(node))
        if (jy_xml_attr(node, "ID") != NULL && strcmp(jy_xml_attr(node, "ID"), id) == 0)
            text = jy_xml_attr(node, "BaseLoc");
    if (text == NULL || text[0] != '/' || strcmp(text + 1, plan->signature) != 0)
        err = jy_fail(fault, JY_E_AMBIGUOUS, plan->list, 0, "an element Signatures stands where none belongs");
    jy_xml_free(doc);
    return err;
}

jy_err
ofd_prepare(void *impl, struct jy_slice seal_der, const struct jy_stamp_place *places, size_t count, jy_time now, bool closing,
            struct jy_prepared *out, struct jy_fault *fault)
{
    struct ofd *ofd = impl;
    struct plan plan = { 0 };
    struct jy_buf old = { 0 };
    struct jy_zip_new list[4];
    size_t n = 0, body = 0;
    const char *type = seal_der.len > 0 ? "Seal" : "Sign";   /* GM/T 0099-2020 7.2.2 */
    char id[32], max_id[32];
    uint16_t dos_date, dos_time;
    jy_err err = enter_body(ofd, places, count, &body, fault);

    if (err == JY_OK)
        err = choose_paths(ofd, &plan, fault);
    if (err == JY_OK)
        err = highest_id(ofd, &plan.id, fault);
    if (err != JY_OK)
        goto out;
    plan.id++;
    snprintf(id, sizeof id, "s%03lu", plan.id);
    snprintf(max_id, sizeof max_id, "s%03lu", plan.id + count);
    if (ofd->list_path[0] == '\0') {
        err = check_root(ofd, fault);
        if (err == JY_OK)
            err = jy_zip_read(ofd->zip, jy_zip_find(ofd->zip, "OFD.xml", false), JY_XML_MAX, &old, fault);
        if (err == JY_OK)
            err = name_list(jy_buf_slice(&old), body, plan.list, &plan.root, fault);
        if (err == JY_OK && jy_zip_find(ofd->zip, plan.list, true) != SIZE_MAX)
            err = jy_fail(fault, JY_E_UNSUPPORTED, plan.list, 0, "a signature list that OFD.xml does not name");
        if (err == JY_OK)
            err = jy_buf_fmt(&plan.list_xml,
                             "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ofd:Signatures xmlns:ofd=\"" NAMESPACE "\"><ofd:MaxSignId>%s"
                             "</ofd:MaxSignId><ofd:Signature ID=\"%s\" Type=\"%s\" BaseLoc=\"/%s\"/></ofd:Signatures>",
                             max_id, id, type, plan.signature);
    } else {
        err = jy_zip_read(ofd->zip, ofd->list_file, JY_XML_MAX, &old, fault);
        if (err == JY_OK)
            err = extend_list(jy_buf_slice(&old), id, type, max_id, plan.signature, &plan.list_xml, fault);
    }
    if (err == JY_OK)
        err = read_back(ofd, &plan, body, id, fault);
    if (err == JY_OK)
        err = write_signature(ofd, &plan, seal_der, places, count, now, closing, fault);
    if (err == JY_OK)
        err = jy_sm3(jy_buf_slice(&plan.xml), out->data_hash);
    if (err != JY_OK)
        goto out;
    if (plan.root.len > 0)
        list[n++] = (struct jy_zip_new){ "OFD.xml", jy_buf_slice(&plan.root) };
    list[n++] = (struct jy_zip_new){ ofd->list_file == SIZE_MAX ? plan.list : jy_zip_entry(ofd->zip, ofd->list_file)->name,
                                     jy_buf_slice(&plan.list_xml) };
    if (seal_der.len > 0)
        list[n++] = (struct jy_zip_new){ plan.seal, seal_der };
    list[n++] = (struct jy_zip_new){ plan.signature, jy_buf_slice(&plan.xml) };
    if (seal_der.len > 0)
        snprintf(out->property_info, sizeof out->property_info, "/%.254s", plan.signature);
    snprintf(out->slot, sizeof out->slot, "/%.230sSignedValue.dat", plan.folder);
    jy_zip_dos_time(now, &dos_date, &dos_time);
    err = jy_zip_rewrite(ofd->zip, list, n, dos_date, dos_time, &out->file, fault);
out:
    ofd_enter_body(ofd, 0);
    jy_buf_free(&old);
    jy_buf_free(&plan.root);
    jy_buf_free(&plan.list_xml);
    jy_buf_free(&plan.xml);
    return err;
}

jy_err
ofd_finish(struct jy_slice prepared, const char *slot, struct jy_slice value_der, struct jy_pieces *out, struct jy_fault *fault)
{
    static const char leaf[] = "SignedValue.dat";
    struct jy_zip *zip = NULL;
    struct jy_buf xml = { 0 };
    struct jy_zip_new value;
    uint8_t digest[JY_SM3_SIZE];
    char path[OFD_PATH];
    size_t at, len = strlen(slot);
    jy_err err;

    if (len < sizeof leaf + 1 || len >= OFD_PATH || slot[0] != '/' || strcmp(slot + len - (sizeof leaf - 1), leaf) != 0)
        return jy_fail(fault, JY_E_ARGUMENT, "slot", 0, "not the place of a signature value");
    err = jy_zip_open(prepared, &zip, fault);
    if (err != JY_OK)
        return err;
    snprintf(path, sizeof path, "%.*sSignature.xml", (int)(len - 1 - (sizeof leaf - 1)), slot + 1);
    at = jy_zip_find(zip, path, false);
    if (at == SIZE_MAX || jy_zip_find(zip, slot + 1, true) != SIZE_MAX) {
        err = jy_fail(fault, JY_E_DOCUMENT_CHANGED, slot, 0, "the file is not prepared for a value here");
        goto out;
    }
    err = jy_zip_read(zip, at, JY_XML_MAX, &xml, fault);
    if (err == JY_OK)
        err = jy_sm3(jy_buf_slice(&xml), digest);
    /* Who has a seal beside it was prepared for a stamp. */
    snprintf(path, sizeof path, "%.*sSeal.esl", (int)(len - 1 - (sizeof leaf - 1)), slot + 1);
    if (err == JY_OK)
        err = jy_value_binds(value_der, jy_zip_find(zip, path, false) != SIZE_MAX ? JY_VALUE_SES : JY_VALUE_SIGNED_DATA, digest, fault);
    if (err != JY_OK)
        goto out;
    value = (struct jy_zip_new){ slot + 1, value_der };
    err = jy_zip_rewrite(zip, &value, 1, jy_zip_entry(zip, at)->dos_date, jy_zip_entry(zip, at)->dos_time, out, fault);
out:
    jy_buf_free(&xml);
    jy_zip_free(zip);
    return err;
}
