"""Reading lists from files into tables: all of a file or nothing of it, a million lines in bounded memory.

The engine knows no domain noun. A room above says with an `ImportSpec` which columns a list has, which checks hold and
how its lines become rows. What an import does is told in `docs/import.md`.
"""

from katip.core.imports.describe import describe
from katip.core.imports.engine import import_file
from katip.core.imports.faults import Fault, ImportFailedError, ImportResult, ImportRunningError
from katip.core.imports.spec import Check, Column, ImportSpec, Stage, Upsert, conflict, required_with

__all__ = [
    "Check",
    "Column",
    "Fault",
    "ImportFailedError",
    "ImportResult",
    "ImportRunningError",
    "ImportSpec",
    "Stage",
    "Upsert",
    "conflict",
    "describe",
    "import_file",
    "required_with",
]
