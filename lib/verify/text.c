/* SPDX-License-Identifier: Apache-2.0 */
/* A report as text for people, in both languages. */
#include "verify/report.h"

#include "codec/text.h"

static jy_err
signature_text(const struct jy_signature_report *s, size_t number, const struct jy_policy *policy, struct jy_buf *out)
{
    static const char *const known_by[] = { "自称 claimed", "登记 recorded", "时间戳 time stamp", "文档时间戳 document time stamp" };
    char when[21], from[21], to[21], a[1100], c[1100], d[1100];
    jy_err rc;

    jy_time_rfc3339(s->time, when);
    jy_time_rfc3339(s->seal_start, from);
    jy_time_rfc3339(s->seal_end, to);
    if ((rc = jy_buf_fmt(out, "\n● %zu  %s  %s · %s\n", number, jy_text_visible(s->id, a, sizeof(a)), jy_verdict_zh(s->verdict),
                         jy_verdict_en(s->verdict))) != JY_OK)
        return rc;
    if (s->kind == JY_SIGNATURE_SEAL &&
        (rc = jy_buf_fmt(out, "  印章 seal      %s  (%s)  %d×%d mm\n  有效期 validity %s – %s\n  制章者 maker    %s\n", jy_text_visible(s->seal_name, a, sizeof(a)),
                         jy_text_visible(s->seal_id, c, sizeof(c)),
                         s->seal_width_mm, s->seal_height_mm, from, to, jy_text_visible(s->seal_maker, d, sizeof(d)))) != JY_OK)
        return rc;
    if ((rc = jy_buf_fmt(out, "  签章者 signer   %s\n  时间 time      %s  %s\n", jy_text_visible(s->signer, a, sizeof(a)), s->time == 0 ? "-" : when,
                         known_by[s->time_source])) != JY_OK)
        return rc;
    for (size_t i = 0; i < s->place_count; i++) {
        const struct jy_stamp_place *p = &s->places[i];
        const struct jy_box seen = jy_place_visible(p);

        if ((rc = jy_buf_fmt(out, "  位置 place     %d: %.1f, %.1f mm  %.1f×%.1f mm%s\n", p->page, seen.x_mm, seen.y_mm, seen.width_mm, seen.height_mm,
                             seen.width_mm < p->width_mm || seen.height_mm < p->height_mm ? "  (印章的一部分 a part of the picture)" : "")) != JY_OK)
            return rc;
    }
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
    bool copy = report->copy_of[0] != '\0' && report->count == 0;
    char when[21];
    jy_err rc;

    jy_time_rfc3339(report->checked_at, when);
    rc = jy_buf_fmt(out, "%s · %s\n%s  %llu bytes  SM3 %s\n验证时间 checked at %s\n", copy ? "复印件" : jy_verdict_zh(report->verdict),
                    copy ? "COPY, NOT AN ORIGINAL" : jy_verdict_en(report->verdict), jy_format_name(report->format),
                    (unsigned long long)report->size, report->digest, when);
    if (rc == JY_OK && report->copy_of[0] != '\0')
        rc = jy_buf_fmt(out, "复印件，不是原件；原件SM3 a copy, not an original; the original's SM3\n  %s\n", report->copy_of);
    for (size_t i = 0; rc == JY_OK && i < report->count; i++)
        rc = signature_text(&report->signatures[i], i + 1, &report->policy, out);
    return rc;
}
