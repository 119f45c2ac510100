"""Addresses about people: none of them carries a person's number."""

from django.urls import path

from katip.web.people import managers, own_staff, records, staff, undertaking

paths = [
    path("kendi-personelimiz/", own_staff.own_staff, name="own_staff"),
    path("kendi-personelimiz/gorevlendir/", own_staff.own_staff_assign, name="own_staff_assign"),
    path("sahsen-ustlenme/", undertaking.undertaking, name="undertaking"),
    path("sahsen-ustlenme/kaydet/", undertaking.undertaking_register, name="undertaking_register"),
    path("sahsen-ustlenme/<int:no>/sonlandir/", undertaking.undertaking_end, name="undertaking_end"),
    path("personel/", staff.staff, name="staff"),
    path("personel/oner/", staff.staff_propose, name="staff_propose"),
    path("personel/<int:no>/sonlandir/", staff.staff_end, name="staff_end"),
    path("sorumlu-mudurler/", managers.managers, name="managers"),
    path("sorumlu-mudurler/gorevlendir/", managers.manager_appoint, name="manager_appoint"),
    path("sorumlu-mudurler/<int:no>/sonlandir/", managers.manager_end, name="manager_end"),
    path("kendi-kayitlarim/", records.own_records, name="own_records"),
]
