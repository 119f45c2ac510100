"""Addresses of second steps: signing in by them, setting them up, changing them."""

from django.urls import path

from katip.web.factors import enrol, entering, manage

paths = [
    path("giris/ikinci-adim/", entering.second_step, name="mfa_authenticate"),
    path("giris/yeniden/", entering.step_up, name="mfa_reauthenticate"),
    path("giris/anahtar/", entering.passkey_sign_in, name="passkey_sign_in"),
    path("giris/anahtar/basla/", entering.passkey_begin, name="passkey_begin"),
    path("giris/anahtar/ikinci-adim/", entering.second_step_begin, name="second_step_begin"),
    path("giris/anahtar/yeniden/", entering.step_up_begin, name="step_up_begin"),
    path("hesabim/ikinci-adim/", manage.factors, name="factors"),
    path("hesabim/ikinci-adim/kur/", enrol.enrol, name="factor_enrol"),
    path("hesabim/ikinci-adim/kur/anahtar/", enrol.passkey_take, name="factor_passkey"),
    path("hesabim/ikinci-adim/kur/anahtar/basla/", enrol.passkey_add_begin, name="factor_passkey_begin"),
    path("hesabim/ikinci-adim/kur/uygulama/", enrol.code_app, name="factor_app"),
    path("hesabim/ikinci-adim/kodlar/", manage.codes, name="factor_codes"),
    path("hesabim/ikinci-adim/kodlar/indir/", manage.codes_download, name="factor_codes_download"),
    path("hesabim/ikinci-adim/kodlar/yeni/", manage.codes_new, name="factor_codes_new"),
    path("hesabim/ikinci-adim/<int:no>/ad/", manage.rename, name="factor_rename"),
    path("hesabim/ikinci-adim/<int:no>/kaldir/", manage.remove, name="factor_remove"),
]
