/* SPDX-License-Identifier: Apache-2.0 */
/* jinyin/timestamp.h: time stamps (GB/T 20520, GM/T 0033, RFC 3161) with SM2 and SM3: requests, answers, tokens, their verdict. No network. */
#ifndef JINYIN_TIMESTAMP_H
#define JINYIN_TIMESTAMP_H

#include <jinyin/cms.h>

/**
 * What came out of the check of a token: X(NAME, class, stable code, English, Chinese); the order is that of the checks, the first that
 * fails is told. class: VALID, INVALID (never a proof of time), UNKNOWN (data are missing to tell).
 */
#define JY_TIMESTAMP_STATUSES(X) \
    X(GOOD, VALID, "ts_good", "The time stamp is valid.", "时间戳有效。") \
    X(FORMAT, INVALID, "ts_format", "It is not a well-formed time stamp token.", "时间戳格式错误。") \
    X(REFUSED, INVALID, "ts_refused", "The time stamp authority refused the request.", "时间戳服务机构拒绝了请求。") \
    X(ALGORITHM, UNKNOWN, "ts_algorithm", "It uses other algorithms than SM2 and SM3.", "时间戳未采用SM2、SM3算法。") \
    X(IMPRINT, INVALID, "ts_imprint", "It stamps other data.", "时间戳所盖的不是该数据。") \
    X(NO_CERTIFICATE, UNKNOWN, "ts_no_certificate", "The authority's certificate is not at hand.", "缺少时间戳服务机构证书。") \
    X(SIGNATURE, INVALID, "ts_signature", "The authority's signature does not fit.", "时间戳签名值不符。") \
    X(CERTIFICATE, INVALID, "ts_certificate", "Its signed attributes name another certificate.", "签名属性指明的证书与签名证书不一致。") \
    X(USAGE, INVALID, "ts_usage", "The certificate is not one for time stamping only.", "该证书不是时间戳专用证书。") \
    X(FUTURE, INVALID, "ts_future", "Its time is in the future.", "时间戳时间晚于当前时间。") \
    X(CHAIN, INVALID, "ts_chain", "The authority's certificate chain is broken.", "时间戳证书链错误。") \
    X(UNTRUSTED, UNKNOWN, "ts_untrusted", "The authority's certificate does not lead to a trusted CA.", "时间戳证书不能追溯至受信任的CA。") \
    X(DATES, INVALID, "ts_dates", "Its time is outside the validity of the authority's certificates.", "时间戳时间不在其证书有效期内。") \
    X(REVOKED, INVALID, "ts_revoked", "The authority's certificate was revoked, or its key compromised.", "时间戳证书已被吊销或密钥已泄露。") \
    X(REVOCATION, UNKNOWN, "ts_revocation", "Revocation data for the authority's certificate are missing.", "缺少时间戳证书的吊销信息。") \
    X(ACCURACY, UNKNOWN, "ts_accuracy", "The authority itself does not vouch for its time to within five minutes.", "时间戳服务机构自述的时间误差超过五分钟。")

enum jy_timestamp_status {
#define JY_TIMESTAMP_NAME(name, kind, code, en, zh) JY_TS_##name,
    JY_TIMESTAMP_STATUSES(JY_TIMESTAMP_NAME) JY_TS__COUNT
#undef JY_TIMESTAMP_NAME
};
enum jy_timestamp_class { JY_TS_CLASS_VALID, JY_TS_CLASS_INVALID, JY_TS_CLASS_UNKNOWN };
struct jy_timestamp_text {
    enum jy_timestamp_class kind;
    const char *code, *en, *zh;
};
const struct jy_timestamp_text *jy_timestamp_status_text(enum jy_timestamp_status status);

struct jy_timestamp_result {
    enum jy_timestamp_status status;
    jy_time time;                     /* genTime, UTC seconds, cut to whole seconds; 0 when it could not be read */
    uint32_t microseconds;            /* its fraction */
    int64_t accuracy;                 /* ± microseconds; -1 = not told */
    unsigned version;                 /* of TSTInfo: 1, or 2 (GB/T 20520-2025) */
    jy_deviations deviations;         /* of token and SignedData (TS_*, CMS_*) */
    char policy[64];                  /* dotted; "" when it could not be read */
    char serial[80];                  /* upper-case hex */
    struct jy_cert *tsa;              /* the authority's certificate; the caller frees it with jy_timestamp_result_free; may be NULL */
    struct jy_chain_result chain;     /* of tsa at time; meaningful from JY_TS_CHAIN on */
    bool up_to_date;                  /* revocation data reach to `until`, or to the end of tsa: a key lost after `time` would show */
    char text[240];                   /* what exactly, English */
};
void jy_timestamp_result_free(struct jy_timestamp_result *result);

/**
 * Judge a token (ContentInfo under PKCS #7 or GB/T 35275 identifiers; a whole TimeStampResp and BER are read with a deviation) as a proof
 * that data with this SM3 digest existed at genTime: imprint, eContentType, signed attributes, signingCertificate(V2), EKU timeStamping
 * (critical and alone, RFC 3161 2.3), chain of the authority at genTime with revocation. A certificate revoked after genTime still proves
 * it only when the reason excludes a lost key (RFC 3161 4). Of an accuracy worse than five minutes it is no
 * proof. digest has JY_SM3_SIZE bytes. trust may be NULL (then never valid); extra are
 * certificates found beside the token; now = UTC seconds of the judgement. seal-formats §6.5.
 * Returns JY_OK with *result filled, whatever the verdict; another error (JY_E_NOMEM, JY_E_CRYPTO) only when it could not be judged.
 */
JY_CHECK jy_err jy_timestamp_check(struct jy_slice token, const uint8_t *digest, const struct jy_trust *trust,
                                   const struct jy_cert *const *extra, size_t extra_count, jy_time now, struct jy_timestamp_result *result,
                                   struct jy_fault *fault);

/** The same; what lies after `until` (0..now), when something else proves that the token was there, is not asked of the revocation data. */
JY_CHECK jy_err jy_timestamp_check_until(struct jy_slice token, const uint8_t *digest, const struct jy_trust *trust,
                                         const struct jy_cert *const *extra, size_t extra_count, jy_time now, jy_time until,
                                         struct jy_timestamp_result *result, struct jy_fault *fault);

/** What a token stamps: its SM3 imprint; nothing is checked. Errors: JY_E_FORMAT, JY_E_UNSUPPORTED (another digest). */
JY_CHECK jy_err jy_timestamp_imprint(struct jy_slice token, uint8_t out[JY_SM3_SIZE], struct jy_fault *fault);
/** The time that a token states, UTC seconds; nothing is checked. Errors: JY_E_FORMAT, JY_E_LIMIT, JY_E_NOMEM. */
JY_CHECK jy_err jy_timestamp_stated(struct jy_slice token, jy_time *out, struct jy_fault *fault);

/** TimeStampReq. */
struct jy_timestamp_request {
    uint8_t digest[JY_SM3_SIZE];      /* SM3 of what is to be stamped */
    uint8_t nonce[JY_TIMESTAMP_NONCE_MAX]; /* magnitude, big-endian, no leading zero */
    size_t nonce_len;                 /* 0 = none */
    char policy[64];                  /* dotted OID wanted; "" = any */
    bool cert_req;                    /* the answer shall enclose the authority's certificate */
};
/** A request for this digest: 16 random bytes of nonce, certReq, any policy. Errors: JY_E_CRYPTO. */
JY_CHECK jy_err jy_timestamp_ask(const uint8_t *digest, struct jy_timestamp_request *out);
/** out gets DER. Errors: JY_E_ARGUMENT names the field. */
JY_CHECK jy_err jy_timestamp_request_write(const struct jy_timestamp_request *request, struct jy_buf *out, struct jy_fault *fault);
/** Errors: JY_E_FORMAT, JY_E_UNSUPPORTED (imprint not SM3, critical extension), JY_E_LIMIT. */
JY_CHECK jy_err jy_timestamp_request_read(struct jy_slice der, struct jy_timestamp_request *out, struct jy_fault *fault);
/**
 * The token out of a reply (TimeStampResp) to this request: status granted, imprint, nonce, policy and (certReq) certificate as asked, the
 * signature fits. Whether the authority is trusted says jy_timestamp_check. token gets DER.
 * Errors: JY_E_FORMAT, JY_E_COUNTERPART_REFUSED (status and text in the fault), JY_E_DOCUMENT_CHANGED (another imprint), JY_E_SIGNATURE
 * (nonce or signature), JY_E_CERTIFICATE (none, or not for time stamping), JY_E_UNSUPPORTED.
 */
JY_CHECK jy_err jy_timestamp_reply_read(struct jy_slice reply, const struct jy_timestamp_request *request, struct jy_buf *token,
                                        struct jy_fault *fault);

/** What an authority does: used by jinyin-sim and by tests. Zero = as RFC 3161 has it. */
struct jy_timestamp_fields {
    const struct jy_timestamp_request *request;
    const struct jy_cert *tsa;
    const struct jy_cert *const *certs; /* its CAs, enclosed when certReq; may be NULL */
    size_t cert_count;
    const char *policy;               /* dotted; NULL = the one asked for */
    uint8_t serial[16];
    jy_time time;
    uint32_t microseconds;
    int64_t accuracy;                 /* microseconds, 0 = not told */
    unsigned version;                 /* of TSTInfo, 0 = 1 */
    bool gm;                          /* identifiers of GB/T 35275 instead of PKCS #7 */
};
/** out gets the token, DER. Errors: JY_E_ARGUMENT, JY_E_CERTIFICATE, JY_E_CRYPTO. */
JY_CHECK jy_err jy_timestamp_make(const struct jy_timestamp_fields *fields, const struct jy_sm2 *key, struct jy_buf *out,
                                  struct jy_fault *fault);
/** Bits of PKIFailureInfo, RFC 3161 2.4.2. */
enum jy_timestamp_failure { JY_TS_BAD_ALGORITHM = 0, JY_TS_BAD_REQUEST = 2, JY_TS_BAD_FORMAT = 5, JY_TS_NO_TIME = 14,
                            JY_TS_UNACCEPTED_POLICY = 15, JY_TS_UNACCEPTED_EXTENSION = 16, JY_TS_SYSTEM_FAILURE = 25 };
/** TimeStampResp: granted with a token; rejection with this failure and text when token is empty. */
JY_CHECK jy_err jy_timestamp_reply_write(struct jy_slice token, enum jy_timestamp_failure failure, const char *text, struct jy_buf *out);

#endif
