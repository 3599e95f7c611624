"""Words without a meaning of their own, in the languages of the interface: not asked for, never marked as a find.

In thousands of articles counting tells them apart; among twenty, "does" may be as rare as "charger".
"""

import re
from collections.abc import Sequence

_EN = """
a about above after again all also always am an and any are as at back be because been before being below between both
but by can could did do does doing done down each either else even ever every few first for from further get gets go had
has have having he her here hers him his how i if in into is it its itself just less let may me might more most much
must my no nor not now of off often on once one only or other our ours out over own please same she should so some
still such than that the their theirs them then there these they this those through to too under until up upon us
very was we were what when where which while who whom whose why will with within without would yes yet you your yours
arent cannot cant couldnt didnt doesnt dont hadnt hasnt havent im isnt ive shouldnt thats wasnt werent wont wouldnt
"""
_SV = """
alla allt andra att av bara bli blir blivit bort de dem den denna deras dess dessa det detta dig din dina
ditt du där då efter ej eller en er era ert ett fram från får få för före genom ger gå går gör göra ha hade han
har hans henne hennes hit hon honom hos hur här i icke igen in ingen inget innan inte ja jag just kan kunde
man med medan mellan men mer mest mig min mina mitt mot mycket ni nog nu någon något några när nästa och också om
oss på samma sedan sen sig sin sina sitt själv ska skulle som så sådan till tills under upp ur ut utan vad var vara
varit varje varför vem vi vid vilka vilken vilket vill vår våra vårt än är även åt över
"""
_SMALL = {"en": frozenset(_EN.split()), "sv": frozenset(_SV.split())}
_NONE: frozenset[str] = frozenset()


# "it's", "we'll", "don't": what stands after the apostrophe, and the "n" before that of "not".
_CONTRACTED = re.compile("(?:n['’]t|['’](?:d|ll|m|re|s|ve))$")


def is_small(word: str, language: str) -> bool:
    """Whether this word of that language says nothing by itself."""
    known = _SMALL.get(language.split("-")[0].lower(), _NONE)
    folded = word.casefold()
    return folded in known or (known is _SMALL["en"] and _is_contracted(folded))


def _is_contracted(word: str) -> bool:
    """Whether an English word is a small one with another at its end; "ca" and "wo" are "can" and "will" there."""
    base = _CONTRACTED.sub("", word)
    return base != word and (base in _SMALL["en"] or base in {"are", "ca", "is", "wo"})


def telling_words(words: Sequence[str]) -> list[str]:
    """The words of a question without the small ones; all of them where nothing else is left.

    A small word of one language may mean something in another, so the question is read in the
    language that has most of its words as small ones.
    """
    counts = {language: sum(is_small(word, language) for word in words) for language in _SMALL}
    most = max(counts.values())
    spoken = [language for language, count in counts.items() if count == most]
    telling = [word for word in words if not any(is_small(word, language) for language in spoken)]
    return telling or list(words)
