/* SPDX-License-Identifier: Apache-2.0 */
/* The certificates of signer and maker (GB/T 20518), each at the time that counts for it (seal-formats §2.1 step 4, §2.2 steps 8 and 9). */
#include "verify/judge.h"

#include "verify/material.h"

#define KEY_RETIRED "its key may not sign at that time (privateKeyUsagePeriod)"
#define CA_OF_MACHINES "the extended key usage of a CA above it names only servers, code, time stamps or OCSP"

static bool
is_date_matter(enum jy_chain_status status)
{
    return status == JY_CHAIN_EXPIRED || status == JY_CHAIN_NOT_YET_VALID;
}

static jy_time
nearest_inside(jy_time t, jy_time from, jy_time to)
{
    return t < from ? from : t > to ? to : t;
}

/* Also of a chain whose dates are over: that it has ended does not undo that it was revoked. */
static bool
is_revoked(const struct jy_chain_result *result, jy_time at)
{
    return result->revoked_at != 0 && result->revoked_at <= at;
}

/* Revocation data that nobody has issued yet, by this clock, clear nobody: CAs prepare lists, and whoever gets at one has it before its time. */
static bool
is_told(const struct judgement *j, const struct jy_chain_result *result)
{
    return result->status == JY_CHAIN_REVOKED || (result->revocation_known && result->told_from <= j->now + j->policy->tolerance);
}

/* Why revocation is not known; the chain has a text of its own where it has seen that itself. */
static const char *
untold(const struct jy_chain_result *result)
{
    return result->status == JY_CHAIN_REVOCATION_UNKNOWN ? result->text
        : result->revocation_known ? "the revocation list or OCSP response is dated later than this verification"
                                   : "no genuine revocation list or OCSP response of its issuer for this time";
}

void
judge_signer_facts(struct judgement *j, const struct jy_cert *signer)
{
    judge_copy(j->out->signer, sizeof(j->out->signer), jy_cert_subject(signer));
    judge_copy(j->out->signer_organization, sizeof(j->out->signer_organization), jy_cert_organization(signer));
    judge_copy(j->out->signer_serial, sizeof(j->out->signer_serial), jy_cert_serial(signer));
    j->out->signer_start = jy_cert_not_before(signer);
    j->out->signer_end = jy_cert_not_after(signer);
}

void
judge_signer(struct judgement *j, const struct jy_cert *signer)
{
    const jy_time from = jy_cert_not_before(signer), to = jy_cert_not_after(signer);
    const jy_time times[2] = { nearest_inside(j->time, from, to), j->now };
    const bool certain = j->out->time_is_certain;
    struct jy_chain_result results[2];
    const struct jy_chain_result *then = &results[0], *today = &results[1];
    char start[21], end[21], when[21];
    const char *why;
    jy_time ended = 0;
    const bool sealed = j->signature->kind != JY_SIGNATURE_PLAIN;
    /* Extended usages bind signatures without a seal (seal-formats §5.1); certificates for seals carry whatever their CA thought of: that is told. */
    bool serves = jy_cert_serves(signer, sealed ? JY_PURPOSE_SEAL : JY_PURPOSE_SIGNING, &why);

    judge_signer_facts(j, signer);
    material_cert(j->material, signer);
    jy_time_rfc3339(from, start);
    jy_time_rfc3339(to, end);
    NOTE(j, SIGNER_USAGE, sealed ? jy_cert_may_sign(signer) : serves, "", "%s", why == NULL ? "" : why);
    if (j->time < from || j->time > to)
        NOTE(j, SIG_TIME_OUTSIDE_CERT, false, "", "the certificate is valid from %s to %s", start, end);
    else
        NOTE(j, SIG_TIME_OUTSIDE_CERT, jy_cert_key_serves_at(signer, j->time), "", KEY_RETIRED);
    if (j->rc != JY_OK || (j->rc = jy_chain_check_at(j->trust, signer, j->extra, j->extra_count, times, 2, results)) != JY_OK)
        return;
    if (sealed && jy_cert_may_sign(signer))
        NOTE(j, SIGNER_PURPOSE, serves && !then->of_machines, "", "%s", serves ? CA_OF_MACHINES : why);
    if (!sealed && then->of_machines)                    /* its own usages are SIGNER_USAGE */
        NOTE(j, SIGNER_PURPOSE, false, "", CA_OF_MACHINES);
    NOTE(j, SIGNER_TRUST, then->status != JY_CHAIN_UNTRUSTED, "", "%s", then->text);
    if (then->status == JY_CHAIN_UNTRUSTED)
        return;
    NOTE(j, SIGNER_CHAIN, then->status != JY_CHAIN_BAD, "", "%s", then->text);
    if (then->status == JY_CHAIN_BAD)
        return;
    NOTE(j, SIGNER_CA_DATES, !is_date_matter(then->status), "", "%s", then->text);
    NOTE(j, SIGNER_REVOKED_BEFORE, !is_revoked(then, times[0]), "", "%s", then->text);
    /* A claim can be back-dated behind a revocation that an old list does not show: then the data must reach to now. */
    NOTE(j, SIGNER_REVOCATION_UNKNOWN, is_told(j, then) && (certain || is_date_matter(today->status) || is_told(j, today)), "", "%s",
         untold(is_told(j, then) ? today : then));
    /* A list of before the stamping, whose time is over, does not show what was revoked in between: a newer one was to be had, and is not here. */
    if (certain && is_told(j, then))
        NOTE(j, SIGNER_REVOCATION_OLD, then->overtaken_at > j->now, "", "the newest is of before the signing time, and ended before this verification");
    /* Whoever holds the key can back-date a claim: after the end of the certificate, or of a CA above it, a claimed time proves nothing. */
    if (j->now > to)
        ended = to;
    else if (is_revoked(today, j->now))
        ended = today->revoked_at;
    jy_time_rfc3339(ended, when);
    if (ended != 0)
        NOTE(j, SIGNER_ENDED_TIME_CLAIMED, certain, "", "the certificate ended at %s", when);
    else
        NOTE(j, SIGNER_ENDED_TIME_CLAIMED, certain || !is_date_matter(today->status), "", "%s", today->text);
    NOTE(j, TEST_ONLY, !then->test_only, "", "演示环境，非生产 · simulated CA");
}

/* RFC 5280 5.3.1: with these, what the key seems to have made earlier may be another's work. */
static bool
is_compromise(int reason)
{
    return reason == 1 || reason == 2 || reason == 10;
}

/* GM/T 0031-2025: good when the seal was made; a maker's certificate normally ends while its seals are in use. */
void
judge_maker(struct judgement *j, const struct jy_cert *maker, jy_time made, jy_time existed)
{
    const jy_time from = jy_cert_not_before(maker), to = jy_cert_not_after(maker);
    /* createDate is the maker's word, and clocks differ: outside the dates the chain is judged at the nearest day inside. */
    const jy_time since = existed != 0 && !j->policy->maker_alive_now ? existed : j->now;
    const jy_time times[3] = { nearest_inside(made, from, to), nearest_inside(since, from, to), j->now };
    struct jy_chain_result results[3];
    const struct jy_chain_result *then = &results[0], *lately = &results[1], *today = &results[2];
    char start[21], end[21];
    const char *why;
    bool alive, licensed, serves = jy_cert_serves(maker, JY_PURPOSE_SEAL, &why);

    judge_copy(j->out->seal_maker, sizeof(j->out->seal_maker), jy_cert_subject(maker));
    material_cert(j->material, maker);
    jy_time_rfc3339(from, start);
    jy_time_rfc3339(to, end);
    /* Any customer of a trusted CA can make a seal of any name: who may is the verifier's knowledge, not the CA's. */
    if (jy_trust_restricts_makers(j->trust) && !judge_own_trouble(j, jy_trust_licenses(j->trust, maker, &licensed)))
        NOTE(j, SEAL_MAKER_LICENSED, licensed, "", "%s is not on the list", jy_cert_subject(maker));
    NOTE(j, SEAL_MAKER_USAGE, jy_cert_may_sign(maker), "", "%s", why == NULL ? "" : why);
    if (made < from || made > to)
        NOTE(j, SEAL_MAKER_DATES, false, "", "the certificate is valid from %s to %s", start, end);
    else
        NOTE(j, SEAL_MAKER_DATES, jy_cert_key_serves_at(maker, made), "", KEY_RETIRED);
    if (j->rc != JY_OK || (j->rc = jy_chain_check_at(j->trust, maker, j->extra, j->extra_count, times, 3, results)) != JY_OK)
        return;
    if (jy_cert_may_sign(maker))
        NOTE(j, SEAL_MAKER_PURPOSE, serves && !then->of_machines, "", "%s", serves ? CA_OF_MACHINES : why);
    NOTE(j, SEAL_MAKER_TRUST, then->status != JY_CHAIN_UNTRUSTED, "", "%s", then->text);
    if (then->status == JY_CHAIN_UNTRUSTED)
        return;
    NOTE(j, SEAL_MAKER_CHAIN, then->status != JY_CHAIN_BAD, "", "%s", then->text);
    if (then->status == JY_CHAIN_BAD)
        return;
    NOTE(j, SEAL_MAKER_CA_DATES, !is_date_matter(then->status), "", "%s", then->text);
    NOTE(j, SEAL_MAKER_REVOKED, !is_revoked(then, times[0]), "", "%s", then->text);
    /* So can createDate be: the data must reach to when the seal is proven to have been there, else to now, or to the end of the certificate. */
    NOTE(j, SEAL_MAKER_REVOCATION_UNKNOWN, is_told(j, then) && is_told(j, lately), "", "%s", untold(is_told(j, then) ? lately : then));
    alive = !is_date_matter(today->status) && !is_revoked(today, j->now);
    if (j->policy->maker_alive_now)
        NOTE(j, SEAL_MAKER_ENDED, alive, "", "%s", today->text);
    else
        NOTE(j, SEAL_MAKER_ENDED_SINCE, alive, "", "%s", today->text);
    /* Who stole the key can write any createDate, also when the certificate has ended since: the seal must be proven to be older than the loss. */
    if (is_revoked(today, j->now) && !is_revoked(then, times[0]) && is_compromise(today->revoked_reason)) {
        jy_time_rfc3339(today->revoked_at, end);
        NOTE(j, SEAL_MAKER_COMPROMISED, existed != 0 && existed < today->revoked_at, "", "a key was lost at %s", end);
    }
}
