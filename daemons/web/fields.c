/* SPDX-License-Identifier: Apache-2.0 */
/* A JSON body against its route's fields: nothing missing, nothing unknown, every value in its range and form. */
#include "codec/text.h"
#include "daemons/web/plain.h"
#include "daemons/web/route.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static jy_err
refuse(struct jy_fault *fault, const char *field, const char *what)
{
    return jy_fail(fault, JY_E_BAD_FIELD, field, 0, "%s", what);
}

static jy_err
check_text(const struct field *field, const json_t *value, struct jy_fault *fault)
{
    const char *text = json_string_value(value);
    int64_t length = (int64_t)json_string_length(value);
    const char *problem;
    jy_time time;

    if (text == NULL)
        return refuse(fault, field->name, "must be text");
    if (field->kind == IN_SEALED)
        length = length / 4 * 3;
    if (length < field->min || length > field->max)
        return jy_fail(fault, JY_E_BAD_FIELD, field->name, 0, "must have %lld to %lld bytes", (long long)field->min, (long long)field->max);
    if ((problem = plain_problem(text)) != NULL)
        return refuse(fault, field->name, problem);
    if (field->kind == IN_SEALED && text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")] != '\0')
        return refuse(fault, field->name, "must be base64");
    if (field->kind == IN_TIME && jy_time_parse_rfc3339(text, &time) != JY_OK)
        return refuse(fault, field->name, "must be a time such as 2026-01-31T09:00:00Z");
    return field->check == NULL ? JY_OK : field->check(text, field->name, fault);
}

/* A fault inside names the item: "items[3].page". */
static jy_err
check_objects(const struct field *field, const json_t *value, struct jy_fault *fault)
{
    struct jy_fault inner = { 0 };
    const json_t *item;
    size_t i;
    jy_err rc;

    if (!json_is_array(value) || (int64_t)json_array_size(value) < field->min || (int64_t)json_array_size(value) > field->max)
        return jy_fail(fault, JY_E_BAD_FIELD, field->name, 0, "must be a list of %lld to %lld objects", (long long)field->min, (long long)field->max);
    json_array_foreach((json_t *)(uintptr_t)value, i, item) {
        char where[128];
        if (!json_is_object(item))
            return jy_fail(fault, JY_E_BAD_FIELD, field->name, 0, "must be a list of objects");
        if ((rc = fields_check(field->members, item, &inner)) != JY_OK) {
            snprintf(where, sizeof(where), "%s[%zu].%.80s", field->name, i, inner.where);
            return jy_fail(fault, rc, where, 0, "%s", inner.text);
        }
    }
    return JY_OK;
}

static jy_err
check_value(const struct field *field, const json_t *value, struct jy_fault *fault)
{
    const json_t *item;
    size_t i;

    switch (field->kind) {
    case IN_TEXT:
    case IN_TIME:
    case IN_SEALED:
        return check_text(field, value, fault);
    case IN_BOOL:
        return json_is_boolean(value) ? JY_OK : refuse(fault, field->name, "must be true or false");
    case IN_INT:
        if (!json_is_integer(value) || json_integer_value(value) < field->min || json_integer_value(value) > field->max)
            return jy_fail(fault, JY_E_BAD_FIELD, field->name, 0, "must be a whole number from %lld to %lld", (long long)field->min, (long long)field->max);
        return JY_OK;
    case IN_NUMBER:
        if (!json_is_number(value) || !isfinite(json_number_value(value)) || json_number_value(value) < (double)field->min ||
            json_number_value(value) > (double)field->max)
            return jy_fail(fault, JY_E_BAD_FIELD, field->name, 0, "must be a number from %lld to %lld", (long long)field->min, (long long)field->max);
        return JY_OK;
    case IN_TEXTS:
        if (!json_is_array(value) || (int64_t)json_array_size(value) < field->min || (int64_t)json_array_size(value) > field->max)
            return jy_fail(fault, JY_E_BAD_FIELD, field->name, 0, "must be a list of %lld to %lld texts", (long long)field->min, (long long)field->max);
        json_array_foreach((json_t *)(uintptr_t)value, i, item)
            if (!json_is_string(item) || json_string_length(item) > 64 || plain_problem(json_string_value(item)) != NULL)
                return refuse(fault, field->name, "must be a list of texts of at most 64 bytes");
        return JY_OK;
    case IN_OBJECTS:
        return check_objects(field, value, fault);
    }
    return JY_E_INTERNAL;
}

jy_err
fields_check(const struct field *fields, const json_t *input, struct jy_fault *fault)
{
    char shown[65];
    const char *name;
    json_t *value;
    jy_err rc;

    json_object_foreach((json_t *)(uintptr_t)input, name, value) {
        const struct field *field = fields;
        while (field->name != NULL && strcmp(field->name, name) != 0)
            field++;
        if (field->name == NULL)                           /* the name is the sender's: shown so that it can do nothing where it is read */
            return refuse(fault, jy_text_visible(name, shown, sizeof(shown)), "there is no such field");
    }
    for (const struct field *field = fields; field->name != NULL; field++) {
        value = json_object_get(input, field->name);
        if (value == NULL && field->optional)
            continue;
        if (value == NULL)
            return refuse(fault, field->name, "is missing");
        if ((rc = check_value(field, value, fault)) != JY_OK)
            return rc;
    }
    return JY_OK;
}

jy_err
check_uscc(const char *value, const char *field, struct jy_fault *fault)
{
    return uscc_is_valid(value) ? JY_OK : jy_fail(fault, JY_E_BAD_USCC, field, 0, "%s", value);
}

jy_err
check_id_number(const char *value, const char *field, struct jy_fault *fault)
{
    return id_number_is_valid(value) ? JY_OK : jy_fail(fault, JY_E_BAD_ID_NUMBER, field, 0, "check digit, date or length");
}

jy_err
check_district(const char *value, const char *field, struct jy_fault *fault)
{
    return district_name(value) != NULL ? JY_OK : refuse(fault, field, "is not a district of Tianjin (GB/T 2260)");
}

jy_err
check_organization_kind(const char *value, const char *field, struct jy_fault *fault)
{
    return organization_kind_by_code(value) != NULL ? JY_OK : refuse(fault, field, "is not a kind of organization (R3.1)");
}

jy_err
check_seal_kind(const char *value, const char *field, struct jy_fault *fault)
{
    return seal_kind_by_code(value) != NULL ? JY_OK : refuse(fault, field, "is not a kind of seal (R3.1, R3.2)");
}

jy_err
check_category(const char *value, const char *field, struct jy_fault *fault)
{
    return document_category_by_code(value) != NULL ? JY_OK : refuse(fault, field, "is not a document category (R15.1)");
}

jy_err
check_cancel_reason(const char *value, const char *field, struct jy_fault *fault)
{
    return cancel_reason_by_code(value) != NULL ? JY_OK : jy_fail(fault, JY_E_REASON_REQUIRED, field, 0, "%s", value);
}

jy_err
check_seal_application_type(const char *value, const char *field, struct jy_fault *fault)
{
    const struct application_type *type = application_type_by_code(value);

    return type != NULL && type->seal_event != NULL ? JY_OK : refuse(fault, field, "is not an application about a seal (R20.1, R20.2, R21.1, N1)");
}

jy_err
check_inspection_kind(const char *value, const char *field, struct jy_fault *fault)
{
    return strcmp(value, "routine") == 0 || strcmp(value, "sampling") == 0 || strcmp(value, "complaint") == 0 ? JY_OK :
        refuse(fault, field, "must be routine, sampling or complaint (R13.6)");
}

jy_err
check_digits(const char *value, const char *field, struct jy_fault *fault)
{
    return value[strspn(value, "0123456789")] == '\0' ? JY_OK : refuse(fault, field, "must be digits");
}

jy_err
check_login(const char *value, const char *field, struct jy_fault *fault)
{
    return value[strspn(value, "abcdefghijklmnopqrstuvwxyz0123456789._-")] == '\0' ? JY_OK :
        refuse(fault, field, "may hold a-z, 0-9, '.', '_' and '-'");
}

jy_err
check_idempotency_key(const char *value, const char *field, struct jy_fault *fault)
{
    return value[strspn(value, IDEMPOTENCY_KEY_CHARACTERS)] == '\0' ? JY_OK : refuse(fault, field, "may hold A-Z, a-z, 0-9, '-', '_', '.' and ':'");
}

jy_err
check_algorithm(const char *value, const char *field, struct jy_fault *fault)
{
    return strcmp(value, "hmac-sm3") == 0 || strcmp(value, "sm2") == 0 ? JY_OK : refuse(fault, field, "must be hmac-sm3 or sm2");
}

jy_err
check_id(const char *value, const char *field, struct jy_fault *fault)
{
    return value[strspn(value, "0123456789abcdef")] == '\0' ? JY_OK : refuse(fault, field, "must be 32 hex digits");
}

jy_err
check_sm3(const char *value, const char *field, struct jy_fault *fault)
{
    return strlen(value) == 64 && value[strspn(value, "0123456789abcdef")] == '\0' ? JY_OK : refuse(fault, field, "must be 64 hex digits: a digest by SM3");
}

jy_err
check_format(const char *value, const char *field, struct jy_fault *fault)
{
    return strcmp(value, "OFD") == 0 || strcmp(value, "PDF") == 0 ? JY_OK : refuse(fault, field, "must be OFD or PDF (R15.1)");
}

/* What is signed as an IA5String (GB/T 38540-2020 7.1). */
jy_err
check_ascii(const char *value, const char *field, struct jy_fault *fault)
{
    for (; *value != '\0'; value++)
        if (*value < 0x20 || *value > 0x7E)
            return refuse(fault, field, "must be printable ASCII");
    return JY_OK;
}

jy_err
check_base64(const char *value, const char *field, struct jy_fault *fault)
{
    struct jy_buf bytes = { 0 };
    jy_err rc = jy_base64_decode(jy_slice_text(value), &bytes);

    jy_buf_free(&bytes);
    return rc == JY_OK ? JY_OK : refuse(fault, field, "must be base64");
}
