/* SPDX-License-Identifier: Apache-2.0 */
#include "daemons/room/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { TEXT, PATH, INT, BOOL };
enum seen {
    SUPERVISOR = 1 << JY_ROOM_SUPERVISOR,
    WEB = 1 << JY_ROOM_WEB,
    DOC = 1 << JY_ROOM_DOC,
    KEY = 1 << JY_ROOM_KEY,
    LINK = 1 << JY_ROOM_LINK,
    PAGE = 1 << JY_ROOM_PAGE
};

struct key { const char *name; enum kind kind; const char *initial; unsigned rooms; };
#define CONFIG(name, kind, initial, rooms, sentence) { name, kind, initial, rooms },
static const struct key keys[] = {
#include "ipc/config.def"
};
#undef CONFIG
#define KEY_COUNT (sizeof(keys) / sizeof(keys[0]))

/* What a number may be; a number without a row is from 1 on, so that a new key cannot be zero by accident. */
static const struct { const char *name; json_int_t low, high; } ranges[] = {
    { "http_loopback_port", 0, 65535 },
    { "doc_workers", 1, 64 },
    { "document_max_bytes", 1024, 1 << 30 },
    { "doc_timeout_seconds", 1, 600 },
    { "page_workers", 1, 64 },
    { "page_timeout_seconds", 1, 600 },
    { "session_minutes", 1, 1440 },
    { "order_hours", 1, 8760 },
    { "pin_retries", 1, 100 },
    { "seal_code_pattern_digits", 3, 19 },
    { "link_timeout_seconds", 1, 600 },

    { "bootstrap_hours", 1, 720 },
    { "password_days", 0, 3650 },
    { "session_hours", 1, 24 },
    { "login_source_tries", 5, 100000 },
    { "outbox_retry_max_seconds", 1, 3600 },
    { "evidence_refresh_seconds", 1, 604800 },
    { "time_stamp_outage_minutes", 0, 525600 },
    { "outbox_refusals_max", 1, 1000 },
    { "outbox_dead_hours", 0, 8760 },
};

static const struct key *
find(const char *name)
{
    for (size_t i = 0; i < KEY_COUNT; i++)
        if (strcmp(keys[i].name, name) == 0)
            return &keys[i];
    return NULL;
}

static jy_err
check_int(const struct key *key, json_int_t value, struct jy_fault *fault)
{
    json_int_t low = 1, high = INT32_MAX;

    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
        if (strcmp(ranges[i].name, key->name) == 0)
            low = ranges[i].low, high = ranges[i].high;
    if (value < low || value > high)
        return jy_fail(fault, JY_E_BAD_FIELD, key->name, 0, "%lld is not within %lld and %lld", (long long)value, (long long)low,
                       (long long)high);
    return JY_OK;
}

static jy_err
check(const struct key *key, const json_t *value, struct jy_fault *fault)
{
    static const char *const words[] = { "a text", "a text (a path)", "a whole number", "true or false" };
    bool fits = key->kind == INT ? json_is_integer(value) : key->kind == BOOL ? json_is_boolean(value) : json_is_string(value);

    if (!fits)
        return jy_fail(fault, JY_E_BAD_FIELD, key->name, 0, "must be %s", words[key->kind]);
    return key->kind == INT ? check_int(key, json_integer_value(value), fault) : JY_OK;
}

static jy_err
parse(struct jy_slice json, json_t **out, struct jy_fault *fault)
{
    json_error_t error;

    *out = NULL;
    if (json.len > JY_CONFIG_MAX)
        return jy_fail(fault, JY_E_LIMIT, "configuration", 0, "longer than %d bytes", JY_CONFIG_MAX);
    if ((*out = json_loadb((const char *)json.p, json.len, JSON_REJECT_DUPLICATES, &error)) == NULL)
        return jy_fail(fault, JY_E_BAD_JSON, "configuration", (uint64_t)error.position, "line %d, column %d: %s", error.line, error.column,
                       error.text);
    if (json_is_object(*out))
        return JY_OK;
    json_decref(*out);
    *out = NULL;
    return jy_fail(fault, JY_E_BAD_JSON, "configuration", 0, "must be one JSON object");
}

static json_t *
initial(const struct key *key)
{
    return key->kind == INT ? json_integer(strtoll(key->initial, NULL, 10))
         : key->kind == BOOL ? json_boolean(strcmp(key->initial, "true") == 0)
         : json_string(key->initial);
}

/* An empty path means "none" and stays empty. */
static json_t *
absolute(const char *folder, const char *path)
{
    return path[0] == '\0' || path[0] == '/' ? json_string(path) : json_sprintf("%s/%s", strcmp(folder, "/") == 0 ? "" : folder, path);
}

jy_err
jy_config_read(struct jy_slice json, const char *folder, json_t **out, struct jy_fault *fault)
{
    json_t *given = NULL, *whole = NULL, *value;
    const char *name;
    jy_err rc;

    *out = NULL;
    if ((rc = parse(json, &given, fault)) != JY_OK)
        return rc;
    json_object_foreach(given, name, value) {
        const struct key *key = find(name);
        if (key == NULL) {
            rc = jy_fail(fault, JY_E_BAD_FIELD, name, 0, "there is no such key");
            goto out;
        }
        if ((rc = check(key, value, fault)) != JY_OK)
            goto out;
    }
    if ((whole = json_object()) == NULL)
        rc = JY_E_NOMEM;
    for (size_t i = 0; rc == JY_OK && i < KEY_COUNT; i++) {
        json_t *set = json_object_get(given, keys[i].name);
        set = set != NULL ? json_incref(set) : initial(&keys[i]);
        if (keys[i].kind == PATH && set != NULL) {
            json_t *path = absolute(folder, json_string_value(set));
            json_decref(set);
            set = path;
        }
        if (json_object_set_new(whole, keys[i].name, set) != 0)
            rc = JY_E_NOMEM;
    }
    if (rc == JY_OK) {
        *out = whole;
        whole = NULL;
    }
out:
    json_decref(given);
    json_decref(whole);
    return rc;
}

bool
jy_config_is_seen(const char *name, enum jy_room room)
{
    const struct key *key = find(name);

    return key != NULL && (key->rooms >> room & 1) != 0;
}

json_t *
jy_config_part(const json_t *whole, enum jy_room room)
{
    json_t *part = json_object();

    for (size_t i = 0; part != NULL && i < KEY_COUNT; i++)
        if (jy_config_is_seen(keys[i].name, room) && json_object_set(part, keys[i].name, json_object_get(whole, keys[i].name)) != 0) {
            json_decref(part);
            part = NULL;
        }
    return part;
}

jy_err
jy_config_read_part(struct jy_slice json, enum jy_room room, json_t **out, struct jy_fault *fault)
{
    json_t *part = NULL, *value;
    const char *name;
    jy_err rc;

    *out = NULL;
    if ((rc = parse(json, &part, fault)) != JY_OK)
        return rc;
    json_object_foreach(part, name, value)
        if (rc == JY_OK && !jy_config_is_seen(name, room))
            rc = jy_fail(fault, JY_E_BAD_FIELD, name, 0, "not for the room %s", jy_room_name(room));
    for (size_t i = 0; rc == JY_OK && i < KEY_COUNT; i++)
        if (jy_config_is_seen(keys[i].name, room))
            rc = check(&keys[i], json_object_get(part, keys[i].name), fault);
    if (rc == JY_OK) {
        *out = part;
        return JY_OK;
    }
    json_decref(part);
    return rc;
}
