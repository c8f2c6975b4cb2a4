"""Why a message to those on call was not handed over. What a mail server answers is its own, and stays in brackets."""

from __future__ import annotations

from supervisor.model import Text

ROWS = (
    Text("le serveur de messagerie {} a raccroché ({})", "the mail server {} hung up: {}"),
    Text("le serveur de messagerie {} ne répond pas", "the mail server {} does not answer"),
    Text("le serveur de messagerie {} ne nous laisse pas entrer ({})", "the mail server {} does not let us in: {}"),
    Text(
        "les clés ou le mot de passe pour le serveur de messagerie ne peuvent pas être lus ({})",
        "the keys or the password for the mail server cannot be read: {}",
    ),
    Text("le serveur de messagerie refuse définitivement ({})", "the mail server refuses for good: {}"),
    Text("le serveur de messagerie refuse pour l'instant ({})", "the mail server refuses for now: {}"),
    Text("notify.toml ne permet plus de joindre {} par {}", "notify.toml no longer reaches {} by {}"),
    Text("connexion impossible à {} ({})", "Error connecting to {}: {}"),
    Text("délai dépassé en se connectant à {}", "Timed out connecting to {}"),
    Text("le serveur a fermé la connexion", "Server closed connection"),
    Text("le serveur a coupé la connexion", "Connection closed"),
)
