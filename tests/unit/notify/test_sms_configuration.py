from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest

from services.notify.providers.configuration import ConfigurationError, SmsConfiguration, load_configuration
from services.notify.providers.routes import chains_of, terms_of
from services.notify.settings import NotifySettings
from services.notify.texts.template_file import load_templates
from services.notify.texts.templates import fields_of
from shared.clock import VIETNAM
from shared.phones import Operator

ESMS = """
providers:
  - kind: esms
    name: esms
    api_key: {env: ESMS_KEY}
    secret_key: {file: secret.txt}
    brandname: CAMAUPC
    tariffs: {default: 700, viettel: 650}
  - {kind: sandbox, name: paper}
"""


def configuration(folder: Path, text: str) -> SmsConfiguration:
    (folder / "sms.yaml").write_text(text, encoding="utf-8")
    return load_configuration(folder / "sms.yaml")


def fault(folder: Path, text: str) -> str:
    with pytest.raises(ConfigurationError) as error:
        configuration(folder, text)
    return str(error.value).removeprefix(str(folder / "sms.yaml"))


def test_a_segment_costs_what_the_operator_of_the_number_costs(tmp_path: Path) -> None:
    tariffs = configuration(tmp_path, ESMS).providers[0].tariffs

    assert (tariffs.of(Operator.VIETTEL), tariffs.of(Operator.MOBIFONE), tariffs.of(None)) == (650, 700, 700)


def test_a_provider_is_handed_as_many_sms_at_once_as_its_window_has_places(tmp_path: Path) -> None:
    smpp = "{{kind: smpp, name: {}, host: smsc, system_id: a, password: {{env: A}}, source: DIENLUC{}}}"
    providers = [smpp.format("a", ""), smpp.format("b", ", window: 8"), "{kind: sandbox, name: c, window: 3}"]
    text = "".join(f"\n- {one}" for one in [*providers, "{kind: sandbox, name: d}"])

    terms = terms_of(configuration(tmp_path, f"providers:{text}"))

    assert {name: one.window for name, one in terms.items()} == {"a": 32, "b": 8, "c": 3, "d": 64}


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        (ESMS.replace("brandname: CAMAUPC", "brandnam: X"), ", line 3, providers.1.brandname: Field required"),
        (ESMS.replace("esms\n", "esmss\n", 1), ", line 3, providers.1: "),
        (ESMS.replace("viettel: 650", "vietel: 650"), ", line 8, providers.1.tariffs.vietel: "),
        (ESMS.replace("name: paper", "name: esms"), ", line 2, providers: two providers are named esms"),
        (ESMS + "chains: [{steps: [esms, vnpt]}]", ", line 10, chains: no provider is named vnpt"),
        (ESMS + "chains: [{steps: [{cheapest: [esms, vnpt]}]}]", ", line 10, chains: no provider is named vnpt"),
        (ESMS + "budget: {daily: 0}", ", line 10, budget.daily: "),
        (ESMS.replace("    name: esms\n", "    name: esms\n    name: b\n"), ", line 5, name: stands there twice"),
        ("providers: [", ", line 1: it is not YAML"),
        ("", ", line 1: "),
    ],
)
def test_a_wrong_file_is_refused_with_line_and_field(tmp_path: Path, wrong: str, place: str) -> None:
    found = fault(tmp_path, wrong)

    assert found.startswith(place)
    assert "\n" not in found


def test_a_secret_written_into_the_file_is_refused_and_not_repeated(tmp_path: Path) -> None:
    found = fault(tmp_path, ESMS.replace("{env: ESMS_KEY}", "8D6FA1B2"))

    assert "line 5, providers.1.api_key" in found
    assert "8D6FA1B2" not in found


def test_secrets_come_from_the_environment_or_a_file_beside_the_configuration_and_are_shown_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ESMS_KEY", "key-8D6F")
    (tmp_path / "secret.txt").write_text("secret-A1B2\n", encoding="utf-8")
    (tmp_path / "sms.yaml").write_text(ESMS, encoding="utf-8")
    read = load_configuration(tmp_path / "sms.yaml", with_secrets=True)

    assert "8D6F" not in repr(read)
    assert "A1B2" not in repr(read)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (ESMS, "line 5, providers.1.api_key: the environment variable ESMS_KEY holds no secret"),
        (ESMS.replace("env: ESMS_KEY", "file: none.txt"), "line 5, providers.1.api_key: the secret's file "),
        (
            ESMS.replace("{env: ESMS_KEY}", "{env: PRESENT}").replace("{file: secret.txt}", "{env: PRESENT}")
            + "    reports: {secret: {env: ESMS_REPORTS}}\n",
            "line 11, providers.2.reports.secret: the environment variable ESMS_REPORTS holds no secret",
        ),
    ],
)
def test_a_service_whose_secret_is_missing_names_the_line_the_field_and_the_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, place: str
) -> None:
    monkeypatch.setenv("PRESENT", "8D6F")
    monkeypatch.delenv("ESMS_KEY", raising=False)
    file = tmp_path / "sms.yaml"
    file.write_text(text.replace("{kind: sandbox, name: paper}", "kind: sandbox\n    name: paper"), encoding="utf-8")

    with pytest.raises(ConfigurationError) as error:
        load_configuration(file, with_secrets=True)

    assert str(error.value).startswith(f"{file}, {place}")


def providers(read: SmsConfiguration, kind: str, operator: Operator, hour: int) -> set[tuple[str, ...]]:
    """Return the orders in which messages go to providers."""
    moment = datetime(2026, 11, 22, hour, tzinfo=VIETNAM)
    return {chains_of(read).order(kind, operator, moment, UUID(int=number)) for number in range(100)}


def test_the_first_chain_that_fits_kind_operator_and_hour_is_taken(tmp_path: Path) -> None:
    read = configuration(
        tmp_path,
        ESMS
        + """
chains:
  - {kinds: [away], operators: [viettel], hours: {from: 07:00, to: 12:00}, steps: [paper]}
  - {kinds: [away], steps: [{esms: 3, paper: 1}]}
""",
    )

    assert providers(read, "away", Operator.VIETTEL, 7) == {("paper",)}
    assert providers(read, "away", Operator.VIETTEL, 12) == {("esms", "paper"), ("paper", "esms")}
    assert providers(read, "away", Operator.MOBIFONE, 7) == {("esms", "paper"), ("paper", "esms")}
    assert providers(read, "receipt", Operator.VIETTEL, 7) == {("esms", "paper")}


def test_the_cheapest_for_the_customers_operator_is_asked_first(tmp_path: Path) -> None:
    read = configuration(
        tmp_path,
        """
providers:
  - {kind: sandbox, name: a, tariffs: {default: 850, viettel: 780}}
  - {kind: sandbox, name: b, tariffs: {default: 800}}
  - {kind: sandbox, name: c, tariffs: {default: 850, vinaphone: 800}}
chains: [{steps: [{cheapest: [a, b, c]}]}]
""",
    )

    assert providers(read, "away", Operator.VIETTEL, 7) == {("a", "b", "c")}
    assert providers(read, "away", Operator.VINAPHONE, 7) == {("b", "c", "a"), ("c", "b", "a")}


def test_without_a_file_the_providers_of_the_settings_are_used() -> None:
    settings = NotifySettings.model_validate({"amqp_url": "amqp://x", "database_url": "postgresql://x"})

    assert [provider.name for provider in settings.configuration().providers] == ["sandbox"]


def test_the_example_of_the_runbook_is_right_and_holds_every_kind_of_provider_over_http() -> None:
    read = load_configuration(Path("docs/runbooks/sms-providers.example.yaml"))

    assert [provider.kind for provider in read.providers] == ["zalo", "esms", "speedsms", "template_api", "generic"]
    assert providers(read, "away", Operator.VIETTEL, 8) == {
        ("zalo", "esms", "nha_mang", "vnpt"),
        ("zalo", "nha_mang", "esms", "vnpt"),
    }
    assert read.budget.daily == 2_000_000


def test_where_the_provider_has_the_text_another_form_that_is_registered_is_taken() -> None:
    vnpt = load_configuration(Path("docs/runbooks/sms-providers.example.yaml")).providers[3]
    filled = ["unit", "date", "customer_code", "period", "amount", "collector_name", "collector_phone"]

    def chosen(form: int, *more: str, any_form: bool) -> str | None:
        found = vnpt.template_for("away", 1, "vi", form, [*filled, *more], any_form=any_form)
        return None if found is None else found.id

    assert [chosen(form, "appointment", any_form=True) for form in (0, 1, 2)] == ["50122", "50123", "50122"]
    assert chosen(0, any_form=True) == "50123"
    assert (chosen(2, "appointment", any_form=False), chosen(0, any_form=False)) == (None, None)


def test_a_zalo_message_costs_the_same_whatever_its_length() -> None:
    terms = terms_of(load_configuration(Path("docs/runbooks/sms-providers.example.yaml")))

    assert [terms["zalo"].cost(None, segments) for segments in (1, 2)] == [300, 300]
    assert [terms["esms"].cost(None, segments) for segments in (1, 2)] == [850, 1700]


def test_every_registered_template_of_the_example_is_one_of_ours_with_parameters_that_it_has() -> None:
    read = load_configuration(Path("docs/runbooks/sms-providers.example.yaml"))
    ours = load_templates().by_name
    for provider in read.providers:
        for entry in provider.templates:
            template = ours[entry.template]
            forms = (*template.forms[entry.language], *template.invoice_forms.get(entry.language, ()))
            known = set().union(*map(fields_of, forms if entry.form is None else [forms[entry.form]]))

            assert entry.version == template.version
            assert {parameter.ours for parameter in entry.parameters} <= known
