"""Reading bodies strictly: JSON that says one thing, and no character that the register cannot keep."""

import json
from typing import Any

from django.http import HttpRequest
from django.http.request import RawPostDataException, UnreadablePostError
from ninja.parser import Parser

from katip.api.bodies import json_strict
from katip.api.v1.problems import Problem

MOST_BYTES = 512 << 10
"""of a body; a batch of 500 offers has some 80 kB"""


class StrictParser(Parser):
    """Takes an object; a name twice, NaN and lone surrogates are refused."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        """The body. Raises `Problem`."""
        try:
            found = json_strict(request.body)
            json.dumps(found, ensure_ascii=False).encode()
        except (ValueError, RecursionError, RawPostDataException, UnreadablePostError) as error:
            raise Problem("malformed_json") from error
        if not isinstance(found, dict):
            raise Problem("malformed_json")
        return found
