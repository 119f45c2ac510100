"""The page for lawyers tells what the program holds: its figures, functions and tests are the program's."""

import doctest
import importlib
import re
from collections import Counter
from datetime import date
from pathlib import Path

import katip.rules
from katip.rules import (
    FULL_TIME_MONTH_MINUTES,
    PART_TIME_UP_TO_MINUTES,
    SHORT_CONTRACT_DAYS,
    ActivityChange,
    HazardClass,
    Profession,
    activity_changes,
    activity_rows,
)
from katip.rules.certificates import CERTIFICATES, LISTED_SECTORS
from katip.rules.minutes import DUTY, EXEMPTIONS, MINUTES, PLANNED_STARTS, ExemptionRow
from katip.rules.own_undertaking import UNDERTAKINGS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/rules/README.md").read_text("utf-8")

PROFESSIONS = dict(zip(Profession, ("İGU", "İH", "DSP"), strict=True))
HAZARDS = dict(zip(HazardClass, ("az tehlikeli", "tehlikeli", "çok tehlikeli"), strict=True))


def tables() -> dict[str, list[list[str]]]:
    """Rows by the first column's title and the second's."""
    found = {}
    for block in re.findall(r"(?:^\|.*\n)+", PAGE, re.MULTILINE):
        head, _, *rows = [[cell.strip() for cell in line.strip("|\n").split("|")] for line in block.splitlines()]
        found[" / ".join(head[:2])] = rows
    return found


TABLES = tables()


def day(value: date | None) -> str:
    return f"{value:%d.%m.%Y}" if value else "–"


def band(low: int, high: int | None = None) -> str:
    return f"{low}–{high or ''}"


def test_minutes() -> None:
    assert TABLES["profession / class"] == [
        [
            PROFESSIONS[row.profession],
            HAZARDS[row.hazard],
            band(row.from_employees, row.to_employees),
            str(row.minutes_per_employee),
            str(row.full_time_per or "–"),
            day(row.since),
            day(row.until),
            row.citation.short,
        ]
        for row in MINUTES
    ]


def ground(row: ExemptionRow) -> str:
    if row.below_hazard is not None:
        return f"below {HAZARDS[row.below_hazard]}"
    if row.below_employees is not None:
        return f"fewer than {row.below_employees} employees"
    return "a full-time workplace physician"


def test_exemptions() -> None:
    assert TABLES["reason / ground"] == [
        [f"`{row.reason}`", ground(row), day(row.since), day(row.until), row.citation.short] for row in EXEMPTIONS
    ]


def test_the_duty() -> None:
    assert TABLES["for / class"] == [
        [
            "public" if row.public_bodies else "private",
            HAZARDS[row.hazard],
            band(row.from_employees),
            day(row.since),
            day(row.until),
            "yes" if row.settled else "no",
            row.citation.short,
        ]
        for row in DUTY
    ]
    assert TABLES["start / written in"] == [[day(row.start), row.written_in or "–"] for row in PLANNED_STARTS]


def test_certificates() -> None:
    assert TABLES["class of certificate / serves up to"] == [
        [row.certificate_class, HAZARDS[row.highest], day(row.since), day(row.until), row.citation.short]
        for row in CERTIFICATES
    ]
    assert TABLES["prefix of the activity code / since"] == [
        [row.prefix, day(row.since), day(row.until)] for row in LISTED_SECTORS
    ]


def test_own_undertakings() -> None:
    assert TABLES["up to class / employees below"] == [
        [
            HAZARDS[row.highest],
            str(row.below_employees),
            str(row.together_below),
            str(row.minutes_per_employee),
            ", ".join(sorted(row.several)),
            day(row.since),
            day(row.until),
            row.citation.short,
        ]
        for row in UNDERTAKINGS
    ]


def test_hazard_classes() -> None:
    for told, *figures in TABLES["on / codes"]:
        as_of = date(*map(int, reversed(told.split("."))))
        counted = Counter(
            row.hazard
            for row in activity_rows()
            if row.valid_from <= as_of and (row.valid_to is None or as_of <= row.valid_to)
        )
        assert figures == [str(counted.total()), *(str(counted[hazard]) for hazard in HazardClass)]
    changes = Counter((row.source, row.change) for row in activity_changes())
    kinds = (ActivityChange.ADDED, ActivityChange.CHANGED, ActivityChange.RENUMBERED, ActivityChange.REMOVED)
    assert TABLES["gazette / added"] == [
        [source, *(str(changes[source, kind]) for kind in kinds)]
        for source in ("RG 21.05.2025/32906", "RG 01.04.2026/33211")
    ]
    assert TABLES["dropped / successor"] == [
        [row.code, row.successor.code, "stated" if row.successor.stated else "inferred"]
        for row in activity_changes()
        if row.successor is not None
    ]


def test_figures_of_capacity() -> None:
    assert [row[1] for row in TABLES["what / figure"]] == [
        str(figure) for figure in (FULL_TIME_MONTH_MINUTES, PART_TIME_UP_TO_MINUTES, SHORT_CONTRACT_DAYS)
    ]


def test_every_function_and_table_that_is_named_exists() -> None:
    named = [name.rpartition(".") for name in re.findall(r"`(katip\.rules\.[\w.]+)`", PAGE)]
    assert named
    assert [name for module, _, name in named if not hasattr(importlib.import_module(module), name)] == []


def test_every_function_of_the_statute_is_named() -> None:
    # those that belong to forms and pages and are not law
    apart = {"mask_national_id", "national_id_check_digits", "vkn_check_digit", "phone_takes_sms", "parse_email"}
    apart |= {"parse_nace"}
    functions = {name for name in katip.rules.__all__ if name[0].islower()}
    assert {name for name in functions if f"`katip.rules.{name}`" not in PAGE} == apart


def test_every_test_that_is_named_exists() -> None:
    named = {name.partition("::")[::2] for name in re.findall(r"`(tests/[\w/]+\.py(?:::\w+)?)`", PAGE)}
    texts = {file: (ROOT / file).read_text("utf-8") for file, _ in named}
    assert named
    assert [name for file, name in named if name and f"\ndef {name}(" not in texts[file]] == []


def test_the_example_runs() -> None:
    example = doctest.DocTestParser().get_doctest(PAGE, {}, "README.md", None, 0)
    assert example.examples
    assert doctest.DocTestRunner().run(example).failed == 0
