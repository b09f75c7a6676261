"""The messages of customer: what it answers, consumes and emits."""

from services.customer.earlier_answers import earlier_correction, earlier_visit
from services.customer.handlers.add_visit_note import add_visit_note
from services.customer.handlers.apply_bill import apply_bill
from services.customer.handlers.apply_bill_correction import apply_bill_correction
from services.customer.handlers.apply_bill_dispute import apply_bill_dispute
from services.customer.handlers.apply_payment import apply_payment
from services.customer.handlers.apply_released_bills import apply_released_bills
from services.customer.handlers.apply_reversal import apply_reversal
from services.customer.handlers.arrange_route import arrange_route
from services.customer.handlers.choose_sms_language import choose_sms_language
from services.customer.handlers.correct_phone import correct_phone
from services.customer.handlers.correct_phone_at_desk import correct_phone_at_desk
from services.customer.handlers.erase_customer_person import erase_customer_person
from services.customer.handlers.get_collector import get_collector
from services.customer.handlers.get_collectors import get_collectors
from services.customer.handlers.get_customer import get_customer
from services.customer.handlers.get_customer_acts import get_customer_acts
from services.customer.handlers.get_customer_person import get_customer_person
from services.customer.handlers.get_day_of_routes import get_day_of_routes
from services.customer.handlers.get_person_requests import get_person_requests
from services.customer.handlers.get_reading_complaints import get_reading_complaints
from services.customer.handlers.get_reading_photo import get_reading_photo
from services.customer.handlers.get_route import get_route
from services.customer.handlers.get_route_plan import get_route_plan
from services.customer.handlers.get_visit import get_visit
from services.customer.handlers.note_person_request import note_person_request
from services.customer.handlers.open_person_request import open_person_request
from services.customer.handlers.protect_customer import protect_customer
from services.customer.handlers.record_complaint_at_desk import record_complaint_at_desk
from services.customer.handlers.record_reading_complaint import record_reading_complaint
from services.customer.handlers.record_visit import record_visit
from services.customer.handlers.search_customers import search_customers
from services.customer.handlers.settle_reading_complaint import settle_reading_complaint
from services.customer.handlers.take_company_list import take_company_list
from services.customer.handlers.take_list import take_list
from services.customer.handlers.withdraw_visit import withdraw_visit
from services.customer.locks import (
    lock_customer_of_complaint,
    lock_customer_of_erasure,
    lock_customer_of_known_complaint,
    lock_customer_of_known_visit,
    lock_customer_of_language,
    lock_customer_of_phone,
    lock_customer_of_visit,
    lock_customer_to_protect,
    lock_person_request,
    lock_route_to_arrange,
)
from shared.contracts.billing import (
    BillCorrected,
    BillDisputeChanged,
    BillIssued,
    BillsReleased,
    PaymentRecorded,
    PaymentReversed,
)
from shared.contracts.customer import (
    AddVisitNote,
    ArrangeRoute,
    ChooseSmsLanguage,
    CollectorChanged,
    ComplaintRecorded,
    ComplaintSettled,
    CorrectPhone,
    CorrectPhoneAtDesk,
    CustomerChanged,
    CustomersChanged,
    EraseCustomerPerson,
    GetCollector,
    GetCollectors,
    GetCustomer,
    GetCustomerActs,
    GetCustomerPerson,
    GetDayOfRoutes,
    GetPersonRequests,
    GetReadingComplaints,
    GetReadingPhoto,
    GetRoute,
    GetRoutePlan,
    GetVisit,
    NotePersonRequest,
    OpenPersonRequest,
    ProtectCustomer,
    RecordComplaintAtDesk,
    RecordReadingComplaint,
    RecordVisit,
    SearchCustomers,
    SettleReadingComplaint,
    TakeCompanyList,
    TakeList,
    VisitRecorded,
    VisitWithdrawn,
    WithdrawVisit,
)
from shared.idempotency import Idempotency
from shared.messaging import Access, EventHandler, Lock, RequestHandler, Topology

TOPOLOGY = Topology(
    service="customer",
    handlers=[
        RequestHandler(SearchCustomers, search_customers, access=Access.READ_ONLY),
        RequestHandler(GetCustomer, get_customer, access=Access.READ_ONLY),
        RequestHandler(GetRoute, get_route, access=Access.READ_ONLY),
        RequestHandler(GetRoutePlan, get_route_plan, access=Access.READ_ONLY),
        RequestHandler(
            ArrangeRoute,
            arrange_route,
            idempotency=Idempotency("arrangement_id", lock=lock_route_to_arrange),
        ),
        RequestHandler(TakeList, take_list, access=Access.NO_DATABASE),
        RequestHandler(TakeCompanyList, take_company_list, access=Access.NO_DATABASE),
        RequestHandler(GetVisit, get_visit, access=Access.READ_ONLY),
        RequestHandler(GetCustomerActs, get_customer_acts, access=Access.READ_ONLY),
        RequestHandler(GetCollector, get_collector, access=Access.READ_ONLY),
        RequestHandler(GetCollectors, get_collectors, access=Access.READ_ONLY),
        RequestHandler(GetDayOfRoutes, get_day_of_routes, access=Access.READ_ONLY),
        RequestHandler(
            RecordVisit,
            record_visit,
            idempotency=Idempotency(
                # One visit may go from "met" to "cannot pay": each is a request of its own.
                ("visit_id", "outcome"),
                lock=lock_customer_of_visit,
                earlier_answer=earlier_visit,
            ),
        ),
        RequestHandler(
            WithdrawVisit,
            withdraw_visit,
            # Whichever of the collector's phones repeats it.
            idempotency=Idempotency("withdrawal_id", lock=lock_customer_of_known_visit, ignored={"device_id"}),
        ),
        RequestHandler(
            AddVisitNote,
            add_visit_note,
            idempotency=Idempotency("note_id", lock=lock_customer_of_known_visit, ignored={"device_id"}),
        ),
        RequestHandler(
            RecordReadingComplaint,
            record_reading_complaint,
            idempotency=Idempotency("complaint_id", lock=lock_customer_of_complaint, ignored={"device_id"}),
        ),
        RequestHandler(
            RecordComplaintAtDesk,
            record_complaint_at_desk,
            idempotency=Idempotency("complaint_id", lock=lock_customer_of_complaint),
        ),
        RequestHandler(
            SettleReadingComplaint,
            settle_reading_complaint,
            idempotency=Idempotency("settlement_id", lock=lock_customer_of_known_complaint, ignored={"settled_by"}),
        ),
        RequestHandler(
            ChooseSmsLanguage,
            choose_sms_language,
            idempotency=Idempotency("choice_id", lock=lock_customer_of_language),
        ),
        RequestHandler(
            ProtectCustomer,
            protect_customer,
            idempotency=Idempotency("protection_id", lock=lock_customer_to_protect),
        ),
        RequestHandler(GetReadingComplaints, get_reading_complaints, access=Access.READ_ONLY),
        RequestHandler(GetReadingPhoto, get_reading_photo, access=Access.READ_ONLY),
        RequestHandler(
            CorrectPhone,
            correct_phone,
            idempotency=Idempotency("correction_id", lock=lock_customer_of_phone, earlier_answer=earlier_correction),
        ),
        RequestHandler(
            CorrectPhoneAtDesk,
            correct_phone_at_desk,
            idempotency=Idempotency("correction_id", lock=lock_customer_of_phone),
        ),
        RequestHandler(GetCustomerPerson, get_customer_person, access=Access.READ_ONLY),
        RequestHandler(GetPersonRequests, get_person_requests, access=Access.READ_ONLY),
        RequestHandler(
            OpenPersonRequest,
            open_person_request,
            idempotency=Idempotency("request_id", lock=lock_person_request),
        ),
        RequestHandler(
            NotePersonRequest,
            note_person_request,
            idempotency=Idempotency("act_id", lock=lock_person_request),
        ),
        RequestHandler(
            EraseCustomerPerson,
            erase_customer_person,
            idempotency=Idempotency("request_id", lock=lock_customer_of_erasure),
        ),
        EventHandler(BillIssued, apply_bill),
        EventHandler(BillCorrected, apply_bill_correction),
        EventHandler(BillDisputeChanged, apply_bill_dispute),
        EventHandler(BillsReleased, apply_released_bills, lock=Lock.UNKNOWN),
        EventHandler(PaymentRecorded, apply_payment),
        EventHandler(PaymentReversed, apply_reversal),
    ],
    emits=[
        CollectorChanged,
        ComplaintRecorded,
        ComplaintSettled,
        CustomerChanged,
        CustomersChanged,
        VisitRecorded,
        VisitWithdrawn,
    ],
)
