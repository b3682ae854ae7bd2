"""Disruptions: what goes wrong with the fair, or is changed by its operators, while it is on.

A kind of disruption is one class (`fairsim.disruptions.kind.Kind`): what it checks, does, undoes and announces.
"""
