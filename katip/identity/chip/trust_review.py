"""Looks over a trust store for the operator: what refuses people now, what will soon, and what was not taken."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from katip.identity.chip.states import country_of
from katip.identity.chip.store import Authority, HeldList, TrustStore

SOON_CERTIFICATE = timedelta(days=90)
SOON_LIST = timedelta(days=14)
"""how long before an end it is told"""


class Weight(StrEnum):
    """How much a finding matters: `problem` refuses people, or would if their card came; `note` will, or does not."""

    PROBLEM = "problem"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the operator should know. `code` as in docs/chip-trust.md; `about` is a file or a state."""

    weight: Weight
    code: str
    about: str
    moment: datetime | None = None


def trust_review(trust: TrustStore, *, at: datetime, grace: timedelta, states: tuple[str, ...]) -> list[Finding]:
    """Everything worth telling, problems first."""
    countries = {country_of(state) for state in states}
    findings = [
        *(each for state in states for each in _state(trust, state, at)),
        *(each for authority in trust.authorities for each in _authority(trust, authority, countries, at, grace)),
        *_faults(trust, countries),
    ]
    return sorted(dict.fromkeys(findings), key=lambda each: each.weight != Weight.PROBLEM)


def _state(trust: TrustStore, state: str, at: datetime) -> Iterator[Finding]:
    country = country_of(state)
    if country is None:
        yield Finding(Weight.PROBLEM, "state_unknown", state)
    elif not any(each.country == country and each.is_believed(at) for each in trust.authorities):
        yield Finding(Weight.PROBLEM, "no_certificate", state)


def _authority(
    trust: TrustStore, authority: Authority, countries: set[str | None], at: datetime, grace: timedelta
) -> Iterator[Finding]:
    certificate = authority.certificate
    if authority.country not in countries:  # kept to vouch for country lists; nobody's card hangs on it
        return
    if not authority.is_believed(at):
        yield Finding(Weight.NOTE, "certificate_not_valid", authority.source, certificate.not_after)
        return
    if not authority.is_believed(at + SOON_CERTIFICATE):
        yield Finding(Weight.NOTE, "certificate_ends_soon", authority.source, certificate.not_after)
    lists = [held for held in trust.lists_for(authority) if held.counts(at)]
    if not lists:
        yield Finding(Weight.PROBLEM, "revocation_list_missing", authority.source)
        return
    newest = max(lists, key=_next_update)
    yield from _list(newest, at, grace)


def _list(held: HeldList, at: datetime, grace: timedelta) -> Iterator[Finding]:
    following = held.revocations.next_update
    if not held.is_fresh(at, grace):
        yield Finding(Weight.PROBLEM, "revocation_list_stale", held.source, following)
    elif not held.is_fresh(at, timedelta(0)):
        yield Finding(Weight.NOTE, "revocation_list_in_grace", held.source, following)
    elif not held.is_fresh(at + SOON_LIST, timedelta(0)):
        yield Finding(Weight.NOTE, "revocation_list_ends_soon", held.source, following)


def _faults(trust: TrustStore, countries: set[str | None]) -> Iterator[Finding]:
    """A file that was not taken is a problem; one of hundreds on a country list only for a state that counts here."""
    for fault in trust.faults:
        matters = not fault.listed or fault.country in countries
        yield Finding(Weight.PROBLEM if matters else Weight.NOTE, fault.code, fault.source)


def _next_update(held: HeldList) -> float:
    following = held.revocations.next_update
    return following.timestamp() if following else 0.0
