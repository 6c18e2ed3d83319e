/* SPDX-License-Identifier: Apache-2.0 */
/* expat behind limits: no document type, so no entity of one's own; one arena holds the tree. */
#include <codec/xml.h>

#include <expat.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#define ARENA_BLOCK (64u * 1024u)

struct block {
    struct block *next;
    size_t used, size;
    _Alignas(max_align_t) unsigned char bytes[];
};

struct jy_xml_doc {
    struct block *blocks;
    struct jy_xml *root;
};

struct jy_xml_reader {
    XML_Parser parser;
    unsigned long salt;              /* of expat's name tables: nobody outside can make names collide */
    struct jy_buf text[JY_XML_DEPTH_MAX + 1];
    struct jy_xml_watch *watch;
};

struct gate {
    struct jy_xml_doc *doc;
    XML_Parser parser;
    const char *where, *skip;
    struct jy_xml *open[JY_XML_DEPTH_MAX + 1], *last[JY_XML_DEPTH_MAX + 1];
    struct jy_buf *text;             /* by depth */
    enum pieces { NO_TEXT, ONE_PIECE, PIECE_ENDED, SEVERAL_PIECES } pieces[JY_XML_DEPTH_MAX + 1];
    struct jy_xml_watch *watch;
    int depth, skipping;             /* skipping: depth at which the left-out element opened, or 0 */
    size_t nodes;
    jy_err err;
    struct jy_fault *fault;
};

static void *
arena(struct jy_xml_doc *doc, size_t len)
{
    struct block *b = doc->blocks;
    void *p;

    len = (len + 15) & ~(size_t)15;
    if (b == NULL || b->size - b->used < len) {
        size_t size = len > ARENA_BLOCK ? len : ARENA_BLOCK;

        b = malloc(sizeof *b + size);
        if (b == NULL)
            return NULL;
        b->next = doc->blocks;
        b->used = 0;
        b->size = size;
        doc->blocks = b;
    }
    p = b->bytes + b->used;
    b->used += len;
    memset(p, 0, len);
    return p;
}

static char *
arena_text(struct jy_xml_doc *doc, const void *p, size_t len)
{
    char *s = arena(doc, len + 1);

    if (s != NULL && len > 0)
        memcpy(s, p, len);
    return s;
}

static void
stop(struct gate *g, jy_err err, const char *text)
{
    if (g->err == JY_OK)
        g->err = jy_fail(g->fault, err, g->where, (uint64_t)XML_GetCurrentByteIndex(g->parser), "%s", text);
    XML_StopParser(g->parser, XML_FALSE);
}

static void
on_doctype(void *ctx, const XML_Char *name, const XML_Char *system_id, const XML_Char *public_id, int has_subset)
{
    (void)name;
    (void)system_id;
    (void)public_id;
    (void)has_subset;
    stop(ctx, JY_E_HOSTILE, "document type declaration");
}

/* Name without its prefix: namespaces are told apart by nobody who writes OFD (seal-formats 3.1). */
static const char *
local(const char *name)
{
    const char *colon = strchr(name, ':');

    return colon == NULL ? name : colon + 1;
}

static bool
is_xmlns(const char *key)
{
    return strncmp(key, "xmlns", 5) == 0 && (key[5] == ':' || key[5] == '\0');
}

/* Two attributes of one tag whose names differ in their prefix only: readers disagree on which of them holds. Also looked for in what is left out. */
static bool
attributes_collide(const char **attrs)
{
    for (const char **a = attrs; *a != NULL; a += 2)
        for (const char **b = attrs; strchr(*a, ':') != NULL && !is_xmlns(*a) && *b != NULL; b += 2)
            if (a != b && !is_xmlns(*b) && strcmp(local(*a), local(*b)) == 0)
                return true;
    return false;
}

static struct jy_xml *
new_node(struct gate *g, const char *name, const char **attrs)
{
    struct jy_xml *node = arena(g->doc, sizeof *node);
    struct jy_xml_attr **tail;

    if (node == NULL || (node->name = arena_text(g->doc, name, strlen(name))) == NULL)
        return NULL;
    node->text = "";
    tail = &node->attrs;
    for (; *attrs != NULL; attrs += 2) {
        const char *key = local(attrs[0]);
        struct jy_xml_attr *attr;

        if (is_xmlns(attrs[0]))
            continue;
        attr = arena(g->doc, sizeof *attr);
        if (attr == NULL || (attr->name = arena_text(g->doc, key, strlen(key))) == NULL ||
            (attr->value = arena_text(g->doc, attrs[1], strlen(attrs[1]))) == NULL)
            return NULL;
        *tail = attr;
        tail = &attr->next;
    }
    return node;
}

/* Something that is no text divides what may follow it from the text so far. */
static void
end_piece(struct gate *g)
{
    if (g->err == JY_OK && g->skipping == 0 && g->depth >= 1 && g->pieces[g->depth] == ONE_PIECE)
        g->pieces[g->depth] = PIECE_ENDED;
}

static void
on_comment(void *ctx, const XML_Char *text)
{
    (void)text;
    end_piece(ctx);
}

static void
on_instruction(void *ctx, const XML_Char *target, const XML_Char *text)
{
    (void)target;
    (void)text;
    end_piece(ctx);
}

static void
on_cdata(void *ctx)
{
    end_piece(ctx);
}

static void
on_start(void *ctx, const XML_Char *name, const XML_Char **attrs)
{
    struct gate *g = ctx;
    struct jy_xml *node;
    const char *own = local(name);
    size_t count = 0;

    if (g->err != JY_OK)
        return;
    end_piece(g);
    if (++g->depth > JY_XML_DEPTH_MAX) {
        stop(g, JY_E_LIMIT, "elements are nested too deep");
        return;
    }
    while (attrs[count] != NULL)
        count += 2;
    if (count > 2 * JY_XML_ATTRIBUTES_MAX) {
        stop(g, JY_E_LIMIT, "too many attributes in one tag");
        return;
    }
    if (attributes_collide(attrs)) {
        stop(g, JY_E_AMBIGUOUS, "two attributes differ in their prefix only");
        return;
    }
    for (size_t i = 0; g->watch != NULL && i < g->watch->count; i++)
        if (strcmp(own, g->watch->names[i]) == 0) {
            g->watch->seen |= 1u << i;
            g->watch->left_out |= g->skipping != 0 ? 1u << i : 0;
        }
    if (g->skipping != 0)
        return;
    if (++g->nodes > JY_XML_ELEMENTS_MAX) {
        stop(g, JY_E_LIMIT, "too many elements");
        return;
    }
    node = new_node(g, own, attrs);
    if (node == NULL) {
        stop(g, JY_E_NOMEM, "no memory");
        return;
    }
    node->parent = g->depth > 1 ? g->open[g->depth - 1] : NULL;
    if (node->parent == NULL)
        g->doc->root = node;
    else if (g->last[g->depth - 1] != NULL)
        g->last[g->depth - 1]->next = node;
    else
        node->parent->child = node;
    if (g->depth > 1)
        g->last[g->depth - 1] = node;
    g->open[g->depth] = node;
    g->last[g->depth] = NULL;
    g->text[g->depth].len = 0;
    g->pieces[g->depth] = NO_TEXT;
    if (g->skip != NULL && strcmp(node->name, g->skip) == 0) {
        g->skipping = g->depth;
        XML_SetCharacterDataHandler(g->parser, NULL);    /* the bulk of a page: well-formed, and looked at no further */
    }
}

static void
on_text(void *ctx, const XML_Char *text, int len)
{
    struct gate *g = ctx;
    int blanks = 0;

    if (g->err != JY_OK || g->depth < 1)
        return;
    while (blanks < len && strchr(" \t\r\n", text[blanks]) != NULL)
        blanks++;
    if (blanks < len)
        g->pieces[g->depth] = g->pieces[g->depth] == NO_TEXT || g->pieces[g->depth] == ONE_PIECE ? ONE_PIECE : SEVERAL_PIECES;
    if (jy_buf_add(&g->text[g->depth], JY_SLICE(text, (size_t)len)) != JY_OK)
        stop(g, JY_E_NOMEM, "no memory");
}

static void
on_end(void *ctx, const XML_Char *name)
{
    struct gate *g = ctx;
    struct jy_slice t;

    (void)name;
    if (g->err != JY_OK)
        return;
    if (g->skipping == 0 || g->skipping == g->depth) {
        t = jy_buf_slice(&g->text[g->depth]);
        for (; t.len > 0 && strchr(" \t\r\n", t.p[0]) != NULL; g->open[g->depth]->lead++)
            t = JY_SLICE(t.p + 1, t.len - 1);
        while (t.len > 0 && strchr(" \t\r\n", t.p[t.len - 1]) != NULL)
            t.len--;
        if (t.len > 0 && (g->open[g->depth]->text = arena_text(g->doc, t.p, t.len)) == NULL)
            stop(g, JY_E_NOMEM, "no memory");
        g->open[g->depth]->broken = g->pieces[g->depth] == SEVERAL_PIECES;
        if (g->skipping != 0)
            XML_SetCharacterDataHandler(g->parser, on_text);
        g->skipping = 0;
    }
    g->depth--;
}

static jy_err
check_encoding(struct jy_slice s, const char *where, struct jy_fault *fault)
{
    struct jy_slice decl;
    size_t at, end;

    if (memchr(s.p, '\0', s.len) != NULL || (s.len >= 2 && (memcmp(s.p, "\xfe\xff", 2) == 0 || memcmp(s.p, "\xff\xfe", 2) == 0)))
        return jy_fail(fault, JY_E_FORMAT, where, 0, "not UTF-8");
    if (s.len >= 3 && memcmp(s.p, "\xef\xbb\xbf", 3) == 0)
        s = JY_SLICE(s.p + 3, s.len - 3);
    if (s.len < 5 || memcmp(s.p, "<?xml", 5) != 0)
        return JY_OK;
    end = jy_slice_find(s, JY_SLICE("?>", 2));
    if (end == SIZE_MAX || end > 512)
        return jy_fail(fault, JY_E_FORMAT, where, 0, "bad XML declaration");
    decl = JY_SLICE(s.p, end);
    at = jy_slice_find(decl, JY_SLICE("encoding", 8));
    if (at == SIZE_MAX)
        return JY_OK;
    for (at += 8; at < decl.len && strchr(" \t\r\n=", decl.p[at]) != NULL; at++)
        ;
    if (at + 7 > decl.len || (strncasecmp((const char *)decl.p + at + 1, "utf-8", 5) != 0 || decl.p[at + 6] != decl.p[at]))
        return jy_fail(fault, JY_E_FORMAT, where, at, "encoding is not UTF-8");
    return JY_OK;
}

jy_err
jy_xml_reader_new(struct jy_xml_reader **out)
{
    struct jy_xml_reader *reader = calloc(1, sizeof *reader);

    *out = NULL;
    if (reader == NULL || (reader->parser = XML_ParserCreate("UTF-8")) == NULL) {
        free(reader);
        return JY_E_NOMEM;
    }
    if (getrandom(&reader->salt, sizeof reader->salt, 0) != (ssize_t)sizeof reader->salt || reader->salt == 0)
        reader->salt = (unsigned long)(uintptr_t)reader;
    *out = reader;
    return JY_OK;
}

void
jy_xml_watch(struct jy_xml_reader *reader, struct jy_xml_watch *watch)
{
    reader->watch = watch;
}

void
jy_xml_reader_free(struct jy_xml_reader *reader)
{
    if (reader == NULL)
        return;
    for (size_t i = 0; i <= JY_XML_DEPTH_MAX; i++)
        jy_buf_free(&reader->text[i]);
    XML_ParserFree(reader->parser);
    free(reader);
}

jy_err
jy_xml_parse(struct jy_xml_reader *reader, struct jy_slice bytes, const char *where, const char *skip, struct jy_xml_doc **out,
             struct jy_fault *fault)
{
    struct gate g = { .parser = reader->parser, .text = reader->text, .watch = reader->watch, .where = where, .skip = skip, .fault = fault };
    enum XML_Status status;

    *out = NULL;
    if (bytes.len == 0 || bytes.len > JY_XML_MAX)
        return jy_fail(fault, bytes.len == 0 ? JY_E_FORMAT : JY_E_LIMIT, where, 0, "part of %zu bytes", bytes.len);
    g.err = check_encoding(bytes, where, fault);
    if (g.err != JY_OK)
        return g.err;
    g.doc = calloc(1, sizeof *g.doc);
    if (g.doc == NULL || !XML_ParserReset(g.parser, "UTF-8")) {
        free(g.doc);
        return jy_fail(fault, JY_E_NOMEM, NULL, 0, "no memory");
    }
    XML_SetHashSalt(g.parser, reader->salt);
    XML_SetUserData(g.parser, &g);
    XML_SetElementHandler(g.parser, on_start, on_end);
    XML_SetCharacterDataHandler(g.parser, on_text);
    XML_SetCommentHandler(g.parser, on_comment);
    XML_SetProcessingInstructionHandler(g.parser, on_instruction);
    XML_SetCdataSectionHandler(g.parser, on_cdata, on_cdata);
    XML_SetStartDoctypeDeclHandler(g.parser, on_doctype);
    status = XML_Parse(g.parser, (const char *)bytes.p, (int)bytes.len, XML_TRUE);
    if (g.err == JY_OK && status != XML_STATUS_OK) {
        enum XML_Error code = XML_GetErrorCode(g.parser);

        g.err = jy_fail(fault, code == XML_ERROR_NO_MEMORY ? JY_E_NOMEM : JY_E_FORMAT, where,
                        (uint64_t)XML_GetCurrentByteIndex(g.parser), "%s", XML_ErrorString(code));
    }
    if (g.err != JY_OK) {
        jy_xml_free(g.doc);
        return g.err;
    }
    *out = g.doc;
    return JY_OK;
}

struct first_element {
    XML_Parser parser;
    const char *name;
    bool same;
};

static void
on_first_element(void *ctx, const XML_Char *name, const XML_Char **attrs)
{
    struct first_element *first = ctx;

    (void)attrs;
    first->same = strcmp(local(name), first->name) == 0;
    XML_StopParser(first->parser, XML_FALSE);
}

bool
jy_xml_may_be(struct jy_xml_reader *reader, struct jy_slice beginning, bool more, const char *name)
{
    struct first_element first = { .parser = reader->parser, .name = name };

    if (beginning.len > JY_XML_MAX || !XML_ParserReset(reader->parser, "UTF-8"))
        return true;
    XML_SetHashSalt(reader->parser, reader->salt);
    XML_SetUserData(reader->parser, &first);
    XML_SetStartElementHandler(reader->parser, on_first_element);
    return XML_Parse(reader->parser, (const char *)beginning.p, (int)beginning.len, !more) == XML_STATUS_OK || first.same;
}

void
jy_xml_free(struct jy_xml_doc *doc)
{
    if (doc == NULL)
        return;
    while (doc->blocks != NULL) {
        struct block *next = doc->blocks->next;

        free(doc->blocks);
        doc->blocks = next;
    }
    free(doc);
}

const struct jy_xml *
jy_xml_root(const struct jy_xml_doc *doc)
{
    return doc->root;
}

static const struct jy_xml *
from_here(const struct jy_xml *node, const char *name)
{
    while (node != NULL && strcmp(node->name, name) != 0)
        node = node->next;
    return node;
}

const struct jy_xml *
jy_xml_child(const struct jy_xml *parent, const char *name)
{
    return parent == NULL ? NULL : from_here(parent->child, name);
}

const struct jy_xml *
jy_xml_next(const struct jy_xml *node)
{
    return from_here(node->next, node->name);
}

const char *
jy_xml_attr(const struct jy_xml *node, const char *name)
{
    if (node != NULL)
        for (const struct jy_xml_attr *a = node->attrs; a != NULL; a = a->next)
            if (strcmp(a->name, name) == 0)
                return a->value;
    return NULL;
}

const char *
jy_xml_child_text(const struct jy_xml *parent, const char *name)
{
    const struct jy_xml *child = jy_xml_child(parent, name);

    return child == NULL ? NULL : child->text;
}
