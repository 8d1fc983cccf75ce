# Every target finds a JDK 25 by itself and says what to install when something is missing.
.DEFAULT_GOAL := help
.PHONY: run package test acceptance bench lint format clean help

MVN := .build/mvn
# Warnings but no progress: --quiet would hide the compiler's warnings that fail the lint.
MVN_WARN := $(MVN) -Dorg.slf4j.simpleLogger.defaultLogLevel=warn
JAVA := .build/java
SERVICE := target/quarkus-app/quarkus-run.jar
LOAD := $(MVN) --quiet -Pload package
# Touched after a whole build only: the jar alone could be left by one that failed later.
PACKAGED := target/.packaged

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

run: $(PACKAGED) ## build what is stale and start the service: application on 8080, management on 9000; ARGS="-Dkey=value ..."
	@exec $(JAVA) $(ARGS) -jar $(SERVICE)

package: $(PACKAGED) ## build what is stale and start nothing

# Directories too: a deleted file changes its directory.
$(PACKAGED): pom.xml $(shell find src/main .mvn)
	@$(MVN) --quiet package -Dmaven.test.skip=true
	@touch $@

test: ## unit, integration and stress tests; TEST=ClassName for one, ARGS="-Dkey=value ..." for the tests
	@$(MVN) test $(if $(TEST),-Dtest=$(TEST)) $(ARGS)

acceptance: $(PACKAGED) ## tests with a real Prometheus, on other libcs and kernels; installs Debian packages when root
	@.build/acceptance-packages
	@$(MAKE) --silent -C src/main/native OUT=$(CURDIR)/target/native
	@$(MAKE) --silent -C src/test/native/matrix OUT=$(CURDIR)/target/matrix/programs
	@rm -f target/matrix/*.txt
	@trap 'cat target/matrix/*.txt 2>/dev/null' EXIT; $(MVN) test -Dtest.groups=acceptance -Dtest.excludedGroups= -DfailIfNoTests=true $(if $(TEST),-Dtest=$(TEST))

bench: ## benchmarks against the peers, into target/bench; QUICK=1 short, README=1 for its table too, ARGS="case-regexp impl-regexp", ARGS=http.server for the CPU time of a whole service
	@[ -d target/bench/next ] || $(MVN) --quiet -Pbench dependency:copy@copy-next-micrometer || \
		echo "the next Micrometer does not resolve: micrometer-next is left out" >&2
	@$(if $(filter http.server,$(ARGS)),$(LOAD) -Dload.build=ours -Dquarkus.micrometer.export.prometheus.enabled=false && \
		$(LOAD) -Dload.build=quarkus -Dquarkus.micrometer.binder.http-server.enabled=true \
			-Dquarkus.micrometer.export.prometheus.path=/q/peer)
	@$(MVN) --quiet -Pbench test-compile exec:exec@run-benchmarks -Dbench.quick=$(if $(QUICK),true,false) \
		-Dbench.readme=$(if $(README),true,false) "-Dbench.args=$(ARGS)"

lint: ## format and static analysis, Java and C; changes nothing
	@$(MVN) --quiet spotless:check
	@$(MVN_WARN) -Plint,bench test-compile
	@.build/lint-native

format: ## format Java and C
	@$(MVN) --quiet spotless:apply
	@.build/lint-native fix

clean: ## remove everything built
	rm -rf target
