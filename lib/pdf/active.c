/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What acts by itself, lies outside the file, is there for printing only, or has two values of which a reader takes either: a stamp on it would vouch
 * for what nobody has seen. All objects in effect are read, raw, since an action can hang on anything and its name can be an object of its own.
 */
#include "pdf/twice.h"
#include "pdf/pdf.h"
#include "pdf/refs.h"

#include <stdio.h>
#include <string.h>

#define ACTS JY_E_ACTIVE_CONTENT
#define VARIES JY_E_SHOWN_VARIOUSLY

/* Names that stand in no harmless place. A destination, a link to a page of the web and a sent form change nothing that is shown. */
static const struct { jy_err err; const char *name, *what; } refused[] = {
    { ACTS, "JavaScript", "a script (JavaScript)" },
    { ACTS, "Launch", "an action that starts a program (Launch)" },
    { ACTS, "ImportData", "an action that fills in fields (ImportData)" },
    { ACTS, "ResetForm", "an action that empties fields (ResetForm)" },
    { ACTS, "SetOCGState", "an action that switches layers (SetOCGState)" },
    { ACTS, "Hide", "an action that hides annotations (Hide)" },
    { ACTS, "Rendition", "media that are played (Rendition)" },
    { ACTS, "RichMedia", "media that are played (RichMedia)" },
    { ACTS, "Movie", "a film (Movie)" },
    { ACTS, "3D", "a model that is turned and played (3D)" },
    { ACTS, "XFA", "a second form inside the form (XFA)" },
    { VARIES, "Alternates", "a picture in whose place another is printed (Alternates)" },      /* ISO 32000-2 8.9.5.4 */
    { VARIES, "OPI", "a picture in whose place another is printed (OPI)" },                    /* ISO 32000-1 14.11.7 */
    { VARIES, "AllOff", "content that shows when a layer is off (AllOff)" },                   /* ISO 32000-2 8.11.2.2 */
    { VARIES, "AnyOff", "content that shows when a layer is off (AnyOff)" },
};

/* Of the object whose tokens come. */
struct seen {
    uint32_t id;
    bool names_file, names_page;      /* the outer dictionary has F or FFilter; Ref */
    bool is_membership, has_rule;     /* of layers: OCMD; VE */
    bool after_subtype;
};

struct search {
    struct pdf_twice twice;
    struct seen in;
    jy_err err;
    char what[160];
};

static void
found(struct search *s, jy_err err, const char *what)
{
    s->err = err;
    snprintf(s->what, sizeof(s->what), "%s", what);
}

static void
look_at_name(struct search *s, const struct pdf_value *name)
{
    struct seen *in = &s->in;
    bool is_outer = s->twice.around.depth == 1;

    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        if (pdf_name_is(name, refused[i].name))
            found(s, refused[i].err, refused[i].what);
    in->names_file = in->names_file || (is_outer && (pdf_name_is(name, "F") || pdf_name_is(name, "FFilter")));
    in->names_page = in->names_page || (is_outer && pdf_name_is(name, "Ref"));
    in->is_membership = in->is_membership || pdf_name_is(name, "OCMD");
    in->has_rule = in->has_rule || pdf_name_is(name, "VE");
    if (in->is_membership && in->has_rule)
        found(s, VARIES, "content that shows by a rule of layers (VE)");
    if (in->after_subtype && pdf_name_is(name, "PS"))        /* ISO 32000-1 8.8.2 */
        found(s, VARIES, "a program that draws on some printers only (PS)");
    in->after_subtype = pdf_name_is(name, "Subtype") || pdf_name_is(name, "Subtype2");
}

static jy_err
look(void *arg, uint32_t id, const struct pdf_value *token)
{
    struct search *s = arg;
    struct jy_slice key = JY_EMPTY;

    if (s->in.id != id) {
        pdf_twice_reset(&s->twice);
        s->in = (struct seen){ .id = id };
    }
    s->err = pdf_twice_follow(&s->twice, token, &key);
    if (s->err == JY_E_AMBIGUOUS)
        snprintf(s->what, sizeof(s->what), "%.*s twice, and two values of it", (int)(key.len < 100 ? key.len : 100), (const char *)key.p);
    else if (s->err == JY_E_LIMIT)
        snprintf(s->what, sizeof(s->what), "dictionaries nested deeper than %d", PDF_NESTING_MAX);
    if (s->err == JY_OK && token->kind == PDF_NAME)
        look_at_name(s, token);
    if (pdf_word_is(token, "stream") && s->in.names_file)
        found(s, ACTS, "a stream whose data stand in another file");
    if (pdf_word_is(token, "stream") && s->in.names_page)    /* ISO 32000-2 8.10.4; structure elements have a Ref too, and are no streams */
        found(s, ACTS, "a form that shows a page of another file");
    return s->err;
}

jy_err
pdf_refuse_active(const struct pdf *pdf, struct jy_fault *fault)
{
    struct search s = { 0 };
    jy_err rc = pdf_tokens_scan(pdf->file, &pdf->xref, 0, pdf->xref.count, look, &s, fault);

    pdf_twice_free(&s.twice);
    return s.err == JY_OK ? rc : jy_fail(fault, rc, "PDF", 0, "object %u has %s", s.in.id, s.what[0] == '\0' ? "more keys than there is memory for" : s.what);
}
