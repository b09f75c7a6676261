"""The day of a collector, step by step. Everything goes through the public API and the operators' command line."""

import asyncio
import csv
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

from shared.clock import VIETNAM, business_day, now
from shared.contracts.billing import CustomerAccount, ShiftState
from shared.contracts.notify import Reminder, ReminderState
from shared.contracts.receipt import PaperKind
from shared.ids import new_id
from shared.money import format_dong
from shared.problems import Problem
from shared.text import without_accents
from simulation.demo.context import DemoContext
from simulation.demo.report import DemoReport, Step
from simulation.phone import Fault, Printout
from simulation.sample.readings import Month
from simulation.sample.writer import write_sample

OPENING_FLOAT = 500_000

StepFunction = Callable[[DemoContext, Step], Awaitable[None]]


async def _sample(demo: DemoContext, step: Step) -> None:
    data = demo.folder / "sample"
    customers = 160
    last_month = Month.before(business_day(now()))
    made = await asyncio.to_thread(write_sample, data, customers=customers, seed=14, last_month=last_month)
    imported = await demo.thungan_json("import", "all", str(data))
    bills = imported["bills"]
    step.print(f"{made.customers} customers of Cà Mau on {made.routes} routes, none of whom exists.")
    step.print(f"Their readings became {bills['bills']} bills over {format_dong(bills['total'])}.")
    step.check("every reading has become a bill", imported["ok"] and bills["bills"] > 0)
    step.record(customers=made.customers, bills=bills["bills"], billed=bills["total"])


async def _enrol(demo: DemoContext, step: Step) -> None:
    collector = _first_row(demo.folder / "sample" / "collectors.csv")
    demo.collector_code, demo.collector_name = collector["collector_code"], collector["name"]
    point = _first_row(demo.folder / "sample" / "collection_points.csv", kind="post_office")
    first = await demo.thungan_json("enrol", "--role", "supervisor")
    await demo.supervisor.enrol(first["code"])
    for phone in (demo.phone, demo.other_phone):
        await phone.enrol(await demo.supervisor.make_code("collector", collector_code=demo.collector_code))
        await phone.open_stream()
    await demo.cashier.enrol(await demo.supervisor.make_code("cashier"))
    code = await demo.supervisor.make_code("collection_point", collection_point_code=point["collection_point_code"])
    await demo.collection_point.enrol(code)
    step.print(f"The supervisor shows one-time codes; {demo.collector_name} enrols two phones, each with a printer.")
    try:
        await demo.cashier.enrol(first["code"])
        refused = ""
    except Problem as problem:
        refused = problem.slug
    step.check("a code that was used lets nobody else in", refused)
    step.record(collector=demo.collector_code, refused=refused)


async def _morning(demo: DemoContext, step: Step) -> None:
    shift = (await demo.phone.open_shift(OPENING_FLOAT)).shift
    demo.shift_id = shift.shift_id
    route = await demo.phone.route()
    owing = [stop for stop in route.stops if stop.customer.debt > 0 and stop.customer.phone]
    unique = {without_accents(stop.customer.name): stop for stop in owing}
    demo.to_visit = [stop for stop in owing if unique[without_accents(stop.customer.name)] is stop]
    step.print(f"{demo.collector_name} opens the shift with a float of {format_dong(OPENING_FLOAT)}.")
    step.print(f"Today's route has {len(route.stops)} stops; {len(owing)} owe.")
    places = [stop.customer.place_in_route for stop in route.stops]
    step.check("the route is in the order of walking", places == sorted(places))
    step.check("there are customers to visit", len(demo.to_visit) >= 6)
    step.record(stops=len(route.stops), owing=len(owing), shift_id=str(shift.shift_id))


async def _find(demo: DemoContext, step: Step) -> None:
    wanted = next(stop.customer for stop in demo.to_visit if len(stop.customer.name.split()) >= 3)
    demo.to_visit.sort(key=lambda stop: stop.customer.customer_code != wanted.customer_code)
    plain = without_accents(wanted.name).lower()
    first, _, rest = plain.partition(" ")
    typed = f"{rest} {first[:1]}{first[2:]}"
    found = (await demo.phone.search(typed)).matches
    step.print(f"At the door: typed '{typed}', meaning {wanted.name}: no accents, a letter missing, words turned.")
    step.check("the right customer comes first", found and found[0].customer.customer_code == wanted.customer_code)
    by_phone = (await demo.phone.search((wanted.phone or "")[-4:])).matches
    step.check(
        "the last four digits of the phone find the same customer",
        any(match.customer.customer_code == wanted.customer_code for match in by_phone),
    )
    step.record(typed=typed, found=found[0].customer.name, customer_code=wanted.customer_code)


async def _agree(demo: DemoContext, step: Step) -> None:
    code = demo.to_visit[0].customer.customer_code
    details = await demo.phone.customer(code)
    account = await demo.phone.account(code)
    bill = account.bills[0]
    step.print(f"{details.facts.name}, {code}, {details.facts.address}")
    for line in bill.lines:
        step.print(f"  {line.label:<10} {line.kwh:>5} kWh × {line.unit_price:>6,} = {format_dong(line.amount):>12}")
    step.print(f"  VAT {bill.vat_rate} % {format_dong(bill.vat)}, total {format_dong(bill.total)}")
    step.check("kWh × unit price add up to the total", _adds_up(account))
    corrected = await demo.phone.correct_phone(code, "0959 999 123", "Khách đổi số")
    again = await demo.phone.customer(code)
    step.check("a wrong phone number is corrected here", again.facts.phone == corrected.new_phone)
    step.record(total=bill.total, kwh=bill.kwh, old_phone=corrected.old_phone, new_phone=corrected.new_phone)


async def _notice(demo: DemoContext, step: Step) -> None:
    code = demo.to_visit[0].customer.customer_code
    before = len(demo.phone.printouts)
    await demo.phone.visit(code, "met")
    printout = await demo.phone.wait_for_printout(PaperKind.NOTICE, customer_code=code, after=before)
    step.print("The phone prints a payment notice, and the customer checks it on paper.")
    step.check("the notice is on paper", printout.complete)
    _keep(demo, step, printout, "1-notice")


async def _pay(demo: DemoContext, step: Step) -> None:
    code = demo.to_visit[0].customer.customer_code
    account = await demo.phone.account(code)
    before, demo.payment_id = len(demo.phone.printouts), new_id()
    bill_ids = [bill.bill_id for bill in account.bills]
    paid = await demo.phone.pay(code, account.account.debt, payment_id=demo.payment_id, bill_ids=bill_ids)
    printout = await demo.phone.wait_for_printout(PaperKind.RECEIPT, customer_code=code, after=before)
    receipt = (await demo.phone.receipt_of(demo.payment_id)).receipt
    demo.receipt_id, demo.token = receipt.receipt_id, receipt.token
    step.print(f"The customer pays {format_dong(account.account.debt)} in cash; the receipt is printed.")
    step.check("the debt is cleared", paid.account.debt == 0)
    step.check("the receipt is over the same amount", receipt.total == account.account.debt)
    repeated = await demo.phone.pay(
        code,
        account.account.debt,
        payment_id=demo.payment_id,
        bill_ids=bill_ids,
        received_at=paid.payment.stated_at,
    )
    step.check(
        "sent again (the answer might have been lost), it is the same payment",
        repeated.payment.payment_id == paid.payment.payment_id and repeated.account.debt == 0,
    )
    _keep(demo, step, printout, "2-receipt")
    step.record(receipt_number=f"{receipt.series} {receipt.number}", amount=receipt.total)


async def _second_payment(demo: DemoContext, step: Step) -> None:
    code = demo.to_visit[0].customer.customer_code
    try:
        await demo.other_phone.pay(code, 100_000)
        problem = None
    except Problem as refused:
        problem = refused
    step.check("a second payment from another phone is refused", problem is not None)
    assert problem is not None  # noqa: S101  the check above has ended the step otherwise
    step.print(f"The other phone reads: {problem.detail}")
    step.check("the refusal names the first payment", str(demo.payment_id) in str(problem.facts))
    step.record(slug=problem.slug, facts=problem.facts)


async def _cannot_pay(demo: DemoContext, step: Step) -> None:
    code = demo.to_visit[1].customer.customer_code
    visit_id = new_id()
    appointment = now() + timedelta(days=2)
    await demo.phone.visit(code, "met", visit_id=visit_id)
    await demo.phone.wait_for_printout(PaperKind.NOTICE, customer_code=code)
    checked = len(demo.phone.printouts)
    first = await demo.phone.visit(code, "cannot_pay", visit_id=visit_id, appointment=appointment)
    promise = await demo.phone.wait_for_printout(PaperKind.NOTICE, customer_code=code, after=checked)
    step.print(f"{demo.to_visit[1].customer.name} cannot pay today; a notice with the appointment is printed.")
    step.check("the first time: come back", first.visit.next_step == "revisit")
    step.check("the notice has the day", f"{business_day(appointment):%d/%m/%Y}" in _words(promise))
    before = len(demo.phone.printouts)
    second = await demo.phone.visit(code, "cannot_pay")
    printout = await demo.phone.wait_for_printout(PaperKind.NOTICE, customer_code=code, after=before)
    step.print("Visited again, still no money: the notice now names the nearest collection points.")
    step.check("the second time: to a collection point", second.visit.next_step == "collection_point")
    points = (await demo.phone.collection_points(code[:6], limit=1)).collection_points
    step.check("the notice names where to pay", points[0].name in _words(printout))
    _keep(demo, step, printout, "3-notice-collection-point")


async def _paid_elsewhere(demo: DemoContext, step: Step) -> None:
    code = demo.to_visit[1].customer.customer_code
    debt = (await demo.collection_point.debt(code)).debt
    seen = len(demo.phone.stream.updates)
    posted_at = now()
    await demo.collection_point.post(code, debt, f"BD{posted_at:%y%m%d%H%M%S}")
    update = await demo.phone.wait_for_update(code, "payment.recorded", after=seen)
    shown_after = (now() - posted_at).total_seconds()
    step.print(f"The post office takes {format_dong(debt)}; the phone shows it {shown_after:.1f} s later.")
    step.check("the phone knows before the collector knocks", update["debt"] == 0)
    try:
        await demo.phone.pay(code, debt)
        refused = ""
    except Problem as problem:
        refused = problem.slug
    step.check("and cash for it is refused", refused)
    step.record(seconds=round(shown_after, 3), update=update, refused=refused)


async def _away(demo: DemoContext, step: Step) -> None:
    customer = demo.to_visit[2].customer
    before = len(demo.phone.printouts)
    await demo.phone.visit(customer.customer_code, "away")
    printout = await demo.phone.wait_for_printout(PaperKind.NOTICE, customer_code=customer.customer_code, after=before)
    sent = await _wait_for_sms(demo, customer.customer_code)
    step.print(f"Nobody is home at {customer.name}'s: the notice stays at the door, and one SMS leaves:")
    step.print(f"  “{sent.text}”")
    step.check("the SMS names the collector", without_accents(demo.collector_name.split()[-1]) in sent.text)
    step.check("it is one segment", sent.segments == 1)
    step.check("the provider reports it delivered", sent.state is ReminderState.DELIVERED)
    _keep(demo, step, printout, "4-notice-away")
    step.record(sms=sent.text)


async def _wait_for_sms(demo: DemoContext, customer_code: str) -> Reminder:
    """Wait until the reminder is reported delivered, and read it as the operator would have got it."""
    deadline = now() + timedelta(seconds=15)
    while True:
        reminders = (await demo.phone.reminders(customer_code)).reminders
        if reminders and reminders[0].state is ReminderState.DELIVERED:
            sent = [sms for sms in await demo.operator.accepted() if sms["text"] == reminders[0].text]
            if len(sent) == 1 and sent[0]["client_reference"] == reminders[0].reminder_id.hex:
                return reminders[0]
        if now() > deadline:
            state = reminders[0] if reminders else "no reminder"
            raise TimeoutError(f"no SMS was delivered within 15 s: {state}")


async def _copy(demo: DemoContext, step: Step) -> None:
    assert demo.receipt_id is not None  # noqa: S101  an earlier step has set it
    before = len(demo.phone.printouts)
    copy = await demo.phone.reprint(demo.receipt_id, "Khách làm mất biên nhận")
    printout = await demo.phone.wait_for_printout(PaperKind.COPY, after=before)
    step.print("The customer has lost the receipt: the same number again, marked as a copy.")
    step.check("the printout is marked BẢN SAO lần 1", "BẢN SAO lần 1" in _words(printout) and copy.copy_number == 1)
    step.check("no new number was taken", copy.receipt.token == demo.token)
    _keep(demo, step, printout, "5-copy")


async def _forgery(demo: DemoContext, step: Step) -> None:
    key = demo.folder / "public-keys.json"
    await demo.thungan("keys", "--out", str(key))
    (demo.folder / "receipt-token.txt").write_text(demo.token + "\n", encoding="utf-8")
    genuine = await demo.thungan_json("verify", demo.token, "--key", str(key))
    step.print("Anyone with the public key checks the receipt, without a network:")
    step.check("the genuine receipt is valid", genuine)
    position = len(demo.token) // 2
    altered = "A" if demo.token[position] != "A" else "B"
    forged = demo.token[:position] + altered + demo.token[position + 1 :]
    caught = await demo.thungan_json("verify", forged, "--key", str(key), expect=1)
    step.check("altered by one character, it is caught", "failed" in str(caught))
    async with demo.phone.session.get(f"{demo.system.gateway_url}/R/{demo.token}") as answer:
        page = (await answer.read()).decode()
    step.check("the page behind the QR code shows whose it is", demo.to_visit[0].customer.customer_code in page)
    step.record(token=demo.token, forged_at=position)


async def _printer_trouble(demo: DemoContext, step: Step) -> None:
    code = demo.to_visit[3].customer.customer_code
    account = await demo.phone.account(code)
    demo.phone.printer.fail(Fault.LINK_LOST_AFTER)
    before = len(demo.phone.printouts)
    paid = await demo.phone.pay(code, account.account.debt)
    printout = await demo.phone.wait_for_printout(PaperKind.RECEIPT, customer_code=code, after=before)
    job = await _job_in_state(demo, printout, "unconfirmed")
    step.print("The Bluetooth link breaks while a receipt prints: has it come out? The phone asks, a person answers.")
    step.check("no machine prints it again", len(demo.phone.printouts) == before + 1)
    await demo.phone.confirm_printed(printout.job_id, printout.attempt)
    job = await demo.phone.print_job(printout.job_id)
    step.check("the collector has seen it: printed", job["state"] == "printed")
    step.record(payment_id=str(paid.payment.payment_id), job=str(printout.job_id))


async def _job_in_state(demo: DemoContext, printout: Printout, state: str) -> dict[str, object]:
    deadline = now() + timedelta(seconds=10)
    while True:
        job = await demo.phone.print_job(printout.job_id)
        if job["state"] == state:
            return job
        if now() > deadline:
            raise TimeoutError(f"the print job is {job['state']}, not {state}")


async def _reversal(demo: DemoContext, step: Step) -> None:
    code = demo.to_visit[4].customer.customer_code
    account = await demo.phone.account(code)
    paid = await demo.phone.pay(code, account.account.debt)
    payment_id = paid.payment.payment_id
    await demo.phone.wait_for_printout(PaperKind.RECEIPT, customer_code=code)
    receipt = (await demo.phone.receipt_of(payment_id)).receipt
    before = len(demo.phone.printouts)
    reversed_ = await demo.cashier.reverse(payment_id, "Thu nhầm khách hàng", device_id=demo.phone.device_id)
    printout = await demo.phone.wait_for_printout(PaperKind.VOID, after=before)
    step.print("A payment was taken from the wrong customer; the cashier reverses it.")
    step.check("the bill is open again", reversed_.account.debt == account.account.debt)
    checked = (await demo.phone.receipt_of(payment_id)).receipt
    step.check("the receipt is void, and nothing was deleted", checked.voided_at and checked.number == receipt.number)
    _keep(demo, step, printout, "6-void")


async def _lost_phone(demo: DemoContext, step: Step) -> None:
    await demo.supervisor.revoke(demo.other_phone.device_id, "Mất điện thoại")
    code = await demo.other_phone.wait_until_thrown_out()
    try:
        await demo.other_phone.route()
        status = 200
    except Problem as problem:
        status = problem.status
    step.print("The second phone is lost. The supervisor revokes it with one call.")
    step.check("its socket is closed for good", 4000 <= code < 4100)
    step.check("its token opens nothing any more", status == 401)
    step.record(close_code=code, status=status)


async def _evening(demo: DemoContext, step: Step) -> None:
    assert demo.shift_id is not None  # noqa: S101  an earlier step has set it
    shift = (await demo.phone.shift()).shift
    before = len(demo.phone.printouts)
    try:
        await demo.phone.close_shift(shift.shift_id, shift.cash_in_hand - 1_000)
        refused = ""
    except Problem as problem:
        refused = problem.slug
    step.check("a count that differs needs an explanation", refused == "difference-not-explained")
    closed = (await demo.phone.close_shift(shift.shift_id, shift.cash_in_hand)).shift
    printout = await demo.phone.wait_for_printout(PaperKind.SHIFT_SLIP, after=before)
    totals = closed.totals
    step.print(
        f"{totals.payments} payments in cash, {format_dong(totals.cash)}, and the float of"
        f" {format_dong(closed.opening_float)}: {format_dong(closed.counted_cash or 0)} counted."
    )
    step.check("the difference is nought", closed.difference == 0)
    step.check("cash in hand = float + cash", closed.cash_in_hand == closed.opening_float + totals.cash)
    _keep(demo, step, printout, "7-shift-slip")
    confirmed = (await demo.cashier.confirm_shift(shift.shift_id, closed.cash_in_hand)).shift
    step.print("The cashier counts the money again, and confirms the shift: only then is it settled.")
    step.check("two have counted", confirmed.state is ShiftState.SETTLED)
    step.record(payments=totals.payments, cash=totals.cash, counted=closed.counted_cash, difference=closed.difference)


async def _audit(demo: DemoContext, step: Step) -> None:
    keys = str(demo.folder / "public-keys.json")
    report = await demo.thungan_json("audit", "--complete", "--key", keys, expect=None)
    figures = report["figures"]
    step.print(
        f"{figures['payments']} payments, {figures['receipts']} receipts, {figures['receipts_voided']} void;"
        f" {format_dong(figures['received'])} received."
    )
    step.check(f"nothing is wrong {report['violations'] or ''}".strip(), report["ok"])
    step.check("payments that stand = receipts that stand", figures["received"] == figures["receipted"])
    step.record(**figures)


STEPS: list[tuple[str, str, StepFunction]] = [
    ("sample", "Customers and bills", _sample),
    ("enrol", "Phones and desks are let in", _enrol),
    ("shift_opened", "Morning: the shift is opened", _morning),
    ("find", "The customer is found", _find),
    ("agree", "Both check the facts", _agree),
    ("notice", "A payment notice", _notice),
    ("pay", "Cash, and a receipt", _pay),
    ("second_payment", "Somebody tries to take the money twice", _second_payment),
    ("cannot_pay", "A customer who cannot pay, twice", _cannot_pay),
    ("paid_elsewhere", "Paid at the post office", _paid_elsewhere),
    ("away", "Nobody is home", _away),
    ("copy", "A copy of the receipt", _copy),
    ("forgery", "A forged receipt", _forgery),
    ("printer_trouble", "The printer loses its link", _printer_trouble),
    ("reversal", "A payment is taken back", _reversal),
    ("lost_phone", "A phone is lost", _lost_phone),
    ("shift_closed", "Evening: the shift is closed", _evening),
    ("audit", "The audit", _audit),
]


async def run_steps(demo: DemoContext, report: DemoReport) -> None:
    """Run every step; the first that fails ends the demo with its exception."""
    for name, title, run in STEPS:
        with report.step(name, title) as step:
            await run(demo, step)


def _first_row(path: Path, **wanted: str) -> dict[str, str]:
    with path.open(encoding="utf-8", newline="") as file:
        return next(row for row in csv.DictReader(file) if all(row[key] == value for key, value in wanted.items()))


def _adds_up(account: CustomerAccount) -> bool:
    return all(
        sum(line.kwh * line.unit_price for line in bill.lines) == bill.pre_vat and bill.total == bill.pre_vat + bill.vat
        for bill in account.bills
    )


def _keep(demo: DemoContext, step: Step, printout: Printout, name: str) -> None:
    """Put the picture of a printout where it is easily found."""
    assert printout.png is not None  # noqa: S101  the demo's printers have a folder
    picture = demo.folder / f"{name}.png"
    picture.write_bytes(printout.png.read_bytes())
    step.record(paper=str(picture), printed_at=f"{printout.printed_at.astimezone(VIETNAM):%H:%M:%S}")


def _words(printout: Printout) -> str:
    return printout.document.model_dump_json() if printout.document else ""
