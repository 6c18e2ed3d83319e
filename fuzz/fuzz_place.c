/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a stamp goes, from hostile words: a first byte says which reader, the rest is its input: a page specification, what pdftotext would say of a PDF,
 * a page of an OFD. What comes out keeps its promises: pages of the document and rising, strips that add up, matches on the page that was searched.
 */
#include <codec/zip.h>
#include <jinyin/place.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool good)
{
    if (!good)
        abort();
}

static void
pages(const uint8_t *data, size_t size)
{
    struct jy_page sizes[255];
    struct jy_page_list list;
    struct jy_fault fault = { 0 };
    size_t count = size == 0 ? 1 : data[0] % 255u + 1;
    char *spec = calloc(1, size + 1);

    if (spec == NULL)
        return;
    memcpy(spec, data, size);
    for (size_t i = 0; i < count; i++)
        sizes[i] = (struct jy_page){ 100 + (double)i, 300 - (double)i };
    if (jy_pages_parse(spec, count, &list, &fault) == JY_OK) {
        const struct jy_seam seam = { .edge = (enum jy_edge)(count % 4), .centred = true, .width_mm = 40, .height_mm = 30, .group_max = count % 23 };
        struct jy_places places = { 0 };
        double sum = 0;

        must(list.count > 0 && list.count <= count);
        for (size_t i = 0; i < list.count; i++)
            must(list.list[i] >= 1 && (size_t)list.list[i] <= count && (i == 0 || list.list[i] > list.list[i - 1]));
        if (jy_place_seam(sizes, count, &list, &seam, &places, &fault) == JY_OK) {
            bool upright = seam.edge == JY_EDGE_RIGHT || seam.edge == JY_EDGE_LEFT;
            double across = upright ? 40 : 30;

            must(places.count == list.count);
            for (size_t i = 0; i < places.count; i++)
                sum += upright ? places.list[i].clip.width_mm : places.list[i].clip.height_mm;
            must(fabs(sum / across - round(sum / across)) < 1e-6);
        }
        jy_places_free(&places);
    } else {
        must(list.list == NULL && fault.text[0] != '\0');
    }
    jy_page_list_free(&list);
    free(spec);
}

/* Keywords that stand, that might, and the page's own first characters. */
static void
search(const struct jy_text *text, int page)
{
    static const char *const words[] = { "章", "盖章处", "x", "a a", "1(" };
    struct jy_matches matches = { 0 };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t before = matches.count;
        jy_err rc = jy_keyword_find(text, page, words[i], i % 2 == 1, &matches, NULL);

        must(rc == JY_OK || rc == JY_E_LIMIT || rc == JY_E_NOMEM);
        must(rc == JY_OK || matches.count == before);
        for (; before < matches.count; before++)
            must(matches.list[before].page == page);
    }
    jy_matches_free(&matches);
}

static void
words_of_pdf(const uint8_t *data, size_t size)
{
    static const char pdf[] =
        "%PDF-1.4\n"
        "1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
        "2 0 obj\n<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 >>\nendobj\n"
        "3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>\nendobj\n"
        "4 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Rotate 90 >>\nendobj\n"
        "xref\n0 5\n0000000000 65535 f \n"
        "0000000009 00000 n \n" "0000000058 00000 n \n" "0000000121 00000 n \n" "0000000192 00000 n \n"
        "trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n274\n%%EOF\n";
    static struct jy_document *doc;
    struct jy_bbox bbox = { JY_SLICE(data, size), 0 };
    struct jy_text text = { 0 };

    if (doc == NULL && jy_document_open(JY_SLICE(pdf, sizeof(pdf) - 1), &doc, NULL) != JY_OK)
        abort();
    while (jy_bbox_page(&bbox, doc, &text, NULL) == JY_OK) {
        must(bbox.page >= 1 && bbox.page <= 2);
        search(&text, bbox.page);
    }
    jy_text_free(&text);
}

static void
page_of_ofd(const uint8_t *data, size_t size)
{
    static const uint8_t empty[22] = { 'P', 'K', 5, 6 };
    const struct jy_zip_new parts[] = {
        { "OFD.xml", jy_slice_text("<OFD><DocBody><DocRoot>Document.xml</DocRoot></DocBody></OFD>") },
        { "Document.xml", jy_slice_text("<Document><CommonData><PageArea><PhysicalBox>0 0 210 297</PhysicalBox></PageArea><TemplatePage ID=\"9\" BaseLoc=\"P.xml\"/>"
                                        "</CommonData><Pages><Page ID=\"1\" BaseLoc=\"P.xml\"/></Pages></Document>") },
        { "P.xml", JY_SLICE(data, size) } };
    struct jy_zip *zip = NULL;
    struct jy_pieces pieces = { 0 };
    struct jy_buf file = { 0 };
    struct jy_document *doc = NULL;
    struct jy_text text = { 0 };

    if (jy_zip_open(JY_SLICE(empty, sizeof(empty)), &zip, NULL) == JY_OK && jy_zip_rewrite(zip, parts, 3, 33, 0, &pieces, NULL) == JY_OK &&
        jy_pieces_join(&pieces, &file) == JY_OK && jy_document_open(jy_buf_slice(&file), &doc, NULL) == JY_OK &&
        jy_document_text(doc, 1, &text, NULL) == JY_OK) {
        for (size_t i = 0; i < text.count; i++)
            must(isfinite(text.list[i].box.x_mm) && isfinite(text.list[i].box.y_mm));
        search(&text, 1);
    }
    jy_text_free(&text);
    jy_document_free(doc);
    jy_buf_free(&file);
    jy_pieces_free(&pieces);
    jy_zip_free(zip);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    switch (data[0] % 3) {
    case 0: pages(data + 1, size - 1); break;
    case 1: words_of_pdf(data + 1, size - 1); break;
    default: page_of_ofd(data + 1, size - 1);
    }
    return 0;
}
