"""The log of the server: one line, or one JSON object, for what happened; no personal number in it.

Whatever is logged goes through `Masked`: numbers of ten digits and more, telephones, e-mail addresses, passwords in
addresses of servers, and what a database tells of the row that it refused are taken out of words and tracebacks. Where
a line tells of a request, the route's name stands for its path.
"""

import logging
import re
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
"""of the request that is being answered: the proxy's, or our own"""

HIDDEN = "‹…›"
_LARGE = 10**9
"""numbers of ten digits name somebody, as a telephone does"""
_PATTERNS = (
    # a T.C. kimlik no, an SGK number, a telephone, an IBAN: as one run of digits …
    (re.compile(r"\d{10,}"), HIDDEN),
    # … a telephone in groups, an SGK number in its nine, a T.C. kimlik no in threes
    (re.compile(r"(?<![\w.:+-])(?:\+?90|0)?[ .-]?\(?[2-5]\d{2}\)?[ .-]\d{3}[ .-]?\d{2}[ .-]?\d{2}(?![\w-])"), HIDDEN),
    (re.compile(r"(?<!\d)\d[ .-]\d{4}[ .-]\d{2}[ .-]\d{2}[ .-]\d{7}(?:[ .-]\d{2,3}){2,4}(?!\d)"), HIDDEN),
    (re.compile(r"(?<!\d)[1-9]\d{2} \d{3} \d{3} \d{2}(?!\d)"), HIDDEN),
    (re.compile(r"(?<=://)[^/\s@]+@"), HIDDEN + "@"),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), HIDDEN),
    # PostgreSQL quotes values of the row: names among them
    (re.compile(r"^((?:DETAIL|CONTEXT): ).*$", re.MULTILINE), r"\1" + HIDDEN),
)


def masked(text: str) -> str:
    """`text` without personal numbers, addresses and quoted rows."""
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return text


def _routed(record: logging.LogRecord, text: str) -> str:
    """The route's name in place of what was typed into the address."""
    request: Any = getattr(record, "request", None)
    if not hasattr(request, "get_full_path"):
        return text
    match = getattr(request, "resolver_match", None)
    name = match.view_name if match else "no route"
    for path in (request.get_full_path(), request.path):
        if len(path) > 1:
            text = text.replace(path, name)
    return text


class Masked(logging.Formatter):
    """Lines of words for a person who reads along."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s%(behind)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """The line, and a traceback below it where there is one."""
        number = REQUEST_ID.get()
        record.behind = f" [{number}]" if number else ""
        return masked(_routed(record, super().format(record)))


class MaskedJson(JsonFormatter):
    """One JSON object a line.

    `at` (UTC), `level`, `logger`, `message`, `process`; `request` and `traceback` where there is one; and what was
    given beside the message.
    """

    def __init__(self) -> None:
        super().__init__(
            "{message}{levelname}{name}{process}{exc_info}",
            style="{",
            rename_fields={"levelname": "level", "name": "logger", "exc_info": "traceback"},
            reserved_attrs=[*RESERVED_ATTRS, "request", "behind", "taskName"],
            timestamp="at",
            json_ensure_ascii=False,
        )

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        """Fill the object, with the route's name for a path, and take out what does not belong there."""
        log_data["at"] = log_data["level"] = None  # they stand first
        super().add_fields(log_data, record, message_dict)
        log_data["message"] = _routed(record, str(log_data.get("message", "")))
        if number := REQUEST_ID.get():
            log_data["request"] = number
        for name, value in tuple(log_data.items()):
            if value is None:
                del log_data[name]
            elif not isinstance(value, datetime | float | bool):
                log_data[name] = value if isinstance(value, int) and abs(value) < _LARGE else masked(str(value))
