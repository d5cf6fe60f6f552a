"""What detect-secrets' kinds of secret are worth: a typed token blocks, a guess by entropy or name warns."""

from lockgate.finding import Rule, Severity

TOOL = "detect-secrets"
_HELP = "https://github.com/Yelp/detect-secrets#readme"
_TYPED = (
    "AWS Access Key",
    "Artifactory Credentials",
    "Azure Storage Account access key",
    "Basic Auth Credentials",
    "Cloudant Credentials",
    "Discord Bot Token",
    "GitHub Token",
    "GitLab Token",
    "IBM COS HMAC Credentials",
    "IBM Cloud IAM Key",
    "Mailchimp Access Key",
    "NPM tokens",
    "OpenAI Token",
    "Private Key",
    "PyPI Token",
    "SendGrid API Key",
    "Slack Token",
    "SoftLayer Credentials",
    "Square OAuth Secret",
    "Stripe Access Key",
    "Telegram Bot Token",
    "Twilio API Key",
)
_GUESSED = {
    "JSON Web Token": Severity.MEDIUM,
    "Secret Keyword": Severity.MEDIUM,
    "Base64 High Entropy String": Severity.LOW,
    "Hex High Entropy String": Severity.LOW,
    "Public IP (ipv4)": Severity.NOTE,
}


def rule_id(secret_type: str) -> str:
    """Turn detect-secrets' name of a kind into a rule id: `AWS Access Key` is `aws-access-key`."""
    return "-".join("".join(c if c.isalnum() else " " for c in secret_type).lower().split())


def rule(secret_type: str) -> Rule:
    """Describe a kind; one that this version of lockgate does not know is typed, so it blocks."""
    return Rule(
        id=rule_id(secret_type),
        tool=TOOL,
        name=secret_type,
        severity=_GUESSED.get(secret_type, Severity.HIGH),
        what=f"This looks like a secret ({secret_type}).",
        why="Whoever can read the repository or its history can use it.",
        mend="Revoke it where it was issued, read it from the environment or a secret store, then remove it.",
        help=_HELP,
        cwe=(798,),
        tags=("secret",),
    )


RULES = tuple(rule(secret_type) for secret_type in sorted((*_TYPED, *_GUESSED)))
