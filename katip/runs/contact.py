"""Contact and consent declared for many workplaces: the same words for all, the place of each."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from katip.core.actor import Actor, Capacity
from katip.core.errors import PermissionRefusedError
from katip.registry.models import ContactDeclaration, District, Workplace
from katip.registry.services.card_declare import CardFields, cards_declare_each
from katip.runs.kinds import Carried, Outcome, Refused, RowAsked, RunKind, refused_by
from katip.runs.models import Run, RunRow

CONTACT = "contact"


class ContactKind(RunKind):
    """*Kurumsal İletişim ve İzin İşlemleri*. A row is a workplace and its district (`params`).

    The run's `params` are what `CardFields` holds besides. A row's version is the number of the card's last
    declaration: who declared meanwhile is not overwritten.
    """

    code = CONTACT

    def rows_do(self, run: Run, rows: Sequence[RunRow], actor: Actor, at: datetime) -> Mapping[int, Outcome]:
        """Declare for each workplace."""
        last = last_numbers([row.subject_id for row in rows])
        same = [row for row in rows if last.get(row.subject_id, 0) == row.version]
        made, refused = cards_declare_each(actor, at, {row.subject_id: fields_of(run.params, row) for row in same})
        gone = {row.no for row in rows if row.version and row.subject_id not in last}
        found: dict[int, Outcome] = {row.no: Refused("mandate_ended" if row.no in gone else "changed") for row in rows}
        for row in same:
            error = refused.get(row.subject_id)
            found[row.no] = _refusal(error) if error else Carried(made[row.subject_id].pk)
        return found

    def rows_again(self, run: Run, rows: Sequence[RunRow], at: datetime) -> Sequence[RowAsked]:
        """All of them, with the places that were chosen: a card always takes another declaration."""
        del run, at
        return declarations_asked({row.subject_id: int(row.params["district"]) for row in rows})


def last_numbers(workplace_ids: Collection[int]) -> dict[int, int]:
    """The number of each card's last declaration; a card without one is left out."""
    newest = ContactDeclaration.objects.filter(workplace__in=workplace_ids).order_by("workplace_id", "-no")
    return dict(newest.distinct("workplace_id").values_list("workplace_id", "no"))


def declarations_asked(district_of: Mapping[int, int]) -> list[RowAsked]:
    """Workplaces with their districts as rows of a run, by title."""
    last = last_numbers(district_of)
    workplaces = Workplace.objects.filter(pk__in=district_of).order_by("title_sort", "pk")
    return [
        RowAsked(
            subject_id=workplace_id,
            capacity=Capacity.WORKPLACE,
            organisation_id=workplace_id,
            version=last.get(workplace_id, 0),
            digest=hashlib.sha256(json.dumps([workplace_id, district_of[workplace_id]]).encode()).hexdigest(),
            params={"district": district_of[workplace_id]},
        )
        for workplace_id in workplaces.values_list("pk", flat=True)
    ]


def fields_of(params: Mapping[str, Any], row: RunRow) -> CardFields:
    """What is declared for a row's workplace."""
    return CardFields(
        phone=params["phone"],
        email=params["email"],
        postal_address=params["postal_address"],
        kep=params["kep"],
        district_id=int(row.params["district"]),
        auto_update=params["auto_update"],
        consent_text=params["consent_text"],
    )


def places_of(rows: Collection[RunRow]) -> dict[int, str]:
    """The names of the rows' districts, `Bursa, Nilüfer`, by the district's id."""
    districts = District.objects.filter(pk__in={int(row.params["district"]) for row in rows}).select_related("province")
    return {one.pk: f"{one.province.name}, {one.name}" for one in districts}


def _refusal(error: Exception) -> Refused:
    refused = refused_by(error)
    if refused is None or isinstance(error, PermissionRefusedError):
        return Refused("mandate_ended")
    return refused
