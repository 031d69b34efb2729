"""Finite-volume kernels: arrays in, arrays out.

Physics is written once, as a function of one cell index (see :mod:`kernels.cell`), and runs on the CPU through
Numba or on an NVIDIA GPU through Numba CUDA on CuPy arrays. Nothing here knows a case file, a unit string or a file.
"""

from kernels.cache import give_numba_a_folder

give_numba_a_folder()
