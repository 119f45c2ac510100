"""One part of a person's own data: the rows of a table that are about them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db.models import Model

from katip.core.crypto import unseal
from katip.core.shown import unshown
from katip.core.usecase import whole_register
from katip.identity.models import Person

MOST = 20_000
"""rows of one part, the newest; beyond it the file says that there is more, and that it can be asked for"""
_CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one table that are about the person.

    `by` leads from the row to the person's id; `fields` are handed out under their own names, those of `opened` (sealed
    in the database → name) in clear.
    """

    room: str
    name: str
    model: str
    by: str
    fields: tuple[str, ...]
    opened: Mapping[str, str] = field(default_factory=dict)
    named: Mapping[str, str] = field(default_factory=dict)
    """the number of a person → under which name theirs is handed out: that of somebody who did something to the data"""
    only: Mapping[str, Any] = field(default_factory=dict)

    @property
    def table(self) -> type[Model]:
        """The model."""
        return apps.get_model(self.model)

    @property
    def column(self) -> tuple[str, str]:
        """The table and the column by which the rows are found."""
        meta = self.table._meta  # noqa: SLF001 -- Django's public API
        return meta.db_table, str(meta.get_field(self.by.partition("__")[0]).column)  # type: ignore[union-attr] # a column, not a relation back

    def rows(self, person_id: int) -> Iterator[dict[str, Any]]:
        """The newest first, one more than `MOST` where there are more."""
        fields = (*self.fields, *self.opened, *self.named)
        found = self.table._default_manager.filter(**{self.by: person_id}, **self.only).order_by("-pk")  # noqa: SLF001 -- as above
        with unshown():
            names: dict[int | None, str] = {None: ""}
            for row in found.values(*fields)[: MOST + 1].iterator(_CHUNK):
                for number, name in self.named.items():
                    row[name] = _name(row.pop(number), names)
                for sealed, name in self.opened.items():
                    value = row.pop(sealed)
                    row[name] = unseal(value) if value else ""
                yield row


def _name(person_id: int | None, names: dict[int | None, str]) -> str:
    """A person's name, asked for once; empty where nobody in person acted."""
    if person_id is not None and person_id not in names:
        with whole_register("who did something about one's data is named to one, whoever they are"):
            found = Person.objects.filter(pk=person_id).first()
        names[person_id] = found.name if found else ""
    return names[person_id]
