/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence from JSON (docs/protocol/evidence.md): what was known beside the document, read with limits and believed no further than it proves itself. */
#include "verify/report.h"

#include "codec/text.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define EVIDENCE_DEPTH 8             /* the format has 3 */

/* Owns what a jy_evidence points to. */
struct owned {
    struct jy_evidence view;          /* first member: see jy_evidence_free */
    json_t *json;                     /* holds the texts */
};

static jy_err
fail(struct jy_fault *fault, const char *list, size_t row, const char *needs)
{
    char where[64];

    snprintf(where, sizeof(where), "evidence.%s", list);
    return jy_fail(fault, JY_E_FORMAT, where, row, "row %zu: %s", row, needs);
}

/* The rows of a list that may be missing; room for them is made with elements of this size. */
static jy_err
open_list(const json_t *json, const char *name, size_t size, json_t **list, void *room, struct jy_fault *fault)
{
    json_t *found = json_object_get(json, name);
    void *made;

    *list = NULL;
    if (found == NULL)
        return JY_OK;
    if (!json_is_array(found))
        return fail(fault, name, 0, "not a list");
    if (json_array_size(found) > JY_EVIDENCE_ROWS_MAX)
        return jy_fail(fault, JY_E_LIMIT, name, 0, "%zu rows, %d are read", json_array_size(found), JY_EVIDENCE_ROWS_MAX);
    if ((made = calloc(json_array_size(found) + 1, size)) == NULL)
        return JY_E_NOMEM;
    memcpy(room, &made, sizeof(made));
    *list = found;
    return JY_OK;
}

static jy_err
read_status(const json_t *json, struct jy_evidence *out, struct jy_fault *fault)
{
    struct jy_status_event *rows = NULL;
    json_t *list, *item;
    size_t i;
    jy_err rc = open_list(json, "status", sizeof(*rows), &list, &rows, fault);

    out->status = rows;
    json_array_foreach(list, i, item) {
        const char *seal_id = json_string_value(json_object_get(item, "seal_id")), *state = json_string_value(json_object_get(item, "state")),
                   *since = json_string_value(json_object_get(item, "since"));
        json_t *digest = json_object_get(item, "seal_digest");
        rows[i].names_seal = digest != NULL;
        if (digest != NULL && (!json_is_string(digest) || jy_hex_parse(jy_slice_text(json_string_value(digest)), rows[i].seal_digest, JY_SM3_SIZE) != JY_OK))
            return fail(fault, "status", i, "seal_digest is not 64 hex digits");
        if (seal_id == NULL || state == NULL || since == NULL || jy_time_parse_rfc3339(since, &rows[i].since) != JY_OK)
            return fail(fault, "status", i, "needs seal_id, state and since");
        rows[i].seal_id = seal_id;
        rows[i].state = state;
        out->status_count++;
    }
    return rc;
}

static jy_err
read_stamps(const json_t *json, struct jy_evidence *out, struct jy_fault *fault)
{
    struct jy_stamp_evidence *rows = NULL;
    json_t *list, *item;
    size_t i;
    jy_err rc = open_list(json, "stamps", sizeof(*rows), &list, &rows, fault);

    out->stamps = rows;
    json_array_foreach(list, i, item) {
        const char *digest = json_string_value(json_object_get(item, "digest")), *recorded = json_string_value(json_object_get(item, "recorded"));
        if (digest == NULL || recorded == NULL || jy_hex_parse(jy_slice_text(digest), rows[i].value_digest, JY_SM3_SIZE) != JY_OK ||
            jy_time_parse_rfc3339(recorded, &rows[i].recorded) != JY_OK)
            return fail(fault, "stamps", i, "needs digest (64 hex digits) and recorded");
        out->stamp_count++;
    }
    return rc;
}

static jy_err
read_blobs(const json_t *json, const char *name, struct jy_blobs *out, struct jy_fault *fault)
{
    struct jy_slice *rows = NULL;
    json_t *list, *item;
    size_t i;
    jy_err rc = open_list(json, name, sizeof(*rows), &list, &rows, fault);

    out->list = rows;
    json_array_foreach(list, i, item) {
        struct jy_buf bytes = { 0 };
        const char *text = json_string_value(item);
        rc = text == NULL ? JY_E_FORMAT : jy_base64_decode(JY_SLICE(text, json_string_length(item)), &bytes);
        if (rc != JY_OK || bytes.len == 0) {
            jy_buf_free(&bytes);
            return rc == JY_E_NOMEM ? rc : fail(fault, name, i, "not base64 of DER");
        }
        rows[i] = jy_buf_slice(&bytes);                  /* now owned by the row */
        out->count++;
    }
    return rc;
}

/* What the bundle says of the verification that it was written by; all of it or nothing. */
static jy_err
read_origin(const json_t *json, struct jy_evidence *out, struct jy_fault *fault)
{
    json_t *document = json_object_get(json, "document"), *policy = json_object_get(json, "policy"), *trust = json_object_get(json, "trust");
    const char *digest = json_string_value(json_object_get(document, "digest")), *judged = json_string_value(json_object_get(json, "judged_at")),
               *name = json_string_value(json_object_get(policy, "name")), *print = json_string_value(json_object_get(trust, "fingerprint"));
    json_t *alive = json_object_get(policy, "maker_alive_now"), *tolerance = json_object_get(policy, "tolerance_seconds");
    struct jy_evidence_origin *origin = &out->origin;

    if (document == NULL && policy == NULL && trust == NULL && json_object_get(json, "judged_at") == NULL)
        return JY_OK;
    if (digest == NULL || judged == NULL || name == NULL || print == NULL || !json_is_boolean(alive) || !json_is_integer(tolerance) ||
        (strcmp(name, "standard") != 0 && strcmp(name, "strict") != 0) ||
        jy_hex_parse(jy_slice_text(digest), origin->document, JY_SM3_SIZE) != JY_OK ||
        jy_hex_parse(jy_slice_text(print), origin->trust, JY_SM3_SIZE) != JY_OK || jy_time_parse_rfc3339(judged, &origin->judged_at) != JY_OK)
        return jy_fail(fault, JY_E_FORMAT, "evidence", 0, "document.digest, judged_at, policy and trust.fingerprint go together");
    origin->policy = (struct jy_policy){ strcmp(name, "strict") == 0, json_is_true(alive), json_integer_value(tolerance) };
    origin->known = true;
    return JY_OK;
}

/* An unknown key is a misspelt one: evidence that is silently not read would look like evidence that is missing. */
static jy_err
check_keys(json_t *json, struct jy_fault *fault)
{
    static const char *const known[] = { "evidence", "document", "judged_at", "policy", "trust", "verdict", "certificates", "crls", "ocsp", "time_stamps",
                                         "status", "stamps" };
    const char *key;
    json_t *value;

    json_object_foreach(json, key, value) {
        bool found = false;
        for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
            found = found || strcmp(key, known[i]) == 0;
        if (!found)
            return jy_fail(fault, JY_E_FORMAT, "evidence", 0, "unknown key \"%.64s\"", key);
    }
    value = json_object_get(json, "evidence");
    if (value != NULL && json_integer_value(value) != JY_EVIDENCE_VERSION)
        return jy_fail(fault, JY_E_UNSUPPORTED, "evidence", 0, "version %lld, %d is read", (long long)json_integer_value(value), JY_EVIDENCE_VERSION);
    return JY_OK;
}

jy_err
jy_evidence_parse(struct jy_slice json, bool from_register, struct jy_evidence **out, struct jy_fault *fault)
{
    struct owned *owned;
    json_error_t error;
    jy_err rc;

    *out = NULL;
    if (json.len > JY_EVIDENCE_MAX)
        return jy_fail(fault, JY_E_LIMIT, "evidence", 0, "%zu bytes", json.len);
    if ((owned = calloc(1, sizeof(*owned))) == NULL)
        return JY_E_NOMEM;
    owned->view.from_register = from_register;
    owned->json = json_loadb((const char *)json.p, json.len, JSON_REJECT_DUPLICATES, &error);
    if (owned->json == NULL && json_error_code(&error) == json_error_out_of_memory)
        rc = JY_E_NOMEM;
    else if (!json_is_object(owned->json))
        rc = jy_fail(fault, JY_E_FORMAT, "evidence", 0, "not a JSON object");
    else if ((rc = check_keys(owned->json, fault)) == JY_OK && (rc = read_status(owned->json, &owned->view, fault)) == JY_OK &&
             (rc = read_stamps(owned->json, &owned->view, fault)) == JY_OK &&
             (rc = read_blobs(owned->json, "certificates", &owned->view.certs, fault)) == JY_OK &&
             (rc = read_blobs(owned->json, "crls", &owned->view.crls, fault)) == JY_OK &&
             (rc = read_blobs(owned->json, "ocsp", &owned->view.ocsp, fault)) == JY_OK &&
             (rc = read_blobs(owned->json, "time_stamps", &owned->view.time_stamps, fault)) == JY_OK)
        rc = read_origin(owned->json, &owned->view, fault);
    if (rc != JY_OK)
        jy_evidence_free(&owned->view);
    else
        *out = &owned->view;
    return rc;
}

static void
free_blobs(struct jy_blobs *blobs)
{
    for (size_t i = 0; i < blobs->count; i++)
        free((void *)(uintptr_t)blobs->list[i].p);
    free((void *)(uintptr_t)blobs->list);
}

void
jy_evidence_free(struct jy_evidence *evidence)
{
    struct owned *owned = (struct owned *)evidence;

    if (owned == NULL)
        return;
    free((void *)(uintptr_t)evidence->status);
    free((void *)(uintptr_t)evidence->stamps);
    free_blobs(&evidence->certs);
    free_blobs(&evidence->crls);
    free_blobs(&evidence->ocsp);
    free_blobs(&evidence->time_stamps);
    json_decref(owned->json);
    free(owned);
}
