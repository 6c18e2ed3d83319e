/* SPDX-License-Identifier: Apache-2.0 */
/* at_limit.h: one test a row of jinyin/limits.def: limit_NAME(state) hits JY_NAME_MAX exactly (fine) and one beyond it (the error of the row). */
#ifndef JY_TEST_AT_LIMIT_H
#define JY_TEST_AT_LIMIT_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <jinyin/verify.h>

#include <stdlib.h>
#include <string.h>

#define DO(call) assert_int_equal((call), JY_OK)

#define JY_LIMIT(name, value, unit, what, error) void limit_##name(void **state);
#include <jinyin/limits.def>
#undef JY_LIMIT

/** The error that the row promises. */
#define BEYOND(name) JY_BEYOND_##name
enum {
#define JY_LIMIT(name, value, unit, what, error) JY_BEYOND_##name = JY_E_##error,
#include <jinyin/limits.def>
#undef JY_LIMIT
};

/** Error of opening a document and listing its signatures. */
static inline jy_err
open_error(struct jy_slice file)
{
    const struct jy_signature *list;
    struct jy_document *doc = NULL;
    size_t count;
    jy_err rc = jy_document_open(file, &doc, NULL);

    if (rc == JY_OK)
        rc = jy_document_signatures(doc, &list, &count, NULL);
    jy_document_free(doc);
    return rc;
}

#endif
