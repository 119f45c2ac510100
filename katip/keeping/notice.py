"""The privacy notice (*aydınlatma metni*, 6698 m.10): its version, and to whom it was shown.

It informs. Nobody approves it, and no approval stands on its page: the Board's communiqué on the duty to inform (RG
10.03.2018/30356, m.5) keeps the two apart. A test holds the text to its version.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the text: its name, its first day, and SHA-256 (hex) of the template that holds it."""

    name: str
    since: date
    text_hash: str


VERSIONS = (Version("1", date(2026, 11, 23), "8a97d4ad73288a2b9fa5686ee4fc29ad78e0c75f0d05e5e39a2761a93e572879"),)
"""oldest first; a changed text is a new line here, and everybody is shown it again"""
CURRENT = VERSIONS[-1]
