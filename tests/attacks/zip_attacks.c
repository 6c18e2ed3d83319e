/* SPDX-License-Identifier: Apache-2.0 */
/* The container: bytes in which different readers would see different entries (GB/T 33190-2016 5, APPNOTE 6.3). */
#include "package.h"

/* The signed package, and one entry more or another one in the place of a part. */
struct zip_row {
    const char *part;                 /* the part whose entry lies, or NULL: an entry more */
    struct raw_entry entry;           /* what it says; name and bytes are the part's when they are not given */
};

static void
make_entry(const struct attack *self, struct jy_buf *out)
{
    const struct zip_row *row = self->arg;
    struct raw_entry entries[PARTS_MAX + 1] = { 0 };
    struct package p = { 0 };
    size_t n;

    package_base(&p);
    package_sign(&p, 0, NULL);
    for (n = 0; n < p.count; n++) {
        entries[n] = (struct raw_entry){ .name = p.list[n].name, .bytes = jy_buf_slice(&p.list[n].bytes), .method = 8 };
        if (row != NULL && row->part != NULL && strcmp(row->part, p.list[n].name) == 0) {
            struct raw_entry honest = entries[n];
            entries[n] = row->entry;
            entries[n].name = row->entry.name != NULL ? row->entry.name : honest.name;
            if (row->entry.text == NULL)
                entries[n].bytes = honest.bytes;
        }
    }
    if (row != NULL && row->part == NULL)
        entries[n++] = row->entry;
    raw_zip(entries, n, out);
    package_free(&p);
}

#define PAGE0 "Doc_0/Pages/Page_0/Content.xml"
#define ENTRY(...) make_entry, &(const struct zip_row){ __VA_ARGS__ }

static const struct attack rows[] = {
    { "honest", "the package as every row makes it, with no lie", make_entry, .verdict = JY_VALID_WITH_WARNING },
    { "local-name", "the local header of a page has another name: stream readers miss the page", ENTRY(PAGE0, { .local_name = "Doc_0/Pages/Page_0/Content.xmk", .method = 8 }),
      .refused = JY_E_AMBIGUOUS },
    { "duplicate-name", "two entries of one name: some readers take the first, some the last", ENTRY(NULL, { .name = PAGE0, .text = "<Page/>" }),
      .refused = JY_E_AMBIGUOUS },
};

int
main(void)
{
    static const struct attack_family family = { "zip", "ofd", rows, sizeof(rows) / sizeof(rows[0]) };

    return attacks_run(&family);
}
