"""The English words of the grammar: spellings, numbers, months, weekdays. Data only.

A second language is a second module of this shape: words in, the same canonical words out.
"""

from __future__ import annotations


def _table(lines: str) -> dict[str, str]:
    """ "canonical: spelling spelling" lines, read into spelling -> canonical (`_` is a space there)."""
    out: dict[str, str] = {}
    for line in lines.strip().splitlines():
        canonical, _, spellings = line.strip().partition(": ")
        for spelling in spellings.split():
            out[spelling] = canonical.replace("_", " ")
    return out


def words_of(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


SPELLINGS: dict[str, str] = _table("""
    you_will: you'll youll
    do_not: dotn dnt dnot don't dont doesn't doesnt
    did_not: didn't didnt
    can_not: can't cant cannot
    will_not: won't wont
    is_not: isn't isnt ain't aint
    are_not: aren't arent
    was_not: wasn't wasnt
    have_not: haven't havent
    has_not: hasn't hasnt
    had_not: hadn't hadnt
    should_not: shouldn't shouldnt
    would_not: wouldn't wouldnt
    could_not: couldn't couldnt
    i_am: i'm im
    i_would: i'd
    i_will: i'll ill
    i_have: i've ive
    we_will: we'll
    we_have: we've
    we_would: we'd
    you_are: you're youre
    they_are: they're
    they_will: they'll
    what_is: what's whats wats wuts
    who_is: who's whos
    when_is: when's whens
    where_is: where's wheres
    how_is: how's hows
    that_is: that's thats
    it_is: it's its
    there_is: there's theres
    here_is: here's
    let_us: let's lets
    going_to: gonna gunna
    want_to: wanna
    got_to: gotta
    have_to: hafta
    let_me: lemme
    give_me: gimme
    do_not_know: dunno
    we_are: we're
    you: u yall
    your: ur yr
    are: r
    please: pls plz plse pleas pleaze plez
    thanks: thx thnx tnx ty
    because: bc cuz cause coz
    before: b4
    with: w wit wth wiht
    without: w/o
    payment: pymt pmt pmnt pymnt paymt paymnt payement paymet pyment pyament paiment
    payments: pymts pmts pmnts pymnts paymts payements pyaments
    pay: py payy paye pya paay ppay
    invoice: inv invc invce invoce invioce invoive invoic invoise involce
    invoices: invs invcs invoces invioces invoises
    bill: bil bll
    number: num nbr nr
    card: crd cadr caard
    cards: crds
    bank: bnk bakn bnak
    break: brk braek
    into: in2 itno ito
    should: shuld shoud shud
    the: teh hte tha
    from: frm fom fro
    owe: oew
    what: waht wht hwat
    ending: endng endin edning
    different: diff dif diffrent difrent
    except: xcept excpt excep exept
    last: lst
    next: nxt
    send: snd
    want: wnt
    just: jus jst jsut
    everything: evrything evrythin everythin evrythng
    overdue: ovrdue ovedue
    forget: forgt forgit
    cancel: cancl cncl
    schedule: schedual shedule skedule scedule
    split: splt
    total: totl toal ttl tot
    report: rprt
    transfer: xfer
    account: acct acc acnt accnt acount accont
    accounts: accts
    amount: amt amnt ammount amout amoutn
    balance: bal blnc balnce balence ballance blance
    tomorrow: tmrw tmr tmw tmrrw tomo 2moro tomorow tommorow tommorrow tomorro tomorrw tmoro
    today: 2day todat tday
    tonight: 2nite tonite
    monday: mon
    tuesday: tue tues
    wednesday: weds wedns wednes wendsday wensday wednsday wendsday wednesdy
    thursday: thu thur thurs thrusday thrsday
    friday: fri firday fryday frday firdy
    saturday: satuday sturday
    sunday: sudnay
    january: jan
    february: feb febuary
    march: mrch
    april: apr
    june: jun
    july: jul
    august: aug
    september: sep sept
    october: oct
    november: nov
    december: dec
    dollars: dlrs dolar dollar buck bucks bux buks dollers dolars dollor dollors dols smackers
    cents: cent
    percent: pct prcnt
    full: ful fulll
    default: dflt deflt defalt
    current: cur curr crnt curent currnt currrent
    charges: chrgs chgs charegs chargs
    tomorrow's: tmrws tomorrows tmrs
    statement: stmt stmnt statment
    later: l8r l8er
    visa: visaa vsa vsia vias ivsa viza vissa visas
    mastercard: mc mastercrd mastercad mastrcard
    amex: amx aemx amexs
    discover: disc dscvr
    diners: diner
    checking: chk chkg chkng chking cheking chekcing chequing checkings
    savings: saving svgs savngs svings
    scheduled: sched schedualed sheduled skeduled
    month: mo mnth mth
    months: mos mnths mths
    week: wk
    weeks: wks
    year: yr
    forty: fourty fourthy forthy
    fifty: fiddy fivty fity fifity
    twelve: twelv
    eight: eigth eigt eihgt
    thirty: thrity thirthy
    second: secnd secound scond
    third: thrid thrd
    ninety: ninty
    twenty: twety twnety tweny
    hundred: hundrd hunderd hundo hndrd
    thousand: thousend thosand
    and: n
    not: nt
    instead: insted instaed isntead
    actually: actualy acutally actully acually
    receipt: reciept recipt receit rcpt
    receipts: reciepts recipts rcpts
    half: haf hlf hlaf hafl
    okay: ok okey okk
    yes: yess yesss
    change: chnage chagne chang
""")

UNITS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9,
}  # fmt: skip
TEENS = {
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90,
}  # fmt: skip
MULTIPLIERS = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
SPOKEN_ZERO = frozenset({"oh", "o", "zero"})

ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
    "ninth": 9, "tenth": 10,
}  # fmt: skip
LATER_ORDINALS = {
    "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16,
    "seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20, "thirtieth": 30,
}  # fmt: skip

WEEKDAYS = {
    "monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6,
}  # fmt: skip
MONTHS = {
    "january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8,
    "september": 9, "october": 10, "november": 11, "december": 12,
}  # fmt: skip

FUZZY = (
    *WEEKDAYS, *(month for month in MONTHS if len(month) > 4), *TEENS, *TENS, *MULTIPLIERS, *LATER_ORDINALS,
    *sorted(words_of("""
        seven eight second third fourth sixth tenth tomorrow yesterday tonight today weekend month months
        mastercard american express discover diners checking savings debit credit invoice invoices payment
        payments balance total current charge charges statement statements receipt receipts account accounts
        amount dollars cents percent quarter default autopay overdue outstanding unpaid schedule scheduled
        automatic automatically instead actually everything different another latest oldest newest previous
        ending except without excluding number installments split divide break spread whole entire remaining
        through option method paying
    """)),
)  # fmt: skip
"""Words that a single wrong, missing, extra or swapped letter does not hide (five letters and more)."""

ORDINARY = words_of("""
    changes change changed charger chargers discovery discovers discovered recover recovers savings saving
    checkin checkins checked kerning invoiced payment repayment accounting counts count mounts amounts amounted
    amounting mount scheduler schedules reschedule rescheduled unscheduled expresses expect expects expected
    empress accept accepts accepted excepts exempt excerpt credits balances balanced lasted latent greatest later
    endings sending lending bending mending pending vending spending tending quarters quarter's quartet quarts
    hundreds thousands augusta currently currents differently defaults edit edits credited saying playing praying
    laying marched marches march marco marsh match merch mercy mary marry marks marc friends funday mother bother
    others boldest coldest eighth seventh sevens semen steven sheen forte forth forts fort forties frost fifth
    fifths faith filth seconds thirds tenths smith sixths fourths teeth tents tent weeknd weekends weekdays weekday
    todays tonights monte monty mouth mouths moth moths method methods dinner dinners divers diner debts debt debut
    thirst thirsty bread breaks bleak breakup freak spreads spreader divided divides divine splits spit opting
    options optional auction number numbers numbered member remember lumber whale while whose whore wholes totals
    totally totaled entirely reports repost resort instalments retaining precious previously thorough though trough
    thought equal equals newer oldies old americans americana september's december's autopsy fridays mondays
    sundays saturdays thursdays tuesdays wednesdays junes julie apple april's aprils reports ten tent then
    paving pacing allowing visit visits nine ninth line lines sunny sundry sunday's today's money honey monkey
    latests another brother anther credits center scent scents accent cent balancing balanced invoicing invoicer
    every anything nothing currency recurrent occurrent sectors chance chances chart charm large discharge recharge
    eights weight height fight sight right light tight freight eighths twelve twelves elevens spits splat
""")
"""Real words within one letter of a `FUZZY` word, left as they are."""
