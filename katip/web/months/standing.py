"""Where a month's change of a contract stands now, in the eyes of whoever looks: a tag, and what is theirs to do."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext_lazy

from katip.contracts.models import MonthChange
from katip.processes.models import PartyKind, ProcessState
from katip.rules import MonthOutcome
from katip.web.months.sentence import OUTCOMES

_WAITS = {PartyKind.EMPLOYER: "awaiting_employer", PartyKind.PROVIDER: "awaiting_provider"}
_ANSWERED = {
    (True, ProcessState.COMPLETED): ("done", gettext_lazy("Kişi bulundu")),
    (True, ProcessState.REJECTED): ("rejected", gettext_lazy("Kişi bulunamadı")),
    (False, ProcessState.COMPLETED): ("done", gettext_lazy("Onaylandı")),
}
"""by whether a person was asked for, and what became of it; other states say themselves what they are"""


@dataclass(frozen=True, slots=True)
class Standing:
    """A tag's name, its words (empty: the tag's own), and the step that waits for whoever looks, or nothing."""

    tag: str
    label: str = ""
    url: str = ""


def standing(change: MonthChange, viewer: PartyKind | None) -> Standing:
    """Where the change stands; `viewer` is the party that looks, None where it can decide nothing. Reads its process.

    An open process is the viewer's when it waits for that party: the organisation is the change's own.
    """
    outcome, process = MonthOutcome(change.outcome), change.process
    if outcome == MonthOutcome.AMENDED:
        return Standing("done", str(OUTCOMES[outcome]))
    if outcome == MonthOutcome.ENDED:
        return Standing("ended", str(OUTCOMES[outcome]))
    if process is None:
        return Standing("update_needed", str(OUTCOMES[outcome]))
    if process.state == ProcessState.OPEN:
        if process.waits_for == viewer:
            return Standing("yours", url=reverse("step", args=[process.pk]))
        return Standing(_WAITS.get(PartyKind(process.waits_for), "open"))
    person = outcome == MonthOutcome.PERSON
    name, words = _ANSWERED.get((person, ProcessState(process.state)), (process.state, ""))
    return Standing(name, str(words))
