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
  readonly disputed?: DisputedBills | null;
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
  /** For `payment.reversed`: the office asks for the receipt on paper. */
  readonly paper_missing?: boolean | null;
  readonly payment?: PaymentSummary | null;
  /** For `payment.reversed`: why. */
  readonly reason?: string | null;
  readonly seq: number;
  /** For `payment.reversed`: cash that the collector gives back to the customer, đồng. */
  readonly to_give_back?: number | null;
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
  readonly group?: string;
  readonly unit_code: string;
}

/** What is open by age, in the order of units, groups and ages: together what the accounts of the units owe. */
export interface AgeingReport {
  readonly day: string;
  readonly debts: readonly AgedDebt[];
}

/** A bill that an agreement is about. */
export interface AgreedBill {
  readonly amount: number;
  readonly bill_id: string;
  readonly bill_number: string;
  readonly open: number;
}

/** An agreement that is asked for. */
export interface AgreementBody {
  /** Where the paper is that the customer has signed. */
  readonly paper: string;
  /** In the order of their days; together what the customer owes. */
  readonly parts: readonly Part[];
  readonly reason: string;
}

/** An agreement that is on its way to a printer. */
export interface AgreementPrintAsked {
  readonly print_id: string;
}

/** An agreement as it stands. */
export interface AgreementReply {
  readonly agreement: InstalmentAgreement;
}

/** How far an instalment agreement is. */
export type AgreementState = "in_force" | "kept" | "broken" | "ended";

/** Agreements, the one made last first. */
export interface Agreements {
  readonly agreements: readonly InstalmentAgreement[];
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
export type ApprovalKind = "payment_reversal" | "bill_correction" | "instalment_agreement" | "interest_waiver";

/** What was asked for, who decided, and what came of it. */
export interface ApprovalView {
  /** Of `instalment_agreement`: what is approved. */
  readonly agreement?: WantedAgreementView | null;
  /** Whole đồng; of `bill_correction` by how much more is owed, negative for less; of `instalment_agreement` what is owed; of `interest_waiver` the interest. */
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
  /** Of `interest_waiver`: the last day. */
  readonly interest_until?: string | null;
  readonly kind: ApprovalKind;
  /** Of what was approved: `done`, or the type of the refusal without its prefix; null while it is not known, then the same decision again tries again. */
  readonly outcome: string | null;
  readonly reason: string;
  /** Of `payment_reversal`: the payment; of `bill_correction`: the number of the bill; of others the customer. */
  readonly subject: string;
  readonly unit_code: string;
}

/** The latest first. */
export interface ApprovalsView {
  readonly approvals: readonly ApprovalView[];
}

/** A route as it shall be: each of its customers is named once. */
export interface Arrangement {
  /** Whose the route is from now on; left out: as before. */
  readonly collector_code?: string | null;
  /** Those who stay, in the order of walking. */
  readonly customers: readonly string[];
  readonly further?: Further | null;
  /** Of the route as it was looked at. */
  readonly version: string;
}

/** The person who asked for what another one has approved. */
export interface AskedBy {
  readonly id: string;
  readonly reference?: string;
}

/** The receipt on paper of a payment that was taken back. */
export interface AskedPaper {
  readonly asked_at: string;
  readonly returned_at: string | null;
}

/** Summaries, the latest period first. */
export interface AuthoritySummaries {
  readonly summaries: readonly AuthoritySummary[];
}

/** A summary of invoices for the tax authority (01/TH-HĐĐT), and what has become of it. */
export interface AuthoritySummary {
  readonly before_vat: number;
  readonly due_on: string;
  readonly invoices: number;
  readonly made_at: string;
  readonly made_by: string;
  readonly message_code: string | null;
  readonly number: number;
  readonly period: string;
  readonly problem: string;
  readonly seller_tax_code: string;
  readonly state: SummaryState;
  readonly summary_id: string;
  readonly supplement: number;
  readonly total: number;
  readonly vat: number;
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

/** How full the phone's battery is. Only where `welcome.battery` is true; nothing answers it. */
export interface Battery {
  readonly charging: boolean;
  readonly percent: number;
  readonly type: "battery";
}

/** One bill with its lines; amounts in đồng, both days of the period included. */
export interface Bill {
  readonly bill_id: string;
  readonly bill_number: string;
  readonly charge?: ChargeKind | null;
  readonly corrected_by?: readonly BillFollowUp[];
  readonly corrects?: BillLink | null;
  readonly customer_code: string;
  readonly cycle: number;
  readonly details_archived?: boolean;
  readonly due_date: string;
  readonly explanation?: readonly string[];
  readonly households: string;
  readonly is_disputed?: boolean;
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

/** Which of a customer's open bills one payment at a partner may name. */
export type BillChoice = "all" | "oldest_first" | "any";

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

/** Interest on a bill that was or is paid late, not settled yet. */
export interface BillInterest {
  readonly bill_id: string;
  readonly bill_number: string;
  readonly due_date: string;
  readonly first_day: string;
  readonly interest: number;
  readonly last_day: string;
  readonly spans: readonly InterestSpan[];
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

/** Bills that a payer has paid at the partner, whole. */
export interface BillsPaid {
  /** Whole đồng: exactly what these bills come to. */
  readonly amount: number;
  /** `bill_id` of the bills that the payer saw; `bill_choice` says which may be left out. */
  readonly bill_ids: readonly string[];
  /** One of the partner's points. */
  readonly collection_point_code: string;
  readonly customer_code: string;
  /** By the partner's clock: kept as a note. */
  readonly received_at: string;
}

/** Why a step of dunning is not taken. */
export type Blocker = "complaint" | "promise" | "unidentified_transfer" | "instalments" | "calendar" | "protected" | "small_debt" | "switched_off" | "inactive" | "cut_off";

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

/** Why a payment is taken back. */
export interface Cancellation {
  readonly reason: string;
}

/** Cash that was given back past the shift that it was taken in: an item of a settlement. */
export interface CashItem {
  readonly amount: number;
  readonly given_back_by: string | null;
  readonly settled_at: string | null;
  readonly shift_id: string | null;
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

/** What a bill is for that no metered period has made. */
export type ChargeKind = "reconnection_fee" | "late_interest";

/** What was charged, and the account after it. */
export interface ChargeReply {
  readonly account: AccountState;
  readonly bill: Bill | null;
  readonly charge_id: string;
}

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

/** What one collector's settlements of a month pay for receipts, in đồng. */
export interface CollectorCommission {
  readonly collector_code: string;
  readonly collector_name: string;
  readonly earned: number;
  readonly payable: number;
  readonly receipts: number;
  readonly settlements: number;
  readonly taken_back: number;
  readonly taken_back_receipts: number;
  readonly to_take_off?: number;
  readonly unit_code: string;
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

/** What settlements of a month pay, in the order of units and collectors. */
export interface CommissionsReport {
  readonly commissions: readonly CollectorCommission[];
  readonly month: number;
  readonly year: number;
}

/** Which list of what all units share somebody hands in. */
export type CompanyListKind = "units" | "collectors" | "routes";

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

/** Who counts money at a customer's door. */
export interface Counting {
  readonly collector_code: string;
  readonly device_name: string;
  /** It expires by itself: ask again then. */
  readonly until: string;
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

/** A customer's bills, the oldest first, what is owed, and who is about to take it. */
export interface CustomerAccount {
  readonly account: AccountState;
  readonly bills: readonly Bill[];
  readonly cash_step?: number;
  /** Another phone that counts this customer's money now; only where `counting` was asked. */
  readonly counted_by?: Counting | null;
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
  readonly budget_code?: string | null;
  readonly collector: Collector;
  readonly customer_code: string;
  readonly households?: string;
  readonly meter?: Meter | null;
  readonly name: string;
  readonly phone?: string | null;
  readonly place_in_route: number;
  readonly price_group: string;
  readonly protected?: boolean;
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

/** Whether the customer must not be cut off, as is on record now. */
export interface CustomerProtected {
  readonly customer_code: string;
  readonly protected: boolean;
  readonly protection_id: string;
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

/** Who is to be cut off in a unit on a day. */
export interface CutList {
  readonly approved_at: string | null;
  readonly approved_by: Actor | null;
  readonly customers: number;
  readonly day: string;
  readonly debt: number;
  readonly list_id: string;
  readonly made_at: string;
  readonly made_by: Actor;
  readonly state: CutListState;
  readonly unit_code: string;
}

/** A customer of a list, as it stands now. */
export interface CutListEntry {
  readonly customer_code: string;
  readonly debt: number;
  readonly debt_due_on: string;
  readonly is_on: boolean;
  readonly order: CutOrder | null;
  readonly why: readonly string[];
}

/** A list with its customers. */
export interface CutListReply {
  readonly cut_list: CutList;
  readonly entries: readonly CutListEntry[];
}

/** Where a cut-off list stands. */
export type CutListState = "asked" | "approved" | "discarded";

/** Lists, the latest first. */
export interface CutLists {
  readonly lists: readonly CutList[];
}

/** An order to cut supply off, or to reconnect it. */
export interface CutOrder {
  readonly cause: string;
  readonly collector_code: string | null;
  readonly customer_code: string;
  readonly cut_from: string | null;
  readonly cut_order_id: string | null;
  readonly due_by: string;
  readonly ended_at: string | null;
  readonly has_photo?: boolean;
  readonly is_late?: boolean;
  readonly kind: CutOrderKind;
  readonly list_id: string | null;
  readonly meter_reading?: number | null;
  readonly order_id: string;
  readonly ordered_at: string;
  readonly state: CutOrderState;
  readonly unit_code: string;
}

/** What is to be done at the meter. */
export type CutOrderKind = "cut" | "reconnect";

/** The order as it stands, and what follows. */
export interface CutOrderReported {
  readonly further: CutOrder | null;
  readonly order: CutOrder;
}

/** Where an order stands. */
export type CutOrderState = "open" | "done" | "withdrawn";

/** An order to cut or to reconnect was given, withdrawn or carried out: read the collector's tasks afresh. */
export interface CutOrderUpdate {
  /** Why it was withdrawn, or a reconnection ordered. */
  readonly cause: string;
  readonly customer_code: string;
  readonly due_by: string;
  readonly kind: CutOrderKind;
  readonly order_id: string;
  readonly seq: number;
  /** `withdrawn`: do not cut. */
  readonly state: CutOrderState;
  readonly type?: "cut_order";
}

/** Orders; the open ones in the order of their clocks, others with the latest first. */
export interface CutOrders {
  readonly orders: readonly CutOrder[];
}

/** What a collector has to do about cutting off. */
export interface CutTasks {
  readonly orders: readonly CutOrder[];
  readonly warnings: readonly WarningTask[];
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

/** The hours of a day in which something was paid. */
export interface DayHours {
  readonly day: string;
  readonly hours: readonly HourFigures[];
}

/** The present day, or what has changed of it since the event before. */
export interface DayUpdate {
  readonly day: string;
  readonly figures: readonly DayFigures[];
  readonly signs: readonly UnitSigns[];
  readonly whole: boolean;
}

/** A day by routes; sums by collector and by unit are the caller's. */
export interface DayView {
  readonly day: string;
  readonly figures: readonly DayFigures[];
  readonly signs?: readonly UnitSigns[];
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

/** How a warning on paper reached the customer. */
export interface Delivery {
  readonly note?: string;
  readonly warning_id: string;
  readonly way: WayOfDelivery;
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
  /** When the phone said so. */
  readonly battery_at?: string | null;
  readonly battery_charging?: boolean | null;
  /** How full its battery was, where the phone can tell; for the office. */
  readonly battery_percent?: number | null;
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

/** How a difference was settled, and why. */
export interface DifferenceDecision {
  readonly reason: string;
  readonly settlement: DifferenceSettlement;
}

/** How a difference between a partner's books and the register was settled. */
export type DifferenceSettlement = "partner_pays" | "refunded" | "posted" | "reversed" | "other_day" | "nothing" | "later_file";

/** The bills of a customer that complaints are open about, and what is owed besides. */
export interface DisputedBills {
  readonly bill_numbers: readonly string[];
  readonly debt: number;
  readonly other_due_date?: string | null;
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

/** Customers with interest, in the order of their codes. */
export interface DueInterest {
  readonly after: string | null;
  readonly customers: readonly InterestState[];
}

/** Where a customer who owes stands in the steps of the unit, now. */
export interface DunningCase {
  readonly collector_code: string | null;
  readonly customer_code: string;
  readonly cut_from: string | null;
  readonly debt: number;
  readonly debt_due_on: string;
  readonly may_be_cut: boolean;
  readonly steps: readonly DunningStep[];
  readonly unit_code: string;
  readonly warning_id: string | null;
}

/** Customers whose debt is overdue, in the order of their codes. */
export interface DunningCases {
  readonly cases: readonly DunningCase[];
  readonly next: string | null;
}

/** None where the customer owes nothing that may be asked for. */
export interface DunningReply {
  readonly case: DunningCase | null;
}

/** Where a customer stands with one step of dunning. */
export type DunningState = "waiting" | "due" | "done" | "blocked";

/** Where a customer stands with one step. */
export interface DunningStep {
  readonly done_at: string | null;
  readonly due_on: string | null;
  readonly name: string;
  readonly state: DunningState;
  readonly why: readonly Blocker[];
}

/** Why an agreement is ended. */
export interface EndingBody {
  readonly reason: string;
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

/** A file, and how it is imported. */
export interface File {
  /** CSV, Parquet, XLSX, ODS or XLS of at most 2,000,000 bytes, as base64. */
  readonly content: string;
  /** Leave wrong lines out, with all lines of their customers: `reject_file` has them. */
  readonly keep_good?: boolean;
  readonly name: string;
  /** Say what an import would do; nothing is stored. */
  readonly trial?: boolean;
}

/** A part with what payments have filled of it: the oldest part first. */
export interface FilledInstalment {
  readonly amount: number;
  readonly due_on: string;
  readonly paid: number;
}

/** Who signs in by a one-time code of an administrator, and the password from now on. */
export interface FirstSignInRequest {
  readonly code: string;
  readonly login_name: string;
  /** At least 12 characters, not common, without the login name. */
  readonly password: string;
  readonly second_factor?: string | null;
}

/** Where customers go who leave the route: a new one with its name and collector, or one that is there. */
export interface Further {
  /** Whose the new route is. */
  readonly collector_code?: string | null;
  readonly customers: readonly string[];
  /** Of a new route; left out for one that is there, at whose end they come. */
  readonly name?: string | null;
  readonly route_code: string;
}

/** What a person may do from now on. */
export interface Grant {
  readonly roles: readonly StaffRole[];
  /** Codes of units; `*` for all. */
  readonly units: readonly string[];
}

/** Cash that a collector hands in while the shift is open. */
export interface HandIn {
  readonly amount: number;
  readonly collector_code: string;
  readonly count?: HandInCount | null;
  readonly denominations?: Readonly<Record<string, number>>;
  readonly hand_in_id: string;
  readonly has_photo?: boolean;
  readonly place: HandInPlace;
  readonly shift_id: string;
  readonly slip_number?: string;
  readonly state: HandInState;
  readonly stated_at: string;
  readonly stated_by: string;
}

/** What the collector says. */
export interface HandInBody {
  /** đồng. */
  readonly amount: number;
  /** Number of notes of each value; must add up to `amount` when given. */
  readonly denominations?: Readonly<Record<string, number>>;
  /** Of the deposit slip: a JPEG of at most 45,000 bytes, base64. */
  readonly photo?: string;
  /** `cashier`: a cashier counts it; `bank`: it was deposited. */
  readonly place: HandInPlace;
  /** Of the bank's deposit slip: 6 to 30 letters and digits, which its bank credit is found by. */
  readonly slip_number?: string;
}

/** What came of a hand-in, by whoever counted it. */
export interface HandInCount {
  readonly counted_at: string;
  readonly counted_by: string;
  readonly counted_cash: number;
  readonly credit_id?: string | null;
  readonly denominations?: Readonly<Record<string, number>>;
  readonly difference: number;
  readonly reason?: string;
}

/** What a second person counts, or the bank has. */
export interface HandInCountBody {
  /** đồng. */
  readonly counted_cash: number;
  /** Of a deposit: the bank credit of the worklist that it is. */
  readonly credit_id?: string | null;
  /** Number of notes of each value; must add up to `counted_cash` when given. */
  readonly denominations?: Readonly<Record<string, number>>;
  /** Needed when it is not what the collector said. */
  readonly reason?: string;
}

/** To whom a collector hands cash in while the shift is open. */
export type HandInPlace = "cashier" | "bank";

/** A hand-in as it stands, and the shift that it is of. */
export interface HandInReply {
  readonly hand_in: HandIn;
  readonly shift: Shift;
}

/** Where a hand-in stands. */
export type HandInState = "waiting" | "counted" | "lapsed";

/** Hand-ins, the one stated last first. */
export interface HandIns {
  readonly hand_ins: readonly HandIn[];
}

/** What a collector hands over with the cash of a shift, for both to sign. */
export interface Handover {
  readonly first_receipt: string | null;
  readonly hand_ins?: readonly HandIn[];
  readonly last_receipt: string | null;
  readonly receipts: number;
  readonly transferred: number;
  readonly transfers: number;
  readonly without_number?: number;
}

/** A shift with what is handed over. */
export interface HandoverReply {
  readonly collector_name: string;
  readonly handover: Handover;
  readonly shift: Shift;
  readonly unit_code: string;
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

/** What was paid within one hour; payments that were reversed are left out. */
export interface HourFigures {
  readonly amount: number;
  readonly hour: number;
  readonly payments: number;
}

/** A day and those before it by hours, the first day first. */
export interface HoursView {
  readonly days: readonly DayHours[];
}

/** What a customer owes, to be paid in parts. */
export interface InstalmentAgreement {
  readonly agreed_at: string;
  readonly agreement_id: string;
  readonly amount: number;
  readonly approved_by: string;
  readonly asked_by: string;
  readonly bills: readonly AgreedBill[];
  readonly customer_code: string;
  readonly end_reason: string | null;
  readonly ended_at: string | null;
  readonly late_days: number;
  readonly paid: number;
  readonly paper: string;
  readonly parts: readonly FilledInstalment[];
  readonly reason: string;
  readonly state: AgreementState;
  readonly unit_code: string;
}

/** Interest as it was shown, and why it is charged or waived. */
export interface InterestBody {
  /** đồng, as it was shown. */
  readonly expected: number;
  readonly reason: string;
  readonly until: string;
}

/** Interest that is to come, and what was settled, the latest first. */
export interface InterestReply {
  readonly interest: InterestState;
  readonly settled: readonly SettledInterest[];
}

/** Days of the same amount at the same rate: `amount` × `percent` ÷ 100 × `days` ÷ `days_of_year`. */
export interface InterestSpan {
  readonly amount: number;
  readonly days: number;
  readonly days_of_year: number;
  readonly first_day: string;
  readonly last_day: string;
  readonly percent: string;
}

/** Interest of a customer until a day, not settled yet. */
export interface InterestState {
  readonly basis: string;
  readonly bills: readonly BillInterest[];
  readonly customer_code: string;
  readonly total: number;
  readonly unit_code: string;
  readonly until: string;
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

/** What there is to report of a line of a file. */
export interface LineFinding {
  readonly column: string;
  readonly line: number;
  readonly message: string;
  readonly slug: string;
}

/** To which number the link of a receipt goes. */
export interface LinkRequest {
  /** As people write it; the customer's number on record when left out. */
  readonly phone?: string | null;
}

/** A list, and how it is imported. */
export interface List {
  /** CSV, Parquet, XLSX, ODS or XLS of at most 2,000,000 bytes, as base64. */
  readonly content: string;
  /** Leave wrong lines out, with all lines of their customers: `reject_file` has them. */
  readonly keep_good?: boolean;
  /** Lists of units, collectors and routes are for those who work for all units. */
  readonly kind: ListKind | CompanyListKind;
  readonly name: string;
  /** Say what an import would do; nothing is stored. */
  readonly trial?: boolean;
}

/** A list: what is read of it, and what became of it. Of many findings the first, with their number. */
export interface ListFile {
  readonly added: number;
  readonly announced: number;
  readonly bad: readonly ListFinding[];
  readonly bad_count: number;
  readonly changed: number;
  readonly changed_fields: Readonly<Record<string, number>>;
  readonly changes: readonly ListedChange[];
  readonly columns: readonly string[];
  readonly first_rows: readonly (readonly string[])[];
  readonly ignored_columns: readonly string[];
  readonly lines: number;
  readonly outcome: ListFileOutcome;
  readonly reject_file: string | null;
  readonly rejected: readonly ListFinding[];
  readonly rejected_count: number;
  readonly remarks: readonly ListFinding[];
  readonly sha256: string;
  readonly unchanged: number;
}

/** What became of a list. */
export type ListFileOutcome = "tried" | "taken" | "refused";

/** What there is to report of a line of a list. */
export interface ListFinding {
  readonly column: string;
  readonly line: number;
  readonly message: string;
  readonly slug: string;
}

/** Which list somebody hands in. */
export type ListKind = "customers" | "meters";

/** A line that would change what is on record: in which columns, not what they hold. */
export interface ListedChange {
  readonly fields: readonly string[];
  readonly key: string;
  readonly line: number;
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
  readonly ct_ratio?: string | null;
  readonly digits?: number;
  readonly max_amperes?: number | null;
  readonly meter_number: string;
  readonly multiplier?: number;
  readonly phases?: number | null;
  readonly vt_ratio?: string | null;
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

/** Whose list, and for which day. */
export interface NewCutList {
  readonly day: string;
  readonly unit_code: string;
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

/** What came of an order at the place. */
export type OrderOutcome = "done" | "not_possible";

/** What came of an order at the place. */
export interface OrderReport {
  /** Needed with `done`. */
  readonly meter_reading?: number | null;
  readonly note?: string;
  readonly outcome: OrderOutcome;
  /** Of the meter: a JPEG of at most 45,000 bytes, base64. */
  readonly photo?: string;
  readonly stated_at: string;
}

/** What came of a collector's stay at a customer's door. */
export type Outcome = "met" | "away" | "cannot_pay";

/** Kinds of printed documents. */
export type PaperKind = "notice" | "receipt" | "copy" | "void" | "shift_slip" | "test_page";

/** One part: how much is to be paid until the end of a day. */
export interface Part {
  /** đồng */
  readonly amount: number;
  readonly due_on: string;
}

/** An open bill as a partner sees it. */
export interface PartnerBill {
  readonly amount: number;
  readonly bill_id: string;
  readonly bill_number: string;
  readonly cycle: number;
  readonly due_date: string;
  readonly month: number;
  readonly year: number;
}

/** What a customer owes, as a partner sees it: the oldest bill first. */
export interface PartnerBills {
  readonly bill_choice: BillChoice;
  readonly bills: readonly PartnerBill[];
  readonly customer_code: string;
  readonly customer_name: string;
  readonly total: number;
  readonly ward: string;
}

/** What a partner took on one day, and what it is owed for it. */
export interface PartnerDay {
  readonly business_date: string;
  readonly cancellations: number;
  readonly cancelled: number;
  readonly fees: number;
  readonly file_taken_at: string | null;
  readonly open_differences: number;
  readonly paid: number;
  readonly payments: number;
}

/** A line on which a partner's books and the register do not agree. */
export interface PartnerDifference {
  readonly business_date: string;
  readonly customer_code: string;
  readonly difference_id: string;
  readonly found_at: string;
  readonly kind: PartnerEntryKind;
  readonly our_amount: number | null;
  readonly partner_code: string;
  readonly partner_payment_id: string;
  readonly reason?: string;
  readonly settled_at?: string | null;
  readonly settled_by?: Actor | null;
  readonly settlement?: DifferenceSettlement | null;
  readonly their_amount: number | null;
  readonly verdict: PartnerVerdict;
}

/** The difference as it stands now. */
export interface PartnerDifferenceReply {
  readonly difference: PartnerDifference;
}

/** Differences, the longest open first. */
export interface PartnerDifferences {
  readonly differences: readonly PartnerDifference[];
  readonly next: string | null;
}

/** What a line of a partner's file is of. */
export type PartnerEntryKind = "PAY" | "REV";

/** A partner's file of one business day as it was compared with the register. */
export interface PartnerFile {
  readonly business_date: string;
  readonly cancelled: number;
  readonly late: boolean;
  readonly lines: number;
  readonly paid: number;
  readonly partner_code: string;
  readonly result: string;
  readonly sha256: string;
  readonly taken_at: string;
  readonly taken_before?: boolean;
  readonly verdicts: Readonly<Record<string, number>>;
}

/** A partner's payment by the partner's own id. */
export interface PartnerPayment {
  readonly amount?: number | null;
  readonly bill_ids?: readonly string[];
  readonly business_date?: string | null;
  readonly cancellable_until?: string | null;
  readonly cancelled_at?: string | null;
  readonly collection_point_code?: string | null;
  readonly customer_code?: string | null;
  readonly paid_at?: string | null;
  readonly partner_payment_id: string;
  readonly payment_id?: string | null;
  readonly receipt_number?: string | null;
  readonly reversed_at?: string | null;
  readonly state: PartnerPaymentState;
}

/** Where a payment stands that a partner names by its own id. */
export type PartnerPaymentState = "unknown" | "paid" | "cancelled" | "barred" | "reversed";

/** The collection points of a partner. */
export interface PartnerPoints {
  readonly collection_points: readonly CollectionPoint[];
}

/** Days of a partner, by the register; what is to be handed over is paid less cancelled. */
export interface PartnerSettlement {
  readonly days: readonly PartnerDay[];
  readonly partner_code: string;
}

/** How a line of a partner's file stands beside the register. */
export type PartnerVerdict = "MATCHED" | "MISSING_HERE" | "MISSING_THERE" | "AMOUNT_DIFFERS" | "DUPLICATE";

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

/** A customer on a route, whether or not something is owed. */
export interface PlannedStop {
  readonly address: string;
  readonly customer_code: string;
  readonly name: string;
  readonly place: number;
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

/** On which phone. */
export interface PrintBody {
  /** A collector's own phone when left out. */
  readonly device_id?: string | null;
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
  /** In place of `accepted`, while the printer is idle: the job is stored. Print it only after `acknowledged` with `printing`. Only where `welcome.print_at_once` is true. */
  readonly at_once?: boolean;
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

/** Whether the customer must not be cut off, and why. */
export interface Protection {
  readonly protected: boolean;
  readonly reason: string;
}

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

/** A file of readings: what is read of it, and what became of it. Of many findings the first, with their number. */
export interface ReadingsFile {
  readonly added: number;
  readonly bad: readonly LineFinding[];
  readonly bad_count: number;
  readonly columns: readonly string[];
  readonly first_rows: readonly (readonly string[])[];
  readonly held: number;
  readonly held_lines: readonly LineFinding[];
  readonly ignored_columns: readonly string[];
  readonly lines: number;
  readonly outcome: ReadingsFileOutcome;
  readonly reject_file: string | null;
  readonly rejected: readonly LineFinding[];
  readonly rejected_count: number;
  readonly remarks: readonly LineFinding[];
  readonly settled: number;
  readonly sha256: string;
  readonly unchanged: number;
}

/** What became of a file of readings. */
export type ReadingsFileOutcome = "tried" | "taken" | "repeated" | "refused";

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
  readonly bill_ids?: readonly string[];
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
  /** Of cash, who gives it back. `collector`: out of the open shift, else out of the next one; `office`: whoever reverses it, settled with the next shift that the same desk or person counts. */
  readonly cash_given_back?: "collector" | "office";
  /** The phone whose printer prints the void slip. */
  readonly device_id?: string | null;
  /** Whether the customer has given the receipt on paper back. `false` lists it until it is there (`GET /v1/reversals?waiting=true`), and the collector's phone says so. */
  readonly paper_returned?: boolean | null;
  readonly reason: string;
}

/** A reversal as it stands. */
export interface ReversalReply {
  readonly reversal: TakenBackPayment;
}

/** Reversals, the oldest first of those that wait, else the latest first. */
export interface Reversals {
  readonly reversals: readonly TakenBackPayment[];
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

/** A route as it is on record now. */
export interface RouteArranged {
  readonly arrangement_id: string;
  readonly moved: number;
  readonly route_code: string;
  readonly version: string;
}

/** A collector's stops of one day, in the order of walking. */
export interface RouteOfDay {
  readonly collector_code: string;
  readonly day: string;
  readonly stops: readonly RouteStop[];
  readonly total_stops?: number;
}

/** Who is on a route, in the order of walking. */
export interface RoutePlan {
  readonly collector_code: string;
  readonly name: string;
  readonly route_code: string;
  readonly stops: readonly PlannedStop[];
  readonly total_stops: number;
  readonly unit_code: string;
  readonly version: string;
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

/** Interest on some days of a bill that was charged or waived: no day is settled twice. */
export interface SettledInterest {
  readonly bill_number: string;
  readonly charge_id: string | null;
  readonly first_day: string;
  readonly interest: number;
  readonly last_day: string;
  readonly settled_at: string;
  readonly waiver_id: string | null;
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
  readonly given_back?: number;
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
  readonly given_back?: number;
  readonly given_back_items?: number;
  readonly hand_ins?: number;
  readonly handed_in?: number;
  readonly payments: number;
  readonly reversals: number;
  readonly reversed_cash: number;
  readonly unproven?: number;
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

/** Where a summary for the tax authority stands. */
export type SummaryState = "made" | "ordered" | "sent" | "received" | "accepted" | "refused";

/** A code for a supervisor's desk. */
export interface SupervisorCodeRequest {
  readonly role: "supervisor";
}

/** A payment that was taken back, and what is still to come of it. */
export interface TakenBackPayment {
  readonly amount: number;
  readonly cash: CashItem | null;
  readonly collector_code: string | null;
  readonly customer_code: string;
  readonly method: PaymentMethod;
  readonly paper: AskedPaper | null;
  readonly payment_id: string;
  readonly reason: string;
  readonly receipt_number: string | null;
  readonly reversal_id: string;
  readonly reversed_at: string;
  readonly reversed_by: string;
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

/** What to look after in one unit, at present. */
export interface UnitSigns {
  readonly connected?: number;
  readonly failing_printers?: number;
  readonly phones?: number;
  readonly sms_due?: number | null;
  readonly sms_late?: number | null;
  readonly unconfirmed_papers?: number;
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

/** In which parts a customer is to pay. */
export interface WantedAgreementView {
  /** Where the paper is that the customer has signed. */
  readonly paper: string;
  readonly parts: readonly WantedPartView[];
}

/** How a bill is to be corrected; what is left out is as it was billed. */
export interface WantedCorrectionView {
  readonly households: string | null;
  readonly kind: CorrectionKind;
  readonly price_group: string | null;
  readonly readings: readonly WantedReadingView[];
}

/** One part of an agreement. */
export interface WantedPartView {
  /** Whole đồng. */
  readonly amount: number;
  readonly due_on: string;
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

/** The delivery is kept. */
export interface WarningDelivered {
  readonly cut_from: string;
  readonly delivered_at: string;
  readonly delivery_id: string;
  readonly in_time: boolean;
  readonly warning_id: string;
}

/** A warning that is on its way to a printer. */
export interface WarningPrintAsked {
  readonly print_id: string;
}

/** A warning that is to be delivered on paper. */
export interface WarningTask {
  readonly customer_code: string;
  readonly cut_from: string;
  readonly warning_id: string;
}

/** How a warning on paper reached the customer. */
export type WayOfDelivery = "handed_over" | "left_at_door";

/** What came is kept, now or before. */
export interface WebhookTaken {
  readonly success?: boolean;
}

/** The stream is open. */
export interface Welcome {
  /** `battery` is understood: send it after the `welcome`, and when it changes, at most each minute. */
  readonly battery?: boolean;
  readonly device_id: string;
  readonly epoch: string;
  /** Seconds between signs of life (pings, `heartbeat` frames); silence for twice as long: reconnect. */
  readonly heartbeat: number;
  /** `heartbeat` frames are sent: for phones that cannot see pings, such as browsers. */
  readonly heartbeat_frames?: boolean;
  readonly max_inflight: number;
  /** The gateway's clock, for phones whose own is wrong. */
  readonly now: string;
  /** `printing` with `at_once` is understood, in place of `accepted` and `printing`. */
  readonly print_at_once?: boolean;
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
  /** List the partner's collection points */
  "GET /partner/v1/collection-points": {
    answer: PartnerPoints;
  };
  /** Read what a customer owes */
  "GET /partner/v1/customers/{customer_code}/bills": {
    params: { "customer_code": string };
    answer: PartnerBills;
  };
  /** Read where a payment stands, by the partner's own id */
  "GET /partner/v1/payments/{partner_payment_id}": {
    params: { "partner_payment_id": string };
    answer: PartnerPayment;
  };
  /** Pay listed bills, under the partner's own id */
  "PUT /partner/v1/payments/{partner_payment_id}": {
    params: { "partner_payment_id": string };
    body: BillsPaid;
    answer: PartnerPayment;
  };
  /** Take a payment back on its day, or bar an id under which nothing was recorded */
  "PUT /partner/v1/payments/{partner_payment_id}/cancellation": {
    params: { "partner_payment_id": string };
    body: Cancellation;
    answer: PartnerPayment;
  };
  /** Send the file of a business day that is over */
  "PUT /partner/v1/reconciliation": {
    body: unknown;
    answer: PartnerFile;
  };
  /** Read what was paid and cancelled by the day, and the fees */
  "GET /partner/v1/settlement": {
    query: { "first": string; "last": string };
    answer: PartnerSettlement;
  };
  /** List agreements to pay in parts, the one made last first */
  "GET /v1/agreements": {
    query?: { "state"?: string; "customer_code"?: string; "before"?: string; "limit"?: number };
    answer: Agreements;
  };
  /** End an agreement: its bills are as any others again, reminders and dunning included */
  "POST /v1/agreements/{agreement_id}/end": {
    params: { "agreement_id": string };
    key: string;
    body: EndingBody;
    answer: AgreementReply;
  };
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
  /** Import a list of units, collectors, routes, customers or meters, or try it */
  "POST /v1/customer-lists": {
    body: List;
    answer: ListFile;
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
    query?: { "history"?: number; "counting"?: string };
    answer: CustomerAccount;
  };
  /** Ask for an agreement to pay all that is owed in parts; another person approves it */
  "POST /v1/customers/{customer_code}/agreements": {
    params: { "customer_code": string };
    key: string;
    body: AgreementBody;
    answer: ApprovalView;
  };
  /** Print an agreement that is in force, for the customer to keep */
  "POST /v1/customers/{customer_code}/agreements/{agreement_id}/prints": {
    params: { "customer_code": string; "agreement_id": string };
    key: string;
    body: PrintBody;
    answer: AgreementPrintAsked;
  };
  /** Read what a customer owes */
  "GET /v1/customers/{customer_code}/debt": {
    params: { "customer_code": string };
    answer: Debt;
  };
  /** Read where a customer stands in the steps up to cutting off, and why a step waits */
  "GET /v1/customers/{customer_code}/dunning": {
    params: { "customer_code": string };
    answer: DunningReply;
  };
  /** Compute a customer's interest on late payment; nothing changes */
  "GET /v1/customers/{customer_code}/interest": {
    params: { "customer_code": string };
    query?: { "until"?: string };
    answer: InterestReply;
  };
  /** Charge interest as it was shown, by a bill of its own; each day of a bill once */
  "POST /v1/customers/{customer_code}/interest/charges": {
    params: { "customer_code": string };
    key: string;
    body: InterestBody;
    answer: ChargeReply;
  };
  /** Ask for letting a customer off interest that is not charged yet; another person approves it */
  "POST /v1/customers/{customer_code}/interest/waivers": {
    params: { "customer_code": string };
    key: string;
    body: InterestBody;
    answer: ApprovalView;
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
  /** Keep that a customer must not be cut off, or may be again */
  "POST /v1/customers/{customer_code}/protection": {
    params: { "customer_code": string };
    key: string;
    body: Protection;
    answer: CustomerProtected;
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
  /** Keep that a warning with day and hour of the cut was delivered on paper */
  "POST /v1/customers/{customer_code}/warning-deliveries": {
    params: { "customer_code": string };
    key: string;
    body: Delivery;
    answer: WarningDelivered;
  };
  /** Print a warning of a cut, to be delivered by hand */
  "POST /v1/customers/{customer_code}/warnings/{warning_id}/prints": {
    params: { "customer_code": string; "warning_id": string };
    key: string;
    body: PrintBody;
    answer: WarningPrintAsked;
  };
  /** List cut-off lists, the latest first */
  "GET /v1/cut-lists": {
    query?: { "limit"?: number };
    answer: CutLists;
  };
  /** Make the cut-off list of a unit for a day, of all who may be cut off then */
  "POST /v1/cut-lists": {
    key: string;
    body: NewCutList;
    answer: CutListReply;
  };
  /** Read a cut-off list with its customers as they stand now */
  "GET /v1/cut-lists/{list_id}": {
    params: { "list_id": string };
    answer: CutListReply;
  };
  /** Approve a cut-off list, as another person than who made it: orders are given */
  "POST /v1/cut-lists/{list_id}/approval": {
    params: { "list_id": string };
    answer: CutListReply;
  };
  /** Discard a cut-off list that nobody has approved */
  "POST /v1/cut-lists/{list_id}/discarding": {
    params: { "list_id": string };
    answer: CutListReply;
  };
  /** List orders to cut and to reconnect, the open ones by their clocks */
  "GET /v1/cut-orders": {
    query?: { "customer_code"?: string; "state"?: string; "limit"?: number };
    answer: CutOrders;
  };
  /** Keep what came of an order at the meter, with what the meter shows */
  "POST /v1/cut-orders/{order_id}/reports": {
    params: { "order_id": string };
    key: string;
    body: OrderReport;
    answer: CutOrderReported;
  };
  /** List the warnings that the collector has to deliver on paper, and the orders to carry out */
  "GET /v1/cut-tasks": {
    answer: CutTasks;
  };
  /** Read how a day goes, by route */
  "GET /v1/day": {
    query: { "day": string };
    answer: DayView;
  };
  /** Read what was paid in each hour of a day and of the seven days before it */
  "GET /v1/day/hours": {
    query: { "day": string; "unit_code"?: string };
    answer: HoursView;
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
  /** List where the customers of a unit stand whose oldest bill is overdue */
  "GET /v1/dunning": {
    query: { "unit_code": string; "after"?: string; "limit"?: number };
    answer: DunningCases;
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
  /** List hand-ins of all collectors, the one stated last first */
  "GET /v1/hand-ins": {
    query?: { "waiting"?: string; "shift_id"?: string; "collector_code"?: string; "limit"?: number };
    answer: HandIns;
  };
  /** Count what a collector hands in, or confirm a deposit at a bank, as a second person */
  "POST /v1/hand-ins/{hand_in_id}/count": {
    params: { "hand_in_id": string };
    body: HandInCountBody;
    answer: HandInReply;
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
  /** Compute whose interest there is to charge, page by page; nothing changes */
  "GET /v1/interest": {
    query?: { "until"?: string; "least"?: number; "after"?: string };
    answer: DueInterest;
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
  /** List where partners' books and the register do not agree */
  "GET /v1/partner-differences": {
    query?: { "partner_code"?: string; "settled"?: string; "after"?: string; "limit"?: number };
    answer: PartnerDifferences;
  };
  /** Say how a difference was settled; no money moves by this */
  "POST /v1/partner-differences/{difference_id}/settlement": {
    params: { "difference_id": string };
    key: string;
    body: DifferenceDecision;
    answer: PartnerDifferenceReply;
  };
  /** Read what a partner took by the day, its fees, and where its books stand */
  "GET /v1/partners/{partner_code}/settlement": {
    params: { "partner_code": string };
    query: { "first": string; "last": string };
    answer: PartnerSettlement;
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
  /** Import a file of readings, or try it */
  "POST /v1/readings-files": {
    body: File;
    answer: ReadingsFile;
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
  /** Read how old the open bills are, by unit, route or price group */
  "GET /v1/reports/ageing": {
    query?: { "by"?: string };
    answer: AgeingReport;
  };
  /** Read what was collected, by day, unit and method */
  "GET /v1/reports/collections": {
    query: { "first_day": string; "last_day": string };
    answer: CollectionsReport;
  };
  /** Read what collectors earn for receipts, by collector and unit */
  "GET /v1/reports/commissions": {
    query: { "year": number; "month": number };
    answer: CommissionsReport;
  };
  /** Read the summaries of invoices for the tax authority, and what became of them */
  "GET /v1/reports/invoice-summaries": {
    query?: { "period"?: string };
    answer: AuthoritySummaries;
  };
  /** List payments that were taken back, with what is still to come of them */
  "GET /v1/reversals": {
    query?: { "waiting"?: string; "payment_id"?: string; "shift_id"?: string; "collector_code"?: string; "limit"?: number };
    answer: Reversals;
  };
  /** Keep that cash was given back here, and not by the collector */
  "POST /v1/reversals/{reversal_id}/cash": {
    params: { "reversal_id": string };
    answer: ReversalReply;
  };
  /** Keep that the receipt on paper of a payment that was taken back is at the office */
  "POST /v1/reversals/{reversal_id}/paper": {
    params: { "reversal_id": string };
    answer: ReversalReply;
  };
  /** Read the own route of a day, in the order of walking */
  "GET /v1/route": {
    query: { "day": string };
    answer: RouteOfDay;
  };
  /** Put a route into another order, give it to another collector, or split it */
  "POST /v1/routes/{route_code}/arrangements": {
    params: { "route_code": string };
    key: string;
    body: Arrangement;
    answer: RouteArranged;
  };
  /** Read who is on a route, in the order of walking */
  "GET /v1/routes/{route_code}/plan": {
    params: { "route_code": string };
    query?: { "skip"?: number };
    answer: RoutePlan;
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
  /** Read what was handed in of a shift while it was open */
  "GET /v1/shifts/{shift_id}/hand-ins": {
    params: { "shift_id": string };
    answer: HandIns;
  };
  /** Say that cash of the open shift is handed in, to a cashier or at a bank */
  "POST /v1/shifts/{shift_id}/hand-ins": {
    params: { "shift_id": string };
    key: string;
    body: HandInBody;
    answer: HandInReply;
  };
  /** Read what is handed over with a shift: receipts, transfers, hand-ins */
  "GET /v1/shifts/{shift_id}/handover": {
    params: { "shift_id": string };
    answer: HandoverReply;
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
