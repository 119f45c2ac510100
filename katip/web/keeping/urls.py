"""Addresses about personal data; none of them names a person."""

from django.urls import path

from katip.web.keeping import notice, official, own

paths = [
    path("aydinlatma/", notice.privacy_notice, name="privacy_notice"),
    path("aydinlatma/ac/", notice.privacy_notice_open, name="privacy_notice_open"),
    path("saklama/", notice.retention, name="retention"),
    path("hesabim/kisisel-verilerim/", own.own_data, name="own_data"),
    path("hesabim/kisisel-verilerim/indir/", own.own_data_take, name="own_data_take"),
    path("hesabim/kisisel-verilerim/basvuru/", own.data_request_new, name="data_request_new"),
    path("hesabim/kisisel-verilerim/basvurular/<int:no>/", own.data_request, name="data_request"),
    path(
        "hesabim/kisisel-verilerim/basvurular/<int:no>/geri-cek/",
        own.data_request_withdraw,
        name="data_request_withdraw",
    ),
    path("gorevli/kisisel-veri-basvurulari/", official.data_requests, name="data_requests"),
    path("gorevli/kisisel-veri-basvurulari/<int:no>/", official.data_request_answer, name="data_request_answer"),
]
