"""States as documents name them in three letters and certificates in two (Doc 9303-3, section 5).

Documents deviate from ISO 3166: Germany has one letter, several kinds of British nationality share a country, and
some organisations issue documents too. The rest comes from the CLDR by way of `babel`.
"""

from functools import cache

from babel.core import get_global

_OF_DOCUMENTS = {
    "D": "DE",
    "EUE": "EU",
    "RKS": "KS",
    "UNO": "UN",
    "UNA": "UN",
    "UNK": "UN",
    "UTO": "UT",
    "GBD": "GB",
    "GBN": "GB",
    "GBO": "GB",
    "GBP": "GB",
    "GBS": "GB",
}


@cache
def country_of(state: str) -> str | None:
    """The two letters by which the certificates of a document's issuing state call it; None where unknown."""
    if state in _OF_DOCUMENTS:
        return _OF_DOCUMENTS[state]
    known: list[str] = get_global("territory_aliases").get(state, []) if len(state) == 3 else []  # noqa: PLR2004 -- ISO 3166-1 alpha-3
    return known[0] if len(known) == 1 else None
