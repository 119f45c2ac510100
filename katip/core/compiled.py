"""Queries whose SQL is written once: the ORM's own, without its making the same text anew at every request.

Turning a query set into SQL costs more than running what it becomes. A query that stands on the way of every request,
or of every approval, is declared here with the values that vary; the text is made at its first use and kept.
"""

from collections.abc import Callable
from copy import copy
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, Generic, TypeVar

from django.db import connections
from django.db.models import Field, Lookup, QuerySet

from katip.core.prepared import prepared

Row = TypeVar("Row")

_FIRST = 1 << 61
"""a number that stands in no query by itself"""
_FIRST_DAY = date(9000, 1, 1)


class AnyOf(Lookup):
    """`field__any=[…]`: one of these, as one parameter, so that the text is the same for any number of them."""

    lookup_name = "any"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """`field = ANY(%s)`."""
        lhs, parameters = self.process_lhs(compiler, connection)
        return f"{lhs} = ANY(%s)", [*parameters, list(self.rhs)]


Field.register_lookup(AnyOf)


class Compiled(Generic[Row]):
    """A query set made by `build` of named values, compiled once.

    `kinds` are the values' types: `int`, `str`, `date`, `datetime`, or `list` (of ints, for `__any`; of a relation
    `…__pk__any`). The text must not depend on the values: none may be None. Raises `ValueError` where one does not
    reach it.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Row]], **kinds: type) -> None:
        self._build, self._kinds = build, kinds
        self._made: tuple[Any, Any, str, tuple[Any, ...]] | None = None

    def rows(self, **values: Any) -> list[Row]:
        """Run it; as many rows as there are."""
        made = self._made = self._made or self._make()
        queryset, compiler, sql, parameters = made
        given = tuple(values[one.name] if isinstance(one, _Place) else one for one in parameters)
        ours = copy(compiler)
        ours.connection = connections[queryset.db]
        ours.as_sql = lambda: (sql, given)
        seen = SimpleNamespace(
            db=queryset.db,
            model=queryset.model,
            query=SimpleNamespace(get_compiler=lambda *_, **__: ours, values_select=queryset.query.values_select),
            _fields=queryset._fields,
            _known_related_objects={},
        )
        with prepared():
            return list(queryset._iterable_class(seen))  # noqa: SLF001 -- what makes rows of it, Django's own

    def first(self, **values: Any) -> Row | None:
        """The first row, or None."""
        rows = self.rows(**values)
        return rows[0] if rows else None

    def _make(self) -> tuple[Any, Any, str, tuple[Any, ...]]:
        marks = {name: _mark(kind, place) for place, (name, kind) in enumerate(self._kinds.items())}
        queryset: Any = self._build(**marks)
        compiler = queryset.query.get_compiler(using=queryset.db)
        sql, parameters = compiler.as_sql()
        places = tuple(_place(value, marks) for value in parameters)
        missing = marks.keys() - {one.name for one in places if isinstance(one, _Place)}
        if missing:
            raise ValueError(f"not in the text: {', '.join(sorted(missing))}")
        return queryset, compiler, sql, places


class _Place:
    """Where a value goes."""

    def __init__(self, name: str) -> None:
        self.name = name


def _mark(kind: type, place: int) -> Any:
    marks: dict[type, Any] = {
        int: _FIRST + place,
        str: f"value {place} of a query",
        date: _FIRST_DAY + timedelta(days=place),
        datetime: datetime(9000, 1, 1, tzinfo=UTC) + timedelta(days=place),
        list: [_FIRST + place],
    }
    return marks[kind]


def _place(value: Any, marks: dict[str, Any]) -> Any:
    for name, mark in marks.items():
        if type(value) is type(mark) and value == mark:
            return _Place(name)
    return value
