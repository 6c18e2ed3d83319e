/* SPDX-License-Identifier: Apache-2.0 */
/* What is said to the counterparts, and what is believed of their answers: hostile ones above all. */
#include "codec/text.h"
#include "daemons/link/adapter.h"
#include "daemons/link/wire.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows[0]))
#define CODE "1201901000001"
/* One dot. */
#define PNG "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
#define SEAL                                                                                                                         \
    "{\"seal_code\":\"" CODE "\",\"uscc\":\"91120101MA0Y00016A\",\"name\":\"天津云帆示例贸易有限公司（演示）\",\"kind\":\"statutory\"," \
    "\"state\":\"in_use\",\"picture_type\":\"PNG\",\"width_mm\":40,\"height_mm\":40,\"picture\":\"" PNG "\"}"

static struct jy_frame
ask_seal(const char *code)
{
    struct jy_frame request = { .type = JY_MSG_LINK_PHYSICAL_SEAL };

    strcpy(request.u.LINK_PHYSICAL_SEAL.seal_code, code);
    return request;
}

static struct jy_frame
ask_certificate(void)
{
    struct jy_frame request = { .type = JY_MSG_LINK_ISSUE_CERTIFICATE };

    strcpy(request.u.LINK_ISSUE_CERTIFICATE.request_id, "r-1");
    strcpy(request.u.LINK_ISSUE_CERTIFICATE.profile, "seal");
    request.u.LINK_ISSUE_CERTIFICATE.csr = JY_SLICE("\x30\x03\x02\x01\x05", 5);
    return request;
}

static struct jy_frame
ask_trust(void)
{
    return (struct jy_frame){ .type = JY_MSG_LINK_FETCH_TRUST };
}

static struct jy_frame
deliver(const char *destination, const char *event_id, const char *body)
{
    struct jy_frame request = { .type = JY_MSG_LINK_DELIVER };

    strcpy(request.u.LINK_DELIVER.destination, destination);
    strcpy(request.u.LINK_DELIVER.event_id, event_id);
    request.u.LINK_DELIVER.body = jy_slice_text(body);
    return request;
}

static jy_err
read_bytes(const struct jy_frame *request, int status, struct jy_slice body, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct link_call *call = NULL;

    assert_int_equal(link_call_find(request, &call, NULL), JY_OK);
    return link_call_read(call, request, status, body, reply, fault);
}

/* What an answer is judged to be; a refusal leaves nothing behind. */
static jy_err
judge(struct jy_frame request, int status, const char *body)
{
    struct jy_frame reply;
    struct jy_fault fault = { 0 };
    jy_err rc = read_bytes(&request, status, jy_slice_text(body), &reply, &fault);

    if (rc != JY_OK) {
        assert_int_equal(reply.type, JY_MSG_NONE);
        assert_null(reply.bytes.p);
        assert_string_not_equal(fault.text, "");
        assert_true(jy_utf8_is_valid(jy_slice_text(fault.text)));
    }
    jy_frame_free(&reply);
    return rc;
}

/* -- what is said -- */

static void
calls__go_to_the_paths_of_the_wires(void **state)
{
    struct { struct jy_frame request; enum link_counterpart to; const char *method, *path; } rows[] = {
        { ask_seal(CODE), LINK_ENGRAVING, "GET", "/seals/" CODE },
        { ask_certificate(), LINK_CA, "POST", "/certificates" },
        { ask_trust(), LINK_CA, "GET", "/trust" },
        { deliver("engraving", "e-1", "{}"), LINK_ENGRAVING, "POST", "/filings" },
        { deliver("ca", "e-1", "{}"), LINK_CA, "POST", "/revocations" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct link_call *call = NULL;
        char path[LINK_PATH_MAX];
        assert_int_equal(link_call_find(&rows[i].request, &call, NULL), JY_OK);
        assert_int_equal(link_call_counterpart(call), rows[i].to);
        assert_string_equal(link_call_method(call), rows[i].method);
        assert_int_equal(link_call_path(call, &rows[i].request, path, NULL), JY_OK);
        assert_string_equal(path, rows[i].path);
    }
}

static void
calls__every_request_of_this_room_has_a_row_or_an_adapter_and_no_other(void **state)
{
    (void)state;
    for (int t = 1; t < JY_MSG__COUNT; t++) {
        const struct jy_message_info *info = jy_message_info((enum jy_message_type)t);
        struct jy_frame request = { .type = (enum jy_message_type)t };
        const struct link_call *call = NULL;
        bool mine = info->to == JY_ROOM_LINK && info->reply != JY_MSG_NONE;
        if (t == JY_MSG_LINK_DELIVER)
            strcpy(request.u.LINK_DELIVER.destination, "ca");
        bool adapted = link_adapter_find(request.type) != NULL;
        assert_int_equal(link_call_find(&request, &call, NULL), mine && !adapted ? JY_OK : JY_E_INTERNAL);
        assert_true(mine || !adapted);
    }
}

static void
calls__an_unknown_destination_is_refused(void **state)
{
    static const char *const names[] = { "", "CA", "engraving ", "http://x", "ca/../x" };

    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        struct jy_frame request = deliver(names[i], "e-1", "{}");
        const struct link_call *call = NULL;
        assert_int_equal(link_call_find(&request, &call, NULL), JY_E_BAD_FIELD);
    }
}

static void
paths__a_seal_code_is_digits_or_refused(void **state)
{
    static const struct { const char *code; jy_err rc; } rows[] = {
        { "123", JY_OK }, { "1234567890123456789", JY_OK }, { "12", JY_E_BAD_FIELD }, { "12345678901234567890", JY_E_BAD_FIELD },
        { "", JY_E_BAD_FIELD }, { "../filings", JY_E_BAD_FIELD }, { "123%2f", JY_E_BAD_FIELD }, { "123?a=b", JY_E_BAD_FIELD },
        { "123\r\nX: y", JY_E_BAD_FIELD }, { "123 ", JY_E_BAD_FIELD }, { "１２３", JY_E_BAD_FIELD },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct jy_frame request = ask_seal(rows[i].code);
        const struct link_call *call = NULL;
        char path[LINK_PATH_MAX];
        assert_int_equal(link_call_find(&request, &call, NULL), JY_OK);
        assert_int_equal(link_call_path(call, &request, path, NULL), rows[i].rc);
    }
}

static jy_err
body_of(struct jy_frame request, struct jy_buf *out)
{
    const struct link_call *call = NULL;

    assert_int_equal(link_call_find(&request, &call, NULL), JY_OK);
    return link_call_body(call, &request, out, NULL);
}

static void
bodies__are_the_json_of_the_wires(void **state)
{
    struct jy_buf body = { 0 };

    (void)state;
    assert_int_equal(body_of(ask_seal(CODE), &body), JY_OK);
    assert_int_equal(body.len, 0);
    assert_int_equal(body_of(ask_certificate(), &body), JY_OK);
    assert_true(jy_slice_is(jy_buf_slice(&body), "{\"request_id\":\"r-1\",\"profile\":\"seal\",\"csr\":\"MAMCAQU=\"}"));
    body.len = 0;
    assert_int_equal(body_of(deliver("ca", "e-1", "{\"serial\":\"4A\",\"reason\":1}"), &body), JY_OK);
    assert_true(jy_slice_is(jy_buf_slice(&body), "{\"serial\":\"4A\",\"reason\":1,\"event_id\":\"e-1\"}"));
    body.len = 0;
    assert_int_equal(body_of(deliver("engraving", "e-1", "{\"event_id\":\"e-1\",\"event\":\"seal_made\"}"), &body), JY_OK);
    assert_true(jy_slice_is(jy_buf_slice(&body), "{\"event_id\":\"e-1\",\"event\":\"seal_made\"}"));
    jy_buf_free(&body);
}

static void
bodies__what_is_not_one_event_of_this_id_is_refused(void **state)
{
    static const struct { const char *event_id, *body; jy_err rc; } rows[] = {
        { "e-1", "", JY_E_BAD_JSON },
        { "e-1", "[]", JY_E_BAD_JSON },
        { "e-1", "7", JY_E_BAD_JSON },
        { "e-1", "{\"a\":1,\"a\":2}", JY_E_BAD_JSON },
        { "e-1", "{\"event_id\":\"e-2\"}", JY_E_BAD_FIELD },
        { "e-1", "{\"event_id\":1}", JY_E_BAD_FIELD },
        { "e-1", "{\"event_id\":null}", JY_E_BAD_FIELD },
        { "", "{}", JY_E_BAD_FIELD },
        { "e-1", "{} {}", JY_E_BAD_JSON },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct jy_buf body = { 0 };
        assert_int_equal(body_of(deliver("engraving", rows[i].event_id, rows[i].body), &body), rows[i].rc);
        assert_int_equal(body.len, 0);
        jy_buf_free(&body);
    }
}

/* -- what is believed -- */

static void
seal__a_right_answer_becomes_the_message(void **state)
{
    struct jy_frame request = ask_seal(CODE), reply;
    const struct jy_msg_LINK_PHYSICAL_SEAL_FOUND *found = &reply.u.LINK_PHYSICAL_SEAL_FOUND;
    struct jy_buf frame = { 0 };
    int fds[JY_FRAME_FDS_MAX], fd_count;

    (void)state;
    assert_int_equal(read_bytes(&request, 200, jy_slice_text(SEAL), &reply, NULL), JY_OK);
    assert_int_equal(reply.type, JY_MSG_LINK_PHYSICAL_SEAL_FOUND);
    assert_int_equal(found->found, 1);
    assert_string_equal(found->uscc, "91120101MA0Y00016A");
    assert_string_equal(found->name, "天津云帆示例贸易有限公司（演示）");
    assert_string_equal(found->kind, "statutory");
    assert_string_equal(found->state, "in_use");
    assert_string_equal(found->picture_type, "PNG");
    assert_int_equal(found->width_mm, 40);
    assert_int_equal(found->height_mm, 40);
    assert_int_equal(found->picture.len, 70);
    assert_memory_equal(found->picture.p, "\x89PNG", 4);
    assert_int_equal(jy_ipc_encode(reply.type, &reply.u, &frame, fds, &fd_count), JY_OK);
    jy_buf_free(&frame);
    jy_frame_free(&reply);
}

/* R8.1: only the engraving system's own word says that a seal does not exist. */
static void
seal__not_found_is_an_answer_only_in_its_own_words(void **state)
{
    struct jy_frame request = ask_seal(CODE), reply;

    (void)state;
    assert_int_equal(read_bytes(&request, 404, jy_slice_text("{\"code\":\"not_found\"}"), &reply, NULL), JY_OK);
    assert_int_equal(reply.type, JY_MSG_LINK_PHYSICAL_SEAL_FOUND);
    assert_int_equal(reply.u.LINK_PHYSICAL_SEAL_FOUND.found, 0);
    jy_frame_free(&reply);
    assert_int_equal(judge(request, 404, "<html>404</html>"), JY_E_COUNTERPART_DOWN);
    assert_int_equal(judge(request, 404, ""), JY_E_COUNTERPART_DOWN);
    assert_int_equal(judge(request, 404, "{\"code\":\"something\"}"), JY_E_COUNTERPART_DOWN);
    assert_int_equal(judge(request, 200, "{\"code\":\"not_found\"}"), JY_E_COUNTERPART_DOWN);
    assert_int_equal(judge(request, 410, "{\"code\":\"not_found\"}"), JY_E_NOT_FOUND);
}

/* Bodies that are not the JSON object of the wires, whatever was asked. */
static void
answers__that_are_not_one_json_object_are_refused(void **state)
{
    static const char *const bodies[] = {
        "",
        " ",
        "null",
        "true",
        "7",
        "\"text\"",
        "[]",
        "[{}]",
        "{}",
        "{",
        "}",
        "{\"event_id\":\"e-1\",\"receipt\":",
        "<html><body>It works!</body></html>",
        "{\"event_id\":\"e-1\",\"receipt\":\"a\",\"receipt\":\"b\"}",
        "{\"event_id\":\"e-1\",\"receipt\":\"a\"}{\"event_id\":\"e-1\",\"receipt\":\"a\"}",
        "{\"event_id\":\"e-1\",\"receipt\":\"a\"} x",
        "\xEF\xBB\xBF{\"event_id\":\"e-1\",\"receipt\":\"a\"}",
        "{\"event_id\":\"e-1\",\"receipt\":\"\xFF\"}",
        "{\"event_id\":\"e-1\",\"receipt\":\"\xC0\x80\"}",
        "{\"event_id\":\"e-1\",\"receipt\":\"\xED\xA0\x80\"}",
        "{\"event_id\":\"e-1\",\"receipt\":\"\\u0000\"}",
        "{'receipt':'a'}",
        "{\"event_id\":\"e-1\",\"receipt\":\"a\",}",
        "{\"event_id\":\"e-1\",\"receipt\":1e999}",
        "{\"event_id\":\"e-1\",\"receipt\":\"a\",\"n\":99999999999999999999999}",
        "{\"event_id\":\"e-1\",\"receipt\":\"a\",\"d\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}",
        "-----BEGIN CERTIFICATE-----",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(bodies); i++) {
        assert_int_equal(judge(ask_seal(CODE), 200, bodies[i]), JY_E_COUNTERPART_DOWN);
        assert_int_equal(judge(ask_certificate(), 201, bodies[i]), JY_E_COUNTERPART_DOWN);
        assert_int_equal(judge(ask_trust(), 200, bodies[i]), JY_E_COUNTERPART_DOWN);
        assert_int_equal(judge(deliver("ca", "e-1", "{}"), 201, bodies[i]), JY_E_COUNTERPART_DOWN);
    }
}

/* A right answer in which one member is another value, or (NULL) is not there. */
static void
seal__every_wrong_member_is_refused_and_named(void **state)
{
    static const struct { const char *member, *value; } rows[] = {
        { "seal_code", NULL },
        { "seal_code", "\"1201901000002\"" },
        { "seal_code", "1201901000001" },
        { "seal_code", "\"\"" },
        { "seal_code", "\"1201901000001 \"" },
        { "uscc", NULL },
        { "uscc", "\"\"" },
        { "uscc", "\"91120101MA0Y00016\"" },
        { "uscc", "\"91120101MA0Y00016AA\"" },
        { "uscc", "\"91120101ma0y00016a\"" },
        { "uscc", "\"91120101MA0Y0001 A\"" },
        { "uscc", "[\"91120101MA0Y00016A\"]" },
        { "uscc", "null" },
        { "name", NULL },
        { "name", "\"\"" },
        { "name", "\"a\\nb\"" },
        { "name", "\"a\\u001b[2Jb\"" },
        { "name", "\"a\\u202Eb\"" },
        { "name", "{}" },
        { "name", "\"a\\u007Fb\"" },
        { "name", "\"\\u0085\"" },
        { "kind", NULL },
        { "kind", "\"Statutory\"" },
        { "kind", "\"unheard_of\"" },
        { "kind", "1" },
        { "kind", "\"statutory_statutory_statutory_statutory\"" },
        { "state", NULL },
        { "state", "\"IN_USE\"" },
        { "state", "\"in_use_\"" },
        { "state", "true" },
        { "state", "\"\"" },
        { "picture_type", NULL },
        { "picture_type", "\"png\"" },
        { "picture_type", "\"GIF\"" },
        { "picture_type", "\"PNGPNGPNGPNG\"" },
        { "width_mm", NULL },
        { "width_mm", "0" },
        { "width_mm", "-40" },
        { "width_mm", "201" },
        { "width_mm", "40.0" },
        { "width_mm", "\"40\"" },
        { "width_mm", "4294967336" },
        { "width_mm", "9223372036854775807" },
        { "height_mm", NULL },
        { "height_mm", "0" },
        { "height_mm", "1e2" },
        { "height_mm", "-9223372036854775808" },
        { "picture", NULL },
        { "picture", "\"\"" },
        { "picture", "\"====\"" },
        { "picture", "\"iVBORw0KGgo=\"" },
        { "picture", "\"R0lGODlhAQABAAAAACw=\"" },
        { "picture", "\"iVBORw0KGg\"" },
        { "picture", "7" },
        { "picture", "\"data:image/png;base64,iVBORw0KGgo=\"" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        json_t *answer = json_loads(SEAL, 0, NULL),
               *value = rows[i].value == NULL ? NULL : json_loads(rows[i].value, JSON_DECODE_ANY, NULL);
        struct jy_frame request = ask_seal(CODE), reply;
        struct jy_fault fault = { 0 };
        char *text;

        assert_int_equal(value == NULL, rows[i].value == NULL);
        if (value == NULL)
            json_object_del(answer, rows[i].member);
        else
            json_object_set_new(answer, rows[i].member, value);
        text = json_dumps(answer, 0);
        assert_int_equal(read_bytes(&request, 200, jy_slice_text(text), &reply, &fault), JY_E_COUNTERPART_DOWN);
        assert_string_equal(fault.where, rows[i].member);
        assert_int_equal(reply.type, JY_MSG_NONE);
        free(text);
        json_decref(answer);
    }
}

static void
seal__texts_at_their_limit_fit_and_one_byte_more_is_refused(void **state)
{
    char name[202], body[1024];

    (void)state;
    for (int len = 200; len <= 201; len++) {
        memset(name, 'x', sizeof(name));
        name[len] = '\0';
        snprintf(body, sizeof(body),
                 "{\"seal_code\":\"" CODE "\",\"uscc\":\"91120101MA0Y00016A\",\"name\":\"%s\",\"kind\":\"other\",\"state\":\"lost\","
                 "\"picture_type\":\"PNG\",\"width_mm\":200,\"height_mm\":1,\"picture\":\"" PNG "\"}",
                 name);
        assert_int_equal(judge(ask_seal(CODE), 200, body), len == 200 ? JY_OK : JY_E_COUNTERPART_DOWN);
    }
}

/* A PNG with one more chunk in it, so that it has this many bytes. */
static void
padded_png(size_t size, struct jy_buf *out)
{
    struct jy_buf one = { 0 };
    size_t padding;

    assert_int_equal(jy_base64_decode(jy_slice_text(PNG), &one), JY_OK);
    padding = size - one.len - 12;
    assert_int_equal(jy_buf_add(out, JY_SLICE(one.p, one.len - 12)), JY_OK);
    for (int shift = 24; shift >= 0; shift -= 8)
        assert_int_equal(jy_buf_byte(out, (uint8_t)(padding >> shift)), JY_OK);
    assert_int_equal(jy_buf_text(out, "tEXt"), JY_OK);
    for (size_t i = 0; i < padding + 4; i++)
        assert_int_equal(jy_buf_byte(out, 'x'), JY_OK);
    assert_int_equal(jy_buf_add(out, JY_SLICE(one.p + one.len - 12, 12)), JY_OK);
    assert_int_equal(out->len, size);
    jy_buf_free(&one);
}

static void
seal__a_picture_at_the_limit_fits_and_one_byte_more_is_refused(void **state)
{
    (void)state;
    for (size_t size = 524288; size <= 524289; size++) {
        struct jy_buf png = { 0 }, base64 = { 0 };
        json_t *answer = json_loads(SEAL, 0, NULL);
        char *text;
        padded_png(size, &png);
        assert_int_equal(jy_base64_encode(jy_buf_slice(&png), &base64), JY_OK);
        json_object_set_new(answer, "picture", json_stringn((const char *)base64.p, base64.len));
        text = json_dumps(answer, 0);
        assert_int_equal(judge(ask_seal(CODE), 200, text), size == 524288 ? JY_OK : JY_E_COUNTERPART_DOWN);
        free(text);
        json_decref(answer);
        jy_buf_free(&png);
        jy_buf_free(&base64);
    }
}

static void
png__every_cut_and_every_wrong_length_is_refused(void **state)
{
    struct jy_buf png = { 0 };

    (void)state;
    assert_int_equal(jy_base64_decode(jy_slice_text(PNG), &png), JY_OK);
    assert_true(link_is_png(jy_buf_slice(&png)));
    for (size_t len = 0; len < png.len; len++)
        assert_false(link_is_png(JY_SLICE(png.p, len)));
    for (size_t i = 0; i < 19; i++) {                       /* signature, IHDR's length and type, the high bytes of its width */
        png.p[i] ^= 0x80;
        assert_false(link_is_png(jy_buf_slice(&png)));
        png.p[i] ^= 0x80;
    }
    memcpy(png.p + 16, "\0\0\0\0", 4);                      /* no width */
    assert_false(link_is_png(jy_buf_slice(&png)));
    memcpy(png.p + 16, "\0\0\x10\x01", 4);                  /* 4097 */
    assert_false(link_is_png(jy_buf_slice(&png)));
    memcpy(png.p + 16, "\0\0\x10\0", 4);
    assert_true(link_is_png(jy_buf_slice(&png)));
    assert_int_equal(jy_buf_byte(&png, 0), JY_OK);
    assert_false(link_is_png(jy_buf_slice(&png)));
    jy_buf_free(&png);
}

static void
certificate__is_exactly_one_der_sequence(void **state)
{
    static const struct { const char *base64; jy_err rc; } rows[] = {
        { "MAMCAQU=", JY_OK },                               /* 30 03 02 01 05 */
        { "MAMCAQUA", JY_E_COUNTERPART_DOWN },               /* a byte more */
        { "MAQCAQU=", JY_E_COUNTERPART_DOWN },               /* a length too long */
        { "MAA=", JY_E_COUNTERPART_DOWN },                   /* nothing inside */
        { "MIACAQUAAA==", JY_E_COUNTERPART_DOWN },           /* indefinite length */
        { "MYADAgEF", JY_E_COUNTERPART_DOWN },               /* a SET */
        { "BAMCAQU=", JY_E_COUNTERPART_DOWN },               /* an OCTET STRING */
        { "MIEDAgEF", JY_E_COUNTERPART_DOWN },               /* 81 03: not minimal */
        { "MAMCAQU", JY_E_COUNTERPART_DOWN }, { "MAMC*QU=", JY_E_COUNTERPART_DOWN }, { "", JY_E_COUNTERPART_DOWN },
        { "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t", JY_E_COUNTERPART_DOWN },     /* PEM inside */
    };
    char body[128];

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        snprintf(body, sizeof(body), "{\"certificate\":\"%s\"}", rows[i].base64);
        assert_int_equal(judge(ask_certificate(), 201, body), rows[i].rc);
    }
    assert_int_equal(judge(ask_certificate(), 201, "{\"certificate\":5}"), JY_E_COUNTERPART_DOWN);
    assert_int_equal(judge(ask_certificate(), 201, "{\"Certificate\":\"MAMCAQU=\"}"), JY_E_COUNTERPART_DOWN);
}

static void
receipt__is_short_plain_text(void **state)
{
    static const struct { const char *body; jy_err rc; } rows[] = {
        { "{\"event_id\":\"e-1\",\"receipt\":\"F-00000001\"}", JY_OK },
        { "{\"event_id\":\"e-1\",\"receipt\":\"F-1\",\"more\":{\"is\":[\"ignored\"]}}", JY_OK },
        { "{\"event_id\":\"e-1\",\"receipt\":\"1234567890123456789012345678901234567890123456789012345678901234\"}", JY_OK },
        { "{\"event_id\":\"e-1\",\"receipt\":\"12345678901234567890123456789012345678901234567890123456789012345\"}", JY_E_COUNTERPART_DOWN },
        { "{\"receipt\":\"F-1\"}", JY_E_COUNTERPART_DOWN },                                /* to which event? */
        { "{\"event_id\":\"e-2\",\"receipt\":\"F-1\"}", JY_E_COUNTERPART_DOWN },           /* to another one: replayed, or out of order */
        { "{\"event_id\":\"e-1\",\"receipt\":\"\"}", JY_E_COUNTERPART_DOWN },
        { "{\"event_id\":\"e-1\",\"receipt\":1}", JY_E_COUNTERPART_DOWN },
        { "{\"event_id\":\"e-1\",\"receipt\":null}", JY_E_COUNTERPART_DOWN },
        { "{\"event_id\":\"e-1\",\"receipt\":\"a\\tb\"}", JY_E_COUNTERPART_DOWN },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(judge(deliver("engraving", "e-1", "{}"), 201, rows[i].body), rows[i].rc);
}

#define CERTIFICATE_PEM "-----BEGIN CERTIFICATE-----\nMAMC\nAQU=\n-----END CERTIFICATE-----\n"
#define CRL_PEM "-----BEGIN X509 CRL-----\nMAMCAQU=\n-----END X509 CRL-----\n"

static void
trust__is_certificates_and_lists_and_nothing_else(void **state)
{
    static const struct { const char *pem; jy_err rc; } rows[] = {
        { CERTIFICATE_PEM, JY_OK }, { CERTIFICATE_PEM "\n" CRL_PEM "\n", JY_OK },
        { "-----BEGIN CERTIFICATE-----\r\nMAMCAQU=\r\n-----END CERTIFICATE-----\r\n", JY_OK },
        { CRL_PEM, JY_E_COUNTERPART_DOWN },
        { "x\n" CERTIFICATE_PEM, JY_E_COUNTERPART_DOWN }, { CERTIFICATE_PEM "x", JY_E_COUNTERPART_DOWN },
        { CERTIFICATE_PEM "-----BEGIN PRIVATE KEY-----\nMAMCAQU=\n-----END PRIVATE KEY-----\n", JY_E_COUNTERPART_DOWN },
        { "-----BEGIN CERTIFICATE-----\nMAMCAQU=\n", JY_E_COUNTERPART_DOWN },
        { "-----BEGIN CERTIFICATE-----\nMAMCAQU=\n-----END X509 CRL-----\n", JY_E_COUNTERPART_DOWN },
        { "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", JY_E_COUNTERPART_DOWN },
        { "-----BEGIN CERTIFICATE-----\nMAMCAQUA\n-----END CERTIFICATE-----\n", JY_E_COUNTERPART_DOWN },
        { "-----BEGIN CERTIFICATE-----\nProc-Type: 4,ENCRYPTED\nMAMCAQU=\n-----END CERTIFICATE-----\n", JY_E_COUNTERPART_DOWN },
        { "-----BEGIN CERTIFICATE-----\n-----BEGIN CERTIFICATE-----\nMAMCAQU=\n-----END CERTIFICATE-----\n", JY_E_COUNTERPART_DOWN },
    };
    struct jy_frame request = ask_trust(), reply;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(judge(ask_trust(), 200, rows[i].pem), rows[i].rc);
    assert_int_equal(read_bytes(&request, 200, JY_SLICE(CERTIFICATE_PEM "\0", sizeof(CERTIFICATE_PEM)), &reply, NULL),
                     JY_E_COUNTERPART_DOWN);
    assert_int_equal(read_bytes(&request, 200, jy_slice_text(CERTIFICATE_PEM), &reply, NULL), JY_OK);
    assert_true(jy_slice_is(reply.u.LINK_TRUST.pem, CERTIFICATE_PEM));
    jy_frame_free(&reply);
}

static void
statuses__decide_what_an_answer_is(void **state)
{
    static const struct { int status; const char *body; jy_err rc; } rows[] = {
        { 201, "{\"event_id\":\"e-1\",\"receipt\":\"r\"}", JY_OK },
        { 200, "{\"event_id\":\"e-1\",\"receipt\":\"r\"}", JY_E_COUNTERPART_DOWN },
        { 202, "{\"event_id\":\"e-1\",\"receipt\":\"r\"}", JY_E_COUNTERPART_DOWN },
        { 204, "", JY_E_COUNTERPART_DOWN }, { 302, "{\"event_id\":\"e-1\",\"receipt\":\"r\"}", JY_E_COUNTERPART_DOWN },
        { 101, "", JY_E_COUNTERPART_DOWN },
        { 500, "{\"code\":\"conflict\"}", JY_E_COUNTERPART_DOWN }, { 503, "", JY_E_COUNTERPART_DOWN }, { 999, "", JY_E_COUNTERPART_DOWN },
        { 409, "", JY_E_CONFLICT }, { 409, "{\"code\":\"conflict\"}", JY_E_CONFLICT }, { 409, "{\"code\":\"pin_wrong\"}", JY_E_CONFLICT },
        { 422, "{\"code\":\"bad_field\"}", JY_E_BAD_FIELD }, { 400, "{\"code\":\"bad_json\"}", JY_E_BAD_JSON },
        { 404, "{\"code\":\"not_found\"}", JY_E_NOT_FOUND }, { 422, "{\"code\":\"bad_signature\"}", JY_E_SIGNATURE },
        { 413, "{\"code\":\"limit_exceeded\"}", JY_E_LIMIT },
        { 404, "", JY_E_COUNTERPART_DOWN }, { 400, "{\"code\":7}", JY_E_COUNTERPART_DOWN }, { 400, "[]", JY_E_COUNTERPART_DOWN },
        { 422, "{\"code\":\"no such code\"}", JY_E_COUNTERPART_DOWN }, { 400, "{\"code\":\"internal\"}", JY_E_COUNTERPART_DOWN },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(judge(deliver("ca", "e-1", "{}"), rows[i].status, rows[i].body), rows[i].rc);
}

/* A counterpart that says "unauthenticated" must not end the session of the person who asked, nor "pin_wrong" blame a custodian. */
static void
statuses__a_counterpart_cannot_speak_for_us(void **state)
{
    static const char *const codes[] = { "unauthenticated",    "bad_login",       "forbidden",   "pin_wrong", "pin_locked",
                                         "seal_not_live",      "no_approval",     "unavailable", "internal",  "physical_seal_unknown",
                                         "method_not_allowed", "counterpart_down" };
    char body[64];

    (void)state;
    for (size_t i = 0; i < COUNT(codes); i++) {
        snprintf(body, sizeof(body), "{\"code\":\"%s\"}", codes[i]);
        assert_int_equal(judge(ask_seal(CODE), 401, body), JY_E_COUNTERPART_DOWN);
        assert_int_equal(judge(deliver("ca", "e-1", "{}"), 422, body), JY_E_COUNTERPART_DOWN);
    }
}

static void
statuses__the_counterparts_own_words_are_shown_harmless_and_short(void **state)
{
    struct jy_frame request = ask_certificate(), reply;
    struct jy_fault fault = { 0 };
    char body[2048], detail[1600] = "";

    (void)state;
    assert_int_equal(
        read_bytes(&request, 422, jy_slice_text("{\"code\":\"bad_field\",\"detail\":\"a\\u001b[31m\\n\\u202E证书\"}"), &reply, &fault),
        JY_E_BAD_FIELD);
    assert_null(strpbrk(fault.text, "\x1b\n"));
    assert_non_null(strstr(fault.text, "证书"));
    for (int i = 0; i < 400; i++)
        strcat(detail, "证");
    snprintf(body, sizeof(body), "{\"code\":\"bad_field\",\"detail\":\"%s\"}", detail);
    assert_int_equal(judge(ask_certificate(), 422, body), JY_E_BAD_FIELD);
}

static void
answers__longer_than_the_call_allows_are_refused(void **state)
{
    struct jy_frame request = deliver("ca", "e-1", "{}"), reply;
    struct jy_buf body = { 0 };

    (void)state;
    assert_int_equal(jy_buf_text(&body, "{\"event_id\":\"e-1\",\"receipt\":\"r\"}"), JY_OK);
    while (body.len < 16384)
        assert_int_equal(jy_buf_byte(&body, ' '), JY_OK);
    assert_int_equal(read_bytes(&request, 201, jy_buf_slice(&body), &reply, NULL), JY_OK);
    jy_frame_free(&reply);
    assert_int_equal(jy_buf_byte(&body, ' '), JY_OK);
    assert_int_equal(read_bytes(&request, 201, jy_buf_slice(&body), &reply, NULL), JY_E_COUNTERPART_DOWN);
    jy_buf_free(&body);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls__go_to_the_paths_of_the_wires),
        cmocka_unit_test(calls__every_request_of_this_room_has_a_row_or_an_adapter_and_no_other),
        cmocka_unit_test(calls__an_unknown_destination_is_refused),
        cmocka_unit_test(paths__a_seal_code_is_digits_or_refused),
        cmocka_unit_test(bodies__are_the_json_of_the_wires),
        cmocka_unit_test(bodies__what_is_not_one_event_of_this_id_is_refused),
        cmocka_unit_test(seal__a_right_answer_becomes_the_message),
        cmocka_unit_test(seal__not_found_is_an_answer_only_in_its_own_words),
        cmocka_unit_test(answers__that_are_not_one_json_object_are_refused),
        cmocka_unit_test(seal__every_wrong_member_is_refused_and_named),
        cmocka_unit_test(seal__texts_at_their_limit_fit_and_one_byte_more_is_refused),
        cmocka_unit_test(seal__a_picture_at_the_limit_fits_and_one_byte_more_is_refused),
        cmocka_unit_test(png__every_cut_and_every_wrong_length_is_refused),
        cmocka_unit_test(certificate__is_exactly_one_der_sequence),
        cmocka_unit_test(receipt__is_short_plain_text),
        cmocka_unit_test(trust__is_certificates_and_lists_and_nothing_else),
        cmocka_unit_test(statuses__decide_what_an_answer_is),
        cmocka_unit_test(statuses__a_counterpart_cannot_speak_for_us),
        cmocka_unit_test(statuses__the_counterparts_own_words_are_shown_harmless_and_short),
        cmocka_unit_test(answers__longer_than_the_call_allows_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
