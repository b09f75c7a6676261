"""``thungan partners``: banks, post offices and wallets whose computers call ``/partner/v1``, and their keys."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any

import typer
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from ops.commands.partner_files import differences, reconcile, settle, show_settlement, watch
from ops.commands.partner_sandbox import make_sandbox
from ops.console import JsonOption, fail, free_text, print_json, print_line, print_table, typed_code
from ops.databases import database
from ops.operators import operator
from ops.runner import run
from services.billing.store import partners as terms_store
from services.gateway.domain.partners import KeyAlgorithm, PartnerKey
from services.gateway.store import partners as store
from shared.clock import VIETNAM, now
from shared.db import Connection
from shared.ids import new_id
from shared.messaging.acts import acts_of, add_act
from shared.money import format_dong

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Partners whose computers take payments: add, list, keys, limits."
)
key_app = typer.Typer(add_completion=False, no_args_is_help=True, help="Keys that partners sign with: add, end.")
app.add_typer(key_app, name="keys")
app.command("sandbox")(make_sandbox)
app.command("reconcile")(reconcile)
app.command("watch")(watch)
app.command("differences")(differences)
app.command("settle")(settle)
app.command("settlement")(show_settlement)

CodeArgument = Annotated[str, typer.Argument(callback=typed_code, help="The partner's code: capital letters, digits.")]
CeilingOption = Annotated[
    int | None, typer.Option("--ceiling", help="đồng of one day that the partner may hold.", min=0, max=10**13)
]
RateOption = Annotated[
    int | None, typer.Option("--per-minute", help="Requests in a minute, over all copies.", min=1, max=1_000_000)
]
NetworkOption = Annotated[
    list[str] | None, typer.Option("--network", help="From where it calls, such as 203.0.113.0/24; again for more.")
]
PointOption = Annotated[
    list[str] | None, typer.Option("--point", help="Collection point of the partner; again for more.")
]
ReasonOption = Annotated[str, typer.Option("--reason", callback=free_text, help="Why, for the records.")]
MomentOption = typer.Option(formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d"], help="Vietnam time.")

_SHORTEST_RSA = 2048


@app.command("add")
def add_partner(
    code: CodeArgument,
    name: Annotated[str, typer.Option("--name", callback=free_text, help="As lists show it.")],
    ceiling: Annotated[int, typer.Option("--ceiling", help="đồng of one day that it may hold.", min=0, max=10**13)],
    point: PointOption = None,
    network: NetworkOption = None,
    per_minute: Annotated[int, typer.Option("--per-minute", help="Requests in a minute.", min=1)] = 600,
    as_json: JsonOption = False,
) -> None:
    """Add a partner with its points; it can call once it has a key. Repeated, it completes what is missing."""
    networks = _networks(network or [])
    run(_add(code, name, ceiling, point or [], networks, per_minute))
    _tell(
        {"partner_code": code, "points": point or []},
        f"{code} is added; give it a key: thungan partners keys add",
        as_json,
    )


@app.command("list")
def list_partners(as_json: JsonOption = False) -> None:
    """List partners with what they may do."""
    found = run(_listed())
    if as_json:
        print_json(found)
        return
    print_table(
        "Partners",
        ["partner", "name", "ceiling", "per minute", "networks", "points", "keys valid now", "deactivated (UTC)"],
        [
            [
                one["partner_code"],
                one["name"],
                "" if one["daily_ceiling"] is None else format_dong(one["daily_ceiling"]),
                one["requests_per_minute"],
                ", ".join(one["networks"]) or "anywhere",
                ", ".join(one["points"]),
                ", ".join(key["key_id"] for key in one["keys"] if key["valid"]),
                one["deactivated_at"] or "",
            ]
            for one in found
        ],
        right=["ceiling", "per minute"],
        empty="There are no partners; thungan partners add makes one.",
    )


@app.command("show")
def show_partner(code: CodeArgument, as_json: JsonOption = False) -> None:
    """Show a partner's keys, and what was done to it by whom."""
    found = next((one for one in run(_listed()) if one["partner_code"] == code), None)
    if found is None:
        fail(f"there is no partner {code}")
    acts = run(_acts(code))
    if as_json:
        print_json({**found, "acts": acts})
        return
    print_table(
        f"Keys of {code}",
        ["key", "algorithm", "valid from (UTC)", "until (UTC)"],
        [[key["key_id"], key["algorithm"], key["valid_from"], key["valid_until"] or ""] for key in found["keys"]],
        empty="It has no key.",
    )
    print_table(
        "Acts", ["what", "at (UTC)", "by", "facts"], [[act["what"], act["at"], act["by"], act["facts"]] for act in acts]
    )


@app.command("limits")
def limit_partner(
    code: CodeArgument,
    reason: ReasonOption,
    ceiling: CeilingOption = None,
    per_minute: RateOption = None,
    network: NetworkOption = None,
    anywhere: Annotated[bool, typer.Option("--anywhere", help="It calls from any network.")] = False,
    point: PointOption = None,
    as_json: JsonOption = False,
) -> None:
    """Set what a partner may hold, how often and from where it calls, or give it further points."""
    networks = [] if anywhere else None if network is None else _networks(network)
    if ceiling is None and per_minute is None and networks is None and not point:
        fail("say what to set: --ceiling, --per-minute, --network, --anywhere or --point", 2)
    run(_limit(code, ceiling, per_minute, networks, point or [], reason))
    _tell({"partner_code": code}, f"{code} is changed, at all copies at once", as_json)


@app.command("deactivate")
def deactivate_partner(code: CodeArgument, reason: ReasonOption, as_json: JsonOption = False) -> None:
    """Throw a partner out for good: none of its keys is valid any more. What it has paid stays."""
    run(_deactivate(code, reason))
    _tell({"partner_code": code}, f"{code} is deactivated", as_json)


@key_app.command("add")
def add_key(
    code: CodeArgument,
    key_id: Annotated[str, typer.Option("--key-id", help="As its signatures name it: vnpost-2026.")],
    public_key: Annotated[
        Path | None,
        typer.Option("--public-key", help="PEM: Ed25519, ECDSA P-256, or RSA (PSS).", exists=True, dir_okay=False),
    ] = None,
    shared_secret: Annotated[
        bool, typer.Option("--shared-secret", help="Make a secret for HMAC, for a partner that holds no keys.")
    ] = False,
    valid_from: Annotated[datetime | None, MomentOption] = None,
    valid_until: Annotated[datetime | None, MomentOption] = None,
    as_json: JsonOption = False,
) -> None:
    """Give a partner a further key; those that it has stay valid, so that it can change over at its own time."""
    if (public_key is None) == (not shared_secret):
        fail("give either --public-key FILE or --shared-secret", 2)
    secret = "" if public_key is not None else secrets.token_urlsafe(32)
    algorithm, stored = (KeyAlgorithm.HMAC, secret) if public_key is None else _read_key(public_key)
    since = _moment(valid_from) or now()
    run(_add_key(code, key_id, algorithm, stored, since, _moment(valid_until)))
    told = {"key_id": key_id, "algorithm": algorithm.value, "valid_from": since.isoformat()}
    if as_json:
        print_json({**told, **({"secret": secret} if secret else {})})
        return
    print_line(f"{key_id} ({algorithm}) is a key of {code} from {since.astimezone(VIETNAM):%d/%m/%Y %H:%M} (Vietnam)")
    if secret:
        print_line(f"{secret}   the shared secret: it is shown this once")


@key_app.command("end")
def end_key(
    key_id: Annotated[str, typer.Argument(help="The key.")],
    reason: ReasonOption,
    at: Annotated[datetime | None, MomentOption] = None,
    as_json: JsonOption = False,
) -> None:
    """Let a key be valid no longer than until a moment; without one, it ends now."""
    until = _moment(at) or now()
    run(_end_key(key_id, until, reason))
    _tell(
        {"key_id": key_id, "valid_until": until.isoformat()},
        f"{key_id} ends {until.astimezone(VIETNAM):%d/%m/%Y %H:%M} (Vietnam)",
        as_json,
    )


def _read_key(file: Path) -> tuple[KeyAlgorithm, str]:
    content = file.read_bytes()
    try:
        key = load_pem_public_key(content)
    except (ValueError, UnsupportedAlgorithm):
        fail(f"{file} holds no public key in PEM", 2)
    if isinstance(key, ed25519.Ed25519PublicKey):
        return KeyAlgorithm.ED25519, content.decode("ascii")
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return KeyAlgorithm.ECDSA_P256, content.decode("ascii")
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < _SHORTEST_RSA:
        fail(f"{file}: a key is Ed25519, ECDSA on P-256, or RSA of at least {_SHORTEST_RSA} bits", 2)
    return KeyAlgorithm.RSA_PSS, content.decode("ascii")


def _networks(typed: Sequence[str]) -> list[str]:
    try:
        return [str(ip_network(one)) for one in typed]
    except ValueError as error:
        fail(f"--network: {error}", 2)


def _moment(typed: datetime | None) -> datetime | None:
    return None if typed is None else typed.replace(tzinfo=VIETNAM)


def _tell(facts: Mapping[str, Any], line: str, as_json: bool) -> None:
    if as_json:
        print_json(facts)
    else:
        print_line(line)


async def _add(
    code: str, name: str, ceiling: int, points: Sequence[str], networks: Sequence[str], per_minute: int
) -> None:
    async with database("billing") as connection:
        await terms_store.save(connection, code, name, ceiling)
        await _give_points(connection, code, points)
    async with database("gateway") as connection:
        added = await store.add(
            connection, new_id(), code, name, networks=networks, requests_per_minute=per_minute, moment=now()
        )
        facts = {"name": name, "ceiling": ceiling, "points": list(points), "networks": list(networks)}
        what = "partner.added" if added else "partner.completed"
        await add_act(connection, what, code, {**facts, "per_minute": per_minute}, actor=operator())


async def _give_points(connection: Connection, code: str, points: Sequence[str]) -> None:
    left = set(points) - await terms_store.give_points(connection, code, points)
    if left:
        fail(f"no collection point, or another partner's: {', '.join(sorted(left))}")


async def _limit(
    code: str,
    ceiling: int | None,
    per_minute: int | None,
    networks: Sequence[str] | None,
    points: Sequence[str],
    reason: str,
) -> None:
    async with database("gateway") as connection:
        if await store.id_of(connection, code) is None:
            fail(f"there is no partner {code}")
        facts = {"ceiling": ceiling, "per_minute": per_minute, "networks": networks, "points": list(points)}
        await add_act(connection, "partner.limited", code, {**facts, "reason": reason}, actor=operator())
        await store.limit(connection, code, networks, per_minute)
        async with database("billing") as billing:
            if ceiling is not None:
                await terms_store.set_ceiling(billing, code, ceiling)
            await _give_points(billing, code, points)


async def _deactivate(code: str, reason: str) -> None:
    async with database("gateway") as connection:
        if not await store.deactivate(connection, code, now()):
            fail(f"there is no partner {code} that may call")
        await add_act(connection, "partner.deactivated", code, {"reason": reason}, actor=operator())


async def _add_key(
    code: str, key_id: str, algorithm: KeyAlgorithm, key: str, since: datetime, until: datetime | None
) -> None:
    async with database("gateway") as connection:
        partner_id = await store.id_of(connection, code)
        if partner_id is None:
            fail(f"there is no partner {code}")
        if not await store.add_key(
            connection, key_id, partner_id, algorithm, key, moment=now(), valid_from=since, valid_until=until
        ):
            fail(f"there is a key {key_id} already; ids of keys are never used again")
        facts = {"key_id": key_id, "algorithm": algorithm.value, "from": since.isoformat()}
        facts["until"] = "" if until is None else until.isoformat()
        await add_act(connection, "partner_key.added", code, facts, actor=operator())


async def _end_key(key_id: str, until: datetime, reason: str) -> None:
    async with database("gateway") as connection:
        if await store.end_key(connection, key_id, until) is None:
            fail(f"there is no key {key_id} that is valid after that")
        key = await store.find_key(connection, key_id)
        code = "" if key is None else key.partner.partner_code
        facts = {"key_id": key_id, "until": until.isoformat(), "reason": reason}
        await add_act(connection, "partner_key.ended", code, facts, actor=operator())


async def _listed() -> list[dict[str, Any]]:
    async with database("billing") as connection:
        terms = {one.partner_code: one for one in await terms_store.listed(connection)}
    async with database("gateway") as connection:
        found, keys = await store.listed(connection), await store.keys(connection)
    return [
        {
            "partner_code": row["partner_code"],
            "name": row["name"],
            "daily_ceiling": terms[row["partner_code"]].daily_ceiling if row["partner_code"] in terms else None,
            "requests_per_minute": row["requests_per_minute"],
            "networks": [str(network) for network in row["networks"]],
            "points": terms[row["partner_code"]].points if row["partner_code"] in terms else [],
            "keys": [_as_dict(key) for key in keys if key.partner.partner_id == row["partner_id"]],
            "deactivated_at": _utc(row["deactivated_at"]),
        }
        for row in found
    ]


def _as_dict(key: PartnerKey) -> dict[str, Any]:
    return {
        "key_id": key.key_id,
        "algorithm": key.algorithm.value,
        "valid": key.is_valid(now()),
        "valid_from": _utc(key.valid_from),
        "valid_until": _utc(key.valid_until),
    }


async def _acts(code: str) -> list[dict[str, Any]]:
    async with database("gateway") as connection:
        found = await acts_of(connection, [code])
    return [
        {
            "what": act.what,
            "at": _utc(act.acted_at),
            "by": str(act.actor),
            "facts": ", ".join(f"{name} {value}" for name, value in act.facts.items() if value not in (None, "", [])),
        }
        for act in found
    ]


def _utc(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment:%Y-%m-%d %H:%M:%S}"
