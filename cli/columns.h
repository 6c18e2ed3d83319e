/* SPDX-License-Identifier: Apache-2.0 */
/* columns.h: tables on a terminal, where a Chinese character takes two columns. */
#ifndef JY_COLUMNS_H
#define JY_COLUMNS_H

/** Columns that a terminal gives a text in UTF-8. */
int columns_of(const char *text);
/** The text, then blanks until it has so many columns. */
void print_column(const char *text, int columns);

#endif
