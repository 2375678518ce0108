"""The workbench: a local web page on which a case, a schedule, a trial and the evidence are looked at."""
