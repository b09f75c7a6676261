"""Where the command line finds the running system: in its environment, and nowhere else."""

from pathlib import Path

import pytest

from ops.console import CommandError
from ops.system import find_system, keys_folder, sms_folder


def test_the_namespace_is_thungan_unless_the_environment_names_another() -> None:
    assert find_system({}).namespace == "thungan"
    assert find_system({"THUNGAN_NAMESPACE": "demo"}).namespace == "demo"


def test_an_address_that_is_not_set_is_named() -> None:
    with pytest.raises(CommandError, match="THUNGAN_BILLING_DATABASE_URL"):
        find_system({}).database_url("billing")
    with pytest.raises(CommandError, match="THUNGAN_GATEWAY_URL"):
        find_system({}).http_urls()


def test_copies_of_a_service_have_numbers() -> None:
    environment = {
        "THUNGAN_GATEWAY_URL": "https://thungan.example/",
        "THUNGAN_BILLING_HTTP_URL": "http://one:8080, http://two:8080/",
        "THUNGAN_NOTIFY_HTTP_URL": "",
    }
    assert find_system(environment).http_urls() == {
        "billing-0": "http://one:8080",
        "billing-1": "http://two:8080",
        "gateway": "https://thungan.example",
    }


def test_folders_are_those_of_the_services_on_this_machine() -> None:
    assert sms_folder({"THUNGAN_SMS_FOLDER": "/var/sms"}) == Path("/var/sms")
    assert sms_folder({"THUNGAN_NAMESPACE": "demo"}) == Path(".local/sms/demo")
    assert keys_folder({}) == Path(".local/keys/thungan")
