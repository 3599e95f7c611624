"""A hardware key in software: real P-256 signatures over what a browser would have signed."""

import hashlib
import json
from dataclasses import dataclass, field
from secrets import token_bytes
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2 import cbor
from fido2.utils import websafe_decode, websafe_encode

ORIGIN = "https://testserver"


@dataclass
class SoftKey:
    """One key; `verifies` whether it asks for a PIN, `resident` whether it signs in by itself."""

    verifies: bool = True
    resident: bool = True
    id: bytes = field(default_factory=lambda: token_bytes(16))
    secret: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    user_handle: bytes | None = None

    def _client_data(self, kind: str, challenge: str, origin: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": False}).encode()

    def _authenticator_data(self, host: str, more: bytes = b"") -> bytes:
        flags = 0x01 | (0x04 if self.verifies else 0) | (0x40 if more else 0)
        return hashlib.sha256(host.encode()).digest() + bytes([flags]) + bytes(4) + more

    def create(self, options: dict[str, Any], origin: str = ORIGIN) -> str:
        """The answer to a challenge for a new key."""
        asked = options["publicKey"]
        self.user_handle = websafe_decode(asked["user"]["id"])
        point = self.secret.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor.encode(public)
        said = self._authenticator_data(asked["rp"]["id"], attested)
        response = {
            "clientDataJSON": websafe_encode(self._client_data("webauthn.create", asked["challenge"], origin)),
            "attestationObject": websafe_encode(cbor.encode({"fmt": "none", "attStmt": {}, "authData": said})),
            "transports": ["usb"],
        }
        return self._credential(response, {"credProps": {"rk": self.resident}})

    def get(self, options: dict[str, Any], origin: str = ORIGIN, handle: bytes | None = None) -> str:
        """The answer to a challenge to sign."""
        asked = options["publicKey"]
        client = self._client_data("webauthn.get", asked["challenge"], origin)
        said = self._authenticator_data(asked["rpId"])
        signature = self.secret.sign(said + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        response = {
            "clientDataJSON": websafe_encode(client),
            "authenticatorData": websafe_encode(said),
            "signature": websafe_encode(signature),
            "userHandle": websafe_encode(handle or self.user_handle or b""),
        }
        return self._credential(response, {})

    def _credential(self, response: dict[str, Any], results: dict[str, Any]) -> str:
        name = websafe_encode(self.id)
        return json.dumps(
            {"id": name, "rawId": name, "type": "public-key", "response": response, "clientExtensionResults": results}
        )
