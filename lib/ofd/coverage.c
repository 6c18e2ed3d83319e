/* SPDX-License-Identifier: Apache-2.0 */
/* What each signature leaves unprotected (seal-formats 3.6): the whole package against the set of entries that its references name. */
#include <ofd/package.h>

#include <jinyin/seal.h>

#include <stdlib.h>
#include <string.h>

/* Of which signature an entry is a file: its Signature.xml, its value, or its seal. */
struct owner {
    size_t signature;                 /* the last one that names it, SIZE_MAX: none */
    bool own;                         /* by Signature.xml or value: cannot be among the references of the same signature */
};

enum look { NOT_LOOKED_AT, NO_DOCUMENT, A_DOCUMENT };

struct cover {
    struct ofd *ofd;
    struct owner *owners;             /* by entry */
    size_t entries;
    bool *by_body;                    /* by DocBody and entry: some signature of its list covers it */
    size_t root;                      /* entry of OFD.xml */
    enum look *looks;                 /* by entry */
    bool *has_other;                  /* by signature that leaves OFD.xml out: it covers a document that OFD.xml does not name */
};

/* Is it no wonder that signature k does not cover this entry? */
static bool
is_expected(const struct cover *c, size_t k, size_t entry)
{
    const struct ofd_extra *extras = c->ofd->extras;
    const struct owner *o = &c->owners[entry];

    for (size_t b = 0; b < c->ofd->bodies; b++)
        if (c->ofd->body[b].list_file == entry)
            return true;
    if (o->signature == SIZE_MAX)
        return false;
    /* Which of two documents was signed first, no list tells. */
    return o->signature > k || (o->signature == k && o->own) || extras[o->signature].body != extras[k].body;
}

struct beginning {
    struct jy_xml_reader *reader;
    uint64_t size;                    /* of the whole part, bytes */
    enum look look;
};

/* The beginning of a part is enough to tell: no more of it is unpacked. */
static jy_err
sink_beginning(void *ctx, struct jy_slice chunk)
{
    struct beginning *b = ctx;

    b->look = jy_xml_may_be(b->reader, chunk, chunk.len < b->size, OFD_DOCUMENT) ? A_DOCUMENT : NO_DOCUMENT;
    return JY_E_LIMIT;
}

static jy_err
look_at(struct cover *c, size_t entry, struct jy_fault *fault)
{
    struct beginning b = { .reader = c->ofd->reader, .size = jy_zip_entry(c->ofd->zip, entry)->size };
    jy_err err = jy_zip_stream(c->ofd->zip, entry, sink_beginning, &b, fault);

    c->looks[entry] = b.look == A_DOCUMENT ? A_DOCUMENT : NO_DOCUMENT;
    return b.look == NOT_LOOKED_AT ? err : JY_OK;
}

/*
 * Could an OFD.xml that signature k leaves out be made to name another document that k protects? Any part may be one, whatever else it is: an attachment,
 * an earlier version, something left over.
 */
static jy_err
find_other(struct cover *c, size_t k, struct jy_fault *fault)
{
    const struct ofd *ofd = c->ofd;
    jy_err err = JY_OK;

    for (size_t i = 0; err == JY_OK && !c->has_other[k] && i < jy_zip_count(ofd->zip); i++) {
        if (!ofd->extras[k].covered[i] || i == ofd->body[0].file)
            continue;
        if (c->looks[i] == NOT_LOOKED_AT)
            err = look_at(c, i, fault);
        c->has_other[k] = c->looks[i] == A_DOCUMENT;
    }
    return err;
}

/* Is it shown, and may be changed without this signature telling? */
static bool
is_unprotected(const struct cover *c, size_t k, size_t entry)
{
    const struct ofd *ofd = c->ofd;
    uint16_t shown = ofd->reached[entry], body = (uint16_t)(1 + ofd->extras[k].body);

    if (shown == 0 || entry == ofd->extras[k].file)             /* Signature.xml is what the value signs */
        return false;
    /* Several vendors leave OFD.xml out; with one document in the package it can only lead to parts that are checked themselves. */
    if (ofd->bodies == 1 && entry == c->root)
        return c->has_other[k];
    /* Another document of the package that its own signature protects. */
    return shown == body || shown == OFD_SHOWN_BY_SEVERAL || !c->by_body[(shown - 1u) * c->entries + entry];
}

/* What the package as a whole has against the letter. */
static jy_err
check_package(const struct cover *c, size_t k)
{
    const struct ofd *ofd = c->ofd;
    struct jy_signature *sig = &ofd->signatures[k];
    jy_err err = JY_OK;

    if (jy_zip_prefix(ofd->zip) > 0)
        err = ofd_note_deviation(sig, JY_DEVIATION_ZIP_PREFIX, "");
    if (err == JY_OK && ofd->versions)
        err = ofd_note_deviation(sig, JY_DEVIATION_OTHER_VERSION, "OFD.xml");
    if (err == JY_OK && ofd->twice[0] != '\0')
        err = ofd_note_deviation(sig, JY_DEVIATION_RESOURCE_ID, ofd->twice);
    if (err == JY_OK && ofd->guessed != NULL)
        err = jy_findings_add(&sig->findings, JY_CHECK_LOCATION, false, ofd->guessed, 0, "is not what the location says");
    for (size_t i = 0; err == JY_OK && i < k; i++)
        if (ofd->extras[i].body == ofd->extras[k].body && strcmp(ofd->signatures[i].id, sig->id) == 0) {
            err = ofd_note_deviation(sig, JY_DEVIATION_SIGNATURE_ID, sig->path);
            break;
        }
    return err;
}

static bool
is_called_signature(const char *name)
{
    const char *leaf = strrchr(name, '/');

    return strcmp(leaf == NULL ? name : leaf + 1, "Signature.xml") == 0;
}

static jy_err
check_signature(const struct cover *c, size_t k)
{
    const struct ofd *ofd = c->ofd;
    const struct ofd_extra *extra = &ofd->extras[k];
    struct jy_signature *sig = &ofd->signatures[k];
    size_t unprotected = 0, more = 0;
    bool unlisted = false;
    jy_err err = JY_OK;

    for (size_t i = 0; err == JY_OK && i < jy_zip_count(ofd->zip); i++) {
        const struct jy_zip_entry *e = jy_zip_entry(ofd->zip, i);

        if (e->directory)
            continue;
        if (extra->covered[i])
            unlisted = unlisted || (c->owners[i].signature == SIZE_MAX && is_called_signature(e->name));
        else if (is_unprotected(c, k, i))
            err = ofd_note(sig, JY_CHECK_COVERAGE, &unprotected, e->name, e->start,
                           i == c->root && c->has_other[k] ? "not protected, and could name another document that is" : "shown but not protected");
        else if (!is_expected(c, k, i))
            err = ofd_note(sig, JY_CHECK_COVERAGE_EXTRA, &more, e->name, e->start, "not protected");
    }
    if (err == JY_OK && ofd->outside != NULL)
        err = ofd_note(sig, JY_CHECK_COVERAGE, &unprotected, ofd->outside, 0, "shown from outside the package");
    if (err == JY_OK)
        err = ofd_note_end(sig, JY_CHECK_COVERAGE, unprotected, "");
    if (err == JY_OK)
        err = ofd_note_end(sig, JY_CHECK_COVERAGE_EXTRA, more, "");
    if (err == JY_OK && unlisted)
        err = ofd_note_deviation(sig, JY_DEVIATION_SIGNATURE_UNLISTED, sig->path);
    return err == JY_OK ? check_package(c, k) : err;
}

/* Parts that no location names as the standard reads it, but that a reader finds who reads it otherwise. Those of signatures are named by the lists. */
static void
reach_near(const struct cover *c)
{
    struct ofd *ofd = c->ofd;

    for (size_t i = 0; i < jy_zip_count(ofd->zip); i++) {
        bool covered = true, list = false;

        for (size_t k = 0; k < ofd->signature_count; k++)
            covered = covered && ofd->extras[k].covered[i];
        for (size_t b = 0; b < ofd->bodies; b++)
            list = list || ofd->body[b].list_file == i;
        if (!covered && !list && ofd->reached[i] == 0 && c->owners[i].signature == SIZE_MAX && !jy_zip_entry(ofd->zip, i)->directory &&
            (ofd->mentioned[i] || ofd_is_near(ofd, jy_zip_entry(ofd->zip, i)->name)))
            ofd->reached[i] = OFD_SHOWN_BY_SEVERAL;
    }
}

static void
own(struct cover *c, size_t entry, size_t signature, bool own_file)
{
    if (entry != SIZE_MAX)
        c->owners[entry] = (struct owner){ signature, own_file };
}

jy_err
ofd_coverage(struct ofd *ofd, struct jy_fault *fault)
{
    size_t entries = jy_zip_count(ofd->zip) + 1;
    struct cover c = { .ofd = ofd, .owners = calloc(entries, sizeof(*c.owners)), .entries = entries,
                       .by_body = calloc(ofd->bodies * entries, sizeof(*c.by_body)), .root = jy_zip_find(ofd->zip, "OFD.xml", false),
                       .looks = calloc(entries, sizeof(*c.looks)), .has_other = calloc(ofd->signature_count + 1, sizeof(*c.has_other)) };
    bool has_memory = c.owners != NULL && c.by_body != NULL && c.looks != NULL && c.has_other != NULL;
    jy_err err = has_memory ? JY_OK : jy_fail(fault, JY_E_NOMEM, NULL, 0, "no memory");

    for (size_t i = 0; err == JY_OK && i < entries; i++)
        c.owners[i].signature = SIZE_MAX;
    for (size_t k = 0; err == JY_OK && k < ofd->signature_count; k++) {
        own(&c, ofd->extras[k].seal_file, k, false);
        own(&c, ofd->extras[k].value_file, k, true);
        own(&c, ofd->extras[k].file, k, true);
        for (size_t i = 0; i < entries; i++)
            if (ofd->extras[k].covered[i])
                c.by_body[ofd->extras[k].body * entries + i] = true;
    }
    for (size_t k = 0; err == JY_OK && k < ofd->signature_count; k++)
        if (ofd->bodies == 1 && !ofd->extras[k].covered[c.root])
            err = find_other(&c, k, fault);
    if (err == JY_OK)
        reach_near(&c);
    for (size_t k = 0; err == JY_OK && k < ofd->signature_count; k++)
        err = check_signature(&c, k);
    free(c.owners);
    free(c.by_body);
    free(c.looks);
    free(c.has_other);
    return err;
}
