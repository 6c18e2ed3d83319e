/* SPDX-License-Identifier: Apache-2.0 */
/* Limits of OFD documents and of stamping them. */
#include "at_limit.h"

#include "../verify/pki.h"

#include <codec/zip.h>
#include <ofd/package.h>

void
limit_OFD_PATH(void **state)
{
    char folder[] = "Doc_0/", loc[JY_OFD_PATH_MAX + 2], out[OFD_PATH];

    (void)state;
    memset(loc, 'n', sizeof(loc));
    loc[JY_OFD_PATH_MAX - strlen(folder)] = '\0';
    DO(ofd_resolve(folder, loc, out, NULL));
    assert_int_equal(strlen(out), JY_OFD_PATH_MAX);
    loc[JY_OFD_PATH_MAX - strlen(folder)] = 'n';
    loc[JY_OFD_PATH_MAX - strlen(folder) + 1] = '\0';
    assert_int_equal(ofd_resolve(folder, loc, out, NULL), BEYOND(OFD_PATH));
}

/* A document of so many pages, all the same part, and signatures, all the same missing part. */
static struct jy_buf
ofd_of(int pages, int signatures)
{
    static const uint8_t empty[22] = { 'P', 'K', 5, 6 };
    struct jy_buf document = { 0 }, list = { 0 }, out = { 0 };
    struct jy_pieces pieces = { 0 };
    struct jy_zip *zip;

    DO(jy_buf_text(&document, "<Document><CommonData><PageArea><PhysicalBox>0 0 210 297</PhysicalBox></PageArea></CommonData><Pages>"));
    for (int i = 1; i <= pages; i++)
        DO(jy_buf_fmt(&document, "<Page ID=\"%d\" BaseLoc=\"P.xml\"/>", i));
    DO(jy_buf_text(&document, "</Pages></Document>"));
    DO(jy_buf_text(&list, "<Signatures><MaxSignId>1</MaxSignId>"));
    for (int i = 1; i <= signatures; i++)
        DO(jy_buf_fmt(&list, "<Signature ID=\"%d\" Type=\"Seal\" BaseLoc=\"S%d/Signature.xml\"/>", i, i));
    DO(jy_buf_text(&list, "</Signatures>"));
    const struct jy_zip_new parts[] = {
        { "OFD.xml", jy_slice_text("<OFD><DocBody><DocRoot>Doc_0/Document.xml</DocRoot><Signatures>Doc_0/Signatures.xml</Signatures></DocBody></OFD>") },
        { "Doc_0/Document.xml", jy_buf_slice(&document) },
        { "Doc_0/P.xml", jy_slice_text("<Page><Content><Layer/></Content></Page>") },
        { "Doc_0/Signatures.xml", jy_buf_slice(&list) },
    };
    DO(jy_zip_open(JY_SLICE(empty, sizeof(empty)), &zip, NULL));
    DO(jy_zip_rewrite(zip, parts, 4, 33, 0, &pieces, NULL));
    DO(jy_pieces_join(&pieces, &out));
    jy_pieces_free(&pieces);
    jy_zip_free(zip);
    jy_buf_free(&document);
    jy_buf_free(&list);
    return out;
}

/* A package of so many documents, all the same part. */
static jy_err
bodies_error(int bodies)
{
    static const uint8_t empty[22] = { 'P', 'K', 5, 6 };
    struct jy_buf root = { 0 }, out = { 0 };
    struct jy_pieces pieces = { 0 };
    struct jy_zip *zip;
    jy_err rc;

    DO(jy_buf_text(&root, "<OFD>"));
    for (int i = 0; i < bodies; i++)
        DO(jy_buf_text(&root, "<DocBody><DocRoot>D.xml</DocRoot></DocBody>"));
    DO(jy_buf_text(&root, "</OFD>"));
    const struct jy_zip_new parts[] = {
        { "OFD.xml", jy_buf_slice(&root) },
        { "D.xml", jy_slice_text("<Document><CommonData><PageArea><PhysicalBox>0 0 210 297</PhysicalBox></PageArea></CommonData><Pages><Page ID=\"1\" "
                                 "BaseLoc=\"P.xml\"/></Pages></Document>") },
        { "P.xml", jy_slice_text("<Page/>") },
    };
    DO(jy_zip_open(JY_SLICE(empty, sizeof(empty)), &zip, NULL));
    DO(jy_zip_rewrite(zip, parts, 3, 33, 0, &pieces, NULL));
    DO(jy_pieces_join(&pieces, &out));
    rc = open_error(jy_buf_slice(&out));
    jy_pieces_free(&pieces);
    jy_zip_free(zip);
    jy_buf_free(&root);
    jy_buf_free(&out);
    return rc;
}

void
limit_OFD_BODIES(void **state)
{
    (void)state;
    DO(bodies_error(JY_OFD_BODIES_MAX));
    assert_int_equal(bodies_error(JY_OFD_BODIES_MAX + 1), BEYOND(OFD_BODIES));
}

static jy_err
ofd_error(int pages, int signatures)
{
    struct jy_buf file = ofd_of(pages, signatures);
    jy_err rc = open_error(jy_buf_slice(&file));

    jy_buf_free(&file);
    return rc;
}

void
limit_OFD_PAGES(void **state)
{
    (void)state;
    DO(ofd_error(JY_OFD_PAGES_MAX, 0));
    assert_int_equal(ofd_error(JY_OFD_PAGES_MAX + 1, 0), BEYOND(OFD_PAGES));
}

void
limit_OFD_SIGNATURES(void **state)
{
    (void)state;
    DO(ofd_error(1, JY_OFD_SIGNATURES_MAX));
    assert_int_equal(ofd_error(1, JY_OFD_SIGNATURES_MAX + 1), BEYOND(OFD_SIGNATURES));
}

static jy_err
stamp_error(struct jy_slice file, size_t count, double width)
{
    struct jy_stamp_place *places = calloc(count, sizeof(*places));
    struct jy_prepared prepared = { 0 };
    struct jy_document *doc;
    jy_err rc;

    assert_non_null(places);
    for (size_t i = 0; i < count; i++)
        places[i] = (struct jy_stamp_place){ 1, 1, 1, width, 10 };
    DO(jy_document_open(file, &doc, NULL));
    rc = jy_document_prepare(doc, jy_buf_slice(&pki.seal_der), places, count, pki.now, &prepared, NULL);
    jy_prepared_free(&prepared);
    jy_document_free(doc);
    free(places);
    return rc;
}

void
limit_STAMP_PLACES(void **state)
{
    struct jy_buf file = ofd_of(1, 0);

    (void)state;
    pki_begin();
    DO(stamp_error(jy_buf_slice(&file), JY_STAMP_PLACES_MAX, 10));
    assert_int_equal(stamp_error(jy_buf_slice(&file), JY_STAMP_PLACES_MAX + 1, 10), BEYOND(STAMP_PLACES));
    pki_end();
    jy_buf_free(&file);
}

void
limit_STAMP_SIDE(void **state)
{
    struct jy_buf file = ofd_of(1, 0);

    (void)state;
    pki_begin();
    assert_int_equal(stamp_error(jy_buf_slice(&file), 1, JY_STAMP_SIDE_MAX), JY_E_OFF_PAGE);   /* large enough a page has nobody */
    assert_int_equal(stamp_error(jy_buf_slice(&file), 1, JY_STAMP_SIDE_MAX + 0.001), BEYOND(STAMP_SIDE));
    pki_end();
    jy_buf_free(&file);
}
