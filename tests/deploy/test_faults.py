"""The accounting of `script/test-cluster`: what counts as acknowledged, and that no loss and no doubling escapes it."""

from typing import Any

import pytest

from deploy.faults.check import Found, _judge, check
from deploy.faults.faults import FAULTS, faults_named
from deploy.faults.ledger import LOOKED, Answer, Ledger
from deploy.faults.seen import READ, WRITE, Request, gap
from tests.cast import World

WHOLE = ("completed", 7, "active", 1, 1, 1, 1, 1, 1)
ABSENT = ("open", 7, "awaiting_employer", 0, 0, 0, 0, 0, 0)


def told(*answers: str, process: int = 5) -> dict[str, Any]:
    return {"process": process, "tries": [{"begun": 1.0, "answer": one, "words": ""} for one in answers]}


def judged(entry: dict[str, Any], row: tuple[Any, ...] | None) -> Found:
    found = Found()
    _judge(entry, row, found)
    return found


# --- the ledger -----------------------------------------------------------------------------------------------


def test_one_acknowledged_try_is_enough_and_an_unanswered_one_is_no_refusal() -> None:
    ledger = Ledger()
    for process, answers in ((1, "ua"), (2, "ur"), (3, "r"), (4, "a")):
        for no, sign in enumerate(answers):
            ledger.note(process, float(no), Answer.UNKNOWN, "sent")
            answer = {"u": Answer.UNKNOWN, "r": Answer.REFUSED, "a": Answer.ACKNOWLEDGED}[sign]
            ledger.settle(process, answer, "approve")
    ledger.note(2, 9.0, Answer.REFUSED, LOOKED)
    assert ledger.counts() == {"acknowledged": 2, "unknown": 1, "refused": 1, "repeated": 2}
    assert ledger.unknown() == [2]


def test_what_was_sent_is_unknown_until_it_is_answered() -> None:
    ledger = Ledger()
    ledger.note(1, 0.0, Answer.UNKNOWN, "sent")
    assert ledger.entry(1).is_unknown


def test_the_gap_is_the_longest_time_between_two_good_answers() -> None:
    def answered(at: float, kind: str = READ, *, ok: bool = True) -> Request:
        return Request(kind, at, at, ok)

    asked = [answered(1), answered(2, ok=False), answered(3, WRITE), answered(6), answered(7)]
    assert gap(asked, READ, 0, 8) == 5
    assert gap(asked, WRITE, 0, 8) == 5
    assert gap([], READ, 0, 8) == 8


# --- what is found beside it --------------------------------------------------------------------------------


def test_an_acknowledged_approval_that_stands_is_found() -> None:
    found = judged(told("unknown", "acknowledged"), WHOLE)
    assert (found.acknowledged, found.found, found.documents) == (1, 1, 1)
    assert (found.lost, found.doubled, found.wrong) == ([], [], [])


def test_an_acknowledged_approval_that_is_not_there_is_lost() -> None:
    found = judged(told("acknowledged"), ABSENT)
    assert (found.acknowledged, found.found, found.lost) == (1, 0, [5])


@pytest.mark.parametrize("place", range(3, 9))
def test_nothing_may_be_there_twice_whatever_the_client_knows(place: int) -> None:
    row = (*WHOLE[:place], 2, *WHOLE[place + 1 :])
    for answer in ("acknowledged", "unknown"):
        found = judged(told(answer), row)
        assert found.doubled
        assert found.found == 0


@pytest.mark.parametrize("place", range(3, 9))
def test_half_an_approval_is_wrong(place: int) -> None:
    for whole in (WHOLE, ABSENT):
        row = (*whole[:place], 1 - int(whole[place]), *whole[place + 1 :])
        assert judged(told("unknown"), row).wrong


@pytest.mark.parametrize(("row", "there"), [(WHOLE, 1), (ABSENT, 0)])
def test_an_unknown_approval_may_stand_or_not(row: tuple[Any, ...], there: int) -> None:
    found = judged(told("unknown"), row)
    assert (found.unknown, found.unknown_there, found.lost, found.doubled, found.wrong) == (1, there, [], [], [])


def test_what_was_answered_as_not_recorded_must_not_stand() -> None:
    assert judged(told("refused"), WHOLE).wrong
    assert not judged(told("refused"), ABSENT).wrong


def test_nothing_stands_that_nobody_asked_for() -> None:
    assert judged(told(), WHOLE).wrong
    assert judged(told(), ABSENT) == Found()


def test_a_process_that_is_gone_is_wrong() -> None:
    assert judged(told("unknown"), None).wrong


@pytest.mark.django_db
def test_the_tables_are_read_as_they_are(world: World) -> None:
    approved, waiting = world.active(103), world.accepted(140)
    ledger = [told("acknowledged", process=one.process_id) for one in (approved, waiting)]
    found = check(ledger, 0)
    assert found.lost == [waiting.process_id]
    assert (found.acknowledged, found.found) == (2, 0)  # its document is still to be made
    [half] = [words for words in found.wrong if words.startswith(f"process {approved.process_id}:")]
    assert half.endswith("1 decisions, 1 versions, 1 acts, 1 events, 1 documents, 0 files")
    assert any("still to be done" in words for words in found.wrong)
    assert any(words.startswith("log:") for words in found.wrong)  # no event has its place yet


# --- which faults ----------------------------------------------------------------------------------------------


def test_faults_are_named_in_any_order() -> None:
    assert [one.name for one in faults_named(["web-kill", "primary-cut"])] == ["web-kill", "primary-cut"]
    assert faults_named([]) == list(FAULTS)
    with pytest.raises(LookupError, match="no such fault: nothing"):
        faults_named(["nothing"])
