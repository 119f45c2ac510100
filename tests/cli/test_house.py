"""Who is the house: a process that would find nobody's rows does not begin, and no old right outlives the finish."""

from typing import Any

import pytest
from click import ClickException
from django.conf import settings

from katip.cli.main import house_require
from katip.core.environment import Environment
from katip.keeping.destroying import SIGNATURE, right_due, right_take
from tests.conftest import owner_connect

POOLED = {"database_url": "postgresql://katip_app:x@localhost/katip", "database_prepare": False}


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({}, False),
        (POOLED, True),
        (POOLED | {"database_prepare": True}, False),
        (POOLED | {"database_work_url": "postgresql://katip_work:x@localhost/katip"}, False),
    ],
)
def test_behind_a_pooler_the_house_has_a_login_of_its_own(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, Any], refused: bool
) -> None:
    monkeypatch.setattr(settings, "KATIP", Environment(**given))
    if refused:
        with pytest.raises(ClickException, match="KATIP_DATABASE_WORK_URL is not set"):
            house_require()
    else:
        house_require()


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_the_right_to_destroy_is_left_to_the_house_by_finishing() -> None:
    assert right_due("owner") == []
    with owner_connect() as owner:
        owner.execute(f"GRANT EXECUTE ON FUNCTION {SIGNATURE} TO {settings.KATIP_LOGINS.application}".encode())
    assert right_due("owner") == ["keeping_destroy"]
    right_take("owner")
    assert right_due("owner") == []
