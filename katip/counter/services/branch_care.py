"""Keeping a branch: what is known of it, its week, the days on which it is closed, and its end."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from itertools import pairwise

from django.db import IntegrityError, transaction

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor
from katip.core.clock import day_of
from katip.core.usecase import use_case
from katip.counter.models import Branch, BranchClosure, OpeningHours
from katip.counter.networks import networks_read
from katip.counter.permissions import require_operator
from katip.counter.services.branches import BranchFields
from katip.registry.models import District
from katip.rules import RuleViolation, parse_phone

Week = Mapping[int, Sequence[tuple[time, time]]]
"""Stretches by weekday, 1 Monday … 7 Sunday; a day that is missing or empty is closed."""


@use_case
def branch_change(*, actor: Actor, at: datetime, branch_id: int, fields: BranchFields) -> Branch:
    """Correct what is known of a branch. Raises as `branch_open` does."""
    require_operator(actor, at)
    networks_read(fields.networks)
    district = District.objects.get(pk=fields.district_id)
    branch = Branch.objects.select_for_update().get(pk=branch_id)
    before = {"name": branch.name, "networks": branch.networks}
    branch.name, branch.address, branch.district = fields.name, fields.address, district
    branch.province_id = district.province_id
    branch.phone = parse_phone(fields.phone) if fields.phone else ""
    branch.networks = fields.networks.strip()
    try:
        with transaction.atomic():
            branch.save()
    except IntegrityError as error:
        raise RuleViolation("branch_known") from error
    after = {"name": branch.name, "networks": branch.networks}
    record(actor, at, Happening("counter:branch:changed", branch.pk, {"before": before, "after": after}))
    return branch


@use_case
def branch_shut(*, actor: Actor, at: datetime, branch_id: int, day: date) -> Branch:
    """Close a branch for good from `day` on, today or later: nobody is sent there, and nobody works there any more.

    Raises `PermissionRefusedError` unless the actor runs the installation; `RuleViolation` `day_past`.
    """
    require_operator(actor, at)
    if day < day_of(at):
        raise RuleViolation("day_past")
    return _closed_on(actor, at, branch_id, day)


@use_case
def branch_reopen(*, actor: Actor, at: datetime, branch_id: int) -> Branch:
    """Take the closing back, before its day or after it. Raises `PermissionRefusedError` as above."""
    require_operator(actor, at)
    return _closed_on(actor, at, branch_id, None)


def _closed_on(actor: Actor, at: datetime, branch_id: int, day: date | None) -> Branch:
    branch = Branch.objects.select_for_update().get(pk=branch_id)
    branch.closed_on = day
    branch.save(update_fields=["closed_on"])
    verb = "reopened" if day is None else "shut"
    record(actor, at, Happening(f"counter:branch:{verb}", branch.pk, {"day": str(day) if day else None}))
    return branch


@use_case
def week_set(*, actor: Actor, at: datetime, branch_id: int, week: Week) -> None:
    """Set when a branch is open; stretches that stay are left alone.

    Raises `PermissionRefusedError` as above; `RuleViolation` `hours_backwards`, `hours_overlap`, both with the weekday
    as the fact `weekday`.
    """
    require_operator(actor, at)
    branch = Branch.objects.select_for_update().get(pk=branch_id)
    wanted = {(weekday, *stretch) for weekday, stretches in week.items() for stretch in stretches}
    for weekday, stretches in week.items():
        _check(weekday, sorted(stretches))
    known = {(one.weekday, one.opens, one.closes): one for one in branch.hours.filter(dropped_at=None)}
    dropped = [one.pk for key, one in known.items() if key not in wanted]
    OpeningHours.objects.filter(pk__in=dropped).update(dropped_at=at)
    added = sorted(wanted - set(known))
    OpeningHours.objects.bulk_create(
        OpeningHours(branch=branch, weekday=weekday, opens=opens, closes=closes) for weekday, opens, closes in added
    )
    if dropped or added:
        said = sorted(f"{weekday} {opens:%H:%M}-{closes:%H:%M}" for weekday, opens, closes in wanted)
        record(actor, at, Happening("counter:hours:set", branch.pk, {"hours": said}))


def _check(weekday: int, stretches: Sequence[tuple[time, time]]) -> None:
    for opens, closes in stretches:
        if opens >= closes:
            raise RuleViolation("hours_backwards", facts={"weekday": weekday})
    for (_opens, closes), (opens, _closes) in pairwise(stretches):
        if opens < closes:
            raise RuleViolation("hours_overlap", facts={"weekday": weekday})


@use_case
def closure_add(*, actor: Actor, at: datetime, branch_id: int, day: date, reason: str) -> BranchClosure:
    """Close a branch for one day, today or later. Raises `RuleViolation` `day_past`, `closure_known`, and as above."""
    require_operator(actor, at)
    if day < day_of(at):
        raise RuleViolation("day_past")
    try:
        with transaction.atomic():
            closure = BranchClosure.objects.create(branch_id=branch_id, day=day, reason=reason)
    except IntegrityError as error:
        raise RuleViolation("closure_known") from error
    record(actor, at, Happening("counter:closure:added", branch_id, {"day": str(day), "reason": reason}))
    return closure


@use_case
def closure_drop(*, actor: Actor, at: datetime, branch_id: int, closure_id: int) -> None:
    """Take a closed day back; nothing happens where it was taken back before. Raises `PermissionRefusedError`."""
    require_operator(actor, at)
    found = BranchClosure.objects.filter(pk=closure_id, branch_id=branch_id, dropped_at=None)
    if found.update(dropped_at=at):
        record(actor, at, Happening("counter:closure:dropped", branch_id, {"closure": closure_id}))
