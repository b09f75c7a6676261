"""camt.053 and camt.054: every booked movement once, and nothing taken that does not add up."""

from contextlib import suppress
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.statements.files import read_statement
from services.billing.statements.statement import StatementError

STATEMENT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>1</MsgId></GrpHdr><Stmt>
<Id>1</Id><Acct><Id><Othr><Id>0071000123456</Id></Othr></Id><Ccy>VND</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="VND">1000000</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="VND">1460000.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<Ntry><Amt Ccy="VND">475000</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
 <BookgDt><DtTm>2026-11-19T20:05:00+00:00</DtTm></BookgDt><AcctSvcrRef>FT26324001</AcctSvcrRef>
 <NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>
 <RltdPties><Dbtr><Pty><Nm>LÊ VĂN TÁM</Nm></Pty></Dbtr>
 <DbtrAcct><Id><Othr><Id>19001</Id></Othr></Id></DbtrAcct></RltdPties>
 <RltdAgts><DbtrAgt><FinInstnId><BICFI>VTCBVNVX</BICFI></FinInstnId></DbtrAgt></RltdAgts>
 <RmtInf><Ustrd>TIEN DIEN</Ustrd><Ustrd>PB1501000001</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="VND">60000</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
 <BookgDt><Dt>2026-11-20</Dt></BookgDt><NtryDtls><Btch><NbOfTxs>2</NbOfTxs></Btch>
 <TxDtls><Refs><AcctSvcrRef>FT2</AcctSvcrRef></Refs><Amt Ccy="VND">20000</Amt><CdtDbtInd>CRDT</CdtDbtInd></TxDtls>
 <TxDtls><Refs><AcctSvcrRef>FT3</AcctSvcrRef></Refs><Amt Ccy="VND">40000</Amt><CdtDbtInd>CRDT</CdtDbtInd></TxDtls>
 </NtryDtls></Ntry>
<Ntry><Amt Ccy="VND">75000</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-11-21</Dt></BookgDt>
 <AddtlNtryInf>Phi quan ly</AddtlNtryInf></Ntry>
<Ntry><Amt Ccy="VND">9999</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>PDNG</Cd></Sts>
 <BookgDt><Dt>2026-11-21</Dt></BookgDt></Ntry>
</Stmt></BkToCstmrStmt></Document>
"""
NOTICE = """<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.02"><BkToCstmrDbtCdtNtfctn><Ntfctn>
<Acct><Id><IBAN>VN0071000123456</IBAN></Id></Acct>
<TxsSummry><TtlCdtNtries><NbOfNtries>1</NbOfNtries><Sum>475000</Sum></TtlCdtNtries></TxsSummry>
<Ntry><Amt Ccy="VND">475000</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-11-20</Dt></BookgDt>
<NtryDtls><TxDtls><Refs><TxId>FT26324001</TxId></Refs><RmtInf><Ustrd>PB1501000001</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>
"""


def test_each_booked_movement_of_a_statement_is_read_once() -> None:
    statement = read_statement("s.xml", STATEMENT.encode())
    assert (statement.source, statement.account_number) == ("camt053", "0071000123456")
    assert (statement.opening, statement.closing) == (1_000_000, 1_460_000)
    came, second, third, left = statement.rows
    assert (came.day, came.at, came.credit, came.reference) == (date(2026, 11, 20), time(3, 5), 475_000, "FT26324001")
    assert (came.content, came.counter_name) == ("TIEN DIEN PB1501000001", "LÊ VĂN TÁM")
    assert (came.counter_account, came.counter_bank) == ("19001", "VTCBVNVX")
    assert [(row.credit, row.reference) for row in (second, third)] == [(20_000, "FT2"), (40_000, "FT3")]
    assert (left.debit, left.content, left.at) == (75_000, "Phi quan ly", None)


def test_a_batch_whose_parts_do_not_add_up_is_one_movement() -> None:
    statement = read_statement("s.xml", STATEMENT.replace(">40000<", ">40001<").encode())
    assert [row.credit for row in statement.rows] == [475_000, 60_000, 0]


def test_a_notice_needs_no_balances_and_is_held_to_its_sums() -> None:
    notice = read_statement("n.xml", NOTICE.encode())
    assert (notice.source, notice.is_notice, notice.credits) == ("camt054", True, 475_000)
    [told] = notice.told()
    assert (told.reference, told.content) == ("FT26324001", "PB1501000001")
    with pytest.raises(StatementError, match="come to 475000"):
        read_statement("n.xml", NOTICE.replace("<Sum>475000", "<Sum>475001").encode())


def test_a_statement_within_an_envelope_is_found() -> None:
    body = STATEMENT.partition("?>")[2]
    assert read_statement("s.xml", f"<Envelope><AppHdr/>{body}</Envelope>".encode()).debits == 75_000


def test_a_statement_in_utf_16_is_read() -> None:
    assert read_statement("s.xml", STATEMENT.replace("UTF-8", "UTF-16").encode("utf-16")).debits == 75_000


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ((">475000<", ">475001<"), "is not closing"),
        (("OPBD", "XXXX"), "has no balance of the kind OPBD or PRCD"),
        (("CLBD", "CLAV"), "has no balance of the kind CLBD"),
        (('Ccy="VND">475000', 'Ccy="USD">475000'), "only accounts in VND"),
        ((">475000<", ">475000.5<"), "no whole amount"),
        (("<Dt>2026-11-20</Dt>", "<Dt>2026-11-31</Dt>"), "is no day"),
        (("camt.053.001.08", "pain.001.001.03"), "neither camt.053 nor camt.054"),
        (("<Id>1</Id>", "<StmtPgntn><PgNb>1</PgNb><LastPgInd>false</LastPgInd></StmtPgntn>"), "one page of several"),
        (("<GrpHdr>", "<GrpHdr"), "no XML that can be read"),
        (("<CdtDbtInd>DBIT</CdtDbtInd><Sts>", "<Sts>"), "no amount with its direction"),
    ],
)
def test_a_statement_that_does_not_hold_is_refused(change: tuple[str, str], why: str) -> None:
    with pytest.raises(StatementError, match=why):
        read_statement("s.xml", STATEMENT.replace(*change).encode())


def test_definitions_of_its_own_are_refused() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    with pytest.raises(StatementError, match="DOCTYPE"):
        read_statement("s.xml", (bomb + STATEMENT.partition("?>")[2]).replace("Phi quan ly", "&b;").encode())


def test_statements_of_several_days_follow_each_other() -> None:
    start, end = STATEMENT.index("<Stmt>"), STATEMENT.index("</BkToCstmrStmt>")
    quiet = """<Stmt><Acct><Id><Othr><Id>0071000123456</Id></Othr></Id></Acct>
    <Bal><Tp><CdOrPrtry><Cd>PRCD</Cd></CdOrPrtry></Tp><Amt Ccy="VND">1460000</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
    <Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="VND">1460000</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
    </Stmt>"""
    both = STATEMENT[:end] + quiet + STATEMENT[end:]
    assert read_statement("s.xml", both.encode()).closing == 1_460_000
    with pytest.raises(StatementError, match="a statement is missing"):
        read_statement("s.xml", (STATEMENT[:end] + STATEMENT[start:end] + STATEMENT[end:]).encode())
    with pytest.raises(StatementError, match="several accounts"):
        read_statement("s.xml", (STATEMENT[:end] + quiet.replace("0071", "0072") + STATEMENT[end:]).encode())


def test_the_account_may_be_named_beside_the_file() -> None:
    unnamed = STATEMENT.replace("<Acct><Id><Othr><Id>0071000123456</Id></Othr></Id><Ccy>VND</Ccy></Acct>", "")
    assert read_statement("s.xml", unnamed.encode(), "123456").account_number == "123456"
    with pytest.raises(StatementError, match="--account"):
        read_statement("s.xml", unnamed.encode())
    with pytest.raises(StatementError, match="not 123456"):
        read_statement("s.xml", STATEMENT.encode(), "123456")


@given(st.integers(0, len(STATEMENT) - 1), st.text(max_size=20))
def test_whatever_stands_in_a_message_is_read_or_refused_in_one_line(where: int, text: str) -> None:
    with suppress(StatementError):
        read_statement("s.xml", (STATEMENT[:where] + text + STATEMENT[where:]).encode(errors="replace"))
    with suppress(StatementError):
        read_statement("s.xml", (STATEMENT[:where] + text + STATEMENT[where + len(text) :]).encode(errors="replace"))
