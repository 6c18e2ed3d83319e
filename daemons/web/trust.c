/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whom verdicts rest on: roots (the CA's, or those of trust_path alone), and who may make seals (the register's makers, and makers_path).
 * A CA vouches for who somebody is, not that he may make seals: that the register knows (R7.1), or the operator says (N6).
 */
#include "codec/text.h"
#include "daemons/web/web.h"

#include <string.h>

/* -- what the operator configured -- */

static jy_err
put_certificates(const struct jy_trust *trust, struct jy_buf *pem)
{
    jy_err rc = JY_OK;

    for (size_t i = 0; rc == JY_OK && i < jy_trust_count(trust, JY_TRUST_CERT); i++)
        rc = jy_cert_to_pem(jy_trust_cert(trust, i), pem);
    return rc;
}

static jy_err
put_lists(const struct jy_trust *trust, struct jy_buf *pem)
{
    jy_err rc = JY_OK;

    for (size_t i = 0; rc == JY_OK && i < jy_trust_count(trust, JY_TRUST_CRL); i++)
        rc = jy_crl_to_pem(jy_trust_der(trust, JY_TRUST_CRL, i), pem);
    return rc;
}

jy_err
trust_configure(struct web *web, struct jy_fault *fault)
{
    const char *roots = jy_room_config_text(web->room, "trust_path"), *makers = jy_room_config_text(web->room, "makers_path");
    struct jy_trust *list = NULL;
    jy_err rc = JY_OK;

    if (roots[0] != '\0' && (rc = jy_trust_new(&web->roots)) == JY_OK && (rc = jy_trust_add_path(web->roots, roots, fault)) == JY_OK &&
        jy_trust_anchor_count(web->roots) == 0)
        rc = jy_fail(fault, JY_E_FORMAT, "trust_path", 0, "%s holds no root certificate", roots);
    if (rc == JY_OK && makers[0] != '\0' && (rc = jy_trust_new(&list)) == JY_OK && (rc = jy_trust_add_path(list, makers, fault)) == JY_OK)
        rc = put_certificates(list, &web->makers_pem);
    jy_trust_free(list);
    return rc;
}

/* -- what the CA sends -- */

static jy_err
put_trust(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    const struct web *web = arg;

    return rows_run(tx, SQL_TRUST_PUT, BINDS(B_BLOB("pem", jy_buf_slice(&web->trust_sent)), B_INT("now", web->trust_fetched)), NULL, fault);
}

static jy_err
get_trust(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct web *web = arg;
    struct db_row *row = db_begin(tx, SQL_TRUST_GET);
    bool has_row;
    jy_err rc = db_step(row, &has_row, fault);

    if (rc == JY_OK && has_row) {
        jy_buf_free(&web->trust_sent);
        rc = jy_buf_add(&web->trust_sent, db_blob(row, "pem"));
        web->trust_fetched = db_int(row, "fetched");
    }
    db_end(row);
    return rc;
}

/* Of what was sent: all, or, beside configured roots, everything but roots. */
static jy_err
select_trust(struct web *web, const struct jy_trust *sent, struct jy_fault *fault)
{
    jy_err rc = JY_OK;

    jy_buf_free(&web->trust_pem);
    if (web->roots == NULL)
        return jy_buf_add(&web->trust_pem, jy_buf_slice(&web->trust_sent));
    if ((rc = put_certificates(web->roots, &web->trust_pem)) != JY_OK || (rc = put_lists(web->roots, &web->trust_pem)) != JY_OK)
        return rc;
    for (size_t i = 0; rc == JY_OK && i < jy_trust_count(sent, JY_TRUST_CERT); i++)
        if (!jy_trust_is_anchor(sent, i))
            rc = jy_cert_to_pem(jy_trust_cert(sent, i), &web->trust_pem);
    return rc != JY_OK ? jy_fail(fault, rc, "trust", 0, "cannot be put together") : put_lists(sent, &web->trust_pem);
}

/* With the lock held. What cannot be read does not replace what can. */
static jy_err
take_trust(struct web *web, struct jy_slice sent, bool fetched, struct jy_fault *fault)
{
    struct jy_trust *trust = NULL;
    jy_err rc = jy_trust_new(&trust);

    if (rc == JY_OK && sent.len > 0)
        rc = jy_trust_add_pem(trust, sent, fault);
    if (rc == JY_OK && fetched && web->roots == NULL && jy_trust_anchor_count(trust) == 0)
        rc = jy_fail(fault, JY_E_COUNTERPART_DOWN, "CA", 0, "its trust list holds no root certificate");
    if (rc == JY_OK && fetched) {
        jy_buf_free(&web->trust_sent);
        web->trust_fetched = jy_now();
        rc = jy_buf_add(&web->trust_sent, sent);
    }
    if (rc == JY_OK)
        rc = select_trust(web, trust, fault);
    if (rc == JY_OK && fetched)
        rc = db_write(web->db, put_trust, web, fault);
    jy_trust_free(trust);
    return rc;
}

static jy_err
kept_trust(struct web *web, struct jy_fault *fault)
{
    jy_err rc = db_read(web->db, get_trust, web, fault);

    return rc == JY_OK && (web->trust_sent.len > 0 || web->roots != NULL) ? take_trust(web, jy_buf_slice(&web->trust_sent), false, fault) : rc;
}

jy_err
trust_read_again(struct web *web, struct jy_fault *fault)
{
    jy_err rc;

    pthread_mutex_lock(&web->trust_lock);
    rc = kept_trust(web, fault);
    pthread_mutex_unlock(&web->trust_lock);
    return rc;
}

/* The CA is asked without the lock: a CA that is slow keeps nobody from judging by what is here. */
static jy_err
fetch_trust(struct web *web, struct jy_fault *fault)
{
    struct jy_frame reply;
    jy_err rc = ask_link(web, JY_MSG_LINK_FETCH_TRUST, &(struct jy_msg_LINK_FETCH_TRUST){ { 0 } }, &reply, fault);

    if (rc != JY_OK)
        return rc;
    pthread_mutex_lock(&web->trust_lock);
    rc = take_trust(web, reply.u.LINK_TRUST.pem, true, fault);
    pthread_mutex_unlock(&web->trust_lock);
    jy_frame_free(&reply);
    return rc;
}

/* What is here counts until the clerk has brought something newer: revocation lists carry their own dates. */
jy_err
trust_pem(struct web *web, bool fresh, struct jy_buf *out, struct jy_fault *fault)
{
    jy_err rc = JY_OK;
    bool missing;

    pthread_mutex_lock(&web->trust_lock);
    if (web->trust_pem.len == 0)
        rc = kept_trust(web, fault);
    missing = web->trust_pem.len == 0;
    pthread_mutex_unlock(&web->trust_lock);
    if (rc == JY_OK && missing && !jy_node_has_room(web->node, JY_ROOM_LINK))
        return jy_fail(fault, JY_E_UNAVAILABLE, "trust", 0, "no other node has brought the CA's certificates yet");
    if (rc == JY_OK && (fresh || missing))
        rc = fetch_trust(web, fault);
    if (rc != JY_OK)
        return rc;
    pthread_mutex_lock(&web->trust_lock);
    rc = jy_buf_add(out, jy_buf_slice(&web->trust_pem));
    pthread_mutex_unlock(&web->trust_lock);
    return rc;
}

/* -- who may make seals -- */

struct makers { const json_t *signatures; struct jy_buf *pem; };

static jy_err
put_maker(struct db_tx *tx, struct jy_slice digest, struct jy_buf *pem, struct jy_fault *fault)
{
    struct db_row *row = db_begin(tx, SQL_MAKER_CERTIFICATE_BY_DIGEST);
    bool has_row = true;
    jy_err rc;

    db_bind_blob(row, "digest", digest);
    while ((rc = db_step(row, &has_row, fault)) == JY_OK && has_row) {
        struct jy_cert *certificate = NULL;
        if ((rc = jy_cert_parse(db_blob(row, "certificate"), &certificate, fault)) == JY_OK)
            rc = jy_cert_to_pem(certificate, pem);
        jy_cert_free(certificate);
        if (rc != JY_OK)
            break;
    }
    db_end(row);
    return rc;
}

static jy_err
collect_makers(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct makers *m = arg;
    uint8_t digest[JY_SM3_SIZE];
    json_t *signature;
    size_t i;
    jy_err rc = JY_OK;

    json_array_foreach((json_t *)(uintptr_t)m->signatures, i, signature)
        if (rc == JY_OK && jy_hex_parse(jy_slice_text(member(signature, "maker_digest")), digest, sizeof(digest)) == JY_OK)
            rc = put_maker(tx, JY_SLICE(digest, sizeof(digest)), m->pem, fault);
    return rc;
}

jy_err
trust_makers_pem(struct web *web, const json_t *signatures, struct jy_buf *out, struct jy_fault *fault)
{
    jy_err rc = jy_buf_add(out, jy_buf_slice(&web->makers_pem));

    return rc != JY_OK ? rc : db_read(web->db, collect_makers, &(struct makers){ signatures, out }, fault);
}
