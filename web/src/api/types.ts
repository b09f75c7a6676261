// Made from docs/openapi.json by `./dev web node build/make_api_types.ts`: change that, not this.

/** The job is stored on the phone. Print it only after `confirmed`. */
export interface Accepted {
  readonly attempt: number;
  readonly job_id: string;
  readonly type: "accepted";
}

/** What a customer owes after an event, so that a reader needs no history. */
export interface AccountState {
  readonly credit: number;
  readonly customer_code: string;
  readonly debt: number;
  readonly oldest_due_date?: string | null;
  readonly open_bills: number;
  readonly version: number;
}

/** A customer's account has changed. */
export interface AccountUpdate {
  readonly bill_id?: string | null;
  readonly credit: number;
  readonly customer_code: string;
  readonly debt: number;
  readonly open_bills: number;
  readonly payment?: PaymentSummary | null;
  /** For `payment.reversed`: why. */
  readonly reason?: string | null;
  readonly seq: number;
  readonly type?: "account";
  /** Of the account; ignore what is not greater than what you have. */
  readonly version: number;
  readonly what: "payment.recorded" | "payment.reversed" | "bill.issued" | "bill.corrected";
}

/** The answer to `printing` and `result`: the state in effect. */
export interface Acknowledged {
  readonly attempt: number;
  readonly cause?: PrintJobCause | null;
  readonly job_id: string;
  readonly state: PrintJobState;
  readonly type?: "acknowledged";
}

/** Who did something, and how that is known. */
export interface Actor {
  readonly asked_by?: AskedBy | null;
  readonly id: string;
  readonly kind: ActorKind;
  readonly proven_by?: Proof;
  readonly reference?: string;
}

/** What an actor is. */
export type ActorKind = "device" | "person" | "partner" | "service" | "command_line";

/** What is open in one unit of bills of one age. */
export interface AgedDebt {
  readonly age: DebtAge;
  readonly amount: number;
  readonly bills: number;
  readonly customers: number;
  readonly unit_code: string;
}

/** What is open by age, in the order of units and ages. */
export interface AgeingReport {
  readonly day: string;
  readonly debts: readonly AgedDebt[];
}

/** The part of a payment that cleared a bill: VAT first, then principal. */
export interface Allocation {
  readonly bill_id: string;
  readonly principal: number;
  readonly vat: number;
}


/** Settings of this installation for the phone app. */
export interface AppSettingsView {
  /** None where no transfers are taken. */
  readonly bank_account: BankAccountView | null;
}

/** What is approved. */
export type ApprovalKind = "payment_reversal" | "bill_correction";

/** What was asked for, who decided, and what came of it. */
export interface ApprovalView {
  /** Whole đồng; of `bill_correction` by how much more is owed, negative for less. */
  readonly amount: number;
  readonly approval_id: string;
  readonly asked_at: string;
  readonly asked_by: PersonView;
  /** Of `bill_correction`: what is approved. */
  readonly correction: WantedCorrectionView | null;
  readonly customer_code: string | null;
  readonly decided_at: string | null;
  readonly decided_by: PersonView | null;
  readonly decision: Decision | null;
  readonly decision_reason: string | null;
  readonly kind: ApprovalKind;
  /** Of what was approved: `done`, or the type of the refusal without its prefix; null while it is not known, then the same decision again tries again. */
  readonly outcome: string | null;
  readonly reason: string;
  /** Of `payment_reversal`: the payment; of `bill_correction`: the number of the bill. */
  readonly subject: string;
  readonly unit_code: string;
}

/** The latest first. */
export interface ApprovalsView {
  readonly approvals: readonly ApprovalView[];
}

/** The person who asked for what another one has approved. */
export interface AskedBy {
  readonly id: string;
  readonly reference?: string;
}

/** Where transfers go (VietQR). */
export interface BankAccountView {
  readonly account: string;
  /** Six digits that name the bank. */
  readonly bank_bin: string;
  /** Whose account it is; may be empty. */
  readonly name: string;
}

/** A movement on one of the utility's bank accounts: the facts, without what the payer wrote. */
export interface BankCredit {
  readonly account_number: string;
  readonly amount: number;
  readonly booked_on: string;
  readonly contradicted?: boolean;
  readonly credit_id: string;
  readonly customer_code: string | null;
  readonly matched_by: string | null;
  readonly outgoing: boolean;
  readonly payment_id: string | null;
  readonly reason: BankCreditReason | null;
  readonly reference: string;
  readonly settled_at: string | null;
  readonly sources: readonly string[];
  readonly state: BankCreditState;
  readonly taken_at: string;
  readonly transacted_at: string;
}

/** What was done with a credit. */
export interface BankCreditAct {
  readonly act: string;
  readonly acted_at: string;
  readonly actor: Actor | null;
  readonly customer_code: string | null;
  readonly payment_id: string | null;
  readonly reason: string;
}

/** A customer whose money a credit may be: a proposal, never booked by itself. */
export interface BankCreditCandidate {
  readonly customer_code: string;
  readonly debt: number;
  readonly name: string;
  readonly unit_code: string;
  readonly why: readonly string[];
}

/** A credit with what the payer wrote, as long as that is kept, and whose it may be. */
export interface BankCreditDetails {
  readonly acts: readonly BankCreditAct[];
  readonly candidates: readonly BankCreditCandidate[];
  readonly content: string | null;
  readonly counter_account: string | null;
  readonly counter_bank: string | null;
  readonly counter_name: string | null;
  readonly credit: BankCredit;
}

/** Why a bank credit waits for a person. */
export type BankCreditReason = "no_customer" | "several_customers" | "uncertain_code" | "refund" | "may_be_known" | "other_account" | "amount_implausible" | "reference_recorded" | "reversed";

/** A credit after what was done with it. */
export interface BankCreditReply {
  readonly credit: BankCredit;
}

/** Where a movement on one of the utility's bank accounts stands. */
export type BankCreditState = "new" | "booked" | "unmatched" | "dismissed" | "outgoing";

/** Credits in the order in which they were taken. */
export interface BankCreditsPage {
  readonly credits: readonly BankCredit[];
  readonly next: string | null;
}

/** One bill with its lines; amounts in đồng, both days of the period included. */
export interface Bill {
  readonly bill_id: string;
  readonly bill_number: string;
  readonly corrected_by?: readonly BillFollowUp[];
  readonly corrects?: BillLink | null;
  readonly customer_code: string;
  readonly cycle: number;
  readonly due_date: string;
  readonly explanation?: readonly string[];
  readonly households: string;
  readonly issued_at: string;
  readonly kind?: BillKind;
  readonly kwh: number;
  readonly lines: readonly BillLine[];
  readonly month: number;
  readonly open_principal: number;
  readonly open_vat: number;
  readonly period_from: string;
  readonly period_to: string;
  readonly pre_vat: number;
  readonly price_group: string;
  readonly readings: readonly MeterReading[];
  readonly state: BillState;
  readonly total: number;
  readonly vat: number;
  readonly vat_rate: string;
  readonly year: number;
}

/** One cause of a difference, and what it comes to: negative where it makes the bill lower. */
export interface BillCause {
  readonly amount: number;
  readonly kind: BillCauseKind;
}

/** Why a bill is higher or lower than the one before. */
export type BillCauseKind = "days" | "use" | "tier" | "hours" | "price" | "price_group" | "households" | "vat";

/** A bill against the one before it. */
export interface BillComparison {
  readonly bill_number: string;
  readonly causes: readonly BillCause[];
  readonly compared_with: string;
  readonly difference: number;
  readonly en: string;
  readonly kwh_year_ago: number | null;
  readonly vi: string;
}

/** A wrong bill that was put right. */
export interface BillCorrection {
  readonly after: BilledAmounts;
  readonly approved_by: string;
  readonly asked_by: string;
  readonly before: BilledAmounts;
  readonly corrected_at: string;
  readonly correction_id: string;
  readonly corrects: BillLink;
  readonly customer_code: string;
  readonly kind: CorrectionKind;
  readonly new_bill: BillLink | null;
  readonly reason: string;
  readonly reductions: readonly BillReduction[];
  readonly released: number;
}

/** Corrections, the latest first. */
export interface BillCorrections {
  readonly corrections: readonly BillCorrection[];
}

/** A correction as it stands on a bill that it concerns: what followed. */
export interface BillFollowUp {
  readonly corrected_at: string;
  readonly correction_id: string;
  readonly kind: CorrectionKind;
  readonly new_bill?: BillLink | null;
  readonly reduced_principal?: number;
  readonly reduced_vat?: number;
}

/** How a bill came about. */
export type BillKind = "ordinary" | "adjustment" | "replacement";

/**
 * kWh of one tier or register at one unit price: `amount` = `kwh` × `unit_price` exactly.
 *
 * Reactive power is money without kWh: `kwh` and `unit_price` are 0, `amount` is what is due for it.
 */
export interface BillLine {
  readonly amount: number;
  readonly decision: string;
  readonly kwh: number;
  readonly label: string;
  readonly period_from: string;
  readonly period_to: string;
  readonly unit_price: number;
}

/** Another bill that a bill is linked with. */
export interface BillLink {
  readonly bill_id: string;
  readonly bill_number: string;
}

/** What a correction took off one bill. */
export interface BillReduction {
  readonly bill_id: string;
  readonly bill_number: string;
  readonly principal: number;
  readonly vat: number;
}

/** A bill run with what it changes and what it leaves. */
export interface BillRunDetailsView {
  /** Periods of the same units and month whose readings wait for a person. */
  readonly held: number;
  /** The first hundred of `set_aside`. */
  readonly problems: readonly RunProblem[];
  /** Null until it is made, some time after the last draft. */
  readonly report: RunReport | null;
  readonly run: BillRunView;
}

/** From the drafts to the bills. Only a released run has made any. */
export type BillRunState = "computing" | "computed" | "releasing" | "released" | "discarded";

/** A bill run as it stands. */
export interface BillRunView {
  readonly asked_at: string;
  readonly asked_by: RunPerson;
  /** What the drafts come to, as far as they are computed. */
  readonly bills: number;
  readonly computed_at: string | null;
  readonly computed_parts: number;
  readonly confirmed_at: string | null;
  readonly confirmed_by: RunPerson | null;
  readonly ended_at: string | null;
  /** Released by whoever imported the readings: no second person. */
  readonly is_at_once: boolean;
  /** Computed to be looked at, never released. */
  readonly is_trial: boolean;
  readonly kwh: number;
  /** Drafts whose readings were held or replaced after the totals were confirmed: they are no bills. */
  readonly left_out_bills: number;
  readonly left_out_total: number;
  readonly month: number | null;
  readonly parts: number;
  readonly pre_vat: number;
  readonly released_bills: number;
  readonly released_parts: number;
  readonly released_total: number;
  readonly run_id: string;
  /** Periods that cannot be billed. */
  readonly set_aside: number;
  readonly state: BillRunState;
  readonly total: number;
  readonly unit_prefix: string;
  readonly vat: number;
  readonly year: number | null;
}

/** The latest first. */
export interface BillRunsView {
  readonly runs: readonly BillRunView[];
}

/** A bill goes from open to paid, and back only by a recorded reversal. */
export type BillState = "open" | "paid";

/** What a bill comes to, with its adjustments. */
export interface BilledAmounts {
  readonly kwh: number;
  readonly pre_vat: number;
  readonly total: number;
  readonly vat: number;
}

/** One SMS that a date rule of the unit scheduled: due soon, overdue, second notice, cut warning. */
export interface CampaignMessage {
  readonly cause: string;
  readonly customer_code: string;
  readonly debt_due_on: string;
  readonly due_at: string;
  readonly expired?: boolean;
  readonly phone: string | null;
  readonly provider: string | null;
  readonly provider_reference: string | null;
  readonly reminder_id: string;
  readonly segments: number;
  readonly sent_at: string | null;
  readonly state: ReminderState;
  readonly template: string;
  readonly text: string;
}

/** Cash that a collector has taken at the door. */
export interface CashPayment {
  /** Whole đồng. */
  readonly amount: number;
  /** The bills that the payer saw: when one of them is no longer open, nothing is taken. */
  readonly bill_ids?: readonly string[];
  /** `cash_step` of the account that the payer was shown: what was taken by a rule of up to seven days ago is recorded. */
  readonly cash_step?: number | null;
  readonly customer_code: string;
  readonly method: "cash";
  readonly received_at: string;
  /** The visit during which the money was taken. */
  readonly visit_id?: string | null;
}

/** A code for a cashier's desk. */
export interface CashierCodeRequest {
  readonly role: "cashier";
}

/**
 * One cell of a row of columns. Its width is, in this order:
 *
 * * `width` characters, where it is given;
 * * as many characters as its longest line has, where `keep` is set;
 * * else a share of what the other cells and the gaps of one character leave, in proportion to `share`.
 *
 * `keep` marks what must never be broken, such as an amount: its cell grows to hold it beyond `width`.
 */
export interface Cell {
  readonly align?: "left" | "center" | "right";
  readonly keep?: boolean;
  readonly share?: number;
  readonly text: string;
  readonly weight?: "regular" | "bold";
  readonly width?: number | null;
}

/** Why a draft comes to something else than what it is compared with. */
export type ChangeCause = "new" | "gone" | "kwh" | "days" | "price" | "price_group" | "households" | "vat";

/** What a bill or a draft comes to. */
export interface ChargedAmounts {
  readonly days: number;
  readonly kwh: number;
  readonly total: number;
}

/** What was collected in one unit on one day by one method; payments that were reversed are left out. */
export interface CollectedSum {
  readonly amount: number;
  readonly day: string;
  readonly method: PaymentMethod;
  readonly payments: number;
  readonly unit_code: string;
}

/** A bank, post office or shop where a notice can be paid. */
export interface CollectionPoint {
  readonly address: string;
  readonly collection_point_code: string;
  readonly kind: string;
  readonly name: string;
  readonly opening_hours: string;
  readonly phone: string;
  readonly unit_code: string;
  readonly ward?: string | null;
}

/** A code for a collection point's computer. */
export interface CollectionPointCodeRequest {
  readonly collection_point_code: string;
  readonly role: "collection_point";
}

/** The collection points, those of the same unit first. */
export interface CollectionPointsReply {
  readonly collection_points: readonly CollectionPoint[];
}

/** What was collected, in the order of days, units and methods. */
export interface CollectionsReport {
  readonly sums: readonly CollectedSum[];
}

/** The person at the door, as printed on documents and named in SMS. */
export interface Collector {
  readonly collector_code: string;
  readonly name: string;
  readonly phone: string;
}

/** A code for a collector's phone. */
export interface CollectorCodeRequest {
  readonly collector_code: string;
  readonly role: "collector";
}

/** A collector, as the gateway shows the person and documents name it. */
export interface CollectorDetails {
  readonly active: boolean;
  readonly collector_code: string;
  readonly name: string;
  readonly phone: string;
  readonly routes: readonly string[];
  readonly unit_code: string;
}

/** Collectors in the order of their codes, those who have left included. */
export interface CollectorsView {
  readonly collectors: readonly CollectorDetails[];
}

/** Cells side by side, each wrapped by itself; below each other on paper too narrow for them. */
export interface Columns {
  readonly cells: readonly Cell[];
  readonly size?: 1 | 2;
  readonly type: "columns";
}

/** What the customer says of a reading or a bill. */
export interface Complaint {
  readonly bill_number?: string | null;
  /** What is objected to. Of another kind than `reading`, a bill is named. */
  readonly kind?: ComplaintKind;
  readonly meter_number?: string | null;
  readonly note: string;
  /** A JPEG of at most 45,000 bytes, base64; empty for none. */
  readonly photo?: string;
  /** What the meter shows. */
  readonly reading_seen?: number | null;
  readonly stated_at: string;
}

/** What the office found about a complaint. */
export type ComplaintFinding = "reading_right" | "reading_wrong" | "meter_faulty" | "other";

/** What a customer objects to. */
export type ComplaintKind = "reading" | "amount" | "price_group" | "other";

/** How a complaint was settled. */
export interface ComplaintSettlement {
  readonly finding: ComplaintFinding;
  readonly is_bill_right?: boolean | null;
  readonly note: string;
  readonly settled_at: string;
  readonly settled_by: string;
}

/** The gateway knows that the phone has the job: print it. */
export interface Confirmed {
  readonly attempt: number;
  readonly job_id: string;
  readonly type?: "confirmed";
}

/** Why a copy is printed. */
export interface CopyRequest {
  /** The phone whose printer prints the copy; a collector's own when left out. */
  readonly device_id?: string | null;
  readonly reason: string;
}

/** The right readings, and why. */
export interface Correction {
  /** Days, supply and power factor where these were wrong. */
  readonly period?: PeriodRead | null;
  readonly readings: readonly RegisterRead[];
  readonly reason: string;
}

/** How a wrong bill is put right; it is never edited. */
export type CorrectionKind = "adjustment" | "replacement";

/** What a correction would do. */
export interface CorrectionPreview {
  readonly account: AccountState;
  readonly after: BilledAmounts;
  readonly before: BilledAmounts;
  readonly bill: Bill;
  readonly difference: number;
  readonly doubts?: readonly Doubt[];
  readonly explanation: readonly string[];
  readonly kind: CorrectionKind;
  readonly lines: readonly BillLine[];
  readonly new_bill_total: number | null;
  readonly reductions: readonly BillReduction[];
  readonly released: number;
}

/** Why it is no customer's money. */
export interface CreditDismissal {
  readonly reason: string;
}

/** Whose money it is, and how that is known. */
export interface CreditMatch {
  readonly customer_code: string;
  readonly reason: string;
}

/** A customer's bills, the oldest first, and what is owed. */
export interface CustomerAccount {
  readonly account: AccountState;
  readonly bills: readonly Bill[];
  readonly cash_step?: number;
  readonly least_part?: number | null;
  readonly payments: readonly Payment[];
}

/** Everything that the customer service has of one customer; visits with the latest first. */
export interface CustomerDetails {
  readonly appointment: string | null;
  readonly collection_point_from?: string | null;
  readonly debt: number;
  readonly facts: CustomerFacts;
  readonly misses: number;
  readonly step: NextStep;
  readonly visits: readonly Visit[];
}

/** The contract facts of a customer as billing, documents and SMS need them; a snapshot at the time of the event. */
export interface CustomerFacts {
  readonly active?: boolean;
  readonly address: string;
  readonly address_old?: string | null;
  readonly collector: Collector;
  readonly customer_code: string;
  readonly households?: string;
  readonly meter?: Meter | null;
  readonly name: string;
  readonly phone?: string | null;
  readonly place_in_route: number;
  readonly price_group: string;
  readonly route_code: string;
  readonly sms_language?: SmsLanguage | null;
  readonly tax_code?: string | null;
  readonly unit: Unit;
  readonly version: number;
  readonly ward?: string | null;
}

/** A customer that a search found; `score` from 0 to 1, the best first. */
export interface CustomerMatch {
  readonly customer: CustomerSummary;
  readonly matched_on: MatchedOn;
  readonly score: number;
}

/** A customer as a line of a list; `debt` is what billing last reported. */
export interface CustomerSummary {
  readonly address: string;
  readonly address_old?: string | null;
  readonly appointment?: string | null;
  readonly customer_code: string;
  readonly debt: number;
  readonly meter_number: string | null;
  readonly name: string;
  readonly phone: string | null;
  readonly place_in_route: number;
  readonly route_code: string;
  readonly step: NextStep;
  readonly ward?: string | null;
}

/** A customer's facts have changed, or the customer has come to or left the collector's routes. */
export interface CustomerUpdate {
  readonly customer_code: string;
  readonly on_route: boolean;
  readonly seq: number;
  readonly type?: "customer";
  /** Of the customer's facts. */
  readonly version: number;
}

/** The matches, the best first. */
export interface CustomersFound {
  readonly matches: readonly CustomerMatch[];
}

/** How the day goes on one route; amounts in đồng. */
export interface DayFigures {
  readonly away?: number;
  readonly cash?: number;
  readonly cash_payments?: number;
  readonly collection_point_payments?: number;
  readonly collection_points?: number;
  readonly collector_code: string;
  readonly collector_name: string;
  readonly due?: number;
  readonly owed?: number;
  readonly owing?: number;
  readonly promised?: number;
  readonly route_code: string;
  readonly sent_to_points?: number;
  readonly transfer_payments?: number;
  readonly transfers?: number;
  readonly unit_code: string;
  readonly visited?: number;
}

/** A day by routes; sums by collector and by unit are the caller's. */
export interface DayView {
  readonly day: string;
  readonly figures: readonly DayFigures[];
}

/** What a customer owes, without anything else about the customer. */
export interface Debt {
  readonly account: AccountState;
}

/** How many days a bill is past its due date. */
export type DebtAge = "not_due" | "up_to_30" | "up_to_60" | "up_to_90" | "older";

/** What the other person decides. */
export type Decision = "approved" | "refused";

/** What is decided, and why. */
export interface DecisionBody {
  readonly decision: Decision;
  readonly reason: string;
}

/** Every delivery report of a provider's request is kept; it may be acknowledged. */
export interface DeliveryReportsRecorded {
  readonly received: number;
}

/** The device's own ES256 key as a JSON Web Key (RFC 7517). */
export interface DeviceKey {
  readonly crv: "P-256";
  readonly kty: "EC";
  readonly x: string;
  readonly y: string;
}

/** A device, without its token. */
export interface DeviceView {
  /** As it last named it on the stream; for the office. */
  readonly app_version?: string | null;
  readonly collection_point_code: string | null;
  readonly collector_code: string | null;
  /** Whether it is on the stream now; for the office. */
  readonly connected?: boolean;
  readonly device_id: string;
  readonly device_name: string;
  readonly enrolled_at: string;
  /** When it was last on the stream; for the office. */
  readonly last_contact_at?: string | null;
  /** Since when its collector does not work any more: the device is refused. */
  readonly left_at?: string | null;
  /** Why the next paper does not come out; for the office. */
  readonly printer_fault?: PrintJobCause | null;
  /** The printer that was paired last; for the office. */
  readonly printer_name?: string | null;
  readonly public_key: DeviceKey | null;
  readonly revoked_at: string | null;
  readonly role: Role;
  /** Papers that may be printed; for the office. */
  readonly unconfirmed_papers?: number;
  /** Papers that are not printed yet; for the office. */
  readonly waiting_papers?: number;
}

/** Devices in the order of their ids. */
export interface DevicesView {
  readonly devices: readonly DeviceView[];
}

/**
 * What one print job prints, from top to bottom.
 *
 * `title` names the document on screens and in lists and is not printed; `kind` says what it is ("receipt",
 * "notice", …) for sorting and counting; `language` is that of the printed words.
 */
export interface Document {
  readonly blocks: readonly (Text | Columns | Rule | Feed | QrCode)[];
  readonly kind: string;
  readonly language?: "vi" | "en";
  readonly title: string;
  readonly version: 1;
}

/** Why readings may be wrong: the name of the rule, and what it found. */
export interface Doubt {
  readonly detail: string;
  readonly english: string;
  readonly rule: string;
}

/** A one-time code; it is shown only here. */
export interface EnrolmentCodeView {
  /** To be read out or scanned; capitals, spaces and dashes do not matter. */
  readonly code: string;
  readonly collection_point_code: string | null;
  readonly collector_code: string | null;
  readonly expires_at: string;
  readonly role: Role;
}

/** A device that enrols. */
export interface EnrolmentRequest {
  readonly code: string;
  readonly device_name: string;
  readonly public_key?: DeviceKey | null;
  /** What the device is for. A code for another role is refused and can still be used. */
  readonly role?: Role | null;
}

/** The device and its token, which is shown only here: keep it secret, send it with every request. */
export interface EnrolmentView {
  readonly device: DeviceView;
  readonly token: string;
}

/** White paper, in dot rows: 8 rows are 1 mm. */
export interface Feed {
  readonly rows: number;
  readonly type: "feed";
}

/** Who signs in by a one-time code of an administrator, and the password from now on. */
export interface FirstSignInRequest {
  readonly code: string;
  readonly login_name: string;
  /** At least 12 characters, not common, without the login name. */
  readonly password: string;
  readonly second_factor?: string | null;
}

/** What a person may do from now on. */
export interface Grant {
  readonly roles: readonly StaffRole[];
  /** Codes of units; `*` for all. */
  readonly units: readonly string[];
}

/** Nothing else has been sent for `welcome.heartbeat` seconds, and the connection is alive. */
export interface Heartbeat {
  readonly type?: "heartbeat";
}

/** A print job that waits for a person. */
export interface HeldPrintJob {
  readonly collector_code: string | null;
  readonly device_name: string;
  readonly print_job: PrintJobView;
}

/** The oldest first. */
export interface HeldPrintJobs {
  readonly print_jobs: readonly HeldPrintJob[];
}

/** A metered period that is not billed until a person has looked at its readings. */
export interface HeldReadings {
  readonly customer_code: string;
  readonly cycle: number;
  readonly doubts: readonly Doubt[];
  readonly held_since: string | null;
  readonly kwh: number;
  readonly month: number;
  readonly period_from: string;
  readonly period_id: string;
  readonly period_to: string;
  readonly readings: readonly MeterReading[];
  readonly sent_back_at: string | null;
  readonly unit_code: string;
  readonly year: number;
}

/** Held readings, in the order in which they were stored. */
export interface HeldReadingsPage {
  readonly held: readonly HeldReadings[];
  readonly next: string | null;
}

/** The first frame, within ten seconds. */
export interface Hello {
  readonly app_version?: string;
  readonly content?: "document" | "escpos";
  /** From the last `welcome`. */
  readonly epoch?: string | null;
  /** Jobs that the phone keeps and has no acknowledged result of. */
  readonly holding?: readonly string[];
  /** The greatest `seq` of an account update that the phone has stored. */
  readonly last_seq?: number | null;
  /** For `escpos`: the printer whose stored profile the bytes are made for. */
  readonly printer_id?: string | null;
  readonly token: string;
  readonly type: "hello";
}

/** A document to print. A repeated offer of the same attempt is the same document. */
export interface Job {
  readonly attempt: number;
  readonly copy_number: number;
  readonly customer_code?: string | null;
  readonly document?: Document | null;
  /** Bytes for the printer, base64, for `content: escpos`. */
  readonly escpos?: string | null;
  readonly job_id: string;
  readonly kind: PaperKind;
  readonly not_after?: string | null;
  readonly payment_id?: string | null;
  /** The smaller is printed first. */
  readonly priority: number;
  readonly receipt_id?: string | null;
  /** Order of making on this device. */
  readonly seq: number;
  readonly summary: string;
  readonly type?: "job";
  readonly visit_id?: string | null;
}

/** The result of a job on the phone. */
export interface JobResult {
  readonly attempt: number;
  readonly cause?: PrintJobCause | null;
  /** `failed` and `held` mean that nothing has reached the printer; else it is `unconfirmed`. */
  readonly state: "printed" | "failed" | "unconfirmed" | "held" | "expired" | "cancelled";
}

/** Cash that came from the phone of a collector who had left. */
export interface LeaverPayment {
  /** Whole đồng. */
  readonly amount: number;
  readonly collector_code: string;
  readonly customer_code: string;
  readonly device_id: string;
  /** `recorded`: cleared, and in the collector's shift; else the type of the refusal without its prefix; null while it is not known. */
  readonly outcome: string | null;
  readonly payment_id: string;
  readonly sent_at: string;
  /** When it was taken, as the phone states. */
  readonly stated_at: string;
}

/** The latest first. */
export interface LeaverPayments {
  readonly payments: readonly LeaverPayment[];
}

/** To which number the link of a receipt goes. */
export interface LinkRequest {
  /** As people write it; the customer's number on record when left out. */
  readonly phone?: string | null;
}

/** A shift as a line of a list. */
export interface ListedShift {
  readonly collector_active: boolean;
  readonly collector_name: string;
  readonly shift: Shift;
  readonly unit_code: string;
}

/** The kind of fact by which a search found a customer. */
export type MatchedOn = "code" | "name" | "phone" | "meter" | "address";

/** Who is signed in, and what for. */
export interface Me {
  /** To be sent as `X-CSRF-Token` with every request but `GET` and `HEAD`. */
  readonly csrf_token: string;
  readonly full_name: string;
  readonly login_name: string;
  readonly roles: readonly StaffRole[];
  readonly second_factor: boolean;
  /** At the latest; earlier when nothing is done in it. */
  readonly session_ends_at: string;
  readonly staff_id: string;
  /** Codes of units; `*` for all. */
  readonly units: readonly string[];
}

/** One meter of a customer. */
export interface Meter {
  readonly digits?: number;
  readonly meter_number: string;
  readonly multiplier?: number;
}

/** Old and new reading of a bill's meter, as printed. */
export interface MeterReading {
  readonly kwh: number;
  readonly meter_number: string;
  readonly meter_register?: string;
  readonly multiplier: number;
  readonly new_reading: number;
  readonly old_reading: number;
}

/** A person who is to sign in. */
export interface NewStaff {
  readonly full_name: string;
  /** For good: nobody else gets it later. */
  readonly login_name: string;
  readonly roles: readonly StaffRole[];
  /** Codes of units; `*` for all. */
  readonly units: readonly string[];
}

/** A person has looked at the printer and asks for the document again. */
export interface NextAttempt {
  /** The attempt that went before: repeating the request does not print twice. */
  readonly after_attempt: number;
}

/** Whether a collector may open a shift now, and within what bounds. */
export interface NextShift {
  readonly cash_ceiling: number;
  readonly detail: string;
  readonly largest_float: number;
  readonly refusal: string | null;
  readonly unsettled: readonly Shift[];
}

/** Where a customer stands in the procedure. */
export type NextStep = "due" | "revisit" | "collection_point" | "settled";

/** What is noted of a visit after it was recorded. */
export interface Note {
  readonly note: string;
}

/** What the customer does not want any more, or wants again. */
export interface OptOutChange {
  /** One kind of message; all when left out. */
  readonly kind?: string | null;
  readonly note?: string | null;
  /** False: messages are sent again. */
  readonly opted_out: boolean;
  /** The number is not the customer's: it gets nothing at all. */
  readonly wrong_number?: boolean;
}

/** What a number does not get. */
export interface OptOutsReply {
  readonly everything: boolean;
  readonly kinds: readonly string[];
  readonly phone: string;
  readonly wrong_number: boolean;
}

/** What came of a collector's stay at a customer's door. */
export type Outcome = "met" | "away" | "cannot_pay";

/** Kinds of printed documents. */
export type PaperKind = "notice" | "receipt" | "copy" | "void" | "shift_slip" | "test_page";

/** The password until now and the one from now on. */
export interface PasswordChange {
  /** At least 12 characters, not common, without the login name. */
  readonly new_password: string;
  readonly old_password: string;
}

/** What is taken away beside the password. */
export interface PasswordReset {
  /** Take the second factor away, too: the phone is lost. */
  readonly second_factor?: boolean;
}

/** Money that was taken, as recorded. */
export interface Payment {
  readonly allocations: readonly Allocation[];
  readonly amount: number;
  readonly collection_point_code: string | null;
  readonly collector_code: string | null;
  readonly credit: number;
  readonly customer_code: string;
  readonly method: PaymentMethod;
  readonly payment_id: string;
  readonly receipt_id?: string | null;
  readonly receipt_number?: string | null;
  readonly received_at: string;
  readonly reference: string;
  readonly reported_at?: string | null;
  readonly reversed_at?: string | null;
  readonly shift_id: string | null;
  readonly stated_at?: string | null;
  readonly transfer_content?: string;
}

/** How the money came. */
export type PaymentMethod = "cash" | "transfer" | "collection_point";

/** The payment as recorded and the account after it. */
export interface PaymentReply {
  readonly account: AccountState;
  readonly payment: Payment;
}

/** A payment that its collector reported as taken by mistake, and that stands. */
export interface PaymentReport {
  readonly collector_code: string;
  readonly payment: Payment;
  readonly reason: string;
  readonly report_id: string;
  readonly reported_at: string;
}

/** The reports that wait for the office, the oldest first. */
export interface PaymentReports {
  readonly reports: readonly PaymentReport[];
}

/** Where, when and how something was paid. */
export interface PaymentSummary {
  readonly amount: number;
  readonly collection_point_code?: string | null;
  readonly collector_code?: string | null;
  readonly method: PaymentMethod;
  readonly payment_id: string;
  readonly received_at: string;
  /** For the screen: the collection point's name, or who has taken the money. */
  readonly where: string;
}

/** What else of the period was wrong; what is left out stays as it was. */
export interface PeriodRead {
  /** The power factor, such as `0.85`. */
  readonly cos_phi?: string | null;
  /** Days without supply, if not dated. */
  readonly cut_days?: number | null;
  /** The first day without supply; `cut_to` is the last one. */
  readonly cut_from?: string | null;
  readonly cut_to?: string | null;
  readonly due_date?: string | null;
  readonly period_from?: string | null;
  readonly period_to?: string | null;
}

/** Who asked or decided. */
export interface PersonView {
  readonly full_name: string;
  readonly login_name: string;
  readonly staff_id: string;
}

/** The phone number now on record. */
export interface PhoneCorrected {
  readonly correction_id: string;
  readonly customer_code: string;
  readonly new_phone: string;
  readonly old_phone: string | null;
}

/** A corrected phone number. */
export interface PhoneCorrection {
  /** As people write it: `0912 345 678`, `84912345678`. */
  readonly phone: string;
  readonly reason: string;
}

export type PostVEnrolmentCodesContent = CollectorCodeRequest | CollectionPointCodeRequest | CashierCodeRequest | SupervisorCodeRequest;

export type PostVPaymentsContent = CashPayment | TransferPayment;

/** Money that a collection point has taken. */
export interface Posting {
  /** Whole đồng. */
  readonly amount: number;
  readonly customer_code: string;
  readonly received_at: string;
  /** The partner's transaction id. */
  readonly reference: string;
}

/** A price group and what people call it. */
export interface PriceGroupName {
  readonly en: string;
  readonly price_group: string;
  readonly vi: string;
}

/** All price groups, in the order of the list. */
export interface PriceGroups {
  readonly price_groups: readonly PriceGroupName[];
}

/** Why a print job did not end as printed. */
export type PrintJobCause = "no_printer" | "paper_out" | "cover_open" | "battery_low" | "link_lost" | "write_error" | "no_confirmation" | "user_cancelled" | "expired" | "app_closed" | "paid" | "debt_changed" | "replaced" | "door_left" | "visit_withdrawn" | "printed_from_phone" | "reversed";

/** States of a print job; what may have reached the printer is never sent again by a machine. */
export type PrintJobState = "queued" | "offered" | "accepted" | "printing" | "printed" | "failed" | "unconfirmed" | "held" | "expired" | "cancelled";

/** A print job as the API shows it. */
export interface PrintJobView {
  /** Counts from 1; results must carry it. */
  readonly attempt: number;
  /** Why it did not end as printed, or why it is held. */
  readonly cause: PrintJobCause | null;
  readonly changed_at: string;
  /** n of BẢN SAO lần n; 0 for the first print. */
  readonly copy_number: number;
  readonly created_at: string;
  readonly customer_code: string | null;
  readonly device_id: string;
  readonly job_id: string;
  readonly kind: PaperKind;
  /** Past this moment the document must not be printed. */
  readonly not_after: string | null;
  readonly payment_id: string | null;
  readonly receipt_id: string | null;
  readonly reprint_of: string | null;
  /** Order of making on the device. */
  readonly sequence: number;
  readonly state: PrintJobState;
  readonly summary: string;
  readonly visit_id: string | null;
}

/** Print jobs, the latest first. */
export interface PrintJobsView {
  readonly print_jobs: readonly PrintJobView[];
}

/**
 * The choices that ESC/POS leaves to the printer. Whatever is switched on was seen on a test print by a person.
 *
 * * `native_qr`: the printer draws QR codes itself (`GS ( k`): fewer bytes.
 * * `text_mode`: `ascii_lines` sends lines of plain ASCII as text, all else as pixels; `unaccented` sends
 *   all words without marks, for links of 1 kB/s. Both need font A of 12 dots.
 * * `cut`: off unless there is a cutter. A cash drawer is never opened.
 * * `fence`: the printer answers `GS r 1`, so that the answer after the last byte says: printed.
 * * `status`: the printer answers `DLE EOT`, so that no paper is begun that cannot come out.
 * * `feed_command`: `ESC J` moves the paper by dots; else white rows are sent as pixels.
 * * `tail_rows`: white rows after the last line, up to where the paper is torn off.
 */
export interface PrinterProfile {
  readonly cut?: "none" | "partial" | "full";
  readonly feed_command?: boolean;
  readonly fence?: boolean;
  readonly native_qr?: boolean;
  readonly status?: boolean;
  readonly tail_rows?: number;
  readonly text_mode?: "none" | "ascii_lines" | "unaccented";
  readonly width_dots?: 384 | 576;
}

/** A printer as it was paired. */
export interface PrinterSetup {
  /** When a person looked at the test page and found it right. */
  readonly confirmed_at?: string | null;
  readonly connection: "bluetooth" | "serial" | "other";
  readonly name: string;
  readonly profile: PrinterProfile;
}

/** A printer of the calling device. */
export interface PrinterView {
  readonly confirmed_at: string | null;
  readonly connection: "bluetooth" | "serial" | "other";
  readonly name: string;
  readonly printer_id: string;
  readonly profile: PrinterProfile;
  readonly updated_at: string;
}

/** The printers of the calling device, the latest first. */
export interface PrintersView {
  readonly printers: readonly PrinterView[];
}

/** The first byte is about to be sent: from here on the document may be printed. */
export interface Printing {
  readonly attempt: number;
  readonly job_id: string;
  readonly type: "printing";
}

/** What went wrong (RFC 9457). `type` is stable, `detail` is for the person, `facts` for the program. */
export interface ProblemDetails {
  readonly detail: string;
  readonly facts?: Readonly<Record<string, unknown>> | null;
  readonly status: number;
  readonly title: string;
  readonly type: string;
}

/** A frame was refused; the stream goes on. */
export interface ProblemFrame {
  readonly detail: string;
  readonly job_id?: string | null;
  readonly slug: string;
  readonly type?: "problem";
}

/** How it is known who an actor is. What a caller writes into a request is no proof. */
export type Proof = "token" | "code" | "account" | "login" | "none";

/** A key that verifies tokens, kept for the whole retention time. */
export interface PublicKey {
  readonly algorithm: string;
  readonly key_id: string;
  readonly not_after: string | null;
  readonly not_before: string;
  readonly public_key_pem: string;
}

/** All keys, retired ones included. */
export interface PublicKeysReply {
  readonly keys: readonly PublicKey[];
}

/**
 * A QR code in the middle of the paper, as large as fits from 4 to 6 dots a module, with a caption below.
 *
 * Digits and capitals (`HTTPS://HOST/R/BASE32`) make a smaller code than other text does.
 */
export interface QrCode {
  readonly caption?: string | null;
  readonly data: string;
  readonly error_level?: "L" | "M" | "Q" | "H";
  readonly type: "qr";
}

/** A customer calls a reading or a bill wrong. */
export interface ReadingComplaint {
  readonly address: string;
  readonly answer_by?: string | null;
  readonly bill_number: string | null;
  readonly collector_code: string;
  readonly complaint_id: string;
  readonly customer_code: string;
  readonly has_photo: boolean;
  readonly is_from_desk?: boolean;
  readonly kind?: ComplaintKind;
  readonly meter_number: string | null;
  readonly name: string;
  readonly note: string;
  readonly reading_seen: number | null;
  readonly recorded_at: string;
  readonly settlement?: ComplaintSettlement | null;
  readonly stated_at: string;
}

/** The complaint is kept. */
export interface ReadingComplaintReply {
  readonly answer_by?: string | null;
  readonly complaint_id: string;
  readonly has_photo: boolean;
  readonly recorded_at: string;
}

/** The complaint is settled. */
export interface ReadingComplaintSettled {
  readonly complaint_id: string;
  readonly finding: ComplaintFinding;
  readonly settled_at: string;
}

/** Complaints about readings, the newest first. */
export interface ReadingComplaints {
  readonly complaints: readonly ReadingComplaint[];
}

/** What became of a metered period. */
export interface ReadingsReply {
  readonly doubts: readonly Doubt[];
  readonly judged_again: number;
  readonly period_id: string;
}

/** What waits for a bill run, by unit and month. */
export interface ReadingsWaiting {
  readonly waiting: readonly WaitingReadings[];
}

/** Why. */
export interface Reasoned {
  readonly reason: string;
}

/** A signed receipt; immutable. */
export interface Receipt {
  readonly collector_code: string | null;
  readonly copies?: number;
  readonly customer_code: string;
  readonly issued_at: string;
  readonly kind: ReceiptKind;
  readonly lookup_code?: string;
  readonly number: number;
  readonly payment_id: string;
  readonly receipt_id: string;
  readonly series: string;
  readonly short_url?: string;
  readonly token: string;
  readonly total: number;
  readonly url: string;
  readonly vat: number;
  readonly voided_at?: string | null;
  readonly voids_receipt_id: string | null;
  readonly year: number;
}

/** What a numbered, signed, chained entry of a series stands for. */
export type ReceiptKind = "original" | "void";

/** The link of a receipt by SMS, for whoever could not be given the receipt on paper. */
export interface ReceiptLink {
  readonly cause: string;
  readonly customer_code: string;
  readonly due_at: string;
  readonly expired?: boolean;
  readonly link_id: string;
  readonly phone: string;
  readonly receipt_id: string;
  readonly requested_at: string;
  readonly requested_by: string;
  readonly sent_at: string | null;
  readonly state: ReminderState;
  readonly text: string;
}

/** The SMS as it is recorded. */
export interface ReceiptLinkReply {
  readonly link: ReceiptLink;
  readonly repeated?: boolean;
}

/** Links of one receipt, the latest first. */
export interface ReceiptLinks {
  readonly links: readonly ReceiptLink[];
}

/** The receipt with its document as it was first printed. */
export interface ReceiptReply {
  readonly awaits_first_print?: boolean;
  readonly document: Document;
  readonly receipt: Receipt;
}

/** There are too many updates to send them one by one: read route and accounts afresh. */
export interface Refresh {
  readonly seq: number;
  readonly type?: "refresh";
}

/** What a register showed in truth; what is left out stays as it was. */
export interface RegisterRead {
  readonly meter_number?: string | null;
  /** Meter and register may be left out where the period has one register only. */
  readonly meter_register?: string | null;
  readonly new_reading?: number | null;
  readonly old_reading?: number | null;
}

/** One SMS reminder. */
export interface Reminder {
  readonly cause: string;
  readonly customer_code: string;
  readonly due_at: string;
  readonly expired?: boolean;
  readonly phone: string | null;
  readonly provider: string | null;
  readonly provider_reference: string | null;
  readonly reminder_id: string;
  readonly segments: number;
  readonly sent_at: string | null;
  readonly state: ReminderState;
  readonly template: string;
  readonly text: string;
  readonly visit_id: string;
}

/** Reminders, the latest first. */
export interface ReminderHistory {
  readonly campaigns?: readonly CampaignMessage[];
  readonly receipt_links?: readonly ReceiptLink[];
  readonly reminders: readonly Reminder[];
}

/** Where a reminder stands. `unknown`: handed over, answer lost; never sent again by a machine. */
export type ReminderState = "scheduled" | "sending" | "sent" | "delivered" | "failed" | "unknown" | "cancelled";

/** Why a payment was a mistake. */
export interface Report {
  readonly reason: string;
}

/** The copy that was queued for printing. */
export interface ReprintReply {
  readonly copy_number: number;
  readonly document_id: string;
  readonly receipt: Receipt;
}

/** An attempt's result; repeat it until `acknowledged`. `failed` and `held`: nothing has reached the printer. */
export interface Result {
  readonly attempt: number;
  readonly cause?: PrintJobCause | null;
  readonly job_id: string;
  readonly state: "printed" | "failed" | "unconfirmed" | "held" | "expired" | "cancelled";
  readonly type: "result";
}

/** Why a payment is taken back. */
export interface Reversal {
  /** The phone whose printer prints the void slip. */
  readonly device_id?: string | null;
  readonly reason: string;
}

/** Why a device is shut out. */
export interface Revocation {
  readonly reason: string;
}

/** The device is shut out; close code 4003 follows. */
export interface Revoked {
  readonly type?: "revoked";
}

/** What a register showed at both ends of the period in truth. */
export interface RightReading {
  readonly meter_number: string;
  readonly meter_register?: string;
  readonly new_reading: number;
  readonly old_reading: number;
}

/** What a device is enrolled as. */
export type Role = "collector" | "cashier" | "supervisor" | "collection_point";

/** A collector's stops of one day, in the order of walking. */
export interface RouteOfDay {
  readonly collector_code: string;
  readonly day: string;
  readonly stops: readonly RouteStop[];
  readonly total_stops?: number;
}

/** One stop of a day's route, in order. */
export interface RouteStop {
  readonly customer: CustomerSummary;
  readonly done_today: boolean;
  readonly last_outcome: Outcome | null;
  readonly promised_today: boolean;
  readonly visited_today?: boolean;
}

/** A horizontal line over the whole width of the paper. */
export interface Rule {
  readonly style?: "single" | "double" | "dashed";
  readonly type: "rule";
}

/** A customer whose amount differs from the one before. */
export interface RunChange {
  readonly after: ChargedAmounts | null;
  readonly before: ChargedAmounts | null;
  readonly bill_number: string;
  readonly causes: readonly ChangeCause[];
  readonly customer_code: string;
  readonly difference: number;
}

/** How a run's drafts differ from the bills of the month before, or from another run's drafts. */
export interface RunComparison {
  readonly beside: string | null;
  readonly difference: number;
  readonly gone: number;
  readonly largest: readonly RunChange[];
  readonly less: number;
  readonly more: number;
  readonly new: number;
  readonly same: number;
}

/** Who asked for a run or confirmed it. */
export interface RunPerson {
  readonly name: string;
  /** The account; null for whoever worked at the command line. */
  readonly staff_id: string | null;
}

/** A metered period that cannot be billed. */
export interface RunProblem {
  readonly customer_code: string;
  readonly period: string;
  readonly problem: string;
}

/** What a computed run changes, made once for each run. */
export interface RunReport {
  readonly comparisons: readonly RunComparison[];
  readonly vat_switch: RunVatSwitch | null;
}

/** Over what a bill run is; what is left out is not narrowed. */
export interface RunScope {
  /** Null: all months that wait. */
  readonly month?: string | null;
  /** Units whose codes begin so: a unit by its whole code, all by nothing. */
  readonly unit_prefix?: string;
}

/** What hangs on the day that decides over the VAT rate. */
export interface RunVatSwitch {
  readonly by_invoice: number;
  readonly by_period: number;
  readonly differing: number;
  readonly differing_pre_vat: number;
}

/** The first code of the authenticator app. */
export interface SecondFactorConfirmation {
  readonly code: string;
}

/** Shows again who it is. */
export interface SecondFactorRequest {
  readonly password: string;
  /** Where one is in use already. */
  readonly second_factor?: string | null;
}

/** To be scanned or typed into an authenticator app; it is shown only here. */
export interface SecondFactorView {
  readonly otpauth_uri: string;
  readonly secret: string;
}

/** What the office found. */
export interface Settlement {
  readonly finding: ComplaintFinding;
  /** Whether the bill stays as it is; a wrong one is corrected by a request of its own. */
  readonly is_bill_right?: boolean | null;
  /** The answer. */
  readonly note: string;
}

/** A collector's working day with the cash box. */
export interface Shift {
  readonly cash_ceiling: number;
  readonly cash_in_hand: number;
  readonly closed_at: string | null;
  readonly collector_code: string;
  readonly confirmation?: ShiftConfirmation | null;
  readonly counted_cash: number | null;
  readonly declared_by?: string;
  readonly denominations?: Readonly<Record<string, number>>;
  readonly difference: number | null;
  readonly difference_limit?: number | null;
  readonly explanation?: string;
  readonly opened_at: string;
  readonly opening_float: number;
  readonly ruling?: ShiftRuling | null;
  readonly shift_id: string;
  readonly state?: ShiftState | null;
  readonly totals: ShiftTotals;
}

/** The cash box as it is counted. */
export interface ShiftClosing {
  readonly closed_at: string;
  /** Everything in the box, the float included, đồng. */
  readonly counted_cash: number;
  /** Number of notes of each value; must add up to `counted_cash` when given. */
  readonly denominations?: Readonly<Record<string, number>>;
  /** Needed when the count differs from the books. */
  readonly explanation?: string;
}

/** The count of a second person. */
export interface ShiftConfirmation {
  readonly confirmed_at: string;
  readonly confirmed_by: string;
  readonly counted_cash: number;
  readonly denominations?: Readonly<Record<string, number>>;
  readonly difference: number;
  readonly note?: string;
}

/** The cash as a second person counts it. */
export interface ShiftConfirmationBody {
  /** Everything handed in, the float included, đồng. */
  readonly counted_cash: number;
  /** Number of notes of each value; must add up to `counted_cash` when given. */
  readonly denominations?: Readonly<Record<string, number>>;
  /** Needed when the count is not the one that was declared. */
  readonly note?: string;
}

/** What becomes of a difference that is above the limit. */
export type ShiftDecision = "charged" | "written_off";

/** What becomes of a difference, and why. */
export interface ShiftDecisionBody {
  /** `charged`: the collector owes it; `written_off`: the utility bears it. */
  readonly decision: ShiftDecision;
  readonly reason: string;
}

/** The cash box as it is taken over. */
export interface ShiftOpening {
  readonly opened_at: string;
  /** Change that the collector starts with, đồng. */
  readonly opening_float?: number;
}

/** A shift with its totals up to now. */
export interface ShiftReply {
  readonly shift: Shift;
}

/** A supervisor's decision over a difference. */
export interface ShiftRuling {
  readonly decided_at: string;
  readonly decided_by: string;
  readonly decision: ShiftDecision;
  readonly reason: string;
}

/** From the opening of a cash box until two people agree on what was in it. */
export type ShiftState = "open" | "declared" | "different" | "settled";

/** What a shift adds up to, in đồng. */
export interface ShiftTotals {
  readonly cash: number;
  readonly payments: number;
  readonly reversals: number;
  readonly reversed_cash: number;
}

/** Shifts, the one opened last first. */
export interface Shifts {
  readonly shifts: readonly ListedShift[];
}

/** Who signs in. */
export interface SignInRequest {
  readonly login_name: string;
  readonly password: string;
  /** The code of the authenticator app. */
  readonly second_factor?: string | null;
}

/** Who has signed in; the session is in the cookie. */
export interface SignedInView {
  readonly csrf_token: string;
  readonly staff: Me;
}

/** Language of the SMS to a customer. */
export type SmsLanguage = "vi" | "vi-accents" | "en";

/** What the customer wants. */
export interface SmsLanguageChoice {
  /** `vi` without accents, `vi-accents` with accents, `en`; null: as the unit has it. */
  readonly language: SmsLanguage | null;
}

/** The language of SMS now on record. */
export interface SmsLanguageChosen {
  readonly choice_id: string;
  readonly customer_code: string;
  readonly language: SmsLanguage | null;
}

/** Something that a person asked for, and what came of it. */
export interface StaffAct {
  readonly act_id: string;
  readonly acted_at: string;
  /** The network address that it came from. */
  readonly address: string;
  readonly after: Readonly<Record<string, unknown>> | null;
  /** The body of the request, without secrets. */
  readonly asked: Readonly<Record<string, unknown>> | null;
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly correlation_id: string;
  readonly login_name: string | null;
  readonly object: string | null;
  readonly problem: string | null;
  /** Null where nobody was signed in: a refused sign-in. */
  readonly staff_id: string | null;
  /** Null where the outcome is not known. */
  readonly status: number | null;
  readonly what: string;
}

/** The latest first. */
export interface StaffActs {
  readonly acts: readonly StaffAct[];
  /** To be given as `before` for the next page; null on the last one. */
  readonly next: string | null;
}

/** Why an account is closed. */
export interface StaffDeactivation {
  readonly reason: string;
}

/** Accounts by login name, closed ones included. */
export interface StaffList {
  readonly staff: readonly StaffView[];
}

/** What a person of the office does. One person may have several. */
export type StaffRole = "supervisor" | "cashier" | "billing_clerk" | "accountant" | "operator" | "auditor" | "administrator";

/** An account, without anything secret. */
export interface StaffView {
  readonly created_at: string;
  readonly deactivated_at: string | null;
  readonly full_name: string;
  /** False until the first sign-in, and after a reset. */
  readonly has_password: boolean;
  readonly last_sign_in_at: string | null;
  readonly login_name: string;
  readonly roles: readonly StaffRole[];
  readonly second_factor: boolean;
  readonly staff_id: string;
  readonly units: readonly string[];
}

/** An account and the one-time code that enters it; the code is shown only here. */
export interface StaffWithCode {
  readonly code: string;
  readonly expires_at: string;
  readonly staff: StaffView;
}

/** A code for a supervisor's desk. */
export interface SupervisorCodeRequest {
  readonly role: "supervisor";
}

/**
 * A paragraph. It wraps between words, a word longer than the line is broken, `\n` starts a new line.
 *
 * A no-break space (U+00A0) keeps together what it stands between. Size 2 is twice as wide and as high.
 */
export interface Text {
  readonly align?: "left" | "center" | "right";
  readonly size?: 1 | 2;
  readonly text: string;
  readonly type: "text";
  readonly weight?: "regular" | "bold";
}

/** What the run comes to, as whoever confirms it has checked. */
export interface Totals {
  readonly bills: number;
  /** With VAT, in whole đồng. */
  readonly total: number;
}

/** What the code asks for. */
export interface TransferCode {
  /** Whole đồng. */
  readonly amount: number;
  readonly customer_code: string;
  /** What stands in the content of the transfer, and in no other. */
  readonly reference: string;
}

/** The code is known. */
export interface TransferCodeKept {
  readonly transfer_id: string;
}

/** A transfer that has arrived on the utility's bank account, recorded by a cashier. */
export interface TransferPayment {
  /** Whole đồng. */
  readonly amount: number;
  readonly customer_code: string;
  /** The phone whose printer prints the receipt; left out, it is the one that showed the code. */
  readonly device_id?: string | null;
  readonly method: "transfer";
  readonly received_at: string;
  /** The bank's transaction id. */
  readonly reference: string;
  /** What the payer wrote, as the bank reports it: the phone that showed the QR code looks for its reference there. */
  readonly transfer_content?: string;
  readonly visit_id?: string | null;
}

/** The managing unit (Điện lực) that sells the electricity, as printed on documents. */
export interface Unit {
  readonly address: string;
  readonly name: string;
  readonly phone: string;
  readonly tax_code: string;
  readonly unit_code: string;
}

/** A customer's last months, the oldest first, and why the latest bill is higher or lower than the one before. */
export interface Usage {
  readonly comparison: BillComparison | null;
  readonly customer_code: string;
  readonly months: readonly UsageMonth[];
}

/** What a customer was billed for one month, all its cycles together. */
export interface UsageMonth {
  readonly days: number;
  readonly highest_tier: number | null;
  readonly kwh: number;
  readonly kwh_a_day: string;
  readonly kwh_year_ago: number | null;
  readonly month: number;
  readonly total: number;
  readonly total_year_ago: number | null;
  readonly year: number;
}

/** A collector's stay at a customer's door, as recorded. */
export interface Visit {
  readonly appointment: string | null;
  readonly collector_code: string;
  readonly customer_code: string;
  readonly later_notes?: readonly string[];
  readonly misses: number;
  readonly next_step: NextStep;
  readonly note: string;
  readonly outcome: Outcome;
  readonly visit_id: string;
  readonly visited_at: string;
  readonly withdrawn_at?: string | null;
}

/** What came of the stay. */
export interface VisitBody {
  /** When the collector comes again, as agreed with the customer. */
  readonly appointment?: string | null;
  readonly customer_code: string;
  readonly note?: string;
  readonly outcome: Outcome;
  readonly visited_at: string;
}

/** The visit as recorded, and where the customer stands now. */
export interface VisitReply {
  readonly visit: Visit;
}

/** The visit that was taken back, and where the customer stands without it. */
export interface VisitWithdrawnReply {
  readonly appointment: string | null;
  readonly step: NextStep;
  readonly visit: Visit;
}

/** Metered periods of a unit and a month that wait for their bill. */
export interface WaitingReadings {
  readonly month: number;
  readonly periods: number;
  readonly unit_code: string;
  readonly year: number;
}

/** How a bill is to be put right; what is left out is as it was billed. */
export interface Wanted {
  readonly households?: string | null;
  readonly kind: CorrectionKind;
  readonly price_group?: string | null;
  /** All of the period, or none. */
  readonly readings?: readonly RightReading[];
}

/** How a bill is to be corrected; what is left out is as it was billed. */
export interface WantedCorrectionView {
  readonly households: string | null;
  readonly kind: CorrectionKind;
  readonly price_group: string | null;
  readonly readings: readonly WantedReadingView[];
}

/** What a register is to have shown on the corrected bill. */
export interface WantedReadingView {
  readonly meter_number: string;
  readonly meter_register: string;
  readonly new_reading: number;
  readonly old_reading: number;
}

/** How, by how much as the preview has it, and why. */
export interface WantedWithReason {
  /** đồng, as the preview has it. */
  readonly difference: number;
  readonly households?: string | null;
  readonly kind: CorrectionKind;
  readonly price_group?: string | null;
  /** All of the period, or none. */
  readonly readings?: readonly RightReading[];
  readonly reason: string;
}

/** What came is kept, now or before. */
export interface WebhookTaken {
  readonly success?: boolean;
}

/** The stream is open. */
export interface Welcome {
  readonly device_id: string;
  readonly epoch: string;
  /** Seconds between signs of life (pings, `heartbeat` frames); silence for twice as long: reconnect. */
  readonly heartbeat: number;
  /** `heartbeat` frames are sent: for phones that cannot see pings, such as browsers. */
  readonly heartbeat_frames?: boolean;
  readonly max_inflight: number;
  /** The gateway's clock, for phones whose own is wrong. */
  readonly now: string;
  /** Updates may be missing: read route and accounts afresh. */
  readonly refresh: boolean;
  /** Account updates follow from here. */
  readonly seq: number;
  readonly type?: "welcome";
}

/** Why a visit is taken back. */
export interface Withdrawal {
  readonly reason: string;
}

/** The job is not to be printed any more: forget it, unless a result of it is still to be reported. */
export interface Withdrawn {
  /** Why; for `cancelled`, how the document stopped being true. */
  readonly cause?: PrintJobCause | null;
  readonly job_id: string;
  readonly state: PrintJobState;
  readonly type?: "withdrawn";
}

/** What each route takes and gives. */
export interface Paths {
  /** Read what the phone app has to know of this installation */
  "GET /v1/app-settings": {
    answer: AppSettingsView;
  };
  /** List what people asked for that others approve */
  "GET /v1/approvals": {
    query?: { "state"?: string; "before"?: string; "limit"?: number };
    answer: ApprovalsView;
  };
  /** Approve or refuse what another person asked for, or take back what one asked for */
  "POST /v1/approvals/{approval_id}/decision": {
    params: { "approval_id": string };
    body: DecisionBody;
    answer: ApprovalView;
  };
  /** List bank credits: those that wait for a person, or of another state */
  "GET /v1/bank-credits": {
    query?: { "state"?: string; "reason"?: string; "customer_code"?: string; "after"?: string; "limit"?: number };
    answer: BankCreditsPage;
  };
  /** Read a bank credit with what the payer wrote and whose it may be; that you looked is kept */
  "GET /v1/bank-credits/{credit_id}": {
    params: { "credit_id": string };
    answer: BankCreditDetails;
  };
  /** Take a bank credit off the worklist that is no customer's money */
  "POST /v1/bank-credits/{credit_id}/dismissal": {
    params: { "credit_id": string };
    key: string;
    body: CreditDismissal;
    answer: BankCreditReply;
  };
  /** Book a bank credit that waits for a customer */
  "POST /v1/bank-credits/{credit_id}/match": {
    params: { "credit_id": string };
    key: string;
    body: CreditMatch;
    answer: BankCreditReply;
  };
  /** Tell of money on a bank account of the utility */
  "POST /v1/bank-webhooks/{source}": {
    params: { "source": string };
    body: unknown;
    answer: WebhookTaken;
  };
  /** List corrections of bills, the latest first */
  "GET /v1/bill-corrections": {
    query?: { "customer_code"?: string; "bill_number"?: string; "before"?: string; "limit"?: number };
    answer: BillCorrections;
  };
  /** List bill runs, the latest first */
  "GET /v1/bill-runs": {
    query?: { "before"?: string; "limit"?: number };
    answer: BillRunsView;
  };
  /** Begin a bill run: compute drafts of what waits */
  "POST /v1/bill-runs": {
    key: string;
    body: RunScope;
    answer: BillRunView;
  };
  /** Read a bill run: how far it is, what it comes to, what it changes and what it leaves */
  "GET /v1/bill-runs/{run_id}": {
    params: { "run_id": string };
    answer: BillRunDetailsView;
  };
  /** End a bill run that has released nothing; its readings wait for the next one */
  "POST /v1/bill-runs/{run_id}/discarding": {
    params: { "run_id": string };
    answer: BillRunView;
  };
  /** Confirm what a bill run comes to, as another person than who began it: its drafts become bills */
  "POST /v1/bill-runs/{run_id}/release": {
    params: { "run_id": string };
    body: Totals;
    answer: BillRunView;
  };
  /** Read what a correction of a bill would do; nothing changes */
  "POST /v1/bills/{bill_number}/correction-preview": {
    params: { "bill_number": string };
    body: Wanted;
    answer: CorrectionPreview;
  };
  /** Ask for a correction of a bill; another person approves it */
  "POST /v1/bills/{bill_number}/corrections": {
    params: { "bill_number": string };
    key: string;
    body: WantedWithReason;
    answer: ApprovalView;
  };
  /** Read where a notice can be paid, the points of the unit first */
  "GET /v1/collection-points": {
    query: { "unit_code": string; "limit"?: number };
    answer: CollectionPointsReply;
  };
  /** List collectors with their routes */
  "GET /v1/collectors": {
    answer: CollectorsView;
  };
  /** Read a collector */
  "GET /v1/collectors/{collector_code}": {
    params: { "collector_code": string };
    answer: CollectorDetails;
  };
  /** Read a collector's route of a day */
  "GET /v1/collectors/{collector_code}/route": {
    params: { "collector_code": string };
    query: { "day": string };
    answer: RouteOfDay;
  };
  /** Read a collector's open shift */
  "GET /v1/collectors/{collector_code}/shift": {
    params: { "collector_code": string };
    answer: ShiftReply;
  };
  /** Close a collector's shift at the cashier's desk */
  "POST /v1/collectors/{collector_code}/shifts/{shift_id}/closing": {
    params: { "collector_code": string; "shift_id": string };
    body: ShiftClosing;
    answer: ShiftReply;
  };
  /** Find customers */
  "GET /v1/customers": {
    query: { "query": string; "limit"?: number };
    answer: CustomersFound;
  };
  /** Read a customer with contract facts, visits and the next step */
  "GET /v1/customers/{customer_code}": {
    params: { "customer_code": string };
    answer: CustomerDetails;
  };
  /** Read a customer's bills with their lines, and payments */
  "GET /v1/customers/{customer_code}/account": {
    params: { "customer_code": string };
    query?: { "history"?: number };
    answer: CustomerAccount;
  };
  /** Read what a customer owes */
  "GET /v1/customers/{customer_code}/debt": {
    params: { "customer_code": string };
    answer: Debt;
  };
  /** Read which messages the customer's number does not get */
  "GET /v1/customers/{customer_code}/opt-outs": {
    params: { "customer_code": string };
    answer: OptOutsReply;
  };
  /** Opt the customer's number out of one kind of message or of all, or in again */
  "POST /v1/customers/{customer_code}/opt-outs": {
    params: { "customer_code": string };
    key: string;
    body: OptOutChange;
    answer: OptOutsReply;
  };
  /** Correct a customer's phone number */
  "POST /v1/customers/{customer_code}/phone-corrections": {
    params: { "customer_code": string };
    key: string;
    body: PhoneCorrection;
    answer: PhoneCorrected;
  };
  /** List the print jobs of a customer, of all devices */
  "GET /v1/customers/{customer_code}/print-jobs": {
    params: { "customer_code": string };
    answer: PrintJobsView;
  };
  /** Keep that a customer calls a reading or a bill wrong, with a photo of the meter */
  "POST /v1/customers/{customer_code}/reading-complaints": {
    params: { "customer_code": string };
    key: string;
    body: Complaint;
    answer: ReadingComplaintReply;
  };
  /** Read the SMS reminders of a customer */
  "GET /v1/customers/{customer_code}/reminders": {
    params: { "customer_code": string };
    query?: { "limit"?: number };
    answer: ReminderHistory;
  };
  /** Keep in which language the customer wants SMS */
  "POST /v1/customers/{customer_code}/sms-language": {
    params: { "customer_code": string };
    key: string;
    body: SmsLanguageChoice;
    answer: SmsLanguageChosen;
  };
  /** Read what a customer has used, and why the latest bill is higher or lower than the one before */
  "GET /v1/customers/{customer_code}/usage": {
    params: { "customer_code": string };
    query?: { "months"?: number };
    answer: Usage;
  };
  /** Read how a day goes, by route */
  "GET /v1/day": {
    query: { "day": string };
    answer: DayView;
  };
  /** List devices */
  "GET /v1/devices": {
    query?: { "role"?: string; "after"?: string; "limit"?: number };
    answer: DevicesView;
  };
  /** Read a device */
  "GET /v1/devices/{device_id}": {
    params: { "device_id": string };
    answer: DeviceView;
  };
  /** List the print jobs of a device */
  "GET /v1/devices/{device_id}/print-jobs": {
    params: { "device_id": string };
    query?: { "state"?: string; "before"?: number; "limit"?: number };
    answer: PrintJobsView;
  };
  /** Shut a device out for good */
  "POST /v1/devices/{device_id}/revocation": {
    params: { "device_id": string };
    body: Revocation;
    answer: DeviceView;
  };
  /** Make a one-time code that lets a device in */
  "POST /v1/enrolment-codes": {
    body: PostVEnrolmentCodesContent;
    answer: EnrolmentCodeView;
  };
  /** Enrol a device with a one-time code */
  "POST /v1/enrolments": {
    key: string;
    body: EnrolmentRequest;
    answer: EnrolmentView;
  };
  /** List papers of which nobody knows whether they were printed, the oldest first */
  "GET /v1/held-print-jobs": {
    answer: HeldPrintJobs;
  };
  /** List readings that are held back from the bill, with the reasons */
  "GET /v1/held-readings": {
    query?: { "customer_code"?: string; "rule"?: string; "held_before"?: string; "after"?: string; "limit"?: number };
    answer: HeldReadingsPage;
  };
  /** Put readings right that have no bill yet */
  "POST /v1/held-readings/{period_id}/correction": {
    params: { "period_id": string };
    key: string;
    body: Correction;
    answer: ReadingsReply;
  };
  /** Let held readings be billed as they are */
  "POST /v1/held-readings/{period_id}/release": {
    params: { "period_id": string };
    key: string;
    body: Reasoned;
    answer: ReadingsReply;
  };
  /** Have a period read again */
  "POST /v1/held-readings/{period_id}/return": {
    params: { "period_id": string };
    key: string;
    body: Reasoned;
    answer: ReadingsReply;
  };
  /** List cash that came from the phone of a collector who had left */
  "GET /v1/leaver-payments": {
    answer: LeaverPayments;
  };
  /** Read the calling device */
  "GET /v1/me": {
    answer: DeviceView;
  };
  /** Read the collector that this device belongs to */
  "GET /v1/me/collector": {
    answer: CollectorDetails;
  };
  /** List payments that collectors reported as taken by mistake, and that stand */
  "GET /v1/payment-reports": {
    answer: PaymentReports;
  };
  /** Record cash taken at the door, or a transfer that has arrived */
  "POST /v1/payments": {
    key: string;
    body: PostVPaymentsContent;
    answer: PaymentReply;
  };
  /** Read a payment */
  "GET /v1/payments/{payment_id}": {
    params: { "payment_id": string };
    answer: PaymentReply;
  };
  /** Read the receipt of a payment; not found until it is signed, which takes a moment */
  "GET /v1/payments/{payment_id}/receipt": {
    params: { "payment_id": string };
    answer: ReceiptReply;
  };
  /** Report that cash was taken by mistake; the office reverses it */
  "POST /v1/payments/{payment_id}/reports": {
    params: { "payment_id": string };
    key: string;
    body: Report;
    answer: PaymentReply;
  };
  /** Take a payment back: its bills are open again, its receipt is void */
  "POST /v1/payments/{payment_id}/reversals": {
    params: { "payment_id": string };
    key: string;
    body: Reversal;
    answer: PaymentReply;
  };
  /** Record money that a collection point has taken */
  "POST /v1/postings": {
    key: string;
    body: Posting;
    answer: PaymentReply;
  };
  /** List the price groups, with their names */
  "GET /v1/price-groups": {
    answer: PriceGroups;
  };
  /** List the print jobs of this device */
  "GET /v1/print-jobs": {
    query?: { "state"?: string; "before"?: number; "limit"?: number };
    answer: PrintJobsView;
  };
  /** Read a print job */
  "GET /v1/print-jobs/{job_id}": {
    params: { "job_id": string };
    answer: PrintJobView;
  };
  /** Print again, because a person has looked at the printer and asks for it */
  "POST /v1/print-jobs/{job_id}/attempts": {
    params: { "job_id": string };
    body: NextAttempt;
    answer: PrintJobView;
  };
  /** Cancel a print job */
  "POST /v1/print-jobs/{job_id}/cancellation": {
    params: { "job_id": string };
    answer: PrintJobView;
  };
  /** Read what is printed: the document, ESC/POS bytes for a printer, or a picture, by `Accept` */
  "GET /v1/print-jobs/{job_id}/content": {
    params: { "job_id": string };
    query?: { "printer_id"?: string; "paper_mm"?: string };
    answer: Document;
  };
  /** Report the result of a print job (usually done on the stream) */
  "POST /v1/print-jobs/{job_id}/results": {
    params: { "job_id": string };
    body: JobResult;
    answer: PrintJobView;
  };
  /** List the printers of this device */
  "GET /v1/printers": {
    answer: PrintersView;
  };
  /** Read a printer's profile */
  "GET /v1/printers/{printer_id}": {
    params: { "printer_id": string };
    answer: PrinterView;
  };
  /** Store a printer's profile */
  "PUT /v1/printers/{printer_id}": {
    params: { "printer_id": string };
    body: PrinterSetup;
    answer: PrinterView;
  };
  /** Read the keys that verify receipts, retired ones included */
  "GET /v1/public-keys": {
    answer: PublicKeysReply;
  };
  /** List complaints about readings and bills, the newest first */
  "GET /v1/reading-complaints": {
    query?: { "customer_code"?: string; "before"?: string; "settled"?: string; "limit"?: number };
    answer: ReadingComplaints;
  };
  /** Settle a complaint: keep what was found */
  "POST /v1/reading-complaints/{complaint_id}/settlement": {
    params: { "complaint_id": string };
    key: string;
    body: Settlement;
    answer: ReadingComplaintSettled;
  };
  /** Read a receipt with its document as it was first printed */
  "GET /v1/receipts/{receipt_id}": {
    params: { "receipt_id": string };
    answer: ReceiptReply;
  };
  /** Print a counted copy (BẢN SAO) of a receipt */
  "POST /v1/receipts/{receipt_id}/copies": {
    params: { "receipt_id": string };
    key: string;
    body: CopyRequest;
    answer: ReprintReply;
  };
  /** Read to which numbers the link of a receipt was sent, and what came of it */
  "GET /v1/receipts/{receipt_id}/links": {
    params: { "receipt_id": string };
    answer: ReceiptLinks;
  };
  /** Send the link of a receipt by SMS, for whoever could not be given it on paper */
  "POST /v1/receipts/{receipt_id}/links": {
    params: { "receipt_id": string };
    key: string;
    body: LinkRequest;
    answer: ReceiptLinkReply;
  };
  /** Read how old the open bills are, by unit */
  "GET /v1/reports/ageing": {
    answer: AgeingReport;
  };
  /** Read what was collected, by day, unit and method */
  "GET /v1/reports/collections": {
    query: { "first_day": string; "last_day": string };
    answer: CollectionsReport;
  };
  /** Read the own route of a day, in the order of walking */
  "GET /v1/route": {
    query: { "day": string };
    answer: RouteOfDay;
  };
  /** List shifts of all collectors: open, declared, different, settled */
  "GET /v1/shifts": {
    query?: { "state"?: string; "collector_code"?: string; "unit_code"?: string; "of_leavers"?: string; "opened_before"?: string; "limit"?: number };
    answer: Shifts;
  };
  /** Open a shift */
  "POST /v1/shifts": {
    key: string;
    body: ShiftOpening;
    answer: ShiftReply;
  };
  /** Read the open shift with its totals up to now */
  "GET /v1/shifts/current": {
    answer: ShiftReply;
  };
  /** Read whether a shift may be opened, and what is not settled of earlier ones */
  "GET /v1/shifts/next": {
    answer: NextShift;
  };
  /** Read a shift */
  "GET /v1/shifts/{shift_id}": {
    params: { "shift_id": string };
    answer: ShiftReply;
  };
  /** Close a shift with the counted cash, for a cashier to confirm */
  "POST /v1/shifts/{shift_id}/closing": {
    params: { "shift_id": string };
    body: ShiftClosing;
    answer: ShiftReply;
  };
  /** Count the cash of a closed shift again, as a second person */
  "POST /v1/shifts/{shift_id}/confirmation": {
    params: { "shift_id": string };
    body: ShiftConfirmationBody;
    answer: ShiftReply;
  };
  /** Decide over a difference above the unit's limit */
  "POST /v1/shifts/{shift_id}/decision": {
    params: { "shift_id": string };
    body: ShiftDecisionBody;
    answer: ShiftReply;
  };
  /** Report what became of SMS, in the query */
  "GET /v1/sms/reports/{provider}/{secret}": {
    params: { "provider": string; "secret": string };
    answer: DeliveryReportsRecorded;
  };
  /** Report what became of SMS, in the body */
  "POST /v1/sms/reports/{provider}/{secret}": {
    params: { "provider": string; "secret": string };
    body: unknown;
    answer: DeliveryReportsRecorded;
  };
  /** List the accounts of people */
  "GET /v1/staff": {
    answer: StaffList;
  };
  /** Make an account for a person, with a one-time code for the first sign-in */
  "POST /v1/staff": {
    key: string;
    body: NewStaff;
    answer: StaffWithCode;
  };
  /** Search the log of what people did, the latest first */
  "GET /v1/staff-acts": {
    query?: { "staff_id"?: string; "login_name"?: string; "what"?: string; "object"?: string; "since"?: string; "until"?: string; "before"?: string; "limit"?: number };
    answer: StaffActs;
  };
  /** Set a password by a one-time code of an administrator, and begin a session */
  "POST /v1/staff/first-sign-in": {
    body: FirstSignInRequest;
    answer: SignedInView;
  };
  /** Read who is signed in, with the CSRF token of the session */
  "GET /v1/staff/me": {
    answer: Me;
  };
  /** Replace the own password */
  "POST /v1/staff/me/password": {
    body: PasswordChange;
    answer: SignedInView;
  };
  /** Make a secret for an authenticator app (TOTP) */
  "POST /v1/staff/me/second-factor": {
    body: SecondFactorRequest;
    answer: SecondFactorView;
  };
  /** Let the new second factor count, by its first code */
  "POST /v1/staff/me/second-factor/confirmation": {
    body: SecondFactorConfirmation;
    answer: Me;
  };
  /** Begin the session of a person of the office */
  "POST /v1/staff/sessions": {
    body: SignInRequest;
    answer: SignedInView;
  };
  /** Close an account for good; its sessions end at once */
  "POST /v1/staff/{staff_id}/deactivation": {
    params: { "staff_id": string };
    body: StaffDeactivation;
    answer: StaffView;
  };
  /** Take a person's password away; a one-time code sets another one */
  "POST /v1/staff/{staff_id}/password-reset": {
    params: { "staff_id": string };
    body: PasswordReset;
    answer: StaffWithCode;
  };
  /** Give a person other units and roles */
  "POST /v1/staff/{staff_id}/roles": {
    params: { "staff_id": string };
    body: Grant;
    answer: StaffView;
  };
  /** End all sessions of a person */
  "POST /v1/staff/{staff_id}/sessions-revocation": {
    params: { "staff_id": string };
    answer: StaffView;
  };
  /** Record that this phone shows a payment code */
  "PUT /v1/transfer-codes/{transfer_id}": {
    params: { "transfer_id": string };
    body: TransferCode;
    answer: TransferCodeKept;
  };
  /** Record what came of a visit */
  "PUT /v1/visits/{visit_id}": {
    params: { "visit_id": string };
    body: VisitBody;
    answer: VisitReply;
  };
  /** Note something of a visit after it was recorded */
  "POST /v1/visits/{visit_id}/notes": {
    params: { "visit_id": string };
    key: string;
    body: Note;
    answer: VisitReply;
  };
  /** Take back a mistake: the last visit to a customer, on the same day */
  "POST /v1/visits/{visit_id}/withdrawal": {
    params: { "visit_id": string };
    key: string;
    body: Withdrawal;
    answer: VisitWithdrawnReply;
  };
  /** List how many readings wait for a bill, by unit and month */
  "GET /v1/waiting-readings": {
    answer: ReadingsWaiting;
  };
}
