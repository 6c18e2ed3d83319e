/* SPDX-License-Identifier: Apache-2.0 */
/* What the cryptography authority looks at (R4.1, R27.1): algorithms, devices, certificates. And the configuration as the web room has it. */
#include "daemons/web/route.h"

#include "codec/text.h"

#include <stdlib.h>
#include <string.h>

static const struct { const char *name, *standard, *used_for; } algorithms[] = {
    { "SM2 signature with SM3", "GB/T 32918.2, GB/T 35276", "seals, stamps, approvals, certificates, signed login challenges" },
    { "SM2 encryption", "GB/T 32918.4, GM/T 0009", "PINs sealed to the key process" },
    { "SM3", "GB/T 32905", "digests of documents, orders, records; the chain of the audit record" },
    { "HMAC-SM3", "GB/T 15852.2, GB/T 32905", "search indexes, integrity codes of rows, wrapping" },
    { "SM4-CTR with HMAC-SM3", "GB/T 32907, GB/T 17964", "personal data, kept answers, wrapped private keys" },
    { "HKDF-SM3", "RFC 5869 with SM3", "keys for each purpose" },
    { "PBKDF2-HMAC-SM3", "GB/T 41389, RFC 8018", "passwords, where configured" },
    { "Argon2id", "RFC 9106", "passwords and PINs (not an SM algorithm; password_function replaces it for passwords)" },
    { "TOTP with HMAC-SHA-1", "RFC 6238", "one-time codes of phones (not an SM algorithm; an SM2 certificate can be used instead)" },
};

jy_err
inventory_show(struct exchange *x, struct jy_fault *fault)
{
    json_t *list = json_array();

    const char *device = x->web->device;

    (void)fault;
    for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "name", algorithms[i].name, "standard", algorithms[i].standard, "used_for",
                                              algorithms[i].used_for));
    /* That a device is certified is a paper's word, not the program's. */
    return answer_json(x, 200, json_pack("{s:o, s:[{s:s, s:s, s:b, s:s}], s:s, s:b}", "algorithms", list, "devices",
                                         "kind", device[0] == '\0' ? "software_vault" : "sdf_device", "room", "key", "certified", 0, "remark",
                                         device[0] == '\0' ? "GM/T 0028 level 1 at best; not a certified module (R12.1, R27.1)" : device,
                                         "password_function", x->web->policy.password_kind, "development", x->web->development));
}

static const struct column certificate_columns[] = {
    { "kind", COL_TEXT }, { "id", COL_TEXT }, { "certificate", COL_BASE64 }, { "state", COL_TEXT }, { NULL, COL_TEXT },
};

/* The base64 of a row, replaced by what it says. */
static jy_err
describe(json_t *row)
{
    struct jy_buf der = { 0 };
    struct jy_cert *certificate = NULL;
    struct jy_fault fault = { 0 };
    char from[21], to[21];
    jy_err rc = jy_base64_decode(jy_slice_text(member(row, "certificate")), &der);

    if (rc == JY_OK && (rc = jy_cert_parse(jy_buf_slice(&der), &certificate, &fault)) == JY_OK) {
        jy_time_rfc3339(jy_cert_not_before(certificate), from);
        jy_time_rfc3339(jy_cert_not_after(certificate), to);
        json_object_set_new(row, "serial", json_string(jy_cert_serial(certificate)));
        json_object_set_new(row, "organization", json_string(jy_cert_organization(certificate)));
        json_object_set_new(row, "not_before", json_string(from));
        json_object_set_new(row, "not_after", json_string(to));
        json_object_set_new(row, "algorithm", json_string(jy_cert_key(certificate) != NULL ? "SM2 with SM3" : "other"));
        json_object_set_new(row, "test", json_boolean(jy_cert_is_test(certificate)));
    }
    jy_cert_free(certificate);
    jy_buf_free(&der);
    return rc;
}

jy_err
inventory_certificates(struct exchange *x, struct jy_fault *fault)
{
    const char *text = jy_http_query(x->request, "offset");
    struct page page;
    json_t *rows = NULL, *row, *next;
    int64_t offset = 0;
    char *end = NULL;
    size_t i;
    jy_err rc;

    if ((rc = page_read(x, &page, fault)) != JY_OK)
        return rc;
    if (text != NULL && ((offset = strtoll(text, &end, 10)) < 0 || end == text || *end != '\0'))
        return jy_fail(fault, JY_E_BAD_FIELD, "offset", 0, "must be a whole number from 0");
    if ((rc = find_rows(x, SQL_INVENTORY_CERTIFICATES, BINDS(B_INT("limit", page.limit), B_INT("offset", offset)), certificate_columns, &rows, fault)) != JY_OK)
        return rc;
    json_array_foreach(rows, i, row)
        if (describe(row) != JY_OK)
            json_object_set_new(row, "algorithm", json_string("unreadable"));
    next = json_array_size(rows) < (size_t)page.limit ? json_null() : json_integer(offset + page.limit);
    return answer_json(x, 200, json_pack("{s:o, s:o}", "items", rows, "next", next));
}

/* -- configuration: the keys that this room sees; none of them is a secret, files of secrets are named by their paths -- */

enum { TEXT, PATH, INT, BOOL };
enum { WEB = 1, DOC = 0, KEY = 0, LINK = 0, PAGE = 0, SUPERVISOR = 0 };
static const struct { const char *name; int kind, web; const char *sentence; } keys[] = {
#define CONFIG(name, kind, initial, rooms, sentence) { name, kind, rooms, sentence },
#include "ipc/config.def"
#undef CONFIG
};

jy_err
configuration_show(struct exchange *x, struct jy_fault *fault)
{
    json_t *list = json_array();

    (void)fault;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        json_t *value;
        if (keys[i].web == 0)
            continue;
        value = keys[i].kind == INT ? json_integer(jy_room_config_int(x->web->room, keys[i].name)) :
                keys[i].kind == BOOL ? json_boolean(jy_room_config_bool(x->web->room, keys[i].name)) :
                json_string(jy_room_config_text(x->web->room, keys[i].name));
        json_array_append_new(list, json_pack("{s:s, s:o, s:s}", "name", keys[i].name, "value", value, "sentence", keys[i].sentence));
    }
    return answer_json(x, 200, json_pack("{s:o, s:n}", "items", list, "next"));
}
