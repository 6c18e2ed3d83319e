// SPDX-License-Identifier: Apache-2.0
// The first page: verify a document, look up a seal. The service judges; this file only shows what it said, and refuses to show
// an answer that contradicts itself. Whatever comes from a file or from the network reaches the page as text nodes, never as markup.

const MAX_BYTES = 200 * 1024 * 1024;
const BEIJING = 8 * 3600 * 1000; // the legal time of China, without summer time

// -- tables -----------------------------------------------------------------------------------------------------------------

// Rank: the document's verdict is the highest of its signatures (docs/protocol/report.md).
const VERDICTS = {
    valid: { rank: 0, zh: "有效", en: "Valid",
        zhMeaning: "全部检查通过：文件自签章后未被改动，印章与签章者可信。",
        enMeaning: "Every check passed: unchanged since the stamping, seal and signer trusted." },
    valid_with_warning: { rank: 1, zh: "有效（有提示）", en: "Valid, with remarks",
        zhMeaning: "签章有效，但有值得留意之处，逐条列出。",
        enMeaning: "The stamp is valid; there is something worth knowing, and it is listed." },
    indeterminate: { rank: 2, zh: "无法确定", en: "Indeterminate",
        zhMeaning: "缺少作出判断所需的证据。不能当作有效，也不等于伪造。",
        enMeaning: "Evidence needed for a judgement is missing. Not valid, and not proof of forgery." },
    invalid: { rank: 3, zh: "无效", en: "Invalid",
        zhMeaning: "至少一项检查证明签章不成立，例如文件被改动。不要采信。",
        enMeaning: "At least one check proves that the stamp does not hold, such as a changed document. Do not rely on it." },
    no_signature: { rank: -1, zh: "无签章", en: "No signature",
        zhMeaning: "文件可以读取，但其中没有电子签章。",
        enMeaning: "The file can be read, and there is no electronic signature in it." },
};

// What a failed check makes of the verdict.
const SEVERITIES = {
    invalid: { verdict: "invalid", sign: "invalid", zh: "不通过", en: "Failed" },
    indeterminate: { verdict: "indeterminate", sign: "indeterminate", zh: "无法确定", en: "Not determined" },
    warning: { verdict: "valid_with_warning", sign: "warning", zh: "提示", en: "Remark" },
};

const KNOWN_BY = {
    register: { zh: "经用章登记证实", en: "confirmed by the stamp register" },
    claimed: { zh: "签章者自称，未经证实", en: "the signer’s own word, not confirmed" },
};

// The states of core/states.c, and what each means for somebody who holds a stamped document.
const STATES = {
    MADE: { sign: "indeterminate", zh: "已制作", en: "Made", zhMeaning: "已制作，尚未备案，不能用章。", enMeaning: "Made, not filed yet; cannot stamp." },
    FILED: { sign: "indeterminate", zh: "已备案", en: "Filed", zhMeaning: "已备案，尚未启用，不能用章。", enMeaning: "Filed, not activated yet; cannot stamp." },
    ACTIVE: { sign: "valid", zh: "可用", en: "Active", zhMeaning: "该时点印章可以用章。", enMeaning: "The seal could stamp at this moment." },
    FROZEN: { sign: "invalid", zh: "已冻结", en: "Frozen", zhMeaning: "该时点印章被冻结，不能用章。", enMeaning: "The seal was frozen at this moment; it could not stamp." },
    CANCELLED: { sign: "invalid", zh: "已注销", en: "Cancelled", zhMeaning: "印章已注销，此后不能用章。", enMeaning: "The seal was cancelled; it cannot stamp from then on." },
    EXPIRED: { sign: "invalid", zh: "已到期", en: "Expired", zhMeaning: "印章已过有效期，不能用章。", enMeaning: "The seal’s validity was over; it could not stamp." },
    VOID: { sign: "invalid", zh: "已作废", en: "Void", zhMeaning: "印章已作废。", enMeaning: "The seal is void." },
};

// What a person can do about an error of docs/errors.md; every other code has the advice of its HTTP status class.
const ADVICE = {
    file_empty: ["请确认选中的是已下载完整的文件。", "Check that the file was downloaded completely."],
    file_format_unknown: ["请选择盖章的原始 OFD 或 PDF 文件；照片、扫描件、Word 文件无法验证。", "Choose the stamped OFD or PDF itself; photographs, scans and Word files cannot be verified."],
    file_damaged: ["请向出具方重新索取文件；不要用其他程序另存，另存会破坏签章。", "Ask the issuer for the file again; do not save it anew, which would break the stamp."],
    file_encrypted: ["请向出具方索取未加密的文件。", "Ask the issuer for a copy without encryption."],
    container_ambiguous: ["不同软件会显示不同内容，请勿采信，并向出具方核实。", "Different programs would show different content. Do not rely on it; ask the issuer."],
    file_hostile: ["请勿用其他软件打开，并向出具方核实来源。", "Do not open it in other programs; ask the issuer where it comes from."],
    limit_exceeded: ["文件不得超过 200 MB。", "A file may have up to 200 MB."],
    too_many_requests: ["请稍候片刻再试。", "Wait a moment and try again."],
    not_found: ["请核对印章编码；编码见验证结果中的“印章编码”。", "Check the seal code; a verdict shows it as “seal code”."],
    network: ["请检查网络连接和文件是否仍可读取，然后重试。", "Check the connection, and that the file can still be read; then try again."],
    one_file: ["请一次验证一份文件。", "Verify one file at a time."],
    bad_code: ["编码由字母、数字、连字符组成，至多 64 个字符。", "A code has up to 64 letters, digits and hyphens."],
    bad_time: ["请填写完整的日期和时间，或留空。", "Give a full date and time, or leave it empty."],
};
const ADVICE_ELSE = {
    4: ["请检查输入后重试。", "Check the input and try again."],
    5: ["这不是文件的结论。请稍后重试。", "This says nothing about the file. Try again later."],
};

// Problems found on this side, in the shape of the service's own.
const OWN_PROBLEMS = {
    network: { code: "network", title_zh: "无法完成传输。", title: "The transfer could not be completed." },
    contradiction: { code: "answer_refused", status: 500, title_zh: "服务的回答不完整或自相矛盾，未予显示。", title: "The service’s answer is incomplete or contradicts itself, and is not shown." },
    limit: { code: "limit_exceeded", title_zh: "文件过大。", title: "The file is too large." },
    empty: { code: "file_empty", title_zh: "文件为空。", title: "The file is empty." },
    several: { code: "one_file", title_zh: "拖入的不是单个文件。", title: "That is not one single file." },
    badCode: { code: "bad_code", title_zh: "印章编码有误。", title: "This is not a seal code." },
    badTime: { code: "bad_time", title_zh: "时间有误。", title: "This is not a time." },
};

// Answers without problem+json, from a proxy on the way.
const STATUS_PROBLEMS = {
    413: { code: "limit_exceeded", title_zh: "文件过大。", title: "The file is too large." },
    429: { code: "too_many_requests", title_zh: "请求过于频繁。", title: "Too many requests." },
};
const STATUS_ELSE = { code: "unavailable", title_zh: "服务暂时不可用。", title: "The service is not available now." };

// -- building the page ------------------------------------------------------------------------------------------------------

const byId = (id) => document.getElementById(id);

/** An element; children are nodes, text or nothing. */
function el(name, attributes, ...children) {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes))
        node.setAttribute(key, value);
    node.append(...children.flat(Infinity).filter((child) => child != null));
    return node;
}

/** Both languages; the style sheet shows the chosen one, so that switching needs no second drawing. */
const say = (zh, en) => [el("span", { lang: "zh-CN" }, zh), el("span", { lang: "en" }, en)];

/** Characters that could hide or reorder text are spelled out: a name in a file must not look like another. */
const visible = (value) => String(value).replace(
    /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e0fff}]/gu,
    (c) => `\\u{${c.codePointAt(0).toString(16)}}`);

/** Foreign text: isolated in direction, its language unknown. */
const foreign = (value) => el("bdi", { lang: "" }, visible(value));
const code = (value) => el("code", { lang: "" }, visible(value));

function sign(name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `#sign-${name}`);
    svg.setAttribute("class", "sign");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    svg.append(use);
    return svg;
}

const pad = (n) => String(n).padStart(2, "0");

/** RFC 3339 UTC → Beijing time, to the second. What is no such time is shown as it came. */
function moment(value) {
    const at = typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value) ? Date.parse(value) : NaN;
    if (Number.isNaN(at))
        return value == null ? say("未知", "unknown") : [foreign(value)];
    const t = new Date(at + BEIJING);
    const text = `${t.getUTCFullYear()}-${pad(t.getUTCMonth() + 1)}-${pad(t.getUTCDate())} ` +
        `${pad(t.getUTCHours())}:${pad(t.getUTCMinutes())}:${pad(t.getUTCSeconds())}`;
    return [el("time", { datetime: value }, text), ...say("（北京时间）", " Beijing time")];
}

function size(bytes) {
    const units = ["B", "KB", "MB"];
    let unit = 0, amount = bytes;
    for (; amount >= 1024 && unit < units.length - 1; unit++)
        amount /= 1024;
    return `${unit === 0 ? amount : amount.toFixed(1)} ${units[unit]}`;
}

// -- the report -------------------------------------------------------------------------------------------------------------

const failed = (signature) => signature.checks.filter((check) => check.passed !== true);
const worse = (a, b) => (VERDICTS[b].rank > VERDICTS[a].rank ? b : a);

/** The report in `text`, or null when it is not one or its verdicts do not follow from its checks. A doubtful answer is never shown as a verdict. */
function readReport(text) {
    let report;
    try {
        report = JSON.parse(text);
    } catch {
        return null;
    }
    const known = (table, key) => typeof key === "string" && Object.hasOwn(table, key);
    const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
    if (!isObject(report) || !known(VERDICTS, report.verdict) || !Array.isArray(report.signatures))
        return null;
    for (const one of report.signatures) {
        if (!isObject(one) || !known(VERDICTS, one.verdict) || !Array.isArray(one.checks) || one.checks.length === 0 || !isObject(one.time) ||
            !isObject(one.signer) || !Array.isArray(one.places) || !(one.seal === undefined || isObject(one.seal)) ||
            !one.checks.every((c) => isObject(c) && typeof c.passed === "boolean" && known(SEVERITIES, c.severity)))
            return null;
        if (one.verdict !== failed(one).reduce((worst, c) => worse(worst, SEVERITIES[c.severity].verdict), "valid"))
            return null;
    }
    const worst = report.signatures.length === 0 ? "no_signature" : report.signatures.reduce((w, one) => worse(w, one.verdict), "valid");
    return worst === report.verdict ? report : null;
}

/** In one or a few sentences: why the verdict is what it is. */
function reasons(report) {
    const decisive = new Map();
    for (const one of report.signatures)
        for (const check of failed(one))
            if (SEVERITIES[check.severity].verdict === report.verdict)
                decisive.set(check.name, check);
    if (report.verdict === "no_signature")
        return [el("p", {}, say(VERDICTS.no_signature.zhMeaning, VERDICTS.no_signature.enMeaning))];
    if (decisive.size === 0) {
        const checks = report.signatures.reduce((sum, one) => sum + one.checks.length, 0);
        return [el("p", {}, say(`${report.signatures.length} 个签章，${checks} 项检查全部通过。`,
            `${report.signatures.length} signature${report.signatures.length > 1 ? "s" : ""}; all ${checks} checks passed.`))];
    }
    const lead = { invalid: ["以下要求未满足：", "Not fulfilled:"], indeterminate: ["以下要求无法证实：", "Could not be established:"],
        valid_with_warning: ["签章有效。请留意，以下几点未满足：", "The stamp is valid. Worth knowing, not fulfilled:"] }[report.verdict];
    return [el("p", {}, say(...lead)), el("ul", {}, [...decisive.values()].map((check) =>
        el("li", {}, say(visible(check.zh), visible(check.en)), " ", code(check.name))))];
}

function row(zh, en, ...value) {
    return el("div", { class: "fact" }, el("dt", {}, say(zh, en)), el("dd", {}, ...value));
}

const mm = (value) => (typeof value === "number" ? value.toFixed(1) : "?");

function place(p) {
    return el("li", {}, say(`第 ${visible(p?.page)} 页，距左 ${mm(p?.x_mm)} mm、距上 ${mm(p?.y_mm)} mm，${mm(p?.width_mm)} × ${mm(p?.height_mm)} mm`,
        `Page ${visible(p?.page)}, ${mm(p?.x_mm)} mm from the left, ${mm(p?.y_mm)} mm from the top, ${mm(p?.width_mm)} × ${mm(p?.height_mm)} mm`));
}

/** A stamp across the edges of a long document has a place on every page: the first few are shown, the others on demand. */
function places(list) {
    if (list.length === 0)
        return say("未显示在页面上", "not shown on a page");
    const rest = list.slice(3);
    return [el("ul", { class: "plain" }, list.slice(0, 3).map(place)),
        rest.length === 0 ? null : el("details", {}, el("summary", {}, say(`另有 ${rest.length} 处`, `${rest.length} more`)), el("ul", { class: "plain" }, rest.map(place)))];
}

function facts(one) {
    const { seal, signer, time } = one;
    const how = KNOWN_BY[time.known_by];
    const proven = VERDICTS[one.verdict].rank <= VERDICTS.valid_with_warning.rank;
    return [
        el("dl", { class: "facts" },
            seal === undefined
                ? row("种类", "Kind", say("电子签名（不带印章）", "Signature without a seal"))
                : row("印章名称", "Seal name", el("strong", { class: "seal-name" }, foreign(seal.name))),
            row("单位（签章者证书）", "Organization (signer’s certificate)", foreign(signer.organization || "—")),
            row("签章者", "Signer", foreign(signer.subject || "—")),
            row("签章时间", "Time", moment(time.value), el("span", { class: "known", "data-known": visible(time.known_by) },
                how === undefined ? foreign(time.known_by) : say(how.zh, how.en))),
            row("位置", "Place", places(one.places)),
            seal === undefined ? null : [
                row("印章编码", "Seal code", code(seal.id), lookUp(seal.id, time.value)),
                row("制章者", "Maker", foreign(seal.maker || "—")),
                row("印章有效期", "Seal valid", moment(seal.valid_start), el("br", {}), moment(seal.valid_end)),
            ],
            row("证书序列号", "Certificate serial", code(signer.serial || "—")),
            row("签章值 SM3", "SM3 of the value", code(one.value_digest))),
        proven ? null : el("p", { class: "unproven" }, say("以上内容照文件所写，未经证实。", "The above is as written in the file, and is not proven.")),
    ];
}

/** A way from the card to the status of its seal at the stamping time. */
function lookUp(id, at) {
    if (!isSealCode(id))
        return null;
    const button = el("button", { type: "button", class: "link" }, say("查询状态", "Look up its status"));
    button.addEventListener("click", () => {
        byId("seal-code").value = id;
        byId("seal-time").value = typeof at === "string" && !Number.isNaN(Date.parse(at)) ? new Date(Date.parse(at) + BEIJING).toISOString().slice(0, 19) : "";
        byId("status-form").requestSubmit();
        byId("status-title").scrollIntoView();
        byId("seal-code").focus({ preventScroll: true });
    });
    return button;
}

function checkRow(check) {
    const severity = SEVERITIES[check.severity];
    return el("li", { class: "check", "data-outcome": check.passed ? "passed" : check.severity, "data-check": visible(check.name) },
        sign(check.passed ? "valid" : severity.sign),
        el("div", { class: "check-text" },
            el("p", { class: "claim" },
                check.passed ? el("span", { class: "unseen" }, say("通过：", "Passed: ")) : el("b", { class: "outcome" }, say(severity.zh, severity.en)),
                check.passed ? null : el("span", { class: "required" }, say("应满足：", "Required: ")),
                say(visible(check.zh), visible(check.en))),
            check.passed || !check.detail ? null : el("p", { class: "detail", lang: "en-GB" }, foreign(check.detail)),
            el("p", { class: "source" }, code(check.name), " ", foreign(check.clause),
                check.where ? [" · ", code(check.where)] : null,
                !check.passed && check.offset > 0 ? [" · ", say(`偏移 ${visible(check.offset)}`, `offset ${visible(check.offset)}`)] : null)));
}

function checks(one, open) {
    const rank = (check) => VERDICTS[SEVERITIES[check.severity].verdict].rank;
    const bad = failed(one).sort((a, b) => rank(b) - rank(a));
    const good = one.checks.filter((check) => check.passed);
    return [
        bad.length === 0 ? null : [
            el("h4", {}, say(`未通过的检查（${bad.length}）`, `Checks not passed (${bad.length})`)),
            el("ul", { class: "checks" }, bad.map(checkRow))],
        good.length === 0 ? null : el("details", { class: "passed", ...(open ? { open: "" } : {}) },
            el("summary", {}, say(`通过的检查（${good.length}）`, `Checks passed (${good.length})`)),
            el("ul", { class: "checks" }, good.map(checkRow))),
    ];
}

function card(one, index, count) {
    const verdict = VERDICTS[one.verdict];
    return el("article", { class: "card", "data-verdict": one.verdict, "aria-labelledby": `signature-${index}` },
        el("header", {}, sign(one.verdict),
            el("h3", { id: `signature-${index}` }, say(count > 1 ? `签章 ${index + 1} / ${count}` : "签章", count > 1 ? `Signature ${index + 1} of ${count}` : "Signature"),
                el("b", { class: "card-verdict" }, say(verdict.zh, verdict.en)))),
        facts(one), checks(one, count === 1));
}

function download(name, text) {
    const button = el("button", { type: "button", class: "button quiet" }, say("下载报告（JSON）", "Download the report (JSON)"));
    button.addEventListener("click", () => {
        const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
        el("a", { href: address, download: `${name}.report.json` }).click();
        setTimeout(() => URL.revokeObjectURL(address), 60000);
    });
    return button;
}

function showReport(file, text, report) {
    const verdict = VERDICTS[report.verdict];
    byId("verdict").replaceChildren(el("div", { class: "verdict", "data-verdict": report.verdict },
        sign(report.verdict),
        el("div", {}, el("p", { class: "word" }, say(verdict.zh, verdict.en)), el("p", { class: "file-name" }, foreign(file.name)), reasons(report))));
    byId("evidence").replaceChildren(
        el("dl", { class: "facts document" },
            row("格式", "Format", foreign(report.format)),
            row("大小", "Size", typeof report.size === "number" ? size(report.size) : "?"),
            row("验证时间", "Checked at", moment(report.checked_at)),
            row("文件 SM3", "SM3 of the file", code(report.digest))),
        el("p", { class: "tools" }, download(file.name, text)),
        ...report.signatures.map((one, index) => card(one, index, report.signatures.length)));
    reveal();
}

// -- errors -----------------------------------------------------------------------------------------------------------------

/** The problem of an answer: the service's own, or by status when something on the way answered. */
function problemOf(status, contentType, text) {
    if ((contentType ?? "").startsWith("application/problem+json"))
        try {
            const problem = JSON.parse(text);
            if (typeof problem?.code === "string" && typeof problem.title === "string")
                return { ...problem, status };
        } catch { /* not what it says it is */ }
    return { ...(STATUS_PROBLEMS[status] ?? STATUS_ELSE), status };
}

function problemBox(problem) {
    const advice = Object.hasOwn(ADVICE, problem.code) ? ADVICE[problem.code] : ADVICE_ELSE[problem.status < 500 ? 4 : 5];
    const more = [problem.detail, problem.source, problem.field].filter((part) => typeof part === "string" && part !== "");
    return el("div", { class: "problem", "data-code": visible(problem.code) },
        sign("warning"),
        el("div", {},
            el("p", { class: "word" }, say(visible(problem.title_zh ?? problem.title), visible(problem.title))),
            el("p", { class: "advice" }, say(...advice)),
            more.length === 0 ? null : el("p", { class: "detail", lang: "en-GB" }, more.map((part, i) => [i > 0 ? " · " : null, foreign(part)])),
            el("p", { class: "source" }, code(problem.code), problem.status > 0 ? ` · HTTP ${problem.status}` : null)));
}

function showProblem(name, problem) {
    const box = problemBox(problem);
    if (name !== null)
        box.lastElementChild.prepend(el("p", { class: "file-name" }, foreign(name)));
    box.lastElementChild.prepend(el("p", { class: "no-verdict" }, say("未作出结论", "No verdict")));
    byId("verdict").replaceChildren(box);
    byId("evidence").replaceChildren();
    reveal();
}

function reveal() {
    byId("result").hidden = false;
    byId("result").scrollIntoView({ block: "start" });
}

// -- verifying --------------------------------------------------------------------------------------------------------------

let running = null; // the upload under way; an older one may not overwrite what a newer one shows

function progress(percent) {
    const bar = byId("progress-bar");
    byId("drop").hidden = percent !== null;
    byId("progress").hidden = percent === null;
    if (percent === null)
        return;
    if (percent < 100) {
        bar.value = percent;
        byId("progress-text").replaceChildren(...say("正在传送文件…", "Sending the file…"));
    } else {
        bar.removeAttribute("value");
        byId("progress-text").replaceChildren(...say("正在验证…", "Verifying…"));
    }
}

function stop() {
    running?.abort();
    running = null;
    progress(null);
}

function verify(files) {
    stop();
    byId("result").hidden = true;
    byId("verdict").replaceChildren();
    byId("evidence").replaceChildren();
    if (files.length !== 1)
        return showProblem(null, OWN_PROBLEMS.several);
    const [file] = files;
    if (file.size > MAX_BYTES || file.size === 0)
        return showProblem(file.name, file.size === 0 ? OWN_PROBLEMS.empty : OWN_PROBLEMS.limit);

    // XMLHttpRequest, because fetch does not tell how far an upload is.
    const request = new XMLHttpRequest();
    const settle = (show) => () => {
        if (running !== request)
            return;
        running = null;
        progress(null);
        show();
    };
    running = request;
    request.open("POST", "/api/v1/verify");
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => running === request && progress(Math.min(99, 100 * event.loaded / event.total)));
    request.upload.addEventListener("load", () => running === request && progress(100));
    request.addEventListener("error", settle(() => showProblem(file.name, OWN_PROBLEMS.network)));
    request.addEventListener("load", settle(() => {
        if (request.status !== 200)
            return showProblem(file.name, problemOf(request.status, request.getResponseHeader("Content-Type"), request.responseText));
        const report = readReport(request.responseText);
        return report === null ? showProblem(file.name, OWN_PROBLEMS.contradiction) : showReport(file, request.responseText, report);
    }));
    progress(0);
    request.send(file);
}

/** A drop outside the field would make the browser leave the page for the file: the whole window takes it. */
function acceptDrops() {
    const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
    let depth = 0; // dragenter and dragleave come for every element on the way
    const mark = (change) => {
        depth = Math.max(0, depth + change);
        byId("drop").classList.toggle("over", depth > 0);
    };
    addEventListener("dragenter", (event) => carriesFiles(event) && mark(1));
    addEventListener("dragleave", (event) => carriesFiles(event) && mark(-1));
    addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault());
    addEventListener("drop", (event) => {
        if (!carriesFiles(event))
            return;
        event.preventDefault();
        mark(-depth);
        verify([...event.dataTransfer.files]);
    });
}

// -- status of a seal -------------------------------------------------------------------------------------------------------

const isSealCode = (text) => typeof text === "string" && /^[0-9A-Za-z][0-9A-Za-z-]{0,63}$/.test(text);

/** The field's Beijing time as RFC 3339 UTC; empty = now; null when it is no time. */
function chosenMoment(field) {
    if (field.validity.badInput)
        return null;
    const at = field.value === "" ? Date.now() : Date.parse(`${field.value}Z`) - BEIJING;
    return Number.isNaN(at) ? null : new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
}

function stateBox(answer) {
    const state = Object.hasOwn(STATES, answer.state) ? STATES[answer.state]
        : { sign: "indeterminate", zh: visible(answer.state), en: visible(answer.state), zhMeaning: "", enMeaning: "" };
    return el("div", { class: "state", "data-sign": state.sign, "data-state": visible(answer.state) }, sign(state.sign),
        el("div", {}, el("p", { class: "word" }, say(state.zh, state.en)), el("p", {}, say(state.zhMeaning, state.enMeaning)),
            el("p", { class: "source" }, say("印章编码 ", "Seal code "), code(answer.es_id ?? "—"), " · ", moment(answer.at))));
}

let asked = 0; // only the last question may be answered on the page

async function askStatus() {
    const number = ++asked;
    const show = (box) => number === asked && byId("status-result").replaceChildren(box);
    const id = byId("seal-code").value.trim();
    const at = chosenMoment(byId("seal-time"));
    byId("seal-code").setAttribute("aria-invalid", String(!isSealCode(id)));
    if (!isSealCode(id) || at === null)
        return show(problemBox(at === null ? OWN_PROBLEMS.badTime : OWN_PROBLEMS.badCode));
    let status = 0, type = "", text = "";
    try {
        const answer = await fetch(`/api/v1/seals/${encodeURIComponent(id)}/status?at=${encodeURIComponent(at)}`, { cache: "no-store" });
        [status, type, text] = [answer.status, answer.headers.get("Content-Type"), await answer.text()];
    } catch {
        return show(problemBox(OWN_PROBLEMS.network));
    }
    if (status !== 200)
        return show(problemBox(problemOf(status, type, text)));
    try {
        const answer = JSON.parse(text);
        if (typeof answer.state === "string")
            return show(stateBox(answer));
    } catch { /* said below */ }
    return show(problemBox(OWN_PROBLEMS.contradiction));
}

// -- language, the service itself, start ------------------------------------------------------------------------------------

const TITLES = { "zh-CN": "津印 · 天津市电子印章管理服务", en: "Jinyin · The electronic-seal service of Tianjin" };

function speak(language) {
    document.documentElement.lang = language;
    document.title = TITLES[language];
    for (const button of document.querySelectorAll("[data-language]"))
        button.setAttribute("aria-pressed", String(button.dataset.language === language));
}

function startLanguages() {
    let kept = null;
    try {
        kept = localStorage.getItem("language");
    } catch { /* storage is switched off: Chinese, and the switch works for this visit */ }
    speak(Object.hasOwn(TITLES, kept ?? "") ? kept : "zh-CN");
    for (const button of document.querySelectorAll("[data-language]"))
        button.addEventListener("click", () => {
            speak(button.dataset.language);
            try {
                localStorage.setItem("language", button.dataset.language);
            } catch { /* as above */ }
        });
}

async function describeService() {
    try {
        const service = await (await fetch("/api/v1/service", { cache: "no-store" })).json();
        byId("development").hidden = service.development !== true;
        byId("version").textContent = visible(service.version ?? "");
    } catch {
        byId("service-state").replaceChildren(...say("服务暂时没有回应。", "The service does not answer now."));
    }
}

byId("meanings").append(...Object.entries(VERDICTS).map(([name, verdict]) => el("div", { "data-verdict": name },
    el("dt", {}, sign(name), say(verdict.zh, verdict.en)), el("dd", {}, say(verdict.zhMeaning, verdict.enMeaning)))));
startLanguages();
byId("file").addEventListener("change", () => {
    const files = [...byId("file").files];
    byId("file").value = ""; // so that choosing the same file again is a change again
    if (files.length > 0)
        verify(files);
});
byId("cancel").addEventListener("click", () => {
    stop();
    byId("file").focus();
});
acceptDrops();
byId("status-form").addEventListener("submit", (event) => {
    event.preventDefault();
    askStatus();
});
describeService();
