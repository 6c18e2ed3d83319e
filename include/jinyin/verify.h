/* SPDX-License-Identifier: Apache-2.0 */
/* jinyin/verify.h: the verdict on a stamped document: one pure function of bytes, trust, evidence, policy and time.
 * Whose seals are accepted, also those of other regions and systems (N6), is a matter of the anchors alone. */
#ifndef JINYIN_VERIFY_H
#define JINYIN_VERIFY_H

#include <jinyin/archive.h>
#include <jinyin/container.h>

enum jy_verdict { JY_VALID, JY_VALID_WITH_WARNING, JY_INDETERMINATE, JY_INVALID, JY_NO_SIGNATURE };
/** "valid", "valid_with_warning", "indeterminate", "invalid", "no_signature". */
const char *jy_verdict_name(enum jy_verdict verdict);

/** Status of a seal since a time, oldest first for one seal; "usable" is the state ACTIVE only. */
struct jy_status_event {
    const char *seal_id;           /* esID */
    jy_time since;
    const char *state;             /* "ACTIVE", "FROZEN", "CANCELLED", "VOID" … */
    bool names_seal;               /* the register says which seal it means */
    uint8_t seal_digest[JY_SM3_SIZE]; /* SM3 of that SESeal: any maker can write any esID */
};
/** What the service's stamp register knows of a signature: makes its time certain. */
struct jy_stamp_evidence {
    uint8_t value_digest[JY_SM3_SIZE]; /* SM3 of the SES_Signature bytes */
    jy_time recorded;
};
#define JY_POLICY_TOLERANCE 300       /* seconds, of jy_policy_standard and jy_policy_strict */
#define JY_POLICY_TOLERANCE_MAX 86400 /* seconds */
/** How strictly the same facts are judged. What binds document, seal and signer is judged the same under every policy. */
struct jy_policy {
    /** true: to the letter; every deviation that the standard policy only remarks on (seal-formats §4) makes the signature invalid. */
    bool strict;
    /**
     * true: GB/T 38540-2020 6.3 read to the letter: a maker's certificate that is expired or revoked at the time of judgement ends the
     * seal. false: the rule of GM/T 0031-2025 for all versions: it must have been good when the seal was made.
     */
    bool maker_alive_now;
    /** Seconds by which two clocks may differ before a claimed time contradicts a proven one: 0..JY_POLICY_TOLERANCE_MAX. */
    jy_time tolerance;
};
extern const struct jy_policy jy_policy_standard, jy_policy_strict;

/** DER values. */
struct jy_blobs {
    const struct jy_slice *list;
    size_t count;
};
#define JY_EVIDENCE_VERSION 1        /* of the bundle's form (docs/protocol/evidence.md) */
/** The verification by which a bundle was written. */
struct jy_evidence_origin {
    bool known;                      /* false: the rest says nothing */
    uint8_t document[JY_SM3_SIZE];   /* SM3 of the file */
    uint8_t trust[JY_SM3_SIZE];      /* jy_trust_fingerprint of what it was judged by */
    jy_time judged_at;
    struct jy_policy policy;
};
/**
 * What is known beside the document. Evidence never brings a trust anchor: its certificates are links of a chain at most, its lists,
 * answers and time stamps count as far as their own signatures do.
 */
struct jy_evidence {
    bool from_register;              /* stamps and status are the register's own word, by a way that can be relied upon */
    const struct jy_status_event *status;
    size_t status_count;
    const struct jy_stamp_evidence *stamps;   /* without from_register they are told, but prove no time */
    size_t stamp_count;
    struct jy_blobs certs;           /* Certificate */
    struct jy_blobs crls;            /* CertificateList */
    struct jy_blobs ocsp;            /* OCSPResponse */
    struct jy_blobs time_stamps;     /* ContentInfo of a token over the signature value (r, s) of one of the signatures */
    struct jy_evidence_origin origin;
};
/**
 * Evidence as JSON (docs/protocol/evidence.md); ends in jy_evidence_free. from_register: the caller got it from the stamp register itself.
 * Errors: JY_E_FORMAT names list and row, or an unknown key; JY_E_UNSUPPORTED another version; JY_E_LIMIT.
 */
JY_CHECK jy_err jy_evidence_parse(struct jy_slice json, bool from_register, struct jy_evidence **out, struct jy_fault *fault);
void jy_evidence_free(struct jy_evidence *evidence);

struct jy_report;
/**
 * Verify every signature of a file. The same inputs give the same report, byte for byte.
 * trust and evidence may be NULL (then never valid: indeterminate); policy NULL = jy_policy_standard. now = UTC seconds of the judgement.
 * A file that cannot be opened is an error of jy_document_open, not a report. JY_E_ARGUMENT: a tolerance out of range.
 */
JY_CHECK jy_err jy_verify(struct jy_slice file, const struct jy_trust *trust, const struct jy_evidence *evidence,
                          const struct jy_policy *policy, jy_time now, struct jy_report **out, struct jy_fault *fault);
/**
 * As jy_verify, and bundle gets the evidence of it as JSON (docs/protocol/evidence.md): the CAs, lists, answers, time stamps, records and
 * status of what was judged, from trust and evidence. Given back with the same anchors, policy and time it gives the same report, byte for byte.
 */
JY_CHECK jy_err jy_verify_keep(struct jy_slice file, const struct jy_trust *trust, const struct jy_evidence *evidence,
                               const struct jy_policy *policy, jy_time now, struct jy_report **out, struct jy_buf *bundle, struct jy_fault *fault);
enum jy_verdict jy_report_verdict(const struct jy_report *report);
size_t jy_report_signature_count(const struct jy_report *report);
/** The report as JSON (stable key order; docs/protocol/report.md) or text for a person (both languages). */
JY_CHECK jy_err jy_report_json(const struct jy_report *report, struct jy_buf *out);
JY_CHECK jy_err jy_report_text(const struct jy_report *report, struct jy_buf *out);
void jy_report_free(struct jy_report *report);

/** Whom the reader of an archive package believes; without either the package can only speak for itself. */
struct jy_archive_trust {
    const uint8_t *service_key;        /* JY_SM2_POINT_SIZE bytes, GET /statement-keys "archive", or NULL: then its register proves no time */
    const struct jy_trust *anchors;    /* instead of those in the package, which only service_key vouches for; or NULL */
};
/** What a package proves; ends in jy_report_free(report). */
struct jy_archive_judgement {
    struct jy_report *report;          /* at the time of the judgement */
    enum jy_verdict verdict;           /* the report's */
    enum jy_verdict again;             /* for the time of packing; a package names the verdict that came out then */
    bool vouched;                      /* service_key signed it or anchors were given: false = believed by nobody but itself */
};
/**
 * Finds the verdict again from an opened package alone, at any later time (R24.1). What became known after it was packed is not in it.
 * Errors: JY_E_SIGNATURE not signed by service_key; JY_E_ARCHIVE_INCOMPLETE evidence, trust or status is missing or of another document; those of
 * jy_verify.
 */
JY_CHECK jy_err jy_archive_judge(const struct jy_archive *archive, const struct jy_archive_trust *whom, jy_time now, struct jy_archive_judgement *out,
                                 struct jy_fault *fault);

#endif
