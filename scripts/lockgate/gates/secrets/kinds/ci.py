"""Tokens of build, quality and delivery services."""

from lockgate.finding import Severity
from lockgate.gates.secrets.kinds.kind import Kind, named, token

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"

KINDS = (
    Kind(
        id="buildkite-api-token",
        name="Buildkite API token",
        severity=Severity.HIGH,
        keywords=("bkua_",),
        pattern=token(r"bkua_", r"[0-9a-f]{40}"),
        why="A holder can read and start the organisation's builds.",
        mend="Revoke the token under Buildkite > Personal settings > API access tokens.",
        help="https://buildkite.com/docs/apis/managing-api-tokens",
    ),
    Kind(
        id="circleci-token",
        name="CircleCI API token",
        severity=Severity.HIGH,
        keywords=("ccipat_", "cciprj_"),
        pattern=token(r"CCIP(?:AT|RJ)_", r"[A-Za-z0-9]{22}_[0-9a-f]{40}"),
        why="A holder can start pipelines and read their settings and variables' names.",
        mend="Delete the token under CircleCI > User settings > Personal API tokens.",
        help="https://circleci.com/docs/managing-api-tokens/",
    ),
    Kind(
        id="harness-token",
        name="Harness API token",
        severity=Severity.HIGH,
        keywords=("pat.", "sat."),
        pattern=token(r"[ps]at\.", r"[\w-]{22}\.[0-9a-f]{24}\.[A-Za-z0-9]{20}"),
        why="A holder can run pipelines and deployments as the user or service account.",
        mend="Delete the token under Harness > Profile > My API keys.",
        help="https://developer.harness.io/docs/platform/automation/api/add-and-manage-api-keys/",
    ),
    Kind(
        id="launchdarkly-key",
        name="LaunchDarkly SDK or API key",
        severity=Severity.HIGH,
        keywords=("sdk-", "api-"),
        pattern=token(r"(?:sdk|api)-", rf"{_UUID}"),
        why="A holder can read, or with an API key change, the project's feature flags.",
        mend="Reset the key under LaunchDarkly > Environments or Authorization.",
        help="https://launchdarkly.com/docs/home/account/api",
    ),
    Kind(
        id="octopus-api-key",
        name="Octopus Deploy API key",
        severity=Severity.HIGH,
        keywords=("octopus",),
        pattern=named(r"octopus[\w.-]{0,20}key", r"API-[A-Z0-9]{25,32}"),
        why="A holder can deploy and read what the user can.",
        mend="Revoke the key under Octopus > Profile > My API keys.",
        help="https://octopus.com/docs/octopus-rest-api/how-to-create-an-api-key",
    ),
    Kind(
        id="prefect-api-key",
        name="Prefect API key",
        severity=Severity.HIGH,
        keywords=("pnu_", "pnb_"),
        pattern=token(r"pn[bu]_", r"[A-Za-z0-9]{36}"),
        why="A holder can run the workspace's flows and read its blocks.",
        mend="Delete the key under Prefect Cloud > Profile > API keys.",
        help="https://docs.prefect.io/v3/how-to-guides/cloud/manage-users/api-keys",
    ),
    Kind(
        id="snyk-token",
        name="Snyk API token",
        severity=Severity.HIGH,
        keywords=("snyk",),
        pattern=named(r"snyk[\w.-]{0,20}(?:token|key)", rf"{_UUID}"),
        why="A holder can read the vulnerabilities of all the organisation's projects.",
        mend="Revoke the token under Snyk > Account settings > Auth token.",
        help="https://docs.snyk.io/snyk-api/authentication-for-api",
    ),
    Kind(
        id="sonar-token",
        name="SonarQube token",
        severity=Severity.HIGH,
        keywords=("sqp_", "squ_", "sqa_"),
        pattern=token(r"sq[apu]_", r"[0-9a-f]{40}"),
        why="A holder can read the projects' code and findings and send analyses.",
        mend="Revoke the token under SonarQube > My account > Security.",
        help="https://docs.sonarsource.com/sonarqube-server/latest/user-guide/managing-tokens/",
    ),
)
