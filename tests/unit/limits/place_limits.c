/* SPDX-License-Identifier: Apache-2.0 */
/* Limits of placing: page specifications, keywords, the text that they are looked for in. */
#include "at_limit.h"

#include "../ofd/raw_zip.h"

#include <jinyin/place.h>
#include <stdio.h>

void
limit_PAGES_SPEC(void **state)
{
    char *spec = calloc(1, JY_PAGES_SPEC_MAX + 2);
    struct jy_page_list pages;

    (void)state;
    assert_non_null(spec);
    memset(spec, ' ', JY_PAGES_SPEC_MAX);
    spec[0] = '1';
    DO(jy_pages_parse(spec, 1, &pages, NULL));
    assert_int_equal(pages.count, 1);
    jy_page_list_free(&pages);
    spec[JY_PAGES_SPEC_MAX] = ' ';
    assert_int_equal(jy_pages_parse(spec, 1, &pages, NULL), BEYOND(PAGES_SPEC));
    free(spec);
}

/* count characters x, each too far from the one before to be its neighbour. */
static struct jy_text
text_of(size_t count)
{
    struct jy_text text = { 0 };

    for (size_t i = 0; i < count; i++)
        DO(jy_text_add(&text, 'x', (struct jy_box){ 100.0 * (double)i, 0, 10, 10 }, NULL));
    return text;
}

void
limit_KEYWORD(void **state)
{
    struct jy_text text = { 0 };
    struct jy_matches matches = { 0 };
    char word[JY_KEYWORD_MAX + 2] = "";

    (void)state;
    for (size_t i = 0; i < JY_KEYWORD_MAX; i++) {
        DO(jy_text_add(&text, 'x', (struct jy_box){ 10.0 * (double)i, 0, 10, 10 }, NULL));
        word[i] = 'x';
    }
    DO(jy_keyword_find(&text, 1, word, false, &matches, NULL));
    assert_int_equal(matches.count, 1);
    word[JY_KEYWORD_MAX] = 'x';
    assert_int_equal(jy_keyword_find(&text, 1, word, false, &matches, NULL), BEYOND(KEYWORD));
    jy_matches_free(&matches);
    jy_text_free(&text);
}

void
limit_KEYWORD_MATCHES(void **state)
{
    struct jy_text text = text_of(JY_KEYWORD_MATCHES_MAX);
    struct jy_matches matches = { 0 };

    (void)state;
    DO(jy_keyword_find(&text, 1, "x", false, &matches, NULL));
    assert_int_equal(matches.count, JY_KEYWORD_MATCHES_MAX);
    DO(jy_text_add(&text, 'x', (struct jy_box){ -100, 0, 10, 10 }, NULL));
    assert_int_equal(jy_keyword_find(&text, 1, "x", false, &matches, NULL), BEYOND(KEYWORD_MATCHES));
    assert_int_equal(matches.count, JY_KEYWORD_MATCHES_MAX);
    jy_matches_free(&matches);
    jy_text_free(&text);
}

void
limit_GLYPHS(void **state)
{
    struct jy_text text = text_of(JY_GLYPHS_MAX);

    (void)state;
    assert_int_equal(jy_text_add(&text, 'x', (struct jy_box){ 0, 0, 1, 1 }, NULL), BEYOND(GLYPHS));
    assert_int_equal(text.count, JY_GLYPHS_MAX);
    jy_text_free(&text);
}

void
limit_OFD_TEMPLATES(void **state)
{
    struct jy_text text = { 0 };

    (void)state;
    for (int more = 0; more < 2; more++) {
        struct jy_buf page = { 0 }, file = { 0 };
        struct jy_document *doc;

        DO(jy_buf_text(&page, "<Page>"));
        for (int i = 0; i < JY_OFD_TEMPLATES_MAX + more; i++)
            DO(jy_buf_text(&page, "<Template TemplateID=\"9\"/>"));
        DO(jy_buf_text(&page, "<Content/></Page>"));
        DO(jy_buf_byte(&page, 0));
        const struct raw_entry entries[] = {
            { .name = "OFD.xml", .text = "<OFD><DocBody><DocRoot>Document.xml</DocRoot></DocBody></OFD>" },
            { .name = "Document.xml", .text = "<Document><CommonData><PageArea><PhysicalBox>0 0 9 9</PhysicalBox></PageArea></CommonData>"
                                              "<Pages><Page ID=\"1\" BaseLoc=\"P.xml\"/></Pages></Document>" },
            { .name = "P.xml", .text = (const char *)page.p } };
        raw_zip(entries, 3, &file);
        DO(jy_document_open(jy_buf_slice(&file), &doc, NULL));
        assert_int_equal(jy_document_text(doc, 1, &text, NULL), more ? BEYOND(OFD_TEMPLATES) : JY_OK);
        jy_document_free(doc);
        jy_buf_free(&page);
        jy_buf_free(&file);
    }
    jy_text_free(&text);
}

void
limit_TEXT_WORD(void **state)
{
    static const char page[] = "<page width=\"595.275591\" height=\"841.889764\">\n", begin[] = "<word xMin=\"1\" yMin=\"1\" xMax=\"9\" yMax=\"9\">",
                      end[] = "</word>";
    FILE *in = fopen(JY_DATA "/contract.pdf", "rb");
    struct jy_buf file = { 0 };
    struct jy_text text = { 0 };
    struct jy_document *doc;

    (void)state;
    assert_non_null(in);
    DO(jy_buf_reserve(&file, 1 << 20));
    file.len = fread(file.p, 1, 1 << 20, in);
    fclose(in);
    DO(jy_document_open(jy_buf_slice(&file), &doc, NULL));
    for (size_t more = 0; more < 2; more++) {
        struct jy_buf words = { 0 };
        struct jy_bbox bbox = { JY_EMPTY, 0 };

        DO(jy_buf_fmt(&words, "%s%s", page, begin));
        for (size_t i = 0; i < JY_TEXT_WORD_MAX + more - strlen(begin) - strlen(end); i++)
            DO(jy_buf_byte(&words, 'x'));
        DO(jy_buf_fmt(&words, "%s\n</page>", end));
        bbox.rest = jy_buf_slice(&words);
        assert_int_equal(jy_bbox_page(&bbox, doc, &text, NULL), more ? BEYOND(TEXT_WORD) : JY_OK);
        jy_buf_free(&words);
    }
    jy_text_free(&text);
    jy_document_free(doc);
    jy_buf_free(&file);
}
