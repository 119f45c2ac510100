"""The sheet of 46 columns that people's tools read and write: its columns, its words, writing, reading, understanding.

Pure Python: no database, no clock. A row is a mapping from field names (`COLUMNS`) to the text of its cells; a field
that is not there is an empty cell.
"""

from katip.documents.sheet.columns import BY_FIELD, COLUMNS, FIELDS, Column, ColumnKind, header_key
from katip.documents.sheet.errors import SheetError
from katip.documents.sheet.parse import REQUIRED, Parsed, RowFault, parse_row
from katip.documents.sheet.read import (
    FOR_COMMANDS,
    FOR_PAGES,
    Notice,
    Sheet,
    SheetRow,
    sheet_open,
    sheet_read,
)
from katip.documents.sheet.words import (
    SHEET_STATE,
    Approval,
    SheetState,
    approval_words,
    assignment_type_words,
    certificate_type_words,
    contract_name_words,
    contract_state_words,
    day_words,
    end_reason_words,
    hazard_class_words,
    moment_words,
    yes_no_words,
)
from katip.documents.sheet.workbook import Limits
from katip.documents.sheet.write import SheetFullError, csv_lines, csv_write, file_name, sheet_write, sheet_write_typed

__all__ = [
    "BY_FIELD",
    "COLUMNS",
    "FIELDS",
    "FOR_COMMANDS",
    "FOR_PAGES",
    "REQUIRED",
    "SHEET_STATE",
    "Approval",
    "Column",
    "ColumnKind",
    "Limits",
    "Notice",
    "Parsed",
    "RowFault",
    "Sheet",
    "SheetError",
    "SheetFullError",
    "SheetRow",
    "SheetState",
    "approval_words",
    "assignment_type_words",
    "certificate_type_words",
    "contract_name_words",
    "contract_state_words",
    "csv_lines",
    "csv_write",
    "day_words",
    "end_reason_words",
    "file_name",
    "hazard_class_words",
    "header_key",
    "moment_words",
    "parse_row",
    "sheet_open",
    "sheet_read",
    "sheet_write",
    "sheet_write_typed",
    "yes_no_words",
]
