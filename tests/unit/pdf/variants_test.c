/* SPDX-License-Identifier: Apache-2.0 */
/* What a document shows in more than one way gets no stamp. Each row stands beside an honest one. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "objects.h"

#define ROWS(t) (sizeof(t) / sizeof((t)[0]))
#define VARIES JY_E_SHOWN_VARIOUSLY

/* A page with one annotation; object 6 is its appearance, object 7 the field above it. */
static struct jy_buf
pdf_turned_with(const char *catalog, const char *annotation, int rotate)
{
    char root[512], page[256], annot[512];
    const char *const objects[] = { root, PAGES, page, CONTENT, annot,
                                    "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Length 20 >>\nstream\n0 0 m 100 100 l S   \nendstream",
                                    "<< /FT /Tx /T (sum) /V (1000000) /Kids [5 0 R] >>" };

    snprintf(root, sizeof(root), "<< /Type /Catalog /Pages 2 0 R %s >>", catalog);
    snprintf(page, sizeof(page), "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 500] /Rotate %d /Contents 4 0 R /Annots [5 0 R] >>", rotate);
    snprintf(annot, sizeof(annot), "<< /Type /Annot %s >>", annotation);
    return pdf_of(objects, ROWS(objects), "", NULL);
}

static struct jy_buf
pdf_with(const char *catalog, const char *annotation)
{
    return pdf_turned_with(catalog, annotation, 0);
}

#define RECT "/Rect [10 10 200 40] /F 4 "
#define FIELD "/Subtype /Widget " RECT
#define AP "/AP << /N 6 0 R >> "

static void
stamp__an_annotation_that_programs_draw_differently_gets_none(void **state)
{
    static const struct { const char *annotation; bool anew; jy_err err; } rows[] = {
        { FIELD "/FT /Tx /V (1000000) " AP, false, JY_OK },
        { FIELD "/FT /Tx /V (1000000)", false, VARIES },
        { FIELD "/FT /Tx /V (1000000) /AP << /N null >>", false, VARIES },
        { FIELD "/FT /Tx /V (1000000) /AP 4", false, VARIES },
        { FIELD "/Parent 7 0 R", false, VARIES },                                       /* the value stands above */
        { FIELD "/Parent 7 0 R " AP, false, JY_OK },
        { FIELD "/FT /Tx /V (1000000) " AP, true, VARIES },                             /* some show the value, others the appearance */
        { FIELD "/FT /Tx " AP, true, VARIES },                                          /* some show nothing */
        { FIELD "/FT /Btn /V /Yes " AP, true, VARIES },
        { FIELD "/FT /Btn " AP, true, JY_OK },
        { FIELD "/FT /Tx", true, JY_OK },
        { FIELD "/FT /Tx /V ()", true, JY_OK },
        { FIELD "/FT /Ch /V [(a) (b)]", false, VARIES },
        { FIELD "/FT /Btn /V /Yes /AS /Yes", false, VARIES },
        { FIELD "/FT /Btn /V /Off /AS /Yes", false, VARIES },
        { FIELD "/FT /Btn /V /Yes /AS /Off", false, JY_OK },
        { FIELD "/FT /Btn /V /Off", false, JY_OK },
        { FIELD "/FT /Btn /AS /Yes /AP << /N << /Yes 6 0 R >> /D << /Yes 4 0 R >> >>", false, JY_OK },
        { FIELD "/FT /Btn /Ff 65536 /MK << /CA (not) >>", false, VARIES },
        { FIELD "/FT /Btn /Ff 65536 /MK << /CA () >>", false, JY_OK },
        { FIELD "/FT /Btn /MK << /CA (4) >>", false, JY_OK },                           /* how a tick would look */
        { FIELD "/FT /Sig " AP, true, JY_OK },
        { "/Subtype /Widget /Rect [10 10 200 40] /F 36 /FT /Sig " AP, false, VARIES },  /* a seal on paper only */
        { "/Subtype /Widget /Rect [10 10 200 40] /F 36 /FT /Sig", false, JY_OK },
        { "/Subtype /Widget /Rect [10 10 200 40] /F 32 /FT /Sig " AP, false, JY_OK },
        { "/Subtype /Widget /Rect [10 10 10 40] /FT /Tx /V (1000000)", false, JY_OK },  /* nothing to draw on */
        { "/Subtype /Widget /Rect [10 10 200 40] /F 2 /FT /Tx /V (1000000)", false, JY_OK },
        { "/Subtype /FreeText /Contents (not) " RECT, false, VARIES },
        { "/Subtype /FreeText /Contents (not) " RECT AP, false, JY_OK },
        { "/Subtype /FreeText /Rect [10 10 200 40] /F 36 " AP, false, VARIES },         /* printed, not displayed */
        { "/Subtype /FreeText /Rect [10 10 200 40] /F 32 " AP, false, JY_OK },          /* neither */
        { "/Subtype /Square " RECT "/AP << /N 6 0 R /R 4 0 R >>", false, VARIES },
        { "/Subtype /Square " RECT "/AP << /N 6 0 R /D 4 0 R >>", false, VARIES },
        { "/Subtype /Square /Rect [10 10 200 40] /F 260 " AP, false, VARIES },
        { "/Subtype /FreeText /Rect [10 10 200 40] /F 12 " AP, false, VARIES },         /* of one size at every magnification */
        { "/Subtype /Widget /Rect [10 10 200 40] /F 12 /FT /Tx /V (1000000) " AP, false, VARIES },
        { "/Subtype /Text /Rect [10 10 30 30] /F 28 " AP, false, JY_OK },               /* as icons are */
        { "/Subtype /FreeText /Rect [10 10 200 40] /F 20 " AP, false, JY_OK },          /* upright as the page is */
        { "/Subtype /Link " RECT, false, JY_OK },
        { "/Subtype /Link " RECT AP, false, VARIES },
        { "/Subtype /Popup " RECT AP, false, VARIES },
        { "/Subtype /Text /Contents (a note) " RECT, false, JY_OK },
        { "/Subtype /Text /Contents (a note) " RECT "/AP << /N 6 0 R /R 4 0 R >>", false, JY_OK },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct jy_buf pdf = pdf_with(rows[i].anew ? "/AcroForm << /Fields [] /NeedAppearances true >>" : "/AcroForm << /Fields [] /NeedAppearances false >>",
                                     rows[i].annotation);
        if (stamp_err(jy_buf_slice(&pdf)) != rows[i].err)
            fail_msg("%zu: %s", i, rows[i].annotation);
        jy_buf_free(&pdf);
    }
}

static void
stamp__an_annotation_that_stays_upright_on_a_turned_page_gets_none(void **state)
{
    static const struct { const char *annotation; int rotate; jy_err err; } rows[] = {
        { "/Subtype /FreeText /Rect [10 10 200 40] /F 20 " AP, 0, JY_OK },
        { "/Subtype /FreeText /Rect [10 10 200 40] /F 20 " AP, 90, VARIES },
        { "/Subtype /FreeText /Rect [10 10 200 40] /F 4 " AP, 90, JY_OK },
        { "/Subtype /Text /Rect [10 10 30 30] /F 28 " AP, 90, JY_OK },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct jy_buf pdf = pdf_turned_with("", rows[i].annotation, rows[i].rotate);
        if (stamp_err(jy_buf_slice(&pdf)) != rows[i].err)
            fail_msg("%zu: %s", i, rows[i].annotation);
        jy_buf_free(&pdf);
    }
}

/* A field of this value with an appearance of this content; font: of its resources, as F1. */
static struct jy_buf
pdf_saying(const char *field, const char *content, const char *font, bool anew)
{
    char annot[256], form[1024];
    const char *const objects[] = { anew ? "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [5 0 R] /NeedAppearances true >> >>"
                                         : "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [5 0 R] >> >>", PAGES,
                                    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 500] /Contents 4 0 R /Annots [5 0 R] >>", CONTENT, annot, form };

    snprintf(annot, sizeof(annot), "<< /Type /Annot " FIELD "%s " AP ">>", field);
    snprintf(form, sizeof(form), "<< /Type /XObject /Subtype /Form /BBox [0 0 200 30] /Resources << /Font << /F1 << /Type /Font %s >> >> >> "
             "/Length %zu >>\nstream\n%s\nendstream", font, strlen(content), content);
    return pdf_of(objects, ROWS(objects), "", NULL);
}

#define PLAIN_FONT "/Subtype /Type1 /BaseFont /Helvetica"
#define TEXT(shown) "/Tx BMC q 0 g 1 1 9 9 re W n BT /F1 12 Tf 2 2 Td " shown " ET Q EMC"

static void
stamp__a_field_that_says_two_things_gets_none(void **state)
{
    static const struct { const char *field, *content, *font; jy_err err, anew; } rows[] = {
        { "/FT /Tx /V (Pay 1000000)", TEXT("(Pay 1000000) Tj"), PLAIN_FONT, JY_OK, VARIES },                 /* anew: the field may say it in white */
        { "/FT /Tx /V (Pay 1000000)", TEXT("(Pay 100) Tj"), PLAIN_FONT, VARIES, VARIES },
        { "/FT /Tx /V (Pay 1000000)", TEXT(""), PLAIN_FONT, VARIES, VARIES },                                   /* nothing but a frame */
        { "/FT /Tx /V (Pay 1000000)", TEXT("(Pay) Tj 0 -9 Td [ (10) -50 (000) ] TJ (00) '"), PLAIN_FONT, JY_OK, VARIES },
        { "/FT /Tx /V (Pay 1000000)", TEXT("<5061792031303030303030> Tj"), PLAIN_FONT, JY_OK, VARIES },
        { "/FT /Tx /V (Pay 1000000)", TEXT("<5061792031303> Tj"), PLAIN_FONT, VARIES, VARIES },
        { "/FT /Tx /V (a\\(b\\)c)", TEXT("(a\\(b\\051\\143) Tj"), PLAIN_FONT, JY_OK, VARIES },
        { "/FT /Tx /V (ab)", TEXT("(a\\\nb\\nc) Tj"), PLAIN_FONT, VARIES, VARIES },
        { "/FT /Tx /V (ab)", TEXT("(a\\\nb\\n) Tj"), PLAIN_FONT, JY_OK, VARIES },
        { "/FT /Tx /V (ab)", "(c) Tx BMC " TEXT("(ab) Tj"), PLAIN_FONT, JY_OK, VARIES },                        /* a string that is not shown */
        { "/FT /Tx /V (100)", TEXT("(100) Tj 1 2 (000) \""), PLAIN_FONT, VARIES, VARIES },
        { "/FT /Tx /Ff 8192 /V (secret)", TEXT("(******) Tj"), PLAIN_FONT, JY_OK, VARIES },
        { "/FT /Ch /V (1) /Opt [[(1) (one)]]", TEXT("(one) Tj"), PLAIN_FONT, JY_OK, VARIES },
        { "/FT /Tx", TEXT("(Pay 100) Tj"), PLAIN_FONT, VARIES, VARIES },
        { "/FT /Tx", TEXT(""), PLAIN_FONT, JY_OK, JY_OK },
        { "/FT /Tx /V ()", TEXT(""), PLAIN_FONT, JY_OK, JY_OK },
        { "/FT /Tx /V 9", TEXT("(9) Tj"), PLAIN_FONT, JY_OK, VARIES },
        /* not plain: cannot be compared */
        { "/FT /Tx /V (Pay 1000000)", TEXT("(Pay 100) Tj"), "/Subtype /Type0", JY_OK, VARIES },
        { "/FT /Tx /V (Pay 1000000)", TEXT("(Pay 100) Tj"), PLAIN_FONT " /FontDescriptor << /FontFile2 4 0 R >>", JY_OK, VARIES },
        { "/FT /Tx /V (Pay 1000000)", TEXT("(Pay 100) Tj"), PLAIN_FONT " /FontDescriptor << /Flags 4 >>", VARIES, VARIES },
        { "/FT /Tx /V (Pay 1000000)", TEXT("(Pay 100) Tj"), PLAIN_FONT " /Encoding << /Differences [49 /two] >>", JY_OK, VARIES },
        { "/FT /Tx /V (Pay 1000000)", TEXT("(Pay 100) Tj"), PLAIN_FONT " /Encoding << /Differences [24 /breve 160 /Euro] >>", VARIES, VARIES },
        { "/FT /Tx /V (Pay 1000000)", TEXT("(Pay \\200) Tj"), PLAIN_FONT, JY_OK, VARIES },
        { "/FT /Tx /V <FEFF4E00>", TEXT("(one) Tj"), PLAIN_FONT, JY_OK, VARIES },
        { "/FT /Tx /V (Pay 1000000)", TEXT("") " 0 0 m 9 9 9 9 9 9 c f", PLAIN_FONT, JY_OK, VARIES },
        { "/FT /Tx /V (Pay 1000000)", TEXT("(Pay 100) Tj") " /X Do", PLAIN_FONT, JY_OK, VARIES },
        { "/FT /Tx /V (Pay 1000000)", TEXT("(Pay 100) Tj >"), PLAIN_FONT, JY_OK, VARIES },
        { "/FT /Tx /V (Pay 1000000)", "BT 12 Tf (Pay 100) Tj ET", PLAIN_FONT, JY_OK, VARIES },
    };

    (void)state;
    for (size_t i = 0; i < 2 * ROWS(rows); i++) {
        bool anew = i % 2 == 1;
        struct jy_buf pdf = pdf_saying(rows[i / 2].field, rows[i / 2].content, rows[i / 2].font, anew);
        if (stamp_err(jy_buf_slice(&pdf)) != (anew ? rows[i / 2].anew : rows[i / 2].err))
            fail_msg("%zu, %d: %s %s", i / 2, anew, rows[i / 2].field, rows[i / 2].content);
        jy_buf_free(&pdf);
    }
}

#define LAYERS(initial, layer) "/OCProperties << /OCGs [ << /Type /OCG /Name (a) " layer " >> ] /D << " initial " >> >>"

static void
stamp__a_document_that_shows_other_content_at_other_times_gets_none(void **state)
{
    static const struct { const char *catalog; jy_err err; } rows[] = {
        { LAYERS("", ""), JY_OK },
        { LAYERS("/BaseState /ON /OFF [] /ON [<< /Type /OCG >>]", "/Usage << /Print << /PrintState /ON >> /CreatorInfo << >> >>"), JY_OK },
        { LAYERS("/BaseState /OFF", ""), VARIES },
        { LAYERS("/BaseState /Unchanged", ""), VARIES },
        { LAYERS("/OFF [<< /Type /OCG /Name (hidden) >>]", ""), VARIES },
        { LAYERS("", "/Usage << /View << /ViewState /OFF >> >>"), VARIES },
        { LAYERS("", "/Usage << /Print << /PrintState /OFF >> >>"), VARIES },
        { LAYERS("", "/Usage << /Export << /ExportState /OFF >> >>"), VARIES },
        { LAYERS("", "/Usage << /Zoom << /min 4 >> >>"), VARIES },
        { LAYERS("", "/Usage << /Language << /Lang (en) >> >>"), VARIES },
        { LAYERS("", "/Usage << /User << /Type /Ind /Name (me) >> >>"), VARIES },
        { "/Odd << /Type /OCMD /P /AllOn >>", JY_OK },
        { "/Odd << /Type /OCMD /P /AllOff >>", VARIES },
        { "/Odd << /Type /OCMD /P /AnyOff >>", VARIES },
        { "/Odd << /VE [/Not 6 0 R] /Type /OCMD >>", VARIES },
        { "/Odd << /VE 1 >>", JY_OK },
        { "/Odd << /Alternates [<< /Image 6 0 R /DefaultForPrinting true >>] >>", VARIES },
        { "/Odd << /OPI << >> >>", VARIES },
        { "/Odd << /Subtype /PS >>", VARIES },
        { "/Odd << /Subtype /Form /Subtype2 /PS >>", VARIES },
        { "/Odd << /Subtype /Form /PS 1 >>", JY_OK },
        { "/ViewerPreferences << /ViewArea /CropBox /HideToolbar true >>", JY_OK },
        { "/ViewerPreferences << /ViewArea /MediaBox >>", VARIES },
        { "/ViewerPreferences << /ViewClip /MediaBox >>", VARIES },
        { "/ViewerPreferences << /PrintArea /MediaBox >>", VARIES },
        { "/ViewerPreferences << /PrintClip /MediaBox >>", VARIES },
        { "/Collection << /View /D >>", VARIES },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct jy_buf pdf = pdf_with(rows[i].catalog, "/Subtype /Link " RECT);
        if (stamp_err(jy_buf_slice(&pdf)) != rows[i].err)
            fail_msg("%zu: %s", i, rows[i].catalog);
        jy_buf_free(&pdf);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stamp__an_annotation_that_programs_draw_differently_gets_none),
        cmocka_unit_test(stamp__an_annotation_that_stays_upright_on_a_turned_page_gets_none),
        cmocka_unit_test(stamp__a_field_that_says_two_things_gets_none),
        cmocka_unit_test(stamp__a_document_that_shows_other_content_at_other_times_gets_none),
    };

    return cmocka_run_group_tests_name("one document, several views", tests, pki_set_up, pki_tear_down);
}
