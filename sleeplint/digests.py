"""What tells one content from all others."""

from __future__ import annotations

from importlib import import_module

try:  # `hashlib` loads OpenSSL first; the library's own `random` passes it by, too
    from _blake2 import blake2b
except ImportError:
    from hashlib import blake2b


def digest(data: bytes) -> str:
    """Of any data 32 hexadecimal digits, the same on each machine."""
    found: str = blake2b(data, digest_size=16).hexdigest()
    return found


def fingerprint(data: bytes) -> str:
    """As many digits by SHA-256: baselines and the services that count findings hold them from release to release."""
    for home in ("_sha2", "_sha256"):  # the second until Python 3.11
        try:
            sha256 = import_module(home).sha256
            break
        except ImportError:
            continue
    else:
        from hashlib import sha256
    found: str = sha256(data).hexdigest()[:32]
    return found
