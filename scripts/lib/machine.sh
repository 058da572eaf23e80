# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Facts about this machine: kernels, SMMUs, Secure Boot, and whether smmux can run.

KERNELS=()
UNFIT=()

SOURCE=$(dirname "$SCRIPTS")
VERSION=$(cat "$SOURCE/VERSION")
readonly SOURCE VERSION

# Only dkms.conf defines which kernels smmux supports.
dkms_conf()
{
	sed -n "s/^$1=\"\(.*\)\"\$/\1/p" "$SOURCE/dkms.conf"
}

need_root()
{
	[ "$(id -u)" = 0 ] || die "this needs root"
}

# kernel_in_range VERSION: by major and minor number only.
kernel_in_range()
{
	local number=${1%%[!0-9.]*} min max

	number=$(cut -d. -f1,2 <<<"$number")
	min=$(dkms_conf BUILD_EXCLUSIVE_KERNEL_MIN | cut -d. -f1,2)
	max=$(dkms_conf BUILD_EXCLUSIVE_KERNEL_MAX | cut -d. -f1,2)
	[ "$(printf '%s\n' "$min" "$number" | sort -V | head -n 1)" = "$min" ] || return 1
	[ -z "$max" ] || [ "$(printf '%s\n' "$number" "$max" | sort -V | head -n 1)" = "$number" ]
}

# Newest first, as the boot loader lists them.
boot_kernels()
{
	local image

	for image in "$R"/boot/vmlinuz-*; do
		[ -f "$image" ] || continue
		case $image in
		*.old | *.dpkg-*) continue ;;
		esac
		printf '%s\n' "${image##*/vmlinuz-}"
	done | sort -rV
}

choose_kernels()
{
	local v all=()

	KERNELS=() UNFIT=()
	mapfile -t all < <(boot_kernels)
	for v in "${all[@]}"; do
		if kernel_in_range "$v" && [ -d "$R/lib/modules/$v" ]; then
			KERNELS+=("$v")
		else
			UNFIT+=("$v")
		fi
	done
	[ "${#KERNELS[@]}" -gt 0 ]
}

# smmu_devices: the platform devices that are SMMUv3s, by firmware's description.
smmu_devices()
{
	local dev alias

	for dev in "$R"/sys/bus/platform/devices/*; do
		[ -r "$dev/modalias" ] || continue
		alias=$(cat "$dev/modalias")
		case $alias in
		*Carm,smmu-v3* | platform:arm-smmu-v3) printf '%s\n' "${dev##*/}" ;;
		esac
	done
}

# bound_to DRIVER: the SMMUs that it drives now.
bound_to()
{
	local dev

	while read -r dev; do
		if [ -e "$R/sys/bus/platform/drivers/$1/$dev" ]; then
			printf '%s\n' "$dev"
		fi
	done < <(smmu_devices)
}

signatures_needed()
{
	local var=$R/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c

	if [ -r "$var" ] && [ "$(od -An -t u1 -j 4 -N 1 "$var" | tr -d ' ')" = 1 ]; then
		return 0
	fi
	[ "$(cat "$R/sys/module/module/parameters/sig_enforce" 2>/dev/null)" = Y ]
}

mok_certificate()
{
	local set

	set=$(cat "$R"/etc/dkms/framework.conf "$R"/etc/dkms/framework.conf.d/*.conf 2>/dev/null |
		sed -n 's/^ *mok_certificate="\{0,1\}\([^"]*\)"\{0,1\} *$/\1/p' | tail -n 1)
	printf '%s\n' "$R${set:-/var/lib/dkms/mok.pub}"
}

# An unsigned module would not load, and then nothing drives the SMMU.
check_signatures()
{
	local cert

	signatures_needed || return 0
	cert=$(mok_certificate)
	have mokutil || die "this kernel loads signed modules only (Secure Boot); checking whether DKMS's key is enrolled needs mokutil: apt install mokutil"
	[ -r "$cert" ] || die "this kernel loads signed modules only (Secure Boot) and DKMS has no key yet: dkms generate_mok && mokutil --import $cert, reboot, enroll it, then try again"
	mokutil --test-key "$cert" 2>&1 | grep -c 'already enrolled' >/dev/null ||
		die "this kernel loads signed modules only (Secure Boot) and DKMS's key is not enrolled: mokutil --import $cert, reboot, enroll it, then try again"
}

check_headers()
{
	local v missing=()

	for v in "${KERNELS[@]}"; do
		[ -e "$R/lib/modules/$v/build/Makefile" ] || missing+=("linux-headers-$v")
	done
	[ "${#missing[@]}" = 0 ] ||
		die "kernel headers are missing: apt install ${missing[*]}"
}

check_machine()
{
	local arch newest

	arch=$(uname -m)
	[ "$arch" = aarch64 ] || die "smmux is for arm64, this machine is $arch"
	newest=$(boot_kernels | head -n 1)
	[ -n "$newest" ] || die "no kernel found in $R/boot"
	[ "${#KERNELS[@]}" -gt 0 ] && [ "${KERNELS[0]}" = "$newest" ] ||
		die "the kernel of the next boot, $newest, is not supported by smmux ($(dkms_conf BUILD_EXCLUSIVE_KERNEL_MIN) and newer)"
	if [ -z "$FORCE" ] && [ -z "$(smmu_devices)" ]; then
		die "this machine has no SMMUv3; --force installs anyway, for another machine"
	fi
	have dkms || die "no dkms: apt install dkms"
	initramfs_tool >/dev/null || die "neither initramfs-tools nor dracut is installed"
	check_headers
	check_signatures
	[ "${#UNFIT[@]}" = 0 ] ||
		warn "unsupported: ${UNFIT[*]}; boot them from the menu entries without smmux"
}
