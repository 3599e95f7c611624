"""Letters to staff that belong to no client, and so to no outbox: who doesn't get one asks again."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation

from access.models import User
from access.sign_in import password_link


def send_password_link(user_id: int) -> bool:
    """Mail an active person the link to a new password; False where there is nobody.

    Raises what the mail server's absence raises.
    """
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return False
    with translation.override(user.language or settings.LANGUAGE_CODE):
        context = {"user": user, "link": password_link(user)}
        subject = " ".join(render_to_string("post/mail/password_link_subject.txt", context).split())
        text = render_to_string("post/mail/password_link.txt", context).strip() + "\n"
    EmailMessage(
        subject=subject,
        body=text,
        from_email=f"no-reply@{settings.MAIL_DOMAIN}",
        to=[user.email],
        headers={"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"},
    ).send()
    return True
