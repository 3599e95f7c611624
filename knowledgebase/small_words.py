"""Words without a meaning of their own, in the languages of the interface: never marked as a find."""

_EN = """
a about above after again all also always am an and any are as at back be because been before being below between both
but by can could did do does doing done down each either else even ever every few first for from further get gets go had
has have having he her here hers him his how i if in into is it its itself just less let may me might more most much
must my no nor not now of off often on once one only or other our ours out over own please same she should so some
still such than that the their theirs them then there these they this those through to too under until up upon us
very was we were what when where which while who whom whose why will with within without would yes yet you your yours
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


def is_small(word: str, language: str) -> bool:
    """Whether this word of that language says nothing by itself."""
    return word.casefold() in _SMALL.get(language.split("-")[0].lower(), _NONE)
