/* SPDX-License-Identifier: Apache-2.0 */
/* tour.h: what the tours share: how they talk to a person, keep files and ask for verdicts. */
#ifndef JY_TOUR_H
#define JY_TOUR_H

#include "cli/life.h"

struct tour {
    struct life life;
    const char *dir;                  /* where files are kept */
    int step, unexpected;             /* unexpected: answers that a right service would not give */
};
/** " 7  R9      zh · en", numbered. */
void tour_say(struct tour *tour, const char *article, const char *zh, const char *en);
/** A line below it. */
void tour_detail(const char *format, ...) __attribute__((format(printf, 1, 2)));
/** The same about an answer that a right service would not give; counted. */
void tour_unexpected(struct tour *tour, const char *format, ...) __attribute__((format(printf, 2, 3)));
/** A step that must be refused with this code. */
void tour_expect_refusal(struct tour *tour, jy_err rc, const char *code, const struct jy_fault *fault);

/** A file into memory. Errors: JY_E_IO. */
JY_CHECK jy_err tour_read(const char *path, struct jy_buf *out, struct jy_fault *fault);
/** Bytes into DIR/NAME with a suffix, e.g. "contract" + ".stamped.ofd". */
JY_CHECK jy_err tour_keep(const struct tour *tour, const char *name, const char *suffix, struct jy_slice bytes, struct jy_fault *fault);
/** "contract.ofd" → "contract" and ".ofd". */
const char *tour_extension(const char *name, char base[256]);
/** The picture of page 1 into DIR/NAME with a suffix, or a line that says why there is none. Errors: JY_E_IO. */
JY_CHECK jy_err tour_draw(const struct tour *tour, const char *name, const char *suffix, struct jy_slice file, struct jy_fault *fault);

/** What the service says of a file, and of its last signature: the one that this tour made. */
struct judged { char file[33], own[33], reason[256]; };
/** The service's verdict on bytes; the report is kept as DIR/NAME with SUFFIX.json and SUFFIX.txt, unless suffix is NULL. */
JY_CHECK jy_err tour_verify(struct tour *tour, const char *name, const char *suffix, struct jy_slice bytes, struct judged *judged, struct jy_fault *fault);
bool tour_is_valid(const char *verdict);
/** Where a stamp goes: near the bottom right of page 1, wholly on the page whatever its size. */
void tour_choose_place(const json_t *document, double *x_mm, double *y_mm);

/** One seal's life on these files. */
JY_CHECK jy_err tour_life(struct tour *tour, char **paths, size_t count, struct jy_fault *fault);
/** Every kind of seal, or those named, through every kind of application, the outside systems failing in between; `fsck` at the end. */
JY_CHECK jy_err tour_all(struct tour *tour, char **paths, size_t count, char **kinds, size_t kind_count, struct jy_fault *fault);

#endif
