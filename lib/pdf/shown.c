/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does a signature show on the page what it is: the picture of its seal, and nothing else? Whoever may sign can draw anything in his widget, another's seal
 * or another sum over the signed one, and the signature below is as good as any. Compared are the streams that pdf_add_picture would write; what
 * others drew in their own way is told, not condemned.
 */
#include "pdf/shown.h"

#include <jinyin/seal.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONTENT_MAX 65536
#define PICTURES_MAX 32               /* different seals of one document whose pictures are packed */
#define DATA_MAX ((size_t)64 << 20)

bool
pdf_draws_only_pictures(qpdf_data q, qpdf_oh form, jy_err *rc)
{
    static const char *const operators[] = { "q", "Q", "cm", "gs", "Do", "re", "W", "W*", "n" };
    unsigned char *bytes = NULL;
    struct pdf_lexer lexer;
    struct pdf_value token;
    size_t len = 0;
    QPDF_BOOL filtered;
    bool good;
    char why[160];

    if (qpdf_oh_get_stream_data(q, form, qpdf_dl_generalized, &filtered, &bytes, &len) != QPDF_SUCCESS) {
        free(bytes);                                     /* with a warning there are some */
        if (pdf_error(q, why) == JY_E_NOMEM)
            *rc = JY_E_NOMEM;
        return false;
    }
    lexer = (struct pdf_lexer){ JY_SLICE(bytes, len), 0 };
    for (good = filtered && len < CONTENT_MAX; good;) {
        pdf_token_next(&lexer, &token);
        if (token.kind == PDF_END)
            break;
        good = token.kind == PDF_INTEGER || token.kind == PDF_REAL || token.kind == PDF_NAME;
        for (size_t i = 0; !good && i < sizeof(operators) / sizeof(operators[0]); i++)
            good = pdf_word_is(&token, operators[i]);
    }
    free(bytes);
    return good;
}

void
pdf_shown_free(struct pdf_shown *shown)
{
    jy_picture_pdf_free(&shown->picture);
    jy_buf_free(&shown->bytes);
}

/* The picture of the signature's seal as pdf_add_picture writes it, kept for the next one. NULL or why it cannot be compared. */
static const char *
expect(struct pdf_shown *shown, struct jy_slice value, jy_err *rc)
{
    struct jy_ses *ses = NULL;
    const struct jy_seal *seal;
    const char *why = NULL;
    jy_err failed = jy_ses_parse(value, &ses, NULL);

    if (failed != JY_OK) {
        why = "its seal cannot be read";
        goto out;
    }
    seal = jy_ses_seal(ses);
    if (shown->bytes.len > 0 && jy_slice_equal(jy_buf_slice(&shown->bytes), jy_seal_picture(seal)))
        goto out;
    jy_picture_pdf_free(&shown->picture);
    shown->bytes.len = 0;
    switch (jy_picture_detect(jy_seal_picture(seal))) {
    case JY_PICTURE_PNG: case JY_PICTURE_JPEG: case JY_PICTURE_GIF: case JY_PICTURE_BMP: break;
    default: why = "the kind of its seal's picture is not compared";
    }
    if (why == NULL && shown->compared++ == PICTURES_MAX)
        why = "too many different seals are shown to compare them all";
    if (why != NULL)
        goto out;
    failed = jy_picture_pdf(jy_seal_picture(seal), jy_seal_picture_type(seal), jy_seal_width_mm(seal), jy_seal_height_mm(seal), &shown->picture, NULL);
    if (failed != JY_OK)
        why = "its seal's picture cannot be read";
    else if ((*rc = jy_buf_add(&shown->bytes, jy_seal_picture(seal))) != JY_OK)
        why = "no memory";
out:
    if (failed == JY_E_NOMEM || failed == JY_E_CRYPTO)
        *rc = failed;
    jy_ses_free(ses);
    return why;
}

/* The data of a stream with these entries, decoded where the filter is one that compresses alike in no two versions of a library. */
static jy_err
decoded(const char *entries, struct jy_slice data, struct jy_buf *out)
{
    struct jy_buf text = { 0 };
    struct pdf_lexer lexer;
    struct pdf_value dict;
    jy_err rc = jy_buf_fmt(&text, "<< %s >> stream\n", entries);

    if (rc == JY_OK && (rc = jy_buf_add(&text, data)) == JY_OK) {
        lexer = (struct pdf_lexer){ jy_buf_slice(&text), 0 };
        pdf_value_next(&lexer, &dict);
        rc = pdf_stream_data(&lexer, &dict, data.len, DATA_MAX, out);
    }
    jy_buf_free(&text);
    return rc;
}

static bool
same_data(const char *entries, struct jy_slice a, struct jy_slice b, jy_err *rc)
{
    struct jy_buf x = { 0 }, y = { 0 };
    bool same = jy_slice_equal(a, b);
    jy_err failed;

    if (!same && (failed = decoded(entries, a, &x)) == JY_OK && (failed = decoded(entries, b, &y)) == JY_OK)
        same = jy_slice_equal(jy_buf_slice(&x), jy_buf_slice(&y));
    else if (!same && failed == JY_E_NOMEM)
        *rc = failed;
    jy_buf_free(&x);
    jy_buf_free(&y);
    return same;
}

/* Has the stream these entries, Length and SMask apart, and this data? */
static bool
is_stream_of(qpdf_data q, qpdf_oh stream, const char *entries, struct jy_slice data, jy_err *rc)
{
    unsigned char *bytes = NULL;
    char text[2200], why[160];
    qpdf_oh wanted, dict;
    size_t len = 0, keys = 0;
    bool same = true;

    if (!qpdf_oh_is_stream(q, stream))
        return false;
    snprintf(text, sizeof(text), "<< %s >>", entries);
    wanted = qpdf_oh_parse(q, text);
    dict = qpdf_oh_get_dict(q, stream);
    for (qpdf_oh_begin_dict_key_iter(q, dict); qpdf_oh_dict_more_keys(q);) {
        const char *key = qpdf_oh_dict_next_key(q);
        keys += strcmp(key, "/Length") != 0 && strcmp(key, "/SMask") != 0;
    }
    for (qpdf_oh_begin_dict_key_iter(q, wanted); same && qpdf_oh_dict_more_keys(q); keys--) {
        char *key = strdup(qpdf_oh_dict_next_key(q)), *x = NULL, *y = NULL;
        if (key != NULL) {
            x = pdf_text(q, qpdf_oh_get_key(q, wanted, key));
            y = pdf_text(q, qpdf_oh_get_key(q, dict, key));
        }
        if (x == NULL || y == NULL)
            *rc = JY_E_NOMEM;
        same = x != NULL && y != NULL && strcmp(x, y) == 0;
        free(key);
        free(x);
        free(y);
    }
    if (!same || keys != 0)
        return false;
    if (qpdf_oh_get_stream_data(q, stream, qpdf_dl_none, NULL, &bytes, &len) != QPDF_SUCCESS) {
        free(bytes);
        if (pdf_error(q, why) == JY_E_NOMEM)
            *rc = JY_E_NOMEM;
        return false;
    }
    same = same_data(entries, JY_SLICE(bytes, len), data, rc);
    free(bytes);
    return same;
}

static bool
is_the_picture(qpdf_data q, qpdf_oh image, const struct jy_picture_pdf *picture, jy_err *rc)
{
    qpdf_oh mask;

    if (!is_stream_of(q, image, picture->image_entries, jy_buf_slice(&picture->image), rc))
        return false;
    mask = qpdf_oh_get_key(q, qpdf_oh_get_dict(q, image), "/SMask");
    return picture->has_mask ? is_stream_of(q, mask, picture->mask_entries, jy_buf_slice(&picture->mask), rc) && !qpdf_oh_has_key(q, qpdf_oh_get_dict(q, mask),
                                                                                                                         "/SMask")
                             : qpdf_oh_is_null(q, mask);
}

/* The form draws the picture and nothing else. */
static bool
shows_only(qpdf_data q, qpdf_oh form, const struct jy_picture_pdf *picture, jy_err *rc)
{
    qpdf_oh resources, objects, states;
    char *text, *names[4] = { NULL };
    size_t count = 0;
    bool good;

    if (!qpdf_oh_is_stream(q, form) || !pdf_draws_only_pictures(q, form, rc))
        return false;
    resources = qpdf_oh_get_key(q, qpdf_oh_get_dict(q, form), "/Resources");
    if (!qpdf_oh_is_dictionary(q, resources))
        return false;
    states = qpdf_oh_get_key(q, resources, "/ExtGState");
    if ((text = pdf_text(q, states)) == NULL)
        *rc = JY_E_NOMEM;
    /* A soft mask, a transfer curve, a state elsewhere: the picture would be drawn as another. */
    good = text != NULL && strstr(text, "/SMask") == NULL && strstr(text, "/TR") == NULL && strstr(text, " R ") == NULL;
    free(text);
    objects = qpdf_oh_get_key(q, resources, "/XObject");
    if (!good || !qpdf_oh_is_dictionary(q, objects))
        return false;
    for (qpdf_oh_begin_dict_key_iter(q, objects); good && qpdf_oh_dict_more_keys(q);) {
        const char *key = qpdf_oh_dict_next_key(q);
        if ((good = count < 4) && (names[count++] = strdup(key)) == NULL) {
            *rc = JY_E_NOMEM;
            good = false;
        }
    }
    for (size_t i = 0; i < count; i++) {
        good = good && names[i] != NULL && is_the_picture(q, qpdf_oh_get_key(q, objects, names[i]), picture, rc);
        free(names[i]);
    }
    return good && count > 0;
}

bool
pdf_is_unseen(long long flags)
{
    return (flags & PDF_HIDDEN) != 0 || ((flags & PDF_NO_VIEW) != 0 && (flags & (PDF_PRINT | PDF_TOGGLE_NO_VIEW)) == 0);
}

jy_err
pdf_check_shown(struct pdf *pdf, size_t i, qpdf_oh annot, size_t page, struct pdf_shown *shown)
{
    struct jy_signature *s = &pdf->signatures[i];
    struct pdf_signature *detail = &pdf->details[i];
    qpdf_data q = pdf->q;
    qpdf_oh ap = qpdf_oh_get_key(q, annot, "/AP");
    long long flags = 0;
    const char *why = NULL;
    jy_err rc = JY_OK;

    if (!qpdf_oh_get_value_as_longlong(q, qpdf_oh_get_key(q, annot, "/F"), &flags))
        flags = 0;
    /* Without an appearance some readers draw ground and caption of MK. */
    if (pdf_is_unseen(flags) || (qpdf_oh_is_null(q, ap) && !qpdf_oh_has_key(q, annot, "/MK")) || detail->shows_else ||
        detail->end == 0)                                    /* PDF_BYTERANGE has failed: nothing is known of its seal */
        return JY_OK;
    if (s->kind != JY_SIGNATURE_SEAL)
        why = "there is no seal in it: nobody vouches for what is shown";
    else if ((why = expect(shown, s->value, &rc)) == NULL && rc == JY_OK &&
             (!qpdf_oh_is_dictionary(q, ap) || qpdf_oh_has_key(q, ap, "/R") || qpdf_oh_has_key(q, ap, "/D") ||
              !shows_only(q, qpdf_oh_get_key(q, ap, "/N"), &shown->picture, &rc)))
        why = "something else than the picture of its seal is drawn";
    if (rc != JY_OK || why == NULL)
        return rc;
    detail->shows_else = true;
    return jy_findings_add(&s->findings, JY_CHECK_APPEARANCE, false, s->id, 0, "page %zu: %s", page + 1, why);
}
