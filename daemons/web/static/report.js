// SPDX-License-Identifier: Apache-2.0
// report.js: reads a verification report (docs/protocol/report.md), refuses one that contradicts itself, and shows it.

import { beijing, byId, code, el, foreign, moment, say, sign, size, visible } from "./build.js";
import { COPY, KNOWN_BY, ORIGINAL, SEVERITIES, VERDICTS } from "./words.js";

// -- reading ----------------------------------------------------------------------------------------------------------------

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isKey = (table, key) => typeof key === "string" && Object.hasOwn(table, key);
const worse = (a, b) => (VERDICTS[b].rank > VERDICTS[a].rank ? b : a);
const failed = (one) => one.checks.filter((check) => !check.passed);

const isCheck = (check) => isObject(check) && typeof check.passed === "boolean" && isKey(SEVERITIES, check.severity);

function isSignature(one) {
    return isObject(one) && isObject(one.time) && isObject(one.signer) && (one.seal === undefined || isObject(one.seal)) &&
        Array.isArray(one.places) && one.places.every(isObject) &&
        Array.isArray(one.checks) && one.checks.length > 0 && one.checks.every(isCheck) &&
        one.verdict === failed(one).reduce((worst, check) => worse(worst, SEVERITIES[check.severity].verdict), "valid");
}

/** Of which document the file is a copy (R17.1); null when it is none. A copy that somebody signed is judged as a signature. */
const copyOf = (report) => (report.signatures.length === 0 ? report.copy_of ?? null : null);

const isDigest = (value) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value);

/** The report, or null when it is none or its verdicts do not follow from its checks: a doubtful answer is never shown as a verdict. */
export function readReport(text) {
    try {
        return checkedReport(JSON.parse(text));
    } catch {
        return null;
    }
}

function checkedReport(report) {
    if (!isObject(report) || (report.copy_of !== undefined && !isDigest(report.copy_of)) || !Array.isArray(report.signatures) || !report.signatures.every(isSignature))
        return null;
    const worst = report.signatures.length === 0 ? "no_signature"
        : report.signatures.reduce((verdict, one) => worse(verdict, one.verdict), "valid");
    return worst === report.verdict ? report : null;
}

/** What the service says of a copy's original (GET /copies/{code}), or null: the report must be that of the very original. */
export function readCopy(text) {
    try {
        const copy = JSON.parse(text);
        const report = checkedReport(copy.report);
        return report !== null && isDigest(copy.source_digest) && report.digest === copy.source_digest ? { ...copy, report } : null;
    } catch {
        return null;
    }
}

// -- the verdict in sentences -----------------------------------------------------------------------------------------------

/** Why the verdict is what it is: the checks that made it so. */
function reasons(report) {
    const count = report.signatures.length, verdict = VERDICTS[report.verdict];
    if (count === 0)
        return el("p", {}, say(verdict.zhMeaning, verdict.enMeaning));
    const decisive = new Map();
    for (const check of report.signatures.flatMap(failed))
        if (SEVERITIES[check.severity].verdict === report.verdict)
            decisive.set(check.name, check);
    if (decisive.size === 0) {
        const all = report.signatures.reduce((sum, one) => sum + one.checks.length, 0);
        return el("p", {}, say(`${count} 个签章，${all} 项检查全部通过。`, `${count} signature${count > 1 ? "s" : ""}; all ${all} checks passed.`));
    }
    const such = report.signatures.filter((one) => one.verdict === report.verdict).length;
    return [
        el("p", {},
            count === 1 ? null : say(`${count} 个签章中有 ${such} 个${verdict.zh}。`, `Of ${count} signatures, ${such}: ${verdict.en.toLowerCase()}. `),
            say(verdict.zhLead, verdict.enLead)),
        el("ul", {}, [...decisive.values()].map((check) => el("li", {}, say(visible(check.zh), visible(check.en)), " ", code(check.name)))),
    ];
}

// -- facts of a signature ---------------------------------------------------------------------------------------------------

function row(zh, en, ...value) {
    return el("div", { class: "fact" }, el("dt", {}, say(zh, en)), el("dd", {}, ...value));
}

const mm = (value) => (typeof value === "number" ? value.toFixed(1) : "?");

function place(p) {
    const page = visible(p.page), box = `${mm(p.width_mm)} × ${mm(p.height_mm)} mm`;
    return el("li", {}, say(`第 ${page} 页，距左 ${mm(p.x_mm)} mm、距上 ${mm(p.y_mm)} mm，${box}`,
        `Page ${page}, ${mm(p.x_mm)} mm from the left, ${mm(p.y_mm)} mm from the top, ${box}`));
}

/** A stamp across the edges of a long document has a place on every page: the first few are shown, the others on demand. */
function places(list) {
    if (list.length === 0)
        return say("未显示在页面上", "not shown on a page");
    const some = list.slice(0, 3), rest = list.slice(3);
    return [
        el("ul", { class: "plain" }, some.map(place)),
        rest.length === 0 ? null : el("details", {},
            el("summary", {}, say(`另有 ${rest.length} 处`, `${rest.length} more`)),
            el("ul", { class: "plain" }, rest.map(place))),
    ];
}

function knownBy(how) {
    const words = isKey(KNOWN_BY, how) ? say(KNOWN_BY[how].zh, KNOWN_BY[how].en) : foreign(how);
    return el("span", { class: "known", "data-known": visible(how) }, words);
}

export const isSealCode = (text) => typeof text === "string" && /^[0-9A-Za-z][0-9A-Za-z-]{0,63}$/.test(text);

/** A way from the card to the status of its seal at the stamping time. */
function lookUp(id, at) {
    if (!isSealCode(id))
        return null;
    const button = el("button", { type: "button", class: "link" }, say("查询状态", "Look up its status"));
    button.addEventListener("click", () => {
        byId("seal-code").value = id;
        byId("seal-time").value = beijing(at);
        byId("status-form").requestSubmit();
        byId("status-title").scrollIntoView();
        byId("seal-code").focus({ preventScroll: true });
    });
    return button;
}

function facts(one) {
    const { seal, signer, time } = one;
    const proven = VERDICTS[one.verdict].rank <= VERDICTS.valid_with_warning.rank;
    return [
        el("dl", { class: "facts" },
            seal === undefined
                ? row("种类", "Kind", say("电子签名（不带印章）", "Signature without a seal"))
                : row("印章名称", "Seal name", el("strong", { class: "seal-name" }, foreign(seal.name))),
            row("单位（签章者证书）", "Organization (signer's certificate)", foreign(signer.organization || "—")),
            row("签章者", "Signer", foreign(signer.subject || "—")),
            row("签章时间", "Time", moment(time.value), knownBy(time.known_by)),
            row("位置", "Place", places(one.places)),
            seal === undefined ? null : [
                row("印章编码", "Seal code", code(seal.id), " ", lookUp(seal.id, time.value)),
                row("制章者", "Maker", foreign(seal.maker || "—")),
                row("印章有效期", "Seal valid", moment(seal.valid_start), el("br", {}), moment(seal.valid_end)),
            ],
            row("证书序列号", "Certificate serial", code(signer.serial || "—")),
            row("签章值 SM3", "SM3 of the value", code(one.value_digest)),
            row("文件内位置", "Part of the file", code(one.path || "—"))),
        proven ? null : el("p", { class: "unproven" }, say("以上内容照文件所写，未经证实。", "The above is as written in the file, and is not proven.")),
    ];
}

// -- its checks -------------------------------------------------------------------------------------------------------------

/** `path` is the signature's own: a passed check says where it looked only when that was elsewhere. */
function checkRow(check, path) {
    const severity = SEVERITIES[check.severity];
    const outcome = check.passed
        ? el("span", { class: "unseen" }, say("通过：", "Passed: "))
        : [el("b", { class: "outcome" }, say(severity.zh, severity.en)), el("span", { class: "required" }, say("应满足：", "Required: "))];
    const where = check.where && !(check.passed && check.where === path) ? [" · ", code(check.where)] : null;
    const offset = !check.passed && check.offset > 0 ? [" · ", say("偏移 ", "offset "), code(check.offset)] : null;
    return el("li", { class: "check", "data-outcome": check.passed ? "passed" : check.severity, "data-check": visible(check.name) },
        sign(check.passed ? "valid" : severity.sign),
        el("div", { class: "check-text" },
            el("p", { class: "claim" }, outcome, say(visible(check.zh), visible(check.en))),
            check.passed || !check.detail ? null : el("p", { class: "detail", lang: "en-GB" }, foreign(check.detail)),
            el("p", { class: "source" }, code(check.name), " ", foreign(check.clause), where, offset)));
}

function checks(one, open) {
    const rank = (check) => VERDICTS[SEVERITIES[check.severity].verdict].rank;
    const bad = failed(one).sort((a, b) => rank(b) - rank(a));
    const good = one.checks.filter((check) => check.passed);
    const list = (some) => el("ul", { class: "checks" }, some.map((check) => checkRow(check, one.path)));
    return [
        bad.length === 0 ? null : [el("h4", {}, say(`未通过的检查（${bad.length}）`, `Checks not passed (${bad.length})`)), list(bad)],
        good.length === 0 ? null : el("details", { class: "passed", ...(open ? { open: "" } : {}) },
            el("summary", {}, say(`通过的检查（${good.length}）`, `Checks passed (${good.length})`)), list(good)),
    ];
}

// -- on the page ------------------------------------------------------------------------------------------------------------

function card(one, index, count) {
    const { zh, en } = VERDICTS[one.verdict];
    const title = count === 1 ? say("签章", "Signature") : say(`签章 ${index + 1} / ${count}`, `Signature ${index + 1} of ${count}`);
    const open = count === 1 && matchMedia("(min-width: 56rem)").matches; // a long list on a small screen hides what follows
    return el("article", { class: "card", "data-verdict": one.verdict, "aria-labelledby": `signature-${index}` },
        el("header", {}, sign(one.verdict), el("h3", { id: `signature-${index}` }, title, el("b", { class: "card-verdict" }, say(zh, en)))),
        facts(one), checks(one, open));
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

/** The document as a whole: its facts, the report for keeping, and a card for each signature. */
function showEvidence(name, text, report, ...more) {
    const copied = copyOf(report);
    byId("evidence").replaceChildren(
        el("dl", { class: "facts document" },
            more,
            row("格式", "Format", foreign(report.format)),
            row("大小", "Size", typeof report.size === "number" ? size(report.size) : "?"),
            row("验证时间", "Checked at", moment(report.checked_at)),
            row("文件 SM3", "SM3 of the file", code(report.digest)),
            copied === null ? null : row("原件 SM3", "SM3 of the original", code(copied))),
        el("p", { class: "tools" }, download(name, text)),
        ...report.signatures.map((one, index) => card(one, index, report.signatures.length)));
}

/** Puts the verdict and its evidence on the page; `text` is the report as received, for the download. */
export function showReport(file, text, report) {
    const copy = copyOf(report) !== null, { zh, en } = copy ? COPY : VERDICTS[report.verdict];
    byId("verdict").replaceChildren(el("div", { class: "verdict", "data-verdict": copy ? "copy" : report.verdict },
        sign(copy ? "copy" : report.verdict),
        el("div", {},
            el("p", { class: "word" }, say(zh, en)),
            el("p", { class: "file-name" }, foreign(file.name)),
            copy ? el("p", {}, say(COPY.zhMeaning, COPY.enMeaning)) : reasons(report))));
    showEvidence(file.name, text, report);
}

/** The same for the original of a copy. What is judged is the original, which the service keeps: said first, for nobody sees it here. */
export function showCopy(copy, text) {
    const { report } = copy, { zh, en } = VERDICTS[report.verdict];
    byId("verdict").replaceChildren(el("div", { class: "verdict", "data-verdict": report.verdict },
        sign(report.verdict),
        el("div", {},
            el("p", { class: "word" }, say(`原件：${zh}`, `The original: ${en.charAt(0).toLowerCase()}${en.slice(1)}`)),
            el("p", { class: "file-name" }, say("复印件编码 ", "Code of the copy "), code(copy.code)),
            reasons(report),
            el("p", { class: "advice" }, say(ORIGINAL.zh, ORIGINAL.en)))));
    showEvidence(`copy-${visible(copy.code)}`, text, report,
        row("复印件制作时间", "Copy made", moment(copy.made)),
        row("原件页数", "Pages of the original", visible(copy.pages)));
}
