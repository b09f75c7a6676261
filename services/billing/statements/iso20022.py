"""camt.053 and camt.054: statements and notices of ISO 20022, every version of them, read by lxml. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import pairwise

from lxml import etree

from services.billing.statements.statement import Statement, StatementError, StatementRow
from shared.clock import VIETNAM
from shared.text import tidy

_NAMESPACE = re.compile(r"urn:iso:std:iso:20022:tech:xsd:camt\.05([34])\.001\.[0-9]{2}")
_DONG = re.compile(r"([0-9]{1,15})(?:\.0{0,5})?")
_NO_REFERENCE = frozenset({"", "NONREF", "NOTPROVIDED"})
_REFERENCES = ("AcctSvcrRef", "TxId", "EndToEndId", "InstrId")
_OPENING, _CLOSING = ("OPBD", "PRCD"), ("CLBD",)
"""Kinds of balances: of the beginning, or the closing one of the statement before; of the end."""
_BEGINNING = re.compile(rb"(\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\x00]*<")
"""A mark of the encoding or none, white space in encodings of one or two bytes, then the first sign of XML."""

Element = etree._Element


@dataclass(frozen=True, slots=True)
class _Part:
    """One statement or notice of a message."""

    account_number: str
    opening: int | None
    closing: int | None
    rows: Sequence[StatementRow]


def is_xml(data: bytes) -> bool:
    """Whether a file is XML by its first sign."""
    return _BEGINNING.match(data) is not None


def read_camt(data: bytes, account_number: str = "") -> Statement:
    """Return the statement (camt.053) or the movements that a notice tells of (camt.054).

    What is not booked yet is left out: it comes again when it is. A statement is proved whole by its balances; a
    notice tells of some movements and has none, and is held to its sums where it names them. Raises
    :class:`StatementError`.
    """
    document = _document_of(data)
    kind = _NAMESPACE.fullmatch(etree.QName(document).namespace or "")
    if kind is None:
        raise StatementError("is XML, but neither camt.053 nor camt.054")
    is_notice = kind[1] == "4"
    found = _path(document, "BkToCstmrDbtCdtNtfctn/Ntfctn" if is_notice else "BkToCstmrStmt/Stmt")
    parts = [_part(each, is_notice=is_notice) for each in found]
    if not parts:
        raise StatementError("holds no statement")
    first = parts[0]
    for before, part in pairwise(parts):
        if part.account_number != first.account_number:
            raise StatementError("the file is of several accounts: take a file for each")
        if part.opening != before.closing:
            raise StatementError(f"a statement is missing: one ends with {before.closing}, the next begins otherwise")
    if account_number and first.account_number and account_number != first.account_number:
        raise StatementError(f"the file is of account {first.account_number}, not {account_number}")
    return Statement(
        f"camt05{kind[1]}",
        first.account_number or account_number,
        first.opening,
        parts[-1].closing,
        [row for part in parts for row in part.rows],
        is_notice=is_notice,
    )


def _document_of(data: bytes) -> Element:
    """Return the document, also from within the envelope that some banks put it into."""
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise StatementError(f"is no XML that can be read ({type(error).__name__})") from None
    if root.getroottree().docinfo.doctype:
        raise StatementError("brings definitions of its own (DOCTYPE), which no bank's message has")
    named = [each for each in root.iter(etree.Element) if _name(each) == "Document"]
    return named[0] if named else root


def _part(element: Element, *, is_notice: bool) -> _Part:
    if _texts(element, "StmtPgntn/LastPgInd") == ["false"]:
        raise StatementError("is one page of several: ask the bank for a file with all of them")
    account = _first(element, "Acct/Id/IBAN", "Acct/Id/Othr/Id")
    rows = [row for entry in _path(element, "Ntry") if _is_booked(entry) for row in _rows(entry)]
    if is_notice:
        _compare_with_sums(element, rows)
        return _Part(account, None, None, rows)
    return _Part(account, _balance(element, _OPENING), _balance(element, _CLOSING), rows)


def _is_booked(entry: Element) -> bool:
    return _first(entry, "Sts/Cd", "Sts") == "BOOK"


def _balance(statement: Element, codes: Sequence[str]) -> int | None:
    for code in codes:
        for balance in _path(statement, "Bal"):
            if _first(balance, "Tp/CdOrPrtry/Cd") == code:
                return _signed(balance)
    raise StatementError(f"has no balance of the kind {' or '.join(codes)}: nothing proves it whole")


def _compare_with_sums(notice: Element, rows: Sequence[StatementRow]) -> None:
    if any(not _is_booked(entry) for entry in _path(notice, "Ntry")):
        return
    for name, came in (
        ("TtlCdtNtries", sum(row.credit for row in rows)),
        ("TtlDbtNtries", sum(row.debit for row in rows)),
    ):
        for total in _texts(notice, f"TxsSummry/{name}/Sum"):
            if _dong(total, notice) != came:
                raise StatementError(f"its movements come to {came}, and it says {total}")


def _rows(entry: Element) -> Iterator[StatementRow]:
    """Yield a row for each transfer of an entry; the entry itself where its transfers do not say what each came to."""
    amount = _signed(entry)
    details = _path(entry, "NtryDtls/TxDtls")
    amounts = [_amount_of(each, amount) for each in details]
    known = [each for each in amounts if each is not None]
    if len(details) == 1 or (details and len(known) == len(details) and sum(known) == amount):
        for each, part in zip(details, amounts, strict=True):
            yield _row(entry, each, amount if len(details) == 1 or part is None else part)
        return
    yield _row(entry, None, amount)


def _amount_of(details: Element, of_entry: int) -> int | None:
    """Return what one transfer of an entry came to, signed; None where it does not say it in đồng."""
    for amount in (*_path(details, "Amt"), *_path(details, "AmtDtls/TxAmt/Amt")):
        if amount.get("Ccy") != "VND":
            return None
        came_in = _first(details, "CdtDbtInd") or ("CRDT" if of_entry > 0 else "DBIT")
        value = _dong(_text(amount), details)
        return value if came_in == "CRDT" else -value
    return None


def _row(entry: Element, details: Element | None, amount: int) -> StatementRow:
    day, at = _moment(entry)
    references = [] if details is None else [_first(details, f"Refs/{name}") for name in _REFERENCES]
    references += [_first(entry, "AcctSvcrRef"), _first(entry, "NtryRef")]
    other = "Dbtr" if amount > 0 else "Cdtr"
    return StatementRow(
        line=entry.sourceline or 0,
        day=day,
        at=at,
        credit=max(amount, 0),
        debit=max(-amount, 0),
        balance=None,
        reference=next((text for text in references if text.upper() not in _NO_REFERENCE), ""),
        content=_content(entry, details),
        counter_name=_of(details, f"RltdPties/{other}/Nm", f"RltdPties/{other}/Pty/Nm"),
        counter_account=_of(details, f"RltdPties/{other}Acct/Id/IBAN", f"RltdPties/{other}Acct/Id/Othr/Id"),
        counter_bank=_of(
            details,
            *(f"RltdAgts/{other}Agt/FinInstnId/{name}" for name in ("BICFI", "BIC", "ClrSysMmbId/MmbId", "Nm")),
        ),
    )


def _content(entry: Element, details: Element | None) -> str:
    told: list[str] = []
    if details is not None:
        told += _texts(details, "RmtInf/Ustrd")
        told += _texts(details, "RmtInf/Strd/CdtrRefInf/Ref")
        told += _texts(details, "RmtInf/Strd/AddtlRmtInf")
        told = told or _texts(details, "AddtlTxInf")
    return tidy(" ".join(told or _texts(entry, "AddtlNtryInf")))


def _moment(entry: Element) -> tuple[date, time | None]:
    """Return the day of booking and, where the bank says it, the hour in Vietnam."""
    written = _first(entry, "BookgDt/DtTm", "BookgDt/Dt", "ValDt/DtTm", "ValDt/Dt")
    try:
        if "T" not in written:
            # A day may bring its zone, as every date of XML: "2026-11-20+07:00".
            return date.fromisoformat(written[:10]), None
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise StatementError(f"line {entry.sourceline}: {written[:40]!r} is no day") from None
    local = moment if moment.tzinfo is None else moment.astimezone(VIETNAM)
    return local.date(), local.time().replace(tzinfo=None)


def _signed(element: Element) -> int:
    """Return the amount of an entry or a balance: what came in, or is there, above 0."""
    amounts = _path(element, "Amt")
    sign = _first(element, "CdtDbtInd")
    if len(amounts) != 1 or sign not in {"CRDT", "DBIT"}:
        raise StatementError(f"line {element.sourceline}: has no amount with its direction")
    currency = amounts[0].get("Ccy", "")
    if currency != "VND":
        raise StatementError(f"is in {currency[:3]}: only accounts in VND are taken")
    value = _dong(_text(amounts[0]), element)
    return value if sign == "CRDT" else -value


def _dong(written: str, where: Element) -> int:
    found = _DONG.fullmatch(written)
    if found is None:
        raise StatementError(f"line {where.sourceline}: {written[:40]!r} is no whole amount")
    return int(found[1])


def _path(element: Element, path: str) -> list[Element]:
    """Return what lies at a path of plain names, in any namespace."""
    found = [element]
    for name in path.split("/"):
        found = [child for each in found for child in each.iterchildren(etree.Element) if _name(child) == name]
    return found


def _texts(element: Element, path: str) -> list[str]:
    return [text for each in _path(element, path) if (text := _text(each))]


def _first(element: Element, *paths: str) -> str:
    return next((text for path in paths for text in _texts(element, path)), "")


def _of(details: Element | None, *paths: str) -> str:
    return "" if details is None else _first(details, *paths)


def _text(element: Element) -> str:
    return tidy(element.text or "")


def _name(element: Element) -> str:
    return etree.QName(element).localname
