import pytest

from shared.errors import SettingError
from shared.setting_errors import examine_settings
from tests.unit.test_settings import NEEDED, SECRETS


def test_usable_settings_have_no_errors() -> None:
    examined = examine_settings({**NEEDED, **SECRETS})

    assert examined.errors == ()
    examined.check("")


def test_every_setting_that_is_wrong_is_named_once() -> None:
    examined = examine_settings(
        {
            "AZURE_DEVOPS_PROJECT": "a/b",
            "AZURE_DEVOPS_PAT": "has a space",
            "AzureWebJobsStorage": "nonsense",
            "BACKUP_SCHEDULE": "* * *",
            "RUN_RETRIES": "many",
        }
    )

    assert sorted(error.setting for error in examined.errors) == [
        *("AZURE_DEVOPS_ORG_URL", "AZURE_DEVOPS_PAT", "AZURE_DEVOPS_PROJECT"),
        *("AZURE_DEVOPS_REPOSITORY", "AzureWebJobsStorage", "BACKUP_SCHEDULE"),
        *("DATABRICKS_HOST", "RUN_RETRIES"),
    ]


def test_what_is_not_wrong_can_be_used() -> None:
    examined = examine_settings({**NEEDED, "BACKUP_ROOTS": "/a", "LOG_LEVEL": "loud"})

    assert examined.settings.scope.roots == ("/a",)
    assert examined.settings.databricks.host == NEEDED["DATABRICKS_HOST"]


def test_what_is_wrong_keeps_only_those_who_need_it() -> None:
    examined = examine_settings({**NEEDED, "DATABRICKS_HOST": ""})

    examined.check("AZURE_DEVOPS_", "AzureWebJobsStorage")
    with pytest.raises(SettingError, match="DATABRICKS_HOST is missing"):
        examined.check("AZURE_DEVOPS_", "DATABRICKS_HOST")


@pytest.mark.parametrize("name", SECRETS)
def test_the_value_of_a_secret_that_cannot_be_used_is_not_shown(name: str) -> None:
    value = "very secret words"

    examined = examine_settings({**NEEDED, name: value})

    assert [error.setting for error in examined.errors] == [name]
    assert value not in str(examined.errors)
