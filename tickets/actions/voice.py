"""How answers in a client's name sound, as the client says it, and how long its own links work."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from django.utils.translation import gettext as _

from access import log
from access.actor import Actor
from access.errors import Invalid
from access.models import Client, ClientProfile
from access.rights import Right
from access.wording import one_line, whole_text

AGENT = "{agent}"
LONGEST = {"voice": 200, "greeting": 160, "rule": 120, "signature": 500}
MOST_LINES, MOST_RULES = 8, 8
MOST_HOURS = 7 * 24
MOST_OFTEN = 20


@dataclass(frozen=True, slots=True)
class Voice:
    """What agents close with and keep to, and what the portal says first.

    For so many hours a link answers, and so often a question goes back and forth before it goes up.
    """

    signature: str = ""
    voice: str = ""
    dos: tuple[str, ...] = ()
    donts: tuple[str, ...] = ()
    greeting: str = ""
    answer_link_hours: int = 24
    back_and_forth_most: int = 3


def voice_of(client_id: int) -> Voice:
    """As it is now; two statements."""
    profile = ClientProfile.objects.get(client_id=client_id)
    greeting = Client.objects.values_list("greeting", flat=True).get(pk=client_id)
    dos, donts = tuple(profile.dos), tuple(profile.donts)
    hours, often = profile.answer_link_hours, profile.back_and_forth_most
    return Voice(profile.signature, profile.voice, dos, donts, greeting, hours, often)


def signed(signature: str, name: str) -> str:
    """The closing lines as the person of this name closes with them: by the first name."""
    return signature.replace(AGENT, name.split(" ", 1)[0]).strip()


def set_voice(actor: Actor, *, client_id: int, voice: Voice) -> None:
    """Have agents and portal speak like this from now on; the log names what was changed.

    Needs MATRIX_EDIT.  Raises `Invalid` naming the field that can't be taken.
    """
    actor.require(Right.MATRIX_EDIT, client_id)
    checked = Voice(
        signature=_signature(voice.signature),
        voice=one_line(voice.voice, "voice", LONGEST["voice"]),
        dos=_rules(voice.dos, "dos"),
        donts=_rules(voice.donts, "donts"),
        greeting=one_line(voice.greeting, "greeting", LONGEST["greeting"]),
        answer_link_hours=_hours(voice.answer_link_hours),
        back_and_forth_most=_often(voice.back_and_forth_most),
    )
    before, after = asdict(voice_of(client_id)), asdict(checked)
    changed = [name for name, value in after.items() if before[name] != value]
    if not changed:
        return
    greeting = after.pop("greeting")
    if "greeting" in changed:
        Client.objects.filter(pk=client_id).update(greeting=greeting)
    ClientProfile.objects.filter(client_id=client_id).update(
        **{**after, "dos": list(checked.dos), "donts": list(checked.donts)}
    )
    log.record(actor, client_id, log.Action.CHANGE, detail={"what": "voice", "fields": changed})


def _signature(text: str) -> str:
    lines = whole_text(text, "signature", LONGEST["signature"]).split("\n")
    if len(lines) > MOST_LINES:
        raise Invalid(_("Close with at most %(most)s lines.") % {"most": MOST_LINES}, "signature")
    return "\n".join(line.rstrip() for line in lines)


def _rules(lines: Iterable[str], field: str) -> tuple[str, ...]:
    cleaned = [one_line(line, field, LONGEST["rule"]) for line in lines]
    rules = tuple(dict.fromkeys(line for line in cleaned if line))
    if len(rules) > MOST_RULES:
        raise Invalid(_("At most %(most)s: nobody keeps more in mind.") % {"most": MOST_RULES}, field)
    return rules


def _often(times: int) -> int:
    if not 1 <= times <= MOST_OFTEN:
        raise Invalid(_("Choose from 1 to %(most)s times.") % {"most": MOST_OFTEN}, "back_and_forth_most")
    return times


def _hours(hours: int) -> int:
    if not 1 <= hours <= MOST_HOURS:
        raise Invalid(_("Choose from 1 to %(most)s hours.") % {"most": MOST_HOURS}, "answer_link_hours")
    return hours
