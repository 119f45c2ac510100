"""Sessions in the database, as Django keeps them; every request reads its own by a query that is compiled once."""

from datetime import datetime
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from katip.core.compiled import Compiled


def _live(session_key: str, at: datetime) -> QuerySet[Session]:
    return Session.objects.filter(session_key=session_key, expire_date__gt=at)


_LIVE = Compiled(_live, session_key=str, at=datetime)


class SessionStore(db.SessionStore):
    """Django's own, but for how a session is found."""

    def _get_session_from_db(self) -> Any:
        found = _LIVE.first(session_key=self.session_key, at=timezone.now())
        if found is None:
            self._session_key = None  # as Django does: nobody is given a key of their own choice
        return found
