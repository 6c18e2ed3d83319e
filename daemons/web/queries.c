/* SPDX-License-Identifier: Apache-2.0 */
/* Which names the query of a request may have: those of its row in answers.def, and no others. A misspelt filter is refused, not ignored. */
#include "daemons/web/plain.h"
#include "daemons/web/route.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define API "/api/v1"

static const struct { const char *method, *path, *names; } table[] = {
#define RECORD(name, members)
#define QUERY(name, type, meaning)
#define ANSWER(method, path, status, en, zh, names, members) { #method, path, names },
#include "daemons/web/answers.def"
#undef ANSWER
#undef QUERY
};
static const struct { const char *name, *type; } types[] = {
#define ANSWER(method, path, status, en, zh, names, members)
#define QUERY(name, type, meaning) { name, type },
#include "daemons/web/answers.def"
#undef ANSWER
#undef QUERY
#undef RECORD
};

/* Is it one of the words of a list with one blank between them? */
static bool
is_word_of(const char *list, const char *name)
{
    size_t length = strlen(name);

    for (const char *at = list; *at != '\0'; at += strcspn(at, " "), at += *at == ' ')
        if (strncmp(at, name, length) == 0 && (at[length] == ' ' || at[length] == '\0'))
            return true;
    return false;
}

static const char *
names_of(const struct route *route)
{
    const char *path = strncmp(route->path, API "/", sizeof(API)) == 0 ? route->path + sizeof(API) - 1 : route->path;

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (strcmp(table[i].method, route->method) == 0 && strcmp(table[i].path, path) == 0)
            return table[i].names;
    return "";
}

/* "int 1 1000", "int 1", "text", "text 1 64", "time", "enum one two". */
static jy_err
check_value(const char *name, const char *value, struct jy_fault *fault)
{
    const char *type = "text", *problem;
    long long number, min = 0, max = INT64_MAX, length = (long long)strlen(value);
    jy_time time;

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (strcmp(types[i].name, name) == 0)
            type = types[i].type;
    if (strncmp(type, "int", 3) == 0) {
        (void)sscanf(type, "int %lld %lld", &min, &max);
        number = length <= 18 ? strtoll(value, NULL, 10) : -1;      /* 18 digits are a number of 64 bits */
        return length > 0 && value[strspn(value, "0123456789")] == '\0' && number >= min && number <= max ? JY_OK :
            jy_fail(fault, JY_E_BAD_FIELD, name, 0, "must be a whole number from %lld to %lld", min, max);
    }
    if (strcmp(type, "time") == 0)
        return jy_time_parse_rfc3339(value, &time) == JY_OK ? JY_OK :
            jy_fail(fault, JY_E_BAD_FIELD, name, 0, "must be a time such as 2026-01-31T09:00:00Z");
    if (strncmp(type, "enum ", 5) == 0)
        return value[0] != '\0' && value[strcspn(value, " ")] == '\0' && is_word_of(type + 5, value) ? JY_OK :
            jy_fail(fault, JY_E_BAD_FIELD, name, 0, "must be one of: %s", type + 5);
    if (sscanf(type, "text %lld %lld", &min, &max) == 2 && (length < min || length > max))
        return jy_fail(fault, JY_E_BAD_FIELD, name, 0, "must have %lld to %lld bytes", min, max);
    return (problem = plain_problem(value)) == NULL ? JY_OK : jy_fail(fault, JY_E_BAD_FIELD, name, 0, "%s", problem);
}

jy_err
queries_check(const struct route *route, const struct jy_http_request *request, struct jy_fault *fault)
{
    const char *names = names_of(route), *name;
    jy_err rc;

    /* The page's own address may carry what browsers and their tools append; it reads nothing from it. */
    if (strncmp(route->path, API "/", sizeof(API)) != 0)
        return JY_OK;
    for (size_t i = 0; (name = jy_http_query_name(request, i)) != NULL; i++) {
        if (!is_word_of(names, name))
            return names[0] == '\0' ? jy_fail(fault, JY_E_BAD_FIELD, "query", 0, "this request takes none")
                                    : jy_fail(fault, JY_E_BAD_FIELD, "query", 0, "takes only: %s", names);
        if ((rc = check_value(name, jy_http_query(request, name), fault)) != JY_OK)
            return rc;
    }
    return JY_OK;
}
