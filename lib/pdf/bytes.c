/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a reader finds that gives up on the cross-reference sections and searches the bytes for objects (ISO 32000-2 Annex I allows it, most do it). A later
 * revision that hides an object from its sections, in a stream, a string or between objects, or that makes readers search what the signed bytes hide,
 * shows them another document than the one that was signed.
 */
#include "pdf/diff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_DIGITS_MAX 10
#define REMARK_MAX 256
#define SPACES_MAX 64                  /* between where an entry leads and its object */

/* Back over white space and over remarks, which are white space too. */
static size_t
space_before(struct jy_slice file, size_t at)
{
    for (;;) {
        size_t remark = SIZE_MAX;
        bool new_line = false;

        for (; at > 0 && pdf_is_space(file.p[at - 1]); at--)
            new_line = new_line || file.p[at - 1] == '\n' || file.p[at - 1] == '\r';
        for (size_t i = at; new_line && i > 0 && at - i < REMARK_MAX && file.p[i - 1] != '\n' && file.p[i - 1] != '\r'; i--)
            if (file.p[i - 1] == '%')
                remark = i - 1;
        if (remark == SIZE_MAX)
            return at;
        at = remark;
    }
}

/* Back over white space, then over digits; where the digits begin, SIZE_MAX without both. */
static size_t
number_before(struct jy_slice file, size_t at)
{
    size_t end = at = space_before(file, at);

    while (at > 0 && end - at < NUMBER_DIGITS_MAX && file.p[at - 1] >= '0' && file.p[at - 1] <= '9')
        at--;
    return end == at ? SIZE_MAX : at;
}

/* "12 0 obj" whose last word stands at `word`: where it begins, SIZE_MAX when it is no such thing ("endobj"). */
static size_t
object_begin(struct jy_slice file, size_t word)
{
    size_t generation = number_before(file, word);

    if (generation == SIZE_MAX || generation == 0 || !pdf_is_space(file.p[generation - 1]))
        return SIZE_MAX;
    return number_before(file, generation);
}

static int
by_place(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;

    return x < y ? -1 : x > y;
}

/* Where the sections [newer, older) say that objects stand, and themselves where they are streams; rising. NULL on no memory. */
static size_t *
named_objects(const struct pdf_xref *xref, size_t newer, size_t older, size_t *count)
{
    size_t room = 1, n = 0;
    size_t *list;

    for (size_t i = newer; i < older; i++)
        room += xref->sections[i].count + 1;
    if ((list = calloc(room, sizeof(*list))) == NULL)
        return NULL;
    for (size_t i = newer; i < older; i++) {
        const struct pdf_section *s = &xref->sections[i];
        if (s->is_stream)
            list[n++] = s->at;
        for (size_t k = 0; k < s->count; k++)
            if (s->entries[k].type == PDF_IN_USE)
                list[n++] = s->entries[k].where;
    }
    qsort(list, n, sizeof(*list), by_place);
    *count = n;
    return list;
}

/* Does a section name this place, or the white space before it? */
static bool
is_named(const size_t *list, size_t count, struct jy_slice file, size_t at)
{
    for (size_t first = at;; first--) {
        if (bsearch(&first, list, count, sizeof(*list), by_place) != NULL)
            return true;
        if (first == 0 || at - first > SPACES_MAX || !pdf_is_space(file.p[first - 1]))
            return false;
    }
}

/* Does a section stand at this place? */
static bool
is_section(const struct pdf_xref *xref, size_t at)
{
    for (size_t i = 0; i < xref->count; i++)
        if (xref->sections[i].is_stream && xref->sections[i].at == at)
            return true;
    return false;
}

/* Does a revision of the sections before `first` refer to this object, which is not there? */
static bool
is_missed(const struct pdf *pdf, size_t first, uint32_t id)
{
    const struct pdf_nowhere *n = &pdf->nowhere;

    for (size_t k = 0; k < n->count && k < PDF_NOWHERE_MAX; k++) {
        bool later = n->missing[k].of == 0 && first > 0;
        for (size_t i = 0; i < first && i < pdf->xref.count && !later; i++)
            later = pdf_section_find(&pdf->xref.sections[i], n->missing[k].of) != NULL;
        if (later && n->missing[k].to == (int64_t)id)
            return true;
    }
    return n->count > PDF_NOWHERE_MAX;
}

/*
 * Who searches takes the last object of a number with the highest generation: is that another one than this, or this one in the sections, too? named: by some
 * section. What was set free is found again; nothing shows it unless a later revision, of the sections before `first`, refers to it.
 */
static bool
is_harmless(const struct pdf *pdf, size_t newer, size_t first, size_t at, bool named)
{
    struct pdf_lexer lexer = { pdf->file, at };
    const struct pdf_entry *e;
    struct pdf_value id, generation;

    pdf_token_next(&lexer, &id);
    pdf_token_next(&lexer, &generation);
    if (id.kind != PDF_INTEGER || id.number < 0 || id.number > PDF_OBJECTS_MAX || generation.kind != PDF_INTEGER)
        return false;
    if ((e = pdf_xref_find(&pdf->xref, newer, (uint32_t)id.number)) == NULL)
        return named && !is_missed(pdf, first, (uint32_t)id.number);
    if (e->type == PDF_COMPRESSED)
        return named;
    return (e->where > at && generation.number <= (int64_t)e->generation) || (named && (is_named(&e->where, 1, pdf->file, at) || is_section(&pdf->xref, at)));
}

/* "trailer <<" that is of no section: a searching reader takes the last one. */
static bool
is_own_trailer(const struct pdf_xref *xref, size_t newer, size_t older, size_t dict)
{
    for (size_t i = newer; i < older; i++)
        if (!xref->sections[i].is_stream && xref->sections[i].trailer.at == dict)
            return true;
    return false;
}

static size_t
skip_spaces(struct jy_slice file, size_t at)
{
    while (at < file.len && pdf_is_space(file.p[at]))
        at++;
    return at;
}

static bool
starts(struct jy_slice file, size_t at, const char *word)
{
    size_t len = strlen(word);

    return file.len >= len && at <= file.len - len && memcmp(file.p + at, word, len) == 0;
}

/* The next place of word in [from, to), or to. */
static size_t
next_word(struct jy_slice file, size_t from, size_t to, const char *word)
{
    size_t at = from < to ? jy_slice_find(JY_SLICE(file.p + from, to - from), jy_slice_text(word)) : SIZE_MAX;

    return at == SIZE_MAX ? to : from + at;
}

/* Every reader reads this table alike: no remark, rows of 20 bytes. at: behind "xref"; trailer: where its dictionary begins. */
static bool
is_plain_table(struct jy_slice file, size_t at, size_t trailer)
{
    struct pdf_lexer lexer = { file, at };
    struct pdf_value first, count;

    while (skip_spaces(file, lexer.pos) < trailer && !starts(file, skip_spaces(file, lexer.pos), "trailer")) {
        pdf_token_next(&lexer, &first);
        pdf_token_next(&lexer, &count);
        if (first.kind != PDF_INTEGER || count.kind != PDF_INTEGER || count.number < 0)
            return false;
        lexer.pos = skip_spaces(file, lexer.pos);
        for (int64_t i = 0; i < count.number; i++, lexer.pos += 20) {
            const uint8_t *row = file.p + lexer.pos;
            if (lexer.pos + 20 > trailer || (row[19] != '\n' && row[19] != '\r') || (row[18] != ' ' && row[18] != '\r'))
                return false;
        }
    }
    return memchr(file.p + at, '%', trailer - at) == NULL;
}

/* "startxref", a line with digits, "%%EOF". */
static bool
is_plain_end(struct jy_slice file, size_t at)
{
    size_t digits = skip_spaces(file, at + strlen("startxref")), end = digits;

    while (end < file.len && file.p[end] >= '0' && file.p[end] <= '9')
        end++;
    return end > digits && starts(file, skip_spaces(file, end), "%%EOF");
}

/* Are the sections of a later revision written so that no reader gives them up? */
static bool
is_plain(const struct pdf *pdf, size_t from, size_t to, size_t newer, size_t older)
{
    for (size_t i = newer; i < older; i++) {
        const struct pdf_section *s = &pdf->xref.sections[i];
        if (!s->is_stream && (!starts(pdf->file, s->at, "xref") || !is_plain_table(pdf->file, s->at + 4, s->trailer.at)))
            return false;
    }
    for (size_t at = from; (at = next_word(pdf->file, at, to, "startxref")) < to; at++)
        if (!is_plain_end(pdf->file, at))
            return false;
    return true;
}

static void
refuse(struct pdf_step *step, size_t at, const char *why)
{
    if (step->is_changed)
        return;
    step->is_changed = true;
    step->offset = at;
    snprintf(step->where, sizeof(step->where), "byte %zu", at);
    snprintf(step->why, sizeof(step->why), "%.*s", (int)sizeof(step->why) - 1, why);
}

/* Objects and trailers that a reader finds in [begin, end) and that the sections [newer, last) do not have. first: as of is_harmless. */
static jy_err
refuse_unnamed(const struct pdf *pdf, size_t begin, size_t end, size_t newer, size_t last, size_t first, struct pdf_step *step)
{
    const struct jy_slice file = pdf->file;
    size_t count = 0, at, object;
    size_t *named = named_objects(&pdf->xref, newer, last, &count);

    if (named == NULL)
        return JY_E_NOMEM;
    for (at = begin; !step->is_changed && (at = next_word(file, at, end, "obj")) < end; at += 3)
        if ((object = object_begin(file, at)) != SIZE_MAX && object >= begin &&
            !is_harmless(pdf, newer, first, object, is_named(named, count, file, object)))
            refuse(step, object, "an object that is in no use: a reader that searches for objects shows it");
    for (at = begin; !step->is_changed && (at = next_word(file, at, end, "trailer")) < end; at += 7) {
        size_t dict = skip_spaces(file, at + 7);
        if (starts(file, dict, "<<") && !is_own_trailer(&pdf->xref, newer, last, dict))
            refuse(step, at, "a trailer that is of no section: a reader that searches for objects follows it");
    }
    free(named);
    return JY_OK;
}

static bool
is_any_packed(const struct pdf_xref *xref, size_t newer)
{
    for (size_t i = newer; i < xref->count; i++)
        for (size_t k = 0; k < xref->sections[i].count; k++)
            if (xref->sections[i].entries[k].type == PDF_COMPRESSED)
                return true;
    return false;
}

jy_err
pdf_refuse_hidden(const struct pdf *pdf, size_t newer, size_t older, struct pdf_step *step)
{
    static const char *const holders[] = { "/ObjStm", "/XRef" };
    /* Sections that some reader gives up bring to light what the signed bytes hide, too, and what object streams hold. */
    bool plain = is_plain(pdf, step->from, step->to, newer, older);
    size_t at;

    if (plain)
        return refuse_unnamed(pdf, step->from, step->to, newer, older, 0, step);
    for (size_t i = 0; i < sizeof(holders) / sizeof(holders[0]); i++)
        if ((at = next_word(pdf->file, step->from, step->to, holders[i])) < step->to)
            refuse(step, at, "objects in a stream beside a table that some readers give up");
    if (is_any_packed(&pdf->xref, newer))
        refuse(step, step->from, "a table that some readers give up, who then lose the objects in streams");
    return refuse_unnamed(pdf, 0, step->to, newer, pdf->xref.count, 0, step);
}

/* -- references that lead nowhere -- */

/*
 * Who misses an object searches for it, and keeps all that he finds: poppler where the newest section is a table, pdf.js where the generation is another.
 * Poppler then finds nothing of what object streams hold. Of the revision [0, end) that the section `newer` begins.
 */
jy_err
pdf_refuse_searched(struct pdf *pdf, size_t end, size_t newer, size_t first, struct pdf_step *step)
{
    struct jy_fault fault = { 0 };
    jy_err rc;

    if (step->is_changed || newer >= pdf->xref.count)        /* no revision of its own: that is told already */
        return JY_OK;
    if ((rc = pdf_nowhere_find(&pdf->nowhere, pdf->file, &pdf->xref, &fault)) == JY_E_NOMEM)
        return rc;
    if (rc != JY_OK)
        refuse(step, fault.offset, fault.text);
    if (rc != JY_OK || !((pdf->nowhere.wrong && newer == 0) || (pdf->nowhere.count > 0 && !pdf->xref.sections[newer].is_stream)))
        return JY_OK;
    if (is_any_packed(&pdf->xref, newer))
        refuse(step, end, "references lead nowhere: a reader that searches for what they mean loses the objects in streams");
    return refuse_unnamed(pdf, 0, end, newer, pdf->xref.count, first, step);
}

jy_err
pdf_refuse_hiding(struct pdf *pdf, struct jy_fault *fault)
{
    struct pdf_step whole = { .to = pdf->file.len };
    jy_err rc = pdf_refuse_searched(pdf, pdf->file.len, 0, pdf->xref.count, &whole);

    return rc == JY_OK && whole.is_changed ? jy_fail(fault, JY_E_AMBIGUOUS, "PDF", whole.offset, "%s", whole.why) : rc;
}
