"""A provider's nightly script against the API, as a provider would run it: by itself, on a server that listens."""

import csv
import os
import subprocess
import sys
from datetime import UTC, datetime
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from katip.audit.log.sequence import sequence_all
from katip.contracts.models import Contract
from katip.core.actor import OPERATOR
from katip.documents.services.make import documents_make
from katip.processes.models import Outcome
from katip.programs.scopes import Scope
from katip.programs.services.tokens import token_make
from tests.cast import World

SCRIPT = Path(__file__).parents[2] / "examples" / "nightly.py"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def script() -> ModuleType:
    spec = spec_from_file_location("nightly", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    made = module_from_spec(spec)
    sys.modules["nightly"] = made  # dataclasses look their module up
    spec.loader.exec_module(made)
    return made


class Night:
    """The script with its files, and the token that it has."""

    def __init__(self, folder: Path, base: str, token: str) -> None:
        self.folder, self.base, self.token = folder, base, token

    def list_write(self, *rows: tuple[Any, ...]) -> None:
        with (self.folder / "list.csv").open("w", newline="") as file:
            csv.writer(file).writerows([("sgk_number", "code", "professional_id", "minutes"), *rows])

    def run(self, *more: str, token: str | None = None) -> tuple[int, str]:
        files = ["--list", "list.csv", "--documents", "documents", "--state", "state.json"]
        done = subprocess.run(
            [sys.executable, "-I", "-W", "error", str(SCRIPT), "--base", self.base, *files, *more],
            cwd=self.folder,
            env={**os.environ, "KATIP_API_TOKEN": token or self.token},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr


@pytest.fixture
def night(world: World, live_server: Any, tmp_path: Path) -> Night:
    now = datetime.now(UTC)
    made = token_make(actor=world.actor("manager", at=now), at=now, name="Gece", scopes=list(Scope), days=90)
    return Night(tmp_path, live_server.url, made.secret)


def test_the_night_offers_what_is_missing_once_and_fetches_what_is_new(world: World, night: Night, script: Any) -> None:
    now = datetime.now(UTC)
    running = world.active(at=now)
    sequence_all(now)
    specialist, physician = (world.professionals[code].pk for code in (103, 140))
    sgk = world.workplace.sgk_number
    night.list_write((sgk, 103, specialist, 300), (sgk, 140, physician, ""))

    status, told = night.run()
    assert status == 1, told
    assert f"line 2: 300 minutes, in the register {running.minutes} ({world.workplace.title}, 103)" in told
    assert f"line 3: {sgk}, 140: would be offered with --offer" in told
    assert "contract-1-active-1.pdf: not made yet".replace("1", str(running.pk), 1) in told
    assert Contract.objects.count() == 1

    documents_make(actor=OPERATOR, at=now)
    status, told = night.run("--offer")
    assert f"Offered now: 1\n  line 3: {sgk}, 140: 120 minutes" in told
    offered = Contract.objects.latest("pk")
    assert (offered.state, offered.minutes, offered.professional_id) == ("awaiting_professional", 120, physician)
    (fetched,) = (night.folder / "documents").iterdir()
    assert fetched.read_bytes().startswith(b"%PDF-")
    assert f"Documents fetched: 1\n  {fetched.name}" in told

    night.list_write((sgk, 103, specialist, running.minutes), (sgk, 140, physician, ""))
    status, told = night.run("--offer")
    assert (status, Contract.objects.count()) == (0, 2), told
    assert "Offered now: 0" in told
    assert "Documents fetched: 0" in told
    assert "Offers that wait: 1" in told

    # The answer to the offer was lost, and the script was killed: it asks for the same again, under the same key.
    wanted = script.Wanted(3, sgk, 140, physician, None)
    again = script.Api(night.base, night.token).post("/offers", script._body(wanted), script._key(wanted, None))
    assert (again["contract_id"], Contract.objects.count()) == (offered.pk, 2)

    world.decide("physician", offered, at=now, outcome=Outcome.REJECTED, reason="Bu işyerine gidemem.")
    status, told = night.run("--offer")
    assert (status, Contract.objects.count()) == (1, 2)
    assert "Missing, and not offered: 1" in told
    assert "rejected" in told
    names = (world.specialist, world.physician, world.manager)
    assert not any(one.given_name in told or one.national_id in told for one in names)


def test_the_night_does_nothing_where_it_cannot_do_its_work(world: World, night: Night) -> None:
    sgk = world.workplace.sgk_number
    night.list_write((sgk, 103, world.professionals[103].pk, ""))
    status, told = night.run("--offer", token="katip-api-wrong")
    assert (status, "unknown_token" in told) == (2, True)
    assert night.run("--base", "http://katip.example.org")[0] == 2
    night.list_write((sgk, 103, 1, ""), (sgk[:25], 103, 1, ""))
    status, told = night.run("--offer")
    assert (status, "line 3" in told) == (2, True)
    night.list_write((sgk, 103, 1, ""), (sgk, 103, 1, "240"))
    assert "twice" in night.run("--offer")[1]
    assert not Contract.objects.exists()
