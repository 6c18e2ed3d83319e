/* SPDX-License-Identifier: Apache-2.0 */
#include "daemons/doc/doc.h"

#include "codec/text.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* Names come out of foreign files: what is no UTF-8 is shown as \xNN, JSON has no other way. */
static json_t *
foreign_text(const char *text)
{
    char visible[1100];

    return jy_utf8_is_valid(jy_slice_text(text)) ? json_string(text) : json_string(jy_text_visible(text, visible, sizeof(visible)));
}

static bool
digest_hex(struct jy_slice bytes, char hex[2 * JY_SM3_SIZE + 1])
{
    uint8_t digest[JY_SM3_SIZE];

    if (jy_sm3(bytes, digest) != JY_OK)
        return false;
    jy_hex(JY_SLICE(digest, sizeof(digest)), hex);
    return true;
}

/* Of the seal its number, and SM3 of its maker's certificate; empty when there is no seal or they cannot be read, which is verification's to say. */
static json_t *
describe_signature(const struct jy_signature *signature)
{
    char value[2 * JY_SM3_SIZE + 1], maker[2 * JY_SM3_SIZE + 1] = "";
    const struct jy_cert *cert = NULL;
    struct jy_ses *ses = NULL;
    json_t *out = NULL;

    if (signature->kind == JY_SIGNATURE_SEAL && jy_ses_parse(signature->value, &ses, NULL) == JY_OK)
        cert = jy_seal_maker(jy_ses_seal(ses));
    if (digest_hex(signature->value, value) && (cert == NULL || digest_hex(jy_cert_der(cert), maker)))
        out = json_pack("{s:o, s:s, s:o, s:o, s:s, s:s}", "id", foreign_text(signature->id), "kind",
                        signature->kind == JY_SIGNATURE_SEAL ? "seal" : "plain", "path", foreign_text(signature->path), "seal_id",
                        ses == NULL ? json_string("") : foreign_text(jy_seal_id(jy_ses_seal(ses))), "value_digest", value, "maker_digest", maker);
    jy_ses_free(ses);
    return out;
}

jy_err
doc_describe(struct jy_document *document, struct jy_buf *out, struct jy_fault *fault)
{
    const struct jy_signature *signatures;
    json_t *pages = json_array(), *list = json_array(), *whole;
    char *text = NULL;
    size_t count;
    jy_err rc;

    if ((rc = jy_document_signatures(document, &signatures, &count, fault)) != JY_OK)
        goto out;
    for (size_t i = 0; rc == JY_OK && i < jy_document_page_count(document); i++) {
        struct jy_page page = jy_document_page(document, i);
        if (json_array_append_new(pages, json_pack("[f, f]", page.width_mm, page.height_mm)) != 0)
            rc = JY_E_NOMEM;
    }
    for (size_t i = 0; rc == JY_OK && i < count; i++)
        if (json_array_append_new(list, describe_signature(&signatures[i])) != 0)
            rc = JY_E_NOMEM;
    if (rc != JY_OK || (whole = json_pack("{s:O, s:O}", "pages", pages, "signatures", list)) == NULL) {
        rc = rc != JY_OK ? rc : JY_E_NOMEM;
        goto out;
    }
    text = json_dumps(whole, JSON_COMPACT | JSON_REAL_PRECISION(9));
    json_decref(whole);
    rc = text == NULL ? JY_E_NOMEM : jy_buf_text(out, text);
    free(text);
out:
    json_decref(pages);
    json_decref(list);
    return rc;
}
