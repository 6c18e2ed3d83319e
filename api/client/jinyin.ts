// SPDX-License-Identifier: Apache-2.0
// The client of /api/v1, generated from api/openapi.json by tools/gen_client.py; edit that, not this file.

/** A refusal: a stable code, the field, the clause, both languages (docs/errors.md). */
export class Refusal extends Error {
  constructor(readonly status: number, readonly problem: Problem, readonly retryAfter: number | null) {
    super(`${status} ${problem.code}: ${problem.title} ${problem.field} ${problem.detail}`);
  }
}

/** A request before it is sent: what a signer needs (docs/protocol/api-signature.md). */
export interface Outgoing { method: string; path: string; query: string; headers: Record<string, string>; body: Uint8Array }

export interface Options {
  /** The same key and the same request: the same answer. Drawn anew without it. */
  idempotencyKey?: string;
  signal?: AbortSignal;
}

export class Jinyin {
  /** Session token of sessionLogIn(); sent as it is. */
  token: string | null = null;
  /** Adds what identifies an application; instead of a token. */
  sign: ((request: Outgoing) => Promise<Record<string, string>>) | null = null;

  constructor(readonly base: string, private readonly send: typeof fetch = fetch) {}

  private async ask(method: string, path: string, query: object, body: object | Uint8Array | null, once: boolean, options: Options): Promise<Response> {
    const pairs = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
    const search = pairs.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join("&");
    const headers: Record<string, string> = {};
    if (once) headers["Idempotency-Key"] = options.idempotencyKey ?? crypto.randomUUID();
    const bytes = body === null ? new Uint8Array() : body instanceof Uint8Array ? body : new TextEncoder().encode(JSON.stringify(body));
    if (body !== null) headers["Content-Type"] = body instanceof Uint8Array ? "application/octet-stream" : "application/json";
    if (this.token !== null) headers["Authorization"] = `Bearer ${this.token}`;
    if (this.sign !== null) Object.assign(headers, await this.sign({ method, path, query: search, headers, body: bytes }));
    const answer = await this.send(this.base + path + (search === "" ? "" : `?${search}`), {
      method, headers, ...(body === null ? {} : { body: bytes }), ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    if (answer.ok) return answer;
    const text = await answer.text(), after = answer.headers.get("Retry-After");
    let problem: Problem;
    try {
      problem = JSON.parse(text) as Problem;
    } catch {
      throw new Error(`${answer.status} without a problem: ${text.slice(0, 200)}`);
    }
    throw new Refusal(answer.status, problem, after === null ? null : Number(after));
  }

  /** What runs here, and whether it does (R11.1). Who: anybody. */
  async serviceShow(options: Options = {}): Promise<ServiceShowAnswer> {
    return (await (await this.ask("GET", `/api/v1/service`, {}, null, false, options)).json()) as ServiceShowAnswer;
  }

  /** The public point that secrets are sealed to (R19.2). Who: anybody. */
  async sealingPointShow(options: Options = {}): Promise<SealingPointShowAnswer> {
    return (await (await this.ask("GET", `/api/v1/key`, {}, null, false, options)).json()) as SealingPointShowAnswer;
  }

  /** Certificates and revocation lists of the CA, PEM (R18.3). Who: anybody. */
  async trustShow(options: Options = {}): Promise<Uint8Array> {
    return new Uint8Array(await (await this.ask("GET", `/api/v1/trust`, {}, null, false, options)).arrayBuffer());
  }

  /** Verify a document, without an account (R18.3). Who: anybody. */
  async documentVerify(body: Uint8Array, query: { form?: "json" | "text" } = {}, options: Options = {}): Promise<Report> {
    return (await (await this.ask("POST", `/api/v1/verify`, query, body, false, options)).json()) as Report;
  }

  /** Log in (R27.2). Who: anybody. */
  async sessionLogIn(body: SessionLogInBody, options: Options = {}): Promise<LoggedIn> {
    return (await (await this.ask("POST", `/api/v1/session`, {}, body, false, options)).json()) as LoggedIn;
  }

  /** Who am I (R27.2). Who: administrator, police, maker_staff, agent, custodian, approver. */
  async sessionShow(options: Options = {}): Promise<PersonSelf> {
    return (await (await this.ask("GET", `/api/v1/session`, {}, null, false, options)).json()) as PersonSelf;
  }

  /** Log out (R27.2). Who: administrator, police, maker_staff, agent, custodian, approver. */
  async sessionLogOut(options: Options = {}): Promise<void> {
    await this.ask("DELETE", `/api/v1/session`, {}, null, true, options);
  }

  /** Change the password; every session ends (R27.2). Who: administrator, police, maker_staff, agent, custodian, approver. */
  async sessionChangePassword(body: SessionChangePasswordBody, options: Options = {}): Promise<void> {
    await this.ask("PUT", `/api/v1/session/password`, {}, body, true, options);
  }

  /** Enter an organization (R3.1). Who: administrator. */
  async organizationCreate(body: OrganizationCreateBody, options: Options = {}): Promise<OrganizationCreateAnswer> {
    return (await (await this.ask("POST", `/api/v1/organizations`, {}, body, true, options)).json()) as OrganizationCreateAnswer;
  }

  /** Enter a person; the password is shown once (R25.1). Who: administrator. */
  async personCreate(body: PersonCreateBody, options: Options = {}): Promise<PersonCreateAnswer> {
    return (await (await this.ask("POST", `/api/v1/people`, {}, body, true, options)).json()) as PersonCreateAnswer;
  }

  /** Make the approver's own key (R16.1). Who: approver. */
  async personEnrol(id: string, body: PersonEnrolBody, options: Options = {}): Promise<PersonEnrolAnswer> {
    return (await (await this.ask("POST", `/api/v1/people/${encodeURIComponent(id)}/key`, {}, body, true, options)).json()) as PersonEnrolAnswer;
  }

  /** License a maker (R7.1). Who: police. */
  async makerCreate(body: MakerCreateBody, options: Options = {}): Promise<MakerCreateAnswer> {
    return (await (await this.ask("POST", `/api/v1/makers`, {}, body, true, options)).json()) as MakerCreateAnswer;
  }

  /** Make the maker's key (R11.1). Who: police, maker_staff. */
  async makerEnrol(id: string, body: MakerEnrolBody, options: Options = {}): Promise<MakerEnrolAnswer> {
    return (await (await this.ask("POST", `/api/v1/makers/${encodeURIComponent(id)}/key`, {}, body, true, options)).json()) as MakerEnrolAnswer;
  }

  /** Suspend a maker's licence (R7.1). Who: police. */
  async makerSuspend(id: string, body: MakerSuspendBody, options: Options = {}): Promise<State> {
    return (await (await this.ask("POST", `/api/v1/makers/${encodeURIComponent(id)}/suspend`, {}, body, true, options)).json()) as State;
  }

  /** Resume a maker's licence (R7.1). Who: police. */
  async makerResume(id: string, body: MakerResumeBody, options: Options = {}): Promise<State> {
    return (await (await this.ask("POST", `/api/v1/makers/${encodeURIComponent(id)}/resume`, {}, body, true, options)).json()) as State;
  }

  /** Change the PIN of an own key (R19.2). Who: maker_staff, agent, custodian, approver. */
  async keyChangePin(id: string, body: KeyChangePinBody, options: Options = {}): Promise<void> {
    await this.ask("PUT", `/api/v1/keys/${encodeURIComponent(id)}/pin`, {}, body, true, options);
  }

  /** Apply for a seal (R9). Who: agent. */
  async applicationCreate(body: ApplicationCreateBody, options: Options = {}): Promise<ApplicationCreateAnswer> {
    return (await (await this.ask("POST", `/api/v1/applications`, {}, body, true, options)).json()) as ApplicationCreateAnswer;
  }

  /** Applications, newest first (R4.1). Who: police, maker_staff, agent. */
  async applicationList(query: { limit?: number; before?: number } = {}, options: Options = {}): Promise<ApplicationListAnswer> {
    return (await (await this.ask("GET", `/api/v1/applications`, query, null, false, options)).json()) as ApplicationListAnswer;
  }

  /** One application (R4.1). Who: police, maker_staff, agent. */
  async applicationShow(id: string, options: Options = {}): Promise<Application> {
    return (await (await this.ask("GET", `/api/v1/applications/${encodeURIComponent(id)}`, {}, null, false, options)).json()) as Application;
  }

  /** Bring a material (R9). Who: agent. */
  async materialPut(id: string, code: string, body: Uint8Array, options: Options = {}): Promise<MaterialPutAnswer> {
    return (await (await this.ask("PUT", `/api/v1/applications/${encodeURIComponent(id)}/materials/${encodeURIComponent(code)}`, {}, body, true, options)).json()) as MaterialPutAnswer;
  }

  /** Submit; the physical seal is looked up (R8.1). Who: agent. */
  async applicationSubmit(id: string, body: ApplicationSubmitBody, options: Options = {}): Promise<State> {
    return (await (await this.ask("POST", `/api/v1/applications/${encodeURIComponent(id)}/submit`, {}, body, true, options)).json()) as State;
  }

  /** Withdraw (R9). Who: agent. */
  async applicationWithdraw(id: string, body: ApplicationWithdrawBody, options: Options = {}): Promise<State> {
    return (await (await this.ask("POST", `/api/v1/applications/${encodeURIComponent(id)}/withdraw`, {}, body, true, options)).json()) as State;
  }

  /** Accept, having seen the originals (R13.2). Who: maker_staff. */
  async applicationAccept(id: string, body: ApplicationAcceptBody, options: Options = {}): Promise<State> {
    return (await (await this.ask("POST", `/api/v1/applications/${encodeURIComponent(id)}/accept`, {}, body, true, options)).json()) as State;
  }

  /** Refuse with a reason (R13.2). Who: maker_staff. */
  async applicationRefuse(id: string, body: ApplicationRefuseBody, options: Options = {}): Promise<State> {
    return (await (await this.ask("POST", `/api/v1/applications/${encodeURIComponent(id)}/refuse`, {}, body, true, options)).json()) as State;
  }

  /** Send back for correction (R13.2). Who: maker_staff. */
  async applicationCorrect(id: string, body: ApplicationCorrectBody, options: Options = {}): Promise<State> {
    return (await (await this.ask("POST", `/api/v1/applications/${encodeURIComponent(id)}/correct`, {}, body, true, options)).json()) as State;
  }

  /** Make the seal and file it, in one act (R13.2). Who: maker_staff. */
  async sealMake(id: string, body: SealMakeBody, options: Options = {}): Promise<SealMakeAnswer> {
    return (await (await this.ask("POST", `/api/v1/applications/${encodeURIComponent(id)}/seal`, {}, body, true, options)).json()) as SealMakeAnswer;
  }

  /** Seals, newest first (R4.1). Who: police, maker_staff, agent, custodian, approver. */
  async sealList(query: { limit?: number; before?: number } = {}, options: Options = {}): Promise<SealListAnswer> {
    return (await (await this.ask("GET", `/api/v1/seals`, query, null, false, options)).json()) as SealListAnswer;
  }

  /** One seal and its history (R4.1). Who: police, maker_staff, agent, custodian, approver. */
  async sealShow(id: string, options: Options = {}): Promise<Seal> {
    return (await (await this.ask("GET", `/api/v1/seals/${encodeURIComponent(id)}`, {}, null, false, options)).json()) as Seal;
  }

  /** How a seal stood at a time; the id may be the esID (N5). Who: anybody. */
  async sealStatus(id: string, query: { at?: string } = {}, options: Options = {}): Promise<SealStatusAnswer> {
    return (await (await this.ask("GET", `/api/v1/seals/${encodeURIComponent(id)}/status`, query, null, false, options)).json()) as SealStatusAnswer;
  }

  /** Name the custodian (R19.1). Who: agent. */
  async sealCustodian(id: string, body: SealCustodianBody, options: Options = {}): Promise<SealCustodianAnswer> {
    return (await (await this.ask("POST", `/api/v1/seals/${encodeURIComponent(id)}/custodian`, {}, body, true, options)).json()) as SealCustodianAnswer;
  }

  /** Name the approver (R16.1). Who: custodian. */
  async sealApprover(id: string, body: SealApproverBody, options: Options = {}): Promise<SealApproverAnswer> {
    return (await (await this.ask("PUT", `/api/v1/seals/${encodeURIComponent(id)}/approver`, {}, body, true, options)).json()) as SealApproverAnswer;
  }

  /** Freeze at once (loss report) (R21.2). Who: police, custodian. */
  async sealFreeze(id: string, body: SealFreezeBody, options: Options = {}): Promise<State> {
    return (await (await this.ask("POST", `/api/v1/seals/${encodeURIComponent(id)}/freeze`, {}, body, true, options)).json()) as State;
  }

  /** Lift a freeze (R21.2). Who: custodian. */
  async sealUnfreeze(id: string, body: SealUnfreezeBody, options: Options = {}): Promise<State> {
    return (await (await this.ask("POST", `/api/v1/seals/${encodeURIComponent(id)}/unfreeze`, {}, body, true, options)).json()) as State;
  }

  /** Cancel for a listed reason (R21.1). Who: police, agent. */
  async sealCancel(id: string, body: SealCancelBody, options: Options = {}): Promise<State> {
    return (await (await this.ask("POST", `/api/v1/seals/${encodeURIComponent(id)}/cancel`, {}, body, true, options)).json()) as State;
  }

  /** The filing register (R13.2). Who: police. */
  async filingList(query: { limit?: number; before?: number } = {}, options: Options = {}): Promise<FilingListAnswer> {
    return (await (await this.ask("GET", `/api/v1/filings`, query, null, false, options)).json()) as FilingListAnswer;
  }

  /** Bring a document (OFD or PDF) (R15.1). Who: agent, custodian, approver. */
  async documentUpload(body: Uint8Array, options: Options = {}): Promise<UploadedDocument> {
    return (await (await this.ask("POST", `/api/v1/documents`, {}, body, true, options)).json()) as UploadedDocument;
  }

  /** One document (R15.1). Who: agent, custodian, approver. */
  async documentShow(id: string, options: Options = {}): Promise<Document> {
    return (await (await this.ask("GET", `/api/v1/documents/${encodeURIComponent(id)}`, {}, null, false, options)).json()) as Document;
  }

  /** The bytes of a document (R15.1). Who: agent, custodian, approver. */
  async documentContent(id: string, options: Options = {}): Promise<Uint8Array> {
    return new Uint8Array(await (await this.ask("GET", `/api/v1/documents/${encodeURIComponent(id)}/content`, {}, null, false, options)).arrayBuffer());
  }

  /** Ask for a stamp at a place of a document (R16.1). Who: agent, custodian. */
  async orderCreate(body: OrderCreateBody, options: Options = {}): Promise<OrderCreateAnswer> {
    return (await (await this.ask("POST", `/api/v1/orders`, {}, body, true, options)).json()) as OrderCreateAnswer;
  }

  /** One order (R16.1). Who: agent, custodian, approver. */
  async orderShow(id: string, options: Options = {}): Promise<Order> {
    return (await (await this.ask("GET", `/api/v1/orders/${encodeURIComponent(id)}`, {}, null, false, options)).json()) as Order;
  }

  /** Approve exactly this order (R16.1). Who: approver. */
  async orderApprove(id: string, body: OrderApproveBody, options: Options = {}): Promise<State> {
    return (await (await this.ask("POST", `/api/v1/orders/${encodeURIComponent(id)}/approve`, {}, body, true, options)).json()) as State;
  }

  /** Refuse an order (R16.1). Who: approver. */
  async orderRefuse(id: string, body: OrderRefuseBody, options: Options = {}): Promise<State> {
    return (await (await this.ask("POST", `/api/v1/orders/${encodeURIComponent(id)}/refuse`, {}, body, true, options)).json()) as State;
  }

  /** Stamp (N4). Who: custodian. */
  async orderStamp(id: string, body: OrderStampBody, options: Options = {}): Promise<OrderStampAnswer> {
    return (await (await this.ask("POST", `/api/v1/orders/${encodeURIComponent(id)}/stamp`, {}, body, true, options)).json()) as OrderStampAnswer;
  }

  /** Who stamped what, when, under which approval (N4). Who: police, agent, custodian, approver. */
  async stampRecordList(query: { limit?: number; before?: number } = {}, options: Options = {}): Promise<StampRecordListAnswer> {
    return (await (await this.ask("GET", `/api/v1/stamp-records`, query, null, false, options)).json()) as StampRecordListAnswer;
  }

  /** Credentials for an application; the secret is shown once (R18.1). Who: maker_staff, agent. */
  async clientCreate(body: ClientCreateBody, options: Options = {}): Promise<ClientCreateAnswer> {
    return (await (await this.ask("POST", `/api/v1/clients`, {}, body, true, options)).json()) as ClientCreateAnswer;
  }

  /** Applications, newest first (R18.1). Who: police, maker_staff, agent. */
  async clientList(query: { limit?: number; before?: number } = {}, options: Options = {}): Promise<ClientListAnswer> {
    return (await (await this.ask("GET", `/api/v1/clients`, query, null, false, options)).json()) as ClientListAnswer;
  }

  /** One application (R18.1). Who: police, maker_staff, agent. */
  async clientShow(id: string, options: Options = {}): Promise<Client> {
    return (await (await this.ask("GET", `/api/v1/clients/${encodeURIComponent(id)}`, {}, null, false, options)).json()) as Client;
  }

  /** New credentials; the old ones go on for a while (R18.2). Who: maker_staff, agent. */
  async clientRotate(id: string, body: ClientRotateBody, options: Options = {}): Promise<ClientRotateAnswer> {
    return (await (await this.ask("POST", `/api/v1/clients/${encodeURIComponent(id)}/rotate`, {}, body, true, options)).json()) as ClientRotateAnswer;
  }

  /** Suspend an application (R18.1). Who: police, maker_staff, agent. */
  async clientSuspend(id: string, body: ClientSuspendBody, options: Options = {}): Promise<State> {
    return (await (await this.ask("POST", `/api/v1/clients/${encodeURIComponent(id)}/suspend`, {}, body, true, options)).json()) as State;
  }

  /** Resume an application (R18.1). Who: police, maker_staff, agent. */
  async clientResume(id: string, body: ClientResumeBody, options: Options = {}): Promise<State> {
    return (await (await this.ask("POST", `/api/v1/clients/${encodeURIComponent(id)}/resume`, {}, body, true, options)).json()) as State;
  }

  /** Revoke an application for good (R18.1). Who: police, maker_staff, agent. */
  async clientRevoke(id: string, body: ClientRevokeBody, options: Options = {}): Promise<State> {
    return (await (await this.ask("POST", `/api/v1/clients/${encodeURIComponent(id)}/revoke`, {}, body, true, options)).json()) as State;
  }
}

export type State = {
  state: string;
};
export type ChecklistItem = {
  code: string;
  zh: string;
  en: string;
  clause: string;
  required: boolean;
  uploaded: boolean;
  original_needed: boolean;
  original_seen: boolean;
};
export type Application = {
  application_id: string;
  organization_id: string;
  organization_name: string;
  uscc: string;
  district: string;
  agent_id: string;
  seal_kind: string;
  seal_name: string;
  physical_seal_code: string;
  has_superior: boolean;
  by_agent: boolean;
  foreign_script: boolean;
  agent_id_number: string;
  agent_phone: string;
  state: string;
  maker_id: string | null;
  seal_id: string | null;
  reason: string | null;
  created: string;
  updated: string;
  checklist: ChecklistItem[];
};
export type ApplicationRow = {
  seq: number;
  application_id: string;
  organization_id: string;
  organization_name: string;
  seal_kind: string;
  seal_name: string;
  physical_seal_code: string;
  state: string;
  maker_id: string | null;
  seal_id: string | null;
  created: string;
  updated: string;
};
export type SealEvent = {
  since: string;
  event: string;
  state: string;
  actor_id: string | null;
  reason: string | null;
};
export type Seal = {
  seal_id: string;
  es_id: string;
  seal_code: string;
  organization_id: string;
  organization_name: string;
  uscc: string;
  district: string;
  maker_id: string;
  kind: string;
  name: string;
  state: string;
  valid_from: string;
  valid_to: string;
  width_mm: number;
  height_mm: number;
  seal: string;
  certificate: string;
  certificate_serial: string;
  impression_digest: string;
  custodian_id: string | null;
  approver_id: string | null;
  created: string;
  history: SealEvent[];
};
export type SealRow = {
  seq: number;
  seal_id: string;
  es_id: string;
  organization_id: string;
  organization_name: string;
  maker_id: string;
  kind: string;
  name: string;
  state: string;
  valid_from: string;
  valid_to: string;
  custodian_id: string | null;
  approver_id: string | null;
  created: string;
};
export type Filing = {
  seq: number;
  filing_number: string;
  seal_id: string;
  es_id: string;
  name: string;
  kind: string;
  organization_name: string;
  uscc: string;
  district: string;
  event: string;
  created: string;
  receipt: string | null;
  receipt_at: string | null;
};
export type UploadedDocument = {
  document_id: string;
  digest: string;
  format: string;
  size: number;
  pages: number[][];
  refusal: string;
};
export type Document = {
  document_id: string;
  digest: string;
  size: number;
  format: string;
  refusal: string;
  pages: number[][];
  from_order_id: string | null;
  created: string;
};
export type Order = {
  order_id: string;
  organization_id: string;
  seal_id: string;
  es_id: string;
  seal_name: string;
  seal_state: string;
  seal_custodian_id: string | null;
  seal_approver_id: string | null;
  document_id: string;
  document_digest: string;
  format: string;
  requester_id: string;
  page: number;
  x_mm: number;
  y_mm: number;
  width_mm: number;
  height_mm: number;
  category: string;
  purpose: string;
  state: string;
  stamp_order: string;
  prepared_digest: string;
  slot: string;
  created: string;
  expires: string;
  approver_id: string | null;
  approval: string | null;
  approved: string | null;
  reason: string | null;
  custodian_id: string | null;
  intent: string | null;
  stamped: string | null;
  value_digest: string | null;
  result_document_id: string | null;
  result_digest: string | null;
};
export type StampRecord = {
  seq: number;
  stamp_record_id: string;
  order_id: string;
  organization_id: string;
  seal_id: string;
  es_id: string;
  seal_name: string;
  document_id: string;
  document_digest: string;
  page: number;
  x_mm: number;
  y_mm: number;
  width_mm: number;
  height_mm: number;
  category: string;
  purpose: string;
  requester_id: string;
  approver_id: string | null;
  approved: string | null;
  custodian_id: string | null;
  state: string;
  reason: string | null;
  intent: string | null;
  stamped: string | null;
  value_digest: string | null;
  result_document_id: string | null;
  result_digest: string | null;
};
export type Report = {
  verdict: string;
  format: string;
  size: number;
  digest: string;
  checked_at: string;
  policy: unknown;
  signatures: unknown[];
};
export type PersonSelf = {
  person_id: string;
  name: string;
  roles: string[];
  organization_id: string | null;
  maker_id: string | null;
  approver_key_id: string | null;
};
export type LoggedIn = {
  person_id: string;
  name: string;
  roles: string[];
  organization_id: string | null;
  maker_id: string | null;
  approver_key_id: string | null;
  token: string;
};
export type Client = {
  client_id: string;
  name: string;
  tier: string;
  organization_id: string | null;
  maker_id: string | null;
  responsible_id: string;
  algorithm: string;
  scopes: string[];
  per_minute: number;
  per_day: number;
  state: string;
  reason: string | null;
  by_police: boolean;
  public_key: string | null;
  old_until: string;
  created: string;
};
export type ClientRow = {
  seq: number;
  client_id: string;
  name: string;
  tier: string;
  organization_id: string | null;
  maker_id: string | null;
  responsible_id: string;
  algorithm: string;
  scopes: string[];
  per_minute: number;
  per_day: number;
  state: string;
  created: string;
};
export type Problem = {
  code: "format" | "trailing_data" | "limit_exceeded" | "no_memory" | "io" | "crypto" | "unsupported" | "bad_argument" | "bad_signature" | "bad_certificate" | "not_found" | "file_empty" | "file_format_unknown" | "file_damaged" | "file_encrypted" | "container_ambiguous" | "file_hostile" | "document_locked" | "earlier_signature_invalid" | "active_content" | "stamp_forbidden" | "page_out_of_range" | "stamp_off_page" | "seam_impossible" | "keyword_not_found" | "seal_not_in_validity" | "signer_not_in_seal" | "internal" | "unavailable" | "counterpart_down" | "counterpart_refused" | "unauthenticated" | "bad_login" | "forbidden" | "method_not_allowed" | "bad_json" | "bad_field" | "idempotency_key_missing" | "idempotency_key_reused" | "state_forbids" | "conflict" | "client_signature" | "client_time" | "client_nonce_used" | "client_not_active" | "client_scope" | "client_digest" | "quota_exceeded" | "bad_uscc" | "bad_id_number" | "material_missing" | "original_not_seen" | "maker_licence" | "physical_seal_unknown" | "physical_seal_cancelled" | "physical_seal_mismatch" | "second_statutory_seal" | "certificate_period" | "excluded_by_law" | "reason_required" | "seal_not_live" | "no_approval" | "order_expired" | "order_spent" | "document_changed" | "pin_wrong" | "pin_locked" | "pin_must_change" | "pin_weak" | "secret_unreadable" | "secret_stale";
  title: string;
  title_zh: string;
  status: number;
  field: string;
  detail: string;
  source: string;
};

export type ServiceShowAnswer = {
  name: string;
  version: string;
  development: boolean;
  rooms: unknown;
};
export type SealingPointShowAnswer = {
  sealing_point: string;
};
export type SessionLogInBody = {
  login: string;
  password: string;
};
export type SessionChangePasswordBody = {
  old: string;
  new: string;
};
export type OrganizationCreateBody = {
  uscc: string;
  name: string;
  kind: "state_organ" | "peoples_organization" | "social_organization" | "enterprise" | "public_institution" | "self_employed" | "other";
  district: string;
};
export type OrganizationCreateAnswer = {
  organization_id: string;
};
export type PersonCreateBody = {
  login: string;
  name: string;
  id_number: string;
  phone: string;
  roles: string[];
  organization_id?: string;
  maker_id?: string;
  district?: string;
};
export type PersonCreateAnswer = {
  person_id: string;
  password: string;
};
export type PersonEnrolBody = Record<string, never>;
export type PersonEnrolAnswer = {
  approver_key_id: string;
  activation_code: string;
  certificate: string;
};
export type MakerCreateBody = {
  licence_number: string;
  name: string;
  uscc: string;
  valid_from: string;
  valid_to: string;
};
export type MakerCreateAnswer = {
  maker_id: string;
  maker_key_id: string;
};
export type MakerEnrolBody = Record<string, never>;
export type MakerEnrolAnswer = {
  maker_key_id: string;
  activation_code: string;
  certificate: string;
};
export type MakerSuspendBody = {
  reason: string;
};
export type MakerResumeBody = {
  reason: string;
};
export type KeyChangePinBody = {
  sealed: string;
};
export type ApplicationCreateBody = {
  seal_kind: "statutory" | "internal_body" | "branch" | "contract" | "finance" | "invoice" | "inspection" | "customs" | "other";
  seal_name: string;
  physical_seal_code: string;
  has_superior: boolean;
  by_agent: boolean;
  foreign_script: boolean;
  agent_id_number: string;
  agent_phone: string;
};
export type ApplicationCreateAnswer = {
  application_id: string;
  state: string;
  checklist: ChecklistItem[];
};
export type ApplicationListAnswer = {
  items: ApplicationRow[];
  next: number | null;
};
export type MaterialPutAnswer = {
  digest: string;
  size: number;
};
export type ApplicationSubmitBody = Record<string, never>;
export type ApplicationWithdrawBody = Record<string, never>;
export type ApplicationAcceptBody = {
  originals_seen: string[];
};
export type ApplicationRefuseBody = {
  reason: string;
};
export type ApplicationCorrectBody = {
  reason: string;
};
export type SealMakeBody = {
  seal_id: string;
  sealed: string;
};
export type SealMakeAnswer = {
  seal_id: string;
  es_id: string;
  seal_code: string;
  activation_code: string;
  filing_number: string;
  seal: string;
  certificate: string;
};
export type SealListAnswer = {
  items: SealRow[];
  next: number | null;
};
export type SealStatusAnswer = {
  seal_id: string;
  es_id: string;
  at: string;
  state: string;
  since: string | null;
};
export type SealCustodianBody = {
  person_id: string;
};
export type SealCustodianAnswer = Record<string, never>;
export type SealApproverBody = {
  approver_key_id: string;
  sealed: string;
};
export type SealApproverAnswer = Record<string, never>;
export type SealFreezeBody = {
  reason: string;
};
export type SealUnfreezeBody = {
  sealed: string;
};
export type SealCancelBody = {
  reason: "dissolved_or_merged" | "physical_seal_not_used" | "electronic_seal_not_used" | "key_leaked" | "stolen_damaged_or_lost";
  description?: string;
};
export type FilingListAnswer = {
  items: Filing[];
  next: number | null;
};
export type OrderCreateBody = {
  seal_id: string;
  document_id: string;
  page: number;
  x_mm: number;
  y_mm: number;
  width_mm?: number;
  height_mm?: number;
  category: "official_document" | "certificate" | "agreement" | "voucher" | "transfer_form" | "personal_relation" | "public_utility_stop" | "classified";
  purpose: string;
};
export type OrderCreateAnswer = {
  order_id: string;
  state: string;
  order: string;
  expires: string;
};
export type OrderApproveBody = {
  sealed: string;
};
export type OrderRefuseBody = {
  reason: string;
};
export type OrderStampBody = {
  sealed: string;
};
export type OrderStampAnswer = {
  state: string;
  document_id: string;
  digest: string;
  stamp_record_id: string;
};
export type StampRecordListAnswer = {
  items: StampRecord[];
  next: number | null;
};
export type ClientCreateBody = {
  name: string;
  algorithm: string;
  public_key?: string;
  scopes: string[];
  per_minute?: number;
  per_day?: number;
};
export type ClientCreateAnswer = {
  client_id: string;
  secret: string;
  tier: string;
  scopes: string[];
  per_minute: number;
  per_day: number;
};
export type ClientListAnswer = {
  items: ClientRow[];
  next: number | null;
};
export type ClientRotateBody = {
  public_key?: string;
  overlap_hours: number;
};
export type ClientRotateAnswer = {
  secret: string;
  old_until: string;
};
export type ClientSuspendBody = {
  reason: string;
};
export type ClientResumeBody = {
  reason: string;
};
export type ClientRevokeBody = {
  reason: string;
};
