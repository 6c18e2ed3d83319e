/* SPDX-License-Identifier: Apache-2.0 */
/* table.h: rows in memory by id. Every row is one struct whose first member is `char id[JY_ID_SIZE]`. */
#ifndef JY_TABLE_H
#define JY_TABLE_H

#include <jinyin/base.h>

#define JY_ID_SIZE 65                 /* 64 characters and NUL */

/** Ids become file names here: 1 to 64 letters, digits, '-' or '_', nothing else. */
bool jy_id_is_valid(const char *id);

struct jy_table {
    size_t row_size;
    uint8_t *rows;                    /* capacity rows; an empty one has an empty id */
    size_t capacity, count;           /* capacity 0 or a power of two */
    uint64_t seed;
};

/** Begins an empty table; the seed keeps callers from choosing ids that collide. Ends in jy_table_free. */
void jy_table_start(struct jy_table *table, size_t row_size, uint64_t seed);
void jy_table_free(struct jy_table *table);
/** The row of this id, or NULL. Valid until the next jy_table_reserve. */
void *jy_table_find(const struct jy_table *table, const char *id);
/** Makes sure that the next jy_table_add cannot fail: what is on disk already must find its place. Errors: JY_E_NOMEM. */
JY_CHECK jy_err jy_table_reserve(struct jy_table *table);
/** The row of this id, new and zero when there was none. jy_table_reserve came before. */
void *jy_table_add(struct jy_table *table, const char *id);

#endif
