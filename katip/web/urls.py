"""The pages' addresses: Turkish words, ASCII letters, no personal number in any of them."""

from django.urls import path

from katip.web.account import urls as account
from katip.web.acting import views as acting
from katip.web.branches import urls as branches
from katip.web.calculator import views as calculator
from katip.web.capacity import urls as capacity
from katip.web.card import views as card
from katip.web.chip import urls as chip
from katip.web.contracts import urls as contracts
from katip.web.contracts.acts import page as contract_page
from katip.web.contracts.acts import views as acts
from katip.web.counter import urls as counter
from katip.web.documents import urls as documents
from katip.web.entrance import views as entrance
from katip.web.factors import urls as factors
from katip.web.follow import urls as follow
from katip.web.guide import urls as guide
from katip.web.home import views as home
from katip.web.hooks import urls as hooks
from katip.web.inbox import urls as inbox
from katip.web.keeping import urls as keeping
from katip.web.log import urls as log
from katip.web.looks import urls as looks
from katip.web.months import urls as months
from katip.web.notices import urls as notices
from katip.web.offers import urls as offers
from katip.web.officials import urls as officials
from katip.web.oidc import urls as oidc
from katip.web.people import urls as people
from katip.web.processes import together
from katip.web.processes import views as processes
from katip.web.programs import urls as programs
from katip.web.runs import urls as runs
from katip.web.search import search
from katip.web.verify import urls as verify
from katip.web.watch import urls as watch

urlpatterns = [
    path("", entrance.start, name="start"),
    path("giris/", entrance.sign_in, name="account_login"),
    path("cikis/", entrance.sign_out, name="account_logout"),
    path("iki-asamali-giris/", entrance.two_step, name="two_step"),
    path("dil/", entrance.language, name="language"),
    path("oturum/surdur/", entrance.session_extend, name="session_extend"),
    path("oturum/sakla/", entrance.session_keep, name="session_keep"),
    path("hesapla/", calculator.calculator, name="calculator"),
    path("yardim/", entrance.help_page, name="help"),
    path("erisilebilirlik/", entrance.accessibility, name="accessibility"),
    path("gizlilik/", entrance.privacy, name="privacy"),
    path("saglik/", entrance.health, name="health"),
    path("ara/", search, name="search"),
    path("secim/", acting.capacity, name="capacity"),
    path("firmalar/", acting.companies, name="companies"),
    path("firmalar/getir/", acting.companies_fetch, name="companies_fetch"),
    path("firmalar/sec/", acting.company_choose, name="company_choose"),
    path("ana-ekran/", home.home, name="home"),
    path("gorevlendirmelerim/", home.assignments, name="assignments"),
    *inbox.paths,
    *runs.paths,
    *account.paths,
    *looks.paths,
    *contracts.paths,
    *documents.paths,
    path("sozlesmeler/<int:no>/", contract_page.contract, name="contract"),
    path("sozlesmeler/<int:no>/sonlandir/", acts.end, name="contract_end"),
    path("sozlesmeler/<int:no>/sonlandirmayi-geri-al/", acts.end_revoke, name="contract_end_revoke"),
    path("sozlesmeler/<int:no>/sure-guncelle/", acts.update, name="contract_update"),
    path("sozlesmeler/<int:no>/yeniden-teklif/", acts.reoffer, name="contract_reoffer"),
    path("surecler/git/", processes.step_go, name="step_go"),
    path("surecler/birlikte/", together.steps_together, name="steps_together"),
    path("surecler/birlikte/sonuc/", together.steps_done, name="steps_done"),
    path("surecler/<int:no>/", processes.step, name="step"),
    path("surecler/<int:no>/tamamla/", processes.step_complete, name="step_complete"),
    path("surecler/<int:no>/reddet/", processes.step_reject, name="step_reject"),
    path("surecler/<int:no>/geri-cek/", processes.step_withdraw, name="step_withdraw"),
    path("surecler/<int:no>/sonuc/", processes.step_result, name="step_result"),
    path("isyeri-karti/", card.card, name="card"),
    path("isyeri-karti/iletisim-ve-izin/", card.contact, name="contact"),
    *chip.paths,
    *factors.paths,
    *offers.paths,
    *oidc.paths,
    *officials.paths,
    *counter.paths,
    *branches.paths,
    *people.paths,
    *programs.paths,
    *capacity.paths,
    *months.paths,
    *keeping.paths,
    *hooks.paths,
    *log.paths,
    *notices.paths,
    *verify.paths,
    *guide.paths,
    *follow.paths,
    *watch.paths,
]
