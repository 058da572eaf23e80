# SPDX-License-Identifier: GPL-2.0
#
# Commands for developers and users. The kernel's build system reads Kbuild.

VERSION := $(shell cat VERSION)
KVER ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KVER)/build
DKMS_SOURCE := /usr/src/smmux-$(VERSION)
DIST := build/smmux-$(VERSION).tar.gz

help:
	@echo 'make modules       build smmux.ko for KVER (this machine: $(KVER))'
	@echo 'make install       modules, then install it for KVER'
	@echo 'make dkms-install  copy the sources to /usr/src; DKMS builds and installs the module'
	@echo 'make dkms-remove   undo dkms-install'
	@echo 'make dist          make the release archive, $(DIST)'
	@echo 'make man           make the man pages in build/man (needs scdoc)'
	@echo 'make clean         remove built files'
	@echo
	@echo 'make demo          boot a stock Debian kernel in a VM, with its devices behind smmux'
	@echo 'make shell         boot the same VM with a shell, for docs/tour.md'
	@echo 'make test          run host checks, and each part of the driver in VMs on stock kernels'
	@echo 'make test-all      run all tests: also DKMS, and kernels that check memory, locks and races'
	@echo 'make test-one T=x  run the tests whose name contains x (tests/run.sh -l lists them)'
	@echo 'make check         run host checks only'
	@echo 'make bench         measure smmux and the built-in driver'
	@echo 'make mutants       run the driver with deliberate errors: a test must detect each'
	@echo '                   (SLICE=k/n: the k-th of n parts)'
	@echo 'make soak HOURS=n  repeat random and long tests for n hours'
	@echo 'make distclean     clean, and remove build/'
	@echo 'make cacheclean    remove the cache of all checkouts (SMMUX_CACHE, ~/.cache/smmux)'
	@echo
	@echo 'demo, shell, test, check, bench, mutants and soak install their tools on a Debian machine (root).'

modules:
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

install: modules
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules_install
	depmod -a $(KVER)

dkms-install:
	mkdir -p $(DKMS_SOURCE)
	cp -r Kbuild Makefile VERSION dkms.conf module debugfs scripts $(DKMS_SOURCE)
	dkms install smmux/$(VERSION)

dkms-remove:
	dkms remove smmux/$(VERSION) --all
	rm -rf $(DKMS_SOURCE)

dist:
	@tests/dkms/dist.sh $(CURDIR)/$(DIST)

man:
	@docs/man/build.sh $(CURDIR)/build/man

demo:
	@tests/demo.sh

shell:
	@tests/shell.sh

test:
	@tests/run.sh

test-all:
	@tests/run.sh -a

test-one:
	@test -n '$(T)' || { echo 'which one? make test-one T=name' >&2; exit 2; }
	@tests/run.sh -v '$(T)'

check:
	@tests/run.sh -H

bench:
	@tests/bench/run.sh

mutants:
	@tests/mutants/run.sh $(if $(SLICE),-s $(SLICE))

soak:
	@tests/soak.sh $(HOURS)

clean:
	find module debugfs -name '*.o' -delete -o -name '.*.cmd' -delete
	rm -f *.o *.ko *.mod *.mod.c .*.cmd Module.symvers modules.order
	rm -rf build/mod build/results build/log build/man build/smmux-*.tar.gz

distclean: clean
	rm -rf --one-file-system build

cacheclean:
	@tests/rig/setup.sh --drop

.PHONY: help modules install dkms-install dkms-remove dist man demo shell test test-all test-one \
	check bench mutants soak clean distclean cacheclean
