/* SPDX-License-Identifier: Apache-2.0 */
/* TimeStampResp (RFC 3161 2.4.2): what an authority answers, read and written. */
#include "tsp/tsp.h"

#include "codec/oid.h"

#include <stdio.h>
#include <string.h>

jy_err
jy_tsp_reply_parse(struct jy_slice der, struct jy_tsp_reply *out)
{
    struct jy_der all, body;
    struct jy_der_item item;
    jy_err rc;

    *out = (struct jy_tsp_reply){ 0 };
    jy_der_open(&all, der);
    if ((rc = jy_der_enter(&all, DER_SEQUENCE, &body)) != JY_OK || (rc = jy_der_close(&all)) != JY_OK ||
        (rc = jy_status_read(&body, &out->status)) != JY_OK)
        return JY_E_FORMAT;
    if (jy_der_at_end(&body))
        return JY_OK;
    if (jy_der_get(&body, DER_SEQUENCE, &item) != JY_OK || jy_der_close(&body) != JY_OK)
        return JY_E_FORMAT;
    out->token = item.tlv;
    return JY_OK;
}

static bool
is_nonce(struct jy_slice integer, const struct jy_timestamp_request *request)
{
    while (integer.len > 1 && integer.p[0] == 0)
        integer.p++, integer.len--;
    return jy_slice_equal(integer, JY_SLICE(request->nonce, request->nonce_len));
}

/* TSTInfo against what was asked. */
static jy_err
check_info(const struct jy_tst_info *info, const struct jy_timestamp_request *request, struct jy_fault *fault)
{
    char policy[64];

    if (!jy_slice_equal(info->imprint_algorithm, OID_SM3) || !jy_slice_equal(info->imprint, JY_SLICE(request->digest, JY_SM3_SIZE)))
        return jy_fail(fault, JY_E_DOCUMENT_CHANGED, "messageImprint", 0, "the authority stamped other data");
    if (request->nonce_len > 0 && !is_nonce(info->nonce, request))
        return jy_fail(fault, JY_E_SIGNATURE, "nonce", 0, info->nonce.len == 0 ? "is missing" : "is not the one asked with");
    if (request->policy[0] != '\0' && (jy_oid_text(info->policy, policy, sizeof(policy)) != JY_OK || strcmp(policy, request->policy) != 0))
        return jy_fail(fault, JY_E_CERTIFICATE, "policy", 0, "is not the one asked for");
    return JY_OK;
}

/* The token's own signature, as far as it can be told from it; out gets the token as DER. */
static jy_err
check_token(struct jy_slice token, const struct jy_timestamp_request *request, struct jy_buf *out, struct jy_fault *fault)
{
    struct jy_cms *cms;
    struct jy_tst_info info;
    struct jy_slice content;
    const char *why;
    jy_err rc;

    if ((rc = jy_cms_parse(token, &cms, fault)) != JY_OK)
        return rc;
    if (!jy_cms_content(cms, &content) || !jy_slice_equal(jy_cms_content_type(cms), OID_TST_INFO) ||
        jy_cms_form(cms) != JY_CMS_OVER_ATTRIBUTES || jy_tst_info_read(content, &info) != JY_OK)
        rc = jy_fail(fault, JY_E_FORMAT, JY_TSP_WHERE, 0, "no signed TSTInfo in it");
    else if ((rc = check_info(&info, request, fault)) == JY_OK && request->cert_req) {
        if (jy_cms_signer(cms) == NULL)
            rc = jy_fail(fault, JY_E_CERTIFICATE, "certificates", 0, "the authority's certificate was asked for and is missing");
        else if ((rc = jy_cms_verify(cms, NULL, fault)) == JY_OK && !jy_cert_serves(jy_cms_signer(cms), JY_PURPOSE_TIME_STAMP, &why))
            rc = jy_fail(fault, JY_E_CERTIFICATE, "certificates", 0, "%s", why);
        else if (rc == JY_E_DOCUMENT_CHANGED)
            rc = jy_fail(fault, JY_E_SIGNATURE, "messageDigest", 0, "is not that of the TSTInfo");
    }
    if (rc == JY_OK)
        rc = jy_buf_add(out, jy_cms_der(cms));
    jy_cms_free(cms);
    return rc;
}

jy_err
jy_timestamp_reply_read(struct jy_slice reply, const struct jy_timestamp_request *request, struct jy_buf *token, struct jy_fault *fault)
{
    struct jy_buf normal = { 0 };
    struct jy_tsp_reply parts = { 0 };
    struct jy_slice inner;
    bool whole = false;
    jy_err rc = jy_tsp_unwrap(reply, &normal, &inner, &whole, &parts);

    if (rc == JY_E_COUNTERPART_REFUSED)
        jy_fail(fault, rc, "TimeStampResp", 0, "status %u, %s: %.200s", parts.status.status, jy_status_failure(&parts.status), parts.status.text);
    else if (rc != JY_OK || !whole)
        rc = jy_fail(fault, JY_E_FORMAT, "TimeStampResp", 0, "not a response of RFC 3161");
    else
        rc = check_token(inner, request, token, fault);
    jy_buf_free(&normal);
    return rc;
}

jy_err
jy_timestamp_reply_write(struct jy_slice token, enum jy_timestamp_failure failure, const char *text, struct jy_buf *out)
{
    struct jy_buf body = { 0 };
    jy_err rc = token.len > 0 ? jy_status_put(&body, JY_STATUS_ACCEPTED, -1, "") : jy_status_put(&body, JY_STATUS_REJECTION, (int)failure, text);

    if (rc == JY_OK && (rc = jy_buf_add(&body, token)) == JY_OK)
        rc = jy_der_wrap(out, DER_SEQUENCE, &body);
    jy_buf_free(&body);
    return rc;
}
