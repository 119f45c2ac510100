"""Acting in the capacity in which a person sees what they opened: a link in a mail lands with another one chosen."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.utils.translation import gettext as _

from katip.core.actor import Capacity
from katip.registry.models import Official, Provider, Workplace
from katip.web.acting.chosen import Chosen, chosen_write

Sides = Mapping[Capacity, Workplace | Provider | Official | None]
"""The capacities in which something can be seen, each with its organisation or office (None: in one's own name)"""


def capacity_fit(request: Any, sides: Sides, *, asked: Capacity | None = None) -> None:
    """Let the person act in the capacity `asked` for, if they have it; else keep the chosen one where it fits.

    The page then says in whose name it is read. `sides` is not empty.
    """
    chosen: Chosen | None = request.chosen
    if asked is not None and asked in sides:
        capacity = asked
    elif chosen is not None and chosen.capacity in sides:
        capacity = chosen.capacity
    else:
        capacity = next(iter(sides))
    organisation = sides[capacity]
    now = (chosen.workplace or chosen.provider or chosen.office) if chosen else None
    if chosen is not None and chosen.capacity == capacity and (now and now.pk) == (organisation and organisation.pk):
        return
    chosen_write(request, capacity, organisation.pk if organisation else None)
    request.chosen = Chosen(
        capacity,
        workplace=organisation if isinstance(organisation, Workplace) else None,
        provider=organisation if isinstance(organisation, Provider) else None,
        office=organisation if isinstance(organisation, Official) else None,
    )
    request.actor = request.chosen.actor(request.user.pk, request.actor.proof)
    if chosen is None or request.method != "GET":
        return
    if isinstance(organisation, Workplace | Provider):
        messages.info(request, _("Artık bu firma adına işlem yapıyorsunuz: %(title)s") % {"title": organisation.title})
    elif organisation is None:
        messages.info(request, _("Artık kendi adınıza işlem yapıyorsunuz."))
    else:
        messages.info(request, _("Artık görevli olarak bakıyorsunuz."))
