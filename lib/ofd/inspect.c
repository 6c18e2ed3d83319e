/* SPDX-License-Identifier: Apache-2.0 */
/* The package tree, and which of its parts each signature protects. */
#include <ofd/package.h>

#include <codec/json.h>
#include <string.h>

/* The first bytes of a part; the stream is stopped behind them. */
struct head { uint8_t bytes[16]; size_t len; };

static jy_err
take_head(void *ctx, struct jy_slice chunk)
{
    struct head *head = ctx;

    head->len = chunk.len < sizeof(head->bytes) ? chunk.len : sizeof(head->bytes);
    memcpy(head->bytes, chunk.p, head->len);
    return JY_E_LIMIT;
}

/* By content, never by name. */
static const char *
media(struct ofd *ofd, size_t entry)
{
    static const struct { const char *bytes; size_t len; const char *name; } known[] = {
        { "\xef\xbb\xbf<", 4, "XML" }, { "<", 1, "XML" }, { "\x89PNG\r\n\x1a\n", 8, "PNG" }, { "\xff\xd8\xff", 3, "JPEG" }, { "GIF8", 4, "GIF" },
        { "BM", 2, "BMP" }, { "II*\0", 4, "TIFF" }, { "MM\0*", 4, "TIFF" }, { "\x97JB2", 4, "JBIG2" }, { "OTTO", 4, "OpenType" },
        { "\0\1\0\0", 4, "TrueType" }, { "true", 4, "TrueType" }, { "ttcf", 4, "TrueType" }, { "\1\0\4", 3, "CFF" }, { "%PDF-", 5, "PDF" },
        { "PK\3\4", 4, "ZIP" }, { "0\x82", 2, "DER" }, { "0\x83", 2, "DER" }, { "0\x81", 2, "DER" },
    };
    const struct jy_zip_entry *e = jy_zip_entry(ofd->zip, entry);
    struct head head = { { 0 }, 0 };
    jy_err rc;

    if (e->directory)
        return "folder";
    if (e->size == 0)
        return "empty";
    rc = jy_zip_stream(ofd->zip, entry, take_head, &head, NULL);
    if (rc != JY_OK && head.len == 0)
        return "unreadable";
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (head.len >= known[i].len && memcmp(head.bytes, known[i].bytes, known[i].len) == 0)
            return known[i].name;
    return "other";
}

static json_t *
name_of(const struct ofd *ofd, size_t entry)
{
    const char *name = jy_zip_entry(ofd->zip, entry)->name;
    char utf8[OFD_PATH * 2];

    return jy_json_text(ofd_name_utf8(name, utf8) == JY_OK ? utf8 : name);
}

static json_t *
entry_json(struct ofd *ofd, size_t i)
{
    const struct jy_zip_entry *e = jy_zip_entry(ofd->zip, i);
    json_t *by = json_array(), *out;

    for (size_t k = 0; k < ofd->signature_count; k++)
        if (ofd->extras[k].covered[i])
            json_array_append_new(by, jy_json_text(ofd->signatures[k].id));
    out = json_pack("{s:o, s:s, s:s, s:I, s:I, s:I, s:b}", "name", name_of(ofd, i), "media", media(ofd, i), "method", e->method == 0 ? "stored" : "deflated",
                    "size", (json_int_t)e->size, "packed", (json_int_t)e->packed, "offset", (json_int_t)e->start, "shown", ofd->reached[i]);
    json_object_set_new(out, "protected_by", by);
    return out;
}

/* Signature.xml is bound by the value and the value by its key: they are the signature's own. */
static void
protection(const struct ofd *ofd, size_t k, json_t *signature)
{
    json_t *in = json_array(), *out = json_array();

    for (size_t i = 0; i < jy_zip_count(ofd->zip); i++) {
        bool own = i == ofd->extras[k].file || i == ofd->extras[k].value_file;
        if (ofd->extras[k].covered[i])
            json_array_append_new(in, name_of(ofd, i));
        else if (!own && !jy_zip_entry(ofd->zip, i)->directory)
            json_array_append_new(out, name_of(ofd, i));
    }
    json_object_set_new(signature, "locks", json_boolean(ofd->extras[k].locks));
    json_object_set_new(signature, "protects", in);
    json_object_set_new(signature, "leaves_open", out);
}

jy_err
ofd_inspect(void *impl, json_t *out, json_t *signatures, struct jy_fault *fault)
{
    struct ofd *ofd = impl;
    json_t *entries = json_array();

    (void)fault;
    for (size_t i = 0; i < jy_zip_count(ofd->zip); i++)
        json_array_append_new(entries, entry_json(ofd, i));
    json_object_set_new(out, "bodies", json_integer((json_int_t)ofd->bodies));
    json_object_set_new(out, "document", jy_json_text(ofd->doc_path));
    json_object_set_new(out, "entries", entries);
    for (size_t k = 0; k < ofd->signature_count; k++)
        protection(ofd, k, json_array_get(signatures, k));
    return JY_OK;
}
