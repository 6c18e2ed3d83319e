/* SPDX-License-Identifier: Apache-2.0 */
/* The allow-list for evidence (DSS, ISO 32000-2 12.8.4.3): it may grow and change, as long as it is evidence and nothing that could be drawn as well. */
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

static bool has_only(struct pdf_diff *d, qpdf_data q, qpdf_oh dict, const struct part *parts);

/* VRI: a dictionary for each signature, by its digest. */
static bool
is_by_signature(struct pdf_diff *d, qpdf_data q, qpdf_oh dict)
{
    struct pdf_keys keys = pdf_keys_of(d, q, dict);
    bool good = qpdf_oh_is_dictionary(q, dict) && d->rc == JY_OK;

    for (size_t i = 0; good && i < keys.count; i++) {
        qpdf_oh one = qpdf_oh_get_key(q, dict, keys.list[i]);

        good = strcmp(keys.list[i], "/Type") == 0 ? qpdf_oh_is_name(q, one) : has_only(d, q, one, vri_parts);
    }
    pdf_keys_free(&keys);
    return good;
}

static bool
is_of_kind(struct pdf_diff *d, qpdf_data q, qpdf_oh oh, enum kind kind)
{
    switch (kind) {
    case STREAMS: return is_streams(q, oh);
    case STREAM: return qpdf_oh_is_stream(q, oh);
    case TEXT: return qpdf_oh_is_string(q, oh);
    case NAME: return qpdf_oh_is_name(q, oh);
    case BY_SIGNATURE: return is_by_signature(d, q, oh);
    }
    return false;
}

/* A font, a state or a picture has other keys than these, whoever names it. */
static bool
has_only(struct pdf_diff *d, qpdf_data q, qpdf_oh dict, const struct part *parts)
{
    struct pdf_keys keys = pdf_keys_of(d, q, dict);
    bool good = qpdf_oh_is_dictionary(q, dict) && d->rc == JY_OK;

    for (size_t i = 0; good && i < keys.count; i++) {
        const struct part *part = parts;

        for (; part->key != NULL && strcmp(part->key, keys.list[i]) != 0; part++)
            ;
        good = part->key != NULL && is_of_kind(d, q, qpdf_oh_get_key(q, dict, keys.list[i]), part->kind);
    }
    pdf_keys_free(&keys);
    return good;
}

bool
pdf_diff_evidence(struct pdf_diff *d, qpdf_oh x, qpdf_oh y)
{
    pdf_diff_reach(d, y);
    return (qpdf_oh_is_null(d->a, x) || has_only(d, d->a, x, dss_parts)) && has_only(d, d->b, y, dss_parts);
}

bool
pdf_diff_of_evidence(struct pdf_diff *d, int id)
{
    qpdf_oh root = qpdf_get_root(d->a), dss = qpdf_oh_get_key(d->a, root, "/DSS");
    const struct pdf_referred *by = pdf_refs_of(d->refs, (uint32_t)id);
    bool is_own = false;

    if (!qpdf_oh_is_dictionary(d->a, dss) || by == NULL || by->count != 1)
        return false;
    if (qpdf_oh_get_object_id(d->a, dss) == id)
        is_own = by->by[0] == (uint32_t)qpdf_oh_get_object_id(d->a, root);
    for (const struct part *part = dss_parts; part->key != NULL; part++)
        if (qpdf_oh_get_object_id(d->a, qpdf_oh_get_key(d->a, dss, part->key)) == id)
            is_own = by->by[0] == (uint32_t)qpdf_oh_get_object_id(d->a, qpdf_oh_is_indirect(d->a, dss) ? dss : root);
    return is_own && pdf_diff_evidence(d, dss, qpdf_oh_get_key(d->b, qpdf_get_root(d->b), "/DSS"));
}
