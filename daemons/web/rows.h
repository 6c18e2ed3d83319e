/* SPDX-License-Identifier: Apache-2.0 */
/* rows.h: questions to the store as lists: what is bound, and how each column is shown. */
#ifndef JY_ROWS_H
#define JY_ROWS_H

#include "store/db.h"

#include <jansson.h>

struct bind {
    const char *param;
    enum { BIND_TEXT, BIND_INT, BIND_BLOB } kind;
    const char *text;                      /* NULL = SQL NULL */
    int64_t number;
    struct jy_slice blob;                  /* p NULL = SQL NULL */
};
#define B_TEXT(name, value) { .param = (name), .kind = BIND_TEXT, .text = (value) }
#define B_INT(name, value) { .param = (name), .kind = BIND_INT, .number = (value) }
#define B_BLOB(name, value) { .param = (name), .kind = BIND_BLOB, .blob = (value) }
#define BINDS(...) ((const struct bind[]){ __VA_ARGS__, { .param = NULL } })

enum column_kind { COL_TEXT, COL_INT, COL_BOOL, COL_TIME, COL_HEX, COL_BASE64, COL_MM, COL_JSON };
/** A column and how it is shown; SQL NULL is JSON null. COL_MM: micrometres shown as millimetres, "x_um" as "x_mm". A list ends with name NULL. */
struct column {
    const char *name;
    enum column_kind kind;
};

/** Base64 text, or NULL without memory; the caller's. */
json_t *json_base64(struct jy_slice bytes);
/** Rows as a JSON array, which the caller decrefs. */
JY_CHECK jy_err rows_read(struct db_tx *tx, enum sql_name name, const struct bind *binds, const struct column *columns, json_t **out,
                          struct jy_fault *fault);
/** The first row as an object; NULL with JY_OK when there is none. */
JY_CHECK jy_err rows_first(struct db_tx *tx, enum sql_name name, const struct bind *binds, const struct column *columns, json_t **out,
                           struct jy_fault *fault);
/** A statement that returns nothing; changes may be NULL. */
JY_CHECK jy_err rows_run(struct db_tx *tx, enum sql_name name, const struct bind *binds, int64_t *changes, struct jy_fault *fault);

#endif
