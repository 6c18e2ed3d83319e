/* SPDX-License-Identifier: Apache-2.0 */
#include "daemons/link/link.h"

#include "daemons/link/http.h"

#include <stdio.h>
#include <string.h>

#define URL_MAX 1024

/* The base of the configuration and the path of the table; one slash between them. */
static jy_err
make_url(const char *base, const char *path, enum link_counterpart counterpart, char out[URL_MAX], struct jy_fault *fault)
{
    const struct link_counterpart_name *name = link_counterpart_name(counterpart);
    size_t len = strlen(base);

    if (len == 0)
        return jy_fail(fault, JY_E_COUNTERPART_DOWN, name->config_key, 0, "not connected; set %s", name->config_key);
    if ((strncmp(base, "http://", 7) != 0 && strncmp(base, "https://", 8) != 0) || strpbrk(base, "?# \t\r\n") != NULL)
        return jy_fail(fault, JY_E_COUNTERPART_DOWN, name->config_key, 0, "%s is not an http or https base URL", name->config_key);
    while (base[len - 1] == '/')
        len--;
    if ((size_t)snprintf(out, URL_MAX, "%.*s%s", (int)len, base, path) >= URL_MAX)
        return jy_fail(fault, JY_E_COUNTERPART_DOWN, name->config_key, 0, "%s is longer than %d bytes", name->config_key, URL_MAX);
    return JY_OK;
}

jy_err
link_answer(const struct link_config *config, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct link_call *call = NULL;
    struct jy_buf body = { 0 }, answer = { 0 };
    struct jy_fault why = { 0 };
    char path[LINK_PATH_MAX], url[URL_MAX];
    struct link_http http;
    int status = 0;
    jy_err rc;

    memset(reply, 0, sizeof(*reply));
    if ((rc = link_call_find(request, &call, fault)) != JY_OK || (rc = link_call_path(call, request, path, fault)) != JY_OK ||
        (rc = make_url(config->base_urls[link_call_counterpart(call)], path, link_call_counterpart(call), url, fault)) != JY_OK ||
        (rc = link_call_body(call, request, &body, fault)) != JY_OK)
        goto out;
    http = (struct link_http){ .method = link_call_method(call), .url = url, .body = jy_buf_slice(&body),
                               .timeout_seconds = config->timeout_seconds, .answer_max = link_call_answer_max(call) };
    if ((rc = link_http_exchange(&http, &status, &answer, &why)) == JY_OK) {
        rc = link_call_read(call, request, status, jy_buf_slice(&answer), reply, fault);
    } else {
        const struct link_counterpart_name *name = link_counterpart_name(link_call_counterpart(call));
        rc = jy_fail(fault, rc, name->config_key, 0, "%s does not answer: %s", name->text, why.text);
    }
out:
    jy_buf_free(&body);
    jy_buf_free(&answer);
    return rc;
}
