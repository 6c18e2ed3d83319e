/* SPDX-License-Identifier: Apache-2.0 */
/* Stamped once and several times, OFD and PDF. */
#include "fixtures.h"

#include "../unit/verify/times.h"

#include <codec/zip.h>

struct fixture fixtures[FIXTURES_MAX];
size_t fixture_count;

jy_err
fixture_verify(struct jy_slice file, struct jy_report **out)
{
    return jy_verify(file, pki.trust, NULL, NULL, pki.now, out, NULL);
}

static struct fixture *
add(const char *name, const char *ext, struct jy_buf file, size_t signatures)
{
    struct jy_report *report = NULL;
    struct jy_buf text = { 0 };

    MUST(fixture_verify(jy_buf_slice(&file), &report));
    if (jy_report_verdict(report) > JY_VALID_WITH_WARNING || jy_report_signature_count(report) != signatures || fixture_count == FIXTURES_MAX) {
        MUST(jy_report_text(report, &text));
        fprintf(stderr, "%s is not valid as it stands\n%.*s\n", name, (int)text.len, (const char *)text.p);
        exit(1);
    }
    jy_report_free(report);
    fixtures[fixture_count] = (struct fixture){ name, ext, file, signatures, NULL, 0 };
    return &fixtures[fixture_count++];
}

/* The file with one stamp more. */
static struct jy_buf
stamped(struct jy_buf file, int times)
{
    for (int i = 0; i < times; i++) {
        struct jy_buf out = { 0 };
        struct jy_fault fault = { 0 };
        jy_err rc = pki_stamp(jy_buf_slice(&file), pki.now - 30 + i, &out, &fault);
        if (rc != JY_OK) {
            fprintf(stderr, "stamping: %s %s %s\n", jy_err_code(rc), fault.where, fault.text);
            exit(1);
        }
        jy_buf_free(&file);
        file = out;
    }
    return file;
}

/* The package with every part stored. */
static struct jy_buf
unpacked(struct jy_buf file)
{
    static const uint8_t empty[22] = { 'P', 'K', 5, 6 };
    struct jy_zip *from, *to;
    struct jy_zip_new list[64] = { 0 };
    struct jy_buf bytes[64] = { 0 }, out = { 0 };
    struct jy_pieces pieces = { 0 };
    size_t count;

    MUST(jy_zip_open(jy_buf_slice(&file), &from, NULL));
    MUST(jy_zip_open(JY_SLICE(empty, sizeof(empty)), &to, NULL));
    count = jy_zip_count(from);
    for (size_t i = 0; i < count && i < 64; i++) {
        MUST(jy_zip_read(from, i, 1u << 24, &bytes[i], NULL));
        list[i] = (struct jy_zip_new){ jy_zip_entry(from, i)->name, jy_buf_slice(&bytes[i]) };
    }
    MUST(jy_zip_rewrite(to, list, count, 33, 0, &pieces, NULL));
    MUST(jy_pieces_join(&pieces, &out));
    jy_pieces_free(&pieces);
    jy_zip_free(from);
    jy_zip_free(to);
    for (size_t i = 0; i < count; i++)
        jy_buf_free(&bytes[i]);
    jy_buf_free(&file);
    return out;
}

/* Behind the CRC: whoever changes a part on purpose mends it, and only the digests are left to notice. */
static void
find_parts(struct fixture *f)
{
    struct jy_zip *zip;

    MUST(jy_zip_open(jy_buf_slice(&f->file), &zip, NULL));
    f->part_count = jy_zip_count(zip);
    if ((f->parts = calloc(f->part_count, sizeof(*f->parts))) == NULL)
        abort();
    for (size_t i = 0; i < f->part_count; i++) {
        const struct jy_zip_entry *e = jy_zip_entry(zip, i);
        if (e->method != 0)
            abort();
        f->parts[i] = (struct stored){ e->data, e->size, e->start + 14, e->record + 16 };
    }
    jy_zip_free(zip);
}

/* Pictures make most of a seal; a small one leaves the changes to the structures. */
static void
small_seal(int version)
{
    static const uint8_t png[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13, 'I', 'H', 'D', 'R', 0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0,
        0x90, 0x77, 0x53, 0xde, 0, 0, 0, 12, 'I', 'D', 'A', 'T', 8, 0xd7, 0x63, 0xf8, 0xcf, 0xc0, 0, 0, 3, 1, 1, 0, 0x18, 0xdd, 0x8d, 0xb0, 0, 0, 0, 0,
        'I', 'E', 'N', 'D', 0xae, 0x42, 0x60, 0x82 };
    struct jy_seal_fields fields = { "JINYIN", "1201010000001", 1, "测试印章", pki.signer, pki.now - 3600, jy_cert_not_before(pki.signer),
                                     jy_cert_not_after(pki.signer), "PNG", JY_SLICE(png, sizeof(png)), 40, 40, .version = version };

    jy_seal_free(pki.seal);
    pki.seal_der.len = 0;
    MUST(jy_seal_make(&fields, pki.maker_key, pki.maker, &pki.seal_der, NULL));
    MUST(jy_seal_parse(jy_buf_slice(&pki.seal_der), &pki.seal, NULL));
}

void
fixtures_make(const char *data)
{
    char path[1024];
    struct stamp none = { 0 }, timed = { 0 };

    snprintf(path, sizeof(path), "%s/contract.ofd", data);
    pki_begin();
    tsa_begin();
    timed.when = pki.now;
    small_seal(4);
    add("ofd, one stamp", "ofd", stamped(load_file(path), 1), 1);
    add("ofd, three stamps", "ofd", stamped(load_file(path), 3), 3);
    find_parts(add("ofd, one stamp, CRC mended", "ofd", stamped(unpacked(load_file(path)), 1), 1));
    find_parts(add("ofd, three stamps, CRC mended", "ofd", stamped(unpacked(load_file(path)), 3), 3));
    add("pdf, one stamp", "pdf", stamped(small_pdf(), 1), 1);
    add("pdf, two stamps", "pdf", stamped(small_pdf(), 2), 2);
    add("pdf, a closing stamp (DocMDP)", "pdf", signed_with(stamped(small_pdf(), 1), false, true, pki.now, none), 2);
    add("pdf, plain signatures", "pdf", signed_with(signed_with(small_pdf(), true, false, pki.now, none), true, true, pki.now, none), 2);
    add("pdf, a time stamp over the stamp", "pdf", signed_with(small_pdf(), false, false, pki.now, timed), 1);
    add("pdf, a time stamp over the plain signature", "pdf", signed_with(small_pdf(), true, false, pki.now, timed), 1);
    add("pdf, a document time stamp", "pdf", archived(stamped(small_pdf(), 1), timed), 2);
    add("ofd, a closing plain signature", "ofd", signed_with(stamped(load_file(path), 1), true, true, pki.now, none), 2);
    add("ofd, a time stamp over the stamp", "ofd", signed_with(load_file(path), false, false, pki.now, timed), 1);
    find_parts(add("ofd, plain with a time stamp, CRC mended", "ofd", signed_with(unpacked(load_file(path)), true, false, pki.now, timed), 1));
    small_seal(5);
    find_parts(add("ofd, version 5, CRC mended", "ofd", stamped(unpacked(load_file(path)), 1), 1));
    add("pdf, version 5", "pdf", stamped(small_pdf(), 1), 1);
}

void
fixtures_free(void)
{
    for (size_t i = 0; i < fixture_count; i++) {
        jy_buf_free(&fixtures[i].file);
        free(fixtures[i].parts);
    }
    tsa_end();
    pki_end();
}
