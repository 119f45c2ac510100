"""The counter of the sample world: one branch, its hours, and who sits there."""

from datetime import datetime, time

from katip.core.actor import OPERATOR
from katip.counter.models import Branch
from katip.counter.services.branches import BranchFields, branch_open, hours_add, posting_set
from katip.registry.models import District, Official, OfficialRole

BRANCH = "Nilüfer gişesi"
_WEEK = range(1, 6)
_HOURS = ((time(9), time(12, 30)), (time(13, 30), time(17, 30)))


def counter_open(at: datetime) -> None:
    """Open the branch and seat its officers; what an interrupted load has done already is left alone."""
    branch = Branch.objects.filter(name=BRANCH).first()
    if branch is None:
        district = District.objects.get(province__name="Bursa", name="Nilüfer")
        fields = BranchFields(
            name=BRANCH,
            district_id=district.pk,
            address="Örnek Mahallesi, Deneme Caddesi No: 12, giriş katı",
            phone="8500000000",
        )
        branch = branch_open(actor=OPERATOR, at=at, fields=fields)
    known = set(branch.hours.filter(dropped_at=None).values_list("weekday", "opens"))
    for weekday in _WEEK:
        for opens, closes in _HOURS:
            if (weekday, opens) not in known:
                hours_add(actor=OPERATOR, at=at, branch_id=branch.pk, weekday=weekday, opens=opens, closes=closes)
    seated = Official.objects.filter(role__in=(OfficialRole.COUNTER, OfficialRole.SUPERVISOR))
    for official in seated.order_by("pk"):
        posting_set(actor=OPERATOR, at=at, official_id=official.pk, branch_id=branch.pk)
