"""Virtual trials: from a trial file to patients, treatment, assessments, events and estimates."""
