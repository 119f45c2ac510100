"""`python -m katip.cli.settings_page > docs/settings.md`: the page of all settings, made from their definitions."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Le
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from katip.core.choices.secrets import is_secret
from katip.core.environment import GROUPS, variable

_ROOT = Path(__file__).resolve().parents[2]

_HEAD = """# Settings

Every setting is a variable of the environment; there is no settings file. This page is made from the program
(`python -m katip.cli.settings_page`), and a test holds it against the code.

- **Files.** Each can stand in a file instead: `KATIP_SECRET_KEY_FILE=/run/secrets/key` in the place of
  `KATIP_SECRET_KEY`. Never both. The line break at the file's end does not count.
- **Wrong values** are refused at the start, and never shown.
- **Unknown names** that begin with `KATIP_` are warned of, with the known one that comes nearest.
- **Secrets** (marked so) are left out where settings are printed. Give them by file where others can read a process's
  environment.
- `katip doctor` says what is wrong with what is set.
"""


def page() -> Iterator[str]:
    """The page, line by line."""
    yield from _HEAD.splitlines()
    for group in GROUPS:
        intro = " ".join(filter(None, [group.__doc__, getattr(group, "more", "")]))
        yield from ("", f"## {group.title}", "", intro, "")  # type: ignore[attr-defined] # each group states one
        yield from ("| variable | default | values | what it is |", "|---|---|---|---|")
        for name, field in own_fields(group).items():
            told = f"{field.description}.{' *Secret.*' if is_secret(field) else ''}"
            yield f"| `{variable(name)}` | {shown(field.default)} | {values(field)} | {told} |"


def own_fields(group: type[BaseModel]) -> dict[str, FieldInfo]:
    """The settings of one group, in their order."""
    return dict(group.model_fields)


def shown(default: object) -> str:
    """A default for people."""
    if default == "":
        return "empty"
    if default is None:
        return "none"
    if isinstance(default, Path) and default.is_relative_to(_ROOT):  # the checkout's own folder
        default = default.relative_to(_ROOT)
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def values(field: FieldInfo) -> str:
    """What may be set."""
    kind: Any = field.annotation
    if get_origin(kind) is Literal:
        return ", ".join(f"`{one}`" for one in get_args(kind))
    if kind is bool:
        return "`true`, `false`"
    if kind is int:
        least = next((one.ge for one in field.metadata if isinstance(one, Ge)), None)
        most = next((one.le for one in field.metadata if isinstance(one, Le)), None)
        return f"{least}–{most}" if most is not None else f"{least} or more" if least is not None else "a number"
    if Path in (kind, *get_args(kind)):
        return "a path"
    return "JSON" if get_origin(kind) is dict else "text"


if __name__ == "__main__":
    sys.stdout.write("\n".join(page()) + "\n")
