/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/tsa.h"

#include <jinyin/cms.h>
#include <jinyin/seal.h>
#include <jinyin/timestamp.h>

#include <curl/curl.h>
#include <string.h>

#define REPLY_MAX (256u << 10)        /* bytes: a token with a long chain has some 10 KiB */
#define CALL_SECONDS 20L

struct intake {
    struct jy_buf body;
    bool too_long;
};

/* Returning less than was given stops the transfer. */
static size_t
take(char *bytes, size_t size, size_t count, void *self)
{
    struct intake *intake = self;
    size_t len = size * count;

    intake->too_long = len > REPLY_MAX - intake->body.len;
    return intake->too_long || jy_buf_add(&intake->body, JY_SLICE(bytes, len)) != JY_OK ? 0 : len;
}

/* Everything that narrows what the other side can make of us. */
static bool
set_up(CURL *curl, const char *url, struct curl_slist *headers, struct jy_slice request, struct intake *intake)
{
    return curl_easy_setopt(curl, CURLOPT_URL, url) == CURLE_OK && curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
        curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK && curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
        curl_easy_setopt(curl, CURLOPT_HTTP09_ALLOWED, 0L) == CURLE_OK &&
        curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) == CURLE_OK &&
        curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CALL_SECONDS) == CURLE_OK && curl_easy_setopt(curl, CURLOPT_TIMEOUT, CALL_SECONDS) == CURLE_OK &&
        curl_easy_setopt(curl, CURLOPT_USERAGENT, "jinyin/" JY_VERSION) == CURLE_OK && curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers) == CURLE_OK &&
        curl_easy_setopt(curl, CURLOPT_POST, 1L) == CURLE_OK &&
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request.len) == CURLE_OK &&
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, (const char *)request.p) == CURLE_OK &&
        curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take) == CURLE_OK && curl_easy_setopt(curl, CURLOPT_WRITEDATA, intake) == CURLE_OK;
}

static jy_err
post(const char *url, struct jy_slice request, struct intake *intake, struct jy_fault *fault)
{
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/timestamp-query"), *more;
    long status = 0;
    CURLcode code;
    jy_err rc = JY_OK;

    more = headers == NULL ? NULL : curl_slist_append(headers, "Expect:");
    if (curl == NULL || more == NULL || !set_up(curl, url, more, request, intake))
        rc = jy_fail(fault, JY_E_NOMEM, url, 0, "the call cannot be made");
    else if ((code = curl_easy_perform(curl)) != CURLE_OK)
        rc = jy_fail(fault, JY_E_COUNTERPART_DOWN, url, 0, "%s", intake->too_long ? "its answer is too long" : curl_easy_strerror(code));
    else if (curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK || status != 200)
        rc = jy_fail(fault, JY_E_COUNTERPART_DOWN, url, 0, "it answers with HTTP status %ld", status);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return rc;
}

jy_err
tsa_stamp_digest(const char *url, const uint8_t *digest, struct jy_buf *token, struct jy_fault *fault)
{
    struct jy_timestamp_request request;
    struct intake intake = { 0 };
    struct jy_buf der = { 0 };
    jy_err rc;

    if ((rc = jy_timestamp_ask(digest, &request)) != JY_OK)
        jy_fail(fault, rc, "nonce", 0, "no random bytes");
    else if ((rc = jy_timestamp_request_write(&request, &der, fault)) == JY_OK && (rc = post(url, jy_buf_slice(&der), &intake, fault)) == JY_OK)
        rc = jy_timestamp_reply_read(jy_buf_slice(&intake.body), &request, token, fault);
    jy_buf_free(&intake.body);
    jy_buf_free(&der);
    return rc;
}

jy_err
tsa_stamp(void *url, struct jy_slice what, struct jy_buf *token, struct jy_fault *fault)
{
    uint8_t digest[JY_SM3_SIZE];
    jy_err rc = jy_sm3(what, digest);

    return rc == JY_OK ? tsa_stamp_digest(url, digest, token, fault) : rc;
}

jy_err
tsa_stamp_value(const char *url, struct jy_buf *value, struct jy_fault *fault)
{
    const struct jy_slice der = jy_buf_slice(value);
    const bool is_ses = jy_value_form(der) == JY_VALUE_SES;
    struct jy_buf token = { 0 }, stamped = { 0 };
    struct jy_ses *ses = NULL;
    struct jy_cms *cms = NULL;
    jy_err rc = is_ses ? jy_ses_parse(der, &ses, fault) : jy_cms_parse(der, &cms, fault);

    if (rc == JY_OK && (rc = tsa_stamp((void *)(uintptr_t)url, is_ses ? jy_ses_signature(ses) : jy_cms_signature(cms), &token, fault)) == JY_OK &&
        (rc = (is_ses ? jy_ses_add_time_stamp : jy_cms_add_time_stamp)(der, jy_buf_slice(&token), &stamped, fault)) == JY_OK) {
        jy_buf_free(value);
        *value = stamped;
        stamped = (struct jy_buf){ 0 };
    }
    jy_ses_free(ses);
    jy_cms_free(cms);
    jy_buf_free(&token);
    jy_buf_free(&stamped);
    return rc;
}
