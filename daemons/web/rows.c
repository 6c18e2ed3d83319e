/* SPDX-License-Identifier: Apache-2.0 */
#include "daemons/web/rows.h"

#include "codec/text.h"

#include <stdlib.h>
#include <string.h>

static struct db_row *
begin(struct db_tx *tx, enum sql_name name, const struct bind *binds)
{
    struct db_row *row = db_begin(tx, name);

    for (; binds != NULL && binds->param != NULL; binds++)
        switch (binds->kind) {
        case BIND_TEXT:
            db_bind_text(row, binds->param, binds->text);
            break;
        case BIND_INT:
            db_bind_int(row, binds->param, binds->number);
            break;
        case BIND_BLOB:
            if (binds->blob.p == NULL)
                db_bind_null(row, binds->param);
            else
                db_bind_blob(row, binds->param, binds->blob);
            break;
        }
    return row;
}

json_t *
json_base64(struct jy_slice bytes)
{
    struct jy_buf text = { 0 };
    json_t *value = jy_base64_encode(bytes, &text) == JY_OK ? json_stringn((const char *)text.p, text.len) : NULL;

    jy_buf_free(&text);
    return value;
}

static json_t *
hex_of(struct jy_slice bytes)
{
    char *text = malloc(2 * bytes.len + 1);
    json_t *value = NULL;

    if (text != NULL) {
        jy_hex(bytes, text);
        value = json_string(text);
    }
    free(text);
    return value;
}

static json_t *
value_of(const struct db_row *row, const struct column *column)
{
    char time[21];

    if (db_is_null(row, column->name))
        return json_null();
    switch (column->kind) {
    case COL_TEXT:
        return json_string(db_text(row, column->name));
    case COL_INT:
        return json_integer(db_int(row, column->name));
    case COL_BOOL:
        return json_boolean(db_int(row, column->name) != 0);
    case COL_TIME:
        jy_time_rfc3339(db_int(row, column->name), time);
        return json_string(time);
    case COL_HEX:
        return hex_of(db_blob(row, column->name));
    case COL_BASE64:
        return json_base64(db_blob(row, column->name));
    case COL_MM:
        return json_real((double)db_int(row, column->name) / 1000.0);
    case COL_JSON:
        return json_loads(db_text(row, column->name), JSON_REJECT_DUPLICATES, NULL);
    }
    return NULL;
}

/* "x_um" in the store, "x_mm" outside. */
static const char *
shown_name(const struct column *column, char out[64])
{
    size_t len = strlen(column->name);

    if (column->kind != COL_MM || len < 3 || len >= 64)
        return column->name;
    memcpy(out, column->name, len + 1);
    out[len - 2] = 'm';
    return out;
}

static json_t *
object_of(const struct db_row *row, const struct column *columns)
{
    json_t *object = json_object();
    char name[64];

    for (; object != NULL && columns->name != NULL; columns++)
        if (json_object_set_new(object, shown_name(columns, name), value_of(row, columns)) != 0) {
            json_decref(object);
            return NULL;
        }
    return object;
}

jy_err
rows_read(struct db_tx *tx, enum sql_name name, const struct bind *binds, const struct column *columns, json_t **out, struct jy_fault *fault)
{
    struct db_row *row = begin(tx, name, binds);
    json_t *rows = json_array();
    bool has_row = false;
    jy_err rc;

    while ((rc = db_step(row, &has_row, fault)) == JY_OK && has_row)
        if (json_array_append_new(rows, object_of(row, columns)) != 0) {
            rc = JY_E_NOMEM;
            break;
        }
    db_end(row);
    if (rc == JY_OK && rows == NULL)
        rc = JY_E_NOMEM;
    if (rc != JY_OK) {
        json_decref(rows);
        rows = NULL;
    }
    *out = rows;
    return rc;
}

jy_err
rows_first(struct db_tx *tx, enum sql_name name, const struct bind *binds, const struct column *columns, json_t **out, struct jy_fault *fault)
{
    struct db_row *row = begin(tx, name, binds);
    bool has_row = false;
    jy_err rc = db_step(row, &has_row, fault);

    *out = NULL;
    if (rc == JY_OK && has_row && (*out = object_of(row, columns)) == NULL)
        rc = JY_E_NOMEM;
    db_end(row);
    return rc;
}

jy_err
rows_run(struct db_tx *tx, enum sql_name name, const struct bind *binds, int64_t *changes, struct jy_fault *fault)
{
    return db_run(begin(tx, name, binds), changes, fault);
}
