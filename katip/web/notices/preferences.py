"""*Bildirim tercihleri*: what goes outside, when and in which language; and to the addresses on a workplace's card."""

from collections.abc import Mapping
from datetime import time
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods

from katip.core.actor import Capacity
from katip.core.usecase import acting_as, whole_register
from katip.notices.deliver import channels_open, faults_of
from katip.notices.kinds import GROUPS, OFFICE, Group
from katip.notices.making import CARD_GROUPS
from katip.notices.models import Channel, Habit, Language, Rhythm
from katip.notices.preferences import Owner, Wishes, wishes_read
from katip.notices.services.preferences import card_owner, card_preferences_set, habits_set, preferences_set
from katip.notices.timing import habits_of
from katip.notices.told import card_of
from katip.registry.models import ContactDeclaration
from katip.web.access import Access, access

_NO_HOURS = time(0)
_CARD_CHANNELS = (Channel.EMAIL, Channel.SMS, Channel.KEP)
_NAMES = {Channel.EMAIL: lazy("E-posta"), Channel.SMS: lazy("SMS"), Channel.KEP: lazy("KEP")}


class PreferencesForm(forms.Form):
    """A box for each group and channel, and the hours. `boxes` are (name, ticked) by where they stand."""

    rhythm = forms.ChoiceField(
        label=lazy("Ne sıklıkta?"),
        choices=[(Rhythm.AT_ONCE.value, lazy("Hemen")), (Rhythm.DAILY.value, lazy("Günde bir kez, 08:30’da"))],
        widget=forms.RadioSelect,
    )
    quiet = forms.BooleanField(label=lazy("Sessiz saatler"), required=False)
    quiet_from = forms.TimeField(
        label=lazy("Başlangıç"),
        required=False,
        input_formats=["%H:%M"],
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": lazy("Saati 21:00 gibi yazın.")},
    )
    quiet_to = forms.TimeField(
        label=lazy("Bitiş"),
        required=False,
        input_formats=["%H:%M"],
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": lazy("Saati 08:00 gibi yazın.")},
    )
    language = forms.ChoiceField(
        label=lazy("E-postaların dili"),
        choices=[
            (Language.BOTH.value, lazy("Türkçe, altında İngilizce")),
            (Language.TURKISH.value, lazy("Yalnız Türkçe")),
            (Language.ENGLISH.value, lazy("Yalnız İngilizce")),
        ],
    )

    def __init__(self, boxes: Mapping[str, bool], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, ticked in boxes.items():
            self.fields[name] = forms.BooleanField(required=False, initial=ticked)

    def clean(self) -> dict[str, Any]:
        """Hours are needed where quiet hours are wanted."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("quiet"):
            for name in ("quiet_from", "quiet_to"):
                if name not in self.errors and cleaned.get(name) is None:
                    self.add_error(name, _("Saati yazın ya da sessiz saatleri kapatın."))
        return cleaned


@access(Access.TWO_STEP)
@require_http_methods(["GET", "POST"])
def preferences(request: Any) -> HttpResponse:
    """Read and keep the person's choices, and those of the card of the workplace that they act for."""
    with acting_as(request.actor):
        card = _card(request)
        wishes = _wishes(request, card)
        habits = habits_of(Habit.objects.filter(person=request.user.pk).first())
    boxes = {_box(group): wishes.wants(Owner(request.user.pk), group, Channel.EMAIL) for group in _own(request)}
    if card is not None:
        boxes |= _card_boxes(card, wishes)
    initial = {
        "rhythm": habits.rhythm,
        "quiet": habits.quiet_from != habits.quiet_to,
        "quiet_from": habits.quiet_from,
        "quiet_to": habits.quiet_to,
        "language": habits.language,
    }
    form = PreferencesForm(boxes, request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        _keep(request, form, card)
        messages.success(request, _("Bildirim tercihleriniz kaydedildi."))
        return redirect("notice_preferences")
    return render(
        request, "notice_preferences.html", _context(request, form, card), status=422 if form.is_bound else 200
    )


def _card(request: Any) -> ContactDeclaration | None:
    if request.chosen is None or request.chosen.capacity != Capacity.WORKPLACE:
        return None
    return card_of(request.chosen.workplace.pk)


def _wishes(request: Any, card: ContactDeclaration | None) -> Wishes:
    """What the person chose, and what was chosen for the card's addresses, which are nobody's in person."""
    owners = {owner for one in _CARD_CHANNELS if card and (owner := card_owner(card, one))}
    with whole_register("the choices of a card's addresses are known by their keyed hashes alone"):
        return wishes_read({Owner(request.user.pk), *owners})


def _own(request: Any) -> list[Group]:
    """The groups that the person may choose; reports about providers concern officials alone."""
    official = request.actor.capacity == Capacity.OFFICIAL
    return [group for group in GROUPS.values() if group.optional and (group.code != OFFICE or official)]


def _box(group: Group, channel: Channel | None = None) -> str:
    return f"own_{group.code}" if channel is None else f"card_{group.code}_{channel}"


def _card_boxes(card: ContactDeclaration, wishes: Wishes) -> dict[str, bool]:
    return {
        _box(group, channel): wishes.wants(owner, group, channel)
        for channel in _card_channels(card)
        if (owner := card_owner(card, channel)) is not None
        for group in _card_groups()
    }


def _card_groups() -> list[Group]:
    return [group for group in GROUPS.values() if group.code in CARD_GROUPS]


def _card_channels(card: ContactDeclaration) -> list[Channel]:
    """By which channels the card's addresses can be told here at all."""
    there = {Channel.EMAIL: bool(card.email), Channel.SMS: card.phone.startswith("5"), Channel.KEP: bool(card.kep)}
    return [channel for channel in _CARD_CHANNELS if there[channel] and channel in channels_open()]


def _keep(request: Any, form: PreferencesForm, card: ContactDeclaration | None) -> None:
    typed = form.cleaned_data
    own = {(group.code, Channel.EMAIL.value): bool(typed[_box(group)]) for group in _own(request)}
    preferences_set(actor=request.actor, at=request.at, choices=own)
    quiet = bool(typed["quiet"])
    habits_set(
        actor=request.actor,
        at=request.at,
        rhythm=Rhythm(typed["rhythm"]),
        language=Language(typed["language"]),
        quiet_from=typed["quiet_from"] if quiet else _NO_HOURS,
        quiet_to=typed["quiet_to"] if quiet else _NO_HOURS,
    )
    if card is not None:
        choices = {
            (group.code, channel.value): bool(typed[_box(group, channel)])
            for channel in _card_channels(card)
            for group in _card_groups()
        }
        workplace_id = card.workplace_id
        card_preferences_set(actor=request.actor, at=request.at, workplace_id=workplace_id, choices=choices)


def _context(request: Any, form: PreferencesForm, card: ContactDeclaration | None) -> dict[str, Any]:
    channels = _card_channels(card) if card is not None else []
    addresses = [request.user.email, *([card.email, card.phone, card.kep] if card is not None else [])]
    faults = faults_of([one for one in addresses if one])
    return {
        "form": form,
        "email": request.user.email,
        "leaves": Channel.EMAIL in channels_open(),
        "fault": faults.get(request.user.email),
        "groups": [{"title": group.title, "text": group.text, "box": form[_box(group)]} for group in _own(request)],
        "always": [group for group in GROUPS.values() if not group.optional],
        "card": card,
        "card_faults": [address for address in addresses[1:] if address in faults],
        "card_channels": [_NAMES[channel] for channel in channels],
        "card_groups": [
            {
                "title": group.title,
                "boxes": [{"name": _NAMES[channel], "box": form[_box(group, channel)]} for channel in channels],
            }
            for group in _card_groups()
        ]
        if channels
        else [],
    }
