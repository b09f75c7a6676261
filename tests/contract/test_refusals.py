"""Whatever a service refuses by a name of its own is named in the description of the API."""

import ast
from collections.abc import Iterator
from pathlib import Path

from services.gateway.api import refusals
from services.gateway.edge.openapi import possible_problems
from services.gateway.routes import OPERATIONS
from shared.problems import InvalidRequest, Problem

_ROOT = Path(__file__).parents[2]
_OWNERS = ("billing", "customer", "receipt", "notify")

NOT_FROM_THE_API = {
    "collector-missing": "the gateway names the collector of each device",
    "collection-point-missing": "the gateway names the collection point of each device",
    "issuing-stopped": "receipts are made from events, and what the API asks is answered meanwhile",
    "month-changed": "months are put into the archive from the command line",
    "month-in-use": "months are put into the archive from the command line",
    "extended-already": "the register of requests about personal data is kept from the command line",
    "in-the-future": "the register of requests about personal data is kept from the command line",
    "not-to-erase": "people are erased from the command line",
    "request-ended": "the register of requests about personal data is kept from the command line",
    "not-a-fee": "fees are asked for by services",
    "receipt-with-other-content": "receipts are made from events",
}
"""Refusals that no caller of the API can bring about, and why."""


def _slugs(tree: ast.AST) -> Iterator[str]:
    """Yield what stands as ``slug`` of a class, or as an argument of that name."""
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef(body=body, bases=[_, *_]):
                for statement in body:
                    match statement:
                        case ast.Assign(targets=[ast.Name(id="slug")], value=ast.Constant(value=str(slug))):
                            yield slug
            case ast.Call(keywords=keywords):
                for keyword in keywords:
                    match keyword:
                        case ast.keyword(arg="slug", value=ast.Constant(value=str(slug))):
                            yield slug


def _owners_slugs() -> set[str]:
    files = [path for owner in _OWNERS for path in (_ROOT / "services" / owner).rglob("*.py")]
    # Of customer and billing: what a photo may be.
    files.append(_ROOT / "shared" / "photos.py")
    return {slug for path in files for slug in _slugs(ast.parse(path.read_text(encoding="utf-8")))}


def _passed_on() -> list[Problem]:
    return [value for value in vars(refusals).values() if isinstance(value, Problem)]


def test_every_refusal_of_a_service_is_described_at_some_operation() -> None:
    described = {problem.slug for operation in OPERATIONS for problem in possible_problems(operation)}
    assert _owners_slugs() - described - NOT_FROM_THE_API.keys() == set()


def test_a_described_refusal_of_another_service_exists_there() -> None:
    assert {problem.slug for problem in _passed_on()} | NOT_FROM_THE_API.keys() <= _owners_slugs()


def test_what_a_service_refuses_by_a_rule_is_described_with_the_status_that_the_edge_answers() -> None:
    """422 means that a request does not fit its description: the edge answers 409 in place of an owner's 422."""
    assert [problem.slug for problem in _passed_on() if problem.status == InvalidRequest.status] == []
