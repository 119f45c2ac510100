"""What every page of a process shows alike: its head, its time line, the record of a decision."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from katip.contracts.selectors import decision_of
from katip.contracts.texts import TEXTS
from katip.core.actor import Capacity
from katip.processes.deadlines import working_days_left
from katip.processes.kinds import kind_get
from katip.processes.models import Outcome, PartyKind, Process, ProcessState, Step
from katip.rules import HazardClass
from katip.web import format as fmt
from katip.web.processes.kinds import Row, presenter_of, row
from katip.web.templatetags.katip import current_language
from katip.web.words import HAZARDS


def process_head(process: Process, request: Any) -> Row:
    """Which process this is and where it stands."""
    presenter = presenter_of(process)
    waits = bool(process.waits_for)
    return {
        "no": process.pk,
        "code": process.code,
        "profession_label": presenter.label(process),
        "is_offer": presenter.is_offer,
        "open_label": presenter.open_label(process),
        "state": presenter.state(process),
        "deadline": process.due_on if waits else None,
        "days_left": working_days_left(process.due_on, request.at) if waits and process.due_on else None,
    }


def frame(process: Process, request: Any) -> Row:
    """What every page of a process shares: its head, the list it belongs to, whom to call."""
    presenter = presenter_of(process)
    in_person = request.actor.capacity == Capacity.INDIVIDUAL
    list_label, list_url = presenter.list_of(process, in_person=in_person)
    related_url = "" if request.actor.capacity == Capacity.OFFICIAL else presenter.related_url(process)
    return {
        "process": process_head(process, request),
        "list_label": list_label,
        "list_url": list_url,
        "help_contact": presenter.help(process),
        "related_url": related_url,
        "related_label": presenter.related_label(process),
        "disown_url": _disown_url(process, request),
    }


def _disown_url(process: Process, request: Any) -> str:
    """Where an employer's side says that it does not know who offers; empty for others and where nothing waits."""
    employer = request.actor.capacity == Capacity.WORKPLACE and request.actor.organisation_id == process.workplace_id
    offered = presenter_of(process).is_offer and process.provider_id is not None
    return reverse("disown", args=[process.pk]) if employer and offered and process.state == ProcessState.OPEN else ""


def tick_words(process: Process) -> tuple[str, str]:
    """The words that are ticked: the first sentence beside the box, the rest beneath."""
    language, version = current_language(), kind_get(process.code).text_version
    words = TEXTS.get(version, {}).get(language, "")
    label, _dot, rest = words.partition(". ")
    return label.rstrip("."), rest


def waiting_row(process: Process, request: Any) -> Row:
    """One thing that waits for this person, of whatever kind."""
    terms, presenter = process.terms, presenter_of(process)
    workplace, provider = process.workplace, process.provider
    requirement = terms.get("requirement") or {}
    return {
        **process_head(process, request),
        "url": reverse("step", args=[process.pk]),
        "heading": presenter.heading(process, process.waits_for),
        "detail": presenter.detail(process),
        "person": presenter.person(process),
        "minutes": terms.get("minutes"),
        "workplace": workplace.title if workplace else "",
        "place": workplace.province.name if workplace else provider.province.name if provider else "",
        "provider": provider.short_title if provider else _("İşyerinin kendi personeli") if workplace else "",
        "hazard_label": HAZARDS[HazardClass(requirement["hazard"])] if requirement.get("hazard") else "",
    }


def timeline(process: Process, steps: list[Step], request: Any) -> list[Row]:
    """Who did what, who is next, and what follows."""
    presenter = presenter_of(process)
    opened = {"title": presenter.opened(process), "lines": [presenter.opened_by(process)]}
    events: list[Row] = [{**opened, "at": process.created_at, "mark": "done"}]
    events += [event for step in steps if (event := _step_event(process, step, request)) is not None]
    if process.waits_for and presenter.follows(process):
        lines = [_("Bu kayıtta, son onayla birlikte")]
        events.append({"title": presenter.follows(process), "lines": lines, "mark": "todo"})
    over = {ProcessState.WITHDRAWN: _("Geri çekildi"), ProcessState.LAPSED: _("Süresinde yanıtlanmadığı için düştü")}
    if process.state in over:
        title = over[ProcessState(process.state)]
        events.append({"title": title, "lines": [], "at": process.closed_at, "mark": "bad"})
    return events


def _step_event(process: Process, step: Step, request: Any) -> Row | None:
    party = presenter_of(process).party(process, step.party)
    decision = decision_of(step)
    if decision is not None:
        accepted = decision.outcome == Outcome.APPROVED
        words = _("%(party)s onayladı") if accepted else _("%(party)s reddetti")
        lines = [decision.person.name, *([decision.reason] if decision.reason else [])]
        mark = "done" if accepted else "bad"
        return {"title": words % {"party": party}, "lines": lines, "at": decision.decided_at, "mark": mark}
    if not process.waits_for:
        return None
    if step.no != process.current_step:
        return {"title": _("%(party)s onayı") % {"party": party}, "lines": [], "at": None, "mark": "todo"}
    title = _("Sıra sizde: %(party)s onayı") if role_of(process, request) else _("Sırada: %(party)s onayı")
    until = []
    if process.due_on:
        until = [_("Son gün %(day)s") % {"day": fmt.deadline_text(process.due_on, current_language())}]
    return {"title": title % {"party": party}, "lines": until, "at": None, "mark": "current"}


def role_of(process: Process, request: Any) -> str:
    """The party whose decision this person can take now, in the capacity chosen, or nothing."""
    actor, party = request.actor, process.waits_for
    if party in {PartyKind.PROFESSIONAL, PartyKind.PERSON}:
        mine = actor.capacity == Capacity.INDIVIDUAL and process.waits_for_person_id == actor.person_id
    elif party == PartyKind.EMPLOYER:
        mine = actor.capacity == Capacity.WORKPLACE and process.workplace_id == actor.organisation_id
    else:
        mine = actor.capacity == Capacity.PROVIDER and process.provider_id == actor.organisation_id
    return party if party and mine else ""


def receipt(step: Step) -> list[Row]:
    """Who decided, in which capacity, when, by which second step, on which text."""
    decision = decision_of(step)
    if decision is None:
        return []
    capacity = {
        PartyKind.EMPLOYER: _("e-Bildirge kullanıcısı"),
        PartyKind.PROVIDER: _("Sorumlu müdür"),
        PartyKind.PROFESSIONAL: _("İSG profesyoneli"),
        PartyKind.PERSON: _("Kendi adına"),
    }[PartyKind(step.party)]
    language = current_language()
    digest = _("Koşulların özeti (SHA-256): %(hash)s") % {"hash": decision.terms_hash}
    words = TEXTS.get(decision.text_version, {}).get(language, "")
    text = [words, _("Metin sürümü %(version)s") % {"version": decision.text_version}] if words else []
    return [
        row(_("Süreç no"), str(step.process_id)),
        row(_("Onaylayan") if decision.outcome == Outcome.APPROVED else _("Reddeden"), decision.person.name, capacity),
        row(_("Zaman"), fmt.moment_text(decision.decided_at, language)),
        row(_("İkinci adım"), proof_words(decision.proof_method), fmt.moment_text(decision.proof_at, language)),
        row(_("Metin") if text else _("Koşullar"), *(text or [digest]), *([digest] if text else [])),
    ]


def proof_words(method: str) -> str:
    """The kind of second step, in words."""
    return {
        "totp": _("kod uygulaması"),
        "webauthn": _("geçiş anahtarı"),
        "webauthn_alone": _("geçiş anahtarı, şifresiz"),
        "recovery_codes": _("kurtarma kodu"),
        "oidc": _("başka kimlik sağlayıcı"),
    }.get(method, method)
