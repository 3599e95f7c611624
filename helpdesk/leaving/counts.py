"""What a job has removed or written, in words: a number and a kind, never what it was."""

from collections.abc import Mapping

from django.utils.translation import ngettext_lazy

_WORDS = {
    "articles": ngettext_lazy("%(count)s article", "%(count)s articles", "count"),
    "attachments": ngettext_lazy("%(count)s attachment", "%(count)s attachments", "count"),
    "closed_tickets": ngettext_lazy("%(count)s open ticket closed", "%(count)s open tickets closed", "count"),
    "customer_fields": ngettext_lazy("%(count)s field of the record", "%(count)s fields of the record", "count"),
    "customers": ngettext_lazy("%(count)s customer record", "%(count)s customer records", "count"),
    "drafts": ngettext_lazy("%(count)s draft", "%(count)s drafts", "count"),
    "escalations": ngettext_lazy("%(count)s question to you", "%(count)s questions to you", "count"),
    "events": ngettext_lazy("%(count)s line of history", "%(count)s lines of history", "count"),
    "files": ngettext_lazy("%(count)s file", "%(count)s files", "count"),
    "hand_over_lines": ngettext_lazy("%(count)s hand-over note", "%(count)s hand-over notes", "count"),
    "letters": ngettext_lazy("the text of %(count)s letter", "the texts of %(count)s letters", "count"),
    "links": ngettext_lazy("%(count)s link in a mail", "%(count)s links in mails", "count"),
    "log_entries": ngettext_lazy("the values of %(count)s log entry", "the values of %(count)s log entries", "count"),
    "messages": ngettext_lazy("the text of %(count)s message", "the texts of %(count)s messages", "count"),
    "packages": ngettext_lazy("%(count)s earlier export", "%(count)s earlier exports", "count"),
    "post_outboxmail": ngettext_lazy("%(count)s sent mail", "%(count)s sent mails", "count"),
    "raw_mails": ngettext_lazy("%(count)s mail as it came in", "%(count)s mails as they came in", "count"),
    "saved_views": ngettext_lazy("%(count)s saved view", "%(count)s saved views", "count"),
    "sessions": ngettext_lazy("%(count)s sign-in", "%(count)s sign-ins", "count"),
    "skips": ngettext_lazy("%(count)s reason for skipping", "%(count)s reasons for skipping", "count"),
    "stored_answers": ngettext_lazy("%(count)s stored answer", "%(count)s stored answers", "count"),
    "stored_files": ngettext_lazy("%(count)s file on the disk", "%(count)s files on the disk", "count"),
    "tags": ngettext_lazy("%(count)s tag", "%(count)s tags", "count"),
    "ticket_tags": ngettext_lazy("%(count)s tag on a ticket", "%(count)s tags on tickets", "count"),
    "tickets": ngettext_lazy("the text of %(count)s ticket", "the texts of %(count)s tickets", "count"),
    "tickets_searchrow": ngettext_lazy("%(count)s search entry", "%(count)s search entries", "count"),
    "unsent_letters": ngettext_lazy("%(count)s unsent letter", "%(count)s unsent letters", "count"),
}


def in_words(counts: Mapping[str, int]) -> list[str]:
    """One phrase for each kind that is not nought; a kind without words of its own is told by its name."""
    return [
        str(_WORDS[kind] % {"count": number}) if kind in _WORDS else f"{number} {kind.replace('_', ' ')}"
        for kind, number in counts.items()
        if number and kind != "entry"
    ]
