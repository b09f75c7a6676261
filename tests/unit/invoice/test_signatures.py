"""A signed invoice: other people's programs verify it, whatever is altered is refused, wrapping is refused."""

import base64
import re
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml.exceptions import InvalidDigest, InvalidSignature
from signxml.verifier import SignatureConfiguration, XMLVerifier

from services.invoice.signatures.key_file import (
    CERTIFICATE_NAME,
    KEY_NAME,
    FileSigner,
    KeyFileError,
    load_certificates,
    make_development_key,
)
from services.invoice.signatures.verification import SignatureError, read_signed
from services.invoice.signatures.xml_signature import read_certificate, signed_document, to_sign
from tests.unit.invoice.samples import SIGNED_AT, bill, buyer, data, draft, invoice, related


class Signed:
    """A key with its authority, and what it signs."""

    def __init__(self, folder: Path) -> None:
        make_development_key(folder, SIGNED_AT)
        self.signer = FileSigner(folder)
        self.authority = load_certificates(folder)[1]
        self.authority_file = folder / "authority.pem"
        self.authority_file.write_bytes(self.authority.public_bytes(Encoding.PEM))

    def document(self, content: bytes | None = None) -> bytes:
        content = data() if content is None else content
        signature = self.signer.sign_one(to_sign(content, SIGNED_AT))
        return signed_document(content, SIGNED_AT, signature, self.signer.certificate)


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Signed:
    return Signed(tmp_path_factory.mktemp("key"))


def xmlsec1(document: bytes, authority: Path, folder: Path) -> bool:
    """Ask the XML Security Library, which knows nothing of ours."""
    file = folder / "invoice.xml"
    file.write_bytes(document)
    options = ["--id-attr:Id", "DLHDon", "--id-attr:Id", "http://www.w3.org/2000/09/xmldsig#:Object"]
    trust = ["--trusted-pem", str(authority), "--enabled-key-data", "x509"]
    # Its certificate was valid then, whatever the day is now.
    then = ["--verification-time", SIGNED_AT.strftime("%Y-%m-%d %H:%M:%S")]
    done = subprocess.run(
        ["xmlsec1", "--verify", *options, *trust, *then, str(file)],  # noqa: S607 - where the machine has it
        check=False,
        capture_output=True,
        timeout=60,
    )
    return done.returncode == 0


def signxml(document: bytes, certificate: x509.Certificate) -> list[bytes]:
    """Ask signxml, which also checks the schema of XMLDSig; return what it says that is signed."""
    place = SignatureConfiguration(location="./DSCKS/NBan/", expect_references=2)
    verifier = XMLVerifier()
    # lxml writes xmlns="" on parts of a document that declare nothing, and signxml digests parts as lxml writes them.
    verifier.excise_empty_xmlns_declarations = True
    found = verifier.verify(document, x509_cert=certificate, expect_config=place, id_attribute="Id")
    return [each.signed_data for each in (found if isinstance(found, list) else [found])]


def test_xmlsec1_and_signxml_verify_every_kind_of_invoice(signed: Signed, tmp_path: Path) -> None:
    kinds = (
        draft(),
        draft(bill(450), most_lines=1),
        draft(buyer=buyer(name="A & B <C> \"D\" 'Đ'")),
        draft(related=related()),
    )
    for content in (data(invoice(kind)) for kind in kinds):
        document = signed.document(content)

        assert xmlsec1(document, signed.authority_file, tmp_path)
        [invoiced, time] = signxml(document, signed.signer.certificate.certificate)
        assert (invoiced, b"2026-11-05T10:04:05" in time) == (content, True)
        assert read_signed(document, [signed.authority]).canonical == content


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"<TgTTTBSo>756568</TgTTTBSo>", b"<TgTTTBSo>756567</TgTTTBSo>"),
        (b"2026-11-05T10:04:05", b"2026-11-05T10:04:06"),
    ],
)
def test_an_altered_invoice_is_refused_by_all(signed: Signed, tmp_path: Path, before: bytes, after: bytes) -> None:
    document = signed.document()
    altered = document.replace(before, after)
    assert altered != document

    assert not xmlsec1(altered, signed.authority_file, tmp_path)
    with pytest.raises((InvalidDigest, InvalidSignature)):
        signxml(altered, signed.signer.certificate.certificate)
    with pytest.raises(SignatureError, match="altered"):
        read_signed(altered, [signed.authority])


def test_what_was_signed_is_what_is_read(signed: Signed) -> None:
    found = read_signed(signed.document(), [signed.authority])

    assert found.data.findtext("NDHDon/TToan/TgTTTBSo") == "756568"
    assert found.signed_at == SIGNED_AT
    assert found.certificate == signed.signer.certificate.certificate


def test_the_same_is_put_together_again_from_what_is_stored(signed: Signed) -> None:
    document, certificate = signed.document(), signed.signer.certificate
    signature = base64.b64decode(re.findall(b"<SignatureValue>(.*)</SignatureValue>", document)[0])

    assert signed_document(data(), SIGNED_AT, signature, read_certificate(certificate.der)) == document


def _move_aside(document: bytes, forged: bytes) -> bytes:
    """Put another invoice into the place of the signed one, which stands where the references still find it."""
    content = data()
    return document.replace(content, forged, 1).replace(
        b"</NBan></DSCKS>", b"</NBan><CCKSKhac>" + content + b"</CCKSKhac></DSCKS>"
    )


FORGED = data().replace(b"<TgTTTBSo>756568<", b"<TgTTTBSo>1<")


def test_a_signed_invoice_that_stands_aside_does_not_cover_another_one(signed: Signed) -> None:
    document = signed.document()
    other_id = FORGED.replace(b'Id="data"', b'Id="other"')
    wrappings = {
        "same id": _move_aside(document, FORGED),
        "other id": _move_aside(document, other_id),
        "without id": _move_aside(document, FORGED.replace(b' Id="data"', b"")),
        "in the object": document.replace(data(), other_id).replace(b"</Object>", data() + b"</Object>"),
        "beside": document.replace(b"<HDon>", b"<HDon>" + other_id),
        "in what is signed": document.replace(data(), other_id.replace(b"</DLHDon>", data() + b"</DLHDon>")),
    }
    for how, wrapped in wrappings.items():
        assert wrapped != document, how
        with pytest.raises(SignatureError):
            read_signed(wrapped, [signed.authority])


def test_a_signature_in_another_place_is_none(signed: Signed) -> None:
    document = signed.document()
    moved = document.replace(b"<DSCKS><NBan>", b"<DSCKS><NMua>").replace(b"</NBan></DSCKS>", b"</NMua></DSCKS>")
    signature = document[document.index(b"<Signature ") : document.index(b"</NBan></DSCKS>")]

    for wrong in (moved, document.replace(signature, signature * 2), document.replace(signature, b"")):
        with pytest.raises(SignatureError):
            read_signed(wrong, [signed.authority])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"xmldsig-more#rsa-sha256", b"xmldsig-more#rsa-sha512"),
        (b"xmldsig-more#rsa-sha256", b"xmldsig#hmac-sha1"),
        (b"xmlenc#sha256", b"xmldsig#sha1"),
        (b"REC-xml-c14n-20010315", b"REC-xslt-19991116"),
        (b'URI="#data"', b'URI=""'),
        (b'URI="#SigningTime-seller"', b'URI="#data"'),
        (b"<Transform Algorithm", b'<Transform Algorithm="x"></Transform><Transform Algorithm'),
        (b"<X509Certificate>", b"<X509Certificate>!"),
        (b"<HDon>", b'<!DOCTYPE HDon [<!ENTITY a "b">]><HDon>'),
        (b"<HDon>", b"<HDon><Khac/>"),
        (b"</HDon>", b""),
        (b"<SigningTime xmlns", b"<SigningDay xmlns"),
    ],
)
def test_another_way_to_sign_is_refused(signed: Signed, before: bytes, after: bytes) -> None:
    document = signed.document()
    changed = document.replace(before, after)
    assert changed != document

    with pytest.raises(SignatureError):
        read_signed(changed, [signed.authority])


def test_a_certificate_of_somebody_else_is_not_trusted(signed: Signed, tmp_path: Path) -> None:
    other = Signed(tmp_path)

    with pytest.raises(SignatureError, match="trusted"):
        read_signed(other.document(), [signed.authority])
    with pytest.raises(SignatureError, match="trusted"):
        read_signed(other.document(), [])


def test_what_was_signed_before_the_certificate_was_valid_is_refused(signed: Signed) -> None:
    content, early = data(), SIGNED_AT - timedelta(days=3)
    signature = signed.signer.sign_one(to_sign(content, early))

    with pytest.raises(SignatureError, match="valid"):
        read_signed(signed_document(content, early, signature, signed.signer.certificate), [signed.authority])


def test_documents_of_others_with_declarations_on_the_root_are_read(signed: Signed, tmp_path: Path) -> None:
    """An element inherits what the root declares, and that is digested with it."""
    content = data().replace(b"<DLHDon ", b'<DLHDon xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ')
    document = signed.document(content)
    moved = document.replace(content, data()).replace(
        b"<HDon>", b'<HDon xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    )
    # The same is declared for SignedInfo and Object then, which were signed without it.
    with pytest.raises(SignatureError):
        read_signed(moved, [signed.authority])
    assert not xmlsec1(moved, signed.authority_file, tmp_path)
    assert read_signed(document, [signed.authority]).canonical == content


def test_a_document_is_utf8_without_a_byte_order_mark_and_parses_anywhere(signed: Signed) -> None:
    document = signed.document()

    assert document.startswith(b"<?xml")
    assert etree.fromstring(document).tag == "HDon"


def test_whatever_of_its_certificate_is_altered_a_document_is_refused_with_a_reason(signed: Signed) -> None:
    document = signed.document(data())
    start, end = document.index(b"<X509Certificate>") + 17, document.index(b"</X509Certificate>")
    for place in range(start, end, 3):
        for other in (b"A", b"/"):
            if document[place : place + 1] == other:
                continue
            with pytest.raises(SignatureError):
                read_signed(document[:place] + other + document[place + 1 :], [signed.authority])


async def test_many_are_signed_at_once(signed: Signed) -> None:
    messages = [b"a", b"b"]

    assert await signed.signer.sign(messages) == [signed.signer.sign_one(each) for each in messages]


def test_a_key_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    make_development_key(tmp_path, SIGNED_AT)
    key = (tmp_path / KEY_NAME).read_bytes()

    with pytest.raises(KeyFileError, match="never overwritten"):
        make_development_key(tmp_path, SIGNED_AT)
    assert (tmp_path / KEY_NAME).read_bytes() == key
    assert (tmp_path / KEY_NAME).stat().st_mode & 0o077 == 0
    (tmp_path / KEY_NAME).chmod(0o644)
    with pytest.raises(KeyFileError, match="chmod 600"):
        FileSigner(tmp_path)


def test_without_a_key_or_with_the_certificate_of_another_nothing_starts(signed: Signed, tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="invoices key"):
        FileSigner(tmp_path)
    make_development_key(tmp_path, SIGNED_AT)
    (tmp_path / CERTIFICATE_NAME).write_bytes(signed.authority.public_bytes(Encoding.PEM))
    with pytest.raises(KeyFileError, match="not the certificate"):
        FileSigner(tmp_path)
    (tmp_path / CERTIFICATE_NAME).write_bytes(b"x")
    with pytest.raises(KeyFileError, match="no certificate"):
        FileSigner(tmp_path)


def test_a_certificate_whose_key_signs_no_invoices_is_refused_at_the_start(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "elliptic")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(SIGNED_AT)
        .not_valid_after(SIGNED_AT + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    (tmp_path / CERTIFICATE_NAME).write_bytes(certificate.public_bytes(Encoding.PEM))

    with pytest.raises(KeyFileError, match="no RSA key of 2048 bits"):
        load_certificates(tmp_path)
