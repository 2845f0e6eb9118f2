"""Wordings that decide between two other intents, or take an utterance away from paying. Data and one lookup. Pure.

Each ruling reads the masked form of `nlu.rulings.commands` and speaks only where the learned first choice is one
that is known to be wrong there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_PAYING = ("make_payment", "affirm", "inform", "change")
_LOST = ("out_of_scope", "cancel", "deny", "repeat", "goodbye", "thank", "greet")
_SO = r"^\W*(?:just |only |do |ok |okay |and )*"
_SOMEBODY = (
    r"(?:a |an |some ?|any ?|one of |your |the |real |actual |live |human |customer |support |in charge )*"
    r"(?:person|human|agent|rep|representative|body|one|manager|supervisor|operator|people|service|associate)"
)


@dataclass(frozen=True, slots=True)
class _Aside:
    intent: str
    tops: tuple[str, ...]
    """The first choices that it overrules."""
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None = None


_ASIDES = (
    _Aside(
        "list_payments",
        ("inform", "list_invoices", "out_of_scope", "make_payment", "check_due_date"),
        re.compile(
            r"^\W*(?:(?:my|all|the|any|our|show|list) )*payments(?: made| sent| i made| we made)?"
            r"(?: (?:in|for|from|since|during|of|on))? [PD]\W*$"
        ),
    ),
    _Aside(
        "inform",
        ("check_balance",),
        re.compile(r"^\W*(?:(?:my|the|our|just|only) )*W(?: (?:you guys|you|please|thanks|thank you|still))*\W*$"),
        re.compile(r"\?"),
    ),
    _Aside(
        "make_payment",
        ("inform",),
        re.compile(
            r"^\W*A (?:on|onto|to|toward|towards|off) (?:my|the|our) (?:account|bill|balance|tab)(?: please"
            r"| thanks)?\W*$"
        ),
    ),
    _Aside(
        "check_balance",
        ("list_invoices", "check_due_date", *_LOST),
        re.compile(
            r"\b(?:what is|how much is|how much) (?:left|remaining|still owed|still due|owed"
            r"|outstanding) (?:on|for) I\b"
        ),
    ),
    _Aside(
        "check_balance",
        ("out_of_scope", "help", "ask_terms", "check_due_date"),
        re.compile(
            r"\bhow (?:many|much) (?:\w+ )?(?:do |must |should )?(?:i|we) (?:\w+ )?(?:must|have|need|should"
            r"|got)(?: to| got to)*"
            r" pay\b|\b(?:what|how much) (?:it is |is it )?(?:that )?(?:i|we) (?:still |currently |even |really )*owe\b"
        ),
        re.compile(r"\b(?:least|minimum|extra|fees?|month|late|not)\b"),
    ),
    _Aside(
        "change",
        ("out_of_scope", "inform"),
        re.compile(
            r"^\W*(?:(?:please|ok|okay|can you|let us|i want to) )*(?:switch|change|swap)(?: it| this| over| back)* to"
            r" (?:my |the )?M\W*$"
        ),
    ),
    _Aside(
        "list_invoices",
        ("get_document", "inform"),
        re.compile(r"\b(?:invoice|bill|billing) (?:history|list)\b"),
        re.compile(r"\b(?:send|email|mail|pdf|copy|copies|download|statements?|reports?|export|file)\b"),
    ),
    _Aside(
        "change",
        ("out_of_scope", "deny", "cancel"),
        re.compile(
            r"\b(?:on second thought|what i said|i said before)\b.*\b(?:change|make|switch|set|put) (?:it|that)\b"
            r"|\b(?:change|make|switch|set|put) (?:it|that) to\b.*\b(?:on second thought|what i said|i said before)\b"
        ),
    ),
    _Aside(
        "change",
        ("reschedule_payment",),
        re.compile(r"\b(?:what i said|i said before|i said earlier|on second thought)\b"),
        re.compile(r"\b(?:payment|payments|scheduled|auto ?pay)\b"),
    ),
    _Aside(
        "out_of_scope",
        ("thank", "switch_account", "check_balance", "list_invoices", "check_due_date", "goodbye", *_PAYING),
        re.compile(
            r"\bthanks for (?:nothing|ruining|wasting)\b"
            r"|^\W*(?:sure|yeah|yes|yep|right|okay|ok|oh)[, ]+(?:sure[, ]+)?and (?:i am|i'm|my \w+ is"
            r"|pigs)\b(?! (?:ready|done"
            r"|happy|fine|good|paying|using|sure|the (?:owner|account)))"
            r"|^\W*(?:oh|wow|great|gee|yay|wonderful|fantastic|lovely|awesome|ugh|just great|just|perfect"
            r"|nice)\b[^?]*\b(?:another"
            r"|one more|more) (?:bill|invoice|charge|fee)s?\b(?!.*\b(?:pay|show|send|why|how)\b)"
        ),
    ),
    _Aside(
        "list_invoices",
        ("check_balance", "check_due_date", *_LOST, *_PAYING),
        re.compile(
            r"\b(?:show|list|see|view|pull up|display|bring up|look at)(?: me)?(?: just| only| all)?(?: the| my| our)?"
            r"(?: what is| what are| whatever is| anything)? I\b"
        ),
        re.compile(r"\b(?:balance|how much|total|scheduled|payments?|pay|due date)\b"),
    ),
    _Aside(
        "reschedule_payment",
        ("cancel_scheduled_payment", "cancel", "deny", "change"),
        re.compile(
            r"\b(?:not (?:want to )?|instead of )(?:cancel\w*|stop\w*|drop\w*|delet\w*) (?!it\b|this\b|that\b)"
            r".*\b(?:move|push|reschedule|shift|slide|bump|postpone|delay)\b"
        ),
    ),
    _Aside(
        "deny",
        ("cancel_autopay", "enroll_autopay"),
        re.compile(
            r"\b(?:do not|never) (?:\w+ )?(?:turn|stop|cancel|disable|remove|end|enroll|sign|set|start|enable"
            r"|put|switch)"
            r"\b.*\bauto ?(?:matic )?pay"
        ),
        re.compile(r"\b(?:just|instead|but|want|need)\b"),
    ),
    _Aside(
        "cancel_autopay",
        ("enroll_autopay", "check_autopay", "make_payment", *_LOST),
        re.compile(
            r"\b(?:stop|stp|stpo|end|kill|cxl|quit) (?:my |the |our )?auto ?pay"
            r"|\bauto ?pay(?:ments?)? (?:please )?off\b|\b(?:turn|switch|shut|take) (?:(?:me|my|the|our) )*"
            r"(?:auto ?pay(?:ments?)? off?\b(?! W| I| A)|off? (?:of )?(?:my |the |our )?auto ?pay)"
        ),
        re.compile(r"\?|\bnot\b|^\W*(?:is|am|was|did|why|when|how)\b"),
    ),
    _Aside(
        "enroll_autopay",
        ("cancel_autopay", "check_autopay", *_LOST),
        re.compile(
            r"^\W*(?:please )?auto ?pay (?:please )?on\b|\b(?:turn|switch) (?:(?:my|the|our) )*(?:auto ?pay on\b|on"
            r" (?:(?:my|the|our) )*auto ?pay)"
        ),
        re.compile(r"\?|\bnot\b|^\W*(?:is|am|was|did|why|when|how)\b"),
    ),
    _Aside(
        "talk_to_human",
        (*_LOST, *_PAYING, "ask_terms"),
        re.compile(
            rf"\b(?:want|need|like|let me|can i|could i|may i|please|prefer|rather|get me|have) (?:to )?(?:please )?"
            rf"(?:talk|speak|chat|get|be connected|connect me|transfer me)(?:ing)? (?:to |with |me )*{_SOMEBODY}\b"
        ),
        re.compile(r"\bnot (?:want|need|have) to (?:talk|speak)\b|\bafter i\b"),
    ),
    _Aside(
        "ask_terms",
        ("check_balance", "check_due_date", "list_payments", "help", *_PAYING, *_LOST),
        re.compile(
            r"\b(?:least|minimum|lowest|smallest|most|maximum|max|min)\b.{0,24}\b(?:allowed|permitted|able"
            r"|can|have to|must"
            r"|get away with)(?: to)?\b.{0,20}\bpay(?:ing)?\b"
            r"|\b(?:is|are) there (?:a |an |any )?(?:minimum|maximum|max|min|limit)\b"
            r"|\b(?:suppose|supposing|say|what if|if) (?:i|we) pay\b.*\b(?:too late|late|fees?|penalt\w+"
            r"|interest|okay|ok"
            r"|problem|charged extra)\b"
        ),
    ),
    _Aside(
        "deny",
        ("change", "make_payment", "affirm", "inform", "ask_terms", "check_balance", "list_payments", *_LOST),
        re.compile(
            r"\b(?:like|as if) i (?:am|would|will|was)(?: \w+)? (?:going to )?(?:ever )?pay"
            r"|\bin your dreams\b|\bfat chance\b"
            r"|\bover my dead body\b|\bwhen (?:hell freezes over|pigs fly)\b|\bnot a chance\b"
        ),
    ),
    _Aside(
        "deny",
        ("remove_payment_method", *_LOST),
        re.compile(
            r"(?:^\W*|[,.;!] |\b(?:so|but|please|and|no) )(?:please )?(?:do not|never)(?: you)?(?: dare)?"
            r"(?: ever| try to)? (?:pay|charge|run|process|send|submit|hit|debit|bill)(?: (?:it|that|this|them|anything"
            r"|everything|W|I|A|M|my \w+|the \w+|me)| M)"
        ),
        re.compile(r"\b(?:delete|remove|why|cancel)\b|\?"),
    ),
    _Aside(
        "help",
        ("ask_terms", "make_payment", "affirm", "inform", "list_payments"),
        re.compile(
            r"\bhow (?:do|can|would|should|could) (?:i|we|you) (?:confirm|submit|approve|authori[sz]e"
            r"|complete|finish|send"
            r"|schedule)(?: off on)? (?:a|the|my|this|it)\b"
        ),
    ),
    _Aside(
        "list_payments",
        _LOST,
        re.compile(
            r"\b(?:already|just|have|has|had|(?:my|our) \w+|he|she|i|we) (?:already )?(?:paid|sent|made"
            r"|mailed|submitted)"
            r"(?: in)? (?:the|my|our|this|that|your) (?:\w+ )?(?:payment|bill|invoice|balance)\b"
        ),
        re.compile(r"\b(?:not|never|if|should|would)\b|\?|\b(?:rent|phone|electric|water|gas|internet|cable) bill\b"),
    ),
    _Aside(
        "inform",
        ("change",),
        re.compile(rf"{_SO}I,? (?:but not|but skip|but leave out|except|minus|excluding) I\W*$"),
    ),
    _Aside(
        "inform",
        ("list_invoices",),
        re.compile(rf"{_SO}I\b.{{0,3}} (?:but|except|minus|excluding|without|besides|not|save)\b.*I"),
        re.compile(r"\?"),
    ),
    _Aside(
        "cancel",
        ("change", "make_payment", "affirm", "inform", "out_of_scope", "deny"),
        re.compile(r"\b(?:changed my mind|having second thoughts|thought better of it)\W*$"),
        re.compile(r"\b(?:if|use|make it)\b"),
    ),
    _Aside(
        "cancel",
        ("out_of_scope", "thank", "deny"),
        re.compile(
            r"^\W*(?:(?:just|no|ok|oh|eh|ugh|um|hey|you know what|please|never mind|let us)[ ,]+)*(?:forget"
            r"|scrap|drop|abort)"
            r" (?:about )?(?:it|this|that|(?:the )?(?:w?hole )?(?:thing|deal|payment|order|process))"
            r"(?: all| please| altogether| for now)?\W*$"
        ),
    ),
)


def aside(form: str, top: str) -> str | None:
    """The intent that the wording of a masked form decides, where `top` is the learned first choice; None where
    none does."""
    for ruling in _ASIDES:
        if (
            top in ruling.tops
            and ruling.pattern.search(form)
            and not (ruling.unless is not None and ruling.unless.search(form))
        ):
            return ruling.intent
    return None
