/** Tests that compare the manifests in {@code deploy/} with the configuration of the service. */
@NullMarked
package dev.percpu.deploy;

import org.jspecify.annotations.NullMarked;
