/* SPDX-License-Identifier: Apache-2.0 */
/* zip_changes.h: the signed package with lies in its ZIP: an entry that says something else, a number overwritten, records put where none belong. */
#ifndef JY_TEST_ZIP_CHANGES_H
#define JY_TEST_ZIP_CHANGES_H

#include "package.h"

#define PAGE0 "Doc_0/Pages/Page_0/Content.xml"
#define FONT "Doc_0/Res/song.ttf"

enum place { IN_DIRECTORY, IN_LOCAL, IN_BOTH, IN_END };
/* A number of a finished package that is overwritten: `at` counts from the beginning of the record, header or end record. */
struct patch {
    enum place place;
    size_t at, local_at;              /* local_at: in the local header, with IN_BOTH */
    int bytes;
    int64_t value;
    bool add;                         /* value is added to what stands there */
};
/* The signed package with one entry more, or another one in the place of a part, or a number overwritten in a part's headers. */
struct zip_row {
    const char *part;                 /* NULL: an entry more */
    struct raw_entry entry;           /* what it says; name and bytes are the part's when they are not given */
    struct patch patches[2];
    struct raw_entry twin;            /* one more entry at the end */
    bool first;                       /* the entry more stands first, not last */
};

static uint8_t *
record_of(const struct jy_buf *file, const char *name)
{
    size_t at = jy_slice_rfind(jy_buf_slice(file), jy_slice_text(name));

    if (at == SIZE_MAX || at < 46 || memcmp(file->p + at - 46, "PK\1\2", 4) != 0)
        abort();
    return file->p + at - 46;
}

static uint32_t
number_at(const uint8_t *p, int bytes)
{
    uint32_t value = 0;

    for (int i = 0; i < bytes; i++)
        value |= (uint32_t)p[i] << (8 * i);
    return value;
}

static void
overwrite(uint8_t *p, const struct patch *patch)
{
    uint64_t value = (uint64_t)patch->value + (patch->add ? number_at(p, patch->bytes) : 0);

    for (int i = 0; i < patch->bytes; i++)
        p[i] = (uint8_t)(value >> (8 * i));
}

static void
apply(struct jy_buf *file, const char *part, const struct patch *patch)
{
    uint8_t *end = file->p + jy_slice_rfind(jy_buf_slice(file), JY_SLICE("PK\5\6", 4)), *record = part == NULL ? NULL : record_of(file, part);

    if (patch->bytes == 0)
        return;
    if (patch->place == IN_END)
        overwrite(end + patch->at, patch);
    if (patch->place == IN_DIRECTORY || patch->place == IN_BOTH)
        overwrite(record + patch->at, patch);
    if (patch->place == IN_LOCAL || patch->place == IN_BOTH)
        overwrite(file->p + number_at(record + 42, 4) + (patch->place == IN_BOTH ? patch->local_at : patch->at), patch);
}

static void
make_entry(const struct attack *self, struct jy_buf *out)
{
    const struct zip_row *row = self->arg;
    struct raw_entry entries[PARTS_MAX + 2] = { 0 };
    struct package p = { 0 };
    size_t n = 0;

    package_base(&p);
    package_sign(&p, 0, NULL);
    if (row != NULL && row->first)
        entries[n++] = row->entry;
    for (size_t i = 0; i < p.count; i++, n++) {
        entries[n] = (struct raw_entry){ .name = p.list[i].name, .bytes = jy_buf_slice(&p.list[i].bytes), .method = 8 };
        if (row != NULL && row->part != NULL && strcmp(row->part, p.list[i].name) == 0) {
            struct raw_entry honest = entries[n];
            entries[n] = row->entry;
            if (row->entry.name == NULL)
                entries[n].name = honest.name;
            if (row->entry.text == NULL && row->entry.bytes.p == NULL)
                entries[n].bytes = honest.bytes;
        }
    }
    if (row != NULL && row->part == NULL && !row->first && row->entry.name != NULL)
        entries[n++] = row->entry;
    if (row != NULL && row->twin.name != NULL)
        entries[n++] = row->twin;
    raw_zip(entries, n, out);
    for (size_t i = 0; row != NULL && i < 2; i++)
        apply(out, row->part, &row->patches[i]);
    package_free(&p);
}

static void
honest_package(struct jy_buf *out)
{
    const struct attack honest = { .arg = NULL };

    make_entry(&honest, out);
}

/* Another package: two pages say something else, and nobody signed it. */
static void
other_package(struct jy_buf *out)
{
    struct package p = { 0 };

    package_base(&p);
    package_edit(&p, PAGE0, "100", "900");
    package_zip(&p, out);
    package_free(&p);
}

static size_t
end_of(const struct jy_buf *file)
{
    return jy_slice_rfind(jy_buf_slice(file), JY_SLICE("PK\5\6", 4));
}

static void
put_at(struct jy_buf *file, size_t at, uint32_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        file->p[at + (size_t)i] = (uint8_t)(value >> (8 * i));
}

/* Bytes put in at a place; the offset of the directory grows by as much. */
static void
insert(struct jy_buf *file, size_t at, struct jy_slice bytes, bool move_directory)
{
    struct jy_buf new = { 0 };
    size_t end;

    raw_add(&new, JY_SLICE(file->p, at));
    raw_add(&new, bytes);
    raw_add(&new, JY_SLICE(file->p + at, file->len - at));
    jy_buf_free(file);
    *file = new;
    end = end_of(file);
    if (move_directory)
        put_at(file, end + 16, number_at(file->p + end + 16, 4) + (uint32_t)bytes.len, 4);
}

static size_t
directory_of(const struct jy_buf *file)
{
    return number_at(file->p + end_of(file) + 16, 4);
}

/* -- whole files -- */

static void
make_prefixed(const struct attack *self, struct jy_buf *out)
{
    honest_package(out);
    insert(out, 0, jy_slice_text(self->arg), false);
}

static void
make_suffixed(const struct attack *self, struct jy_buf *out)
{
    honest_package(out);
    raw_add(out, jy_slice_text(self->arg));
}

static void
make_gap(const struct attack *self, struct jy_buf *out)
{
    honest_package(out);
    insert(out, directory_of(out), jy_slice_text(self->arg), true);
}

static void
make_gap_behind_directory(const struct attack *self, struct jy_buf *out)
{
    honest_package(out);
    insert(out, end_of(out), jy_slice_text(self->arg), false);
}

static void
make_other_first(const struct attack *self, struct jy_buf *out)
{
    struct jy_buf signed_one = { 0 };

    (void)self;
    other_package(out);
    honest_package(&signed_one);
    raw_add(out, jy_buf_slice(&signed_one));
    jy_buf_free(&signed_one);
}

static void
make_other_last(const struct attack *self, struct jy_buf *out)
{
    struct jy_buf other = { 0 };

    (void)self;
    honest_package(out);
    other_package(&other);
    raw_add(out, jy_buf_slice(&other));
    jy_buf_free(&other);
}

/* The other package, whole, as the comment of the signed one: its offsets count from the file's start, so that it is read by who takes the last end. */
static void
make_other_in_comment(const struct attack *self, struct jy_buf *out)
{
    struct jy_buf other = { 0 };
    size_t end;

    (void)self;
    honest_package(out);
    end = end_of(out);
    other_package(&other);
    put_at(out, end + 20, (uint32_t)other.len, 2);
    raw_add(out, jy_buf_slice(&other));
    jy_buf_free(&other);
}

/* The end record of the signed package hides in an entry's data, and its comment is the rest of the file. */
static void
make_end_in_data(const struct attack *self, struct jy_buf *out)
{
    struct jy_buf fake = { 0 };
    struct raw_entry more = { .name = "z.bin" };
    const struct zip_row row = { .entry = more };
    struct zip_row filled = row;
    const struct attack inner = { .arg = &filled };
    size_t at;

    (void)self;
    raw_number(&fake, 0x06054b50, 4);
    for (int i = 0; i < 18; i++)
        raw_number(&fake, 0, 1);
    filled.entry.bytes = jy_buf_slice(&fake);
    make_entry(&inner, out);
    at = jy_slice_find(jy_buf_slice(out), JY_SLICE("PK\5\6", 4));
    put_at(out, at + 20, (uint32_t)(out->len - at - 22), 2);
    put_at(out, number_at(record_of(out, "z.bin") + 42, 4) + 14, (uint32_t)crc32_z(0, out->p + at, 22), 4);
    put_at(out, (size_t)(record_of(out, "z.bin") - out->p) + 16, (uint32_t)crc32_z(0, out->p + at, 22), 4);
    jy_buf_free(&fake);
}

static void
make_long_comment(const struct attack *self, struct jy_buf *out)
{
    honest_package(out);
    put_at(out, end_of(out) + 20, 10, 2);
    raw_add(out, jy_slice_text(self->arg));
}

/* A second directory behind the one that the end record names: by its offset one is read, by where the end record stands the other. */
static void
make_two_directories(const struct attack *self, struct jy_buf *out)
{
    struct jy_buf copy = { 0 };
    size_t at, end;
    uint8_t *record;

    (void)self;
    honest_package(out);
    at = directory_of(out);
    end = end_of(out);
    raw_add(&copy, JY_SLICE(out->p + at, end - at));
    insert(out, end, jy_buf_slice(&copy), false);
    record = record_of(out, PAGE0);                     /* the last one: there the page is the other page */
    memcpy(record + 42, record_of(out, "Doc_0/Pages/Page_1/Content.xml") + 42, 4);
    jy_buf_free(&copy);
}

/* 65,536 records more than the 16-bit count says: who counts reads few, who goes to the end reads all. */
static void
make_count_modulo(const struct attack *self, struct jy_buf *out)
{
    struct raw_entry *entries = calloc(65537, sizeof(*entries));
    char(*names)[8] = calloc(65537, sizeof(*names));

    (void)self;
    if (entries == NULL || names == NULL)
        abort();
    for (size_t i = 0; i < 65537; i++) {
        snprintf(names[i], sizeof(names[i]), i == 0 ? "OFD.xml" : "f%05zx", i);
        entries[i] = (struct raw_entry){ .name = names[i], .text = i == 0 ? "<OFD/>" : "" };
    }
    raw_zip(entries, 65537, out);
    free(entries);
    free(names);
}

/* Both zip64 records before the end record; lie: which number differs. */
enum zip64_lie { NO_LIE, LIE_COUNT, LIE_COUNT_HERE, LIE_SIZE, LIE_OFFSET, LIE_LOCATOR, LIE_GAP, LIE_DISKS };

static void
make_zip64(const struct attack *self, struct jy_buf *out)
{
    enum zip64_lie lie = self->arg == NULL ? NO_LIE : *(const enum zip64_lie *)self->arg;
    struct jy_buf records = { 0 };
    size_t end;
    uint32_t count, size, offset;

    honest_package(out);
    end = end_of(out);
    count = number_at(out->p + end + 10, 2);
    size = number_at(out->p + end + 12, 4);
    offset = number_at(out->p + end + 16, 4);
    raw_number(&records, 0x06064b50, 4);
    raw_number(&records, 44, 8);
    raw_number(&records, 45, 2);
    raw_number(&records, 45, 2);
    raw_number(&records, 0, 8);
    raw_number(&records, count - (lie == LIE_COUNT_HERE), 8);
    raw_number(&records, count - (lie == LIE_COUNT), 8);
    raw_number(&records, size - (lie == LIE_SIZE), 8);
    raw_number(&records, offset - (lie == LIE_OFFSET), 8);
    raw_number(&records, 0x07064b50, 4);
    raw_number(&records, 0, 4);
    raw_number(&records, end - (lie == LIE_LOCATOR), 8);
    raw_number(&records, lie == LIE_DISKS ? 2 : 1, 4);
    if (lie == LIE_GAP)
        raw_number(&records, 0, 1);
    insert(out, end, jy_buf_slice(&records), false);
    jy_buf_free(&records);
}

/* A page of which only the beginning is declared; the beginning has the declared CRC. */
static void
make_declared_short(const struct attack *self, struct jy_buf *out)
{
    const struct zip_row row = { .part = PAGE0, .entry = { .method = 8 } };
    const struct attack inner = { .arg = &row };
    uint8_t *record;
    struct package p = { 0 };
    struct jy_slice page;

    (void)self;
    package_base(&p);
    page = jy_buf_slice(&package_must(&p, PAGE0)->bytes);
    make_entry(&inner, out);
    record = record_of(out, PAGE0);
    for (int place = 0; place < 2; place++) {
        uint8_t *at = place == 0 ? record + 16 : out->p + number_at(record + 42, 4) + 14;
        put_at(out, (size_t)(at - out->p), (uint32_t)crc32_z(0, page.p, page.len - 1), 4);
        put_at(out, (size_t)(at - out->p) + 8, (uint32_t)page.len - 1, 4);
    }
    package_free(&p);
}

/* Bytes behind the end of the deflated data, inside the entry: who reads a stream goes on there. */
static void
make_packed_tail(const struct attack *self, struct jy_buf *out)
{
    struct jy_buf more = { 0 };
    uint8_t *record;
    size_t at;

    raw_add(&more, jy_slice_text(self->arg));
    honest_package(out);
    record = record_of(out, SIGNS);                     /* not the last entry, so that all later offsets move */
    record = record_of(out, "Doc_0/Signs/Sign_0/SignedValue.dat");
    at = number_at(record + 42, 4) + 30 + strlen("Doc_0/Signs/Sign_0/SignedValue.dat") + number_at(record + 20, 4);
    insert(out, at, jy_buf_slice(&more), true);
    record = record_of(out, "Doc_0/Signs/Sign_0/SignedValue.dat");
    put_at(out, (size_t)(record - out->p) + 20, number_at(record + 20, 4) + (uint32_t)more.len, 4);
    put_at(out, number_at(record + 42, 4) + 18, number_at(record + 20, 4), 4);
    jy_buf_free(&more);
}

static void
make_bomb(const struct attack *self, struct jy_buf *out)
{
    struct jy_buf zeros = { 0 };
    struct zip_row row = { .entry = { .name = "bomb", .method = 8 } };
    const struct attack inner = { .arg = &row };

    (void)self;
    MUST(jy_buf_reserve(&zeros, 16u << 20));
    memset(zeros.p, '0', 16u << 20);
    row.entry.bytes = JY_SLICE(zeros.p, 16u << 20);
    make_entry(&inner, out);
    jy_buf_free(&zeros);
}

/* A package that is a PDF as well: the PDF's header among its first bytes, its trailer among the last. */
static void
make_polyglot(const struct attack *self, struct jy_buf *out)
{
    const struct zip_row row = { .entry = { .name = "a.pdf", .text = "%PDF-1.4\n1 0 obj\n<<>>\nendobj\n" }, .first = true };
    const struct attack inner = { .arg = &row };
    size_t end;

    (void)self;
    make_entry(&inner, out);
    end = end_of(out);
    put_at(out, end + 20, (uint32_t)strlen("\nstartxref\n0\n%%EOF\n"), 2);
    raw_add(out, jy_slice_text("\nstartxref\n0\n%%EOF\n"));
}

#endif
