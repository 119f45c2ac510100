"""What has happened in the sample world so far: offers and answers, in the order of days.

Only the wish stands here; `world` acts it out through the services that a user goes through, which check it. Minutes
are not named: every offer is made at the legal minimum of the day.
"""

from dataclasses import dataclass
from enum import IntEnum


class Reached(IntEnum):
    """How far an offer has come."""

    OFFERED = 1
    """waits for the professional"""
    ACCEPTED = 2
    """waits for the employer"""
    APPROVED = 3
    """in force"""
    REFUSED = 4
    """rejected by the professional, with a reason"""


@dataclass(frozen=True, slots=True)
class Team:
    """Who offers (a provider, by authorisation number) and whom: T.C. kimlik no by process code."""

    authorisation_no: str
    manager: str
    people: dict[int, str]


@dataclass(frozen=True, slots=True)
class Scene:
    """Offers of a team to one workplace, named by SGK number, `days` working days ago; the answers follow daily.

    `workplace` may also be a whole number: the accountant's generated workplace of that place in the list, from 1.
    """

    team: Team
    workplace: str | int
    codes: tuple[int, ...]
    days: int
    reached: Reached
    reason: str = ""


SPECIALIST, PHYSICIAN, HEALTH = 103, 140, 177

MISAL = Team("ÖRNEK-0001", "10000000528", {SPECIALIST: "10000000214", PHYSICIAN: "10000000382"})
MISAL_A = Team(
    "ÖRNEK-0001", "10000000528", {SPECIALIST: "10000001136", PHYSICIAN: "10000000382", HEALTH: "10000001440"}
)
NUMUNE = Team("ÖRNEK-0002", "10000003116", {SPECIALIST: "10000001686", PHYSICIAN: "10000001990", HEALTH: "10000002126"})
DENEME = Team("ÖRNEK-0003", "10000003284", {SPECIALIST: "10000002294", PHYSICIAN: "10000002508"})

BOTH = (SPECIALIST, PHYSICIAN)

STORY = (
    # --- the employer: both contracts of the main workplace wait, one at the depot, one is with the specialist still
    Scene(MISAL, "22222010110000010160880000", BOTH, 3, Reached.ACCEPTED),
    Scene(MISAL, "25210010110000070160986000", (SPECIALIST,), 2, Reached.ACCEPTED),
    Scene(MISAL, "24776010110000030160882000", (SPECIALIST,), 1, Reached.OFFERED),
    # --- the newcomer: both contracts wait for the day on which two-step login is opened
    Scene(MISAL, "24762010110000050160784000", BOTH, 3, Reached.ACCEPTED),
    # --- the accountant: hand-shaped workplaces, among them the one that the law asks for three contracts
    Scene(MISAL_A, "24100010110000110160890000", (SPECIALIST, PHYSICIAN, HEALTH), 5, Reached.ACCEPTED),
    Scene(NUMUNE, "21392010110000120160891000", BOTH, 5, Reached.ACCEPTED),
    Scene(DENEME, "21071010110000130160892000", BOTH, 4, Reached.ACCEPTED),
    Scene(MISAL, "23100010110000140160593000", BOTH, 4, Reached.ACCEPTED),
    Scene(NUMUNE, "29531010110000150160894000", BOTH, 3, Reached.ACCEPTED),
    Scene(DENEME, "21812010110000160160995000", BOTH, 3, Reached.ACCEPTED),
    Scene(MISAL, "25231010110000170160296000", BOTH, 2, Reached.ACCEPTED),
    Scene(NUMUNE, "24773010110000180160800000", BOTH, 2, Reached.ACCEPTED),
    # --- the accountant: generated workplaces
    Scene(NUMUNE, 1, BOTH, 3, Reached.ACCEPTED),
    Scene(NUMUNE, 2, BOTH, 3, Reached.ACCEPTED),
    Scene(DENEME, 3, BOTH, 2, Reached.ACCEPTED),
    Scene(DENEME, 4, (SPECIALIST,), 2, Reached.ACCEPTED),
    Scene(MISAL, 5, BOTH, 21, Reached.APPROVED),
    Scene(MISAL, 6, BOTH, 24, Reached.APPROVED),
    Scene(NUMUNE, 7, BOTH, 33, Reached.APPROVED),
    Scene(DENEME, 8, BOTH, 40, Reached.APPROVED),
    Scene(MISAL, 11, (SPECIALIST,), 4, Reached.REFUSED, "Bu ay başka bir işyerinde tam gün çalışıyorum, vaktim yok."),
    # --- what `turns` goes on with, and one that nobody answered
    Scene(MISAL, 13, BOTH, 50, Reached.APPROVED),
    Scene(MISAL, 16, BOTH, 45, Reached.APPROVED),
    Scene(MISAL, 17, BOTH, 40, Reached.APPROVED),
    Scene(MISAL, 18, BOTH, 10, Reached.APPROVED),
    Scene(MISAL, 20, BOTH, 35, Reached.APPROVED),
    Scene(MISAL, 21, BOTH, 30, Reached.APPROVED),
    Scene(MISAL, 22, (SPECIALIST,), 20, Reached.OFFERED),
    Scene(MISAL, 12, (SPECIALIST,), 12, Reached.OFFERED),
    # --- other companies, running
    Scene(NUMUNE, "24721010110000040342193000", BOTH, 60, Reached.APPROVED),
    Scene(NUMUNE, "20811010110000230031784000", (SPECIALIST, PHYSICIAN, HEALTH), 55, Reached.APPROVED),
    Scene(DENEME, "26210010110000300062328000", BOTH, 48, Reached.APPROVED),
    Scene(DENEME, "26920010110000310062329000", BOTH, 44, Reached.APPROVED),
    Scene(NUMUNE, "24322010110000060410545000", BOTH, 38, Reached.APPROVED),
    # --- more that waits for the professionals of the cast
    Scene(MISAL, "28510010110000320261295000", BOTH, 1, Reached.OFFERED),
)
