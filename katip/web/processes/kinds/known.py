"""Which presenter speaks for which code; read once, when the pages are loaded."""

from katip.contracts.kinds.appointment import MANAGER_APPOINTMENT
from katip.contracts.kinds.staff import STAFF_CONTRACT
from katip.contracts.kinds.undertaking import OWN_UNDERTAKING
from katip.web.people.present import AppointmentPresenter, StaffPresenter, UndertakingPresenter
from katip.web.processes.kinds import presenter_register
from katip.web.processes.kinds.contract import OWN_STAFF, ContractPresenter, OwnStaffPresenter, codes
from katip.web.processes.kinds.shortage import SHORTAGE, ShortagePresenter
from katip.web.processes.kinds.update import UPDATE, UpdatePresenter


def register_all() -> None:
    """Make the presenters known."""
    presenter_register(ContractPresenter(), *codes())
    presenter_register(OwnStaffPresenter(), OWN_STAFF)
    presenter_register(UpdatePresenter(), UPDATE)
    presenter_register(ShortagePresenter(), SHORTAGE)
    presenter_register(UndertakingPresenter(), OWN_UNDERTAKING)
    presenter_register(StaffPresenter(), STAFF_CONTRACT)
    presenter_register(AppointmentPresenter(), MANAGER_APPOINTMENT)
