/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A room for tests; which one is in its name. As jinyin-web it turns lines of JSON on its http socket into calls of doc, key and
 * link (the files named in a line are opened here, a seal and its keys are made at start); as jinyin-key or jinyin-link it answers
 * one question, so that edges can be seen to work.
 */
#include "daemons/room/room.h"
#include "tests/unit/verify/pki.h"
#include "codec/text.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/mman.h>
#include <unistd.h>

struct call { struct jy_room_context *room; json_t *line, *answer; int deadline; };

static const char *
text(const struct call *call, const char *key)
{
    const char *value = json_string_value(json_object_get(call->line, key));

    return value == NULL ? "" : value;
}

static int64_t
number(const struct call *call, const char *key)
{
    return json_integer_value(json_object_get(call->line, key));
}

static void
put(struct call *call, const char *key, struct jy_slice bytes)
{
    json_object_set_new(call->answer, key, json_stringn((const char *)bytes.p, bytes.len));
}

static jy_err
ask(struct call *call, enum jy_message_type type, const void *request, struct jy_frame *reply)
{
    struct jy_fault fault = { 0 };
    jy_err rc = jy_room_call(call->room, type, request, call->deadline, reply, &fault);

    put(call, "where", jy_slice_text(fault.where));
    put(call, "fault", jy_slice_text(fault.text));
    return rc;
}

static jy_err
inspect(struct call *call)
{
    struct jy_msg_DOC_INSPECT m = { .document = open(text(call, "document"), O_RDONLY | O_CLOEXEC), .now = pki.now };
    struct jy_frame reply;
    jy_err rc = ask(call, JY_MSG_DOC_INSPECT, &m, &reply);

    close(m.document);
    if (rc == JY_OK) {
        put(call, "format", jy_slice_text(reply.u.DOC_INSPECTED.format));
        put(call, "refusal", jy_slice_text(reply.u.DOC_INSPECTED.refusal));
        put(call, "json", reply.u.DOC_INSPECTED.json);
        jy_frame_free(&reply);
    }
    return rc;
}

static jy_err
prepare(struct call *call)
{
    char wish[160];
    struct jy_msg_DOC_PREPARE m = { .document = open(text(call, "document"), O_RDONLY | O_CLOEXEC),
                                    .output = open(text(call, "output"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600),
                                    .words = memfd_create("words", MFD_CLOEXEC), .seal = jy_buf_slice(&pki.seal_der), .now = pki.now };
    struct jy_frame reply;
    char hex[65];
    jy_err rc;

    snprintf(wish, sizeof(wish), "{\"width_mm\":40.0,\"height_mm\":40.0,\"places\":[{\"pages\":\"%u\",\"x_mm\":20.0,\"y_mm\":20.0}]}",
             (unsigned)number(call, "page"));
    m.wish = jy_slice_text(wish);
    rc = ask(call, JY_MSG_DOC_PREPARE, &m, &reply);
    close(m.words);
    close(m.document);
    close(m.output);
    if (rc == JY_OK) {
        jy_hex(reply.u.DOC_PREPARED.data_hash, hex);
        put(call, "data_hash", jy_slice_text(hex));
        put(call, "property_info", jy_slice_text(reply.u.DOC_PREPARED.property_info));
        put(call, "slot", jy_slice_text(reply.u.DOC_PREPARED.slot));
        jy_frame_free(&reply);
    }
    return rc;
}

static jy_err
finish(struct call *call)
{
    struct jy_msg_DOC_FINISH m = { .prepared = open(text(call, "prepared"), O_RDONLY | O_CLOEXEC),
                                   .output = open(text(call, "output"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) };
    struct jy_frame reply;
    struct jy_buf value = { 0 };
    uint8_t hash[JY_SM3_SIZE];
    jy_err rc;

    MUST(jy_hex_parse(jy_slice_text(text(call, "data_hash")), hash, sizeof(hash)));
    MUST(jy_ses_make(pki.seal, pki.now, hash, text(call, "property_info"), pki.signer_key, pki.signer, &value, NULL));
    m.value = jy_buf_slice(&value);
    snprintf(m.slot, sizeof(m.slot), "%s", text(call, "slot"));
    rc = ask(call, JY_MSG_DOC_FINISH, &m, &reply);
    close(m.prepared);
    close(m.output);
    jy_buf_free(&value);
    if (rc == JY_OK)
        jy_frame_free(&reply);
    return rc;
}

static jy_err
verify(struct call *call)
{
    struct jy_msg_DOC_VERIFY m = { .document = open(text(call, "document"), O_RDONLY | O_CLOEXEC), .form = "json", .now = pki.now };
    struct jy_buf crl = { 0 }, pem = { 0 }, makers = { 0 };
    struct jy_frame reply;
    jy_err rc;

    MUST(jy_cert_to_pem(pki.maker, &makers));
    m.makers = jy_buf_slice(&makers);
    MUST(jy_crl_issue(pki.ca_key, pki.ca, NULL, 0, pki.now - 60, pki.now + 86400, 1, &crl, NULL));
    MUST(jy_cert_to_pem(pki.ca, &pem));
    MUST(jy_crl_to_pem(jy_buf_slice(&crl), &pem));
    m.trust = json_is_true(json_object_get(call->line, "trust")) ? jy_buf_slice(&pem) : JY_EMPTY;
    m.evidence = jy_slice_text(text(call, "evidence"));
    rc = ask(call, JY_MSG_DOC_VERIFY, &m, &reply);
    close(m.document);
    jy_buf_free(&crl);
    jy_buf_free(&pem);
    jy_buf_free(&makers);
    if (rc == JY_OK) {
        put(call, "verdict", jy_slice_text(reply.u.DOC_VERIFIED.verdict));
        put(call, "report", reply.u.DOC_VERIFIED.report);
        jy_frame_free(&reply);
    }
    return rc;
}

static jy_err
hello(struct call *call)
{
    struct jy_msg_KEY_HELLO m = { 0 };
    struct jy_frame reply;
    jy_err rc = ask(call, JY_MSG_KEY_HELLO, &m, &reply);

    if (rc == JY_OK) {
        json_object_set_new(call->answer, "now", json_integer(reply.u.KEY_INFO.now));
        jy_frame_free(&reply);
    }
    return rc;
}

static jy_err
trust(struct call *call)
{
    struct jy_msg_LINK_FETCH_TRUST m = { 0 };
    struct jy_frame reply;
    jy_err rc = ask(call, JY_MSG_LINK_FETCH_TRUST, &m, &reply);

    if (rc == JY_OK) {
        put(call, "pem", reply.u.LINK_TRUST.pem);
        jy_frame_free(&reply);
    }
    return rc;
}

static const struct { const char *name; jy_err (*run)(struct call *call); } operations[] = {
    { "inspect", inspect }, { "prepare", prepare }, { "finish", finish }, { "verify", verify }, { "hello", hello }, { "trust", trust },
};

/* One connection of the test: lines until it closes. */
struct client { struct jy_room_context *room; int fd; };

static void *
converse(void *argument)
{
    struct client *client = argument;
    FILE *in = fdopen(client->fd, "r"), *out = fdopen(dup(client->fd), "w");
    char line[8192];

    while (fgets(line, sizeof(line), in) != NULL) {
        struct call call = { .room = client->room, .line = json_loads(line, 0, NULL), .answer = json_object() };
        jy_err rc = JY_E_UNSUPPORTED;
        call.deadline = (int)number(&call, "deadline_ms");
        for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
            if (strcmp(operations[i].name, text(&call, "op")) == 0)
                rc = operations[i].run(&call);
        put(&call, "code", jy_slice_text(jy_err_code(rc)));
        json_dumpf(call.answer, out, JSON_COMPACT);
        fputc('\n', out);
        fflush(out);
        json_decref(call.line);
        json_decref(call.answer);
    }
    fclose(in);
    fclose(out);
    free(client);
    return NULL;
}

static int
be_web(struct jy_room_context *room)
{
    struct pollfd p = { .fd = jy_room_descriptor(room, "http"), .events = POLLIN };

    MUST(jy_room_start_calling(room));
    jy_room_sandbox(room);
    jy_room_ready(room);
    while (!jy_room_stopping(room)) {
        int fd = poll(&p, 1, 50) > 0 ? accept4(p.fd, NULL, NULL, SOCK_CLOEXEC) : -1;
        if (fd >= 0) {
            struct client *client = malloc(sizeof(*client));
            pthread_t thread;
            *client = (struct client){ room, fd };
            if (pthread_create(&thread, NULL, converse, client) != 0)
                abort();
            pthread_detach(thread);
        }
    }
    return 0;
}

static void
answer(void *self, int fd, struct jy_frame *request)
{
    static const uint8_t point[65] = { 4 };
    struct jy_msg_KEY_INFO info = { .point = JY_SLICE(point, 65), .now = 7, .data_key = JY_SLICE(point, 32) };
    struct jy_msg_LINK_TRUST pem = { .pem = jy_slice_text("from link") };
    jy_err rc;

    (void)self;
    switch ((int)request->type) {
    case JY_MSG_KEY_HELLO: rc = jy_ipc_send(fd, JY_ROOM_KEY, JY_MSG_KEY_INFO, &info); break;
    case JY_MSG_LINK_FETCH_TRUST: rc = jy_ipc_send(fd, JY_ROOM_LINK, JY_MSG_LINK_TRUST, &pem); break;
    default: rc = jy_ipc_send_error(fd, jy_message_info(request->type)->to, JY_E_UNSUPPORTED, NULL);
    }
    if (rc != JY_OK && rc != JY_E_UNAVAILABLE)
        abort();
}

int
main(int argc, char **argv)
{
    enum jy_room which = strstr(argv[0], "-web") != NULL ? JY_ROOM_WEB : strstr(argv[0], "-key") != NULL ? JY_ROOM_KEY : JY_ROOM_LINK;
    struct jy_room_context *room;

    (void)argc;
    if (which == JY_ROOM_WEB)
        pki_begin();                  /* reads the picture of the seal, which web may not */
    room = jy_room_begin(which);
    if (which == JY_ROOM_WEB)
        return be_web(room);
    jy_room_sandbox(room);
    jy_room_ready(room);
    if (which == JY_ROOM_KEY)
        jy_room_serve(room, answer, NULL);
    else
        jy_room_serve_threads(room, answer, NULL);
    return 0;
}
