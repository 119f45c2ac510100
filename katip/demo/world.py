"""The sample world: input files through the importer, then offers and answers through the services of the product.

Nothing here writes a row by itself. What stands in the files and in `story` is checked by the same code that checks an
operator's lists and a user's acts.
"""

from datetime import date, datetime, time
from pathlib import Path

from katip.contracts.kinds.service import ServiceContractKind
from katip.contracts.models import Contract
from katip.contracts.services.offer import contract_offer
from katip.contracts.services.sweep import fitness_sweep
from katip.core.actor import OPERATOR, Capacity
from katip.core.clock import day_of
from katip.demo import acting
from katip.demo.cast import Entry, cast_draw, cast_find, cast_keep
from katip.demo.counter import counter_open
from katip.demo.many import many_offer
from katip.demo.months import first_told, months_carry
from katip.demo.people import people_act
from katip.demo.story import STORY, Reached, Scene
from katip.demo.turns import turns_take, turns_taken
from katip.identity.services.sign_in_open import password_set, second_step_open
from katip.processes.kinds import kind_get
from katip.processes.models import Outcome, PartyKind, Process
from katip.processes.services.complete import StepDecision, steps_complete
from katip.registry.models import Headcount, Professional, Workplace
from katip.registry.services.imports.run import list_import
from katip.rules import hazard_class_of, required_minutes
from katip.updates.services.feed_take import feed_take

WORLD = Path(__file__).parent / "world"

_HEADCOUNTS = "headcounts"
FILES = (
    ("activities", "activities.csv"),
    ("people", "people.csv"),
    ("people", "accountant_people.csv"),
    ("workplaces", "workplaces.csv"),
    ("workplaces", "accountant_workplaces.csv"),
    (_HEADCOUNTS, "headcounts.csv"),
    (_HEADCOUNTS, "accountant_headcounts.csv"),
    ("providers", "providers.csv"),
    ("providers", "accountant_providers.csv"),
    ("mandates", "mandates.csv"),
    ("mandates", "accountant_mandates.csv"),
    ("mandates", "accountant_provider_mandates.csv"),
    ("professionals", "professionals.csv"),
    ("professionals", "accountant_professionals.csv"),
    ("staff", "staff.csv"),
    ("staff", "accountant_staff.csv"),
    ("officials", "officials.csv"),
    ("payments", "payments.csv"),
)
"""kind of list and file, in the order in which one refers to another"""

OFFERS = "accountant_offers.csv"
"""what waits for the accountant by the hundred"""

NOVEMBER = "november_headcounts.csv"
"""what the second month that was carried out followed"""

NEWEST = "newest_headcounts.csv"
"""what came in after that month: some workplaces have grown, and their contracts have become too short"""

_OFFER_TIME, _ACCEPT_TIME, _APPROVE_TIME = time(16, 20), time(14, 12), time(10, 5)


def world_load(folder: Path, at: datetime) -> None:
    """Import the files of `folder` and act out the story up to `at`; does nothing where both have been done.

    An interrupted load is taken up where it stopped. Raises what the importer and the services raise.
    """
    if turns_taken():
        return
    for kind, name in FILES:
        _bring(kind, folder / name, first_told(at) if kind == _HEADCOUNTS else at)
    counter_open(at)
    for scene in sorted(STORY, key=lambda scene: -scene.days):
        _act(scene, at)
    many_offer(folder / OFFERS, at)
    people_act(lambda days: acting.moment(at, days, _OFFER_TIME))
    months_carry(at, lambda told: _bring(_HEADCOUNTS, folder / NOVEMBER, told))
    _bring(_HEADCOUNTS, folder / NEWEST, at)
    fitness_sweep(at=at)
    turns_take(at)


def _bring(kind: str, path: Path, at: datetime) -> None:
    """Import a list, or take a month's feed, of which no line may be wrong."""
    if kind == _HEADCOUNTS:
        if feed_take(actor=OPERATOR, at=at, path=path, bad_limit=0).bad:
            raise ValueError(f"{path.name} has lines that are wrong")
    else:
        list_import(kind=kind, path=path, actor=OPERATOR, at=at)


def cast_open(data: Path, at: datetime) -> list[Entry]:
    """Open sign-in for the cast with new passwords and secrets, once; return the cast as `cast.json` has it."""
    known = cast_find(data)
    if known is not None:
        return known
    entries = cast_draw()
    for entry in entries:
        person_id = acting.person_id(entry.national_id)
        password_set(actor=OPERATOR, at=at, person_id=person_id, password=entry.password)
        if entry.totp_secret:
            second_step_open(actor=OPERATOR, at=at, person_id=person_id, secret=entry.totp_secret)
    cast_keep(data, entries)
    return entries


def _act(scene: Scene, at: datetime) -> None:
    """Offer, accept or reject, approve: each a working day after the other, as far as the scene goes."""
    workplace = acting.workplace(scene.workplace)
    processes = [_offered(scene, code, workplace, at).process_id for code in scene.codes]
    if scene.reached is Reached.OFFERED:
        return
    answered = acting.moment(at, scene.days - 1, _ACCEPT_TIME)
    for code, process_id in zip(scene.codes, processes, strict=True):
        process = Process.objects.get(pk=process_id)
        if process.waits_for == PartyKind.PROFESSIONAL:
            actor = acting.actor(acting.person_id(scene.team.people[code]), Capacity.INDIVIDUAL, None, answered)
            steps_complete(actor=actor, at=answered, decisions=[_decision(process, scene)])
    if scene.reached is not Reached.APPROVED:
        return
    waiting = Process.objects.filter(pk__in=processes, waits_for=PartyKind.EMPLOYER).order_by("pk")
    if waiting:
        approved = acting.moment(at, scene.days - 2, _APPROVE_TIME)
        user = acting.e_bildirge_user(workplace, approved)
        actor = acting.actor(user, Capacity.WORKPLACE, workplace.pk, approved)
        steps_complete(actor=actor, at=approved, decisions=[_decision(process, scene) for process in waiting])


def _offered(scene: Scene, code: int, workplace: Workplace, at: datetime) -> Contract:
    """Return the scene's contract, offered now where an interrupted load has not come so far."""
    professional = Professional.objects.get(person_id=acting.person_id(scene.team.people[code]))
    found = Contract.objects.filter(workplace=workplace, code=code, professional=professional).first()
    if found:
        return found
    offered = acting.moment(at, scene.days, _OFFER_TIME)
    contract: Contract = contract_offer(
        actor=acting.manager(scene.team, offered),
        at=offered,
        code=code,
        workplace_id=workplace.pk,
        professional_id=professional.pk,
        minutes=_legal_minimum(code, workplace, day_of(offered)),
    )
    return contract


def _legal_minimum(code: int, workplace: Workplace, day: date) -> int:
    """Minutes a month that the law asks of the workplace for the contract kind's profession."""
    kind = kind_get(code)
    if not isinstance(kind, ServiceContractKind):
        raise TypeError(f"{code} is no service contract")
    newest = Headcount.objects.filter(workplace=workplace).order_by("-period")[:1].get()
    hazard = hazard_class_of(workplace.activity_id, day)
    return required_minutes(kind.profession, hazard=hazard, employees=newest.employees, as_of=day).minutes


def _decision(process: Process, scene: Scene) -> StepDecision:
    outcome = Outcome.REJECTED if scene.reached is Reached.REFUSED else Outcome.APPROVED
    return StepDecision(process.pk, process.version, process.terms_hash, outcome, scene.reason)
