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

jy_err
ofd_may_stamp(void *impl, jy_time now, struct jy_fault *fault)
{
    struct ofd *ofd = impl;
    const struct jy_xml *rights = jy_xml_child(jy_xml_root(ofd->document), "Permissions");
    const struct jy_xml *period = jy_xml_child(rights, "ValidPeriod");
    const char *signature = jy_xml_child_text(rights, "Signature");
    const struct jy_signature *list = NULL;
    size_t count = 0;
    jy_time t;
    jy_err err;

    if (jy_zip_prefix(ofd->zip) > 0)
        return jy_fail(fault, JY_E_AMBIGUOUS, "zip", 0, "%zu bytes before the package: not every program opens it; save it anew with the one that made it",
                       jy_zip_prefix(ofd->zip));
    if (ofd->bodies != 1)
        return jy_fail(fault, JY_E_UNSUPPORTED, "OFD.xml", 0, "a package with %zu documents is not stamped", ofd->bodies);
    if (jy_zip_find(ofd->zip, "OFDEntries.xml", true) != SIZE_MAX)
        return jy_fail(fault, JY_E_UNSUPPORTED, "OFDEntries.xml", 0, "integrity protection by GM/T 0099 would be broken");
    if (signature != NULL && (strcmp(signature, "false") == 0 || strcmp(signature, "0") == 0))
        return jy_fail(fault, JY_E_STAMP_FORBIDDEN, "Permissions/Signature", 0, "false");
    if (period != NULL && ((jy_xml_attr(period, "StartDate") != NULL && (!read_date(jy_xml_attr(period, "StartDate"), false, &t) || now < t)) ||
                           (jy_xml_attr(period, "EndDate") != NULL && (!read_date(jy_xml_attr(period, "EndDate"), true, &t) || now > t))))
        return jy_fail(fault, JY_E_STAMP_FORBIDDEN, "Permissions/ValidPeriod", 0, "today is outside the document's period");
    err = ofd_signatures(ofd, &list, &count, fault);
    if (err != JY_OK)
        return err;
    for (size_t i = 0; i < count; i++)
        if (ofd->extras[i].locks)
            return jy_fail(fault, JY_E_LOCKED, list[i].path, 0, "signature %s protects the signature list", list[i].id);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < list[i].findings.count; k++)
            if (list[i].findings.list[k].check == JY_CHECK_DOC_MODIFIED && !list[i].findings.list[k].passed)
                return jy_fail(fault, JY_E_EARLIER_INVALID, list[i].findings.list[k].where, 0, "signature %s: %s", list[i].id,
                               list[i].findings.list[k].detail);
    return JY_OK;
}
