/* SPDX-License-Identifier: Apache-2.0 */
/* A page of the engraving system's register: asked for, judged row by row, and said again in our own words. */
#include "daemons/link/adapter.h"

#include "net/http.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_ANSWER_MAX (256u << 10)
#define PAGE_ROWS_MAX 500
#define DIGEST_DIGITS 64

static const char *const states[] = { "FILED", "ACTIVE", "FROZEN", "SUSPENDED", "CANCELLED", "EXPIRED", "VOID" };

jy_err
link_register_body(const struct jy_msg_LINK_REGISTER *ask, const char *nonce, struct jy_buf *out, struct jy_fault *fault)
{
    json_t *body;
    char *text;
    jy_err rc;

    if (ask->limit < 1 || ask->limit > PAGE_ROWS_MAX)
        return jy_fail(fault, JY_E_BAD_FIELD, "limit", 0, "1 to %d", PAGE_ROWS_MAX);
    body = json_pack("{ss sI ss}", "after", ask->after, "limit", (json_int_t)ask->limit, "nonce", nonce);
    text = body == NULL ? NULL : json_dumps(body, JSON_COMPACT);
    rc = text == NULL ? jy_fail(fault, JY_E_NOMEM, "body", 0, "body") : jy_buf_text(out, text);
    free(text);
    json_decref(body);
    return rc;
}

static bool
is_known_state(const char *state)
{
    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
        if (strcmp(states[i], state) == 0)
            return true;
    return false;
}

/* esIDs are made by us: digits, capitals and hyphens. */
static bool
is_es_id(const char *text)
{
    size_t len = strlen(text);

    return len >= 1 && len <= 64 && strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == len;
}

static bool
is_digest(const char *text)
{
    size_t len = strlen(text);

    return len == 0 || (len == DIGEST_DIGITS && strspn(text, "0123456789abcdef") == len);
}

static const char *
text_of(const json_t *row, const char *name)
{
    const json_t *value = json_object_get(row, name);

    return json_is_string(value) && strlen(json_string_value(value)) == json_string_length(value) ? json_string_value(value) : NULL;
}

/* A row in our words, or NULL with why. Rows ascend: a register that goes round in circles would never end. */
static json_t *
read_row(const json_t *row, const char *before, const char **why)
{
    const char *es_id = text_of(row, "es_id"), *state = text_of(row, "state"), *digest = text_of(row, "impression_digest");

    *why = es_id == NULL || !is_es_id(es_id) ? "es_id"
         : strcmp(es_id, before) <= 0 ? "es_id: not in ascending order"
         : state == NULL || !is_known_state(state) ? "state"
         : !is_digest(digest == NULL ? "" : digest) ? "impression_digest" : NULL;
    return *why != NULL ? NULL : json_pack("{ss ss ss}", "es_id", es_id, "state", state, "impression_digest", digest == NULL ? "" : digest);
}

static jy_err
read_rows(const json_t *rows, const char *after, uint32_t limit, json_t *out, struct jy_fault *fault)
{
    const char *before = after, *why;
    json_t *row, *mine;
    size_t i;

    if (!json_is_array(rows) || json_array_size(rows) > limit)
        return jy_fail(fault, JY_E_COUNTERPART_DOWN, "rows", 0, "the seal-engraving system does not answer with at most %u rows", limit);
    json_array_foreach((json_t *)(uintptr_t)rows, i, row) {
        if ((mine = read_row(row, before, &why)) == NULL && why != NULL)
            return jy_fail(fault, JY_E_COUNTERPART_DOWN, "rows", i, "the seal-engraving system answers with a wrong row %zu: %s", i, why);
        if (json_array_append_new(out, mine) != 0)
            return JY_E_NOMEM;
        before = text_of(mine, "es_id");
    }
    return JY_OK;
}

jy_err
link_register_read(const struct jy_msg_LINK_REGISTER *ask, const char *nonce, struct jy_slice body, struct jy_frame *reply, struct jy_fault *fault)
{
    json_t *answer = NULL, *rows = json_array();
    const char *echo;
    char *text = NULL;
    jy_err rc;

    if (rows == NULL)
        rc = JY_E_NOMEM;
    else if (jy_json_parse(body, &answer, NULL) != JY_OK || (echo = text_of(answer, "nonce")) == NULL || strcmp(echo, nonce) != 0)
        rc = jy_fail(fault, JY_E_COUNTERPART_DOWN, "nonce", 0, "the seal-engraving system does not answer what was asked now");
    else if ((rc = read_rows(json_object_get(answer, "rows"), ask->after, ask->limit, rows, fault)) == JY_OK) {
        reply->type = JY_MSG_LINK_REGISTER_PAGE;
        if ((text = json_dumps(rows, JSON_COMPACT)) == NULL)
            rc = JY_E_NOMEM;
        else if ((rc = jy_buf_text(&reply->bytes, text)) == JY_OK) {
            reply->u.LINK_REGISTER_PAGE.rows = jy_buf_slice(&reply->bytes);
            reply->u.LINK_REGISTER_PAGE.count = (uint32_t)json_array_size(rows);
        }
    }
    free(text);
    json_decref(answer);
    json_decref(rows);
    return rc;
}

jy_err
link_register(const struct link_config *config, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct jy_msg_LINK_REGISTER *ask = &request->u.LINK_REGISTER;
    struct link_http http = { .method = "POST", .timeout_seconds = config->timeout_seconds, .answer_max = PAGE_ANSWER_MAX };
    struct jy_buf body = { 0 }, answer = { 0 };
    char url[LINK_URL_MAX], nonce[LINK_NONCE_SIZE];
    int status = 0;
    jy_err rc;

    /* A page of yesterday would be a register that differs today. */
    if ((rc = link_nonce(nonce, fault)) == JY_OK && (rc = link_register_body(ask, nonce, &body, fault)) == JY_OK &&
        (rc = link_base_url(config->base_urls[LINK_ENGRAVING], "/register", "engraving_url", url, fault)) == JY_OK) {
        http.url = url;
        http.body = jy_buf_slice(&body);
        if ((rc = link_http_ask(&http, "the seal-engraving system", "engraving_url", &status, &answer, fault)) == JY_OK)
            rc = status == 200 ? link_register_read(ask, nonce, jy_buf_slice(&answer), reply, fault)
                               : jy_fail(fault, JY_E_COUNTERPART_DOWN, "engraving_url", 0, "the seal-engraving system answers with status %d", status);
    }
    jy_buf_free(&body);
    jy_buf_free(&answer);
    return rc;
}
