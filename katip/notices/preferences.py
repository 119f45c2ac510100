"""Who wants what by which channel: a person's own choices, those of an address on a card, and the usual."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q

from katip.notices.addresses import address_key
from katip.notices.deliver import Outgoing
from katip.notices.kinds import GROUPS, Group
from katip.notices.models import Channel, Preference


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose choice it is: a person's, or (None) an address's, by its keyed hash."""

    person_id: int | None
    address_key: str = ""

    @classmethod
    def of(cls, draft: Outgoing) -> "Owner":
        """Who may do without what is about to go out."""
        if draft.person_id is not None:
            return cls(draft.person_id)
        return cls(None, address_key(draft.channel, draft.address))


@dataclass(frozen=True, slots=True)
class Wishes:
    """Choices that were made; what is not among them is as usual."""

    chosen: Mapping[tuple[Owner, str, str], bool]

    def wants(self, owner: Owner, group: Group, channel: Channel | str) -> bool:
        """Whether `group` goes to them by `channel`. What is not optional always goes by e-mail."""
        if not group.optional:
            return channel == Channel.EMAIL
        return self.chosen.get((owner, group.code, str(channel)), channel in group.channels)


def wishes_read(owners: Iterable[Owner]) -> Wishes:
    """The choices of these; one statement."""
    people = {one.person_id for one in owners if one.person_id is not None}
    keys = {one.address_key for one in owners if one.person_id is None}
    if not people and not keys:
        return Wishes({})
    rows = Preference.objects.filter(Q(person__in=people) | Q(person=None, address_key__in=keys))
    return Wishes({(Owner(row.person_id, row.address_key), row.group, row.channel): row.is_on for row in rows})


def people_wanting(people: Iterable[int], group: str, channel: Channel = Channel.EMAIL) -> set[int]:
    """Of these people, those who want `group` by `channel`; one statement."""
    wanted = {Owner(person): person for person in people}
    wishes = wishes_read(wanted)
    return {person for owner, person in wanted.items() if wishes.wants(owner, GROUPS[group], channel)}
