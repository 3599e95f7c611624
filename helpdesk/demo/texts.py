"""What the demo's customers ask and what they are answered, in the project's own words.

{n} is a number that differs from ticket to ticket.
"""

from dataclasses import dataclass

from tickets.models import Impact


@dataclass(frozen=True)
class Topic:
    """One kind of question, with the answers it gets and the question it may raise for the client."""

    category: str
    subject: str
    body: str
    answer: str
    thanks: str
    impact: Impact = Impact.HINDERED
    need: str = ""
    question: str = ""
    ruling: str = ""
    tag: str = ""
    article: str = ""


@dataclass(frozen=True)
class ClientDemo:
    """A client of the demo, with what its customers write about."""

    slug: str
    name: str
    monogram: str
    colour: str
    word: str
    language: str
    languages: tuple[str, ...]
    zone: str
    phone: str
    logo: str
    greeting: str
    signature: str
    voice: str
    dos: tuple[str, ...]
    donts: tuple[str, ...]
    week: tuple[tuple[tuple[int, int], ...], ...]
    # Key, name and the key of what it is a part of, or nothing.
    categories: tuple[tuple[str, str, str], ...]
    field: tuple[str, str]
    topics: tuple[Topic, ...]
    # Name, whose it is, how much hangs on it, when it is busy.
    services: tuple[tuple[str, str, str, str], ...] = ()


_OFFICE = ((8 * 60, 18 * 60),)
_LONG = ((7 * 60, 22 * 60),)
_LUNCH = ((9 * 60, 12 * 60), (13 * 60, 20 * 60))
_SHORT = ((10 * 60, 16 * 60),)

VOLTARRA = ClientDemo(
    "voltarra", "Voltarra", "VO", "#6a37c2", "customer", "en", ("en", "sv"), "Europe/Stockholm",
    "010 555 01 20", "plug", "How can we help you charge?",
    "{agent}, Voltarra Care", "Plain and warm, first names, no jargon",
    ("Say when, with a clock time", "“Charger”, “fitter”"), ("“Unfortunately”, “wallbox unit”",),
    (_OFFICE, _OFFICE, _OFFICE, _OFFICE, _OFFICE, (), ()),
    (
        ("charging", "Charging", ""),
        ("no-power", "No power", "charging"),
        ("slow-charging", "Slow charging", "charging"),
        ("billing", "Billing", ""),
        ("refunds", "Refunds", "billing"),
        ("receipts", "Receipts", "billing"),
        ("fitting", "Fitting", ""),
        ("app", "App and account", ""),
    ),
    ("Charger", "Volt One 11 kW, serial {n}"),
    (
        Topic(
            "no-power", "Charger shows a steady red light",
            "Hi! Since last night the charger only shows a steady red light and the car says “no power”. "
            "I switched the breaker off and on. I work nights and really need the car tomorrow at 05:30.",
            "Sorry about this, and just before a shift. Please hold the button under the lid for ten seconds "
            "until the light blinks white, then wait two minutes. Tell me what colour you see after that.",
            "Blinked white, now green. It charges again, thank you!", Impact.BLOCKED,
            "A charged car by 05:30 tomorrow", "May we swap the unit tonight under warranty?",
            "Yes, swap it, no charge. A fitter is free 19:00 to 21:00. Ask for the gate code.",
            "warranty", "steady-red-light",
        ),
        Topic(
            "refunds", "Fitting charged twice",
            "I paid {n} kr in the app on the day of the fitting and then got the same bill by post. "
            "Please put it right before the 30th.",
            "You should only pay once. I can see both invoices, and I have stopped the second one. "
            "If it was already paid, the money is back on your card within three days.",
            "The second bill is gone now. Thanks for being quick.", Impact.HINDERED,
            "The second payment back", "May we refund {n} kr in full?",
            "Yes, refund in full. Our invoices show it.", "refund", "refunds-and-double-payments",
        ),
        Topic(
            "fitting", "Fitter did not come, waited at home all day",
            "I took a day off for the fitting on order {n}. Nobody came and nobody called.",
            "I am sorry that you waited for nothing. The fitter was sent to another street. "
            "I have booked the first time tomorrow, 07:30 to 08:30, and he calls half an hour before.",
            "He came at 07:40 and it works.", Impact.HINDERED,
            "A fitter who really comes", "Can we offer 500 kr for the lost day?",
            "Yes, up to 500 kr. Put the order number on it.", "compensation", "when-a-fitter-visits",
        ),
        Topic(
            "app", "Locked out of the app after a new phone",
            "I changed phones and the app asks for a code that goes to my old number.",
            "I have moved your account to the new number after checking it with you. Open the app, "
            "choose “New phone” and the code arrives within a minute.",
            "In again, thanks.", Impact.HINDERED, "Into the app on a new phone", "", "", "", "new-phone-or-number",
        ),
        Topic(
            "slow-charging", "Charging is slow since the update",
            "After update 4.2 the car takes twice as long. It says 6 A instead of 16 A.",
            "The update switches load balancing on. Open Settings, Power at home, and enter your main fuse. "
            "With 20 A the charger goes back to 16 A when the oven is off.",
            "That was it. 16 A again.", Impact.HINDERED, "Full speed again", "Is update 4.2 being withdrawn?",
            "No, but 4.3 comes on Thursday and remembers the old setting.", "update-4.2", "load-balancing",
        ),
        Topic(
            "receipts", "Receipt with our company’s number",
            "We need the receipt for order {n} with our company’s number on it, for the accountant.",
            "The receipt with your company’s number is on its way by mail, and I have saved the number "
            "so that the next one has it too.",
            "Arrived, perfect.", Impact.QUESTION, "A receipt for the books", "", "", "", "receipts",
        ),
        Topic(
            "app", "Share the charger with a neighbour",
            "Can my neighbour use our charger and pay for her own current?",
            "Yes. Open Sharing in the app and add her e-mail. She pays for her own charging from the first of next month.",
            "Works nicely.", Impact.QUESTION, "Share with one neighbour", "", "", "", "share-a-charger",
        ),
        Topic(
            "fitting", "Move the charger to a new house",
            "We move in six weeks. Can the charger come along, and what does it cost?",
            "It can. A fitter takes it down and puts it up for a fixed price of 2,900 kr within 50 km. "
            "Shall I book a day for each?",
            "Yes please, the last Friday of the month.", Impact.QUESTION, "Charger in the new house", "", "", "", "moving-house",
        ),
    ),
    (
        ("Charging", "Tor Lindqvist, operations", "vital", "15 Nov – 31 Jan"),
        ("App and account", "Petra Lund", "important", ""),
        ("Web shop", "Petra Lund", "ordinary", "20 Nov – 24 Dec"),
    ),
)  # fmt: skip

ALDERBY = ClientDemo(
    "alderby", "Alderby Stays", "AS", "#0b6c63", "guest", "en", ("en", "sv"), "Europe/London",
    "010 555 01 40", "building-cottage", "How can we help with your stay?",
    "{agent}, Alderby Stays", "Like a good host: calm, kind, to the point",
    ("Offer the next step yourself", "“Your stay”, “guest”"), ("“Booking reference invalid”",),
    (_LONG, _LONG, _LONG, _LONG, _LONG, _LONG, _LONG),
    (
        ("arrival", "Arrival and keys", ""),
        ("house", "In the house", ""),
        ("booking", "Booking", ""),
        ("money", "Money paid", ""),
    ),
    ("Next stay", "Lake House {n}"),
    (
        Topic(
            "arrival", "The door code does not work",
            "We stand outside Lake House 3, booking AL-{n}. The lock beeps three times and stays shut. "
            "We have two small children and it is getting dark.",
            "I am with you until you are inside. Press the hash key first, then the six digits, then hash again. "
            "Three beeps mean that the first hash is missing.",
            "We are in! The hash key was it.", Impact.BLOCKED, "Into the house now",
            "May we give them the spare key box code?", "Yes, and change it in the morning.", "lock", "door-code",
        ),
        Topic(
            "house", "No hot water since this morning",
            "There is no hot water in Birch Cabin {n} since this morning. We have tried all taps.",
            "That must be put right today. Behind the bathroom door is a red switch: off, count to ten, on. "
            "It takes forty minutes to warm. I check back with you at noon.",
            "Hot again, thank you.", Impact.HINDERED, "Hot water today", "Can we send the plumber on a Sunday?",
            "Yes. Call Harris, he has keys.", "heating", "no-hot-water",
        ),
        Topic(
            "booking", "Can we arrive at 23:30 on Friday?",
            "Our train is late. Is it fine to arrive at 23:30 for booking AL-{n}?",
            "Of course. Your door code works from 15:00 until you leave, day and night, and I leave the porch light on.",
            "Lovely, see you then.", Impact.QUESTION, "To arrive late", "", "", "", "late-arrival",
        ),
        Topic(
            "money", "Wrong deposit on the receipt",
            "The receipt says a deposit of £{n} but we paid less. Please send a right one.",
            "You are right, the extra cot was counted twice. A new receipt is in your mail, and the difference is on its way back.",
            "Got it, thanks.", Impact.HINDERED, "A right receipt", "May we return the difference at once?",
            "Yes, anything under £200 you may return yourselves.", "refund", "deposits",
        ),
        Topic(
            "house", "Heating left on, says the neighbour",
            "Our neighbour says the heating still runs in the cottage that we left on Sunday.",
            "Thank you for telling us. I have turned it down from here and nothing is charged to you.",
            "Great.", Impact.QUESTION, "Not to pay for it", "", "", "", "leaving-the-house",
        ),
        Topic(
            "booking", "Change or cancel our stay",
            "We would like to move booking AL-{n} by one week. Does that cost anything?",
            "Moving is free until ten days before. I have moved it by one week at the same price, and you have a new confirmation.",
            "Perfect!", Impact.QUESTION, "The same stay, one week later", "", "", "", "change-or-cancel",
        ),
        Topic(
            "arrival", "Wi-Fi does not work in Cabin Row",
            "The Wi-Fi in Cabin Row shows connected but nothing opens. I have a meeting at two.",
            "Cabin Row is off the net until about 16:00; the line is being mended. The reading room by the "
            "pier has its own line, code “herons”.",
            "The reading room saved me.", Impact.HINDERED, "A line for a meeting at two", "What do we tell the others in Cabin Row?",
            "Say 16:00 and offer the reading room to everybody.", "wifi", "wifi",
        ),
        Topic(
            "money", "Compensation for a cold cottage, two nights",
            "It was 14 degrees inside for two nights. We think that is worth something back. Booking AL-{n}.",
            "Two cold nights are not what we promise. I have asked for one night back and tell you today.",
            "Thank you for taking it seriously.", Impact.HINDERED, "One night’s price back",
            "One night back for two cold ones?", "One night back, and a bottle of wine next time.", "refund", "when-something-is-wrong",
        ),
    ),
    (
        ("Arrival and keys", "Harriet Moss, front desk", "vital", "15 Jun – 31 Aug\n20 Dec – 6 Jan"),
        ("Booking", "", "important", "2 Jan – 15 Feb"),
    ),
)  # fmt: skip

TALLHOLM = ClientDemo(
    "tallholm", "Tallholm Gym", "TG", "#b01f68", "member", "sv", ("sv", "en"), "Europe/Stockholm",
    "010 555 01 60", "barbell", "Vad kan vi hjälpa dig med?",
    "{agent}, Tallholm Gym", "Pigg och rak, du-tilltal",
    ("Tacka för att de hör av sig", "”Medlem”, ”pass”"), ("”Enligt villkoren”",),
    (_LUNCH, _LUNCH, _LUNCH, _LUNCH, _LUNCH, _SHORT, _SHORT),
    (
        ("membership", "Medlemskap", ""),
        ("classes", "Pass och bokning", ""),
        ("payment", "Betalning", ""),
        ("gym", "På gymmet", ""),
    ),
    ("Medlemskort", "TG-{n}"),
    (
        Topic(
            "payment", "Dragen pengar efter uppsägning",
            "Jag sa upp mig i juli men ni har dragit {n} kr både i augusti och september. Det är tredje gången jag skriver.",
            "Förlåt att du har behövt skriva så många gånger. Jag ser din uppsägning från juli, och båda "
            "dragningarna är på väg tillbaka till ditt kort.",
            "Pengarna har kommit. Tack för att någon tog tag i det.", Impact.HINDERED, "Pengarna tillbaka",
            "Får vi betala tillbaka båda månaderna?", "Ja, betala tillbaka båda direkt.", "återbetalning", "saga-upp",
        ),
        Topic(
            "classes", "Bokningen försvinner efter midnatt",
            "När jag bokar spinning efter midnatt står jag inte kvar på morgonen. Kort TG-{n}.",
            "Tack för att du hör av dig! Bokningar mellan 00 och 01 hamnade på fel dag. Du står nu på passet, "
            "och felet är rättat.",
            "Jag är kvar på listan nu!", Impact.HINDERED, "Plats på passet", "", "", "bokning", "boka-pass",
        ),
        Topic(
            "gym", "Utelåst från appen med ny telefon",
            "Jag har bytt telefon och kommer varken in i appen eller genom dörren. Jag står utanför nu.",
            "Då öppnar vi åt dig. Visa din legitimation i kameran vid dörren, så släpper jag in dig. "
            "Sedan väljer du ”Ny telefon” i appen.",
            "Inne! Tack.", Impact.BLOCKED, "In på gymmet nu", "", "", "dörr", "ny-telefon",
        ),
        Topic(
            "membership", "Frysa medlemskapet under rehab",
            "Jag har opererat knät och kan inte träna på tio veckor. Går det att frysa kortet?",
            "Det går fint, och det kostar inget med intyg. Jag har fryst ditt kort i tio veckor från i dag. Krya på dig!",
            "Tack snälla!", Impact.QUESTION, "Frysa i tio veckor", "Räcker ett kvitto från vården som intyg?",
            "Ja, det räcker.", "frysa", "frysa-kortet",
        ),
        Topic(
            "membership", "Undantag för en femtonåring",
            "Min son är 15 och vill träna med mig. Går det att göra ett undantag?",
            "Jag frågar platschefen och hör av mig i dag.",
            "Toppen, vi väntar.", Impact.QUESTION, "Träna tillsammans", "Får en femtonåring träna med vårdnadshavare?",
            "Ja, på helger före kl. 12 och med vårdnadshavare i lokalen.", "ålder", "aldersgrans",
        ),
        Topic(
            "payment", "Studentrabatt som inte syns",
            "Jag skickade mitt studentintyg men betalar fortfarande fullt pris. Kort TG-{n}.",
            "Ditt intyg låg kvar hos oss. Rabatten gäller från den första, och mellanskillnaden kommer tillbaka.",
            "Grymt, tack!", Impact.HINDERED, "Studentpris", "", "", "rabatt", "studentrabatt",
        ),
        Topic(
            "gym", "Glömt jackan i skåp 12",
            "Jag glömde en blå jacka i skåp 12 i går kväll. Har någon hittat den?",
            "Den hänger i receptionen med ditt namn på. Vi sparar den i fyra veckor.",
            "Hämtar i kväll!", Impact.QUESTION, "Jackan tillbaka", "", "", "", "upphittat",
        ),
        Topic(
            "classes", "Tränaren bytt utan att vi fick veta",
            "Passet på torsdagar har fått en ny tränare, utan ett ord till oss. Vi är flera som undrar.",
            "Det skulle ni ha fått veta. Samira är föräldraledig, och Pontus tar passen till maj. "
            "Jag skriver till alla på listan i dag.",
            "Tack för att ni berättar.", Impact.QUESTION, "Veta vem som håller passet", "Vad får vi säga om Samiras ledighet?",
            "Säg föräldraledig till maj, inget mer.", "tränare", "vara-tranare",
        ),
    ),
)  # fmt: skip

CLIENTS = (VOLTARRA, ALDERBY, TALLHOLM)
