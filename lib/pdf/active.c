/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What acts by itself or lies outside the file: a stamp on it would vouch for what nobody has seen. All objects in effect are read, raw, since an
 * action can hang on anything and its name can be an object of its own.
 */
#include "pdf/pdf.h"
#include "pdf/refs.h"

#include <string.h>

/* Names that stand in no harmless place. A destination, a link to a page of the web and a sent form change nothing that is shown. */
static const struct { const char *name, *what; } active[] = {
    { "JavaScript", "a script (JavaScript)" },
    { "Launch", "an action that starts a program (Launch)" },
    { "ImportData", "an action that fills in fields (ImportData)" },
    { "ResetForm", "an action that empties fields (ResetForm)" },
    { "SetOCGState", "an action that switches layers (SetOCGState)" },
    { "Hide", "an action that hides annotations (Hide)" },
    { "Rendition", "media that are played (Rendition)" },
    { "RichMedia", "media that are played (RichMedia)" },
    { "Movie", "a film (Movie)" },
    { "3D", "a model that is turned and played (3D)" },
    { "XFA", "a second form inside the form (XFA)" },
};

struct search {
    uint32_t id;
    size_t depth;                     /* of dictionaries and arrays */
    bool names_file, names_page;      /* the outer dictionary has F or FFilter; Ref */
    const char *what;
};

static jy_err
look(void *arg, uint32_t id, const struct pdf_value *token)
{
    struct search *s = arg;

    if (s->id != id)
        *s = (struct search){ .id = id };
    if (token->kind == PDF_DICT || token->kind == PDF_ARRAY)
        s->depth++;
    else if (token->kind == PDF_CLOSE_DICT || token->kind == PDF_CLOSE_ARRAY)
        s->depth -= s->depth > 0;
    else if (token->kind == PDF_NAME && s->depth == 1 && (pdf_name_is(token, "F") || pdf_name_is(token, "FFilter")))
        s->names_file = true;
    else if (token->kind == PDF_NAME && s->depth == 1 && pdf_name_is(token, "Ref"))
        s->names_page = true;
    for (size_t i = 0; token->kind == PDF_NAME && i < sizeof(active) / sizeof(active[0]); i++)
        if (pdf_name_is(token, active[i].name))
            s->what = active[i].what;
    if (pdf_word_is(token, "stream") && s->names_file)
        s->what = "a stream whose data stand in another file";
    if (pdf_word_is(token, "stream") && s->names_page)       /* ISO 32000-2 8.10.4; structure elements have a Ref too, and are no streams */
        s->what = "a form that shows a page of another file";
    return s->what == NULL ? JY_OK : JY_E_ACTIVE_CONTENT;
}

jy_err
pdf_refuse_active(const struct pdf *pdf, struct jy_fault *fault)
{
    struct search s = { 0 };
    jy_err rc = pdf_tokens_scan(pdf->file, &pdf->xref, 0, pdf->xref.count, look, &s, fault);

    return rc == JY_E_ACTIVE_CONTENT && s.what != NULL ? jy_fail(fault, rc, "PDF", 0, "object %u has %s", s.id, s.what) : rc;
}
