"""Choosing what one is told outside, when and in which language; and leaving it by the link of an e-mail."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor
from katip.core.usecase import use_case, whole_from_here
from katip.notices.addresses import address_key
from katip.notices.kinds import GROUPS
from katip.notices.leaving import LEFT_BY, leave_read
from katip.notices.models import Channel, Habit, Language, Preference, Rhythm
from katip.notices.preferences import Owner
from katip.registry.models import ContactDeclaration
from katip.registry.permissions import require_mandates

Choices = Mapping[tuple[str, str], bool]
"""(group, channel) → whether it goes out"""


@use_case
def preferences_set(*, actor: Actor, at: datetime, choices: Choices) -> int:
    """Keep the actor's own choices; returns how many changed. Raises `ValueError` for what is not optional."""
    return _keep(actor, at, Owner(actor.person), choices)


@use_case
def habits_set(
    *, actor: Actor, at: datetime, rhythm: Rhythm, language: Language, quiet_from: time, quiet_to: time
) -> Habit:
    """Keep when and in which language the actor is told outside; equal hours mean: at any hour."""
    chosen = {"rhythm": rhythm, "language": language, "quiet_from": quiet_from, "quiet_to": quiet_to}
    habit, _made = Habit.objects.update_or_create(person_id=actor.person, defaults={**chosen, "changed_at": at})
    record(actor, at, Happening("notices:habit:set", actor.person, {"rhythm": rhythm, "language": language}))
    return habit


@use_case
def card_preferences_set(*, actor: Actor, at: datetime, workplace_id: int, choices: Choices) -> int:
    """Keep what the addresses on a workplace's card are told; any e-Bildirge user of it may choose.

    An address that stands on the cards of several workplaces has one choice for all of them. Raises
    `PermissionRefusedError` for others, `ValueError` for what is not optional.
    """
    require_mandates(actor, {workplace_id}, at)
    card = ContactDeclaration.objects.filter(workplace=workplace_id).order_by("-no").first()
    if card is None:
        return 0
    by_channel: dict[str, dict[tuple[str, str], bool]] = {}
    for (group, channel), is_on in choices.items():
        by_channel.setdefault(channel, {})[group, channel] = is_on
    changed = 0
    for channel, chosen in sorted(by_channel.items()):
        owner = card_owner(card, Channel(channel))
        whole_from_here("the choices of a card's addresses are known by their keyed hashes alone")
        if owner is not None:
            changed += _keep(actor, at, owner, chosen)
    return changed


def card_owner(card: ContactDeclaration, channel: Channel) -> Owner | None:
    """Whose choice the card's address of this channel has; None where the card has none."""
    address = {Channel.EMAIL: card.email, Channel.SMS: card.phone, Channel.KEP: card.kep}[channel]
    return Owner(None, address_key(channel, address)) if address else None


@use_case
def told_leave(*, actor: Actor, at: datetime, token: str) -> list[str]:
    """Leave the groups that an e-mail's link names; returns their codes. Nobody needs to have signed in.

    Raises `ValueError` for a link that is none of ours.
    """
    read = leave_read(token)
    if read is None:
        raise ValueError("no such link")
    owner, groups = read
    whole_from_here("whoever has the link in an e-mail leaves by it, without signing in")
    _keep(actor, at, owner, {(group, LEFT_BY): False for group in groups}, left=True)
    return groups


def _keep(actor: Actor, at: datetime, owner: Owner, choices: Choices, *, left: bool = False) -> int:
    for group, channel in choices:
        if not GROUPS[group].optional or channel not in Channel.values:
            raise ValueError("not optional")
    whose: dict[str, Any] = {"person_id": owner.person_id, "address_key": owner.address_key}
    known = {(row.group, row.channel): row for row in Preference.objects.filter(**whose)}
    changed = {
        (group, str(channel)): is_on
        for (group, channel), is_on in choices.items()
        if (known[group, str(channel)].is_on if (group, str(channel)) in known else channel in GROUPS[group].channels)
        != is_on
    }
    for (group, channel), is_on in sorted(changed.items()):
        Preference.objects.update_or_create(
            **whose, group=group, channel=channel, defaults={"is_on": is_on, "changed_at": at}
        )
    if changed:
        told = [
            {"group": group, "channel": channel, "on": is_on} for (group, channel), is_on in sorted(changed.items())
        ]
        verb = "left" if left else "set"
        record(actor, at, Happening(f"notices:preference:{verb}", owner.person_id, {"changed": told}))
    return len(changed)
