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

struct cover {
    struct ofd *ofd;
    struct owner *owners;             /* by entry */
    size_t entries;
    bool *by_body;                    /* by DocBody and entry: some signature of its list covers it */
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

/* Is it shown, and may be changed without this signature telling? */
static bool
is_unprotected(const struct cover *c, size_t k, size_t entry)
{
    const struct ofd *ofd = c->ofd;
    uint16_t shown = ofd->reached[entry], body = (uint16_t)(1 + ofd->extras[k].body);

    if (shown == 0 || entry == ofd->extras[k].file)             /* Signature.xml is what the value signs */
        return false;
    /* Several vendors leave OFD.xml out; with one document it can only lead to parts that are checked themselves. */
    if (ofd->bodies == 1 && strcmp(jy_zip_entry(ofd->zip, entry)->name, "OFD.xml") == 0)
        return false;
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
            err = ofd_note(sig, JY_CHECK_COVERAGE, &unprotected, e->name, e->start, "shown but not protected");
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
    struct cover c = { ofd, calloc(entries, sizeof(*c.owners)), entries, calloc(ofd->bodies * entries, sizeof(*c.by_body)) };
    jy_err err = c.owners == NULL || c.by_body == NULL ? jy_fail(fault, JY_E_NOMEM, NULL, 0, "no memory") : JY_OK;

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
    if (err == JY_OK)
        reach_near(&c);
    for (size_t k = 0; err == JY_OK && k < ofd->signature_count; k++)
        err = check_signature(&c, k);
    free(c.owners);
    free(c.by_body);
    return err;
}
