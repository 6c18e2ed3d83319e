/* SPDX-License-Identifier: Apache-2.0 */
/* Where the characters of a page stand, and where a keyword is among them. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "../ofd/raw_zip.h"

#include <codec/text.h>
#include <jinyin/place.h>
#include <math.h>
#include <stdio.h>

#define ROWS(t) (sizeof(t) / sizeof((t)[0]))
#define MUST(call) assert_int_equal(call, JY_OK)

/* An OFD of one page: 200 × 100 mm, its content and a template's. */
static struct jy_document *
page_of(const char *content, const char *template, struct jy_buf *file)
{
    static char page[32768];
    const struct raw_entry entries[] = {
        { .name = "OFD.xml", .text = "<OFD><DocBody><DocRoot>Doc_0/Document.xml</DocRoot></DocBody></OFD>" },
        { .name = "Doc_0/Document.xml", .text = "<Document><CommonData><PageArea><PhysicalBox>0 0 200 100</PhysicalBox></PageArea>"
                                                "<TemplatePage ID=\"9\" BaseLoc=\"T.xml\"/><TemplatePage ID=\"8\" BaseLoc=\"missing.xml\"/></CommonData>"
                                                "<Pages><Page ID=\"1\" BaseLoc=\"P.xml\"/></Pages></Document>" },
        { .name = "Doc_0/P.xml", .text = page }, { .name = "Doc_0/T.xml", .text = template } };
    struct jy_document *doc;

    snprintf(page, sizeof(page), "<Page>%s<Content><Layer>%s</Layer></Content></Page>",
             template[0] == '\0' ? "<Template TemplateID=\"8\"/>" : "<Template TemplateID=\"9\"/>", content);
    *file = (struct jy_buf){ 0 };
    raw_zip(entries, template[0] == '\0' ? 3 : 4, file);
    MUST(jy_document_open(jy_buf_slice(file), &doc, NULL));
    return doc;
}

static size_t
find_all(struct jy_document *doc, const char *word, bool blanks_count, struct jy_matches *out)
{
    struct jy_text text = { 0 };

    *out = (struct jy_matches){ NULL, 0, 0 };
    MUST(jy_document_text(doc, 1, &text, NULL));
    MUST(jy_keyword_find(&text, 1, word, blanks_count, out, NULL));
    jy_text_free(&text);
    return out->count;
}

static bool
about(double a, double b)
{
    return fabs(a - b) < 0.0005;
}

/* Text of size 10 in a box at 20, 30: every character is 10 wide, and its top is 8.8 above the line. */
#define OBJECT "<TextObject Boundary=\"20 30 150 20\" Size=\"10\" %s>%s</TextObject>"

static void
ofd_text__each_character_stands_where_readers_draw_it(void **state)
{
    static const struct { const char *attributes, *codes; struct jy_box want[3]; } rows[] = {
        { "", "<TextCode X=\"0\" Y=\"10\" DeltaX=\"12 14\">甲乙丙</TextCode>", { { 20, 31.2, 10, 10 }, { 32, 31.2, 10, 10 }, { 46, 31.2, 10, 10 } } },
        { "", "<TextCode X=\"1\" Y=\"10\" DeltaX=\"g 2 11\">甲乙丙</TextCode>", { { 21, 31.2, 10, 10 }, { 32, 31.2, 10, 10 }, { 43, 31.2, 10, 10 } } },
        { "", "<TextCode X=\"1\" Y=\"10\" DeltaX=\"g 1 11 12\">甲乙丙</TextCode>", { { 21, 31.2, 10, 10 }, { 32, 31.2, 10, 10 }, { 44, 31.2, 10, 10 } } },
        { "", "<TextCode X=\"0\" Y=\"10\" DeltaY=\"11 11\">甲乙丙</TextCode>", { { 20, 31.2, 10, 10 }, { 20, 42.2, 10, 10 }, { 20, 53.2, 10, 10 } } },
        /* without distances: a width for Chinese, half of it for Latin */
        { "", "<TextCode X=\"0\" Y=\"10\">a乙b</TextCode>", { { 20, 31.2, 5, 10 }, { 25, 31.2, 10, 10 }, { 35, 31.2, 5, 10 } } },
        { "ReadDirection=\"90\"", "<TextCode X=\"0\" Y=\"10\">甲乙丙</TextCode>", { { 20, 31.2, 10, 10 }, { 20, 41.2, 10, 10 }, { 20, 51.2, 10, 10 } } },
        /* several codes: the second has its own place, the third that of the one before */
        { "", "<TextCode X=\"0\" Y=\"10\">甲</TextCode><TextCode X=\"50\" Y=\"12\">乙</TextCode><TextCode>丙</TextCode>",
          { { 20, 31.2, 10, 10 }, { 70, 33.2, 10, 10 }, { 70, 33.2, 10, 10 } } },
        { "HScale=\"0.5\"", "<TextCode X=\"0\" Y=\"10\">甲乙丙</TextCode>", { { 20, 31.2, 5, 10 }, { 25, 31.2, 5, 10 }, { 30, 31.2, 5, 10 } } },
        { "CTM=\"2 0 0 2 3 4\"", "<TextCode X=\"0\" Y=\"10\" DeltaX=\"10 10\">甲乙丙</TextCode>", { { 23, 36.4, 20, 20 }, { 43, 36.4, 20, 20 }, { 63, 36.4, 20, 20 } } },
        /* a quarter turn: what goes right goes down */
        { "CTM=\"0 1 -1 0 0 0\"", "<TextCode X=\"0\" Y=\"0\" DeltaX=\"10 10\">甲乙丙</TextCode>",
          { { 18.8, 30, 10, 10 }, { 18.8, 40, 10, 10 }, { 18.8, 50, 10, 10 } } },
        /* a blank in front has its distance too; the transform of glyphs changes no place */
        { "", "<TextCode X=\"0\" Y=\"10\" DeltaX=\"3 4\"> 乙丙</TextCode>", { { 20, 31.2, 3, 10 }, { 23, 31.2, 4, 10 }, { 27, 31.2, 10, 10 } } },
        { "", "<CGTransform CodePosition=\"0\" CodeCount=\"3\" GlyphCount=\"3\"><Glyphs>5 6 7</Glyphs></CGTransform>"
              "<TextCode X=\"0\" Y=\"10\" DeltaX=\"12 14\">甲乙丙</TextCode>", { { 20, 31.2, 10, 10 }, { 32, 31.2, 10, 10 }, { 46, 31.2, 10, 10 } } },
        /* the last distance goes on; a list without any moves nothing */
        { "", "<TextCode X=\"0\" Y=\"10\" DeltaX=\"12\">甲乙丙</TextCode>", { { 20, 31.2, 10, 10 }, { 32, 31.2, 10, 10 }, { 44, 31.2, 10, 10 } } },
        { "", "<TextCode X=\"0\" Y=\"10\" DeltaX=\"12 g\">甲乙丙</TextCode>", { { 20, 31.2, 10, 10 }, { 32, 31.2, 10, 10 }, { 44, 31.2, 10, 10 } } },
        { "", "<TextCode X=\"0\" Y=\"10\" DeltaX=\"11\" DeltaY=\"2 3\">甲乙丙</TextCode>", { { 20, 31.2, 10, 10 }, { 31, 33.2, 10, 10 }, { 42, 36.2, 10, 10 } } },
        { "", "<TextCode X=\"0\" Y=\"10\" DeltaX=\"g 99999999999 12\">甲乙丙</TextCode>", { { 20, 31.2, 10, 10 }, { 32, 31.2, 10, 10 }, { 44, 31.2, 10, 10 } } },
        { "", "<TextCode X=\"0\" Y=\"10\" DeltaX=\"nan\">甲乙丙</TextCode>", { { 20, 31.2, 10, 10 }, { 20, 31.2, 10, 10 }, { 20, 31.2, 10, 10 } } },
        /* backwards and upwards; characters turned about where they begin */
        { "ReadDirection=\"180\"", "<TextCode X=\"0\" Y=\"10\">甲乙丙</TextCode>", { { 20, 31.2, 10, 10 }, { 10, 31.2, 10, 10 }, { 0, 31.2, 10, 10 } } },
        { "ReadDirection=\"270\"", "<TextCode X=\"0\" Y=\"10\">甲乙丙</TextCode>", { { 20, 31.2, 10, 10 }, { 20, 21.2, 10, 10 }, { 20, 11.2, 10, 10 } } },
        { "CharDirection=\"90\"", "<TextCode X=\"0\" Y=\"10\" DeltaX=\"10 10\">甲乙丙</TextCode>", { { 18.8, 40, 10, 10 }, { 28.8, 40, 10, 10 }, { 38.8, 40, 10, 10 } } },
        { "CharDirection=\"180\"", "<TextCode X=\"0\" Y=\"10\" DeltaX=\"10 10\">甲乙丙</TextCode>", { { 10, 38.8, 10, 10 }, { 20, 38.8, 10, 10 }, { 30, 38.8, 10, 10 } } },
        { "CharDirection=\"270\"", "<TextCode X=\"0\" Y=\"10\" DeltaX=\"10 10\">甲乙丙</TextCode>", { { 11.2, 30, 10, 10 }, { 21.2, 30, 10, 10 }, { 31.2, 30, 10, 10 } } },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct jy_text text = { 0 };
        struct jy_document *doc;
        struct jy_buf file;
        char content[2048];

        snprintf(content, sizeof(content), OBJECT, rows[i].attributes, rows[i].codes);
        doc = page_of(content, "", &file);
        MUST(jy_document_text(doc, 1, &text, NULL));
        if (text.count != 3)
            fail_msg("row %zu: %zu characters", i, text.count);
        for (size_t k = 0; k < 3; k++) {
            const struct jy_box *b = &text.list[k].box, *w = &rows[i].want[k];
            if (!about(b->x_mm, w->x_mm) || !about(b->y_mm, w->y_mm) || !about(b->width_mm, w->width_mm) || !about(b->height_mm, w->height_mm))
                fail_msg("row %zu, character %zu: %f %f %f %f", i, k, b->x_mm, b->y_mm, b->width_mm, b->height_mm);
        }
        jy_text_free(&text);
        jy_document_free(doc);
        jy_buf_free(&file);
    }
}

static void
ofd_text__templates_are_read_and_what_is_hidden_is_not(void **state)
{
    char content[2048], template[2048], object[512];
    struct jy_text text = { 0 };
    struct jy_document *doc;
    struct jy_buf file;

    (void)state;
    snprintf(object, sizeof(object), OBJECT, "", "<TextCode X=\"0\" Y=\"10\">样</TextCode>");
    snprintf(template, sizeof(template), "<Page><Template TemplateID=\"9\"/><Content><Layer><PageBlock><PageBlock>%s</PageBlock></PageBlock></Layer>"
             "</Content></Page>", object);
    snprintf(content, sizeof(content), OBJECT "<TextObject Boundary=\"1 1 1\" Size=\"4\"><TextCode X=\"0\" Y=\"0\">坏</TextCode></TextObject>"
             "<PageBlock Visible=\"0\">%s</PageBlock><PathObject/>", "Visible=\"false\"", "<TextCode X=\"0\" Y=\"10\">隐</TextCode>", object);
    doc = page_of(content, template, &file);
    MUST(jy_document_text(doc, 1, &text, NULL));
    assert_int_equal(text.count, 1);                            /* the template names itself, which is not followed */
    assert_int_equal(text.list[0].code, 0x6837);
    assert_int_equal(jy_document_text(doc, 0, &text, NULL), JY_E_PAGE_RANGE);
    assert_int_equal(jy_document_text(doc, 2, &text, NULL), JY_E_PAGE_RANGE);
    jy_text_free(&text);
    jy_document_free(doc);
    jy_buf_free(&file);
}

/* Runs of size 10 that stand at x, y of the page. */
#define RUN(x, y, text) "<TextObject Boundary=\"" x " " y " 100 10\" Size=\"10\"><TextCode X=\"0\" Y=\"8.8\">" text "</TextCode></TextObject>"

static void
keyword__is_found_across_runs_and_in_reading_order(void **state)
{
    static const struct { const char *content, *word; bool blanks_count; size_t count; struct jy_box first; } rows[] = {
        { RUN("10", "10", "请在盖章处盖章"), "盖章处", false, 1, { 30, 10, 30, 10 } },
        { RUN("10", "10", "请在盖章处盖章"), "盖章", false, 2, { 30, 10, 20, 10 } },
        { RUN("10", "10", "盖章处"), "盖章人", false, 0, { 0, 0, 0, 0 } },
        { RUN("10", "10", "盖") RUN("20", "10", "章") RUN("30", "10", "处"), "盖章处", false, 1, { 10, 10, 30, 10 } },      /* a run each */
        { RUN("30", "10", "处") RUN("20", "10", "章") RUN("10", "10", "盖"), "盖章处", false, 1, { 10, 10, 30, 10 } },      /* drawn backwards */
        { RUN("10", "10", "盖章") RUN("30", "12", "处"), "盖章处", false, 1, { 10, 10, 30, 12 } },                        /* a little lower */
        { RUN("10", "10", "盖章") RUN("30", "16", "处"), "盖章处", false, 0, { 0, 0, 0, 0 } },                            /* another line */
        { RUN("10", "10", "盖") RUN("10", "20", "章") RUN("10", "30", "处"), "盖章处", false, 1, { 10, 10, 10, 30 } },      /* stacked */
        { RUN("10", "10", "盖") RUN("10", "31", "章"), "盖章", false, 0, { 0, 0, 0, 0 } },
        { RUN("10", "10", "盖") RUN("49", "10", "章"), "盖章", false, 1, { 10, 10, 49, 10 } },                            /* a gap of 29 */
        { RUN("10", "10", "盖") RUN("51", "10", "章"), "盖章", false, 0, { 0, 0, 0, 0 } },                               /* of 31 */
        { RUN("10", "10", "盖  章 处"), "盖章处", false, 1, { 10, 10, 45, 10 } },
        { RUN("10", "10", "盖章处"), " 盖 章处 ", false, 1, { 10, 10, 30, 10 } },
        { RUN("10", "10", "盖 章处"), "盖章处", true, 0, { 0, 0, 0, 0 } },
        { RUN("10", "10", "盖章处"), "盖 章处", true, 0, { 0, 0, 0, 0 } },
        { RUN("10", "10", "盖 章处"), "盖 章处", true, 1, { 10, 10, 35, 10 } },
        { RUN("10", "10", "盖") RUN("23", "10", "章处"), "盖 章处", true, 1, { 10, 10, 33, 10 } },                         /* a gap reads as a blank */
        { RUN("10", "10", "甲方（盖章）："), "甲方(盖章):", false, 1, { 10, 10, 70, 10 } },
        { RUN("10", "10", "Ａ1(章)"), "A１（章）", false, 1, { 10, 10, 35, 10 } },
        { RUN("10", "10", "seal"), "Seal", false, 0, { 0, 0, 0, 0 } },
        { RUN("10", "10", "盖章") RUN("10.3", "10", "盖章"), "盖章", false, 1, { 10, 10, 20, 10 } },                       /* drawn twice for boldness */
        { RUN("10", "10", "盖盖章"), "盖章", false, 1, { 20, 10, 20, 10 } },
        { RUN("10", "10", "章章章章"), "章章", false, 3, { 10, 10, 20, 10 } },                                            /* overlapping by a half */
        { RUN("10", "60", "章") RUN("90", "12", "章") RUN("10", "10", "章"), "章", false, 3, { 10, 10, 10, 10 } },
        { "", "章", false, 0, { 0, 0, 0, 0 } },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct jy_matches matches;
        struct jy_buf file;
        struct jy_document *doc = page_of(rows[i].content, "", &file);
        const struct jy_box *b, *w = &rows[i].first;

        if (find_all(doc, rows[i].word, rows[i].blanks_count, &matches) != rows[i].count)
            fail_msg("row %zu: %zu matches", i, matches.count);
        b = matches.count > 0 ? &matches.list[0].box : w;
        if (!about(b->x_mm, w->x_mm) || !about(b->y_mm, w->y_mm) || !about(b->width_mm, w->width_mm) || !about(b->height_mm, w->height_mm))
            fail_msg("row %zu: %f %f %f %f", i, b->x_mm, b->y_mm, b->width_mm, b->height_mm);
        jy_matches_free(&matches);
        jy_document_free(doc);
        jy_buf_free(&file);
    }
}

static void
keyword__what_is_no_keyword_is_refused(void **state)
{
    struct jy_text text = { 0 };
    struct jy_matches matches = { 0 };

    (void)state;
    MUST(jy_text_add(&text, 0x7AE0, (struct jy_box){ 0, 0, 10, 10 }, NULL));
    MUST(jy_keyword_find(&text, 1, "章", false, &matches, NULL));
    assert_int_equal(matches.count, 1);
    assert_int_equal(jy_keyword_find(&text, 1, "", false, &matches, NULL), JY_E_ARGUMENT);
    assert_int_equal(jy_keyword_find(&text, 1, " \xe3\x80\x80\t", false, &matches, NULL), JY_E_ARGUMENT);
    assert_int_equal(jy_keyword_find(&text, 1, "\xe7\xab", false, &matches, NULL), JY_E_ARGUMENT);
    assert_int_equal(matches.count, 1);
    jy_matches_free(&matches);
    jy_text_free(&text);
}

static void
anchor__the_stamp_stands_by_the_match_that_is_meant(void **state)
{
    static struct jy_match list[] = { { 1, { 100, 50, 30, 10 } }, { 2, { 0, 0, 30, 10 } }, { 2, { 180, 90, 20, 10 } } };
    static const struct jy_page sizes[] = { { 200, 100 }, { 200, 100 } };
    static const struct { long which; enum jy_side side; double right, down; bool keep; jy_err err; size_t count; int page; double x, y; } rows[] = {
        { 0, JY_SIDE_ON, 0, 0, false, JY_OK, 3, 1, 95, 35 },
        { 1, JY_SIDE_ON, 0, 0, false, JY_OK, 1, 1, 95, 35 },
        { 1, JY_SIDE_ON, 2, -3, false, JY_OK, 1, 1, 97, 32 },
        { 1, JY_SIDE_RIGHT, 1, 0, false, JY_OK, 1, 1, 131, 35 },
        { 1, JY_SIDE_LEFT, -1, 0, false, JY_OK, 1, 1, 59, 35 },
        { 1, JY_SIDE_BELOW, 0, 2, false, JY_OK, 1, 1, 95, 62 },
        { 1, JY_SIDE_ABOVE, 0, -2, false, JY_OK, 1, 1, 95, 8 },
        { 2, JY_SIDE_ON, 0, 0, false, JY_OK, 1, 2, -5, -15 },
        { 2, JY_SIDE_ON, 0, 0, true, JY_OK, 1, 2, 0, 0 },
        { 3, JY_SIDE_ON, 0, 0, true, JY_OK, 1, 2, 160, 60 },
        { -1, JY_SIDE_ON, 0, 0, false, JY_OK, 1, 2, 170, 75 },
        { -3, JY_SIDE_ON, 0, 0, false, JY_OK, 1, 1, 95, 35 },
        { 4, JY_SIDE_ON, 0, 0, false, JY_E_KEYWORD, 0, 0, 0, 0 },
        { -4, JY_SIDE_ON, 0, 0, false, JY_E_KEYWORD, 0, 0, 0, 0 },
    };
    const struct jy_matches matches = { list, 3, 3 }, none = { NULL, 0, 0 };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        const struct jy_anchor anchor = { rows[i].which, rows[i].side, rows[i].right, rows[i].down, 40, 40, rows[i].keep };
        struct jy_places places = { 0 };
        jy_err err = jy_place_keyword(sizes, 2, &matches, &anchor, &places, NULL);

        if (err != rows[i].err || places.count != rows[i].count ||
            (err == JY_OK && (places.list[0].page != rows[i].page || !about(places.list[0].x_mm, rows[i].x) || !about(places.list[0].y_mm, rows[i].y))))
            fail_msg("row %zu: %s, %zu places", i, jy_err_code(err), places.count);
        assert_int_equal(jy_place_keyword(sizes, 2, &none, &anchor, &places, NULL), JY_E_KEYWORD);
        jy_places_free(&places);
        if (rows[i].which == 0) {
            assert_int_equal(jy_place_keyword(sizes, 1, &matches, &anchor, &places, NULL), JY_E_PAGE_RANGE);
            assert_int_equal(places.count, 0);
            jy_places_free(&places);
        }
    }
}

static struct jy_buf
file_of(const char *path)
{
    FILE *f = fopen(path, "rb");
    struct jy_buf out = { 0 };
    size_t n;

    assert_non_null(f);
    do {
        MUST(jy_buf_reserve(&out, 65536));
        n = fread(out.p + out.len, 1, 65536, f);
        out.len += n;
    } while (n > 0);
    fclose(f);
    return out;
}

/* The contract as OFD and as PDF begin alike: poppler's words lead to the same places as our own reading (JY_DATA/contract.*). */
static void
bbox__poppler_s_words_stand_where_the_ofd_has_them(void **state)
{
    static const char words[] =
        "<html><head><title>x</title></head><body><doc>\n  <page width=\"595.275591\" height=\"841.889764\">\n<flow>\n"
        "  <word xMin=\"70.867188\" yMin=\"67.441552\" xMax=\"297.638838\" yMax=\"100.028638\">电子印章使用示范合同</word>\n"
        "  <word xMin=\"70.867188\" yMin=\"141.224202\" xMax=\"262.205778\" yMax=\"159.554439\">甲方：天津海河示范科技有限公司</word>\n</flow></page>\n"
        "  </page>\n</doc></body></html>\n";
    struct jy_buf ofd = file_of(JY_DATA "/contract.ofd"), pdf = file_of(JY_DATA "/contract.pdf");
    struct jy_document *a, *b;
    struct jy_text text = { 0 };
    struct jy_bbox bbox = { jy_slice_text(words), 0 };

    (void)state;
    MUST(jy_document_open(jy_buf_slice(&ofd), &a, NULL));
    MUST(jy_document_open(jy_buf_slice(&pdf), &b, NULL));
    assert_int_equal(jy_document_text(b, 1, &text, NULL), JY_E_UNSUPPORTED);
    MUST(jy_bbox_page(&bbox, b, &text, NULL));
    assert_int_equal(text.count, 25);
    for (size_t i = 0; i < 2; i++) {
        static const char *const keywords[] = { "示范合同", "海河" };
        struct jy_matches ours, theirs = { 0 };

        assert_int_equal(find_all(a, keywords[i], false, &ours), 1);
        MUST(jy_keyword_find(&text, 1, keywords[i], false, &theirs, NULL));
        assert_int_equal(theirs.count, 1);
        assert_true(fabs(ours.list[0].box.x_mm - theirs.list[0].box.x_mm) < 1 && fabs(ours.list[0].box.width_mm - theirs.list[0].box.width_mm) < 1);
        assert_true(i > 0 || fabs(ours.list[0].box.y_mm + ours.list[0].box.height_mm / 2 - theirs.list[0].box.y_mm -
                                  theirs.list[0].box.height_mm / 2) < 1);
        jy_matches_free(&ours);
        jy_matches_free(&theirs);
    }
    assert_int_equal(jy_bbox_page(&bbox, b, &text, NULL), JY_E_NOT_FOUND);
    jy_text_free(&text);
    jy_document_free(a);
    jy_document_free(b);
    jy_buf_free(&ofd);
    jy_buf_free(&pdf);
}

/* Taller than wide are a word that runs downwards, and two narrow letters beside each other. */
static void
bbox__a_word_is_divided_along_its_line(void **state)
{
    static const char words[] = "<page width=\"595\" height=\"842\">\n<word xMin=\"10\" yMin=\"10\" xMax=\"16\" yMax=\"22\">il</word>\n"
                                "<word xMin=\"50\" yMin=\"10\" xMax=\"62\" yMax=\"70\">合同章程</word>\n</page>\n";
    const double mm = 25.4 / 72;
    struct jy_bbox bbox = { jy_slice_text(words), 0 };
    struct jy_text text = { 0 };

    (void)state;
    MUST(jy_bbox_next(&bbox, (struct jy_page){ 595 * mm, 842 * mm }, &text, NULL));
    assert_int_equal(text.count, 6);
    assert_true(fabs(text.list[1].box.x_mm - 13 * mm) < 0.01 && fabs(text.list[1].box.y_mm - 10 * mm) < 0.01);
    assert_true(fabs(text.list[3].box.x_mm - 50 * mm) < 0.01 && fabs(text.list[3].box.y_mm - 25 * mm) < 0.01);
    assert_int_equal(jy_bbox_next(&bbox, (struct jy_page){ 1, 1 }, &text, NULL), JY_E_NOT_FOUND);
    bbox = (struct jy_bbox){ jy_slice_text(words), 0 };
    assert_int_equal(jy_bbox_next(&bbox, (struct jy_page){ 0, 0 }, &text, NULL), JY_E_PAGE_RANGE);
    jy_text_free(&text);
}

static void
bbox__what_is_not_of_this_document_is_refused(void **state)
{
#define A4 "<page width=\"595.275591\" height=\"841.889764\">\n"
#define WORD(a, b, c, d, text) "<word xMin=\"" a "\" yMin=\"" b "\" xMax=\"" c "\" yMax=\"" d "\">" text "</word>\n"
    static const struct { const char *words; jy_err err; size_t count; } rows[] = {
        { "", JY_E_NOT_FOUND, 0 },
        { "pdftotext: cannot open\n", JY_E_NOT_FOUND, 0 },
        { A4 "</page>\n", JY_OK, 0 },
        { A4 WORD("1", "1", "9", "9", "ab&lt;c&amp;") "</page>", JY_OK, 5 },
        { A4 WORD("1", "1", "9", "9", "") "</page>", JY_OK, 0 },
        { A4 WORD("1", "1", "9", "9", "a\xff" "b") "</page>", JY_OK, 1 },                    /* ends where it is no text any more */
        { WORD("1", "1", "9", "9", "ab") A4 "</page>", JY_OK, 0 },
        { A4 WORD("1", "1", "9", "9", "ab"), JY_E_FORMAT, 2 },                             /* cut off */
        { A4 WORD("1", "1", "nan", "9", "ab") "</page>", JY_E_FORMAT, 0 },
        { A4 WORD("1", "1", "", "9", "ab") "</page>", JY_E_FORMAT, 0 },
        { A4 WORD("9", "1", "1", "9", "ab") "</page>", JY_E_FORMAT, 0 },
        { A4 WORD("1", "1", "1e300", "9", "ab") "</page>", JY_E_FORMAT, 0 },
        { A4 "<word xMin=\"1\"\n</page>", JY_E_FORMAT, 0 },
        { "<page width=\"595.275591\" height=\"700\">\n</page>", JY_E_FORMAT, 0 },            /* another page size */
        { "<page width=\"841.889764\" height=\"595.275591\">\n</page>", JY_OK, 0 },           /* told before /Rotate */
        { "<page width=\"1190.551\" height=\"1683.779\">\n</page>", JY_OK, 0 },              /* UserUnit */
        { "<page width=\"-595.275591\" height=\"-841.889764\">\n</page>", JY_E_FORMAT, 0 },
        { "<page>\n</page>", JY_E_FORMAT, 0 },
        { A4 "</page>\n" A4 "</page>\n", JY_OK, 0 },
    };
    struct jy_buf pdf = file_of(JY_DATA "/contract.pdf");
    struct jy_document *doc;
    struct jy_text text = { 0 };

    (void)state;
    MUST(jy_document_open(jy_buf_slice(&pdf), &doc, NULL));
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct jy_bbox bbox = { jy_slice_text(rows[i].words), 0 };
        jy_err err = jy_bbox_page(&bbox, doc, &text, NULL);

        if (err != rows[i].err || text.count != rows[i].count)
            fail_msg("row %zu: %s, %zu characters", i, jy_err_code(err), text.count);
        if (i == ROWS(rows) - 1)
            assert_int_equal(jy_bbox_page(&bbox, doc, &text, NULL), JY_E_PAGE_RANGE);       /* the document has one page */
    }
    jy_text_free(&text);
    jy_document_free(doc);
    jy_buf_free(&pdf);
}

static void
runs__are_read_in_one_go_and_end_at_gaps_and_lines(void **state)
{
    static const struct { const char *content, *want; struct jy_box first; } rows[] = {
        { "<TextObject Boundary=\"20 30 150 20\" Size=\"10\"><TextCode X=\"0\" Y=\"10\">甲乙丙</TextCode></TextObject>", "甲乙丙", { 20, 31.2, 30, 10 } },
        /* one run over two objects that follow each other, blanks within it one each, none at its ends */
        { "<TextObject Boundary=\"20 30 150 20\" Size=\"10\"><TextCode X=\"0\" Y=\"10\"> ab  c </TextCode></TextObject>"
          "<TextObject Boundary=\"55 30 150 20\" Size=\"10\"><TextCode X=\"0\" Y=\"10\">d</TextCode></TextObject>", "ab c d", { 25, 31.2, 35, 10 } },
        /* a gap wider than a character, a line below, a step back */
        { "<TextObject Boundary=\"20 30 150 20\" Size=\"10\"><TextCode X=\"0\" Y=\"10\" DeltaX=\"10 21\">甲乙丙</TextCode></TextObject>", "甲乙|丙",
          { 20, 31.2, 20, 10 } },
        { "<TextObject Boundary=\"20 30 150 20\" Size=\"10\"><TextCode X=\"0\" Y=\"10\" DeltaY=\"11\">甲乙</TextCode></TextObject>", "甲|乙", { 20, 31.2, 10, 10 } },
        { "<TextObject Boundary=\"20 30 150 20\" Size=\"10\"><TextCode X=\"50\" Y=\"10\">乙</TextCode><TextCode X=\"0\" Y=\"10\">甲</TextCode></TextObject>",
          "乙|甲", { 70, 31.2, 10, 10 } },
        /* letters apart by a third of their height are words; Chinese characters spaced out are none */
        { "<TextObject Boundary=\"20 30 150 20\" Size=\"10\"><TextCode X=\"0\" Y=\"10\" DeltaX=\"5 8\">abc</TextCode></TextObject>", "ab c", { 20, 31.2, 18, 10 } },
        { "<TextObject Boundary=\"20 30 150 20\" Size=\"10\"><TextCode X=\"0\" Y=\"10\" DeltaX=\"13 13\">甲乙丙</TextCode></TextObject>", "甲乙丙",
          { 20, 31.2, 36, 10 } },
        { "", "", { 0, 0, 0, 0 } },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct jy_buf file, all = { 0 };
        struct jy_document *doc = page_of(rows[i].content, "", &file);
        struct jy_text text = { 0 };
        struct jy_run run = { 0 };
        size_t at = 0;

        MUST(jy_page_text(doc, JY_EMPTY, 1, &text, NULL));
        for (size_t n = 0; jy_run_next(&text, &at, &run) == JY_OK; n++) {
            if (n == 0)
                assert_true(about(run.box.x_mm, rows[i].first.x_mm) && about(run.box.y_mm, rows[i].first.y_mm) &&
                            about(run.box.width_mm, rows[i].first.width_mm) && about(run.box.height_mm, rows[i].first.height_mm));
            MUST(jy_buf_fmt(&all, "%s%.*s", n == 0 ? "" : "|", (int)run.text.len, (const char *)run.text.p));
        }
        MUST(jy_buf_byte(&all, 0));
        assert_string_equal(all.p, rows[i].want);
        all.len = 0;
        MUST(jy_runs_json(&text, &all, NULL));
        assert_true(all.p[0] == '[' && (rows[i].want[0] == '\0') == (all.len == 2));
        jy_buf_free(&all);
        jy_buf_free(&run.text);
        jy_text_free(&text);
        jy_document_free(doc);
        jy_buf_free(&file);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ofd_text__each_character_stands_where_readers_draw_it),
        cmocka_unit_test(ofd_text__templates_are_read_and_what_is_hidden_is_not),
        cmocka_unit_test(keyword__is_found_across_runs_and_in_reading_order),
        cmocka_unit_test(keyword__what_is_no_keyword_is_refused),
        cmocka_unit_test(anchor__the_stamp_stands_by_the_match_that_is_meant),
        cmocka_unit_test(bbox__poppler_s_words_stand_where_the_ofd_has_them),
        cmocka_unit_test(bbox__a_word_is_divided_along_its_line),
        cmocka_unit_test(bbox__what_is_not_of_this_document_is_refused),
        cmocka_unit_test(runs__are_read_in_one_go_and_end_at_gaps_and_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
