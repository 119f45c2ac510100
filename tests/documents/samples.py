"""Rows of the sheet as another register writes them; every name and number made up."""

from katip.documents.sheet import FIELDS

SGK = "22212010112247420160872000"
NATIONAL_ID = "10000000146"


def row(**cells: str) -> dict[str, str]:
    """A running contract with all the cells that a service contract has; `cells` override."""
    return dict.fromkeys(FIELDS, "") | {
        "process_id": "90000001",
        "name": "OSGB İLE ÖZEL İŞYERİ ARASINDA İŞ GÜVENLİĞİ UZMANI HİZMET ALIMI SÖZLEŞMESİ",
        "contract_id": "70000001",
        "auto_update": "Hayır",
        "national_id": NATIONAL_ID,
        "professional_name": "IŞIL ÖRNEK",
        "certificate_type": "B Sınıfı İş Güvenliği Uzmanlığı Belgesi",
        "certificate_no": "ÖRNEK-1",
        "assignment_type": "Kısmi Süreli",
        "minutes": "240",
        "period": "Aylık",
        "provider_id": "500001",
        "provider_title": "ÖRNEK ORTAK SAĞLIK VE GÜVENLİK BİRİMİ LTD. ŞTİ.",
        "provider_province": "BURSA",
        "provider_kind": "OSGB",
        "authorisation_no": "ÖRNEK-0001",
        "workplace_id": "2283739",
        "workplace_title": "ÖRNEK İŞYERİ 1 A.Ş.",
        "workplace_sgk": SGK,
        "workplace_province": "BURSA",
        "employees": "12",
        "hazard_class": "Tehlikeli",
        "nace": "22.12.01",
        "starts_on": "23.09.2024",
        "state": "Sözleşme Devam Ediyor",
        "is_updated": "Hayır",
        "approval": "Sözleşme Onaylandı",
        "approved_at": "23.09.2024 14:05:09",
        "employer_approval": "Onaylandı",
        "employer_approved_at": "23.09.2024 14:05:09",
        "approver_name": "AYŞE ÖRNEK",
        "professional_approval": "Onaylandı",
        "professional_approved_at": "22.09.2024 09:00:00",
        "defined_at": "20.09.2024 08:30:00",
        "definer_name": "KEREM ÖRNEK",
        "fit": "Evet",
        **cells,
    }
