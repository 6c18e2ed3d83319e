/* SPDX-License-Identifier: Apache-2.0 */
/* Stamps lie above the page (GB/T 33190 18.2): what the stamps of later signatures hide of the pages that an earlier one has signed. */
#include <ofd/package.h>

#include <stdio.h>
#include <stdlib.h>

/* Of a page: a stamp covers a few percent, what hides a page covers most of it. Many parties may sign one page. */
#define COVERED_BY_ONE 0.25
#define COVERED_BY_ALL 0.5

struct share {
    double one, most, all;            /* of the signature that is looked at, of the one that covers most, of all */
};

/* mm of a side that lie on the page. */
static double
on_page(double at, double side, double page)
{
    double end = at + side < page ? at + side : page, begin = at > 0 ? at : 0;

    return end > begin ? end - begin : 0;
}

double
ofd_share(const struct ofd *ofd, const struct jy_stamp_place *place)
{
    const struct jy_page *page = &ofd->pages[place->page - 1].size;
    struct jy_box seen = jy_place_visible(place);

    /* Beyond its own picture a clip shows nothing. */
    seen.width_mm = on_page(seen.x_mm - place->x_mm, seen.width_mm, place->width_mm);
    seen.height_mm = on_page(seen.y_mm - place->y_mm, seen.height_mm, place->height_mm);
    seen.x_mm = seen.x_mm > place->x_mm ? seen.x_mm : place->x_mm;
    seen.y_mm = seen.y_mm > place->y_mm ? seen.y_mm : place->y_mm;
    return on_page(seen.x_mm, seen.width_mm, page->width_mm) * on_page(seen.y_mm, seen.height_mm, page->height_mm) /
        (page->width_mm * page->height_mm);
}

/* The list is protected by nobody, so its order says nothing: later is whose Signature.xml the signature does not cover. */
static jy_err
check(struct ofd *ofd, size_t k, struct share *shares)
{
    struct jy_signature *sig = &ofd->signatures[k];
    size_t failed = 0;
    jy_err err = JY_OK;

    for (size_t j = 0; j < ofd->signature_count; j++) {
        const struct jy_signature *other = &ofd->signatures[j];

        if (j == k || ofd->extras[j].file == SIZE_MAX || ofd->extras[k].covered[ofd->extras[j].file])
            continue;
        for (size_t i = 0; i < other->place_count; i++) {
            struct share *share = &shares[other->places[i].page - 1];
            double more = ofd_share(ofd, &other->places[i]);

            share->one += more;
            share->all += more;
            share->most = share->one > share->most ? share->one : share->most;
        }
        for (size_t i = 0; i < other->place_count; i++)
            shares[other->places[i].page - 1].one = 0;
    }
    for (size_t page = 0; page < ofd->page_count; page++) {
        char text[80];

        snprintf(text, sizeof(text), "later stamps cover %.0f %% of page %zu", shares[page].all * 100, page + 1);
        if (err == JY_OK && (shares[page].most > COVERED_BY_ONE || shares[page].all > COVERED_BY_ALL) && ofd->pages[page].body == ofd->extras[k].body)
            err = ofd_note(sig, JY_CHECK_OVERLAY, &failed, sig->path, 0, text);
        shares[page] = (struct share){ 0 };
    }
    return err == JY_OK && failed > OFD_FINDINGS_MAX ? ofd_note_end(sig, JY_CHECK_OVERLAY, failed, "") : err;
}

jy_err
ofd_overlay(struct ofd *ofd, struct jy_fault *fault)
{
    struct share *shares = calloc(ofd->page_count + 1, sizeof(*shares));
    jy_err err = shares == NULL ? jy_fail(fault, JY_E_NOMEM, NULL, 0, "no memory") : JY_OK;

    for (size_t k = 0; err == JY_OK && ofd->signature_count > 1 && k < ofd->signature_count; k++)
        err = check(ofd, k, shares);
    free(shares);
    return err;
}
