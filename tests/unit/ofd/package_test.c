/* SPDX-License-Identifier: Apache-2.0 */
/* Packages that nobody honest makes: each is refused with the code that stands in its row. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <codec/zip.h>
#include <jinyin/container.h>

#include "raw_zip.h"

#include <stdio.h>

#define ROOT "<o:OFD xmlns:o=\"http://www.ofdspec.org/2016\"><o:DocBody><o:DocRoot>Doc_0/Document.xml</o:DocRoot></o:DocBody></o:OFD>"
#define DOCUMENT                                                                                                        \
    "<Document><CommonData><PageArea><PhysicalBox>0 0 210 297</PhysicalBox></PageArea></CommonData>"                   \
    "<Pages><Page ID=\"1\" BaseLoc=\"P.xml\"/></Pages></Document>"
#define PAGE "<Page><Content><Layer/></Content></Page>"
#define HONEST { .name = "OFD.xml", .text = ROOT }, { .name = "Doc_0/Document.xml", .text = DOCUMENT }, { .name = "Doc_0/P.xml", .text = PAGE }

static jy_err
open_err(struct jy_slice file, struct jy_fault *fault)
{
    struct jy_document *doc = NULL;
    jy_err err = jy_document_open(file, &doc, fault);

    jy_document_free(doc);
    return err;
}

/* The error of opening the honest package with one more entry. */
static jy_err
with_entry(struct raw_entry more)
{
    const struct raw_entry list[] = { HONEST, more };
    struct jy_buf file = { 0 };
    jy_err err;

    raw_zip(list, 4, &file);
    err = open_err(jy_buf_slice(&file), NULL);
    jy_buf_free(&file);
    return err;
}

/* The error of opening the honest package with a page of these bytes. */
static jy_err
with_page(struct raw_entry page)
{
    struct raw_entry list[] = { HONEST };
    struct jy_buf file = { 0 };
    jy_err err;

    page.name = "Doc_0/P.xml";
    list[2] = page;
    raw_zip(list, 3, &file);
    err = open_err(jy_buf_slice(&file), NULL);
    jy_buf_free(&file);
    return err;
}

static struct jy_buf
repeated(const char *head, const char *unit, size_t times, const char *tail)
{
    struct jy_buf out = { 0 };

    raw_add(&out, jy_slice_text(head));
    for (size_t i = 0; i < times; i++)
        raw_add(&out, jy_slice_text(unit));
    raw_add(&out, jy_slice_text(tail));
    return out;
}

static void
package__the_honest_one_is_opened(void **state)
{
    (void)state;
    assert_int_equal(with_entry((struct raw_entry){ .name = "a.txt", .text = "more" }), JY_OK);
    assert_int_equal(with_entry((struct raw_entry){ .name = "a.txt", .text = "deflated deflated deflated", .method = 8 }), JY_OK);
}

/* 19280 is "PK" in the end record: a place of the directory, and no record's beginning. */
static void
package__a_number_that_spells_PK_is_a_number(void **state)
{
    static uint8_t content[19280 - 30 - 1];
    struct raw_entry list[] = { { .name = "a", .bytes = JY_SLICE(content, sizeof(content)) } };
    struct jy_buf file = { 0 };
    struct jy_zip *zip;

    (void)state;
    raw_zip(list, 1, &file);
    assert_memory_equal(file.p + file.len - 6, "PK\0\0", 4);
    assert_int_equal(jy_zip_open(jy_buf_slice(&file), &zip, NULL), JY_OK);
    jy_zip_free(zip);
    jy_buf_free(&file);
}

static void
package__a_bomb_is_refused_before_it_is_unpacked(void **state)
{
    struct jy_buf zeros = repeated("", "0000000000000000000000000000000000000000000000000000000000000000", 1u << 17, "");

    (void)state;
    assert_int_equal(with_entry((struct raw_entry){ .name = "bomb", .bytes = jy_buf_slice(&zeros), .method = 8 }), JY_E_HOSTILE);
    /* It says that it is small: counted while it is unpacked. */
    assert_int_equal(with_page((struct raw_entry){ .bytes = jy_buf_slice(&zeros), .method = 8, .size = 10 }), JY_E_AMBIGUOUS);
    jy_buf_free(&zeros);
}

static void
package__many_small_bombs_are_one(void **state)
{
    struct raw_entry *list = calloc(103, sizeof(*list)), honest[] = { HONEST };
    struct jy_buf zeros = repeated("", "0000000000000000", 65000, ""), file = { 0 };
    char names[103][8];

    (void)state;
    assert_non_null(list);
    memcpy(list, honest, sizeof(honest));
    for (size_t i = 3; i < 103; i++) {
        snprintf(names[i], sizeof(names[i]), "f%zu", i);
        list[i] = (struct raw_entry){ .name = names[i], .bytes = jy_buf_slice(&zeros), .method = 8 };
    }
    raw_zip(list, 60, &file);                           /* each below what an entry's ratio is asked from, 56 MiB together */
    assert_int_equal(open_err(jy_buf_slice(&file), NULL), JY_OK);
    file.len = 0;
    raw_zip(list, 103, &file);                          /* 99 MiB in 100 KB */
    assert_int_equal(open_err(jy_buf_slice(&file), NULL), JY_E_HOSTILE);
    jy_buf_free(&file);
    jy_buf_free(&zeros);
    free(list);
}

static void
package__declared_sizes_and_sums_are_held_to(void **state)
{
    (void)state;
    assert_int_equal(with_page((struct raw_entry){ .text = PAGE, .method = 8, .size = 4000 }), JY_E_DAMAGED);
    assert_int_equal(with_page((struct raw_entry){ .text = PAGE, .method = 8, .crc = 1 }), JY_E_DAMAGED);
    assert_int_equal(with_page((struct raw_entry){ .text = PAGE, .crc = 1 }), JY_E_DAMAGED);
    assert_int_equal(with_entry((struct raw_entry){ .name = "a", .text = "x", .size = 9 }), JY_E_AMBIGUOUS);   /* stored with two sizes */
    assert_int_equal(with_entry((struct raw_entry){ .name = "a", .text = "x", .method = 8, .size = 0xFFFFFFFE }), JY_E_LIMIT);
    /* zip64 mark without its field */
    assert_int_equal(with_entry((struct raw_entry){ .name = "a", .text = "x", .method = 8, .size = 0xFFFFFFFF }), JY_E_LIMIT);
}

static void
package__too_many_entries_or_bytes_are_refused(void **state)
{
    struct raw_entry *list = calloc(10004, sizeof(*list)), honest[] = { HONEST };
    char(*names)[16] = calloc(10004, sizeof(*names));
    struct jy_buf file = { 0 }, mixed = { 0 };

    (void)state;
    assert_true(list != NULL && names != NULL);
    memcpy(list, honest, sizeof(honest));
    for (size_t i = 3; i < 10004; i++) {
        snprintf(names[i], sizeof(names[i]), "f%zu", i);
        list[i] = (struct raw_entry){ .name = names[i], .text = "" };
    }
    raw_zip(list, 10000, &file);
    assert_int_equal(open_err(jy_buf_slice(&file), NULL), JY_OK);
    file.len = 0;
    raw_zip(list, 10001, &file);
    assert_int_equal(open_err(jy_buf_slice(&file), NULL), JY_E_LIMIT);
    /* Each within the ratio, 3 × 1 GiB declared together. */
    assert_int_equal(jy_buf_reserve(&mixed, 6u << 20), JY_OK);
    for (unsigned noise = 1; mixed.len < 6u << 20; noise = noise * 1664525u + 1013904223u)
        mixed.p[mixed.len++] = (uint8_t)(noise >> 24);
    file.len = 0;
    for (size_t i = 3; i < 6; i++)
        list[i] = (struct raw_entry){ .name = names[i], .bytes = jy_buf_slice(&mixed), .method = 8, .size = 1u << 30 };
    raw_zip(list, 6, &file);
    assert_int_equal(open_err(jy_buf_slice(&file), NULL), JY_E_LIMIT);
    jy_buf_free(&file);
    jy_buf_free(&mixed);
    free(list);
    free(names);
}

static void
package__overlapping_and_shared_entries_are_refused(void **state)
{
    struct jy_buf inner = { 0 };
    const struct raw_entry hidden[] = { { .name = "b", .text = "hidden" } };
    size_t len = raw_zip(hidden, 1, &inner);
    const struct raw_entry list[] = { HONEST, { .name = "a", .bytes = JY_SLICE(inner.p, len) },
                                      { .name = "b", .text = "hidden", .no_local = true, .start_plus = 31 } };
    struct jy_buf file = { 0 };

    (void)state;
    raw_zip(list, 5, &file);                            /* b lies inside a */
    assert_int_equal(open_err(jy_buf_slice(&file), NULL), JY_E_AMBIGUOUS);
    assert_int_equal(with_entry((struct raw_entry){ .name = "twin", .text = PAGE, .no_local = true }), JY_E_AMBIGUOUS);
    jy_buf_free(&file);
    jy_buf_free(&inner);
}

static void
package__encrypted_is_told_as_such(void **state)
{
    (void)state;
    assert_int_equal(with_entry((struct raw_entry){ .name = "a", .text = "x", .flags = 0x0001 }), JY_E_ENCRYPTED);
    assert_int_equal(with_entry((struct raw_entry){ .name = "a", .text = "x", .flags = 0x0041 }), JY_E_ENCRYPTED);
    assert_int_equal(with_entry((struct raw_entry){ .name = "a", .text = "x", .flags = 0x2000 }), JY_E_ENCRYPTED);   /* masked directory */
    assert_int_equal(with_entry((struct raw_entry){ .name = "Encryptions.xml", .text = "<Encryptions/>" }), JY_E_ENCRYPTED);   /* GM/T 0099 */
}

static void
package__names_that_lead_elsewhere_are_refused(void **state)
{
    static const struct { const char *name; size_t len; jy_err err; } rows[] = {
        { "../x", 0, JY_E_AMBIGUOUS },      { "a/../../x", 0, JY_E_AMBIGUOUS }, { "..", 0, JY_E_AMBIGUOUS },    { "/x", 0, JY_E_AMBIGUOUS },
        { "C:x", 0, JY_E_AMBIGUOUS },       { "a\\b", 0, JY_E_AMBIGUOUS },      { "..\\x", 0, JY_E_AMBIGUOUS }, { "a//b", 0, JY_E_AMBIGUOUS },
        { "./x", 0, JY_E_AMBIGUOUS },       { "a/./b", 0, JY_E_AMBIGUOUS },     { "a\0b", 3, JY_E_AMBIGUOUS },  { "OFD.xml", 0, JY_E_AMBIGUOUS },
        { "ofd.XML", 0, JY_E_AMBIGUOUS }, { "doc_0/p.xml", 0, JY_E_AMBIGUOUS }, { "a/b.xml", 0, JY_OK },  { "a..b", 0, JY_OK },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (with_entry((struct raw_entry){ .name = rows[i].name, .name_len = rows[i].len, .text = "x" }) != rows[i].err)
            fail_msg("%s", rows[i].name);
}

/* One function decides (lib/codec/zip_name.c); in both orders. */
static void
package__names_that_a_reader_may_take_for_one_are_aliases(void **state)
{
    static const struct { const char *a, *b; bool alias; } rows[] = {
        { "a.xml", "a.xml", true },
        { "Doc_0/P.xml", "doc_0/p.XML", true },                                 /* case */
        { "\xc3\x84.xml", "\xc3\xa4.xml", true },                               /* Ä ä */
        { "\xce\xa9.xml", "\xcf\x89.xml", true },                               /* Ω ω */
        { "\xd0\x96.xml", "\xd0\xb6.xml", true },                               /* Ж ж */
        { "\xef\xbc\xa1.xml", "a.xml", true },                                  /* full width */
        { "\xe2\x84\xaa.xml", "k.xml", true },                                  /* Kelvin */
        { "\xc3\xa9.xml", "e\xcc\x81.xml", true },                              /* é composed, decomposed */
        { "\xe2\x84\xab.xml", "\xc3\x85.xml", true },                          /* Ångström, Å */
        { "\xea\xb0\x80.xml", "\xe1\x84\x80\xe1\x85\xa1.xml", true },         /* 가 composed, decomposed */
        { "\xe3\x81\x8c.xml", "\xe3\x81\x8b\xe3\x82\x99.xml", true },         /* が composed, decomposed */
        { "\xef\xa4\x80.xml", "\xe8\xb1\x88.xml", true },                      /* 豈 compatibility, 豈 */
        { "\xd6\xd0.xml", "\xe4\xb8\xad.xml", true },                          /* 中 in GBK, in UTF-8 */
        { "\x82.xml", "\xc3\xa9.xml", true },                                  /* é in code page 437, in UTF-8 */
        { "\xe4\xb8\xad.xml", "\xe6\xb6\x93\xef\xbf\xbd.xml", false },
        { "a.xml.", "a.xml", true },   { "a.xml ", "a.xml", true },  { "a. /b", "a/b", true },  { "a/b ./c", "a/b/c", true },
        { "a:b", "a_b", true },        { "a*b", "a?b", true },       { "a\\b", "a/b", true },  { "a//b", "a/b", true },
        { "a", "a/", true },           { "a", "a/b", true },         { "A", "a/b/c", true },    { "a/", "a/b", false },
        { "a\xe2\x80\x8b", "a", true },                                         /* zero-width blank */
        { "a", "b", false },           { "a/b", "a/c", false },      { "a", "a!", false },      { "a.b", "a.c", false },
        { "Page_1/Content.xml", "Page_10/Content.xml", false },
        { "\xe5\x9b\xbe" "1.png", "\xe8\xa1\xa8" "1.png", false },              /* 图1, 表1: nothing to compose in either */
        { "\xe4\xb8\xae.xml", "\xe4\xb8\xad.xml", false },                      /* U+4E2E: its last byte is no dot */
        { "", "a", true },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (jy_zip_names_alias(rows[i].a, rows[i].b) != rows[i].alias || jy_zip_names_alias(rows[i].b, rows[i].a) != rows[i].alias)
            fail_msg("row %zu: %s %s", i, rows[i].a, rows[i].b);
}

static void
package__local_header_and_directory_must_agree(void **state)
{
    (void)state;
    assert_int_equal(with_entry((struct raw_entry){ .name = "abc", .local_name = "abd", .text = "x" }), JY_E_AMBIGUOUS);
    assert_int_equal(with_entry((struct raw_entry){ .name = "abc", .local_name = "abcd", .text = "x" }), JY_E_AMBIGUOUS);
    assert_int_equal(with_entry((struct raw_entry){ .name = "abc", .text = "xx", .local_method = 8 }), JY_E_AMBIGUOUS);
    assert_int_equal(with_entry((struct raw_entry){ .name = "abc", .text = "xx", .local_size = 1 }), JY_E_AMBIGUOUS);
    assert_int_equal(with_entry((struct raw_entry){ .name = "abc", .text = "xx", .local_crc = 1 }), JY_E_AMBIGUOUS);
    assert_int_equal(with_entry((struct raw_entry){ .name = "abc", .text = "xx", .local_flags = 1 }), JY_E_AMBIGUOUS);
    assert_int_equal(with_entry((struct raw_entry){ .name = "abc", .text = "xx", .local_flags = 8 }), JY_E_AMBIGUOUS);
    assert_int_equal(with_entry((struct raw_entry){ .name = "abc", .text = "xx", .start_plus = 1 }), JY_E_DAMAGED);
    assert_int_equal(with_entry((struct raw_entry){ .name = "abc", .text = "xx", .start_plus = 1u << 30 }), JY_E_DAMAGED);
    assert_int_equal(with_entry((struct raw_entry){ .name = "abc", .text = "xx", .method = 12 }), JY_E_UNSUPPORTED);
    assert_int_equal(with_entry((struct raw_entry){ .name = "abc/", .text = "xx" }), JY_E_AMBIGUOUS);         /* a folder with content */
}

static void
package__bytes_that_belong_to_no_entry_are_refused(void **state)
{
    const struct raw_entry list[] = { HONEST };
    struct jy_buf file = { 0 }, other = { 0 };
    size_t directory;

    (void)state;
    assert_int_equal(with_entry((struct raw_entry){ .name = "a", .text = "x", .gap = "gap" }), JY_E_AMBIGUOUS);
    directory = raw_zip(list, 3, &file);
    raw_add(&file, jy_slice_text("suffix"));
    assert_int_equal(open_err(jy_buf_slice(&file), NULL), JY_E_AMBIGUOUS);
    file.len -= 6;
    file.p[file.len - 2] = 6;                           /* … declared as a comment: it is part of the end record */
    raw_add(&file, jy_slice_text("suffix"));
    assert_int_equal(open_err(jy_buf_slice(&file), NULL), JY_OK);
    file.len -= 6;
    file.p[file.len - 2] = 0;
    /* Before the package: what some products write is let through, another package is not. */
    raw_add(&other, jy_slice_text("junk"));
    raw_add(&other, jy_buf_slice(&file));
    assert_int_equal(open_err(jy_buf_slice(&other), NULL), JY_OK);
    other.len = 0;
    raw_add(&other, JY_SLICE("PK\3\4", 4));
    raw_add(&other, jy_buf_slice(&file));
    assert_int_equal(open_err(jy_buf_slice(&other), NULL), JY_E_AMBIGUOUS);
    other.len = 0;
    for (int i = 0; i < 5000; i++)
        raw_number(&other, 0, 1);
    raw_add(&other, jy_buf_slice(&file));
    assert_int_not_equal(open_err(jy_buf_slice(&other), NULL), JY_OK);
    /* Between the entries and the directory. */
    other.len = 0;
    raw_add(&other, JY_SLICE(file.p, directory));
    raw_add(&other, jy_slice_text("gap"));
    raw_add(&other, JY_SLICE(file.p + directory, file.len - directory));
    other.p[other.len - 6] = (uint8_t)(other.p[other.len - 6] + 3);
    assert_int_equal(open_err(jy_buf_slice(&other), NULL), JY_E_AMBIGUOUS);
    jy_buf_free(&file);
    jy_buf_free(&other);
}

static void
package__two_packages_one_behind_the_other_are_refused(void **state)
{
    const struct raw_entry list[] = { HONEST };
    struct jy_buf file = { 0 };

    (void)state;
    raw_zip(list, 3, &file);
    raw_zip(list, 3, &file);                            /* offsets of the second count from the file's start, too */
    assert_int_not_equal(open_err(jy_buf_slice(&file), NULL), JY_OK);
    jy_buf_free(&file);
}

static void
package__any_cut_and_any_changed_byte_of_the_directory_is_survived(void **state)
{
    const struct raw_entry list[] = { HONEST, { .name = "Doc_0/Res/a.bin", .text = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", .method = 8 } };
    struct jy_buf file = { 0 };
    size_t directory = raw_zip(list, 4, &file);

    (void)state;
    for (size_t cut = 0; cut < file.len; cut++)
        assert_int_not_equal(open_err(JY_SLICE(file.p, cut), NULL), JY_OK);
    for (size_t i = directory; i < file.len; i++)
        for (int bit = 0; bit < 8; bit++) {
            file.p[i] ^= (uint8_t)(1 << bit);
            (void)open_err(jy_buf_slice(&file), NULL);  /* refused or not: no read outside, no hang */
            file.p[i] ^= (uint8_t)(1 << bit);
        }
    assert_int_equal(open_err(jy_buf_slice(&file), NULL), JY_OK);
    jy_buf_free(&file);
}

static void
xml__document_types_are_refused_in_every_part(void **state)
{
    static const char *const types[] = { "<!DOCTYPE x>", "<!DOCTYPE x [<!ENTITY a \"b\">]>", "<!DOCTYPE x SYSTEM \"file:///etc/passwd\">",
                                         "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY % p SYSTEM \"http://localhost/\"> %p;]>" };
    static const struct { size_t part; const char *text; } parts[] = { { 0, ROOT }, { 1, DOCUMENT }, { 2, PAGE } };

    (void)state;
    for (size_t t = 0; t < 4; t++)
        for (size_t p = 0; p < 3; p++) {
            struct raw_entry list[] = { HONEST };
            struct jy_buf text = repeated(types[t], "", 0, parts[p].text), file = { 0 };
            list[parts[p].part].text = NULL;
            list[parts[p].part].bytes = jy_buf_slice(&text);
            raw_zip(list, 3, &file);
            assert_int_equal(open_err(jy_buf_slice(&file), NULL), JY_E_HOSTILE);
            jy_buf_free(&text);
            jy_buf_free(&file);
        }
}

static void
xml__depth_attributes_elements_and_size_are_limited(void **state)
{
    const struct { const char *head, *unit; size_t times; const char *tail; jy_err err; } rows[] = {
        { "<Page>", "<a>", 62, "", JY_E_FORMAT },                              /* deep but not too deep: not closed */
        { "<Page>", "<a>", 64, "", JY_E_LIMIT },
        { "<Page><Content>", "<a>", 300000, "</Content></Page>", JY_E_LIMIT }, /* also where the content is not looked at */
        { "<Page><Content><a", " b=\"\"", 2, "/></Content></Page>", JY_E_FORMAT },   /* the same attribute twice */
        { "<Page>", "<a/>", 400001, "</Page>", JY_E_LIMIT },
        { "<Page><!--", "0123456789abcdef0123456789abcdef", 300000, "--></Page>", JY_E_LIMIT },   /* 9.6 MB */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct jy_buf text = repeated(rows[i].head, rows[i].unit, rows[i].times, rows[i].tail);
        if (with_page((struct raw_entry){ .bytes = jy_buf_slice(&text) }) != rows[i].err)
            fail_msg("row %zu", i);
        jy_buf_free(&text);
    }
}

static void
xml__100000_attributes_in_one_tag_are_refused(void **state)
{
    struct jy_buf text = { 0 };

    (void)state;
    raw_add(&text, jy_slice_text("<Page><Content><a"));
    for (int i = 0; i < 100000; i++)
        assert_int_equal(jy_buf_fmt(&text, " a%d=\"\"", i), JY_OK);
    raw_add(&text, jy_slice_text("/></Content></Page>"));
    assert_int_equal(with_page((struct raw_entry){ .bytes = jy_buf_slice(&text) }), JY_E_LIMIT);
    jy_buf_free(&text);
}

static void
xml__only_well_formed_utf8_is_read(void **state)
{
    static const struct { const char *text; size_t len; jy_err err; } rows[] = {
        { "<Page/>", 0, JY_OK },
        { "\xef\xbb\xbf<?xml version='1.0' encoding='utf-8'?><Page/>", 0, JY_OK },
        { "<?xml version=\"1.0\" encoding=\"GBK\"?><Page/>", 0, JY_E_FORMAT },
        { "<?xml version=\"1.0\" encoding=\"UTF-7\"?><Page/>", 0, JY_E_FORMAT },
        { "\xff\xfe<\0P\0/\0>\0", 10, JY_E_FORMAT },
        { "<Page>\xff</Page>", 0, JY_E_FORMAT },
        { "<Page>\xc0\x80</Page>", 0, JY_E_FORMAT },
        { "<Page>\0</Page>", 14, JY_E_FORMAT },
        { "<Page>", 0, JY_E_FORMAT },
        { "<Page></page>", 0, JY_E_FORMAT },
        { "<Page/><Page/>", 0, JY_E_FORMAT },
        { "<Page>&undeclared;</Page>", 0, JY_E_FORMAT },
        { "<Page a=b/>", 0, JY_E_FORMAT },
        { "", 0, JY_E_FORMAT },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (with_page((struct raw_entry){ .bytes = JY_SLICE(rows[i].text, rows[i].len != 0 ? rows[i].len : strlen(rows[i].text)) }) != rows[i].err)
            fail_msg("row %zu", i);
}

static void
package__locations_outside_or_missing_are_refused(void **state)
{
    static const struct { size_t part; const char *text; jy_err err; } rows[] = {
        { 0, "<OFD><DocBody><DocRoot>../../etc/passwd</DocRoot></DocBody></OFD>", JY_E_FORMAT },
        { 0, "<OFD><DocBody><DocRoot>missing.xml</DocRoot></DocBody></OFD>", JY_E_FORMAT },
        { 0, "<OFD><DocBody/></OFD>", JY_E_FORMAT },
        { 0, "<OFD/>", JY_E_FORMAT },
        { 0, "<OFD><DocBody><DocRoot>Doc_0/Document.xml</DocRoot><Signatures>../../s.xml</Signatures></DocBody></OFD>", JY_E_HOSTILE },
        { 1, "<Document><Pages/></Document>", JY_E_FORMAT },
        { 1, "<Document><Pages><Page ID=\"1\" BaseLoc=\"P.xml\"/></Pages></Document>", JY_E_FORMAT },          /* no size anywhere */
        { 1, "<Document><Pages><Page ID=\"1\" BaseLoc=\"../../../P.xml\"/></Pages></Document>", JY_E_FORMAT },
        { 2, "<Page><Area><PhysicalBox>0 0 -1 297</PhysicalBox></Area></Page>", JY_E_FORMAT },
        { 2, "<Page><Area><PhysicalBox>0 0 1e300 297</PhysicalBox></Area></Page>", JY_E_FORMAT },
        { 2, "<Page><Area><PhysicalBox>0 0 nan 297</PhysicalBox></Area></Page>", JY_OK },                       /* the document's own size */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct raw_entry list[] = { HONEST };
        struct jy_buf file = { 0 };
        list[rows[i].part].text = rows[i].text;
        raw_zip(list, 3, &file);
        if (open_err(jy_buf_slice(&file), NULL) != rows[i].err)
            fail_msg("row %zu: %s", i, jy_err_code(open_err(jy_buf_slice(&file), NULL)));
        jy_buf_free(&file);
    }
}

static void
package__without_an_ofd_xml_it_is_no_ofd(void **state)
{
    const struct raw_entry other[] = { { .name = "word/document.xml", .text = "<w/>" } }, aside[] = { { .name = "x/OFD.xml", .text = ROOT } };
    struct jy_buf file = { 0 };

    (void)state;
    raw_zip(other, 1, &file);
    assert_int_equal(open_err(jy_buf_slice(&file), NULL), JY_E_UNKNOWN_FORMAT);
    file.len = 0;
    raw_zip(aside, 1, &file);
    assert_int_equal(open_err(jy_buf_slice(&file), NULL), JY_E_FORMAT);
    assert_int_equal(open_err(JY_EMPTY, NULL), JY_E_EMPTY_FILE);
    jy_buf_free(&file);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(package__the_honest_one_is_opened),
        cmocka_unit_test(package__a_number_that_spells_PK_is_a_number),
        cmocka_unit_test(package__a_bomb_is_refused_before_it_is_unpacked),
        cmocka_unit_test(package__many_small_bombs_are_one),
        cmocka_unit_test(package__declared_sizes_and_sums_are_held_to),
        cmocka_unit_test(package__too_many_entries_or_bytes_are_refused),
        cmocka_unit_test(package__overlapping_and_shared_entries_are_refused),
        cmocka_unit_test(package__encrypted_is_told_as_such),
        cmocka_unit_test(package__names_that_lead_elsewhere_are_refused),
        cmocka_unit_test(package__names_that_a_reader_may_take_for_one_are_aliases),
        cmocka_unit_test(package__local_header_and_directory_must_agree),
        cmocka_unit_test(package__bytes_that_belong_to_no_entry_are_refused),
        cmocka_unit_test(package__two_packages_one_behind_the_other_are_refused),
        cmocka_unit_test(package__any_cut_and_any_changed_byte_of_the_directory_is_survived),
        cmocka_unit_test(xml__document_types_are_refused_in_every_part),
        cmocka_unit_test(xml__depth_attributes_elements_and_size_are_limited),
        cmocka_unit_test(xml__100000_attributes_in_one_tag_are_refused),
        cmocka_unit_test(xml__only_well_formed_utf8_is_read),
        cmocka_unit_test(package__locations_outside_or_missing_are_refused),
        cmocka_unit_test(package__without_an_ofd_xml_it_is_no_ofd),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
