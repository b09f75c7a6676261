"""Synthetic units, collectors, routes, customers, meters, readings and collection points of Cà Mau.

Nobody in here exists. The same arguments give the same bytes, on any machine and any Python.
"""
