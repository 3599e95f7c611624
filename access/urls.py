"""The routes of `access`, by the door they stand behind; `helpdesk.urls` mounts them."""

from collections.abc import Callable

from django.urls import URLPattern, path

from access import emergency_views, register, views
from access.accounts import providing, shift_codes
from access.console import asking, clearance, flags, people, roles, seal, suspension
from access.contracting import checklist, staffing
from access.contracting import views as contracting
from access.contracting.sides import View, at_console, at_console_to_sign, at_office
from access.floor import views as floor


def _contracts(begin: str, reading: Callable[[View], View], signing: Callable[[View], View]) -> list[URLPattern]:
    """The pages of a contract that both its sides have, each behind its own doors."""
    one = f"{begin}contracts/<int:contract_id>/"
    line = f"{one}onboarding/<int:line_id>/"
    return [
        path(one, reading(contracting.contract), name="contract"),
        path(f"{one}terms/", signing(contracting.terms), name="terms"),
        path(f"{one}terms/<int:version>/sign/", signing(contracting.sign), name="sign_terms"),
        path(f"{one}begin/", signing(contracting.begin), name="begin_onboarding"),
        path(f"{one}notice/", signing(contracting.notice), name="give_notice"),
        path(f"{one}onboarding/", reading(checklist.checklist), name="onboarding"),
        path(f"{line}owners/", signing(checklist.assign), name="assign_line"),
        path(f"{line}done/", signing(checklist.tick), name="tick_line"),
    ]


desk: list[URLPattern] = [
    path("my-access/", views.my_access, name="my_access"),
    path("my-access/<slug:client>/token/", views.new_token, name="new_token"),
    path("my-access/nda/<slug:at>/", views.nda, name="nda"),
    path("my-access/tokens/<int:token_id>/revoke/", views.revoke_token, name="revoke_token"),
    path("emergency/", emergency_views.ask_emergency, name="ask_emergency"),
    path("emergency/<int:emergency_id>/end/", emergency_views.end_emergency, name="end_emergency"),
    path("my-access/<slug:client>/shift-code/", shift_codes.of_lead, name="shift_code"),
    path("floor/", floor.at_desk(floor.floor), name="floor"),
    path("floor/skills/", floor.at_desk(floor.skills), name="skills"),
    path(
        "floor/<slug:client>/<int:user_id>/certificates/<int:certification_id>/",
        floor.at_desk(floor.certify),
        name="certify",
    ),
    path("my-access/<slug:client>/systems/", register.of_lead, name="systems"),
    path("my-access/<slug:client>/systems/<int:account_id>/removal/", register.ask_removal_as_lead, name="ask_removal"),
]
console: list[URLPattern] = [
    path("access-log/", views.access_log, name="access_log"),
    path("access-log/flags/", flags.flags, name="flags"),
    path("access-log/flags/rules/", flags.set_rules, name="set_flag_rules"),
    path("access-log/flags/<int:flag>/explain/", flags.explain, name="explain_flag"),
    path("access-log/log.csv", seal.log_csv, name="access_log_csv"),
    path("access-log/seal/", seal.seal, name="seal"),
    path("access-log/seal/<int:size>/LOG.jsonl", seal.log_file, name="log_file"),
    path("access-log/seal/<int:size>/HEADS.json", seal.heads_file, name="heads_file"),
    path("access-log/seal/entry/", seal.entry_proof, name="entry_proof"),
    path("access-log/seal/growth/", seal.growth_proof, name="growth_proof"),
    path("people/", people.people, name="people"),
    path("people/<int:user_id>/certificates/<int:certification_id>/", people.certify, name="certify"),
    path("systems/", register.all_systems, name="systems"),
    path("systems/add/", register.add_system, name="add_system"),
    path("systems/<int:system_id>/retire/", register.retire_system, name="retire_system"),
    path("systems/accounts/", register.register_account, name="register_account"),
    path("systems/accounts/<int:account_id>/removal/", register.ask_removal, name="ask_removal"),
    path("systems/accounts/<int:account_id>/removed/", register.confirm_removal, name="confirm_removal"),
    path("clearance/", clearance.clearance, name="clearance"),
    path("clearance/nda/", clearance.publish_nda, name="publish_nda"),
    path("clearance/networks/", clearance.set_networks, name="set_networks"),
    path("clearance/rules/", clearance.set_rules, name="set_clearance_rules"),
    path("clearance/certificates/", clearance.require_certification, name="require_certification"),
    path(
        "clearance/certificates/<int:certification_id>/retire/",
        clearance.retire_certification,
        name="retire_certification",
    ),
    path("roles/", roles.all_roles, name="roles"),
    path("roles/<slug:name>/", roles.role, name="role"),
    path("requests/", asking.requests, name="requests"),
    path("requests/emergency/<int:emergency_id>/", asking.decide_emergency, name="decide_emergency"),
    path("requests/emergency/<int:emergency_id>/stop/", asking.stop_emergency, name="stop_emergency"),
    path("requests/emergency/<int:emergency_id>/review/", asking.review_emergency, name="review_emergency"),
    path("suspend/", suspension.suspend, name="suspend"),
    path("suspend/<int:suspension_id>/restore/", suspension.restore, name="restore"),
    path("company-sign-in/", providing.provider, name="company_sign_in"),
    path("company-sign-in/drop/", providing.drop, name="drop_company_sign_in"),
    path("people/shift-code/", shift_codes.of_admin, name="shift_code"),
    path("contracts/", at_console(contracting.all_contracts), name="contracts"),
    path("contracts/new/", at_console_to_sign(contracting.draft), name="draft_contract"),
    *_contracts("", at_console, at_console_to_sign),
    path("contracts/<int:contract_id>/end/", at_console_to_sign(contracting.end), name="end_contract"),
    path(
        "contracts/<int:contract_id>/onboarding/in-force/",
        at_console_to_sign(checklist.put_in_force),
        name="put_in_force",
    ),
    path(
        "contracts/<int:contract_id>/onboarding/<int:line_id>/waive/",
        at_console_to_sign(checklist.waive),
        name="waive_line",
    ),
]
_ONE = "clients/<slug:client>/contracts/<int:contract_id>/people/"
_PERSON = f"{_ONE}<int:user_id>/"
# The vendor's own; what is about one client stands behind its name.
office: list[URLPattern] = [
    path("", at_office(contracting.all_contracts), name="contracts"),
    path("floor/", at_office(floor.floor), name="floor"),
    path("skills/", at_office(floor.skills), name="skills"),
    *_contracts("clients/<slug:client>/", at_office, at_office),
    path(_ONE, at_office(staffing.people), name="staffing"),
    path(_PERSON, at_office(staffing.person), name="person"),
    path(f"{_PERSON}place/", at_office(staffing.change_place), name="change_place"),
    path(f"{_PERSON}shifts/", at_office(staffing.set_shifts), name="set_shifts"),
    path(f"{_PERSON}role/", at_office(staffing.change_role), name="change_role"),
    path(f"{_PERSON}alias/", at_office(staffing.set_alias), name="set_alias"),
    path(f"{_PERSON}location/", at_office(staffing.set_location), name="set_location"),
    path(f"{_PERSON}end/", at_office(staffing.end_place), name="end_place"),
    path(f"{_PERSON}leave/", at_office(staffing.plan_removal), name="plan_removal"),
    path(f"{_ONE}leaving/<int:removal_id>/call-off/", at_office(staffing.call_off), name="call_off_removal"),
]
portal: list[URLPattern] = []
site: list[URLPattern] = []
