"""What the configuration says about a provider of any kind; each kind adds its own fields beside its adapter."""

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, StringConstraints, model_validator

from shared.phones import Operator
from shared.secret_places import Secret, Section

ProviderName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,30}$")]


class ParameterOfTemplate(Section):
    """One parameter of a registered template; in the file also just the name of ours."""

    ours: str = Field(alias="from")
    """Our parameter, for example ``customer_code``."""
    name: str = ""
    """The provider's name for it; ours when empty. Providers that count parameters do not look at it."""
    longest: int | None = Field(default=None, gt=0)
    """Characters that the provider takes; names are shortened, anything else is refused."""

    @model_validator(mode="before")
    @classmethod
    def _may_be_a_name(cls, value: Any) -> Any:
        return {"from": value} if isinstance(value, str) else value


class RegisteredTemplate(Section):
    """A text of ours as it is registered with a provider."""

    template: str
    version: int = Field(gt=0)
    language: str = "vi"
    form: int | None = Field(default=None, ge=0)
    """Index of the form in ``templates.yaml``, from 0; None: whichever form the SMS would have."""
    id: str
    """The provider's id."""
    parameters: tuple[ParameterOfTemplate, ...] = ()
    """In the provider's order."""


class ReportSettings(Section):
    """How delivery reports come to the gateway."""

    secret: Secret
    """The last part of the address that the provider calls; nobody else knows it."""
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    """From where the provider calls; empty: from anywhere."""


class Tariffs(Section):
    """Đồng per segment, or per message where the provider counts messages."""

    default: int = Field(ge=0)
    by_operator: Mapping[Operator, int] = Field(default={})

    @model_validator(mode="before")
    @classmethod
    def _operators_stand_beside_the_default(cls, value: Any) -> Any:
        if not isinstance(value, dict) or "by_operator" in value:
            return value
        others = {name: amount for name, amount in value.items() if name != "default"}
        return {name: amount for name, amount in value.items() if name == "default"} | {"by_operator": others}

    def of(self, operator: Operator | None) -> int:
        """Return the đồng for one segment to a number of an operator."""
        return self.default if operator is None else self.by_operator.get(operator, self.default)


class ProviderSettings(Section):
    """What every provider has. A kind adds ``kind: Literal["…"]`` and its own fields."""

    charges_messages: ClassVar[bool] = False
    """Whether tariffs are for a message, whatever its length, and not for a segment."""

    name: ProviderName
    """Under which attempts are recorded; in the address for delivery reports, metrics, chains."""
    timeout_seconds: float = Field(default=10.0, gt=0, le=60)
    """After this an answer counts as lost."""
    per_second: float | None = Field(default=None, gt=0)
    """SMS that the provider takes in a second from all copies together; None: no limit."""
    window: int = Field(default=64, ge=1, le=5000)
    """SMS that one copy hands over to it at the same time."""
    tariffs: Tariffs = Tariffs(default=0)
    templates: tuple[RegisteredTemplate, ...] = ()
    reports: ReportSettings | None = None
    """None: the provider does not call us."""

    @property
    def longest_seconds(self) -> float:
        """After this the handing over of one SMS is cut off."""
        return self.timeout_seconds

    def template_for(
        self, template: str, version: int, language: str, form: int, filled: Sequence[str], *, any_form: bool = False
    ) -> RegisteredTemplate | None:
        """Return the first registered template that fits and whose parameters are all ``filled``; None: none does.

        ``any_form``: where the form itself is not registered, the first other form.
        """
        fitting = [
            one
            for one in self.templates
            if (one.template, one.version, one.language) == (template, version, language)
            and all(parameter.ours in filled for parameter in one.parameters)
        ]
        exact = [one for one in fitting if one.form in {None, form}]
        return next(iter([*exact, *fitting] if any_form else exact), None)

    @model_validator(mode="after")
    def _each_template_once(self) -> Self:
        named = [(one.template, one.version, one.language, one.form, one.id) for one in self.templates]
        if twice := {name for name in named if named.count(name) > 1}:
            raise ValueError(f"the template {min(twice, key=str)[0]} is registered twice under one id")
        return self
