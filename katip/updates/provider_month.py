"""What a month did to a provider's contracts, and how much of what it asks the provider can answer in one go.

Every read starts from the provider's own changes of one run, by an index that leads with both, and ends at a limit.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum
from functools import partial
from typing import Any, cast

from django.db import connection
from django.db.models import (
    Case,
    Count,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    Q,
    QuerySet,
    Sum,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Collate

from katip.contracts.capacity import figures_asked
from katip.contracts.capacity_statements import MONTH
from katip.contracts.kinds.update import DURATION_UPDATE
from katip.contracts.lists import keyset_after
from katip.contracts.models import MonthChange
from katip.core.actor import Actor, Capacity
from katip.core.clock import day_of
from katip.core.errors import PermissionRefusedError
from katip.core.turkish import fold
from katip.processes.deadlines import deadlines_lapse
from katip.processes.models import PartyKind, ProcessState
from katip.rules import MonthOutcome
from katip.updates.models import RunState

MONTHS = 24
"""how many months one can look back on"""
OPEN_READ = 5_000
"""how many open updates of a provider are weighed against its professionals' minutes; more wait for the next look"""
CHANGES_READ = 50_000
"""above any provider's month"""


class Standing(IntEnum):
    """Where a change stands for its provider now; what asks for action comes first."""

    FITS = 0
    """new minutes wait for the provider, and the professional has them"""
    SHORT = 1
    """new minutes wait for the provider, and the professional has too few left"""
    PERSON = 2
    """a person must be found"""
    EMPLOYER = 3
    """new minutes wait for the employer"""
    DECIDED = 4
    """what waited was answered, taken back or fell"""
    AMENDED = 5
    """new minutes by themselves"""
    ENDED = 6
    KEPT = 7


_MORE = ExpressionWrapper(F("minutes_after") - F("minutes_before"), output_field=IntegerField())
ACTIONS = (Standing.FITS, Standing.SHORT, Standing.PERSON)
"""what waits for the provider itself"""

KEYS: Mapping[str, tuple[str, ...]] = {
    "": ("pk", "standing", "workplace__title_sort"),
    "isyeri": ("pk", "workplace__title_sort"),
    "-isyeri": ("-pk", "-workplace__title_sort"),
    "degisim": ("pk", "more"),
    "-degisim": ("-pk", "-more"),
    "profesyonel": ("pk", "professional__person__name_sort"),
    "-profesyonel": ("-pk", "-professional__person__name_sort"),
    "il": ("pk", "province_sort", "workplace__title_sort"),
    "-il": ("-pk", "-province_sort", "-workplace__title_sort"),
}
"""What each order sorts by; the id, which makes it total, stands first here and last in the order."""


@dataclass(frozen=True, slots=True)
class MonthTold:
    """A month that touched the provider, in force from `at`. `open` counts the processes of it that wait for it."""

    run: int
    period: date
    state: RunState
    at: datetime
    open: int


@dataclass(frozen=True, slots=True)
class Fit:
    """An update that waits for the provider: how many minutes `more` it asks of a professional.

    `free` are those that the professional has left after the updates chosen before it.
    """

    process_id: int
    professional_id: int
    more: int
    free: int

    @property
    def fits(self) -> bool:
        """Whether it can be accepted together with all that fit before it."""
        return self.more <= 0 or self.more <= self.free

    @property
    def short_by(self) -> int:
        """Minutes a month that are missing; 0 where it fits. Negative free ones, promised already, are missing, too."""
        return 0 if self.fits else self.more - self.free


@dataclass(frozen=True, slots=True)
class Tally:
    """How many changes stand somewhere, and the minutes a month that they bring (negative: take)."""

    changes: int
    more: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What narrows the list: a part of a title or name, or digits of an SGK number; where the changes stand."""

    search: str = ""
    standing: Standing | None = None


_MONTHS = """
SELECT run.id, run.period, run.state, COALESCE(run.at, run.planned_at), COALESCE(waiting.number, 0)
FROM updates_monthrun AS run
LEFT JOIN (
    SELECT COALESCE(update.run, shortage.run) AS run, count(*) AS number
    FROM processes_process AS process
    LEFT JOIN contracts_durationupdate AS update ON update.process_id = process.id
    LEFT JOIN contracts_shortage AS shortage ON shortage.process_id = process.id
    WHERE process.provider_id = %(owner)s AND process.state = 'open' AND process.waits_for = 'provider'
    GROUP BY 1
) AS waiting ON waiting.run = run.id
WHERE run.state IN ('applying', 'closing', 'done')
  AND EXISTS (SELECT FROM contracts_monthchange AS change
              WHERE change.provider_id = %(owner)s AND change.run = run.id)
ORDER BY run.period DESC, run.id DESC LIMIT %(limit)s
"""

_OPEN = (
    MONTH.format(scope="provider_id = %(owner)s")  # noqa: S608 -- no value stands in it
    + """
, open AS (
    SELECT process.id, contract.professional_id, update.minutes - current.minutes AS more, process.due_on,
           NOT EXISTS (SELECT FROM processes_step AS step
                       WHERE step.process_id = process.id AND step.no > process.current_step) AS final
    FROM processes_process AS process
    JOIN contracts_durationupdate AS update ON update.process_id = process.id AND update.is_open
    JOIN contracts_contract AS contract ON contract.id = update.contract_id
    CROSS JOIN LATERAL (
        SELECT version.minutes FROM contracts_contractversion AS version
        WHERE version.contract_id = contract.id ORDER BY version.no DESC LIMIT 1
    ) AS current
    WHERE process.provider_id = %(owner)s AND process.state = 'open' AND process.waits_for = 'provider'
      AND process.code = %(code)s AND update.run = %(run)s
      AND (process.due_on IS NULL OR process.due_on >= %(first_due)s)
      AND (%(ids)s::bigint[] IS NULL OR process.id = ANY(%(ids)s))
    ORDER BY process.due_on NULLS LAST, process.id LIMIT %(limit)s
)
SELECT open.id, open.professional_id, open.more, COALESCE(month.staff - month.active - month.blocked, 0), open.final
FROM open LEFT JOIN month USING (professional_id)
ORDER BY open.more > 0, open.due_on NULLS LAST, open.id
"""
)


def months_of(actor: Actor) -> list[MonthTold]:
    """The months that touched the actor's provider, the newest first, at most `MONTHS`; one statement."""
    rows = _ask(_MONTHS, {"owner": provider_id_of(actor), "limit": MONTHS})
    return [MonthTold(run, period, RunState(state), at, number) for run, period, state, at, number in rows]


def fitting(actor: Actor, at: datetime, run: int, among: Collection[int] | None = None) -> dict[int, Fit]:
    """What waits for the actor's provider since a run, by process, weighed against each professional's free minutes.

    First those that give minutes back: they need none, and are carried out first. Then by the nearest last day and the
    oldest: what fits beside all chosen before it, is chosen. Free is what the law asks an approval by, staff less
    active less blocked minutes. `among` are the processes to choose from, else all, at most `OPEN_READ`. One
    statement.
    """
    rows = _ask(
        _OPEN,
        figures_asked(provider_id_of(actor), at)
        | {
            "code": DURATION_UPDATE,
            "run": run,
            "ids": None if among is None else list(among),
            "first_due": day_of(at) if deadlines_lapse() else date.min,
            "limit": OPEN_READ,
        },
    )
    return {fit.process_id: fit for fit in chosen(cast("Iterable[tuple[int, int, int, int, bool]]", rows))}


def chosen(rows: Iterable[tuple[int, int, int, int, bool]]) -> Iterable[Fit]:
    """Weigh one after another: process, professional, minutes more, the professional's free minutes at first.

    The last of a row says whether the provider's approval puts it in force: only then what it gives back is free.
    """
    taken: dict[int, int] = defaultdict(int)
    for process_id, professional_id, more, free, final in rows:
        fit = Fit(process_id, professional_id, more, free - taken[professional_id])
        if fit.fits and (more > 0 or final):
            taken[professional_id] += more
        yield fit


def fits_of(weighed: Mapping[int, Fit]) -> list[int]:
    """The processes of those that fit together."""
    return [fit.process_id for fit in weighed.values() if fit.fits]


def changes_of(actor: Actor, run: int, fits: Collection[int] = ()) -> QuerySet[MonthChange]:
    """The changes of the actor's provider in a run, each with its `standing`, in no order. `fits` are processes."""
    return MonthChange.objects.filter(provider_id=provider_id_of(actor), run=run).annotate(standing=_standing(fits))


def tallies(actor: Actor, run: int, fits: Collection[int]) -> dict[Standing, Tally]:
    """How many changes stand where; read from the provider's own month, one statement."""
    changes: QuerySet[Any] = changes_of(actor, run, fits)
    counted = changes.values("standing").annotate(number=Count("pk"), minutes=Sum(_MORE)).order_by("standing")
    return {Standing(row["standing"]): Tally(row["number"], row["minutes"]) for row in counted}


def changes_page(
    actor: Actor,
    run: int,
    fits: Collection[int],
    *,
    wanted: Wanted,
    sort: str,
    after: tuple[Any, ...] | None,
    limit: int,
) -> list[MonthChange]:
    """Changes after the place `after` (the values of `KEYS`), at most `limit` + 1, with what a line shows of them.

    Each has `standing`, `more` (minutes after less before) and `province_sort`.
    """
    id_key, *keys = KEYS[sort]
    found: QuerySet[Any] = _with_line(changes_of(actor, run, fits))
    if wanted.standing is not None:
        found = found.filter(standing=wanted.standing)
    if wanted.search:
        found = found.filter(_found(wanted.search))
    if after is not None:
        id_value, *values = after
        found = found.filter(keyset_after([*keys, id_key], [*values, id_value]))
    return list(found.order_by(*keys, id_key)[: limit + 1])


def changes_all(actor: Actor, run: int) -> QuerySet[MonthChange]:
    """All changes of the actor's provider in a run, by workplace, with what a line shows; at most `CHANGES_READ`."""
    return _with_line(changes_of(actor, run)).order_by("workplace__title_sort", "pk")[:CHANGES_READ]


def process_room(actor: Actor, at: datetime, process_id: int, run: int) -> Fit | None:
    """One update weighed alone against its professional's free minutes; None where it does not wait any more."""
    return fitting(actor, at, run, among=[process_id]).get(process_id)


def provider_id_of(actor: Actor) -> int:
    """The provider that the actor speaks for. Raises `PermissionRefusedError`."""
    if actor.capacity != Capacity.PROVIDER:
        raise PermissionRefusedError("no_mandate")
    return actor.organisation


def _with_line(changes: QuerySet[MonthChange]) -> QuerySet[MonthChange]:
    return changes.select_related("contract", "workplace__province", "professional__person", "process").annotate(
        more=_MORE,
        province_sort=Collate(
            Func(F("workplace__province__name"), function="katip_sort_key", output_field=TextField()), "C"
        ),
    )


def _standing(fits: Collection[int]) -> Case:
    """The first that holds."""
    waits = partial(Q, process__state=ProcessState.OPEN)
    update = waits(process__waits_for=PartyKind.PROVIDER, process__code=DURATION_UPDATE)
    cases = (
        (update & Q(process_id__in=list(fits)), Standing.FITS),
        (update, Standing.SHORT),
        (waits(process__waits_for=PartyKind.PROVIDER), Standing.PERSON),
        (waits(process__waits_for=PartyKind.EMPLOYER), Standing.EMPLOYER),
        (Q(process__isnull=False), Standing.DECIDED),
        (Q(outcome=MonthOutcome.AMENDED), Standing.AMENDED),
        (Q(outcome=MonthOutcome.ENDED), Standing.ENDED),
    )
    whens = [When(condition, then=Value(int(standing))) for condition, standing in cases]
    return Case(*whens, default=Value(int(Standing.KEPT)), output_field=IntegerField())


def _found(search: str) -> Q:
    key = fold(search)
    digits = "".join(character for character in search if character.isdecimal())
    found = Q(pk__in=[])
    if key:
        found = Q(workplace__title_search__contains=key) | Q(professional__person__name_search__contains=key)
    if digits and not any(character.isalpha() for character in search):
        found |= Q(workplace__sgk_number__contains=digits)
    return found


def _ask(statement: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
