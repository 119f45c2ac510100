"""Addresses of one's own sign-in; no number of a person, a session or a browser in any of them."""

from django.urls import path

from katip.web.account import activation, views
from katip.web.account.proving import account_email_prove

paths = [
    path("hesap-ac/", activation.activation, name="activation"),
    path("hesap-ac/sifre/", activation.activation_password, name="activation_password"),
    path("iki-asamali-giris/kod/", activation.activation_second_step_page, name="activation_second_step"),
    path("hesabim/", views.account, name="account"),
    path("hesabim/oturumlar/", views.account_sessions, name="account_sessions"),
    path("hesabim/tarayicilar/", views.account_devices, name="account_devices"),
    path("hesabim/hareketler/", views.account_history, name="account_history"),
    path("hesabim/bildirimler/", views.account_notices, name="account_notices"),
    path("hesabim/sifre/", views.account_password, name="account_password"),
    path("hesabim/e-posta/", views.account_email, name="account_email"),
    path("hesabim/e-posta/dogrula/", account_email_prove, name="account_email_prove"),
]
