/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What came after each signature. The ends of the signatures cut the file into revisions; every step from one to the next is compared once, and a
 * signature answers for all the steps behind it by its own terms (DocMDP, FieldMDP). Only objects of later sections are parsed.
 */
#include "pdf/diff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COVERED_BY_ALL 0.5            /* of a page, by appearances of all later revisions; many parties may sign one page */

struct revisions {
    struct pdf *pdf;
    struct pdf_step *steps;           /* in file order; step k leads from ends[k] to ends[k + 1] */
    size_t *ends;                     /* of the signatures, rising, and of the file */
    size_t *sections;                 /* where the chain goes on for each end: index into xref.sections */
    size_t count;                     /* of ends */
    struct pdf_refs refs;
    size_t scanned;                   /* sections from here on are in refs */
    qpdf_data earlier;                /* the revision that was the later one of the step before */
};

static void
refuse(struct pdf_step *step, const char *why)
{
    if (step->is_changed)
        return;
    step->is_changed = true;
    snprintf(step->why, sizeof(step->why), "%.*s", (int)sizeof(step->why) - 1, why);
}

static int
by_number(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;

    return x < y ? -1 : x > y;
}

static const struct pdf_signature *
signature_ending(const struct pdf *pdf, size_t end)
{
    for (size_t i = 0; i < pdf->signature_count; i++)
        if (pdf->details[i].end == end)
            return &pdf->details[i];
    return NULL;
}

static size_t
find_ends(struct revisions *r)
{
    const struct pdf *pdf = r->pdf;
    size_t n = 0, count = 0;

    for (size_t i = 0; i < pdf->signature_count; i++)
        if (pdf->details[i].end != 0)
            r->ends[n++] = pdf->details[i].end;
    if (n == 0)
        return 0;
    r->ends[n++] = pdf->file.len;
    qsort(r->ends, n, sizeof(*r->ends), by_number);
    for (size_t i = 0; i < n; i++)
        if (count == 0 || r->ends[count - 1] != r->ends[i])
            r->ends[count++] = r->ends[i];
    return count;
}

/*
 * The chain of the whole file must run through the newest section of the revision that ends at `end`, with all newer sections behind that end: then the
 * signed bytes, read alone, show what was signed. SIZE_MAX otherwise.
 */
static size_t
section_of(const struct pdf *pdf, size_t end)
{
    size_t startxref = pdf_startxref(JY_SLICE(pdf->file.p, end)), index = SIZE_MAX;

    if (end == pdf->file.len)
        return 0;
    for (size_t i = 0; i < pdf->xref.count; i++) {
        if (startxref != SIZE_MAX && pdf->xref.sections[i].at == startxref + pdf->header)
            index = i;
        if ((pdf->xref.sections[i].at < end) != (index != SIZE_MAX))
            return SIZE_MAX;
    }
    return index;
}

/* -- changed objects -- */

static bool
same_entry(const struct pdf_entry *a, const struct pdf_entry *b)
{
    return a == b || (a != NULL && b != NULL && a->type == b->type && a->where == b->where && a->generation == b->generation);
}

static int
by_id(const void *a, const void *b)
{
    const struct pdf_change *x = a, *y = b;

    return x->id < y->id ? -1 : x->id > y->id;
}

/* Why an entry of a later section is none of that revision's own objects; NULL when it is. */
static const char *
foreign(const struct pdf_xref *xref, const struct pdf_entry *e, size_t section, size_t from, size_t to)
{
    const struct pdf_entry *at = e->type == PDF_COMPRESSED ? (e->where > UINT32_MAX ? NULL : pdf_xref_find(xref, section, (uint32_t)e->where)) : e;

    if (at == NULL || at->type != PDF_IN_USE)
        return "stands in no object stream";
    if (at->where < from)
        return "was brought back from bytes of the signed revision that were not in use";
    return at->where >= to ? "stands behind its own revision" : NULL;
}

/* Objects whose entry is another after the step than before. */
static jy_err
find_changes(struct revisions *r, size_t k, struct pdf_change **out, size_t *count)
{
    const struct pdf_xref *xref = &r->pdf->xref;
    size_t newer = r->sections[k + 1], older = r->sections[k], room = 0, n = 0;
    struct pdf_step *step = &r->steps[k];

    for (size_t i = newer; i < older; i++)
        room += xref->sections[i].count;
    if ((*out = calloc(room + 1, sizeof(**out))) == NULL)
        return JY_E_NOMEM;
    for (size_t i = newer; i < older; i++)
        for (size_t j = 0; j < xref->sections[i].count; j++) {
            uint32_t id = xref->sections[i].entries[j].id;
            const struct pdf_entry *before = pdf_xref_find(xref, older, id), *after = pdf_xref_find(xref, newer, id);
            const char *wrong = NULL;
            if (id == 0 || same_entry(before, after))
                continue;
            if (after != NULL)
                wrong = foreign(xref, after, newer, step->from, step->to);
            if (wrong != NULL && !step->is_changed) {
                snprintf(step->where, sizeof(step->where), "object %u", id);
                refuse(step, wrong);
            }
            (*out)[n++] = (struct pdf_change){ id, before == NULL || before->type == PDF_COMPRESSED ? 0 : (int)before->generation,
                                               after == NULL || after->type == PDF_COMPRESSED ? 0 : (int)after->generation, before == NULL, false,
                                               after == NULL };
        }
    qsort(*out, n, sizeof(**out), by_id);
    for (size_t i = 0; i < n; i++)
        if (*count == 0 || (*out)[*count - 1].id != (*out)[i].id)
            (*out)[(*count)++] = (*out)[i];
    return JY_OK;
}

/* All ids of later sections, and the catalog's: who refers to them is asked. */
static jy_err
begin_refs(struct revisions *r)
{
    const struct pdf_xref *xref = &r->pdf->xref;
    size_t room = 0, n = 0, first = 0;
    uint32_t last = 0;
    struct pdf_change *ids;

    for (size_t k = 0; k < r->count; k++)
        if (r->sections[k] != SIZE_MAX && r->sections[k] > first)
            first = r->sections[k];
    r->scanned = xref->count;
    for (size_t i = 0; i < first; i++)
        room += xref->sections[i].count;
    ids = calloc(room + 1, sizeof(*ids));
    r->refs.list = calloc(room + 1, sizeof(*r->refs.list));
    if (ids == NULL || r->refs.list == NULL) {
        free(ids);
        return JY_E_NOMEM;
    }
    for (size_t i = 0; i < first; i++)
        for (size_t j = 0; j < xref->sections[i].count; j++)
            ids[n++].id = xref->sections[i].entries[j].id;
    ids[n++].id = (uint32_t)qpdf_oh_get_object_id(r->pdf->q, qpdf_get_root(r->pdf->q));
    qsort(ids, n, sizeof(*ids), by_id);
    for (size_t i = 0; i < n; i++)
        if (ids[i].id != last)
            r->refs.list[r->refs.count++].id = last = ids[i].id;
    free(ids);
    return JY_OK;
}

/* -- a step -- */

static bool
is_blank(struct jy_slice bytes)
{
    for (size_t i = 0; i < bytes.len; i++)
        if (!pdf_is_space(bytes.p[i]))
            return false;
    return true;
}

/* After the last %%EOF nothing but line ends: other bytes belong to no revision. */
static bool
ends_cleanly(struct jy_slice file)
{
    size_t at = jy_slice_rfind(file, jy_slice_text("%%EOF"));

    return at != SIZE_MAX && is_blank(JY_SLICE(file.p + at + 5, file.len - at - 5));
}

/* Only out of memory is an error: what cannot be read is a change. */
static jy_err
unless_no_memory(struct pdf_step *step, jy_err rc, const char *why)
{
    if (rc == JY_OK || rc == JY_E_NOMEM || rc == JY_E_CRYPTO)
        return rc;
    refuse(step, why);
    return JY_OK;
}

static jy_err
compare(struct revisions *r, size_t k)
{
    struct pdf *pdf = r->pdf;
    struct pdf_step *step = &r->steps[k];
    struct pdf_change *changes = NULL;
    struct jy_fault fault = { 0 };
    qpdf_data later = NULL;
    size_t count = 0;
    jy_err rc;

    if (r->sections[k] == SIZE_MAX || r->sections[k + 1] == SIZE_MAX || r->sections[k] < r->sections[k + 1]) {
        refuse(step, "the later revision does not build upon the signed one");
        rc = JY_OK;
        goto out;
    }
    if (r->sections[k] == r->sections[k + 1]) {                  /* no section: only what stands between */
        if (!is_blank(JY_SLICE(pdf->file.p + step->from, step->to - step->from)))
            refuse(step, "bytes after the end of the signed revision");
        rc = JY_OK;
        goto out;
    }
    if (step->to == pdf->file.len && !ends_cleanly(pdf->file))
        refuse(step, "bytes after the end of the last revision");
    if ((rc = find_changes(r, k, &changes, &count)) != JY_OK || step->is_changed ||
        (rc = pdf_refuse_hidden(pdf, r->sections[k + 1], r->sections[k], step)) != JY_OK || step->is_changed)
        goto out;
    if (r->earlier == NULL && (rc = pdf_load(JY_SLICE(pdf->file.p, step->from), &r->earlier, NULL)) != JY_OK) {
        rc = unless_no_memory(step, rc, "the signed revision cannot be read by itself");
        goto out;
    }
    if (step->to == pdf->file.len)
        later = pdf->q;
    else if ((rc = pdf_load(JY_SLICE(pdf->file.p, step->to), &later, NULL)) != JY_OK) {
        rc = unless_no_memory(step, rc, "the later revision cannot be read by itself");
        goto out;
    }
    rc = pdf_refs_scan(&r->refs, pdf->file, &pdf->xref, r->sections[k], r->scanned, &fault);
    r->scanned = r->sections[k];
    if ((rc = unless_no_memory(step, rc, fault.text)) == JY_OK && !step->is_changed)
        rc = pdf_diff(r->earlier, later, changes, count, &r->refs, step);
    if (rc == JY_OK && (pdf_refuse_warnings(r->earlier, NULL) != JY_OK || pdf_refuse_warnings(later, NULL) != JY_OK))
        refuse(step, "an object can be read in more than one way");
out:
    free(changes);
    if (r->earlier != NULL)
        qpdf_cleanup(&r->earlier);
    r->earlier = later == pdf->q ? NULL : later;
    return rc;
}

/* What readers search for in the last revision; and in an earlier one, when they do not search the last one any more: they show something else since. */
static jy_err
refuse_searched(struct revisions *r)
{
    struct pdf *pdf = r->pdf;
    size_t last = r->count - 1;
    jy_err rc = pdf_refuse_searched(pdf, pdf->file.len, 0, r->sections[0], &r->steps[last - 1]);

    for (size_t k = 0; rc == JY_OK && k < last && pdf->xref.sections[0].is_stream; k++)
        rc = pdf_refuse_searched(pdf, r->ends[k], r->sections[k], r->sections[0], &r->steps[k]);
    return rc;
}

/* What was signed as a linearized file, and showed the pages of its linearization, is none any more. */
static jy_err
refuse_linearized(struct revisions *r)
{
    struct jy_fault fault = { 0 };
    jy_err rc = JY_OK;

    for (size_t k = 0; rc == JY_OK && k + 1 < r->count; k++)
        rc = unless_no_memory(&r->steps[k], pdf_refuse_linearized(r->pdf, r->ends[k], r->sections[k], &fault), fault.text);
    return rc;
}

/* -- what a signature says to it -- */

#define NOTE(check, passed, where, ...)                                                            \
    do {                                                                                           \
        if (rc == JY_OK)                                                                           \
            rc = jy_findings_add(&s->findings, JY_CHECK_##check, passed, where, step->from, __VA_ARGS__); \
    } while (0)

static bool
is_locked(const struct pdf_signature *detail, const char *name)
{
    bool named = false;

    for (size_t i = 0; i < detail->lock_count; i++) {
        size_t len = strlen(detail->lock_names[i]);
        named = named || (strncmp(detail->lock_names[i], name, len) == 0 && (name[len] == '\0' || name[len] == '.'));
    }
    return detail->lock == PDF_LOCK_ALL || (detail->lock == PDF_LOCK_INCLUDE && named) || (detail->lock == PDF_LOCK_EXCLUDE && !named);
}

/*
 * P of the signature's own lock, or of the document's certification. Only the first signature certifies (ISO 32000-2 12.8.2.2): what a later one
 * claims may forbid more and never permit more, or whoever signs last would allow himself to fill in what others signed.
 */
static int
permission(const struct pdf *pdf, const struct pdf_signature *detail)
{
    size_t first = pdf->file.len;
    int p = 0;

    if (detail->lock_permission != 0)
        return detail->lock_permission;
    for (size_t i = 0; i < pdf->signature_count; i++)
        if (pdf->details[i].end != 0 && pdf->details[i].end < first)
            first = pdf->details[i].end;
    for (size_t i = 0; i < pdf->signature_count; i++)
        if (pdf->details[i].permission == 1 || (p != 1 && pdf->details[i].permission != 0 && pdf->details[i].end == first))
            p = pdf->details[i].permission;
    return p;
}

/* The permitted kinds of a step that this signature forbids; NULL when there is none. */
static const char *
forbidden(const struct pdf *pdf, const struct pdf_signature *detail, const struct pdf_step *step)
{
    int p = permission(pdf, detail);

    if (step->signatures > 0 && p == 1)
        return "a signature was added, certification or lock allow no change (P 1)";
    if (step->signatures > 0 && detail->lock == PDF_LOCK_ALL)
        return "a signature was added, this one locks all fields (FieldMDP All)";
    if (step->impressions > 0 && (p == 1 || p == 2))
        return "annotations were added, certification or lock allow none (P)";
    if (step->filled_count > 0 && p != 2 && p != 3 && detail->lock != PDF_LOCK_INCLUDE && detail->lock != PDF_LOCK_EXCLUDE)
        return "fields were filled in, and no certification permits it";
    for (size_t i = 0; i < step->filled_count; i++)
        if (is_locked(detail, step->filled[i]))
            return "a locked field was filled in (FieldMDP)";
    return NULL;
}

/* A page's share in one revision: of all revisions those of one page stand together, the last revision first. */
struct layer {
    struct pdf_covered covered;
    size_t step;
};

static int
by_page(const void *a, const void *b)
{
    const struct layer *x = a, *y = b;

    return x->covered.page != y->covered.page ? (x->covered.page < y->covered.page ? -1 : 1) : (x->step < y->step) - (x->step > y->step);
}

/* Many small appearances hide a page as one large one does. */
static jy_err
add_layers(const struct revisions *r, size_t steps)
{
    struct layer *layers;
    size_t count = 0;
    double share = 0;

    for (size_t k = 0; k < steps; k++)
        count += r->steps[k].covered_count;
    if (count == 0)
        return JY_OK;
    if ((layers = reallocarray(NULL, count, sizeof(*layers))) == NULL)
        return JY_E_NOMEM;
    count = 0;
    for (size_t k = 0; k < steps; k++)
        for (size_t i = 0; i < r->steps[k].covered_count; i++)
            layers[count++] = (struct layer){ r->steps[k].covered[i], k };
    qsort(layers, count, sizeof(*layers), by_page);
    for (size_t i = 0; i < count; i++) {
        share = layers[i].covered.share + (i > 0 && layers[i - 1].covered.page == layers[i].covered.page ? share : 0);
        if (share > r->steps[layers[i].step].covered_in_all)
            r->steps[layers[i].step].covered_in_all = share;
    }
    free(layers);
    for (size_t k = steps; k-- > 1;)
        if (r->steps[k].covered_in_all > r->steps[k - 1].covered_in_all)
            r->steps[k - 1].covered_in_all = r->steps[k].covered_in_all;
    return JY_OK;
}

static jy_err
judge(const struct revisions *r, struct jy_signature *s, struct pdf_signature *detail)
{
    const struct pdf_step *step = NULL;
    bool changed = false, hidden = false;
    double in_all = 0;
    jy_err rc = JY_OK;

    if (detail->end == 0)
        return JY_OK;                                       /* PDF_BYTERANGE has failed: nothing is known to be signed */
    for (size_t k = 0; k + 1 < r->count && rc == JY_OK; k++) {
        const char *why;
        step = &r->steps[k];
        if (step->from < detail->end)
            continue;
        why = step->is_changed ? step->why : forbidden(r->pdf, detail, step);
        if (why != NULL && !changed)
            NOTE(LATER_CHANGE, false, step->where, "%s", why);
        changed = changed || why != NULL;
        if (step->filled_count > 0)
            NOTE(LATER_FORM_FILL, false, step->filled[0], "%zu fields were filled in", step->filled_count);
        detail->drawn_anew_before = detail->drawn_anew_before || step->drawn_anew_before;
        if (step->metadata)
            NOTE(LATER_METADATA, false, "", NULL);
        if (step->overlay[0] != '\0')
            NOTE(OVERLAY, false, "", "%s", step->overlay);
        hidden = hidden || step->overlay[0] != '\0';
        in_all = step->covered_in_all > in_all ? step->covered_in_all : in_all;
        if (step->orphan != 0)
            NOTE(COVERAGE_EXTRA, false, "", "object %u was added and nothing uses it", step->orphan);
    }
    if (!hidden && in_all > COVERED_BY_ALL)
        NOTE(OVERLAY, false, "", "appearances of several revisions cover %.0f %% of a page together", in_all * 100);
    if (!changed && rc == JY_OK)
        rc = jy_findings_add(&s->findings, JY_CHECK_LATER_CHANGE, true, "", detail->end, NULL);
    return rc;
}

jy_err
pdf_judge_revisions(struct pdf *pdf, struct jy_fault *fault)
{
    struct revisions r = { .pdf = pdf };
    jy_err rc = JY_OK;

    r.ends = calloc(pdf->signature_count + 1, sizeof(*r.ends));
    r.sections = calloc(pdf->signature_count + 1, sizeof(*r.sections));
    r.steps = calloc(pdf->signature_count + 1, sizeof(*r.steps));
    if (r.ends == NULL || r.sections == NULL || r.steps == NULL) {
        rc = JY_E_NOMEM;
        goto out;
    }
    r.count = find_ends(&r);
    for (size_t k = 0; k < r.count; k++)
        r.sections[k] = section_of(pdf, r.ends[k]);
    if (r.count > 1 && (rc = begin_refs(&r)) != JY_OK)
        goto out;
    for (size_t k = 0; rc == JY_OK && k + 1 < r.count; k++) {
        r.steps[k].from = r.ends[k];
        r.steps[k].to = r.ends[k + 1];
        r.steps[k].closer = signature_ending(pdf, r.ends[k + 1]);
        rc = compare(&r, k);
    }
    if (rc == JY_OK && r.count > 1 && (rc = refuse_searched(&r)) == JY_OK && (rc = refuse_linearized(&r)) == JY_OK)
        rc = add_layers(&r, r.count - 1);
    for (size_t i = 0; rc == JY_OK && i < pdf->signature_count; i++)
        rc = judge(&r, &pdf->signatures[i], &pdf->details[i]);
out:
    if (r.earlier != NULL)
        qpdf_cleanup(&r.earlier);
    for (size_t k = 0; r.steps != NULL && k < r.count; k++)
        pdf_step_free(&r.steps[k]);
    free(r.steps);
    free(r.sections);
    free(r.ends);
    free(r.refs.list);
    return rc == JY_OK ? rc : jy_fail(fault, rc, "PDF revisions", 0, "cannot be compared");
}
