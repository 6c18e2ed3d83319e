/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cmd.h"
#include "cli/stamp.h"
#include "cli/tsa.h"

#include <jinyin/verify.h>

/* GB/T 38540-2020 7.2: the seal, its dates, the certificate, the list; the chain only against given anchors. */
static jy_err
check(const struct stamp_wish *w, const char *anchors, struct jy_seal *seal, const struct jy_cert *cert, jy_time now, struct jy_fault *fault)
{
    struct jy_trust *trust = NULL;
    struct jy_chain_result chain;
    jy_err rc;

    if ((rc = jy_seal_check_signature(seal, fault)) != JY_OK)
        return rc;
    if (now < jy_seal_valid_start(seal) || now > jy_seal_valid_end(seal))
        return jy_fail(fault, JY_E_SEAL_DATES, w->seal, 0, "today is outside its validity");
    if (now < jy_cert_not_before(cert) || now > jy_cert_not_after(cert) || !jy_cert_may_sign(cert))
        return jy_fail(fault, JY_E_CERTIFICATE, w->cert, 0, "not valid today, or not for signing");
    if (!jy_seal_has_signer(seal, cert))
        return jy_fail(fault, JY_E_SIGNER_NOT_IN_SEAL, w->cert, 0, "%s", jy_cert_subject(cert));
    if (anchors == NULL)
        return JY_OK;
    if ((rc = jy_trust_new(&trust)) == JY_OK && (rc = jy_trust_add_path(trust, anchors, fault)) == JY_OK &&
        (rc = jy_chain_check(trust, cert, NULL, 0, now, &chain)) == JY_OK && chain.status != JY_CHAIN_OK)
        rc = jy_fail(fault, JY_E_CERTIFICATE, w->cert, 0, "%s", chain.text);
    jy_trust_free(trust);
    return rc;
}

/* One stamp on the document as it is so far; *result borrows `ready`, which lies beside the output without a name. */
static jy_err
stamp(const struct stamp_wish *w, const struct stamp_wishes *all, struct jy_slice file, jy_time now, struct mapped *ready, struct jy_pieces *result,
      struct jy_fault *fault)
{
    struct mapped seal_file = { 0 }, key_file = { 0 }, cert_file = { 0 };
    struct jy_document *doc = NULL;
    struct jy_prepared prepared = { 0 };
    struct jy_buf value = { 0 };
    struct jy_places places = { 0 };
    struct jy_seal *seal = NULL;
    struct jy_cert *cert = NULL;
    struct jy_sm2 *key = NULL;
    double width, height;
    jy_err rc;

    if ((rc = map_file(w->seal, &seal_file, fault)) != JY_OK || (rc = map_file(w->key, &key_file, fault)) != JY_OK ||
        (rc = map_file(w->cert, &cert_file, fault)) != JY_OK || (rc = jy_seal_parse(seal_file.bytes, &seal, fault)) != JY_OK ||
        (rc = jy_sm2_from_pem(key_file.bytes, &key, fault)) != JY_OK || (rc = jy_cert_parse_pem(cert_file.bytes, &cert, fault)) != JY_OK ||
        (rc = check(w, all->trust, seal, cert, now, fault)) != JY_OK)
        goto out;
    if ((rc = stamp_size(w, seal, &width, &height, fault)) != JY_OK || (rc = jy_document_open(file, &doc, fault)) != JY_OK ||
        (rc = jy_document_may_stamp(doc, now, fault)) != JY_OK || (rc = stamp_places(w, width, height, file, doc, &places, fault)) != JY_OK ||
        (rc = (w->lock ? jy_document_prepare_closing : jy_document_prepare)(doc, jy_seal_der(seal), places.list, places.count, now, &prepared, fault)) !=
            JY_OK ||
        (rc = map_pieces(all->out, &prepared.file, ready, fault)) != JY_OK ||
        (rc = jy_ses_make(seal, now, prepared.data_hash, prepared.property_info, key, cert, &value, fault)) != JY_OK ||
        (all->tsa != NULL && (rc = tsa_stamp_value(all->tsa, &value, fault)) != JY_OK))
        goto out;
    rc = jy_document_finish(ready->bytes, prepared.slot, jy_buf_slice(&value), result, fault);
out:
    jy_places_free(&places);
    jy_prepared_free(&prepared);
    jy_document_free(doc);
    jy_buf_free(&value);
    jy_seal_free(seal);
    jy_cert_free(cert);
    jy_sm2_free(key);
    unmap_file(&seal_file);
    unmap_file(&key_file);
    unmap_file(&cert_file);
    return rc;
}

/* What a verification of the result makes use of today, while it can still be had (docs/protocol/evidence.md). */
static jy_err
keep_evidence(const struct stamp_wishes *all, const struct jy_pieces *result, jy_time now, struct jy_fault *fault)
{
    struct jy_trust *trust = NULL;
    struct jy_report *report = NULL;
    struct mapped stamped = { 0 };
    struct jy_buf bundle = { 0 };
    jy_err rc;

    if ((rc = jy_trust_new(&trust)) == JY_OK && (rc = jy_trust_add_path(trust, all->trust, fault)) == JY_OK &&
        (rc = map_pieces(all->out, result, &stamped, fault)) == JY_OK &&
        (rc = jy_verify_keep(stamped.bytes, trust, NULL, NULL, now, &report, &bundle, fault)) == JY_OK)
        rc = write_bytes(all->evidence, &bundle, fault);
    jy_report_free(report);
    jy_trust_free(trust);
    jy_buf_free(&bundle);
    unmap_file(&stamped);
    return rc;
}

/* All stamps, each on what the one before left; only the last result gets a name. */
static jy_err
stamp_all(const struct stamp_wishes *all, struct jy_fault *fault)
{
    struct mapped file = { 0 }, ready = { 0 };
    struct jy_pieces result = { 0 };
    jy_time now = jy_now();
    jy_err rc = map_file(all->in, &file, fault);

    for (size_t i = 0; rc == JY_OK && i < all->count; i++) {
        struct mapped next = { 0 };

        if ((rc = stamp(&all->list[i], all, file.bytes, now, &ready, &result, fault)) == JY_OK &&
            (all->evidence == NULL || i + 1 < all->count || (rc = keep_evidence(all, &result, jy_now(), fault)) == JY_OK))
            rc = i + 1 < all->count ? map_pieces(all->out, &result, &next, fault) : write_file(all->out, &result, fault);
        jy_pieces_free(&result);
        unmap_file(&ready);
        unmap_file(&file);
        file = next;
    }
    unmap_file(&file);
    return rc;
}

int
cmd_stamp(int argc, char **argv)
{
    static struct stamp_wishes wishes;
    struct jy_fault fault = { 0 };
    jy_err rc;
    int usage = stamp_read(argc, argv, &wishes);

    if (usage != 0)
        return usage;
    if ((rc = stamp_all(&wishes, &fault)) != JY_OK) {
        complain(wishes.in, rc, &fault);
        return rc == JY_E_IO ? EXIT_CANNOT_WRITE : EXIT_UNREADABLE;
    }
    return 0;
}
