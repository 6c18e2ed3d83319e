/* SPDX-License-Identifier: Apache-2.0 */
#include "daemons/key/table.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 64

bool
jy_id_is_valid(const char *id)
{
    size_t len = strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    return len >= 1 && len < JY_ID_SIZE && id[len] == '\0';
}

void
jy_table_start(struct jy_table *table, size_t row_size, uint64_t seed)
{
    *table = (struct jy_table){ .row_size = row_size, .seed = seed };
}

void
jy_table_free(struct jy_table *table)
{
    free(table->rows);
    table->rows = NULL;
    table->capacity = table->count = 0;
}

/* The place of this id: its row, or the empty row where it belongs (linear probing, FNV-1a). */
static char *
place_of(const struct jy_table *table, const char *id)
{
    uint64_t hash = table->seed ^ 0xCBF29CE484222325u;
    size_t at;

    for (const char *p = id; *p != '\0'; p++)
        hash = (hash ^ (unsigned char)*p) * 0x100000001B3u;
    for (at = (hash ^ hash >> 32) & (table->capacity - 1);; at = (at + 1) & (table->capacity - 1)) {
        char *row = (char *)table->rows + at * table->row_size;
        if (row[0] == '\0' || strcmp(row, id) == 0)
            return row;
    }
}

void *
jy_table_find(const struct jy_table *table, const char *id)
{
    char *row;

    if (table->capacity == 0 || id[0] == '\0' || strlen(id) >= JY_ID_SIZE)
        return NULL;
    row = place_of(table, id);
    return row[0] == '\0' ? NULL : row;
}

jy_err
jy_table_reserve(struct jy_table *table)
{
    struct jy_table larger = *table;

    if ((table->count + 1) * 2 <= table->capacity)
        return JY_OK;
    larger.capacity = table->capacity == 0 ? FIRST_CAPACITY : table->capacity * 2;
    if ((larger.rows = calloc(larger.capacity, larger.row_size)) == NULL)
        return JY_E_NOMEM;
    for (size_t i = 0; i < table->capacity; i++) {
        const char *row = (const char *)table->rows + i * table->row_size;
        if (row[0] != '\0')
            memcpy(place_of(&larger, row), row, table->row_size);
    }
    free(table->rows);
    *table = larger;
    return JY_OK;
}

void *
jy_table_add(struct jy_table *table, const char *id)
{
    char *row = place_of(table, id);

    if (row[0] == '\0') {
        memcpy(row, id, strlen(id) + 1);
        table->count++;
    }
    return row;
}
