"""What a card's chip, read at the desk, means for the officer: it supports the look at it, or speaks against."""

from enum import StrEnum

from katip.counter.models import Application
from katip.identity.chip.evidence import Reason
from katip.identity.chip_selectors import chip_session_counted, chip_session_of_application
from katip.identity.models import ChipSession, ChipState

TECHNICAL = frozenset(
    {
        Reason.TOO_LARGE,
        Reason.MALFORMED,
        Reason.GROUP_MISSING,
        Reason.NO_TRUSTED_COUNTRY,
        Reason.COUNTRY_EXPIRED,
        Reason.REVOCATION_LIST_MISSING,
        Reason.REVOCATION_LIST_STALE,
    }
)
"""reasons that tell of readers and lists; any other one tells against the card"""


class ChipSays(StrEnum):
    """What the newest reading for an application says."""

    NOTHING = "nothing"
    """none was made, or none came to its end"""
    PROVED = "proved"
    READ = "read"
    """genuine data, but the chip cannot show that it is no copy"""
    UNCLEAR = "unclear"
    AGAINST = "against"
    """not this person's, a copy, altered, revoked, expired: no plain confirmation"""


def chip_says(session: ChipSession | None) -> ChipSays:
    """What a reading says of the card on the desk."""
    if session is None or session.state != ChipState.DONE:
        return ChipSays.NOTHING
    if session.verdict == "chip_with_clone_check":
        return ChipSays.PROVED
    if session.verdict == "chip_only":
        return ChipSays.READ
    return ChipSays.UNCLEAR if set(session.reasons) <= TECHNICAL else ChipSays.AGAINST


def chip_session_newest(application: Application) -> ChipSession | None:
    """The newest reading at a desk for this application: the one to wait for."""
    return _own(application, chip_session_of_application(application.pk))


def chip_session_deciding(application: Application) -> ChipSession | None:
    """The reading at a desk that counts when the application is decided.

    What spoke against a card stands until another reading speaks for one: beginning anew, or a reading that fails,
    makes nothing forgotten.
    """
    return _own(application, chip_session_counted(application.pk, TECHNICAL))


def _own(application: Application, session: ChipSession | None) -> ChipSession | None:
    return session if session is not None and session.national_id_key == application.national_id_key else None
