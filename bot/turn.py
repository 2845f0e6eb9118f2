"""One turn: the oldest unhandled event of a conversation, worked out and committed. The only interpreter of effects.

    next_waiting -> understand and step (asking the payment service where the core wants to know) -> commit

Everything up to the commit reads, or can be repeated without harm; the commit is one short transaction that writes
the state, the events, and what is to be done to the world (texts, payment requests) as effects. A crash before it
leaves the row unhandled, and the turn is worked out again; after it, the effects are there. Two turns of one
conversation at once (two processes) are told apart by its revision: the later one begins anew.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import assert_never

import structlog
from pydantic import TypeAdapter

from actions.calls import Call, Result
from bot import metrics
from bot.context import Company, Context
from bot.effects import Act, ActionFinished, Escalate, Event, OptChanged, PaymentChanged, PersonSaid, Say
from bot.keywords import carrier, plain_opt_out
from bot.messages import Channel, Incoming, Outgoing
from bot.render import Texts, render
from bot.state import Conversation, restore
from bot.step import step
from bot.store import ATTEMPTS_MAX, Commit, ConversationMoved, Store, Waiting
from bot.tables import INBOX
from durable.database import AWAY, reason
from durable.effects import Effect
from durable.worker import Crash, no_crash
from nlu.frame import Nlu

log = structlog.get_logger(__name__)

CHANNEL: TypeAdapter[Channel] = TypeAdapter(Channel)
STEPS_PER_TURN_MAX = 16
MOVED_RETRIES_MAX = 50
SWEEP_SECONDS = 0.5
BINDING = ("confirm", "cancel_scheduled")
"""Prompts whose yes moves something: it counts only where the prompt had gone out before it came."""

Performer = Callable[[Call, str], Awaitable[Result]]
"""Carries out a call under an idempotency key (actions.perform, bound to its client)."""
Addresser = Callable[[Conversation, str, Outgoing, dt.datetime], Effect]
"""Makes the effect that delivers a message on a channel: (conversation, key, message, when it was decided)."""


class TooManySteps(Exception):
    """A turn did not come to rest: a defect of a flow."""

    def __init__(self, conversation: str) -> None:
        super().__init__(f"more than {STEPS_PER_TURN_MAX} steps in a turn of {conversation}")


@dataclass(slots=True)
class _Draft:
    """What a turn has come to so far."""

    state: Conversation
    events: list[Event] = field(default_factory=list)
    says: list[Say] = field(default_factory=list)
    requests: list[Act] = field(default_factory=list)
    escalations: list[Escalate] = field(default_factory=list)


class Turns:
    """Works out turns, conversations beside each other, the events of one in order."""

    def __init__(
        self,
        store: Store,
        *,
        nlu: Nlu,
        perform: Performer,
        addressers: Mapping[str, Addresser],
        company: Company,
        texts: Texts,
        callback_url: Callable[[str], str | None] = lambda conversation: None,
        concurrency: int = 32,
        crash: Crash = no_crash,
    ) -> None:
        self.store = store
        self._nlu = nlu
        self._perform = perform
        self._addressers = addressers
        self._company = company
        self._texts = texts
        self._callback_url = callback_url
        self._concurrency = concurrency
        self._crash = crash
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._held_up = False
        """Something waited while its conversation was busy, or there was no room."""
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Handles what arrives until `stop`, then ends what it has begun."""
        with self.store.db.bell.listener(INBOX.name) as listener:
            while not self._stopping.is_set():
                try:
                    waiting = await self.store.conversations_waiting()
                except AWAY as error:
                    log.warning("inbox_unreadable", error=reason(error))
                    waiting = []
                for conversation in waiting:
                    self._start(conversation)
                await listener.wait(SWEEP_SECONDS)
        await asyncio.gather(*self._busy.values())

    def stop(self) -> None:
        """Begins no more turns; `run` returns when those under way have committed."""
        self._stopping.set()
        self.store.db.bell.ring(INBOX.name)

    async def waiting(self) -> bool:
        """Whether a turn is under way, or an event of ours waits for one."""
        return bool(self._busy) or bool(await self.store.conversations_waiting(limit=1))

    async def drain(self) -> int:
        """Handles everything that waits now; how many events that was."""
        count = 0
        while waiting := await self.store.conversations_waiting():
            for conversation in waiting:
                while await self.handle_next(conversation):
                    count += 1
        return count

    def _start(self, conversation: str) -> None:
        if conversation in self._busy or len(self._busy) >= self._concurrency:
            self._held_up = True
            return
        task = asyncio.create_task(self._handle_all(conversation), name=f"turn:{conversation}")
        self._busy[conversation] = task
        task.add_done_callback(lambda _: self._ended(conversation))

    def _ended(self, conversation: str) -> None:
        self._busy.pop(conversation, None)
        if self._held_up:
            self._held_up = False
            self.store.db.bell.ring(INBOX.name)

    async def _handle_all(self, conversation: str) -> None:
        try:
            while not self._stopping.is_set() and await self._next(conversation):
                pass
        except AWAY as error:
            log.warning("turn_interrupted", conversation=conversation, error=reason(error))
            await asyncio.sleep(SWEEP_SECONDS)

    async def handle_next(self, conversation: str) -> bool:
        """Handles the conversation's oldest waiting event; False where there is none."""
        return await self._next(conversation) is not None

    async def _next(self, conversation: str) -> bool | None:
        """Handles the oldest waiting event; whether more may wait, None where none did."""
        for _ in range(MOVED_RETRIES_MAX):
            waiting = await self.store.next_waiting(conversation)
            if waiting is None:
                return None
            try:
                return await self._handle(waiting)
            except ConversationMoved:
                continue
        return True  # contended beyond reason

    async def _handle(self, waiting: Waiting) -> bool:
        """One turn; whether more events of the conversation wait."""
        with metrics.TURN_SECONDS.time():
            commit: Commit | None
            try:
                commit = await self._work_out(waiting)
            except (*AWAY, ConversationMoved):
                raise
            except Exception:  # noqa: BLE001  the outer edge of every turn
                commit = await self._failed(waiting)
            if commit is None:
                return True
            self._crash("turn:worked_out")
            more = await self.store.commit(commit)
        self._crash("turn:committed")
        metrics.TURNS.labels(kind=waiting.kind, outcome="parked" if commit.parked else "handled").inc()
        log.info(
            "turn", conversation=waiting.conversation, event_id=waiting.event_id, kind=waiting.kind,
            effects=[effect.key for effect in commit.effects], revision=waiting.revision + 1,
        )  # fmt: skip
        return more

    async def _failed(self, waiting: Waiting) -> Commit | None:
        """After a defect: tries again a little later, in the end parks the event with an apology."""
        log.exception("turn_failed", conversation=waiting.conversation, event_id=waiting.event_id, seq=waiting.seq)
        metrics.TURNS.labels(kind=waiting.kind, outcome="failed").inc()
        await self.store.count_attempt(waiting.seq)
        if waiting.attempts + 1 < ATTEMPTS_MAX:
            await asyncio.sleep(0.05 * 2**waiting.attempts)
            return None
        # News of a payment that cannot be told is for a person: an apology would deny what may have been charged.
        sorry = [self._about_us("sorry_defect")] if waiting.kind == "message" else []
        draft = _Draft(self._new(waiting), says=sorry)
        return Commit(
            waiting=waiting, state=None, events=(), effects=self._effects(waiting, draft), parked=True,
            escalations=[(None, f"defect: {waiting.kind} {waiting.event_id} could not be handled")],
        )  # fmt: skip

    async def _work_out(self, waiting: Waiting) -> Commit:
        state = self._conversation(waiting)
        if waiting.kind == "message":
            incoming = Incoming.model_validate(waiting.payload | {"received_at": waiting.received_at})
            special = self._keyword(waiting, incoming, state)
            if special is not None:
                return special
            if state.prompt is not None and state.prompt.kind in BINDING:
                incoming = incoming.model_copy(update={"unseen": await self.store.unseen(waiting, state.prompt.shown)})
            frame = self._nlu.parse(incoming.text, state.today(waiting.now))
            draft = await self._steps(waiting, state, PersonSaid(incoming=incoming, frame=frame))
        elif waiting.kind == "action":
            draft = await self._steps(waiting, state, ActionFinished.model_validate(waiting.payload))
        else:
            draft = await self._steps(waiting, state, PaymentChanged.model_validate(waiting.payload))
        return Commit(
            waiting=waiting, state=draft.state.model_dump_json(), events=draft.events,
            effects=self._effects(waiting, draft),
            escalations=[(e.account, e.reason) for e in draft.escalations],
        )  # fmt: skip

    async def _steps(self, waiting: Waiting, state: Conversation, first: Event) -> _Draft:
        """Steps until nothing more is asked."""
        context = self._context(waiting)
        draft, queue = _Draft(state), [first]
        for _ in range(STEPS_PER_TURN_MAX):
            if not queue:
                return draft
            event = queue.pop(0)
            done = step(draft.state, event, context)
            draft.state = done.state
            draft.events.append(event)
            questions: list[Act] = []
            for effect in done.effects:
                match effect:
                    case Say():
                        draft.says.append(effect)
                    case Act(call=call):
                        (draft.requests if call.durable else questions).append(effect)
                    case Escalate():
                        draft.escalations.append(effect)
                    case _:
                        assert_never(effect)
            queue += await asyncio.gather(*(self._ask(waiting, act) for act in questions))
        raise TooManySteps(waiting.conversation)

    async def _ask(self, waiting: Waiting, act: Act) -> ActionFinished:
        result = await self._perform(act.call, _key(act))
        if result.type == "unavailable":
            log.warning("payments_unavailable", conversation=waiting.conversation, action=act.id, reason=result.reason)
        return ActionFinished(event_id=waiting.event_id, action=act.id, result=result)

    def _effects(self, waiting: Waiting, draft: _Draft) -> list[Effect]:
        """Texts and payment requests as rows of the outbox. A keyed message is sent once, whatever asks for it."""
        made: list[Effect] = []
        address = self._addressers[draft.state.channel]
        for number, say in enumerate(draft.says):
            key = say.key or f"{waiting.source}:{waiting.event_id}:{number}"
            message = render(say, self._texts, draft.state.language)
            made.append(address(draft.state, f"{waiting.conversation}|{key}", message, waiting.now))
        for act in draft.requests:
            body = {
                "v": 1, "conversation": waiting.conversation, "call": act.call.model_dump(mode="json"),
                "callback_url": self._callback_url(waiting.conversation),
            }  # fmt: skip
            made.append(Effect(key=act.id, kind="act", lane=act.id, body=body))
        return made

    def _context(self, waiting: Waiting) -> Context:
        return Context(now=waiting.now, company=self._company, texts=self._texts)

    def _conversation(self, waiting: Waiting) -> Conversation:
        if waiting.state:
            return restore(waiting.state)
        return self._new(waiting)

    def _new(self, waiting: Waiting) -> Conversation:
        channel, _, address = waiting.conversation.partition(":")
        known: Channel = CHANNEL.validate_python(channel)
        return Conversation.begin(waiting.conversation, known, waiting.payload.get("person") or address)

    # Keywords and opt-outs come before understanding: they work whatever the conversation is about.

    def _keyword(self, waiting: Waiting, incoming: Incoming, state: Conversation) -> Commit | None:
        word = carrier(incoming.text)
        out = waiting.opted_out
        if word == "start" or (out and incoming.text.strip().lower() == "yes"):
            return self._opted(waiting, incoming, state, out=False, why="keyword", say="opted_in")
        if out:
            return Commit(waiting=waiting, state=None, events=(), effects=())
        if word == "stop":
            # Twilio answers the keyword itself, and refuses a second text to the number (21610).
            say = None if incoming.channel == "sms" else "opted_out"
            return self._opted(waiting, incoming, state, out=True, why="keyword", say=say)
        if plain_opt_out(incoming.text):
            return self._opted(waiting, incoming, state, out=True, why="words", say="opted_out")
        if word == "help":
            say = None if incoming.opt_out_type == "HELP" else "keyword_help"
            return self._told(waiting, state, say)
        return None

    def _opted(
        self, waiting: Waiting, incoming: Incoming, state: Conversation, *, out: bool, why: str, say: str | None
    ) -> Commit:
        log.info("opt_out" if out else "opt_in", conversation=waiting.conversation, why=why)
        event = OptChanged(event_id=waiting.event_id, out=out, at=waiting.now)
        told = self._told(waiting, step(state, event, self._context(waiting)).state, say, even_if_out=True)
        return Commit(
            waiting=waiting, state=told.state, events=[event], effects=told.effects,
            opt_out=(incoming.person, out, why),
        )  # fmt: skip

    def _told(self, waiting: Waiting, state: Conversation, say: str | None, *, even_if_out: bool = False) -> Commit:
        draft = _Draft(state, says=[self._about_us(say)] if say else [])
        effects = self._effects(waiting, draft)
        if even_if_out:
            effects = [_allowed(effect) for effect in effects]
        return Commit(waiting=waiting, state=state.model_dump_json(), events=(), effects=effects)

    def _about_us(self, text: str) -> Say:
        return Say(text=text, values={"company": self._company.name, "support": self._company.support})


def _key(act: Act) -> str:
    """The idempotency key of a call that a turn makes: a turn worked out again may ask something else under its id."""
    return f"{act.id}:{hashlib.sha256(act.call.model_dump_json().encode()).hexdigest()[:16]}"


def _allowed(effect: Effect) -> Effect:
    """The one confirmation that may go out to a number that has just opted out."""
    return Effect(
        key=effect.key, kind=effect.kind, lane=effect.lane, body=effect.body | {"even_if_out": True},
        sender=effect.sender, priority=effect.priority, not_before=effect.not_before,
    )  # fmt: skip


