/* SPDX-License-Identifier: Apache-2.0 */
/* Messages to people: short messages through a gateway (HTTP, signed by HMAC-SM3) and mail (SMTP, TLS unless it is this machine). */
#include "daemons/link/adapter.h"
#include "daemons/link/message.h"

#include "codec/text.h"
#include "net/http.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SMS_ANSWER_MAX (16u << 10)
#define RECIPIENTS_MAX 16

jy_err
link_secret_read(const char *path, const char *config_key, char *out, size_t size, struct jy_fault *fault)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t len = fd < 0 ? -1 : read(fd, out, size - 1);
    bool others = fd >= 0 && (fstat(fd, &st) != 0 || (st.st_mode & 077) != 0);

    if (fd >= 0)
        close(fd);
    if (len < 0)
        return jy_fail(fault, JY_E_IO, config_key, 0, "%s", strerror(errno));
    out[len] = '\0';
    out[strcspn(out, "\r\n")] = '\0';
    if (others || out[0] == '\0') {
        jy_wipe(out, size);
        return jy_fail(fault, JY_E_BAD_FIELD, config_key, 0, others ? "others may read it; mode 0600" : "is empty");
    }
    return JY_OK;
}

/* -- short messages -- */

jy_err
link_sms_read(const char *event_id, struct jy_slice body, char receipt[65], struct jy_fault *fault)
{
    json_t *answer = NULL;
    const char *echo, *text;
    jy_err rc = JY_OK;

    if (jy_json_parse(body, &answer, NULL) != JY_OK || (echo = json_string_value(json_object_get(answer, "event_id"))) == NULL ||
        strcmp(echo, event_id) != 0 || (text = json_string_value(json_object_get(answer, "receipt"))) == NULL || text[0] == '\0' || strlen(text) > 64)
        rc = jy_fail(fault, JY_E_COUNTERPART_DOWN, "sms_url", 0, "the short message gateway does not answer with a receipt for this message");
    else
        memcpy(receipt, text, strlen(text) + 1);
    json_decref(answer);
    return rc;
}

/* X-Jinyin-Signature = HMAC-SM3(secret, time ‖ "." ‖ body) */
static jy_err
sign_sms(const char *secret, const char *time, struct jy_slice body, char out[2 * JY_SM3_SIZE + 1])
{
    struct jy_buf text = { 0 };
    uint8_t mac[JY_SM3_SIZE];
    jy_err rc;

    if ((rc = jy_buf_fmt(&text, "%s.", time)) == JY_OK && (rc = jy_buf_add(&text, body)) == JY_OK &&
        (rc = jy_hmac_sm3(jy_slice_text(secret), jy_buf_slice(&text), mac)) == JY_OK)
        jy_hex(JY_SLICE(mac, sizeof(mac)), out);
    jy_buf_wipe(&text);
    return rc;
}

jy_err
link_sms(const struct link_config *config, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct jy_msg_LINK_SMS *ask = &request->u.LINK_SMS;
    char url[LINK_URL_MAX], time[32], mac[2 * JY_SM3_SIZE + 1], lines[2][128];
    const char *headers[] = { lines[0], lines[1], NULL };
    struct link_http http = { .method = "POST", .headers = headers, .timeout_seconds = config->timeout_seconds, .answer_max = SMS_ANSWER_MAX };
    json_t *object = NULL;
    char *body = NULL;
    struct jy_buf answer = { 0 };
    int status = 0;
    jy_err rc;

    if ((rc = link_base_url(config->sms_url, "", "sms_url", url, fault)) != JY_OK)
        return rc;
    object = json_pack("{ss ss ss}", "event_id", ask->event_id, "phone", ask->phone, "text", ask->text);
    if (object == NULL || (body = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS)) == NULL) {
        rc = JY_E_NOMEM;
        goto out;
    }
    snprintf(time, sizeof(time), "%lld", (long long)jy_now());
    if ((rc = sign_sms(config->sms_secret, time, jy_slice_text(body), mac)) != JY_OK)
        goto out;
    snprintf(lines[0], sizeof(lines[0]), "X-Jinyin-Time: %s", time);
    snprintf(lines[1], sizeof(lines[1]), "X-Jinyin-Signature: %s", mac);
    http.url = url;
    http.body = jy_slice_text(body);
    if ((rc = link_http_ask(&http, "the short message gateway", "sms_url", &status, &answer, fault)) != JY_OK)
        goto out;
    if (status >= 400 && status <= 499)
        rc = jy_fail(fault, JY_E_COUNTERPART_REFUSED, "sms_url", 0, "the short message gateway refuses with status %d", status);
    else if (status != 200 && status != 201)
        rc = jy_fail(fault, JY_E_COUNTERPART_DOWN, "sms_url", 0, "the short message gateway answers with status %d", status);
    else {
        reply->type = JY_MSG_LINK_DELIVERED;
        rc = link_sms_read(ask->event_id, jy_buf_slice(&answer), reply->u.LINK_DELIVERED.receipt, fault);
    }
out:
    if (body != NULL)
        jy_wipe(body, strlen(body));
    free(body);
    json_decref(object);
    jy_buf_free(&answer);
    return rc;
}

/* -- mail -- */

bool
link_mail_address_is_plain(const char *address)
{
    size_t len = strlen(address);
    const char *at = strchr(address, '@');

    if (len < 3 || len > 254 || at == NULL || at == address || at[1] == '\0' || strchr(at + 1, '@') != NULL)
        return false;
    return strspn(address, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_+@") == len;
}

/* RFC 5322 with RFC 2047 words and a base64 body: no byte of ours can begin a header or end the mail. */
jy_err
link_mail_write(const char *event_id, const char *from, const char *to, const char *subject, const char *text, jy_time now, struct jy_buf *out)
{
    static const char *const days[] = { "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed" };
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    struct jy_buf word = { 0 }, body = { 0 };
    int year, month, day, hour, minute, second;
    jy_err rc;

    jy_time_civil(now, &year, &month, &day, &hour, &minute, &second);
    if ((rc = jy_base64_encode(jy_slice_text(subject), &word)) != JY_OK || (rc = jy_base64_encode(jy_slice_text(text), &body)) != JY_OK ||
        (rc = jy_buf_fmt(out, "Date: %s, %02d %s %04d %02d:%02d:%02d +0000\r\nFrom: <%s>\r\nTo: %s\r\nMessage-ID: <%s@jinyin.invalid>\r\nSubject: =?UTF-8?B?",
                         days[now / 86400 % 7], day, months[(month - 1) % 12], year, hour, minute, second, from, to, event_id)) != JY_OK ||
        (rc = jy_buf_add(out, jy_buf_slice(&word))) != JY_OK ||
        (rc = jy_buf_text(out, "?=\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n")) != JY_OK)
        goto out;
    for (size_t i = 0; rc == JY_OK && i < body.len; i += 76) {
        size_t n = body.len - i < 76 ? body.len - i : 76;
        if ((rc = jy_buf_add(out, JY_SLICE(body.p + i, n))) == JY_OK)
            rc = jy_buf_text(out, "\r\n");
    }
out:
    jy_buf_free(&word);
    jy_buf_free(&body);
    return rc;
}

bool
link_mail_is_local(const char *url)
{
    return strncmp(url, "smtp://127.0.0.1", 16) == 0 && (url[16] == ':' || url[16] == '\0' || url[16] == '/');
}

struct outgoing { struct jy_slice left; };

static size_t
give(char *to, size_t size, size_t count, void *self)
{
    struct outgoing *o = self;
    size_t n = size * count < o->left.len ? size * count : o->left.len;

    memcpy(to, o->left.p, n);
    o->left = JY_SLICE(o->left.p + n, o->left.len - n);
    return n;
}

static bool
set_mail(CURL *curl, const struct link_config *config, const char *from, struct curl_slist *to, struct outgoing *o)
{
    bool good = curl_easy_setopt(curl, CURLOPT_URL, config->smtp_url) == CURLE_OK && curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps") == CURLE_OK &&
                curl_easy_setopt(curl, CURLOPT_PROXY, "") == CURLE_OK && curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
                curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) == CURLE_OK &&
                curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, config->timeout_seconds) == CURLE_OK &&
                curl_easy_setopt(curl, CURLOPT_TIMEOUT, config->timeout_seconds) == CURLE_OK && curl_easy_setopt(curl, CURLOPT_MAIL_FROM, from) == CURLE_OK &&
                curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to) == CURLE_OK && curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L) == CURLE_OK &&
                curl_easy_setopt(curl, CURLOPT_READFUNCTION, give) == CURLE_OK && curl_easy_setopt(curl, CURLOPT_READDATA, o) == CURLE_OK;

    if (good && !link_mail_is_local(config->smtp_url))
        good = curl_easy_setopt(curl, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL) == CURLE_OK;
    if (good && config->smtp_username[0] != '\0')
        good = curl_easy_setopt(curl, CURLOPT_USERNAME, config->smtp_username) == CURLE_OK &&
               curl_easy_setopt(curl, CURLOPT_PASSWORD, config->smtp_password) == CURLE_OK;
    return good;
}

/* The list for curl and the header's; every address checked. */
static jy_err
read_recipients(const char *list, struct curl_slist **out, struct jy_buf *header, struct jy_fault *fault)
{
    char address[256];
    size_t count = 0;

    while (*(list += strspn(list, " ")) != '\0') {
        size_t len = strcspn(list, " ");
        struct curl_slist *longer;
        if (len >= sizeof(address) || count == RECIPIENTS_MAX)
            return jy_fail(fault, JY_E_BAD_FIELD, "to", 0, "too long, or more than %d recipients", RECIPIENTS_MAX);
        memcpy(address, list, len);
        address[len] = '\0';
        if (!link_mail_address_is_plain(address))
            return jy_fail(fault, JY_E_BAD_FIELD, "to", 0, "not a plain mail address");
        if ((longer = curl_slist_append(*out, address)) == NULL || jy_buf_fmt(header, "%s<%s>", count == 0 ? "" : ", ", address) != JY_OK)
            return JY_E_NOMEM;
        *out = longer;
        count++;
        list += len;
    }
    return count > 0 ? JY_OK : jy_fail(fault, JY_E_BAD_FIELD, "to", 0, "nobody");
}

jy_err
link_mail(const struct link_config *config, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct jy_msg_LINK_MAIL *ask = &request->u.LINK_MAIL;
    struct curl_slist *to = NULL;
    struct jy_buf mail = { 0 }, header = { 0 };
    struct outgoing outgoing;
    CURL *curl = NULL;
    CURLcode code;
    long answer = 0;
    jy_err rc;

    if (config->smtp_url == NULL || config->smtp_url[0] == '\0')
        return jy_fail(fault, JY_E_COUNTERPART_DOWN, "smtp_url", 0, "not connected; set smtp_url");
    if ((rc = read_recipients(ask->to, &to, &header, fault)) != JY_OK || (rc = jy_buf_byte(&header, '\0')) != JY_OK ||
        (rc = link_mail_write(ask->event_id, config->smtp_from, (const char *)header.p, ask->subject, ask->text, jy_now(), &mail)) != JY_OK)
        goto out;
    outgoing.left = jy_buf_slice(&mail);
    if ((curl = curl_easy_init()) == NULL || !set_mail(curl, config, config->smtp_from, to, &outgoing))
        rc = jy_fail(fault, JY_E_NOMEM, "smtp_url", 0, "the mail cannot be sent");
    else if ((code = curl_easy_perform(curl)) != CURLE_OK) {
        (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer);
        rc = jy_fail(fault, answer >= 500 && answer <= 599 ? JY_E_COUNTERPART_REFUSED : JY_E_COUNTERPART_DOWN, "smtp_url", 0, "the mail server: %s (%ld)",
                     curl_easy_strerror(code), answer);
    } else {
        reply->type = JY_MSG_LINK_DELIVERED;
        snprintf(reply->u.LINK_DELIVERED.receipt, sizeof(reply->u.LINK_DELIVERED.receipt), "%s", ask->event_id);
    }
out:
    curl_easy_cleanup(curl);
    curl_slist_free_all(to);
    jy_buf_free(&mail);
    jy_buf_free(&header);
    return rc;
}
