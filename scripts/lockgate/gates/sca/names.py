"""Names that many know, and the names that lie one slip of the finger beside them."""

from collections import defaultdict
from functools import cache

_PYPI = """
aiobotocore aiofiles aiohttp aiosignal alembic amqp anthropic anyio apache-airflow apispec appdirs arrow
asgiref asn1crypto astroid asyncpg attrs autopep8 awscli azure-core azure-identity azure-storage-blob babel
backoff bandit bcrypt beautifulsoup4 billiard black bleach blinker bokeh boto boto3 botocore brotli build
cachetools celery certifi cffi chardet charset-normalizer click cloudpickle colorama coloredlogs colorlog
coverage cryptography cython dash dask databricks-sdk datasets dateparser debugpy decorator deprecated dill
discord-py distlib django django-cors-headers django-debug-toolbar django-extensions django-filter
djangorestframework dnspython docker docker-compose docopt docutils elasticsearch email-validator execnet
factory-boy faker fastapi fastjsonschema filelock flake8 flask flask-cors flask-login flask-sqlalchemy
flask-wtf fonttools frozenlist fsspec future gevent gitpython google-api-core google-api-python-client
google-auth google-cloud-bigquery google-cloud-storage googleapis-common-protos graphql-core greenlet grpcio
grpcio-tools gunicorn h11 html5lib httpcore httplib2 httptools httpx huggingface-hub hypothesis idna imageio
importlib-metadata importlib-resources iniconfig ipykernel ipython ipywidgets isodate isort itsdangerous
jedi jinja2 jmespath joblib json5 jsonpath-ng jsonschema jupyter jupyter-client jupyter-core jupyterlab
keras keyring kiwisolver kombu kubernetes langchain langchain-core lightgbm llvmlite lockfile loguru lxml
mako markdown markdown-it-py markupsafe marshmallow matplotlib mccabe mistune mkdocs mlflow mock mongoengine
more-itertools moto motor msal msgpack msgspec multidict mypy mypy-extensions mysqlclient nbconvert nbformat
networkx nltk nodeenv notebook numba numpy oauthlib openai opencv-python openpyxl opentelemetry-api
opentelemetry-sdk orjson packaging pandas paramiko parso passlib pathspec peewee pendulum pexpect pika
pillow pip pip-tools pipenv pkginfo platformdirs playwright plotly pluggy poetry poetry-core polars
pre-commit prometheus-client prompt-toolkit propcache proto-plus protobuf psutil psycopg psycopg2
psycopg2-binary ptyprocess pyarrow pyasn1 pycodestyle pycparser pycryptodome pycryptodomex pydantic
pydantic-core pydantic-settings pydocstyle pyflakes pygithub pygments pyinstaller pyjwt pylint pymongo
pymysql pynacl pyodbc pyopenssl pyparsing pyproject-hooks pyrsistent pyserial pyspark pytest pytest-asyncio
pytest-cov pytest-django pytest-mock pytest-xdist python-dateutil python-dotenv python-jose
python-json-logger python-multipart python-slugify pytorch-lightning pytz pywin32 pyyaml pyzmq qrcode
rapidfuzz redis regex requests requests-oauthlib requests-toolbelt responses rich rsa ruamel-yaml ruff s3fs
s3transfer safetensors scikit-image scikit-learn scipy scrapy seaborn selenium sentence-transformers
sentry-sdk setuptools setuptools-scm shapely simplejson six slack-sdk smart-open sniffio
snowflake-connector-python soupsieve spacy sphinx sqlalchemy sqlmodel sqlparse starlette statsmodels
streamlit stripe sympy tabulate tenacity tensorboard tensorflow termcolor textual threadpoolctl tiktoken
tokenizers toml tomli tomlkit toolz torch torchaudio torchvision tornado tox tqdm traitlets transformers
trio twilio twine twisted typeguard typer types-requests typing-extensions typing-inspect tzdata tzlocal
ujson uritemplate urllib3 uvicorn uvloop virtualenv wandb watchdog watchfiles wcwidth websocket-client
websockets werkzeug wheel whitenoise wrapt wtforms xgboost xlrd xlsxwriter xmltodict yamllint yarl zipp
zope-interface zstandard
"""

_NPM = """
@angular/cli @angular/core @aws-sdk/client-s3 @babel/core @babel/parser @babel/preset-env @babel/runtime
@babel/traverse @babel/types @emotion/react @eslint/js @nestjs/common @nestjs/core @playwright/test
@prisma/client @reduxjs/toolkit @rollup/plugin-node-resolve @swc/core @tanstack/react-query
@testing-library/react @types/express @types/jest @types/lodash @types/node @types/react @types/react-dom
@typescript-eslint/eslint-plugin @typescript-eslint/parser @vitejs/plugin-react @vue/compiler-sfc acorn
agent-base ajv ansi-regex ansi-styles anymatch apollo-server argparse array-flatten async autoprefixer
aws-sdk axios babel-core babel-eslint babel-jest babel-loader balanced-match base64-js bcrypt bcryptjs
bluebird body-parser bootstrap brace-expansion braces browserify browserslist buffer bunyan bytes cacache
callsites camelcase caniuse-lite chai chalk cheerio chokidar classnames cli-cursor cliui clsx color
color-convert color-name colors commander commondir compression concat-map concurrently connect content-type
cookie cookie-parser cookie-signature copy-webpack-plugin core-js cors cosmiconfig cross-env cross-fetch
cross-spawn crypto-js css-loader cssesc cssnano csstype date-fns dayjs debug decamelize decompress
deep-equal deepmerge depd destroy detect-libc discord.js dotenv ejs electron electron-builder
electron-to-chromium emoji-regex encodeurl enhanced-resolve entities errorhandler esbuild escalade
escape-html escape-string-regexp eslint eslint-config-airbnb eslint-config-prettier eslint-plugin-import
eslint-plugin-jsx-a11y eslint-plugin-prettier eslint-plugin-react eslint-plugin-react-hooks espree esprima
esquery estraverse esutils etag event-stream eventemitter3 events execa express express-session
express-validator fast-deep-equal fast-glob fastify fastq file-loader fill-range find-up firebase
follow-redirects form-data formidable framer-motion fs-extra fsevents function-bind get-stream glob
glob-parent globals globby got graceful-fs graphql gulp handlebars has-flag helmet highlight.js history
html-webpack-plugin http-errors http-proxy http-proxy-agent http-proxy-middleware https-proxy-agent husky
iconv-lite ieee754 ignore immer immutable import-fresh inherits ini inquirer ioredis is-glob is-number
isarray isexe jasmine jest jiti joi jquery js-tokens js-yaml jsdom jsesc json-schema json-schema-traverse
json5 jsonfile jsonwebtoken karma keyv kleur knex koa leaflet less levn lint-staged locate-path lodash
lodash-es lodash.debounce lodash.merge loglevel lru-cache luxon make-dir marked media-typer memfs merge2
micromatch mime mime-db mime-types mimic-fn minimatch minimist minipass mkdirp mobx mocha moment
moment-timezone mongodb mongoose morgan mqtt ms multer mustache mysql mysql2 nanoid natural-compare
negotiator next next-auth node-fetch node-forge node-gyp node-sass nodemailer nodemon normalize-path
npm-run-all nuxt object-assign object-inspect on-finished once open openai optionator ora p-limit p-locate
pako parse-json parse5 parseurl passport passport-jwt passport-local path-exists path-key path-parse
path-to-regexp phin picocolors picomatch pino pino-pretty playwright pluralize pm2 postcss postcss-loader
preact prettier pretty-format prisma process progress prom-client prompts prop-types proxy-addr
proxy-from-env pump punycode puppeteer qs querystring queue-microtask ramda randombytes range-parser
raw-body react react-dom react-hook-form react-icons react-is react-native react-query react-redux
react-router react-router-dom react-scripts react-select readable-stream readdirp recharts redis redux
redux-thunk regenerator-runtime request require-directory resolve resolve-from restore-cursor rimraf rollup
run-parallel rxjs safe-buffer safe-stable-stringify safer-buffer sass sass-loader sax scheduler semver send
sequelize serialize-javascript serve-static setprototypeof sharp shebang-command shebang-regex shelljs
side-channel signal-exit sinon slash slugify socket.io socket.io-client source-map source-map-js
source-map-support sprintf-js sqlite3 stack-utils statuses storybook string-width string_decoder strip-ansi
strip-bom strip-json-comments stripe style-loader styled-components stylelint superagent supertest
supports-color svelte svgo swiper tailwind-merge tailwindcss tapable terser terser-webpack-plugin three
through through2 tiny-invariant to-regex-range toidentifier tough-cookie ts-jest ts-loader ts-node tslib
tslint turbo type-check type-fest type-is typeorm typescript ua-parser-js uglify-js underscore undici unpipe
update-browserslist-db uri-js url-loader use-sync-external-store utils-merge uuid validator vary vite vitest
vue vue-router vuex webpack webpack-cli webpack-dev-server webpack-merge whatwg-url which winston wrap-ansi
wrappy ws xml2js xmlbuilder y18n yallist yaml yargs yargs-parser yocto-queue yup zod zone.js zustand
"""

# Honest packages that many use too, and that lie beside one of those above.
_BESIDE_PYPI = """
aiofile attr authlib bpython cattrs cchardet cwcwidth dataset elasticsearch7 elasticsearch8 fastai futures
google-oauth grequests gsutil hjson httpr hyper ijson isolate jsons markdown2 parse parsy psycopg-binary
pyaml pymssql pyshark scapy scrypt simpy tensorboardx torchx unicorn uri-template usort wand websocket
willow
"""
_BESIDE_NPM = """
@apollo/server args aws-cdk babel-preset-env babel-runtime babel-traverse babel-types brace buffers callsite
camel-case colord cookies crypt dargs echarts enquirer eventemitter2 gaxios global graphiql is-blob jsdoc
json3 jsonp jsonschema mem-fs memjs merge mquery mssql npm-run-all2 nprogress object.assign ofetch parse-url
parseuri prompt query-string rambda random-bytes rollup-plugin-node-resolve trough tslint-config-prettier
tsutils uglify-es urijs vasync xml-js xmlbuilder2
"""

_POPULAR = {"PyPI": frozenset(_PYPI.split()), "npm": frozenset(_NPM.split())}
_HONEST = {"PyPI": frozenset(_BESIDE_PYPI.split()), "npm": frozenset(_BESIDE_NPM.split())}
_SHORTEST = 5
"""Shorter names have too many honest neighbours."""
_APART = str.maketrans("", "", "-_./@")


def near(ecosystem: str, name: str) -> str:
    """Give the popular name from which a name differs by one slip; empty where there is none.

    A slip is one character too many, too few, wrong or swapped with the next, or a separator that is another,
    is missing or stands elsewhere. A popular name is near none.
    """
    if ecosystem not in _POPULAR or len(name) < _SHORTEST - 1:
        return ""
    if name in _POPULAR[ecosystem] or name in _HONEST[ecosystem]:
        return ""
    forms, plain = _neighbours(ecosystem)
    if alike := plain.get(name.translate(_APART)):
        return alike
    for form in (name, *_shorter(name)):
        for other in forms.get(form, ()):
            if _one_slip(name, other):
                return other
    return ""


@cache
def _neighbours(ecosystem: str) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """Index popular names by what is left of them without any one character, and without separators."""
    forms: defaultdict[str, list[str]] = defaultdict(list)
    names = sorted(name for name in _POPULAR[ecosystem] if len(name.translate(_APART)) >= _SHORTEST)
    for name in names:
        for form in {name, *_shorter(name)}:
            forms[form].append(name)
    plain = {name.translate(_APART): name for name in names}
    return {form: tuple(names) for form, names in forms.items()}, plain


def _shorter(name: str) -> list[str]:
    return [name[:at] + name[at + 1 :] for at in range(len(name))] if len(name) <= 100 else []


def _one_slip(one: str, other: str) -> bool:
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    left, right = one[start:], other[start:]
    same = (left[1:], right[1:])
    return (
        same[0] == same[1]  # one wrong
        or left[1:] == right  # one too many
        or left == right[1:]  # one too few
        or (left[:2] == right[1::-1] and left[2:] == right[2:])  # two swapped
    )
