# SPDX-License-Identifier: GPL-2.0
"""What smmux-decode and smmux-report share: Python's standard library is all they need."""
