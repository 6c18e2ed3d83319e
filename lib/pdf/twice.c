/* SPDX-License-Identifier: Apache-2.0 */
#include "pdf/twice.h"

#include <stdlib.h>
#include <string.h>

#define HARMLESS "/PageMode"          /* what stands beside the pages at first; some writers give it twice */

static int
by_name(const void *a, const void *b)
{
    const struct pdf_key *x = a, *y = b;

    return pdf_name_compare(x->name, y->name);
}

/* The value of the last key ends before this token. */
static void
end_value(struct pdf_twice *search, size_t first, const struct pdf_value *next)
{
    struct jy_slice *value;

    if (search->count == first)
        return;
    value = &search->list[search->count - 1].value;
    value->len = (size_t)(next->text.p - value->p);
    for (; value->len > 0 && pdf_is_space(value->p[value->len - 1]); value->len--)
        ;
    for (; value->len > 0 && pdf_is_space(value->p[0]); value->len--)
        value->p++;
}

static jy_err
add_key(struct pdf_twice *search, const struct pdf_value *name)
{
    if (search->count == search->room) {
        size_t room = 2 * search->room + 32;
        void *list = reallocarray(search->list, room, sizeof(*search->list));

        if (list == NULL)
            return JY_E_NOMEM;
        search->list = list;
        search->room = room;
    }
    search->list[search->count++] = (struct pdf_key){ name->text, { name->text.p + name->text.len, 0 } };
    return JY_OK;
}

static jy_err
end_dict(struct pdf_twice *search, size_t first, struct jy_slice *twice)
{
    struct pdf_key *own = search->list + first;
    size_t count = search->count - first;

    search->count = first;
    if (count < 2)
        return JY_OK;
    qsort(own, count, sizeof(*own), by_name);
    for (size_t i = 1; i < count; i++)
        if (by_name(&own[i - 1], &own[i]) == 0 && !jy_slice_equal(own[i - 1].value, own[i].value) && !jy_slice_is(own[i].name, HARMLESS)) {
            *twice = own[i].name;
            return JY_E_AMBIGUOUS;
        }
    return JY_OK;
}

jy_err
pdf_twice_follow(struct pdf_twice *search, const struct pdf_value *token, struct jy_slice *twice)
{
    size_t depth = search->around.depth;                     /* before this token */
    bool in_dict = depth > 0 && search->around.open[depth - 1].is_dict;
    enum pdf_part part = pdf_brackets_follow(&search->around, token);

    if (in_dict && (part == PDF_KEY || part == PDF_CLOSES))
        end_value(search, search->first[depth - 1], token);
    switch (part) {
    case PDF_KEY: return add_key(search, token);
    case PDF_OPENS: search->first[depth] = search->count; return JY_OK;
    case PDF_CLOSES: return in_dict ? end_dict(search, search->first[depth - 1], twice) : JY_OK;
    case PDF_TOO_DEEP: return JY_E_LIMIT;
    case PDF_INSIDE: break;
    }
    return JY_OK;
}

void
pdf_twice_reset(struct pdf_twice *search)
{
    search->count = search->around.depth = 0;
}

void
pdf_twice_free(struct pdf_twice *search)
{
    free(search->list);
    memset(search, 0, sizeof(*search));
}
