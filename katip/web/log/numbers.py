"""How C2SP tlog-tiles writes a tile into an address: level, number in groups of three digits, width if partial."""

from dataclasses import dataclass

from katip.audit.log.tiles import WIDTH

_GROUP = 1000
_NUMBER = r"(?:x[0-9]{3}/){0,5}[0-9]{3}(?:\.p/[1-9][0-9]{0,2})?"


@dataclass(frozen=True, slots=True)
class Place:
    """A tile, complete (width 256) or as far as it went."""

    level: int
    no: int
    width: int


def _written(place: Place) -> str:
    groups, rest = [f"{place.no % _GROUP:03}"], place.no // _GROUP
    while rest:
        groups.insert(0, f"x{rest % _GROUP:03}")
        rest //= _GROUP
    return "/".join(groups) + (f".p/{place.width}" if place.width < WIDTH else "")


def _read(level: int, text: str) -> Place:
    number, _, width = text.partition(".p/")
    place = Place(level, int(number.replace("x", "").replace("/", "")), int(width or WIDTH))
    if _written(place) != text:
        raise ValueError(text)
    return place


class TileNumberConverter:
    """`x001/x234/067` or `x001/x234/067.p/112`: a tile of level 0."""

    regex = _NUMBER

    def to_python(self, value: str) -> Place:
        """Read it. Raises `ValueError`, an address that does not exist, for what is written in any other way."""
        return _read(0, value)

    def to_url(self, value: Place) -> str:
        """Write it."""
        return _written(value)


class TileConverter(TileNumberConverter):
    """`0/x001/234`: the same with the level, 0 to 63, before it."""

    regex = rf"(?:[0-9]|[1-5][0-9]|6[0-3])/{_NUMBER}"

    def to_python(self, value: str) -> Place:
        """Read it. Raises as above."""
        level, _, number = value.partition("/")
        return _read(int(level), number)

    def to_url(self, value: Place) -> str:
        """Write it."""
        return f"{value.level}/{_written(value)}"
