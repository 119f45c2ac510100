"""Every route, everybody, GET and POST: what happens, as one table.

The columns: anonymous; newcomer (password alone, the second step missing); stranger (e-Bildirge user of another
workplace); owner and colleague of the workplace; the manager of the provider; the specialist in their own name.
A cell is a status, or `>route` for being sent there. `{no}` is the process that waits for the employer.
"""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import resolve, reverse

from katip.audit.models import Event
from katip.contracts.models import Contract, ContractVersion
from katip.contracts.services.draft import draft_open
from katip.processes.models import Decision, Process
from katip.registry.models import ContactDeclaration, Mandate
from katip.web.log.numbers import Place
from tests.cast import World, decision, e_bildirge, entered, signed_in
from tests.routes import routes
from tests.undo import undone

ROLES = ("anonymous", "newcomer", "stranger", "owner", "colleague", "manager", "specialist")

TABLE = """
start              GET   200   200   200   200   200   200   200
account_login      GET   200   >capacity >capacity >capacity >capacity >capacity >capacity
account_login      POST  200   >capacity >capacity >capacity >capacity >capacity >capacity
mfa_authenticate   GET   >account_login >capacity >capacity >capacity >capacity >capacity >capacity
mfa_authenticate   POST  >account_login >capacity >capacity >capacity >capacity >capacity >capacity
mfa_reauthenticate GET   >account_login >two_step 200 200 200 200 200
mfa_reauthenticate POST  >account_login >two_step 200 200 200 200 200
passkey_begin        GET  405 405 405 405 405 405 405
passkey_begin        POST 200 >capacity >capacity >capacity >capacity >capacity >capacity
passkey_sign_in      GET  405 405 405 405 405 405 405
passkey_sign_in      POST >account_login >capacity >capacity >capacity >capacity >capacity >capacity
second_step_begin    GET  405 405 405 405 405 405 405
second_step_begin    POST >account_login >account_login >account_login >account_login >account_login >account_login >account_login
step_up_begin        GET  >account_login >two_step 405 405 405 405 405
step_up_begin        POST >account_login >two_step 200 200 200 200 200
factors              GET  >account_login >two_step 200 200 200 200 200
factor_enrol         GET  >account_login >two_step 200 200 200 200 200
factor_passkey       GET  >account_login 405 405 405 405 405 405
factor_passkey       POST >account_login >two_step 422 422 422 422 422
factor_passkey_begin GET  >account_login 405 405 405 405 405 405
factor_passkey_begin POST >account_login >two_step 200 200 200 200 200
factor_app           GET  >account_login >two_step >factor_enrol >factor_enrol >factor_enrol >factor_enrol >factor_enrol
factor_app           POST >account_login >two_step >factor_app >factor_app >factor_app >factor_app >factor_app
factor_codes         GET  >account_login >two_step >factors >factors >factors >factors >factors
factor_codes         POST >account_login >two_step >factors >factors >factors >factors >factors
factor_codes_download GET >account_login >two_step >factors >factors >factors >factors >factors
factor_codes_new     GET  >account_login >two_step 200 200 200 200 200
factor_codes_new     POST >account_login >two_step >factor_codes >factor_codes >factor_codes >factor_codes >factor_codes
factor_rename        GET  >account_login >two_step 404 404 404 404 404
factor_rename        POST >account_login >two_step 404 404 404 404 404
factor_remove        GET  >account_login >two_step 404 404 404 404 404
factor_remove        POST >account_login >two_step 404 404 404 404 404
account_logout     GET   405   405   405   405   405   405   405
account_logout     POST  >start >start >start >start >start >start >start
two_step           GET   >account_login 200 >capacity >capacity >capacity >capacity >capacity
two_step           POST  >account_login >two_step >capacity >capacity >capacity >capacity >capacity
chip               GET   >account_login 200 >capacity >capacity >capacity >capacity >capacity
chip               POST  >account_login >chip_reading >capacity >capacity >capacity >capacity >capacity
chip_reading       GET   >account_login >chip >capacity >capacity >capacity >capacity >capacity
chip_state         GET   >account_login 200 >capacity >capacity >capacity >capacity >capacity
chip_claim         GET   405   405   405   405   405   405   405
chip_claim         POST  422   422   422   422   422   422   422
chip_stage         GET   405   405   405   405   405   405   405
chip_stage         POST  422   422   422   422   422   422   422
chip_evidence      GET   405   405   405   405   405   405   405
chip_evidence      POST  404   404   404   404   404   404   404
chip_abandon       GET   405   405   405   405   405   405   405
chip_abandon       POST  422   422   422   422   422   422   422
feed_open          GET   405   405   405   405   405   405   405
feed_open          POST  401   401   401   401   401   401   401
feed_state         GET   401   401   401   401   401   401   401
feed_part          GET   405   405   405   405   405   405   405
feed_close         GET   405   405   405   405   405   405   405
feed_close         POST  401   401   401   401   401   401   401
feed_rehearse      GET   405   405   405   405   405   405   405
feed_rehearse      POST  401   401   401   401   401   401   401
feed_faults        GET   401   401   401   401   401   401   401
v1_token                 GET  401 401 401 401 401 401 401
v1_workplaces            GET  401 401 401 401 401 401 401
v1_workplace             GET  401 401 401 401 401 401 401
v1_workplace_compliance  GET  401 401 401 401 401 401 401
v1_compliance            GET  401 401 401 401 401 401 401
v1_required              GET  401 401 401 401 401 401 401
v1_professionals         GET  401 401 401 401 401 401 401
v1_professional          GET  401 401 401 401 401 401 401
v1_offer                 GET  405 405 405 405 405 405 405
v1_offer                 POST 401 401 401 401 401 401 401
v1_offers_batch          GET  405 405 405 405 405 405 405
v1_offers_batch          POST 401 401 401 401 401 401 401
v1_offer_check           GET  401 401 401 401 401 401 401
v1_contracts             GET  401 401 401 401 401 401 401
v1_contract              GET  401 401 401 401 401 401 401
v1_contract_documents    GET  401 401 401 401 401 401 401
v1_contract_end          GET  405 405 405 405 405 405 405
v1_contract_end          POST 401 401 401 401 401 401 401
v1_processes             GET  401 401 401 401 401 401 401
v1_process               GET  401 401 401 401 401 401 401
v1_waiting               GET  401 401 401 401 401 401 401
v1_process_decision      GET  405 405 405 405 405 405 405
v1_process_decision      POST 401 401 401 401 401 401 401
v1_document              GET  401 401 401 401 401 401 401
v1_document_file         GET  401 401 401 401 401 401 401
v1_document_statement    GET  401 401 401 401 401 401 401
v1_sheet                 GET  401 401 401 401 401 401 401
v1_sheet_csv             GET  401 401 401 401 401 401 401
v1_sheet_xlsx            GET  401 401 401 401 401 401 401
v1_openapi               GET  200 200 200 200 200 200 200
v1_docs                  GET  200 200 200 200 200 200 200
programs             GET  >account_login >two_step 403 403 403 200 403
program_new          GET  >account_login >two_step 403 403 403 200 403
program_new          POST >account_login >two_step 403 403 403 422 403
program_secret       GET  >account_login >two_step 403 403 403 404 403
program_secret       POST >account_login >two_step 403 403 403 404 403
program_rotate       GET  >account_login >two_step 403 403 403 404 403
program_rotate       POST >account_login >two_step 403 403 403 404 403
program_revoke       GET  >account_login >two_step 403 403 403 404 403
program_revoke       POST >account_login >two_step 403 403 403 404 403
hooks              GET   >account_login >two_step 200 200 200 200 403
hook_new           GET   >account_login >two_step 200 200 200 200 403
hook_new           POST  >account_login >two_step 422 422 422 422 403
hook               GET   >account_login >two_step 404 404 404 404 404
hook_change        GET   >account_login >two_step 404 404 404 404 404
hook_change        POST  >account_login >two_step 404 404 404 404 404
hook_secret        GET   >account_login >two_step 404 404 404 404 404
hook_secret        POST  >account_login >two_step 404 404 404 404 404
hook_act           GET   >account_login >two_step 405 405 405 405 405
hook_act           POST  >account_login >two_step 404 404 404 404 404
hook_end           GET   >account_login >two_step 404 404 404 404 404
hook_end           POST  >account_login >two_step 404 404 404 404 404
hook_replay        GET   >account_login >two_step 404 404 404 404 404
hook_replay        POST  >account_login >two_step 404 404 404 404 404
hook_delivery      GET   >account_login >two_step 404 404 404 404 404
hook_delivery      POST  >account_login >two_step 404 404 404 404 404
language           GET   405   405   405   405   405   405   405
language           POST  >start >start >start >start >start >start >start
session_extend     GET   >account_login 405 405 405 405 405 405
session_extend     POST  >account_login 204 204 204 204 204 204
session_keep       GET   >account_login 405 405 405 405 405 405
session_keep       POST  >account_login 204 204 204 204 204 204
calculator         GET   200   200   200   200   200   200   200
guide              GET   200   200   200   200   200   200   200
guide_pdf          GET   200   200   200   200   200   200   200
guide_no_user      GET   200   200   200   200   200   200   200
guide_two_step     GET   200   200   200   200   200   200   200
guide_customer     GET   404   404   404   404   404   404   404
guide_customer_pdf GET   404   404   404   404   404   404   404
follow             GET   >account_login >two_step 403 403 403 200 403
follow_remind      GET   >account_login >two_step 403 403 403 200 403
follow_remind      POST  >account_login >two_step 403 403 403 >follow 403
follow_figures     GET   >account_login >two_step 403 403 403 200 403
guide_make         GET   >account_login >two_step 403 403 403 200 403
guide_make         POST  >account_login >two_step 403 403 403 >guide_make 403
guide_close        GET   >account_login >two_step 403 403 403 405 403
guide_close        POST  >account_login >two_step 403 403 403 404 403
help               GET   200   200   200   200   200   200   200
accessibility      GET   200   200   200   200   200   200   200
privacy            GET   200   200   200   200   200   200   200
log                GET   200   200   200   200   200   200   200
log_checkpoint     GET   404   404   404   404   404   404   404
log_entries        GET   404   404   404   404   404   404   404
log_seal           GET   404   404   404   404   404   404   404
log_tile           GET   404   404   404   404   404   404   404
health             GET   200   200   200   200   200   200   200
ready              GET   200   200   200   200   200   200   200
components         GET   200   200   200   200   200   200   200
activation             GET  200   200   200   200   200   200   200
activation             POST 422   422   422   422   422   422   422
activation_password    GET  >activation >activation >activation >activation >activation >activation >activation
activation_password    POST >activation >activation >activation >activation >activation >activation >activation
activation_second_step GET  >account_login 200 >account >account >account >account >account
activation_second_step POST >account_login 422 >account >account >account >account >account
account                GET  >account_login >two_step 200 200 200 200 200
account_sessions       GET  >account_login >two_step 405 405 405 405 405
account_sessions       POST >account_login >two_step >account >account >account >account >account
account_devices        GET  >account_login >two_step 405 405 405 405 405
account_devices        POST >account_login >two_step >account >account >account >account >account
account_history        GET  >account_login >two_step 200 200 200 200 200
account_looks          GET  >account_login >two_step 200 200 200 200 200
account_notices        GET  >account_login >two_step 200 200 200 200 200
notices                GET  >account_login >two_step 200 200 200 200 200
notices                POST >account_login >two_step >notices >notices >notices >notices >notices
notice_preferences     GET  >account_login >two_step 200 200 200 200 200
notice_preferences     POST >account_login >two_step 422 422 422 422 422
notices_leave          GET  404 404 404 404 404 404 404
notices_leave          POST 404 404 404 404 404 404 404
disown                 GET  >account_login >two_step 404 200 200 404 404
disown                 POST >account_login >two_step 404 >step >step 404 404
objections             GET  >account_login >two_step 403 403 403 403 403
objection              GET  >account_login >two_step 403 403 403 403 403
objection              POST >account_login >two_step 403 403 403 403 403
account_password       GET  >account_login >two_step 200 200 200 200 200
account_password       POST >account_login >two_step 422 422 422 422 422
account_email          GET  >account_login >two_step 200 200 200 200 200
account_email          POST >account_login >two_step >account >account >account >account >account
account_email_prove    GET  404 404 404 404 404 404 404
account_email_prove    POST 404 404 404 404 404 404 404
capacity           GET   >account_login >two_step 200 200 200 200 200
capacity           POST  >account_login >two_step 200 200 200 200 200
search             GET   >account_login >two_step >home >home >home >home >home
search             POST  >account_login >two_step >home >home >home >home >home
companies          GET   >account_login >two_step 200 200 200 200 200
companies_fetch    GET   >account_login >two_step >companies >companies >companies >companies >companies
companies_fetch    POST  >account_login >two_step >companies >companies >companies >companies >companies
company_choose     GET   >account_login >two_step >companies >companies >companies >companies >companies
company_choose     POST  >account_login >two_step 403 >home >home 403 403
inbox              GET   >account_login >two_step 200 200 200 200 200
runs               GET   >account_login >two_step 200 200 200 200 200
run_new            GET   >account_login >two_step >inbox >inbox >inbox >inbox >inbox
run_new            POST  >account_login >two_step >inbox >inbox >inbox >inbox >inbox
run_receipts       GET   >account_login >two_step 404 404 404 404 404
run_receipt        GET   >account_login >two_step 404 404 404 404 404
run_reoffer        GET   >account_login >two_step 403 403 403 200 403
run_reoffer        POST  >account_login >two_step 403 403 403 >run_reoffer 403
run_end            GET   >account_login >two_step 200 200 200 200 >assignments
run_end            POST  >account_login >two_step 422 422 422 422 >assignments
run_contact        GET   >account_login >two_step 200 200 200 200 200
run_contact        POST  >account_login >two_step 422 422 422 422 422
run                GET   >account_login >two_step 404 404 404 404 404
run_review         GET   >account_login >two_step 404 404 404 404 404
run_confirm        GET   >account_login >two_step >run_review >run_review >run_review >run_review >run_review
run_confirm        POST  >account_login >two_step 404 404 404 404 404
run_progress       GET   >account_login >two_step 404 404 404 404 404
run_again          GET   >account_login >two_step 404 404 404 404 404
run_again          POST  >account_login >two_step 404 404 404 404 404
home               GET   >account_login >two_step 200 200 200 200 >assignments
assignments        GET   >account_login >two_step >home >home >home >home 200
contracts          GET   >account_login >two_step 200 200 200 200 >assignments
contracts_go         GET   >account_login >two_step >step_go >step_go >step_go >step_go >step_go
contracts_export     GET   >account_login >two_step 405 405 405 405 405
contracts_export     POST  >account_login >two_step >contracts >contracts >contracts >contracts >assignments
contracts_renumbered GET   >account_login >two_step 403 403 403 200 403
contracts_renumbered POST  >account_login >two_step 403 403 403 >contracts_renumbered 403
contracts_reconcile  GET   >account_login >two_step 403 403 403 200 403
contracts_reconcile  POST  >account_login >two_step 403 403 403 422 403
contracts_reconcile_close    GET  >account_login >two_step 403 403 403 405 403
contracts_reconcile_close    POST >account_login >two_step 403 403 403 >contracts_reconcile 403
contracts_reconcile_download GET  >account_login >two_step 403 403 403 >contracts_reconcile 403
contracts_reconcile_drafts   GET  >account_login >two_step 403 403 403 405 403
contracts_reconcile_drafts   POST >account_login >two_step 403 403 403 >contracts_reconcile 403
contract           GET   >account_login >two_step 404 200 200 200 200
contract_end        GET  >account_login >two_step 404 >contract >contract >contract >contract
contract_end        POST >account_login >two_step 404 >contract >contract >contract >contract
contract_end_revoke GET  >account_login >two_step 404 >contract >contract >contract >contract
contract_end_revoke POST >account_login >two_step 404 >contract >contract >contract >contract
contract_update     GET  >account_login >two_step 404 >contract >contract >contract >contract
contract_update     POST >account_login >two_step 404 >contract >contract >contract >contract
contract_reoffer    GET  >account_login >two_step 404 >contract >contract >contract >contract
contract_reoffer    POST >account_login >two_step 404 >contract >contract >contract >contract
document_want       GET  >account_login >two_step 405 405 405 405 405
document_want       POST >account_login >two_step 404 404 404 404 404
document_download   GET  >account_login >two_step 405 405 405 405 405
document_download   POST >account_login >two_step 404 404 404 404 404
documents           GET  >account_login >two_step >contracts >contracts >contracts >contracts >contracts
documents           POST >account_login >two_step >contracts >contracts >contracts >contracts >contracts
step_go            GET   >account_login >two_step >step >step >step >step >step
steps_together     GET   >account_login >two_step >contracts >step >step >contracts >assignments
steps_together     POST  >account_login >two_step >contracts >step >step >contracts >assignments
steps_done         GET   >account_login >two_step >contracts >contracts >contracts >contracts 200
step               GET   >account_login >two_step 404 200 200 200 200
step_complete      GET   >account_login >two_step >step >step >step >step >step
step_complete      POST  >account_login >two_step 404 >step_result >step_result 409 409
step_reject        GET   >account_login >two_step 404 200 200 >step >step
step_reject        POST  >account_login >two_step 404 >step_result >step_result 409 409
step_withdraw      GET   >account_login >two_step 404 >step >step 200 >step
step_withdraw      POST  >account_login >two_step 404 409 409 >step 409
step_result        GET   >account_login >two_step 404 >step >step >step 200
card               GET   >account_login >two_step 200 200 200 403 403
contact            GET   >account_login >two_step 200 200 200 403 403
contact            POST  >account_login >two_step 422 >home >home 403 403
own_staff          GET   >account_login >two_step 200 200 200 403 403
own_staff_assign   GET   >account_login >two_step 200 200 200 403 403
own_staff_assign   POST  >account_login >two_step 422 422 422 403 403
undertaking        GET   >account_login >two_step 200 200 200 403 403
undertaking_register GET >account_login >two_step 200 200 200 403 403
undertaking_register POST >account_login >two_step 422 422 422 403 403
undertaking_end    GET   >account_login >two_step 404 404 404 404 404
undertaking_end    POST  >account_login >two_step 404 404 404 404 404
staff              GET   >account_login >two_step 403 403 403 200 403
staff_propose      GET   >account_login >two_step 403 403 403 200 403
staff_propose      POST  >account_login >two_step 403 403 403 422 403
staff_end          GET   >account_login >two_step 404 404 404 404 404
staff_end          POST  >account_login >two_step 404 404 404 404 404
managers           GET   >account_login >two_step 403 403 403 403 403
manager_appoint    GET   >account_login >two_step 403 403 403 403 403
manager_appoint    POST  >account_login >two_step 403 403 403 403 403
manager_end        GET   >account_login >two_step 404 404 404 404 404
manager_end        POST  >account_login >two_step 404 404 404 404 404
own_records        GET   >account_login >two_step >home >home >home >home 200
office             GET   >account_login >two_step 403 403 403 403 403
look_reason        GET   >account_login >two_step 403 403 403 403 403
look_reason        POST  >account_login >two_step 403 403 403 403 403
look_reason_close  POST  >account_login >two_step 403 403 403 403 403
look_reason_close  GET   >account_login >two_step 403 403 403 403 403
overview           GET   >account_login >two_step 403 403 403 403 403
lacking            GET   >account_login >two_step 403 403 403 403 403
official_workplace GET   >account_login >two_step 403 403 403 403 403
providers          GET   >account_login >two_step 403 403 403 403 403
provider           GET   >account_login >two_step 403 403 403 403 403
privacy_notice         GET  200 200 200 200 200 200 200
privacy_notice_open    GET  >account_login 405 405 405 405 405 405
privacy_notice_open    POST >account_login >privacy_notice >privacy_notice >privacy_notice >privacy_notice >privacy_notice >privacy_notice
retention              GET  200 200 200 200 200 200 200
own_data               GET  >account_login >two_step 200 200 200 200 200
own_data_take          GET  >account_login >two_step 405 405 405 405 405
own_data_take          POST >account_login >two_step 200 200 200 200 200
data_request_new       GET  >account_login >two_step 200 200 200 200 200
data_request_new       POST >account_login >two_step 422 422 422 422 422
data_request           GET  >account_login >two_step 404 404 404 404 404
data_request_withdraw  GET  >account_login >two_step 405 405 405 405 405
data_request_withdraw  POST >account_login >two_step 404 404 404 404 404
data_requests          GET  >account_login >two_step 403 403 403 403 403
data_request_answer    GET  >account_login >two_step 403 403 403 403 403
data_request_answer    POST >account_login >two_step 403 403 403 403 403
operation          GET   >account_login >two_step 403 403 403 403 403
branches           GET   >account_login >two_step 403 403 403 403 403
branch_new         GET   >account_login >two_step 403 403 403 403 403
branch_new         POST  >account_login >two_step 403 403 403 403 403
branch             GET   >account_login >two_step 403 403 403 403 403
branch_change      GET   >account_login >two_step 403 403 403 403 403
branch_change      POST  >account_login >two_step 403 403 403 403 403
branch_week        GET   >account_login >two_step 403 403 403 403 403
branch_week        POST  >account_login >two_step 403 403 403 403 403
branch_closed_day  GET   >account_login >two_step 403 403 403 403 403
branch_closed_day  POST  >account_login >two_step 403 403 403 403 403
branch_closed_day_drop GET   >account_login >two_step 403 403 403 403 403
branch_closed_day_drop POST  >account_login >two_step 403 403 403 403 403
branch_shut        GET   >account_login >two_step 403 403 403 403 403
branch_shut        POST  >account_login >two_step 403 403 403 403 403
branch_officer_new GET   >account_login >two_step 403 403 403 403 403
branch_officer_new POST  >account_login >two_step 403 403 403 403 403
branch_officer_move GET   >account_login >two_step 403 403 403 403 403
branch_officer_move POST  >account_login >two_step 403 403 403 403 403
branch_officer_end GET   >account_login >two_step 403 403 403 403 403
branch_officer_end POST  >account_login >two_step 403 403 403 403 403
provider_new       GET   >account_login >two_step 403 403 403 403 403
provider_new       POST  >account_login >two_step 403 403 403 403 403
provider_stand     GET   >account_login >two_step 403 403 403 403 403
provider_stand     POST  >account_login >two_step 403 403 403 403 403
professionals      GET   >account_login >two_step 403 403 403 403 403
professionals      POST  >account_login >two_step 403 403 403 403 403
professional       GET   >account_login >two_step 403 403 403 403 403
professional_new   GET   >account_login >two_step 403 403 403 403 403
professional_new   POST  >account_login >two_step 403 403 403 403 403
professional_stand GET   >account_login >two_step 403 403 403 403 403
professional_stand POST  >account_login >two_step 403 403 403 403 403
official_months               GET  >account_login >two_step 403 403 403 403 403
official_month_plan           GET  >account_login >two_step 403 403 403 403 403
official_month_plan           POST >account_login >two_step 403 403 403 403 403
official_month                GET  >account_login >two_step 403 403 403 403 403
official_month_progress       GET  >account_login >two_step 403 403 403 403 403
official_month_begin          GET  >account_login >two_step 403 403 403 403 403
official_month_begin          POST >account_login >two_step 403 403 403 403 403
official_month_drop           GET  >account_login >two_step 403 403 403 403 403
official_month_drop           POST >account_login >two_step 403 403 403 403 403
official_month_changes        GET  >account_login >two_step 403 403 403 403 403
official_month_changes_file   POST >account_login >two_step 403 403 403 403 403
official_month_missing        GET  >account_login >two_step 403 403 403 403 403
official_month_missing_file   POST >account_login >two_step 403 403 403 403 403
official_month_figures_file   GET  >account_login >two_step 403 403 403 403 403
official_month_providers_file GET  >account_login >two_step 403 403 403 403 403
official_month_faults         GET  >account_login >two_step 403 403 403 403 403
application_new    GET   200   200   200   200   200   200   200
application_new    POST  422   >application   200   200   200   200   200
application        GET   200   200   200   200   200   200   200
application        POST  422   422   422   422   422   422   422
application_cancel GET   >application >application >application >application >application >application >application
application_cancel POST  >application >application >application >application >application >application >application
counter            GET   >account_login >two_step 403 403 403 403 403
counter            POST  >account_login >two_step 403 403 403 403 403
counter_day        GET   >account_login >two_step 403 403 403 403 403
counter_reviews    GET   >account_login >two_step 403 403 403 403 403
counter_review     GET   >account_login >two_step 403 403 403 403 403
counter_review     POST  >account_login >two_step 403 403 403 403 403
counter_case       GET   >account_login >two_step 403 403 403 403 403
counter_card       GET   >account_login >two_step 403 403 403 403 403
counter_card       POST  >account_login >two_step 403 403 403 403 403
counter_confirm    GET   >account_login >two_step 403 403 403 403 403
counter_confirm    POST  >account_login >two_step 403 403 403 403 403
counter_override   GET   >account_login >two_step 403 403 403 403 403
counter_override   POST  >account_login >two_step 403 403 403 403 403
counter_second     GET   >account_login >two_step 403 403 403 403 403
counter_second     POST  >account_login >two_step 403 403 403 403 403
counter_refuse     GET   >account_login >two_step 403 403 403 403 403
counter_refuse     POST  >account_login >two_step 403 403 403 403 403
counter_again      GET   >account_login >two_step 403 403 403 403 403
counter_again      POST  >account_login >two_step 403 403 403 403 403
board              GET   >account_login >two_step 403 403 403 200 403
board_person       GET   >account_login >two_step 403 403 403 200 403
own_minutes        GET   >account_login >two_step >home >home >home >home 200
month_digests        GET   >account_login >two_step 200 200 200 200 200
month_digest         GET   >account_login >two_step 404 404 404 404 404
provider_month       GET   >account_login >two_step 403 403 403 200 403
provider_month_export POST >account_login >two_step 403 403 403 >provider_month 403
provider_accept      GET   >account_login >two_step 403 403 403 >provider_month 403
provider_accept      POST  >account_login >two_step 403 403 403 >provider_month 403
provider_accepted    GET   >account_login >two_step 403 403 403 >provider_month 403
offer_drafts         GET   >account_login >two_step 403 403 403 200 403
offer_new            GET   >account_login >two_step 403 403 403 200 403
offer_new            POST  >account_login >two_step 403 403 403 422 403
offer_sheet_new      GET   >account_login >two_step 403 403 403 200 403
offer_sheet_new      POST  >account_login >two_step 403 403 403 422 403
offer_sheet_template GET   >account_login >two_step 403 403 403 200 403
offer_sheet          GET   >account_login >two_step 403 403 403 404 403
offer_sheet          POST  >account_login >two_step 403 403 403 404 403
offer_sheet_results  GET   >account_login >two_step 403 403 403 404 403
offer                GET   >account_login >two_step 403 403 403 404 403
offer                POST  >account_login >two_step 403 403 403 404 403
offer_kind           GET   >account_login >two_step 403 403 403 404 403
offer_kind           POST  >account_login >two_step 403 403 403 404 403
offer_information    GET   >account_login >two_step 403 403 403 404 403
offer_information    POST  >account_login >two_step 403 403 403 404 403
offer_workplace      GET   >account_login >two_step 403 403 403 404 403
offer_workplace      POST  >account_login >two_step 403 403 403 404 403
offer_professional   GET   >account_login >two_step 403 403 403 404 403
offer_professional   POST  >account_login >two_step 403 403 403 404 403
offer_minutes        GET   >account_login >two_step 403 403 403 404 403
offer_minutes        POST  >account_login >two_step 403 403 403 404 403
offer_check          GET   >account_login >two_step 403 403 403 404 403
offer_check          POST  >account_login >two_step 403 403 403 404 403
offer_result         GET   >account_login >two_step 403 403 403 404 403
offer_delete         GET   >account_login >two_step 403 403 403 404 403
offer_delete         POST  >account_login >two_step 403 403 403 404 403
verify             GET   200   200   200   200   200   200   200
verify             POST  422   422   422   422   422   422   422
verify_code        GET   404   404   404   404   404   404   404
verify_proof       GET   404   404   404   404   404   404   404
verify_tlog_proof  GET   404   404   404   404   404   404   404
verify_full_proof  GET   >account_login >two_step 404 404 404 404 404
oidc_start           GET   404   404   404   404   404   404   404
oidc_return          GET   404   404   404   404   404   404   404
oidc_again           GET   >account_login >two_step 404 404 404 404 404
"""  # noqa: E501 -- a row is a row
ROWS = [line.split() for line in TABLE.strip().splitlines()]
OF_ONE_PROCESS = {"step", "step_complete", "step_reject", "step_withdraw", "step_result"}
TICKED = {"contracts_go", "step_go", "steps_together", "steps_done"}
OF_ONE_CONTRACT = {row[0] for row in ROWS if row[0].partition("_")[0] == "contract"}
"""of a contract that still waits: test_contract_acts does what may be done to one"""
OF_ONE_OFFER = {row[0] for row in ROWS if row[0].startswith("offer") and "404" in row}
"""asked for a number that nobody has; test_offers and test_offer_sheets ask for one's own, and another's"""
OFFICIALS_ONLY = {row[0] for row in ROWS if set(row[4:]) == {"403"}}
"""what none of these roles enters: see test_officials"""
OFFICIALS_NUMBERED = {
    "official_workplace",
    "objection",
    "provider",
    "provider_stand",
    "professional",
    "professional_stand",
} | {row[0] for row in ROWS if row[0].startswith("branch") and row[0] not in {"branches", "branch_new"}}
OFFICIALS_NUMBERED |= {
    row[0] for row in ROWS if row[0].startswith("counter_") and row[0] not in {"counter_day", "counter_reviews"}
}
OFFICIALS_NUMBERED |= {
    row[0]
    for row in ROWS
    if row[0].startswith("official_month") and row[0] not in {"official_months", "official_month_plan"}
}
OF_ONE_PROVIDER = {"oidc_start", "oidc_return", "oidc_again"}
"""asked for one that the operator has not set up; test_oidc asks for one that is"""
OF_ONE_FEED = {"feed_state", "feed_part", "feed_close", "feed_rehearse", "feed_faults"}
"""asked for without the sender's key; test_feed asks with one"""
OF_ONE_DOCUMENT = {"verify_code", "verify_proof", "verify_tlog_proof", "verify_full_proof"}
OF_ONE_DOCUMENT |= {"guide_customer", "guide_customer_pdf"}
"""asked for a code that nobody has; tests of the check ask for one that somebody has"""
OF_ONE_RUN = {"run", "run_review", "run_confirm", "run_progress", "run_again", "run_receipts", "run_receipt"}
"""asked for one that nobody made; tests/web/test_runs asks for one's own, and another's"""
OF_ONE_REQUEST = {"data_request", "data_request_withdraw", "data_request_answer"}
"""asked for one that nobody made; tests/web/test_keeping asks for one that somebody made"""
OF_ONE_TOKEN = {"program_secret", "program_rotate", "program_revoke"}
"""asked for one that nobody has; tests/web/test_programs asks for one's own, and another's"""
NUMBERED_CALLS = {"v1_workplace", "v1_workplace_compliance", "v1_professional"}
NUMBERED_CALLS |= {row[0] for row in ROWS if row[0].startswith(("v1_contract_", "v1_process_", "v1_document"))}
NUMBERED_CALLS |= {"v1_contract", "v1_process"}
"""asked for without a token; tests/api/v1 asks with one"""
OF_ONE_HOOK = {row[0] for row in ROWS if row[0].startswith("hook") and row[0] not in {"hooks", "hook_new"}}
"""asked for one that nobody has; tests/web/test_hooks asks for one's own, and another's"""
OF_THE_LOG = {"log_tile", "log_entries"}
"""asked for before anything is signed; tests/web/log asks afterwards"""
OF_ONE_PERSON = {
    "guide_close",
    "undertaking_end",
    "staff_end",
    "manager_end",
    "factor_rename",
    "factor_remove",
    "month_digest",
}
"""asked for a number that nobody has; test_people and test_month_digest ask for one's own, and another's"""
TO_READ = {row[0] for row in ROWS} - {row[0] for row in ROWS if row[1] == "POST"} - OFFICIALS_ONLY
READERS = {row[0]: "manager" for row in ROWS if row[5] == "403"}
READERS |= dict.fromkeys(("assignments", "own_minutes", "own_records"), "specialist")


@pytest.fixture
def contract(world: World) -> Contract:
    return world.accepted(at=datetime.now(UTC))


def form_for(route: str, world: World, contract: Contract) -> dict[str, Any]:
    """What the owner's browser would post."""
    shown = decision(contract)
    seen = {"version": shown.version, "terms_hash": shown.terms_hash}
    forms: dict[str, dict[str, Any]] = {
        "company_choose": {"firma": f"workplace-{world.workplace.pk}"},
        "step_complete": {**seen, "read": "on"},
        "step_reject": {**seen, "reason": "Süre bize fazla geliyor."},
        "step_withdraw": {**seen, "reason": "Yanlış işyeri seçilmişti."},
        "steps_together": {"surec": contract.process_id},
        "contact": {
            "workplace": world.workplace.pk,
            "phone": "5550000000",
            "email": "firma@ornek.com.tr",
            "province": world.workplace.province_id,
            "district": world.workplace.district_id,
            "text_version": "otomatik-guncelleme/1",
        },
    }
    return forms.get(route, {})


def numbers(route: str, world: World, contract: Contract) -> list[int | str | Place]:
    """What stands in the address of a route that takes a number."""
    named: dict[str, tuple[int | str | Place, ...]] = {
        **dict.fromkeys(OF_THE_LOG, (Place(0, 0, 1),)),
        **dict.fromkeys(OF_ONE_DOCUMENT, ("2222-2222-2222-2222-2222",)),
        **dict.fromkeys(OF_ONE_PROCESS | OF_ONE_OFFER | {"disown", "guide_make"}, (contract.process_id,)),
        **dict.fromkeys(OF_ONE_CONTRACT | {"document_want", "document_download"}, (contract.pk,)),
        **dict.fromkeys(OF_ONE_RUN | OF_ONE_REQUEST | OF_ONE_PERSON | OFFICIALS_NUMBERED | OF_ONE_PROVIDER, (10**9,)),
        **dict.fromkeys(OF_ONE_HOOK | OF_ONE_TOKEN | NUMBERED_CALLS, (10**9,)),
        **dict.fromkeys(OF_ONE_FEED, (1,)),
        "board_person": (world.professionals[103].pk,),
        "feed_part": (1, 1),
        "hook_delivery": (10**9, 1),
        "run_receipt": (10**9, 1),
    }
    return list(named.get(route, ()))


def ask(client: Client, route: str, method: str, world: World, contract: Contract) -> HttpResponse:
    url = reverse(route, args=numbers(route, world, contract))
    if method == "GET":
        data = {"surec": contract.process_id} if route in TICKED else {}
        return client.get(url, data)  # type: ignore[return-value] # the client's response stands for the real one
    return client.post(url, form_for(route, world, contract))  # type: ignore[return-value] # as above


def outcome(response: HttpResponse) -> str:
    if response.status_code != 302:
        return str(response.status_code)
    return f">{resolve(response.headers['Location'].partition('?')[0]).url_name}"


def registers() -> tuple[int, ...]:
    """Asked for after every request of the table: by one statement."""
    counted = [f"count(*) FROM {table._meta.db_table}" for table in (Decision, ContractVersion, ContactDeclaration)]
    asked = ", ".join(f"(SELECT {one})" for one in (*counted, f"version FROM {Process._meta.db_table}"))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {asked}")
        found: tuple[int, ...] = cursor.fetchone()
    return found


@pytest.mark.parametrize("role", ROLES)
def test_everybody_gets_what_the_table_says(world: World, contract: Contract, role: str) -> None:
    cookies, before = entered(world, role).cookies, registers()
    wanted, found = {}, {}
    for route, method, *cells in ROWS:
        client = Client()  # with the same session, of which nothing that is written stays
        client.cookies.update(cookies)
        with undone():
            found[route, method] = outcome(ask(client, route, method, world, contract))
            may_write = {"manager"} if route == "step_withdraw" else {"owner", "colleague"}
            if not (role in may_write and method == "POST"):
                assert registers() == before, (route, method)
        wanted[route, method] = cells[ROLES.index(role)]
    assert found == wanted


def test_the_table_has_every_route() -> None:
    assert {str(pattern.name) for _, pattern in routes()} == {row[0] for row in ROWS}


@pytest.mark.parametrize("route", sorted(TO_READ))
def test_pages_to_read_take_no_post(world: World, contract: Contract, route: str) -> None:
    role = READERS.get(route, "owner")
    assert ask(entered(world, role), route, "POST", world, contract).status_code == 405


@pytest.mark.parametrize("route", sorted(OF_ONE_PROCESS))
@pytest.mark.parametrize("role", ["stranger", "accountant", "physician"])
def test_a_foreign_process_looks_like_none_at_all(world: World, contract: Contract, role: str, route: str) -> None:
    client = entered(world, role)
    before = (*registers(), Event.objects.count())
    pages = []
    for number in (contract.process_id, 10**9):
        url = reverse(route, args=[number])
        posted = form_for(route, world, contract)
        response = client.post(url, posted) if posted else client.get(url)
        assert response.status_code == 404
        pages.append(re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"|/surecler/\d+/\w*/?', "", response.text))
    assert pages[0] == pages[1]
    assert (*registers(), Event.objects.count()) == before


@pytest.mark.parametrize("route", sorted(OF_ONE_PROCESS))
def test_whoever_had_a_mandate_is_told_that_it_ended(world: World, contract: Contract, route: str) -> None:
    client = entered(world, "owner")
    Mandate.objects.filter(person=world.owner).update(valid_to=date(2025, 6, 3))
    before = registers()
    response = ask(client, route, "POST" if form_for(route, world, contract) else "GET", world, contract)
    assert response.status_code == 403
    assert "Bu işyerindeki yetkiniz sona erdi" in response.content.decode()
    assert registers() == before


@pytest.mark.parametrize(
    ("route", "method"), [("home", "GET"), ("contracts", "GET"), ("card", "GET"), ("contact", "POST")]
)
def test_an_ended_mandate_ends_the_chosen_capacity_at_once(
    world: World, contract: Contract, route: str, method: str
) -> None:
    client = entered(world, "owner")
    Mandate.objects.filter(person=world.owner).update(valid_to=date(2025, 6, 3))
    assert outcome(ask(client, route, method, world, contract)) == ">capacity"
    assert not ContactDeclaration.objects.exists()


def test_a_link_in_a_mail_leads_through_sign_in_to_that_very_step(world: World, contract: Contract) -> None:
    url = reverse("step", args=[contract.process_id])
    assert Client().get(url).headers["Location"] == f"/giris/?next={url.replace('/', '%2F')}"
    page = signed_in(world.owner).get(url)  # nothing chosen yet: the process itself tells in whose name
    assert page.status_code == 200
    assert world.workplace.title in page.text
    assert "Okudum, onaylıyorum" in page.text


def test_a_process_of_another_of_ones_workplaces_changes_the_firm_and_says_so(world: World) -> None:
    e_bildirge(world.owner, world.elsewhere)
    there = world.accepted(at=datetime.now(UTC), workplace_id=world.elsewhere.pk)
    page = entered(world, "owner").get(reverse("step", args=[there.process_id]))
    assert f"Artık bu firma adına işlem yapıyorsunuz: {world.elsewhere.title}" in page.text


@pytest.mark.parametrize(
    ("route", "where"),
    [("capacity", "https://baska.example/"), ("language", "//baska.example/"), ("companies_fetch", "https:baska")],
)
def test_nobody_is_sent_to_another_house(world: World, route: str, where: str) -> None:
    response = entered(world, "owner").post(reverse(route), {"next": where, "secim": "bireysel", "language": "en"})
    assert response.status_code == 302
    assert "baska" not in response.headers["Location"]


ODD = [
    "/firmalar/?sonra=1|workplace|²|x",
    "/firmalar/?sonra=1|workplace|99999999999999999999|x",
    "/firmalar/?sonra=99999999999999999999|workplace|1|x",
    "/firmalar/?sonra=1|workplace|1|%00",
    "/firmalar/?ara=%00",
    "/firmalar/?ara=%25_%5C",
    "/sozlesmeler/?liste=%00",
    "/sozlesmeler/?sonra=2025-13-01|1",
    "/sozlesmeler/?sonra=|²",
    "/sozlesmeler/?sonra=|99999999999999999999",
    "/sozlesmeler/?liste=devam&sonra=|99999999999999999999",
    "/surecler/git/?surec=²",
    "/sozlesmeler/git/?surec=²&is=sonlandir",
    "/sozlesmeler/git/?surec=999999999999999999&is=sonlandir&liste=%00",
    "/surecler/git/?surec=99999999999999999999",
    "/surecler/99999999999999999999/",
    "/surecler/99999999999999999999/reddet/",
    "/surecler/99999999999999999999/sonuc/",
    "/secim/?next=%00",
]


LONG = "9" * 5_000
"""more digits than Python reads as a number"""
ODD_NUMBERS = [
    ("owner", f"/firmalar/?sonra=1|workplace|{LONG}|x"),
    ("owner", f"/surecler/git/?surec={LONG}"),
    ("owner", f"/surecler/birlikte/?surec={LONG}"),
    ("owner", f"/sozlesmeler/?surec={LONG}"),
    ("owner", f"/kendi-personelimiz/?sonra={LONG}"),
    ("manager", f"/sozlesmeler/?liste=devam&sonra={LONG}"),
    ("manager", f"/sozlesmeler/yeni-numara/?sonra={LONG}"),
    ("manager", f"/teklifler/?sonra={LONG}"),
    ("manager", f"/teklifler/toplu/?sonra={LONG}"),
    ("manager", f"/kapasite/?sonra=1|{LONG}"),
    ("manager", f"/kapasite/?sonra=1|-{LONG}"),
    ("manager", f"/personel/?sonra={LONG}|x"),
    ("specialist", f"/surelerim/?sonra={LONG}"),
]


@pytest.mark.parametrize(("role", "url"), ODD_NUMBERS, ids=lambda value: value[:40])
def test_a_number_beyond_all_numbers_is_no_fault_of_the_server(world: World, role: str, url: str) -> None:
    client = entered(world, role)
    client.raise_request_exception = False
    client.post("/firmalar/getir/")
    assert client.get(url).status_code in {200, 302}


def test_a_posted_number_beyond_all_numbers_is_no_fault_of_the_server(world: World) -> None:
    now = datetime.now(UTC)
    first, second = world.accepted(at=now), world.accepted(140, at=now)
    owner, manager = entered(world, "owner"), entered(world, "manager")
    owner.raise_request_exception = manager.raise_request_exception = False
    both = {"surec": [first.process_id, second.process_id], "seen": f"{LONG}:1:x", "read_0": "on"}
    assert owner.post(reverse("steps_together"), both).status_code < 500
    assert owner.post(reverse("contact"), {"workplace": world.workplace.pk, "province": LONG}).status_code == 422
    assert owner.post(reverse("company_choose"), {"firma": f"workplace-{LONG}"}).status_code == 400
    draft = draft_open(actor=world.actor("manager", at=now), at=now, code=103)
    asked = {"version": LONG, "professional": LONG}
    assert manager.post(reverse("offer_delete", args=[draft.pk]), asked).status_code == 409
    sgk = {"version": draft.version, "sgk_number": world.workplace.sgk_number}
    manager.post(reverse("offer_workplace", args=[draft.pk]), sgk)
    assert manager.post(reverse("offer_professional", args=[draft.pk]), asked).status_code == 422


@pytest.mark.parametrize("url", ODD)
def test_an_odd_address_is_no_fault_of_the_server(world: World, url: str) -> None:
    client = entered(world, "owner")
    client.raise_request_exception = False
    client.post("/firmalar/getir/")
    assert client.get(url).status_code in {200, 302, 400, 404}


@pytest.mark.parametrize(
    ("url", "form"),
    [
        ("/firmalar/sec/", {"firma": "workplace-²"}),
        ("/firmalar/sec/", {"firma": "workplace-99999999999999999999"}),
        ("/firmalar/sec/", {"firma": "\x00"}),
        ("/isyeri-karti/iletisim-ve-izin/", {"province": "²", "district": "²", "workplace": "²"}),
        ("/isyeri-karti/iletisim-ve-izin/", {"province": "99999999999999999999", "action": "districts"}),
        ("/isyeri-karti/iletisim-ve-izin/", {"province": "²", "action": "districts"}),
        ("/isyeri-karti/iletisim-ve-izin/", {"phone": "\x00", "email": "\x00", "kep": "\x00", "province": "\x00"}),
        ("/surecler/99999999999999999999/tamamla/", {"version": "1", "terms_hash": "x", "read": "on"}),
        ("/oturum/sakla/", {"_path": "\x00", "x": "\x00"}),
        ("/secim/", {"secim": "\x00", "next": "\x00"}),
        ("/dil/", {"language": "\x00", "next": "\x00"}),
    ],
)
def test_an_odd_form_is_no_fault_of_the_server(world: World, url: str, form: dict[str, str]) -> None:
    client = entered(world, "owner")
    client.raise_request_exception = False
    assert client.post(url, form).status_code < 500
