# SPDX-License-Identifier: GPL-2.0
"""Shared code of smmux-decode, smmux-report and smmux-crash. Needs Python's standard library only."""
