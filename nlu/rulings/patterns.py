"""The wordings that the rulings look for, in the normal form of the grammar. Data only."""

from __future__ import annotations

import re

_LEAD = r"^(?:\W|and |so |ok |okay |hi |hey |hello |um |uh |please |but |well |there |yes )*"
_PAY = r"(?:pay|settle|make (?:a|my|the|this|that) (?:\w+ )?payment|send (?:a|my|the) payment)"

QUESTION = re.compile(
    r"\?|" + _LEAD + r"(?:what|why|when|where|who|whose|which|how|is|are|am i|was|were|do (?:i|we|you"
    r"|they)|does|did|has|have (?:i|we|you)"
    r"|will (?:i|it|you|my|the|that|this|there)|should)\b"
)

ASKS_FIRST = re.compile(
    _LEAD + r"(?:what|why|when|where|who|whose|which|how|is|are|was|were|does|did|has|have (?:i|we|you)"
    r"|am i|will (?!you|do))\b"
)
ASKS_LAST = re.compile(r"\?\W*$")
REQUESTS = re.compile(
    r"\b(?:can|could|would|will|may|might|shall|mind|possible|please|let|ok|okay|want|like)\b"
    r"|^\W*(?:pay|charge|put|settle)\b"
)
DONE_BEFORE = re.compile(
    r"\b(?:i|we) (?:had |have |already )?(?:set up|set|booked|scheduled|put through|made|mailed|submitted"
    r"|arranged) (?:a|an|the|my|this) (?:\w+ )?(?:payment|check)\b"
)
CHANGES_FIRST = re.compile(
    _LEAD + r"(?:change|changing|update|switch (?!to account|accounts?)|swap|replace|edit)\b"
)
SHOWS = re.compile(
    _LEAD + r"(?:i (?:would like|want|need|wish) to |can (?:you|i) |could (?:you|i) |let me |"
    r"(?:be )?so kind as to )?(?:please )?"
    r"(?:show|list|see(?! (?:that|to))|pull up|bring up|tell|say|view|look at|display|check|print|open the"
    r"|let me know)\b"
)
SAVES_ONLY = re.compile(
    r"\b(?:save|store|register|link|remember)(?: down)? (?:my|this|a|our|these|that|the)(?: (?:new|other|second))? M\b"
    r"(?!.*\b(?:pay|charge|settle)\b)"
)
AUTOMATIC = re.compile(
    r"\bauto[- ]?pay\w*|\bauto[- ]?(?:bill|debit|draft|charge)\w*|\bautomatic(?:ally)?\b"
    r"|\brecurring\b|\bevery (?:single )?(?:month|time|billing)\b|\bevery new (?:bill|invoice)\b"
    r"|\bevery (?:bill|invoice) (?:that|when|as)\b|\beach (?:and every )?(?:month|time|new)\b"
    r"|\b(?:whenever|when|as soon as|any time|anytime) (?:a|an|my|the|any"
    r"|new)(?: \w+){0,2} (?:invoices?|bills?|one) (?:comes?|arrives?|is|are|gets?|posts?|drops?)\b"
    r"|\bas (?:they|bills|invoices) come\b|\bgoing forward\b|\bfrom now on\b|\bpays itself\b"
    r"|\bpay themselves\b"
)
IN_PARTS = re.compile(
    r"(?:\d|dollars|\$|half|little|some) (?:a|per|each|every)(?: (?:2|other|3|few))? (?:week|weeks"
    r"|month|months|paycheck|payday|fortnight)\b(?! from| after| later)|\binstall?ments?\b"
    r"|\bpayment (?:plan|arrangement|schedule)\b|\bpymt arrangement\b|\bslowly\b|\bon a plan\b"
    r"|\bmore time\b|\bbit by bit\b"
    r"|\blittle by little\b"
    r"|\bover (?:time|a (?:year|few|couple)|the next (?:few|couple|\d+)|several|\d+ (?:months|weeks"
    r"|payments))\b|\b(?:spread|split) (?:it|this|that|them|my \w+|the \w+) (?:out|up|over|into|in)\b"
    r"|\bwork (?:something|it) out\b|\bpay in \d\b"
)
NOW_AND_LATER = re.compile(
    r"\b(?:now|today|this (?:week|month)|upfront)\b.*\b(?:and|then|rest|remainder|other)\b.*\b(?:later"
    r"|next|in|on|after)\b"
)
STOPS_A_PAYMENT = re.compile(
    r"^(?:\W|please |ok |hey |can you |could you |i want to |i need to )*(?:stop|cancel|kill|void"
    r"|drop|scrap|call off|undo|halt|pull|delete|remove) (?:that|the|my|this)\b.*\bpayment\b"
)
SAVES_A_METHOD = re.compile(
    r"\b(?:put|store|save|keep|add|register|link) (?:my|a|an|this|another|the"
    r"|our) (?:(?!on\b)\w+ ){0,3}(?:card|visa|mastercard|amex|express|discover|account|bank|checking"
    r"|savings|debit|credit)(?: \w+)? on (?:file|my profile|record|the account|my account)\b"
)
MAKES_DEFAULT = re.compile(
    r"\b(?:make|set|use) (?:my |the )?.*\b(?:default|primary|main one|go-to)\b(?!.*\bpay\b)"
)
RATHER = re.compile(
    r"\b(?:would|i'd) rather (?:pay|use|do|put|it|have)\b(?!.* than pay)|\bsomething else\b"
    r"|\bprefer to (?:use|pay)\b"
)
ONLY_A_NOTE = re.compile(
    _LEAD + r"(?:i want to |i would like to |let us |can you |could you |for the |in the |as the )?(?:add|put"
    r"|attach|include|with|leave|write|set)? ?(?:in )?(?:a|the|this|my|an)? ?(?:note|memo|comment)\b"
)
HOW_TO_PAY = re.compile(
    _LEAD + r"(?:can you (?:tell|show) me |show me |tell me |i do not know |not sure )?(?:how|where) (?:do"
    r"|can|would|should|could|to|does|shall|am|are|must) ?(?:i|we|you|one|somebody|someone)?"
    rf"(?: (?:supposed to|go to|actually|even|just|now|go about|to|have to|need to|go))* (?:{_PAY}"
    r"|paying)\b(?! (?:off|less))"
)
IF_PAYING = re.compile(
    r"\b(?:if|when|suppose|supposing|say|imagine|assuming) (?:that )?(?:i|we"
    rf"|someone) (?:\w+ ){{0,2}}(?:{_PAY}|paid|paying|miss|set up)\b"
)
ASKS_WHETHER = re.compile(
    r"\b(?:can|could|may|should|am i able to|is it possible to|are we able to|would i be able to"
    r"|possible to|are you able to)(?: (?:i|we|people|you|one|customers|somebody|someone|anyone))?"
    r"(?: \w+)? pay(?: \w+){0,4} (?:by|with|via|in|using|through|over|at) (?:a |an |the "
    r"|my )?(?:paper |personal |cashier's |certified )?"
    r"(?:checks?|cheques?|cash|paypal|venmo|zelle|apple ?pay|google ?pay|crypto|bitcoin"
    r"|wire(?: transfer)?|money order|phone|mail|post|person|office|store|branch|counter|coins?|gift"
    r"|euros?|pesos|foreign|cash ?app|klarna|affirm)\b"
    r"|\b(?:can|could|may) (?:i|we) use (?:paypal|venmo|zelle|apple ?pay|google ?pay|crypto|bitcoin"
    r"|cash|checks?)\b"
    r"|\b(?:can|could|may) (?:i|we|you) pay (?:it |this |my bill |the bill |bills |that |here )?(?:by"
    r"|with|using|via) (?:a |an )?(?:credit |debit )?(?:card|visa|mastercard|amex|american express"
    r"|discover|diners|jcb|unionpay|ach|bank(?: transfer| account)?|debit|credit)\W*$"
    r"|\bdo (?:you|u) (?:guys |all |even |also )?(?:take|accept|support|allow|honou?r)\b|\b(?:can"
    r"|would|could|will) you (?:take|accept)\b(?! care|.*\b(?:from|out|off)\b)"
    r"|\b(?:is|are) (?!there)\w+ accepted\b"
)
PROVIDED = re.compile(
    r"\b(?:as long as|so long as|provided|only if|but only|assuming|if (?:it|you|that)(?: is| can| will)?"
    r"|on condition)\b"
)
LAST_FEW = re.compile(r"\W*(?:my |our )?(?:last|past|recent|previous) \d+ (?:invoices|bills|invoice)\W*")
HAPPENED = re.compile(
    r"\bpayment\b.*\b(?:bounced|was declined|got declined|declined|failed|went through|was made|was returned"
    r"|got returned"
    r"|did not (?:go|post|clear)|is pending|was rejected|never (?:went|posted|cleared))\b"
    r"|^\W*(?:(?:yes|no|but|ok|okay|hey|already|just|um)\W+)*(?:took care of|settled up|sent (?:the|it|in|you))\b"
)
"""Payments that were made, or tried."""
STATES = re.compile(
    r"^\W*(?:(?:so|ok|okay|hi|hey|hello|um|well|and)\W+)*(?:(?:i|we)|(?=just (?:got|received))) ?(?:have "
    r"|just |already |still |only "
    r"|am )*(?:got|get|received"
    r"|owe|see|saw|noticed|found|opened|looking at|was billed|is due)\b"
)
"""Facts that the person tells."""
WANTS_A_FILE = re.compile(
    r"\b(?:send|email|mail|forward|create|write|make|issue|draft|print|generate|fax|text)(?: (?:me|us|him|her"
    r"|them|out|over"
    r"|up|my \w+))? (?:an?|the|my|our|this|that|another|new)? ?(?:\w+ )?(?:invoices?|bills?|receipts?"
    r"|statements?|reports?"
    r"|cop(?:y|ies)|pdf)\b(?! (?:a |the |its |my )?(?:payment|money|\d+|\$))(?!.*\bpay)"
)
NO_PAYING = re.compile(
    r"\bon (?:hold|pause)\b|\b(?:visa|card|credit|amex|mastercard|discover) limit\b|\breasons? to\b"
    r"|\bor (?:i|we) (?:walk|leave|quit|sue|cancel|switch|(?:am|are) (?:gone|done|leaving|out)|will (?:sue"
    r"|leave|walk|cancel))\b"
)
YES_TO_THE_END = re.compile(
    r"^\W*(?:(?:lol|haha|ok|okay|um|oh) )?(?:y(?:es|eah|ep|up)|sure|(?:i have |there are )?no (?:more|further"
    r"|other)?)\b"
    r".*\b(?:y(?:es|eah|ep|up)|confirm(?:ed)?|proceed|go ahead|approved?)\W*$"
)
CANNOT = re.compile(
    r"\b(?:i|we) (?:\w+ )?(?:can not|could not|am not able to|are not able to|am unable to"
    r"|are unable to|will not be able to) (?:\w+ ){0,3}(?:pay|afford|cover|make (?:the|my|this"
    r"|a) payment|come up with)\b"
    r"|\b(?:i|we) would (?:\w+ )?pay (?:\w+ ){0,4}if\b|^can not (?:pay|afford)\b"
)
PAST = re.compile(
    r"\b(?:i|we|he|she|they|you|somebody|someone|anyone|(?:my|our) (?!bill|invoice|balance|account"
    r"|charge|payment)\w+)(?: (?:have|had|has"
    r"|already|just|did|think|thought|am|was|sure|swear|believe|even|all|also|guess|i|we)){0,4}"
    r" (?:paid|payed|made (?:a|the|my|that|this) (?:\w+ )?payment|sent (?:you |in )?(?:a |the |my "
    r"|that |this |\$?\d\S* )?(?:payment|money|check|dollars))\b"
    r"|\b(?:i|we)(?: (?:have|had|already|just|did)){0,3} (?:took|taken) care of\b"
    r"|\b(?:i|we) (?:have |had )?(?:already|just) (?:settled|cleared|squared|covered|handled|mailed|wired"
    r"|submitted|sent)"
    r"\b|\b(?:i|we) (?:settled|cleared|covered|squared|put)\b.*\b(?:yesterday|already|ago|last (?:night|week"
    r"|month|time))"
    r"\b|\bused (?:my|the) .*\bto (?:pay|settle)\b|^(?:\W|yes |no |ok |but )*(?:already|just) (?:paid"
    r"|payed|sent)\b|\bpaid (?:it |this |that |you )?(?:already|yesterday|last)\b"
)
FUTURE_PAYMENT = re.compile(
    r"'s payment\b|\bpayments? (?:that is |that was |which is |i have )?(?:set|scheduled|planned"
    r"|queued|due to go out|going out|for|on|coming)\b|\bscheduled\b"
)
USES = re.compile(
    r"\bnot\b.*?(?:,|;|\.(?!\d)|\b(?:but|just|only|instead|use|using|make it|switch|put it on)\b)"
)
ALTERS = re.compile(
    r"\b(?:but|only|except|though|instead|use|using|make|change|just|with|from|on|add|leave|take|skip"
    r"|drop|put|and|not|for|at|to|wait|actually|hold|save|until|by|switch|lower|raise|plus|in)\b"
    r"|^\W*(?:tomorrow|the|my|next|half|\$?\d)"
)
ALTERS_STRONGLY = re.compile(r"\b(?:but|instead|actually|change|except|though|wait)\b")
TARGET_CHANGED = re.compile(
    r"\b(?:change|changing|update|edit|fix|different|wrong|another)\b.{0,20}\b(?:amount|card|method"
    r"|invoices?|dates?|note|day|account)\b|\b(?:add|with) a note\b"
)
CORRECTS = re.compile(
    r"\b(?:no,? wait|wait|actually|scratch that|strike that|i mean|i meant|correction|or rather"
    r"|sorry(?! for\b| about| to\b| i am| but| if| that| my)"
    r"|oops|whoops|make (?:it|that)|instead(?! of)|on second thought"
    r"|change (?:it|that)|rather(?! than)|no(?=,))\b"
)
REPLACES_FIRST = re.compile(
    r"^\W*(?:(?:oh|hmm+|um+|uh|ah|ok|okay|hey|well|so|please|sorry|oops)\W+)*(?:actually|oops|whoops"
    r"|wait|no(?=,| (?:use|with|on|make|the|my|pay|i|put|do|it|change|\d|\$))|sorry(?! for\b| about| to\b"
    r"| i am| but| if| that| my)|i meant|i mean"
    r"|scratch that|make it|make that"
    r"|on second thought|instead|change|swap|switch (?!to account|accounts?)|replace|rather"
    r"|correction|nah|nope)\b|\binstead\b(?! of \w+ing\b)"
)
NO_FIRST = re.compile(
    r"^\W*(?:no|nope|nah|not|wait|oops|sorry|hmm|wrong)\b.*\b(?:the|my|use|with|make|said|meant|mean|on"
    r"|put|it should|should be|\$?\d)"
)
BARE_FILLER = re.compile(
    r"(?!\W*(?:please )?(?:bill|debit|charge|credit) (?:my|the|it)\b)(?:\W|\b(?:the|my|on|with|for"
    r"|please|thanks|thank you|and|to|a|an|number|numbers|invoice|invoices|bill|bills|one|ones|it|is"
    r"|in|of|by|from|at|card|cards|account|ending|ends|end"
    r"|just|only|um|uh|ok|okay|via|using|exactly|about|around|amount|dollars|those|these|both|option"
    r"|method|payment method|digits?|last|first|hmm|i think|maybe|let us say|say|like|or|then"
    r"|visa"
    r"|date|due|that|towards?|apiece|each|worth|company|our|as|off|this|next|day"
    r"|out|would|be|go with|let us|i want it|want it|i guess|i suppose|(?:no|not) later than|at the latest"
    r"|or sooner|or earlier|probably|well|so|kind of|sort of|huh)\b)*"
)
FOR_SOMEBODY = re.compile(
    r"\W*(?:and |now |also )?(?:for|as|on behalf of)\b(?:\W|\b(?:the|account|please|now|instead"
    r"|this time)\b)*"
)
DIFFERENT = re.compile(
    r"^\W*\*|\b100 ?(?:%|percent)|\b(?:different|another|other|else)\b"
    r"|\b(?:on|onto|to|towards?|off) (?:my|the|our) (?:account|bill|balance|invoice)\b"
)
"""Wordings that are no bare value: another than before, or money put on an account."""
RATHER_THAN_PAY = re.compile(r"\b(?:would|i'd) rather\b.* than (?:pay|give you)\b")
TERMS = re.compile(
    r"\b(?:am i|are we|is (?:it|one|anyone)) (?:allowed|ok|okay|permitted|possible) to (?:\w+ )?pay\b"
    r"|\b(?:what happens|would it|will it|does it|is it|would i|will i)\b.* if (?:i|we) (?:\w+ )?(?:pay"
    r"|paid|do not pay)\b"
)
ORDERS_FIRST = re.compile(r"^(?:\W|please |so |just |now |ok |okay |hi |hey |can you |could you )*pay\b")
EVIDENCE = re.compile(
    r"\b(?:pay\w*|paid|settl\w+|charg\w+|put|send\w*|appl(?:y|ies)|bills?|billed|invoices?|payments?"
    r"|tak(?:e|en|ing)"
    r"|run|running|use|using|debit\w*|clear\w*|knock|throw|toss|drop|hit|schedul\w+|process\w*|cover\w*"
    r"|handle|handled|squar\w+|get|gotten|catch|caught|submit\w*|remit\w*|finish\w*|zero|wip(?:e|ing)|post"
    r"|authori[sz]e\w*|draw|stick|do|transfer\w*|money|owe\w*|due|balance|account|tab|amounts?|dollars|total"
    r"|chuck|make|bring|deduct|pull|chip|give|let|place|issue|execute|autopay|everything|all|off|on)\b|\$|\d"
)
"""Some word of this kind stands in every order to pay, misspelt ones apart."""
PAYMENTS = re.compile(r"\b(?:payments|transactions)\b")
PAY_WORD = re.compile(r"\bpay\b")
ADDS = re.compile(r"\b(?:also|too|as well|add|next|later|every|each|rest|half|until)\b")
