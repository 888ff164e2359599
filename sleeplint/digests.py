"""What tells one content from all others."""

from __future__ import annotations

try:  # `hashlib` loads OpenSSL first; the library's own `random` passes it by, too
    from _blake2 import blake2b
except ImportError:
    from hashlib import blake2b


def digest(data: bytes) -> str:
    """Of any data 32 hexadecimal digits, the same on each machine."""
    found: str = blake2b(data, digest_size=16).hexdigest()
    return found
