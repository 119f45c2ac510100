"""`katip breach`: whom a misused account was shown."""

import csv
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from katip.audit.models import Event, Look
from katip.cli.breach import command
from tests.cast import AT, World

pytestmark = pytest.mark.django_db


def look(person_id: int, actor_id: int, days: int = 0, event_id: int = 1) -> None:
    Look.objects.create(
        person_id=person_id,
        event_id=event_id,
        at=AT + timedelta(days=days),
        actor_id=actor_id,
        capacity="provider",
        occasion="list",
    )


def run(*words: str) -> str:
    return CliRunner().invoke(command, ["people", *words]).output


def test_the_people_shown_to_an_account_in_a_time_are_listed_for_their_owner_alone(
    world: World, tmp_path: Path
) -> None:
    manager, others = world.manager.pk, world.owner.pk
    look(world.specialist.pk, manager)
    look(world.specialist.pk, manager, days=1)
    look(world.physician.pk, manager, days=-30)
    look(world.physician.pk, others)
    look(world.newcomer.pk, others, event_id=77)
    file = tmp_path / "people.csv"
    told = run("--account", str(manager), "--event", "77", "--since", "2025-06-01", "--until", "2025-06-10", str(file))
    assert told.startswith("2 people; 0 of them have no e-mail address.")
    rows = list(csv.DictReader(file.read_text("utf-8").splitlines()))
    assert {(row["name"], row["looks"]) for row in rows} == {("Specialist Örnek", "2"), ("Newcomer Örnek", "1")}
    assert file.stat().st_mode & 0o777 == 0o600
    assert Event.objects.get(tag="keeping:breach:listed").detail.body["people"] == 2
    assert "is there already" in run("--account", "1", "--since", "2025-06-01", str(file))


def test_it_wants_to_know_what_was_misused(tmp_path: Path) -> None:
    assert "at least one" in run("--since", "2025-06-01", str(tmp_path / "people.csv"))


def test_an_account_is_found_by_its_number_and_shows_what_it_did(world: World) -> None:
    world.offer()
    told = CliRunner().invoke(command, ["account"], input=world.manager.national_id).output
    assert f"Account {world.manager.pk}" in told
    assert "contract:" in told
