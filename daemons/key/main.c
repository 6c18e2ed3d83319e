/* SPDX-License-Identifier: Apache-2.0 */
/* jinyin-key: holds the private keys, checks PINs and approvals, signs only what it rebuilt itself. */
#include "base/kill_point.h"
#include "codec/text.h"
#include "daemons/key/keyroom.h"
#include "daemons/room/room.h"

#include <stdlib.h>

static void
answer(void *self, int fd, struct jy_frame *request)
{
    const char *name = jy_message_info(request->type)->name;
    struct jy_fault fault = { 0 };
    struct jy_frame reply;
    jy_err rc = jy_key_answer(self, request, &reply, &fault), sent;

    if (rc == JY_OK)
        sent = jy_ipc_send(fd, JY_ROOM_KEY, reply.type, &reply.u);
    else {
        jy_log(jy_err_http(rc) >= 500 ? "error" : "info", "refused", "%s: %s: %s: %s", name, jy_err_code(rc), fault.where, fault.text);
        sent = jy_ipc_send_error(fd, JY_ROOM_KEY, rc, &fault);
    }
    JY_KILL_POINT(key_told);
    if (sent != JY_OK)
        jy_log("warning", "answer_lost", "%s: %s", name, jy_err_code(sent));
    jy_frame_free(&reply);
}

/* N7: what the making node's configuration has to name, from the place that nobody but the operator writes to. */
static void
tell_request_key(struct jy_key_room *room)
{
    uint8_t point[JY_SM2_POINT_SIZE];
    char hex[2 * JY_SM2_POINT_SIZE + 1];
    struct jy_sm2 *key = NULL;

    if (jy_key_statement_key(room, JY_KEY_REQUEST_PURPOSE, &key) == JY_OK && jy_sm2_point(key, point) == JY_OK) {
        jy_hex(JY_SLICE(point, sizeof(point)), hex);
        jy_log("info", "key_request_key", "%s", hex);
    }
    jy_sm2_free(key);
}

int
main(void)
{
    struct jy_room_context *context = jy_room_begin(JY_ROOM_KEY);
    struct jy_key_setup setup = {
        .dir = jy_room_config_text(context, "key_dir"),
        .unlock_file = jy_room_config_text(context, "key_unlock_file"),
        .seal_vendor = jy_room_config_text(context, "seal_vendor"),
        .pin_retries = jy_room_config_int(context, "pin_retries"),
        .pin_max_days = jy_room_config_int(context, "pin_max_days"),
        .hold_officers = jy_room_config_int(context, "hold_officers"),
        .stretch = jy_argon2id,
        .clock = jy_now,
        .sdf_library = jy_room_config_text(context, "sdf_library"),
        .sdf_access_file = jy_room_config_text(context, "sdf_access_file"),
        .node = jy_node_by_name(jy_room_config_text(context, "node")),
        .data_key_file = jy_room_config_text(context, "data_key_file"),
        .seal_makers_path = jy_room_config_text(context, "seal_makers_path"),
        .key_request_key = jy_room_config_text(context, "key_request_key"),
    };
    struct jy_key_room room;
    struct jy_fault fault = { 0 };

    if (jy_key_open(&room, &setup, &fault) != JY_OK) {
        jy_log("error", "key_store_refused", "%s: %s", fault.where, fault.text);
        jy_key_close(&room);
        return EXIT_FAILURE;
    }
    if (room.device != NULL)
        jy_log("info", "device", "%s", jy_device_name(room.device));
    if (room.node == JY_NODE_STAMPING)
        tell_request_key(&room);
    if (room.vault.cut != 0)
        jy_log("warning", "journal_cut", "%llu bytes of an entry that was never acknowledged", (unsigned long long)room.vault.cut);
    jy_room_sandbox(context);
    jy_room_ready(context);
    jy_room_serve(context, answer, &room);
    jy_key_close(&room);
    return EXIT_SUCCESS;
}
