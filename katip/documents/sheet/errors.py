"""What is wrong with a sheet as a whole."""

from collections.abc import Mapping
from types import MappingProxyType


class SheetError(Exception):
    """The file is not read, or no further.

    `code` is stable and chooses the sentence; `facts` holds its placeholders:

    - `too_large` (most, in bytes), `too_unpacked` (most, in bytes), `too_many_rows` (most), `too_many_columns` (most)
    - `old_workbook` (.xls, or one with a password), `not_a_sheet`, `broken_workbook`, `no_worksheet`
    - `not_text`, `not_utf8`, `utf16`, `line_too_long`: a CSV file in another encoding or without line ends
    - `no_header`, `missing_column` (column: its header)
    """

    def __init__(self, code: str, **facts: object) -> None:
        """Keep the arguments in `args` too, so that the exception survives pickling between processes."""
        super().__init__(code, facts)
        self.code = code
        self._facts = facts

    @property
    def facts(self) -> Mapping[str, object]:
        """Plain values for the placeholders, read only."""
        return MappingProxyType(self._facts)
