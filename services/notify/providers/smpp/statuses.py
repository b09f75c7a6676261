"""What follows from a command status of SMPP. Pure."""

from collections.abc import Mapping

from services.notify.domain.outcome import Handover

NAMES: Mapping[int, str] = {
    0x01: "RINVMSGLEN",
    0x02: "RINVCMDLEN",
    0x03: "RINVCMDID",
    0x04: "RINVBNDSTS",
    0x05: "RALYBND",
    0x06: "RINVPRTFLG",
    0x07: "RINVREGDLVFLG",
    0x08: "RSYSERR",
    0x0A: "RINVSRCADR",
    0x0B: "RINVDSTADR",
    0x0D: "RBINDFAIL",
    0x0E: "RINVPASWD",
    0x0F: "RINVSYSID",
    0x14: "RMSGQFUL",
    0x15: "RINVSERTYP",
    0x33: "RINVNUMDESTS",
    0x43: "RINVESMCLASS",
    0x45: "RSUBMITFAIL",
    0x48: "RINVSRCTON",
    0x49: "RINVSRCNPI",
    0x50: "RINVDSTTON",
    0x51: "RINVDSTNPI",
    0x53: "RINVSYSTYP",
    0x58: "RTHROTTLED",
    0x61: "RINVSCHED",
    0x62: "RINVEXPIRY",
    0xC0: "RINVOPTPARSTREAM",
    0xC1: "ROPTPARNOTALLWD",
    0xC2: "RINVPARLEN",
    0xC3: "RMISSINGOPTPARAM",
    0xC4: "RINVOPTPARAMVAL",
    0xFE: "RDELIVERYFAILURE",
    0xFF: "RUNKNOWNERR",
}

_OUTCOMES: Mapping[int, Handover] = {
    0x00: Handover.ACCEPTED,
    0x0B: Handover.REJECTED_NUMBER,
    0x14: Handover.THROTTLED,
    0x58: Handover.THROTTLED,
} | dict.fromkeys(
    # What is wrong with how we are set up there: account, brandname, types of number, fields.
    (
        *(0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x0A, 0x0D, 0x0E, 0x0F, 0x15, 0x33, 0x43),
        *(0x48, 0x49, 0x50, 0x51, 0x53, 0x61, 0x62, 0xC0, 0xC1, 0xC2, 0xC3, 0xC4),
    ),
    Handover.REJECTED_PROVIDER,
)


def outcome_of(status: int, own: Mapping[int, Handover]) -> Handover:
    """Return what an answer to ``submit_sm`` means; ``own`` are the provider's codes as its settings explain them.

    What nobody has explained, and errors within the SMSC (0x08, 0x45, 0xFE, 0xFF), may have been sent after all.
    """
    return own.get(status, _OUTCOMES.get(status, Handover.UNKNOWN))


def describe(status: int) -> str:
    """Return a status for people."""
    return f"0x{status:02X} {NAMES.get(status, '')}".rstrip()
