"""Security of one link: which endpoint is taken, what is signed and encrypted, and as whom we come.

    endpoints ── the one the link's settings ask for ── its certificate checked ── channel ── session ── identity

A password leaves this machine only encrypted: by the channel, or by the server's own policy for passwords.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from asyncua import ua
from asyncua.crypto.security_policies import (
    SecurityPolicy,
    SecurityPolicyAes128Sha256RsaOaep,
    SecurityPolicyAes256Sha256RsaPss,
    SecurityPolicyBasic256Sha256,
    SecurityPolicyNone,
)
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding

from drivers.opcua.address import Settings, parse_url
from drivers.opcua.certificates import Identity, own, person
from drivers.opcua.client import SecureClient
from drivers.opcua.trust import Expected, Unsafe, check, split
from supervisor.clock import Clock
from supervisor.model import LinkSpec
from supervisor.trust import TrustStore, fingerprint
from supervisor.vault import Vault

POLICIES: dict[str, type[SecurityPolicy]] = {
    "none": SecurityPolicyNone,
    "basic256sha256": SecurityPolicyBasic256Sha256,
    "aes128": SecurityPolicyAes128Sha256RsaOaep,
    "aes256": SecurityPolicyAes256Sha256RsaPss,
}
"""Word of the settings -> asyncua's policy; the words are those of `drivers.opcua.address.SECURITY`."""
_MODE = {"sign": ua.MessageSecurityMode.Sign, "sign_and_encrypt": ua.MessageSecurityMode.SignAndEncrypt}
_TOKEN = {
    "anonymous": ua.UserTokenType.Anonymous,
    "user": ua.UserTokenType.UserName,
    "certificate": ua.UserTokenType.Certificate,
}
_SECURE = {policy.URI for word, policy in POLICIES.items() if word != "none"}
_OAEP = 42
"""Bytes that OAEP with SHA-1 takes of each block; with SHA-256 66. Source: RFC 8017, 7.1.1: 2 + 2 hashes."""
_OAEP_SHA256 = 66
_USER_REFUSED = {
    int(code)
    for code in (
        ua.StatusCodes.BadUserAccessDenied,
        ua.StatusCodes.BadIdentityTokenRejected,
        ua.StatusCodes.BadIdentityTokenInvalid,
    )
}
_CERTIFICATE_REFUSED = {
    int(code)
    for code in (
        ua.StatusCodes.BadSecurityChecksFailed,  # what servers say who give no reason: OPC 10000-4, 6.1.3
        ua.StatusCodes.BadCertificateUntrusted,
        ua.StatusCodes.BadCertificateInvalid,
        ua.StatusCodes.BadCertificateUseNotAllowed,
        ua.StatusCodes.BadCertificateTimeInvalid,
        ua.StatusCodes.BadCertificateUriInvalid,
    )
}
_WORD = {policy.URI: word for word, policy in POLICIES.items()}


class Security:
    """See the module; one per connection. Raises Unsafe, Unavailable or StoreError, each with its sentence."""

    def __init__(self, link: LinkSpec, settings: Settings, vault: Vault, clock: Clock) -> None:
        self.asks = settings.security != "none" or settings.identity != "anonymous"
        """Whether the server's endpoints must be known before it is spoken to."""
        self._link = link
        self._settings = settings
        self._vault = vault
        self._clock = clock
        self._policy = POLICIES[settings.security]
        self._mode = _MODE[settings.mode] if settings.security != "none" else ua.MessageSecurityMode.None_
        self._own: Identity | None = None

    async def prepare(self, client: SecureClient, endpoints: Sequence[ua.EndpointDescription]) -> None:
        """Choose the endpoint, check its certificate, and set up the channel to it."""
        endpoint = self._choose(endpoints)
        self._token(endpoint)  # before anything is asked of a person or of the server
        chain = split(endpoint.ServerCertificate or _any_certificate(endpoints))
        host = self._settings.host_name or parse_url(self._link.url)[0]
        expected = Expected(self._link.id, host, endpoint.Server.ApplicationUri or "")
        store = TrustStore(self._vault.pki)
        await asyncio.to_thread(check, chain, expected, store, self._clock.now())
        if self._policy is not SecurityPolicyNone or self._settings.identity == "certificate":
            moment = datetime.fromtimestamp(self._clock.now() / 1e9, UTC)
            self._own = await asyncio.to_thread(own, self._vault.pki, moment)
        if self._own is None or self._policy is SecurityPolicyNone:
            # what the password is encrypted for; asyncua compares it with the one the session is made with
            client.security_policy.peer_certificate = _der(chain[0])
            return
        client.application_uri = self._own.uri
        policy = self._policy(chain[0], self._own.certificate, self._own.key, self._mode)
        client.security_policy = policy
        client.uaclient.set_security(policy)

    async def enter(self, client: SecureClient, created: ua.CreateSessionResult) -> None:
        """Activate the session as whom the link comes; what the server takes is read anew where it is signed."""
        if not self.asks:
            await client.activate_session()
            return
        token = self._token(self._choose(created.ServerEndpoints or []))
        client.token = token
        if self._settings.identity == "user":
            await client.activate_session(self._settings.user, await self._password(client, token))
        elif self._settings.identity == "certificate":
            who = await asyncio.to_thread(self._person)
            client.user_private_key = who.key
            await client.activate_session(certificate=who.certificate)
        else:
            await client.activate_session()

    def remedy(self, code: int) -> str:
        """What to do about a refusal of the server that is about security; empty for any other."""
        status = code & 0xFFFF0000
        if status in _USER_REFUSED and self._settings.identity == "user":
            user, link = self._settings.user, self._link.id
            return f": check the user {user!r} at the server, and its password with `vigie secret SITE {link}`"
        if status in _USER_REFUSED and self.asks:
            return f": it refuses identity={self._settings.identity}"
        return self.to_be_trusted() if status in _CERTIFICATE_REFUSED else ""

    def to_be_trusted(self) -> str:
        """That the server should trust us, where we came with a certificate."""
        if self._own is None:
            return ""
        mark, file = fingerprint(self._own.certificate), self._vault.pki / "own" / "certificate.der"
        return f": have it trust our certificate {file} (SHA-256 {mark}), and check both clocks"

    def _choose(self, endpoints: Sequence[ua.EndpointDescription]) -> ua.EndpointDescription:
        """The endpoint of the link's settings. A weaker one is never taken instead."""
        offered = [one for one in endpoints if (one.EndpointUrl or "").startswith("opc.tcp")]
        for one in offered:
            if one.SecurityPolicyUri == self._policy.URI and one.SecurityMode == self._mode:
                return one
        wanted = _named(self._policy.URI, self._mode)
        have = ", ".join(dict.fromkeys(_named(one.SecurityPolicyUri or "", one.SecurityMode) for one in offered))
        raise Unsafe(f"the server does not offer {wanted}; it offers {have or 'nothing'}: change one of the two")

    def _token(self, endpoint: ua.EndpointDescription) -> ua.UserTokenPolicy | None:
        """The policy by which we come, the first that keeps our secret; None where the server says nothing of it."""
        wanted = _TOKEN[self._settings.identity]
        offered = list(endpoint.UserIdentityTokens or [])
        found = [_effective(one, endpoint) for one in offered if one.TokenType == wanted]
        if not found and (offered or wanted is not ua.UserTokenType.Anonymous):
            kinds = dict.fromkeys(_identity(one.TokenType) for one in offered)
            raise Unsafe(
                f"the server takes no identity={self._settings.identity} here; it takes {', '.join(kinds) or 'nobody'}"
            )
        if wanted is ua.UserTokenType.Anonymous:
            return found[0] if found else None
        for one in found:
            if one.SecurityPolicyUri in _SECURE:
                return one
        if wanted is ua.UserTokenType.UserName and self._mode is ua.MessageSecurityMode.SignAndEncrypt:
            return found[0]
        secret = "the password would travel in clear" if wanted is ua.UserTokenType.UserName else "nothing is signed"
        raise Unsafe(
            f"{secret}: this endpoint has no policy for it; write security=basic256sha256 (mode=sign_and_encrypt), or"
            " have the server encrypt user tokens"
        )

    async def _password(self, client: SecureClient, token: ua.UserTokenPolicy | None) -> str:
        link = self._link.id
        password = await asyncio.to_thread(self._vault.password, link)
        if password is None:
            raise Unsafe(
                f"no password is known for user {self._settings.user}: give it with `vigie secret SITE {link}`"
            )
        if token is not None and token.SecurityPolicyUri in _SECURE:
            room = _room(client.security_policy.peer_certificate, token.SecurityPolicyUri)
            if len(password.encode()) > room:
                raise Unsafe(f"the password has more than the {room} bytes that one block to this server holds")
        return password

    def _person(self) -> Identity:
        if not self._settings.user:
            assert self._own is not None  # `prepare` came first: `asks` holds for a certificate
            return self._own
        return person(self._vault.pki, self._settings.user, self._vault.password(self._link.id))


def _effective(token: ua.UserTokenPolicy, endpoint: ua.EndpointDescription) -> ua.UserTokenPolicy:
    """With the policy of the endpoint where it names none. Source: OPC 10000-4, 7.42 (UserTokenPolicy)."""
    made = ua.UserTokenPolicy(token.PolicyId, token.TokenType)
    made.SecurityPolicyUri = token.SecurityPolicyUri or endpoint.SecurityPolicyUri
    return made


def _any_certificate(endpoints: Iterable[ua.EndpointDescription]) -> bytes:
    """An endpoint without security need not show the certificate that passwords are encrypted for."""
    return next((one.ServerCertificate for one in endpoints if one.ServerCertificate), b"")


def _room(certificate: bytes, policy: str) -> int:
    """Bytes of a password that fit one encrypted block, beside its length and the server's nonce of 32."""
    key = x509.load_der_x509_certificate(certificate).public_key()
    assert isinstance(key, RSAPublicKey)  # `drivers.opcua.trust` lets no other through
    taken = _OAEP_SHA256 if policy == SecurityPolicyAes256Sha256RsaPss.URI else _OAEP
    return key.key_size // 8 - taken - 4 - 32


def _named(policy: str, mode: ua.MessageSecurityMode) -> str:
    """An endpoint in the words of a link's settings, or the standard's where there are none."""
    word = _WORD.get(policy, policy.rpartition("#")[2])
    if word == "none":
        return "security=none"
    return f"security={word} mode={next((name for name, value in _MODE.items() if value == mode), str(mode))}"


def _identity(kind: ua.UserTokenType) -> str:
    return next((name for name, value in _TOKEN.items() if value == kind), kind.name)


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)
