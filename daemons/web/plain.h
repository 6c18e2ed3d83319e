/* SPDX-License-Identifier: Apache-2.0 */
/* plain.h: text that reads the same for everybody: what people see is what is stored, compared and approved. */
#ifndef JY_PLAIN_H
#define JY_PLAIN_H

#include <jinyin/base.h>

/**
 * NULL when text (UTF-8, NUL-terminated) is plain; else what is wrong with it, English, for a fault. Refused: control characters (C0, DEL, C1), line and
 * paragraph separators, what reorders or hides text (bidirectional marks and overrides, zero-width and other invisible characters, tags), noncharacters,
 * and text that is not in Normalization Form C (UAX #15), which looks like another and is not equal to it. Characters of every plane are taken: names
 * of people need them (GB 18030-2022).
 */
const char *plain_problem(const char *text);

#endif
