/* SPDX-License-Identifier: Apache-2.0 */
/* The verdict on a token: seal-formats §6.5, RFC 3161 2.2-2.4.2 and 4, GB/T 20520. */
#include "tsp/tsp.h"

#include "codec/oid.h"
#include "codec/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLOCK_SLACK_SECONDS 300       /* the judge's clock against the authority's */
#define ACCURACY_MAX (300 * (int64_t)1000000)   /* microseconds; GB/T 20520 and RFC 3161 2.4.2 leave the limit to who relies on the token */

static const struct jy_timestamp_text texts[] = {
#define JY_TIMESTAMP_ROW(name, kind, code, en, zh) { JY_TS_CLASS_##kind, code, en, zh },
    JY_TIMESTAMP_STATUSES(JY_TIMESTAMP_ROW)
#undef JY_TIMESTAMP_ROW
};

const struct jy_timestamp_text *
jy_timestamp_status_text(enum jy_timestamp_status status)
{
    return &texts[status];
}

void
jy_timestamp_result_free(struct jy_timestamp_result *result)
{
    jy_cert_free(result->tsa);
    result->tsa = NULL;
}

static bool JY_PRINTF(3, 4)
settle(struct jy_timestamp_result *result, enum jy_timestamp_status status, const char *fmt, ...)
{
    va_list args;

    result->status = status;
    va_start(args, fmt);
    vsnprintf(result->text, sizeof(result->text), fmt, args);
    va_end(args);
    return false;
}

static void
tell_info(const struct jy_tst_info *info, struct jy_timestamp_result *result)
{
    struct jy_slice serial = info->serial;

    result->time = info->time;
    result->microseconds = info->microseconds;
    result->accuracy = info->accuracy;
    result->version = info->version;
    if (!info->time_exact)
        result->deviations |= JY_DEV(TS_TIME_FORM);
    if (jy_oid_text(info->policy, result->policy, sizeof(result->policy)) != JY_OK)
        result->policy[0] = '\0';
    while (serial.len > 1 && serial.p[0] == 0)
        serial.p++, serial.len--;
    if (serial.len * 2 < sizeof(result->serial)) {
        jy_hex(serial, result->serial);
        for (char *c = result->serial; *c != '\0'; c++)
            *c = *c >= 'a' ? (char)(*c - 'a' + 'A') : *c;
    }
}

/* What can be said from the token alone; false when settled. */
static bool
check_content(struct jy_cms *cms, const uint8_t *digest, struct jy_tst_info *info, struct jy_timestamp_result *result)
{
    struct jy_slice content;
    jy_err rc;

    if (!jy_slice_equal(jy_cms_content_type(cms), OID_TST_INFO) || !jy_cms_content(cms, &content))
        return settle(result, JY_TS_FORMAT, "the content is not a TSTInfo");
    if (jy_cms_form(cms) != JY_CMS_OVER_ATTRIBUTES)
        return settle(result, JY_TS_FORMAT, "there are no signed attributes");
    if ((rc = jy_tst_info_read(content, info)) != JY_OK)
        return settle(result, JY_TS_FORMAT, rc == JY_E_UNSUPPORTED ? "TSTInfo has an unknown critical extension" : "TSTInfo is malformed");
    tell_info(info, result);
    if (!jy_slice_equal(info->imprint_algorithm, OID_SM3))
        return settle(result, JY_TS_ALGORITHM, "the imprint is not taken by SM3");
    if (!jy_slice_equal(info->imprint, JY_SLICE(digest, JY_SM3_SIZE)))
        return settle(result, JY_TS_IMPRINT, "the imprint is that of other data");
    return true;
}

static bool
check_signature(struct jy_cms *cms, const struct jy_tst_info *info, const struct jy_cert *const *extra, size_t extra_count,
                struct jy_timestamp_result *result, jy_err *failed)
{
    struct jy_fault fault = { 0 };
    const char *why;
    jy_err rc = JY_OK;

    for (size_t i = 0; rc == JY_OK && jy_cms_signer(cms) == NULL && i < extra_count; i++)
        if (extra[i] != NULL && (rc = jy_cms_offer(cms, extra[i])) == JY_E_CERTIFICATE)
            rc = JY_OK;
    if (rc == JY_OK && jy_cms_signer(cms) == NULL)
        return settle(result, JY_TS_NO_CERTIFICATE, "neither the token nor what came beside it has the certificate that it names");
    if (rc == JY_OK)
        rc = jy_cms_verify(cms, NULL, &fault);
    result->deviations |= jy_cms_deviations(cms);
    if (rc == JY_E_NOMEM || rc == JY_E_CRYPTO) {
        *failed = rc;
        return false;
    }
    if (rc != JY_OK)
        return settle(result, rc == JY_E_UNSUPPORTED ? JY_TS_ALGORITHM : rc == JY_E_CERTIFICATE ? JY_TS_CERTIFICATE
                      : rc == JY_E_FORMAT ? JY_TS_FORMAT : JY_TS_SIGNATURE, "%.60s: %.160s", fault.where, fault.text);
    if ((*failed = jy_cert_parse(jy_cert_der(jy_cms_signer(cms)), &result->tsa, NULL)) != JY_OK)
        return false;
    if ((result->deviations & JY_DEV(CMS_CONTENT_TYPE)) != 0)
        return settle(result, JY_TS_FORMAT, "the contentType attribute is missing (RFC 5652 11.1)");
    if (!jy_cms_names_certificate(cms))
        result->deviations |= JY_DEV(TS_NO_SIGNING_CERT);
    if (info->tsa.len > 0 && !jy_slice_equal(info->tsa, jy_cert_subject_der(result->tsa)))
        return settle(result, JY_TS_CERTIFICATE, "TSTInfo.tsa is another name than the certificate's subject");
    if (!jy_cert_serves(result->tsa, JY_PURPOSE_TIME_STAMP, &why))
        return settle(result, JY_TS_USAGE, "%s", why);
    return true;
}

/* Certificates that came with the token and beside it. */
static const struct jy_cert **
gather(const struct jy_cms *cms, const struct jy_cert *const *extra, size_t extra_count, size_t *count)
{
    size_t enclosed = jy_cms_cert_count(cms);
    const struct jy_cert **list = calloc(enclosed + extra_count + 1, sizeof(*list));

    *count = 0;
    for (size_t i = 0; list != NULL && i < enclosed; i++)
        list[(*count)++] = jy_cms_cert(cms, i);
    for (size_t i = 0; list != NULL && i < extra_count; i++)
        list[(*count)++] = extra[i];
    return list;
}

/* RFC 3161 4: after a revocation for these reasons older tokens stand; after any other, or none, the key may have been another's before. */
static bool
leaves_older_tokens(int reason)
{
    return reason == 0 || reason == 3 || reason == 4 || reason == 5;   /* unspecified, affiliationChanged, superseded, cessationOfOperation */
}

static void
judge_chain(struct jy_timestamp_result *result, jy_time now)
{
    static const enum jy_timestamp_status told[] = {
        [JY_CHAIN_OK] = JY_TS_GOOD, [JY_CHAIN_UNTRUSTED] = JY_TS_UNTRUSTED, [JY_CHAIN_BAD] = JY_TS_CHAIN, [JY_CHAIN_NOT_YET_VALID] = JY_TS_DATES,
        [JY_CHAIN_EXPIRED] = JY_TS_DATES, [JY_CHAIN_REVOKED] = JY_TS_REVOKED, [JY_CHAIN_REVOKED_LATER] = JY_TS_REVOKED,
        [JY_CHAIN_REVOCATION_UNKNOWN] = JY_TS_REVOCATION, [JY_CHAIN_USAGE] = JY_TS_USAGE };
    const struct jy_chain_result *chain = &result->chain;

    if (chain->status == JY_CHAIN_REVOKED_LATER && leaves_older_tokens(chain->revoked_reason))
        settle(result, JY_TS_GOOD, "%s", "");
    else if (chain->revoked_at != 0 && !leaves_older_tokens(chain->revoked_reason))
        settle(result, JY_TS_REVOKED, "%s", chain->text);              /* also when something else is unknown */
    else
        settle(result, told[chain->status], "%s", chain->text);
    if (result->status != JY_TS_GOOD)
        return;
    if (!jy_cert_key_serves_at(result->tsa, result->time))
        settle(result, JY_TS_DATES, "its key may not sign at that time (privateKeyUsagePeriod)");
    else if (chain->told_from > now + CLOCK_SLACK_SECONDS)
        settle(result, JY_TS_REVOCATION, "the revocation list or OCSP response is dated later than this check");
    else if (result->accuracy > ACCURACY_MAX)
        settle(result, JY_TS_ACCURACY, "its accuracy is %lld seconds", (long long)(result->accuracy / 1000000));
}

static jy_err
check_chain(const struct jy_cms *cms, const struct jy_trust *trust, const struct jy_cert *const *extra, size_t extra_count,
            jy_time now, jy_time until, struct jy_timestamp_result *result)
{
    const jy_time end = jy_cert_not_after(result->tsa), times[2] = { result->time, until < end ? until : end };
    const struct jy_cert **certs;
    struct jy_chain_result chains[2];
    struct jy_trust *more = NULL;
    size_t count;
    jy_err rc = JY_OK;

    if ((certs = gather(cms, extra, extra_count, &count)) == NULL || (rc = jy_trust_extend(trust, &more)) != JY_OK) {
        free(certs);
        return JY_E_NOMEM;
    }
    /* Lists and responses in the token help when they are genuine; malformed ones are simply not there. */
    for (size_t i = 0; rc != JY_E_NOMEM && i < jy_cms_crl_count(cms); i++)
        rc = jy_trust_add_crl(more, jy_cms_crl(cms, i), NULL);
    for (size_t i = 0; rc != JY_E_NOMEM && i < jy_cms_ocsp_count(cms); i++)
        rc = jy_trust_add_ocsp(more, jy_cms_ocsp(cms, i), NULL);
    if (rc != JY_E_NOMEM)
        rc = jy_chain_check_for(more, result->tsa, JY_PURPOSE_TIME_STAMP, certs, count, times, 2, chains);
    if (rc == JY_OK) {
        result->chain = chains[0];
        result->up_to_date = times[1] <= result->time || chains[1].revocation_known;
        judge_chain(result, now);
    }
    jy_trust_free(more);
    free(certs);
    return rc;
}

jy_err
jy_timestamp_check(struct jy_slice token, const uint8_t *digest, const struct jy_trust *trust, const struct jy_cert *const *extra,
                   size_t extra_count, jy_time now, struct jy_timestamp_result *result, struct jy_fault *fault)
{
    return jy_timestamp_check_until(token, digest, trust, extra, extra_count, now, now, result, fault);
}

jy_err
jy_timestamp_check_until(struct jy_slice token, const uint8_t *digest, const struct jy_trust *trust, const struct jy_cert *const *extra,
                         size_t extra_count, jy_time now, jy_time until, struct jy_timestamp_result *result, struct jy_fault *fault)
{
    struct jy_buf normal = { 0 };
    struct jy_tsp_reply reply = { 0 };
    struct jy_cms *cms = NULL;
    struct jy_tst_info info;
    struct jy_fault inner = { 0 };
    struct jy_slice bare;
    bool whole = false;
    jy_err rc;

    *result = (struct jy_timestamp_result){ .status = JY_TS_FORMAT, .accuracy = -1, .chain = { .revoked_reason = -1 } };
    if ((rc = jy_tsp_unwrap(token, &normal, &bare, &whole, &reply)) != JY_OK) {
        if (rc == JY_E_NOMEM)
            goto out;
        if (rc == JY_E_COUNTERPART_REFUSED)
            settle(result, JY_TS_REFUSED, "status %u: %.200s", reply.status.status, reply.status.text);
        else
            settle(result, JY_TS_FORMAT, "neither a token nor a response with one");
        rc = JY_OK;
        goto out;
    }
    if (whole)
        result->deviations |= JY_DEV(TS_WHOLE_RESPONSE);
    if ((rc = jy_cms_parse(bare, &cms, &inner)) != JY_OK) {
        settle(result, JY_TS_FORMAT, "%.60s: %.160s", inner.where, inner.text);
        rc = rc == JY_E_NOMEM ? rc : JY_OK;
        goto out;
    }
    result->deviations |= jy_cms_deviations(cms);
    if (!check_content(cms, digest, &info, result) || !check_signature(cms, &info, extra, extra_count, result, &rc))
        goto out;
    if (result->time > now + CLOCK_SLACK_SECONDS)
        settle(result, JY_TS_FUTURE, "genTime is more than %d seconds after the time of this check", CLOCK_SLACK_SECONDS);
    else
        rc = check_chain(cms, trust, extra, extra_count, now, until, result);
out:
    if (rc != JY_OK)
        jy_fail(fault, rc, JY_TSP_WHERE, 0, "could not be judged");
    jy_cms_free(cms);
    jy_buf_free(&normal);
    return rc;
}
