"""The demo's articles and playbooks: (slug, shelf, audience, title, Markdown)."""

PUBLIC, AGENTS = "public", "agents"

ARTICLES: dict[str, tuple[tuple[str, str, str, str, str], ...]] = {
    "voltarra": (
        ("steady-red-light", "Charging", PUBLIC, "Steady red light on the charger",
         "A steady red light means that the charger has switched itself off to be safe.\n\n"
         "1. Hold the button under the lid for ten seconds, until the light blinks white.\n"
         "2. Wait two minutes. Green means that it charges again.\n"
         "3. Red again? Write to us: we look at it from here and send a fitter if needed.\n\n"
         "Don’t open the charger yourself. There is mains voltage behind the lid."),
        ("load-balancing", "Charging", PUBLIC, "Why charging got slow: load balancing",
         "The charger leaves room for the oven and the heat pump. Since update 4.2 this is on from the start.\n\n"
         "Open **Settings**, **Power at home**, and enter your main fuse. With 20 A the charger uses 16 A "
         "whenever the house leaves room."),
        ("refunds-and-double-payments", "Billing", PUBLIC, "Refunds and double payments",
         "Paid twice? Tell us the amount and the day. Money that goes back to a card is there within three days, "
         "to a bank account within five."),
        ("receipts", "Billing", PUBLIC, "Receipts, also for a company",
         "Every receipt is in the app under **Payments**. Write to us once with your company’s number and it stands "
         "on every receipt from then on."),
        ("when-a-fitter-visits", "Fitting", PUBLIC, "What happens when a fitter visits",
         "You get a window of two hours and a call half an hour before. The fitter needs:\n\n"
         "- the gate code, if there is one\n- free access to the fuse box\n- about ninety minutes\n\n"
         "Nobody came? Write to us the same day and the next free time is yours."),
        ("moving-house", "Fitting", PUBLIC, "Take the charger with you when you move",
         "A fitter takes the charger down and puts it up again for a fixed price within 50 km. Book four weeks ahead."),
        ("new-phone-or-number", "App and account", PUBLIC, "New phone or new number",
         "Choose **New phone** on the sign-in page. If the code goes to your old number, write to us from the "
         "address that we have and we move the account."),
        ("share-a-charger", "App and account", PUBLIC, "Share a charger with somebody",
         "Open **Sharing** and add an e-mail address. Each person pays for their own charging from the first of the next month."),
        ("swap-a-unit", "Charging", AGENTS, "Swap a unit the same evening",
         "Only with Voltarra’s yes, and only under warranty.\n\n"
         "1. Check the serial number and the date of fitting: warranty is three years.\n"
         "2. Escalate with the question “May we swap the unit tonight under warranty?”.\n"
         "3. Ask the customer for the gate code. Offer a window of two hours.\n"
         "4. The old unit stays with the fitter; note its number on the ticket."),
        ("refund-rules", "Billing", AGENTS, "What we may refund ourselves",
         "Up to 1,000 kr we decide. Over that Voltarra decides: escalate with the amount and your proposal.\n\n"
         "Say: *the money is on its way back*. Never say when the bank shows it."),
        ("missed-visit", "Fitting", AGENTS, "A fitter who did not come",
         "Apologise once. Book the first time of the next day yourself, then tell. Offer compensation only after Voltarra’s yes."),
    ),
    "alderby": (
        ("door-code", "Arrival and keys", PUBLIC, "Door code: hash key first",
         "Press **#**, then the six digits, then **#** again. Three beeps mean that the first hash is missing.\n\n"
         "Codes start at 15:00 on your day of arrival and end at 11:00 on the day you leave."),
        ("late-arrival", "Arrival and keys", PUBLIC, "Arriving after 21:00",
         "Come as late as you like: the code works day and night. Tell us and we leave the porch light on."),
        ("wifi", "In the house", PUBLIC, "Wi-Fi does not work",
         "Switch the white box by the door off and on and wait three minutes. The reading room by the pier has a line of "
         "its own, code “herons”."),
        ("no-hot-water", "In the house", PUBLIC, "No hot water",
         "Behind the bathroom door is a red switch. Off, count to ten, on. It takes forty minutes to warm."),
        ("leaving-the-house", "In the house", PUBLIC, "Leaving the house",
         "Check-out is by 11:00. Turn the heating to the snowflake, close the flue, and pull the door shut: it locks itself. "
         "Bed linen can stay where it is."),
        ("change-or-cancel", "Booking", PUBLIC, "Change or cancel a stay",
         "Moving a stay is free until ten days before. Cancelling costs nothing until thirty days before, "
         "half until ten, and the whole price after that."),
        ("deposits", "Money paid", PUBLIC, "Deposit, and when it comes back",
         "The deposit goes back on the Tuesday after your stay. Banks take up to four days."),
        ("when-something-is-wrong", "Money paid", PUBLIC, "When something was not as promised",
         "Write to us while you are still here: then we can put it right. Afterwards we look at it with you and answer within two days."),
        ("stranded-guests", "Arrival and keys", AGENTS, "Guests who can’t get in",
         "A guest outside is always first.\n\n"
         "1. Stay on the line until they are inside.\n2. Hash, six digits, hash. Then the spare key box, with Alderby’s yes.\n"
         "3. No luck in ten minutes: escalate as “can’t stay” and call a taxi to the reading room."),
        ("small-refunds", "Money paid", AGENTS, "Refunds under £200",
         "Up to £200 we return ourselves on the same day. Cold cottage: one night for two cold ones, after asking Ruth."),
    ),
    "tallholm": (
        ("saga-upp", "Medlemskap", PUBLIC, "Säga upp medlemskapet",
         "Uppsägningstiden är en månad från den dag du skriver. Har vi dragit pengar efter det betalar vi tillbaka direkt."),
        ("frysa-kortet", "Medlemskap", PUBLIC, "Frysa kortet",
         "Med intyg är det gratis, i upp till sex månader. Utan intyg kostar det 49 kr i månaden."),
        ("aldersgrans", "Medlemskap", PUBLIC, "Åldersgräns",
         "Du får träna själv från 16 år. Yngre får följa med sin vårdnadshavare på helger före kl. 12."),
        ("boka-pass", "Pass och bokning", PUBLIC, "Boka och avboka pass",
         "Pass släpps sju dagar före, kl. 06. Avboka senast två timmar före, annars räknas passet."),
        ("vara-tranare", "Pass och bokning", PUBLIC, "Våra tränare", "Schemat visar alltid vem som håller passet. Byten står överst i appen."),
        ("studentrabatt", "Betalning", PUBLIC, "Studentrabatt",
         "Skicka ditt intyg från appen under **Profil**. Rabatten gäller från den första i nästa månad, och räknas bakåt om vi dröjt."),
        ("ny-telefon", "På gymmet", PUBLIC, "Ny telefon: in i appen och genom dörren",
         "Välj **Ny telefon** i appen. Står du utanför? Visa legitimation i kameran vid dörren, så öppnar vi."),
        ("upphittat", "På gymmet", PUBLIC, "Upphittat", "Vi sparar saker i fyra veckor i receptionen."),
        ("slappa-in", "På gymmet", AGENTS, "Släppa in en medlem på distans",
         "1. Be om legitimation i kameran.\n2. Jämför namn och födelseår med kortet.\n3. Öppna dörr 1 och anteckna på ärendet varför."),
        ("aterbetalning", "Betalning", AGENTS, "Återbetalning efter uppsägning",
         "En månad betalar vi tillbaka själva. Flera månader: fråga Tallholm, föreslå allt på en gång."),
    ),
}  # fmt: skip

# The same again for readers of another of the client's languages: (slug, shelf, title, Markdown), all public.
TRANSLATED: dict[str, dict[str, tuple[tuple[str, str, str, str], ...]]] = {
    "alderby": {
        "sv": (
            ("dorrkod", "Arrival and keys", "Dörrkod: fyrkanten först",
             "Tryck **#**, sedan de sex siffrorna, sedan **#** igen. Tre pip betyder att den första fyrkanten saknas.\n\n"
             "Koden gäller från kl. 15 den dag du kommer till kl. 11 den dag du åker."),
            ("sen-ankomst", "Arrival and keys", "Om du kommer efter kl. 21",
             "Kom hur sent du vill: koden fungerar dygnet runt. Säg till, så låter vi verandan lysa."),
            ("tradlost-natverk", "In the house", "Det trådlösa nätet fungerar inte",
             "Stäng av den vita dosan vid dörren, slå på den igen och vänta tre minuter. Läsrummet vid bryggan har en egen "
             "ledning, koden är ”herons”."),
            ("inget-varmvatten", "In the house", "Inget varmvatten",
             "Bakom badrumsdörren sitter en röd strömbrytare. Av, räkna till tio, på. Det tar fyrtio minuter att bli varmt."),
            ("nar-du-aker", "In the house", "När du lämnar huset",
             "Vrid värmen till snöflingan, stäng spjället och dra igen dörren: den låser sig själv. "
             "Sängkläderna kan ligga kvar."),
            ("andra-eller-avboka", "Booking", "Ändra eller avboka en vistelse",
             "Att flytta vistelsen är gratis till tio dagar före. Att avboka kostar inget till trettio dagar före, "
             "hälften till tio dagar före, och hela priset efter det."),
            ("deposition", "Money paid", "Depositionen, och när den kommer tillbaka",
             "Depositionen går tillbaka tisdagen efter din vistelse. Bankerna tar upp till fyra dagar."),
            ("nar-nagot-ar-fel", "Money paid", "När något inte var som utlovat",
             "Skriv till oss medan du är kvar: då kan vi rätta till det. Efteråt går vi igenom det med dig och svarar inom två dagar."),
        ),
    },
}  # fmt: skip

# What the portal asks in the client's own words: (can't go on, something does not work, a question).
IMPACT_WORDS: dict[str, dict[str, tuple[str, str, str]]] = {
    "voltarra": {
        "en": ("I can’t charge at all", "It charges, but something is wrong", "It works, I have a question or a wish"),
        "sv": ("Jag kan inte ladda alls", "Det laddar, men något är fel", "Allt fungerar, jag har en fråga eller ett önskemål"),
    },
    "alderby": {
        "en": ("I can’t get in, or can’t stay", "I am here, but something does not work", "A question about a stay"),
        "sv": ("Jag kommer inte in, eller kan inte bo kvar", "Jag är här, men något fungerar inte", "En fråga om en vistelse"),
    },
    "tallholm": {
        "sv": ("Jag kommer inte in eller kan inte träna", "Jag tränar, men något krånglar", "Jag undrar något"),
        "en": ("I can’t get in, or can’t train", "I can train, but something is wrong", "I have a question"),
    },
}  # fmt: skip
