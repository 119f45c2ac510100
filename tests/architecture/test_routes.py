"""Every address: who may enter, and that nothing about a person stands in it."""

import importlib
from types import ModuleType
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path
from django.urls.converters import IntConverter

from katip.config import urls
from katip.core.environment import Environment
from katip.web.access import Access
from katip.web.log.numbers import TileNumberConverter
from katip.web.verify.urls import CodeConverter
from tests.routes import routes

# Route, address, who may enter. A change of who may enter is a change of this table.
ROUTES = """
start                /                                    PUBLIC
account_login        /giris/                              PUBLIC
mfa_authenticate     /giris/ikinci-adim/                  PUBLIC
mfa_reauthenticate   /giris/yeniden/                      TWO_STEP
passkey_sign_in      /giris/anahtar/                      PUBLIC
passkey_begin        /giris/anahtar/basla/                PUBLIC
second_step_begin    /giris/anahtar/ikinci-adim/          PUBLIC
step_up_begin        /giris/anahtar/yeniden/              TWO_STEP
factors              /hesabim/ikinci-adim/                TWO_STEP
factor_enrol         /hesabim/ikinci-adim/kur/            ONE_STEP
factor_passkey       /hesabim/ikinci-adim/kur/anahtar/    ONE_STEP
factor_passkey_begin /hesabim/ikinci-adim/kur/anahtar/basla/ ONE_STEP
factor_app           /hesabim/ikinci-adim/kur/uygulama/   ONE_STEP
factor_codes         /hesabim/ikinci-adim/kodlar/         TWO_STEP
factor_codes_download /hesabim/ikinci-adim/kodlar/indir/   TWO_STEP
factor_codes_new     /hesabim/ikinci-adim/kodlar/yeni/    TWO_STEP
factor_rename        /hesabim/ikinci-adim/<int:no>/ad/    TWO_STEP
factor_remove        /hesabim/ikinci-adim/<int:no>/kaldir/ TWO_STEP
account_logout       /cikis/                              PUBLIC
two_step             /iki-asamali-giris/                  ONE_STEP
chip                 /iki-asamali-giris/kart/             ONE_STEP
chip_reading         /iki-asamali-giris/kart/okuma/       ONE_STEP
chip_state           /iki-asamali-giris/kart/durum/       ONE_STEP
chip_claim           /api/chip/v1/claim                   PUBLIC
chip_stage           /api/chip/v1/stage                   PUBLIC
chip_evidence        /api/chip/v1/evidence                PUBLIC
chip_abandon         /api/chip/v1/abandon                 PUBLIC
feed_open            /api/feed/v1/feeds                   PUBLIC
feed_state           /api/feed/v1/feeds/<int:no>          PUBLIC
feed_part            /api/feed/v1/feeds/<int:no>/parts/<int:part> PUBLIC
feed_close           /api/feed/v1/feeds/<int:no>/close    PUBLIC
feed_rehearse        /api/feed/v1/feeds/<int:no>/rehearse PUBLIC
feed_faults          /api/feed/v1/feeds/<int:no>/faults   PUBLIC
v1_token             /api/v1/token                        PUBLIC
v1_workplaces        /api/v1/workplaces                   PUBLIC
v1_workplace         /api/v1/workplaces/<int:no>          PUBLIC
v1_workplace_compliance /api/v1/workplaces/<int:no>/compliance PUBLIC
v1_compliance        /api/v1/compliance                   PUBLIC
v1_required          /api/v1/required-minutes             PUBLIC
v1_professionals     /api/v1/professionals                PUBLIC
v1_professional      /api/v1/professionals/<int:no>       PUBLIC
v1_offer             /api/v1/offers                       PUBLIC
v1_offers_batch      /api/v1/offers/batch                 PUBLIC
v1_offer_check       /api/v1/offer-check                  PUBLIC
v1_contracts         /api/v1/contracts                    PUBLIC
v1_contract          /api/v1/contracts/<int:no>           PUBLIC
v1_contract_documents /api/v1/contracts/<int:no>/documents PUBLIC
v1_contract_end      /api/v1/contracts/<int:no>/end       PUBLIC
v1_processes         /api/v1/processes                    PUBLIC
v1_process           /api/v1/processes/<int:no>           PUBLIC
v1_waiting           /api/v1/waiting                      PUBLIC
v1_process_decision  /api/v1/processes/<int:no>/decision  PUBLIC
v1_document          /api/v1/documents/<int:no>           PUBLIC
v1_document_file     /api/v1/documents/<int:no>/file      PUBLIC
v1_document_statement /api/v1/documents/<int:no>/statement PUBLIC
v1_sheet             /api/v1/sheet                        PUBLIC
v1_sheet_csv         /api/v1/sheet.csv                    PUBLIC
v1_sheet_xlsx        /api/v1/sheet.xlsx                   PUBLIC
v1_openapi           /api/v1/openapi.json                 PUBLIC
v1_docs              /api/v1/docs                         PUBLIC
programs             /programlar/                         PROVIDER
program_new          /programlar/yeni/                    PROVIDER
program_secret       /programlar/<int:no>/anahtar/        PROVIDER
program_rotate       /programlar/<int:no>/yenile/         PROVIDER
program_revoke       /programlar/<int:no>/geri-al/        PROVIDER
hooks                /programlar/webhook/                 ACTING
hook_new             /programlar/webhook/yeni/            ACTING
hook                 /programlar/webhook/<int:no>/        ACTING
hook_change          /programlar/webhook/<int:no>/degistir/ ACTING
hook_secret          /programlar/webhook/<int:no>/anahtar/ ACTING
hook_act             /programlar/webhook/<int:no>/durum/  ACTING
hook_end             /programlar/webhook/<int:no>/sonlandir/ ACTING
hook_replay          /programlar/webhook/<int:no>/yeniden-gonder/ ACTING
hook_delivery        /programlar/webhook/<int:no>/gonderim/<int:part>/ ACTING
language             /dil/                                PUBLIC
session_extend       /oturum/surdur/                      ONE_STEP
session_keep         /oturum/sakla/                       ONE_STEP
calculator           /hesapla/                            PUBLIC
help                 /yardim/                             PUBLIC
guide                /kilavuz/                            PUBLIC
guide_pdf            /kilavuz/kilavuz.pdf                 PUBLIC
guide_no_user        /kilavuz/e-bildirge-kullanicisi-yok/ PUBLIC
guide_two_step       /kilavuz/iki-asamali-giris-kapali/   PUBLIC
guide_customer       /kilavuz/<code:code>/                PUBLIC
guide_customer_pdf   /kilavuz/<code:code>/kilavuz.pdf     PUBLIC
follow               /takip/                              PROVIDER
follow_remind        /takip/hatirlat/                     PROVIDER
follow_figures       /takip/sayilar/                      PROVIDER
guide_make           /takip/kilavuz/<int:no>/             PROVIDER
guide_close          /takip/kilavuz/<int:no>/kapat/       PROVIDER
verify               /dogrula/                            PUBLIC
verify_code          /dogrula/<code:code>/                PUBLIC
verify_proof         /dogrula/<code:code>/kanit.json      PUBLIC
verify_tlog_proof    /dogrula/<code:code>/kanit.tlog-proof PUBLIC
verify_full_proof    /dogrula/<code:code>/tam-kanit.json  TWO_STEP
accessibility        /erisilebilirlik/                    PUBLIC
privacy              /gizlilik/                           PUBLIC
log                  /kayit/                              PUBLIC
log_checkpoint       /kayit/checkpoint                    PUBLIC
log_entries          /kayit/tile/entries/<bundle:bundle>  PUBLIC
log_seal             /kayit/muhur.pem                     PUBLIC
log_tile             /kayit/tile/<tile:tile>              PUBLIC
health               /saglik/                             PUBLIC
ready                /saglik/hazir/                       PUBLIC
operation            /isletim/                            OFFICIAL
activation           /hesap-ac/                           PUBLIC
activation_password  /hesap-ac/sifre/                     PUBLIC
activation_second_step /iki-asamali-giris/kod/            ONE_STEP
account              /hesabim/                            TWO_STEP
account_sessions     /hesabim/oturumlar/                  TWO_STEP
account_devices      /hesabim/tarayicilar/                TWO_STEP
account_history      /hesabim/hareketler/                 TWO_STEP
account_looks        /hesabim/verilerime-kim-bakti/       TWO_STEP
notices              /bildirimler/                        TWO_STEP
notice_preferences   /hesabim/bildirim-tercihleri/        TWO_STEP
notices_leave        /bildirim-birak/                     PUBLIC
disown               /surecler/<int:no>/tanimiyorum/      TWO_STEP
objections           /genel-bakis/taninmayanlar/          OFFICIAL
objection            /genel-bakis/taninmayanlar/<int:no>/ OFFICIAL
account_notices      /hesabim/bildirimler/                TWO_STEP
account_password     /hesabim/sifre/                      TWO_STEP
account_email        /hesabim/e-posta/                    TWO_STEP
account_email_prove  /hesabim/e-posta/dogrula/            PUBLIC
capacity             /secim/                              TWO_STEP
search               /ara/                                TWO_STEP
companies            /firmalar/                           TWO_STEP
companies_fetch      /firmalar/getir/                     TWO_STEP
company_choose       /firmalar/sec/                       TWO_STEP
inbox                /bekleyenler/                        TWO_STEP
runs                 /toplu/                              TWO_STEP
run_new              /toplu/yeni/                         TWO_STEP
run                  /toplu/<int:no>/                     TWO_STEP
run_review           /toplu/<int:no>/oku/                 TWO_STEP
run_confirm          /toplu/<int:no>/tamamla/             TWO_STEP
run_progress         /toplu/<int:no>/durum/               TWO_STEP
run_again            /toplu/<int:no>/yeniden/             TWO_STEP
run_receipts         /toplu/<int:no>/makbuzlar/           TWO_STEP
run_receipt          /toplu/<int:no>/makbuzlar/<int:part>/ TWO_STEP
run_reoffer          /toplu/yeniden-teklif/               PROVIDER
run_end              /toplu/sonlandir/                    ACTING
run_contact          /toplu/beyan/                        TWO_STEP
home                 /ana-ekran/                          ACTING
assignments          /gorevlendirmelerim/                 ACTING
contracts            /sozlesmeler/                        ACTING
contracts_go         /sozlesmeler/git/                    ACTING
contracts_export     /sozlesmeler/disa-aktar/             ACTING
contracts_renumbered /sozlesmeler/yeni-numara/            PROVIDER
contracts_reconcile  /sozlesmeler/karsilastir/            PROVIDER
contracts_reconcile_close    /sozlesmeler/karsilastir/kapat/     PROVIDER
contracts_reconcile_download /sozlesmeler/karsilastir/indir/     PROVIDER
contracts_reconcile_drafts   /sozlesmeler/karsilastir/taslaklar/ PROVIDER
contract             /sozlesmeler/<int:no>/               TWO_STEP
contract_end         /sozlesmeler/<int:no>/sonlandir/     TWO_STEP
contract_end_revoke  /sozlesmeler/<int:no>/sonlandirmayi-geri-al/ TWO_STEP
contract_update      /sozlesmeler/<int:no>/sure-guncelle/ TWO_STEP
contract_reoffer     /sozlesmeler/<int:no>/yeniden-teklif/ TWO_STEP
document_want        /sozlesmeler/<int:no>/belge-iste/    TWO_STEP
document_download    /belgeler/<int:no>/indir/            TWO_STEP
documents            /sozlesmeler/belgeler/               ACTING
step_go              /surecler/git/                       ACTING
steps_together       /surecler/birlikte/                  ACTING
steps_done           /surecler/birlikte/sonuc/            ACTING
step                 /surecler/<int:no>/                  TWO_STEP
step_complete        /surecler/<int:no>/tamamla/          TWO_STEP
step_reject          /surecler/<int:no>/reddet/           TWO_STEP
step_withdraw        /surecler/<int:no>/geri-cek/         TWO_STEP
step_result          /surecler/<int:no>/sonuc/            TWO_STEP
card                 /isyeri-karti/                       WORKPLACE
contact              /isyeri-karti/iletisim-ve-izin/      WORKPLACE
own_staff            /kendi-personelimiz/                 WORKPLACE
own_staff_assign     /kendi-personelimiz/gorevlendir/     WORKPLACE
undertaking          /sahsen-ustlenme/                    WORKPLACE
undertaking_register /sahsen-ustlenme/kaydet/             WORKPLACE
undertaking_end      /sahsen-ustlenme/<int:no>/sonlandir/ ACTING
staff                /personel/                           PROVIDER
staff_propose        /personel/oner/                      PROVIDER
staff_end            /personel/<int:no>/sonlandir/        ACTING
managers             /sorumlu-mudurler/                   WORKPLACE
manager_appoint      /sorumlu-mudurler/gorevlendir/       WORKPLACE
manager_end          /sorumlu-mudurler/<int:no>/sonlandir/ ACTING
own_records          /kendi-kayitlarim/                   ACTING
office               /gorevli/                            OFFICIAL
look_reason          /gorevli/neden/                      OFFICIAL
look_reason_close    /gorevli/neden/kapat/                OFFICIAL
overview             /genel-bakis/                        OFFICIAL
lacking              /genel-bakis/eksik-isyerleri/        OFFICIAL
official_workplace   /genel-bakis/isyerleri/<int:no>/     OFFICIAL
providers            /hizmet-verenler/                    OFFICIAL
provider_new         /hizmet-verenler/yeni/               OFFICIAL
provider             /hizmet-verenler/<int:no>/           OFFICIAL
provider_stand       /hizmet-verenler/<int:no>/yetki-durumu/ OFFICIAL
professionals        /profesyoneller/                     OFFICIAL
professional_new     /profesyoneller/yeni/                OFFICIAL
professional         /profesyoneller/<int:no>/            OFFICIAL
professional_stand   /profesyoneller/<int:no>/yetki-durumu/ OFFICIAL
official_months               /genel-bakis/aylar/                                 OFFICIAL
official_month_plan           /genel-bakis/aylar/planla/                          OFFICIAL
official_month                /genel-bakis/aylar/<int:no>/                        OFFICIAL
official_month_progress       /genel-bakis/aylar/<int:no>/durum/                  OFFICIAL
official_month_begin          /genel-bakis/aylar/<int:no>/uygula/                 OFFICIAL
official_month_drop           /genel-bakis/aylar/<int:no>/vazgec/                 OFFICIAL
official_month_changes        /genel-bakis/aylar/<int:no>/degisenler/             OFFICIAL
official_month_changes_file   /genel-bakis/aylar/<int:no>/degisenler/indir/       OFFICIAL
official_month_missing        /genel-bakis/aylar/<int:no>/eksikler/               OFFICIAL
official_month_missing_file   /genel-bakis/aylar/<int:no>/eksikler/indir/         OFFICIAL
official_month_figures_file   /genel-bakis/aylar/<int:no>/iller/indir/            OFFICIAL
official_month_providers_file /genel-bakis/aylar/<int:no>/hizmet-verenler/indir/  OFFICIAL
official_month_faults         /genel-bakis/bildirimler/<int:no>/                  OFFICIAL
privacy_notice       /aydinlatma/                         PUBLIC
privacy_notice_open  /aydinlatma/ac/                      ONE_STEP
retention            /saklama/                            PUBLIC
own_data             /hesabim/kisisel-verilerim/          TWO_STEP
own_data_take        /hesabim/kisisel-verilerim/indir/    TWO_STEP
data_request_new     /hesabim/kisisel-verilerim/basvuru/  TWO_STEP
data_request         /hesabim/kisisel-verilerim/basvurular/<int:no>/ TWO_STEP
data_request_withdraw /hesabim/kisisel-verilerim/basvurular/<int:no>/geri-cek/ TWO_STEP
data_requests        /gorevli/kisisel-veri-basvurulari/   OFFICIAL
data_request_answer  /gorevli/kisisel-veri-basvurulari/<int:no>/ OFFICIAL
branches             /gorevli/subeler/                    OFFICIAL
branch_new           /gorevli/subeler/yeni/               OFFICIAL
branch               /gorevli/subeler/<int:no>/           OFFICIAL
branch_change        /gorevli/subeler/<int:no>/bilgiler/  OFFICIAL
branch_week          /gorevli/subeler/<int:no>/saatler/   OFFICIAL
branch_closed_day    /gorevli/subeler/<int:no>/kapali-gun/ OFFICIAL
branch_closed_day_drop /gorevli/kapali-gunler/<int:no>/     OFFICIAL
branch_shut          /gorevli/subeler/<int:no>/kapat/     OFFICIAL
branch_officer_new   /gorevli/subeler/<int:no>/gorevli/   OFFICIAL
branch_officer_move  /gorevli/gorevliler/<int:no>/sube/   OFFICIAL
branch_officer_end   /gorevli/gorevliler/<int:no>/bitir/  OFFICIAL
application_new      /basvuru/                            PUBLIC
application          /basvurum/                           PUBLIC
application_cancel   /basvurum/iptal/                     PUBLIC
counter              /gorevli/gise/                       OFFICIAL
counter_day          /gorevli/gise/bugun/                 OFFICIAL
counter_reviews      /gorevli/gise/denetim/               OFFICIAL
counter_review       /gorevli/gise/denetim/<int:no>/      OFFICIAL
counter_case         /gorevli/gise/<int:no>/              OFFICIAL
counter_card         /gorevli/gise/<int:no>/kart/         OFFICIAL
counter_confirm      /gorevli/gise/<int:no>/onayla/       OFFICIAL
counter_override     /gorevli/gise/<int:no>/ikinci-gorevli/ OFFICIAL
counter_second       /gorevli/gise/<int:no>/ikinci-onay/  OFFICIAL
counter_refuse       /gorevli/gise/<int:no>/reddet/       OFFICIAL
counter_again        /gorevli/gise/<int:no>/yeni-kod/     OFFICIAL
board                /kapasite/                           PROVIDER
board_person         /kapasite/<int:no>/                  PROVIDER
own_minutes          /surelerim/                          ACTING
month_digests        /ayin-ozeti/                         TWO_STEP
month_digest         /ayin-ozeti/<int:no>/                TWO_STEP
provider_month       /aylik-degisiklikler/                PROVIDER
provider_month_export /aylik-degisiklikler/indir/         PROVIDER
provider_accept      /aylik-degisiklikler/onayla/         PROVIDER
provider_accepted    /aylik-degisiklikler/onaylanan/      PROVIDER
offer_drafts         /teklifler/                          PROVIDER
offer_new            /teklifler/yeni/                     PROVIDER
offer_sheet_new      /teklifler/toplu/                    PROVIDER
offer_sheet_template /teklifler/toplu/ornek/              PROVIDER
offer_sheet          /teklifler/toplu/<int:no>/           PROVIDER
offer_sheet_results  /teklifler/toplu/<int:no>/sonuclar/  PROVIDER
offer                /teklifler/<int:no>/                 PROVIDER
offer_kind           /teklifler/<int:no>/surec/           PROVIDER
offer_information    /teklifler/<int:no>/bilgi/           PROVIDER
offer_workplace      /teklifler/<int:no>/isyeri/          PROVIDER
offer_professional   /teklifler/<int:no>/profesyonel/     PROVIDER
offer_minutes        /teklifler/<int:no>/sure/            PROVIDER
offer_check          /teklifler/<int:no>/kontrol/         PROVIDER
offer_result         /teklifler/<int:no>/sonuc/           PROVIDER
offer_delete         /teklifler/<int:no>/sil/             PROVIDER
oidc_start           /giris/saglayici/<int:no>/           PUBLIC
oidc_return          /giris/saglayici/<int:no>/donus/     PUBLIC
oidc_again           /giris/saglayici/<int:no>/yeniden/   TWO_STEP
components           /_parcalar/                          PUBLIC
"""


def test_every_route_declares_who_may_enter_as_the_table_has_it() -> None:
    declared = [
        (str(pattern.name), address, Access(getattr(pattern.callback, "access", -1)).name)
        for address, pattern in routes()
    ]
    assert sorted(declared) == sorted(tuple(line.split()) for line in ROUTES.strip().splitlines())


def test_addresses_are_plain_and_carry_no_number_but_a_process() -> None:
    for address, pattern in routes():
        assert address.isascii()
        assert address == address.lower()
        converters: dict[str, Any] = pattern.pattern.converters
        # a part is counted within what its sender opened; a code is drawn, and stands on a document's paper
        # and the log's files are numbered by themselves
        assert set(converters) <= {"no", "part", "code", "tile", "bundle"}
        kinds = {"code": CodeConverter, "tile": TileNumberConverter, "bundle": TileNumberConverter}
        assert all(isinstance(one, kinds.get(name, IntConverter)) for name, one in converters.items())


def test_the_components_page_is_for_development_only() -> None:
    with override_settings(KATIP=Environment(env="production")):
        importlib.reload(urls)
        names = {getattr(entry, "name", None) for entry in urls.urlpatterns}
    importlib.reload(urls)
    assert "components" not in names


def undeclared(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("open to all")


@pytest.mark.django_db
def test_a_view_that_declares_nothing_does_not_answer(client: Client, settings: Any) -> None:
    module = ModuleType("undeclared_urls")
    module.urlpatterns = [path("acik/", undeclared, name="open"), *urls.urlpatterns]  # type: ignore[attr-defined] # a module made here
    settings.ROOT_URLCONF = module
    with pytest.raises(ImproperlyConfigured, match="open: a route without declared access"):
        client.get("/acik/")
