"""Row security and composite keys of the articles, and revisions that nobody changes."""

from django.conf import settings
from django.db import migrations

from access.walls import ALL_SIDES, Fence, OnlyApp, Tie, Wall

PUBLIC = Fence("audience_wall", "{side} <> 'customer' OR audience = 'public'")
PUBLISHED_ARTICLE = Fence(
    "audience_wall", "{side} <> 'customer' OR (audience = 'public' AND published_number IS NOT NULL)"
)
# The one in force only: an earlier one may say what was withdrawn, or has become a playbook.
PUBLISHED_REVISION = Fence(
    "audience_wall",
    "{side} <> 'customer' OR (audience = 'public' AND state = 'published' AND EXISTS"
    " (SELECT 1 FROM knowledgebase_article a WHERE a.client_id = {table}.client_id AND a.id = {table}.article_id"
    " AND a.published_number = {table}.number))",
)

ONLY_PUBLISHING = """
CREATE FUNCTION knowledgebase_only_publishing() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  rest knowledgebase_revision := NEW;
BEGIN
  rest.state := OLD.state;
  rest.published_at := OLD.published_at;
  IF rest IS DISTINCT FROM OLD OR OLD.state <> 'draft' OR NEW.state <> 'published' OR NEW.published_at IS NULL THEN
    RAISE EXCEPTION 'a revision is published, and never changed' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$
"""
GUARD = """
CREATE TRIGGER only_publishing BEFORE UPDATE ON knowledgebase_revision
FOR EACH ROW EXECUTE FUNCTION knowledgebase_only_publishing()
"""

# Until the planner has counted a table that an import has just filled, it reads all of a client's
# terms for every word of a search: a second instead of 20 ms.  Only an owner may have it count.
COUNT_TERMS = """
CREATE FUNCTION knowledgebase_count_terms() RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  ANALYZE public.knowledgebase_articleterm, public.knowledgebase_articlelength;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("knowledgebase", "0001_initial"), ("access", "0002_walls")]

    operations = [
        Wall("Category", sides=ALL_SIDES),
        Wall("Article", sides=ALL_SIDES, fences=[PUBLISHED_ARTICLE]),
        Wall("Revision", sides=ALL_SIDES, fences=[PUBLISHED_REVISION]),
        Wall("ArticleTerm", sides=ALL_SIDES, fences=[PUBLIC]),
        Wall("ArticleLength", sides=ALL_SIDES, fences=[PUBLIC]),
        Tie("Article", "Revision", "ArticleTerm", "ArticleLength"),
        migrations.RunSQL(ONLY_PUBLISHING),
        migrations.RunSQL(GUARD),
        migrations.RunSQL(f'REVOKE DELETE ON knowledgebase_revision FROM "{settings.APP_ROLE}"'),
        migrations.RunSQL(COUNT_TERMS),
        OnlyApp("knowledgebase_count_terms()"),
    ]
