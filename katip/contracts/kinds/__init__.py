"""The kinds of process of this room. Those that end in a service contract are data here, one class in `service`."""

from katip.contracts.kinds.appointment import AppointmentKind
from katip.contracts.kinds.own_staff import OWN_STAFF
from katip.contracts.kinds.service import ServiceContractKind
from katip.contracts.kinds.shortage import ShortageKind
from katip.contracts.kinds.staff import StaffContractKind
from katip.contracts.kinds.undertaking import UndertakingKind
from katip.contracts.kinds.update import DurationUpdateKind
from katip.processes.kinds import kind_register
from katip.rules import Profession

SERVICE_KINDS = (
    ServiceContractKind(
        code=103,
        profession=Profession.SAFETY_SPECIALIST,
        title="OSGB ile özel işyeri arasında iş güvenliği uzmanı hizmet alımı sözleşmesi",
        short_title="İş güvenliği uzmanı",
    ),
    ServiceContractKind(
        code=140,
        profession=Profession.WORKPLACE_PHYSICIAN,
        title="OSGB ile özel işyeri arasında işyeri hekimliği hizmet alımı sözleşmesi",
        short_title="İşyeri hekimi",
    ),
    ServiceContractKind(
        code=177,
        profession=Profession.OTHER_HEALTH_PERSONNEL,
        title="OSGB ile özel işyeri arasında diğer sağlık personeli hizmet alımı sözleşmesi",
        short_title="Diğer sağlık personeli",
    ),
)


def register_all() -> None:
    """Make the kinds known to `processes`; called once, at start-up."""
    for kind in (
        *SERVICE_KINDS,
        DurationUpdateKind(),
        OWN_STAFF,
        UndertakingKind(),
        StaffContractKind(),
        AppointmentKind(),
        ShortageKind(),
    ):
        kind_register(kind)
