/* SPDX-License-Identifier: Apache-2.0 */
/* What a configuration may say of a node (N7), and what follows for its rooms. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "ipc/node.h"

#define SERVED "postgresql:host=/run/postgresql dbname=jinyin user=jinyin_web"

static void
read__a_node_needs_a_database_that_can_be_shared(void **state)
{
    const struct { const char *name, *store; jy_err err; enum jy_node node; } rows[] = {
        { "whole", "sqlite:jinyin.db", JY_OK, JY_NODE_WHOLE },
        { "whole", SERVED, JY_OK, JY_NODE_WHOLE },
        { "making", SERVED, JY_OK, JY_NODE_MAKING },
        { "stamping", SERVED, JY_OK, JY_NODE_STAMPING },
        { "verification", SERVED, JY_OK, JY_NODE_VERIFICATION },
        { "making", "sqlite:jinyin.db", JY_E_UNSUPPORTED, 0 },
        { "verification", "sqlite:jinyin.db", JY_E_UNSUPPORTED, 0 },
        { "verification", "", JY_E_UNSUPPORTED, 0 },
        { "", SERVED, JY_E_BAD_FIELD, 0 },
        { "none", SERVED, JY_E_BAD_FIELD, 0 },
        { "Making", SERVED, JY_E_BAD_FIELD, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        enum jy_node node;
        assert_int_equal(jy_node_read(rows[i].name, rows[i].store, &node, NULL), rows[i].err);
        if (rows[i].err == JY_OK) {
            assert_int_equal(node, rows[i].node);
            assert_string_equal(jy_node_name(node), rows[i].name);
        }
    }
}

/* Where nobody's key is needed there is no key room, and where nobody outside is asked no link. */
static void
rooms__are_those_that_a_node_needs(void **state)
{
    const struct { enum jy_node node; bool web, doc, key, link, page; } rows[] = {
        { JY_NODE_WHOLE, true, true, true, true, true },
        { JY_NODE_MAKING, true, false, true, true, false },
        { JY_NODE_STAMPING, true, true, true, true, true },
        { JY_NODE_VERIFICATION, true, true, false, false, false },
        { JY_NODE_NONE, false, false, false, false, false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(jy_node_has_room(rows[i].node, JY_ROOM_WEB), rows[i].web);
        assert_int_equal(jy_node_has_room(rows[i].node, JY_ROOM_DOC), rows[i].doc);
        assert_int_equal(jy_node_has_room(rows[i].node, JY_ROOM_KEY), rows[i].key);
        assert_int_equal(jy_node_has_room(rows[i].node, JY_ROOM_LINK), rows[i].link);
        assert_int_equal(jy_node_has_room(rows[i].node, JY_ROOM_PAGE), rows[i].page);
    }
}

static void
list__names_the_nodes_and_never_runs_over(void **state)
{
    char text[60], small[8];

    (void)state;
    jy_node_list(JY_NODE_WHOLE | JY_NODE_STAMPING | JY_NODE_VERIFICATION, text, sizeof(text));
    assert_string_equal(text, "stamping or verification");
    jy_node_list(JY_NODE_WHOLE, text, sizeof(text));
    assert_string_equal(text, "");
    jy_node_list(~0u, small, sizeof(small));
    assert_true(strlen(small) < sizeof(small));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(read__a_node_needs_a_database_that_can_be_shared),
        cmocka_unit_test(rooms__are_those_that_a_node_needs),
        cmocka_unit_test(list__names_the_nodes_and_never_runs_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
