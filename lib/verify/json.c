/* SPDX-License-Identifier: Apache-2.0 */
/* A report as JSON for programs (docs/protocol/report.md): key order and form are stable. */
#include "verify/report.h"

#include "codec/text.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* What could not be made, for want of memory, must not be missing from a report without a word: every part tells. */
static void
put(json_t *object, const char *key, json_t *value, bool *bad)
{
    if (json_object_set_new(object, key, value) != 0)
        *bad = true;
}

static void
append(json_t *list, json_t *value, bool *bad)
{
    if (json_array_append_new(list, value) != 0)
        *bad = true;
}

/* Foreign files carry foreign bytes: what is not UTF-8 is shown as hex, never dropped. */
static json_t *
text(const char *bytes)
{
    size_t len = strlen(bytes);
    json_t *value = NULL;
    char *hex;

    if (jy_utf8_is_valid(jy_slice_text(bytes)))
        return json_string(bytes);
    if ((hex = malloc(len * 2 + 5)) != NULL) {
        memcpy(hex, "hex:", 4);
        jy_hex(JY_SLICE(bytes, len), hex + 4);
        value = json_string(hex);
    }
    free(hex);
    return value;
}

static json_t *
moment(jy_time t)
{
    char out[21];

    if (t == 0)
        return json_null();
    jy_time_rfc3339(t, out);
    return json_string(out);
}

static json_t *
checks_json(const struct jy_signature_report *s, const struct jy_policy *policy, bool *bad)
{
    json_t *list = json_array();

    for (size_t i = 0; i < s->checks.count; i++) {
        const struct jy_finding *f = &s->checks.list[i];
        const struct jy_check_info *info = jy_check_info(f->check);
        append(list, json_pack("{s:s, s:b, s:s, s:s, s:o, s:I, s:o, s:s, s:s}", "name", info->name, "passed", f->passed, "severity",
                               jy_severity_name(jy_check_severity(f->check, policy, s->time_is_certain)), "clause", info->clause, "where",
                               text(f->where), "offset", (json_int_t)f->offset, "detail", text(f->passed ? "" : f->detail), "en", info->en,
                               "zh", info->zh), bad);
    }
    return list;
}

static json_t *
deviations_json(jy_deviations deviations, bool *bad)
{
    json_t *list = json_array();

    for (int i = 0; i < JY_DEVIATION__COUNT; i++)
        if ((deviations >> i & 1) != 0) {
            const struct jy_deviation_info *info = jy_deviation_info((enum jy_deviation)i);
            append(list, json_pack("{s:s, s:s, s:s, s:s}", "name", info->name, "clause", info->clause, "en", info->en, "zh", info->zh), bad);
        }
    return list;
}

static json_t *
places_json(const struct jy_signature_report *s, bool *bad)
{
    json_t *list = json_array();

    for (size_t i = 0; i < s->place_count; i++)
        append(list, json_pack("{s:i, s:f, s:f, s:f, s:f}", "page", s->places[i].page, "x_mm", s->places[i].x_mm, "y_mm", s->places[i].y_mm,
                               "width_mm", s->places[i].width_mm, "height_mm", s->places[i].height_mm), bad);
    return list;
}

static json_t *
signature_json(const struct jy_signature_report *s, const struct jy_policy *policy, bool *bad)
{
    json_t *one = json_object();

    put(one, "id", text(s->id), bad);
    put(one, "path", text(s->path), bad);
    put(one, "kind", json_string(s->kind == JY_SIGNATURE_SEAL ? "seal" : "plain"), bad);
    put(one, "verdict", json_string(jy_verdict_name(s->verdict)), bad);
    put(one, "value_digest", json_string(s->value_digest), bad);
    put(one, "time", json_pack("{s:o, s:s, s:o}", "value", moment(s->time), "known_by", jy_time_source_name(s->time_source), "claimed",
                               moment(s->time_claimed)), bad);
    if (s->kind == JY_SIGNATURE_SEAL)
        put(one, "seal", json_pack("{s:o, s:o, s:i, s:o, s:i, s:o, s:o, s:o, s:i, s:i}", "id", text(s->seal_id), "name", text(s->seal_name),
                                   "type", s->seal_type, "vendor", text(s->seal_vendor), "version", s->seal_version, "maker",
                                   text(s->seal_maker), "valid_start", moment(s->seal_start), "valid_end", moment(s->seal_end), "width_mm",
                                   s->seal_width_mm, "height_mm", s->seal_height_mm), bad);
    put(one, "signer", json_pack("{s:o, s:o, s:o, s:o, s:o}", "subject", text(s->signer), "organization", text(s->signer_organization), "serial",
                                 text(s->signer_serial), "not_before", moment(s->signer_start), "not_after", moment(s->signer_end)), bad);
    put(one, "places", places_json(s, bad), bad);
    put(one, "deviations", deviations_json(s->deviations, bad), bad);
    put(one, "checks", checks_json(s, policy, bad), bad);
    return one;
}

jy_err
jy_report_json(const struct jy_report *report, struct jy_buf *out)
{
    const struct jy_policy *policy = &report->policy;
    json_t *root = json_object(), *signatures = json_array();
    bool bad = false;
    char *dump;
    jy_err rc = JY_E_NOMEM;

    for (size_t i = 0; i < report->count; i++)
        append(signatures, signature_json(&report->signatures[i], policy, &bad), &bad);
    put(root, "verdict", json_string(jy_verdict_name(report->verdict)), &bad);
    put(root, "format", json_string(jy_format_name(report->format)), &bad);
    put(root, "checked_at", moment(report->checked_at), &bad);
    put(root, "policy", json_pack("{s:s, s:b, s:I}", "name", policy->strict ? "strict" : "standard", "maker_alive_now", policy->maker_alive_now,
                                  "tolerance_seconds", (json_int_t)policy->tolerance), &bad);
    put(root, "size", json_integer((json_int_t)report->size), &bad);
    put(root, "digest", json_string(report->digest), &bad);
    put(root, "signatures", signatures, &bad);
    dump = json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(10));
    if (!bad && dump != NULL && (rc = jy_buf_text(out, dump)) == JY_OK)
        rc = jy_buf_byte(out, '\n');
    free(dump);
    json_decref(root);
    return rc;
}
