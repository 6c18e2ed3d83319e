/* SPDX-License-Identifier: Apache-2.0 */
/* What acts by itself, lies outside the package, or is there for printing only: a stamp on it would vouch for what nobody has seen. */
#include <ofd/package.h>

#include <string.h>
#include <strings.h>

/* http, https and mailto, or a location beside the document: what a person follows by clicking. */
static bool
is_plain_uri(const char *uri)
{
    static const char *const schemes[] = { "http:", "https:", "mailto:" };
    size_t scheme = strcspn(uri, ":/?#");

    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
        if (strncasecmp(uri, schemes[i], strlen(schemes[i])) == 0)
            return true;
    return uri[scheme] != ':';
}

/* GB/T 33190 14: going to a page changes nothing, and neither does a link that waits for a click. What runs by itself, opens an attachment,
 * plays, or is unknown is nothing that a seal can vouch for. NULL when the action is harmless. */
static const char *
why_not(const struct jy_xml *action)
{
    const char *event = jy_xml_attr(action, "Event");
    bool by_click = event == NULL || strcmp(event, "CLICK") == 0;

    for (const struct jy_xml *what = action->child; what != NULL; what = what->next) {
        const char *uri = jy_xml_attr(what, "URI");

        if (strcmp(what->name, "Goto") == 0 || strcmp(what->name, "Region") == 0)
            continue;
        if (strcmp(what->name, "URI") != 0)
            return what->name;
        if (!by_click)
            return "URI that opens by itself";
        if (uri != NULL && !is_plain_uri(uri))
            return uri;
    }
    return NULL;
}

static const char *
id_of(const struct jy_xml *node)
{
    const char *id = jy_xml_attr(node, "ID");

    return id == NULL ? "without ID" : id;
}

/* Nothing acts, and no annotation (GB/T 33190 15.2: Visible and Print) is there for printing only. */
static jy_err
check_actions(const struct jy_xml *node, const char *where, struct jy_fault *fault)
{
    jy_err err = JY_OK;

    for (; err == JY_OK && node != NULL; node = node->next) {
        const char *why = strcmp(node->name, "Action") == 0 ? why_not(node) : NULL;

        if (why != NULL)
            err = jy_fail(fault, JY_E_ACTIVE_CONTENT, where, 0, "action %.100s", why);
        else if (strcmp(node->name, "Annot") == 0 && ofd_is_false(jy_xml_attr(node, "Visible")) && !ofd_is_false(jy_xml_attr(node, "Print")))
            err = jy_fail(fault, JY_E_SHOWN_VARIOUSLY, where, 0, "annotation %.20s is printed and not displayed", id_of(node));
        else
            err = check_actions(node->child, where, fault);
    }
    return err;
}

/* Parts of which ofd_reach saw that something in them acts, and annotations. */
jy_err
ofd_check_active(struct ofd *ofd, struct jy_fault *fault)
{
    jy_err err = JY_OK;

    if (ofd->outside != NULL)
        return jy_fail(fault, JY_E_ACTIVE_CONTENT, "ST_Loc", 0, "the document shows what is outside the package: %.200s", ofd->outside);
    for (size_t i = 0; err == JY_OK && i < jy_zip_count(ofd->zip); i++) {
        struct jy_xml_doc *doc = NULL;

        if (!ofd->acts[i])
            continue;
        err = ofd_parse(ofd, i, NULL, &doc, fault);
        if (err == JY_OK)
            err = check_actions(jy_xml_root(doc), jy_zip_entry(ofd->zip, i)->name, fault);
        jy_xml_free(doc);
    }
    return err;
}
