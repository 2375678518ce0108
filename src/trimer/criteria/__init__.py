"""Published definitions, one a file: response, relapse, toxicity."""
