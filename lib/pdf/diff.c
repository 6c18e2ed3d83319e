/* SPDX-License-Identifier: Apache-2.0 */
/* The allow-list: what a revision may change in catalog, form, pages and description; and that nothing else differs. */
#include "pdf/diff_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 64

/* -- tools -- */

void
pdf_diff_refuse(struct pdf_diff *d, int id, const char *fmt, ...)
{
    va_list ap;

    if (d->step->is_changed)
        return;
    d->step->is_changed = true;
    snprintf(d->step->where, sizeof(d->step->where), "object %d", id);
    va_start(ap, fmt);
    vsnprintf(d->step->why, sizeof(d->step->why), fmt, ap);
    va_end(ap);
}

struct pdf_change *
pdf_change_of(struct pdf_diff *d, int id)
{
    for (size_t low = 0, high = d->count; low < high;) {
        size_t mid = (low + high) / 2;
        if (d->changes[mid].id == (uint32_t)id)
            return &d->changes[mid];
        if (d->changes[mid].id < (uint32_t)id)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

bool
pdf_key_in(const char *key, const char *const *list)
{
    for (; *list != NULL; list++)
        if (strcmp(*list, key) == 0)
            return true;
    return false;
}

struct pdf_keys
pdf_keys_of(struct pdf_diff *d, qpdf_data q, qpdf_oh dict)
{
    struct pdf_keys keys = { 0 };
    size_t cap = 0;

    if (!qpdf_oh_is_dictionary(q, dict))
        return keys;
    for (qpdf_oh_begin_dict_key_iter(q, dict); d->rc == JY_OK && qpdf_oh_dict_more_keys(q);) {
        const char *key = qpdf_oh_dict_next_key(q);
        if (keys.count == cap) {
            char **list = realloc(keys.list, (cap = cap * 2 + 16) * sizeof(*list));
            if (list == NULL) {
                d->rc = JY_E_NOMEM;
                break;
            }
            keys.list = list;
        }
        if ((keys.list[keys.count] = strdup(key)) == NULL)
            d->rc = JY_E_NOMEM;
        else
            keys.count++;
    }
    return keys;
}

void
pdf_keys_free(struct pdf_keys *keys)
{
    for (size_t i = 0; i < keys->count; i++)
        free(keys->list[i]);
    free(keys->list);
    *keys = (struct pdf_keys){ 0 };
}

bool
pdf_diff_same(struct pdf_diff *d, qpdf_oh x, qpdf_oh y)
{
    char *s = pdf_text(d->a, x), *t = pdf_text(d->b, y);
    bool same = s != NULL && t != NULL && strcmp(s, t) == 0;

    if (s == NULL || t == NULL)
        d->rc = JY_E_NOMEM;
    free(s);
    free(t);
    return same;
}

void
pdf_diff_keys(struct pdf_diff *d, int id, const char *what, qpdf_oh x, qpdf_oh y, pdf_key_rule rule, void *arg)
{
    struct pdf_keys sides[2] = { pdf_keys_of(d, d->a, x), pdf_keys_of(d, d->b, y) };

    for (int side = 0; side < 2; side++)
        for (size_t i = 0; d->rc == JY_OK && i < sides[side].count; i++) {
            const char *key = sides[side].list[i];
            qpdf_oh u = qpdf_oh_get_key_if_dict(d->a, x, key), v = qpdf_oh_get_key_if_dict(d->b, y, key);
            if (side == 0 && !qpdf_oh_is_null(d->b, v))
                continue;                                    /* comes with the other side */
            if (!pdf_diff_same(d, u, v) && !rule(d, key, u, v, arg))
                pdf_diff_refuse(d, id, "%s: %s was %s", what, key, side == 0 ? "removed" : qpdf_oh_is_null(d->a, u) ? "added" : "changed");
        }
    pdf_keys_free(&sides[0]);
    pdf_keys_free(&sides[1]);
}

static void
reach(struct pdf_diff *d, qpdf_oh oh, int depth)
{
    qpdf_data q = d->b;

    if (depth > DEPTH_MAX || d->rc != JY_OK)
        return;
    if (qpdf_oh_is_indirect(q, oh)) {
        struct pdf_change *c = pdf_change_of(d, qpdf_oh_get_object_id(q, oh));
        if (c == NULL || !c->is_new || c->is_reached)
            return;
        c->is_reached = true;
    }
    if (qpdf_oh_is_stream(q, oh))
        oh = qpdf_oh_get_dict(q, oh);
    if (qpdf_oh_is_array(q, oh)) {
        int n = qpdf_oh_get_array_n_items(q, oh);
        for (int i = 0; i < n; i++)
            reach(d, qpdf_oh_get_array_item(q, oh, i), depth + 1);
    } else if (qpdf_oh_is_dictionary(q, oh)) {
        struct pdf_keys keys = pdf_keys_of(d, q, oh);
        for (size_t i = 0; i < keys.count; i++)
            reach(d, qpdf_oh_get_key(q, oh, keys.list[i]), depth + 1);
        pdf_keys_free(&keys);
    }
}

void
pdf_diff_reach(struct pdf_diff *d, qpdf_oh oh)
{
    reach(d, oh, 0);
}

/* -- catalog and form -- */

static bool
has_reference(qpdf_data q, qpdf_oh oh)
{
    char *text = pdf_text(q, oh);
    bool found = text == NULL || strstr(text, " R") != NULL;

    free(text);
    return found;
}

/* Fonts and the like: more names, never another meaning of a name. */
static bool
only_added(struct pdf_diff *d, const char *key, qpdf_oh x, qpdf_oh y, void *arg)
{
    (void)key;
    (void)arg;
    pdf_diff_reach(d, y);
    return qpdf_oh_is_null(d->a, x);
}

/* An array that is there now, and was one if it was there before. */
static bool
is_list(struct pdf_diff *d, qpdf_oh x, qpdf_oh y)
{
    return qpdf_oh_is_array(d->b, y) && (qpdf_oh_is_null(d->a, x) || qpdf_oh_is_array(d->a, x));
}

/* One kind of resource of the form: /Font and so on. */
static bool
names_only_added(struct pdf_diff *d, const char *key, qpdf_oh x, qpdf_oh y, void *arg)
{
    if (only_added(d, key, x, y, arg))
        return true;
    if (!qpdf_oh_is_dictionary(d->a, x) || !qpdf_oh_is_dictionary(d->b, y))
        return false;
    pdf_diff_keys(d, *(int *)arg, "AcroForm /DR", x, y, only_added, NULL);
    return true;
}

static bool
form_rule(struct pdf_diff *d, const char *key, qpdf_oh x, qpdf_oh y, void *arg)
{
    int id = *(int *)arg;

    if (strcmp(key, "/Fields") == 0 && is_list(d, x, y)) {
        pdf_diff_reach(d, y);
        pdf_diff_fields(d, id, x, y);
        return true;
    }
    if (strcmp(key, "/SigFlags") == 0)
        return qpdf_oh_is_integer(d->b, y);
    /* Removed by who signs: what is signed must not be drawn anew. Never added: readers would draw fields anew. */
    if (strcmp(key, "/NeedAppearances") == 0) {
        d->step->drawn_anew_before = qpdf_oh_is_bool(d->a, x) && qpdf_oh_get_bool_value(d->a, x);
        return qpdf_oh_is_null(d->b, y) || (qpdf_oh_is_bool(d->b, y) && !qpdf_oh_get_bool_value(d->b, y));
    }
    if (strcmp(key, "/DR") == 0 && qpdf_oh_is_dictionary(d->b, y)) {
        pdf_diff_reach(d, y);
        pdf_diff_keys(d, id, "AcroForm /DR", x, y, names_only_added, &id);
        return true;
    }
    return strcmp(key, "/DA") == 0 && qpdf_oh_is_null(d->a, x) && qpdf_oh_is_string(d->b, y);
}

static void
diff_form(struct pdf_diff *d, int id, qpdf_oh x, qpdf_oh y)
{
    pdf_diff_reach(d, y);
    if (!qpdf_oh_is_dictionary(d->b, y))
        pdf_diff_refuse(d, id, "the form was removed");
    else
        pdf_diff_keys(d, id, "AcroForm", x, y, form_rule, &id);
}

static bool
catalog_rule(struct pdf_diff *d, const char *key, qpdf_oh x, qpdf_oh y, void *arg)
{
    int id = *(int *)arg;

    if (strcmp(key, "/AcroForm") == 0) {
        diff_form(d, id, x, y);
        return true;
    }
    if (strcmp(key, "/DSS") == 0) {
        pdf_diff_reach(d, y);
        pdf_diff_evidence(d, id, x, y);
        return qpdf_oh_is_dictionary(d->b, y);
    }
    if (strcmp(key, "/Extensions") == 0)                    /* names of the extensions that DSS needs; nothing is drawn by it */
        return qpdf_oh_is_dictionary(d->b, y) && !has_reference(d->b, y);
    if (strcmp(key, "/Version") == 0)
        return qpdf_oh_is_name(d->b, y);
    if (strcmp(key, "/Metadata") == 0) {
        pdf_diff_reach(d, y);
        d->step->metadata = true;
        return qpdf_oh_is_stream(d->b, y) && qpdf_oh_is_dictionary_of_type(d->b, qpdf_oh_get_dict(d->b, y), "/Metadata", NULL);
    }
    return false;
}

/* -- pages -- */

static bool
page_rule(struct pdf_diff *d, const char *key, qpdf_oh x, qpdf_oh y, void *arg)
{
    qpdf_oh page = *(qpdf_oh *)arg;

    if (strcmp(key, "/Annots") != 0 || !is_list(d, x, y))
        return false;
    pdf_diff_reach(d, y);
    pdf_diff_annots(d, qpdf_oh_get_object_id(d->b, page), x, y, page);
    return true;
}

/* An array of its own, used as the fields of the form or the annotations of one page and as nothing else. */
static void
diff_array(struct pdf_diff *d, int id, qpdf_oh x, qpdf_oh y)
{
    const struct pdf_referred *by = pdf_refs_of(d->refs, (uint32_t)id);
    qpdf_oh form = qpdf_oh_get_key(d->a, qpdf_get_root(d->a), "/AcroForm"), owner;

    if (by == NULL || by->count != 1) {
        pdf_diff_refuse(d, id, "an array with %zu uses was changed", by == NULL ? 0 : by->count);
        return;
    }
    if (qpdf_oh_is_dictionary(d->a, form) && qpdf_oh_get_object_id(d->a, qpdf_oh_get_key(d->a, form, "/Fields")) == id) {
        pdf_diff_fields(d, id, x, y);
        return;
    }
    owner = qpdf_get_object_by_id(d->a, (int)by->by[0], 0);
    if (qpdf_oh_is_dictionary_of_type(d->a, owner, "/Page", NULL) && qpdf_oh_get_object_id(d->a, qpdf_oh_get_key(d->a, owner, "/Annots")) == id)
        pdf_diff_annots(d, id, x, y, qpdf_get_object_by_id(d->b, (int)by->by[0], 0));
    else
        pdf_diff_refuse(d, id, "an array was changed");
}

/* -- description -- */

/* Nothing in the earlier revision refers to it. */
static bool
is_unused(struct pdf_diff *d, int id)
{
    const struct pdf_referred *by = pdf_refs_of(d->refs, (uint32_t)id);

    return by != NULL && by->count == 0;
}

/* Something else than catalog, form or field as well, whatever it says that it is: as that it must not change. */
static bool
is_used_elsewhere(struct pdf_diff *d, int id)
{
    const struct pdf_referred *by = pdf_refs_of(d->refs, (uint32_t)id);

    return by == NULL || (by->places & ~(unsigned)PDF_IN_LIST) != 0;
}

static bool
is_description(struct pdf_diff *d, int id, qpdf_oh x)
{
    const struct pdf_referred *by = pdf_refs_of(d->refs, (uint32_t)id);
    qpdf_oh root = qpdf_get_root(d->a);

    if (id == qpdf_oh_get_object_id(d->a, root))
        return false;
    if (qpdf_oh_get_object_id(d->a, qpdf_oh_get_key(d->a, qpdf_get_trailer(d->a), "/Info")) == id)
        return is_unused(d, id);
    return qpdf_oh_is_stream(d->a, x) && qpdf_oh_get_object_id(d->a, qpdf_oh_get_key(d->a, root, "/Metadata")) == id && by != NULL && by->count == 1 &&
        by->by[0] == (uint32_t)qpdf_oh_get_object_id(d->a, root) && !is_used_elsewhere(d, qpdf_oh_get_object_id(d->a, root));
}

/* -- one object -- */

/* One copy of a stream at a time is held: a scan of hundreds of pages may be one of them. */
static bool
same_streams(struct pdf_diff *d, qpdf_oh x, qpdf_oh y)
{
    struct { qpdf_data q; qpdf_oh oh; } sides[2] = { { d->a, x }, { d->b, y } };
    uint8_t digests[2][JY_SM3_SIZE];
    char why[160];

    if (!pdf_diff_same(d, qpdf_oh_get_dict(d->a, x), qpdf_oh_get_dict(d->b, y)))
        return false;
    for (int i = 0; i < 2; i++) {
        unsigned char *bytes = NULL;
        size_t len = 0;
        QPDF_BOOL filtered;
        if (qpdf_oh_get_stream_data(sides[i].q, sides[i].oh, qpdf_dl_none, &filtered, &bytes, &len) != QPDF_SUCCESS) {
            free(bytes);                                 /* with a warning there are some */
            if (pdf_error(sides[i].q, why) == JY_E_NOMEM)
                d->rc = JY_E_NOMEM;
            return false;
        }
        if (jy_sm3(JY_SLICE(bytes, len), digests[i]) != JY_OK)
            d->rc = JY_E_CRYPTO;
        free(bytes);
    }
    return d->rc == JY_OK && memcmp(digests[0], digests[1], JY_SM3_SIZE) == 0;
}

static bool
same_objects(struct pdf_diff *d, qpdf_oh x, qpdf_oh y)
{
    char *s, *t;
    const char *text;
    bool same;

    if (qpdf_oh_is_stream(d->a, x) || qpdf_oh_is_stream(d->b, y))
        return qpdf_oh_is_stream(d->a, x) && qpdf_oh_is_stream(d->b, y) && same_streams(d, x, y);
    text = qpdf_oh_unparse_resolved(d->a, x);
    s = strdup(text == NULL ? "" : text);
    text = qpdf_oh_unparse_resolved(d->b, y);
    t = strdup(text == NULL ? "" : text);
    same = s != NULL && t != NULL && strcmp(s, t) == 0;
    if (s == NULL || t == NULL)
        d->rc = JY_E_NOMEM;
    free(s);
    free(t);
    return same;
}

static const char *
kind_of(qpdf_data q, qpdf_oh oh)
{
    qpdf_oh dict = qpdf_oh_is_stream(q, oh) ? qpdf_oh_get_dict(q, oh) : oh, type;

    if (qpdf_oh_is_dictionary(q, dict)) {
        if (qpdf_oh_is_name(q, type = qpdf_oh_get_key(q, dict, "/Type")) || qpdf_oh_is_name(q, type = qpdf_oh_get_key(q, dict, "/Subtype")))
            return qpdf_oh_get_name(q, type);
    }
    return qpdf_oh_get_type_name(q, oh);
}

/* An object of the earlier revision that is written anew. */
static void
diff_object(struct pdf_diff *d, const struct pdf_change *c)
{
    int id = (int)c->id;
    qpdf_oh x = qpdf_get_object_by_id(d->a, id, c->old_generation), y = qpdf_get_object_by_id(d->b, id, c->new_generation);
    qpdf_oh form = qpdf_oh_get_key(d->a, qpdf_get_root(d->a), "/AcroForm");
    char kind[64];

    if (same_objects(d, x, y))
        return;
    snprintf(kind, sizeof(kind), "%s", kind_of(d->a, x));
    if (is_unused(d, id) && qpdf_oh_is_stream(d->a, x) && qpdf_oh_is_stream(d->b, y) && strcmp(kind, "/XRef") == 0 &&
        strcmp(kind_of(d->b, y), "/XRef") == 0)
        return;                                              /* a writer that keeps the number of its xref stream */
    else if (is_description(d, id, x) && (qpdf_oh_is_stream(d->a, x) ? qpdf_oh_is_stream(d->b, y) && strcmp(kind_of(d->b, y), "/Metadata") == 0
                                                                     : qpdf_oh_is_dictionary(d->b, y)))
        d->step->metadata = true;
    else if (pdf_diff_of_evidence(d, id, x, y))
        pdf_diff_reach(d, y);
    else if (qpdf_oh_is_array(d->a, x) && qpdf_oh_is_array(d->b, y))
        diff_array(d, id, x, y);
    else if (qpdf_oh_is_dictionary(d->a, x) && qpdf_oh_is_dictionary(d->b, y)) {
        if (strcmp(kind, "/Page") == 0)
            pdf_diff_keys(d, id, "page", x, y, page_rule, &y);
        else if (is_used_elsewhere(d, id))
            pdf_diff_refuse(d, id, "%s was changed", kind);
        else if (id == qpdf_oh_get_object_id(d->a, qpdf_get_root(d->a)))
            pdf_diff_keys(d, id, "catalog", x, y, catalog_rule, &id);
        else if (qpdf_oh_is_dictionary(d->a, form) && qpdf_oh_get_object_id(d->a, form) == id)
            diff_form(d, id, x, y);
        else if (pdf_is_field(d->a, x))
            pdf_diff_field(d, id, x, y);
        else
            pdf_diff_refuse(d, id, "%s was changed", kind);
    } else if (!qpdf_oh_is_stream(d->a, x) || !qpdf_oh_is_stream(d->b, y) || !pdf_is_filled_appearance(d, id, x, y)) {
        pdf_diff_refuse(d, id, "%s was changed", kind);
    }
}

/* Set free: writers clear up what nothing used. What was named is null now where it was named; an object stream takes its objects along. */
static void
diff_gone(struct pdf_diff *d, const struct pdf_change *c)
{
    int id = (int)c->id;

    if (!is_unused(d, id) || strcmp(kind_of(d->a, qpdf_get_object_by_id(d->a, id, c->old_generation)), "/ObjStm") == 0)
        pdf_diff_refuse(d, id, "was removed");
    else if (qpdf_oh_get_object_id(d->a, qpdf_oh_get_key(d->a, qpdf_get_trailer(d->a), "/Info")) == id)
        d->step->metadata = true;
}

/* Objects that hold others, and what no permitted part of the revision uses. */
static void
note_orphan(struct pdf_diff *d, const struct pdf_change *c)
{
    qpdf_oh oh = qpdf_get_object_by_id(d->b, (int)c->id, c->new_generation);

    if (qpdf_oh_is_stream(d->b, oh) && (strcmp(kind_of(d->b, oh), "/XRef") == 0 || strcmp(kind_of(d->b, oh), "/ObjStm") == 0))
        return;
    if (qpdf_oh_get_object_id(d->b, qpdf_oh_get_key(d->b, qpdf_get_trailer(d->b), "/Info")) == (int)c->id) {
        d->step->metadata = true;
        return;
    }
    if (d->step->orphan == 0)
        d->step->orphan = c->id;
}

jy_err
pdf_diff(qpdf_data a, qpdf_data b, struct pdf_change *changes, size_t count, const struct pdf_refs *refs, struct pdf_step *step)
{
    struct pdf_diff d = { .a = a, .b = b, .changes = changes, .count = count, .refs = refs, .step = step };
    qpdf_oh info = qpdf_oh_get_key(b, qpdf_get_trailer(b), "/Info");

    if (!pdf_diff_same(&d, qpdf_oh_get_key(a, qpdf_get_trailer(a), "/Root"), qpdf_oh_get_key(b, qpdf_get_trailer(b), "/Root")))
        pdf_diff_refuse(&d, qpdf_oh_get_object_id(b, qpdf_get_root(b)), "another catalog");
    /* Info has texts of Info only; what it newly refers to must not become something else. */
    if (!pdf_diff_same(&d, qpdf_oh_get_key(a, qpdf_get_trailer(a), "/Info"), info) && !qpdf_oh_is_null(b, info)) {
        step->metadata = true;
        if (!qpdf_oh_is_dictionary(b, info))
            pdf_diff_refuse(&d, qpdf_oh_get_object_id(b, info), "Info is no dictionary");
    }
    for (size_t i = 0; d.rc == JY_OK && !step->is_changed && i < count; i++) {
        const struct pdf_referred *by = pdf_refs_of(refs, changes[i].id);
        if (changes[i].is_gone)
            diff_gone(&d, &changes[i]);
        else if (!changes[i].is_new)
            diff_object(&d, &changes[i]);
        else if (by != NULL && by->count > 0)
            pdf_diff_refuse(&d, (int)changes[i].id, "object %u used it before it existed", by->by[0]);
    }
    for (size_t i = 0; d.rc == JY_OK && !step->is_changed && i < count; i++)
        if (changes[i].is_new && !changes[i].is_reached)
            note_orphan(&d, &changes[i]);
    return d.rc;
}

void
pdf_step_free(struct pdf_step *step)
{
    for (size_t i = 0; i < step->filled_count; i++)
        free(step->filled[i]);
    free(step->filled);
    free(step->covered);
}
