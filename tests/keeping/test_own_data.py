"""A person's own data: complete, only theirs, recorded, and never without a recent second step."""

import json
import zipfile
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.apps import apps
from django.db.models import BigIntegerField
from django.utils import translation

from katip.audit.models import Event, Look
from katip.core.errors import PermissionRefusedError
from katip.identity.models import NoticeKind, Person
from katip.identity.telling import tell
from katip.keeping.own import words
from katip.keeping.own.part import Part
from katip.keeping.own.parts import LEFT_OUT, PARTS, rooms
from katip.keeping.services.own_data import own_data_export
from katip.notices.models import Delivery
from katip.registry.models import Mandate, Official, Professional, Standing
from tests.cast import AT, World

pytestmark = pytest.mark.django_db

NAMING = ("person_id", "actor_id")
"""plain figures that stand for a person"""


def taken(world: World, role: str) -> tuple[dict[str, Any], str]:
    file = BytesIO()
    own_data_export(actor=world.actor(role), at=AT, file=file)
    with zipfile.ZipFile(file) as folder:
        read = {name: folder.read(name).decode() for name in folder.namelist()}
    summary = read.pop("ozet.html")
    return {name.removesuffix(".json"): json.loads(text) for name, text in read.items()}, summary


def rows(data: dict[str, Any], room: str, part: str) -> list[dict[str, Any]]:
    assert data[room][part]["complete"]
    found: list[dict[str, Any]] = data[room][part]["rows"]
    return found


def test_every_column_that_names_a_person_is_in_it_or_left_out_with_a_reason() -> None:
    stands_for = {Person, Professional, Official}
    naming = set()
    for model in apps.get_models():
        for column in model._meta.concrete_fields:
            points = column.is_relation and column.related_model in stands_for
            if points or (isinstance(column, BigIntegerField) and column.name in NAMING):
                naming.add((model._meta.db_table, column.column))
    covered = {part.column for part in PARTS}
    assert naming - covered - set(LEFT_OUT) == set()
    assert set(LEFT_OUT) - naming == set()
    assert covered & set(LEFT_OUT) == set()


def test_it_holds_what_the_register_knows_of_a_professional_and_nothing_of_others(world: World) -> None:
    contract = world.active(103)
    world.active(140)
    data, summary = taken(world, "specialist")
    assert set(data) == set(rooms())
    (who,) = rows(data, "identity", "person")
    assert who["national_id"] == world.specialist.national_id
    assert [one["id"] for one in rows(data, "contracts", "contracts")] == [contract.pk]
    assert [one["minutes"] for one in rows(data, "contracts", "versions")] == [240]
    (answer,) = rows(data, "processes", "decisions")
    assert (answer["outcome"], answer["proof_method"]) == ("approved", "totp")
    assert rows(data, "registry", "certificates")[0]["number"].startswith("ÖRNEK")
    assert "process:step:approved" in {one["tag"] for one in rows(data, "audit", "own_acts")}
    whole = json.dumps(data, ensure_ascii=False) + summary
    for other in (world.physician, world.owner, world.manager):
        assert other.national_id not in whole
    assert "pbkdf2" not in whole
    assert "argon2" not in whole


def test_who_looked_is_told_by_name(world: World) -> None:
    Look.objects.create(
        person_id=world.owner.pk, event_id=1, at=AT, actor_id=world.manager.pk, capacity="provider", occasion="list"
    )
    data, _summary = taken(world, "owner")
    assert [one["who"] for one in rows(data, "audit", "looks")] == ["Manager Örnek"]


def test_an_address_that_was_emptied_once_the_message_had_left_is_empty(world: World, settings: Any) -> None:
    settings.KATIP = settings.KATIP.model_copy(update={"smtp_url": "smtp://127.0.0.1:1"})
    tell(world.owner.pk, AT, NoticeKind.PROOFED)
    tell(world.owner.pk, AT, NoticeKind.EMAIL_SET)
    Delivery.objects.filter(kind=NoticeKind.PROOFED).update(address_sealed=b"", sent_at=AT)
    data, _summary = taken(world, "owner")
    assert [one["address"] for one in rows(data, "notices", "messages")] == [world.owner.email, ""]


def test_an_employers_user_has_their_mandate_and_decisions(world: World) -> None:
    world.active()
    data, summary = taken(world, "owner")
    assert [one["workplace__title"] for one in rows(data, "registry", "mandates")] == [world.workplace.title]
    assert len(rows(data, "processes", "decisions")) == 1
    assert rows(data, "contracts", "contracts") == []
    assert "Onay ve ret kararlarınız" in summary
    assert "<script" not in summary


def test_what_was_done_for_an_organisation_stays_ones_own_when_the_mandate_ends(world: World) -> None:
    world.active()
    Standing.objects.create(
        professional=world.professionals[103],
        verb="suspended",
        effective_on=AT,
        reason="-",
        official=world.stranger,
        at=AT,
    )
    Mandate.objects.update(valid_to=AT - timedelta(days=1))
    data, _summary = taken(world, "owner")
    assert len(rows(data, "processes", "decisions")) == 1
    assert len(rows(data, "contracts", "acts")) > 0
    data, _summary = taken(world, "specialist")
    assert [one["verb"] for one in rows(data, "registry", "standings")] == ["suspended"]


def test_a_long_part_says_that_there_is_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("part", "write"):
        monkeypatch.setattr(f"katip.keeping.own.{module}.MOST", 1)
    world.active()
    data, summary = taken(world, "owner")
    assert not data["audit"]["own_acts"]["complete"] or len(data["audit"]["own_acts"]["rows"]) <= 1
    data, summary = taken(world, "owner")  # by now the first download is an act of its own
    assert not data["audit"]["own_acts"]["complete"]
    assert len(data["audit"]["own_acts"]["rows"]) == 1
    assert "gerisini başvuruyla isteyebilirsiniz" in summary


def test_the_second_step_must_be_recent_and_the_download_is_recorded(world: World) -> None:
    actor = world.actor("owner")
    with pytest.raises(PermissionRefusedError):
        own_data_export(actor=actor, at=AT + timedelta(hours=1), file=BytesIO())
    with pytest.raises(PermissionRefusedError):
        own_data_export(actor=world.actor("owner", proof=False), at=AT, file=BytesIO())
    assert not Event.objects.filter(tag="keeping:own_data:taken").exists()
    own_data_export(actor=actor, at=AT, file=BytesIO())
    assert Event.objects.get(tag="keeping:own_data:taken").subject_id == world.owner.pk


def names_of(part: Part) -> tuple[str, ...]:
    return (*part.fields, *part.opened.values(), *part.named.values())


@pytest.mark.parametrize("language", ["tr", "en"])
def test_every_part_and_column_has_its_words(language: str) -> None:
    with translation.override(language):
        for part in PARTS:
            assert str(words.ROOMS[part.room])
            assert str(words.PARTS[part.name])
            assert all(words.column_title(name) for name in names_of(part))
    used = {name.rpartition("__")[2] for part in PARTS for name in names_of(part)}
    assert used - set(words.COLUMNS) <= {"title", "name"}
    assert set(words.COLUMNS) - used - {"title", "name"} == set()
