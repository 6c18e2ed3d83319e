/* SPDX-License-Identifier: Apache-2.0 */
/* report.h: the insides of a report; for lib/verify only. */
#ifndef JY_REPORT_H
#define JY_REPORT_H

#include <jinyin/verify.h>

enum jy_severity { JY_SEVERITY_WARNING, JY_SEVERITY_INDETERMINATE, JY_SEVERITY_INVALID };
/* What a row of checks.def says: one severity for all policies, or one that depends. */
enum jy_weight { JY_WEIGHT_WARNING, JY_WEIGHT_INDETERMINATE, JY_WEIGHT_INVALID, JY_WEIGHT_BY_TIME, JY_WEIGHT_DEVIATION, JY_WEIGHT_UNLISTED };

struct jy_check_info {
    const char *name;
    enum jy_weight weight;            /* of a failure */
    const char *clause, *en, *zh;
};
/** The row of checks.def. */
const struct jy_check_info *jy_check_info(enum jy_check_id check);
/** What a failure makes of a signature whose time is certain or only claimed, under a policy. */
enum jy_severity jy_check_severity(enum jy_check_id check, const struct jy_policy *policy, bool time_is_certain);
const char *jy_severity_name(enum jy_severity severity);
/** By what T is known. */
enum jy_time_source { JY_TIME_CLAIMED, JY_TIME_REGISTER, JY_TIME_STAMP, JY_TIME_DOCUMENT_STAMP };
const char *jy_time_source_name(enum jy_time_source source);
const char *jy_format_name(enum jy_format format);
const char *jy_verdict_zh(enum jy_verdict verdict);
const char *jy_verdict_en(enum jy_verdict verdict);

struct jy_signature_report {
    char id[64], path[256];
    enum jy_signature_kind kind;
    enum jy_verdict verdict;
    struct jy_findings checks;        /* in the order of checks.def */
    jy_deviations deviations;         /* of the signature value and its seal */
    /* Facts; "" and 0 when unknown. */
    char seal_id[65], seal_name[256], seal_vendor[33], seal_maker[256];
    int seal_version, seal_type, seal_width_mm, seal_height_mm;
    jy_time seal_start, seal_end;
    char signer[256], signer_organization[256], signer_serial[65];
    jy_time signer_start, signer_end;
    jy_time time, time_claimed;       /* T, and what the signature says itself (0 = nothing) */
    bool time_is_certain;             /* proven; else T is only claimed */
    enum jy_time_source time_source;
    char value_digest[65];            /* SM3 of the signature value, hex */
    struct jy_stamp_place *places;
    size_t place_count;
};
struct jy_report {
    enum jy_format format;
    enum jy_verdict verdict;
    struct jy_policy policy;
    jy_time checked_at;
    uint64_t size;
    char digest[65];                  /* SM3 of the file, hex */
    char copy_of[65];                 /* SM3 of the original when the file says that it is a copy, else "" (R17.1) */
    struct jy_signature_report *signatures;
    size_t count;
};

#endif
