"""Alerts, their pages, the limits of the operator's page and the figures themselves are one thing told four times."""

import re
import time
from datetime import datetime
from pathlib import Path

import pytest
import yaml
from prometheus_client import REGISTRY

from katip.cli.metrics import States
from katip.core import metrics
from katip.watch.findings import FULL, LIMITS
from katip.web.watch.words import FINDINGS
from tests.routes import routes

ROOT = Path(__file__).resolve().parents[2]
RUNBOOKS = ROOT / "docs" / "runbooks"
DRAWN = yaml.safe_load((ROOT / "deploy" / "alerts" / "katip.yml").read_text("utf-8"))
RULES = [rule for group in DRAWN["groups"] for rule in group["rules"]]
BY_PAGE = {Path(rule["annotations"]["runbook"]).stem: rule for rule in RULES}
SUFFIXES = ("_bucket", "_count", "_sum", "_total")


def own_names() -> set[str]:
    """What processes count, without the suffixes that Prometheus adds."""
    assert metrics.REQUESTS is not None
    return {family.name for family in REGISTRY.collect() if family.name.startswith("katip_")}


def plain(name: str) -> str:
    for suffix in SUFFIXES:
        name = name.removesuffix(suffix)
    return name


@pytest.fixture
def states(db: None) -> States:
    """The installation, looked at once."""
    states = States()
    states.look()
    return states


@pytest.fixture
def names(states: States) -> set[str]:
    """Every figure there is."""
    return own_names() | {family.name for family in states.collect()}


def test_the_installation_is_told_in_figures(states: States, names: set[str]) -> None:
    assert {"katip_database_up", "katip_jobs_oldest_seconds", "katip_log_size", "katip_database_bytes"} <= names
    told = {family.name: family for family in states.collect()}
    assert told["katip_database_up"].samples[0].value == 1
    assert told["katip_backup_timestamp_seconds"].samples == []
    assert abs(told["katip_state_timestamp_seconds"].samples[0].value - time.time()) < 60


def test_a_database_that_does_not_answer_is_said_and_what_was_seen_stays(
    states: States, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_at: datetime) -> None:
        raise OSError("no route to host")

    monkeypatch.setattr("katip.watch.prometheus.families", away)
    before = {family.name for family in states.collect()}
    states.look()
    told = {family.name: family for family in states.collect()}
    assert told["katip_database_up"].samples[0].value == 0
    assert set(told) == before


def test_every_alert_asks_for_figures_that_there_are(names: set[str]) -> None:
    for rule in RULES:
        asked = set(re.findall(r"\bkatip_\w+", rule["expr"])) - {"katip"}
        assert asked or rule["expr"].startswith("up{")
        assert {plain(name) for name in asked} <= {plain(name) for name in names}, rule["alert"]


def test_alerts_name_routes_places_and_tags_that_there_are() -> None:
    known = {str(pattern.name) for _, pattern in routes()}
    source = "".join(file.read_text("utf-8") for file in (ROOT / "katip").rglob("*.py"))
    for rule in RULES:
        for given in re.findall(r'route[=!]~"([^"]+)"', rule["expr"]):
            assert set(given.split("|")) <= known
        for value in re.findall(r'(?:place|tag)="([^"]+)"', rule["expr"]):
            assert f'"{value}"' in source, value


def test_questions_of_proxies_neither_hide_nor_make_errors() -> None:
    for counted in re.findall(r"katip_request_seconds_count(\{[^}]*\})?", BY_PAGE["errors"]["expr"]):
        assert 'route!~"health|ready"' in counted


def test_every_alert_has_its_page_and_every_page_its_alert() -> None:
    pages = {file.stem for file in RUNBOOKS.glob("*.md")} - {"README"}
    assert pages == set(BY_PAGE)
    listed = (RUNBOOKS / "README.md").read_text("utf-8")
    for page, rule in BY_PAGE.items():
        words = (RUNBOOKS / f"{page}.md").read_text("utf-8")
        assert words.startswith(f"# {rule['alert']}\n")
        for part in ("**Why it may be so**", "**Where to look**", "**What to do**"):
            assert part in words, page
        assert f"[{rule['alert']}]({page}.md)" in listed
        assert rule["labels"]["severity"] in {"page", "warn"}
        assert re.fullmatch(r"\d+[mh]", rule["for"])


def test_the_operators_page_judges_by_the_same_limits() -> None:
    assert set(FINDINGS) <= set(BY_PAGE)
    for page, limit in LIMITS.items():
        assert re.search(rf"> {limit}\b", BY_PAGE[page]["expr"]), page
    assert f"> {FULL}" in BY_PAGE["connections-full"]["expr"]


def test_the_page_about_seeing_tells_every_figure(names: set[str]) -> None:
    told = (ROOT / "docs" / "seeing.md").read_text("utf-8")
    for name in sorted(names):
        assert f"`{name}" in told, name
    mentioned = set(re.findall(r"`(katip_\w+)", told))
    assert {plain(name) for name in mentioned} <= {plain(name) for name in names}
