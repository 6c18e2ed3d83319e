/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes PDF so that its tables stay true: bytes are overwritten in place, or an object comes anew in a revision behind the file, as an honest or a
 * dishonest editor would write it. One time of four, and what has no objects, the bytes as they are.
 */
#include <jinyin/base.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OBJECTS_MAX 128
#define BODY_MAX 4096u                        /* bytes of an object that comes anew */
#define ROOM 512u                             /* bytes by which it may grow */
#define PLACE_MAX 64u                         /* bytes that are overwritten */

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

struct object {
    unsigned long number, generation;
    struct jy_slice body;
};

/* The number that ends right before at, blanks between; false when there is none. */
static bool
number_before(struct jy_slice file, size_t *at, unsigned long *out)
{
    size_t end, begin;

    for (end = *at; end > 0 && file.p[end - 1] == ' '; end--)
        ;
    for (begin = end; begin > 0 && file.p[begin - 1] >= '0' && file.p[begin - 1] <= '9' && end - begin < 9; begin--)
        ;
    if (begin == end)
        return false;
    *out = 0;
    for (size_t i = begin; i < end; i++)
        *out = *out * 10 + (unsigned long)(file.p[i] - '0');
    *at = begin;
    return true;
}

static size_t
find_objects(struct jy_slice file, struct object list[static OBJECTS_MAX])
{
    size_t count = 0, at = 0;

    while (count < OBJECTS_MAX) {
        struct jy_slice rest = JY_SLICE(file.p + at, file.len - at);
        size_t begin = jy_slice_find(rest, JY_SLICE(" obj", 4)), end, number_at;
        struct object *o = &list[count];
        if (begin == SIZE_MAX)
            break;
        number_at = at + begin;
        at += begin + 4;
        rest = JY_SLICE(file.p + at, file.len - at);
        end = jy_slice_find(rest, JY_SLICE("endobj", 6));
        if (end == SIZE_MAX)
            break;
        if (!number_before(file, &number_at, &o->generation) || !number_before(file, &number_at, &o->number))
            continue;
        o->body = JY_SLICE(rest.p, end);
        count++;
    }
    return count;
}

/* The number behind the last occurrence of a word, or 0. */
static unsigned long
last_number(struct jy_slice file, const char *word)
{
    size_t at = jy_slice_rfind(file, jy_slice_text(word));
    char text[24] = { 0 };

    if (at == SIZE_MAX)
        return 0;
    at += strlen(word);
    memcpy(text, file.p + at, file.len - at < sizeof(text) - 1 ? file.len - at : sizeof(text) - 1);
    return strtoul(text, NULL, 10);
}

/* An object of the file, changed or under the number of another one, in a revision of its own. */
static jy_err
add_revision(struct jy_slice file, const struct object *list, size_t count, unsigned seed, struct jy_buf *out)
{
    static uint8_t room[BODY_MAX + ROOM];
    const struct object *o = &list[seed % count], *as = seed / 256 % 4 == 0 ? &list[seed / 1024 % count] : o;
    unsigned long size = last_number(file, "/Size "), number = seed / 256 % 16 == 1 ? size : as->number;
    size_t len = o->body.len, at, table;
    jy_err rc;

    if (len > BODY_MAX)
        return JY_E_LIMIT;
    memcpy(room, o->body.p, len);
    if (as == o)
        len = LLVMFuzzerMutate(room, len, BODY_MAX + ROOM);
    if ((rc = jy_buf_add(out, file)) != JY_OK || (rc = jy_buf_text(out, "\n")) != JY_OK)
        return rc;
    at = out->len;
    if ((rc = jy_buf_fmt(out, "%lu %lu obj", number, as->generation)) != JY_OK || (rc = jy_buf_add(out, JY_SLICE(room, len))) != JY_OK ||
        (rc = jy_buf_text(out, "endobj\n")) != JY_OK)
        return rc;
    table = out->len;
    return jy_buf_fmt(out, "xref\n%lu 1\n%010zu %05lu n \ntrailer\n<< /Size %lu /Root %lu 0 R /Prev %lu >>\nstartxref\n%zu\n%%%%EOF\n", number, at, as->generation,
                      number < size ? size : number + 1, last_number(file, "/Root "), last_number(file, "startxref"), table);
}

static void
overwrite(uint8_t *data, size_t size, unsigned seed)
{
    uint8_t room[PLACE_MAX];
    size_t len = size < PLACE_MAX ? size : 1 + seed % PLACE_MAX, at = size > len ? seed / PLACE_MAX % (size - len) : 0;

    memcpy(room, data + at, len);
    memcpy(data + at, room, LLVMFuzzerMutate(room, len, len));
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    static struct object list[OBJECTS_MAX];
    struct jy_buf made = { 0 };
    size_t count = seed % 4 == 0 ? 0 : find_objects(JY_SLICE(data, size), list), len = 0;

    if (count == 0)
        return LLVMFuzzerMutate(data, size, max_size);
    if (seed % 4 == 1) {
        overwrite(data, size, seed / 4);
        return size;
    }
    if (add_revision(JY_SLICE(data, size), list, count, seed / 4, &made) == JY_OK && made.len <= max_size) {
        memcpy(data, made.p, made.len);
        len = made.len;
    }
    jy_buf_free(&made);
    return len > 0 ? len : LLVMFuzzerMutate(data, size, max_size);
}
