/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facsimile coding (ITU-T T.4 and T.6), line by line. Time follows from the pixels: no line is looked at twice from the same place, and no more runs are read
 * than it has pixels.
 */
#include "picture/fax.h"

#include <stdlib.h>
#include <string.h>

#define CODE_MAX 13u                         /* bits of the longest code */
#define EMPTY_RUNS 4u                        /* of a line that are forgiven: a first one that is white, a last one */

/* The codes of the runs 0 to 63, then 64, 128 … 1728 (T.4 tables 2 and 3a); of both colours 1792, 1856 … 2560 (table 3b). */
static const char *const white_codes[] = {
    "00110101", "000111", "0111", "1000", "1011", "1100", "1110", "1111", "10011", "10100", "00111", "01000", "001000", "000011", "110100", "110101",
    "101010", "101011", "0100111", "0001100", "0001000", "0010111", "0000011", "0000100", "0101000", "0101011", "0010011", "0100100", "0011000", "00000010",
    "00000011", "00011010", "00011011", "00010010", "00010011", "00010100", "00010101", "00010110", "00010111", "00101000", "00101001", "00101010",
    "00101011", "00101100", "00101101", "00000100", "00000101", "00001010", "00001011", "01010010", "01010011", "01010100", "01010101", "00100100",
    "00100101", "01011000", "01011001", "01011010", "01011011", "01001010", "01001011", "00110010", "00110011", "00110100", "11011", "10010", "010111",
    "0110111", "00110110", "00110111", "01100100", "01100101", "01101000", "01100111", "011001100", "011001101", "011010010", "011010011", "011010100",
    "011010101", "011010110", "011010111", "011011000", "011011001", "011011010", "011011011", "010011000", "010011001", "010011010", "011000", "010011011",
};
static const char *const black_codes[] = {
    "0000110111", "010", "11", "10", "011", "0011", "0010", "00011", "000101", "000100", "0000100", "0000101", "0000111", "00000100", "00000111", "000011000",
    "0000010111", "0000011000", "0000001000", "00001100111", "00001101000", "00001101100", "00000110111", "00000101000", "00000010111", "00000011000",
    "000011001010", "000011001011", "000011001100", "000011001101", "000001101000", "000001101001", "000001101010", "000001101011", "000011010010",
    "000011010011", "000011010100", "000011010101", "000011010110", "000011010111", "000001101100", "000001101101", "000011011010", "000011011011",
    "000001010100", "000001010101", "000001010110", "000001010111", "000001100100", "000001100101", "000001010010", "000001010011", "000000100100",
    "000000110111", "000000111000", "000000100111", "000000101000", "000001011000", "000001011001", "000000101011", "000000101100", "000001011010",
    "000001100110", "000001100111", "0000001111", "000011001000", "000011001001", "000001011011", "000000110011", "000000110100", "000000110101",
    "0000001101100", "0000001101101", "0000001001010", "0000001001011", "0000001001100", "0000001001101", "0000001110010", "0000001110011", "0000001110100",
    "0000001110101", "0000001110110", "0000001110111", "0000001010010", "0000001010011", "0000001010100", "0000001010101", "0000001011010", "0000001011011",
    "0000001100100", "0000001100101",
};
static const char *const long_codes[] = {
    "00000001000", "00000001100", "00000001101", "000000010010", "000000010011", "000000010100", "000000010101", "000000010110", "000000010111",
    "000000011100", "000000011101", "000000011110", "000000011111",
};

static void
add_code(uint16_t *runs, const char *code, unsigned run)
{
    unsigned len = (unsigned)strlen(code), value = (unsigned)strtoul(code, NULL, 2) << (CODE_MAX - len);

    for (unsigned i = 0; i < 1u << (CODE_MAX - len); i++)
        runs[value + i] = (uint16_t)(len << 12 | run);       /* 13 << 12 still fits, and so does 2560 < 1 << 12 */
}

struct fax *
fax_new(void)
{
    struct fax *fax = calloc(1, sizeof(*fax));

    for (unsigned colour = 0; fax != NULL && colour < 2; colour++) {
        const char *const *codes = colour == 0 ? white_codes : black_codes;
        for (unsigned i = 0; i < sizeof(white_codes) / sizeof(white_codes[0]); i++)
            add_code(fax->runs[colour], codes[i], i < 64 ? i : (i - 63) * 64);
        for (unsigned i = 0; i < sizeof(long_codes) / sizeof(long_codes[0]); i++)
            add_code(fax->runs[colour], long_codes[i], 1792 + i * 64);
    }
    return fax;
}

/* A run: any number of make-up codes and the one that ends it. */
static bool
take_run(const struct fax *fax, struct bits *in, unsigned colour, uint32_t room, uint32_t *out)
{
    uint32_t run = 0, entry;

    do {
        entry = fax->runs[colour][bits_peek(in, CODE_MAX)];
        bits_skip(in, entry >> 12);
        run += entry & 0xfff;
        if (entry == 0 || in->past || run > room)
            return false;
    } while ((entry & 0xfff) >= 64);
    *out = run;
    return true;
}

bool
fax_line_1d(const struct fax *fax, struct bits *in, uint8_t *line, uint32_t width)
{
    uint32_t run, left = width + EMPTY_RUNS;

    for (uint32_t at = 0, colour = 0; at < width; at += run, colour ^= 1) {
        if (left-- == 0 || !take_run(fax, in, colour, width - at, &run))
            return false;
        memset(line + at, (int)colour, run);
    }
    return true;
}

/* The first pixel from `at` on whose colour is another than its left neighbour's (T.6 2.2.1: white stands before the line). */
static uint32_t
next_change(const uint8_t *line, uint32_t width, uint32_t at)
{
    uint8_t before = at == 0 ? 0 : line[at - 1];

    while (at < width && line[at] == before)
        at++;
    return at;
}

/* T.6 table 1 */
static const struct mode { uint8_t len, code; enum { VERTICAL, HORIZONTAL, PASS } kind; int shift; } modes[] = {
    { 1, 1, VERTICAL, 0 }, { 3, 3, VERTICAL, 1 }, { 3, 2, VERTICAL, -1 }, { 3, 1, HORIZONTAL, 0 }, { 4, 1, PASS, 0 },
    { 6, 3, VERTICAL, 2 }, { 6, 2, VERTICAL, -2 }, { 7, 3, VERTICAL, 3 }, { 7, 2, VERTICAL, -3 },
};

bool
fax_line_2d(const struct fax *fax, struct bits *in, const uint8_t *above, uint8_t *line, uint32_t width)
{
    uint32_t a0 = 0, colour = 0, left = width + EMPTY_RUNS, b1, b2, runs[2];
    bool begun = false;                                      /* a0 stands before the first pixel until then */

    while (a0 < width) {
        const struct mode *mode = NULL;
        int64_t a1;
        for (size_t i = 0; mode == NULL && i < sizeof(modes) / sizeof(modes[0]); i++)
            if (bits_peek(in, modes[i].len) == modes[i].code)
                mode = &modes[i];
        if (mode == NULL || left-- == 0)
            return false;
        bits_skip(in, mode->len);
        if (in->past)
            return false;
        if (mode->kind == HORIZONTAL) {
            for (unsigned i = 0; i < 2; i++) {
                if (!take_run(fax, in, colour ^ i, width - a0, &runs[i]))
                    return false;
                memset(line + a0, (int)(colour ^ i), runs[i]);
                a0 += runs[i];
            }
            begun = true;
            continue;
        }
        b1 = next_change(above, width, begun ? a0 + 1 : 0);  /* to the right of a0, and of the colour opposite to its own */
        if (b1 < width && above[b1] == colour)
            b1 = next_change(above, width, b1 + 1);
        if (mode->kind == PASS) {
            b2 = b1 < width ? next_change(above, width, b1 + 1) : width;
            memset(line + a0, (int)colour, b2 - a0);
            a0 = b2;
        } else {
            a1 = (int64_t)b1 + mode->shift;
            if (a1 < a0 || a1 > width)
                return false;
            memset(line + a0, (int)colour, (size_t)a1 - a0);
            a0 = (uint32_t)a1;
            colour ^= 1;
        }
        begun = true;
    }
    return true;
}
