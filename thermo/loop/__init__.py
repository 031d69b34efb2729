"""Coolant loops: pipes, fittings, valves, pumps, plates and exchangers as a network of nodes and branches.

Flows are kg/s, positive from a branch's start to its end; pressures are absolute, Pa; temperatures are K.
"""
