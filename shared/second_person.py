"""Whether two acts are of two people, as far as names and logins tell. Pure."""

import unicodedata

from shared.contracts.actor import Actor, ActorKind


def name_key(name: str) -> str:
    """Return what two spellings of a name share: its letters and digits, however they are encoded and written."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", name).casefold() if sign.isalnum())


def is_same_name(one: str, other: str) -> bool:
    """Return whether two names are one."""
    return name_key(one) == name_key(other)


def is_same_person(one: Actor, other: Actor) -> bool:
    """Return whether nothing says that two actors are two people.

    At one login both have to give a name, and not the same one: who gave none may be whoever gave one. A login is the
    same on every machine.
    """
    if is_same_name(one.reference or login_of(one), other.reference or login_of(other)):
        return True
    return is_same_login(one, other) and not (name_key(one.reference) and name_key(other.reference))


def is_same_login(one: Actor, other: Actor) -> bool:
    """Return whether two actors came by one login, account or device."""
    return one.kind is other.kind and login_of(one) == login_of(other)


def login_of(actor: Actor) -> str:
    """Return the login of an operator, wherever; the id of anybody else."""
    return actor.id.rpartition("@")[0] or actor.id if actor.kind is ActorKind.COMMAND_LINE else actor.id
