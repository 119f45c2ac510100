"""The table of retention: one row a kind, each with its ground; the page in `docs` says the same."""

from pathlib import Path

import pytest

from katip.rules.retention import NEVER, Fate, Rule, Span, Words, span_of, told_check
from katip.rules.retention_kept import KEPT, RULES
from katip.rules.retention_page import page
from katip.rules.retention_table import CONFIRMED_FIRST, DELETED

BY_CODE = {rule.code: rule for rule in RULES}


def test_the_page_in_the_documents_is_the_table() -> None:
    assert (Path(__file__).parents[2] / "docs" / "retention.md").read_text("utf-8") == page()


def test_every_kind_has_its_code_ground_and_words_in_both_languages() -> None:
    assert len(BY_CODE) == len(RULES)
    for rule in RULES:
        assert rule.ground
        assert rule.kind.tr != rule.kind.en
        assert rule.start.en if rule.span else not rule.start.en


def test_what_the_law_does_not_count_waits_for_the_operator() -> None:
    assert {span_of(rule, {}) for rule in CONFIRMED_FIRST} == {None}
    assert {span_of(rule, {}) for rule in KEPT} == {None}
    assert all(span_of(rule, {}) == rule.span for rule in DELETED)


def test_the_operator_confirms_changes_and_stops() -> None:
    told = {"event_detail": "20y", "notice": "6m", "message": NEVER}
    assert span_of(BY_CODE["event_detail"], told) == Span("20y")
    assert span_of(BY_CODE["notice"], told) == Span("6m")
    assert span_of(BY_CODE["message"], told) is None


def test_a_setting_that_cannot_be_gone_by_is_named() -> None:
    assert told_check(RULES, {"notice": "1y", "message": NEVER}) == []
    faults = told_check(RULES, {"nothing": "1y", "event": "1y", "notice": "soon"})
    assert [fault.partition(":")[0] for fault in faults] == ["nothing", "event", "notice"]


@pytest.mark.parametrize("text", ["", "1", "y", "1w", "-1y", "1y ", "'; DROP"])
def test_a_span_is_a_figure_and_a_unit(text: str) -> None:
    with pytest.raises(ValueError, match="no span"):
        Span(text)


def test_a_span_in_words() -> None:
    assert (Span("2y").interval, Span("2y").words("tr"), Span("1m").words("en")) == ("2 years", "2 yıl", "1 month")


def test_a_rule_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="belong together"):
        Rule("a", Words("b", "c"), ("t",), Fate.DELETE, "ground")
