"""What a receipt says, in both languages, for the template of documents to lay out.

Plain words throughout. Like a document it is evidence out of a sealed register, and says before anything else where the
installation is not the ministry's.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from katip.core.codes import code_shown
from katip.documents.making.paper import Paper, Register, notices_of
from katip.documents.making.render import qr_svg
from katip.documents.making.words import METHODS, Line, Pair, day, moment, number, pair, sgk_number
from katip.registry.consents import AUTO_UPDATE
from katip.registry.models import ContactDeclaration
from katip.runs.contact import CONTACT
from katip.runs.end import END
from katip.runs.models import RunRow
from katip.runs.receipts.facts import Facts
from katip.runs.receipts.told import DONE, KINDS, Told

NOTHING = "–"
_HEAD = [pair("Konu", "Item"), pair("Kayıttaki bilgi", "As registered")]
_ANSWERS = {True: pair("Evet", "Yes"), False: pair("Hayır", "No"), None: pair("Boş bırakıldı", "Left open")}
Section = dict[str, Any]


def paper_of(facts: Facts, register: Register) -> Paper:
    """The receipt of these facts, for `documents.making.render`."""
    receipt, run = facts.receipt, facts.run
    code = code_shown(receipt.code)
    url = f"{register.origin}/dogrula/{code}/"
    heading = _heading(facts)
    body = [_declared(facts.declaration), *_consent_text(facts.declaration)] if facts.declaration else []
    if not receipt.is_own:
        body = [_shared(facts), _rows(facts)]
    return {
        "title": f"{heading['tr']} {run.pk}/{receipt.no} · {code}",
        "author": register.operator,
        "keywords": [f"Katip {code}"],
        "register": register.operator,
        "footer": f"{register.operator} · {code}",
        "code_lines": [code[:14], code[15:]],
        "qr": qr_svg(url),
        "qr_alt": f"Karekod: bu makbuzun doğrulama adresi, {url}",
        "heading": heading,
        "lead": _lead(facts),
        "notices": notices_of(register),
        "sections": [_confirmed(facts), *body, _place(facts, url), _evidence(register.operator)],
        "cited": {"title": pair("", ""), "articles": []},
    }


def _heading(facts: Facts) -> Pair:
    if facts.receipt.is_own:
        return pair("İletişim ve izin beyanı makbuzu", "Receipt of a declaration of contact and consent")
    return pair("{kind}: makbuz", "{kind}: receipt", kind=KINDS[facts.run.kind])


def _lead(facts: Facts) -> Pair:
    run, receipt = facts.run, facts.receipt
    declared = facts.declaration
    if declared is not None:
        return pair(
            "{title} için bu kayıtta {at} tarihinde beyan edildi.",
            "Declared for {title} in this register on {at}.",
            title=declared.workplace.title,
            at=moment(declared.declared_at),
        )
    told = pair(
        "{total} satırın {done} tanesi yapıldı, {refused} tanesi yapılmadı.",
        "Of {total} rows {done} were carried out and {refused} were not.",
        total=number(run.total),
        done=number(run.done),
        refused=number(run.refused),
    )
    if facts.parts == 1:
        return told
    return pair(
        "{told} Bu makbuz {parts} bölümün {no}. bölümüdür: satır {first}–{last}.",
        "{told} This is part {no} of {parts}: rows {first} to {last}.",
        told=told,
        no=receipt.no,
        parts=facts.parts,
        first=number(receipt.first_no),
        last=number(receipt.last_no),
    )


def _row(label: Pair, *lines: Line) -> dict[str, Any]:
    return {"label": label, "lines": [line for line in lines if line] or [NOTHING]}


def _table(title: Pair, rows: Sequence[dict[str, Any]], *, whole: bool = True) -> Section:
    return {"kind": "rows", "whole": whole, "title": title, "head": _HEAD, "rows": rows}


def _confirmed(facts: Facts) -> Section:
    """Who confirmed what, when, by which second step and which texts."""
    run = facts.run
    assert run.begun_at is not None and run.proof_at is not None  # noqa: S101, PT018 -- it is over
    rows = [
        _row(pair("İşlem", "Run"), pair("{kind}, no {no}", "{kind}, no. {no}", kind=KINDS[run.kind], no=run.pk)),
        _row(pair("Onaylayan", "Confirmed by"), run.person.name, run.person.national_id_masked),
        _row(pair("Onay anı", "Confirmed at"), moment(run.begun_at)),
        _row(pair("İkinci adım", "Second step"), METHODS.get(run.proof_method, run.proof_method), moment(run.proof_at)),
    ]
    if run.text_versions:
        rows.append(_row(pair("Onaylanan metinler", "Texts confirmed"), ", ".join(run.text_versions)))
    rows.append(_row(pair("Gösterilen satırların özeti", "Hash of the rows shown"), run.shown_hash))
    return _table(pair("Kim, ne zaman onayladı", "Who confirmed it, and when"), rows)


def _shared(facts: Facts) -> Section:
    """What holds for all rows."""
    run, params = facts.run, facts.run.params
    rows = []
    if run.done_at:
        rows.append(_row(pair("Bitiş", "Finished"), moment(run.done_at)))
    if run.kind == END:
        rows.append(_row(pair("Son gün", "Last day"), day(date.fromisoformat(params["last_day"]))))
        rows.append(_row(pair("Neden", "Reason"), params["note"]))
    if run.kind == CONTACT:
        rows += _contact(params["phone"], params["email"], params["postal_address"], params["kep"])
        rows.append(_consent(_ANSWERS[params["auto_update"]], params["consent_text"]))
    counted = pair(
        "{done} yapıldı, {refused} yapılmadı", "{done} done, {refused} not", done=run.done, refused=run.refused
    )
    rows.append(_row(pair("Sonuç", "Outcome"), counted))
    return _table(pair("Bütün satırlar için", "For all rows"), rows)


def _contact(phone: str, email: str, postal_address: str, kep: str) -> list[dict[str, Any]]:
    return [
        _row(pair("Beyan telefonu", "Phone"), phone),
        _row(pair("E-posta", "E-mail"), email),
        _row(pair("Tebligat adresi", "Postal address"), postal_address),
        _row(pair("KEP adresi", "Registered e-mail (KEP)"), kep),
    ]


def _consent(answer: Pair, text: str) -> dict[str, Any]:
    return _row(pair("Otomatik Güncelleme", "Automatic update"), answer, text)


def _declared(declared: ContactDeclaration) -> Section:
    """One declaration in full."""
    workplace = declared.workplace
    return _table(
        pair("Beyan", "Declaration"),
        [
            _row(pair("İşyeri", "Workplace"), workplace.title, sgk_number(workplace.sgk_number)),
            _row(pair("Beyan sırası", "Number on the card"), f"{declared.no}"),
            *_contact(declared.phone, declared.email, declared.postal_address, declared.kep),
            _row(
                pair("İl ve ilçe", "Province and district"),
                f"{declared.district.province.name}, {declared.district.name}",
            ),
            _consent(_ANSWERS[declared.auto_update], declared.consent_text),
        ],
    )


def _consent_text(declared: ContactDeclaration) -> list[Section]:
    """The words that stood beside the choice, in both languages where there are both."""
    version = declared.consent_text.removesuffix("-en")
    turkish, english = (AUTO_UPDATE.get(one, "").split("\n\n") for one in (version, f"{version}-en"))
    if len(turkish) != len(english):
        return []
    return [
        {
            "kind": "words",
            "whole": True,
            "title": pair("Seçeneğin yanındaki metin", "The text beside the choice"),
            "paragraphs": [Pair(tr=tr, en=en) for tr, en in zip(turkish, english, strict=True)],
        }
    ]


def _rows(facts: Facts) -> Section:
    """A line for each row: what, for whom, the hash of what was shown, what came of it, its place in the log."""
    return {
        "kind": "lines",
        "whole": False,
        "title": pair("Satırlar", "Rows"),
        "head": [
            pair("No", "No."),
            pair("İşyeri, işlem ve gösterilenin özeti", "Workplace, act, hash of what was shown"),
            pair("Sonuç", "Outcome"),
            pair("Sırası", "In log"),
        ],
        "rows": [_line(facts, row) for row in facts.rows],
    }


def _line(facts: Facts, row: RunRow) -> dict[str, Any]:
    """Names and figures are in Turkish alone, as the register has them."""
    told = facts.told.get(row.no) or Told("", str(row.subject_id))
    position = facts.positions.get(row.no)
    done = not row.outcome.code
    return {
        "no": str(row.no),
        "company": told.company,
        "act": " · ".join(part for part in (told.label, told.detail) if part),
        "hash": row.digest,
        "outcome": DONE[facts.run.kind] if done else pair("Yapılmadı", "Not done"),
        "note": moment(row.outcome.at)["tr"] if done else told.refusal or row.outcome.code,
        "place": NOTHING if position is None else str(position),
    }


def _place(facts: Facts, url: str) -> Section:
    proof = facts.proof
    assert proof is not None  # noqa: S101 -- a receipt without a place in the log is not made
    index = pair(
        "No {index}; {size} işlemlik kayıtta kanıtlandı",
        "No. {index}, proved in a log of {size} entries",
        index=proof.index,
        size=proof.size,
    )
    rows = [
        _row(pair("İşlemin sırası", "Place of the event"), index),
        _row(pair("İşlem kaydı", "Log"), proof.note.split("\n", 1)[0]),
        _row(pair("İşlemin özeti", "Hash of the event"), proof.entry.hex()),
        _row(pair("Doğrulama", "Check"), url),
    ]
    return _table(pair("Değiştirilemez işlem kaydındaki yeri", "Place in the append-only log"), rows)


def _evidence(operator: str) -> Section:
    return {
        "kind": "words",
        "whole": True,
        "title": pair("Bu makbuz nedir", "What this receipt is"),
        "paragraphs": [
            pair(
                "{operator} tarafından işletilen kayıttan alınmış bir kanıttır: adı yazılı kişinin, iki aşamalı "
                "girişten sonra neyi onayladığını ve her satırda ne olduğunu söyler. Her satırın kendi kararı ve "
                "kaydı vardır; makbuz onların ve elle atılmış imzanın yerine geçmez.",
                "It is evidence from the register that {operator} runs: it tells what the person named confirmed "
                "after a sign-in with two steps, and what came of each row. Each row has a decision and a record of "
                "its own; the receipt replaces neither them nor a handwritten signature.",
                operator=operator,
            ),
            pair(
                "Mühür, makbuzu bu kaydın düzenlediğini ve sonradan kimsenin değiştirmediğini gösterir. Satırların "
                "bugünkü durumunu kayıt söyler. Türkçe metin esastır.",
                "The seal shows that this register made the receipt and that nobody changed it since. What is true of "
                "the rows today is told by the register. The Turkish text prevails.",
            ),
        ],
    }
