"""The routes of `escalation`, by the door they stand behind; `helpdesk.urls` mounts them."""

from django.urls import URLPattern

desk: list[URLPattern] = []
console: list[URLPattern] = []
portal: list[URLPattern] = []
site: list[URLPattern] = []
