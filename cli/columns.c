/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/columns.h"

#include <stdio.h>

/* East Asian Width "wide", as far as the words of these tours go. */
int
columns_of(const char *text)
{
    int columns = 0;

    for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++)
        if ((*p & 0xC0) != 0x80)
            columns += *p >= 0xE3 ? 2 : 1;                 /* U+3000 and above */
    return columns;
}

void
print_column(const char *text, int columns)
{
    int blanks = columns - columns_of(text);

    printf("%s%*s", text, blanks > 0 ? blanks : 0, "");
}
