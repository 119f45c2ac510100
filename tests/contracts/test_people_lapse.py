"""What nobody answered in time falls, whatever it was, and leaves nothing in force."""

from datetime import timedelta

import pytest

from katip.contracts.models import Contract, Undertaking, UndertakingState
from katip.contracts.services.sweep import sweep
from katip.processes.models import Process, ProcessState
from katip.registry.models import Mandate, StaffContract
from katip.rules import ContractState
from tests.cast import AT, World
from tests.contracts.people import people_make


@pytest.mark.django_db
def test_what_waits_for_one_person_lapses_and_can_be_opened_anew(world: World) -> None:
    people = people_make(world)

    def open_all(days: int) -> None:
        at = AT + timedelta(days=days)
        people.assign(at=at)
        people.undertake(at=at)
        people.propose(at=at, first_day=at.date())
        people.appoint(at=at)

    open_all(0)
    later = AT + timedelta(days=30)
    assert sweep(at=later).lapsed == 4
    assert set(Process.objects.values_list("state", flat=True)) == {ProcessState.LAPSED}
    assert Contract.objects.get().state == ContractState.LAPSED
    assert Undertaking.objects.get().state == UndertakingState.LAPSED
    assert not StaffContract.objects.filter(professional__person=people.employee).exists()
    assert not Mandate.objects.filter(person=people.candidate).exists()
    open_all(30)
    assert Process.objects.filter(state=ProcessState.OPEN).count() == 4
