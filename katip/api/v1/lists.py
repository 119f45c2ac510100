"""What lists share: how much of them is asked for, and how a page is handed out."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from ninja import Query

from katip.api.v1.cursors import LONGEST, cursor_read, cursor_write, list_name
from katip.api.v1.schemas import LAST_ID

MOST = 200

Limit = Annotated[int, Query(ge=1, le=MOST, description="how many on a page")]
Cursor = Annotated[str, Query(max_length=LONGEST, description="`next_cursor` of the page before")]

Found = TypeVar("Found")


def known(number: int) -> int:
    """A number of an address, as the database can be asked for it; none has the last one."""
    return min(number, LAST_ID)


class Pages:
    """One list of one provider, narrowed in one way, a page at a time."""

    def __init__(self, request: Any, name: str, *, limit: int, cursor: str, **asked: Any) -> None:
        self.limit = limit
        self._bound = list_name(name, request.caller.actor.organisation, asked)
        self.place = cursor_read(self._bound, cursor)

    @property
    def after(self) -> int | None:
        """The last id seen, of a list that is ordered by ids."""
        return int(self.place[0]) if self.place else None

    def page(
        self, found: Sequence[Found], place: Callable[[Found], Sequence[int | str | None]]
    ) -> tuple[Sequence[Found], str | None]:
        """The rows of this page out of at most `limit` + 1, and the cursor of the next one."""
        rows = found[: self.limit]
        if len(found) <= self.limit:
            return rows, None
        return rows, cursor_write(self._bound, place(rows[-1]))
