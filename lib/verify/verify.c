/* SPDX-License-Identifier: Apache-2.0 */
/* The verdict: every check that still has a meaning, each on its own, in the order of checks.def (seal-formats §2). */
#include "verify/carried.h"
#include "verify/judge.h"

#include "codec/text.h"
#include "verify/material.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
judge_copy(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text);
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

/* *proven: it is a document time stamp that proves its time. */
static jy_err
judge(struct judgement *j, bool *proven)
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
    out->deviations |= signature->deviations;
    if (j->rc == JY_OK && j->copy_of[0] != '\0')             /* R17.1: whoever signs a copy makes no original of it */
        j->rc = jy_findings_add(&out->checks, JY_CHECK_COPY, false, "", 0, "a copy of SM3 %s", j->copy_of);
    switch (signature->kind) {
    case JY_SIGNATURE_SEAL: judge_ses(j); break;
    case JY_SIGNATURE_PLAIN: judge_plain(j); break;
    case JY_SIGNATURE_TIME_STAMP: judge_document_stamp(j, proven); break;
    }
    if (j->rc == JY_OK)
        j->rc = sort_findings(&out->checks);
    out->verdict = verdict_of(&out->checks, j->policy, out->time_is_certain);
    return j->rc;
}

/* The evidence of one verification, as links of chains, lists and answers. */
struct backing {
    struct jy_trust *trust;            /* NULL = the caller's own will do */
    struct jy_cert **certs;
    size_t cert_count;
};

static void
backing_free(struct backing *backing)
{
    for (size_t i = 0; i < backing->cert_count; i++)
        jy_cert_free(backing->certs[i]);
    free(backing->certs);
    jy_trust_free(backing->trust);
}

static jy_err
bad_item(struct jy_fault *fault, jy_err rc, const char *list, size_t i)
{
    return rc == JY_E_NOMEM ? rc : jy_fail(fault, rc, list, i, "row %zu cannot be read", i);
}

static jy_err
backing_make(const struct jy_trust *trust, const struct jy_evidence *evidence, struct backing *out, struct jy_fault *fault)
{
    jy_err rc;

    if (evidence == NULL)
        return JY_OK;
    if ((out->certs = calloc(evidence->certs.count + 1, sizeof(struct jy_cert *))) == NULL)
        return JY_E_NOMEM;
    for (size_t i = 0; i < evidence->certs.count; i++, out->cert_count++)
        if ((rc = jy_cert_parse(evidence->certs.list[i], &out->certs[i], NULL)) != JY_OK)
            return bad_item(fault, rc, "evidence.certificates", i);
    if (trust == NULL || evidence->crls.count + evidence->ocsp.count == 0)
        return JY_OK;                  /* without an anchor nothing can be genuine */
    if ((rc = jy_trust_extend(trust, &out->trust)) != JY_OK)
        return rc;
    for (size_t i = 0; i < evidence->crls.count; i++)
        if ((rc = jy_trust_add_crl(out->trust, evidence->crls.list[i], NULL)) != JY_OK)
            return bad_item(fault, rc, "evidence.crls", i);
    for (size_t i = 0; i < evidence->ocsp.count; i++)
        if ((rc = jy_trust_add_ocsp(out->trust, evidence->ocsp.list[i], NULL)) != JY_OK)
            return bad_item(fault, rc, "evidence.ocsp", i);
    return JY_OK;
}

/* Document time stamps first, the last before the others: they prove times of what they cover. Reports stand in document order all the same. */
static jy_err
judge_all(const struct jy_signature *signatures, const struct judgement *common, struct jy_report *report)
{
    struct document_stamp *stamps = calloc(report->count + 1, sizeof(*stamps));
    struct judgement j = *common;
    jy_err rc = stamps == NULL ? JY_E_NOMEM : JY_OK;

    j.stamps = stamps;
    for (int pass = 0; pass < 2; pass++)
        for (size_t n = 0; rc == JY_OK && n < report->count; n++) {
            const size_t i = pass == 0 ? report->count - 1 - n : n;
            bool proven = false;
            if ((signatures[i].kind == JY_SIGNATURE_TIME_STAMP) != (pass == 0))
                continue;
            j.index = i;
            j.signature = &signatures[i];
            j.out = &report->signatures[i];
            j.time = j.now;
            rc = judge(&j, &proven);
            if (proven && signatures[i].part_count == 2)
                stamps[j.stamp_count++] = (struct document_stamp){ signatures[i].parts[1].p + signatures[i].parts[1].len, j.time };
            if (j.out->verdict > report->verdict)
                report->verdict = j.out->verdict;
        }
    free(stamps);
    return rc;
}

/* A picture of a page that says of which document it is a copy: the answer is that, and no verdict (R17.1). */
static jy_err
answer_copy(struct jy_slice file, const char *original, const struct judgement *common, struct jy_report **out)
{
    struct jy_report *report = calloc(1, sizeof(*report));
    uint8_t digest[JY_SM3_SIZE];
    jy_err rc;

    if (report == NULL)
        return JY_E_NOMEM;
    report->format = JY_FORMAT_UNKNOWN;
    report->policy = *common->policy;
    report->checked_at = common->now;
    report->size = file.len;
    report->verdict = JY_NO_SIGNATURE;
    judge_copy(report->copy_of, sizeof(report->copy_of), original);
    if ((rc = jy_sm3(file, digest)) != JY_OK) {
        jy_report_free(report);
        return rc;
    }
    jy_hex(JY_SLICE(digest, sizeof(digest)), report->digest);
    *out = report;
    return JY_OK;
}

static jy_err
verify(struct jy_slice file, struct judgement *common, struct jy_report **out, struct jy_fault *fault)
{
    const struct jy_signature *signatures;
    struct jy_document *doc = NULL;
    struct jy_report *report = NULL;
    struct carried carried = { 0 };
    uint8_t digest[JY_SM3_SIZE];
    size_t count;
    char copied[2 * JY_SM3_SIZE + 1];
    jy_err rc;

    if (jy_copy_picture(file, copied))
        return answer_copy(file, copied, common, out);
    if ((rc = jy_document_open(file, &doc, fault)) != JY_OK || (rc = jy_document_signatures(doc, &signatures, &count, fault)) != JY_OK ||
        (rc = jy_document_digest(doc, digest)) != JY_OK || (rc = carried_join(doc, common, &carried, fault)) != JY_OK)
        goto out;
    rc = JY_E_NOMEM;
    if ((report = calloc(1, sizeof(*report))) == NULL || (report->signatures = calloc(count + 1, sizeof(*report->signatures))) == NULL)
        goto out;
    report->format = jy_document_format(doc);
    report->policy = *common->policy;
    report->checked_at = common->now;
    report->size = file.len;
    report->count = count;
    report->verdict = count == 0 ? JY_NO_SIGNATURE : JY_VALID;
    jy_hex(JY_SLICE(digest, sizeof(digest)), report->digest);
    (void)jy_document_copy_of(doc, report->copy_of);
    common->copy_of = report->copy_of;
    common->doc = doc;
    if ((rc = judge_all(signatures, common, report)) == JY_OK) {
        *out = report;
        report = NULL;
    }
out:
    carried_free(&carried);
    jy_report_free(report);
    jy_document_free(doc);
    return rc;
}

static jy_err
verify_with(struct jy_slice file, const struct jy_trust *trust, const struct jy_evidence *evidence, const struct jy_policy *policy,
            jy_time now, struct material *material, struct jy_report **out, struct jy_fault *fault)
{
    struct backing backing = { 0 };
    struct judgement common = { .evidence = evidence, .policy = policy == NULL ? &jy_policy_standard : policy, .now = now, .material = material };
    jy_err rc;

    *out = NULL;
    if (common.policy->tolerance < 0 || common.policy->tolerance > JY_POLICY_TOLERANCE_MAX)
        return jy_fail(fault, JY_E_ARGUMENT, "policy.tolerance", 0, "0 to %d seconds", JY_POLICY_TOLERANCE_MAX);
    if ((rc = backing_make(trust, evidence, &backing, fault)) == JY_OK) {
        common.trust = backing.trust != NULL ? backing.trust : trust;
        common.extra = (const struct jy_cert *const *)backing.certs;
        common.extra_count = backing.cert_count;
        rc = verify(file, &common, out, fault);
    }
    backing_free(&backing);
    return rc;
}

jy_err
jy_verify(struct jy_slice file, const struct jy_trust *trust, const struct jy_evidence *evidence, const struct jy_policy *policy,
          jy_time now, struct jy_report **out, struct jy_fault *fault)
{
    return verify_with(file, trust, evidence, policy, now, NULL, out, fault);
}

jy_err
jy_verify_keep(struct jy_slice file, const struct jy_trust *trust, const struct jy_evidence *evidence, const struct jy_policy *policy,
               jy_time now, struct jy_report **out, struct jy_buf *bundle, struct jy_fault *fault)
{
    struct material material = { 0 };
    jy_err rc = verify_with(file, trust, evidence, policy, now, &material, out, fault);

    if (rc == JY_OK && (rc = material_write(&material, *out, trust, evidence, bundle)) != JY_OK) {
        jy_report_free(*out);
        *out = NULL;
    }
    material_free(&material);
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
