/* SPDX-License-Identifier: Apache-2.0 */
/*
 * syntax.h: the raw syntax of PDF (ISO 32000-2 7.2, 7.3) as far as the tail, the cross-reference sections and the bytes of single objects need it.
 * qpdf reads documents; this reads what qpdf does not tell: where a value stands, what stands there twice, who refers to whom.
 */
#ifndef JY_PDF_SYNTAX_H
#define JY_PDF_SYNTAX_H

#include <jinyin/base.h>

#define PDF_NESTING_MAX 64

enum pdf_kind {
    PDF_END,             /* the bytes are used up */
    PDF_BAD,             /* not PDF syntax, or nested too deep */
    PDF_INTEGER, PDF_REAL, PDF_NAME, PDF_STRING, PDF_HEX, PDF_WORD, PDF_ARRAY, PDF_DICT, PDF_CLOSE_ARRAY, PDF_CLOSE_DICT,
    PDF_REFERENCE        /* "12 0 R"; only of pdf_value_next */
};
struct pdf_lexer {
    struct jy_slice in;
    size_t pos;
};
/** text borrows the input. pdf_value_next: an array or dictionary is one value with its brackets. */
struct pdf_value {
    enum pdf_kind kind;
    struct jy_slice text;
    size_t at;                /* where text begins in the input */
    int64_t number;           /* PDF_INTEGER; object number of PDF_REFERENCE */
    int64_t generation;       /* PDF_REFERENCE */
};

/** One token; brackets come one by one. */
void pdf_token_next(struct pdf_lexer *lexer, struct pdf_value *out);
/** One whole value: references and nested arrays and dictionaries at once. */
void pdf_value_next(struct pdf_lexer *lexer, struct pdf_value *out);
/** A lexer over the inside of an array or dictionary value. */
struct pdf_lexer pdf_inside(const struct pdf_value *value);
/** Same name, #xx read as its byte; name is given without the slash. */
bool pdf_name_is(const struct pdf_value *value, const char *name);
/** The order of two names as they are written, with the slash; #xx read as its byte: 0 for the same name. */
int pdf_name_compare(struct jy_slice a, struct jy_slice b);
bool pdf_word_is(const struct pdf_value *value, const char *word);
/** Value of key in a dictionary value. False when it is not there. *twice (may be NULL) tells that the key stands there more than once. */
bool pdf_dict_get(const struct pdf_value *dict, const char *key, struct pdf_value *out, bool *twice);
/** Integer of key, or other when it is absent or no integer. */
int64_t pdf_dict_integer(const struct pdf_value *dict, const char *key, int64_t other);
bool pdf_is_space(uint8_t c);

/** The brackets that are open at a token of an object, and the key of a dictionary whose value comes there. Begins zeroed for each object. */
struct pdf_brackets {
    struct pdf_bracket {
        bool is_dict, wants_value;
        struct pdf_value key;     /* the last one of a dictionary */
    } open[PDF_NESTING_MAX];
    size_t depth;
};
/** What a token is where it stands. */
enum pdf_part { PDF_KEY, PDF_OPENS, PDF_CLOSES, PDF_INSIDE, PDF_TOO_DEEP };
/** Follow an object's tokens, in order; a bracket that closes nothing is passed over. After PDF_TOO_DEEP nothing more is known. */
enum pdf_part pdf_brackets_follow(struct pdf_brackets *brackets, const struct pdf_value *token);

#endif
