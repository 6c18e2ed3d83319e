/* SPDX-License-Identifier: Apache-2.0 */
/* draft.h: objects of a PDF at random: of every kind, with keys of every other kind, referring to anything. The same dice give the same objects. */
#ifndef JY_TEST_DRAFT_H
#define JY_TEST_DRAFT_H

#include <jinyin/base.h>

#define DRAFT_MAX 4096                /* bytes of an object's text */
#define DRAFT_IDS 42                  /* objects that references go to: 1 to this */
#define DRAFT_FIRST 13
#define DRAFT_SECOND "/FT /Sig /T (second) /Type /Annot /Subtype /Widget /Rect [0 0 0 0] /P 3 0 R /F 4"   /* keys of the field 26, for a further signature */
#define LOW_TOP 640                   /* of the page's 800 points; the text of the page stands above */

struct dice {
    uint64_t state;
};
/** 0 to n - 1. */
size_t dice_roll(struct dice *dice, size_t n);

/**
 * Objects of a first revision: a page that draws with a font, a form, a state or a pattern under a name that is a key of something else as well, and on the
 * way to it objects that say that they are something else, or are named where such things are; a second page draws the same, without annotations. At most
 * DRAFT_FIRST; returns how many. ids: their numbers.
 */
size_t draft_first(struct dice *dice, int ids[DRAFT_FIRST], char texts[DRAFT_FIRST][DRAFT_MAX]);
/** The text of an object, also of one in an object stream, as the last revision of the file has it; false when it has none that fits. */
bool draft_present(struct jy_slice file, int id, char out[DRAFT_MAX]);
/** The last object stream of the file, with one of its objects changed, or its head; returns its number, 0: there is none that fits. */
int draft_object_stream(struct dice *dice, struct jy_slice file, char out[DRAFT_MAX]);
/** Bytes that no section names: another object under the number of one that draws. */
void draft_hidden(struct dice *dice, struct jy_slice file, struct jy_buf *out);
/** A text for this object: a new one, that of another object, or its own with keys put in, changed or taken out. low: its rectangles lie below LOW_TOP. */
void draft_object(struct dice *dice, struct jy_slice file, int id, bool low, char out[DRAFT_MAX]);
/** What the object is now, a little changed, as the keys of a field that gets a value; false when it is no dictionary. */
bool draft_field(struct dice *dice, struct jy_slice file, int id, char out[DRAFT_MAX]);

#endif
