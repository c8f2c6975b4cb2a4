"""Modbus/TCP Security: whom we believe and who we are, from the vault's folder of keys.

    pki/<link>/ca.pem        whom we believe; without it, the authorities this machine knows
               device.pem    the device's own certificate, for one that nobody signed or that bears another name
               cert.pem      our certificate, for a device that asks for it …
               key.pem       … and its key, not locked by a password: nobody is there to type it

Source: Modbus/TCP Security Protocol Specification v21 (2018-07-24): TLS 1.2 or better, X.509v3 on both sides.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_EXPIRED, _NOT_YET, _REVOKED = 10, 9, 23
_UNKNOWN = (2, 18, 19, 20, 21)
_OTHER_NAME = (62, 64)
"""Codes of X509_V_ERR_…. Source: OpenSSL, X509_STORE_CTX_get_error(3)."""
_NO_TLS = ("WRONG_VERSION_NUMBER", "UNEXPECTED_EOF_WHILE_READING", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG")


@dataclass(frozen=True, slots=True)
class Keys:
    """The files of one link; each may be missing."""

    pki: Path | None
    """None where there is no vault: then only the authorities count that the system knows."""
    link: str

    @property
    def authorities(self) -> Path:
        return self._folder / "ca.pem"

    @property
    def device(self) -> Path:
        return self._folder / "device.pem"

    @property
    def own(self) -> Path:
        return self._folder / "cert.pem"

    @property
    def _folder(self) -> Path:
        return (self.pki or Path("pki")) / self.link

    def _has(self, path: Path) -> bool:
        return self.pki is not None and path.is_file()

    def context(self) -> ssl.SSLContext:
        """Reads the files, so not on the loop. Raises OSError with a sentence for a file that cannot be used."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self._has(self.device):
            context.check_hostname = False  # this very certificate, whatever it is called
            context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
            _load(self.device, lambda: context.load_verify_locations(self.device))
        elif self._has(self.authorities):
            _load(self.authorities, lambda: context.load_verify_locations(self.authorities))
        else:
            context.load_default_certs()
        key = self.own.with_name("key.pem")
        if self._has(self.own) or self._has(key):
            # without a word for the password OpenSSL would ask for it on the terminal
            _load(self.own, lambda: context.load_cert_chain(self.own, key, password=lambda: ""))
        return context

    def strange(self, shown: bytes) -> bool:
        """Whether the device showed another certificate (DER) than the one it is known by; reads the file."""
        if not self._has(self.device):
            return False
        return shown != ssl.PEM_cert_to_DER_cert(self.device.read_text("ascii"))

    def explain(self, error: Exception) -> str:
        """Why a device was refused, or refused us: one sentence with what to do."""
        if isinstance(error, ssl.SSLCertVerificationError):
            return self._distrust(error)
        reason = error.reason if isinstance(error, ssl.SSLError) and error.reason else ""
        if reason.endswith("CERTIFICATE_REQUIRED") or (
            reason.endswith("HANDSHAKE_FAILURE") and not self._has(self.own)
        ):
            return f"it asks for a certificate of ours: put it into {self.own}, and its key beside it"
        if "ALERT" in reason and ("CERT" in reason or reason.endswith(("UNKNOWN_CA", "ACCESS_DENIED"))):
            return f"it does not accept our certificate ({_words(reason)}): have {self.own} signed by its authority"
        if reason in _NO_TLS:
            return "it does not speak TLS there: check the port, or write modbus:// for a device without TLS"
        return _words(reason) if reason else str(error)

    def _distrust(self, error: ssl.SSLCertVerificationError) -> str:
        code = error.verify_code
        if code == _EXPIRED:
            return "its certificate has expired: renew it on the device, and check the clock of this machine"
        if code == _NOT_YET:
            return "its certificate is not valid yet: check the clocks of the device and of this machine"
        if code == _REVOKED:
            return "its certificate has been revoked"
        if code in _OTHER_NAME:
            return (
                f"its certificate is made out to another name ({error.verify_message.rstrip('.')}):"
                f" write that name in the URL, or put the certificate itself into {self.device}"
            )
        if code in _UNKNOWN:
            return (
                f"nobody we know vouches for its certificate: put its authority into {self.authorities},"
                f" or the certificate itself into {self.device}"
            )
        return f"its certificate is refused: {error.verify_message}"


def _load(path: Path, act: Callable[[], None]) -> None:
    try:
        act()
    except (OSError, ValueError) as error:
        reason = _words(error.reason) if isinstance(error, ssl.SSLError) and error.reason else str(error)
        raise OSError(f"{path} cannot be used ({reason}): it must hold PEM, and a key beside it no password") from error


def _words(reason: str) -> str:
    return reason.lower().replace("_", " ")
