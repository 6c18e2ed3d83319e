/* SPDX-License-Identifier: Apache-2.0 */
/*
 * twice.h: keys that stand twice in a dictionary. The standard does not say which of them counts (ISO 32000-2 7.3.7), and readers do not agree.
 */
#ifndef JY_PDF_TWICE_H
#define JY_PDF_TWICE_H

#include "pdf/syntax.h"

/** What is open at a token of an object: begins zeroed for each object, but for the memory of list. */
struct pdf_twice {
    struct pdf_key {
        struct jy_slice name, value;
    } *list;                          /* of all open dictionaries, the inner one's last */
    size_t count, room;
    struct pdf_brackets around;
    size_t first[PDF_NESTING_MAX];    /* by bracket that is open: of its keys in list */
};

/**
 * Follow an object's tokens, in order. JY_E_AMBIGUOUS: the dictionary that ends with this token has the key *twice with two values; the same value
 * twice is none. JY_E_LIMIT: nested deeper than PDF_NESTING_MAX. JY_E_NOMEM.
 */
JY_CHECK jy_err pdf_twice_follow(struct pdf_twice *search, const struct pdf_value *token, struct jy_slice *twice);
/** Before another object. */
void pdf_twice_reset(struct pdf_twice *search);
void pdf_twice_free(struct pdf_twice *search);

#endif
