"""The report of a run or an ensemble: what was given, fitted and predicted, and how to play it again.

It is a single page that needs no network, and prints on A4. `content` is what it says, as plain data, `plots` are drawn
by matplotlib, and `page` lays both out.
"""
