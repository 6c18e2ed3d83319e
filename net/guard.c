/* SPDX-License-Identifier: Apache-2.0 */
#include "net/guard.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "codec/text.h"

#define BODY_DEADLINE_MS 120000
#define BODY_FREE_MS 10000
#define BODY_BYTES_PER_S 1024
#define LENGTH_DIGITS_MAX 18          /* fits an int64_t */

#define ALNUM "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
static const char token_chars[] = ALNUM "!#$%&'*+-.^_`|~";              /* RFC 9110 §5.6.2 */
static const char path_chars[] = ALNUM "-._~!$&'()*+,;=:@/";            /* RFC 3986 §3.3, without escapes */
static const char query_chars[] = ALNUM "-._~!$&'()*,;=:@/?%";          /* RFC 3986 §3.4, without '+' */
static const char host_chars[] = ALNUM "-._:[]";

static const char *const methods[] = { "GET", "HEAD", "POST", "PUT", "DELETE" };

/* Fields that this service or its library acts on: a second one would be read by one reader and not by the other. */
static const char *const single_fields[] = {
    "Host", "Content-Length", "Transfer-Encoding", "Expect", "Content-Type", "Content-Encoding", "Authorization", "Cookie", "Origin",
    "Idempotency-Key", "Jinyin-Client", "Jinyin-Time", "Jinyin-Nonce", "Jinyin-Digest", "Jinyin-Signature",
};

static jy_err
refuse(struct jy_fault *fault, const char *where, const char *why)
{
    return jy_fail(fault, JY_E_ARGUMENT, where, 0, "%s", why);
}

static bool
consists_of(const char *text, const char *chars)
{
    return *text != '\0' && text[strspn(text, chars)] == '\0';
}

bool
jy_guard_is_name(const char *text)
{
    return consists_of(text, token_chars);
}

bool
jy_guard_is_value(const char *text)
{
    size_t len = strlen(text);

    for (size_t i = 0; i < len; i++)
        if (((uint8_t)text[i] < 0x20 && text[i] != '\t') || text[i] == 0x7F)
            return false;
    return len == 0 || (strchr(" \t", text[0]) == NULL && strchr(" \t", text[len - 1]) == NULL);
}

static bool
is_listed(const char *name, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcasecmp(list[i], name) == 0)
            return true;
    return false;
}

static const char *
find(const struct jy_guard_pair *pairs, size_t count, const char *name, int (*compare)(const char *, const char *))
{
    for (size_t i = 0; i < count; i++)
        if (compare(pairs[i].name, name) == 0)
            return pairs[i].value;
    return NULL;
}

const char *
jy_guard_field(const struct jy_guard *guard, const char *name)
{
    return find(guard->fields, guard->field_count, name, strcasecmp);
}

const char *
jy_guard_query(const struct jy_guard *guard, const char *name)
{
    return find(guard->query, guard->query_count, name, strcmp);
}

/* -- target -- */

static jy_err
check_path(const char *path, struct jy_fault *fault)
{
    const char *segment = path;

    if (path[0] != '/' || !consists_of(path, path_chars))
        return refuse(fault, "path", "the path has a byte that no path of this service has");
    while (segment != NULL) {
        const char *next = strchr(++segment, '/');
        size_t len = next != NULL ? (size_t)(next - segment) : strlen(segment);
        if ((len == 0 && next != NULL) || (len == 1 && segment[0] == '.') || (len == 2 && segment[0] == '.' && segment[1] == '.'))
            return refuse(fault, "path", "the path has an empty or dotted segment");
        segment = next;
    }
    return JY_OK;
}

/* Percent-decoding in place. */
static jy_err
decode(char *text, struct jy_fault *fault)
{
    char *out = text;
    uint8_t byte;

    for (const char *in = text; *in != '\0'; in++) {
        byte = (uint8_t)*in;
        if (*in == '%') {
            if (in[1] == '\0' || jy_hex_parse(JY_SLICE(in + 1, 2), &byte, 1) != JY_OK || byte < 0x20 || byte == 0x7F)
                return refuse(fault, "query", "the query has a bad escape or an escaped control character");
            in += 2;
        }
        *out++ = (char)byte;
    }
    *out = '\0';
    if (!jy_utf8_is_valid(jy_slice_text(text)))
        return refuse(fault, "query", "the query is not UTF-8");
    return JY_OK;
}

static jy_err
add_query(struct jy_guard *out, char *pair, struct jy_fault *fault)
{
    char *value = strchr(pair, '=');
    jy_err rc;

    if (value != NULL)
        *value++ = '\0';
    else
        value = pair + strlen(pair);
    if ((rc = decode(pair, fault)) != JY_OK || (rc = decode(value, fault)) != JY_OK)
        return rc;
    if (*pair == '\0' || jy_guard_query(out, pair) != NULL || out->query_count == JY_GUARD_QUERY_MAX)
        return refuse(fault, "query", "the query has an empty name, a name twice or too many names");
    out->query[out->query_count++] = (struct jy_guard_pair){ pair, value };
    return JY_OK;
}

jy_err
jy_guard_target(const char *target, struct jy_guard *out, struct jy_fault *fault)
{
    char *query, *next;
    jy_err rc;

    if ((out->target = strdup(target)) == NULL)
        return jy_fail(fault, JY_E_NOMEM, "target", 0, "copy");
    out->path = out->target;
    if ((query = strchr(out->target, '?')) != NULL)
        *query++ = '\0';
    if ((rc = check_path(out->path, fault)) != JY_OK || query == NULL || *query == '\0')
        return rc;
    if (!consists_of(query, query_chars))
        return refuse(fault, "query", "the query has a byte that must be escaped (a space is %20, a plus sign %2B)");
    for (; rc == JY_OK && query != NULL; query = next) {
        if ((next = strchr(query, '&')) != NULL)
            *next++ = '\0';
        rc = add_query(out, query, fault);
    }
    return rc;
}

/* -- head -- */

/* The text up to the next NUL, which is read too; NULL when there is none. */
static const char *
take_text(struct jy_slice *rest)
{
    const uint8_t *end = rest->len > 0 ? memchr(rest->p, 0, rest->len) : NULL;
    const char *text = (const char *)rest->p;

    if (end == NULL)
        return NULL;
    rest->len -= (size_t)(end + 1 - rest->p);
    rest->p = end + 1;
    return text;
}

static bool
take_nul(struct jy_slice *rest)
{
    if (rest->len == 0 || rest->p[0] != 0)
        return false;
    rest->p++;
    rest->len--;
    return true;
}

static jy_err
read_request_line(struct jy_slice *rest, const char *target, struct jy_guard *out, struct jy_fault *fault)
{
    size_t target_len = strlen(target), path_len = strcspn(target, "?");
    const char *version;
    jy_err rc;

    if ((out->method = take_text(rest)) == NULL || rest->len < target_len || memcmp(rest->p, target, path_len) != 0)
        return refuse(fault, "request line", "the request line is not three words with one space between them");
    rest->p += target_len;
    rest->len -= target_len;
    if (!take_nul(rest) || (version = take_text(rest)) == NULL || !take_nul(rest))
        return refuse(fault, "request line", "the request line is not three words with one space between them");
    if (strcmp(version, "HTTP/1.1") != 0)
        return refuse(fault, "request line", "only HTTP/1.1 is spoken here");
    if ((rc = jy_guard_target(target, out, fault)) != JY_OK)
        return rc;
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
        if (strcmp(methods[i], out->method) == 0)
            return JY_OK;
    return jy_fail(fault, JY_E_METHOD, "request line", 0, "GET, HEAD, POST, PUT and DELETE are known here");
}

static jy_err
read_field(struct jy_slice *rest, struct jy_guard *out, struct jy_fault *fault)
{
    struct jy_guard_pair field;

    if ((field.name = take_text(rest)) == NULL || !jy_guard_is_name(field.name))
        return refuse(fault, "fields", "a field's name is empty or has a byte that a name cannot have");
    while (rest->len > 0 && (rest->p[0] == ' ' || rest->p[0] == '\t')) {
        rest->p++;
        rest->len--;
    }
    if ((field.value = take_text(rest)) == NULL || !take_nul(rest) || !jy_guard_is_value(field.value))
        return refuse(fault, "fields", "a field's value has a control character, ends in white space or its line does not end in CR LF");
    if (is_listed(field.name, single_fields, sizeof(single_fields) / sizeof(single_fields[0])) && jy_guard_field(out, field.name) != NULL)
        return refuse(fault, "fields", "a field that may stand once stands twice");
    if (out->field_count == JY_GUARD_FIELDS_MAX)
        return refuse(fault, "fields", "too many fields");
    out->fields[out->field_count++] = field;
    return JY_OK;
}

/* Where does the request end? Exactly one answer, or none (RFC 9112 §6). */
static jy_err
read_framing(struct jy_guard *out, struct jy_fault *fault)
{
    const char *host = jy_guard_field(out, "Host");
    const char *length = jy_guard_field(out, "Content-Length");
    const char *encoding = jy_guard_field(out, "Transfer-Encoding");
    const char *expect = jy_guard_field(out, "Expect");

    if (host == NULL || !consists_of(host, host_chars))
        return refuse(fault, "Host", "exactly one Host is needed");
    if (expect != NULL && strcasecmp(expect, "100-continue") != 0)
        return refuse(fault, "Expect", "only 100-continue can be expected");
    if (encoding != NULL && length != NULL)
        return refuse(fault, "Transfer-Encoding", "Content-Length and Transfer-Encoding exclude each other");
    if (encoding != NULL && strcasecmp(encoding, "chunked") != 0)
        return refuse(fault, "Transfer-Encoding", "the only transfer encoding is chunked");
    if (length != NULL && (!consists_of(length, "0123456789") || strlen(length) > LENGTH_DIGITS_MAX))
        return refuse(fault, "Content-Length", "Content-Length is a decimal number");
    out->content_length = encoding != NULL ? -1 : length != NULL ? strtoll(length, NULL, 10) : 0;
    return JY_OK;
}

jy_err
jy_guard_read(struct jy_slice head, const char *target, struct jy_guard *out, struct jy_fault *fault)
{
    jy_err rc = read_request_line(&head, target, out, fault);

    while (rc == JY_OK && head.len > 0 && head.p[0] != 0)
        rc = read_field(&head, out, fault);
    if (rc == JY_OK && (!take_nul(&head) || !take_nul(&head) || head.len != 0))
        rc = refuse(fault, "fields", "the head does not end in one empty line");
    return rc == JY_OK ? read_framing(out, fault) : rc;
}

void
jy_guard_free(struct jy_guard *guard)
{
    free(guard->target);
    *guard = (struct jy_guard){ 0 };
}

bool
jy_guard_is_slow(int64_t elapsed_ms, int64_t received)
{
    return elapsed_ms > BODY_DEADLINE_MS || (elapsed_ms > BODY_FREE_MS && received < elapsed_ms * BODY_BYTES_PER_S / 1000);
}
