"""Renewing what is kept between months (`core.kept`), so that the next one begins with little to read."""

from datetime import datetime

from katip.core.actor import Actor
from katip.core.usecase import snapshot_use_case
from katip.updates.feed.register import codes_read, places_read
from katip.updates.plan.snapshot import session_prepare
from katip.updates.plan.terms import terms_read
from katip.updates.services.month_plan import require_runner


@snapshot_use_case
def kept_renew(*, actor: Actor, at: datetime) -> None:
    """Bring this machine's kept frames up to date. Nothing in the database is changed, and no event comes of it.

    Raises `PermissionRefusedError` as `month_plan`.
    """
    require_runner(actor)
    session_prepare()
    terms_read(at)
    places_read(codes_read())
