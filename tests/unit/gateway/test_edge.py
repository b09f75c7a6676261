"""Parts of the HTTP edge that need no network."""

import json
import re
from datetime import UTC, datetime

import pytest
from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict
from pydantic import TypeAdapter

from services.gateway import routes
from services.gateway.api.print_jobs import preferred
from services.gateway.edge import openapi, problems
from services.gateway.edge.limits import TokenBuckets
from services.gateway.edge.operation import AnyOperation
from services.gateway.edge.server import address_of, with_whole_numbers
from services.gateway.edge.types import parse_moment, parse_uuid
from services.gateway.enrolment import CODE_ALPHABET, hash_code
from services.gateway.stream import frames
from services.gateway.stream.frames import from_phone

DESCRIPTION = routes.describe()


class Clock:
    """A clock that is moved by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_caller_may_send_a_burst_and_then_as_many_requests_as_tokens_are_added() -> None:
    clock = Clock()
    buckets = TokenBuckets(2.0, 3, clock)
    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 0.5]
    assert buckets.take("b") == 0
    clock.now = 0.5
    assert [buckets.take("a"), buckets.take("a")] == [0, 0.5]


def test_a_returned_token_can_be_taken_again_and_a_bucket_never_holds_more_than_the_burst() -> None:
    buckets = TokenBuckets(1.0, 1, Clock())
    assert (buckets.take("a"), buckets.take("a")) == (0, 1)
    buckets.give_back("a")
    buckets.give_back("a")
    assert (buckets.take("a"), buckets.take("a")) == (0, 1)


@given(st.lists(st.tuples(st.integers(0, 30), st.floats(0, 2)), max_size=200))
def test_however_many_callers_there_are_the_memory_is_bounded(calls: list[tuple[int, float]]) -> None:
    clock = Clock()
    buckets = TokenBuckets(1.0, 2, clock, max_callers=5)
    for caller, seconds in calls:
        clock.now += seconds
        buckets.take(caller)
        assert len(buckets) <= 5


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("*/*", "application/json"),
        ("application/vnd.escpos", "application/vnd.escpos"),
        ("image/*", "image/png"),
        ("text/html, image/png;q=0.5, application/json;q=0.9", "application/json"),
        ("application/json;q=0, */*;q=0.1", "application/vnd.escpos"),
    ],
)
def test_the_accept_header_chooses_the_media_type_of_a_document(accept: str, media_type: str) -> None:
    assert preferred(accept) == media_type


def test_a_media_type_that_is_not_offered_is_refused() -> None:
    with pytest.raises(problems.NotAcceptable):
        preferred("text/html, application/pdf;q=0.9")


def test_a_whole_number_may_be_written_with_a_point_and_nothing_else_is_changed() -> None:
    content = b'{"a": 475000.0, "b": 1e3, "c": 1.5, "d": "1.0", "e": [9007199254740993.0], "f": 1e400}'
    assert json.loads(with_whole_numbers(content)) == {
        "a": 475000,
        "b": 1000,
        "c": 1.5,
        "d": "1.0",
        "e": [9007199254740993],
        "f": float("inf"),
    }


@pytest.mark.parametrize("text", ["2026-11-23T02:15:00Z", "2026-11-23t09:15:00+07:00", "2026-11-23T02:15:00.000000Z"])
def test_moments_are_read_with_their_offset_and_kept_in_utc(text: str) -> None:
    assert parse_moment(text) == datetime(2026, 11, 23, 2, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["2026-11-23", "2026-11-23T02:15:00", "1763864100", "2026-11-23 02:15:00Z", "0001-01-01T00:00:00+07:00", "", None],
)
def test_anything_else_is_refused_as_a_moment(text: object) -> None:
    with pytest.raises(ValueError, match=r"must be|out of range"):
        parse_moment(text)


@pytest.mark.parametrize("text", ["{0199d5b0-7c1e-7000-8000-000000000001}", "0199d5b07c1e70008000000000000001", ""])
def test_only_the_canonical_form_of_a_uuid_is_read(text: str) -> None:
    with pytest.raises(ValueError, match="must be a UUID"):
        parse_uuid(text)


@pytest.mark.parametrize(
    ("hops", "forwarded", "address"),
    [
        (0, ["10.0.0.9"], "127.0.0.1"),
        (1, ["6.6.6.6, 10.0.0.9"], "10.0.0.9"),
        (1, ["6.6.6.6", "10.0.0.9"], "10.0.0.9"),
        (2, ["6.6.6.6, 7.7.7.7", "10.0.0.9, 10.0.0.1"], "10.0.0.9"),
        (2, ["10.0.0.1"], "127.0.0.1"),
        (1, [], "127.0.0.1"),
        (1, [""], "127.0.0.1"),
        (1, ["unknown"], "127.0.0.1"),
        (1, ["10.0.0.9:4711"], "10.0.0.9"),
        (1, ["[2001:db8:1:2:3::9]:4711"], "2001:db8:1:2::/64"),
        (1, ["2001:db8:1:2:ffff::1"], "2001:db8:1:2::/64"),
        (1, ["::ffff:10.0.0.9"], "10.0.0.9"),
    ],
)
def test_the_callers_address_is_what_our_outermost_proxy_added_and_of_ipv6_the_64(
    hops: int, forwarded: list[str], address: str
) -> None:
    headers = CIMultiDict([("X-Forwarded-For", line) for line in forwarded])
    request = make_mocked_request("GET", "/", headers=headers).clone(remote="127.0.0.1")
    assert address_of(request, hops) == address


def test_a_code_may_be_typed_in_small_letters_with_spaces() -> None:
    assert hash_code("k7mr 2wqx") == hash_code("K7MR-2WQX")
    assert not set(CODE_ALPHABET) & set("01ILOU")


def test_every_operation_is_described_with_its_problems_and_its_operation_id_is_unique() -> None:
    ids = [operation.name for operation in routes.OPERATIONS]
    assert len(ids) == len(set(ids))
    for operation in routes.OPERATIONS:
        described = DESCRIPTION["paths"][operation.path][operation.method.lower()]
        named = set(re.findall(r"{(\w+)}", operation.path))
        assert named == {one["name"] for one in described["parameters"] if one["in"] == "path"}
        expected = {str(problem.status) for problem in openapi.possible_problems(operation)}
        accepted = {"202"} if operation.accepted is not None else set()
        assert expected | accepted | {str(operation.status)} == set(described["responses"])
        assert (operation.roles is not None or operation.partners) == bool(described["security"])
        assert "401" in described["responses"] or operation.roles is None


def test_every_post_that_makes_something_needs_a_key() -> None:
    without = {one.path for one in routes.OPERATIONS if one.method == "POST" and one.key is None}
    # What these do is the same however often it is done, or (a code) simply runs out.
    assert without == {
        "/v1/enrolment-codes",
        "/v1/devices/{device_id}/revocation",
        "/v1/shifts/{shift_id}/closing",
        "/v1/collectors/{collector_code}/shifts/{shift_id}/closing",
        "/v1/shifts/{shift_id}/confirmation",
        "/v1/shifts/{shift_id}/decision",
        "/v1/hand-ins/{hand_in_id}/count",
        "/v1/reversals/{reversal_id}/paper",
        "/v1/reversals/{reversal_id}/cash",
        "/v1/print-jobs/{job_id}/results",
        "/v1/print-jobs/{job_id}/attempts",
        "/v1/print-jobs/{job_id}/cancellation",
        "/v1/sms/reports/{provider}/{secret}",
        "/v1/bank-webhooks/{source}",
        "/v1/staff/sessions",
        "/v1/staff/first-sign-in",
        "/v1/staff/me/password",
        "/v1/staff/me/second-factor",
        "/v1/staff/me/second-factor/confirmation",
        "/v1/staff/{staff_id}/roles",
        "/v1/staff/{staff_id}/deactivation",
        "/v1/staff/{staff_id}/sessions-revocation",
        "/v1/staff/{staff_id}/password-reset",
        "/v1/readings-files",
        "/v1/customer-lists",
        "/v1/approvals/{approval_id}/decision",
        "/v1/bills/{bill_number}/correction-preview",
        "/v1/bill-runs/{run_id}/release",
        "/v1/cut-lists/{list_id}/approval",
        "/v1/cut-lists/{list_id}/discarding",
        "/v1/bill-runs/{run_id}/discarding",
    }


def test_every_reference_of_the_description_leads_somewhere() -> None:
    schemas = DESCRIPTION["components"]["schemas"]
    for name in re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(DESCRIPTION)):
        assert name in schemas


def test_the_description_names_every_frame_and_close_code_of_the_stream() -> None:
    for frame in (*frames.FROM_PHONE, *frames.FROM_GATEWAY):
        assert f"| `{frame.__name__}` | " in DESCRIPTION["info"]["description"]
    for code in frames.CloseCode:
        assert f"| `{code.value}` | " in DESCRIPTION["info"]["description"]


@given(st.binary(max_size=200) | st.text(max_size=200))
def test_no_malformed_frame_raises_anything_but_a_validation_error(data: bytes | str) -> None:
    with pytest.raises(ValueError, match="validation error"):
        from_phone.validate_json(data, strict=True)


@pytest.mark.parametrize(
    "operation", [one for one in routes.OPERATIONS if one.staff and one.body is not None], ids=lambda one: one.name
)
def test_the_log_of_acts_keeps_no_secret_and_no_number_or_words_of_a_customer(operation: AnyOperation) -> None:
    described = TypeAdapter(operation.body).json_schema()
    bodies = [described, *described.get("$defs", {}).values()]
    members = {name for body in bodies for name in body.get("properties", {})}
    never = {"password", "old_password", "new_password", "code", "phone", "transfer_content"}
    assert members & never <= operation.secret
