/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/status.h"

static const struct { unsigned bit; const char *text; bool wrong; } failures[] = {
#define JY_FAILURE_ROW(name, bit, text, wrong) { bit, text, wrong },
    JY_FAILURES(JY_FAILURE_ROW)
#undef JY_FAILURE_ROW
};

void
jy_status_free_text(struct jy_slice list, char out[JY_STATUS_TEXT_MAX])
{
    struct jy_der der;
    struct jy_der_item item;
    size_t len = 0;

    jy_der_open(&der, list);
    if (jy_der_get(&der, DER_UTF8, &item) == JY_OK)
        for (; len < item.value.len && len < JY_STATUS_TEXT_MAX - 1; len++)
            out[len] = item.value.p[len] < 0x20 || item.value.p[len] == 0x7F ? ' ' : (char)item.value.p[len];
    out[len] = '\0';
}

jy_err
jy_status_read(struct jy_der *der, struct jy_status *out)
{
    struct jy_der status;
    struct jy_der_item item;
    uint8_t unused;
    jy_err rc;

    *out = (struct jy_status){ 0 };
    if ((rc = jy_der_enter(der, DER_SEQUENCE, &status)) != JY_OK || (rc = jy_der_u32(&status, &out->status)) != JY_OK)
        return rc;
    if (jy_der_peek(&status) == DER_SEQUENCE) {
        if ((rc = jy_der_next(&status, &item)) != JY_OK)
            return rc;
        jy_status_free_text(item.value, out->text);
    }
    if (jy_der_peek(&status) == DER_BIT_STRING && (rc = jy_der_bits(&status, &out->failure, &unused)) != JY_OK)
        return rc;
    return jy_der_close(&status);
}

jy_err
jy_status_put(struct jy_buf *out, unsigned status, int failure, const char *text)
{
    struct jy_buf body = { 0 }, part = { 0 };
    unsigned bit = failure < 0 ? 0 : (unsigned)failure;
    uint8_t bits[5] = { (uint8_t)(7 - bit % 8) };
    jy_err rc = bit > 31 ? JY_E_ARGUMENT : jy_der_put_i64(&body, status);

    if (rc == JY_OK && text[0] != '\0' && (rc = jy_der_put_text(&part, DER_UTF8, text)) == JY_OK)
        rc = jy_der_wrap(&body, DER_SEQUENCE, &part);
    if (rc == JY_OK && failure >= 0) {
        bits[1 + bit / 8] = (uint8_t)(0x80 >> bit % 8);
        rc = jy_der_put(&body, DER_BIT_STRING, JY_SLICE(bits, 2 + bit / 8));
    }
    if (rc == JY_OK)
        rc = jy_der_wrap(out, DER_SEQUENCE, &body);
    jy_buf_free(&body);
    jy_buf_free(&part);
    return rc;
}

bool
jy_status_fails_by(const struct jy_status *status, unsigned bit)
{
    return bit / 8 < status->failure.len && (status->failure.p[bit / 8] & (0x80 >> bit % 8)) != 0;
}

const char *
jy_status_failure(const struct jy_status *status)
{
    for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++)
        if (jy_status_fails_by(status, failures[i].bit))
            return failures[i].text;
    return "no reason given";
}

bool
jy_status_is_about_request(const struct jy_status *status)
{
    for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++)
        if (jy_status_fails_by(status, failures[i].bit) && !failures[i].wrong)
            return false;
    return true;
}
