/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What readers of a page take differently: how large it is, where its coordinates begin, which page a PageRef names. A stamp there would stand at
 * another place, or on another page, for some of them.
 */
#include <ofd/package.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_SIZE sizeof(((struct ofd_page *)0)->id)

static const char *const texts[] = {
    [OFD_TWO_AREAS] = "two areas",
    [OFD_BOX_FORM] = "a PhysicalBox that is not four numbers",
    [OFD_BOX_ORIGIN] = "a PhysicalBox that does not begin at 0 0",
    [OFD_ID_LENGTH] = "an ID that is too long",
    [OFD_ID_SHARED] = "an ID that another page has too",
    [OFD_ID_NONE] = "no ID",
};

enum ofd_doubt
ofd_area_doubt(const struct jy_xml *area)
{
    const struct jy_xml *box = jy_xml_child(area, "PhysicalBox");
    double n[4];
    size_t numbers = 0;

    if (area == NULL)
        return OFD_CLEAR;
    if (jy_xml_next(area) != NULL || (box != NULL && jy_xml_next(box) != NULL))
        return OFD_TWO_AREAS;
    if (box == NULL)
        return OFD_CLEAR;
    /* strtod takes hexadecimal numbers, and what follows the fourth one is not looked at. */
    for (const char *p = box->text; *p != '\0'; p++)
        numbers += !isspace((unsigned char)*p) && (p == box->text || isspace((unsigned char)p[-1]));
    if (box->broken || numbers != 4 || !ofd_box(box->text, n) || strspn(box->text, "0123456789.+-eE \t\r\n") != strlen(box->text))
        return OFD_BOX_FORM;
    /* Its corner is the origin of the page: for some readers (0, 0), for others what it says. */
    return n[0] != 0 || n[1] != 0 ? OFD_BOX_ORIGIN : OFD_CLEAR;
}

/* An ID as a reader of numbers has it: "01" and " 1" are 1. */
struct key {
    char text[KEY_SIZE];
    size_t page;
};

static void
key_of(const struct ofd_page *page, struct key *out)
{
    const char *from = page->id + strspn(page->id, " \t\r\n+");
    size_t len = strcspn(from, " \t\r\n");

    if (len > 0 && strspn(from, "0123456789") == len)
        for (; len > 1 && *from == '0'; len--)
            from++;
    memcpy(out->text, from, len);
    out->text[len] = '\0';
}

static int
by_text(const void *a, const void *b)
{
    return strcmp(((const struct key *)a)->text, ((const struct key *)b)->text);
}

/* *out: by page of the body, another one has its ID. free() it. */
static jy_err
find_shared(const struct ofd *ofd, const struct ofd_body *body, bool **out)
{
    struct key *keys = calloc(body->page_count, sizeof(*keys));
    bool *shared = calloc(body->page_count, sizeof(*shared));

    *out = shared;
    if (keys == NULL || shared == NULL) {
        free(keys);
        return JY_E_NOMEM;
    }
    for (size_t i = 0; i < body->page_count; i++) {
        key_of(&ofd->pages[body->first_page + i], &keys[i]);
        keys[i].page = i;
        shared[i] = keys[i].text[0] == '\0';
    }
    qsort(keys, body->page_count, sizeof(*keys), by_text);
    for (size_t i = 1; i < body->page_count; i++)
        if (strcmp(keys[i - 1].text, keys[i].text) == 0)
            shared[keys[i - 1].page] = shared[keys[i].page] = true;
    free(keys);
    return JY_OK;
}

jy_err
ofd_check_pages(const struct ofd *ofd, size_t body, const struct jy_stamp_place *places, size_t count, struct jy_fault *fault)
{
    bool *shared = NULL;
    jy_err err = find_shared(ofd, &ofd->body[body], &shared);

    if (err != JY_OK)
        jy_fail(fault, err, NULL, 0, "no memory");
    for (size_t i = 0; err == JY_OK && i < count; i++) {
        const struct ofd_page *page = &ofd->pages[places[i].page - 1];
        enum ofd_doubt doubt = page->doubt;

        if (doubt == OFD_CLEAR && shared[(size_t)places[i].page - 1 - ofd->body[body].first_page])
            doubt = page->id[0] == '\0' ? OFD_ID_NONE : OFD_ID_SHARED;
        if (doubt != OFD_CLEAR)
            err = jy_fail(fault, JY_E_AMBIGUOUS, jy_zip_entry(ofd->zip, page->file)->name, 0, "page %d has %s", places[i].page, texts[doubt]);
    }
    free(shared);
    return err;
}
