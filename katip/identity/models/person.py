"""People. A T.C. kimlik no is stored sealed, found by a keyed hash, and never in clear."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Func, Value

from katip.core.crypto import lookup_key, seal, unseal
from katip.core.rows import ALL, ME, Rows
from katip.core.shown import shown
from katip.rules import mask_national_id


def _turkish_name(function: str) -> Any:
    """A stored generated column by which people are sorted or searched the Turkish way (see `core.turkish`)."""
    output = models.TextField(db_collation="C")
    name = Func(
        F("given_name"),
        Value(" "),
        F("family_name"),
        template=f"{function}(%(expressions)s)",
        arg_joiner=" || ",
        output_field=output,
    )
    return models.GeneratedField(expression=name, output_field=output, db_persist=True)


class PersonManager(BaseUserManager["Person"]):
    """Finds and makes people by T.C. kimlik no."""

    def find_by_national_id(self, national_id: str) -> "Person | None":
        """The person with this T.C. kimlik no (11 digits), or nothing."""
        return self.filter(national_id_key=lookup_key(national_id)).first()

    def create_person(self, *, national_id: str, given_name: str, family_name: str, **fields: Any) -> "Person":
        """A new person without a password: sign-in is opened by a way of its own."""
        person = self.model(given_name=given_name, family_name=family_name, **fields)
        person.national_id_key = lookup_key(national_id)
        person.national_id_sealed = seal(national_id)
        person.set_unusable_password()
        person.save(using=self._db)
        return person


class Person(AbstractBaseUser):
    """A natural person, known by T.C. kimlik no."""

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"
    visible: ClassVar[Rows] = Rows(f"id = {ME} OR katip_knows_person(id)", written=f"id = {ME}", door=ALL)

    national_id_key = models.CharField(max_length=64, unique=True)
    national_id_sealed = models.BinaryField()
    given_name = models.CharField(max_length=100)
    family_name = models.CharField(max_length=100)
    name_sort = _turkish_name("katip_sort_key")
    name_search = _turkish_name("katip_search_key")
    email = models.EmailField(blank=True, default="")
    email_unproved = models.BooleanField(default=False, db_default=False)
    """typed by the person and not confirmed from the address yet: only what concerns a sign-in goes there"""
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "national_id_key"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[PersonManager] = PersonManager()

    class Meta:
        """Listed by name."""

        indexes: ClassVar = [models.Index(fields=["name_sort", "id"], name="person_by_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Given name and family name, as people write it. Reading it counts as showing it (`core.shown`)."""
        shown(self.pk)
        return f"{self.given_name} {self.family_name}"

    @property
    def national_id(self) -> str:
        """The T.C. kimlik no in clear; only for the parties who need it. Reading it counts as showing it."""
        shown(self.pk)
        return unseal(self.national_id_sealed)

    @property
    def national_id_masked(self) -> str:
        """The T.C. kimlik no as lists show it: `100•••••214`."""
        return mask_national_id(self.national_id)
