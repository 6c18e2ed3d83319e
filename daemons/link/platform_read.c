/* SPDX-License-Identifier: Apache-2.0 */
/* What is believed of the national platform's answers: whole, signed by it, and an answer to what was asked now. */
#include "daemons/link/platform.h"

#include "codec/text.h"
#include "net/http.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define WHOM "the national platform"
#define SIGNATURE_TEXT_MAX 200        /* base64 of a DER signature */
#define CODE_MAX 64

static jy_err
not_right(struct jy_fault *fault, const char *where, const char *what)
{
    return jy_fail(fault, JY_E_COUNTERPART_DOWN, where, 0, "%s answers without a right %s", WHOM, what);
}

/* A text member without NUL and pipes: pipes join. */
static const char *
text_of(const json_t *object, const char *name, size_t max)
{
    const json_t *value = json_object_get(object, name);
    const char *text = json_string_value(value);

    return text != NULL && json_string_length(value) <= max && strlen(text) == json_string_length(value) && strchr(text, '|') == NULL ? text : NULL;
}

static bool
is_signed(const struct jy_sm2 *key, struct jy_slice text, struct jy_slice base64)
{
    struct jy_buf sig = { 0 };
    bool good = base64.len > 0 && base64.len <= SIGNATURE_TEXT_MAX && jy_base64_decode(base64, &sig) == JY_OK &&
                jy_sm2_verify(key, text, jy_buf_slice(&sig), NULL) == JY_OK;

    jy_buf_free(&sig);
    return good;
}

static jy_err
open_answer(struct jy_slice body, json_t **out, struct jy_fault *fault)
{
    if (jy_json_parse(body, out, NULL) == JY_OK && json_is_object(*out))
        return JY_OK;
    json_decref(*out);
    *out = NULL;
    return not_right(fault, "platform_url", "JSON object");
}

/* "0" = done; another code is its refusal, with its own words made visible. */
static jy_err
check_code(const json_t *answer, struct jy_fault *fault)
{
    const char *code = text_of(answer, "code", 16), *message = json_string_value(json_object_get(answer, "msg"));
    char words[160] = "";

    if (code == NULL)
        return not_right(fault, "code", "code");
    if (strcmp(code, "0") == 0)
        return JY_OK;
    jy_text_visible(message == NULL ? "" : message, words, sizeof(words));
    return jy_fail(fault, JY_E_COUNTERPART_REFUSED, "code", 0, "%s refuses: %.120s", WHOM, words);
}

static jy_err
check_signature(const struct jy_sm2 *key, const json_t *answer, const struct jy_buf *text, struct jy_fault *fault)
{
    const json_t *sign = json_object_get(answer, "sign");

    return json_is_string(sign) && is_signed(key, jy_buf_slice(text), JY_SLICE(json_string_value(sign), json_string_length(sign)))
               ? JY_OK : not_right(fault, "sign", "signature");
}

jy_err
link_platform_read_challenge(const struct jy_sm2 *key, const char *random_a, struct jy_slice body, char random_b[65], struct jy_fault *fault)
{
    struct jy_slice parts[4], rest = body;
    size_t count = 0, at;

    while (count < 3 && (at = jy_slice_find(rest, jy_slice_text("||"))) != SIZE_MAX) {
        parts[count++] = JY_SLICE(rest.p, at);
        rest = JY_SLICE(rest.p + at + 2, rest.len - at - 2);
    }
    parts[3] = rest;
    if (count != 3 || parts[0].len < 1 || parts[0].len > CODE_MAX || parts[1].len < 16 || parts[1].len > 64)
        return not_right(fault, "challenge", "challenge");
    for (size_t i = 0; i < parts[1].len; i++)
        if (parts[1].p[i] <= ' ' || parts[1].p[i] > '~' || parts[1].p[i] == '|')
            return not_right(fault, "challenge", "challenge");
    if (!jy_slice_is(parts[2], random_a))
        return not_right(fault, "challenge", "answer to our challenge: it is another's or an old one");
    if (!is_signed(key, JY_SLICE(body.p, (size_t)(parts[2].p + parts[2].len - body.p)), parts[3]))
        return not_right(fault, "challenge", "signature");
    memcpy(random_b, parts[1].p, parts[1].len);
    random_b[parts[1].len] = '\0';
    return JY_OK;
}

jy_err
link_platform_read_taken(const struct jy_sm2 *key, const char *request_id, const char *random_b, struct jy_slice body, char receipt[65],
                         struct jy_fault *fault)
{
    struct jy_buf text = { 0 };
    json_t *answer = NULL;
    const char *code, *request, *taken;
    jy_err rc;

    if ((rc = open_answer(body, &answer, fault)) != JY_OK)
        return rc;
    code = text_of(answer, "code", 16);
    request = text_of(answer, "requestId", 64);
    taken = text_of(answer, "receipt", 64);
    if (code == NULL || request == NULL || strcmp(request, request_id) != 0)
        rc = not_right(fault, "requestId", "request number");
    else if ((rc = jy_buf_fmt(&text, "%s|%s|%s|%s", code, request, taken == NULL ? "" : taken, random_b)) == JY_OK &&
             (rc = check_signature(key, answer, &text, fault)) == JY_OK && (rc = check_code(answer, fault)) == JY_OK) {
        if (taken == NULL || taken[0] == '\0')
            rc = not_right(fault, "receipt", "receipt");
        else
            memcpy(receipt, taken, strlen(taken) + 1);
    }
    jy_buf_free(&text);
    json_decref(answer);
    return rc;
}

jy_err
link_platform_read_token(struct jy_slice body, char token[257], struct jy_fault *fault)
{
    json_t *answer = NULL;
    const char *text;
    jy_err rc;

    if ((rc = open_answer(body, &answer, fault)) != JY_OK)
        return rc;
    if ((rc = check_code(answer, fault)) == JY_E_COUNTERPART_REFUSED)
        rc = jy_fail(fault, JY_E_COUNTERPART_DOWN, "platform_secret_file", 0, "%s does not accept our credentials", WHOM);
    if (rc == JY_OK) {
        text = text_of(answer, "access_token", 256);
        if (text == NULL || text[0] == '\0')
            rc = not_right(fault, "access_token", "token");
        else
            memcpy(token, text, strlen(text) + 1);
    }
    json_decref(answer);
    return rc;
}

jy_err
link_platform_read_status(const struct jy_sm2 *key, const char *seal_code, const char *query_time, const char *nonce, struct jy_slice body,
                          uint32_t *status, struct jy_fault *fault)
{
    struct jy_buf text = { 0 };
    json_t *answer = NULL;
    const char *state;
    jy_err rc;

    if ((rc = open_answer(body, &answer, fault)) != JY_OK)
        return rc;
    if ((rc = check_code(answer, fault)) == JY_OK) {
        state = text_of(answer, "sealStatus", 8);
        if (state == NULL || (strcmp(state, "0") != 0 && strcmp(state, "1") != 0))
            rc = not_right(fault, "sealStatus", "sealStatus");
        else if ((rc = jy_buf_fmt(&text, "%s|%s|%s|%s", seal_code, query_time, state, nonce)) == JY_OK &&
                 (rc = check_signature(key, answer, &text, fault)) == JY_OK)
            *status = state[0] == '1';
    }
    jy_buf_free(&text);
    json_decref(answer);
    return rc;
}

static jy_err
read_revoked_rows(const json_t *list, uint32_t limit, struct jy_buf *text, json_t *out, struct jy_fault *fault)
{
    json_t *row;
    size_t i;

    if (!json_is_array(list) || json_array_size(list) > limit)
        return not_right(fault, "revocationList", "revocationList");
    json_array_foreach((json_t *)(uintptr_t)list, i, row) {
        const char *code = text_of(row, "sealCode", CODE_MAX), *time = text_of(row, "revocationTime", 32);
        jy_err rc;
        if (code == NULL || code[0] == '\0' || time == NULL)
            return not_right(fault, "revocationList", "row of the revocation list");
        if ((rc = jy_buf_fmt(text, "|%s|%s", code, time)) != JY_OK)
            return rc;
        if (json_array_append_new(out, json_pack("{ss ss ss}", "es_id", code, "state", "REVOKED", "impression_digest", "")) != 0)
            return JY_E_NOMEM;
    }
    return JY_OK;
}

jy_err
link_platform_read_revoked(const struct jy_sm2 *key, uint32_t page, uint32_t limit, const char *nonce, struct jy_slice body, struct jy_buf *rows,
                           uint32_t *count, struct jy_fault *fault)
{
    struct jy_buf text = { 0 };
    json_t *answer = NULL, *list = json_array();
    const char *version, *next;
    char *dumped = NULL;
    jy_err rc;

    if (list == NULL)
        return JY_E_NOMEM;
    if ((rc = open_answer(body, &answer, fault)) != JY_OK || (rc = check_code(answer, fault)) != JY_OK)
        goto out;
    version = text_of(answer, "version", 32);
    next = text_of(answer, "nextUpdateTime", 32);
    if (version == NULL || next == NULL)
        rc = not_right(fault, "version", "version or nextUpdateTime");
    else if ((rc = jy_buf_fmt(&text, "%s|%s|%u|%u|%s", version, next, page, limit, nonce)) == JY_OK &&
             (rc = read_revoked_rows(json_object_get(answer, "revocationList"), limit, &text, list, fault)) == JY_OK &&
             (rc = check_signature(key, answer, &text, fault)) == JY_OK) {
        *count = (uint32_t)json_array_size(list);
        rc = (dumped = json_dumps(list, JSON_COMPACT)) == NULL ? JY_E_NOMEM : jy_buf_text(rows, dumped);
    }
out:
    free(dumped);
    jy_buf_free(&text);
    json_decref(answer);
    json_decref(list);
    return rc;
}
