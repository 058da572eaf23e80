# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# The suites of tests/kunit. 800-kunit and tests/unit/run.sh compare this list with the
# suites that ran, so that a missing suite is an error.

readonly KUNIT_SUITES=(smmux_caps smmux_caps_fields smmux_caps_refuse smmux_cd smmux_cmd
	smmux_cmd_text smmux_evt smmux_invs smmux_iort smmux_lint smmux_plan_cd smmux_plan_ste smmux_ste
	smmux_walk smmux_walk_cfg)
