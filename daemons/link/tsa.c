/* SPDX-License-Identifier: Apache-2.0 */
/* A time stamp (RFC 3161, GB/T 20520): asked for with a nonce, believed when it is over this digest, signed, and an answer to this request. */
#include "daemons/link/adapter.h"

#include <jinyin/timestamp.h>

#include <string.h>

#define WHOM "the time stamp authority"
#define REPLY_MAX (64u << 10)

jy_err
link_time_stamp_judge(struct jy_slice body, const struct jy_timestamp_request *asked, struct jy_buf *token, struct jy_fault *fault)
{
    struct jy_fault why = { 0 };
    jy_err rc = jy_timestamp_reply_read(body, asked, token, &why);

    if (rc == JY_OK || rc == JY_E_NOMEM)
        return rc;
    jy_buf_free(token);
    return jy_fail(fault, rc == JY_E_COUNTERPART_REFUSED ? rc : JY_E_COUNTERPART_DOWN, "tsa_url", 0, "the answer of %s is not believed: %s", WHOM, why.text);
}

jy_err
link_time_stamp(const struct link_config *config, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct jy_msg_LINK_TIME_STAMP *ask = &request->u.LINK_TIME_STAMP;
    struct link_http http = { .method = "POST", .content_type = "application/timestamp-query", .accept = "application/timestamp-reply",
                              .timeout_seconds = config->timeout_seconds, .answer_max = REPLY_MAX };
    struct jy_timestamp_request asked;
    struct jy_buf question = { 0 }, answer = { 0 };
    char url[LINK_URL_MAX];
    int status = 0;
    jy_err rc;

    if (ask->digest.len != JY_SM3_SIZE)
        return jy_fail(fault, JY_E_BAD_FIELD, "digest", 0, "must have %d bytes", JY_SM3_SIZE);
    if ((rc = link_base_url(config->tsa_url, "", "tsa_url", url, fault)) != JY_OK)
        return rc;
    if ((rc = jy_timestamp_ask(ask->digest.p, &asked)) != JY_OK || (rc = jy_timestamp_request_write(&asked, &question, fault)) != JY_OK)
        goto out;
    http.url = url;
    http.body = jy_buf_slice(&question);
    if ((rc = link_http_ask(&http, WHOM, "tsa_url", &status, &answer, fault)) == JY_OK)
        rc = status != 200 ? jy_fail(fault, JY_E_COUNTERPART_DOWN, "tsa_url", 0, "%s answers with status %d", WHOM, status)
                           : link_time_stamp_judge(jy_buf_slice(&answer), &asked, &reply->bytes, fault);
    if (rc == JY_OK) {
        reply->type = JY_MSG_LINK_TIME_STAMPED;
        reply->u.LINK_TIME_STAMPED.token = jy_buf_slice(&reply->bytes);
    }
out:
    jy_buf_free(&question);
    jy_buf_free(&answer);
    return rc;
}
