"""Credentials of the three big clouds."""

from lockgate.finding import Severity
from lockgate.gates.secrets.kinds.kind import Kind, named, token

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"

KINDS = (
    Kind(
        id="aws-access-key-id",
        name="AWS access key id",
        severity=Severity.HIGH,
        keywords=("akia", "asia"),
        pattern=token(r"A[KS]IA", r"[A-Z2-7]{16}"),
        why="Together with its secret, which is often beside it, a holder can act as the IAM user or role.",
        mend="Deactivate the key with `aws iam update-access-key --status Inactive`, then delete it.",
        help="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html",
    ),
    Kind(
        id="aws-bedrock-api-key",
        name="Amazon Bedrock API key",
        severity=Severity.HIGH,
        keywords=("absk",),
        pattern=token(r"ABSK", r"[A-Za-z0-9+/]{109,269}(?![+/])={0,2}"),
        why="A holder can run models on the account's bill.",
        mend="Delete the key: `aws iam delete-service-specific-credential`.",
        help="https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html",
    ),
    Kind(
        id="aws-mws-token",
        name="Amazon MWS auth token",
        severity=Severity.HIGH,
        keywords=("amzn.mws.",),
        pattern=token(r"amzn\.mws\.", rf"{_UUID}"),
        why="A holder can read and change the seller's orders and listings.",
        mend="Revoke the authorisation under Seller Central > User Permissions.",
        help="https://developer-docs.amazon.com/sp-api/docs/authorizing-selling-partner-api-applications",
    ),
    Kind(
        id="aws-secret-access-key",
        name="AWS secret access key",
        severity=Severity.CRITICAL,
        keywords=("secret_access", "secret-access", "secretaccess", "aws_secret", "aws-secret", "awssecret"),
        pattern=named(
            r"secret[_-]?access[_-]?key|aws[_-]?secret(?:[_-]?key)?", r"[A-Za-z0-9/+]{40}(?![/+=])"
        ),
        why="A holder can act as the IAM user in the account.",
        mend="Deactivate the key with `aws iam update-access-key --status Inactive`, then delete it.",
        help="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html",
    ),
    Kind(
        id="aws-session-token",
        name="AWS session token",
        severity=Severity.HIGH,
        keywords=("fwogzxivyxdz", "iqojb3jpz2lu"),
        pattern=token(r"(?:FwoGZXIvYXdz|IQoJb3JpZ2lu)", r"[A-Za-z0-9/+]{200,4000}(?![+/])={0,2}"),
        why="With the temporary key beside it a holder can act as the role until the session ends.",
        mend="Revoke the role's sessions under IAM > Roles > Revoke sessions.",
        help="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html",
    ),
    Kind(
        id="azure-client-secret",
        name="Microsoft Entra client secret",
        severity=Severity.CRITICAL,
        keywords=("q~",),
        pattern=r"(?<![\w.~-])(?P<secret>[\w.~-]{3}[0-9]Q~[\w.~-]{31,34})(?![\w.~-])",
        why="A holder can sign in as the application, with all its permissions.",
        mend="Delete the secret under Entra admin center > App registrations > Certificates & secrets.",
        help="https://learn.microsoft.com/entra/identity-platform/how-to-add-credentials",
    ),
    Kind(
        id="azure-devops-pat",
        name="Azure DevOps personal access token",
        severity=Severity.HIGH,
        keywords=("azdo",),
        pattern=r"(?<![\w+/-])(?P<secret>[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4})(?![\w+/=-])",
        why="A holder can read, and mostly change, code and pipelines as the token's owner.",
        mend="Revoke the token under Azure DevOps > User settings > Personal access tokens.",
        help="https://learn.microsoft.com/azure/devops/organizations/accounts/use-personal-access-tokens-to-authenticate",
    ),
    Kind(
        id="azure-openai-key",
        name="Azure OpenAI key",
        severity=Severity.HIGH,
        keywords=("azure",),
        pattern=named(r"azure[_.-]?openai[\w.-]{0,20}key", r"[0-9a-f]{32}"),
        why="A holder can run models on the resource's bill.",
        mend="Regenerate the key: `az cognitiveservices account keys regenerate`.",
        help="https://learn.microsoft.com/azure/ai-services/rotate-keys",
    ),
    Kind(
        id="azure-sas-signature",
        name="Azure shared access signature",
        severity=Severity.HIGH,
        keywords=("sig=",),
        pattern=r"[?&;]sig=(?P<secret>[A-Za-z0-9%]{43,90}%3[dD])(?![\w%])",
        why="A holder can use the storage that the address names until the signature expires.",
        mend="Rotate the key that signed it: `az storage account keys renew`.",
        help="https://learn.microsoft.com/azure/storage/common/storage-sas-overview",
    ),
    Kind(
        id="azure-service-key",
        name="Azure service key",
        severity=Severity.CRITICAL,
        keywords=("apim", "acdb", "+aba", "+amc", "+ast", "aiot", "+asb", "+aeh", "+arm", "azse", "azfu"),
        pattern=(
            r"(?<![\w+/-])(?P<secret>"
            r"[A-Za-z0-9+/]{76}(?:APIM|ACDb|\+(?:ABa|AMC|ASt))[A-Za-z0-9+/]{5}[AQgw]=="
            r"|[A-Za-z0-9+/]{33}(?:AIoT|\+(?:ASb|AEh|ARm))[A-P][A-Za-z0-9+/]{5}="
            r"|[A-Za-z0-9]{42}AzSe[A-D][A-Za-z0-9]{5}"
            r"|[\w-]{44}AzFu[\w-]{5}[AQgw]=="
            r")(?![\w+/=-])"
        ),
        why="A holder has full rights on the storage, database, bus or search that the key belongs to.",
        mend="Regenerate the key under Azure portal > the resource > Access keys.",
        help="https://learn.microsoft.com/purview/sit-defn-all-creds",
    ),
    Kind(
        id="azure-storage-key",
        name="Azure storage account key",
        severity=Severity.CRITICAL,
        keywords=("accountkey", "account_key", "account-key"),
        pattern=named(r"account[_-]?key", r"[A-Za-z0-9+/]{86}=="),
        why="A holder can read, change and delete all data of the storage account.",
        mend="Rotate the key: `az storage account keys renew`.",
        help="https://learn.microsoft.com/azure/storage/common/storage-account-keys-manage",
    ),
    Kind(
        id="google-api-key",
        name="Google API key",
        severity=Severity.MEDIUM,
        keywords=("aiza",),
        pattern=token(r"AIza", r"[\w-]{35}"),
        why="A holder can call the project's APIs; unless the key is restricted, on the owner's bill.",
        mend="Delete or restrict the key under Google Cloud console > APIs & Services > Credentials.",
        help="https://cloud.google.com/docs/authentication/api-keys",
    ),
    Kind(
        id="google-oauth-access-token",
        name="Google OAuth access token",
        severity=Severity.MEDIUM,
        keywords=("ya29.",),
        pattern=token(r"ya29\.", r"[\w-]{60,1000}"),
        why="A holder can use the granted scopes for up to an hour.",
        mend="Revoke the grant under Google Account > Third-party apps and services.",
        help="https://developers.google.com/identity/protocols/oauth2",
    ),
    Kind(
        id="google-oauth-client-secret",
        name="Google OAuth client secret",
        severity=Severity.HIGH,
        keywords=("gocspx-",),
        pattern=token(r"GOCSPX-", r"[\w-]{28}"),
        why="A holder can pose as the application to its users.",
        mend="Reset the secret under Google Cloud console > APIs & Services > Credentials.",
        help="https://support.google.com/cloud/answer/15549257",
    ),
    Kind(
        id="google-oauth-refresh-token",
        name="Google OAuth refresh token",
        severity=Severity.HIGH,
        keywords=("1//0",),
        pattern=r"(?<![\w/+-])(?P<secret>1//0[\w-]{60,160})(?![\w-])",
        why="With the client secret a holder can use the granted scopes until the grant is revoked.",
        mend="Revoke the grant under Google Account > Third-party apps and services.",
        help="https://developers.google.com/identity/protocols/oauth2",
    ),
)
