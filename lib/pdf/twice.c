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
end_value(struct pdf_twice *search, const struct pdf_bracket *dict, const struct pdf_value *next)
{
    struct jy_slice *value;

    if (search->count == dict->first)
        return;
    value = &search->list[search->count - 1].value;
    value->len = (size_t)(next->text.p - value->p);
    for (; value->len > 0 && pdf_is_space(value->p[value->len - 1]); value->len--)
        ;
    for (; value->len > 0 && pdf_is_space(value->p[0]); value->len--)
        value->p++;
}

static jy_err
add_key(struct pdf_twice *search, struct pdf_bracket *dict, const struct pdf_value *name)
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
    dict->wants_value = true;
    return JY_OK;
}

static jy_err
end_dict(struct pdf_twice *search, const struct pdf_bracket *dict, struct jy_slice *twice)
{
    struct pdf_key *own = search->list + dict->first;
    size_t count = search->count - dict->first;

    search->count = dict->first;
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
    struct pdf_bracket *in = search->depth == 0 ? NULL : &search->open[search->depth - 1];
    bool opens = token->kind == PDF_DICT || token->kind == PDF_ARRAY, closes = token->kind == PDF_CLOSE_DICT || token->kind == PDF_CLOSE_ARRAY;
    bool is_key = in != NULL && in->is_dict && token->kind == PDF_NAME && !in->wants_value;

    if (in != NULL && in->is_dict && (is_key || closes))
        end_value(search, in, token);
    if (is_key)
        return add_key(search, in, token);
    if (closes) {
        search->depth -= in != NULL;
        return in != NULL && in->is_dict ? end_dict(search, in, twice) : JY_OK;
    }
    if (in != NULL)
        in->wants_value = false;
    if (!opens)
        return JY_OK;
    if (search->depth == PDF_NESTING_MAX)
        return JY_E_LIMIT;
    search->open[search->depth++] = (struct pdf_bracket){ search->count, token->kind == PDF_DICT, false };
    return JY_OK;
}

void
pdf_twice_reset(struct pdf_twice *search)
{
    search->count = search->depth = 0;
}

void
pdf_twice_free(struct pdf_twice *search)
{
    free(search->list);
    memset(search, 0, sizeof(*search));
}
