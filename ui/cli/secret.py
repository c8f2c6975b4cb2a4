"""`vigie secret SITE LINK`: give the password of a link; it is asked for, never written on the command line.

`vigie secret SITE mail` gives that of the mail server which tells those on call.
`vigie secret SITE directory` gives that of whoever looks for people in the site's directory.
"""

from __future__ import annotations

import argparse
import getpass
import sys
from urllib.parse import urlsplit

import drivers
from supervisor import on_call
from supervisor.accounts.directory import SECRET
from supervisor.errors import Unavailable
from supervisor.model import Site
from supervisor.reasons import plainly
from supervisor.site import load
from supervisor.site.on_call import on_call_of
from supervisor.site.territory import policy
from ui.cli import said
from ui.cli.said import Speech
from ui.folder import DataFolder


def wanted(site: Site) -> list[str]:
    """What this site needs a password of: links with a user, the mail server, the directory."""
    found = [
        link.id for link in site.links.values() if urlsplit(link.url).username or getattr(link.settings, "user", "")
    ]
    found += [on_call.SECRET] if (mail := on_call_of(site).mail) and mail.user else []
    directory = policy(site.folder).directory
    return sorted([*found, *([SECRET] if directory and directory.bind else [])])


def secret(given: argparse.Namespace) -> int:
    """Keep or forget one password; the station takes it at its next connection."""
    site = load(given.site, drivers.TABLE)
    say = Speech(given, site)
    known = {*site.links, *((SECRET,) if policy(given.site).directory else ())}
    known |= {on_call.SECRET} if on_call_of(site).mail else set()
    if given.link not in known:
        raise Unavailable(say(said.NO_LINK, given.site, given.link) + say.meant(given.link, known))
    folder = DataFolder.of(site, given.data)
    folder.make()
    vault = folder.vault(site)
    if given.forget:
        vault.forget(given.link)
        print(f"vigie: {say(said.FORGOTTEN, given.link)}")
        return 0
    password = (
        getpass.getpass(say(said.PASSWORD, given.link)) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    )
    if not password:
        raise Unavailable(say(said.NONE_GIVEN))
    print(f"vigie: {say(said.KEPT, given.link, say(plainly(vault.keep(given.link, password))))}")
    return 0
