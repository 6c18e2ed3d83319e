/* SPDX-License-Identifier: Apache-2.0 */
/* May this document be stamped? Its own permissions, locks, and what a stamp must not vouch for. */
#include <ofd/package.h>

#include <string.h>

static bool
read_date(const char *text, bool end, jy_time *out)
{
    char day[11];
    jy_err err = text == NULL ? JY_E_FORMAT : jy_time_parse_rfc3339(text, out);

    if (err == JY_OK && strlen(text) > 10)
        return true;
    if (text == NULL || strlen(text) < 10)
        return false;
    memcpy(day, text, 10);
    day[10] = '\0';
    if (jy_time_parse_rfc3339(day, out) != JY_OK)
        return false;
    if (end)
        *out += 86399;
    return true;
}

/* CT_Permission (GB/T 33190 7.5): Signature says whether the document may be signed, ValidPeriod when it may be used at all. Edit and Annot are about
 * its content, which a stamp leaves alone. */
static jy_err
check_permissions(const struct ofd_body *body, jy_time now, struct jy_fault *fault)
{
    const struct jy_xml *rights = jy_xml_child(jy_xml_root(body->document), "Permissions");
    const struct jy_xml *period = jy_xml_child(rights, "ValidPeriod");
    const char *signature = jy_xml_child_text(rights, "Signature");
    const char *start = jy_xml_attr(period, "StartDate"), *end = jy_xml_attr(period, "EndDate");
    jy_time t;

    if (ofd_is_false(signature))
        return jy_fail(fault, JY_E_STAMP_FORBIDDEN, "Permissions/Signature", 0, "false");
    if ((start != NULL && (!read_date(start, false, &t) || now < t)) || (end != NULL && (!read_date(end, true, &t) || now > t)))
        return jy_fail(fault, JY_E_STAMP_FORBIDDEN, "Permissions/ValidPeriod", 0, "today is outside the document's period");
    return JY_OK;
}

/* Earlier signatures: none locks the document, and what each protects is still what it was. */
static jy_err
check_earlier(struct ofd *ofd, struct jy_fault *fault)
{
    const struct jy_signature *list = NULL;
    size_t count = 0;
    jy_err err = ofd_signatures(ofd, &list, &count, fault);

    for (size_t i = 0; err == JY_OK && i < count; i++)
        if (ofd->extras[i].locks)
            err = jy_fail(fault, JY_E_LOCKED, list[i].path, 0, "signature %s protects the signature list", list[i].id);
    for (size_t i = 0; err == JY_OK && i < count; i++)
        for (size_t k = 0; err == JY_OK && k < list[i].findings.count; k++)
            if (list[i].findings.list[k].check == JY_CHECK_DOC_MODIFIED && !list[i].findings.list[k].passed)
                err = jy_fail(fault, JY_E_EARLIER_INVALID, list[i].findings.list[k].where, 0, "signature %s: %s", list[i].id,
                              list[i].findings.list[k].detail);
    return err;
}

jy_err
ofd_may_stamp(void *impl, jy_time now, struct jy_fault *fault)
{
    struct ofd *ofd = impl;
    jy_err err = JY_OK;

    if (jy_zip_prefix(ofd->zip) > 0)
        return jy_fail(fault, JY_E_AMBIGUOUS, "zip", 0, "%zu bytes before the package: not every program opens it; save it anew with the one that made it",
                       jy_zip_prefix(ofd->zip));
    if (ofd->versions)
        return jy_fail(fault, JY_E_AMBIGUOUS, "OFD.xml", 0, "the document has versions: which one is shown depends on the program");
    if (ofd->twice[0] != '\0')
        return jy_fail(fault, JY_E_AMBIGUOUS, "ST_ID", 0, "two resources or templates have the %s: which one is shown depends on the program", ofd->twice);
    if (jy_zip_find(ofd->zip, "OFDEntries.xml", true) != SIZE_MAX)
        return jy_fail(fault, JY_E_UNSUPPORTED, "OFDEntries.xml", 0, "integrity protection by GM/T 0099 would be broken");
    for (size_t i = 0; err == JY_OK && i < ofd->bodies; i++)
        err = check_permissions(&ofd->body[i], now, fault);
    if (err == JY_OK)
        err = ofd_check_active(ofd, fault);
    if (err == JY_OK)
        err = check_earlier(ofd, fault);
    /* It stays open for further signatures: what is shown of it could be changed under every stamp. */
    for (size_t i = 0; err == JY_OK && i < ofd->bodies; i++)
        if (ofd->body[i].list_file != SIZE_MAX && ofd->reached[ofd->body[i].list_file] != 0)
            err = jy_fail(fault, JY_E_AMBIGUOUS, ofd->body[i].list_path, 0, "the document shows its signature list as another part");
    return err;
}
