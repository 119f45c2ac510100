"""What waits for the accountant by the hundred: one provider's offers to most of the workplaces, accepted already.

The file `accountant_offers.csv` names them; they are offered as sheets are, and accepted by each professional in one
go, through the same services as everything else. An interrupted load is taken up where it stopped.
"""

import csv
from collections import defaultdict
from datetime import datetime, time
from pathlib import Path

from katip.contracts.models import OfferSheet, SheetState
from katip.contracts.offer_rows import SheetLine
from katip.contracts.services.offer_sheet import sheet_check, sheet_offer
from katip.core.actor import Actor, Capacity
from katip.demo import acting
from katip.demo.generate_offers import PROVIDER
from katip.processes.models import PartyKind, Process, ProcessState
from katip.processes.services.complete import StepDecision, steps_complete
from katip.registry.models import Mandate, Provider

_OFFER_TIME, _ACCEPT_TIME = time(15, 40), time(11, 25)


def many_offer(path: Path, at: datetime) -> None:
    """Offer and accept all that the file names. Raises `ValueError` where the register would refuse a row."""
    provider = Provider.objects.get(authorisation_no=PROVIDER)
    manager_id = Mandate.objects.get(provider=provider).person_id
    by_days: dict[int, list[SheetLine]] = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            lines = by_days[int(row["days"])]
            line = SheetLine(
                line=len(lines) + 1,
                sgk_number=row["sgk_number"],
                national_id=row["national_id"],
                code=int(row["code"]),
            )
            lines.append(line)
    for days in sorted(by_days, reverse=True):
        offered = acting.moment(at, days, _OFFER_TIME)
        manager = acting.actor(manager_id, Capacity.PROVIDER, provider.pk, offered)
        _offer(manager, offered, f"{path.stem}-{days}{path.suffix}", by_days[days])
        _accept(provider, acting.moment(at, days - 1, _ACCEPT_TIME))


def _offer(manager: Actor, at: datetime, name: str, lines: list[SheetLine]) -> None:
    sheet = OfferSheet.objects.filter(provider_id=manager.organisation, file_name=name).first()
    if sheet is None:
        sheet = sheet_check(actor=manager, at=at, file_name=name, file_hash="", lines=lines)
    if sheet.state == SheetState.CHECKED:
        sheet = sheet_offer(actor=manager, at=at, sheet_id=sheet.pk)
    if sheet.state != SheetState.OFFERED:
        refused = {result["code"] for result in sheet.results if result["code"]}
        raise ValueError(f"{name}: refused with {sorted(refused)}")


def _accept(provider: Provider, at: datetime) -> None:
    waiting: dict[int, list[StepDecision]] = defaultdict(list)
    open_ones = Process.objects.filter(
        provider=provider, state=ProcessState.OPEN, waits_for=PartyKind.PROFESSIONAL, waits_for_person__isnull=False
    )
    for process in open_ones.order_by("pk"):
        decision = StepDecision(process.pk, process.version, process.terms_hash)
        waiting[process.waits_for_person_id].append(decision)  # type: ignore[index] # excluded above
    for person_id, decisions in waiting.items():
        actor = acting.actor(person_id, Capacity.INDIVIDUAL, None, at)
        steps_complete(actor=actor, at=at, decisions=decisions)
