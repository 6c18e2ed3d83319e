// SPDX-License-Identifier: Apache-2.0
// app.js: verify a document, look up a seal, choose the language. The service judges; the page only shows what it said.

import { byId, code, el, foreign, moment, say, sign, utc, visible } from "./build.js";
import { isSealCode, readCopy, readReport, showCopy, showReport } from "./report.js";
import { ADVICE, ADVICE_ELSE, OWN_PROBLEMS, STATES, STATUS_ELSE, STATUS_PROBLEMS, VERDICTS } from "./words.js";

const MAX_BYTES = 200 * 1024 * 1024;

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
            el("p", { class: "detail", lang: "en-GB" }, more.map((part, i) => [i > 0 ? " · " : null, foreign(part)])),
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

/** What the service answers to a question: its text, or the problem. */
async function get(path) {
    try {
        const answer = await fetch(`/api/v1${path}`, { cache: "no-store" });
        const text = await answer.text();
        return answer.status === 200 ? { text } : { problem: problemOf(answer.status, answer.headers.get("Content-Type"), text) };
    } catch {
        return { problem: OWN_PROBLEMS.network };
    }
}

// -- verifying --------------------------------------------------------------------------------------------------------------

let running = null; // the upload under way; one that is aborted never answers, so that an older file cannot replace a newer one

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
        running = null;
        progress(null);
        show();
    };
    running = request;
    request.open("POST", "/api/v1/verify");
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => progress(Math.min(99, 100 * event.loaded / event.total)));
    request.upload.addEventListener("load", () => progress(100));
    request.addEventListener("error", settle(() => showProblem(file.name, OWN_PROBLEMS.network)));
    request.addEventListener("load", settle(() => {
        if (request.status !== 200)
            return showProblem(file.name, problemOf(request.status, request.getResponseHeader("Content-Type"), request.responseText));
        const report = readReport(request.responseText);
        if (report === null)
            return showProblem(file.name, OWN_PROBLEMS.contradiction);
        showReport(file, request.responseText, report);
        reveal();
    }));
    progress(0);
    request.send(file);
}

// -- the original of a copy (R17.1) -----------------------------------------------------------------------------------------

/** The QR code of a copy leads to /?copy=CODE. */
async function showOriginal(id) {
    if (!/^[0-9a-f]{32}$/.test(id))
        return showProblem(null, OWN_PROBLEMS.noCopy);
    const { problem, text } = await get(`/copies/${id}`);
    if (problem !== undefined)
        return showProblem(null, problem.status === 404 ? OWN_PROBLEMS.noCopy : problem);
    const copy = readCopy(text);
    if (copy === null)
        return showProblem(null, OWN_PROBLEMS.contradiction);
    showCopy(copy, text);
    reveal();
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

function stateBox(answer) {
    const state = Object.hasOwn(STATES, answer.state) ? STATES[answer.state]
        : { sign: "indeterminate", zh: visible(answer.state), en: visible(answer.state), zhMeaning: "", enMeaning: "" };
    return el("div", { class: "state", "data-sign": state.sign, "data-state": visible(answer.state) }, sign(state.sign),
        el("div", {}, el("p", { class: "word" }, say(state.zh, state.en)), el("p", {}, say(state.zhMeaning, state.enMeaning)),
            el("p", { class: "source" }, say("印章编码 ", "Seal code "), code(answer.es_id ?? "—"), " · ", moment(answer.at),
                answer.since ? [" · ", say("该状态始于 ", "in this state since "), moment(answer.since)] : null)));
}

let asked = 0; // only the last question may be answered on the page

async function askStatus() {
    const number = ++asked;
    const show = (box) => number === asked && byId("status-result").replaceChildren(box);
    const id = byId("seal-code").value.trim();
    const field = byId("seal-time");
    const isNow = field.value === "" && !field.validity.badInput; // then the service's clock counts, not this machine's
    const at = isNow ? "" : utc(field.value);
    byId("seal-code").setAttribute("aria-invalid", String(!isSealCode(id)));
    if (!isSealCode(id) || at === null)
        return show(problemBox(at === null ? OWN_PROBLEMS.badTime : OWN_PROBLEMS.badCode));
    const { problem, text } = await get(`/seals/${encodeURIComponent(id)}/status${isNow ? "" : `?at=${encodeURIComponent(at)}`}`);
    if (problem !== undefined)
        return show(problemBox(problem));
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
        const away = Object.entries(service.rooms ?? {}).filter(([, state]) => state !== "serving").map(([name]) => visible(name)).join(", ");
        if (away !== "")
            byId("service-state").replaceChildren(...say(`部分组件正在重启：${away}`, `Restarting: ${away}`));
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
const copied = new URLSearchParams(location.search).get("copy");
if (copied !== null)
    showOriginal(copied);
