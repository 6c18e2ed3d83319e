/* SPDX-License-Identifier: Apache-2.0 */
/* The verdict from an archive package alone (R24.1, docs/protocol/archive.md). */
#include <jinyin/verify.h>

#include "codec/text.h"

#include <jansson.h>
#include <string.h>

#define STATEMENTS 2                  /* at the time of stamping, at the time of packing */

/* One of {"statement", "signature", "key"}: genuine by its own key, which the package's signature vouches for. */
static jy_err
check_statement(const json_t *row)
{
    const char *text = json_string_value(json_object_get(row, "statement")), *value = json_string_value(json_object_get(row, "signature")),
               *key_text = json_string_value(json_object_get(row, "key"));
    struct jy_buf signature = { 0 }, point = { 0 };
    struct jy_sm2 *key = NULL;
    jy_err rc = JY_E_FORMAT;

    if (text != NULL && value != NULL && key_text != NULL && (rc = jy_base64_decode(jy_slice_text(value), &signature)) == JY_OK &&
        (rc = jy_base64_decode(jy_slice_text(key_text), &point)) == JY_OK && (rc = point.len == JY_SM2_POINT_SIZE ? JY_OK : JY_E_FORMAT) == JY_OK &&
        (rc = jy_sm2_from_point(point.p, &key)) == JY_OK)
        rc = jy_sm2_verify(key, jy_slice_text(text), jy_buf_slice(&signature), NULL);
    jy_sm2_free(key);
    jy_buf_free(&signature);
    jy_buf_free(&point);
    return rc;
}

static jy_err
check_status(const struct jy_archive *archive, struct jy_fault *fault)
{
    const struct jy_slice text = archive->contents.parts[JY_ARCHIVE_STATUS];
    json_t *list = json_loadb((const char *)text.p, text.len, JSON_REJECT_DUPLICATES, NULL);
    jy_err rc = json_array_size(list) == STATEMENTS ? JY_OK : JY_E_FORMAT;

    for (size_t i = 0; rc == JY_OK && i < STATEMENTS; i++)
        rc = check_statement(json_array_get(list, i));
    json_decref(list);
    return rc == JY_OK || rc == JY_E_NOMEM ? rc : jy_fail(fault, JY_E_ARCHIVE_INCOMPLETE, "status.json", 0, "holds no signed statements of the seal's status");
}

/* Evidence, with the register's word in the place of what stands in the bundle. Both must outlive it. */
struct known { struct jy_trust *own; struct jy_evidence *bundle, *from_register; struct jy_evidence all; };

static jy_err
gather(const struct jy_archive *archive, const struct jy_archive_trust *whom, bool by_service, struct known *k, struct jy_fault *fault)
{
    const struct jy_slice *parts = archive->contents.parts;
    uint8_t document[JY_SM3_SIZE], trust[JY_SM3_SIZE];
    jy_err rc;

    if (parts[JY_ARCHIVE_TRUST].len == 0 && whom->anchors == NULL)
        return jy_fail(fault, JY_E_ARCHIVE_INCOMPLETE, "trust.pem", 0, "holds no anchor");
    if ((rc = jy_trust_new(&k->own)) != JY_OK || (rc = jy_trust_add_pem(k->own, parts[JY_ARCHIVE_TRUST], fault)) != JY_OK ||
        (rc = jy_trust_restrict_makers(k->own)) != JY_OK ||
        (parts[JY_ARCHIVE_MAKERS].len > 0 && (rc = jy_trust_add_makers_pem(k->own, parts[JY_ARCHIVE_MAKERS], fault)) != JY_OK) ||
        (rc = jy_evidence_parse(parts[JY_ARCHIVE_EVIDENCE], false, &k->bundle, fault)) != JY_OK ||
        (rc = jy_evidence_parse(parts[JY_ARCHIVE_REGISTER], by_service, &k->from_register, fault)) != JY_OK ||
        (rc = jy_sm3(parts[JY_ARCHIVE_DOCUMENT], document)) != JY_OK || (rc = jy_trust_fingerprint(k->own, trust)) != JY_OK)
        return rc;
    if (!k->bundle->origin.known || memcmp(k->bundle->origin.document, document, sizeof(document)) != 0)
        return jy_fail(fault, JY_E_ARCHIVE_INCOMPLETE, "evidence.json", 0, "is not the evidence of this document");
    if (memcmp(k->bundle->origin.trust, trust, sizeof(trust)) != 0)
        return jy_fail(fault, JY_E_ARCHIVE_INCOMPLETE, "trust.pem", 0, "holds other anchors, or makers.pem other makers, than the document was judged by");
    if (whom->anchors == NULL && jy_trust_anchor_count(k->own) == 0)
        return jy_fail(fault, JY_E_ARCHIVE_INCOMPLETE, "trust.pem", 0, "holds no anchor");
    k->all = *k->bundle;
    k->all.status = k->from_register->status;
    k->all.status_count = k->from_register->status_count;
    k->all.stamps = k->from_register->stamps;
    k->all.stamp_count = k->from_register->stamp_count;
    k->all.from_register = by_service;
    return JY_OK;
}

jy_err
jy_archive_judge(const struct jy_archive *archive, const struct jy_archive_trust *whom, jy_time now, struct jy_archive_judgement *out,
                 struct jy_fault *fault)
{
    const struct jy_slice document = archive->contents.parts[JY_ARCHIVE_DOCUMENT];
    bool by_service = whom->service_key != NULL;
    struct known k = { 0 };
    struct jy_report *then = NULL;
    const struct jy_trust *trust;
    jy_err rc;

    *out = (struct jy_archive_judgement){ .vouched = by_service || whom->anchors != NULL };
    if (by_service && memcmp(whom->service_key, archive->signature.key, JY_SM2_POINT_SIZE) != 0)
        return jy_fail(fault, JY_E_SIGNATURE, "signature.json", 0, "the package was signed by another key than the one that was named");
    if (now < archive->contents.packed)
        return jy_fail(fault, JY_E_ARGUMENT, "at", 0, "lies before the time of packing");
    if ((rc = check_status(archive, fault)) != JY_OK || (rc = gather(archive, whom, by_service, &k, fault)) != JY_OK)
        goto out;
    trust = whom->anchors != NULL ? whom->anchors : k.own;
    if ((rc = jy_verify(document, trust, &k.all, NULL, archive->contents.packed, &then, fault)) != JY_OK ||
        (rc = jy_verify(document, trust, &k.all, NULL, now, &out->report, fault)) != JY_OK)
        goto out;
    out->again = jy_report_verdict(then);
    out->verdict = jy_report_verdict(out->report);
out:
    jy_report_free(then);
    jy_evidence_free(k.bundle);
    jy_evidence_free(k.from_register);
    jy_trust_free(k.own);
    return rc;
}
