/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/ca.h"

#include <jinyin/ocsp.h>
#include <jinyin/timestamp.h>

#include "codec/text.h"
#include "sim/ca_keys.h"
#include "sim/journal.h"

#include <jansson.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define BACKDATED_SECONDS 300         /* a clock that is a little behind takes a new certificate as valid */
#define CLOCK_SLACK_SECONDS 300       /* a revocation may come from a clock that is a little ahead */
#define SERIAL_MAX 40

static const struct profile { const char *name; int years; } profiles[] = { { "maker", 3 }, { "seal", 2 }, { "approver", 1 }, { "service", 1 } };

struct issued {
    char request_id[65], profile[17], serial[SERIAL_MAX + 1];
    uint8_t csr_digest[JY_SM3_SIZE];
    struct jy_buf der;
};

struct revoked {
    char event_id[65], receipt[65], serial[SERIAL_MAX + 1];
    int reason;
    jy_time at;
    bool again;                       /* the certificate was revoked before: not on the list twice */
};

struct sim_ca {
    char base_url[256];
    struct sim_ca_level levels[SIM_CA_KEYS];
    struct sim_journal *issued_journal, *revoked_journal;
    struct issued *issued;
    struct revoked *revoked;
    size_t issued_count, issued_cap, revoked_count, revoked_cap;
    struct jy_buf crls[SIM_CA_LEVELS];
    jy_time crls_at;
    size_t crls_revoked;              /* revocations that the lists hold */
    int days;                         /* validity of what is issued, 0 = the profile's */
};

/* Room for one more row; rows are zeroed. */
static jy_err
grow(void **rows, size_t size, size_t count, size_t *cap)
{
    size_t more = *cap == 0 ? 64 : *cap * 2;
    void *bigger;

    if (count < *cap)
        return JY_OK;
    if ((bigger = reallocarray(*rows, more, size)) == NULL)
        return JY_E_NOMEM;
    memset((char *)bigger + *cap * size, 0, (more - *cap) * size);
    *rows = bigger;
    *cap = more;
    return JY_OK;
}

static const struct profile *
find_profile(const char *name)
{
    for (size_t i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++)
        if (strcmp(profiles[i].name, name) == 0)
            return &profiles[i];
    return NULL;
}

static const struct issued *
find_issued(const struct sim_ca *ca, const char *request_id)
{
    for (size_t i = 0; i < ca->issued_count; i++)
        if (strcmp(ca->issued[i].request_id, request_id) == 0)
            return &ca->issued[i];
    return NULL;
}

static const struct issued *
find_serial(const struct sim_ca *ca, const char *serial)
{
    for (size_t i = 0; i < ca->issued_count; i++)
        if (strcasecmp(ca->issued[i].serial, serial) == 0)
            return &ca->issued[i];
    return NULL;
}

bool
sim_ca_find(const struct sim_ca *ca, const char *request_id, struct jy_slice *certificate)
{
    const struct issued *known = find_issued(ca, request_id);

    if (known != NULL)
        *certificate = jy_buf_slice(&known->der);
    return known != NULL;
}

struct jy_slice
sim_ca_subject(const struct sim_ca *ca)
{
    return jy_cert_subject_der(ca->levels[SIM_CA_ISSUING].cert);
}

/* Take a certificate into memory; der is taken over. */
static jy_err
remember_issued(struct sim_ca *ca, const char *request_id, const char *profile, const uint8_t csr_digest[JY_SM3_SIZE], struct jy_buf *der,
                struct jy_fault *fault)
{
    struct jy_cert *cert = NULL;
    struct issued *row;
    jy_err rc;

    if ((rc = grow((void **)&ca->issued, sizeof(ca->issued[0]), ca->issued_count, &ca->issued_cap)) != JY_OK ||
        (rc = jy_cert_parse(jy_buf_slice(der), &cert, fault)) != JY_OK)
        return rc;
    row = &ca->issued[ca->issued_count];
    snprintf(row->request_id, sizeof(row->request_id), "%s", request_id);
    snprintf(row->profile, sizeof(row->profile), "%s", profile);
    snprintf(row->serial, sizeof(row->serial), "%s", jy_cert_serial(cert));
    memcpy(row->csr_digest, csr_digest, JY_SM3_SIZE);
    row->der = *der;
    *der = (struct jy_buf){ 0 };
    ca->issued_count++;
    jy_cert_free(cert);
    return JY_OK;
}

static jy_err
replay_issued(void *self, const json_t *line, struct jy_fault *fault)
{
    const char *request_id = sim_json_text(line, "request_id", 64), *profile = sim_json_text(line, "profile", 16);
    const char *digest = sim_json_text(line, "csr_digest", 64), *certificate = sim_json_text(line, "certificate", 131072);
    uint8_t csr_digest[JY_SM3_SIZE];
    struct jy_buf der = { 0 };
    jy_err rc;

    if (request_id == NULL || profile == NULL || digest == NULL || certificate == NULL ||
        jy_hex_parse(jy_slice_text(digest), csr_digest, sizeof(csr_digest)) != JY_OK ||
        jy_base64_decode(jy_slice_text(certificate), &der) != JY_OK)
        rc = jy_fail(fault, JY_E_DAMAGED, "certificates.jsonl", 0, "a line lacks something");
    else
        rc = remember_issued(self, request_id, profile, csr_digest, &der, fault);
    jy_buf_free(&der);
    return rc;
}

static jy_err
remember_revoked(struct sim_ca *ca, const struct revoked *what)
{
    struct revoked *row;
    jy_err rc;

    if ((rc = grow((void **)&ca->revoked, sizeof(ca->revoked[0]), ca->revoked_count, &ca->revoked_cap)) != JY_OK)
        return rc;
    row = &ca->revoked[ca->revoked_count];
    *row = *what;
    for (size_t i = 0; i < ca->revoked_count; i++)
        row->again = row->again || strcmp(ca->revoked[i].serial, what->serial) == 0;
    ca->revoked_count++;
    return JY_OK;
}

static jy_err
replay_revoked(void *self, const json_t *line, struct jy_fault *fault)
{
    const char *event_id = sim_json_text(line, "event_id", 64), *receipt = sim_json_text(line, "receipt", 64);
    const char *serial = sim_json_text(line, "serial", SERIAL_MAX), *at = sim_json_text(line, "at", 32);
    const json_t *reason = json_object_get(line, "reason");
    struct revoked row = { .reason = (int)json_integer_value(reason) };

    if (event_id == NULL || receipt == NULL || serial == NULL || at == NULL || !json_is_integer(reason) ||
        jy_time_parse_rfc3339(at, &row.at) != JY_OK)
        return jy_fail(fault, JY_E_DAMAGED, "revocations.jsonl", 0, "a line lacks something");
    snprintf(row.event_id, sizeof(row.event_id), "%s", event_id);
    snprintf(row.receipt, sizeof(row.receipt), "%s", receipt);
    snprintf(row.serial, sizeof(row.serial), "%s", serial);
    return remember_revoked(self, &row);
}

jy_err
sim_ca_open(const char *folder, const char *base_url, jy_time now, struct sim_ca **out, struct jy_fault *fault)
{
    struct sim_ca *ca = calloc(1, sizeof(*ca));
    jy_err rc;

    *out = NULL;
    if (ca == NULL)
        return jy_fail(fault, JY_E_NOMEM, "CA", 0, "CA");
    snprintf(ca->base_url, sizeof(ca->base_url), "%s", base_url);
    if ((rc = sim_ca_keys_open(folder, ca->base_url, now, ca->levels, fault)) == JY_OK &&
        (rc = sim_journal_open(folder, "certificates.jsonl", replay_issued, ca, &ca->issued_journal, fault)) == JY_OK)
        rc = sim_journal_open(folder, "revocations.jsonl", replay_revoked, ca, &ca->revoked_journal, fault);
    if (rc == JY_OK)
        *out = ca;
    else
        sim_ca_close(ca);
    return rc;
}

void
sim_ca_close(struct sim_ca *ca)
{
    if (ca == NULL)
        return;
    for (size_t i = 0; i < ca->issued_count; i++)
        jy_buf_free(&ca->issued[i].der);
    for (int level = 0; level < SIM_CA_LEVELS; level++)
        jy_buf_free(&ca->crls[level]);
    free(ca->issued);
    free(ca->revoked);
    sim_journal_close(ca->issued_journal);
    sim_journal_close(ca->revoked_journal);
    sim_ca_keys_free(ca->levels);
    free(ca);
}

/* The organization code, which the request's subject names as serialNumber: CAs put it into an extension too (seal-formats §6.2). Else "". */
static void
organization_code_of(struct jy_slice csr, char out[33])
{
    const unsigned char *p = csr.p;
    X509_REQ *req = d2i_X509_REQ(NULL, &p, (long)csr.len);
    int len = req == NULL ? -1 : X509_NAME_get_text_by_NID(X509_REQ_get_subject_name(req), NID_serialNumber, out, 33);

    if (len < 1 || strspn(out, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != (size_t)len)
        out[0] = '\0';
    X509_REQ_free(req);
}

static jy_err
make_certificate(struct sim_ca *ca, const struct profile *profile, struct jy_slice csr_der, jy_time now, struct jy_buf *der,
                 struct jy_fault *fault)
{
    const struct sim_ca_level *issuer = &ca->levels[SIM_CA_ISSUING];
    struct jy_issue what = { .issuer_key = issuer->key,
                             .issuer = issuer->cert,
                             .ou_mark = SIM_CA_MARK,
                             .not_before = now - BACKDATED_SECONDS,
                             .not_after = now - BACKDATED_SECONDS + (ca->days > 0 ? ca->days : profile->years * 365LL) * 86400,
                             .path_length = -1 };
    struct jy_csr *csr = NULL;
    struct jy_cert *cert = NULL;
    char code[33] = "", url[512], ocsp_url[512];
    jy_err rc;

    if ((rc = jy_csr_parse(csr_der, &csr, fault)) != JY_OK || (rc = sim_ca_serial(what.serial)) != JY_OK)
        goto out;
    if (what.not_after > jy_cert_not_after(issuer->cert))
        what.not_after = jy_cert_not_after(issuer->cert);
    organization_code_of(csr_der, code);
    snprintf(url, sizeof(url), "%s/crl/%s", ca->base_url, sim_ca_level_name(SIM_CA_ISSUING));
    what.csr = csr;
    what.organization_code = code[0] == '\0' ? NULL : code;
    what.crl_url = url;
    snprintf(ocsp_url, sizeof(ocsp_url), "%s/ocsp", ca->base_url);
    what.ocsp_url = ocsp_url;
    if ((rc = jy_cert_issue(&what, &cert, fault)) == JY_OK)
        rc = jy_buf_add(der, jy_cert_der(cert));
out:
    jy_cert_free(cert);
    jy_csr_free(csr);
    return rc;
}

void
sim_ca_set_days(struct sim_ca *ca, int days)
{
    ca->days = days;
}

static jy_err
journal_issued(struct sim_ca *ca, const char *request_id, const char *profile, const uint8_t digest[JY_SM3_SIZE], struct jy_slice der,
               jy_time now, struct jy_fault *fault)
{
    struct jy_buf base64 = { 0 };
    char hex[2 * JY_SM3_SIZE + 1], time[21];
    json_t *line = NULL;
    jy_err rc;

    jy_hex(JY_SLICE(digest, JY_SM3_SIZE), hex);
    jy_time_rfc3339(now, time);
    if ((rc = jy_base64_encode(der, &base64)) != JY_OK)
        goto out;
    if ((line = json_pack("{ss ss ss ss# ss}", "request_id", request_id, "profile", profile, "csr_digest", hex, "certificate",
                          (const char *)base64.p, (int)base64.len, "issued", time)) == NULL)
        rc = jy_fail(fault, JY_E_NOMEM, "request_id", 0, "line");
    else
        rc = sim_journal_append(ca->issued_journal, line, fault);
out:
    json_decref(line);
    jy_buf_free(&base64);
    return rc;
}

jy_err
sim_ca_issue(struct sim_ca *ca, const char *request_id, const char *profile_name, struct jy_slice csr, jy_time now,
             struct jy_slice *certificate, struct jy_fault *fault)
{
    const struct profile *profile = find_profile(profile_name);
    const struct issued *known = find_issued(ca, request_id);
    uint8_t digest[JY_SM3_SIZE];
    struct jy_buf der = { 0 };
    jy_err rc;

    if (profile == NULL)
        return jy_fail(fault, JY_E_BAD_FIELD, "profile", 0, "maker, seal, approver or service");
    if ((rc = jy_sm3(csr, digest)) != JY_OK)
        return rc;
    if (known != NULL) {
        if (memcmp(known->csr_digest, digest, sizeof(digest)) != 0 || strcmp(known->profile, profile->name) != 0)
            return jy_fail(fault, JY_E_CONFLICT, "request_id", 0, "was used for another request");
        *certificate = jy_buf_slice(&known->der);
        return JY_OK;
    }
    if ((rc = make_certificate(ca, profile, csr, now, &der, fault)) == JY_OK &&
        (rc = journal_issued(ca, request_id, profile->name, digest, jy_buf_slice(&der), now, fault)) == JY_OK &&
        (rc = remember_issued(ca, request_id, profile->name, digest, &der, fault)) == JY_OK)
        *certificate = jy_buf_slice(&ca->issued[ca->issued_count - 1].der);
    jy_buf_free(&der);
    return rc;
}

/* RFC 5280 5.3.1: 7 is not used; 8 (removeFromCRL) is the contrary of a revocation. */
static bool
is_reason(int reason)
{
    return (reason >= 0 && reason <= 6) || reason == 9 || reason == 10;
}

static jy_err
journal_revoked(struct sim_ca *ca, const struct revoked *row, jy_time now, struct jy_fault *fault)
{
    char at[21], received[21];
    json_t *line;
    jy_err rc;

    jy_time_rfc3339(row->at, at);
    jy_time_rfc3339(now, received);
    if ((line = json_pack("{ss ss ss si ss ss}", "event_id", row->event_id, "receipt", row->receipt, "serial", row->serial, "reason",
                          row->reason, "at", at, "received", received)) == NULL)
        return jy_fail(fault, JY_E_NOMEM, "event_id", 0, "line");
    rc = sim_journal_append(ca->revoked_journal, line, fault);
    json_decref(line);
    return rc;
}

jy_err
sim_ca_revoke(struct sim_ca *ca, const struct sim_revocation *what, jy_time now, char receipt[65], struct jy_fault *fault)
{
    const struct issued *certificate = find_serial(ca, what->serial);
    struct revoked row = { .reason = what->reason, .at = what->at };
    jy_err rc;

    if (certificate == NULL)
        return jy_fail(fault, JY_E_NOT_FOUND, "serial", 0, "no certificate of this CA");
    if (!is_reason(what->reason))
        return jy_fail(fault, JY_E_BAD_FIELD, "reason", 0, "%d is not a CRLReason that revokes", what->reason);
    for (size_t i = 0; i < ca->revoked_count; i++) {
        const struct revoked *known = &ca->revoked[i];
        if (strcmp(known->event_id, what->event_id) != 0)
            continue;
        if (strcmp(known->serial, certificate->serial) != 0 || known->reason != what->reason || known->at != what->at)
            return jy_fail(fault, JY_E_CONFLICT, "event_id", 0, "was used for another revocation");
        memcpy(receipt, known->receipt, sizeof(known->receipt));
        return JY_OK;
    }
    if (what->at > now + CLOCK_SLACK_SECONDS)
        return jy_fail(fault, JY_E_BAD_FIELD, "at", 0, "a time to come");
    snprintf(row.event_id, sizeof(row.event_id), "%s", what->event_id);
    snprintf(row.receipt, sizeof(row.receipt), "R-%08zu", ca->revoked_count + 1);
    snprintf(row.serial, sizeof(row.serial), "%s", certificate->serial);
    if ((rc = journal_revoked(ca, &row, now, fault)) != JY_OK || (rc = remember_revoked(ca, &row)) != JY_OK)
        return rc;
    memcpy(receipt, row.receipt, sizeof(row.receipt));
    return JY_OK;
}

/* Fresh lists when the last are old, or do not hold every revocation, or come from a clock that was set back since. */
static jy_err
refresh_crls(struct sim_ca *ca, jy_time now, struct jy_fault *fault)
{
    struct jy_revoked *list = NULL;
    struct jy_buf made[SIM_CA_LEVELS] = { { 0 } };
    /* expiredCertsOnCRL: nothing ever leaves these lists, so that they speak of certificates that ended too. */
    const struct jy_extension keeps = { "2.5.29.60", false, JY_SLICE("\x18\x0F" "19700101000000Z", 17) };
    size_t count = 0;
    jy_err rc = JY_OK;

    if (ca->crls[SIM_CA_ROOT].len > 0 && ca->crls_revoked == ca->revoked_count && now >= ca->crls_at &&
        now - ca->crls_at <= SIM_CRL_REISSUE_SECONDS)
        return JY_OK;
    if ((list = calloc(ca->revoked_count + 1, sizeof(*list))) == NULL)
        return jy_fail(fault, JY_E_NOMEM, "CertificateList", 0, "list");
    for (size_t i = 0; i < ca->revoked_count; i++)
        if (!ca->revoked[i].again)
            list[count++] = (struct jy_revoked){ ca->revoked[i].serial, ca->revoked[i].at, ca->revoked[i].reason };
    for (int level = 0; rc == JY_OK && level < SIM_CA_LEVELS; level++)
        rc = jy_crl_issue_with(ca->levels[level].key, ca->levels[level].cert, list, level == SIM_CA_ISSUING ? count : 0, now,
                               now + SIM_CRL_DAYS * 86400, (uint64_t)now << 20 | (ca->revoked_count & 0xFFFFF), &keeps, 1, &made[level],
                               fault);
    for (int level = 0; level < SIM_CA_LEVELS; level++) {
        if (rc == JY_OK) {
            jy_buf_free(&ca->crls[level]);
            ca->crls[level] = made[level];
        } else {
            jy_buf_free(&made[level]);
        }
    }
    if (rc == JY_OK) {
        ca->crls_at = now;
        ca->crls_revoked = ca->revoked_count;
    }
    free(list);
    return rc;
}

jy_err
sim_ca_trust(struct sim_ca *ca, jy_time now, struct jy_buf *out, struct jy_fault *fault)
{
    jy_err rc = refresh_crls(ca, now, fault);

    for (int level = 0; rc == JY_OK && level < SIM_CA_LEVELS; level++)
        rc = jy_cert_to_pem(ca->levels[level].cert, out);
    for (int level = 0; rc == JY_OK && level < SIM_CA_LEVELS; level++)
        rc = jy_crl_to_pem(jy_buf_slice(&ca->crls[level]), out);
    return rc;
}

jy_err
sim_ca_crl(struct sim_ca *ca, const char *name, jy_time now, struct jy_buf *out, struct jy_fault *fault)
{
    jy_err rc = refresh_crls(ca, now, fault);

    if (rc != JY_OK)
        return rc;
    for (int level = 0; level < SIM_CA_LEVELS; level++)
        if (strcmp(name, sim_ca_level_name(level)) == 0)
            return jy_buf_add(out, jy_buf_slice(&ca->crls[level]));
    return jy_fail(fault, JY_E_NOT_FOUND, "crl", 0, "root or issuing");
}

/* ---- services ---- */

/* What the issuing CA knows of one of its serial numbers. */
static struct jy_ocsp_answer
status_of(const struct sim_ca *ca, const char *serial, jy_time now)
{
    struct jy_ocsp_answer answer = { .status = JY_OCSP_UNKNOWN, .reason = -1, .this_update = now, .next_update = now + SIM_OCSP_SECONDS,
                                     .archive_cutoff = jy_cert_not_before(ca->levels[SIM_CA_ROOT].cert) };

    for (int service = SIM_CA_TSA; service < SIM_CA_KEYS; service++)
        if (strcasecmp(serial, jy_cert_serial(ca->levels[service].cert)) == 0)
            answer.status = JY_OCSP_GOOD;
    if (find_serial(ca, serial) != NULL)
        answer.status = JY_OCSP_GOOD;
    for (size_t i = 0; i < ca->revoked_count; i++)
        if (!ca->revoked[i].again && strcasecmp(serial, ca->revoked[i].serial) == 0) {
            answer.status = JY_OCSP_REVOKED;
            answer.revoked_at = ca->revoked[i].at;
            answer.reason = ca->revoked[i].reason;
        }
    return answer;
}

jy_err
sim_ca_ocsp(const struct sim_ca *ca, struct jy_slice request, jy_time now, struct jy_buf *out, struct jy_fault *fault)
{
    const struct sim_ca_level *responder = &ca->levels[SIM_CA_RESPONDER];
    struct jy_ocsp_questions *questions = calloc(1, sizeof(*questions));
    struct jy_ocsp_answer answers[JY_OCSP_SINGLES_MAX];
    jy_err rc;

    if (questions == NULL)
        return JY_E_NOMEM;
    if ((rc = jy_ocsp_request_read(request, questions, fault)) != JY_OK) {
        rc = jy_ocsp_refuse(JY_OCSP_MALFORMED, out);
        goto out;
    }
    for (size_t i = 0; i < questions->count; i++) {
        if (!jy_ocsp_is_about(&questions->list[i], ca->levels[SIM_CA_ISSUING].cert)) {
            rc = jy_ocsp_refuse(JY_OCSP_UNAUTHORIZED, out);
            goto out;
        }
        answers[i] = status_of(ca, questions->list[i].serial, now);
    }
    rc = jy_ocsp_respond(questions, answers, responder->key, responder->cert, now, out, fault);
out:
    free(questions);
    return rc;
}

jy_err
sim_ca_stamp_time(const struct sim_ca *ca, struct jy_slice request, jy_time now, struct jy_buf *out, struct jy_fault *fault)
{
    const struct jy_cert *chain[] = { ca->levels[SIM_CA_ISSUING].cert };
    struct jy_timestamp_request asked;
    struct jy_timestamp_fields fields = { .request = &asked, .tsa = ca->levels[SIM_CA_TSA].cert, .certs = chain, .cert_count = 1,
                                          .policy = SIM_TSA_POLICY, .time = now, .accuracy = 1000000 };
    struct jy_buf token = { 0 };
    jy_err rc;

    if ((rc = jy_timestamp_request_read(request, &asked, fault)) != JY_OK)
        rc = jy_timestamp_reply_write(JY_EMPTY, rc == JY_E_UNSUPPORTED ? JY_TS_BAD_ALGORITHM : JY_TS_BAD_REQUEST, "SM3, RFC 3161", out);
    else if (asked.policy[0] != '\0' && strcmp(asked.policy, SIM_TSA_POLICY) != 0)
        rc = jy_timestamp_reply_write(JY_EMPTY, JY_TS_UNACCEPTED_POLICY, SIM_TSA_POLICY, out);
    else if ((rc = sim_ca_serial(fields.serial)) == JY_OK &&
             (rc = jy_timestamp_make(&fields, ca->levels[SIM_CA_TSA].key, &token, fault)) == JY_OK)
        rc = jy_timestamp_reply_write(jy_buf_slice(&token), 0, "", out);
    jy_buf_free(&token);
    return rc;
}
