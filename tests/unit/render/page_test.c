/* SPDX-License-Identifier: Apache-2.0 */
/* Pages of GB/T 33190 by their pixels: what is drawn, in what order, and what is said of the rest. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "canvas.h"

#include "../picture/make.h"

#define BOX(boundary, attributes, colour) \
    "<PathObject Boundary=\"" boundary "\" Stroke=\"false\" Fill=\"true\" " attributes ">" colour \
    "<AbbreviatedData>M 0 0 L 50 0 L 50 50 L 0 50 C</AbbreviatedData></PathObject>"
#define COLOUR(rgb) "<FillColor Value=\"" rgb "\"/>"
#define TEXT(attributes, code) "<TextObject ID=\"9\" Boundary=\"5 5 40 20\" Font=\"3\" Size=\"10\" " attributes ">" code "</TextObject>"

static void
draw(struct canvas *out, const char *page)
{
    assert_int_equal(canvas_draw(DOCUMENT(""), RES(""), page, NULL, 0, out), JY_OK);
}

static void
path__is_filled_within_its_boundary_and_nowhere_else(void **state)
{
    struct canvas c;

    (void)state;
    draw(&c, PAGE(BOX("10 20 5 5", "", COLOUR("255 0 0"))));
    assert_true(canvas_is(&c, 12, 22, 255, 0, 0));
    assert_true(canvas_is(&c, 9, 22, 255, 255, 255) && canvas_is(&c, 16, 22, 255, 255, 255) && canvas_is(&c, 12, 26, 255, 255, 255));
    jy_picture_free(&c.picture);
}

static void
path__every_operator_draws(void **state)
{
    static const struct { const char *data; double in[2], out[2]; } rows[] = {
        { "S 0 0 L 20 0 L 20 20 L 0 20 C", { 15, 15 }, { 35, 35 } },
        { "M 0 0 Q 0 40 40 40 L 0 40 C", { 3, 37 }, { 35, 5 } },
        { "M 0 0 B 0 40 40 40 40 0 C", { 20, 20 }, { 20, 38 } },
        { "M 0 20 A 20 20 0 0 1 40 20 C", { 20, 5 }, { 20, 25 } },
        { "M 0 20 A 20 20 0 0 0 40 20 C", { 20, 35 }, { 20, 15 } },
        { "M 20 0 A 20 20 0 1 1 0 20 L 20 20 C", { 30, 30 }, { 5, 5 } },
        { "m 0,0 l 20,0\n20,20 0,20 c", { 10, 10 }, { 30, 30 } },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct canvas c;
        char page[512];
        snprintf(page, sizeof(page), "<Page><Content><Layer><PathObject Boundary=\"5 5 40 40\" Stroke=\"false\" Fill=\"true\"><FillColor Value=\"0 0 255\"/>"
                 "<AbbreviatedData>%s</AbbreviatedData></PathObject></Layer></Content></Page>", rows[i].data);
        draw(&c, page);
        assert_true(canvas_is(&c, 5 + rows[i].in[0], 5 + rows[i].in[1], 0, 0, 255));
        assert_true(canvas_is(&c, 5 + rows[i].out[0], 5 + rows[i].out[1], 255, 255, 255));
        assert_int_equal(c.note_count, 0);
        jy_picture_free(&c.picture);
    }
}

static void
path__the_fill_rule_decides_about_holes(void **state)
{
#define RING(rule) "<PathObject Boundary=\"0 0 50 50\" Stroke=\"false\" Fill=\"true\" Rule=\"" rule "\"><FillColor Value=\"0 0 0\"/>" \
    "<AbbreviatedData>M 5 5 L 45 5 L 45 45 L 5 45 C M 15 15 L 35 15 L 35 35 L 15 35 C</AbbreviatedData></PathObject>"
    struct canvas c;

    (void)state;
    draw(&c, PAGE(RING("Even-Odd")));
    assert_true(canvas_is(&c, 25, 25, 255, 255, 255) && canvas_is(&c, 10, 10, 0, 0, 0));
    jy_picture_free(&c.picture);
    draw(&c, PAGE(RING("NonZero")));
    assert_true(canvas_is(&c, 25, 25, 0, 0, 0));
    jy_picture_free(&c.picture);
}

static void
path__a_hair_line_is_seen_and_dashes_have_gaps(void **state)
{
#define LINE(attributes) "<PathObject Boundary=\"0 0 50 50\" " attributes "><StrokeColor Value=\"0 0 0\"/>" \
    "<AbbreviatedData>M 0 25 L 50 25</AbbreviatedData></PathObject>"
    struct canvas c;

    (void)state;
    draw(&c, PAGE(LINE("LineWidth=\"0\"")));
    assert_true(canvas_at(&c, 20, 24.9)[0] < 200);
    jy_picture_free(&c.picture);
    draw(&c, PAGE(LINE("LineWidth=\"2\" DashPattern=\"5 5\"")));
    assert_true(canvas_is(&c, 2.5, 25, 0, 0, 0) && canvas_is(&c, 7.5, 25, 255, 255, 255));
    jy_picture_free(&c.picture);
    draw(&c, PAGE(LINE("LineWidth=\"2\" DashPattern=\"0.0001 0.0001\"")));
    assert_true(canvas_is(&c, 7.5, 25, 0, 0, 0));
    jy_picture_free(&c.picture);
}

static void
colour__alpha_of_object_and_colour_and_the_colour_space_count(void **state)
{
    static const struct { const char *object; int rgb[3]; } rows[] = {
        { BOX("0 0 50 50", "Alpha=\"0\"", COLOUR("255 255 255")), { 0, 128, 0 } },
        { BOX("0 0 50 50", "", "<FillColor Value=\"255 255 255\" Alpha=\"0\"/>"), { 0, 128, 0 } },
        { BOX("0 0 50 50", "Alpha=\"128\"", COLOUR("255 255 255")), { 128, 192, 128 } },
        { BOX("0 0 50 50", "", "<FillColor Value=\"102\" ColorSpace=\"20\"/>"), { 102, 102, 102 } },
        { BOX("0 0 50 50", "", "<FillColor Value=\"0 255 255 0\" ColorSpace=\"21\"/>"), { 255, 0, 0 } },
        { BOX("0 0 50 50", "", "<FillColor Index=\"1\" ColorSpace=\"22\"/>"), { 9, 8, 7 } },
        { BOX("0 0 50 50", "", "<FillColor Value=\"#ff #80 #0\"/>"), { 255, 128, 0 } },
        { BOX("0 0 50 50", "DrawParam=\"30\"", ""), { 1, 2, 3 } },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct canvas c;
        char page[1024];
        snprintf(page, sizeof(page), "<Page><Content><Layer>%s%s</Layer></Content></Page>", BOX("0 0 50 50", "", COLOUR("0 128 0")), rows[i].object);
        assert_int_equal(canvas_draw(DOCUMENT(""), RES("<ColorSpaces><ColorSpace ID=\"20\" Type=\"GRAY\"/><ColorSpace ID=\"21\" Type=\"CMYK\"/>"
                                     "<ColorSpace ID=\"22\" Type=\"RGB\"><Palette><CV>1 1 1</CV><CV>9 8 7</CV></Palette></ColorSpace></ColorSpaces>"
                                     "<DrawParams><DrawParam ID=\"31\"><FillColor Value=\"1 2 3\"/></DrawParam><DrawParam ID=\"30\" "
                                         "Relative=\"31\"/></DrawParams>"),
                                     page, NULL, 0, &c), JY_OK);
        assert_true(canvas_is(&c, 25, 25, rows[i].rgb[0], rows[i].rgb[1], rows[i].rgb[2]));
        jy_picture_free(&c.picture);
    }
}

static void
colour__shadings_run_from_their_first_to_their_last_colour(void **state)
{
    struct canvas c;

    (void)state;
    draw(&c, PAGE(BOX("0 0 50 50", "", "<FillColor><AxialShd StartPoint=\"10 0\" EndPoint=\"40 0\" Extend=\"3\"><Segment Position=\"0\"><Color Value=\"255 "
        "0 0\"/>"
                                       "</Segment><Segment Position=\"1\"><Color Value=\"0 0 255\"/></Segment></AxialShd></FillColor>")));
    assert_true(canvas_is(&c, 2, 25, 255, 0, 0) && canvas_is(&c, 48, 25, 0, 0, 255));
    assert_in_range(canvas_at(&c, 25, 25)[0], 118, 138);
    jy_picture_free(&c.picture);
    draw(&c, PAGE(BOX("0 0 50 50", "", "<FillColor><RadialShd StartPoint=\"25 25\" StartRadius=\"0\" EndPoint=\"25 25\" EndRadius=\"20\"><Segment "
        "Position=\"0\">"
                                       "<Color Value=\"0 255 0\"/></Segment><Segment Position=\"1\"><Color Value=\"0 0 "
                                           "255\"/></Segment></RadialShd></FillColor>")));
    assert_in_range(canvas_at(&c, 25, 25)[1], 240, 255);
    assert_true(canvas_is(&c, 2, 2, 255, 255, 255));
    jy_picture_free(&c.picture);
    draw(&c, PAGE(BOX("0 0 50 50", "", "<FillColor><Pattern Width=\"10\" Height=\"10\"><CellContent>" BOX("0 0 5 10", "", COLOUR("255 0 0"))
                                       "</CellContent></Pattern></FillColor>")));
    assert_true(canvas_is(&c, 2, 25, 255, 0, 0) && canvas_is(&c, 7, 25, 255, 255, 255) && canvas_is(&c, 42, 25, 255, 0, 0));
    jy_picture_free(&c.picture);
}

#define POINT(x, y, more, rgb) "<Point X=\"" x "\" Y=\"" y "\" " more "><Color Value=\"" rgb "\"/></Point>"

static void
colour__triangles_of_a_gouraud_shading_go_on_from_each_other(void **state)
{
    struct canvas c;

    (void)state;
    draw(&c, PAGE(BOX("0 0 50 50", "", COLOUR("9 9 9")) BOX("0 0 50 50", "", "<FillColor><GouraudShd>"
                      POINT("10", "10", "", "0 0 0") "</GouraudShd></FillColor>")));
    assert_true(canvas_notes(&c, "GouraudShd") && canvas_is(&c, 25, 25, 0, 0, 0));
    jy_picture_free(&c.picture);
    /* A square of two triangles: the second goes on from the last side of the first. */
    draw(&c, PAGE(BOX("0 0 50 50", "", "<FillColor><GouraudShd>" POINT("10", "10", "EdgeFlag=\"0\"", "255 0 0") POINT("40", "10", "", "255 0 0")
                      POINT("10", "40", "", "255 0 0") POINT("40", "40", "EdgeFlag=\"1\"", "0 0 255") "</GouraudShd></FillColor>")));
    assert_int_equal(c.note_count, 0);
    assert_true(canvas_is(&c, 15, 15, 255, 0, 0) && canvas_is(&c, 5, 25, 255, 255, 255) && canvas_is(&c, 45, 45, 255, 255, 255));
    assert_in_range(canvas_at(&c, 32.5, 32.5)[2], 118, 138);
    assert_true(canvas_at(&c, 39, 39)[2] > 230);
    jy_picture_free(&c.picture);
    /* With flag 2 it goes on from a and c instead: nothing is drawn on the other side. */
    draw(&c, PAGE(BOX("0 0 50 50", "", "<FillColor><GouraudShd Extend=\"1\">" POINT("10", "10", "", "0 128 0") POINT("40", "10", "", "0 128 0")
                      POINT("25", "25", "", "0 128 0") POINT("10", "40", "EdgeFlag=\"2\"", "0 128 0")
                      "<BackColor Value=\"0 0 255\"/></GouraudShd></FillColor>")));
    assert_true(canvas_is(&c, 25, 15, 0, 128, 0) && canvas_is(&c, 12, 25, 0, 128, 0) && canvas_is(&c, 25, 35, 0, 0, 255) && canvas_is(&c, 45, 5, 0, 0, 255));
    jy_picture_free(&c.picture);
}

static void
colour__a_lattice_of_points_is_shaded_in_its_rows(void **state)
{
    static const char *const names[] = { "LaGourandShd", "LaGouraudShd" };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct canvas c;
        char page[2048];
        snprintf(page, sizeof(page), "<Page><Content><Layer>" BOX("0 0 50 50", "", "<FillColor Alpha=\"255\"><%s VerticesPerRow=\"3\">"
                 POINT("5", "5", "", "255 0 0")
                 POINT("25", "5", "", "0 0 0") POINT("45", "5", "", "0 0 255") POINT("5", "45", "", "255 0 0") POINT("25", "45", "", "0 0 0")
                 POINT("45", "45", "", "0 0 255") "</%s></FillColor>") "</Layer></Content></Page>", names[i], names[i]);
        draw(&c, page);
        assert_int_equal(c.note_count, 0);
        assert_in_range(canvas_at(&c, 15, 25)[0], 118, 138);
        assert_in_range(canvas_at(&c, 35, 30)[2], 118, 138);
        assert_true(canvas_is(&c, 25, 20, 0, 0, 0) && canvas_is(&c, 47, 20, 255, 255, 255));
        jy_picture_free(&c.picture);
    }
}

static void
colour__a_pattern_repeats_its_cell_as_it_is_told(void **state)
{
    /* A cell of 10 × 10 mm whose left upper quarter is black. */
#define CELL(more) "<FillColor><Pattern Width=\"10\" Height=\"10\" " more "><CellContent>" BOX("0 0 5 5", "", COLOUR("0 0 0")) \
    "</CellContent></Pattern></FillColor>"
    static const struct { const char *page; double black[3][2], white[3][2]; } rows[] = {
        { PAGE(BOX("5 5 40 40", "", CELL(""))), { { 7, 7 }, { 17, 7 }, { 27, 37 } }, { { 12, 7 }, { 7, 12 }, { 2, 2 } } },
        { PAGE(BOX("5 5 40 40", "", CELL("XStep=\"20\" YStep=\"3\""))), { { 7, 7 }, { 27, 7 }, { 7, 17 } }, { { 17, 7 }, { 7, 12 }, { 37, 7 } } },
        { PAGE(BOX("5 5 40 40", "", CELL("ReflectMethod=\"Row\""))), { { 7, 7 }, { 22, 7 }, { 27, 17 } }, { { 17, 7 }, { 12, 7 }, { 7, 12 } } },
        { PAGE(BOX("5 5 40 40", "", CELL("ReflectMethod=\"Column\""))), { { 7, 7 }, { 7, 22 }, { 17, 27 } }, { { 7, 17 }, { 12, 7 }, { 22, 7 } } },
        { PAGE(BOX("5 5 40 40", "", CELL("ReflectMethod=\"RowAndColumn\""))), { { 7, 7 }, { 22, 7 }, { 22, 22 } }, { { 17, 7 }, { 7, 17 }, { 17, 17 } } },
        { PAGE(BOX("5 5 40 40", "", CELL("RelativeTo=\"Page\""))), { { 12, 12 }, { 22, 12 }, { 42, 42 } }, { { 7, 7 }, { 17, 12 }, { 12, 17 } } },
        { PAGE(BOX("5 5 40 40", "", CELL("RelativeTo=\"Object\" CTM=\"2 0 0 2 0 0\""))), { { 12, 12 }, { 32, 12 }, { 7, 27 } }, { { 17, 7 }, { 7, 17 }, { 22, 7 } } },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct canvas c;
        draw(&c, rows[i].page);
        assert_int_equal(c.note_count, 0);
        for (int k = 0; k < 3; k++)
            if (!canvas_is(&c, rows[i].black[k][0], rows[i].black[k][1], 0, 0, 0) || !canvas_is(&c, rows[i].white[k][0], rows[i].white[k][1], 255, 255, 255))
                fail_msg("pattern %zu", i);
        jy_picture_free(&c.picture);
    }
}

static void
hostile__shadings_and_patterns_without_measure_end(void **state)
{
    struct jy_buf page = { 0 };
    struct canvas c;

    (void)state;
    assert_int_equal(jy_buf_text(&page, "<Page><Content><Layer>"), JY_OK);
    for (int n = 0; n < 40; n++) {                           /* triangles over the whole page and far beyond, over each other */
        assert_int_equal(jy_buf_text(&page, "<PathObject Boundary=\"0 0 50 50\" Fill=\"true\"><FillColor><GouraudShd>"), JY_OK);
        for (int i = 0; i < 300; i++)
            assert_int_equal(jy_buf_text(&page, POINT("-1e9", "-1e9", "", "1 2 3") POINT("1e9", "0", "", "255 0 9")
                                         POINT("0", "1e9", "EdgeFlag=\"7\"", "9 9 9")), JY_OK);
        assert_int_equal(jy_buf_text(&page, "</GouraudShd></FillColor><AbbreviatedData>M 0 0 L 50 0 L 50 50 L 0 50 C</AbbreviatedData></PathObject>"), JY_OK);
    }
    assert_int_equal(jy_buf_text(&page, "</Layer></Content></Page>"), JY_OK);
    assert_int_equal(jy_buf_byte(&page, 0), JY_OK);
    draw(&c, (const char *)page.p);
    assert_true(canvas_notes(&c, "beyond the limit of work"));
    jy_picture_free(&c.picture);
    jy_buf_free(&page);
    draw(&c, PAGE(BOX("0 0 50 50", "", "<FillColor><LaGourandShd VerticesPerRow=\"999999999\">" POINT("1", "1", "", "1") POINT("1", "9", "", "1")
                      POINT("9", "9", "", "1") "</LaGourandShd></FillColor>")
                  BOX("0 0 50 50", "", "<FillColor><Pattern Width=\"0\" Height=\"9\"/></FillColor>")));
    assert_true(canvas_notes(&c, "LaGourandShd") && canvas_notes(&c, "Pattern"));
    jy_picture_free(&c.picture);
}

static void
page__layers_and_templates_lie_in_their_order(void **state)
{
    static const struct raw_entry templates[] = {
        { .name = "D/T1.xml", .text = "<Page><Content><Layer>" BOX("0 0 50 50", "", COLOUR("200 200 200")) "</Layer></Content></Page>" },
        { .name = "D/T2.xml", .text = "<Page><Content><Layer>" BOX("0 40 50 10", "", COLOUR("0 255 255")) "</Layer></Content></Page>" },
    };
    struct canvas c;

    (void)state;
    assert_int_equal(canvas_draw(DOCUMENT("<TemplatePage ID=\"50\" BaseLoc=\"T1.xml\"/><TemplatePage ID=\"51\" BaseLoc=\"T2.xml\"/>"), RES(""),
                                 "<Page><Template TemplateID=\"51\" ZOrder=\"Foreground\"/><Template TemplateID=\"50\" ZOrder=\"Background\"/><Content>"
                                 "<Layer Type=\"Foreground\">" BOX("0 0 30 50", "", COLOUR("255 0 0")) "</Layer>"
                                 "<Layer>" BOX("0 0 40 50", "", COLOUR("0 255 0")) "</Layer>"
                                 "<Layer Type=\"Background\">" BOX("0 0 45 50", "", COLOUR("0 0 255")) "</Layer></Content></Page>", templates, 2, &c), JY_OK);
    assert_true(canvas_is(&c, 10, 10, 255, 0, 0) && canvas_is(&c, 35, 10, 0, 255, 0) && canvas_is(&c, 42, 10, 0, 0, 255));
    assert_true(canvas_is(&c, 48, 10, 200, 200, 200) && canvas_is(&c, 10, 45, 0, 255, 255));
    jy_picture_free(&c.picture);
}

static void
page__a_box_that_begins_elsewhere_is_moved_to_the_corner(void **state)
{
    struct canvas c;

    (void)state;
    draw(&c, "<Page><Area><PhysicalBox>100 200 20 30</PhysicalBox></Area><Content><Layer>" BOX("100 200 5 5", "",
        COLOUR("255 0 0")) "</Layer></Content></Page>");
    assert_int_equal(c.picture.width, 80);
    assert_int_equal(c.picture.height, 120);
    assert_true(canvas_is(&c, 2, 2, 255, 0, 0) && canvas_is(&c, 8, 8, 255, 255, 255));
    jy_picture_free(&c.picture);
}

static void
text__stands_where_its_codes_say_and_the_last_delta_goes_on(void **state)
{
    struct canvas c;

    (void)state;
    draw(&c, PAGE(TEXT("", "<TextCode X=\"0\" Y=\"10\" DeltaX=\"g 1 20\">国国</TextCode>")));
    assert_true(canvas_ink(&c, 5, 6, 10, 10) > 0.15 && canvas_ink(&c, 25, 6, 10, 10) > 0.15 && canvas_ink(&c, 16, 6, 8, 10) == 0);
    assert_true(canvas_notes(&c, "宋体"));
    jy_picture_free(&c.picture);
    draw(&c, PAGE(TEXT("", "<TextCode X=\"0\" Y=\"10\" DeltaX=\"15\">国国国</TextCode>")));
    assert_true(canvas_ink(&c, 35, 5, 10, 12) > 0.1);
    jy_picture_free(&c.picture);
    draw(&c, PAGE(TEXT("", "<TextCode X=\"0\" Y=\"10\" DeltaX=\"15 15\"> 国</TextCode>")));
    assert_true(canvas_ink(&c, 5, 5, 10, 12) == 0 && canvas_ink(&c, 20, 5, 10, 12) > 0.15);
    jy_picture_free(&c.picture);
    draw(&c, PAGE(TEXT("", "<TextCode X=\"0\" Y=\"10\" DeltaY=\"20\">国国</TextCode>")));
    assert_true(canvas_ink(&c, 5, 26, 10, 10) > 0.15);
    jy_picture_free(&c.picture);
}

static void
text__without_its_font_is_shown_all_the_same(void **state)
{
    struct canvas c;

    (void)state;
    draw(&c, PAGE("<TextObject Boundary=\"5 5 40 20\" Font=\"77\" Size=\"10\"><TextCode X=\"0\" Y=\"10\">国</TextCode></TextObject>"));
    assert_true(canvas_ink(&c, 5, 5, 10, 12) > 0.15);
    assert_true(canvas_notes(&c, "font resource is missing"));
    jy_picture_free(&c.picture);
}

static void
text__turns_with_its_matrix_and_its_directions(void **state)
{
    struct canvas c;

    (void)state;
    draw(&c, PAGE(TEXT("CTM=\"1 0 0 1 20 10\"", "<TextCode X=\"0\" Y=\"10\">一</TextCode>")));
    assert_true(canvas_ink(&c, 25, 15, 10, 10) > 0.02 && canvas_ink(&c, 5, 5, 15, 9) == 0);
    jy_picture_free(&c.picture);
    draw(&c, PAGE(TEXT("CharDirection=\"90\"", "<TextCode X=\"10\" Y=\"10\">一</TextCode>")));      /* the stroke stands upright */
    assert_true(canvas_ink(&c, 17.5, 16, 3, 8) > canvas_ink(&c, 21, 16, 4, 8) && canvas_ink(&c, 17.5, 16, 3, 8) > 0.1);
    jy_picture_free(&c.picture);
    draw(&c, PAGE(TEXT("ReadDirection=\"90\"", "<TextCode X=\"0\" Y=\"10\">国国国</TextCode>")));
    assert_true(canvas_ink(&c, 5, 26, 10, 10) > 0.15 && canvas_ink(&c, 16, 6, 10, 10) == 0);
    jy_picture_free(&c.picture);
}

static void
clip__areas_are_joined_and_clips_are_met(void **state)
{
#define AREA(box) "<Area><Path Boundary=\"" box "\"><AbbreviatedData>M 0 0 L 10 0 L 10 50 L 0 50 C</AbbreviatedData></Path></Area>"
    struct canvas c;

    (void)state;
    draw(&c, PAGE(BOX("0 0 50 50", "", COLOUR("255 0 0") "<Clips><Clip>" AREA("0 0 10 50") AREA("20 0 10 50") "</Clip></Clips>")));
    assert_true(canvas_is(&c, 5, 25, 255, 0, 0) && canvas_is(&c, 15, 25, 255, 255, 255) && canvas_is(&c, 25, 25, 255, 0, 0));
    jy_picture_free(&c.picture);
    draw(&c, PAGE(BOX("0 0 50 50", "", COLOUR("255 0 0") "<Clips><Clip>" AREA("0 0 10 50") "</Clip><Clip>" AREA("5 0 10 50") "</Clip></Clips>")));
    assert_true(canvas_is(&c, 2, 25, 255, 255, 255) && canvas_is(&c, 7, 25, 255, 0, 0) && canvas_is(&c, 12, 25, 255, 255, 255));
    jy_picture_free(&c.picture);
}

static void
image__fills_the_unit_square_of_its_matrix_and_its_mask_hides(void **state)
{
    struct jy_buf png = make_png(PNG_COLOR_TYPE_RGB, false), mask = make_bmp(1, false);
    const struct raw_entry more[] = { { .name = "D/i.png", .bytes = jy_buf_slice(&png) }, { .name = "D/m.bmp", .bytes = jy_buf_slice(&mask) } };
    static const char media[] = RES("<MultiMedias><MultiMedia ID=\"40\" Type=\"Image\"><MediaFile>i.png</MediaFile></MultiMedia>"
                                    "<MultiMedia ID=\"41\" Type=\"Image\"><MediaFile>m.bmp</MediaFile></MultiMedia></MultiMedias>");
    struct canvas c;

    (void)state;
    assert_int_equal(canvas_draw(DOCUMENT(""), media, PAGE("<ImageObject Boundary=\"10 10 20 20\" CTM=\"20 0 0 20 0 0\" ResourceID=\"40\"/>"), more, 2, &c),
        JY_OK);
    assert_true(canvas_is(&c, 14, 20, 255, 0, 0) && canvas_is(&c, 26, 20, 0, 0, 128) && canvas_is(&c, 35, 20, 255, 255, 255));
    jy_picture_free(&c.picture);
    assert_int_equal(canvas_draw(DOCUMENT(""), media, PAGE("<ImageObject Boundary=\"10 10 20 20\" CTM=\"-20 0 0 20 20 0\" ResourceID=\"40\"/>"), more, 2,
        &c), JY_OK);
    assert_true(canvas_is(&c, 14, 20, 0, 0, 128) && canvas_is(&c, 26, 20, 255, 0, 0));
    jy_picture_free(&c.picture);
    assert_int_equal(canvas_draw(DOCUMENT(""), media, PAGE("<ImageObject Boundary=\"10 10 20 20\" CTM=\"20 0 0 20 0 0\" ResourceID=\"40\" ImageMask=\"41\"/>"),
                                 more, 2, &c), JY_OK);
    assert_true(canvas_is(&c, 14, 20, 255, 0, 0) && canvas_is(&c, 26, 20, 255, 255, 255));
    jy_picture_free(&c.picture);
    jy_buf_free(&png);
    jy_buf_free(&mask);
}

static void
image__has_its_border_and_another_stands_in_for_a_broken_one(void **state)
{
    struct jy_buf png = make_png(PNG_COLOR_TYPE_RGB, false);
    const struct raw_entry more[] = { { .name = "D/i.png", .bytes = jy_buf_slice(&png) } };
    static const char media[] = RES("<MultiMedias><MultiMedia ID=\"40\" Type=\"Image\"><MediaFile>i.png</MediaFile></MultiMedia>"
                                    "<MultiMedia ID=\"41\" Type=\"Image\"><MediaFile>none.png</MediaFile></MultiMedia></MultiMedias>");
    struct canvas c;

    (void)state;
    assert_int_equal(canvas_draw(DOCUMENT(""), media, PAGE("<ImageObject Boundary=\"10 10 30 20\" CTM=\"30 0 0 20 0 0\" ResourceID=\"41\" Substitution=\"40\">"
        "<Border LineWidth=\"2\"><BorderColor Value=\"0 128 0\"/></Border></ImageObject>"), more, 1, &c), JY_OK);
    assert_true(canvas_is(&c, 14, 20, 255, 0, 0) && canvas_notes(&c, "none.png"));
    assert_true(canvas_is(&c, 9.5, 20, 0, 128, 0) && canvas_is(&c, 25, 30.5, 0, 128, 0) &&
                canvas_is(&c, 9.25, 9.25, 0, 128, 0) && canvas_is(&c, 8.5, 20, 255, 255, 255));
    jy_picture_free(&c.picture);
    assert_int_equal(canvas_draw(DOCUMENT(""), media, PAGE("<ImageObject Boundary=\"10 10 30 20\" CTM=\"30 0 0 20 0 0\" ResourceID=\"40\">"
        "<Border LineWidth=\"2\" HorizonalCornerRadius=\"8\" VerticalCornerRadius=\"8\" DashPattern=\"4 10\"/></ImageObject>"), more, 1, &c), JY_OK);
    assert_true(canvas_is(&c, 20, 9.5, 0, 0, 0) && canvas_is(&c, 25, 9.5, 255, 255, 255) && canvas_is(&c, 9.5, 9.5, 255, 255, 255));
    jy_picture_free(&c.picture);
    jy_buf_free(&png);
}

static void
text__that_cannot_be_drawn_is_marked_where_it_would_begin(void **state)
{
    static const struct { const char *attributes; double x, y; } rows[] = {
        { "Boundary=\"10 10 20 20\" Font=\"3\"", 20, 20 },                     /* no size: its box */
        { "Boundary=\"10 10 20 20\" Font=\"3\" Size=\"-3\"", 20, 20 },
        { "Font=\"3\" CTM=\"1 0 0 1 15 30\"", 25, 32.5 },                     /* no box either */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char page[256];
        struct canvas c;
        snprintf(page, sizeof(page), "<Page><Content><Layer><TextObject %s><TextCode>国</TextCode></TextObject></Layer></Content></Page>", rows[i].attributes);
        draw(&c, page);
        assert_true(canvas_notes(&c, "its size or stretch makes no sense"));
        assert_true(canvas_at(&c, rows[i].x, rows[i].y)[1] < 250 && canvas_is(&c, 5, 5, 255, 255, 255));
        jy_picture_free(&c.picture);
    }
}

static void
image__that_cannot_be_drawn_is_marked_and_named(void **state)
{
    static const struct raw_entry more[] = { { .name = "D/broken.png", .text = "\x89PNG\r\n\x1a\n broken" } };
    static const char *const objects[] = { "ResourceID=\"40\"", "ResourceID=\"41\"", "ResourceID=\"42\"", "" };

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        char page[256];
        struct canvas c;
        snprintf(page, sizeof(page), "<Page><Content><Layer><ImageObject Boundary=\"10 10 20 20\" CTM=\"20 0 0 20 0 0\" %s/></Layer></Content></Page>",
            objects[i]);
        assert_int_equal(canvas_draw(DOCUMENT(""), RES("<MultiMedias><MultiMedia ID=\"40\" Type=\"Image\"><MediaFile>broken.png</MediaFile></MultiMedia>"
                                     "<MultiMedia ID=\"41\" Type=\"Image\"><MediaFile>none.png</MediaFile></MultiMedia></MultiMedias>"), page, more, 1, &c),
                                         JY_OK);
        assert_int_equal(c.note_count, 1);
        assert_true(canvas_at(&c, 20, 20)[1] < 250 && canvas_at(&c, 13, 20)[1] < 250);
        jy_picture_free(&c.picture);
    }
}

/* A grey picture that is large and packs to nothing. */
static struct jy_buf
large_png(uint32_t side)
{
    struct jy_picture picture = { 0 };
    struct jy_buf out = { 0 };

    assert_int_equal(jy_picture_new(side, side, &picture, NULL), JY_OK);
    memset(picture.rgba, 255, (size_t)side * side * 4);
    picture.opaque = true;
    assert_int_equal(jy_picture_write_png(&picture, 0, &out, NULL), JY_OK);
    jy_picture_free(&picture);
    return out;
}

/* The most bytes that lived at once, where the sanitizer counts them. */
size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));
int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void *, size_t), void (*on_free)(const volatile void *)) __attribute__((weak));
static size_t most_bytes;

static void
on_malloc(const volatile void *p, size_t size)
{
    size_t now = size < 4096 ? 0 : __sanitizer_get_current_allocated_bytes();

    (void)p;
    most_bytes = now > most_bytes ? now : most_bytes;
}

static void
on_free(const volatile void *p)
{
    (void)p;
}

#define SIX_IMAGES                                                                                                                                 \
    RES("<MultiMedias><MultiMedia ID=\"40\" Type=\"Image\"><MediaFile>l.png</MediaFile></MultiMedia><MultiMedia ID=\"41\" Type=\"Image\">"          \
        "<MediaFile>l.png</MediaFile></MultiMedia><MultiMedia ID=\"42\" Type=\"Image\"><MediaFile>l.png</MediaFile></MultiMedia>"                  \
        "<MultiMedia ID=\"43\" Type=\"Image\"><MediaFile>l.png</MediaFile></MultiMedia><MultiMedia ID=\"44\" Type=\"Image\"><MediaFile>l.png"      \
        "</MediaFile></MultiMedia><MultiMedia ID=\"45\" Type=\"Image\"><MediaFile>l.png</MediaFile></MultiMedia></MultiMedias>")
#define IMAGE(x, id) "<ImageObject Boundary=\"" x " 0 5 5\" CTM=\"5 0 0 5 0 0\" ResourceID=\"" id "\"/>"

static void
image__many_large_ones_never_take_more_than_the_pages_memory(void **state)
{
    struct jy_buf png = large_png(4000);                     /* 64 MB as pixels */
    const struct raw_entry more[] = { { .name = "D/l.png", .bytes = jy_buf_slice(&png) } };
    bool counted = __sanitizer_install_malloc_and_free_hooks != NULL && __sanitizer_install_malloc_and_free_hooks(on_malloc, on_free) > 0;
    struct canvas c;

    (void)state;
    most_bytes = 0;
    assert_int_equal(canvas_draw(DOCUMENT(""), SIX_IMAGES, PAGE(IMAGE("0", "40") IMAGE("10", "41") IMAGE("20", "42") IMAGE("30", "43")), more, 1, &c), JY_OK);
    assert_true(!counted || (most_bytes > 64u << 20 && most_bytes < JY_RENDER_MEMORY_MAX + (8u << 20)));
    assert_true(canvas_notes(&c, "the images of this page are beyond the limit"));
    assert_true(canvas_is(&c, 2.5, 2.5, 255, 255, 255) && canvas_ink(&c, 0, 0, 5, 5) == 0);
    for (int i = 1; i < 4; i++)
        assert_true(canvas_at(&c, 10 * i + 2.5, 2.5)[1] < 250 && canvas_at(&c, 10 * i + 1, 2.5)[1] < 250);      /* marked */
    jy_picture_free(&c.picture);
    jy_buf_free(&png);
}

/* Each is found broken at its end only, when all of it has been unpacked. */
static void
image__broken_ones_are_paid_for(void **state)
{
    struct jy_buf png = large_png(4000);
    const struct raw_entry more[] = { { .name = "D/l.png", .bytes = jy_buf_slice(&png) } };
    struct canvas c;

    (void)state;
    png.p[png.len - 12 - 5] ^= 1;                            /* the checksum of the last data */
    assert_int_equal(canvas_draw(DOCUMENT(""), SIX_IMAGES, PAGE(IMAGE("0", "40") IMAGE("7", "41") IMAGE("14", "42") IMAGE("21", "43") IMAGE("28", "44")
                                                                IMAGE("35", "45")), more, 1, &c), JY_OK);
    assert_true(canvas_notes(&c, "image cannot be drawn"));
    assert_true(canvas_notes(&c, "need more work than is left"));
    jy_picture_free(&c.picture);
    jy_buf_free(&png);
}

static void
composite__is_drawn_and_one_within_itself_ends(void **state)
{
    static const char units[] = RES("<CompositeGraphicUnits><CompositeGraphicUnit ID=\"60\" Width=\"10\" Height=\"10\"><Content>" BOX("0 0 50 50", "",
        COLOUR("255 0 0"))
                                    "</Content></CompositeGraphicUnit><CompositeGraphicUnit ID=\"61\" Width=\"10\" Height=\"10\"><Content>"
                                    "<CompositeObject Boundary=\"0 0 10 10\" ResourceID=\"61\"/><CompositeObject Boundary=\"0 0 10 10\" ResourceID=\"61\"/>"
                                    "</Content></CompositeGraphicUnit></CompositeGraphicUnits>");
    struct canvas c;

    (void)state;
    assert_int_equal(canvas_draw(DOCUMENT(""), units, PAGE("<CompositeObject Boundary=\"20 20 20 20\" ResourceID=\"60\" CTM=\"2 0 0 1 0 0\"/>"), NULL, 0,
        &c), JY_OK);
    assert_true(canvas_is(&c, 38, 25, 255, 0, 0) && canvas_is(&c, 38, 35, 255, 255, 255));
    jy_picture_free(&c.picture);
    assert_int_equal(canvas_draw(DOCUMENT(""), units, PAGE("<CompositeObject Boundary=\"20 20 20 20\" ResourceID=\"61\"/>"), NULL, 0, &c), JY_OK);
    assert_true(canvas_notes(&c, "nested too deep"));
    jy_picture_free(&c.picture);
}

static void
annotation__is_drawn_unless_invisible(void **state)
{
    static const struct raw_entry more[] = {
        { .name = "D/A.xml", .text = "<Annotations><Page PageID=\"1\"><FileLoc>A1.xml</FileLoc></Page></Annotations>" },
        { .name = "D/A1.xml", .text = "<PageAnnot><Annot Type=\"Highlight\"><Appearance Boundary=\"10 10 10 10\">" BOX("0 0 10 10", "", COLOUR("255 255 0"))
                                      "</Appearance></Annot><Annot Visible=\"false\"><Appearance Boundary=\"30 30 10 10\">" BOX("0 0 10 10", "",
                                          COLOUR("0 0 0"))
                                      "</Appearance></Annot></PageAnnot>" },
    };
    struct canvas c;

    (void)state;
    assert_int_equal(canvas_draw("<Document><CommonData><PageArea><PhysicalBox>0 0 50 50</PhysicalBox></PageArea></CommonData><Pages><Page ID=\"1\" "
        "BaseLoc=\"P.xml\"/>"
                                 "</Pages><Annotations>A.xml</Annotations></Document>", RES(""), PAGE(""), more, 2, &c), JY_OK);
    assert_true(canvas_is(&c, 15, 15, 255, 255, 0) && canvas_is(&c, 35, 35, 255, 255, 255));
    jy_picture_free(&c.picture);
}

/* Each of these alone would take minutes or gigabytes from a reader without limits. */
static void
hostile__pages_end_within_their_work(void **state)
{
    static const char *const objects[] = {
        "<PathObject Boundary=\"0 0 1e30 1e30\" LineWidth=\"1e30\"><AbbreviatedData>M 0 0 L 1e5 1e5</AbbreviatedData></PathObject>",
        "<PathObject Boundary=\"0 0 50 50\" DashPattern=\"0.3 0.3\" CTM=\"1 0 0 1 0 0\"><AbbreviatedData>M -1000000 0 L 1000000 50 L -1000000 "
            "0</AbbreviatedData></PathObject>",
        "<PathObject Boundary=\"0 0 50 50\" CTM=\"0 0 0 0 0 0\"><AbbreviatedData>M 0 0 L 1 1</AbbreviatedData></PathObject>",
        "<PathObject Boundary=\"nan inf 50 50\"><AbbreviatedData>M nan 0 L 1 1 X</AbbreviatedData></PathObject>",
        "<TextObject Boundary=\"0 0 50 50\" Font=\"3\" Size=\"1e9\"><TextCode X=\"0\" Y=\"0\">国</TextCode></TextObject>",
        "<TextObject Boundary=\"0 0 50 50\" Font=\"3\" Size=\"9000\"><TextCode X=\"0\" Y=\"0\" DeltaX=\"g 2000000000 1\">国国国</TextCode></TextObject>",
        "<ImageObject Boundary=\"0 0 -5 -5\" CTM=\"nan\" ResourceID=\"99999999999999999999\"/>",
        "<PathObject Boundary=\"0 0 50 50\" Fill=\"true\"><FillColor><Pattern Width=\"0.02\" Height=\"0.02\"><CellContent>"
        "<PathObject Boundary=\"0 0 1 1\"><AbbreviatedData>M 0 0 L 1 1</AbbreviatedData></PathObject></CellContent></Pattern></FillColor>"
        "<AbbreviatedData>M 0 0 L 50 0 L 50 50 C</AbbreviatedData></PathObject>",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++) {
        char page[2048];
        struct canvas c;
        snprintf(page, sizeof(page), "<Page><Content><Layer>%s</Layer></Content></Page>", objects[i]);
        assert_int_equal(canvas_draw(DOCUMENT(""), RES(""), page, NULL, 0, &c), JY_OK);
        jy_picture_free(&c.picture);
    }
}

static void
hostile__a_page_of_too_much_work_is_cut_off_and_says_so(void **state)
{
    struct jy_buf page = { 0 };
    struct canvas c;

    (void)state;
    raw_add(&page, jy_slice_text("<Page><Content><Layer>"));
    for (int i = 0; i < 20000; i++)
        raw_add(&page, jy_slice_text(BOX("0 0 50 50", "", COLOUR("1 1 1"))));
    raw_add(&page, jy_slice_text("</Layer></Content></Page>"));
    assert_int_equal(jy_buf_byte(&page, 0), JY_OK);
    draw(&c, (const char *)page.p);
    assert_true(canvas_notes(&c, "beyond the limit of work"));
    jy_picture_free(&c.picture);
    jy_buf_free(&page);
}

static void
hostile__thin_outlines_under_a_wide_pen_are_counted_by_what_they_cover(void **state)
{
    struct jy_buf page = { 0 };
    struct canvas c;

    (void)state;
    raw_add(&page, jy_slice_text("<Page><Content><Layer>"));
    for (int i = 0; i < 6000; i++)
        raw_add(&page, jy_slice_text("<PathObject Boundary=\"0 0 50 50\" LineWidth=\"99\"><AbbreviatedData>M 25 25 L 25.01 25</AbbreviatedData></PathObject>"));
    raw_add(&page, jy_slice_text("</Layer></Content></Page>"));
    assert_int_equal(jy_buf_byte(&page, 0), JY_OK);
    draw(&c, (const char *)page.p);
    assert_true(canvas_notes(&c, "beyond the limit of work"));
    jy_picture_free(&c.picture);
    jy_buf_free(&page);
}

static void
hostile__resource_parts_named_again_and_again_end(void **state)
{
    struct jy_buf document = { 0 }, res = { 0 };
    struct canvas c;

    (void)state;
    raw_add(&res, jy_slice_text("<Res><!--"));
    for (int i = 0; i < 1 << 16; i++)
        raw_add(&res, jy_slice_text("sixteen bytes.. "));
    raw_add(&res, JY_SLICE("--></Res>", 10));
    raw_add(&document, jy_slice_text("<Document><CommonData><PageArea><PhysicalBox>0 0 50 50</PhysicalBox></PageArea>"));
    for (int i = 0; i < 64; i++)
        raw_add(&document, jy_slice_text("<PublicRes>R.xml</PublicRes>"));
    raw_add(&document, jy_slice_text("</CommonData><Pages><Page ID=\"1\" BaseLoc=\"P.xml\"/></Pages></Document>"));
    assert_int_equal(jy_buf_byte(&document, 0), JY_OK);
    assert_int_equal(canvas_draw((const char *)document.p, (const char *)res.p, PAGE(""), NULL, 0, &c), JY_OK);
    assert_true(canvas_notes(&c, "resource parts are beyond the limit"));
    jy_picture_free(&c.picture);
    jy_buf_free(&document);
    jy_buf_free(&res);
}

static void
page__sizes_and_numbers_out_of_range_are_refused(void **state)
{
    const struct raw_entry list[] = { { .name = "OFD.xml", .text = ROOT }, { .name = "D/R.xml", .text = RES("") }, { .name = "D/P.xml", .text = PAGE("") },
                                      { .name = "D/Document.xml", .text = "<Document><CommonData><PageArea><PhysicalBox>0 0 9000 9000</PhysicalBox></PageArea>"
                                                                          "</CommonData><Pages><Page ID=\"1\" BaseLoc=\"P.xml\"/></Pages></Document>" } };
    struct jy_render *render;
    struct jy_picture picture;
    struct jy_buf file = { 0 };

    (void)state;
    raw_zip(list, 4, &file);
    assert_int_equal(jy_render_open(jy_buf_slice(&file), fonts, &render, NULL), JY_OK);
    assert_int_equal(jy_render_page(render, 1, 4, &picture, NULL), JY_E_LIMIT);
    assert_int_equal(jy_render_page(render, 1, 0.5, &picture, NULL), JY_E_LIMIT);
    assert_int_equal(jy_render_page(render, 0, 4, &picture, NULL), JY_E_PAGE_RANGE);
    assert_int_equal(jy_render_page(render, 2, 4, &picture, NULL), JY_E_PAGE_RANGE);
    assert_int_equal(jy_render_page(render, 1, 0, &picture, NULL), JY_E_ARGUMENT);
    assert_int_equal(jy_render_page(render, 1, 0.2, &picture, NULL), JY_OK);
    jy_picture_free(&picture);
    jy_render_free(render);
    assert_int_equal(jy_render_open(jy_slice_text("%PDF-1.7"), fonts, &render, NULL), JY_E_UNSUPPORTED);
    assert_null(render);
    jy_buf_free(&file);
}

static void
seal__that_is_a_package_is_drawn_over_its_whole_size_on_nothing(void **state)
{
    const struct raw_entry list[] = { { .name = "OFD.xml", .text = ROOT }, { .name = "D/Document.xml", .text = DOCUMENT("") }, { .name = "D/R.xml",
        .text = RES("") },
                                      { .name = "D/P.xml", .text = PAGE(BOX("0 0 25 50", "", COLOUR("255 0 0"))) } };
    struct jy_picture picture;
    struct jy_buf package = { 0 }, file = { 0 };

    (void)state;
    raw_zip(list, 4, &package);
    raw_add(&file, jy_slice_text("junk"));                    /* as it is met before such pictures */
    raw_add(&file, jy_buf_slice(&package));
    jy_picture_use_drawer(jy_render_drawer, fonts);
    assert_int_equal(jy_picture_draw(jy_buf_slice(&file), "OFD", 25.4, 12.7, &picture, NULL), JY_OK);
    assert_int_equal(picture.width, 600);
    assert_int_equal(picture.height, 300);
    assert_memory_equal(picture.rgba + (150 * 600 + 100) * 4, "\xff\0\0\xff", 4);
    assert_int_equal(picture.rgba[(150 * 600 + 500) * 4 + 3], 0);
    jy_picture_free(&picture);
    jy_buf_free(&file);
    jy_buf_free(&package);
    jy_picture_use_drawer(NULL, NULL);
}

/* A font that is on every Debian with fontconfig, as one that the document brings; glyph numbers are its own. */
static void
text__a_transform_with_impossible_counts_is_drawn_and_ends(void **state)
{
    static const char *const counts[] = { "CodeCount=\"2\" GlyphCount=\"2\"", "GlyphCount=\"0\"", "CodeCount=\"0\" GlyphCount=\"-7\"", "CodeCount=\"3\"",
                                          "CodeCount=\"99999999\" GlyphCount=\"1\"", "CodeCount=\"1\" GlyphCount=\"99999999\"", "GlyphCount=\"nan\"" };
    FILE *f = fopen("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", "rb");
    static uint8_t bytes[2 << 20];
    size_t len = f == NULL ? 0 : fread(bytes, 1, sizeof(bytes), f);

    (void)state;
    if (f == NULL)
        skip();
    fclose(f);
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        const struct raw_entry font = { .name = "D/f.ttf", .bytes = JY_SLICE(bytes, len) };
        struct canvas c;
        char page[1024];
        snprintf(page, sizeof(page), PAGE(TEXT("", "<CGTransform CodePosition=\"0\" %s><Glyphs>36 37 38</Glyphs></CGTransform>"
                                                   "<TextCode X=\"0\" Y=\"10\">AB C</TextCode>")), counts[i]);
        assert_int_equal(canvas_draw(DOCUMENT(""), "<Res><Fonts><Font ID=\"3\" FontName=\"x\"><FontFile>f.ttf</FontFile></Font></Fonts></Res>", page, &font,
                                     1, &c), JY_OK);
        assert_true(canvas_ink(&c, 5, 5, 7, 11) > 0.1);
        jy_picture_free(&c.picture);
    }
}

static void
text__letters_of_a_stand_in_do_not_run_into_each_other(void **state)
{
    struct canvas c;

    (void)state;
    draw(&c, PAGE(TEXT("", "<TextCode X=\"0\" Y=\"10\" DeltaX=\"5 5\">OOO</TextCode>")));
    for (double x = 10; x <= 15; x += 5)                     /* a free column between each two */
        assert_true(canvas_ink(&c, x - 0.25, 7, 0.25, 8) == 0 || canvas_ink(&c, x, 7, 0.25, 8) == 0);
    jy_picture_free(&c.picture);
}

static int
open_fonts(void **state)
{
    (void)state;
    return jy_fonts_open(&fonts, NULL) == JY_OK ? 0 : -1;
}

static int
close_fonts(void **state)
{
    (void)state;
    jy_fonts_free(fonts);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(path__is_filled_within_its_boundary_and_nowhere_else),
        cmocka_unit_test(path__every_operator_draws),
        cmocka_unit_test(path__the_fill_rule_decides_about_holes),
        cmocka_unit_test(path__a_hair_line_is_seen_and_dashes_have_gaps),
        cmocka_unit_test(colour__alpha_of_object_and_colour_and_the_colour_space_count),
        cmocka_unit_test(colour__shadings_run_from_their_first_to_their_last_colour),
        cmocka_unit_test(colour__triangles_of_a_gouraud_shading_go_on_from_each_other),
        cmocka_unit_test(colour__a_lattice_of_points_is_shaded_in_its_rows),
        cmocka_unit_test(colour__a_pattern_repeats_its_cell_as_it_is_told),
        cmocka_unit_test(hostile__shadings_and_patterns_without_measure_end),
        cmocka_unit_test(page__layers_and_templates_lie_in_their_order),
        cmocka_unit_test(page__a_box_that_begins_elsewhere_is_moved_to_the_corner),
        cmocka_unit_test(text__stands_where_its_codes_say_and_the_last_delta_goes_on),
        cmocka_unit_test(text__without_its_font_is_shown_all_the_same),
        cmocka_unit_test(text__turns_with_its_matrix_and_its_directions),
        cmocka_unit_test(clip__areas_are_joined_and_clips_are_met),
        cmocka_unit_test(image__fills_the_unit_square_of_its_matrix_and_its_mask_hides),
        cmocka_unit_test(image__has_its_border_and_another_stands_in_for_a_broken_one),
        cmocka_unit_test(text__that_cannot_be_drawn_is_marked_where_it_would_begin),
        cmocka_unit_test(image__that_cannot_be_drawn_is_marked_and_named),
        cmocka_unit_test(image__many_large_ones_never_take_more_than_the_pages_memory),
        cmocka_unit_test(image__broken_ones_are_paid_for),
        cmocka_unit_test(composite__is_drawn_and_one_within_itself_ends),
        cmocka_unit_test(annotation__is_drawn_unless_invisible),
        cmocka_unit_test(hostile__pages_end_within_their_work),
        cmocka_unit_test(hostile__a_page_of_too_much_work_is_cut_off_and_says_so),
        cmocka_unit_test(hostile__thin_outlines_under_a_wide_pen_are_counted_by_what_they_cover),
        cmocka_unit_test(hostile__resource_parts_named_again_and_again_end),
        cmocka_unit_test(page__sizes_and_numbers_out_of_range_are_refused),
        cmocka_unit_test(seal__that_is_a_package_is_drawn_over_its_whole_size_on_nothing),
        cmocka_unit_test(text__a_transform_with_impossible_counts_is_drawn_and_ends),
        cmocka_unit_test(text__letters_of_a_stand_in_do_not_run_into_each_other),
    };
    return cmocka_run_group_tests_name("render page", tests, open_fonts, close_fonts);
}
