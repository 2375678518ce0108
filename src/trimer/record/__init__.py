"""A recorded course: schema, partial dates, observations; readers and writers."""
