"""What bandit's rules look for and how to mend each: bandit itself says neither in one sentence."""

from lockgate.gates.cwe import WHY

_ARGUMENTS = "Pass a list of arguments with a fixed program first, and leave `shell=True` out."
_XML = "Parse it with the defusedxml package."
_XML_USED = "XML is parsed by a module that trusts it."
_XML_IMPORTED = "A module that trusts the XML that it parses is imported."
_HASH = "Use SHA-256 or stronger; for what is not security pass `usedforsecurity=False`."
_ENCRYPTED = "Use a protocol that encrypts: SSH, SFTP or HTTPS."
_TLS = "Use `ssl.create_default_context()`, which takes TLS 1.2 or newer."
_ESCAPE = "Let the template escape the text, or build the markup with format_html()."
_HANDLE = "Catch the one exception that is meant, and log it or act on it."
_STORE = "Read it from the environment or a secret store, and change it where it is in use."
_PARAMETERS = "Use the ORM's filters, or pass values as parameters instead of writing them into the SQL."

# id: (CWE, what, mend)
TABLE: dict[str, tuple[int, str, str]] = {
    "B101": (703, "An assert guards something, and `python -O` leaves asserts out.",
             "Raise an exception; an assert is for tests."),
    "B102": (78, "exec() runs text as Python code.", "Call the function that is meant."),
    "B103": (732, "A file gets permissions that let others write or run it.",
             "Use 0o600, or 0o700 for what the owner runs."),
    "B104": (605, "A socket listens on all network interfaces.",
             "Bind to 127.0.0.1, or to an address from the configuration."),
    "B105": (259, "A password is written into the source.", _STORE),
    "B106": (259, "A password is written into a call.", _STORE),
    "B107": (259, "A password is the default of an argument.", f"Make the argument required. {_STORE}"),
    "B108": (377, "A file in a temporary folder has a fixed name.",
             "Use tempfile.mkstemp() or tempfile.TemporaryDirectory()."),
    "B110": (703, "An exception is caught and passed over.", _HANDLE),
    "B112": (703, "An exception is caught and the loop goes on.", _HANDLE),
    "B113": (400, "A request has no time limit.", "Pass `timeout=` in seconds."),
    "B201": (94, "Flask runs with its debugger, which runs code for whoever asks.",
             "Leave `debug=True` out; set FLASK_DEBUG on the developer's machine."),
    "B202": (22, "An archive is unpacked without a look at the names in it.",
             'Pass `filter="data"` to extractall().'),
    "B301": (502, "pickle, or a module built on it, reads data.", "Use JSON, or check a signature first."),
    "B302": (502, "marshal reads data.", "Use JSON."),
    "B303": (327, "MD2, MD4, MD5 or SHA-1 is used.", _HASH),
    "B304": (327, "A broken cipher is used.", "Use AES-GCM or ChaCha20-Poly1305 (cryptography package)."),
    "B305": (327, "A cipher runs in ECB mode, which shows repetition.", "Use AES-GCM."),
    "B306": (377, "mktemp() gives a name that others can take.", "Use tempfile.mkstemp()."),
    "B307": (78, "eval() runs text as Python code.", "Use ast.literal_eval(), or parse the text."),
    "B308": (79, "mark_safe() keeps Django from escaping the text.", _ESCAPE),
    "B310": (22, "An address is opened whose scheme may be file:.",
             "Check that the address starts with https://."),
    "B311": (330, "A random number is drawn that can be foretold.",
             "Use the secrets module for what guards something."),
    "B312": (319, "Telnet is used.", _ENCRYPTED),
    "B313": (20, _XML_USED, _XML),
    "B314": (20, _XML_USED, _XML),
    "B315": (20, _XML_USED, _XML),
    "B316": (20, _XML_USED, _XML),
    "B317": (20, _XML_USED, _XML),
    "B318": (20, _XML_USED, _XML),
    "B319": (20, _XML_USED, _XML),
    "B321": (319, "FTP is used.", _ENCRYPTED),
    "B323": (295, "A TLS context is made that checks no certificate.", "Use ssl.create_default_context()."),
    "B324": (327, "A weak hash is used for security.", _HASH),
    "B401": (319, "The Telnet client is imported.", _ENCRYPTED),
    "B402": (319, "The FTP client is imported.", _ENCRYPTED),
    "B403": (502, "pickle, or a module built on it, is imported.",
             "Use JSON for data that others may write."),
    "B404": (78, "subprocess is imported.",
             "See that every call passes a list of arguments and no shell."),
    "B405": (20, _XML_IMPORTED, _XML),
    "B406": (20, _XML_IMPORTED, _XML),
    "B407": (20, _XML_IMPORTED, _XML),
    "B408": (20, _XML_IMPORTED, _XML),
    "B409": (20, _XML_IMPORTED, _XML),
    "B411": (20, "xmlrpc is imported, which trusts the XML that it parses.",
             "Call defusedxml.xmlrpc.monkey_patch() first, or use JSON."),
    "B412": (284, "CGI takes the HTTP_PROXY variable from a request's header.", "Use WSGI or ASGI."),
    "B413": (327, "pyCrypto is imported, which nobody maintains.", "Use the cryptography package."),
    "B415": (319, "An IPMI library is imported, a protocol that is insecure.", _ENCRYPTED),
    "B501": (295, "A request checks no certificate.",
             "Leave `verify=False` out; give the path of your own authority's certificate to trust it."),
    "B502": (327, "A broken version of SSL or TLS is asked for.", _TLS),
    "B503": (327, "A broken version of SSL or TLS is the default of an argument.", _TLS),
    "B504": (327, "A socket is wrapped without a choice of the TLS version.", _TLS),
    "B505": (326, "A key is too short.", "Use RSA from 3072 bits, or an elliptic curve from 256."),
    "B506": (20, "yaml.load() can build any object that the text names.", "Use yaml.safe_load()."),
    "B507": (295, "An SSH client takes any host key.", "Load known hosts and use RejectPolicy."),
    "B508": (319, "SNMP 1 or 2 is used, which does not encrypt.", "Use SNMPv3 with authPriv."),
    "B509": (319, "SNMPv3 runs without authentication or encryption.", "Give both an auth and a priv key."),
    "B601": (78, "A remote shell runs the text.", "Quote each value with shlex.quote()."),
    "B602": (78, "A shell runs the command.", _ARGUMENTS),
    "B603": (78, "A program is started with arguments that may come from outside.",
             "See that no argument from outside is the program, or starts with a dash."),
    "B604": (78, "A function is called with `shell=True`.", _ARGUMENTS),
    "B605": (78, "A shell runs the command.", "Use subprocess.run() with a list of arguments."),
    "B606": (78, "A program is started without a shell.", "See that nobody outside chooses it."),
    "B607": (78, "A program is started by a name that PATH resolves.", "Give its full path."),
    "B608": (89, "SQL is put together from text.", "Pass values as parameters of execute()."),
    "B609": (155, "A command has a wildcard that a shell or a program expands.",
             "List the files in Python, and put `--` or `./` before them."),
    "B610": (89, "extra() of Django takes SQL as text.", _PARAMETERS),
    "B611": (89, "RawSQL of Django takes SQL as text.", _PARAMETERS),
    "B612": (94, "logging.config.listen() runs what it is sent.", "Pass `verify=`, or load a file."),
    "B613": (838, "Bidirectional control characters show the code in another order than it runs.",
             "Remove them, or write them as escapes."),
    "B614": (502, "torch.load() reads pickles.", "Pass `weights_only=True`, or use safetensors."),
    "B615": (494, "A model or a data set is downloaded without a fixed revision.",
             "Pass `revision=` with a commit's hash."),
    "B701": (94, "Jinja2 escapes nothing here.", "Pass `autoescape=select_autoescape()`."),
    "B702": (80, "Mako escapes nothing unless told to.",
             'Pass `default_filters=["h"]`, or filter each value.'),
    "B703": (80, "mark_safe() keeps Django from escaping a value that may come from outside.", _ESCAPE),
    "B704": (79, "Markup() keeps a value that may come from outside from being escaped.",
             "Pass the value to Markup.format(), which escapes it."),
}  # fmt: skip

# Where bandit's CWE says less than the rule.
_WHY = {"B102": WHY[94], "B307": WHY[94], "B506": WHY[502], "B701": WHY[79]}


def why(rule_id: str) -> str:
    """Say what an attacker gains from what a rule finds."""
    return _WHY.get(rule_id) or WHY[TABLE[rule_id][0]]
