/* SPDX-License-Identifier: Apache-2.0 */
/* Seals of every picture type that GB/T 38540 names: stamped on an OFD they are seen on its page, stamped on a PDF they are images of it. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <jinyin/render.h>

#include "../verify/pki.h"

static struct jy_fonts *fonts;

static const struct { const char *file, *declared, *in_pdf; } pictures[] = {
    { "pictures/seal-alpha.png", "PNG", "/DeviceGray /Filter /FlateDecode" },
    { "pictures/seal-opaque.png", "png", "/DeviceRGB /Filter /FlateDecode" },
    { "pictures/seal-palette.png", "Png", "/Indexed /DeviceRGB" },
    { "pictures/seal.jpg", "JPG", "/DCTDecode" },
    { "pictures/seal-progressive.jpg", "jpeg", "/DCTDecode" },
    { "pictures/seal.gif", "GIF", "/DeviceRGB /Filter /FlateDecode" },
    { "pictures/seal.bmp", "BMP", "/DeviceRGB /Filter /FlateDecode" },
    { "pictures/seal.svg", "SVG", "/SMask" },
    { "pictures/seal.svg", "PNG", "/SMask" },                /* said to be something else */
};

/* From here on the signer's seal has this picture. */
static void
take_picture(const char *file, const char *declared)
{
    struct jy_seal_fields fields = { "JINYIN", "1201010000001", 1, "测试印章", pki.signer, pki.now - 3600, jy_cert_not_before(pki.signer),
                                     jy_cert_not_after(pki.signer), declared, JY_EMPTY, 40, 40 };
    struct jy_buf picture;
    char path[512];

    snprintf(path, sizeof(path), JY_DATA "/%s", file);
    picture = load_file(path);
    assert_true(picture.len > 0);
    fields.picture = jy_buf_slice(&picture);
    jy_seal_free(pki.seal);
    pki.seal_der.len = 0;
    MUST(jy_seal_make(&fields, pki.maker_key, pki.maker, &pki.seal_der, NULL));
    MUST(jy_seal_parse(jy_buf_slice(&pki.seal_der), &pki.seal, NULL));
    jy_buf_free(&picture);
}

static int
reds(const struct jy_picture *page)
{
    int count = 0;

    for (size_t i = 0; i < (size_t)page->width * page->height; i++)
        count += page->rgba[4 * i] > 150 && page->rgba[4 * i + 1] < 120 && page->rgba[4 * i + 2] < 120;
    return count;
}

static struct jy_picture
first_page(struct jy_slice file)
{
    struct jy_render *render;
    struct jy_picture page;
    size_t notes;

    MUST(jy_render_open(file, fonts, &render, NULL));
    MUST(jy_render_page(render, 1, 8, &page, NULL));
    for (const struct jy_render_note *n = jy_render_notes(render, &notes); notes > 0; notes--, n++)
        assert_non_null(strstr(n->text, "not embedded"));
    jy_render_free(render);
    return page;
}

static void
seal__of_every_type_is_seen_on_an_ofd_page_and_text_under_it_stays(void **state)
{
    struct jy_buf plain = load_file(JY_DATA "/contract.ofd");
    struct jy_picture before = first_page(jy_buf_slice(&plain));

    (void)state;
    assert_int_equal(reds(&before), 0);
    for (size_t i = 0; i < sizeof(pictures) / sizeof(pictures[0]); i++) {
        struct jy_buf stamped = { 0 };
        struct jy_picture page;
        take_picture(pictures[i].file, pictures[i].declared);
        MUST(pki_stamp(jy_buf_slice(&plain), pki.now, &stamped, NULL));
        page = first_page(jy_buf_slice(&stamped));
        if (reds(&page) < 300)
            fail_msg("%s: %d red pixels", pictures[i].file, reds(&page));
        /* the stamp's ground is white or nothing, and multiplied: no pixel of the page gets lighter */
        for (size_t k = 0; k < (size_t)page.width * page.height * 4; k++)
            assert_true(page.rgba[k] <= before.rgba[k]);
        jy_picture_free(&page);
        jy_buf_free(&stamped);
    }
    jy_picture_free(&before);
    jy_buf_free(&plain);
}

static void
seal__of_every_type_is_an_image_of_a_pdf(void **state)
{
    struct jy_buf plain = load_file(JY_DATA "/contract.pdf");

    (void)state;
    for (size_t i = 0; i < sizeof(pictures) / sizeof(pictures[0]); i++) {
        struct jy_buf stamped = { 0 };
        struct jy_fault fault = { 0 };
        take_picture(pictures[i].file, pictures[i].declared);
        if (pki_stamp(jy_buf_slice(&plain), pki.now, &stamped, &fault) != JY_OK)
            fail_msg("%s: %s: %s", pictures[i].file, fault.where, fault.text);
        assert_true(jy_slice_find(jy_buf_slice(&stamped), jy_slice_text(pictures[i].in_pdf)) != SIZE_MAX);
        jy_buf_free(&stamped);
    }
    jy_buf_free(&plain);
}

static void
seal__whose_picture_cannot_be_drawn_is_refused_on_a_pdf_and_nothing_is_written(void **state)
{
    static const char *const broken[] = { "README.md", "contract.pdf" };
    struct jy_buf plain = load_file(JY_DATA "/contract.pdf");

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct jy_buf stamped = { 0 };
        take_picture(broken[i], "PNG");
        assert_int_equal(pki_stamp(jy_buf_slice(&plain), pki.now, &stamped, NULL), JY_E_UNSUPPORTED);
        assert_int_equal(stamped.len, 0);
    }
    jy_buf_free(&plain);
}

static int
begin(void **state)
{
    (void)state;
    pki_begin();
    MUST(jy_fonts_open(&fonts, NULL));
    jy_picture_use_drawer(jy_render_drawer, fonts);
    return 0;
}

static int
end(void **state)
{
    (void)state;
    jy_picture_use_drawer(NULL, NULL);
    jy_fonts_free(fonts);
    pki_end();
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seal__of_every_type_is_seen_on_an_ofd_page_and_text_under_it_stays),
        cmocka_unit_test(seal__of_every_type_is_an_image_of_a_pdf),
        cmocka_unit_test(seal__whose_picture_cannot_be_drawn_is_refused_on_a_pdf_and_nothing_is_written),
    };
    return cmocka_run_group_tests_name("render seal", tests, begin, end);
}
