/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of checks, severities and verdicts; the policies. */
#include "verify/report.h"

static const struct jy_check_info infos[JY_CHECK__COUNT] = {
#define JY_CHECK_ROW(name, weight, clause, en, zh) [JY_CHECK_##name] = { #name, JY_WEIGHT_##weight, clause, en, zh },
#include <jinyin/checks.def>
#undef JY_CHECK_ROW
};

/* What a failure makes a signature whose time is claimed, or certain; the policy strict makes more of some. */
static const enum jy_severity weights[][2] = {
    [JY_WEIGHT_WARNING] = { JY_SEVERITY_WARNING, JY_SEVERITY_WARNING },
    [JY_WEIGHT_INDETERMINATE] = { JY_SEVERITY_INDETERMINATE, JY_SEVERITY_INDETERMINATE },
    [JY_WEIGHT_INVALID] = { JY_SEVERITY_INVALID, JY_SEVERITY_INVALID },
    [JY_WEIGHT_BY_TIME] = { JY_SEVERITY_INDETERMINATE, JY_SEVERITY_INVALID },
    [JY_WEIGHT_DEVIATION] = { JY_SEVERITY_WARNING, JY_SEVERITY_WARNING },
    [JY_WEIGHT_UNLISTED] = { JY_SEVERITY_INDETERMINATE, JY_SEVERITY_INDETERMINATE },
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

    if (policy->strict && (weight == JY_WEIGHT_DEVIATION || weight == JY_WEIGHT_UNLISTED))
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

const char *
jy_format_name(enum jy_format format)
{
    static const char *const names[] = { [JY_FORMAT_UNKNOWN] = "unknown", [JY_FORMAT_OFD] = "OFD", [JY_FORMAT_PDF] = "PDF" };

    return names[format];
}

const char *
jy_time_source_name(enum jy_time_source source)
{
    static const char *const names[] = { "claimed", "register", "time_stamp", "document_time_stamp" };

    return names[source];
}
