/* SPDX-License-Identifier: Apache-2.0 */
/*
 * refs.h: who refers to an object. Asked only for the objects that a later revision touches, answered from raw bytes: qpdf would keep every object that
 * it parses.
 */
#ifndef JY_PDF_REFS_H
#define JY_PDF_REFS_H

#include "pdf/xref.h"

#define PDF_REFERRERS_MAX 4

/** Where a reference stands: under a key that leads to catalog, form and fields, or in an array; as the one appearance of a widget; or elsewhere. */
enum { PDF_IN_LIST = 1, PDF_IN_APPEARANCE = 2, PDF_ELSEWHERE = 4 };
/** One object that was asked for, and the objects that refer to it (itself apart); more than PDF_REFERRERS_MAX are only counted. */
struct pdf_referred {
    uint32_t id;
    unsigned places;                  /* of all references, one bit each */
    uint32_t by[PDF_REFERRERS_MAX];
    size_t count;
};
struct pdf_refs {
    struct pdf_referred *list;        /* by rising id */
    size_t count;
};
const struct pdf_referred *pdf_refs_of(const struct pdf_refs *refs, uint32_t id);
/**
 * Note the references in the objects that the sections [from, to) bring and that are in effect when the chain is read from `from`.
 * Streams count by their dictionary. JY_E_DAMAGED, JY_E_UNSUPPORTED, JY_E_LIMIT: an object cannot be read.
 */
JY_CHECK jy_err pdf_refs_scan(struct pdf_refs *refs, struct jy_slice file, const struct pdf_xref *xref, size_t from, size_t to, struct jy_fault *fault);

/** A search for references in the tokens of objects. Begins zeroed. */
struct pdf_reference {
    int64_t number, generation;       /* of the one found last */
    uint32_t of;                      /* the object whose tokens come */
    int64_t before[2];                /* the last two tokens, -1 where they were no integers */
};
/** Follow the tokens, in order. True at the R that ends a reference. */
bool pdf_reference_ends(struct pdf_reference *reference, uint32_t id, const struct pdf_value *token);

#define PDF_NOWHERE_MAX 64
/** References of a file, of its objects in effect and of its newest trailer (0), that lead nowhere. */
struct pdf_nowhere {
    bool known;                       /* they were looked for */
    bool wrong;                       /* to an object in a generation that it does not have */
    struct { uint32_t of; int64_t to; } missing[PDF_NOWHERE_MAX];
    size_t count;                     /* of missing; those beyond PDF_NOWHERE_MAX are only counted */
};
/** Look for them, once. Errors as of pdf_refs_scan. */
JY_CHECK jy_err pdf_nowhere_find(struct pdf_nowhere *nowhere, struct jy_slice file, const struct pdf_xref *xref, struct jy_fault *fault);

/** Every token of the objects in effect, object by object; a stream ends with its word "stream". Stops at the first answer that is not JY_OK. */
typedef jy_err (*pdf_token_fn)(void *arg, uint32_t id, const struct pdf_value *token);
JY_CHECK jy_err pdf_tokens_scan(struct jy_slice file, const struct pdf_xref *xref, size_t from, size_t to, pdf_token_fn fn, void *arg, struct jy_fault *fault);

#endif
