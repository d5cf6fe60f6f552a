"""Random values of every kind of secret, with right checksums: none is stored, none was ever real.

A template stands for a value: `{h32}` is 32 characters of the alphabet `h`, all else is itself. Each template
makes the shortest value that its vendor's format allows.
"""

import re
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from string import ascii_letters, ascii_lowercase, ascii_uppercase, digits
from zlib import crc32

ALPHABETS = {
    "a": ascii_letters + digits,
    "b": ascii_letters + digits + "+/",
    "d": digits,
    "g": "023456789ACDEFGHJKLMNPQRSTUVWXYZ",
    "h": "0123456789abcdef",
    "j": ascii_lowercase + digits + "!@#$%^&*(-_=+)",
    "l": ascii_lowercase + digits,
    "p": ascii_uppercase + "234567",
    "u": ascii_uppercase + digits,
    "w": ascii_letters + digits + "-_",
    "x": "0123456789ABCDEF",
    "z": ascii_letters,
}
UUID = "{h8}-{h4}-{h4}-{h4}-{h12}"


@dataclass(frozen=True)
class Sample:
    """A value, the name that it is assigned to, and the text around it that its format asks for."""

    value: str
    name: str = "TOKEN"
    around: str = "<value>"

    @property
    def text(self) -> str:
        return self.around.replace("<value>", self.value)


@dataclass(frozen=True)
class Maker:
    """How to draw a sample."""

    template: str
    name: str = "TOKEN"
    around: str = "<value>"
    finish: Callable[[str], str] = str

    def __call__(self, rng: Random) -> Sample:
        return Sample(self.finish(draw(rng, self.template)), self.name, self.around)


def draw(rng: Random, template: str) -> str:
    def fill(slot: re.Match[str]) -> str:
        drawn = rng.choices(ALPHABETS[slot[1]], k=int(slot[2]))
        drawn[len(drawn) // 2] = rng.choice(ALPHABETS[slot[1]].strip(ascii_letters) or ALPHABETS[slot[1]])
        return "".join(drawn)

    return re.sub(r"\{([a-z])([0-9]+)\}", fill, template)


def in_base(number: int, alphabet: str, width: int) -> str:
    places = [alphabet[number // len(alphabet) ** place % len(alphabet)] for place in range(width)]
    return "".join(reversed(places))


def with_base62_crc(value: str) -> str:
    covered = value.partition("_")[2]
    return value + in_base(crc32(covered.encode()), digits + ascii_uppercase + ascii_lowercase, 6)


def with_base36_crc(value: str) -> str:
    return value + in_base(crc32(value.encode()), digits + ascii_lowercase, 7)


def with_hex_crc(value: str) -> str:
    return f"{value}_{crc32(value.encode()).to_bytes(4, 'little').hex()}"


def with_aa(value: str) -> str:
    return f"{value}AA"


def on_one_line(value: str) -> str:
    return value.replace("\n", "\\n")


def pem(label: str, first: str = "") -> str:
    dashes = "-" * 5
    return f"{dashes}BEGIN {label}{dashes}\n{first}{{b64}}\n{{b64}}\n{{b40}}\n{dashes}END {label}{dashes}"


def segment(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


JWT = segment('{"alg":"HS256","typ":"JWT"}') + "." + segment('{"sub":"1"}') + ".{w20}"
LOGIN = "shop_user:<value>@db.shop.internal:5432/shop"
PRIVATE = "PRIVATE KEY"
SERVICE_ACCOUNT = '{"type": "service_account", "project_id": "shop-1", "private_key": "<value>\\n"}'
PUTTY = (
    "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: shop\nPublic-Lines: 2\n{b64}\n{b16}\n"
    "Private-Lines: 1\n{b40}\nPrivate-MAC: {h40}"
)
MAKERS: dict[str, Maker] = {
    "age-secret-key": Maker("AGE-SECRET-KEY-1{g58}"),
    "airtable-token": Maker("pat{a14}.{h64}"),
    "aiven-password": Maker("AVNS_{w19}"),
    "algolia-admin-key": Maker("{h32}", "ALGOLIA_ADMIN_KEY"),
    "alibaba-access-key-id": Maker("LTAI{a20}"),
    "amqp-url-password": Maker("{a16}", around=f"amqps://{LOGIN}"),
    "anthropic-admin-key": Maker("sk-ant-admin01-{w93}", finish=with_aa),
    "anthropic-api-key": Maker("sk-ant-api03-{w93}", finish=with_aa),
    "anthropic-oauth-token": Maker("sk-ant-oat01-{w80}"),
    "artifactory-api-key": Maker("AKCp{a69}"),
    "artifactory-reference-token": Maker("cmVmdGtu{a56}"),
    "asana-token": Maker("1/{d16}:{h32}", "asana_token"),
    "atlassian-api-token": Maker("ATATT3{w160}={x8}"),
    "auth0-client-secret": Maker("{w64}", "AUTH0_CLIENT_SECRET"),
    "aws-access-key-id": Maker("AKIA{p16}"),
    "aws-bedrock-api-key": Maker("ABSK{b109}"),
    "aws-mws-token": Maker(f"amzn.mws.{UUID}"),
    "aws-secret-access-key": Maker("{b40}", "aws_secret_access_key"),
    "aws-session-token": Maker("IQoJb3JpZ2lu{b200}"),
    "azure-client-secret": Maker("{a3}8Q~{a31}"),
    "azure-devops-pat": Maker("{a76}AZDO{a4}"),
    "azure-openai-key": Maker("{h32}", "AZURE_OPENAI_API_KEY"),
    "azure-sas-signature": Maker(
        "{a43}%3D", around="https://shop.blob.core.windows.net/c?sv=2024-11-04&sp=r&sig=<value>"
    ),
    "azure-service-key": Maker("{b33}AIoTA{b5}="),
    "azure-storage-key": Maker("{b86}==", "AccountKey"),
    "bitbucket-access-token": Maker("ATCTT3{w160}={x8}"),
    "bitbucket-app-password": Maker("ATBB{a24}{x8}"),
    "braintree-access-token": Maker("access_token$production${l16}${h32}"),
    "brevo-key": Maker("xkeysib-{h64}-{a16}"),
    "buildkite-api-token": Maker("bkua_{h40}"),
    "cerebras-api-key": Maker("csk-{l48}"),
    "circleci-token": Maker("CCIPAT_{a22}_{h40}"),
    "clickup-token": Maker("pk_{d5}_{u32}"),
    "clojars-token": Maker("CLOJARS_{h60}"),
    "cloudflare-api-key": Maker("cfk_{a40}{h8}"),
    "cloudflare-api-token": Maker("cfut_{a40}{h8}"),
    "cloudflare-legacy-token": Maker("{h37}", "CLOUDFLARE_API_KEY"),
    "cloudflare-origin-ca-key": Maker("v1.0-{h24}-{h146}"),
    "cohere-api-key": Maker("{a40}", "COHERE_API_KEY"),
    "contentful-token": Maker("CFPAT-{w43}"),
    "crates-io-token": Maker("cio{a32}"),
    "databricks-token": Maker("dapi{h32}"),
    "datadog-api-key": Maker("{h32}", "DD_API_KEY"),
    "datadog-application-key": Maker("{h40}", "datadog_app_key"),
    "deepseek-api-key": Maker("sk-{h32}", "DEEPSEEK_API_KEY"),
    "digitalocean-token": Maker("dop_v1_{h64}"),
    "discord-bot-token": Maker("M{w23}.{w6}.{w27}", "DISCORD_TOKEN"),
    "discord-webhook-url": Maker("{d18}/{w60}", around="https://discord.com/api/webhooks/<value>"),
    "django-insecure-secret-key": Maker("django-insecure-{j50}", "SECRET_KEY"),
    "django-secret-key": Maker("{j50}", "SECRET_KEY"),
    "docker-hub-token": Maker("dckr_pat_{w27}"),
    "doppler-token": Maker("dp.pt.{a40}"),
    "dropbox-token": Maker("sl.{w130}"),
    "dynatrace-token": Maker("dt0c01.{u24}.{u64}"),
    "elevenlabs-api-key": Maker("sk_{h48}"),
    "facebook-access-token": Maker("EAA{a100}"),
    "fastly-api-token": Maker("{w32}", "FASTLY_API_TOKEN"),
    "figma-token": Maker("figd_{w40}"),
    "flutterwave-secret-key": Maker("FLWSECK-{h32}-X"),
    "fly-access-token": Maker("fo1_{w43}"),
    "fly-macaroon": Maker("fm2_{b80}"),
    "gcp-service-account-key": Maker(pem(PRIVATE), around=SERVICE_ACCOUNT, finish=on_one_line),
    "github-app-token": Maker("ghs_{a30}", finish=with_base62_crc),
    "github-classic-token": Maker("ghp_{a30}", finish=with_base62_crc),
    "github-fine-grained-pat": Maker("github_pat_{a22}_{a59}"),
    "github-oauth-token": Maker("gho_{a30}", finish=with_base62_crc),
    "github-refresh-token": Maker("ghr_{a70}", finish=with_base62_crc),
    "gitlab-agent-token": Maker("glagent-{w50}"),
    "gitlab-deploy-token": Maker("gldt-{w20}"),
    "gitlab-feature-flag-token": Maker("glffct-{w20}"),
    "gitlab-feed-token": Maker("glft-{w20}"),
    "gitlab-incoming-mail-token": Maker("glimt-{l25}"),
    "gitlab-job-token": Maker("glcbt-{w20}"),
    "gitlab-oauth-secret": Maker("gloas-{h64}"),
    "gitlab-pat": Maker("glpat-{w20}"),
    "gitlab-runner-token": Maker("glrt-{w20}"),
    "gitlab-scim-token": Maker("glsoat-{w20}"),
    "gitlab-trigger-token": Maker("glptt-{h40}"),
    "google-api-key": Maker("AIza{w35}"),
    "google-oauth-access-token": Maker("ya29.{w60}"),
    "google-oauth-client-secret": Maker("GOCSPX-{w28}"),
    "google-oauth-refresh-token": Maker("1//0{w60}"),
    "grafana-cloud-token": Maker("glc_eyJ{b60}"),
    "grafana-service-account-token": Maker("glsa_{a32}", finish=with_hex_crc),
    "groq-api-key": Maker("gsk_{a52}"),
    "harness-token": Maker("pat.{w22}.{h24}.{a20}"),
    "heroku-api-key": Maker("HRKU-AA{w58}"),
    "honeycomb-key": Maker("hcaik_{l58}"),
    "hubspot-token": Maker(f"pat-na1-{UUID}"),
    "hugging-face-org-token": Maker("api_org_{z34}"),
    "hugging-face-token": Maker("hf_{z34}"),
    "infracost-api-key": Maker("ico-{a32}"),
    "jwt": Maker(JWT),
    "langfuse-secret-key": Maker(f"sk-lf-{UUID}"),
    "langsmith-api-key": Maker("lsv2_pt_{h32}_{h10}"),
    "launchdarkly-key": Maker(f"sdk-{UUID}"),
    "linear-api-key": Maker("lin_api_{a40}"),
    "linear-oauth-token": Maker("lin_oauth_{h64}"),
    "linode-token": Maker("{h64}", "LINODE_TOKEN"),
    "mailchimp-api-key": Maker("{h32}-us7"),
    "mailgun-api-key": Maker("key-{h32}"),
    "mailgun-sending-key": Maker("{h32}-{h8}-{h8}", "MAILGUN_API_KEY"),
    "mistral-api-key": Maker("{a32}", "MISTRAL_API_KEY"),
    "mollie-api-key": Maker("live_{a30}"),
    "mongodb-url-password": Maker("{a16}", around=f"mongodb+srv://{LOGIN}"),
    "mysql-url-password": Maker("{a16}", around=f"mysql+pymysql://{LOGIN}"),
    "neon-api-key": Maker("napi_{l64}"),
    "netlify-token": Maker("nfp_{a36}"),
    "new-relic-insert-key": Maker("NRII-{w32}"),
    "new-relic-license-key": Maker("{h36}NRAL"),
    "new-relic-user-key": Maker("NRAK-{u27}"),
    "ngrok-token": Maker("{a27}_{a20}", "NGROK_AUTHTOKEN"),
    "notion-legacy-token": Maker("secret_{a43}"),
    "notion-token": Maker("ntn_{d11}{a35}"),
    "npm-token": Maker("npm_{a30}", finish=with_base62_crc),
    "nuget-api-key": Maker("oy2{l43}"),
    "nvidia-api-key": Maker("nvapi-{w64}"),
    "octopus-api-key": Maker("API-{u25}", "OCTOPUS_API_KEY"),
    "okta-api-token": Maker("00{w40}", "OKTA_API_TOKEN"),
    "onepassword-secret-key": Maker("A3-{u6}-{u11}-{u5}-{u5}-{u5}"),
    "onepassword-service-token": Maker("ops_eyJ{b250}"),
    "openai-admin-key": Maker("sk-admin-{w58}T3BlbkFJ{w58}"),
    "openai-api-key": Maker("sk-proj-{w20}T3BlbkFJ{w20}"),
    "openai-legacy-key": Maker("sk-{a20}T3BlbkFJ{a20}"),
    "openrouter-api-key": Maker("sk-or-v1-{h64}"),
    "openshift-token": Maker("sha256~{w43}"),
    "paddle-api-key": Maker("pdl_live_apikey_{l26}_{a22}_{a3}"),
    "pagerduty-api-key": Maker("{a20}", "PAGERDUTY_API_KEY"),
    "perplexity-api-key": Maker("pplx-{a48}"),
    "pgp-private-key": Maker(pem(f"PGP {PRIVATE} BLOCK")),
    "pinecone-api-key": Maker("pcsk_{a5}_{a60}"),
    "plaid-access-token": Maker(f"access-production-{UUID}"),
    "planetscale-oauth-token": Maker("pscale_oauth_{w32}"),
    "planetscale-password": Maker("pscale_pw_{w32}"),
    "planetscale-token": Maker("pscale_tkn_{w32}"),
    "postgres-url-password": Maker("{a16}", around=f"postgresql://{LOGIN}"),
    "posthog-personal-key": Maker("phx_{a43}"),
    "postman-api-key": Maker("PMAK-{h24}-{h34}"),
    "postmark-token": Maker(UUID, "POSTMARK_SERVER_TOKEN"),
    "prefect-api-key": Maker("pnu_{a36}"),
    "private-key": Maker(pem(f"RSA {PRIVATE}")),
    "private-key-encrypted": Maker(
        pem(f"RSA {PRIVATE}", "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,{x32}\n\n")
    ),
    "pulumi-token": Maker("pul-{h40}"),
    "putty-private-key": Maker(PUTTY),
    "pypi-token": Maker("pypi-AgEIcHlwaS5vcmc{w70}"),
    "railway-token": Maker(UUID, "RAILWAY_TOKEN"),
    "readme-api-key": Maker("rdme_{l70}"),
    "redis-url-password": Maker("{a16}", around=f"rediss://{LOGIN}"),
    "render-api-key": Maker("rnd_{a28}"),
    "replicate-api-token": Maker("r8_{a37}"),
    "resend-api-key": Maker("re_{a8}_{a24}"),
    "rubygems-api-key": Maker("rubygems_{h48}"),
    "sendgrid-api-key": Maker("SG.{w22}.{w43}"),
    "sentry-org-token": Maker("sntrys_eyJ{b100}"),
    "sentry-user-token": Maker("sntryu_{h64}"),
    "shopify-app-secret": Maker("shpss_{h32}"),
    "shopify-token": Maker("shpat_{h32}"),
    "slack-app-token": Maker("xapp-1-A{u8}-{d10}-{h64}"),
    "slack-bot-token": Maker("xoxb-{d10}-{d10}-{a24}"),
    "slack-config-token": Maker("xoxe.xoxp-1-{a140}"),
    "slack-user-token": Maker("xoxp-{d10}-{d10}-{d10}-{h32}"),
    "slack-webhook-url": Maker("T{u8}/B{u8}/{a24}", around="https://hooks.slack.com/services/<value>"),
    "snyk-token": Maker(UUID, "SNYK_TOKEN"),
    "sonar-token": Maker("squ_{h40}"),
    "sourcegraph-token": Maker("sgp_{h40}"),
    "square-access-token": Maker("sq0atp-{w22}"),
    "square-oauth-secret": Maker("sq0csp-{w43}"),
    "stripe-live-key": Maker("sk_live_{a24}"),
    "stripe-test-key": Maker("rk_test_{a24}"),
    "supabase-access-token": Maker("sbp_{h40}"),
    "supabase-secret-key": Maker("sb_secret_{w22}_{w8}"),
    "tailscale-key": Maker("tskey-auth-{a8}-{a20}"),
    "tavily-api-key": Maker("tvly-{a32}"),
    "telegram-bot-token": Maker("{d8}:AA{w33}"),
    "tencent-secret-id": Maker("AKID{a32}"),
    "terraform-cloud-token": Maker("{a14}.atlasv1.{a60}"),
    "twilio-api-key": Maker("SK{h32}"),
    "twilio-auth-token": Maker("{h32}", "TWILIO_AUTH_TOKEN"),
    "typeform-token": Maker("tfp_{w40}"),
    "vault-legacy-token": Maker("s.{a24}", "VAULT_TOKEN"),
    "vault-token": Maker("hvs.{w24}"),
    "vercel-legacy-token": Maker("{a24}", "VERCEL_TOKEN"),
    "vercel-token": Maker("vcp_{a56}"),
    "webhook-signing-secret": Maker("whsec_{a32}"),
    "weights-biases-api-key": Maker("{h40}", "WANDB_API_KEY"),
    "xai-api-key": Maker("xai-{a80}"),
    "yandex-api-key": Maker("AQVN{w35}"),
}
VARIANTS: dict[str, Maker] = {
    "aws-access-key-id": Maker("ASIA{p16}"),
    "azure-service-key": Maker("{b76}+ASt{b5}Q=="),
    "github-app-token": Maker(f"ghs_{{d7}}_{JWT}"),
    "gitlab-pat": Maker("glpat-{w27}.01.0r", finish=with_base36_crc),
    "gitlab-runner-token": Maker("glrtr-t1_{w20}"),
    "heroku-api-key": Maker(f"HRKU-{UUID}"),
    "private-key": Maker(pem(PRIVATE), finish=on_one_line),
    "private-key-encrypted": Maker(pem(f"ENCRYPTED {PRIVATE}")),
}
