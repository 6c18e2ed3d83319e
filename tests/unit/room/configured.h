/* SPDX-License-Identifier: Apache-2.0 */
/* configured.h: the configuration that a room under test is given. */
#ifndef JY_TEST_ROOM_CONFIGURED_H
#define JY_TEST_ROOM_CONFIGURED_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemons/room/internal.h"
#include "tests/unit/memory_file.h"

/* What a room sees of an empty configuration: every key of the table, whatever is added to it. */
static inline int
room_config(enum jy_room seen_by)
{
    json_t *whole = NULL, *part;
    char *text;
    int fd;

    assert_int_equal(jy_config_read(jy_slice_text("{}"), "/etc/jinyin", &whole, NULL), JY_OK);
    part = jy_config_part(whole, seen_by);
    text = json_dumps(part, JSON_COMPACT);
    assert_non_null(text);
    fd = memory_file(jy_slice_text(text));
    free(text);
    json_decref(part);
    json_decref(whole);
    return fd;
}

#endif
