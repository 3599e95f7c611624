"""The conversation with a company's OpenID Connect provider."""

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter


class Accounts(DefaultSocialAccountAdapter):
    """What the library asks us."""
