// SPDX-License-Identifier: Apache-2.0
// build.js: pieces of the page. Whatever comes from a file or from the network becomes text nodes here, never markup.

const BEIJING = 8 * 3600 * 1000; // the legal time of China, without summer time

export const byId = (id) => document.getElementById(id);

/** An element; children are nodes, text, lists of these, or nothing. */
export function el(name, attributes, ...children) {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes))
        node.setAttribute(key, value);
    node.append(...children.flat(Infinity).filter((child) => child != null));
    return node;
}

/** Both languages; the style sheet shows the chosen one, so that switching needs no second drawing. */
export const say = (zh, en) => [el("span", { lang: "zh-CN" }, zh), el("span", { lang: "en" }, en)];

/** Characters that could hide or reorder text are spelled out: a name in a file must not look like another. */
export const visible = (value) => String(value).replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu, (c) => `\\u{${c.codePointAt(0).toString(16)}}`);

/** Foreign text: isolated in direction, its language unknown. */
export const foreign = (value) => el("bdi", { lang: "" }, visible(value));
export const code = (value) => el("code", { lang: "" }, visible(value));

/** A drawing of index.html that stands beside every colour. */
export function sign(name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `#sign-${name}`);
    svg.setAttribute("class", "sign");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    svg.append(use);
    return svg;
}

/** RFC 3339 UTC → "2026-11-24T09:30:05" of Beijing, the form of a time field; "" for what is no such time. */
export function beijing(value) {
    const at = typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value) ? Date.parse(value) : NaN;
    return Number.isNaN(at) ? "" : new Date(at + BEIJING).toISOString().slice(0, 19);
}

/** The other way: the value of a time field → RFC 3339 UTC, null when it is no time. */
export function utc(field) {
    const at = Date.parse(`${field}Z`) - BEIJING;
    return Number.isNaN(at) ? null : `${new Date(at).toISOString().slice(0, 19)}Z`;
}

/** A moment for people. What is no time is shown as it came. */
export function moment(value) {
    const local = beijing(value).replace("T", " ");
    if (local === "")
        return value == null ? say("未知", "unknown") : [foreign(value)];
    return [el("time", { datetime: value }, local), ...say("（北京时间）", " Beijing time")];
}

export function size(bytes) {
    const units = ["B", "KB", "MB"];
    let unit = 0, amount = bytes;
    for (; amount >= 1024 && unit < units.length - 1; unit++)
        amount /= 1024;
    return `${unit === 0 ? amount : amount.toFixed(1)} ${units[unit]}`;
}
