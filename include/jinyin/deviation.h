/* SPDX-License-Identifier: Apache-2.0 */
/* jinyin/deviation.h: what a writer did against the letter, by name; the rows are jinyin/deviations.def. */
#ifndef JINYIN_DEVIATION_H
#define JINYIN_DEVIATION_H

#include <jinyin/base.h>

/** What a writer did against the letter while the binding holds (seal-formats §4); reported, never hidden. The one table is jinyin/deviations.def. */
enum jy_deviation {
#define JY_DEVIATION_ROW(name, clause, en, zh) JY_DEVIATION_##name,
#include <jinyin/deviations.def>
#undef JY_DEVIATION_ROW
    JY_DEVIATION__COUNT
};
/** A set of deviations: the bit of one is JY_DEV(NAME). */
typedef unsigned __int128 jy_deviations;
#define JY_DEV(name) ((jy_deviations)1 << JY_DEVIATION_##name)
_Static_assert(JY_DEVIATION__COUNT <= 128, "a set of deviations is 128 bits");
/** One row of the table; name is stable, e.g. "SIG_RAW64". */
struct jy_deviation_info {
    const char *name, *clause, *en, *zh;
};
const struct jy_deviation_info *jy_deviation_info(enum jy_deviation deviation);

#endif
