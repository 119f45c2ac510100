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
        yield SimpleNamespace(poll=lambda: 0)

    monkeypatch.setattr(serve, "sweeping", nullcontext)

    for name, stand_in in (
        ("web_run", web_run),
        ("hands_run", lambda _count: nullcontext(SimpleNamespace(tend=list))),
        ("sequencing", nullcontext),
        ("signals_set", list),
        ("stop_at_pauses", lambda _seconds: None),
        ("ready_await", lambda *_: None),
    ):
        monkeypatch.setattr(serve, name, stand_in)
    monkeypatch.setattr("django.core.management.call_command", lambda *_, **__: None)
    Session.objects.create(session_key="expired", session_data="x", expire_date=AT)
    answer = CliRunner().invoke(serve.command)
    assert "The web server ended by itself" in answer.output
    assert left == [0]


@pytest.mark.parametrize(("asked", "company"), [([], ["hands 1", "sweeping", "sequencing", "sending"]),
                                                (["--hands", "0"], ["hands 0", "sweeping", "sequencing", "sending"]),
                                                (["--web-only"], ["hands 0"])])  # fmt: skip
def test_pages_alone_are_served_without_anything_else(
    monkeypatch: pytest.MonkeyPatch, asked: list[str], company: list[str]
) -> None:
    """A web node starts while the database is away: nothing here may ask it."""
    begun: list[str] = []

    def noted(name: str) -> Any:
        @contextmanager
        def block(*given: Any) -> Any:
            begun.append(" ".join([name, *map(str, given)]))
            yield SimpleNamespace(tend=list)

        return block

    for name, stand_in in (
        ("web_run", lambda *_, **__: nullcontext(SimpleNamespace())),
        ("hands_run", noted("hands")),
        ("sweeping", noted("sweeping")),
        ("sequencing", noted("sequencing")),
        ("sending", noted("sending")),
        ("signals_set", list),
        ("stop_at_pauses", lambda _seconds: None),
        ("ready_await", lambda *_: None),
        ("beside", lambda *_: 7),
        ("_clear", list),
    ):
        monkeypatch.setattr(serve, name, stand_in)
    monkeypatch.setattr("django.core.management.call_command", lambda *_, **__: None)
    answer = CliRunner().invoke(serve.command, asked)
    assert "The web server ended by itself (status 7)" in answer.output
    assert begun == company


def test_pages_alone_have_no_hands() -> None:
    answer = CliRunner().invoke(serve.command, ["--web-only", "--hands", "2"])
    assert answer.exit_code == 2
    assert "--web-only has no hands" in answer.output
