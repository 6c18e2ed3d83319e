/* SPDX-License-Identifier: Apache-2.0 */
/* A signature without a seal: GB/T 35275 SignedData over the whole document (GM/T 0099-2020 7.2.2). */
#include "cli/cmd.h"
#include "cli/tsa.h"

#include <jinyin/cms.h>
#include <jinyin/container.h>

#include <stdio.h>

struct signing {
    const char *key, *cert, *trust, *tsa;
    bool lock;
};

/* A certificate that a verifier would not take today is not signed with. */
static jy_err
check(const struct signing *s, const struct jy_cert *cert, jy_time now, struct jy_fault *fault)
{
    struct jy_trust *trust = NULL;
    struct jy_chain_result chain;
    jy_err rc;

    if (now < jy_cert_not_before(cert) || now > jy_cert_not_after(cert) || !jy_cert_may_sign(cert))
        return jy_fail(fault, JY_E_CERTIFICATE, s->cert, 0, "not valid today, or not for signing");
    if (s->trust == NULL)
        return JY_OK;
    if ((rc = jy_trust_new(&trust)) == JY_OK && (rc = jy_trust_add_path(trust, s->trust, fault)) == JY_OK &&
        (rc = jy_chain_check(trust, cert, NULL, 0, now, &chain)) == JY_OK && chain.status != JY_CHAIN_OK)
        rc = jy_fail(fault, JY_E_CERTIFICATE, s->cert, 0, "%s", chain.text);
    jy_trust_free(trust);
    return rc;
}

static jy_err
sign(const struct signing *s, const char *in, const char *out, struct jy_fault *fault)
{
    struct mapped file = { 0 }, key_file = { 0 }, cert_file = { 0 }, ready = { 0 };
    struct jy_cms_fields fields = { .signing_time = jy_now() };
    struct jy_document *doc = NULL;
    struct jy_prepared prepared = { 0 };
    struct jy_pieces result = { 0 };
    struct jy_buf value = { 0 };
    struct jy_cert *cert = NULL;
    struct jy_sm2 *key = NULL;
    jy_err rc;

    if ((rc = map_file(in, &file, fault)) != JY_OK || (rc = map_file(s->key, &key_file, fault)) != JY_OK ||
        (rc = map_file(s->cert, &cert_file, fault)) != JY_OK || (rc = jy_sm2_from_pem(key_file.bytes, &key, fault)) != JY_OK ||
        (rc = jy_cert_parse_pem(cert_file.bytes, &cert, fault)) != JY_OK || (rc = check(s, cert, fields.signing_time, fault)) != JY_OK ||
        (rc = jy_document_open(file.bytes, &doc, fault)) != JY_OK ||
        (rc = jy_document_prepare_plain(doc, s->lock, fields.signing_time, &prepared, fault)) != JY_OK)
        goto out;
    fields.digest = prepared.data_hash;
    fields.signer = cert;
    if ((rc = map_pieces(out, &prepared.file, &ready, fault)) != JY_OK || (rc = jy_cms_make(&fields, key, &value, fault)) != JY_OK ||
        (s->tsa != NULL && (rc = tsa_stamp_value(s->tsa, &value, fault)) != JY_OK) ||
        (rc = jy_document_finish(ready.bytes, prepared.slot, jy_buf_slice(&value), &result, fault)) != JY_OK)
        goto out;
    rc = write_file(out, &result, fault);
out:
    jy_pieces_free(&result);
    jy_prepared_free(&prepared);
    jy_document_free(doc);
    jy_buf_free(&value);
    jy_cert_free(cert);
    jy_sm2_free(key);
    unmap_file(&file);
    unmap_file(&key_file);
    unmap_file(&cert_file);
    unmap_file(&ready);
    return rc;
}

int
cmd_sign(int argc, char **argv)
{
    struct signing s = { 0 };
    struct jy_fault fault = { 0 };
    int files;
    jy_err rc;
    const struct opt options[] = { { "--key", OPT_TEXT, &s.key, true }, { "--cert", OPT_TEXT, &s.cert, true }, { "--trust", OPT_TEXT, &s.trust, false },
                                   { "--tsa", OPT_TEXT, &s.tsa, false }, { "--lock", OPT_FLAG, &s.lock, false }, { NULL, OPT_FLAG, NULL, false } };

    if (opt_read(options, argc, argv, &files) != 0)
        return EXIT_USAGE;
    if (files != 2) {
        fprintf(stderr, "jinyin sign: name the file to sign and the file to write\n");
        return EXIT_USAGE;
    }
    if ((rc = sign(&s, argv[0], argv[1], &fault)) != JY_OK) {
        complain(argv[0], rc, &fault);
        return rc == JY_E_IO ? EXIT_CANNOT_WRITE : EXIT_UNREADABLE;
    }
    return 0;
}
