/* SPDX-License-Identifier: Apache-2.0 */
/* The evidence bundle: all that one verification made use of, so that the same verdict can be found again without anybody's help. */
#include "verify/material.h"

#include "codec/der.h"
#include "codec/text.h"
#include "verify/json.h"

#include <jinyin/ocsp.h>

#include <stdlib.h>
#include <string.h>

/* One more row of a list of pointers or slices; NULL when there is no memory. */
static void *
grow(struct material *m, void *list, size_t count, size_t size)
{
    void *more = reallocarray(list, count + 1, size);

    m->failed = m->failed || more == NULL;
    return more;
}

void
material_cert(struct material *m, const struct jy_cert *cert)
{
    struct jy_cert **more, *copy;

    for (size_t i = 0; m != NULL && i < m->cert_count; i++)
        if (jy_slice_equal(jy_cert_der(m->certs[i]), jy_cert_der(cert)))
            return;
    if (m == NULL || (more = grow(m, m->certs, m->cert_count, sizeof(*more))) == NULL)
        return;
    m->certs = more;
    if (jy_cert_parse(jy_cert_der(cert), &copy, NULL) != JY_OK)
        m->failed = true;
    else
        m->certs[m->cert_count++] = copy;
}

void
material_stamp(struct material *m, const struct jy_stamp_evidence *row)
{
    const struct jy_stamp_evidence **more;

    if (m == NULL || (more = grow(m, m->stamps, m->stamp_count, sizeof(*more))) == NULL)
        return;
    m->stamps = more;
    m->stamps[m->stamp_count++] = row;
}

void
material_seal(struct material *m, const char *seal_id)
{
    const char **more;

    for (size_t i = 0; m != NULL && i < m->seal_count; i++)
        if (strcmp(m->seals[i], seal_id) == 0)
            return;
    if (m == NULL || (more = grow(m, m->seals, m->seal_count, sizeof(*more))) == NULL)
        return;
    m->seals = more;
    m->seals[m->seal_count++] = seal_id;
}

void
material_token(struct material *m, struct jy_slice token)
{
    struct jy_slice *more;

    if (m == NULL || (more = grow(m, m->tokens, m->token_count, sizeof(*more))) == NULL)
        return;
    m->tokens = more;
    m->tokens[m->token_count++] = token;
}

void
material_free(struct material *m)
{
    for (size_t i = 0; i < m->cert_count; i++)
        jy_cert_free(m->certs[i]);
    free(m->certs);
    free(m->stamps);
    free(m->seals);
    free(m->tokens);
}

/* -- what belongs to it -- */

static bool
is_issuer_of_some(const struct material *m, const struct jy_cert *ca)
{
    for (size_t i = 0; i < m->cert_count; i++)
        if (jy_slice_equal(jy_cert_issuer_der(m->certs[i]), jy_cert_subject_der(ca)))
            return true;
    return false;
}

/* The CAs above, by name, from trust and evidence: which of two with one name it was is found again by the signatures. */
static void
add_issuers(struct material *m, const struct jy_trust *trust, const struct jy_evidence *evidence)
{
    size_t before;

    do {
        before = m->cert_count;
        for (size_t i = 0; i < jy_trust_count(trust, JY_TRUST_CERT); i++) {
            const struct jy_cert *ca = jy_trust_cert(trust, i);
            if (is_issuer_of_some(m, ca))
                material_cert(m, ca);
        }
        for (size_t i = 0; evidence != NULL && i < evidence->certs.count; i++) {
            struct jy_cert *ca = NULL;
            if (jy_cert_parse(evidence->certs.list[i], &ca, NULL) != JY_OK)
                m->failed = true;                        /* it was read before it was judged by: memory */
            else if (is_issuer_of_some(m, ca))
                material_cert(m, ca);
            jy_cert_free(ca);
        }
    } while (m->cert_count != before && !m->failed);
}

/* Is the list by a CA of those collected (by name)? */
static bool
is_list_of_some(const struct material *m, struct jy_slice crl)
{
    struct jy_der all, list, tbs;
    struct jy_der_item item, issuer;

    jy_der_open(&all, crl);
    if (jy_der_enter(&all, DER_SEQUENCE, &list) != JY_OK || jy_der_enter(&list, DER_SEQUENCE, &tbs) != JY_OK ||
        (jy_der_peek(&tbs) == DER_INTEGER && jy_der_next(&tbs, &item) != JY_OK) || jy_der_get(&tbs, DER_SEQUENCE, &item) != JY_OK ||
        jy_der_get(&tbs, DER_SEQUENCE, &issuer) != JY_OK)
        return false;
    for (size_t i = 0; i < m->cert_count; i++)
        if (jy_slice_equal(issuer.tlv, jy_cert_subject_der(m->certs[i])))
            return true;
    return false;
}

/* Does the response genuinely speak of one of those collected? */
static bool
is_answer_on_some(const struct material *m, struct jy_slice response)
{
    struct jy_ocsp_answer answer;

    for (size_t i = 0; i < m->cert_count; i++)
        for (size_t k = 0; k < m->cert_count; k++)
            if (jy_slice_equal(jy_cert_issuer_der(m->certs[i]), jy_cert_subject_der(m->certs[k])) &&
                jy_ocsp_check(response, m->certs[i], m->certs[k], JY_EMPTY, &answer, NULL) == JY_OK)
                return true;
    return false;
}

/* -- writing -- */

static json_t *
base64(struct jy_slice bytes)
{
    struct jy_buf text = { 0 };
    json_t *value = NULL;

    if (jy_base64_encode(bytes, &text) == JY_OK)
        value = json_stringn((const char *)text.p, text.len);
    jy_buf_free(&text);
    return value;
}

static json_t *
moment(jy_time t)
{
    char text[21];

    jy_time_rfc3339(t, text);
    return json_string(text);
}

/* Each value once, in the order in which it was met. */
static void
append_once(json_t *list, struct jy_slice der, bool *bad)
{
    json_t *value = base64(der), *item;
    size_t i;

    json_array_foreach(list, i, item)
        if (json_equal(item, value)) {
            json_decref(value);
            return;
        }
    jy_json_append(list, value, bad);
}

static json_t *
certificates(const struct material *m, bool *bad)
{
    json_t *list = json_array();

    for (size_t i = 0; i < m->cert_count; i++)
        append_once(list, jy_cert_der(m->certs[i]), bad);
    return list;
}

/* Lists or answers, of trust and evidence, that belong to what was collected. */
static json_t *
items(const struct material *m, const struct jy_trust *trust, enum jy_trust_item kind, const struct jy_blobs *blobs,
      bool (*belongs)(const struct material *m, struct jy_slice der), bool *bad)
{
    json_t *list = json_array();

    for (size_t i = 0; i < jy_trust_count(trust, kind); i++)
        if (belongs(m, jy_trust_der(trust, kind, i)))
            append_once(list, jy_trust_der(trust, kind, i), bad);
    for (size_t i = 0; blobs != NULL && i < blobs->count; i++)
        if (belongs(m, blobs->list[i]))
            append_once(list, blobs->list[i], bad);
    return list;
}

static json_t *
status_json(const struct jy_status_event *event)
{
    char digest[2 * JY_SM3_SIZE + 1];

    if (!event->names_seal)
        return json_pack("{s:s, s:o, s:s}", "seal_id", event->seal_id, "since", moment(event->since), "state", event->state);
    jy_hex(JY_SLICE(event->seal_digest, JY_SM3_SIZE), digest);
    return json_pack("{s:s, s:s, s:o, s:s}", "seal_id", event->seal_id, "seal_digest", digest, "since", moment(event->since), "state", event->state);
}

static json_t *
statuses(const struct material *m, const struct jy_evidence *evidence, bool *bad)
{
    json_t *list = json_array();

    for (size_t i = 0; evidence != NULL && i < evidence->status_count; i++)
        for (size_t k = 0; k < m->seal_count; k++)
            if (strcmp(evidence->status[i].seal_id, m->seals[k]) == 0)
                jy_json_append(list, status_json(&evidence->status[i]), bad);
    return list;
}

static json_t *
stamps(const struct material *m, bool *bad)
{
    json_t *list = json_array();
    char digest[2 * JY_SM3_SIZE + 1];

    for (size_t i = 0; i < m->stamp_count; i++) {
        jy_hex(JY_SLICE(m->stamps[i]->value_digest, JY_SM3_SIZE), digest);
        jy_json_append(list, json_pack("{s:s, s:o}", "digest", digest, "recorded", moment(m->stamps[i]->recorded)), bad);
    }
    return list;
}

static json_t *
tokens(const struct material *m, bool *bad)
{
    json_t *list = json_array();

    for (size_t i = 0; i < m->token_count; i++)
        append_once(list, m->tokens[i], bad);
    return list;
}

jy_err
material_write(struct material *m, const struct jy_report *report, const struct jy_trust *trust, const struct jy_evidence *evidence,
               struct jy_buf *out)
{
    json_t *root = json_object();
    uint8_t print[JY_SM3_SIZE];
    char fingerprint[2 * JY_SM3_SIZE + 1];
    bool bad = false;
    jy_err rc = jy_trust_fingerprint(trust, print);

    add_issuers(m, trust, evidence);
    if (rc == JY_OK && m->failed)
        rc = JY_E_NOMEM;
    if (rc == JY_OK) {
        jy_hex(JY_SLICE(print, sizeof(print)), fingerprint);
        jy_json_put(root, "evidence", json_integer(JY_EVIDENCE_VERSION), &bad);
        jy_json_put(root, "document", json_pack("{s:s, s:I}", "digest", report->digest, "size", (json_int_t)report->size), &bad);
        jy_json_put(root, "judged_at", moment(report->checked_at), &bad);
        jy_json_put(root, "policy", jy_json_policy(&report->policy), &bad);
        jy_json_put(root, "trust", json_pack("{s:s, s:I, s:I}", "fingerprint", fingerprint, "anchors", (json_int_t)jy_trust_anchor_count(trust),
                                      "makers", (json_int_t)jy_trust_maker_count(trust)), &bad);
        jy_json_put(root, "verdict", json_string(jy_verdict_name(report->verdict)), &bad);
        jy_json_put(root, "certificates", certificates(m, &bad), &bad);
        jy_json_put(root, "crls", items(m, trust, JY_TRUST_CRL, evidence == NULL ? NULL : &evidence->crls, is_list_of_some, &bad), &bad);
        jy_json_put(root, "ocsp", items(m, trust, JY_TRUST_OCSP, evidence == NULL ? NULL : &evidence->ocsp, is_answer_on_some, &bad), &bad);
        jy_json_put(root, "time_stamps", tokens(m, &bad), &bad);
        jy_json_put(root, "status", statuses(m, evidence, &bad), &bad);
        jy_json_put(root, "stamps", stamps(m, &bad), &bad);
        rc = bad ? JY_E_NOMEM : jy_json_write(root, out);
    }
    json_decref(root);
    return rc;
}
