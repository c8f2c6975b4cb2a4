"""Accounts: who a person is, proved; and what a seat may do because of it.

    people.toml ─┐                          ┌─> Accounts.prove(id, password) -> User
    accounts.json┼─> Accounts ──────────────┤
    directory ───┘   (hash, delays, journal)└─> Sessions: one per window; watching, signed in, locked

No secret is ever in the site folder, the journal or a log: the hashes are in one file of the data folder that its owner
alone can read. Nothing here can keep an emergency command from leaving: see `supervisor.desk.emergency`.
"""
