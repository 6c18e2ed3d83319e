/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes a package from inside: a byte changed in a ZIP mostly breaks a checksum, and what reads the parts is never reached. Three times of four one part is
 * changed, named anew, or exchanged for another, and the package made anew, stored; else, and what is no package, the bytes as they are.
 */
#include <codec/zip.h>

#include <string.h>

#define PARTS_MAX 64
#define PART_MAX 32768u                       /* bytes */
#define ROOM 4096u                            /* bytes by which a part may grow */

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

struct parts {
    struct jy_zip_new list[PARTS_MAX];
    struct jy_buf bytes[PARTS_MAX];
    size_t count;
};

static bool
read_parts(struct jy_zip *zip, struct parts *parts)
{
    if (jy_zip_count(zip) == 0 || jy_zip_count(zip) > PARTS_MAX)
        return false;
    for (size_t i = 0; i < jy_zip_count(zip); i++) {
        struct jy_buf *bytes = &parts->bytes[parts->count];
        if (jy_zip_entry(zip, i)->directory)
            continue;
        if (jy_zip_read(zip, i, PART_MAX, bytes, NULL) != JY_OK)
            return false;
        parts->list[parts->count++] = (struct jy_zip_new){ jy_zip_entry(zip, i)->name, jy_buf_slice(bytes) };
    }
    return parts->count > 0;
}

static void
change_part(struct parts *parts, unsigned seed, uint8_t room[static PART_MAX + ROOM], char name[static 64])
{
    struct jy_zip_new *part = &parts->list[seed / 64 % parts->count];
    size_t len;

    if (seed / 4 % 16 == 0) {
        part->bytes = parts->list[seed / 4096 % parts->count].bytes;
        return;
    }
    if (seed / 4 % 16 == 1) {
        len = strnlen(part->name, 63);
        memcpy(name, part->name, len);
        len = LLVMFuzzerMutate((uint8_t *)name, len, 63);
        name[len] = '\0';
        part->name = name;
        return;
    }
    memcpy(room, part->bytes.p != NULL ? part->bytes.p : room, part->bytes.len);
    part->bytes = JY_SLICE(room, LLVMFuzzerMutate(room, part->bytes.len, PART_MAX + ROOM));
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    static uint8_t room[PART_MAX + ROOM];
    char name[64];
    struct parts parts = { 0 };
    struct jy_pieces pieces = { 0 };
    struct jy_zip *zip = NULL;
    struct jy_buf made = { 0 };
    bool changed = seed % 4 != 0 && jy_zip_open(JY_SLICE(data, size), &zip, NULL) == JY_OK && read_parts(zip, &parts);

    if (changed) {
        change_part(&parts, seed, room, name);
        changed = jy_zip_make(parts.list, parts.count, 33, 0, &pieces, NULL) == JY_OK && jy_pieces_join(&pieces, &made) == JY_OK && made.len <= max_size;
    }
    if (changed) {
        memcpy(data, made.p, made.len);
        size = made.len;
    }
    jy_pieces_free(&pieces);
    jy_buf_free(&made);
    for (size_t i = 0; i < PARTS_MAX; i++)
        jy_buf_free(&parts.bytes[i]);
    jy_zip_free(zip);
    return changed ? size : LLVMFuzzerMutate(data, size, max_size);
}
