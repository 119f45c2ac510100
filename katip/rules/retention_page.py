"""Writes `docs/retention.md` from the table of kinds: `python -m katip.rules.retention_page > docs/retention.md`.

Prints the page and touches no file. A test compares what it prints with the page that stands in `docs`.
"""

import sys
from collections.abc import Iterable

from katip.rules.retention import Fate, Rule
from katip.rules.retention_kept import RULES

_INTRODUCTION = """How long this register keeps which data, on what ground, and what becomes of them then. The rows are
`katip.rules.retention_table` and `katip.rules.retention_kept`; the page *Saklama süreleri* (`/saklama/`) shows the same
in Turkish, `katip retention` carries it out."""

_CARRIED_OUT = """`katip serve` and the demo carry this out once a day, `katip retention run` at any time, in batches of
one transaction each. `katip retention run --dry-run` says what is due and touches nothing.

- The application's login may not delete these rows. One function of the owner's, `keeping_destroy`, deletes what a rule
  names, and only what is due by the server's own clock; `katip migrate` writes it from this table. Nobody can erase
  anything before its time through it.
- The same function writes the row of destruction (`keeping_destruction`: rule, how many, up to when), and an audit
  event `keeping:data:destroyed` stands beside it. Both stay.
- The audit log does not break: an event holds a salted hash of its detail, and only the detail goes."""

_SETTING = """The law names no years for the kinds of the second table. Nothing of them is destroyed until the operator
has decided: `KATIP_KEEP` takes a JSON object from code to span (`15y`, `6m`, `90d`) or `never`, for any code of the
first two tables, and `katip migrate` puts it in force. Say `never` where a law suit or an inspection needs the data.

    KATIP_KEEP='{"event_detail": "15y", "contract_file": "15y", "notice": "1y"}'"""

_GROUNDS = """6698: law on personal data (KVKK) · 6331: law on occupational safety · 6098: code of obligations ·
5237: criminal code · Yönetmelik: by-law on deletion, destruction and anonymisation of personal data, RG
28.10.2017/30224; its m.11 asks for a periodic destruction at least every six months, m.7/3 for records of it that are
kept for three years. That a ground fits is the operator's to confirm, with their own counsel."""

_FATES = {
    Fate.DELETE: "deleted",
    Fate.BLANK: "emptied",
    Fate.ERASE_DETAIL: "detail erased, event stays",
    Fate.KEEP: "kept",
}


def page() -> str:
    """The whole page, ending with a line break."""
    ends = [rule for rule in RULES if rule.fate is not Fate.KEEP]
    parts = [
        "<!-- Generated; do not edit: python -m katip.rules.retention_page > docs/retention.md -->",
        "# How long data are kept",
        _INTRODUCTION,
        "## Destroyed as it stands here",
        _ending(rule for rule in ends if rule.settled),
        "## Destroyed once the operator has confirmed it",
        _SETTING,
        _ending(rule for rule in ends if not rule.settled),
        "## Kept as long as the register",
        _table(
            ("code", "what", "tables", "ground"),
            ((f"`{rule.code}`", rule.kind.en, _tables(rule), rule.ground) for rule in RULES if rule.fate is Fate.KEEP),
        ),
        "## How it is carried out",
        _CARRIED_OUT,
        "## Grounds",
        _GROUNDS,
    ]
    return "\n\n".join(parts) + "\n"


def _ending(rules: Iterable[Rule]) -> str:
    return _table(
        ("code", "what", "how long", "from", "then", "tables", "ground"),
        (
            (
                f"`{rule.code}`",
                rule.kind.en,
                rule.span.words("en") if rule.span else "",
                rule.start.en,
                _FATES[rule.fate],
                _tables(rule),
                rule.ground,
            )
            for rule in rules
        ),
    )


def _tables(rule: Rule) -> str:
    return ", ".join(f"`{table}`" for table in rule.tables)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    sys.stdout.write(page())
