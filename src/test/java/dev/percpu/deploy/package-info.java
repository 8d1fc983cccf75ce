/**
 * Tests that compare the files in {@code deploy/} with the configuration of the service, and with each other. Tests that need other
 * programs than kubectl are in {@code acceptance}.
 */
@NullMarked
package dev.percpu.deploy;

import org.jspecify.annotations.NullMarked;
