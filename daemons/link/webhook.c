/* SPDX-License-Identifier: Apache-2.0 */
/* One event to a URL that a client chose: by https to a public address only; in development also to this machine. */
#include "daemons/link/adapter.h"
#include "daemons/link/hosts.h"

#include <stdio.h>
#include <string.h>

#define WEBHOOK_TIMEOUT_SECONDS 5L         /* receivers share one courier: who is slow is asked again later */
#define WEBHOOK_ANSWER_MAX 4096

jy_err
link_webhook(const struct link_config *config, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct jy_msg_LINK_WEBHOOK *ask = &request->u.LINK_WEBHOOK;
    char id[96], time[64], signature[128];
    const char *headers[] = { id, time, signature, NULL };
    struct link_http http = { .method = "POST", .url = ask->url, .body = ask->body, .headers = headers, .timeout_seconds = WEBHOOK_TIMEOUT_SECONDS,
                              .answer_max = WEBHOOK_ANSWER_MAX };
    struct jy_buf answer = { 0 };
    int status = 0;
    jy_err rc;

    if (!(config->development && strncmp(ask->url, "http://127.0.0.1:", 17) == 0) &&
        (rc = link_host_allowed("*", ask->url, "url", &http.public_only, fault)) != JY_OK)
        return rc;
    snprintf(id, sizeof(id), "Jinyin-Event: %s", ask->id);
    snprintf(time, sizeof(time), "Jinyin-Time: %s", ask->time);
    snprintf(signature, sizeof(signature), "Jinyin-Signature: %s", ask->signature);
    rc = link_http_ask(&http, "the receiver", "url", &status, &answer, fault);
    if (rc == JY_OK && (status < 200 || status > 299))
        rc = jy_fail(fault, JY_E_COUNTERPART_REFUSED, "url", 0, "the receiver answers HTTP %d", status);
    if (rc == JY_OK) {
        reply->type = JY_MSG_LINK_WEBHOOK_TAKEN;
        reply->u.LINK_WEBHOOK_TAKEN.status = (uint32_t)status;
    }
    jy_buf_free(&answer);
    return rc;
}
