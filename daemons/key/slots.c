/* SPDX-License-Identifier: Apache-2.0 */
/* Which slot of the device holds whose key (R12.1). Makers' keys are told by their id, "maker-" and the maker's. */
#include "daemons/key/keyroom.h"

#include <string.h>

static bool
is_maker(const char *key_id)
{
    return strncmp(key_id, "maker-", 6) == 0;
}

/* Whether an enrolled key has this point already. */
static jy_err
is_taken(struct jy_key_room *room, const uint8_t point[JY_SM2_POINT_SIZE], bool *taken, struct jy_fault *fault)
{
    const struct jy_table *rows = &room->vault.key_rows;
    jy_err rc = JY_OK;

    *taken = false;
    for (size_t i = 0; rc == JY_OK && !*taken && i < rows->capacity; i++) {
        const struct jy_key_row *row = (const void *)(rows->rows + i * rows->row_size);
        struct jy_key_record record = { 0 };
        if (!is_maker(row->id) || !row->recorded)
            continue;
        if ((rc = jy_vault_load(&room->vault, row->id, &record, fault)) == JY_OK)
            *taken = memcmp(record.point, point, JY_SM2_POINT_SIZE) == 0;
        jy_record_free(&record);
    }
    return rc;
}

jy_err
jy_key_new_in_device(struct jy_key_room *room, struct jy_key_record *record, struct jy_sm2 **key, struct jy_fault *fault)
{
    const struct jy_device_access *access;
    uint8_t point[JY_SM2_POINT_SIZE];
    bool taken;
    jy_err rc;

    *key = NULL;
    if (record->kind != JY_KEY_MAKER || room->device == NULL)
        return JY_OK;
    if (!is_maker(record->key_id))
        return jy_fail(fault, JY_E_ARGUMENT, "key_id", 0, "a maker's key in a device begins with \"maker-\"");
    for (size_t n = 0; (access = jy_device_access(room->device, "maker", n)) != NULL; n++) {
        if ((rc = jy_device_point(room->device, access->slot, point)) != JY_OK || (rc = is_taken(room, point, &taken, fault)) != JY_OK)
            return rc;
        if (taken)
            continue;
        record->slot = access->slot;
        return jy_device_key(room->device, access, point, key);
    }
    return jy_fail(fault, JY_E_DEVICE_REFUSED, "device", 0, "no slot for makers' keys is free: add one to sdf_access_file");
}

jy_err
jy_key_check_slots(struct jy_key_room *room, struct jy_fault *fault)
{
    const struct jy_table *rows = &room->vault.key_rows;
    jy_err rc = JY_OK;

    for (size_t i = 0; rc == JY_OK && i < rows->capacity; i++) {
        const struct jy_key_row *row = (const void *)(rows->rows + i * rows->row_size);
        struct jy_key_record record = { 0 };
        uint8_t point[JY_SM2_POINT_SIZE];
        if (!is_maker(row->id) || !row->recorded)
            continue;
        if ((rc = jy_vault_load(&room->vault, row->id, &record, fault)) != JY_OK || record.slot == 0)
            ;
        else if (room->device == NULL)
            rc = jy_fail(fault, JY_E_ARGUMENT, "sdf_library", 0, "%s lies in slot %u of a device: name its library", row->id, (unsigned)record.slot);
        else if ((rc = jy_device_point(room->device, record.slot, point)) != JY_OK)
            jy_fail(fault, rc, "device", 0, "%s", jy_device_trouble(room->device));
        else if (memcmp(point, record.point, sizeof(point)) != 0)
            rc = jy_fail(fault, JY_E_DEVICE_REFUSED, "device", 0, "slot %u holds another key than the certificate of %s", (unsigned)record.slot, row->id);
        jy_record_free(&record);
    }
    return rc;
}
