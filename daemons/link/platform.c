/* SPDX-License-Identifier: Apache-2.0 */
#include "daemons/link/platform.h"

#include "codec/text.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WHOM "the national platform"
#define ANSWER_MAX (256u << 10)
#define BEIJING_SECONDS (8 * 3600)

/* -- credentials -- */

static bool
take_line(char **rest, char *out, size_t size)
{
    char *line = strsep(rest, "\n");

    if (line == NULL || strlen(line) >= size)
        return false;
    memcpy(out, line, strlen(line) + 1);
    return true;
}

static jy_err
read_secrets(struct link_platform *p, const char *path, struct jy_fault *fault)
{
    char text[512] = "", *rest = text;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
    struct stat st;
    bool open_to_others = fd >= 0 && (fstat(fd, &st) != 0 || (st.st_mode & 077) != 0);
    jy_err rc = JY_OK;

    if (fd >= 0)
        close(fd);
    if (len < 0)
        return jy_fail(fault, JY_E_IO, "platform_secret_file", 0, "%s", strerror(errno));
    if (open_to_others) {
        jy_wipe(text, sizeof(text));
        return jy_fail(fault, JY_E_BAD_FIELD, "platform_secret_file", 0, "others may read it; mode 0600");
    }
    if (!take_line(&rest, p->secret, sizeof(p->secret)) || !take_line(&rest, p->password, sizeof(p->password)) ||
        !take_line(&rest, p->salt, sizeof(p->salt)))
        rc = jy_fail(fault, JY_E_BAD_FIELD, "platform_secret_file", 0, "needs three lines: secret, password, salt");
    jy_wipe(text, sizeof(text));
    return rc;
}

jy_err
link_platform_open(struct link_platform *platform, const char *secret_file, const char *key_hex, struct jy_fault *fault)
{
    uint8_t point[JY_SM2_POINT_SIZE];
    jy_err rc;

    if (jy_hex_parse(jy_slice_text(key_hex), point, sizeof(point)) != JY_OK || jy_sm2_from_point(point, &platform->key) != JY_OK)
        return jy_fail(fault, JY_E_BAD_FIELD, "platform_key", 0, "must be 130 hex digits, a point of SM2: no answer is believed without it");
    if ((rc = read_secrets(platform, secret_file, fault)) != JY_OK)
        link_platform_close(platform);
    return rc;
}

void
link_platform_close(struct link_platform *platform)
{
    jy_sm2_free(platform->key);
    jy_wipe(platform, sizeof(*platform));
}

/* -- the outer form of every request -- */

struct headers { char nonce[LINK_NONCE_SIZE], lines[5][256]; const char *list[6]; };

static jy_err
digest_hex(const char *text, char out[2 * JY_SM3_SIZE + 1])
{
    uint8_t digest[JY_SM3_SIZE];
    jy_err rc = jy_sm3(jy_slice_text(text), digest);

    if (rc == JY_OK)
        jy_hex(JY_SLICE(digest, sizeof(digest)), out);
    return rc;
}

/* PasswdDigest = SM3(nonce_created_secret): the secret itself never goes out. */
static jy_err
make_headers(const struct link_platform *p, struct headers *h, struct jy_fault *fault)
{
    char created[21], text[256], digest[2 * JY_SM3_SIZE + 1];
    jy_err rc;

    if ((rc = link_nonce(h->nonce, fault)) != JY_OK)
        return rc;
    jy_time_rfc3339(jy_now(), created);
    snprintf(text, sizeof(text), "%s_%s_%s", h->nonce, created, p->secret);
    rc = digest_hex(text, digest);
    jy_wipe(text, sizeof(text));
    if (rc != JY_OK)
        return rc;
    snprintf(h->lines[0], sizeof(h->lines[0]), "App_key: %s", p->app_key);
    snprintf(h->lines[1], sizeof(h->lines[1]), "Username: %s", p->username);
    snprintf(h->lines[2], sizeof(h->lines[2]), "Nonce: %s", h->nonce);
    snprintf(h->lines[3], sizeof(h->lines[3]), "Created: %s", created);
    snprintf(h->lines[4], sizeof(h->lines[4]), "PasswdDigest: %s", digest);
    for (size_t i = 0; i < 5; i++)
        h->list[i] = h->lines[i];
    h->list[5] = NULL;
    return JY_OK;
}

static jy_err
post(const struct link_config *config, const char *catalogue, const struct headers *h, struct jy_slice body, struct jy_buf *answer, struct jy_fault *fault)
{
    struct link_http http = { .method = "POST", .body = body, .timeout_seconds = config->timeout_seconds, .answer_max = ANSWER_MAX, .headers = h->list };
    char url[LINK_URL_MAX], path[64];
    int status = 0;
    jy_err rc;

    snprintf(path, sizeof(path), "/resource/rest/v1/shared/%s/1", catalogue);
    if (config->platform == NULL || config->platform->key == NULL)
        return jy_fail(fault, JY_E_COUNTERPART_DOWN, "platform_url", 0, "not connected; set platform_url");
    if ((rc = link_base_url(config->platform_url, path, "platform_url", url, fault)) != JY_OK)
        return rc;
    http.url = url;
    if ((rc = link_http_ask(&http, WHOM, "platform_url", &status, answer, fault)) != JY_OK)
        return rc;
    return status == 200 ? JY_OK : jy_fail(fault, JY_E_COUNTERPART_DOWN, "platform_url", 0, "%s answers with status %d", WHOM, status);
}

static jy_err
post_json(const struct link_config *config, const char *catalogue, const struct headers *h, json_t *body, struct jy_buf *answer, struct jy_fault *fault)
{
    char *text = body == NULL ? NULL : json_dumps(body, JSON_COMPACT);
    jy_err rc = text == NULL ? JY_E_NOMEM : post(config, catalogue, h, jy_slice_text(text), answer, fault);

    if (text != NULL)
        jy_wipe(text, strlen(text));
    free(text);
    json_decref(body);
    return rc;
}

/* password = SM3(hex(SM3(password)) + salt) */
static jy_err
fetch_token(const struct link_config *config, char token[257], struct jy_fault *fault)
{
    const struct link_platform *p = config->platform;
    char inner[2 * JY_SM3_SIZE + 1 + sizeof(p->salt)], password[2 * JY_SM3_SIZE + 1];
    struct jy_buf answer = { 0 };
    struct headers h;
    jy_err rc;

    if (p == NULL || p->key == NULL)
        return jy_fail(fault, JY_E_COUNTERPART_DOWN, "platform_url", 0, "not connected; set platform_url");
    if ((rc = digest_hex(p->password, inner)) != JY_OK)
        return rc;
    memcpy(inner + 2 * JY_SM3_SIZE, p->salt, strlen(p->salt) + 1);
    if ((rc = digest_hex(inner, password)) == JY_OK && (rc = make_headers(p, &h, fault)) == JY_OK &&
        (rc = post_json(config, "IK1010", &h, json_pack("{ss ss ss}", "method", "DB.oauth.token", "username", p->username, "password", password), &answer,
                        fault)) == JY_OK)
        rc = link_platform_read_token(jy_buf_slice(&answer), token, fault);
    jy_wipe(inner, sizeof(inner));
    jy_wipe(password, sizeof(password));
    jy_buf_wipe(&answer);
    return rc;
}

/* yyyy-MM-dd HH:mm:ss, in Beijing time. */
static void
platform_time(jy_time t, char out[32])
{
    int year, month, day, hour, minute, second;

    jy_time_civil(t + BEIJING_SECONDS, &year, &month, &day, &hour, &minute, &second);
    snprintf(out, 32, "%04d-%02d-%02d %02d:%02d:%02d", year % 10000, month % 100, day % 100, hour % 100, minute % 100, second % 100);
}

/* -- the messages -- */

jy_err
link_platform_hello(const struct link_config *config, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    char random_a[LINK_NONCE_SIZE];
    struct jy_buf answer = { 0 };
    struct headers h;
    jy_err rc;

    (void)request;
    if (config->platform == NULL || config->platform->key == NULL)
        return jy_fail(fault, JY_E_COUNTERPART_DOWN, "platform_url", 0, "not connected; set platform_url");
    if ((rc = link_nonce(random_a, fault)) == JY_OK && (rc = make_headers(config->platform, &h, fault)) == JY_OK &&
        (rc = post_json(config, "IK1008", &h, json_pack("{ss}", "randomA", random_a), &answer, fault)) == JY_OK) {
        reply->type = JY_MSG_LINK_PLATFORM_CHALLENGE;
        rc = link_platform_read_challenge(config->platform->key, random_a, jy_buf_slice(&answer), reply->u.LINK_PLATFORM_CHALLENGE.random_b, fault);
    }
    jy_buf_free(&answer);
    return rc;
}

jy_err
link_platform_send(const struct link_config *config, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct jy_msg_LINK_PLATFORM_SEND *ask = &request->u.LINK_PLATFORM_SEND;
    struct jy_buf answer = { 0 };
    struct headers h;
    jy_err rc;

    if (config->platform == NULL || config->platform->key == NULL)
        return jy_fail(fault, JY_E_COUNTERPART_DOWN, "platform_url", 0, "not connected; set platform_url");
    if ((rc = make_headers(config->platform, &h, fault)) == JY_OK && (rc = post(config, "IK1009", &h, ask->message, &answer, fault)) == JY_OK) {
        reply->type = JY_MSG_LINK_PLATFORM_TAKEN;
        rc = link_platform_read_taken(config->platform->key, ask->request_id, ask->random_b, jy_buf_slice(&answer), reply->u.LINK_PLATFORM_TAKEN.receipt,
                                      fault);
    }
    jy_buf_free(&answer);
    return rc;
}

jy_err
link_platform_status(const struct link_config *config, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct jy_msg_LINK_PLATFORM_STATUS *ask = &request->u.LINK_PLATFORM_STATUS;
    char token[257], when[32];
    struct jy_buf answer = { 0 };
    struct headers h;
    jy_err rc;

    platform_time(ask->at, when);
    if ((rc = fetch_token(config, token, fault)) == JY_OK && (rc = make_headers(config->platform, &h, fault)) == JY_OK &&
        (rc = post_json(config, "IK1011", &h, json_pack("{ss ss ss ss ss}", "method", "DB.seal.status.query", "access_token", token, "sealName",
                                                        ask->seal_name, "sealCode", ask->seal_code, "queryTime", when), &answer, fault)) == JY_OK) {
        reply->type = JY_MSG_LINK_PLATFORM_STATUS_IS;
        rc = link_platform_read_status(config->platform->key, ask->seal_code, when, h.nonce, jy_buf_slice(&answer),
                                       &reply->u.LINK_PLATFORM_STATUS_IS.status, fault);
    }
    jy_buf_free(&answer);
    return rc;
}

jy_err
link_platform_revoked(const struct link_config *config, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct jy_msg_LINK_PLATFORM_REVOKED *ask = &request->u.LINK_PLATFORM_REVOKED;
    char token[257];
    struct jy_buf answer = { 0 };
    struct headers h;
    jy_err rc;

    if (ask->page < 1 || ask->limit < 1 || ask->limit > 500)
        return jy_fail(fault, JY_E_BAD_FIELD, "limit", 0, "page from 1, limit 1 to 500");
    if ((rc = fetch_token(config, token, fault)) == JY_OK && (rc = make_headers(config->platform, &h, fault)) == JY_OK &&
        (rc = post_json(config, "IK1013", &h, json_pack("{ss ss si si}", "method", "DB.seal.deactive.list.query", "access_token", token, "pageNow",
                                                        (int)ask->page, "pageSize", (int)ask->limit), &answer, fault)) == JY_OK) {
        reply->type = JY_MSG_LINK_PLATFORM_REVOKED_PAGE;
        rc = link_platform_read_revoked(config->platform->key, ask->page, ask->limit, h.nonce, jy_buf_slice(&answer), &reply->bytes,
                                        &reply->u.LINK_PLATFORM_REVOKED_PAGE.count, fault);
        reply->u.LINK_PLATFORM_REVOKED_PAGE.rows = jy_buf_slice(&reply->bytes);
    }
    jy_buf_free(&answer);
    return rc;
}
