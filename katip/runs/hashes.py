"""The hash by which a person's confirmation is bound to exactly the rows that were shown."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from katip.runs.kinds import RowAsked


def rows_hash(rows: Iterable[RowAsked], params: Mapping[str, Any] | None = None) -> str:
    """SHA-256 (hex) over a line for each row, `subject:version:digest`, by ascending subject.

    What a row has of its own follows it on its line, and what all rows share stands on a line above them, as canonical
    JSON. For rows of an inbox it is the hash that the inbox was shown with.
    """
    lines = sorted((row.subject_id, f"{row.subject_id}:{row.version}:{row.digest}{_own(row)}\n") for row in rows)
    head = f"{_canonical(params)}\n" if params else ""
    return hashlib.sha256((head + "".join(line for _, line in lines)).encode()).hexdigest()


def _own(row: RowAsked) -> str:
    return f":{_canonical(row.params)}" if row.params else ""


def _canonical(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
