/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that the key room can be asked. What is not in the table it does not do. */
#include "daemons/key/keyroom.h"

#include "base/kill_point.h"

#include <stdio.h>
#include <string.h>

#define W JY_NODE_WHOLE
#define M JY_NODE_MAKING
#define S JY_NODE_STAMPING
static const struct { enum jy_message_type type; jy_key_handler *handler; unsigned nodes; } requests[] = {
    { JY_MSG_KEY_HELLO, jy_key_hello, W | M | S },
    { JY_MSG_KEY_ENROL, jy_key_enrol, W | M | S },
    { JY_MSG_KEY_BIND, jy_key_bind, W | M | S },
    { JY_MSG_KEY_CHANGE_PIN, jy_key_change_pin, W | M | S },        /* activation code or PIN of that key */
    { JY_MSG_KEY_MAKE_SEAL, jy_key_make_seal, W | M },              /* PIN of the maker */
    { JY_MSG_KEY_SET_FLOW, jy_key_set_flow, W | S },                /* PIN of the custodian, approval of the authority */
    { JY_MSG_KEY_HAND_OVER, jy_key_hand_over, W | S },              /* PIN of the custodian */
    { JY_MSG_KEY_TAKE_OVER, jy_key_take_over, W | S },              /* code of the hand-over */
    { JY_MSG_KEY_UNLOCK, jy_key_unlock, W | S },                    /* PINs of a colleague and of the maker */
    { JY_MSG_KEY_APPROVE, jy_key_approve, W | S },                  /* PIN of the approver */
    { JY_MSG_KEY_STAMP, jy_key_stamp, W | S },                      /* chain of approvals, and PIN of the custodian */
    { JY_MSG_KEY_GRANT, jy_key_grant, W | S },                      /* chain of approvals, and PIN of the custodian */
    { JY_MSG_KEY_REVOKE_GRANT, jy_key_revoke_grant, W | S },
    { JY_MSG_KEY_STAMP_GRANTED, jy_key_stamp_granted, W | S },      /* the client's secret and signature */
    { JY_MSG_KEY_SETTLE, jy_key_settle, W | S },
    { JY_MSG_KEY_STATEMENT, jy_key_statement, W | S },              /* nobody's: it binds the service alone */
    { JY_MSG_KEY_CERTIFICATE_REQUEST, jy_key_certificate_request, W | S },
    { JY_MSG_KEY_SIGN_DOCUMENT, jy_key_sign_document, W | S },      /* nobody's, likewise */
    { JY_MSG_KEY_SEAL_STATE, jy_key_seal_state, W | S },            /* PIN of the custodian for "live"; stopping needs nobody's */
    { JY_MSG_KEY_HOLD, jy_key_hold, W | S },                        /* nobody's: it stops */
    { JY_MSG_KEY_REQUEST, jy_key_request, S },                      /* nobody's: it says where a key lies */
    { JY_MSG_KEY_TAKE_SEAL, jy_key_take_seal, S },                  /* nobody's: the maker's signature */
    { JY_MSG_KEY_LIFT, jy_key_lift, W | S },                        /* PIN of an officer whom the hold names */
};

jy_err
jy_key_open(struct jy_key_room *room, const struct jy_key_setup *setup, struct jy_fault *fault)
{
    size_t vendor_len = strlen(setup->seal_vendor);
    jy_err rc;

    *room = (struct jy_key_room){ .vault = { .dir = -1, .keys = -1, .journal = { .fd = -1 } },
                                  .stretch = setup->stretch,
                                  .clock = setup->clock,
                                  .node = setup->node == JY_NODE_NONE ? JY_NODE_WHOLE : setup->node };
    if (setup->pin_retries < 1 || setup->pin_retries > 10)
        return jy_fail(fault, JY_E_ARGUMENT, "pin_retries", 0, "must be 1 to 10");
    if (setup->pin_max_days < 1 || setup->pin_max_days > 3650)
        return jy_fail(fault, JY_E_ARGUMENT, "pin_max_days", 0, "must be 1 to 3650");
    if (setup->hold_officers < 1 || setup->hold_officers > 5)
        return jy_fail(fault, JY_E_ARGUMENT, "hold_officers", 0, "must be 1 to 5");
    if (vendor_len < 1 || vendor_len >= sizeof(room->seal_vendor))
        return jy_fail(fault, JY_E_ARGUMENT, "seal_vendor", 0, "must have 1 to 32 characters");
    room->pin_retries = (uint32_t)setup->pin_retries;
    room->hold_officers = (uint32_t)setup->hold_officers;
    room->pin_max_seconds = setup->pin_max_days * 86400;
    snprintf(room->seal_vendor, sizeof(room->seal_vendor), "%s", setup->seal_vendor);
    if ((rc = jy_vault_open(&room->vault, setup->dir, setup->unlock_file, fault)) != JY_OK)
        return rc;
    if (setup->sdf_library != NULL && setup->sdf_library[0] != '\0' &&
        (rc = jy_device_open(setup->sdf_library, setup->sdf_access_file, &room->device, fault)) != JY_OK)
        return rc;
    return (rc = jy_key_check_slots(room, fault)) != JY_OK ? rc : jy_key_open_node(room, setup, fault);
}

void
jy_key_close(struct jy_key_room *room)
{
    jy_vault_close(&room->vault);
    jy_device_close(room->device);
    jy_wipe(room->data_key, sizeof(room->data_key));
    room->device = NULL;
}

jy_err
jy_key_answer(struct jy_key_room *room, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    memset(reply, 0, sizeof(*reply));
    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
        jy_err rc;
        if (requests[i].type != request->type)
            continue;
        if ((requests[i].nodes & room->node) == 0)
            return jy_fail(fault, JY_E_NOT_THIS_NODE, jy_message_info(request->type)->name, 0, "not a request to the %s node's key room",
                           jy_node_name(room->node));
        room->now = room->clock();
        reply->type = jy_message_info(request->type)->reply;
        JY_KILL_KIND(jy_message_info(request->type)->name);
        JY_KILL_POINT(key_asked);
        rc = requests[i].handler(room, request, reply, fault);
        JY_KILL_POINT(key_done);
        if (rc != JY_OK)
            jy_frame_free(reply);
        if ((rc == JY_E_DEVICE_DOWN || rc == JY_E_DEVICE_REFUSED) && room->device != NULL && jy_device_trouble(room->device)[0] != '\0')
            jy_fail(fault, rc, "device", 0, "%s", jy_device_trouble(room->device));      /* whoever signed had no place for it */
        return rc;
    }
    return jy_fail(fault, JY_E_FORBIDDEN, "message", 0, "not a request to the key room");
}
