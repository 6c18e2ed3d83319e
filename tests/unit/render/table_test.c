/* SPDX-License-Identifier: Apache-2.0 */
/* Printed tables (R19.1): every character of every cell can be read in its column, nothing is cut off, and hostile input is refused by its path. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <jinyin/render.h>
#include <jinyin/text.h>

#include <codec/text.h>
#include <poppler/poppler.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MUST(call) assert_int_equal(call, JY_OK)
#define COLUMNS 4
#define LEFT_MM 12.0
#define FOOT_MM 197.0                        /* below it is the foot */

static struct jy_fonts *fonts;
static const struct jy_table_column columns[COLUMNS] = {
    { { "N", "NO" }, 12, JY_TABLE_NUMBER }, { { "P", "PURPOSE" }, 30, JY_TABLE_TEXT }, { { "D", "SM" }, 20, JY_TABLE_CODE },
    { { "R", "NOTE" }, 211, JY_TABLE_TEXT },
};

static struct jy_buf
print(const struct jy_table *table, size_t *pages)
{
    struct jy_fault fault = { 0 };
    struct jy_buf out = { 0 };

    if (jy_table_pdf(table, fonts, &out, pages, &fault) != JY_OK)
        fail_msg("%s: %s", fault.where, fault.text);
    return out;
}

#ifndef MADE_ONLY
static int
down_then_right(const void *a, const void *b)
{
    const struct jy_glyph *x = a, *y = b;
    double dy = x->box.y_mm - y->box.y_mm, dx = x->box.x_mm - y->box.x_mm;

    return dy < -0.5 ? -1 : dy > 0.5 ? 1 : (dx > 0) - (dx < 0);
}

/* What stands in a column of a page, as it is read: cells are written in lower case and Chinese, all else here in capitals or at the foot. */
static void
add_column(const struct jy_text *page, size_t column, struct jy_buf *out)
{
    double from = LEFT_MM;

    for (size_t i = 0; i < column; i++)
        from += columns[i].width_mm;
    for (size_t i = 0; i < page->count; i++) {
        const struct jy_glyph *g = &page->list[i];
        if (g->box.x_mm < from || g->box.x_mm >= from + columns[column].width_mm || g->box.y_mm > FOOT_MM || (g->code >= 'A' && g->code <= 'Z') ||
            g->code == ' ')
            continue;
        if (g->box.x_mm + g->box.width_mm > from + columns[column].width_mm + 0.1)
            fail_msg("U+%04X reaches out of column %zu", g->code, column);
        MUST(jy_utf8_add(out, g->code));
    }
}

static void
expect_cells(const struct jy_table *table, struct jy_slice pdf, size_t pages)
{
    struct jy_buf words = { 0 }, got[COLUMNS] = { { 0 } }, wanted = { 0 };
    struct jy_text text = { 0 };
    struct jy_bbox bbox;
    struct jy_document *doc;

    MUST(jy_poppler_words_bytes(pdf, 1, (int)pages, &words, NULL));
    bbox = (struct jy_bbox){ .rest = jy_buf_slice(&words) };
    MUST(jy_document_open(pdf, &doc, NULL));
    assert_int_equal(jy_document_page_count(doc), pages);
    for (size_t page = 0; page < pages; page++) {
        MUST(jy_bbox_page(&bbox, doc, &text, NULL));
        qsort(text.list, text.count, sizeof(text.list[0]), down_then_right);
        for (size_t i = 0; i < COLUMNS; i++)
            add_column(&text, i, &got[i]);
    }
    for (size_t i = 0; i < COLUMNS; i++) {
        wanted.len = 0;
        for (size_t r = 0; r < table->row_count; r++)
            for (const char *c = table->cells[r * COLUMNS + i]; *c != '\0'; c++)
                if (*c != ' ' && *c != '\n')
                    MUST(jy_buf_byte(&wanted, (uint8_t)*c));
        if (!jy_slice_equal(jy_buf_slice(&got[i]), jy_buf_slice(&wanted)))
            fail_msg("column %zu: %.*s\nnot %.*s", i, (int)got[i].len, (char *)got[i].p, (int)wanted.len, (char *)wanted.p);
        jy_buf_free(&got[i]);
    }
    jy_text_free(&text);
    jy_document_free(doc);
    jy_buf_free(&words);
    jy_buf_free(&wanted);
}
#endif

/* Rows of all heights up to some pages; the same bytes again. */
static void
R19_1__every_character_of_a_table_stands_in_its_column(void **state)
{
    static char longest[JY_TABLE_CELL_MAX + 1];
    static const char *const purposes[] = { "甲乙，丙丁（戊己）庚辛；壬癸。", "一份很长的框架协议补充协议以及附件二", "annual audit letter", "", "合同\n公函" };
    static const char digest[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    enum { ROWS = 60 };
    const char *cells[ROWS * COLUMNS];
    char numbers[ROWS][8];
    const struct jy_table table = { .title = { "T", "TITLE" }, .foot = "FOOT", .made = 1800000000, .columns = columns, .cells = cells, .column_count = COLUMNS,
                                    .row_count = ROWS };
    size_t pages = 0;
    struct jy_buf once, again;

    (void)state;
    for (size_t i = 0; i < sizeof(longest) - 1; i++)
        longest[i] = "0123456789abcdefghi"[i % 19];
    for (size_t r = 0; r < ROWS; r++) {
        snprintf(numbers[r], sizeof(numbers[r]), "%zu", r * r * r);
        cells[r * COLUMNS] = numbers[r];
        cells[r * COLUMNS + 1] = purposes[r % 5];
        cells[r * COLUMNS + 2] = r == 7 || r == 8 ? longest : digest;
        cells[r * COLUMNS + 3] = r == 30 ? longest : purposes[(r + 3) % 5];
    }
    once = print(&table, &pages);
    again = print(&table, &pages);
    assert_true(pages > 5);
    assert_true(jy_slice_equal(jy_buf_slice(&once), jy_buf_slice(&again)));
#ifndef MADE_ONLY
    expect_cells(&table, jy_buf_slice(&once), pages);
#endif
    jy_buf_free(&once);
    jy_buf_free(&again);
}

#ifndef MADE_ONLY
/* What hides, turns or is no character is shown as what it is. */
static void
R19_1__what_would_hide_is_shown(void **state)
{
    static const char *const hostile[] = { "1", "x\x01\x1b[2Jy", "a\xe2\x80\xae" "b\xff", "c\xe2\x80\x8b\xf0\x9f\x98\x80" "d\xef\xbb\xbf" };
    static const char *const shown[] = { "1", "x[U+0001][U+001B][2Jy", "a[U+202E]b\\xff", "c[U+200B][U+1F600]d[U+FEFF]" };
    struct jy_table table = { .title = { "T", "" }, .foot = "", .columns = columns, .cells = hostile, .column_count = COLUMNS, .row_count = 1 };
    struct jy_buf pdf, words = { 0 };

    (void)state;
    pdf = print(&table, NULL);
    MUST(jy_poppler_words_bytes(jy_buf_slice(&pdf), 1, 1, &words, NULL));
    for (size_t i = 0; i < 2; i++)
        if (jy_slice_find(jy_buf_slice(&words), jy_slice_text(shown[i])) == SIZE_MAX)
            fail_msg("no %s in %.*s", shown[i], (int)words.len, (char *)words.p);
    assert_true(jy_slice_find(jy_buf_slice(&words), jy_slice_text("a[U+202E]")) != SIZE_MAX);
    assert_true(jy_slice_find(jy_buf_slice(&words), jy_slice_text(shown[3])) != SIZE_MAX);
    assert_true(jy_slice_find(jy_buf_slice(&words), jy_slice_text("\xe2\x80\x8b")) == SIZE_MAX);
    jy_buf_free(&pdf);
    jy_buf_free(&words);
}
#endif

static void
page__what_leaves_no_room_for_rows_is_refused(void **state)
{
    static const char *const cells[2] = { "", "" };
    static char heading[JY_TABLE_TERM_MAX + 1], lines[JY_TABLE_TERM_MAX + 1];
    const struct { struct jy_table_column columns[2]; size_t count; const char *where; } rows[] = {
        { .count = 0, .where = "columns" }, { { { { "", "" }, 4.9, 0 } }, 1, "columns[0]" }, { { { { "", "" }, 0.0 / 0.0, 0 } }, 1, "columns[0]" },
        { { { { "", "" }, 200, 0 }, { { "", "" }, 73.1, 0 } }, 2, "columns" }, { { { { "", "" }, 10, 0 }, { { "", "" }, -5, 0 } }, 2, "columns[1]" },
        { { { { heading, "" }, 5, 0 } }, 1, "columns" },
    };

    (void)state;
    memset(heading, 'W', JY_TABLE_TERM_MAX);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct jy_table table = { .title = { "", "" }, .foot = "", .columns = rows[i].columns, .column_count = rows[i].count, .cells = cells, .row_count = 1 };
        struct jy_fault fault = { 0 };
        struct jy_buf out = { 0 };
        assert_int_equal(jy_table_pdf(&table, fonts, &out, NULL, &fault), JY_E_ARGUMENT);
        assert_string_equal(fault.where, rows[i].where);
        assert_int_equal(out.len, 0);
    }
    memset(lines, '\n', JY_TABLE_TERM_MAX);
    for (int i = 0; i < 3; i++) {
        static const char *const where[] = { "title", "title", "foot" };
        struct jy_table table = { .title = { i == 0 ? lines : "", i == 1 ? lines : "" }, .foot = i == 2 ? lines : "", .columns = columns, .column_count = 1,
                                  .cells = cells, .row_count = 1 };
        struct jy_fault fault = { 0 };
        struct jy_buf out = { 0 };
        assert_int_equal(jy_table_pdf(&table, fonts, &out, NULL, &fault), JY_E_ARGUMENT);
        assert_string_equal(fault.where, where[i]);
    }
}

#define HEAD "\"title\":{\"zh\":\"表\",\"en\":\"t\"},\"made\":\"2026-11-26T12:00:00Z\",\"foot\":\"f\","
#define COLUMN "{\"zh\":\"列\",\"en\":\"c\",\"width_mm\":20}"
#define FACT "{\"zh\":\"事\",\"en\":\"f\",\"value\":\"v\"}"

static void
read__takes_a_table_and_nothing_else(void **state)
{
    static const struct { const char *json, *where; } bad[] = {
        { "", "table" }, { "[]", "table" }, { "{}", "table" }, { "{" HEAD "\"facts\":[],\"columns\":[" COLUMN "],\"rows\":[]", "table" },
        { "{" HEAD "\"facts\":[],\"columns\":[" COLUMN "]}", "table" }, { "{" HEAD "\"facts\":[],\"columns\":[" COLUMN "],\"rows\":[],\"x\":1}", "table" },
        { "{" HEAD "\"facts\":[],\"facts\":[],\"columns\":[" COLUMN "],\"rows\":[]}", "table" },
        { "{" HEAD "\"facts\":{},\"columns\":[" COLUMN "],\"rows\":[]}", "facts" },
        { "{" HEAD "\"facts\":[" FACT ",7],\"columns\":[" COLUMN "],\"rows\":[]}", "facts[1]" },
        { "{" HEAD "\"facts\":[{\"zh\":\"事\",\"en\":\"f\"}],\"columns\":[" COLUMN "],\"rows\":[]}", "facts[0]" },
        { "{" HEAD "\"facts\":[{\"zh\":\"事\",\"en\":\"f\",\"value\":1}],\"columns\":[" COLUMN "],\"rows\":[]}", "facts[0]" },
        { "{" HEAD "\"facts\":[],\"columns\":[{\"zh\":\"列\",\"en\":\"c\",\"width_mm\":\"20\"}],\"rows\":[]}", "columns[0]" },
        { "{" HEAD "\"facts\":[],\"columns\":[{\"zh\":\"列\",\"en\":\"c\",\"width_mm\":20,\"kind\":\"bold\"}],\"rows\":[]}", "columns[0]" },
        { "{" HEAD "\"facts\":[],\"columns\":[{\"zh\":\"列\",\"en\":null,\"width_mm\":20}],\"rows\":[]}", "columns[0]" },
        { "{" HEAD "\"facts\":[],\"columns\":[" COLUMN "],\"rows\":[[]]}", "rows[0]" },
        { "{" HEAD "\"facts\":[],\"columns\":[" COLUMN "],\"rows\":[[\"1\"],[\"1\",\"2\"]]}", "rows[1]" },
        { "{" HEAD "\"facts\":[],\"columns\":[" COLUMN "],\"rows\":[[\"1\"],[1]]}", "rows[1][0]" },
        { "{" HEAD "\"facts\":[],\"columns\":[" COLUMN "],\"rows\":[[\"\xff\"]]}", "table" },
        { "{" HEAD "\"facts\":[],\"columns\":[" COLUMN "],\"rows\":[[\"a\\u0000b\"]]}", "table" },
        { "{\"title\":\"表\",\"made\":\"2026-11-26T12:00:00Z\",\"foot\":\"\",\"facts\":[],\"columns\":[],\"rows\":[]}", "title" },
        { "{\"title\":{\"zh\":\"\",\"en\":\"\"},\"made\":\"today\",\"foot\":\"\",\"facts\":[],\"columns\":[],\"rows\":[]}", "made" },
        { "{\"title\":{\"zh\":\"\",\"en\":\"\"},\"made\":1,\"foot\":\"\",\"facts\":[],\"columns\":[],\"rows\":[]}", "table" },
    };
    static const char good[] = "{" HEAD "\"facts\":[" FACT "],\"columns\":[" COLUMN ",{\"zh\":\"列\",\"en\":\"c\",\"width_mm\":7.5,\"kind\":\"code\"}],"
                               "\"rows\":[[\"1\",\"2\"],[\"3\",\"4\"],[\"5\",\"6\"]]}";
    struct jy_table *table;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct jy_fault fault = { 0 };
        assert_int_equal(jy_table_read(jy_slice_text(bad[i].json), &table, &fault), JY_E_FORMAT);
        assert_null(table);
        if (strcmp(fault.where, bad[i].where) != 0)
            fail_msg("%s: %s, %s", bad[i].json, fault.where, fault.text);
    }
    MUST(jy_table_read(jy_slice_text(good), &table, NULL));
    assert_string_equal(table->title.zh, "表");
    assert_int_equal(table->made, 1795694400);
    assert_int_equal(table->fact_count, 1);
    assert_string_equal(table->facts[0].value, "v");
    assert_int_equal(table->column_count, 2);
    assert_int_equal(table->columns[1].kind, JY_TABLE_CODE);
    assert_int_equal(table->row_count, 3);
    assert_string_equal(table->cells[5], "6");
    jy_table_free(table);
}

static int
begin(void **state)
{
    (void)state;
    return jy_fonts_open(&fonts, NULL) == JY_OK ? 0 : -1;
}

static int
end(void **state)
{
    (void)state;
    jy_fonts_free(fonts);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R19_1__every_character_of_a_table_stands_in_its_column),
#ifndef MADE_ONLY
        cmocka_unit_test(R19_1__what_would_hide_is_shown),
#endif
        cmocka_unit_test(page__what_leaves_no_room_for_rows_is_refused),
        cmocka_unit_test(read__takes_a_table_and_nothing_else),
    };

    return cmocka_run_group_tests_name("tables", tests, begin, end);
}
