/* SPDX-License-Identifier: Apache-2.0 */
/* Revocation lists and OCSP answers, from configured hosts only. What comes is read in full here; whose it is, the asker's trust says. */
#include "daemons/link/adapter.h"
#include "daemons/link/hosts.h"

#include <jinyin/ocsp.h>

#include <string.h>

#define CRL_MAX (2u << 20)
#define OCSP_MAX (64u << 10)
#define NONCE_BYTES 16

static jy_err
fetch(const struct link_config *config, struct link_http *http, struct jy_buf *answer, struct jy_fault *fault)
{
    int status = 0;
    jy_err rc;

    http->timeout_seconds = config->timeout_seconds;
    if ((rc = link_host_allowed(config->evidence_hosts, http->url, "evidence_hosts", &http->public_only, fault)) != JY_OK ||
        (rc = link_http_ask(http, "the source", "url", &status, answer, fault)) != JY_OK)
        return rc;
    return status == 200 ? JY_OK : jy_fail(fault, JY_E_COUNTERPART_DOWN, "url", 0, "the source answers with status %d", status);
}

jy_err
link_crl(const struct link_config *config, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    struct link_http http = { .method = "GET", .url = request->u.LINK_CRL.url, .accept = "application/pkix-crl", .answer_max = CRL_MAX };
    struct jy_msg_LINK_CRL_IS *answer = &reply->u.LINK_CRL_IS;
    struct jy_crl_facts facts;
    jy_err rc;

    if ((rc = fetch(config, &http, &reply->bytes, fault)) != JY_OK)
        return rc;
    if ((rc = jy_crl_facts(jy_buf_slice(&reply->bytes), NULL, &facts, fault)) != JY_OK || facts.defect != NULL)
        return rc == JY_E_NOMEM ? rc : jy_fail(fault, JY_E_COUNTERPART_DOWN, "url", 0, "the source does not answer with a list that can be used: %s",
                                               facts.defect == NULL ? "not a DER CertificateList" : facts.defect);
    reply->type = JY_MSG_LINK_CRL_IS;
    answer->crl = jy_buf_slice(&reply->bytes);
    answer->this_update = facts.this_update;
    answer->next_update = facts.next_update;
    return JY_OK;
}

jy_err
link_ocsp_judge(struct jy_slice body, const struct jy_cert *cert, const struct jy_cert *issuer, struct jy_slice nonce, struct jy_ocsp_answer *out,
                struct jy_fault *fault)
{
    struct jy_fault why = { 0 };
    jy_err rc = jy_ocsp_check(body, cert, issuer, nonce, out, &why);

    return rc == JY_OK || rc == JY_E_NOMEM ? rc : jy_fail(fault, JY_E_COUNTERPART_DOWN, "url", 0, "the responder's answer is not believed: %s", why.text);
}

jy_err
link_ocsp(const struct link_config *config, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct jy_msg_LINK_OCSP *ask = &request->u.LINK_OCSP;
    struct link_http http = { .method = "POST", .url = ask->url, .content_type = "application/ocsp-request", .accept = "application/ocsp-response",
                              .answer_max = OCSP_MAX };
    struct jy_msg_LINK_OCSP_IS *answer = &reply->u.LINK_OCSP_IS;
    struct jy_cert *cert = NULL, *issuer = NULL;
    struct jy_ocsp_answer told;
    struct jy_buf question = { 0 };
    uint8_t nonce[NONCE_BYTES];
    jy_err rc;

    if ((rc = jy_cert_parse(ask->certificate, &cert, fault)) != JY_OK || (rc = jy_cert_parse(ask->issuer, &issuer, fault)) != JY_OK ||
        (rc = jy_random(nonce, sizeof(nonce))) != JY_OK ||
        (rc = jy_ocsp_request(cert, issuer, false, JY_SLICE(nonce, sizeof(nonce)), &question, fault)) != JY_OK)
        goto out;
    http.body = jy_buf_slice(&question);
    if ((rc = fetch(config, &http, &reply->bytes, fault)) != JY_OK ||
        (rc = link_ocsp_judge(jy_buf_slice(&reply->bytes), cert, issuer, JY_SLICE(nonce, sizeof(nonce)), &told, fault)) != JY_OK)
        goto out;
    reply->type = JY_MSG_LINK_OCSP_IS;
    answer->response = jy_buf_slice(&reply->bytes);
    answer->status = (uint32_t)told.status;
    answer->this_update = told.this_update;
    answer->next_update = told.next_update;
out:
    jy_buf_free(&question);
    jy_cert_free(cert);
    jy_cert_free(issuer);
    return rc;
}
