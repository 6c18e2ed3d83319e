/* SPDX-License-Identifier: Apache-2.0 */
/* The options of `jinyin stamp`: a seal begins a stamp, and what follows is said of it. */
#include "cli/stamp.h"

#include "cli/cmd.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reading {
    struct stamp_wishes *out;
    struct stamp_wish *wish;           /* the stamp that options are said of */
    const char *command, *option;
    bool prepares;                     /* `stamp-prepare`: the key is the service's */
    const char *pages;                 /* of the places that follow */
};

static int JY_PRINTF(2, 3)
wrong(const struct reading *r, const char *fmt, ...)
{
    va_list args;

    fprintf(stderr, "jinyin %s: %s: ", r->command, r->option);
    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fprintf(stderr, "; `jinyin %s --help` tells more\n", r->command);
    return EXIT_USAGE;
}

static bool
millimetres(const char *text, double *out)
{
    char *end;

    errno = 0;
    *out = strtod(text, &end);
    return errno == 0 && end != text && *end == '\0' && isfinite(*out) && fabs(*out) <= 100000;
}

static bool
whole_number(const char *text, long *out)
{
    char *end;

    errno = 0;
    *out = strtol(text, &end, 10);
    return errno == 0 && end != text && *end == '\0' && labs(*out) <= 1000000;
}

/* The next item of "a,b=c": up to a comma, into out; false at the end. "\," is a comma. */
static bool
next_item(const char **at, char *out, size_t size)
{
    size_t len = 0;

    if (*at == NULL)
        return false;
    while (**at != '\0' && **at != ',') {
        if ((*at)[0] == '\\' && (*at)[1] == ',')
            (*at)++;
        if (len + 1 < size)
            out[len++] = **at;
        (*at)++;
    }
    out[len] = '\0';
    *at = **at == ',' ? *at + 1 : NULL;
    return true;
}

/* The text behind "name=", or NULL. */
static const char *
value_of(const char *item, const char *name)
{
    size_t len = strlen(name);

    return strncmp(item, name, len) == 0 && item[len] == '=' ? item + len + 1 : NULL;
}

static struct stamp_spot *
new_spot(struct reading *r, enum stamp_kind kind)
{
    struct stamp_spot *s;

    if (r->wish->spot_count == SPOTS_MAX)
        return NULL;
    s = &r->wish->spots[r->wish->spot_count++];
    memset(s, 0, sizeof(*s));
    s->kind = kind;
    s->pages = r->pages;
    return s;
}

static int
read_at(struct reading *r, const char *text)
{
    struct stamp_spot *s = new_spot(r, SPOT_AT);
    const char *at = text;
    char item[64];

    if (s == NULL)
        return wrong(r, "more than %d places of one seal", SPOTS_MAX);
    s->has_x = s->has_y = true;
    if (!next_item(&at, item, sizeof(item)) || !millimetres(item, &s->at.x_mm) || !next_item(&at, item, sizeof(item)) || !millimetres(item, &s->at.y_mm))
        return wrong(r, "\"%s\" is not X,Y in millimetres", text);
    if (next_item(&at, item, sizeof(item)) && !jy_corner_by_name(item, &s->at.corner))
        return wrong(r, "no corner \"%s\": top-left, top-right, bottom-left, bottom-right or centre", item);
    if (at != NULL)
        return wrong(r, "\"%s\" is more than X,Y,CORNER", text);
    return 0;
}

/* --x and --y: the first of the two begins a place. */
static int
read_coordinate(struct reading *r, const char *text)
{
    bool is_x = strcmp(r->option, "--x") == 0;
    struct stamp_spot *s = r->wish->spot_count == 0 ? NULL : &r->wish->spots[r->wish->spot_count - 1];

    if (s == NULL || s->kind != SPOT_AT || (is_x ? s->has_x : s->has_y))
        s = new_spot(r, SPOT_AT);
    if (s == NULL)
        return wrong(r, "more than %d places of one seal", SPOTS_MAX);
    *(is_x ? &s->has_x : &s->has_y) = true;
    return millimetres(text, is_x ? &s->at.x_mm : &s->at.y_mm) ? 0 : wrong(r, "\"%s\" is not a number of millimetres", text);
}

static int
read_seam(struct reading *r, const char *text)
{
    struct stamp_spot *s = new_spot(r, SPOT_SEAM);
    const char *at = text, *value;
    char item[64];
    long group;

    if (s == NULL)
        return wrong(r, "more than %d places of one seal", SPOTS_MAX);
    if (!next_item(&at, item, sizeof(item)) || !jy_edge_by_name(item, &s->seam.edge))
        return wrong(r, "no edge \"%s\": right, left, top or bottom", item);
    s->seam.centred = true;
    while (next_item(&at, item, sizeof(item))) {
        bool good = true;
        if ((value = value_of(item, "at")) != NULL) {
            good = millimetres(value, &s->seam.along_mm);
            s->seam.centred = false;
        } else if ((value = value_of(item, "margin")) != NULL) {
            good = millimetres(value, &s->seam.margin_mm) && s->seam.margin_mm >= 0;
        } else if ((value = value_of(item, "min")) != NULL) {
            good = millimetres(value, &s->seam.strip_min_mm) && s->seam.strip_min_mm > 0;
        } else if ((value = value_of(item, "group")) != NULL) {
            good = whole_number(value, &group) && group >= 2;
            s->seam.group_max = good ? (size_t)group : 0;
        } else {
            return wrong(r, "\"%s\": after the edge come at=MM, margin=MM, group=PAGES or min=MM", item);
        }
        if (!good)
            return wrong(r, "\"%s\" is out of range (group: 2 pages or more, min: more than 0 mm)", item);
    }
    return 0;
}

static int
read_keyword(struct reading *r, const char *text)
{
    struct stamp_spot *s = new_spot(r, SPOT_KEYWORD);
    const char *at = text, *value;
    char item[64];
    enum jy_side side;

    if (s == NULL)
        return wrong(r, "more than %d places of one seal", SPOTS_MAX);
    if (!next_item(&at, s->word, sizeof(s->word)) || s->word[0] == '\0')
        return wrong(r, "needs a word");
    while (next_item(&at, item, sizeof(item))) {
        if (strcmp(item, "all") == 0 || strcmp(item, "last") == 0) {
            s->which_said = true;
            s->anchor.which = item[0] == 'a' ? 0 : -1;
        } else if (whole_number(item, &s->anchor.which)) {
            if (s->anchor.which == 0)
                return wrong(r, "matches are counted from 1, from the end as -1");
            s->which_said = true;
        } else if (jy_side_by_name(item, &side)) {
            s->anchor.side = side;
        } else if (strcmp(item, "fit") == 0) {
            s->anchor.keep_on_page = true;
        } else if (strcmp(item, "blanks") == 0) {
            s->blanks_count = true;
        } else if (!((value = value_of(item, "dx")) != NULL && millimetres(value, &s->anchor.right_mm)) &&
                   !((value = value_of(item, "dy")) != NULL && millimetres(value, &s->anchor.down_mm))) {
            return wrong(r, "\"%s\": after the word come all, last or a number; on, right, left, below or above; dx=MM, dy=MM; fit; blanks", item);
        }
    }
    return 0;
}

/* Said of the places that follow, and of those before it that had no page yet. */
static int
read_pages(struct reading *r, const char *text)
{
    r->pages = text;
    for (size_t i = 0; i < r->wish->spot_count; i++)
        if (r->wish->spots[i].pages == NULL)
            r->wish->spots[i].pages = text;
    return 0;
}

static int
read_size(struct reading *r, const char *text)
{
    double *side = strcmp(r->option, "--width") == 0 ? &r->wish->width_mm : &r->wish->height_mm;

    return millimetres(text, side) && *side >= 1 && *side <= JY_STAMP_SIDE_MAX ? 0 : wrong(r, "\"%s\" is not 1 to %d mm", text, JY_STAMP_SIDE_MAX);
}

/* A second seal begins a second stamp. */
static int
read_seal(struct reading *r, const char *text)
{
    if (r->wish->seal != NULL) {
        if (r->out->count == STAMPS_MAX)
            return wrong(r, "more than %d stamps at one go", STAMPS_MAX);
        r->wish = &r->out->list[r->out->count++];
        r->pages = NULL;
    }
    r->wish->seal = text;
    return 0;
}

static int
read_key(struct reading *r, const char *text)
{
    r->wish->key = text;
    return 0;
}

static int
read_cert(struct reading *r, const char *text)
{
    r->wish->cert = text;
    return 0;
}

static int
read_trust(struct reading *r, const char *text)
{
    r->out->trust = text;
    return 0;
}

static int
read_tsa(struct reading *r, const char *text)
{
    r->out->tsa = text;
    return 0;
}

static int
read_evidence(struct reading *r, const char *text)
{
    r->out->evidence = text;
    return 0;
}

static int
read_request(struct reading *r, const char *text)
{
    r->out->request = text;
    return 0;
}

enum { STAMPS = 1, PREPARES = 2, BOTH = STAMPS | PREPARES };
static const struct {
    const char *name;
    int (*read)(struct reading *r, const char *text);
    int of;                            /* which of the two commands takes it */
} options[] = {
    { "--seal", read_seal, BOTH }, { "--key", read_key, STAMPS }, { "--cert", read_cert, STAMPS }, { "--page", read_pages, BOTH },
    { "--pages", read_pages, BOTH }, { "--at", read_at, BOTH }, { "--x", read_coordinate, BOTH }, { "--y", read_coordinate, BOTH },
    { "--seam", read_seam, BOTH }, { "--keyword", read_keyword, BOTH }, { "--width", read_size, BOTH }, { "--height", read_size, BOTH },
    { "--trust", read_trust, STAMPS }, { "--tsa", read_tsa, STAMPS }, { "--write-evidence", read_evidence, STAMPS },
    { "--request", read_request, PREPARES },
};

/* What no stamp can do without. */
static int
check(struct reading *r)
{
    for (size_t i = 0; i < r->out->count; i++) {
        const struct stamp_wish *w = &r->out->list[i];

        r->option = w->seal == NULL ? "--seal" : r->prepares ? NULL : w->key == NULL ? "--key" : w->cert == NULL ? "--cert" : NULL;
        if (r->option != NULL)
            return wrong(r, "is missing for stamp %zu", i + 1);
        r->option = "--at";
        if (w->spot_count == 0)
            return wrong(r, "where? stamp %zu needs --at, --seam or --keyword", i + 1);
        for (size_t k = 0; k < w->spot_count; k++) {
            r->option = w->spots[k].has_x ? "--y" : "--x";
            if (w->spots[k].kind == SPOT_AT && (!w->spots[k].has_x || !w->spots[k].has_y))
                return wrong(r, "is missing for stamp %zu", i + 1);
            r->option = "--page";
            if (w->spots[k].kind == SPOT_AT && w->spots[k].pages == NULL)
                return wrong(r, "is missing for stamp %zu: which pages? for example 1-3,5,last or all", i + 1);
        }
        r->option = "--lock";
        if (w->lock && i + 1 < r->out->count)
            return wrong(r, "closes the document: nothing can follow it, and stamp %zu would", i + 2);
    }
    r->option = "--write-evidence";
    if (r->out->evidence != NULL && r->out->trust == NULL)
        return wrong(r, "needs --trust: the certificates and lists that are kept");
    r->option = "--seal";
    if (r->prepares && r->out->count > 1)
        return wrong(r, "one seal at a time: an order is for one");
    r->option = "--request";
    if (r->prepares && r->out->request == NULL)
        return wrong(r, "is missing: the file that holds what the service is asked");
    r->option = "files";
    return r->out->in != NULL && r->out->out != NULL ? 0 : wrong(r, "name the file to stamp and the file to write");
}

static int
read_option(struct reading *r, const char *text)
{
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
        if (strcmp(options[i].name, r->option) == 0 && (options[i].of & (r->prepares ? PREPARES : STAMPS)) != 0) {
            if (text == NULL || text[0] == '\0')
                return wrong(r, "needs a value");
            return options[i].read(r, text);
        }
    return wrong(r, "there is no such option");
}

int
stamp_read(int argc, char **argv, struct stamp_wishes *out)
{
    struct reading r = { .out = out, .command = argv[0], .prepares = strcmp(argv[0], "stamp-prepare") == 0 };
    int rc = 0;

    memset(out, 0, sizeof(*out));
    r.wish = &out->list[out->count++];
    for (int i = 1; rc == 0 && i < argc; i++) {
        r.option = argv[i];
        if (strcmp(argv[i], "--lock") == 0) {
            r.wish->lock = true;
        } else if (strncmp(argv[i], "--", 2) == 0) {
            rc = read_option(&r, i + 1 < argc ? argv[i + 1] : NULL);
            i++;
        } else if (out->out != NULL) {
            rc = wrong(&r, "a third file; IN and OUT are enough");
        } else {
            *(out->in == NULL ? &out->in : &out->out) = argv[i];
        }
    }
    return rc != 0 ? rc : check(&r);
}
