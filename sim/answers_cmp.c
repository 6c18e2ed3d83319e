/* SPDX-License-Identifier: Apache-2.0 */
/* The CA by CMP (RFC 4210, RFC 6712): the same certificates and revocations as by its JSON, from the same journals. */
#include "sim/answers.h"

#include <jinyin/cmp.h>

#include "codec/status.h"
#include "codec/text.h"

#include <stdio.h>
#include <string.h>

#define DEFAULT_PROFILE "seal"        /* of who names none */

static struct jy_cmp_access
access_of(const struct sim *sim)
{
    return (struct jy_cmp_access){ jy_slice_text(SIM_CMP_REFERENCE), jy_slice_text(SIM_CMP_SECRET), sim_ca_subject(sim->ca) };
}

/* A transaction has one id and one nonce of ours, whenever it is asked about: certConf must repeat the nonce. */
static jy_err
know_transaction(struct jy_slice transaction, char id[65], uint8_t nonce[JY_CMP_NONCE_SIZE])
{
    uint8_t digest[JY_SM3_SIZE];
    jy_err rc = jy_sm3(transaction, digest);

    if (rc != JY_OK)
        return rc;
    memcpy(id, "cmp-", 4);
    jy_hex(JY_SLICE(digest, JY_CMP_NONCE_SIZE), id + 4);
    memcpy(nonce, digest + JY_CMP_NONCE_SIZE, JY_CMP_NONCE_SIZE);
    return JY_OK;
}

static int
failure_of(jy_err err)
{
    static const struct { jy_err err; int failure; } rows[] = {
        { JY_E_BAD_FIELD, JY_FAILURE_BAD_CERT_TEMPLATE }, { JY_E_SIGNATURE, JY_FAILURE_BAD_POP }, { JY_E_FORMAT, JY_FAILURE_BAD_DATA_FORMAT },
        { JY_E_NOT_FOUND, JY_FAILURE_BAD_CERT_ID }, { JY_E_CONFLICT, JY_FAILURE_DUPLICATE_CERT_REQ }, { JY_E_UNSUPPORTED, JY_FAILURE_BAD_ALG },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].err == err)
            return rows[i].failure;
    return JY_FAILURE_SYSTEM_FAILURE;
}

static jy_err
confirm(struct call *call, const struct jy_cmp_request *request, const char *id, const uint8_t nonce[JY_CMP_NONCE_SIZE])
{
    struct jy_slice certificate;
    uint8_t digest[JY_SM3_SIZE];
    jy_err rc;

    if (!sim_ca_find(call->sim->ca, id, &certificate))
        return jy_fail(call->fault, JY_E_NOT_FOUND, "certConf", 0, "no certificate was issued in this transaction");
    if ((rc = jy_sm3(certificate, digest)) != JY_OK)
        return rc;
    if (!jy_slice_equal(request->recip_nonce, JY_SLICE(nonce, JY_CMP_NONCE_SIZE)) || !jy_slice_equal(request->hash, JY_SLICE(digest, sizeof(digest))))
        return jy_fail(call->fault, JY_E_SIGNATURE, "certConf", 0, "is about another answer or certificate");
    return request->accepted ? JY_OK : jy_fail(call->fault, JY_E_BAD_FIELD, "certConf", 0, "the certificate is not wanted");
}

static jy_err
revoke(struct call *call, const struct jy_cmp_request *request, const char *id)
{
    const struct sim_revocation what = { .event_id = id, .serial = request->serial, .reason = request->reason,
                                         .at = request->invalid_since == 0 ? call->now : request->invalid_since };
    char receipt[65];

    if (!jy_slice_equal(request->issuer, sim_ca_subject(call->sim->ca)))
        return jy_fail(call->fault, JY_E_NOT_FOUND, "issuer", 0, "is another CA");
    return sim_ca_revoke(call->sim->ca, &what, call->now, receipt, call->fault);
}

static jy_err
carry_out(struct call *call, const struct jy_cmp_request *request, const char *id, struct jy_cmp_answer *answer)
{
    if (call->spoiling == SIM_FAULT_REFUSE)
        return jy_fail(call->fault, JY_E_BAD_FIELD, "body", 0, "refused on demand");
    switch (request->kind) {
    case JY_CMP_CERTIFICATE:
        answer->wait_for_confirmation = call->sim->cmp_confirm;
        return sim_ca_issue(call->sim->ca, id, request->profile[0] == '\0' ? DEFAULT_PROFILE : request->profile, request->csr, call->now,
                            &answer->certificate, call->fault);
    case JY_CMP_CONFIRMATION: return confirm(call, request, id, answer->nonce);
    case JY_CMP_REVOCATION: return revoke(call, request, id);
    }
    return JY_E_INTERNAL;
}

jy_err
on_cmp(struct call *call)
{
    const struct jy_cmp_access access = access_of(call->sim);
    struct jy_cmp_request request;
    struct jy_cmp_answer answer = { .to = &request, .now = call->now, .failure = -1, .text = "" };
    uint8_t turned[JY_CMP_ID_MAX];
    char id[65], text[JY_STATUS_TEXT_MAX];
    jy_err rc;

    call->answer->status = 200;
    call->answer->content_type = "application/pkixcmp";
    if (jy_cmp_request_read(&access, call->bytes, &request, call->fault) != JY_OK) {
        snprintf(text, sizeof(text), "%.80s %.160s", call->fault->where, call->fault->text);
        return jy_cmp_error_write(access.ca, &request, call->now,
                                  call->fault->err == JY_E_SIGNATURE ? JY_FAILURE_BAD_MESSAGE_CHECK : JY_FAILURE_BAD_DATA_FORMAT, text, &call->answer->body);
    }
    if ((rc = know_transaction(request.transaction, id, answer.nonce)) != JY_OK)
        return rc;
    if ((rc = carry_out(call, &request, id, &answer)) != JY_OK) {
        snprintf(text, sizeof(text), "%.80s: %.160s", call->fault->where, call->fault->text);
        answer.status = JY_STATUS_REJECTION;
        answer.failure = failure_of(rc);
        answer.text = text;
    }
    if (call->spoiling == SIM_FAULT_WRONG_NONCE) {
        memcpy(turned, request.nonce.p, request.nonce.len);
        turned[0] ^= 1;
        request.nonce = JY_SLICE(turned, request.nonce.len);
    }
    return jy_cmp_answer_write(&access, &answer, &call->answer->body, call->fault);
}
