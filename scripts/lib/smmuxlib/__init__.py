# SPDX-License-Identifier: GPL-2.0
"""What smmux-decode, smmux-report and smmux-crash share: Python's standard library is all they need."""
