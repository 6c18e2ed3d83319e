/* SPDX-License-Identifier: Apache-2.0 */
/* What each check of a field demands, as a pattern or as a list of codes: for the description of the API (api/openapi.json). */
#include "daemons/web/route.h"

static const char *
organization_kind_at(size_t i)
{
    size_t count;
    const struct organization_kind *list = organization_kinds(&count);

    return i < count ? list[i].code : NULL;
}

static const char *
seal_kind_at(size_t i)
{
    size_t count;
    const struct seal_kind *list = seal_kinds(&count);

    return i < count ? list[i].code : NULL;
}

static const char *
category_at(size_t i)
{
    size_t count;
    const struct document_category *list = document_categories(&count);

    return i < count ? list[i].code : NULL;
}

static const char *
cancel_reason_at(size_t i)
{
    size_t count;
    const struct cancel_reason *list = cancel_reasons(&count);

    return i < count ? list[i].code : NULL;
}

/* Only the types that are about a seal. */
static const char *
seal_application_type_at(size_t i)
{
    size_t count;
    const struct application_type *list = application_types(&count);

    for (size_t k = 0; k < count; k++)
        if (list[k].seal_event != NULL && i-- == 0)
            return list[k].code;
    return NULL;
}

static const struct field_form forms[] = {
    { check_base64, "base64", "^[A-Za-z0-9+/=]*$", NULL },
    { check_seal_application_type, "seal_application_type", "^(reissue|renewal|cancellation|suspension|resumption)$", NULL },
    { check_inspection_kind, "inspection_kind", "^(routine|sampling|complaint)$", NULL },

    { check_sm3, "sm3", "^[0-9a-f]{64}$", NULL },
    { check_format, "document_format", "^(OFD|PDF)$", NULL },
    { check_ascii, "ascii", "^[ -~]*$", NULL },
    { check_id, "id", "^[0-9a-f]*$", NULL },
    { check_digits, "digits", "^[0-9]*$", NULL },
    { check_login, "login", "^[a-z0-9._-]*$", NULL },
    { check_idempotency_key, "idempotency_key", "^[A-Za-z0-9_.:-]*$", NULL },
    { check_algorithm, "client_algorithm", "^(hmac-sm3|sm2)$", NULL },
    { check_uscc, "uscc", "^[0-9A-HJ-NPQRTUWXY]{18}$", NULL },
    { check_id_number, "id_number", "^[0-9]{17}[0-9X]$", NULL },
    { check_district, "district", "^1201[0-9]{2}$", NULL },
    { check_organization_kind, "organization_kind", NULL, organization_kind_at },
    { check_seal_kind, "seal_kind", NULL, seal_kind_at },
    { check_seal_application_type, "seal_application_type", NULL, seal_application_type_at },
    { check_category, "document_category", NULL, category_at },
    { check_cancel_reason, "cancel_reason", NULL, cancel_reason_at },
};

const struct field_form *
field_form(field_check *check)
{
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
        if (forms[i].check == check)
            return &forms[i];
    return NULL;
}
