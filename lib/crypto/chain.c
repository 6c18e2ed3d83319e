/* SPDX-License-Identifier: Apache-2.0 */
/* Chains (RFC 5280 6, GB/T 20518). Path building is ours: OpenSSL sets the SM2 id only on the leaf and cannot check SM2 revocation. */
#include "crypto/trust.h"

#include <stdio.h>
#include <string.h>

#define PATHS_MAX 16                  /* complete paths that are judged */
#define SIGNATURES_MAX 64             /* signatures that are checked to find them: a document may bring namesakes */

struct path {
    const struct jy_cert *certs[JY_CHAIN_MAX];      /* leaf first, anchor last */
    size_t count;
};
struct search {
    const struct jy_trust *trust;
    const struct jy_cert *const *extra;
    size_t extra_count;
    struct path now;                  /* being climbed */
    struct path found[PATHS_MAX];     /* signatures fit, up to an anchor */
    size_t found_count;
    unsigned signatures;
    jy_err rc;                        /* a signature could not be checked: nothing is found out */
    bool named;                       /* an issuer of the trust was named, but its key does not fit */
    bool unsupported;                 /* an issuer was there that does not sign by SM2 with SM3 */
};

static bool
is_self_issued(const struct jy_cert *cert)
{
    return X509_NAME_cmp(X509_get_subject_name(cert->x509), X509_get_issuer_name(cert->x509)) == 0;
}

bool
jy_x509_is_anchor(const struct jy_cert *cert)
{
    return is_self_issued(cert) && jy_cert_is_ca(cert);
}

static bool
is_anchored(const struct jy_trust *trust, const struct jy_cert *cert)
{
    for (; trust != NULL; trust = trust->base)
        for (size_t i = 0; i < trust->cert_count; i++)
            if (jy_x509_is_anchor(trust->certs[i]) && jy_slice_equal(jy_cert_der(trust->certs[i]), jy_cert_der(cert)))
                return true;
    return false;
}

static bool
is_on_path(const struct path *path, const struct jy_cert *cert)
{
    for (size_t i = 0; i < path->count; i++)
        if (path->certs[i] == cert || jy_slice_equal(jy_cert_der(path->certs[i]), jy_cert_der(cert)))
            return true;
    return false;
}

static void climb(struct search *s);

static void
try_issuer(struct search *s, const struct jy_cert *issuer, bool of_trust)
{
    const struct jy_cert *cert = s->now.certs[s->now.count - 1];
    bool issued;

    if (s->rc != JY_OK || issuer == NULL || is_on_path(&s->now, issuer) || !jy_x509_names_issuer(cert, issuer) || s->signatures >= SIGNATURES_MAX)
        return;
    s->signatures++;
    if (issuer->key == NULL) {
        s->unsupported = true;
    } else if ((s->rc = jy_x509_is_issued_by(cert, issuer, &issued)) != JY_OK) {
        return;
    } else if (issued) {
        s->now.certs[s->now.count++] = issuer;
        climb(s);
        s->now.count--;
    } else {
        s->named = s->named || of_trust;
    }
}

/* Every path from the certificate up to an anchor, within the limits. */
static void
climb(struct search *s)
{
    if (s->found_count == PATHS_MAX)
        return;
    if (is_anchored(s->trust, s->now.certs[s->now.count - 1])) {
        s->found[s->found_count++] = s->now;
        return;
    }
    if (s->now.count == JY_CHAIN_MAX)
        return;
    for (const struct jy_trust *t = s->trust; t != NULL; t = t->base)
        for (size_t i = 0; i < t->cert_count; i++)
            try_issuer(s, t->certs[i], true);
    for (size_t i = 0; i < s->extra_count; i++)
        try_issuer(s, s->extra[i], false);
}

static enum jy_chain_status
settle(struct jy_chain_result *result, enum jy_chain_status status, const struct jy_cert *cert, const char *why)
{
    result->status = status;
    snprintf(result->text, sizeof(result->text), "%.100s (%.120s)", why, cert->subject);
    return status;
}

/* nameConstraints of the CA at this place against everything below it (RFC 5280 6.1.4 g); false when one of them is outside. */
static bool
names_are_permitted(const struct path *path, size_t at, bool *broken)
{
    int critical;
    NAME_CONSTRAINTS *constraints = X509_get_ext_d2i(path->certs[at]->x509, NID_name_constraints, &critical, NULL);
    bool permitted = true;

    *broken = constraints == NULL && critical != -1;
    for (size_t i = 0; constraints != NULL && i < at; i++)
        if (i == 0 || !is_self_issued(path->certs[i]))
            permitted = permitted && NAME_CONSTRAINTS_check(path->certs[i]->x509, constraints) == X509_V_OK;
    NAME_CONSTRAINTS_free(constraints);
    return permitted;
}

/* One CA of the path; below = intermediates between it and the leaf that are not self-issued. NULL when nothing is wrong. */
static const char *
ca_defect(const struct path *path, size_t at, long below)
{
    const struct jy_cert *ca = path->certs[at];
    bool broken;

    if (!jy_cert_is_ca(ca))
        return "issuer is not a CA";
    if ((ca->flags & EXFLAG_KUSAGE) != 0 && (ca->key_usage & KU_KEY_CERT_SIGN) == 0)
        return "issuer may not sign certificates";
    if (ca->path_length >= 0 && below > ca->path_length)
        return "path length exceeded";
    if (!names_are_permitted(path, at, &broken))
        return "a name is outside the name constraints of its CA";
    return broken ? "unreadable name constraints" : NULL;
}

/* Everything but purpose, dates and revocation: what no time mends. */
static enum jy_chain_status
check_structure(const struct path *path, struct jy_chain_result *result)
{
    long below = 0;

    for (size_t i = 0; i < path->count; i++) {
        const char *defect = jy_cert_defect(path->certs[i]);
        if (defect == NULL && i > 0)
            defect = ca_defect(path, i, below);
        if (defect != NULL)
            return settle(result, JY_CHAIN_BAD, path->certs[i], defect);
        below += i > 0 && !is_self_issued(path->certs[i]);
    }
    return JY_CHAIN_OK;
}

static void
check_dates(const struct path *path, jy_time at, struct jy_chain_result *result)
{
    for (size_t i = 0; i < path->count && result->status == JY_CHAIN_OK; i++)
        if (at < path->certs[i]->not_before)
            settle(result, JY_CHAIN_NOT_YET_VALID, path->certs[i], "not yet valid");
        else if (at > path->certs[i]->not_after)
            settle(result, JY_CHAIN_EXPIRED, path->certs[i], "expired");
}

/* RFC 5280 5.3.1: keyCompromise, cACompromise. */
static bool
is_loss(int reason)
{
    return reason == 1 || reason == 2;
}

/* Told also of a path whose dates are over: that it has ended does not undo that it was revoked. The status is that of the dates then. */
static jy_err
check_revocation(const struct jy_trust *trust, const struct path *path, jy_time at, struct jy_chain_result *result)
{
    const struct jy_cert *unknown = NULL;
    bool in_time = result->status == JY_CHAIN_OK;

    for (size_t i = 0; i + 1 < path->count; i++) {
        struct jy_revocation r;
        jy_err rc = jy_revocation_of(trust, path->certs[i], path->certs[i + 1], at, &r);
        if (rc != JY_OK)
            return rc;
        if (!r.known)
            unknown = path->certs[i];
        if (r.told_from > result->told_from)
            result->told_from = r.told_from;
        if (r.told_to != 0 && r.told_to < at && r.covered_to < path->certs[i]->not_after && r.covered_to < result->overtaken_at)
            result->overtaken_at = r.covered_to;
        if (i == 1 && r.at != 0 && is_loss(r.reason))
            result->issuer_lost_at = r.at;
        if (r.at != 0 && (result->revoked_at == 0 || r.at < result->revoked_at)) {
            result->revoked_at = r.at;
            result->revoked_reason = r.reason;
            if (in_time)
                settle(result, r.at <= at ? JY_CHAIN_REVOKED : JY_CHAIN_REVOKED_LATER, path->certs[i], "revoked");
        }
    }
    result->revocation_known = unknown == NULL;
    if (unknown != NULL && in_time && result->status != JY_CHAIN_REVOKED)
        settle(result, JY_CHAIN_REVOCATION_UNKNOWN, unknown, "no genuine revocation list or OCSP response of its issuer for this time");
    return JY_OK;
}

/* Purpose, dates and revocation of a path whose signatures fit. */
static jy_err
judge_path(const struct jy_trust *trust, const struct path *path, enum jy_chain_purpose purpose, jy_time at, struct jy_chain_result *result)
{
    const char *why;

    *result = (struct jy_chain_result){ .status = JY_CHAIN_OK, .revoked_reason = -1, .overtaken_at = INT64_MAX };
    for (size_t i = 0; i < path->count; i++)
        result->test_only = result->test_only || jy_cert_is_test(path->certs[i]);
    for (size_t i = 1; i < path->count; i++)
        result->of_machines = result->of_machines || !jy_cert_serves_below(path->certs[i], JY_PURPOSE_SEAL, &why);
    if (check_structure(path, result) != JY_CHAIN_OK)
        return JY_OK;
    for (size_t i = 0; i < path->count; i++)
        if (!(i == 0 ? jy_cert_serves : jy_cert_serves_below)(path->certs[i], purpose, &why)) {
            settle(result, JY_CHAIN_USAGE, path->certs[i], why);
            return JY_OK;
        }
    check_dates(path, at, result);
    return check_revocation(trust, path, at, result);
}

/* Of several paths the best counts: certificates are renewed and cross-signed. Higher is better. */
static int
rank(enum jy_chain_status status)
{
    static const int ranks[] = { [JY_CHAIN_OK] = 8, [JY_CHAIN_REVOKED_LATER] = 7, [JY_CHAIN_REVOCATION_UNKNOWN] = 6, [JY_CHAIN_REVOKED] = 5,
                                 [JY_CHAIN_EXPIRED] = 4, [JY_CHAIN_NOT_YET_VALID] = 3, [JY_CHAIN_USAGE] = 2, [JY_CHAIN_BAD] = 1,
                                 [JY_CHAIN_UNTRUSTED] = 0 };

    return ranks[status];
}

/* The key that signed the certificate is the same on every path: once it is lost, another CA's certificate for it makes it no better. */
static void
apply_loss(const struct jy_cert *cert, jy_time lost, jy_time at, struct jy_chain_result *result)
{
    if (lost == 0 || (result->revoked_at != 0 && result->revoked_at <= lost))
        return;
    result->issuer_lost_at = result->revoked_at = lost;
    result->revoked_reason = 2;
    if (rank(result->status) > rank(JY_CHAIN_REVOKED) && (lost <= at || result->status == JY_CHAIN_OK))
        settle(result, lost <= at ? JY_CHAIN_REVOKED : JY_CHAIN_REVOKED_LATER, cert, "the key of its CA was lost, by another path to an anchor");
}

jy_err
jy_chain_check_for(const struct jy_trust *trust, const struct jy_cert *cert, enum jy_chain_purpose purpose, const struct jy_cert *const *extra,
                   size_t extra_count, const jy_time *at, size_t count, struct jy_chain_result *results)
{
    struct search s = { .trust = trust, .extra = extra, .extra_count = extra_count, .now = { .certs = { cert }, .count = 1 } };
    bool anchored = jy_trust_anchor_count(trust) > 0;
    jy_time lost;

    if (anchored)
        climb(&s);
    if (s.rc != JY_OK)
        return s.rc;
    for (size_t i = 0; i < count; i++) {
        results[i] = (struct jy_chain_result){ .status = JY_CHAIN_UNTRUSTED, .revoked_reason = -1, .overtaken_at = INT64_MAX,
                                               .test_only = jy_cert_is_test(cert) };
        if (!anchored)
            settle(&results[i], JY_CHAIN_UNTRUSTED, cert, "no trust anchors were given");
        else if (s.found_count == 0)
            settle(&results[i], s.named && !s.unsupported ? JY_CHAIN_BAD : JY_CHAIN_UNTRUSTED, cert,
                   s.unsupported ? "an issuer that does not sign by SM2 with SM3"
                       : s.named ? "its issuer is known but did not sign it" : "does not lead to a trust anchor");
        lost = 0;
        for (size_t k = 0; k < s.found_count; k++) {
            struct jy_chain_result one;
            jy_err rc = judge_path(trust, &s.found[k], purpose, at[i], &one);
            if (rc != JY_OK)
                return rc;
            if (k == 0 || rank(one.status) > rank(results[i].status))
                results[i] = one;
            if (one.issuer_lost_at != 0 && (lost == 0 || one.issuer_lost_at < lost))
                lost = one.issuer_lost_at;
        }
        apply_loss(cert, lost, at[i], &results[i]);
    }
    return JY_OK;
}

jy_err
jy_chain_check_at(const struct jy_trust *trust, const struct jy_cert *cert, const struct jy_cert *const *extra, size_t extra_count,
                  const jy_time *at, size_t count, struct jy_chain_result *results)
{
    return jy_chain_check_for(trust, cert, JY_PURPOSE_ANY, extra, extra_count, at, count, results);
}

jy_err
jy_chain_check(const struct jy_trust *trust, const struct jy_cert *cert, const struct jy_cert *const *extra, size_t extra_count, jy_time at,
               struct jy_chain_result *result)
{
    return jy_chain_check_for(trust, cert, JY_PURPOSE_ANY, extra, extra_count, &at, 1, result);
}
