/* SPDX-License-Identifier: Apache-2.0 */
/* SVG seals: every part of the subset draws, everything beyond it is refused by name. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <jinyin/render.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct jy_fonts *fonts;

#define HEAD "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 100 100\">"

static jy_err
draw(const char *body, struct jy_picture *out, struct jy_fault *fault)
{
    char svg[4096];

    snprintf(svg, sizeof(svg), "%s%s</svg>", strncmp(body, "<svg", 4) == 0 || strncmp(body, "<?xml", 5) == 0 ? "" : HEAD, body);
    return jy_picture_draw(jy_slice_text(svg), "svg", 12.7, 12.7, out, fault);
}

/* The picture is 300 pixels a side: three a unit. */
static bool
is(const struct jy_picture *picture, int x, int y, int r, int g, int b, int a)
{
    const uint8_t *p = picture->rgba + ((size_t)(3 * y) * picture->width + (size_t)(3 * x)) * 4;

    if (abs(p[3] - a) <= 3 && (a == 0 || (abs(p[0] - r) <= 4 && abs(p[1] - g) <= 4 && abs(p[2] - b) <= 4)))
        return true;
    fprintf(stderr, "svg: %d %d is %d %d %d %d\n", x, y, p[0], p[1], p[2], p[3]);
    return false;
}

static void
svg__every_part_of_the_subset_draws(void **state)
{
    static const struct { const char *body; int in[2], rgba[4], out[2]; } rows[] = {
        { "<rect x=\"10\" y=\"10\" width=\"30\" height=\"30\" fill=\"red\"/>", { 20, 20 }, { 255, 0, 0, 255 }, { 50, 50 } },
        { "<rect width=\"100\" height=\"100\" rx=\"50\" fill=\"#00f\"/>", { 50, 50 }, { 0, 0, 255, 255 }, { 3, 3 } },
        { "<circle cx=\"50\" cy=\"50\" r=\"40\" fill=\"rgb(0,128,0)\"/>", { 50, 15 }, { 0, 128, 0, 255 }, { 15, 15 } },
        { "<ellipse cx=\"50\" cy=\"50\" rx=\"40\" ry=\"10\" fill=\"rgb(100%,0%,0%)\"/>", { 20, 50 }, { 255, 0, 0, 255 }, { 50, 30 } },
        { "<polygon points=\"0,0 100,0 0,100\"/>", { 20, 20 }, { 0, 0, 0, 255 }, { 80, 80 } },
        { "<polyline points=\"0,50 100,50\" stroke=\"red\" stroke-width=\"10\"/>", { 50, 50 }, { 255, 0, 0, 255 }, { 50, 70 } },
        { "<line x1=\"0\" y1=\"0\" x2=\"100\" y2=\"100\" stroke=\"currentColor\" color=\"red\" stroke-width=\"10\"/>", { 50, 50 }, { 255, 0, 0, 255 }, { 80, 20 } },
        { "<path d=\"M10 10h80v80H10z\" fill=\"red\"/>", { 50, 50 }, { 255, 0, 0, 255 }, { 5, 5 } },
        { "<path d=\"m10 10 l80 0 0 80 -80 0z m20 20v40h40v-40z\" fill-rule=\"evenodd\" fill=\"red\"/>", { 15, 50 }, { 255, 0, 0, 255 }, { 50, 50 } },
        { "<path d=\"M0 50 C0 100 100 100 100 50 S 50 0 0 50\" fill=\"red\"/>", { 50, 70 }, { 255, 0, 0, 255 }, { 90, 5 } },
        { "<path d=\"M0 50 Q 50 150 100 50 T 200 50\" fill=\"red\"/>", { 50, 80 }, { 255, 0, 0, 255 }, { 50, 20 } },
        { "<path d=\"M10 50a40 40 0 1180 0z\" fill=\"red\"/>", { 50, 20 }, { 255, 0, 0, 255 }, { 50, 70 } },
        { "<g transform=\"translate(50,50) rotate(45) scale(2)\"><rect x=\"-10\" y=\"-10\" width=\"20\" height=\"20\" fill=\"red\"/></g>", { 50, 25 }, { 255, 0, 0, 255 }, { 32, 32 } },
        { "<g opacity=\".5\"><rect width=\"60\" height=\"60\" fill=\"red\"/><rect width=\"60\" height=\"60\" fill=\"red\"/></g>", { 30, 30 }, { 255, 0, 0, 128 }, { 80, 80 } },
        { "<rect width=\"60\" height=\"60\" style=\"fill:red;fill-opacity:0.5\" fill=\"blue\"/>", { 30, 30 }, { 255, 0, 0, 128 }, { 80, 80 } },
        { "<style>.a,.b{fill:red} rect{fill:blue} #c{fill:lime}</style><rect class=\"x b\" width=\"60\" height=\"60\"/>", { 30, 30 }, { 255, 0, 0, 255 }, { 80, 80 } },
        { "<defs><g id=\"u\"><rect width=\"20\" height=\"20\"/></g></defs><use href=\"#u\" x=\"40\" y=\"40\" fill=\"red\"/>", { 50, 50 }, { 255, 0, 0, 255 }, { 10, 10 } },
        { "<clipPath id=\"c\"><circle cx=\"50\" cy=\"50\" r=\"20\"/></clipPath><rect width=\"100\" height=\"100\" fill=\"red\" clip-path=\"url(#c)\"/>", { 50, 50 }, { 255, 0, 0, 255 }, { 10, 10 } },
        { "<linearGradient id=\"g\"><stop offset=\"0\" stop-color=\"red\"/><stop offset=\"1\" stop-color=\"red\"/></linearGradient><circle cx=\"50\" cy=\"50\" r=\"20\" fill=\"url(#g)\"/>", { 50, 50 }, { 255, 0, 0, 255 }, { 10, 10 } },
        { "<radialGradient id=\"h\" href=\"#g\"/><linearGradient id=\"g\"><stop style=\"stop-color:red;stop-opacity:.5\"/></linearGradient><circle cx=\"50\" cy=\"50\" r=\"20\" fill=\"url(#h)\"/>", { 50, 50 }, { 255, 0, 0, 128 }, { 10, 10 } },
        { "<text x=\"50\" y=\"90\" font-size=\"90\" text-anchor=\"middle\" fill=\"red\" font-family=\"SimHei\">一</text>", { 50, 56 }, { 255, 0, 0, 255 }, { 50, 10 } },
        { "<path id=\"p\" d=\"M0 90H100\" fill=\"none\"/><text font-size=\"90\" fill=\"red\" font-family=\"SimHei\"><textPath href=\"#p\" startOffset=\"50%\" text-anchor=\"middle\">一</textPath></text>", { 50, 56 }, { 255, 0, 0, 255 }, { 50, 10 } },
        { "<?xml version=\"1.0\"?><!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd\"><s:svg xmlns:s=\"http://www.w3.org/2000/svg\" width=\"100\" height=\"100\"><s:rect width=\"40\" height=\"40\" fill=\"red\"/></s:svg><!--", { 20, 20 }, { 255, 0, 0, 255 }, { 50, 50 } },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct jy_fault fault = { 0 };
        struct jy_picture picture;
        char whole[2048];
        snprintf(whole, sizeof(whole), "%s", rows[i].body);
        char *comment = strstr(whole, "<!--");
        if (comment != NULL) {                               /* this row is a whole file */
            *comment = '\0';
            assert_int_equal(jy_picture_draw(jy_slice_text(whole), "svg", 12.7, 12.7, &picture, &fault), JY_OK);
        } else if (draw(whole, &picture, &fault) != JY_OK) {
            fail_msg("%s: %s", whole, fault.text);
        }
        if (!is(&picture, rows[i].in[0], rows[i].in[1], rows[i].rgba[0], rows[i].rgba[1], rows[i].rgba[2], rows[i].rgba[3]) ||
            !is(&picture, rows[i].out[0], rows[i].out[1], 0, 0, 0, 0))
            fail_msg("%s", whole);
        jy_picture_free(&picture);
    }
}

static void
svg__what_is_beyond_the_subset_is_refused(void **state)
{
    static const struct { const char *body; jy_err rc; } rows[] = {
        { "<script>alert(1)</script>", JY_E_UNSUPPORTED },
        { "<rect onclick=\"x()\" width=\"1\" height=\"1\"/>", JY_E_UNSUPPORTED },
        { "<foreignObject/>", JY_E_UNSUPPORTED },
        { "<image href=\"http://example.com/a.png\"/>", JY_E_UNSUPPORTED },
        { "<image href=\"data:image/png;base64,AAAA\"/>", JY_E_UNSUPPORTED },
        { "<use href=\"other.svg#a\"/>", JY_E_UNSUPPORTED },
        { "<use href=\"#nothing\"/>", JY_E_UNSUPPORTED },
        { "<rect width=\"9\" height=\"9\" fill=\"url(http://example.com/#g)\"/>", JY_E_UNSUPPORTED },
        { "<rect width=\"9\" height=\"9\" style=\"filter:url(#f)\"/>", JY_E_UNSUPPORTED },
        { "<rect width=\"9\" height=\"9\" mask=\"url(#m)\"/>", JY_E_UNSUPPORTED },
        { "<rect width=\"9\" height=\"9\"><animate/></rect><animate/>", JY_E_UNSUPPORTED },
        { "<style>@import url(http://example.com/a.css);</style>", JY_E_UNSUPPORTED },
        { "<style>g > rect{fill:red}</style>", JY_E_UNSUPPORTED },
        { "<style>a{</style>", JY_E_UNSUPPORTED },
        { "<rect width=\"9\" height=\"9\" fill=\"no-such-colour\"/>", JY_E_UNSUPPORTED },
        { "<path d=\"M0 0 L nan 5\"/>", JY_E_UNSUPPORTED },
        { "<path d=\"L 5 5\"/>", JY_E_UNSUPPORTED },
        { "<g id=\"a\"><use href=\"#a\"/></g>", JY_E_UNSUPPORTED },
        { "<text>a<tspan>b</tspan></text>", JY_E_UNSUPPORTED },
        { " <svg/>", JY_E_UNSUPPORTED },
        { " <svg><rect/></svg>", JY_E_UNSUPPORTED },
        { "<g><rect>", JY_E_FORMAT },
        { "<?xml version=\"1.0\"?><!DOCTYPE svg [<!ENTITY a \"aaaa\">]><svg>&a;", JY_E_HOSTILE },
        { "<svg viewBox=\"0 0 0 0\">", JY_E_UNSUPPORTED },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct jy_picture picture;
        struct jy_fault fault = { 0 };
        jy_err rc = draw(rows[i].body, &picture, &fault);
        if (rc != rows[i].rc)
            fail_msg("%s: %s, %s expected", rows[i].body, jy_err_code(rc), jy_err_code(rows[i].rc));
        assert_null(picture.rgba);
        assert_true(fault.text[0] != '\0');
    }
}

static void
svg__bombs_end(void **state)
{
    struct jy_buf svg = { 0 };
    struct jy_picture picture;
    struct jy_fault fault;

    (void)state;
    assert_int_equal(jy_buf_text(&svg, HEAD "<defs><rect id=\"a0\" width=\"100\" height=\"100\"/>"), JY_OK);
    for (int i = 1; i < 12; i++)                              /* 10^11 rectangles */
        assert_int_equal(jy_buf_fmt(&svg, "<g id=\"a%d\"><use href=\"#a%d\"/><use href=\"#a%d\"/><use href=\"#a%d\"/><use href=\"#a%d\"/><use href=\"#a%d\"/>"
                                          "<use href=\"#a%d\"/><use href=\"#a%d\"/><use href=\"#a%d\"/><use href=\"#a%d\"/><use href=\"#a%d\"/></g>",
                                    i, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1), JY_OK);
    assert_int_equal(jy_buf_text(&svg, "</defs><use href=\"#a11\"/></svg>"), JY_OK);
    assert_int_not_equal(jy_picture_draw(jy_buf_slice(&svg), "SVG", 40, 40, &picture, &fault), JY_OK);
    svg.len = 0;
    assert_int_equal(jy_buf_text(&svg, HEAD), JY_OK);
    for (int i = 0; i < 20000; i++)
        assert_int_equal(jy_buf_text(&svg, "<rect width=\"100\" height=\"100\" opacity=\".5\"/>"), JY_OK);
    assert_int_equal(jy_buf_text(&svg, "</svg>"), JY_OK);
    assert_int_not_equal(jy_picture_draw(jy_buf_slice(&svg), "SVG", 40, 40, &picture, &fault), JY_OK);
    jy_buf_free(&svg);
}

static int
open_fonts(void **state)
{
    (void)state;
    if (jy_fonts_open(&fonts, NULL) != JY_OK)
        return -1;
    jy_picture_use_drawer(jy_render_drawer, fonts);
    return 0;
}

static int
close_fonts(void **state)
{
    (void)state;
    jy_picture_use_drawer(NULL, NULL);
    jy_fonts_free(fonts);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(svg__every_part_of_the_subset_draws),
        cmocka_unit_test(svg__what_is_beyond_the_subset_is_refused),
        cmocka_unit_test(svg__bombs_end),
    };
    return cmocka_run_group_tests_name("render svg", tests, open_fonts, close_fonts);
}
