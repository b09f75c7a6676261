"""Who is at the command line."""

import json
import os
import pwd
import socket
from collections.abc import Mapping
from pathlib import Path

from shared.clock import now
from shared.contracts.actor import Actor, ActorKind, Proof

NAMED_BY = "THUNGAN_OPERATOR"
"""Holds the name of the person, where several work with one login: anybody can set it, so it proves nothing."""


def operator(environment: Mapping[str, str] = os.environ) -> Actor:
    """Return the user as whom this process runs, and the name that the person gave."""
    given = environment.get(NAMED_BY) or environment.get("SUDO_USER") or ""
    return Actor(
        kind=ActorKind.COMMAND_LINE,
        id=f"{_login()}@{socket.gethostname()}"[:200],
        reference=given.strip()[:200],
        proven_by=Proof.LOGIN,
    )


def record_in(folder: Path, what: str, subject: str) -> None:
    """Write down what the operator does to files of a folder, which no database knows of: a line of ``acts.jsonl``."""
    act = {"at": now().isoformat(), "what": what, "subject": subject, "actor": operator().model_dump(mode="json")}
    with (folder / "acts.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(act, ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())


def operator_name() -> str:
    """Return how records in plain words name who is at the command line."""
    found = operator()
    return found.reference or found.id


def _login() -> str:
    # Not getpass.getuser(): that believes the environment.
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"
