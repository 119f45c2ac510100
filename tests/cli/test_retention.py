"""`katip retention`."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner

from katip.cli.retention import command
from katip.identity.models import NoticeKind, SecurityNotice
from tests.cast import person

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    return CliRunner().invoke(command, list(words)).output


def test_what_is_due_is_told_destroyed_and_logged() -> None:
    SecurityNotice.objects.create(
        person=person(1, "Deniz"), kind=NoticeKind.PROOFED, at=datetime.now(UTC) - timedelta(days=900)
    )
    assert "1 rows are due; nothing was destroyed." in run("run", "--dry-run")
    assert SecurityNotice.objects.exists()
    assert "1 rows destroyed." in run("run")
    assert not SecurityNotice.objects.exists()
    assert "notice" in run("log")


def test_a_changed_setting_is_put_in_force_first(settings: Any) -> None:
    settings.KATIP = settings.KATIP.model_copy(update={"keep": {"notice": "never"}})
    assert "katip migrate" in run("run")
    assert "never destroyed: set so" in run("list")
    assert "waits for the operator (proposed: 15 years)" in run("list")
