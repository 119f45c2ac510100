"""What people see while the database is away, and that nothing is lost or taken twice by it."""

from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any
from unittest.mock import patch

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DataError, InterfaceError, InternalError, OperationalError, connection
from django.test import Client
from django.urls import reverse
from psycopg.errors import AdminShutdown, InvalidTransactionState, QueryCanceled, ReadOnlySqlTransaction

from katip.processes.models import Decision, Outcome
from katip.processes.services.complete import steps_complete
from katip.web.away import AGAIN_SECONDS, is_away
from katip.web.once import REPEATED
from tests.cast import World, decision, entered

pytestmark = pytest.mark.django_db


class _Form(HTMLParser):
    """The form of a page that holds the field of repetition: where it goes, and what it sends."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action, self.fields = "", {}  # type: str, dict[str, list[str]]
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an address or a field."""
        known = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action, self.fields = known.get("action", ""), {}
        if tag == "input" and known.get("type") == "hidden":
            self.fields.setdefault(known["name"], []).append(known.get("value", ""))


def away(*_: Any) -> Any:
    """No statement reaches a database."""
    raise OperationalError("server closed the connection unexpectedly")


def asked(client: Client, method: str, address: str, data: dict[str, Any] | None = None) -> Any:
    """The answer while no statement reaches a database."""
    client.raise_request_exception = False
    with connection.execute_wrapper(away):
        return getattr(client, method)(address, data)


@pytest.mark.parametrize("name", ["contracts", "home", "capacity"])
def test_a_page_that_only_reads_asks_again_by_itself(world: World, name: str) -> None:
    answer = asked(entered(world, "owner"), "get", f"{reverse(name)}?ara=a")
    assert (answer.status_code, answer["Retry-After"], answer["Refresh"]) == (503, str(AGAIN_SECONDS), "5")
    assert answer["Cache-Control"] == "no-store"
    page = answer.content.decode()
    assert "Kayıt birazdan yanıt verecek" in page
    assert f'href="{reverse(name)}?ara=a"' in page
    assert REPEATED not in page


def test_whatever_else_goes_wrong_is_an_error_of_ours(world: World) -> None:
    def broken(*_: Any) -> Any:
        raise DataError

    client = entered(world, "owner")
    client.raise_request_exception = False
    with connection.execute_wrapper(broken):
        assert client.get(reverse("contracts")).status_code == 500


def test_a_server_that_became_a_standby_is_away_too() -> None:
    def caused(error: Exception, cause: Exception) -> Exception:
        error.__cause__ = cause
        return error

    assert is_away(InterfaceError())
    assert is_away(caused(InternalError(), ReadOnlySqlTransaction()))
    assert is_away(caused(OperationalError(), AdminShutdown()))
    assert not is_away(caused(OperationalError(), QueryCanceled()))  # too slow is not away
    assert not is_away(caused(InternalError(), InvalidTransactionState()))
    assert not is_away(ValueError())
    assert not is_away(None)


@pytest.mark.parametrize("committed", [True, False], ids=["after the commit", "before it"])
def test_a_decision_whose_answer_was_lost_is_sent_again_and_stands_once(world: World, *, committed: bool) -> None:
    contract = world.accepted(at=datetime.now(UTC))
    seen = decision(contract)
    typed = {"read": "on", "version": seen.version, "terms_hash": seen.terms_hash}
    client = entered(world, "owner")
    client.raise_request_exception = False

    def lost(**asked: Any) -> Any:
        if committed:
            steps_complete(**asked)
        raise OperationalError("server closed the connection unexpectedly")

    address = reverse("step_complete", args=[contract.process_id])
    before = Decision.objects.count()
    with patch("katip.web.processes.at_once.steps_complete", lost):
        answer = client.post(address, typed)
    assert answer.status_code == 503
    assert "Refresh" not in answer.headers
    form = _Form(answer.content.decode())
    assert form.action == address
    assert form.fields == {name: [str(value)] for name, value in typed.items()} | {REPEATED: ["1"]}
    again = client.post(form.action, form.fields)
    assert again["Location"] == reverse("step_result", args=[contract.process_id])
    assert Decision.objects.count() == before + 1
    assert "başarıyla" in client.get(again["Location"]).content.decode()


def test_repeating_never_hides_that_somebody_else_decided_otherwise(world: World) -> None:
    contract = world.accepted(at=datetime.now(UTC))
    seen = decision(contract)
    refused = {"outcome": Outcome.REJECTED, "reason": "Başka bir OSGB ile anlaştık."}
    world.decide("owner", contract, at=datetime.now(UTC), **refused)
    typed = {"read": "on", "version": seen.version, "terms_hash": seen.terms_hash, REPEATED: "1"}
    answer = entered(world, "owner").post(reverse("step_complete", args=[contract.process_id]), typed)
    assert answer.status_code == 409


def test_several_decisions_whose_answer_was_lost_are_found_recorded(world: World) -> None:
    both = [world.accepted(code, at=datetime.now(UTC)) for code in (103, 140)]
    typed: dict[str, Any] = {
        "surec": [one.process_id for one in both],
        "seen": [f"{one.process_id}:{decision(one).version}:{decision(one).terms_hash}" for one in both],
        "read_0": "on",
    }
    client = entered(world, "owner")
    assert client.post(reverse("steps_together"), typed)["Location"].startswith(reverse("steps_done"))
    again = client.post(reverse("steps_together"), typed | {REPEATED: "1"})
    assert again["Location"].startswith(reverse("steps_done"))
    assert client.get(again["Location"]).status_code == 200
    assert Decision.objects.count() == 4


@pytest.mark.parametrize(
    "typed",
    [
        {"login": "10000000146", "password": "sır-tutulur-1"},
        {"dosya": SimpleUploadedFile("teklif.csv", b"a;b")},
    ],
    ids=["a secret", "a file"],
)
def test_secrets_and_files_are_not_shown_again(typed: dict[str, Any]) -> None:
    answer = asked(Client(), "post", reverse("account_login"), typed)
    page = answer.content.decode()
    assert answer.status_code == 503
    assert "sır-tutulur" not in page
    assert "10000000146" not in page
    assert REPEATED not in page
    assert "Bir önceki sayfaya dönüp yeniden yazın" in page


def test_a_program_is_told_to_send_the_same_again(world: World) -> None:
    answer = asked(Client(headers={"Authorization": "Bearer katip_x"}), "get", "/api/v1/contracts")
    assert (answer.status_code, answer.json()["code"]) == (503, "away")
    assert answer["Retry-After"] == str(AGAIN_SECONDS)
