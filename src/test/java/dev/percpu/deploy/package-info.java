/** Tests of what is in {@code deploy/}: that it says the same as the service's own configuration. */
@NullMarked
package dev.percpu.deploy;

import org.jspecify.annotations.NullMarked;
