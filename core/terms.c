/* SPDX-License-Identifier: Apache-2.0 */
/* Dates and scopes: when a certificate is renewed (R20.2), and what a position seal may be used for (R16.2). */
#include "core/rules.h"

#include <string.h>

#define DAY 86400

static const int reminder_days[] = { 1, 7, 15, 30 };      /* R20.2, the nearest first */
#define WINDOW_DAYS 30

jy_err
renewal_is_due(jy_time valid_to, jy_time now, struct jy_fault *fault)
{
    char from[21], to[21];

    if (now >= valid_to - WINDOW_DAYS * DAY && now < valid_to)
        return JY_OK;
    jy_time_rfc3339(valid_to - WINDOW_DAYS * DAY, from);
    jy_time_rfc3339(valid_to, to);
    return jy_fail(fault, JY_E_RENEWAL_WINDOW, "type", 0, "from %s to %s (R20.2)", from, to);
}

int
renewal_reminder(jy_time valid_to, jy_time now)
{
    if (now < valid_to)
        for (size_t i = 0; i < sizeof(reminder_days) / sizeof(reminder_days[0]); i++)
            if (now >= valid_to - (jy_time)reminder_days[i] * DAY)
                return reminder_days[i];
    return 0;
}

const int *
renewal_reminders(size_t *count)
{
    *count = sizeof(reminder_days) / sizeof(reminder_days[0]);
    return reminder_days;
}

/* The next word of a list with one blank between words; "" at the end, NULL where blanks stand that should not. */
static const char *
next_word(const char *list, char out[33])
{
    size_t n = strcspn(list, " ");

    if (n == 0 || n > 32 || (list[n] == ' ' && list[n + 1] == '\0'))
        return NULL;
    memcpy(out, list, n);
    out[n] = '\0';
    return list + n + (list[n] == ' ');
}

jy_err
position_scope_check(const struct position_scope *scope, struct jy_fault *fault)
{
    const char *field = "scope_categories";
    char word[33], later[33];

    if (scope->categories[0] == '\0')
        return jy_fail(fault, JY_E_BAD_FIELD, field, 0, "names no category (R16.2)");
    for (const char *rest = scope->categories; *rest != '\0';) {
        const struct document_category *category;
        if ((rest = next_word(rest, word)) == NULL || (category = document_category_by_code(word)) == NULL)
            return jy_fail(fault, JY_E_BAD_FIELD, field, 0, "holds something that is not a document category (R15.1)");
        if (category->excluded)
            return jy_fail(fault, JY_E_EXCLUDED_BY_LAW, field, 0, "%s: %s", word, category->source);
        for (const char *tail = rest; *tail != '\0';)
            if ((tail = next_word(tail, later)) == NULL || strcmp(later, word) == 0)
                return jy_fail(fault, JY_E_BAD_FIELD, field, 0, "names %s twice", word);
    }
    if (scope->amount_max_fen < -1)
        return jy_fail(fault, JY_E_BAD_FIELD, "scope_amount_max_fen", 0, "must not be negative");
    return JY_OK;
}

jy_err
position_scope_permits(const struct position_scope *scope, const char *category, int64_t amount_fen, jy_time now, struct jy_fault *fault)
{
    char word[33];
    bool named = false;

    for (const char *rest = scope->categories; rest != NULL && *rest != '\0' && !named;) {
        rest = next_word(rest, word);
        named = rest != NULL && strcmp(word, category) == 0;
    }
    if (!named)
        return jy_fail(fault, JY_E_OUTSIDE_SCOPE, "category", 0, "%s is not among: %s (R16.2)", category, scope->categories);
    if (scope->valid_to != 0 && now >= scope->valid_to)
        return jy_fail(fault, JY_E_OUTSIDE_SCOPE, "scope_valid_to", 0, "the holder's authority has ended (R16.2)");
    if (scope->amount_max_fen >= 0 && amount_fen < 0)
        return jy_fail(fault, JY_E_OUTSIDE_SCOPE, "amount", 0, "the holder's authority has a limit, and the order names no amount (R16.2)");
    if (scope->amount_max_fen >= 0 && amount_fen > scope->amount_max_fen)
        return jy_fail(fault, JY_E_OUTSIDE_SCOPE, "amount", 0, "above the limit of the holder's authority (R16.2)");
    return JY_OK;
}
