/* SPDX-License-Identifier: Apache-2.0 */
/* What every document has: pages, signatures, findings; a format adds its own (lib/ofd/inspect.c, lib/pdf/inspect.c). */
#include "inspect/facts.h"

#include "container/document.h"
#include "verify/report.h"

#include <stdlib.h>
#include <string.h>

/* Pages of one size that follow each other are one row: a document of thousands stays readable. */
static json_t *
pages_json(const struct jy_document *doc)
{
    json_t *list = json_array(), *row = NULL;
    struct jy_page last = { 0, 0 };

    for (size_t i = 0; i < jy_document_page_count(doc); i++) {
        struct jy_page page = jy_document_page(doc, i);
        if (row == NULL || page.width_mm < last.width_mm || page.width_mm > last.width_mm || page.height_mm < last.height_mm ||
            page.height_mm > last.height_mm) {
            row = json_pack("{s:I, s:I, s:f, s:f}", "from", (json_int_t)i + 1, "to", (json_int_t)i + 1, "width_mm", page.width_mm, "height_mm",
                            page.height_mm);
            json_array_append_new(list, row);
        }
        json_object_set_new(row, "to", json_integer((json_int_t)i + 1));
        last = page;
    }
    return list;
}

static json_t *
box_json(struct jy_box box)
{
    return json_pack("{s:f, s:f, s:f, s:f}", "x_mm", box.x_mm, "y_mm", box.y_mm, "width_mm", box.width_mm, "height_mm", box.height_mm);
}

static json_t *
places_json(const struct jy_signature *s)
{
    json_t *list = json_array();

    for (size_t i = 0; i < s->place_count; i++) {
        const struct jy_stamp_place *p = &s->places[i];
        json_array_append_new(list, json_pack("{s:i, s:o, s:o}", "page", p->page, "picture",
                                              box_json((struct jy_box){ p->x_mm, p->y_mm, p->width_mm, p->height_mm }), "visible",
                                              box_json(jy_place_visible(p))));
    }
    return list;
}

static json_t *
findings_json(const struct jy_findings *findings)
{
    json_t *list = json_array();

    for (size_t i = 0; i < findings->count; i++) {
        const struct jy_finding *f = &findings->list[i];
        const struct jy_check_info *info = jy_check_info(f->check);
        json_array_append_new(list, json_pack("{s:s, s:b, s:o, s:I, s:o, s:s, s:s}", "check", info->name, "passed", f->passed, "where",
                                              jy_json_text(f->where), "offset", (json_int_t)f->offset, "detail", jy_json_text(f->detail), "en",
                                              info->en, "zh", info->zh));
    }
    return list;
}

static json_t *
signature_json(const struct jy_signature *s)
{
    json_t *out = json_object();
    bool sound = true;

    json_object_set_new(out, "id", jy_json_text(s->id));
    json_object_set_new(out, "path", jy_json_text(s->path));
    json_object_set_new(out, "kind", json_string(s->kind == JY_SIGNATURE_SEAL ? "seal" : "plain"));
    json_object_set_new(out, "digest", jy_json_hex(JY_SLICE(s->digest, sizeof(s->digest))));
    json_object_set_new(out, "value_bytes", json_integer((json_int_t)s->value.len));
    json_object_set_new(out, "value", facts_value(s->value, s->digest, &sound));
    json_object_set_new(out, "places", places_json(s));
    return out;
}

static jy_err
document_json(struct jy_slice file, json_t **out, struct jy_fault *fault)
{
    const struct jy_signature *list = NULL;
    struct jy_document *doc = NULL;
    json_t *root = json_object(), *signatures = json_array();
    uint8_t digest[JY_SM3_SIZE];
    size_t count = 0;
    jy_err rc;

    if ((rc = jy_document_open(file, &doc, fault)) != JY_OK || (rc = jy_document_signatures(doc, &list, &count, fault)) != JY_OK ||
        (rc = jy_sm3(file, digest)) != JY_OK)
        goto out;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(signatures, signature_json(&list[i]));
    json_object_set_new(root, "format", json_string(jy_document_format(doc) == JY_FORMAT_OFD ? "OFD" : "PDF"));
    json_object_set_new(root, "size", json_integer((json_int_t)file.len));
    json_object_set_new(root, "digest", jy_json_hex(JY_SLICE(digest, sizeof(digest))));
    json_object_set_new(root, "page_count", json_integer((json_int_t)jy_document_page_count(doc)));
    json_object_set_new(root, "pages", pages_json(doc));
    if ((rc = jy_document_inspect(doc, root, signatures, fault)) != JY_OK)
        goto out;
    for (size_t i = 0; i < count; i++)
        json_object_set_new(json_array_get(signatures, i), "findings", findings_json(&list[i].findings));
    json_object_set(root, "signatures", signatures);
out:
    json_decref(signatures);
    jy_document_free(doc);
    if (rc != JY_OK) {
        json_decref(root);
        root = NULL;
    }
    *out = root;
    return rc;
}

static jy_err
dump(const json_t *json, struct jy_buf *out)
{
    char *text = json_dumps(json, JSON_INDENT(2) | JSON_REAL_PRECISION(10));
    jy_err rc = text == NULL ? JY_E_NOMEM : jy_buf_text(out, text);

    free(text);
    return rc == JY_OK ? jy_buf_byte(out, '\n') : rc;
}

jy_err
jy_inspect_json(struct jy_slice file, struct jy_buf *out, struct jy_fault *fault)
{
    json_t *document;
    jy_err rc = document_json(file, &document, fault);

    if (rc == JY_OK)
        rc = dump(document, out);
    json_decref(document);
    return rc;
}

jy_err
jy_inspect_text(struct jy_slice file, struct jy_buf *out, struct jy_fault *fault)
{
    json_t *document;
    jy_err rc = document_json(file, &document, fault);

    if (rc == JY_OK)
        rc = text_of_document(document, out);
    json_decref(document);
    return rc;
}

static jy_err
show(struct jy_slice der, jy_err (*write)(const json_t *, struct jy_buf *), struct jy_buf *out, bool *sound, struct jy_fault *fault)
{
    bool fits = true;
    json_t *value;
    jy_err rc;

    if (der.len == 0 || der.len > JY_SES_MAX)
        return jy_fail(fault, der.len == 0 ? JY_E_EMPTY_FILE : JY_E_LIMIT, "seal", 0, "%zu bytes", der.len);
    value = facts_value(der, NULL, &fits);
    if (json_object_get(value, "structure") == NULL)
        rc = JY_E_NOMEM;
    else if (strcmp(json_string_value(json_object_get(value, "structure")), "unknown") == 0)
        rc = jy_fail(fault, JY_E_FORMAT, "seal", 0, "neither SESeal nor SES_Signature nor SignedData");
    else
        rc = write(value, out);
    json_decref(value);
    if (sound != NULL)
        *sound = fits;
    return rc;
}

jy_err
jy_inspect_seal_json(struct jy_slice der, struct jy_buf *out, bool *sound, struct jy_fault *fault)
{
    return show(der, dump, out, sound, fault);
}

jy_err
jy_inspect_seal_text(struct jy_slice der, struct jy_buf *out, bool *sound, struct jy_fault *fault)
{
    return show(der, text_of_value, out, sound, fault);
}

jy_err
jy_inspect_seal_picture(struct jy_slice der, struct jy_buf *out, struct jy_fault *fault)
{
    struct jy_seal *seal = NULL;
    struct jy_ses *ses = NULL;
    jy_err rc;

    if (jy_ses_parse(der, &ses, NULL) == JY_OK)
        rc = jy_buf_add(out, jy_seal_picture(jy_ses_seal(ses)));
    else if ((rc = jy_seal_parse(der, &seal, fault)) == JY_OK)
        rc = jy_buf_add(out, jy_seal_picture(seal));
    jy_ses_free(ses);
    jy_seal_free(seal);
    return rc;
}
