"""Addresses of the counter: the applicant's pages, the officer's, the supervisor's."""

from django.urls import path

from katip.web.counter import applicant, decide, desk, reviews

paths = [
    path("basvuru/", applicant.application_new, name="application_new"),
    path("basvurum/", applicant.application, name="application"),
    path("basvurum/iptal/", applicant.application_cancel_page, name="application_cancel"),
    path("gorevli/gise/", desk.counter, name="counter"),
    path("gorevli/gise/bugun/", desk.day, name="counter_day"),
    path("gorevli/gise/denetim/", reviews.reviews, name="counter_reviews"),
    path("gorevli/gise/denetim/<int:no>/", reviews.review, name="counter_review"),
    path("gorevli/gise/<int:no>/", desk.case, name="counter_case"),
    path("gorevli/gise/<int:no>/kart/", desk.card, name="counter_card"),
    path("gorevli/gise/<int:no>/onayla/", decide.confirm, name="counter_confirm"),
    path("gorevli/gise/<int:no>/ikinci-gorevli/", decide.override, name="counter_override"),
    path("gorevli/gise/<int:no>/ikinci-onay/", decide.second, name="counter_second"),
    path("gorevli/gise/<int:no>/reddet/", decide.refuse, name="counter_refuse"),
    path("gorevli/gise/<int:no>/yeni-kod/", decide.again, name="counter_again"),
]
