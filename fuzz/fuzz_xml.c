/* SPDX-License-Identifier: Apache-2.0 */
/* One XML part from hostile bytes: no document type comes through, the tree is within its limits, and skipping changes no verdict. */
#include <codec/xml.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
walk(const struct jy_xml *node, int depth)
{
    if (depth > 64 || node->name == NULL || node->text == NULL)
        abort();
    for (const struct jy_xml_attr *a = node->attrs; a != NULL; a = a->next)
        if (a->name == NULL || a->value == NULL)
            abort();
    for (const struct jy_xml *child = node->child; child != NULL; child = child->next) {
        if (child->parent != node)
            abort();
        walk(child, depth + 1);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct jy_xml_reader *reader = NULL;
    struct jy_xml_doc *whole = NULL, *skipped = NULL;
    struct jy_fault fault = { 0 };
    jy_err first, second;

    if (jy_xml_reader_new(&reader) != JY_OK)
        return 0;
    first = jy_xml_parse(reader, JY_SLICE(data, size), "part", NULL, &whole, &fault);
    second = jy_xml_parse(reader, JY_SLICE(data, size), "part", "Content", &skipped, &fault);
    if (first == JY_OK)
        walk(jy_xml_root(whole), 1);
    if (second == JY_OK)
        walk(jy_xml_root(skipped), 1);
    if ((first == JY_OK) != (second == JY_OK) && first != JY_E_LIMIT)    /* the limit of elements counts what is kept */
        abort();
    jy_xml_free(whole);
    jy_xml_free(skipped);
    jy_xml_reader_free(reader);
    return 0;
}
