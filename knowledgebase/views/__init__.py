"""The pages about articles, by whose door they stand behind."""
