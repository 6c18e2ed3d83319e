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

  /** Who am I (R27.2). Who: system_administrator, police, maker_staff, agent, custodian, approver, security_administrator, audit_administrator, coordination_group, cryptography_authority. */
  async sessionShow(options: Options = {}): Promise<PersonSelf> {
    return (await (await this.ask("GET", `/api/v1/session`, {}, null, false, options)).json()) as PersonSelf;
  }

  /** Log out (R27.2). Who: system_administrator, police, maker_staff, agent, custodian, approver, security_administrator, audit_administrator, coordination_group, cryptography_authority. */
  async sessionLogOut(options: Options = {}): Promise<void> {
    await this.ask("DELETE", `/api/v1/session`, {}, null, true, options);
  }

  /** Change the password; every session ends (R27.2). Who: system_administrator, police, maker_staff, agent, custodian, approver, security_administrator, audit_administrator, coordination_group, cryptography_authority. */
  async sessionChangePassword(body: SessionChangePasswordBody, options: Options = {}): Promise<void> {
    await this.ask("PUT", `/api/v1/session/password`, {}, body, true, options);
  }

  /** The first two administrators, by the secret of the first start; works once (R27.2). Who: anybody. */
  async bootstrap(body: BootstrapBody, options: Options = {}): Promise<BootstrapAnswer> {
    return (await (await this.ask("POST", `/api/v1/bootstrap`, {}, body, false, options)).json()) as BootstrapAnswer;
  }

  /** What an SM2 certificate's key signs to log in (R27.2). Who: anybody. */
  async challengeShow(options: Options = {}): Promise<ChallengeShowAnswer> {
    return (await (await this.ask("GET", `/api/v1/session/challenge`, {}, null, false, options)).json()) as ChallengeShowAnswer;
  }

  /** A fresh second factor for a dangerous act; the password where there is none (R27.2). Who: system_administrator, police, maker_staff, agent, custodian, approver, security_administrator, audit_administrator, coordination_group, cryptography_authority. */
  async sessionStepUp(body: SessionStepUpBody, options: Options = {}): Promise<SessionStepUpAnswer> {
    return (await (await this.ask("POST", `/api/v1/session/step-up`, {}, body, false, options)).json()) as SessionStepUpAnswer;
  }

  /** Begin a second factor: a phone's secret, or an SM2 certificate (R27.2). Who: system_administrator, police, maker_staff, agent, custodian, approver, security_administrator, audit_administrator, coordination_group, cryptography_authority. */
  async secondFactorCreate(body: SecondFactorCreateBody, options: Options = {}): Promise<SecondFactorCreateAnswer> {
    return (await (await this.ask("POST", `/api/v1/session/second-factor`, {}, body, true, options)).json()) as SecondFactorCreateAnswer;
  }

  /** Confirm it by its first code or signature; recovery codes with the first one (R27.2). Who: system_administrator, police, maker_staff, agent, custodian, approver, security_administrator, audit_administrator, coordination_group, cryptography_authority. */
  async secondFactorConfirm(body: SecondFactorConfirmBody, options: Options = {}): Promise<SecondFactorConfirmAnswer> {
    return (await (await this.ask("POST", `/api/v1/session/second-factor/confirm`, {}, body, true, options)).json()) as SecondFactorConfirmAnswer;
  }

  /** New recovery codes; the old ones end (R27.2). Who: system_administrator, police, maker_staff, agent, custodian, approver, security_administrator, audit_administrator, coordination_group, cryptography_authority. */
  async recoveryCodesCreate(body: RecoveryCodesCreateBody, options: Options = {}): Promise<RecoveryCodesCreateAnswer> {
    return (await (await this.ask("POST", `/api/v1/session/recovery-codes`, {}, body, true, options)).json()) as RecoveryCodesCreateAnswer;
  }

  /** My sessions (R27.2). Who: system_administrator, police, maker_staff, agent, custodian, approver, security_administrator, audit_administrator, coordination_group, cryptography_authority. */
  async sessionList(options: Options = {}): Promise<SessionListAnswer> {
    return (await (await this.ask("GET", `/api/v1/sessions`, {}, null, false, options)).json()) as SessionListAnswer;
  }

  /** End one of my sessions (R27.2). Who: system_administrator, police, maker_staff, agent, custodian, approver, security_administrator, audit_administrator, coordination_group, cryptography_authority. */
  async sessionEnd(id: string, options: Options = {}): Promise<void> {
    await this.ask("DELETE", `/api/v1/sessions/${encodeURIComponent(id)}`, {}, null, true, options);
  }

  /** Accounts, masked, newest first (R25.1). Who: system_administrator, security_administrator. */
  async personList(query: { limit?: number; before?: number } = {}, options: Options = {}): Promise<PersonListAnswer> {
    return (await (await this.ask("GET", `/api/v1/people`, query, null, false, options)).json()) as PersonListAnswer;
  }

  /** Enter a person; the password is shown once, of an administrator only its first half (R25.1). Who: system_administrator. */
  async personCreate(body: PersonCreateBody, options: Options = {}): Promise<PersonCreateAnswer> {
    return (await (await this.ask("POST", `/api/v1/people`, {}, body, true, options)).json()) as PersonCreateAnswer;
  }

  /** One account, masked (R25.1). Who: system_administrator, security_administrator. */
  async personShow(id: string, options: Options = {}): Promise<Account> {
    return (await (await this.ask("GET", `/api/v1/people/${encodeURIComponent(id)}`, {}, null, false, options)).json()) as Account;
  }

  /** Accounts by ID number, login or organization, masked (R25.1). Who: system_administrator, police. */
  async personSearch(body: PersonSearchBody, options: Options = {}): Promise<PersonSearchAnswer> {
    return (await (await this.ask("POST", `/api/v1/people/search`, {}, body, false, options)).json()) as PersonSearchAnswer;
  }

  /** One personal field in clear, for a recorded reason (R25.1). Who: system_administrator, police. */
  async personReveal(id: string, body: PersonRevealBody, options: Options = {}): Promise<PersonRevealAnswer> {
    return (await (await this.ask("POST", `/api/v1/people/${encodeURIComponent(id)}/reveal`, {}, body, false, options)).json()) as PersonRevealAnswer;
  }

  /** One personal field of an open case in clear, for a recorded reason (R13.5). Who: police, maker_staff. */
  async applicationReveal(id: string, body: ApplicationRevealBody, options: Options = {}): Promise<ApplicationRevealAnswer> {
    return (await (await this.ask("POST", `/api/v1/applications/${encodeURIComponent(id)}/reveal`, {}, body, false, options)).json()) as ApplicationRevealAnswer;
  }

  /** Roles of an account, within its organization (R27.2). Who: system_administrator. */
  async personSetRoles(id: string, body: PersonSetRolesBody, options: Options = {}): Promise<PersonSetRolesAnswer> {
    return (await (await this.ask("PUT", `/api/v1/people/${encodeURIComponent(id)}/roles`, {}, body, true, options)).json()) as PersonSetRolesAnswer;
  }

  /** Disable an account that is no administrator's (R27.2). Who: system_administrator. */
  async personDisable(id: string, body: PersonDisableBody, options: Options = {}): Promise<State> {
    return (await (await this.ask("POST", `/api/v1/people/${encodeURIComponent(id)}/disable`, {}, body, true, options)).json()) as State;
  }

  /** Propose what a security administrator must confirm (R27.2). Who: system_administrator. */
  async actPropose(id: string, body: ActProposeBody, options: Options = {}): Promise<ActProposeAnswer> {
    return (await (await this.ask("POST", `/api/v1/people/${encodeURIComponent(id)}/acts`, {}, body, true, options)).json()) as ActProposeAnswer;
  }

  /** Acts of two persons, newest first (R27.2). Who: system_administrator, security_administrator. */
  async actList(query: { limit?: number; before?: number } = {}, options: Options = {}): Promise<ActListAnswer> {
    return (await (await this.ask("GET", `/api/v1/account-acts`, query, null, false, options)).json()) as ActListAnswer;
  }

  /** Confirm; a password's second half is shown once (R27.2). Who: security_administrator. */
  async actConfirm(id: string, body: ActConfirmBody, options: Options = {}): Promise<ActConfirmAnswer> {
    return (await (await this.ask("POST", `/api/v1/account-acts/${encodeURIComponent(id)}/confirm`, {}, body, true, options)).json()) as ActConfirmAnswer;
  }

  /** Refuse (R27.2). Who: security_administrator. */
  async actRefuse(id: string, body: ActRefuseBody, options: Options = {}): Promise<State> {
    return (await (await this.ask("POST", `/api/v1/account-acts/${encodeURIComponent(id)}/refuse`, {}, body, true, options)).json()) as State;
  }

  /** Set an account's failed tries back (R27.2). Who: security_administrator. */
  async personUnlock(id: string, body: PersonUnlockBody, options: Options = {}): Promise<void> {
    await this.ask("POST", `/api/v1/people/${encodeURIComponent(id)}/unlock`, {}, body, true, options);
  }

  /** End all sessions of a person (R27.2). Who: security_administrator. */
  async personEndSessions(id: string, options: Options = {}): Promise<void> {
    await this.ask("DELETE", `/api/v1/people/${encodeURIComponent(id)}/sessions`, {}, null, true, options);
  }

  /** The configuration that the web room sees (R27.2). Who: system_administrator, security_administrator. */
  async configurationShow(options: Options = {}): Promise<ConfigurationShowAnswer> {
    return (await (await this.ask("GET", `/api/v1/configuration`, {}, null, false, options)).json()) as ConfigurationShowAnswer;
  }

  /** The audit record, newest first (R26.1). Who: audit_administrator. */
  async auditList(query: { limit?: number; before?: number; since?: string; until?: string; actor?: string; event?: string; object?: string; outcome?: string; source?: string } = {}, options: Options = {}): Promise<AuditListAnswer> {
    return (await (await this.ask("GET", `/api/v1/audit`, query, null, false, options)).json()) as AuditListAnswer;
  }

  /** The same as CSV, ten thousand rows at most (R26.1). Who: audit_administrator. */
  async auditExport(query: { limit?: number; before?: number; since?: string; until?: string; actor?: string; event?: string; object?: string; outcome?: string; source?: string } = {}, options: Options = {}): Promise<Uint8Array> {
    return new Uint8Array(await (await this.ask("GET", `/api/v1/audit/export`, query, null, false, options)).arrayBuffer());
  }

  /** Whether the chain of the record is whole (R26.1). Who: audit_administrator. */
  async auditCheckShow(query: { after?: number } = {}, options: Options = {}): Promise<AuditCheckShowAnswer> {
    return (await (await this.ask("GET", `/api/v1/audit/check`, query, null, false, options)).json()) as AuditCheckShowAnswer;
  }

  /** Algorithms and devices (R4.1). Who: cryptography_authority. */
  async inventoryShow(options: Options = {}): Promise<InventoryShowAnswer> {
    return (await (await this.ask("GET", `/api/v1/inventory`, {}, null, false, options)).json()) as InventoryShowAnswer;
  }

  /** Every certificate of this service's keys (R4.1). Who: cryptography_authority. */
  async inventoryCertificates(query: { limit?: number; offset?: number } = {}, options: Options = {}): Promise<InventoryCertificatesAnswer> {
    return (await (await this.ask("GET", `/api/v1/inventory/certificates`, query, null, false, options)).json()) as InventoryCertificatesAnswer;
  }

  /** Enter an organization (R3.1). Who: system_administrator. */
  async organizationCreate(body: OrganizationCreateBody, options: Options = {}): Promise<OrganizationCreateAnswer> {
    return (await (await this.ask("POST", `/api/v1/organizations`, {}, body, true, options)).json()) as OrganizationCreateAnswer;
  }

  /** Make the approver's own key (R16.1). Who: police, approver. */
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

  /** Change the PIN of an own key (R19.2). Who: police, maker_staff, agent, custodian, approver. */
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

  /** Change the facts of a draft or a correction (R9). Who: agent. */
  async applicationChangeFacts(id: string, body: ApplicationChangeFactsBody, options: Options = {}): Promise<ApplicationChangeFactsAnswer> {
    return (await (await this.ask("PUT", `/api/v1/applications/${encodeURIComponent(id)}`, {}, body, true, options)).json()) as ApplicationChangeFactsAnswer;
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

  /** Apply about a seal: reissue, renewal, cancellation, suspension, resumption (R20.1 R20.2 R21.1 N1). Who: agent. */
  async sealApplicationCreate(id: string, body: SealApplicationCreateBody, options: Options = {}): Promise<SealApplicationCreateAnswer> {
    return (await (await this.ask("POST", `/api/v1/seals/${encodeURIComponent(id)}/applications`, {}, body, true, options)).json()) as SealApplicationCreateAnswer;
  }

  /** Carry out a cancellation or a suspension, and file it (R21.1 N1). Who: maker_staff. */
  async applicationCarryOut(id: string, body: ApplicationCarryOutBody, options: Options = {}): Promise<CarriedOut> {
    return (await (await this.ask("POST", `/api/v1/applications/${encodeURIComponent(id)}/carry-out`, {}, body, true, options)).json()) as CarriedOut;
  }

  /** Carry out an accepted resumption with the custodian's PIN (N1 N3). Who: custodian. */
  async applicationResume(id: string, body: ApplicationResumeBody, options: Options = {}): Promise<CarriedOut> {
    return (await (await this.ask("POST", `/api/v1/applications/${encodeURIComponent(id)}/resume`, {}, body, true, options)).json()) as CarriedOut;
  }

  /** Declare a seal void from the beginning (N8). Who: police. */
  async sealDeclareVoid(id: string, body: SealDeclareVoidBody, options: Options = {}): Promise<State> {
    return (await (await this.ask("POST", `/api/v1/seals/${encodeURIComponent(id)}/void`, {}, body, true, options)).json()) as State;
  }

  /** Revoke a maker's licence for good (R7.1). Who: police. */
  async makerRevoke(id: string, body: MakerRevokeBody, options: Options = {}): Promise<State> {
    return (await (await this.ask("POST", `/api/v1/makers/${encodeURIComponent(id)}/revoke`, {}, body, true, options)).json()) as State;
  }

  /** Seals and stamps counted (R4.1). Who: police, coordination_group. */
  async statisticsShow(query: { by?: "district" | "kind" | "maker" | "month"; district?: string; from?: string; to?: string } = {}, options: Options = {}): Promise<StatisticsShowAnswer> {
    return (await (await this.ask("GET", `/api/v1/statistics`, query, null, false, options)).json()) as StatisticsShowAnswer;
  }

  /** Certificates that end soon (R20.2). Who: police, agent, custodian, approver. */
  async reminderList(query: { limit?: number; before?: number } = {}, options: Options = {}): Promise<ReminderListAnswer> {
    return (await (await this.ask("GET", `/api/v1/reminders`, query, null, false, options)).json()) as ReminderListAnswer;
  }

  /** Ask for a workstation; the token is shown once (R13.4). Who: maker_staff. */
  async workstationCreate(id: string, body: WorkstationCreateBody, options: Options = {}): Promise<WorkstationCreateAnswer> {
    return (await (await this.ask("POST", `/api/v1/makers/${encodeURIComponent(id)}/workstations`, {}, body, true, options)).json()) as WorkstationCreateAnswer;
  }

  /** A maker's workstations (R13.4). Who: police, maker_staff. */
  async workstationList(id: string, query: { limit?: number; before?: number } = {}, options: Options = {}): Promise<WorkstationListAnswer> {
    return (await (await this.ask("GET", `/api/v1/makers/${encodeURIComponent(id)}/workstations`, query, null, false, options)).json()) as WorkstationListAnswer;
  }

  /** A maker's named staff, masked (R13.4). Who: police, maker_staff. */
  async makerStaffList(id: string, query: { limit?: number; before?: number } = {}, options: Options = {}): Promise<MakerStaffListAnswer> {
    return (await (await this.ask("GET", `/api/v1/makers/${encodeURIComponent(id)}/staff`, query, null, false, options)).json()) as MakerStaffListAnswer;
  }

  /** Confirm a workstation (R13.4). Who: police. */
  async workstationConfirm(id: string, body: WorkstationConfirmBody, options: Options = {}): Promise<State> {
    return (await (await this.ask("POST", `/api/v1/workstations/${encodeURIComponent(id)}/confirm`, {}, body, true, options)).json()) as State;
  }

  /** Revoke a workstation (R13.4). Who: police, maker_staff. */
  async workstationRevoke(id: string, body: WorkstationRevokeBody, options: Options = {}): Promise<State> {
    return (await (await this.ask("POST", `/api/v1/workstations/${encodeURIComponent(id)}/revoke`, {}, body, true, options)).json()) as State;
  }

  /** Open an inspection with a sample drawn by chance (R13.6). Who: police. */
  async inspectionCreate(id: string, body: InspectionCreateBody, options: Options = {}): Promise<InspectionCreateAnswer> {
    return (await (await this.ask("POST", `/api/v1/makers/${encodeURIComponent(id)}/inspections`, {}, body, true, options)).json()) as InspectionCreateAnswer;
  }

  /** Inspections of makers, newest first (R13.6). Who: police, maker_staff. */
  async inspectionList(query: { limit?: number; before?: number } = {}, options: Options = {}): Promise<InspectionListAnswer> {
    return (await (await this.ask("GET", `/api/v1/inspections`, query, null, false, options)).json()) as InspectionListAnswer;
  }

  /** One inspection with findings, orders and their history (R13.6). Who: police, maker_staff. */
  async inspectionShow(id: string, options: Options = {}): Promise<Inspection> {
    return (await (await this.ask("GET", `/api/v1/inspections/${encodeURIComponent(id)}`, {}, null, false, options)).json()) as Inspection;
  }

  /** Record a finding (R13.6). Who: police. */
  async findingCreate(id: string, body: FindingCreateBody, options: Options = {}): Promise<FindingCreateAnswer> {
    return (await (await this.ask("POST", `/api/v1/inspections/${encodeURIComponent(id)}/findings`, {}, body, true, options)).json()) as FindingCreateAnswer;
  }

  /** Order to rectify (R13.6). Who: police. */
  async rectificationCreate(id: string, body: RectificationCreateBody, options: Options = {}): Promise<RectificationCreateAnswer> {
    return (await (await this.ask("POST", `/api/v1/inspections/${encodeURIComponent(id)}/rectifications`, {}, body, true, options)).json()) as RectificationCreateAnswer;
  }

  /** Close an inspection (R13.6). Who: police. */
  async inspectionClose(id: string, body: InspectionCloseBody, options: Options = {}): Promise<State> {
    return (await (await this.ask("POST", `/api/v1/inspections/${encodeURIComponent(id)}/close`, {}, body, true, options)).json()) as State;
  }

  /** Answer an order to rectify (R13.6). Who: maker_staff. */
  async rectificationAnswer(id: string, body: RectificationAnswerBody, options: Options = {}): Promise<State> {
    return (await (await this.ask("POST", `/api/v1/rectifications/${encodeURIComponent(id)}/answer`, {}, body, true, options)).json()) as State;
  }

  /** Accept what was rectified (R13.6). Who: police. */
  async rectificationAccept(id: string, body: RectificationAcceptBody, options: Options = {}): Promise<State> {
    return (await (await this.ask("POST", `/api/v1/rectifications/${encodeURIComponent(id)}/accept`, {}, body, true, options)).json()) as State;
  }

  /** Reject it, with a new day (R13.6). Who: police. */
  async rectificationReject(id: string, body: RectificationRejectBody, options: Options = {}): Promise<State> {
    return (await (await this.ask("POST", `/api/v1/rectifications/${encodeURIComponent(id)}/reject`, {}, body, true, options)).json()) as State;
  }

  /** Withdraw an order (R13.6). Who: police. */
  async rectificationWithdraw(id: string, body: RectificationWithdrawBody, options: Options = {}): Promise<State> {
    return (await (await this.ask("POST", `/api/v1/rectifications/${encodeURIComponent(id)}/withdraw`, {}, body, true, options)).json()) as State;
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

  /** Freeze at once (loss report): a hold of the custodian's organization, or of the police (R21.2). Who: police, custodian. */
  async sealFreeze(id: string, body: SealFreezeBody, options: Options = {}): Promise<SealFreezeAnswer> {
    return (await (await this.ask("POST", `/api/v1/seals/${encodeURIComponent(id)}/freeze`, {}, body, true, options)).json()) as SealFreezeAnswer;
  }

  /** Lift the organization's own hold (R21.2). Who: custodian. */
  async sealUnfreeze(id: string, body: SealUnfreezeBody, options: Options = {}): Promise<SealUnfreezeAnswer> {
    return (await (await this.ask("POST", `/api/v1/seals/${encodeURIComponent(id)}/unfreeze`, {}, body, true, options)).json()) as SealUnfreezeAnswer;
  }

  /** Agree to lift a hold of the police, as an officer whom it names (R21.2 R4.1). Who: police. */
  async holdLift(id: string, body: HoldLiftBody, options: Options = {}): Promise<HoldLiftAnswer> {
    return (await (await this.ask("POST", `/api/v1/holds/${encodeURIComponent(id)}/lift`, {}, body, true, options)).json()) as HoldLiftAnswer;
  }

  /** Cancel for a listed reason (R21.1). Who: police. */
  async sealCancel(id: string, body: SealCancelBody, options: Options = {}): Promise<State> {
    return (await (await this.ask("POST", `/api/v1/seals/${encodeURIComponent(id)}/cancel`, {}, body, true, options)).json()) as State;
  }

  /** The filing register (R13.2). Who: police. */
  async filingList(query: { limit?: number; before?: number; district?: string; event?: string; kind?: string; maker_id?: string; from?: string; to?: string; waiting?: "true" } = {}, options: Options = {}): Promise<FilingListAnswer> {
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

  /** A copy that says it is one, and the code that stands on it (R17.1). Who: agent, custodian, approver. */
  async copyCreate(id: string, body: CopyCreateBody, options: Options = {}): Promise<CopyCreateAnswer> {
    return (await (await this.ask("POST", `/api/v1/documents/${encodeURIComponent(id)}/copies`, {}, body, true, options)).json()) as CopyCreateAnswer;
  }

  /** The copy, drawn from its document (R17.1). Who: agent, custodian, approver. */
  async copyContent(id: string, code: string, options: Options = {}): Promise<Uint8Array> {
    return new Uint8Array(await (await this.ask("GET", `/api/v1/documents/${encodeURIComponent(id)}/copies/${encodeURIComponent(code)}.pdf`, {}, null, false, options)).arrayBuffer());
  }

  /** What a copy is a copy of, its original verified now; without an account (R17.1). Who: anybody. */
  async copyShow(code: string, options: Options = {}): Promise<CopyShowAnswer> {
    return (await (await this.ask("GET", `/api/v1/copies/${encodeURIComponent(code)}`, {}, null, false, options)).json()) as CopyShowAnswer;
  }

  /** Its pages as pictures: sizes, digests, who drew them, what could not be drawn (R15.1). Who: agent, custodian, approver. */
  async documentPages(id: string, query: { page?: number; ppm?: "2" | "4" | "8"; limit?: number } = {}, options: Options = {}): Promise<DocumentPagesAnswer> {
    return (await (await this.ask("GET", `/api/v1/documents/${encodeURIComponent(id)}/pages`, query, null, false, options)).json()) as DocumentPagesAnswer;
  }

  /** A page as a picture (R15.1). Who: agent, custodian, approver. */
  async documentPage(id: string, code: string, query: { ppm?: "2" | "4" | "8"; marks?: "signatures" } = {}, options: Options = {}): Promise<Uint8Array> {
    return new Uint8Array(await (await this.ask("GET", `/api/v1/documents/${encodeURIComponent(id)}/pages/${encodeURIComponent(code)}.png`, query, null, false, options)).arrayBuffer());
  }

  /** The text of a page in runs with their places, as keywords find it (R15.1). Who: agent, custodian, approver. */
  async documentPageText(id: string, code: string, options: Options = {}): Promise<DocumentPageTextAnswer> {
    return (await (await this.ask("GET", `/api/v1/documents/${encodeURIComponent(id)}/pages/${encodeURIComponent(code)}/text`, {}, null, false, options)).json()) as DocumentPageTextAnswer;
  }

  /** Ask for a stamp at places of a document (R16.1). Who: agent, custodian. */
  async orderCreate(body: OrderCreateBody, options: Options = {}): Promise<OrderCreateAnswer> {
    return (await (await this.ask("POST", `/api/v1/orders`, {}, body, true, options)).json()) as OrderCreateAnswer;
  }

  /** One order (R16.1). Who: agent, custodian, approver. */
  async orderShow(id: string, options: Options = {}): Promise<Order> {
    return (await (await this.ask("GET", `/api/v1/orders/${encodeURIComponent(id)}`, {}, null, false, options)).json()) as Order;
  }

  /** Approve exactly this order (R16.1). Who: approver. */
  async orderApprove(id: string, body: OrderApproveBody, options: Options = {}): Promise<OrderApproveAnswer> {
    return (await (await this.ask("POST", `/api/v1/orders/${encodeURIComponent(id)}/approve`, {}, body, true, options)).json()) as OrderApproveAnswer;
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

  /** Ask for a stamp by digest only: the document stays with the client (R18.1). Who: agent, custodian. */
  async digestOrderCreate(body: DigestOrderCreateBody, options: Options = {}): Promise<DigestOrderCreateAnswer> {
    return (await (await this.ask("POST", `/api/v1/digest-orders`, {}, body, true, options)).json()) as DigestOrderCreateAnswer;
  }

  /** How the seal's use is decided (R16.1). Who: agent, custodian, approver. */
  async flowShow(id: string, options: Options = {}): Promise<Flow> {
    return (await (await this.ask("GET", `/api/v1/seals/${encodeURIComponent(id)}/flow`, {}, null, false, options)).json()) as Flow;
  }

  /** Decide how the seal's use is decided (R16.1). Who: custodian. */
  async flowSet(id: string, body: FlowSetBody, options: Options = {}): Promise<FlowSetAnswer> {
    return (await (await this.ask("PUT", `/api/v1/seals/${encodeURIComponent(id)}/flow`, {}, body, true, options)).json()) as FlowSetAnswer;
  }

  /** Consent to a flow as its authority (R16.2). Who: approver. */
  async flowApprove(id: string, body: FlowApproveBody, options: Options = {}): Promise<FlowApproveAnswer> {
    return (await (await this.ask("POST", `/api/v1/seals/${encodeURIComponent(id)}/flow/approve`, {}, body, true, options)).json()) as FlowApproveAnswer;
  }

  /** Who may ask for stamps (R16.1). Who: agent, custodian, approver. */
  async permissionList(id: string, query: { limit?: number; before?: number } = {}, options: Options = {}): Promise<PermissionListAnswer> {
    return (await (await this.ask("GET", `/api/v1/seals/${encodeURIComponent(id)}/permissions`, query, null, false, options)).json()) as PermissionListAnswer;
  }

  /** Permit a person to ask for stamps (R16.1). Who: custodian. */
  async permissionCreate(id: string, body: PermissionCreateBody, options: Options = {}): Promise<PermissionCreateAnswer> {
    return (await (await this.ask("POST", `/api/v1/seals/${encodeURIComponent(id)}/permissions`, {}, body, true, options)).json()) as PermissionCreateAnswer;
  }

  /** Take a permission back (R16.1). Who: custodian. */
  async permissionRevoke(id: string, body: PermissionRevokeBody, options: Options = {}): Promise<PermissionRevokeAnswer> {
    return (await (await this.ask("POST", `/api/v1/permissions/${encodeURIComponent(id)}/revoke`, {}, body, true, options)).json()) as PermissionRevokeAnswer;
  }

  /** Who kept the seal, from when on (R19.1). Who: police, agent, custodian, approver. */
  async custodyList(id: string, options: Options = {}): Promise<CustodyListAnswer> {
    return (await (await this.ask("GET", `/api/v1/seals/${encodeURIComponent(id)}/custody`, {}, null, false, options)).json()) as CustodyListAnswer;
  }

  /** Hand the seal over to another custodian (R19.1). Who: custodian. */
  async sealHandOver(id: string, body: SealHandOverBody, options: Options = {}): Promise<SealHandOverAnswer> {
    return (await (await this.ask("POST", `/api/v1/seals/${encodeURIComponent(id)}/hand-over`, {}, body, true, options)).json()) as SealHandOverAnswer;
  }

  /** Take the seal over, with a PIN of one's own (R19.1). Who: custodian. */
  async sealTakeOver(id: string, body: SealTakeOverBody, options: Options = {}): Promise<SealTakeOverAnswer> {
    return (await (await this.ask("POST", `/api/v1/seals/${encodeURIComponent(id)}/take-over`, {}, body, true, options)).json()) as SealTakeOverAnswer;
  }

  /** Agree to unlock a key (R19.2). Who: police, maker_staff, approver. */
  async keyUnlock(id: string, body: KeyUnlockBody, options: Options = {}): Promise<KeyUnlockAnswer> {
    return (await (await this.ask("POST", `/api/v1/keys/${encodeURIComponent(id)}/unlock`, {}, body, true, options)).json()) as KeyUnlockAnswer;
  }

  /** Grants to business systems (R18.1). Who: police, agent, custodian, approver. */
  async grantList(id: string, query: { limit?: number; before?: number } = {}, options: Options = {}): Promise<GrantListAnswer> {
    return (await (await this.ask("GET", `/api/v1/seals/${encodeURIComponent(id)}/grants`, query, null, false, options)).json()) as GrantListAnswer;
  }

  /** Write a grant (R18.1). Who: custodian. */
  async grantCreate(id: string, body: GrantCreateBody, options: Options = {}): Promise<GrantCreateAnswer> {
    return (await (await this.ask("POST", `/api/v1/seals/${encodeURIComponent(id)}/grants`, {}, body, true, options)).json()) as GrantCreateAnswer;
  }

  /** One grant (R18.1). Who: police, agent, custodian, approver. */
  async grantShow(id: string, options: Options = {}): Promise<Grant> {
    return (await (await this.ask("GET", `/api/v1/grants/${encodeURIComponent(id)}`, {}, null, false, options)).json()) as Grant;
  }

  /** Approve a grant (R18.1). Who: approver. */
  async grantApprove(id: string, body: GrantApproveBody, options: Options = {}): Promise<GrantApproveAnswer> {
    return (await (await this.ask("POST", `/api/v1/grants/${encodeURIComponent(id)}/approve`, {}, body, true, options)).json()) as GrantApproveAnswer;
  }

  /** Give a grant (R18.1). Who: custodian. */
  async grantGive(id: string, body: GrantGiveBody, options: Options = {}): Promise<GrantGiveAnswer> {
    return (await (await this.ask("POST", `/api/v1/grants/${encodeURIComponent(id)}/grant`, {}, body, true, options)).json()) as GrantGiveAnswer;
  }

  /** Revoke a grant (R18.1). Who: police, custodian. */
  async grantRevoke(id: string, body: GrantRevokeBody, options: Options = {}): Promise<State> {
    return (await (await this.ask("POST", `/api/v1/grants/${encodeURIComponent(id)}/revoke`, {}, body, true, options)).json()) as State;
  }

  /** Stamp under a grant (R18.1). Who: agent. */
  async orderStampGranted(id: string, body: OrderStampGrantedBody, options: Options = {}): Promise<OrderStampGrantedAnswer> {
    return (await (await this.ask("POST", `/api/v1/orders/${encodeURIComponent(id)}/stamp-granted`, {}, body, true, options)).json()) as OrderStampGrantedAnswer;
  }

  /** The register of use of a seal, newest first (R19.1). Who: agent, custodian, approver. */
  async useRegister(id: string, query: { limit?: number; before?: number; from?: string; to?: string } = {}, options: Options = {}): Promise<UseRegisterAnswer> {
    return (await (await this.ask("GET", `/api/v1/seals/${encodeURIComponent(id)}/use-register`, query, null, false, options)).json()) as UseRegisterAnswer;
  }

  /** The same as CSV, ten thousand rows at most (R19.1). Who: agent, custodian, approver. */
  async useRegisterExport(id: string, query: { from?: string; to?: string } = {}, options: Options = {}): Promise<Uint8Array> {
    return new Uint8Array(await (await this.ask("GET", `/api/v1/seals/${encodeURIComponent(id)}/use-register/export`, query, null, false, options)).arrayBuffer());
  }

  /** The same as a PDF to be printed and kept, signed by the service (R19.1). Who: agent, custodian, approver. */
  async useRegisterPdf(id: string, query: { from?: string; to?: string } = {}, options: Options = {}): Promise<Uint8Array> {
    return new Uint8Array(await (await this.ask("GET", `/api/v1/seals/${encodeURIComponent(id)}/use-register/pdf`, query, null, false, options)).arrayBuffer());
  }

  /** The archive package: document, evidence, record, signed manifest (docs/protocol/archive.md) (R24.1). Who: agent, custodian, approver. */
  async stampRecordArchive(id: string, options: Options = {}): Promise<Uint8Array> {
    return new Uint8Array(await (await this.ask("GET", `/api/v1/stamp-records/${encodeURIComponent(id)}/archive`, {}, null, false, options)).arrayBuffer());
  }

  /** What waits for each counterpart, and whether it answers (R5.2). Who: system_administrator, police. */
  async exchangeShow(options: Options = {}): Promise<ExchangeShowAnswer> {
    return (await (await this.ask("GET", `/api/v1/exchange`, {}, null, false, options)).json()) as ExchangeShowAnswer;
  }

  /** Events for the counterparts, newest first (R5.2). Who: system_administrator, police. */
  async exchangeEventList(query: { destination?: string; state?: "WAITING" | "DELIVERED" | "DEAD" | "ABANDONED"; seal_id?: string; limit?: number; before?: number } = {}, options: Options = {}): Promise<ExchangeEventListAnswer> {
    return (await (await this.ask("GET", `/api/v1/exchange/events`, query, null, false, options)).json()) as ExchangeEventListAnswer;
  }

  /** One event; its content for the police only (R5.2). Who: system_administrator, police. */
  async exchangeEventShow(id: string, options: Options = {}): Promise<Event> {
    return (await (await this.ask("GET", `/api/v1/exchange/events/${encodeURIComponent(id)}`, {}, null, false, options)).json()) as Event;
  }

  /** Send a dead or waiting event again (R5.2). Who: system_administrator, police. */
  async exchangeEventResend(id: string, body: ExchangeEventResendBody, options: Options = {}): Promise<State> {
    return (await (await this.ask("POST", `/api/v1/exchange/events/${encodeURIComponent(id)}/resend`, {}, body, true, options)).json()) as State;
  }

  /** Give a dead event up, with a reason; those behind it go on (R5.2). Who: police. */
  async exchangeEventAbandon(id: string, body: ExchangeEventAbandonBody, options: Options = {}): Promise<State> {
    return (await (await this.ask("POST", `/api/v1/exchange/events/${encodeURIComponent(id)}/abandon`, {}, body, true, options)).json()) as State;
  }

  /** What the national platform says of a seal at a time (R5.2). Who: police. */
  async platformStatusShow(id: string, query: { at?: string } = {}, options: Options = {}): Promise<PlatformStatusShowAnswer> {
    return (await (await this.ask("GET", `/api/v1/seals/${encodeURIComponent(id)}/platform-status`, query, null, false, options)).json()) as PlatformStatusShowAnswer;
  }

  /** How a seal stood at a time, signed by the service (N5). Who: anybody. */
  async sealStatement(id: string, query: { at?: string; nonce?: string } = {}, options: Options = {}): Promise<SealStatementAnswer> {
    return (await (await this.ask("GET", `/api/v1/seals/${encodeURIComponent(id)}/statement`, query, null, false, options)).json()) as SealStatementAnswer;
  }

  /** The keys that the service's signed answers are checked with (N5). Who: anybody. */
  async statementKeyShow(options: Options = {}): Promise<StatementKeyShowAnswer> {
    return (await (await this.ask("GET", `/api/v1/statement-keys`, {}, null, false, options)).json()) as StatementKeyShowAnswer;
  }

  /** What I am told, newest first (R20.2). Who: system_administrator, police, maker_staff, agent, custodian, approver, security_administrator, audit_administrator, coordination_group, cryptography_authority. */
  async notificationList(query: { unread?: "true" | "false"; limit?: number; before?: number } = {}, options: Options = {}): Promise<NotificationListAnswer> {
    return (await (await this.ask("GET", `/api/v1/notifications`, query, null, false, options)).json()) as NotificationListAnswer;
  }

  /** I have read it (R20.2). Who: system_administrator, police, maker_staff, agent, custodian, approver, security_administrator, audit_administrator, coordination_group, cryptography_authority. */
  async notificationRead(id: string, body: NotificationReadBody, options: Options = {}): Promise<NotificationReadAnswer> {
    return (await (await this.ask("POST", `/api/v1/notifications/${encodeURIComponent(id)}/read`, {}, body, true, options)).json()) as NotificationReadAnswer;
  }

  /** Where revocation lists come from, and what is wrong with a source (N5). Who: system_administrator, police. */
  async evidenceSourceList(query: { limit?: number; before?: number } = {}, options: Options = {}): Promise<EvidenceSourceListAnswer> {
    return (await (await this.ask("GET", `/api/v1/exchange/sources`, query, null, false, options)).json()) as EvidenceSourceListAnswer;
  }

  /** Comparisons of our register with others', newest first (R5.2). Who: system_administrator, police. */
  async reconciliationList(query: { limit?: number; before?: number } = {}, options: Options = {}): Promise<ReconciliationListAnswer> {
    return (await (await this.ask("GET", `/api/v1/exchange/reconciliations`, query, null, false, options)).json()) as ReconciliationListAnswer;
  }

  /** Compare with a counterpart now (R5.2). Who: system_administrator, police. */
  async reconciliationCreate(body: ReconciliationCreateBody, options: Options = {}): Promise<ReconciliationCreateAnswer> {
    return (await (await this.ask("POST", `/api/v1/exchange/reconciliations`, {}, body, true, options)).json()) as ReconciliationCreateAnswer;
  }

  /** One comparison (R5.2). Who: system_administrator, police. */
  async reconciliationShow(id: string, options: Options = {}): Promise<Reconciliation> {
    return (await (await this.ask("GET", `/api/v1/exchange/reconciliations/${encodeURIComponent(id)}`, {}, null, false, options)).json()) as Reconciliation;
  }

  /** What differs (R5.2). Who: system_administrator, police. */
  async reconciliationDifferences(id: string, query: { limit?: number; before?: number } = {}, options: Options = {}): Promise<ReconciliationDifferencesAnswer> {
    return (await (await this.ask("GET", `/api/v1/exchange/reconciliations/${encodeURIComponent(id)}/differences`, query, null, false, options)).json()) as ReconciliationDifferencesAnswer;
  }

  /** Ask for many stamps; each item has its own outcome (R15.1). Who: agent, custodian. */
  async orderCreateBatch(body: OrderCreateBatchBody, options: Options = {}): Promise<OrderCreateBatchAnswer> {
    return (await (await this.ask("POST", `/api/v1/order-batches`, {}, body, false, options)).json()) as OrderCreateBatchAnswer;
  }

  /** Approve many orders, each with a secret of its own (R15.1). Who: approver. */
  async orderApproveBatch(body: OrderApproveBatchBody, options: Options = {}): Promise<OrderApproveBatchAnswer> {
    return (await (await this.ask("POST", `/api/v1/order-batches/approve`, {}, body, false, options)).json()) as OrderApproveBatchAnswer;
  }

  /** Stamp many, each with a secret of its own (R15.1). Who: custodian. */
  async orderStampBatch(body: OrderStampBatchBody, options: Options = {}): Promise<OrderStampBatchAnswer> {
    return (await (await this.ask("POST", `/api/v1/order-batches/stamp`, {}, body, false, options)).json()) as OrderStampBatchAnswer;
  }

  /** Stamp many under grants, each with a signature of its own (R18.1). Who: agent. */
  async orderStampGrantedBatch(body: OrderStampGrantedBatchBody, options: Options = {}): Promise<OrderStampGrantedBatchAnswer> {
    return (await (await this.ask("POST", `/api/v1/order-batches/stamp-granted`, {}, body, false, options)).json()) as OrderStampGrantedBatchAnswer;
  }

  /** Ask for many stamps by digest only; each item has its own outcome (R18.1). Who: agent, custodian. */
  async digestOrderCreateBatch(body: DigestOrderCreateBatchBody, options: Options = {}): Promise<DigestOrderCreateBatchAnswer> {
    return (await (await this.ask("POST", `/api/v1/digest-order-batches`, {}, body, false, options)).json()) as DigestOrderCreateBatchAnswer;
  }

  /** Be told of own seals at a URL; the secret is shown once (R18.1). Who: maker_staff, agent. */
  async webhookCreate(body: WebhookCreateBody, options: Options = {}): Promise<WebhookCreateAnswer> {
    return (await (await this.ask("POST", `/api/v1/webhooks`, {}, body, true, options)).json()) as WebhookCreateAnswer;
  }

  /** Webhooks, newest first (R18.1). Who: maker_staff, agent. */
  async webhookList(query: { limit?: number; before?: number } = {}, options: Options = {}): Promise<WebhookListAnswer> {
    return (await (await this.ask("GET", `/api/v1/webhooks`, query, null, false, options)).json()) as WebhookListAnswer;
  }

  /** One webhook (R18.1). Who: maker_staff, agent. */
  async webhookShow(id: string, options: Options = {}): Promise<Webhook> {
    return (await (await this.ask("GET", `/api/v1/webhooks/${encodeURIComponent(id)}`, {}, null, false, options)).json()) as Webhook;
  }

  /** End a webhook (R18.1). Who: maker_staff, agent. */
  async webhookEnd(id: string, body: WebhookEndBody, options: Options = {}): Promise<State> {
    return (await (await this.ask("POST", `/api/v1/webhooks/${encodeURIComponent(id)}/end`, {}, body, true, options)).json()) as State;
  }

  /** What was told, and what became of it (R18.1). Who: maker_staff, agent. */
  async webhookDeliveryList(id: string, query: { limit?: number; before?: number } = {}, options: Options = {}): Promise<WebhookDeliveryListAnswer> {
    return (await (await this.ask("GET", `/api/v1/webhooks/${encodeURIComponent(id)}/deliveries`, query, null, false, options)).json()) as WebhookDeliveryListAnswer;
  }

  /** Tell an event once more (R18.1). Who: maker_staff, agent. */
  async webhookReplay(id: string, code: string, body: WebhookReplayBody, options: Options = {}): Promise<WebhookReplayAnswer> {
    return (await (await this.ask("POST", `/api/v1/webhooks/${encodeURIComponent(id)}/deliveries/${encodeURIComponent(code)}/replay`, {}, body, true, options)).json()) as WebhookReplayAnswer;
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
export type Scope = {
  categories: string[];
  amount_max_fen: number | null;
  valid_to: string | null;
};
export type ApplicationEvent = {
  at: string;
  event: string;
  state: string;
  actor_id: string | null;
  reason: string | null;
};
export type Application = {
  application_id: string;
  organization_id: string;
  organization_name: string;
  uscc: string;
  district: string;
  agent_id: string;
  type: string;
  present_seal_id: string | null;
  cancel_reason: string | null;
  description: string | null;
  holder_id: string | null;
  scope: Scope | null;
  accepted_by: string | null;
  deadline: string | null;
  history: ApplicationEvent[];
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
  type: string;
  present_seal_id: string | null;
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
export type HoldAgreement = {
  person_id: string;
  reason: string;
  agreed: string;
};
export type Hold = {
  hold_id: string;
  owner: string;
  state: string;
  placed_by: string;
  reason: string;
  placed: string;
  needed: number;
  may_lift: string[];
  agreements: HoldAgreement[];
  lifted_by: string | null;
  lifted_reason: string | null;
  lifted: string | null;
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
  holder_id: string | null;
  scope: Scope | null;
  replaces_seal_id: string | null;
  maker_person_id: string;
  maker_workstation_id: string | null;
  created: string;
  history: SealEvent[];
  holds: Hold[];
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
  created: string;
};
export type Filing = {
  seq: number;
  filing_number: string;
  seal_id: string;
  es_id: string;
  name: string;
  kind: string;
  maker_id: string;
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
  kept: boolean;
};
export type Page = {
  page: number;
  width_mm: number;
  height_mm: number;
  width_px: number;
  height_px: number;
  sm3: string | null;
  renderer: string | null;
  notes: {
    where: string;
    text: string;
  }[];
  refusal: string | null;
};
export type TextRun = {
  text: string;
  x_mm: number;
  y_mm: number;
  width_mm: number;
  height_mm: number;
};
export type PageSeen = {
  page: number;
  ppm: number;
  sm3: string;
};
export type Place = {
  page: number;
  x_mm: number;
  y_mm: number;
  width_mm: number;
  height_mm: number;
  clip?: {
    x_mm: number;
    y_mm: number;
    width_mm: number;
    height_mm: number;
  };
};
export type Approval = {
  step: number;
  person_id: string;
  in_place_of: string;
  flow_digest: string;
  approval: string;
  at: string;
  pages_seen: PageSeen[] | null;
};
export type Order = {
  order_id: string;
  organization_id: string;
  seal_id: string;
  es_id: string;
  seal_name: string;
  seal_state: string;
  seal_custodian_id: string | null;
  document_id: string;
  document_digest: string;
  format: string;
  digest_only: boolean;
  requester_id: string;
  places: Place[];
  category: string;
  purpose: string;
  amount_fen: number | null;
  copies: number;
  reference: string;
  state: string;
  stamp_order: string;
  prepared_digest: string | null;
  slot: string;
  created: string;
  expires: string;
  approver_id: string | null;
  approved: string | null;
  grant_id: string | null;
  reason: string | null;
  custodian_id: string | null;
  intent: string | null;
  stamped: string | null;
  value_digest: string | null;
  result_document_id: string | null;
  result_digest: string | null;
  pages_seen_digest: string | null;
  value: string | null;
  notice?: string;
  approvals: Approval[];
  step?: number;
  step_name?: string;
  step_waits_for?: number;
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
  digest_only: boolean;
  places: Place[];
  category: string;
  purpose: string;
  amount_fen: number | null;
  copies: number;
  reference: string;
  grant_id: string | null;
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
  pages_seen_digest: string | null;
};
export type FlowStep = {
  name: string;
  needed: number;
  approvers: string[];
};
export type FlowPath = {
  categories: string[];
  digest_only: boolean;
  amount_max_fen: number | null;
  steps: FlowStep[];
};
export type FlowDeputy = {
  principal: string;
  deputy: string;
  from: string;
  to: string;
};
export type Flow = {
  number: number;
  flow: string;
  digest: string;
  set_by: string;
  set_at: string;
  says: {
    valid_from: string;
    valid_to: string;
    custodian_may_approve: boolean;
    once_in_the_chain: boolean;
    authority: string;
    paths: FlowPath[];
    deputies: FlowDeputy[];
  };
};
export type Permission = {
  seq: number;
  permission_id: string;
  seal_id: string;
  person_id: string;
  category: string;
  valid_from: string;
  valid_to: string;
  granted_by: string;
  created: string;
  revoked: string | null;
};
export type Custody = {
  from_person_id: string | null;
  to_person_id: string;
  begun: string;
  expires: string;
  confirmed: string | null;
};
export type Grant = {
  grant_id: string;
  organization_id: string;
  seal_id: string;
  client: string;
  grant_der: string;
  state: string;
  written_by: string;
  client_secret: string | null;
  created: string;
  granted: string | null;
  revoked: string | null;
  reason: string | null;
  custodian_id: string | null;
  digest_only: boolean;
  notice?: string;
  in_force: boolean;
  step?: number | null;
};
export type GrantRow = {
  seq: number;
  grant_id: string;
  seal_id: string;
  client: string;
  state: string;
  created: string;
  granted: string | null;
  revoked: string | null;
  in_force: boolean;
};
export type RegisterEntry = {
  seq: number;
  order_id: string;
  created: string;
  es_id: string;
  seal_name: string;
  requester_id: string;
  category: string;
  purpose: string;
  reference: string;
  amount_fen: number | null;
  copies: number;
  places: Place[];
  document_digest: string;
  digest_only: boolean;
  approver_id: string | null;
  approved: string | null;
  custodian_id: string | null;
  grant_id: string | null;
  state: string;
  reason: string | null;
  stamped: string | null;
  result_digest: string | null;
};
export type Report = {
  verdict: string;
  format: string;
  size: number;
  digest: string;
  copy_of?: string;
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
  second_factor: boolean;
  must: string[];
};
export type LoggedIn = {
  person_id: string;
  name: string;
  roles: string[];
  organization_id: string | null;
  maker_id: string | null;
  approver_key_id: string | null;
  second_factor: boolean;
  must: string[];
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
export type Outcome = {
  idempotency_key: string;
  status: number;
  answer?: unknown;
  problem?: Problem;
};
export type StatisticsItem = {
  item: string;
  name: string | null;
  events: unknown;
  states: unknown;
  stamps: number;
};
export type Reminder = {
  seq: number;
  seal_id: string;
  es_id: string;
  name: string;
  kind: string;
  state: string;
  organization_id: string;
  valid_to: string;
  days: number;
  created: string;
};
export type CarriedOut = {
  state: string;
  seal_state: string;
  filing_number: string;
};
export type MakerPerson = {
  seq: number;
  person_id: string;
  login: string;
  name: string;
  state: string;
  second_factor: boolean;
  created: string;
};
export type Workstation = {
  seq: number;
  workstation_id: string;
  maker_id: string;
  name: string;
  place: string;
  state: string;
  asked_by: string;
  decided_by: string | null;
  reason: string | null;
  created: string;
};
export type InspectionRow = {
  seq: number;
  inspection_id: string;
  maker_id: string;
  maker_name: string;
  inspector_id: string;
  kind: string;
  note: string;
  state: string;
  conclusion: string | null;
  created: string;
  closed: string | null;
};
export type InspectionSeal = {
  seal_id: string;
  es_id: string;
  name: string;
  kind: string;
  state: string;
};
export type Finding = {
  finding_id: string;
  seal_id: string | null;
  clause: string;
  description: string;
  finder_id: string;
  created: string;
};
export type Rectification = {
  rectification_id: string;
  demand: string;
  due: string;
  state: string;
  created: string;
};
export type RectificationEvent = {
  rectification_id: string;
  at: string;
  event: string;
  state: string;
  actor_id: string | null;
  description: string | null;
};
export type Inspection = {
  inspection_id: string;
  maker_id: string;
  maker_name: string;
  inspector_id: string;
  kind: string;
  note: string;
  state: string;
  conclusion: string | null;
  created: string;
  closed: string | null;
  sample: InspectionSeal[];
  findings: Finding[];
  rectifications: Rectification[];
  history: RectificationEvent[];
};
export type Account = {
  person_id: string;
  login: string;
  name: string;
  id_number: string;
  phone: string;
  roles: string[];
  organization_id: string | null;
  maker_id: string | null;
  district: string | null;
  state: string;
  second_factor: boolean;
  locked_until: string | null;
  password_set: string;
  created: string;
};
export type AccountRow = {
  seq: number;
  person_id: string;
  login: string;
  name: string;
  id_number: string;
  phone: string;
  roles: string[];
  organization_id: string | null;
  maker_id: string | null;
  district: string | null;
  state: string;
  second_factor: boolean;
  locked_until: string | null;
  password_set: string;
  created: string;
};
export type SessionRow = {
  session_id: string;
  created: string;
  last_seen: string;
  source: string;
  current: boolean;
};
export type AccountAct = {
  seq: number;
  act_id: string;
  kind: string;
  person_id: string;
  login: string;
  reason: string;
  state: string;
  proposer_id: string;
  decider_id: string | null;
  created: string;
  decided: string | null;
};
export type AuditRow = {
  seq: number;
  at: string;
  event: string;
  actor_id: string | null;
  source: string;
  object: string;
  outcome: string;
  request_digest: string | null;
  seen_digest: string | null;
  detail: string | null;
  hash: string;
};
export type ConfigurationRow = {
  name: string;
  value: unknown;
  sentence: string;
};
export type CertificateRow = {
  kind: string;
  id: string;
  certificate: string;
  state: string;
  serial?: string;
  organization?: string;
  not_before?: string;
  not_after?: string;
  algorithm: string;
  test?: boolean;
};
export type Destination = {
  destination: string;
  waiting: number;
  dead: number;
  oldest_waiting: string | null;
  answers: boolean;
  failures: number;
  paused_until: string | null;
  last_delivered: string | null;
  problem: string;
};
export type EventRow = {
  seq: number;
  event_id: string;
  destination: string;
  stream: string;
  seal_id: string;
  state: string;
  created: string;
  attempts: number;
  refusals: number;
  last_try: string | null;
  next_try: string;
  problem: string | null;
  detail: string | null;
  receipt: string | null;
  delivered: string | null;
  settled_by: string | null;
  settled_reason: string | null;
};
export type Event = {
  event_id: string;
  destination: string;
  stream: string;
  seal_id: string;
  state: string;
  created: string;
  attempts: number;
  refusals: number;
  last_try: string | null;
  next_try: string;
  problem: string | null;
  detail: string | null;
  receipt: string | null;
  delivered: string | null;
  settled_by: string | null;
  settled_reason: string | null;
  body?: unknown;
};
export type ReconciliationRow = {
  seq: number;
  run_id: string;
  counterpart: string;
  cause: string;
  requested: string;
  requested_by: string | null;
  state: string;
  started: string | null;
  finished: string | null;
  ours: number | null;
  theirs: number | null;
  in_flight: number | null;
  differences: number | null;
  problem: string | null;
  detail: string | null;
};
export type Reconciliation = {
  run_id: string;
  counterpart: string;
  cause: string;
  requested: string;
  requested_by: string | null;
  state: string;
  started: string | null;
  finished: string | null;
  ours: number | null;
  theirs: number | null;
  in_flight: number | null;
  differences: number | null;
  problem: string | null;
  detail: string | null;
};
export type Difference = {
  seq: number;
  es_id: string;
  kind: string;
  ours: string;
  theirs: string;
  district: string;
};
export type EvidenceSource = {
  seq: number;
  url: string;
  added: string;
  last_try: string | null;
  last_ok: string | null;
  next_try: string;
  failures: number;
  problem: string | null;
  detail: string | null;
  issuer: string | null;
  this_update: string | null;
  next_update: string | null;
  stale: boolean;
};
export type Notification = {
  seq: number;
  notification_id: string;
  kind: string;
  object: string;
  number: number;
  created: string;
  read_at: string | null;
  text: string;
  text_zh: string;
};
export type Webhook = {
  webhook_id: string;
  organization_id: string | null;
  maker_id: string | null;
  url: string;
  events: string[];
  state: string;
  reason: string | null;
  created_by: string;
  created: string;
};
export type WebhookRow = {
  seq: number;
  webhook_id: string;
  organization_id: string | null;
  maker_id: string | null;
  url: string;
  events: string[];
  state: string;
  created: string;
};
export type WebhookDelivery = {
  seq: number;
  event_id: string;
  id: string;
  event: string;
  created: string;
  state: string;
  attempts: number;
  next_try: string | null;
  problem: string | null;
  detail: string | null;
  delivered: string | null;
};
export type Problem = {
  code: "format" | "trailing_data" | "limit_exceeded" | "no_memory" | "io" | "crypto" | "unsupported" | "bad_argument" | "bad_signature" | "bad_certificate" | "not_found" | "file_empty" | "file_format_unknown" | "file_damaged" | "file_encrypted" | "container_ambiguous" | "file_hostile" | "document_locked" | "earlier_signature_invalid" | "active_content" | "shown_variously" | "stamp_forbidden" | "page_out_of_range" | "stamp_off_page" | "seam_impossible" | "keyword_not_found" | "seal_not_in_validity" | "device_down" | "device_refused" | "archive_incomplete" | "archive_changed" | "signer_not_in_seal" | "internal" | "unavailable" | "counterpart_down" | "counterpart_refused" | "unauthenticated" | "bad_login" | "forbidden" | "not_this_node" | "second_factor_required" | "account_incomplete" | "step_up_required" | "password_weak" | "too_many_tries" | "two_persons" | "row_altered" | "method_not_allowed" | "bad_json" | "bad_field" | "idempotency_key_missing" | "idempotency_key_reused" | "state_forbids" | "conflict" | "client_signature" | "client_time" | "client_nonce_used" | "client_not_active" | "client_scope" | "client_digest" | "quota_exceeded" | "bad_uscc" | "bad_id_number" | "material_missing" | "original_not_seen" | "maker_licence" | "physical_seal_unknown" | "physical_seal_cancelled" | "physical_seal_mismatch" | "second_statutory_seal" | "certificate_period" | "excluded_by_law" | "workstation" | "four_eyes" | "renewal_window" | "picture_changed" | "outside_scope" | "reason_required" | "seal_not_live" | "seal_held" | "no_approval" | "no_path" | "use_not_permitted" | "grant_exceeded" | "order_expired" | "order_spent" | "document_changed" | "content_not_kept" | "pin_wrong" | "pin_locked" | "pin_must_change" | "pin_weak" | "secret_unreadable" | "secret_stale";
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
  node: string;
  development: boolean;
  rooms: unknown;
};
export type SealingPointShowAnswer = {
  sealing_point: string;
};
export type SessionLogInBody = {
  login: string;
  password: string;
  code?: string;
  challenge?: string;
  signature?: string;
};
export type SessionChangePasswordBody = {
  old: string;
  new: string;
};
export type BootstrapBody = {
  secret: string;
  system_login: string;
  system_name: string;
  system_id_number: string;
  system_phone: string;
  security_login: string;
  security_name: string;
  security_id_number: string;
  security_phone: string;
};
export type BootstrapAnswer = {
  system_person_id: string;
  system_password: string;
  security_person_id: string;
  security_password: string;
};
export type ChallengeShowAnswer = {
  challenge: string;
  expires: string;
};
export type SessionStepUpBody = {
  password?: string;
  code?: string;
  challenge?: string;
  signature?: string;
};
export type SessionStepUpAnswer = {
  fresh_until: string;
};
export type SecondFactorCreateBody = {
  certificate?: string;
};
export type SecondFactorCreateAnswer = {
  kind: string;
  secret?: string;
  uri?: string;
};
export type SecondFactorConfirmBody = {
  code?: string;
  challenge?: string;
  signature?: string;
};
export type SecondFactorConfirmAnswer = {
  kind: string;
  recovery_codes: string[];
};
export type RecoveryCodesCreateBody = Record<string, never>;
export type RecoveryCodesCreateAnswer = {
  recovery_codes: string[];
};
export type SessionListAnswer = {
  items: SessionRow[];
  next: number | null;
};
export type PersonListAnswer = {
  items: AccountRow[];
  next: number | null;
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
  password?: string;
  state?: string;
  act_id?: string;
  password_first_half?: string;
};
export type PersonSearchBody = {
  id_number?: string;
  login?: string;
  organization_id?: string;
};
export type PersonSearchAnswer = {
  items: AccountRow[];
  next: number | null;
};
export type PersonRevealBody = {
  field: string;
  reason: string;
};
export type PersonRevealAnswer = {
  field: string;
  value: string;
};
export type ApplicationRevealBody = {
  field: string;
  reason: string;
};
export type ApplicationRevealAnswer = {
  field: string;
  value: string;
};
export type PersonSetRolesBody = {
  roles: string[];
};
export type PersonSetRolesAnswer = {
  roles: string[];
};
export type PersonDisableBody = {
  reason: string;
};
export type ActProposeBody = {
  kind: string;
  reason: string;
};
export type ActProposeAnswer = {
  act_id: string;
  state: string;
  password_first_half?: string;
};
export type ActListAnswer = {
  items: AccountAct[];
  next: number | null;
};
export type ActConfirmBody = Record<string, never>;
export type ActConfirmAnswer = {
  state: string;
  password_second_half?: string;
};
export type ActRefuseBody = {
  reason: string;
};
export type PersonUnlockBody = Record<string, never>;
export type ConfigurationShowAnswer = {
  items: ConfigurationRow[];
  next: number | null;
};
export type AuditListAnswer = {
  items: AuditRow[];
  next: number | null;
};
export type AuditCheckShowAnswer = {
  intact: boolean;
  whole: boolean;
  checked: number;
  last: number;
  hash: string;
  broken: number | null;
};
export type InventoryShowAnswer = {
  algorithms: unknown;
  devices: unknown;
  password_function: string;
  development: boolean;
};
export type InventoryCertificatesAnswer = {
  items: CertificateRow[];
  next: number | null;
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
  seal_kind: "statutory" | "internal_body" | "branch" | "contract" | "finance" | "invoice" | "inspection" | "customs" | "other" | "legal_representative" | "operator" | "principal" | "finance_head" | "authorized_representative";
  seal_name: string;
  physical_seal_code: string;
  has_superior: boolean;
  by_agent: boolean;
  foreign_script: boolean;
  agent_id_number: string;
  agent_phone: string;
  holder_id?: string;
  scope_categories?: string[];
  scope_amount_max_fen?: number;
  scope_valid_to?: string;
};
export type ApplicationCreateAnswer = {
  application_id: string;
  type: string;
  state: string;
  checklist: ChecklistItem[];
};
export type ApplicationListAnswer = {
  items: ApplicationRow[];
  next: number | null;
};
export type ApplicationChangeFactsBody = {
  physical_seal_code?: string;
  seal_name?: string;
  has_superior?: boolean;
  by_agent?: boolean;
  foreign_script?: boolean;
  agent_id_number?: string;
  agent_phone?: string;
  description?: string;
};
export type ApplicationChangeFactsAnswer = {
  state: string;
  checklist: ChecklistItem[];
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
export type SealApplicationCreateBody = {
  type: string;
  by_agent: boolean;
  agent_id_number: string;
  agent_phone: string;
  physical_seal_code?: string;
  seal_name?: string;
  has_superior?: boolean;
  foreign_script?: boolean;
  reason?: "dissolved_or_merged" | "physical_seal_not_used" | "electronic_seal_not_used" | "key_leaked" | "stolen_damaged_or_lost" | "renamed" | "dissolved" | "licence_revoked" | "bankrupt" | "merged" | "split";
  description?: string;
};
export type SealApplicationCreateAnswer = {
  application_id: string;
  type: string;
  state: string;
  checklist: ChecklistItem[];
};
export type ApplicationCarryOutBody = Record<string, never>;
export type ApplicationResumeBody = {
  sealed: string;
};
export type SealDeclareVoidBody = {
  reason: string;
};
export type MakerRevokeBody = {
  reason: string;
};
export type StatisticsShowAnswer = {
  by: string;
  from: string;
  to: string;
  items: StatisticsItem[];
};
export type ReminderListAnswer = {
  items: Reminder[];
  next: number | null;
};
export type WorkstationCreateBody = {
  name: string;
  place: string;
};
export type WorkstationCreateAnswer = {
  workstation_id: string;
  state: string;
  token: string;
};
export type WorkstationListAnswer = {
  items: Workstation[];
  next: number | null;
};
export type MakerStaffListAnswer = {
  items: MakerPerson[];
  next: number | null;
};
export type WorkstationConfirmBody = Record<string, never>;
export type WorkstationRevokeBody = {
  reason: string;
};
export type InspectionCreateBody = {
  kind: string;
  note: string;
  sample: number;
};
export type InspectionCreateAnswer = {
  inspection_id: string;
  state: string;
};
export type InspectionListAnswer = {
  items: InspectionRow[];
  next: number | null;
};
export type FindingCreateBody = {
  clause: string;
  description: string;
  seal_id?: string;
};
export type FindingCreateAnswer = {
  finding_id: string;
};
export type RectificationCreateBody = {
  demand: string;
  due: string;
};
export type RectificationCreateAnswer = {
  rectification_id: string;
  state: string;
};
export type InspectionCloseBody = {
  conclusion: string;
};
export type RectificationAnswerBody = {
  description: string;
};
export type RectificationAcceptBody = Record<string, never>;
export type RectificationRejectBody = {
  reason: string;
  due: string;
};
export type RectificationWithdrawBody = {
  reason: string;
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
export type SealFreezeBody = {
  reason: string;
};
export type SealFreezeAnswer = {
  state: string;
  hold_id: string;
  owner: string;
  held_by: string[];
  needed: number;
  may_lift: string[];
};
export type SealUnfreezeBody = {
  sealed: string;
};
export type SealUnfreezeAnswer = {
  state: string;
  held_by: string[];
};
export type HoldLiftBody = {
  reason: string;
  sealed: string;
};
export type HoldLiftAnswer = {
  state: string;
  missing: number;
  seal_state: string;
  held_by: string[];
};
export type SealCancelBody = {
  reason: "dissolved_or_merged" | "physical_seal_not_used" | "electronic_seal_not_used" | "key_leaked" | "stolen_damaged_or_lost" | "renamed" | "dissolved" | "licence_revoked" | "bankrupt" | "merged" | "split";
  description?: string;
};
export type FilingListAnswer = {
  items: Filing[];
  next: number | null;
};
export type CopyCreateBody = Record<string, never>;
export type CopyCreateAnswer = {
  code: string;
  link: string;
  source_digest: string;
  made: string;
};
export type CopyShowAnswer = {
  code: string;
  made: string;
  source_digest: string;
  format: string;
  pages: number;
  report: Report;
};
export type DocumentPagesAnswer = {
  document_id: string;
  digest: string;
  format: string;
  count: number;
  ppm: number;
  items: Page[];
  next: number | null;
};
export type DocumentPageTextAnswer = {
  document_id: string;
  digest: string;
  format: string;
  page: number;
  width_mm: number;
  height_mm: number;
  runs: TextRun[];
};
export type OrderCreateBody = {
  seal_id: string;
  document_id: string;
  places: {
    pages?: string;
    x_mm?: number;
    y_mm?: number;
    corner?: string;
    seam?: string;
    along_mm?: number;
    margin_mm?: number;
    group?: number;
    strip_min_mm?: number;
    keyword?: string;
    which?: number;
    side?: string;
    right_mm?: number;
    down_mm?: number;
    keep_on_page?: boolean;
    blanks?: boolean;
  }[];
  width_mm?: number;
  height_mm?: number;
  category: "official_document" | "certificate" | "agreement" | "voucher" | "transfer_form" | "personal_relation" | "public_utility_stop" | "classified";
  purpose: string;
  amount_fen?: number;
  copies?: number;
  reference?: string;
};
export type OrderCreateAnswer = {
  order_id: string;
  state: string;
  order: string;
  expires: string;
  places: Place[];
};
export type OrderApproveBody = {
  sealed: string;
  step: number;
  pages_seen?: {
    page: number;
    ppm: number;
    sm3: string;
  }[];
};
export type OrderApproveAnswer = {
  state: string;
  step?: number;
  step_waits_for?: number;
};
export type OrderRefuseBody = {
  reason: string;
};
export type OrderStampBody = {
  sealed: string;
};
export type OrderStampAnswer = {
  state: string;
  document_id?: string;
  digest?: string;
  stamp_record_id: string;
  value?: string;
  slot?: string;
};
export type StampRecordListAnswer = {
  items: StampRecord[];
  next: number | null;
};
export type DigestOrderCreateBody = {
  seal_id: string;
  format: string;
  size: number;
  document_digest: string;
  data_hash: string;
  property_info: string;
  slot: string;
  places: {
    page: number;
    x_mm: number;
    y_mm: number;
    width_mm: number;
    height_mm: number;
    clip_x_mm?: number;
    clip_y_mm?: number;
    clip_width_mm?: number;
    clip_height_mm?: number;
  }[];
  category: "official_document" | "certificate" | "agreement" | "voucher" | "transfer_form" | "personal_relation" | "public_utility_stop" | "classified";
  purpose: string;
  amount_fen?: number;
  copies?: number;
  reference?: string;
};
export type DigestOrderCreateAnswer = {
  order_id: string;
  state: string;
  order: string;
  expires: string;
  places: Place[];
};
export type FlowSetBody = {
  flow: string;
  sealed: string;
};
export type FlowSetAnswer = {
  number: number;
  digest: string;
};
export type FlowApproveBody = {
  flow: string;
  sealed: string;
};
export type FlowApproveAnswer = {
  digest: string;
};
export type PermissionListAnswer = {
  items: Permission[];
  next: number | null;
};
export type PermissionCreateBody = {
  person_id: string;
  categories: string[];
  valid_from?: string;
  valid_to?: string;
};
export type PermissionCreateAnswer = {
  permission_ids: string[];
};
export type PermissionRevokeBody = Record<string, never>;
export type PermissionRevokeAnswer = Record<string, never>;
export type CustodyListAnswer = {
  items: Custody[];
};
export type SealHandOverBody = {
  person_id: string;
  sealed: string;
};
export type SealHandOverAnswer = {
  expires: string;
};
export type SealTakeOverBody = {
  sealed: string;
};
export type SealTakeOverAnswer = Record<string, never>;
export type KeyUnlockBody = {
  sealed: string;
};
export type KeyUnlockAnswer = {
  unlocked: boolean;
};
export type GrantListAnswer = {
  items: GrantRow[];
  next: number | null;
};
export type GrantCreateBody = {
  grant: string;
};
export type GrantCreateAnswer = {
  grant_id: string;
  state: string;
};
export type GrantApproveBody = {
  sealed: string;
  step: number;
  pages_seen?: {
    page: number;
    ppm: number;
    sm3: string;
  }[];
};
export type GrantApproveAnswer = Record<string, never>;
export type GrantGiveBody = {
  sealed: string;
};
export type GrantGiveAnswer = {
  state: string;
  client_secret: string;
};
export type GrantRevokeBody = {
  reason: string;
};
export type OrderStampGrantedBody = {
  grant_id: string;
  sealed: string;
  signature: string;
};
export type OrderStampGrantedAnswer = {
  state: string;
  document_id?: string;
  digest?: string;
  stamp_record_id: string;
  value?: string;
  slot?: string;
};
export type UseRegisterAnswer = {
  items: RegisterEntry[];
  next: number | null;
};
export type ExchangeShowAnswer = {
  destinations: Destination[];
};
export type ExchangeEventListAnswer = {
  items: EventRow[];
  next: number | null;
};
export type ExchangeEventResendBody = {
  reason: string;
};
export type ExchangeEventAbandonBody = {
  reason: string;
};
export type PlatformStatusShowAnswer = {
  es_id: string;
  at: string;
  status: string;
};
export type SealStatementAnswer = {
  statement: string;
  signature: string;
  key: string;
};
export type StatementKeyShowAnswer = {
  keys: unknown;
};
export type NotificationListAnswer = {
  items: Notification[];
  next: number | null;
};
export type NotificationReadBody = Record<string, never>;
export type NotificationReadAnswer = {
  read: boolean;
};
export type EvidenceSourceListAnswer = {
  items: EvidenceSource[];
  next: number | null;
};
export type ReconciliationListAnswer = {
  items: ReconciliationRow[];
  next: number | null;
};
export type ReconciliationCreateBody = {
  counterpart: string;
};
export type ReconciliationCreateAnswer = {
  run_id: string;
  state: string;
};
export type ReconciliationDifferencesAnswer = {
  items: Difference[];
  next: number | null;
};
export type OrderCreateBatchBody = {
  items: ({
    idempotency_key: string;
    seal_id: string;
    document_id: string;
    places: {
      pages?: string;
      x_mm?: number;
      y_mm?: number;
      corner?: string;
      seam?: string;
      along_mm?: number;
      margin_mm?: number;
      group?: number;
      strip_min_mm?: number;
      keyword?: string;
      which?: number;
      side?: string;
      right_mm?: number;
      down_mm?: number;
      keep_on_page?: boolean;
      blanks?: boolean;
    }[];
    width_mm?: number;
    height_mm?: number;
    category: "official_document" | "certificate" | "agreement" | "voucher" | "transfer_form" | "personal_relation" | "public_utility_stop" | "classified";
    purpose: string;
    amount_fen?: number;
    copies?: number;
    reference?: string;
  })[];
};
export type OrderCreateBatchAnswer = {
  items: Outcome[];
};
export type OrderApproveBatchBody = {
  items: {
    idempotency_key: string;
    order_id: string;
    sealed: string;
    step: number;
    pages_seen?: {
      page: number;
      ppm: number;
      sm3: string;
    }[];
  }[];
};
export type OrderApproveBatchAnswer = {
  items: Outcome[];
};
export type OrderStampBatchBody = {
  items: {
    idempotency_key: string;
    order_id: string;
    sealed: string;
  }[];
};
export type OrderStampBatchAnswer = {
  items: Outcome[];
};
export type OrderStampGrantedBatchBody = {
  items: {
    idempotency_key: string;
    order_id: string;
    grant_id: string;
    sealed: string;
    signature: string;
  }[];
};
export type OrderStampGrantedBatchAnswer = {
  items: Outcome[];
};
export type DigestOrderCreateBatchBody = {
  items: ({
    idempotency_key: string;
    seal_id: string;
    format: string;
    size: number;
    document_digest: string;
    data_hash: string;
    property_info: string;
    slot: string;
    places: {
      page: number;
      x_mm: number;
      y_mm: number;
      width_mm: number;
      height_mm: number;
      clip_x_mm?: number;
      clip_y_mm?: number;
      clip_width_mm?: number;
      clip_height_mm?: number;
    }[];
    category: "official_document" | "certificate" | "agreement" | "voucher" | "transfer_form" | "personal_relation" | "public_utility_stop" | "classified";
    purpose: string;
    amount_fen?: number;
    copies?: number;
    reference?: string;
  })[];
};
export type DigestOrderCreateBatchAnswer = {
  items: Outcome[];
};
export type WebhookCreateBody = {
  url: string;
  events: string[];
};
export type WebhookCreateAnswer = {
  webhook_id: string;
  secret: string;
};
export type WebhookListAnswer = {
  items: WebhookRow[];
  next: number | null;
};
export type WebhookEndBody = {
  reason: string;
};
export type WebhookDeliveryListAnswer = {
  items: WebhookDelivery[];
  next: number | null;
};
export type WebhookReplayBody = Record<string, never>;
export type WebhookReplayAnswer = {
  event_id: string;
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
