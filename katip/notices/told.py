"""What people were told, the addresses on a card, and what workplaces reported: reads of this room."""

from collections.abc import Sequence
from datetime import datetime

from katip.notices.kinds import ABOUT_A_STEP
from katip.notices.models import Notice, Objection
from katip.processes.models import Process, ProcessState
from katip.registry.models import ContactDeclaration, Official


def told_of(person_id: int, *, most: int, before: int | None = None) -> list[Notice]:
    """What a person was told, the newest first, at most so many; those before a number."""
    rows = Notice.objects.filter(person_id=person_id)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk")[:most])


def overtaken(notices: Sequence[Notice]) -> set[int]:
    """Of these, the numbers of those that asked for an answer to a step that waits no more."""
    asked = {one.pk: (one.process_id, one.detail.get("step")) for one in notices if one.kind in ABOUT_A_STEP}
    ids = {process_id for process_id, _ in asked.values() if process_id is not None}
    waiting = Process.objects.filter(pk__in=ids, state=ProcessState.OPEN) if ids else Process.objects.none()
    steps = set(waiting.values_list("pk", "current_step"))
    return {number for number, step in asked.items() if step not in steps}


def card_of(workplace_id: int) -> ContactDeclaration | None:
    """The newest declaration on a workplace's card."""
    found = ContactDeclaration.objects.filter(workplace=workplace_id).select_related("workplace")
    return found.order_by("-no").first()


def objections_of(office: Official, *, closed: bool, most: int, before: int | None = None) -> list[Objection]:
    """Reports of workplaces in an official's province (in all, without one), the newest first."""
    rows = Objection.objects.filter(closed_at__isnull=not closed).select_related("workplace__province", "provider")
    if office.province_id is not None:
        rows = rows.filter(workplace__province=office.province_id)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk")[:most])


def objection_find(office: Official, number: int) -> Objection | None:
    """One of them, with who made it; None for another province's."""
    rows = Objection.objects.select_related("workplace__province", "provider", "person", "closed_by")
    if office.province_id is not None:
        rows = rows.filter(workplace__province=office.province_id)
    return rows.filter(pk=number).first()


def objected(workplace_id: int, provider_id: int, since: datetime) -> bool:
    """Whether the workplace's side has said since that it does not know the provider."""
    return Objection.objects.filter(workplace=workplace_id, provider=provider_id, at__gte=since).exists()
