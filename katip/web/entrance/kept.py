"""What was typed when a session ran out, or the language was changed: kept, shown again, then forgotten.

For the same person in the same browser alone.
"""

from typing import Any

_KEY = "kept_form"
SECRETS = frozenset({"password", "old", "again", "code", "recovery_code", "credential"})
"""fields that are never shown or kept once they were sent"""
_NEVER = {"csrfmiddlewaretoken", "_gonderim", "next", "_form", "national_id"} | SECRETS
"""secrets, what belongs to one page, and personal numbers: those are stored sealed or not at all"""
_LIMIT = 20_000


def form_keep(request: Any, person_id: int, path: str, typed: Any) -> None:
    """Remember the fields of a form at `path`, secrets excluded; too much is not kept at all."""
    fields = {name: typed.getlist(name) for name in typed if name not in _NEVER}
    if sum(len(value) for values in fields.values() for value in values) <= _LIMIT:
        request.session[_KEY] = {"person": person_id, "path": path, "fields": fields}


def form_waits(request: Any) -> bool:
    """Whether something typed is kept in this browser, for whomever."""
    return _KEY in request.session


def form_kept(request: Any, **fits: str) -> dict[str, list[str]] | None:
    """The fields kept for this page and this person; taken out as they are read, whoever reads.

    What was typed with another value in a field of `fits` stays where it is: it belongs to another workplace.
    """
    kept = request.session.get(_KEY)
    if kept is None or kept["path"] != request.path:
        return None
    mine = kept["person"] == request.user.pk
    if mine and any(kept["fields"].get(name) != [value] for name, value in fits.items()):
        return None
    del request.session[_KEY]
    return dict(kept["fields"]) if mine else None
