/* SPDX-License-Identifier: Apache-2.0 */
/* A table's input: what it may hold, and a table as JSON, strictly: a member that is not known, missing or of another type is refused by its path. */
#include "render/table.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- what a table may hold -- */

static jy_err
check_text(const char *text, size_t max, const char *where, struct jy_fault *fault)
{
    return strlen(text) <= max ? JY_OK : jy_fail(fault, JY_E_LIMIT, where, 0, "%zu bytes, at most %zu are printed", strlen(text), max);
}

static jy_err
check_count(size_t count, size_t max, const char *where, struct jy_fault *fault)
{
    return count <= max ? JY_OK : jy_fail(fault, JY_E_LIMIT, where, 0, "%zu, at most %zu are printed", count, max);
}

static jy_err
check_term(const struct jy_table_term *term, const char *where, struct jy_fault *fault)
{
    jy_err rc = check_text(term->zh, JY_TABLE_TERM_MAX, where, fault);

    return rc == JY_OK ? check_text(term->en, JY_TABLE_TERM_MAX, where, fault) : rc;
}

static jy_err
check_columns(const struct jy_table *t, struct jy_fault *fault)
{
    double width = 0;
    char where[64];
    jy_err rc = check_count(t->column_count, JY_TABLE_COLUMNS_MAX, "columns", fault);

    if (rc == JY_OK && t->column_count == 0)
        rc = jy_fail(fault, JY_E_ARGUMENT, "columns", 0, "a table has at least one");
    for (size_t i = 0; rc == JY_OK && i < t->column_count; i++) {
        snprintf(where, sizeof(where), "columns[%zu]", i);
        rc = check_term(&t->columns[i].heading, where, fault);
        if (rc == JY_OK && !(t->columns[i].width_mm >= JY_TABLE_COLUMN_MIN_MM && t->columns[i].width_mm <= JY_TABLE_WIDTH_MM))
            rc = jy_fail(fault, JY_E_ARGUMENT, where, 0, "a column is %.0f to %.0f mm wide", JY_TABLE_COLUMN_MIN_MM, JY_TABLE_WIDTH_MM);
        width += t->columns[i].width_mm;
    }
    if (rc == JY_OK && width > JY_TABLE_WIDTH_MM + 0.001)
        rc = jy_fail(fault, JY_E_ARGUMENT, "columns", 0, "%.1f mm together, the page has %.0f", width, JY_TABLE_WIDTH_MM);
    return rc;
}

jy_err
table_check(const struct jy_table *t, struct jy_fault *fault)
{
    char where[64];
    jy_err rc;

    if ((rc = check_term(&t->title, "title", fault)) != JY_OK || (rc = check_text(t->foot, JY_TABLE_TERM_MAX, "foot", fault)) != JY_OK ||
        (rc = check_count(t->fact_count, JY_TABLE_FACTS_MAX, "facts", fault)) != JY_OK || (rc = check_columns(t, fault)) != JY_OK ||
        (rc = check_count(t->row_count, JY_TABLE_ROWS_MAX, "rows", fault)) != JY_OK)
        return rc;
    for (size_t i = 0; rc == JY_OK && i < t->fact_count; i++) {
        snprintf(where, sizeof(where), "facts[%zu]", i);
        if ((rc = check_term(&t->facts[i].name, where, fault)) == JY_OK)
            rc = check_text(t->facts[i].value, JY_TABLE_CELL_MAX, where, fault);
    }
    for (size_t i = 0; rc == JY_OK && i < t->row_count * t->column_count; i++) {
        snprintf(where, sizeof(where), "rows[%zu][%zu]", i / t->column_count, i % t->column_count);
        rc = check_text(t->cells[i], JY_TABLE_CELL_MAX, where, fault);
    }
    return rc;
}

/* -- JSON -- */

struct owned {
    struct jy_table table;                   /* first: what is given out */
    json_t *root;                            /* its texts */
};

/* An object with these members and no others; those after `required` may be absent. */
static jy_err
check_members(json_t *object, const char *const *names, size_t required, size_t count, const char *where, struct jy_fault *fault)
{
    const char *key;
    json_t *value;

    if (!json_is_object(object))
        return jy_fail(fault, JY_E_FORMAT, where, 0, "must be an object");
    json_object_foreach(object, key, value) {
        bool known = false;
        for (size_t i = 0; i < count; i++)
            known = known || strcmp(key, names[i]) == 0;
        if (!known)
            return jy_fail(fault, JY_E_FORMAT, where, 0, "unknown member \"%.64s\"", key);
    }
    for (size_t i = 0; i < required; i++)
        if (json_object_get(object, names[i]) == NULL)
            return jy_fail(fault, JY_E_FORMAT, where, 0, "\"%s\" is missing", names[i]);
    return JY_OK;
}

static jy_err
read_text(json_t *object, const char *name, const char *where, const char **out, struct jy_fault *fault)
{
    *out = json_string_value(json_object_get(object, name));
    return *out != NULL ? JY_OK : jy_fail(fault, JY_E_FORMAT, where, 0, "\"%s\" must be a text", name);
}

static jy_err
read_term(json_t *object, const char *where, struct jy_table_term *out, struct jy_fault *fault)
{
    jy_err rc = read_text(object, "zh", where, &out->zh, fault);

    return rc == JY_OK ? read_text(object, "en", where, &out->en, fault) : rc;
}

/* A list with at most so many items, and room for what they become. */
static jy_err
read_list(json_t *root, const char *name, size_t max, size_t item_size, json_t **list, void *items, size_t *count, struct jy_fault *fault)
{
    void *memory;

    *list = json_object_get(root, name);
    if (!json_is_array(*list))
        return jy_fail(fault, JY_E_FORMAT, name, 0, "must be a list");
    if ((*count = json_array_size(*list)) > max)
        return jy_fail(fault, JY_E_LIMIT, name, 0, "%zu, at most %zu are printed", *count, max);
    if ((memory = calloc(*count + 1, item_size)) == NULL)
        return jy_fail(fault, JY_E_NOMEM, name, 0, "no memory");
    memcpy(items, &memory, sizeof(memory));
    return JY_OK;
}

static jy_err
read_facts(json_t *root, struct jy_table *t, struct jy_fault *fault)
{
    static const char *const names[] = { "zh", "en", "value" };
    struct jy_table_fact *facts = NULL;
    json_t *list, *item;
    char where[64];
    size_t i;
    jy_err rc = read_list(root, "facts", JY_TABLE_FACTS_MAX, sizeof(*facts), &list, &facts, &t->fact_count, fault);

    if (rc != JY_OK)
        return rc;
    t->facts = facts;
    json_array_foreach(list, i, item) {
        snprintf(where, sizeof(where), "facts[%zu]", i);
        if ((rc = check_members(item, names, 3, 3, where, fault)) != JY_OK || (rc = read_term(item, where, &facts[i].name, fault)) != JY_OK ||
            (rc = read_text(item, "value", where, &facts[i].value, fault)) != JY_OK)
            return rc;
    }
    return JY_OK;
}

static jy_err
read_kind(const json_t *kind, const char *where, enum jy_table_kind *out, struct jy_fault *fault)
{
    static const char *const kinds[] = { [JY_TABLE_TEXT] = "text", [JY_TABLE_NUMBER] = "number", [JY_TABLE_CODE] = "code" };

    *out = JY_TABLE_TEXT;
    if (kind == NULL)
        return JY_OK;
    for (size_t i = 0; json_is_string(kind) && i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(json_string_value(kind), kinds[i]) == 0) {
            *out = (enum jy_table_kind)i;
            return JY_OK;
        }
    return jy_fail(fault, JY_E_FORMAT, where, 0, "\"kind\" is text, number or code");
}

static jy_err
read_columns(json_t *root, struct jy_table *t, struct jy_fault *fault)
{
    static const char *const names[] = { "zh", "en", "width_mm", "kind" };
    struct jy_table_column *columns = NULL;
    json_t *list, *item;
    char where[64];
    size_t i;
    jy_err rc = read_list(root, "columns", JY_TABLE_COLUMNS_MAX, sizeof(*columns), &list, &columns, &t->column_count, fault);

    if (rc != JY_OK)
        return rc;
    t->columns = columns;
    json_array_foreach(list, i, item) {
        snprintf(where, sizeof(where), "columns[%zu]", i);
        if ((rc = check_members(item, names, 3, 4, where, fault)) != JY_OK || (rc = read_term(item, where, &columns[i].heading, fault)) != JY_OK ||
            (rc = read_kind(json_object_get(item, "kind"), where, &columns[i].kind, fault)) != JY_OK)
            return rc;
        if (!json_is_number(json_object_get(item, "width_mm")))
            return jy_fail(fault, JY_E_FORMAT, where, 0, "\"width_mm\" must be a number");
        columns[i].width_mm = json_number_value(json_object_get(item, "width_mm"));
    }
    return JY_OK;
}

/* After the columns. */
static jy_err
read_rows(json_t *root, struct jy_table *t, struct jy_fault *fault)
{
    const char **cells = NULL;
    json_t *list, *row;
    char where[64];
    size_t r;
    jy_err rc = read_list(root, "rows", JY_TABLE_ROWS_MAX, sizeof(*cells) * (t->column_count + 1), &list, &cells, &t->row_count, fault);

    if (rc != JY_OK)
        return rc;
    t->cells = cells;
    json_array_foreach(list, r, row) {
        if (!json_is_array(row) || json_array_size(row) != t->column_count) {
            snprintf(where, sizeof(where), "rows[%zu]", r);
            return jy_fail(fault, JY_E_FORMAT, where, 0, "must be a list of %zu texts, one a column", t->column_count);
        }
        for (size_t i = 0; i < t->column_count; i++)
            if ((cells[r * t->column_count + i] = json_string_value(json_array_get(row, i))) == NULL) {
                snprintf(where, sizeof(where), "rows[%zu][%zu]", r, i);
                return jy_fail(fault, JY_E_FORMAT, where, 0, "must be a text");
            }
    }
    return JY_OK;
}

static jy_err
read_table(json_t *root, struct jy_table *t, struct jy_fault *fault)
{
    static const char *const members[] = { "title", "made", "foot", "facts", "columns", "rows" }, *const terms[] = { "zh", "en" };
    json_t *title = json_object_get(root, "title");
    const char *made;
    jy_err rc;

    if ((rc = check_members(root, members, 6, 6, "table", fault)) != JY_OK || (rc = check_members(title, terms, 2, 2, "title", fault)) != JY_OK ||
        (rc = read_term(title, "title", &t->title, fault)) != JY_OK || (rc = read_text(root, "made", "table", &made, fault)) != JY_OK ||
        (rc = read_text(root, "foot", "table", &t->foot, fault)) != JY_OK)
        return rc;
    if (jy_time_parse_rfc3339(made, &t->made) != JY_OK)
        return jy_fail(fault, JY_E_FORMAT, "made", 0, "must be a time such as 2026-01-31T09:00:00Z");
    if ((rc = read_facts(root, t, fault)) == JY_OK && (rc = read_columns(root, t, fault)) == JY_OK)
        rc = read_rows(root, t, fault);
    return rc;
}

jy_err
jy_table_read(struct jy_slice json, struct jy_table **out, struct jy_fault *fault)
{
    struct owned *owned;
    json_error_t error;
    jy_err rc;

    *out = NULL;
    if (json.len > JY_TABLE_MAX)
        return jy_fail(fault, JY_E_LIMIT, "table", 0, "%zu bytes, at most %d are read", json.len, JY_TABLE_MAX);
    if ((owned = calloc(1, sizeof(*owned))) == NULL)
        return jy_fail(fault, JY_E_NOMEM, "table", 0, "no memory");
    if ((owned->root = json_loadb((const char *)json.p, json.len, JSON_REJECT_DUPLICATES, &error)) == NULL)
        rc = error.text[0] == '\0' ? jy_fail(fault, JY_E_NOMEM, "table", 0, "no memory") :    /* jansson has no word for it */
             jy_fail(fault, JY_E_FORMAT, "table", (uint64_t)error.position, "%s", error.text);
    else
        rc = read_table(owned->root, &owned->table, fault);
    if (rc == JY_OK)
        *out = &owned->table;
    else
        jy_table_free(&owned->table);
    return rc;
}

void
jy_table_free(struct jy_table *table)
{
    struct owned *owned = (struct owned *)table;

    if (table == NULL)
        return;
    free((void *)(uintptr_t)table->facts);
    free((void *)(uintptr_t)table->columns);
    free((void *)(uintptr_t)table->cells);
    json_decref(owned->root);
    free(owned);
}
