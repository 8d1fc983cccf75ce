# Every target finds a JDK 25 by itself and says what to install when something is missing.
.DEFAULT_GOAL := help
.PHONY: run status package install image test acceptance examples bench lint format clean help

MVN := .build/mvn
# Warnings but no progress: --quiet would hide the compiler's warnings that fail the lint.
MVN_WARN := $(MVN) -Dorg.slf4j.simpleLogger.defaultLogLevel=warn
JAVA := .build/java
SERVICE := target/quarkus-app/quarkus-run.jar
LOAD := $(MVN) --quiet -Pload package
DEPENDENCY := org.apache.maven.plugins:maven-dependency-plugin:3.9.0
# The browser tests run Playwright's own Node.js: Debian's is too old for it.
PLAYWRIGHT := $(shell sed -n 's|.*<playwright.version>\(.*\)</.*|\1|p' pom.xml)
PLAYWRIGHT_ENV = PLAYWRIGHT_NODEJS_PATH=$(CURDIR)/target/node/driver/$(NODE_DIR)/node
NODE_DIR := linux$(if $(filter aarch64,$(shell uname -m)),-arm64)
# The older versions of libraries that the library is tested with.
VERSIONS := $(shell sed -n 's|.*<profile><id>\([^<]*\)</id>.*|\1|p' src/test/versions/pom.xml)
# Touched after a whole build only: the jar alone could be left by one that failed later.
PACKAGED := target/.packaged
# The classes of a start. Missing after a start that failed, so that the next make tries again.
START_CLASSES := target/quarkus-app/start-classes
IMAGE := target/.image

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

run: $(START_CLASSES) ## build what is stale and start the service: application on 8080, management on 9000; ARGS="-Dkey=value ..."
	@echo "Starting the service; Ctrl-C stops it"
	@exec .build/run $(ARGS) -jar $(SERVICE)

status: $(PACKAGED) ## print what rseq does on this machine, and exit: 0 rseq, 3 atomic, 1 error; ARGS=--json for JSON
	@$(JAVA) -jar $(SERVICE) --rseq-status $(ARGS)

package: $(PACKAGED) ## build what is stale and start nothing

install: ## put the library into the local Maven repository: the jar, and the classifier quarkus
	@$(MVN) --quiet install -Dmaven.test.skip=true -Dspotless.check.skip=true

image: ## build the container image with docker, podman or buildah; ARGS=NAME:TAG for another name
	@.build/image $(ARGS)

# Directories too: a deleted file changes its directory.
$(PACKAGED): pom.xml $(shell find src/main .mvn)
	@echo "Building percpu-metrics: native library, Java classes, package (about a minute, the first time with downloads)"
	@$(MVN) --quiet package -Dmaven.test.skip=true
	@touch $@

$(START_CLASSES): $(PACKAGED) .build/start-classes
	@.build/start-classes

# The files of the image, for the tests that lay it out.
$(IMAGE): $(PACKAGED) deploy/start-options deploy/java-options deploy/Training.java .build/image-files
	@.build/image-files
	@touch $@

test: ## unit, integration and stress tests; TEST=ClassName for one, ARGS="-Dkey=value ..." for the tests
	@$(MVN) test $(if $(TEST),-Dtest=$(TEST)) $(ARGS)

acceptance: $(START_CLASSES) $(IMAGE) ## tests with a real Prometheus and Chromium, on other libcs and kernels, of a release, and the examples; installs Debian packages when root
	@.build/acceptance-packages
	@$(MAKE) --silent -C src/main/native OUT=$(CURDIR)/target/native
	@$(MAKE) --silent -C src/test/native/matrix OUT=$(CURDIR)/target/matrix/programs
	@[ -d target/maven ] || $(MVN) --quiet $(DEPENDENCY):unpack -Dartifact=org.apache.maven:apache-maven:3.9.16:tar.gz:bin -DoutputDirectory=target/maven
	@[ -x target/node/driver/$(NODE_DIR)/node ] || $(MVN) --quiet $(DEPENDENCY):unpack -Dartifact=com.microsoft.playwright:driver-bundle:$(PLAYWRIGHT) -Dmdep.unpack.includes='driver/$(NODE_DIR)/node' -DoutputDirectory=target/node
	@for id in $(VERSIONS); do [ -d target/versions/$$id ] || \
		$(MVN) --quiet -f src/test/versions/pom.xml -P $$id $(DEPENDENCY):copy-dependencies || exit 1; done
	@[ -d target/kubernetes ] || $(MVN) --quiet -f src/test/kubernetes/pom.xml $(DEPENDENCY):copy-dependencies
	@[ -d target/otlp ] || $(MVN) --quiet -f src/test/otlp/pom.xml $(DEPENDENCY):copy-dependencies
	@[ -d target/clients/node_modules/hot-shots ] || { mkdir -p target/clients && cp src/test/clients/package.json target/clients && \
		npm install --prefix target/clients --omit=optional --no-package-lock --no-audit --no-fund --loglevel=error >/dev/null; }
	@rm -f target/matrix/*.txt
	@trap 'cat target/matrix/*.txt 2>/dev/null' EXIT; $(PLAYWRIGHT_ENV) $(MVN) test -Dgroups=acceptance -DexcludedGroups= -Dtest.quarkus.phase=none -DfailIfNoTests=true $(if $(TEST),-Dtest=$(TEST)) $(ARGS)
	@$(if $(TEST),,$(MAKE) --silent examples)

examples: ## run the applications of src/it with the library; ARGS=-Dinvoker.test=compare,plain for one
	@$(MVN_WARN) -Dorg.slf4j.simpleLogger.log.org.apache.maven.plugins.invoker=info -Pexamples verify -Dmaven.test.skip=true -Dspotless.check.skip=true $(ARGS)

bench: $(if $(filter page start ingest,$(ARGS)),$(PACKAGED)) $(if $(filter start,$(ARGS)),$(START_CLASSES) $(IMAGE)) ## benchmarks against the peers, into target/bench; QUICK=1 short, README=1 renews the table of README.md, and benchmarks.md after a whole run; ARGS="case-regexp impl-regexp", ARGS=http.server for the CPU time of a whole service, ARGS=page for that of the page, ARGS=start for the start, ARGS=ingest for the CPU time of StatsD receivers
	@[ -d target/bench/peers ] || $(MVN) --quiet -f src/test/bench/peers.xml $(DEPENDENCY):copy-dependencies || \
		echo "src/test/bench/peers.xml does not resolve: its peers are left out" >&2
	@[ -d target/bench/spring ] || $(MVN) --quiet -f src/test/bench/spring.xml $(DEPENDENCY):copy-dependencies || \
		echo "src/test/bench/spring.xml does not resolve: scrape.spring is left out" >&2
	@$(if $(filter start,$(ARGS)),$(MVN) --quiet -f src/test/start/pom.xml package)
	@$(if $(filter ingest,$(ARGS)),.build/ingest-peers && $(MAKE) --silent -C src/test/native OUT=$(CURDIR)/target/native-test bench)
	@$(if $(filter http.server,$(ARGS)),$(LOAD) -Dload.build=percpu && \
		$(LOAD) -Dload.build=quarkus -Dquarkus.micrometer.binder.http-server.enabled=true \
			-Dquarkus.micrometer.export.prometheus.enabled=true -Dquarkus.micrometer.export.prometheus.path=/q/peer)
	@$(MVN) --quiet test-compile $(DEPENDENCY):build-classpath -Dmdep.outputFile=target/bench/classpath
	@$(PLAYWRIGHT_ENV) $(JAVA) --sun-misc-unsafe-memory-access=allow -Dbench.quick=$(if $(QUICK),true,false) -Dbench.readme=$(if $(README),true,false) \
		-Dbench.out=$(CURDIR)/target/bench -cp "target/test-classes:target/classes:$$(cat target/bench/classpath)" \
		$(if $(filter page,$(ARGS)),dev.percpu.acceptance.PageCost,$(if $(filter start,$(ARGS)),dev.percpu.acceptance.StartCost,dev.percpu.bench.Benchmarks)) $(foreach arg,$(ARGS),'$(arg)')

lint: ## format and static analysis, Java and C; changes nothing
	@.build/lint-prose
	@$(MVN) --quiet spotless:check
	@$(MVN_WARN) -Plint test-compile
	@.build/lint-native

format: ## format Java and C
	@$(MVN) --quiet spotless:apply
	@.build/lint-native fix

clean: ## remove everything built
	rm -rf target
