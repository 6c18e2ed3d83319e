/* SPDX-License-Identifier: Apache-2.0 */
/* The short message gateway, and what came by mail. */
#include "sim/answers.h"

#include <jinyin/crypto.h>

#include "codec/text.h"

#include <stdio.h>
#include <string.h>

#define SMS_SECRET "sim-sms-secret"

jy_err
on_take_sms(struct call *call)
{
    const char *event_id = sim_json_text(call->body, "event_id", 64), *phone = sim_json_text(call->body, "phone", 20);
    const struct sim_head *h = call->head;
    struct jy_buf text = { 0 };
    uint8_t mac[JY_SM3_SIZE];
    char hex[2 * JY_SM3_SIZE + 1], receipt[65];
    json_t *known = event_id == NULL ? NULL : json_object_get(call->sim->messages, event_id);
    jy_err rc;

    if (event_id == NULL || phone == NULL || sim_json_text(call->body, "text", 300) == NULL || h == NULL || h->time == NULL || h->signature == NULL ||
        strlen(h->time) > 32)
        return jy_fail(call->fault, JY_E_BAD_FIELD, "event_id", 0, "event_id, phone, text, X-Jinyin-Time, X-Jinyin-Signature");
    if ((rc = jy_buf_fmt(&text, "%s.", h->time)) == JY_OK && (rc = jy_buf_add(&text, call->bytes)) == JY_OK &&
        (rc = jy_hmac_sm3(jy_slice_text(SMS_SECRET), jy_buf_slice(&text), mac)) == JY_OK) {
        jy_hex(JY_SLICE(mac, sizeof(mac)), hex);
        if (strcmp(hex, h->signature) != 0)
            rc = jy_fail(call->fault, JY_E_SIGNATURE, "X-Jinyin-Signature", 0, "does not fit");
    }
    jy_buf_free(&text);
    if (rc != JY_OK)
        return rc;
    if (known == NULL && json_object_set(call->sim->messages, event_id, call->body) != 0)
        return JY_E_NOMEM;
    snprintf(receipt, sizeof(receipt), "M-%.32s", event_id);
    return sim_answer_receipt(call, receipt);
}

jy_err
on_list_sms(struct call *call)
{
    return sim_answer_json(call, 200, json_pack("{sO}", "messages", call->sim->messages));
}

jy_err
on_list_mails(struct call *call)
{
    json_t *mails = sim_mails_list(call->sim->mails);

    return sim_answer_json(call, 200, mails == NULL ? NULL : json_pack("{so}", "mails", mails));
}
