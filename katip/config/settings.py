"""Django's settings, made from the operator's `KATIP_*` variables (`katip.core.environment`)."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from psycopg.conninfo import conninfo_to_dict

from katip.core.environment import environment_read, is_loopback
from katip.core.keys import key_load, random_key
from katip.core.logins import logins_named
from katip.core.metrics_folder import metrics_folder_set
from katip.core.postgres import Login, server_find
from katip.core.reach import connection_set

PACKAGE = Path(__file__).resolve().parent.parent

KATIP = environment_read()
_made = random_key if KATIP.makes_keys else None

SECRET_KEY = key_load(KATIP.keys_folder, "secret_key", KATIP.secret_key, make=_made)
KATIP_LOOKUP_KEY = key_load(KATIP.keys_folder, "lookup_key", KATIP.lookup_key, make=_made)
KATIP_FIELD_KEY = key_load(KATIP.keys_folder, "field_key", KATIP.field_key, make=_made)

DEBUG = False
ALLOWED_HOSTS = [
    KATIP.host,
    *(["localhost"] if is_loopback(KATIP.host) else []),
    *([urlsplit(KATIP.public_url).hostname] if KATIP.public_url else []),
]
CSRF_TRUSTED_ORIGINS = [KATIP.origin]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "katip.core",
    "katip.audit",
    "katip.identity",
    "katip.registry",
    "katip.counter",
    "katip.processes",
    "katip.contracts",
    "katip.updates",
    "katip.documents",
    "katip.documents.seal",
    "katip.documents.guide",
    "katip.runs",
    "katip.notices",
    "katip.programs",
    "katip.keeping",
    "katip.web",
    "procrastinate.contrib.django",
]
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"  # each room's jobs.py

MIDDLEWARE = [
    "katip.web.watch.middleware.WatchMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "katip.web.middleware.HeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "katip.api.middleware.ProblemMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "katip.web.middleware.LanguageMiddleware",
    "katip.web.middleware.BodyMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "katip.web.middleware.DeviceMiddleware",
    "katip.web.middleware.AccessMiddleware",
]

ROOT_URLCONF = "katip.config.urls"
WSGI_APPLICATION = "katip.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "katip.web.context.page",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "katip.web.templatetags.katip"],
        },
    }
]


def _database(url: str, login: Login) -> dict[str, Any]:
    """`postgresql://user:password@host:port/name` as Django wants it; without one, the embedded server if it runs."""
    server = None if url else server_find(KATIP.data)
    given: dict[str, Any] = {**server.dsn(login)} if server else dict(conninfo_to_dict(url))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": given.pop("dbname", "katip"),
        "USER": given.pop("user", ""),
        "PASSWORD": given.pop("password", ""),
        "HOST": given.pop("host", ""),
        "PORT": str(given.pop("port", "")),
        "OPTIONS": given,
    }


# Two logins for two kinds of processes (`katip.core.rows`): the web processes' sees what the one who acts may see,
# and takes the place of `default` in `katip.config.web_settings`.
APPLICATION_DATABASE = _database(KATIP.database_url, "application")
DATABASES = {
    "default": _database(KATIP.database_work_url or KATIP.database_url, "work"),
    "owner": _database(KATIP.database_owner_url, "owner"),
}
KATIP_LOGINS = logins_named(
    str(APPLICATION_DATABASE["USER"]), str(conninfo_to_dict(KATIP.database_work_url).get("user", ""))
)
KATIP_NOBODY = "none"  # the role while nobody acts: the login's own
if KATIP.database_url and KATIP.database_prepare and not KATIP.database_work_url:
    # One login for both: these processes take the house's role on as they connect, which no pooler would carry over.
    KATIP_NOBODY = KATIP_LOGINS.work
    DATABASES["default"]["OPTIONS"]["options"] = f"-c role={KATIP_NOBODY}"
for _one in (APPLICATION_DATABASE, DATABASES["default"]):
    connection_set(_one, KATIP)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Rate limits and used codes lie here. Counted attempts (`light`) may be lost with a server that fails, codes may not.
CACHES = {
    "default": {
        "BACKEND": "katip.core.cache.SharedCache",
        "LOCATION": "cache_entry",
        "TIMEOUT": 300,
        "OPTIONS": {"light": "allauth:rl:"},
    }
}

AUTH_USER_MODEL = "identity.Person"
AUTHENTICATION_BACKENDS = ["katip.identity.backends.NationalIdBackend"]
PASSWORD_HASHERS = ["katip.identity.hashing.PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"katip.identity.passwords.{name}"} for name in ("LengthValidator", "CommonValidator", "OwnValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "capacity"

ACCOUNT_ADAPTER = "katip.identity.adapters.AccountAdapter"
ACCOUNT_FORMS = {"login": "katip.identity.forms.SignInForm"}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = "national_id_key"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_REDIRECT_URL = "start"
ACCOUNT_RATE_LIMITS = {"login": "300/m/ip", "login_failed": "20/m/ip,5/5m/key", "reauthenticate": "10/m/user"}
# A password is guessed at within an account *and* a network, or a browser that the account knows: whoever fails on
# purpose locks out their own network only. (`login_failed` above counts codes, which only the right password reaches.)
KATIP_GUESSES = {"elsewhere": "60/m/ip,5/5m/key", "known_device": "10/5m/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = KATIP.trusted_proxies
MFA_ADAPTER = "katip.identity.adapters.SecondStepAdapter"
MFA_FORMS = {"authenticate": "katip.identity.forms.SecondStepForm"}
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1
MFA_TOTP_ISSUER = "Katip"

MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # a cookie would name firms in clear
SESSION_ENGINE = "katip.identity.session_store"
SESSION_SERIALIZER = "katip.identity.sessions.SealedSerializer"
SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
_secure = KATIP.public_url.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _secure
if _secure:  # no other host, no path and no plain HTTP can set or read these
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _secure else None
SECURE_HSTS_SECONDS = 31_536_000 if _secure else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _secure
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

LANGUAGE_CODE = "tr"
LANGUAGES = [("tr", "Türkçe"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "web" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Istanbul"

STATIC_URL = "/static/"
STATIC_ROOT = KATIP.data / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# A form of this product is small. Files do not count here: katip.web.middleware.BodyMiddleware bounds them.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 6_000

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"()": "katip.core.logs.Masked"}, "json": {"()": "katip.core.logs.MaskedJson"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": KATIP.log_format}},
    "root": {"handlers": ["console"], "level": "ERROR" if KATIP.log_level == "error" else "WARNING"},
    "loggers": {
        "katip": {"level": KATIP.log_level.upper()},  # libraries say more than anybody wants to read
        "_granian": {"handlers": [], "propagate": True},  # the web server's own, in its processes: through the same
    },
}
metrics_folder_set(KATIP.data, KATIP.metrics_port)  # before anything loads Prometheus' library
SILENCED_SYSTEM_CHECKS: list[str] = []

# Ports and their adapters
KATIP_MANDATE_SOURCE = "katip.registry.adapters.ImportedMandates"
