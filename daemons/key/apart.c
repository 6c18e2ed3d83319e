/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making apart from stamping (N7, docs/design/nodes.md). A seal's key is made in the stamping node's key room and never leaves it; the seal is
 * signed in the making node's, which has the maker's key. What passes between them goes through both nodes' web and the database, and neither room
 * believes those:
 *
 *   key request   the stamping room's word, signed, that this certificate's private key lies in it, for a seal with this esID. The making room takes it
 *                 from the one key that its configuration names; so nobody gets a maker's signature over a key of his own.
 *   made seal     the stamping room takes it from a maker whose very certificate its configuration names, over its own certificate alone, with the
 *                 esID that it asked for; the first one only.
 */
#include "daemons/key/keyroom.h"

#include "codec/der.h"
#include "codec/text.h"

#include <stdio.h>
#include <string.h>

#define CLOCK_SLACK_SECONDS 300        /* two machines' clocks */

/* -- the configuration -- */

static const struct { enum jy_node node; enum jy_key_kind kind; } kinds[] = {
    { JY_NODE_MAKING, JY_KEY_MAKER }, { JY_NODE_MAKING, JY_KEY_MADE }, { JY_NODE_STAMPING, JY_KEY_SEAL }, { JY_NODE_STAMPING, JY_KEY_APPROVER },
    { JY_NODE_WHOLE, JY_KEY_MAKER }, { JY_NODE_WHOLE, JY_KEY_SEAL }, { JY_NODE_WHOLE, JY_KEY_APPROVER },
};

bool
jy_key_kind_is_here(const struct jy_key_room *room, enum jy_key_kind kind)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (kinds[i].node == room->node && kinds[i].kind == kind)
            return true;
    return false;
}

/* A key store of another node, or of a whole service, put here by mistake or on purpose: separate keys are what nodes are for. */
static jy_err
check_store(struct jy_key_room *room, struct jy_fault *fault)
{
    const struct jy_table *rows = &room->vault.key_rows;
    jy_err rc = JY_OK;

    for (size_t i = 0; rc == JY_OK && i < rows->capacity; i++) {
        const struct jy_key_row *row = (const void *)(rows->rows + i * rows->row_size);
        struct jy_key_record record = { 0 };
        if (row->id[0] == '\0' || !row->recorded)
            continue;
        /* A damaged record is told when it is used, as everywhere. */
        if (jy_vault_load(&room->vault, row->id, &record, NULL) == JY_OK && !jy_key_kind_is_here(room, record.kind))
            rc = jy_fail(fault, JY_E_NOT_THIS_NODE, "key_dir", 0, "%s is a %s key, which the %s node does not keep", row->id, jy_key_kind_name(record.kind),
                         jy_node_name(room->node));
        jy_record_free(&record);
    }
    return rc;
}

jy_err
jy_key_open_node(struct jy_key_room *room, const struct jy_key_setup *setup, struct jy_fault *fault)
{
    const char *data_key = setup->data_key_file == NULL ? "" : setup->data_key_file;
    const char *request_key = setup->key_request_key == NULL ? "" : setup->key_request_key;
    struct jy_sm2 *key = NULL;
    jy_err rc = JY_OK;

    room->seal_makers_path = setup->seal_makers_path == NULL ? "" : setup->seal_makers_path;
    if (room->node == JY_NODE_VERIFICATION || room->node == JY_NODE_NONE)
        return jy_fail(fault, JY_E_UNSUPPORTED, "node", 0, "a verification node has no key room");
    if (data_key[0] != '\0') {
        if ((rc = jy_secret_file(data_key, room->data_key, fault)) != JY_OK)
            return rc;
        room->has_data_key = true;
    } else if (room->node != JY_NODE_WHOLE)
        return jy_fail(fault, JY_E_BAD_FIELD, "data_key_file", 0, "nodes that share a database share the key of its personal data: 32 random bytes, mode 0600");
    if (room->node == JY_NODE_STAMPING && room->seal_makers_path[0] == '\0')
        return jy_fail(fault, JY_E_BAD_FIELD, "seal_makers_path", 0, "a stamping node must know whose seals it takes");
    if (room->node == JY_NODE_MAKING) {
        if (strlen(request_key) != 2 * JY_SM2_POINT_SIZE || jy_hex_parse(jy_slice_text(request_key), room->request_point, JY_SM2_POINT_SIZE) != JY_OK ||
            jy_sm2_from_point(room->request_point, &key) != JY_OK)
            rc = jy_fail(fault, JY_E_BAD_FIELD, "key_request_key", 0, "130 hex digits: the stamping node's key for key requests");
        jy_sm2_free(key);
    }
    return rc == JY_OK && room->node != JY_NODE_WHOLE ? check_store(room, fault) : rc;
}

/* -- key request -- */

/* Ids hold no line's end and a digest has one length, so that two requests never have the same text. */
static jy_err
request_text(const char *seal_key_id, const char *es_id, struct jy_slice certificate, struct jy_buf *out)
{
    uint8_t digest[JY_SM3_SIZE];
    char hex[2 * JY_SM3_SIZE + 1];
    jy_err rc = strchr(es_id, '\n') != NULL ? JY_E_ARGUMENT : jy_sm3(certificate, digest);

    if (rc != JY_OK)
        return rc;
    jy_hex(JY_SLICE(digest, sizeof(digest)), hex);
    return jy_buf_fmt(out, "jinyin key request 1\n%s\n%s\n%s\n", seal_key_id, es_id, hex);
}

jy_err
jy_key_request(struct jy_key_room *room, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct jy_msg_KEY_REQUEST *ask = &request->u.KEY_REQUEST;
    struct jy_key_record record = { 0 };
    uint8_t sig[JY_SM2_SIGNATURE_MAX];
    struct jy_cert *cert = NULL;
    struct jy_sm2 *key = NULL;
    struct jy_buf text = { 0 };
    size_t sig_len = 0;
    jy_err rc;

    if ((rc = jy_key_load(room, ask->seal_key_id, JY_KEY_SEAL, "seal_key_id", &record, fault)) != JY_OK)
        goto out;
    if (record.state != JY_KEY_USABLE)
        rc = jy_fail(fault, JY_E_BAD_STATE, "seal_key_id", 0, "%s is frozen or cancelled", record.key_id);
    /* The esID is what the key was enrolled for: its certificate's common name. */
    if (rc != JY_OK || (rc = jy_key_certificate(room, &record, &cert, fault)) != JY_OK ||
        (rc = request_text(record.key_id, record.common_name, jy_buf_slice(&record.certificate), &text)) != JY_OK ||
        (rc = jy_key_statement_key(room, JY_KEY_REQUEST_PURPOSE, &key)) != JY_OK || (rc = jy_sm2_sign(key, jy_buf_slice(&text), sig, &sig_len)) != JY_OK ||
        (rc = jy_buf_add(&reply->bytes, jy_buf_slice(&record.certificate))) != JY_OK || (rc = jy_buf_add(&reply->bytes, JY_SLICE(sig, sig_len))) != JY_OK)
        goto out;
    reply->u.KEY_REQUESTED.certificate = JY_SLICE(reply->bytes.p, record.certificate.len);
    reply->u.KEY_REQUESTED.signature = JY_SLICE(reply->bytes.p + record.certificate.len, sig_len);
out:
    jy_sm2_free(key);
    jy_buf_free(&text);
    jy_cert_free(cert);
    jy_record_free(&record);
    return rc;
}

jy_err
jy_key_request_check(const struct jy_key_room *room, const struct jy_msg_KEY_MAKE_SEAL *ask, struct jy_fault *fault)
{
    struct jy_buf text = { 0 };
    struct jy_sm2 *key = NULL;
    jy_err rc;

    if ((rc = request_text(ask->seal_key_id, ask->es_id, ask->certificate, &text)) == JY_OK && (rc = jy_sm2_from_point(room->request_point, &key)) == JY_OK &&
        jy_sm2_verify(key, jy_buf_slice(&text), ask->request, NULL) != JY_OK)
        rc = jy_fail(fault, JY_E_FORBIDDEN, "request", 0, "this is no key request of the stamping node for %s, %s and this certificate", ask->seal_key_id,
                     ask->es_id);
    jy_sm2_free(key);
    jy_buf_free(&text);
    return rc;
}

/* -- made seal -- */

/* Read anew for each seal: a maker that the operator adds, or takes away, counts at once. */
static jy_err
maker_is_trusted(const struct jy_key_room *room, const struct jy_cert *maker, struct jy_fault *fault)
{
    struct jy_trust *list = NULL;
    bool found = false;
    jy_err rc;

    if ((rc = jy_trust_new(&list)) != JY_OK || (rc = jy_trust_add_path(list, room->seal_makers_path, fault)) != JY_OK)
        goto out;
    for (size_t i = 0; i < jy_trust_count(list, JY_TRUST_CERT); i++)
        found = found || jy_slice_equal(jy_cert_der(jy_trust_cert(list, i)), jy_cert_der(maker));
    if (!found)
        rc = jy_fail(fault, JY_E_FORBIDDEN, "seal_makers_path", 0, "the maker %s is not among those whose seals this node takes", jy_cert_subject(maker));
    else if (room->now < jy_cert_not_before(maker) || room->now > jy_cert_not_after(maker) || !jy_cert_may_sign(maker))
        rc = jy_fail(fault, JY_E_CERT_PERIOD, "maker", 0, "its certificate has expired, or is not for signing (R13.3)");
out:
    jy_trust_free(list);
    return rc;
}

/* One signer in its list: another one beside it could stamp with this seal by a key that lies elsewhere. */
static bool
lists_one_signer(const struct jy_seal *seal)
{
    struct jy_der_item item;
    struct jy_der list;

    jy_der_open(&list, jy_seal_cert_list(seal));
    return jy_der_next(&list, &item) == JY_OK && jy_der_at_end(&list);
}

static jy_err
check_taken(const struct jy_key_room *room, const struct jy_key_record *record, const struct jy_cert *signer, struct jy_seal *seal, struct jy_fault *fault)
{
    const struct { bool good; const char *what; } rows[] = {
        { strcmp(jy_seal_id(seal), record->common_name) == 0, "its esID is not the one that was asked for" },
        { jy_seal_has_signer(seal, signer) && lists_one_signer(seal), "it is not over this key's certificate alone" },
        { jy_seal_valid_start(seal) == jy_cert_not_before(signer) && jy_seal_valid_end(seal) == jy_cert_not_after(signer),
          "its validity is not the certificate's (R13.3)" },
        { jy_seal_deviations(seal) == 0, "it departs from GB/T 38540-2020" },
        { jy_seal_created(seal) <= room->now + CLOCK_SLACK_SECONDS, "it was made in the future" },
        { jy_seal_maker(seal) != NULL, "its maker's certificate cannot be read" },
    };
    jy_err rc;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (!rows[i].good)
            return jy_fail(fault, JY_E_FORBIDDEN, "seal", 0, "%s", rows[i].what);
    return (rc = jy_seal_check_signature(seal, fault)) != JY_OK ? rc : maker_is_trusted(room, jy_seal_maker(seal), fault);
}

/* The key's seal once and for all: the same bytes again are the same request, others are refused. */
jy_err
jy_key_take_seal(struct jy_key_room *room, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct jy_msg_KEY_TAKE_SEAL *ask = &request->u.KEY_TAKE_SEAL;
    struct jy_key_record record = { 0 };
    struct jy_cert *signer = NULL;
    struct jy_seal *seal = NULL;
    jy_err rc;

    (void)reply;
    if ((rc = jy_key_load(room, ask->seal_key_id, JY_KEY_SEAL, "seal_key_id", &record, fault)) != JY_OK)
        goto out;
    if (record.seal.len != 0) {
        if (!jy_slice_equal(jy_buf_slice(&record.seal), ask->seal))
            rc = jy_fail(fault, JY_E_CONFLICT, "seal_key_id", 0, "another seal was made for %s", record.key_id);
        goto out;
    }
    if (record.state != JY_KEY_USABLE)
        rc = jy_fail(fault, JY_E_BAD_STATE, "seal_key_id", 0, "%s is frozen or cancelled", record.key_id);
    if (rc == JY_OK && (rc = jy_key_certificate(room, &record, &signer, fault)) == JY_OK && (rc = jy_seal_parse(ask->seal, &seal, fault)) == JY_OK &&
        (rc = check_taken(room, &record, signer, seal, fault)) == JY_OK && (rc = jy_buf_add(&record.seal, ask->seal)) == JY_OK)
        rc = jy_vault_save(&room->vault, &record, "seal", NULL, room->now, fault);
out:
    jy_seal_free(seal);
    jy_cert_free(signer);
    jy_record_free(&record);
    return rc;
}
