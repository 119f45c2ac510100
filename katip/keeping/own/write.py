"""Writing a person's own data: a ZIP with one JSON file a room, for machines, and `ozet.html`, for people."""

import json
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import IO, Any

from django.conf import settings
from django.utils.html import escape
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from katip.core.clock import ISTANBUL
from katip.keeping.own.part import MOST, Part
from katip.keeping.own.parts import rooms
from katip.keeping.own.words import PARTS, ROOMS, VALUES, column_title

SHOWN = 500
"""rows of a part in the summary; the JSON file has them all"""
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:24px;max-width:1100px}table{border-collapse:collapse;width:100%}"
    "th,td{border-bottom:1px solid #d3dae4;padding:4px 8px;text-align:left;vertical-align:top;overflow-wrap:anywhere}"
    "h2{margin-top:40px}.soft{color:#4c586b}@media(max-width:600px){table{display:block;overflow-x:auto}}"
)


def own_data_write(file: IO[bytes], person_id: int, at: datetime) -> dict[str, int]:
    """Write everything into `file`; returns how many rows by part. Inside the transaction of one snapshot."""
    counts: dict[str, int] = {}
    summary: list[str] = []
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as folder:
        for room, parts in rooms().items():
            summary.append(f"<h2>{escape(str(ROOMS[room]))}</h2>")
            with folder.open(_member(f"{room}.json", at), "w") as written:
                written.write(b"{")
                for place, part in enumerate(parts):
                    rows = list(part.rows(person_id))
                    counts[f"{room}.{part.name}"] = min(len(rows), MOST)
                    written.write(b",\n" if place else b"\n")
                    written.write(_json(part, rows).encode())
                    summary += _table(part, rows)
                written.write(b"\n}\n")
        folder.writestr(_member("ozet.html", at), _page(at, summary))
    return counts


def _member(name: str, at: datetime) -> zipfile.ZipInfo:
    """A compressed file of the ZIP, with the moment at which it was made."""
    local = at.astimezone(ISTANBUL)
    found = zipfile.ZipInfo(name, (local.year, local.month, local.day, local.hour, local.minute, local.second))
    found.compress_type = zipfile.ZIP_DEFLATED
    return found


def _json(part: Part, rows: list[dict[str, Any]]) -> str:
    body = {"complete": len(rows) <= MOST, "rows": [_plain(row) for row in rows[:MOST]]}
    return f"{json.dumps(part.name)}: {json.dumps(body, ensure_ascii=False, indent=1, default=str)}"


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.astimezone(ISTANBUL).isoformat() if isinstance(value, datetime) else value
        for name, value in row.items()
    }


def _table(part: Part, rows: list[dict[str, Any]]) -> Iterator[str]:
    yield f"<h3>{escape(str(PARTS[part.name]))}</h3>"
    if not rows:
        yield f'<p class="soft">{escape(_("Kayıt yok."))}</p>'
        return
    heads = "".join(f'<th scope="col">{escape(column_title(name))}</th>' for name in rows[0])
    yield f"<table><thead><tr>{heads}</tr></thead><tbody>"
    for row in rows[:SHOWN]:
        yield "<tr>" + "".join(f"<td>{escape(_words(value))}</td>" for value in row.values()) + "</tr>"
    yield "</tbody></table>"
    if len(rows) > SHOWN:
        first = _("İlk %(n)s satır gösteriliyor; hepsi %(file)s dosyasında.")
        yield f"<p>{escape(first % {'n': SHOWN, 'file': f'{part.room}.json'})}</p>"
    if len(rows) > MOST:
        rest = _("Bu bölümün en yeni %(n)s satırı alındı; gerisini başvuruyla isteyebilirsiniz.")
        yield f"<p>{escape(rest % {'n': MOST})}</p>"


def _words(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return _("Evet") if value else _("Hayır")
    if isinstance(value, datetime):
        return f"{value.astimezone(ISTANBUL):%d.%m.%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(VALUES.get(str(value), value))


def _page(at: datetime, summary: list[str]) -> str:
    title = _("Kişisel verileriniz")
    controller = settings.KATIP.controller_name or settings.KATIP.operator_name
    lead = _("%(controller)s kurulumunda sizinle ilgili tutulanlar, %(moment)s itibarıyla.") % {
        "controller": controller,
        "moment": f"{at.astimezone(ISTANBUL):%d.%m.%Y %H:%M}",
    }
    machine = _("Aynı veriler, her bölüm için bir JSON dosyasında, makinelerin okuyacağı biçimde de vardır.")
    secret = _("Şifreniz, ikinci adımınızın gizli anahtarı ve kodların özet değerleri güvenliğiniz için burada yoktur.")
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><style>{_STYLE}</style>'
    return (
        f'<!doctype html><html lang="{get_language() or "tr"}"><head>{head}<title>{escape(title)}</title></head>'
        f"<body><h1>{escape(title)}</h1><p>{escape(lead)}</p><p>{escape(machine)} {escape(secret)}</p>"
        f"{''.join(summary)}</body></html>"
    )
