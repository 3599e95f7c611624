"""Row security and composite keys of the articles."""

from django.db import migrations

from access.walls import ALL_SIDES, Fence, Tie, Wall

PUBLIC = Fence("audience_wall", "{side} <> 'customer' OR audience = 'public'")
PUBLISHED_ARTICLE = Fence(
    "audience_wall", "{side} <> 'customer' OR (audience = 'public' AND published_number IS NOT NULL)"
)
PUBLISHED_REVISION = Fence("audience_wall", "{side} <> 'customer' OR (audience = 'public' AND state = 'published')")


class Migration(migrations.Migration):
    dependencies = [("knowledgebase", "0001_initial"), ("access", "0002_walls")]

    operations = [
        Wall("Category", sides=ALL_SIDES),
        Wall("Article", sides=ALL_SIDES, fences=[PUBLISHED_ARTICLE]),
        Wall("Revision", sides=ALL_SIDES, fences=[PUBLISHED_REVISION]),
        Wall("ArticleTerm", sides=ALL_SIDES, fences=[PUBLIC]),
        Wall("ArticleLength", sides=ALL_SIDES, fences=[PUBLIC]),
        Tie("Article", "Revision", "ArticleTerm", "ArticleLength"),
    ]
