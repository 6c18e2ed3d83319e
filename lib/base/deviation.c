/* SPDX-License-Identifier: Apache-2.0 */
/* The table of deviations as values. */
#include <jinyin/deviation.h>

const struct jy_deviation_info *
jy_deviation_info(enum jy_deviation deviation)
{
    static const struct jy_deviation_info rows[JY_DEVIATION__COUNT] = {
#define JY_DEVIATION_ROW(name, clause, en, zh) { #name, clause, en, zh },
#include <jinyin/deviations.def>
#undef JY_DEVIATION_ROW
    };

    return &rows[deviation];
}
