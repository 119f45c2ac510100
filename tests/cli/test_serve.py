"""`katip serve`: what it does before the web processes start."""

from contextlib import contextmanager, nullcontext
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner
from django.contrib.sessions.models import Session

from katip.cli import serve
from tests.cast import AT


@pytest.mark.django_db(transaction=True)
def test_sessions_whose_time_is_over_are_deleted_before_anything_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[int] = []

    @contextmanager
    def web_run(*_: Any, **__: Any) -> Any:
        left.append(Session.objects.count())
        yield SimpleNamespace(wait=lambda _timeout: 0)

    monkeypatch.setattr(serve, "sweeping", nullcontext)

    for name, stand_in in (
        ("web_run", web_run),
        ("hands_run", lambda _count: nullcontext(SimpleNamespace(tend=list))),
        ("sequencing", nullcontext),
        ("signals_set", list),
        ("ready_await", lambda *_: None),
    ):
        monkeypatch.setattr(serve, name, stand_in)
    monkeypatch.setattr("django.core.management.call_command", lambda *_, **__: None)
    Session.objects.create(session_key="expired", session_data="x", expire_date=AT)
    answer = CliRunner().invoke(serve.command)
    assert "The web server ended by itself" in answer.output
    assert left == [0]
