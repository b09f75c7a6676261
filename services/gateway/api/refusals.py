"""Refusals of other services that operations pass on, for the description of the API.

The owner decides when, and writes the sentence for the person. tests/contract/test_refusals.py compares these with the
owners' problems.
"""

from shared.problems import Conflict, NotFound, Unavailable

# --- text, wherever some is given ------------------------------------------------------------------------------------

UNREADABLE_TEXT = Conflict(slug="invalid-text", title="The text holds characters that cannot be seen")

# --- payments --------------------------------------------------------------------------------------------------------

ALREADY_PAID = Conflict(
    slug="already-paid",
    title="The bills that the payer saw are paid or not open; `facts.payment` is the first payment, where there is one",
)
NOTHING_TO_PAY = Conflict(slug="nothing-to-pay", title="The customer owes nothing and has paid nothing")
CASH_NOT_ROUNDED = Conflict(
    slug="cash-not-rounded", title="Cash that the notes in use cannot make up; `facts` hold what can be taken"
)
CASH_ABOVE_DEBT = Conflict(
    slug="cash-above-debt", title="More cash than the bills ask for; `facts.most` is the most to take"
)
CASH_CEILING_REACHED = Conflict(
    slug="cash-ceiling-reached", title="The collector would have more cash in hand than may be carried"
)
NO_OPEN_SHIFT = Conflict(slug="no-open-shift", title="The collector has no open shift")
UNKNOWN_BILL = Conflict(slug="unknown-bill", title="One of `bill_ids` is no bill of this customer")
REFERENCE_ALREADY_RECORDED = Conflict(
    slug="reference-already-recorded",
    title="The bank's or partner's transaction is recorded as another payment, of this or another customer",
)
AMOUNT_IMPLAUSIBLE = Conflict(
    slug="amount-implausible",
    title="The amount is too far above what is owed to be meant; `facts.most` is the most that is recorded",
)
ALREADY_REVERSED = Conflict(slug="already-reversed", title="The payment is reversed already, by another reversal")
CASH_SETTLED = Conflict(
    slug="cash-settled", title="The cash is in a settlement, or another desk or person has given it back"
)
ALREADY_REPORTED = Conflict(slug="already-reported", title="The payment is reported already, by another report")

# --- partners --------------------------------------------------------------------------------------------------------

UNKNOWN_PARTNER = NotFound(slug="unknown-partner", title="Billing has no such partner")
NOT_PARTNERS_POINT = Conflict(slug="not-partners-point", title="The collection point is not the partner's")
BILL_NOT_OPEN = Conflict(
    slug="bill-not-open",
    title="A bill is paid, was corrected or is another customer's; `facts.bill_ids` names it: read the bills again",
)
BILLS_NOT_ALLOWED = Conflict(
    slug="bills-not-allowed",
    title="The bills may not be paid apart from others; `facts.bill_ids` are those to pay, by `facts.bill_choice`",
)
AMOUNT_DIFFERS = Conflict(slug="amount-differs", title="The bills come to `facts.bills`")
PARTNER_CEILING_REACHED = Conflict(
    slug="partner-ceiling-reached", title="The partner would hold more than `facts.ceiling` of one day"
)
PAYMENT_CANCELLED = Conflict(slug="payment-cancelled", title="The partner has cancelled this id: use another one")
CANCELLATION_TOO_LATE = Conflict(
    slug="cancellation-too-late", title="The payment could be cancelled until `facts.until`: the utility decides now"
)

PARTNER_FILE_REFUSED = Conflict(
    slug="partner-file-refused", title="Nothing of the file is taken; `facts.line` and `facts.why` say where and why"
)
DIFFERENCE_SETTLED = Conflict(slug="difference-settled", title="The difference is settled already")
SETTLEMENT_NOT_POSSIBLE = Conflict(
    slug="settlement-not-possible", title="Only a later file of the partner settles a difference in this way"
)

BANK_CREDIT_SETTLED = Conflict(
    slug="bank-credit-settled", title="The bank credit does not wait for a person; `facts.state` says where it stands"
)

# --- shifts ----------------------------------------------------------------------------------------------------------

SHIFT_ALREADY_OPEN = Conflict(slug="shift-already-open", title="Another shift of this collector is open")
SHIFT_ALREADY_CLOSED = Conflict(slug="shift-already-closed", title="The shift is closed, by another closing")
BAD_DENOMINATIONS = Conflict(slug="bad-denominations", title="A note or a number of notes is none")
DENOMINATIONS_DO_NOT_ADD_UP = Conflict(
    slug="denominations-do-not-add-up", title="The notes do not add up to the counted cash"
)
DIFFERENCE_NOT_EXPLAINED = Conflict(
    slug="difference-not-explained", title="The count differs from the books without an explanation"
)

HAND_IN_WAITS = Conflict(slug="hand-in-waits", title="Another hand-in of the shift waits for a cashier")
HAND_IN_TOO_LARGE = Conflict(slug="hand-in-too-large", title="More than the cash box holds: `facts.cash_in_hand`")
SLIP_ALREADY_STATED = Conflict(slug="slip-already-stated", title="The deposit slip is another hand-in's")
BAD_SLIP_NUMBER = Conflict(slug="bad-slip-number", title="A deposit has a slip number of 6 to 30 letters and digits")

# --- visits ----------------------------------------------------------------------------------------------------------

INVALID_APPOINTMENT = Conflict(slug="invalid-appointment", title="The appointment is not possible")
NOTHING_OWED = Conflict(slug="nothing-owed", title="The customer owes nothing, so nothing can be promised or refused")
VISIT_ALREADY_RECORDED = Conflict(slug="visit-already-recorded", title="The visit was recorded with another outcome")
VISIT_WITHDRAWN = Conflict(slug="visit-withdrawn", title="The visit was taken back")
VISIT_NOT_WITHDRAWABLE = Conflict(
    slug="visit-not-withdrawable",
    title="The visit is not the customer's last one, not of today, taken back already, or its debt is paid",
)

# --- reports ---------------------------------------------------------------------------------------------------------

REPORT_TOO_LONG = Conflict(slug="report-too-long", title="More days than one report has, or none; `facts.most_days`")

# --- readings --------------------------------------------------------------------------------------------------------

READINGS_NOT_HELD = Conflict(slug="readings-not-held", title="The readings are not held")
READINGS_BILLED = Conflict(slug="readings-billed", title="A bill was made of the readings: it has its own correction")
READINGS_REPLACED = Conflict(slug="readings-replaced", title="Other readings have taken the place of these")
READINGS_UNBILLABLE = Conflict(slug="readings-unbillable", title="No bill can be made of these readings")

MONTH_ARCHIVED = Conflict(
    slug="month-archived",
    title="What the readings are compared with is in the archive: `facts.month` has to be brought back",
)

# --- bills -----------------------------------------------------------------------------------------------------------

BILL_CORRECTED = Conflict(
    slug="bill-corrected",
    title="A bill that the payer saw was corrected since; `facts` name it: read the account again",
)
BILL_REPLACED = Conflict(
    slug="bill-replaced", title="Another bill has taken its place: `facts.bill_number` is the one to correct"
)
CORRECTION_METHOD_FIXED = Conflict(
    slug="correction-method-fixed", title="The first method of correction is kept: `facts.method`"
)
DETAILS_ARCHIVED = Conflict(
    slug="details-archived", title="The details of the bill are in the archive: `facts.month` has to be brought back"
)
NOTHING_TO_CORRECT = Conflict(slug="nothing-to-correct", title="Computed anew, the bill comes to the same")
DIFFERENCE_CHANGED = Conflict(slug="difference-changed", title="The correction comes to another difference now")
VAT_RATE_CHANGED = Conflict(slug="vat-rate-changed", title="Computed anew it has another VAT rate: replace the bill")
CANNOT_BE_BILLED = Conflict(slug="cannot-be-billed", title="No bill can be computed from these readings and facts")

RUN_OVERLAPS = Conflict(
    slug="run-overlaps",
    title="Another bill run over some of the same readings has not ended; `facts.run_id` names it",
)
RUN_NOT_READY = Conflict(slug="run-not-ready", title="The bill run is in another state: `facts.state`")
RUN_TOTALS_DIFFER = Conflict(slug="run-totals-differ", title="The bill run comes to something else; `facts` have both")
RUN_OUT_OF_DATE = Conflict(
    slug="run-out-of-date", title="Readings or the VAT rate have changed since the bill run was computed"
)

# --- arrears ---------------------------------------------------------------------------------------------------------

AGREEMENT_IN_FORCE = Conflict(
    slug="agreement-in-force", title="The customer pays by an agreement already: `facts.agreement_id`"
)
AGREEMENT_NOT_IN_FORCE = Conflict(slug="agreement-not-in-force", title="It was kept, broken or ended: `facts.state`")
INSTALMENTS_DO_NOT_ADD_UP = Conflict(
    slug="instalments-do-not-add-up", title="The parts come to something else than what is owed; `facts` have both"
)
INSTALMENTS_NOT_ALLOWED = Conflict(
    slug="instalments-not-allowed", title="The unit allows no such parts, or their days are not in order"
)
NO_DEBT = Conflict(slug="no-debt", title="Nothing is owed")
INTEREST_CHANGED = Conflict(
    slug="interest-changed", title="The interest comes to something else now; `facts` have both"
)
NO_INTEREST = Conflict(slug="no-interest", title="There is no interest that is not settled")
DAY_TO_COME = Conflict(slug="day-to-come", title="The day is not over yet")

# --- customers and receipts ------------------------------------------------------------------------------------------

INVALID_PHONE = Conflict(slug="invalid-phone", title="Not a Vietnamese phone number")
ROUTE_CHANGED = Conflict(slug="route-changed", title="The route is another one by now; `facts.version`")
ROUTE_CODE_TAKEN = Conflict(slug="route-code-taken", title="There is a route with this code")
FOREIGN_COLLECTOR = Conflict(slug="foreign-collector", title="The collector does not work for the unit")
INCOMPLETE_ARRANGEMENT = Conflict(
    slug="incomplete-arrangement", title="Each customer of the route has to be named once"
)
COMPLAINT_ALREADY_SETTLED = Conflict(
    slug="complaint-already-settled", title="The complaint was settled; `facts.finding` is what was found"
)
BILL_NUMBER_MISSING = Conflict(slug="bill-number-missing", title="The complaint names no bill")
BILL_OF_ANOTHER = Conflict(slug="bill-of-another", title="The complaint names no bill of this customer")
INVALID_PHOTO = Conflict(slug="invalid-photo", title="No JPEG, or too large")
UNKNOWN_MESSAGE_KIND = Conflict(slug="unknown-message-kind", title="Unknown kind of message")
NO_MOBILE_NUMBER = Conflict(slug="no-mobile-number", title="Not a mobile number: an SMS cannot reach it")
TOO_MANY_NUMBERS = Conflict(slug="too-many-numbers", title="The link was sent to as many numbers as it may")
NO_SIGNING_KEY = Unavailable(slug="no-signing-key", title="No key to sign with")

# --- cutting off ------------------------------------------------------------------------------------------------------

NO_DAY_OF_CUT = Conflict(slug="no-day-of-cut", title="Supply is not cut on this day")
NOBODY_TO_CUT_OFF = Conflict(slug="nobody-to-cut-off", title="Nobody may be cut off on this day")
CUT_LIST_ENDED = Conflict(slug="cut-list-ended", title="The cut-off list has ended; `facts.state` says how")
CUT_ORDER_ENDED = Conflict(slug="cut-order-ended", title="Somebody else has reported the order")
WARNING_OVER = Conflict(
    slug="warning-over", title="The warning does not count any more; `facts.why` says what blocks it"
)
READING_MISSING = Conflict(slug="reading-missing", title="The meter's reading is missing")
