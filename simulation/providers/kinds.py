"""How each provider is asked, how it answers, and how it reports: the shapes that its adapter was written for."""

# ruff: noqa: ARG002 - each provider looks at a part only of what all are given

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from simulation.providers.faults import Fault


@dataclass(frozen=True)
class Order:
    """One SMS as a provider was asked for it."""

    client_reference: str | None
    phone: str
    text: str = ""
    template: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """A delivery report as a provider makes the request."""

    method: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None


class Kind(Protocol):
    """One provider."""

    send_path: str
    remembers: bool
    """Whether a client reference that is known is answered without a second SMS."""

    def order(self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Order:
        """Read what was asked for."""

    def accepted(self, reference: str, *, known: bool) -> Any:
        """Return the answer to an SMS that was accepted; ``known``: it had been before."""

    def refused(self, fault: Fault) -> Any:
        """Return the answer to an SMS that was not accepted."""

    def report(self, order: Order, reference: str, *, failed: bool) -> Report:
        """Return the delivery report of an SMS."""


class Esms:
    """eSMS."""

    send_path = "/SendMultipleMessage_V4_post_json/"
    remembers = True

    def order(self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Order:
        """Read its JSON."""
        asked = json.loads(body)
        if not (asked["ApiKey"] and asked["SecretKey"] and asked["Brandname"] and asked["SmsType"] == "2"):
            raise ValueError("not as eSMS wants it")
        return Order(asked["RequestId"], asked["Phone"], asked["Content"])

    def accepted(self, reference: str, *, known: bool) -> Any:
        """A known RequestId is answered 124, without the SMSID."""
        if known:
            return {"CodeResult": "124", "CountRegenerate": 0, "ErrorMessage": "RequestId is exist"}
        return {"CodeResult": "100", "CountRegenerate": 0, "SMSID": reference}

    def refused(self, fault: Fault) -> Any:
        """Return its code."""
        codes = {Fault.BAD_NUMBER: "108", Fault.UNREGISTERED: "146"}
        return {"CodeResult": codes.get(fault, "103"), "CountRegenerate": 0, "ErrorMessage": fault.value}

    def report(self, order: Order, reference: str, *, failed: bool) -> Report:
        """Its report is a GET."""
        query = {
            "SMSID": reference,
            "SendFailed": str(int(failed)),
            "SendStatus": "5",
            "SendSuccess": str(int(not failed)),
            "TotalPrice": "850.0000",
            "TotalReceiver": "1",
            "TotalSent": "1",
            "RequestId": order.client_reference or "",
            "TypeId": "2",
            "telcoid": "1",
        }
        return Report("GET", query)

    def status(self, accepted: Sequence[tuple[Order, str]], query: Mapping[str, str]) -> Any:
        """Answer GetSendStatus."""
        known = query["RefId"] in {reference for _, reference in accepted}
        if not known:
            return {"CodeResponse": "105", "SMSID": query["RefId"]}
        return {"CodeResponse": "100", "SMSID": query["RefId"], "SendFailed": 0, "SendStatus": 5, "SendSuccess": 1}

    status_path = "/GetSendStatus"


class SpeedSms:
    """SpeedSMS."""

    send_path = "/sms/send"
    remembers = False

    def order(self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Order:
        """Read its JSON; it has no reference of the customer's."""
        asked = json.loads(body)
        if not headers.get("Authorization", "").startswith("Basic "):
            raise ValueError("no access token")
        [phone] = asked["to"]
        return Order(None, phone, asked["content"])

    def accepted(self, reference: str, *, known: bool) -> Any:
        """Return success with a number."""
        data = {"tranId": int(reference), "totalSMS": 1, "totalPrice": 250, "invalidPhone": []}
        return {"status": "success", "code": "00", "data": data}

    def refused(self, fault: Fault) -> Any:
        """Return its code."""
        codes = {Fault.BAD_NUMBER: "105", Fault.UNREGISTERED: "110"}
        return {"status": "error", "code": codes.get(fault, "300"), "message": fault.value, "invalidPhone": []}

    def report(self, order: Order, reference: str, *, failed: bool) -> Report:
        """Its report is a POST."""
        body = {"type": "report", "tranId": int(reference), "phone": order.phone, "status": 1 if failed else 0}
        return Report("POST", body=body)


class TemplateApi:
    """An operator's own interface with registered templates."""

    send_path = "/"
    remembers = False

    def order(self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Order:
        """Read its JSON; free text is not looked at."""
        asked = json.loads(body)["RQST"]
        if not (asked["APIUSER"] and asked["APIPASS"] and asked["LABELID"]):
            raise ValueError("no account")
        parameters = {parameter["NUM"]: parameter["CONTENT"] for parameter in asked["PARAMS"]}
        return Order(asked["REQID"], asked["MOBILELIST"], "", asked["TEMPLATEID"], parameters)

    def accepted(self, reference: str, *, known: bool) -> Any:
        """Return "queued"."""
        return {"RPLY": {"name": "send_sms_list", "ERROR": "0", "ERROR_DESC": "success"}}

    def refused(self, fault: Fault) -> Any:
        """Return a code."""
        codes = {Fault.BAD_NUMBER: "4", Fault.UNREGISTERED: "3"}
        return {"RPLY": {"name": "send_sms_list", "ERROR": codes.get(fault, "2"), "ERROR_DESC": fault.value}}

    def report(self, order: Order, reference: str, *, failed: bool) -> Report:
        """Report by REQID."""
        return Report("POST", body=[{"REQID": order.client_reference, "STATUS": str(int(failed))}])


class Generic:
    """A provider that nobody has written an adapter for: form fields, a bearer token, codes as numbers."""

    send_path = "/api/v1/brandname/send"
    remembers = True

    def order(self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Order:
        """Read its JSON."""
        asked = json.loads(body)
        if not headers.get("Authorization", "").startswith("Bearer "):
            raise ValueError("no token")
        return Order(asked["ma_yeu_cau"], asked["so_dien_thoai"], asked["noi_dung"])

    def accepted(self, reference: str, *, known: bool) -> Any:
        """Return its answer."""
        return {"ket_qua": {"ma": 0, "id": reference, "trung": known}}

    def refused(self, fault: Fault) -> Any:
        """Return a code."""
        codes = {Fault.BAD_NUMBER: 11, Fault.UNREGISTERED: 12}
        return {"ket_qua": {"ma": codes.get(fault, 20), "loi": fault.value}}

    def report(self, order: Order, reference: str, *, failed: bool) -> Report:
        """Report several at once, as a list of one."""
        one = {"id": reference, "ma_yeu_cau": order.client_reference, "trang_thai": "THAT_BAI" if failed else "DA_NHAN"}
        return Report("POST", body={"tin": [one]})


class Zalo:
    """Zalo ZBS templates; its tokens too: each refresh token is taken once."""

    send_path = "/message/template"
    status_path = "/message/status"
    token_path = "/v4/oa/access_token"  # noqa: S105 - an address
    remembers = False

    def __init__(self) -> None:
        self._issued = 0
        self.refresh_token = "refresh-0"  # noqa: S105 - a stand-in's
        self.access_token = ""

    def token(self, asked: Mapping[str, str]) -> Any:
        """Renew the tokens."""
        if asked.get("grant_type") != "refresh_token" or asked.get("refresh_token") != self.refresh_token:
            return {"error": -14014, "error_name": "Invalid refresh token", "error_description": "used"}
        self._issued += 1
        self.refresh_token = f"refresh-{self._issued}"
        self.access_token = f"access-{self._issued}"
        return {"access_token": self.access_token, "refresh_token": self.refresh_token, "expires_in": "90000"}

    def order(self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Order:
        """Read its JSON."""
        asked = json.loads(body)
        template = asked["template_id"]
        return Order(asked["tracking_id"], asked["phone"], "", template, asked["template_data"])

    def barred(self, headers: Mapping[str, str]) -> Any:
        """Return its answer to an access token that does not hold; None for one that does."""
        if self.access_token and headers.get("access_token") == self.access_token:
            return None
        return {"error": -124, "message": "Access token invalid"}

    def accepted(self, reference: str, *, known: bool) -> Any:
        """Return the id of the message."""
        quota = {"dailyQuota": "500", "remainingQuota": "499"}
        return {
            "error": 0,
            "message": "Success",
            "data": {"msg_id": reference, "sent_time": "1764300000000", "quota": quota},
        }

    def refused(self, fault: Fault) -> Any:
        """Return its code."""
        if fault is Fault.TOKEN_EXPIRED:
            self.access_token = "gone"  # noqa: S105 - a stand-in's
        codes = {
            Fault.BAD_NUMBER: -108,
            Fault.UNREGISTERED: -131,
            Fault.TOKEN_EXPIRED: -124,
            Fault.NO_ACCOUNT: -118,
            Fault.QUIET_HOURS: -133,
        }
        return {"error": codes.get(fault, -115), "message": fault.value}

    def report(self, order: Order, reference: str, *, failed: bool) -> Report:
        """It reports what has arrived, and nothing else."""
        message = {"delivery_time": "1764300005000", "msg_id": reference, "tracking_id": order.client_reference}
        body = {"event_name": "user_received_message", "message": message, "timestamp": "1764300006000"}
        return Report("POST", body=body)

    def status(self, accepted: Sequence[tuple[Order, str]], query: Mapping[str, str]) -> Any:
        """Answer by msg_id."""
        known = query["message_id"] in {reference for _, reference in accepted}
        data = {"delivery_time": "1764300005000" if known else None, "status": 1 if known else -1}
        return {"error": 0, "message": "Success", "data": data}


KINDS: Mapping[str, type[Esms | SpeedSms | TemplateApi | Generic | Zalo]] = {
    "esms": Esms,
    "speedsms": SpeedSms,
    "template_api": TemplateApi,
    "generic": Generic,
    "zalo": Zalo,
}
