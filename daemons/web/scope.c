/* SPDX-License-Identifier: Apache-2.0 */
/* R16.2: what a position seal was made for, shown and asked. */
#include "daemons/web/seal.h"

#include <string.h>

static const struct column scope_columns[] = {
    { "holder_id", COL_TEXT }, { "scope_categories", COL_TEXT }, { "scope_amount_max_fen", COL_INT }, { "scope_valid_to", COL_INT }, { NULL, COL_TEXT },
};

static json_t *
words(const char *list)
{
    json_t *out = json_array();

    while (*list != '\0') {
        size_t n = strcspn(list, " ");
        json_array_append_new(out, json_stringn(list, n));
        list += n + (list[n] == ' ');
    }
    return out;
}

jy_err
scope_show(json_t *row)
{
    json_int_t amount = json_integer_value(json_object_get(row, "scope_amount_max_fen"));
    jy_time to = json_integer_value(json_object_get(row, "scope_valid_to"));
    const char *categories = member(row, "scope_categories");
    json_t *scope = json_null();
    char when[21];

    jy_time_rfc3339(to, when);
    if (categories[0] != '\0')
        scope = json_pack("{s:o, s:o, s:s?}", "categories", words(categories), "amount_max_fen", amount < 0 ? json_null() : json_integer(amount),
                          "valid_to", to == 0 ? NULL : when);
    json_object_del(row, "scope_categories");
    json_object_del(row, "scope_amount_max_fen");
    json_object_del(row, "scope_valid_to");
    return json_object_set_new(row, "scope", scope) == 0 ? JY_OK : JY_E_NOMEM;
}

jy_err
seal_scope_permits(struct exchange *x, const char *seal_id, const char *category, int64_t amount_fen, struct jy_fault *fault)
{
    struct position_scope scope;
    json_t *row = NULL;
    jy_err rc = find_row(x, SQL_SEAL_SCOPE, BINDS(B_TEXT("seal_id", seal_id)), scope_columns, &row, fault);

    if (rc == JY_OK && member(row, "holder_id")[0] != '\0') {
        scope = (struct position_scope){ member(row, "scope_categories"), json_integer_value(json_object_get(row, "scope_amount_max_fen")),
                                         json_integer_value(json_object_get(row, "scope_valid_to")) };
        rc = position_scope_permits(&scope, category, amount_fen, x->now, fault);
    }
    json_decref(row);
    return rc;
}
