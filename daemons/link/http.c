/* SPDX-License-Identifier: Apache-2.0 */
#include "daemons/link/http.h"

#include "daemons/link/hosts.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#define HEADERS_MAX 65536             /* bytes of all header lines of an answer */

struct intake {
    struct jy_buf *body;
    size_t body_max, body_len, headers_len;
    bool headers_end;                 /* the empty line after the last head came: curl takes a head that is cut for a whole one */
    const char *why;                  /* why the intake was stopped; NULL = it was not */
};

jy_err
link_http_begin(void)
{
    return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? JY_OK : JY_E_IO;
}

/* Returning less than was given stops the transfer. */
static size_t
take_body(char *bytes, size_t size, size_t count, void *self)
{
    struct intake *intake = self;
    size_t len = size * count;

    intake->body_len += len;
    if (intake->body_len > intake->body_max)
        intake->why = "its answer is too long";
    else if (jy_buf_add(intake->body, JY_SLICE(bytes, len)) != JY_OK)
        intake->why = "not enough memory for its answer";
    return intake->why == NULL ? len : 0;
}

static size_t
take_header(char *bytes, size_t size, size_t count, void *self)
{
    struct intake *intake = self;

    intake->headers_len += size * count;
    if (size * count > 0 && (bytes[0] == '\r' || bytes[0] == '\n'))
        intake->headers_end = true;
    else if (size * count >= 5 && memcmp(bytes, "HTTP/", 5) == 0)
        intake->headers_end = false;
    if (intake->headers_len > HEADERS_MAX)
        intake->why = "its headers are too long";
    return intake->why == NULL ? size * count : 0;
}

/* Every option that narrows what a counterpart can make of us; false when one cannot be set. */
static bool
set_limits(CURL *curl, const struct link_http *what)
{
    return curl_easy_setopt(curl, CURLOPT_URL, what->url) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK && curl_easy_setopt(curl, CURLOPT_PROXY, "") == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_HTTP09_ALLOWED, 0L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, what->timeout_seconds) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_TIMEOUT, what->timeout_seconds) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_USERAGENT, "jinyin-link/" JY_VERSION) == CURLE_OK;
}

/* The address that was found, before anything is sent: a name may lead anywhere. */
static curl_socket_t
open_socket(void *self, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct intake *intake = self;

    (void)purpose;
    if (link_address_is_public(&address->addr))
        return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    intake->why = "its address is not a public one";
    return CURL_SOCKET_BAD;
}

static bool
set_request(CURL *curl, const struct link_http *what, struct curl_slist *headers, struct intake *intake)
{
    bool good = curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers) == CURLE_OK &&
                curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body) == CURLE_OK &&
                curl_easy_setopt(curl, CURLOPT_WRITEDATA, intake) == CURLE_OK &&
                curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header) == CURLE_OK &&
                curl_easy_setopt(curl, CURLOPT_HEADERDATA, intake) == CURLE_OK;

    if (good && what->public_only)
        good = curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket) == CURLE_OK &&
               curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, intake) == CURLE_OK;
    if (!good || strcmp(what->method, "POST") != 0)
        return good;
    return curl_easy_setopt(curl, CURLOPT_POST, 1L) == CURLE_OK &&
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)what->body.len) == CURLE_OK &&
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, what->body.len > 0 ? (const char *)what->body.p : "") == CURLE_OK;
}

/* "Expect:" without a value: the body goes out at once, not after a 100 that may never come. */
static struct curl_slist *
make_headers(const struct link_http *what)
{
    char accept[128], type[128];
    const char *const lines[] = { accept, type, "Expect:" };
    struct curl_slist *headers = NULL, *longer;
    size_t further = 0;

    snprintf(accept, sizeof(accept), "Accept: %s", what->accept == NULL ? "application/json" : what->accept);
    snprintf(type, sizeof(type), "Content-Type: %s", what->content_type == NULL ? "application/json" : what->content_type);
    while (what->headers != NULL && what->headers[further] != NULL)
        further++;
    for (size_t i = 0; i < 3 + further; i++) {
        if ((longer = curl_slist_append(headers, i < 3 ? lines[i] : what->headers[i - 3])) == NULL) {
            curl_slist_free_all(headers);
            return NULL;
        }
        headers = longer;
    }
    return headers;
}

jy_err
link_http_exchange(const struct link_http *what, int *status, struct jy_buf *answer, struct jy_fault *fault)
{
    struct intake intake = { .body = answer, .body_max = what->answer_max };
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = make_headers(what);
    CURLcode code;
    long number = 0;
    jy_err rc = JY_OK;

    if (curl == NULL || headers == NULL || !set_limits(curl, what) || !set_request(curl, what, headers, &intake)) {
        rc = jy_fail(fault, JY_E_NOMEM, what->url, 0, "the call cannot be made");
        goto out;
    }
    if ((code = curl_easy_perform(curl)) != CURLE_OK)
        rc = jy_fail(fault, JY_E_COUNTERPART_DOWN, what->url, 0, "%s", intake.why != NULL ? intake.why : curl_easy_strerror(code));
    else if (!intake.headers_end)
        rc = jy_fail(fault, JY_E_COUNTERPART_DOWN, what->url, 0, "its headers are cut");
    else if (curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &number) != CURLE_OK || number < 100 || number > 999)
        rc = jy_fail(fault, JY_E_COUNTERPART_DOWN, what->url, 0, "no status in its answer");
    *status = (int)number;
out:
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return rc;
}
