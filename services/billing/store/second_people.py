"""For the audit: what needs two people and was done by one, and what only names say that two have done."""

from collections import Counter
from collections.abc import Sequence

from asyncpg import Record

from services.billing.second_person import ESTIMATES_RULE, is_same_login, is_same_name, is_same_person
from shared.audit import AuditViolation
from shared.contracts.actor import Actor, ActorKind
from shared.db import Connection

_RUNS = """
SELECT run_id::text, asked_by::text, confirmed_by::text FROM bill_runs
WHERE confirmed_by IS NOT NULL AND NOT is_at_once ORDER BY asked_at
"""
_CORRECTIONS = """
SELECT correction_id::text, asked_by, approved_by, actor::text FROM bill_corrections ORDER BY sequence
"""


_AGREEMENTS = """
SELECT agreement_id::text, asked_by, approved_by, actor::text FROM instalment_agreements ORDER BY sequence
"""
_WAIVERS = "SELECT waiver_id::text, asked_by, approved_by, actor::text FROM interest_waivers ORDER BY waived_at"


async def acts_of_two(connection: Connection) -> tuple[list[AuditViolation], list[AuditViolation]]:
    """Return where one person did both halves, and the logins at which nothing but names says that there were two."""
    at_one_login = Counter[str]()
    violations = _of_runs(await connection.fetch(_RUNS), at_one_login)
    for what, statement in (
        ("a correction", _CORRECTIONS),
        ("an agreement", _AGREEMENTS),
        ("a waiver of interest", _WAIVERS),
    ):
        violations += _of_named(what, await connection.fetch(statement), at_one_login)
    return violations, [
        AuditViolation("billing", "two people have two logins", login, f"{acts} acts by two names")
        for login, acts in sorted(at_one_login.items())
    ]


def _of_runs(rows: Sequence[Record], at_one_login: Counter[str]) -> list[AuditViolation]:
    found = []
    for run_id, asked, confirmed in rows:
        asking, confirming = _actor(asked), _actor(confirmed)
        if asking is None or confirming is None or is_same_person(asking, confirming):
            rule = "a bill run is released by another person than who asked for it"
            found.append(AuditViolation("billing", rule, run_id, f"{asking or 'nobody'} and {confirming or 'nobody'}"))
        elif is_same_login(asking, confirming):
            at_one_login[confirming.id] += 1
    return found


def _of_named(what: str, rows: Sequence[Record], at_one_login: Counter[str]) -> list[AuditViolation]:
    found = []
    for act_id, asked_by, approved_by, stored in rows:
        actor = _actor(stored)
        asker = None if actor is None else actor.asked_by
        # Who is signed in approves what another one has asked for; at the command line one login names both.
        is_alone = actor is not None and actor.kind is ActorKind.PERSON and (asker is None or asker.id == actor.id)
        if is_alone or is_same_name(asked_by, approved_by):
            rule = f"who asked for {what} has not approved it"
            detail = f"{asked_by} and {approved_by}, by {actor or 'nobody'}"
            found.append(AuditViolation("billing", rule, act_id, detail))
        elif approved_by != ESTIMATES_RULE and actor is not None and actor.kind is ActorKind.COMMAND_LINE:
            at_one_login[actor.id] += 1
    return found


def _actor(stored: str | None) -> Actor | None:
    """Return a stored actor. What cannot be read names nobody."""
    try:
        return None if stored is None else Actor.model_validate_json(stored)
    except ValueError:
        return None
