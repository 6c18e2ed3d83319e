/* SPDX-License-Identifier: Apache-2.0 */
/* fixtures.h: the signed files whose bytes are changed, made anew for each run; small, so that few changes reach every byte. */
#ifndef JY_MUTATE_FIXTURES_H
#define JY_MUTATE_FIXTURES_H

#include <jinyin/verify.h>

#define FIXTURES_MAX 24

/* Where the CRC of an entry's content stands, in its local header and in the directory. */
struct stored { size_t data, len, local_crc, directory_crc; };
struct fixture {
    const char *name, *ext;
    struct jy_buf file;
    size_t signatures;
    struct stored *parts;             /* of a package whose parts are all stored: a change inside of one mends its CRC; NULL: changes are bare */
    size_t part_count;
};
extern struct fixture fixtures[FIXTURES_MAX];
extern size_t fixture_count;

/** Makes them all; each is valid by fixture_verify or the program ends. */
void fixtures_make(const char *data);
void fixtures_free(void);
/** Judges a file by the trust and evidence of the fixtures, as jy_verify. */
JY_CHECK jy_err fixture_verify(struct jy_slice file, struct jy_report **out);

#endif
