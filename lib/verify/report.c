/* SPDX-License-Identifier: Apache-2.0 */
/* A report as JSON for programs and as text for people; evidence from JSON. */
#include "verify/report.h"

#include "codec/text.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const struct jy_check_info infos[JY_CHECK__COUNT] = {
#define JY_CHECK_ROW(name, weight, clause, en, zh) [JY_CHECK_##name] = { #name, JY_WEIGHT_##weight, clause, en, zh },
#include <jinyin/checks.def>
#undef JY_CHECK_ROW
};

/* What a failure makes a signature whose time is claimed, or certain; and a deviation under the policy strict. */
static const enum jy_severity weights[][2] = {
    [JY_WEIGHT_WARNING] = { JY_SEVERITY_WARNING, JY_SEVERITY_WARNING },
    [JY_WEIGHT_INDETERMINATE] = { JY_SEVERITY_INDETERMINATE, JY_SEVERITY_INDETERMINATE },
    [JY_WEIGHT_INVALID] = { JY_SEVERITY_INVALID, JY_SEVERITY_INVALID },
    [JY_WEIGHT_BY_TIME] = { JY_SEVERITY_INDETERMINATE, JY_SEVERITY_INVALID },
    [JY_WEIGHT_DEVIATION] = { JY_SEVERITY_WARNING, JY_SEVERITY_WARNING },
};

const struct jy_policy jy_policy_standard = { .strict = false, .maker_alive_now = false, .tolerance = JY_POLICY_TOLERANCE };
const struct jy_policy jy_policy_strict = { .strict = true, .maker_alive_now = false, .tolerance = JY_POLICY_TOLERANCE };

static const struct { const char *name, *en, *zh; } verdicts[] = {
    [JY_VALID] = { "valid", "VALID", "有效" },
    [JY_VALID_WITH_WARNING] = { "valid_with_warning", "VALID, with remarks", "有效（有提示）" },
    [JY_INDETERMINATE] = { "indeterminate", "INDETERMINATE", "无法确定" },
    [JY_INVALID] = { "invalid", "INVALID", "无效" },
    [JY_NO_SIGNATURE] = { "no_signature", "NO SIGNATURE", "无签章" },
};

const struct jy_check_info *
jy_check_info(enum jy_check_id check)
{
    return &infos[check];
}

enum jy_severity
jy_check_severity(enum jy_check_id check, const struct jy_policy *policy, bool time_is_certain)
{
    enum jy_weight weight = infos[check].weight;

    if (policy->strict && weight == JY_WEIGHT_DEVIATION)
        return JY_SEVERITY_INVALID;
    return weights[weight][time_is_certain];
}

const char *
jy_severity_name(enum jy_severity severity)
{
    static const char *const names[] = { "warning", "indeterminate", "invalid" };

    return names[severity];
}

const char *
jy_verdict_name(enum jy_verdict verdict)
{
    return verdicts[verdict].name;
}

const char *
jy_verdict_en(enum jy_verdict verdict)
{
    return verdicts[verdict].en;
}

const char *
jy_verdict_zh(enum jy_verdict verdict)
{
    return verdicts[verdict].zh;
}

enum jy_verdict
jy_report_verdict(const struct jy_report *report)
{
    return report->verdict;
}

size_t
jy_report_signature_count(const struct jy_report *report)
{
    return report->count;
}

static const char *
format_name(enum jy_format format)
{
    return format == JY_FORMAT_OFD ? "OFD" : format == JY_FORMAT_PDF ? "PDF" : "unknown";
}

/* Foreign files carry foreign bytes: what is not UTF-8 is shown as hex, never dropped. */
static json_t *
text(const char *bytes)
{
    json_t *value = json_string(bytes);

    if (value == NULL) {
        size_t len = strlen(bytes);
        char *hex = malloc(len * 2 + 5);
        if (hex != NULL) {
            memcpy(hex, "hex:", 4);
            jy_hex(JY_SLICE(bytes, len), hex + 4);
            value = json_string(hex);
        }
        free(hex);
    }
    return value == NULL ? json_string("") : value;
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
checks_json(const struct jy_findings *checks, const struct jy_policy *policy, bool time_is_certain)
{
    json_t *list = json_array();

    for (size_t i = 0; i < checks->count; i++) {
        const struct jy_finding *f = &checks->list[i];
        const struct jy_check_info *info = jy_check_info(f->check);
        json_array_append_new(list, json_pack("{s:s, s:b, s:s, s:s, s:o, s:I, s:o, s:s, s:s}", "name", info->name, "passed", f->passed,
                                              "severity", jy_severity_name(jy_check_severity(f->check, policy, time_is_certain)), "clause", info->clause,
                                              "where", text(f->where),
                                              "offset", (json_int_t)f->offset, "detail", f->passed ? json_string("") : text(f->detail), "en",
                                              info->en, "zh", info->zh));
    }
    return list;
}

static json_t *
deviations_json(jy_deviations deviations)
{
    json_t *list = json_array();

    for (int i = 0; i < JY_DEVIATION__COUNT; i++)
        if ((deviations >> i & 1) != 0) {
            const struct jy_deviation_info *info = jy_deviation_info((enum jy_deviation)i);
            json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s}", "name", info->name, "clause", info->clause, "en", info->en, "zh", info->zh));
        }
    return list;
}

static json_t *
signature_json(const struct jy_signature_report *s, const struct jy_policy *policy)
{
    json_t *places = json_array(), *one = json_object();

    for (size_t i = 0; i < s->place_count; i++)
        json_array_append_new(places, json_pack("{s:i, s:f, s:f, s:f, s:f}", "page", s->places[i].page, "x_mm", s->places[i].x_mm, "y_mm",
                                                s->places[i].y_mm, "width_mm", s->places[i].width_mm, "height_mm", s->places[i].height_mm));
    json_object_set_new(one, "id", text(s->id));
    json_object_set_new(one, "path", text(s->path));
    json_object_set_new(one, "kind", json_string(s->kind == JY_SIGNATURE_SEAL ? "seal" : "plain"));
    json_object_set_new(one, "verdict", json_string(jy_verdict_name(s->verdict)));
    json_object_set_new(one, "value_digest", json_string(s->value_digest));
    json_object_set_new(one, "time", json_pack("{s:o, s:s}", "value", moment(s->time), "known_by", s->time_is_certain ? "register" : "claimed"));
    if (s->kind == JY_SIGNATURE_SEAL)
        json_object_set_new(one, "seal", json_pack("{s:o, s:o, s:i, s:o, s:i, s:o, s:o, s:o, s:i, s:i}", "id", text(s->seal_id), "name",
                                                   text(s->seal_name), "type", s->seal_type, "vendor", text(s->seal_vendor), "version",
                                                   s->seal_version, "maker", text(s->seal_maker), "valid_start", moment(s->seal_start),
                                                   "valid_end", moment(s->seal_end), "width_mm", s->seal_width_mm, "height_mm",
                                                   s->seal_height_mm));
    json_object_set_new(one, "signer", json_pack("{s:o, s:o, s:o, s:o, s:o}", "subject", text(s->signer), "organization",
                                                 text(s->signer_organization), "serial", text(s->signer_serial), "not_before",
                                                 moment(s->signer_start), "not_after", moment(s->signer_end)));
    json_object_set_new(one, "places", places);
    json_object_set_new(one, "deviations", deviations_json(s->deviations));
    json_object_set_new(one, "checks", checks_json(&s->checks, policy, s->time_is_certain));
    return one;
}

jy_err
jy_report_json(const struct jy_report *report, struct jy_buf *out)
{
    json_t *root = json_object(), *signatures = json_array();
    char *dump;
    jy_err rc = JY_E_NOMEM;

    for (size_t i = 0; i < report->count; i++)
        json_array_append_new(signatures, signature_json(&report->signatures[i], &report->policy));
    json_object_set_new(root, "verdict", json_string(jy_verdict_name(report->verdict)));
    json_object_set_new(root, "format", json_string(format_name(report->format)));
    json_object_set_new(root, "checked_at", moment(report->checked_at));
    json_object_set_new(root, "policy", json_pack("{s:s, s:b, s:I}", "name", report->policy.strict ? "strict" : "standard", "maker_alive_now",
                                                  report->policy.maker_alive_now, "tolerance_seconds", (json_int_t)report->policy.tolerance));
    json_object_set_new(root, "size", json_integer((json_int_t)report->size));
    json_object_set_new(root, "digest", json_string(report->digest));
    json_object_set_new(root, "signatures", signatures);
    if ((dump = json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(10))) != NULL && (rc = jy_buf_text(out, dump)) == JY_OK)
        rc = jy_buf_byte(out, '\n');
    free(dump);
    json_decref(root);
    return rc;
}

static jy_err
signature_text(const struct jy_signature_report *s, const struct jy_policy *policy, struct jy_buf *out)
{
    char when[21], from[21], to[21], a[1100], c[1100], d[1100];
    jy_err rc;

    jy_time_rfc3339(s->time, when);
    jy_time_rfc3339(s->seal_start, from);
    jy_time_rfc3339(s->seal_end, to);
    if ((rc = jy_buf_fmt(out, "\n● %s  %s · %s\n", jy_text_visible(s->id, a, sizeof(a)), jy_verdict_zh(s->verdict), jy_verdict_en(s->verdict))) != JY_OK)
        return rc;
    if (s->kind == JY_SIGNATURE_SEAL &&
        (rc = jy_buf_fmt(out, "  印章 seal      %s  (%s)  %d×%d mm\n  有效期 validity %s – %s\n  制章者 maker    %s\n", jy_text_visible(s->seal_name, a, sizeof(a)),
                         jy_text_visible(s->seal_id, c, sizeof(c)),
                         s->seal_width_mm, s->seal_height_mm, from, to, jy_text_visible(s->seal_maker, d, sizeof(d)))) != JY_OK)
        return rc;
    if ((rc = jy_buf_fmt(out, "  签章者 signer   %s\n  时间 time      %s  %s\n", jy_text_visible(s->signer, a, sizeof(a)), s->time == 0 ? "-" : when,
                         s->time_is_certain ? "登记 recorded" : "自称 claimed")) != JY_OK)
        return rc;
    for (size_t i = 0; i < s->place_count; i++)
        if ((rc = jy_buf_fmt(out, "  位置 place     %d: %.1f, %.1f mm  %.1f×%.1f mm\n", s->places[i].page, s->places[i].x_mm,
                             s->places[i].y_mm, s->places[i].width_mm, s->places[i].height_mm)) != JY_OK)
            return rc;
    for (size_t i = 0; i < s->checks.count; i++) {
        const struct jy_finding *f = &s->checks.list[i];
        const struct jy_check_info *info = jy_check_info(f->check);
        static const char *const marks[] = { "!", "?", "✗" };
        const char *mark = f->passed ? "✓" : marks[jy_check_severity(f->check, policy, s->time_is_certain)];
        if ((rc = jy_buf_fmt(out, "  %s %-26s %s%s\n", mark, info->name, f->passed ? "" : "不满足：", info->zh)) != JY_OK)
            return rc;
        if (!f->passed && (rc = jy_buf_fmt(out, "      %s %s  [%s]\n", jy_text_visible(f->where, a, sizeof(a)),
                                       jy_text_visible(f->detail, c, sizeof(c)), info->clause)) != JY_OK)
            return rc;
    }
    return JY_OK;
}

jy_err
jy_report_text(const struct jy_report *report, struct jy_buf *out)
{
    char when[21];
    jy_err rc;

    jy_time_rfc3339(report->checked_at, when);
    rc = jy_buf_fmt(out, "%s · %s\n%s  %llu bytes  SM3 %s\n验证时间 checked at %s\n", jy_verdict_zh(report->verdict),
                    jy_verdict_en(report->verdict), format_name(report->format), (unsigned long long)report->size, report->digest, when);
    for (size_t i = 0; rc == JY_OK && i < report->count; i++)
        rc = signature_text(&report->signatures[i], &report->policy, out);
    return rc;
}

/* -- evidence -- */

/* Owns what a jy_evidence points to. */
struct owned_evidence {
    struct jy_evidence view;
    struct jy_status_event *status;
    struct jy_stamp_evidence *stamps;
    json_t *json;                     /* holds the texts */
};

static jy_err
read_status(json_t *list, struct owned_evidence *out, struct jy_fault *fault)
{
    json_t *item;
    size_t i;

    if (list != NULL && !json_is_array(list))
        return jy_fail(fault, JY_E_FORMAT, "evidence.status", 0, "not a list");
    if (json_array_size(list) > 0 && (out->status = calloc(json_array_size(list), sizeof(*out->status))) == NULL)
        return JY_E_NOMEM;
    json_array_foreach(list, i, item) {
        const char *seal_id = json_string_value(json_object_get(item, "seal_id")), *state = json_string_value(json_object_get(item, "state")),
                   *since = json_string_value(json_object_get(item, "since"));
        if (seal_id == NULL || state == NULL || since == NULL || jy_time_parse_rfc3339(since, &out->status[i].since) != JY_OK)
            return jy_fail(fault, JY_E_FORMAT, "evidence.status", i, "needs seal_id, state and since");
        out->status[i].seal_id = seal_id;
        out->status[i].state = state;
        out->view.status_count++;
    }
    out->view.status = out->status;
    return JY_OK;
}

static jy_err
read_stamps(json_t *list, struct owned_evidence *out, struct jy_fault *fault)
{
    json_t *item;
    size_t i;

    if (list != NULL && !json_is_array(list))
        return jy_fail(fault, JY_E_FORMAT, "evidence.stamps", 0, "not a list");
    if (json_array_size(list) > 0 && (out->stamps = calloc(json_array_size(list), sizeof(*out->stamps))) == NULL)
        return JY_E_NOMEM;
    json_array_foreach(list, i, item) {
        const char *digest = json_string_value(json_object_get(item, "digest")), *recorded = json_string_value(json_object_get(item, "recorded"));
        if (digest == NULL || recorded == NULL || jy_hex_parse(jy_slice_text(digest), out->stamps[i].value_digest, JY_SM3_SIZE) != JY_OK ||
            jy_time_parse_rfc3339(recorded, &out->stamps[i].recorded) != JY_OK)
            return jy_fail(fault, JY_E_FORMAT, "evidence.stamps", i, "needs digest (64 hex digits) and recorded");
        out->view.stamp_count++;
    }
    out->view.stamps = out->stamps;
    return JY_OK;
}

jy_err
jy_evidence_parse(struct jy_slice json, struct jy_evidence **out, struct jy_fault *fault)
{
    struct owned_evidence *owned = calloc(1, sizeof(*owned));
    json_error_t error;
    jy_err rc;

    *out = NULL;
    if (owned == NULL)
        return JY_E_NOMEM;
    if ((owned->json = json_loadb((const char *)json.p, json.len, JSON_REJECT_DUPLICATES, &error)) == NULL || !json_is_object(owned->json))
        rc = jy_fail(fault, JY_E_FORMAT, "evidence", 0, "not a JSON object");
    else if ((rc = read_status(json_object_get(owned->json, "status"), owned, fault)) == JY_OK)
        rc = read_stamps(json_object_get(owned->json, "stamps"), owned, fault);
    if (rc != JY_OK)
        jy_evidence_free(&owned->view);
    else
        *out = &owned->view;
    return rc;
}

void
jy_evidence_free(struct jy_evidence *evidence)
{
    struct owned_evidence *owned = (struct owned_evidence *)evidence;    /* view is the first member */

    if (owned == NULL)
        return;
    free(owned->status);
    free(owned->stamps);
    json_decref(owned->json);
    free(owned);
}
