"""Writes `docs/states.md` from the table of states: `python -m katip.rules.contract_states_page > docs/states.md`.

Prints the page and touches no file. A test compares what it prints with the page that stands in `docs`.
"""

import sys
from collections.abc import Iterable, Sequence

from katip.rules.contract_states import (
    APPROVAL_GIVEN_CODE,
    APPROVAL_WAITS_CODE,
    STATE_NAMES,
    TRANSITIONS,
    ContractAction,
    ContractForm,
    ContractRole,
    ContractState,
    Transition,
)

_FORMS = {
    ContractForm.SERVICE: (
        "Service contract",
        "A provider's responsible manager offers it; the professional answers first, then the employer.",
    ),
    ContractForm.OWN_STAFF: (
        "Own-staff assignment",
        "The employer assigns a certified employee of their own; the employee's acceptance completes it.",
    ),
}

_ROLES = {
    ContractRole.MANAGER: ("sorumlu müdür", "the provider's responsible manager"),
    ContractRole.PROFESSIONAL: ("İSG profesyoneli", "the person who is assigned"),
    ContractRole.EMPLOYER: ("işveren (e-Bildirge kullanıcısı)", "the workplace's e-Bildirge user"),
    ContractRole.OPERATOR: ("işletmeci", "who runs the register, by a command"),
    ContractRole.REGISTER: ("kayıt", "nobody: a day that came, a headcount of 0"),
}

_ACTIONS = {
    ContractAction.OFFER: ("teklif et", "send the draft to those who approve"),
    ContractAction.DELETE: ("sil", "throw the draft away"),
    ContractAction.CARRY_OVER: ("aktar", "bring in a running contract of another register"),
    ContractAction.ACCEPT: ("kabul et", "the professional's approval"),
    ContractAction.APPROVE: ("onayla", "the employer's approval"),
    ContractAction.REJECT: ("reddet", "with a reason that the other side reads"),
    ContractAction.WITHDRAW: ("geri çek", "by who offered it, until the last approval"),
    ContractAction.LAPSE: ("düş", "the operator's deadline has passed"),
    ContractAction.UPDATE: ("süre güncelle", "new minutes, agreed by both sides or by standing consent"),
    ContractAction.END: ("sonlandır", "from today"),
    ContractAction.ANNOUNCE_END: ("ileri tarihli sonlandır", "from a later day"),
    ContractAction.REVOKE_END: ("sonlandırmayı geri al", "take an announced end back"),
    ContractAction.REOFFER: ("yeniden teklif et", "a new contract with a link back; this one stays as it is"),
}

_INTRODUCTION = """The table of `katip.rules.contract_states`, which services, pages and this text read alike.
What does not stand in a matrix is refused with `action_not_allowed`."""

_APPROVALS = f"""Beside the contract's value there is one for each party: {APPROVAL_WAITS_CODE} while its approval
is missing, {APPROVAL_GIVEN_CODE} once it is given. A dash stands where no value or word has been seen."""


def page() -> str:
    """The whole page, ending with a line break."""
    parts = [
        "<!-- Generated; do not edit: python -m katip.rules.contract_states_page > docs/states.md -->",
        "# States of a contract",
        _INTRODUCTION,
        "## States",
        _table(
            ("state", "Turkish", "export value", "the ministry's word"),
            (
                (f"`{state}`", names.turkish, _or_dash(names.export_code), _or_dash(names.export_text))
                for state, names in STATE_NAMES.items()
            ),
        ),
        _APPROVALS,
        "## Roles",
        _table(
            ("role", "Turkish", "who it is"),
            ((f"`{role}`", *words) for role, words in _ROLES.items()),
        ),
        "## Actions",
        _table(
            ("action", "Turkish", "what it does"),
            ((f"`{action}`", *words) for action, words in _ACTIONS.items()),
        ),
        *(part for form in ContractForm for part in _of_form(form)),
    ]
    return "\n\n".join(parts) + "\n"


def _of_form(form: ContractForm) -> Sequence[str]:
    title, sentence = _FORMS[form]
    rows = [row for row in TRANSITIONS if row.form is form]
    return (
        f"## {title}",
        sentence,
        _diagram(rows),
        "Who may do what in which state, and where it leads:",
        _matrix(rows),
    )


def _diagram(rows: Sequence[Transition]) -> str:
    arrows: dict[tuple[ContractState, ContractState, ContractAction], list[ContractRole]] = {}
    for row in rows:
        arrows.setdefault((row.state, row.to, row.action), []).append(row.role)
    lines = [f"    [*] --> {ContractState.DRAFT}"]
    lines += [
        f"    {state} --> {to}: {action} ({', '.join(roles)})"
        for (state, to, action), roles in arrows.items()
        if action is not ContractAction.REOFFER
    ]
    left = {row.state for row in rows if row.action is not ContractAction.REOFFER}
    lines += [f"    {row} --> [*]" for row in ContractState if row not in left and any(r.to is row for r in rows)]
    return "\n".join(("```mermaid", "stateDiagram-v2", *lines, "```"))


def _matrix(rows: Sequence[Transition]) -> str:
    def cell(state: ContractState, action: ContractAction, role: ContractRole) -> str:
        found = [row.to for row in rows if (row.state, row.action, row.role) == (state, action, role)]
        return f"→ `{found[0]}`" if found else "–"

    used = [(state, action) for state in ContractState for action in ContractAction]
    return _table(
        ("state", "action", *(f"`{role}`" for role in ContractRole)),
        (
            (f"`{state}`", f"`{action}`", *(cell(state, action, role) for role in ContractRole))
            for state, action in used
            if any((row.state, row.action) == (state, action) for row in rows)
        ),
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = (head, ["---"] * len(head), *rows)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _or_dash(value: object) -> str:
    return "–" if value is None else str(value)


if __name__ == "__main__":
    sys.stdout.write(page())
