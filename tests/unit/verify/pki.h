/* SPDX-License-Identifier: Apache-2.0 */
/* pki.h: a CA, a maker and a signer for one test run, and a seal of theirs. */
#ifndef JY_TEST_PKI_H
#define JY_TEST_PKI_H

#include <jinyin/verify.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MUST(call)                                                                         \
    do {                                                                                   \
        jy_err must_ = (call);                                                             \
        if (must_ != JY_OK) {                                                              \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, jy_err_code(must_));        \
            abort();                                                                       \
        }                                                                                  \
    } while (0)

static struct {
    jy_time now;
    struct jy_sm2 *ca_key, *maker_key, *signer_key;
    struct jy_cert *ca, *maker, *signer;
    struct jy_trust *trust;           /* the CA and its empty CRL */
    struct jy_buf seal_der;
    struct jy_seal *seal;
} pki;

static struct jy_cert *
pki_issue(struct jy_sm2 *subject, const char *name, bool ca, uint8_t serial)
{
    struct jy_issue what = { .issuer_key = pki.ca_key, .issuer = pki.ca, .subject_key = subject, .common_name = name, .organization = "Test",
                             .not_before = pki.now - 86400, .not_after = pki.now + 86400, .ca = ca, .path_length = -1 };
    struct jy_cert *cert;

    what.serial[15] = serial;
    MUST(jy_cert_issue(&what, &cert, NULL));
    return cert;
}

enum { REASON_KEY_COMPROMISE = 1, REASON_SUPERSEDED = 4 };

/* Trust with a CRL that revokes this serial at this time for this reason; NULL revokes nothing. */
static inline struct jy_trust *
pki_trust_for(const char *revoked, jy_time at, int reason)
{
    struct jy_revoked entry = { revoked, at, reason };
    struct jy_buf crl = { 0 }, pem = { 0 };
    struct jy_trust *trust;

    MUST(jy_crl_issue(pki.ca_key, pki.ca, &entry, revoked == NULL ? 0 : 1, pki.now - 60, pki.now + 86400, 1, &crl, NULL));
    MUST(jy_cert_to_pem(pki.ca, &pem));
    MUST(jy_crl_to_pem(jy_buf_slice(&crl), &pem));
    MUST(jy_trust_new(&trust));
    MUST(jy_trust_add_pem(trust, jy_buf_slice(&pem), NULL));
    jy_buf_free(&crl);
    jy_buf_free(&pem);
    return trust;
}

static inline struct jy_trust *
pki_trust(const char *revoked, jy_time at)
{
    return pki_trust_for(revoked, at, REASON_SUPERSEDED);
}

static inline struct jy_buf
load_file(const char *path)
{
    struct jy_buf out = { 0 };
    uint8_t chunk[65536];
    size_t n;
    FILE *f = fopen(path, "rb");

    while (f != NULL && (n = fread(chunk, 1, sizeof(chunk), f)) > 0)
        MUST(jy_buf_add(&out, JY_SLICE(chunk, n)));
    if (f != NULL)
        fclose(f);
    return out;
}

static inline void
pki_begin(void)
{
    struct jy_buf picture = load_file(JY_DATA "/pictures/seal-alpha.png");
    struct jy_seal_fields fields;

    pki.now = 1780000000;
    MUST(jy_sm2_generate(&pki.ca_key));
    MUST(jy_sm2_generate(&pki.maker_key));
    MUST(jy_sm2_generate(&pki.signer_key));
    pki.ca = pki_issue(pki.ca_key, "CA", true, 1);
    pki.maker = pki_issue(pki.maker_key, "maker", false, 2);
    pki.signer = pki_issue(pki.signer_key, "1201010000001", false, 3);
    pki.trust = pki_trust(NULL, 0);
    fields = (struct jy_seal_fields){ "JINYIN", "1201010000001", 1, "测试印章", pki.signer, pki.now - 3600, jy_cert_not_before(pki.signer),
                                      jy_cert_not_after(pki.signer), "PNG", jy_buf_slice(&picture), 40, 40 };
    MUST(jy_seal_make(&fields, pki.maker_key, pki.maker, &pki.seal_der, NULL));
    MUST(jy_seal_parse(jy_buf_slice(&pki.seal_der), &pki.seal, NULL));
    jy_buf_free(&picture);
}

static inline void
pki_end(void)
{
    jy_seal_free(pki.seal);
    jy_buf_free(&pki.seal_der);
    jy_trust_free(pki.trust);
    jy_cert_free(pki.ca);
    jy_cert_free(pki.maker);
    jy_cert_free(pki.signer);
    jy_sm2_free(pki.ca_key);
    jy_sm2_free(pki.maker_key);
    jy_sm2_free(pki.signer_key);
    memset(&pki, 0, sizeof(pki));
}

/* pki_begin and pki_end as cmocka calls them. */
static inline int
pki_set_up(void **state)
{
    (void)state;
    pki_begin();
    return 0;
}

static inline int
pki_tear_down(void **state)
{
    (void)state;
    pki_end();
    return 0;
}

/* The smallest honest PDF, with its xref made on the spot; comment: a line after its header, or ""; trailer: entries more of its trailer, or "". */
static inline struct jy_buf
small_pdf_with(const char *comment, const char *trailer)
{
    static const char *const objects[] = {
        "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << >> >>",
        "<< /Length 20 >>\nstream\n0 0 m 100 100 l S   \nendstream" };
    struct jy_buf pdf = { 0 };
    size_t at[4], xref;

    MUST(jy_buf_fmt(&pdf, "%%PDF-1.7\n%s", comment));
    for (size_t i = 0; i < 4; i++) {
        at[i] = pdf.len;
        MUST(jy_buf_fmt(&pdf, "%zu 0 obj\n%s\nendobj\n", i + 1, objects[i]));
    }
    xref = pdf.len;
    MUST(jy_buf_text(&pdf, "xref\n0 5\n0000000000 65535 f \n"));
    for (size_t i = 0; i < 4; i++)
        MUST(jy_buf_fmt(&pdf, "%010zu 00000 n \n", at[i]));
    MUST(jy_buf_fmt(&pdf, "trailer\n<< /Size 5 /Root 1 0 R %s>>\nstartxref\n%zu\n%%%%EOF\n", trailer, xref));
    return pdf;
}

static inline struct jy_buf
small_pdf_saying(const char *comment)
{
    return small_pdf_with(comment, "");
}

static inline struct jy_buf
small_pdf(void)
{
    return small_pdf_saying("");
}

/* Stamp these places; the error that refused it, or JY_OK with the file in out. */
static inline jy_err
pki_stamp_at(struct jy_slice file, const struct jy_stamp_place *places, size_t count, bool closing, jy_time when, struct jy_buf *out, struct jy_fault *fault)
{
    struct jy_document *doc = NULL;
    struct jy_prepared prepared = { 0 };
    struct jy_buf middle = { 0 }, value = { 0 };
    struct jy_pieces pieces = { 0 };
    jy_err rc;

    if ((rc = jy_document_open(file, &doc, fault)) == JY_OK && (rc = jy_document_may_stamp(doc, when, fault)) == JY_OK &&
        (rc = (closing ? jy_document_prepare_closing : jy_document_prepare)(doc, jy_buf_slice(&pki.seal_der), places, count, when, &prepared, fault)) ==
            JY_OK &&
        (rc = jy_pieces_join(&prepared.file, &middle)) == JY_OK &&
        (rc = jy_ses_make(pki.seal, when, prepared.data_hash, prepared.property_info, pki.signer_key, pki.signer, &value, fault)) == JY_OK &&
        (rc = jy_document_finish(jy_buf_slice(&middle), prepared.slot, jy_buf_slice(&value), &pieces, fault)) == JY_OK)
        rc = jy_pieces_join(&pieces, out);
    jy_pieces_free(&pieces);
    jy_prepared_free(&prepared);
    jy_document_free(doc);
    jy_buf_free(&middle);
    jy_buf_free(&value);
    return rc;
}

/* Stamp a page at its corner. */
static inline jy_err
pki_stamp_page(struct jy_slice file, int page, jy_time when, struct jy_buf *out, struct jy_fault *fault)
{
    struct jy_stamp_place place = { page, 1, 1, 8, 8, { 0, 0, 0, 0 } };

    return pki_stamp_at(file, &place, 1, false, when, out, fault);
}

static inline jy_err
pki_stamp(struct jy_slice file, jy_time when, struct jy_buf *out, struct jy_fault *fault)
{
    return pki_stamp_page(file, 1, when, out, fault);
}

#endif
