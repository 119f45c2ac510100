"""The second lock alone: the application lets everybody in, and PostgreSQL shows a stranger nothing all the same.

The application takes whoever is signed in for a party, asks no mandate and looks for nobody's side: every check of its
own says yes. PostgreSQL is told who it really is. The permission matrix is gone through so, each route by GET and POST
with numbers that exist: no name of the parties' may come back, and nothing of theirs may change. Told that it is the
party, the same pages show the names: the proof that it is not the pages that are silent.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.db.models import Value
from django.http import HttpResponse
from django.urls import reverse

from katip.contracts.models import Contract, OfferDraft, OfferSheet, Undertaking
from katip.contracts.selectors import minutes_now
from katip.core.actor import OPERATOR
from katip.core.rows import FOREIGN, rows_wanted
from katip.core.usecase import acting_as
from katip.documents.guide.models import GuideLink
from katip.documents.models import Document, DocumentFile
from katip.identity.models import Person
from katip.keeping.models import DataRequest
from katip.notices.models import HookDelivery, HookSubscription, Notice, Objection
from katip.processes.models import Process
from katip.programs.models import ApiToken
from katip.registry.models import Mandate, Payment, StaffContract
from katip.runs.models import Run, RunRow
from katip.runs.receipts.models import RunReceipt
from katip.updates.models import Digest, MonthRun
from katip.web.acting import chosen
from tests.cast import World, entered, world_make
from tests.undo import undone
from tests.web.test_permissions import ROLES, ROWS, TICKED, form_for, numbers

NOW = datetime.now(UTC)
SOON = NOW + timedelta(days=30)
SECRET = "Gizliad"
"""the family name of everybody but the stranger, and what stands in every text of theirs"""
PARTIES = ("owner", "manager", "specialist")
OWN = (
    "audit_",
    "django_session",
    "usersessions_",
    "cache_",
    "identity_",
    "mfa_",
    "procrastinate_",
    "documents_checktally",
)
"""what a person who asks leaves behind of their own: sessions, events, counters"""
SHOWS = {"owner": 11, "manager": 20, "specialist": 3}
"""how many routes at least show the parties' names to the party"""


_DOOR = ("account_log", "factor", "passkey", "step_up", "second_step", "chip", "activation", "session_")


def matrix(role: str) -> list[tuple[str, str]]:
    """What may show a party something: neither what is alike for everybody, nor the door, nor another capacity's."""
    column = ROLES.index(role)
    return [
        (route, method)
        for route, method, *cells in ROWS
        if len(set(cells)) > 1 and cells[column] not in {"403", "405"} and not route.startswith(_DOOR)
    ]


def everywhere(stack: ExitStack, function: Callable[..., Any], instead: Callable[..., Any]) -> None:
    """Put `instead` in the place of `function` in every module that knows it."""
    import sys

    name = function.__name__
    for module in [one for one in list(sys.modules.values()) if one.__name__.startswith("katip.")]:
        if getattr(module, name, None) is function:
            stack.enter_context(patch.object(module, name, instead))


@contextmanager
def checks_off() -> Iterator[None]:
    """The application's own checks say yes: mandates, the capacity chosen, whose side a process or contract has."""
    from katip.contracts.seen import contract_seen
    from katip.processes.selectors import process_seen
    from katip.registry.permissions import manages, mandates_held

    chosen_read = chosen.chosen_read

    def chosen_anyway(request: Any) -> Any:
        with acting_as(OPERATOR):
            return chosen_read(request)

    def process_any(_person: int, process_id: int, _at: datetime, *, related: Any = ()) -> Process | None:
        found = Process.objects.select_related(*related, "workplace__province", "provider__province", "created_by")
        yes = {f"sees_as_{side}": Value(value=True) for side in ("employer", "provider", "person")}
        return found.annotate(**yes).filter(pk=process_id).first()

    def contract_any(_person: int, contract_id: int, at: datetime) -> Contract | None:
        yes = {f"sees_as_{side}": Value(value=True) for side in ("employer", "provider", "professional")}
        found = Contract.objects.annotate(**yes, sees_as_official=Value(value=False), minutes_now=minutes_now(at))
        related = "process__created_by", "certificate", "professional__person", "provider__province", "ended_by"
        return found.select_related(*related, "workplace__province", "predecessor").filter(pk=contract_id).first()

    with ExitStack() as stack:
        everywhere(stack, mandates_held, lambda _actor, workplace_ids, _at: set(workplace_ids))
        everywhere(stack, manages, lambda *_: True)
        everywhere(stack, chosen_read, chosen_anyway)
        everywhere(stack, process_seen, process_any)
        everywhere(stack, contract_seen, contract_any)
        yield


@contextmanager
def really(person_id: int) -> Iterator[None]:
    """PostgreSQL is told that it is this person who acts, whomever the application takes them for."""

    def told(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "katip_reach(" in sql:
            params = [str(person_id), *params[1:3], person_id, *params[4:]]
        return execute(sql, params, many, context)

    with connection.execute_wrapper(told):
        yield


@pytest.fixture
def parties(db: None) -> World:
    """The cast, all of whom but the stranger bear a name by which they are found again."""
    del db
    world = world_make()
    Person.objects.exclude(pk=world.stranger.pk).update(family_name=SECRET)
    return world


@pytest.fixture
def contract(parties: World) -> Contract:
    parties.active(140, at=NOW - timedelta(days=2))
    return parties.accepted(at=NOW)


@pytest.fixture
def there(parties: World, contract: Contract) -> dict[str, list[Any]]:
    """By the beginning of a route's name, the numbers of what the parties have."""
    owner, manager, provider, workplace = parties.owner, parties.manager, parties.provider, parties.workplace
    run = Run.objects.create(kind="decide", person=owner, shown_hash="0" * 64, total=1, made_at=NOW, state="done")
    RunRow.objects.create(
        run=run, no=1, subject_id=contract.process_id, capacity="workplace", organisation_id=workplace.pk
    )
    RunReceipt.objects.create(run=run, no=1, first_no=1, last_no=1, code="3" * 20, due_at=NOW)
    people = {"made_by": manager, "made_at": NOW, "expires_at": SOON}
    token = ApiToken.objects.create(provider=provider, name=SECRET, prefix="x", secret_hash="1" * 64, **people)
    link = GuideLink.objects.create(
        provider=provider, workplace=workplace, token_key="2" * 64, token_sealed=b"x", **people
    )
    kept = {"secret_sealed": b"x", "secret_at": NOW, "state_at": NOW, "made_at": NOW, "keeper": manager}
    hook = HookSubscription.objects.create(provider=provider, url=f"https://ornek.com.tr/{SECRET}", **kept)
    moments = {"at": NOW, "due_at": NOW, "since": NOW}
    sent = HookDelivery.objects.create(subscription=hook, kind="test", data={"secret": SECRET}, **moments)
    asked = DataRequest.objects.create(person=owner, right="a", text=SECRET, made_at=NOW, due_on=date(2999, 1, 1))
    month = MonthRun.objects.create(period=date(2025, 5, 1), planned_at=NOW, mark=NOW)
    digest = Digest.objects.create(run=month, person=owner, body={}, made_at=NOW)
    drawn = {"created_by": manager, "created_at": NOW}
    draft = OfferDraft.objects.create(provider=provider, code=103, updated_at=NOW, **drawn)
    sheet = OfferSheet.objects.create(provider=provider, file_name=SECRET, file_hash="0" * 64, rows=[], **drawn)
    document = Document.objects.filter(contract__workplace=workplace).first()
    if document is not None:
        DocumentFile.objects.create(
            document=document, sha256="4" * 64, content=SECRET.encode(), sealed_at=NOW, level="B-B", key_id="x"
        )
    Notice.objects.create(
        person=owner, kind="x", at=NOW, capacity="workplace", detail={"name": SECRET}, once_key=SECRET
    )
    money = {"reference": "1", "paid_on": date(2025, 5, 1), "amount": 1, "state": "paid"}
    Payment.objects.create(workplace=workplace, description=SECRET, counterparty=SECRET, **money)
    proof = {"proof_method": "totp", "proof_at": NOW}
    Objection.objects.create(provider=provider, workplace=workplace, person=owner, at=NOW, **proof)
    training = {"training_no": SECRET, "training_on": date(2025, 1, 1), "minutes": 1, "created_at": NOW}
    done = Contract.objects.exclude(pk=contract.pk).get().process
    made = Undertaking.objects.create(workplace=workplace, person=owner, process=done, quality="employer", **training)
    return {
        "run_receipt": [run.pk, 1],
        "run_": [run.pk],
        "run": [run.pk],
        "data_request_": [asked.pk],
        "data_request": [asked.pk],
        "program_": [token.pk],
        "hook_delivery": [hook.pk, sent.pk],
        "hook": [hook.pk],
        "month_digest": [digest.pk],
        "guide_close": [link.pk],
        "offer_sheet": [sheet.pk],
        "offer": [draft.pk],
        "undertaking_end": [made.pk],
        "staff_end": [StaffContract.objects.filter(provider=provider)[0].pk],
        "manager_end": [Mandate.objects.get(person=manager).pk],
    }


@dataclass
class Asking:
    """One browser that asks the parties' pages, each as if it were the first."""

    world: World
    role: str
    contract: Contract
    there: dict[str, list[Any]]

    def __post_init__(self) -> None:
        self.client = entered(self.world, self.role)
        self.client.raise_request_exception = False
        self.cookies = deepcopy(self.client.cookies)
        self.own = f"{getattr(self.world, self.role).given_name} {SECRET}"

    def told(self, route: str, method: str) -> bool:
        """Whether the answer names anybody but the one whom the header calls by their name."""
        self.client.cookies = deepcopy(self.cookies)
        return SECRET in content(self._ask(route, method)).replace(self.own, "")

    def _ask(self, route: str, method: str) -> HttpResponse:
        arguments = numbers(route, self.world, self.contract)
        if arguments:
            known = (self.there[name] for name in self.there if route.startswith(name))
            arguments = next((found for found in known if len(found) == len(arguments)), arguments)
        url = reverse(route, args=arguments)
        if method == "GET":
            return self.client.get(url, {"surec": self.contract.process_id} if route in TICKED else {})  # type: ignore[return-value] # the client's stands for it
        return self.client.post(url, form_for(route, self.world, self.contract))  # type: ignore[return-value] # as above


def tables() -> list[str]:
    return sorted(table for table in rows_wanted().keys() - FOREIGN.keys() if not table.startswith(OWN))


def touched() -> dict[str, int]:
    """How many rows of each table the transaction has written so far, taken back or not; PostgreSQL's own count."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables WHERE relname = ANY(%s)",
            [tables()],
        )
        return dict(cursor.fetchall())


@contextmanager
def quiet() -> Iterator[None]:
    """A page that finds nothing where its own checks promised something may fail; it may not tell anything."""
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def content(response: HttpResponse) -> str:
    parts = response.streaming_content if response.streaming else [response.content]  # type: ignore[attr-defined] # then it has one
    return b"".join(parts).decode(errors="replace")


@pytest.fixture
def asking(parties: World, contract: Contract, there: dict[str, list[Any]], request: Any) -> Asking:
    return Asking(parties, request.param, contract, there)


@pytest.mark.parametrize("asking", PARTIES, indirect=True)
def test_a_stranger_taken_for_a_party_gets_nothing(asking: Asking) -> None:
    told, written = [], []
    with checks_off(), quiet():
        for route, method in matrix(asking.role):
            before = touched()
            with undone(), really(asking.world.stranger.pk):
                if asking.told(route, method):
                    told.append((route, method))
            after = touched()
            if after != before:
                written.append((route, method, sorted(name for name in after if after[name] != before[name])))
    assert (told, written) == ([], [])


@pytest.mark.parametrize("asking", PARTIES, indirect=True)
def test_the_same_pages_show_it_to_the_party(asking: Asking) -> None:
    shown = set()
    with checks_off(), quiet():
        for route, method in matrix(asking.role):
            if method == "GET":
                with undone():
                    if asking.told(route, method):
                        shown.add(route)
    assert len(shown) >= SHOWS[asking.role], sorted(shown)
