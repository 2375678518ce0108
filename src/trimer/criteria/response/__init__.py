"""Response and relapse of leukaemia, one published definition a file.

What they share: ``evidence`` reads a course, ``facts`` holds one assessment against thresholds, ``rows`` holds
thresholds printed alike, ``assessed`` walks the assessments and says what was judged and why.
"""
