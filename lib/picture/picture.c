/* SPDX-License-Identifier: Apache-2.0 */
#include "picture/inside.h"

#include <math.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define JUNK_MAX 4096                        /* before a package, and before <svg */

static const struct format {
    enum jy_picture_type type;
    const char *name, *others[4];            /* as the standard writes it; as others write it */
    jy_err (*read)(struct jy_slice, struct jy_picture_budget *, struct jy_picture *, struct jy_fault *);
    bool vector;
} formats[] = {
    { JY_PICTURE_PNG, "PNG", { NULL }, picture_png, false },
    { JY_PICTURE_JPEG, "JPG", { "JPEG", "JPE", NULL }, picture_jpeg, false },
    { JY_PICTURE_GIF, "GIF", { NULL }, picture_gif, false },
    { JY_PICTURE_BMP, "BMP", { "DIB", NULL }, picture_bmp, false },
    { JY_PICTURE_SVG, "SVG", { NULL }, NULL, true },
    { JY_PICTURE_OFD, "OFD", { NULL }, NULL, true },
    { JY_PICTURE_JBIG2, "JBIG2", { "JB2", "GBIG2", "JBIG", NULL }, picture_jbig2, false },
    { JY_PICTURE_TIFF, "TIFF", { "TIF", NULL }, picture_tiff, false },
};
#define FORMATS (sizeof(formats) / sizeof(formats[0]))

static struct {
    jy_picture_drawer draw;
    void *ctx;
} drawer;

void
jy_picture_use_drawer(jy_picture_drawer draw, void *ctx)
{
    drawer.draw = draw;
    drawer.ctx = ctx;
}

static const struct format *
format_of(enum jy_picture_type type)
{
    for (size_t i = 0; i < FORMATS; i++)
        if (formats[i].type == type)
            return &formats[i];
    return NULL;
}

enum jy_picture_type
jy_picture_type_of(const char *declared)
{
    for (size_t i = 0; declared != NULL && i < FORMATS; i++) {
        if (strcasecmp(declared, formats[i].name) == 0)
            return formats[i].type;
        for (const char *const *other = formats[i].others; *other != NULL; other++)
            if (strcasecmp(declared, *other) == 0)
                return formats[i].type;
    }
    return JY_PICTURE_UNKNOWN;
}

const char *
jy_picture_type_name(enum jy_picture_type type)
{
    const struct format *format = format_of(type);

    return format == NULL ? "" : format->name;
}

static size_t
package_at(struct jy_slice bytes)
{
    return jy_slice_find(JY_SLICE(bytes.p, bytes.len < JUNK_MAX ? bytes.len : JUNK_MAX), JY_SLICE("PK\3\4", 4));
}

static bool
is_svg(struct jy_slice bytes)
{
    struct jy_slice head = JY_SLICE(bytes.p, bytes.len < JUNK_MAX ? bytes.len : JUNK_MAX);
    size_t i = 0;

    if (head.len >= 3 && memcmp(head.p, "\xef\xbb\xbf", 3) == 0)
        i = 3;
    while (i < head.len && strchr(" \t\r\n", head.p[i]) != NULL && head.p[i] != '\0')
        i++;
    return i < head.len && head.p[i] == '<' && (jy_slice_find(head, jy_slice_text("<svg")) != SIZE_MAX ||
                                                 jy_slice_find(head, jy_slice_text(":svg")) != SIZE_MAX);
}

enum jy_picture_type
jy_picture_detect(struct jy_slice bytes)
{
    static const struct { enum jy_picture_type type; const char *magic; size_t len; } magics[] = {
        { JY_PICTURE_PNG, "\x89PNG\r\n\x1a\n", 8 }, { JY_PICTURE_JPEG, "\xff\xd8\xff", 3 }, { JY_PICTURE_GIF, "GIF87a", 6 },
        { JY_PICTURE_GIF, "GIF89a", 6 }, { JY_PICTURE_BMP, "BM", 2 }, { JY_PICTURE_JBIG2, "\x97JB2\r\n\x1a\n", 8 },
        { JY_PICTURE_TIFF, "II*\0", 4 }, { JY_PICTURE_TIFF, "MM\0*", 4 },
    };

    for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++)
        if (bytes.len >= magics[i].len && memcmp(bytes.p, magics[i].magic, magics[i].len) == 0)
            return magics[i].type;
    if (is_svg(bytes))
        return JY_PICTURE_SVG;
    if (package_at(bytes) != SIZE_MAX)
        return JY_PICTURE_OFD;
    return picture_jbig2_bare(bytes) ? JY_PICTURE_JBIG2 : JY_PICTURE_UNKNOWN;
}

jy_err
picture_size(uint64_t width, uint64_t height, struct jy_fault *fault)
{
    if (width == 0 || height == 0)
        return jy_fail(fault, JY_E_FORMAT, "picture", 0, "%llu × %llu pixels", (unsigned long long)width, (unsigned long long)height);
    if (width > JY_PICTURE_SIDE_MAX || height > JY_PICTURE_SIDE_MAX || width * height > JY_PICTURE_PIXELS_MAX)
        return jy_fail(fault, JY_E_LIMIT, "picture", 0, "%llu × %llu pixels; %d a side and %d in all are read", (unsigned long long)width,
                       (unsigned long long)height, (int)JY_PICTURE_SIDE_MAX, (int)JY_PICTURE_PIXELS_MAX);
    return JY_OK;
}

jy_err
jy_picture_new(uint32_t width, uint32_t height, struct jy_picture *out, struct jy_fault *fault)
{
    jy_err rc = picture_size(width, height, fault);

    if (rc != JY_OK)
        return rc;
    out->width = width;
    out->height = height;
    out->rgba = calloc((size_t)width * height, 4);
    return out->rgba == NULL ? jy_fail(fault, JY_E_NOMEM, "picture", 0, "no memory for %u × %u pixels", width, height) : JY_OK;
}

bool
picture_spend(struct jy_picture_budget *budget, uint64_t steps)
{
    bool enough = steps <= budget->steps;

    budget->steps = enough ? budget->steps - steps : 0;
    return enough;
}

jy_err
picture_new_within(uint32_t width, uint32_t height, uint64_t beside, struct jy_picture_budget *budget, struct jy_picture *out, struct jy_fault *fault)
{
    uint64_t pixels = (uint64_t)width * height, bytes = pixels * 4 + beside;
    jy_err rc = picture_size(width, height, fault);

    if (rc != JY_OK)
        return rc;
    if (bytes > budget->memory)
        return jy_fail(fault, JY_E_LIMIT, "picture", 0, "%u × %u pixels need %llu bytes, %llu are left", width, height, (unsigned long long)bytes,
                       (unsigned long long)budget->memory);
    if (pixels > budget->steps)
        return jy_fail(fault, JY_E_LIMIT, "picture", 0, "%u × %u pixels need more work than is left", width, height);
    budget->memory -= bytes;
    budget->steps -= pixels;
    return jy_picture_new(width, height, out, fault);
}

void
jy_picture_free(struct jy_picture *picture)
{
    free(picture->rgba);
    *picture = (struct jy_picture){ 0 };
}

static bool
is_opaque(const struct jy_picture *picture)
{
    size_t end = (size_t)picture->width * picture->height * 4;

    for (size_t i = 3; i < end; i += 4)
        if (picture->rgba[i] != 255)
            return false;
    return true;
}

struct size_mm { double width, height; };

static jy_err
draw_vector(const struct format *format, struct jy_slice bytes, struct size_mm size, struct jy_picture *out, struct jy_fault *fault)
{
    double width = round(size.width * JY_PICTURE_VECTOR_DPI / 25.4), height = round(size.height * JY_PICTURE_VECTOR_DPI / 25.4);
    size_t junk = format->type == JY_PICTURE_OFD ? package_at(bytes) : 0;
    jy_err rc;

    if (!(width >= 1 && width <= JY_PICTURE_SIDE_MAX && height >= 1 && height <= JY_PICTURE_SIDE_MAX))
        return jy_fail(fault, JY_E_LIMIT, "picture", 0, "a vector picture of %g × %g mm", size.width, size.height);
    if (drawer.draw == NULL)
        return jy_fail(fault, JY_E_UNSUPPORTED, "picture", 0, "%s needs a program that can draw pages", format->name);
    if ((rc = jy_picture_new((uint32_t)width, (uint32_t)height, out, fault)) != JY_OK)
        return rc;
    return drawer.draw(drawer.ctx, format->type, JY_SLICE(bytes.p + junk, bytes.len - junk), out, fault);
}

static jy_err
read_any(struct jy_slice bytes, const char *declared, const struct size_mm *vector_size, struct jy_picture_budget *budget, struct jy_picture *out,
         struct jy_fault *fault)
{
    const struct format *format = format_of(jy_picture_detect(bytes));
    jy_err rc;

    *out = (struct jy_picture){ 0 };
    if (bytes.len > JY_PICTURE_MAX)
        return jy_fail(fault, JY_E_LIMIT, "picture", 0, "%zu bytes, %d are read", bytes.len, (int)JY_PICTURE_MAX);
    if (format == NULL)
        return jy_fail(fault, JY_E_UNSUPPORTED, "picture", 0, "its bytes are no picture that is known (declared as %.32s)",
                       declared == NULL ? "nothing" : declared);
    if (format->read == NULL && !(format->vector && vector_size != NULL))
        return jy_fail(fault, JY_E_UNSUPPORTED, "picture", 0, "%s cannot be read here", format->name);
    rc = format->vector ? draw_vector(format, bytes, *vector_size, out, fault) : format->read(bytes, budget, out, fault);
    if (rc != JY_OK) {
        jy_picture_free(out);
        return rc;
    }
    out->type = format->type;
    out->mistyped = declared != NULL && jy_picture_type_of(declared) != format->type;
    out->opaque = is_opaque(out);
    return JY_OK;
}

jy_err
jy_picture_read(struct jy_slice bytes, const char *declared, struct jy_picture *out, struct jy_fault *fault)
{
    return read_any(bytes, declared, NULL, &(struct jy_picture_budget){ UINT64_MAX, UINT64_MAX }, out, fault);
}

jy_err
jy_picture_read_within(struct jy_slice bytes, const char *declared, struct jy_picture_budget *budget, struct jy_picture *out, struct jy_fault *fault)
{
    return read_any(bytes, declared, NULL, budget, out, fault);
}

jy_err
jy_picture_draw(struct jy_slice bytes, const char *declared, double width_mm, double height_mm, struct jy_picture *out, struct jy_fault *fault)
{
    return read_any(bytes, declared, &(struct size_mm){ width_mm, height_mm }, &(struct jy_picture_budget){ UINT64_MAX, UINT64_MAX }, out, fault);
}
