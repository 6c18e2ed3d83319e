/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures: what each format gives, what lies about itself, and what a PDF gets. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "jbig2_file.h"
#include "make.h"

#include <zlib.h>

static void
assert_pattern(const struct jy_picture *p, int tolerance, int right_alpha)
{
    const uint8_t *left = p->rgba + (5 * WIDTH + 3) * 4, *right = p->rgba + (5 * WIDTH + WIDTH - 3) * 4;

    assert_int_equal(p->width, WIDTH);
    assert_int_equal(p->height, HEIGHT);
    assert_in_range(left[0], 255 - tolerance, 255);
    assert_in_range(left[1], 0, tolerance);
    assert_in_range(left[2], 0, tolerance);
    assert_int_equal(left[3], 255);
    assert_int_equal(right[3], right_alpha);
    if (right_alpha != 0) {
        assert_in_range(right[0], 0, tolerance);
        assert_in_range(right[2], 128 - tolerance, 128 + tolerance);
    }
}

static void
assert_reads(struct jy_buf bytes, const char *declared, enum jy_picture_type type, int tolerance, int right_alpha)
{
    struct jy_picture picture;
    struct jy_fault fault = { 0 };

    if (jy_picture_read(jy_buf_slice(&bytes), declared, &picture, &fault) != JY_OK)
        fail_msg("%s: %s: %s", declared, fault.where, fault.text);
    assert_int_equal(picture.type, type);
    assert_false(picture.mistyped);
    assert_int_equal(picture.opaque, right_alpha == 255);
    assert_pattern(&picture, tolerance, right_alpha);
    jy_picture_free(&picture);
    jy_buf_free(&bytes);
}

static void
picture__every_raster_format_gives_its_pixels(void **state)
{
    (void)state;
    for (int interlaced = 0; interlaced < 2; interlaced++) {
        assert_reads(make_png(PNG_COLOR_TYPE_RGBA, interlaced), "png", JY_PICTURE_PNG, 0, 128);
        assert_reads(make_png(PNG_COLOR_TYPE_RGB, interlaced), "PNG", JY_PICTURE_PNG, 0, 255);
        assert_reads(make_png(PNG_COLOR_TYPE_PALETTE, interlaced), "Png", JY_PICTURE_PNG, 0, 255);
        assert_reads(make_gif(interlaced), "gif", JY_PICTURE_GIF, 0, 0);
        assert_reads(make_jpeg(JCS_RGB, interlaced, NULL), interlaced ? "jpg" : "JPEG", JY_PICTURE_JPEG, 8, 255);
    }
    for (int upright = 0; upright < 2; upright++) {
        static const int bits[] = { 1, 4, 8, 16, 24, 32 };
        for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
            assert_reads(make_bmp(bits[i], upright), "bmp", JY_PICTURE_BMP, bits[i] == 16 ? 4 : 0, 255);
    }
}

static void
picture__adobe_cmyk_is_read_inverted_as_it_is_written(void **state)
{
    struct jy_buf bytes = make_jpeg(JCS_CMYK, false, NULL);
    struct jy_picture picture;

    (void)state;
    assert_int_equal(jy_picture_read(jy_buf_slice(&bytes), "JPG", &picture, NULL), JY_OK);
    assert_in_range(picture.rgba[0], 247, 255);
    assert_in_range(picture.rgba[1], 0, 8);
    jy_picture_free(&picture);
    jy_buf_free(&bytes);
}

static void
picture__the_declared_type_is_compared_without_case_and_content_decides(void **state)
{
    static const struct { const char *declared; bool mistyped; } rows[] = {
        { "PNG", false }, { "png", false }, { "pNg", false }, { "JPG", true }, { "", true }, { "image/png", true }, { NULL, false },
    };
    struct jy_buf bytes = make_png(PNG_COLOR_TYPE_RGB, false);

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct jy_picture picture;
        assert_int_equal(jy_picture_read(jy_buf_slice(&bytes), rows[i].declared, &picture, NULL), JY_OK);
        assert_int_equal(picture.type, JY_PICTURE_PNG);
        assert_int_equal(picture.mistyped, rows[i].mistyped);
        jy_picture_free(&picture);
    }
    jy_buf_free(&bytes);
    assert_int_equal(jy_picture_type_of("gbig2"), JY_PICTURE_JBIG2);
    assert_int_equal(jy_picture_type_of("ofd"), JY_PICTURE_OFD);
    assert_string_equal(jy_picture_type_name(JY_PICTURE_JPEG), "JPG");
}

static void
picture__content_is_told_by_its_first_bytes(void **state)
{
    static const struct { const char *bytes; size_t len; enum jy_picture_type type; } rows[] = {
        { "<svg xmlns='http://www.w3.org/2000/svg'/>", 41, JY_PICTURE_SVG },
        { "\xef\xbb\xbf <?xml version='1.0'?><!-- x --><s:svg/>", 41, JY_PICTURE_SVG },
        { "<html/>", 7, JY_PICTURE_UNKNOWN },
        { "junk before it PK\3\4", 19, JY_PICTURE_OFD },
        { "II*\0....", 8, JY_PICTURE_TIFF },
        { "\x97JB2\r\n\x1a\n", 8, JY_PICTURE_JBIG2 },
        { "", 0, JY_PICTURE_UNKNOWN },
        { "\x89PN", 3, JY_PICTURE_UNKNOWN },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(jy_picture_detect(JY_SLICE(rows[i].bytes, rows[i].len)), rows[i].type);
}

static void
picture__a_cut_or_changed_file_is_refused_or_read_never_more(void **state)
{
    struct jy_buf files[] = { make_png(PNG_COLOR_TYPE_RGBA, false), make_png(PNG_COLOR_TYPE_PALETTE, true), make_jpeg(JCS_RGB, false, NULL),
                              make_jpeg(JCS_RGB, true, "c"), make_gif(true), make_bmp(4, false), make_bmp(32, true) };

    (void)state;
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        for (size_t cut = 1; cut < files[i].len; cut++) {
            uint8_t *exact = malloc(files[i].len - cut);
            struct jy_picture picture;
            memcpy(exact, files[i].p, files[i].len - cut);
            if (jy_picture_read(JY_SLICE(exact, files[i].len - cut), NULL, &picture, NULL) == JY_OK) {
                assert_true(picture.type == JY_PICTURE_GIF);  /* its first frame is whole */
                jy_picture_free(&picture);
            }
            free(exact);
        }
        for (size_t at = 0; at < files[i].len; at++) {
            struct jy_picture picture;
            files[i].p[at] ^= 0x41;
            if (jy_picture_read(jy_buf_slice(&files[i]), NULL, &picture, NULL) == JY_OK)
                jy_picture_free(&picture);
            files[i].p[at] ^= 0x41;
        }
        jy_buf_free(&files[i]);
    }
}

static void
picture__a_png_with_a_wrong_checksum_is_refused(void **state)
{
    struct jy_buf bytes = make_png(PNG_COLOR_TYPE_RGB, false);
    struct jy_picture picture;

    (void)state;
    for (size_t at = bytes.len - 20; at < bytes.len - 12; at++) {   /* the checksum of IDAT and the end of its data */
        bytes.p[at] ^= 1;
        assert_int_equal(jy_picture_read(jy_buf_slice(&bytes), NULL, &picture, NULL), JY_E_FORMAT);
        bytes.p[at] ^= 1;
    }
    jy_buf_free(&bytes);
}

static void
picture__sizes_beyond_the_limit_are_refused_before_memory_is_taken(void **state)
{
    struct jy_buf png = make_png(PNG_COLOR_TYPE_RGB, false), bmp = make_bmp(1, false), gif = make_gif(false), jpeg = make_jpeg(JCS_RGB, false, NULL);
    struct jy_buf *all[] = { &png, &bmp, &gif, &jpeg };
    size_t sof = jy_slice_find(jy_buf_slice(&jpeg), JY_SLICE("\xff\xc0", 2));
    struct jy_picture picture;
    uLong crc;

    (void)state;
    memcpy(png.p + 16, "\0\0\x40\0\0\0\x40\0", 8);            /* 16384 × 16384: each side allowed, the area not */
    crc = crc32(0, png.p + 12, 17);
    for (int i = 0; i < 4; i++)
        png.p[29 + i] = (uint8_t)(crc >> (24 - 8 * i));
    le(bmp.p + 18, 0x7fffffff, 4);
    le(gif.p + 6, 65535, 2);
    memcpy(jpeg.p + sof + 5, "\x7f\xff\x7f\xff", 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(jy_picture_read(jy_buf_slice(all[i]), NULL, &picture, NULL), JY_E_LIMIT);
        assert_null(picture.rgba);
        jy_buf_free(all[i]);
    }
    bmp = make_bmp(24, false);
    le(bmp.p + 22, 0x80000000u, 4);                           /* the height that has no opposite */
    assert_int_equal(jy_picture_read(jy_buf_slice(&bmp), NULL, &picture, NULL), JY_E_LIMIT);
    jy_buf_free(&bmp);
}

/* A bilevel TIFF of this size, whose one strip says nothing. */
static struct jy_buf
make_empty_tiff(uint32_t width, uint32_t height)
{
    const uint32_t fields[][3] = { { 256, 4, width }, { 257, 4, height }, { 258, 3, 1 }, { 259, 3, 32773 }, { 262, 3, 1 }, { 273, 4, 8 }, { 277, 3, 1 },
                                   { 278, 4, height }, { 279, 4, 2 } };
    struct jy_buf out = { 0 };
    uint8_t bytes[12 + 12 * 9 + 4] = "II*\0\12\0\0\0\200\200\11";

    for (size_t i = 0; i < 9; i++) {
        le(bytes + 12 + 12 * i, fields[i][0], 2);
        le(bytes + 14 + 12 * i, fields[i][1], 2);
        le(bytes + 16 + 12 * i, 1, 4);
        le(bytes + 20 + 12 * i, fields[i][2], 4);
    }
    assert_int_equal(jy_buf_add(&out, JY_SLICE(bytes, sizeof(bytes))), JY_OK);
    return out;
}

/* Whose header says 4000 × 3000, with data for hardly anything. */
static void
picture__a_budget_is_asked_before_a_pixel_is_decoded(void **state)
{
    enum { PIXELS = 4000 * 3000 };
    struct jy_buf png = make_png(PNG_COLOR_TYPE_RGB, false), gif = make_gif(false), jpeg = make_jpeg(JCS_RGB, false, NULL),
                  progressive = make_jpeg(JCS_RGB, true, NULL), tiff = make_empty_tiff(4000, 3000), jbig2 = page_of(4000, 3000);
    const struct { struct jy_buf *bytes; uint64_t refused; } rows[] = {
        { &png, PIXELS * 4 - 1 }, { &gif, PIXELS * 4 - 1 }, { &jpeg, PIXELS * 4 - 1 }, { &progressive, PIXELS * 4 - 1 }, { &tiff, PIXELS * 4 + PIXELS / 8 },
        { &jbig2, PIXELS * 5 - 1 },
    };
    struct jy_picture_budget budget;
    struct jy_picture picture;
    uLong crc;

    (void)state;
    memcpy(png.p + 16, "\0\0\x0f\xa0\0\0\x0b\xb8", 8);
    crc = crc32(0, png.p + 12, 17);
    for (int i = 0; i < 4; i++)
        png.p[29 + i] = (uint8_t)(crc >> (24 - 8 * i));
    le(gif.p + 6, 4000, 2);
    le(gif.p + 8, 3000, 2);
    le(gif.p + jy_slice_find(jy_buf_slice(&gif), JY_SLICE("\x2c\0\0\0\0", 5)) + 5, 4000, 2);
    memcpy(jpeg.p + jy_slice_find(jy_buf_slice(&jpeg), JY_SLICE("\xff\xc0", 2)) + 5, "\x0b\xb8\x0f\xa0", 4);
    memcpy(progressive.p + jy_slice_find(jy_buf_slice(&progressive), JY_SLICE("\xff\xc2", 2)) + 5, "\x0b\xb8\x0f\xa0", 4);
    put_region(&jbig2, 1, 4000, 3000);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct jy_slice bytes = jy_buf_slice(rows[i].bytes);
        assert_int_equal(jy_picture_read(bytes, NULL, &picture, NULL), JY_E_FORMAT);
        budget = (struct jy_picture_budget){ rows[i].refused, 1u << 30 };
        assert_int_equal(jy_picture_read_within(bytes, NULL, &budget, &picture, NULL), JY_E_LIMIT);
        assert_null(picture.rgba);
        assert_int_equal(budget.memory, rows[i].refused);     /* nothing was taken */
        assert_true(budget.steps > (1u << 30) - 100);         /* but for looking at a header */
        budget = (struct jy_picture_budget){ 1u << 30, 3000 };
        assert_int_equal(jy_picture_read_within(bytes, NULL, &budget, &picture, NULL), JY_E_LIMIT);
        budget = (struct jy_picture_budget){ 1u << 30, 1u << 30 };
        assert_int_equal(jy_picture_read_within(bytes, NULL, &budget, &picture, NULL), JY_E_FORMAT);
        assert_true(budget.steps < 1u << 30);                 /* a broken one is paid for, too */
    }
    /* Pixels fit; the coefficients of all scans, which libjpeg keeps, do not. */
    budget = (struct jy_picture_budget){ PIXELS * 5, 1u << 30 };
    assert_int_equal(jy_picture_read_within(jy_buf_slice(&progressive), NULL, &budget, &picture, NULL), JY_E_LIMIT);
    assert_null(picture.rgba);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        jy_buf_free(rows[i].bytes);
}

static void
picture__a_budget_of_its_pixels_is_enough_for_a_plain_picture(void **state)
{
    struct jy_buf all[] = { make_png(PNG_COLOR_TYPE_RGBA, true), make_gif(true), make_jpeg(JCS_RGB, false, NULL), make_bmp(24, true) };

    (void)state;
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        struct jy_picture_budget budget = { WIDTH * HEIGHT * 4, WIDTH * HEIGHT };
        struct jy_picture picture;
        assert_int_equal(jy_picture_read_within(jy_buf_slice(&all[i]), NULL, &budget, &picture, NULL), JY_OK);
        assert_int_equal(budget.memory, 0);
        assert_int_equal(budget.steps, 0);
        jy_picture_free(&picture);
        budget = (struct jy_picture_budget){ WIDTH * HEIGHT * 4 - 1, WIDTH * HEIGHT };
        assert_int_equal(jy_picture_read_within(jy_buf_slice(&all[i]), NULL, &budget, &picture, NULL), JY_E_LIMIT);
        budget = (struct jy_picture_budget){ WIDTH * HEIGHT * 4, WIDTH * HEIGHT - 1 };
        assert_int_equal(jy_picture_read_within(jy_buf_slice(&all[i]), NULL, &budget, &picture, NULL), JY_E_LIMIT);
        jy_buf_free(&all[i]);
    }
}

/* A quarter of its pixels for each scan after the first. */
static void
picture__the_scans_of_a_jpeg_are_paid_for(void **state)
{
    struct jy_buf jpeg = make_jpeg(JCS_RGB, true, NULL);
    struct jy_picture_budget budget = { 1u << 30, 1u << 30 };
    struct jy_picture picture;
    uint64_t scans = 0;

    (void)state;
    for (size_t i = 0; i + 1 < jpeg.len; i++)
        scans += jpeg.p[i] == 0xff && jpeg.p[i + 1] == 0xda;
    assert_int_equal(scans, 10);
    assert_int_equal(jy_picture_read_within(jy_buf_slice(&jpeg), NULL, &budget, &picture, NULL), JY_OK);
    assert_int_equal((1u << 30) - budget.steps, WIDTH * HEIGHT + (scans - 1) * WIDTH * HEIGHT / 4);
    jy_picture_free(&picture);
    jy_buf_free(&jpeg);
}

static void
picture__what_is_not_read_is_refused_by_name(void **state)
{
    struct jy_buf rle = make_bmp(8, false);
    struct jy_picture picture;
    struct jy_fault fault;

    (void)state;
    le(rle.p + 30, 1, 4);
    assert_int_equal(jy_picture_read(jy_buf_slice(&rle), "BMP", &picture, &fault), JY_E_UNSUPPORTED);
    jy_buf_free(&rle);
    assert_int_equal(jy_picture_read(jy_slice_text("<svg/>"), "SVG", &picture, &fault), JY_E_UNSUPPORTED);
    assert_non_null(strstr(fault.text, "SVG"));
    assert_int_equal(jy_picture_draw(jy_slice_text("<svg/>"), "SVG", 40, 40, &picture, &fault), JY_E_UNSUPPORTED);
    assert_int_equal(jy_picture_read(jy_slice_text("nothing"), "PNG", &picture, &fault), JY_E_UNSUPPORTED);
}

static jy_err
draw_green(void *ctx, enum jy_picture_type type, struct jy_slice bytes, struct jy_picture *into, struct jy_fault *fault)
{
    (void)fault;
    *(enum jy_picture_type *)ctx = type;
    assert_memory_equal(bytes.p, "PK\3\4", 4);
    into->rgba[1] = into->rgba[3] = 255;
    return JY_OK;
}

static void
picture__a_vector_picture_is_drawn_at_its_size_by_the_programs_drawer(void **state)
{
    enum jy_picture_type seen = JY_PICTURE_UNKNOWN;
    struct jy_picture picture;

    (void)state;
    jy_picture_use_drawer(draw_green, &seen);
    assert_int_equal(jy_picture_draw(jy_slice_text("junk PK\3\4"), "ofd", 25.4, 12.7, &picture, NULL), JY_OK);
    assert_int_equal(seen, JY_PICTURE_OFD);
    assert_int_equal(picture.width, 600);
    assert_int_equal(picture.height, 300);
    assert_false(picture.opaque || picture.mistyped);
    jy_picture_free(&picture);
    assert_int_equal(jy_picture_draw(jy_slice_text("PK\3\4"), "ofd", 0, 12.7, &picture, NULL), JY_E_LIMIT);
    assert_int_equal(jy_picture_draw(jy_slice_text("PK\3\4"), "ofd", 1e9, 12.7, &picture, NULL), JY_E_LIMIT);
    jy_picture_use_drawer(NULL, NULL);
}

/* What a PDF reader makes of a predicted stream, as samples. */
static struct jy_buf
unpack(struct jy_slice data, uint32_t rows, size_t row, size_t step)
{
    struct jy_buf out = { 0 };
    uLongf len = (uLongf)(rows * (row + 1));
    uint8_t *plain = malloc(len), *zero = calloc(1, row);

    assert_int_equal(uncompress(plain, &len, data.p, data.len), Z_OK);
    assert_int_equal(len, rows * (row + 1));
    for (uint32_t y = 0; y < rows; y++) {
        uint8_t *line = plain + y * (row + 1), *above = y == 0 ? zero : line - row;
        for (size_t i = 0; i < row; i++) {
            uint8_t left = i < step ? 0 : line[1 + i - step], corner = i < step ? 0 : above[i - step];
            int p = left + above[i] - corner, a = abs(p - left), b = abs(p - above[i]), c = abs(p - corner);
            int add = line[0] == 1 ? left : line[0] == 2 ? above[i] : line[0] == 3 ? (left + above[i]) / 2
                    : line[0] == 4 ? (a <= b && a <= c ? left : b <= c ? above[i] : corner) : 0;
            line[1 + i] = (uint8_t)(line[1 + i] + add);
        }
        assert_int_equal(jy_buf_add(&out, JY_SLICE(line + 1, row)), JY_OK);
    }
    free(plain);
    free(zero);
    return out;
}

static void
pdf__an_opaque_plain_png_goes_in_without_being_compressed_again(void **state)
{
    struct jy_buf bytes = make_png(PNG_COLOR_TYPE_RGB, false), samples;
    uint8_t want[WIDTH * HEIGHT * 3];
    struct jy_picture_pdf pdf;

    (void)state;
    pattern(want, 3);
    assert_int_equal(jy_picture_pdf(jy_buf_slice(&bytes), "png", 40, 40, &pdf, NULL), JY_OK);
    assert_false(pdf.has_mask);
    assert_non_null(strstr(pdf.image_entries, "/Width 24 /Height 16 /BitsPerComponent 8 /ColorSpace /DeviceRGB"));
    assert_true(jy_slice_find(jy_buf_slice(&bytes), jy_buf_slice(&pdf.image)) != SIZE_MAX);
    samples = unpack(jy_buf_slice(&pdf.image), HEIGHT, WIDTH * 3, 3);
    assert_memory_equal(samples.p, want, sizeof(want));
    jy_buf_free(&samples);
    jy_picture_pdf_free(&pdf);
    jy_buf_free(&bytes);
    bytes = make_png(PNG_COLOR_TYPE_PALETTE, false);
    assert_int_equal(jy_picture_pdf(jy_buf_slice(&bytes), "png", 40, 40, &pdf, NULL), JY_OK);
    assert_non_null(strstr(pdf.image_entries, "/Indexed /DeviceRGB 1 <ff0000000080>]"));
    jy_picture_pdf_free(&pdf);
    jy_buf_free(&bytes);
}

static void
pdf__two_colours_under_alpha_are_an_image_and_a_mask(void **state)
{
    struct jy_buf bytes = make_png(PNG_COLOR_TYPE_RGBA, true), colours, mask;
    struct jy_picture_pdf pdf;
    uint8_t want[WIDTH * HEIGHT * 4];

    (void)state;
    pattern(want, 4);
    assert_int_equal(jy_picture_pdf(jy_buf_slice(&bytes), "png", 40, 40, &pdf, NULL), JY_OK);
    assert_true(pdf.has_mask);
    colours = unpack(jy_buf_slice(&pdf.image), HEIGHT, WIDTH * 3, 3);
    mask = unpack(jy_buf_slice(&pdf.mask), HEIGHT, WIDTH, 1);
    for (size_t i = 0; i < WIDTH * HEIGHT; i++) {
        assert_memory_equal(colours.p + 3 * i, want + 4 * i, 3);
        assert_int_equal(mask.p[i], want[4 * i + 3]);
    }
    jy_buf_free(&colours);
    jy_buf_free(&mask);
    jy_picture_pdf_free(&pdf);
    jy_buf_free(&bytes);
}

static void
pdf__a_seal_of_one_ink_is_one_pixel_under_its_mask(void **state)
{
    struct jy_picture picture = { 0 };
    struct jy_picture_pdf pdf;
    struct jy_buf png = { 0 }, mask;

    (void)state;
    assert_int_equal(jy_picture_new(WIDTH, HEIGHT, &picture, NULL), JY_OK);
    for (size_t i = 0; i < WIDTH * HEIGHT; i++) {             /* as cairo gives it: thin edges are rounded to full steps */
        uint8_t alpha = (uint8_t)(i % 256), *p = picture.rgba + 4 * i;
        p[0] = (uint8_t)(alpha == 0 ? 0 : ((220 * alpha + 127) / 255 * 255 + alpha / 2) / alpha);
        p[3] = alpha;
    }
    assert_int_equal(jy_picture_write_png(&picture, 0, &png, NULL), JY_OK);
    assert_int_equal(jy_picture_pdf(jy_buf_slice(&png), "PNG", 40, 40, &pdf, NULL), JY_OK);
    assert_true(pdf.has_mask);
    assert_int_equal(pdf.image.len, 3);
    assert_int_equal(pdf.image.p[0], 220);
    mask = unpack(jy_buf_slice(&pdf.mask), HEIGHT, WIDTH, 1);
    for (size_t i = 0; i < WIDTH * HEIGHT; i++)
        assert_int_equal(mask.p[i], i % 256);
    jy_buf_free(&mask);
    jy_picture_pdf_free(&pdf);
    jy_buf_free(&png);
    jy_picture_free(&picture);
}

static void
pdf__a_jpeg_goes_in_whole_but_for_its_comments_and_what_follows_it(void **state)
{
    struct jy_buf bytes = make_jpeg(JCS_RGB, true, "taken at home"), again;
    struct jy_picture_pdf pdf;

    (void)state;
    assert_int_equal(jy_buf_text(&bytes, "smuggled"), JY_OK);
    assert_int_equal(jy_picture_pdf(jy_buf_slice(&bytes), "jpg", 40, 40, &pdf, NULL), JY_OK);
    assert_non_null(strstr(pdf.image_entries, "/DeviceRGB /Filter /DCTDecode"));
    assert_true(jy_slice_find(jy_buf_slice(&pdf.image), jy_slice_text("taken at home")) == SIZE_MAX);
    assert_true(jy_slice_find(jy_buf_slice(&pdf.image), jy_slice_text("smuggled")) == SIZE_MAX);
    again = pdf.image;
    pdf.image = (struct jy_buf){ 0 };
    assert_reads(again, "JPG", JY_PICTURE_JPEG, 8, 255);
    jy_picture_pdf_free(&pdf);
    jy_buf_free(&bytes);
    bytes = make_jpeg(JCS_CMYK, false, NULL);                 /* readers do not agree on CMYK: decoded by us */
    assert_int_equal(jy_picture_pdf(jy_buf_slice(&bytes), "jpg", 40, 40, &pdf, NULL), JY_OK);
    assert_non_null(strstr(pdf.image_entries, "/FlateDecode"));
    jy_picture_pdf_free(&pdf);
    jy_buf_free(&bytes);
}

static void
pdf__a_png_with_data_behind_its_rows_is_not_passed_on(void **state)
{
    struct jy_buf bytes = make_png(PNG_COLOR_TYPE_RGB, false), longer = { 0 };
    size_t idat = jy_slice_find(jy_buf_slice(&bytes), jy_slice_text("IDAT")) - 4;
    uint32_t len = (uint32_t)bytes.p[idat + 2] << 8 | bytes.p[idat + 3];
    struct jy_picture_pdf pdf;
    uint8_t tail[4];
    uLong crc;

    (void)state;
    assert_int_equal(jy_buf_add(&longer, JY_SLICE(bytes.p, idat + 8 + len)), JY_OK);
    assert_int_equal(jy_buf_text(&longer, "payload!"), JY_OK);
    longer.p[idat + 2] = (uint8_t)((len + 8) >> 8);
    longer.p[idat + 3] = (uint8_t)(len + 8);
    crc = crc32(0, longer.p + idat + 4, len + 12);
    for (int i = 0; i < 4; i++)
        tail[i] = (uint8_t)(crc >> (24 - 8 * i));
    assert_int_equal(jy_buf_add(&longer, JY_SLICE(tail, 4)), JY_OK);
    assert_int_equal(jy_buf_add(&longer, JY_SLICE(bytes.p + bytes.len - 12, 12)), JY_OK);
    if (jy_picture_pdf(jy_buf_slice(&longer), "png", 40, 40, &pdf, NULL) == JY_OK) {
        assert_true(jy_slice_find(jy_buf_slice(&pdf.image), jy_slice_text("payload!")) == SIZE_MAX);
        jy_picture_pdf_free(&pdf);
    }
    jy_buf_free(&longer);
    jy_buf_free(&bytes);
}

static void
pdf__the_same_picture_gives_the_same_bytes(void **state)
{
    struct jy_buf bytes = make_png(PNG_COLOR_TYPE_RGBA, false);
    struct jy_picture_pdf a, b;

    (void)state;
    assert_int_equal(jy_picture_pdf(jy_buf_slice(&bytes), "png", 40, 40, &a, NULL), JY_OK);
    assert_int_equal(jy_picture_pdf(jy_buf_slice(&bytes), "png", 40, 40, &b, NULL), JY_OK);
    assert_true(jy_slice_equal(jy_buf_slice(&a.image), jy_buf_slice(&b.image)) && jy_slice_equal(jy_buf_slice(&a.mask), jy_buf_slice(&b.mask)));
    jy_picture_pdf_free(&a);
    jy_picture_pdf_free(&b);
    jy_buf_free(&bytes);
}

/* More pictures than are remembered, each unlike the last in one pixel: none is taken for another, and one that was forgotten is packed as before. */
static void
pdf__a_remembered_picture_is_never_that_of_another(void **state)
{
    enum { COUNT = 40 };
    uint8_t rgba[4 * 4 * 4] = { 0 };
    struct jy_picture picture = { .rgba = rgba, .width = 4, .height = 4 };
    struct jy_picture_pdf first[COUNT], again;

    (void)state;
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < COUNT; i++) {
            struct jy_buf png = { 0 };

            memset(rgba, 0, sizeof(rgba));
            rgba[3] = 255;
            rgba[7] = (uint8_t)i;
            assert_int_equal(jy_picture_write_png(&picture, 10, &png, NULL), JY_OK);
            for (int times = 0; times < 2; times++) {
                assert_int_equal(jy_picture_pdf(jy_buf_slice(&png), "png", 40, 40, &again, NULL), JY_OK);
                if (round + times == 0) {
                    first[i] = again;
                    assert_true(i == 0 || !jy_slice_equal(jy_buf_slice(&again.mask), jy_buf_slice(&first[i - 1].mask)));
                    continue;
                }
                assert_true(again.has_mask && jy_slice_equal(jy_buf_slice(&again.mask), jy_buf_slice(&first[i].mask)));
                assert_string_equal(again.mask_entries, first[i].mask_entries);
                assert_string_equal(again.image_entries, first[i].image_entries);
                jy_picture_pdf_free(&again);
            }
            jy_buf_free(&png);
        }
    for (int i = 0; i < COUNT; i++)
        jy_picture_pdf_free(&first[i]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(picture__every_raster_format_gives_its_pixels),
        cmocka_unit_test(picture__adobe_cmyk_is_read_inverted_as_it_is_written),
        cmocka_unit_test(picture__the_declared_type_is_compared_without_case_and_content_decides),
        cmocka_unit_test(picture__content_is_told_by_its_first_bytes),
        cmocka_unit_test(picture__a_cut_or_changed_file_is_refused_or_read_never_more),
        cmocka_unit_test(picture__a_png_with_a_wrong_checksum_is_refused),
        cmocka_unit_test(picture__sizes_beyond_the_limit_are_refused_before_memory_is_taken),
        cmocka_unit_test(picture__a_budget_is_asked_before_a_pixel_is_decoded),
        cmocka_unit_test(picture__a_budget_of_its_pixels_is_enough_for_a_plain_picture),
        cmocka_unit_test(picture__the_scans_of_a_jpeg_are_paid_for),
        cmocka_unit_test(picture__what_is_not_read_is_refused_by_name),
        cmocka_unit_test(picture__a_vector_picture_is_drawn_at_its_size_by_the_programs_drawer),
        cmocka_unit_test(pdf__an_opaque_plain_png_goes_in_without_being_compressed_again),
        cmocka_unit_test(pdf__two_colours_under_alpha_are_an_image_and_a_mask),
        cmocka_unit_test(pdf__a_seal_of_one_ink_is_one_pixel_under_its_mask),
        cmocka_unit_test(pdf__a_jpeg_goes_in_whole_but_for_its_comments_and_what_follows_it),
        cmocka_unit_test(pdf__a_png_with_data_behind_its_rows_is_not_passed_on),
        cmocka_unit_test(pdf__the_same_picture_gives_the_same_bytes),
        cmocka_unit_test(pdf__a_remembered_picture_is_never_that_of_another),
    };
    return cmocka_run_group_tests_name("picture", tests, NULL, NULL);
}
