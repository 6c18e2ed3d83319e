/* SPDX-License-Identifier: Apache-2.0 */
/* Stamping by digest only (docs/protocol/digest-only.md): the file stays here, the service sees its digests. */
#include "cli/cmd.h"
#include "cli/stamp.h"

#include <jinyin/digest.h>

#include <stdio.h>

static jy_err
check_seal(const char *path, struct jy_seal *seal, jy_time now, struct jy_fault *fault)
{
    jy_err rc = jy_seal_check_signature(seal, fault);

    if (rc == JY_OK && (now < jy_seal_valid_start(seal) || now > jy_seal_valid_end(seal)))
        rc = jy_fail(fault, JY_E_SEAL_DATES, path, 0, "today is outside its validity");
    return rc;
}

static jy_err
prepare(const struct stamp_wishes *all, struct jy_fault *fault)
{
    const struct stamp_wish *w = &all->list[0];
    struct mapped file = { 0 }, seal_file = { 0 };
    struct jy_document *doc = NULL;
    struct jy_prepared prepared = { 0 };
    struct jy_places places = { 0 };
    struct jy_buf request = { 0 };
    struct jy_seal *seal = NULL;
    jy_time now = jy_now();
    double width, height;
    jy_err rc;

    if ((rc = map_file(all->in, &file, fault)) != JY_OK || (rc = map_file(w->seal, &seal_file, fault)) != JY_OK ||
        (rc = jy_seal_parse(seal_file.bytes, &seal, fault)) != JY_OK || (rc = check_seal(w->seal, seal, now, fault)) != JY_OK)
        goto out;
    if ((rc = stamp_size(w, seal, &width, &height, fault)) == JY_OK && (rc = jy_document_open(file.bytes, &doc, fault)) == JY_OK &&
        (rc = jy_document_may_stamp(doc, now, fault)) == JY_OK && (rc = stamp_places(w, width, height, file.bytes, doc, &places, fault)) == JY_OK &&
        (rc = (w->lock ? jy_document_prepare_closing : jy_document_prepare)(doc, jy_seal_der(seal), places.list, places.count, now, &prepared, fault)) ==
            JY_OK &&
        (rc = jy_digest_request(file.bytes, &prepared, places.list, places.count, &request, fault)) == JY_OK &&
        (rc = write_file(all->out, &prepared.file, fault)) == JY_OK)
        rc = write_bytes(all->request, &request, fault);
out:
    jy_buf_free(&request);
    jy_places_free(&places);
    jy_prepared_free(&prepared);
    jy_document_free(doc);
    jy_seal_free(seal);
    unmap_file(&seal_file);
    unmap_file(&file);
    return rc;
}

int
cmd_stamp_prepare(int argc, char **argv)
{
    static struct stamp_wishes wishes;
    struct jy_fault fault = { 0 };
    jy_err rc;
    int usage = stamp_read(argc, argv, &wishes);

    if (usage != 0)
        return usage;
    if ((rc = prepare(&wishes, &fault)) == JY_OK)
        return 0;
    complain(wishes.in, rc, &fault);
    return rc == JY_E_IO ? EXIT_CANNOT_WRITE : EXIT_UNREADABLE;
}

static jy_err
finish(const char *prepared_path, const char *answer_path, const char *out_path, struct jy_fault *fault)
{
    struct mapped prepared = { 0 }, answer = { 0 };
    struct jy_pieces finished = { 0 };
    struct jy_buf value = { 0 };
    char slot[256];
    jy_err rc;

    if ((rc = map_file(prepared_path, &prepared, fault)) == JY_OK && (rc = map_file(answer_path, &answer, fault)) == JY_OK &&
        (rc = jy_digest_answer(answer.bytes, slot, &value, fault)) == JY_OK &&
        (rc = jy_document_finish(prepared.bytes, slot, jy_buf_slice(&value), &finished, fault)) == JY_OK)
        rc = write_file(out_path, &finished, fault);
    jy_pieces_free(&finished);
    jy_buf_free(&value);
    unmap_file(&answer);
    unmap_file(&prepared);
    return rc;
}

int
cmd_stamp_finish(int argc, char **argv)
{
    static const struct opt options[] = { { NULL, OPT_FLAG, NULL, false } };
    struct jy_fault fault = { 0 };
    int rest = 0, usage = opt_read(options, argc, argv, &rest);
    jy_err rc;

    if (usage != 0)
        return usage;
    if (rest != 3) {
        fprintf(stderr, "jinyin stamp-finish: name the prepared file, the service's answer and the file to write\n");
        return EXIT_USAGE;
    }
    if ((rc = finish(argv[0], argv[1], argv[2], &fault)) == JY_OK)
        return 0;
    complain(argv[0], rc, &fault);
    return rc == JY_E_IO ? EXIT_CANNOT_WRITE : EXIT_UNREADABLE;
}
