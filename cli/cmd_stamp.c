/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cmd.h"
#include "cli/tsa.h"

#include <jinyin/container.h>

#include <stdio.h>

struct stamping {
    const char *seal, *key, *cert, *trust, *tsa;
    int page;
    double x_mm, y_mm, width_mm, height_mm;
};

/* GB/T 38540-2020 7.2: the seal, its dates, the certificate, the list; the chain only against given anchors. */
static jy_err
check(const struct stamping *s, struct jy_seal *seal, const struct jy_cert *cert, jy_time now, struct jy_fault *fault)
{
    struct jy_trust *trust = NULL;
    struct jy_chain_result chain;
    jy_err rc;

    if ((rc = jy_seal_check_signature(seal, fault)) != JY_OK)
        return rc;
    if (now < jy_seal_valid_start(seal) || now > jy_seal_valid_end(seal))
        return jy_fail(fault, JY_E_SEAL_DATES, s->seal, 0, "today is outside its validity");
    if (now < jy_cert_not_before(cert) || now > jy_cert_not_after(cert) || !jy_cert_may_sign(cert))
        return jy_fail(fault, JY_E_CERTIFICATE, s->cert, 0, "not valid today, or not for signing");
    if (!jy_seal_has_signer(seal, cert))
        return jy_fail(fault, JY_E_SIGNER_NOT_IN_SEAL, s->cert, 0, "%s", jy_cert_subject(cert));
    if (s->trust == NULL)
        return JY_OK;
    if ((rc = jy_trust_new(&trust)) == JY_OK && (rc = jy_trust_add_path(trust, s->trust, fault)) == JY_OK &&
        (rc = jy_chain_check(trust, cert, NULL, 0, now, &chain)) == JY_OK && chain.status != JY_CHAIN_OK)
        rc = jy_fail(fault, JY_E_CERTIFICATE, s->cert, 0, "%s", chain.text);
    jy_trust_free(trust);
    return rc;
}

static jy_err
stamp(const struct stamping *s, const char *in, const char *out, struct jy_fault *fault)
{
    struct mapped file = { 0 }, seal_file = { 0 }, key_file = { 0 }, cert_file = { 0 }, ready = { 0 };
    struct jy_document *doc = NULL;
    struct jy_prepared prepared = { 0 };
    struct jy_buf value = { 0 };
    struct jy_pieces result = { 0 };
    struct jy_stamp_place place = { s->page, s->x_mm, s->y_mm, s->width_mm, s->height_mm };
    struct jy_seal *seal = NULL;
    struct jy_cert *cert = NULL;
    struct jy_sm2 *key = NULL;
    jy_time now = jy_now();
    jy_err rc;

    if ((rc = map_file(in, &file, fault)) != JY_OK || (rc = map_file(s->seal, &seal_file, fault)) != JY_OK ||
        (rc = map_file(s->key, &key_file, fault)) != JY_OK || (rc = map_file(s->cert, &cert_file, fault)) != JY_OK ||
        (rc = jy_seal_parse(seal_file.bytes, &seal, fault)) != JY_OK || (rc = jy_sm2_from_pem(key_file.bytes, &key, fault)) != JY_OK ||
        (rc = jy_cert_parse_pem(cert_file.bytes, &cert, fault)) != JY_OK || (rc = check(s, seal, cert, now, fault)) != JY_OK)
        goto out;
    if (place.width_mm <= 0)
        place.width_mm = jy_seal_width_mm(seal);
    if (place.height_mm <= 0 && jy_seal_width_mm(seal) > 0)
        place.height_mm = place.width_mm * jy_seal_height_mm(seal) / jy_seal_width_mm(seal);
    if ((rc = jy_document_open(file.bytes, &doc, fault)) != JY_OK || (rc = jy_document_may_stamp(doc, now, fault)) != JY_OK ||
        (rc = jy_document_prepare(doc, jy_seal_der(seal), &place, 1, now, &prepared, fault)) != JY_OK ||
        (rc = map_pieces(out, &prepared.file, &ready, fault)) != JY_OK ||
        (rc = jy_ses_make(seal, now, prepared.data_hash, prepared.property_info, key, cert, &value, fault)) != JY_OK ||
        (s->tsa != NULL && (rc = tsa_stamp_value(s->tsa, &value, fault)) != JY_OK) ||
        (rc = jy_document_finish(ready.bytes, prepared.slot, jy_buf_slice(&value), &result, fault)) != JY_OK)
        goto out;
    rc = write_file(out, &result, fault);
out:
    jy_pieces_free(&result);
    jy_prepared_free(&prepared);
    jy_document_free(doc);
    jy_buf_free(&value);
    jy_seal_free(seal);
    jy_cert_free(cert);
    jy_sm2_free(key);
    unmap_file(&file);
    unmap_file(&seal_file);
    unmap_file(&key_file);
    unmap_file(&cert_file);
    unmap_file(&ready);
    return rc;
}

int
cmd_stamp(int argc, char **argv)
{
    struct stamping s = { 0 };
    struct jy_fault fault = { 0 };
    int files;
    jy_err rc;
    const struct opt options[] = {
        { "--seal", OPT_TEXT, &s.seal, true }, { "--key", OPT_TEXT, &s.key, true }, { "--cert", OPT_TEXT, &s.cert, true },
        { "--page", OPT_INT, &s.page, true }, { "--x", OPT_MM, &s.x_mm, true }, { "--y", OPT_MM, &s.y_mm, true },
        { "--width", OPT_MM, &s.width_mm, false }, { "--height", OPT_MM, &s.height_mm, false }, { "--trust", OPT_TEXT, &s.trust, false },
        { "--tsa", OPT_TEXT, &s.tsa, false },
        { NULL, OPT_FLAG, NULL, false } };

    if (opt_read(options, argc, argv, &files) != 0)
        return EXIT_USAGE;
    if (files != 2) {
        fprintf(stderr, "jinyin stamp: name the file to stamp and the file to write\n");
        return EXIT_USAGE;
    }
    if ((rc = stamp(&s, argv[0], argv[1], &fault)) != JY_OK) {
        complain(argv[0], rc, &fault);
        return rc == JY_E_IO ? EXIT_CANNOT_WRITE : EXIT_UNREADABLE;
    }
    return 0;
}
