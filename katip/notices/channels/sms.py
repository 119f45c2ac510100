"""SMS by the operator's gateway: to Turkish mobile phones, in one message with all its Turkish letters.

Counted by GSM 03.38 with the Turkish single shift table (3GPP TS 23.038, A.3.1): 155 septets beside the header that
names the table. A gateway that knows it sends one message; another one sends two or three, and loses no letter either.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from katip.core.environment import Environment
from katip.notices.channels.base import Outcome, Parcel, Send, Verdict
from katip.notices.channels.gateway import Gateway

MOST_SEPTETS = 155
PHONE = re.compile(r"5\d{9}")
PLACES = frozenset({"phone", "text"})
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_SHIFTED = frozenset("\f^{}\\[~]|€ĞİŞçğış")
_NAMED = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\u00a0": " "})


def septets(text: str) -> int:
    """How many septets `text` takes. Raises `ValueError` for a sign that neither table has."""
    if strange := set(text) - _BASIC - _SHIFTED:
        raise ValueError(f"not in an SMS: {''.join(sorted(strange))!r}")
    return sum(2 if sign in _SHIFTED else 1 for sign in text)


def sms_text(text: str, link: str = "") -> str:
    """`text` and `link` as one SMS: typographic signs made plain, too long a text cut at a word, the link never."""
    plain = "".join(
        sign if sign in _BASIC or sign in _SHIFTED else "?" for sign in " ".join(text.translate(_NAMED).split())
    )
    tail = f" {link}" if link else ""
    words = plain.split(" ")
    while len(words) > 1 and septets(" ".join(words) + tail) > MOST_SEPTETS:
        words.pop()
        words[-1] = words[-1].rstrip(".,;:") + ".."
    return " ".join(words) + tail


def sms_gateway(site: Environment) -> Gateway | None:
    """The gateway that the operator set, if any."""
    if not site.sms_url:
        return None
    return Gateway(
        "sms",
        site.sms_url,
        site.sms_body,
        site.sms_content_type,
        site.sms_authorization,
        site.sms_accepted,
        site.sms_refused,
    )


@contextmanager
def sms_open(gateway: Gateway) -> Iterator[Send]:
    """The way out by `gateway`."""

    def send(parcel: Parcel) -> Outcome:
        if not PHONE.fullmatch(parcel.address):
            return Outcome(Verdict.REFUSED, "address", is_address=True)
        text = sms_text(parcel.text, parcel.link)
        return gateway.ask({"phone": parcel.address, "text": text, "id": parcel.token}, parcel.token)

    yield send
