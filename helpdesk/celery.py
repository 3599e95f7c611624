"""The Celery application: which tasks run when is written here, the work stands in the apps."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")

app = Celery("helpdesk")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["helpdesk", "access", "post", "tickets", "escalation", "escalation.oncall", "helpdesk.leaving"])
app.autodiscover_tasks(["access"], related_name="arrangement_tasks")
app.conf.beat_schedule = {
    "heartbeat": {"task": "helpdesk.beat_heart", "schedule": 15.0, "options": {"expires": 15}},
    "outbox": {"task": "post.sweep_outbox", "schedule": 5.0, "options": {"expires": 5}},
    "calls": {"task": "post.sweep_calls", "schedule": 5.0, "options": {"expires": 5}},
    "leftovers": {"task": "post.sweep_leftovers", "schedule": 3600.0, "options": {"expires": 3600}},
    "due": {"task": "escalation.sweep_due", "schedule": 2.0, "options": {"expires": 5}},
    "hours": {"task": "escalation.sweep_hours", "schedule": 30.0, "options": {"expires": 30}},
    "on_call": {"task": "escalation.sweep_on_call", "schedule": 60.0, "options": {"expires": 60}},
    "checks": {"task": "escalation.sweep_checks", "schedule": 600.0, "options": {"expires": 600}},
    "seals": {"task": "access.sweep_seals", "schedule": 30.0, "options": {"expires": 30}},
    "removals": {"task": "access.sweep_removals", "schedule": 60.0, "options": {"expires": 60}},
    "flags": {"task": "access.sweep_flags", "schedule": 60.0, "options": {"expires": 60}},
    "own_data": {"task": "leaving.sweep_own_data", "schedule": 60.0, "options": {"expires": 60}},
    "courts": {"task": "tickets.sweep_courts", "schedule": 60.0, "options": {"expires": 60}},
    "contracts": {"task": "access.sweep_contracts", "schedule": 60.0, "options": {"expires": 60}},
    "clearance": {"task": "post.sweep_clearance", "schedule": 60.0, "options": {"expires": 60}},
    "heads": {"task": "post.sweep_heads", "schedule": 3600.0, "options": {"expires": 3600}},
    "tickets": {"task": "tickets.sweep_solved", "schedule": 300.0, "options": {"expires": 300}},
}
