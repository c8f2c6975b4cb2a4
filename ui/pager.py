"""Pager: notices over MQTT. Here, because neither the alarms nor the drivers know the other. No Qt."""

from __future__ import annotations

from alarms.notify.message import Message
from alarms.notify.send import Delayed, Doubtful, Mail, Partly, Sender
from drivers.mqtt.outbox import Outbox
from supervisor.errors import LinkLost, WriteFailed, WriteUnknown
from supervisor.model import Site
from supervisor.on_call import OnCall
from supervisor.vault import Vault


class Pager:
    """See `alarms.notify.send.Sender`."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    async def send(self, message: Message) -> None:
        """See `Sender`."""
        done: list[None] = []
        try:
            await self._outbox.post(message.to.topic, message.payloads, lambda: done.append(None))
        except (LinkLost, WriteFailed) as error:
            raise (Partly(len(done), 0, str(error)) if done else Delayed(str(error))) from error
        except WriteUnknown as error:
            several = len(message.payloads) > 1
            raise (Partly(len(done), 1, str(error)) if several else Doubtful(str(error))) from error


def ways(site: Site, on_call: OnCall, vault: Vault) -> dict[str, Sender]:
    """Medium -> who hands over, for what notify.toml knows."""
    found: dict[str, Sender] = {}
    if on_call.mail:
        found["mail"] = Mail(on_call.mail, site.folder, vault.password)
    if on_call.link:
        found["mqtt"] = Pager(Outbox(site.links[on_call.link], vault))
    return found
