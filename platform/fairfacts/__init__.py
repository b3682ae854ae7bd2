"""The language that the model and the backend share.

What happened (events), what it adds up to (measures), what was reported (figures), and how the two compare.
"""
