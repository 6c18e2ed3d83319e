/* SPDX-License-Identifier: Apache-2.0 */
/* A report as JSON for programs (docs/protocol/report.md): key order and form are stable. */
#include "verify/json.h"

#include "codec/json.h"

#include <stdlib.h>
#include <string.h>

void
jy_json_put(json_t *object, const char *key, json_t *value, bool *bad)
{
    if (json_object_set_new(object, key, value) != 0)
        *bad = true;
}

void
jy_json_append(json_t *list, json_t *value, bool *bad)
{
    if (json_array_append_new(list, value) != 0)
        *bad = true;
}

static json_t *
checks_json(const struct jy_signature_report *s, const struct jy_policy *policy, bool *bad)
{
    json_t *list = json_array();

    for (size_t i = 0; i < s->checks.count; i++) {
        const struct jy_finding *f = &s->checks.list[i];
        const struct jy_check_info *info = jy_check_info(f->check);
        jy_json_append(list, json_pack("{s:s, s:b, s:s, s:s, s:o, s:I, s:o, s:s, s:s}", "name", info->name, "passed", f->passed, "severity",
                               jy_severity_name(jy_check_severity(f->check, policy, s->time_is_certain)), "clause", info->clause, "where",
                               jy_json_text(f->where), "offset", (json_int_t)f->offset, "detail", jy_json_text(f->passed ? "" : f->detail), "en", info->en,
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
            jy_json_append(list, json_pack("{s:s, s:s, s:s, s:s}", "name", info->name, "clause", info->clause, "en", info->en, "zh", info->zh), bad);
        }
    return list;
}

static json_t *
places_json(const struct jy_signature_report *s, bool *bad)
{
    json_t *list = json_array();

    for (size_t i = 0; i < s->place_count; i++) {
        const struct jy_stamp_place *p = &s->places[i];
        json_t *place = json_pack("{s:i, s:f, s:f, s:f, s:f}", "page", p->page, "x_mm", p->x_mm, "y_mm", p->y_mm, "width_mm", p->width_mm, "height_mm",
                                  p->height_mm);

        if (place != NULL && p->clip.width_mm != 0)
            *bad = json_object_set_new(place, "clip", json_pack("{s:f, s:f, s:f, s:f}", "x_mm", p->clip.x_mm, "y_mm", p->clip.y_mm, "width_mm",
                                                                p->clip.width_mm, "height_mm", p->clip.height_mm)) != 0 || *bad;
        jy_json_append(list, place, bad);
    }
    return list;
}

static json_t *
signature_json(const struct jy_signature_report *s, const struct jy_policy *policy, bool *bad)
{
    static const char *const kinds[] = { [JY_SIGNATURE_SEAL] = "seal", [JY_SIGNATURE_PLAIN] = "plain", [JY_SIGNATURE_TIME_STAMP] = "time_stamp" };
    json_t *one = json_object();

    jy_json_put(one, "id", jy_json_text(s->id), bad);
    jy_json_put(one, "path", jy_json_text(s->path), bad);
    jy_json_put(one, "kind", json_string(kinds[s->kind]), bad);
    jy_json_put(one, "verdict", json_string(jy_verdict_name(s->verdict)), bad);
    jy_json_put(one, "value_digest", json_string(s->value_digest), bad);
    jy_json_put(one, "time", json_pack("{s:o, s:s, s:o}", "value", jy_json_time(s->time), "known_by", jy_time_source_name(s->time_source), "claimed",
                               jy_json_time(s->time_claimed)), bad);
    if (s->kind == JY_SIGNATURE_SEAL)
        jy_json_put(one, "seal", json_pack("{s:o, s:o, s:i, s:o, s:i, s:o, s:o, s:o, s:i, s:i}", "id", jy_json_text(s->seal_id), "name",
                                   jy_json_text(s->seal_name), "type", s->seal_type, "vendor", jy_json_text(s->seal_vendor), "version",
                                   s->seal_version, "maker", jy_json_text(s->seal_maker), "valid_start", jy_json_time(s->seal_start), "valid_end",
                                   jy_json_time(s->seal_end), "width_mm", s->seal_width_mm, "height_mm", s->seal_height_mm), bad);
    jy_json_put(one, "signer", json_pack("{s:o, s:o, s:o, s:o, s:o}", "subject", jy_json_text(s->signer), "organization",
                                 jy_json_text(s->signer_organization), "serial", jy_json_text(s->signer_serial), "not_before",
                                 jy_json_time(s->signer_start), "not_after", jy_json_time(s->signer_end)), bad);
    jy_json_put(one, "places", places_json(s, bad), bad);
    jy_json_put(one, "deviations", deviations_json(s->deviations, bad), bad);
    jy_json_put(one, "checks", checks_json(s, policy, bad), bad);
    return one;
}

json_t *
jy_json_policy(const struct jy_policy *policy)
{
    return json_pack("{s:s, s:b, s:I}", "name", policy->strict ? "strict" : "standard", "maker_alive_now", policy->maker_alive_now,
                     "tolerance_seconds", (json_int_t)policy->tolerance);
}

/* jansson does not heed every refusal of its own buffer: ours remembers. */
struct sink {
    struct jy_buf *out;
    jy_err rc;
};

static int
pour(const char *bytes, size_t len, void *arg)
{
    struct sink *sink = arg;

    if (sink->rc == JY_OK)
        sink->rc = jy_buf_add(sink->out, JY_SLICE(bytes, len));
    return sink->rc == JY_OK ? 0 : -1;
}

jy_err
jy_json_write(const json_t *root, struct jy_buf *out)
{
    struct sink sink = { out, JY_OK };

    if (json_dump_callback(root, pour, &sink, JSON_INDENT(2) | JSON_REAL_PRECISION(10)) != 0 || sink.rc != JY_OK)
        return JY_E_NOMEM;
    return jy_buf_byte(out, '\n');
}

jy_err
jy_report_json(const struct jy_report *report, struct jy_buf *out)
{
    const struct jy_policy *policy = &report->policy;
    json_t *root = json_object(), *signatures = json_array();
    bool bad = false;
    jy_err rc;

    for (size_t i = 0; i < report->count; i++)
        jy_json_append(signatures, signature_json(&report->signatures[i], policy, &bad), &bad);
    jy_json_put(root, "verdict", json_string(jy_verdict_name(report->verdict)), &bad);
    jy_json_put(root, "format", json_string(jy_format_name(report->format)), &bad);
    jy_json_put(root, "checked_at", jy_json_time(report->checked_at), &bad);
    jy_json_put(root, "policy", jy_json_policy(policy), &bad);
    jy_json_put(root, "size", json_integer((json_int_t)report->size), &bad);
    jy_json_put(root, "digest", json_string(report->digest), &bad);
    if (report->copy_of[0] != '\0')
        jy_json_put(root, "copy_of", json_string(report->copy_of), &bad);
    jy_json_put(root, "signatures", signatures, &bad);
    rc = bad ? JY_E_NOMEM : jy_json_write(root, out);
    json_decref(root);
    return rc;
}
