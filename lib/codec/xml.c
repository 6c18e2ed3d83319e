/* SPDX-License-Identifier: Apache-2.0 */
/* libxml2's SAX2 push parser behind a byte pre-scan; one arena holds the tree. */
#include <codec/xml.h>

#include <libxml/parser.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DEPTH_MAX 64
#define ATTRS_MAX 64
#define NODES_MAX 400000u
#define ARENA_BLOCK (64u * 1024u)
#define PUSH_CHUNK (32u * 1024u)

struct block {
    struct block *next;
    size_t used, size;
    _Alignas(max_align_t) unsigned char bytes[];
};

struct jy_xml_doc {
    struct block *blocks;
    struct jy_xml *root;
};

struct gate {
    struct jy_xml_doc *doc;
    xmlParserCtxtPtr parser;
    const char *where, *skip;
    struct jy_xml *open[DEPTH_MAX + 1], *last[DEPTH_MAX + 1];
    struct jy_buf text[DEPTH_MAX + 1];
    int depth, skipping;             /* skipping: depth at which the left-out element opened, or 0 */
    size_t nodes;
    jy_err err;
    struct jy_fault *fault;
};

static xmlParserInputPtr
load_nothing(const char *url, const char *id, xmlParserCtxtPtr parser)
{
    (void)url;
    (void)id;
    (void)parser;
    return NULL;
}

static void
init_library(void)
{
    xmlInitParser();
    xmlSetExternalEntityLoader(load_nothing);
}

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
        g->err = jy_fail(g->fault, err, g->where, (uint64_t)xmlByteConsumed(g->parser), "%s", text);
    xmlStopParser(g->parser);
}

static void
on_doctype(void *ctx, const xmlChar *name, const xmlChar *id, const xmlChar *url)
{
    (void)name;
    (void)id;
    (void)url;
    stop(ctx, JY_E_HOSTILE, "document type declaration");
}

static void
on_start(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int ns_count, const xmlChar **ns, int attr_count,
         int defaulted, const xmlChar **attrs)
{
    struct gate *g = ctx;
    struct jy_xml *node;
    struct jy_xml_attr **tail;

    (void)prefix;
    (void)uri;
    (void)ns_count;
    (void)ns;
    (void)defaulted;
    if (g->err != JY_OK)
        return;
    if (++g->depth > DEPTH_MAX) {
        stop(g, JY_E_LIMIT, "elements are nested too deep");
        return;
    }
    if (g->skipping != 0)
        return;
    if (++g->nodes > NODES_MAX) {
        stop(g, JY_E_LIMIT, "too many elements");
        return;
    }
    node = arena(g->doc, sizeof *node);
    if (node == NULL || (node->name = arena_text(g->doc, name, strlen((const char *)name))) == NULL) {
        stop(g, JY_E_NOMEM, "no memory");
        return;
    }
    node->text = "";
    tail = &node->attrs;
    for (int i = 0; i < attr_count; i++) {
        const xmlChar **a = attrs + i * 5;
        struct jy_xml_attr *attr = arena(g->doc, sizeof *attr);

        if (attr == NULL || (attr->name = arena_text(g->doc, a[0], strlen((const char *)a[0]))) == NULL ||
            (attr->value = arena_text(g->doc, a[3], (size_t)(a[4] - a[3]))) == NULL) {
            stop(g, JY_E_NOMEM, "no memory");
            return;
        }
        *tail = attr;
        tail = &attr->next;
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
    if (g->skip != NULL && strcmp(node->name, g->skip) == 0)
        g->skipping = g->depth;
}

static void
on_end(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    struct gate *g = ctx;
    struct jy_slice t;

    (void)name;
    (void)prefix;
    (void)uri;
    if (g->err != JY_OK)
        return;
    if (g->skipping == 0 || g->skipping == g->depth) {
        t = jy_buf_slice(&g->text[g->depth]);
        while (t.len > 0 && strchr(" \t\r\n", t.p[0]) != NULL)
            t = JY_SLICE(t.p + 1, t.len - 1);
        while (t.len > 0 && strchr(" \t\r\n", t.p[t.len - 1]) != NULL)
            t.len--;
        if (t.len > 0 && (g->open[g->depth]->text = arena_text(g->doc, t.p, t.len)) == NULL)
            stop(g, JY_E_NOMEM, "no memory");
        g->skipping = 0;
    }
    g->depth--;
}

static void
on_text(void *ctx, const xmlChar *text, int len)
{
    struct gate *g = ctx;

    if (g->err != JY_OK || g->depth < 1 || g->skipping != 0)
        return;
    if (jy_buf_add(&g->text[g->depth], JY_SLICE(text, (size_t)len)) != JY_OK)
        stop(g, JY_E_NOMEM, "no memory");
}

static void
on_error(void *ctx, xmlErrorPtr error)
{
    (void)ctx;
    (void)error;   /* errNo is asked at the end; nothing is printed */
}

/* Attributes are counted before libxml2 sees them: its duplicate check is quadratic. */
static jy_err
prescan(struct jy_slice s, const char *where, struct jy_fault *fault)
{
    static const struct { const char *open, *close; } skips[] = { { "<!--", "-->" }, { "<![CDATA[", "]]>" }, { "<?", "?>" } };
    size_t i = 0;

    while (i < s.len) {
        const uint8_t *lt = memchr(s.p + i, '<', s.len - i);
        size_t attrs = 0, k;
        uint8_t quote = 0;

        if (lt == NULL)
            break;
        i = (size_t)(lt - s.p);
        for (k = 0; k < sizeof skips / sizeof skips[0]; k++) {
            size_t open = strlen(skips[k].open);

            if (s.len - i >= open && memcmp(s.p + i, skips[k].open, open) == 0) {
                size_t found = jy_slice_find(JY_SLICE(s.p + i + open, s.len - i - open), jy_slice_text(skips[k].close));

                if (found == SIZE_MAX)
                    return jy_fail(fault, JY_E_FORMAT, where, i, "unfinished markup");
                i += open + found + strlen(skips[k].close);
                break;
            }
        }
        if (k < sizeof skips / sizeof skips[0])
            continue;
        if (s.len - i >= 9 && strncasecmp((const char *)s.p + i, "<!DOCTYPE", 9) == 0)
            return jy_fail(fault, JY_E_HOSTILE, where, i, "document type declaration");
        for (i++; i < s.len && (quote != 0 || s.p[i] != '>'); i++) {
            if (quote != 0) {
                quote = s.p[i] == quote ? 0 : quote;
            } else if (s.p[i] == '"' || s.p[i] == '\'') {
                quote = s.p[i];
                if (++attrs > ATTRS_MAX)
                    return jy_fail(fault, JY_E_LIMIT, where, i, "more than %d attributes", ATTRS_MAX);
            }
        }
    }
    return JY_OK;
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
jy_xml_parse(struct jy_slice bytes, const char *where, const char *skip, struct jy_xml_doc **out, struct jy_fault *fault)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct gate g = { .where = where, .skip = skip, .fault = fault };
    xmlSAXHandler sax = { .initialized = XML_SAX2_MAGIC, .internalSubset = on_doctype, .startElementNs = on_start,
                          .endElementNs = on_end, .characters = on_text, .ignorableWhitespace = on_text, .cdataBlock = on_text,
                          .serror = on_error };
    jy_err err;

    *out = NULL;
    if (bytes.len == 0 || bytes.len > JY_XML_MAX)
        return jy_fail(fault, bytes.len == 0 ? JY_E_FORMAT : JY_E_LIMIT, where, 0, "part of %zu bytes", bytes.len);
    err = check_encoding(bytes, where, fault);
    if (err == JY_OK)
        err = prescan(bytes, where, fault);
    if (err != JY_OK)
        return err;
    pthread_once(&once, init_library);
    g.doc = calloc(1, sizeof *g.doc);
    g.parser = g.doc == NULL ? NULL : xmlCreatePushParserCtxt(&sax, &g, NULL, 0, NULL);
    if (g.parser == NULL) {
        free(g.doc);
        return jy_fail(fault, JY_E_NOMEM, NULL, 0, "no memory");
    }
    xmlCtxtUseOptions(g.parser, XML_PARSE_NONET);
    for (size_t at = 0; at < bytes.len && g.err == JY_OK && g.parser->errNo == 0; at += PUSH_CHUNK) {
        size_t len = bytes.len - at < PUSH_CHUNK ? bytes.len - at : PUSH_CHUNK;

        xmlParseChunk(g.parser, (const char *)bytes.p + at, (int)len, 0);
    }
    if (g.err == JY_OK)
        xmlParseChunk(g.parser, NULL, 0, 1);
    if (g.err == JY_OK && (!g.parser->wellFormed || g.doc->root == NULL || g.depth != 0))
        g.err = jy_fail(fault, JY_E_FORMAT, where, (uint64_t)g.parser->input->consumed, "XML error %d in line %d", g.parser->errNo,
                        g.parser->input->line);
    xmlFreeParserCtxt(g.parser);
    for (size_t i = 0; i <= DEPTH_MAX; i++)
        jy_buf_free(&g.text[i]);
    if (g.err != JY_OK) {
        jy_xml_free(g.doc);
        return g.err;
    }
    *out = g.doc;
    return JY_OK;
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
