/* SPDX-License-Identifier: Apache-2.0 */
/* Heads and targets from hostile bytes: no crash, no leak, and what passes has one length, one Host and one spelling. */
#include <stdlib.h>
#include <string.h>

#include "../tests/unit/net/head.h"
#include "codec/text.h"
#include "net/guard.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool claim)
{
    if (!claim)
        abort();
}

static size_t
count_fields(const struct jy_guard *guard, const char *name)
{
    size_t count = 0;

    for (size_t i = 0; i < guard->field_count; i++)
        count += strcasecmp(guard->fields[i].name, name) == 0;
    return count;
}

static void
check_target(const struct jy_guard *guard)
{
    must(guard->path[0] == '/' && strpbrk(guard->path, "%?#\\ \r\n") == NULL);
    must(strstr(guard->path, "//") == NULL && strstr(guard->path, "/../") == NULL);
    for (size_t i = 0; i < guard->query_count; i++) {
        must(guard->query[i].name[0] != '\0' && jy_guard_query(guard, guard->query[i].name) == guard->query[i].value);
        for (const char *p = guard->query[i].value; *p != '\0'; p++)
            must((uint8_t)*p >= 0x20 && *p != 0x7F);
        must(jy_utf8_is_valid(jy_slice_text(guard->query[i].value)));
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct jy_guard guard = { 0 };
    char *target = malloc(size + 1);
    uint8_t *head = malloc(size + 1);

    must(target != NULL && head != NULL);
    if (size > 0)
        memcpy(head, data, size);
    head[size] = 0;
    if (jy_guard_target((const char *)head, &guard, NULL) == JY_OK)
        check_target(&guard);
    jy_guard_free(&guard);
    test_head_cut(head, size, target);
    if (jy_guard_read(JY_SLICE(head, size), target, &guard, NULL) == JY_OK) {
        check_target(&guard);
        must(count_fields(&guard, "Host") == 1);
        must(count_fields(&guard, "Content-Length") + count_fields(&guard, "Transfer-Encoding") <= 1);
        must((guard.content_length < 0) == (count_fields(&guard, "Transfer-Encoding") == 1));
        for (size_t i = 0; i < guard.field_count; i++)
            must(jy_guard_is_name(guard.fields[i].name) && jy_guard_is_value(guard.fields[i].value));
    }
    jy_guard_free(&guard);
    free(target);
    free(head);
    return 0;
}
