"""Every setting of the product, read from the environment by typed helpers.

What varies per client is a row, never a setting.  `docs/operators.md` lists the variables.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from helpdesk.lib import env

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = Path(env.text("HELPDESK_VAR", "var")).expanduser()
VAR = VAR if VAR.is_absolute() else BASE_DIR / VAR

DEBUG = env.boolean("HELPDESK_DEBUG", False)
# The demo shows its outbox and prints logins; a production site never sets it.
DEMO = env.boolean("HELPDESK_DEMO", False)
SECRET_KEY = env.text("DJANGO_SECRET_KEY", "only-for-debugging" if DEBUG else None)
SECRET_KEY_FALLBACKS = env.words("HELPDESK_OLD_SECRET_KEYS")
PORT = env.integer("PORT", 8000, minimum=1, maximum=65535)
BASE_URL = env.url("HELPDESK_BASE_URL", f"http://127.0.0.1:{PORT}")
# Attachments come from another origin, so that a hostile file never runs beside a session.
FILES_ORIGIN = env.url("HELPDESK_FILES_ORIGIN", f"http://localhost:{PORT}")
MAIL_DOMAIN = env.text("HELPDESK_MAIL_DOMAIN", "desk.example")
# The names under which our mail servers write what they found out about a mail's sender.
MAIL_AUTHSERV = frozenset(env.text("HELPDESK_MAIL_AUTHSERV", "").lower().replace(",", " ").split())
HTTPS = BASE_URL.startswith("https://")
# How many proxies stand in front and may be believed about the peer's address.
TRUSTED_PROXIES = env.integer("HELPDESK_TRUSTED_PROXIES", 0, minimum=0, maximum=5)
# The one header in which the proxy says whose address it is, instead of counting in X-Forwarded-For.
PEER_HEADER = env.plain_word("HELPDESK_PEER_HEADER")
# Networks of one's own that calls outside may reach all the same: identity providers and records on an intranet.
# How far this host's clock may be from the database's before a worker leaves what is due to others.
CLOCK_MAY_DIFFER = timedelta(seconds=env.integer("HELPDESK_CLOCK_MAY_DIFFER", 10, minimum=1, maximum=3600))
OUTSIDE_ALLOW = env.networks("HELPDESK_OUTSIDE_ALLOW")

# Who carries webhooks, text messages and phone calls, by the names that endpoints use (docs/operators.md).
CALL_PROVIDERS = {"webhook": "post.providers.SignedWebhook", **env.named_paths("HELPDESK_CALL_PROVIDERS")}

# Host names are checked against settings and rows by access.middleware.HostMiddleware.
ALLOWED_HOSTS = ["*"]

INSTALLED_APPS = [
    "helpdesk",
    "helpdesk.leaving",
    "reporting",
    "escalation",
    "tickets",
    "knowledgebase",
    "post",
    "access",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "guardian",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "access.middleware.LanguageMiddleware",
    "access.middleware.HostMiddleware",
    "access.middleware.TransactionMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "access.middleware.DoorMiddleware",
]

# The names of the icons in the sprite that the installer makes; one of them is a client's logo.
ICONS = frozenset((BASE_DIR / "helpdesk" / "services" / "icons.txt").read_text(encoding="utf-8").split())

ROOT_URLCONF = "helpdesk.urls"
WSGI_APPLICATION = "helpdesk.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "helpdesk" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "access.context.doors",
            ],
            "builtins": ["helpdesk.templatetags.ui"],
        },
    }
]

# The application's role owns nothing and cannot bypass row security; `owner` migrates and
# is never used by a request or a task.
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        **env.database_url(env.text("DATABASE_URL", "postgresql:///helpdesk")),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "ATOMIC_REQUESTS": False,
    }
}
DATABASES["default"].setdefault("OPTIONS", {})["prepare_threshold"] = None
# A server that fell silent is given up in half a minute: TCP alone would wait for a quarter of an hour.
for _name, _value in (
    ("connect_timeout", 5),
    ("keepalives_idle", 15),
    ("keepalives_interval", 5),
    ("keepalives_count", 3),
    ("tcp_user_timeout", 30_000),
):
    DATABASES["default"]["OPTIONS"].setdefault(_name, _value)
if _owner := env.text("MIGRATION_DATABASE_URL", ""):
    DATABASES["owner"] = {**env.database_url(_owner), "CONN_MAX_AGE": 0}
APP_ROLE = DATABASES["default"].get("USER") or "app"
# The one role that may remove what the log says of a customer; only the keeper's process connects as it.
KEEPER_ROLE = "keeper"
DATABASE_ROUTERS: list[str] = []
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.text("REDIS_URL", "redis://127.0.0.1:6379/0")
REDIS_PREFIX = env.text("HELPDESK_REDIS_PREFIX", "helpdesk")
CACHES = {
    "default": {
        "BACKEND": "helpdesk.lib.shared_cache.SharedCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": REDIS_PREFIX,
        "OPTIONS": {
            # JSON only: nothing that comes out of Redis is ever unpickled.
            "SERIALIZER": "django_redis.serializers.json.JSONSerializer",
            "SOCKET_CONNECT_TIMEOUT": 1,
            "SOCKET_TIMEOUT": 1,
        },
    }
}

CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "global_keyprefix": f"{REDIS_PREFIX}:",
    "visibility_timeout": 600,
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
}
# A task is a hint: where the broker is away the sweep finds the row, and no request waits for it.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = 90
CELERY_TIMEZONE = "UTC"
# Programs out there are asked by a process of their own: one that hangs holds no letter and no step.
CELERY_TASK_ROUTES = {"post.deliver_call": {"queue": "calls"}}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# The key that signs the access logs' heads; only the workers need it.
LOG_KEY_FILE = Path(env.text("HELPDESK_LOG_KEY", str(VAR / "keys" / "log_key.pem"))).expanduser()

AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = ["access.credentials.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "start"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "access.sign_in.StaffAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_FORMS = {"reset_password": "access.sign_in.PasswordLinkForm"}
# Staff read customers' data, on shared machines too: signing in ends with the browser, and after twelve
# hours in any case. There is nothing to tick that makes it longer.
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "20/m/ip,5/5m/key"}
# Keys first: phones stay outside on many floors.
MFA_ADAPTER = "access.factors.Factors"
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODE_DIGITS = 10
# A company's own sign-in knows our people, and never makes any.
SOCIALACCOUNT_ADAPTER = "access.openid.Accounts"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True}}

SESSION_ENGINE = "access.credentials"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 60 * 60 * 12
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "access.answers.csrf_failure"
CSRF_TRUSTED_ORIGINS = [BASE_URL]
# Plain HTTP on a loopback address gets a cookie name of its own per port, so that two
# installations on one machine do not sign each other out.
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else f"session{PORT}"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else f"csrf{PORT}"

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", FILES_ORIGIN],
        "font-src": [SELF],
        "connect-src": [SELF],
        # A call that is asked for is answered by a number for the phone program, and no page has it.
        "form-action": [SELF, "tel:"],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("sv", _("Swedish"))]
LOCALE_PATHS = [BASE_DIR / "helpdesk" / "locale"]
# Notices of a portal that were closed on this device.
CLOSED_BANNERS_COOKIE = "closed_banners"
LANGUAGE_COOKIE_AGE = 60 * 60 * 24 * 365
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "helpdesk" / "static"]
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder", "helpdesk.finders.PackagedFinder"]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": str(VAR / "files"),
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = False
MEDIA_URL = "/not-served/"

# One upload up to 20 MB, a request a little more; text fields are capped where they are read.
UPLOAD_MAX_BYTES = 20 * 1024 * 1024
UPLOAD_MAX_FILES = 10
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
# The grid of a matrix sends ten fields for each of its 500 rows.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5200
# More than are taken: the form says so, with its text kept.
DATA_UPLOAD_MAX_NUMBER_FILES = 10 * UPLOAD_MAX_FILES
FILE_UPLOAD_HANDLERS = [
    "post.uploads.MeasuringHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FILE_UPLOAD_PERMISSIONS = 0o600

EMAIL_BACKEND = env.text(
    "HELPDESK_EMAIL_BACKEND",
    "django.core.mail.backends.dummy.EmailBackend" if DEMO else "django.core.mail.backends.smtp.EmailBackend",
)
EMAIL_HOST = env.text("HELPDESK_SMTP_HOST", "localhost")
EMAIL_PORT = env.integer("HELPDESK_SMTP_PORT", 25, minimum=1, maximum=65535)
EMAIL_HOST_USER = env.text("HELPDESK_SMTP_USER", "")
EMAIL_HOST_PASSWORD = env.text("HELPDESK_SMTP_PASSWORD", "")
EMAIL_USE_TLS = env.boolean("HELPDESK_SMTP_TLS", False)
EMAIL_TIMEOUT = 20

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["access.api.DoorAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["access.api.DoorPermission"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["access.api.PlainJSONParser"],
    "DEFAULT_THROTTLE_CLASSES": ["access.api.ActorThrottle"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_METADATA_CLASS": None,
    "URL_FORMAT_OVERRIDE": None,
    "EXCEPTION_HANDLER": "access.api.problem_handler",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Help desk API",
    "DESCRIPTION": "Tickets, messages, customers, articles and escalations of the clients that a token is bound to.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v[0-9]",
    # Words that stand for different things in different shapes.
    "ENUM_NAME_OVERRIDES": {
        "MessageAudience": "tickets.models.Message.Audience",
        "ArticleAudience": "knowledgebase.models.Audience",
        "NoteAudience": "tickets.api.shapes.NOTE_AUDIENCES",
    },
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "helpdesk.api.describe_answers"],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"not_ready": {"()": "helpdesk.lib.logs.NotReady"}},
    "formatters": {
        "line": {"()": "helpdesk.lib.logs.OneLine", "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "django.request": {"level": "ERROR", "filters": ["not_ready"]},
        "celery": {"level": "WARNING"},
        "fido2": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
    },
}

SILENCED_SYSTEM_CHECKS = [
    # Staff sign in through the product's own pages; there is no Django admin and no sign-up.
    "account.W001",
    # Guardian's backend would answer `has_perm`, which nobody asks: `access.standing` reads the grants and the gates.
    "guardian.W001",
]
