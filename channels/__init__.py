"""Channels: where people write to the bot. Each verifies, masks, parses, renders and sends; nothing else does.

    base      what a channel needs from the store (Inbox, OptOuts, Deliveries), as protocols
    cards     masks card numbers in what people write, before anything else sees it
    gsm       the alphabet of texts: segments, look-alikes
    sms/      Twilio: inbound webhook, status callbacks, sending

Direction of calls: a channel turns a request into `bot.messages.Incoming`, hands it to the `Inbox` and acknowledges;
the turn puts effects, and the channel's worker (`durable.worker`) delivers them. `bot.wiring` joins the two.

To add a channel: a package here with (1) routes that authenticate each request, mask with `cards.mask`, make an
`Incoming` whose `event_id` is the platform's own id of the event, and answer only after `Inbox.receive` returned;
(2) a function that makes the effect of an `Outgoing`; (3) a handler of that effect's kind, which answers Done, Retry,
Uncertain or Park and never repeats what may have happened without looking; (4) its name in `bot.messages.Channel`,
its settings in `bot.settings`, its routes, handler and addresser in `bot.wiring`.
"""
