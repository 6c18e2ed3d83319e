/* SPDX-License-Identifier: Apache-2.0 */
/* Corners, edges and sides by the names that people write. */
#include <jinyin/place.h>

#include <string.h>

struct name { const char *name; int value; };

static bool
find(const struct name *table, size_t count, const char *text, int *out)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(table[i].name, text) == 0) {
            *out = table[i].value;
            return true;
        }
    return false;
}
#define FIND(table, text, out) find(table, sizeof(table) / sizeof((table)[0]), text, out)

bool
jy_corner_by_name(const char *name, enum jy_corner *out)
{
    static const struct name names[] = {
        { "top-left", JY_CORNER_TOP_LEFT }, { "top-right", JY_CORNER_TOP_RIGHT }, { "bottom-left", JY_CORNER_BOTTOM_LEFT },
        { "bottom-right", JY_CORNER_BOTTOM_RIGHT }, { "centre", JY_CORNER_CENTRE }, { "center", JY_CORNER_CENTRE },
    };
    int value = 0;
    bool found = FIND(names, name, &value);

    *out = (enum jy_corner)value;
    return found;
}

bool
jy_edge_by_name(const char *name, enum jy_edge *out)
{
    static const struct name names[] = { { "right", JY_EDGE_RIGHT }, { "left", JY_EDGE_LEFT }, { "top", JY_EDGE_TOP }, { "bottom", JY_EDGE_BOTTOM } };
    int value = 0;
    bool found = FIND(names, name, &value);

    *out = (enum jy_edge)value;
    return found;
}

bool
jy_side_by_name(const char *name, enum jy_side *out)
{
    static const struct name names[] = {
        { "on", JY_SIDE_ON }, { "right", JY_SIDE_RIGHT }, { "left", JY_SIDE_LEFT }, { "below", JY_SIDE_BELOW }, { "above", JY_SIDE_ABOVE },
    };
    int value = 0;
    bool found = FIND(names, name, &value);

    *out = (enum jy_side)value;
    return found;
}
