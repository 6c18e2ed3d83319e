/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Locations that some reader reads otherwise than the standard says: percent escapes taken off, what follows ? # ; cut, blanks and dots at the ends
 * dropped, a leading slash overlooked, another folder to begin from. Where that leads to a part that nothing else names, somebody shows the part.
 */
#include <ofd/package.h>

#include <codec/text.h>
#include <stdlib.h>
#include <string.h>

#define NEAR_MAX 20000u               /* paths that are kept; what goes beyond leads everywhere */
#define COMPARISONS_MAX 50000u          /* of some microseconds each */

/* Blanks that XML does not trim, but programs do: no-break, ideographic, byte order mark. */
static size_t
blank_length(const char *text)
{
    return text[0] == ' ' ? 1 : strncmp(text, "\u00a0", 2) == 0 ? 2 : strncmp(text, "\u3000", 3) == 0 || strncmp(text, "\ufeff", 3) == 0 ? 3 : 0;
}

/* What the most forgiving reader makes of a location; it is never longer. The end is left to jy_zip_names_alias, which overlooks dots and blanks there. */
static void
respell(const char *loc, char *out)
{
    uint8_t byte = 0;
    size_t blanks;

    while ((blanks = blank_length(loc)) > 0)
        loc += blanks;
    for (; *loc != '\0' && strchr("?#;", *loc) == NULL; loc++) {
        if (*loc == '%' && strlen(loc) > 2 && jy_hex_parse(JY_SLICE((const uint8_t *)loc + 1, 2), &byte, 1) == JY_OK && byte >= 0x20) {
            *out++ = (char)byte;
            loc += 2;
        } else {
            *out++ = *loc;
        }
    }
    *out = '\0';
}

/* found: the path that the location leads to, or NULL. */
static jy_err
keep(struct ofd *ofd, const char *folder, const char *loc, const char *found)
{
    char path[OFD_PATH];

    if (ofd->near_count >= NEAR_MAX || ofd_resolve(folder, loc, path, NULL) != JY_OK || path[0] == '\0' || path[strlen(path) - 1] == '/' ||
        (found != NULL && strcmp(path, found) == 0))
        return JY_OK;
    ofd->near_count++;
    return jy_buf_add(&ofd->near, JY_SLICE(path, strlen(path) + 1));
}

jy_err
ofd_keep_near(struct ofd *ofd, const char *folder, const char *beside, const char *loc, const char *found, bool folders)
{
    char document[OFD_PATH], other[OFD_PATH];
    const char *const from[] = { folder, beside, document, "" };
    const char *bare = loc + strspn(loc, "/\\");
    jy_err err = JY_OK;

    if (strlen(loc) >= OFD_PATH)
        return JY_OK;
    ofd_folder(ofd->doc_path, document);
    respell(loc, other);
    for (size_t i = 0; err == JY_OK && i < sizeof(from) / sizeof(from[0]); i++) {
        if (folders || found == NULL)
            err = keep(ofd, from[i], bare, found);
        if (err == JY_OK && strcmp(other, loc) != 0)
            err = keep(ofd, from[i], other, found);
    }
    return err;
}

bool
ofd_is_near(struct ofd *ofd, const char *name)
{
    const char *path = (const char *)ofd->near.p;

    for (size_t i = 0; i < ofd->near_count; i++, path += strlen(path) + 1)
        if (++ofd->near_comparisons > COMPARISONS_MAX || ofd->near_count >= NEAR_MAX || jy_zip_names_alias(path, name))
            return true;
    return false;
}
