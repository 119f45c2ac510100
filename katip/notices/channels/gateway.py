"""A gateway that is asked over HTTP: how the operator's template is filled in, and what its answers mean.

Gateways differ: what is posted is the operator's text with places in it. Nothing of an answer is kept but a number.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote_plus, urlsplit
from xml.sax.saxutils import escape

from katip.core.environment import is_loopback
from katip.core.outbound import Answer, Bounds, Fault, OutboundError, ask
from katip.notices.channels.base import ChannelDownError, Outcome, Verdict

BOUNDS = Bounds(seconds=20, most_bytes=64 * 1024)
_PLACE = re.compile(r"\{([a-z]+)\}")
_WRITTEN: dict[str, Callable[[str], str]] = {
    "application/json": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "application/x-www-form-urlencoded": quote_plus,
    "application/xml": lambda text: escape(text, {'"': "&quot;", "'": "&apos;"}),
    "text/xml": lambda text: escape(text, {'"': "&quot;", "'": "&apos;"}),
}
_OUR_FAULT = {401, 402, 403, 407}
_NOT_NOW = {408, 409, 423, 425, 429}
_ANSWER_SEEN = 4_000
"""signs of an answer that the operator's patterns look at"""


@dataclass(frozen=True, slots=True)
class Gateway:
    """Where to ask and how. `body` has places (`{text}` …), filled in as `content_type` wants it.

    `accepted` and `refused` are patterns (possibly empty) put to the answer's text: many gateways say 200 to all.
    The first group of `accepted` is the gateway's own number of the message.
    """

    name: str
    url: str
    body: str
    content_type: str
    authorization: str = ""
    accepted: str = ""
    refused: str = ""

    def problems(self, places: frozenset[str]) -> list[str]:
        """What is wrong with it, in words for the operator; `places` are those that the body must have."""
        parts = urlsplit(self.url)
        found = []
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            found.append("the address is none of http or https")
        elif parts.scheme == "http" and not is_loopback(parts.hostname):
            found.append("off this machine the address must be https")
        if _media(self.content_type) not in _WRITTEN:
            found.append(f"the content type must be one of {', '.join(_WRITTEN)}")
        given = set(_PLACE.findall(self.body))
        if missing := sorted(places - given):
            found.append("the body lacks " + ", ".join(f"{{{place}}}" for place in missing))
        for pattern in (self.accepted, self.refused):
            try:
                re.compile(pattern)
            except re.error:
                found.append("a pattern is no regular expression")
        return found

    def ask(self, values: dict[str, str], token: str) -> Outcome:
        """Post one message. `token` stays the same when it is tried again. Raises `ChannelDownError`."""
        headers = {"Content-Type": self.content_type, "Idempotency-Key": token}
        if self.authorization:
            headers["Authorization"] = self.authorization
        try:
            answer = ask(self.url, bounds=BOUNDS, body=self.filled(values).encode(), headers=headers)
        except OutboundError as error:
            # a cut or a silence may come after the gateway took the message: it counts as a try
            raise ChannelDownError(f"{self.name}_{error.fault}", begun=error.fault is not Fault.REDIRECTED) from error
        return self._outcome(answer)

    def filled(self, values: dict[str, str]) -> str:
        """The body with every place that is known filled in."""
        written = _WRITTEN[_media(self.content_type)]
        return _PLACE.sub(lambda found: written(values[found[1]]) if found[1] in values else found[0], self.body)

    def _outcome(self, answer: Answer) -> Outcome:
        text = answer.body.decode("utf-8", "replace")[:_ANSWER_SEEN].strip()
        if self.refused and re.search(self.refused, text):
            return Outcome(Verdict.REFUSED, f"{self.name}_refused", is_address=True)
        if answer.status in _OUR_FAULT:
            raise ChannelDownError(f"{self.name}_{answer.status}")
        if answer.status >= 500:  # noqa: PLR2004 -- what HTTP calls the server's own faults
            raise ChannelDownError(f"{self.name}_{answer.status}", begun=True)
        if answer.status >= 400:  # noqa: PLR2004 -- and the asker's
            return Outcome(Verdict.FAILED, f"{self.name}_{answer.status}")
        if not self.accepted:
            return Outcome(Verdict.SENT)
        found = re.search(self.accepted, text)
        if found is None:
            return Outcome(Verdict.FAILED, f"{self.name}_answer")
        return Outcome(Verdict.SENT, ref=(found[1] or "")[:64] if found.re.groups else "")


def _media(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()
