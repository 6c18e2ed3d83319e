/* SPDX-License-Identifier: Apache-2.0 */
#include "daemons/link/wire.h"

#include "codec/text.h"
#include "core/rules.h"
#include "net/http.h"

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KiB 1024u
#define SEAL_CODE_DIGITS_MIN 3        /* GA 241 chips take 3 to 19 digits; what this city uses is web's configuration */
#define SEAL_CODE_DIGITS_MAX 19
#define SIDE_MM_MAX 200

static const struct link_counterpart_name names[LINK_COUNTERPARTS] = {
    [LINK_ENGRAVING] = { "engraving_url", "the seal-engraving system" },
    [LINK_CA] = { "ca_url", "the CA" },
};

/* One member of an answer and the field of the message that it becomes. */
struct field {
    const char *name;
    enum { TEXT, NUMBER, BINARY, ECHO } form;   /* ECHO: the text that the request has at this offset */
    size_t offset;
    size_t max;                                 /* bytes, or the largest number; never 0, nor is a value */
    bool (*is_right)(struct jy_slice value);    /* of TEXT and BINARY; NULL = any */
    const char *must;                           /* what a right value is */
};

struct link_call {
    enum jy_message_type request;
    const char *destination;                    /* of LINK_DELIVER; NULL for the others */
    enum link_counterpart counterpart;
    const char *method, *path;                  /* %s is the seal code */
    int success;                                /* the one status that carries the answer */
    bool may_be_absent;                         /* 404 not_found is an answer: found = 0 */
    size_t answer_max;
    jy_err (*body)(const struct jy_frame *request, json_t *out, struct jy_fault *fault);
    enum jy_message_type reply;
    const struct field *fields;                 /* of a JSON object; NULL = the answer is PEM */
};

/* -- checks of single values -- */

static bool
is_uscc_form(struct jy_slice value)
{
    for (size_t i = 0; i < value.len; i++)
        if (!(value.p[i] >= '0' && value.p[i] <= '9') && !(value.p[i] >= 'A' && value.p[i] <= 'Z'))
            return false;
    return value.len == 18;
}

static bool
is_kind(struct jy_slice value)
{
    char code[33] = "";

    memcpy(code, value.p, value.len < sizeof(code) ? value.len : 0);
    return seal_kind_by_code(code) != NULL;
}

static bool
is_state(struct jy_slice value)
{
    return jy_slice_is(value, "in_use") || jy_slice_is(value, "cancelled") || jy_slice_is(value, "lost");
}

static bool
is_picture_type(struct jy_slice value)
{
    return jy_slice_is(value, "PNG");
}

/* -- what we say -- */

static jy_err
set_text(json_t *out, const char *name, const char *value, struct jy_fault *fault)
{
    if (value[0] == '\0')
        return jy_fail(fault, JY_E_BAD_FIELD, name, 0, "missing");
    return json_object_set_new(out, name, json_string(value)) == 0 ? JY_OK : jy_fail(fault, JY_E_BAD_FIELD, name, 0, "not UTF-8");
}

static jy_err
body_certificate(const struct jy_frame *request, json_t *out, struct jy_fault *fault)
{
    const struct jy_msg_LINK_ISSUE_CERTIFICATE *asked = &request->u.LINK_ISSUE_CERTIFICATE;
    struct jy_buf csr = { 0 };
    jy_err rc;

    if ((rc = set_text(out, "request_id", asked->request_id, fault)) == JY_OK &&
        (rc = set_text(out, "profile", asked->profile, fault)) == JY_OK && (rc = jy_base64_encode(asked->csr, &csr)) == JY_OK &&
        json_object_set_new(out, "csr", json_stringn((const char *)csr.p, csr.len)) != 0)
        rc = jy_fail(fault, JY_E_NOMEM, "csr", 0, "body");
    jy_buf_free(&csr);
    return rc;
}

/* The event as web wrote it, with the id under which it is delivered. */
static jy_err
body_event(const struct jy_frame *request, json_t *out, struct jy_fault *fault)
{
    const struct jy_msg_LINK_DELIVER *asked = &request->u.LINK_DELIVER;
    const json_t *own;
    json_t *event = NULL;
    jy_err rc;

    if ((rc = jy_json_parse(asked->body, &event, fault)) == JY_OK && !json_is_object(event))
        rc = jy_fail(fault, JY_E_BAD_JSON, "body", 0, "not an object");
    if (rc == JY_OK && (own = json_object_get(event, "event_id")) != NULL &&
        (!json_is_string(own) || strcmp(json_string_value(own), asked->event_id) != 0))
        rc = jy_fail(fault, JY_E_BAD_FIELD, "event_id", 0, "the body names another event");
    if (rc == JY_OK && json_object_update(out, event) != 0)
        rc = jy_fail(fault, JY_E_NOMEM, "body", 0, "body");
    json_decref(event);
    return rc == JY_OK ? set_text(out, "event_id", asked->event_id, fault) : rc;
}

/* -- the table -- */

#define AT(message, member) offsetof(struct jy_msg_##message, member)
#define ROOM(message, member) (sizeof(((struct jy_msg_##message *)NULL)->member) - 1)
#define TEXT_FIELD(message, member, check, must) { #member, TEXT, AT(message, member), ROOM(message, member), check, must }

static const struct field physical_seal_fields[] = {
    { "seal_code", ECHO, AT(LINK_PHYSICAL_SEAL, seal_code), ROOM(LINK_PHYSICAL_SEAL, seal_code), NULL, "the code that was asked for" },
    TEXT_FIELD(LINK_PHYSICAL_SEAL_FOUND, uscc, is_uscc_form, "18 digits and capitals"),
    TEXT_FIELD(LINK_PHYSICAL_SEAL_FOUND, name, link_is_plain_text, "text of at most 200 bytes"),
    TEXT_FIELD(LINK_PHYSICAL_SEAL_FOUND, kind, is_kind, "a known kind of seal"),
    TEXT_FIELD(LINK_PHYSICAL_SEAL_FOUND, state, is_state, "in_use, cancelled or lost"),
    TEXT_FIELD(LINK_PHYSICAL_SEAL_FOUND, picture_type, is_picture_type, "PNG"),
    { "width_mm", NUMBER, AT(LINK_PHYSICAL_SEAL_FOUND, width_mm), SIDE_MM_MAX, NULL, "1 to 200" },
    { "height_mm", NUMBER, AT(LINK_PHYSICAL_SEAL_FOUND, height_mm), SIDE_MM_MAX, NULL, "1 to 200" },
    { "picture", BINARY, AT(LINK_PHYSICAL_SEAL_FOUND, picture), 512 * KiB, link_is_png, "base64 of a PNG of at most 512 KiB" },
    { .name = NULL },
};

static const struct field certificate_fields[] = {
    { "certificate", BINARY, AT(LINK_CERTIFICATE, certificate), 64 * KiB, link_is_der_sequence, "base64 of one DER certificate" },
    { .name = NULL },
};

static const struct field receipt_fields[] = {
    { "event_id", ECHO, AT(LINK_DELIVER, event_id), ROOM(LINK_DELIVER, event_id), NULL, "the event that was delivered" },
    TEXT_FIELD(LINK_DELIVERED, receipt, link_is_plain_text, "text of at most 64 bytes"),
    { .name = NULL },
};

static const struct link_call calls[] = {
    { .request = JY_MSG_LINK_PHYSICAL_SEAL, .counterpart = LINK_ENGRAVING, .method = "GET", .path = "/seals/%s", .success = 200,
      .may_be_absent = true, .answer_max = 768 * KiB, .reply = JY_MSG_LINK_PHYSICAL_SEAL_FOUND, .fields = physical_seal_fields },
    { .request = JY_MSG_LINK_ISSUE_CERTIFICATE, .counterpart = LINK_CA, .method = "POST", .path = "/certificates", .success = 201,
      .answer_max = 128 * KiB, .body = body_certificate, .reply = JY_MSG_LINK_CERTIFICATE, .fields = certificate_fields },
    { .request = JY_MSG_LINK_FETCH_TRUST, .counterpart = LINK_CA, .method = "GET", .path = "/trust", .success = 200,
      .answer_max = 2048 * KiB, .reply = JY_MSG_LINK_TRUST },
    { .request = JY_MSG_LINK_DELIVER, .destination = "engraving", .counterpart = LINK_ENGRAVING, .method = "POST", .path = "/filings",
      .success = 201, .answer_max = 16 * KiB, .body = body_event, .reply = JY_MSG_LINK_DELIVERED, .fields = receipt_fields },
    { .request = JY_MSG_LINK_DELIVER, .destination = "ca", .counterpart = LINK_CA, .method = "POST", .path = "/revocations",
      .success = 201, .answer_max = 16 * KiB, .body = body_event, .reply = JY_MSG_LINK_DELIVERED, .fields = receipt_fields },
};

/* What a counterpart may say about the request itself. */
static const jy_err refusals[] = {
    JY_E_BAD_JSON, JY_E_BAD_FIELD, JY_E_ARGUMENT, JY_E_FORMAT, JY_E_TRAILING, JY_E_LIMIT, JY_E_UNSUPPORTED, JY_E_SIGNATURE,
    JY_E_CERTIFICATE, JY_E_NOT_FOUND, JY_E_CONFLICT,
};

const struct link_counterpart_name *
link_counterpart_name(enum link_counterpart counterpart)
{
    return &names[counterpart];
}

jy_err
link_call_find(const struct jy_frame *request, const struct link_call **out, struct jy_fault *fault)
{
    jy_err rc = JY_E_INTERNAL;

    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        if (calls[i].request != request->type)
            continue;
        rc = JY_E_BAD_FIELD;
        if (calls[i].destination == NULL || strcmp(calls[i].destination, request->u.LINK_DELIVER.destination) == 0) {
            *out = &calls[i];
            return JY_OK;
        }
    }
    return jy_fail(fault, rc, "destination", 0, "no such counterpart");
}

enum link_counterpart
link_call_counterpart(const struct link_call *call)
{
    return call->counterpart;
}

const char *
link_call_method(const struct link_call *call)
{
    return call->method;
}

size_t
link_call_answer_max(const struct link_call *call)
{
    return call->answer_max;
}

jy_err
link_call_path(const struct link_call *call, const struct jy_frame *request, char *out, struct jy_fault *fault)
{
    if (strstr(call->path, "%s") == NULL) {
        snprintf(out, LINK_PATH_MAX, "%s", call->path);
        return JY_OK;
    }
    /* Digits only: nothing that web hands over can change the path. */
    for (int digits = SEAL_CODE_DIGITS_MIN; digits <= SEAL_CODE_DIGITS_MAX; digits++)
        if (seal_code_is_valid(request->u.LINK_PHYSICAL_SEAL.seal_code, digits)) {
            snprintf(out, LINK_PATH_MAX, "%.*s%s", (int)(strlen(call->path) - 2), call->path, request->u.LINK_PHYSICAL_SEAL.seal_code);
            return JY_OK;
        }
    return jy_fail(fault, JY_E_BAD_FIELD, "seal_code", 0, "%d to %d digits", SEAL_CODE_DIGITS_MIN, SEAL_CODE_DIGITS_MAX);
}

jy_err
link_call_body(const struct link_call *call, const struct jy_frame *request, struct jy_buf *out, struct jy_fault *fault)
{
    json_t *object = NULL;
    char *text = NULL;
    jy_err rc;

    if (call->body == NULL)
        return JY_OK;
    if ((object = json_object()) == NULL)
        return jy_fail(fault, JY_E_NOMEM, "body", 0, "body");
    if ((rc = call->body(request, object, fault)) == JY_OK)
        rc = (text = json_dumps(object, JSON_COMPACT)) == NULL ? jy_fail(fault, JY_E_NOMEM, "body", 0, "body") : jy_buf_text(out, text);
    free(text);
    json_decref(object);
    return rc;
}

/* -- what we believe -- */

/* base64 of 1 to max bytes into the frame's own buffer; a message has at most one such field. */
static bool
read_binary(const struct field *field, struct jy_slice text, struct jy_frame *reply)
{
    if (text.len == 0 || text.len > (field->max + 2) / 3 * 4 || jy_base64_decode(text, &reply->bytes) != JY_OK || reply->bytes.len == 0 ||
        reply->bytes.len > field->max || (field->is_right != NULL && !field->is_right(jy_buf_slice(&reply->bytes))))
        return false;
    *(struct jy_slice *)((char *)&reply->u + field->offset) = jy_buf_slice(&reply->bytes);
    return true;
}

static bool
read_field(const struct field *field, const json_t *value, const struct jy_frame *request, struct jy_frame *reply)
{
    struct jy_slice text = JY_SLICE(json_string_value(value), json_string_length(value));
    char *target = (char *)&reply->u + field->offset;

    if (field->form == NUMBER) {
        if (!json_is_integer(value) || json_integer_value(value) < 1 || json_integer_value(value) > (json_int_t)field->max)
            return false;
        *(uint32_t *)(void *)target = (uint32_t)json_integer_value(value);
        return true;
    }
    if (!json_is_string(value))
        return false;
    if (field->form == BINARY)
        return read_binary(field, text, reply);
    if (text.len == 0 || text.len > field->max)
        return false;
    if (field->form == ECHO)
        return jy_slice_is(text, (const char *)&request->u + field->offset);
    if (field->is_right != NULL && !field->is_right(text))
        return false;
    memcpy(target, text.p, text.len);
    target[text.len] = '\0';
    return true;
}

static jy_err
read_fields(const struct link_call *call, const struct jy_frame *request, struct jy_slice body, struct jy_frame *reply,
            struct jy_fault *fault)
{
    json_t *object = NULL;
    struct jy_fault why = { 0 };
    jy_err rc = JY_OK;

    if (jy_json_parse(body, &object, &why) != JY_OK || !json_is_object(object))
        rc = jy_fail(fault, JY_E_COUNTERPART_DOWN, names[call->counterpart].config_key, why.offset, "%s does not answer with a JSON object",
                     names[call->counterpart].text);
    for (const struct field *field = call->fields; rc == JY_OK && field->name != NULL; field++)
        if (!read_field(field, json_object_get(object, field->name), request, reply))
            rc = jy_fail(fault, JY_E_COUNTERPART_DOWN, field->name, 0, "%s answers without a right \"%s\": %s",
                         names[call->counterpart].text, field->name, field->must);
    json_decref(object);
    return rc;
}

static jy_err
read_pem(const struct link_call *call, struct jy_slice body, struct jy_frame *reply, struct jy_fault *fault)
{
    jy_err rc;

    if (!link_is_trust_pem(body))
        return jy_fail(fault, JY_E_COUNTERPART_DOWN, names[call->counterpart].config_key, 0,
                       "%s does not answer with certificates and revocation lists as PEM", names[call->counterpart].text);
    if ((rc = jy_buf_add(&reply->bytes, body)) == JY_OK)
        reply->u.LINK_TRUST.pem = jy_buf_slice(&reply->bytes);
    return rc;
}

/* The code of a problem that a counterpart may decide, or JY_E_COUNTERPART_DOWN; detail gets its own words, made visible, or "". */
static jy_err
read_problem(struct jy_slice body, char *detail, size_t size)
{
    json_t *problem = NULL;
    const char *code, *text;
    jy_err rc = JY_E_COUNTERPART_DOWN, err;

    detail[0] = '\0';
    if (jy_json_parse(body, &problem, NULL) == JY_OK && (code = json_string_value(json_object_get(problem, "code"))) != NULL) {
        err = jy_err_by_code(code);
        for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
            if (err == refusals[i])
                rc = err;
        if ((text = json_string_value(json_object_get(problem, "detail"))) != NULL)
            jy_text_visible(text, detail, size);
    }
    json_decref(problem);
    return rc;
}

static jy_err
read_refusal(const struct link_call *call, int status, struct jy_slice body, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct link_counterpart_name *name = &names[call->counterpart];
    char detail[120];
    jy_err rc = JY_E_COUNTERPART_DOWN;

    if (status < 400 || status > 499)
        return jy_fail(fault, rc, name->config_key, 0, "%s answers with status %d", name->text, status);
    rc = read_problem(body, detail, sizeof(detail));
    if (status == 409)
        rc = JY_E_CONFLICT;
    /* Only its own word says that a seal does not exist: a 404 without it comes from a wrong URL or a gateway. */
    if (status == 404 && rc == JY_E_NOT_FOUND && call->may_be_absent) {
        reply->u.LINK_PHYSICAL_SEAL_FOUND.found = 0;
        return JY_OK;
    }
    return jy_fail(fault, rc, name->config_key, 0, "%s refuses with status %d: %s", name->text, status, detail);
}

jy_err
link_call_read(const struct link_call *call, const struct jy_frame *request, int status, struct jy_slice body, struct jy_frame *reply,
               struct jy_fault *fault)
{
    jy_err rc;

    memset(reply, 0, sizeof(*reply));
    reply->type = call->reply;
    if (body.len > call->answer_max)
        rc = jy_fail(fault, JY_E_COUNTERPART_DOWN, names[call->counterpart].config_key, 0, "%s answers with more than %zu bytes",
                     names[call->counterpart].text, call->answer_max);
    else if (status != call->success)
        rc = read_refusal(call, status, body, reply, fault);
    else if (call->fields == NULL)
        rc = read_pem(call, body, reply, fault);
    else if ((rc = read_fields(call, request, body, reply, fault)) == JY_OK && call->may_be_absent)
        reply->u.LINK_PHYSICAL_SEAL_FOUND.found = 1;
    if (rc != JY_OK) {
        jy_frame_free(reply);
        memset(reply, 0, sizeof(*reply));
    }
    return rc;
}
