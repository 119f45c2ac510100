"""The shape alphabet: small drawings in a 16-pixel box, drawn with a 2-pixel line in the text's own colour.

A state is never told by colour alone, so every tag, notice and time line takes its shape from here. Parts with class
``f`` are filled; parts with class ``i`` are cut out of a filled shape in the colour of the ground behind it.
"""

from typing import Final

ICONS: Final[dict[str, str]] = {
    # rings: how many approvals are done
    "ring": '<circle cx="8" cy="8" r="6"/>',
    "ring-half": '<circle cx="8" cy="8" r="6"/><path class="f" d="M8 2a6 6 0 0 0 0 12z"/>',
    "ring-full": '<circle class="f" cx="8" cy="8" r="7"/><path class="i" d="m5 8.2 2.1 2.1L11 6.2"/>',
    "ring-dash": '<circle cx="8" cy="8" r="6" stroke-dasharray="2.3 2.41" stroke-linecap="butt"/>',
    "ring-tick": '<circle cx="8" cy="8" r="6.5"/><path d="m5.3 8.2 1.9 1.9 3.6-3.8"/>',
    # settled and other states
    "cross": '<path d="m4 4 8 8m0-8-8 8"/>',
    "square": '<path class="f" d="M4 4h8v8H4z"/>',
    "dot": '<circle class="f" cx="8" cy="8" r="3"/>',
    "dash": '<path d="M3 8h10"/>',
    "back": '<path d="M6.5 3 3 6.5 6.5 10M3.5 6.5H9a3.5 3.5 0 0 1 0 7H7"/>',
    "hourglass": '<path d="M4 2h8M4 14h8M5 2.5v2L8 8l3-3.5v-2M5 13.5v-2L8 8l3 3.5v2"/>',
    "warn": '<path d="M8 2 14.5 13.5h-13zM8 6.5v3"/><circle class="f" cx="8" cy="11.6" r="1"/>',
    "swap": '<path d="M5 13V3M2.5 5.5 5 3l2.5 2.5M11 3v10m-2.5-2.5L11 13l2.5-2.5"/>',
    "lock": '<rect x="3.5" y="7" width="9" height="6.5" rx="1"/><path d="M5.5 7V5a2.5 2.5 0 0 1 5 0v2"/>',
    "download": '<path d="M8 2v8M4.5 6.5 8 10l3.5-3.5M2.5 14h11"/>',
    "bang": '<circle cx="8" cy="8" r="6.5"/><path d="M8 4.8v3.7"/><circle class="f" cx="8" cy="11.2" r="1"/>',
    "info": '<circle cx="8" cy="8" r="6.5"/><path d="M8 7.6v3.6"/><circle class="f" cx="8" cy="4.9" r="1"/>',
    # furniture
    "next": '<path d="m6 3 5 5-5 5"/>',
    "down": '<path d="m4 6 4 4 4-4"/>',
    "up": '<path d="m4 10 4-4 4 4"/>',
    "menu": '<path d="M2 4h12M2 8h12M2 12h12"/>',
    "phone": '<path d="M4 2.5h2l1 3-1.5 1.2a8 8 0 0 0 3.8 3.8L10.5 9l3 1v2c0 .9-.7 1.5-1.5 1.5A9.5 9.5 0 0 1 2.5 4'
    'c0-.8.6-1.5 1.5-1.5z"/>',
}


def icon_svg(name: str, css: str = "icon") -> str:
    """Draw one shape.

    Arguments: its name in `ICONS`; the CSS classes to give it.
    Returns an ``<svg>`` element hidden from screen readers, since a word always stands beside it.
    Raises `KeyError` for an unknown name.
    """
    return f'<svg class="{css}" viewBox="0 0 16 16" aria-hidden="true" focusable="false">{ICONS[name]}</svg>'
