/* SPDX-License-Identifier: Apache-2.0 */
/* stamp.h: what a person asks of `jinyin stamp`, and the places that it comes to. */
#ifndef JY_STAMP_H
#define JY_STAMP_H

#include <jinyin/place.h>

#define STAMPS_MAX 20
#define SPOTS_MAX 20                   /* of one seal */

enum stamp_kind { SPOT_AT, SPOT_SEAM, SPOT_KEYWORD };
struct stamp_spot {
    enum stamp_kind kind;
    const char *pages;                 /* NULL: named later, or all where that makes sense */
    struct jy_spot at;
    struct jy_seam seam;
    struct jy_anchor anchor;
    char word[JY_KEYWORD_MAX * 4 + 1];
    bool blanks_count, which_said, has_x, has_y;
};
/** One seal, impressed with one signature. */
struct stamp_wish {
    const char *seal, *key, *cert;
    double width_mm, height_mm;        /* 0: the seal's own */
    struct stamp_spot spots[SPOTS_MAX];
    size_t spot_count;
    bool lock;
};
struct stamp_wishes {
    struct stamp_wish list[STAMPS_MAX];
    size_t count;
    const char *trust, *tsa, *evidence, *in, *out;     /* evidence: where what proves the stamps is kept */
    const char *request;               /* of `stamp-prepare` only, which has no key and no certificate: where what the service is asked goes */
};

/** Read the command line; says what is wrong on stderr and returns EXIT_USAGE, else 0. */
int stamp_read(int argc, char **argv, struct stamp_wishes *out);
/** The picture as drawn: what was asked for, else the seal's own; each side follows the other. JY_E_ARGUMENT: it would be stretched. */
JY_CHECK jy_err stamp_size(const struct stamp_wish *wish, const struct jy_seal *seal, double *width_mm, double *height_mm, struct jy_fault *fault);
/** The places of one seal on this document; width and height are those of the picture as drawn. PDF text is read by poppler's child. */
JY_CHECK jy_err stamp_places(const struct stamp_wish *wish, double width_mm, double height_mm, struct jy_slice file, struct jy_document *doc,
                             struct jy_places *out, struct jy_fault *fault);

#endif
