"""The names of what a person may do on one client, and the roles that bundle them.

A right is held as a django-guardian permission on the client.  Whether it counts at this
moment is answered in `access.standing`, never here.
"""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Side(StrEnum):
    """Whose eyes a statement looks with; row security names it in every policy.

    The office staffs a vendor's contracts: no policy of a table with customers' data names it.
    """

    VENDOR = "vendor"
    OFFICE = "office"
    CLIENT = "client"
    CUSTOMER = "customer"
    SYSTEM = "system"


class Right(StrEnum):
    """One named permission on one client (the glossary's *scope*)."""

    TICKET_READ = "read_tickets"
    TICKET_READ_ALL = "read_all_tickets"
    TICKET_OPEN = "open_tickets"
    TICKET_REPLY = "reply_to_customers"
    TICKET_NOTE = "write_notes"
    TICKET_TRIAGE = "triage_tickets"
    TICKET_ESCALATE = "escalate_tickets"
    CUSTOMER_READ = "read_customers"
    CUSTOMER_SEARCH = "search_customers"
    CUSTOMER_EDIT = "edit_customers"
    ARTICLE_READ = "read_playbooks"
    ARTICLE_WRITE = "write_articles"
    ARTICLE_PUBLISH = "publish_articles"
    ESCALATION_ANSWER = "answer_escalations"
    MATRIX_READ = "read_matrix"
    MATRIX_EDIT = "edit_matrix"
    MATRIX_PROPOSE = "propose_matrix"
    ONCALL_EDIT = "edit_on_call"
    INCIDENT_LEAD = "lead_incidents"
    REPORT_READ = "read_reports"
    LOG_READ = "read_access_log"
    CONSOLE = "open_console"
    CUSTOMER_REVEAL = "reveal_fields"
    CUSTOMER_ERASE = "erase_customers"
    SOURCES_EDIT = "edit_record_sources"
    CLEARANCE_EDIT = "edit_clearance"
    CLEARANCE_EXTEND = "extend_clearance"
    ROLES_EDIT = "edit_roles"
    CONTRACT_SIGN = "sign_contracts"
    ACCESS_SUSPEND = "suspend_access"
    EMERGENCY_DECIDE = "decide_emergency_access"
    SCOPE_DECIDE = "decide_scope_requests"
    DATA_EXPORT = "export_everything"
    # Held by a vendor's office, and granted to nobody on a client.
    STAFF = "staff_contracts"

    @property
    def label(self) -> Promise:
        """The right in words, for a person without it."""
        return _LABELS[self]


_LABELS: dict["Right", Promise] = {
    Right.TICKET_READ: _("read tickets of their own"),
    Right.TICKET_READ_ALL: _("read every ticket"),
    Right.TICKET_OPEN: _("open tickets for customers"),
    Right.TICKET_REPLY: _("answer customers"),
    Right.TICKET_NOTE: _("write notes"),
    Right.TICKET_TRIAGE: _("assign, sort and solve tickets"),
    Right.TICKET_ESCALATE: _("escalate to the client"),
    Right.CUSTOMER_READ: _("open customer records"),
    Right.CUSTOMER_SEARCH: _("search customers"),
    Right.CUSTOMER_EDIT: _("change customer records"),
    Right.ARTICLE_READ: _("read playbooks"),
    Right.ARTICLE_WRITE: _("write articles"),
    Right.ARTICLE_PUBLISH: _("publish articles"),
    Right.ESCALATION_ANSWER: _("answer escalations"),
    Right.MATRIX_READ: _("read the escalation matrix"),
    Right.MATRIX_EDIT: _("change the escalation matrix"),
    Right.MATRIX_PROPOSE: _("propose another escalation matrix"),
    Right.ONCALL_EDIT: _("plan the vendor’s on-call"),
    Right.INCIDENT_LEAD: _("lead incidents and write to all their customers"),
    Right.REPORT_READ: _("read reports"),
    Right.LOG_READ: _("read the access log"),
    Right.CONSOLE: _("open the client console"),
    Right.CUSTOMER_REVEAL: _("show masked fields"),
    Right.CUSTOMER_ERASE: _("erase customers"),
    Right.SOURCES_EDIT: _("connect the client's own systems"),
    Right.CLEARANCE_EDIT: _("set what clearance takes"),
    Right.CLEARANCE_EXTEND: _("extend a colleague's clearance"),
    Right.ROLES_EDIT: _("change roles"),
    Right.CONTRACT_SIGN: _("sign contracts"),
    Right.ACCESS_SUSPEND: _("suspend access"),
    Right.EMERGENCY_DECIDE: _("decide on emergency access"),
    Right.SCOPE_DECIDE: _("decide on work outside the contract"),
    Right.DATA_EXPORT: _("export everything"),
    Right.STAFF: _("staff contracts"),
}

_READER = {Right.TICKET_READ, Right.TICKET_READ_ALL, Right.CUSTOMER_READ, Right.ARTICLE_READ}
_WORKER = {
    Right.TICKET_READ,
    Right.TICKET_OPEN,
    Right.TICKET_REPLY,
    Right.TICKET_NOTE,
    Right.TICKET_TRIAGE,
    Right.TICKET_ESCALATE,
    Right.CUSTOMER_READ,
    Right.ARTICLE_READ,
}
_LOOKER = {Right.TICKET_READ, Right.CUSTOMER_READ, Right.ARTICLE_READ}
_AGENT = _WORKER | {Right.TICKET_READ_ALL, Right.CUSTOMER_SEARCH, Right.CUSTOMER_REVEAL, Right.MATRIX_READ}
_SENIOR = _AGENT | {Right.CUSTOMER_EDIT, Right.ARTICLE_WRITE}


class Role(StrEnum):
    """A template of rights, bound to (person, client)."""

    AGENT = "agent"
    AGENT_OWN = "agent_own"
    SENIOR = "senior"
    READER = "reader"
    TEAM_LEAD = "team_lead"
    REVIEWER = "qa_reviewer"
    WRITER = "kb_writer"
    CLIENT_ADMIN = "client_admin"
    CLIENT_AGENT = "client_agent"
    CONTACT = "escalation_contact"
    APPROVER = "kb_approver"
    OVERSEER = "overseer"
    AUDITOR = "auditor"
    # Nobody is hired as these: they come with emergency access, and end with it.
    EMERGENCY = "emergency"
    OPERATOR = "operator"

    @property
    def rights(self) -> frozenset[Right]:
        """The rights that this role expands to."""
        return ROLE_RIGHTS[self]

    @property
    def label(self) -> Promise:
        """The role in words."""
        return _ROLE_LABELS[self]


GRANTABLE = frozenset(Right) - {Right.STAFF}
ROLE_RIGHTS: dict[Role, frozenset[Right]] = {
    Role.AGENT: frozenset(_AGENT),
    Role.AGENT_OWN: frozenset(_WORKER),
    Role.READER: frozenset(_READER),
    Role.SENIOR: frozenset(_SENIOR),
    Role.TEAM_LEAD: frozenset(
        _SENIOR
        | {Right.REPORT_READ, Right.LOG_READ, Right.CLEARANCE_EXTEND, Right.ONCALL_EDIT, Right.MATRIX_PROPOSE}
        | {Right.INCIDENT_LEAD}
    ),
    Role.REVIEWER: frozenset(_READER | {Right.REPORT_READ, Right.LOG_READ}),
    Role.WRITER: frozenset(_READER | {Right.ARTICLE_WRITE}),
    Role.CLIENT_ADMIN: GRANTABLE,
    Role.CLIENT_AGENT: frozenset(_AGENT | {Right.CONSOLE, Right.ESCALATION_ANSWER, Right.LOG_READ}),
    Role.CONTACT: frozenset(
        {Right.CONSOLE, Right.ESCALATION_ANSWER, Right.MATRIX_READ, Right.TICKET_READ, Right.TICKET_READ_ALL}
    ),
    Role.APPROVER: frozenset({Right.CONSOLE, Right.ARTICLE_READ, Right.ARTICLE_WRITE, Right.ARTICLE_PUBLISH}),
    Role.OVERSEER: frozenset({Right.CONSOLE, Right.REPORT_READ, Right.LOG_READ, Right.MATRIX_READ, Right.ARTICLE_READ}),
    Role.AUDITOR: frozenset({Right.CONSOLE, Right.REPORT_READ, Right.LOG_READ}),
    Role.EMERGENCY: frozenset(_WORKER - {Right.TICKET_OPEN}),
    Role.OPERATOR: frozenset(_LOOKER),
}
_ROLE_LABELS: dict[Role, Promise] = {
    Role.AGENT: _("Agent"),
    Role.AGENT_OWN: _("Agent, own tickets only"),
    Role.SENIOR: _("Senior agent"),
    Role.READER: _("Reader"),
    Role.TEAM_LEAD: _("Team lead"),
    Role.REVIEWER: _("QA reviewer"),
    Role.WRITER: _("Writer"),
    Role.CLIENT_ADMIN: _("Client admin"),
    Role.CLIENT_AGENT: _("Agent (in-house)"),
    Role.CONTACT: _("Escalation contact"),
    Role.APPROVER: _("Approver of articles"),
    Role.OVERSEER: _("Overseer"),
    Role.AUDITOR: _("Auditor"),
    Role.EMERGENCY: _("Emergency access, one ticket"),
    Role.OPERATOR: _("Emergency access, one ticket, reading only"),
}
VENDOR_ROLES = (
    Role.AGENT,
    Role.AGENT_OWN,
    Role.SENIOR,
    Role.READER,
    Role.TEAM_LEAD,
    Role.REVIEWER,
    Role.WRITER,
)
CLIENT_ROLES = (
    Role.CLIENT_ADMIN,
    Role.CLIENT_AGENT,
    Role.CONTACT,
    Role.APPROVER,
    Role.OVERSEER,
    Role.AUDITOR,
)
