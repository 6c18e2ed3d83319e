/* SPDX-License-Identifier: Apache-2.0 */
#include "daemons/link/adapter.h"

#include "codec/text.h"
#include "daemons/link/cmp.h"
#include "daemons/link/platform.h"

#include <jinyin/crypto.h>
#include <stdio.h>
#include <string.h>

/* The base of the configuration and the path of the table; one slash between them. */
jy_err
link_base_url(const char *base, const char *path, const char *config_key, char out[LINK_URL_MAX], struct jy_fault *fault)
{
    size_t len = strlen(base);

    if (len == 0)
        return jy_fail(fault, JY_E_COUNTERPART_DOWN, config_key, 0, "not connected; set %s", config_key);
    if ((strncmp(base, "http://", 7) != 0 && strncmp(base, "https://", 8) != 0) || strpbrk(base, "?# \t\r\n") != NULL)
        return jy_fail(fault, JY_E_COUNTERPART_DOWN, config_key, 0, "%s is not an http or https base URL", config_key);
    while (base[len - 1] == '/')
        len--;
    if ((size_t)snprintf(out, LINK_URL_MAX, "%.*s%s", (int)len, base, path) >= LINK_URL_MAX)
        return jy_fail(fault, JY_E_COUNTERPART_DOWN, config_key, 0, "%s is longer than %d bytes", config_key, LINK_URL_MAX);
    return JY_OK;
}

jy_err
link_http_ask(const struct link_http *what, const char *whom, const char *config_key, int *status, struct jy_buf *answer, struct jy_fault *fault)
{
    struct jy_fault why = { 0 };
    jy_err rc = link_http_exchange(what, status, answer, &why);

    return rc == JY_OK ? rc : jy_fail(fault, rc, config_key, 0, "%s does not answer: %s", whom, why.text);
}

jy_err
link_nonce(char out[LINK_NONCE_SIZE], struct jy_fault *fault)
{
    uint8_t bytes[LINK_NONCE_SIZE / 2];

    if (jy_random(bytes, sizeof(bytes)) != JY_OK)
        return jy_fail(fault, JY_E_CRYPTO, "nonce", 0, "no random bytes");
    jy_hex(JY_SLICE(bytes, sizeof(bytes)), out);
    return JY_OK;
}

static const struct { enum jy_message_type request; link_adapter *carry_out; } adapters[] = {
    { JY_MSG_LINK_REGISTER, link_register },
    { JY_MSG_LINK_WEBHOOK, link_webhook },
    { JY_MSG_LINK_TIME_STAMP, link_time_stamp },
    { JY_MSG_LINK_SMS, link_sms },
    { JY_MSG_LINK_MAIL, link_mail },
    { JY_MSG_LINK_CRL, link_crl },
    { JY_MSG_LINK_OCSP, link_ocsp },
    { JY_MSG_LINK_PLATFORM_HELLO, link_platform_hello },
    { JY_MSG_LINK_PLATFORM_SEND, link_platform_send },
    { JY_MSG_LINK_PLATFORM_STATUS, link_platform_status },
    { JY_MSG_LINK_PLATFORM_REVOKED, link_platform_revoked },
};

link_adapter *
link_adapter_find(enum jy_message_type request)
{
    for (size_t i = 0; i < sizeof(adapters) / sizeof(adapters[0]); i++)
        if (adapters[i].request == request)
            return adapters[i].carry_out;
    return NULL;
}

/* A row of the table in wire.c. */
static jy_err
answer_call(const struct link_config *config, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct link_call *call = NULL;
    struct jy_buf body = { 0 }, answer = { 0 };
    const struct link_counterpart_name *name;
    char path[LINK_PATH_MAX], url[LINK_URL_MAX];
    struct link_http http;
    int status = 0;
    jy_err rc;

    if ((rc = link_call_find(request, &call, fault)) != JY_OK || (rc = link_call_path(call, request, path, fault)) != JY_OK)
        goto out;
    name = link_counterpart_name(link_call_counterpart(call));
    if ((rc = link_base_url(config->base_urls[link_call_counterpart(call)], path, name->config_key, url, fault)) != JY_OK ||
        (rc = link_call_body(call, request, &body, fault)) != JY_OK)
        goto out;
    http = (struct link_http){ .method = link_call_method(call), .url = url, .body = jy_buf_slice(&body),
                               .timeout_seconds = config->timeout_seconds, .answer_max = link_call_answer_max(call) };
    if ((rc = link_http_ask(&http, name->text, name->config_key, &status, &answer, fault)) == JY_OK)
        rc = link_call_read(call, request, status, jy_buf_slice(&answer), reply, fault);
out:
    jy_buf_free(&body);
    jy_buf_free(&answer);
    return rc;
}

jy_err
link_answer(const struct link_config *config, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    link_adapter *adapter = config->cmp != NULL && link_cmp_carries(request) ? link_cmp : link_adapter_find(request->type);
    jy_err rc;

    memset(reply, 0, sizeof(*reply));
    if ((rc = (adapter != NULL ? adapter : answer_call)(config, request, reply, fault)) != JY_OK) {
        jy_frame_free(reply);
        memset(reply, 0, sizeof(*reply));
    }
    return rc;
}
