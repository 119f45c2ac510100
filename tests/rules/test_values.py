"""Values that the rules are spoken in."""

import pickle
from datetime import date

import pytest

from katip.rules import Citation, HazardClass, RuleViolation

SOURCE = Citation("Kanun m.1", "Kanun madde 1", date(2020, 1, 1))


def test_hazard_classes_are_ordered_by_hazard_and_not_by_spelling() -> None:
    low, hazardous, very = HazardClass
    assert low < hazardous < very
    assert very > hazardous > low
    assert low <= HazardClass("low") <= hazardous
    assert very >= HazardClass("very_hazardous") >= hazardous
    assert not very <= low
    assert sorted([very, low, hazardous]) == [low, hazardous, very]
    assert max(low, hazardous) is hazardous
    assert [h.rank for h in HazardClass] == [0, 1, 2]


def test_a_hazard_class_has_no_order_against_a_text() -> None:
    with pytest.raises(TypeError):
        _ = HazardClass.LOW < "hazardous"
    assert HazardClass("low") == "low"


def test_a_refusal_keeps_code_source_and_facts() -> None:
    refusal = RuleViolation("capacity_short", SOURCE, {"short_by": 40})
    assert str(refusal) == "capacity_short short_by=40"
    assert str(RuleViolation("x")) == "x"
    again = pickle.loads(pickle.dumps(refusal))  # noqa: S301 - our own bytes
    assert (again.code, again.citation, again.facts) == ("capacity_short", SOURCE, {"short_by": 40})


def test_the_facts_of_a_refusal_do_not_change_afterwards() -> None:
    facts: dict[str, object] = {"a": 1}
    refusal = RuleViolation("x", facts=facts)
    facts["a"] = 2
    assert refusal.facts["a"] == 1
    with pytest.raises(TypeError):
        refusal.facts["a"] = 3  # type: ignore[index] # what is tried
