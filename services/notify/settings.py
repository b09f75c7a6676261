"""Settings of the notify service, read from ``THUNGAN_`` environment variables."""

from datetime import time, timedelta
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from services.notify.domain.kinds import MessageRule
from services.notify.domain.sending_hours import SendingHours
from services.notify.domain.verdict import Limits
from services.notify.dunning.files import load_dunning
from services.notify.dunning.rules import Dunning
from services.notify.providers.configuration import SmsConfiguration, load_configuration
from shared.rule_files import load_rules
from shared.settings import ServiceSettings


class NotifySettings(ServiceSettings):
    """What reminders look like, when they leave, and through whom."""

    sms_providers: list[Literal["sandbox"]] = Field(default=["sandbox"], min_length=1)
    """Providers in order of preference, as a JSON list; not looked at where ``sms_configuration`` is set."""

    sms_configuration: Path | None = None
    """The file with providers, chains and budget (``docs/runbooks/sms-providers.md``)."""

    sms_folder: Path | None = None
    """Where the sandbox provider writes what it would have sent; ``.local/sms/<namespace>`` when unset."""

    sms_language: Literal["vi", "en"] = "vi"
    """Language of reminders."""

    sms_opens: time = time(7)
    sms_closes: time = time(22)
    """Hours in Vietnam time in which SMS may leave; ``sms_closes`` itself is outside."""

    sms_opening_spread_seconds: int = Field(default=1200, ge=0, le=6 * 3600)
    """What waited for the opening leaves spread over this long."""

    sms_per_phone_and_day: int = Field(default=3, ge=1, le=100)
    """SMS to one number on one business day; more wait for the next one."""

    sms_longest_wait_hours: int = Field(default=48, ge=1, le=24 * 14)
    """Reminders that could not leave within this time of their notice have failed."""

    sms_provider_timeout_seconds: float = Field(default=10.0, gt=0, le=60)
    """After this the answer of a provider counts as lost; where ``sms_configuration`` is set, each has its own."""

    sms_report_wait_hours: float = Field(default=24.0, gt=0, le=24 * 14)
    """For so long the outcome of an SMS whose answer was lost is looked for; then it is unknown for good."""

    sms_concurrency: int = Field(default=128, ge=1, le=1000)
    """SMS that one copy has in hand: being handed over, or about to be recorded. How many a provider is handed at the
    same time is its ``window``."""

    sms_poll_seconds: float = Field(default=2.0, gt=0, le=60)
    """How often a copy looks for due reminders when nothing wakes it."""

    sms_plan_seconds: float = Field(default=300.0, gt=0, le=3600)
    """How often campaigns are looked at: whoever came to owe meanwhile gets the day's message then."""

    message_rules_file: Path = Path(__file__).parent / "campaigns" / "message_kinds.yaml"
    """Which kinds of message a unit sends, and when."""

    dunning_file: Path = Path(__file__).parent / "dunning" / "steps.yaml"
    """How units go from a bill that is not paid to cutting off."""

    @field_validator("sms_configuration", mode="before")
    @classmethod
    def _none_named(cls, value: object) -> object:
        # Compose files pass on what is not set as an empty text.
        return None if value == "" else value

    @field_validator("sms_configuration")
    @classmethod
    def _file_is_right(cls, path: Path | None) -> Path | None:
        if path is not None:
            load_configuration(path, with_secrets=True)
        return path

    @model_validator(mode="after")
    def _hours_are_in_order(self) -> Self:
        self.dunning()
        return self

    def sandbox_folder(self) -> Path:
        """Return the folder of the sandbox provider."""
        return self.sms_folder or Path(".local/sms") / self.namespace

    def configuration(self) -> SmsConfiguration:
        """Return what the file says; the providers of ``sms_providers`` where there is no file."""
        if self.sms_configuration is not None:
            return load_configuration(self.sms_configuration)
        return SmsConfiguration.model_validate(
            {
                "providers": [
                    {"kind": kind, "name": kind, "timeout_seconds": self.sms_provider_timeout_seconds}
                    for kind in self.sms_providers
                ]
            }
        )

    def limits(self) -> Limits:
        """Return the limits that the rules of :mod:`services.notify.domain.verdict` take."""
        return Limits(
            hours=SendingHours(self.sms_opens, self.sms_closes, timedelta(seconds=self.sms_opening_spread_seconds)),
            per_phone_and_day=self.sms_per_phone_and_day,
            longest_wait=timedelta(hours=self.sms_longest_wait_hours),
            rules=load_rules(self.message_rules_file, MessageRule),
        )

    def dunning(self) -> Dunning:
        """Return how units go on about debts. Raises :class:`~shared.rule_files.RuleFileError`."""
        return load_dunning(self.dunning_file, self.limits().rules)
