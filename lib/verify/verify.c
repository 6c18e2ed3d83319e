/* SPDX-License-Identifier: Apache-2.0 */
/* The verdict: every check that still has a meaning, each on its own, in the order of checks.def (seal-formats §2). */
#include "verify/report.h"

#include "codec/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One signature under judgement. */
struct judgement {
    const struct jy_signature *signature;
    const struct jy_trust *trust;
    const struct jy_evidence *evidence;
    const struct jy_policy *policy;
    jy_time now, time;                /* time: the reference time T */
    struct jy_signature_report *out;
    jy_err rc;                        /* out of memory: stops everything */
};

static void
copy_text(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text == NULL ? "" : text);
}

/* Note a check. Only the first out-of-memory is kept. */
#define NOTE_AT(j, check, passed, where, offset, ...)                                                                 \
    do {                                                                                                              \
        if ((j)->rc == JY_OK)                                                                                         \
            (j)->rc = jy_findings_add(&(j)->out->checks, JY_CHECK_##check, passed, where, offset, __VA_ARGS__);       \
    } while (0)
#define NOTE(j, check, passed, where, ...) NOTE_AT(j, check, passed, where, 0, __VA_ARGS__)

static void
note_deviations(struct judgement *j, jy_deviations deviations)
{
    if (deviations == 0) {
        NOTE(j, DEVIATION, true, "", NULL);
        return;
    }
    for (int i = 0; i < JY_DEVIATION__COUNT; i++)
        if ((deviations >> i & 1) != 0) {
            const struct jy_deviation_info *info = jy_deviation_info((enum jy_deviation)i);
            NOTE(j, DEVIATION, false, j->signature->path, "%s: %s", info->name, info->en);
        }
}

/* T: when the stamp register recorded the value, else what the signature claims. */
static void
settle_time(struct judgement *j, jy_time claimed)
{
    uint8_t digest[JY_SM3_SIZE];

    j->time = claimed;
    if (j->rc == JY_OK && (j->rc = jy_sm3(j->signature->value, digest)) == JY_OK) {
        jy_hex(JY_SLICE(digest, sizeof(digest)), j->out->value_digest);
        for (size_t i = 0; j->evidence != NULL && i < j->evidence->stamp_count; i++)
            if (memcmp(j->evidence->stamps[i].value_digest, digest, sizeof(digest)) == 0) {
                j->time = j->evidence->stamps[i].recorded;
                j->out->time_is_recorded = true;
            }
    }
    j->out->time = j->time;
    NOTE(j, TIME_CLAIMED, j->out->time_is_recorded, "", "%s", j->out->time_is_recorded ? "" : "the time is the signer's own claim");
}

static bool
is_date_matter(enum jy_chain_status status)
{
    return status == JY_CHAIN_EXPIRED || status == JY_CHAIN_NOT_YET_VALID;
}

/* The signer's certificate at T, and now where T is only claimed. */
static void
check_signer(struct judgement *j, const struct jy_cert *signer)
{
    struct jy_chain_result results[2];
    const struct jy_chain_result *chain = &results[0], *today = &results[1];
    char from[21], to[21];
    bool inside = j->time >= jy_cert_not_before(signer) && j->time <= jy_cert_not_after(signer);
    const jy_time times[2] = { inside ? j->time : jy_cert_not_before(signer), j->now };
    jy_time ended = 0;

    jy_time_rfc3339(jy_cert_not_before(signer), from);
    jy_time_rfc3339(jy_cert_not_after(signer), to);
    copy_text(j->out->signer, sizeof(j->out->signer), jy_cert_subject(signer));
    copy_text(j->out->signer_organization, sizeof(j->out->signer_organization), jy_cert_organization(signer));
    copy_text(j->out->signer_serial, sizeof(j->out->signer_serial), jy_cert_serial(signer));
    j->out->signer_start = jy_cert_not_before(signer);
    j->out->signer_end = jy_cert_not_after(signer);
    NOTE(j, SIGNER_USAGE, jy_cert_may_sign(signer), "", "keyUsage");
    if (j->rc != JY_OK || (j->rc = jy_chain_check_at(j->trust, signer, NULL, 0, times, 2, results)) != JY_OK)
        return;
    /* The dates of a CA are a matter of time as well as the certificate's own. */
    inside = inside && !is_date_matter(chain->status);
    NOTE(j, SIG_TIME_OUTSIDE_CERT, inside, "", "certificate is valid from %s to %s%s%s", from, to,
         is_date_matter(chain->status) ? "; " : "", is_date_matter(chain->status) ? chain->text : "");
    if (chain->status == JY_CHAIN_UNTRUSTED) {
        NOTE(j, SIGNER_TRUST, false, "", "%s", chain->text);
        return;
    }
    NOTE(j, SIGNER_TRUST, true, "", NULL);
    NOTE(j, SIGNER_CHAIN, chain->status != JY_CHAIN_BAD, "", "%s", chain->text);
    NOTE(j, SIGNER_REVOKED_BEFORE, chain->status != JY_CHAIN_REVOKED, "", "%s", chain->text);
    NOTE(j, SIGNER_REVOCATION_UNKNOWN, chain->status != JY_CHAIN_REVOCATION_UNKNOWN, "", "%s", chain->text);
    /* Whoever holds the key can back-date a claim: after the certificate's end a claimed time proves nothing. */
    if (j->now > jy_cert_not_after(signer))
        ended = jy_cert_not_after(signer);
    else if (today->revoked_at != 0 && today->revoked_at <= j->now)
        ended = today->revoked_at;
    if (ended != 0)
        jy_time_rfc3339(ended, to);
    NOTE(j, SIGNER_ENDED_TIME_CLAIMED, ended == 0 || j->out->time_is_recorded, "", ended == 0 ? "%s" : "%sthe certificate ended at %s", "", to);
    NOTE(j, TEST_ONLY, !chain->test_only, "", "演示环境，非生产 · simulated CA");
}

/* The maker at the time of making: a maker's certificate normally ends while its seals are in use (GM/T 0031-2025). */
static void
check_maker(struct judgement *j, const struct jy_seal *seal)
{
    const struct jy_cert *maker = jy_seal_maker(seal);
    struct jy_chain_result chain;
    jy_time made = jy_seal_created(seal), from, to;
    char start[21], end[21];

    if (maker == NULL)
        return;                                          /* SEAL_SIGNATURE has failed already */
    copy_text(j->out->seal_maker, sizeof(j->out->seal_maker), jy_cert_subject(maker));
    from = jy_cert_not_before(maker);
    to = jy_cert_not_after(maker);
    /* createDate is the maker's word, and clocks differ: outside the dates the chain is judged at the nearest day inside. */
    if (j->rc != JY_OK ||
        (j->rc = jy_chain_check(j->trust, maker, NULL, 0, made < from ? from : made > to ? to : made, &chain)) != JY_OK)
        return;
    NOTE(j, SEAL_MAKER_TRUST, chain.status != JY_CHAIN_UNTRUSTED, "", "%s", chain.text);
    if (chain.status == JY_CHAIN_UNTRUSTED)
        return;
    jy_time_rfc3339(from, start);
    jy_time_rfc3339(to, end);
    NOTE(j, SEAL_MAKER_CHAIN, chain.status != JY_CHAIN_BAD && jy_cert_may_sign(maker), "", "%s", chain.text);
    NOTE(j, SEAL_MAKER_DATES, made >= from && made <= to && !is_date_matter(chain.status), "", "certificate is valid from %s to %s%s%s", start,
         end, is_date_matter(chain.status) ? "; " : "", is_date_matter(chain.status) ? chain.text : "");
    NOTE(j, SEAL_MAKER_REVOKED, chain.status != JY_CHAIN_REVOKED, "", "%s", chain.text);
    NOTE(j, SEAL_MAKER_REVOCATION_UNKNOWN, chain.status != JY_CHAIN_REVOCATION_UNKNOWN, "", "%s", chain.text);
    if (!j->policy->maker_alive_now || j->rc != JY_OK || (j->rc = jy_chain_check(j->trust, maker, NULL, 0, j->now, &chain)) != JY_OK)
        return;
    NOTE(j, SEAL_MAKER_ENDED, !is_date_matter(chain.status) && chain.status != JY_CHAIN_REVOKED, "", "%s", chain.text);
}

/* What the register says of the seal: at T it must have been ACTIVE; VOID undoes it from the beginning (N5, N8). */
static void
check_status(struct judgement *j, const char *seal_id)
{
    const char *then = NULL, *today = NULL;
    jy_time since = 0;
    bool known = false, is_void = false;
    char when[21];

    for (size_t i = 0; j->evidence != NULL && i < j->evidence->status_count; i++) {
        const struct jy_status_event *event = &j->evidence->status[i];
        if (strcmp(event->seal_id, seal_id) != 0)
            continue;
        known = true;
        is_void = is_void || strcmp(event->state, "VOID") == 0;
        if (event->since <= j->time)
            then = event->state;
        if (event->since <= j->now) {
            today = event->state;
            since = event->since;
        }
    }
    if (!known)
        return;                                          /* a seal of another register: nothing to say */
    NOTE(j, SEAL_STATUS, !is_void && then != NULL && strcmp(then, "ACTIVE") == 0, "", "%s", is_void ? "VOID" : then == NULL ? "not yet made" : then);
    jy_time_rfc3339(since, when);
    NOTE(j, SEAL_STATUS_NOW, today != NULL && strcmp(today, "ACTIVE") == 0, "", "%s since %s", today == NULL ? "unknown" : today, when);
}

/* Our own trouble is not the document's: it stops the judgement instead of failing a check. */
static bool
is_our_trouble(struct judgement *j, jy_err rc)
{
    if (rc != JY_E_NOMEM && rc != JY_E_CRYPTO && rc != JY_E_IO && rc != JY_E_INTERNAL)
        return false;
    if (j->rc == JY_OK)
        j->rc = rc;
    return true;
}

/* Is this a failure of understanding rather than of the data? */
static bool
is_unsupported(jy_err rc)
{
    return rc == JY_E_UNSUPPORTED;
}

static void
judge_seal(struct judgement *j)
{
    const struct jy_signature *sig = j->signature;
    struct jy_fault fault = { 0 };
    const struct jy_cert *signer;
    struct jy_seal *seal;
    struct jy_ses *ses = NULL;
    char start[21], end[21];
    jy_err rc;

    if ((rc = jy_ses_parse(sig->value, &ses, &fault)) != JY_OK) {
        if (is_our_trouble(j, rc))
            return;
        if (strcmp(fault.where, JY_WHERE_SEAL) == 0)
            NOTE_AT(j, SEAL_FORMAT, false, sig->path, fault.offset, "%s: %s", fault.where, fault.text);
        else
            NOTE_AT(j, SIG_FORMAT, false, sig->path, fault.offset, "%s: %s", fault.where, fault.text);
        return;
    }
    seal = jy_ses_seal(ses);
    signer = jy_ses_signer(ses);
    copy_text(j->out->seal_id, sizeof(j->out->seal_id), jy_seal_id(seal));
    copy_text(j->out->seal_name, sizeof(j->out->seal_name), jy_seal_name(seal));
    copy_text(j->out->seal_vendor, sizeof(j->out->seal_vendor), jy_seal_vendor(seal));
    j->out->seal_version = jy_seal_version(seal);
    j->out->seal_type = jy_seal_type(seal);
    j->out->seal_width_mm = jy_seal_width_mm(seal);
    j->out->seal_height_mm = jy_seal_height_mm(seal);
    j->out->seal_start = jy_seal_valid_start(seal);
    j->out->seal_end = jy_seal_valid_end(seal);
    NOTE(j, SIG_FORMAT, jy_ses_data_hash(ses).len == JY_SM3_SIZE && signer != NULL, sig->path, "%s",
         signer == NULL ? "the signer's certificate cannot be read" : "dataHash has not 32 bytes");
    NOTE(j, SEAL_FORMAT, true, "", NULL);
    rc = jy_seal_check_signature(seal, &fault);
    if (is_our_trouble(j, rc))
        goto out;
    if (is_unsupported(rc))
        NOTE(j, SIG_LEGACY, false, "", "seal: %s", fault.text);
    else
        NOTE(j, SEAL_SIGNATURE, rc == JY_OK, "", "%s", rc == JY_OK ? "" : fault.text);
    if (sig->seal_file.len > 0)
        NOTE(j, SEAL_MISMATCH, jy_slice_equal(sig->seal_file, jy_seal_der(seal)), "Seal.esl", "not the seal that signed");
    rc = jy_ses_check_signature(ses, &fault);
    if (is_our_trouble(j, rc))
        goto out;
    if (is_unsupported(rc))
        NOTE(j, SIG_LEGACY, false, "", "signature: %s", fault.text);
    else
        NOTE(j, SIG_SIGNATURE, rc == JY_OK, "", "%s", rc == JY_OK ? "" : fault.text);
    NOTE(j, SIG_SIGNER_NOT_IN_SEAL, signer != NULL && jy_seal_has_signer(seal, signer), "", "the certificate is in no entry of certList");
    NOTE(j, DOC_HASH, jy_slice_equal(jy_ses_data_hash(ses), JY_SLICE(sig->digest, sizeof(sig->digest))), sig->path, "dataHash differs");
    if (sig->path[0] == '/')
        NOTE(j, PROPERTY_INFO, strcmp(jy_ses_property_info(ses), sig->path) == 0, sig->path, "propertyInfo says %.200s", jy_ses_property_info(ses));
    note_deviations(j, jy_ses_deviations(ses) | jy_seal_deviations(seal));
    settle_time(j, jy_ses_time(ses));
    if (jy_ses_time_stamp(ses).len > 0)
        NOTE(j, TS_INVALID, false, "", "this version does not judge time stamps; the time is taken as claimed");
    if (signer != NULL)
        check_signer(j, signer);
    check_maker(j, seal);
    jy_time_rfc3339(jy_seal_valid_start(seal), start);
    jy_time_rfc3339(jy_seal_valid_end(seal), end);
    NOTE(j, SEAL_NOT_YET_VALID, j->time >= jy_seal_valid_start(seal), "", "valid from %s", start);
    NOTE(j, SEAL_EXPIRED, j->time <= jy_seal_valid_end(seal), "", "valid to %s", end);
    check_status(j, jy_seal_id(seal));
out:
    jy_ses_free(ses);
}

static void
judge_plain(struct judgement *j)
{
    struct jy_cms_result cms = { 0 };
    struct jy_fault fault = { 0 };
    jy_err rc = jy_cms_check(j->signature->value, j->signature->digest, &cms, &fault);

    if (is_our_trouble(j, rc))
        ;
    else if (is_unsupported(rc))
        NOTE(j, SIG_LEGACY, false, j->signature->path, "%s", fault.text);
    else if (rc != JY_OK && rc != JY_E_SIGNATURE && rc != JY_E_DOCUMENT_CHANGED)
        NOTE_AT(j, SIG_FORMAT, false, j->signature->path, fault.offset, "%s: %s", fault.where, fault.text);
    else {
        NOTE(j, SIG_FORMAT, true, "", NULL);
        NOTE(j, SIG_SIGNATURE, rc != JY_E_SIGNATURE, j->signature->path, "%s", fault.text);
        if (rc != JY_E_SIGNATURE)                        /* else nobody has signed the digest that stands there */
            NOTE(j, DOC_HASH, rc == JY_OK, j->signature->path, "%s %s", fault.where, fault.text);
        note_deviations(j, cms.deviations);
        settle_time(j, cms.signing_time == 0 ? j->now : cms.signing_time);
        if (cms.signer == NULL)
            NOTE(j, SIGNER_TRUST, false, "", "no certificate");
        else
            check_signer(j, cms.signer);
    }
    jy_cert_free(cms.signer);
}

static int
by_check(const void *a, const void *b)
{
    const struct jy_finding *x = a, *y = b;

    return x->check != y->check ? (int)x->check - (int)y->check : x->passed - y->passed;
}

static enum jy_verdict
verdict_of(const struct jy_findings *checks, const struct jy_policy *policy, bool time_is_certain)
{
    enum jy_verdict verdict = JY_VALID;

    for (size_t i = 0; i < checks->count; i++) {
        static const enum jy_verdict of[] = { JY_VALID_WITH_WARNING, JY_INDETERMINATE, JY_INVALID };
        enum jy_verdict v = of[jy_check_severity(checks->list[i].check, policy, time_is_certain)];
        if (!checks->list[i].passed && v > verdict)
            verdict = v;
    }
    return verdict;
}

static jy_err
judge(const struct jy_signature *signature, const struct jy_trust *trust, const struct jy_evidence *evidence,
      const struct jy_policy *policy, jy_time now, struct jy_signature_report *out)
{
    struct judgement j = { signature, trust, evidence, policy, now, now, out, JY_OK };

    copy_text(out->id, sizeof(out->id), signature->id);
    copy_text(out->path, sizeof(out->path), signature->path);
    out->kind = signature->kind;
    if (signature->place_count > 0) {
        if ((out->places = calloc(signature->place_count, sizeof(*out->places))) == NULL)
            return JY_E_NOMEM;
        memcpy(out->places, signature->places, signature->place_count * sizeof(*out->places));
        out->place_count = signature->place_count;
    }
    for (size_t i = 0; j.rc == JY_OK && i < signature->findings.count; i++) {
        const struct jy_finding *f = &signature->findings.list[i];
        j.rc = jy_findings_add(&out->checks, f->check, f->passed, f->where, f->offset, "%s", f->detail);
    }
    if (signature->kind == JY_SIGNATURE_SEAL)
        judge_seal(&j);
    else
        judge_plain(&j);
    if (j.rc != JY_OK)
        return j.rc;
    qsort(out->checks.list, out->checks.count, sizeof(*out->checks.list), by_check);
    out->verdict = verdict_of(&out->checks, policy, out->time_is_recorded);
    return JY_OK;
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
    if ((rc = jy_document_open(file, &doc, fault)) != JY_OK || (rc = jy_document_signatures(doc, &signatures, &count, fault)) != JY_OK)
        goto out;
    rc = JY_E_NOMEM;
    if ((report = calloc(1, sizeof(*report))) == NULL ||
        (count > 0 && (report->signatures = calloc(count, sizeof(*report->signatures))) == NULL))
        goto out;
    report->format = jy_document_format(doc);
    report->policy = *policy;
    report->checked_at = now;
    report->size = file.len;
    report->verdict = count == 0 ? JY_NO_SIGNATURE : JY_VALID;
    if ((rc = jy_sm3(file, digest)) != JY_OK)
        goto out;
    jy_hex(JY_SLICE(digest, sizeof(digest)), report->digest);
    for (; report->count < count; report->count++) {
        struct jy_signature_report *one = &report->signatures[report->count];
        if ((rc = judge(&signatures[report->count], trust, evidence, policy, now, one)) != JY_OK) {
            report->count++;
            goto out;
        }
        if (one->verdict > report->verdict)
            report->verdict = one->verdict;
    }
    *out = report;
    report = NULL;
    rc = JY_OK;
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
