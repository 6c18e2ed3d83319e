/* SPDX-License-Identifier: Apache-2.0 */
/* The gate in front of every XML part: what it turns away, and that leaving an element out of the tree changes no answer. */
#include <codec/xml.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static jy_err
parse(const char *text, const char *skip)
{
    struct jy_xml_reader *reader = NULL;
    struct jy_xml_doc *doc = NULL;
    jy_err rc;

    assert_int_equal(jy_xml_reader_new(&reader), JY_OK);
    rc = jy_xml_parse(reader, JY_SLICE(text, strlen(text)), "part", skip, &doc, NULL);
    jy_xml_free(doc);
    jy_xml_reader_free(reader);
    return rc;
}

static const struct {
    const char *name, *text;
    jy_err answer;
} PARTS[] = {
    { "plain", "<a><Content x='1'><b y='2'>t</b></Content></a>", JY_OK },
    { "byte order mark", "\xef\xbb\xbf<?xml version='1.0' encoding='utf-8'?><a/>", JY_OK },
    { "other encoding", "<?xml version='1.0' encoding='GBK'?><a/>", JY_E_FORMAT },
    { "document type", "<!DOCTYPE a><a/>", JY_E_HOSTILE },
    { "entity of one's own", "<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>", JY_E_HOSTILE },
    { "cut", "<a><Content><b></Content>", JY_E_FORMAT },
    { "two roots", "<a/><a/>", JY_E_FORMAT },
    { "same attribute twice", "<a><Content><b x='1' x='2'/></Content></a>", JY_E_FORMAT },
    { "prefix only, outside", "<a><b x='1' p:x='2'/><Content/></a>", JY_E_AMBIGUOUS },
    { "prefix only, of Content itself", "<a><Content p:x='1' x='2'/></a>", JY_E_AMBIGUOUS },
    { "prefix only, within Content", "<a><Content><b x='1' p:x='2'/></Content></a>", JY_E_AMBIGUOUS },
    { "two prefixes, within Content", "<a><Content><b><c p:x='1' q:x='2'/></b></Content></a>", JY_E_AMBIGUOUS },
    { "two namespaces are no attributes", "<a xmlns='u' xmlns:p='v'><Content xmlns:q='w' p='1' q='2'/></a>", JY_OK },
    { "prefixed, once", "<a><Content><b p:x='1' y='2'/></Content></a>", JY_OK },
};

static void
each_part_gets_its_answer_with_its_content_read_or_left_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof PARTS / sizeof PARTS[0]; i++)
        for (int skip = 0; skip < 2; skip++) {
            jy_err answer = parse(PARTS[i].text, skip ? "Content" : NULL);

            if (answer != PARTS[i].answer)
                fail_msg("%s, Content %s: %d, not %d", PARTS[i].name, skip ? "left out" : "read", (int)answer, (int)PARTS[i].answer);
        }
}

/* The text of the root, and whether something divides it. */
static const struct {
    const char *text, *read;
    bool broken;
} TEXTS[] = {
    { "<a>b.xml</a>", "b.xml", false },
    { "<a> &#98;.x&#109;l\n</a>", "b.xml", false },
    { "<a><!-- c -->b.xml<!-- d --></a>", "b.xml", false },
    { "<a> <![CDATA[b.xml]]>\n</a>", "b.xml", false },
    { "<a>\n<b/>\n<!-- c -->\n<c>t</c>\n</a>", "", false },
    { "<a>b<!-- c -->.xml</a>", "b.xml", true },
    { "<a>b<?c?>.xml</a>", "b.xml", true },
    { "<a>b<![CDATA[.xml]]></a>", "b.xml", true },
    { "<a><![CDATA[b]]>.xml</a>", "b.xml", true },
    { "<a>b<c/>.xml</a>", "b.xml", true },
    { "<a>b<!-- c --> <!-- d -->.xml</a>", "b .xml", true },
};

static void
text_in_pieces_is_told_from_text_with_something_around(void **state)
{
    struct jy_xml_reader *reader = NULL;

    (void)state;
    assert_int_equal(jy_xml_reader_new(&reader), JY_OK);
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
        struct jy_xml_doc *doc = NULL;

        assert_int_equal(jy_xml_parse(reader, JY_SLICE(TEXTS[i].text, strlen(TEXTS[i].text)), "part", NULL, &doc, NULL), JY_OK);
        assert_string_equal(jy_xml_root(doc)->text, TEXTS[i].read);
        if (jy_xml_root(doc)->broken != TEXTS[i].broken)
            fail_msg("%s: broken %d", TEXTS[i].text, jy_xml_root(doc)->broken);
        jy_xml_free(doc);
    }
    jy_xml_reader_free(reader);
}

static const struct beginning {
    const char *text;
    bool more, may_be;
} BEGINNINGS[] = {
    { "<Document/>", false, true },
    { "\xef\xbb\xbf<?xml version='1.0'?>\n<!-- <Page> --><?x y?><o:Document xmlns:o='urn:o'><not well formed", true, true },
    { "<Page><Document/></Page>", false, false },
    { "<document/>", false, false },
    { "<!-- a prolog", true, true },
    { "<!-- a prolog", false, false },
    { "text", false, false },
    { "\x89PNG\r\n", true, false },
};

static void
a_root_is_told_from_the_beginning_of_a_part(void **state)
{
    struct jy_xml_reader *reader = NULL;

    (void)state;
    assert_int_equal(jy_xml_reader_new(&reader), JY_OK);
    for (size_t i = 0; i < sizeof BEGINNINGS / sizeof BEGINNINGS[0]; i++) {
        const struct beginning *b = &BEGINNINGS[i];

        if (jy_xml_may_be(reader, JY_SLICE(b->text, strlen(b->text)), b->more, "Document") != b->may_be)
            fail_msg("%s", b->text);
    }
    jy_xml_reader_free(reader);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_part_gets_its_answer_with_its_content_read_or_left_out),
        cmocka_unit_test(text_in_pieces_is_told_from_text_with_something_around),
        cmocka_unit_test(a_root_is_told_from_the_beginning_of_a_part),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
