/* SPDX-License-Identifier: Apache-2.0 */
/* Limits of printed tables. */
#include "at_limit.h"

#include <jinyin/render.h>

#include <stdio.h>

static char text_of_a_cell[JY_TABLE_CELL_MAX + 2], text_of_a_term[JY_TABLE_TERM_MAX + 2];

/* `rows` times `cell`, printed; `columns` of one width. */
static jy_err
error_of(struct jy_table *t, const char *cell, size_t rows, size_t columns, size_t *pages)
{
    struct jy_table_column *list = calloc(columns + 1, sizeof(*list));
    const char **cells = calloc(rows * columns + 1, sizeof(*cells));
    struct jy_fonts *fonts;
    struct jy_buf out = { 0 };
    jy_err rc;

    DO(jy_fonts_open(&fonts, NULL));
    for (size_t i = 0; i < columns; i++)
        list[i] = (struct jy_table_column){ { "", "" }, JY_TABLE_WIDTH_MM / JY_TABLE_COLUMNS_MAX, JY_TABLE_TEXT };
    for (size_t i = 0; i < rows * columns; i++)
        cells[i] = cell;
    if (t->title.zh == NULL)
        t->title = (struct jy_table_term){ "表", "" };
    if (t->foot == NULL)
        t->foot = "";
    t->columns = list;
    t->cells = cells;
    t->row_count = rows;
    t->column_count = columns;
    rc = jy_table_pdf(t, fonts, &out, pages, NULL);
    assert_true((rc == JY_OK) == (out.len > 0));
    jy_buf_free(&out);
    jy_fonts_free(fonts);
    free(list);
    free(cells);
    return rc;
}

void
limit_TABLE(void **state)
{
    static const char text[] = "{\"title\":{\"zh\":\"\",\"en\":\"\"},\"made\":\"2026-11-26T12:00:00Z\",\"foot\":\"\",\"facts\":[],\"columns\":[],\"rows\":[]}";
    struct jy_table *table;
    struct jy_buf json = { 0 };

    (void)state;
    DO(jy_buf_text(&json, text));
    DO(jy_buf_reserve(&json, JY_TABLE_MAX));
    memset(json.p + json.len, ' ', JY_TABLE_MAX + 1 - json.len);
    json.len = JY_TABLE_MAX;
    DO(jy_table_read(jy_buf_slice(&json), &table, NULL));
    jy_table_free(table);
    json.len++;
    assert_int_equal(jy_table_read(jy_buf_slice(&json), &table, NULL), BEYOND(TABLE));
    jy_buf_free(&json);
}

void
limit_TABLE_ROWS(void **state)
{
    (void)state;
    DO(error_of(&(struct jy_table){ 0 }, "", JY_TABLE_ROWS_MAX, 1, NULL));
    assert_int_equal(error_of(&(struct jy_table){ 0 }, "", JY_TABLE_ROWS_MAX + 1, 1, NULL), BEYOND(TABLE_ROWS));
}

void
limit_TABLE_COLUMNS(void **state)
{
    (void)state;
    DO(error_of(&(struct jy_table){ 0 }, "1", 1, JY_TABLE_COLUMNS_MAX, NULL));
    assert_int_equal(error_of(&(struct jy_table){ 0 }, "1", 1, JY_TABLE_COLUMNS_MAX + 1, NULL), BEYOND(TABLE_COLUMNS));
}

void
limit_TABLE_FACTS(void **state)
{
    struct jy_table_fact facts[JY_TABLE_FACTS_MAX + 1];

    (void)state;
    for (size_t i = 0; i <= JY_TABLE_FACTS_MAX; i++)
        facts[i] = (struct jy_table_fact){ { "事", "fact" }, "1" };
    DO(error_of(&(struct jy_table){ .facts = facts, .fact_count = JY_TABLE_FACTS_MAX }, "1", 1, 1, NULL));
    assert_int_equal(error_of(&(struct jy_table){ .facts = facts, .fact_count = JY_TABLE_FACTS_MAX + 1 }, "1", 1, 1, NULL), BEYOND(TABLE_FACTS));
}

void
limit_TABLE_CELL(void **state)
{
    const struct jy_table_fact fact = { { "事", "fact" }, text_of_a_cell };

    (void)state;
    memset(text_of_a_cell, 'x', JY_TABLE_CELL_MAX);
    DO(error_of(&(struct jy_table){ .facts = &fact, .fact_count = 1 }, text_of_a_cell, 1, 1, NULL));
    text_of_a_cell[JY_TABLE_CELL_MAX] = 'x';
    assert_int_equal(error_of(&(struct jy_table){ 0 }, text_of_a_cell, 1, 1, NULL), BEYOND(TABLE_CELL));
    assert_int_equal(error_of(&(struct jy_table){ .facts = &fact, .fact_count = 1 }, "", 1, 1, NULL), BEYOND(TABLE_CELL));
}

void
limit_TABLE_TERM(void **state)
{
    const struct jy_table_fact fact = { { text_of_a_term, "" }, "1" };

    (void)state;
    memset(text_of_a_term, 'x', JY_TABLE_TERM_MAX);
    DO(error_of(&(struct jy_table){ .title = { text_of_a_term, text_of_a_term }, .foot = text_of_a_term }, "", 1, 1, NULL));
    text_of_a_term[JY_TABLE_TERM_MAX] = 'x';
    assert_int_equal(error_of(&(struct jy_table){ .title = { text_of_a_term, "" } }, "", 1, 1, NULL), BEYOND(TABLE_TERM));
    assert_int_equal(error_of(&(struct jy_table){ .title = { "", text_of_a_term } }, "", 1, 1, NULL), BEYOND(TABLE_TERM));
    assert_int_equal(error_of(&(struct jy_table){ .foot = text_of_a_term }, "", 1, 1, NULL), BEYOND(TABLE_TERM));
    assert_int_equal(error_of(&(struct jy_table){ .facts = &fact, .fact_count = 1 }, "", 1, 1, NULL), BEYOND(TABLE_TERM));
}

/* So many empty lines that each row has its page. */
void
limit_TABLE_PAGES(void **state)
{
    char lines[32] = "";
    size_t pages = 0;

    (void)state;
    memset(lines, '\n', sizeof(lines) - 1);
    DO(error_of(&(struct jy_table){ 0 }, lines, JY_TABLE_PAGES_MAX, 1, &pages));
    assert_int_equal(pages, JY_TABLE_PAGES_MAX);
    assert_int_equal(error_of(&(struct jy_table){ 0 }, lines, JY_TABLE_PAGES_MAX + 1, 1, &pages), BEYOND(TABLE_PAGES));
}
