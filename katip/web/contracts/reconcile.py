"""A provider's sheet beside the register: uploaded, compared row by row, looked through, made drafts of.

Nothing of it is written into the register. What the comparison found is kept sealed for half an hour, for the browser
that uploaded it: the sheet is full of T.C. kimlik numbers.
"""

import json
import secrets
import zlib
from base64 import b85decode, b85encode
from collections.abc import Mapping
from typing import Any

from cryptography.fernet import InvalidToken
from django import forms
from django.contrib import messages
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from katip.contracts.services.drafts import TOGETHER, Begun, drafts_open
from katip.core.crypto import seal, unseal
from katip.core.errors import PermissionRefusedError
from katip.core.turkish import fold
from katip.core.usecase import acting_as
from katip.documents.reconcile import Compared, Outcome, Reconciliation, reconcile
from katip.documents.sheet import BY_FIELD, FOR_PAGES, REQUIRED, RowFault, SheetError, sheet_read
from katip.documents.sheet.write import guarded
from katip.rules import Profession, RuleViolation, mask_national_id
from katip.web.access import Access, access
from katip.web.addresses import number_read
from katip.web.once import once
from katip.web.refusals import refusal_words
from katip.web.uploads import FileForm
from katip.web.words import PROFESSIONS

MINUTES_KEPT, PAGE = 30, 50
_TOKEN = "reconciled"  # noqa: S105 -- a key of the session, no secret
MOST_SHOWN = FOR_PAGES.rows * 2
LISTS: Mapping[str, Outcome] = {
    "farkli": Outcome.DIFFERS,
    "burada-yok": Outcome.MISSING_HERE,
    "dosyada-yok": Outcome.MISSING_THERE,
    "hatali": Outcome.FAULTY,
    "bitmis": Outcome.OVER,
}
LIST_WORDS = {
    Outcome.SAME: gettext_lazy("Aynı"),
    Outcome.DIFFERS: gettext_lazy("Farklı"),
    Outcome.MISSING_HERE: gettext_lazy("Bu kayıtta yok"),
    Outcome.MISSING_THERE: gettext_lazy("Dosyada yok"),
    Outcome.FAULTY: gettext_lazy("Okunamadı"),
    Outcome.OVER: gettext_lazy("Orada bitmiş, burada hiç olmamış"),
}
SHEET_FAULTS = {
    "too_large": gettext_lazy("Dosya 10 MB’tan büyük. Bölüp ayrı ayrı yükleyin."),
    "too_unpacked": gettext_lazy("Dosyanın içi çok büyük. Yalnız sözleşme satırlarını bırakıp yeniden kaydedin."),
    "too_many_rows": gettext_lazy("Dosyada %(most)s satırdan çok var; bölüp ayrı ayrı yükleyin."),
    "too_many_columns": gettext_lazy("Dosyada çok fazla sütun var; dışa aktarılan dosyayı değiştirmeden yükleyin."),
    "old_workbook": gettext_lazy("Eski biçimli (.xls) ya da parolalı dosya okunmaz. XLSX ya da CSV olarak kaydedin."),
    "no_header": gettext_lazy("Başlık satırı bulunamadı. Dışa aktarılan dosyayı değiştirmeden yükleyin."),
    "missing_column": gettext_lazy("“%(column)s” sütunu yok. Dışa aktarılan dosyayı değiştirmeden yükleyin."),
    "utf16": gettext_lazy("Dosyanın harf kodlaması okunmuyor. CSV’yi UTF-8 olarak kaydedin."),
    "not_utf8": gettext_lazy("Dosyanın harf kodlaması okunmuyor. CSV’yi UTF-8 olarak kaydedin."),
}
ROW_FAULTS = {
    "empty": gettext_lazy("boş"),
    "scientific": gettext_lazy("tablo programı sayıyı yuvarlamış, rakamları kayıp"),
    "checksum": gettext_lazy("denetim rakamları tutmuyor"),
    "not_a_number": gettext_lazy("sayı değil"),
    "not_digits": gettext_lazy("yalnız rakam olmalı"),
    "wrong_length": gettext_lazy("hane sayısı yanlış"),
    "leading_zero": gettext_lazy("sıfırla başlayamaz"),
    "too_small": gettext_lazy("çok küçük"),
    "too_large": gettext_lazy("çok büyük"),
    "not_monthly": gettext_lazy("aylık değil"),
    "not_a_date": gettext_lazy("tarih değil"),
    "unknown_word": gettext_lazy("bilinmeyen bir sözcük"),
    "unknown_profession": gettext_lazy("görev anlaşılmıyor"),
    "ends_before_start": gettext_lazy("başlangıçtan önce"),
    "other_provider": gettext_lazy("başka bir kurumun sözleşmesi"),
    "same_contract": gettext_lazy("aynı sözleşme başka bir satırda da var"),
    "unknown_workplace": gettext_lazy("bu işyeri bu kayıtta yok"),
    "unknown_professional": gettext_lazy("bu profesyonel personelinizde yok"),
}


class SheetForm(FileForm):
    """One file."""

    most_bytes = FOR_PAGES.file_bytes
    too_large = SHEET_FAULTS["too_large"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].label = _("Dışa aktarılan dosya")


@access(Access.PROVIDER)
@require_http_methods(["GET", "POST"])
def contracts_reconcile(request: Any) -> HttpResponse:
    """Upload a sheet; afterwards the same address shows what was found."""
    if request.method == "GET":
        kept = _kept(request)
        return _result_page(request, kept) if kept is not None else _form_page(request, SheetForm())
    form = SheetForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            rows = sheet_read(form.cleaned_data["file"], limits=FOR_PAGES, required=REQUIRED)
            with acting_as(request.actor):
                found = reconcile(request.actor, request.at, rows, shown=MOST_SHOWN)
        except SheetError as error:
            words = SHEET_FAULTS.get(error.code, _("Dosya okunamadı. Dışa aktarılan dosyayı değiştirmeden yükleyin."))
            form.add_error("file", str(words) % dict(error.facts))
        else:
            _keep(request, found)
            return redirect("contracts_reconcile")
    with acting_as(request.actor):
        return _form_page(request, form, status=422)


@access(Access.PROVIDER)
@require_POST
def contracts_reconcile_close(request: Any) -> HttpResponse:
    """*Başka dosya yükle*: what was found is forgotten."""
    cache.delete(_key(request))
    return redirect("contracts_reconcile")


@access(Access.PROVIDER)
@require_GET
def contracts_reconcile_download(request: Any) -> HttpResponse:
    """What was found, as a file: the open list of it."""
    kept = _kept(request)
    if kept is None:
        return redirect("contracts_reconcile")
    _current, rows = _listed(request, kept)
    table = [[_("Satır"), _("Sonuç"), _("Görev"), _("İşyeri"), _("SGK no"), _("Profesyonel"), _("Dakika"), _("Fark")]]
    table += [
        [
            str(row["line"] or ""),
            str(LIST_WORDS[Outcome(row["outcome"])]),
            str(PROFESSIONS[Profession(row["profession"])]) if row["profession"] else "",
            row["workplace"],
            row["sgk_number"],
            row["person"],
            str(row["minutes"] or ""),
            "; ".join(_difference_words(row)),
        ]
        for row in rows
    ]
    text = "\ufeff" + "".join(";".join(_cell(cell) for cell in line) + "\r\n" for line in table)
    headers = {"Content-Disposition": 'attachment; filename="karsilastirma.csv"'}
    return HttpResponse(text.encode(), content_type="text/csv; charset=utf-8", headers=headers)


@access(Access.PROVIDER)
@once("offer_drafts")
@require_POST
def contracts_reconcile_drafts(request: Any) -> HttpResponse:
    """*Taslak yap*: the ticked rows become drafts of offers, to be read and sent one by one."""
    kept = _kept(request)
    if kept is None:
        messages.error(request, _("Karşılaştırmanın süresi doldu; dosyayı yeniden yükleyin."))
        return redirect("contracts_reconcile")
    ticked = {line for line in request.POST.getlist("satir")[:TOGETHER] if line.isdecimal()}
    rows = [row for row in kept["rows"] if row["begin"] and str(row["line"]) in ticked and not row["drafted"]]
    if not rows:
        messages.error(request, _("Önce taslak yapılacak satırları işaretleyin."))
        return redirect(f"{reverse('contracts_reconcile')}?liste=burada-yok")
    try:
        begun = [Begun(**row["begin"] | {"profession": Profession(row["profession"])}) for row in rows]
        made = drafts_open(actor=request.actor, at=request.at, begun=begun)
    except PermissionRefusedError:
        return redirect("companies")
    except RuleViolation as violation:
        messages.error(request, refusal_words(violation))
        return redirect(f"{reverse('contracts_reconcile')}?liste=burada-yok")
    for row in rows:
        row["drafted"] = True
    _store(request, kept)
    messages.success(request, _("%(n)s taslak açıldı. Her birini okuyup gönderin.") % {"n": len(made)})
    return redirect("offer_drafts")


def _form_page(request: Any, form: forms.Form, status: int = 200) -> HttpResponse:
    context = {"form": form, "most": FOR_PAGES.rows}
    return render(request, "reconcile_new.html", context, status=status)


def _result_page(request: Any, kept: dict[str, Any]) -> HttpResponse:
    counts = kept["counts"]
    current, listed = _listed(request, kept)
    start = number_read(request.GET.get("sonra", "")) or 0
    rows, more = listed[start : start + PAGE], len(listed) > start + PAGE
    url, search = reverse("contracts_reconcile"), request.GET.get("ara", "").strip()
    named = {"liste": current} | ({"ara": search} if search else {})
    here = f"{url}?{urlencode(named)}"
    context = {
        "figures": [
            {"label": LIST_WORDS[outcome], "value": counts[outcome]}
            for outcome in (Outcome.SAME, Outcome.DIFFERS, Outcome.MISSING_HERE, Outcome.MISSING_THERE, Outcome.FAULTY)
        ],
        "tabs": [
            {
                "label": LIST_WORDS[outcome],
                "url": f"{url}?{urlencode({'liste': key})}",
                "current": key == current,
                "count": counts[outcome],
            }
            for key, outcome in LISTS.items()
        ],
        "current": current,
        "search": search,
        "clear_url": f"{url}?{urlencode({'liste': current})}",
        "download_url": f"{reverse('contracts_reconcile_download')}?{urlencode(named)}",
        "rows": [row | _row_words(row) for row in rows],
        "selectable": any(row["begin"] and not row["drafted"] for row in rows),
        "shown": _("%(n)s satır gösteriliyor") % {"n": len(rows)} if more or start else "",
        "first_url": here if start else "",
        "next_url": f"{here}&{urlencode({'sonra': start + PAGE})}" if more else "",
        "all_same": not any(counts[outcome] for outcome in LISTS.values()),
    }
    return render(request, "reconcile.html", context)


def _listed(request: Any, kept: dict[str, Any]) -> tuple[str, list[dict[str, Any]]]:
    """The open list and its rows, searched where asked."""
    current = request.GET.get("liste", "")
    if current not in LISTS:
        current = next((key for key, outcome in LISTS.items() if kept["counts"][outcome]), "farkli")
    rows = [row for row in kept["rows"] if row["outcome"] == LISTS[current]]
    search = fold(request.GET.get("ara", ""))
    if search:
        rows = [row for row in rows if search in fold(f"{row['workplace']} {row['person']} {row['sgk_number']}")]
    return current, rows


def _row_words(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "profession_label": PROFESSIONS[Profession(row["profession"])] if row["profession"] else "",
        "differences": _difference_words(row),
        "url": reverse("contract", args=[row["contract_id"]]) if row["contract_id"] else "",
    }


def _difference_words(row: dict[str, Any]) -> list[str]:
    """Where a row differs, or what is wrong with it."""
    words = [
        _("%(column)s: dosyada %(theirs)s, burada %(ours)s")
        % {"column": _column(name), "theirs": theirs or "–", "ours": ours or "–"}
        for name, theirs, ours in row["differences"]
    ]
    for name, code in row["faults"]:
        wrong = str(ROW_FAULTS.get(code, _("okunamadı")))
        words.append(f"{_column(name)}: {wrong}" if name else wrong)
    return words


def _column(name: str) -> str:
    return BY_FIELD[name].header.strip() if name in BY_FIELD else name


def _cell(text: str) -> str:
    """A cell of a CSV file; what a spreadsheet would take for a formula is text."""
    return '"' + guarded(text).replace('"', '""') + '"'


def _plain(compared: Compared) -> dict[str, Any]:
    """What is kept of a row: what the pages show, and what a draft begins with."""
    cells, parsed = compared.cells or compared.ours, compared.parsed
    begin = None
    if compared.may_become_draft and parsed is not None:
        begin = {
            "sgk_number": parsed.workplace_sgk,
            "professional_id": compared.professional_id,
            "minutes": parsed.minutes,
            "assignment_type": parsed.assignment_type or "part_time",
        }
    number = cells.get("national_id", "")
    masked = mask_national_id(number) if number.isdecimal() and len(number) == 11 else ""  # noqa: PLR2004 -- its length
    return {
        "line": compared.line,
        "outcome": compared.outcome.value,
        "profession": parsed.profession.value if parsed else "",
        "name": cells.get("name", ""),
        "workplace": cells.get("workplace_title", ""),
        "sgk_number": cells.get("workplace_sgk", ""),
        "person": cells.get("professional_name", ""),
        "person_note": masked,
        "minutes": parsed.minutes if parsed else cells.get("minutes", ""),
        "differences": [[one.field, one.theirs, one.ours] for one in compared.differences],
        "faults": [[fault.field, fault.code] for fault in _told(compared.faults)],
        "contract_id": compared.contract_id,
        "begin": begin,
        "drafted": False,
    }


def _told(faults: tuple[RowFault, ...]) -> tuple[RowFault, ...]:
    return faults[:5]  # a row that is wrong throughout needs no more


def _keep(request: Any, found: Reconciliation) -> None:
    request.session[_TOKEN] = secrets.token_urlsafe(16)
    _store(
        request,
        {
            "provider": request.actor.organisation,
            "counts": {outcome.value: count for outcome, count in found.counts.items()},
            "rows": [_plain(compared) for compared in found.shown],
        },
    )


def _store(request: Any, kept: dict[str, Any]) -> None:
    packed = b85encode(zlib.compress(json.dumps(kept, ensure_ascii=False).encode())).decode()
    cache.set(_key(request), seal(packed), timeout=MINUTES_KEPT * 60)


def _kept(request: Any) -> dict[str, Any] | None:
    """What was found for this browser and provider, if it was not long ago."""
    sealed = cache.get(_key(request)) if _TOKEN in request.session else None
    if sealed is None:
        return None
    try:
        kept: dict[str, Any] = json.loads(zlib.decompress(b85decode(unseal(sealed))))
    except InvalidToken:
        return None
    return kept if kept["provider"] == request.actor.organisation else None


def _key(request: Any) -> str:
    return f"{_TOKEN}:{request.user.pk}:{request.session.get(_TOKEN, '')}"
