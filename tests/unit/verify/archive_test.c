/* SPDX-License-Identifier: Apache-2.0 */
/* R24.1: an archive package is whole or it is refused, and the verdict comes out of it again when every certificate has ended. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "pki.h"

#include "codec/text.h"
#include "codec/zip.h"

#define CENTURY ((jy_time)100 * 366 * 86400)

static struct jy_sm2 *service, *stranger;
static struct jy_buf stamped, trust_pem, makers_pem, bundle, own, status, report;
static struct jy_archive_contents contents;

static void
add_statement(struct jy_buf *out, const char *text)
{
    uint8_t value[JY_SM2_SIGNATURE_MAX], point[JY_SM2_POINT_SIZE];
    size_t len;

    MUST(jy_sm2_sign(service, jy_slice_text(text), value, &len));
    MUST(jy_sm2_point(service, point));
    MUST(jy_buf_fmt(out, "{\"statement\":\"%s\",\"signature\":\"", text));
    MUST(jy_base64_encode(JY_SLICE(value, len), out));
    MUST(jy_buf_text(out, "\",\"key\":\""));
    MUST(jy_base64_encode(JY_SLICE(point, sizeof(point)), out));
    MUST(jy_buf_text(out, "\"}"));
}

/* What the stamp register knows of the one stamp, as evidence. */
static void
write_register(struct jy_report *first)
{
    struct jy_buf json = { 0 };
    const char *digest;
    char at[21];

    MUST(jy_report_json(first, &json));
    MUST(jy_buf_byte(&json, '\0'));
    digest = strstr((const char *)json.p, "\"value_digest\"");
    assert_non_null(digest);
    digest = strchr(strchr(digest, ':'), '"') + 1;
    jy_time_rfc3339(pki.now, at);
    MUST(jy_buf_fmt(&own, "{\"status\":[],\"stamps\":[{\"digest\":\"%.64s\",\"recorded\":\"%s\"}]}", digest, at));
    jy_buf_free(&json);
}

static int
set_up(void **state)
{
    struct jy_buf pdf = small_pdf(), crl = { 0 };
    struct jy_report *first;
    struct jy_evidence *evidence;

    (void)state;
    pki_begin();
    MUST(jy_sm2_generate(&service));
    MUST(jy_sm2_generate(&stranger));
    MUST(jy_cert_to_pem(pki.ca, &trust_pem));
    MUST(jy_crl_issue(pki.ca_key, pki.ca, NULL, 0, pki.now + 1, pki.now + 86400, 1, &crl, NULL));
    MUST(jy_crl_to_pem(jy_buf_slice(&crl), &trust_pem));
    jy_trust_free(pki.trust);
    MUST(jy_trust_new(&pki.trust));
    MUST(jy_trust_add_pem(pki.trust, jy_buf_slice(&trust_pem), NULL));
    MUST(jy_cert_to_pem(pki.maker, &makers_pem));
    MUST(jy_trust_add_makers_pem(pki.trust, jy_buf_slice(&makers_pem), NULL));
    MUST(pki_stamp(jy_buf_slice(&pdf), pki.now, &stamped, NULL));
    MUST(jy_verify(jy_buf_slice(&stamped), pki.trust, NULL, NULL, pki.now + 2, &first, NULL));
    write_register(first);
    jy_report_free(first);
    MUST(jy_evidence_parse(jy_buf_slice(&own), true, &evidence, NULL));
    MUST(jy_verify_keep(jy_buf_slice(&stamped), pki.trust, evidence, NULL, pki.now + 2, &first, &bundle, NULL));
    MUST(jy_report_json(first, &report));
    MUST(jy_buf_text(&status, "["));
    add_statement(&status, "at the time of stamping");
    MUST(jy_buf_text(&status, ","));
    add_statement(&status, "at the time of packing");
    MUST(jy_buf_text(&status, "]"));
    contents = (struct jy_archive_contents){ .pdf = true, .record_id = "0123456789abcdef", .packed = pki.now + 2,
        .parts = { [JY_ARCHIVE_DOCUMENT] = jy_buf_slice(&stamped), [JY_ARCHIVE_METADATA] = jy_slice_text("{}"), [JY_ARCHIVE_RECORD] = jy_slice_text("{}"),
                   [JY_ARCHIVE_REGISTER] = jy_buf_slice(&own), [JY_ARCHIVE_STATUS] = jy_buf_slice(&status), [JY_ARCHIVE_EVIDENCE] = jy_buf_slice(&bundle),
                   [JY_ARCHIVE_TRUST] = jy_buf_slice(&trust_pem), [JY_ARCHIVE_MAKERS] = jy_buf_slice(&makers_pem),
                   [JY_ARCHIVE_REPORT] = jy_buf_slice(&report) } };
    strcpy(contents.verdict, jy_verdict_name(jy_report_verdict(first)));
    jy_report_free(first);
    jy_evidence_free(evidence);
    jy_buf_free(&pdf);
    jy_buf_free(&crl);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    jy_sm2_free(service);
    jy_sm2_free(stranger);
    jy_buf_free(&stamped);
    jy_buf_free(&trust_pem);
    jy_buf_free(&makers_pem);
    jy_buf_free(&bundle);
    jy_buf_free(&own);
    jy_buf_free(&status);
    jy_buf_free(&report);
    pki_end();
    return 0;
}

static struct jy_buf
pack_by(const struct jy_archive_contents *what, const struct jy_sm2 *key)
{
    struct jy_archive_signature signature = { .value_len = 0 };
    struct jy_buf manifest = { 0 }, out = { 0 };
    struct jy_pieces pieces = { 0 };

    MUST(jy_archive_manifest(what, &manifest, NULL));
    MUST(jy_sm2_point(key, signature.key));
    MUST(jy_sm2_sign(key, jy_buf_slice(&manifest), signature.value, &signature.value_len));
    MUST(jy_archive_make(what, jy_buf_slice(&manifest), &signature, &pieces, NULL));
    MUST(jy_pieces_join(&pieces, &out));
    jy_pieces_free(&pieces);
    jy_buf_free(&manifest);
    return out;
}

static jy_err
open_error(struct jy_slice package)
{
    struct jy_archive *archive;
    jy_err rc = jy_archive_open(package, &archive, NULL);

    if (rc == JY_OK)
        jy_archive_free(archive);
    return rc;
}

/* The verdict of a package at a time, by whom; −1 − error when there is none. */
static int
verdict_of(const struct jy_archive_contents *what, const struct jy_sm2 *by, const struct jy_sm2 *named, const struct jy_trust *anchors, jy_time at)
{
    struct jy_buf package = pack_by(what, by);
    struct jy_archive_judgement judgement;
    struct jy_archive *archive;
    uint8_t key[JY_SM2_POINT_SIZE];
    struct jy_archive_trust whom = { .service_key = named == NULL ? NULL : key, .anchors = anchors };
    jy_err rc;

    if (named != NULL)
        MUST(jy_sm2_point(named, key));
    MUST(jy_archive_open(jy_buf_slice(&package), &archive, NULL));
    rc = jy_archive_judge(archive, &whom, at, &judgement, NULL);
    assert_true(rc != JY_OK || judgement.vouched == (named != NULL || anchors != NULL));
    jy_report_free(judgement.report);
    jy_archive_free(archive);
    jy_buf_free(&package);
    return rc == JY_OK ? (int)judgement.verdict : -1 - (int)rc;
}
#define NO(err) (-1 - (int)(err))
#define GOOD(verdict) ((verdict) == JY_VALID || (verdict) == JY_VALID_WITH_WARNING)

static void
R24_1__the_verdict_comes_out_again_when_every_certificate_has_ended(void **state)
{
    (void)state;
    assert_string_equal(contents.verdict, "valid");
    assert_int_equal(verdict_of(&contents, service, service, NULL, contents.packed), JY_VALID);
    assert_true(GOOD(verdict_of(&contents, service, service, NULL, contents.packed + CENTURY)));
    assert_true(GOOD(verdict_of(&contents, service, service, pki.trust, contents.packed + CENTURY)));
    /* Without the service's word the time of stamping is only claimed: nothing is made valid by who writes the package. */
    assert_true(GOOD(verdict_of(&contents, stranger, NULL, pki.trust, contents.packed)));
    assert_false(GOOD(verdict_of(&contents, stranger, NULL, pki.trust, contents.packed + CENTURY)));
    assert_int_equal(verdict_of(&contents, stranger, service, NULL, contents.packed), NO(JY_E_SIGNATURE));
    assert_int_equal(verdict_of(&contents, service, service, NULL, contents.packed - 1), NO(JY_E_ARGUMENT));
}

static void
R24_1__a_changed_byte_is_found_wherever_it_stands(void **state)
{
    struct jy_buf package = pack_by(&contents, service);

    (void)state;
    assert_int_equal(open_error(jy_buf_slice(&package)), JY_OK);
    /* Every byte of the first header, of manifest, signature and directory; of the entries, which one digest each covers, every 61st. */
    for (size_t at = 0; at < package.len; at += at < 100 || at + 4096 > package.len ? 1 : 61) {
        package.p[at] ^= 0x20;
        assert_int_not_equal(open_error(jy_buf_slice(&package)), JY_OK);
        package.p[at] ^= 0x20;
    }
    for (size_t len = 0; len < package.len; len += 97)
        assert_int_not_equal(open_error(JY_SLICE(package.p, len)), JY_OK);
    MUST(jy_buf_byte(&package, 0));
    assert_int_not_equal(open_error(jy_buf_slice(&package)), JY_OK);
    jy_buf_free(&package);
}

/* Entries that stand under the manifest are told by name when they are not its own. */
static void
R24_1__a_missing_or_foreign_entry_is_named(void **state)
{
    struct jy_buf package = pack_by(&contents, service), altered = { 0 };
    struct jy_zip_new entries[JY_ARCHIVE_PARTS + 3];
    struct jy_zip *zip;
    size_t count;
    struct { const char *leave_out, *replace, *add; jy_err want; const char *where; } rows[] = {
        { "evidence.json", NULL, NULL, JY_E_ARCHIVE_INCOMPLETE, "evidence.json" }, { "document.pdf", NULL, NULL, JY_E_ARCHIVE_INCOMPLETE, "document.ofd" },
        { "signature.json", NULL, NULL, JY_E_ARCHIVE_INCOMPLETE, "signature.json" }, { "manifest.json", NULL, NULL, JY_E_ARCHIVE_INCOMPLETE, "manifest.json" },
        { NULL, "record.json", NULL, JY_E_ARCHIVE_CHANGED, "record.json" }, { NULL, "signature.json", NULL, JY_E_ARCHIVE_CHANGED, "signature.json" },
        { NULL, "manifest.json", NULL, JY_E_FORMAT, "manifest.json" }, { NULL, NULL, "more.txt", JY_E_ARCHIVE_CHANGED, "package" },
    };

    (void)state;
    MUST(jy_zip_open(jy_buf_slice(&package), &zip, NULL));
    for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
        struct jy_pieces pieces = { 0 };
        struct jy_fault fault = { 0 };
        struct jy_archive *archive;
        uint16_t date, time;

        count = 0;
        for (size_t i = 0; i < jy_zip_count(zip); i++) {
            const struct jy_zip_entry *e = jy_zip_entry(zip, i);
            if (rows[row].leave_out != NULL && strcmp(rows[row].leave_out, e->name) == 0)
                continue;
            entries[count++] = (struct jy_zip_new){ e->name, rows[row].replace != NULL && strcmp(rows[row].replace, e->name) == 0 ? jy_slice_text("[1]")
                                                                                                  : JY_SLICE(package.p + e->data, (size_t)e->size) };
        }
        if (rows[row].add != NULL)
            entries[count++] = (struct jy_zip_new){ rows[row].add, jy_slice_text("hidden") };
        jy_zip_dos_time(contents.packed, &date, &time);
        MUST(jy_zip_make(entries, count, date, time, &pieces, NULL));
        altered.len = 0;
        MUST(jy_pieces_join(&pieces, &altered));
        assert_int_equal(jy_archive_open(jy_buf_slice(&altered), &archive, &fault), rows[row].want);
        assert_string_equal(fault.where, rows[row].where);
        jy_pieces_free(&pieces);
    }
    jy_zip_free(zip);
    jy_buf_free(&altered);
    jy_buf_free(&package);
}

/* A service that packs too little is found out as well: its signature does not make evidence of what is none. */
static void
R24_1__evidence_that_is_missing_or_of_another_document_is_refused(void **state)
{
    struct { enum jy_archive_part part; const char *text; int want; } rows[] = {
        { JY_ARCHIVE_EVIDENCE, "{}", NO(JY_E_ARCHIVE_INCOMPLETE) }, { JY_ARCHIVE_EVIDENCE, "no", NO(JY_E_FORMAT) },
        { JY_ARCHIVE_TRUST, "", NO(JY_E_ARCHIVE_INCOMPLETE) }, { JY_ARCHIVE_MAKERS, "", NO(JY_E_ARCHIVE_INCOMPLETE) }, { JY_ARCHIVE_STATUS, "[]", NO(JY_E_ARCHIVE_INCOMPLETE) },
        { JY_ARCHIVE_STATUS, "[{},{}]", NO(JY_E_ARCHIVE_INCOMPLETE) }, { JY_ARCHIVE_REGISTER, "[]", NO(JY_E_FORMAT) },
        { JY_ARCHIVE_DOCUMENT, "another document", NO(JY_E_ARCHIVE_INCOMPLETE) },
    };
    struct jy_archive_contents less;

    (void)state;
    for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
        less = contents;
        less.parts[rows[row].part] = jy_slice_text(rows[row].text);
        assert_int_equal(verdict_of(&less, service, service, NULL, contents.packed), rows[row].want);
    }
    less = contents;                                       /* without the register's word: valid while the certificates live, not for ever */
    less.parts[JY_ARCHIVE_REGISTER] = jy_slice_text("{}");
    assert_false(GOOD(verdict_of(&less, service, service, NULL, contents.packed + CENTURY)));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R24_1__the_verdict_comes_out_again_when_every_certificate_has_ended),
        cmocka_unit_test(R24_1__a_changed_byte_is_found_wherever_it_stands),
        cmocka_unit_test(R24_1__a_missing_or_foreign_entry_is_named),
        cmocka_unit_test(R24_1__evidence_that_is_missing_or_of_another_document_is_refused),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
