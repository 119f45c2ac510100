"""The operator's command: what it says when the database is not ready for it."""

from typing import Any

import pytest
from click.testing import CliRunner
from django.db import ProgrammingError, connection

from katip.cli import account
from katip.cli.main import main

pytestmark = pytest.mark.django_db


def says(monkeypatch: pytest.MonkeyPatch, statement: str) -> Any:
    def asks() -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)

    monkeypatch.setattr(account, "person_ask", asks)
    return CliRunner().invoke(main, ["account", "revoke"])


@pytest.mark.parametrize("statement", ["SELECT * FROM not_there_yet", "SELECT not_there_yet FROM identity_person"])
def test_a_database_of_another_shape_is_said_in_a_sentence(monkeypatch: pytest.MonkeyPatch, statement: str) -> None:
    result = says(monkeypatch, statement)
    assert result.exit_code == 1
    assert "Bring it there first: katip migrate" in result.output


def test_a_fault_of_ours_stays_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(says(monkeypatch, "SELEC 1").exception, ProgrammingError)
