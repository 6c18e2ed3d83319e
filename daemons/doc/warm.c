/* SPDX-License-Identifier: Apache-2.0 */
#include "daemons/doc/doc.h"

#include "codec/text.h"

#include <jinyin/render.h>

#include <string.h>

/* The smallest PDF that qpdf reads without a warning. */
static const char pdf[] =
    "%PDF-1.4\n"
    "1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"
    "2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n"
    "3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>\nendobj\n"
    "xref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000054 00000 n \n0000000105 00000 n \n"
    "trailer\n<</Size 4/Root 1 0 R>>\nstartxref\n168\n%%EOF\n";

/* Fonts for vector seals, opened while files can still be opened; kept as long as the process lives. */
static struct jy_fonts *fonts;

void
doc_warm_up(void)
{
    struct jy_fault fault = { 0 };
    struct jy_report *report = NULL;
    struct jy_sm2 *key = NULL;
    uint8_t signature[JY_SM2_SIGNATURE_MAX];
    size_t len;

    /* OpenSSL and libgcrypt read their configuration and seed themselves, expat and qpdf set up their tables; the results do not matter. */
    if (jy_sm2_generate(&key) != JY_OK || jy_sm2_sign(key, jy_slice_text(pdf), signature, &len) != JY_OK ||
        jy_verify(JY_SLICE(pdf, strlen(pdf)), NULL, NULL, NULL, 0, &report, NULL) != JY_OK)
        jy_log("warning", "not_warm", "a library did not do its first work");
    if (!jy_gb18030_keep())
        jy_log("warning", "no_gb18030", "names in GB 18030 cannot be read");
    if (jy_fonts_open(&fonts, &fault) == JY_OK)
        jy_picture_use_drawer(jy_render_drawer, fonts);
    else
        jy_log("warning", "no_fonts", "%s", fault.text);
    jy_report_free(report);
    jy_sm2_free(key);
}
