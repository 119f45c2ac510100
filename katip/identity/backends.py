"""Password check by T.C. kimlik no, on top of allauth's backend."""

from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from katip.core.compiled import Compiled
from katip.identity.models import Person, SecurityNotice

_NOTED: dict[str, RawSQL] = {}


def person_note(name: str, sql: str) -> None:
    """Have the person of every session carry `name`, a figure that `sql` finds by `identity_person.id`.

    An upper room does so when it starts. It is asked with every request: an index must answer it.
    """
    _NOTED[name] = RawSQL(sql, [])  # noqa: S611 -- a constant of an upper room


def _person(person_id: int) -> QuerySet[Person]:
    unseen = SecurityNotice.objects.filter(person_id=OuterRef("pk"), seen_at=None).order_by().values("person_id")
    count = Coalesce(Subquery(unseen.annotate(count=Count("pk")).values("count")), 0)
    return Person.objects.annotate(unseen_notices=count, **_NOTED).filter(pk=person_id)


_PERSON = Compiled(_person, person_id=int)
"""compiled at the first request, when every room has started"""


class NationalIdBackend(AuthenticationBackend):  # type: ignore[misc] # allauth ships no types
    """Finds the person by the keyed hash itself; a number nobody has costs as much time as a wrong password."""

    def get_user(self, user_id: int) -> Person | None:
        """The person of a session, with `unseen_notices` and whatever upper rooms have pages tell of everybody.

        Every page tells these numbers, so they cost no query more.
        """
        person = _PERSON.first(person_id=int(user_id))
        return person if person is not None and self.user_can_authenticate(person) else None

    def _authenticate_by_username(self, username: str, password: str) -> Person | None:
        person = Person.objects.filter(national_id_key=username).first()
        found: Person | None = self._check_password(person, password)
        return found

    def _check_password(self, user: Person | None, password: str) -> Person | None:
        """A closed account is no account: allauth would lead it to a page of its own, which tells that it was one."""
        if user is None:
            return None
        self._did_check_password = True
        return user if user.check_password(password) and self.user_can_authenticate(user) else None
