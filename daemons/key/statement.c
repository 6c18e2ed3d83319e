/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the service says in its own name: answers about seals (N5), messages to the national platform (R5.2), manifests of archive packages
 * (R24.1), registers of use as signed PDF (R19.1). key does not judge them and they bind nobody but the service: each purpose has a key of its
 * own, derived from the unlock secret or lying in the device (R12.1), that occurs in no seal and no order, so that nothing signed here can be
 * taken for a stamp, an approval or a seal, whatever bytes web hands over.
 */
#include "daemons/key/keyroom.h"

#include <jinyin/cms.h>

#include <stdio.h>
#include <string.h>

/* What web may have signed under the purpose's key. Of a key request (apart.c) it gets the key to be shown alone: the key room signs those by itself. */
enum says { SAYS_NOTHING, SAYS_TEXTS, SAYS_DOCUMENTS };
static const struct { const char *name; enum says says; } purposes[] = {
    { "seal-status", SAYS_TEXTS }, { "platform", SAYS_TEXTS }, { "archive", SAYS_TEXTS }, { "use-register", SAYS_DOCUMENTS },
    { JY_KEY_REQUEST_PURPOSE, SAYS_NOTHING },
};

static jy_err
find_purpose(const char *name, enum says says, const char **out, struct jy_fault *fault)
{
    for (size_t i = 0; i < sizeof(purposes) / sizeof(purposes[0]); i++)
        if (strcmp(purposes[i].name, name) == 0 && (says == SAYS_NOTHING || says == purposes[i].says)) {
            *out = purposes[i].name;
            return JY_OK;
        }
    return jy_fail(fault, JY_E_ARGUMENT, "purpose", 0, "the service says nothing of this kind for this purpose");
}

jy_err
jy_key_statement_key(struct jy_key_room *room, const char *purpose, struct jy_sm2 **out)
{
    const struct jy_vault *vault = &room->vault;
    const struct jy_device_access *access;
    uint8_t d[32], point[JY_SM2_POINT_SIZE];
    char use[80];
    jy_err rc = JY_E_CRYPTO;

    *out = NULL;
    snprintf(use, sizeof(use), "statement-%s", purpose);
    if ((access = jy_device_access(room->device, use, 0)) != NULL)         /* R12.1: nobody's PIN guards it, there or here */
        return (rc = jy_device_point(room->device, access->slot, point)) == JY_OK ? jy_device_key(room->device, access, point, out) : rc;
    for (int i = 1; i <= 8 && *out == NULL; i++) {          /* as jy_vault_sealing_key */
        snprintf(use, sizeof(use), "jinyin statement key %s %d", purpose, i);
        if ((rc = jy_vault_derive(vault, use, d)) != JY_OK || ((rc = jy_sm2_from_private(d, out)) != JY_OK && rc != JY_E_ARGUMENT))
            break;
    }
    jy_wipe(d, sizeof(d));
    return rc;
}

jy_err
jy_key_statement(struct jy_key_room *room, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct jy_msg_KEY_STATEMENT *ask = &request->u.KEY_STATEMENT;
    uint8_t point[JY_SM2_POINT_SIZE], sig[JY_SM2_SIGNATURE_MAX];
    const char *purpose = NULL;
    struct jy_sm2 *key = NULL;
    size_t sig_len = 0;
    jy_err rc;

    if ((rc = find_purpose(ask->purpose, ask->text.len > 0 ? SAYS_TEXTS : SAYS_NOTHING, &purpose, fault)) != JY_OK)
        return rc;
    if ((rc = jy_key_statement_key(room, purpose, &key)) != JY_OK || (rc = jy_sm2_point(key, point)) != JY_OK ||
        (ask->text.len > 0 && (rc = jy_sm2_sign(key, ask->text, sig, &sig_len)) != JY_OK))
        goto out;
    if ((rc = jy_buf_add(&reply->bytes, JY_SLICE(point, sizeof(point)))) == JY_OK && (rc = jy_buf_add(&reply->bytes, JY_SLICE(sig, sig_len))) == JY_OK) {
        reply->u.KEY_STATEMENT_SIGNED.point = JY_SLICE(reply->bytes.p, sizeof(point));
        reply->u.KEY_STATEMENT_SIGNED.signature = JY_SLICE(reply->bytes.p + sizeof(point), sig_len);
    }
out:
    jy_sm2_free(key);
    return rc;
}

jy_err
jy_key_certificate_request(struct jy_key_room *room, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct jy_msg_KEY_CERTIFICATE_REQUEST *ask = &request->u.KEY_CERTIFICATE_REQUEST;
    const char *purpose;
    struct jy_sm2 *key = NULL;
    jy_err rc;

    if ((rc = find_purpose(ask->purpose, SAYS_DOCUMENTS, &purpose, fault)) == JY_OK && (rc = jy_key_statement_key(room, purpose, &key)) == JY_OK)
        rc = jy_csr_new(key, ask->common_name, NULL, NULL, &reply->bytes, fault);
    reply->u.KEY_CERTIFICATE_REQUESTED.csr = jy_buf_slice(&reply->bytes);
    jy_sm2_free(key);
    return rc;
}

/* jy_cms_make refuses a certificate of another key, so that nothing is signed in a name that is not the service's. */
jy_err
jy_key_sign_document(struct jy_key_room *room, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct jy_msg_KEY_SIGN_DOCUMENT *ask = &request->u.KEY_SIGN_DOCUMENT;
    struct jy_cms_fields fields = { .digest = ask->digest.p, .signing_time = room->now };
    const char *purpose;
    struct jy_cert *certificate = NULL;
    struct jy_sm2 *key = NULL;
    jy_err rc;

    if (ask->digest.len != JY_SM3_SIZE)
        return jy_fail(fault, JY_E_ARGUMENT, "digest", 0, "%zu bytes, SM3 has %d", ask->digest.len, JY_SM3_SIZE);
    if ((rc = find_purpose(ask->purpose, SAYS_DOCUMENTS, &purpose, fault)) == JY_OK &&
        (rc = jy_cert_parse(ask->certificate, &certificate, fault)) == JY_OK && (rc = jy_key_statement_key(room, purpose, &key)) == JY_OK) {
        fields.signer = certificate;
        rc = jy_cms_make(&fields, key, &reply->bytes, fault);
    }
    reply->u.KEY_DOCUMENT_SIGNED.value = jy_buf_slice(&reply->bytes);
    jy_cert_free(certificate);
    jy_sm2_free(key);
    return rc;
}
