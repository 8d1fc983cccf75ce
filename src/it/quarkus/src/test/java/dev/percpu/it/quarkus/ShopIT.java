package dev.percpu.it.quarkus;

import io.quarkus.test.junit.QuarkusIntegrationTest;

/** The same with the packaged application. */
@QuarkusIntegrationTest
class ShopIT extends ShopTest {}
