/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The allow-list for evidence (DSS, ISO 32000-2 12.8.4.3): its own keys may come, grow and go, as long as what they name is evidence before and after. All
 * others stay: the dictionary may be a font of the page as well.
 */
#include "pdf/diff_inside.h"

#include <string.h>

enum kind { STREAMS, STREAM, TEXT, NAME, BY_SIGNATURE };

struct part {
    const char *key;
    enum kind kind;
};

static const struct part dss_parts[] = { { "/Type", NAME }, { "/Certs", STREAMS }, { "/CRLs", STREAMS }, { "/OCSPs", STREAMS }, { "/VRI", BY_SIGNATURE },
                                         { 0 } };
static const struct part vri_parts[] = { { "/Type", NAME }, { "/Cert", STREAMS }, { "/CRL", STREAMS }, { "/OCSP", STREAMS }, { "/TU", TEXT }, { "/TS", STREAM },
                                         { 0 } };

static bool
is_streams(qpdf_data q, qpdf_oh array)
{
    int n = qpdf_oh_is_array(q, array) ? qpdf_oh_get_array_n_items(q, array) : JY_PDF_EVIDENCE_MAX + 1;
    bool good = n <= JY_PDF_EVIDENCE_MAX;

    for (int i = 0; good && i < n; i++)
        good = qpdf_oh_is_stream(q, qpdf_oh_get_array_item(q, array, i));
    return good;
}

static bool part_rule(struct pdf_diff *d, const char *key, qpdf_oh x, qpdf_oh y, void *arg);

struct evidence {
    int id;                           /* the object that is told as changed */
    const struct part *parts;
};

/* VRI: a dictionary for each signature, by its digest. */
static bool
signature_rule(struct pdf_diff *d, const char *key, qpdf_oh x, qpdf_oh y, void *arg)
{
    struct evidence one = { *(int *)arg, vri_parts };

    if (strcmp(key, "/Type") == 0)
        return qpdf_oh_is_null(d->a, x) && qpdf_oh_is_name(d->b, y);
    pdf_diff_keys(d, one.id, "evidence for a signature", x, y, part_rule, &one);
    return (qpdf_oh_is_null(d->a, x) || qpdf_oh_is_dictionary(d->a, x)) && (qpdf_oh_is_null(d->b, y) || qpdf_oh_is_dictionary(d->b, y));
}

static bool
is_of_kind(qpdf_data q, qpdf_oh oh, enum kind kind)
{
    switch (kind) {
    case STREAMS: return is_streams(q, oh);
    case STREAM: return qpdf_oh_is_stream(q, oh);
    case TEXT: return qpdf_oh_is_string(q, oh);
    case NAME: return qpdf_oh_is_name(q, oh);
    case BY_SIGNATURE: return qpdf_oh_is_dictionary(q, oh);
    }
    return false;
}

static bool
part_rule(struct pdf_diff *d, const char *key, qpdf_oh x, qpdf_oh y, void *arg)
{
    struct evidence *evidence = arg;
    const struct part *part = evidence->parts;

    for (; part->key != NULL && strcmp(part->key, key) != 0; part++)
        ;
    if (part->key == NULL || !(qpdf_oh_is_null(d->a, x) || is_of_kind(d->a, x, part->kind)) || !(qpdf_oh_is_null(d->b, y) || is_of_kind(d->b, y, part->kind)))
        return false;
    if (part->kind == BY_SIGNATURE)
        pdf_diff_keys(d, evidence->id, "evidence", x, y, signature_rule, &evidence->id);
    return part->kind != NAME || qpdf_oh_is_null(d->a, x);
}

void
pdf_diff_evidence(struct pdf_diff *d, int id, qpdf_oh x, qpdf_oh y)
{
    struct evidence all = { id, dss_parts };

    pdf_diff_keys(d, id, "evidence", x, y, part_rule, &all);
}

bool
pdf_diff_of_evidence(struct pdf_diff *d, int id, qpdf_oh x, qpdf_oh y)
{
    qpdf_oh root = qpdf_get_root(d->a), dss = qpdf_oh_get_key(d->a, root, "/DSS");
    const struct pdf_referred *by = pdf_refs_of(d->refs, (uint32_t)id);
    struct evidence all = { id, dss_parts };

    if (!qpdf_oh_is_dictionary(d->a, dss) || by == NULL || by->count != 1)
        return false;
    if (qpdf_oh_get_object_id(d->a, dss) == id) {
        if (by->by[0] != (uint32_t)qpdf_oh_get_object_id(d->a, root))
            return false;
        pdf_diff_evidence(d, id, x, y);
        return qpdf_oh_is_dictionary(d->b, y);
    }
    for (const struct part *part = dss_parts; part->key != NULL; part++)
        if (qpdf_oh_get_object_id(d->a, qpdf_oh_get_key(d->a, dss, part->key)) == id)
            return by->by[0] == (uint32_t)qpdf_oh_get_object_id(d->a, qpdf_oh_is_indirect(d->a, dss) ? dss : root) && part_rule(d, part->key, x, y, &all);
    return false;
}
