/* SPDX-License-Identifier: Apache-2.0 */
/* The verdict: every check that still has a meaning, each on its own, in the order of checks.def (seal-formats §2). */
#include "verify/judge.h"

#include "codec/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
judge_copy(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text == NULL ? "" : text);
}

bool
judge_own_trouble(struct judgement *j, jy_err rc)
{
    if (rc != JY_E_NOMEM && rc != JY_E_CRYPTO && rc != JY_E_IO && rc != JY_E_INTERNAL)
        return false;
    if (j->rc == JY_OK)
        j->rc = rc;
    return true;
}

/* In the order of checks.def; of one check failures first, then as they were found. */
static jy_err
sort_findings(struct jy_findings *checks)
{
    struct jy_finding *sorted = calloc(checks->count + 1, sizeof(*sorted));
    size_t count = 0;

    if (sorted == NULL)
        return JY_E_NOMEM;
    for (int check = 0; check < JY_CHECK__COUNT && count < checks->count; check++)
        for (int passed = 0; passed < 2; passed++)
            for (size_t i = 0; i < checks->count; i++)
                if ((int)checks->list[i].check == check && checks->list[i].passed == (passed == 1))
                    sorted[count++] = checks->list[i];
    free(checks->list);
    checks->list = sorted;
    checks->cap = count + 1;
    return JY_OK;
}

static enum jy_verdict
verdict_of(const struct jy_findings *checks, const struct jy_policy *policy, bool time_is_certain)
{
    static const enum jy_verdict of[] = { JY_VALID_WITH_WARNING, JY_INDETERMINATE, JY_INVALID };
    enum jy_verdict verdict = JY_VALID;

    for (size_t i = 0; i < checks->count; i++) {
        enum jy_verdict v = of[jy_check_severity(checks->list[i].check, policy, time_is_certain)];
        if (!checks->list[i].passed && v > verdict)
            verdict = v;
    }
    return verdict;
}

static jy_err
judge(struct judgement *j)
{
    const struct jy_signature *signature = j->signature;
    struct jy_signature_report *out = j->out;

    judge_copy(out->id, sizeof(out->id), signature->id);
    judge_copy(out->path, sizeof(out->path), signature->path);
    out->kind = signature->kind;
    if ((out->places = calloc(signature->place_count + 1, sizeof(*out->places))) == NULL)
        return JY_E_NOMEM;
    for (; out->place_count < signature->place_count; out->place_count++)
        out->places[out->place_count] = signature->places[out->place_count];
    for (size_t i = 0; j->rc == JY_OK && i < signature->findings.count; i++) {
        const struct jy_finding *f = &signature->findings.list[i];
        j->rc = jy_findings_add(&out->checks, f->check, f->passed, f->where, f->offset, "%s", f->detail);
    }
    if (signature->kind == JY_SIGNATURE_SEAL)
        judge_ses(j);
    else
        judge_plain(j);
    if (j->rc == JY_OK)
        j->rc = sort_findings(&out->checks);
    out->verdict = verdict_of(&out->checks, j->policy, out->time_is_certain);
    return j->rc;
}

jy_err
jy_verify(struct jy_slice file, const struct jy_trust *trust, const struct jy_evidence *evidence, const struct jy_policy *policy,
          jy_time now, struct jy_report **out, struct jy_fault *fault)
{
    const struct jy_signature *signatures;
    struct jy_document *doc = NULL;
    struct jy_report *report = NULL;
    uint8_t digest[JY_SM3_SIZE];
    size_t count;
    jy_err rc;

    *out = NULL;
    if (policy == NULL)
        policy = &jy_policy_standard;
    if (policy->tolerance < 0 || policy->tolerance > JY_POLICY_TOLERANCE_MAX)
        return jy_fail(fault, JY_E_ARGUMENT, "policy.tolerance", 0, "0 to %d seconds", JY_POLICY_TOLERANCE_MAX);
    if ((rc = jy_document_open(file, &doc, fault)) != JY_OK || (rc = jy_document_signatures(doc, &signatures, &count, fault)) != JY_OK ||
        (rc = jy_document_digest(doc, digest)) != JY_OK)
        goto out;
    rc = JY_E_NOMEM;
    if ((report = calloc(1, sizeof(*report))) == NULL || (report->signatures = calloc(count + 1, sizeof(*report->signatures))) == NULL)
        goto out;
    report->format = jy_document_format(doc);
    report->policy = *policy;
    report->checked_at = now;
    report->size = file.len;
    report->verdict = count == 0 ? JY_NO_SIGNATURE : JY_VALID;
    jy_hex(JY_SLICE(digest, sizeof(digest)), report->digest);
    for (rc = JY_OK; rc == JY_OK && report->count < count; report->count++) {
        struct jy_signature_report *one = &report->signatures[report->count];
        struct judgement j = { &signatures[report->count], trust, evidence, policy, now, now, one, JY_OK };
        rc = judge(&j);
        if (one->verdict > report->verdict)
            report->verdict = one->verdict;
    }
    if (rc == JY_OK) {
        *out = report;
        report = NULL;
    }
out:
    jy_report_free(report);
    jy_document_free(doc);
    return rc;
}

void
jy_report_free(struct jy_report *report)
{
    if (report == NULL)
        return;
    for (size_t i = 0; i < report->count; i++) {
        jy_findings_free(&report->signatures[i].checks);
        free(report->signatures[i].places);
    }
    free(report->signatures);
    free(report);
}
