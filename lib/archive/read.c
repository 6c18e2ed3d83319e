/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading an archive package (R24.1). What was read is written again and compared with the file: names, order, times, lengths and every byte
 * between the entries have one right value, so nothing can be changed or hidden that the digests do not cover.
 */
#include <jinyin/archive.h>

#include "codec/text.h"
#include "codec/zip.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIGNATURE_TEXT_MAX 1024

static jy_err
find(const struct jy_zip *zip, struct jy_slice package, const char *name, size_t max, struct jy_slice *out, struct jy_fault *fault)
{
    size_t index = jy_zip_find(zip, name, false);
    const struct jy_zip_entry *e;

    if (index == SIZE_MAX)
        return jy_fail(fault, JY_E_ARCHIVE_INCOMPLETE, name, 0, "is missing from the package");
    e = jy_zip_entry(zip, index);
    if (e->method != 0 || e->size != e->packed)
        return jy_fail(fault, JY_E_ARCHIVE_CHANGED, name, 0, "is packed otherwise than it was");
    if (max > 0 && e->size > max)
        return jy_fail(fault, JY_E_LIMIT, name, 0, "%llu bytes, at most %zu", (unsigned long long)e->size, max);
    *out = JY_SLICE(package.p + e->data, (size_t)e->size);
    return JY_OK;
}

static jy_err
find_parts(const struct jy_zip *zip, struct jy_slice package, struct jy_archive *archive, struct jy_slice *proof, struct jy_fault *fault)
{
    struct jy_archive_contents *c = &archive->contents;
    jy_err rc;

    c->pdf = jy_zip_find(zip, "document.pdf", false) != SIZE_MAX;
    if ((rc = find(zip, package, "manifest.json", JY_ARCHIVE_MANIFEST_MAX, &archive->manifest, fault)) != JY_OK ||
        (rc = find(zip, package, "signature.json", SIGNATURE_TEXT_MAX, proof, fault)) != JY_OK)
        return rc;
    for (enum jy_archive_part part = 0; part < JY_ARCHIVE_PARTS; part++)
        if ((rc = find(zip, package, jy_archive_name(c, part), part == JY_ARCHIVE_DOCUMENT ? 0 : JY_ARCHIVE_PART_MAX, &c->parts[part], fault)) != JY_OK)
            return rc;
    return JY_OK;
}

static json_t *
load(struct jy_slice text)
{
    return json_loadb((const char *)text.p, text.len, JSON_REJECT_DUPLICATES, NULL);
}

/* Copies a member's text; false when it is no text or does not fit. */
static bool
take_text(const json_t *json, const char *name, char *out, size_t size)
{
    const char *text = json_string_value(json_object_get(json, name));

    if (text == NULL || strlen(text) >= size)
        return false;
    memcpy(out, text, strlen(text) + 1);
    return true;
}

/* Names the first entry whose bytes are not those of the manifest: what the comparison at the end could only say of the whole. */
static jy_err
check_entries(const json_t *entries, const struct jy_archive_contents *c, struct jy_fault *fault)
{
    for (enum jy_archive_part part = 0; part < JY_ARCHIVE_PARTS; part++) {
        const char *name = jy_archive_name(c, part), *hex = json_string_value(json_object_get(json_array_get(entries, part), "sm3"));
        uint8_t digest[JY_SM3_SIZE], listed[JY_SM3_SIZE];
        jy_err rc = jy_sm3(c->parts[part], digest);

        if (rc != JY_OK)
            return rc;
        if (hex == NULL || jy_hex_parse(jy_slice_text(hex), listed, sizeof(listed)) != JY_OK || memcmp(digest, listed, sizeof(digest)) != 0)
            return jy_fail(fault, JY_E_ARCHIVE_CHANGED, name, 0, "is not the entry that the manifest names");
    }
    return JY_OK;
}

static jy_err
read_manifest(struct jy_archive *archive, struct jy_fault *fault)
{
    struct jy_archive_contents *c = &archive->contents;
    json_t *json = load(archive->manifest);
    const char *packed = json_string_value(json_object_get(json, "packed"));
    struct jy_buf again = { 0 };
    jy_err rc;

    if (!json_is_object(json) || !json_is_integer(json_object_get(json, "archive")))
        rc = jy_fail(fault, JY_E_FORMAT, "manifest.json", 0, "is not the manifest of an archive package");
    else if (json_integer_value(json_object_get(json, "archive")) != JY_ARCHIVE_VERSION)
        rc = jy_fail(fault, JY_E_UNSUPPORTED, "manifest.json", 0, "version %lld, %d is read",
                     (long long)json_integer_value(json_object_get(json, "archive")), JY_ARCHIVE_VERSION);
    else if (!take_text(json, "record_id", c->record_id, sizeof(c->record_id)) || !take_text(json, "verdict", c->verdict, sizeof(c->verdict)) ||
             packed == NULL || jy_time_parse_rfc3339(packed, &c->packed) != JY_OK)
        rc = jy_fail(fault, JY_E_FORMAT, "manifest.json", 0, "needs record_id, verdict and packed");
    else if ((rc = check_entries(json_object_get(json, "entries"), c, fault)) == JY_OK && (rc = jy_archive_manifest(c, &again, fault)) == JY_OK &&
             (again.len != archive->manifest.len || memcmp(again.p, archive->manifest.p, again.len) != 0))
        rc = jy_fail(fault, JY_E_ARCHIVE_CHANGED, "manifest.json", 0, "is not written as it was");
    jy_buf_free(&again);
    json_decref(json);
    return rc;
}

static jy_err
decode(const json_t *json, const char *name, size_t min, size_t max, uint8_t *out, size_t *len)
{
    const char *text = json_string_value(json_object_get(json, name));
    struct jy_buf bytes = { 0 };
    jy_err rc = text == NULL ? JY_E_FORMAT : jy_base64_decode(jy_slice_text(text), &bytes);

    if (rc == JY_OK && (bytes.len < min || bytes.len > max))
        rc = JY_E_FORMAT;
    if (rc == JY_OK) {
        memcpy(out, bytes.p, bytes.len);
        *len = bytes.len;
    }
    jy_buf_free(&bytes);
    return rc;
}

static jy_err
read_signature(struct jy_slice text, struct jy_archive *archive, struct jy_fault *fault)
{
    struct jy_archive_signature *s = &archive->signature;
    json_t *json = load(text);
    struct jy_sm2 *key = NULL;
    enum jy_sm2_encoding encoding;
    size_t key_len;
    jy_err rc;

    if ((rc = decode(json, "key", sizeof(s->key), sizeof(s->key), s->key, &key_len)) != JY_OK ||
        (rc = decode(json, "value", 1, sizeof(s->value), s->value, &s->value_len)) != JY_OK || (rc = jy_sm2_from_point(s->key, &key)) != JY_OK)
        rc = rc == JY_E_NOMEM ? rc : jy_fail(fault, JY_E_ARCHIVE_CHANGED, "signature.json", 0, "holds no signature");
    else if ((rc = jy_sm2_verify(key, archive->manifest, JY_SLICE(s->value, s->value_len), &encoding)) != JY_OK || encoding != JY_SM2_DER)
        rc = rc == JY_E_NOMEM ? rc : jy_fail(fault, JY_E_ARCHIVE_CHANGED, "signature.json", 0, "the signature does not fit the manifest");
    jy_sm2_free(key);
    json_decref(json);
    return rc;
}

static jy_err
compare(const struct jy_archive *archive, struct jy_slice package, struct jy_fault *fault)
{
    struct jy_pieces again = { 0 };
    size_t at = 0;
    jy_err rc = jy_archive_make(&archive->contents, archive->manifest, &archive->signature, &again, fault);

    if (rc == JY_OK && again.total != package.len)
        rc = jy_fail(fault, JY_E_ARCHIVE_CHANGED, "package", 0, "has bytes that do not belong to it");
    for (size_t i = 0; rc == JY_OK && i < again.count; i++) {
        const struct jy_slice piece = again.list[i].bytes;
        if (piece.p != package.p + at && memcmp(piece.p, package.p + at, piece.len) != 0)
            rc = jy_fail(fault, JY_E_ARCHIVE_CHANGED, "package", at, "is not laid out as it was");
        at += piece.len;
    }
    jy_pieces_free(&again);
    return rc;
}

jy_err
jy_archive_open(struct jy_slice package, struct jy_archive **out, struct jy_fault *fault)
{
    struct jy_archive *archive = NULL;
    struct jy_zip *zip = NULL;
    struct jy_slice proof = JY_EMPTY;
    jy_err rc;

    *out = NULL;
    if ((rc = jy_zip_open(package, &zip, fault)) != JY_OK)
        return rc;
    if ((archive = calloc(1, sizeof(*archive))) == NULL)
        rc = JY_E_NOMEM;
    else if (jy_zip_prefix(zip) != 0)
        rc = jy_fail(fault, JY_E_ARCHIVE_CHANGED, "package", 0, "has bytes that do not belong to it");
    else if ((rc = find_parts(zip, package, archive, &proof, fault)) == JY_OK && (rc = read_manifest(archive, fault)) == JY_OK &&
             (rc = read_signature(proof, archive, fault)) == JY_OK)
        rc = compare(archive, package, fault);
    jy_zip_free(zip);
    if (rc != JY_OK)
        jy_archive_free(archive);
    else
        *out = archive;
    return rc;
}

void
jy_archive_free(struct jy_archive *archive)
{
    free(archive);
}
