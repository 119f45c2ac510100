"""What the models of this room share."""

from typing import Any

from django.db import models
from django.db.models import F, Func

UPSERT = "SELECT, INSERT, UPDATE"
INSERT_ONLY = "SELECT, INSERT"


def choices(values: Any) -> list[tuple[str, str]]:
    """A plain enum as Django choices."""
    return [(value.value, value.name) for value in values]


def turkish(field: str, function: str) -> Any:
    """A stored generated column by which `field` is sorted or searched the Turkish way (see `core.turkish`)."""
    output = models.TextField(db_collation="C")
    return models.GeneratedField(
        expression=Func(F(field), function=function, output_field=output), output_field=output, db_persist=True
    )
