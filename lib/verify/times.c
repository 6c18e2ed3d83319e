/* SPDX-License-Identifier: Apache-2.0 */
/* Time: stamps over a value, and the reference time T (seal-formats §2.2 steps 7 and 8, §6.5). */
#include "verify/judge.h"

#include "codec/text.h"
#include "verify/material.h"

#include <stdio.h>
#include <string.h>

#define APPROVAL_MAX (92 * 86400)     /* seconds */

static const enum jy_check_id check_of[JY_TS__COUNT] = {
    [JY_TS_GOOD] = JY_CHECK_TS_INVALID, [JY_TS_FORMAT] = JY_CHECK_TS_FORMAT, [JY_TS_REFUSED] = JY_CHECK_TS_FORMAT,
    [JY_TS_ALGORITHM] = JY_CHECK_TS_UNSUPPORTED, [JY_TS_IMPRINT] = JY_CHECK_TS_IMPRINT, [JY_TS_NO_CERTIFICATE] = JY_CHECK_TS_NO_CERTIFICATE,
    [JY_TS_SIGNATURE] = JY_CHECK_TS_SIGNATURE, [JY_TS_CERTIFICATE] = JY_CHECK_TS_CERTIFICATE, [JY_TS_USAGE] = JY_CHECK_TS_USAGE,
    [JY_TS_FUTURE] = JY_CHECK_TS_FUTURE, [JY_TS_CHAIN] = JY_CHECK_TS_CHAIN, [JY_TS_UNTRUSTED] = JY_CHECK_TS_TRUST,
    [JY_TS_DATES] = JY_CHECK_TS_DATES, [JY_TS_REVOKED] = JY_CHECK_TS_REVOKED, [JY_TS_REVOCATION] = JY_CHECK_TS_REVOCATION_UNKNOWN,
    [JY_TS_ACCURACY] = JY_CHECK_TS_ACCURACY,
};

/* A document time stamp that covers what ends here proves that it was there: revocation data need not reach further. */
static jy_time
covered_until(const struct judgement *j)
{
    const struct jy_slice *last = &j->signature->parts[1];
    jy_time until = j->now;

    for (size_t i = 0; j->signature->part_count == 2 && i < j->stamp_count; i++)
        if (j->stamps[i].end > last->p + last->len && j->stamps[i].at < until)
            until = j->stamps[i].at;
    return until;
}

#define OLD_DATA "a list or an answer that was in force then, and none of later: a key lost since would not show"

bool
judge_token(struct judgement *j, struct jy_slice token, const uint8_t digest[JY_SM3_SIZE], const char *where, jy_time *at)
{
    struct jy_timestamp_result result = { 0 };
    bool good;

    if (j->rc != JY_OK ||
        judge_own_trouble(j, jy_timestamp_check_until(token, digest, j->trust, j->extra, j->extra_count, j->now, covered_until(j), &result, NULL)))
        return false;
    good = result.status == JY_TS_GOOD;
    NOTE(j, TS_INVALID, good, where, "%s: %s", jy_timestamp_status_text(result.status)->code, result.text);
    if (!good && j->rc == JY_OK)
        j->rc = jy_findings_add(&j->out->checks, check_of[result.status], false, where, 0, "%s", result.text);
    if (good) {
        NOTE(j, TS_REVOCATION_OLD, result.up_to_date, where, OLD_DATA);
        judge_deviations(j, result.deviations);
    }
    if (result.tsa != NULL)
        material_cert(j->material, result.tsa);
    *at = result.time;
    jy_timestamp_result_free(&result);
    return good && j->rc == JY_OK;
}

/* T so far; a later proof proves nothing more. */
static void
prove(struct judgement *j, jy_time at, enum jy_time_source source)
{
    if (j->out->time_is_certain && j->time <= at)
        return;
    j->time = at;
    j->out->time_is_certain = true;
    j->out->time_source = source;
}

/* Only the register's own word proves; *told: it is said there, but by whom is not known. */
static void
ask_register(struct judgement *j, const uint8_t digest[JY_SM3_SIZE], bool *told)
{
    for (size_t i = 0; j->evidence != NULL && i < j->evidence->stamp_count; i++) {
        const struct jy_stamp_evidence *row = &j->evidence->stamps[i];
        if (memcmp(row->value_digest, digest, JY_SM3_SIZE) != 0)
            continue;
        material_stamp(j->material, row);
        *told = true;
        if (j->evidence->from_register)
            prove(j, row->recorded, JY_TIME_REGISTER);
    }
}

/* Tokens that somebody kept beside the document. One that stamps other data, or proves nothing, is no matter of this signature. */
static void
ask_evidence(struct judgement *j, const uint8_t digest[JY_SM3_SIZE])
{
    for (size_t i = 0; j->rc == JY_OK && j->evidence != NULL && i < j->evidence->time_stamps.count; i++) {
        struct jy_timestamp_result result = { 0 };
        struct jy_slice token = j->evidence->time_stamps.list[i];
        char where[48];
        if (judge_own_trouble(j, jy_timestamp_check(token, digest, j->trust, j->extra, j->extra_count, j->now, &result, NULL)))
            return;
        snprintf(where, sizeof(where), "evidence.time_stamps %zu", i);
        if (result.status == JY_TS_GOOD) {
            NOTE(j, TS_REVOCATION_OLD, result.up_to_date, where, OLD_DATA);
            prove(j, result.time, JY_TIME_STAMP);
        }
        if (result.status != JY_TS_IMPRINT && result.status != JY_TS_FORMAT) {
            NOTE(j, TS_EVIDENCE, result.status == JY_TS_GOOD, where, "%s", result.text);
            material_token(j->material, token);
            if (result.tsa != NULL)
                material_cert(j->material, result.tsa);
        }
        jy_timestamp_result_free(&result);
    }
}

/* Those that cover the signature prove when it was there; it is younger than those that it covers. */
static void
ask_document_stamps(struct judgement *j, jy_time claimed)
{
    const struct jy_slice *last = &j->signature->parts[1];
    char when[21], stamped[21];

    for (size_t i = 0; j->signature->part_count == 2 && i < j->stamp_count; i++)
        if (j->stamps[i].end > last->p + last->len) {
            prove(j, j->stamps[i].at, JY_TIME_DOCUMENT_STAMP);
        } else if (claimed != 0) {
            jy_time_rfc3339(claimed, when);
            jy_time_rfc3339(j->stamps[i].at, stamped);
            NOTE(j, TIME_AFTER_CONTENT, claimed >= j->stamps[i].at - j->policy->tolerance, "", "claims %s, but covers a time stamp of %s", when, stamped);
        }
}

void
judge_time(struct judgement *j, jy_time claimed, struct jy_slice value, const struct jy_slice *tokens, size_t token_count)
{
    uint8_t of_file[JY_SM3_SIZE], of_value[JY_SM3_SIZE];
    char when[21], proof[21], shown[21];
    bool told = false, certain;
    jy_time at;

    if (j->rc != JY_OK || (j->rc = jy_sm3(j->signature->value, of_file)) != JY_OK || (j->rc = jy_sm3(value, of_value)) != JY_OK)
        return;
    jy_hex(JY_SLICE(of_file, sizeof(of_file)), j->out->value_digest);
    ask_register(j, of_file, &told);
    for (size_t i = 0; i < token_count; i++)
        if (judge_token(j, tokens[i], of_value, "time stamp of the signature", &at))
            prove(j, at, JY_TIME_STAMP);
    ask_evidence(j, of_value);
    ask_document_stamps(j, claimed);
    certain = j->out->time_is_certain;
    /* Who states no time is judged as of now: nothing is gained by leaving it out. */
    if (!certain)
        j->time = claimed != 0 ? claimed : j->now;
    j->out->time = j->time;
    j->out->time_claimed = claimed;
    jy_time_rfc3339(claimed, when);
    jy_time_rfc3339(j->time, proof);
    NOTE(j, TIME_STATED, claimed != 0, j->signature->path, "no signing time can be read");
    /* Some write local time with Z; and between preparing a document, which writes the date, and its signing lie days of approval. */
    if (j->signature->stated != 0 && (certain || claimed != 0)) {
        jy_time_rfc3339(j->signature->stated, shown);
        NOTE(j, TIME_SHOWN, j->time > j->signature->stated - 86400 && j->time < j->signature->stated + APPROVAL_MAX, j->signature->path,
             "programs show %.10s, the signature says %s", shown, proof);
    }
    NOTE(j, TIME_CLAIMED, certain, "", "the time is the signer's own claim%s",
         told ? "; the evidence tells of a record, but does not come from the register itself" : "");
    if (certain && claimed != 0) {
        NOTE(j, TIME_CONTRADICTED, claimed <= j->time + j->policy->tolerance, "", "claims %s, but existed at %s", when, proof);
        /* The proof is what counts; programs show the claim. */
        NOTE(j, TIME_BACK_DATED, claimed >= j->time - 86400, "", "claims %s, proven is %s", when, proof);
    }
    NOTE(j, TIME_FUTURE, j->time <= j->now + j->policy->tolerance, "", "%s lies after the time of this judgement", proof);
}

void
judge_document_stamp(struct judgement *j, bool *proven)
{
    uint8_t digest[JY_SM3_SIZE];
    struct jy_cms *cms = NULL;

    *proven = false;
    if (j->rc != JY_OK || (j->rc = jy_sm3(j->signature->value, digest)) != JY_OK)
        return;
    jy_hex(JY_SLICE(digest, sizeof(digest)), j->out->value_digest);
    *proven = judge_token(j, j->signature->value, j->signature->digest, j->signature->path, &j->time);
    j->out->time = j->time;
    j->out->time_is_certain = *proven;
    j->out->time_source = *proven ? JY_TIME_STAMP : JY_TIME_CLAIMED;
    if (jy_cms_parse(j->signature->value, &cms, NULL) == JY_OK && jy_cms_signer(cms) != NULL)
        judge_signer_facts(j, jy_cms_signer(cms));
    jy_cms_free(cms);
}
