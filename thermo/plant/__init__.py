"""The plant: air handler, chilled water, economizer, chiller and power chain, hour by hour over the weather.

Every function works element by element on arrays that broadcast against the hours of the year, so a leading axis of
design variants needs no loop: scalars, ``(hours,)``, ``(variants, 1)`` and ``(variants, hours)`` all fit. They are
NumPy's or a GPU's, see :mod:`thermo.arrays`.
"""
