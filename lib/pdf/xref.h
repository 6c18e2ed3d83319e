/* SPDX-License-Identifier: Apache-2.0 */
/*
 * xref.h: the chain of cross-reference sections of a file, newest first, as every reader follows it from the last startxref (ISO 32000-2 7.5.4, 7.5.8).
 * qpdf merges the chain into one table; which revision says what is told only here.
 */
#ifndef JY_PDF_XREF_H
#define JY_PDF_XREF_H

#include "pdf/syntax.h"

#define PDF_OBJECTS_MAX 8388607       /* ISO 32000-1 Annex C */

enum pdf_entry_type { PDF_FREE = 0, PDF_IN_USE = 1, PDF_COMPRESSED = 2 };
struct pdf_entry {
    uint32_t id;
    uint32_t generation;              /* PDF_COMPRESSED: index in the object stream */
    size_t where;                     /* PDF_IN_USE: offset in the file; PDF_COMPRESSED: number of the object stream */
    enum pdf_entry_type type;
};
struct pdf_section {
    size_t at;                        /* offset in the file */
    uint32_t id;                      /* object number of the stream, 0 of a table */
    bool is_stream, is_hybrid_part;   /* hybrid part: the XRefStm of the table before it in the list */
    struct pdf_value trailer;         /* dictionary; borrows the file */
    struct pdf_entry *entries;        /* by rising id, each id once */
    size_t count;
};
/** An entry by number of section and place in it. */
struct pdf_place { uint32_t id, section, entry; };
struct pdf_xref {
    struct pdf_section *sections;     /* newest first */
    size_t count;
    struct pdf_place *places;         /* of all entries, by rising id, then by section; NULL where so few sections are searched one by one */
    size_t place_count;
};

/**
 * Follow the chain. header: offset of %PDF-, from which all offsets count. *startxref: where the newest section stands, from header.
 * Errors: JY_E_DAMAGED; JY_E_AMBIGUOUS where readers would take different objects (docs/limits.md); JY_E_ENCRYPTED; JY_E_LIMIT; JY_E_NOMEM.
 */
JY_CHECK jy_err pdf_xref_read(struct jy_slice file, size_t header, struct pdf_xref *out, size_t *startxref, struct jy_fault *fault);
void pdf_xref_free(struct pdf_xref *xref);
/** What this section alone says of id; NULL when it says nothing. */
const struct pdf_entry *pdf_section_find(const struct pdf_section *section, uint32_t id);
/** The entry in effect for id when the sections from index `from` on are read; NULL when there is none or it is free. */
const struct pdf_entry *pdf_xref_find(const struct pdf_xref *xref, size_t from, uint32_t id);
/** "startxref N %%EOF" that ends bytes; N as it stands there. SIZE_MAX when there is none. */
size_t pdf_startxref(struct jy_slice bytes);
/** The object at an offset: lexer stands behind "N G obj". False when another or none stands there. */
bool pdf_object_at(struct jy_slice file, size_t at, uint32_t id, uint32_t generation, struct pdf_lexer *out);
/** The data of a stream whose dictionary was just read with lexer: FlateDecode with or without predictor, or none. At most max bytes. */
JY_CHECK jy_err pdf_stream_data(const struct pdf_lexer *lexer, const struct pdf_value *dict, size_t length, size_t max, struct jy_buf *out);

/** Length of a stream's dictionary, direct or a number object of its own, as the sections from index `from` on have it. */
bool pdf_stream_length(struct jy_slice file, const struct pdf_xref *xref, size_t from, const struct pdf_value *dict, size_t *out);
/** JY_E_AMBIGUOUS unless every entry's index in its object stream is where the stream lists its number. JY_E_DAMAGED, JY_E_NOMEM. */
JY_CHECK jy_err pdf_check_object_streams(struct jy_slice file, const struct pdf_xref *xref, struct jy_fault *fault);

#endif
