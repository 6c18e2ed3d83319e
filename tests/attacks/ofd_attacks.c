/* SPDX-License-Identifier: Apache-2.0 */
/* The document: what is shown and not protected, references that protect nothing, signatures that come from elsewhere. */
#include "package.h"

typedef void (*change)(struct package *p);
struct ofd_row {
    struct sign_how how;
    change before, after;             /* what is done to the package before it is signed, and after */
};

static void
make_package(const struct attack *self, struct jy_buf *out)
{
    const struct ofd_row *row = self->arg;
    struct package p = { 0 };

    package_base(&p);
    if (row != NULL && row->before != NULL)
        row->before(&p);
    package_sign(&p, 0, row == NULL ? NULL : &row->how);
    if (row != NULL && row->after != NULL)
        row->after(&p);
    package_zip(&p, out);
    package_free(&p);
}

#define PAGE0 "Doc_0/Pages/Page_0/Content.xml"
#define SIGNED(...) make_package, &(const struct ofd_row){ __VA_ARGS__ }
#define LEAVE_OUT(...) .how.leave_out = (const char *const[]){ __VA_ARGS__, NULL }

static void
edit_page(struct package *p)
{
    package_edit(p, PAGE0, "100", "900");
}

static const struct attack rows[] = {
    { "honest", "the package as every row makes it", make_package, .verdict = JY_VALID_WITH_WARNING },
    { "page-edited", "an amount on the page is changed after signing", SIGNED(.after = edit_page), .verdict = JY_INVALID, FAILS(DOC_MODIFIED), .names = PAGE0 },
    { "references-empty", "the list of references is empty and signed so", SIGNED(.how.no_references = true), .verdict = JY_INVALID, FAILS(DOC_MODIFIED) },
    { "page-not-covered", "one page is left out of the references", SIGNED(LEAVE_OUT(PAGE0)), .verdict = JY_INVALID, FAILS(COVERAGE), .names = PAGE0 },
};

int
main(void)
{
    static const struct attack_family family = { "ofd", "ofd", rows, sizeof(rows) / sizeof(rows[0]) };

    return attacks_run(&family);
}
