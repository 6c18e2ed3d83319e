/* SPDX-License-Identifier: Apache-2.0 */
/* `jinyin archive`: what proves the signatures of a PDF later is put into it, under a document time stamp (ISO 32000-2 12.8.4.3, 12.8.5). */
#include "cli/cmd.h"
#include "cli/tsa.h"

#include <jinyin/container.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Certificates, lists and answers of the trust, as they are put into the document; free lists[*]. */
static jy_err
collect(const struct jy_trust *trust, struct jy_slice *lists[3], struct jy_validation_data *out)
{
    static const enum jy_trust_item kinds[3] = { JY_TRUST_CERT, JY_TRUST_CRL, JY_TRUST_OCSP };
    size_t counts[3];

    for (int kind = 0; kind < 3; kind++) {
        counts[kind] = jy_trust_count(trust, kinds[kind]);
        if ((lists[kind] = calloc(counts[kind] + 1, sizeof(struct jy_slice))) == NULL)
            return JY_E_NOMEM;
        for (size_t i = 0; i < counts[kind]; i++)
            lists[kind][i] = jy_trust_der(trust, kinds[kind], i);
    }
    *out = (struct jy_validation_data){ lists[0], lists[1], lists[2], counts[0], counts[1], counts[2] };
    return JY_OK;
}

static jy_err
archive(const char *in, const char *to, const char *tsa, const char *evidence, struct jy_fault *fault)
{
    struct mapped file = { 0 }, ready = { 0 };
    struct jy_document *doc = NULL;
    struct jy_trust *trust = NULL;
    struct jy_slice *lists[3] = { NULL };
    struct jy_validation_data data = { 0 };
    struct jy_prepared prepared = { 0 };
    struct jy_pieces result = { 0 };
    struct jy_buf token = { 0 };
    jy_err rc;

    if ((rc = map_file(in, &file, fault)) != JY_OK || (rc = jy_trust_new(&trust)) != JY_OK ||
        (evidence != NULL && (rc = jy_trust_add_path(trust, evidence, fault)) != JY_OK) || (rc = collect(trust, lists, &data)) != JY_OK ||
        (rc = jy_document_open(file.bytes, &doc, fault)) != JY_OK || (rc = jy_document_prepare_archive(doc, &data, &prepared, fault)) != JY_OK ||
        (rc = map_pieces(to, &prepared.file, &ready, fault)) != JY_OK || (rc = tsa_stamp_digest(tsa, prepared.data_hash, &token, fault)) != JY_OK ||
        (rc = jy_document_finish_archive(ready.bytes, prepared.slot, jy_buf_slice(&token), &result, fault)) != JY_OK)
        goto out;
    rc = write_file(to, &result, fault);
out:
    jy_pieces_free(&result);
    jy_prepared_free(&prepared);
    jy_document_free(doc);
    jy_trust_free(trust);
    jy_buf_free(&token);
    for (int kind = 0; kind < 3; kind++)
        free(lists[kind]);
    unmap_file(&ready);
    unmap_file(&file);
    return rc;
}

int
cmd_archive(int argc, char **argv)
{
    const char *tsa = NULL, *evidence = NULL;
    const struct opt options[] = { { "--tsa", OPT_TEXT, &tsa, true }, { "--trust", OPT_TEXT, &evidence, false }, { 0 } };
    struct jy_fault fault = { 0 };
    int rest, usage;
    jy_err rc;

    if (argc > 1 && strcmp(argv[1], "verify") == 0)
        return archive_verify(argc - 1, argv + 1);
    if ((usage = opt_read(options, argc, argv, &rest)) != 0)
        return usage;
    if (rest != 2) {
        fprintf(stderr, "jinyin archive: IN OUT --tsa URL [--trust PEM|DIR]\n");
        return EXIT_USAGE;
    }
    if ((rc = archive(argv[0], argv[1], tsa, evidence, &fault)) != JY_OK) {
        complain(argv[0], rc, &fault);
        return rc == JY_E_IO ? EXIT_CANNOT_WRITE : rc == JY_E_COUNTERPART_DOWN ? EXIT_SERVICE : EXIT_UNREADABLE;
    }
    return 0;
}
