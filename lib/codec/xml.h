/* SPDX-License-Identifier: Apache-2.0 */
/* codec/xml.h: a small tree of one XML part, behind limits and without DTD, entities or network. */
#ifndef JY_CODEC_XML_H
#define JY_CODEC_XML_H

#include <jinyin/base.h>

struct jy_xml_attr {
    const char *name;            /* local name */
    const char *value;
    struct jy_xml_attr *next;
};
struct jy_xml {
    const char *name;            /* local name; namespace ignored on purpose (seal-formats 3.1) */
    const char *text;            /* character data directly inside, blanks trimmed; never NULL */
    bool broken;                 /* a comment, instruction, CDATA section or child divides the text: some readers take the first piece, some all of them */
    size_t lead;                 /* blanks trimmed before it: in a TextCode they are characters with a place */
    struct jy_xml_attr *attrs;
    struct jy_xml *child, *next, *parent;
};
struct jy_xml_doc;
struct jy_xml_reader;            /* the parser, kept from part to part; one thread at a time */

/** Names to look out for, also in what is left out of the tree. A bit by index, set by the parses that follow. */
struct jy_xml_watch {
    const char *const *names;    /* at most 32 */
    size_t count;
    uint32_t seen, left_out;     /* anywhere; in what is left out */
};

JY_CHECK jy_err jy_xml_reader_new(struct jy_xml_reader **out);
void jy_xml_reader_free(struct jy_xml_reader *reader);
/** NULL ends it. Borrowed. */
void jy_xml_watch(struct jy_xml_reader *reader, struct jy_xml_watch *watch);
/**
 * Parse a part. UTF-8 only. The content of elements named skip (may be NULL) is checked but left out of the tree.
 * Errors: JY_E_HOSTILE (DOCTYPE), JY_E_LIMIT (JY_XML_…_MAX), JY_E_AMBIGUOUS (two attributes that
 * differ in their prefix only), JY_E_FORMAT, JY_E_NOMEM.
 */
JY_CHECK jy_err jy_xml_parse(struct jy_xml_reader *reader, struct jy_slice bytes, const char *where, const char *skip,
                             struct jy_xml_doc **out, struct jy_fault *fault);
/** Is `name` the root element (local name) of the part that begins so? Also true when more bytes follow and these, a prolog, do not tell. */
bool jy_xml_may_be(struct jy_xml_reader *reader, struct jy_slice beginning, bool more, const char *name);
void jy_xml_free(struct jy_xml_doc *doc);
const struct jy_xml *jy_xml_root(const struct jy_xml_doc *doc);
/** First child of this name, or NULL; parent may be NULL. */
const struct jy_xml *jy_xml_child(const struct jy_xml *parent, const char *name);
/** Next sibling of the same name, or NULL. */
const struct jy_xml *jy_xml_next(const struct jy_xml *node);
/** Attribute's value, or NULL. */
const char *jy_xml_attr(const struct jy_xml *node, const char *name);
/** Text of a child, or NULL when there is none. */
const char *jy_xml_child_text(const struct jy_xml *parent, const char *name);

#endif
