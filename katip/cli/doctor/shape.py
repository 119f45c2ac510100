"""Whether the database has this version's shape."""

from collections.abc import Iterator

from katip.core.finding import Finding, fine, problem, warning

_SHOWN = 3


def shape_look() -> Iterator[Finding]:
    """The database's shape, against what this version needs."""
    from django.db import DEFAULT_DB_ALIAS

    from katip.core.schema import finish_due, label, plan_find

    plan = plan_find(DEFAULT_DB_ALIAS)
    if plan.expand:
        names = [label(one) for one in plan.expand]
        yield problem(
            f"{len(names)} migrations are not applied: {_some(names)}",
            "This version's pages and jobs need them.",
            "katip migrate",
        )
    if plan.unknown:
        yield warning(
            f"a newer version was here: this one does not know {_some(plan.unknown)}",
            "It serves all the same, until that version is finished.",
            "Bring this machine to the newer version.",
        )
    if due := finish_due(DEFAULT_DB_ALIAS):
        yield warning(
            f"the last change of version is not finished: {_some(due)}",
            "What the version before could not live with is still switched off.",
            "Once no process of that version runs: katip migrate --finish",
        )
    if not (plan.expand or plan.unknown or due):
        yield fine("the database has this version's shape")


def _some(names: list[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
