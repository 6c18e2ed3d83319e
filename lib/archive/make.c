/* SPDX-License-Identifier: Apache-2.0 */
/* Writing an archive package: one contents, one sequence of bytes (R24.1). */
#include <jinyin/archive.h>

#include "codec/json.h"
#include "codec/text.h"
#include "codec/zip.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[JY_ARCHIVE_PARTS] = {
    [JY_ARCHIVE_METADATA] = "metadata.json", [JY_ARCHIVE_RECORD] = "record.json", [JY_ARCHIVE_REGISTER] = "register.json",
    [JY_ARCHIVE_STATUS] = "status.json", [JY_ARCHIVE_EVIDENCE] = "evidence.json", [JY_ARCHIVE_TRUST] = "trust.pem",
    [JY_ARCHIVE_MAKERS] = "makers.pem", [JY_ARCHIVE_REPORT] = "report.json",
};

const char *
jy_archive_name(const struct jy_archive_contents *contents, enum jy_archive_part part)
{
    if (part == JY_ARCHIVE_DOCUMENT)
        return contents->pdf ? "document.pdf" : "document.ofd";
    return names[part];
}

static jy_err
add_text(json_t *json, struct jy_buf *out)
{
    char *text = json == NULL ? NULL : json_dumps(json, JSON_COMPACT);
    jy_err rc = text == NULL ? JY_E_NOMEM : jy_buf_text(out, text);

    free(text);
    json_decref(json);
    return rc;
}

jy_err
jy_archive_manifest(const struct jy_archive_contents *contents, struct jy_buf *out, struct jy_fault *fault)
{
    json_t *entries = json_array();
    uint8_t digest[JY_SM3_SIZE];
    jy_err rc = entries == NULL ? JY_E_NOMEM : JY_OK;

    for (enum jy_archive_part part = 0; rc == JY_OK && part < JY_ARCHIVE_PARTS; part++) {
        const struct jy_slice bytes = contents->parts[part];
        if (part != JY_ARCHIVE_DOCUMENT && bytes.len > JY_ARCHIVE_PART_MAX)
            rc = jy_fail(fault, JY_E_LIMIT, jy_archive_name(contents, part), 0, "%zu bytes, at most %d", bytes.len, JY_ARCHIVE_PART_MAX);
        else if ((rc = jy_sm3(bytes, digest)) == JY_OK &&
                 json_array_append_new(entries, json_pack("{s:s, s:I, s:o}", "name", jy_archive_name(contents, part), "size", (json_int_t)bytes.len,
                                                          "sm3", jy_json_hex(JY_SLICE(digest, sizeof(digest))))) != 0)
            rc = JY_E_NOMEM;
    }
    if (rc == JY_OK)
        rc = add_text(json_pack("{s:i, s:s, s:s, s:o, s:s, s:O}", "archive", JY_ARCHIVE_VERSION, "about", "stamp-record", "record_id", contents->record_id,
                                "packed", jy_json_time(contents->packed), "verdict", contents->verdict, "entries", entries), out);
    json_decref(entries);
    return rc;
}

/* {"algorithm", "key", "value"}: the last two base64. */
static jy_err
signature_text(const struct jy_archive_signature *signature, struct jy_buf *out)
{
    struct jy_buf key = { 0 }, value = { 0 };
    jy_err rc;

    if ((rc = jy_base64_encode(JY_SLICE(signature->key, sizeof(signature->key)), &key)) == JY_OK &&
        (rc = jy_base64_encode(JY_SLICE(signature->value, signature->value_len), &value)) == JY_OK)
        rc = add_text(json_pack("{s:s, s:s, s:s%, s:s%}", "algorithm", "SM2-SM3", "purpose", JY_ARCHIVE_PURPOSE, "key", (const char *)key.p, key.len,
                                "value", (const char *)value.p, value.len), out);
    jy_buf_free(&key);
    jy_buf_free(&value);
    return rc;
}

jy_err
jy_archive_make(const struct jy_archive_contents *contents, struct jy_slice manifest, const struct jy_archive_signature *signature,
                struct jy_pieces *out, struct jy_fault *fault)
{
    struct jy_zip_new entries[JY_ARCHIVE_PARTS + 2];
    struct jy_buf proof = { 0 };
    uint16_t date, time;
    jy_err rc;

    if ((rc = signature_text(signature, &proof)) != JY_OK)
        goto out;
    for (enum jy_archive_part part = 0; part < JY_ARCHIVE_PARTS; part++)
        entries[part] = (struct jy_zip_new){ jy_archive_name(contents, part), contents->parts[part] };
    entries[JY_ARCHIVE_PARTS] = (struct jy_zip_new){ "manifest.json", manifest };
    entries[JY_ARCHIVE_PARTS + 1] = (struct jy_zip_new){ "signature.json", jy_buf_slice(&proof) };
    jy_zip_dos_time(contents->packed, &date, &time);
    rc = jy_zip_make(entries, JY_ARCHIVE_PARTS + 2, date, time, out, fault);
    for (size_t i = 0; i < out->count && proof.p != NULL; i++)
        if (out->list[i].bytes.p == proof.p) {               /* the one text that nobody else holds goes with the pieces */
            out->list[i].owned = proof.p;
            proof = (struct jy_buf){ 0 };
        }
out:
    jy_buf_free(&proof);
    return rc;
}
