"""Where people can go: branches, when they are open, who sits where. For whoever runs the installation."""

from dataclasses import dataclass
from datetime import datetime, time

from django.db import IntegrityError, transaction

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor
from katip.core.clock import day_of
from katip.core.usecase import use_case
from katip.counter.models import Branch, OpeningHours, Posting
from katip.counter.networks import networks_read
from katip.counter.permissions import AT_COUNTER, require_operator
from katip.registry.models import District, Official
from katip.registry.permissions import HELD
from katip.rules import RuleViolation, parse_phone


@dataclass(frozen=True, slots=True)
class BranchFields:
    """What is known of a branch. `networks`: those its officers may work from, one a line; empty: any."""

    name: str
    district_id: int
    address: str
    phone: str = ""
    networks: str = ""


@use_case
def branch_open(*, actor: Actor, at: datetime, fields: BranchFields) -> Branch:
    """Enter a new branch.

    Raises `PermissionRefusedError` unless the actor runs the installation; `ValueError` for networks that cannot be
    read; `FormatError` for a phone that does not fit; `RuleViolation` `branch_known`.
    """
    require_operator(actor, at)
    networks_read(fields.networks)
    district = District.objects.get(pk=fields.district_id)
    try:
        with transaction.atomic():
            branch = Branch.objects.create(
                name=fields.name,
                province_id=district.province_id,
                district=district,
                address=fields.address,
                phone=parse_phone(fields.phone) if fields.phone else "",
                networks=fields.networks.strip(),
            )
    except IntegrityError as error:
        raise RuleViolation("branch_known") from error
    record(actor, at, Happening("counter:branch:opened", branch.pk, {"name": branch.name, "networks": branch.networks}))
    return branch


@use_case
def hours_add(*, actor: Actor, at: datetime, branch_id: int, weekday: int, opens: time, closes: time) -> OpeningHours:
    """Add a stretch of a weekday (1 Monday … 7 Sunday).

    Raises `PermissionRefusedError` as above; `RuleViolation` `hours_backwards`, `hours_overlap`.
    """
    require_operator(actor, at)
    if opens >= closes:
        raise RuleViolation("hours_backwards")
    branch = Branch.objects.select_for_update().get(pk=branch_id)
    known = OpeningHours.objects.filter(branch=branch, weekday=weekday, dropped_at=None)
    if known.filter(opens__lt=closes, closes__gt=opens).exists():
        raise RuleViolation("hours_overlap")
    stretch = OpeningHours.objects.create(branch=branch, weekday=weekday, opens=opens, closes=closes)
    record(actor, at, Happening("counter:hours:added", branch.pk, {"hours": str(stretch)}))
    return stretch


@use_case
def posting_set(*, actor: Actor, at: datetime, official_id: int, branch_id: int) -> Posting:
    """Put an officer or supervisor at a branch from today on; where they sat before ends today.

    Raises `PermissionRefusedError` as above; `RuleViolation` `posting_office` for another or an ended office,
    `posting_province` for a branch outside the office's province.
    """
    require_operator(actor, at)
    official = Official.objects.select_for_update().filter(HELD, pk=official_id, role__in=AT_COUNTER).first()
    if official is None:
        raise RuleViolation("posting_office")
    branch = Branch.objects.get(pk=branch_id)
    if official.province_id not in {None, branch.province_id}:
        raise RuleViolation("posting_province")
    today = day_of(at)
    known = Posting.objects.filter(official=official, until__isnull=True)
    posting = known.filter(branch=branch).first()
    if posting is not None:
        return posting
    known.update(until=today)
    posting = Posting.objects.create(official=official, branch=branch, since=today)
    record(actor, at, Happening("counter:posting:set", official.pk, {"branch": branch.pk}))
    return posting
