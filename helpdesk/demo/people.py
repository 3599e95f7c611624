"""Who appears in the demo: the vendor's agents, the clients' people, and names for customers."""

from dataclasses import dataclass

from access.rights import Role

PASSWORD = "demo-harbour-lantern"  # noqa: S105  # printed at every start: the demo is nobody's secret


@dataclass(frozen=True)
class Person:
    """One member of staff: where they work, and in which role."""

    key: str
    name: str
    role: Role
    clients: tuple[str, ...]
    languages: tuple[str, ...] = ("en",)
    interface: str = "en"


AGENTS = (
    Person("linnea", "Linnea Ek", Role.AGENT, ("voltarra", "alderby", "tallholm"), ("sv", "en")),
    Person("omar", "Omar Haddad", Role.AGENT, ("voltarra", "tallholm"), ("en", "sv", "ar")),
    Person("eva", "Eva Stark", Role.TEAM_LEAD, ("voltarra", "alderby", "tallholm"), ("sv", "en")),
    Person("tomas", "Tomas Brandt", Role.AGENT, ("voltarra",), ("sv", "en")),
    Person("elin", "Elin Forss", Role.AGENT, ("voltarra", "alderby"), ("sv", "en", "fi")),
    Person("jonas", "Jonas Wik", Role.AGENT, ("alderby",), ("en",)),
    Person("priya", "Priya Nair", Role.AGENT, ("alderby", "voltarra"), ("en",)),
    Person("mikko", "Mikko Lahti", Role.AGENT, ("tallholm",), ("sv", "fi")),
    Person("sara", "Sara Lindh", Role.AGENT, ("tallholm", "alderby"), ("sv", "en"), "sv"),
    Person("david", "David Okoro", Role.AGENT_OWN, ("voltarra",), ("en",)),
    Person("hanna", "Hanna Ruus", Role.WRITER, ("voltarra", "alderby", "tallholm"), ("sv", "en")),
    Person("ines", "Inês Duarte", Role.READER, ("alderby",), ("en", "pt")),
)

CLIENT_PEOPLE = (
    Person("petra", "Petra Lund", Role.CLIENT_ADMIN, ("voltarra",), ("sv", "en")),
    Person("ida", "Ida Norling", Role.CLIENT_AGENT, ("voltarra",), ("sv", "en")),
    Person("george", "George Alder", Role.CLIENT_ADMIN, ("alderby",)),
    Person("ruth", "Ruth Fenn", Role.CONTACT, ("alderby",)),
    Person("maria", "Maria Tall", Role.CLIENT_ADMIN, ("tallholm",), ("sv",), "sv"),
    Person("kim", "Kim Sjö", Role.OVERSEER, ("tallholm",), ("sv",), "sv"),
)

FIRST_NAMES = (
    "Maja Anton Greta Noor Per Ellen Karin Rolf Tuva Samir Lena Moa Inez Sigrid Hugo Amira Pia Rut Leo Iris "
    "Jan Nils Clara Stig Ylva Olle Asta Fredrik Maud Ulf Emil Tove Siv Axel Bo Ville Bea Anders Hedvig Tage"
).split()
LAST_NAMES = (
    "Lindqvist Berg Sund Bakker Ahlgren Dahl Stål Engen Lind Aziz Fors Rehn Palm Nyberg Hale Roos Frisk Strand "
    "Sjö Said Åberg Vik Blom Winter Öst Wall Almgren Ros Brink Hed Sten Malm Kask Norell Juhl Koski Holm Tran"
).split()
