"""Yes with and without riders. Pure; reads the normal form of the grammar."""

from __future__ import annotations

import re

from nlu.grammar.lexicon_en import words_of
from nlu.grammar.spelling import Nearby

_WORDS = words_of("""
    that'll suer sre away huh got much carry charge so else
    a absolutely accept accepted affirmative again agree agreed ahead all alright already am amount
    amounts an and any anything approve approved approves are as authorise authorised authorize
    authorized awesome aye bet big boss bro buddy by card cards cash certainly charge check checked
    checks cheers clear come complete completely con conditions confirm confirmed confirms confirming
    consent continue cool correct correctly course dear definitely di do doing done dude duh enough
    everything exactly excellent fine finalize finally for friend fully get give given go goahead going
    good gotcha granted great green guess happen happily happy have haha heck hell hey hi hit hm hmm
    hundred i in indeed is it just k keep kk lady lgtm let lets light like lol looks love lovely ma'am
    mam madam make man mark mate mean me mhm mhmm mine mm my nice nicely now of ok okay okey okie dokey
    dokie on onward oui our out paid paybot payment payments pay percent perfect perfectly permission
    please pleased pleasure positive possible proceed process promise pull quite read ready really right
    roger rock roll same send sent set ship shown si sir situation smart soon sounds splendid submit
    super sure surely take team terms thank thanks that the them then there these they can at here rite
    thing things this those through thumbs to totally trigger true um uh up us want we well what
    whatever will wonderful word would works xoxo y ya yah yas yay ye yea yeah yeap yee yep yepp yeppers
    yes yessir yessum yo you your yup yuppers do's fo sho time third second tenth hundredth umpteenth last
    final til matches verified matched said with one
    ones may be so next about from say seems means young sending that'd obviously thats ahed yes'm
    heavens gladly yesh yse yis yrs surre fo cuz huhuh okeydokey uhhuh lot uhuh ywa ys yeh work rip many more
    times mhmm
""")
_ORDINARY = words_of("""
    tank tanks given gave payed paying lights tight night might fight sight eight soda beaten shape
    charged charges chance change continued greet treat threat wants words thinks thinking really party
    least lease leads leader leave alive steady reads wound sold could would where there their those
    whose these shops ships chip sends lover loved
""")
"""Real words near one that agrees, which do not."""
_NEAR = Nearby(_WORDS)
_NEAR_YES = Nearby(
    [
        "confirm",
        "confirmed",
        "correct",
        "proceed",
        "agree",
        "agreed",
        "ahead",
        "approve",
        "absolutely",
        "definitely",
        "accept",
        "submit",
        "perfect",
        "continue",
        "right",
        "goahead",
        "approved",
    ]
)
_YES = re.compile(
    r"^\W*(?:(?:um+|uh+|oh|well|hmm+|ah|so|and|please|hi|hey)\W+)*"
    r"(?:y(?:e+s+|ea+h*|e+p+|u+p+|a+s*|eppers|es+ir|es*)?|yes|ok(?:ay|ie|ey)?|o\.k\.|sure|alright"
    r"|all right|right|correct|confirm(?:ed)?|fine|perfect|great(?! news)|good(?! (?:day|morning"
    r"|evening|afternoon|night|thing))"
    r"|agreed|approved?|absolutely|definitely|certainly|affirmative|of course|go ahead|sounds good"
    r"|looks good|that is (?:right|correct|fine|good)"
    r"|i agree|i confirm|proceed|do it|go for it|si|k+|u?h?uh huh|mhm+|cool|no problem|exactly"
    r"|totally|bet|aye)(?![\w'])"
)
_ASSENT = re.compile(
    r"\b(?:y(?:e+s+|ea+h*|e+p+|u+p+|a+s*|eh|ay|es\w*|ahs?|e|a|w?a|r?s|is|se)?|yeppers|yuppers|ok(?:ay"
    r"|ie|ey)?|o\.k\.?"
    r"|k+|sure\w*|surre|suer|sho|fo|all ?right|right|rite|correct\w*|confirm\w*|fine|perfect\w*|great"
    r"|good|agreed?"
    r"|accept\w*|approved?s?|approves|absolutely|definitely|certainly|affirmative|of course|go ?ahead"
    r"|ahead|proceed\w*"
    r"|do it|do that|go for it|si|oui|da|huh uh|uh ?huh|uhuh|m+ ?hm+|mhm+|cool|exactly|totally|bet|aye"
    r"|indeed|sounds|looks"
    r"|authori[sz]e\w*|process it|process|submit|pay|charge it|make it so|ship it|lgtm|works?|happy"
    r"|green light|thumbs up"
    r"|roger|why not|by all means|trigger|let it rip|continue|finalize|complete it|true|obviously|duh"
    r"|gladly|pleasure"
    r"|permission|consent|granted|happen|next|may|send it|rock|gotcha|10-4|you got it|that is the one"
    r"|that one|this one"
    r"|verified|checks out|positive|heck|hell|certain|love|ready|all set|no (?:problems?|objections?"
    r"|changes?|worries)"
    r"|(?:further|more) (?:changes|questions)|done|get it done|100 ?%|percent|a thousand times|guess|fo"
    r"|seems|matches|ya|suer|sre|charge away|carry on|keep going|onward|do so|that'?(?:ll| will) do"
    r"|we are good|you got it|i do|alright|ya|suer|sre|that will do|we are good|i am good|you got it"
    r"|complete|i do"
    r"|do so|charge away|carry on|keep going|onward|o+k+a+y+|go|let us|please do|do please|want"
    r"|that is (?:it|what)|hit it|may"
    r"|aproved)\b"
)
_HARMLESS = re.compile(
    r"^\W*why,? (?=yes)|\bno (?:problems?|objections?|changes?|worries|doubts?|complaints?|issues?"
    r"|(?:more |further |other )?questions?|concerns?|need to (?:change|ask|check|wait)(?: \w+)?"
    r"|brainer|(?:further |more |other )changes?)\b|^\W*no(?:pe)?,? (?:that is|i am|we are) (?:all|good"
    r"|it|fine)\b"
    r"|\bi have no (?:more |further )?(?:questions?|objections?)\b|\bwhy not\b|\bnot a (?:problem"
    r"|doubt)\b|\b(?:nothing|not anything) (?:else|more|to change|to add)\b"
    r"|\bthousand times\b|\b(?:1000|100|1000000) (?:times|percent)\b|\b100 ?%|\bdo not see why not\b"
    r"|\bno,? that is (?:right|fine|correct|all|it)\b|\bno notes?\b|\b(?:do|can) not (?:change|see) "
    r"(?:anything|any)(?: (?:wrong|problems?|issues?))?\b|\bnothing wrong(?: with (?:it|that))?\b"
    r"|\bwithout (?:a )?doubt\b"
)
_NEGATION = re.compile(
    r"\b(?:not|no|nope|nah|never|none|nothing|without|wait|stop|hold on|hold up|hang on|hate|wrong"
    r"|refuse|cancel|don|neither|nor|let it go)\b(?! through)"
)
_CONDITION = re.compile(
    r"\b(?:if|unless|as long as|so long as|provided|assuming|once|depends?|depending|whether|maybe"
    r"|perhaps|might|except|only|but|however|though"
    r"|although|after|before|until|when|later|instead|actually|change|first|almost|would say|should"
    r"|could have|supposed)\b|\bwhat(?:ever)? you (?:want|like)\b|\bwhatever\W*$"
    r"|^\W*(?:just |please |to )?(?:say|type|reply|text|write|press|answer) (?:a |me )?(?:yes|yeah|y|yep"
    r"|confirm|ok)\b|\bye?a?h?,? right(?=\W*$"
    r"|,? (?:lol|haha|very|sure|ok))|^\W*right (?:now"
    r"|away)\W*$"
)
_QUESTION = re.compile(
    r"\?|^(?:is (?:it|that|this|the|my|there|your)|are|am i|was|were|do (?:you|i|we|they)|does|did"
    r"|will (?:it|you|i|that|this|there|my)|can (?:i|it|that)|could|should|who|what|when"
    r"|where|which|how|whose)\b|\b(?:what|when|where|which|who|how)\b(?! (?:i (?:want|said|meant"
    r"|like)|you (?:said|have|want)|ever))"
)
_RESTATES = re.compile(
    r"\b(?:is|are|looks?|sounds?|seems?) (?:all )?(?:right|correct|fine|good|ok|okay|perfect|great|it"
    r"|what i (?:want|meant|said)|my card|the one|the right)\b|\b(?:that is|it is) (?:my|the)\b"
    r"|\bi mean\b|\bworks\b"
)


def starts_with_yes(text: str) -> bool:
    """Whether the first thing said is a yes."""
    return _YES.match(text) is not None


def rest_after_yes(text: str) -> str:
    """What follows the first yes."""
    match = _YES.match(text)
    return text[match.end() :] if match else text


def _known(word: str) -> bool:
    if word in _WORDS:
        return True
    squeezed = re.sub(r"(.)\1+", r"\1", word)
    if squeezed in _WORDS or re.sub(r"(.)\1{2,}", r"\1\1", word) in _WORDS:
        return True
    return word not in _ORDINARY and _NEAR.find(word) is not None


def plain(text: str, rest: str, *, values: bool) -> bool:
    """Whether an utterance that is taken for a yes may be one: nothing in it alters, conditions, questions
    or negates.

    `text` is the normal form, `rest` the same with every value of the grammar taken out; `values` says that
    there were such values. At least one word must agree, unless there are no words (a thumbs up).
    """
    said = _HARMLESS.sub(" ", text)
    if _NEGATION.search(said) or _CONDITION.search(said) or _QUESTION.search(said):
        return False
    if (
        values
        and not _RESTATES.search(text)
        and not re.search(r"\b(?:1000|100|1000000) times\b|100 ?(?:%|percent)", text)
    ):
        return False
    words = re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", _HARMLESS.sub(" ", rest))
    if words and not _ASSENT.search(text) and not any(_NEAR_YES.find(word) for word in words):
        return False
    return all(_known(word) for word in words)
