/* SPDX-License-Identifier: Apache-2.0 */
/* The CA, its OCSP responder and the time stamp authority. */
#include "sim/answers.h"

#include <jinyin/ocsp.h>
#include <jinyin/timestamp.h>

#include "codec/text.h"

#include <stdlib.h>

jy_err
on_issue_certificate(struct call *call)
{
    const char *request_id = sim_json_text(call->body, "request_id", 64), *profile = sim_json_text(call->body, "profile", 16);
    const char *csr = sim_json_text(call->body, "csr", 16384);
    struct jy_buf der = { 0 }, base64 = { 0 };
    struct jy_slice certificate;
    jy_err rc;

    if (request_id == NULL || profile == NULL || csr == NULL)
        return jy_fail(call->fault, JY_E_BAD_FIELD, request_id == NULL ? "request_id" : profile == NULL ? "profile" : "csr", 0,
                       "missing or too long");
    if (jy_base64_decode(jy_slice_text(csr), &der) != JY_OK) {
        rc = jy_fail(call->fault, JY_E_BAD_FIELD, "csr", 0, "not base64");
        goto out;
    }
    if ((rc = sim_ca_issue(call->sim->ca, request_id, profile, jy_buf_slice(&der), call->now, &certificate, call->fault)) == JY_OK &&
        (rc = jy_base64_encode(certificate, &base64)) == JY_OK)
        rc = sim_answer_json(call, 201, json_pack("{ss#}", "certificate", (const char *)base64.p, (int)base64.len));
out:
    jy_buf_free(&der);
    jy_buf_free(&base64);
    return rc;
}

jy_err
on_revoke_certificate(struct call *call)
{
    const char *at = sim_json_text(call->body, "at", 32);
    const json_t *reason = json_object_get(call->body, "reason");
    json_int_t number = json_integer_value(reason);
    struct sim_revocation what = { .event_id = sim_json_text(call->body, "event_id", 64),
                                   .serial = sim_json_text(call->body, "serial", 40) };
    char receipt[65];
    jy_err rc;

    if (what.event_id == NULL || what.serial == NULL)
        return jy_fail(call->fault, JY_E_BAD_FIELD, what.event_id == NULL ? "event_id" : "serial", 0, "missing or too long");
    if (!json_is_integer(reason) || number < 0 || number > 10)
        return jy_fail(call->fault, JY_E_BAD_FIELD, "reason", 0, "an RFC 5280 CRLReason");
    if (at == NULL || jy_time_parse_rfc3339(at, &what.at) != JY_OK)
        return jy_fail(call->fault, JY_E_BAD_FIELD, "at", 0, "a time of RFC 3339");
    what.reason = (int)number;
    rc = sim_ca_revoke(call->sim->ca, &what, call->now, receipt, call->fault);
    return rc == JY_OK ? sim_answer_receipt(call, receipt) : rc;
}

jy_err
on_show_trust(struct call *call)
{
    call->answer->status = 200;
    call->answer->content_type = "application/x-pem-file";
    return sim_ca_trust(call->sim->ca, call->now, &call->answer->body, call->fault);
}

jy_err
on_show_crl(struct call *call)
{
    call->answer->status = 200;
    call->answer->content_type = "application/pkix-crl";
    return sim_ca_crl(call->sim->ca, call->name, call->now, &call->answer->body, call->fault);
}

/* A nonce that nobody asked with: one bit of it is turned. */
static jy_err
turn_ocsp_nonce(struct call *call, struct jy_buf *request)
{
    struct jy_ocsp_questions *questions = calloc(1, sizeof(*questions));
    jy_err rc = questions == NULL ? JY_E_NOMEM : jy_ocsp_request_read(call->bytes, questions, call->fault);

    if (rc == JY_OK && (rc = jy_buf_add(request, call->bytes)) == JY_OK && questions->nonce.len > 0)
        request->p[(size_t)(questions->nonce.p - call->bytes.p) + questions->nonce.len - 1] ^= 1;
    free(questions);
    return rc;
}

static jy_err
turn_tsa_nonce(struct call *call, struct jy_buf *request)
{
    struct jy_timestamp_request asked;
    jy_err rc = jy_timestamp_request_read(call->bytes, &asked, call->fault);

    if (rc != JY_OK)
        return rc;
    asked.nonce[asked.nonce_len - 1] ^= 1;
    return jy_timestamp_request_write(&asked, request, call->fault);
}

jy_err
on_answer_ocsp(struct call *call)
{
    struct jy_buf turned = { 0 };
    jy_err rc = call->spoiling == SIM_FAULT_WRONG_NONCE ? turn_ocsp_nonce(call, &turned) : JY_OK;

    call->answer->status = 200;
    call->answer->content_type = "application/ocsp-response";
    if (rc == JY_OK)
        rc = sim_ca_ocsp(call->sim->ca, turned.len > 0 ? jy_buf_slice(&turned) : call->bytes, call->now, &call->answer->body, call->fault);
    jy_buf_free(&turned);
    return rc;
}

jy_err
on_stamp_time(struct call *call)
{
    struct jy_buf turned = { 0 };
    jy_err rc = call->spoiling == SIM_FAULT_WRONG_NONCE ? turn_tsa_nonce(call, &turned) : JY_OK;

    call->answer->status = 200;
    call->answer->content_type = "application/timestamp-reply";
    if (rc == JY_OK)
        rc = sim_ca_stamp_time(call->sim->ca, turned.len > 0 ? jy_buf_slice(&turned) : call->bytes, call->now, &call->answer->body, call->fault);
    jy_buf_free(&turned);
    return rc;
}

/* {"days", "confirm"}: how long what the CA issues from now on is valid, 0 = as ever; whether by CMP it wants each certificate confirmed. */
jy_err
on_control_ca(struct call *call)
{
    json_int_t days = json_integer_value(json_object_get(call->body, "days"));

    if (days < 0 || days > 3650)
        return jy_fail(call->fault, JY_E_BAD_FIELD, "days", 0, "0 to 3650");
    sim_ca_set_days(call->sim->ca, (int)days);
    call->sim->cmp_confirm = json_is_true(json_object_get(call->body, "confirm"));
    return sim_answer_json(call, 200, json_object());
}
