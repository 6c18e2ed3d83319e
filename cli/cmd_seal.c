/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cmd.h"
#include "cli/tsa.h"

#include <jinyin/inspect.h>
#include <jinyin/picture.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A seal is made only of a picture that can be drawn, and its type is written as it is, not as the file is called. */
static jy_err
check_picture(struct jy_seal_fields *fields, const char *path, struct jy_fault *fault)
{
    enum jy_picture_type type = jy_picture_detect(fields->picture);
    struct jy_picture picture = { 0 };
    jy_err rc;

    if (type == JY_PICTURE_UNKNOWN || type >= JY_PICTURE_TIFF)
        return jy_fail(fault, JY_E_FORMAT, path, 0, "a seal's picture is PNG, JPG, GIF, BMP, SVG or OFD (GB/T 38540-2020 6.1)");
    fields->picture_type = jy_picture_type_name(type);
    rc = jy_picture_draw(fields->picture, fields->picture_type, fields->width_mm, fields->height_mm, &picture, fault);
    jy_picture_free(&picture);
    return rc;
}

static jy_err
make(const char *out, const char *paths[4], struct jy_seal_fields *fields, struct jy_fault *fault)
{
    struct mapped files[4] = { { { NULL, 0 }, NULL } };      /* maker key, maker certificate, signer certificate, picture */
    struct jy_cert *maker = NULL, *signer = NULL;
    struct jy_sm2 *key = NULL;
    struct jy_buf der = { 0 };
    jy_err rc = JY_OK;

    for (size_t i = 0; rc == JY_OK && i < 4; i++)
        rc = map_file(paths[i], &files[i], fault);
    if (rc != JY_OK || (rc = jy_sm2_from_pem(files[0].bytes, &key, fault)) != JY_OK ||
        (rc = jy_cert_parse_pem(files[1].bytes, &maker, fault)) != JY_OK || (rc = jy_cert_parse_pem(files[2].bytes, &signer, fault)) != JY_OK)
        goto out;
    fields->signer = signer;
    fields->picture = files[3].bytes;
    fields->created = jy_now();
    fields->valid_start = jy_cert_not_before(signer);        /* R13.3: equal to the second */
    fields->valid_end = jy_cert_not_after(signer);
    if ((rc = check_picture(fields, paths[3], fault)) != JY_OK)
        goto out;
    if (fields->created < jy_cert_not_before(maker) || fields->created > jy_cert_not_after(maker)) {
        rc = jy_fail(fault, JY_E_CERT_PERIOD, paths[1], 0, "the maker's certificate is not valid today");
        goto out;
    }
    if ((rc = jy_seal_make(fields, key, maker, &der, fault)) == JY_OK)
        rc = write_bytes(out, &der, fault);
out:
    jy_buf_free(&der);
    jy_cert_free(maker);
    jy_cert_free(signer);
    jy_sm2_free(key);
    for (size_t i = 0; i < 4; i++)
        unmap_file(&files[i]);
    return rc;
}

static int
seal_make(int argc, char **argv)
{
    const char *paths[4] = { NULL };
    struct jy_seal_fields fields = { .vendor = "JINYIN", .type = 1, .picture_type = "PNG", .version = 4 };
    struct jy_fault fault = { 0 };
    const char *tsa = NULL;
    bool list_digest = false;
    int files;
    jy_err rc;
    const struct opt options[] = {
        { "--maker-key", OPT_TEXT, &paths[0], true }, { "--maker-cert", OPT_TEXT, &paths[1], true },
        { "--signer-cert", OPT_TEXT, &paths[2], true }, { "--picture", OPT_TEXT, &paths[3], true },
        { "--name", OPT_TEXT, &fields.name, true }, { "--id", OPT_TEXT, &fields.id, true }, { "--width", OPT_INT, &fields.width_mm, true },
        { "--height", OPT_INT, &fields.height_mm, true }, { "--type", OPT_INT, &fields.type, false },
        { "--version", OPT_INT, &fields.version, false }, { "--list-digest", OPT_FLAG, &list_digest, false },
        { "--tsa", OPT_TEXT, &tsa, false }, { NULL, OPT_FLAG, NULL, false } };

    if (opt_read(options, argc, argv, &files) != 0)
        return EXIT_USAGE;
    if (files != 1) {
        fprintf(stderr, "jinyin seal make: name the file to write\n");
        return EXIT_USAGE;
    }
    fields.cert_list_type = list_digest ? 2 : 1;
    if (tsa != NULL) {
        fields.time_stamper = tsa_stamp;
        fields.time_stamper_ctx = (void *)(uintptr_t)tsa;
    }
    if ((rc = make(argv[0], paths, &fields, &fault)) != JY_OK) {
        complain(argv[0], rc, &fault);
        return rc == JY_E_IO ? EXIT_CANNOT_WRITE : EXIT_UNREADABLE;
    }
    return 0;
}

/* The picture as it stands in the seal, whatever its type. */
static jy_err
write_picture(const char *path, struct jy_slice der, struct jy_fault *fault)
{
    struct jy_buf picture = { 0 };
    jy_err rc;

    if ((rc = jy_inspect_seal_picture(der, &picture, fault)) == JY_OK)
        rc = write_bytes(path, &picture, fault);
    jy_buf_free(&picture);
    return rc;
}

static int
seal_show(int argc, char **argv)
{
    struct jy_fault fault = { 0 };
    struct jy_buf text = { 0 };
    struct mapped file;
    const char *picture = NULL;
    bool json = false, sound = false;
    int files, code = EXIT_UNREADABLE;
    jy_err rc;
    const struct opt options[] = { { "--json", OPT_FLAG, &json, false }, { "--picture", OPT_TEXT, &picture, false }, { NULL, OPT_FLAG, NULL, false } };

    if (opt_read(options, argc, argv, &files) != 0)
        return EXIT_USAGE;
    if (files != 1) {
        fprintf(stderr, "jinyin seal show: name one seal\n");
        return EXIT_USAGE;
    }
    if ((rc = map_file(argv[0], &file, &fault)) != JY_OK ||
        (rc = json ? jy_inspect_seal_json(file.bytes, &text, &sound, &fault) : jy_inspect_seal_text(file.bytes, &text, &sound, &fault)) != JY_OK) {
        complain(argv[0], rc, &fault);
    } else if (picture != NULL && (rc = write_picture(picture, file.bytes, &fault)) != JY_OK) {
        complain(picture, rc, &fault);
        code = rc == JY_E_IO ? EXIT_CANNOT_WRITE : EXIT_UNREADABLE;
    } else {
        fwrite(text.p, 1, text.len, stdout);
        code = sound ? 0 : EXIT_INVALID;
    }
    jy_buf_free(&text);
    unmap_file(&file);
    return code;
}

int
cmd_seal(int argc, char **argv)
{
    if (argc >= 2 && strcmp(argv[1], "make") == 0)
        return seal_make(argc - 1, argv + 1);
    if (argc >= 2 && strcmp(argv[1], "show") == 0)
        return seal_show(argc - 1, argv + 1);
    fprintf(stderr, "jinyin seal: make or show; `jinyin help seal` tells more\n");
    return EXIT_USAGE;
}
