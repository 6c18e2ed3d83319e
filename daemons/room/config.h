/* SPDX-License-Identifier: Apache-2.0 */
/* config.h: reading the configuration against ipc/config.def: whole (jinyind) or one room's part (that room). */
#ifndef JY_CONFIG_H
#define JY_CONFIG_H

#include "ipc/ipc.h"

#include <jansson.h>

#define JY_CONFIG_MAX 65536           /* bytes of a configuration */

/**
 * Read a whole configuration as a person wrote it. folder = absolute path that relative paths are meant from. *out gets every key of
 * the table, defaults filled in, paths absolute; the caller's. Errors: JY_E_LIMIT, JY_E_BAD_JSON (syntax, duplicate key), JY_E_BAD_FIELD
 * (unknown key, wrong type, out of range; fault->where is the key).
 */
JY_CHECK jy_err jy_config_read(struct jy_slice json, const char *folder, json_t **out, struct jy_fault *fault);
/** The part of a whole configuration that this room may see; the caller's. NULL only without memory. */
json_t *jy_config_part(const json_t *whole, enum jy_room room);
/** What a room accepts: exactly its own keys, all of them. Errors as above. */
JY_CHECK jy_err jy_config_read_part(struct jy_slice json, enum jy_room room, json_t **out, struct jy_fault *fault);
/** May this room see this key? */
bool jy_config_is_seen(const char *key, enum jy_room room);

#endif
