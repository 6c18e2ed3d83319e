/* SPDX-License-Identifier: Apache-2.0 */
#include "store/audit_chain.h"

#include <jansson.h>
#include <stdlib.h>

static json_t *
canonical_of(const json_t *row)
{
    static const char *const members[] = { "at", "event", "actor", "source", "object", "outcome", "request", "seen", "detail" };
    json_t *canonical = json_object();

    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        json_t *value = json_object_get(row, members[i]);
        json_object_set(canonical, members[i], value == NULL ? json_null() : value);
    }
    return canonical;
}

jy_err
audit_chain(uint8_t hash[JY_SM3_SIZE], const json_t *row)
{
    json_t *canonical = canonical_of(row);
    char *text = json_dumps(canonical, JSON_COMPACT | JSON_SORT_KEYS);
    struct jy_buf all = { 0 };
    jy_err rc = text == NULL ? JY_E_NOMEM : jy_buf_add(&all, JY_SLICE(hash, JY_SM3_SIZE));

    if (rc == JY_OK && (rc = jy_buf_text(&all, text)) == JY_OK)
        rc = jy_sm3(jy_buf_slice(&all), hash);
    free(text);
    jy_buf_free(&all);
    json_decref(canonical);
    return rc;
}
