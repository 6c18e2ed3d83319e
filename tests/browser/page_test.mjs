// SPDX-License-Identifier: Apache-2.0
// The first page in headless Chromium.
//   node page_test.mjs                              against mock.mjs: every state, hostile answers
//   node page_test.mjs BASE_URL STAMPED TAMPERED    against the service, with a stamped file and its changed copy
// Every claim gets a fresh browser context; each also fails on a console error, a policy violation or a request to another host.
import assert from "node:assert/strict";
import { access, readFile } from "node:fs/promises";
import { basename } from "node:path";

const CHROMIUM = "/usr/bin/chromium";
const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"];
const SKIPPED = 77;

const { chromium } = await import("playwright-core").catch(() => ({}));
if (chromium === undefined || await access(CHROMIUM).then(() => false, () => true)) {
    console.log("skipped: Chromium or playwright-core is not installed; ./dev setup installs both");
    process.exit(SKIPPED);
}
const { ANSWERS, POLICY, startMock } = await import("./mock.mjs");

const [givenBase, stampedPath, taintedPath] = process.argv.slice(2);
if (givenBase !== undefined && taintedPath === undefined) {
    console.error("usage: page_test.mjs [BASE_URL STAMPED TAMPERED]");
    process.exit(64);
}
const mock = givenBase === undefined ? await startMock() : null;
const base = mock?.base ?? givenBase;
const inState = (state) => ({ name: `${state}.ofd`, mimeType: "application/ofd", buffer: Buffer.from(`state:${state}`) });
const onDisk = async (path) => ({ name: basename(path), mimeType: "application/octet-stream", buffer: await readFile(path) });
const stamped = mock ? inState("warning") : await onDisk(stampedPath);
const tampered = mock ? inState("invalid") : await onDisk(taintedPath);
const letter = { name: "信.txt", mimeType: "text/plain", buffer: Buffer.from("hello, this is neither OFD nor PDF\n") };

// -- helpers ----------------------------------------------------------------------------------------------------------------

async function choose(page, file) {
    await page.setInputFiles("#file", file);
    await page.waitForSelector("#result:not([hidden])");
}

const shown = (page, selector) => page.locator(selector).evaluateAll((nodes) => nodes.map((node) => node.innerText.trim()));
const verdictOf = (page) => page.locator("#verdict .verdict").getAttribute("data-verdict");
const codeOf = (page, where) => page.locator(`${where} .problem`).getAttribute("data-code");

async function ask(page, code, time = "") {
    await page.fill("#seal-code", code);
    await page.fill("#seal-time", time);
    await page.press("#seal-code", "Enter");
    await page.waitForSelector("#status-result > *");
}

/** Contrast of every visible text with what lies behind it, WCAG 2.1: those below 4.5. */
const weakTexts = () => {
    const channels = (colour) => {
        const [r, g, b, a = 1] = colour.match(/[\d.]+/g).map(Number);
        return { rgb: [r, g, b], a };
    };
    const luminance = ({ rgb }) => {
        const [r, g, b] = rgb.map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const weak = [];
    for (const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT); walk.nextNode();) {
        const element = walk.currentNode.parentElement;
        if (walk.currentNode.data.trim() === "" || !element.checkVisibility() || element.closest(".unseen, noscript"))
            continue;
        let ground = element;
        while (ground.parentElement && channels(getComputedStyle(ground).backgroundColor).a === 0)
            ground = ground.parentElement;
        const [low, high] = [element, ground].map((node, i) => luminance(channels(getComputedStyle(node)[i ? "backgroundColor" : "color"])))
            .sort((a, b) => a - b);
        const contrast = (high + 0.05) / (low + 0.05);
        if (contrast < 4.5)
            weak.push(`${contrast.toFixed(2)} ${walk.currentNode.data.trim().slice(0, 40)}`);
    }
    return weak;
};

// -- what holds against the service and against the mock --------------------------------------------------------------------

const CLAIMS = {
    async the_policy_forbids_everything_but_our_own_files(page) {
        const answer = await page.goto(base + "/");
        assert.equal(answer.headers()["content-security-policy"], POLICY);
    },

    async a_stamped_file_is_valid_and_the_reasons_are_shown(page) {
        await choose(page, stamped);
        assert.match(await verdictOf(page), /^valid(_with_warning)?$/);
        assert.match((await shown(page, "#verdict .word"))[0], /^有效/);
        assert.equal(await page.locator("#verdict .sign").count(), 1, "colour never stands alone");
        assert.ok((await shown(page, "#verdict .verdict"))[0].split("\n").length >= 3, "word, file and reasons");
        assert.notEqual((await shown(page, ".seal-name"))[0], "");
        assert.match((await shown(page, ".known"))[0], /登记|自称/);
        assert.ok(await page.locator("[data-outcome=passed]").count() > 10);
        assert.equal(await page.locator("[data-outcome=invalid], [data-outcome=indeterminate], .unproven").count(), 0);
    },

    async a_changed_file_is_invalid_and_the_check_that_says_so_comes_first(page) {
        await choose(page, tampered);
        assert.equal(await verdictOf(page), "invalid");
        assert.equal((await shown(page, "#verdict .word"))[0], "无效");
        const first = page.locator(".card[data-verdict=invalid] .check").first();
        assert.equal(await first.getAttribute("data-outcome"), "invalid");
        assert.match(await first.innerText(), /不通过[\s\S]*应满足/);
        assert.ok((await shown(page, "#verdict li code")).includes(await first.getAttribute("data-check")), "the verdict names its reason");
        assert.equal(await page.locator(".unproven").count() > 0, true, "what an invalid stamp says of itself is marked");
    },

    async a_text_file_gets_a_clear_error_and_no_verdict(page) {
        await choose(page, letter);
        assert.equal(await codeOf(page, "#verdict"), "file_format_unknown");
        assert.equal(await page.locator(".verdict").count(), 0);
        assert.match((await shown(page, ".problem"))[0], /^未作出结论[\s\S]*信\.txt[\s\S]*OFD[\s\S]*请选择[\s\S]*HTTP 415/);
    },

    async a_file_dropped_beside_the_field_is_verified(page) {
        const transfer = await page.evaluateHandle(([bytes, name]) => {
            const data = new DataTransfer();
            data.items.add(new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], name));
            return data;
        }, [stamped.buffer.toString("base64"), stamped.name]);
        for (const type of ["dragenter", "dragover", "drop"])
            await page.dispatchEvent("footer", type, { dataTransfer: transfer });
        await page.waitForSelector(".verdict");
        assert.match(await verdictOf(page), /^valid/);
    },

    async the_raw_report_can_be_downloaded(page) {
        await choose(page, stamped);
        const [download] = await Promise.all([page.waitForEvent("download"), page.click(".tools button")]);
        assert.equal(download.suggestedFilename(), `${stamped.name}.report.json`);
        const text = await readFile(await download.path(), "utf8");
        assert.equal(JSON.parse(text).verdict, await verdictOf(page));
        if (mock)
            assert.equal(text, ANSWERS.warning.body, "byte for byte");
    },

    async the_language_switch_changes_every_text_and_is_remembered(page) {
        await choose(page, stamped);
        const chinese = /[\u4e00-\u9fff]/;
        assert.match((await shown(page, "main h2"))[0], chinese);
        await page.click("[data-language=en]");
        assert.equal(await page.getAttribute("html", "lang"), "en");
        assert.match(await page.title(), /^Jinyin/);
        assert.match((await shown(page, "#verdict .word"))[0], /^Valid/);
        const labels = page.locator("h1, h2, h4, dt, summary, .claim, label, main button, footer a").filter({ visible: true });
        assert.deepEqual((await labels.allInnerTexts()).filter((text) => chinese.test(text)), [], "no Chinese is left but in names");
        await page.reload();
        assert.equal(await page.getAttribute("html", "lang"), "en");
        await page.click("[data-language=zh-CN]");
        assert.match((await shown(page, "h1"))[0], chinese);
        assert.equal(await page.getAttribute("[data-language=zh-CN]", "aria-pressed"), "true");
    },

    async the_status_of_a_seal_is_looked_up_from_its_card(page) {
        await choose(page, stamped);
        await page.click(".card .link");
        await page.waitForSelector("#status-result .state");
        assert.equal(await page.getAttribute("#status-result .state", "data-state"), "ACTIVE", "at the stamping time");
        assert.match((await shown(page, "#status-result .word"))[0], /^可用$/);
    },

    async an_unknown_seal_is_said_to_be_unknown(page) {
        await ask(page, "9999999999999");
        assert.equal(await codeOf(page, "#status-result"), "not_found");
    },

    async what_is_no_seal_code_is_not_sent(page) {
        const asked = [];
        page.on("request", (request) => request.url().includes("/api/") && asked.push(request.url()));
        await ask(page, "../../service");
        assert.equal(await codeOf(page, "#status-result"), "bad_code");
        assert.equal(await page.getAttribute("#seal-code", "aria-invalid"), "true");
        assert.deepEqual(asked, []);
    },

    async the_keyboard_reaches_everything_and_focus_is_seen(page) {
        const reached = [];
        for (let i = 0; i < 12; i++) {
            await page.keyboard.press("Tab");
            reached.push(await page.evaluate(() => {
                const node = document.activeElement;
                const ring = node.type === "file" ? node.nextElementSibling : node;
                return `${node.id || node.dataset.language || node.className || node.type} ${getComputedStyle(ring).outlineStyle}`;
            }));
        }
        for (const name of ["skip", "zh-CN", "en", "file", "seal-code", "seal-time"])
            assert.ok(reached.includes(`${name} solid`), `${name} is not reached with a visible ring: ${reached}`);
    },

    async every_control_has_a_name_and_the_verdict_is_announced(page) {
        await choose(page, stamped);
        const nameless = await page.evaluate(() => [...document.querySelectorAll("input, button, a, progress")]
            .filter((node) => !(node.labels?.length || node.innerText?.trim() || node.getAttribute("aria-labelledby")))
            .map((node) => node.outerHTML));
        assert.deepEqual(nameless.filter((html) => !html.includes("progress")), []);
        assert.equal(await page.getAttribute("#verdict", "aria-live"), "polite");
        await page.getByRole("status").filter({ hasText: "有效" }).first().waitFor();
    },

    async nothing_is_wider_than_the_window(page) {
        for (const width of [320, 768, 1400]) {
            await page.setViewportSize({ width, height: 800 });
            await choose(page, tampered);
            assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `at ${width} px`);
        }
    },

    async every_text_has_a_contrast_of_four_and_a_half(page) {
        for (const colorScheme of ["light", "dark"]) {
            await page.emulateMedia({ colorScheme });
            for (const file of [stamped, tampered, letter]) {
                await choose(page, file);
                await page.waitForTimeout(250); // transitions of colours
                assert.deepEqual(await page.evaluate(weakTexts), [], colorScheme);
            }
        }
    },
};

// -- what only the mock can show --------------------------------------------------------------------------------------------

const MOCK_CLAIMS = {
    async each_verdict_has_its_own_word_and_sign(page) {
        const seen = new Set();
        for (const [state, verdict, word] of [["valid", "valid", "有效"], ["warning", "valid_with_warning", "有效（有提示）"],
            ["indeterminate", "indeterminate", "无法确定"], ["invalid", "invalid", "无效"], ["none", "no_signature", "无签章"]]) {
            await choose(page, inState(state));
            assert.equal(await verdictOf(page), verdict);
            assert.deepEqual(await shown(page, "#verdict .word"), [word]);
            seen.add(await page.locator("#verdict .sign use").getAttribute("href"));
        }
        assert.equal(seen.size, 5);
    },

    async R17_1__a_copy_is_said_to_be_none_of_the_originals(page) {
        await choose(page, inState("copy"));
        assert.equal(await verdictOf(page), "copy");
        assert.deepEqual(await shown(page, "#verdict .word"), ["复印件，不是原件"]);
        assert.ok((await shown(page, "#evidence code")).includes(JSON.parse(ANSWERS.copy.body).copy_of), "the original's digest");
        await choose(page, inState("nameless_copy"));
        assert.equal(await codeOf(page, "#verdict"), "answer_refused");
    },

    async R17_1__the_code_on_a_copy_leads_to_the_verdict_on_its_original(page) {
        await page.goto(`${base}/?copy=${"c".repeat(32)}`);
        await page.waitForSelector("#verdict .verdict");
        assert.equal(await verdictOf(page), "valid_with_warning");
        assert.match((await shown(page, "#verdict .word"))[0], /^原件：有效/);
        assert.match((await shown(page, "#verdict .advice"))[0], /不是手中复印件的结论/);
        assert.ok((await shown(page, ".seal-name"))[0].length > 0);
        assert.deepEqual(await page.evaluate(weakTexts), []);
        for (const [code, problem] of [["d".repeat(32), "answer_refused"], ["e".repeat(32), "copy_unknown"], ["../verify", "copy_unknown"]]) {
            await page.goto(`${base}/?copy=${code}`);
            await page.waitForSelector("#verdict .problem");
            assert.equal(await codeOf(page, "#verdict"), problem, code);
        }
    },

    async a_missing_proof_is_named_under_indeterminate(page) {
        await choose(page, inState("indeterminate"));
        assert.deepEqual(await shown(page, "#verdict li code"), ["SIGNER_TRUST"]);
        assert.deepEqual(await page.locator(".check").evaluateAll((rows) => rows.slice(0, 3).map((row) => row.dataset.outcome)),
            ["indeterminate", "warning", "passed"]);
        assert.match((await shown(page, ".known"))[0], /自称/);
    },

    async hostile_text_is_shown_as_text(page) {
        await choose(page, inState("hostile"));
        assert.equal((await shown(page, ".seal-name"))[0], "<img src=x onerror=\"document.title='owned'\">");
        assert.equal(await page.locator("#result img, #result script").count(), 0);
        assert.notEqual(await page.title(), "owned");
        const all = (await shown(page, "#result")).join();
        assert.ok(all.includes("a\\u{202e}gnp.exe\\u{0}") && all.includes("\\u{200b}有效\\u{2066}"), "control characters are spelled out");
        assert.equal(/[\u200b-\u200f\u202a-\u202e\u2066-\u2069]/.test(await page.locator("#result").textContent()), false);
        assert.equal(await page.locator(".card .link").count(), 0, "what is no seal code is not offered for a look-up");
    },

    async a_hostile_file_name_is_shown_as_text(page) {
        await choose(page, { ...inState("valid"), name: "<img src=x onerror=alert(1)>\u202efdo.ofd" });
        assert.equal((await shown(page, "#verdict .file-name"))[0], "<img src=x onerror=alert(1)>\\u{202e}fdo.ofd");
    },

    async several_signatures_have_a_card_each_and_the_worst_decides(page) {
        await choose(page, inState("several"));
        assert.equal(await verdictOf(page), "invalid");
        assert.deepEqual(await page.locator(".card").evaluateAll((cards) => cards.map((card) => card.dataset.verdict)),
            ["valid_with_warning", "indeterminate", "invalid"]);
        assert.match((await shown(page, "#verdict .verdict"))[0], /3 个签章中有 1 个无效/);
        assert.equal(await page.locator(".card").first().locator(".facts li").count(), 40, "every place of a stamp across the edges");
    },

    async an_answer_that_contradicts_itself_is_never_a_verdict(page) {
        for (const state of ["flattered", "outvoted", "unchecked", "unknown", "undecided", "unsigned", "cut"]) {
            await choose(page, inState(state));
            assert.equal(await page.locator(".verdict").count(), 0, state);
            assert.equal(await codeOf(page, "#verdict"), "answer_refused", state);
        }
    },

    async an_error_of_the_service_is_shown_with_title_code_and_advice(page) {
        await choose(page, inState("ambiguous"));
        const text = (await shown(page, ".problem"))[0];
        for (const part of ["不同程序会对该文件作不同解读", "请勿采信", "two entries are named /OFD.xml", "container_ambiguous", "HTTP 422"])
            assert.ok(text.includes(part), part);
    },

    async an_answer_of_something_on_the_way_is_translated(page) {
        await choose(page, inState("busy"));
        assert.equal(await codeOf(page, "#verdict"), "too_many_requests");
        await choose(page, inState("down"));
        assert.equal(await codeOf(page, "#verdict"), "unavailable");
        assert.match((await shown(page, ".problem"))[0], /这不是文件的结论/);
    },

    async a_broken_connection_is_said(page) {
        await page.route("**/api/v1/verify", (route) => route.abort());
        await choose(page, inState("valid"));
        assert.equal(await codeOf(page, "#verdict"), "network");
    },

    async the_bytes_are_sent_raw(page) {
        await choose(page, inState("valid"));
        const sent = mock.seen.filter((request) => request.url === "/api/v1/verify").at(-1);
        assert.deepEqual([sent.method, sent.type, sent.bytes], ["POST", "application/octet-stream", "state:valid".length]);
    },

    async an_empty_file_an_oversized_file_and_two_files_are_not_sent(page) {
        const before = mock.seen.length;
        await choose(page, { ...inState("valid"), buffer: Buffer.alloc(0) });
        assert.equal(await codeOf(page, "#verdict"), "file_empty");
        for (const [bytes, count, code] of [[200 * 1024 * 1024 + 1, 1, "limit_exceeded"], [3, 2, "one_file"]]) {
            await page.evaluate(([size, files]) => {
                const data = new DataTransfer();
                for (let i = 0; i < files; i++)
                    data.items.add(new File([new Uint8Array(size)], `large-${i}.ofd`));
                document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
            }, [bytes, count]);
            assert.equal(await codeOf(page, "#verdict"), code);
        }
        assert.equal(mock.seen.slice(before).filter((request) => request.url === "/api/v1/verify").length, 0);
    },

    async progress_is_shown_and_can_be_cancelled(page) {
        await page.setInputFiles("#file", inState("held"));
        await page.waitForSelector("#progress:not([hidden])");
        assert.equal(await page.locator("#drop").isVisible(), false);
        await page.click("#cancel");
        await page.waitForSelector("#drop:not([hidden])");
        mock.release();
        await choose(page, inState("none"));
        assert.equal(await verdictOf(page), "no_signature");
    },

    async the_answer_to_an_older_file_never_replaces_a_newer_one(page) {
        await page.setInputFiles("#file", inState("held"));
        await page.waitForSelector("#progress:not([hidden])");
        await choose(page, inState("invalid"));
        mock.release();
        await page.evaluate(() => fetch("/api/v1/service").then((answer) => answer.text())); // an answer after it has come
        assert.equal(await verdictOf(page), "invalid");
        assert.match((await shown(page, "#verdict .file-name"))[0], /^invalid/);
    },

    async the_status_is_asked_for_the_beijing_time_given(page) {
        await ask(page, "1201030000017", "2026-11-20T07:59:59");
        assert.equal(mock.seen.at(-1).url, "/api/v1/seals/1201030000017/status?at=2026-11-19T23%3A59%3A59Z");
        assert.equal(await page.getAttribute(".state", "data-state"), "ACTIVE");
        assert.match((await shown(page, ".state"))[0], /2026-11-20 07:59:59[\s\S]*始于 2026-11-01 08:00:00/);
        await page.fill("#seal-time", ""); // now, by the service's clock
        await page.click("#status-form button");
        await page.waitForSelector(".state[data-state=CANCELLED]");
        assert.equal(mock.seen.at(-1).url, "/api/v1/seals/1201030000017/status");
        assert.match((await shown(page, ".state"))[0], /已注销/);
    },

    async every_state_of_a_seal_has_its_words(page) {
        const source = await readFile(new URL("../../core/states.c", import.meta.url), "utf8");
        const moves = source.slice(source.indexOf("seal_moves[]"), source.indexOf("order_moves[]"));
        const states = new Set([...moves.matchAll(/^    \{ "(\w+)", "\w+", "(\w+)"/gm)].flatMap(([, from, to]) => [from, to]));
        const words = await page.evaluate(async () => Object.keys((await import("/words.js")).STATES));
        assert.deepEqual(words.sort(), [...states, "NOT_MADE"].sort());
        await ask(page, "1201030000017-2");
        assert.match((await shown(page, ".state .word"))[0], /^尚未制作$/);
    },

    async a_part_that_restarts_is_named(page) {
        mock.service.link = "restarting";
        await page.reload();
        await page.locator("#service-state", { hasText: "重启：link" }).waitFor();
        mock.service.link = "serving";
    },

    async an_unknown_state_is_shown_as_text(page) {
        await ask(page, "1201030000019");
        assert.match((await shown(page, ".state .word"))[0], /^<img/);
        assert.equal(await page.getAttribute(".state", "data-sign"), "indeterminate");
    },

    async the_banner_stands_only_on_a_demonstration(page) {
        await page.waitForSelector("#development:not([hidden])");
        assert.match((await shown(page, "#development"))[0], /演示环境 · 非生产/);
        mock.service.development = false;
        await page.reload();
        await page.waitForFunction(() => document.getElementById("version").textContent !== "");
        mock.service.development = true;
        assert.equal(await page.locator("#development").isVisible(), false);
    },

    async the_page_works_where_nothing_can_be_stored(page) {
        await page.addInitScript(() => Object.defineProperty(window, "localStorage",
            { get() { throw new DOMException("no", "SecurityError"); } }));
        await page.goto(base + "/");
        await page.click("[data-language=en]");
        assert.equal(await page.getAttribute("html", "lang"), "en");
    },
};

// -- running ----------------------------------------------------------------------------------------------------------------

/** Runs one claim; what went wrong, or null. */
async function run(browser, claim) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, acceptDownloads: true, reducedMotion: "reduce" });
    const page = await context.newPage();
    const faults = [];
    page.setDefaultTimeout(30000);
    await page.exposeFunction("noteViolation", (text) => faults.push(`policy: ${text}`));
    await page.addInitScript(() => addEventListener("securitypolicyviolation",
        (event) => window.noteViolation(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}`)));
    page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
    page.on("request", (request) => {
        if (!/^(http:\/\/127\.0\.0\.1:\d+\/|data:|blob:)/.test(request.url()))
            faults.push(`request: ${request.url()}`);
    });
    page.on("console", (message) => {
        // Chromium notes every answer that is not 2xx; for the API these are answers as well.
        const expected = message.text().startsWith("Failed to load resource") &&
            /\/api\/v1\/(verify|copies\/|seals\/\w+\/status)/.test(message.location().url);
        if (["error", "warning"].includes(message.type()) && !expected)
            faults.push(`console: ${message.text()}`);
    });
    try {
        await page.goto(base + "/");
        await claim(page);
    } catch (error) {
        faults.unshift(error.message);
    } finally {
        await context.close();
    }
    return faults.length === 0 ? null : faults.join("\n    ");
}

const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
let failures = 0;
const claims = Object.entries({ ...CLAIMS, ...(mock ? MOCK_CLAIMS : {}) });
for (const [name, claim] of claims) {
    const fault = await run(browser, claim);
    failures += fault === null ? 0 : 1;
    console.log(fault === null ? `ok   ${name}` : `FAIL ${name}\n    ${fault}`);
}
await browser.close();
mock?.stop();
console.log(`${claims.length - failures} of ${claims.length} claims hold`);
process.exitCode = failures === 0 ? 0 : 1;
