"""The parts that pages are built from: functions that return safe HTML, offered to templates by `templatetags.ui`."""
