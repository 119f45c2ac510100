"""9002, kendi personelini görevlendirme: the employer assigns a certified employee of their own."""

from katip.contracts.kinds.service import OwnStaffKind
from katip.rules import Profession

OWN_STAFF_ASSIGNMENT = 9002

OWN_STAFF = OwnStaffKind(
    code=OWN_STAFF_ASSIGNMENT,
    profession=Profession.SAFETY_SPECIALIST,  # each assignment names its own
    title="İşverenin kendi çalışanını iş sağlığı ve güvenliği hizmetinde görevlendirmesi",
    short_title="Kendi personeli",
)
