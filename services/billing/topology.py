"""The messages of billing: what it answers, consumes and emits."""

from services.billing.earlier_answers import earlier_fingerprint
from services.billing.handlers.agree_instalments import agree_instalments
from services.billing.handlers.cancel_partner_payment import cancel_partner_payment
from services.billing.handlers.charge_fee import charge_fee
from services.billing.handlers.charge_interest import charge_interest
from services.billing.handlers.charge_reconnection import charge_reconnection
from services.billing.handlers.check_instalments import check_instalments
from services.billing.handlers.close_shift import close_shift
from services.billing.handlers.confirm_shift import confirm_shift
from services.billing.handlers.correct_bill import correct_bill
from services.billing.handlers.correct_readings import correct_readings
from services.billing.handlers.count_hand_in import count_hand_in
from services.billing.handlers.decide_shift import decide_shift
from services.billing.handlers.discard_bill_run import discard_bill_run
from services.billing.handlers.dismiss_bank_credit import dismiss_bank_credit
from services.billing.handlers.do_bill_run_step import do_bill_run_step
from services.billing.handlers.end_agreement import end_agreement
from services.billing.handlers.end_complaint import end_complaint
from services.billing.handlers.erase_billing_person import erase_billing_person
from services.billing.handlers.get_account import get_account
from services.billing.handlers.get_ageing_report import get_ageing_report
from services.billing.handlers.get_agreements import get_agreements
from services.billing.handlers.get_bank_credits import get_bank_credits
from services.billing.handlers.get_bill_corrections import get_bill_corrections
from services.billing.handlers.get_bill_run import get_bill_run
from services.billing.handlers.get_bill_runs import get_bill_runs
from services.billing.handlers.get_billing_acts import get_billing_acts
from services.billing.handlers.get_billing_person import get_billing_person
from services.billing.handlers.get_collection_points import get_collection_points
from services.billing.handlers.get_collections_report import get_collections_report
from services.billing.handlers.get_commissions import get_commissions
from services.billing.handlers.get_day_of_payments import get_day_of_payments
from services.billing.handlers.get_due_interest import get_due_interest
from services.billing.handlers.get_hand_ins import get_hand_ins
from services.billing.handlers.get_handover import get_handover
from services.billing.handlers.get_held_readings import get_held_readings
from services.billing.handlers.get_hours_of_payments import get_hours_of_payments
from services.billing.handlers.get_interest import get_interest
from services.billing.handlers.get_next_shift import get_next_shift
from services.billing.handlers.get_partner_bills import get_partner_bills
from services.billing.handlers.get_partner_differences import get_partner_differences
from services.billing.handlers.get_partner_file import get_partner_file
from services.billing.handlers.get_partner_payment import get_partner_payment
from services.billing.handlers.get_partner_points import get_partner_points
from services.billing.handlers.get_partner_settlement import get_partner_settlement
from services.billing.handlers.get_payment import get_payment
from services.billing.handlers.get_payment_reports import get_payment_reports
from services.billing.handlers.get_price_groups import get_price_groups
from services.billing.handlers.get_reversals import get_reversals
from services.billing.handlers.get_shift import get_shift
from services.billing.handlers.get_shifts import get_shifts
from services.billing.handlers.get_slip_photo import get_slip_photo
from services.billing.handlers.get_usage import get_usage
from services.billing.handlers.get_waiting_readings import get_waiting_readings
from services.billing.handlers.give_back_at_desk import give_back_at_desk
from services.billing.handlers.issue_notice import issue_notice
from services.billing.handlers.keep_collector import keep_collector
from services.billing.handlers.keep_customer import keep_customer
from services.billing.handlers.keep_customers import keep_customers
from services.billing.handlers.keep_transfer_code import keep_transfer_code
from services.billing.handlers.look_at_bank_credit import look_at_bank_credit
from services.billing.handlers.match_bank_credit import match_bank_credit
from services.billing.handlers.match_bank_credits import match_bank_credits
from services.billing.handlers.note_complaint import note_complaint
from services.billing.handlers.note_receipt import note_receipt
from services.billing.handlers.open_shift import open_shift
from services.billing.handlers.preview_correction import preview_correction
from services.billing.handlers.print_agreement import print_agreement
from services.billing.handlers.record_partner_payment import record_partner_payment
from services.billing.handlers.record_payment import record_payment
from services.billing.handlers.release_bill_run import release_bill_run
from services.billing.handlers.release_readings import release_readings
from services.billing.handlers.report_payment import report_payment
from services.billing.handlers.return_paper import return_paper
from services.billing.handlers.reverse_payment import reverse_payment
from services.billing.handlers.send_readings_back import send_readings_back
from services.billing.handlers.settle_partner_difference import settle_partner_difference
from services.billing.handlers.start_bill_run import start_bill_run
from services.billing.handlers.state_hand_in import state_hand_in
from services.billing.handlers.take_bank_credits import take_bank_credits
from services.billing.handlers.take_partner_file import take_partner_file
from services.billing.handlers.take_readings import take_readings
from services.billing.handlers.tell_bills import tell_bills
from services.billing.handlers.waive_interest import waive_interest
from services.billing.locks import (
    lock_account_charged,
    lock_account_of_agreement,
    lock_account_of_bill,
    lock_account_of_erasure,
    lock_account_of_payer,
    lock_account_of_payment,
    lock_bank_credit,
    lock_cancelled_payment,
    lock_cash_box,
    lock_declared_shift,
    lock_difference,
    lock_given_back,
    lock_hand_in,
    lock_metered_period,
    lock_paper,
    lock_payment_of_partner,
    lock_run,
    lock_runs,
    lock_shift,
    lock_shift_of_hand_in,
)
from shared.contracts.billing import (
    AgreeInstalments,
    AgreementChanged,
    AgreementWanted,
    BankCreditsTaken,
    BankCreditWaiting,
    BillCorrected,
    BillDisputeChanged,
    BillIssued,
    BillRunStep,
    BillsReleased,
    BillsTold,
    CancelPartnerPayment,
    ChargeFee,
    ChargeInterest,
    CheckInstalments,
    CloseShift,
    ConfirmShift,
    CorrectBill,
    CorrectReadings,
    CountHandIn,
    DecideShift,
    DiscardBillRun,
    DismissBankCredit,
    EndAgreement,
    EraseBillingPerson,
    GetAccount,
    GetAgeingReport,
    GetAgreements,
    GetBankCredits,
    GetBillCorrections,
    GetBillingActs,
    GetBillingPerson,
    GetBillRun,
    GetBillRuns,
    GetCollectionPoints,
    GetCollectionsReport,
    GetCommissions,
    GetDayOfPayments,
    GetDueInterest,
    GetHandIns,
    GetHandover,
    GetHeldReadings,
    GetHoursOfPayments,
    GetInterest,
    GetNextShift,
    GetPartnerBills,
    GetPartnerDifferences,
    GetPartnerFile,
    GetPartnerPayment,
    GetPartnerPoints,
    GetPartnerSettlement,
    GetPayment,
    GetPaymentReports,
    GetPriceGroups,
    GetReversals,
    GetShift,
    GetShifts,
    GetSlipPhoto,
    GetUsage,
    GetWaitingReadings,
    GiveBackAtDesk,
    LookAtBankCredit,
    MatchBankCredit,
    NoticeIssued,
    OpenShift,
    PaymentRecorded,
    PaymentReversed,
    PreviewCorrection,
    PrintAgreement,
    RecordPartnerPayment,
    RecordPayment,
    ReleaseBillRun,
    ReleaseReadings,
    ReportPayment,
    ReturnPaper,
    ReversePayment,
    SendReadingsBack,
    SettlePartnerDifference,
    ShiftClosed,
    ShiftConfirmed,
    ShiftDecided,
    StartBillRun,
    StateHandIn,
    TakeBankCredits,
    TakePartnerFile,
    TakeReadings,
    WaiveInterest,
)
from shared.contracts.customer import (
    CollectorChanged,
    ComplaintRecorded,
    ComplaintSettled,
    CustomerChanged,
    CustomersChanged,
    VisitRecorded,
)
from shared.contracts.gateway import TransferCodeShown
from shared.contracts.invoice import BillsWanted
from shared.contracts.notify import CutOrderChanged
from shared.contracts.receipt import ReceiptIssued
from shared.idempotency import Idempotency
from shared.messaging import Access, EventHandler, Lock, RequestHandler, Topology


def _ordered(event: CutOrderChanged) -> str:
    return event.order.customer_code


def _complaining(event: ComplaintRecorded | ComplaintSettled) -> str:
    return event.customer_code


TOPOLOGY = Topology(
    service="billing",
    handlers=[
        RequestHandler(GetAccount, get_account, access=Access.READ_ONLY),
        RequestHandler(
            RecordPayment,
            record_payment,
            idempotency=Idempotency(
                "payment_id",
                lock=lock_account_of_payer,
                # Whichever of the collector's phones repeats it, and whatever account that one has seen.
                ignored={"device_id", "cash_step"},
                earlier_fingerprint=earlier_fingerprint,
            ),
        ),
        RequestHandler(GetBillingActs, get_billing_acts, access=Access.READ_ONLY),
        RequestHandler(GetBillingPerson, get_billing_person, access=Access.READ_ONLY),
        RequestHandler(
            EraseBillingPerson,
            erase_billing_person,
            idempotency=Idempotency("request_id", lock=lock_account_of_erasure),
        ),
        RequestHandler(GetPayment, get_payment, access=Access.READ_ONLY),
        RequestHandler(GetPaymentReports, get_payment_reports, access=Access.READ_ONLY),
        RequestHandler(
            ReportPayment,
            report_payment,
            idempotency=Idempotency("report_id", lock=lock_account_of_payment, ignored={"device_id"}),
        ),
        RequestHandler(
            ReversePayment,
            reverse_payment,
            idempotency=Idempotency(
                "reversal_id",
                lock=lock_account_of_payment,
                ignored={"device_id"},
                earlier_fingerprint=earlier_fingerprint,
            ),
        ),
        RequestHandler(GetPartnerBills, get_partner_bills, access=Access.READ_ONLY),
        RequestHandler(GetPartnerPoints, get_partner_points, access=Access.READ_ONLY),
        # The same file is known by its content, and changes nothing.
        RequestHandler(TakePartnerFile, take_partner_file),
        RequestHandler(TakeReadings, take_readings, access=Access.NO_DATABASE),
        RequestHandler(GetPartnerFile, get_partner_file, access=Access.READ_ONLY),
        RequestHandler(GetPartnerSettlement, get_partner_settlement, access=Access.READ_ONLY),
        RequestHandler(GetPartnerDifferences, get_partner_differences, access=Access.READ_ONLY),
        RequestHandler(
            SettlePartnerDifference,
            settle_partner_difference,
            idempotency=Idempotency("settlement_id", lock=lock_difference),
        ),
        RequestHandler(GetPartnerPayment, get_partner_payment, access=Access.READ_ONLY),
        RequestHandler(
            RecordPartnerPayment,
            record_partner_payment,
            idempotency=Idempotency(
                ("partner_code", "partner_payment_id"), lock=lock_payment_of_partner, ignored={"received_at"}
            ),
        ),
        RequestHandler(
            CancelPartnerPayment,
            cancel_partner_payment,
            idempotency=Idempotency(
                ("partner_code", "partner_payment_id"), lock=lock_cancelled_payment, ignored={"reason"}
            ),
        ),
        RequestHandler(
            AgreeInstalments,
            agree_instalments,
            idempotency=Idempotency("agreement_id", lock=lock_account_charged),
        ),
        RequestHandler(
            EndAgreement,
            end_agreement,
            idempotency=Idempotency("ending_id", lock=lock_account_of_agreement, ignored={"unit_codes"}),
        ),
        RequestHandler(
            PrintAgreement,
            print_agreement,
            idempotency=Idempotency("print_id", lock=lock_account_of_agreement, ignored={"unit_codes"}),
        ),
        RequestHandler(CheckInstalments, check_instalments, access=Access.READ_ONLY),
        RequestHandler(GetAgreements, get_agreements, access=Access.READ_ONLY),
        RequestHandler(GetInterest, get_interest, access=Access.READ_ONLY),
        RequestHandler(GetDueInterest, get_due_interest, access=Access.READ_ONLY),
        RequestHandler(
            ChargeInterest,
            charge_interest,
            idempotency=Idempotency("charge_id", lock=lock_account_charged, ignored={"unit_codes"}),
        ),
        RequestHandler(WaiveInterest, waive_interest, idempotency=Idempotency("waiver_id", lock=lock_account_charged)),
        RequestHandler(ChargeFee, charge_fee, idempotency=Idempotency("charge_id", lock=lock_account_charged)),
        RequestHandler(GetReversals, get_reversals, access=Access.READ_ONLY),
        RequestHandler(ReturnPaper, return_paper, idempotency=Idempotency("reversal_id", lock=lock_paper)),
        RequestHandler(GiveBackAtDesk, give_back_at_desk, idempotency=Idempotency("reversal_id", lock=lock_given_back)),
        RequestHandler(PreviewCorrection, preview_correction, access=Access.READ_ONLY),
        RequestHandler(GetPriceGroups, get_price_groups, access=Access.READ_ONLY),
        RequestHandler(GetBillCorrections, get_bill_corrections, access=Access.READ_ONLY),
        RequestHandler(CorrectBill, correct_bill, idempotency=Idempotency("correction_id", lock=lock_account_of_bill)),
        RequestHandler(
            OpenShift,
            open_shift,
            idempotency=Idempotency("shift_id", lock=lock_cash_box, earlier_fingerprint=earlier_fingerprint),
        ),
        RequestHandler(GetShift, get_shift, access=Access.READ_ONLY),
        RequestHandler(
            CloseShift,
            close_shift,
            idempotency=Idempotency(
                "shift_id",
                lock=lock_shift,
                ignored={"device_id", "declared_by", "declaring_device_id"},
                earlier_fingerprint=earlier_fingerprint,
            ),
        ),
        RequestHandler(
            ConfirmShift,
            confirm_shift,
            idempotency=Idempotency("shift_id", lock=lock_declared_shift, ignored={"confirmed_by"}),
        ),
        RequestHandler(
            DecideShift,
            decide_shift,
            idempotency=Idempotency("shift_id", lock=lock_declared_shift, ignored={"decided_by"}),
        ),
        RequestHandler(GetShifts, get_shifts, access=Access.READ_ONLY),
        RequestHandler(GetHandover, get_handover, access=Access.READ_ONLY),
        RequestHandler(
            StateHandIn,
            state_hand_in,
            idempotency=Idempotency(
                "hand_in_id",
                lock=lock_shift_of_hand_in,
                # Whichever of the collector's phones repeats it.
                ignored={"device_id", "stated_by"},
            ),
        ),
        RequestHandler(
            CountHandIn,
            count_hand_in,
            idempotency=Idempotency("hand_in_id", lock=lock_hand_in, ignored={"counted_by"}),
        ),
        RequestHandler(GetHandIns, get_hand_ins, access=Access.READ_ONLY),
        RequestHandler(GetSlipPhoto, get_slip_photo, access=Access.READ_ONLY),
        RequestHandler(GetNextShift, get_next_shift, access=Access.READ_ONLY),
        RequestHandler(GetDayOfPayments, get_day_of_payments, access=Access.READ_ONLY),
        RequestHandler(GetHoursOfPayments, get_hours_of_payments, access=Access.READ_ONLY),
        RequestHandler(GetCollectionsReport, get_collections_report, access=Access.READ_ONLY),
        RequestHandler(GetCommissions, get_commissions, access=Access.READ_ONLY),
        RequestHandler(GetAgeingReport, get_ageing_report, access=Access.READ_ONLY),
        RequestHandler(GetUsage, get_usage, access=Access.READ_ONLY),
        RequestHandler(GetCollectionPoints, get_collection_points, access=Access.READ_ONLY),
        RequestHandler(GetHeldReadings, get_held_readings, access=Access.READ_ONLY),
        RequestHandler(
            ReleaseReadings,
            release_readings,
            idempotency=Idempotency("release_id", lock=lock_metered_period, ignored={"unit_codes"}),
        ),
        RequestHandler(
            CorrectReadings,
            correct_readings,
            idempotency=Idempotency("correction_id", lock=lock_metered_period, ignored={"unit_codes"}),
        ),
        RequestHandler(
            SendReadingsBack,
            send_readings_back,
            idempotency=Idempotency("sending_id", lock=lock_metered_period, ignored={"unit_codes"}),
        ),
        # A source tells again what it has told: it is known by the source's own id, and changes nothing.
        RequestHandler(TakeBankCredits, take_bank_credits),
        RequestHandler(GetBankCredits, get_bank_credits, access=Access.READ_ONLY),
        # It changes nothing but the log of who looked; its answer holds what must not be kept with answers.
        RequestHandler(LookAtBankCredit, look_at_bank_credit),
        RequestHandler(
            MatchBankCredit,
            match_bank_credit,
            idempotency=Idempotency("match_id", lock=lock_bank_credit, ignored={"unit_codes"}),
        ),
        RequestHandler(
            DismissBankCredit,
            dismiss_bank_credit,
            idempotency=Idempotency("dismissal_id", lock=lock_bank_credit, ignored={"unit_codes"}),
        ),
        EventHandler(BankCreditsTaken, match_bank_credits, lock=Lock.UNKNOWN),
        RequestHandler(GetWaitingReadings, get_waiting_readings, access=Access.READ_ONLY),
        RequestHandler(GetBillRuns, get_bill_runs, access=Access.READ_ONLY),
        RequestHandler(GetBillRun, get_bill_run, access=Access.READ_ONLY),
        RequestHandler(
            StartBillRun, start_bill_run, idempotency=Idempotency("run_id", lock=lock_runs, ignored={"unit_codes"})
        ),
        RequestHandler(
            ReleaseBillRun, release_bill_run, idempotency=Idempotency("run_id", lock=lock_run, ignored={"unit_codes"})
        ),
        RequestHandler(
            DiscardBillRun, discard_bill_run, idempotency=Idempotency("run_id", lock=lock_run, ignored={"unit_codes"})
        ),
        EventHandler(BillsWanted, tell_bills, lock=Lock.NOTHING),
        EventHandler(BillRunStep, do_bill_run_step, lock=Lock.UNKNOWN),
        EventHandler(CollectorChanged, keep_collector),
        EventHandler(CutOrderChanged, charge_reconnection, lock=_ordered),
        EventHandler(CustomerChanged, keep_customer),
        EventHandler(CustomersChanged, keep_customers, lock=Lock.UNKNOWN),
        EventHandler(TransferCodeShown, keep_transfer_code, access=Access.ONE_STATEMENT),
        EventHandler(VisitRecorded, issue_notice),
        EventHandler(ComplaintRecorded, note_complaint, lock=_complaining),
        EventHandler(ComplaintSettled, end_complaint, lock=_complaining),
        EventHandler(ReceiptIssued, note_receipt, access=Access.ONE_STATEMENT),
    ],
    emits=[
        AgreementChanged,
        AgreementWanted,
        BankCreditsTaken,
        BankCreditWaiting,
        BillCorrected,
        BillDisputeChanged,
        BillIssued,
        BillRunStep,
        BillsReleased,
        BillsTold,
        NoticeIssued,
        PaymentRecorded,
        PaymentReversed,
        ShiftClosed,
        ShiftConfirmed,
        ShiftDecided,
    ],
    broadcasts=[AgreementChanged, ShiftConfirmed, ShiftDecided],
)
