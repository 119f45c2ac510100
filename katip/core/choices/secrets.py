"""Settings that nobody may read where an installation is only shown."""

from typing import Any

from pydantic import Field
from pydantic.fields import FieldInfo

_MARK = {"secret": True}


def secret(description: str) -> Any:
    """A text that is left out where settings are printed: a password, a key, or an address that may hold one."""
    return Field(default="", repr=False, description=description, json_schema_extra=dict(_MARK))


def is_secret(field: FieldInfo) -> bool:
    """Whether the setting is one."""
    return field.json_schema_extra == _MARK
