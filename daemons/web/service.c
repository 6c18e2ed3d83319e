/* SPDX-License-Identifier: Apache-2.0 */
/* The pages, and what the service says of itself. */
#include "daemons/web/evidence.h"
#include "daemons/web/outbox.h"
#include "daemons/web/route.h"
#include "daemons/web/static.h"

#include <string.h>
#include <unistd.h>

#define PAGE_POLICY                                                                                                                      \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; " \
    "frame-ancestors 'none'"

jy_err
page_static(struct exchange *x, struct jy_fault *fault)
{
    const struct jy_static_file *file = jy_static_files;
    const char *known = jy_http_header(x->request, "If-None-Match"), *path = jy_http_path(x->request);
    jy_err rc;

    while (file->path != NULL && strcmp(file->path, path) != 0)
        file++;
    if (file->path == NULL)
        return jy_fail(fault, JY_E_NOT_FOUND, "path", 0, "%s", path);
    if ((rc = jy_http_set_header(x->request, "Content-Security-Policy", PAGE_POLICY)) != JY_OK ||
        (rc = jy_http_set_header(x->request, "ETag", file->etag)) != JY_OK || (rc = jy_http_set_header(x->request, "Cache-Control", "no-cache")) != JY_OK)
        return rc;
    x->type = file->type;
    if (known != NULL && strcmp(known, file->etag) == 0) {
        x->status = 304;
        return JY_OK;
    }
    return jy_buf_add(&x->bytes, JY_SLICE(file->bytes, file->len));
}

/* An empty question to a room: an answer, also a refusal, shows that it serves. */
static bool
serves(jy_err rc, struct jy_frame *reply)
{
    if (rc == JY_OK)
        jy_frame_free(reply);
    return rc != JY_E_UNAVAILABLE;
}

static bool
key_serves(struct web *web)
{
    struct jy_frame reply;
    struct jy_fault fault;

    return serves(jy_room_call(web->room, JY_MSG_KEY_HELLO, &(struct jy_msg_KEY_HELLO){ { 0 } }, 2000, &reply, &fault), &reply);
}

static bool
doc_serves(struct web *web)
{
    struct jy_msg_DOC_INSPECT ask = { .document = -1, .now = jy_now() };
    struct jy_frame reply;
    struct jy_fault fault;
    bool serving;
    int fd;

    if (blob_new(web, &fd, NULL) != JY_OK)
        return false;
    ask.document = fd;                                    /* empty: refused at once, which is an answer */
    serving = serves(jy_room_call(web->room, JY_MSG_DOC_INSPECT, &ask, 2000, &reply, &fault), &reply);
    close(fd);
    return serving;
}

static bool
link_serves(struct web *web)
{
    struct jy_msg_LINK_PHYSICAL_SEAL ask = { { 0 } };     /* no code: refused before anybody outside is asked */
    struct jy_frame reply;
    struct jy_fault fault;

    return serves(jy_room_call(web->room, JY_MSG_LINK_PHYSICAL_SEAL, &ask, 2000, &reply, &fault), &reply);
}

static bool
page_serves(struct web *web)
{
    struct jy_msg_PAGE_DRAW ask = { .document = -1, .output = -1, .format = "OFD" };
    struct jy_frame reply;
    struct jy_fault fault;
    bool serving;
    int fd, output;

    if (blob_new(web, &fd, NULL) != JY_OK)
        return false;
    if (blob_new(web, &output, NULL) != JY_OK) {
        close(fd);
        return false;
    }
    ask.document = fd;                                    /* empty */
    ask.output = output;
    serving = serves(jy_room_call(web->room, JY_MSG_PAGE_DRAW, &ask, 2000, &reply, &fault), &reply);
    close(fd);
    close(output);
    return serving;
}

static const struct { const char *name; enum jy_room room; bool (*serves)(struct web *web); } rooms[] = {
    { "key", JY_ROOM_KEY, key_serves }, { "doc", JY_ROOM_DOC, doc_serves }, { "link", JY_ROOM_LINK, link_serves }, { "page", JY_ROOM_PAGE, page_serves },
};

jy_err
livez(struct exchange *x, struct jy_fault *fault)
{
    (void)fault;
    return answer_json(x, 200, json_pack("{s:b}", "alive", 1));
}

/* Ready: every room serves and there is trust data to judge with. */
jy_err
readyz(struct exchange *x, struct jy_fault *fault)
{
    bool delivers = (x->web->node & (JY_NODE_WHOLE | JY_NODE_STAMPING)) != 0;       /* others speak to no counterpart and collect no evidence */
    struct jy_buf pem = { 0 };
    json_t *exchange = NULL, *evidence = NULL;
    jy_err rc = trust_pem(x->web, false, &pem, fault);

    jy_buf_free(&pem);
    for (size_t i = 0; rc == JY_OK && i < sizeof(rooms) / sizeof(rooms[0]); i++)
        if (jy_node_has_room(x->web->node, rooms[i].room) && !rooms[i].serves(x->web))
            rc = jy_fail(fault, JY_E_UNAVAILABLE, rooms[i].name, 0, "does not serve yet");
    if (rc == JY_OK && delivers)
        rc = exchange_summary(x->web, &exchange, fault);
    if (rc == JY_OK && delivers && (rc = evidence_summary(x->web, &evidence, fault)) != JY_OK)
        json_decref(exchange);
    return rc != JY_OK ? rc : answer_json(x, 200, json_pack("{s:b, s:o*, s:o*}", "ready", 1, "exchange", exchange, "evidence", evidence));
}

jy_err
service_show(struct exchange *x, struct jy_fault *fault)
{
    json_t *state = json_pack("{s:s}", "web", "serving");

    (void)fault;
    for (size_t i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++)
        if (jy_node_has_room(x->web->node, rooms[i].room))
            json_object_set_new(state, rooms[i].name, json_string(rooms[i].serves(x->web) ? "serving" : "restarting"));
    return answer_json(x, 200, json_pack("{s:s, s:s, s:s, s:b, s:o}", "name", "津印 Jinyin", "version", JY_VERSION, "node", jy_node_name(x->web->node),
                                         "development", x->web->development, "rooms", state));
}

jy_err
sealing_point_show(struct exchange *x, struct jy_fault *fault)
{
    (void)fault;
    return answer_json(x, 200, json_pack("{s:o}", "sealing_point", json_base64(JY_SLICE(x->web->sealing_point, JY_SM2_POINT_SIZE))));
}
