/* SPDX-License-Identifier: Apache-2.0 */
/* place/place.h: what the ways of placing share. Private to lib/place. */
#ifndef JY_PLACE_PLACE_H
#define JY_PLACE_PLACE_H

#include <jinyin/place.h>

JY_CHECK jy_err places_add(struct jy_places *places, const struct jy_stamp_place *place, struct jy_fault *fault);
/** Blanks of every width, and what is not seen. */
bool place_is_blank(uint32_t code);
/** JY_E_PAGE_RANGE when a page of the list has no size. */
JY_CHECK jy_err places_check_pages(const struct jy_page_list *pages, size_t page_count, struct jy_fault *fault);

#endif
