"""The pages of escalations: the letter in a mail, the client's console, the strip on the desk."""
