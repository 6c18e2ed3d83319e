/* SPDX-License-Identifier: Apache-2.0 */
/* Limits of DER, ZIP and XML. */
#include "at_limit.h"

#include "../ofd/raw_zip.h"

#include <codec/der.h>
#include <codec/xml.h>
#include <codec/zip.h>

#include <stdio.h>

static jy_err
enter_levels(int levels)
{
    struct jy_buf der = { 0 }, outer = { 0 };
    struct jy_der in, next;
    jy_err rc = JY_OK;

    for (int i = 0; i < levels; i++) {
        outer.len = 0;
        DO(jy_der_put(&outer, DER_SEQUENCE, jy_buf_slice(&der)));
        der.len = 0;
        DO(jy_buf_add(&der, jy_buf_slice(&outer)));
    }
    jy_der_open(&in, jy_buf_slice(&der));
    for (int i = 0; rc == JY_OK && i < levels; i++, in = next)
        rc = jy_der_enter(&in, DER_SEQUENCE, &next);
    jy_buf_free(&der);
    jy_buf_free(&outer);
    return rc;
}

void
limit_DER_DEPTH(void **state)
{
    (void)state;
    DO(enter_levels(JY_DER_DEPTH_MAX));
    assert_int_equal(enter_levels(JY_DER_DEPTH_MAX + 1), BEYOND(DER_DEPTH));
}

/* -- ZIP -- */

static jy_err
zip_error(struct jy_slice file)
{
    struct jy_zip *zip = NULL;
    jy_err rc = jy_zip_open(file, &zip, NULL);

    jy_zip_free(zip);
    return rc;
}

static jy_err
zip_of(const struct raw_entry *list, size_t count)
{
    struct jy_buf file = { 0 };
    jy_err rc;

    raw_zip(list, count, &file);
    rc = zip_error(jy_buf_slice(&file));
    jy_buf_free(&file);
    return rc;
}

static jy_err
zip_of_entries(size_t count)
{
    struct raw_entry *list = calloc(count, sizeof(*list));
    char (*names)[24] = calloc(count, sizeof(*names));
    jy_err rc;

    assert_true(list != NULL && names != NULL);
    for (size_t i = 0; i < count; i++) {
        snprintf(names[i], sizeof(names[i]), "%zu", i);
        list[i] = (struct raw_entry){ .name = names[i], .text = "" };
    }
    rc = zip_of(list, count);
    free(list);
    free(names);
    return rc;
}

void
limit_ZIP_ENTRIES(void **state)
{
    (void)state;
    DO(zip_of_entries(JY_ZIP_ENTRIES_MAX));
    assert_int_equal(zip_of_entries(JY_ZIP_ENTRIES_MAX + 1), BEYOND(ZIP_ENTRIES));
}

/* Bytes that do not deflate: `len` packed ones may claim JY_ZIP_RATIO_MAX times as many. */
static struct jy_slice
noise(size_t len)
{
    static uint8_t *bytes;
    static size_t held;
    uint64_t x = 88172645463325252u;

    if (held < len) {
        bytes = realloc(bytes, len);
        assert_non_null(bytes);
        held = len;
    }
    for (size_t i = 0; i < len; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        bytes[i] = (uint8_t)x;
    }
    return JY_SLICE(bytes, len);
}

static jy_err
zip_claiming(uint32_t first, uint32_t second, uint32_t third)
{
    struct jy_slice bytes = noise(JY_ZIP_ENTRY_MAX / JY_ZIP_RATIO_MAX + 1);
    const struct raw_entry list[] = { { .name = "a", .bytes = bytes, .method = 8, .size = first },
                                      { .name = "b", .bytes = bytes, .method = 8, .size = second },
                                      { .name = "c", .text = "", .method = 8, .size = third } };

    return zip_of(list, second == 0 ? 1 : 3);
}

void
limit_ZIP_ENTRY(void **state)
{
    (void)state;
    DO(zip_claiming(JY_ZIP_ENTRY_MAX, 0, 0));
    assert_int_equal(zip_claiming(JY_ZIP_ENTRY_MAX + 1u, 0, 0), BEYOND(ZIP_ENTRY));
}

void
limit_ZIP_TOTAL(void **state)
{
    (void)state;
    DO(zip_claiming(JY_ZIP_ENTRY_MAX, (uint32_t)(JY_ZIP_TOTAL_MAX - JY_ZIP_ENTRY_MAX - 1), 1));
    assert_int_equal(zip_claiming(JY_ZIP_ENTRY_MAX, (uint32_t)(JY_ZIP_TOTAL_MAX - JY_ZIP_ENTRY_MAX), 1), BEYOND(ZIP_TOTAL));
}

void
limit_ZIP_RATIO(void **state)
{
    struct raw_entry entry = { .name = "a", .bytes = noise(8000), .method = 8 };
    struct jy_buf file = { 0 };
    struct jy_zip *zip;
    uint32_t packed;

    (void)state;
    raw_zip(&entry, 1, &file);
    DO(jy_zip_open(jy_buf_slice(&file), &zip, NULL));
    packed = (uint32_t)jy_zip_entry(zip, 0)->packed;
    jy_zip_free(zip);
    jy_buf_free(&file);
    entry.size = packed * JY_ZIP_RATIO_MAX;
    assert_true(entry.size > 1u << 20);
    DO(zip_of(&entry, 1));
    entry.size += packed;
    assert_int_equal(zip_of(&entry, 1), BEYOND(ZIP_RATIO));
}

void
limit_ZIP_NAME(void **state)
{
    char name[JY_ZIP_NAME_MAX + 2];
    const struct raw_entry entry = { .name = name, .text = "" };

    (void)state;
    memset(name, 'n', sizeof(name));
    name[JY_ZIP_NAME_MAX] = '\0';
    DO(zip_of(&entry, 1));
    name[JY_ZIP_NAME_MAX] = 'n';
    name[JY_ZIP_NAME_MAX + 1] = '\0';
    assert_int_equal(zip_of(&entry, 1), BEYOND(ZIP_NAME));
}

void
limit_ZIP_PREFIX(void **state)
{
    const struct raw_entry entry = { .name = "a", .text = "text" };
    struct jy_buf plain = { 0 };

    (void)state;
    raw_zip(&entry, 1, &plain);
    for (size_t more = 0; more < 2; more++) {
        struct jy_buf file = { 0 };
        for (size_t i = 0; i < JY_ZIP_PREFIX_MAX + more; i++)
            DO(jy_buf_byte(&file, 'x'));
        DO(jy_buf_add(&file, jy_buf_slice(&plain)));
        assert_int_equal(zip_error(jy_buf_slice(&file)), more == 0 ? JY_OK : BEYOND(ZIP_PREFIX));
        jy_buf_free(&file);
    }
    jy_buf_free(&plain);
}

/* -- XML -- */

static jy_err
xml_error(struct jy_buf *part)
{
    struct jy_xml_reader *reader;
    struct jy_xml_doc *doc = NULL;
    jy_err rc;

    DO(jy_xml_reader_new(&reader));
    rc = jy_xml_parse(reader, jy_buf_slice(part), "part", NULL, &doc, NULL);
    jy_xml_free(doc);
    jy_xml_reader_free(reader);
    jy_buf_free(part);
    return rc;
}

/* `count` times `text` between head and tail. */
static jy_err
xml_repeating(const char *head, const char *text, size_t count, const char *tail, const char *tail_each)
{
    struct jy_buf part = { 0 };

    DO(jy_buf_text(&part, head));
    for (size_t i = 0; i < count; i++)
        DO(jy_buf_text(&part, text));
    DO(jy_buf_text(&part, tail));
    for (size_t i = 0; tail_each != NULL && i < count; i++)
        DO(jy_buf_text(&part, tail_each));
    return xml_error(&part);
}

void
limit_XML(void **state)
{
    (void)state;
    DO(xml_repeating("<a>", " ", JY_XML_MAX - 7, "</a>", NULL));
    assert_int_equal(xml_repeating("<a>", " ", JY_XML_MAX - 6, "</a>", NULL), BEYOND(XML));
}

void
limit_XML_DEPTH(void **state)
{
    (void)state;
    DO(xml_repeating("", "<a>", JY_XML_DEPTH_MAX, "", "</a>"));
    assert_int_equal(xml_repeating("", "<a>", JY_XML_DEPTH_MAX + 1, "", "</a>"), BEYOND(XML_DEPTH));
}

static jy_err
xml_of_attributes(int count)
{
    struct jy_buf part = { 0 };

    DO(jy_buf_text(&part, "<a"));
    for (int i = 0; i < count; i++)
        DO(jy_buf_fmt(&part, " a%d='1'", i));
    DO(jy_buf_text(&part, "/>"));
    return xml_error(&part);
}

void
limit_XML_ATTRIBUTES(void **state)
{
    (void)state;
    DO(xml_of_attributes(JY_XML_ATTRIBUTES_MAX));
    assert_int_equal(xml_of_attributes(JY_XML_ATTRIBUTES_MAX + 1), BEYOND(XML_ATTRIBUTES));
}

void
limit_XML_ELEMENTS(void **state)
{
    (void)state;
    DO(xml_repeating("<a>", "<b/>", JY_XML_ELEMENTS_MAX - 1, "</a>", NULL));
    assert_int_equal(xml_repeating("<a>", "<b/>", JY_XML_ELEMENTS_MAX, "</a>", NULL), BEYOND(XML_ELEMENTS));
}
