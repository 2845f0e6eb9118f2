"""What every flow works with: the desk (facts, time, company) and the reply it gives. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bot.context import Context
from bot.effects import ActionFinished, Effect, Event, Line, PersonSaid, Say, Value
from bot.flows.facts import Facts
from bot.messages import Option
from bot.render import phrase
from bot.state import Conversation, Prompt, PromptKind

CODE_WINDOW = dt.timedelta(minutes=1)
Next = Literal["rest", "go_on", "again"]
"""After a reply: nothing more; the flow on top goes on; or what was asked is asked again beside it."""


@dataclass(frozen=True)
class Desk:
    """Everything that a flow may look at, beside the state."""

    context: Context
    facts: Facts
    cause: Event

    @property
    def now(self) -> dt.datetime:
        return self.context.now

    @property
    def by_person(self) -> bool:
        """Whether the person's own message is what is being answered."""
        return isinstance(self.cause, PersonSaid)

    def phrase(self, state: Conversation, value: Value) -> str:
        """A value in words, for a menu."""
        return phrase(value, self.context.texts, state.language)

    def company(self) -> dict[str, Value]:
        return {"company": self.context.company.name, "support": self.context.company.support}


@dataclass(frozen=True)
class Reply:
    """What a flow came to."""

    state: Conversation
    effects: tuple[Effect, ...] = ()
    next: Next = "rest"

    @property
    def says(self) -> tuple[Say, ...]:
        return tuple(e for e in self.effects if isinstance(e, Say))

    def and_then(self, other: Reply) -> Reply:
        """`other`, which was worked out from this reply's state, after this."""
        return replace(other, effects=self.effects + other.effects)


def tell(state: Conversation, key: str, then: Next = "rest", /, **values: Value) -> Reply:
    """One message that asks nothing."""
    return Reply(state, (Say(text=key, values=values),), then)


def ask(state: Conversation, desk: Desk, kind: PromptKind, say: Say, *, prompt: Prompt | None = None) -> Reply:
    """One message that asks something: the state remembers what, to read the answer."""
    base = prompt or Prompt(kind=kind, say=say, asked_at=desk.now)
    asked = base.model_copy(update={"say": say, "options": say.options, "asked_at": desk.now})
    return Reply(state.model_copy(update={"prompt": asked}), (say,))


def menu(state: Conversation, desk: Desk, items: Sequence[tuple[str, Value]]) -> tuple[Option, ...]:
    """Options from (value, how it reads)."""
    return tuple(Option(value=value, label=desk.phrase(state, label)) for value, label in items)


def event_id(event: Event) -> str:
    """The id that everything done for this event is derived from."""
    match event:
        case PersonSaid():
            return event.incoming.event_id
        case ActionFinished():
            return event.event_id
        case _:
            return event.event_id


def sentence(key: str, **values: Value) -> Line:
    return Line(text=key, values=values)
