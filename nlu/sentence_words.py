"""Spellings that people use in texts, and the words they stand for (written without apostrophes).

A value may be several words. Only forms that mean the same wherever they appear belong here.
"""

from __future__ import annotations

_PAIRS = """
u you | ur your | r are | y why | k ok | kk ok | okay ok | okey ok | okie ok | oki ok | pls please | plz please
plss please | pleas please | thx thanks | thnx thanks | tnx thanks | thanx thanks | ty thanks | tysm thanks
yea yeah | ya yeah | yah yeah | yeh yeah | yup yes | yep yes | yess yes | ye yes | yas yes | yupp yes
nah no | naw no | nope no | noo no | nvm never mind | nevermind never mind | idk i dont know | imo in my opinion
wanna want to | gonna going to | gotta have to | lemme let me | gimme give me | dunno dont know | kinda kind of
whats what is | wheres where is | whens when is | hows how is | whos who is | thats that is | its it is
im i am | ive i have | id i would | ill i will | youre you are | theyre they are | theres there is
lets let us | cant can not | cannot can not | dont do not | doesnt does not | didnt did not | wont will not
wouldnt would not | shouldnt should not | couldnt could not | isnt is not | arent are not | wasnt was not
hasnt has not | havent have not | aint is not
pymt payment | pmt payment | pmnt payment | paymt payment | paymnt payment | payement payment | pament payment
acct account | accnt account | acnt account | acount account | amt amount | ammount amount | amnt amount
bal balance | balence balance | ballance balance | blance balance | inv invoice | invs invoices
invoce invoice | invoise invoice | invioce invoice | recipt receipt | reciept receipt | receit receipt
stmt statement | statment statement | tmrw tomorrow | tmr tomorrow | tomorow tomorrow | tommorow tomorrow
tommorrow tomorrow | tmw tomorrow | 2morrow tomorrow | 2day today | tdy today | rn right now | asap now
b4 before | bc because | cuz because | coz because | cos because | w with | wit with | wth with | n and
abt about | msg message | num number | nbr number | cc credit card | mc mastercard | ppl people
shud should | cud could | wud would | hav have | hv have | wat what | wut what | wot what | wen when
evrything everything | evrythin everything | everythin everything | autopayment autopay | autopayments autopay
autopays autopay | recuring recurring | sched schedule | resched reschedule | shedule schedule
schedual schedule | canceled cancel | cancle cancel | cancell cancel | cancelled cancel | canx cancel
oew owe | fro from | frm from | waht what | wht what | hte the | taht that | yuo you | ym my | wnt want
jus just | jst just | sum1 someone | som1 someone | in2 into | rcpt receipt | rcpts receipts | pmnts payments
cxl cancel | rm remove | del delete | dflt default | snd send | pya pay | payy pay | agnt agent
rep representative | hwo how | teh the | adn and | jsut just | og go
"""

SPELLINGS: dict[str, str] = {
    word: meaning
    for word, _, meaning in (
        pair.strip().partition(" ") for line in _PAIRS.splitlines() for pair in line.split("|") if pair.strip()
    )
}
