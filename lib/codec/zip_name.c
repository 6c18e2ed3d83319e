/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of entries. A name is bytes; what it names depends on the reader: the code page it believes in (the UTF-8 flag is often wrong), whether it
 * minds case, composes letters (NFC/NFD), cuts dots and blanks at the end of a part as Windows does, or replaces what a file system forbids.
 * No reader has to be right for the package to be safe: two entries that any of them would take for one are refused. This needs no full Unicode
 * table: where a pair could be equal and only a table would tell (letters with combining marks), it counts as equal.
 */
#include <codec/text.h>
#include <codec/zip_inside.h>

#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#define SEPARATOR 1u                  /* of a key, so that "a", "a/b" stand together when sorted, before "a!" */

/* Code page 437, which APPNOTE D.1 means where the UTF-8 flag is not set. */
static const uint16_t cp437[128] = {
    0x00c7, 0x00fc, 0x00e9, 0x00e2, 0x00e4, 0x00e0, 0x00e5, 0x00e7, 0x00ea, 0x00eb, 0x00e8, 0x00ef, 0x00ee, 0x00ec, 0x00c4, 0x00c5,
    0x00c9, 0x00e6, 0x00c6, 0x00f4, 0x00f6, 0x00f2, 0x00fb, 0x00f9, 0x00ff, 0x00d6, 0x00dc, 0x00a2, 0x00a3, 0x00a5, 0x20a7, 0x0192,
    0x00e1, 0x00ed, 0x00f3, 0x00fa, 0x00f1, 0x00d1, 0x00aa, 0x00ba, 0x00bf, 0x2310, 0x00ac, 0x00bd, 0x00bc, 0x00a1, 0x00ab, 0x00bb,
    0x2591, 0x2592, 0x2593, 0x2502, 0x2524, 0x2561, 0x2562, 0x2556, 0x2555, 0x2563, 0x2551, 0x2557, 0x255d, 0x255c, 0x255b, 0x2510,
    0x2514, 0x2534, 0x252c, 0x251c, 0x2500, 0x253c, 0x255e, 0x255f, 0x255a, 0x2554, 0x2569, 0x2566, 0x2560, 0x2550, 0x256c, 0x2567,
    0x2568, 0x2564, 0x2565, 0x2559, 0x2558, 0x2552, 0x2553, 0x256b, 0x256a, 0x2518, 0x250c, 0x2588, 0x2584, 0x258c, 0x2590, 0x2580,
    0x03b1, 0x00df, 0x0393, 0x03c0, 0x03a3, 0x03c3, 0x00b5, 0x03c4, 0x03a6, 0x0398, 0x03a9, 0x03b4, 0x221e, 0x03c6, 0x03b5, 0x2229,
    0x2261, 0x00b1, 0x2265, 0x2264, 0x2320, 0x2321, 0x00f7, 0x2248, 0x00b0, 0x2219, 0x00b7, 0x221a, 0x207f, 0x00b2, 0x25a0, 0x00a0,
};

struct range {
    uint32_t first, last;
};

static bool
is_in(uint32_t c, const struct range *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (c >= list[i].first && c <= list[i].last)
            return true;
    return false;
}

/* Marks that join the letter before them. */
static const struct range marks[] = { { 0x0300, 0x036f }, { 0x0483, 0x0487 }, { 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff }, { 0x20d0, 0x20ff },
                                      { 0x3099, 0x309a }, { 0xfe20, 0xfe2f } };
/* Characters that normalisation may replace: blocks as a whole, for a pair too much costs nothing but a strange file. */
static const struct range unstable[] = {
    { 0x0300, 0x0387 }, { 0x0483, 0x0487 }, { 0x0591, 0x06ff }, { 0x0900, 0x11ff }, { 0x1ab0, 0x1b7f }, { 0x1dc0, 0x1dff }, { 0x1f00, 0x2001 },
    { 0x20d0, 0x20ff }, { 0x2126, 0x212b }, { 0x2329, 0x232a }, { 0x2adc, 0x2adc }, { 0x3099, 0x309a }, { 0xf900, 0xfaff }, { 0xfb1d, 0xfb4f },
    { 0xfe20, 0xfe2f }, { 0x11000, 0x11fff }, { 0x1d100, 0x1d1ff }, { 0x2f800, 0x2fa1f },
};
/* Characters that some file systems overlook. */
static const struct range ignored[] = { { 0x00ad, 0x00ad }, { 0x200b, 0x200f }, { 0x202a, 0x202e }, { 0x2060, 0x206f }, { 0xfe00, 0xfe0f },
                                        { 0xfeff, 0xfeff } };
#define IN(c, list) is_in(c, list, sizeof(list) / sizeof((list)[0]))

struct text {
    uint32_t c[JY_ZIP_NAME_MAX];
    size_t len;
};

static bool
read_utf8(struct jy_slice name, iconv_t gb18030, struct text *out)
{
    (void)gb18030;
    if (!jy_utf8_is_valid(name))
        return false;
    out->len = 0;
    for (size_t i = 0; i < name.len;) {
        uint8_t b = name.p[i++];
        int more = b < 0x80 ? 0 : b < 0xe0 ? 1 : b < 0xf0 ? 2 : 3;
        uint32_t c = more == 0 ? b : b & (0x3fu >> more);

        for (; more > 0; more--)
            c = c << 6 | (name.p[i++] & 0x3fu);
        out->c[out->len++] = c;
    }
    return true;
}

static bool
read_gb18030(struct jy_slice name, iconv_t gb18030, struct text *out)
{
    char *in = (char *)(uintptr_t)name.p, *to = (char *)out->c;
    size_t left = name.len, room = sizeof(out->c);

    iconv(gb18030, NULL, NULL, NULL, NULL);
    if (iconv(gb18030, &in, &left, &to, &room) == (size_t)-1)
        return false;
    out->len = (sizeof(out->c) - room) / sizeof(out->c[0]);
    return true;
}

static bool
read_cp437(struct jy_slice name, iconv_t gb18030, struct text *out)
{
    (void)gb18030;
    for (out->len = 0; out->len < name.len; out->len++)
        out->c[out->len] = name.p[out->len] < 0x80 ? name.p[out->len] : cp437[name.p[out->len] - 0x80];
    return true;
}

/* The ways to read a name, the likeliest first: UTF-8 with or without its flag, then what Chinese Windows writes. */
static bool (*const readings[])(struct jy_slice name, iconv_t gb18030, struct text *out) = { read_utf8, read_gb18030, read_cp437 };
#define READINGS (sizeof(readings) / sizeof(readings[0]))

static bool
read_likeliest(struct jy_slice name, iconv_t gb18030, struct text *out)
{
    return read_utf8(name, gb18030, out) || read_gb18030(name, gb18030, out);
}

static bool
is_ascii(struct jy_slice name)
{
    for (size_t i = 0; i < name.len; i++)
        if (name.p[i] >= 0x80)
            return false;
    return true;
}

/* Small letter, half width, and one character for all that Windows forbids. */
static uint32_t
folded(uint32_t c)
{
    if ((c >= 'a' && c <= 'z') || (c >= '.' && c <= '9'))
        return c;                                /* most characters of most names */
    if (c >= 'A' && c <= 'Z')
        return c + 32;
    if (c >= 0xff01 && c <= 0xff5e)
        c -= 0xfee0;
    if (c == 0x212a || c == 0x017f)              /* Kelvin, long s */
        c = c == 0x212a ? 'k' : 's';
    if (c == 0x3000 || c == 0x00a0)              /* blanks */
        c = ' ';
    if (c < 0x20 || (c < 0x80 && strchr("\\:*?\"<>|\x7f", (int)c) != NULL))
        return c == '\\' ? '/' : '_';
    if ((c >= 'A' && c <= 'Z') || (c >= 0xc0 && c <= 0xde && c != 0xd7) || (c >= 0x391 && c <= 0x3a9) || (c >= 0x410 && c <= 0x42f))
        return c + 32;
    if (c >= 0x400 && c <= 0x40f)
        return c + 80;
    if ((c >= 0x100 && c <= 0x137) || (c >= 0x14a && c <= 0x177) || (c >= 0x460 && c <= 0x52f) || (c >= 0x1e00 && c <= 0x1eff))
        return c | 1;
    if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e))
        return c + (c & 1);
    return c;
}

#define KEY_SIZE(characters) (5 * (characters) + 1)

/* One byte, or 0xff and four; the room is reserved. */
static void
put(struct jy_buf *out, uint32_t c)
{
    if (c >= 0xff) {
        out->p[out->len++] = 0xff;
        for (int shift = 24; shift > 0; shift -= 8)
            out->p[out->len++] = (uint8_t)(c >> shift);
    }
    out->p[out->len++] = (uint8_t)c;
}

/* The name that the most forgiving reader makes of it. */
static jy_err
add_key(const struct text *name, struct jy_buf *out)
{
    size_t whole = out->len, part = whole, solid = whole;   /* solid: behind the part's last character that is no dot or blank */

    if (jy_buf_reserve(out, KEY_SIZE(name->len)) != JY_OK)
        return JY_E_NOMEM;
    for (size_t i = 0; i <= name->len; i++) {
        uint32_t c = i == name->len ? '/' : folded(name->c[i]);

        if (c != '/') {
            if (c < 0x80 || !IN(c, ignored))
                put(out, c);
            if (c != '.' && c != ' ')
                solid = out->len;
            continue;
        }
        out->len = solid;
        if (solid > part)
            put(out, SEPARATOR);
        part = solid = out->len;
    }
    if (out->len > whole)
        out->len--;                              /* no separator at the end: a folder and a file of one name are one */
    return JY_OK;
}

/* What normalisation leaves alone in every letter: names that it can make equal have equal ones. */
static jy_err
add_skeleton(const struct text *name, struct jy_buf *out)
{
    if (jy_buf_reserve(out, KEY_SIZE(name->len)) != JY_OK)
        return JY_E_NOMEM;
    for (size_t i = 0; i < name->len; i++)
        if (name->c[i] < 0x80 && !(i + 1 < name->len && IN(name->c[i + 1], marks)))
            put(out, folded(name->c[i]));
    return JY_OK;
}

static bool
is_unstable(const struct text *name)
{
    for (size_t i = 0; i < name->len; i++)
        if (name->c[i] >= unstable[0].first && IN(name->c[i], unstable))
            return true;
    return false;
}

/* Keys of many names: slices of one buffer, by offset because it grows. */
struct key {
    size_t at, len, entry;
    bool folder, unstable;
};
struct keys {
    iconv_t gb18030;
    struct text name;                 /* the one that is read: large, so there is one */
    struct jy_buf text;
    struct key *list;
    size_t count;
};

static int
by_text(const void *a, const void *b, void *ctx)
{
    const struct key *x = a, *y = b;
    const struct jy_buf *text = ctx;
    int order = memcmp(text->p + x->at, text->p + y->at, x->len < y->len ? x->len : y->len);

    return order != 0 ? order : x->len < y->len ? -1 : x->len > y->len;
}

/* Is x the same as y, or a file where y has a folder? y stands behind x. */
static bool
clashes(const struct keys *keys, const struct key *x, const struct key *y)
{
    if (x->entry == y->entry || y->len < x->len || memcmp(keys->text.p + x->at, keys->text.p + y->at, x->len) != 0)
        return false;
    return y->len == x->len || (!x->folder && keys->text.p[y->at + x->len] == SEPARATOR);
}

/* Every reading of a name that gives another key. */
static jy_err
add_readings(struct keys *keys, struct jy_slice name, size_t entry)
{
    size_t first = keys->count;
    jy_err err = JY_OK;

    for (size_t r = 0; err == JY_OK && r < READINGS; r++) {
        struct key key = { .at = keys->text.len, .entry = entry, .folder = name.p[name.len - 1] == '/' };

        if (!readings[r](name, keys->gb18030, &keys->name))
            continue;
        err = add_key(&keys->name, &keys->text);
        key.len = keys->text.len - key.at;
        keys->list[keys->count] = key;
        for (size_t i = first; err == JY_OK && i < keys->count; i++)
            if (by_text(&keys->list[i], &key, &keys->text) == 0)
                key.entry = SIZE_MAX;
        keys->count += key.entry != SIZE_MAX;
        if (r == 0 && is_ascii(name))
            break;                               /* the same in all of them */
    }
    return err;
}

static jy_err
add_skeletons(struct keys *keys, struct jy_slice name, size_t entry)
{
    struct key key = { .at = keys->text.len, .entry = entry };
    jy_err err = read_likeliest(name, keys->gb18030, &keys->name) ? add_skeleton(&keys->name, &keys->text) : JY_OK;

    key.len = keys->text.len - key.at;
    key.unstable = is_unstable(&keys->name);
    keys->list[keys->count++] = key;
    return err;
}

/* SIZE_MAX when no two names clash, else an entry that does. */
static size_t
first_clash(struct keys *keys, bool skeletons)
{
    qsort_r(keys->list, keys->count, sizeof(*keys->list), by_text, &keys->text);
    for (size_t i = 0; i + 1 < keys->count; i++) {
        size_t k = i + 1;
        bool shaky = keys->list[i].unstable;

        if (!skeletons) {
            while (k < keys->count && keys->list[k].entry == keys->list[i].entry)
                k++;
            if (k < keys->count && clashes(keys, &keys->list[i], &keys->list[k]))
                return keys->list[k].entry;
            continue;
        }
        for (; k < keys->count && by_text(&keys->list[i], &keys->list[k], &keys->text) == 0; k++)
            shaky = shaky || keys->list[k].unstable;
        if (shaky && k > i + 1)
            return keys->list[i + 1].entry;
        i = k - 1;
    }
    return SIZE_MAX;
}

static jy_err
find_clash(const struct jy_slice *names, size_t count, size_t *out)
{
    struct keys *keys = malloc(sizeof(*keys));
    bool shaky = false, ascii = true, closed = true;
    jy_err err = JY_OK;

    *out = SIZE_MAX;
    if (keys == NULL)
        return JY_E_NOMEM;
    keys->count = 0;
    keys->text = (struct jy_buf){ 0 };
    keys->list = reallocarray(NULL, count * READINGS + 1, sizeof(*keys->list));
    for (size_t i = 0; i < count; i++)
        ascii = ascii && is_ascii(names[i]);
    if (!ascii)
        closed = (keys->gb18030 = iconv_open("WCHAR_T", "GB18030")) == (iconv_t)-1;
    if (keys->list == NULL || (!ascii && closed))
        err = JY_E_NOMEM;
    for (size_t i = 0; err == JY_OK && i < count; i++)
        err = add_readings(keys, names[i], i);
    if (err == JY_OK)
        *out = first_clash(keys, false);
    keys->count = keys->text.len = 0;
    for (size_t i = 0; err == JY_OK && *out == SIZE_MAX && !ascii && i < count; i++) {
        err = add_skeletons(keys, names[i], i);
        shaky = shaky || keys->list[i].unstable;
    }
    if (err == JY_OK && shaky)
        *out = first_clash(keys, true);
    if (!closed)
        iconv_close(keys->gb18030);
    jy_buf_free(&keys->text);
    free(keys->list);
    free(keys);
    return err;
}

bool
jy_zip_names_alias(const char *a, const char *b)
{
    const struct jy_slice names[] = { jy_slice_text(a), jy_slice_text(b) };
    size_t clash;

    return a[0] == '\0' || b[0] == '\0' || find_clash(names, 2, &clash) != JY_OK || clash != SIZE_MAX;
}

jy_err
zip_check_names(const struct jy_zip *zip, struct jy_fault *fault)
{
    struct jy_slice *names = reallocarray(NULL, zip->count + 1, sizeof(*names));
    size_t clash = SIZE_MAX;
    jy_err err = JY_E_NOMEM;

    for (size_t i = 0; names != NULL && i < zip->count; i++)
        names[i] = jy_slice_text(zip->list[i].name);
    if (names != NULL)
        err = find_clash(names, zip->count, &clash);
    free(names);
    if (err != JY_OK)
        return jy_fail(fault, err, NULL, 0, "no memory");
    if (clash != SIZE_MAX)
        return jy_fail(fault, JY_E_AMBIGUOUS, zip->list[clash].name, zip->list[clash].start, "another entry has a name that some readers take for this one");
    return JY_OK;
}

static bool
is_gb18030(struct jy_slice name)
{
    iconv_t gb18030 = iconv_open("WCHAR_T", "GB18030");
    struct text text;
    bool good = gb18030 != (iconv_t)-1 && read_gb18030(name, gb18030, &text);

    if (gb18030 != (iconv_t)-1)
        iconv_close(gb18030);
    return good;
}

jy_err
zip_check_name(struct jy_slice name, bool utf8, uint64_t offset, struct jy_fault *fault)
{
    size_t part = 0;

    if (name.len == 0 || name.len > JY_ZIP_NAME_MAX)
        return jy_fail(fault, JY_E_HOSTILE, "zip entry name", offset, "name of %zu bytes", name.len);
    if (name.p[0] == '/' || (name.len > 1 && name.p[1] == ':'))
        return jy_fail(fault, JY_E_AMBIGUOUS, "zip entry name", offset, "absolute name");
    for (size_t i = 0; i < name.len; i++)
        if (name.p[i] < 0x20 || name.p[i] == 0x7f || name.p[i] == '\\')
            return jy_fail(fault, JY_E_AMBIGUOUS, "zip entry name", offset, "control character or back-slash in a name");
    for (size_t i = 0; i <= name.len; i++) {
        if (i < name.len && name.p[i] != '/')
            continue;
        while (part < i && (name.p[part] == '.' || name.p[part] == ' '))
            part++;
        if (part == i && (i < name.len || name.p[i - 1] != '/'))
            return jy_fail(fault, JY_E_AMBIGUOUS, "zip entry name", offset, "a part of the name is empty or of dots");
        part = i + 1;
    }
    if (!jy_utf8_is_valid(name) && (utf8 || !is_gb18030(name)))
        return jy_fail(fault, JY_E_AMBIGUOUS, "zip entry name", offset, utf8 ? "name is not UTF-8 as it says" : "name is neither UTF-8 nor GB 18030");
    return JY_OK;
}

bool
zip_same_name(struct jy_slice name, struct jy_slice utf8)
{
    iconv_t gb18030;
    struct text a, b;
    bool same;

    if (jy_slice_equal(name, utf8))
        return jy_utf8_is_valid(name);
    if (name.len > JY_ZIP_NAME_MAX || utf8.len > JY_ZIP_NAME_MAX || (gb18030 = iconv_open("WCHAR_T", "GB18030")) == (iconv_t)-1)
        return false;
    same = read_likeliest(name, gb18030, &a) && read_utf8(utf8, gb18030, &b) && a.len == b.len && memcmp(a.c, b.c, a.len * sizeof(a.c[0])) == 0;
    iconv_close(gb18030);
    return same;
}
