"""Who acts in the sample world, and when: actors, workplaces and moments by the names that the story gives them."""

from datetime import datetime, time, timedelta

from katip.core.actor import Actor, Capacity, Proof
from katip.core.clock import ISTANBUL, day_of
from katip.demo.story import Team
from katip.identity.models import Person
from katip.processes.deadlines import public_holidays
from katip.registry.models import Mandate, Provider, Workplace
from katip.registry.permissions import valid_on
from katip.rules import is_working_day

_GENERATED_FROM = 1_000_100
"""the accountant's generated workplace no. 1 has the sequence number after this"""


def manager(team: Team, at: datetime) -> Actor:
    """The team's responsible manager, a second step just taken."""
    provider = Provider.objects.get(authorisation_no=team.authorisation_no)
    return actor(person_id(team.manager), Capacity.PROVIDER, provider.pk, at)


def actor(someone: int, capacity: Capacity, organisation_id: int | None, at: datetime) -> Actor:
    """A person in a capacity, a second step just taken."""
    return Actor(someone, capacity, organisation_id, Proof("totp", at))


def person_id(national_id: str) -> int:
    """Raises `LookupError` where people.csv does not have the number."""
    person = Person.objects.find_by_national_id(national_id)
    if person is None:
        raise LookupError("one of the cast is missing in people.csv")
    return person.pk


def e_bildirge_user(where: Workplace, at: datetime) -> int:
    """The person who speaks for a workplace."""
    return Mandate.objects.filter(valid_on(at), workplace=where).order_by("pk")[:1].get().person_id


def workplace(name: str | int) -> Workplace:
    """By SGK number, or the accountant's generated one of that place in the list, from 1."""
    if isinstance(name, str):
        return Workplace.objects.get(sgk_number=name)
    return Workplace.objects.get(sgk_number__regex=f"^.{{9}}{_GENERATED_FROM + name:07}")


def moment(at: datetime, days: int, clock: time) -> datetime:
    """The time of day `clock` in Turkey, `days` working days before `at`."""
    day = day_of(at)
    while days:
        day -= timedelta(days=1)
        days -= is_working_day(day, holidays=public_holidays(day.year))
    return datetime.combine(day, clock, ISTANBUL)
