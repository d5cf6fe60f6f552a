"""Private keys, signed tokens and signing keys of frameworks."""

import re
from base64 import urlsafe_b64decode
from json import loads

from lockgate.finding import Severity
from lockgate.gates.secrets.kinds.kind import Kind, token

_BODY_CHARACTERS = 60
_DOCUMENTED_PAYLOAD = "eyJzdWIiOiIxMjM0NTY3ODkwI"
"""The start of the payload that https://jwt.io shows to everyone."""


def has_key_body(match: re.Match[str]) -> bool:
    """Accept a key block whose lines hold a key, not a name for one."""
    body = re.sub(r"-----[^-]*-----|\\[nrt]|[^A-Za-z0-9+/]", "", match["secret"])
    return len(body) >= _BODY_CHARACTERS and len(set(body)) >= 24


def has_many_characters(match: re.Match[str]) -> bool:
    """Accept a value with enough different characters to be drawn at random."""
    return len(set(match["secret"])) >= 18


def is_signed_jwt(match: re.Match[str]) -> bool:
    """Accept a token whose header is JSON and names a signature algorithm."""
    header, payload, _ = match["secret"].split(".")
    try:
        fields = loads(urlsafe_b64decode(header + "=" * (-len(header) % 4)))
    except (ValueError, RecursionError):
        return False
    signed = isinstance(fields, dict) and str(fields.get("alg", "none")).lower() != "none"
    return signed and not payload.startswith(_DOCUMENTED_PAYLOAD)


KINDS = (
    Kind(
        id="age-secret-key",
        name="age secret key",
        severity=Severity.CRITICAL,
        keywords=("age-secret-key-1",),
        pattern=token(r"AGE-SECRET-KEY-1", r"[02-9AC-HJ-NP-Z]{58}"),
        why="A holder can decrypt every file that was encrypted to the key.",
        mend="Make a new key with `age-keygen`, encrypt the files anew and rotate what they hold.",
        help="https://github.com/FiloSottile/age",
    ),
    Kind(
        id="django-insecure-secret-key",
        name="Django development secret key",
        severity=Severity.LOW,
        keywords=("django-insecure-",),
        pattern=token(r"django-insecure-", r"[a-z0-9!@#$%^&*(_=+)-]{50}"),
        accepts=has_many_characters,
        why="A holder can forge sessions and signed values wherever this key is deployed.",
        mend="Read SECRET_KEY from the environment; make the deployed one with `get_random_secret_key()`.",
        help="https://docs.djangoproject.com/en/stable/ref/settings/#secret-key",
    ),
    Kind(
        id="django-secret-key",
        name="Django secret key",
        severity=Severity.HIGH,
        keywords=("secret_key",),
        pattern=(
            r"""(?i:secret_key)["'\]]{0,2}\s{0,8}[:=,]\s{0,8}["'`]?"""
            r"(?P<secret>[a-z0-9!@#$%^&*(_=+)-]{50})(?![a-z0-9!@#$%^&*(_=+-])"
        ),
        accepts=has_many_characters,
        why="A holder can forge sessions, password-reset links and signed values.",
        mend="Make a new one with `get_random_secret_key()`; SECRET_KEY_FALLBACKS can hold the old.",
        help="https://docs.djangoproject.com/en/stable/ref/settings/#secret-key",
    ),
    Kind(
        id="gcp-service-account-key",
        name="Google Cloud service account key",
        severity=Severity.CRITICAL,
        keywords=("-----begin private key-----",),
        pattern=(
            r'"type"\s{0,4}:\s{0,4}"service_account"[^{}]{0,400}'
            r'"private_key"\s{0,4}:\s{0,4}"'
            r'(?P<secret>-----BEGIN PRIVATE[ ]KEY-----[^"-]{60,20000}-----END PRIVATE KEY-----)'
        ),
        accepts=has_key_body,
        why="A holder can act as the service account in the project.",
        mend="Delete the key: `gcloud iam service-accounts keys delete`.",
        help="https://cloud.google.com/iam/docs/keys-create-delete",
    ),
    Kind(
        id="jwt",
        name="JSON web token",
        severity=Severity.MEDIUM,
        keywords=("eyj",),
        pattern=token(r"eyJ", r"[\w-]{12,2000}\.eyJ[\w-]{10,8000}\.[\w-]{20,1400}"),
        accepts=is_signed_jwt,
        why="A holder can act as the token's subject until it expires.",
        mend="End the session or rotate the signing key at the issuer that the token names.",
        help="https://datatracker.ietf.org/doc/html/rfc7519",
    ),
    Kind(
        id="pgp-private-key",
        name="PGP private key",
        severity=Severity.CRITICAL,
        keywords=("pgp private key block",),
        pattern=(
            r"(?P<secret>-----BEGIN PGP PRIVATE[ ]KEY BLOCK-----[^-]{60,60000}"
            r"-----END PGP PRIVATE[ ]KEY BLOCK-----)"
        ),
        accepts=has_key_body,
        why="A holder who knows or breaks its passphrase can sign and decrypt as the owner.",
        mend="Publish a revocation: `gpg --gen-revoke`.",
        help="https://www.gnupg.org/gph/en/manual/c14.html",
    ),
    Kind(
        id="private-key",
        name="Private key",
        severity=Severity.CRITICAL,
        keywords=("private key-----",),
        pattern=(
            r"(?P<secret>-----BEGIN (?:[A-Z0-9]{2,10} ){0,2}PRIVATE KEY-----[^-]{60,20000}"
            r"-----END (?:[A-Z0-9]{2,10} ){0,2}PRIVATE KEY-----)"
        ),
        accepts=has_key_body,
        why="A holder can sign in, sign or decrypt as the key's owner.",
        mend="Replace the key pair; remove the public key, or revoke the certificate, where it is trusted.",
        help="https://datatracker.ietf.org/doc/html/rfc7468",
    ),
    Kind(
        id="private-key-encrypted",
        name="Private key with a passphrase",
        severity=Severity.MEDIUM,
        keywords=("proc-type: 4,encrypted", "encrypted private key-----"),
        pattern=(
            r"(?P<secret>-----BEGIN (?:ENCRYPTED PRIVATE KEY-----|(?:RSA|EC|DSA) PRIVATE KEY-----"
            r"[^-]{0,8}Proc-Type: 4,ENCRYPTED[^-]{0,8}DEK-Info: [A-Z0-9]{3,12}(?:-[A-Z0-9]{2,8}){0,3},)"
            r"[^-]{60,20000}-----END [A-Z ]{2,20}PRIVATE KEY-----)"
        ),
        accepts=has_key_body,
        why="A holder who knows or breaks its passphrase can act as the key's owner.",
        mend="Replace the key pair; remove the public key, or revoke the certificate, where it is trusted.",
        help="https://datatracker.ietf.org/doc/html/rfc7468",
    ),
    Kind(
        id="putty-private-key",
        name="PuTTY private key",
        severity=Severity.CRITICAL,
        keywords=("putty-user-key-file-",),
        pattern=(
            r"(?P<secret>PuTTY-User-Key-File-[23]: [\w-]{3,40}\s{1,4}Encryption: none\s"
            r"[\s\S]{20,4000}?Private-Lines: [0-9]{1,3}\s{1,4}"
            r"[A-Za-z0-9+/=\s]{40,8000}Private-MAC: [0-9a-f]{40,64})(?!\w)"
        ),
        accepts=has_key_body,
        why="A holder can sign in wherever the public key is trusted.",
        mend="Replace the key pair, and remove the public key from the servers.",
        help="https://the.earth.li/~sgtatham/putty/latest/htmldoc/AppendixC.html",
    ),
)
