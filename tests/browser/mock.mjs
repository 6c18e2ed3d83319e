// SPDX-License-Identifier: Apache-2.0
// Serves the first page as the web room does (same paths, same policy) with canned answers, so that the page can be tested, and looked
// at, without the service. The document "names" its answer: a body that starts with `state:` gets that state.
// By hand: node tests/browser/mock.mjs [PORT]
import http from "node:http";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const STATIC = new URL("../../daemons/web/static/", import.meta.url);
const FILES = {
    "/": ["index.html", "text/html; charset=utf-8"],
    ...Object.fromEntries(["app", "build", "report", "words"].map((name) =>
        [`/${name}.js`, [`${name}.js`, "text/javascript; charset=utf-8"]])),
    "/style.css": ["style.css", "text/css; charset=utf-8"],
    "/favicon.svg": ["favicon.svg", "image/svg+xml"],
};
export const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

// The sentences come from the one table of checks, as the service's do.
const CHECKS = [...(await readFile(new URL("../../include/jinyin/checks.def", import.meta.url), "utf8"))
    .matchAll(/^JY_CHECK_ROW\((\w+),\s*(\w+),\s*"([^"]*)",\s*"([^"]*)",\s*"([^"]*)"\)/gm)]
    .map(([, name, weight, clause, en, zh]) => ({ name, weight, clause, en, zh }));
if (CHECKS.length < 30)
    throw new Error(`checks.def: only ${CHECKS.length} rows understood`);

const RANK = ["valid", "valid_with_warning", "indeterminate", "invalid"];
const OF = { warning: 1, indeterminate: 2, invalid: 3 };
// What a failure makes a signature whose time is claimed, or certain, under the standard policy.
const WEIGHTS = {
    WARNING: ["warning", "warning"], INDETERMINATE: ["indeterminate", "indeterminate"], INVALID: ["invalid", "invalid"],
    BY_TIME: ["indeterminate", "invalid"], DEVIATION: ["warning", "warning"], UNLISTED: ["indeterminate", "indeterminate"],
};

/** A signature in which exactly the named checks fail; its verdict follows, as in lib/verify. */
function signature(failures, change = {}) {
    const certain = "TIME_CLAIMED" in failures ? 0 : 1; // a report names what the failure makes of this signature
    const checks = CHECKS.map(({ name, weight, clause, en, zh }) => ({
        name, passed: !(name in failures), severity: WEIGHTS[weight][certain], clause,
        where: "/Doc_0/Signs/Sign_0/Signature.xml", offset: name in failures ? 417 : 0,
        detail: failures[name] ?? "", en, zh,
    }));
    const worst = checks.reduce((rank, c) => (c.passed ? rank : Math.max(rank, OF[c.severity])), 0);
    return {
        id: "s001", path: "/Doc_0/Signs/Sign_0/Signature.xml", kind: "seal", verdict: RANK[worst],
        value_digest: "7bbce19fb055abbd361dba65fe99583bd3295626bba721a96dd9a57a0bb35ea6",
        time: { value: "2026-11-24T01:30:05Z", known_by: "TIME_CLAIMED" in failures ? "claimed" : "register" },
        seal: {
            id: "1201030000017", name: "天津海河测试有限公司合同专用章", type: 4, vendor: "JINYIN", version: 5, maker: "CN=津印电子印章制作（演示）,O=演示制作机构,C=CN",
            valid_start: "2026-11-01T00:00:00Z", valid_end: "2027-11-01T00:00:00Z", width_mm: 38, height_mm: 38,
        },
        signer: {
            subject: "CN=天津海河测试有限公司,O=天津海河测试有限公司,C=CN", organization: "天津海河测试有限公司", serial: "57F8240F1CC238AB4DA69A12741AF58CEB07AB7B",
            not_before: "2026-11-01T00:00:00Z", not_after: "2027-11-01T00:00:00Z",
        },
        places: [{ page: 1, x_mm: 120.0, y_mm: 214.5, width_mm: 38.0, height_mm: 38.0 }],
        checks, ...change,
    };
}

function report(...signatures) {
    return {
        verdict: signatures.length === 0 ? "no_signature" : RANK[Math.max(...signatures.map((s) => RANK.indexOf(s.verdict)))],
        format: "OFD", checked_at: "2026-11-24T02:00:00Z", size: 35857,
        digest: "a25b5f0401183e02f726c3d9e5aa3b1d83c0f39a2362595188c785fbafae4aa1", signatures,
    };
}

const HOSTILE = "<img src=x onerror=\"document.title='owned'\">";
const changed = { DOC_MODIFIED: "SM3 of the part is not the digest of the reference",
    DOC_HASH: "dataHash is not the digest of Signature.xml" };
const many = Array.from({ length: 40 }, (_, i) => ({ page: i + 1, x_mm: 196.5, y_mm: 120, width_mm: 7, height_mm: 38 }));
const plain = signature({ TIME_CLAIMED: "no time stamp, no record", SIGNER_REVOCATION_UNKNOWN: "no CRL of this issuer" },
    { id: "s002", kind: "plain", places: [] });
delete plain.seal;

const problem = (status, code, title, title_zh, detail = "", source = "") => ({ status, type: "application/problem+json",
    body: JSON.stringify({ code, title, title_zh, status, field: null, detail, source }) });
const good = (value) => ({ status: 200, type: "application/json", body: JSON.stringify(value, null, 2) + "\n" });

const ORIGINAL = report(signature({ TEST_ONLY: "the certificates say NOT FOR PRODUCTION" }));
const copyOf = (digest) => good({ code: "c".repeat(32), made: "2026-11-24T02:00:00Z", source_digest: digest, format: "OFD", pages: 2, report: ORIGINAL });

/** code → answer to GET /copies/{code}; of the second, original and report are two documents */
const COPIES = { ["c".repeat(32)]: copyOf(ORIGINAL.digest), ["d".repeat(32)]: copyOf("0".repeat(64)) };

/** state → answer to POST /verify */
export const ANSWERS = {
    valid: good(report(signature({}))),
    warning: good(report(signature({ TEST_ONLY: "the certificates say NOT FOR PRODUCTION" }))),
    indeterminate: good(report(signature({ TIME_CLAIMED: "no time stamp, no record",
        SIGNER_TRUST: "no CA of the trust list issued CN=unknown" }))),
    invalid: good(report(signature({ TEST_ONLY: "the certificates say NOT FOR PRODUCTION", ...changed }))),
    none: good(report()),
    several: good(report(signature({ TEST_ONLY: "the certificates say NOT FOR PRODUCTION" }, { places: many }), plain,
        signature(changed, { id: "s003" }))),
    hostile: good(report(signature({ ...changed, DOC_MODIFIED: HOSTILE }, {
        seal: { ...signature({}).seal, id: "\"><script>1</script>", name: HOSTILE, maker: "a\u202egnp.exe\u0000" },
        signer: { ...signature({}).signer, organization: `</dd>${HOSTILE}`, subject: "CN=\u200b有效\u2066" },
        places: [{ page: HOSTILE, x_mm: HOSTILE, y_mm: null, width_mm: {}, height_mm: [] }],
    }))),
    // Answers that contradict themselves: a verdict better than its checks, than its signatures, without checks, unknown, cut.
    flattered: good({ ...report(signature({})), signatures: [signature(changed, { verdict: "valid" })] }),
    outvoted: good({ ...report(signature({}), signature(changed)), verdict: "valid" }),
    unchecked: good(report(signature({}, { checks: [] }))),
    unknown: good({ ...report(signature({})), verdict: "constructor" }),
    undecided: good(report({ ...signature({}), checks: signature({}).checks.map((c) => ({ ...c, passed: "true" })) })),
    unsigned: good({ ...report(), verdict: "valid" }),
    cut: { status: 200, type: "application/json", body: JSON.stringify(report(signature({}))).slice(0, -40) },
    copy: good({ ...report(), copy_of: ORIGINAL.digest }),
    nameless_copy: good({ ...report(), copy_of: "<b>none</b>" }),
    ambiguous: problem(422, "container_ambiguous", "Different programs would read this file differently; it is refused.",
        "不同程序会对该文件作不同解读，予以拒绝。",
        "two entries are named /OFD.xml", "R30"),
    busy: { status: 429, type: "text/html", body: "<h1>Too many</h1>" },
    down: { status: 502, type: "text/html", body: "<h1>Bad gateway</h1>" },
};
const NEITHER = problem(415, "file_format_unknown", "The file is neither OFD nor PDF by its content.",
    "按内容判断，该文件既不是OFD也不是PDF。",
    "begins with 68 65 6c 6c");
const NOT_FOUND = problem(404, "not_found", "There is no such object, or it is outside your scope.", "对象不存在，或不在您的权限范围内。");

function statusOf(code, at) {
    const states = { 1201030000017: at < "2026-11-24T12" ? "ACTIVE" : "CANCELLED", 1201030000019: HOSTILE, "1201030000017-2": "NOT_MADE" };
    if (!Object.hasOwn(states, code) || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(at))
        return NOT_FOUND;
    return good({ seal_id: "0".repeat(32), es_id: code, at, state: states[code], since: "2026-11-01T00:00:00Z" });
}

function answer(method, url, body, { development, link }) {
    const status = url.pathname.match(/^\/api\/v1\/seals\/([^/]+)\/status$/);
    if (method === "GET" && url.pathname === "/api/v1/service")
        return good({ name: "jinyin", version: "0.1.0", development, rooms: { web: "serving", key: "serving", doc: "serving", link } });
    if (method === "GET" && status)
        return statusOf(decodeURIComponent(status[1]), url.searchParams.get("at") ?? "2026-12-01T00:00:00Z");
    if (method === "GET" && url.pathname.startsWith("/api/v1/copies/"))
        return COPIES[url.pathname.slice("/api/v1/copies/".length)] ?? NOT_FOUND;
    if (method === "POST" && url.pathname === "/api/v1/verify")
        return ANSWERS[body.subarray(0, 64).toString("latin1").match(/^state:(\w+)/)?.[1]] ?? NEITHER;
    return NOT_FOUND;
}

/** A server on a free port of the loopback, or on `port`. `seen` collects what was asked; `service` is what it says
 *  of itself; state:held is answered (valid) by release(). */
export async function startMock(port = 0) {
    const seen = [], held = [], service = { development: true, link: "serving" };
    const server = http.createServer(async (request, response) => {
        const url = new URL(request.url, "http://mock");
        const chunks = [];
        for await (const chunk of request)
            chunks.push(chunk);
        const body = Buffer.concat(chunks);
        seen.push({ method: request.method, url: request.url, type: request.headers["content-type"], bytes: body.length });
        const headers = { "Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff" };
        if (request.method === "GET" && Object.hasOwn(FILES, url.pathname)) {
            const [name, type] = FILES[url.pathname];
            response.writeHead(200, { ...headers, "Content-Type": type }).end(await readFile(new URL(name, STATIC)));
            return;
        }
        if (body.toString("latin1", 0, 10) === "state:held") {
            held.push(() => response.writeHead(200, { ...headers, "Content-Type": "application/json" }).end(ANSWERS.valid.body));
            return;
        }
        const { status, type, body: text } = answer(request.method, url, body, service);
        response.writeHead(status, { ...headers, "Content-Type": type }).end(text);
    });
    await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
    return {
        base: `http://127.0.0.1:${server.address().port}`,
        seen,
        service,
        release: () => held.splice(0).forEach((give) => give()),
        stop: () => { server.closeAllConnections(); server.close(); },
    };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    const { base } = await startMock(Number(process.argv[2] ?? 0));
    console.log(`${base}  (choose a text file that begins with state:NAME; NAME is one of ${Object.keys(ANSWERS).join(", ")}, held)`);
}
