// SPDX-License-Identifier: Apache-2.0
// words.js: what the page says, in both languages, as tables.

// rank: the document's verdict is the highest of its signatures (docs/protocol/report.md).
export const VERDICTS = {
    valid: { rank: 0, zh: "有效", en: "Valid",
        zhMeaning: "全部检查通过：文件自签章后未被改动，印章与签章者可信。",
        enMeaning: "Every check passed: unchanged since the stamping, seal and signer trusted." },
    valid_with_warning: { rank: 1, zh: "有效（有提示）", en: "Valid, with remarks",
        zhMeaning: "签章有效，但有值得留意之处，逐条列出。",
        enMeaning: "The stamp is valid; there is something worth knowing, and it is listed.",
        zhLead: "请留意，以下几点未满足：", enLead: "Worth knowing, not fulfilled:" },
    indeterminate: { rank: 2, zh: "无法确定", en: "Indeterminate",
        zhMeaning: "缺少作出判断所需的证据。不能当作有效，也不等于伪造。",
        enMeaning: "Evidence needed for a judgement is missing. Not valid, and not proof of forgery.",
        zhLead: "以下要求无法证实：", enLead: "Could not be established:" },
    invalid: { rank: 3, zh: "无效", en: "Invalid",
        zhMeaning: "至少一项检查证明签章不成立，例如文件被改动。不要采信。",
        enMeaning: "At least one check proves that the stamp does not hold, such as a changed document. Do not rely on it.",
        zhLead: "以下要求未满足：", enLead: "Not fulfilled:" },
    no_signature: { rank: -1, zh: "无签章", en: "No signature",
        zhMeaning: "文件可以读取，但其中没有电子签章。",
        enMeaning: "The file can be read, and there is no electronic signature in it." },
};

// A picture of a document that says so itself (R17.1), and what is said beside the verdict on its original.
export const COPY = { zh: "复印件，不是原件", en: "A copy, not an original",
    zhMeaning: "这是一份文件的复印件，签章在原件上，复印件本身没有签章。扫描复印件上的二维码可查看原件的验证结果。",
    enMeaning: "This shows another document. The stamps are on the original; a copy has none. The code printed on the copy leads to the original's verdict." };
export const ORIGINAL = { zh: "以上是原件的结论，不是手中复印件的结论：复印件可能被改动。请核对复印件上所印的 SM3 是否与下方的文件 SM3 一致，并与原件持有人核对内容。",
    en: "This is the verdict on the original, not on the copy in hand, which may have been altered. Compare the SM3 printed on it with that of the file below, and its content with whoever keeps the original." };

// What a failed check makes of the verdict.
export const SEVERITIES = {
    invalid: { verdict: "invalid", sign: "invalid", zh: "不通过", en: "Failed" },
    indeterminate: { verdict: "indeterminate", sign: "indeterminate", zh: "无法确定", en: "Not determined" },
    warning: { verdict: "valid_with_warning", sign: "warning", zh: "提示", en: "Remark" },
};

export const KNOWN_BY = {
    register: { zh: "经用章登记证实", en: "confirmed by the stamp register" },
    time_stamp: { zh: "经时间戳证实", en: "proven by a time stamp" },
    document_time_stamp: { zh: "经文档时间戳证实", en: "proven by a document time stamp" },
    claimed: { zh: "签章者自称，未经证实", en: "the signer's own word, not confirmed" },
};

// The states of core/states.c and NOT_MADE, and what each means for somebody who holds a stamped document.
export const STATES = {
    NOT_MADE: { sign: "indeterminate", zh: "尚未制作", en: "Not made yet",
        zhMeaning: "该时点印章还不存在。", enMeaning: "The seal did not exist at this moment." },
    MADE: { sign: "indeterminate", zh: "已制作", en: "Made",
        zhMeaning: "已制作，尚未备案，不能用章。", enMeaning: "Made, not filed yet; cannot stamp." },
    FILED: { sign: "indeterminate", zh: "已备案", en: "Filed",
        zhMeaning: "已备案，尚未启用，不能用章。", enMeaning: "Filed, not activated yet; cannot stamp." },
    ACTIVE: { sign: "valid", zh: "可用", en: "Active",
        zhMeaning: "该时点印章可以用章。", enMeaning: "The seal could stamp at this moment." },
    FROZEN: { sign: "invalid", zh: "已冻结", en: "Frozen",
        zhMeaning: "该时点印章被冻结，不能用章。", enMeaning: "The seal was frozen at this moment; it could not stamp." },
    SUSPENDED: { sign: "invalid", zh: "已停用", en: "Suspended",
        zhMeaning: "该时点印章已停用并备案，不能用章。", enMeaning: "The seal was suspended, and filed so; it could not stamp." },
    CANCELLED: { sign: "invalid", zh: "已注销", en: "Cancelled",
        zhMeaning: "印章已注销，此后不能用章。", enMeaning: "The seal was cancelled; it cannot stamp from then on." },
    EXPIRED: { sign: "invalid", zh: "已到期", en: "Expired",
        zhMeaning: "印章已过有效期，不能用章。", enMeaning: "The seal's validity was over; it could not stamp." },
    VOID: { sign: "invalid", zh: "已作废", en: "Void", zhMeaning: "印章已作废。", enMeaning: "The seal is void." },
};

// What a person can do about an error of docs/errors.md; every other code has the advice of its HTTP status class.
export const ADVICE = {
    file_empty: ["请确认选中的是已下载完整的文件。", "Check that the file was downloaded completely."],
    file_format_unknown: ["请选择盖章的原始 OFD 或 PDF 文件；照片、扫描件、Word 文件无法验证。",
        "Choose the stamped OFD or PDF itself; photographs, scans and Word files cannot be verified."],
    file_damaged: ["请向出具方重新索取文件；不要用其他程序另存，另存会破坏签章。",
        "Ask the issuer for the file again; do not save it anew, which would break the stamp."],
    file_encrypted: ["请向出具方索取未加密的文件。", "Ask the issuer for a copy without encryption."],
    container_ambiguous: ["不同软件会显示不同内容，请勿采信，并向出具方核实。",
        "Different programs would show different content. Do not rely on it; ask the issuer."],
    file_hostile: ["请勿用其他软件打开，并向出具方核实来源。", "Do not open it in other programs; ask the issuer where it comes from."],
    limit_exceeded: ["文件不得超过 200 MB。", "A file may have up to 200 MB."],
    too_many_requests: ["请稍候片刻再试。", "Wait a moment and try again."],
    not_found: ["请核对印章编码；编码见验证结果中的“印章编码”。", "Check the seal code; a verdict shows it as \"seal code\"."],
    network: ["请检查网络连接和文件是否仍可读取，然后重试。", "Check the connection, and that the file can still be read; then try again."],
    one_file: ["请一次验证一份文件。", "Verify one file at a time."],
    copy_unknown: ["请核对复印件上的编码；查不到来源的复印件不可采信。", "Check the code on the copy; do not rely on one whose original is not known."],
    bad_code: ["编码由字母、数字、连字符组成，至多 64 个字符。", "A code has up to 64 letters, digits and hyphens."],
    bad_time: ["请填写完整的日期和时间，或留空。", "Give a full date and time, or leave it empty."],
};
export const ADVICE_ELSE = {
    4: ["请检查输入后重试。", "Check the input and try again."],
    5: ["这不是文件的结论。请稍后重试。", "This says nothing about the file. Try again later."],
};

// Problems found on this side, in the shape of the service's own.
export const OWN_PROBLEMS = {
    network: { code: "network", title_zh: "无法完成传输。", title: "The transfer could not be completed." },
    contradiction: { code: "answer_refused", status: 500,
        title_zh: "服务的回答不完整或自相矛盾，未予显示。", title: "The service's answer is incomplete or contradicts itself, and is not shown." },
    limit: { code: "limit_exceeded", title_zh: "文件过大。", title: "The file is too large." },
    empty: { code: "file_empty", title_zh: "文件为空。", title: "The file is empty." },
    several: { code: "one_file", title_zh: "拖入的不是单个文件。", title: "That is not one single file." },
    badCode: { code: "bad_code", title_zh: "印章编码有误。", title: "This is not a seal code." },
    noCopy: { code: "copy_unknown", status: 404, title_zh: "没有这份复印件的记录。", title: "No such copy is on record." },
    badTime: { code: "bad_time", title_zh: "时间有误。", title: "This is not a time." },
};

// Answers without problem+json, from a proxy on the way.
export const STATUS_PROBLEMS = {
    413: { code: "limit_exceeded", title_zh: "文件过大。", title: "The file is too large." },
    429: { code: "too_many_requests", title_zh: "请求过于频繁。", title: "Too many requests." },
};
export const STATUS_ELSE = { code: "unavailable", title_zh: "服务暂时不可用。", title: "The service is not available now." };
