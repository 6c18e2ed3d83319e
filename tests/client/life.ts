// SPDX-License-Identifier: Apache-2.0
// A seal's life through the generated client alone: applied for, made, filed, used, verified, frozen, cancelled.
// node life.js credentials.json contract.ofd
import { execFileSync } from "node:child_process";
import { createHash, createHmac, randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Jinyin, Refusal } from "./jinyin.js";

interface Person { login: string; password: string; person_id: string; totp?: string; totp_step?: number }
interface Credentials {
  base: string;
  organizations: { name: string; seal_code: string }[];
  maker: { maker_id: string };
  people: Person[];
}
const credentials = JSON.parse(readFileSync(process.argv[2]!, "utf8")) as Credentials;
const organization = credentials.organizations[0]!;

function person(login: string): Person {
  const found = credentials.people.find((p) => p.login === login);
  if (!found) throw new Error(login);
  return found;
}

/** The one-time code of a phone (RFC 6238): a step later than the last that was used. */
function oneTimeCode(secret: string, used: number): string {
  const bits = [...secret].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.max(used + 1, Math.floor(Date.now() / 30000))));
  const mac = createHmac("sha1", key).update(step).digest();
  return String((mac.readUInt32BE(mac[19]! & 15) & 0x7fffffff) % 1000000).padStart(6, "0");
}

async function logIn(login: string): Promise<Jinyin> {
  const client = new Jinyin(credentials.base), { password, totp, totp_step } = person(login);
  const { token } = await client.sessionLogIn({ login, password, ...(totp === undefined ? {} : { code: oneTimeCode(totp, totp_step ?? 0) }) });
  client.token = token;
  return client;
}

function der(tag: number, content: Buffer): Buffer {
  const n = content.length;
  return Buffer.concat([Buffer.from(n < 128 ? [tag, n] : n < 256 ? [tag, 0x81, n] : [tag, 0x82, n >> 8, n & 255]), content]);
}

const sequence = (...parts: Buffer[]): Buffer => der(0x30, Buffer.concat(parts));
const ia5 = (text: string): Buffer => der(0x16, Buffer.from(text));
const time = (when: Date): Buffer => der(0x18, Buffer.from(when.toISOString().replace(/[-:T]/g, "").slice(0, 14) + "Z"));
const number = (byte: number): Buffer => der(2, Buffer.from([byte]));

/** One approver for everything, for a year (docs/protocol/stamp-order.md). */
function simplestFlow(sealId: string, approverKeyId: string): Buffer {
  const step = sequence(der(0x0c, Buffer.from("审批")), number(1), sequence(ia5(approverKeyId)));
  const path = sequence(sequence(), number(255), sequence(step));
  const now = Date.now(), no = der(1, Buffer.from([0])), yes = der(1, Buffer.from([255]));
  return sequence(number(1), ia5(sealId), number(1), time(new Date(now - 60000)), time(new Date(now + 365 * 86400000)), no, yes, ia5(""), sequence(path), sequence());
}

/** docs/protocol/sealed-secret.md */
async function seal(purpose: string, object: string, pin: string, newPin?: string): Promise<string> {
  const point = Buffer.from((await new Jinyin(credentials.base).sealingPointShow()).sealing_point, "base64");
  const time = new Date().toISOString().replace(/[-:T]/g, "").slice(0, 14) + "Z";
  const members = [der(2, Buffer.from([1])), der(0x16, Buffer.from(purpose)), der(0x16, Buffer.from(object)), der(0x18, Buffer.from(time)), der(0x0c, Buffer.from(pin))];
  if (newPin !== undefined) members.push(der(0x0c, Buffer.from(newPin)));
  const algorithm = der(0x30, Buffer.from("06072a8648ce3d020106082a811ccf5501822d", "hex"));
  const folder = mkdtempSync(join(tmpdir(), "jinyin-"));
  try {
    writeFileSync(join(folder, "point"), der(0x30, Buffer.concat([algorithm, der(3, Buffer.concat([Buffer.from([0]), point]))])));
    writeFileSync(join(folder, "plain"), der(0x30, Buffer.concat(members)));
    return execFileSync("openssl", ["pkeyutl", "-encrypt", "-pubin", "-keyform", "DER", "-inkey", join(folder, "point"), "-in", join(folder, "plain")]).toString("base64");
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function sm3(base64: string): string {
  return createHash("sm3").update(Buffer.from(base64, "base64")).digest("hex");
}

async function refused(code: string, call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (problem) {
    if (problem instanceof Refusal && problem.problem.code === code) return;
    throw problem;
  }
  throw new Error(`expected ${code}`);
}

const pin = "Own-PIN-2026";
const maker = await logIn("maker"), agent = await logIn("agent1"), custodian = await logIn("custodian1"), approver = await logIn("approver1");

const makerKey = await maker.makerEnrol(credentials.maker.maker_id, {});
await maker.keyChangePin(makerKey.maker_key_id, { sealed: await seal("change-pin", makerKey.maker_key_id, makerKey.activation_code, pin) });
const approverKey = await approver.personEnrol(person("approver1").person_id, {});
await approver.keyChangePin(approverKey.approver_key_id, { sealed: await seal("change-pin", approverKey.approver_key_id, approverKey.activation_code, pin) });

const application = await agent.applicationCreate({
  seal_kind: "statutory", seal_name: organization.name, physical_seal_code: organization.seal_code, has_superior: false, by_agent: true,
  foreign_script: false, agent_id_number: "11010519491231002X", agent_phone: "13800000000",
});
await refused("material_missing", agent.applicationSubmit(application.application_id, {}));
const needed = application.checklist.filter((item) => item.required).map((item) => item.code);
for (const code of needed) await agent.materialPut(application.application_id, code, new TextEncoder().encode(`a scan of ${code}`));
await agent.applicationSubmit(application.application_id, {});
await maker.applicationAccept(application.application_id, { originals_seen: needed });
const sealId = randomUUID().replaceAll("-", "");
const made = await maker.sealMake(application.application_id, { seal_id: sealId, sealed: await seal("make", sealId, pin) });
await agent.sealCustodian(sealId, { person_id: person("custodian1").person_id });
await custodian.keyChangePin(sealId, { sealed: await seal("change-pin", `${sealId}/${person("custodian1").person_id}`, made.activation_code, pin) });
const flow = simplestFlow(sealId, approverKey.approver_key_id);
await custodian.flowSet(sealId, { flow: flow.toString("base64"), sealed: await seal("flow", sm3(flow.toString("base64")), pin) });
await custodian.permissionCreate(sealId, { person_id: person("agent1").person_id, categories: ["*"] });

const document = await agent.documentUpload(readFileSync(process.argv[3]!));
const order = await agent.orderCreate({ seal_id: sealId, document_id: document.document_id, places: [{ pages: "1", x_mm: 100, y_mm: 180 }], category: "agreement", purpose: "a contract" });
await approver.orderApprove(order.order_id, { sealed: await seal("approve", `${sm3(order.order)}/0`, pin), step: 0 });
const key = randomUUID(), sealed = await seal("stamp", sm3(order.order), pin);
const stamped = await custodian.orderStamp(order.order_id, { sealed }, { idempotencyKey: key });
const again = await custodian.orderStamp(order.order_id, { sealed }, { idempotencyKey: key });
if (again.digest !== stamped.digest) throw new Error("the same key gave another stamp");

const report = await new Jinyin(credentials.base).documentVerify(await agent.documentContent(stamped.document_id ?? ""));
if (!report.verdict.startsWith("valid")) throw new Error(report.verdict);
const records = await custodian.stampRecordList({ limit: 10 });
if (records.items.length !== 1 || records.items[0]!.result_digest !== stamped.digest) throw new Error("the record of use");
await custodian.sealFreeze(sealId, { reason: "the bag was lost" });
const status = await new Jinyin(credentials.base).sealStatus(sealId);
if (status.state !== "FROZEN") throw new Error(status.state);
const ending = await agent.sealApplicationCreate(sealId, {
  type: "cancellation", by_agent: true, agent_id_number: "11010519491231002X", agent_phone: "13800000000", reason: "key_leaked", description: "seen by a stranger",
});
const papers = ending.checklist.map((item) => item.code);
for (const code of papers) await agent.materialPut(ending.application_id, code, new TextEncoder().encode(`a scan of ${code}`));
await agent.applicationSubmit(ending.application_id, {});
await maker.applicationAccept(ending.application_id, { originals_seen: papers });
const ended = await maker.applicationCarryOut(ending.application_id, {});
if (ended.seal_state !== "CANCELLED") throw new Error(ended.seal_state);
await refused("seal_not_live", agent.orderCreate({ seal_id: sealId, document_id: document.document_id, places: [{ pages: "1", x_mm: 10, y_mm: 10 }], category: "agreement", purpose: "" }));
console.log(`the generated client: applied, made, filed (${made.filing_number}), stamped, verified (${report.verdict}), frozen, cancelled`);
